// What is drawn of each kind of game: a list of pictures, each a title, the picture, and words below.
// A kind that comes later gets its picture here, and its script in dilemma/page/writing.py.
const PICTURES = {
  matrix: [mixPicture, mapPicture],
  continuous: [curvesPicture, alongPicture],
  sequential: [leadersPicture, alongPicture],
};
const axisName = (about) => `${plainLetter(about)}: ${about.means} [${about.unit}]`;
const clipped = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

// --- games with actions -----------------------------------------------------------------------------

function mixPicture(model, state, found) {
  const sizes = model.players.map((p) => p.actions.length);
  if (sizes.every((n) => n === 2)) return { title: WORDS.replies, svg: squareOfMixes(model, state, found), below: WORDS.replies_below };
  if (sizes.every((n) => n === 3)) return { title: WORDS.replies, svg: triangles(model, state, found), below: WORDS.triangles_below };
  return { title: WORDS.replies, svg: "", below: WORDS.no_replies };
}

// How likely each plays its second action: the best reply of one to the other's chance.
function squareOfMixes(model, state, found) {
  const [one, two] = model.players;
  const chance = (p) => fill(WORDS.chance, { player: p.title, action: p.actions[1] });
  const { X, Y, frame } = plot({ ...SQUARE, x: [0, 1], y: [0, 1], across: chance(two), up: chance(one), square: [0, 0.5, 1] });
  const curve = (player) => {
    const gain = (q) => { const [a, b] = worth(found, player, [1 - q, q]); return b - a; };
    const [first, last] = [gain(0), gain(1)], sign = (g) => (equals(g) ? [0, 1] : g > 0 ? [1] : [0]);
    let path = sign(first).map((p) => [0, p]);
    if (equals(first) && equals(last)) path = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]];
    else if (first * last < 0 && !equals(first) && !equals(last)) {
      const turn = first / (first - last);
      path = [[0, sign(first)[0]], [turn, sign(first)[0]], [turn, sign(last)[0]], [1, sign(last)[0]]];
    } else if (equals(first)) path = [[0, 1 - sign(last)[0]], [0, sign(last)[0]], [1, sign(last)[0]]];
    else path = [[0, sign(first)[0]], [1, sign(first)[0]], ...(equals(last) ? [[1, 1 - sign(first)[0]]] : [])];
    return path;
  };
  let inside = frame;
  if (state.shows.replies) {
    inside += line(curve(0).map(([q, p]) => [X(q), Y(p)]), { stroke: FIRST, "stroke-width": 4, "data-is": "reply" });
    inside += line(curve(1).map(([p, q]) => [X(q), Y(p)]), { stroke: SECOND, "stroke-width": 4, "stroke-dasharray": "9 6", "data-is": "reply" });
    inside += key([one, two]);
  }
  if (state.shows.equilibria) {
    inside += marks(WORDS.mark_pure, WORDS.mark_mixed);
    for (const { extreme: [rows, columns] } of found.continua) {
      const [p, q] = [rows.map((m) => m[1]), columns.map((m) => m[1])];
      const low = [X(Math.min(...q)), Y(Math.max(...p))], high = [X(Math.max(...q)), Y(Math.min(...p))];
      inside += element("rect", { x: low[0] - 3.5, y: low[1] - 3.5, width: high[0] - low[0] + 7, height: high[1] - low[1] + 7, fill: INK, "fill-opacity": 0.35, stroke: INK, "stroke-width": 1.5, "data-is": "continuum" });
    }
    for (const e of found.equilibria) inside += dot(X(e.mixes[1][1]), Y(e.mixes[0][1]), e.pure);
  }
  return picture(520, 322, fill(WORDS.replies_say, { count: found.equilibria.length }), inside);
}

// Whose line is whose, and what the dots mean, beside a square of best replies.
const SQUARE = { left: 64, top: 12, width: 262, height: 262 };
const key = (players) => players.map((p, k) => line([[348, 34 + 26 * k], [388, 34 + 26 * k]], { stroke: COLOURS[k], "stroke-width": 4, "stroke-dasharray": DASHES[k] }) + words(396, 38 + 26 * k, clipped(p.title, 20), { fill: COLOURS[k], "font-weight": 600 })).join("");
const marks = (filled, hollow) => dot(368, 92, true) + words(396, 96, filled) + dot(368, 118, false) + words(396, 122, hollow);

