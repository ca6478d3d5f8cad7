"""Two-player games through the front door: certified answers, named games, dominance."""

import itertools
import random
from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dilemma
from dilemma.errors import DisagreementError
from dilemma.games import selection
from dilemma.games import two_by_two as named
from dilemma.games.dominance import dominance
from dilemma.games.exact import solve_exactly
from dilemma.games.matrix import bimatrix, supports
from dilemma.games.matrix import bimatrix as agreement
from dilemma.games.matrix import bimatrix as matrix

solve = partial(dilemma.solve, second_opinion=True)  # whatever others find must agree

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
    assert [named.kind_of(game, p, {}) for p in game.players] == [kind, kind]
    holds = {k: named.is_kind(game, "row", k) for k in named.KINDS}
    assert [k for k, condition in holds.items() if condition == sp.true] == [kind]


def test_a_game_on_a_border_has_no_name():
    assert named.kind_of(two_by_two([[1, 2], [1, 3]]), "row", {}) == named.BORDER


def test_what_nashpy_drops_is_added_and_said(monkeypatch):
    monkeypatch.setattr("nashpy.Game.support_enumeration", lambda _: iter(()))
    found = solve(dilemma.matrix(*SHORT))
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
        solve(game)


def test_dominance_strict_and_weak():
    game = dilemma.matrix([[2, 2], [1, 2], [0, 0]], [[0, 1], [0, 1], [0, 1]])
    payoffs = dict(game.payoffs)
    found = dominance(list(game.players.values()), payoffs)
    told = {(d.better, d.worse): d.strict for d in found if d.player == "row"}
    assert told == {
        ("row_1", "row_2"): False,
        ("row_1", "row_3"): True,
        ("row_2", "row_3"): True,
    }


def test_what_only_a_mix_dominates_is_dominated():
    game = dilemma.matrix([[3, 0], [1, 1], [0, 3]], [[0, 1], [1, 0], [0, 1]])
    found = dominance(list(game.players.values()), game.payoffs)
    assert {(d.better, d.worse): d.strict for d in found} == {
        ("1/2 row_1 + 1/2 row_3", "row_2"): True
    }
    assert "row_2 by 1/2 row_1 + 1/2 row_3 (strictly)" in str(dilemma.compare(game, draws=1))


def test_risk_and_payoff_dominance_may_part():
    game = two_by_two([[4, 4], [0, 5]])  # the stag pays 5, the hare is safe
    found = solve(game)
    players, payoffs = list(game.players.values()), dict(game.payoffs)
    assert selection.payoff_dominant(found.equilibria).name == "(cooperate, cooperate)"
    assert selection.risk_dominant(players, payoffs, found.equilibria).name == "(defect, defect)"


def test_equal_risk_dominates_nothing():
    game = two_by_two([[1, 0], [0, 1]])
    found = solve(game)
    players, payoffs = list(game.players.values()), dict(game.payoffs)
    assert selection.risk_dominant(players, payoffs, found.equilibria) is None


def test_payoffs_of_any_size_stay_exact():
    big, small = sp.Integer(10) ** 20, sp.Rational(1, 10**20)
    found = solve(dilemma.matrix([[big + small, 0], [0, big]], [[1, 0], [0, 1]]))
    mixed = next(e for e in found if not e.pure)
    assert mixed.play["column"]["column_1"] == big / (2 * big + small)


def test_irrational_payoffs_are_rounded_and_the_answer_says_so():
    found = solve(dilemma.matrix([["sqrt(2)", "0"], ["0", "1"]], [[1, 0], [0, 1]]))
    assert not found.exact
    assert "rounded to 40 digits" in found.method


def test_beyond_a_hundred_choices_of_supports_there_are_numbers_and_no_symbols():
    A = [[i * j % 5 for j in range(4)] for i in range(4)]
    found = solve(dilemma.matrix(A, A))
    assert found.complete
    assert "too large for a symbolic solution" in found.method


def test_past_its_budget_an_answer_is_not_complete():
    A = [[int(i == j) for j in range(12)] for i in range(12)]
    found = solve(dilemma.matrix(A, A), seconds=0)
    assert not found.complete
    assert "NOT all equilibria" in str(found)


def test_a_branch_holds_where_its_equilibrium_is(abandonment):
    for era in abandonment.eras:
        values = abandonment.values(abandonment.calibration(era))
        holding = {b.name for b in supports.branches(abandonment) if b.holds_at(values)}
        assert holding == {e.branch for e in solve(abandonment, era)}


def test_closed_forms_make_the_partner_indifferent(abandonment_hedging):
    for branch in supports.branches(abandonment_hedging):
        if branch.closed:
            for equation in branch.equations:
                assert sp.simplify(equation.xreplace(dict(branch.closed))) == 0


# --- large games: what is cheap first, and always something -------------------------------------


def random_game(seed, m, n, low=-20, high=20):
    draw = random.Random(seed)
    return [[[draw.randint(low, high) for _ in range(n)] for _ in range(m)] for _ in "AB"]


