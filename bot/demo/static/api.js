// What the page asks of its server: JSON calls, and one stream of events that comes back by itself.

const QUIET = "The demo’s server does not answer. Is it still running?";

/** A refusal or a failure, with a sentence that can be shown to the person. */
export class Refused extends Error {}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(`/api/demo${path}`, options);
  } catch {
    throw new Refused(QUIET);
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Refused(body.error ?? `The demo’s server answered ${response.status}.`);
  }
  return body;
}

// The header cannot be sent by another site's form or image: the server takes no change without it.
function post(path, body) {
  return call(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Slotkeeper-Demo": "1" },
    body: JSON.stringify(body),
  });
}

const of = (slug) => `/${encodeURIComponent(slug)}`;

export const overview = () => call("");
export const board = (slug, day) =>
  call(`${of(slug)}/board${day === null ? "" : `?day=${encodeURIComponent(day)}`}`);
export const messages = (slug) => call(`${of(slug)}/messages`);
export const say = (slug, phone, text) => post(`${of(slug)}/say`, { phone, text });
export const press = (slug, phone, message, choice) =>
  post(`${of(slug)}/press`, { phone, message, choice });
export const moveClock = (change) => post("/clock", change);

/**
 * Listen to one business. `on` holds `message`, `board`, `clock`, `afresh` (the event's data) and
 * `up`, `down` (the line's state); `up` is called at every return, so that the caller can fetch
 * what it missed. A tab out of sight lets its line go: a browser has six for one server, whatever
 * the number of tabs. Gives a function that ends the listening.
 */
export function listen(slug, on) {
  let source = null;
  let timer = null;
  let wait = 500;
  let ended = false;

  function open() {
    close();
    source = new EventSource(`/api/demo${of(slug)}/events`);
    source.addEventListener("open", () => {
      wait = 500;
      on.up();
    });
    source.addEventListener("error", () => {
      if (ended) return;
      on.down();
      // Our own retry instead of the browser's: it gives up for good on some answers, and
      // waits differently in each browser.
      close();
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 1.6, 5000);
    });
    for (const name of ["message", "board", "clock", "afresh"]) {
      source.addEventListener(name, (event) => on[name](JSON.parse(event.data)));
    }
  }

  function close() {
    clearTimeout(timer);
    source?.close();
  }

  const seen = () => (document.hidden ? close() : open());
  document.addEventListener("visibilitychange", seen);
  seen();
  return () => {
    ended = true;
    document.removeEventListener("visibilitychange", seen);
    close();
  };
}
