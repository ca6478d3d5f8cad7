// Pictures of games with actions.
function mixPicture(model, state, found) {
  const sizes = model.players.map((p) => p.actions.length);
  if (sizes.every((n) => n === 2)) return { title: WORDS.replies, svg: squareOfMixes(model, state, found), below: WORDS.replies_below };
  if (sizes.every((n) => n === 3)) return { title: WORDS.replies, svg: triangles(model, state, found), below: WORDS.triangles_below };
  return { title: WORDS.replies, svg: "", below: WORDS.no_replies };
}

// How likely each plays its second action: the best reply of one to the other's chance.
function squareOfMixes(model, state, found) {
  const [one, two] = model.players;
  const chance = (p) => fill(WORDS.chance, { player: p.title, action: p.actions[1] });
  const { X, Y, frame } = plot({ ...SQUARE, x: [0, 1], y: [0, 1], across: chance(two), up: chance(one), square: [0, 0.5, 1] });
  const curve = (player) => {
    const gain = (q) => { const [a, b] = worth(found, player, [1 - q, q]); return b - a; };
    const [first, last] = [gain(0), gain(1)], sign = (g) => (equals(g) ? [0, 1] : g > 0 ? [1] : [0]);
    let path = sign(first).map((p) => [0, p]);
    if (equals(first) && equals(last)) path = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]];
    else if (first * last < 0 && !equals(first) && !equals(last)) {
      const turn = first / (first - last);
      path = [[0, sign(first)[0]], [turn, sign(first)[0]], [turn, sign(last)[0]], [1, sign(last)[0]]];
    } else if (equals(first)) path = [[0, 1 - sign(last)[0]], [0, sign(last)[0]], [1, sign(last)[0]]];
    else path = [[0, sign(first)[0]], [1, sign(first)[0]], ...(equals(last) ? [[1, 1 - sign(first)[0]]] : [])];
    return path;
  };
  let inside = frame;
  if (state.shows.replies) {
    inside += line(curve(0).map(([q, p]) => [X(q), Y(p)]), { stroke: one.colour, "stroke-width": 4, "data-is": "reply" });
    inside += line(curve(1).map(([p, q]) => [X(q), Y(p)]), { stroke: two.colour, "stroke-width": 4, "stroke-dasharray": "9 6", "data-is": "reply" });
    inside += key([one, two]);
  }
  if (state.shows.equilibria) {
    inside += marks(WORDS.mark_pure, WORDS.mark_mixed);
    for (const { extreme: [rows, columns] } of found.continua) {
      const [p, q] = [rows.map((m) => m[1]), columns.map((m) => m[1])];
      const low = [X(Math.min(...q)), Y(Math.max(...p))], high = [X(Math.max(...q)), Y(Math.min(...p))];
      inside += element("rect", { x: low[0] - 3.5, y: low[1] - 3.5, width: high[0] - low[0] + 7, height: high[1] - low[1] + 7, fill: INK, "fill-opacity": 0.35, stroke: INK, "stroke-width": 1.5, "data-is": "continuum" });
    }
    for (const e of found.equilibria) inside += dot(X(e.mixes[1][1]), Y(e.mixes[0][1]), e.pure);
  }
  return picture(520, 322, WORDS.replies_say, inside);
}

