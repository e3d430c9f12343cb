// Planning: what is sent is the bar's form, for a row by itself or for all that are marked; the server decides, and
// the next poll draws what came of it. The focus stays among the rows.

import { send } from "../board/selection.js";

export const board = document.getElementById("board");
export const bar = document.getElementById("selection");
export const rowOf = (element) => element?.closest?.(".plan-row") ?? null;
export const rowOfKey = (key) => document.getElementById(`row-${key}`);
export const keyOf = (row) => row.dataset.workflow;
export const isMine = (row) => "mine" in row.dataset;
export const isIn = (row) => "goal" in row.dataset;
export const listOf = (row) => row.closest("[data-side]");

// Rows that can be seen, in order; those of one side if it is named.
export const rows = (side) => [...board.querySelectorAll(side ? `[data-side=${side}] > .plan-row` : ".plan-row")].filter((row) => isMine(row));

// Row by row: the version it will have when all that is under way is done, whatever a poll draws meanwhile.
const ahead = new Map();
let underWay = 0; // requests, which go one after the other
const versionOf = (key) => ahead.get(key) ?? rowOfKey(key)?.dataset.version ?? "";

function foresee(key, goal) {
  const row = rowOfKey(key);
  if (row) ahead.set(key, Number(versionOf(key)) + (isIn(row) && goal ? 2 : 1));
}

function settle(refused) {
  underWay = Math.max(0, underWay - 1);
  for (const key of [...ahead.keys()].filter(refused)) ahead.delete(key);
  if (underWay) return;
  for (const [key, version] of ahead) {
    const row = rowOfKey(key);
    if (row) row.dataset.version = version;
  }
  ahead.clear();
}

// Puts them into the cycle, with a goal or each with its next stage, or back into the backlog.
export function plan(keys, deed, goal = "") {
  send(keys, { do: deed, goal });
}

// --- what the form sends

let button = null; // a row's own, which htmx adds to the form's fields by itself
bar?.addEventListener("submit", ({ submitter }) => { button = submitter?.name === "one" ? submitter : null; }, true);

bar?.addEventListener("formdata", ({ formData }) => {
  const keys = button ? [keyOf(rowOf(button))] : formData.getAll("workflow");
  const goal = button ? button.value.split(":")[1] : formData.get("goal");
  button = null;
  for (const name of [...formData.keys()]) if (name.startsWith("version_")) formData.delete(name);
  formData.delete("workflow");
  underWay += 1;
  for (const key of keys) {
    formData.append("workflow", key);
    formData.set(`version_${key}`, versionOf(key));
    follow(key);
    foresee(key, goal);
  }
});

let carried = null; // what was dropped: { row, list, next }
export function dropped(row, list, next) {
  carried = { row, list, next };
}

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => { if (ctx.sourceElement === bar) answered(ctx.response?.status ?? 0); });
document.addEventListener("htmx:error", ({ detail: { ctx } }) => { if (ctx?.sourceElement === bar) answered(0); });

function answered(status) {
  const isDone = status >= 200 && status < 400;
  setTimeout(() => {
    for (const row of board.querySelectorAll(".is-saving")) row.classList.remove("is-saving");
    const left = new Set(document.querySelector("#toasts [data-left]")?.dataset.left.split(" ") ?? []);
    settle((key) => !isDone || left.has(key));
  });
  if (!isDone && carried?.row.isConnected) carried.list.insertBefore(carried.row, carried.next?.isConnected ? carried.next : null);
  if (!isDone) following = null;
  carried = null;
}

// --- the focus

let current = null; // the key of the row that has the focus, or had it
let isInside = false;
let around = []; // keys of the rows to go to when it is gone
let following = null; // { key, list, next }: when the row leaves its list, the focus goes to the next one

export function focus(row) {
  if (!row) return;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function neighbours(row) {
  const siblings = [...listOf(row).children].filter((each) => each.matches(".plan-row"));
  const at = siblings.indexOf(row);
  return [...siblings.slice(at + 1, at + 20), ...siblings.slice(Math.max(0, at - 20), at).reverse()].map(keyOf);
}

function follow(key) {
  const row = rowOfKey(key);
  if (!row || !row.contains(document.activeElement)) return;
  following = { key, side: listOf(row).dataset.side, around: neighbours(row) };
}

board.addEventListener("focusin", ({ target }) => {
  const row = rowOf(target);
  isInside = row !== null;
  if (!row) return;
  rove(row);
  around = neighbours(row);
});
document.addEventListener("focusin", ({ target }) => { if (!board.contains(target)) isInside = false; });
document.addEventListener("pointerdown", ({ target }) => { if (!rowOf(target)) isInside = false; });

// One row at a time is a stop of Tab, with its buttons; the arrows go on from there.
function rove(row) {
  const before = current === null ? null : rowOfKey(current);
  current = keyOf(row);
  if (before && before !== row) before.tabIndex = -1;
  if (isMine(row)) row.tabIndex = 0;
}
function roveAll() {
  const here = (current && rowOfKey(current)) ?? rows()[0];
  for (const row of board.querySelectorAll(".plan-row[tabindex='0']")) if (row !== here) row.tabIndex = -1;
  if (here && isMine(here)) here.tabIndex = 0;
}

function keep() {
  const row = following && rowOfKey(following.key);
  if (row && listOf(row).dataset.side !== following.side) {
    const next = following.around.map(rowOfKey).find((each) => each && listOf(each).dataset.side === following.side);
    following = null;
    const isGone = document.activeElement === document.body || row.contains(document.activeElement);
    if (isGone && isInside && !document.querySelector("dialog[open]")) focus(next ?? row);
    return;
  }
  if (!isInside || document.querySelector("dialog[open]")) return;
  const holder = document.activeElement;
  if (holder && holder !== document.body && holder.checkVisibility()) return;
  focus([current, ...around].map((key) => key && rowOfKey(key)).find(Boolean) ?? rows()[0]);
}
document.addEventListener("htmx:after:swap", () => { keep(); });
board.addEventListener("tracker:drawn", () => { roveAll(); keep(); });
(window.requestIdleCallback ?? setTimeout)(roveAll);
