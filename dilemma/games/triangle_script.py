"""Equations in a triangle as JavaScript, for the page: roots of one polynomial, carried up.

A branch's equations come in a triangle (:mod:`dilemma.games.branch`).  The page finds the roots of
the one polynomial at its foot, and each unknown above from those below.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.branch import Branch, Shape, top
from dilemma.model import Model
from dilemma.output.javascript import Names, formula

__all__ = ["Triangles", "shaped"]


def shaped(model: Model, branch: Branch) -> Shape:
    """Return a branch's triangle.

    Raises
    ------
    UnsupportedError
        If its equations have none.
    """
    if branch.shape is None:
        raise UnsupportedError(
            f"{model.name}: the equations of '{branch.name}' have no triangle, and the page "
            "has no solver for them (see solve)"
        )
    return branch.shape


@dataclass(frozen=True)
class Triangles:
    """Prints triangles.

    Attributes
    ----------
    symbols : sequence of symbols
        Every unknown, in the page's order.
    """

    names: Names
    symbols: Sequence[sp.Symbol]

    @property
    def head(self) -> str:
        """The arguments of a function of the unknowns."""
        return f"({', '.join(self.names[s] for s in self.symbols)})"

    def roots(self, shape: Shape) -> str:
        """Print the coefficients of the one polynomial, the highest first; null for none."""
        if shape.last is None:
            return "null"
        coefficients = sp.Poly(top(shape.polynomial), shape.last).all_coeffs()
        return f"() => [{', '.join(self._shorter(c) for c in coefficients)}]"

    def _shorter(self, coefficient: sp.Expr) -> str:
        """Print a coefficient as it is or nested (Horner's scheme), whichever is shorter."""
        ways = (sp.factor_terms(coefficient), sp.horner(coefficient))
        return min((formula(way, self.names) for way in ways), key=len)

    def up(self, shape: Shape, held: Iterable[sp.Symbol] = ()) -> str:
        """Print how a root is carried up: every unknown in the page's order; null at a pole."""
        given = {symbol for symbol, _, _ in shape.steps} | set(held)
        given |= {shape.last} if shape.last is not None else set()
        lines = [f"const {self.names[symbol]} = NaN;" for symbol in shape.loose]
        for k, (symbol, over, under) in enumerate(reversed(shape.steps)):
            if under.is_number:
                value = formula(over / under, self.names)
            else:
                below = f"below{k}"
                lines.append(f"const {below} = {formula(under, self.names)};")
                lines.append(f"if (equals({below})) return null;")
                value = f"({formula(over, self.names)})/{below}"
            lines.append(f"const {self.names[symbol]} = {value};")
        told = ", ".join(self.names[s] if s in given else "NaN" for s in self.symbols)
        argument = self.names[shape.last] if shape.last is not None else ""
        return f"({argument}) => {{ {' '.join(lines)} return [{told}]; }}"

    def ties(self, shape: Shape) -> str:
        """Print what must vanish as well; null for nothing."""
        if not shape.ties:
            return "null"
        told = " && ".join(f"equals({formula(t, self.names)})" for t in shape.ties)
        return f"{self.head} => {told}"
