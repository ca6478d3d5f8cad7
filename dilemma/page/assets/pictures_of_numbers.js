// Pictures of games in which numbers are chosen.
function curvesPicture(model, state, found) {
  const keys = Object.keys(model.replies);
  if (keys.length !== 2) return { title: WORDS.replies, svg: "", below: WORDS.no_replies };
  const [one, two] = model.choices, count = 60, game = found.game;
  const reach = [0, 1].map((place) => choiceReach(model, place, found));
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
    for (const run of curve(one.player, reach[1], one)) for (const part of within(run, reach[0])) inside += line(part.map(([u, v]) => [X(u), Y(v)]), { stroke: colourIn(model, one.player), "stroke-width": 3.5, "data-is": "reply" });
    for (const run of curve(two.player, reach[0], two)) for (const part of within(run, reach[1])) inside += line(part.map(([u, v]) => [X(v), Y(u)]), { stroke: colourIn(model, two.player), "stroke-width": 3.5, "stroke-dasharray": "9 6", "data-is": "reply" });
    inside += key([one, two].map((c) => model.players.find((p) => p.name === c.player)));
  }
  if (state.shows.equilibria) inside += marks(WORDS.mark_stable, WORDS.mark_unstable);
  if (state.shows.equilibria) for (const e of found.equilibria) inside += dot(X(e.unknowns[1]), Y(e.unknowns[0]), e.stable !== false);
  return { title: WORDS.replies, svg: picture(520, 322, WORDS.replies_say, inside), below: `${axisName(one)}. ${axisName(two)}. ${WORDS.curves_below}` };
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
// From one end of what may be chosen to the other; where an end is not known, as far as play goes.
function choiceReach(model, place, found) {
  const played = found.equilibria.map((e) => e.unknowns[place]).filter(Number.isFinite), [low, high] = found.game.bounds[place];
  const from = Number.isFinite(low) ? low : Math.min(0, ...played), to = Number.isFinite(high) ? high : 1.25 * Math.max(from + 1, ...played);
  return [from, to > from ? to : from + 1];
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
  if (state.shows.replies) for (const run of smooth(curve)) inside += line(run.map(([u, v]) => [X(u), Y(v)]), { stroke: owner.colour, "stroke-width": 3.5, "data-is": "reply" });
  if (state.shows.equilibria) {
    for (const e of found.equilibria) {
      inside += line([[X(e.unknowns[at]), Y(e.payoffs[leader])], [X(e.unknowns[at]), 236]], { stroke: GREY, "stroke-dasharray": "3 4" });
      inside += dot(X(e.unknowns[at]), Y(e.payoffs[leader]), true) + words(X(e.unknowns[at]) + 10, Y(e.payoffs[leader]) + 20, `${plainLetter(choice)} = ${short(e.unknowns[at])}`, { "font-weight": 700, ...halo });
    }
  }
  const says = fill(WORDS.leader_says, { player: owner.title, choice: choice.name });
  return { title: fill(WORDS.leader, { player: owner.title, choice: choice.name }), svg: picture(520, 284, says, inside), below: WORDS.leader_below };
}

// A curve in parts: where it turns more than ten times as steep between two samples, it jumps.
function smooth(curve) {
  const rises = curve.slice(1).map(([, v], k) => Math.abs(v - curve[k][1])), usual = [...rises].sort((a, b) => a - b)[Math.floor(0.8 * rises.length)] || 0;
  const parts = [[]];
  curve.forEach((point, k) => {
    if (k && rises[k - 1] > 10 * usual + E) parts.push([]);
    parts[parts.length - 1].push(point);
  });
  return parts.filter((part) => part.length > 1);
}

// Outcomes along one parameter, every equilibrium of them: what is of one unit shares a panel.
function alongPicture(model, state, found) {
  if (!state.along) return { title: WORDS.replies, svg: "", below: WORDS.no_along };
  const about = parameter(model, state.along), place = model.parameters.indexOf(about), reach = axisOf(about, state.values[place]);
  const shown = state.drawn.map((name) => model.outcomes.find((o) => o.name === name) ?? model.choices?.find((c) => c.name === name)).filter(Boolean);
  const read = (point, o) => {
    const k = model.outcomes.indexOf(o);
    const value = k >= 0 ? point.outcomes[k] : point.unknowns[model.unknowns.indexOf(o.name)];
    return Math.abs(value) < E ? 0 : value; // rounding is no curve
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
      const stroke = colourIn(model, o.player), dash = DASHES[c % DASHES.length];
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
  const at = (x) => { values[place] = x; return [x, solve(model, values).equilibria]; };
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

// Join equilibria at neighbouring values into curves by what is chosen, or played; a jump is a gap.
function threads(model, samples) {
  const spot = (e) => (model.choices ? e.unknowns.slice(0, model.choices.length) : e.mixes.flat()), every = samples.flatMap(([, many]) => many.map(spot));
  const sizes = (every[0] ?? []).map((_, c) => {
    const values = every.map((own) => own[c]).filter(Number.isFinite);
    return Math.max(...values) - Math.min(...values) || 1;
  });
  const apart = (a, b) => (!model.choices && a.name !== b.name ? Infinity : Math.max(0, ...sizes.map((size, c) => Math.abs(spot(a)[c] - spot(b)[c]) / size || 0)));
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
