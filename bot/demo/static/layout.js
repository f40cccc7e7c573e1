// Where everything of a day stands on the board: pure arithmetic, no page and no clock.

import { hourMark, zoneName, zoneOffset } from "./time.js";

const HOUR = 3600000;
const BACKGROUND = new Set(["break", "closed", "busy", "blocked"]);
const RESTS = new Set(["break", "closed"]);
const GONE = new Set(["expired", "cancelled"]);

export const STATUS = {
  held: { words: "held", icon: "hourglass", spanMs: 5 * 60000 },
  awaiting_provider: { words: "waiting for the provider", icon: "ask", spanMs: 2 * HOUR },
  awaiting_payment: { words: "waiting for payment", icon: "card", spanMs: 33 * 60000 },
  confirmed: { words: "confirmed", icon: "check" },
  completed: { words: "done", icon: "check" },
  no_show: { words: "did not come", icon: "cross" },
  expired: { words: "expired", icon: "cross" },
  cancelled: { words: "cancelled", icon: "cross" },
  break: { words: "break" },
  closed: { words: "closed" },
  busy: { words: "busy in the calendar" },
  blocked: { words: "by hand" },
  class: { words: "class", icon: "people" },
};

/**
 * Lay out a board. Gives `{from, to, marks, rows}`: instants in ms, marks `{at, text, zone}` at the
 * place's full hours (elapsed hours apart, so a night of 24 − 1 hours has one less; `zone` is named
 * where the clocks change), and one row a column with its `blocks`, each with `left`, `width`,
 * `before`, `after` (buffers) as shares of the day and `lane` of `lanes`. Null where the day is closed.
 */
export function layOut(board) {
  const from = Date.parse(board.opens ?? "");
  const to = Date.parse(board.closes ?? "");
  if (!(to > from)) return null;
  const share = (at) => Math.min(1, Math.max(0, (at - from) / (to - from)));
  const rows = board.columns.map((column) => {
    const items = board.items.filter((item) => item.column === column.id);
    return { column, blocks: blocksOf(items, column, share) };
  });
  hush(rows);
  return { from, to, marks: marksOf(from, to, board.zone), rows };
}

// A rest that many rows keep together is named once, in the middle of them.
function hush(rows) {
  const together = new Map();
  for (const { blocks } of rows) {
    for (const block of blocks.filter((one) => one.layer === "back")) {
      const key = `${block.start} ${block.end} ${block.item.status} ${block.item.label}`;
      together.set(key, [...(together.get(key) ?? []), block]);
    }
  }
  for (const blocks of together.values()) {
    const named = blocks.length > 3 ? blocks[Math.floor(blocks.length / 2)] : null;
    for (const block of blocks) block.quiet = named !== null && block !== named;
  }
}

function blocksOf(items, column, share) {
  const blocks = items.map((item) => blockOf(item, column, share));
  const classes = blocks.filter((block) => block.item.status === "class");
  const rest = [];
  for (const block of blocks) {
    const host = classes.find((one) => one !== block && covers(one, block));
    const seated = host !== undefined && !BACKGROUND.has(block.item.status);
    if (seated) host.seats.push(block.item);
    else rest.push(block);
  }
  intoLanes(rest.filter((block) => block.layer === "front"));
  return rest;
}

function blockOf(item, column, share) {
  const [start, end] = [Date.parse(item.start), Date.parse(item.end)];
  const left = share(start);
  const right = share(end);
  return {
    key: `${item.column} ${item.id}`,
    item,
    column,
    start,
    end,
    left,
    width: right - left,
    before: left - share(Date.parse(item.blocked_start ?? item.start)),
    after: share(Date.parse(item.blocked_end ?? item.end)) - right,
    layer: layerOf(item.status),
    lane: 0,
    lanes: 1,
    quiet: false,
    seats: [],
  };
}

function layerOf(status) {
  if (BACKGROUND.has(status)) return "back";
  return GONE.has(status) ? "ghost" : "front";
}

function covers(host, block) {
  return host.start <= block.start && block.end <= host.end;
}

// Bookings that meet in one row (seats of a group without a class of its own) share its height.
function intoLanes(blocks) {
  blocks.sort((one, other) => one.start - other.start || one.end - other.end);
  let cluster = [];
  let clusterEnd = -Infinity;
  const close = () => {
    const lanes = 1 + Math.max(0, ...cluster.map((block) => block.lane));
    for (const block of cluster) block.lanes = lanes;
  };
  for (const block of blocks) {
    if (block.start >= clusterEnd) {
      close();
      cluster = [];
    }
    const taken = new Set(
      cluster.filter((other) => other.end > block.start).map((other) => other.lane),
    );
    while (taken.has(block.lane)) block.lane += 1;
    cluster.push(block);
    clusterEnd = Math.max(clusterEnd, block.end);
  }
  close();
}

function marksOf(from, to, zone) {
  const marks = [];
  let offset = zoneOffset(from, zone);
  // A zone may stand half an hour off: the first full hour is counted on the wall, not in UTC.
  const early = (from / 60000 + offset) % 60;
  let at = early === 0 ? from : from + (60 - early) * 60000;
  if (early !== 0) marks.push({ at: from, text: hourMark(from, zone), zone: "" });
  for (; at < to; at += HOUR) {
    const next = zoneOffset(at, zone);
    marks.push({
      at,
      text: hourMark(at, zone),
      zone: next === offset ? "" : zoneName(at, zone),
    });
    offset = next;
  }
  return marks.map((mark) => ({ ...mark, left: (mark.at - from) / (to - from) }));
}

/** How many seats of a class are taken by each status, and of how many (null where not known). */
export function seatsOf(block) {
  const taken = block.seats
    .filter((item) => !GONE.has(item.status))
    .flatMap((item) => Array.from({ length: item.party ?? 1 }, () => item.status));
  return { taken, capacity: block.item.capacity ?? block.column.capacity ?? null };
}

/** Whether an item is of the place's hours: it takes no time of its own. */
export const isRest = (item) => RESTS.has(item.status);
