// Moving a card: the menu, a drag and a key all fill the page's one form and submit it; the server decides.

import { board, cardOf, freshKey, linkOf, stateOf } from "./cards.js";
import { emptiedWhenClosed } from "../ui/dialogs.js";

const form = document.getElementById("move-form");
const conflict = document.getElementById("conflict");
// Workflow key -> the moves of it that are being sent: how many, the version that they lead to, and where its card
// belongs as far as the server has answered.
const underWay = new Map();
let prepared = null; // the move that is being prepared: { key, origin }

// Origin: where a drag took the card from, so that it can go back.
export function begin(card, origin = null) {
  const address = `${linkOf(card).pathname}/move`;
  form.reset();
  form.elements.version.value = underWay.get(card.dataset.workflow)?.version ?? card.dataset.version;
  form.elements.key.value = freshKey();
  form.elements.to.value = "";
  form.setAttribute("hx-post", address);
  form.action = address;
  prepared = { key: card.dataset.workflow, origin };
}

export const preparedCard = () => prepared && cardOf(prepared.key);
export const stateBefore = (card) => prepared?.origin?.state ?? stateOf(card);

export function submit(to) {
  form.elements.to.value = to;
  carry(cardOf(prepared.key), to);
  form.requestSubmit();
}

const cellOf = (card, state) => {
  const lane = card?.closest("[data-state]").dataset.lane;
  return [...board.querySelectorAll(`[data-state="${state}"]`)].find(({ dataset }) => dataset.lane === lane);
};

// The card is shown where it goes at once. The server decides: refused, it goes back; and the next poll says where in
// the column it belongs.
function carry(card, to) {
  const column = card.closest("[data-state]");
  if (prepared.origin || column.dataset.state === to) return;
  prepared.origin = { column, next: card.nextElementSibling, state: column.dataset.state };
  const hadFocus = card.contains(document.activeElement);
  cellOf(card, to).append(card);
  if (hadFocus) linkOf(card).focus({ preventScroll: true });
}

form.addEventListener("submit", () => {
  const { moves = 0, home = prepared.origin } = underWay.get(prepared.key) ?? {};
  underWay.set(prepared.key, { moves: moves + 1, home, version: Number(form.elements.version.value) + 1 });
  prepared.origin = null;
});

export function giveUp() {
  if (prepared?.origin) putBack(prepared.key, prepared.origin);
  if (prepared) prepared.origin = null;
}

function putBack(key, origin) {
  const card = cardOf(key);
  if (!card || !origin?.column.isConnected) return;
  const hadFocus = card.contains(document.activeElement);
  origin.column.insertBefore(card, origin.next?.isConnected ? origin.next : null);
  if (hadFocus) linkOf(card).focus({ preventScroll: true });
}

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => settle(ctx, ctx.response?.status < 400));
document.addEventListener("htmx:error", ({ detail: { ctx } }) => settle(ctx, false));

function settle(ctx, isDone) {
  if (ctx?.sourceElement !== form) return;
  const key = ctx.request.action.split("/").at(-2);
  const known = underWay.get(key);
  if (!known) return;
  if (isDone) known.home = { column: cellOf(cardOf(key), ctx.request.body.get("to")), next: null };
  else if (known.home) putBack(key, known.home);
  known.moves -= 1;
  if (known.moves === 0) underWay.delete(key);
}

// --- what stands in the way of it

document.addEventListener("htmx:after:swap", () => {
  if (!conflict.childElementCount) return;
  if (!conflict.open) conflict.showModal();
  else if (!conflict.contains(document.activeElement)) conflict.querySelector("[autofocus], textarea, button")?.focus();
});
const closeConflict = emptiedWhenClosed(conflict);
conflict.addEventListener("close", () => {
  const card = preparedCard();
  if (card && document.activeElement === document.body) linkOf(card).focus({ preventScroll: true });
});
conflict.addEventListener("click", (event) => { if (event.target.closest("[data-keep]")) { event.preventDefault(); closeConflict(); } });
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (conflict.open && conflict.contains(ctx.sourceElement) && ctx.response?.status < 400) closeConflict();
});

// --- the folded column

export function unfold(isUnfolded) {
  board.classList.toggle("is-unfolded", isUnfolded);
  board.querySelector("[data-unfold]")?.setAttribute("aria-expanded", String(board.classList.contains("is-unfolded")));
}
document.addEventListener("click", (event) => { if (event.target.closest("[data-unfold]")) unfold(); });
board.addEventListener("tracker:drawn", () => unfold(board.classList.contains("is-unfolded")));
