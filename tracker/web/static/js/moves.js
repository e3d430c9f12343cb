// Moving cards: by drag or by the menu. Both fill the page's one form and submit it; the server decides.

const board = document.getElementById("board");
const menu = document.getElementById("move-menu");
const form = document.getElementById("move-form");
const undoForm = document.getElementById("undo-form");
const conflict = document.getElementById("conflict");
const STATES = ["not_started", "design", "validation", "test", "done"];
const pending = new Map(); // workflow key -> where its card came from

const stateOf = (card) => card.closest("[data-state]").dataset.state;
const mayMove = (card) => {
  const may = document.getElementById("board-facts").dataset.may.split(" ");
  return may.includes("*") || may.includes(card.dataset.workstream);
};
const cardOf = (key) => document.getElementById(`card-${key}`);
const isBack = (from, to) => STATES.indexOf(to) < STATES.indexOf(from);
const fill = (slot, text) => menu.querySelectorAll(`[data-slot=${slot}]`).forEach((place) => { place.textContent = text; });
const word = (state) => menu.querySelector(`[data-to=${state}] span`).firstChild.textContent.trim();

function begin(card, origin) {
  form.reset();
  form.elements.version.value = card.dataset.version;
  form.elements.key.value = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  form.setAttribute("hx-post", `${card.querySelector("a").pathname}/move`);
  form.action = `${card.querySelector("a").pathname}/move`;
  menu.dataset.card = card.dataset.workflow;
  fill("key", card.dataset.workflow);
  menu.origin = origin;
}

function submit(card, to) {
  form.elements.to.value = to;
  pending.set(card.dataset.workflow, menu.origin ?? null);
  menu.origin = null;
  if (menu.open) menu.close("moved");
  form.requestSubmit();
}

function choose(card, to) {
  if (!isBack(stateBefore(card), to)) { submit(card, to); return; }
  form.elements.to.value = to;
  fill("to", word(to));
  menu.dataset.step = "reason";
  if (!menu.open) openAt(card);
  form.elements.reason.focus();
}

const stateBefore = (card) => menu.origin?.state ?? stateOf(card);

function putBack(key, origin) {
  const card = cardOf(key);
  if (card && origin?.column.isConnected) origin.column.insertBefore(card, origin.next?.isConnected ? origin.next : null);
}

// --- the menu

function openMenu(card) {
  begin(card, null);
  menu.dataset.step = "pick";
  const here = stateOf(card);
  const next = STATES[Math.min(STATES.indexOf(here) + 1, STATES.length - 1)];
  for (const row of menu.querySelectorAll("[data-to]")) {
    row.disabled = row.dataset.to === here || !mayMove(card);
    row.classList.toggle("is-here", row.dataset.to === here);
  }
  menu.classList.toggle("is-read-only", !mayMove(card));
  menu.querySelector("[data-open]").href = card.querySelector("a").href;
  openAt(card);
  (menu.querySelector(`[data-to=${next}]:enabled`) ?? menu.querySelector("[data-open]")).focus();
}

function openAt(card) {
  menu.showModal();
  const box = card.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  menu.style.setProperty("--left", `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`);
  menu.style.setProperty("--top", `${Math.max(8, Math.min(box.bottom + 4, innerHeight - height - 8))}px`);
}

