"""The classroom page as a file: what it holds, what it lets in, and what can be taken along."""

import base64
import csv
import hashlib
import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import sympy as sp

import dilemma
from classroom_page import SHOWN, about, content, draws, floats, needs_node, page, run, script
from dilemma import classroom, region_map
from dilemma.errors import UnsupportedError
from dilemma.games.two_by_two import kind_of
from dilemma.output.javascript import Exactly, Names, condition, formula
from small_games import ranging, two_by_two, valued

pytestmark = pytest.mark.slow

OPEN = """
begin(model(given.name), given.era);
if (given.shows) state.shows = { replies: true, equilibria: true, kind: true };
for (const [name, text] of Object.entries(given.moves ?? {})) {
  const k = state.model.parameters.findIndex((p) => p.name === name);
  state.texts[k] = text; state.values[k] = float(text); state.moved.add(name);
}
const found = solve(state.model, state.values);
"""


def opened(code, name, era="post_cold_war", **given):
    return run(page(), OPEN + code, {"name": name, "era": era, "shows": True, **given})


# --- the file ------------------------------------------------------------------------------------


def test_all_shipped_models_are_on_a_page_of_under_600_kB():
    """The statement, whose tree has hidden moves, has more branches than all others: 65 kB of 597."""
    assert [m["name"] for m in content(page())["models"]] == SHOWN
    assert len(page().encode()) < 600_000


def test_only_what_stands_in_the_file_may_run_or_colour_it():
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', page())[1]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    style = re.search(r"<style>(.*?)</style>", page(), re.DOTALL)[1]
    for name, text in (("script-src", script(page())), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy


def test_nothing_is_fetched_from_anywhere():
    markup = re.sub(r"<script.*?</script>", "", page(), flags=re.DOTALL)
    assert not re.search(r"(src|href)\s*=\s*[\"'](?!data:)", markup)
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|import\(|sendBeacon", script(page()))


def test_the_same_models_make_the_same_page():
    assert classroom(["abandonment"]).html == classroom(["abandonment"]).html


def test_every_text_of_the_page_stands_in_one_block():
    words = content(page())["words"]
    told = re.findall(r'data-(?:word|label)="(\w+)"', page()) + re.findall(
        r"WORDS\.(\w+)", script(page())
    )
    assert set(told) <= set(words)
    assert set(words) - set(told) == set()


def test_a_title_cannot_break_out_of_its_place(abandonment):
    evil = "</script><script>alert(1)</script> \" ' <b>"
    model = abandonment.replace(name="evil", title=evil + " @CODE@ @DATA@", source=evil, reads=evil)
    html = classroom([model]).html
    assert html.count("<script") == page().count("<script")
    assert about(html, "evil")["title"] == evil + " @CODE@ @DATA@"


def test_two_models_of_one_name_are_refused(abandonment):
    with pytest.raises(UnsupportedError, match="two models are called 'abandonment'"):
        classroom([abandonment, abandonment.replace(title="Another")])


def test_each_number_has_its_box_grade_and_source():
    for name in SHOWN:
        model, told = dilemma.load(name), about(page(), name)
        for parameter in told["parameters"]:
            for era in model.eras.values():
                value = era.values[parameter["name"]]
                shown = parameter["values"][era.name]
                assert (shown["grade"], shown["source"]) == (value.grade, value.source)
                assert sp.Rational(shown["value"]) == value.central
                assert sp.Rational(shown["low"]) == value.range.low


def test_every_centre_lies_on_a_slider():
    for name in SHOWN:
        for parameter in about(page(), name)["parameters"]:
            low, high, step = map(sp.Rational, parameter["slider"])
            for value in parameter["values"].values():
                centre = sp.Rational(value["value"])
                assert low <= sp.Rational(value["low"]) <= sp.Rational(value["high"]) <= high
                assert ((centre - low) / step).is_integer


def test_three_questions_a_model():
    for name in SHOWN:
        assert len(about(page(), name)["questions"]) == 3


# --- what the page does not show -----------------------------------------------------------------


def test_a_game_of_three_is_refused():
    actions = {name: ["a", "b"] for name in "xyz"}
    model = dilemma.Model(
        name="three",
        title="Three",
        players=actions,
        parameters={"p": ranging(0, 2)},
        payoffs={(a, b, c): dict.fromkeys("xyz", "p") for a in "ab" for b in "ab" for c in "ab"},
        eras={"now": {"p": valued(1, 0, 2)}},
    )
    with pytest.raises(UnsupportedError, match="3 players: the page shows games of two"):
        classroom([model])


@needs_node
@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 2), (2, 3), (3, 3)])
def test_games_of_any_size_with_conditions_that_always_or_never_hold(rows, columns):
    model = dilemma.Model(
        name="plain",
        title="Plain",
        players={
            "x": [f"r{i}" for i in range(rows)],
            "z": [f"c{j}" for j in range(columns)],
        },
        parameters={
            "new": ranging(0, "inf"),  # a word of JavaScript
            "k": ranging("-inf", "inf"),
        },
        payoffs={
            (f"r{i}", f"c{j}"): {"x": f"new*{(i + j) % 3} + k", "z": f"{i * j % 2} - new"}
            for i in range(rows)
            for j in range(columns)
        },
        eras={
            "now": {"new": valued(1, 1, 1), "k": valued(0, -1, 2)},
            "later": {"new": valued(3, 2, 4), "k": valued("1/3", 0, 1)},
            "last": {"new": valued(2, 2, 2), "k": valued(0, 0, 0)},
        },
    )
    html = classroom([model]).html
    assert about(html, "plain")["parameters"][1]["slider"][2] == "0.05"
    assert len(about(html, "plain")["golden"]) == 3
    assert run(html, "return disagreements(CONTENT.models[0])") == []
    code = """
    begin(CONTENT.models[0], "later");
    state.shows = { replies: true, equilibria: true, kind: true };
    return PICTURES.matrix.map((p) => p(state.model, state, solve(state.model, state.values)).svg);
    """
    assert all("NaN" not in picture for picture in run(html, code))


