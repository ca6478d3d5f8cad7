"""Certificates: what makes sure that nobody gains by deviating where numbers are chosen.

Concavity, proved, makes a stationary point a best reply; else a bound in interval arithmetic over
the whole feasible set says how much a deviation may gain.  The set is cut into boxes.  A box is
done with when the payoff's enclosure there is no better than what the player has, when a constraint
fails throughout, or when it holds the player's own choice and the payoff is strictly concave in it.
(Moore, Kearfott and Cloud 2009, Introduction to Interval Analysis, SIAM.)

An equilibrium is *stable* where best replies lead back to it from nearby.  There player i's best
reply moves by -H_ii**-1 * H_ij for a small step of player j, where H is the matrix of second
derivatives of u_i (of the Lagrangian, along what binds).  If all reply at once, a step away shrinks
iff every eigenvalue of the matrix of these moves lies inside the unit circle.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import count, islice, product
from typing import Any

import numpy as np
import sympy as sp
from mpmath import iv

from dilemma.errors import CalibrationError, DisagreementError
from dilemma.games.branch import ZERO, Branch
from dilemma.games.equilibrium import Equilibrium
from dilemma.games.numbers import numbers_of
from dilemma.games.numbers.choice import ChosenNumbers
from dilemma.games.numbers.first_order import (
    Stationary,
    admissible,
    concave,
    interaction,
    multiplier,
    never,
    stationary,
)
from dilemma.games.numbers.optimality import Rivals, floats, gains, known_symbols
from dilemma.games.numbers.powers import in_roots, slope
from dilemma.games.numbers.search import NotFoundError, Search, gained
from dilemma.games.points import Point
from dilemma.model import Model
from dilemma.theory.exact_values import put_in_exactly

__all__ = [
    "certificate",
    "doubts",
    "equilibrium",
    "most_gained",
    "price_ranges",
    "prices",
    "shrinks",
    "structure",
]

SLACK = 1e-6  # of the payoff: a deviation that gains less is not looked into
BOXES = 20_000

Box = tuple[Any, ...]


def most_gained(
    model: Model,
    player: str,
    values: Mapping[sp.Symbol, sp.Expr],
    point: Mapping[sp.Symbol, sp.Rational],
    boxes: int = BOXES,
) -> float | None:
    """Return a bound on what a player gains by deviating from a point; None where it has none.

    Parameters
    ----------
    values : mapping of symbol to exact value
        Every parameter and definition.
    point : mapping of symbol to number
        What everybody chooses.
    boxes : int
        How many boxes are looked at before it gives up.
    """
    own = model.game.of(player)
    others = {s: v for s, v in point.items() if s not in {c.symbol for c in own}}
    at = {**values, **others}

    def fixed(formula: sp.Expr) -> sp.Expr:
        return model.expand_play(formula).xreplace(at)

    symbols = [c.symbol for c in own]
    payoff = fixed(model.payoffs[()][player])
    hessian = sp.hessian(payoff, symbols)
    try:
        enclose = _enclosing(symbols, payoff)
        curved = [
            _enclosing(symbols, (-1) ** (k + 1) * hessian[: k + 1, : k + 1].det())
            for k in range(len(own))
        ]
        gaps = [_enclosing(symbols, fixed(c.gap)) for c in numbers_of(model).kept_by(player)]
        has = sp.N(payoff.xreplace(dict(point)), 40)
        whole = tuple(iv.mpf([_number(fixed(c.low)), _number(fixed(c.high))]) for c in own)
        slack = SLACK * max(1.0, abs(float(has)))
        here = tuple(_number(point[s]) for s in symbols)
        return _search(enclose, curved, gaps, whole, here, float(has), slack, boxes)
    except (TypeError, ValueError, ZeroDivisionError, AttributeError, KeyError):
        return None  # a function, or a pole, that intervals do not go through


def _number(value: sp.Expr) -> Any:
    exact = sp.Rational(sp.N(value, 40)) if not value.is_Rational else value
    return iv.mpf(int(exact.p)) / iv.mpf(int(exact.q))


def _enclosing(symbols: Sequence[sp.Symbol], formula: sp.Expr) -> Callable[..., Any]:
    """Compile a formula for intervals; its numbers become intervals too."""
    formula = formula.replace(
        lambda e: isinstance(e, sp.Pow) and e.exp.is_Rational and e.exp.q != 1,
        lambda e: _POWER(e.base, e.exp),
    )
    numbers = {
        n: sp.Dummy() for n in formula.atoms(sp.Rational) if not (n.is_Integer and abs(n) < 1000)
    }
    powers = formula.xreplace({n: d for n, d in numbers.items() if not _exponent(formula, n)})
    kept = [(n, d) for n, d in numbers.items() if powers.has(d)]
    compiled = sp.lambdify(
        [*symbols, *(d for _, d in kept)], powers, modules=[{"power": _power}, "mpmath"]
    )
    constants = [_number(n) for n, _ in kept]

    def enclose(*box: Any) -> Any:
        return iv.mpf(compiled(*box, *constants))

    return enclose


_POWER = sp.Function("power")


def _power(base: Any, exponent: Any) -> Any:
    """Return a power of an interval, of the part of it that is not negative: else there is no value."""
    base = iv.mpf(base)
    return iv.exp(exponent * iv.log(iv.mpf([0, base.b]) if base.a < 0 else base))


def _exponent(formula: sp.Expr, number: sp.Rational) -> bool:
    return any(power.exp == number for power in formula.atoms(sp.Pow))


def _search(
    enclose: Callable[..., Any],
    curved: Sequence[Callable[..., Any]],
    gaps: Sequence[Callable[..., Any]],
    whole: Box,
    here: Box,
    has: float,
    slack: float,
    boxes: int,
) -> float | None:
    tick = count()
    heap = [(-float(enclose(*whole).b), next(tick), whole)]
    bound = 0.0
    while heap:
        worst, _, box = heapq.heappop(heap)
        if -worst <= has + slack:
            return max(bound, -worst - has, 0.0)
        if next(tick) > 3 * boxes:
            return None
        if any(float(gap(*box).b) < 0 for gap in gaps):
            continue
        # Numbers within rounding of an end are inside; a closed box holds its own ends.
        inside = all(
            side.a <= own.b and own.a <= side.b for side, own in zip(box, here, strict=True)
        )
        if inside and all(float(minor(*box).a) > 0 for minor in curved):
            continue
        widest = max(range(len(box)), key=lambda k: float(box[k].delta.b))
        side = box[widest]
        middle = side.mid
        for half in (iv.mpf([side.a, middle.b]), iv.mpf([middle.a, side.b])):
            part = (*box[:widest], half, *box[widest + 1 :])
            heapq.heappush(heap, (-float(enclose(*part).b), next(tick), part))
    return bound


# --- stability ------------------------------------------------------------------------------------


def shrinks(
    model: Model, branch: Branch, at: Mapping[sp.Symbol, sp.Expr]
) -> tuple[bool | None, float | None]:
    """Return whether an equilibrium is stable, and the largest modulus of an eigenvalue.

    Parameters
    ----------
    at : mapping of symbol to number
        Parameters, definitions, what is chosen and the shadow prices.
    """
    game = numbers_of(model)
    players = game.moves[-1]
    shared = [c for c in game.constraints.values() if len(c.players) > 1]
    if len(players) < 2 or any(c.name in branch.binds for c in shared):
        return None, None
    symbols = [c.symbol for c in game.choices.values() if c.player in players]
    moves = np.zeros((len(symbols), len(symbols)))
    for player in players:
        rows = _moves(model, branch, player, symbols, at)
        if rows is None:
            return None, None
        own = [symbols.index(c.symbol) for c in game.of(player)]
        moves[own] = rows
    largest = float(np.max(np.abs(np.linalg.eigvals(moves))))
    if abs(largest - 1) < 1e-9:
        return None, largest
    return largest < 1, largest


def _moves(
    model: Model,
    branch: Branch,
    player: str,
    symbols: list[sp.Symbol],
    at: Mapping[sp.Symbol, sp.Expr],
) -> np.ndarray[Any, Any] | None:
    """Return how a player's best reply moves with everybody's choices, (own, all)."""
    game = numbers_of(model)
    own = [c.symbol for c in game.of(player)]
    lagrangian, tight = _lagrangian(model, branch.binds, branch.unknowns, player)

    def number(formula: sp.Expr) -> float:
        return _rounded(put_in_exactly(formula, at))

    def table(rows: list[sp.Expr], columns: list[sp.Symbol]) -> np.ndarray[Any, Any]:
        return np.array([[number(_derivative(r, c)) for c in columns] for r in rows])

    slopes = [_derivative(lagrangian, x) for x in own]
    for choice in game.of(player):
        ends = {name for name, _, _ in choice.bounds()} & set(branch.binds)
        if ends and abs(number(_derivative(lagrangian, choice.symbol))) < 1e-12:
            return None  # the end may be left at no cost
    size, kept = len(own), len(tight)
    system = np.zeros((size + kept, size + kept))
    system[:size, :size] = table(slopes, own)
    right = np.zeros((size + kept, len(symbols)))
    right[:size] = -table(slopes, symbols)
    if kept:
        system[size:, :size] = table(tight, own)
        system[:size, size:] = system[size:, :size].T
        right[size:] = -table(tight, symbols)
    right[:, [symbols.index(x) for x in own]] = 0
    bounded = np.all(np.isfinite(system)) and np.all(np.isfinite(right))
    if kept > size or not bounded or abs(np.linalg.det(system)) < 1e-14:
        return None
    solved: np.ndarray[Any, Any] = np.linalg.solve(system, right)[:size]
    return solved


def _rounded(exact: sp.Expr) -> float:
    if exact.is_Rational:
        return int(exact.p) / int(exact.q)
    value = sp.N(exact)
    return float(value) if value.is_real else np.inf  # the bend of x**(3/2) at 0


@lru_cache(maxsize=4_096)  # the same at every calibration
def _derivative(formula: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    return sp.diff(formula, symbol)


@lru_cache(maxsize=256)
def _lagrangian(
    model: Model, binds: tuple[str, ...], unknowns: tuple[sp.Symbol, ...], player: str
) -> tuple[sp.Expr, list[sp.Expr]]:
    """Return a player's Lagrangian, and what binds the player."""
    game = numbers_of(model)
    tight = [
        model.expand_play(gap)
        for choice in game.of(player)
        for name, gap, _ in choice.bounds()
        if name in binds
    ]
    lagrangian = model.expand_play(model.payoffs[()][player])
    for constraint in game.kept_by(player):
        if constraint.name in binds:
            gap = model.expand_play(constraint.gap)
            tight.append(gap)
            price = multiplier(constraint.name, player, constraint.players)
            lagrangian += price * gap if price in unknowns else 0
    return lagrangian, tight


