// What of the list is sent, and how what was typed outlives what comes back and what others do meanwhile.

import { board, formOf, isDirty, rowOf, rowOfKey, rows, say, settleAll } from "./list.js";

const PARTS = /^(version|to|happened_on|reason|note|without_parts|release|resolution)_/;
const unanswered = new Map(); // what was sent and has no answer yet -> the key under which it is done only once
let pressed = null;
let focusedRow = "";
let focusedAt = -1;

// --- sent: the row whose button was pressed, or all that were typed in

board.addEventListener("click", (event) => {
  pressed = event.target.closest("button");
  if (pressed?.form !== formOf()) return;
  for (const key of keysOf(pressed)) rowOfKey(key).classList.add("is-saving");
}, true);
for (const name of ["beforeinput", "click"]) {
  board.addEventListener(name, (event) => { if (event.target.closest(".is-saving") && event.target !== pressed) event.preventDefault(); }, true);
}

function keysOf(button) {
  if (button?.name === "row") return [button.value];
  return ["check", "sign"].includes(button?.name) ? [] : rows().filter(isDirty).map((row) => row.dataset.workflow);
}

board.addEventListener("formdata", ({ target, formData }) => {
  if (target !== formOf()) return;
  const keys = new Set(keysOf(pressed));
  for (const [name, value] of [...formData]) {
    if (PARTS.test(name) && (!value || !keys.has(name.replace(PARTS, "")))) formData.delete(name);
  }
  formData.set("key", keyFor(formData));
});

// Sent again after contact was lost, the same is done once.
function keyFor(formData) {
  const fields = [...formData].filter(([name]) => name !== "csrf_token" && name !== "key");
  const content = JSON.stringify([pressed?.name, pressed?.value, ...fields]);
  if (!unanswered.has(content)) unanswered.set(content, crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`);
  return unanswered.get(content);
}

// By its address, so that what waited for contact in a form of its own is known too.
const isOurs = (ctx) => ctx.request.action.startsWith("/board/rows") && ctx.request.body?.keys;
const sentRows = (ctx) => [...ctx.request.body.keys()].filter((name) => name.startsWith("version_")).map((name) => rowOfKey(name.replace(PARTS, ""))).filter(Boolean);

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (!isOurs(ctx)) return;
  const isAnswered = ctx.response && ctx.response.status < 500;
  for (const [content, key] of unanswered) if (isAnswered && key === ctx.request.body.get("key")) unanswered.delete(content);
  for (const row of sentRows(ctx)) {
    row.classList.remove("is-saving");
    if (!isAnswered) say(row, formOf().dataset.unsent);
  }
});

// --- what comes back, and what others did

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  focusedRow = rowOf(document.activeElement)?.id ?? "";
  focusedAt = rows().findIndex(({ id }) => id === focusedRow);
  // What was sent is given up only for a row that comes back; a sign-in that had ended brings none.
  if (isOurs(ctx)) for (const row of sentRows(ctx)) if (tasks.some(({ target }) => target === row)) row.removeAttribute("hx-morph-skip");
  if (ctx.sourceElement !== board || ctx.response?.status !== 200) return;
  const parts = tasks.filter(({ type }) => type === "partial");
  if (parts.some(({ target, swapSpec }) => !target && swapSpec.style !== "delete")) drawAnew(event);
  else if (parts.length) for (const part of parts) keepOne(part, tasks);
  else if (!keepAll(tasks[0].fragment)) event.preventDefault();
});

// Without a tag the next poll brings the whole list.
function drawAnew(event) {
  event.preventDefault();
  delete board._htmx.ptag;
  setTimeout(() => htmx.trigger(board, "poll"));
}

// A row in which something was typed stays, and tells what others did to its workflow.
function tell(row, now) {
  const words = formOf().dataset;
  if (!now) { say(row, words.gone); return; }
  if (now.dataset.version === row.dataset.version) return;
  const state = now.querySelector(".step :checked ~ span, .standing")?.textContent.trim();
  const blockers = [...now.querySelectorAll(".why")].map((why) => why.textContent.trim());
  say(row, [words.overtaken, words.now.replace("{state}", state), ...blockers].join(", "));
}

function keepOne(part, tasks) {
  const { target: row, swapSpec, fragment } = part;
  if (!row?.matches("#rows > .is-dirty")) return;
  tell(row, swapSpec.style === "delete" ? null : fragment.querySelector("tr"));
  tasks.splice(tasks.indexOf(part), 1);
}

// Says whether the list as it comes has room for them.
function keepAll(fresh) {
  const room = fresh.querySelector("#rows");
  for (const row of rows().filter(isDirty)) {
    const now = fresh.querySelector(`#${CSS.escape(row.id)}`);
    tell(row, now);
    if (!now) room?.append(Object.assign(document.createElement("tr"), { id: row.id }));
  }
  return room !== null || !rows().some(isDirty);
}

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  settleAll();
  if (isOurs(ctx)) board.dispatchEvent(new CustomEvent("tracker:drawn", { bubbles: true }));
  if (!focusedRow || document.activeElement !== document.body) return;
  const place = document.getElementById(focusedRow) ?? rows()[focusedAt] ?? rows().at(-1) ?? document.getElementById("main");
  place.focus({ preventScroll: true });
});