// Three actions each: what is best against each mix of the other's, in a triangle of mixes.
function triangles(model, state, found) {
  const side = 210, tall = side * Math.sqrt(3) / 2;
  let inside = "";
  for (const player of [0, 1]) {
    const own = model.players[player], other = model.players[1 - player], left = 24 + player * 268, top = 64;
    const corner = [[left, top + tall], [left + side, top + tall], [left + side / 2, top]];
    const at = (mix) => [0, 1].map((c) => mix.reduce((s, m, k) => s + m * corner[k][c], 0));
    inside += words(left - 14, 18, fill(WORDS.best_for, { player: own.title }), { fill: COLOURS[player], "font-weight": 600 });
    if (state.shows.replies) {
      own.actions.forEach((action, k) => {
        // The other's mixes against which this action is best: a triangle cut by straight lines.
        let cell = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
        own.actions.forEach((_, rival) => {
          if (rival !== k) cell = cutOff(cell, (mix) => { const pays = worth(found, player, mix); return pays[k] - pays[rival]; });
        });
        if (cell.length < 3) return;
        const shown = cell.map(at), middle = [0, 1].map((c) => shown.reduce((s, p) => s + p[c], 0) / shown.length);
        inside += element("polygon", { points: points(shown), fill: TINTS[k], stroke: INK, "stroke-width": 1, "data-is": "reply" });
        inside += words(middle[0], middle[1] + 4, action, { "text-anchor": "middle", ...halo });
      });
    } else inside += element("polygon", { points: points(corner), fill: "none", stroke: LINE });
    other.actions.forEach((action, k) => {
      const [x, y] = corner[k];
      const anchor = ["start", "end", "middle"][k];
      inside += words(x + [-14, 14, 0][k], k === 2 ? y - 14 : y + 20, action, { "text-anchor": anchor, fill: COLOURS[1 - player] });
    });
    if (state.shows.equilibria) found.equilibria.forEach((e, k) => {
      const [x, y] = at(e.mixes[1 - player]);
      inside += dot(x, y, e.pure) + words(x + 9, y + 4, k + 1, { "font-weight": 700, ...halo });
    });
  }
  return picture(540, 284, fill(WORDS.replies_say, { count: found.equilibria.length }), inside);
}
function cutOff(polygon, keep) {
  return polygon.flatMap((p, k) => {
    const q = polygon[(k + 1) % polygon.length], [a, b] = [keep(p), keep(q)], found = a >= -E ? [p] : [];
    if (a * b < 0 && !equals(a) && !equals(b)) found.push(p.map((x, c) => x + (a / (a - b)) * (q[c] - x)));
    return found;
  });
}

// A map stays as it is while nothing but its own axes moves.
const MAPS = new Map();
function mapped(key, values, places, make) {
  const rest = values.filter((_, k) => !places.includes(k)).join();
  if (MAPS.get(key)?.rest !== rest) MAPS.set(key, { rest, ...make() });
  return MAPS.get(key);
}