# --- certificates ---------------------------------------------------------------------------------


Values = Mapping[sp.Symbol, sp.Expr]
Floats = np.ndarray[Any, Any]


def certificate(model: Model, search: Search, point: Point) -> tuple[str, bool]:
    """Say what makes sure that nobody gains by deviating, and whether it is sure.

    Raises
    ------
    DisagreementError
        If somebody gains although first-order conditions are enough.
    """
    game = numbers_of(model)
    words = [_assurance(model, search, point, player) for player in game.moves[-1]]
    told = [
        f"{model.players[p].title}: {w}" for p, (w, _) in zip(game.moves[-1], words, strict=True)
    ]
    if game.leader:
        told.append(f"{model.players[game.leader].title}: compared with every other regime")
    return "; ".join(told), all(sure for _, sure in words)


def _assurance(model: Model, search: Search, point: Point, player: str) -> tuple[str, bool]:
    """Say the same of one player who replies."""
    here = floats(search, point)
    known = {s: v for s, v in point.at.items() if s in known_symbols(model)}
    everywhere = concave(model, player)
    if everywhere or concave(model, player, known):
        if gains(search, player, here):
            raise DisagreementError(
                f"'{point.branch.name}' is no best reply of {player}, whose payoff is concave; "
                f"please report this with {dict(point.at)}"
            )
        return f"payoff concave, proved {'for all parameters' if everywhere else 'here'}", True
    chosen = {c.symbol: point.at[c.symbol] for c in model.game.choices.values()}
    most = most_gained(model, player, known, chosen)
    if most is None:
        return "no bound on what a deviation gains; none was found", False
    size = max(1.0, abs(search.payoff(player, here)))
    return f"a deviation gains at most {max(most, 1e-6 * size):.1g}, by intervals", True


