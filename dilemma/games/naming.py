"""Write a payoff difference in the theory's own letters: D0 instead of n + phi."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import sympy as sp

from dilemma.model import Model

__all__ = ["Naming"]

Terms = dict[sp.Expr, sp.Rational]


class Naming:
    """Shortens expressions by a model's definitions, without changing what they mean.

    A definition is a linear relation between terms.  Gaussian elimination over the terms writes an
    expression in definitions as far as that goes, whichever way it came; it is taken where it is no
    longer than what stood there.

    Examples
    --------
    >>> from dilemma.library import load
    >>> model = load("abandonment")
    >>> at, instead = ("strong", "strong"), ("weak", "strong")
    >>> naming = Naming(model)
    >>> naming.shortest(model.payoffs[at]["japan"] - model.payoffs[instead]["japan"])
    D1_J
    """

    def __init__(self, model: Model) -> None:
        relations = ((d.symbol, _terms(d.formula)) for d in model.definitions.values())
        self._pivots = _eliminated((symbol, own) for symbol, own in relations if len(own) > 1)
        self.shortest = lru_cache(maxsize=4096)(self._shortest)

    def _shortest(self, expression: sp.Expr) -> sp.Expr:
        terms = _terms(expression)
        found = _reduced(terms, self._pivots)
        shortest = found if len(found) <= len(terms) else terms
        return sp.Add(*(coefficient * term for term, coefficient in shortest.items()))


def _terms(expression: sp.Expr) -> Terms:
    return dict(sp.expand(expression).as_coefficients_dict())


def _eliminated(relations: Iterable[tuple[sp.Symbol, Terms]]) -> dict[sp.Expr, Terms]:
    """Solve each definition's relation for one of its terms, and put that in everywhere."""
    pivots: dict[sp.Expr, Terms] = {}
    for symbol, formula in relations:
        left = _reduced(formula, pivots)
        if symbol in left:
            continue  # follows from the others
        pivot = next((t for t in formula if t in left and t != 1), None)
        if pivot is None:
            continue
        scale = left.pop(pivot)
        solved = {term: -c / scale for term, c in left.items()}
        solved[symbol] = 1 / scale
        pivots = {known: _reduced(own, {pivot: solved}) for known, own in pivots.items()}
        pivots[pivot] = solved
    return pivots


def _reduced(terms: Terms, pivots: dict[sp.Expr, Terms]) -> Terms:
    found: Terms = {}
    for term, coefficient in terms.items():
        for part, share in pivots.get(term, {term: sp.Integer(1)}).items():
            found[part] = found.get(part, sp.Integer(0)) + coefficient * share
    return {term: coefficient for term, coefficient in found.items() if coefficient != 0}