@pytest.mark.parametrize("payoff", [2, "s"])
def test_a_game_without_eras_begins_as_it_is_or_in_the_middle_of_its_ranges(payoff):
    ranges = {"s": [1, 3]} if payoff == "s" else {}
    hunt = dilemma.matrix(
        [[payoff, 0], [1, 1]], [[payoff, 1], [0, 1]], parameters=ranges, title="Hunt"
    )
    code = """
    begin(CONTENT.models[0], CONTENT.models[0].eras[0].name);
    state.shows = { replies: true, equilibria: true, kind: true };
    const drawn = PICTURES.matrix.map((p) => p(state.model, state, solve(state.model, state.values)).svg);
    return [CONTENT.models[0].eras.length, CONTENT.models[0].golden[0].equilibria.length, drawn];
    """
    eras, equilibria, drawn = run(classroom([hunt]).html, code)
    assert (eras, equilibria) == (1, 3)
    assert all("NaN" not in picture for picture in drawn)


def test_a_page_needs_a_value_where_a_range_has_no_bounds():
    with pytest.raises(dilemma.DilemmaError, match="no value for s"):
        classroom([dilemma.matrix([["s", 0], [0, 1]])])


def test_a_payoff_that_is_not_concave_is_refused(hedging):
    bent = hedging.replace(name="bent", payoffs={"japan": "x_J**2 + x_J*x_U"})
    with pytest.raises(UnsupportedError, match="not proved concave"):
        classroom([bent.replace(claims=None, dynamics=None)])


# --- printing ------------------------------------------------------------------------------------

a, b, c = sp.symbols("a b c", real=True)
FORMULAS = [
    a**2 / 3 - b * c,
    (a + b) ** 2 / (1 + c**2),
    sp.Min(a, b) - sp.Max(b, c, 0),
    sp.Abs(a - b) ** 3 / 7,
    sp.Piecewise((a, a >= b), (b / (1 + c**2), c > 0), (sp.nan, True)),
    sp.Piecewise((a, sp.And(a > b, sp.Or(b > c, sp.Ne(a, c)))), (sp.Rational(-2, 7), True)),
    a**-2 + sp.Rational(1, 3) ** 2 * b**3,
    2 * a * c / b**2 - b**2 / a**2 + 3 / (c**2 * a**2) - (b**2 / c) / (a**2 + b**2 / c**2),
]
AT = [{a: 3, b: -2, c: 5}, {a: -1, b: 4, c: -2}, {a: sp.Rational(1, 7), b: 2, c: 2}]


