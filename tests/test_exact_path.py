"""The exact path finds every equilibrium: against pygambit, nashpy, and the definition itself."""

from __future__ import annotations

import io
import itertools
import random
import warnings
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain, combinations, product

import numpy as np
import pytest
import sympy as sp
import z3
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from dilemma.games.exact import ExactSolution, regrets, solve_exactly
from dilemma.games.lemke import lemke_howson, maximise, strategically_zero_sum, zero_sum

Payoffs = list[list[Fraction]]
Mix = tuple[Fraction, ...]
Pair = tuple[Mix, Mix]

RANGES = ((0, 1), (0, 2), (-2, 2), (-9, 9), (-1000, 1000))  # the first three tie often


def random_game(draw: random.Random, largest: int, ranges=RANGES) -> tuple[Payoffs, Payoffs]:
    m, n = draw.randint(1, largest), draw.randint(1, largest)
    low, high = draw.choice(ranges)
    A, B = ([[Fraction(draw.randint(low, high)) for _ in range(n)] for _ in range(m)] for _ in "AB")
    return A, B


# --- the definition ------------------------------------------------------------------------------


def transpose(payoffs: Sequence[Sequence[Fraction]]) -> Payoffs:
    return [list(line) for line in zip(*payoffs, strict=True)]


def pays(payoffs: Payoffs, other: Mix) -> list[Fraction]:
    """What each action (a row of payoffs) earns against the other's mix."""
    return [sum(v * chance for v, chance in zip(line, other, strict=True)) for line in payoffs]


def best(payoffs: Payoffs, other: Mix) -> set[int]:
    earned = pays(payoffs, other)
    return {a for a, v in enumerate(earned) if v == max(earned)}


def used(mix: Mix) -> set[int]:
    return {a for a, chance in enumerate(mix) if chance}


def is_equilibrium(A: Payoffs, B: Payoffs, x: Mix, y: Mix) -> bool:
    return used(x) <= best(A, y) and used(y) <= best(transpose(B), x)


def subsets_of(things: Sequence[int]) -> Iterator[tuple[int, ...]]:
    return chain.from_iterable(combinations(things, k + 1) for k in range(len(things)))


def the_solution(rows: list[list[Fraction]]) -> list[Fraction] | None:
    """Solve square linear equations, each with its right side last; None unless just one way."""
    rows = [list(row) for row in rows]
    for k in range(len(rows)):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [v / rows[k][k] for v in rows[k]]
        for i, row in enumerate(rows):
            if i != k and row[k]:
                rows[i] = [v - row[k] * w for v, w in zip(row, rows[k], strict=True)]
    return [row[-1] for row in rows]


def extreme_mixes(payoffs: Payoffs) -> set[Mix]:
    """Every mix that is pinned down by its support and the best replies against it.

    ``payoffs[a][k]`` is what the other earns by a against my action k.
    """
    size = len(payoffs[0])
    found = set()
    for support in subsets_of(range(size)):
        for replies in combinations(range(len(payoffs)), len(support)):
            ones = [*(Fraction(1) for _ in support), Fraction(0), Fraction(1)]
            equal = [
                [*(payoffs[a][k] for k in support), Fraction(-1), Fraction(0)] for a in replies
            ]
            solution = the_solution([ones, *equal])
            if solution is None or min(solution[:-1]) < 0:
                continue
            mix = tuple(
                solution[support.index(k)] if k in support else Fraction(0) for k in range(size)
            )
            if set(replies) <= best(payoffs, mix):
                found.add(mix)
    return found


def by_definition(A: Payoffs, B: Payoffs) -> set[Pair]:
    """Every extreme equilibrium, by enumeration of supports."""
    mixes = product(extreme_mixes(transpose(B)), extreme_mixes(A))
    return {(x, y) for x, y in mixes if is_equilibrium(A, B, x, y)}