// Three actions each: what is best against each mix of the other's, in a triangle of mixes.
function triangles(model, state, found) {
  const side = 210, tall = side * Math.sqrt(3) / 2;
  let inside = "";
  for (const player of [0, 1]) {
    const own = model.players[player], other = model.players[1 - player], left = 24 + player * 268, top = 64;
    const corner = [[left, top + tall], [left + side, top + tall], [left + side / 2, top]];
    const at = (mix) => [0, 1].map((c) => mix.reduce((s, m, k) => s + m * corner[k][c], 0));
    inside += words(left - 14, 18, fill(WORDS.best_for, { player: own.title }), { fill: own.colour, "font-weight": 600 });
    if (state.shows.replies) {
      const drawn = [];
      own.actions.forEach((action, k) => {
        // The other's mixes against which this action is best: a triangle cut by straight lines.
        let cell = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
        own.actions.forEach((_, rival) => {
          if (rival !== k) cell = cutOff(cell, (mix) => { const pays = worth(found, player, mix); return pays[k] - pays[rival]; });
        });
        if (cell.length < 3) return;
        const shown = cell.map(at), middle = [0, 1].map((c) => shown.reduce((s, p) => s + p[c], 0) / shown.length);
        const same = drawn.find((d) => near(d.middle, middle));
        if (same) { same.names.push(action); return; } // two actions that are best against the same mixes
        drawn.push({ middle, names: [action] });
        inside += element("polygon", { points: points(shown), fill: TINTS[k], stroke: INK, "stroke-width": 1, "data-is": "reply" });
      });
      for (const { middle: [x, y], names } of drawn) inside += words(x, y + 4, names.join(", "), { "text-anchor": "middle", ...halo });
    } else inside += element("polygon", { points: points(corner), fill: "none", stroke: LINE });
    other.actions.forEach((action, k) => {
      const [x, y] = corner[k];
      const anchor = ["start", "end", "middle"][k];
      inside += words(x + [-14, 14, 0][k], k === 2 ? y - 14 : y + 20, action, { "text-anchor": anchor, fill: other.colour });
    });
    if (state.shows.equilibria) found.equilibria.forEach((e, k) => {
      const [x, y] = at(e.mixes[1 - player]);
      inside += dot(x, y, e.pure) + words(x + 9, y + 4, k + 1, { "font-weight": 700, ...halo });
    });
  }
  return picture(540, 284, WORDS.replies_say, inside);
}
function cutOff(polygon, keep) {
  return polygon.flatMap((p, k) => {
    const q = polygon[(k + 1) % polygon.length], [a, b] = [keep(p), keep(q)], found = a >= -E ? [p] : [];
    if (a * b < 0 && !equals(a) && !equals(b)) found.push(p.map((x, c) => x + (a / (a - b)) * (q[c] - x)));
    return found;
  });
}

// A map stays as it is while nothing but its own axes moves.
const MAPS = new Map();
function mapped(key, values, places, make) {
  const rest = values.filter((_, k) => !places.includes(k)).join();
  if (MAPS.get(key)?.rest !== rest) MAPS.set(key, { rest, ...make() });
  return MAPS.get(key);
}

// What a map tells apart: pure equilibria, each a bit; where all is seen the case of backward induction.
function zones(model) {
  if (model.kind === "tree" && model.perfect) return { label: (values) => 1 + MODELS[model.name](values).branches.findIndex((b) => b.holds()), called: (n) => (n ? caseName(model, n - 1) : WORDS.none_pure) };
  if (model.kind !== "matrix") return zonesOfNames(model);
  const pure = model.branches.filter((b) => b.pure), conditions = pure.map((b) => b.blocks.flatMap((block) => block.least.map(([k]) => k)));
  const label = (values) => {
    const told = MODELS[model.name].terms(values);
    return conditions.reduce((bits, many, k) => bits + (many.every((c) => (c > 0 ? told[c - 1] : -told[-c - 1]) >= -E) ? 2 ** k : 0), 0);
  };
  return { label, called: (bits) => pure.flatMap((b, k) => (Math.floor(bits / 2 ** k) % 2 ? [b.title] : [])).join(` ${WORDS.or} `) || WORDS.none_pure };
}

// Where every equilibrium has a name: which of them there are.  Labels outlive a drawing, as maps do.
const ZONES = new Map();
function zonesOfNames(model) {
  if (!ZONES.has(model.name)) ZONES.set(model.name, []);
  const seen = ZONES.get(model.name), none = model.kind === "network" ? WORDS.none_network : WORDS.none_pure;
  const label = (values) => {
    const there = String(holding(model, values));
    if (!seen.includes(there)) seen.push(there);
    return seen.indexOf(there);
  };
  return { label, called: (n) => (seen[n] ? seen[n].split(",").map((k) => caseName(model, k)).join(` ${WORDS.or} `) : none) };
}

