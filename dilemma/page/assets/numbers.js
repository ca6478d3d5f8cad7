// Arithmetic in floats.  What differs by less than E counts as equal: a tie of the theory is one
// here too, although 0.1 + 0.2 is not quite 0.3.
const E = 1e-9;
const at_least = (x) => !(x < -E); // what has no value does not stand in the way
const above = (x) => !(x <= E);
const equals = (x) => Math.abs(x) <= E;
const near = (one, other) => one.every((x, k) => Math.abs(x - other[k]) < 1e-7 || x !== x);

function evaluate(coefficients, x) {
  let value = 0;
  for (const c of coefficients) value = value * x + c;
  return value;
}

// Every real root of a polynomial, the highest coefficient first: between two neighbouring roots of
// its slope there is at most one.
function realRoots(coefficients) {
  const size = Math.max(...coefficients.map(Math.abs));
  let first = 0;
  while (first < coefficients.length - 1 && Math.abs(coefficients[first]) <= 1e-14 * size) first++;
  const c = coefficients.slice(first), degree = c.length - 1;
  if (!(size > 0) || degree < 1) return [];
  if (degree === 1) return [-c[1] / c[0]];
  if (degree === 2) return quadratic(c);
  const turns = realRoots(c.slice(0, -1).map((a, k) => a * (degree - k)));
  const reach = 1 + Math.max(...c.slice(1).map((a) => Math.abs(a / c[0])));
  const ends = [-reach, ...turns.filter((x) => Math.abs(x) < reach), reach], found = [];
  for (let k = 0; k + 1 < ends.length; k++) {
    let [low, high] = [ends[k], ends[k + 1]], below = evaluate(c, low);
    if (below * evaluate(c, high) > 0) continue;
    for (let step = 0; step < 200 && low < high; step++) {
      const middle = (low + high) / 2;
      if (middle === low || middle === high) break;
      const here = evaluate(c, middle);
      if (below * here > 0) [low, below] = [middle, here];
      else high = middle;
    }
    found.push((low + high) / 2);
  }
  // A double root lies where the slope vanishes, and rounding may leave no change of sign.
  const scale = (x) => c.reduce((sum, a) => sum * Math.abs(x) + Math.abs(a), 0);
  for (const x of turns) {
    if (Math.abs(evaluate(c, x)) <= 1e-13 * scale(x)) found.push(x);
  }
  return found.sort((a, b) => a - b).filter((x, k, all) => !k || x - all[k - 1] > 1e-7 * (1 + Math.abs(x)));
}

function quadratic([a, b, c]) {
  let under = b * b - 4 * a * c;
  if (Math.abs(under) <= 1e-14 * (b * b + Math.abs(4 * a * c))) under = 0;
  if (under < 0) return [];
  const q = -(b + (b < 0 ? -1 : 1) * Math.sqrt(under)) / 2;
  if (q === 0) return [0];
  return [q / a, c / q].sort((x, y) => x - y).filter((x, k, all) => !k || x !== all[0]);
}

// A solution of rows [constant, slopes...] = 0 and the directions in which it may move; null for none.
function solutions(rows, size) {
  const left = rows.map((row) => row.slice()), pivots = [];
  for (let column = 1; column <= size; column++) {
    const rest = left.filter((row) => !pivots.some(([own]) => own === row));
    const best = rest.reduce((a, b) => (a && Math.abs(a[column]) >= Math.abs(b[column]) ? a : b), null);
    if (!best || Math.abs(best[column]) <= E) continue;
    const scale = best[column];
    best.forEach((x, k) => { best[k] = x / scale; });
    for (const row of left) {
      const factor = row[column];
      if (row !== best && factor !== 0) row.forEach((x, k) => { row[k] = x - factor * best[k]; });
    }
    pivots.push([best, column]);
  }
  if (left.some((row) => !pivots.some(([own]) => own === row) && !equals(row[0]))) return null;
  const fixed = new Map(pivots.map(([row, column]) => [column, row])), point = [], ways = [];
  for (let k = 1; k <= size; k++) point.push(fixed.has(k) ? -fixed.get(k)[0] : 0);
  for (let free = 1; free <= size; free++) {
    if (fixed.has(free)) continue;
    ways.push(point.map((_, k) => (fixed.has(k + 1) ? -fixed.get(k + 1)[free] : k + 1 === free ? 1 : 0)));
  }
  return { point, ways };
}

function* combinations(items, count, from = 0) {
  if (count === 0) { yield []; return; }
  for (let k = from; k <= items.length - count; k++) {
    for (const rest of combinations(items, count - 1, k + 1)) yield [items[k], ...rest];
  }
}

// The corners of { x : equal(x) = 0, least(x) >= 0 }; rows are [constant, slopes...].
function corners(equal, least, size) {
  const found = solutions(equal, size);
  if (!found) return [];
  const { point, ways } = found, many = ways.length;
  const inside = (x) => least.every((row) => at_least(row.slice(1).reduce((s, a, k) => s + a * x[k], row[0])));
  const moved = (z) => point.map((x, k) => z.reduce((s, t, w) => s + t * ways[w][k], x));
  if (!many) return inside(point) ? [point] : [];
  const reduced = least.map((row) => {
    const slopes = row.slice(1);
    const along = (way) => slopes.reduce((s, a, k) => s + a * way[k], 0);
    return [along(point) + row[0], ...ways.map(along)];
  });
  const all = [];
  for (const tight of combinations(reduced, many)) {
    const met = solutions(tight, many);
    if (!met || met.ways.length) continue;
    const x = moved(met.point);
    if (inside(x) && !all.some((other) => near(other, x))) all.push(x);
  }
  return all;
}

// What somebody typed, as a decimal or a fraction such as "0.3" or "1/3"; null if it is neither.
function numeral(typed) {
  const text = typed.trim().replace(/^[−–]/, "-").replace(/^([-+]?\d*),(\d+)$/, "$1.$2").replace(/^\+/, "");
  const number = /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,2})?(\s*\/\s*\d+)?$/i;
  return number.test(text) && Number.isFinite(float(text)) ? text.replace(/\s/g, "") : null;
}

// A decimal, or a fraction, as a float.
function float(text) {
  const [over, under] = String(text).split("/");
  return under === undefined ? Number(over) : Number(over) / Number(under);
}
