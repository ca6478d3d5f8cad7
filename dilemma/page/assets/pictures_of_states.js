// Games of states: states as boxes, moves as arrows; bold what is done.
const BOX = 124, LINE_HIGH = 16, LETTER = 7, ROW = 15, MOST_STATES = 12, MOST_TOLD = 2;
function statesPicture(model, state, found) {
  if (model.states.length > MOST_STATES) return { title: WORDS.states, svg: "", below: WORDS.no_states };
  const e = found.undefined ? null : drawnOf(state, found), shown = state.shows.equilibria && e, does = state.shows.replies || state.shows.equilibria ? e : null;
  const high = 26 + LINE_HIGH * model.players.length, at = placesOf(model, high), lowest = Math.max(...[...at.values()].map(([, y]) => y)), rows = new Set([...at.values()].map(([, y]) => y)).size, size = lowest + high / 2 + (rows > 1 ? 78 : 30);
  const seen = shown ? visited(model, found.game, e) : new Set(), taken = [...at.values()].map(([x, y]) => [x - BOX / 2, y - high / 2, x + BOX / 2, y + high / 2]);
  let boxes = "", arrows = "", signs = "";
  model.states.forEach((name, k) => {
    const [x, y] = at.get(name), reached = seen.has(name);
    boxes += element("rect", { x: x - BOX / 2, y: y - high / 2, width: BOX, height: high, rx: 8, fill: reached ? "#fff3c4" : "#fff", stroke: INK, "stroke-width": reached ? 2.5 : 1.2, "data-is": reached ? "reached" : "state" });
    boxes += words(x, y - high / 2 + 18, clipped(name.replace(/_/g, " "), 18), { "text-anchor": "middle", "font-weight": 700, "font-size": 13 });
    if (shown) model.players.forEach((p, j) => { boxes += words(x, y - high / 2 + 18 + LINE_HIGH * (j + 1), worthLine(model, p, e.worth[k][j]), { "text-anchor": "middle", fill: p.colour, "font-size": 11.5 }); });
  });
  const [sx, sy] = at.get(model.start);
  boxes += element("path", { d: `M${sx - BOX / 2 - 16} ${round(sy - 7)}l10 7-10 7z`, fill: INK });
  const routes = found.undefined ? [] : routesOf(model, found.game, does);
  const curves = new Map(routes.map((route) => [route, curveOf(route, at, high, routes)]));
  for (const route of routes.sort((a, b) => Number(b.done) - Number(a.done))) {
    const curve = curves.get(route), bold = route.done, others = routes.flatMap((r) => (r === route ? [] : curves.get(r).along.map(([x, y]) => [x - 3, y - 3, x + 3, y + 3])));
    arrows += element("path", { d: curve.d, fill: "none", stroke: bold ? INK : LINE, "stroke-width": bold ? 3 : 1.3, "data-is": bold ? "reply" : "move" }) + arrowHead(curve.end, bold ? INK : LINE);
    route.lines.forEach((text, j) => { route.lines[j] = clipped(text, 34); });
    const [x, y] = roomFor(route.lines, curve, taken, others);
    route.lines.forEach((text, j) => { signs += words(x, y + ROW * j, text, { "font-size": 13, "text-anchor": "middle", fill: bold ? INK : GREY, "font-weight": bold ? 700 : 400, ...halo }); });
  }
  const names = model.players.map((p, j) => element("tspan", { fill: p.colour, "font-weight": 600 }, escaped(p.title))).join(", ");
  const heading = element("text", { x: 4, y: 16 }, `${element("tspan", { fill: GREY }, escaped(shown ? WORDS.worth_to : WORDS.states_of))} ${names}`);
  const played = shown ? e.name : WORDS.hidden;
  return { title: WORDS.states, svg: picture(600, size, fill(WORDS.states_say, { played }), heading + arrows + boxes + signs), below: found.undefined ? WORDS.no_arrows : WORDS.states_below, chooses: "which" };
}

// Where each state stands: further to the right what can only follow, one below another what leads there and back.
function placesOf(model, high) {
  const follows = new Map(model.states.map((s) => [s, new Set([...model.stages, ...model.offers].filter((m) => m.state === s).flatMap((m) => m.next))]));
  const reach = (from) => {
    const seen = new Set(), looking = [from];
    while (looking.length) for (const to of follows.get(looking.pop())) if (!seen.has(to)) { seen.add(to); looking.push(to); }
    return seen;
  };
  const after = new Map(model.states.map((s) => [s, reach(s)])), before = (a, b) => after.get(a).has(b) && !after.get(b).has(a);
  const depths = new Map(), depth = (s) => {
    if (!depths.has(s)) depths.set(s, Math.max(-1, ...model.states.filter((t) => before(t, s)).map(depth)) + 1);
    return depths.get(s);
  };
  model.states.forEach(depth);
  const columns = [...new Set(depths.values())].sort((a, b) => a - b).map((d) => model.states.filter((s) => depths.get(s) === d));
  const rows = columns.length === 1 ? columns[0].map((s) => [s]) : columns, tallest = Math.max(...rows.map((c) => c.length)), apart = high + 112;
  return new Map(rows.flatMap((own, c) => own.map((s, r) => [s, [rows.length === 1 ? 300 : 92 + (416 * c) / (rows.length - 1), 84 + high / 2 + apart * (r + (tallest - own.length) / 2)]])));
}

