"""The cork in the bottle: what moved the ceiling, which way it moves, and how the story goes on.

Run: python examples/what_did_it.py
"""

import dilemma

model = dilemma.load("cork")

found = dilemma.attribute(model, "S")
print(f"Slack below the ceiling changed by {float(found.change):.3f} after the Cold War:")
for share in found.shares:
    print(f"  {share.group} ({', '.join(share.moves)}): {float(share.share):+.3f}")

(response,) = dilemma.statics(model, "cold_war", ["K", "a"], ["s", "rho"])["cold_war"]
for effect in response.effects.values():
    print(
        f"d{effect.outcome}/d{effect.parameter} = {float(effect.value):.3f}, "
        f"sign over the whole box: {effect.sign}"
    )

story = dilemma.dynamics(model)
for step in story.steps:
    print(
        f"round {step.number}: {step.equilibrium}, slack {float(step.outcomes['S']):.3f}"
        f"{', the cork is shut' if step.jumped else ''}"
    )
print(f"It stops: {story.ended}.")
