"""Several equilibria: which of them would be played? Every criterion, side by side."""

import dilemma

found = dilemma.select(dilemma.load("abandonment"), "post_cold_war")

for one in found.criteria:
    print(f"{one.name}: {', '.join(f'{p} {float(v):.4f}' for p, v in one.payoffs.items())}")
    print(
        f"  strict {one.strict}, best for both {one.payoff_dominant}, less risky {one.risk_dominant}"
    )
    for why in one.why:
        print(f"  {why.title} mixes so that {why.other_title} does not care what it does")
for basin in found.basins:
    ends = {found.ending(end): count for end, count in basin.ends.items()}
    print(f"from {basin.starts} random beginnings, by {basin.dynamic}: {ends}")
