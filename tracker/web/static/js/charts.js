// Draws the figures that pages bring along, in the reader's theme and width; a mark leads to its items.

const NARROW = 560;
const PROPERTY = /var\(--[a-z0-9-]+\)/g;
const CONFIG = {
  displayModeBar: false, displaylogo: false, showSendToCloud: false, plotlyServerURL: "", scrollZoom: false,
  doubleClick: false, showTips: false, locale: document.documentElement.lang,
};
const drawn = new Map(); // the plot's element: the figure as it came, its width

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      draw(target);
    }
  },
  { rootMargin: "400px" },
);

const widths = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const known = drawn.get(target);
    if (known && Math.abs(known.width - contentRect.width) > 1) draw(target);
  }
});

function find(part) {
  for (const plot of part.querySelectorAll(".plot")) {
    if (drawn.has(plot)) continue;
    plot.closest(".chart").querySelector(".pictures").hidden = false;
    near.observe(plot);
  }
}

function draw(plot) {
  let known = drawn.get(plot);
  if (!known) {
    known = { text: plot.parentElement.querySelector(".figure").textContent };
    drawn.set(plot, known);
    widths.observe(plot);
  }
  known.width = plot.clientWidth;
  const { data, layout } = fitted(coloured(known.text), known.width);
  const isFirst = !plot.classList.contains("js-plotly-plot");
  Plotly.react(plot, data, layout, CONFIG).then(() => {
    if (isFirst) plot.on("plotly_click", ({ points }) => open(points[0]));
    plot.dataset.drawn = "";
  });
}

function open({ customdata }) {
  if (customdata) location.assign(customdata);
}

// The colours of the theme in which the page is now.
function coloured(text) {
  const style = getComputedStyle(document.documentElement);
  return JSON.parse(text.replace(PROPERTY, (found) => style.getPropertyValue(found.slice(4, -1)).trim()));
}

// Puts panels beside each other as there is room, and leaves out what needs more.
function fitted(figure, width) {
  const { layout } = figure;
  const { short, narrow, wide, panels } = layout.meta;
  layout.width = width;
  if (panels > 1) placed(layout, width);
  if (width >= NARROW && panels === 1) return figure;
  for (const [axis, texts] of Object.entries(short)) layout[axis].ticktext = texts;
  if (width >= NARROW) return figure;
  const height = layout.height - layout.margin.b;
  Object.assign(layout.margin, narrow);
  if (panels === 1) layout.height = height + layout.margin.b;
  layout.annotations = layout.annotations.filter(({ name }) => name !== wide);
  layout.shapes = layout.shapes.filter(({ name }) => name !== wide);
  return figure;
}

function placed(layout, width) {
  const { places, panels, smallHeight, gapX, gapY } = layout.meta;
  const { l, r, t, b } = layout.margin;
  const columns = Math.max(1, Math.min(panels, Math.floor((width - l - r + gapX) / (180 + gapX))));
  const lines = Math.ceil(panels / columns);
  const inner = lines * smallHeight + (lines - 1) * gapY;
  const across = gapX / (width - l - r);
  const down = gapY / inner;
  const share = (1 - across * (columns - 1)) / columns;
  const part = (1 - down * (lines - 1)) / lines;
  for (const [suffix, [place, low, high]] of Object.entries(places)) {
    const left = (place % columns) * (share + across);
    const bottom = 1 - part - Math.floor(place / columns) * (part + down);
    layout[`xaxis${suffix}`].domain = [left, Math.min(left + share, 1)];
    layout[`yaxis${suffix}`].domain = [Math.max(bottom + low * part, 0), Math.min(bottom + high * part, 1)];
  }
  layout.height = inner + t + b;
}

function redraw() {
  for (const plot of drawn.keys()) if (plot.isConnected) draw(plot);
}

// A picture has no page around it: it takes the title, the definition and the foot along, on white.
async function picture(chart, format) {
  const plot = chart.querySelector(".plot");
  if (!drawn.has(plot)) draw(plot);
  const { data, layout } = fitted(coloured(drawn.get(plot).text), Math.max(plot.clientWidth, 720));
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink").trim();
  const words = (selector) => wrapped(chart.querySelector(selector).textContent, layout.width / 7);
  const head = [words(".finding"), words(".definition")].join("<br>");
  const top = 24 + 18 * head.split("<br>").length;
  layout.margin.t += top;
  layout.margin.b += 24;
  layout.height += top + 24;
  layout.paper_bgcolor = style.getPropertyValue("--paper").trim();
  const line = { xref: "paper", yref: "paper", x: 0, showarrow: false, align: "left", xanchor: "left", font: { color: ink } };
  layout.annotations = [
    ...layout.annotations,
    { ...line, y: 1, yanchor: "bottom", yshift: layout.margin.t - top - 4, xshift: 8 - layout.margin.l, text: head },
    { ...line, y: 0, yanchor: "top", yshift: 24 - layout.margin.b, xshift: 8 - layout.margin.l, text: words(".sample") },
  ];
  const address = await Plotly.toImage({ data, layout }, { format, width: layout.width, height: layout.height, scale: format === "png" ? 2 : 1 });
  const link = document.createElement("a");
  link.href = address;
  link.download = `${chart.dataset.chart}.${format}`;
  link.click();
}

function wrapped(text, length) {
  const lines = [""];
  for (const word of text.trim().split(/\s+/)) {
    if (lines.at(-1) && lines.at(-1).length + word.length >= length) lines.push("");
    lines[lines.length - 1] += `${word} `;
  }
  return lines.map((line) => line.trim().replaceAll("&", "&amp;").replaceAll("<", "&lt;")).join("<br>");
}

document.addEventListener("click", ({ target }) => {
  const format = target.closest?.("[data-picture]")?.dataset.picture;
  if (format) picture(target.closest(".chart"), format);
  if (target.closest?.("[data-print]")) print();
});

for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", redraw);
// What is far below is drawn before it is printed.
addEventListener("beforeprint", () => {
  for (const plot of document.querySelectorAll(".plot")) if (!drawn.has(plot)) draw(plot);
});
document.addEventListener("htmx:after:swap", () => find(document));
for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
if (matchMedia("(width < 40rem)").matches) {
  for (const table of document.querySelectorAll(".chart-table")) table.open = true;
}
find(document);
