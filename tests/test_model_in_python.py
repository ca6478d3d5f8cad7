"""A model built in Python is the model that a file would have said, and as strictly checked."""

import copy
import html
import pickle
import re
import tomllib
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import dilemma
from dilemma import Model, matrix
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.reading.toml import formula, toml
from dilemma.theory.parts import decimal

x, y = sp.symbols("x y", real=True)


def symbol(name):
    return sp.Symbol(name, real=True)


SECTIONS = {
    "name": "pact",
    "title": "A pact",
    "players": {
        "east": {"actions": ["go", "stay"], "levels": {"e": [1, 0]}, "cooperates": "stay"},
        "west": {"actions": ["go", "stay"], "levels": {"w": [1, Fraction(1, 3)]}, "unit": "util"},
    },
    "parameters": {
        "x": {"range": [0, sp.oo], "unit": "1", "means": "first"},
        "y": {"range": (-1, 1), "open": "both", "unit": "1", "means": "second"},
    },
    "definitions": {"last": "first_ + y", "first_": {"is": sp.Min(x, 2) / 3, "unit": "1"}},
    "payoffs": {"east": "last*e - w", "west": sp.Piecewise((x, x > y), (y, True))},
    "outcomes": {
        "peace": "probability(east, stay)*probability(west, stay)",
        "ratio": "east/x if x > 0 else undefined",
        "sum_": "east + west",
    },
    "common": {"y": {"value": 0.5, "range": [0, 0.5], "grade": "coded", "source": "z"}},
    "eras": {
        "old": {"x": {"value": "1/3", "range": [0, 1], "grade": "coded", "source": "z"}},
        "new": {
            "title": "New",
            "years": [1990, 2000],
            "x": {"value": np.float64(2.5), "range": [2, 3], "grade": "assumed", "source": "z"},
        },
    },
    "claims": {
        "more": {
            "says": "More.",
            "over": "pair",
            "holds": "new.x > old.x and new.y == y and new.peace >= old.east(go, stay)",
            "label": "M1",
        },
        "up": {
            "says": "Up.",
            "over": "each",
            "holds": "rises(peace, x) and x > 0 and falls(west, y)",
        },
        "own": {"says": "Own.", "over": "new", "holds": "new.x > 1 and new.unique(go, stay)"},
    },
    "questions": {"q": {"asks": "Why?", "era": "old", "moves": "x"}},
    "groups": {"all_": ["x", "y"]},
}


@pytest.fixture(scope="module")
def pact():
    return Model(**SECTIONS)


def test_definitions_come_in_an_order_in_which_they_can_be_evaluated(pact):
    assert list(pact.definitions) == ["first_", "last"]
    assert pact.expand(symbol("last") * 2) == 2 * (sp.Min(x, 2) / 3 + y)


def test_payoffs_over_levels_become_payoffs_by_profile(pact):
    assert pact.game.profiles == (("go", "go"), ("go", "stay"), ("stay", "go"), ("stay", "stay"))
    assert pact.payoffs["go", "stay"]["east"] == symbol("last") - sp.Rational(1, 3)
    assert pact.payoffs["stay", "go"]["east"] == -1
    assert pact.players["west"].unit == "util"


def test_outcomes_by_profile(pact):
    assert pact.outcomes["peace"].profiles == {
        ("go", "go"): 0,
        ("go", "stay"): 0,
        ("stay", "go"): 0,
        ("stay", "stay"): 1,
    }
    ratio = pact.outcomes["ratio"].profiles["stay", "go"]
    assert ratio.args[0] == (-1 / x, x > 0)
    assert ratio.args[1][0] is sp.nan
    assert pact.outcomes["sum_"].profiles["stay", "go"] == pact.payoffs["stay", "go"]["west"] - 1