@needs_node
@pytest.mark.parametrize("told", FORMULAS, ids=str)
def test_formulas_mean_the_same_in_javascript(told):
    for values in AT:
        head = ", ".join(f"{s} = {float(v)}" for s, v in values.items())
        found = run(page(), f"const {head}; return {formula(told, Names([a, b, c]))}")
        right = told.xreplace(values)
        assert found is None if right is sp.nan else found == pytest.approx(float(right))


@needs_node
@pytest.mark.parametrize("told", FORMULAS, ids=str)
def test_fractions_are_exact(told):
    for values in AT:
        head = ", ".join(f"{s} = exactly('{v}')" for s, v in values.items())
        text = Exactly(Names([a, b, c])).formula(told)
        found = run(page(), f"const {head}; const x = {text}; return x && written(x)")
        right = told.xreplace(values)
        assert found is None if right is sp.nan else sp.Rational(found) == right


def test_a_root_is_no_fraction():
    with pytest.raises(UnsupportedError, match="no fraction"):
        Exactly(Names([a])).formula(sp.sqrt(a))


def test_names_of_the_language_are_not_taken():
    odd = sp.symbols("Math in E f0_ below3 fine", real=True)
    names = Names(odd)
    assert [names[s] for s in odd][-1] == "fine"
    assert not {names[s] for s in odd[:-1]} & {s.name for s in odd}


def test_conditions_allow_for_rounding():
    assert condition(sp.Ge(a, b), Names([a, b])) == "at_least(a - b)"
    assert condition(sp.Lt(a, b), Names([a, b])) == "above(-a + b)"
    assert condition(sp.Not(sp.And(a > b, b > 0), evaluate=False), Names([a, b])).startswith("!(")


@needs_node
def test_roots_of_polynomials():
    random = np.random.default_rng(0)
    for degree in (1, 2, 3, 4, 5):
        wanted = [
            sorted(random.choice(np.arange(-20, 21), degree, replace=False) / 4) for _ in range(50)
        ]
        told = run(page(), "return given.map(realRoots)", [list(np.poly(r)) for r in wanted])
        assert np.allclose(told, wanted, atol=1e-6)


@needs_node
def test_double_roots_and_none():
    told = run(
        page(),
        "return given.map(realRoots)",
        [[1, 0, 1], [1, -2, 1], [1, -2, 1, 0], [0, 0, 2, -1], [0, 0, 0]],
    )
    assert [len(r) for r in told] == [0, 1, 2, 1, 0]
    assert told[3] == [0.5]


# --- what can be taken along ---------------------------------------------------------------------


@needs_node
@pytest.mark.parametrize("name", ["abandonment", "abandonment_hedging"])
def test_the_gambit_file_has_the_exact_payoffs(name, tmp_path):
    model = dilemma.load(name)
    moves = {"m_J": "0.137", "kap_U": "0.31"}
    text = opened("return asNfg(state.model, state, found)", name, moves=moves)
    file = tmp_path / "game.nfg"
    file.write_text(text, encoding="utf-8")
    read, values = dilemma.load(file), model.values(model.calibration("post_cold_war", **moves))
    assert [p.title for p in read.players.values()] == [p.title for p in model.players.values()]
    for theirs, ours in zip(read.game.profiles, model.game.profiles, strict=True):
        assert theirs == ours
        paid = [p.xreplace(values) for p in model.payoffs[ours].values()]
        assert list(read.payoffs[theirs].values()) == paid


