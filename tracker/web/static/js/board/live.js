// Follows what others do: htmx polls the board with its tag; this pauses it, guards it, draws what came, and tells
// when contact is lost.

import { apply } from "./delta.js";
import { isRefused } from "../ui/toasts.js";

const board = document.querySelector("#board, #review");
const lost = document.getElementById("contact-lost");
const outdated = document.getElementById("outdated");
const announcer = document.getElementById("announcer");
const ANNOUNCE_EVERY_MS = 60_000;
const TINT_MS = 8_000;
const NEWS_MS = 60_000;

// The programme's clock, which in a demo is not the browser's.
const clockAhead = Date.parse(lost.dataset.now) - Date.now();
let writesUnderWay = 0;
let writesDone = 0;
let ownWrites = new Set();
let changed = new Set();
let announcedAt = 0;

const isWrite = (ctx) => ctx.request.method?.toUpperCase() === "POST";
const isPoll = (ctx) => ctx.sourceElement === board;
const isDelta = (ctx) => ctx.response?.status === 200 && ctx.response.headers.get("HX-Reswap") === "none";
const poll = () => htmx.trigger(board, "poll");
const isInUse = () => document.querySelector("dialog[open], .is-dirty, .is-selected") !== null;
// A part that is signed leaves the version as it is.
const standing = ({ dataset }) => `${dataset.version} ${dataset.open}`;
const items = () => [...board.querySelectorAll("[data-workflow]")];

// A poll is left out while nobody looks or a card is in the air.
document.addEventListener("every", (event) => {
  if (event.target === board && (document.hidden || board.classList.contains("is-dragging"))) event.stopImmediatePropagation();
}, true);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) poll();
  else if (!outdated.hidden && !isInUse()) location.reload();
});
for (const event of ["tracker:written", "tracker:signed-in"]) document.addEventListener(event, poll);

// The page goes on with what it was drawn with; it is loaded anew when nobody looks and nothing is under way.
document.addEventListener("tracker:outdated", () => { outdated.hidden = false; });

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (isWrite(ctx)) writesUnderWay += 1;
  ctx.writesDone = writesDone;
});

// An answer that was on its way while something was written shows the board as it was before: ask again.
document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  if (!isPoll(ctx)) return;
  if (writesUnderWay > 0 || ctx.writesDone !== writesDone || board.classList.contains("is-dragging")) {
    event.preventDefault();
    if (writesUnderWay === 0) setTimeout(poll);
  }
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (!isWrite(ctx)) return;
  writesUnderWay -= 1;
  writesDone += 1;
  ownWrites.add(ctx.request.action.split("/").at(-2));
  for (const key of document.querySelector("#toasts [data-done]")?.dataset.done.split(" ") ?? []) ownWrites.add(key);
  poll();
});

document.addEventListener("htmx:error", () => showLost());
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const status = ctx.response?.status;
  if (isRefused(ctx)) return;
  if (status >= 500) { showLost(); return; }
  lost.hidden = true;
  document.getElementById("signed-out").hidden = status !== 401;
  if (isPoll(ctx) && isDelta(ctx)) drawDelta(ctx);
});

function showLost() {
  if (!lost.hidden) return;
  const since = new Date(Date.now() + clockAhead);
  lost.querySelector("[data-slot=since]").textContent = since.toLocaleTimeString("sv-SE", { timeZone: lost.dataset.zone, hour: "2-digit", minute: "2-digit" });
  lost.hidden = false;
}
lost.querySelector("[data-retry]").addEventListener("click", poll);

function drawDelta(ctx) {
  const delta = JSON.parse(ctx.text);
  if (!apply(board, delta)) { drawAnew(); return; }
  drawn(Object.keys(delta.news), new Map(Object.entries(delta.news)));
}

// Without a tag the next poll brings the whole board.
function drawAnew() {
  delete board._htmx.ptag;
  poll();
}

let before = new Map();
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  if (isPoll(ctx) && ctx.response?.status === 200) before = new Map(items().map((item) => [item.dataset.workflow, standing(item)]));
});
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (!isPoll(ctx) || ctx.response?.status !== 200 || isDelta(ctx)) return;
  const other = items().filter((item) => before.get(item.dataset.workflow) !== standing(item));
  drawn(other.map((item) => item.dataset.workflow).filter((key) => !ownWrites.has(key)), new Map());
});

function drawn(keys, news) {
  for (const key of keys) {
    changed.add(key);
    const item = board.querySelector(`[data-workflow="${CSS.escape(key)}"]`);
    if (item) tint(item, news.get(key));
  }
  ownWrites = new Set();
  announce();
  board.dispatchEvent(new CustomEvent("tracker:drawn", { bubbles: true }));
}

function tint(item, by) {
  const { justNow, justNowBy } = announcer.dataset;
  item.classList.add("is-changed");
  item.dataset.news = by ? justNowBy.replace("{who}", by) : justNow;
  setTimeout(() => item.classList.remove("is-changed"), TINT_MS);
  setTimeout(() => delete item.dataset.news, NEWS_MS);
}

// Others' changes are read out as one sum, at most once a minute, by those who want to hear of them.
function announce() {
  if (changed.size === 0) return;
  const wait = announcedAt + ANNOUNCE_EVERY_MS - Date.now();
  if (wait > 0) { setTimeout(announce, wait); return; }
  const words = announcer.dataset;
  if ("announcements" in document.body.dataset) {
    announcer.textContent = changed.size === 1 ? words.changedOne : words.changedMany.replace("{n}", changed.size);
  }
  announcedAt = Date.now();
  changed = new Set();
}
