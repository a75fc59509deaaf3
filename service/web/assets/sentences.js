// What an answer means, in plain words: the same as service/web/sentences.py says.

const STRANGE = 0.01;
const UNUSUAL = 0.1;

/** A probability, 0..1, for people: 97.3%, and no 100% that is none. */
export function percent(share) {
  if (share < 0.001) return "under 0.1%";
  if (share > 0.999) return "over 99.9%";
  return `${(100 * share).toFixed(1)}%`;
}

/** The same, as short as a column of them needs. */
export function brief(share) {
  return percent(share).replace("under ", "<").replace("over ", ">");
}

/** What the network reads, and how sure it is. */
export function readAs(digit, probability) {
  return `Read as a ${digit}, ${percent(probability)} sure.`;
}

/** Whether it looks like a digit at all; no number where the version cannot tell. */
export function typicalitySentence(digit, typicality) {
  if (typicality === undefined) {
    return "This version cannot tell whether it looks like a digit.";
  }
  if (typicality < STRANGE) {
    return "This does not look like a digit: "
      + "of 100 real digits, fewer than one looks so strange.";
  }
  const share = Math.round(100 * typicality);
  if (typicality < UNUSUAL) {
    return `This is an unusual ${digit}: of 100 real digits, ${share} look stranger.`;
  }
  return `This looks like a ${digit}: of 100 real digits, ${share} look less like one.`;
}

/** What a difference of logits means: e to its power is how many times likelier. */
export function weighed(difference, digit, rival) {
  const times = Math.exp(Math.abs(difference));
  const [winner, loser] = difference >= 0 ? [digit, rival] : [rival, digit];
  const rounded = times < 10 ? times.toFixed(1) : Math.round(times);
  const many = times < 1000 ? rounded : "more than 1000";
  return `The network holds it ${many} times likelier to be ${winner} than ${loser}.`;
}
