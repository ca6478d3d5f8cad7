"""Over the years: what measured shares of trade make of the alliance, in single years and in periods."""

from pathlib import Path

import dilemma
from dilemma.figures import save

model = dilemma.load("trade")
years = Path(__file__).with_name("trade_years.csv")
found = dilemma.timeline(model, years, outcomes=["exposure", "partner_to_rival"])
for moment in found.moments:
    (state,) = moment.stop.states
    told = (round(float(state.value(name)), 3) for name in ("a", "y", "exposure"))
    print(moment.title, *told)
save(dilemma.plot(found, shows=["x_U", "x_J", "a", "y", "exposure"]), "years.png")

periods = ["from_1951", "from_1972", "from_1992", "from_2004"]
for moment in dilemma.timeline(model, eras=periods).moments:
    print(moment.title, round(float(moment.stop.states[0].value("a")), 3))
