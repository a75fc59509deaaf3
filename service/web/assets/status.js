// The status page asks for itself again every few seconds, until it is paused.
//
// Not by <meta http-equiv="refresh">: nobody could pause that, and it takes away
// where one was, by keyboard or by ear.

const AWAY = "The service does not answer; the numbers are from before.";
const at = (id) => document.getElementById(id);
const button = at("pause");
const seconds = Number(button.dataset.seconds);
let paused = false;

/** Whether somebody is in the middle of the numbers: they stay as they are then. */
function isBusy() {
  const facts = at("facts");
  const selected = document.getSelection();
  return facts.contains(document.activeElement)
    || (!selected.isCollapsed && facts.contains(selected.anchorNode));
}

async function refresh() {
  const signal = AbortSignal.timeout(2000 * seconds);
  const response = await fetch(location.href, { signal });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.getElementById("facts");
  if (paused || isBusy()) return;
  at("facts").replaceChildren(...document.adoptNode(fresh).childNodes);
  document.title = page.title;
}

async function goOn() {
  if (!paused && !document.hidden && !isBusy()) {
    const words = await refresh().then(() => "", () => AWAY);
    if (!paused) say(words); // else it says that it is paused
  }
  setTimeout(goOn, 1000 * seconds);
}

function say(words) {
  if (at("told").textContent !== words) at("told").textContent = words;
}

button.addEventListener("click", () => {
  paused = !paused;
  button.textContent = paused ? "Go on" : "Pause";
  say(paused ? "Paused." : `Read again every ${seconds} seconds.`);
});
button.hidden = false;
setTimeout(goOn, 1000 * seconds);
