"""How far does a verdict carry? Its radius, its share of the box, what it needs, what rescues it."""

import dilemma

guess = {"grade": "assumed", "source": "a guess"}
# The patron reassures at a cost of 1; the ally relies on that, or builds forces worth g to it.
model = dilemma.Model(
    name="reassurance",
    title="Reassurance",
    players={"patron": ["withhold", "reassure"], "ally": ["build", "rely"]},
    parameters={"g": {"range": [0, 9], "unit": "util", "means": "worth of own forces"}},
    payoffs={
        ("withhold", "build"): {"patron": 0, "ally": "g"},
        ("withhold", "rely"): {"patron": 0, "ally": -4},
        ("reassure", "build"): {"patron": -1, "ally": "g"},
        ("reassure", "rely"): {"patron": 3, "ally": 4},
    },
    eras={
        era: {"title": title, "g": {"value": (low + high) / 2, "range": [low, high], **guess}}
        for era, title, low, high in (("then", "first decade", 0, 2), ("now", "last decade", 1, 5))
    },
)

# True at the centre and not in the whole box: how far from the centre, how often, and where?
mixed = dilemma.prove(model, "equilibrium(reassure, rely)", over="now", robust=True)[0]
carries = mixed.robustness
print(mixed.status)
print(f"  proved in a box {float(carries.radius.proved):.2f} times as wide")
print(f"  true of {float(carries.shares.sampled):.0%} of random draws")
print(f"  rescued: {carries.rescue.words}")

# Proved in the whole box: which of its ends does the proof rest on?
proved = dilemma.prove(model, "equilibrium(reassure, rely)", over="then", robust=True)[0]
print(proved.status)
print("  needs:", "; ".join(need.words for need in proved.robustness.needs))
print(f"  proved in a box {float(proved.robustness.radius.proved):.2f} times as wide")
