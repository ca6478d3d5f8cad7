"""The symbolic solution of games in which numbers are chosen: one branch for each set of what binds.

Where all choose at once it solves every player's first-order conditions
(:mod:`dilemma.games.numbers.first_order`), where somebody leads those of both moves.  Followers
see the leader's choice K and reply.  For one set of what binds them, a *regime*, their first-order
conditions F(z, K) = 0 move the reply z with the leader's choice:

    F_z * dz/dK = -F_K        and the leader's payoff U has the total slope  U_K + U_z * dz/dK

The leader's optimum lies inside a regime where that slope vanishes, at an end of the interval, or
on the border of two regimes: where something just stops to bind, its shadow price being zero.
There the leader must lose on both sides, so that a concave kink holds the optimum for an open set
of parameters.  At an end it must lose on the one side there is, as far as the regime goes on.  The
slope is worked out in :mod:`dilemma.games.numbers.leading`.  Which of these candidates is best is a
comparison of values (``rivals``).

A bargain at the end multiplies each branch by the ways in which it may end: Nash bargaining over
one number t.  With gains g_1 and g_2 that are linear in t, and powers w_1 and w_2, the product of
g_1**w_1 and g_2**w_2 is largest where

    w_1 * g_1' * g_2 + w_2 * g_2' * g_1 = 0

if that lies inside the interval with nobody losing, else at the nearer end of the interval, if
nobody loses there.  There is no agreement if somebody loses at every t of the interval.  Nash 1950,
Econometrica 18: 155-162; with unequal powers Binmore, Rubinstein and Wolinsky 1986, RAND Journal of
Economics 17: 176-188 (unverified).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.branch import Branch, Shape, top, triangle
from dilemma.games.numbers import numbers_of
from dilemma.games.numbers.choice import Choice, Multiplier, Slope
from dilemma.games.numbers.divisors import Divided, Quotients, by_divisors
from dilemma.games.numbers.first_order import (
    Stationary,
    binding_sets,
    concave,
    multiplier,
    never,
    stationary,
    unbounded,
    with_roots,
)
from dilemma.games.numbers.leading import leaders_condition, positive_ones, signed, total
from dilemma.games.numbers.powers import in_roots, kinks, roots, slope
from dilemma.model import Model
from dilemma.theory.parts import Outcome

__all__ = [
    "MOST",
    "NONE",
    "Agreement",
    "Candidate",
    "agreements",
    "branches",
    "candidates",
    "name_of",
]


@dataclass(frozen=True)
class Candidate:
    """One place where a leader's optimum may lie.

    Attributes
    ----------
    follows : Stationary
        What the followers' conditions are there.
    binds : tuple of str
        What binds, the leader's ends included.
    border : str
        What just stops to bind, where it lies between two regimes.
    equations, conditions : tuple
        Those of the leader and of the followers.
    shape : Shape or None
        The equations solved, where that was done in other terms than they are in.
    turns : tuple
        What holds besides of an optimum there, and not of every place like it: at an end, that the
        leader loses by leaving it.
    """

    follows: Stationary
    binds: tuple[str, ...]
    border: str
    equations: tuple[sp.Expr, ...]
    conditions: tuple[sp.Basic, ...]
    shape: Shape | None = None
    turns: tuple[sp.Basic, ...] = ()


def candidates(model: Model) -> Iterator[Candidate]:
    """Yield every place where the leader's optimum may lie."""
    game = numbers_of(model)
    (choice,) = game.of(game.leader)
    paid = in_roots(model, model.payoffs[()][game.leader])
    sets = {
        frozenset(binds): stationary(model, game.moves[1], binds)
        for binds in binding_sets(game, game.moves[1])
    }
    slopes = [slope(model, paid, c.symbol) for c in game.choices.values()]
    regimes = {binds: with_roots(model, follows, *slopes) for binds, follows in sets.items()}
    ends = {name: (in_roots(model, gap), is_open) for name, gap, is_open in choice.bounds()}
    inside = tuple(sp.Gt(gap, 0) for gap, _ in ends.values())
    settled = _settled(model)
    for binds, follows in regimes.items():
        weak = tuple(sp.Ge(price, 0) for price in follows.prices.values())
        strict = tuple(sp.Gt(price, 0) for price in follows.prices.values())
        for end in _at_ends(with_roots(model, sets[binds], paid), ends, weak):
            turns = _turns(model, choice, end, ends) if settled else ()
            yield replace(end, turns=turns)
        conditions = (*follows.slack, *strict, *inside)
        vanishes = leaders_condition(model, follows, choice, conditions)
        if vanishes is None:
            # What binds leaves no room for the choice, or says nothing of the reply.
            unmoved = (*follows.slack, *weak, *inside)
            yield Candidate(follows, follows.binds, "", follows.equations, unmoved)
            continue
        first, shape = vanishes
        equations = (*follows.equations, first)
        yield Candidate(follows, follows.binds, "", equations, conditions, shape)
        beyond = {name: regimes.get(binds - {name}) for name in follows.prices}
        yield from _at_kinks(model, choice, follows, beyond, inside)


