"""Equilibria in chosen numbers that only a search has found: isolated ones and continua.

Two of them belong together where what lies between them are equilibria too: on the straight line,
or, with one number held halfway, where the others settle.  What is seen is evidence and no proof,
and a continuum says at how many points it was looked at.  One that is straight is followed to its
ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, pairwise, product

import numpy as np
import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.equilibrium import Equilibrium, NashSet, apart
from dilemma.games.numbers.choice import ChosenNumbers
from dilemma.games.numbers.exact_replies import Judge, Numbers, Verdict, simplest
from dilemma.games.numbers.pieces import Pieces, highest, pieces
from dilemma.games.numbers.search import NotFoundError
from dilemma.output.result import number

__all__ = ["Component", "Together", "apart_or_joined", "only_searched", "together"]

BETWEEN = (Fraction(1, 2), Fraction(1, 3), Fraction(5, 7))  # of the way from one to the other
STEPS = (Fraction(1, 64), Fraction(1, 4096))  # of an interval: how far around a point it is looked
EVENLY = tuple(Fraction(k, 8) for k in range(1, 8))
SAME = Fraction(1, 10**5)
CLOSE = Fraction(1, 10**3)  # in floats what is closer is not told apart
MOST_CORNERS = 4  # of a continuum in several directions, from which its ends are looked for
HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Component:
    """One equilibrium, or a continuum of them.

    Attributes
    ----------
    members : tuple of numbers
        The equilibrium; or the ends of a continuum, and where payoffs and outcomes are extreme.
    straight : bool
        Whether it is a piece of a straight line.
    tried : int
        How many points between members were found to be equilibria.
    exact : bool
        Whether all of these are, exactly.
    """

    members: tuple[Numbers, ...]
    straight: bool = True
    tried: int = 0
    exact: bool = True


@dataclass
class _Cluster:
    """Equilibria that belong together, on the way."""

    points: list[Numbers]
    bent: bool = False
    tried: set[Numbers] = field(default_factory=set)


def apart_or_joined(
    judge: Judge, points: Sequence[Numbers], formulas: Sequence[sp.Expr]
) -> list[Component]:
    """Put equilibria into isolated ones and continua.

    Parameters
    ----------
    points : sequence of numbers
        Equilibria, as far as was found.
    formulas : sequence of expressions in what is chosen
        Payoffs and outcomes, whose extremes a continuum shows.
    """
    joining = _Joining(judge)
    clusters = joining.clusters(_distinct(judge, points))
    return [joining.component(cluster, formulas) for cluster in clusters]


def _distinct(judge: Judge, points: Sequence[Numbers]) -> list[Numbers]:
    """Keep one of what is as good as the same, the exact one if there is."""
    order = sorted(points, key=lambda p: not judge(p).exact)
    kept: list[Numbers] = []
    for point in order:
        if all(_distance(point, other) > SAME for other in kept):
            kept.append(point)
    return sorted(kept)


def _distance(one: Numbers, other: Numbers) -> Fraction:
    return max(abs(x - y) for x, y in zip(one, other, strict=True))


def _along(one: Numbers, other: Numbers, share: Fraction) -> Numbers:
    return tuple(x + share * (y - x) for x, y in zip(one, other, strict=True))


@dataclass
class _Joining:
    """The equilibria of one game, being compared."""

    judge: Judge

    # --- which belong together ------------------------------------------------------------------

    def clusters(self, points: Sequence[Numbers]) -> list[_Cluster]:
        home = {point: _Cluster([point]) for point in points}
        for one, other in _neighbours(points):
            if home[one] is home[other]:
                continue
            found, bent = self.between(one, other)
            if found:
                first, second = home[one], home[other]
                first.points += second.points
                first.tried |= second.tried | set(found)
                first.bent = first.bent or second.bent or bent
                home |= dict.fromkeys(second.points, first)
        return list({id(c): c for c in home.values()}.values())

    def between(self, one: Numbers, other: Numbers) -> tuple[list[Numbers], bool]:
        """Return equilibria between two, none if there seem to be none, and whether off the line."""
        if _distance(one, other) < CLOSE and not (
            self.judge(one).exact and self.judge(other).exact
        ):
            return [one], False  # as good as one
        line = [_along(one, other, share) for share in BETWEEN]
        if all(self.judge(point).holds for point in line):
            return ([], False) if self._gap(one, other, BETWEEN) else (line, False)
        bent = self.beside(one, other, Fraction(1, 2))
        if bent is None or self._too_near(bent, one, other):
            return [], False
        found = [bent]
        for end in (one, other):
            more = self.beside(end, bent, Fraction(1, 2))
            if more is None or self._too_near(more, end, bent):
                return [], False
            found.append(more)
        return found, True

    def beside(self, one: Numbers, other: Numbers, share: Fraction) -> Numbers | None:
        """Return an equilibrium at which the number that differs most is held between two."""
        place = max(range(len(one)), key=lambda k: abs(one[k] - other[k]))
        start = _along(one, other, share)
        return self._replying(start, place)

    def _replying(self, start: Numbers, place: int) -> Numbers | None:
        """Return where the others settle if one number is held, if that is an equilibrium."""
        search = self.judge.search
        held = copy(search)  # what is compiled serves again
        held.held = (search.names[place],)
        try:
            found = held.settle(self.judge.players, np.array([float(x) for x in start]))
        except NotFoundError:
            return None
        if found is None:
            return None
        point = [Fraction(float(x)) for x in found]
        near = Fraction(1, 10**6)
        simple = [simplest(x - near, x + near) for x in point]
        point[place] = simple[place] = start[place]
        if self.judge(tuple(simple)).holds:
            return tuple(simple)
        try:
            told = self.judge.replying(tuple(point), place)
        except (UnsupportedError, ValueError):  # somebody chooses several numbers
            told = tuple(point)
        return told if self.judge(told).holds else None

    @staticmethod
    def _too_near(found: Numbers, one: Numbers, other: Numbers) -> bool:
        """Tell whether what was found between two is one of them, or lies elsewhere."""
        whole, middle = _distance(one, other), _along(one, other, Fraction(1, 2))
        ends = min(_distance(found, one), _distance(found, other))
        return ends < whole / 8 or _distance(found, middle) > whole / 2

    # --- how far one reaches --------------------------------------------------------------------

    def component(self, cluster: _Cluster, formulas: Sequence[sp.Expr]) -> Component:
        """Return what is shown of a cluster: a point, or the ends of a continuum."""
        points = cluster.points
        if len(points) == 1 or not cluster.tried - set(points):
            around = self._around(points[0])
            if around is None:
                return Component((min(points, key=lambda p: self.judge(p).gain),))
            cluster.points = points = [points[0], around]
            cluster.tried |= {_along(points[0], points[1], share) for share in BETWEEN}
        if not cluster.bent and _rank(points) == 1:
            ends = sorted((min(points), max(points)))
            ends = [self._end(ends[1], ends[0]), self._end(ends[0], ends[1])]
            wide = (
                self._around(_along(ends[0], ends[1], Fraction(1, 2)), ends)
                if len(points[0]) > 1
                else None
            )
            if wide is None:
                extreme = [p for p in self._extreme_on(ends, formulas) if self.judge(p).holds]
                members = [*ends, *extreme]
                return self._component(cluster, members, straight=True)
            points = [*ends, wide]
        members = _corners([*points, *cluster.tried], self.judge, formulas)
        if not cluster.bent:
            for corner in members[:MOST_CORNERS]:
                for way in _directions(len(corner)):
                    steps = (self._step(corner, way, share) for share in STEPS)
                    step = next((s for s in steps if self.judge(s).holds), None)
                    if step is not None:
                        members.append(self._end(corner, step))
                        cluster.tried.add(step)
            members = _corners([*members, *points], self.judge, formulas)
        return self._component(cluster, members, straight=False)

    def _component(self, cluster: _Cluster, members: list[Numbers], *, straight: bool) -> Component:
        kept = tuple(dict.fromkeys(sorted(members)))
        tried = cluster.tried | set(cluster.points)
        exact = all(self.judge(point).exact for point in (*tried, *kept))
        return Component(kept, straight, len(tried), exact)

    def _step(self, point: Numbers, way: Sequence[int], share: Fraction) -> Numbers:
        bounds = self.judge.search.bounds(np.array([float(x) for x in point]))
        sizes = [Fraction(max(high - low, 0.0)).limit_denominator(10**6) for low, high in bounds]
        return tuple(x + share * k * size for x, k, size in zip(point, way, sizes, strict=True))

    def _around(self, point: Numbers, line: Sequence[Numbers] = ()) -> Numbers | None:
        """Return an equilibrium close to one, off a line, if there is: then it is not isolated."""
        rough = not self.judge(point).exact
        for share in STEPS[:1] if rough else STEPS:
            for way in _directions(len(point)):
                other = self._step(point, way, share)
                if line and _rank([*line, other]) == 1:
                    continue
                halfway = _along(point, other, Fraction(1, 2))
                if self.judge(other).holds and self.judge(halfway).holds:
                    return other
        return None

    def _end(self, start: Numbers, through: Numbers) -> Numbers:
        """Follow a line of equilibria from one through another to where they end."""
        ways = [b - a for a, b in zip(start, through, strict=True)]
        place = max(range(len(ways)), key=lambda k: abs(ways[k]))

        def at(number: Fraction) -> Numbers:
            share = (number - through[place]) / ways[place]
            return tuple(x + share * way for x, way in zip(through, ways, strict=True))

        inside, outside = through[place], through[place] + ways[place]
        for _ in range(HALVINGS):
            if not self.judge(at(outside)).holds:
                break
            inside, outside = outside, outside + (outside - inside) * 2
        while True:
            end = at(self._last(at, place, inside, outside))
            if not (gap := self._gap(start, end)):
                return end
            inside, outside = (point[place] for point in gap)

    def _last(
        self, at: Callable[[Fraction], Numbers], place: int, inside: Fraction, outside: Fraction
    ) -> Fraction:
        """Return the last number on a line, between one inside a continuum and one outside."""
        for end in self._limits(place, at(inside), sorted((inside, outside))):
            if self.judge(at(end)).holds and not self.judge(at(end + (outside - inside))).holds:
                return end
        for turn in range(HALVINGS):
            low, high = sorted((inside, outside))
            quarter = (high - low) / 4
            middle = simplest(low + quarter, high - quarter) if turn % 2 else (low + high) / 2
            if self.judge(at(middle)).holds:
                inside = middle
            else:
                outside = middle
        low, high = sorted((inside, outside))
        near = simplest(low - (high - low), high + (high - low))
        return near if self.judge(at(near)).holds else inside

    def _gap(
        self, one: Numbers, other: Numbers, shares: Sequence[Fraction] = EVENLY
    ) -> tuple[Numbers, Numbers] | None:
        """Return the first on the way from one to the other that is none, and what lies before it.

        Looked at are some shares of the way, the kinks of payoffs, and one on each piece between.
        """
        share = sp.Dummy("share", real=True)
        at = self._on_line(one, other, share)
        kinks: set[Fraction] = set()
        for player in self.judge.players:
            payoff = self.judge.pay[player].xreplace(at)
            try:
                kinks |= set(pieces(payoff, share, Fraction(0), Fraction(1), {}).cuts)
            except UnsupportedError:
                continue
        looked = kinks | {(a + b) / 2 for a, b in pairwise(sorted(kinks))}
        before = one
        for where in sorted({*looked, *shares} - {Fraction(0), Fraction(1)}):
            point = _along(one, other, where)
            if not self.judge(point).holds:
                return before, point
            before = point
        return None

    def _on_line(self, one: Numbers, other: Numbers, share: sp.Symbol) -> dict[sp.Symbol, sp.Expr]:
        """Return what is chosen a share of the way from one to the other."""
        return {
            s: sp.Rational(a.numerator, a.denominator)
            + share * sp.Rational((b - a).numerator, (b - a).denominator)
            for s, a, b in zip(self.judge.search.symbols, one, other, strict=True)
        }

    def _limits(self, place: int, point: Numbers, ends: Sequence[Fraction]) -> Iterator[Fraction]:
        """Yield the ends of an interval that lie between two numbers."""
        low, high = self.judge.search.bounds(np.array([float(x) for x in point]))[place]
        near = Fraction(1, 10**9)
        for told in (low, high):
            if np.isfinite(told):
                end = simplest(Fraction(told) - near, Fraction(told) + near)
                if ends[0] <= end <= ends[1]:
                    yield end

    def _extreme_on(
        self, ends: Sequence[Numbers], formulas: Sequence[sp.Expr]
    ) -> Iterator[Numbers]:
        """Yield where a payoff or outcome is extreme between the ends of a straight line."""
        share = sp.Dummy("share", real=True)
        at = self._on_line(ends[0], ends[1], share)
        zero, one = Fraction(0), Fraction(1)
        for formula in formulas:
            for sign in (1, -1):
                try:
                    told: Pieces = pieces(sign * formula.xreplace(at), share, zero, one, {})
                    where = highest(told).where[0]
                except UnsupportedError:
                    continue
                if where[0] > 0 and where[1] < 1:
                    yield _along(ends[0], ends[1], where[0])


def _neighbours(points: Sequence[Numbers]) -> list[tuple[Numbers, Numbers]]:
    """Return pairs with no third point between them: closer to both than they are to each other."""
    rough = np.array([[float(x) for x in point] for point in points])
    far = np.abs(rough[:, None] - rough[None]).max(axis=-1)
    found = []
    for one, other in combinations(range(len(points)), 2):
        between = np.maximum(far[one], far[other]) < far[one, other]  # neither of the two is
        if not between.any():
            found.append((far[one, other], points[one], points[other]))
    return [(one, other) for _, one, other in sorted(found)]


def _directions(size: int) -> list[tuple[int, ...]]:
    """Return the ways along one number, and along several at once."""
    every = [way for way in product((-1, 0, 1), repeat=size) if any(way)]
    if size <= 3:
        return every
    alone = [way for way in every if sum(map(abs, way)) == 1]
    return [*alone, (1,) * size, (-1,) * size]


def _rank(points: Sequence[Numbers]) -> int:
    """Return in how many directions some points lie from the first, as far as floats tell."""
    rows = [[float(x - y) for x, y in zip(p, points[0], strict=True)] for p in points[1:]]
    if not rows:
        return 0
    sizes = np.linalg.svd(np.array(rows), compute_uv=False)
    return int(np.sum(sizes > float(SAME) * max(sizes[0], 1e-12)))


def _corners(points: Sequence[Numbers], judge: Judge, formulas: Sequence[sp.Expr]) -> list[Numbers]:
    """Return the points that lie furthest in some direction, or at which a formula is extreme."""
    kept = [p for p in dict.fromkeys(points) if judge(p).holds]
    measures: list[Callable[[Numbers], float]] = [
        lambda p, way=way: float(sum(k * x for k, x in zip(way, p, strict=True)))  # type: ignore[misc]
        for way in _directions(len(kept[0]))
    ]
    measures += [_measure(judge, sign * formula) for formula in formulas for sign in (1, -1)]
    return list(dict.fromkeys(max(kept, key=measure) for measure in measures))


def _measure(judge: Judge, formula: sp.Expr) -> Callable[[Numbers], float]:
    def worth(point: Numbers) -> float:
        at = {
            s: sp.Rational(x.numerator, x.denominator)
            for s, x in zip(judge.search.symbols, point, strict=True)
        }
        value = sp.N(formula.xreplace(at), 20)
        return float(value) if value.is_real and value.is_finite else -np.inf

    return worth


# --- beside what branches hold --------------------------------------------------------------------


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
        outcomes[name] = _worth(model.expand_play(outcome.formula).xreplace(at))
    here = np.array([float(x) for x in point])
    regret = (
        sp.Rational(verdict.gain.numerator, verdict.gain.denominator)
        if verdict.exact
        else sp.Rational(repr(max(search.regret(p, here) for p in judge.players)))
    )
    return Equilibrium(
        play=ChosenNumbers(
            {p: {c.name: chosen[c.name] for c in game.of(p)} for p in model.players}
        ),
        payoffs={p: sp.nan if v is None else v for p, v in payoffs.items()},
        outcomes=outcomes,
        regret=regret,
        branch="found by search alone",
        strict=verdict.strict,
        exact=verdict.exact,
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
