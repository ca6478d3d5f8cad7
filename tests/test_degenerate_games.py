"""Games full of ties, and numbers of any size, against a brute force from the definition.

The brute force takes every pair of supports (I, J) and asks for

    X(I, J) = {x : x uses rows of I only, every column of J is a best reply to x}
    Y(I, J) = {y : y uses columns of J only, every row of I is a best reply to y}

All pairs of X(I, J) x Y(I, J) are equilibria, every equilibrium is such a pair, and each maximal
Nash subset is one of these products.  Sets of actions are the bits of an integer.
"""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import gcd, lcm
from typing import NamedTuple

import numpy as np
import pytest

from dilemma.games.exact import ExactSolution, regrets, solve_exactly

Mix = tuple[Fraction, ...]
Pair = tuple[Mix, Mix]
Matrix = Sequence[Sequence[int | Fraction]]


# --- the definition ------------------------------------------------------------------------------


class Extreme(NamedTuple):
    """An extreme point of some X(I, J): weights in proportion, what they use, all best replies."""

    weights: tuple[int, ...]
    used: int
    best: int

    @property
    def mix(self) -> Mix:
        return tuple(Fraction(w, sum(self.weights)) for w in self.weights)


class Definition(NamedTuple):
    """What the definition says of a game."""

    profiles: set[Pair]
    subsets: set[frozenset[Pair]]
    components: set[frozenset[Pair]]
    degenerate: bool


def bits(things) -> int:
    return sum(1 << k for k in things)


def is_alone(equations: list[list[int]], size: int) -> bool:
    """Whether homogeneous linear equations in ``size`` unknowns leave one direction only."""
    left, rank = [line[:] for line in equations], 0
    for k in range(size):
        pivot = next((line for line in left if line[k]), None)
        if pivot is not None:
            rank += 1
            left.remove(pivot)
            left = [
                [v * pivot[k] - line[k] * w for v, w in zip(line, pivot, strict=True)]
                for line in left
            ]
    return rank == size - 1


