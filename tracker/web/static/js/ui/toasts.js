// One word at a time about what was done; it goes after eight seconds, but stays while looked at.

const toasts = document.getElementById("toasts");
const announcer = document.getElementById("announcer");
const SHOWN_MS = 8_000;
let timer = 0;
let isHolding = false; // the focus is, or was until just now, in here
let home = null; // where it came from

const isLookedAt = () => toasts.matches(":hover") || toasts.contains(document.activeElement);

function fade() {
  if (isLookedAt()) { timer = setTimeout(fade, SHOWN_MS); return; }
  toasts.replaceChildren();
}

// Read out once, by the region that was there before the words came; one that arrives full may be read twice or never.
function announce(toast) {
  toast.removeAttribute("role");
  const words = toast.querySelector(":scope > span") ?? toast;
  announcer.textContent = words.textContent.trim();
}

toasts.addEventListener("focusin", ({ relatedTarget }) => {
  isHolding = true;
  if (relatedTarget && !toasts.contains(relatedTarget)) home = relatedTarget;
});
toasts.addEventListener("focusout", ({ relatedTarget }) => { isHolding = relatedTarget === null && isHolding; });

// What was focused in here is gone: back to where its reader came from, which may have been drawn anew.
function giveBack() {
  if (!isHolding || document.activeElement !== document.body) return;
  isHolding = false;
  const item = document.getElementById(home?.closest("[data-workflow]")?.id);
  for (const place of [home, item, item?.querySelector("a"), document.getElementById("main")]) {
    if (document.activeElement === document.body) place?.focus({ preventScroll: true });
  }
}

new MutationObserver(() => {
  clearTimeout(timer);
  giveBack();
  const toast = toasts.querySelector(".toast");
  if (!toast) return;
  announce(toast);
  timer = setTimeout(fade, SHOWN_MS);
}).observe(toasts, { childList: true });

// Why nothing can be saved: htmx swaps no answer of a server that fails. It is said here, or at the top of the dialog
// that was sent; what waits to be sent again says so itself.
export const isRefused = ({ response }) => response?.status === 503 && response.headers.get("HX-Retarget") === "#toasts";

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (!isRefused(ctx) || "waits" in ctx.sourceElement.dataset) return;
  const dialog = ctx.sourceElement.closest("dialog[open]");
  dialog?.querySelector(":scope > .toast")?.remove();
  if (dialog) dialog.insertAdjacentHTML("afterbegin", ctx.text);
  else toasts.innerHTML = ctx.text;
});
