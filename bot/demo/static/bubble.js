// One message as it stands on a phone: the text, its time and ticks, and the choices under it.

import { el, icon, linked } from "./dom.js";
import { clockTime } from "./time.js";

const LONG = 700;
const CHAT_SIDES = { me: "sent", bot: "received" };

/**
 * Draw a message into its list item, anew at each change. `look` holds `zone`, `me` and `them`
 * (names), `channel`, `picture` (where the message's is), `answered` (a reply came since) and
 * `pressed` (the choice taken, if known here); `press(choice)` is called for a button.
 */
export function drawMessage(node, message, look, press) {
  node.className = `message ${message.from}`;
  node.dataset.id = message.id;
  node.dataset.status = message.status;
  const parts = [avatar(message, look), bubble(message, look, node)];
  const choices = look.channel === "sms" ? [] : message.choices ?? [];
  if (choices.length > 0) parts.push(keyboard(message, choices, look, press));
  fill(node, parts);
}

// A button that holds the focus stays where it is when its message is drawn again.
function fill(node, parts) {
  const held = node.contains(document.activeElement)
    ? document.activeElement.dataset.choice
    : undefined;
  node.replaceChildren(...parts.filter(Boolean));
  if (held === undefined) return;
  for (const button of node.querySelectorAll("button.choice")) {
    if (button.dataset.choice === held) button.focus({ preventScroll: true });
  }
}

function avatar(message, look) {
  if (look.channel !== "slack") return null;
  const name = message.from === "me" ? look.me : look.them;
  return el("span", { class: "avatar", "aria-hidden": "true" }, initials(name));
}

function initials(name) {
  return [...name.trim()][0]?.toUpperCase() ?? "·";
}

function bubble(message, look, node) {
  const name = message.from === "me" ? look.me : look.them;
  const who = el("span", { class: "who" }, name);
  const tag = look.channel === "slack" && message.from === "bot";
  return el(
    "div",
    { class: "bubble" },
    el("p", { class: "by" }, who, tag ? el("span", { class: "app" }, "app") : null),
    body(message.text, node),
    message.picture ? picture(look.picture) : null,
    el(
      "p",
      { class: "meta" },
      el("time", { dateTime: message.at }, time(message, look)),
      ticks(message, look),
    ),
  );
}

function time(message, look) {
  return clockTime(Date.parse(message.at), look.zone);
}

// A long text is folded until somebody asks for all of it; then it stays open.
function body(text, node) {
  const content = el("p", { class: "text", dir: "auto" });
  if (text.length <= LONG || node.dataset.whole === "yes") {
    content.append(...linked(text));
    return content;
  }
  const more = el("button", { class: "more", type: "button" }, "Show all of it");
  more.addEventListener("click", () => {
    node.dataset.whole = "yes";
    content.replaceChildren(...linked(text));
  });
  content.append(...linked(`${text.slice(0, LONG)}… `), more);
  return content;
}

// It opens by itself, as large as it is: a week is hard to read in a bubble.
function picture(path) {
  const shown = el("img", { src: path, alt: "The agenda as a picture", loading: "lazy" });
  return el("a", { class: "picture", href: path, target: "_blank", rel: "noopener" }, shown);
}

function ticks(message, look) {
  if (message.status === "failed") {
    return el("span", { class: "ticks failed" }, icon("warn"), "Not delivered");
  }
  if (message.status === "queued") {
    const words = message.from === "me" ? "Sending" : "On its way";
    return el("span", { class: "ticks" }, icon("clock"), words);
  }
  if (message.from === "bot") return null;
  // A text message tells of its delivery only.
  const words = look.answered && look.channel !== "sms" ? "Read" : "Delivered";
  const mark = icon(look.answered ? "ticks" : "tick");
  return el("span", { class: `ticks${look.answered ? " read" : ""}` }, mark, el("span", {}, words));
}

function keyboard(message, choices, look, press) {
  const label = `Choices of the message ${CHAT_SIDES[message.from]} at ${time(message, look)}`;
  const buttons = choices.map((choice) => {
    const taken = look.pressed === choice;
    const button = el(
      "button",
      {
        class: `choice${taken ? " taken" : ""}`,
        type: "button",
        data: { choice },
        // Not `disabled`: that would throw the focus of a keyboard back to the top of the page.
        "aria-disabled": message.open ? null : "true",
      },
      choice,
    );
    button.addEventListener("click", () => message.open && press(choice));
    return button;
  });
  return el("div", { class: "keyboard", role: "group", "aria-label": label }, buttons);
}
