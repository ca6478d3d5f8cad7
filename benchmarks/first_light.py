"""How long a user waits: start-up, the comparison of all models, each claim.

Run: python benchmarks/first_light.py

Prints seconds beside the bound that was set for two cores, and, for the solver, the time of one
game as a ratio to nashpy's support enumeration on the same games in the same run.
"""

import random
import statistics
import subprocess
import sys
import time
import warnings

import nashpy
import numpy as np

import dilemma
from dilemma.games.exact import solve_exactly


def process(*arguments, times=3):
    """Return the median seconds of a whole process."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "dilemma", *arguments], check=True, stdout=subprocess.DEVNULL
        )
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def line(what, seconds, bound):
    print(
        f"{what:55s} {seconds:8.2f} s   bound {bound:g} s   {'ok' if seconds < bound else 'OVER'}"
    )


def solver_ratio(size, games=60):
    """Return the time of the exact path over that of nashpy, on the same integer games."""
    rng = random.Random(size)
    pairs = [
        [[[rng.randint(-50, 50) for _ in range(size)] for _ in range(size)] for _ in range(2)]
        for _ in range(games)
    ]
    begun = time.perf_counter()
    for A, B in pairs:
        solve_exactly(A, B)
    ours = time.perf_counter() - begun
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        begun = time.perf_counter()
        for A, B in pairs:
            list(nashpy.Game(np.array(A), np.array(B)).support_enumeration())
        theirs = time.perf_counter() - begun
    return 1000 * ours / games, ours / theirs


def main():
    line("dilemma --help", process("--help"), 0.5)
    line("dilemma compare (all models)", process("compare"), 5)
    for name in dilemma.available():
        model = dilemma.load(name)
        bound = 1 if all(len(p.actions) == 2 for p in model.players.values()) else 20
        for verdict in dilemma.prove(model):
            line(f"{name}.{verdict.name}", verdict.seconds, bound)
    for size in (2, 3, 4, 5):
        each, ratio = solver_ratio(size)
        print(f"exact path {size}x{size}: {each:.2f} ms a game, {ratio:.2f} of nashpy's time")


if __name__ == "__main__":
    main()