def _at_ends(
    follows: Stationary,
    ends: Mapping[str, tuple[sp.Expr, bool]],
    weak: tuple[sp.Basic, ...],
) -> Iterator[Candidate]:
    """Yield the ends of what the leader may choose, as far as they belong to it."""
    for name, (gap, is_open) in ends.items():
        if not is_open:
            yield Candidate(
                follows,
                (name, *follows.binds),
                "",
                (*follows.equations, top(gap)),
                (*follows.slack, *weak, *(sp.Ge(g, 0) for n, (g, _) in ends.items() if n != name)),
            )


def _settled(model: Model) -> bool:
    """Tell whether a reply that is strict goes on as the leader moves, and none that pays it less counts.

    Payoffs are concave, so that what solves first-order conditions is a best reply; of several equilibria
    of those who reply the leader's worst may lie elsewhere as soon as it leaves an end.
    """
    replying = model.game.moves[-1]
    alone = len(replying) == 1 or numbers_of(model).ties == "leader"
    return alone and all(concave(model, player) is True for player in replying)


def _turns(
    model: Model, choice: Choice, end: Candidate, ends: Mapping[str, tuple[sp.Expr, bool]]
) -> tuple[sp.Basic, ...]:
    """State that the leader loses by leaving an end, as far as the reply goes on as it is.

    It does if nothing is about to bind, or to bind no more, the reply is determined, and there is room.
    """
    name, reply = end.binds[0], end.follows.unknowns
    slope = _leaders(model, end.follows, choice)
    if slope is None:
        return ()
    known = _settling(end, choice)
    above, below = (part.xreplace(known) for part in sp.fraction(sp.cancel(sp.together(slope))))
    over, under = sp.fraction(sp.together(above * below))
    inwards = sp.expand(over * under) * (1 if name.endswith(".low") else -1)
    room = [gap for other, (gap, _) in ends.items() if other != name]
    borders = [c.lhs - c.rhs for c in end.follows.slack if isinstance(c, sp.GreaterThan)]
    moves = sp.Matrix(end.follows.equations).jacobian(reply).det(method="berkowitz") if reply else 1
    stops = (*end.follows.prices.values(), *borders, *room, sp.sympify(moves))
    positive = positive_ones(model)
    told = [signed(top(stop.xreplace(known)), positive) for stop in stops]
    loses = sp.Le(signed(inwards, positive), 0)
    turns = sp.Or(loses, *(sp.Eq(stop, 0) for stop in told if not stop.is_nonzero))
    return () if turns is sp.true else (turns,)


def _settling(end: Candidate, choice: Choice) -> dict[sp.Symbol, sp.Expr]:
    """Return what is chosen at an end: the leader's choice, and others where that is a number."""
    found = {choice.symbol: choice.low if end.binds[0].endswith(".low") else choice.high}
    for equation in end.follows.equations:
        if len(equation.free_symbols) == 1 and sp.degree(equation) == 1:
            (symbol,) = equation.free_symbols
            found[symbol] = -equation.coeff(symbol, 0) / equation.coeff(symbol, 1)
    return found


def _at_kinks(
    model: Model,
    choice: Choice,
    follows: Stationary,
    regimes: Mapping[str, Stationary | None],
    inside: tuple[sp.Basic, ...],
) -> Iterator[Candidate]:
    """Yield where one thing just stops to bind, with the regime that begins there."""
    for name, price in follows.prices.items():
        beyond = regimes[name]
        if beyond is None:
            continue
        sides = _kink(model, choice, (follows, price), (beyond, _gap(model, name))) or ()
        others = tuple(sp.Ge(p, 0) for n, p in follows.prices.items() if n != name)
        yield Candidate(
            follows,
            follows.binds,
            name,
            (*follows.equations, top(price)),
            (*follows.slack, *others, *inside, *sides),
        )


