"""Correlated equilibria: the ends of what a mediator can bring about, exact and certified."""

import json
import random
from fractions import Fraction
from itertools import product

import hypothesis.strategies as st
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from scipy.optimize import linprog

import dilemma
from dilemma.errors import BudgetError, CalibrationError, UnsupportedError
from dilemma.games import linear_programmes
from small_games import led

CHICKEN = dilemma.matrix(
    [[6, 2], [7, 0]], [[6, 7], [2, 0]], actions=[["swerve", "dare"]] * 2, name="chicken"
)


def table_game(sizes, paid):
    """Return a game of any number of players; ``paid`` yields payoffs."""
    players = {f"p{i}": [f"a{k}" for k in range(size)] for i, size in enumerate(sizes)}
    payoffs = {
        ", ".join(profile): {player: next(paid) for player in players}
        for profile in product(*players.values())
    }
    return dilemma.Model(name="game", title="Game", kind="matrix", players=players, payoffs=payoffs)


def random_game(sizes, seed, most=9):
    rng = random.Random(seed)
    return table_game(sizes, iter(lambda: rng.randint(-most, most), None))


def number(value):
    return Fraction(int(value.p), int(value.q))


def gains(model, chances):
    """Return what each player who is told an action would gain by another, from the definition."""
    for place, player in enumerate(model.players.values()):
        for told, other in product(player.actions, repeat=2):
            yield sum(
                number(chance)
                * (
                    number(model.payoffs[(*p[:place], other, *p[place + 1 :])][player.name])
                    - number(model.payoffs[p][player.name])
                )
                for p, chance in chances.items()
                if p[place] == told
            )


def by_floats(model, weigh, sign):
    """Return an end of the weighted payoffs, from the definition, by scipy."""
    profiles = list(model.payoffs)
    rows = []
    for place, player in enumerate(model.players.values()):
        for told, other in product(player.actions, repeat=2):
            rows.append(
                [
                    float(
                        model.payoffs[(*p[:place], other, *p[place + 1 :])][player.name]
                        - model.payoffs[p][player.name]
                    )
                    * (p[place] == told)
                    for p in profiles
                ]
            )
    paid = [sum(w * float(model.payoffs[p][n]) for n, w in weigh.items()) for p in profiles]
    found = linprog(
        [-sign * v for v in paid], np.array(rows), np.zeros(len(rows)),
        np.ones((1, len(profiles))), [1],
    )  # fmt: skip
    return -sign * found.fun


def ends(found):
    """Yield each end with what is weighed in it, and whether it is the greatest."""
    every = dict.fromkeys(found.model.players, 1)
    for name in found.model.players:
        yield found.best[name], {name: 1}, 1
        yield found.worst[name], {name: 1}, -1
    yield found.best_sum, every, 1
    yield found.worst_sum, every, -1


# --- textbook values ------------------------------------------------------------------------------


def test_chicken_pays_each_five_and_a_quarter_with_a_mediator():
    """Aumann 1974: a half for both swerving, a quarter for each that one dares."""
    best = dilemma.correlated(CHICKEN).best_sum
    assert best.payoffs == {"row": sp.Rational(21, 4), "column": sp.Rational(21, 4)}
    assert best.chances == {
        ("swerve", "swerve"): sp.Rational(1, 2),
        ("swerve", "dare"): sp.Rational(1, 4),
        ("dare", "swerve"): sp.Rational(1, 4),
    }


def test_chicken_is_better_for_both_than_any_equilibrium_mix_of_them():
    """Nash pays (7, 2), (2, 7) and (14/3, 14/3): at most 9 1/3 in sum, and 10 1/2 with a mediator."""
    sums = [sum(e.payoffs.values()) for e in dilemma.solve(CHICKEN)]
    assert max(sums) == sp.Rational(28, 3)
    assert dilemma.correlated(CHICKEN).best_sum.value == sp.Rational(21, 2)


def test_where_one_action_is_dominant_there_is_one_end():
    game = dilemma.matrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    for end, _, _ in ends(dilemma.correlated(game)):
        assert end.chances == {("row_2", "column_2"): 1}


@given(st.lists(st.lists(st.integers(-5, 5), min_size=3, max_size=3), min_size=1, max_size=4))
@settings(deadline=None, max_examples=40)
def test_a_zero_sum_game_has_one_value(rows):
    """Every correlated equilibrium of it pays its value (Forges 1990), which scipy finds too."""
    found = dilemma.correlated(dilemma.matrix(rows))
    assert found.best["row"].value == found.worst["row"].value == -found.best["column"].value
    table = np.array(rows, float)
    n, m = table.shape
    held = linprog(
        [0] * n + [-1],
        np.hstack([-table.T, np.ones((m, 1))]),
        [0] * m,
        [[1] * n + [0]],
        [1],
        [(0, None)] * n + [(None, None)],
    )
    assert float(found.best["row"].value) == pytest.approx(-held.fun, abs=1e-7)


# --- laws, and scipy on random games ----------------------------------------------------------------

payoffs = st.one_of(st.integers(-4, 4), st.fractions(-2, 2, max_denominator=7).map(str))
shapes = st.sampled_from([(2, 2), (3, 2), (1, 4), (3, 3), (2, 2, 2), (2, 3, 2), (2, 2, 2, 2)])


