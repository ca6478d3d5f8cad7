"""How far is the nearest change: one parameter at a time, from an era's centre, exactly."""

from __future__ import annotations

import time
from collections.abc import Mapping
from fractions import Fraction
from math import inf

import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from dilemma.model import Model
from dilemma.parts import Era, Interval
from dilemma.plane.roots import Root, Segment, irreducible, isolate, segments
from dilemma.study.existence import polynomials
from dilemma.study.partition import Label, Move

__all__ = ["label_at", "moves"]


def label_at(existence: Mapping[str, sp.Basic], values: Mapping[sp.Symbol, sp.Expr]) -> Label:
    """Return the branches that are equilibria at some values."""
    return tuple(name for name, where in existence.items() if where.xreplace(values) == sp.true)


def moves(
    model: Model,
    era: Era,
    existence: Mapping[str, sp.Basic],
    titles: Mapping[str, str],
    *,
    until: float = inf,
) -> tuple[tuple[Move, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the nearest border for each parameter that has one, nearest first.

    Parameters
    ----------
    existence : mapping of branch name to condition
    titles : mapping of branch name to what the equilibrium is called
    until : float, optional
        When the time runs out, as ``time.monotonic`` tells it.

    Returns
    -------
    (moves, unsearched, late)
        The second names the parameters in which some condition is no polynomial, the third those
        for which there was no time: for both no border was looked for.
    """
    found, unsearched, late = [], [], []
    for name in model.parameters:
        if time.monotonic() >= until:
            late.append(name)
            continue
        try:
            move = _nearest(model, era, existence, titles, name)
        except BasePolynomialError:
            unsearched.append(name)
            continue
        if move is not None:
            found.append(move)
    found.sort(key=lambda m: (m.steps is None, m.steps or 0.0))
    return tuple(found), tuple(unsearched), tuple(late)


def _nearest(
    model: Model,
    era: Era,
    existence: Mapping[str, sp.Basic],
    titles: Mapping[str, str],
    parameter: str,
) -> Move | None:
    centre = model.calibration(era.name)
    symbol = model.parameters[parameter].symbol
    at = {p.symbol: centre[n] for n, p in model.parameters.items() if n != parameter}
    for definition in model.definitions.values():
        at[definition.symbol] = definition.formula.xreplace(at)
    own = {name: where.xreplace(at) for name, where in existence.items()}
    here = centre[parameter]
    pieces = _pieces(own, symbol, here, model.parameters[parameter].range)
    label = label_at(own, {symbol: here})
    candidates: list[tuple[Root, Segment]] = []
    for piece in pieces:
        if label_at(own, {symbol: piece.sample}) == label:
            continue
        border = piece.low if piece.sample > here else piece.high
        candidates.append((border, piece))
    if not candidates:
        return None
    border, piece = min(candidates, key=lambda pair: abs(float(pair[0]) - float(here)))
    box = era.values[parameter].range
    half = (box.high - box.low) / 2
    value = border.exact
    beyond = label_at(own, {symbol: piece.sample})
    return Move(
        parameter=parameter,
        centre=here,
        border=value,
        steps=abs(float(value - here)) / float(half) if half else None,
        inside=bool(box.low <= value <= box.high),
        label=beyond,
        names=tuple(titles[name] for name in beyond),
    )


def _pieces(
    existence: Mapping[str, sp.Basic], symbol: sp.Symbol, here: sp.Rational, allowed: Interval
) -> tuple[Segment, ...]:
    """Cut the parameter's range where some condition may change.

    Raises
    ------
    BasePolynomialError
        If some condition is no ratio of polynomials in the parameter.
    """
    parts = [p for e in polynomials(existence.values()) for p in sp.fraction(sp.together(e))]
    roots = isolate(irreducible(sp.Poly(part, symbol, domain=sp.QQ) for part in parts))
    # Beyond the last root nothing changes, however far the range goes.
    reach = max((max(abs(root.low), abs(root.high)) for root in roots), default=Fraction(0))
    far = sp.Rational(reach.numerator, reach.denominator) + abs(here) + 1
    low = allowed.low if allowed.low.is_finite else -far
    high = allowed.high if allowed.high.is_finite else far
    return segments(roots, (low, high)) if low < high else ()
