// The live day board: a row for each person, room or table, time from left to right.

import { el, icon } from "./dom.js";
import { isRest, layOut, seatsOf, STATUS } from "./layout.js";
import { clockTime, countdown, dateName, now, zoneName } from "./time.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KINDS = { provider: "", room: "", table: "seats", class: "seats" };

/** Draws boards into `root`, updating in place, so that a change can be seen happening. */
export class Board {
  constructor(root, { tell, detail }) {
    this.root = root;
    this.tell = tell;
    this.detail = detail;
    this.nodes = new Map();
    this.states = new Map();
    this.budgets = new Map();
    this.shape = "";
    this.data = null;
    this.focused = null;
    root.addEventListener("keydown", (event) => this.walk(event));
    root.addEventListener("focusin", (event) => this.rove(event.target));
  }

  /**
   * Show a board as the server gives it. `live` says that something changed; else it is only
   * another view. On a day that was not in sight before, what nobody has seen yet and still waits
   * is what changed.
   */
  show(data, live) {
    const shape = JSON.stringify([data.day, data.zone, data.opens, data.closes, data.columns]);
    const rebuilt = shape !== this.shape;
    this.data = data;
    this.plan = layOut(data);
    if (rebuilt) this.frame(shape);
    const news = live ? this.news(rebuilt) : [];
    if (this.plan !== null) this.place(new Set(news.map(({ item }) => item.id)));
    this.limit(data.limits ?? {});
    for (const item of data.items) this.states.set(item.id, item.status);
    this.tick(now());
    if (rebuilt) this.toNow();
    if (news.length > 0) this.announce(news);
  }

  // How many bookings a row has of the most it may have: marked where no more are taken.
  limit(limits) {
    for (const [column, node] of this.full ?? []) {
      const [had, most] = limits[column] ?? [];
      node.hidden = most === undefined;
      node.textContent = `${had} of ${most}`;
      node.title = `${had} of at most ${most} bookings a day`;
      node.classList.toggle("full", had >= most);
    }
  }

  news(rebuilt) {
    const found = new Map();
    for (const item of this.data.items) {
      const before = this.states.get(item.id);
      const waits = STATUS[item.status]?.spanMs !== undefined;
      const changed = before === undefined ? waits || !rebuilt : before !== item.status;
      if (changed && !found.has(item.id)) found.set(item.id, { item, before });
    }
    return [...found.values()];
  }

  frame(shape) {
    this.shape = shape;
    this.nodes.clear();
    this.full = new Map();
    const { data, plan } = this;
    this.root.replaceChildren();
    this.root.className = "grid";
    if (plan === null) {
      const sentence = `Closed on ${dateName(data.day, data.zone)}.`;
      this.root.append(el("p", { class: "shut" }, icon("moon"), sentence));
      return;
    }
    const count = data.columns.length;
    this.root.classList.add(count > 8 ? "dense" : count > 3 ? "even" : "roomy");
    this.root.style.setProperty("--hours", String((plan.to - plan.from) / 3600000));
    this.line = el("div", { class: "now" });
    this.pill = el("span", { class: "pill" });
    this.past = el("div", { class: "past" });
    this.tracks = plan.rows.map(() => el("ul", { class: "track", role: "list" }));
    const rows = plan.rows.map((row, index) => this.row(row, this.tracks[index]));
    const over = el("div", { class: "over" }, this.past, this.line);
    this.root.append(
      el("div", { class: "canvas" }, this.axis(), el("div", { class: "rows" }, rows, over)),
    );
  }

  axis() {
    this.marks = this.plan.marks.map(({ text, zone, left }) => {
      const change = zone === "" ? null : el("em", {}, zone);
      return { left, node: put(el("span", { class: "mark" }, text, change), left) };
    });
    const zone = el("span", { class: "corner" }, zoneName(this.plan.from, this.data.zone));
    this.scale = el("div", { class: "marks" }, this.marks.map(({ node }) => node), this.pill);
    return el("div", { class: "axis", "aria-hidden": "true" }, zone, this.scale);
  }

  row({ column }, track) {
    const id = `row-${column.id}`;
    const seats = KINDS[column.kind] === "seats" && column.capacity !== null;
    const size = seats
      ? el("small", { title: `${column.capacity} seats` }, icon("people"), `${column.capacity}`)
      : null;
    const lines = this.plan.marks.map((mark) => put(el("i", { class: "hour" }), mark.left));
    const limit = el("small", { class: "limit", hidden: true });
    this.full.set(column.id, limit);
    const name = el("h3", { id }, el("span", {}, column.name), size, limit);
    track.setAttribute("aria-labelledby", id);
    return el("div", { class: `row ${column.kind}` }, name, el("div", { class: "lane" }, lines, track));
  }

