// The items of the review in which something was typed, and how that outlives what comes back and what others do.

const review = document.getElementById("review");
const UNANSWERED = 500;
let focusedItem = "";
let wasInside = false; // the focus was in the review before a swap

export const items = () => [...review.querySelectorAll(".review-item")];
export const itemOf = (element) => element?.closest?.(".review-item") ?? null;
const formOf = (item) => item.querySelector(".decide");
const fieldsOf = (item) => [...(formOf(item)?.elements ?? [])].filter((field) => field.name && field.type !== "hidden");

function isChanged(field) {
  if (field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
  return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
}

// What was refused stays as it was typed until it is saved or given up.
const isDirty = (item) => item.classList.contains("is-draft") || fieldsOf(item).some(isChanged);

export function mark(item) {
  const dirty = isDirty(item);
  item.classList.toggle("is-dirty", dirty);
  item.toggleAttribute("hx-morph-skip", dirty || item.classList.contains("is-left")); // a poll leaves it as it is
  if (!dirty) say(item, "");
}

// What others wrote stands by itself: whatever its direction, it turns nothing of ours.
function say(item, text, theirs = "") {
  const news = item.querySelector(".item-news");
  if (!news) return;
  news.replaceChildren(text, Object.assign(document.createElement("bdi"), { textContent: theirs }));
  news.hidden = !text;
}

for (const name of ["input", "change"]) {
  review.addEventListener(name, ({ target }) => { if (itemOf(target)) mark(itemOf(target)); });
}
addEventListener("beforeunload", (event) => { if (review.querySelector(".is-dirty")) event.preventDefault(); });

// What somebody else decided is taken as it is.
review.addEventListener("click", (event) => {
  if (!event.target.closest("[data-keep]")) return;
  event.preventDefault();
  const item = itemOf(event.target);
  item.classList.remove("is-draft", "is-dirty");
  item.removeAttribute("hx-morph-skip");
  formOf(item)?.reset();
  item.focus();
  delete review._htmx.ptag; // without a tag the poll brings all of it
  htmx.trigger(review, "poll");
});

// --- what comes back, and what others did

document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  focusedItem = itemOf(document.activeElement)?.id ?? "";
  wasInside = review.contains(document.activeElement);
  if (ctx.sourceElement !== review || ctx.response?.status !== 200) return;
  const { fragment } = tasks[0];
  if (fragment.querySelector(".more-items")) for (const list of fragment.querySelectorAll(".items")) keepShown(list);
  for (const list of fragment.querySelectorAll("[data-keep-order]")) keepOrder(list);
  for (const item of items()) {
    if (item.classList.contains("is-dirty")) keepTyped(item, fragment);
    else if (item.classList.contains("is-left")) keepLeft(item, fragment);
  }
});

// Nothing moves under the hands of who looks: what is here stays in its order, what is new comes after.
function keepOrder(list) {
  const here = [...(document.getElementById(list.id)?.children ?? [])].map((child) => child.id);
  const place = (child) => (here.includes(child.id) ? here.indexOf(child.id) : here.length);
  list.append(...[...list.children].sort((one, other) => place(one) - place(other)));
}

// Of many only the first come; what is decided is not among them any more, yet stays where it was decided.
function keepShown(list) {
  for (const item of document.getElementById(list.id)?.children ?? []) {
    if (!list.querySelector(`#${CSS.escape(item.id)}`)) list.append(item.cloneNode(true));
  }
}

function keepTyped(item, fragment) {
  const { overtaken, gone, undecided } = review.dataset;
  const now = fragment.querySelector(`#${CSS.escape(item.id)}`);
  if (!now) {
    say(item, gone);
    const place = fragment.querySelector(`#${CSS.escape(item.parentElement.id)}`) ?? fragment.querySelector("#items");
    place?.append(Object.assign(document.createElement("article"), { id: item.id }));
  } else if (now.dataset.version !== item.dataset.version) {
    say(item, `${overtaken}: `, now.querySelector(".item-decided")?.textContent.trim().replace(/\s+/g, " ") ?? undecided);
  }
}

// Why it was left is told until somebody decides it.
function keepLeft(item, fragment) {
  const now = fragment.querySelector(`#${CSS.escape(item.id)}`);
  if (now?.dataset.version !== item.dataset.version) item.removeAttribute("hx-morph-skip");
}

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const item = ctx.request.method?.toUpperCase() === "POST" ? itemOf(ctx.sourceElement) : null;
  if (item && !(ctx.response?.status < UNANSWERED)) say(item, review.dataset.unsent);
});

// As the server drew it, but for what is still to be saved. The focus stays in its item, or goes to what is wrong there.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  for (const item of items()) {
    if (!item.classList.contains("is-dirty")) formOf(item)?.reset();
    mark(item);
  }
  const item = focusedItem ? document.getElementById(focusedItem) : null;
  if (!wasInside || ![document.body, item].includes(document.activeElement)) return;
  const isAnswer = ctx.sourceElement !== review; // a poll that comes while a save is under way points at nothing
  const wrong = isAnswer && item?.matches(".is-refused") ? item.querySelector(".item-conflict, [aria-invalid=true]") : null;
  if (wrong) wrong.focus();
  else (item ?? document.getElementById("stream"))?.focus({ preventScroll: true });
});

for (const item of items()) mark(item);
