// Putting the parts together: filters and charts choose, the list shows, details open, the address remembers.

const COUNTED = ["kind", "type", "site", "reason", "rule"];
const FILTERS = [...COUNTED, ...IMPACT_FILTERS].filter(byId);

const list = makeList((place) => open(place));

const open = async (place) => {
  list.move(place);
  const row = list.row();
  await unpackFor([row]);
  if (row !== list.row()) return;
  const where = `${number(list.active + 1)} of ${number(list.length)}`;
  openDetails(row, where, { step: (by) => open(list.active + by), choose });
  remember(row[NAME] || row[LABEL]);
};

const remember = (name) => history.replaceState(null, "", name ? `#${encodeURIComponent(name)}` : location.pathname);

const select = (filter, key) => {
  chosen[filter] = key;
  const offered = byId(filter);
  if (!offered) return;
  if (key !== "" && ![...offered.options].some((option) => option.value === key)) {
    offered.append(element("option", { value: key }, nameOf(filter, Number(key))));
  }
  offered.value = key;
};

// Choose keys of filters, given by name.
const choose = (keys) => {
  for (const [filter, key] of Object.entries(keys)) select(filter, key);
  return refresh();
};

// A search needs every entry's values, and paper those of the first ones; a later choice overtakes an earlier one.
let asked = 0;
const refresh = async () => {
  const mine = ++asked;
  if (chosen.query) await unpackAll();
  const places = chosenEntries();
  await unpackFor(places.slice(0, PRINTED).map((place) => rows[place]));
  if (mine !== asked) return;
  list.show(places);
  markCharts();
  markImpact();
  const all = rows.length;
  const shown = places.length === all ? "" : `${number(places.length)} of `;
  byId("count").textContent = shown + many(all, "entry", "entries") + (places.length || !all ? "" : ": nothing matches");
};

const prepare = () => {
  COUNTED.forEach(fillChoice);
  fillCauses();
  byId("order").replaceChildren(...Object.entries(ORDERS).map(([key, [name]]) => element("option", { value: key }, name)));
  for (const name of [...FILTERS, "order"]) {
    byId(name).addEventListener("change", (event) => choose({ [name]: event.target.value }));
  }
  let waiting = 0;
  byId("query").addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      chosen.query = event.target.value;
      refresh();
    }, 80);
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("reset", () => {
    Object.assign(chosen, ANYTHING);
    setTimeout(refresh);
  });
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, textarea");
  const dialog = byId("details");
  if (dialog.open && event.key === "ArrowLeft") open(list.active - 1);
  else if (dialog.open && event.key === "ArrowRight") open(list.active + 1);
  else if (event.key === "/" && !typing && !dialog.open) {
    event.preventDefault();
    byId("query").focus();
  } else if (event.key === "ArrowDown" && event.target === byId("query")) {
    event.preventDefault();
    byId("list").focus();
  }
});

byId("details").addEventListener("click", (event) => {
  if (event.target === byId("details")) byId("details").close();
});
byId("details").addEventListener("close", () => remember(""));
window.addEventListener("beforeprint", () => preparePrint(list.places()));
window.addEventListener("afterprint", () => byId("printed").replaceChildren());

const THEMES = ["auto", "light", "dark"];
byId("theme").addEventListener("click", (event) => {
  const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme ?? "auto") + 1) % THEMES.length];
  document.documentElement.dataset.theme = next;
  event.target.textContent = `Theme: ${next}`;
});

const age = () => {
  const seconds = (Date.now() - Date.parse(byId("age")?.dataset.since)) / 1000;
  if (!(seconds >= 0)) return;
  const [size, unit] = seconds < 7200 ? [60, "minute"] : seconds < 172800 ? [3600, "hour"] : [86400, "day"];
  byId("age").textContent = ` (${many(Math.floor(seconds / size), unit)} ago)`;
};

prepare();
drawCharts(choose);
watchImpact(choose);
await refresh();
age();
makeHaystacksIdly();
const named = decodeURIComponent(location.hash.slice(1));
const place = named ? rows.findIndex((row) => row[NAME] === named || row[LABEL] === named) : -1;
if (place >= 0) {
  if (!list.places().includes(place)) await choose({ cause: "" });
  await open(list.places().indexOf(place));
}
document.documentElement.dataset.ready = "true";
performance.mark("ready");
