// The list by keyboard: one key per state on the focused row, Enter saves it and goes on. Never while somebody writes.

import { areKeysOn, isPlain, isWriting } from "./cards.js";
import { board, isDirty, rowOf, rows, typed } from "./list.js";
import { beginRange, canSelect, clear, extend, isSelected, selection, send, toggle, toggleAll } from "./selection.js";

let current = "";

const KEYS = {
  ArrowDown: (row) => go(row, 1),
  ArrowUp: (row) => go(row, -1),
  Home: () => focus(rows().at(0)),
  End: () => focus(rows().at(-1)),
  n: (row) => row.querySelector("textarea")?.focus(),
  d: (row) => row.querySelector("input[type=date]")?.focus(),
  h: resolveOrRaise,
  c: check,
  p: sign,
  x: (row) => toggle(row.dataset.workflow),
  s: () => board.querySelector(".save-all")?.click(),
  Escape: (row) => { clear(); focus(row); },
  ...Object.fromEntries([1, 2, 3, 4, 5].map((digit) => [digit, (row) => choose(row, digit - 1)])),
};
const WITH_SHIFT = { ArrowDown: (row) => reach(row, 1), ArrowUp: (row) => reach(row, -1) };

const selectable = () => rows().filter((row) => row.querySelector("[name=workflow]"));

function focus(row) {
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

function beside(row, by, all = rows()) {
  return all[Math.min(Math.max(all.indexOf(row) + by, 0), all.length - 1)];
}

const go = (row, by) => focus(beside(row, by));

function reach(row, by) {
  const next = beside(row, by, selectable());
  beginRange(row.dataset.workflow);
  extend(next.dataset.workflow, selectable());
  focus(next);
}

function choose(row, place) {
  const step = row.querySelectorAll(".step input")[place];
  if (!step) return;
  step.checked = true;
  typed(row);
  if ("back" in step.dataset) row.querySelector("select").focus();
  else if (step.value === "done") row.querySelector(".row-without input")?.focus();
}

function resolveOrRaise(row) {
  const release = row.querySelector(".release input");
  if (!release) { row.querySelector(".raise")?.click(); return; }
  release.checked = true;
  typed(row);
  row.querySelector(".resolution input").focus();
}

function check(row) {
  row.querySelector("[name=check]")?.click();
  go(row, 1);
}

// Of all that are selected, this row among them; else of the row.
function sign(row) {
  if (isSelected(row.dataset.workflow) && selection().length > 1) { send(selection(), { action: "sign" }); return; }
  row.querySelector(".sign")?.click();
  go(row, 1);
}

function saveAndGoOn(row) {
  const reason = row.querySelector(row.matches(".is-back") ? "select" : row.matches(".is-without") ? ".row-without input" : null);
  if (reason && !reason.value) { reason.focus(); return; }
  if (isDirty(row)) row.querySelector(".save").click();
  go(row, 1);
}

board.addEventListener("keydown", (event) => {
  const { target, key } = event;
  const row = rowOf(target);
  if (!row || !isPlain(event) || event.isComposing) return;
  if (key === "Enter" && !event.shiftKey && !target.matches("a, button")) {
    event.preventDefault();
    saveAndGoOn(row);
  } else if (key === "Escape" && target !== row) {
    event.preventDefault();
    focus(row);
  } else if (areKeysOn() && !isWriting(target) && !(target.type === "radio" && key.startsWith("Arrow"))) {
    const act = (event.shiftKey ? WITH_SHIFT : KEYS)[key.length === 1 ? key.toLowerCase() : key];
    if (!act) return;
    event.preventDefault();
    act(row);
  }
});

// One row at a time is reached by Tab; the arrows go on from there.
function rove() {
  const here = document.getElementById(current) ?? rows()[0];
  for (const row of rows()) row.tabIndex = row === here ? 0 : -1;
}
board.addEventListener("focusin", ({ target }) => {
  const row = rowOf(target);
  if (!row || row.id === current) return;
  current = row.id;
  rove();
});
board.addEventListener("tracker:drawn", rove);
rove();

board.addEventListener("change", ({ target }) => { if (canSelect && target.matches("[data-pick-all]")) toggleAll(selectable()); });