def _leaders(model: Model, follows: Stationary, choice: Choice) -> sp.Expr | None:
    return total(model, follows, model.payoffs[()][model.game.leader], choice)


def _gap(model: Model, name: str) -> sp.Expr:
    """Return what is left before something binds."""
    if name in model.game.constraints:
        return in_roots(model, model.game.constraints[name].gap)
    choice, _ = name.rsplit(".", 1)
    return next(
        in_roots(model, gap) for end, gap, _ in model.game.choices[choice].bounds() if end == name
    )


def _kink(
    model: Model,
    choice: Choice,
    within: tuple[Stationary, sp.Expr],
    beyond: tuple[Stationary, sp.Expr],
) -> tuple[sp.Basic, ...] | None:
    """State that the leader loses by moving into either of two regimes.

    Where what is left before something binds, or its shadow price, grows with the choice, the
    regime lies above: there the leader's payoff must not rise; where it shrinks, not fall.
    """
    found = []
    for follows, grows in (within, beyond):
        slope = _leaders(model, follows, choice)
        side = total(model, follows, grows, choice)
        if slope is None or side is None:
            return None
        found.append(sp.Le(sp.cancel(sp.together(slope)) * sp.cancel(sp.together(side)), 0))
    return tuple(found)


def names(sets: Sequence[str]) -> str:
    """Write what binds as a name."""
    return ", ".join(sorted(sets)) or "interior"


# --- nash bargaining over one number --------------------------------------------------------------


NONE = "no agreement"


@dataclass(frozen=True)
class Agreement:
    """One way in which a bargain may end.

    Attributes
    ----------
    binds : tuple of str
        The end of the interval at which it ends, or that there is no agreement.
    """

    binds: tuple[str, ...]
    unknowns: tuple[sp.Symbol, ...]
    equations: tuple[sp.Expr, ...]
    conditions: tuple[sp.Basic, ...]


def agreements(model: Model) -> Iterator[Agreement]:
    """Yield every way in which a model's bargain may end; one empty way where there is none."""
    bargain = model.game.bargain
    if bargain is None:
        yield Agreement((), (), (), ())
        return
    t = bargain.over.symbol
    low, high = bargain.over.low, bargain.over.high
    (one, first), (two, second) = (
        (player, model.expand_play(gain, [t])) for player, gain in bargain.gains.items()
    )
    slope = bargain.power[one] * sp.diff(first, t) * second
    slope += bargain.power[two] * sp.diff(second, t) * first
    nobody_loses = (sp.Ge(first, 0), sp.Ge(second, 0))
    inside = (sp.Gt(t, low), sp.Gt(high, t))
    yield Agreement((), (t,), (top(slope),), (*nobody_loses, *inside))
    for name, end, turns in (("low", low, sp.Le(slope, 0)), ("high", high, sp.Ge(slope, 0))):
        yield Agreement(
            (f"{bargain.over.name}.{name}",), (t,), (sp.expand(t - end),), (*nobody_loses, turns)
        )
    yield Agreement((NONE,), (), (), tuple(_somebody_loses(t, low, high, first, second)))


def _somebody_loses(
    t: sp.Symbol, low: sp.Expr, high: sp.Expr, first: sp.Expr, second: sp.Expr
) -> Iterator[sp.Basic]:
    """State that no t will do: none of the points at which what will do could end."""
    for end in (low, high):
        yield sp.Or(*(sp.Lt(sp.expand(g.xreplace({t: end})), 0) for g in (first, second)))
    for own, other in ((first, second), (second, first)):
        # At t* = -a/b own gains vanish; each statement is multiplied by the square of b.
        b, a = sp.expand(own).coeff(t, 1), sp.expand(own).coeff(t, 0)
        d, c = sp.expand(other).coeff(t, 1), sp.expand(other).coeff(t, 0)
        yield sp.Or(
            sp.Eq(b, 0),
            sp.Lt((c * b - d * a) * b, 0),
            sp.Lt((-a - low * b) * b, 0),
            sp.Lt((high * b + a) * b, 0),
        )


# --- the symbolic solution of games in which numbers are chosen -----------------------------------


