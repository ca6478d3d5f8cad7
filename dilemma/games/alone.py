"""What only a search has found where numbers are chosen, as equilibria and as sets of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy as sp

from dilemma.equilibrium import Equilibrium, NashSet
from dilemma.games.components import Component, apart_or_joined
from dilemma.games.found import apart
from dilemma.games.judging import Judge, Numbers, Verdict
from dilemma.report import number

__all__ = ["Together", "only_searched", "together"]

SAME = Fraction(1, 10**5)
SHORT = 10**45  # what has a longer denominator stands for an irrational number
Values = Mapping[sp.Symbol, sp.Expr]


@dataclass(frozen=True, slots=True)
class Together:
    """Equilibria, the sets that they form, and what is said of these.

    Attributes
    ----------
    continuum : str
        What is seen of the continua, "" if there are none.
    doubt : str
        Why these may not be all, or no optimum, "" if nothing speaks against it.
    """

    equilibria: tuple[Equilibrium, ...]
    sets: tuple[NashSet, ...]
    components: tuple[tuple[int, ...], ...]
    continuum: str = ""
    doubt: str = ""


def together(
    judge: Judge, values: Values, found: Sequence[Equilibrium], more: Sequence[Numbers]
) -> Together:
    """Put equilibria that branches hold together with what only a search has found.

    Parameters
    ----------
    found : sequence of Equilibrium
        From the branches.
    more : sequence of numbers
        In the order of the search, what the branches have included.
    """
    known = {_numbers(judge, e): e for e in found}
    components = apart_or_joined(judge, [*known, *more], _formulas(judge, values))
    equilibria: list[Equilibrium] = []
    sets: list[NashSet] = []
    homes: list[tuple[int, ...]] = []
    told: list[str] = []
    for home, component in enumerate(sorted(components, key=lambda c: c.members)):
        own = [_known(judge, known, values, point) for point in component.members]
        members = tuple(range(len(equilibria), len(equilibria) + len(own)))
        equilibria += own
        homes.append(members)
        if len(own) == 1:
            sets += [_at(one, members, home) for one in apart(own)]
        else:
            sets.append(_continuum(judge, values, component, own, members, home))
            told.append(sets[-1].words)
    return Together(tuple(equilibria), tuple(sets), tuple(homes), "; ".join(told))


def _at(one: NashSet, members: tuple[int, ...], home: int) -> NashSet:
    return NashSet(members, one.extreme, one.representative, one.words, home)


def _numbers(judge: Judge, equilibrium: Equilibrium) -> Numbers:
    told = {name: x for own in equilibrium.play.values() for name, x in own.items()}
    return tuple(Fraction(int(told[n].p), int(told[n].q)) for n in judge.search.names)


def _known(
    judge: Judge, known: Mapping[Numbers, Equilibrium], values: Values, point: Numbers
) -> Equilibrium:
    """Return the equilibrium of the branches at a point, or what only the search has there."""
    for own, equilibrium in known.items():
        if max(abs(a - b) for a, b in zip(own, point, strict=True)) <= SAME:
            return equilibrium
    return only_searched(judge, values, point)


def _formulas(judge: Judge, values: Values) -> list[sp.Expr]:
    """Return every payoff and outcome in what is chosen, as far as that determines it."""
    model = judge.model
    constants = {s: v for s, v in values.items() if getattr(v, "is_number", True)}
    payoffs = {
        sp.Symbol(p, real=True): model.expand_play(f).xreplace(constants)
        for p, f in model.payoffs[()].items()
    }
    outcomes = [
        model.expand_play(o.formula).xreplace(constants).xreplace(payoffs)
        for o in model.outcomes.values()
        if o.formula is not None
    ]
    chosen = set(judge.search.symbols)
    return [
        f for f in (*payoffs.values(), *outcomes) if f.free_symbols and f.free_symbols <= chosen
    ]


def only_searched(judge: Judge, values: Values, point: Numbers) -> Equilibrium:
    """Return what the search alone has found, exact where it was made so."""
    model, game, search = judge.model, judge.game, judge.search
    verdict = judge(point)
    if game.leader:  # only those who follow were judged
        verdict = Verdict(verdict.holds, exact=False, gain=verdict.gain)
    told = [x if verdict.exact else _short(x) for x in point]
    chosen = {n: sp.Rational(x.numerator, x.denominator) for n, x in zip(search.names, told)}  # noqa: B905 -- one each
    at = {**values, **{game.choices[n].symbol: v for n, v in chosen.items()}}
    payoffs = {p: _worth(model.expand_play(f).xreplace(at)) for p, f in model.payoffs[()].items()}
    at |= {sp.Symbol(p, real=True): v for p, v in payoffs.items() if v is not None}
    outcomes: dict[str, sp.Rational | None] = {}
    for name, outcome in model.outcomes.items():
        assert outcome.formula is not None
        outcomes[name] = _worth(model.expand_play(outcome.formula).xreplace(at))
    here = np.array([float(x) for x in point])
    regret = (
        sp.Rational(verdict.gain.numerator, verdict.gain.denominator)
        if verdict.exact
        else sp.Rational(repr(max(search.regret(p, here) for p in judge.players)))
    )
    return Equilibrium(
        play={p: {c.name: chosen[c.name] for c in game.of(p)} for p in model.players},
        payoffs={p: sp.nan if v is None else v for p, v in payoffs.items()},
        outcomes=outcomes,
        regret=regret,
        branch="found by search alone",
        strict=verdict.strict,
        exact=verdict.exact,
        chosen=True,
        certificate=(
            "found by search; every best reply to it is worked out exactly, and nobody gains"
            if verdict.exact
            else "none: found by a search in floats"
        ),
    )


def _short(x: Fraction) -> Fraction:
    """Write what comes from floats with the digits that they have."""
    return Fraction(repr(float(x))) if Fraction(float(x)) == x else x


def _worth(value: sp.Expr) -> sp.Rational | None:
    """Return a number as a fraction; None where it is none."""
    if value.is_Rational and value.q < SHORT:
        return value
    if value.free_symbols or not value.is_number or value.has(sp.nan, sp.zoo, sp.oo):
        return None
    told = sp.N(value, 20)
    return sp.Rational(told) if told.is_real and told.is_finite else None


def _continuum(
    judge: Judge,
    values: Values,
    component: Component,
    own: Sequence[Equilibrium],
    members: tuple[int, ...],
    home: int,
) -> NashSet:
    """Describe a continuum by its ends."""
    ends = component.members
    middle = tuple(sum(xs, Fraction(0)) / len(xs) for xs in zip(*ends, strict=True))
    stands = only_searched(judge, values, middle) if judge(middle).holds else own[len(own) // 2]
    return NashSet(
        members=members,
        extreme={p: tuple(e.play[p] for e in own) for p in own[0].play},
        representative=stands,
        words=_words(judge, component),
        component=home,
        free=False,
    )


def _words(judge: Judge, component: Component) -> str:
    """Say between which numbers a continuum lies, and on what that rests."""
    ends = component.members
    parts = []
    for name, xs in zip(judge.search.names, zip(*ends, strict=True), strict=True):
        low, high = (number(sp.Rational(x.numerator, x.denominator)) for x in (min(xs), max(xs)))
        parts.append(f"{name} {low}" if min(xs) == max(xs) else f"{name} from {low} to {high}")
    shape = "on a straight line" if component.straight else "together"
    how = "exactly" if component.exact else "in floats"
    return (
        f"a continuum, {', '.join(parts)}, {shape}: all of {component.tried} points tried on it are "
        f"equilibria, {how}"
    )