def by_scan(A, B):
    """The pure equilibria, as positions, from the definition."""
    rows, columns = range(len(A)), range(len(A[0]))
    return {
        (i, j)
        for i in rows
        for j in columns
        if A[i][j] == max(A[r][j] for r in rows) and B[i][j] == max(B[i])
    }


def mixes_of(equilibrium):
    return tuple(tuple(Fraction(str(c)) for c in mix.values()) for mix in equilibrium.play.values())


def is_equilibrium(A, B, x, y):
    """Whether only best replies are played, from the definition."""
    u = [sum(v * q for v, q in zip(line, y, strict=True)) for line in A]
    w = [sum(v * p for v, p in zip(line, x, strict=True)) for line in zip(*B, strict=True)]
    assert sum(x) == sum(y) == 1
    best = [[k for k, v in enumerate(pays) if v == max(pays)] for pays in (u, w)]
    used = [[k for k, c in enumerate(mix) if c] for mix in (x, y)]
    return all(set(own) <= set(top) for own, top in zip(used, best, strict=True))


def travellers(claims):
    """The traveller's dilemma with claims from 2 and a bonus of 2 (Basu 1994)."""
    sums = range(2, 2 + claims)
    A = [[min(i, j) + 2 * ((i < j) - (i > j)) for j in sums] for i in sums]
    return A, [list(line) for line in zip(*A, strict=True)]


@pytest.mark.parametrize("seconds", [0, 0.5, 3])
def test_past_any_budget_pure_equilibria_are_there(seconds):
    A, B = random_game(5, 16, 22)
    found = solve(dilemma.matrix(A, B), seconds=seconds)
    pure = {tuple(mix.index(1) for mix in mixes_of(e)) for e in found if e.pure}
    assert pure <= by_scan(A, B) != set()
    assert pure == by_scan(A, B) or seconds == 0
    assert len(found) > 0
    assert all(is_equilibrium(A, B, *mixes_of(e)) for e in found)
    assert not found.complete
    assert found.reason


def test_without_a_pure_equilibrium_there_is_a_mixed_one():
    A, B = random_game(1, 30, 30)
    assert by_scan(A, B) == set()
    found = solve(dilemma.matrix(A, B), seconds=6)
    assert len(found) > 0
    assert all(is_equilibrium(A, B, *mixes_of(e)) for e in found)
    assert not found.complete
    assert "equilibria may be missing" in found.reason


def test_each_answer_holds_what_the_one_before_it_held():
    model = dilemma.matrix(*random_game(5, 13, 14))
    answers = list(matrix.solve(model, {}, seconds=8, most=200_000, second_opinion=True))
    assert len(answers) > 2
    assert "pure equilibria from the definition" in answers[0].method
    for before, after in itertools.pairwise(answers):
        known = {mixes_of(e) for e in before.equilibria}
        assert known <= {mixes_of(e) for e in after.equilibria}
    assert not any(a.complete or not a.reason for a in answers[:2])


def test_the_travellers_dilemma_is_solved_by_mixes_that_dominate():
    found = solve(dilemma.matrix(*travellers(30)), seconds=20)
    assert found.complete
    assert [mixes_of(e) for e in found] == [((1, *[0] * 29),) * 2]
    assert "leaves one profile" in found.method


@pytest.mark.parametrize(("size", "low", "high"), [(12, -20, 20), (25, -20, 20), (14, 0, 1)])
def test_a_large_zero_sum_game_has_the_value_that_pygambit_finds(size, low, high):
    pygambit = pytest.importorskip("pygambit")
    A, _ = random_game(7, size, size, low, high)
    B = [[-v for v in line] for line in A]
    model = dilemma.matrix(A, B)
    found = solve(model, seconds=30)
    other = pygambit.nash.lp_solve(dilemma.to_pygambit(model), rational=True).equilibrium
    x, y = ([Fraction(str(chance)) for _, chance in other[player]] for player in ("row", "column"))
    value = sum(p * q * A[i][j] for i, p in enumerate(x) for j, q in enumerate(y))
    assert len(found) > 0
    assert {Fraction(str(e.payoffs["row"])) for e in found} == {value}
    assert all(is_equilibrium(A, B, *mixes_of(e)) for e in found)
    assert "exact linear programme" in found.method


def the_long_way(monkeypatch):
    """Let even a small game go through every step that is meant for large ones, and no other."""
    monkeypatch.setattr(bimatrix, "SMALL", 0)
    monkeypatch.setattr(bimatrix, "NASHPY_LARGEST", 0)
    monkeypatch.setattr(supports, "MOST", 0)  # no branches


