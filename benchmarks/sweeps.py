"""Models at very many calibrations: beside a loop over scipy, by number, by model, by processes; memory.

Run: python -m benchmarks sweeps

The loop over scipy is what a reader would write: at each calibration bounded minimisation of each player's payoff in
turn, from two starts, until nothing moves (continuous games); of tables nashpy's support enumeration.  Its time is that
of a few calibrations, all of them also looked up in ours: the share at which both list the same.  Seconds are wall
time of one process on an idle machine; peak memory that of a process of its own, imports included.
"""

import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import nashpy
import numpy as np
import sympy as sp
from scipy.optimize import minimize_scalar

import dilemma

ERA = "post_cold_war"
LOOPED = {
    "burden": 20,
    "hedging": 20,
    "abandonment": 100,
    "abandonment_hedging": 60,
}  # calibrations of the loop
MILLION = ("abandonment", "abandonment_hedging")
MANY = ("hedging", "burden", "triangle", "repeated")
GROWTH = (1_000, 10_000, 100_000, 1_000_000)
STARTS = (0.05, 0.95)  # of each range
ALONE = """
import resource, sys, time, dilemma
model, n = dilemma.load(sys.argv[1]), int(sys.argv[2])
dilemma.sample(model, sys.argv[3], 64)
begun = time.perf_counter()
found = dilemma.sample(model, sys.argv[3], n)
seconds = time.perf_counter() - begun
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(seconds, peak, found.attrs["solved exactly"], found.attrs["largest regret"], found.attrs["not complete"])
"""


def numbers_by_scipy(model):
    """Return a function that finds equilibria at a calibration by minimising each payoff in turn."""
    choices = list(model.game.choices.values())
    symbols = [sp.Symbol(c.name, real=True) for c in choices]
    parameters = [p.symbol for p in model.parameters.values()]
    (cell,) = model.payoffs.values()
    payoffs = {
        n: sp.lambdify([*symbols, *parameters], model.expand(f), "math") for n, f in cell.items()
    }
    ends = [
        sp.lambdify(parameters, [model.expand(c.low), model.expand(c.high)], "math")
        for c in choices
    ]
    owners = [c.player for c in choices]

    def solve(at):
        ranges, found = [end(*at) for end in ends], []
        for start in STARTS:
            x = [low + start * (high - low) for low, high in ranges]
            for _ in range(200):
                before = list(x)
                for k, owner in enumerate(owners):

                    def lost(z, k=k, owner=owner, x=x):
                        return -payoffs[owner](*x[:k], z, *x[k + 1 :], *at)

                    x[k] = minimize_scalar(
                        lost, bounds=ranges[k], method="bounded", options={"xatol": 1e-10}
                    ).x
                if max(abs(a - b) for a, b in zip(x, before, strict=True)) < 1e-8:
                    break
            if all(
                max(abs(a - b) for a, b in zip(x, other, strict=True)) > 1e-5 for other in found
            ):
                found.append(x)
        return found

    return solve, [c.name for c in choices]


def tables_by_nashpy(model):
    """Return a function that finds the equilibria at a calibration by nashpy."""
    one, two = model.players.values()
    parameters = [p.symbol for p in model.parameters.values()]
    tables = [
        sp.lambdify(
            parameters,
            [[model.expand(model.payoffs[a, b][p.name]) for b in two.actions] for a in one.actions],
            "math",
        )
        for p in (one, two)
    ]

    def solve(at):
        pairs = nashpy.Game(*(np.array(table(*at)) for table in tables)).support_enumeration()
        return [[*x, *y] for x, y in pairs]

    names = [f"{p.name}: {a}" for p in (one, two) for a in p.actions]
    return solve, names


