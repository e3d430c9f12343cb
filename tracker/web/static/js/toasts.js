// One word at a time about what was done; it goes after eight seconds, but stays while looked at.

const toasts = document.getElementById("toasts");
const announcer = document.getElementById("announcer");
const SHOWN_MS = 8_000;
let timer = 0;

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

new MutationObserver(() => {
  clearTimeout(timer);
  const toast = toasts.querySelector(".toast");
  if (!toast) return;
  announce(toast);
  timer = setTimeout(fade, SHOWN_MS);
}).observe(toasts, { childList: true });
