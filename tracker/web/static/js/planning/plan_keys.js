// Planning by keyboard: a key acts while a row has the focus, and where keys are wanted at all.

import { areKeysOn, isPlain, isWriting } from "../board/cards.js";
import { board, focus, isIn, keyOf, listOf, plan, rowOf, rows } from "./plan.js";
import { beginRange, clear, extend, isSelected, selection, toggle, toggleAll } from "../board/selection.js";

const GOALS = ["design", "validation", "test"];

const sideOf = (row) => [...listOf(row).children].filter((each) => each.matches(".plan-row"));
// The arrows run through one side, from workstream to workstream.
const column = (row) => rows(listOf(row).dataset.side);
const keysFor = (row) => (isSelected(keyOf(row)) && selection().length > 1 ? selection() : [keyOf(row)]);

function step(row, by) {
  const all = column(row);
  focus(all[all.indexOf(row) + by]);
}

function reach(row, by) {
  const all = column(row);
  const next = all[all.indexOf(row) + by];
  beginRange(keyOf(row));
  extend(keyOf(next ?? row), all);
  focus(next);
}

// What changes sides is under way; whoever has more to plan goes on with the next one at once.
function send(row, keys, deed, goal) {
  if (row.matches(".is-saving")) return;
  plan(keys, deed, goal);
  if (keys.length > 1 || isIn(row) === (deed === "in")) return;
  row.classList.add("is-saving");
  const all = sideOf(row);
  const at = all.indexOf(row);
  focus([...all.slice(at + 1), ...all.slice(0, at).reverse()].find((each) => !each.matches(".is-saving")));
}

function into(row) {
  const keys = keysFor(row);
  if (keys.length > 1 || !isIn(row)) send(row, keys, "in");
}

function outOf(row) {
  const keys = keysFor(row);
  if (keys.length > 1 || isIn(row)) send(row, keys, "out");
}

function choose(row, goal) {
  const keys = keysFor(row);
  const isNew = row.dataset.goal !== goal && row.dataset.goals.split(" ").includes(goal);
  if (keys.length > 1 || isNew) send(row, keys, "in", goal);
}

const KEYS = {
  ArrowDown: (row) => step(row, 1),
  ArrowUp: (row) => step(row, -1),
  ArrowRight: into,
  Enter: into,
  ArrowLeft: outOf,
  Home: (row) => focus(column(row)[0]),
  End: (row) => focus(column(row).at(-1)),
  x: (row) => toggle(keyOf(row)),
  Escape: (row) => { clear(); focus(row); },
  ...Object.fromEntries(GOALS.map((goal, at) => [at + 1, (row) => choose(row, goal)])),
};
const WITH_SHIFT = { ArrowDown: (row) => reach(row, 1), ArrowUp: (row) => reach(row, -1) };

board.addEventListener("keydown", (event) => {
  const row = rowOf(event.target);
  if (!row || !areKeysOn() || isWriting(event.target) || event.isComposing) return;
  const isAll = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a";
  if (!isAll && !isPlain(event)) return;
  if (event.key === "Enter" && event.target !== row) return; // a link or a button of the row
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const act = isAll ? () => toggleAll(sideOf(row)) : (event.shiftKey ? WITH_SHIFT : KEYS)[name];
  if (!act) return;
  event.preventDefault();
  act(row);
});
