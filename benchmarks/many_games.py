"""Time and correctness of solve_many beside nashpy and quantecon, on the same games in one run.

Run: python benchmarks/many_games.py        (a minute or two; the others: pip install dilemma[bench])

Seconds are those of the processor, on one thread, so that other work on the machine counts little.  Solvers take
turns, round by round, on games of one large batch: ours on all of it, the others on as many as take about a
second, and a ratio is the median over rounds of their time for a game to ours.  Ours includes reading
the arrays, the regret of every equilibrium and whatever had to be solved exactly; theirs no building of games, no
certificate and no compilation.  An answer is right if it is all extreme equilibria and no more, by exact
vertex enumeration.
"""

import statistics
import time
import tracemalloc
import warnings

import nashpy
import numpy as np

import dilemma
from dilemma.games.exact import solve_exactly

SHAPES = {(2, 2): 1_000_000, (3, 3): 300_000, (4, 4): 100_000, (5, 5): 50_000, (2, 5): 300_000}
KINDS = {
    "standard normal": (lambda draw, shape: draw.standard_normal(shape), 1.0),
    "whole numbers 0..9": (lambda draw, shape: draw.integers(0, 10, shape), 0.1),  # full of ties
}
ROUNDS = 5
PATIENCE = 0.5  # seconds for the others in each round
CHECKED = 200  # games whose answers are looked at


def nashpy_ready(row, column):
    game = nashpy.Game(row, column)
    return lambda: list(game.support_enumeration())


def quantecon_ready(row, column):
    import quantecon.game_theory as gt

    sides = row.astype(float), column.T.astype(float).copy()
    game = gt.NormalFormGame([gt.Player(side) for side in sides])
    return lambda: gt.support_enumeration(game)


OTHERS = {"nashpy": nashpy_ready, "quantecon": quantecon_ready}


def ours(row, column):
    begun = time.process_time()
    found = dilemma.solve_many(row, column)
    return (time.process_time() - begun) / len(row), found


def theirs(ready, row, column):
    """Return seconds for a game, and the answers to as many games as there was patience for."""
    calls = [ready(*sides) for sides in zip(row[:CHECKED], column[:CHECKED], strict=True)]
    calls[0]()
    begun, answers = time.process_time(), []
    for call in calls:
        answers.append(call())
        if time.process_time() - begun > PATIENCE:
            break
    return (time.process_time() - begun) / len(answers), answers


def is_right(pairs, truth):
    """Tell whether an answer has every extreme equilibrium once, and nothing else."""
    own = np.array([np.concatenate(pair) for pair in pairs])
    exact = np.array([[*x, *y] for x, y in truth], dtype=float)
    if len(own) != len(exact):
        return False
    near = np.abs(own[:, None] - exact).max(axis=2) < 1e-6
    return bool(near.any(axis=0).all() and near.any(axis=1).all())


def rights(answers, truths):
    """Count the right ones among so many answers."""
    checked = list(zip(answers, truths, strict=False))
    return f"{sum(is_right(pairs, truth) for pairs, truth in checked)}/{len(checked)}"


def compare(row, column):
    """Print a line: games a second, flags, ratios, and how many answers are right."""
    sides = zip(row[:CHECKED].tolist(), column[:CHECKED].tolist(), strict=True)
    truths = [solve_exactly(A, B).profiles for A, B in sides]
    times, ratios, right = [], {name: [] for name in OTHERS}, {}
    ours(row, column)
    for _ in range(ROUNDS):
        each, found = ours(row, column)
        times.append(each)
        for name, ready in OTHERS.items():
            try:
                other, answers = theirs(ready, row, column)
            except ImportError:
                right[name] = "not installed"
                continue
            ratios[name].append(other / each)
            right[name] = rights(answers, truths)
    mine = [zip(one.row, one.column, strict=True) for one in map(found.of, range(len(truths)))]
    print(
        f"  {row.shape[1]}x{row.shape[2]} {len(row):9,d} {1 / statistics.median(times):12,.0f}/s "
        f"{found.flagged.mean():8.2%} {peak(row, column):7.0f} B  {rights(map(list, mine), truths):>8}",
        end="",
    )
    for name, found_ratios in ratios.items():
        shown = f"x{statistics.median(found_ratios):,.0f}" if found_ratios else ""
        print(f"   {name} {shown:>8} {right[name]:>8}", end="")
    print()
    size = f"{row.shape[1]}x{row.shape[2]}"
    return {
        f"{size}: {n}, its time over ours": statistics.median(r) for n, r in ratios.items() if r
    }


def peak(row, column):
    """Return the most bytes for a game that were held at once beside the payoffs."""
    tracemalloc.start()
    dilemma.solve_many(row, column)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / len(row)


def main():
    warnings.simplefilter("ignore")
    print(
        "  size     games     solve_many   flagged    memory     right   other: time to ours, right"
    )
    figures = {}
    for kind, (entries, share) in KINDS.items():
        print(f"\n{kind}")
        for (m, n), games in SHAPES.items():
            draw, shape = np.random.default_rng([m, n]), (max(int(share * games), CHECKED), m, n)
            told = compare(entries(draw, shape), entries(draw, shape))
            figures |= {f"{kind}, {name}": ratio for name, ratio in told.items()}
    return figures


if __name__ == "__main__":
    main()