// From which state to which, by what; what is played where, if an equilibrium says it.
function routesOf(model, game, e) {
  return model.states.flatMap((from) => {
    const byEnd = new Map();
    for (const move of movesIn(model, game, from, e)) {
      for (const [to, chance] of move.next) {
        if (!(chance > E)) continue;
        if (!byEnd.has(to)) byEnd.set(to, []);
        byEnd.get(to).push({ ...move, chance, does: e !== null && move.done * chance > E });
      }
    }
    return [...byEnd].map(([to, moves]) => ({ from, to, done: moves.some((m) => m.does), lines: linesOf(moves) }));
  });
}

function linesOf(moves) {
  const text = ({ text, cut, chance, done, does }) => {
    const share = does ? done * chance : chance;
    return [text, share < 1 - E ? short(share, 3) : "", does && cut ? `(${cut})` : ""].filter(Boolean).join(" ");
  };
  const played = moves.filter((m) => m.does), told = played.length ? played : moves; // what is done, if anything is
  return told.length <= MOST_TOLD ? told.map(text).filter(Boolean) : [fill(WORDS.ways, { count: told.length })];
}

// An arrow from box to box, a little to its right where there is one back; a loop above or below its box.
function curveOf({ from, to }, at, high, routes) {
  const [x, y] = at.get(from), [u, v] = at.get(to), bottom = Math.max(...[...at.values()].map((p) => p[1]));
  if (from === to) {
    const side = y === bottom && bottom > Math.min(...[...at.values()].map((p) => p[1])) ? 1 : -1, edge = y + (side * high) / 2, far = edge + side * 52;
    const corners = [[x - 20, edge], [x - 44, far], [x + 44, far], [x + 20, edge]];
    return bezier(corners, [0.5], side);
  }
  const long = Math.hypot(u - x, v - y), back = routes.some((r) => r.from === to && r.to === from), bend = back ? 34 : 10, [nx, ny] = [-(v - y) / long, (u - x) / long];
  const middle = [(x + u) / 2 + bend * nx, (y + v) / 2 + bend * ny], begin = borderOf([x, y], middle, high), end = borderOf([u, v], middle, high, 4);
  return bezier([begin, [(begin[0] + 2 * middle[0]) / 3, (begin[1] + 2 * middle[1]) / 3], [(end[0] + 2 * middle[0]) / 3, (end[1] + 2 * middle[1]) / 3], end], [0.5, 0.36, 0.64, 0.26, 0.74, 0.18, 0.82], 0);
}

// Where a straight line from the middle of a box leaves it.
function borderOf([x, y], [u, v], high, gap = 0) {
  const t = 1 / Math.max(Math.abs(u - x) / (BOX / 2 + gap), Math.abs(v - y) / (high / 2 + gap), 1e-9);
  return [x + (u - x) * t, y + (v - y) * t];
}

function bezier([a, b, c, d], spots, beyond) {
  const on = (t) => [0, 1].map((k) => (1 - t) ** 3 * a[k] + 3 * (1 - t) ** 2 * t * b[k] + 3 * (1 - t) * t * t * c[k] + t ** 3 * d[k]);
  return { d: `M${round(a[0])} ${round(a[1])}C${[b, c, d].map((p) => p.map(round).join(" ")).join(",")}`, end: [c, d], places: spots.map(on), along: Array.from({ length: 25 }, (_, k) => on((k + 1) / 26)), beyond };
}

const arrowHead = ([[x, y], [u, v]], fill) => {
  const long = Math.hypot(u - x, v - y) || 1, [dx, dy] = [(u - x) / long, (v - y) / long];
  return element("polygon", { points: points([[u + 3 * dx, v + 3 * dy], [u - 9 * dx - 5 * dy, v - 9 * dy + 5 * dx], [u - 9 * dx + 5 * dy, v - 9 * dy - 5 * dx]]), fill });
};

