"""Simultaneous games in which three or more players have a choice, at one calibration.

Mixed equilibria solve polynomial equations: pygambit searches for them, support by support (extra
``trees``), and follows the logit branch to one; each is polished to many digits, made exact where
it is rational, and checked by its own regret.  Where the game is small enough to have branches, z3
then decides for each choice of supports whether any equilibrium is left, and only that makes the
answer complete.

Polishing is Newton's method on the indifference equations of the supports.  What is left of them is
worked out to many digits, the slopes in floats, which cost a step more and nothing else.  Steps are
the shortest that will do, so that an approximate point of a continuum goes to a point of it nearby,
although the equations have no single solution there.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product
from math import inf, isfinite, isinf
from typing import Any

import sympy as sp

from dilemma.errors import DisagreementError
from dilemma.exchange.gambit_text import strategic_text
from dilemma.games.branch import Branch
from dilemma.games.equilibrium import Equilibrium, Solution, apart, share
from dilemma.games.matrix import supports
from dilemma.games.play import Mix
from dilemma.games.points import solution
from dilemma.games.profiles import Calibrated, Payoffs, regret_of, unit_scale
from dilemma.theory.parts import Player, Profile

__all__ = ["polish", "solve", "tie"]

USED = 1e-7  # a smaller probability is taken for zero
STEPS = 30  # at most; at a root that is alone each brings eight digits or more
FLAT = 1e-9  # slopes this small beside the largest are taken for zero
GUARD = 20  # digits carried beyond those that are asked for
PLAIN = 1000  # the largest denominator that floats alone can suggest

Approximate = Mapping[str, Mapping[str, Fraction]]


def polish(
    players: Sequence[Player],
    payoffs: Payoffs,
    start: Mapping[str, Mapping[str, float]],
    *,
    digits: int = 50,
    simple: int = 10**6,
    close: Fraction = Fraction(1, 10**30),
    deadline: float = inf,
) -> tuple[dict[str, Mix], bool] | None:
    """Solve the indifference equations of a profile's supports from an approximate solution.

    Parameters
    ----------
    payoffs : mapping of profile to mapping of player to payoff
        Between 0 and 1.
    start : mapping of player to mapping of action to probability
    digits : int
        How many are carried.
    simple : int
        The largest denominator that is tried as an exact answer.
    close : Fraction
        The most that anybody may gain by deviating from an answer that is not exact.
    deadline : float
        When to stop, on the monotonic clock [s].

    Returns
    -------
    (play, exact) or None
        None where the supports have no equilibrium near the start, or none was reached in time.
    """
    if not all(isfinite(chance) for mix in start.values() for chance in mix.values()):
        return None
    used = {p.name: [a for a, c in start[p.name].items() if c > USED] for p in players}
    if not all(used.values()):
        return None
    given = {
        name: {action: Fraction(start[name][action]) for action in actions}
        for name, actions in used.items()
    }
    solved = _System.of(players, payoffs, used).solved(given, digits, deadline)
    tries: list[tuple[Approximate, int, bool]] = [(given, PLAIN, True)]
    if solved is not None:
        tries = [(solved, simple, True), (solved, 10**digits, False), *tries]
    for near, largest, exact in tries:
        mixes = {p.name: _mix(p, near[p.name], largest) for p in players}
        if any(c < 0 for mix in mixes.values() for c in mix.values()):
            continue
        regret = max(regret_of(players, payoffs, mixes).values())
        if regret <= (0 if exact else close):
            play: dict[str, Mix] = {
                name: {a: sp.Rational(c.numerator, c.denominator) for a, c in mix.items()}
                for name, mix in mixes.items()
            }
            return play, exact
    return None


@dataclass(frozen=True, slots=True)
class _System:
    """The indifference equations of a choice of supports.

    An equation is a player's position and, for each choice of the others out of their supports,
    what a further action of the player's support pays more than its first.
    """

    used: Mapping[str, Sequence[str]]
    equations: Sequence[tuple[int, Sequence[tuple[Sequence[str], Fraction]]]]

    @classmethod
    def of(
        cls, players: Sequence[Player], payoffs: Payoffs, used: Mapping[str, Sequence[str]]
    ) -> _System:
        equations = []
        for position, player in enumerate(players):
            others = [used[p.name] if p is not player else [""] for p in players]
            first, *rest = used[player.name]
            for action in rest:
                gaps = []
                for choice in product(*others):
                    this, that = (
                        payoffs[(*choice[:position], a, *choice[position + 1 :])][player.name]
                        for a in (action, first)
                    )
                    if this != that:
                        gaps.append((choice, this - that))
                equations.append((position, gaps))
        return cls(used, equations)

    def solved(self, start: Approximate, digits: int, deadline: float) -> Approximate | None:
        """Return a solution near the start to so many digits; None where none is reached."""
        names = list(self.used)
        free = [(k, a) for k, name in enumerate(names) for a in self.used[name][1:]]
        with localcontext() as context:
            context.prec = digits + GUARD
            enough = Decimal(10) ** -(digits - 5)
            gaps = [
                (position, [(choice, _decimal(gap)) for choice, gap in terms])
                for position, terms in self.equations
            ]
            mixes = [{a: _decimal(c) for a, c in start[name].items()} for name in names]
            for mix in mixes:
                _complete(mix)
            for _ in range(STEPS):
                left = [_value(terms, mixes, position) for position, terms in gaps]
                if max(map(abs, left), default=Decimal(0)) <= enough:
                    return {
                        n: {a: Fraction(c) for a, c in mix.items()}
                        for n, mix in zip(names, mixes, strict=True)
                    }
                step = _step(gaps, mixes, free, left)
                if step is None or time.monotonic() >= deadline:
                    return None
                for (k, action), change in zip(free, step, strict=True):
                    mixes[k][action] += change
                for mix in mixes:
                    _complete(mix)
        return None


Terms = Sequence[tuple[Sequence[str], Decimal]]


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)


def _complete(mix: dict[str, Decimal]) -> None:
    """Let the first action of a support take what the others leave."""
    first, *rest = mix
    mix[first] = 1 - sum((mix[a] for a in rest), Decimal(0))


def _value(terms: Terms, mixes: Sequence[Mapping[str, Decimal]], position: int) -> Decimal:
    total = Decimal(0)
    for choice, gap in terms:
        chance = gap
        for k, action in enumerate(choice):
            if k != position:
                chance *= mixes[k].get(action, 0)
        total += chance
    return total


def _step(
    gaps: Sequence[tuple[int, Terms]],
    mixes: Sequence[Mapping[str, Decimal]],
    free: Sequence[tuple[int, str]],
    left: Sequence[Decimal],
) -> list[Decimal] | None:
    """Return the shortest step that brings the equations nearest to zero; None if there is none."""
    import numpy as np

    slopes = np.zeros((len(gaps), len(free)))
    for row, (position, terms) in enumerate(gaps):
        for column, (k, action) in enumerate(free):
            if k != position:
                moved = {action: Decimal(1), next(iter(mixes[k])): Decimal(-1)}
                tilted = [*mixes[:k], moved, *mixes[k + 1 :]]
                slopes[row, column] = float(_value(terms, tilted, position))
    largest = max(map(abs, left))
    if not np.isfinite(slopes).all():
        return None
    try:
        # Taken out first: what is left is soon too small for floats.
        step = np.linalg.pinv(slopes, rcond=FLAT) @ [float(v / largest) for v in left]
    except np.linalg.LinAlgError:  # its singular values did not converge
        return None
    return [-Decimal(float(v)) * largest for v in step] if np.isfinite(step).all() else None


def _mix(player: Player, near: Mapping[str, Fraction], largest: int) -> dict[str, Fraction]:
    """Return fractions with denominators up to ``largest`` that sum to one."""
    last, *rest = near
    told = {a: near[a].limit_denominator(largest) for a in rest}
    told[last] = 1 - sum(told.values(), Fraction(0))
    return {a: told.get(a, Fraction(0)) for a in player.actions}


# --- the search -----------------------------------------------------------------------------------


APART = sp.Rational(1, 10**20)  # equilibria on the same supports that are nearer count as one
MOST_LISTED = 12  # equilibria on one choice of supports; where isolated, there are fewer
PATIENCE = 0.05  # of the budget of time, for one choice of supports
DEEPER = 10  # times the rectangles of the pass before
SHALLOW = 500  # rectangles on each choice of supports, in the first pass
SCARCE = 0.01  # the branch that leads to an equilibrium leaves its end as much for unused actions
NEEDS = "mixed equilibria of three or more players need pygambit: pip install dilemma[trees]"

Numbers = dict[str, dict[str, float]]


def solve(
    game: Calibrated,
    left: Mapping[str, Profile],
    pure: Solution,
    *,
    said: Sequence[str] = (),
    deadline: float = inf,
    most: int,
) -> Iterator[Solution]:
    """Find the equilibria of a game of three or more players; see :class:`Solution`.

    Parameters
    ----------
    left : mapping of player to actions
        The only ones that an equilibrium may use.
    pure : Solution
        The pure equilibria.
    said : sequence of str
        How the game was cut down to ``left``.
    deadline : float
        When to stop, on the monotonic clock [s].
    most : int
        The most rectangles on each choice of supports.
    """
    search = _Search(game, left, deadline, list(pure.equilibria), [*said, pure.method])
    certifiable = supports.has_symbols(game.model) and game.exact
    if not certifiable:
        search.follow_logit()
        if len(search.found) > len(pure.equilibria):
            yield search.told("equilibria of other supports were not looked for")
    search.ask_pygambit(share(deadline, 0.5 if certifiable else 0.8), most)
    if certifiable:
        yield search.told("that there are no others was not decided")
        search.certify()
    elif not search.doubts:
        search.doubts.append("the game is too large to certify that there are no others")
    yield search.told()


@dataclass
class _Search:
    """What has been found so far, and what speaks against that being all."""

    game: Calibrated
    left: Mapping[str, Profile]
    deadline: float
    found: list[Equilibrium]
    said: list[str]
    doubts: list[str] = field(default_factory=list)
    endless: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.players, payoffs = self.game.left(self.left)
        self.scaled = unit_scale(self.players, payoffs)
        self.patience = None if isinf(self.deadline) else PATIENCE * self._rest()

    def _rest(self) -> float:
        return max(self.deadline - time.monotonic(), 0)

    def add(self, candidate: Mapping[str, Mapping[str, float]]) -> bool:
        """Polish a candidate and keep it if it is an equilibrium; False if it is none."""
        polished = polish(self.players, self.scaled, candidate, deadline=self.deadline)
        if polished is None:
            return False
        play, exact = polished
        if not any(_same(play, e.play) for e in self.found):
            self.found.append(self.game.played(play, exact=exact))
        return True

    def follow_logit(self) -> None:
        """Add the equilibrium at the end of the logit branch, if it leads to one."""
        end = _logit(self.players, self.left, self.scaled, share(self.deadline, 0.2))
        if end is not None and self.add(end):
            self.said.append("the end of the logit branch")

    def ask_pygambit(self, until: float, most: int) -> None:
        """Let pygambit search all supports; keep what can be confirmed."""
        candidates, doubt, said = _searched(self.players, self.left, self.scaled, until, most)
        self.said.append(said)
        if doubt:
            self.doubts.append(doubt)
        for count, candidate in enumerate(candidates):
            if time.monotonic() >= self.deadline:
                late = len(candidates) - count
                self.doubts.append(f"{late} of pygambit's candidates were not confirmed in time")
                break
            if not self.add(candidate):
                self.doubts.append("a candidate of pygambit's could not be confirmed")

    def certify(self) -> None:
        """Decide for each choice of supports whether it has equilibria that were not found.

        If each is decided, earlier doubts are settled.
        """
        before, doubts = len(self.found), []
        more, undecided = [], 0
        for branch in supports.branches(self.game.model):
            if not all(set(branch.support[name]) <= set(own) for name, own in self.left.items()):
                continue  # a strictly dominated action is used in no equilibrium
            if branch.pure:
                self._agree(branch)
                continue
            others = self._exhausted(branch)
            more += [f"({branch.name})"] if others else []
            undecided += others is None
        if more:
            doubts.append(f"more than can be listed on the supports {', '.join(more)}")
        if undecided:
            doubts.append(f"z3 left {undecided} choices of supports undecided")
        added = len(self.found) - before
        found = f"z3 added {added}" if added else "z3 found no other"
        self.said.append(f"{found} on any choice of supports that it decided")
        self.doubts = doubts + (self.doubts if undecided else [])

    def _agree(self, branch: Branch) -> None:
        listed = any(e.branch == branch.name for e in self.found)
        if branch.holds_at(self.game.values) is not listed:
            raise DisagreementError(
                f"the branch '{branch.name}' and the search of pure equilibria part; please "
                f"report this with {dict(self.game.values)}"
            )

    def _exhausted(self, branch: Branch) -> bool | None:
        """Add the equilibria of one branch until none is left; of a continuum keep one.

        True where more are left, None where that was not decided.
        """
        before = len(self.found)
        for _ in range(MOST_LISTED):
            if time.monotonic() >= self.deadline:
                return None
            known = [_unknowns(branch, e) for e in self.found if e.branch == branch.name]
            other = solution(
                branch, self.game.values, away_from=known, by=APART, seconds=self.patience
            )
            if not other.exists:
                return other.exists
            listed = len(self.found)
            if not self.add(_numbers(branch, other.values)) or len(self.found) == listed:
                break  # no isolated one
        del self.found[before + 1 :]
        self.endless.add(branch.name)
        return True

    def told(self, missing: str = "") -> Solution:
        """Return what was found so far; ``missing`` says what is still to be done."""
        witness = tie(self.game.players, self.game.payoffs)
        doubts = [*self.doubts, missing] if missing else self.doubts
        return Solution(
            equilibria=tuple(self.found),
            sets=tuple(
                replace(s, words=f"{s.words}, and others on the same supports")
                if s.representative.branch in self.endless
                else s
                for s in apart(self.found)
            ),
            components=tuple((k,) for k in range(len(self.found))),
            exact=self.game.exact,
            complete=not doubts,
            reason="; ".join(dict.fromkeys(doubts)),
            degenerate=True if witness else None,
            witness=witness,
            method="; ".join(self.said),
        )


def tie(players: Sequence[Player], payoffs: Payoffs) -> str:
    """Return a pure profile of the others to which a player has two best replies, in words."""
    for k, player in enumerate(players):
        for rest in product(*(p.actions if p is not player else ("",) for p in players)):
            pays = {a: payoffs[(*rest[:k], a, *rest[k + 1 :])][player.name] for a in player.actions}
            best = [a for a, pay in pays.items() if pay == max(pays.values())]
            if len(best) > 1:
                others = ", ".join(a for a in rest if a)
                return f"against ({others}) {player.title} has the best replies {', '.join(best)}"
    return ""


# --- pygambit -------------------------------------------------------------------------------------


class _LateError(RuntimeError):
    """Time ran out; pygambit hands on that there was an error of some such kind."""


def _game(gambit: Any, players: Sequence[Player], left: Mapping[str, Profile], of: Payoffs) -> Any:
    names = [p.name for p in players]
    cells = {o: [of[o][n] for n in names] for o in product(*(left[n] for n in names))}
    text = strategic_text("", names, [left[n] for n in names], cells)
    return gambit.read_nfg(io.StringIO(text))


def _read(profile: Any, left: Mapping[str, Profile]) -> Numbers:
    return {
        name: {action: float(profile[name][action]) for action in actions}
        for name, actions in left.items()
    }


def _logit(
    players: Sequence[Player], left: Mapping[str, Profile], payoffs: Payoffs, deadline: float
) -> Numbers | None:
    """Return what the logit branch leads to, without what it gives to actions that nobody uses."""
    try:
        import pygambit
    except ImportError:
        return None
    if not hasattr(pygambit, "LogitResult"):
        return None  # an older one, without a way to stop it

    def watch(_: object) -> None:
        if time.monotonic() > deadline:
            raise _LateError

    game = _game(pygambit, players, left, payoffs)
    try:
        found = pygambit.nash.logit_solve(game, use_strategic=True, event_callback=watch)
    except (ArithmeticError, RuntimeError, ValueError):
        return None  # it is one way among others, and nothing was promised
    if not found.success:
        return None
    end = _read(found.equilibrium, left)
    return {n: {a: c if c > SCARCE else 0.0 for a, c in mix.items()} for n, mix in end.items()}


def _searched(
    players: Sequence[Player],
    left: Mapping[str, Profile],
    payoffs: Payoffs,
    deadline: float,
    most: int,
) -> tuple[list[Numbers], str, str]:
    """Return pygambit's candidates, why they may not be all, and how they were found.

    It can be stopped between two choices of supports only.  So each is searched a little first,
    and deeper where that did not do, as long as the longest wait so far leaves time for it.
    """
    try:
        import pygambit
    except ImportError:
        return [], NEEDS, "pygambit not asked"
    game = _game(pygambit, players, left, payoffs)
    found: dict[str, Numbers] = {}
    deep, reason = min(SHALLOW, most), ""
    while True:
        troubled, longest, why = _one_pass(pygambit, game, left, found, deep, deadline)
        if why:
            reason = why
        elif troubled:
            reason = f"pygambit could not search {troubled} choices of supports to the end"
        wait = DEEPER * longest
        if why or not troubled or deep >= most or time.monotonic() + wait >= deadline:
            break
        deep, reason = min(DEEPER * deep, most), ""
    return list(found.values()), reason, f"pygambit's search of all supports ({len(found)} found)"


def _one_pass(
    gambit: Any,
    game: Any,
    left: Mapping[str, Profile],
    found: dict[str, Numbers],
    deep: int,
    deadline: float,
) -> tuple[int, float, str]:
    """Search every choice of supports to some depth, and add what is found.

    Return how many were not searched to the end, the longest wait, and why it was stopped if so.
    """
    troubled, longest, last = 0, 0.0, time.monotonic()

    def watch(event: object) -> None:
        nonlocal troubled, longest, last
        now = time.monotonic()
        longest, last = max(longest, now - last), now
        if now > deadline:
            raise _LateError
        troubled += not isinstance(event, gambit.EnumPolyCandidateSupportEvent)

    def keep(profile: Any) -> None:
        numbers = _read(profile, left)
        found.setdefault(_key(numbers), numbers)

    try:
        gambit.nash.enumpoly_solve(
            game, use_strategic=True, max_rectangles=deep, nash_callback=keep, event_callback=watch
        )
    except (ArithmeticError, RuntimeError, ValueError) as error:
        if time.monotonic() > deadline:
            return troubled, longest, "ran out of seconds while searching supports"
        return troubled, longest, f"pygambit stopped its search of supports: {error}"
    return troubled, longest, ""


def _key(numbers: Numbers) -> str:
    """Tell candidates apart: the same one is found again in a deeper pass."""
    return " ".join(f"{c:.9f}" for mix in numbers.values() for c in mix.values())


# --- checking -------------------------------------------------------------------------------------


def _same(one: Mapping[str, Mix], other: Mapping[str, Mix]) -> bool:
    return all(
        abs(chance - other[player].get(action, 0)) <= APART
        for player, mix in one.items()
        for action, chance in mix.items()
    )


def _unknowns(branch: Branch, equilibrium: Equilibrium) -> dict[sp.Symbol, sp.Rational]:
    return {
        formula: equilibrium.play[player][action]
        for player, mix in branch.play.items()
        for action, formula in mix.items()
        if formula in branch.unknowns
    }


def _numbers(
    branch: Branch, unknowns: Mapping[sp.Symbol, sp.Rational]
) -> dict[str, dict[str, float]]:
    return {
        player: {action: float(chance.xreplace(unknowns)) for action, chance in mix.items()}
        for player, mix in branch.play.items()
    }