@given(st.data(), shapes)
@settings(deadline=None, max_examples=60)
def test_each_end_is_an_equilibrium_and_as_far_out_as_scipy_finds(data, sizes):
    model = table_game(sizes, iter(lambda: data.draw(payoffs), None))
    found = dilemma.correlated(model)
    assert found.reason == ""
    for end, weigh, sign in ends(found):
        assert sum(end.chances.values()) == 1
        assert min(end.chances.values()) > 0
        assert all(gain <= 0 for gain in gains(model, end.chances))
        paid = {
            name: sum(c * model.payoffs[p][name] for p, c in end.chances.items())
            for name in model.players
        }
        assert paid == end.payoffs
        assert end.value == sum(paid[name] for name in weigh)
        assert float(end.value) == pytest.approx(by_floats(model, weigh, sign), abs=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_every_nash_equilibrium_lies_between_the_ends(seed):
    model = random_game([(2, 2), (3, 3), (2, 4), (3, 4)][seed % 4], seed, most=3)
    found = dilemma.correlated(model)
    equilibria = dilemma.solve(model)
    assert len(equilibria)
    for one in equilibria:
        for name, paid in one.payoffs.items():
            assert found.worst[name].value <= paid <= found.best[name].value
        assert found.worst_sum.value <= sum(one.payoffs.values()) <= found.best_sum.value


@pytest.mark.parametrize("sizes", [(9, 9), (4, 4, 4), (2,) * 7, (12, 5)])
def test_a_large_game_is_solved_exactly_too(sizes, monkeypatch):
    """Too large for pivoting at once: what floats propose is made exact."""
    model = random_game(sizes, 5)
    monkeypatch.setattr(linear_programmes, "FEW", 0)
    monkeypatch.setattr(linear_programmes, "MANY", 0)
    found = dilemma.correlated(model, seconds=None)
    assert found.reason == ""
    for end, weigh, sign in ends(found):
        assert all(gain <= 0 for gain in gains(model, end.chances))
        assert float(end.value) == pytest.approx(by_floats(model, weigh, sign), abs=1e-6)


# --- eras, irrational payoffs, units ----------------------------------------------------------------


def test_an_era_is_taken_at_its_centre_and_changes_count(abandonment):
    found = dilemma.correlated(abandonment, "post_cold_war")
    assert found.at == abandonment.eras["post_cold_war"].title
    assert found.best["japan"].chances == {("strong", "strong"): 1}
    assert found.worst["japan"].chances == {("weak", "weak"): 1}
    lone = dilemma.correlated(abandonment, "post_cold_war", m_J="0.1")
    assert lone.calibration["m_J"] == sp.Rational(1, 10)
    assert lone.worst["japan"] == lone.best["japan"]


def test_irrational_payoffs_are_rounded_and_it_is_said():
    model = dilemma.matrix([["sqrt(2)", 0], [0, 1]], [["sqrt(2)", 0], [0, 1]])
    found = dilemma.correlated(model)
    assert not found.exact
    assert "rounded to 40 digits" in str(found)
    assert float(found.best_sum.value) == pytest.approx(8**0.5)


def test_a_sum_of_different_units_is_told():
    units = {"row": {"unit": "util"}, "column": {"unit": "yen"}}
    assert "different units" in str(dilemma.correlated(CHICKEN.replace(players=units)))
    assert "different units" not in str(dilemma.correlated(CHICKEN))


# --- what is shown, what is refused ------------------------------------------------------------------


def test_the_answer_is_a_table_and_plain_data():
    found = dilemma.correlated(CHICKEN)
    told = str(found)
    assert any("1/2 (swerve, swerve) + 1/4 (swerve," in row[-1] for row in found.tables()[0].rows)
    assert "certified by a solution of the dual" in " ".join(told.split())
    data = json.loads(found.to_json())
    assert data["best_sum"] == {
        "value": "21/2",
        "payoffs": {"row": "21/4", "column": "21/4"},
        "chances": {"swerve, swerve": "1/2", "swerve, dare": "1/4", "dare, swerve": "1/4"},
    }
    assert found.to_html().count("<tr") == 7


def test_of_a_long_distribution_the_beginning_is_shown():
    found = dilemma.correlated(random_game((4, 4, 4), 1, most=20))
    most = max((end.chances for end, _, _ in ends(found)), key=len)
    assert f"+ {len(most) - 6} more" in " ".join(str(found).split())


def test_the_command_line_answers(typed, tmp_path):
    path = tmp_path / "chicken.csv"
    path.write_text('x,swerve,dare\nswerve,"6,6","2,7"\ndare,"7,2","0,0"\n', encoding="utf-8")
    (found,) = json.loads(typed("correlated", path, "--json").out)
    assert found["best_sum"]["payoffs"] == {"row": "21/4", "column": "21/4"}


def test_what_is_no_table_is_refused_by_name():
    with pytest.raises(UnsupportedError, match="correlated is for simultaneous games with actions"):
        dilemma.correlated(led({"a": "x", "b": "y"}))
    with pytest.raises(CalibrationError, match="no budget at all"):
        dilemma.correlated(CHICKEN, seconds=0)


def test_past_its_budget_it_says_what_is_not_known():
    model = random_game((28, 28), 5, most=20)  # its worst ends take a minute each
    found = dilemma.correlated(model, seconds=4)
    assert "NOT all ends: ran out of seconds" in str(found)
    assert found.best_sum is not None
    assert found.worst_sum is None
    assert "not known" in str(found)
    assert json.loads(found.to_json())["worst_sum"] is None
    with pytest.raises(BudgetError, match=r"not done within 0\.01 seconds"):
        dilemma.correlated(model, seconds=0.01)


def test_an_end_that_no_way_finds_is_left_open(monkeypatch):
    monkeypatch.setattr(linear_programmes, "FEW", 0)
    monkeypatch.setattr(linear_programmes, "MANY", 0)
    monkeypatch.setattr(linear_programmes, "NEAR", ())
    found = dilemma.correlated(CHICKEN)
    assert found.best_sum is None
    assert "too large for exact pivoting" in found.reason
