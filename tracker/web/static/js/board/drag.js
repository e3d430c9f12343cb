// Cards carried by mouse or finger. A finger that holds without moving asks for the menu instead.

import { board, linkOf, mayMove } from "./cards.js";
import { choose, openMenu } from "./menu.js";
import { begin } from "./moves.js";

const HOLD_MS = 500;
const SLIPPED_PX = 8;
const isStill = matchMedia("(prefers-reduced-motion: reduce)");

function makeDraggable() {
  for (const column of board.querySelectorAll("[data-state]")) {
    if (Sortable.get(column)) continue;
    new Sortable(column, {
      draggable: ".card",
      sort: false,
      animation: isStill.matches ? 0 : 160,
      delay: 250,
      delayOnTouchOnly: true,
      preventOnFilter: false,
      filter: (event, item) => Boolean(item?.matches?.(".card") && !mayMove(item)) || event.target.closest(".more") !== null,
      group: { name: "cards", put: (to, from) => to.el.dataset.lane === from.el.dataset.lane },
      onStart: ({ item }) => { letGo(); item.nextBefore = item.nextElementSibling; board.classList.add("is-dragging"); },
      onEnd: ({ item, from, to }) => {
        board.classList.remove("is-dragging");
        linkOf(item).focus({ preventScroll: true });
        if (from === to) return;
        begin(item, { column: from, next: item.nextBefore, state: from.dataset.state });
        choose(item, to.dataset.state);
      },
    });
  }
}
board.addEventListener("tracker:drawn", makeDraggable);
makeDraggable();

// --- press and hold

let held = null; // { card, x, y, timer }

board.addEventListener("pointerdown", (event) => {
  const card = event.target.closest(".card");
  if (event.pointerType !== "touch" || !card || event.target.closest(".more")) return;
  letGo();
  held = { card, x: event.clientX, y: event.clientY, timer: setTimeout(openHeld, HOLD_MS) };
});
document.addEventListener("pointermove", (event) => {
  if (held && Math.hypot(event.clientX - held.x, event.clientY - held.y) > SLIPPED_PX) letGo();
});
for (const ending of ["pointerup", "pointercancel", "scroll"]) document.addEventListener(ending, letGo, true);

function letGo() {
  clearTimeout(held?.timer);
  held = null;
}

function openHeld() {
  const { card } = held;
  letGo();
  document.dispatchEvent(new PointerEvent("pointercancel", { bubbles: true })); // no drag begins any more
  document.addEventListener("click", swallow, { capture: true, once: true });
  document.addEventListener("pointerdown", () => document.removeEventListener("click", swallow, true), { once: true });
  openMenu(card);
}

// The finger that goes up has opened the menu; it follows no link.
function swallow(event) {
  event.preventDefault();
  event.stopPropagation();
}
