"""The formulas of a claim as text and as LaTeX, and what the names in them mean."""

from __future__ import annotations

import re

import sympy as sp

from dilemma.cleaning import latex_escape
from dilemma.formulas import BREAK, LONGEST, mathematical, width
from dilemma.model import Model
from dilemma.parts import Claim, Reference
from dilemma.report import Formula
from dilemma.study.displayed import inline

__all__ = ["formula", "names"]

SIGNS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠", "**": "^", "*": "·"}
OF_QUANTITIES = ("name", "payoff", "outcome", "rises", "falls", "diff")


def formula(model: Model, claim: Claim, which: str) -> Formula:
    r"""Return what is given ("given") or what is claimed ("holds").

    Examples
    --------
    >>> from dilemma.library import load
    >>> model = load("abandonment")
    >>> formula(model, model.make_claim("m_J*E_J >= 1"), "holds")
    Formula(text='m_J·E_J ≥ 1', latex='$E_{J} m_{J} \\geq 1$')
    """
    text = " ".join(claim.text[which].split())
    text = re.sub(r"<=|>=|==|!=|\*\*|\*", lambda found: SIGNS[found[0]], text)
    said = claim.given if which == "given" else claim.holds
    parts = said.args if isinstance(said, sp.And) else (said,)
    called = {symbol: _latex(model, claim, symbol) for symbol in said.free_symbols}
    told = [inline(part, called) for part in parts]
    return Formula(text, " and ".join(told))


def names(model: Model, claim: Claim) -> list[str]:
    """Say what each quantity in a claim's formulas is."""
    told = {
        **{name: (p.means, p.unit) for name, p in model.parameters.items()},
        **{name: (d.means, d.unit) for name, d in model.definitions.items()},
        **{name: (o.means, o.unit) for name, o in model.outcomes.items()},
        **{name: (f"payoff of {p.title}", p.unit) for name, p in model.players.items()},
    }
    written: dict[str, tuple[str, str]] = {}
    for symbol in sorted(claim.holds.free_symbols | claim.given.free_symbols, key=str):
        reference = claim.references.get(symbol)
        arguments = (symbol.name,) if reference is None else reference.arguments
        if reference is not None and reference.what not in OF_QUANTITIES:
            continue  # it speaks of profiles and actions
        if reference is None or reference.what in ("name", "payoff", "outcome"):
            arguments = arguments[:1]
        written |= {name: told[name] for name in arguments if name in told}
    return [
        f"{name}: {means or 'not said'}{f' [{unit}]' if unit not in ('', '1') else ''}"
        for name, (means, unit) in written.items()
    ]


def _latex(model: Model, claim: Claim, symbol: sp.Symbol) -> str:
    """Write a name as mathematics, with the era that it is of above it."""
    reference = claim.references.get(symbol, Reference("name", None, (symbol.name,)))
    name, *rest = reference.arguments or ("number of equilibria",)
    if reference.what in ("name", "payoff", "outcome"):
        told = mathematical(name) + (_call(rest) if rest else "")
    elif reference.what == "count":
        told = rf"\text{{{name}}}"
    else:
        told = rf"\text{{{reference.what}}}{_call(reference.arguments)}"
    if reference.era is None:
        return told
    title = model.eras[reference.era].title
    short = title if width(title) <= LONGEST else reference.era
    return rf"{told}^{{\text{{{latex_escape(short)}}}}}"


def _call(arguments: tuple[str, ...] | list[str]) -> str:
    words = [rf"\text{{{latex_escape(one)}}}" for one in arguments]
    return f"{BREAK}({f',{BREAK}'.join(words)})"