def products_by_definition(profiles: set[Pair]) -> set[frozenset[Pair]]:
    """Every product of sets of strategies within the profiles that is not part of another."""
    xs = sorted({x for x, _ in profiles})
    products = set()
    for chosen in subsets_of(range(len(xs))):
        ys = {y for _, y in profiles if all((xs[i], y) in profiles for i in chosen)}
        products.add(frozenset(product((xs[i] for i in chosen), ys)))
    return {p for p in products if p and not any(p < q for q in products)}


def components_by_definition(subsets: set[frozenset[Pair]]) -> set[frozenset[Pair]]:
    """Unions of products that hang together by common points."""
    parts: list[frozenset[Pair]] = []
    for subset in subsets:
        touching = [part for part in parts if part & subset]
        parts = [part for part in parts if not part & subset]
        parts.append(subset.union(*touching))
    return set(parts)


def some_mix_ties(payoffs: Payoffs) -> bool:
    """Whether some mix has more best replies than its support, asked of z3 support by support."""
    chances = [z3.Real(f"p{k}") for k in range(len(payoffs[0]))]
    earned = [
        z3.Sum([z3.RealVal(str(v)) * p for v, p in zip(line, chances, strict=True)])
        for line in payoffs
    ]
    for support in subsets_of(range(len(chances))):
        for replies in combinations(range(len(payoffs)), len(support) + 1):
            solver = z3.Solver()
            solver.add(z3.Sum(chances) == 1)
            solver.add(*(p > 0 if k in support else p == 0 for k, p in enumerate(chances)))
            solver.add(*(earned[a] >= v for a in replies for v in earned))
            if solver.check() == z3.sat:
                return True
    return False


def strategies(found: ExactSolution, subset: Sequence[int]) -> tuple[set[Mix], set[Mix]]:
    """The row and the column strategies that a maximal Nash subset is the product of."""
    return {found.profiles[k][0] for k in subset}, {found.profiles[k][1] for k in subset}


def named(found: ExactSolution, groups: Sequence[Sequence[int]]) -> set[frozenset[Pair]]:
    return {frozenset(found.profiles[k] for k in group) for group in groups}


def certified(A: Payoffs, B: Payoffs, found: ExactSolution) -> ExactSolution:
    """Check all that must hold of any solution, and return it."""
    assert len(set(found.profiles)) == len(found.profiles)
    for x, y in found.profiles:
        assert sum(x) == sum(y) == 1
        assert min(x) >= 0
        assert min(y) >= 0
        assert is_equilibrium(A, B, x, y)
        assert regrets(A, B, x, y) == (0, 0)
    sizes = [len(used(x)) + len(used(y)) for x, y in found.profiles]
    assert sizes == sorted(sizes)
    everyone = set(range(len(found.profiles)))
    assert set(chain.from_iterable(found.subsets)) == everyone
    assert sorted(chain.from_iterable(found.components)) == sorted(everyone)
    for subset in found.subsets:
        xs, ys = strategies(found, subset)
        assert set(product(xs, ys)) == {found.profiles[k] for k in subset}
    assert found.complete == (not found.reason)
    assert found.degenerate == (found.witness is not None)
    if found.witness is not None:
        side, mix, replies = found.witness
        assert set(replies) == best(transpose(B) if side == "row" else A, mix)
        assert len(replies) > len(used(mix))
    return found


# --- against others ------------------------------------------------------------------------------


def as_nfg(A: Payoffs, B: Payoffs) -> str:
    """Write a game in Gambit's strategic form, the row player's action changing fastest."""
    actions = [" ".join(f'"{k}"' for k in range(n)) for n in (len(A), len(A[0]))]
    payoffs = [f"{A[i][j]} {B[i][j]}" for j in range(len(A[0])) for i in range(len(A))]
    head = f'NFG 1 R "game" {{ "row" "column" }} {{ {{ {actions[0]} }} {{ {actions[1]} }} }} ""'
    return f"{head}\n\n{' '.join(payoffs)}\n"


