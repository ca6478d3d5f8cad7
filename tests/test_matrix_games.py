"""Two-player games through the front door: certified answers, named games, dominance."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

import dilemma
from dilemma.errors import DisagreementError
from dilemma.games import agreement, kinds, selection, supports

# Nondegenerate; on some machines nashpy's support enumeration drops its equilibrium, which a
# rounding of 1e-17 in its linear algebra decides.
SHORT = (
    [[-6, 0, 5], [5, -5, 1], [-6, -5, -3]],
    [[4, 3, -2], [3, -7, 7], [1, -1, 3]],
)


def two_by_two(row, column=None):
    """A symmetric game u(own, partner's) with actions (defect, cooperate), or a named one."""
    return dilemma.matrix(
        row,
        np.array(row).T if column is None else column,
        actions=(["defect", "cooperate"], ["defect", "cooperate"]),
        cooperates="cooperate",
    )


GAMES = {
    "harmony": [[0, 1], [2, 3]],
    "chicken": [[0, 4], [1, 3]],
    "stag hunt": [[1, 2], [0, 3]],
    "prisoner's dilemma": [[1, 4], [0, 3]],
    "deadlock": [[2, 4], [0, 1]],
}


@pytest.mark.parametrize(("kind", "payoffs"), GAMES.items())
def test_a_game_is_called_what_the_field_calls_it(kind, payoffs):
    game = two_by_two(payoffs)
    assert [kinds.kind_of(game, p, {}) for p in game.players] == [kind, kind]
    holds = {k: kinds.is_kind(game, "row", k) for k in kinds.KINDS}
    assert [k for k, condition in holds.items() if condition == sp.true] == [kind]


def test_a_game_on_a_border_has_no_name():
    assert kinds.kind_of(two_by_two([[1, 2], [1, 3]]), "row", {}) == kinds.BORDER


def test_what_nashpy_drops_is_added_and_said(monkeypatch):
    monkeypatch.setattr("nashpy.Game.support_enumeration", lambda _: iter(()))
    found = dilemma.solve(dilemma.matrix(*SHORT))
    assert len(found) == 1
    assert not found.degenerate
    assert "found 0 of 1, the 1 it missed was added" in found.method
    assert all(e.regret == 0 for e in found)


@pytest.mark.parametrize("sabotage", ["a branch with a wrong condition", "a branch left out"])
def test_branches_that_part_from_the_exact_path_stop_with_an_error(monkeypatch, sabotage):
    game = two_by_two(GAMES["stag hunt"])
    good = supports.branches(game)
    if sabotage == "a branch left out":
        # Its equilibrium then belongs to no branch; another branch must claim too much to hide it.
        wrong = [replace(b, conditions=(sp.false,)) if not b.pure and b.closed else b for b in good]
    else:
        wrong = [replace(b, conditions=()) if b.name == "defect, cooperate" else b for b in good]
    monkeypatch.setattr(agreement, "branches", lambda _model: tuple(wrong))
    with pytest.raises(DisagreementError, match="please report"):
        dilemma.solve(game)


def test_dominance_strict_and_weak():
    game = dilemma.matrix([[2, 2], [1, 2], [0, 0]], [[0, 1], [0, 1], [0, 1]])
    payoffs = dict(game.payoffs)
    found = selection.dominance(list(game.players.values()), payoffs)
    told = {(d.better, d.worse): d.strict for d in found if d.player == "row"}
    assert told == {
        ("row_1", "row_2"): False,
        ("row_1", "row_3"): True,
        ("row_2", "row_3"): True,
    }


def test_risk_and_payoff_dominance_may_part():
    game = two_by_two([[4, 4], [0, 5]])  # the stag pays 5, the hare is safe
    found = dilemma.solve(game)
    players, payoffs = list(game.players.values()), dict(game.payoffs)
    assert selection.payoff_dominant(found.equilibria).name == "(cooperate, cooperate)"
    assert selection.risk_dominant(players, payoffs, found.equilibria).name == "(defect, defect)"


def test_equal_risk_dominates_nothing():
    game = two_by_two([[1, 0], [0, 1]])
    found = dilemma.solve(game)
    players, payoffs = list(game.players.values()), dict(game.payoffs)
    assert selection.risk_dominant(players, payoffs, found.equilibria) is None


def test_payoffs_of_any_size_stay_exact():
    big, small = sp.Integer(10) ** 20, sp.Rational(1, 10**20)
    found = dilemma.solve(dilemma.matrix([[big + small, 0], [0, big]], [[1, 0], [0, 1]]))
    mixed = next(e for e in found if not e.pure)
    assert mixed.play["column"]["column_1"] == big / (2 * big + small)


def test_irrational_payoffs_are_rounded_and_the_answer_says_so():
    found = dilemma.solve(dilemma.matrix([["sqrt(2)", "0"], ["0", "1"]], [[1, 0], [0, 1]]))
    assert not found.exact
    assert "rounded to 40 digits" in found.method


def test_beyond_a_hundred_choices_of_supports_there_are_numbers_and_no_symbols():
    A = [[i * j % 5 for j in range(4)] for i in range(4)]
    found = dilemma.solve(dilemma.matrix(A, A))
    assert found.complete
    assert "too large for a symbolic solution" in found.method


def test_past_its_budget_an_answer_is_not_complete():
    A = [[int(i == j) for j in range(12)] for i in range(12)]
    found = dilemma.solve(dilemma.matrix(A, A), seconds=0)
    assert not found.complete
    assert "NOT all equilibria" in str(found)


def test_a_branch_holds_where_its_equilibrium_is(abandonment):
    for era in abandonment.eras:
        values = abandonment.values(abandonment.calibration(era))
        holding = {b.name for b in supports.branches(abandonment) if b.holds_at(values)}
        assert holding == {e.branch for e in dilemma.solve(abandonment, era)}


def test_closed_forms_make_the_partner_indifferent(hedging):
    for branch in supports.branches(hedging):
        if branch.closed:
            for equation in branch.equations:
                assert sp.simplify(equation.xreplace(dict(branch.closed))) == 0
