"""Write a payoff difference in the theory's own letters: D0 instead of n + phi."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from dilemma.model import Model

__all__ = ["Naming"]

Terms = dict[sp.Expr, sp.Rational]


class Naming:
    """Shortens expressions by a model's definitions, without changing what they mean.

    A definition is put in wherever a rational multiple of its formula makes the sum of terms
    shorter; definitions that stand further down, which say more, are tried first.

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
        read = ((d.symbol, _terms(d.formula)) for d in reversed([*model.definitions.values()]))
        self._definitions = [(symbol, terms) for symbol, terms in read if len(terms) > 1]
        self.shortest = lru_cache(maxsize=4096)(self._shortest)

    def _shortest(self, expression: sp.Expr) -> sp.Expr:
        terms = _terms(expression)
        shorter = True
        while shorter:
            shorter = False
            for symbol, formula in self._definitions:
                found = _with(terms, symbol, formula)
                if len(found) < len(terms):
                    terms, shorter = found, True
        return sp.Add(*(coefficient * term for term, coefficient in terms.items()))


def _terms(expression: sp.Expr) -> Terms:
    return dict(sp.expand(expression).as_coefficients_dict())


def _with(terms: Terms, symbol: sp.Symbol, formula: Terms) -> Terms:
    """Return the shortest sum that has a multiple of a definition put in."""
    best = terms
    for factor in {terms[t] / c for t, c in formula.items() if t in terms}:
        found = dict(terms)
        for term, coefficient in ((symbol, -1), *formula.items()):
            found[term] = found.get(term, 0) - factor * coefficient
        found = {term: c for term, c in found.items() if c != 0}
        if len(found) < len(best):
            best = found
    return best
