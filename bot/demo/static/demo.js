// The demo page: one place at a time, its phones, its board, and the stream that keeps them true.

import * as api from "./api.js";
import { Board } from "./board.js";
import { startClock } from "./clock.js";
import { startDetail } from "./detail.js";
import { calm, el, icon } from "./dom.js";
import { keepTime, Phone } from "./phone.js";
import { addDays, dateName, now, onTick, setNow } from "./time.js";

const SETTLE_MS = 60;
const RETRY_MS = 2000;

const find = (id) => document.getElementById(id);
const state = {
  places: [],
  place: null,
  phones: new Map(),
  unread: new Map(),
  // The day asked for, or null for the place's today; and the day that came.
  day: null,
  shown: null,
  today: null,
  stop: () => {},
  changed: new Set(),
  // How many questions for the whole are open, and what was told meanwhile.
  asking: 0,
  late: [],
};

const board = new Board(find("grid"), { tell: announce, detail: startDetail(find("detail")) });
const clock = startClock(find("clock"), {
  zone: () => state.place?.zone ?? null,
  move: api.moveClock,
  complain: (sentence) => trouble("clock", sentence),
});
keepTime(() => state.phones.values());
onTick((at) => board.tick(at));

// --- what stands above everything: the line's state and what went wrong ---

const troubles = new Map();

function trouble(what, sentence) {
  if (sentence === null) troubles.delete(what);
  else troubles.set(what, sentence);
  const [first = ""] = troubles.values();
  find("trouble").hidden = first === "";
  find("trouble").textContent = first;
}

function line(up) {
  find("live").dataset.state = up ? "up" : "down";
  find("live-words").textContent = up ? "Live" : "Reconnecting…";
}

function announce({ status, text }) {
  const news = find("news");
  news.dataset.status = status;
  news.replaceChildren(el("i", { class: "dot" }), el("span", { title: text }, text));
}

// --- places ---

function showPlaces() {
  find("places").replaceChildren(
    ...state.places.map((place) =>
      el("a", { href: `#${place.slug}`, data: { slug: place.slug } }, place.name),
    ),
  );
}

function choosePlace() {
  const slug = decodeURIComponent(location.hash.slice(1));
  const place = state.places.find((one) => one.slug === slug) ?? state.place ?? state.places[0];
  if (place === undefined || place === state.place) return;
  state.stop();
  Object.assign(state, { place, day: null, shown: null, today: null });
  state.phones = new Map();
  state.unread = new Map();
  document.documentElement.dataset.place = place.slug;
  document.title = `${place.name} · Slotkeeper demo`;
  for (const link of find("places").children) {
    link.removeAttribute("aria-current");
    if (link.dataset.slug !== place.slug) continue;
    link.setAttribute("aria-current", "page");
    link.scrollIntoView({ block: "nearest", inline: "center" });
  }
  find("about").textContent = place.about ?? "";
  find("news").replaceChildren();
  state.changed.clear();
  showPhones();
  clock.show();
  state.stop = api.listen(place.slug, {
    up: () => {
      line(true);
      refresh();
    },
    down: () => line(false),
    message: (event) => (state.asking > 0 ? state.late.push(event) : hear(event)),
    board: ({ day }) => boardChanged(day),
    clock: ({ now: iso }) => {
      setNow(iso);
      clockMoved();
    },
    afresh: () => {
      Object.assign(state, { day: null, shown: null, today: null });
      state.changed.clear();
      find("news").replaceChildren();
      refresh();
    },
  });
}

const hear = ({ phone, message }) => state.phones.get(phone)?.receive(message);

// What the stream tells while the whole is being asked for may be newer than the answer: it waits,
// and comes after it.
async function refresh() {
  const { place } = state;
  state.asking += 1;
  try {
    const [{ now: iso }, { phones }] = await Promise.all([api.overview(), api.messages(place.slug)]);
    if (place !== state.place) return;
    setNow(iso);
    for (const [id, phone] of state.phones) phone.fill(phones[id] ?? []);
    trouble("place", null);
  } catch (error) {
    if (place === state.place) trouble("place", error.message);
  } finally {
    state.asking -= 1;
    if (state.asking === 0) state.late.splice(0).forEach(hear);
  }
  await loadBoard(state.shown !== null);
}

// --- phones ---

function showPhones() {
  const { place } = state;
  for (const phone of place.phones) {
    const view = new Phone(phone, place, {
      say: (text) => api.say(place.slug, phone.id, text),
      press: (message, choice) => api.press(place.slug, phone.id, message, choice),
      heard,
    });
    state.phones.set(phone.id, view);
  }
  const views = [...state.phones.values()];
  find("rail").replaceChildren(...views.map((view) => view.element));
  find("rail").scrollLeft = 0;
  find("people").replaceChildren(...place.phones.map(personTab));
  for (const view of views) view.tick(now());
  for (const view of views) watching.observe(view.element);
}

