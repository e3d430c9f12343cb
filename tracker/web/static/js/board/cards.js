// What the other modules need to know of the cards on the board, and of the rights of who looks.

export const board = document.getElementById("board");
export const STATES = ["not_started", "design", "validation", "test", "done"];

export const cardOf = (key) => document.getElementById(`card-${key}`);
export const linkOf = (card) => card.querySelector(".name");
export const stateOf = (card) => card.closest("[data-state]").dataset.state;
export const isBack = (from, to) => STATES.indexOf(to) < STATES.indexOf(from);
// Others whose parts done lacks.
export const missingOf = ({ dataset }) => new Set((dataset.open ?? "").split(" ").filter(Boolean).map((part) => part.split(":")[0]).filter((code) => code !== dataset.workstream)).size;
export const isShown = (card) => Boolean(card?.isConnected) && card.checkVisibility();

const mine = () => document.getElementById("board-facts").dataset.may.split(" ");
export const mayMove = (card) => mine().some((code) => code === "*" || code === card.dataset.workstream);
// Blockers and notes are also for those who lead a workstream that takes part.
export const mayTakePart = (card) => mayMove(card) || (card.dataset.shared ?? "").split(" ").some((code) => code && mine().includes(code));

// Single keys act only where they are wanted, and never while somebody writes.
export const areKeysOn = () => "keys" in document.body.dataset;
export const isWriting = (element) => element.matches("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");
export const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.altKey;
export const freshKey = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
