// Equilibria of a game with actions: each branch holds a set of mixes for each player, the corners of
// which are found; in a game without ties every set is one point.
function solveActions(model, values) {
  const script = MODELS[model.name], terms = script.terms(values), payoffs = script.payoffs(values);
  const value = (k) => (k > 0 ? terms[k - 1] : k < 0 ? -terms[-k - 1] : 0);
  const found = [];
  if (!payoffs.every(Number.isFinite)) return { model, payoffs, actions: model.players.map((p) => p.actions.length), sets: [], equilibria: [], continua: [], terms, undefined: true };
  for (const branch of model.branches) {
    const extreme = [];
    for (const block of branch.blocks) {
      const mixes = mixesOf(block, value);
      if (!mixes.length) break;
      extreme.push(mixes);
    }
    if (extreme.length === 2) found.push({ branch, extreme });
  }
  const game = { model, payoffs, actions: model.players.map((p) => p.actions.length) };
  const sets = found.filter((one, k) => !found.some((other, j) => j !== k && holds(game, other, one) && (j < k || !holds(game, one, other))));
  const equilibria = [];
  for (const { extreme: [rows, columns] } of sets) {
    for (const p of rows) {
      for (const q of columns) {
        if (!equilibria.some((e) => near(e.mixes[0], p) && near(e.mixes[1], q))) {
          equilibria.push(told(game, [p, q], script.outcomes(values)));
        }
      }
    }
  }
  return { ...game, sets, equilibria, continua: sets.filter((s) => s.extreme.some((many) => many.length > 1)), terms };
}

function mixesOf(block, value) {
  const size = block.mix[0].length - 1, row = (many) => many.map(value);
  const points = corners(block.equal.map(row), block.least.map(row), size);
  return points.map((x) => block.mix.map((many) => {
    const chance = many.slice(1).reduce((s, k, j) => s + value(k) * x[j], value(many[0]));
    return Math.abs(chance) <= E ? 0 : Math.abs(chance - 1) <= E ? 1 : chance;
  }));
}

const support = (mix) => mix.flatMap((chance, k) => (chance > E ? [k] : []));

// What each action of a player pays against the other's mix.
function worth(game, player, mix) {
  const [rows, columns] = game.actions, own = [];
  for (let k = 0; k < game.actions[player]; k++) {
    let sum = 0;
    for (let j = 0; j < game.actions[1 - player]; j++) {
      const profile = player === 0 ? k * columns + j : j * columns + k;
      if (mix[j] > 0) sum += mix[j] * game.payoffs[2 * profile + player];
    }
    own.push(sum);
  }
  return own;
}

// Whether one set of equilibria lies in another: its mixes use what the other's may, and leave
// indifferent whom the other's must.
function holds(game, outer, inner) {
  return [0, 1].every((player) => {
    const allowed = used(outer, player), indifferent = used(outer, 1 - player);
    return inner.extreme[player].every((mix) => {
      const pays = worth(game, 1 - player, mix), best = Math.max(...pays);
      return support(mix).every((k) => allowed.includes(k)) && indifferent.every((k) => best - pays[k] <= E);
    });
  });
}
const used = (set, player) => set.branch.blocks[player].mix.flatMap((row, k) => (row.some((x) => x !== 0) ? [k] : []));

function told(game, mixes, outcomes) {
  const [rows, columns] = mixes, payoffs = [0, 0], results = outcomes.map(() => 0);
  rows.forEach((p, i) => columns.forEach((q, j) => {
    const chance = p * q, profile = i * columns.length + j;
    if (chance === 0) return;
    payoffs.forEach((_, k) => { payoffs[k] += chance * game.payoffs[2 * profile + k]; });
    outcomes.forEach((each, k) => { results[k] += chance * each[each.length > 1 ? profile : 0]; });
  }));
  const names = game.model.players.map((player, k) => support(mixes[k]).map((a) => player.actions[a]).join("/"));
  const pure = mixes.every((mix) => support(mix).length === 1);
  return { mixes, payoffs, outcomes: results, name: `${pure ? "" : "mixed "}(${names.join(", ")})`, pure };
}

// Which actions are best replies in each cell of the table.
function bestReplies(game) {
  const [rows, columns] = game.actions, cells = [];
  const pays = (i, j, k) => game.payoffs[2 * (i * columns + j) + k];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const own = Math.max(...Array.from({ length: rows }, (_, k) => pays(k, j, 0)));
      const others = Math.max(...Array.from({ length: columns }, (_, k) => pays(i, k, 1)));
      cells.push([own - pays(i, j, 0) <= E, others - pays(i, j, 1) <= E]);
    }
  }
  return cells;
}

const KINDS = ["harmony", "chicken", "stag hunt", "prisoner's dilemma", "deadlock"];
function kindsOf(model, values) {
  const script = MODELS[model.name];
  if (!script.kinds) return null;
  return script.kinds(values).map((many) => KINDS[many.indexOf(true)] ?? "border");
}
