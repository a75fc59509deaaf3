// Why it answered so: the pixels that spoke for one digit and against another.

import { ask, asBody, Asker, Refused } from "./ask.js";
import { weighed } from "./sentences.js";

const SIDE = 28;
// As the service draws its own heat map: told apart by every kind of eye.
const FOR = [255, 159, 0];
const AGAINST = [40, 150, 255];
const INK = 0.35; // how bright ink is that speaks for nothing

export class Explanation {
  #picture;
  #answer = null; // of /v1/classify
  #chosen = false; // whether a person chose the two digits
  #asker;
  #elements = Object.fromEntries(
    ["why", "for-digit", "not-digit", "because", "heat", "heat-figure", "legend-for",
      "legend-not"].map((id) => [id, document.getElementById(id)]),
  );

  /** `picture()` is what to explain. */
  constructor(picture) {
    this.#picture = picture;
    this.#asker = new Asker((signal) => this.#ask(signal), {
      answered: (explanation) => this.#show(explanation),
      refused: (problem) => this.#hide(`No explanation: ${problem.message}.`),
      away: (problem) => this.#hide(`${problem.message}; trying again.`),
      back: () => {},
    });
    for (const id of ["for-digit", "not-digit"]) {
      const select = this.#elements[id];
      for (let digit = 0; digit < 10; digit += 1) {
        select.append(new Option(digit, digit));
      }
      select.addEventListener("change", () => {
        this.#chosen = true;
        this.#askIfOpen();
      });
    }
    this.#elements.why.addEventListener("toggle", () => this.#askIfOpen());
  }

  /** A new reading, of which the first and the second digit are compared. */
  about(answer) {
    this.#answer = answer;
    if (!this.#chosen) {
      const [first, second] = likeliest(answer.predictions[0].probabilities);
      this.#elements["for-digit"].value = first;
      this.#elements["not-digit"].value = second;
    }
    this.#askIfOpen();
  }

  /** There is nothing to explain, and nobody has chosen digits for the next. */
  clear() {
    this.#answer = null;
    this.#chosen = false;
    this.#asker.drop();
    this.#hide("Draw a digit first.");
  }

  #askIfOpen() {
    if (this.#elements.why.open && this.#answer) this.#asker.change();
  }

  async #ask(signal) {
    const { model, version } = this.#answer;
    const digit = this.#elements["for-digit"].value;
    const against = this.#elements["not-digit"].value;
    if (digit === against) throw new Refused("choose two different digits");
    const query = new URLSearchParams({ model, version, digit, against });
    const body = asBody(await this.#picture());
    const response = await ask(`v1/explain?${query}`, { ...body, signal });
    return response.json();
  }

  #hide(reason) {
    this.#elements["heat-figure"].hidden = true;
    this.#elements.because.textContent = reason;
  }

  #show({ digit, against, difference, attributions, picture }) {
    const rival = against === "others" ? "all others" : `the ${against}`;
    const pro = `speaks for the ${digit}`;
    const contra = `speaks for ${rival}`;
    this.#elements.because.textContent = weighed(difference, `a ${digit}`,
      against === "others" ? "another digit" : `a ${against}`);
    this.#elements["legend-for"].textContent = `Orange ${pro}`;
    this.#elements["legend-not"].textContent = `Blue ${contra}`;
    this.#elements.heat.setAttribute("aria-label",
      `The picture; what ${pro} is orange, what ${contra} is blue`);
    this.#elements["heat-figure"].hidden = false;
    paint(this.#elements.heat, attributions, picture);
  }
}

/** The ten digits, the likeliest first. */
function likeliest(probabilities) {
  return probabilities.map((_, digit) => digit)
    .sort((a, b) => probabilities[b] - probabilities[a]);
}

/** Each pixel in the colour of what it says, the strongest fully, over dim ink. */
function paint(canvas, attributions, picture) {
  const context = canvas.getContext("2d");
  const strongest = Math.max(...attributions.flat().map(Math.abs)) || 1;
  const cell = canvas.width / SIDE;
  for (let row = 0; row < SIDE; row += 1) {
    for (let column = 0; column < SIDE; column += 1) {
      const weight = attributions[row][column] / strongest;
      context.fillStyle = mixed(INK * picture[row][column], weight);
      context.fillRect(column * cell, row * cell, cell, cell);
    }
  }
}

function mixed(grey, weight) {
  const colour = weight > 0 ? FOR : AGAINST;
  const parts = colour.map((part) => Math.round(grey + Math.abs(weight) * (part - grey)));
  return `rgb(${parts.join(" ")})`;
}