def test_eras_have_every_parameter(pact):
    assert {name: set(era.values) for name, era in pact.eras.items()} == {
        "old": {"x", "y"},
        "new": {"x", "y"},
    }
    assert pact.eras["old"].values["y"].common
    assert not pact.eras["old"].values["x"].common
    assert pact.eras["new"].years == (1990, 2000)
    assert pact.eras["old"].title == "old"


def test_references_of_a_pair(pact):
    claim = pact.claims["more"]
    told = {str(s): (r.what, r.era, r.arguments) for s, r in claim.references.items()}
    assert told == {
        "new.x": ("name", "new", ("x",)),
        "old.x": ("name", "old", ("x",)),
        "new.peace": ("outcome", "new", ("peace",)),
        "old.east(go, stay)": ("payoff", "old", ("east", "go", "stay")),
    }
    assert claim.holds.free_symbols == {*claim.references, y} - {y}
    assert claim.expect == {"": "proved"}
    assert pact.claim("M1") is pact.claim("more") is claim


def test_trends_and_an_eras_own_name(pact):
    claim = pact.claims["up"]
    assert {(r.what, r.arguments) for r in claim.references.values()} == {
        ("rises", ("peace", "x")),
        ("falls", ("west", "y")),
    }
    assert claim.expect == {"old": "proved", "new": "proved"}
    assert {(r.what, r.era) for r in pact.claims["own"].references.values()} == {("unique", None)}
    assert x in pact.claims["own"].holds.free_symbols


def test_expectations_era_by_era(pact):
    claim = pact.make_claim("x > 1", expect={"old": "disproved"}, name="n")
    assert claim.expect == {"old": "disproved", "new": "proved"}
    assert claim.name == "n"


def test_a_claim_on_the_fly(pact):
    claim = pact.make_claim(holds=sp.And(x > 0, sp.Or(y < 1, sp.Ne(x, 2))))
    assert claim.over == "each"
    assert claim.holds == sp.And(x > 0, sp.Or(y < 1, sp.Ne(x, 2)))
    assert claim.says == claim.text["holds"] == "(y < 1 or x != 2) and x > 0"
    with pytest.raises(dilemma.ModelError, match="unknown name 'z'"):
        pact.make_claim("z > 0")
    with pytest.raises(dilemma.ModelError, match="unknown key"):
        pact.make_claim("x > 0", say="x")


def test_kinds_of_games(pact):
    game = pact.replace(players={"west": {"cooperates": "stay"}})
    claim = game.make_claim('not kind(east) == "stag hunt" and kind(west) != "deadlock"')
    assert {r.arguments for r in claim.references.values()} == {
        ("east", "stag hunt"),
        ("west", "deadlock"),
    }
    assert 'kind(east) == "stag hunt"' in map(str, claim.references)
    with pytest.raises(dilemma.ModelError, match="did you mean 'stag hunt'"):
        game.make_claim('kind(east) == "stag hunts"')


def test_written_and_read_it_is_the_same(pact, tmp_path):
    path = tmp_path / "pact.toml"
    path.write_text(pact.to_toml(), encoding="utf-8")
    again = dilemma.load(path)
    assert again == pact
    assert hash(again) == hash(pact)
    assert again.path == path
    assert again != pact.replace(title="Another")
    assert again != pact.replace(name="another")
    assert pact != 3


def test_it_can_be_copied_and_sent(pact):
    assert pickle.loads(pickle.dumps(pact)) == pact
    assert copy.deepcopy(pact) == pact


def test_it_is_frozen(pact):
    with pytest.raises(AttributeError, match=r"model.replace\(title=...\)"):
        pact.title = "Another"
    with pytest.raises(AttributeError):
        del pact.title
    with pytest.raises(TypeError):
        pact.parameters["z"] = None


