"""Branches of trees in which somebody does not know what has happened, against the definition."""

import random
from contextlib import suppress
from fractions import Fraction
from itertools import combinations, pairwise, product

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import dilemma
from dilemma.claims.closed import _definite
from dilemma.claims.decide import decide
from dilemma.deciders.question import Question
from dilemma.errors import CalibrationError, ModelError, UnsupportedError
from dilemma.games import free_chances
from dilemma.games.tree import beliefs, hidden
from signalling_games import (
    Brute,
    beer_and_quiche,
    drawn,
    entry,
    held,
    learns_nothing_by_itself,
    move,
    number,
    positive,
    school,
    sunk_cost,
    tree,
    with_chances,
    within,
)

GAMES = {
    "beer": (beer_and_quiche(), 9),
    "beer, ends": (beer_and_quiche(ends=True), 18),
    "school": (school(), 18),
    "sunk cost": (sunk_cost(), 18),
    "entry": (entry(), None),
    "within": (within(), None),
    "itself": (learns_nothing_by_itself(), None),
}


@pytest.mark.parametrize("name", GAMES)
def test_branches_are_what_the_definition_finds(name):
    model, count = GAMES[name]
    every = hidden.branches(model)
    assert len({b.name for b in every}) == len(every)
    assert count in (None, len(every))
    rng = random.Random(name)
    for _ in range(8):
        values = model.values(drawn(model, rng))
        assert held(every, values) == Brute(model, values).supports()


@pytest.mark.parametrize("name", GAMES)
def test_what_names_them_quickly_names_the_same(name):
    """Where a draw is too close to call they are named one by one, in exact numbers."""
    model, _ = GAMES[name]
    every, rng = hidden.branches(model), random.Random(f"quick {name}")
    named = hidden.quick(model)
    for _ in range(6):
        at = drawn(model, rng)
        told = {n: Fraction(int(v.p), int(v.q)) for n, v in at.items()}
        names = {n.partition(";")[0] for n in named(told)}
        assert names == held(every, model.values(model.calibration(at)))


@pytest.mark.slow
@pytest.mark.parametrize("name", [*GAMES, "tied_hands", "alliance_as_signal"])
def test_they_are_at_many_calibrations(name):
    """Of the literature's games, too, wherever no chance is negative."""
    model = GAMES[name][0] if name in GAMES else dilemma.load(name)
    every, rng = hidden.branches(model), random.Random(1)
    for _ in range(40 if name in GAMES else 20):
        with suppress(CalibrationError):
            values = model.values(drawn(model, rng))
            assert held(every, values) == Brute(model, values).supports()


def test_a_message_that_is_a_number_is_refused_with_the_way_out():
    """Spence's school in years: numbers are chosen in other kinds of game, messages are a few."""
    with pytest.raises(
        ModelError, match='numbers are chosen in kind = "continuous" or "sequential"'
    ):
        school().replace(tree={"high": {"choices": {"years": {"range": ["0", "4"]}}}})


# --- beliefs eliminated -----------------------------------------------------------------------------

INTEGERS = st.integers(-3, 3)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(INTEGERS, min_size=3, max_size=3), min_size=1, max_size=4))
def test_some_beliefs_make_all_of_it_true_where_the_formula_says(rows):
    """Of three histories: a linear programme decides the same."""
    names = [("one",), ("two",), ("three",)]
    shares = beliefs.shares_of("belief", names)
    letters = sp.symbols("a:12", real=True)
    grid = [letters[3 * k : 3 * k + 3] for k in range(len(rows))]
    linear = [
        sp.expand(sum(c * shares[n] for c, n in zip(row, names, strict=True))) for row in grid
    ]
    (formula,), left = beliefs.without(shares, linear)
    assert left == []
    values = {s: sp.Integer(v) for row, own in zip(grid, rows, strict=True) for s, v in zip(row, own, strict=True)}  # fmt: skip
    found = linprog(
        [0, 0, 0], A_ub=-np.array(rows, float), b_ub=np.zeros(len(rows)), A_eq=[[1, 1, 1]],
        b_eq=[1], bounds=(0, 1),
    )  # fmt: skip
    assert bool(formula.xreplace(values)) == (found.status == 0)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(INTEGERS, INTEGERS, st.booleans()), max_size=4))
