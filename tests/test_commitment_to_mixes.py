"""Commitment to a mix: exact, with ties for the leader and against it."""

import json
import random
from fractions import Fraction
from itertools import product

import hypothesis.strategies as st
import numpy as np
import pytest
import sympy as sp
from hypothesis import example, given, settings
from scipy.optimize import linprog

import dilemma
from dilemma.errors import BudgetError, CalibrationError, UnsupportedError
from dilemma.games.leadership import strong, weak
from small_games import led

GAME = dilemma.matrix(
    [[2, 4], [1, 3]], [[1, 0], [0, 2]], actions=[["top", "bottom"], ["l", "r"]], name="game"
)
SMALL = Fraction(1, 10**12)


def replied(A, B, mix, choose):
    """Return what a mix pays the leader if the follower chooses so among its best replies."""
    pays = [sum(p * row[j] for p, row in zip(mix, B, strict=True)) for j in range(len(B[0]))]
    best = [j for j, pay in enumerate(pays) if pay == max(pays)]
    return choose(sum(p * row[j] for p, row in zip(mix, A, strict=True)) for j in best)


def by_floats(A, B):
    """Return the strong version's value, one programme for each reply, by scipy."""
    A, B = np.array(A, float), np.array(B, float)
    found = []
    for j in range(B.shape[1]):
        told = linprog(-A[:, j], (B - B[:, [j]]).T, np.zeros(B.shape[1]), np.ones((1, len(A))), [1])
        if told.status == 0:
            found.append(-told.fun)
    return max(found)


# --- by hand --------------------------------------------------------------------------------------


def test_a_leader_who_mixes_gets_eleven_thirds_where_nash_gives_two():
    """The follower replies r from P(bottom) = 1/3 on: 4*2/3 + 3/3."""
    found = dilemma.commitment(GAME)
    assert found.leader == "row"
    assert found.strong.mix == {"top": sp.Rational(2, 3), "bottom": sp.Rational(1, 3)}
    assert (found.strong.reply, found.strong.payoffs["row"]) == ("r", sp.Rational(11, 3))
    assert found.strong.attained
    assert found.value == (sp.Rational(5, 3), sp.Rational(5, 3))


def test_against_the_leader_the_value_is_approached_and_not_attained():
    found = dilemma.commitment(GAME).weak
    assert found.payoffs["row"] == sp.Rational(11, 3)
    assert (found.attained, found.toward) == (False, {"top": 0, "bottom": 1})
    told = " ".join(str(dilemma.commitment(GAME)).split())
    assert "3.667 is approached and not attained, by this mix with a little of (bottom 1)" in told


def test_a_follower_who_never_cares_replies_for_or_against():
    """Both replies pay it the same whatever is played: the leader gets 3, or is held to the best 1."""
    for_it, against = (
        strong([[3, 0], [1, 1]], [[0, 0], [0, 0]]),
        weak([[3, 0], [1, 1]], [[0, 0], [0, 0]]),
    )
    assert (for_it.value, for_it.mix) == (3, (1, 0))
    assert (against.value, against.mix, against.attained) == (1, (0, 1), True)


def test_a_reply_that_is_best_at_one_mix_alone_counts_with_ties_for_the_leader_alone():
    """The middle reply is best only at the even mix, where it ties with both others."""
    A, B = [[0, 9, 0], [0, 9, 0]], [[2, 1, 0], [0, 1, 2]]
    assert strong(A, B).value == 9
    assert (weak(A, B).value, weak(A, B).attained) == (0, True)


def test_the_second_player_may_lead():
    turned = dilemma.matrix(
        [[1, 0], [0, 2]], [[2, 1], [4, 3]], actions=[["l", "r"], ["top", "bottom"]]
    )
    found = dilemma.commitment(turned, leader="column")
    assert found.strong.mix["bottom"] == sp.Rational(1, 3)
    assert found.strong.payoffs == {"row": sp.Rational(2, 3), "column": sp.Rational(11, 3)}
    assert (found.leader, found.follower, found.strong.reply) == ("column", "row", "r")


def test_matching_pennies_leave_nothing_to_gain():
    found = dilemma.commitment(dilemma.matrix([[1, -1], [-1, 1]]))
    assert found.value == (0, 0)
    assert found.strong.mix == {"row_1": sp.Rational(1, 2), "row_2": sp.Rational(1, 2)}


# --- laws -------------------------------------------------------------------------------------------

small = st.integers(-3, 3)


@st.composite
def games(draw):
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    A, B = ([[draw(small) for _ in range(m)] for _ in range(n)] for _ in "AB")
    return A, B


@given(games())
@settings(deadline=None, max_examples=150)
def test_with_ties_for_the_leader_a_mix_has_the_value_that_scipy_finds(game):
    A, B = game
    found = strong(A, B)
    assert sum(found.mix) == 1
    assert min(found.mix) >= 0
    assert replied(A, B, found.mix, max) == found.value
    assert float(found.value) == pytest.approx(by_floats(A, B), abs=1e-7)