  // Each block keeps its element for as long as it is there, so that styles can move between states.
  place(changed) {
    const seen = new Set();
    this.plan.rows.forEach((row, index) => {
      for (const block of row.blocks) {
        seen.add(block.key);
        let node = this.nodes.get(block.key);
        if (node === undefined) {
          node = this.block(changed.has(block.item.id));
          this.nodes.set(block.key, node);
        }
        if (node.parentNode !== this.tracks[index]) this.tracks[index].append(node);
        this.draw(node, block);
      }
    });
    for (const [key, node] of this.nodes) {
      if (seen.has(key)) continue;
      node.remove();
      this.nodes.delete(key);
    }
    this.rove(null);
  }

  block(fresh) {
    const button = el("button", { type: "button", class: "face", tabIndex: -1 });
    button.addEventListener("click", () => this.detail(button, this.describe(button.block)));
    const buffers = [el("i", { class: "before" }), el("i", { class: "after" })];
    return el("li", { class: fresh ? "block new" : "block" }, buffers, button);
  }

  draw(node, block) {
    const { item } = block;
    const changed = node.dataset.status !== undefined && node.dataset.status !== item.status;
    node.dataset.status = item.status;
    node.dataset.layer = block.layer;
    node.dataset.id = item.id;
    if (changed) node.classList.add("changed");
    const style = node.style;
    style.left = percent(block.left);
    style.width = percent(block.width);
    style.setProperty("--before", share(block.before, block.width));
    style.setProperty("--after", share(block.after, block.width));
    style.setProperty("--lane", String(block.lane));
    style.setProperty("--lanes", String(block.lanes));
    const button = node.lastElementChild;
    button.block = block;
    button.setAttribute("aria-label", sentence(this.describe(block)));
    button.replaceChildren(...faceOf(block));
    node.toggleAttribute("data-quiet", block.quiet);
  }

  describe(block) {
    const { item } = block;
    const { zone } = this.data;
    const status = STATUS[item.status] ?? { words: item.status };
    const { taken, capacity } = seatsOf(block);
    const isClass = item.status === "class";
    const of = capacity === null ? "" : ` of ${capacity}`;
    const until = item.expires_at && status.spanMs !== undefined ? Date.parse(item.expires_at) : null;
    return {
      status: item.status,
      title: item.label || status.words,
      column: block.column.name,
      when: `${clockTime(block.start, zone)} – ${clockTime(block.end, zone)}`,
      state: status.words,
      customer: item.customer,
      party: isClass ? null : item.party,
      joined: item.joined?.join(" and ") ?? null,
      seats: isClass ? `${taken.length}${of} seats taken` : null,
      guests: block.seats.map(guest),
      ref: item.ref,
      series: item.nth ? `${item.series}, ${item.nth[0]} of ${item.nth[1]}` : item.series,
      until,
      untilWords: until === null ? null : `until ${clockTime(until, zone)}`,
    };
  }

  // What changed, in one line for eyes and for readers; the first of them is brought into sight.
  announce(news) {
    const told = news.some((one) => !isRest(one.item)) ? news.filter((one) => !isRest(one.item)) : news;
    const [{ item, before }] = told;
    const status = STATUS[item.status]?.words ?? item.status;
    const column = this.data.columns.find((one) => one.id === item.column)?.name ?? "";
    const what = [item.label, item.customer && `for ${item.customer}`].filter(Boolean).join(" ");
    const was = before === undefined ? "" : ` (was ${STATUS[before]?.words ?? before})`;
    const when = clockTime(Date.parse(item.start), this.data.zone);
    const more = told.length === 1 ? "" : `, and ${told.length - 1} more`;
    this.tell({ status: item.status, text: `${column} ${when}: ${what} ${status}${was}${more}` });
    this.reveal(item.id);
  }

  tick(at) {
    if (this.data === null || this.plan === null) return;
    const { from, to } = this.plan;
    const share = (at - from) / (to - from);
    const inside = share >= 0 && share <= 1;
    this.line.hidden = !inside;
    this.pill.hidden = !inside;
    if (inside) {
      put(this.line, share);
      put(this.pill, share);
      this.pill.textContent = clockTime(at, this.data.zone);
    }
    this.clearMarks(inside ? share : null);
    this.past.style.width = percent(Math.min(1, Math.max(0, share)));
    for (const node of this.nodes.values()) this.drain(node.lastElementChild, at);
  }

  // The present time stands over the hours: those that it would half cover are hidden.
  clearMarks(share) {
    const [wide, own] = [this.scale.clientWidth, this.pill.offsetWidth];
    for (const { left, node } of this.marks) {
      const gap = share === null ? -Infinity : (left - share) * wide;
      node.classList.toggle("under", gap > -node.offsetWidth - own / 2 && gap < own / 2);
    }
  }

  drain(button, at) {
    const bar = button.querySelector(".drain");
    if (bar === null) return;
    const { item, key } = button.block;
    const left = Date.parse(item.expires_at) - at;
    const known = `${key} ${item.status} ${item.expires_at}`;
    // How long it had at first is not told: the usual span, or what was left when it was first seen.
    const first = Date.parse(item.expires_at) - Date.parse(this.data.now);
    const whole = this.budgets.get(known) ?? Math.max(STATUS[item.status].spanMs, first);
    this.budgets.set(known, whole);
    bar.style.width = percent(Math.min(1, Math.max(0, left / whole)));
    button.querySelector(".left").textContent = left > 0 ? countdown(left) : "over";
    button.parentNode.classList.toggle("over", left <= 0);
    button.parentNode.classList.toggle("soon", left > 0 && left < 60000);
  }

