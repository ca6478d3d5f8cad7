"""The reference's pages: every public name, from its docstring."""

from __future__ import annotations

import inspect

import dilemma
from pages.markdown import code, rows, said

__all__ = ["index", "of_name", "public"]

GROUPS = {
    "Models": ("available", "load", "Model", "matrix", "sheet", "Sheet", "Era", "Claim"),
    "Solving": (
        "solve", "Equilibria", "Equilibrium", "NashSet", "ByEra", "solve_many", "ManyEquilibria",
        "propositions", "Propositions", "select", "Selection",
    ),
    "Claims": ("prove", "Ledger", "Verdict"),
    "Eras and parameters": (
        "compare", "Comparison", "along", "regions", "Regions", "region_map", "RegionMap",
        "timeline", "Timeline", "statics", "Statics", "attribute", "Attribution", "commitment", "Commitment",
        "MixedCommitment", "correlated", "Correlated",
        "dynamics", "Trajectory", "trace", "Trace", "tornado", "Swings",
    ),
    "A whole box": (
        "sweep", "sample", "sensitivity", "Sensitivity", "measure_first", "MeasureFirst",
        "identify", "Identified",
    ),
    "Several models together": ("trends", "Trends", "scenario", "Scenario"),
    "Pictures": ("plot", "diagrams", "Diagrams"),
    "Other programs": (
        "to_pandas", "to_xarray", "to_nashpy", "from_nashpy", "to_pygambit", "from_pygambit",
    ),
}  # fmt: skip
MADE_BY_READERS = ("Model",)  # all other objects come from functions


def public() -> list[str]:
    """Return every public name but the errors, which have a page of their own."""
    return [name for name in dilemma.__all__ if not name.endswith("Error")]


def index() -> str:
    """Return the list of public names, with the first sentence of each; new ones come last."""
    known = {name for names in GROUPS.values() for name in names}
    groups = {**GROUPS, "More": tuple(name for name in public() if name not in known)}
    told = [
        "# The package",
        "Every name that `import dilemma` offers. Errors: [](../../errors.md).",
    ]
    for title, names in groups.items():
        body = [
            [f"[{code(name)}]({name}.md)", said(_first(name))] for name in names if name in public()
        ]
        if body:
            told += [f"## {title}", rows(["name", "is"], body)]
    entries = "\n".join(public())
    told.append(f"```{{toctree}}\n:hidden:\n\n{entries}\n```")
    return "\n\n".join(told) + "\n"


def _first(name: str) -> str:
    return (inspect.getdoc(getattr(dilemma, name)) or "").split("\n\n")[0]


def of_name(name: str) -> str:
    """Return the page of one public name."""
    found = getattr(dilemma, name)
    if inspect.isclass(found):
        directive = f".. autoclass:: dilemma.{name}\n   :members:\n   :inherited-members:"
        if name not in MADE_BY_READERS:
            directive += "\n   :exclude-members: __init__"
    else:
        directive = f".. autofunction:: dilemma.{name}"
    return f"# {said(name)}\n\n```{{eval-rst}}\n{directive}\n```\n"
