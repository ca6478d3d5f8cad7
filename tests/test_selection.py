"""Selecting among equilibria: dominance, elimination, evolution, learning, quantal response."""

import importlib
import itertools
import json
import random
import time
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import dilemma
from dilemma import select
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games.dominance import dominations, eliminate, survivors
from dilemma.games.exact import solve_exactly
from dilemma.study import learning
from dilemma.study import learning as quantal
from dilemma.study.criteria import stability

few = settings(max_examples=25, deadline=None)


def symmetric(rows, actions=None, **more):
    """A symmetric game u(own, partner's)."""
    actions = actions or [f"a{i}" for i in range(len(rows))]
    return dilemma.matrix(rows, np.array(rows, dtype=object).T, actions=[actions] * 2, **more)


STAG = symmetric([[5, 0], [4, 4]], ["stag", "hare"])
DILEMMA = symmetric([[1, 4], [0, 3]], ["defect", "cooperate"])
CHICKEN = symmetric([[0, 4], [1, 3]], ["dare", "swerve"])
PENNIES = dilemma.matrix([[1, -1], [-1, 1]])
HAWKS = symmetric([[-1, 2], [0, 1]], ["hawk", "dove"])
SHAPLEY = dilemma.matrix(np.eye(3, dtype=int), [[0, 1, 0], [0, 0, 1], [1, 0, 0]])
# Middle is beaten by half of each neighbour and by neither alone; then the column player is sure.
BY_A_MIX = dilemma.matrix(
    [[4, 0, 1], [1, 1, 0], [0, 4, 2]],
    [[0, 1, 2], [3, 1, 0], [0, 1, 2]],
    actions=[["up", "middle", "down"], ["left", "centre", "right"]],
)


def exactly(model, starts=0, **more):
    return select(model, starts=starts, **more)


def one(found, name):
    return next(c for c in found.criteria if c.name == name)


def players_of(model):
    return list(model.players.values())


def games(least=2, most=3, low=-3, high=3):
    size = st.integers(least, most)
    numbers = st.integers(low, high)

    def sized(shape):
        m, n = shape
        matrix = st.lists(st.lists(numbers, min_size=n, max_size=n), min_size=m, max_size=m)
        return st.tuples(matrix, matrix)

    return st.tuples(size, size).flatmap(sized)


def squares(least=2, most=4, low=-3, high=3):
    numbers = st.integers(low, high)
    return st.integers(least, most).flatmap(
        lambda n: st.lists(st.lists(numbers, min_size=n, max_size=n), min_size=n, max_size=n)
    )


# --- payoff and risk dominance --------------------------------------------------------------------


def test_the_stag_is_preferred_and_the_hare_is_safer():
    found = exactly(STAG)
    assert found.payoff_dominant == "(stag, stag)"
    assert found.risk_dominant == "(hare, hare)"


def test_risk_dominance_shows_both_products():
    (pair,) = exactly(STAG).losses
    assert (dict(pair.at_first), dict(pair.at_second)) == (
        {"row": 1, "column": 1},
        {"row": 4, "column": 4},
    )
    assert pair.products == (1, 16)


def test_products_are_exact():
    game = symmetric([["1/3", 0], [0, "1/7"]])
    assert exactly(game).losses[0].products == (sp.Rational(1, 9), sp.Rational(1, 49))


def test_equal_products_dominate_nothing():
    found = exactly(CHICKEN)
    assert found.losses[0].dominant is None
    assert found.risk_dominant == ""


def test_the_dilemma_is_that_a_pure_profile_is_better_for_both():
    found = exactly(DILEMMA)
    assert found.criteria[0].improved_by == (("cooperate", "cooperate"),)
    assert found.criteria[0].dominated_by == ()


def test_an_equilibrium_that_another_pareto_dominates_names_it():
    assert one(exactly(STAG), "(hare, hare)").dominated_by == ("(stag, stag)",)


@few
@given(
    payoffs=games(2, 2),
    scale=st.tuples(st.integers(1, 50), st.integers(1, 50)),
    shift=st.tuples(st.integers(-9, 9), st.integers(-9, 9)),
)
def test_no_exact_criterion_depends_on_the_units_of_payoffs(payoffs, scale, shift):
    moved = [
        [[f"{v * a}/10 + {b}" for v in row] for row in side]
        for side, a, b in zip(payoffs, scale, shift, strict=True)
    ]
    before, after = (exactly(dilemma.matrix(*p)) for p in (payoffs, moved))
    assert judged(before) == judged(after)


