// The clock of the demo: what time it is at the place, and the buttons that move it.

import {
  addDays,
  ahead,
  aheadInWords,
  cityName,
  clockTime,
  dateIn,
  dayName,
  instantOf,
  now,
  onTick,
  setNow,
} from "./time.js";

// Quiet hours end at 08:00: what waited for the morning is sent then.
const MORNING = 8;
const PATIENCE_MS = 4000;
const LABELS = { afresh: "Start afresh", again: "Really? Press again:" };

/** Wire the clock in `root`; `zone()` gives the place's zone, `move(change)` asks the server. */
export function startClock(root, { zone, move, complain }) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const [time, day, gap] = [part("time"), part("day"), part("gap")];
  let busy = false;
  let timer = 0;

  function show(at) {
    if (zone() === null) return;
    write(time, clockTime(at, zone()));
    write(day, `${dayName(at, zone())} · ${cityName(zone())}`);
    write(gap, aheadInWords(ahead()));
  }

  function change(button) {
    if (button.dataset.advance) return { advance: button.dataset.advance };
    if (button.dataset.reset) return { reset: true };
    const tomorrow = addDays(dateIn(now(), zone()), 1);
    return { to: new Date(instantOf(tomorrow, MORNING, zone())).toISOString() };
  }

  root.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (button === null || busy || zone() === null) return;
    if (button.dataset.reset && !sure(button)) return;
    busy = true;
    root.setAttribute("aria-busy", "true");
    try {
      const answer = await move(change(button));
      setNow(answer.now);
      complain(null);
      announce(root, zone());
    } catch (error) {
      complain(error.message);
    } finally {
      busy = false;
      root.removeAttribute("aria-busy");
    }
  });

  // Everything that was said and booked goes: that takes a second press.
  function sure(button) {
    if (disarm(button)) return true;
    button.dataset.sure = "asked";
    button.setAttribute("aria-label", `${LABELS.again} ${LABELS.afresh}`);
    timer = setTimeout(() => disarm(button), PATIENCE_MS);
    return false;
  }

  function disarm(button) {
    clearTimeout(timer);
    const armed = button.dataset.sure !== undefined;
    delete button.dataset.sure;
    button.setAttribute("aria-label", LABELS.afresh);
    return armed;
  }

  onTick(show);
  return { show: () => show(now()) };
}

// The ticking face is no live region (it would speak all day): only a move is spoken.
function announce(root, zone) {
  const at = Date.now() + ahead();
  root.querySelector('[data-part="spoken"]').textContent =
    `It is now ${clockTime(at, zone)}, ${dayName(at, zone)}.`;
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