def test_some_chance_is_free_where_the_formula_says(lines):
    """Between 0 and 1, both left out: all ends of the lines, and what lies between them, are tried."""
    letters = sp.symbols("s:4 c:4", real=True)
    kinds = {True: sp.StrictGreaterThan, False: sp.GreaterThan}
    told = [(letters[k], letters[4 + k], kinds[strict]) for k, (_, _, strict) in enumerate(lines)]
    inside = [
        (sp.S.One, sp.S.Zero, sp.StrictGreaterThan),
        (-sp.S.One, sp.S.One, sp.StrictGreaterThan),
    ]
    values = {letters[k]: sp.Integer(slope) for k, (slope, _, _) in enumerate(lines)}
    values |= {letters[4 + k]: sp.Integer(constant) for k, (_, constant, _) in enumerate(lines)}
    ends = sorted({Fraction(-c, s) for s, c, _ in lines if s} | {Fraction(0), Fraction(1)})
    tried = [*ends, *((a + b) / 2 for a, b in pairwise(ends))]
    some = any(
        0 < x < 1 and all(s * x + c > 0 if strict else s * x + c >= 0 for s, c, strict in lines)
        for x in tried
    )
    assert bool(free_chances.some_number([*told, *inside]).xreplace(values)) == some


def test_what_is_taken_of_free_chances_speaks_of_none():
    """Nobody minds what is replied, which may be mixed after both messages: one chance bounds the other."""
    nodes, payoffs = {"root": {"chance": {"a": "1/2", "b": "1/2"}}}, {}
    for kind, message in product("ab", "mn"):
        nodes[kind] = move("sender", "m n")
        nodes[f"{kind}, {message}"] = move("receiver", "yes no", f"after {message}")
        payoffs[f"{kind}, {message}, yes"] = "1", "0"
        payoffs[f"{kind}, {message}, no"] = "0", "0"
    every = hidden.branches(tree(("sender", "receiver"), nodes, payoffs, {}))
    (branch,) = (
        b
        for b in every
        if b.play["sender after a"]["m"] == b.play["sender after b"]["m"] == 1
        and len(b.unknowns) == 2
    )
    plays = [one.closed for one in _definite(branch)]
    assert len(plays) > 1
    assert all(form.is_number for play in plays for form in play.values())
    # One of them at least is an equilibrium.
    conditions = [[c.xreplace(dict(play)) for c in branch.conditions] for play in plays]
    assert [sp.true] * len(branch.conditions) in conditions


# --- what is asked of them ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sunk():
    return with_chances(
        sunk_cost(), sR=("signal", "res"), sI=("signal", "irr"), ts=("push", "res, signal"),
        tn=("push", "res, silent"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"given": "k > v", "holds": "sI == 0"}, "proved"),
        ({"given": "k > c", "holds": "sR == 0 and sI == 0"}, "proved"),
        ({"holds": "sI <= sR"}, "proved"),
        ({"holds": "not (sR == 1 and sI == 0) or (v <= k and k <= c)"}, "proved"),
        ({"given": "v <= k and k <= c", "exists": "sR == 1 and sI == 0"}, "proved"),
        ({"given": "sR == 1 and sI > 0 and sI < 1 and tn == 1", "holds": "ts == 1 - k/v"}, "proved"),
        ({"given": "sR == 1 and 0 < sI and sI < 1 and 0 < ts and ts < 1", "holds": "(1 - p)*sI == p*w"}, "proved"),
        ({"given": "sR == 1 and sI == 1 and ts < 1", "holds": "p*w >= 1 - p"}, "proved"),
        ({"given": "p*w <= 1 - p", "exists": "sR == 0 and sI == 0"}, "proved"),
        ({"given": "k < c", "holds": "sR > 0 or sI > 0"}, "disproved"),  # silence is always one
    ],
    ids=str,
)  # fmt: skip
def test_fearons_propositions_are_decided(sunk, fields, wanted):
    """LITERATURE's reading of Fearon 1997, two types, no hawks: sunk costs."""
    (verdict,) = decide(sunk, sunk.make_claim(**fields, over="all"), seconds=60)
    assert verdict.status == wanted, verdict.reason


def test_school_separates_where_it_pays_the_able_alone():
    game = with_chances(school(), sH=("school", "high"), sL=("school", "low"))
    for fields in (
        {"holds": "not (sH == 1 and sL == 0) or (cH <= W and W <= cL)"},
        {"given": "cH <= W and W <= cL", "exists": "sH == 1 and sL == 0"},
    ):
        (verdict,) = decide(game, game.make_claim(**fields, over="all"), seconds=60)
        assert verdict.status == "proved", verdict.reason


def test_propositions_say_when_there_is_each():
    told = str(dilemma.propositions(beer_and_quiche()))
    assert "(beer, no, duel, beer) is an equilibrium" in told
    assert "1 <= p*w + p" in told
    assert "(p*w + p - 1)/(p - 1)" in told
    assert "perfect Bayesian equilibria" in told


def test_zones_are_proved_to_cover_and_draws_agree():
    def box(centre, reach):
        ends = [centre - reach, centre + reach]
        return {"value": centre, "range": ends, "grade": "assumed", "source": "none"}

    era = {
        "title": "Then",
        "p": box(0.5, 0.1),
        "b": box(1, 0.2),
        "x": box(1, 0.2),
        "w": box(1, 0.5),
    }
    model = beer_and_quiche().replace(eras={"then": era})
    found = dilemma.regions(model, draws=200)
    assert found.covered
    for names, share in dilemma.compare(model, draws=200).eras[0].frequencies.sets.items():
        assert share > 0
        assert any("quiche" in name or "beer" in name for name in names)


