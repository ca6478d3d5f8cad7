// Equilibria of games of links, of states and of trees: each branch says itself when it holds.
function nothingToSolve(model, game) {
  const wrong = game.wrong.indexOf(true);
  if (wrong >= 0) return fill(WORDS.no_game, { why: model.impossible[wrong] });
  const finite = (many) => many.every(Number.isFinite);
  if (model.kind === "tree") return ![game.ends, game.chances].every((of) => of.every(finite));
  return !(game.networks ? game.networks.every((n) => finite(n.paid)) : [game.pays, game.leads, game.offers, game.shocks].every((of) => of.every(finite)));
}

// The places of the branches that have an equilibrium: all that a map tells.
function holding(model, values) {
  const game = MODELS[model.name](values);
  if (nothingToSolve(model, game)) return [];
  const holds = (branch) => (branch.up ? pointsOf(branch).length > 0 : branch.holds());
  return game.branches.flatMap((branch, k) => (holds(branch) ? [k] : []));
}
const known = (value) => (Number.isFinite(value) ? value : NaN);

// Stable networks: what each pays is worked out, and the branches compare.
function solveLinks(model, values) {
  const game = MODELS[model.name](values), found = { model, game, equilibria: [], doubt: false };
  const nothing = nothingToSolve(model, game);
  if (nothing) return { ...found, undefined: nothing };
  game.branches.forEach((branch, place) => {
    if (branch.holds()) found.equilibria.push(networkOf(model, game, branch, place));
  });
  return found;
}

function networkOf(model, game, branch, place) {
  const { links, alike } = model.networks[place], { paid, outcomes } = game.networks[place];
  return { branch, place, name: branch.title, links, alike, pure: true, mixes: links.map((there) => [there, 1 - there]), payoffs: paid, outcomes: outcomes().map(known) };
}

// Ways to play by state alone; null among the points of one stands for a continuum.
function solveStates(model, values) {
  const game = MODELS[model.name](values), found = { model, game, equilibria: [], doubt: false };
  const nothing = nothingToSolve(model, game);
  if (nothing) return { ...found, undefined: nothing };
  for (const branch of game.branches) {
    for (const point of pointsOf(branch)) {
      if (point === null) { found.doubt = true; continue; }
      const mixes = branch.play(...point.unknowns), pure = mixes.every((mix) => mix.every((chance) => chance === 0 || chance === 1));
      found.equilibria.push({ ...point, mixes, pure, outcomes: branch.outcomes(...point.unknowns).map(known), worth: branch.worth(...point.unknowns), cutoffs: shockCutoffs(model, game, branch, mixes) });
    }
  }
  return found;
}

// From which shock on whoever sees it acts otherwise.
function shockCutoffs(model, game, branch, mixes) {
  return model.decisions.flatMap(({ title, state, actions }, k) => {
    if (!branch.cuts[k]) return [];
    const [above, below] = branch.cuts[k], shock = model.shocks.findIndex((s) => s.state === state), [low, high] = game.shocks[shock];
    return [{ player: title, decision: k, above, below, type: model.shocks[shock].name, value: low + mixes[k][actions.indexOf(below)] * (high - low) }];
  });
}

// Of several equilibria the one that is drawn.
const drawnOf = (state, found) => found.equilibria.find((e) => e.name === state.which) ?? found.equilibria[0];

// What may be done in a state: each way with its chance, if an equilibrium says it, and where it leads.
function movesIn(model, game, name, e) {
  const moves = [], offer = model.offers.findIndex((o) => o.state === name);
  const chanceOf = (decision, action) => (e ? e.mixes[decision][model.decisions[decision].actions.indexOf(action)] : null);
  const cutAt = (decision, action) => {
    const cut = e?.cutoffs.find((c) => c.decision === decision);
    return cut ? `${cut.type} ${action === cut.above ? "≥" : "<"} ${short(cut.value)}` : "";
  };
  const agreeing = offer < 0 ? -1 : model.decisions.findIndex((d) => d.state === name), [agree, wait] = model.decisions[agreeing]?.actions ?? [];
  if (offer >= 0) moves.push({ stage: -1, text: agree, cut: cutAt(agreeing, agree), done: chanceOf(agreeing, agree), next: [[model.offers[offer].next, 1]] });
  model.stages.forEach((stage, k) => {
    if (stage.state !== name) return;
    const own = model.decisions.flatMap((d, j) => (d.state === name ? [j] : [])), next = stage.next.map((to, j) => [to, game.leads[k][j]]);
    if (offer >= 0) moves.push({ stage: k, text: wait, cut: cutAt(agreeing, wait), done: chanceOf(agreeing, wait), next });
    else {
      const chances = own.map((j, place) => chanceOf(j, stage.actions[place]));
      moves.push({ stage: k, text: stage.actions.join(", "), cut: own.length === 1 ? cutAt(own[0], stage.actions[0]) : "", done: e ? chances.reduce((p, c) => p * c, 1) : own.length ? null : 1, next });
    }
  });
  return moves;
}

// The states that play gets to from where it begins.
function visited(model, game, e) {
  const seen = new Set([model.start]), looking = [model.start];
  while (looking.length) {
    for (const { done, next } of movesIn(model, game, looking.pop(), e)) {
      for (const [to, chance] of next) if (done * chance > E && !seen.has(to)) { seen.add(to); looking.push(to); }
    }
  }
  return seen;
}
