"""Branches that surely do not hold at a calibration, told in floats from what failed at others.

Where many calibrations lie close together most branches fail by the same condition at all of them.  Such a
condition is compiled, with the steps that lead to it.  A branch is left out only where the condition fails
by far more than floats are wrong and nothing that must not vanish is small; else it is for the exact path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sympy as sp

from dilemma.games.branch import Branch, Shape
from dilemma.model import Model

__all__ = ["Screen", "screen_of"]

FAR = 1e-7  # of the terms of a gap: floats are wrong by much less
SMALL = 1e-9  # of its terms: what must not vanish is larger
REAL = 1e-5  # in relation: a root with a smaller imaginary part may be real
MOST = 4  # conditions of a branch that are remembered

Floats = Mapping[sp.Symbol, float]
Gap = tuple[float, float]  # a condition's one side less the other, and how large its terms are


@dataclass
class Screen:
    """What is known to fail.

    Attributes
    ----------
    failures : mapping of branch's identity to conditions
    tests : mapping of branch's identity to compiled test
    """

    model: Model
    branches: dict[int, Branch] = field(default_factory=dict)
    failures: dict[int, list[sp.Basic]] = field(default_factory=dict)
    tests: dict[int, _Test | None] = field(default_factory=dict)

    def learn(self, branch: Branch, condition: sp.Basic) -> None:
        """Remember that a condition of a branch failed."""
        self.branches[id(branch)] = branch  # so that the identity stays its own
        known = self.failures.setdefault(id(branch), [])
        if condition not in known and len(known) < MOST:
            known.append(condition)
            self.tests[id(branch)] = _test(self.model, branch, known)

    def excludes(self, branch: Branch, at: Floats) -> bool:
        """Tell whether a branch surely does not hold at a calibration, given in floats."""
        test = self.tests.get(id(branch))
        try:
            return test is not None and test.fails(at)
        except (ArithmeticError, ValueError, TypeError, KeyError):  # of numpy's, too
            return False


@lru_cache(maxsize=32)
def screen_of(model: Model) -> Screen:
    """Return what is known of a game without its claims."""
    return Screen(model)


@dataclass(frozen=True)
class _Test:
    """Some conditions of a branch, compiled.

    Attributes
    ----------
    symbols : tuple of symbol
        Parameters and definitions that are asked for.
    gaps : function of these and of the unknown at the foot
        The gaps of all relations, and how large their terms are; then the same of what must not vanish.
    coefficients : function of the symbols, or None
        Those of the polynomial at the foot.
    """

    symbols: tuple[sp.Symbol, ...]
    conditions: tuple[sp.Basic, ...]
    relations: tuple[sp.Basic, ...]
    gaps: Callable[..., Sequence[float]]
    coefficients: Callable[..., Sequence[float]] | None

    def fails(self, at: Floats) -> bool:
        """Tell whether one of the conditions surely fails at each solution."""
        import numpy as np

        known = [at[s] for s in self.symbols]
        if self.coefficients is None:
            return self._fails(known)
        row = [float(c) for c in self.coefficients(*known)]
        if not abs(row[0]) > SMALL * max(map(abs, row)):
            return False
        roots = np.roots(row)
        real = roots.real[np.abs(roots.imag) < REAL * (1 + np.abs(roots.real))]
        return all(self._fails([*known, float(root)]) for root in real)

    def _fails(self, known: Sequence[float]) -> bool:
        told = list(self.gaps(*known))
        pairs = list(zip(told[::2], told[1::2], strict=True))
        count = len(self.relations)
        if not all(abs(value) > SMALL * size for value, size in pairs[count:]):
            return False
        gaps = dict(zip(self.relations, pairs, strict=False))
        return any(_surely_false(condition, gaps) for condition in self.conditions)


def _surely_false(condition: sp.Basic, gaps: Mapping[sp.Basic, Gap]) -> bool:
    if isinstance(condition, sp.And | sp.Or):
        every = any if isinstance(condition, sp.And) else all
        return every(_surely_false(part, gaps) for part in condition.args)
    if condition not in gaps:
        return condition is sp.false
    value, size = gaps[condition]
    far = FAR * max(size, 1.0)
    if isinstance(condition, sp.Ge | sp.Gt):
        return value < -far
    if isinstance(condition, sp.Le | sp.Lt):
        return value > far
    return isinstance(condition, sp.Eq) and abs(value) > far


def _test(model: Model, branch: Branch, conditions: Sequence[sp.Basic]) -> _Test | None:
    """Compile conditions of a branch; None where its equations are in no shape for that."""
    shape = branch.shape
    if shape is None or shape.loose or shape.ties:
        return None
    told = tuple(model.expand_play(c) for c in conditions)
    relations = tuple(dict.fromkeys(r for c in told for r in _relations(c)))
    outputs = [side for r in relations for side in _sized(r.lhs - r.rhs)]
    steps = [(symbol, over / under) for symbol, over, under in reversed(shape.steps)]
    poles = [under for _, _, under in shape.steps if not under.is_number]
    outputs += [side for e in (*poles, *shape.nonzero) for side in _sized(e)]
    unknown = {*(symbol for symbol, _ in steps), *([] if shape.last is None else [shape.last])}
    spoken = set().union(*(e.free_symbols for e in (*outputs, *(step for _, step in steps))))
    spoken |= shape.polynomial.free_symbols
    symbols = tuple(sorted(spoken - unknown, key=str))
    return _Test(symbols, told, relations, *_functions(shape, symbols, steps, outputs))


def _functions(
    shape: Shape,
    symbols: Sequence[sp.Symbol],
    steps: Sequence[tuple[sp.Symbol, sp.Expr]],
    outputs: Sequence[sp.Expr],
) -> tuple[Any, Any]:
    """Compile what is asked for behind the steps, and the coefficients at the foot."""
    last = [] if shape.last is None else [shape.last]
    # A price such as multiplier(ceiling) has a name that Python could not assign to.
    names = {symbol: sp.Symbol(f"_{k}", real=True) for k, (symbol, _) in enumerate(steps)}
    told = [(names[symbol], step.xreplace(names)) for symbol, step in steps]
    sought = [e.xreplace(names) for e in outputs]
    gaps = sp.lambdify([*symbols, *last], sought, modules="math", cse=lambda own: (told, own))
    if not last:
        return gaps, None
    return gaps, sp.lambdify(list(symbols), list(shape.coefficients), modules="math")


def _sized(gap: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Return a gap, and the sum of its terms' absolute values."""
    terms = sp.Add.make_args(gap)
    return gap, sp.Add(*(sp.Abs(term, evaluate=False) for term in terms), evaluate=False)


def _relations(condition: sp.Basic) -> Iterator[sp.Basic]:
    if isinstance(condition, sp.And | sp.Or):
        for part in condition.args:
            yield from _relations(part)
    elif isinstance(condition, sp.core.relational.Relational):
        yield condition