// Which pure equilibria there are where two parameters move: a panel for each era.
function mapPicture(model, state, found) {
  const pure = model.branches.filter((b) => b.pure), [x, y] = state.axes.map((name) => parameter(model, name));
  const places = state.axes.map((name) => model.parameters.findIndex((p) => p.name === name));
  const conditions = pure.map((b) => b.blocks.flatMap((block) => block.least.map(([k]) => k)));
  const reach = [x, y].map((p) => p.slider.slice(0, 2).map(float));
  const panels = model.eras.map((era) => {
    const values = model.parameters.map((p, k) => (state.moved.has(p.name) ? state.values[k] : float(p.values[era.name].value)));
    const terms = MODELS[model.name].terms;
    const label = (u, v) => {
      values[places[0]] = u; values[places[1]] = v;
      const told = terms(values);
      let bits = 0;
      conditions.forEach((many, k) => { if (many.every((c) => (c > 0 ? told[c - 1] : -told[-c - 1]) >= -E)) bits += 2 ** k; });
      return bits;
    };
    const box = [x, y].map((p) => [float(p.values[era.name].low), float(p.values[era.name].high)]);
    return { era, box, ...(state.shows.kind ? mapped(`${model.name} ${era.name} ${state.axes}`, values, places, () => ({ told: shares(label, ...box), cells: regions(label, ...reach, 44) })) : {}) };
  });
  const seen = [...new Set(panels.flatMap((p) => (p.cells ? [...p.cells.polygons.keys()] : [])))].sort((a, b) => a - b);
  const letters = new Map(seen.map((own, k) => [own, String.fromCharCode(65 + k)]));
  const called = (bits) => pure.flatMap((b, k) => (Math.floor(bits / 2 ** k) % 2 ? [b.title] : [])).join(` ${WORDS.or} `) || WORDS.none_pure;
  const size = 214, legend = seen.length * 17;
  let inside = "";
  panels.forEach((panel, n) => {
    const left = 66 + (n % 2) * (size + 26), top = 40 + Math.floor(n / 2) * (size + 60);
    const { X, Y, frame } = plot({ left, top, width: size, height: size, x: reach[0], y: reach[1], across: plainLetter(x), up: n % 2 ? "" : plainLetter(y), bare: n % 2 === 1 });
    inside += words(left, top - 20, panel.era.title, { "font-weight": 700 });
    if (panel.cells) {
      for (const [own, many] of panel.cells.polygons) {
        const d = many.map((p) => `M${p.map(([u, v]) => `${round(X(u))} ${round(Y(v))}`).join("L")}z`).join("");
        inside += element("path", { d, fill: TINTS[seen.indexOf(own) % TINTS.length], stroke: TINTS[seen.indexOf(own) % TINTS.length], "stroke-width": 1, "data-is": "region" });
      }
      const d = panel.cells.borders.map(([a, b]) => `M${round(X(a[0]))} ${round(Y(a[1]))}L${round(X(b[0]))} ${round(Y(b[1]))}`).join("");
      if (d) inside += element("path", { d, fill: "none", stroke: INK, "stroke-width": 1.2, "stroke-linecap": "round" });
      for (const [own, { x: u, y: v, far }] of panel.cells.places) {
        if (far > 2) inside += words(X(u), Y(v) + 5, letters.get(own), { "text-anchor": "middle", "font-weight": 700, "font-size": 14, ...halo });
      }
      inside += words(left, top - 6, [...panel.told].sort((a, b) => b[1] - a[1]).map(([own, s]) => `${letters.get(own)} ${percent(s)}`).join(", "), { fill: GREY, "font-size": 11 });
    }
    inside += frame;
    const [[a, b], [c, d]] = panel.box;
    inside += element("rect", { x: round(X(a)), y: round(Y(d)), width: round(X(b) - X(a)), height: round(Y(c) - Y(d)), fill: "none", stroke: INK, "stroke-width": 2.2, "stroke-dasharray": n ? "8 5" : "none", "data-is": "box" });
    if (panel.era.name === state.era) inside += star(X(state.values[places[0]]), Y(state.values[places[1]]));
  });
  const low = 40 + Math.ceil(panels.length / 2) * (size + 60);
  seen.forEach((own, k) => {
    const yy = low + k * 17;
    inside += element("rect", { x: 66, y: yy - 10, width: 22, height: 13, fill: TINTS[k % TINTS.length], stroke: LINE }) + words(73, yy, letters.get(own), { "font-weight": 700, "font-size": 11 });
    inside += words(96, yy, clipped(called(own), 66), { "font-size": 12 });
  });
  const told = panels.map((p) => `${p.era.title}: ${p.told ? [...p.told].map(([own, s]) => `${percent(s)} ${called(own)}`).join(", ") : WORDS.hidden}`).join(". ");
  return { title: WORDS.map, svg: picture(540, low + legend + 4, fill(WORDS.map_says, { x: x.name, y: y.name, told }), inside), below: `${axisName(x)}. ${axisName(y)}. ${state.shows.kind ? WORDS.map_below : WORDS.map_hidden}`, chooses: "axes" };
}
const percent = (s) => (s > 0 && s < 0.0005 ? "< 0.1 %" : s < 1 && s > 0.9995 ? "> 99.9 %" : `${short(100 * s, 3)} %`);

