// The keys on one sheet: `?` opens the page of help as a dialog.

import { areKeysOn, isPlain, isWriting } from "../board/cards.js";
import { openSheet } from "./sheet.js";

document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || !areKeysOn() || !isPlain(event) || isWriting(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  openSheet("/help");
});
