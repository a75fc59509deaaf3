// Requests to the service: never out of order, never too many, and tried again.

const PAUSE = 60; // milliseconds between a change and the request that it causes
const LONGEST = 20_000; // milliseconds that an answer may take
const FIRST_RETRY = 500;
const LAST_RETRY = 8000;
const BUSY = [429, 502, 503, 504];

/** Nobody answers, or somebody says that nobody can now: worth another try. */
export class Unavailable extends Error {}

/** The service says what is wrong with the request. */
export class Refused extends Error {}

/** The answer to one request; `path` is relative to the page. */
export async function ask(path, { signal, ...request } = {}) {
  const limits = [AbortSignal.timeout(LONGEST), ...(signal ? [signal] : [])];
  let response;
  try {
    response = await fetch(path, { ...request, signal: AbortSignal.any(limits) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unavailable("The service does not answer");
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  const problem = said.detail ?? said.error ?? response.statusText;
  if (BUSY.includes(response.status)) {
    throw new Unavailable(`The service cannot answer now (${problem})`);
  }
  const refused = new Refused(problem);
  refused.status = response.status;
  throw refused;
}

/** The content type by which the service knows a picture; it looks inside anyway. */
export function asBody(picture) {
  const type = picture.type.startsWith("image/") ? picture.type : "image/png";
  return { method: "POST", body: picture, headers: { "Content-Type": type } };
}

/**
 * Asks one thing again and again as it changes: one request at a time, and after it
 * the newest one, so that an answer is never older than the one before it.
 */
export class Asker {
  #work;
  #on;
  #timer = null;
  #running = null;
  #stale = false;
  #failures = 0;

  /** `work(signal)` gives the answer; `on` has answered, refused, away and back. */
  constructor(work, on) {
    this.#work = work;
    this.#on = on;
  }

  /** Something changed: ask soon, at once where it is waiting to try again. */
  change() {
    this.#stale = true;
    if (this.#failures) this.#later(0);
    else if (this.#timer === null) this.#later(PAUSE);
  }

  /** Forget what was asked: no answer to it will come. */
  drop() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#stale = false;
    this.#failures = 0;
    this.#running?.abort();
    this.#running = null;
  }

  #later(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), milliseconds);
  }

  async #run() {
    this.#timer = null;
    if (this.#running || !this.#stale) return;
    const mine = new AbortController();
    this.#running = mine;
    this.#stale = false;
    try {
      const answer = await this.#work(mine.signal);
      if (this.#running === mine) this.#answered(answer);
    } catch (error) {
      if (this.#running === mine) this.#failed(error);
    } finally {
      if (this.#running === mine) this.#running = null;
    }
    if (this.#stale && this.#timer === null) this.#later(PAUSE);
  }

  #answered(answer) {
    this.#reached();
    this.#on.answered(answer, !this.#stale);
  }

  #failed(error) {
    if (!(error instanceof Unavailable)) {
      this.#reached();
      if (!(error instanceof Refused)) console.error(error);
      this.#on.refused(error, !this.#stale);
      return;
    }
    const wait = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.#failures);
    this.#failures += 1;
    this.#stale = true;
    this.#on.away(error, wait);
    this.#later(wait);
  }

  #reached() {
    if (this.#failures) this.#on.back();
    this.#failures = 0;
  }
}
