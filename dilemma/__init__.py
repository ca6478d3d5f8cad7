"""Alliance dilemmas as games: state one, solve it, compare eras, decide claims.

    available, load             the shipped models, and model files
    Model, matrix               the same in Python
    sheet                       what a model says, on one sheet
    classroom                   a page for class, in one file: sliders, payoffs, equilibria
    propositions                its solution in symbols: what is an equilibrium where
    sweep, sample               the same at very many calibrations, as a labelled dataset
    solve                       every equilibrium at one calibration or in each era, certified
    solve_many                  every equilibrium of many two-player games at once
    select                      the equilibria by every criterion of selection
    compare                     eras side by side
    statics                     which way does each outcome move with each parameter?
    attribute                   what did it? a change between eras, shared out among parameters
    tornado                     which parameter moves an outcome farthest, each over its box
    sensitivity                 which parameter matters over the whole box, and how near a change is
    measure_first               which assumed interval to measure first, for which claim
    identify                    which part of a box is consistent with what was observed
    bargaining                  between which limits a bargain is struck, era by era
    commitment                  what moving first, or committing to a mix, is worth to a leader
    correlated                  what a mediator can bring about, at best and at worst
    trace                       every equilibrium as parameters move, where they meet and vanish
    timeline                    every equilibrium over the years
    best_replies                best replies of both players, era by era
    diagrams                    networks, states, game trees: what stands where in each equilibrium
    dynamics                    how a story goes on, one equilibrium after another
    along                       one parameter moves: where does the solution change?
    regions                     the parameter space cut where the equilibria change
    region_map, plot            two parameters move: the map, and its picture
    strategic                   a tree as a table: who chooses which plan
    to_pandas                   results as frames
    to_xarray                   equilibria as labelled data
    to_nashpy, from_nashpy      games from and for nashpy
    to_pygambit, from_pygambit  games from and for pygambit
    prove                       claims decided for every calibration and every equilibrium
    trends                      a table of trends filled in: the paper's Table 1, or your own
    scenario                    several models as one story: what does it rest on?

What asks about a model takes it by its name or its path, too; the questions asked most, and ``plot``
and ``to_pandas`` of a result, are methods as well.  Every name is loaded when it is first used, so
that ``import dilemma`` is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from dilemma.by_era import ByEra
    from dilemma.claims.verdict import Verdict
    from dilemma.errors import DilemmaError, ModelError
    from dilemma.exchange.programs import (
        from_nashpy,
        from_pygambit,
        to_nashpy,
        to_pygambit,
        to_xarray,
    )
    from dilemma.figures import plot
    from dilemma.games.equilibrium import Equilibria, Equilibrium, NashSet
    from dilemma.games.matrix.arrays import matrix
    from dilemma.games.matrix.many_games import ManyEquilibria, solve_many
    from dilemma.games.solution import solve
    from dilemma.games.tree.strategic_form import strategic
    from dilemma.ledger.ledger import Ledger
    from dilemma.ledger.prove import prove
    from dilemma.library import available, load
    from dilemma.model import Model
    from dilemma.output.frames import to_pandas
    from dilemma.page.page import Page, classroom
    from dilemma.robustness.identify import Identified, identify
    from dilemma.robustness.measure_first import MeasureFirst, measure_first
    from dilemma.story.cells import Trends
    from dilemma.story.scenario import scenario
    from dilemma.story.tellings import Scenario
    from dilemma.story.trends import trends
    from dilemma.study.along import along
    from dilemma.study.attribute import Attribution, attribute
    from dilemma.study.bargaining import Bargaining, bargaining
    from dilemma.study.best_replies import Replies, best_replies
    from dilemma.study.commitment import Commitment, MixedCommitment, commitment
    from dilemma.study.compare import Comparison, compare
    from dilemma.study.correlated import Correlated, correlated
    from dilemma.study.diagrams import Diagrams, diagrams
    from dilemma.study.dynamics import Trajectory, dynamics
    from dilemma.study.occurrence import Regions
    from dilemma.study.propositions import Propositions, propositions
    from dilemma.study.region_map import RegionMap, region_map
    from dilemma.study.regions import regions
    from dilemma.study.select import Selection, select
    from dilemma.study.sensitivity import Sensitivity, sensitivity
    from dilemma.study.sheet import Sheet, sheet
    from dilemma.study.statics import Statics, statics
    from dilemma.study.sweep import sample, sweep
    from dilemma.study.timeline import Timeline, timeline
    from dilemma.study.tornado import Swings, tornado
    from dilemma.study.trace import Trace, trace
    from dilemma.theory.parts import Claim, Era

_HOMES = {
    "Attribution": "study.attribute",
    "Bargaining": "study.bargaining",
    "ByEra": "by_era",
    "Claim": "theory.parts",
    "Commitment": "study.commitment",
    "Comparison": "study.compare",
    "Correlated": "study.correlated",
    "Diagrams": "study.diagrams",
    "DilemmaError": "errors",
    "Equilibria": "games.equilibrium",
    "Equilibrium": "games.equilibrium",
    "Era": "theory.parts",
    "Ledger": "ledger.ledger",
    "ManyEquilibria": "games.matrix.many_games",
    "MixedCommitment": "study.commitment",
    "Model": "model",
    "ModelError": "errors",
    "NashSet": "games.equilibrium",
    "Page": "page.page",
    "Propositions": "study.propositions",
    "RegionMap": "study.region_map",
    "Regions": "study.occurrence",
    "Replies": "study.best_replies",
    "Scenario": "story.tellings",
    "Selection": "study.select",
    "Sheet": "study.sheet",
    "Statics": "study.statics",
    "Swings": "study.tornado",
    "Timeline": "study.timeline",
    "Trace": "study.trace",
    "Trajectory": "study.dynamics",
    "Trends": "story.cells",
    "Verdict": "claims.verdict",
    "along": "study.along",
    "attribute": "study.attribute",
    "available": "library",
    "bargaining": "study.bargaining",
    "best_replies": "study.best_replies",
    "classroom": "page.page",
    "commitment": "study.commitment",
    "compare": "study.compare",
    "correlated": "study.correlated",
    "diagrams": "study.diagrams",
    "dynamics": "study.dynamics",
    "from_nashpy": "exchange.programs",
    "from_pygambit": "exchange.programs",
    "load": "library",
    "matrix": "games.matrix.arrays",
    "plot": "figures",
    "propositions": "study.propositions",
    "prove": "ledger.prove",
    "region_map": "study.region_map",
    "regions": "study.regions",
    "Identified": "robustness.identify",
    "MeasureFirst": "robustness.measure_first",
    "identify": "robustness.identify",
    "Sensitivity": "study.sensitivity",
    "measure_first": "robustness.measure_first",
    "sensitivity": "study.sensitivity",
    "sample": "study.sweep",
    "scenario": "story.scenario",
    "select": "study.select",
    "sheet": "study.sheet",
    "solve": "games.solution",
    "solve_many": "games.matrix.many_games",
    "statics": "study.statics",
    "strategic": "games.tree.strategic_form",
    "sweep": "study.sweep",
    "timeline": "study.timeline",
    "to_nashpy": "exchange.programs",
    "to_pandas": "output.frames",
    "to_pygambit": "exchange.programs",
    "to_xarray": "exchange.programs",
    "tornado": "study.tornado",
    "trace": "study.trace",
    "trends": "story.trends",
}

__all__ = [
    "Attribution",
    "Bargaining",
    "ByEra",
    "Claim",
    "Commitment",
    "Comparison",
    "Correlated",
    "Diagrams",
    "DilemmaError",
    "Equilibria",
    "Equilibrium",
    "Era",
    "Identified",
    "Ledger",
    "ManyEquilibria",
    "MeasureFirst",
    "MixedCommitment",
    "Model",
    "ModelError",
    "NashSet",
    "Page",
    "Propositions",
    "RegionMap",
    "Regions",
    "Replies",
    "Scenario",
    "Selection",
    "Sensitivity",
    "Sheet",
    "Statics",
    "Swings",
    "Timeline",
    "Trace",
    "Trajectory",
    "Trends",
    "Verdict",
    "along",
    "attribute",
    "available",
    "bargaining",
    "best_replies",
    "classroom",
    "commitment",
    "compare",
    "correlated",
    "diagrams",
    "dynamics",
    "from_nashpy",
    "from_pygambit",
    "identify",
    "load",
    "matrix",
    "measure_first",
    "plot",
    "propositions",
    "prove",
    "region_map",
    "regions",
    "sample",
    "scenario",
    "select",
    "sensitivity",
    "sheet",
    "solve",
    "solve_many",
    "statics",
    "strategic",
    "sweep",
    "timeline",
    "to_nashpy",
    "to_pandas",
    "to_pygambit",
    "to_xarray",
    "tornado",
    "trace",
    "trends",
]


MODULES = ("errors", "figures")  # loaded likewise, by their own names

# What people look for who know other libraries, and what does it here.
ELSEWHERE = {
    "Bimatrix": "dilemma.matrix(A, B) makes a game of payoffs",
    "Game": "dilemma.matrix(A, B) makes a game of payoffs, dilemma.Model(...) any game",
    "NormalFormGame": "dilemma.matrix(A, B) makes a game of payoffs",
    "batch": "dilemma.solve_many(row, column) solves many games at once",
    "equilibria": "dilemma.solve(model) returns them",
    "list": "dilemma.available() lists the shipped models",
    "list_models": "dilemma.available() lists the shipped models",
    "models": "dilemma.available() lists the shipped models, dilemma.load(name) loads one",
    "nash": "dilemma.solve(model) returns the equilibria",
    "open": "dilemma.load(path) reads a model",
    "read": "dilemma.load(path) reads a model",
    "read_csv": "dilemma.load(path) reads a payoff table that ends in .csv",
    "read_toml": "dilemma.load(path) reads a model",
    "show": "dilemma.sheet(model) shows what a model says",
    "version": "dilemma.__version__ is it",
}


def __getattr__(name: str) -> object:
    """Load a public name, or a module of the package, when it is first used."""
    if name in _HOMES:
        found = getattr(importlib.import_module(f"dilemma.{_HOMES[name]}"), name)
        globals()[name] = found
        return found
    if name in MODULES:
        return importlib.import_module(f"dilemma.{name}")
    told = f"module 'dilemma' has no attribute {name!r}"
    if not name.startswith("_"):
        told += f": {ELSEWHERE.get(name) or _nearest(name)}"
    raise AttributeError(told)


def _nearest(name: str) -> str:
    from dilemma.errors import nearest

    return nearest(name, __all__)


def __dir__() -> list[str]:
    """Return what is public, and what every module has."""
    return sorted([*__all__, *MODULES, *(name for name in globals() if name.startswith("__"))])
