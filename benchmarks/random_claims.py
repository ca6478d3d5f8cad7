"""Random statements of the whole language of claims, decided and tried once more.

Run: python benchmarks/random_claims.py [how many] [seed] [seconds for each]

By default 2,000, a second of budget each (about an hour).  Prints what is wrong as it is found: an error
of no family of ours, a verdict or an example that is contradicted, and, counted apart, more time than was
given; then how many statements fared how.  ``decide`` is called within this process, so that it may take a
multiple of its budget where ``dilemma.prove`` would be ended.
"""

import random
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from random_statements import Speaker, models, tried

SLACK = 4.0  # how many times its budget a statement may take, checks included, and on two eras


def main(count=2_000, seed=0, seconds=1.0):
    games = models()
    fared, slow, wrong, overran = Counter(), [], 0, 0
    for model in games.values():  # solved once, whatever is claimed of them
        tried(model, {"holds": f"{next(iter(model.players))} < 10**9", "over": "all"}, seconds)
    for number in range(seed, seed + count):
        rng = random.Random(number)
        model = rng.choice(list(games.values()))
        fields = Speaker(model, rng).statement()
        found = tried(model, fields, seconds)
        fared.update(found.told.split() or ["an error"])
        slow.append((found.seconds, number))
        late = found.seconds > SLACK * seconds + 2
        wrong, overran = wrong + bool(found.wrong), overran + late
        if found.wrong or late:
            told = found.wrong or "too slow"
            print(f"{number} {model.name} {found.seconds:.1f} s: {fields}\n    {told}", flush=True)
    print(f"{count} statements: {wrong} wrong, {overran} too slow; {dict(fared.most_common())}")
    slowest = ", ".join(f"{s:.1f} s ({n})" for s, n in sorted(slow, reverse=True)[:5])
    print(f"slowest: {slowest}; together {sum(s for s, _ in slow):.0f} s")


if __name__ == "__main__":
    main(*(kind(told) for kind, told in zip((int, int, float), sys.argv[1:], strict=False)))
