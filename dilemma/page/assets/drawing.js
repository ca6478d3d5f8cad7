// Pictures as SVG text with attributes alone, so that a saved file looks the same anywhere.
const INK = "#1b1d22", GREY = "#5a606b", LINE = "#8d939e";
// A player has one colour in every picture; what is nobody's is drawn in ink.
const hue = (player) => `hue-${player.colour.slice(1)}`;
const colourIn = (model, name) => model.players.find((p) => p.name === name)?.colour ?? INK;
const DASHES = ["", "9 5", "3 4", "12 4 3 4"];
const TINTS = ["#f4cdb0", "#cbd2fc", "#e1f9d4", "#ccecfd", "#e4ced0", "#a7dee5", "#f6e5db", "#f7f1f1"];
const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
const attributes = (given) => Object.entries(given).map(([key, value]) => ` ${key}="${escaped(value)}"`).join("");
const element = (name, given, inside = "") => `<${name}${attributes(given)}>${inside}</${name}>`;

function picture(width, height, says, inside, more = {}) {
  const given = { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": says, ...more };
  return element("svg", { ...given, "font-family": "system-ui, 'DejaVu Sans', sans-serif", "font-size": 12, fill: INK }, inside);
}
const words = (x, y, text, given = {}) => element("text", { x: round(x), y: round(y), ...given }, escaped(text));
const halo = { stroke: "#fff", "stroke-width": 4, "stroke-linejoin": "round", "paint-order": "stroke" };
const round = (x) => Math.round(x * 100) / 100;
const points = (many) => many.map(([x, y]) => `${round(x)},${round(y)}`).join(" ");
function line(many, given) {
  return element("polyline", { points: points(many), fill: "none", "stroke-linejoin": "round", ...given });
}
function dot(x, y, filled, colour = INK) {
  return element("circle", { cx: round(x), cy: round(y), r: 6, fill: filled ? colour : "#fff", stroke: colour, "stroke-width": 2.5 });
}
const STAR = "l2.9 7.1 7.7.6-5.9 5 1.9 7.5-6.6-4.1-6.6 4.1 1.9-7.5-5.9-5 7.7-.6z";
const star = (x, y) => element("path", { d: `M${round(x)} ${round(y - 11)}${STAR}`, fill: "#fff", stroke: INK, "stroke-width": 1.8 });

// A plot: a box with ticks, and what maps values into it; ``bare`` leaves out the numbers at its side.
function plot({ left, top, width, height, x, y, across = "", up = "", square = null, bare = false }) {
  const X = (v) => left + ((v - x[0]) / (x[1] - x[0] || 1)) * width;
  const Y = (v) => top + height - ((v - y[0]) / (y[1] - y[0] || 1)) * height;
  let frame = element("rect", { x: left, y: top, width, height, fill: "none", stroke: LINE });
  for (const v of square ?? ticks(x, width / 60)) {
    frame += element("path", { d: `M${round(X(v))} ${top + height}v4`, stroke: LINE });
    frame += words(X(v), top + height + 17, short(v), { "text-anchor": "middle", fill: GREY });
  }
  const marks = square ?? ticks(y, height / 40), widest = Math.max(...marks.map((v) => short(v).length));
  for (const v of marks) {
    frame += element("path", { d: `M${left} ${round(Y(v))}h-4`, stroke: LINE });
    if (!bare) frame += words(left - 7, Y(v) + 4, short(v), { "text-anchor": "end", fill: GREY });
  }
  frame += words(left + width / 2, top + height + 34, across, { "text-anchor": "middle" });
  if (up) frame += element("text", { transform: `translate(${left - 16 - 7 * widest} ${top + height / 2}) rotate(-90)`, "text-anchor": "middle" }, escaped(up));
  return { X, Y, frame, left, top, width, height };
}

// What an axis shows of a parameter: its slider, and where somebody has taken it beyond.
const axisOf = (p, value) => [Math.min(float(p.slider[0]), value), Math.max(float(p.slider[1]), value)];

function ticks([low, high], most) {
  if (!(high > low)) return [low];
  const raw = (high - low) / Math.max(2, most), power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw), found = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + 1e-9 * step; v += step) found.push(Number(v.toPrecision(12)));
  return found;
}

// Numbers as a reader wants them: four digits that matter, a true minus.
function short(value, digits = 4) {
  if (value === null || value === undefined || value !== value) return WORDS.undefined;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Math.abs(value) < 5e-10) return "0";
  return String(Number(value.toPrecision(digits))).replace(/-/g, "−").replace(/e\+?/, "·10^");
}

// --- regions of a plane: which label holds where, with smooth borders -------------------------------

