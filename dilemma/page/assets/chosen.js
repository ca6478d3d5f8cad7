// Equilibria of a game in which numbers are chosen: each branch is the roots of a polynomial, carried up
// a triangle of equations; what violates the branch's conditions is dropped.
function solveChosen(model, values) {
  const game = MODELS[model.name](values), choices = model.choices.length, found = [];
  let doubt = false;
  for (const branch of game.branches) {
    for (const point of pointsOf(branch)) {
      if (point === null) doubt = true;
      else if (!found.some((other) => near(point.unknowns.slice(0, choices), other.unknowns.slice(0, choices)))) found.push(point);
    }
  }
  const equilibria = model.leader ? leadersBest(model, found) : found;
  for (const each of equilibria) {
    each.outcomes = each.branch.outcomes(...each.unknowns);
    Object.assign(each, stability(model, game, each));
  }
  return { model, game, equilibria, places: found, doubt };
}

// The solutions of a branch; null among them where there may be a continuum.
function pointsOf(branch) {
  const points = [];
  for (const root of branch.roots ? realRoots(branch.roots()) : [NaN]) {
    const unknowns = branch.up ? branch.up(root) : [];
    if (!unknowns || (branch.ties && !branch.ties(...unknowns)) || !branch.holds(...unknowns)) continue;
    points.push(branch.loose ? null : { branch, unknowns, name: branch.title, payoffs: branch.payoffs?.(...unknowns) });
  }
  return points;
}

function leadersBest(model, points) {
  const leader = model.players.findIndex((p) => p.name === model.leader);
  const top = Math.max(...points.map((p) => p.payoffs[leader]));
  return points.filter((p) => top - p.payoffs[leader] <= E * Math.max(1, Math.abs(top)));
}

// Two players with a number each: a step away shrinks if the product of the slopes of their replies
// lies below one; who is held at an end does not move.
function stability(model, game, point) {
  if (!game.second) return { stable: null };
  const told = game.second(...point.unknowns), slopes = [];
  for (const k of [0, 1]) {
    const [slope, own, cross] = told.slice(3 * k, 3 * k + 3);
    const ends = point.branch.binds.some((b) => b === `${model.choices[k].name}.low` || b === `${model.choices[k].name}.high`);
    if (ends && Math.abs(slope) < E) return { stable: null };
    slopes.push(ends ? 0 : -cross / own);
  }
  const radius = Math.sqrt(Math.abs(slopes[0] * slopes[1]));
  return { stable: Math.abs(radius - 1) < 1e-7 ? null : radius < 1 };
}

// Best replies to what is held; there are several where a payoff has several tops.
function repliesTo(model, game, key, held) {
  const own = model.replies[key].map((name) => model.unknowns.indexOf(name)), found = [];
  for (const branch of game[key](...held)) {
    for (const point of pointsOf(branch)) {
      if (point && !found.some((other) => near(own.map((k) => other.unknowns[k]), own.map((k) => point.unknowns[k])))) found.push(point);
    }
  }
  return found;
}
