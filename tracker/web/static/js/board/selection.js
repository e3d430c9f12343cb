// Which workflows are marked, by click, key, column or search; the bar below acts on all of them at once.
// It needs elements with data-workflow: cards, or table rows with a checkbox of that name.

import { openSheet } from "../ui/sheet.js";

const bar = document.getElementById("selection");
const foot = bar?.querySelector("[data-foot]") ?? bar; // what floats, where the form is more than that
const announcer = document.getElementById("announcer");
const selected = new Set(); // keys
let anchor = null; // where a range begins
let base = new Set(); // what was marked before it
let oneOff = null; // a sending of other keys, or with other fields, than the bar's

const itemOf = (key) => document.getElementById(`card-${key}`) ?? document.getElementById(`row-${key}`);
const keyOf = (item) => item.dataset.workflow;
const boxOf = (item) => item.querySelector("input[type=checkbox][name=workflow]");

export const canSelect = bar !== null;
export const isSelected = (key) => selected.has(key);
export const selection = () => [...selected];

export function toggle(key) {
  if (!canSelect) return;
  if (!selected.delete(key)) selected.add(key);
  anchor = key;
  base = new Set(selected);
  show();
}

// All from the anchor to the key, among items in order, beside what was marked when the range began.
export function extend(key, items) {
  if (!canSelect) return;
  const keys = items.map(keyOf);
  if (!keys.includes(anchor)) { anchor = key; base = new Set(selected); }
  const ends = [keys.indexOf(anchor), keys.indexOf(key)].sort((one, other) => one - other);
  replace([...base, ...keys.slice(ends[0], ends[1] + 1)]);
}

// The first of a range that keys extend.
export function beginRange(key) {
  if (anchor === key && selected.has(key)) return;
  anchor = key;
  base = new Set(selected);
}

export function clear() {
  anchor = null;
  base = new Set();
  replace([]);
}

// All of them, or, when they all are marked, none of them.
export function toggleAll(items) {
  if (!canSelect) return;
  const keys = items.map(keyOf);
  const areMarked = keys.every((key) => selected.has(key));
  for (const key of keys) if (areMarked) selected.delete(key); else selected.add(key);
  anchor = null;
  show();
}

function replace(keys, how) {
  const before = [...selected];
  selected.clear();
  for (const key of keys) selected.add(key);
  for (const key of before) if (!selected.has(key)) mark(itemOf(key), false);
  show(how);
}

function mark(item, isMarked) {
  if (!item) return;
  item.classList.toggle("is-selected", isMarked);
  const box = boxOf(item);
  if (box) box.checked = isMarked;
  const link = item.querySelector(".name");
  if (!link?.hasAttribute("aria-describedby")) return;
  const words = link.getAttribute("aria-describedby").split(" ").filter((id) => id !== "selection-word");
  link.setAttribute("aria-describedby", [...(isMarked ? ["selection-word"] : []), ...words].join(" "));
}

function show({ isQuiet = false } = {}) {
  for (const key of document.querySelectorAll(".is-selected")) if (!selected.has(keyOf(key))) mark(key, false);
  for (const key of selected) mark(itemOf(key), true);
  const count = String(selected.size);
  if (bar.dataset.selected === count) return;
  const words = selected.size === 1 ? bar.dataset.one : bar.dataset.many.replace("{n}", count);
  bar.dataset.selected = count;
  bar.querySelector("[data-slot=count]").textContent = words;
  if (!isQuiet) announcer.textContent = words;
}

// --- by mouse

document.addEventListener("mousedown", (event) => { if (event.shiftKey && event.target.closest(".card")) event.preventDefault(); });
document.addEventListener("click", (event) => {
  const item = event.target.closest("[data-workflow]");
  const isBox = item !== null && event.target === boxOf(item);
  if (!canSelect || !item || !(event.shiftKey || event.ctrlKey || event.metaKey)) return;
  if (!isBox && (!item.matches(".card") || event.target.closest("button"))) return;
  if (isBox && !event.shiftKey) return;
  if (!isBox) { event.preventDefault(); item.querySelector("a").focus(); }
  if (event.shiftKey) extend(keyOf(item), between(item)); else toggle(keyOf(item));
}, true);
document.addEventListener("change", ({ target }) => {
  const item = target.closest("[data-workflow]");
  if (canSelect && item && target === boxOf(item) && target.checked !== selected.has(keyOf(item))) toggle(keyOf(item));
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-select-all]");
  if (button) toggleAll(allIn(button));
  else if (target.closest("[data-deselect]")) leave();
});
bar?.querySelector("[data-hold]")?.addEventListener("click", (event) => {
  event.preventDefault();
  openSheet(blockAddress());
});

