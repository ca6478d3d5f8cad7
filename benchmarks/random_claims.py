"""Random statements of the whole language of claims, decided and tried once more.

Run: python benchmarks/random_claims.py [how many] [seed] [seconds for each]

By default 2,000, a second of budget each (about an hour).  Prints what is wrong as it is found: an error
of no family of ours, a verdict or an example that is contradicted; then how many statements fared how, and
which took longest.  ``decide`` is called within this process and trials come on top, so that a statement
may take a multiple of its budget; ``dilemma.prove`` would be ended.
"""

import random
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from random_statements import Speaker, models, tried


def main(count=2_000, seed=0, seconds=1.0):
    games = models()
    fared, slow, wrong = Counter(), [], 0
    for model in games.values():  # solved once, whatever is claimed of them
        tried(model, {"holds": f"{next(iter(model.players))} < 10**9", "over": "all"}, seconds)
    for number in range(seed, seed + count):
        rng = random.Random(number)
        model = rng.choice(list(games.values()))
        fields = Speaker(model, rng).statement()
        found = tried(model, fields, seconds)
        fared.update(found.told.split() or ["an error"])
        slow.append((found.seconds, number))
        if found.wrong:
            wrong += 1
            print(f"{number} {model.name}: {fields}\n    {found.wrong}", flush=True)
    print(f"{count} statements: {wrong} wrong; {dict(fared.most_common())}")
    slowest = ", ".join(f"{s:.1f} s ({n})" for s, n in sorted(slow, reverse=True)[:5])
    print(f"slowest: {slowest}; together {sum(s for s, _ in slow):.0f} s")


if __name__ == "__main__":
    main(*(kind(told) for kind, told in zip((int, int, float), sys.argv[1:], strict=False)))
