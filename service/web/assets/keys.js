// Keyboard shortcuts: single letters, which can be switched off, and the usual ones.

const LETTERS = {
  u: "undo", r: "redo", c: "clear", Delete: "clear", o: "choose", p: "camera",
  v: "version", w: "why", "?": "keyboard",
};
const WITH_CONTROL = { z: "undo", y: "redo" };
const REMEMBERED = "single letters are shortcuts";

/** Listen for shortcuts: buttons are clicked, lists focused, sections opened. */
export function listen() {
  const letters = document.getElementById("letters");
  letters.checked = remembered() !== "no";
  letters.addEventListener("change", () => remember(letters.checked ? "yes" : "no"));
  document.addEventListener("keydown", (event) => {
    const id = meant(event, letters.checked);
    if (!id) return;
    event.preventDefault();
    use(document.getElementById(id));
  });
}

function meant(event, lettersToo) {
  if (event.altKey || document.querySelector("dialog[open]")) return null;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    return event.shiftKey && key === "z" ? "redo" : WITH_CONTROL[key];
  }
  return lettersToo ? LETTERS[key] : null;
}

function use(element) {
  switch (element.localName) {
    case "button":
      element.click();
      break;
    case "select":
      element.focus();
      break;
    case "details":
      element.open = !element.open;
      if (element.open) element.querySelector("summary").focus();
  }
}

/** Browsers may refuse to remember anything; then nothing is. */
function remembered() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

function remember(value) {
  try {
    localStorage.setItem(REMEMBERED, value);
  } catch { /* nothing is lost but the choice */ }
}
