"""Games in which two players have a choice, by steps each of which leaves an answer behind.

Vertex enumeration in exact rationals finds every extreme equilibrium, and is all that a small game
needs.  A larger game is first looked at from where it is cheap: one linear programme solves it if
it is zero-sum up to scale and shifts, and Lemke and Howson's paths lead to some equilibria of any.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import islice, product
from math import comb, inf, isinf

import sympy as sp

from dilemma.equilibrium import Equilibrium, Mix
from dilemma.games import supports
from dilemma.games.agreement import agree
from dilemma.games.exact import ExactSolution, assembled, solve_exactly
from dilemma.games.found import Found, share
from dilemma.games.lemke import ZeroSum, lemke_howson, strategically_zero_sum, zero_sum
from dilemma.games.profiles import Calibrated, unit_scale
from dilemma.games.sets import nash_sets
from dilemma.parts import Player, Profile
from dilemma.valuation import Payoffs

__all__ = ["is_small", "sides", "solve"]

Numbers = list[list[Fraction]]
Pair = tuple[tuple[Fraction, ...], tuple[Fraction, ...]]
SMALL = 20_000  # bases that a polytope may have, for enumeration to come before anything else
MOST_PAIRS = 10_000  # of optimal strategies in a zero-sum game that are listed
MOST_PATHS = 50  # equilibria after which Lemke and Howson's paths are left
NASHPY_LARGEST = 5  # actions a player; its support enumeration takes seconds beyond
NEAR = 1e-7


def is_small(sizes: Sequence[int]) -> bool:
    """Tell whether enumeration takes next to no time in a two-player game of this size."""
    return comb(sum(sizes), min(sizes)) <= SMALL


def sides(players: Sequence[Player], payoffs: Payoffs) -> tuple[Numbers, Numbers]:
    """Return the payoff matrices of the row and the column player, each (m, n)."""
    row, column = players
    first, second = (
        [[payoffs[a, b][player.name] for b in column.actions] for a in row.actions]
        for player in (row, column)
    )
    return first, second


def solve(
    game: Calibrated,
    left: Mapping[str, Profile],
    *,
    said: Sequence[str] = (),
    pure: Sequence[Profile] = (),
    worked: Sequence[Equilibrium] = (),
    deadline: float = inf,
    most: int,
) -> Iterator[Found]:
    """Find the equilibria of a game in which at most two players have a choice left.

    Parameters
    ----------
    left : mapping of player to actions
        The only ones that an equilibrium may use.
    said : sequence of str
        How the game was cut down to them.
    pure : sequence of profile
        Equilibria that are known.
    worked : sequence of Equilibrium
        The first of these, as far as they have been worked out.
    deadline : float
        When to stop, on the monotonic clock [s].
    most : int
        Bases to visit in each polytope.
    """
    two = _Two(game, left, list(said), deadline, most)
    known = [two.positions(profile) for profile in pure]
    two.worked.update(zip(known, worked, strict=False))
    if not is_small([len(p.actions) for p in two.players]):
        valued = two.valued()
        if valued is not None:
            products = list(islice(product(valued.rows, valued.columns), MOST_PAIRS))
            reason = valued.reason and f"{valued.reason} while listing optimal strategies"
            if len(products) < len(valued.rows) * len(valued.columns):
                reason = reason or f"stopped at {MOST_PAIRS:,} pairs of optimal strategies"
            found = assembled(
                [*products, *known], reason=reason, most=most, deadline=share(deadline, 0.5)
            )
            yield two.told(found, share(deadline, 0.9))
            return
        known += two.paths(some=bool(known))
        others = "equilibria of other supports were not looked for"
        yield two.told(assembled(known, reason=others, deadline=deadline), share(deadline, 0.3))
    found = two.enumerated(known)
    told = two.told(found, share(deadline, 0.9))
    yield told
    if told.complete:
        yield replace(told, method="; ".join([*two.said, *two.compared(found)]))


@dataclass
class _Two:
    """A game of two players that is part of a larger one, and what has been done with it."""

    game: Calibrated
    left: Mapping[str, Profile]
    said: list[str]
    deadline: float
    most: int
    worked: dict[Pair, Equilibrium] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Whether no action was removed: a tie may be among those that were."""
        return all(self.left[p.name] == p.actions for p in self.game.players)

    @cached_property
    def players(self) -> list[Player]:
        """The two; where fewer have a choice, others fill their places."""
        players, _ = self.game.left(self.left)
        choosing = sorted(players, key=lambda p: len(p.actions) == 1)[:2]
        return [p for p in players if p in choosing]

    @cached_property
    def payoffs(self) -> dict[Profile, dict[str, Fraction]]:
        """What the two get at each pair of their actions, the others doing what they must."""
        _, payoffs = self.game.left(self.left)
        places = [k for k, name in enumerate(self.left) if name in {p.name for p in self.players}]
        return {tuple(o[k] for k in places): dict(cell) for o, cell in payoffs.items()}

    def positions(self, profile: Profile) -> Pair:
        """Return a pure profile of the whole game as two mixes."""
        own = dict(zip(self.left, profile, strict=True))
        row, column = (tuple(Fraction(a == own[p.name]) for a in p.actions) for p in self.players)
        return row, column

    def valued(self) -> ZeroSum | None:
        """Solve the game as a zero-sum one, if it is one up to scale and shifts."""
        A, B = sides(self.players, self.payoffs)
        game = strategically_zero_sum(A, B)
        if game is None:
            return None
        constant = len(
            {v + w for r, s in zip(A, B, strict=True) for v, w in zip(r, s, strict=True)}
        )
        found = zero_sum(game, most_bases=self.most, deadline=share(self.deadline, 0.5))
        if found is not None:
            kind = "zero-sum" if constant == 1 else "zero-sum up to scale and shifts"
            self.said.append(f"{kind}: solved by an exact linear programme")
        return found

    def paths(self, *, some: bool) -> list[Pair]:
        """Return equilibria at the ends of Lemke and Howson's paths.

        ``some`` are known already; where none is, the first path is given more time.
        """
        enough, until = share(self.deadline, 0.25), share(self.deadline, 0.25 if some else 0.6)
        found: list[Pair] = []
        for pair in lemke_howson(*sides(self.players, self.payoffs), deadline=until):
            found.append(pair)
            if len(found) == MOST_PATHS or time.monotonic() >= enough:
                break
        self.said.append(f"Lemke and Howson's paths ({len(found)} found)")
        return found

    def enumerated(self, known: Sequence[Pair]) -> ExactSolution:
        """List every extreme equilibrium; past the budget, all that are known in any way."""
        until = share(self.deadline, 0.75)
        seconds = None if isinf(until) else max(until - time.monotonic(), 0)
        A, B = sides(self.players, self.payoffs)
        found = solve_exactly(A, B, seconds=seconds, most_bases=self.most)
        self.said.append("vertex enumeration in exact rationals")
        if found.complete or set(known) <= set(found.profiles):
            return found
        more = assembled(
            [*found.profiles, *known],
            reason=found.reason,
            most=self.most,
            deadline=share(self.deadline, 0.2),
        )
        return replace(more, degenerate=found.degenerate, witness=found.witness)

    def told(self, found: ExactSolution, deadline: float) -> Found:
        """Work out payoffs and outcomes, of as many equilibria as there is time for."""
        for profile in found.profiles:
            if profile not in self.worked and (time.monotonic() < deadline or not self.worked):
                self.worked[profile] = self.game.played(self.mixes(profile))
        reason = found.reason
        kept = [profile for profile in found.profiles if profile in self.worked]
        rest = len(found.profiles) - len(kept)
        if rest:
            late = f"ran out of seconds with {rest} more equilibria found and not worked out"
            reason = f"{reason}; {late}" if reason else late
            less = assembled(kept, reason=reason, deadline=deadline)
            found = replace(less, degenerate=found.degenerate, witness=found.witness)
        every = [self.worked[profile] for profile in found.profiles]
        return Found(
            equilibria=tuple(every),
            complete=not reason,
            degenerate=found.degenerate if found.degenerate or self._all_seen(found) else None,
            witness=_witness(self.players, found),
            sets=nash_sets(
                self.game.players,
                every,
                found.subsets,
                found.components,
                self.game.played,
                deadline=self.deadline,
            ),
            exact=self.game.exact,
            components=found.components,
            method="; ".join(self.said),
            reason=reason,
        )

    def _all_seen(self, found: ExactSolution) -> bool:
        """Tell whether no tie of the whole game can have gone unseen."""
        return found.complete and self.settled

    def compared(self, found: ExactSolution) -> list[str]:
        """Ask others about a complete answer, and say in sentences how theirs compare."""
        said = []
        if len(self.game.players) == 2:
            said.append(self._nashpy(found))
        if not supports.has_symbols(self.game.model):
            said.append("too large for a symbolic solution")
        elif self.game.exact:
            said.append(agree(self.game, self.players, self.left, found, self.deadline))
        return said

    def _nashpy(self, found: ExactSolution) -> str:
        if max(len(p.actions) for p in self.players) > NASHPY_LARGEST:
            return f"nashpy not asked beyond {NASHPY_LARGEST}x{NASHPY_LARGEST}"
        # Payoffs of any size: between 0 and 1 they neither overflow nor drown in rounding.
        scaled = sides(self.players, unit_scale(self.players, self.payoffs))
        profiles, why = _asked_nashpy(scaled, self.deadline)
        seen: set[int] = set()
        foreign = 0
        for profile in profiles:
            near = [k for k, own in enumerate(found.profiles) if _near(own, profile)]
            seen.update(near)
            foreign += not near
        missed = len(found.profiles) - len(seen)
        said = f"nashpy's support enumeration found {len(seen)} of {len(found.profiles)}"
        if missed:
            said += f", the {missed} it missed {'was' if missed == 1 else 'were'} added"
        if foreign:
            said += f", and {foreign} more that are no extreme equilibria"
        return f"{said} ({why})" if why else said

    def mixes(self, profile: Sequence[Sequence[Fraction]]) -> dict[str, Mix]:
        """Return a pair of mixes as what every player of the whole game does."""
        mixes: dict[str, Mix] = {
            name: {actions[0]: sp.Integer(1)} for name, actions in self.left.items()
        }
        for player, mix in zip(self.players, profile, strict=True):
            mixes[player.name] = {
                action: sp.Rational(chance.numerator, chance.denominator)
                for action, chance in zip(player.actions, mix, strict=True)
            }
        return mixes


