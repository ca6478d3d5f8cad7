// The page itself: what is shown, and what happens when somebody moves something.
let WORDS = {}, CONTENT = null, state = null;
const parameter = (model, name) => model.parameters.find((p) => p.name === name);
const fill = (text, told) => text.replace(/\{(\w+)\}/g, (_, key) => told[key]);
const plainLetter = ({ letter: [base, index] }) => (index ? `${base}_${index}` : base);
const markedLetter = ({ letter: [base, index] }) => `<var>${escaped(base)}${index ? `<sub>${escaped(index)}</sub>` : ""}</var>`;
const $ = (id) => document.getElementById(id);

function begin(model, era) {
  state = {
    model, era, values: [], texts: [], moved: new Set(), refused: new Map(), question: null,
    shows: state?.shows ?? { replies: false, equilibria: false, kind: false },
    axes: model.axes, along: model.axes[0] ?? null, drawn: model.drawn ?? [], which: null,
  };
  enter(era);
}

// Every parameter goes to an era's centre.
function enter(era) {
  state.era = era;
  state.moved = new Set();
  state.refused = new Map();
  state.texts = state.model.parameters.map((p) => p.values[era].value);
  state.values = state.texts.map(float);
}

function move(name, text) {
  const k = state.model.parameters.findIndex((p) => p.name === name);
  state.texts[k] = text;
  state.values[k] = float(text);
  state.refused.delete(name);
  if (text === state.model.parameters[k].values[state.era].value) state.moved.delete(name);
  else state.moved.add(name);
  redraw();
}

// A typed number moves its parameter if it is one, and in the parameter's range; else a sentence says why not.
function type(name, typed) {
  const p = parameter(state.model, name), text = numeral(typed);
  if (text !== null && allows(p.reach, float(text))) { move(name, text); return; }
  const told = { name: plainLetter(p), typed: typed.trim(), range: p.range, stays: state.texts[state.model.parameters.indexOf(p)] };
  state.refused.set(name, fill(text === null ? WORDS.no_number : WORDS.out_of_range, told));
  redraw();
}
const allows = ({ low, high, above, below }, x) => (low === null || (above ? x > float(low) : x >= float(low))) && (high === null || (below ? x < float(high) : x <= float(high)));

// --- drawn once for a model ---------------------------------------------------------------------------

function build() {
  const { model } = state;
  document.title = `${model.title} — dilemma`;
  $("title").textContent = `${WORDS.page}: ${model.title}`;
  $("payoffs-label").textContent = model.choices ? WORDS.choices_label : WORDS.payoffs_label;
  [$("about").textContent, $("rest").lastElementChild.textContent] = model.about;
  $("rest").hidden = !model.about[1];
  $("rest").open = false;
  $("chosen").innerHTML = chosenBy(model);
  $("source").textContent = model.source;
  $("eras").innerHTML = model.eras.map((e) => `<button type="button" data-era="${e.name}" title="${e.years.join("–")}">${escaped(e.title)}</button>`).join("");
  $("questions").innerHTML = model.questions.map((q, k) => `<button type="button" data-question="${k}">${k + 1}</button>`).join("");
  $("questioning").hidden = !model.questions.length;
  $("sliders").innerHTML = groups(model).map(([name, members], k) => `<details${k ? "" : " open"}><summary>${escaped(name)}</summary>${members.map(slider).join("")}</details>`).join("");
  $("formulas").innerHTML = model.players.map((p) => `<dt>${escaped(p.title)} [${escaped(p.unit)}]</dt><dd>${typeof p.payoff === "string" ? `<code>${escaped(p.payoff)}</code>` : Object.entries(p.payoff).map(([at, is]) => `(${escaped(at)}): <code>${escaped(is)}</code>`).join("<br>")}</dd>`).join("");
  $("nfg").hidden = model.kind !== "matrix";
  redraw();
}

// Who chooses what, where numbers are chosen; what actions mean stands in what the model is about.
function chosenBy(model) {
  const own = (p) => (model.choices ?? []).filter((c) => c.player === p.name).map((c) => `${markedLetter(c)}, ${escaped(c.means)}`).join("; ");
  return model.players.map((p) => [p, own(p)]).filter(([, told]) => told).map(([p, told]) => `<li>${fill(WORDS.chooses, { player: `<b class="${hue(p)}">${escaped(p.title)}</b>`, choices: told })}</li>`).join("");
}