@needs_node
@pytest.mark.parametrize("name", ["abandonment", "hedging"])
def test_the_csv_file_has_the_calibration_and_the_equilibria(name):
    text = opened("return asCsv(state.model, state, found)", name)
    rows = list(csv.DictReader(io.StringIO(text)))
    model = dilemma.load(name)
    told = {r["name"]: sp.Rational(r["value"]) for r in rows if r["what"] == "parameter"}
    assert told == model.calibration("post_cold_war")
    found = dilemma.solve(model, "post_cold_war")
    for number, equilibrium in enumerate(found, 1):
        own = [r for r in rows if r["what"].startswith(f"equilibrium {number} ")]
        assert own
        names = [e.name for e in found]
        match = found[names.index(own[0]["what"].split(" ", 2)[2])]
        for outcome, value in match.outcomes.items():
            shown = next(r["value"] for r in own if r["name"] == outcome)
            assert shown == "" if value is None else float(shown) == pytest.approx(float(value))
        assert equilibrium is not None


@needs_node
def test_latex_underlines_best_replies():
    text = opened("return asLatex(state.model, state, found)", "abandonment")
    assert text.count(r"\underline") == 4
    assert text.count(r"\begin{array}{c|cc}") == text.count(r"\end{array}") == 1
    assert "m_J = 0.3" in text


@needs_node
@pytest.mark.parametrize("name", SHOWN)
def test_pictures_are_whole_svg_files_or_words_say_why_there_is_none(name):
    code = """return PICTURES[state.model.kind].map((p) => {
      const { svg, below } = p(state.model, state, found);
      return [svg, below === WORDS.no_replies];
    })"""
    for picture, no_replies in opened(code, name):
        if not picture:  # more numbers are chosen than two axes have room for
            assert no_replies
            continue
        root = ET.fromstring(picture)
        assert root.tag.endswith("svg")
        assert root.attrib["aria-label"]
        numbers = re.findall(r"(NaN|Infinity|undefined)", re.sub(r">[^<]*<", "><", picture))
        assert not numbers


@needs_node
def test_hidden_answers_are_not_in_the_pictures():
    code = "return PICTURES[state.model.kind].map((p) => p(state.model, state, found).svg).join()"
    for name in SHOWN:
        shown = opened(code, name)
        hidden = opened(code, name, shows=False)
        for mark in ("reply", "curve", "region"):
            assert f'data-is="{mark}"' not in hidden
        assert len(hidden) < len(shown)


# --- where there is nothing to show ----------------------------------------------------------------


def small(payoffs, parameters, values):
    ranges = dict.fromkeys(parameters, ranging(-2, 2))
    era = {n: valued(v, v - 1, v + 1) for n, v in zip(parameters, values, strict=True)}
    return two_by_two(payoffs, parameters=ranges, eras={"now": era})


@needs_node
def test_a_payoff_without_a_value_is_no_game():
    model = small([("1/p", 0), (0, 1), (1, 0), (0, 0)], "p", [1])
    html = classroom([model]).html
    code = """
    begin(CONTENT.models[0], "now");
    return given.map((v) => { const f = solve(state.model, v); return [f.equilibria.length, f.undefined ?? false, asNfg(state.model, { ...state, texts: v.map(String) }, f) === null]; });
    """
    assert run(html, code, [[1], [0]]) == [[3, False, False], [0, True, True]]


@needs_node
def test_a_game_with_one_parameter_has_no_map_and_says_so():
    html = classroom([small([("p", 0), (0, 1), (1, 0), (0, 0)], "p", [1])]).html
    code = """
    begin(CONTENT.models[0], "now");
    return PICTURES.matrix.map((p) => p(state.model, state, solve(state.model, state.values)).below);
    """
    assert run(html, code)[1] == "A map needs two parameters."


@needs_node
def test_kinds_of_game_are_those_of_the_package():
    names = [f"p{k}" for k in range(8)]
    payoffs = [(f"p{2 * k}", f"p{2 * k + 1}") for k in range(4)]
    model = small(payoffs, names, [0] * 8)
    rows = np.random.default_rng(3).integers(0, 5, (600, 8)).tolist()
    told = run(
        classroom([model]).html, "return given.map((v) => kindsOf(CONTENT.models[0], v))", rows
    )
    for row, kinds in zip(rows, told, strict=True):
        values = {
            model.parameters[n].symbol: sp.Integer(v) for n, v in zip(names, row, strict=True)
        }
        assert kinds == [kind_of(model, player, values) for player in model.players]
    assert len({k for kinds in told for k in kinds}) == 6


