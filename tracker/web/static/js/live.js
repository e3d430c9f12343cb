// Follows what others do: htmx polls the board with its tag; this pauses it, guards it, and tells when contact is lost.

const board = document.getElementById("board");
const lost = document.getElementById("contact-lost");
const announcer = document.getElementById("announcer");
const ANNOUNCE_EVERY_MS = 60_000;
const TINT_MS = 8_000;
const NEWS_MS = 60_000;

// The programme's clock, which in a demo is not the browser's.
const clockAhead = Date.parse(lost.dataset.now) - Date.now();
let writesUnderWay = 0;
let writesDone = 0;
let ownMoves = new Set();
let changed = new Set();
let announcedAt = 0;

const isWrite = (ctx) => ctx.request.method?.toUpperCase() === "POST";
const poll = () => htmx.trigger(board, "poll");
const versions = () => new Map([...board.querySelectorAll("[data-workflow]")].map((card) => [card.id, card.dataset.version]));

// A poll is left out while nobody looks or a card is in the air.
document.addEventListener("every", (event) => {
  if (event.target === board && (document.hidden || board.classList.contains("is-dragging"))) event.stopImmediatePropagation();
}, true);
document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (isWrite(ctx)) writesUnderWay += 1;
  ctx.writesDone = writesDone;
});

// An answer that was on its way while something was written shows the board as it was before: ask again.
document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement !== board) return;
  if (writesUnderWay > 0 || ctx.writesDone !== writesDone || board.classList.contains("is-dragging")) {
    event.preventDefault();
    if (writesUnderWay === 0) setTimeout(poll);
  }
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (!isWrite(ctx)) return;
  writesUnderWay -= 1;
  writesDone += 1;
  const key = ctx.request.action.split("/").at(-2);
  ownMoves.add(`card-${key}`);
  poll();
});

document.addEventListener("htmx:error", () => showLost());
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const status = ctx.response?.status;
  if (status >= 500) { showLost(); return; }
  lost.hidden = true;
  document.getElementById("signed-out").hidden = status !== 401;
});

function showLost() {
  if (!lost.hidden) return;
  const since = new Date(Date.now() + clockAhead);
  lost.querySelector("[data-slot=since]").textContent = since.toLocaleTimeString("sv-SE", { timeZone: lost.dataset.zone, hour: "2-digit", minute: "2-digit" });
  lost.hidden = false;
}
lost.querySelector("[data-retry]").addEventListener("click", poll);

let before = versions();
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  if (ctx.sourceElement === board && ctx.response?.status === 200) before = versions();
});
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.sourceElement !== board || ctx.response?.status !== 200) return;
  for (const [id, version] of versions()) {
    if (before.get(id) === version || ownMoves.has(id)) continue;
    changed.add(id);
    tint(document.getElementById(id));
  }
  ownMoves = new Set();
  announce();
  board.dispatchEvent(new CustomEvent("tracker:drawn", { bubbles: true }));
});

function tint(card) {
  card.classList.add("is-changed");
  card.dataset.news = announcer.dataset.justNow;
  setTimeout(() => card.classList.remove("is-changed"), TINT_MS);
  setTimeout(() => delete card.dataset.news, NEWS_MS);
}

// Others' changes are read out as one sum, at most once a minute.
function announce() {
  const wait = announcedAt + ANNOUNCE_EVERY_MS - Date.now();
  if (changed.size === 0) return;
  if (wait > 0) { setTimeout(announce, wait); return; }
  const words = announcer.dataset;
  announcer.textContent = changed.size === 1 ? words.changedOne : words.changedMany.replace("{n}", changed.size);
  announcedAt = Date.now();
  changed = new Set();
}
