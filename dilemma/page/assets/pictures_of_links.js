// Networks: who chooses then in the middle, who may link around; solid what is linked, faint what is not.
const AROUND = { middle: [260, 168], wide: 178, tall: 100 };
function networkPicture(model, state, found) {
  const title = WORDS.network;
  if (found.undefined) return { title, svg: picture(520, 60, WORDS.no_network, words(20, 34, WORDS.no_network)), below: "" };
  const { game } = found, stable = state.shows.equilibria ? drawnOf(state, found) : null;
  const empty = model.networks.findIndex((n) => n.links.every((there) => !there)), e = stable ?? null;
  const hubs = model.players.filter((p) => !model.linked.includes(p.name)), at = placesAround(model), middle = hubs.length ? AROUND.middle : null;
  let lines = "", signs = "";
  const wanted = state.shows.replies && !state.shows.equilibria && empty >= 0 ? game.branches[empty].gains().map(([a, b]) => at_least(a) && at_least(b) && (above(a) || above(b))) : [];
  model.decisions.forEach(({ pair }, k) => {
    const there = e ? e.links[k] : 0, given = wanted[k] ? { stroke: "#e69f00", "stroke-width": 3.5, "stroke-dasharray": "9 5", "data-is": "reply" } : there ? { stroke: INK, "stroke-width": 3.5, "data-is": "link" } : { stroke: LINE, "stroke-width": 1, "stroke-dasharray": "2 5", "data-is": "possible" };
    lines += element("path", { d: bowed(at.get(pair[0]), at.get(pair[1]), middle), fill: "none", ...given });
  });
  const chosen = e ? game.networks[e.place].chosen : [], most = Math.max(...chosen, 0);
  model.chosen.forEach((choice, k) => {
    if (!choice.reaches || !middle || !hubs.some((h) => h.name === choice.player)) return;
    const [x, y] = at.get(choice.reaches), thick = e && most > 0 ? 1.5 + (10 * chosen[k]) / most : 1.5;
    lines += line([middle, [x, y]], { stroke: colourIn(model, choice.player), "stroke-width": round(thick), "stroke-opacity": 0.55, "data-is": "tie" });
    const [far, low] = [x - middle[0], y - middle[1]], side = far < 0 ? -8 : 8; // beside the line, below the name of who chooses
    if (e) signs += words(middle[0] + (low > 0 ? 0.06 : 0.42) * far + side, middle[1] + (low > 0 ? Math.max(68, 0.74 * low) : 0.42 * low + 16), `${plainLetter(outcomeOf(model, choice.name))} = ${short(chosen[k])}`, { "text-anchor": x < middle[0] ? "end" : "start", fill: colourIn(model, choice.player), "font-weight": 600, ...halo });
  });
  model.players.forEach((player, k) => {
    const hub = hubs.includes(player), [x, y] = hub ? middle : at.get(player.name), up = !hub && y < AROUND.middle[1];
    signs += element("circle", { cx: round(x), cy: round(y), r: hub ? 13 : 9, fill: hub ? player.colour : "#fff", stroke: player.colour, "stroke-width": 2.5 });
    const own = model.chosen.flatMap((c, j) => (e && c.player === player.name && !(hub && c.reaches) ? [`${plainLetter(outcomeOf(model, c.name))} = ${short(chosen[j])}`] : []));
    const paid = e ? [`${short(e.payoffs[k])} ${player.unit}`, ...own].join(", ") : "", [first, second] = up ? [y - 32, y - 16] : [y + (hub ? 30 : 25), y + (hub ? 45 : 40)];
    signs += words(x, paid || !up ? first : second, clipped(player.title, 24), { "text-anchor": "middle", "font-weight": 700, "font-size": 13, ...halo }) + words(x, second, paid, { "text-anchor": "middle", fill: GREY, ...halo });
  });
  if (state.shows.equilibria) signs += words(8, 16, e ? `${e.name}${e.alike > 1 ? ` ${fill(WORDS.alike, { count: e.alike })}` : ""}` : WORDS.none_stable, { "font-weight": 700 });
  const says = e ? fill(WORDS.network_says, { network: e.name, linked: linkedTold(model, e) }) : state.shows.equilibria ? WORDS.none_stable : fill(WORDS.network_says, { network: WORDS.hidden, linked: WORDS.hidden });
  const below = state.shows.equilibria ? WORDS.network_below : WORDS.network_hidden;
  return { title, svg: picture(520, 332, says, lines + signs), below, chooses: "which" };
}
const outcomeOf = (model, name) => model.outcomes.find((o) => o.name === name);
const linkedTold = (model, e) => model.decisions.filter((_, k) => e.links[k]).map((d) => d.title).join("; ") || WORDS.nobody;

// Who may link, around the middle: four at the corners, others on an oval.
function placesAround(model) {
  const count = model.linked.length, [x, y] = AROUND.middle, first = count === 2 ? 180 : count === 4 ? -135 : -90;
  return new Map(model.linked.map((name, k) => {
    const turn = ((first + (360 * k) / count) * Math.PI) / 180, stretch = count === 4 ? 1 / Math.SQRT1_2 : 1;
    return [name, [x + AROUND.wide * stretch * Math.cos(turn), y + AROUND.tall * stretch * Math.sin(turn)]];
  }));
}

