"""Eras that are based on another: asked about by name, and by nothing else."""

import json
import pickle

import pytest
import sympy as sp

import dilemma
import small_games
from dilemma.library import read
from questions import QUESTIONS
from small_games import ranging, valued

BOTH = {"old": "then", "late": "now"}  # the further eras of the market, and what they are based on


@pytest.fixture(scope="module")
def market():
    """Two sellers with one price, then and now; and once more with other costs."""
    eras = {
        "old": {"title": "long ago", "years": [1950, 1960], "based_on": "then", "c": valued("1/8")},
        "late": {"based_on": "now", "c": valued("3/8", "1/4", "5/8")},
    }
    return small_games.market().replace(eras=eras)


# --- what such an era is --------------------------------------------------------------------------


def test_it_says_what_is_different_and_the_rest_is_as_in_the_other(market):
    assert market.calibration("old") == {"a": 1, "c": sp.Rational(1, 8)}
    assert market.era("old").values["a"] == market.eras["then"].values["a"]
    assert (market.era("old").title, market.era("old").years) == ("long ago", (1950, 1960))
    assert market.era("late").title == "late"


def test_it_is_none_of_the_eras_that_are_meant_where_none_is_named(market):
    assert list(market.eras) == ["then", "now"]
    assert list(market.further_eras) == list(BOTH)
    assert [era.name for era in dilemma.compare(market, draws=5).eras] == ["then", "now"]
    assert [v.era for v in dilemma.prove(market, market.make_claim("x > 0"))] == ["then", "now"]
    page = json.dumps(dilemma.classroom([market]).html)
    assert "long ago" not in page


def test_what_is_one_draw_for_all_eras_is_so_in_it(market):
    tied = market.replace(
        common={"a": valued(1, 1, 2)}, eras={era: {"a": None} for era in ("then", "now")}
    )
    assert tied.era("old").values["a"].common


def test_it_is_written_and_read_pickled_and_shown(market, tmp_path):
    path = tmp_path / "market.toml"
    path.write_text(market.to_toml(), encoding="utf-8")
    assert read(path) == market
    again = pickle.loads(pickle.dumps(market))
    assert again == market
    assert again.further_eras == market.further_eras
    shown = str(dilemma.sheet(market))
    assert "Further eras" in shown
    assert "old on then, late on now" in shown


def test_in_a_variant_what_does_not_move_does_not_move_in_it(market):
    variant = market.replace(calibrations={"demand": {"moves": ["a"]}}).variant("demand")
    assert variant.era("late").values["c"] == variant.eras["then"].values["c"]


# --- where it may be named ------------------------------------------------------------------------

NAMED = {
    "attribute": lambda m: dilemma.attribute(m, "price", ["old", "late"]),
    "best_replies": lambda m: dilemma.best_replies(m, "old", points=3),
    "compare": lambda m: dilemma.compare(m, ["old", "now"], draws=5),
    "prove": lambda m: dilemma.prove(m, "x > 0", over="old", cache=False),
    "solve": lambda m: dilemma.solve(m, "old"),
    "statics": lambda m: dilemma.statics(m, "old"),
    "to_pandas": lambda m: dilemma.to_pandas(dilemma.solve(m, "old")),
    "tornado": lambda m: dilemma.tornado(m, "price", "late"),
    "trace": lambda m: dilemma.trace(m, "c", 0, "1/2", points=3, eras=["old", "late"]),
}


NAMED_WITH_ACTIONS = {
    "along": lambda m: dilemma.along(m, "old", "s"),
    "region_map": lambda m: dilemma.region_map(m, "s", "t", ["old"]),
    "regions": lambda m: dilemma.regions(m, ["old"], draws=5),
    "select": lambda m: dilemma.select(m, "old"),
    "to_nashpy": lambda m: dilemma.to_nashpy(m, "old"),
}


@pytest.fixture(scope="module")
def hunt():
    """A stag hunt for two, in which stag is worth less in the further era."""
    eras = {
        "now": {"s": valued(4, 2, 5), "t": valued(1, 0, 2)},
        "old": {"based_on": "now", "s": valued("3/2", 1, 2)},
    }
    return dilemma.matrix(
        [["s", 0], ["t", 1]], parameters={"s": ranging(0, 9), "t": ranging(0, 9)}
    ).replace(eras=eras)


@pytest.mark.parametrize("question", NAMED)
def test_a_question_may_name_it(market, question):
    assert question in QUESTIONS
    assert NAMED[question](market) is not None


@pytest.mark.parametrize("question", NAMED_WITH_ACTIONS)
def test_a_question_about_actions_may_name_it(hunt, question):
    assert question in QUESTIONS
    assert NAMED_WITH_ACTIONS[question](hunt) is not None


def test_an_answer_knows_it_where_it_has_been(market):
    found = pickle.loads(pickle.dumps(dilemma.compare(market, ["old", "now"], draws=5)))
    assert [era.title for era in found.eras] == ["long ago", "now"]
    assert "long ago" in str(found)


