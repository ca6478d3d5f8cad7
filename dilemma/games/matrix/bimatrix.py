"""Simultaneous games at one calibration, solved by steps each of which leaves an answer behind.

Pure equilibria are listed first, from the definition.  Strictly dominated actions are then removed,
also those that only a mix dominates: no equilibrium uses them, so what is complete for the game
that is left is complete for the whole.  Where more than two players still have a choice, see
:mod:`dilemma.games.matrix.many`; small games of two players are not cut down.

Of two players, vertex enumeration in exact rationals finds every extreme equilibrium, and is all that a small game
needs.  A larger game is first looked at from where it is cheap: one linear programme solves it if
it is zero-sum up to scale and shifts, and Lemke and Howson's paths lead to some equilibria of any.
Sets of equilibria are told in words and numbers, each with one equilibrium that stands for it, and
compared with the branches at the same calibration.

Where the game is small enough to have branches they are evaluated at the same calibration and
compared with what was found; the two share no code.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, partial
from itertools import islice, product
from math import comb, inf, isinf

import sympy as sp

from dilemma.errors import DisagreementError
from dilemma.games.branch import Branch
from dilemma.games.dominance import survivors
from dilemma.games.equilibrium import Equilibrium, NashSet, Solution, apart, share
from dilemma.games.exact import ExactSolution, assembled, solve_exactly
from dilemma.games.lemke import ZeroSum, lemke_howson, strategically_zero_sum, zero_sum
from dilemma.games.matrix import many, supports
from dilemma.games.matrix.supports import branches
from dilemma.games.play import Mix
from dilemma.games.points import solution
from dilemma.games.profiles import Calibrated, Payoffs, numeric_payoffs, pure_equilibria, unit_scale
from dilemma.model import Model
from dilemma.output.result import chance_of, weighted
from dilemma.theory.parts import Player, Profile

__all__ = ["agree", "in_words", "is_small", "nash_sets", "sides", "solve", "two_players"]

Mixes = Mapping[str, Mix]


def nash_sets(
    players: Sequence[Player],
    equilibria: Sequence[Equilibrium],
    subsets: Iterable[tuple[int, ...]],
    components: Sequence[tuple[int, ...]],
    make: Callable[[Mixes], Equilibrium],
    *,
    deadline: float = inf,
) -> tuple[NashSet, ...]:
    """Describe the maximal Nash subsets of a game.

    Parameters
    ----------
    players : sequence of Player
    equilibria : sequence of Equilibrium
        The extreme ones.
    subsets, components : tuples of positions in ``equilibria``
    make : callable
        Works out payoffs, outcomes and regret of a profile of mixes.
    deadline : float
        On the monotonic clock [s]; past it an extreme equilibrium stands for a set, not its middle.
    """
    home = {k: number for number, component in enumerate(components) for k in component}
    found = []
    for members in subsets:
        extreme = {
            player.name: tuple(_distinct(equilibria[k].play[player.name] for k in members))
            for player in players
        }
        representative = equilibria[members[0]]
        if len(members) > 1 and time.monotonic() < deadline:
            representative = make({name: _middle(mixes) for name, mixes in extreme.items()})
        found.append(
            NashSet(
                members=members,
                extreme=extreme,
                representative=representative,
                words=in_words(players, extreme),
                component=home[members[0]],
            )
        )
    return tuple(found)


def _distinct(mixes: Iterable[Mix]) -> list[Mix]:
    return list({tuple(mix.items()): mix for mix in mixes}.values())


def _middle(mixes: Sequence[Mix]) -> Mix:
    """Return the equal mixture of some strategies."""
    return {
        action: sum((mix[action] for mix in mixes), sp.Integer(0)) / len(mixes)
        for action in mixes[0]
    }


def in_words(players: Sequence[Player], extreme: Mapping[str, Sequence[Mix]]) -> str:
    """Describe the freedom that each player has.

    Examples
    --------
    >>> us = Player("us", "United States", ("weak", "strong"), {}, None)
    >>> third, one = sp.Rational(1, 3), sp.Integer(1)
    >>> in_words([us], {"us": [{"weak": 1 - third, "strong": third}, {"weak": 0, "strong": one}]})
    'United States: strong with any probability from 1/3 to 1'
    """
    return "; ".join(f"{player.title}: {_freedom(extreme[player.name])}" for player in players)


def _freedom(mixes: Sequence[Mix]) -> str:
    mixes = list({tuple(mix.items()): mix for mix in mixes}.values())
    actions = list(mixes[0])
    used = [a for a in actions if any(mix[a] for mix in mixes)]
    if len(mixes) == 1:
        return weighted(mixes[0])
    corners = [a for a in used if any(mix[a] == 1 for mix in mixes)]
    if len(corners) == len(mixes) == len(used):
        return "anything" if used == actions else f"any mixture of {_list(used)}"
    if len(used) == 2:
        every = sorted(mix[used[1]] for mix in mixes)
        low, high = every[0], every[-1]
        rest = "" if len(actions) == 2 else f", else {used[0]}"
        return f"{used[1]} with any probability from {chance_of(low)} to {chance_of(high)}{rest}"
    return f"any mixture of {_list([f'({weighted(mix)})' for mix in mixes])}"


def _list(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


# --- compared with branches -----------------------------------------------------------------------


def agree(
    game: Calibrated,
    players: Sequence[Player],
    left: Mapping[str, Profile],
    found: ExactSolution,
    deadline: float,
) -> str:
    """Compare the branches that hold here with the exact path, support by support.

    Parameters
    ----------
    players : sequence of two Player
        Those whose strategies the exact path lists, with the actions left to them.
    left : mapping of player to actions
        What each player of the game has left; no equilibrium uses anything else.
    found : ExactSolution
        A complete one.
    deadline : float
        When to stop, on the monotonic clock [s].

    Raises
    ------
    DisagreementError
        If a branch is an equilibrium and the exact path says otherwise, or the other way round.
    """
    row, column = players
    unsolved = undecided = 0
    for branch in branches(game.model):
        if time.monotonic() >= deadline:
            return "ran out of seconds comparing with the symbolic branches"
        inside = all(set(branch.support[name]) <= set(own) for name, own in left.items())
        here = branch.holds_at(game.values)
        if here is None and inside and found.degenerate is False:
            continue  # without ties every equilibrium has a closed form
        if here is None:
            unsolved += 1
            until = None if isinf(deadline) else max(deadline - time.monotonic(), 0)
            here = solution(branch, game.values, seconds=until).exists
        if here is None:
            undecided += 1
            continue
        rows = [row.actions.index(a) for a in branch.support[row.name]] if inside else []
        columns = [column.actions.index(a) for a in branch.support[column.name]] if inside else []
        if here != (inside and _realised(found, rows, columns)):
            raise DisagreementError(_reproduce(game.model, branch, game.values, found, here=here))
    said = "agrees with the symbolic branches as sets"
    if undecided:
        said += f", but for {undecided} that z3 did not decide in time"
    return said + (f" ({unsolved} without a closed form here)" if unsolved else "")


def _realised(found: ExactSolution, rows: Sequence[int], columns: Sequence[int]) -> bool:
    """Tell whether some equilibrium found by the exact path has exactly these supports.

    Within a maximal Nash subset the supports that occur are unions of the supports of its
    extreme strategies, for each player by itself.
    """
    for subset in found.subsets:
        sides = []
        for side, wanted in ((0, set(rows)), (1, set(columns))):
            supports = [{i for i, p in enumerate(found.profiles[k][side]) if p} for k in subset]
            sides.append(set().union(*(s for s in supports if s <= wanted)) == wanted)
        if all(sides):
            return True
    return False


def _reproduce(
    model: Model,
    branch: Branch,
    values: Mapping[sp.Symbol, sp.Rational],
    found: ExactSolution,
    *,
    here: bool,
) -> str:
    said = "an equilibrium" if here else "no equilibrium"
    at = {str(symbol): str(value) for symbol, value in values.items()}
    payoffs = {
        ", ".join(profile): [str(payoff.xreplace(values)) for payoff in cell.values()]
        for profile, cell in model.payoffs.items()
    }
    return (
        f"the branch '{branch.name}' is {said} and the exact path says otherwise; please report "
        f"this with\n  values {at}\n  payoffs {payoffs}\n  exact path {len(found.profiles)} profiles"
    )


# --- two players ----------------------------------------------------------------------------------


Numbers = list[list[Fraction]]
Pair = tuple[tuple[Fraction, ...], tuple[Fraction, ...]]
FEW = 1_000  # bases that a polytope may have, for nothing to be told before all is known
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


def two_players(
    game: Calibrated,
    left: Mapping[str, Profile],
    *,
    said: Sequence[str] = (),
    pure: Sequence[Profile] = (),
    worked: Sequence[Equilibrium] = (),
    deadline: float = inf,
    most: int,
    second_opinion: bool,
) -> Iterator[Solution]:
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
    second_opinion : bool
        Whether nashpy and the branches are asked as well.
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
    if told.complete and second_opinion:
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
    def nothing_removed(self) -> bool:
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

    def told(self, found: ExactSolution, deadline: float) -> Solution:
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
        return Solution(
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
        return found.complete and self.nothing_removed

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


# --- any number of players ------------------------------------------------------------------------


def solve(
    model: Model,
    values: Mapping[sp.Symbol, sp.Expr],
    *,
    seconds: float | None,
    most: int,
    second_opinion: bool,
) -> Iterator[Solution]:
    """Find the equilibria of a simultaneous finite game; each answer is better than the last.

    Parameters
    ----------
    values : mapping of symbol to exact value
        Every parameter and definition.
    seconds : float, optional
        Budget of time.
    most : int
        Budget of size: bases visited in each polytope, or rectangles on each choice of supports.
    second_opinion : bool
        Whether nashpy and the branches are asked as well, where they are not needed.

    Raises
    ------
    DisagreementError
        If the branches and the numeric route part: a defect in this package.
    """
    deadline = inf if seconds is None else time.monotonic() + seconds
    payoffs, exact = numeric_payoffs(model, values)
    game = Calibrated(model, values, payoffs, exact)
    left = whole = {p.name: p.actions for p in game.players}
    of_two = partial(two_players, deadline=deadline, most=most, second_opinion=second_opinion)
    if _at_once([len(actions) for actions in left.values()], seconds, most):
        yield from of_two(game, left)
        return
    pure = list(pure_equilibria(game.players, payoffs))
    first = _listed(game, pure, share(deadline, 0.3))
    yield first
    said: list[str] = []
    sizes = sorted((len(actions) for actions in left.values()), reverse=True)
    if sizes[2:3] > [1] or not is_small(sizes[:2]):
        left, finished = survivors(game.players, payoffs, deadline=share(deadline, 0.3))
        said = _removed(game, left, finished=finished)
    idle = [p.title for p in game.players if len(p.actions) == 1]
    if idle and len(game.players) > 2:
        said.insert(0, f"{', '.join(idle)} {'has' if len(idle) == 1 else 'have'} one action only")
    if len([actions for actions in left.values() if len(actions) > 1]) > 2:
        yield from many.solve(game, left, first, said=said, deadline=deadline, most=most)
    elif left != whole and all(len(actions) == 1 for actions in left.values()):
        yield _one_profile(game, first, said)
    else:
        yield from of_two(game, left, said=said, pure=pure)


def _one_profile(game: Calibrated, known: Solution, said: Sequence[str]) -> Solution:
    """Return the answer where one profile is left."""
    witness = many.tie(game.players, game.payoffs)
    return replace(
        known,
        complete=True,
        reason="",
        degenerate=True if witness else None,
        witness=witness,
        method="; ".join(said),
    )


def _at_once(sizes: Sequence[int], seconds: float | None, most: int) -> bool:
    """Tell whether enumeration is so quick that no answer is wanted before its own."""
    bases = comb(sum(sizes), min(sizes)) if len(sizes) == 2 else inf
    return bases <= min(FEW, most) and (seconds is None or seconds >= 1)


def _listed(game: Calibrated, pure: Sequence[Profile], deadline: float) -> Solution:
    """Return what is known when pure equilibria are."""
    found: list[Equilibrium] = []
    for profile in pure:
        if found and time.monotonic() >= deadline:
            break
        mixes = dict(zip(game.model.players, ({a: sp.Integer(1)} for a in profile), strict=True))
        found.append(game.played(mixes))
    reason = "mixed equilibria were not looked for"
    if len(found) < len(pure):
        reason += f", and of {len(pure)} pure ones {len(found)} were worked out in time"
    return Solution(
        equilibria=tuple(found),
        sets=apart(found),
        components=tuple((k,) for k in range(len(found))),
        complete=False,
        exact=game.exact,
        reason=reason,
        degenerate=None,
        witness="",
        method="pure equilibria from the definition",
    )


def _removed(game: Calibrated, left: Mapping[str, Profile], *, finished: bool) -> list[str]:
    """Say what iterated strict dominance did, if anything."""
    gone = sum(len(p.actions) - len(left[p.name]) for p in game.players)
    if not gone:
        return []
    size = "x".join(str(len(actions)) for actions in left.values())
    leaves = "one profile" if all(len(actions) == 1 for actions in left.values()) else size
    said = f"iterated elimination of strictly dominated actions leaves {leaves}"
    return [said if finished else f"{said} (it ran out of seconds)"]
