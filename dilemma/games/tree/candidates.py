"""Candidates for an equilibrium of a tree: pure profiles, Lemke's method, what pygambit finds.

Of a tree of two players the sequence form and Lemke's method lead to one credible equilibrium,
exactly.  A *sequence* is what one player has done on the way to a node, a plan is a probability x
of each sequence.  That of doing nothing is 1, and at every information set the sequences that go on
sum to the one that leads there: E x = e, and F y = f for the other player.  What the two are paid
is bilinear, x'Ay and x'By, so that best replies are linear programmes, and both together are a
linear complementarity problem in x, y and the programmes' prices,

    E'p - Ay >= 0,   F'q - B'x >= 0,   each complementary to x, y >= 0,

as large as the tree and not as its table of plans.  Where A + B is constant it is one linear
programme and its dual, and what it pays is the value of the game.

Every sequence of k actions is asked for with probability e^k at least, e to zero.  That moves only
the right side, whose entries become polynomials in e; they are compared by their first coefficient
that differs, so no number stands for e.  The limit is a quasi-perfect equilibrium: credible at
every information set, with the beliefs that Bayes' rule gives on the way to the limit.  Ratios that
tie are told apart lexicographically, so the method ends.

Index convention: rows and columns are x, y, p+, p-, q+, q-, in this order; the tableau keeps the
columns of what is zero, integers over one common denominator (Edmonds).

References
----------
Koller, Megiddo and von Stengel 1996, "Efficient computation of equilibria for extensive two-person
games", Games and Economic Behavior 14(2): 247-259.
Miltersen and Sorensen 2010, "Computing a quasi-perfect equilibrium of a two-player game", Economic
Theory 42(1): 175-192.
"""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from types import ModuleType
from typing import Any

from dilemma.games.equilibrium import share
from dilemma.games.tree.deviations import Play, Position, has_impossible
from dilemma.games.tree.efg import extensive_text
from dilemma.games.tree.nodes import History
from dilemma.games.tree.sequence_form import (
    LATE,
    Did,
    Extremes,
    Pays,
    Sequences,
    extremes,
    movers_of,
    sequences,
)

__all__ = ["LATE", "MOST_PURE", "MOST_ROWS", "Search", "actions_of", "quasi_perfect", "supports_of"]

MOST_ROWS = 700  # of the complementarity problem that is tried
WORST = Fraction(2)  # taken off every payoff between 0 and 1: the method needs negative ones


def quasi_perfect(position: Position, deadline: float = math.inf) -> Play | None:
    """Return a quasi-perfect equilibrium of a tree in which two players move.

    Parameters
    ----------
    position : Position
        With perfect recall, payoffs between 0 and 1, and no chance of 0.
    deadline : float
        By ``time.monotonic``.

    Returns
    -------
    Play or None
        None where it is too large or time is over.
    """
    movers = movers_of(position)
    if movers is None:
        return None
    plans, pays = sequences(position, movers, WORST)
    sizes = [len(one.order) for one in plans]
    rows = [one.constraints() for one in plans]
    if sum(sizes) + 2 * sum(map(len, rows)) > MOST_ROWS:
        return None
    table, right = _table(plans, rows, pays)
    solved = _Tableau(table, right).solved(deadline)
    if solved is None:
        return None
    play: dict[str, dict[str, Fraction]] = {}
    for who, own in enumerate(plans):
        nothing = [Fraction(0)] * len(right[0])
        likely = {did: solved.get(sizes[0] * who + k, nothing) for did, k in own.order.items()}
        play |= _behaviour(own, likely)
    return {n.decision: play[n.decision] for n in position.nodes.values() if n.player}


def _table(
    plans: Sequence[Sequences],
    rows: Sequence[Sequence[Mapping[int, int]]],
    pays: Pays,
) -> tuple[list[dict[int, Fraction]], list[list[Fraction]]]:
    """Return M and q of w = M z + q, q as polynomials in e."""
    n, m = (len(one.order) for one in plans)
    degree = max(length for one in plans for length in one.lengths.values())
    starts = [n + m, n + m + 2 * len(rows[0])]
    size = starts[1] + 2 * len(rows[1])
    table: list[dict[int, Fraction]] = [{} for _ in range(size)]
    right = [[Fraction(0)] * (degree + 1) for _ in range(size)]
    lengths = [list(one.lengths.values()) for one in plans]
    for (x, y), (first, second) in pays.items():
        for row, column, paid, length in (
            (x, n + y, first, lengths[1][y]),
            (n + y, x, second, lengths[0][x]),
        ):
            table[row][column] = -paid
            if length:
                right[row][length] -= paid
    for who, (start, offset) in enumerate(zip(starts, (0, n), strict=True)):
        for k, row_of in enumerate(rows[who]):
            above, below = start + k, start + len(rows[who]) + k
            for column, entry in row_of.items():
                for line, sign in ((above, 1), (below, -1)):
                    table[offset + column][line] = Fraction(sign * entry)
                    table[line][offset + column] = Fraction(-sign * entry)
                    if length := lengths[who][column]:
                        right[line][length] -= sign * entry
            if k == 0:
                right[above][0], right[below][0] = Fraction(1), Fraction(-1)
    return table, right


def _behaviour(
    own: Sequences, likely: Mapping[Did, Sequence[Fraction]]
) -> Iterator[tuple[str, dict[str, Fraction]]]:
    """Yield what is done at each decision, as e goes to zero."""
    for decision in own.leads:
        mine = {action: [*likely[d, action]] for d, action in own.order if d == decision}
        for action, powers in mine.items():
            powers[own.lengths[decision, action]] += 1
        for shares in zip(*mine.values(), strict=True):
            if total := sum(shares):
                yield decision, {a: c / total for a, c in zip(mine, shares, strict=True)}
                break


