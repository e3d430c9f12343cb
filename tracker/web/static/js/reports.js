// The report on paper, and a part's form that says whether what is typed is saved.

const form = document.querySelector(".report-form");
const state = () => document.querySelector("#saved .saved-state");
let typed = 0;

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-print]")) window.print();
});

function say(word) {
  state().textContent = document.getElementById("saved").dataset[word];
  state().classList.toggle("is-refused", word === "failed");
}

form?.addEventListener("input", () => {
  typed += 1;
  say("unsaved");
});

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (form?.contains(ctx.sourceElement)) ctx.typed = typed;
});
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (form?.contains(ctx.sourceElement) && (ctx.response?.status ?? 500) >= 500) say("failed");
});
document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (form && (!ctx || form.contains(ctx.sourceElement))) say("failed");
});

// What was typed while it was being saved is not saved yet.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (form?.contains(ctx.sourceElement) && ctx.typed !== undefined && ctx.typed < typed) say("unsaved");
});