// The form of a blocker that is to hold all that is marked.
export const blockAddress = () => `/blockers/new?${new URLSearchParams(selection().map((key) => ["workflow", key]))}`;

const allIn = (button) => {
  const { selectAll: where, shown } = button.dataset;
  const scope = where === "lane" ? [button.closest("details")] : [...document.querySelectorAll(where)];
  const items = scope.flatMap((place) => [...place.querySelectorAll("[data-workflow]")]);
  return shown === undefined ? items : items.filter((item) => item.checkVisibility());
};

// The items that a range runs through: those of the column, else of the page.
function between(item) {
  const cell = item.closest("[data-state]");
  const from = anchor === null ? null : itemOf(anchor);
  const isOneColumn = cell && from?.closest("[data-state]")?.dataset.state === cell.dataset.state;
  const items = document.querySelectorAll(isOneColumn ? `[data-state="${cell.dataset.state}"] > [data-workflow]` : "[data-workflow]");
  return [...items].filter((one) => one.checkVisibility());
}

const focusItem = (item) => (item?.matches("[tabindex]") ? item : item?.querySelector("a"))?.focus();

function leave() {
  const before = anchor ?? selection().at(-1);
  clear();
  focusItem(itemOf(before));
}
foot?.addEventListener("keydown", (event) => { if (event.key === "Escape") leave(); });

// What floats above the bar has to know how high it is. A property of the whole page would have every card styled anew.
if (canSelect) {
  new ResizeObserver(() => {
    document.documentElement.style.scrollPaddingBottom = `${foot.offsetHeight}px`;
    document.getElementById("toasts").style.setProperty("--foot", `${foot.offsetHeight}px`);
  }).observe(foot);
}

// --- to the server

// Sends other keys than those marked, or what no button of the bar says.
export function send(keys, fields) {
  oneOff = { keys, fields };
  bar.requestSubmit();
}

bar?.addEventListener("submit", ({ submitter }) => {
  if (submitter?.name === "workstream") oneOff = { keys: [], fields: { action: "check" } };
  bar.elements.key.value = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
}, true);
bar?.addEventListener("formdata", ({ formData }) => {
  const { keys, fields } = oneOff ?? { keys: selection(), fields: {} };
  oneOff = null;
  formData.delete("workflow");
  for (const key of keys) {
    formData.append("workflow", key);
    formData.set(`version_${key}`, itemOf(key)?.dataset.version ?? "");
  }
  for (const [name, value] of Object.entries(fields)) formData.set(name, value);
});

// What was done is marked no more; what was left stays so, with its cause in the bar. The toast says what was done.
let answer = null;
let last = null;
document.addEventListener("htmx:after:swap", () => {
  const toast = document.querySelector("#toasts [data-done]");
  if (!toast || toast === answer || !canSelect) return;
  answer = toast;
  last = anchor ?? selection().at(-1);
  const done = new Set(toast.dataset.done.split(" "));
  replace(selection().filter((key) => !done.has(key)), { isQuiet: true });
  if (foot.contains(document.activeElement)) comeBack();
});
document.getElementById("sheet").addEventListener("close", () => { if (document.activeElement === document.body) comeBack(); });

// The bar is gone, and the focus with it: to what was marked last.
function comeBack() {
  if (selected.size > 0) return;
  focusItem([itemOf(last), document.querySelector("[data-workflow]")].find((item) => item?.checkVisibility()));
}

function countShown() {
  const shown = document.getElementById("board-facts")?.dataset.shown;
  for (const button of document.querySelectorAll("[data-select-all][data-words]")) {
    button.querySelector("span").textContent = button.dataset.words.replace("{n}", shown);
  }
}

// Marks are script's own: what is drawn anew gets them back, what is gone loses them.
document.addEventListener("tracker:drawn", () => {
  if (!canSelect) return;
  for (const key of selected) if (!itemOf(key)) selected.delete(key);
  show({ isQuiet: true });
  countShown();
});
if (canSelect) {
  for (const box of document.querySelectorAll("[data-workflow] input[type=checkbox][name=workflow]:checked")) selected.add(keyOf(box.closest("[data-workflow]")));
  show({ isQuiet: true });
}
