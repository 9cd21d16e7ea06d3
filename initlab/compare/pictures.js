"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
// Okabe and Ito's colours, told apart without colour vision; each has its own mark and dash, too.
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8a8a8a", "#b8a800"];
const DASHES = ["", "7 3", "2 3", "9 3 2 3", "12 4", "4 2 1 2", "1 2", "6 6"];
const MARKS = ["M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z", "M-4.5-4.5h9v9h-9z", "M0-6L5.5 4.5h-11z", "M0-6.5L5 0 0 6.5-5 0z",
  "M0 6L5.5-4.5h-11z", "M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z", "M-5-5L5 5M5-5L-5 5", "M0-6L2 0 6 0 3 2 4 6 0 4-4 6-3 2-6 0-2 0z"];
const rows = [...new Set(data.runs.map(r => r.row))].sort();
const style = row => { const i = rows.indexOf(row), n = COLOURS.length;
  return {colour: COLOURS[i % n], dash: DASHES[i % n], mark: MARKS[i % n]}; };
const hidden = new Set(), filters = {};
const shown = () => data.runs.filter(r => !hidden.has(r.row)
  && Object.entries(filters).every(([axis, value]) => !value || r.values[axis] === value));

const NS = "http://www.w3.org/2000/svg";
function node(name, attributes = {}, text) {
  const made = name === "svg" || node.inside ? document.createElementNS(NS, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}
const draw = f => { node.inside = true; try { return f(); } finally { node.inside = false; } };
const tell = text => { document.getElementById("tip").textContent = text; };
const digits = (x, n) => x === 0 ? "0" : Math.abs(x) < 1e-3 || Math.abs(x) >= 1e5
  ? x.toExponential(n - 1).replace(/\.?0*e/, "e").replace("+", "") : String(+x.toPrecision(n));
const short = x => digits(x, 4);
const mean = xs => xs.reduce((a, b) => a + b, 0) / xs.length;
const spread = xs => { const m = mean(xs); return xs.length < 2 ? 0 : Math.sqrt(xs.reduce((a, x) => a + (x - m) ** 2, 0) / (xs.length - 1)); };
const seeds = n => `${n} seed${n > 1 ? "s" : ""}`;
const diverged = runs => runs.filter(r => r.diverged).length;
function groups(runs, of) { const found = new Map();
  for (const run of runs) { const key = of(run); if (!found.has(key)) found.set(key, []); found.get(key).push(run); }
  return [...found]; }
const byRow = runs => groups(runs, r => r.row).sort((a, b) => a[0] < b[0] ? -1 : 1);

// ---- a plane with axes; scales linear or logarithmic
const W = 380, H = 280, LEFT = 56, RIGHT = 14, TOP = 28, BOTTOM = 44;
function scale(values, log) {
  let ok = values.filter(v => Number.isFinite(v) && (!log || v > 0));
  if (!ok.length) ok = log ? [1, 10] : [0, 1];
  let low = Math.min(...ok), high = Math.max(...ok);
  if (log) { low = Math.log10(low); high = Math.log10(high); }
  if (high - low < 1e-9) { low -= .5; high += .5; }
  const pad = (high - low) * .05; low -= pad; high += pad;
  let ticks = [];
  if (log && high - low > .7) { const step = Math.ceil((high - low) / 6), leading = high - low < 2.5 ? [1, 2, 5] : [1];
    for (let p = Math.floor(low); p <= high; p += step) for (const digit of leading) {
      const t = digit * 10 ** p; if (Math.log10(t) >= low && Math.log10(t) <= high) ticks.push(t); } }
  else { const a = log ? 10 ** low : low, b = log ? 10 ** high : high;
    const raw = (b - a) / 5, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].map(k => k * power).find(s => s >= raw);
    for (let t = Math.ceil(a / step) * step; t <= b; t += step) ticks.push(+t.toPrecision(12)); }
  const gap = Math.min(...ticks.slice(1).map((t, i) => t - ticks[i]));
  let n = 3;  // as many digits as say where a tick is
  while (n < 12 && ticks.some(t => Math.abs(digits(t, n) - t) > gap / 100)) n++;
  const part = v => ((log ? Math.log10(Math.max(v, 1e-300)) : v) - low) / (high - low);
  return {ticks: ticks.map(t => [part(t), digits(t, n)]), within: (from, to) => v => from + (to - from) * part(v)};
}
function plane(label, x, y, {xname}) {
  const svg = node("svg", {viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": label}), right = W - RIGHT, low = H - BOTTOM;
  for (const [part, text] of y.ticks) { const at = low + (TOP - low) * part;
    svg.append(node("line", {class: "grid", x1: LEFT, x2: right, y1: at, y2: at}), node("text", {class: "tick ytick", x: LEFT - 6, y: at + 4, "text-anchor": "end"}, text)); }
  let free = -Infinity;  // where a label would not touch the one before it
  for (const [part, text] of x.ticks) { const at = LEFT + (right - LEFT) * part, half = 4 * text.length;
    if (at - half < free) continue;
    free = at + half + 6; svg.append(node("text", {class: "tick", x: at, y: low + 18, "text-anchor": "middle"}, text)); }
  svg.append(node("text", {x: (LEFT + right) / 2, y: H - 6, "text-anchor": "middle"}, xname), node("text", {x: 4, y: 14}, label));
  const vertical = y.within(low, TOP);
  return {svg, x: x.within(LEFT, right), y: v => Math.max(TOP, Math.min(low, vertical(v)))};
}
function touchable(made, text) { made.append(node("title", {}, text)); made.addEventListener("click", () => tell(text)); return made; }
function mark(svg, x, y, row, text, hollow) {
  const s = style(row);
  svg.append(touchable(node("path", {class: "mark", d: s.mark, transform: `translate(${x} ${y})`, stroke: s.colour, "stroke-width": 1.6, "fill-opacity": .75, fill: hollow ? "none" : s.colour}), text));
}

// ---- the pictures: each is one panel a condition, since no line may stand for two
const CONDITION = {of: r => r.condition, order: data.conditions};
function dots(name, value, log) { return runs => {
  const across = scale(runs.map(value), log), step = 46, left = 120, right = W - 3 * RIGHT;
  return list => draw(() => {
    const by = byRow(list.filter(r => value(r) !== undefined || r.diverged));
    const height = 8 + Math.max(1, by.length) * step + BOTTOM, low = height - BOTTOM, svg = node("svg", {viewBox: `0 0 ${W} ${height}`, role: "img", "aria-label": name});
    const x = across.within(left, right), at = r => value(r) === undefined ? W - RIGHT : x(value(r));
    for (const [part, text] of across.ticks) { const t = left + (right - left) * part;
      svg.append(node("line", {class: "grid", x1: t, x2: t, y1: 4, y2: low}), node("text", {class: "tick", x: t, y: low + 18, "text-anchor": "middle"}, text)); }
    by.forEach(([row, group], i) => { const y = 8 + (i + .5) * step, values = group.map(value).filter(v => v !== undefined), m = mean(values), se = spread(values) / Math.sqrt(values.length);
      svg.append(node("text", {x: left - 8, y: y + 4, "text-anchor": "end"}, row));
      group.forEach((r, k) => mark(svg, at(r), y + ((k * 37) % 17 - 8), row, r.diverged ? `${r.name}: diverged` : `${r.name}: ${name} ${short(value(r))}`, r.diverged));
      if (values.length < 2) return;
      const bar = `M${x(m)} ${y - 17}v34M${x(log ? Math.max(m - se, m / 100) : m - se)} ${y}H${x(m + se)}`;
      svg.append(touchable(node("path", {class: "mean", d: bar, stroke: "var(--ink)", "stroke-width": 2.2, fill: "none"}), `${row}: mean ${short(m)} ± ${short(se)} (SE of ${seeds(values.length)})`)); });
    svg.append(node("text", {x: (left + W) / 2, y: height - 6, "text-anchor": "middle"}, name));
    return svg; }); }; }
function lines(name, points, options) { return runs => {
  const came = runs.filter(r => !r.diverged && points(r).length).map(r => points(r).at(-1)[1]);
  const top = options.room && came.length ? options.room * Math.max(...came) : Infinity;
  const up = scale(runs.flatMap(points).map(p => p[1]).filter(v => v <= top), options.ylog);
  return list => draw(() => {
    const drawn = list.filter(r => points(r).length), {svg, x, y} = plane(name, scale(drawn.flatMap(points).map(p => p[0])), up, options);
    for (const [row, group] of byRow(drawn)) {
      const survivors = group.filter(r => !r.diverged), shared = common(survivors.map(points)), lost = group.length - survivors.length;
      const meet = shared.length >= Math.min(2, ...survivors.map(r => points(r).length));
      const alone = meet ? group.filter(r => r.diverged) : group;  // else their steps don't meet
      for (const r of alone) line(svg, points(r).map(([t, v]) => [x(t), y(v)]), row, r.diverged,
        `${r.name}: ${r.diverged ? `diverged, its last ${name}` : `${name}, last`} ${short(points(r).at(-1)[1])}`, 1);
      if (!meet) continue;
      const band = shared.map(([t, vs]) => `${x(t)} ${y(Math.max(...vs))}`).concat(shared.map(([t, vs]) => `${x(t)} ${y(Math.min(...vs))}`).reverse());
      if (survivors.length > 1) svg.append(node("path", {d: `M${band.join("L")}Z`, fill: style(row).colour, "fill-opacity": .16}));
      const middle = vs => options.ylog ? Math.exp(mean(vs.map(Math.log))) : mean(vs);
      const without = lost ? `; ${lost} of ${group.length} diverged, drawn alone` : "";
      line(svg, shared.map(([t, vs]) => [x(t), y(middle(vs))]), row, false,
        `${row}: ${name}, mean of ${seeds(survivors.length)}, last ${short(middle(shared.at(-1)[1]))}${without}`, 2);
    }
    return svg; }); }; }
// The places at which every one of the curves has a value, with all their values: a mean is of the same runs throughout.
function common(curves) {
  const at = new Map();
  for (const curve of curves) for (const [t, v] of curve) { if (!at.has(t)) at.set(t, []); at.get(t).push(v); }
  return [...at].filter(([, vs]) => vs.length === curves.length).sort((a, b) => a[0] - b[0]);
}
function line(svg, points, row, hollow, text, width) {
  const s = style(row), d = "M" + points.map(p => p.join(" ")).join("L"), last = points.at(-1);
  svg.append(node("path", {class: "line", d, stroke: s.colour, "stroke-width": width, "stroke-dasharray": s.dash, fill: "none"}),
    touchable(node("path", {class: "mark", d, stroke: "transparent", "stroke-width": 14, fill: "none"}), text));
  mark(svg, last[0], last[1], row, text, hollow);
}
function phases(runs) {
  const points = runs.filter(r => r.phase), right = 1.3 * Math.max(2, ...points.map(r => r.phase.weight)), top = 1.3 * Math.max(.3, ...points.map(r => r.phase.bias));
  return list => draw(() => {
    const activation = list[0].phase.activation, {svg, x, y} = plane("bias variance", scale([0, right]), scale([0, top]), {xname: "weight variance × fan in"});
    const edge = data.edges[activation] || [], straight = edge.length && edge.every(([w]) => Math.abs(w - edge[0][0]) < 1e-6);
    const path = within(straight ? [[edge[0][0], 0], [edge[0][0], top]] : edge, right, top);
    if (path.length) svg.append(touchable(node("path", {class: "edge", d: "M" + path.map(([w, b]) => `${x(w)} ${y(b)}`).join("L"), stroke: "var(--ink)", "stroke-width": 1.5, fill: "none"}), `the edge of chaos of ${activation}`));
    const places = groups(list, r => [r.phase.weight, r.phase.bias].join());
    for (const [, there] of places) { const names = byRow(there);  // side by side, so that none hides another
      names.forEach(([row, [r]], i) => mark(svg, x(r.phase.weight) + 12 * (i - (names.length - 1) / 2), y(r.phase.bias), row, `${row}: ${r.phase.phase}, chi_1 = ${r.phase.chi} (${activation})`, false)); }
    return svg; }); }
// The part of a path, from its beginning, that lies within a plane's right and upper end, cut where it leaves it.
function within(path, right, top) {
  const out = path.findIndex(([w, b]) => w > right || b > top);
  if (out < 1) return out ? path : [];
  const [[w, b], [to, up]] = [path[out - 1], path[out]];
  const part = Math.min(to > w ? (right - w) / (to - w) : 1, up > b ? (top - b) / (up - b) : 1);
  return [...path.slice(0, out), [w + part * (to - w), b + part * (up - b)]];
}
const curve = name => r => r.curves[name] || [], depth = name => r => r.depth[name] || [];
const OVER = "Means over the seeds that did not diverge, bands from the least to the greatest; thin with a hollow end: a seed that diverged.";
const GEOMETRIC = OVER.replace("Means", "Geometric means").replace(/\.$/, "; on the lower edge: zero."), DRAWN = " As drawn, before any step. " + GEOMETRIC;
const PICTURES = [
  ["Test accuracy by " + data.row, "Every point a run, the bar the mean and its standard error; hollow: diverged, and no answer right.", dots("test accuracy", r => r.final.accuracy), r => r.final.accuracy !== undefined],
  ["Test loss by " + data.row, "The same for the loss, logarithmic; hollow, at the edge: diverged, and in no mean.", dots("test loss", r => r.final.loss, true), r => r.final.loss > 0],
  ["Test accuracy while training", OVER, lines("test accuracy", curve("test/accuracy"), {xname: "step"}), r => curve("test/accuracy")(r).length],
  ["Test loss while training", GEOMETRIC, lines("test loss", curve("test/loss"), {xname: "step", ylog: true, room: 100}), r => curve("test/loss")(r).length],
  ["Training loss", "Of single batches, cut off at a hundred times what runs came to. " + GEOMETRIC, lines("training loss", curve("train/loss"), {xname: "step", ylog: true, room: 100}), r => curve("train/loss")(r).length],
  ["Signal through depth", "Standard deviation of each block's output." + DRAWN, lines("activation std", depth("act"), {xname: "block, from the input on", ylog: true}), r => depth("act")(r).length],
  ["Gradient through depth", "Standard deviation of the loss's gradient at each block's output." + DRAWN, lines("gradient std", depth("grad"), {xname: "block, from the input on", ylog: true}), r => depth("grad")(r).length],
  ["Last update / weight", "Of each weight; about 1e-3 is usual. Of a seed that diverged: the last at which all weights' were finite. " + GEOMETRIC, lines("update / weight", r => r.updates, {xname: "weight, from the input on", ylog: true, room: 100}), r => r.updates.length],
  ["Phase position", "Where mean-field theory puts the hidden layers; the line is the edge of chaos, order on its left, chaos on its right. Marks of one place stand side by side.", phases, r => r.phase, {of: r => r.phase.activation}],
];
function panels(runs, picture, {of, order}) {
  const found = groups(runs, of), place = order ? key => order.indexOf(key) : () => 0, one = picture(runs);
  return found.sort((a, b) => place(a[0]) - place(b[0])).map(([key, list]) => {
    const panel = node("div", {class: "panel", "data-panel": key}), head = node("p");
    const lost = (order ? byRow(list) : []).filter(([, group]) => diverged(group)).map(([row, group]) => `${row} ${diverged(group)} of ${group.length}`);
    if (key) head.append(node("b", {}, key + " "));
    if (lost.length) head.append(node("small", {class: "lost"}, "diverged: " + lost.join(", ")));
    panel.append(head, one(list)); return panel; });
}
function render() {
  const runs = shown(), charts = document.getElementById("charts");
  charts.replaceChildren(...PICTURES.filter(p => data.runs.some(p[3])).map(([title, caption, picture, has, by = CONDITION]) => {
    const some = runs.filter(r => has(r) || (r.diverged && by === CONDITION)), made = panels(some, picture, by), box = node("div", {class: "panels"});
    const figure = node("figure", made.length > 1 ? {class: "wide"} : {}); box.append(...made);
    figure.append(node("h2", {}, title), made.length ? box : node("p", {class: "soft"}, "No run that is shown has it."), node("figcaption", {}, caption)); return figure; }));
  document.getElementById("plans").replaceChildren(...runs.map(r => {
    const box = node("details"), summary = node("summary", {}, r.name + " "); summary.append(node("small", {}, r.id.slice(0, 8)));
    const table = node("table"), wrap = node("div", {class: "scroll"}); wrap.append(table);
    for (const [i, cells] of [["parameter", "shape", "role", "initializer", "std claimed", "why"], ...r.plan].entries()) { const line = node("tr");
      for (const cell of cells) line.append(node(i ? "td" : "th", {}, cell)); table.append(line); }
    box.append(summary, r.plan.length ? wrap : node("p", {class: "soft"}, "The record has no plan.")); return box; }));
}
function controls() {
  const place = document.getElementById("controls");
  for (const axis of data.axes.filter(a => a !== data.row)) {
    const label = node("label", {}, axis + " "), select = node("select", {"data-axis": axis});
    for (const value of ["", ...new Set(data.runs.map(r => r.values[axis]))]) select.append(node("option", {value}, value || "all"));
    select.addEventListener("change", () => { filters[axis] = select.value; render(); }); label.append(select); place.append(label); }
  for (const row of rows) { const s = style(row), button = node("button", {type: "button", "aria-pressed": true, "data-row": row});
    button.append(draw(() => { const svg = node("svg", {viewBox: "-18 -9 36 18", style: "width:2.3rem"});
      svg.append(node("path", {d: "M-18 0H18", stroke: s.colour, "stroke-width": 2, "stroke-dasharray": s.dash}), node("path", {d: s.mark, fill: s.colour, stroke: s.colour})); return svg; }), row);
    button.addEventListener("click", () => { hidden.has(row) ? hidden.delete(row) : hidden.add(row); button.setAttribute("aria-pressed", !hidden.has(row)); render(); });
    place.append(button); }
}
controls(); render();