// The first place along an arrow where its words meet nothing that is there already.
function roomFor(lines, { places, beyond }, taken, others) {
  const wide = Math.max(0, ...lines.map((text) => LETTER * text.length)) + 4, tall = ROW * lines.length;
  const boxAt = ([x, y]) => {
    const top = beyond < 0 ? y - 6 - tall : beyond > 0 ? y + 6 : y - tall / 2;
    return [x - wide / 2, top, x + wide / 2, top + tall];
  };
  const tries = places.flatMap(([x, y]) => (beyond ? [[x, y]] : [[x, y - tall / 2 - 5], [x, y + tall / 2 + 5], [x - wide / 2 - 6, y], [x + wide / 2 + 6, y], [x, y]])).map(boxAt).filter(([a, , c]) => a > 0 && c < 600);
  const meets = ([a, b, c, d]) => [...taken, ...others].reduce((sum, [p, q, r, s]) => sum + Math.max(0, Math.min(c, r) - Math.max(a, p)) * Math.max(0, Math.min(d, s) - Math.max(b, q)), 0);
  const best = tries.find((box) => !meets(box)) ?? tries.sort((a, b) => meets(a) - meets(b))[0] ?? boxAt(places[0]);
  if (lines.length) taken.push(best);
  return [(best[0] + best[2]) / 2, best[1] + 12];
}

// Whose a number is stands with it where there are several.
function worthLine(model, player, value) {
  const told = short(value);
  return model.players.length === 1 ? `${told} ${clipped(player.unit, 10)}` : `${clipped(player.title, 19 - told.length)} ${told}`;
}

// What is paid in a period and what follows, as a table; what is done is marked.
function stagesTable(model, found) {
  if (found.undefined) return "";
  const e = state.shows.equilibria ? drawnOf(state, found) : null;
  const head = model.players.map((p) => `<th scope="col" class="${hue(p)}">${escaped(p.title)}${measured(p)}</th>`).join("");
  const told = (k, j) => lineTold(found.game.pays[k].slice(2 * j, 2 * j + 2), model.shocks.find((s) => s.state === model.stages[k].state));
  const rows = model.states.flatMap((name) => movesIn(model, found.game, name, e).map((move) => {
    const done = e && move.done > E ? "equilibrium" : "", next = move.next.filter(([, chance]) => chance > E).map(([to, chance]) => `${to}${chance < 1 - E ? ` ${short(chance, 3)}` : ""}`).join(", ");
    const mark = done ? `<span class="spoken"> ${escaped(WORDS.is_done)}</span>` : "";
    const paid = move.stage < 0 ? `<td class="${done}" colspan="${model.players.length}">${escaped(fill(WORDS.split, { pie: lineTold(found.game.offers[model.offers.findIndex((o) => o.state === name)], model.shocks.find((s) => s.state === name)) }))}</td>` : model.players.map((_, j) => `<td class="${done}">${escaped(told(move.stage, j))}</td>`).join("");
    return `<tr><th scope="row">${escaped(`${name}${move.text ? `: ${move.text}` : ""}`.replace(/_/g, " "))}${mark}</th>${paid}<td class="${done}"><small>${escaped(next.replace(/_/g, " "))}</small></td></tr>`;
  })).join("");
  const drawn = model.shocks.map((s, k) => fill(WORDS.shock, { shock: s.name, state: s.state, low: short(found.game.shocks[k][0]), high: short(found.game.shocks[k][1]) })).join(" ");
  const caption = `${WORDS.stages} ${model.summed ? WORDS.summed : WORDS.averages} ${drawn}`;
  return `<table class="choices stages"><caption>${escaped(caption)}</caption><thead><tr><td></td>${head}<th scope="col">${escaped(WORDS.then)}</th></tr></thead><tbody>${rows}</tbody></table>`;
}

// A payoff that hangs on a shock: "0.6 + s".
function lineTold([level, slope], shock) {
  if (!shock || equals(slope)) return short(level, 3);
  const moved = `${equals(Math.abs(slope) - 1) ? "" : `${short(Math.abs(slope), 3)} `}${shock.name}`;
  return equals(level) ? `${slope < 0 ? "−" : ""}${moved}` : `${short(level, 3)} ${slope < 0 ? "−" : "+"} ${moved}`;
}

// What states are worth, one line each.
const worthTold = (model, e) => model.states.map((name, k) => `<li>${escaped(fill(WORDS.worth_in, { state: name.replace(/_/g, " ") }))}: <b>${model.players.map((p, j) => `${escaped(p.title)} ${short(e.worth[k][j])}`).join(", ")}</b></li>`).join("");

// Why nobody would do otherwise, in the theory's own letters, where that is short.
function unmoved(e) {
  const gaps = e.branch.gaps(), told = e.branch.because.map((text, k) => `<code>${escaped(text)}</code> = ${short(gaps[k])} ≥ 0`);
  return told.length ? ` <span class="note">${escaped(WORDS.because)} ${told.join(", ")}.</span>` : "";
}
