// Writes that found no server wait here, and are sent when it answers again. Each carries its key: sent twice, done once.

const lost = document.getElementById("contact-lost");
const words = lost.querySelector("[data-slot=waiting]");
const waiting = new Set();
const UNANSWERED = 500;

const isOurs = (form) => waiting.has(form);
const fieldsOf = (ctx) => [...(ctx.request.body?.entries?.() ?? [])];

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  const fields = fieldsOf(ctx);
  if (isOurs(ctx.sourceElement) || ctx.request.method?.toUpperCase() !== "POST" || !fields.some(([name]) => name === "key")) return;
  waiting.add(form(ctx.request.action, fields));
  tell();
});

// An answer of any kind but a failing server's settles it; the page shows what came of it like any other.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const status = ctx.response?.status;
  if (status >= UNANSWERED) return;
  if (isOurs(ctx.sourceElement) && status !== 401) {
    waiting.delete(ctx.sourceElement);
    setTimeout(() => ctx.sourceElement.remove());
    tell();
  } else if (status === 200 || status === 304) {
    for (const each of waiting) each.requestSubmit();
  }
});

addEventListener("beforeunload", (event) => { if (waiting.size) event.preventDefault(); });

function form(action, fields) {
  const made = document.createElement("form");
  made.hidden = true;
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
}
