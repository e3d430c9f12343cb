// Draws the figures that pages bring along, in the reader's theme and width; a mark leads to its items.

import { isCrowded, settle, turned } from "./charts/crowd.js";

const NARROW = 560;
const PICTURE = 840; // px, of a picture at least
const TALL = 560; // px, of a drawing that takes the room of two on the wall
const EDGE = 16; // px, around it
const LINE = 1.3; // Plotly's own height of a line, in those of its letters
const PROPERTY = /var\(--[a-z0-9-]+\)/g;
const CONFIG = {
  displayModeBar: false, displaylogo: false, showSendToCloud: false, plotlyServerURL: "", scrollZoom: false,
  doubleClick: false, showTips: false, locale: document.documentElement.lang,
};
const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 200));
const isPhone = matchMedia("(width < 40rem)").matches;
const drawn = new Map(); // the plot's element: the figure as it came, how it was drawn
const coming = new Map(); // the place of a chart that was sent for: who waits for it
const measure = document.createElement("canvas").getContext("2d");
const probe = document.body.appendChild(document.createElement("i")); // tells what a colour is
let isOnPaper = false;
probe.hidden = true;

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
  for (const { target } of entries) draw(target);
});

function find(part) {
  for (const plot of part.querySelectorAll(".plot")) {
    if (drawn.has(plot)) continue;
    const chart = plot.closest(".chart");
    const known = { text: plot.parentElement.querySelector(".figure").textContent, look: "" };
    drawn.set(plot, known);
    chart.querySelector(".pictures").hidden = false;
    if (isPhone) chart.querySelector(".chart-table").open = true;
    roomFor(plot, fitted(JSON.parse(known.text), plot.clientWidth));
    near.observe(plot);
  }
}

function draw(plot) {
  const known = drawn.get(plot);
  const width = plot.clientWidth;
  const palette = paletteOf(isOnPaper);
  const look = `${width} ${palette("--ink")}`;
  if (!width || look === known.look) return;
  const isFirst = !known.look;
  known.look = look;
  delete plot.dataset.drawn;
  const figure = fittedTo(plot, coloured(known.text, palette), width);
  roomFor(plot, figure);
  shown(plot, figure, width)
    .then(() => isCrowded(plot) && turned(figure) && shown(plot, figure, width))
    .then(() => {
      settle(plot, figure);
      plot.dataset.drawn = "";
    });
  if (!isFirst) return;
  plot.on("plotly_click", ({ points }) => open(points[0]));
  widths.observe(plot);
}

async function shown(plot, { data, layout }, width) {
  const scale = width / layout.width;
  await Plotly.react(plot, data, layout, CONFIG);
  const frame = plot.querySelector(".svg-container");
  frame.style.width = `${width}px`;
  frame.style.height = `${layout.height * scale}px`;
  for (const svg of plot.querySelectorAll(".main-svg")) {
    svg.setAttribute("viewBox", `0 0 ${layout.width} ${layout.height}`);
    svg.setAttribute("width", width);
    svg.setAttribute("height", layout.height * scale);
  }
}

// The room that it takes is there before it is drawn, so that nothing jumps.
function roomFor(plot, { layout }) {
  plot.style.minHeight = `${layout.height}px`;
  plot.closest(".chart").classList.toggle("is-tall", layout.height > TALL);
}

function open({ customdata }) {
  if (customdata) location.assign(customdata);
}

