// Equilibria of a tree: each branch says itself when it holds; null among its points stands for a continuum.
function solveTree(model, values) {
  const game = MODELS[model.name](values), found = { model, game, equilibria: [], doubt: false, open: [], perhaps: [] };
  const nothing = nothingToSolve(model, game);
  if (nothing) return { ...found, undefined: nothing };
  game.branches.forEach((branch, n) => {
    const name = caseName(model, n);
    for (const point of pointsOf(branch)) {
      if (point === null) { found[branch.loose].push(name); continue; }
      const mixes = branch.play(...point.unknowns), pure = mixes.every((mix) => mix.every((chance) => chance === 0 || chance === 1));
      found.equilibria.push({ ...point, name, mixes, pure, payoffs: point.payoffs ?? paid(model, game, { mixes }), outcomes: branch.outcomes(...point.unknowns), cutoffs: cutoffs(model, game, name, mixes) });
    }
  });
  // Where all is seen several come only where payoffs tie.
  return { ...found, doubt: model.perfect ? found.equilibria.length !== 1 : !found.equilibria.length };
}

// What a case is called: as it is told, or by the actions of each decision, each a digit of a number.
function caseName(model, n) {
  if (!Array.isArray(model.cases[n])) return model.cases[n];
  const [mixed, ...done] = model.cases[n];
  return `${mixed ? "mixed " : ""}(${model.decisions.map((d, k) => d.actions.filter((_, a) => (done[k] >> a) & 1).join("/")).join(", ")})`;
}

// From which type on a player who knows it acts otherwise: types are as likely everywhere.
function cutoffs(model, game, name, mixes) {
  const done = name.slice(name.indexOf("(") + 1, -1).split(", ");
  return model.decisions.flatMap(({ title, actions, knows }, k) => {
    const [up, down] = knows.length ? done[k].split("/") : [];
    if (!down) return [];
    const [low, high] = game.types[model.types.findIndex((t) => t.name === knows)];
    return [{ player: title, above: up, below: down, type: knows, value: high - mixes[k][actions.indexOf(up)] * (high - low) }];
  });
}

// What is believed at a node of a set that play gets to, by Bayes' rule; null elsewhere.
function believed(model, game, n, e) {
  const own = model.nodes.flatMap((node, k) => (node.decision && node.decision === model.nodes[n].decision ? [k] : []));
  if (own.length < 2) return null;
  const chances = own.map((k) => reaches(model, game, model.nodes[k].history, e)), all = chances.reduce((s, c) => s + c, 0);
  return all > E ? chances[own.indexOf(n)] / all : null;
}

// Who mixes: in a tree each decision by itself.
const movers = (model) => model.decisions ?? model.players;

// The chance of each action at a node, by chance itself or in an equilibrium.
function chancesAt(model, game, node, n, e) {
  return node.decision ? e.mixes[model.decisions.findIndex((d) => d.name === node.decision)] : game.chances[n];
}

// How likely play gets to a history.
function reaches(model, game, history, e) {
  return history.reduce((chance, action, k) => {
    const n = model.nodes.findIndex((node) => node.history.length === k && node.history.every((a, j) => a === history[j]));
    return chance * chancesAt(model, game, model.nodes[n], n, e)[model.nodes[n].actions.indexOf(action)];
  }, 1);
}

// What each player is paid on average.
function paid(model, game, e) {
  const likely = model.ends.map((end) => reaches(model, game, end, e));
  return model.players.map((_, j) => likely.reduce((sum, chance, k) => sum + (chance ? chance * game.ends[k][j] : 0), 0));
}

// What an end pays a player, a private type left as it is: "−2 − 0.5 stake".
function paidAt(model, game, end, player) {
  const [constant, ...slopes] = game.ends[end].slice(player * (1 + model.types.length), (player + 1) * (1 + model.types.length));
  const told = slopes.flatMap((s, k) => (equals(s) ? [] : [[s, `${equals(Math.abs(s) - 1) ? "" : `${short(Math.abs(s), 3)} `}${model.types[k].name}`]]));
  const first = told.length && equals(constant) ? "" : short(constant, 3);
  return told.reduce((text, [s, what]) => `${text}${text ? (s < 0 ? " − " : " + ") : s < 0 ? "−" : ""}${what}`, first);
}
