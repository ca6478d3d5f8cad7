"""All that is measured, part by part: ratios beside others in one run, correctness beside speed, growth, memory.

Run: python -m benchmarks                    every part, in turn (some minutes; others: pip install dilemma[bench])
     python -m benchmarks games sweeps       some parts
     python -m benchmarks --keep             and add the figures to benchmarks/history.jsonl
     python -m benchmarks --history          what was kept, a line for each figure and date

Parts: games (bare games beside nashpy and quantecon), exact (the exact path beside nashpy, quantecon, pygambit), numbers
(chosen numbers by Newton's method beside loops over scipy), sweeps (models at many calibrations beside such loops; growth; memory;
processes), agreement (batch, exact path, nashpy and the prover at random calibrations and at built ties).
"""

import datetime as dt
import json
import os
import platform
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

HISTORY = Path(__file__).with_name("history.jsonl")
PARTS = {
    "games": "many_games",
    "exact": "finite_games",
    "numbers": "newton_many",
    "sweeps": "sweeps",
    "agreement": "agreement",
}


def about():
    """Say what the figures were measured on."""
    packages = ("dilemma", "numpy", "scipy", "sympy", "nashpy")
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def history():
    """Print every figure that was kept, by name and date."""
    kept = HISTORY.read_text(encoding="utf-8").splitlines() if HISTORY.exists() else []
    told = [json.loads(line) for line in kept]
    for name in dict.fromkeys(name for one in told for name in one["figures"]):
        values = [
            f"{one['date']} {one['figures'][name]:.4g}" for one in told if name in one["figures"]
        ]
        print(f"{name:58} {'   '.join(values)}")


def main(words):
    if "--history" in words:
        history()
        return 0
    named = [word for word in words if not word.startswith("--")]
    unknown = [word for word in named if word not in PARTS]
    if unknown:
        print(f"no part {unknown[0]!r}: there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    told, figures = about(), {}
    print(", ".join(f"{name} {value}" for name, value in told.items()))
    for name in named or PARTS:
        print(f"\n== {name}")
        figures |= import_module(f"benchmarks.{PARTS[name]}").main() or {}
    if "--keep" in words:
        with HISTORY.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**told, "figures": figures}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
