// The rows of the list in which something was typed, and what can be done to a row by itself.

import { isPlain } from "./cards.js";
import { openSheet } from "../ui/sheet.js";

export const board = document.getElementById("board");
export const rows = () => [...board.querySelectorAll("#rows > tr")];
export const rowOf = (element) => element.closest?.("#rows > tr") ?? null;
export const rowOfKey = (key) => document.getElementById(`row-${key}`);
export const formOf = () => document.getElementById("rows-form");

const fieldsOf = (row) => [...row.querySelectorAll("input:not([type=hidden], [name=workflow]), select, textarea")];
const isBox = (field) => field.type === "radio" || field.type === "checkbox";
const isTyped = (field) => {
  if (field.type === "radio") return field.checked && !("here" in field.dataset);
  return isBox(field) ? field.checked : field.value !== "";
};
export const isDirty = (row) => fieldsOf(row).some(isTyped);

// What script knows of a row; drawing it anew loses that.
function mark(row) {
  const dirty = isDirty(row);
  row.classList.toggle("is-dirty", dirty);
  row.classList.toggle("is-back", row.querySelector("[data-back]:checked") !== null);
  row.classList.toggle("is-without", row.querySelector("[value=done]:checked") !== null);
  row.classList.toggle("is-releasing", row.querySelector(".release :checked") !== null);
  row.toggleAttribute("hx-morph-skip", dirty); // a poll leaves it as it is
  const revert = row.querySelector("[data-revert]");
  if (revert) revert.hidden = !dirty;
  if (!dirty) say(row, "");
}

function count() {
  const place = board.querySelector("[data-dirty-count]");
  const dirty = board.querySelectorAll("#rows > .is-dirty").length;
  if (place) place.textContent = dirty || "";
}

export function say(row, text) {
  const news = row.querySelector(".row-news");
  news.textContent = text;
  news.hidden = !text;
}

export function typed(row) {
  mark(row);
  count();
}

// As the server drew it, whatever was typed before; but not what is still to be saved.
function settle(row) {
  if (row.hasAttribute("hx-morph-skip")) return;
  for (const field of fieldsOf(row)) {
    if (isBox(field)) field.checked = field.defaultChecked;
    else if (field.tagName === "SELECT") field.value = field.querySelector("[selected]")?.value ?? "";
    else field.value = field.defaultValue;
  }
}

export function settleAll() {
  for (const row of rows()) {
    settle(row);
    mark(row);
  }
  count();
}

function discard(row) {
  for (const field of fieldsOf(row)) {
    if (isBox(field)) field.checked = "here" in field.dataset;
    else field.value = "";
  }
  typed(row);
  row.focus();
}

// In the dialog, so that what is typed in the rows stays.
function raise(event) {
  event.preventDefault();
  openSheet(event.target.closest("a").getAttribute("href"));
}

for (const name of ["input", "change"]) {
  board.addEventListener(name, ({ target }) => { if (rowOf(target) && target.name !== "workflow") typed(rowOf(target)); });
}
board.addEventListener("click", (event) => {
  const { target } = event;
  if (target.closest("[data-revert]")) discard(rowOf(target));
  if (target.closest(".raise") && isPlain(event) && !event.shiftKey) raise(event);
  if (!target.closest("[data-print]") || board.querySelector(".more-rows")) return;
  event.preventDefault();
  print();
});

for (const row of rows()) mark(row);
count();
