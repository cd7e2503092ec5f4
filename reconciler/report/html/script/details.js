// One entry in full: what it is, each attribute before and after, and why.

const facts = (row) => {
  const known = [
    ["tag", row[NAME] !== row[LABEL] ? row[NAME] : ""],
    ["kind", groupsOf(row).join(", ")],
    ["type", texts[row[TYPE]]],
    ["site", texts[row[SITE]]],
    ["connection", texts[row[CONNECTION]]],
    ["device", deviceOf(row)],
  ];
  const pairs = known.filter(([, fact]) => fact);
  return element(
    "dl",
    { class: "pairs" },
    ...pairs.map(([name, fact]) => element("div", {}, element("dt", {}, name), element("dd", {}, visible(fact)))),
  );
};

const ruleButton = (attribute, choose) => {
  const filter = () => choose({ rule: String(metas[attribute.meta][META_RULE]) });
  const title = `Show everything that rule ${visible(attribute.rule)} decided`;
  return element("button", { type: "button", class: "rule", title, onclick: filter }, visible(attribute.rule));
};

const VERDICT_WORDS = { [CAUSED]: "by this change", [ALTERED]: "otherwise by this change", [PREVENTED]: "prevented by this change" };

const settingButton = (place, choose) => {
  const name = byId("setting")?.querySelector(`option[value="${place}"]`)?.dataset.name ?? "";
  const filter = () => choose({ ...ANYTHING, cause: "effect", setting: String(place) });
  return element("button", { type: "button", class: "rule setting", title: "Show everything put down to this setting", onclick: filter }, name);
};

const effectWords = (attribute, choose) => {
  if (!attribute.verdict) return [];
  const settings = metas[attribute.meta][META_SETTINGS].map((place) => settingButton(place, choose));
  return [element("div", { class: "verdict" }, VERDICT_WORDS[attribute.verdict], ...settings.flatMap((button) => [" ", button]))];
};

const why = (attribute, choose) => [
  visible(attribute.reason),
  ...(attribute.rule ? [" ", ruleButton(attribute, choose)] : []),
  ...effectWords(attribute, choose),
];

const attributeTable = (row, choose) => {
  const [added, effect] = [isNew(row), row[EFFECT] !== 0];
  const titles = ["Attribute", ...(added ? ["Value"] : ["Before", "After"]), ...(effect ? ["Without this change"] : []), "Why"];
  const lines = attributesOf(row).map((attribute) => {
    const alike = attribute.before === attribute.after;
    const both = alike ? [shown(attribute.before), shown(attribute.after)] : sides(attribute.before, attribute.after);
    const values = added ? [["Value", shown(attribute.after)]] : [["Before", both[0]], ["After", both[1]]];
    if (effect) values.push(["Without this change", shown(attribute.without)]);
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, visible(attribute.name)),
      ...values.map(([title, value]) => element("td", { "data-title": title, class: title.toLowerCase().split(" ")[0] }, element("bdi", {}, value))),
      element("td", { "data-title": "Why", class: "why" }, ...why(attribute, choose)),
    );
  });
  return element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...titles.map((title) => element("th", { scope: "col" }, title)))),
    element("tbody", {}, ...lines),
  );
};

const noteText = (row, choose) =>
  attributesOf(row).map((each) => element("p", {}, element("b", {}, visible(each.name)), ": ", ...why(each, choose)));

// Show an entry. `step` goes to the one before (-1) or after (1); `choose` filters the list.
const openDetails = (row, where, { step, choose }) => {
  const dialog = byId("details");
  const filter = (filters) => {
    dialog.close();
    choose(filters);
  };
  dialog.replaceChildren(
    element(
      "div",
      { class: "bar" },
      element("h2", { id: "details-title" }, element("bdi", {}, visible(row[LABEL]))),
      element("button", { type: "button", class: "quiet", onclick: () => step(-1), "aria-label": "The one before" }, "←"),
      element("button", { type: "button", class: "quiet", onclick: () => step(1), "aria-label": "The one after" }, "→"),
      element("button", { type: "button", autofocus: true, onclick: () => dialog.close() }, "Close"),
    ),
    element("p", { class: "where" }, where),
    facts(row),
    ...(isNote(row) ? noteText(row, filter) : [attributeTable(row, filter)]),
  );
  if (!dialog.open) dialog.showModal();
  else dialog.querySelector("[autofocus]").focus();
};