// Which equilibria there are where two parameters move: a panel for each era.
function mapPicture(model, state, found) {
  if (state.axes.length < 2) return { title: WORDS.map, svg: "", below: WORDS.no_map };
  const zone = zones(model), { called } = zone, [x, y] = state.axes.map((name) => parameter(model, name));
  const places = state.axes.map((name) => model.parameters.findIndex((p) => p.name === name));
  const reach = [x, y].map((p, k) => axisOf(p, state.values[places[k]]));
  const panels = model.eras.map((era) => {
    const values = model.parameters.map((p, k) => (state.moved.has(p.name) ? state.values[k] : float(p.values[era.name].value)));
    const label = (u, v) => {
      values[places[0]] = u; values[places[1]] = v;
      return zone.label(values);
    };
    const box = [x, y].map((p) => [float(p.values[era.name].low), float(p.values[era.name].high)]);
    return { era, box, ...(state.shows.kind ? mapped(`${model.name} ${era.name} ${state.axes} ${reach}`, values, places, () => ({ told: shares(label, ...box), cells: regions(label, ...reach, 44) })) : {}) };
  });
  const seen = [...new Set(panels.flatMap((p) => (p.cells ? [...p.cells.polygons.keys()] : [])))].sort((a, b) => a - b);
  const looks = new Map(seen.map((own, k) => [own, { letter: lettered(k), tint: TINTS[k % TINTS.length], hatch: Math.floor(k / TINTS.length) }]));
  const size = 214, names = seen.map((own) => wrapped(called(own), 66)), legend = names.reduce((sum, many) => sum + 3 + 14 * many.length, 0);
  let inside = hatches(Math.floor((seen.length - 1) / TINTS.length));
  panels.forEach((panel, n) => {
    const left = 66 + (n % 2) * (size + 26), top = 40 + Math.floor(n / 2) * (size + 60);
    const { X, Y, frame } = plot({ left, top, width: size, height: size, x: reach[0], y: reach[1], across: plainLetter(x), up: n % 2 ? "" : plainLetter(y), bare: n % 2 === 1 });
    inside += words(left, top - 20, panel.era.title, { "font-weight": 700 });
    if (panel.cells) {
      for (const [own, many] of panel.cells.polygons) {
        const d = many.map((p) => `M${p.map(([u, v]) => `${round(X(u))} ${round(Y(v))}`).join("L")}z`).join("");
        const { tint, hatch } = looks.get(own);
        inside += element("path", { d, fill: tint, stroke: tint, "stroke-width": 1, "data-is": "region" });
        if (hatch) inside += element("path", { d, fill: `url(#hatch-${hatch})` });
      }
      const d = panel.cells.borders.map(([a, b]) => `M${round(X(a[0]))} ${round(Y(a[1]))}L${round(X(b[0]))} ${round(Y(b[1]))}`).join("");
      if (d) inside += element("path", { d, fill: "none", stroke: INK, "stroke-width": 1.2, "stroke-linecap": "round" });
      const spots = [...panel.cells.places].map(([own, { x: u, y: v, far }]) => ({ letter: looks.get(own).letter, x: X(u), y: Y(v), far }));
      inside += lettering(spots, { left, top, size });
      inside += words(left, top - 6, [...panel.told].sort((a, b) => b[1] - a[1]).map(([own, s]) => `${looks.get(own).letter} ${percent(s)}`).reduce(listed, ""), { fill: GREY, "font-size": 11 });
    }
    inside += frame;
    const [[a, b], [c, d]] = panel.box;
    inside += element("rect", { x: round(X(a)), y: round(Y(d)), width: round(X(b) - X(a)), height: round(Y(c) - Y(d)), fill: "none", stroke: INK, "stroke-width": 2.2, "stroke-dasharray": n ? "8 5" : "none", "data-is": "box" });
    if (panel.era.name === state.era) inside += star(X(state.values[places[0]]), Y(state.values[places[1]]));
  });
  const low = 40 + Math.ceil(panels.length / 2) * (size + 60);
  let yy = low;
  seen.forEach((own, k) => {
    const { letter, tint, hatch } = looks.get(own), swatch = { x: 66, y: yy - 10, width: 22, height: 13, stroke: LINE };
    inside += element("rect", { ...swatch, fill: tint }) + (hatch ? element("rect", { ...swatch, fill: `url(#hatch-${hatch})` }) : "") + words(77, yy, letter, { "text-anchor": "middle", "font-weight": 700, "font-size": 11, ...halo });
    names[k].forEach((text, row) => { inside += words(96, yy + 14 * row, text, { "font-size": 12 }); });
    yy += 3 + 14 * names[k].length;
  });
  const told = panels.map((p) => `${p.era.title}: ${p.told ? [...p.told].map(([own, s]) => `${percent(s)} ${called(own)}`).join(", ") : WORDS.hidden}`).join(". ");
  return { title: WORDS.map, svg: picture(540, low + legend + 4, fill(WORDS.map_says, { x: x.name, y: y.name, told }), inside), below: `${axisName(x)}. ${axisName(y)}. ${state.shows.kind ? { matrix: WORDS.map_below, tree: model.perfect && WORDS.map_below_tree }[model.kind] || WORDS.map_below_names : WORDS.map_hidden}`, chooses: "axes" };
}
// As many shares as a panel is wide.
const listed = (told, next) => (told.endsWith("…") ? told : told.length + next.length > 34 ? `${told}, …` : `${told}${told ? ", " : ""}${next}`);

