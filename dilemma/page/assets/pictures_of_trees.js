// The tree itself: who moves when, what is paid at the ends, and what is played in bold.  Where everything
// stands is known beforehand; what is played, believed and paid is not.
const TALL = 12;
function treePicture(model, state, found) {
  const { laid, perfect } = model, e = drawnOf(state, found), chooses = "which";
  const below = perfect ? WORDS.tree_below : WORDS.tree_below_hidden;
  if (!laid) return { title: WORDS.tree, svg: "", below: WORDS.no_tree };
  const replies = state.shows.replies && e, likely = (history) => (e ? reaches(model, found.game, history, e) : 0);
  const mover = (node) => model.players.findIndex((p) => p.name === model.decisions.find((d) => d.name === node.decision)?.player);
  const hueOf = (node) => (node.decision ? model.players[mover(node)].colour : GREY);
  const shown = state.shows.equilibria && e, place = (history) => model.nodes.findIndex((node) => same(node.history, history));
  let lines = "", signs = "";
  for (const group of laid.sets) {
    const own = group.map((n) => laid.nodes[n]), heights = own.map(([, y]) => y);
    lines += line([[own[0][0], Math.min(...heights)], [own[0][0], Math.max(...heights)]], { stroke: hueOf(model.nodes[group[0]]), "stroke-width": 1.8, "stroke-dasharray": "3 3", "data-is": "set" });
  }
  model.nodes.forEach((node, n) => {
    const [x, y, end] = laid.nodes[n], colour = hueOf(node), chances = node.decision && !e ? null : chancesAt(model, found.game, node, n, e), there = likely(node.history) > E;
    node.actions.forEach((action, k) => {
      // A slanting piece, then a level one, above which the action is written.
      const next = [...node.history, action], to = laid.nodes[place(next)] ?? laid.ends[model.ends.findIndex((own) => same(own, next))], from = laid.begins[n][k];
      const does = chances && chances[k] > E, bold = does && node.decision && replies;
      const chance = does && chances[k] < 1 - E && (!node.decision || replies) ? ` ${short(chances[k], 3)}` : "";
      const look = bold ? { stroke: colour, "stroke-width": round(1.5 + 3 * chances[k]), ...(there ? {} : { "stroke-dasharray": "6 3", "stroke-opacity": 0.6 }) } : { stroke: LINE, "stroke-width": 1.5 };
      lines += line([[x, y], [from, to[1]], [to[0], to[1]]], { ...look, "data-is": bold ? "reply" : "edge" });
      signs += words(from + 6, to[1] - 5, `${action.replace(/_/g, " ")}${chance}`, { fill: INK, "font-weight": bold ? 700 : 400 });
    });
    const belief = replies ? believed(model, found.game, n, e) : null;
    signs += element("circle", { cx: x, cy: y, r: 4.5, fill: node.decision ? colour : "#fff", stroke: colour, "stroke-width": 1.5 });
    const names = node.decision ? laid.names[mover(node)] : [WORDS.chance_moves];
    names.forEach((name, k) => { signs += words(end, y + 14 + 15 * k, `${name}${belief === null || k < names.length - 1 ? "" : ` [${short(belief, 3)}]`}`, { fill: colour, "font-weight": 600, "text-anchor": "end" }); });
  });
  const right = laid.columns, head = { "text-anchor": "end", "font-weight": 600 }, deep = Math.max(...laid.heads.map((h) => h.length));
  signs += model.players.map((p, j) => laid.heads[j].map((text, k) => words(right[j], 12 + 16 * (deep - laid.heads[j].length + k), text, { ...head, fill: p.colour })).join("")).join("");
  const chances = model.ends.map((end) => (shown ? likely(end) : 0)), told = chances.some((c) => c > E && c < 1 - E);
  if (told) signs += words(right[model.players.length], 12 + 16 * (deep - 1), WORDS.how_likely, { ...head, fill: GREY });
  model.ends.forEach((end, k) => {
    const [x, y] = laid.ends[k], there = chances[k] > E, weight = { "text-anchor": "end", "font-weight": there ? 700 : 400 };
    signs += element("circle", { cx: x, cy: y, r: 4, fill: there ? INK : "#fff", stroke: INK, "stroke-width": 1.2, "data-is": there ? "reached" : "end" });
    if (!found.undefined) signs += model.players.map((p, j) => words(right[j], y + 4, paidAt(model, found.game, k, j), { ...weight, fill: p.colour })).join("");
    if (told && there) signs += words(right[model.players.length], y + 4, short(chances[k], 3), weight);
  });
  const played = shown ? e.name : WORDS.hidden, look = { class: model.ends.length > TALL ? "tree tall" : "tree" }, wide = told ? laid.size[0] : right[model.players.length - 1] + 6;
  return { title: WORDS.tree, svg: picture(wide, laid.size[1], fill(WORDS.tree_says, { played }), lines + signs, look), below, chooses };
}
const same = (one, other) => one.length === other.length && one.every((a, k) => a === other[k]);

// Payoffs at the ends, as a table; where play gets to is marked.
function endsTable(model, found) {
  if (found.undefined) return "";
  const e = state.shows.equilibria ? drawnOf(state, found) : null;
  const head = model.players.map((p) => `<th scope="col" class="${hue(p)}">${escaped(p.title)}${measured(p)}</th>`).join("");
  const body = model.ends.map((end, k) => {
    const chance = e ? reaches(model, found.game, end, e) : 0, mark = chance > E ? `<span class="spoken"> (${escaped(fill(WORDS.reached, { chance: short(chance, 3) }))})</span>` : "";
    return `<tr><th scope="row">${escaped(end.join(", ").replace(/_/g, " "))}${mark}</th>${model.players.map((_, j) => `<td class="${chance > E ? "equilibrium" : ""}">${escaped(paidAt(model, found.game, k, j))}</td>`).join("")}</tr>`;
  }).join("");
  const known = model.types.map((t, k) => fill(WORDS.private_type, { type: t.name, player: model.players.find((p) => p.name === t.player).title, low: short(found.game.types[k][0]), high: short(found.game.types[k][1]) })).join(" ");
  return `<table class="choices ends"><caption>${escaped(`${WORDS.ends} ${known}`)}</caption><thead><tr><td></td>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

// What each does who knows something of its own.
function cutoffsTold(found) {
  return found.equilibria.map((e) => `<b>${escaped(e.name)}</b>${e.cutoffs.map((c) => `. ${escaped(fill(WORDS.cutoff, { ...c, value: short(c.value) }))}`).join("")}`).join("<br>") || escaped(WORDS.none);
}
