"""Every public question about a model, asked in the quickest way."""

import dilemma


def outcome(m):
    return next(iter(m.outcomes))


def era(m):
    return next(iter(m.eras))


def ends(m):
    """Return the first parameter, and the ends of its box in the first era."""
    name = next(iter(m.parameters))
    box = m.eras[era(m)].values[name].range
    return name, box.low, box.high


QUESTIONS = {
    "along": lambda m: dilemma.along(m, era(m), ends(m)[0]),
    "attribute": lambda m: dilemma.attribute(m, outcome(m), select="highest"),
    "bargaining": lambda m: dilemma.bargaining(m, points=3, draws=5),
    "best_replies": lambda m: dilemma.best_replies(m, points=3),
    "classroom": lambda m: dilemma.classroom([m]),
    "commitment": lambda m: dilemma.commitment(m, era(m)),
    "compare": lambda m: dilemma.compare(m, draws=20),
    "correlated": lambda m: dilemma.correlated(m, era(m)),
    "diagrams": lambda m: dilemma.diagrams(m, era(m)),
    "dynamics": dilemma.dynamics,
    "propositions": dilemma.propositions,
    "prove": lambda m: dilemma.prove(m, f"{outcome(m)} <= 1", over=era(m), cache=False, workers=1),
    "region_map": lambda m: dilemma.region_map(m, *list(m.parameters)[:2], [era(m)]),
    "regions": lambda m: dilemma.regions(m, draws=20),
    "identify": lambda m: dilemma.identify(m, era(m), {outcome(m): (-1e6, 1e6)}, n=16, seconds=0),
    "measure_first": lambda m: dilemma.measure_first(
        m, m.make_claim(f"{outcome(m)} <= 1", over=era(m)), n=16
    ),
    "sensitivity": lambda m: dilemma.sensitivity(m, era(m), outcome(m), n=16, resamples=2),
    "sample": lambda m: dilemma.sample(m, era(m), 4),
    "select": lambda m: dilemma.select(m, era(m)),
    "sheet": dilemma.sheet,
    "solve": lambda m: dilemma.solve(m, era(m)),
    "statics": lambda m: dilemma.statics(m, era(m)),
    "strategic": dilemma.strategic,
    "sweep": lambda m: dilemma.sweep(m, era(m), **{ends(m)[0]: [ends(m)[1], ends(m)[2]]}),
    "timeline": lambda m: dilemma.timeline(m, {1992: {}}),
    "to_nashpy": lambda m: dilemma.to_nashpy(m, era(m)),
    "to_pandas": lambda m: dilemma.to_pandas(dilemma.solve(m, era(m))),
    "to_pygambit": lambda m: dilemma.to_pygambit(m, era(m)),
    "to_xarray": lambda m: dilemma.to_xarray(dilemma.solve(m, era(m))),
    "tornado": lambda m: dilemma.tornado(m, outcome(m), era(m)),
    "trace": lambda m: dilemma.trace(m, *ends(m), points=5, eras=era(m)),
}
ELSEWHERE = {
    "available",
    "from_nashpy",
    "from_pygambit",
    "load",
    "matrix",
    "plot",
    "scenario",
    "solve_many",
    "trends",
}  # ask no model