// A text in lines, broken between words.
function wrapped(text, most) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last && last.length + word.length >= most) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines;
}
// A, B, ... Z, AA, AB ...
const lettered = (k) => (k < 26 ? "" : lettered(Math.floor(k / 26) - 1)) + String.fromCharCode(65 + (k % 26));

// Where there are more zones than tints, lines in one more direction each time the tints begin again.
function hatches(count) {
  const one = (k) => element("pattern", { id: `hatch-${k}`, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${45 + 67 * (k - 1)})` }, element("path", { d: "M0 3H6", stroke: GREY, "stroke-width": 1 }));
  return count > 0 ? element("defs", {}, Array.from({ length: count }, (_, k) => one(k + 1)).join("")) : "";
}

// Every zone has its letter: in it where there is room, else beside it with a line to it.
function lettering(spots, { left, top, size }) {
  const placed = [], free = ([x, y]) => x > left + 6 && x < left + size - 6 && y > top + 7 && y < top + size - 7 && placed.every(([u, v]) => Math.abs(u - x) > 13 || Math.abs(v - y) > 14);
  let drawn = "";
  for (const { letter, x, y, far } of [...spots].sort((a, b) => b.far - a.far)) {
    const around = [0, 16, 24, 32, 44].flatMap((r) => (r ? Array.from({ length: 16 }, (_, k) => [x + r * Math.cos((k * Math.PI) / 8), y + r * Math.sin((k * Math.PI) / 8)]) : far > 2 ? [[x, y]] : []));
    const at = around.find(free) ?? [x, y];
    placed.push(at);
    if (at[0] !== x || at[1] !== y) drawn += line([[x, y], at], { stroke: INK, "stroke-width": 1 }) + element("circle", { cx: round(x), cy: round(y), r: 1.8 });
    drawn += words(at[0], at[1] + 5, letter, { "text-anchor": "middle", "font-weight": 700, "font-size": far > 2 ? 14 : 11, "data-is": "letter", ...halo });
  }
  return drawn;
}
const percent = (s) => (s > 0 && s < 0.0005 ? "< 0.1 %" : s < 1 && s > 0.9995 ? "> 99.9 %" : `${short(100 * s, 3)} %`);
