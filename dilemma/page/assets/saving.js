// What can be taken along: the payoffs as LaTeX, .nfg and CSV, each picture as SVG.
function asLatex(model, state, found) {
  const texed = (text) => String(text).replace(/[\\{}$&#^_%~]/g, (c) => ({ "\\": "\\textbackslash{}", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}" })[c] ?? `\\${c}`);
  const number = (v) => short(v).replace(/−/g, "-").replace(/·10\^(.*)/, "\\cdot 10^{$1}");
  if (model.kind === "tree") {
    if (found.undefined) return null;
    const rows = model.ends.map((end, k) => `${texed(end.join(", "))} & ${model.players.map((_, j) => texed(paidAt(model, found.game, k, j)).replace(/−/g, "$-$")).join(" & ")} \\\\`);
    return [`% ${model.title.replace(/\s+/g, " ")}: ${calibration(model, state)}`, `\\begin{tabular}{l${"r".repeat(model.players.length)}}`, `${["", ...model.players.map((p) => texed(p.title))].join(" & ")} \\\\ \\hline`, ...rows, "\\end{tabular}", ""].join("\n");
  }
  if (model.kind === "network" || model.kind === "dynamic") return found.undefined ? null : equilibriaAsLatex(model, state, found, texed, number);
  if (model.kind !== "matrix") {
    const rows = found.equilibria.flatMap((e, k) => [...model.choices.map((c, j) => [c, e.unknowns[j]]), ...model.players.map((p, j) => [{ name: WORDS.payoff, means: p.title, unit: p.unit }, e.payoffs[j]])].map(([c, v]) => `${k + 1} & ${texed(c.name)} & ${texed(c.means)} & ${number(v)} & ${texed(c.unit)} \\\\`));
    return ["\\begin{tabular}{rllrl}", ...rows, "\\end{tabular}", ""].join("\n");
  }
  const [one, two] = model.players, best = bestReplies(found), columns = two.actions.length;
  const cell = (n) => found.payoffs.slice(2 * n, 2 * n + 2).map((v, k) => (best[n][k] ? `\\underline{${number(v)}}` : number(v))).join(",\\;");
  const rows = one.actions.map((a, i) => [`\\text{${texed(a)}}`, ...two.actions.map((_, j) => cell(i * columns + j))].join(" & "));
  return [
    `% ${model.title.replace(/\s+/g, " ")}: ${calibration(model, state)}`,
    `\\begin{array}{c|${"c".repeat(columns)}}`,
    ` & ${two.actions.map((a) => `\\text{${texed(a)}}`).join(" & ")} \\\\ \\hline`,
    `${rows.join(" \\\\\n")}`,
    "\\end{array}", "",
  ].join("\n");
}
// Every equilibrium with what it pays and what comes of it.
function equilibriaAsLatex(model, state, found, texed, number) {
  const paid = model.players.map((p, j) => [`${WORDS.payoff}: ${p.title}`, (e) => e.payoffs[j], p.unit]), outcomes = model.outcomes.map((o, j) => [o.means, (e) => e.outcomes[j], o.unit]);
  const rows = [...paid, ...outcomes].map(([what, value, unit]) => `${texed(what)}${unit ? ` [${texed(unit)}]` : ""} & ${found.equilibria.map((e) => (Number.isNaN(value(e)) ? texed(WORDS.undefined) : `$${number(value(e))}$`)).join(" & ")} \\\\`);
  return [`% ${model.title.replace(/\s+/g, " ")}: ${calibration(model, state)}`, `\\begin{tabular}{l${"r".repeat(found.equilibria.length)}}`, `${["", ...found.equilibria.map((e) => texed(e.name))].join(" & ")} \\\\ \\hline`, ...rows, "\\end{tabular}", ""].join("\n");
}
const calibration = (model, state) => model.parameters.map((p, k) => `${p.name} = ${state.texts[k]}`).join(", ");

// Gambit lists the first player's actions fastest.
function asNfg(model, state, found) {
  const quoted = (text) => `"${text.replace(/["\\]/g, "\\$&")}"`, columns = found.actions[1];
  if (!found.payoffs.every(Number.isFinite)) return null;
  const script = MODELS[model.name], told = script.exact ? script.exact(state.texts.map(exactly)).map(written) : found.payoffs.map(String);
  const rows = [];
  for (let j = 0; j < columns; j++) for (let i = 0; i < found.actions[0]; i++) rows.push(told.slice(2 * (i * columns + j), 2 * (i * columns + j) + 2).join(" "));
  const actions = model.players.map((p) => `{ ${p.actions.map(quoted).join(" ")} }`).join("\n");
  return `NFG 1 R ${quoted(model.title)} { ${model.players.map((p) => quoted(p.title)).join(" ")} }\n\n{ ${actions}\n}\n${quoted(calibration(model, state))}\n\n${rows.map((r) => `{ "" ${r.replace(" ", ", ")} }`).reduce((all, r) => `${all}\n${r}`, "{")}\n}\n${rows.map((_, k) => k + 1).join(" ")}\n`;
}

function asCsv(model, state, found) {
  // A text that a spreadsheet would take for a formula is kept from being one.
  const quoted = (value) => {
    const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  const rows = [["what", "name", "value", "unit", "means"]];
  model.parameters.forEach((p, k) => rows.push(["parameter", p.name, state.texts[k], p.unit, p.means]));
  if (model.kind === "matrix") {
    const [one, two] = model.players;
    one.actions.forEach((a, i) => two.actions.forEach((b, j) => model.players.forEach((p, k) => {
      rows.push([`payoff of ${p.title}`, `${a}, ${b}`, found.payoffs[2 * (i * two.actions.length + j) + k], p.unit, ""]);
    })));
  }
  found.equilibria.forEach((e, n) => {
    const what = `equilibrium ${n + 1} ${e.name}`;
    if (e.mixes) movers(model).forEach((p, k) => p.actions.forEach((a, c) => rows.push([what, `P(${p.name} ${a})`, e.mixes[k][c], "probability", ""])));
    else model.choices.forEach((c, k) => rows.push([what, c.name, e.unknowns[k], c.unit, c.means]));
    model.players.forEach((p, k) => rows.push([what, `payoff of ${p.title}`, e.payoffs[k], p.unit, ""]));
    model.outcomes.forEach((o, k) => rows.push([what, o.name, e.outcomes[k], o.unit, o.means]));
  });
  return `${rows.map((row) => row.map((v) => (v !== v ? "" : quoted(v))).join(",")).join("\n")}\n`;
}

function save(name, text, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// Every golden case of a model that the page does not reproduce.
function disagreements(model) {
  return model.golden.filter((each) => {
    const found = solve(model, each.at.map(float));
    const own = found.equilibria.map((e) => [...(e.mixes ? e.mixes.flat() : e.unknowns.slice(0, each.equilibria[0]?.play.length)), ...e.payoffs]);
    const right = each.equilibria.map((e) => [...e.play, ...e.payoffs]);
    // On a border where the page says that it may not show all, what it shows must be right.
    if (found.doubt || !each.complete) return !own.every((o) => right.some((r) => alike(r, o)));
    return own.length !== right.length || !right.every((r) => own.some((o) => alike(r, o)));
  });
}
const alike = (one, other) => one.every((v, k) => Math.abs(v - other[k]) < 1e-6 * Math.max(1, Math.abs(v)));
const SOLVERS = { matrix: solveActions, tree: solveTree, network: solveLinks, dynamic: solveStates };
const solve = (model, values) => (SOLVERS[model.kind] ?? solveChosen)(model, values);
