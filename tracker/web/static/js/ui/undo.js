// Taking back from the word that tells what was done: its button, or Z.

import { areKeysOn, freshKey, isPlain, isWriting } from "../board/cards.js";

const form = document.getElementById("undo-form");
const button = () => document.querySelector("#toasts [data-undo]");

document.addEventListener("click", (event) => {
  const toast = event.target.closest("[data-undo]")?.closest("[data-undo-url]");
  if (!toast) return;
  event.preventDefault();
  form.elements.version.value = toast.dataset.undoVersion ?? "";
  form.elements.key.value = toast.dataset.undoKey ?? freshKey();
  form.setAttribute("hx-post", toast.dataset.undoUrl);
  form.requestSubmit();
});
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "z" || !areKeysOn() || !isPlain(event) || isWriting(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  button()?.click();
});
