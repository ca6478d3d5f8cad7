"""State how much instead of whether: two allies arm, and each rides on the other a little."""

import dilemma

arms = dilemma.Model(
    name="arms",
    title="Two allies arm",
    kind="continuous",
    players={
        "japan": {"choices": {"x": {"range": ["0", "m"]}}},
        "us": {"choices": {"y": {"range": ["0", "m"]}}},
    },
    parameters={
        "b": {"range": [1, 3], "unit": "util", "means": "what a first unit of defence is worth"},
        "c": {"range": [0, 1], "unit": "util", "means": "what a unit costs"},
        "m": {"range": [4, 9], "unit": "units", "means": "more than anybody builds"},
    },
    definitions={"defence": "x + y"},
    payoffs={
        "japan": "b*defence - defence**2/4 - c*x - x**2/2",
        "us": "b*defence - defence**2/4 - c*y - y**2/2",
    },
)

print(dilemma.solve(arms, b=2, c="1/2", m=5))

claim = arms.make_claim("rises(defence, b) and falls(x, c)", over="all", given="x > 0 and x < m")
print(dilemma.prove(arms, claim)[0].status)
