"""How long a user waits: start-up, one game, one calibration, all models compared, each claim.

Run: python benchmarks/first_light.py            all of it, some minutes
     python benchmarks/first_light.py answers    one game and one calibration alone

Prints seconds beside the bound that was set for two cores, and, for one game, its time as a ratio to
that of nashpy's support enumeration on the same games in the same run.
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
    word = "ok" if seconds < bound else "OVER"
    print(f"{what:55s} {seconds:9.4f} s   bound {bound:g} s   {word}")


def taken(work, times):
    """Return the median seconds of a call, once it has been warmed up."""
    work()
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return statistics.median(found)


def solver_ratios(size, games=60):
    """Return what one game takes nashpy [s], and what else takes as a share of that.

    The same integer games for all, one after another as a loop of a reader's has them: who solves them
    takes turns, three times, in the same run.
    """
    rng = random.Random(size)
    pairs = [
        [[[rng.randint(-50, 50) for _ in range(size)] for _ in range(size)] for _ in range(2)]
        for _ in range(games)
    ]
    ways = {
        "nashpy": lambda A, B: list(nashpy.Game(np.array(A), np.array(B)).support_enumeration()),
        "the exact path": solve_exactly,
        "solve(matrix(A, B))": lambda A, B: dilemma.solve(dilemma.matrix(A, B)),
        "with a second opinion": lambda A, B: dilemma.solve(
            dilemma.matrix(A, B), second_opinion=True
        ),
    }
    found = {name: [] for name in ways}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for way in ways.values():
            way(*pairs[0])
        for _ in range(3):
            for name, way in ways.items():
                for pair in pairs:
                    begun = time.perf_counter()
                    way(*pair)
                    found[name].append(time.perf_counter() - begun)
    theirs = statistics.median(found.pop("nashpy"))
    return theirs, {name: statistics.median(own) / theirs for name, own in found.items()}


def answers():
    """Print what one game takes, and one calibration of a model whose branches are known."""
    for size in (2, 3, 4, 5):
        theirs, shares = solver_ratios(size)
        told = ", ".join(f"{name} {share:.2f}" for name, share in shares.items())
        print(f"{size}x{size}: nashpy {1000 * theirs:.2f} ms a game; of that time {told}")
    for name in dilemma.available():
        model = dilemma.load(name)
        era = next(iter(model.eras))
        own = taken(lambda model=model, era=era: dilemma.solve(model, era), 9)
        line(f"{name}, one calibration", own, BOUNDS.get(name, 1))


# Of one calibration [s]; others are not held to one that is tighter.
BOUNDS = {"abandonment": 0.001, "hedging": 0.2, "burden": 0.2, "cork": 0.2}


def main():
    line("dilemma --help", process("--help"), 0.5)
    line("dilemma compare (all models)", process("compare"), 5)
    for name in dilemma.available():
        model = dilemma.load(name)
        bound = 1 if all(len(p.actions) == 2 for p in model.players.values()) else 20
        for verdict in dilemma.prove(model):
            line(f"{name}.{verdict.name}", verdict.seconds, bound)


if __name__ == "__main__":
    answers()
    if sys.argv[1:] != ["answers"]:
        main()
