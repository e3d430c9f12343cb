// The board by keyboard. A key acts only while a card has the focus, and where keys are wanted at all.

import { areKeysOn, board, cardOf, isBack, isPlain, isWriting, STATES, stateOf } from "./cards.js";
import { focusCard } from "./focus.js";
import { moveTo, openHappened, openMenu, raiseBlocker } from "./menu.js";
import { beside, columnOf, endOf, nextTo } from "./places.js";
import { beginRange, blockAddress, canSelect, clear, extend, isSelected, selection, send, toggle, toggleAll } from "./selection.js";
import { openSheet } from "../ui/sheet.js";

// With several marked, and this card among them, a key is for all of them.
const isForMany = (card) => isSelected(card.dataset.workflow) && selection().length > 1;

function moveOne(card, to) {
  if (!to) return;
  if (!isForMany(card)) { moveTo(card, to); return; }
  const states = selection().map((key) => stateOf(cardOf(key)));
  send(selection(), { [states.some((state) => isBack(state, to)) ? "ask" : "action"]: "move", to });
}

function step(card, by) {
  const states = new Set(isForMany(card) ? selection().map((key) => stateOf(cardOf(key))) : []);
  if (states.size > 1) send(selection(), { ask: "move" });
  else moveOne(card, STATES[STATES.indexOf(stateOf(card)) + by]);
}

function reach(card, by) {
  const next = nextTo(card, by);
  beginRange(card.dataset.workflow);
  extend((next ?? card).dataset.workflow, columnOf(card));
  focusCard(next);
}

function block(card) {
  if (!isForMany(card)) { raiseBlocker(card); return; }
  openSheet(blockAddress());
}

const KEYS = {
  ArrowDown: (card) => focusCard(nextTo(card, 1)),
  ArrowUp: (card) => focusCard(nextTo(card, -1)),
  ArrowRight: (card) => focusCard(beside(card, 1)),
  ArrowLeft: (card) => focusCard(beside(card, -1)),
  Home: (card) => focusCard(endOf(card, false)),
  End: (card) => focusCard(endOf(card, true)),
  m: (card) => (isForMany(card) ? send(selection(), { ask: "move" }) : openMenu(card)),
  d: openHappened,
  h: block,
  p: (card) => canSelect && send(isForMany(card) ? selection() : [card.dataset.workflow], { action: "sign" }),
  x: (card) => toggle(card.dataset.workflow),
  Escape: (card) => { clear(); focusCard(card); },
  ...Object.fromEntries(STATES.map((state, at) => [at + 1, (card) => moveOne(card, state)])),
};
const WITH_SHIFT = {
  ArrowRight: (card) => step(card, 1),
  ArrowLeft: (card) => step(card, -1),
  ArrowDown: (card) => reach(card, 1),
  ArrowUp: (card) => reach(card, -1),
  F10: openMenu,
};

board.addEventListener("keydown", (event) => {
  const card = event.target.closest(".card");
  if (!card || !areKeysOn() || isWriting(event.target)) return;
  const isAll = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a";
  if (!isAll && !isPlain(event)) return;
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const act = isAll ? canSelect && (() => toggleAll(columnOf(card))) : (event.shiftKey ? WITH_SHIFT : KEYS)[name];
  if (!act) return;
  event.preventDefault();
  act(card);
});
