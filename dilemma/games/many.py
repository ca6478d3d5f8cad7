"""Simultaneous games of three or more players at one calibration.

Pure equilibria are listed exactly, from the definition.  Mixed ones solve polynomial equations:
pygambit searches for them, support by support (extra ``trees``); each is polished to many digits,
made exact where it is rational, and checked by its own regret.  Where the game is small enough to
have branches, z3 then decides for each choice of supports whether any equilibrium is left, and
only that makes the answer complete.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import inf

import sympy as sp

from dilemma.branch import Branch
from dilemma.equilibrium import Equilibrium, Mix
from dilemma.errors import DisagreementError
from dilemma.exchange.nfg import strategic_text
from dilemma.games import supports
from dilemma.games.elimination import eliminate
from dilemma.games.found import Found, apart
from dilemma.games.polish import polish
from dilemma.games.profiles import evaluated, pure_equilibria, unit_scale
from dilemma.games.systems import solution
from dilemma.model import Model
from dilemma.parts import Player, Profile
from dilemma.valuation import Payoffs

__all__ = ["solve"]

APART = sp.Rational(1, 10**20)  # equilibria on the same supports that are nearer count as one
MOST_LISTED = 12  # equilibria on one choice of supports; where isolated, there are fewer
PATIENCE = 0.05  # of the budget of time, for one choice of supports
NEEDS = "mixed equilibria of three or more players need pygambit: pip install dilemma[trees]"


def solve(
    model: Model,
    values: Mapping[sp.Symbol, sp.Rational],
    payoffs: Payoffs,
    *,
    exact: bool,
    seconds: float | None,
    most: int,
) -> Found:
    """Find the equilibria of a game of three or more players; see :class:`Found`."""
    search = _Search(model, values, payoffs, seconds, exact)
    players = search.players
    for profile in pure_equilibria(players, payoffs):
        search.found.append(evaluated(model, values, payoffs, _pure(players, profile)))
    left = eliminate(players, payoffs).survivors
    if all(len(actions) == 1 for actions in left.values()):
        search.said = ["iterated elimination of strictly dominated actions leaves one profile"]
        return search.told()
    search.said.append("pure equilibria from the definition")
    search.ask_pygambit(left, most)
    if supports.has_symbols(model) and exact:
        search.certify()
    elif not search.doubts:
        search.doubts.append("the game is too large to certify that there are no others")
    return search.told()


@dataclass
class _Search:
    """What has been found so far, and what speaks against that being all."""

    model: Model
    values: Mapping[sp.Symbol, sp.Rational]
    payoffs: Payoffs
    seconds: float | None
    exact: bool
    found: list[Equilibrium] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    endless: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.players = list(self.model.players.values())
        self.scaled = unit_scale(self.players, self.payoffs)
        self.deadline = time.monotonic() + (inf if self.seconds is None else self.seconds)

    def add(self, candidate: Mapping[str, Mapping[str, float]]) -> bool:
        """Polish a candidate and keep it if it is an equilibrium; False if it is none."""
        polished = polish(self.players, self.scaled, candidate)
        if polished is None:
            return False
        play, exact = polished
        if not any(_same(play, e.play) for e in self.found):
            self.found.append(evaluated(self.model, self.values, self.payoffs, play, exact=exact))
        return True

    def ask_pygambit(self, left: Mapping[str, Sequence[str]], most: int) -> None:
        """Let pygambit search all supports; keep what can be confirmed."""
        candidates, doubt, said = _searched(self.players, left, self.scaled, self.deadline, most)
        self.said.append(said)
        if doubt:
            self.doubts.append(doubt)
        for candidate in candidates:
            if not self.add(candidate):
                self.doubts.append("a candidate of pygambit's could not be confirmed")

    def certify(self) -> None:
        """Decide for each choice of supports whether it has equilibria that were not found.

        If each is decided, earlier doubts are settled.
        """
        before, doubts = len(self.found), []
        more, undecided = [], 0
        for branch in supports.branches(self.model):
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
        if branch.holds_at(self.values) is not listed:
            raise DisagreementError(
                f"the branch '{branch.name}' and the search of pure equilibria part; please "
                f"report this with {dict(self.values)}"
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
                branch,
                self.values,
                away_from=known,
                by=APART,
                seconds=None if self.seconds is None else PATIENCE * self.seconds,
            )
            if not other.exists:
                return other.exists
            listed = len(self.found)
            if not self.add(_numbers(branch, other.values)) or len(self.found) == listed:
                break  # no isolated one
        del self.found[before + 1 :]
        self.endless.add(branch.name)
        return True

    def told(self) -> Found:
        """Return what was found."""
        witness = _tie(self.players, self.payoffs)
        return Found(
            equilibria=tuple(self.found),
            sets=tuple(
                replace(s, words=f"{s.words}, and others on the same supports")
                if s.representative.branch in self.endless
                else s
                for s in apart(self.found)
            ),
            components=tuple((k,) for k in range(len(self.found))),
            exact=self.exact,
            complete=not self.doubts,
            reason="; ".join(dict.fromkeys(self.doubts)),
            degenerate=True if witness else None,
            witness=witness,
            method="; ".join(self.said),
        )


def _pure(players: Sequence[Player], profile: Profile) -> dict[str, Mix]:
    return {
        player.name: {a: sp.Integer(a == played) for a in player.actions}
        for player, played in zip(players, profile, strict=True)
    }


def _tie(players: Sequence[Player], payoffs: Payoffs) -> str:
    """Return a pure profile of the others to which a player has two best replies, in words."""
    for k, player in enumerate(players):
        for rest in product(*(p.actions if p is not player else ("",) for p in players)):
            pays = {a: payoffs[(*rest[:k], a, *rest[k + 1 :])][player.name] for a in player.actions}
            best = [a for a, pay in pays.items() if pay == max(pays.values())]
            if len(best) > 1:
                others = ", ".join(a for a in rest if a)
                return f"against ({others}) {player.title} has the best replies {', '.join(best)}"
    return ""


# --- pygambit ------------------------------------------------------------------------------------


def _searched(
    players: Sequence[Player],
    left: Mapping[str, Sequence[str]],
    payoffs: Payoffs,
    deadline: float,
    most: int,
) -> tuple[list[dict[str, dict[str, float]]], str, str]:
    """Return pygambit's candidates, why they may not be all, and how they were found."""
    try:
        import pygambit
    except ImportError:
        return [], NEEDS, "pygambit not asked"
    import io

    late = RuntimeError("out of time")
    troubled: list[str] = []

    def watch(event: object) -> None:
        if time.monotonic() > deadline:
            raise late
        if not isinstance(event, pygambit.EnumPolyCandidateSupportEvent):
            troubled.append(type(event).__name__)

    names = [p.name for p in players]
    cells = {o: [payoffs[o][n] for n in names] for o in product(*(left[n] for n in names))}
    text = strategic_text("", names, [left[n] for n in names], cells)
    game = pygambit.read_nfg(io.StringIO(text))
    numbers: list[dict[str, dict[str, float]]] = []

    def keep(profile: object) -> None:
        numbers.append(
            {
                name: {action: float(profile[name][action]) for action in left[name]}  # type: ignore[index]
                for name in names
            }
        )

    reason = ""
    try:
        pygambit.nash.enumpoly_solve(
            game, use_strategic=True, max_rectangles=most, nash_callback=keep, event_callback=watch
        )
    except RuntimeError:
        reason = "ran out of seconds while searching supports"
    if troubled and not reason:
        reason = f"pygambit could not search {len(troubled)} choices of supports to the end"
    return numbers, reason, f"pygambit's search of all supports ({len(numbers)} found)"


# --- checking ------------------------------------------------------------------------------------


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
