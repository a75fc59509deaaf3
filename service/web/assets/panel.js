// One version's reading: ten bars, and what they mean in words.

import { brief, readAs, typicalitySentence } from "./sentences.js";

export class Panel {
  #root;
  #rows;

  /** A new panel in `parent`, from the page's template. */
  constructor(parent) {
    const template = document.getElementById("panel");
    this.#root = template.content.firstElementChild.cloneNode(true);
    const body = this.#root.querySelector("tbody");
    this.#rows = Array.from({ length: 10 }, (_, digit) => newRow(body, digit));
    parent.append(this.#root);
  }

  /** Nothing has been read; `version` is its model and number, or null. */
  clear(version) {
    this.#head("–", version, "Draw a digit.");
    this.#fill([], null);
    this.#text(".typicality", "");
    this.#text(".took", "");
  }

  /** What came instead of a reading. */
  refuse(version, problem) {
    this.clear(version);
    this.#head("?", version, problem);
  }

  /** An answer of /v1/classify and how long it took, in milliseconds. */
  show({ model, version, predictions: [prediction] }, took) {
    const { digit, probability, probabilities, typicality, several, accepted } = prediction;
    const more = several ? " There is more than one; this one stands out." : "";
    this.#head(digit, { model, number: version }, readAs(digit, probability) + more);
    this.#fill(probabilities, digit);
    const verdict = accepted === false ? " The service does not accept it." : "";
    this.#text(".typicality", typicalitySentence(digit, typicality) + verdict);
    this.#root.classList.toggle("strange", typicality < 0.01);
    this.#text(".took", `Answered by ${model} ${version} ${told(took)}.`);
  }

  remove() {
    this.#root.remove();
  }

  #head(digit, version, said) {
    this.#root.classList.remove("strange");
    this.#text(".digit", digit);
    this.#text(".said", said);
    this.#text(".who", version ? `Version ${version.number}` : "");
    const card = this.#root.querySelector(".card");
    card.hidden = !version;
    if (version) card.href = `models/${version.model}/${version.number}/report`;
  }

  #fill(probabilities, top) {
    this.#rows.forEach(({ row, fill, share }, digit) => {
      const probability = probabilities[digit] ?? 0;
      row.classList.toggle("top", digit === top);
      fill.style.transform = `scaleX(${probability})`;
      share.textContent = probabilities.length ? brief(probability) : "";
    });
  }

  #text(selector, text) {
    const element = this.#root.querySelector(selector);
    if (element.textContent !== String(text)) element.textContent = text;
  }
}

function told({ inside, all }) {
  const whole = `${all.toFixed(0)} ms`;
  if (inside === null) return `in ${whole}`;
  return `in ${inside.toFixed(1)} ms; ${whole} with the way there and back`;
}

function newRow(body, digit) {
  const row = body.insertRow();
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = digit;
  row.append(head);
  const cell = row.insertCell();
  const bar = document.createElement("span");
  const fill = document.createElement("span");
  const share = document.createElement("span");
  bar.className = "bar";
  share.className = "share";
  bar.append(fill);
  cell.append(bar, share);
  return { row, fill, share };
}