MOST = 729  # sets of what binds that are gone through: six choices with two ends each


def branches(
    model: Model, holding: tuple[str, ...] = (), *, bargain: bool = True
) -> tuple[Branch, ...]:
    """Return every branch of a game in which numbers are chosen.

    Parameters
    ----------
    holding : tuple of str
        NumbersGame that are held where they are, wherever that is: only the others are best replies.
    bargain : bool
        Whether to go through the ways in which a bargain may end; without, outcomes that hang on
        it have no value.

    Raises
    ------
    UnsupportedError
        If a payoff has a kink in what is chosen, or there are too many sets of what binds.
    """
    return _branches(model.game_alone, tuple(sorted(holding)), bargain)


@lru_cache(maxsize=128)
def _branches(
    model: Model,
    holding: tuple[str, ...],
    bargain: bool,  # noqa: FBT001 -- cached
) -> tuple[Branch, ...]:
    _check(model)
    replying = model.game.moves[-1]
    relaxed = any(concave(model, player) is not True for player in replying)
    led = bool(model.game.leader) and not holding
    found: list[Branch] = []
    turns: list[tuple[sp.Basic, ...]] = []
    for candidate in _places(model, holding):
        for agreement in agreements(model) if bargain else (Agreement((NONE,), (), (), ()),):
            found.append(_branch(model, candidate, agreement, relaxed=relaxed, led=led))
            turns.append(candidate.turns)
    if not led:
        return tuple(found)
    # What another place pays counts whether or not it is an optimum itself.
    rivalled = _with_rivals(model, found)
    return tuple(
        replace(branch, conditions=(*branch.conditions, *own))
        for branch, own in zip(rivalled, turns, strict=True)
    )


def _check(model: Model) -> None:
    chosen = {c.symbol for c in model.game.choices.values()}
    known = chosen | {root.symbol for root in roots(model)}
    for player, payoff in model.payoffs[()].items():
        told = in_roots(model, payoff)
        if any(kink.free_symbols & known for kink in kinks(told)):
            raise UnsupportedError(
                f"payoffs.{player} has a kink in what is chosen (if, min, max or abs): there are no "
                "first-order conditions to go through"
            )
        if any(not p.exp.is_number and p.free_symbols & known for p in told.atoms(sp.Pow)):
            raise UnsupportedError(
                f"payoffs.{player} has an exponent that is no number: first-order conditions are not "
                "solved for all its values at once"
            )
        if not all(top(slope(model, told, c)).is_polynomial(*known) for c in chosen):
            raise UnsupportedError(
                f"payoffs.{player} is no quotient of polynomials and roots in what is chosen: its first-order "
                "conditions are not solved"
            )
    for constraint in model.game.constraints.values():
        if not in_roots(model, constraint.gap).is_polynomial(*known):
            raise UnsupportedError(
                f"the constraint {constraint.name} is no polynomial in what is chosen"
            )
    if told := unbounded(model):
        raise UnsupportedError(f"{told}, and nothing is known to keep players from there")
    count = 0
    for count, _ in enumerate(binding_sets(numbers_of(model), model.players), 1):
        if count > MOST:
            raise UnsupportedError(
                f"{model.name} has more than {MOST} sets of what may bind: its symbolic solution "
                "is not worked out"
            )


def _places(model: Model, holding: tuple[str, ...]) -> Iterator[Candidate]:
    game = numbers_of(model)
    if game.leader and not holding:
        yield from candidates(model)
        return
    players = tuple(model.players)
    for binds in binding_sets(game, players, holding):
        follows = stationary(model, players, binds, holding)
        weak = tuple(sp.Ge(price, 0) for price in follows.prices.values())
        yield Candidate(follows, binds, "", follows.equations, (*follows.slack, *weak))