// The colours of the theme in which the page is now, or those of the light one, which paper and pictures have.
function paletteOf(isLight) {
  return (name) => {
    probe.style.colorScheme = isLight ? "light" : "";
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
}

function coloured(text, palette) {
  return JSON.parse(text.replace(PROPERTY, (found) => palette(found.slice(4, -1))));
}

// On paper, what would be taller than it is drawn for more width, and made smaller.
function fittedTo(plot, figure, width) {
  const most = parseFloat(getComputedStyle(plot).maxHeight);
  let wide = width;
  let found = fitted(structuredClone(figure), wide);
  while ((found.layout.height * width) / wide > most && wide < 4 * width) {
    wide *= 1.1;
    found = fitted(structuredClone(figure), wide);
  }
  return found;
}

// Puts panels beside each other as there is room, and leaves out what needs more.
function fitted(figure, width) {
  const { layout } = figure;
  const { short, narrow, wide, panels } = layout.meta;
  layout.width = width;
  if (panels > 1) placed(layout, width);
  const isWide = width >= NARROW && panels === 1;
  if (isWide && !isTight(layout)) return figure;
  for (const [axis, texts] of Object.entries(short)) if (!isWide || axis.startsWith("x")) layout[axis].ticktext = texts;
  if (width >= NARROW) return figure;
  const height = layout.height - layout.margin.b;
  Object.assign(layout.margin, narrow);
  if (panels === 1) layout.height = height + layout.margin.b;
  const notes = layout.annotations.filter(({ name }) => name !== wide);
  layout.meta.leftOut ||= notes.length < layout.annotations.length;
  layout.annotations = notes;
  layout.shapes = layout.shapes.filter(({ name }) => name !== wide);
  return figure;
}

// Whether the names of cycles have too little room beside each other; days are not evenly apart, and lie flat.
function isTight({ width, margin, font, xaxis: { ticktext = [], tickangle } }) {
  measure.font = `700 ${font.size}px ${font.family}`;
  const room = (width - margin.l - margin.r) / ticktext.length;
  return tickangle !== 0 && ticktext.some((text) => measure.measureText(text.split("<br>")[0]).width + 4 > room);
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
  for (const [plot, { look }] of drawn) if (plot.isConnected && (look || isOnPaper)) draw(plot);
}

// A picture has no page around it: it takes the title, the definition and the foot along, on white.
async function picture(chart, format) {
  const plot = chart.querySelector(".plot");
  const palette = paletteOf(true);
  const width = Math.max(plot.clientWidth, PICTURE);
  const { data, layout } = fitted(coloured(drawn.get(plot).text, palette), width - 2 * EDGE);
  layout.width = width;
  layout.margin.l += EDGE;
  layout.margin.r += EDGE;
  const words = [
    { text: chart.querySelector(".finding").textContent, size: 17, weight: 700, colour: "--ink" },
    { text: chart.querySelector(".definition summary").textContent, size: 13, weight: 400, colour: "--ink-2" },
    { text: chart.querySelector(".sample").textContent, size: 12, weight: 400, colour: "--ink-3" },
  ];
  const [title, definition, foot] = words.map(({ text, size, weight, colour }) => {
    const lines = wrapped(text, `${weight} ${size}px ${layout.font.family}`, width - 2 * EDGE);
    return {
      height: lines.length * size * LINE,
      annotation: {
        xref: "paper", yref: "paper", x: 0, xanchor: "left", xshift: EDGE - layout.margin.l, showarrow: false,
        align: "left", borderpad: 0, text: lines.map(escaped).join("<br>"), font: { size, weight, color: palette(colour) },
      },
    };
  });
  const over = EDGE + title.height + 4 + definition.height + EDGE / 2;
  const under = foot.height + EDGE;
  layout.margin.t += over;
  layout.margin.b += under;
  layout.height += over + under;
  layout.paper_bgcolor = palette("--paper");
  const top = { y: 1, yanchor: "top" };
  layout.annotations = [
    ...layout.annotations,
    { ...title.annotation, ...top, yshift: layout.margin.t - EDGE },
    { ...definition.annotation, ...top, yshift: layout.margin.t - EDGE - title.height - 4 },
    { ...foot.annotation, y: 0, yanchor: "bottom", yshift: EDGE / 2 - layout.margin.b },
  ];
  const size = { width, height: Math.ceil(layout.height) };
  const address = await Plotly.toImage({ data, layout }, { format, ...size, scale: format === "png" ? 2 : 1 });
  const link = document.createElement("a");
  link.href = address;
  link.download = `${chart.dataset.chart}.${format}`;
  link.click();
}

function wrapped(text, font, width) {
  const lines = [""];
  measure.font = font;
  for (const word of text.trim().split(/[^\S\u00a0]+/)) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (lines.at(-1) && measure.measureText(longer).width > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

// --- charts that come when they are near

function isComing(element) {
  return Boolean(element?.matches?.(".chart.is-coming"));
}

function come(place) {
  return new Promise((resolve) => {
    coming.set(place, [...(coming.get(place) ?? []), resolve]);
    if (!place.hasAttribute("aria-busy")) place.dispatchEvent(new Event("come"));
  });
}

function came() {
  for (const [place, waiting] of coming) {
    if (place.isConnected && !place.classList.contains("is-lost")) continue;
    coming.delete(place);
    for (const resolve of waiting) resolve();
  }
}

// All of them, one after another so that none waits too long, and drawn; what cannot be had is left out.
async function allCome(pause) {
  for (const place of document.querySelectorAll(".chart.is-coming:not(.is-lost)")) {
    await pause();
    if (place.isConnected) await come(place);
  }
  for (const plot of drawn.keys()) {
    await pause();
    if (plot.isConnected) draw(plot);
  }
}

async function printed(button) {
  button.setAttribute("aria-busy", "true");
  await allCome(() => null);
  button.removeAttribute("aria-busy");
  print();
}

// The browser's own print does not wait: what has not come yet is fetched while it stands still.
function comeAtOnce(place) {
  const asked = new XMLHttpRequest();
  asked.open("GET", place.getAttribute("hx-get"), false);
  asked.send();
  if (asked.status === 200) place.outerHTML = asked.responseText;
}

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (!isComing(ctx.sourceElement)) return;
  ctx.sourceElement.classList.remove("is-lost");
  ctx.sourceElement.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (!isComing(ctx.sourceElement)) return;
  ctx.sourceElement.removeAttribute("aria-busy");
  if (!(ctx.response?.status < 400)) ctx.sourceElement.classList.add("is-lost");
  came();
});
document.addEventListener("htmx:after:swap", () => {
  find(document);
  came();
});

document.addEventListener("click", ({ target }) => {
  const format = target.closest?.("[data-picture]")?.dataset.picture;
  if (format) picture(target.closest(".chart"), format);
  const button = target.closest?.("[data-print]");
  if (button && !button.hasAttribute("aria-busy")) printed(button);
});

for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", redraw);
// In the light, and what is far below too. Firefox prints a copy of the page as it is before it knows the paper; others
// tell the page by its media that it is on paper, and then how wide that is.
const isCopied = CSS.supports("-moz-appearance", "none");
addEventListener("beforeprint", () => {
  isOnPaper = true;
  document.querySelectorAll(".chart.is-coming").forEach(comeAtOnce);
  find(document);
  came();
  for (const [plot, { look }] of drawn) if (plot.isConnected && (isCopied || !look)) draw(plot);
});
addEventListener("afterprint", () => {
  isOnPaper = false;
  redraw();
});
for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
find(document);
const resting = () => new Promise((resolve) => idle(resolve, { timeout: 1000 }));
addEventListener("load", () => allCome(resting));
