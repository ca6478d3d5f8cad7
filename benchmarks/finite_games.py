"""Time and correctness of solve_exactly beside nashpy, quantecon and pygambit, on the same games.

Run: python benchmarks/finite_games.py        (some minutes; the others: pip install dilemma[bench])

Every solver has a process of its own and is asked in turn, round by round, with its own tolerances;
a ratio is the median over rounds of its time to ours.  What is timed is solving, and for ours also
reading the payoffs: no imports, no compilation, no building of games.  A game is right if the answer
is all extreme equilibria and no more, by a brute force that shares no code with any solver.
"""

import io
import multiprocessing
import random
import statistics
import time
import warnings
from fractions import Fraction
from functools import partial
from itertools import chain, combinations, product

import numpy as np

from dilemma.games.exact import solve_exactly

GAMES = {2: 300, 3: 100, 4: 40, 5: 15, 6: 8}  # of each kind, by size: some milliseconds of work
ROUNDS = 5
PATIENCE = 120  # seconds for one round of one solver
OURS = "dilemma solve_exactly"
SPAWN = multiprocessing.get_context("spawn")
KINDS = {
    "random integers -50..50": lambda draw: draw.randint(-50, 50),
    "degenerate: payoffs in {0, 1, 2}": lambda draw: draw.randint(0, 2),
    "random fractions": lambda draw: Fraction(draw.randint(-50, 50), draw.randint(1, 20)),
}


# --- the solvers: from a game, what is timed, and what turns its answer into pairs of mixes -------


def exact_path(A, B):
    return lambda: solve_exactly(A, B), lambda found: found.profiles


def nashpy_by(method, A, B):
    import nashpy

    game = nashpy.Game(np.array(A, dtype=float), np.array(B, dtype=float))
    return lambda: list(getattr(game, method)()), list


def quantecon_by(method, A, B):
    import quantecon.game_theory as gt

    sides = np.array(A, dtype=float), np.array(B, dtype=float).T.copy()
    game = gt.NormalFormGame([gt.Player(side) for side in sides])
    return lambda: getattr(gt, method)(game), list


def pygambit_rational(A, B):
    import pygambit

    n = len(A)
    payoffs = " ".join(f"{A[i][j]} {B[i][j]}" for j, i in product(range(n), repeat=2))
    game = pygambit.read_nfg(io.StringIO(f'NFG 1 R "" {{ "1" "2" }} {{ {n} {n} }}\n\n{payoffs}'))

    def read(found):
        mixes = [[profile[player] for player in game.players] for profile in found.equilibria]
        return [tuple(tuple(Fraction(str(p)) for _, p in mix) for mix in pair) for pair in mixes]

    return lambda: pygambit.nash.enummixed_solve(game, rational=True), read


SOLVERS = {
    OURS: exact_path,
    "nashpy support enumeration": partial(nashpy_by, "support_enumeration"),
    "nashpy vertex enumeration": partial(nashpy_by, "vertex_enumeration"),
    "quantecon support_enumeration": partial(quantecon_by, "support_enumeration"),
    "quantecon vertex_enumeration": partial(quantecon_by, "vertex_enumeration"),
    "pygambit enummixed, rational": pygambit_rational,
}


def one_round(name, games):
    """Return a solver's seconds for all games and its answers, or a sentence why there are none."""
    warnings.simplefilter("ignore")
    try:
        ready = [SOLVERS[name](A, B) for A, B in games]
    except ImportError:
        return "   not installed"
    taken, answers = 0.0, []
    for solve, read in ready:
        begun = time.perf_counter()
        try:
            found = solve()
        except Exception:  # noqa: BLE001
            found = None
        taken += time.perf_counter() - begun
        answers.append(None if found is None else read(found))
    return taken, answers


def ask(pools, name, games):
    """Have a solver's process solve the games; start it anew where it takes too long."""
    try:
        return pools[name].apply_async(one_round, (name, games)).get(PATIENCE)
    except multiprocessing.TimeoutError:
        pools[name].terminate()
        pools[name] = SPAWN.Pool(1)
        return f"   no answer to {len(games)} games within {PATIENCE} s"


