// What of a chart covers something else: each word and number against the others, the bars, the frame, and the lines
// that lead from words to marks. Lines below the marks and dotted ones are a grid: they lead nowhere.
() => {
  const found = [];
  const meet = (one, other) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1 &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1;
  const within = (one, other) =>
    one.left >= other.left - 1 && one.right <= other.right + 1 && one.top >= other.top - 2 && one.bottom <= other.bottom + 2;

  // Letters fill less than two thirds of a line's height; digits that are turned less of its width.
  const boxOf = (line, text) => {
    const { left, right, top, bottom, width, height } = line.getBoundingClientRect();
    const [x, y] = Math.abs(text.getScreenCTM().b) > 0.5 ? [width * 0.22, 0] : [0, height * 0.18];
    const note = plotOf(text).layout.annotations[text.closest(".annotation")?.dataset.index];
    return {
      said: line.textContent, text, hasPaper: Boolean(note?.bgcolor), isNumber: /^[+−-]?[\d.,\u00a0 ]*[\d–](?: ?\(\d+\))?$/.test(text.textContent),
      left: left + x, right: right - x, top: top + y, bottom: bottom - y,
    };
  };
  const plotOf = (part) => part.closest(".plot");
  const isShown = (text) => text.textContent.trim() && !text.closest("[visibility=hidden], .hoverlayer");
  const linesOf = (text) => {
    const lines = text.querySelectorAll("tspan.line");
    return [...(lines.length ? lines : [text])].filter((line) => line.textContent.trim()).map((line) => boxOf(line, text));
  };
  const spots = (path) => {
    const matrix = path.getScreenCTM();
    const length = path.getTotalLength();
    return Array.from({ length: Math.max(0, Math.floor((length - 2) / 2)) }, (_, at) => path.getPointAtLength(1 + 2 * at).matrixTransform(matrix));
  };

  for (const plot of document.querySelectorAll(".plot[data-drawn]")) {
    const say = (what) => found.push(`${plot.closest("[data-chart]").dataset.chart}: ${what}`);
    const words = [...plot.querySelectorAll(".main-svg text")].filter(isShown).flatMap(linesOf);
    const bars = [...plot.querySelectorAll(".barlayer .point path")].map((bar) => bar.getBoundingClientRect());
    const frame = plot.getBoundingClientRect();
    words.forEach((one, at) => {
      if (!within(one, frame)) say(`“${one.said}” leaves the drawing`);
      for (const other of words.slice(at + 1)) if (one.text !== other.text && meet(one, other)) say(`“${one.said}” covers “${other.said}”`);
      if (bars.some((bar) => meet(one, bar) && !(one.isNumber && within(one, bar)))) say(`“${one.said}” is on a bar`);
    });
    for (const path of plot.querySelectorAll(".shapelayer path[data-index]")) {
      const { type, layer, line } = plot.layout.shapes[path.dataset.index];
      if (type !== "line" || layer === "below" || line.dash === "dot") continue;
      for (const one of words) {
        const isCrossed = ({ x, y }) => x > one.left + 1 && x < one.right - 1 && y > one.top + 1 && y < one.bottom - 1;
        if (!one.hasPaper && spots(path).some(isCrossed)) say(`a line crosses “${one.said}”`);
      }
    }
  }
  return found;
}
