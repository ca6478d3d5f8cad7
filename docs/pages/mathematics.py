"""Formulas of the theory as LaTeX, and LaTeX as MathML, which browsers draw without any script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from dilemma.output.formulas import mathematical

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.writers.html5 import HTML5Translator

__all__ = ["block", "displayed", "formula", "inline"]


def formula(said: sp.Basic) -> str:
    r"""Return a formula as LaTeX, without marks around it.

    Examples
    --------
    >>> m, E = sp.symbols("m_J E_J")
    >>> print(formula(m * E))
    E_{J} \, m_{J}
    """
    called = {symbol: mathematical(str(symbol)) for symbol in said.free_symbols}
    told: str = sp.latex(said, symbol_names=called, mul_symbol=r" \, ")
    return told.replace("|", r"\vert ")


def inline(said: sp.Basic) -> str:
    """Return a formula to stand in a line."""
    return f"${formula(said)}$"


def block(name: str, said: sp.Basic) -> str:
    """Return an equation on lines of its own."""
    return f"$$\n{name} = {formula(said)}\n$$"


def displayed(translator: HTML5Translator, node: nodes.math | nodes.math_block) -> None:
    """Write a node of mathematics as MathML into the page; this is a renderer for Sphinx."""
    from docutils.nodes import SkipNode, math_block
    from latex2mathml.converter import convert

    whole = isinstance(node, math_block)
    translator.body.append(convert(node.astext(), display="block" if whole else "inline"))
    raise SkipNode