def only_mix(lines):
    """Return the weights that add to 1 and that each line makes 0; None unless just one way."""
    size = len(lines) + 1
    rows = [[Fraction(v) for v in (*line, 0)] for line in lines] + [[Fraction(1)] * (size + 1)]
    for k in range(size):
        pivot = next((i for i in range(k, size) if rows[i][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [v / rows[k][k] for v in rows[k]]
        for i in range(size):
            if i != k and rows[i][k]:
                rows[i] = [v - rows[i][k] * w for v, w in zip(rows[i], rows[k], strict=True)]
    return [row[-1] for row in rows]


def extreme_mixes(payoffs):
    """Return each mix that its support and as many best replies pin down, with all best replies."""
    actions, found = range(len(payoffs[0])), {}
    equal = (product(combinations(actions, k + 1), repeat=2) for k in actions)
    for support, replies in chain(*equal):  # the games here are square
        one, *others = ([payoffs[a][k] for k in support] for a in replies)
        weights = only_mix([[v - w for v, w in zip(o, one, strict=True)] for o in others])
        if weights and min(weights) > 0:
            chance = dict(zip(support, weights, strict=True))
            pays = [sum(line[k] * p for k, p in chance.items()) for line in payoffs]
            best = {a for a, v in enumerate(pays) if v == max(pays)}
            if best.issuperset(replies):
                found[tuple(chance.get(k, 0) for k in actions)] = set(support), best
    return found


def by_definition(A, B):
    """Return all extreme equilibria: what each player uses is a best reply to the other."""
    xs, ys = extreme_mixes(list(zip(*B, strict=True))), extreme_mixes(A)
    return {
        (x, y)
        for (x, (rows, replies)), (y, (columns, best)) in product(xs.items(), ys.items())
        if rows <= best and columns <= replies
    }


def is_right(found, truth):
    """Tell whether an answer is the reference: exactly, or to 1e-6 if it is in floats."""
    if not found or all(type(p) is Fraction for pair in found for mix in pair for p in mix):
        return bool(found) and set(found) == truth
    theirs, exact = (np.array([[*x, *y] for x, y in ps], dtype=float) for ps in (found, truth))
    near = np.abs(theirs[:, None] - exact).max(axis=2) < 1e-6
    return near.any(axis=0).all() and near.any(axis=1).all()


def compare(pools, games):
    """Ask every solver about the same games, round by round, and print a line for each."""
    truths = [by_definition(A, B) for A, B in games]
    told = {name: [] for name in SOLVERS}
    for _, name in product(range(ROUNDS), SOLVERS):
        if not told[name] or not isinstance(told[name][-1], str):
            told[name].append(ask(pools, name, games))
    for name, rounds in told.items():
        print(f"  {len(games[0][0])}x{len(games[0][0])}  {name:30s}", end="")
        if isinstance(rounds[-1], str):  # why there is no answer
            print(rounds[-1])
            continue
        times, answers = zip(*rounds, strict=True)
        each = 1000 * statistics.median(times) / len(games)
        ratio = statistics.median(t / o for t, (o, _) in zip(times, told[OURS], strict=True))
        right, raised = sum(map(is_right, answers[-1], truths)), answers[-1].count(None)
        said = f"{right:3d} of {len(games):3d} right" + f", {raised} raised" * (raised > 0)
        print(f"{each:10.3f} ms {ratio:9.2f}   {said}")
        yield f"{len(games[0][0])}x{len(games[0][0])}: {name}, its time over ours", ratio


def main():
    pools = {name: SPAWN.Pool(1) for name in SOLVERS}
    for name in SOLVERS:  # imports; numba compiles
        ask(pools, name, [([[1, 0], [0, 1]], [[1, 0], [0, 1]])])
    print("       solver                         time a game  to ours   all extreme equilibria")
    figures = {}
    for kind, entry in KINDS.items():
        print(f"\n{kind}")
        for size, count in GAMES.items():
            draw, k = random.Random(f"{kind} {size}"), range(size)
            sides = [[[entry(draw) for _ in k] for _ in k] for _ in range(2 * count)]
            told = compare(pools, list(zip(sides[::2], sides[1::2], strict=True)))
            figures |= {f"{kind}, {name}": ratio for name, ratio in told}
    return figures


if __name__ == "__main__":
    main()
