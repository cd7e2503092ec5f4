// Small charts of what there is; a bar is a button that filters the list by it.

const BARS = 6;
const CHARTS = [
  ["kind", "By kind"],
  ["type", "By type"],
  ["site", "By site"],
  ["reason", "By reason"],
];

const bar = (share) =>
  vector(
    "svg",
    { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    vector("rect", { class: "track", width: 100, height: 8 }),
    vector("rect", { class: "planned", width: Math.max(0.6, 100 * share).toFixed(1), height: 8 }),
  );

const chart = (filter, title, choose) => {
  const counts = counted[filter];
  if (!counts.length) return null;
  const most = counts[0][1];
  const items = counts.slice(0, BARS).map(([key, count]) => {
    const press = () => choose({ [filter]: chosen[filter] === String(key) ? "" : String(key) });
    const button = element(
      "button",
      { type: "button", "data-filter": filter, "data-key": key, "aria-pressed": "false", onclick: press },
      element("span", { class: "name" }, nameOf(filter, key)),
      element("span", { class: "number" }, number(count)),
      bar(count / most),
    );
    return element("li", {}, button);
  });
  const id = `chart-${filter}`;
  const more = counts.length - BARS;
  return element(
    "section",
    { class: "chart", "aria-labelledby": id },
    element("h3", { id }, title),
    element("ul", {}, ...items),
    ...(more > 0 ? [element("p", { class: "more" }, `${number(more)} more in the filter below`)] : []),
  );
};

const drawCharts = (choose) =>
  byId("charts").append(...CHARTS.map(([filter, title]) => chart(filter, title, choose)).filter(Boolean));

const markCharts = () => {
  for (const button of byId("charts").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(chosen[button.dataset.filter] === button.dataset.key));
  }
};