def judged(found):
    return {
        c.name: (c.strict, c.dominated_by, c.improved_by, c.payoff_dominant, c.risk_dominant)
        for c in found.criteria
    }


@few
@given(payoffs=games(2, 3), data=st.data())
def test_no_exact_criterion_depends_on_the_order_of_actions(payoffs, data):
    names = [
        [f"r{i}" for i in range(len(payoffs[0]))],
        [f"c{j}" for j in range(len(payoffs[0][0]))],
    ]
    rows, columns = (data.draw(st.permutations(range(len(n)))) for n in names)
    moved = [[[side[i][j] for j in columns] for i in rows] for side in payoffs]
    renamed = [[names[0][i] for i in rows], [names[1][j] for j in columns]]
    one, other = (
        exactly(dilemma.matrix(*p, actions=n)) for p, n in ((payoffs, names), (moved, renamed))
    )
    assert sets(one) == sets(other)


def sets(found):
    """All that is judged, free of any order and of names."""

    def play(k):
        sides = found.equilibria[k].play.values()
        return tuple(frozenset((a, p) for a, p in mix.items() if p) for mix in sides)

    at = {c.name: play(k) for k, c in enumerate(found.criteria)}
    criteria = {
        play(k): (
            c.strict,
            frozenset(at[name] for name in c.dominated_by),
            frozenset(c.improved_by),
            c.payoff_dominant,
            c.risk_dominant,
        )
        for k, c in enumerate(found.criteria)
    }
    return criteria, {p: frozenset(a) for p, a in found.elimination.survivors.items()}


# --- elimination ----------------------------------------------------------------------------------


def test_a_dilemma_is_solved_by_dominance():
    done = exactly(DILEMMA).elimination
    assert done.solvable
    assert done.steps[0].reason == (
        "row's cooperate is strictly dominated by defect: 1 > 0 against defect, 4 > 3 against cooperate"
    )


def test_a_mix_dominates_where_no_action_does():
    done = exactly(BY_A_MIX).elimination
    (mixed,) = (step for step in done.steps if len(step.by) > 1)
    assert mixed.reason == (
        "row's middle is strictly dominated by 1/2 up + 1/2 down: "
        "2 > 1 against left, 2 > 1 against centre, 1.5 > 0 against right"
    )
    assert done.solvable
    assert dict(done.survivors) == {"row": ("down",), "column": ("right",)}


def test_pure_dominations_go_first():
    game = dilemma.matrix([[3, 0], [0, 3], [1, 1]], [[1, 0], [1, 0], [1, 0]])
    done = exactly(game).elimination
    assert done.steps[0].action == "column_2"
    assert all(len(step.by) == 1 for step in done.steps)


def test_weakly_dominated_actions_are_named_and_stay():
    game = symmetric([[1, 1], [1, 0]], ["safe", "risky"])
    done = exactly(game).elimination
    assert not done.steps
    assert [(w.player, w.action, w.strict) for w in done.weak] == [
        ("row", "risky", False),
        ("column", "risky", False),
    ]
    assert done.survivors["row"] == ("safe", "risky")


def test_a_mix_that_only_ever_ties_or_wins_dominates_weakly():
    game = dilemma.matrix([[2, 0, 1], [0, 2, 1], [1, 1, 0]], [[0] * 3] * 3)
    (weak,) = exactly(game).elimination.weak
    assert (weak.action, weak.strict) == ("row_3", False)
    assert weak.reason.endswith(
        "1/2 row_1 + 1/2 row_2: 1 = 1 against column_1, 1 = 1 against column_2, 1 > 0 against column_3"
    )


@few
@given(payoffs=games(2, 4))
def test_elimination_never_removes_what_an_equilibrium_uses(payoffs):
    game = dilemma.matrix(*payoffs)
    survivors = eliminate(players_of(game), game.payoffs).survivors
    for mixes in solve_exactly(*payoffs).profiles:
        for player, mix in zip(players_of(game), mixes, strict=True):
            used = {a for a, p in zip(player.actions, mix, strict=True) if p}
            assert used <= set(survivors[player.name])


@few
@given(payoffs=games(2, 4), data=st.data())
def test_the_order_of_strict_elimination_does_not_matter(payoffs, data):
    game = dilemma.matrix(*payoffs)
    players = players_of(game)
    left = {p.name: p.actions for p in players}
    while True:
        strict = [d for d in dominations(players, game.payoffs, left) if d.strict]
        if not strict:
            break
        gone = data.draw(st.sampled_from(strict))
        left[gone.player] = tuple(a for a in left[gone.player] if a != gone.action)
    assert left == dict(eliminate(players, game.payoffs).survivors)


