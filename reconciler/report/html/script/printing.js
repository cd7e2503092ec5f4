// On paper the list has no scroll: the first of the chosen entries are laid out whole.

const PRINTED = 2000;

const preparePrint = (places) => {
  const some = places.slice(0, PRINTED).filter((place) => isUnpacked(rows[place]));
  const cut = places.length > some.length ? `; the first ${number(some.length)} are printed` : "";
  const lines = some.map((place) => {
    const row = rows[place];
    const cells = [groupOf(row), row[LABEL], row[NAME] === row[LABEL] ? "" : row[NAME]].map(visible);
    const whys = attributesOf(row).map(({ reason, rule }) => visible(rule ? `${reason} (${rule})` : reason));
    const reason = isNote(row) || (isNew(row) && whys.length > 3) ? "" : ` — ${whys.join("; ")}`;
    return element("tr", {}, ...[...cells, wordsOf(row) + reason].map((text) => element("td", {}, text)));
  });
  const titles = ["Kind", "Name", "Tag", "What, and why"].map((title) => element("th", { scope: "col" }, title));
  byId("printed").replaceChildren(
    element("p", {}, `${byId("count").textContent}${cut}.`),
    element("table", {}, element("thead", {}, element("tr", {}, ...titles)), element("tbody", {}, ...lines)),
  );
};
