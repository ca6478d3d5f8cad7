"""Swings against each end of each interval solved by itself, and against payoffs worked out here."""

import json

import pytest
import sympy as sp

import dilemma
from dilemma.errors import CalibrationError
from dilemma.study.tornado import Reach
from small_games import chosen_game, ranging, valued

NEAR = sp.Rational(1, 10**9)


@pytest.fixture(scope="module")
def hedges(hedging):
    return dilemma.tornado(hedging, "x_J", "post_cold_war")


@pytest.fixture(scope="module")
def support(abandonment):
    return dilemma.tornado(abandonment, "support_us", "post_cold_war")


@pytest.fixture(scope="module")
def trust(abandonment):
    return dilemma.tornado(abandonment, "trust_japan", "post_cold_war")


def ends(found, parameter):
    return (found[parameter].low, found[parameter].high)


@pytest.mark.slow
@pytest.mark.parametrize("parameter", ["g_J", "kap_U", "tau_J"])
def test_both_ends_are_as_solved_with_a_search(hedging, hedges, parameter):
    interval = hedging.eras["post_cold_war"].values[parameter].range
    for reach, at in zip(ends(hedges, parameter), (interval.low, interval.high), strict=True):
        solved = dilemma.solve(hedging, "post_cold_war", **{parameter: at})
        least, most = solved.range_of("x_J")
        assert reach.value == at
        assert (abs(reach.least - least), abs(reach.most - most)) < (NEAR, NEAR)
        assert len(reach.equilibria) == len(solved)


def test_every_end_of_a_matrix_game_is_as_its_equilibria(abandonment, support):
    for swing in support.swings:
        interval = abandonment.eras["post_cold_war"].values[swing.parameter].range
        for reach, at in ((swing.low, interval.low), (swing.high, interval.high)):
            solved = dilemma.solve(abandonment, "post_cold_war", **{swing.parameter: at})
            assert (reach.least, reach.most) == solved.range_of("support_us"), swing.parameter
            assert reach.equilibria == solved.names


def test_swings_are_those_of_a_game_solved_by_hand():
    # The best q is a + b**2 (inside its range), which b moves up on both sides of its centre.
    game = chosen_game(
        {"x": "-(q - a - b**2)**2 + c"},
        choices={"x": {"q": (0, 10)}},
        parameters=dict.fromkeys("abc", ranging(-9, 9)),
        eras={"now": {"a": valued(2, 1, 4), "b": valued(0, -1, 1), "c": valued(3)}},
    )
    found = dilemma.tornado(game, "q", "now")
    assert [(s.parameter, s.size) for s in found.swings] == [("a", 3), ("b", 1)]
    assert found.centre.least == found.centre.most == 2
    assert [r.least for r in ends(found, "b")] == [3, 3]
    assert found.fixed == ("c",)


def test_the_longest_swing_comes_first(hedges, support):
    for found in (hedges, support):
        sizes = [s.size for s in found.swings]
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[0] > 0


def test_what_moves_nothing_is_told_apart(hedges):
    assert set(hedges.still) == {"d_J", "d_U"}
    assert all(s.low.least == s.high.least == hedges.centre.least for s in hedges.swings[-2:])
    assert "The same at both ends and at the centre: d_J, d_U." in str(hedges).replace("\n ", " ")


def test_several_equilibria_make_a_range(hedges):
    high = hedges["g_J"].high
    assert high.least < high.most
    assert len(high.equilibria) > 1
    # How far the greatest values lie apart is farther than the least do.
    assert hedges["g_J"].size == high.most - hedges["g_J"].low.most
    assert "several equilibria" in str(hedges)


def test_an_outcome_without_a_value_is_said_to_be_undefined(trust):
    high = trust["m_J"].high
    assert high.least is None
    assert high.undefined == high.equilibria != ()
    assert str(high) == "undefined"
    assert not trust["m_J"].whole
    assert "undefined" in str(trust)


def test_what_is_not_known_is_said():
    assert str(Reach(sp.Integer(1), None, None, trouble="time was up")) == "not known"
    partly = Reach(None, sp.Integer(1), sp.Integer(2), ("one", "other"), ("other",))
    assert str(partly) == "1 to 2, or undefined"
    assert not partly.one


def test_progress_names_each_parameter(hedging):
    told = []
    dilemma.tornado(hedging, "x_J", "cold_war", progress=lambda *now: told.append(now))
    assert [name for _, name in told] == list(hedging.parameters)
    assert [share for share, _ in told] == sorted(share for share, _ in told)


def test_it_is_plain_data(support):
    data = json.loads(json.dumps(support.to_dict()))
    assert data["centre"]["least"] == "0"
    assert [s["parameter"] for s in data["swings"]] == [s.parameter for s in support.swings]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("xJ", "cold_war"), "no outcome 'xJ' in hedging.*did you mean 'x_J'"),
        (("x_J", "coldwar"), "no era 'coldwar' in hedging.*did you mean 'cold_war'"),
    ],
)
def test_unknown_names_are_told(hedging, arguments, said):
    with pytest.raises(CalibrationError, match=said):
        dilemma.tornado(hedging, *arguments)


def test_a_parameter_without_a_swing_is_told(hedges):
    with pytest.raises(CalibrationError, match=r"nothing moves with 'gJ'.*did you mean 'g_J'"):
        hedges["gJ"]
