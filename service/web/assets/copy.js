// Copy as curl, copy as Python: the section that shows and copies the request.

import { asNumbers, recipe } from "./recipes.js";

export class Copying {
  #asked = null;
  #newest = null; // the picture that is asked about now
  #elements = Object.fromEntries(
    ["dialect", "language", "recipe", "copied", "copy-curl", "copy-python"].map(
      (id) => [id, document.getElementById(id)],
    ),
  );

  constructor() {
    const { dialect, language } = this.#elements;
    for (const select of [dialect, language]) {
      select.addEventListener("change", () => this.#show());
    }
    for (const which of ["curl", "python"]) {
      this.#elements[`copy-${which}`].addEventListener("click", () => {
        language.value = which;
        this.#show();
        this.#copy();
      });
    }
  }

  /** The last reading, and the 28 x 28 picture that it is of. */
  async about({ model, version }, seen) {
    const root = new URL(".", document.baseURI).href;
    this.#newest = seen;
    const numbers = await asNumbers(seen);
    if (this.#newest !== seen) return;
    this.#asked = { root, model, version, ...numbers };
    this.#show();
  }

  /** There is nothing to copy. */
  clear() {
    this.#newest = null;
    this.#asked = null;
    this.#show();
  }

  #show() {
    const { dialect, language, recipe: shown, copied } = this.#elements;
    for (const which of ["curl", "python"]) {
      this.#elements[`copy-${which}`].disabled = !this.#asked;
    }
    copied.textContent = "";
    shown.textContent = this.#asked
      ? recipe(dialect.value, language.value, this.#asked)
      : "Draw a digit first.";
  }

  async #copy() {
    const { recipe: shown, copied, dialect, language } = this.#elements;
    try {
      await navigator.clipboard.writeText(shown.textContent);
      const [what, how] = [dialect, language].map((of) => of.selectedOptions[0].text);
      copied.textContent = `Copied: ${how}, ${what}.`;
    } catch { // browsers give the clipboard to https and localhost alone
      window.getSelection().selectAllChildren(shown);
      copied.textContent = "It is selected; press Ctrl C to copy it.";
    }
  }
}
