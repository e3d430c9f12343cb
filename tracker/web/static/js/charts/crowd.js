// Words and numbers of a chart leave each other, the bars and the lines to marks room; what has none is not shown.

const [LEADING, BESIDE_DIGITS] = [0.17, 0.21]; // of a line's height: above and below letters, beside turned digits
const NUMBER = /^[+−-]?[\d.,\u00a0 ]*[\d–](?: ?\(\d+\))?$/;

// The lines of a text, without the room that a font leaves above and below its letters.
function boxesOf(text) {
  const lines = text.querySelectorAll("tspan.line");
  const isTurned = Math.abs(text.getScreenCTM().b) > 0.5;
  return [...(lines.length ? lines : [text])].filter((line) => line.textContent.trim()).map((line) => {
    const { left, right, top, bottom, width, height } = line.getBoundingClientRect();
    const [x, y] = isTurned ? [width * BESIDE_DIGITS, 0] : [0, height * LEADING];
    return { left: left + x, right: right - x, top: top + y, bottom: bottom - y };
  });
}

const meet = (one, other) =>
  Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1 &&
  Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1;
const within = (one, other) =>
  one.left >= other.left - 1 && one.right <= other.right + 1 && one.top >= other.top - 1 && one.bottom <= other.bottom + 1;

// The lines that lead to marks, and those that part them: a border of a cycle is dotted, and may be written over.
function linesOf(plot) {
  const lines = [...plot.querySelectorAll(".shapelayer path[data-index]")].filter((path) => {
    const { type, layer, line } = plot.layout.shapes[path.dataset.index];
    return type === "line" && layer !== "below" && line.dash !== "dot";
  });
  const boxes = lines.map((path) => path.getBoundingClientRect()).filter(({ width, height }) => width < 1 || height < 1);
  return boxes.map(({ left, right, top, bottom }) => ({ left: left - 1, right: right + 1, top: top - 1, bottom: bottom + 1 }));
}

const noteOf = (plot, text) => plot.layout.annotations[text.closest(".annotation")?.dataset.index];
const isOfMark = (plot, text) => NUMBER.test(text.textContent) && !text.closest(".xtick") && noteOf(plot, text)?.yref !== "paper";

// What would cover something that matters more: axes come first, then what is bold.
function crowd(plot) {
  const frame = plot.getBoundingClientRect();
  const bars = [...plot.querySelectorAll(".barlayer .point path")].map((bar) => bar.getBoundingClientRect());
  const texts = [...plot.querySelectorAll(".main-svg text")].filter((text) => text.textContent.trim() && !text.closest(".hoverlayer"));
  const rank = (text) => (text.closest(".xtick, .ytick") ? 0 : getComputedStyle(text).fontWeight > 500 ? 1 : text.matches(".bartext") ? 2 : 3);
  const lines = linesOf(plot);
  const kept = [];
  const lost = [];
  const ranked = texts.map((text) => [rank(text), text]).sort(([one], [other]) => one - other);
  for (const [order, text] of ranked) {
    const own = boxesOf(text);
    const isNumber = NUMBER.test(text.textContent);
    const isOfAxis = order === 0;
    const hasPaper = isOfAxis || noteOf(plot, text)?.bgcolor;
    const isFree = own.every(
      (box) =>
        within(box, frame) &&
        !kept.some((other) => meet(box, other)) &&
        (hasPaper || !lines.some((line) => meet(box, line))) &&
        (isOfAxis || !bars.some((bar) => meet(box, bar) && !(isNumber && within(box, bar)))),
    );
    if (isFree) kept.push(...own);
    else lost.push(text);
  }
  return lost;
}

// Whether a number of some mark has no room.
export const isCrowded = (plot) => crowd(plot).some((text) => isOfMark(plot, text));

// On their side numbers need less room beside each other.
export function turned({ data, layout }) {
  const bars = data.filter(({ type, orientation }) => type === "bar" && orientation !== "h");
  const notes = layout.annotations.filter(({ text, yref }) => NUMBER.test(text) && yref !== "paper");
  for (const each of bars.length ? [...bars, ...notes] : []) each.textangle = -90;
  return bars.length > 0;
}

// What has no room all the same is left to the table, and the foot says so.
export function settle(plot, { layout }) {
  for (const part of plot.querySelectorAll("[data-lost]")) part.removeAttribute("visibility");
  const lost = crowd(plot);
  for (const text of lost) {
    const part = text.closest(".annotation") ?? text;
    part.dataset.lost = "";
    part.setAttribute("visibility", "hidden");
  }
  const isWhole = !layout.meta.leftOut && lost.every((text) => text.closest(".xtick, .ytick"));
  plot.closest(".chart").querySelector(".no-room").hidden = isWhole;
}