def test_replace_merges(pact):
    other = pact.replace(
        eras={"old": {"x": {"value": 1}}},
        parameters={"y": {"open": None}},
        claims={"up": None},
        reads="A story.",
    )
    assert other.calibration("old")["x"] == 1
    assert other.eras["old"].values["x"].range.high == 1
    assert not other.parameters["y"].range.open_low
    assert list(other.claims) == ["more", "own"]
    assert other.reads == "A story."
    assert pact.calibration("old")["x"] == sp.Rational(1, 3)
    with pytest.raises(dilemma.ModelError, match="unknown section"):
        pact.replace(parameter={})


def test_mistakes_have_no_place(pact):
    with pytest.raises(dilemma.ModelError) as caught:
        pact.replace(payoffs={"east": "lst*e"})
    (mistake,) = caught.value.mistakes
    assert mistake.place is None
    assert str(mistake) == "unknown name 'lst': payoffs.east\n  = did you mean 'last'?"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0.1, sp.Rational(1, 10)),
        (np.float64(0.1), sp.Rational(1, 10)),
        (np.float32(0.1), sp.Rational(1, 10)),
        (np.int64(2), sp.Integer(2)),
        ("1/7", sp.Rational(1, 7)),
        (Decimal("0.25"), sp.Rational(1, 4)),
        (Fraction(1, 9), sp.Rational(1, 9)),
        (sp.Rational(2, 9), sp.Rational(2, 9)),
    ],
)
def test_a_calibration_is_exact(pact, number, expected):
    assert pact.calibration("old", x=number) == {"x": expected, "y": sp.Rational(1, 2)}
    assert pact.calibration({"x": number, "y": 0})["x"] == expected


@pytest.mark.parametrize(
    ("at", "changes", "message"),
    [
        ("olde", {}, "no era 'olde' in pact: did you mean 'old'?"),
        ("old", {"xx": 1}, "no parameter 'xx' in pact: did you mean 'x'?"),
        (None, {"x": 1}, "no value for y; eras: old, new"),
        ({"x": 1}, {}, "no value for y"),
        ("old", {"x": -1}, r"x = -1: it may lie in \[0, inf\)"),
        ("old", {"y": 1}, r"y = 1: it may lie in \(-1, 1\)"),
        ("old", {"x": "z"}, "x = z: unknown name 'z'"),
        ("old", {"x": float("nan")}, "x = nan: not a finite number"),
        ("old", {"x": float("inf")}, "x = inf: not a finite number"),
        ("old", {"x": True}, "x = True"),
        ("old", {"x": sp.sqrt(2)}, "is not a finite rational number"),
        ("old", {"x": sp.oo}, "is not a finite rational number"),
    ],
)
def test_a_calibration_that_cannot_be(pact, at, changes, message):
    with pytest.raises(CalibrationError, match=message):
        pact.calibration(at, **changes)


def test_values_are_exact(pact):
    found = pact.values("old")
    assert found[symbol("first_")] == sp.Rational(1, 9)
    assert found[symbol("last")] == sp.Rational(11, 18)
    assert pact.values(pact.calibration("new"))[x] == sp.Rational(5, 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1/x", "the definition of d divides by zero there"),
        ("(y - 1/2)/x**2", "the definition of d divides by zero there"),
        ("sqrt(x - 1)", "the definition of d is not a real number there"),
        ("max(sqrt(x - 1), 2)", "the definition of d is not a real number there"),
    ],
)
def test_a_definition_without_a_value(pact, text, message):
    model = pact.replace(definitions={"d": text})
    with pytest.raises(CalibrationError, match=message):
        model.values({"x": 0, "y": "1/2"})


def test_an_unknown_claim(pact):
    with pytest.raises(CalibrationError, match="no claim 'mor': did you mean 'more'"):
        pact.claim("mor")


def test_a_definition_may_not_grow_without_end(pact):
    tower = {f"d{i + 1}": f"d{i}*d{i}*d{i}" for i in range(1, 9)} | {"d1": "x*y"}
    with pytest.raises(dilemma.ModelError, match="of degree 486"):
        pact.replace(definitions=tower)