class _Tableau:
    """Lemke's method for w = M z + q, w and z complementary and not negative."""

    def __init__(
        self, table: Sequence[Mapping[int, Fraction]], right: Sequence[Sequence[Fraction]]
    ) -> None:
        import numpy as np

        size = len(table)
        self.size, self.powers = size, len(right[0])
        self.basic = list(range(size))  # k is w_k, size + k is z_k, 2 * size is what is added
        self.free = [size + k for k in range(size)] + [2 * size]
        self.common = 1
        self.cells: Any = np.zeros((size, size + 1 + self.powers), dtype=object)
        for k, (row, constants) in enumerate(zip(table, right, strict=True)):
            # A positive factor of a row scales its w alone.
            scale = math.lcm(*(v.denominator for v in [*row.values(), *constants]))
            for column, value in row.items():
                self.cells[k, column] = -int(value * scale)
            self.cells[k, size] = -1
            self.cells[k, size + 1 :] = [int(value * scale) for value in constants]

    def solved(self, deadline: float) -> dict[int, list[Fraction]] | None:
        """Return what is not zero of z, by its position; None where time is over."""
        size = self.size
        rights = [tuple(row) for row in self.cells[:, size + 1 :]]
        worst = min(range(size), key=lambda k: (rights[k], -k))
        entering = size  # a column: that of what is added
        if rights[worst] >= (0,) * self.powers:
            return self._found()
        leaving: int | None = worst
        while leaving is not None:
            if time.monotonic() > deadline:
                return None
            gone = self.basic[leaving]
            self._pivot(leaving, entering)
            if gone == 2 * size:
                return self._found()
            entering = self.free.index(gone + size if gone < size else gone - size)
            leaving = self._leaving(entering)
        return None  # a ray, which a tree with perfect recall does not have

    def _found(self) -> dict[int, list[Fraction]]:
        size = self.size
        return {
            variable - size: [Fraction(v, self.common) for v in self.cells[row, size + 1 :]]
            for row, variable in enumerate(self.basic)
            if variable >= size
        }

    def _leaving(self, column: int) -> int | None:
        """Return the row whose ratio is least, with what was added the first among equals."""
        entries = self.cells[:, column]
        rows = [row for row in range(self.size) if entries[row] > 0]
        for position in range(self.powers):
            rows = self._least(rows, entries, position)
        added = [row for row in rows if self.basic[row] == 2 * self.size]
        if added:
            return added[0]
        for position in range(self.powers, self.powers + self.size):
            if len(rows) <= 1:
                break
            rows = self._least(rows, entries, position)
        return rows[0] if rows else None

    def _least(self, rows: list[int], entries: Any, position: int) -> list[int]:
        if len(rows) <= 1:
            return rows
        ratios = {row: Fraction(self._entry(row, position), int(entries[row])) for row in rows}
        least = min(ratios.values())
        return [row for row in rows if ratios[row] == least]

    def _entry(self, row: int, position: int) -> int:
        """Return a coefficient of the right side, or behind them of the inverse of the basis."""
        if position < self.powers:
            return int(self.cells[row, self.size + 1 + position])
        variable = position - self.powers
        if variable in self.basic:
            return self.common if self.basic[row] == variable else 0
        return int(self.cells[row, self.free.index(variable)])

    def _pivot(self, row: int, column: int) -> None:
        cells, common = self.cells, self.common
        pivot = cells[row, column]
        sign = 1 if pivot > 0 else -1
        line = cells[row] * sign
        pivot *= sign
        factors = cells[:, column].copy()
        used = factors.nonzero()[0]
        rest = [k for k in range(self.size) if factors[k] == 0]
        cells[rest] = cells[rest] * pivot // common
        for k in used:
            if k != row:
                cells[k] = (cells[k] * pivot - line * factors[k]) // common
                cells[k, column] = -sign * factors[k]
        line[column] = sign * common
        cells[row] = line
        self.common = pivot
        self.basic[row], self.free[column] = self.free[column], self.basic[row]


# --- all candidates -------------------------------------------------------------------------------


MOST_PURE = 1_000_000  # profiles of one position, all in one table
LISTING = 0.5  # of what is left of the budget, for the extreme equilibria of two players
FEW = 100  # of them come before what takes longer
MOST_FOLLOWED = 40  # actions of two players, for pygambit's search that cannot be interrupted
LARGEST = 2**62  # of the whole numbers that numpy adds up exactly
MOST_LISTED = 2_000  # candidates of one position
NEEDS = "other mixed equilibria of a tree need pygambit: pip install dilemma[trees]"
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
    pygambit was, ``followed`` whether Lemke's method led to an equilibrium; ``extreme`` is what is
    known of all extreme equilibria of a position of two players, by where it begins.  What is found
    is judged until ``judging``, so that it can be told in time.
    """

    deadline: float
    judging: float
    most_supports: float = math.inf
    thorough: bool = True
    traced: bool = False
    doubts: list[str] = field(default_factory=list)
    asked: bool = False
    followed: bool = False
    extreme: dict[History, list[Extremes]] = field(default_factory=dict)

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
            found = extremes(position, share(self.deadline, LISTING))
            if found is not None:
                self.extreme.setdefault(position.root, []).append(found)
                for plays in found.plays:
                    yield from plays
                if found.whole:
                    return
        yield from pure
        if len(movers) == 1 or self.is_over():
            return
        if self.thorough or (self.traced and len(movers) > 2 and not unreached):
            # Loading it takes a second or more, which what is cheap would not have.
            pygambit = _pygambit()
            if pygambit is None:
                self.doubts.append(NEEDS)
            else:
                yield from self._asked(pygambit, position, len(movers), unreached)

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
        if troubled and LATE not in self.doubts:  # else how far it came hangs on the machine
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