def gambit_says(A: Payoffs, B: Payoffs) -> set[Pair] | None:
    """pygambit's extreme equilibria in rationals without its repeats; None where it raises."""
    import pygambit

    game = pygambit.read_nfg(io.StringIO(as_nfg(A, B)))
    try:
        solution = pygambit.nash.enummixed_solve(game, rational=True)
    except (IndexError, RuntimeError, ValueError, ZeroDivisionError):
        return None
    return {
        tuple(
            # Up to version 16 a mix is a sequence of pairs, since 17 a mapping.
            tuple(
                Fraction(str(chance))
                for _, chance in (mix.items() if hasattr(mix, "items") else mix)
            )
            for mix in (profile[player] for player in game.players)
        )
        for profile in solution.equilibria
    }


def nashpy_says(A: Payoffs, B: Payoffs) -> list[tuple[np.ndarray, np.ndarray]]:
    import nashpy

    game = nashpy.Game(np.array(A, dtype=float), np.array(B, dtype=float))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an even number of equilibria in degenerate games
        return list(game.support_enumeration())


def far(mixes: set[Mix], numbers: np.ndarray) -> float:
    """How far a mix is from the hull of others, in its worst coordinate."""
    vertices = np.array(sorted(mixes), dtype=float)
    k, size = vertices.shape
    gap = np.ones((size, 1))
    within = linprog(
        np.eye(k + 1)[-1],
        A_ub=np.block([[vertices.T, -gap], [-vertices.T, -gap]]),
        b_ub=np.concatenate([numbers, -numbers]),
        A_eq=[[1.0] * k + [0.0]],
        b_eq=[1.0],
    )
    return within.fun


@pytest.mark.slow
def test_it_agrees_with_pygambit_and_holds_all_that_nashpy_finds(record_property):
    pytest.importorskip("pygambit")
    draw = random.Random(2010)
    counts = dict.fromkeys(
        ("equilibria", "degenerate", "pygambit raised", "nashpy asked", "nashpy missed",
         "nashpy missed in nondegenerate games", "nashpy not extreme"), 0
    )  # fmt: skip
    for k in range(1000):
        A, B = random_game(draw, 5)
        found = certified(A, B, solve_exactly(A, B))
        assert found.complete
        counts["equilibria"] += len(found.profiles)
        counts["degenerate"] += found.degenerate

        others = gambit_says(A, B)
        if others is None:
            counts["pygambit raised"] += 1
            others = by_definition(A, B)
        assert set(found.profiles) == others, (A, B)

        if len(A) * len(A[0]) > 12 and k % 4:
            continue  # on larger games nashpy would take most of the time
        counts["nashpy asked"] += len(found.profiles)
        seen = set()
        numbers = [np.array(side, dtype=float) for side in zip(*found.profiles, strict=True)]
        for x, y in nashpy_says(A, B):
            gaps = [np.abs(own - mix).max(axis=1) for own, mix in zip(numbers, (x, y), strict=True)]
            near = np.flatnonzero(np.maximum(*gaps) < 1e-6)
            seen.update(near)
            if not near.size:
                counts["nashpy not extreme"] += 1
                sides = (strategies(found, subset) for subset in found.subsets)
                assert any(far(xs, x) < 1e-6 and far(ys, y) < 1e-6 for xs, ys in sides), (A, B)
        missed = len(found.profiles) - len(seen)
        counts["nashpy missed"] += missed
        counts["nashpy missed in nondegenerate games"] += missed * (not found.degenerate)
    for name, count in counts.items():
        record_property(name, count)
    print(counts)  # pytest -s shows what nashpy missed
    assert 200 < counts["degenerate"] < 800  # both kinds of game were asked about


def test_it_agrees_with_the_definition_on_small_games_full_of_ties():
    draw = random.Random(9)
    degenerate = 0
    for _ in range(250):
        A, B = random_game(draw, 3, ranges=((0, 1), (0, 2), (-1, 1)))
        found = certified(A, B, solve_exactly(A, B))
        extreme = by_definition(A, B)
        products = products_by_definition(extreme)
        assert set(found.profiles) == extreme
        assert named(found, found.subsets) == products
        assert named(found, found.components) == components_by_definition(products)
        degenerate += found.degenerate
    assert degenerate > 100


