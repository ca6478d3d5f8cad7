"""Where do the equilibria change? The solution in symbols, and how near the border is.

Run: python examples/where_it_changes.py
"""

import dilemma

model = dilemma.load("abandonment")

for stated in dilemma.propositions(model).about("interaction"):
    print(f"{stated.says} if and only if {stated.words}")

found = dilemma.regions(model, draws=2_000)
for zone in found.zones:
    print(f"{', '.join(zone.names)}: {zone.words}")
print("no others, proved:", found.covered)

nearest = found.eras[-1].moves[0]
print(
    f"nearest border since the Cold War: {nearest.parameter} from {float(nearest.centre):g} "
    f"to {float(nearest.border):g}, then {', '.join(found.zone(nearest.label).names)}"
)
