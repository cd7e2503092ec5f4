// Which entries are shown, and in which order: by search, kind, type, site, reason, rule.

const chosen = { query: "", kind: "", type: "", site: "", reason: "", rule: "", order: "plan" };
const REASONS_OFFERED = 300;

// How many entries there are of each kind, type, site, reason and rule: each entry counts once for each.
const counted = (() => {
  const counts = () => new Uint32Array(Math.max(texts.length, groups.length));
  const found = { kind: counts(), type: counts(), site: counts(), reason: counts(), rule: counts() };
  const [lastReason, lastRule] = [counts(), counts()];
  const headings = Uint32Array.from(metas, (meta) => meta[META_HEADING]);
  const rules = Uint32Array.from(metas, (meta) => meta[META_RULE]);
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place];
    for (let group = 0; group < groups.length; group++) if (row[GROUPS] & (1 << group)) found.kind[group]++;
    found.type[row[TYPE]]++;
    found.site[row[SITE]]++;
    for (const meta of row[METAS]) {
      const [heading, rule] = [headings[meta], rules[meta]];
      if (lastReason[heading] !== place + 1) found.reason[heading]++;
      if (lastRule[rule] !== place + 1) found.rule[rule]++;
      lastReason[heading] = lastRule[rule] = place + 1;
    }
  }
  // Place 0 of the texts is none.
  for (const filter of ["type", "site", "reason", "rule"]) found[filter][0] = 0;
  const sorted = (numbers) => {
    const keys = [...numbers.keys()].filter((key) => numbers[key]);
    return keys.sort((one, other) => numbers[other] - numbers[one] || one - other).map((key) => [key, numbers[key]]);
  };
  return Object.fromEntries(Object.entries(found).map(([name, numbers]) => [name, sorted(numbers)]));
})();

const nameOf = (filter, key) => visible(filter === "kind" ? groups[key] : texts[key]);

const fillChoice = (filter) => {
  const offered = counted[filter].slice(0, REASONS_OFFERED);
  const options = offered.map(([key, count]) =>
    element("option", { value: key }, `${nameOf(filter, key).slice(0, 90)} (${number(count)})`),
  );
  byId(filter).replaceChildren(element("option", { value: "" }, "any"), ...options);
};

// The texts that a search looks in, made when the browser is idle, or at the first search.
const haystacks = [];
const makeHaystack = (row) => {
  const [befores, afters] = valuesOf(row);
  const values = befores === 0 ? afters : [...afters, ...befores];
  const known = values.filter((value) => typeof value === "string" || typeof value === "number");
  const reason = isNote(row) ? texts[metas[row[METAS][0]][META_REASON]] : "";
  return [row[NAME], row[LABEL], row[DEVICE] ?? "", reason, ...known].join("\n").toLowerCase();
};
const makeHaystacks = (most = Infinity) => {
  const end = Math.min(rows.length, haystacks.length + most);
  while (haystacks.length < end) haystacks.push(makeHaystack(rows[haystacks.length]));
  return haystacks.length < rows.length;
};
const makeHaystacksIdly = () => {
  const later = window.requestIdleCallback ?? ((work) => setTimeout(work, 20));
  if (makeHaystacks(2000)) later(makeHaystacksIdly);
};

// The entries that were chosen, as places in `rows`, in the chosen order.
const chosenEntries = () => {
  const words = chosen.query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length) makeHaystacks();
  const [kind, type, site] = [chosen.kind, chosen.type, chosen.site].map((key) => (key === "" ? -1 : Number(key)));
  const right = chosen.reason === "" && chosen.rule === "" ? null : rightMetas();
  const found = [];
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place];
    if (kind >= 0 && !(row[GROUPS] & (1 << kind))) continue;
    if (type >= 0 && row[TYPE] !== type) continue;
    if (site >= 0 && row[SITE] !== site) continue;
    if (right && !row[METAS].some((meta) => right[meta])) continue;
    if (words.length && !words.every((word) => haystacks[place].includes(word))) continue;
    found.push(place);
  }
  if (chosen.order === "plan") return found;
  const ranks = ranksBy(chosen.order);
  return found.sort((one, other) => ranks[one] - ranks[other]);
};

const rightMetas = () => {
  const right = (key, value) => key === "" || value === Number(key);
  return Uint8Array.from(metas, (meta) => right(chosen.reason, meta[META_HEADING]) && right(chosen.rule, meta[META_RULE]));
};

const ORDERS = {
  plan: ["as planned", null],
  label: ["name", (row) => row[LABEL].toLowerCase()],
  name: ["tag", (row) => row[NAME]],
  kind: ["kind", (row) => row[GROUP]],
  type: ["type", (row) => texts[row[TYPE]]],
  site: ["site", (row) => texts[row[SITE]]],
  most: ["most changed", (row) => -row[METAS].length],
};
const ranks = {};
const ranksBy = (order) => {
  if (!ranks[order]) {
    const keys = rows.map(ORDERS[order][1]);
    const sorted = Array.from(keys.keys());
    sorted.sort((one, other) => (keys[one] < keys[other] ? -1 : keys[one] > keys[other] ? 1 : one - other));
    ranks[order] = new Uint32Array(rows.length);
    sorted.forEach((place, rank) => (ranks[order][place] = rank));
  }
  return ranks[order];
};