def cut(points: set[tuple[int, ...]], half: list[int], others: list[list[int]]):
    """Keep the part of a cone on which ``half`` is not negative, by its extreme rays.

    What is new lies between a ray kept and a ray cut off.  A ray is extreme if the constraints
    that bind there (weights of 0, and lines of ``others``) leave no other direction.
    """
    value = {point: sum(v * w for v, w in zip(half, point, strict=True)) for point in points}
    between = set()
    for p, q in product(points, repeat=2):
        if value[p] > 0 > value[q]:
            sums = [value[p] * w - value[q] * v for v, w in zip(p, q, strict=True)]
            between.add(tuple(w // gcd(*sums) for w in sums))
    kept = {point for point in points if value[point] >= 0}
    for point in between - kept:
        support = [k for k, w in enumerate(point) if w]
        binding = [
            [line[k] for k in support]
            for line in (half, *others)
            if sum(v * w for v, w in zip(line, point, strict=True)) == 0
        ]
        if is_alone(binding, len(support)):
            kept.add(point)
    return kept


def extreme_points(payoffs: Matrix) -> list[Extreme]:
    """Every extreme point of every X(I, J), each of which is a face of some X(all, {j}).

    ``payoffs[j][k]`` is what the other player earns by j against my action k.
    """
    scale = lcm(*(Fraction(v).denominator for line in payoffs for v in line))
    whole = [[int(Fraction(v) * scale) for v in line] for line in payoffs]
    size, found = len(whole[0]), set()
    for mine in whole:
        points = {tuple(int(k == i) for k in range(size)) for i in range(size)}
        others: list[list[int]] = []
        for line in whole:
            half = [v - w for v, w in zip(mine, line, strict=True)]
            points = cut(points, half, others)
            others.append(half)
        found |= points
    extremes = []
    for point in sorted(found):
        earned = [sum(v * w for v, w in zip(line, point, strict=True)) for line in whole]
        best = bits(j for j, v in enumerate(earned) if v == max(earned))
        extremes.append(Extreme(point, bits(k for k, w in enumerate(point) if w), best))
    return extremes


def supports(size: int) -> range:
    return range(1, 1 << size)


def face(extremes: list[Extreme], within: int, best: int) -> list[Extreme]:
    """Those that use actions within a set only, and make best replies of all of another."""
    return [z for z in extremes if z.used & ~within == 0 and best & ~z.best == 0]


def ties(extremes: list[Extreme], own: int, replies: int) -> bool:
    """Whether some mix has more best replies than actions that it uses.

    Some point of a face uses all of a set just if its extreme points do between them.
    """
    for used, best in product(supports(own), supports(replies)):
        if best.bit_count() > used.bit_count():
            together = 0
            for z in face(extremes, used, best):
                together |= z.used
            if together == used:
                return True
    return False


def by_definition(A: Matrix, B: Matrix) -> Definition:
    m, n = len(A), len(A[0])
    xs, ys = extreme_points(list(zip(*B, strict=True))), extreme_points(A)
    X, Y = {}, {}
    for rows, columns in product(supports(m), supports(n)):
        X[rows, columns] = frozenset(x.weights for x in face(xs, rows, columns))
        Y[rows, columns] = frozenset(y.weights for y in face(ys, columns, rows))
    sides = {(X[at], Y[at]) for at in X if X[at] and Y[at]}
    row, column = ({z.weights: z.mix for z in zs} for zs in (xs, ys))
    products = {
        frozenset((row[x], column[y]) for x, y in product(*both))
        for both in sides
        if not any(both != more and both[0] <= more[0] and both[1] <= more[1] for more in sides)
    }
    parts: list[frozenset[Pair]] = []
    for one in products:
        touching = [part for part in parts if part & one]
        parts = [part for part in parts if not part & one] + [one.union(*touching)]
    degenerate = ties(xs, m, n) or ties(ys, n, m)
    return Definition(set().union(*products), products, set(parts), degenerate)


def named(found: ExactSolution, groups: Sequence[Sequence[int]]) -> set[frozenset[Pair]]:
    return {frozenset(found.profiles[k] for k in group) for group in groups}


def without_regret(A: Matrix, B: Matrix, found: ExactSolution) -> bool:
    return all(regrets(A, B, x, y) == (0, 0) for x, y in found.profiles)


def as_defined(A: Matrix, B: Matrix) -> ExactSolution:
    """Solve a game, check all of the solution against the definition, and return it."""
    found, truth = solve_exactly(A, B), by_definition(A, B)
    assert found.complete
    assert not found.reason
    assert len(found.profiles) == len(truth.profiles)
    assert set(found.profiles) == truth.profiles
    assert len(found.subsets) == len(truth.subsets)
    assert named(found, found.subsets) == truth.subsets
    assert len(found.components) == len(truth.components)
    assert named(found, found.components) == truth.components
    assert found.degenerate == truth.degenerate
    assert without_regret(A, B, found)
    return found


def drawn(draw: random.Random, m: int, n: int, entry) -> tuple[Matrix, Matrix]:
    A, B = ([[entry(draw) for _ in range(n)] for _ in range(m)] for _ in "AB")
    return A, B


def of_three(draw: random.Random) -> int:
    return draw.randint(0, 2)


SHAPES = list(product(range(1, 6), repeat=2))
LARGE = {(3, 5), (4, 4), (4, 5), (5, 3), (5, 4), (5, 5)}


@pytest.mark.parametrize(  # 25 shapes, 80 games each: 2,000
    ("m", "n"), [pytest.param(*s, marks=pytest.mark.slow) if s in LARGE else s for s in SHAPES]
)
def test_games_full_of_ties_are_solved_as_defined(m, n):
    draw = random.Random(f"{m}x{n}")
    solutions = [as_defined(*drawn(draw, m, n, of_three)) for _ in range(80)]
    share = sum(found.degenerate for found in solutions) / len(solutions)
    assert share > 0.2 or m == n == 1


def test_the_definition_itself_on_games_known_by_hand():
    # Three actions each, both want to meet: any pair of equal supports, mixed evenly.
    meet = by_definition(np.eye(3, dtype=int).tolist(), np.eye(3, dtype=int).tolist())
    assert len(meet.profiles) == len(meet.subsets) == len(meet.components) == 7
    assert not meet.degenerate
    # Row 0 ties the columns and column 0 ties the rows: two edges that meet in a corner.
    corner = by_definition([[1, 1], [1, 0]], [[1, 1], [1, 0]])
    up, down = (Fraction(1), Fraction(0)), (Fraction(0), Fraction(1))
    assert corner.subsets == {
        frozenset({(up, up), (up, down)}),
        frozenset({(up, up), (down, up)}),
    }
    assert corner.components == {frozenset({(up, up), (up, down), (down, up)})}
    assert corner.degenerate


# --- games with many equilibria and with one -----------------------------------------------------

# von Stengel 1999, "New maximal numbers of equilibria in bimatrix games", Discrete & Computational
# Geometry 21: 557-568: more equilibria than the 63 of coordination.
MANY = (
    [
        [9504, -660, 19976, -20526, 1776, -8976],
        [-111771, 31680, -130944, 168124, -8514, 52764],
        [397584, -113850, 451176, -586476, 29216, -178761],
        [171204, -45936, 208626, -263076, 14124, -84436],
        [1303104, -453420, 1227336, -1718376, 72336, -461736],
        [737154, -227040, 774576, -1039236, 48081, -300036],
    ],
    [
        [72336, 48081, 29216, 14124, 1776, -8514],
        [-461736, -300036, -178761, -84436, -8976, 52764],
        [1227336, 774576, 451176, 208626, 19976, -130944],
        [-1718376, -1039236, -586476, -263076, -20526, 168124],
        [1303104, 737154, 397584, 171204, 9504, -111771],
        [-453420, -227040, -113850, -45936, -660, 31680],
    ],
)
# Savani and von Stengel 2006, "Hard-to-solve bimatrix games", Econometrica 74: 397-429: as many with
# small payoffs.  With the first player's rows in another order (below) only one equilibrium is left,
# and the paths of Lemke and Howson to it are long.
SMALL = (
    [
        [-81, 36, -126, 126, -36, 90],
        [-180, 72, -333, 297, -153, 270],
        [20, -3, 42, -33, 17, -30],
        [-30, 17, -33, 42, -3, 20],
        [270, -153, 297, -333, 72, -180],
        [90, -36, 126, -126, 36, -81],
    ],
    [
        [72, 36, 17, -3, -36, -153],
        [-180, -81, -30, 20, 90, 270],
        [297, 126, 42, -33, -126, -333],
        [-333, -126, -33, 42, 126, 297],
        [270, 90, 20, -30, -81, -180],
        [-153, -36, -3, 17, 36, 72],
    ],
)
LONG = ([SMALL[0][i] for i in (1, 3, 0, 5, 2, 4)], SMALL[1])


@pytest.mark.parametrize(("game", "number"), [(MANY, 75), (SMALL, 75), (LONG, 1)])
def test_von_stengels_games_have_75_equilibria_and_one(game, number):
    found = as_defined(*game)
    assert len(set(found.profiles)) == number
    assert not found.degenerate
    assert found.subsets == found.components == tuple((k,) for k in range(number))


@pytest.mark.parametrize(("game", "number"), [(MANY, 75), (SMALL, 75), (LONG, 1)])
def test_pygambit_finds_as_many_in_von_stengels_games(game, number):
    pygambit = pytest.importorskip("pygambit")
    payoffs = " ".join(f"{game[0][i][j]} {game[1][i][j]}" for j, i in product(range(6), repeat=2))
    text = f'NFG 1 R "" {{ "row" "column" }} {{ 6 6 }}\n\n{payoffs}\n'
    read = pygambit.read_nfg(io.StringIO(text))
    theirs = pygambit.nash.enummixed_solve(read, rational=True).equilibria
    profiles = {
        tuple(
            # A mix is a mapping in some versions and a sequence of pairs in others.
            tuple(Fraction(str(p)) for _, p in (mix.items() if hasattr(mix, "items") else mix))
            for mix in (profile[player] for player in read.players)
        )
        for profile in theirs
    }
    assert len(theirs) == len(profiles) == number
    assert profiles == set(solve_exactly(*game).profiles)


def test_shapleys_game_has_one_equilibrium():
    # 1964, "Some topics in two-person games": where fictitious play circles for ever.
    found = as_defined([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    assert found.profiles == (((Fraction(1, 3),) * 3, (Fraction(1, 3),) * 3),)
    assert not found.degenerate


# --- numbers of any size -------------------------------------------------------------------------

HUGE = Fraction(10**40 + 1, 10**39 - 7)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(lambda draw: draw.choice([10**20, Fraction(1, 10**20), 0, -1]), id="1e20, 1e-20"),
        pytest.param(lambda draw: 1 + Fraction(draw.randint(-2, 2), 10**12), id="apart by 1e-12"),
        pytest.param(lambda draw: 10**20 + draw.randint(0, 2), id="1e20 + 0, 1, 2"),
        pytest.param(lambda draw: HUGE ** draw.randint(-2, 2), id="huge fractions"),
        pytest.param(
            lambda draw: Fraction(draw.getrandbits(200) - 2**199, draw.getrandbits(200) + 1),
            id="fractions of 200 bits",
        ),
        pytest.param(lambda draw: draw.choice([0.1, 0.2, 0.1 + 0.2, 0.3, 5e-324]), id="floats"),
    ],
)  # fmt: skip
def test_payoffs_of_wild_magnitude_are_solved_as_defined(entry):
    draw = random.Random(20)
    for m, n in [*SHAPES[:18], (4, 4)]:
        as_defined(*drawn(draw, m, n, entry))


def test_a_difference_of_1e_12_decides():
    # Row 0 pays a trifle more; rounded to floats of 1e20 the trifle is gone.
    trifle = Fraction(1, 10**12)
    better = solve_exactly([[10**20 + trifle], [10**20]], [[0], [0]])
    assert better.profiles == (((1, 0), (1,)),)
    assert not better.degenerate
    assert len(solve_exactly([[10**20], [10**20]], [[0], [0]]).profiles) == 2


def test_fractions_of_numpys_integers_do_not_overflow():
    # Fraction(np.int64(1)) keeps a numerator of 64 bits.
    A, B = [[3, 0], [5, 1]], [[2, 5], [0, 7]]
    big = np.int64(2**61 + 1)
    scaled = ([[Fraction(np.int64(v), big) for v in line] for line in P] for P in (A, B))
    odd = [[Fraction(v, 3) for v in line] for line in A]
    odd[0][0] = Fraction(big)
    assert solve_exactly(*scaled) == solve_exactly(A, B)
    plain = [[int(big), 0], *odd[1:]]
    assert solve_exactly(odd, B) == solve_exactly(plain, B)
    assert regrets(odd, B, [0, 1], [1, 0]) == regrets(plain, B, [0, 1], [1, 0])


# --- players who cannot choose, or do not care ---------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 7, 40])
@pytest.mark.parametrize("ties", [False, True], ids=["all differ", "ties"])
def test_a_lone_chooser_takes_each_of_the_best_whatever_the_other_would_earn(size, ties):
    # One column: here pivoting along one path (Lemke and Howson) is known to run in circles.
    draw = random.Random(size)
    mine = [draw.randint(0, 2) for _ in range(size)] if ties else draw.sample(range(99), size)
    others = [draw.randint(0, 2) for _ in range(size)]
    best = [k for k, v in enumerate(mine) if v == max(mine)]
    pure = [tuple(Fraction(k == i) for k in range(size)) for i in best]
    column = solve_exactly([[v] for v in mine], [[v] for v in others])
    assert column.profiles == tuple((x, (1,)) for x in pure)
    row = solve_exactly([others], [mine])
    assert row.profiles == tuple(((1,), y) for y in pure)
    for found in (column, row):
        assert found.complete
        assert found.subsets == found.components == (tuple(range(len(best))),)
        assert found.degenerate == (len(best) > 1)


@pytest.mark.parametrize(("m", "n"), [(2, 2), (2, 5), (5, 2), (4, 4), (5, 5)])
@pytest.mark.parametrize("entry", [of_three, lambda draw: draw.randint(-50, 50)])
def test_one_player_does_not_care(m, n, entry):
    draw = random.Random(f"{m}x{n}")
    for _ in range(3):
        A, _ = drawn(draw, m, n, entry)
        for value in (0, Fraction(-1, 3)):
            constant = [[value] * n for _ in range(m)]
            assert as_defined(A, constant).degenerate
            assert as_defined(constant, A).degenerate


# --- budgets -------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [1, 2, 3, 5, 8, 13, 21, 34])
def test_past_a_budget_of_bases_ties_do_no_harm(most):
    draw = random.Random(most)
    stopped = kept = 0
    for m, n in [(3, 3), (3, 5), (5, 3), (5, 5)] * 10:
        A, B = drawn(draw, m, n, of_three)
        part, whole = solve_exactly(A, B, most_bases=most), solve_exactly(A, B)
        assert without_regret(A, B, part)
        assert set(part.profiles) <= set(whole.profiles)
        assert part.complete == (not part.reason)
        assert part.complete or f"stopped at {most:,} " in part.reason
        assert not part.complete or part == whole
        assert set().union(*part.subsets) == set().union(*part.components)
        stopped += not part.complete
        kept += bool(part.profiles)
    assert stopped
    assert kept or most < 3


@pytest.mark.parametrize("seconds", [0, 1e-6, 1e-3, 0.02])
@pytest.mark.parametrize("entry", [of_three, lambda draw: draw.randint(-50, 50)])
def test_past_its_seconds_what_was_found_has_no_regret(seconds, entry):
    A, B = drawn(random.Random(14), 14, 14, entry)
    part = solve_exactly(A, B, seconds=seconds)
    assert not part.complete
    assert "ran out of seconds" in part.reason
    assert without_regret(A, B, part)
    assert set().union(*part.components) == set(range(len(part.profiles)))
