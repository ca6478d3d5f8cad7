"""How long the ledger takes: all claims of all models, from a cold cache and from a warm one.

Run: python benchmarks/ledger.py

Prints seconds of whole processes beside the bounds set for two cores, then, on the same claims in
the same run, how many verdicts each decider reaches alone and its time over that of z3.
Radii, needs and the thorough check are asked for apart; so are their seconds.
"""

import os
import subprocess
import sys
import tempfile
import time

import dilemma
from dilemma.claims.decide import decide
from dilemma.deciders import DECIDERS

CLAIM = "abandonment.entrapment_rises_japan_firm"


def process(folder, *arguments):
    """Return the seconds of a whole process with a cache of its own."""
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "dilemma", "prove", *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "DILEMMA_CACHE": folder},
    )
    return time.perf_counter() - begun


def line(what, seconds, bound=None):
    told = f"   bound {bound:g} s   {'ok' if seconds < bound else 'OVER'}" if bound else ""
    print(f"{what:55s} {seconds:8.2f} s{told}")


def alone(decider, names, seconds=5.0):
    """Return the time that a decider takes by itself, and how many verdicts it reaches of how many."""
    taken, verdicts = 0.0, []
    for name in names:
        model = dilemma.load(name)
        for claim in model.claims.values():
            begun = time.perf_counter()
            verdicts += decide(model, claim, seconds=seconds, deciders=(decider,))
            taken += time.perf_counter() - begun
    return taken, sum(v.status != "open" for v in verdicts), len(verdicts)


def main():
    print(f"{os.cpu_count()} cores\n")
    with tempfile.TemporaryDirectory() as folder:
        line("all claims, cold cache", process(folder), 120)
        line("all claims, warm cache", min(process(folder) for _ in range(3)), 3)
        line(f"what {CLAIM} needs, its radius", process(folder, CLAIM, "--robust"))
        line(f"the thorough check of {CLAIM}", process(folder, CLAIM, "--thorough"))
    names = ("abandonment", "abandonment_hedging", "hedging")
    told = {decider: alone(decider, names) for decider in DECIDERS}
    print(f"\nalone on the claims of {', '.join(names)}, 5 s each:")
    for decider, (taken, decided, of) in told.items():
        ratio = taken / told["z3"][0]
        print(
            f"  {decider:11s} decides {decided} of {of} in {ratio:.1f} times z3's {told['z3'][0]:.1f} s"
        )


if __name__ == "__main__":
    main()
