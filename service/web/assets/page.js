// The page: where pad, service and readings meet. Each part has its own module.

import { ask, asBody, Asker, Unavailable } from "./ask.js";
import { bring } from "./bring.js";
import { Copying } from "./copy.js";
import { Explanation } from "./explain.js";
import { fillGallery } from "./gallery.js";
import { listen } from "./keys.js";
import { Pad } from "./pad.js";
import { Panel } from "./panel.js";
import { percent } from "./sentences.js";

const RETRY = 2000; // milliseconds, for the list of versions
const at = (id) => document.getElementById(id);
const assets = new URL(".", import.meta.url).href;

const pad = new Pad(at("pad"), changed);
const panels = [new Panel(at("readings"))];
const copying = new Copying();
const explanation = new Explanation(() => pad.picture());
const asker = new Asker(read, { answered, refused, away, back });
let known = null; // what /version told

/** Ask everything about what the pad shows now. */
async function read(signal) {
  const picture = await pad.picture();
  const [response, ...answers] = await Promise.all([
    ask("v1/normalize", { ...asBody(picture), signal }),
    ...panels.map((_, place) => classify(picture, place, signal)),
  ]);
  return { answers, seen: await response.blob() };
}

async function classify(picture, place, signal) {
  const version = at(place ? "against" : "version").value;
  const query = version ? `?version=${version}` : "";
  const started = performance.now();
  const response = await ask(`v1/classify${query}`, { ...asBody(picture), signal });
  const answer = await response.json();
  return { answer, took: { inside: inside(response), all: performance.now() - started } };
}

/** The milliseconds that the service says it took, null where it does not. */
function inside(response) {
  const timing = /total;dur=([\d.]+)/.exec(response.headers.get("Server-Timing"));
  return timing && Number(timing[1]);
}

function changed() {
  note("");
  at("hint").hidden = !pad.isEmpty;
  at("undo").disabled = !pad.canUndo;
  at("redo").disabled = !pad.canRedo;
  at("clear").disabled = pad.isEmpty;
  if (pad.isEmpty) forget();
  else if (!pad.isDot) askAgain();
}

function askAgain() {
  busy(true);
  asker.change();
}

/** Whether what stands there is not yet the reading of what was drawn. */
function busy(is) {
  at("readings").setAttribute("aria-busy", is);
}

function forget() {
  asker.drop();
  busy(false);
  say("");
  trouble("");
  panels.forEach((panel, place) => panel.clear(chosen(place)));
  at("glance").textContent = "";
  showSeen(null);
  copying.clear();
  explanation.clear();
}

function answered({ answers, seen }, isNewest) {
  trouble("");
  answers.forEach(({ answer, took }, place) => panels[place]?.show(answer, took));
  const [{ digit, probability }] = answers[0].answer.predictions;
  at("glance").textContent = `${digit}, ${percent(probability)}`;
  showSeen(seen);
  if (!isNewest) return;
  busy(false);
  sayReadings();
  copying.about(answers[0].answer, seen);
  explanation.about(answers[0].answer);
}

function refused(problem, isNewest) {
  trouble("");
  if (isNewest) busy(false);
  if (pad.isDrawing) return; // the beginning of a digit is not one yet
  panels.forEach((panel, place) => panel.refuse(chosen(place), sentence(problem.message)));
  say(sentence(problem.message));
  at("glance").textContent = "?";
  showSeen(null);
  copying.clear();
  explanation.clear();
}

function away(problem, wait) {
  const seconds = wait < 1500 ? "a second" : `${Math.round(wait / 1000)} seconds`;
  trouble(`${problem.message}. Trying again in ${seconds}.`);
}

function back() {
  trouble("");
  say("The service answers again.");
}

function trouble(text) {
  if (at("trouble").textContent !== text) at("trouble").textContent = text;
}

function say(text) {
  at("spoken").textContent = text;
}

function note(text) {
  at("note").textContent = text;
}

let resting = null;

/** Tell people who listen, but only once the drawing rests. */
function sayReadings() {
  clearTimeout(resting);
  resting = setTimeout(() => {
    const said = [...document.querySelectorAll(".panel")].map((panel) =>
      [".who", ".said", ".typicality"]
        .map((part) => panel.querySelector(part).textContent).join(". "));
    if (!pad.isEmpty) say(said.join(" ").replaceAll("..", "."));
  }, 500);
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

let newestSeen = null;

async function showSeen(picture) {
  newestSeen = picture;
  const canvas = at("seen");
  const bitmap = picture && await createImageBitmap(picture);
  if (newestSeen !== picture) return;
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  if (bitmap) canvas.getContext("2d").drawImage(bitmap, 0, 0);
  canvas.setAttribute("aria-label", bitmap ? "The digit, white on black" : "Nothing yet");
}

async function show(picture) {
  if (!(await pad.show(picture))) note("The browser cannot show it; the service may.");
}

function chosen(place) {
  const asked = at(place ? "against" : "version").value || known?.default;
  const number = known?.labels[asked] ?? asked; // a label stands for one
  return number ? { model: known.model, number } : null;
}

/** One panel, or two where versions are compared. */
function arrange() {
  const wanted = at("against").value ? 2 : 1;
  while (panels.length > wanted) panels.pop().remove();
  if (panels.length < wanted) panels.push(new Panel(at("readings")));
  at("readings").classList.toggle("two", wanted === 2);
  panels.forEach((panel, place) => panel.clear(chosen(place)));
  if (!pad.isEmpty) askAgain();
}

async function learnVersions() {
  try {
    known = await (await ask("version")).json();
  } catch (problem) {
    trouble(`${problem.message}.${problem instanceof Unavailable ? " Trying again." : ""}`);
    setTimeout(learnVersions, RETRY);
    return;
  }
  trouble(known.default === null ? "No version of the network is ready to answer." : "");
  const numbers = known.versions.map(({ version }) => version).sort((a, b) => b - a);
  const labels = Object.entries(known.labels)
    .map(([label, number]) => [`${label} (${number})`, label]);
  const choices = [...numbers.map((n) => [n, n]), ...labels];
  at("version").replaceChildren(...choices.map(([text, value]) => new Option(
    value === known.default ? `${text} (default)` : text, value)));
  at("version").value = known.default;
  at("against").append(...choices.map(([text, value]) => new Option(text, value)));
  arrange();
}

// What does nothing without this script is not shown, nor painted, before it is here.
for (const part of document.querySelectorAll(".later")) part.hidden = false;
for (const id of ["undo", "redo", "clear"]) {
  at(id).addEventListener("click", () => pad[id]());
}
for (const id of ["version", "against"]) at(id).addEventListener("change", arrange);
window.addEventListener("online", () => pad.isEmpty || askAgain());
bring(show, note);
listen();
learnVersions();
fillGallery(assets, show).catch((problem) => console.error(problem));
