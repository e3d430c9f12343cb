// Where a card stands among the others: above, below, beside, first and last of what is shown.

import { board, isShown, STATES, stateOf } from "./cards.js";

const laneOf = (card) => card.closest("[data-state]").dataset.lane;
const cellsOf = (state) => [...board.querySelectorAll(`[data-state="${state}"]`)];
// A cell's cards are shown or hidden together.
const shownIn = (cell) => {
  const cards = [...cell.children].filter((child) => child.matches(".card"));
  return cards.length > 0 && isShown(cards[0]) ? cards : [];
};

export const columnOf = (card) => cellsOf(stateOf(card)).flatMap(shownIn);
export const firstOf = () => STATES.map((state) => cellsOf(state).flatMap(shownIn)[0]).find(Boolean);

export function nextTo(card, step) {
  const column = columnOf(card);
  return column[column.indexOf(card) + step];
}

export const endOf = (card, isLast) => columnOf(card).at(isLast ? -1 : 0);

// The card at about the same height in the nearest column that has any; of the same lane, if one there has.
export function beside(card, step) {
  const columns = [];
  for (let at = STATES.indexOf(stateOf(card)) + step; STATES[at]; at += step) columns.push(cellsOf(STATES[at]));
  const inLane = columns.map((cells) => cells.filter((cell) => cell.dataset.lane === laneOf(card)).flatMap(shownIn));
  const candidates = inLane.find((cards) => cards.length) ?? columns.map((cells) => cells.flatMap(shownIn)).find((cards) => cards.length);
  return candidates && nearest(candidates, card);
}

function nearest(cards, card) {
  const { top } = card.getBoundingClientRect();
  const distance = (one) => Math.abs(one.getBoundingClientRect().top - top);
  return cards.reduce((best, one) => (distance(one) < distance(best) ? one : best));
}
