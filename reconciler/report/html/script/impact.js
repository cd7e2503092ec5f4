// The impact of a change of the settings: each of its numbers is a button that shows what it counts.

const IMPACT_FILTERS = ["cause", "setting", "decision"];
const impactButtons = () => [...document.querySelectorAll("#impact button")];

// What a button chooses; the other filters that tell of an impact are let go.
const choiceOf = (button) => {
  const { cause, kind = "", setting = "", decision = "" } = button.dataset;
  return { cause, kind, setting, decision, reason: "", rule: "" };
};

const isPressed = (button) => Object.entries(choiceOf(button)).every(([filter, key]) => chosen[filter] === key);

const markImpact = () => {
  for (const button of impactButtons()) button.setAttribute("aria-pressed", String(isPressed(button)));
};

// `choose` takes filters by name with their keys.
const watchImpact = (choose) => {
  for (const button of impactButtons()) {
    button.addEventListener("click", () => {
      const none = { kind: "", setting: "", decision: "" };
      choose(isPressed(button) ? none : choiceOf(button));
      byId("entries").scrollIntoView();
    });
  }
};