// A link that would run through the middle goes around it.
function bowed([x, y], [u, v], middle) {
  const [mx, my] = [(x + u) / 2, (y + v) / 2], near = middle && Math.hypot(mx - middle[0], my - middle[1]) < 40;
  if (!near) return `M${round(x)} ${round(y)}L${round(u)} ${round(v)}`;
  const long = Math.hypot(u - x, v - y), side = u - x < 0 ? -1 : 1, [nx, ny] = [(side * (v - y)) / long, (side * (x - u)) / long];
  return `M${round(x)} ${round(y)}Q${round(mx + 130 * nx)} ${round(my + 130 * ny)} ${round(u)} ${round(v)}`;
}

// What networks pay: without links, with all of them, and those that are stable; then what one link more or less brings.
function networksTable(model, found) {
  if (found.undefined) return "";
  const { networks } = found.game, full = model.networks.findIndex((n) => n.links.every(Boolean)), stable = state.shows.equilibria ? found.equilibria.map((e) => e.place) : [];
  const places = [...new Set([0, full, ...stable])];
  const mark = (n) => (stable.includes(n) ? "equilibrium" : "");
  const head = places.map((n) => `<th scope="col">${escaped(model.cases[n])}</th>`).join("");
  const rows = model.players.map((p, k) => `<tr><th scope="row">${escaped(p.title)}${measured(p)}</th>${places.map((n) => `<td class="${mark(n)}">${short(networks[n].paid[k])}</td>`).join("")}</tr>`);
  const reached = model.chosen.map((c, k) => `<tr><th scope="row">${markedLetter(outcomeOf(model, c.name))} <small>[${escaped(outcomeOf(model, c.name).unit)}]</small></th>${places.map((n) => `<td class="${mark(n)}">${short(networks[n].chosen[k])}</td>`).join("")}</tr>`);
  const table = `<table class="choices networks"><caption>${escaped(WORDS.networks)}</caption><thead><tr><td></td>${head}</tr></thead><tbody>${rows.join("")}${reached.join("")}</tbody></table>`;
  return state.shows.replies ? table + gainsTable(model, found) : table;
}

// From the network that is drawn, or from none of the links: what each of two gains by changing theirs.
function gainsTable(model, found) {
  const e = state.shows.equilibria ? drawnOf(state, found) : null, place = e ? e.place : 0, gains = found.game.branches[place].gains();
  const links = model.networks[place].links, titleOf = (name) => model.players.find((p) => p.name === name).title;
  const rows = model.decisions.map(({ pair }, k) => `<tr><th scope="row">${escaped(fill(links[k] ? WORDS.cut : WORDS.add, { pair: pair.map(titleOf).join(" – ") }))}</th>${pair.map((p, j) => `<td><span class="spoken">${escaped(titleOf(p))}</span> <span class="${above(gains[k][j]) ? "best" : ""}">${gains[k][j] > E ? "+" : ""}${short(gains[k][j], 3)}</span></td>`).join("")}</tr>`);
  return `<table class="choices gains"><caption>${escaped(fill(WORDS.gains, { network: model.cases[place] }))}</caption><tbody>${rows.join("")}</tbody></table>`;
}

// How many networks are stable, and in how many nothing inside the ranges is best to choose.
function stableTold(model, found) {
  if (found.undefined) return escaped(WORDS.no_network);
  const beyond = found.game.networks.filter((n) => !n.inside).length, all = model.networks.reduce((s, n) => s + n.alike, 0);
  const told = fill(WORDS.stable_networks, { count: found.equilibria.length, differ: model.networks.length, all });
  return escaped(beyond ? `${told} ${fill(WORDS.beyond_ranges, { count: beyond })}` : told);
}

// Why a network stands: who would lose least by cutting a link, and by adding one.
function standing(model, e) {
  const titleOf = (name) => model.players.find((p) => p.name === name).title, gains = e.branch.gains(), told = [];
  const cuts = model.decisions.flatMap(({ pair }, k) => (e.links[k] ? pair.map((p, j) => [-gains[k][j], p, pair]) : []));
  const adds = model.decisions.flatMap(({ pair }, k) => (e.links[k] ? [] : [pair.map((p, j) => [-gains[k][j], p, pair]).sort((a, b) => b[0] - a[0])[0]]));
  for (const [many, text] of [[cuts, WORDS.loses_by_cutting], [adds, WORDS.loses_by_adding]]) {
    const [least] = many.sort((a, b) => a[0] - b[0]);
    if (least) told.push(fill(text, { who: titleOf(least[1]), loss: short(Math.max(least[0], 0), 3), pair: least[2].map(titleOf).join(" – ") }));
  }
  return told.length ? ` <span class="note">${escaped(`${WORDS.because} ${told.join("; ")}.`)}</span>` : "";
}

// Who is linked, and what is chosen then.
function networkTold(model, found, e) {
  const chosen = model.chosen.map((c, k) => `${markedLetter(outcomeOf(model, c.name))} = ${short(found.game.networks[e.place].chosen[k])}`);
  return `${e.alike > 1 ? `${escaped(fill(WORDS.alike, { count: e.alike }))} ` : ""}${chosen.join(", ")}`;
}
