// One phone: who holds it, the conversation, suggestions, and the line to write in.

import { drawMessage } from "./bubble.js";
import { calm, el, icon } from "./dom.js";
import { cityName, clockTime, dateIn, dayName, now, onTick } from "./time.js";

const CHANNELS = { sms: "SMS", telegram: "Telegram", slack: "Slack", whatsapp: "WhatsApp" };
const KNOWS = { sms: "Text message", telegram: "bot", slack: "app", whatsapp: "business account" };
const THINKING_MS = 8000;

/**
 * A phone of a business. `say(text)` and `press(messageId, choice)` send, and reject with a
 * sentence to show; `heard(phone)` is called when a message arrives that nobody has seen yet.
 */
export class Phone {
  constructor(phone, place, { say, press, heard }) {
    this.phone = phone;
    this.place = place;
    this.actions = { say, press, heard };
    // By the message's id as a string; `order` holds the ids as they came, and `born` those of
    // messages written here that the stream has not told of yet.
    this.messages = new Map();
    this.order = [];
    this.born = new Set();
    this.nodes = new Map();
    this.pressed = new Map();
    this.sent = 0;
    this.thinking = 0;
    this.pinned = true;
    this.element = this.build();
    this.suggest();
  }

  build() {
    const { phone } = this;
    return el(
      "article",
      {
        class: `phone ${phone.channel}`,
        id: `phone-${phone.id}`,
        data: { phone: phone.id, role: phone.role },
        "aria-labelledby": `name-${phone.id}`,
      },
      this.caption(),
      el("div", { class: "device" }, this.head(), this.conversation(), this.foot()),
    );
  }

  caption() {
    const { phone } = this;
    const known = CHANNELS[phone.channel];
    return el(
      "header",
      { class: "caption" },
      el("h3", { id: `name-${phone.id}` }, phone.label),
      el("span", { class: "kind" }, phone.role === "provider" ? "provider" : "customer"),
      el("span", { class: "channel" }, icon(known ? phone.channel : "sms"), known ?? phone.channel),
    );
  }

  head() {
    const { phone, place } = this;
    this.time = el("span", { class: "time" });
    const city = el("span", { class: "city" }, cityName(phone.zone));
    const face = el("span", { class: "face", "aria-hidden": "true" }, icon("mark"));
    const kind = el("small", {}, KNOWS[phone.channel] ?? "bot");
    return [
      el("div", { class: "status" }, this.time, city, icon("signal")),
      el("div", { class: "peer" }, face, el("span", { class: "names" }, el("b", {}, place.name), kind)),
    ];
  }

  conversation() {
    this.list = el("ol", { class: "messages" });
    const dots = [el("i"), el("i"), el("i")];
    this.dots = el("p", { class: "typing", hidden: true, "aria-hidden": "true" }, dots);
    this.log = el(
      "div",
      {
        class: "log",
        role: "log",
        tabIndex: 0,
        "aria-live": "polite",
        "aria-busy": "true",
        "aria-label": `${this.phone.label}’s conversation with ${this.place.name}`,
      },
      el("p", { class: "empty" }, "Nothing said yet. Pick a line below, or write your own."),
      this.list,
      this.dots,
    );
    // The last message stays in sight when the board beside takes or leaves room.
    this.log.addEventListener("scroll", () => (this.pinned = this.nearEnd()));
    new ResizeObserver(() => this.pinned && this.scroll("instant")).observe(this.log);
    return this.log;
  }

  nearEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
  }

  foot() {
    const label = `Suggestions for ${this.phone.label}`;
    this.complaint = el("p", { class: "complaint", role: "alert", hidden: true });
    this.replies = el("div", { class: "chips", role: "group", "aria-label": label });
    return [this.complaint, this.replies, this.composer()];
  }

  composer() {
    const { label } = this.phone;
    this.input = el("textarea", {
      rows: 1,
      placeholder: "Message",
      autocomplete: "off",
      enterkeyhint: "send",
      "aria-label": `Write as ${label}`,
    });
    const send = { class: "send", type: "submit", "aria-label": `Send as ${label}` };
    const form = el("form", { class: "composer" }, this.input, el("button", send, icon("send")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.sendTyped();
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.sendTyped();
    });
    this.input.addEventListener("input", () => this.grow());
    return form;
  }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 96)}px`;
  }

  sendTyped() {
    const text = this.input.value;
    if (text === "") return;
    this.input.value = "";
    this.grow();
    this.send(text);
  }

  /** Say something: it stands on the phone at once, and goes back to the line if it is refused. */
  async send(text) {
    this.complain(null);
    this.sent += 1;
    const id = `here-${this.sent}`;
    const at = new Date(now()).toISOString();
    this.born.add(id);
    this.put({ id, from: "me", text, choices: [], open: false, at, status: "queued" });
    try {
      const { id: stored } = await this.actions.say(text);
      this.rename(id, stored);
      this.think();
    } catch (error) {
      this.drop(id);
      if (this.input.value === "") this.input.value = text.trim() === "" ? "" : text;
      this.grow();
      this.complain(error.message);
    }
  }

  async choose(message, choice) {
    this.complain(null);
    this.pressed.set(keyOf(message), choice);
    this.put({ ...message, open: false });
    try {
      await this.actions.press(message.id, choice);
      this.think();
    } catch (error) {
      this.pressed.delete(keyOf(message));
      this.put(message);
      this.complain(error.message);
    }
  }

  complain(sentence) {
    this.complaint.hidden = sentence === null;
    this.complaint.textContent = sentence ?? "";
  }

  /** Take the whole conversation from the server; what stands here is only brought up to date. */
  fill(messages) {
    this.log.setAttribute("aria-busy", "true");
    for (const message of messages) this.adopt(message);
    const known = new Set(messages.map(keyOf));
    for (const key of [...this.order]) if (!known.has(key) && !this.born.has(key)) this.drop(key);
    if (this.order.length === 0) {
      this.list.replaceChildren();
      this.lastDay = null;
    }
    for (const message of messages) this.put(message);
    this.log.setAttribute("aria-busy", "false");
    this.scroll("instant");
  }

  /** A message from the stream: new, or changed (its choices closed, it went out, it failed). */
  receive(message) {
    this.adopt(message);
    const fresh = !this.messages.has(keyOf(message));
    this.put(message);
    if (message.from === "bot") this.rest();
    if (fresh && message.from === "bot") this.actions.heard(this.phone);
  }

  // The server may tell of a message written here before the answer to the sending does.
  adopt(message) {
    const key = keyOf(message);
    if (message.from !== "me") return;
    if (!this.messages.has(key)) {
      const mine = [...this.born].find((one) => this.messages.get(one).text === message.text);
      if (mine !== undefined) this.rename(mine, message.id);
    }
    this.born.delete(key);
  }

  // The same message under the server's id, in the same place.
  rename(from, id) {
    const key = String(id);
    const message = this.messages.get(from);
    if (message === undefined || from === key) return;
    if (this.messages.has(key)) {
      this.drop(from);
      return;
    }
    this.order[this.order.indexOf(from)] = key;
    this.nodes.set(key, this.nodes.get(from));
    this.nodes.delete(from);
    this.messages.delete(from);
    this.born.delete(from);
    this.born.add(key);
    this.put({ ...message, id, status: "sent" });
  }

  drop(key) {
    this.nodes.get(key)?.remove();
    this.nodes.delete(key);
    this.messages.delete(key);
    this.born.delete(key);
    this.order = this.order.filter((one) => one !== key);
    this.suggest();
  }

  put(message) {
    const key = keyOf(message);
    const near = this.nearEnd();
    const fresh = !this.nodes.has(key);
    this.messages.set(key, message);
    if (fresh) {
      const node = el("li");
      this.nodes.set(key, node);
      this.order.push(key);
      this.newDay(message);
      this.list.append(node);
    }
    this.draw(key);
    if (fresh && message.from === "bot") this.redrawMine();
    this.suggest();
    if (near || (fresh && message.from === "me")) this.scroll();
  }

  last() {
    return this.messages.get(this.order.at(-1));
  }

  newDay(message) {
    const day = dateIn(Date.parse(message.at), this.phone.zone);
    if (this.lastDay !== day) {
      this.list.append(el("li", { class: "day" }, dayName(Date.parse(message.at), this.phone.zone)));
    }
    this.lastDay = day;
  }

  draw(key) {
    const message = this.messages.get(key);
    const look = {
      zone: this.phone.zone,
      me: this.phone.label,
      them: this.place.name,
      channel: this.phone.channel,
      picture: `/api/demo/${this.place.slug}/pictures/${key}`,
      answered: this.answered(key),
      pressed: this.pressed.get(key) ?? message.pressed,
    };
    const press = (choice) => this.choose(message, choice);
    drawMessage(this.nodes.get(key), message, look, press);
  }

  answered(key) {
    const later = this.order.slice(this.order.indexOf(key) + 1);
    return later.some((one) => this.messages.get(one).from === "bot");
  }

  redrawMine() {
    for (const key of this.order.slice(-12)) if (this.messages.get(key).from === "me") this.draw(key);
  }

  // On SMS there are no buttons: an open question's choices stand first among the suggestions,
  // as a phone's own keyboard offers replies.
  suggest() {
    const key = this.order.findLast((one) => this.messages.get(one).from === "bot");
    const last = this.messages.get(key);
    const asks = this.phone.channel === "sms" && last?.open ? last.choices ?? [] : [];
    const wanted = JSON.stringify(asks);
    if (this.suggested === wanted) return;
    this.suggested = wanted;
    const chip = (text, kind) => {
      const on = { click: () => this.send(text) };
      return el("button", { class: `chip ${kind}`, type: "button", on }, text);
    };
    this.replies.replaceChildren(
      ...asks.map((text) => chip(text, "reply")),
      ...(this.phone.suggestions ?? []).map((text) => chip(text, "idea")),
    );
    this.replies.scrollLeft = 0;
  }

  think() {
    clearTimeout(this.thinking);
    if (this.last()?.from === "bot") return;
    this.dots.hidden = false;
    this.scroll();
    this.thinking = setTimeout(() => this.rest(), THINKING_MS);
  }

  rest() {
    clearTimeout(this.thinking);
    this.dots.hidden = true;
  }

  scroll(behavior = calm() ? "instant" : "smooth") {
    this.log.scrollTo({ top: this.log.scrollHeight, behavior });
  }

  tick(at) {
    const shown = clockTime(at, this.phone.zone);
    if (this.time.textContent !== shown) this.time.textContent = shown;
  }
}

const keyOf = (message) => String(message.id);

/** Keep the clocks on the phones that `current()` gives. */
export function keepTime(current) {
  onTick((at) => {
    for (const phone of current()) phone.tick(at);
  });
}