def test_it_says_degenerate_exactly_when_some_mix_has_too_many_best_replies():
    draw = random.Random(37)
    told = set()
    for _ in range(60):
        A, B = random_game(draw, 3, ranges=((0, 2), (-9, 9)))
        found = solve_exactly(A, B)
        assert found.degenerate == (some_mix_ties(A) or some_mix_ties(transpose(B)))
        told.add(found.degenerate)
    assert told == {True, False}


# --- laws ----------------------------------------------------------------------------------------

small = st.integers(-2, 2).map(Fraction)
mixed_magnitudes = st.sampled_from(
    [
        Fraction(0),
        Fraction(1),
        Fraction(-1, 3),
        Fraction(10**20),
        Fraction(1, 10**20),
        Fraction(1e-20),
    ]
)
any_size = st.fractions(-100, 100, max_denominator=50)
any_kind = st.sampled_from([small, mixed_magnitudes, any_size])


@st.composite
def games(draw, entries=any_kind, largest=4):
    m, n = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    entry = draw(entries)
    matrix = st.lists(st.lists(entry, min_size=n, max_size=n), min_size=m, max_size=m)
    return draw(matrix), draw(matrix)


laws = settings(max_examples=60, deadline=None, derandomize=True)


@laws
@given(games())
def test_there_is_always_an_equilibrium_and_everything_reported_is_one(game):
    A, B = game
    found = certified(A, B, solve_exactly(A, B))
    assert found.complete
    assert found.profiles


@laws
@given(games())
def test_nondegenerate_games_have_an_odd_number_of_equilibria_each_alone(game):
    A, B = game
    found = solve_exactly(A, B)
    assume(not found.degenerate)
    alone = tuple((k,) for k in range(len(found.profiles)))
    assert len(found.profiles) % 2 == 1
    assert found.subsets == found.components == alone


@laws
@given(
    games(),
    st.fractions(Fraction(1, 1000), 1000),
    st.fractions(Fraction(1, 10**30), 10**30),
    st.lists(st.fractions(-100, 100), min_size=8, max_size=8),
)
def test_scaling_payoffs_and_adding_what_a_player_cannot_change_changes_nothing(game, s, t, add):
    A, B = game
    moved_A = [[s * v + add[j] for j, v in enumerate(line)] for line in A]
    moved_B = [[t * v + add[4 + i] for v in line] for i, line in enumerate(B)]
    assert solve_exactly(moved_A, moved_B) == solve_exactly(A, B)


@laws
@given(games(), st.randoms(use_true_random=False))
def test_relabelling_actions_relabels_equilibria(game, shuffler):
    A, B = game
    rows, columns = list(range(len(A))), list(range(len(A[0])))
    shuffler.shuffle(rows)
    shuffler.shuffle(columns)
    moved = solve_exactly(*([[P[i][j] for j in columns] for i in rows] for P in (A, B)))
    found = solve_exactly(A, B)

    def renamed(groups):
        return {
            frozenset((tuple(x[i] for i in rows), tuple(y[j] for j in columns)) for x, y in group)
            for group in groups
        }

    assert set(moved.profiles) == next(iter(renamed([found.profiles])))
    assert named(moved, moved.subsets) == renamed(named(found, found.subsets))
    assert named(moved, moved.components) == renamed(named(found, found.components))
    assert moved.degenerate == found.degenerate


@laws
@given(games(), st.integers(0, 5), st.integers(1, 5))
def test_adding_a_strictly_dominated_action_changes_nothing(game, row, less):
    A, B = game
    worse = [v - less for v in A[row % len(A)]]
    other = [7 * k for k in range(len(A[0]))]
    found = solve_exactly([*A, worse], [*B, other])
    assert all(x[-1] == 0 for x, _ in found.profiles)
    assert [(x[:-1], y) for x, y in found.profiles] == list(solve_exactly(A, B).profiles)
    assert found.components == solve_exactly(A, B).components


