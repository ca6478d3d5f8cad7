"""Does what was lost come back? Third parties pay more, then as little as before."""

import dilemma

story = dilemma.dynamics(dilemma.load("hedging"), "tipping")
print(story.story.says)
for step in story.steps:
    share = float(step.outcomes["y_J"])
    print(f"{float(step.factor):5.3f} {'#' * round(40 * share)} {share:.2f}{' jump' * step.jumped}")
print(story.ended)