@needs_node
def test_borders_on_round_numbers_make_no_regions_of_their_own():
    model = small([("p", "q"), ("p", 0), (0, "q"), (0, 0)], "pq", [0, 0])
    code = """
    begin(CONTENT.models[0], "now");
    state.shows = { replies: true, equilibria: true, kind: true };
    mapPicture(state.model, state, solve(state.model, state.values));
    return [...MAPS.values()].map(({ told, cells }) => [[...told.values()], cells.polygons.size]);
    """
    ((shares, regions),) = run(classroom([model]).html, code)
    assert regions == 4
    assert shares == pytest.approx([0.25] * 4, abs=2e-3)


# --- the map -------------------------------------------------------------------------------------


@needs_node
@pytest.mark.parametrize("axes", [("m_J", "p_J"), ("kap_J", "m_J"), ("E_J", "w_J")], ids="-".join)
def test_shares_of_the_map_are_those_of_the_exact_map(axes, abandonment):
    code = """
    state.axes = given.axes;
    const svg = mapPicture(state.model, state, found).svg;
    const own = new Map([...MAPS].filter(([key]) => key.startsWith(state.model.name)));
    return [...own].map(([key, { told }]) => [key, [...told]]);
    """
    exact = region_map(abandonment, *axes)
    found = opened(code, "abandonment", axes=list(axes))
    pure = [
        branch["title"] for branch in about(page(), "abandonment")["branches"] if branch["pure"]
    ]
    for panel, (key, told) in zip(exact.panels, found, strict=True):
        assert panel.era in key
        shares = {}
        for region in panel.regions:
            label = frozenset(f"({n})" for n in region.label if n in exact.pure)
            shares[label] = shares.get(label, 0) + region.box_share
        mine = {
            frozenset(t for k, t in enumerate(pure) if int(bits) >> k & 1): share
            for bits, share in told
        }
        for label in {*shares, *mine}:
            assert mine.get(label, 0) == pytest.approx(shares.get(label, 0), abs=2e-3)


# --- the self-test -------------------------------------------------------------------------------


@needs_node
def test_the_self_test_passes_and_can_fail():
    code = "return CONTENT.models.map((m) => disagreements(m).map((c) => c.says))"
    assert not any(run(page(), code))
    spoil = "CONTENT.models.forEach((m) => { m.golden[0].equilibria[0].payoffs[0] += 1e-4; });"
    assert all(run(page(), spoil + code))


@needs_node
def test_outcomes_are_those_of_solve():
    code = (
        "return given.at.map((v) => solve(model(given.name), v).equilibria.map((e) => e.outcomes))"
    )
    for name in SHOWN:
        model = dilemma.load(name)
        for row in draws(page(), name, 3, seed=5):
            at = {
                n: sp.Rational(v.numerator, v.denominator)
                for n, v in zip(model.parameters, row, strict=True)
            }
            found = dilemma.solve(model, at)
            (told,) = run(page(), code, {"name": name, "at": floats([row])})
            right = [
                [np.nan if v is None else float(v) for v in e.outcomes.values()] for e in found
            ]
            mine = [[np.nan if v is None else v for v in each] for each in told]
            assert np.allclose(sorted(mine), sorted(right), atol=1e-6, equal_nan=True)


# --- questions are answered by moving their slider -----------------------------------------------

