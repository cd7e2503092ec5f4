// The list: of however many entries only those in sight are in the page.

const AHEAD = 8;

const makeList = (open) => {
  const [list, sheet] = [byId("list"), byId("sheet")];
  let [entries, active, height, drawn] = [[], 0, 0, ""];

  const line = (place) => {
    const row = rows[entries[place]];
    const group = groupOf(row);
    const made = element(
      "div",
      {
        role: "option",
        id: `entry-${place}`,
        class: place === active ? "entry active" : "entry",
        "aria-selected": String(place === active),
        "aria-setsize": entries.length,
        "aria-posinset": place + 1,
        "data-place": place,
      },
      element("span", { class: "chip", "data-group": group }, group),
      element("span", { class: "who" }, element("b", {}, element("bdi", {}, visible(row[LABEL]))), element("small", {}, row[NAME] === row[LABEL] ? "" : visible(row[NAME]))),
      element("span", { class: "place" }, placeOf(row)),
      element("span", { class: "what" }, isUnpacked(row) ? wordsOf(row) : ""),
    );
    made.style.top = `${place * height}px`;
    return made;
  };

  const draw = () => {
    const first = Math.max(0, Math.floor(list.scrollTop / height) - AHEAD);
    const last = Math.min(entries.length, Math.ceil((list.scrollTop + list.clientHeight) / height) + AHEAD);
    const wanted = `${first} ${last} ${active}`;
    if (wanted === drawn) return;
    drawn = wanted;
    sheet.replaceChildren(...Array.from({ length: last - first }, (_, place) => line(first + place)));
    const packed = entries.slice(first, last).map((place) => rows[place]).filter((row) => !isUnpacked(row));
    if (packed.length) unpackFor(packed).then(redraw);
    if (active >= first && active < last) list.setAttribute("aria-activedescendant", `entry-${active}`);
    else list.removeAttribute("aria-activedescendant");
  };

  const redraw = () => {
    drawn = "";
    draw();
  };

  const measure = () => {
    const before = height;
    height = parseFloat(getComputedStyle(list).getPropertyValue("--row"));
    sheet.style.height = `${entries.length * height}px`;
    list.style.height = `min(70vh, 820px, ${entries.length * height + 2}px)`;
    if (before && before !== height) list.scrollTop *= height / before;
    redraw();
  };

  const move = (to) => {
    if (!entries.length) return;
    active = Math.min(entries.length - 1, Math.max(0, to));
    const [top, bottom] = [active * height, (active + 1) * height];
    if (top < list.scrollTop) list.scrollTop = top;
    else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
    draw();
  };

  const page = () => Math.max(1, Math.floor(list.clientHeight / height) - 1);
  const KEYS = {
    ArrowDown: () => move(active + 1),
    ArrowUp: () => move(active - 1),
    PageDown: () => move(active + page()),
    PageUp: () => move(active - page()),
    Home: () => move(0),
    End: () => move(entries.length - 1),
    Enter: () => open(active),
    " ": () => open(active),
  };

  list.addEventListener("keydown", (event) => {
    const act = KEYS[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (entries.length) act();
  });
  list.addEventListener("click", (event) => {
    const entry = event.target.closest(".entry");
    if (!entry) return;
    move(Number(entry.dataset.place));
    open(active);
  });
  list.addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
  new ResizeObserver(measure).observe(list);

  return {
    show(found) {
      [entries, active] = [found, 0];
      list.scrollTop = 0;
      measure();
    },
    move,
    row: () => rows[entries[active]],
    get active() {
      return active;
    },
    get length() {
      return entries.length;
    },
    places: () => entries,
  };
};