def _branch(
    model: Model, candidate: Candidate, agreement: Agreement, *, relaxed: bool, led: bool
) -> Branch:
    game = numbers_of(model)
    follows = candidate.follows
    play: dict[str, dict[str, sp.Expr]] = {player: {} for player in model.players}
    for choice in game.choices.values():
        play[choice.player][choice.name] = choice.symbol
    equations = tuple(_shortest(model, e) for e in (*candidate.equations, *agreement.equations))
    unknowns = (*follows.unknowns, *(c.symbol for c in game.of(game.leader) if led))
    unknowns = (*unknowns, *agreement.unknowns)
    conditions = (*candidate.conditions, *agreement.conditions)
    binds = (*candidate.binds, *agreement.binds)
    payoffs = dict(model.payoffs[()])
    shape = None if agreement.equations else candidate.shape
    shape = shape or triangle([model.expand_play(e) for e in equations], unknowns)
    divided = None
    if shape is None and not led and not agreement.equations:
        divided = by_divisors([model.expand_play(e) for e in follows.quotients], unknowns)
        shape = None if divided is None else divided.shape
    branch = Branch(
        name=_name(model, binds, candidate.border, bargained=bool(agreement.conditions)),
        play=play,
        payoffs=payoffs,
        outcomes={n: _outcome(model, o, follows, binds) for n, o in model.outcomes.items()},
        unknowns=unknowns,
        equations=equations,
        conditions=tuple(_shorter(model, c) for c in conditions if c is not sp.true),
        shape=shape,
        chosen=True,
        relaxed=relaxed or led,
        binds=binds,
        value=payoffs[game.leader] if game.leader else None,
    )
    return branch if divided is None else _rewritten(model, branch, divided)


def _rewritten(model: Model, branch: Branch, divided: Divided) -> Branch:
    """Say what is said of a branch in terms of what solves it, if that holds for all parameters."""
    if not all(_nowhere(model, e) for e in divided.shape.nonzero):
        return branch
    told = [*branch.conditions, *branch.payoffs.values(), *branch.outcomes.values()]
    others = set().union(*(model.expand_play(f).free_symbols for f in told))
    put = Quotients.of_closed(branch.closed, others)
    if not all(_nowhere(model, put.above(base)) for base in divided.bases):
        return branch
    unknowns = (*branch.unknowns, *divided.divisors)
    branch = replace(branch, unknowns=unknowns, equations=divided.equations)
    if not branch.closed:
        return branch

    def quotients(formulas: Mapping[str, sp.Expr]) -> dict[str, sp.Expr]:
        return {name: put.reduced(model.expand_play(f)) for name, f in formulas.items()}

    return replace(
        branch,
        conditions=tuple(put.sign(model.expand_play(c)) for c in branch.conditions),
        payoffs=quotients(branch.payoffs),
        outcomes=quotients(branch.outcomes),
    )


@lru_cache(maxsize=1_000)  # branches share most of what they are divided by
def _nowhere(model: Model, formula: sp.Expr) -> bool:
    """Tell whether a formula is known to vanish nowhere in the feasible set."""
    return never(model, sp.Eq(formula, 0)) is True


@lru_cache(maxsize=128)
def _coordinates(model: Model) -> tuple[tuple[sp.Symbol, sp.Expr], ...]:
    """Return what choices are in terms of definitions that are such a choice but for a shift."""
    found = []
    for definition in model.definitions.values():
        for choice in model.game.choices.values():
            rest = definition.formula.coeff(choice.symbol, 0)
            slope = definition.formula.coeff(choice.symbol, 1)
            chosen = {c.symbol for c in model.game.choices.values()}
            shift = sp.expand(definition.formula - slope * choice.symbol)
            if slope in (1, -1) and not shift.free_symbols & chosen and rest == shift:
                found.append((choice.symbol, sp.expand((definition.symbol - shift) / slope)))
    return tuple(found)


@lru_cache(maxsize=1_000)  # branches share most of what they say
def _shortest(model: Model, expression: sp.Expr) -> sp.Expr:
    """Write a polynomial with slack for ceiling, K = S + s, and the like, where that is shorter.

    z3 decides in milliseconds about S**2 what it gives up on about (K - s)**2 multiplied out.
    """
    best = expression
    for choice, instead in _coordinates(model):
        told = sp.expand(best.xreplace({choice: instead}))
        if len(sp.Add.make_args(told)) < len(sp.Add.make_args(best)):
            best = told
    return best


@lru_cache(maxsize=1_000)
def _shorter(model: Model, condition: sp.Basic) -> sp.Basic:
    relation = isinstance(condition, sp.core.relational.Relational)
    if not (relation and _coordinates(model)):
        return condition
    gap = sp.expand(condition.lhs - condition.rhs)
    shorter = _shortest(model, gap)
    return condition if shorter == gap else condition.func(shorter, 0)


def name_of(model: Model, binds: tuple[str, ...]) -> str:
    """Return what a play is called in which some ends bind."""
    return _name(model, binds, "", bargained=False)