@few
@given(payoffs=games(2, 4))
def test_what_is_dominated_is_dominated_by_a_linear_program_too(payoffs):
    game = dilemma.matrix(*payoffs)
    row = players_of(game)[0]
    found = {
        d.action
        for d in dominations(players_of(game), game.payoffs)
        if d.strict and d.player == "row"
    }
    A = np.array(payoffs[0], dtype=float)
    for i, action in enumerate(row.actions):
        others = np.delete(A, i, axis=0)
        k = len(others)
        ran = linprog(
            [*[0] * k, -1],
            A_ub=np.column_stack([-others.T, np.ones(A.shape[1])]),
            b_ub=-A[i],
            A_eq=[[*[1] * k, 0]],
            b_eq=[1],
            bounds=[*[(0, 1)] * k, (None, None)],
        )
        assert (action in found) == (-ran.fun > 1e-7)


# --- evolution ------------------------------------------------------------------------------------


def fractions(rows):
    return [[Fraction(v) for v in row] for row in rows]


def stable(rows, mix):
    return stability(fractions(rows), [Fraction(p) for p in mix])


def test_hawks_and_doves_keep_each_other_in_check():
    assert stable([[-1, 2], [0, 1]], ["1/2", "1/2"]).stable
    found = exactly(HAWKS)
    assert [c.name for c in found.criteria if c.stability] == ["mixed (hawk/dove, hawk/dove)"]


def test_rock_paper_scissors_is_stable_only_where_winning_outweighs_losing():
    third = ["1/3"] * 3
    for win, expected in ((1, False), (2, True), (Fraction(1, 2), False)):
        assert stable([[0, -1, win], [win, 0, -1], [-1, win, 0]], third).stable is expected


def test_who_does_as_well_drifts_in_and_who_does_better_invades():
    third = ["1/3"] * 3
    assert stable([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], third).gain == 0
    assert stable([[0, -2, 1], [1, 0, -2], [-2, 1, 0]], third).gain > 0


def test_coordination_is_stable_on_either_side_and_not_between():
    rows = [[2, 0], [0, 1]]
    assert [stable(rows, mix).stable for mix in ([1, 0], [0, 1], ["1/3", "2/3"])] == [
        True,
        True,
        False,
    ]


def test_no_symmetric_equilibrium_no_judgement():
    with pytest.raises(ValueError, match="no symmetric equilibrium"):
        stable([[1, 4], [0, 3]], [0, 1])


def test_an_unused_best_reply_may_be_what_invades():
    # b is as good a reply to a as a is, and better against itself.
    assert stable([[1, 1], [1, 2]], [1, 0]).invader == (0, 1)
    assert stable([[1, 1], [1, 0]], [1, 0]).stable


def test_two_unused_best_replies_may_invade_only_together():
    rows = [[0, 0, 0], [0, -1, 3], [0, 3, -1]]
    found = stable(rows, [1, 0, 0])
    assert not found.stable
    assert found.invader[1] > 0 < found.invader[2]
    assert stable([[0, 0, 0], [0, -1, 0], [0, 0, -1]], [1, 0, 0]).stable


def symmetric_equilibria(rows):
    for x, y in solve_exactly(rows, np.array(rows).T.tolist()).profiles:
        if x == y:
            i = x.index(max(x))
            alone = [row[i] for k, row in enumerate(rows) if k != i]
            yield list(x), max(x) == 1 and rows[i][i] > max(alone)


@few
@given(rows=squares(2, 3))
def test_strict_symmetric_equilibria_are_stable(rows):
    for x, strict in symmetric_equilibria(rows):
        if strict:
            assert stability(fractions(rows), x).stable


@settings(max_examples=60, deadline=None)
@given(rows=squares(2, 4))
def test_stability_agrees_with_every_mutant_on_a_grid(rows):
    A, n = np.array(rows, dtype=object), len(rows)
    parts = 12
    grid = [
        [Fraction(k, parts) for k in cut]
        for cut in itertools.product(range(parts + 1), repeat=n)
        if sum(cut) == parts
    ]
    for x, _ in symmetric_equilibria(rows):
        found = stability(fractions(rows), x)
        against = A @ x
        for z in grid:
            y = [p + (q - p) / 10 for p, q in zip(x, z, strict=True)]  # the form is homogeneous
            if y != x and np.dot(y, against) == np.dot(x, against) and found.stable:
                assert np.dot(x, A @ y) > np.dot(y, A @ y)
        if not found.stable:
            y = found.invader
            assert sum(y) == 1
            assert min(y) >= 0
            assert list(y) != x
            assert np.dot(y, against) == np.dot(x, against)
            assert np.dot(y, A @ y) - np.dot(x, A @ y) == found.gain >= 0