// The parameters that questions are about come first, then the model's own groups, then the rest.
function groups(model) {
  const asked = [...new Set(model.questions.map((q) => q.moves))], told = new Set(asked), found = asked.length ? [[WORDS.asked, asked]] : [];
  for (const [name, members] of Object.entries(model.groups)) {
    const left = members.filter((m) => !told.has(m) && told.add(m));
    if (left.length) found.push([name.replace(/_/g, " "), left]);
  }
  const rest = model.parameters.map((p) => p.name).filter((n) => !told.has(n));
  if (rest.length) found.push([found.length ? WORDS.others : WORDS.parameters, rest]);
  return found.map(([name, members]) => [name, members.map((m) => parameter(model, m))]);
}

function slider(p) {
  const [low, high, step] = p.slider;
  return `<div class="slider" data-parameter="${p.name}"><label for="s-${p.name}">${markedLetter(p)} <span>${escaped(p.means)}</span></label>
<input type="range" id="s-${p.name}" min="${low}" max="${high}" step="${step}" aria-describedby="d-${p.name}">
<input type="text" inputmode="decimal" autocomplete="off" id="n-${p.name}" data-types="${p.name}" aria-label="${escaped(fill(WORDS.exact, { name: p.name }))}" aria-describedby="e-${p.name}">
<p class="refused" id="e-${p.name}" role="status"></p>
<p class="note" id="d-${p.name}"></p></div>`;
}

// --- drawn whenever something changes -----------------------------------------------------------------

let waiting = false;
function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    const begun = performance.now();
    draw();
    document.documentElement.dataset.milliseconds = (performance.now() - begun).toFixed(2);
  });
}

function draw() {
  const { model } = state, found = solve(model, state.values);
  for (const button of $("eras").children) button.setAttribute("aria-pressed", button.dataset.era === state.era && !state.moved.size);
  for (const button of $("questions").children) button.setAttribute("aria-pressed", Number(button.dataset.question) === state.question);
  for (const key of Object.keys(state.shows)) $(`show-${key}`).checked = state.shows[key];
  model.parameters.forEach(showSlider);
  const asked = state.question === null ? null : model.questions[state.question];
  put($("asks"), escaped(asked ? asked.asks : WORDS.choose_question));
  $("moved").textContent = state.moved.size ? fill(WORDS.moved, { era: eraTitle(), moved: [...state.moved].map((n) => `${n} = ${state.texts[model.parameters.indexOf(parameter(model, n))]}`).join(", ") }) : fill(WORDS.centre, { era: eraTitle() });
  $("play").innerHTML = (SHEETS[model.kind] ?? choices)(model, found);
  put($("kind"), kind(model, found));
  put($("equilibria"), state.shows.equilibria ? equilibria(model, found) : `<p>${WORDS.hidden_equilibria}</p>`);
  pictures(model, found);
  definitions(model, found, asked);
}
const eraTitle = () => state.model.eras.find((e) => e.name === state.era).title;
// Nothing is read aloud again that has not changed.
const put = (place, html) => {
  if (place.told === html) return;
  const open = [...place.querySelectorAll("details")].map((d) => d.open), focused = [...place.querySelectorAll("summary")].indexOf(document.activeElement);
  place.told = place.innerHTML = html;
  place.querySelectorAll("details").forEach((d, k) => { d.open = open[k] ?? false; });
  place.querySelectorAll("summary")[focused]?.focus();
};

function showSlider(p, k) {
  const range = $(`s-${p.name}`), number = $(`n-${p.name}`), own = p.values[state.era], text = state.texts[k];
  range.value = float(text);
  if (document.activeElement !== number) number.value = text;
  const [low, high] = p.slider.map(float), value = float(text);
  put($(`e-${p.name}`), escaped(state.refused.get(p.name) ?? (value < low || value > high ? fill(WORDS.beyond, { low: p.slider[0], high: p.slider[1] }) : "")));
  number.setAttribute("aria-invalid", state.refused.has(p.name));
  range.setAttribute("aria-valuetext", `${text} ${p.unit}`);
  range.closest(".slider").classList.toggle("moved", state.moved.has(p.name));
  const says = `${escaped(fill(WORDS.box, { low: own.low, high: own.high, value: own.value, unit: p.unit }))} <b class="grade">${WORDS.grades[own.grade]}</b>: ${escaped(own.source)}`;
  put($(`d-${p.name}`), says);
}