WALK = """
begin(model(given.name), given.era);
const k = state.model.parameters.findIndex((p) => p.name === given.moves);
const [low, high, step] = state.model.parameters[k].slider.map(exactly), rows = [];
for (let x = low; x.n * high.d <= high.n * x.d; x = add(x, step)) {
  state.values[k] = float(written(x));
  const found = solve(state.model, state.values), values = {};
  state.model.outcomes.forEach((o, j) => { values[o.name] = found.equilibria[0]?.outcomes[j] ?? null; });
  if (state.model.kind === "matrix") MODELS[given.name].definitions(state.values).forEach((v, j) => { values[state.model.definitions[j].name] = v; });
  else state.model.fixed.forEach((name, j) => { values[name] = found.game.definitions[j]; });
  (state.model.choices ?? []).forEach((c) => { values[c.name] = found.equilibria[0]?.unknowns[state.model.unknowns.indexOf(c.name)] ?? null; });
  rows.push({ at: written(x), names: found.equilibria.map((e) => e.name), kinds: state.model.kind === "matrix" ? kindsOf(state.model, state.values) : null, values });
}
return rows;
"""


def leaves(kinds_of, kind):
    return lambda row: row["kinds"][kinds_of] != kind


def plays(*names):
    return lambda row: row["names"] == list(names)


def passes(name, least):
    return lambda row: row["values"][name] is not None and row["values"][name] >= least


TOLD_APART = "(statement, wait, firm, challenge, concede, silent)"
SAID_BY_ALL = "(statement, wait, firm, challenge, concede, statement)"

# What answers a question, and which way its slider goes to find it: +1 up, -1 down.
ANSWERS = {
    ("abandonment", "article_nine"): (leaves(0, "harmony"), 1),
    ("abandonment", "moral_hazard"): (lambda row: row["values"]["D1_J"] != 0, 1),
    ("abandonment", "way_back"): (lambda row: row["kinds"][0] == "harmony", -1),
    ("abandonment_hedging", "third_parties"): (plays("(hedge, strong)"), 1),
    ("abandonment_hedging", "loyalty"): (plays("(hedge, strong)"), -1),
    ("abandonment_hedging", "entrapment"): (plays("(hedge, hedge)"), -1),
    ("burden", "can_fear"): (passes("t", 0.745), 1),
    ("burden", "can_fiscal_stress"): (lambda row: row["values"]["turn"] < 0, 1),
    ("burden", "end_of_exploitation"): (lambda row: row["values"]["q_J"] >= row["values"]["q_U"], 1),
    ("cork", "freeze"): (plays("(frozen)"), 1),
    ("cork", "calm_neighbours"): (plays("(frozen)"), 1),
    ("cork", "exit_first"): (lambda row: row["values"]["gain_from_staying"] < 0, -1),
    ("hedging", "why_does_japan_hedge"): (passes("x_J", 0.5), 1),
    ("hedging", "tipping_point"): (plays("(x_J.high)"), 1),
    ("hedging", "need_of_the_partner"): (lambda row: len(row["names"]) == 3, 1),
    ("triangle", "trade_with_the_rival"): (passes("abandonment_if_challenged", 0.25), 1),
    ("triangle", "a_word_in_tokyo"): (plays("(challenge, firm, support/restrain)"), -1),
    ("triangle", "brinkmanship"): (plays("(challenge, concede, support/restrain)"), 1),
    ("statement", "a_word_in_tokyo"): (lambda row: "(silent, wait, firm, wait, firm, silent)" not in row["names"], -1),
    # Above the other border, tau_H, nobody makes one; below this one everybody may.
    ("statement", "said_before"): (lambda row: SAID_BY_ALL in row["names"] and TOLD_APART not in row["names"], -1),
    ("statement", "whose_reputation"): (lambda row: TOLD_APART not in row["names"], -1),
    ("trade", "whose_interdependence"): (lambda row: row["values"]["exposure"] <= 0.038, 1),
    ("trade", "hump"): (lambda row: row["values"]["drag"] >= row["values"]["B"] / 2, 1),
    ("trade", "peace_by_trade"): (plays("(y.low)"), 1),
    ("unlocked", "which_exposure"): (passes("gain_us", 0), 1),
    ("unlocked", "communique"): (passes("gain_allies", 0), 1),
    ("unlocked", "half_measures"): (lambda row: row["values"]["gain_us"] < 0, -1),
    ("network", "cheaper_links"): (plays("(all linked)"), -1),
    ("network", "partners"): (lambda row: row["values"]["x_full"] > row["values"]["x_star"], 1),
    ("network", "crowding"): (plays("(no links)"), 1),
    ("consensus", "choices"): (plays("(agree/wait)"), 1),
    ("consensus", "diversity"): (plays("(agree/wait)"), 1),
    ("consensus", "threat"): (plays("(agree)"), 1),
    ("assets", "threat"): (plays("(keep, found)"), 1),
    ("assets", "upkeep"): (plays("(leave, stay)"), 1),
    ("assets", "assets"): (lambda row: row["values"]["v_keep"] >= row["values"]["v_bare"] - 1e-9, -1),
    ("repeated", "elsewhere"): (lambda row: "(support, support)" not in row["names"], 1),
    ("repeated", "wider_agenda"): (lambda row: "(support, support)" not in row["names"], -1),
    ("repeated", "impatience"): (lambda row: "(support, support)" not in row["names"], -1),
    # Less attention and a smaller share; one half where v_J + 2*kappa*X = 3*v_K, X being all there is.
    ("attention", "crowding"): (lambda row: row["values"]["x_J"] < 9.2 and row["values"]["share_of_japan"] <= 0.5, 1),
    ("attention", "initiatives"): (lambda row: row["values"]["share_of_us"] == 1, -1),  # w_K = 10/21
    # Japan drops the others first, at kappa = 2/3; the United States would at 7/4.
    ("attention", "overhead"): (lambda row: row["values"]["y_K"] == 0 and row["values"]["x_K"] > 1, 1),
    ("gravity", "size_of_china"): (lambda row: row["values"]["japan_to_china"] <= 1 and abs(row["values"]["m_J"] - 6.52 * 3.91) < 1e-6, 1),
    ("gravity", "japans_growth"): (passes("japan_to_china", 1), 1),
    ("gravity", "more_and_less"): (lambda row: row["values"]["us_to_china"] > 20 and abs(row["values"]["n_C"] - 3.91 * 0.43) < 1e-6 and abs(row["values"]["japan_to_china"] - 3.91 / 0.43) < 1e-6, 1),
}  # fmt: skip


