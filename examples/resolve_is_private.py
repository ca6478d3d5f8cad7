"""A tree of your own: a challenge to an ally, and a patron whose resolve only the patron knows.

Run: python examples/resolve_is_private.py
"""

import dilemma

model = dilemma.Model(
    name="resolve",
    title="Is the patron resolved?",
    kind="tree",
    players={"rival": {}, "patron": {}},
    parameters={
        "war": {"range": [0, 9], "unit": "util", "means": "what fighting costs the patron"},
    },
    types={"stake": {"of": "patron", "uniform": [0, 4]}},
    tree={
        "root": {"player": "rival", "actions": ["challenge", "wait"]},
        "challenge": {"player": "patron", "actions": ["support", "abandon"], "knows": ["stake"]},
    },
    payoffs={
        "wait": {"rival": 0, "patron": 0},
        "challenge, support": {"rival": -2, "patron": "-war"},
        "challenge, abandon": {"rival": 1, "patron": "-stake"},
    },
    outcomes={"resolve": "probability(support, after='challenge')"},
)

for war in (1, 3):
    (found,) = dilemma.solve(model, war=war)
    print(
        f"war = {war}: {found.name}, resolve {found.outcomes['resolve']}, {found.cutoffs['patron']}"
    )
for stated in dilemma.propositions(model).about("pure"):
    print(f"{stated.says} if and only if {stated.words}")