function table(model, found) {
  const [one, two] = model.players, best = bestReplies(found), columns = two.actions.length, digits = columns > 2 ? 3 : 4;
  const pure = new Set(found.equilibria.filter((e) => e.pure).map((e) => support(e.mixes[0])[0] * columns + support(e.mixes[1])[0]));
  const head = two.actions.map((a) => `<th scope="col" class="${hue(two)}">${escaped(a)}</th>`).join("");
  const body = one.actions.map((a, i) => `<tr><th scope="row" class="${hue(one)}">${escaped(a)}</th>${two.actions.map((b, j) => {
    const n = i * columns + j, told = found.payoffs.slice(2 * n, 2 * n + 2), marks = best[n].map((b) => b && state.shows.replies), boxed = state.shows.equilibria && pure.has(n);
    const cell = told.map((v, k) => `<span class="${hue(k ? two : one)}${marks[k] ? " best" : ""}">${short(v, digits)}</span>`).join(", ");
    const says = fill(WORDS.cell, { one: one.title, a, two: two.title, b, x: short(told[0]) + (marks[0] ? WORDS.is_best : ""), y: short(told[1]) + (marks[1] ? WORDS.is_best : "") }) + (boxed ? WORDS.is_equilibrium : "");
    return `<td class="${boxed ? "equilibrium" : ""}"><span aria-hidden="true">${cell}</span><span class="spoken">${escaped(says)}</span></td>`;
  }).join("")}</tr>`).join("");
  return `<table class="of-${columns}"><caption>${fill(WORDS.table, { one: `<b class="${hue(one)}">${escaped(one.title)}</b>${measured(one)}`, two: `<b class="${hue(two)}">${escaped(two.title)}</b>${measured(two)}` })}</caption><thead><tr><td></td>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

const measured = ({ unit }) => (unit ? ` [${escaped(unit)}]` : "");

function choices(model, found) {
  if (!state.shows.equilibria) return `<p>${WORDS.hidden_choices}</p>`;
  const head = found.equilibria.map((e, k) => `<th scope="col">${found.equilibria.length > 1 ? k + 1 : ""}</th>`).join("");
  const row = (about, values, cls = "") => `<tr><th scope="row" class="${cls}">${about}</th>${values.map((v) => `<td>${short(v)}</td>`).join("")}</tr>`;
  const rows = model.choices.map((c, k) => row(`${markedLetter(c)} ${escaped(c.means)} <small>[${escaped(c.unit)}]</small>`, found.equilibria.map((e) => e.unknowns[k]), c.player ? `choice ${hue(model.players.find((p) => p.name === c.player))}` : "choice"));
  return `<table class="choices"><caption>${WORDS.choices}</caption><thead><tr><td></td>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function kind(model, found) {
  if (!state.shows.kind) return escaped({ tree: WORDS.guess_tree, network: WORDS.guess_network, dynamic: WORDS.guess_states }[model.kind] ?? WORDS.guess);
  if (model.kind === "tree" || model.kind === "dynamic") return cutoffsTold(found);
  if (model.kind === "network") return stableTold(model, found);
  const told = model.kind === "matrix" ? kindsOf(model, state.values) : null;
  if (told) return model.players.map((p, k) => `${escaped(p.title)}: <b>${escaped(WORDS.kinds[told[k]])}</b>`).join(". ");
  const pure = found.equilibria.filter((e) => e.pure).length;
  if (model.kind === "matrix") return escaped(fill(WORDS.unnamed, { pure, mixed: found.equilibria.length - pure }));
  return found.equilibria.map((e) => `<b>${escaped(e.name)}</b>: ${escaped(e.branch.binds.length ? fill(WORDS.binds, { what: e.branch.binds.join(", ") }) : WORDS.nothing_binds)}${e.stable === null ? "" : `, ${e.stable ? WORDS.stable : WORDS.unstable}`}`).join("<br>") || escaped(WORDS.none);
}

function equilibria(model, found) {
  if (found.undefined) return `<p>${escaped(found.undefined === true ? WORDS.no_payoffs : found.undefined)}</p>`;
  const items = found.equilibria.map((e) => {
    const play = model.kind === "network" ? networkTold(model, found, e) : e.mixes ? e.mixes.map((mix, k) => `${escaped(movers(model)[k].title)}: ${support(mix).map((a) => `${escaped(movers(model)[k].actions[a])}${mix[a] === 1 ? "" : ` ${short(mix[a])}`}`).join(", ")}`).join("; ") : model.choices.map((c, k) => `${markedLetter(c)} = ${short(e.unknowns[k])}`).join(", ");
    const paid = model.players.map((p, k) => `${escaped(p.title)} ${short(e.payoffs[k])}`).join(", ");
    const risks = model.outcomes.map((o, k) => [o, e.outcomes[k]]).filter(([o]) => !model.choices?.some((c) => c.name === o.name)).map(([o, v]) => `<li>${escaped(o.means)}: <b>${short(v)}</b> <small>${escaped(o.unit)}</small></li>`).join("");
    return `<li><b>${escaped(e.name)}</b> ${e.stable === false ? `<i>${WORDS.unstable}</i> ` : ""}${play}. ${WORDS.paid}: ${paid}.${because(model, found, e)}<details><summary>${WORDS.risks}</summary><ul>${e.worth ? worthTold(model, e) : ""}${risks}</ul></details></li>`;
  });
  const sets = (found.continua ?? []).map((s) => `<li>${WORDS.continuum}: ${s.extreme.map((many, k) => `${escaped(model.players[k].title)} ${many.length === 1 ? describe(model, k, many[0]) : fill(WORDS.between, { mixes: many.map((mix) => describe(model, k, mix)).join(` ${WORDS.and} `) })}`).join("; ")}.</li>`);
  for (const [names, says] of [[found.open, WORDS.open], [found.perhaps, WORDS.perhaps]]) sets.push(...(names ?? []).map((name) => `<li>${escaped(fill(says, { name }))}</li>`));
  const doubt = found.doubt ? `<p class="note">${escaped(WORDS.doubt)}</p>` : "";
  return `<ol>${items.join("")}</ol>${sets.length ? `<ul class="ties">${sets.join("")}</ul>` : ""}${items.length ? "" : `<p>${model.kind === "network" ? WORDS.none_stable : WORDS.none}</p>`}${doubt}`;
}
const describe = (model, k, mix) => escaped(support(mix).map((a) => `${model.players[k].actions[a]}${mix[a] === 1 ? "" : ` ${short(mix[a])}`}`).join(", "));

// Why a pure profile is an equilibrium, in the theory's own letters.
function because(model, found, e) {
  if (model.kind === "network") return standing(model, e);
  if (model.kind === "dynamic") return unmoved(e);
  if (!e.pure || !found.terms) return "";
  const branch = model.branches.find((b) => b.pure && b.title === e.name);
  if (!branch) return "";
  const value = (k) => (k > 0 ? found.terms[k - 1] : k < 0 ? -found.terms[-k - 1] : 0);
  return ` <span class="note">${WORDS.because} ${branch.because.map(([text, k]) => `<code>${escaped(text)}</code> = ${short(value(k))} ≥ 0`).join(", ")}.</span>`;
}

function pictures(model, found) {
  [...$("pictures").children].forEach((figure, k) => {
    const drawn = PICTURES[model.kind][k];
    figure.hidden = !drawn;
    if (!drawn) return;
    const told = drawn(model, state, found);
    put(figure.querySelector("h3"), escaped(told.title));
    figure.querySelector(".drawing").innerHTML = told.svg;
    put(figure.querySelector(".below"), escaped(told.below));
    const form = figure.querySelector(".chooser");
    const several = told.chooses === "which" && state.shows.equilibria ? found.equilibria : [];
    const key = `${model.name} ${told.chooses ?? ""} ${several.map((e) => e.name)}`;
    if (form.dataset.key !== key) { form.dataset.key = key; form.innerHTML = told.chooses === "which" ? drawnChooser(several, drawnOf(state, found)) : chooser(model, told.chooses); }
  });
}

// Which of several equilibria is drawn.
function drawnChooser(several, chosen) {
  if (several.length < 2) return "";
  return `<label>${escaped(WORDS.which)} <select data-chooses="which">${several.map((e) => `<option value="${escaped(e.name)}"${e === chosen ? " selected" : ""}>${escaped(clipped(e.name, 60))}</option>`).join("")}</select></label>`;
}

function chooser(model, what) {
  const option = (about, chosen) => `<option value="${about.name}"${about.name === chosen ? " selected" : ""}>${escaped(plainLetter(about))}: ${escaped(clipped(about.means, 44))}</option>`;
  const select = (key, label, chosen) => `<label>${label} <select data-chooses="${key}">${model.parameters.map((p) => option(p, chosen)).join("")}</select></label>`;
  if (what === "axes") return model.parameters.length < 2 ? "" : select("x", WORDS.across, state.axes[0]) + select("y", WORDS.up, state.axes[1]);
  if (what !== "along" || !model.parameters.length) return "";
  const drawn = [...model.outcomes, ...(model.choices ?? []).filter((c) => !model.outcomes.some((o) => o.name === c.name))];
  return select("along", WORDS.along_what, state.along) + `<details><summary>${WORDS.drawn}</summary>${drawn.map((o) => `<label><input type="checkbox" data-draws="${o.name}"${state.drawn.includes(o.name) ? " checked" : ""}> ${markedLetter(o)} ${escaped(o.means)}</label>`).join("")}</details>`;
}

function definitions(model, found, asked) {
  const script = MODELS[model.name];
  const values = new Map();
  if (model.kind === "matrix") script.definitions(state.values).forEach((v, k) => values.set(model.definitions[k].name, v));
  else {
    model.fixed.forEach((name, k) => values.set(name, found.game.definitions[k]));
    if (state.shows.equilibria && found.equilibria.length === 1) model.outcomes.forEach((o, k) => values.set(o.name, found.equilibria[0].outcomes[k]));
  }
  $("definitions").innerHTML = model.definitions.map((d) => `<tr><th scope="row">${markedLetter(d)}</th><td><code>${escaped(d.is)}</code></td><td>${values.has(d.name) ? short(values.get(d.name)) : ""}</td><td>${escaped(d.means)} <small>[${escaped(d.unit)}]</small></td></tr>`).join("");
  const watched = asked?.shows ? [...model.definitions, ...model.outcomes].find((d) => d.name === asked.shows) : null;
  $("watch").innerHTML = watched ? `${markedLetter(watched)} = ${values.has(watched.name) ? short(values.get(watched.name)) : (state.shows.equilibria ? WORDS.several : WORDS.hidden)}: ${escaped(watched.means)}` : "";
}

// --- what happens -------------------------------------------------------------------------------------

function say(text) { $("said").textContent = text; }

function test() {
  const wrong = CONTENT.models.map((m) => [m, disagreements(m)]), all = CONTENT.models.reduce((s, m) => s + m.golden.length, 0);
  const failed = wrong.flatMap(([m, many]) => many.map((c) => `${m.title}, ${c.says}`));
  say(failed.length ? fill(WORDS.test_failed, { failed: failed.join("; "), all }) : fill(WORDS.test_passed, { all }));
}

const actionsOf = {
  era: (target) => { enter(target.dataset.era); state.question = null; redraw(); },
  question: (target) => {
    state.question = Number(target.dataset.question);
    const asked = state.model.questions[state.question];
    enter(asked.era);
    if (!state.model.choices && !state.axes.includes(asked.moves)) state.axes = [asked.moves, state.axes.find((a) => a !== asked.moves)];
    state.along = asked.moves;
    state.drawn = watching(state.model, asked);
    for (const form of document.querySelectorAll(".chooser")) delete form.dataset.key;
    const own = $(`s-${asked.moves}`);
    own.closest("details").open = true;
    own.focus();
    redraw();
  },
};

// What a question is about is drawn first.
function watching(model, { shows }) {
  const known = [...model.outcomes, ...(model.choices ?? [])].some((o) => o.name === shows), drawn = model.drawn ?? [];
  return known ? [shows, ...drawn.filter((name) => name !== shows)] : drawn;
}

function listen() {
  window.addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const target = event.target.closest("button");
    if (!target) return;
    for (const [key, act] of Object.entries(actionsOf)) if (target.dataset[key] !== undefined) act(target);
    if (target.dataset.saves) saving(target.dataset.saves, target);
    if (target.id === "test") test();
  });
  document.addEventListener("input", (event) => {
    const { target } = event;
    if (target.type === "range") move(target.id.slice(2), target.value);
    if (target.dataset.types && target.value.trim() !== "") type(target.dataset.types, target.value);
    if (target.dataset.reveals) { state.shows[target.dataset.reveals] = target.checked; redraw(); }
  });
  document.addEventListener("change", (event) => {
    const { target } = event, { chooses, draws } = target.dataset;
    if (target.id === "model") { begin(CONTENT.models[target.value], CONTENT.models[target.value].eras[0].name); build(); }
    if (chooses === "x" || chooses === "y") exchange(chooses === "y" ? 1 : 0, target.value);
    if (chooses === "along") state.along = target.value;
    if (chooses === "which") state.which = target.value;
    if (draws) state.drawn = target.checked ? [...state.drawn, draws] : state.drawn.filter((d) => d !== draws);
    if (chooses || draws) redraw();
    if (target.dataset.types) target.value = state.texts[state.model.parameters.indexOf(parameter(state.model, target.dataset.types))];
  });
}
// One axis takes a parameter; if it was the other axis's, that takes this one's.
function exchange(place, name) {
  const axes = state.axes.slice();
  if (axes[1 - place] === name) axes[1 - place] = axes[place];
  axes[place] = name;
  state.axes = axes;
  for (const form of document.querySelectorAll(".chooser")) delete form.dataset.key;
}