@laws
@given(games())
def test_exchanging_the_players_exchanges_their_strategies(game):
    A, B = game
    found, mirrored = solve_exactly(A, B), solve_exactly(transpose(B), transpose(A))
    assert {(y, x) for x, y in mirrored.profiles} == set(found.profiles)
    assert mirrored.degenerate == found.degenerate


@laws
@given(games(entries=st.just(small)), st.randoms(use_true_random=False))
def test_any_mixture_within_a_maximal_nash_subset_is_an_equilibrium(game, draw):
    A, B = game
    found = solve_exactly(A, B)
    for subset in found.subsets:
        x, y = (
            blend(sorted(side), [draw.randint(1, 9) for _ in side])
            for side in strategies(found, subset)
        )
        assert is_equilibrium(A, B, x, y)
        assert regrets(A, B, x, y) == (0, 0)


def blend(mixes: list[Mix], weights: list[int]) -> Mix:
    total = sum(weights)
    return tuple(
        sum((w * chance for w, chance in zip(weights, chances, strict=True)), Fraction(0)) / total
        for chances in zip(*mixes, strict=True)
    )


@laws
@given(games(entries=st.just(mixed_magnitudes), largest=3))
@example(([[1e20, 1e-20], [0.0, 1.0]], [[1e-20, 1e20], [1.0, 0.0]]))
@example(([[10**20, 10**20 + 1], [10**20 + 1, 10**20]], [[1, 2], [2, 1]]))
def test_magnitudes_do_not_matter(game):
    A, B = ([[Fraction(v) for v in line] for line in payoffs] for payoffs in game)
    assert set(solve_exactly(*game).profiles) == by_definition(A, B)


@laws
@given(games())
def test_regret_is_what_the_best_deviation_gains(game):
    A, B = game
    x = tuple(Fraction(1, len(A)) for _ in A)
    y = tuple(Fraction(1, len(A[0])) for _ in A[0])
    rows, columns = pays(A, y), pays(transpose(B), x)
    gains = max(rows) - sum(rows) / len(rows), max(columns) - sum(columns) / len(columns)
    assert regrets(A, B, x, y) == gains


# --- games with known equilibria -----------------------------------------------------------------


def solve(A, B) -> ExactSolution:
    exact = ([[Fraction(v) for v in line] for line in payoffs] for payoffs in (A, B))
    return certified(*exact, solve_exactly(A, B))


def shown(found: ExactSolution) -> list[str]:
    return [" ".join(map(str, x)) + " | " + " ".join(map(str, y)) for x, y in found.profiles]


