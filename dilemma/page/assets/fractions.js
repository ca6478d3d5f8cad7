// Arithmetic in fractions of whole numbers of any size, for files with exact payoffs.
function fraction(over, under) {
  if (under === 0n) throw new RangeError("division by zero");
  if (under < 0n) [over, under] = [-over, -under];
  let [a, b] = [over < 0n ? -over : over, under];
  while (b) [a, b] = [b, a % b];
  return a ? { n: over / a, d: under / a } : { n: 0n, d: 1n };
}
const add = (...all) => all.reduce((x, y) => fraction(x.n * y.d + y.n * x.d, x.d * y.d));
const mul = (...all) => all.reduce((x, y) => fraction(x.n * y.n, x.d * y.d));
const size = (x) => fraction(x.n < 0n ? -x.n : x.n, x.d);
const least = (...all) => all.reduce((x, y) => (x.n * y.d <= y.n * x.d ? x : y));
const most = (...all) => all.reduce((x, y) => (x.n * y.d >= y.n * x.d ? x : y));
function pow(x, exponent) {
  const times = BigInt(Math.abs(exponent)), [over, under] = [x.n ** times, x.d ** times];
  return exponent < 0 ? fraction(under, over) : fraction(over, under);
}
// A decimal such as "0.134", "1e-7" or "2/15", exactly.
function exactly(text) {
  const [over, under] = String(text).split("/").map(decimally);
  return under === undefined ? over : fraction(over.n * under.d, over.d * under.n);
}
function decimally(text) {
  const [, sign, whole, part = "", power = "0"] = /^\s*(-?)(\d*)\.?(\d*)(?:e([-+]?\d+))?\s*$/i.exec(text);
  const places = part.length - Number(power), digits = BigInt(sign + (whole + part || "0"));
  return places > 0 ? fraction(digits, 10n ** BigInt(places)) : fraction(digits * 10n ** BigInt(-places), 1n);
}
const written = (x) => (x.d === 1n ? `${x.n}` : `${x.n}/${x.d}`);
