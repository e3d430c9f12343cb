// The menu of a card: where to, when it happened, a blocker, a check. A move back asks for its reason.

import { areKeysOn, board, cardOf, isBack, isPlain, isWriting, linkOf, mayMove, mayTakePart, missingOf, STATES, stateOf } from "./cards.js";
import { begin, giveUp, preparedCard, stateBefore, submit } from "./moves.js";
import { send, toggle } from "./selection.js";
import { openSheet } from "../ui/sheet.js";

const menu = document.getElementById("move-menu");
const form = document.getElementById("move-form");
const fill = (slot, text) => menu.querySelectorAll(`[data-slot=${slot}]`).forEach((place) => { place.textContent = text; });
const word = (state) => menu.querySelector(`[data-to=${state}] span`).firstChild.textContent.trim();
const rightsOn = (card) => (mayMove(card) ? "all" : mayTakePart(card) ? "part" : "none");

export function openMenu(card) {
  begin(card);
  const here = stateOf(card);
  const next = STATES[Math.min(STATES.indexOf(here) + 1, STATES.length - 1)];
  menu.dataset.step = "pick";
  menu.dataset.rights = rightsOn(card);
  for (const row of menu.querySelectorAll("[data-to]")) {
    row.disabled = row.dataset.to === here || !mayMove(card);
    row.classList.toggle("is-here", row.dataset.to === here);
  }
  const lacking = menu.querySelector("[data-missing]");
  const missing = here === "done" ? 0 : missingOf(card);
  lacking.textContent = missing === 0 ? "" : missing === 1 ? lacking.dataset.one : lacking.dataset.many.replace("{n}", missing);
  fill("key", card.dataset.workflow);
  fill("owner", card.dataset.workstream);
  fill("happened", menu.querySelector("[data-happened]").dataset.today);
  showHappened(false);
  menu.querySelector("[data-open]").href = linkOf(card).href;
  menu.querySelector("[data-note]").href = `${linkOf(card).href}#note`;
  menu.querySelector("[data-block]").href = blockAddress(card);
  placeAt(card);
  (menu.querySelector(`[data-to=${next}]:enabled`) ?? shownRows()[0]).focus();
}

// To the state: at once, or, when that is back, after its reason.
export function choose(card, to) {
  if (!isBack(stateBefore(card), to)) { submit(to); return; }
  form.elements.to.value = to;
  fill("key", card.dataset.workflow);
  fill("to", word(to));
  menu.dataset.rights = "all";
  menu.dataset.step = "reason";
  if (!menu.open) placeAt(card);
  form.elements.reason.focus();
}

export function moveTo(card, to) {
  if (!mayMove(card)) { openMenu(card); return; }
  if (to === stateOf(card)) return;
  begin(card);
  choose(card, to);
}

export function openHappened(card) {
  openMenu(card);
  if (mayMove(card)) showHappened(true);
}

export function raiseBlocker(card) {
  if (mayTakePart(card)) openSheet(blockAddress(card));
  else openMenu(card);
}

const blockAddress = (card) => `/blockers/new?workflow=${encodeURIComponent(card.dataset.workflow)}`;
const shownRows = () => [...menu.querySelectorAll(".step-pick .row:not(:disabled)")].filter((row) => row.checkVisibility());

function placeAt(card) {
  menu.showModal();
  const box = card.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = box.bottom + 4;
  const top = below + height + 8 <= innerHeight ? below : Math.max(8, Math.min(box.top - height - 4, innerHeight - height - 8));
  menu.style.setProperty("--left", `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`);
  menu.style.setProperty("--top", `${top}px`);
}

document.addEventListener("click", (event) => {
  const more = event.target.closest(".card .more");
  if (more) openMenu(more.closest(".card"));
});
menu.addEventListener("click", (event) => {
  const row = event.target.closest("[data-to]");
  if (row) choose(preparedCard(), row.dataset.to);
  else if (event.target.closest("[data-happened]")) showHappened(form.elements.happened_on.closest(".field").hidden);
  else if (event.target.closest("[data-check]")) check(preparedCard());
  else if (event.target.closest("[data-mark]")) mark(preparedCard());
  else if (event.target.closest("[data-block]") && isPlain(event)) block(event);
  else if (event.target === menu || event.target.closest("[data-cancel]")) menu.close();
});
menu.addEventListener("keydown", (event) => {
  if (menu.dataset.step !== "pick" || isWriting(event.target) || !isPlain(event)) return;
  const rows = shownRows();
  const goTo = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (goTo) rows.at((rows.indexOf(document.activeElement) + goTo) % rows.length).focus();
  else if (event.key === "Home") rows[0].focus();
  else if (event.key === "End") rows.at(-1).focus();
  else if (!areKeysOn() || !shortcut(event)) return;
  event.preventDefault();
});

function shortcut(event) {
  const row = /^[1-5]$/.test(event.key)
    ? menu.querySelector(`[data-to=${STATES[event.key - 1]}]:enabled`)
    : menu.querySelector({ d: "[data-happened]", h: "[data-block]", x: "[data-mark]" }[event.key.toLowerCase()] ?? ".none");
  if (row?.checkVisibility()) row.click();
  return row !== null;
}

function block(event) {
  event.preventDefault();
  const card = preparedCard();
  menu.close();
  raiseBlocker(card);
}

function check(card) {
  menu.close();
  send([card.dataset.workflow], { action: "check" });
}

function mark(card) {
  menu.close();
  toggle(card.dataset.workflow);
}

// Enter in the reason step: the hidden field already says where to.
form.addEventListener("submit", () => { if (menu.open) menu.close("moved"); });
menu.addEventListener("close", () => {
  const card = preparedCard();
  giveUp();
  if (card && !document.querySelector("dialog[open]")) linkOf(cardOf(card.dataset.workflow)).focus({ preventScroll: true });
});

function showHappened(isShown) {
  const field = document.getElementById("move-happened");
  field.hidden = !isShown;
  menu.querySelector("[data-happened]").setAttribute("aria-expanded", String(isShown));
  if (isShown) form.elements.happened_on.focus();
}
form.elements.happened_on.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault(); // the day is known; where to is asked next
  menu.querySelector("[data-to]:enabled").focus();
});
form.elements.happened_on.addEventListener("change", () => {
  if (form.elements.happened_on.value) fill("happened", form.elements.happened_on.value);
});
board.addEventListener("contextmenu", (event) => {
  const card = event.target.closest(".card");
  // From the keyboard it comes without a pointer; held by a finger it is the hold that opens the menu.
  if (!card || (event.pointerType === "mouse" && event.button === 2)) return;
  event.preventDefault();
  if (!menu.open) openMenu(card);
});
