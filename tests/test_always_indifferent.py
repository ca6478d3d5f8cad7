"""Somebody does not care what it does, whatever the parameters are: a chance that may be any within bounds.

A country that is attacked anyway gets the same whether it armed or not.  The attack is an equilibrium with
every chance of arming that makes waiting dear enough: a branch, where the parameters alone say.
"""

import random
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

import dilemma
from dilemma.claims.decide import decide
from dilemma.games.free_chances import located
from dilemma.games.points import holds, solution
from dilemma.games.solution import branches, many
from small_games import ranging, valued

POSITIVE = {**ranging(0, "inf"), "open": "low"}
LETTERS = dict.fromkeys(["d", "loss", "g"], POSITIVE)
BOX = {"now": {"d": valued(1, "1/2", "3/2"), "loss": valued(1, "1/2", "3/2"), "g": valued(1, 1, 2)}}


def attacked(waiting, actions, **more):
    """Return a table: attack pays -d and -1, and waiting what is said of each of the other's actions."""
    cells = {("attack", a): {"hegemon": "-d", "rogue": "-1"} for a in actions}
    cells |= {
        ("wait", a): dict(zip(("hegemon", "rogue"), waiting[a], strict=True)) for a in actions
    }
    return dilemma.Model(
        name="attacked",
        title="Attacked",
        players={"hegemon": ["attack", "wait"], "rogue": list(actions)},
        payoffs=cells,
        **{"parameters": LETTERS, "eras": BOX} | more,
    )


@pytest.fixture(scope="module")
def arming():
    return attacked(
        {"invest": ("-loss", "g"), "stop": (0, 0)},
        ["invest", "stop"],
        outcomes={
            "war": "probability(hegemon, attack)",
            "arming": "probability(rogue, invest)",
        },
    )


@pytest.fixture(scope="module")
def three():
    """Return a game with a half-hearted programme: two chances are free at once."""
    return attacked(
        {"invest": ("-loss", "g"), "half": ("-loss/3", "g/2"), "stop": (0, 0)},
        ["invest", "half", "stop"],
        outcomes={"halves": "probability(rogue, half)", "none": "probability(rogue, stop)"},
    )


@pytest.fixture(scope="module")
def twins():
    """Return a game in which two of three actions pay their player the same, and not the other."""
    return dilemma.Model(
        name="twins",
        title="Twins",
        players={"hegemon": ["attack", "wait"], "rogue": ["arm", "hide", "show"]},
        payoffs={
            ("attack", "arm"): {"hegemon": "-d", "rogue": "-3"},
            ("attack", "hide"): {"hegemon": "-d", "rogue": "-1"},
            ("attack", "show"): {"hegemon": "-d - 1/4", "rogue": "-1"},
            ("wait", "arm"): {"hegemon": "-3*loss", "rogue": "g"},
            ("wait", "hide"): {"hegemon": "-d/2", "rogue": "0"},
            ("wait", "show"): {"hegemon": "0", "rogue": "0"},
        },
        parameters=LETTERS,
        eras=BOX,
    )


@pytest.fixture(scope="module", params=["arming", "three", "twins"])
def every(request):
    return request.getfixturevalue(request.param)


def drawn(model, count):
    stream = random.Random(5)
    for _ in range(count):
        yield {name: sp.Rational(stream.randint(1, 40), 10) for name in model.parameters}


def status(model, text="", *, given="", **more):
    if text:
        more["holds"] = text
    (verdict,) = decide(model, model.make_claim(given=given, over="all", **more), seconds=60)
    return verdict.status


# --- claims and propositions ------------------------------------------------------------------------


def test_a_chance_strictly_within_its_bounds_is_an_equilibrium(arming):
    claim = "war == 1 and 0 < arming and arming < 1"
    assert status(arming, exists=claim, given="loss > d") == "proved"


def test_what_only_an_end_of_the_bounds_does_fails_everywhere(arming):
    assert status(arming, "arming == 1", given="loss > d") == "disproved"


def test_two_free_chances_may_both_be_positive(three):
    assert status(three, exists="0 < halves and 0 < none", given="loss > d") == "proved"


def test_propositions_say_where_the_set_of_equilibria_is(arming):
    told = dilemma.propositions(arming)
    words = {p.says: p.words for p in told}
    assert words["mixed (attack, invest/stop) is an equilibrium"] == "d < loss"
    assert "attack, invest/stop" not in told.ties
    assert "attack/wait, invest" in told.ties


