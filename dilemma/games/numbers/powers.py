"""Powers with fixed rational exponents of what is chosen: each root is an unknown of its own.

With r >= 0 and r**q = Q a power Q**(p/q) is r**p, and whatever is a polynomial in choices and roots
is solved and decided as other polynomials are.  A slope is taken through the roots,

    df/dx = partial f/partial x + sum over roots of partial f/partial r * dQ/dx / (q * r**(q - 1))

and where an exponent is below one it has no bound as r goes to nought: the root is *steep*, and
first-order conditions speak of r > 0 alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import lcm

import sympy as sp

from dilemma.deciders.clearing import MOST_ROOT
from dilemma.games.branch import RootSymbol, top
from dilemma.games.numbers import numbers_of
from dilemma.model import Model

__all__ = [
    "Root",
    "cleared",
    "dividing",
    "in_powers",
    "in_roots",
    "kinks",
    "roots",
    "roots_in",
    "slope",
    "undivided",
]


@dataclass(frozen=True, slots=True)
class Root:
    """A root of something that hangs on what is chosen.

    Attributes
    ----------
    symbol : symbol
        The root; not negative.
    base : sympy expression
        Of what, in choices and in roots inside it.
    degree : int
    steep : bool
        Whether a payoff has a slope without bound as it goes to nought.
    """

    symbol: sp.Symbol
    base: sp.Expr
    degree: int
    steep: bool = False

    @property
    def tie(self) -> sp.Expr:
        """A polynomial that vanishes."""
        return top(self.symbol**self.degree - self.base)


def roots(model: Model) -> tuple[Root, ...]:
    """Return every root in payoffs, constraints and ends of intervals, inner ones first.

    One of too high a degree to be an unknown is left as it is written.
    """
    return tuple(root for root, _ in _table(model).values())


@lru_cache(maxsize=10_000)
def in_roots(model: Model, formula: sp.Basic) -> sp.Basic:
    """Return a formula with the model's roots as unknowns, and definitions of play put in.

    Examples
    --------
    >>> from dilemma.model import Model
    >>> alone = {"range": [0, 1], "unit": "1", "means": "effort"}
    >>> game = Model(
    ...     name="g",
    ...     title="G",
    ...     kind="continuous",
    ...     players={"a": {"choices": {"x": alone}}},
    ...     payoffs={"a": "2*x**(1/2) - x**(3/2)"},
    ... )
    >>> in_roots(game, game.payoffs[()]["a"])
    -root(x, 2)**3 + 2*root(x, 2)
    """
    expanded = split(model, model.expand_play(formula))
    table = _table(model)
    return (
        _put(expanded, {base: symbol for base, (_, symbol) in table.items()}) if table else expanded
    )


def kinks(formula: sp.Basic) -> set[sp.Basic]:
    """Return the parts of a formula that have no slope somewhere."""
    found: set[sp.Basic] = formula.atoms(sp.Piecewise, sp.Min, sp.Max, sp.Abs)
    return found


def roots_in(model: Model, *formulas: sp.Basic) -> tuple[Root, ...]:
    """Return the roots that formulas speak of, and those inside them; inner ones first."""
    spoken = set().union(*(f.free_symbols for f in formulas))
    kept: list[Root] = []
    for root in reversed(roots(model)):
        if root.symbol in spoken:
            kept.insert(0, root)
            spoken |= root.base.free_symbols
    return tuple(kept)


def slope(model: Model, formula: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """Return the derivative of a formula in roots by what is chosen, roots moving with it."""
    return _slope(roots(model), formula, symbol)


def _slope(every: Sequence[Root], formula: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    found = sp.diff(formula, symbol)
    for root in every:
        if formula.has(root.symbol):
            inner = _slope(every, root.base, symbol)
            inner /= root.degree * root.symbol ** (root.degree - 1)
            found += sp.expand(sp.diff(formula, root.symbol)) * inner
    return sp.expand(found, deep=False) if every else found


def cleared(model: Model, statement: sp.Basic) -> sp.Basic:
    """Return a statement in roots, none of them in a denominator: these are positive then."""
    if isinstance(statement, sp.And | sp.Or):
        return statement.func(*(cleared(model, part) for part in statement.args))
    if not isinstance(statement, sp.core.relational.Relational) or not roots(model):
        return statement
    gap = in_roots(model, statement.lhs - statement.rhs)
    if not roots_in(model, gap):
        return statement
    told, divided = undivided(model, gap)
    return sp.And(statement.func(told, 0), *(sp.Gt(root, 0) for root in divided))


def undivided(model: Model, formula: sp.Expr) -> tuple[sp.Expr, list[sp.Symbol]]:
    """Return a formula times powers of the roots that it is divided by, and these.

    Where the roots are positive it has the sign of the formula.
    """
    over, under = sp.fraction(sp.cancel(sp.together(formula)))
    known = {root.symbol for root in roots(model)}
    powers = {f: f.as_base_exp()[0] for f in sp.Mul.make_args(sp.factor(under))}
    divided = {f: base for f, base in powers.items() if base in known}
    return over / sp.Mul(*(f for f in powers if f not in divided)), list(divided.values())


# --- which roots there are ------------------------------------------------------------------------


def split(model: Model, formula: sp.Basic) -> sp.Basic:
    """Write the root of a product as roots of its factors where signs are known to allow it."""
    if not _broken(formula):
        return formula
    signed = _signed(model)
    found = formula.xreplace(signed)
    found = found.replace(_is_broken, lambda power: sp.Pow(_factored(power.base), power.exp))
    return found.xreplace({instead: symbol for symbol, instead in signed.items()})


def _factored(base: sp.Expr) -> sp.Expr:
    factored = sp.factor(base)
    return base if isinstance(factored, sp.Add) else factored


def _is_broken(part: sp.Basic) -> bool:
    return isinstance(part, sp.Pow) and part.exp.is_Rational and part.exp.q != 1


def _broken(formula: sp.Basic) -> list[sp.Pow]:
    """Return the powers whose exponents are no whole numbers, inner ones first."""
    return [part for part in sp.postorder_traversal(formula) if _is_broken(part)]


@lru_cache(maxsize=64)
def _signed(model: Model) -> Mapping[sp.Symbol, sp.Symbol]:
    """Return symbols that sympy knows the sign of, for parameters and choices that have one."""
    ends = {p.symbol: (p.range.low, p.range.open_low) for p in model.parameters.values()}
    ends |= {c.symbol: (c.low, c.open_low) for c in model.game.choices.values()}
    found = {}
    for symbol, (low, is_open) in ends.items():
        if low.is_number and low >= 0:
            sign = "positive" if low > 0 or is_open else "nonnegative"
            found[symbol] = sp.Symbol(symbol.name, **{sign: True})
    return found


@lru_cache(maxsize=64)
def _table(model: Model) -> Mapping[sp.Expr, tuple[Root, tuple[sp.Symbol, int]]]:
    """Return each root by its base as it is written, with its symbol and degree."""
    game = numbers_of(model)
    chosen = {c.symbol for c in game.choices.values()}
    own = {player: {c.symbol for c in game.of(player)} for player in model.players}
    sloped = [(model.payoffs[()][player], own[player]) for player in model.players]
    sloped += [(c.gap, own[player]) for c in game.constraints.values() for player in c.players]
    # Where somebody leads every number moves every payoff, else each that of its player.
    sloped = [
        (split(model, model.expand_play(formula)), chosen if game.leader else moved)
        for formula, moved in sloped
    ]
    ends = [gap for c in game.choices.values() for _, gap, _ in c.bounds()]
    others = [split(model, model.expand_play(gap)) for gap in ends]
    degrees: dict[sp.Expr, int] = {}
    for formula in (*(formula for formula, _ in sloped), *others):
        for power in _broken(formula):
            if power.base.free_symbols & chosen:
                degrees[power.base] = lcm(degrees.get(power.base, 1), int(power.exp.q))
    degrees = {base: degree for base, degree in degrees.items() if degree <= MOST_ROOT}
    symbols: dict[sp.Expr, tuple[sp.Symbol, int]] = {}
    every: list[Root] = []
    for base, degree in degrees.items():
        symbol = RootSymbol(f"root({base}, {degree})", real=True)
        every.append(Root(symbol, _put(base, symbols), degree))
        symbols[base] = symbol, degree
    steep = _steep(every, [(_put(formula, symbols), moved) for formula, moved in sloped])
    return {
        base: (Root(r.symbol, r.base, r.degree, r.symbol in steep), symbols[base])
        for base, r in zip(degrees, every, strict=True)
    }


def _put(formula: sp.Basic, symbols: Mapping[sp.Expr, tuple[sp.Symbol, int]]) -> sp.Basic:
    """Put unknowns in for roots, inner ones too."""
    if _is_broken(formula) and formula.base in symbols:
        symbol, degree = symbols[formula.base]
        return symbol ** (formula.exp * degree)
    if not formula.args or not symbols:
        return formula
    return formula.func(*(_put(part, symbols) for part in formula.args))


def _steep(
    every: Sequence[Root], sloped: Sequence[tuple[sp.Expr, set[sp.Symbol]]]
) -> set[sp.Symbol]:
    """Return the roots by which some slope is divided."""
    slopes = (_slope(every, formula, symbol) for formula, moved in sloped for symbol in moved)
    return dividing(*slopes)


def dividing(*formulas: sp.Basic) -> set[sp.Symbol]:
    """Return the roots by which formulas are divided."""
    powers = set().union(*(formula.atoms(sp.Pow) for formula in formulas))
    return {p.base for p in powers if p.exp.is_negative and isinstance(p.base, RootSymbol)}


def in_powers(model: Model, formula: sp.Basic) -> sp.Basic:
    """Write a formula for readers: with powers for the roots."""
    for root in reversed(roots(model)):
        formula = formula.xreplace({root.symbol: root.base ** sp.Rational(1, root.degree)})
    return formula
