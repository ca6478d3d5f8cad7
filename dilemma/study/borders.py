"""How far is the nearest change: one parameter at a time, from an era's centre, exactly."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from dilemma.model import Model
from dilemma.parts import Era
from dilemma.plane.roots import Root, Segment, irreducible, isolate, segments
from dilemma.study.existence import polynomials
from dilemma.study.partition import Label, Move

__all__ = ["label_at", "moves"]

REACH = 3  # an infinite range is looked through this many times the box's end


def label_at(existence: Mapping[str, sp.Basic], values: Mapping[sp.Symbol, sp.Expr]) -> Label:
    """Return the branches that are equilibria at some values."""
    return tuple(name for name, where in existence.items() if where.xreplace(values) == sp.true)


def moves(model: Model, era: Era, existence: Mapping[str, sp.Basic]) -> tuple[Move, ...]:
    """Return, for each parameter, the nearest border on either side; nearest first.

    Parameters
    ----------
    existence : mapping of branch name to condition
    """
    found = (_nearest(model, era, existence, name) for name in model.parameters)
    nearest = [move for move in found if move is not None]
    return tuple(sorted(nearest, key=lambda m: (m.steps is None, m.steps or 0.0)))


def _nearest(
    model: Model, era: Era, existence: Mapping[str, sp.Basic], parameter: str
) -> Move | None:
    centre = model.calibration(era.name)
    symbol = model.parameters[parameter].symbol
    at = {p.symbol: centre[n] for n, p in model.parameters.items() if n != parameter}
    for definition in model.definitions.values():
        at[definition.symbol] = definition.formula.xreplace(at)
    own = {name: where.xreplace(at) for name, where in existence.items()}
    pieces = _pieces(own, symbol, _ends(model, era, parameter))
    if pieces is None:
        return None
    here = centre[parameter]
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
    return Move(
        parameter=parameter,
        centre=here,
        border=value,
        steps=abs(float(value - here)) / float(half) if half else None,
        inside=bool(box.low <= value <= box.high),
        label=label_at(own, {symbol: piece.sample}),
    )


def _pieces(
    existence: Mapping[str, sp.Basic], symbol: sp.Symbol, ends: tuple[sp.Rational, sp.Rational]
) -> tuple[Segment, ...] | None:
    """Cut the parameter's range where some condition may change; None where it is no polynomial."""
    parts = [p for e in polynomials(existence.values()) for p in sp.fraction(sp.together(e))]
    try:
        polys = [sp.Poly(part, symbol, domain=sp.QQ) for part in parts]
    except BasePolynomialError:
        return None
    if ends[0] == ends[1]:
        return None
    return segments(isolate(irreducible(polys)), ends)


def _ends(model: Model, era: Era, parameter: str) -> tuple[sp.Rational, sp.Rational]:
    allowed, box = model.parameters[parameter].range, era.values[parameter].range
    reach = REACH * max(abs(box.low), abs(box.high), sp.Integer(1))
    low = allowed.low if allowed.low.is_finite else -reach
    return low, allowed.high if allowed.high.is_finite else reach
