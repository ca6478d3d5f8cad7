"""What may be an equilibrium of a tree: pure profiles one by one, and what pygambit finds."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from types import ModuleType
from typing import Any

from dilemma.exchange.prefix import extensive_text
from dilemma.extensive import History
from dilemma.games.impossible import has_impossible
from dilemma.games.replies import Play, Position
from dilemma.games.sequence_form import quasi_perfect

__all__ = ["LATE", "MOST_PURE", "Search", "actions_of", "supports_of"]

MOST_PURE = 1_000_000  # profiles of one position, all in one table
FEW = 100  # of them come before what takes longer
MOST_FOLLOWED = 40  # actions of two players, for pygambit's search that cannot be interrupted
LARGEST = 2**62  # of the whole numbers that numpy adds up exactly
MOST_LISTED = 2_000  # candidates of one position
NEEDS = "other mixed equilibria of a tree need pygambit: pip install dilemma[trees]"
LATE = "ran out of seconds"
TOO_MANY = f"a part of the tree has more than {MOST_PURE:,} pure profiles"

Start = Mapping[str, Mapping[str, Any]]


def actions_of(position: Position) -> dict[str, tuple[str, ...]]:
    """Return the actions at every information set of a position."""
    return {node.decision: node.actions for node in position.nodes.values() if node.player}


def supports_of(position: Position) -> int:
    """Return how many choices of supports there are, one at every decision."""
    return math.prod(2 ** len(own) - 1 for own in actions_of(position).values())


def _pure(position: Position) -> Iterator[Play]:
    """Yield every pure profile in which no single decision alone would be better otherwise."""
    import numpy as np

    actions = {d: own for d, own in actions_of(position).items() if len(own) > 1}
    axes = {decision: axis for axis, decision in enumerate(actions)}
    owners = {n.decision: n.player for n in position.nodes.values() if n.player}
    tables = _tables(position, actions)
    good = np.ones([len(own) for own in actions.values()], dtype=bool)
    for decision, axis in axes.items():
        pays = tables[owners[decision]]
        good &= pays == pays.max(axis=axis, keepdims=True)
    for index in map(tuple, np.argwhere(good)):
        chosen = {d: actions[d][index[axis]] for d, axis in axes.items()}
        yield {
            decision: {a: Fraction(a == chosen.get(decision, a)) for a in own}
            for decision, own in actions_of(position).items()
        }


def _tables(position: Position, actions: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return what every pure profile pays, in whole numbers: an axis for each decision."""
    import numpy as np

    axes = {decision: axis for axis, decision in enumerate(actions)}
    terms: list[tuple[tuple[Any, ...], dict[str, Fraction]]] = []
    waiting: list[tuple[History, dict[int, int], Fraction]] = [(position.root, {}, Fraction(1))]
    while waiting:
        history, chosen, likely = waiting.pop()
        node = position.nodes.get(history)
        if node is None:
            index = tuple(chosen.get(axis, slice(None)) for axis in range(len(axes)))
            terms.append((index, {p: likely * v for p, v in position.pays[history].items()}))
            continue
        for number, action in enumerate(node.actions):
            after, chance = chosen, likely
            if not node.player:
                chance *= position.chances[history][action]
            elif node.decision in axes:
                after = {**chosen, axes[node.decision]: number}
            if chance:
                waiting.append(((*history, action), after, chance))
    found = {}
    for player in {node.player for node in position.nodes.values() if node.player}:
        scale = math.lcm(*(paid[player].denominator for _, paid in terms))
        whole = [(index, int(paid[player] * scale)) for index, paid in terms]
        large = sum(abs(value) for _, value in whole) >= LARGEST
        found[player] = np.zeros(
            [len(own) for own in actions.values()], dtype=object if large else np.int64
        )
        for index, value in whole:
            found[player][index] += value
    return found


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
    they are left alone, and also where the search is not ``thorough``.  ``traced`` asks for where
    quantal response equilibria lead, where more than two players move.  ``asked`` tells whether
    pygambit was, ``followed`` whether Lemke's method led to an equilibrium.
    """

    deadline: float
    most_supports: float = math.inf
    thorough: bool = True
    traced: bool = False
    doubts: list[str] = field(default_factory=list)
    asked: bool = False
    followed: bool = False
    pygambit: ModuleType | None = field(default_factory=_pygambit)

    def is_over(self) -> bool:
        """Tell whether time is over."""
        return time.monotonic() > self.deadline

    def late(self) -> bool:
        """Tell, and note, whether time is over."""
        if self.is_over():
            self.doubts.append(LATE)
            return True
        return False

    def candidates(self, position: Position) -> Iterator[Start]:
        """Yield what may be an equilibrium of a position, what costs least first.

        The same may come twice.
        """
        actions = actions_of(position)
        movers = {node.player for node in position.nodes.values() if node.player}
        pure = self._pure(position, math.prod(map(len, actions.values())))
        yield from islice(pure, FEW)
        if not actions or self.is_over():
            return
        unreached = has_impossible(position)
        if len(movers) <= 2 and not unreached:
            credible = quasi_perfect(position, self.deadline)
            if credible is not None:
                self.followed = True
                yield credible
        yield from pure
        if len(movers) == 1 or self.is_over():
            return
        if self.pygambit is None:
            self.doubts.append(NEEDS)
        elif self.thorough or (self.traced and len(movers) > 2 and not unreached):
            yield from self._asked(self.pygambit, position, len(movers), unreached)

    def _pure(self, position: Position, count: int) -> Iterator[Play]:
        if count > MOST_PURE:
            self.doubts.append(TOO_MANY)
            return
        for number, play in enumerate(_pure(position)):
            if self.late():
                return
            if number == MOST_LISTED:
                self.doubts.append(f"stopped at {MOST_LISTED:,} candidates")
                return
            yield play

    def _asked(
        self,
        pygambit: ModuleType,
        position: Position,
        movers: int,
        unreached: bool,  # noqa: FBT001
    ) -> Iterator[Start]:
        players = dict.fromkeys(n.player for n in position.nodes.values() if n.player)
        pays = {end: [pay[p] for p in players] for end, pay in position.pays.items()}
        text = extensive_text(
            "", {p: p for p in players}, position.nodes, pays, position.chances, root=position.root
        )
        game = pygambit.read_efg(io.StringIO(text))
        nash = pygambit.nash
        self.asked = True
        if self.traced and movers > 2 and not unreached:
            yield from self._traced(nash.logit_solve, position, game)
        if not self.thorough or supports_of(position) > self.most_supports:
            return
        if movers == 2 and sum(map(len, actions_of(position).values())) <= MOST_FOLLOWED:
            yield from self._collected(position, nash.lcp_solve, game)
        troubled: list[str] = []

        def watch(event: object) -> None:
            if self.is_over():
                raise _StopError
            if not isinstance(event, pygambit.EnumPolyCandidateSupportEvent):
                troubled.append(type(event).__name__)

        yield from self._collected(
            position, nash.enumpoly_solve, game, use_strategic=False, event_callback=watch
        )
        if troubled:
            self.doubts.append("pygambit could not search every choice of supports to the end")

    def _traced(self, solve: Callable[..., Any], position: Position, game: Any) -> Iterator[Start]:
        """Yield where pygambit's path of quantal response equilibria leads."""

        def watch(_: object) -> None:
            if self.is_over():
                raise _StopError

        try:
            yield _start(position, solve(game, event_callback=watch).equilibrium)
        except RuntimeError as error:
            stopped = _StopError.__name__ in str(error)
            self.doubts.append(LATE if stopped else f"pygambit's {solve.__name__} failed")

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
