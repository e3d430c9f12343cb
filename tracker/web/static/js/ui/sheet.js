// The page's one dialog: it opens with what is swapped into it and closes empty. What was turned away because the
// sign-in had ended is sent again once its writer is back.

import { emptiedWhenClosed } from "./dialogs.js";

const sheet = document.getElementById("sheet");
const submitters = new WeakMap();
let unsent = null;

// Fills the dialog with a page's part.
export function openSheet(address) {
  htmx.ajax("GET", address, { target: "#sheet", swap: "innerHTML" });
}

document.addEventListener("submit", ({ target, submitter }) => submitters.set(target, submitter), true);

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const form = ctx.sourceElement;
  if (ctx.response?.status === 401 && form.matches("form") && !sheet.contains(form)) unsent = form;
});

document.addEventListener("htmx:after:swap", () => {
  if (!sheet.childElementCount) return;
  nameIt();
  if (!sheet.open) sheet.showModal();
  else if (!sheet.contains(document.activeElement)) sheet.querySelector("[autofocus], input, button")?.focus();
});

// The dialog is called what its content is.
function nameIt() {
  const heading = sheet.querySelector("h1, h2");
  if (!heading) return;
  heading.id ||= "sheet-title";
  sheet.setAttribute("aria-labelledby", heading.id);
}

const close = emptiedWhenClosed(sheet);
sheet.addEventListener("click", (event) => {
  if (event.target !== sheet && !event.target.closest("[data-close]")) return;
  event.preventDefault(); // it may be a link, for those without script
  close();
});
sheet.addEventListener("close", () => { unsent = null; });

document.addEventListener("tracker:written", () => { if (sheet.open) close(); });
document.addEventListener("tracker:signed-in", () => {
  const form = unsent;
  close();
  const submitter = form && submitters.get(form);
  form?.requestSubmit(submitter?.isConnected ? submitter : undefined);
});
