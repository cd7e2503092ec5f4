// Which entries are shown, and in which order: by search, kind, type, site, reason, rule, and by what a change of the
// settings has to do with them.

const ANYTHING = {
  ...{ query: "", kind: "", type: "", site: "", reason: "", rule: "", order: "plan" },
  ...{ cause: "", setting: "", decision: "" },
};
const chosen = { ...ANYTHING };
const REASONS_OFFERED = 300;

const CAUSES = {
  effect: ["by this change", (row) => row[EFFECT] !== 0],
  causes: ["caused by it", (row) => row[EFFECT] !== 0 && row[EFFECT][0] !== 0],
  prevents: ["prevented by it", (row) => row[EFFECT] !== 0 && row[EFFECT][1] !== 0],
  anyway: ["happens anyway", (row) => row[EFFECT] === 0],
};
// What an entry counts as, a bit for each group: of what this change causes or prevents, when that is asked for.
const KINDS = {
  "": (row) => row[GROUPS],
  effect: (row) => row[EFFECT][0] | row[EFFECT][1],
  causes: (row) => row[EFFECT][0],
  prevents: (row) => row[EFFECT][1],
  anyway: (row) => row[GROUPS],
};

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

const fillCauses = () => {
  if (!byId("cause")) return;
  const options = Object.entries(CAUSES)
    .map(([key, [name, is]]) => [key, name, rows.filter(is).length])
    .filter(([, , count]) => count);
  byId("cause").replaceChildren(
    element("option", { value: "" }, "any"),
    ...options.map(([key, name, count]) => element("option", { value: key }, `${name} (${number(count)})`)),
  );
  chosen.cause = options.some(([key]) => key === "effect") ? "effect" : "";
  byId("cause").value = chosen.cause;
};

// The texts that a search looks in, made when the browser is idle, or at the first search.
const haystacks = [];
const makeHaystack = (row) => {
  const [device, befores, afters, withouts] = valuesOf(row);
  const values = afters.concat(befores || [], withouts ?? []);
  const known = values.filter((value) => typeof value === "string" || typeof value === "number");
  const reason = isNote(row) ? texts[metas[row[METAS][0]][META_REASON]] : "";
  return [row[NAME], row[LABEL], device ?? "", reason, ...known].join("\n").toLowerCase();
};
const makeHaystacks = (end = rows.length) => {
  while (haystacks.length < end) haystacks.push(makeHaystack(rows[haystacks.length]));
};
const idle = () => new Promise(window.requestIdleCallback ?? ((work) => setTimeout(work, 20)));
const makeHaystacksIdly = async () => {
  for (const pack of packs.keys()) {
    await idle();
    await unpack(pack);
    makeHaystacks(Math.min(rows.length, (pack + 1) * atOnce * linesAtOnce));
  }
};

// The entries that were chosen, as places in `rows`, in the chosen order; a search needs every pack.
const chosenEntries = () => {
  const words = chosen.query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length) makeHaystacks();
  const [kind, type, site] = [chosen.kind, chosen.type, chosen.site].map((key) => (key === "" ? -1 : Number(key)));
  const right = ["reason", "rule", "setting", "decision"].every((filter) => chosen[filter] === "") ? null : rightMetas();
  const [isCause, kindsOf] = [CAUSES[chosen.cause]?.[1] ?? null, KINDS[chosen.cause]];
  const found = [];
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place];
    if (isCause && !isCause(row)) continue;
    if (kind >= 0 && !(kindsOf(row) & (1 << kind))) continue;
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

// Which verdicts an attribute may have: it must itself be what the entry is shown for.
const VERDICTS = { effect: [CAUSED, ALTERED, PREVENTED], causes: [CAUSED, ALTERED], prevents: [PREVENTED] };
const rightMetas = () => {
  const right = (key, value) => key === "" || value === Number(key);
  const verdicts = VERDICTS[chosen.cause];
  const isRight = (meta) =>
    right(chosen.reason, meta[META_HEADING]) &&
    right(chosen.rule, meta[META_RULE]) &&
    right(chosen.decision, meta[META_DECISION]) &&
    (chosen.setting === "" || Boolean(meta[META_SETTINGS]?.includes(Number(chosen.setting)))) &&
    (!verdicts || verdicts.includes(meta[META_VERDICT]));
  return Uint8Array.from(metas, isRight);
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