// --- games in which numbers are chosen ----------------------------------------------------------------

function curvesPicture(model, state, found) {
  const keys = Object.keys(model.replies);
  if (keys.length !== 2) return { title: WORDS.replies, svg: "", below: WORDS.no_replies };
  const [one, two] = model.choices, count = 60, game = found.game;
  // Everything that is played lies in sight, and the ends of what may be chosen where they are near.
  const reach = [one, two].map((c) => choiceReach(model, state, c.name, found));
  const curve = (key, held, own) => {
    const at = model.unknowns.indexOf(own.name), runs = [];
    for (let k = 0; k <= count; k++) {
      const x = held[0] + ((held[1] - held[0]) * k) / count, replies = repliesTo(model, game, key, [x]);
      if (replies.length === 1) {
        const last = runs[runs.length - 1], y = replies[0].unknowns[at];
        if (last && last[last.length - 1][2] === k - 1) last.push([x, y, k]); else runs.push([[x, y, k]]);
      }
    }
    return runs;
  };
  const { X, Y, frame } = plot({ ...SQUARE, x: reach[1], y: reach[0], across: `${plainLetter(two)} [${two.unit}]`, up: `${plainLetter(one)} [${one.unit}]` });
  let inside = frame;
  if (state.shows.replies) {
    for (const run of curve(one.player, reach[1], one)) for (const part of within(run, reach[0])) inside += line(part.map(([u, v]) => [X(u), Y(v)]), { stroke: FIRST, "stroke-width": 3.5, "data-is": "reply" });
    for (const run of curve(two.player, reach[0], two)) for (const part of within(run, reach[1])) inside += line(part.map(([u, v]) => [X(v), Y(u)]), { stroke: SECOND, "stroke-width": 3.5, "stroke-dasharray": "9 6", "data-is": "reply" });
    inside += key([one, two].map((c) => model.players.find((p) => p.name === c.player)));
  }
  if (state.shows.equilibria) inside += marks(WORDS.mark_stable, WORDS.mark_unstable);
  if (state.shows.equilibria) for (const e of found.equilibria) inside += dot(X(e.unknowns[1]), Y(e.unknowns[0]), e.stable !== false);
  return { title: WORDS.replies, svg: picture(520, 322, fill(WORDS.replies_say, { count: found.equilibria.length }), inside), below: `${axisName(one)}. ${axisName(two)}. ${WORDS.curves_below}` };
}
// The parts of a curve whose height lies within bounds, cut where it leaves them.
function within(run, [low, high]) {
  const parts = [[]], inside = (v) => v >= low - E && v <= high + E;
  run.forEach(([u, v], k) => {
    const [a, b] = run[k - 1] ?? [u, v];
    if (inside(v) !== inside(b)) {
      const edge = Math.max(v, b) > high ? high : low;
      parts[parts.length - 1].push([a + ((edge - b) / (v - b)) * (u - a), edge]);
      if (!inside(v)) parts.push([]);
    }
    if (inside(v)) parts[parts.length - 1].push([u, v]);
  });
  return parts.filter((part) => part.length > 1);
}
function choiceReach(model, state, name, found) {
  const k = model.unknowns.indexOf(name), key = `${model.name} ${name}`;
  const values = found.equilibria.map((e) => e.unknowns[k]).filter(Number.isFinite);
  const known = state.reach.get(key) ?? [0, 1];
  // It widens where it must and does not jump about while a slider moves.
  const wide = [Math.min(known[0], ...values), Math.max(known[1], ...values.map((v) => (v > known[1] ? 1.25 * v : v)))];
  state.reach.set(key, wide);
  return wide;
}

