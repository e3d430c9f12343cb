// Rows carried from the backlog into the cycle, or back, within their workstream.

import { board, dropped, focus, keyOf, plan } from "./plan.js";

const isStill = matchMedia("(prefers-reduced-motion: reduce)");

function makeDraggable() {
  for (const list of board.querySelectorAll("[data-may] [data-side]")) {
    if (Sortable.get(list)) continue;
    new Sortable(list, {
      draggable: ".plan-row",
      sort: false,
      animation: isStill.matches ? 0 : 160,
      delay: 250,
      delayOnTouchOnly: true,
      preventOnFilter: false,
      filter: (event) => event.target.closest("button, input, label") !== null,
      group: { name: "plan", put: (to, from) => to.el.closest("[data-stream]") === from.el.closest("[data-stream]") },
      onStart: ({ item }) => { item.nextBefore = item.nextElementSibling; board.classList.add("is-dragging"); },
      onEnd: ({ item, from, to }) => {
        board.classList.remove("is-dragging");
        focus(item);
        if (from === to) return;
        dropped(item, from, item.nextBefore);
        plan([keyOf(item)], to.dataset.side === "cycle" ? "in" : "out");
      },
    });
  }
}
board.addEventListener("tracker:drawn", makeDraggable);
makeDraggable();