def _name(model: Model, binds: tuple[str, ...], border: str, *, bargained: bool) -> str:
    named = {bound: name for name, bound in numbers_of(model).regimes.items()}
    known = frozenset(model.game.constraints) | {
        f"{c}.{end}" for c in model.game.choices for end in ("low", "high")
    }
    own = frozenset(binds) & known
    told = named.get(own) or names([*own])
    if border:
        beyond = named.get(own - {border}) or names([*(own - {border})])
        told = f"border of {told} and {beyond}"
    ended = [b for b in binds if b not in known and (b != NONE or bargained)]
    return "; ".join([told, *ended])


def _outcome(
    model: Model, outcome: Outcome, follows: Stationary, binds: tuple[str, ...]
) -> sp.Expr:
    """Return an outcome in parameters and unknowns; not a number where it has no value."""
    bargain = model.game.bargain
    over = [bargain.over.symbol] if bargain is not None and NONE in binds else []
    if model.expand_play(outcome.formula).has(*over):
        return sp.nan
    put: dict[sp.Symbol, sp.Expr] = {
        sp.Symbol(player, real=True): payoff for player, payoff in model.payoffs[()].items()
    }
    for symbol, what in outcome.chances.items():
        if isinstance(what, Multiplier):
            value = _price(model, what, follows)
        else:
            assert isinstance(what, Slope)
            value = _slope(model, what, follows)
        if value is None:
            return sp.nan
        put[symbol] = value
    return outcome.formula.xreplace(put)


def _price(model: Model, what: Multiplier, follows: Stationary) -> sp.Expr | None:
    if what.constraint not in follows.binds:
        return sp.Integer(0)
    players = model.game.constraints[what.constraint].players
    symbol = multiplier(what.constraint, what.player, players)
    return None if symbol in follows.free else symbol


def _slope(model: Model, what: Slope, follows: Stationary) -> sp.Expr | None:
    """Return what a player gains by more of the leader's choice, everybody replying.

    With one follower by the envelope theorem: the reply moves nothing at the margin, so that the
    slope is that of the Lagrangian alone.
    """
    game = numbers_of(model)
    choice = game.choices[what.choice]
    if game.moves[-1] != (what.player,):
        return total(model, follows, model.payoffs[()][what.player], choice)
    if follows.free:
        return None
    found = sp.diff(model.expand_play(model.payoffs[()][what.player]), choice.symbol)
    for name, price in follows.prices.items():
        constraint = game.constraints.get(name)
        if constraint is None:
            owner = game.choices[name.rsplit(".", 1)[0]]
            gap = next(g for end, g, _ in owner.bounds() if end == name)
        else:
            gap = constraint.gap
        found += price * sp.diff(model.expand_play(gap), choice.symbol)
    return found


def _with_rivals(model: Model, found: list[Branch]) -> tuple[Branch, ...]:
    """Add that a leader's optimum pays no less than each other place that has a closed form."""
    closed = [b for b in found if b.closed and b.value is not sp.nan]
    rivals = {}
    for branch in closed:
        told = _closed_form(model, branch)
        if told is not None:
            value, exists = told
            rivals[branch.name] = value, sp.Not(exists)
    done = []
    for branch in found:
        own = model.expand_play(branch.value)
        told = tuple(
            sp.Or(absent, sp.Ge(own, value))
            for name, (value, absent) in rivals.items()
            if name != branch.name and absent is not sp.true
        )
        done.append(replace(branch, rivals=told))
    return tuple(done)


def _closed_form(model: Model, branch: Branch) -> tuple[sp.Expr, sp.Basic] | None:
    """Return what a branch pays the leader and where it exists; None where it has a pole."""
    put = dict(branch.closed)
    value = model.expand_play(branch.value).xreplace(put)
    told = [model.expand_play(c) for c in branch.conditions]
    formulas = [value, *(side.xreplace(put) for c in told for side in _sides(c))]
    if any(f.has(sp.zoo, sp.nan) for f in formulas):
        return None
    exists = sp.And(*(c.xreplace(put) for c in told), *(sp.Ne(d, 0) for d in branch.nonzero))
    return value, exists


def _sides(condition: sp.Basic) -> Iterator[sp.Expr]:
    for relation in condition.atoms(sp.core.relational.Relational):
        yield from relation.args