def beside(name, count):
    """Print how long a calibration takes in a loop, and here; return the ratio."""
    model = dilemma.load(name)
    numbers = model.kind == "continuous"
    solve, names = (numbers_by_scipy if numbers else tables_by_nashpy)(model)
    few = dilemma.sample(model, ERA, count, seed=1, play=True)
    columns = np.array([few[p].to_numpy() for p in model.parameters]).T
    begun = time.perf_counter()
    theirs = [solve(at) for at in columns]
    loop = (time.perf_counter() - begun) / count
    play = [few[f"{names_of(model, n)}"].to_numpy() for n in names]
    same = sum(
        alike(theirs[k], np.array([own[k] for own in play]).T, all_of=not numbers)
        for k in range(count)
    )
    n = 100_000
    begun = time.perf_counter()
    dilemma.sample(model, ERA, n)
    here = (time.perf_counter() - begun) / n
    other = "a loop over scipy" if numbers else "a loop over nashpy"
    print(
        f"  {name:22} {here * 1e6:8.1f} us   {other:20} {loop * 1e3:9.2f} ms   x{loop / here:9,.0f}   {same}/{count} alike"
    )
    return loop / here


def names_of(model, name):
    """Return what a variable of the dataset is called that says what is played."""
    if model.kind != "continuous":
        return name
    owner = model.game.choices[name].player
    return name if name in model.outcomes else f"{owner}: {name}"


def alike(theirs, ours, *, all_of):
    """Tell whether what the loop found is here, and, of tables, nothing else is."""
    ours = ours[np.isfinite(ours).all(axis=1)]
    found = all(
        len(ours) and np.abs(ours - one).max(axis=1).min() < 1e-4 for one in np.array(theirs)
    )
    return bool(found and (not all_of or len(theirs) == len(ours)))


def alone(name, n, era=ERA):
    """Return seconds, gigabytes, calibrations solved exactly, largest regret and how many are not complete."""
    ran = subprocess.run(
        [sys.executable, "-c", ALONE, name, str(n), era], capture_output=True, text=True, check=True
    )
    return tuple(map(float, ran.stdout.split()))


def processes():
    """Return how much quicker two workers are than one: gathered in one process, and written to a store."""
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        print("  dask is not installed (extra scale)")
        return {}
    taken = {}
    for workers in (1, 2):
        with (
            LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None
            ) as cluster,
            Client(cluster) as client,
            tempfile.TemporaryDirectory() as folder,
        ):
            dilemma.sample("abandonment", ERA, 262_144, client=client)
            for where in ("gathered", "into a store"):
                store = Path(folder) / "store" if where == "into a store" else None
                begun = time.perf_counter()
                dilemma.sample("abandonment", ERA, 4_194_304, seed=1, client=client, store=store)
                taken[where, workers] = time.perf_counter() - begun
    found = {}
    for where in ("gathered", "into a store"):
        one, two = taken[where, 1], taken[where, 2]
        found[where] = one / two
        print(
            f"  abandonment, 4,194,304 {where}: one worker {one:.1f} s, two {two:.1f} s, x{one / two:.2f}"
        )
    return found


def main():
    warnings.simplefilter("ignore")
    figures = {}
    print("a calibration of a model, here (of 100,000) and in a loop")
    for name, count in LOOPED.items():
        figures[f"{name}: a loop's time over ours"] = beside(name, count)
    print("\nseconds and peak memory of a process by itself")
    for name in MILLION:
        for n in GROWTH:
            seconds, peak, exact, regret, lacking = alone(name, n)
            print(
                f"  {name:22} {n:9,d} {seconds:8.2f} s {peak:6.2f} GB   {exact:6.0f} exactly, regret {regret:.1e}, {lacking:.0f} not complete"
            )
        figures[f"{name}: seconds for 10^6"], figures[f"{name}: GB for 10^6"] = seconds, peak
    for name in MANY:
        seconds, peak, exact, regret, lacking = alone(name, 100_000)
        print(
            f"  {name:22} {100_000:9,d} {seconds:8.2f} s {peak:6.2f} GB   {exact:6.0f} exactly, regret {regret:.1e}, {lacking:.0f} not complete"
        )
        figures[f"{name}: seconds for 10^5"] = seconds
    print("\nprocesses")
    for where, ratio in processes().items():
        figures[f"two workers over one, {where}"] = ratio
    return figures


if __name__ == "__main__":
    main()