@pytest.mark.parametrize("words", [("--eras", "old,late"), ("--era", "old", "--era", "late")])
def test_the_command_line_takes_its_name(market, typed, tmp_path, words):
    path = tmp_path / "market.toml"
    path.write_text(market.to_toml(), encoding="utf-8")
    code, out, err = typed("compare", path, *words, "--draws", "5")
    assert (code, err) == (0, "")
    assert "long ago" in out
    assert "then" not in out.split("\n\n")[1]


def test_a_name_that_is_wrong_is_told_the_nearest(market):
    with pytest.raises(dilemma.errors.CalibrationError, match="did you mean 'late'"):
        dilemma.solve(market, "lates")


# --- claims about it ------------------------------------------------------------------------------


def verdicts(model, holds, **fields):
    return [v.status for v in dilemma.prove(model, model.make_claim(holds, **fields), cache=False)]


def test_a_claim_is_about_its_box(market):
    assert verdicts(market, "price == (1 + 2/8)/3 + (a - 1)/3", over="old") == ["proved"]
    assert verdicts(market, "c == 1/8", over="then") == ["mixed"]


def test_a_claim_is_about_a_pair_of_such_eras(market):
    fields = {"over": "pair", "eras": ["old", "late"]}
    assert verdicts(market, "old.c < late.c", **fields) == ["proved"]
    assert verdicts(market, "old.price < late.price", **fields) == ["mixed"]
    assert verdicts(market, "old.price < late.price", shared=["a"], **fields) == ["proved"]


def test_eras_are_taken_from_a_formula_that_names_two(market):
    claim = market.make_claim("old.c < now.c")
    assert (claim.over, set(claim.eras)) == ("pair", {"old", "now"})


def test_each_is_each_of_those_that_are_named(market):
    found = dilemma.prove(market, market.make_claim("x > 0", over="each", eras=["late", "old"]))
    assert [v.era for v in found] == ["late", "old"]
    assert "long ago" in str(found)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            {"holds": "old.x < now.x", "over": "pair", "eras": ["old", "late"]},
            "speaks of no other eras here",
        ),
        ({"holds": "x > 0", "over": "pair", "eras": ["old"]}, "wants exactly two eras"),
        ({"holds": "x > 0", "over": "each", "eras": ["old", "old"]}, "'old' is named twice"),
        ({"holds": "x > 0", "over": "each", "eras": ["odl"]}, "no era 'odl'"),
        ({"holds": "x > 0", "over": "old", "eras": ["old"]}, "says which eras it is about"),
        ({"holds": "now.x > 0", "over": "old"}, "speaks of no other era"),
    ],
    ids=str,
)
def test_a_claim_that_names_other_eras_than_its_own_is_refused(market, fields, told):
    with pytest.raises(dilemma.ModelError) as raised:
        market.make_claim(**fields)
    assert told in str(raised.value)


def test_a_lemma_about_other_eras_proves_nothing(market):
    lemma = {"says": "", "over": "any pair", "holds": "then.c <= now.c", "expect": "mixed"}
    claim = {
        "says": "",
        "over": "pair",
        "eras": ["old", "late"],
        "holds": "old.c <= late.c",
        "because": ["lemma"],
    }
    with pytest.raises(dilemma.ModelError, match="this claim speaks of the model's own eras"):
        market.replace(claims={"lemma": lemma, "claim": claim})


# --- what is wrong with one -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("era", "told"),
    [
        ({"based_on": "than"}, "no era 'than': eras.new.based_on"),
        ({"based_on": "old"}, "'old' is based on another era itself"),
        ({"based_on": "then", "d": valued(1)}, "no parameter 'd'"),
        ({"based_on": "then", "c": valued(7)}, "not inside the range"),
        ({"c": valued(0)}, "no value for 'a'"),
    ],
    ids=str,
)
def test_a_mistake_is_told_where_it_stands(market, era, told):
    with pytest.raises(dilemma.ModelError) as raised:
        market.replace(eras={"new": era})
    assert told in str(raised.value)


def test_a_question_for_class_begins_in_an_era_that_the_page_shows(market):
    asked = {"asks": "Why?", "era": "old", "moves": "c"}
    with pytest.raises(dilemma.ModelError, match="no era 'old'"):
        market.replace(questions={"why": asked})


# --- those that are shipped -----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("era", "japan", "us"),
    [
        ("from_1951", 0.9395, 1),
        ("from_1972", 0.8714, 0.9219),
        ("from_1992", 0.7393, 0.6928),
        ("from_2004", 0.3590, 0.2792),
    ],
)
def test_hedges_at_a_centre_are_those_that_its_trade_tells_of(hedging, era, japan, us):
    """By the data the partner's part in trade with partner and China: what g was derived from."""
    near = [
        e
        for e in dilemma.solve(hedging, era)
        if abs(float(e.value("y_J")) - japan) < 2e-3 and abs(float(e.value("y_U")) - us) < 2e-3
    ]
    assert len(near) == 1
    assert near[0].stable


@pytest.mark.slow
def test_commitment_falls_with_the_periods_of_trade():
    found = dilemma.compare(dilemma.load("trade"), ["from_1972", "from_1992", "from_2004"], draws=5)
    commitment = [float(era.equilibria[0].value("a")) for era in found.eras]
    assert commitment == sorted(commitment, reverse=True)