def test_draws_tell_apart_what_must_be_equal():
    """A chance within its ends is none of them: what is played there alone is drawn nowhere else."""
    era = {name: {"value": 0.5, "range": [0.3, 0.7], "grade": "assumed", "source": "none"} for name in "pbxw"}  # fmt: skip
    model = beer_and_quiche(ends=True).replace(eras={"then": {"title": "Then", **era}})
    shares = dilemma.compare(model, draws=300).eras[0].frequencies.sets
    assert shares
    assert not any("never" in name for names in shares for name in names)
    assert dilemma.regions(model, draws=300).covered


def test_what_is_too_large_says_how_large():
    """Thirteen players in a row, none of whom knows what chance did."""
    players = [f"p{k}" for k in range(13)]
    nodes, ends = {"root": {"chance": {"one": "1/2", "other": "1/2"}}}, []
    for kind in ("one", "other"):
        for k, player in enumerate(players):
            nodes[", ".join([kind, *["go"] * k])] = move(player, "stop go", f"set {k}")
            ends.append(", ".join([kind, *["go"] * k, "stop"]))
        ends.append(", ".join([kind, *["go"] * 13]))
    game = tree(players, nodes, {e: ["0"] * 13 for e in ends}, number("a", 0, 1))
    with pytest.raises(UnsupportedError, match="13 information sets"):
        dilemma.propositions(game)


# --- all equilibria as one formula ----------------------------------------------------------------------


def supports_of_one(model, values):
    """Return the supports of what satisfies the one formula, at a calibration."""
    one = model.game.one_formula(model)
    found = set()
    plays = [
        [
            (name, part)
            for size in range(1, len(d.actions) + 1)
            for part in combinations(d.actions, size)
        ]
        for name, d in model.game.decisions.items()
    ]
    for choice in product(*plays):
        question = Question(lambda _: ())
        question.add(*(c.xreplace(values) for c in one.conditions))
        question.add(*(sp.Eq(e.xreplace(values), 0) for e in one.equations))
        for name, part in choice:
            for action, chance in one.play[name].items():
                question.add(sp.Gt(chance, 0) if action in part else sp.Eq(chance, 0))
        if question.ask().status == "sat":
            found.add(", ".join("/".join(part) for _, part in choice))
    return found


@pytest.mark.parametrize("game", [beer_and_quiche, within, learns_nothing_by_itself])
def test_the_one_formula_holds_what_the_definition_finds(game):
    model, rng = game(), random.Random(5)
    for _ in range(2):
        values = model.values(drawn(model, rng))
        assert supports_of_one(model, values) == Brute(model, values).supports()


def test_what_has_too_many_supports_is_proved_by_one_formula():
    """Fourteen sets: each type of a sender signals, and is pushed where nothing is believed of it."""
    kinds = [f"k{k}" for k in range(6)]
    nodes, payoffs = {"root": {"chance": dict.fromkeys(kinds, "1/6")}}, {}
    for k, kind in enumerate(kinds):
        nodes[kind] = move("sender", "signal silent")
        for message, cost in (("signal", f"{k}*c"), ("silent", "0")):
            nodes[f"{kind}, {message}"] = move("receiver", "push back", f"after {message}")
            nodes[f"{kind}, {message}, push"] = move("sender", "fight quit")
            payoffs[f"{kind}, {message}, back"] = f"1 - {cost}", "0"
            payoffs[f"{kind}, {message}, push, fight"] = f"1/2 - {cost}", "-w"
            payoffs[f"{kind}, {message}, push, quit"] = f"-{cost}", "1"
    model = with_chances(
        tree(("sender", "receiver"), nodes, payoffs, positive("c", "w")), dearest=("signal", "k5"),
        pushed=("push", "k0, signal"),
    )  # fmt: skip
    assert not hidden.has_symbols(model)
    claim = model.make_claim("dearest == 0", given="5*c > 1", over="all")
    (verdict,) = decide(model, claim, seconds=60)
    assert verdict.status == "proved", verdict.reason
    false = model.make_claim("dearest == 1", over="all")
    (verdict,) = decide(model, false, seconds=10)
    assert verdict.status == "open"  # hidden moves: what one formula refutes is not counted


def test_a_formula_that_says_too_little_refutes_nothing():
    """Beliefs need not be consistent in it: it is not what refutes a claim about sequential equilibria."""
    model = with_chances(beer_and_quiche().replace(concept="sequential"), drunk=("beer", "strong"))
    claim = model.make_claim("drunk == 1", over="all")
    (verdict,) = decide(model, claim, seconds=60)
    assert verdict.status == "mixed"
    assert verdict.cases > 1
