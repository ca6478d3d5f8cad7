"""What is it worth to move first? A leader who commits, against the same game played at once."""

import dilemma

# The patron sets how much aid x it gives, the ally then how much y it adds; both like y.
model = dilemma.Model(
    name="aid",
    title="Aid and effort",
    kind="sequential",
    players={
        "patron": {"moves": 1, "choices": {"x": {"range": [0, 4]}}},
        "ally": {"moves": 2, "choices": {"y": {"range": [0, 4]}}},
    },
    parameters={
        "b": {"range": [0, 1], "unit": "util", "means": "how much aid encourages effort"},
    },
    payoffs={"patron": "2*x + y - x**2", "ally": "y + b*x*y - y**2"},
)
for b in ("0", "1/2", "1"):
    found = dilemma.commitment(model, b=b)
    low, high = found.value
    print(f"b = {b}: {found.leads[0].name}, worth {float(low):.4f} to {float(high):.4f}")
