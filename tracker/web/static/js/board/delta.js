// Draws what a poll says has changed, in place: cards to where they belong, and the counts.

const fragment = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
};
const cardOf = (key) => document.getElementById(`card-${key}`);

// Says whether the board could become the present one; if not, it has to be drawn anew.
export function apply(board, delta) {
  const fits = board.querySelectorAll("details.lane").length === delta.lanes &&
    delta.cards.every(({ key, version, cell, html }) => document.getElementById(cell) && (html || cardOf(key)?.dataset.version === String(version)));
  if (!fits) return false;
  for (const card of delta.cards) place(card);
  for (const key of delta.gone) cardOf(key)?.remove();
  for (const [state, count] of Object.entries(delta.counts)) {
    for (const place of board.querySelectorAll(`[data-count="${state}"]`)) place.textContent = count;
  }
  for (const [state, limit] of Object.entries(delta.limits)) hold(board.querySelector(`[data-head="${state}"]`), limit);
  for (const [code, html] of Object.entries(delta.rails)) {
    const lane = board.querySelector(`details.lane[data-lane="${CSS.escape(code)}"]`);
    swap(lane.querySelector("summary"), html);
    const folded = lane.querySelector(".folded-count");
    folded.textContent = folded.parentElement.querySelectorAll(".card").length;
  }
  for (const [cell, html] of Object.entries(delta.overs)) {
    document.getElementById(cell).querySelector(".over")?.remove();
    if (html) document.getElementById(cell).prepend(fragment(html));
  }
  board.querySelector("[data-sum]").textContent = delta.sum;
  Object.assign(document.getElementById("board-facts").dataset, delta.facts);
  return true;
}

function place({ key, cell, before, html }) {
  const old = cardOf(key);
  const hadFocus = old?.contains(document.activeElement) ? document.activeElement.className : null;
  const card = html ? fragment(html) : old;
  if (old && old !== card) old.replaceWith(card);
  const column = document.getElementById(cell);
  const next = before && cardOf(before)?.parentElement === column ? cardOf(before) : null;
  if (card.parentElement !== column || card.nextElementSibling !== next) column.insertBefore(card, next);
  // Only the focus that the swap itself took is given back: it is not ours to move.
  if (hadFocus !== null && !card.contains(document.activeElement)) (card.querySelector(`.${hadFocus.split(" ")[0]}`) ?? card.querySelector("a")).focus({ preventScroll: true });
}

function hold(head, { owned, of, over }) {
  head.querySelector(".of").textContent = of;
  head.querySelector("rect")?.setAttribute("width", owned);
  head.querySelector(".over").hidden = !over;
  head.querySelector(".over span").textContent = over;
}

function swap(old, html) {
  const fresh = fragment(html);
  const hadFocus = old.contains(document.activeElement);
  old.replaceWith(fresh);
  if (hadFocus) (fresh.querySelector("a, button") ?? fresh).focus({ preventScroll: true });
}