@few
@given(rows=squares(2, 3))
def test_what_is_stable_is_alone_in_its_component(rows):
    found = exactly(symmetric(rows))
    for k, c in enumerate(found.criteria):
        if c.stability is not None and c.stability.stable:
            x = found.equilibria[k].play
            touching = [s.members for s in found.equilibria.sets if k in s.members]
            for subset in touching:
                same = [found.equilibria[i] for i in subset]
                mixes = [tuple(tuple(m.values()) for m in e.play.values()) for e in same]
                me = tuple(x["row"].values())
                assert [a for a, b in mixes if a == b] == [me]


# --- mixing ---------------------------------------------------------------------------------------


def test_each_mix_makes_the_other_indifferent(abandonment):
    found = select(abandonment, "post_cold_war", starts=0)
    japan, us = found.criteria[2].why
    assert us.text == (
        "United States mixes weak 193/618, strong 425/618 so that Japan is indifferent between "
        "weak and strong: -0.03233 = -0.03233"
    )
    assert len(set(japan.pays.values())) == 1


def test_unused_actions_are_told_to_pay_less_or_the_same():
    less = symmetric([[-1, 2, 0], [0, 1, 0], [-9, -9, -9]], ["hawk", "dove", "mad"])
    texts = [w.text for c in exactly(less).criteria for w in c.why]
    assert any(t.endswith("; mad would pay less, -9") for t in texts)
    same = dilemma.matrix([[1, 1], [1, 1]], [[1, 0], [0, 1]])
    texts = [w.text for c in exactly(same).criteria for w in c.why]
    assert any("indifferent" in t or t.endswith("would pay the same") for t in texts)


def test_payoffs_that_differ_never_print_the_same():
    game = dilemma.matrix([["1/3", "1/3"], ["0.333334", "0.333335"]], [[0, 1], [1, 0]])
    reason = exactly(game).elimination.steps[0].reason
    assert "0.333334 > 0.333333 against column_1" in reason


# --- learning -------------------------------------------------------------------------------------


def test_every_start_ends_where_dominance_says():
    found = select(DILEMMA, starts=20)
    for dynamic in learning.NEAR:
        assert found.shares(dynamic) == {"(defect, defect)": 1.0}


def test_replicators_chase_each_other_round_matching_pennies():
    found = select(PENNIES, starts=10)
    assert found.shares("replicator dynamics") == {learning.CYCLES: 1.0}
    assert list(found.shares("fictitious play")) == [found.criteria[0].name]


def test_fictitious_play_does_not_settle_in_shapleys_game():
    found = select(SHAPLEY, starts=10)
    assert found.shares("fictitious play") == {learning.OPEN: 1.0}


def test_no_population_ends_between_two_strict_equilibria():
    shares = select(CHICKEN, starts=40).shares("replicator dynamics")
    assert set(shares) == {"(dare, swerve)", "(swerve, dare)"}
    assert sum(shares.values()) == pytest.approx(1)


@pytest.mark.parametrize("scale", ["1/1000", "1000000"])
def test_payoffs_of_any_size_settle_alike(scale):
    small = symmetric([[f"5*{scale}", 0], [f"4*{scale}", f"4*{scale}"]], ["stag", "hare"])
    assert [b.ends for b in select(small, starts=30).basins] == [
        b.ends for b in select(STAG, starts=30).basins
    ]


def test_a_continuum_is_one_ending():
    found = select(dilemma.matrix([[1, 1], [1, 1]], [[1, 1], [1, 1]]), starts=5)
    assert not any(c.strict or c.payoff_dominant for c in found.criteria)
    (name,) = found.shares("replicator dynamics")
    assert name.startswith("the set around (row_1, column_1), ")
    assert "continuum" in str(found)


def test_a_seed_decides_and_the_callers_random_state_is_left_alone():
    np.random.seed(7)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, again = (select(STAG, starts=20, seed=3) for _ in range(2))
    assert first.basins == again.basins
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_other_seeds_draw_other_starts():
    found = {str(select(STAG, starts=40, seed=s).basins[0].ends) for s in range(4)}
    assert len(found) > 1