def test_matrices_of_numbers():
    pennies = matrix(np.array([[1, -1], [-1, 1.5]]))
    assert pennies.payoffs["row_2", "column_2"] == {
        "row": sp.Rational(3, 2),
        "column": -sp.Rational(3, 2),
    }
    assert pennies.calibration() == {}
    assert pennies.values() == {}
    assert pennies.name == "game"
    with pytest.raises(
        CalibrationError, match="no era 'x' in game: game has no eras; leave it out"
    ):
        pennies.calibration("x")


@pytest.mark.parametrize(
    "rows", [[["b - c", "-c"], ["b", 0]], sp.Matrix([[x - y, -y], [x, 0]]), [[x - y, -y], (x, 0)]]
)
def test_free_symbols_become_parameters(rows):
    names = ["b", "c"] if isinstance(rows[0], list) and rows[1][0] == "b" else ["x", "y"]
    game = matrix(rows, parameters={names[1]: {"range": [0, 1], "means": "cost"}}, cooperates=None)
    assert list(game.parameters) == names
    assert str(game.parameters[names[0]].range) == "(-inf, inf)"
    assert game.parameters[names[1]].means == "cost"
    assert game.payoffs["row_1", "column_2"]["column"] == symbol(names[1])


def test_matrices_with_names():
    game = matrix(
        [[1, 2, 3]], [[4, 5, 6]], players=("a", "b"), actions=[["p"], ["q", "r", "s"]], title="T"
    )
    assert game.payoffs["p", "s"] == {"a": 3, "b": 6}
    game = matrix(sp.eye(2), actions=[["c", "d"], ["c", "d"]], cooperates="c")
    assert [player.cooperates for player in game.players.values()] == ["c", "c"]
    game = matrix(sp.eye(2), cooperates=("row_1", "column_2"))
    assert [player.cooperates for player in game.players.values()] == ["row_1", "column_2"]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([[1, 2]], [[1], [2]]), {}, "they are 1 x 2 and 2 x 1"),
        (([[1, 2], [3]],), {}, "the rows of row_payoffs differ in length"),
        (([[1]], [1]), {}, "column_payoffs is not a matrix"),
        (([],), {}, "row_payoffs is not a matrix"),
        (([[1, 2]],), {"actions": [["a"], ["b"]]}, "the players have 1 and 1 actions"),
        (([[1, 2]],), {"players": ["a"]}, "two matrices are for two players"),
        (([["a^2"]],), {}, "'\\^' is not a power here"),
        (([[sp.Symbol("E")]],), {}, "the name 'E' is reserved"),
        (([[sp.nan]],), {}, "the name 'undefined' is reserved"),
        (([[sp.zeta(x)]],), {}, "unknown function 'zeta'"),
    ],
)
def test_matrices_that_are_none(arguments, options, message):
    with pytest.raises(dilemma.ModelError, match=message):
        matrix(*arguments, **options)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (sp.Rational(1, 3) * x, "x/3"),
        (sp.Float("0.1") * x, "x/10"),
        (sp.exp(1) * x, "exp(1)*x"),
        (sp.sqrt(x) ** 3, "x**(3/2)"),
        (x ** sp.Rational(1, 4), "x**(1/4)"),
        (x ** sp.Rational(25, 2), "(x**12*sqrt(x))"),
        (x**y, "x**y"),
        (x ** (y**2), "exp(y**2*log(x))"),
        (1 / sp.sqrt(x), "1/sqrt(x)"),
        (sp.Max(x, sp.Abs(y)), "max(x, abs(y))"),
        (sp.true, "0 == 0"),
        (sp.false, "0 == 1"),
        (sp.Not(sp.Symbol("unique(go, go)")), "not (unique(go, go))"),
        (sp.Eq(x, y), "x == y"),
        (sp.Ne(x, y), "x != y"),
        (sp.Piecewise((1, x > 0)), "(1 if x > 0 else undefined)"),
    ],
)
def test_sympy_is_written_in_our_grammar(expression, text):
    assert formula(expression) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (sp.Rational(1, 8), "0.125"),
        (-sp.Rational(1, 8), "-0.125"),
        (sp.Rational(10**40 + 1, 2), "5" + "0" * 39 + ".5"),
        (sp.Rational(1, 3), "1/3"),
        (sp.Integer(100), "100"),
        (sp.Integer(0), "0"),
        (sp.oo, "inf"),
        (-sp.oo, "-inf"),
        (sp.Rational(1, 10**30), "0." + "0" * 29 + "1"),
    ],
)
def test_decimals_are_exact(number, text):
    assert decimal(number) == text


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PLAIN = st.recursive(
    st.one_of(
        TEXTS,
        st.booleans(),
        st.integers(-(2**60), 2**60),
        st.decimals(allow_nan=False, places=3),
        st.just(Decimal("-inf")),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["title", "reads"]), TEXTS),
    st.dictionaries(
        st.sampled_from(["players", "payoffs", "eras", "claims"]),
        st.dictionaries(TEXTS, st.dictionaries(TEXTS, PLAIN, max_size=3), max_size=3),
    ),
)
def test_any_document_is_written_as_toml_says_it(texts, tables):
    document = {**tables, **texts}
    assert tomllib.loads(toml(document), parse_float=Decimal) == document