  /** Bring the present (or, on another day, the first booking) to the middle of a narrow window. */
  toNow() {
    if (this.plan === null) return;
    const { from, to, rows } = this.plan;
    const bookings = rows.flatMap((row) => row.blocks.filter((block) => block.layer === "front"));
    const first = Math.min(1, ...bookings.map((block) => block.left));
    const today = now() >= from && now() <= to;
    this.toShare(today ? (now() - from) / (to - from) : first);
  }

  /** Bring a booking into the window, where the window is narrower than the day. */
  reveal(id) {
    for (const node of this.nodes.values()) {
      if (node.dataset.id === String(id)) this.toShare(node.lastElementChild.block.left);
    }
  }

  toShare(share) {
    const { scrollWidth, clientWidth } = this.root;
    this.root.scrollLeft = Math.max(0, share * scrollWidth - clientWidth / 3);
  }

  // One stop for Tab; inside, the arrows walk: left and right in time, up and down between rows.
  rove(target) {
    const faces = [...this.root.querySelectorAll(".face")];
    const face = target?.closest?.(".face") ?? faces.find((one) => one === this.focused) ?? faces[0];
    if (face === undefined || face === null) return;
    for (const one of faces) one.tabIndex = one === face ? 0 : -1;
    this.focused = face;
  }

  walk(event) {
    const face = event.target.closest(".face");
    const along = ARROWS[event.key];
    if (face === null || along === undefined) return;
    event.preventDefault();
    const rows = this.tracks.map((track) =>
      [...track.querySelectorAll(".face")].sort((one, other) => one.block.start - other.block.start),
    );
    const here = rows.findIndex((row) => row.includes(face));
    let next = rows[here][rows[here].indexOf(face) + along[0]];
    if (along[1] !== 0) {
      const beyond = along[1] > 0 ? rows.slice(here + 1) : rows.slice(0, here).reverse();
      const row = beyond.find((one) => one.length > 0) ?? [];
      const far = (one) => Math.abs(one.block.start - face.block.start);
      [next] = [...row].sort((one, other) => far(one) - far(other));
    }
    next?.focus();
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

function faceOf(block) {
  const { item } = block;
  const status = STATUS[item.status];
  const waits = Boolean(item.expires_at) && status?.spanMs !== undefined;
  const party = item.party ? el("span", { class: "party" }, icon("people"), `${item.party}`) : null;
  const first = el(
    "span",
    { class: "first" },
    status?.icon === undefined ? null : icon(status.icon),
    el("b", {}, item.customer ?? item.label ?? ""),
    party,
    item.joined ? el("span", { class: "joined" }, item.joined.join("+")) : null,
    item.nth ? el("span", { class: "nth" }, icon("reset"), el("span", {}, item.nth.join(" of "))) : null,
  );
  const second = el(
    "span",
    { class: "second" },
    waits ? el("span", { class: "left" }) : null,
    item.status === "class" ? seats(block) : item.customer ? el("span", {}, item.label) : null,
  );
  return waits ? [first, second, el("i", { class: "drain" })] : [first, second];
}

// How many seats of a class are taken, in figures and as dots.
function seats(block) {
  const { taken, capacity } = seatsOf(block);
  const figures = capacity === null ? `${taken.length}` : `${taken.length} of ${capacity}`;
  return [el("span", { class: "seats" }, figures), meter(block)];
}

function meter(block) {
  const { taken, capacity } = seatsOf(block);
  const total = capacity ?? taken.length;
  if (total === 0) return "";
  const dots = Array.from({ length: Math.min(total, 24) }, (_, seat) =>
    el("i", { data: { status: taken[seat] ?? "free" } }),
  );
  return el("span", { class: "meter" }, dots);
}

function guest(item) {
  const status = STATUS[item.status]?.words ?? item.status;
  return `${item.customer ?? "Somebody"} · ${item.party ?? 1} · ${status}`;
}

function sentence(facts) {
  const { column, title, when, state, customer, party, joined, seats, series, untilWords } = facts;
  const size = party === null || party === undefined ? null : `party of ${party}`;
  const together = joined ? `at ${joined} together` : null;
  const again = series ? `series ${series}` : null;
  return [column, title, customer, size, together, when, seats, again, state === title ? null : state, untilWords]
    .filter(Boolean)
    .join(", ");
}

function put(node, share) {
  node.style.left = percent(share);
  return node;
}

const percent = (share) => `${(share * 100).toFixed(4)}%`;
const share = (part, whole) => (whole > 0 ? `${((part / whole) * 100).toFixed(2)}%` : "0%");