# --- the branches agree with exact numbers ----------------------------------------------------------


def test_the_condition_in_parameters_says_where_there_is_a_solution(every):
    free = [branch for branch in branches(every) if branch.located is not None]
    assert free
    for at in drawn(every, 25):
        values = every.values(at)
        for branch in free:
            says = all(holds(condition, values)[0] for condition in branch.located)
            assert says == solution(branch, values).exists, (branch.name, at)


def test_all_extreme_equilibria_lie_in_branches_that_are_there(every):
    known = {branch.name: branch for branch in branches(every)}
    for at in drawn(every, 15):
        values = every.values(at)
        found = dilemma.solve(every, at, second_opinion=True)  # a disagreement is an error
        assert found.complete
        for equilibrium in found:
            where = known[equilibrium.branch].where
            if where is not None and known[equilibrium.branch].located is not None:
                assert all(holds(condition, values)[0] for condition in where)


def test_at_draws_floats_name_the_same_supports_as_exact_numbers(every):
    calibrations = list(drawn(every, 60))
    columns = {
        p.symbol: np.array([float(at[name]) for at in calibrations])
        for name, p in every.parameters.items()
    }
    batch, quick = many(every, columns), every.game.quick(every)
    sure = np.flatnonzero(~batch.doubtful)
    assert len(sure) > 30
    for draw in sure:
        at = {name: Fraction(int(v.p), int(v.q)) for name, v in calibrations[draw].items()}
        assert set(batch.names(draw)) == set(quick(at))


def test_regions_tell_the_zone_in_which_anything_may_be_done(arming):
    found = dilemma.regions(arming, draws=2_000)
    (zone,) = (z for z in found.zones if "attack, invest/stop" in z.label)
    assert zone.words == "d < loss"
    assert found.eras[0].covered


def test_a_game_without_such_ties_has_no_such_branch():
    assert all(branch.located is None for branch in branches(dilemma.load("abandonment")))


# --- conditions in the parameters -------------------------------------------------------------------


def test_of_two_free_chances_one_may_bound_the_other():
    p, q, a = sp.symbols("p q a", real=True)
    simplex = [p > 0, q > 0, 1 - p - q > 0]
    (told,) = located(dilemma.games.branch.Shape(loose=(p, q)), [*simplex, sp.Ge(p + 2 * q - a, 0)])
    assert [bool(told.subs(a, value)) for value in (-1, 0, 1, sp.Rational(19, 10), 2, 3)] == [
        True, True, True, True, False, False,
    ]  # fmt: skip


# --- games of states --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def states():
    """Return the same from period to period: war ends it, and so do arms."""
    done = {"hegemon": "0", "rogue": "0"}
    return dilemma.Model(
        name="states",
        title="States",
        kind="dynamic",
        start="none",
        strategies="mixed",
        players={
            name: {"title": name, "discount": "1/2", "unit": "util"}
            for name in ("hegemon", "rogue")
        },
        parameters=LETTERS,
        states={
            "none": {"hegemon": ["attack", "wait"], "rogue": ["invest", "stop"]},
            "armed": {},
            "beaten": {},
        },
        stages={
            "none: attack, *": {"pays": {"hegemon": "-d", "rogue": "-1"}, "next": "beaten"},
            "none: wait, invest": {"pays": {"hegemon": "0", "rogue": "-g"}, "next": "armed"},
            "none: wait, stop": {"pays": done, "next": "none"},
            "armed": {"pays": {"hegemon": "-loss", "rogue": "4*g"}, "next": "armed"},
            "beaten": {"pays": done, "next": "beaten"},
        },
        outcomes={
            "war": "probability(hegemon, attack, none)",
            "arming": "probability(rogue, invest, none)",
        },
    )


def test_in_a_game_of_states_a_chance_is_free_too(states):
    claim = "war == 1 and 0 < arming and arming < 1"
    assert status(states, exists=claim, given="loss > d") == "proved"
    assert status(states, "arming == 1", given="loss > d") == "disproved"


def test_one_of_a_continuum_of_ways_to_play_stands_for_it(states):
    found = dilemma.solve(states, {"d": 1, "loss": 2, "g": 1})
    (one,) = (e for e in found if e.branch == "attack, invest/stop")
    assert one.exact
    assert one.regret == 0
    assert not found.complete
    assert "continuum" in found.reason