def test_the_prisoners_dilemma_has_one_equilibrium():
    found = solve([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    assert shown(found) == ["0 1 | 0 1"]
    assert found.subsets == found.components == ((0,),)
    assert not found.degenerate


def test_pure_equilibria_come_first_in_the_order_of_their_actions():
    identity = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert shown(solve(identity, identity)) == [
        "1 0 0 | 1 0 0",
        "0 1 0 | 0 1 0",
        "0 0 1 | 0 0 1",
        "1/2 1/2 0 | 1/2 1/2 0",
        "1/2 0 1/2 | 1/2 0 1/2",
        "0 1/2 1/2 | 0 1/2 1/2",
        "1/3 1/3 1/3 | 1/3 1/3 1/3",
    ]


def test_everything_is_an_equilibrium_where_nobody_cares():
    found = solve([[1, 1], [1, 1]], [[1, 1], [1, 1]])
    assert shown(found) == ["1 0 | 1 0", "1 0 | 0 1", "0 1 | 1 0", "0 1 | 0 1"]
    assert found.subsets == found.components == ((0, 1, 2, 3),)
    assert found.witness == ("row", (1, 0), (0, 1))


@pytest.mark.parametrize(("m", "n"), [(1, 1), (1, 4), (4, 1), (3, 5), (10, 10)])
@pytest.mark.parametrize("value", [0, -7, Fraction(1, 3), 10**20, 1e-20])
def test_constant_games_of_any_shape_are_one_product_of_all_pure_strategies(m, n, value):
    constant = [[value] * n for _ in range(m)]
    found = solve(constant, constant)
    assert len(found.profiles) == m * n
    assert found.subsets == found.components == (tuple(range(m * n)),)
    assert found.degenerate == (m * n > 1)


def test_a_lone_player_picks_any_of_the_best():
    found = solve([[0, 2, 2, 1]], [[0, 2, 2, 1]])
    assert shown(found) == ["1 | 0 1 0 0", "1 | 0 0 1 0"]
    assert found.subsets == found.components == ((0, 1),)
    assert found.witness == ("row", (1,), (1, 2))
    assert shown(solve([[0], [3], [1]], [[0], [0], [0]])) == ["0 1 0 | 1"]


def test_a_duplicate_action_doubles_each_equilibrium_that_uses_it():
    # a game of deterrence in which the second row is there twice
    found = solve([[0, 4], [1, 2], [1, 2]], [[0, 1], [4, 2], [4, 2]])
    assert shown(found) == [
        "1 0 0 | 0 1",
        "0 1 0 | 1 0",
        "0 0 1 | 1 0",
        "2/3 1/3 0 | 2/3 1/3",
        "2/3 0 1/3 | 2/3 1/3",
    ]
    assert found.subsets == found.components == ((0,), (1, 2), (3, 4))
    assert found.witness == ("column", (1, 0), (1, 2))


def test_an_edge_of_equilibria_beside_a_point():
    # Entry deterred: once the column plays 0, the rows' tie leaves an edge of threats.
    found = solve([[2, 2], [1, 3]], [[1, 1], [0, 2]])
    assert shown(found) == ["1 0 | 1 0", "0 1 | 0 1", "1 0 | 1/2 1/2"]
    assert found.subsets == found.components == ((0, 2), (1,))
    assert found.witness == ("row", (1, 0), (0, 1))


def test_subsets_that_share_a_point_are_one_component():
    # Row 0 ties the columns and column 0 ties the rows: two edges that meet in a corner.
    found = solve([[1, 1], [1, 0]], [[1, 1], [1, 0]])
    assert shown(found) == ["1 0 | 1 0", "1 0 | 0 1", "0 1 | 1 0"]
    assert found.subsets == ((0, 1), (0, 2))
    assert found.components == ((0, 1, 2),)


def anyone_but_me(n: int) -> list[list[int]]:
    """Both lose where they meet and nothing matters elsewhere."""
    return [[-1 if i == j else 0 for j in range(n)] for i in range(n)]


def test_there_may_be_many_more_subsets_than_strategies():
    # Whoever avoids the other is content, so every split of the actions in two is a product.
    # Mixing over all six is an equilibrium too, and touches none of these.
    found = solve(anyone_but_me(6), anyone_but_me(6))
    pure = [k for k, (x, y) in enumerate(found.profiles) if max(x) == max(y) == 1]
    assert sum(set(subset) <= set(pure) for subset in found.subsets) == 2**6 - 2
    assert found.profiles[-1] == ((Fraction(1, 6),) * 6, (Fraction(1, 6),) * 6)
    assert [len(component) for component in found.components] == [len(found.profiles) - 1, 1]


# --- what is asked -------------------------------------------------------------------------------

FINE = [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("A", "B", "says"),
    [
        ([], FINE, "the row player's payoffs are empty"),
        (FINE, [], "the column player's payoffs are empty"),
        ([[]], [[]], "row 0 of the row player's payoffs is empty"),
        ([[1, 2], [3]], FINE, "row 1 of the row player's payoffs has 1 entries where row 0 has 2"),
        (FINE, [[1], [2, 3]], "row 1 of the column player's payoffs has 2 entries where row 0 has 1"),
        (FINE, [[1, 2, 3], [4, 5, 6]], "the row player's payoffs are 2x2 and the column player's 2x3"),
        (FINE, [3, 4], "row 0 of the column player's payoffs is 3: it must be a row of numbers"),
        (FINE, [[1, 2], [3, float("nan")]], "entry 1 in row 1 of the column player's payoffs is nan"),
        ([[1, float("inf")], [3, 4]], FINE, "entry 1 in row 0 of the row player's payoffs is inf"),
        ([[sp.pi, 1], [3, 4]], FINE, "entry 0 in row 0 of the row player's payoffs is pi"),
    ],
)  # fmt: skip
def test_what_is_no_game_is_told_with_its_player_and_row(A, B, says):
    with pytest.raises(ValueError, match=says):
        solve_exactly(A, B)
    with pytest.raises(ValueError, match=says):
        regrets(A, B, [1, 0], [1, 0])


def test_a_mix_over_other_actions_has_no_regret():
    with pytest.raises(ValueError, match="the column player's mix has 3 entries for 2 actions"):
        regrets(FINE, FINE, [1, 0], [1, 0, 0])


@pytest.mark.parametrize(
    "convert",
    [int, float, Fraction, sp.Rational, np.int64, np.float32, np.float64, str],
)
def test_numbers_of_any_make_are_read_exactly(convert):
    A, B = [[0, 4], [1, 2]], [[0, 1], [4, 2]]
    read = solve_exactly(*([[convert(v) for v in line] for line in P] for P in (A, B)))
    assert read == solve_exactly(A, B) == solve_exactly(np.array(A), np.array(B))
    assert all(type(p.numerator) is int for x, y in read.profiles for p in (*x, *y))


def test_a_third_is_a_third_and_a_tenth_of_a_float_is_not():
    third = sp.Rational(1, 3)
    assert solve_exactly([[third], [Fraction(1, 3)]], [[0], [0]]).degenerate
    assert not solve_exactly([[0.1], [Fraction(1, 10)]], [[0], [0]]).degenerate


# --- the budget ----------------------------------------------------------------------------------


def coordination(n: int) -> list[list[int]]:
    return [[i + 1 if i == j else 0 for j in range(n)] for i in range(n)]


@pytest.fixture(scope="module")
def whole():
    found = solve(coordination(8), coordination(8))
    assert found.complete
    assert len(found.profiles) == 2**8 - 1
    return found


@pytest.mark.parametrize("most", [1, 2, 10, 60, 255])
def test_past_its_budget_of_bases_it_says_so_and_keeps_what_is_sure(whole, most):
    A = coordination(8)
    part = certified(A, A, solve_exactly(A, A, most_bases=most))
    assert not part.complete
    assert set(part.profiles) < set(whole.profiles)
    assert f"stopped at {most:,} bases while enumerating the row player's" in part.reason
    assert "equilibria may be missing" in part.reason


def test_a_budget_that_just_suffices_is_enough():
    A = coordination(8)
    assert solve_exactly(A, A, most_bases=256) == solve_exactly(A, A)


def test_past_its_time_it_says_so_and_keeps_what_is_sure():
    A = coordination(16)
    part = certified(A, A, solve_exactly(A, A, seconds=0))
    assert not part.complete
    assert "ran out of seconds while enumerating" in part.reason
    assert part.profiles == ()


def test_subsets_too_many_to_list_are_told_apart_from_missing_equilibria():
    A = anyone_but_me(8)
    whole, part = solve_exactly(A, A), solve_exactly(A, A, most_bases=200)
    assert whole.complete
    assert len(whole.subsets) > 200
    assert part.profiles == whole.profiles
    assert part.components == whole.components
    assert set(part.subsets) < set(whole.subsets)
    assert not part.complete
    assert part.reason == (
        "stopped at 200 sets while listing maximal Nash subsets: some of these may be missing"
    )


# --- linear programmes and paths -----------------------------------------------------------------


def random_games(seed, number, largest=4):
    draw = random.Random(seed)
    for _ in range(number):
        yield random_game(draw, largest)


def test_every_path_of_lemke_and_howson_ends_at_an_extreme_equilibrium():
    for A, B in random_games(1964, 150):
        found = list(lemke_howson(A, B))
        assert found
        assert len(set(found)) == len(found)
        assert set(found) <= by_definition(A, B)


def test_paths_end_in_large_degenerate_games():
    draw = random.Random(22)
    for size in (8, 12, 16):
        A, B = ([[Fraction(draw.randint(0, 1)) for _ in range(size)] for _ in range(size)] for _ in "AB")  # fmt: skip
        some = list(itertools.islice(lemke_howson(A, B), 3))
        assert some
        assert all(is_equilibrium(A, B, x, y) for x, y in some)


def test_gambits_own_paths_lead_to_equilibria_that_enumeration_has():
    pygambit = pytest.importorskip("pygambit")
    for A, B in random_games(7, 60):
        game = pygambit.read_nfg(io.StringIO(as_nfg(A, B)))
        for profile in pygambit.nash.lcp_solve(game, rational=True).equilibria:
            x, y = (
                tuple(
                    Fraction(str(chance))
                    for _, chance in (mix.items() if hasattr(mix, "items") else mix)
                )
                for mix in (profile[player] for player in game.players)
            )
            assert (x, y) in solve_exactly(A, B).profiles


def test_a_path_that_is_cut_off_yields_nothing():
    A, B = next(random_games(1, 1))
    assert list(lemke_howson(A, B, deadline=0)) == []
    assert zero_sum(A, deadline=0) is None
    assert maximise([1], [[1]], [1], deadline=0) is None


def test_zero_sum_games_have_all_their_optimal_strategies():
    for A, _ in random_games(1928, 150):
        found = zero_sum(A)
        extreme = by_definition(A, [[-v for v in line] for line in A])
        assert not found.reason
        assert set(product(found.rows, found.columns)) == extreme
        for x in found.rows:
            assert min(pays(transpose(A), x)) == found.value
        for y in found.columns:
            assert max(pays(A, y)) == found.value


@laws
@given(
    games(largest=3),
    st.fractions(Fraction(1, 100), 100),
    st.lists(st.fractions(-100, 100), min_size=6, max_size=6),
)
def test_a_game_that_is_zero_sum_up_to_scale_and_shifts_is_recognised(game, scale, add):
    A, other = game
    moved = [[v + add[j] for j, v in enumerate(line)] for line in A]
    B = [[add[3 + i] - scale * v for v in line] for i, line in enumerate(A)]
    found = zero_sum(strategically_zero_sum(moved, B))
    assert set(product(found.rows, found.columns)) == by_definition(moved, B)
    told = strategically_zero_sum(moved, other)
    if told is not None:
        found = zero_sum(told)
        assert set(product(found.rows, found.columns)) == by_definition(moved, other)


@laws
@given(games(largest=4), st.data())
def test_linear_programmes_have_the_optimum_that_scipy_finds(game, data):
    A, _ = game
    whole = [[int(12 * v.limit_denominator(4)) for v in line] for line in A]
    assume(max(abs(v) for line in whole for v in line) < 10**6)
    m, n = len(whole), len(whole[0])
    objective = data.draw(st.lists(st.integers(-5, 5), min_size=n, max_size=n))
    bounds = data.draw(st.lists(st.integers(0, 5), min_size=m, max_size=m))
    lines, bounds = [*whole, [1] * n], [*bounds, 7]  # the last keeps it bounded
    found = maximise(objective, lines, bounds)
    other = linprog([-c for c in objective], A_ub=lines, b_ub=bounds)
    assert abs(float(found.value) + other.fun) < 1e-6
    assert all(v >= 0 for v in (*found.primal, *found.dual))
    # What is feasible on either side and pays the same is optimal on both.
    for line, bound in zip(lines, bounds, strict=True):
        assert sum(v * z for v, z in zip(line, found.primal, strict=True)) <= bound
    for column, c in zip(zip(*lines, strict=True), objective, strict=True):
        assert sum(v * p for v, p in zip(column, found.dual, strict=True)) >= c
    paid = sum(c * z for c, z in zip(objective, found.primal, strict=True))
    assert paid == found.value == sum(b * p for b, p in zip(bounds, found.dual, strict=True))
