// One word at a time about what was done; it goes after eight seconds, but stays while looked at.

const toasts = document.getElementById("toasts");
const SHOWN_MS = 8_000;
let timer = 0;

const isLookedAt = () => toasts.matches(":hover") || toasts.contains(document.activeElement);

function fade() {
  if (isLookedAt()) { timer = setTimeout(fade, SHOWN_MS); return; }
  toasts.replaceChildren();
}

new MutationObserver(() => {
  clearTimeout(timer);
  if (toasts.childElementCount) timer = setTimeout(fade, SHOWN_MS);
}).observe(toasts, { childList: true });
