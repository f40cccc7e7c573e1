// The small card with the facts of one booking, beside the block that was pressed.

import { el } from "./dom.js";
import { STATUS } from "./layout.js";

const GAP = 8;

/** Wire the card `root` (a popover); gives a function that shows `facts` beside `anchor`. */
export function startDetail(root) {
  return (anchor, facts) => {
    root.dataset.status = facts.status;
    const rows = [
      ["When", facts.when],
      ["Where", facts.column],
      ["For", facts.customer],
      ["Party", facts.party],
      ["Together", facts.joined],
      ["Seats", facts.seats],
      ["Reference", facts.ref],
      ["Series", facts.series],
    ].filter(([, value]) => value !== null && value !== undefined && value !== "");
    const status = STATUS[facts.status]?.words ?? facts.status;
    const state = [status, facts.untilWords].filter(Boolean).join(" ");
    root.replaceChildren(
      el("h3", {}, facts.title),
      el("p", { class: "state" }, state),
      el("dl", {}, rows.map(([name, value]) => [el("dt", {}, name), el("dd", {}, String(value))])),
      facts.guests.length > 0 ? el("ul", {}, facts.guests.map((guest) => el("li", {}, guest))) : "",
    );
    root.showPopover();
    beside(root, anchor.getBoundingClientRect());
  };
}

function beside(root, anchor) {
  const own = root.getBoundingClientRect();
  const below = anchor.bottom + GAP;
  const fits = below + own.height < innerHeight - GAP;
  const left = Math.max(anchor.left, GAP);
  root.style.left = `${Math.max(GAP, Math.min(left, innerWidth - own.width - GAP))}px`;
  root.style.top = `${fits ? below : Math.max(GAP, anchor.top - own.height - GAP)}px`;
}