def structure(model: Model, values: Values) -> list[str]:
    """Say how the players' choices pull at each other, and whether that alone makes for one answer."""
    told = {p: interaction(model, p) for p in model.game.moves[-1]}
    found = [
        f"{model.players[p].title}: strategic {word}"
        if word in ("complements", "substitutes")
        else f"{model.players[p].title}: the choices of others pull both ways"
        for p, word in told.items()
        if word in ("complements", "substitutes", "depends")
    ]
    if _cross_once(model, values):
        found.append("best replies cross once: the product of their slopes is below one, proved")
    return found


def _cross_once(model: Model, values: Values) -> bool:
    """Tell whether two best replies are proved to cross once."""
    excess = _excess(model)
    if excess is None or not all(_concave_here(model, p, values) for p in model.game.moves[-1]):
        return False
    return bool(never(model, sp.Ge(excess, 0), values))


@lru_cache(maxsize=64)
def _excess(model: Model) -> sp.Expr | None:
    """Return what must stay below zero for two best replies to cross once; None where not two.

    With one choice each, they do where the product of their slopes stays below one:
    u_1xy*u_2xy < u_1xx*u_2yy, everywhere.
    """
    game = numbers_of(model)
    players = game.moves[-1]
    if len(players) != 2 or any(len(game.of(p)) != 1 for p in players) or game.constraints:
        return None
    x, y = (game.of(p)[0].symbol for p in players)
    one, two = (in_roots(model, model.payoffs[()][p]) for p in players)
    across, back = slope(model, one, x), slope(model, two, y)
    cross = slope(model, across, y) * slope(model, back, x)
    own = slope(model, across, x) * slope(model, back, y)
    return sp.cancel(cross - own)


