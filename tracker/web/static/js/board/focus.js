// One card at a time is a stop of Tab; and whatever is drawn anew, the focus is on a card if it was on one.

import { areKeysOn, board, cardOf, isShown, linkOf } from "./cards.js";
import { firstOf } from "./places.js";

let current = null; // the key of the card that Tab stops at
let isInside = false; // whether the focus was in a card when we last looked
let around = []; // keys of the cards to go to when it is gone

export function focusCard(card) {
  if (!card) return;
  linkOf(card).focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const stops = (card) => card.querySelectorAll(":scope > .name, :scope > .more");

function rove(card) {
  const before = current === null ? null : cardOf(current);
  current = card.dataset.workflow;
  if (!areKeysOn()) return;
  if (before && before !== card) for (const stop of stops(before)) stop.tabIndex = -1;
  for (const stop of stops(card)) stop.removeAttribute("tabindex");
}

function roveAll() {
  if (!areKeysOn()) return;
  const here = isShown(current && cardOf(current)) ? cardOf(current) : firstOf();
  for (const stop of board.querySelectorAll(".card > .name, .card > .more")) {
    if (stop.parentElement !== here && stop.tabIndex !== -1) stop.tabIndex = -1;
  }
  if (here) rove(here);
}

board.addEventListener("focusin", ({ target }) => {
  const card = target.closest(".card");
  isInside = card !== null;
  if (card) { rove(card); remember(card); }
});
document.addEventListener("focusin", ({ target }) => { if (!board.contains(target)) isInside = false; });
document.addEventListener("pointerdown", ({ target }) => { if (!target.closest(".card")) isInside = false; });

function remember(card) {
  const after = [];
  const before = [];
  for (let one = card.nextElementSibling; one && after.length < 20; one = one.nextElementSibling) after.push(one);
  for (let one = card.previousElementSibling; one && before.length < 20; one = one.previousElementSibling) before.push(one);
  around = [...after, ...before].map((one) => one.dataset.workflow).filter(Boolean);
}

// Before a part is swapped, who stands beside the card is known; afterwards it is too late to ask.
document.addEventListener("htmx:before:swap", () => {
  const card = isInside && document.activeElement?.closest?.(".card");
  if (card) remember(card);
});
document.addEventListener("htmx:after:swap", keep);
board.addEventListener("tracker:drawn", () => { keep(); roveAll(); }); // the card that is gone is still the current one

function keep() {
  if (!isInside || document.querySelector("dialog[open]")) return;
  const holder = document.activeElement;
  if (holder && holder !== document.body && holder.checkVisibility()) return;
  const card = [current, ...around].map(cardOf).find(isShown) ?? firstOf();
  if (card) linkOf(card).focus({ preventScroll: true });
}
// Thousands of cards may wait: until then Tab stops at each, and at the first one first.
(window.requestIdleCallback ?? setTimeout)(roveAll);
