// Elements and texts. Every name came from a device that anyone can rename: it is only ever set as text.

const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
};

const vector = (tag, attributes, ...children) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

const byId = (id) => document.getElementById(id);
const number = (value) => value.toLocaleString("en-GB");
const many = (value, one, several = `${one}s`) => `${number(value)} ${value === 1 ? one : several}`;

// What prints nothing (control characters, direction marks, odd spaces) is shown as its code, as on a terminal.
const HIDDEN = /(?! )[\p{C}\p{Z}]/gu;
const code = (character) => {
  if (character === "\n") return "\u2424";
  const digits = character.codePointAt(0).toString(16);
  if (digits.length <= 2) return `\\x${digits.padStart(2, "0")}`;
  return digits.length <= 4 ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
};
const visible = (text) => text.replace(HIDDEN, code);

const LONGEST = 2000;
const shown = (value) => {
  if (value === null) return "(empty)";
  const text = visible(String(value));
  if (text.length > LONGEST) return `${text.slice(0, LONGEST)}… (${number(text.length)} characters)`;
  const doubtful = typeof value === "string" && (text !== text.trim() || text === "" || text === "(empty)");
  return doubtful ? `“${text}”` : text;
};

// Both sides of a change; values that look alike and are not stand as JSON.
const sides = (before, after) => {
  const [old, now] = [shown(before), shown(after)];
  return old === now ? [visible(JSON.stringify(before)), visible(JSON.stringify(after))] : [old, now];
};
