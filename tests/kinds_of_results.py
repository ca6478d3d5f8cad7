"""A result of every kind, for what holds of all of them: LaTeX, and what a screen shows.

A kind of result that is new fails `test_every_kind_of_result_is_tried` until it has a line here.
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

import dilemma
from dilemma.study.diagrams import diagrams
from dilemma.study.summaries import summary
from small_games import led, ranging
from small_stories import table_and_story

CHICKEN = np.array([[[0, -1], [1, -9]], [[0, 0], [0, 0]]])  # and a game in which nobody cares


def load_template():
    return dilemma.load(Path(dilemma.__file__).with_name("template.toml"))


def leader():
    payoffs = {"us": "x*(b - x - y)", "japan": "y*(b - x - y)"}
    choices = {"us": {"x": (0, 3)}, "japan": {"y": (0, 3)}}
    return led(payoffs, name="leader", choices=choices, parameters={"b": ranging(1, 3)})


def small_story(file, tells):
    with TemporaryDirectory() as folder:
        table_and_story(Path(folder))
        return tells(Path(folder) / file, workers=1)


MAKERS = {
    "Attribution": {"hedging": lambda model: dilemma.attribute(model, "x_J")},
    "Bargaining": {"burden": lambda model: dilemma.bargaining(model, points=3, draws=20)},
    "Summary": {"abandonment": lambda model: summary(dilemma.sample(model, n=16))},
    "ByEra": {"abandonment": dilemma.solve},
    "Commitment": {"leader": lambda model: dilemma.commitment(model, b=2)},
    "MixedCommitment": {"abandonment": lambda model: dilemma.commitment(model, "post_cold_war")},
    "Correlated": {"abandonment": lambda model: dilemma.correlated(model, "post_cold_war")},
    "Comparison": {
        "abandonment": lambda model: dilemma.compare(model, draws=200),
        "template": lambda model: dilemma.compare(model, draws=200),
    },
    "Diagrams": {"assets": diagrams, "triangle": diagrams},
    "Equilibria": {
        "abandonment": lambda model: dilemma.solve(model, "post_cold_war"),
        "hedging": lambda model: dilemma.solve(model, "post_cold_war"),
    },
    "Explanation": {
        "abandonment": lambda model: dilemma.prove(model, "C1.6'").explain(),
        "cork": lambda model: dilemma.prove(model, "C2.1").explain(),
    },
    "Identified": {
        "template": lambda model: dilemma.identify(model, "after", {"alliance": 1}, n=16)
    },
    "Ledger": {
        "abandonment": lambda model: dilemma.prove(model, "C1.8", robust=True),
        "template": dilemma.prove,
    },
    "ManyEquilibria": {
        "template": lambda _: dilemma.solve_many(CHICKEN, CHICKEN.transpose(0, 2, 1))
    },
    "MeasureFirst": {"abandonment": lambda model: dilemma.measure_first(model, "C1.3", n=16)},
    "Path": {"abandonment": lambda model: dilemma.along(model, "post_cold_war", "m_J")},
    "Propositions": {"abandonment": dilemma.propositions, "hedging": dilemma.propositions},
    "Replies": {"abandonment": dilemma.best_replies},
    "RegionMap": {"abandonment": lambda model: dilemma.region_map(model, "m_J", "v_J")},
    "Regions": {"abandonment": lambda model: dilemma.regions(model, draws=200)},
    "Scenario": {"template": lambda _: small_story("story.toml", dilemma.scenario)},
    "Selection": {"abandonment": lambda model: dilemma.select(model, "post_cold_war", starts=20)},
    "Sensitivity": {
        "template": lambda model: dilemma.sensitivity(model, "after", n=16, resamples=10)
    },
    "Sheet": {"abandonment": dilemma.sheet, "hedging": dilemma.sheet},
    "Statics": {
        "hedging": lambda model: dilemma.statics(model, "cold_war", ["x_J"], ["g_J"], draws=16)
    },
    "Swings": {"template": lambda model: dilemma.tornado(model, "alliance", "after")},
    "Timeline": {
        "abandonment": lambda model: dilemma.timeline(model, {1960: {"m_J": 0}, 2003: {"m_J": 1}})
    },
    "Trace": {"abandonment": lambda model: dilemma.trace(model, "m_J", 0, 1, points=5)},
    "Trajectory": {"cork": dilemma.dynamics},
    "Trends": {"template": lambda _: small_story("table.toml", dilemma.trends)},
}
OWN = {"template": load_template, "leader": leader}
RESULTS = [(kind, model) for kind, models in MAKERS.items() for model in models]
QUICK = {  # there in no time
    ("ByEra", "abandonment"), ("Commitment", "leader"), ("Correlated", "abandonment"),
    ("Equilibria", "abandonment"), ("ManyEquilibria", "template"), ("MixedCommitment", "abandonment"),
    ("Path", "abandonment"), ("Replies", "abandonment"), ("Sheet", "abandonment"), ("Sheet", "hedging"),
    ("Summary", "abandonment"), ("Swings", "template"), ("Trace", "abandonment"),
}  # fmt: skip
EACH = [r if r in QUICK else pytest.param(*r, marks=pytest.mark.slow) for r in RESULTS]


@cache
def result(kind, model):
    found = MAKERS[kind][model](OWN[model]() if model in OWN else dilemma.load(model))
    assert type(found).__name__ == kind
    return found