function saving(what, target) {
  const { model } = state, found = solve(model, state.values), name = `${model.name}_${state.era}`;
  if (what === "svg") save(`${name}.svg`, target.closest("figure").querySelector(".drawing").innerHTML, "image/svg+xml");
  else {
    const [text, suffix, type] = { tex: [asLatex, "tex", "application/x-tex"], nfg: [asNfg, "nfg", "text/plain"], csv: [asCsv, "csv", "text/csv"] }[what];
    const told = text(model, state, found);
    if (told === null) { say(WORDS.not_saved); return; }
    save(`${name}.${suffix}`, told, type);
  }
  say(fill(WORDS.saved, { name: `${name}.${what}` }));
}

// page.html#MODEL/ERA/replies+equilibria+kind opens there.
function start() {
  CONTENT = JSON.parse($("content").textContent);
  WORDS = CONTENT.words;
  for (const place of document.querySelectorAll("[data-word]")) place.textContent = WORDS[place.dataset.word];
  for (const place of document.querySelectorAll("[data-label]")) place.setAttribute("aria-label", WORDS[place.dataset.label]);
  $("model").innerHTML = CONTENT.models.map((m, k) => `<option value="${k}">${escaped(m.title)}</option>`).join("");
  listen();
  follow();
}
function follow() {
  const [name = "", era = "", shown = ""] = asWritten(location.hash.slice(1)).split("/");
  const model = CONTENT.models.find((m) => m.name === name) ?? CONTENT.models[0];
  $("model").value = CONTENT.models.indexOf(model);
  begin(model, model.eras.some((e) => e.name === era) ? era : model.eras[0].name);
  const unknown = [], lacks = (word, known) => unknown.push(fill(WORDS.unknown_in_link, { word, known: known.join(", ") }));
  if (name && model.name !== name) lacks(name, CONTENT.models.map((m) => m.name));
  else if (era && state.era !== era) lacks(era, model.eras.map((e) => e.name));
  for (const key of shown.split("+").filter(Boolean)) {
    if (Object.hasOwn(state.shows, key)) state.shows[key] = true;
    else lacks(key, Object.keys(state.shows));
  }
  put($("link"), escaped(unknown.join(" ")));
  $("link").hidden = !unknown.length;
  build();
}
function asWritten(hash) {
  try { return decodeURIComponent(hash); } catch { return hash; }
}
if (typeof document !== "undefined") start();
