// The one clock of the page, and times in words: always an instant (ms) shown in a named zone.

import { calm } from "./dom.js";

const SWEEP_MS = 900;

let offset = 0;
let known = false;
let sweep = null;
const listeners = new Set();

/** The demo's present instant in ms; while the clock is moved it runs through the time between. */
export function now() {
  if (sweep === null) return Date.now() + offset;
  const share = Math.min(1, (performance.now() - sweep.began) / SWEEP_MS);
  const eased = 1 - (1 - share) ** 3;
  return Date.now() + sweep.from + (offset - sweep.from) * eased;
}

/** Take the server's present instant (ISO with offset); a jump of over 2 s is shown as a sweep. */
export function setNow(iso) {
  const next = Date.parse(iso) - Date.now();
  if (Number.isNaN(next)) return;
  const shown = now() - Date.now();
  offset = next;
  sweep = null;
  const moved = known && Math.abs(next - shown) > 2000;
  known = true;
  if (moved && !calm()) {
    sweep = { from: shown, began: performance.now() };
    requestAnimationFrame(step);
  }
  tell();
}

/** Milliseconds the demo's clock is ahead of (or, negative, behind) the real one. */
export function ahead() {
  return offset;
}

/** Call `listener` each second, and at each frame while the clock is being moved. */
export function onTick(listener) {
  listeners.add(listener);
}

function step() {
  if (sweep !== null && performance.now() - sweep.began >= SWEEP_MS) sweep = null;
  tell();
  if (sweep !== null) requestAnimationFrame(step);
}

function tell() {
  for (const listener of listeners) listener(now());
}

setInterval(tell, 1000);

const formats = new Map();

function format(zone, options) {
  const locale = localeOf(zone);
  const key = `${locale} ${zone} ${JSON.stringify(options)}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.DateTimeFormat(locale, { timeZone: zone, ...options }));
  }
  return formats.get(key);
}

// The page speaks English; whether a day has 12 or 24 hours follows the place.
function localeOf(zone) {
  if (zone.startsWith("America/")) return "en-US";
  return zone.startsWith("Australia/") ? "en-AU" : "en-GB";
}

/** "3:00 PM", "15:00". */
export function clockTime(at, zone) {
  return format(zone, { hour: "numeric", minute: "2-digit" }).format(at);
}

/** "3 PM", "15": the hour for the head of the board; with minutes where it is not a full one. */
export function hourMark(at, zone) {
  const parts = wall(at, zone);
  if (parts.minute !== 0) return clockTime(at, zone);
  const twelve = format(zone, { hour: "numeric" }).resolvedOptions().hour12;
  return twelve
    ? format(zone, { hour: "numeric", hour12: true }).format(at)
    : `${String(parts.hour).padStart(2, "0")}:00`;
}

/** "Tue, Nov 24" or "Tue 24 Nov", as the zone's people write it. */
export function dayName(at, zone) {
  return format(zone, { weekday: "short", day: "numeric", month: "short" }).format(at);
}

/** The same for a calendar date YYYY-MM-DD, which has no zone of its own. */
export function dateName(day, zone) {
  const noon = Date.parse(`${day}T12:00:00Z`);
  const options = { timeZone: "UTC", weekday: "long", day: "numeric", month: "long" };
  return new Intl.DateTimeFormat(localeOf(zone), options).format(noon);
}

/** "EST", "CET", "AEDT": the zone's short name at that instant. */
export function zoneName(at, zone) {
  const parts = format(zone, { timeZoneName: "short" }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
}

/** "New York": the zone's city. */
export function cityName(zone) {
  return zone.split("/").at(-1).replaceAll("_", " ");
}

/** Minutes the zone's wall clock is ahead of UTC at that instant. */
export function zoneOffset(at, zone) {
  const parts = wall(at, zone);
  const shown = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute);
  return Math.round((shown - Math.floor(at / 60000) * 60000) / 60000);
}

/** The calendar date YYYY-MM-DD in the zone at that instant. */
export function dateIn(at, zone) {
  const parts = wall(at, zone);
  const two = (number) => String(number).padStart(2, "0");
  return `${parts.year}-${two(parts.month)}-${two(parts.day)}`;
}

/** The date so many days later, as a calendar counts. */
export function addDays(day, count) {
  const at = Date.parse(`${day}T00:00:00Z`) + count * 86400000;
  return new Date(at).toISOString().slice(0, 10);
}

/** The instant (ms) of a wall time in a zone; a time in a gap comes out an hour off, harmless here. */
export function instantOf(day, hour, zone) {
  const wallAsUtc = Date.parse(`${day}T00:00:00Z`) + hour * 3600000;
  const guess = wallAsUtc - zoneOffset(wallAsUtc, zone) * 60000;
  return wallAsUtc - zoneOffset(guess, zone) * 60000;
}

/** "4:09" of minutes and seconds, "1h35" beyond an hour: it has to fit a small block. */
export function countdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}`;
  return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}

/** "2 h 5 min ahead of real time", or an empty string where the two agree. */
export function aheadInWords(ms) {
  const minutes = Math.round(Math.abs(ms) / 60000);
  if (minutes === 0) return "";
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const parts = [
    days > 0 && `${days} d`,
    hours > 0 && `${hours} h`,
    days === 0 && minutes % 60 > 0 && `${minutes % 60} min`,
  ];
  return `${parts.filter(Boolean).join(" ")} ${ms > 0 ? "ahead of" : "behind"} real time`;
}

function wall(at, zone) {
  const options = {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    hourCycle: "h23",
  };
  const parts = {};
  for (const { type, value } of format(zone, options).formatToParts(at)) {
    parts[type] = Number(value);
  }
  return parts;
}
