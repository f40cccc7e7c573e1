// What the page asks of its server: JSON calls, and one stream of events that comes back by itself.

const QUIET = "The demo’s server does not answer. Is it still running?";

const PATIENCE_MS = 60000;

/** A refusal or a failure, with a sentence that can be shown to the person. */
export class Refused extends Error {}

async function call(path, options = {}) {
  let response;
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    response = await fetch(`/api/demo${path}`, { signal, ...options });
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

const EVENTS = ["message", "board", "clock", "afresh"];

/**
 * Listen to one business. `on` holds `message`, `board`, `clock`, `afresh` (the event's data) and
 * `up`, `down` (the line's state); `up` is called at every return, so that the caller can fetch
 * what it missed. Gives a function that ends the listening.
 *
 * A browser keeps six lines to one server, so the tabs share one a business: whichever tab has the
 * lock listens and tells the others; when it goes, the next one has it.
 */
export function listen(slug, on) {
  if (!("locks" in navigator)) return stream(slug, on);
  const name = `slotkeeper demo ${slug}`;
  const me = `${Math.random()}`;
  const channel = new BroadcastChannel(name);
  const leaving = new AbortController();
  let state = null;
  let end = () => {};

  function tell(kind, data) {
    if (kind === "up" || kind === "down") state = kind;
    channel.postMessage({ kind, data });
    on[kind](data);
  }

  channel.addEventListener("message", ({ data: { kind, data, to } }) => {
    if (kind === "ask") {
      if (state !== null) channel.postMessage({ kind: state, to: data });
    } else if (to === undefined || to === me) on[kind](data);
  });
  const kinds = ["up", "down", ...EVENTS];
  const lead = (done) => {
    const close = stream(
      slug,
      Object.fromEntries(kinds.map((kind) => [kind, (data) => tell(kind, data)])),
    );
    end = () => {
      close();
      done();
    };
  };
  const { signal } = leaving;
  navigator.locks.request(name, { signal }, () => new Promise(lead)).catch(() => {});
  channel.postMessage({ kind: "ask", data: me });
  return () => {
    leaving.abort();
    end();
    channel.close();
  };
}

/** The line itself. */
function stream(slug, on) {
  let source = null;
  let timer = null;
  let wait = 500;
  let ended = false;

  function open() {
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
      source.close();
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 1.6, 5000);
    });
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => on[name](JSON.parse(event.data)));
    }
  }

  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    source.close();
  };
}
