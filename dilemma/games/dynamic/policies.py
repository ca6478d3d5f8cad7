"""The symbolic solution of a game of states: a branch for each way to play by state alone.

For one way to play, the values of player i solve V(s) = u_i(s) + d_i * sum over t of p(s, t) V(t), a
linear system whose determinant is positive for every discount factor from 0 up to but not including
1; so values are ratios of polynomials, and conditions are written without the denominator.  It is an
equilibrium iff in no state another action, once, pays more than the value there (the one-shot
deviation principle; Blackwell 1965, Annals of Mathematical Statistics 36(1): 226-235, unverified).

Who mixes is indifferent, so that its own values are those of playing the first of its actions: what
it gains by others hangs on the others' chances alone.  Whoever sees a shock acts on one side of a
cutoff; the unknown is the chance that the shock falls below it.  A split that is proposed leaves
the others what refusing is worth to them (Merlo and Wilson 1995, Econometrica 63(2): 371-399,
unverified), which ties the values of all players into one system.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import product

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.branch import Branch, Naming, Shape, triangle
from dilemma.games.dynamic import MOST, Act, DynamicGame, Policy, dynamic_of
from dilemma.games.dynamic.stages import (
    AGREE,
    OFFER,
    WAIT,
    Call,
    Does,
    Offer,
    Reached,
    Stage,
    Threshold,
    Until,
    Worth,
)
from dilemma.games.dynamic.systems import NOTHING, Linear, Place, System
from dilemma.games.dynamic.times import Passing, reached, until
from dilemma.games.free_chances import located
from dilemma.model import Model
from dilemma.theory.parts import Profile, tied

__all__ = ["Followed", "branches", "followed"]

ZERO, ONE = sp.Integer(0), sp.Integer(1)

SECONDS = 2.0  # for the proof that a gain rises with a chance
MOST_CANCELLED = 150  # operations in a value up to which it is brought into lowest terms


def branches(model: Model, *, named: bool = False) -> tuple[Branch, ...]:
    """Return every branch of a game of states.

    Parameters
    ----------
    named : bool
        Whether gaps are written in the shortest way that the definitions allow.

    Raises
    ------
    UnsupportedError
        If there are too many ways to play; numbers are still to be had from ``solve``.
    """
    _check_size(model)
    return _branches(model.game_alone, named)


def _check_size(model: Model) -> None:
    game = dynamic_of(model)
    if game.policies > MOST:
        raise UnsupportedError(
            f"{model.name} has {game.policies:,} ways to play by state alone; its symbolic solution "
            f"is worked out up to {MOST:,}"
        )


@lru_cache(maxsize=128)
def _branches(model: Model, named: bool) -> tuple[Branch, ...]:  # noqa: FBT001 -- cached
    naming = Naming(model) if named else None
    game = dynamic_of(model)
    found = (_Way(model, game, policy, naming).branch() for policy in game.ways())
    return tuple(branch for branch in found if branch is not None)


@dataclass(frozen=True, slots=True)
class Followed:
    """A branch, the way to play that it is of, and what every state is worth to every player."""

    branch: Branch
    policy: Policy
    values: Mapping[Place, sp.Expr]


def followed(model: Model) -> Iterator[Followed]:
    """Yield every branch, written for readers, with what states are worth.

    Raises
    ------
    UnsupportedError
        If there are too many ways to play.
    """
    _check_size(model)
    game, naming = dynamic_of(model), Naming(model)
    for policy in game.ways():
        way = _Way(model, game, policy, naming)
        branch = way.branch()
        if branch is not None:
            yield Followed(branch, policy, way.values())


# --- what may happen in a state -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Happens:
    """What is done in a state, with which chance, and which shock is to be expected then."""

    profile: Profile
    chance: sp.Expr
    shock: sp.Expr


@dataclass(frozen=True)
class _Way:
    """One way to play."""

    model: Model
    game: DynamicGame
    policy: Policy
    naming: Naming | None

    # --- the branch -----------------------------------------------------------------------------

    def branch(self) -> Branch | None:
        """Write it down: what it is worth, and when nobody would do otherwise; None if never."""
        vanishing = (self._less(gap) for gap in self._equal())
        equal = [e for e in self._short(vanishing) if e != 0]
        best = [sp.Ge(gap, 0) for gap in self._short(self._best())]
        slopes = [sp.Gt(slope, 0) for slope in self._short(self._slopes())]
        conditions = dict.fromkeys((*self._positive(), *slopes, *best))
        if sp.false in conditions or any(e.is_number for e in equal):
            return None
        told, shape = self.values(), triangle(equal, self.unknowns)
        cuts = tuple(s for s in self.unknowns if s in self._cuts())
        return Branch(
            name=self.game.called(self.policy),
            play=self._play(),
            payoffs={player: told[player, self.game.start] for player in self.model.players},
            outcomes=self._outcomes(told),
            unknowns=self.unknowns,
            equations=tuple(equal),
            conditions=tuple(c for c in conditions if c is not sp.true),
            shape=shape,
            cutoffs=cuts,
            locate=partial(self._where, shape, equal, tuple(conditions)),
        )

    def _where(
        self, shape: Shape | None, equal: Sequence[sp.Expr], conditions: tuple[sp.Basic, ...]
    ) -> tuple[sp.Basic, ...] | None:
        """State in parameters alone when there is one, if that is known."""
        where = _located(self.model, equal, self.unknowns, conditions)
        if where is None and shape is not None and not shape.ties:
            where = located(shape, conditions)
        return where

    def _less(self, gap: sp.Expr) -> sp.Expr:
        """Leave out of what vanishes the chances that are its factors: where somebody mixes, none is nought."""
        gap = sp.expand(gap)
        for chance in self.unknowns:
            while gap != 0 and gap.is_polynomial(chance) and gap.coeff(chance, 0) == 0:
                gap = sp.expand(gap / chance)
        return gap

    def _cuts(self) -> set[sp.Symbol]:
        """Return the unknowns that are the chance of a shock below a cutoff."""
        return {self._below(*where) for where, act in self._acting() if act.cut}

    def _slopes(self) -> Iterator[sp.Expr]:
        """Yield what must be positive: how what is done above a cutoff gains as the shock rises."""
        for (slot, state), act in self._acting():
            if act.cut:
                shock = self.game.shocks[state]
                one, other = act.actions
                if slot == OFFER:
                    refused = self.game.stages[(state,)].pays.values()
                    gain = self.game.offers[state].pie - sp.Add(*refused)
                    gain = gain if one == AGREE else -gain
                else:
                    own, instead = (self.game.stages[state, a].pays[slot] for a in (one, other))
                    gain = own - instead
                yield sp.expand(gain).coeff(shock.symbol, 1)

    @cached_property
    def mixes(self) -> dict[Place, dict[str, sp.Expr]]:
        """The chance of each action that is used: of every decision."""
        found = {}
        for name, (slot, state) in self.game.decisions.items():
            act = self.policy[state][slot]
            # At a cutoff the unknown is the chance of what is done below it.
            rest = act.actions[1:]
            named = {a: sp.Symbol(f"P({name} {a})", real=True) for a in rest}
            found[slot, state] = {act.actions[0]: 1 - sp.Add(*named.values()), **named}
        return found

    @cached_property
    def unknowns(self) -> tuple[sp.Symbol, ...]:
        """The chances that are to be found."""
        return tuple(c for mix in self.mixes.values() for c in mix.values() if c.is_Symbol)

    def _positive(self) -> Iterator[sp.Basic]:
        for mix in self.mixes.values():
            yield from (sp.Gt(chance, 0) for chance in mix.values() if len(mix) > 1)

    def _play(self) -> dict[str, dict[str, sp.Expr]]:
        return {
            name: {a: self.mixes[where].get(a, ZERO) for a in self.game.slots(where[1])[where[0]]}
            for name, where in self.game.decisions.items()
        }

    def gaps(self) -> Iterator[sp.Expr]:
        """Yield what must not be negative, in a way to play in which nobody mixes."""
        return self._best()

    def _short(self, gaps: Iterator[sp.Expr]) -> Iterator[sp.Expr]:
        for gap in gaps:
            yield sp.expand(gap) if self.naming is None else self.naming.shortest(gap)

    # --- what happens ---------------------------------------------------------------------------

    def happens(self, state: str, given: Mapping[str, str]) -> Iterator[Happens]:
        """Yield what may happen in a state, some doing what is given and not what they mix."""
        slots = self.game.states[state]
        shock = self.game.shocks.get(state)
        if shock is None or not any(self.policy[state][p].cut for p in slots):
            mean = ZERO if shock is None else (shock.low + shock.high) / 2
            mixes = [{given[p]: ONE} if p in given else self.mixes[p, state] for p in slots]
            for actions in product(*mixes):
                chance = sp.Mul(*(mix[a] for mix, a in zip(mixes, actions, strict=True)))
                yield Happens((state, *actions), chance, mean)
            return
        (player,) = slots
        for action, chance in self.mixes[player, state].items():
            yield Happens((state, action), chance, self._expected(state, player, action))

    def _cutoff(self, slot: str, state: str) -> sp.Expr:
        """Return the shock at which who acts on it is indifferent."""
        shock = self.game.shocks[state]
        return shock.low + shock.width * self._below(slot, state)

    def _below(self, slot: str, state: str) -> sp.Expr:
        return self.mixes[slot, state][self.policy[state][slot].actions[1]]

    def _expected(self, state: str, slot: str, action: str) -> sp.Expr:
        """Return the mean of the shock on the side of a cutoff on which an action is taken."""
        shock, below = self.game.shocks[state], self._below(slot, state)
        reach = below if action == self.policy[state][slot].actions[1] else 1 + below
        return shock.low + shock.width * reach / 2

    # --- what it is worth -----------------------------------------------------------------------

    def _stage(self, player: str, stage: Stage, shock: sp.Expr, state: str) -> Linear:
        """Return what a player gets of a stage, and of what follows."""
        discount = self.game.marks[player]
        of = {(player, t): discount * chance for t, chance in self.game.leads(stage).items()}
        return Linear(of, self._at(stage.pays[player], state, shock))

    def _at(self, formula: sp.Expr, state: str, shock: sp.Expr) -> sp.Expr:
        own = self.game.shocks.get(state)
        return formula if own is None else formula.xreplace({own.symbol: shock})

    def _surplus(self, state: str, offer: Offer, shock: sp.Expr) -> Linear:
        """Return what an agreement is worth to all together, less what none is worth."""
        total = Linear({}, self._at(offer.pie, state, shock))
        for player in self.game.discounts:
            follows = Linear({(player, offer.leads): self.game.marks[player]}, ZERO)
            total += follows - self._stage(player, self.game.stages[(state,)], shock, state)
        return total

    def _worth(self, player: str, state: str) -> Linear:
        """Return what a state is worth to a player, in terms of what states are worth."""
        first = {
            p: self.policy[state][p].actions[0]
            for p in self.game.states[state]
            if p == player and not self.policy[state][p].cut
        }
        total = NOTHING
        for way in self.happens(state, first):
            stage = self.game.stages[way.profile]
            total += self._stage(player, stage, way.shock, state) * way.chance
        offer = self.game.offers.get(state)
        chance = ZERO if offer is None else self.mixes[OFFER, state].get(AGREE, ZERO)
        if offer is not None and chance != 0:
            share = self.game.plain(offer.by.get(player, ZERO)) * chance
            total += self._surplus(state, offer, self._when_agreed(state)) * share
        return total

    def _when_agreed(self, state: str) -> sp.Expr:
        """Return the shock to be expected where an offer is made."""
        shock = self.game.shocks.get(state)
        if shock is None:
            return ZERO
        if self.policy[state][OFFER].cut:
            return self._expected(state, OFFER, AGREE)
        return (shock.low + shock.high) / 2

    @cached_property
    def system(self) -> System:
        """The values in all states, solved for."""
        return System(
            self.game,
            {(p, s): self._worth(p, s) for p in self.game.discounts for s in self.game.states},
        )

    def values(self) -> dict[Place, sp.Expr]:
        """Return what every state is worth to every player."""
        found = {}
        for player, state in self.system.worth:
            mark = self.game.marks[player]
            scale = ONE if self.game.summed else 1 - mark
            formula = self.game.unmarked(self.system.formula({(player, state): scale}))
            few = formula.is_rational_function() and formula.count_ops() <= MOST_CANCELLED
            found[player, state] = sp.factor_terms(sp.cancel(formula) if few else formula)
        return found

    # --- when nobody would do otherwise ---------------------------------------------------------

    def _equal(self) -> Iterator[sp.Expr]:
        """Yield what must vanish: what who mixes gains, what who acts on a shock gains at its cutoff."""
        for (slot, state), act in self._acting():
            for action in act.actions[1:]:
                at = self._cutoff(slot, state) if act.cut else None
                yield self.system.top(self._gain(slot, state, act.actions[0], action, at))

    def _best(self) -> Iterator[sp.Expr]:
        """Yield what must not be negative: what is done less what else could be, at both ends."""
        for (slot, state), act in self._acting():
            if act.cut:
                continue
            shock = self.game.shocks.get(state)
            ends = (None,) if shock is None else (shock.low, shock.high)
            for other in self.game.slots(state)[slot]:
                for end in ends if other not in act.actions else ():
                    yield self.system.top(self._gain(slot, state, act.actions[0], other, end))

    def _acting(self) -> Iterator[tuple[Place, Act]]:
        for slot, state in self.game.decisions.values():
            yield (slot, state), self.policy[state][slot]

    def _gain(self, slot: str, state: str, one: str, other: str, shock: sp.Expr | None) -> Linear:
        """Return what one action gains over another, once, at a shock that is seen."""
        if slot == OFFER:
            surplus = self._surplus(
                state, self.game.offers[state], ZERO if shock is None else shock
            )
            return surplus if (one, other) == (AGREE, WAIT) else NOTHING - surplus
        return self._doing(slot, state, one, shock) - self._doing(slot, state, other, shock)

    def _doing(self, player: str, state: str, action: str, shock: sp.Expr | None) -> Linear:
        if shock is not None:  # then nobody else moves there
            return self._stage(player, self.game.stages[state, action], shock, state)
        total = NOTHING
        for way in self.happens(state, {player: action}):
            stage = self.game.stages[way.profile]
            total += self._stage(player, stage, way.shock, state) * way.chance
        return total

    # --- outcomes -------------------------------------------------------------------------------

    def _outcomes(self, told: Mapping[Place, sp.Expr]) -> dict[str, sp.Expr]:
        paid = {sp.Symbol(p, real=True): told[p, self.game.start] for p in self.model.players}
        found = {}
        for name, outcome in self.model.outcomes.items():
            calls = {s: self._called(what, told) for s, what in outcome.chances.items()}
            nowhere = any(value is sp.nan for value in calls.values())
            formula = outcome.formula.xreplace({**paid, **calls})
            found[name] = sp.nan if nowhere else formula
        return found

    def _called(self, what: Call, told: Mapping[Place, sp.Expr]) -> sp.Expr:
        match what:
            case Worth():
                return told[what.player, what.state]
            case Does():
                return self.mixes[self.game.decisions[what.decision]].get(what.action, ZERO)
            case Threshold():
                return _threshold(self.model, what)
            case Until():
                return self.game.unmarked(until(self._passing(), what.state))
            case Reached():
                return self.game.unmarked(reached(self._passing(), what))

    def _passing(self) -> Passing:
        """Return with which chance each state follows each."""
        found: dict[str, dict[str, sp.Expr]] = {}
        for state in self.game.states:
            own: dict[str, sp.Expr] = {}
            offer = self.game.offers.get(state)
            agreed = ZERO if offer is None else self.mixes[OFFER, state].get(AGREE, ZERO)
            if offer is not None:
                own[offer.leads] = agreed
            for way in self.happens(state, {}):
                for t, chance in self.game.leads(self.game.stages[way.profile]).items():
                    own[t] = own.get(t, ZERO) + (1 - agreed) * way.chance * chance
            found[state] = own
        return Passing(self.game.start, found)


# --- where there is such an equilibrium -----------------------------------------------------------


def _located(
    model: Model,
    equations: Sequence[sp.Expr],
    unknowns: Sequence[sp.Symbol],
    conditions: Sequence[sp.Basic],
) -> tuple[sp.Basic, ...] | None:
    """Return conditions in the parameters for one chance to exist; None where these are not known.

    What vanishes must be proved to rise, or to fall, with that chance, whatever the parameters: then
    there is one between 0 and 1 iff it has other signs at these ends.
    """
    rest = [c for c in conditions if not c.has(*unknowns)] if unknowns else []
    if len(unknowns) != 1 or len(equations) != 1 or len(conditions) - len(rest) != 2:
        return None
    (chance,), (gap,) = unknowns, equations
    ends = [sp.expand(gap.xreplace({chance: end})) for end in (ZERO, ONE)]
    for sign in (1, -1):
        if _positive(model, sign * sp.diff(gap, chance), chance):
            return sp.Lt(sign * ends[0], 0), sp.Gt(sign * ends[1], 0), *rest
    return None


def _positive(model: Model, formula: sp.Expr, chance: sp.Symbol) -> bool:
    """Tell whether a formula is proved positive for all parameters, and a chance, in their ranges."""
    from dilemma.deciders.question import Question

    question = Question(tied(model.parameters, model.definitions), lambda: SECONDS)
    question.add(sp.Gt(chance, 0), sp.Lt(chance, 1))
    for _, impossible in model.game.impossible():
        question.add(sp.Not(impossible))
    return bool(question.ask(sp.Le(formula, 0)).status == "unsat")


# --- where a way to play stops being an equilibrium -----------------------------------------------


@lru_cache(maxsize=64)
def _threshold(model: Model, what: Threshold) -> sp.Expr:
    """Return the least or greatest value of a parameter at which a way to play is an equilibrium.

    What is gained is linear in the parameter, up to factors whose sign is sure; so the way to play
    is an equilibrium on an interval, and one of what is gained, or the parameter's range, ends it.
    Not a number where what is gained is no straight line.
    """
    game, parameter = dynamic_of(model), what.parameter
    acts = {
        state: dict(zip(game.slots(state), ((Act((a,))) for a in done), strict=True))
        for state, done in what.policy
    }
    gaps = [_straight(model, gap, parameter) for gap in _Way(model, game, acts, None).gaps()]
    known = [gap for gap in dict.fromkeys(gaps) if gap is not None]
    if None in gaps:
        return sp.nan
    return _end([(g.coeff(parameter, 1), g.coeff(parameter, 0)) for g in known], model, what)


def _straight(model: Model, gap: sp.Expr, parameter: sp.Symbol) -> sp.Expr | None:
    """Return what has the sign of a gain and is linear in a parameter; None if there is none."""
    hanging = [d for d in model.definitions.values() if model.expand(d.symbol).has(parameter)]
    for definition in reversed(hanging):
        gap = gap.xreplace({definition.symbol: definition.formula})
    found: sp.Expr = ONE
    for part in sp.fraction(sp.together(gap)):
        constant, factors = sp.factor_list(part)
        found *= sp.sign(constant)
        for factor, power in factors:
            found *= _sign(model, factor) or factor ** (2 - power % 2)
    found = sp.expand(found)
    return found if sp.degree(found, parameter) <= 1 else None


def _sign(model: Model, factor: sp.Expr) -> int:
    """Return the sign of a polynomial in one parameter throughout its range; 0 if it is not sure."""
    symbol = min(factor.free_symbols, key=str)
    if len(factor.free_symbols) > 1 or symbol.name not in model.parameters:
        return 0
    reach = model.parameters[symbol.name].range
    own = sp.Poly(factor, symbol)
    low = None if reach.low.is_infinite else reach.low
    high = None if reach.high.is_infinite else reach.high
    left_out = [e for e, out in ((low, reach.open_low), (high, reach.open_high)) if out]
    roots = own.count_roots(low, high) - sum(
        own.eval(end) == 0 for end in left_out if end is not None
    )
    return 0 if roots else int(sp.sign(own.eval(reach.some)))


def _end(lines: Sequence[tuple[sp.Expr, sp.Expr]], model: Model, what: Threshold) -> sp.Expr:
    """Return an end of the interval on which no straight line (slope, constant) is negative."""
    reach = model.parameters[what.parameter.name].range
    end = reach.low if what.least else reach.high
    pieces: list[tuple[sp.Expr, sp.Basic]] = []
    if end.is_finite:
        pieces.append((end, sp.And(*(slope * end + rest >= 0 for slope, rest in lines))))
    for slope, rest in lines:
        if slope == 0:
            continue
        rising = slope if what.least else -slope
        value = -rest / slope
        inside = [sp.Ge(value, low) for low in (reach.low,) if low.is_finite]
        inside += [sp.Le(value, high) for high in (reach.high,) if high.is_finite]
        others = (
            sp.Ge(sp.expand((c * slope - m * rest) * (1 if what.least else -1)), 0)
            for m, c in lines
            if (m, c) != (slope, rest)
        )
        pieces.append((value, sp.And(sp.Gt(rising, 0), *inside, *others)))
    return sp.Piecewise(
        *((v, c) for v, c in pieces if c is not sp.false), (sp.nan, True), evaluate=False
    )