def _witness(players: Sequence[Player], found: ExactSolution) -> str:
    if found.witness is None:
        return ""
    side, mix, replies = found.witness
    player, other = players if side == "row" else reversed(players)
    shown = ", ".join(f"{a} {p}" for a, p in zip(player.actions, mix, strict=True) if p)
    best = ", ".join(other.actions[i] for i in replies)
    return f"against {player.title} playing {shown}, {other.title} has the best replies {best}"


def _asked_nashpy(
    payoffs: tuple[Numbers, Numbers], deadline: float
) -> tuple[list[Sequence[Sequence[float]]], str]:
    """Return what nashpy finds, and why that may not be all it could."""
    import nashpy
    import numpy as np

    profiles: list[Sequence[Sequence[float]]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of degenerate games, which we report ourselves
        try:
            game = nashpy.Game(*(np.array(side, dtype=float) for side in payoffs))
            for profile in game.support_enumeration():
                profiles.append(profile)
                if time.monotonic() >= deadline:
                    return profiles, "it was stopped where seconds ran out"
        except (ArithmeticError, ValueError, np.linalg.LinAlgError) as error:
            return profiles, f"it stopped with {type(error).__name__}"
    return profiles, ""


def _near(own: Sequence[Sequence[Fraction]], profile: Sequence[Sequence[float]]) -> bool:
    return all(
        abs(float(chance) - number) < NEAR
        for mix, numbers in zip(own, profile, strict=True)
        for chance, number in zip(mix, numbers, strict=True)
    )
