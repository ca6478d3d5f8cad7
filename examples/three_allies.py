"""Three allies and one public good: who pays? Needs pygambit: pip install "dilemma[trees]"."""

from itertools import product

import dilemma

ALLIES = ("japan", "korea", "australia")
# The good is there if two of the three pay c; each values it at 1.
payoffs = {
    plays: {
        ally: f"{int(plays.count('pay') >= 2)} - c*{int(own == 'pay')}"
        for ally, own in zip(ALLIES, plays, strict=True)
    }
    for plays in product(("pay", "ride"), repeat=3)
}
model = dilemma.Model(
    name="three",
    title="Three allies",
    players={ally: ["pay", "ride"] for ally in ALLIES},
    parameters={"c": {"range": [0, 1], "unit": "1", "means": "what paying costs"}},
    payoffs=payoffs,
)
found = dilemma.solve(model, c="3/8")
for each in found:
    print(each.name, *(f"{ally} {float(value):.3f}" for ally, value in each.payoffs.items()))
print("all of them:", found.complete)