function personTab(phone) {
  return el(
    "a",
    { href: `#phone-${phone.id}`, data: { phone: phone.id }, on: { click: toPhone } },
    icon(phone.channel),
    el("span", {}, phone.label),
    el("span", { class: "badge", hidden: true }),
  );
}

function toPhone(event) {
  event.preventDefault();
  const { phone } = event.currentTarget.dataset;
  state.phones.get(phone)?.element.scrollIntoView({
    behavior: calm() ? "instant" : "smooth", block: "nearest", inline: "center",
  });
}

// On a narrow window only some phones are in sight: the others count what they heard.
const visible = new Set();
const watching = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const { phone } = target.dataset;
      if (isIntersecting) {
        visible.add(phone);
        badge(phone, 0);
      } else visible.delete(phone);
      tabOf(phone)?.toggleAttribute("data-shown", isIntersecting);
    }
  },
  { root: find("rail"), threshold: 0.6 },
);

function heard(phone) {
  if (!visible.has(phone.id)) badge(phone.id, (state.unread.get(phone.id) ?? 0) + 1);
}

function badge(phone, count) {
  state.unread.set(phone, count);
  const node = tabOf(phone)?.querySelector(".badge");
  if (!node) return;
  node.hidden = count === 0;
  node.textContent = count === 0 ? "" : `${count}`;
  node.setAttribute("aria-label", `${count} new`);
}

const tabOf = (phone) => [...find("people").children].find((tab) => tab.dataset.phone === phone);

// --- the board ---

// Many rows may change at one yes: the board is asked for once, when they have. A change on
// another day is followed there, unless that day is over or the day in sight changed too.
function boardChanged(day) {
  state.changed.add(day);
  clearTimeout(boardChanged.timer);
  boardChanged.timer = setTimeout(() => {
    const days = [...state.changed].filter((one) => one >= (state.today ?? ""));
    const elsewhere = days.length > 0 && !state.changed.has(state.shown);
    state.changed.clear();
    if (elsewhere && find("follow").checked) [state.day] = days.sort();
    loadBoard(true);
  }, SETTLE_MS);
}

// Which day is today is the place's to say (a night ends after midnight); a day that has
// passed gives way to it.
async function clockMoved() {
  const { place } = state;
  const { day } = await api.board(place.slug, null).catch(() => ({ day: null }));
  if (place !== state.place || day === null) return;
  state.today = day;
  if (state.day !== null && state.day <= day) state.day = null;
  await loadBoard(true);
}

async function loadBoard(live) {
  const { place } = state;
  const asked = state.day === state.today ? null : state.day;
  loadBoard.count = (loadBoard.count ?? 0) + 1;
  const mine = loadBoard.count;
  try {
    const data = await api.board(place.slug, asked);
    // Another question was asked meanwhile: its answer is the newer one.
    if (mine !== loadBoard.count) return;
    state.day = asked;
    state.shown = data.day;
    if (asked === null) state.today = data.day;
    showDay(data);
    board.show(data, live);
    trouble("board", null);
  } catch (error) {
    if (mine !== loadBoard.count) return;
    trouble("board", error.message);
    setTimeout(() => mine === loadBoard.count && loadBoard(live), RETRY_MS);
  }
}

function showDay(data) {
  const words = dateName(data.day, data.zone);
  const tomorrow = state.today === null ? null : addDays(state.today, 1);
  const near = { [state.today]: "Today", [tomorrow]: "Tomorrow" }[data.day] ?? "";
  find("day").textContent = words;
  find("day-near").textContent = near;
  find("today").toggleAttribute("aria-current", data.day === state.today);
}

function turnTo(day) {
  state.day = day;
  loadBoard(false);
}

find("before").addEventListener("click", () => state.shown && turnTo(addDays(state.shown, -1)));
find("after").addEventListener("click", () => state.shown && turnTo(addDays(state.shown, 1)));
find("today").addEventListener("click", () => turnTo(null));

// --- start ---

async function start() {
  try {
    const { now: iso, businesses } = await api.overview();
    setNow(iso);
    trouble("start", null);
    state.places = businesses;
    showPlaces();
    choosePlace();
    addEventListener("hashchange", choosePlace);
    // A laptop that slept has missed events without the stream noticing.
    document.addEventListener("visibilitychange", () => document.hidden || refresh());
  } catch (error) {
    line(false);
    trouble("start", error.message);
    setTimeout(start, RETRY_MS);
  }
}

start();
