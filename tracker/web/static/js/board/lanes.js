// Lanes stay as this reader folded them, in this browser, for as long as its tab lives.

const board = document.getElementById("board");
const lanes = () => [...board.querySelectorAll("details.lane")];
const store = `lanes:${board.dataset.group}`;

const kept = () => JSON.parse(sessionStorage.getItem(store) ?? "{}");
const keep = (changed) => {
  const folds = kept();
  for (const lane of changed) folds[lane.dataset.lane] = lane.open;
  sessionStorage.setItem(store, JSON.stringify(folds));
};

function restore() {
  const folds = kept();
  for (const lane of lanes()) lane.open = folds[lane.dataset.lane] ?? lane.open;
  showButtons();
}

function showButtons() {
  const areOpen = lanes().map((lane) => lane.open);
  for (const button of document.querySelectorAll("[data-fold]")) button.disabled = areOpen.every((isOpen) => isOpen === (button.dataset.fold === "open"));
}

board.addEventListener("click", (event) => {
  const rail = event.target.closest("summary.rail");
  if (rail) setTimeout(() => { keep([rail.parentElement]); showButtons(); });
  const fold = event.target.closest("[data-fold]");
  if (!fold) return;
  for (const lane of lanes()) lane.open = fold.dataset.fold === "open";
  keep(lanes());
  showButtons();
});
board.addEventListener("tracker:drawn", restore);
restore();