// A leader's payoff for whatever it chooses, the others replying.
function leadersPicture(model, state, found) {
  const leader = model.players.findIndex((p) => p.name === model.leader), choice = model.choices.find((c) => c.player === model.leader);
  const at = model.unknowns.indexOf(choice.name), played = found.places.map((p) => p.unknowns[at]).filter(Number.isFinite), count = 60;
  const low = Math.min(...played), high = Math.max(...played), best = found.equilibria[0]?.unknowns[at] ?? low;
  const reach = [low, Math.min(high, low + 2.2 * Math.max(best - low, 0.2 * (high - low)))], curve = [];
  for (let k = 0; k <= count; k++) {
    const x = reach[0] + ((reach[1] - reach[0]) * k) / count;
    const paid = repliesTo(model, found.game, "followers", [x]).map((p) => p.payoffs[leader]);
    if (paid.length) curve.push([x, Math.max(...paid)]);
  }
  const ys = [...curve.map(([, v]) => v), ...found.equilibria.map((e) => e.payoffs[leader])], pad = 0.06 * (Math.max(...ys) - Math.min(...ys) || 1);
  const owner = model.players[leader];
  const { X, Y, frame } = plot({ left: 76, top: 16, width: 420, height: 220, x: reach, y: [Math.min(...ys) - pad, Math.max(...ys) + pad], across: clipped(axisName(choice), 72), up: fill(WORDS.payoff_of, { player: owner.title, unit: owner.unit }) });
  let inside = frame;
  if (state.shows.replies) inside += line(curve.map(([u, v]) => [X(u), Y(v)]), { stroke: COLOURS[leader], "stroke-width": 3.5, "data-is": "reply" });
  if (state.shows.equilibria) {
    for (const e of found.equilibria) {
      inside += line([[X(e.unknowns[at]), Y(e.payoffs[leader])], [X(e.unknowns[at]), 236]], { stroke: GREY, "stroke-dasharray": "3 4" });
      inside += dot(X(e.unknowns[at]), Y(e.payoffs[leader]), true) + words(X(e.unknowns[at]) + 10, Y(e.payoffs[leader]) + 20, `${plainLetter(choice)} = ${short(e.unknowns[at])}`, { "font-weight": 700, ...halo });
    }
  }
  const says = fill(WORDS.leader_says, { player: owner.title, choice: choice.name, value: short(best) });
  return { title: fill(WORDS.leader, { player: owner.title, choice: choice.name }), svg: picture(520, 284, says, inside), below: WORDS.leader_below };
}