# --- quantal response -----------------------------------------------------------------------------


def test_the_logit_branch_leads_to_the_safer_equilibrium():
    pytest.importorskip("pygambit")
    found = exactly(STAG)
    assert found.ending(found.logit.component) == "(hare, hare)"


def test_a_branch_that_begins_at_an_equilibrium_says_so():
    pytest.importorskip("pygambit")
    assert "uniform play is an equilibrium" in exactly(PENNIES).logit.said


def test_a_branch_that_forks_says_so():
    pytest.importorskip("pygambit")
    battle = dilemma.matrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    assert "a fork on the branch" in exactly(battle).logit.said


def test_without_pygambit_it_is_not_asked(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(quantal, "importlib", type("None", (), {"import_module": missing}))
    found = exactly(STAG)
    assert found.logit.component is None
    assert "not asked: needs pip install dilemma[trees]" in str(found)


def test_an_old_pygambit_is_not_asked(monkeypatch):
    old = type("None", (), {"import_module": lambda _name: importlib})
    monkeypatch.setattr(quantal, "importlib", old)
    assert "older than 17" in exactly(STAG).logit.said


# --- the result -----------------------------------------------------------------------------------


def test_a_selection_prints_within_a_page_and_travels_as_json(abandonment):
    found = select(abandonment, "post_cold_war", starts=10)
    assert max(len(line) for line in str(found).splitlines()) <= 100
    document = json.loads(found.to_json())
    assert document["model"] == "abandonment"
    assert document["seed"] == 0
    assert document["starts"] == 10
    assert document["risk_dominance"][0]["products"] == ["17/1250000", "22581/1250000000"]
    assert {"nashpy", "scipy"} <= set(document["versions"])
    assert "tabular" in found.to_latex()


def test_it_is_the_calibration_that_solve_uses(abandonment):
    changed = select(abandonment, "post_cold_war", starts=0, m_J="0.1")
    assert [c.name for c in changed.criteria] == ["(strong, strong)"]
    assert changed.calibration["m_J"] == sp.Rational("0.1")
    assert "m_J = 0.1" in changed.at


def test_an_incomplete_solution_is_said_to_be_one():
    A = np.eye(12, dtype=int).tolist()
    found = select(dilemma.matrix(A, A), seconds=0, starts=5)
    assert not found.complete
    assert "NOT selected from all equilibria" in str(found)
    assert "Time ran out" in str(found)
    json.loads(found.to_json())


def table(seed, m, n, low=-20, high=20):
    draw = random.Random(seed)
    return [[[draw.randint(low, high) for _ in range(n)] for _ in range(m)] for _ in "AB"]


def coordination(size):
    return [np.eye(size, dtype=int).tolist()] * 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "payoffs",
    [table(5, 16, 22), table(1, 30, 30), table(4, 14, 14, 0, 1), coordination(11), table(3, 8, 8)],
    ids=["16x22", "30x30", "ties", "coordination", "8x8"],
)
def test_a_budget_is_kept_by_everything_together(payoffs):
    model = dilemma.matrix(*payoffs)
    select(model, seconds=0)  # so that what is loaded once is loaded
    start = time.process_time()  # no more than has passed; a busy machine has passed more
    found = select(model, seconds=3)
    assert time.process_time() - start < 3.3 + 1.5
    assert len(found.criteria) == len(found.equilibria) > 0
    asked = {b.dynamic: b.starts for b in found.basins}
    for dynamic, starts in asked.items():
        if starts < found.starts:
            assert f"{dynamic} was followed from {starts} starting points only" in str(found)


def test_what_was_left_out_is_said():
    found = select(dilemma.matrix(*table(4, 12, 12, 0, 1)), seconds=0.02, starts=3)
    assert any("elimination" in what for what in found.undone)
    assert found.elimination.unfinished
    assert "Time ran out; left out: " in str(found)
    assert "Not finished: ran out of seconds" in str(found)
    assert found.to_dict()["undone"] == list(found.undone)


def test_with_time_enough_nothing_is_left_out():
    found = select(STAG, starts=2)
    assert found.undone == ()
    assert found.elimination.unfinished == ""
    assert "left out" not in str(found)


