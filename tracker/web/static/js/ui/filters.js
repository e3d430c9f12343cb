// The filter bar works as a plain form; this saves the pointer a click and the address its empty parts.

const form = document.getElementById("filter-form");
const search = document.getElementById("search");
const board = document.getElementById("board");
const pickers = () => form.querySelectorAll("details[open]");

// A click chooses at once; keys do not, since arrows pass through choices on their way.
form.addEventListener("click", (event) => {
  if (event.detail > 0 && event.target.matches("input[type=radio], input[name=blocked], input[name=stale]")) form.requestSubmit();
});
form.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
});

document.addEventListener("click", (event) => {
  for (const picker of pickers()) if (!picker.contains(event.target)) picker.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const picker of pickers()) {
      picker.open = false;
      picker.querySelector("summary").focus();
    }
  } else if (search && event.key === "/" && "keys" in document.body.dataset && !event.target.matches("input, select, textarea, [contenteditable]") && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    search.focus();
  }
});

board?.addEventListener("tracker:drawn", () => {
  const place = form.querySelector("[data-fact=blocked]");
  if (place) place.textContent = document.getElementById("board-facts").dataset.blocked;
});