def test_a_fraction_with_a_long_decimal_stays_exact():
    tiny = Fraction(1, 2**100)
    game = dilemma.matrix([[tiny, 0], [0, 1]])
    assert game.payoffs["row_1", "column_1"]["row"] == sp.Rational(1, 2**100)
    assert dilemma.solve(game).complete


# --- names of one release ago --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("abandonment", "profiles", lambda model: model.game.profiles),
        ("abandonment", "tree", lambda _: None),
        ("abandonment", "choices", lambda _: None),
        ("hedging", "choices", lambda model: model.game),
        ("hedging", "profiles", lambda _: ((),)),
    ],
)
def test_an_old_name_answers_with_a_warning_that_names_the_new_one(name, old, new):
    model = dilemma.load(name)
    with pytest.warns(DeprecationWarning, match=f"Model.{old} is now Model.game"):
        assert getattr(model, old) == new(model)


def test_the_old_question_for_actions_is_still_refused_by_name(hedging):
    with (
        pytest.warns(DeprecationWarning, match="needs_actions"),
        pytest.raises(UnsupportedError, match="a game of cards is for games with actions"),
    ):
        hedging.needs_actions("a game of cards")


def test_what_an_equilibrium_is_worth_answers_by_its_old_name(abandonment):
    found = dilemma.solve(abandonment, "cold_war")[0]
    with pytest.warns(DeprecationWarning, match=r"Equilibrium.worth is now Equilibrium.value"):
        assert found.worth("japan") == found.value("japan")


# --- what a notebook shows -----------------------------------------------------------------------


@pytest.mark.parametrize("name", dilemma.available())
def test_a_notebook_shows_who_chooses_what_and_the_parameters_of_any_model(name):
    model = dilemma.load(name)
    shown = html.unescape(re.sub(r"<[^>]*>", " ", model._repr_html_()))
    assert model.title in shown
    movers = {c.player for c in model.game.choices.values()} or set(model.players)
    assert all(model.players[who].title in shown for who in movers)
    assert all(era.title in shown for era in model.eras.values())
    first = next(iter(model.parameters.values()))
    assert all(decimal(era.values[first.name].central) in shown for era in model.eras.values())
    assert len(model._repr_html_()) < 5000


def test_a_notebook_says_what_it_leaves_out(pact):
    many = {f"q{k}": [0, 1] for k in range(20)}
    game = matrix([["q0", 0], [0, 1]], parameters=many)
    assert "And 8 more" in game._repr_html_()
    assert "more:" not in pact._repr_html_()