def doubts(model: Model, values: Values) -> list[str]:
    """Say what keeps first-order conditions from being the whole answer."""
    game = numbers_of(model)
    chosen = [c.symbol for c in game.choices.values()]
    found = []
    if game.leader:
        bent = [p for p in game.moves[1] if not _concave_here(model, p, values)]
        found += [
            f"the payoff of {model.players[p].title} is not known to be concave: its reply may jump, "
            "and the leader's optimum lie there"
            for p in bent
        ]
    curved = [
        c
        for c in game.constraints.values()
        if any(sp.diff(model.expand_play(c.gap), a, b) != 0 for a in chosen for b in chosen)
    ]
    if curved and not _room(model, values):
        question = admissible(model, values)
        question.add(*(sp.Gt(model.expand_play(c.gap), 0) for c in game.constraints.values()))
        if question.ask().status != "sat":
            names = ", ".join(c.name for c in curved)
            found.append(
                f"nothing is known to keep {names} with room to spare, so that first-order "
                "conditions may miss an equilibrium"
            )
    return found


SHARES = tuple(sp.Rational(k, 100) for k in (50, 1, 99, 10, 90))  # of a range, from its low end
MOST_TRIED = 125


def _room(model: Model, values: Values) -> bool:
    """Tell whether one of some plays, by exact numbers, keeps every constraint with room to spare."""
    choices = list(model.game.choices.values())
    ends = [(put_in_exactly(c.low, values), put_in_exactly(c.high, values)) for c in choices]
    if not all(end.is_Rational for pair in ends for end in pair):
        return False
    gaps = [model.expand_play(c.gap) for c in model.game.constraints.values()]
    for shares in islice(product(SHARES, repeat=len(choices)), MOST_TRIED):
        play = {
            c.symbol: low + share * (high - low)
            for c, (low, high), share in zip(choices, ends, shares, strict=True)
        }
        told = [put_in_exactly(gap, {**values, **play}) for gap in gaps]
        if all(gap.is_Rational and gap > 0 for gap in told):
            return all(low < high for low, high in ends)
    return False


def _concave_here(model: Model, player: str, values: Values) -> bool:
    known = {s: v for s, v in values.items() if s in known_symbols(model)}
    return concave(model, player) is True or concave(model, player, known) is True


def record(
    model: Model, point: Point, outcomes: Iterable[str] | None = None, *, stability: bool = True
) -> Equilibrium:
    """Return a point as an equilibrium, without a search for somebody who gains by leaving it.

    Parameters
    ----------
    outcomes : iterable of str, optional
        Which; by default all.
    stability : bool
        Whether to say if best replies lead back.
    """
    game, branch = numbers_of(model), point.branch
    stable, slope = shrinks(model, branch, point.at) if stability else (None, None)
    wanted = branch.outcomes if outcomes is None else outcomes
    return Equilibrium(
        branch=branch.name,
        play=ChosenNumbers(
            {p: {c.name: point.worth(c.symbol) for c in game.of(p)} for p in model.players}
        ),
        payoffs={player: point.worth(formula) for player, formula in branch.payoffs.items()},
        outcomes={name: point.worth(branch.outcomes[name]) for name in wanted},
        exact=point.exact,
        stable=stable,
        more={
            "prices": prices(model, point),
            "price_ranges": price_ranges(model, point),
            "slope": slope,
        },
    )