@pytest.mark.parametrize("high", [1, 2, 9])
def test_the_long_way_finds_what_enumeration_of_the_whole_finds(monkeypatch, high):
    the_long_way(monkeypatch)
    draw = random.Random(high)
    for _ in range(40):
        A, B = random_game(draw.random(), draw.randint(1, 4), draw.randint(1, 4), -high, high)
        if draw.random() < 0.3:  # zero-sum up to scale and shifts
            B = [[-2 * v + i for v in line] for i, line in enumerate(A)]
        whole = solve_exactly(A, B)
        found = solve(dilemma.matrix(A, B))
        assert found.complete
        assert {mixes_of(e) for e in found} == set(whole.profiles)
        assert {frozenset(mixes_of(found[k]) for k in s.members) for s in found.sets} == {
            frozenset(whole.profiles[k] for k in subset) for subset in whole.subsets
        }
        assert found.degenerate in (whole.degenerate, None)


laws = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
payoff = st.integers(-2, 2)
tables = st.tuples(st.integers(1, 3), st.integers(1, 3)).flatmap(
    lambda shape: st.tuples(
        *[st.lists(st.lists(payoff, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0])] * 2
    )
)  # fmt: skip


def played(found):
    """The equilibria as sets of what is played at all, with its probability."""
    return {
        frozenset((n, a, c) for n, mix in e.play.items() for a, c in mix.items() if c)
        for e in found
    }


def with_a_watcher(A, B, first, pays=0):
    """The same game with a third player, before or after the two, who has one action."""
    rows, columns = ([f"{side}{k}" for k in range(size)] for side, size in zip("rc", (len(A), len(A[0])), strict=True))  # fmt: skip
    players = {"row": rows, "column": columns}
    players = {"watcher": ["watch"], **players} if first else {**players, "watcher": ["watch"]}
    cells = {}
    for (i, r), (j, c) in itertools.product(enumerate(rows), enumerate(columns)):
        profile = ("watch", r, c) if first else (r, c, "watch")
        cells[profile] = {"row": A[i][j], "column": B[i][j], "watcher": pays + i - j}
    return dilemma.Model(name="watched", title="watched", players=players, payoffs=cells)


@laws
@given(tables, st.booleans())
def test_a_player_with_one_action_changes_nothing(monkeypatch, game, first):
    monkeypatch.setattr(supports, "MOST", 9)  # branches of 2x2 games only: others take long
    A, B = game
    names = [[f"r{k}" for k in range(len(A))], [f"c{k}" for k in range(len(A[0]))]]
    alone = solve(dilemma.matrix(A, B, actions=names))
    watched = solve(with_a_watcher(A, B, first))
    assert watched.complete
    assert {p - {("watcher", "watch", 1)} for p in played(watched)} == played(alone)
    assert len(watched.sets) == len(alone.sets)
    assert watched.degenerate == alone.degenerate
    assert "one action only" in watched.method


@laws
@given(tables, st.integers(1, 3), st.integers(1, 3), st.lists(payoff, min_size=6, max_size=6))
def test_scale_shifts_and_order_change_nothing_the_long_way(monkeypatch, game, s, t, add):
    the_long_way(monkeypatch)
    A, B = game
    moved = (
        [[s * v + add[j] for j, v in enumerate(line)][::-1] for line in A][::-1],
        [[t * v + add[3 + i] for v in line][::-1] for i, line in enumerate(B)][::-1],
    )
    found, other = solve(dilemma.matrix(A, B)), solve(dilemma.matrix(*moved))
    turned = {tuple(mix[::-1] for mix in mixes_of(e)) for e in other}
    assert {mixes_of(e) for e in found} == turned


@laws
@given(tables, st.integers(0, 2), st.integers(1, 3))
def test_a_dominated_action_changes_nothing_the_long_way(monkeypatch, game, row, less):
    the_long_way(monkeypatch)
    A, B = game
    worse = [v - less for v in A[row % len(A)]]
    found = solve(dilemma.matrix(A, B))
    more = solve(dilemma.matrix([*A, worse], [*B, B[0]]))
    assert more.complete
    assert {(*x, 0) for x, _ in map(mixes_of, found)} == {x for x, _ in map(mixes_of, more)}
    assert {y for _, y in map(mixes_of, found)} == {y for _, y in map(mixes_of, more)}


def test_where_one_player_alone_has_a_choice_the_best_of_it_is_taken():
    players = {"a": ["only"], "b": ["x", "y", "z"], "c": ["only"]}
    cells = {("only", act, "only"): {"a": 0, "b": v, "c": 5} for act, v in zip("xyz", (2, 7, 7), strict=True)}  # fmt: skip
    found = solve(dilemma.Model(name="one", title="", players=players, payoffs=cells))
    assert found.complete
    assert {e.play["b"]["x"] for e in found} == {0}
    assert [dict(e.play["b"]) for e in found] == [
        {"x": 0, "y": 1, "z": 0},
        {"x": 0, "y": 0, "z": 1},
    ]
    assert [s.members for s in found.sets] == [(0, 1)]


def test_nashpy_may_raise_what_it_likes(monkeypatch):
    def broken(_):
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr("nashpy.Game.support_enumeration", broken)
    found = solve(dilemma.matrix(*SHORT))
    assert found.complete
    assert "it stopped with LinAlgError" in found.method
