"""A game of states at one calibration, in fractions: what a play is worth, what others would gain.

What is paid may hang on the shock of a state, and is kept as a straight line in it.  What a play is
worth is a system of linear equations; an equilibrium is a play from which no other action gains,
once, whatever the shock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import sympy as sp

from dilemma.errors import CalibrationError
from dilemma.games.dynamic import DynamicGame, dynamic_of
from dilemma.games.dynamic.stages import AGREE, OFFER, WAIT
from dilemma.games.profiles import DIGITS
from dilemma.model import Model
from dilemma.theory.parts import Profile

__all__ = ["Doing", "Line", "Mix", "Place", "ValuedGame", "solved", "valued"]

Mix = Mapping[str, Fraction]
Doing = Mapping[str, Mapping[str, Mix]]  # of each decision, by state and by who decides
Place = tuple[str, str]  # a player and a state
NONE = Fraction(0)


@dataclass(frozen=True, slots=True)
class Line:
    """What hangs on a shock as a straight line does."""

    level: Fraction
    slope: Fraction = NONE

    def at(self, shock: Fraction) -> Fraction:
        """Return its value at a shock."""
        return self.level + self.slope * shock

    def __add__(self, other: Line) -> Line:
        return Line(self.level + other.level, self.slope + other.slope)

    def __mul__(self, factor: Fraction) -> Line:
        return Line(self.level * factor, self.slope * factor)

    def __sub__(self, other: Line) -> Line:
        return Line(self.level - other.level, self.slope - other.slope)


@dataclass(frozen=True, slots=True)
class ValuedOffer:
    """A split that may be proposed: by whom, of what, and what follows."""

    by: Mapping[str, Fraction]
    pie: Line
    leads: str


@dataclass(frozen=True)
class ValuedGame:
    """The game at one calibration.

    Attributes
    ----------
    shocks : mapping of state to pair of fractions
        The ends of what is drawn there.
    exact : bool
        Whether nothing was rounded.
    """

    game: DynamicGame
    pays: Mapping[Profile, Mapping[str, Line]]
    leads: Mapping[Profile, Mapping[str, Fraction]]
    discounts: Mapping[str, Fraction]
    shocks: Mapping[str, tuple[Fraction, Fraction]]
    offers: Mapping[str, ValuedOffer]
    exact: bool

    def unit(self, player: str) -> Fraction:
        """Return what a discounted sum is told in: itself, or what it comes to per period."""
        return Fraction(1) if self.game.summed else 1 - self.discounts[player]

    # --- what happens ---------------------------------------------------------------------------

    def cutoff(self, state: str, slot: str, mix: Mix) -> tuple[str, str, Fraction] | None:
        """Return what is done above and below which shock; None where no shock is acted on."""
        used = [action for action in self.game.slots(state)[slot] if mix[action]]
        if state not in self.shocks or len(used) < 2:
            return None
        one, other = used
        slope = self.moved(state, slot, one, other)
        if not slope:
            return None
        above, below = (one, other) if slope > 0 else (other, one)
        low, high = self.shocks[state]
        return above, below, low + (high - low) * mix[below]

    def moved(self, state: str, slot: str, one: str, other: str) -> Fraction:
        """Return how what one action gains over another rises with the shock."""
        if slot == OFFER:
            refused = self.pays[(state,)].values()
            slope = self.offers[state].pie.slope - sum((own.slope for own in refused), NONE)
            return slope if one == AGREE else -slope
        return self.pays[state, one][slot].slope - self.pays[state, other][slot].slope

    def expected(self, state: str, slot: str, mix: Mix, action: str) -> Fraction:
        """Return the mean of the shock where an action is taken; 0 where there is none."""
        if state not in self.shocks:
            return NONE
        low, high = self.shocks[state]
        cut = self.cutoff(state, slot, mix)
        if cut is None:
            return (low + high) / 2
        return (cut[2] + high) / 2 if action == cut[0] else (low + cut[2]) / 2

    def happens(
        self, state: str, doing: Mapping[str, Mix]
    ) -> Iterator[tuple[Profile, Fraction, Fraction]]:
        """Yield what may be done in a state, with its chance and the mean of the shock then."""
        movers = self.game.states[state]
        used = [[a for a in own if doing[player][a]] for player, own in movers.items()]
        for actions in product(*used):
            chance = Fraction(1)
            mean = sum(self.reach(state), NONE) / 2 if state in self.shocks else NONE
            for player, action in zip(movers, actions, strict=True):
                chance *= doing[player][action]
                if state in self.shocks:
                    mean = self.expected(state, player, doing[player], action)
            yield (state, *actions), chance, mean

    def follows(self, state: str, doing: Mapping[str, Mix]) -> dict[str, Fraction]:
        """Return with which chance each state follows."""
        found: dict[str, Fraction] = {}
        agreed = doing[OFFER][AGREE] if state in self.offers else NONE
        if agreed:
            found[self.offers[state].leads] = agreed
        for profile, chance, _ in self.happens(state, doing):
            for following, way in self.leads[profile].items():
                found[following] = found.get(following, NONE) + (1 - agreed) * chance * way
        return found

    # --- what it is worth -----------------------------------------------------------------------

    def values(self, doing: Doing) -> dict[Place, Fraction]:
        """Return the discounted sum of each player from each state, all doing such."""
        places = list(product(self.game.discounts, self.game.states))
        groups = (
            [places]
            if self.offers
            else [
                [place for place in places if place[0] == player] for player in self.game.discounts
            ]
        )
        found: dict[Place, Fraction] = {}
        for own in groups:
            rows, right = [], []
            for place in own:
                paid, of = self._equation(place, doing)
                rows.append([Fraction(place == other) - of.get(other, NONE) for other in own])
                right.append(paid)
            found |= dict(zip(own, solved(rows, right), strict=True))
        return found

    def _equation(self, place: Place, doing: Doing) -> tuple[Fraction, dict[Place, Fraction]]:
        """Return what a state is worth: what is paid at once, and factors of what states are worth."""
        player, state = place
        paid, of = NONE, dict[Place, Fraction]()
        for profile, chance, mean in self.happens(state, doing[state]):
            paid += chance * self.pays[profile][player].at(mean)
            for following, way in self.leads[profile].items():
                where = (player, following)
                of[where] = of.get(where, NONE) + self.discounts[player] * chance * way
        offer = self.offers.get(state)
        if offer is not None and doing[state][OFFER][AGREE]:
            mix = doing[state][OFFER]
            share = mix[AGREE] * offer.by.get(player, NONE)
            line, terms = self._agreed(state, offer)
            paid += share * line.at(self.expected(state, OFFER, mix, AGREE))
            for where, factor in terms.items():
                of[where] = of.get(where, NONE) + share * factor
        return paid, of

    def _agreed(self, state: str, offer: ValuedOffer) -> tuple[Line, dict[Place, Fraction]]:
        """Return what an agreement is worth to all, less what none is: at once, and of values."""
        line, of = offer.pie, dict[Place, Fraction]()
        for player, discount in self.discounts.items():
            line -= self.pays[(state,)][player]
            of[player, offer.leads] = of.get((player, offer.leads), NONE) + discount
            for following, way in self.leads[(state,)].items():
                of[player, following] = of.get((player, following), NONE) - discount * way
        return line, of

    def action_worth(
        self, slot: str, state: str, doing: Mapping[str, Mix], later: Mapping[Place, Fraction]
    ) -> dict[str, Line]:
        """Return what each action is worth to who decides, given what states are worth afterwards.

        An offer is worth what all gain by it, and nothing where none is made.
        """
        if slot == OFFER:
            line, of = self._agreed(state, self.offers[state])
            more = sum((factor * later[place] for place, factor in of.items()), NONE)
            return {AGREE: Line(line.level + more, line.slope), WAIT: Line(NONE)}
        found = {}
        for action in self.game.states[state][slot]:
            alone = {a: Fraction(a == action) for a in self.game.states[state][slot]}
            total = Line(NONE)
            for profile, chance, _ in self.happens(state, {**doing, slot: alone}):
                next_ = self.leads[profile].items()
                follows = sum((way * later[slot, t] for t, way in next_), NONE)
                line = self.pays[profile][slot] + Line(self.discounts[slot] * follows)
                total += line * chance
            found[action] = total
        return found

    def reach(self, state: str) -> tuple[Fraction, ...]:
        """Return the ends of a state's shock; one number where there is none."""
        return self.shocks.get(state, (NONE,))


