// The entries: what the plan changes, withholds, leaves alone or finds wrong. `data.py` tells how they are written.

const unpacked = (packed) => {
  const text = atob(packed);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place++) bytes[place] = text.charCodeAt(place);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
};

const taken = (id) => {
  const text = byId(id).textContent.trim();
  byId(id).remove();
  return text;
};

const rowLines = (await unpacked(taken("data"))).split("\n");
const { texts, metas, groups, atOnce, linesAtOnce } = JSON.parse(rowLines.pop());
const [GROUP, GROUPS, NAME, LABEL, CONNECTION, TYPE, SITE, METAS, EFFECT, PLACE] = Array(10).keys();
const [META_NAME, META_REASON, META_RULE, META_HEADING, META_VERDICT, META_SETTINGS, META_DECISION] = Array(7).keys();
const [CAUSED, ALTERED, PREVENTED] = [1, 2, 3];

const rows = [];
for (let line = 0; line < rowLines.length; line++) {
  for (const row of JSON.parse(rowLines[line])) {
    if (row.length === EFFECT) row.push(0);
    row.push(rows.length);
    rows.push(row);
  }
  rowLines[line] = "";
}

// The values are unpacked a pack at a time, when they are looked at or when the browser is idle.
const packs = taken("values").split("\n");
const packLines = [];
const unpacking = [];
const packOf = (row) => Math.floor(row[PLACE] / (atOnce * linesAtOnce));
const isUnpacked = (row) => packLines[packOf(row)] !== undefined;
const unpack = (pack) => {
  unpacking[pack] ??= unpacked(packs[pack]).then((text) => {
    packLines[pack] = text.split("\n");
    packs[pack] = "";
  });
  return unpacking[pack];
};
const unpackFor = (some) => Promise.all([...new Set(some.map(packOf))].map(unpack));
const unpackAll = () => Promise.all(Array.from(packs.keys(), unpack));

// The values of an unpacked entry, [device, befores, afters, withouts]; only the lines that were looked at last are kept.
const KEPT = 64;
const kept = new Map();
const valuesOf = (row) => {
  const line = Math.floor(row[PLACE] / atOnce);
  if (!kept.has(line)) {
    if (kept.size >= KEPT) kept.delete(kept.keys().next().value);
    kept.set(line, JSON.parse(packLines[packOf(row)][line % linesAtOnce]));
  }
  return kept.get(line)[row[PLACE] % atOnce];
};

const groupOf = (row) => groups[row[GROUP]];
const groupsOf = (row) => groups.filter((_, place) => row[GROUPS] & (1 << place));
const isNew = (row) => Boolean(row[GROUPS] & (1 << groups.length));
const isNote = (row) => Boolean(row[GROUPS] & (2 << groups.length));
const deviceOf = (row) => valuesOf(row)[0] ?? "";

// The versions of a software stand one to a line.
const oneLine = (meta, value) =>
  typeof value === "string" && texts[metas[meta][META_NAME]].startsWith("software: ")
    ? value.split("\n").filter(Boolean).join(", ")
    : value;

// The attributes of an entry, each as { name, before, after, without, reason, rule, verdict, meta }; `without` is what
// it ends as without the change of the settings.
const attributesOf = (row) => {
  const [, befores, afters, withouts] = valuesOf(row);
  let told = 0;
  return row[METAS].map((meta, place) => {
    const [before, after] = [befores === 0 ? null : befores[place], afters[place]];
    const verdict = metas[meta][META_VERDICT] ?? 0;
    const without = verdict === CAUSED ? before : verdict ? (withouts?.[told++] ?? null) : after;
    return {
      name: texts[metas[meta][META_NAME]],
      before: oneLine(meta, before),
      after: oneLine(meta, after),
      without: oneLine(meta, without),
      reason: texts[metas[meta][META_REASON]],
      rule: texts[metas[meta][META_RULE]],
      verdict,
      meta,
    };
  });
};

const TOLD_OF_NEW = ["user", "upn", "serialNumber", "model", "status"];

const attributeWords = ({ name, before, after, without, verdict }, added) => {
  if (verdict === PREVENTED) {
    const [now, otherwise] = sides(after, without);
    return `${visible(name)} stays ${now}, without this change ${otherwise}`;
  }
  const [old, now] = sides(before, after);
  const otherwise = verdict === ALTERED ? `, without this change ${shown(without)}` : "";
  return `${visible(name)} ${added ? "" : `${old} → `}${now}${otherwise}`;
};

// What an unpacked entry comes to, for its line in the list; of an impact first what this change does.
const wordsOf = (row) => {
  const attributes = attributesOf(row);
  if (isNote(row)) return attributes.map(({ name, reason }) => `${name}: ${reason}`).map(visible).join("; ");
  const ended = attributes.filter(({ verdict }) => verdict === ALTERED || verdict === PREVENTED);
  if (!ended.length && (isNew(row) || groupOf(row) === "removed")) {
    const known = attributes.map(({ name, before, after }) => [name, after ?? before]).filter(([, value]) => value !== null);
    const told = known.filter(([name]) => TOLD_OF_NEW.includes(name));
    return (told.length ? told : known).slice(0, 4).map(([, value]) => shown(value)).join(" · ");
  }
  const first = attributes.filter(({ verdict }) => verdict).concat(attributes.filter(({ verdict }) => !verdict));
  const told = first.slice(0, 3).map((attribute) => attributeWords(attribute, isNew(row)));
  if (first.length > 3) told.push(`${first.length - 3} more`);
  return told.join("; ");
};

const placeOf = (row) => [row[TYPE], row[SITE]].filter(Boolean).map((text) => visible(texts[text])).join(" · ");