def equilibrium(
    model: Model,
    search: Search,
    point: Point,
    rivals: Rivals,
    certified: str,
    *,
    asks: bool,
) -> Equilibrium:
    """Return a point as an equilibrium, with all that is said of it.

    What a leader gains by a deviation a search says if it ``asks``, else the other regimes.
    """
    game = numbers_of(model)
    branch = point.branch
    here = np.array([float(point.at[c.symbol]) for c in game.choices.values()])
    regret = max(search.regret(player, here) for player in game.moves[-1])
    known = record(model, point)
    if game.leader and asks:
        regret = max(regret, _leaders_regret(search, here, game.leader))
    elif game.leader:
        most = max(paid for _, paid in rivals.values())
        regret = max(regret, float(most - point.worth(branch.value)))
    return replace(
        known,
        payoffs=_payoffs(point),
        regret=sp.Rational(repr(float(regret))),
        strict=not game.leader and all(_strictly(model, player, point) for player in model.players),
        certificate=certified,
        more={**known.more, "rivals": {n: r for n, r in rivals.items() if n != branch.name}},
    )


def _payoffs(point: Point) -> dict[str, sp.Rational]:
    """Return what each player is paid.

    Raises
    ------
    CalibrationError
        If a payoff has no value.
    """
    payoffs: dict[str, sp.Rational] = {}
    for player, formula in point.branch.payoffs.items():
        payoff = point.worth(formula)
        if payoff is None:
            raise CalibrationError(f"payoffs.{player} is not a finite real number there")
        payoffs[player] = payoff
    return payoffs


def _leaders_regret(search: Search, here: Floats, leader: str) -> float:
    try:
        return gained(search.led()[1], search.payoff(leader, here))
    except NotFoundError:
        return 0.0


def _strictly(model: Model, player: str, point: Point) -> bool:
    """Tell whether a player has no other best reply: the payoff is concave, and strictly here."""
    game = numbers_of(model)
    if not _concave_here(model, player, point.at):
        return False
    found = prices(model, point)
    free = [
        c.symbol
        for c in game.of(player)
        if not any((found.get(name) or 0) > ZERO for name, _, _ in c.bounds())
    ]
    if not free:
        return True
    hessian = sp.hessian(model.expand_play(model.payoffs[()][player]), free)
    told = hessian.xreplace(dict(point.at))
    if told.has(sp.zoo, sp.nan):
        return False  # the bend of x**(3/2) at 0
    numbers = np.array(told.tolist(), dtype=float)
    return bool(np.max(np.linalg.eigvalsh(numbers)) < -1e-12)


def prices(model: Model, point: Point) -> dict[str, sp.Rational | None]:
    """Return the shadow price of everything that binds; None where it is not determined."""
    follows = _follows(model, point)
    return {name: point.worth(price) for name, price in follows.prices.items()}


def _follows(model: Model, point: Point) -> Stationary:
    return _bound(model, tuple(point.branch.binds))


@lru_cache(maxsize=256)
def _bound(model: Model, binds: tuple[str, ...]) -> Stationary:
    game = numbers_of(model)
    known = set(game.constraints) | {f"{c}.{end}" for c in game.choices for end in ("low", "high")}
    leads = {f"{c.name}.{end}" for c in game.of(game.leader) for end in ("low", "high")}
    return stationary(model, game.moves[-1], tuple(b for b in binds if b in known - leads))


def price_ranges(model: Model, point: Point) -> dict[str, tuple[sp.Expr, sp.Expr]]:
    """Return what shadow prices may be where more binds than there is to choose.

    With one multiplier left free every price is affine in it, and none is negative.
    """
    follows = _follows(model, point)
    if len(follows.free) != 1:
        return {}
    (free,) = follows.free
    low, high = sp.Integer(0), sp.oo
    affine = {}
    for name, price in follows.prices.items():
        told = sp.expand(model.expand_play(price).xreplace(dict(point.at)))
        slope, start = told.coeff(free, 1), told.coeff(free, 0)
        affine[name] = (start, slope)
        if slope > 0:
            low = sp.Max(low, -start / slope)
        elif slope < 0:
            high = sp.Min(high, -start / slope)
    return {
        name: tuple(sorted((start + slope * low, start + slope * high)))
        for name, (start, slope) in affine.items()
        if slope != 0
    }