def test_many_mutants_take_long_and_a_deadline_ends_it():
    # Everything is a best reply to the first action, and no two of the rest do well together.
    size = 30
    rows = [[Fraction(0 if j == 0 else i + j == 0) - (i != 0) * (j != 0) for j in range(size)] for i in range(size)]  # fmt: skip
    mix = [Fraction(k == 0) for k in range(size)]
    start = time.process_time()
    assert stability(rows, mix, deadline=time.monotonic() + 0.2) is None
    assert time.process_time() - start < 2


def test_elimination_keeps_what_it_has_when_time_runs_out():
    sums = range(2, 25)
    A = [[min(i, j) + 2 * ((i < j) - (i > j)) for j in sums] for i in sums]
    game = dilemma.matrix(A, np.array(A).T)
    whole = eliminate(players_of(game), game.payoffs)
    assert whole.solvable
    assert whole.unfinished == ""
    part = eliminate(players_of(game), game.payoffs, seconds=0)
    assert "ran out of seconds" in part.unfinished
    left = {name: set(actions) for name, actions in part.survivors.items()}
    assert all(set(whole.survivors[name]) <= own for name, own in left.items())
    assert [s.action for s in whole.steps[: len(part.steps)]] == [s.action for s in part.steps]


@few
@given(payoffs=games(2, 4))
def test_survivors_are_those_of_the_elimination_that_tells_each_step(payoffs):
    game = dilemma.matrix(*payoffs)
    left, finished = survivors(players_of(game), game.payoffs)
    assert finished
    assert left == dict(eliminate(players_of(game), game.payoffs).survivors)


def test_what_other_libraries_raise_is_told_in_our_words(monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("Maximum number of iterations reached.")

    monkeypatch.setattr("scipy.optimize.nnls", broken)
    monkeypatch.setattr("nashpy.Game.asymmetric_replicator_dynamics", broken)
    # The row player does not care: a continuum, whose nearness is asked of nnls.
    found = select(dilemma.matrix([[1, 0, 1], [1, 0, 1]], [[1, 0, 1], [0, 1, 1]]), starts=3)
    assert found.basins[0].starts == 3
    assert set(found.basins[0].ends) == {learning.OPEN}


def test_equilibria_of_one_name_are_numbered():
    game = dilemma.matrix([[1, 1], [1, 1]], [[1, 0], [1, 0]])
    names = [c.name for c in exactly(game).criteria]
    assert len(set(names)) == len(names)


@few
@given(payoffs=games(1, 3, 0, 1))
def test_degenerate_games_are_judged_without_a_label_being_forced(payoffs):
    found = select(dilemma.matrix(*payoffs), starts=1)
    for dynamic in found.basins:
        assert sum(dynamic.ends.values()) == dynamic.starts == 1
    assert str(found)
    assert found.to_json()


def test_who_has_one_action_only_does_not_keep_two_players_from_being_judged():
    """A game of two is the same with somebody who watches, wherever that one stands."""
    hunt = [[5, 0], [4, 4]]
    for place in range(3):
        players = ["row", "column"]
        players.insert(place, "watcher")
        payoffs = {}
        for i, k in itertools.product(range(2), repeat=2):
            profile = [f"r{i}", f"c{k}"]
            profile.insert(place, "watch")
            payoffs[tuple(profile)] = {"row": hunt[i][k], "column": hunt[k][i], "watcher": i}
        actions = {"row": ["r0", "r1"], "column": ["c0", "c1"], "watcher": ["watch"]}
        game = dilemma.Model(
            name="watched", title="", players={p: actions[p] for p in players}, payoffs=payoffs
        )
        found = select(game, starts=0)
        alone = select(symmetric(hunt), starts=0)
        assert found.risk_dominant == "(r1, c1)"
        assert found.payoff_dominant == "(r0, c0)"
        assert [c.strict for c in found.criteria] == [c.strict for c in alone.criteria]


def test_three_players_cannot_be_judged():
    document = {
        "kind": "matrix",
        "players": {p: ["yes", "no"] for p in "abc"},
        "payoffs": {
            ", ".join(profile): dict.fromkeys("abc", "0")
            for profile in itertools.product(["yes", "no"], repeat=3)
        },
    }
    with pytest.raises(UnsupportedError, match="3 players"):
        select(dilemma.Model(name="three", title="", **document))


@pytest.mark.parametrize("wrong", [{"starts": -1}, {"seed": -1}])
def test_negative_counts_are_refused(wrong):
    with pytest.raises(CalibrationError, match="may be negative"):
        select(STAG, **wrong)
