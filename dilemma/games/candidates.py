"""What may be an equilibrium of a tree: pure profiles one by one, and what pygambit finds."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from types import ModuleType
from typing import Any

from dilemma.exchange.prefix import extensive_text
from dilemma.games.replies import Play, Position

__all__ = ["MOST_PURE", "Search", "actions_of"]

MOST_PURE = 100_000  # profiles that are gone through one by one
MOST_LISTED = 2_000  # candidates of one position
NEEDS = "mixed equilibria of a tree need pygambit: pip install dilemma[trees]"
LATE = "ran out of seconds"
TOO_MANY = f"a part of the tree has more than {MOST_PURE:,} pure profiles"

Start = Mapping[str, Mapping[str, Any]]


def actions_of(position: Position) -> dict[str, tuple[str, ...]]:
    """Return the actions at every information set of a position."""
    return {node.decision: node.actions for node in position.nodes.values() if node.player}


def _pure(position: Position) -> Iterator[Play]:
    """Yield every pure profile."""
    actions = actions_of(position)
    for choice in product(*actions.values()):
        yield {
            decision: {a: Fraction(a == chosen) for a in own}
            for (decision, own), chosen in zip(actions.items(), choice, strict=True)
        }


def _pygambit() -> ModuleType | None:
    try:
        import pygambit
    except ImportError:
        return None
    return pygambit  # type: ignore[no-any-return]


class _StopError(Exception):
    """Raised in a callback, to end a search."""


@dataclass
class Search:
    """Looks for candidates; remembers how, and what was left out.

    ``most_supports`` is how many choices of supports pygambit may have to go through: past it,
    only pure profiles are looked for.
    """

    deadline: float
    most_supports: float = math.inf
    doubts: list[str] = field(default_factory=list)
    asked: bool = False
    pygambit: ModuleType | None = field(default_factory=_pygambit)

    def late(self) -> bool:
        """Tell, and note, whether time is over."""
        if time.monotonic() > self.deadline:
            self.doubts.append(LATE)
            return True
        return False

    def candidates(self, position: Position) -> Iterator[Start]:
        """Yield what may be an equilibrium of a position; the same may come twice."""
        count = math.prod(map(len, actions_of(position).values()))
        movers = {node.player for node in position.nodes.values() if node.player}
        if len(movers) > 1 and self.pygambit is not None:
            self.asked = True
            yield from self._asked(self.pygambit, position, len(movers), count)
            return
        if len(movers) > 1:
            self.doubts.append(NEEDS)
        if count > MOST_PURE:
            self.doubts.append(TOO_MANY)
            return
        for play in _pure(position):
            if self.late():
                return
            yield play

    def _asked(
        self, pygambit: ModuleType, position: Position, movers: int, count: int
    ) -> Iterator[Start]:
        players = dict.fromkeys(n.player for n in position.nodes.values() if n.player)
        pays = {end: [pay[p] for p in players] for end, pay in position.pays.items()}
        text = extensive_text(
            "", {p: p for p in players}, position.nodes, pays, position.chances, root=position.root
        )
        game = pygambit.read_efg(io.StringIO(text))
        nash = pygambit.nash
        if count <= MOST_PURE:
            yield from self._collected(position, nash.enumpure_agent_solve, game)
        else:
            self.doubts.append(TOO_MANY)
        supports = math.prod(2 ** len(own) - 1 for own in actions_of(position).values())
        if supports > self.most_supports:
            return
        if movers == 2:
            yield from self._collected(position, nash.lcp_solve, game)
        troubled: list[str] = []

        def watch(event: object) -> None:
            if time.monotonic() > self.deadline:
                raise _StopError
            if not isinstance(event, pygambit.EnumPolyCandidateSupportEvent):
                troubled.append(type(event).__name__)

        yield from self._collected(
            position, nash.enumpoly_solve, game, use_strategic=False, event_callback=watch
        )
        if troubled:
            self.doubts.append("pygambit could not search every choice of supports to the end")

    def _collected(
        self, position: Position, solve: Callable[..., Any], game: Any, **options: Any
    ) -> list[Start]:
        """Return the profiles that one of pygambit's methods finds before time is over."""
        found: list[Start] = []
        stopped = ""

        def keep(profile: Any) -> None:
            nonlocal stopped
            found.append(_start(position, profile))
            if time.monotonic() > self.deadline or len(found) >= MOST_LISTED:
                raise _StopError

        try:
            solve(game, nash_callback=keep, **options)
        except RuntimeError as error:
            if _StopError.__name__ not in str(error):
                stopped = f"pygambit's {solve.__name__} failed"
            elif len(found) >= MOST_LISTED:
                stopped = f"stopped at {MOST_LISTED:,} candidates"
            else:
                stopped = LATE
        if stopped:
            self.doubts.append(stopped)
        return found


def _start(position: Position, profile: Any) -> Start:
    """Return what a profile of pygambit's plays; it has the sets of a player in prefix order."""
    found: dict[str, Mapping[str, Any]] = {}
    decisions: dict[str, list[str]] = {}
    for node in position.nodes.values():
        if node.player and node.decision not in decisions.setdefault(node.player, []):
            decisions[node.player].append(node.decision)
    for player, own in decisions.items():
        for decision, (_, mixed) in zip(own, profile[player], strict=True):
            found[decision] = {str(label): _number(chance) for label, chance in mixed}
    order = actions_of(position)
    return {decision: {a: found[decision][a] for a in own} for decision, own in order.items()}


def _number(value: Any) -> float | Fraction:
    if isinstance(value, float):
        return value
    return Fraction(int(value.numerator), int(value.denominator))