def test_the_answers_are_to_all_questions():
    asked = {(n, q) for n in SHOWN for q in dilemma.load(n).questions}
    assert set(ANSWERS) == asked


@needs_node
@pytest.mark.parametrize(("name", "asked"), ANSWERS)
def test_a_question_is_answered_by_moving_its_slider(name, asked):
    model = dilemma.load(name)
    question = model.questions[asked]
    answers, way = ANSWERS[name, asked]
    rows = run(page(), WALK, {"name": name, "era": question.era, "moves": question.moves})
    centre = model.eras[question.era].values[question.moves].central
    ahead = [row for row in rows if (sp.Rational(row["at"]) - centre) * way >= 0][::way]
    at = next((k for k, row in enumerate(ahead) if answers(row)), None)
    assert at is not None, f"no position of {question.moves} answers it"
    for row in ahead[max(0, at - 1) : at + 1]:  # on both sides of the answer, in exact numbers
        exactly = dilemma.solve(model, question.era, **{question.moves: row["at"]})
        assert sorted(exactly.names) == sorted(row["names"]), row["at"]


# What a question shows may stand still as its slider moves: a border that something else crosses.
BORDERS = {
    ("network", "cheaper_links"): "share",
    ("consensus", "diversity"): "w",
    ("assets", "threat"): "v",
    ("assets", "upkeep"): "v",
    ("repeated", "impatience"): "delta",
    ("statement", "a_word_in_tokyo"): "p",
    ("statement", "said_before"): "tau",
}


@needs_node
@pytest.mark.parametrize(("name", "asked"), BORDERS)
def test_a_border_that_a_question_shows_is_crossed_where_the_answer_lies(name, asked):
    question = dilemma.load(name).questions[asked]
    given = {"name": name, "era": question.era, "moves": question.moves}
    rows, (answers, _), crossing = (
        run(page(), WALK, given),
        ANSWERS[name, asked],
        BORDERS[name, asked],
    )
    sides = {True: set(), False: set()}
    for row in rows:
        value = row["values"].get(crossing, float(sp.Rational(row["at"])))
        gap = value - row["values"][question.shows]
        if abs(gap) > 1e-9:
            sides[answers(row)].add(gap > 0)
    assert all(len(own) < 2 for own in sides.values())
    assert not sides[True] & sides[False]