document.addEventListener("click", (event) => {
  const more = event.target.closest(".card .more");
  if (more) openMenu(more.closest(".card"));
});
menu.addEventListener("click", (event) => {
  const row = event.target.closest("[data-to]");
  if (row) choose(cardOf(menu.dataset.card), row.dataset.to);
  else if (event.target.closest("[data-happened]")) toggleHappened();
  else if (event.target === menu || event.target.closest("[data-cancel]")) menu.close();
});
menu.addEventListener("keydown", (event) => {
  if (menu.dataset.step !== "pick" || event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...menu.querySelectorAll(".step-pick .row:not(:disabled)")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    rows.at((rows.indexOf(document.activeElement) + step) % rows.length).focus();
  } else if (event.key.toLowerCase() === "d") {
    event.preventDefault();
    toggleHappened();
  } else if (/^[1-5]$/.test(event.key)) {
    menu.querySelector(`[data-to=${STATES[event.key - 1]}]:enabled`)?.click();
  }
});
menu.addEventListener("close", () => {
  const key = menu.dataset.card;
  if (menu.origin) { putBack(key, menu.origin); menu.origin = null; }
  cardOf(key)?.querySelector("a").focus();
});
form.addEventListener("submit", (event) => {
  // Enter in the reason step: the hidden field already says where to.
  if (event.submitter && !pending.has(menu.dataset.card)) {
    pending.set(menu.dataset.card, menu.origin ?? null);
    menu.origin = null;
    menu.close("moved");
  }
});

function toggleHappened() {
  const field = document.getElementById("move-happened");
  field.hidden = !field.hidden;
  menu.querySelector("[data-happened]").setAttribute("aria-expanded", String(!field.hidden));
  if (!field.hidden) form.elements.happened_on.focus();
}
form.elements.happened_on.addEventListener("change", () => {
  if (form.elements.happened_on.value) fill("happened", form.elements.happened_on.value);
});

// --- drag and drop

function makeDraggable() {
  for (const column of board.querySelectorAll("[data-state]")) {
    if (Sortable.get(column)) continue;
    new Sortable(column, {
      draggable: ".card",
      sort: false,
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 160,
      delay: 250,
      delayOnTouchOnly: true,
      preventOnFilter: false,
      filter: (_event, item) => Boolean(item?.matches?.(".card") && !mayMove(item)) || _event.target.closest(".more") !== null,
      group: { name: "cards", put: (to, from) => to.el.dataset.lane === from.el.dataset.lane },
      onStart: ({ item }) => { item.nextBefore = item.nextElementSibling; board.classList.add("is-dragging"); },
      onEnd: ({ item, from, to }) => {
        board.classList.remove("is-dragging");
        if (from === to) return;
        begin(item, { column: from, next: item.nextBefore, state: from.dataset.state });
        choose(item, to.dataset.state);
      },
    });
  }
}

// --- what came of it

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => settle(ctx, ctx.response?.status < 400));
document.addEventListener("htmx:error", ({ detail: { ctx } }) => settle(ctx, false));

function settle(ctx, isDone) {
  if (ctx?.sourceElement !== form) return;
  const key = ctx.request.action.split("/").at(-2);
  if (!isDone && pending.get(key)) putBack(key, pending.get(key));
  pending.delete(key);
}

document.addEventListener("htmx:after:swap", () => {
  if (conflict.childElementCount && !conflict.open) conflict.showModal();
});
conflict.addEventListener("click", (event) => { if (event.target.closest("[data-keep]")) { event.preventDefault(); conflict.close(); } });
conflict.addEventListener("close", () => conflict.replaceChildren());
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (conflict.open && conflict.contains(ctx.sourceElement) && ctx.response?.status < 400) conflict.close();
});

// --- taking back from the word that tells of the move

function undo() {
  const toast = document.querySelector("#toasts [data-undo-version]");
  if (!toast) return;
  undoForm.elements.version.value = toast.dataset.undoVersion;
  undoForm.elements.key.value = toast.dataset.undoKey;
  undoForm.setAttribute("hx-post", toast.dataset.undoUrl);
  undoForm.requestSubmit();
}
document.addEventListener("click", (event) => { if (event.target.closest("[data-undo]")) undo(); });
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input, select, textarea, [contenteditable]");
  if (event.key.toLowerCase() === "z" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) undo();
});

// --- the folded column

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-unfold]")) return;
  board.classList.toggle("is-unfolded");
  drawn();
});

function drawn() {
  board.querySelector("[data-unfold]")?.setAttribute("aria-expanded", String(board.classList.contains("is-unfolded")));
  makeDraggable();
}
board.addEventListener("tracker:drawn", drawn);
drawn();
