// The tree itself: who moves when, what is paid at the ends, and what is played in bold.
const MOST_ENDS = 24;
function treePicture(model, state, found) {
  if (model.ends.length > MOST_ENDS) return { title: WORDS.tree, svg: "", below: WORDS.no_tree };
  const deepest = Math.max(...model.ends.map((end) => end.length)), gap = 46, e = found.equilibria[0], colourOf = (j) => model.players[j].colour;
  const X = (depth) => 10 + depth * (440 / deepest), begins = (end, history) => history.every((a, k) => end[k] === a);
  const Y = (history) => {
    const own = model.ends.flatMap((end, k) => (begins(end, history) ? [k] : []));
    return 52 + gap * ((own[0] + own[own.length - 1]) / 2);
  };
  let edges = "", signs = "";
  model.nodes.forEach((node, n) => {
    const { history, actions, decision } = node, [x, y] = [X(history.length), Y(history)];
    const mover = model.decisions.find((d) => d.name === decision), player = mover ? model.players.findIndex((p) => p.name === mover.player) : -1;
    const colour = player < 0 ? GREY : colourOf(player), chances = decision && !e ? null : chancesAt(model, found.game, node, n, e);
    actions.forEach((action, k) => {
      // A slanting piece, then a level one, on which the action is written.
      const to = [X(history.length + 1), Y([...history, action])], does = chances && chances[k] > E, bold = does && decision && state.shows.replies;
      const chance = does && chances[k] < 1 - E && (!decision || state.shows.replies) ? ` ${short(chances[k], 3)}` : "";
      edges += line([[x, y], [x + 22, to[1]], to], { stroke: bold ? colour : LINE, "stroke-width": bold ? 4.5 : 1.5, "stroke-dasharray": decision ? "none" : "4 3", "data-is": bold ? "reply" : "edge" });
      signs += words(x + 26, to[1] - 7, `${action.replace(/_/g, " ")}${chance}`, { fill: bold ? colour : INK, "font-weight": bold ? 700 : 400, ...halo });
    });
    signs += element("circle", { cx: round(x), cy: round(y), r: 4.5, fill: colour });
    signs += words(Math.max(4, x + 6), y + 17, clipped(player < 0 ? WORDS.chance_moves : model.players[player].title, 18), { fill: colour, "font-weight": 600, "text-anchor": history.length ? "end" : "start", ...halo });
  });
  model.ends.forEach((end, k) => {
    const [x, y] = [X(end.length), Y(end)], chance = state.shows.equilibria && e ? reaches(model, found.game, end, e) : 0;
    signs += element("circle", { cx: round(x), cy: round(y), r: 5.5, fill: chance > E ? INK : "#fff", stroke: chance > E ? INK : LINE, "stroke-width": 1.5, "data-is": chance > E ? "reached" : "end" });
    const paid = model.players.map((_, j) => element("tspan", { fill: colourOf(j) }, escaped(found.undefined ? "" : paidAt(model, found.game, k, j)))).join(", ");
    signs += element("text", { x: round(x + 12), y: round(y + 4) }, paid) + (chance > E ? words(x + 12, y + 19, fill(WORDS.reached, { chance: short(chance, 3) }), { "font-weight": 700 }) : "");
  });
  const names = model.players.map((p, j) => element("tspan", { fill: colourOf(j), "font-weight": 600 }, escaped(p.title))).join(", ");
  const heading = element("text", { x: 4, y: 16 }, `${element("tspan", { fill: GREY }, escaped(WORDS.paid_to))} ${names}`);
  const played = state.shows.equilibria && e ? e.name : WORDS.hidden;
  return { title: WORDS.tree, svg: picture(600, 52 + gap * model.ends.length, fill(WORDS.tree_says, { played }), heading + edges + signs), below: WORDS.tree_below };
}

// Payoffs at the ends, as a table; where play gets to is marked.
function endsTable(model, found) {
  if (found.undefined) return "";
  const e = state.shows.equilibria ? found.equilibria[0] : null;
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
