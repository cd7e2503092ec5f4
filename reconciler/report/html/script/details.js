// One entry in full: what it is, each attribute before and after, and why.

const facts = (row) => {
  const known = [
    ["tag", row[NAME] !== row[LABEL] ? row[NAME] : ""],
    ["kind", groupsOf(row).join(", ")],
    ["type", texts[row[TYPE]]],
    ["site", texts[row[SITE]]],
    ["connection", texts[row[CONNECTION]]],
    ["device", row[DEVICE] ?? ""],
  ];
  const pairs = known.filter(([, fact]) => fact);
  return element(
    "dl",
    { class: "pairs" },
    ...pairs.map(([name, fact]) => element("div", {}, element("dt", {}, name), element("dd", {}, visible(fact)))),
  );
};

const ruleButton = (attribute, choose) => {
  const filter = () => choose("rule", String(metas[attribute.meta][META_RULE]));
  const title = `Show everything that rule ${visible(attribute.rule)} decided`;
  return element("button", { type: "button", class: "rule", title, onclick: filter }, visible(attribute.rule));
};

const why = (attribute, choose) => [visible(attribute.reason), ...(attribute.rule ? [" ", ruleButton(attribute, choose)] : [])];

const attributeTable = (row, choose) => {
  const added = isNew(row);
  const titles = ["Attribute", ...(added ? ["Value"] : ["Before", "After"]), "Why"];
  const lines = attributesOf(row).map((attribute) => {
    const [before, after] = added ? ["", shown(attribute.after)] : sides(attribute.before, attribute.after);
    const values = added ? [["Value", after]] : [["Before", before], ["After", after]];
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, visible(attribute.name)),
      ...values.map(([title, value]) => element("td", { "data-title": title, class: title.toLowerCase() }, element("bdi", {}, value))),
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
  const filter = (name, key) => {
    dialog.close();
    choose(name, key);
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