def solved(rows: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> list[Fraction]:
    """Solve a linear system that has one solution, by elimination."""
    table = [[*row, b] for row, b in zip(rows, right, strict=True)]
    size = len(table)
    for column in range(size):
        line = next(k for k in range(column, size) if table[k][column])
        table[column], table[line] = table[line], table[column]
        unit = table[column][column]
        table[column] = [entry / unit for entry in table[column]]
        for k in range(size):
            factor = table[k][column]
            if k != column and factor:
                table[k] = [a - factor * b for a, b in zip(table[k], table[column], strict=True)]
    return [row[-1] for row in table]


# --- from a model ---------------------------------------------------------------------------------


def valued(model: Model, values: Mapping[sp.Symbol, sp.Expr]) -> ValuedGame:
    """Return a model's game at one calibration.

    Raises
    ------
    CalibrationError
        If a payoff has no value, a discount factor or a chance is none, or a shock no interval.
    """
    game, reading = dynamic_of(model), _Numbers(values)
    pays, leads = {}, {}
    for profile, stage in game.stages.items():
        at = f"({', '.join(profile)})"
        shock = game.shocks.get(profile[0])
        symbol = None if shock is None else shock.symbol
        pays[profile] = {
            p: reading.line(f, symbol, f"payoffs.{at}.{p}") for p, f in stage.pays.items()
        }
        leads[profile] = reading.chances(stage.leads, at)
    discounts = {p: reading(f, f"players.{p}.discount") for p, f in game.discounts.items()}
    for player, discount in discounts.items():
        if not 0 <= discount < 1:
            raise CalibrationError(
                f"the discount factor of {player} is {discount} there: at least 0 and below 1 is wanted"
            )
    shocks = {}
    for state, shock in game.shocks.items():
        told = f"shocks.{shock.symbol}.uniform"
        low, high = (reading(end, told) for end in (shock.low, shock.high))
        if low >= high:
            raise CalibrationError(
                f"{told}: its low end {low} does not lie below its high end {high} there"
            )
        shocks[state] = (low, high)
    offers = {}
    for state, offer in game.offers.items():
        shock = game.shocks.get(state)
        symbol = None if shock is None else shock.symbol
        by = reading.chances(offer.by, f"{state}.offer.by")
        offers[state] = ValuedOffer(
            by, reading.line(offer.pie, symbol, f"{state}.offer"), offer.leads
        )
    return ValuedGame(game, pays, leads, discounts, shocks, offers, reading.exact)


class _Numbers:
    """Reads formulas at a calibration, and remembers whether it rounded."""

    def __init__(self, values: Mapping[sp.Symbol, sp.Expr]) -> None:
        self.values, self.exact = dict(values), True

    def __call__(self, formula: sp.Expr, what: str) -> Fraction:
        value = formula.xreplace(self.values)
        if value.free_symbols or not value.is_real or not value.is_finite:
            raise CalibrationError(f"{what} is not a finite real number there")
        if not value.is_Rational:
            self.exact, value = False, sp.Rational(sp.N(value, DIGITS))
        return Fraction(int(value.p), int(value.q))

    def line(self, formula: sp.Expr, shock: sp.Symbol | None, what: str) -> Line:
        if shock is None:
            return Line(self(formula, what))
        rest, slope = (sp.expand(formula).coeff(shock, power) for power in (0, 1))
        return Line(self(rest, what), self(slope, what))

    def chances(self, formulas: Mapping[str, sp.Expr], at: str) -> dict[str, Fraction]:
        found = {s: self(f, f"the chance of {s} at {at}") for s, f in formulas.items()}
        if min(found.values()) < 0:
            raise CalibrationError(f"a chance at {at} is negative there")
        return found
