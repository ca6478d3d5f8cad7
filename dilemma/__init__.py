"""Alliance dilemmas as games: state one, solve it, compare eras, decide claims.

    available, load             the shipped models, and model files
    Model, matrix               the same in Python
    sheet                       what a model says, on one sheet
    classroom                   a page for class, in one file: sliders, payoffs, equilibria
    propositions                its solution in symbols: what is an equilibrium where
    solve                       every equilibrium at one calibration, certified
    select                      the equilibria by every criterion of selection
    compare                     eras side by side
    statics                     which way does each outcome move with each parameter?
    attribute                   what did it? a change between eras, shared out among parameters
    tornado                     which parameter moves an outcome farthest, each over its box
    bargaining                  between which limits a bargain is struck, era by era
    commitment                  what moving first is worth to a leader
    trace                       every equilibrium as parameters move, where they meet and vanish
    best_replies                best replies of both players, era by era
    dynamics                    how a story goes on, one equilibrium after another
    along                       one parameter moves: where does the solution change?
    regions                     the parameter space cut where the equilibria change
    region_map, plot            two parameters move: the map, and its picture
    to_pandas, to_xarray        equilibria as labelled data
    to_nashpy, from_nashpy      games from and for nashpy
    to_pygambit, from_pygambit  games from and for pygambit
    prove                       claims decided for every calibration and every equilibrium

Every name is loaded when it is first used, so that ``import dilemma`` is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from dilemma.equilibria import Equilibria
    from dilemma.equilibrium import Equilibrium, NashSet
    from dilemma.errors import DilemmaError, ModelError
    from dilemma.exchange.bimatrices import from_nashpy, to_nashpy
    from dilemma.exchange.frames import to_pandas, to_xarray
    from dilemma.exchange.gambit import from_pygambit, to_pygambit
    from dilemma.figures import plot
    from dilemma.ledger import Ledger
    from dilemma.library import available, load
    from dilemma.model import Model, matrix
    from dilemma.page import Page, classroom
    from dilemma.parts import Claim, Era
    from dilemma.proof.verdicts import Verdict
    from dilemma.proving import prove
    from dilemma.study.along import along
    from dilemma.study.attribution import attribute
    from dilemma.study.bargaining import bargaining
    from dilemma.study.bargains import Bargaining
    from dilemma.study.commitment import Commitment, commitment
    from dilemma.study.compare import compare
    from dilemma.study.comparison import Comparison
    from dilemma.study.dynamics import dynamics
    from dilemma.study.partition import Regions
    from dilemma.study.propositions import Propositions, propositions
    from dilemma.study.region_map import RegionMap, region_map
    from dilemma.study.regions import regions
    from dilemma.study.replied import Replies
    from dilemma.study.replies import best_replies
    from dilemma.study.responses import Statics
    from dilemma.study.selected import Selection
    from dilemma.study.selecting import select
    from dilemma.study.shares import Attribution
    from dilemma.study.sheet import Sheet, sheet
    from dilemma.study.solve import solve
    from dilemma.study.statics import statics
    from dilemma.study.tornado import Swings, tornado
    from dilemma.study.trace import trace
    from dilemma.study.traced import Trace
    from dilemma.study.trajectory import Trajectory

_HOMES = {
    "Attribution": "study.shares",
    "Bargaining": "study.bargains",
    "Claim": "parts",
    "Commitment": "study.commitment",
    "Comparison": "study.comparison",
    "DilemmaError": "errors",
    "Equilibria": "equilibria",
    "Equilibrium": "equilibrium",
    "Era": "parts",
    "Ledger": "ledger",
    "Model": "model",
    "ModelError": "errors",
    "NashSet": "equilibrium",
    "Page": "page",
    "Propositions": "study.propositions",
    "RegionMap": "study.region_map",
    "Regions": "study.partition",
    "Replies": "study.replied",
    "Selection": "study.selected",
    "Sheet": "study.sheet",
    "Statics": "study.responses",
    "Swings": "study.tornado",
    "Trace": "study.traced",
    "Trajectory": "study.trajectory",
    "Verdict": "proof.verdicts",
    "along": "study.along",
    "attribute": "study.attribution",
    "available": "library",
    "bargaining": "study.bargaining",
    "best_replies": "study.replies",
    "classroom": "page",
    "commitment": "study.commitment",
    "compare": "study.compare",
    "dynamics": "study.dynamics",
    "from_nashpy": "exchange.bimatrices",
    "from_pygambit": "exchange.gambit",
    "load": "library",
    "matrix": "model",
    "plot": "figures",
    "propositions": "study.propositions",
    "prove": "proving",
    "region_map": "study.region_map",
    "regions": "study.regions",
    "select": "study.selecting",
    "sheet": "study.sheet",
    "solve": "study.solve",
    "statics": "study.statics",
    "to_nashpy": "exchange.bimatrices",
    "to_pandas": "exchange.frames",
    "to_pygambit": "exchange.gambit",
    "to_xarray": "exchange.frames",
    "tornado": "study.tornado",
    "trace": "study.trace",
}

__all__ = [
    "Attribution",
    "Bargaining",
    "Claim",
    "Commitment",
    "Comparison",
    "DilemmaError",
    "Equilibria",
    "Equilibrium",
    "Era",
    "Ledger",
    "Model",
    "ModelError",
    "NashSet",
    "Page",
    "Propositions",
    "RegionMap",
    "Regions",
    "Replies",
    "Selection",
    "Sheet",
    "Statics",
    "Swings",
    "Trace",
    "Trajectory",
    "Verdict",
    "along",
    "attribute",
    "available",
    "bargaining",
    "best_replies",
    "classroom",
    "commitment",
    "compare",
    "dynamics",
    "from_nashpy",
    "from_pygambit",
    "load",
    "matrix",
    "plot",
    "propositions",
    "prove",
    "region_map",
    "regions",
    "select",
    "sheet",
    "solve",
    "statics",
    "to_nashpy",
    "to_pandas",
    "to_pygambit",
    "to_xarray",
    "tornado",
    "trace",
]


def __getattr__(name: str) -> object:
    """Load a public name, or a module of the package, when it is first used."""
    if name in _HOMES:
        found = getattr(importlib.import_module(f"dilemma.{_HOMES[name]}"), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module 'dilemma' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
