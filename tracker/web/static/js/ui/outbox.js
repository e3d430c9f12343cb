// Writes that found no server, or one that could not save, wait here and are sent when it can. Each carries its key:
// sent twice, done once.

import { isRefused } from "./toasts.js";

const lost = document.getElementById("contact-lost");
const unsaved = document.getElementById("unsaved");
const words = lost.querySelector("[data-slot=waiting]");
const waiting = new Set();
let notBefore = 0; // what the server asked for, on this clock
const UNANSWERED = 500;

const isOurs = (form) => waiting.has(form);
const fieldsOf = (ctx) => [...(ctx.request.body?.entries?.() ?? [])];

document.addEventListener("htmx:error", ({ detail: { ctx } }) => keep(ctx));

function keep(ctx) {
  const fields = fieldsOf(ctx);
  if (isOurs(ctx.sourceElement) || ctx.request.method?.toUpperCase() !== "POST" || !fields.some(([name]) => name === "key")) return;
  waiting.add(form(ctx.request.action, fields));
  tell();
}

// An answer of any kind but a failing server's settles it; the page shows what came of it like any other.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const status = ctx.response?.status;
  if (isRefused(ctx)) {
    keep(ctx);
    notBefore = Date.now() + 1000 * Number(ctx.response.headers.get("Retry-After"));
    unsaved.hidden = waiting.size === 0;
  }
  if (status >= UNANSWERED) return;
  if (isOurs(ctx.sourceElement) && status !== 401) {
    waiting.delete(ctx.sourceElement);
    setTimeout(() => ctx.sourceElement.remove());
    tell();
  } else if ((status === 200 || status === 304) && Date.now() >= notBefore) sendAll();
});
unsaved.querySelector("[data-retry]").addEventListener("click", sendAll);

function sendAll() {
  for (const each of waiting) each.requestSubmit();
}

addEventListener("beforeunload", (event) => { if (waiting.size) event.preventDefault(); });

function form(action, fields) {
  const made = document.createElement("form");
  made.hidden = true;
  made.dataset.waits = "";
  made.method = "post";
  made.action = action;
  made.setAttribute("hx-post", action);
  made.setAttribute("hx-target", "#toasts");
  made.setAttribute("hx-swap", "innerHTML");
  for (const [name, value] of fields) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    made.append(field);
  }
  document.body.append(made);
  htmx.process(made);
  return made;
}

function tell() {
  const { waitingOne, waitingMany } = lost.dataset;
  words.textContent = waiting.size === 0 ? "" : waiting.size === 1 ? waitingOne : waitingMany.replace("{n}", waiting.size);
  unsaved.querySelector("[data-slot=unsaved]").textContent = waiting.size;
  unsaved.hidden ||= waiting.size === 0;
}