@given(games())
@example(([[0, 1], [0, 0]], [[0, 0], [0, 1]]))
@settings(deadline=None, max_examples=150)
def test_with_ties_against_the_leader_the_value_is_attained_or_approached(game):
    A, B = game
    found = weak(A, B)
    assert found.value <= strong(A, B).value
    if found.attained:
        assert replied(A, B, found.mix, min) == found.value
    else:
        assert replied(A, B, found.mix, min) < found.value
        near = [(1 - SMALL) * p + SMALL * q for p, q in zip(found.mix, found.toward, strict=True)]
        assert found.value - Fraction(1, 10**9) < replied(A, B, near, min) <= found.value


@given(games())
@settings(deadline=None, max_examples=60)
def test_no_mix_of_a_grid_does_better(game):
    """What is not attained no mix reaches, either."""
    A, B = game
    grid = [
        [Fraction(k, 12) for k in counts]
        for counts in product(range(13), repeat=len(A))
        if sum(counts) == 12
    ]
    most, least = (max(replied(A, B, mix, choose) for mix in grid) for choose in (max, min))
    assert most <= strong(A, B).value
    found = weak(A, B)
    assert least <= found.value if found.attained else least < found.value


@pytest.mark.parametrize("seed", range(10))
def test_leading_is_worth_at_least_every_equilibrium_with_a_mediator_or_without(seed):
    """Von Stengel and Zamir 2010: a leader gets no less than in its best correlated equilibrium."""
    rng = random.Random(seed)
    A, B = ([[rng.randint(-9, 9) for _ in range(4)] for _ in range(3)] for _ in "AB")
    model = dilemma.matrix(A, B)
    found = dilemma.commitment(model)
    assert found.strong.payoffs["row"] >= dilemma.correlated(model).best["row"].value
    assert found.value[0] >= 0
    assert found.weak.payoffs["row"] >= min(e.payoffs["row"] for e in found.at_once)


@pytest.mark.parametrize("shape", [(31, 31), (2, 500), (500, 2), (1, 1000)])
def test_the_largest_games_are_done_exactly(shape):
    rng = random.Random(1)
    A, B = (
        [[rng.randint(-20, 20) for _ in range(shape[1])] for _ in range(shape[0])] for _ in "AB"
    )
    found = strong(A, B)
    assert replied(A, B, found.mix, max) == found.value
    assert float(found.value) == pytest.approx(by_floats(A, B))


# --- asked and refused --------------------------------------------------------------------------------


def test_parameters_take_their_values(abandonment):
    found = dilemma.commitment(abandonment, "cold_war", leader="us", m_J="1/10")
    assert found.at_once.calibration["m_J"] == sp.Rational(1, 10)
    assert found.leader == "us"


def test_the_answer_is_plain_data_and_html():
    data = json.loads(dilemma.commitment(GAME).to_json())
    assert data["strong"]["mix"] == {"top": "2/3", "bottom": "1/3"}
    assert data["value"] == ["5/3", "5/3"]
    assert dilemma.commitment(GAME).to_html().count("<tr") == 4


def test_irrational_payoffs_are_rounded_and_it_is_said():
    found = dilemma.commitment(dilemma.matrix([["sqrt(2)", 0], [0, 1]], [[1, 0], [0, 1]]))
    assert not found.exact
    assert "rounded to 40 digits" in str(found)


def test_the_command_line_answers_for_either_leader(typed, tmp_path):
    path = tmp_path / "game.csv"
    path.write_text('x,l,r\ntop,"2,1","4,0"\nbottom,"1,0","3,2"\n', encoding="utf-8")
    (found,) = json.loads(typed("commitment", path, "--json").out)
    assert found["strong"]["payoffs"] == {"row": "11/3", "column": "2/3"}
    (found,) = json.loads(typed("commitment", path, "--leader", "column", "--json").out)
    assert found["leader"] == "column"


def test_who_cannot_lead_is_refused_by_name():
    with pytest.raises(CalibrationError, match="no player 'rwo' to lead: did you mean 'row'"):
        dilemma.commitment(GAME, leader="rwo")
    duopoly = led({"a": "x*(1 - x - y)", "b": "y*(1 - x - y)"})
    with pytest.raises(UnsupportedError, match="a leads, and not b"):
        dilemma.commitment(duopoly, leader="b")
    three = dilemma.Model(
        name="three",
        title="Three",
        kind="matrix",
        players={p: ["u", "d"] for p in "xyz"},
        payoffs={", ".join(p): dict.fromkeys("xyz", 0) for p in product("ud", repeat=3)},
    )
    with pytest.raises(UnsupportedError, match="three: nobody leads"):
        dilemma.commitment(three)


def test_past_its_budget_there_is_an_error(abandonment):
    with pytest.raises(BudgetError, match="valuing commitment in abandonment"):
        dilemma.commitment(abandonment, "cold_war", seconds=0.01)


def test_equilibria_at_once_that_take_too_long_are_said_to_lack():
    rng = random.Random(5)
    A, B = ([[rng.randint(-20, 20) for _ in range(22)] for _ in range(16)] for _ in "AB")
    found = dilemma.commitment(dilemma.matrix(A, B), seconds=6)
    assert not found.at_once.complete
    assert "NOT all equilibria at once: ran out of seconds" in str(found)
    assert replied(A, B, [Fraction(str(c)) for c in found.strong.mix.values()], max) == Fraction(
        str(found.strong.payoffs["row"])
    )