@needs_node
@pytest.mark.parametrize(("name", "asked"), [a for a in ANSWERS if a not in BORDERS])
def test_what_a_question_shows_moves_with_its_slider(name, asked):
    question = dilemma.load(name).questions[asked]
    if question.shows:
        given = {"name": name, "era": question.era, "moves": question.moves}
        shown = [row["values"][question.shows] for row in run(page(), WALK, given)]
        assert max(shown) - min(shown) > 0.01


# --- what is typed -------------------------------------------------------------------------------


@needs_node
def test_a_typed_number_may_be_a_decimal_with_a_point_or_a_comma_or_a_fraction():
    typed = ["0.3", "0,3", " 1/3 ", ".5", "-2", "−2", "1e-3", "+4", "11/12", "3 / 4"]
    told = ["0.3", "0.3", "1/3", ".5", "-2", "-2", "1e-3", "4", "11/12", "3/4"]
    assert run(page(), "return given.map(numeral)", typed) == told


@needs_node
def test_what_is_no_number_is_none():
    typed = ["", "abc", "1/0", "0x10", "1.2.3", "1,2,3", "NaN", "Infinity", "1/2/3", "--1", "1e999"]
    assert run(page(), "return given.map(numeral)", typed) == [None] * len(typed)


@needs_node
def test_a_parameter_may_take_what_its_own_range_allows():
    code = "return given.map(([name, text]) => allows(parameter(model('abandonment'), name).reach, float(text)))"
    asked = [("m_J", "0"), ("m_J", "1"), ("m_J", "2"), ("m_J", "-0.1"), ("v_J", "99")]
    assert run(page(), code, asked) == [True, True, False, False, True]


# --- zones ---------------------------------------------------------------------------------------


@needs_node
def test_every_zone_of_a_map_has_a_look_and_a_letter_of_its_own():
    """With hedging some axes cut the plane into more zones than there are tints."""
    code = """
state.axes = given.axes;
const svg = mapPicture(state.model, state, found).svg;
return { svg, tints: TINTS.length };
"""
    most = 0
    for axes in (["z_J", "z_U"], ["m_J", "p_J"], ["m_J", "z_J"], ["m_J", "m_U"]):
        told = opened(code, "abandonment_hedging", axes=axes)
        drawn = ET.fromstring(told["svg"])
        space = "{http://www.w3.org/2000/svg}"
        swatches = [each for each in drawn.iter(f"{space}rect") if each.get("width") == "22"]
        looks = {}
        for each in swatches:
            looks.setdefault(each.get("y"), []).append(each.get("fill"))
        assert len({tuple(look) for look in looks.values()}) == len(looks)
        regions = sum(each.get("data-is") == "region" for each in drawn.iter(f"{space}path"))
        letters = sum(each.get("data-is") == "letter" for each in drawn.iter(f"{space}text"))
        assert letters == regions
        most = max(most, len(looks))
    assert most > told["tints"]


@needs_node
def test_a_spreadsheet_runs_nothing_that_is_saved(abandonment):
    evil = abandonment.document
    evil = {**evil, "title": "x", "parameters": {**evil["parameters"]}}
    evil["parameters"]["m_J"] = {
        **evil["parameters"]["m_J"],
        "means": '=HYPERLINK("http://evil","x")',
    }
    model = abandonment.replace(name="evil", parameters=evil["parameters"])
    saved = run(classroom([model]).html, OPEN + "return asCsv(state.model, state, found);",
                {"name": "evil", "era": "cold_war"})  # fmt: skip
    cells = [cell for row in csv.reader(io.StringIO(saved)) for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [c for c in cells if c[:1] in "=+@\t" and c]
    assert all(float(c) <= 0 for c in cells if c.startswith("-"))
