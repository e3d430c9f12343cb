// The review by keyboard: J and K go from item to item, 1 to 3 decide, Enter saves, N goes to the next workstream.

import { areKeysOn, isPlain, isWriting } from "../board/cards.js";
import { itemOf, items, mark } from "./review.js";

const review = document.getElementById("review");
const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  n: () => review.querySelector("[data-next]")?.click(),
  ...Object.fromEntries([1, 2, 3].map((digit) => [digit, (item) => item && choose(item, digit - 1)])),
};

function go(by) {
  const all = items();
  const here = all.indexOf(itemOf(document.activeElement));
  const next = here < 0 ? all.at(by > 0 ? 0 : -1) : all[Math.min(Math.max(here + by, 0), all.length - 1)];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

// From there Tab goes to the reason. What has met its goal can only go on.
function choose(item, place) {
  const choice = item.querySelectorAll(".choice input")[place];
  if (!choice) {
    if (place === 0 && !item.querySelector(".choice")) save(item);
    return;
  }
  choice.checked = true;
  choice.focus();
  mark(item);
}

function save(item) {
  item.querySelector(".save")?.click();
}

review.addEventListener("keydown", (event) => {
  const { target, key } = event;
  const item = itemOf(target);
  if (!isPlain(event) || event.isComposing || event.shiftKey) return;
  if (item && key === "Enter" && !target.matches("a, button, summary")) {
    event.preventDefault();
    item.focus({ preventScroll: true }); // the keys go on from there
    save(item);
  } else if (item && key === "Escape" && target !== item) {
    event.preventDefault();
    item.focus();
  } else if (areKeysOn() && !isWriting(target)) {
    const act = KEYS[key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act(item);
  }
});