// Cells of a grid that differ at their corners are cut where their label changes, found by bisection.
function regions(label, [x0, x1], [y0, y1], count) {
  // A little off round numbers, on which borders like to lie.
  const nodes = Array.from({ length: count + 1 }, (_, k) => (k === 0 ? 1e-6 : k === count ? 1 - 1e-6 : (k + 0.0137) / count));
  const xs = nodes.map((t) => x0 + (x1 - x0) * t), ys = nodes.map((t) => y0 + (y1 - y0) * t);
  const at = ys.map((y) => xs.map((x) => label(x, y))), polygons = new Map(), borders = [];
  const cut = new Map();
  const put = (own, polygon) => { if (!polygons.has(own)) polygons.set(own, []); polygons.get(own).push(polygon); };
  // Where the label changes on an edge; each edge has two cells, and is cut once.
  const crossing = (k, i, j) => {
    const column = i + (k === 1 ? 1 : 0), row = j + (k === 2 ? 1 : 0), upright = k % 2;
    const edge = (row * (count + 1) + column) * 2 + upright;
    if (!cut.has(edge)) {
      const from = at[row][column], [x, y] = [xs[column], ys[row]];
      const [dx, dy] = upright ? [0, ys[row + 1] - y] : [xs[column + 1] - x, 0];
      let [low, high] = [0, 1];
      for (let step = 0; step < 9; step++) {
        const t = (low + high) / 2;
        if (label(x + t * dx, y + t * dy) === from) low = t; else high = t;
      }
      cut.set(edge, [x + ((low + high) / 2) * dx, y + ((low + high) / 2) * dy]);
    }
    return cut.get(edge);
  };
  for (let j = 0; j < count; j++) {
    let begun = 0;
    for (let i = 0; i < count; i++) {
      const own = at[j][i];
      const even = own === at[j][i + 1] && own === at[j + 1][i] && own === at[j + 1][i + 1];
      const next = i + 1 < count ? [at[j][i + 1], at[j][i + 2], at[j + 1][i + 1], at[j + 1][i + 2]] : [];
      if (even && next.length && next.every((k) => k === own)) continue; // the strip goes on
      if (even) put(own, [[xs[begun], ys[j]], [xs[i + 1], ys[j]], [xs[i + 1], ys[j + 1]], [xs[begun], ys[j + 1]]]);
      else mixed(i, j);
      begun = i + 1;
    }
  }
  function mixed(i, j) {
    const ring = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
    const corner = ring.map(([a, b]) => [xs[a], ys[b]]), own = ring.map(([a, b]) => at[b][a]);
    const cuts = [];
    for (let k = 0; k < 4; k++) {
      const m = (k + 1) % 4;
      if (own[k] === own[m]) continue;
      cuts.push([k, crossing(k, i, j)]);
    }
    const middle = cuts.length > 2 ? [cuts.reduce((s, [, p]) => s + p[0], 0) / cuts.length, cuts.reduce((s, [, p]) => s + p[1], 0) / cuts.length] : null;
    cuts.forEach(([k, from], c) => {
      const [until, to] = cuts[(c + 1) % cuts.length], polygon = [from];
      for (let m = (k + 1) % 4; ; m = (m + 1) % 4) { polygon.push(corner[m]); if (m === until) break; }
      polygon.push(to);
      if (middle) polygon.push(middle);
      put(own[(k + 1) % 4], polygon);
      if (middle) borders.push([from, middle]); else if (c === 0) borders.push([from, to]);
    });
  }
  return { polygons, borders, places: places(at, xs, ys) };
}

// Where there is most room for a letter in each region: farthest from any other label.
function places(at, xs, ys) {
  const rows = at.length, columns = at[0].length;
  const far = at.map((row) => row.map(() => 0)), best = new Map();
  for (let pass = 0; pass < 2; pass++) {
    for (let s = 0; s < rows * columns; s++) {
      const n = pass ? rows * columns - 1 - s : s, j = Math.floor(n / columns), i = n % columns, way = pass ? 1 : -1;
      const around = [[j, i + way], [j + way, i], [j + way, i - 1], [j + way, i + 1]];
      const near = Math.min(...around.map(([b, a]) => (at[b]?.[a] === at[j][i] ? far[b][a] : 0)));
      far[j][i] = pass ? Math.min(far[j][i], near + 1) : near + 1;
      if (pass && far[j][i] > (best.get(at[j][i])?.far ?? 0)) best.set(at[j][i], { far: far[j][i], x: xs[i], y: ys[j] });
    }
  }
  return best;
}

const area = (polygon) => Math.abs(polygon.reduce((s, [x, y], k) => {
  const [u, v] = polygon[(k + 1) % polygon.length];
  return s + x * v - u * y;
}, 0)) / 2;

// The share of a rectangle that each label has; it may have no width, or none at all.
function shares(label, x, y, count = 24) {
  const told = new Map(), wide = x[1] > x[0], tall = y[1] > y[0];
  if (wide && tall) {
    for (const [own, many] of regions(label, x, y, count).polygons) told.set(own, many.reduce((s, p) => s + area(p), 0));
    const whole = [...told.values()].reduce((s, a) => s + a, 0);
    for (const [own, part] of told) told.set(own, part / whole);
    return told;
  }
  const many = wide || tall ? 400 : 1;
  for (let k = 0; k < many; k++) {
    const t = (k + 0.5) / many, own = label(x[0] + t * (x[1] - x[0]), y[0] + t * (y[1] - y[0]));
    told.set(own, (told.get(own) ?? 0) + 1 / many);
  }
  return told;
}