// Outcomes along one parameter, every equilibrium of them: what is of one unit shares a panel.
function alongPicture(model, state, found) {
  const about = parameter(model, state.along), place = model.parameters.indexOf(about), reach = about.slider.slice(0, 2).map(float);
  const shown = state.drawn.map((name) => model.outcomes.find((o) => o.name === name) ?? model.choices.find((c) => c.name === name)).filter(Boolean);
  const read = (point, o) => {
    const k = model.outcomes.indexOf(o);
    return k >= 0 ? point.outcomes[k] : point.unknowns[model.unknowns.indexOf(o.name)];
  };
  const samples = state.shows.equilibria ? traced(model, state, place, reach, found) : [], runs = threads(model, samples);
  const units = [...new Set(shown.map((o) => o.unit))], columns = Math.min(3, units.length) || 1, width = 520 / columns - 58, height = 150;
  let inside = "", legend = "", low = 30 + Math.ceil(units.length / columns) * (height + 62) - 4;
  units.forEach((unit, n) => {
    const own = shown.filter((o) => o.unit === unit), left = 46 + (n % columns) * (width + 58), top = 30 + Math.floor(n / columns) * (height + 62);
    const values = samples.flatMap(([, many]) => many.flatMap((e) => own.map((o) => read(e, o)))).filter(Number.isFinite);
    const [least, most] = values.length ? [Math.min(...values, 0), Math.max(...values, 0)] : [0, 1], pad = 0.05 * (most - least || 1);
    const { X, Y, frame } = plot({ left, top, width, height, x: reach, y: [least < 0 ? least - pad : 0, most + pad], across: plainLetter(about) });
    const letter = String.fromCharCode(97 + n);
    inside += frame + words(left, top - 8, `(${letter}) [${unit}]`, { fill: GREY });
    if (samples.length) inside += line([[X(state.values[place]), top], [X(state.values[place]), top + height]], { stroke: GREY, "stroke-dasharray": "2 3" });
    own.forEach((o, c) => {
      const stroke = COLOURS[c % COLOURS.length], dash = DASHES[c % DASHES.length];
      for (const { stable, run } of runs) {
        const part = run.map(([u, e]) => [X(u), Y(read(e, o))]).filter(([, v]) => Number.isFinite(v));
        if (part.length > 1) inside += line(part, { stroke, "stroke-width": stable === false ? 1.6 : 3, "stroke-dasharray": stable === false ? "2 4" : dash, "data-is": "curve" });
      }
      if (state.shows.equilibria) for (const e of found.equilibria) {
        if (Number.isFinite(read(e, o))) inside += dot(X(state.values[place]), Y(read(e, o)), e.stable !== false, stroke);
      }
      legend += words(36, low, `(${letter})`, { fill: GREY }) + line([[56, low - 4], [90, low - 4]], { stroke, "stroke-width": 3, "stroke-dasharray": dash });
      legend += words(98, low, clipped(`${plainLetter(o)}: ${o.means}`, 62));
      low += 16;
    });
  });
  const says = fill(WORDS.along_says, { parameter: about.name, outcomes: shown.map((o) => o.name).join(", ") });
  const below = state.shows.equilibria ? fill(WORDS.along_below, { name: plainLetter(about), means: about.means, unit: about.unit }) : WORDS.along_hidden;
  return { title: fill(WORDS.along, { parameter: about.name }), svg: picture(520, low, says, inside + legend), below, chooses: "along" };
}

// Every equilibrium at evenly spaced values of one parameter, closer where one appears or is lost.
function traced(model, state, place, [low, high], found) {
  const count = 44, values = state.values.slice();
  const at = (x) => { values[place] = x; return [x, solveChosen(model, values).equilibria]; };
  const samples = Array.from({ length: count + 1 }, (_, k) => at(low + ((high - low) * k) / count));
  samples.push([state.values[place], found.equilibria]);
  samples.sort((a, b) => a[0] - b[0]);
  const alike = ([, a], [, b]) => a.length === b.length && a.every((e, k) => e.branch.title === b[k].branch.title && e.stable === b[k].stable);
  for (let k = samples.length - 1; k > 0; k--) {
    let [left, right] = [samples[k - 1], samples[k]];
    if (alike(left, right)) continue;
    const between = [];
    for (let step = 0; step < 7; step++) {
      const middle = at((left[0] + right[0]) / 2);
      between.push(middle);
      if (alike(left, middle)) left = middle; else right = middle;
    }
    samples.splice(k, 0, ...between.sort((a, b) => a[0] - b[0]));
  }
  return samples;
}

// Join equilibria at neighbouring values into curves by what is chosen; a jump is a gap.
function threads(model, samples) {
  const sizes = model.choices.map((_, c) => {
    const values = samples.flatMap(([, many]) => many.map((e) => e.unknowns[c])).filter(Number.isFinite);
    return Math.max(...values) - Math.min(...values) || 1;
  });
  const apart = (a, b) => Math.max(0, ...sizes.map((size, c) => Math.abs(a.unknowns[c] - b.unknowns[c]) / size || 0));
  const done = [];
  let open = [];
  for (const [x, many] of samples) {
    const next = [];
    for (const e of many) {
      const close = open.filter((t) => t.stable === e.stable).map((t) => [apart(t.run[t.run.length - 1][1], e), t]).sort((a, b) => a[0] - b[0])[0];
      if (close && close[0] < 0.15) {
        open.splice(open.indexOf(close[1]), 1);
        close[1].run.push([x, e]);
        next.push(close[1]);
      } else next.push({ stable: e.stable, run: [[x, e]] });
    }
    done.push(...open);
    open = next;
  }
  return [...done, ...open];
}
