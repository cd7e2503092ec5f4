// The entries: what the plan changes, withholds, leaves alone or finds wrong. `data.py` tells how they are written.

const unpacked = (packed) => {
  const text = atob(packed);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place++) bytes[place] = text.charCodeAt(place);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
};

const lines = (await unpacked(byId("data").textContent)).split("\n");
byId("data").remove();
const { texts, metas, groups, atOnce } = JSON.parse(lines.pop());
const [GROUP, GROUPS, NAME, LABEL, CONNECTION, DEVICE, TYPE, SITE, METAS, PLACE] = Array(10).keys();
const [META_NAME, META_REASON, META_RULE, META_HEADING] = Array(4).keys();

const rows = [];
for (let line = 0; line < lines.length; line += 2) {
  for (const row of JSON.parse(lines[line])) {
    row.push(rows.length);
    rows.push(row);
  }
  lines[line] = "";
}

// The values of an entry, [befores, afters]; only the ones that were looked at last are kept.
const KEPT = 64;
const kept = new Map();
const valuesOf = (row) => {
  const part = Math.floor(row[PLACE] / atOnce);
  if (!kept.has(part)) {
    if (kept.size >= KEPT) kept.delete(kept.keys().next().value);
    kept.set(part, JSON.parse(lines[2 * part + 1]));
  }
  return kept.get(part)[row[PLACE] % atOnce];
};

const NOTES = new Set(["problem", "withheld", "left alone"]);

const groupOf = (row) => groups[row[GROUP]];
const groupsOf = (row) => groups.filter((_, place) => row[GROUPS] & (1 << place));
const isNote = (row) => NOTES.has(groupOf(row));
const isNew = (row) => Boolean(row[GROUPS] & (1 << groups.length));

// The versions of a software stand one to a line.
const oneLine = (meta, value) =>
  typeof value === "string" && texts[metas[meta][META_NAME]].startsWith("software: ")
    ? value.split("\n").filter(Boolean).join(", ")
    : value;

// The attributes of an entry, each as { name, before, after, reason, rule, meta }.
const attributesOf = (row) => {
  const [befores, afters] = valuesOf(row);
  return row[METAS].map((meta, place) => ({
    name: texts[metas[meta][META_NAME]],
    before: befores === 0 ? null : oneLine(meta, befores[place]),
    after: oneLine(meta, afters[place]),
    reason: texts[metas[meta][META_REASON]],
    rule: texts[metas[meta][META_RULE]],
    meta,
  }));
};

const TOLD_OF_NEW = ["user", "upn", "serialNumber", "model", "status"];

// What an entry comes to, for its line in the list.
const wordsOf = (row) => {
  const attributes = attributesOf(row);
  if (isNote(row)) return attributes.map(({ name, reason }) => `${name}: ${reason}`).map(visible).join("; ");
  if (isNew(row) || groupOf(row) === "removed") {
    const known = attributes.map(({ name, before, after }) => [name, after ?? before]).filter(([, value]) => value !== null);
    const told = known.filter(([name]) => TOLD_OF_NEW.includes(name));
    return (told.length ? told : known).slice(0, 4).map(([, value]) => shown(value)).join(" · ");
  }
  const first = attributes.slice(0, 3).map(({ name, before, after }) => {
    const [old, now] = sides(before, after);
    return `${visible(name)} ${old} → ${now}`;
  });
  if (attributes.length > 3) first.push(`${attributes.length - 3} more`);
  return first.join("; ");
};

const placeOf = (row) => [row[TYPE], row[SITE]].filter(Boolean).map((text) => visible(texts[text])).join(" · ");
