"""A play of a tree near an equilibrium, made exact, or worked out to many digits.

In one probability alone, all others given, a payoff is linear: no path passes twice through one
information set.  So differences are derivatives, and Newton's method needs no others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from dilemma.games.tree.deviations import Play, Position, after, best, reached, worth

__all__ = ["CLOSE", "polished", "regret"]

CLOSE = Fraction(1, 10**30)  # the most that is gained by deviating from what is not exact
USED = 1e-7  # a smaller probability is taken for zero, where it is a float
DIGITS = 60
STEPS = 12
NEAR = Fraction(1, 10**6)  # how far an exact answer may be from where the search ended
SIMPLE = (100, 10**6, 10**28)  # the largest denominators that are tried as an exact answer


def polished(
    position: Position,
    start: Mapping[str, Mapping[str, float | Fraction]],
    is_over: Callable[[], bool] = lambda: False,
) -> tuple[Play, bool] | None:
    """Return an equilibrium near a start, and whether it is exact; None where there is none.

    None too where time is over before it is found.

    Parameters
    ----------
    position : Position
        With payoffs between 0 and 1.
    start : mapping of decision to mapping of action to probability
    is_over : callable
        Whether time is over.
    """
    near = {d: {a: _kept(c) for a, c in mix.items()} for d, mix in start.items()}
    if (simple := _simple(position, near)) is not None:
        return simple, True
    solved = _solved(position, near, is_over)
    if solved is None:
        return None
    if (simple := _simple(position, solved)) is not None:
        return simple, True
    many = _rounded(solved, 10**DIGITS)
    return (many, False) if many is not None and regret(position, many) <= CLOSE else None


def _kept(chance: float | Fraction) -> Fraction:
    return Fraction(0) if isinstance(chance, float) and chance < USED else Fraction(chance)


def _simple(position: Position, play: Play) -> Play | None:
    """Return an exact equilibrium in small fractions next to a play, if there is one."""
    tried: list[Play] = []
    for largest in SIMPLE:
        one = _rounded(play, largest)
        if one is None or one in tried or not _close(one, play):
            continue
        if not regret(position, one):
            return one
        tried.append(one)
    return None


def _close(one: Play, other: Play) -> bool:
    return all(abs(c - other[d][a]) <= NEAR for d, mix in one.items() for a, c in mix.items())


def regret(position: Position, play: Play) -> Fraction:
    """Return the most that any player gains by a plan of its own."""
    start = {position.root: Fraction(1)}
    movers = dict.fromkeys(node.player for node in position.nodes.values() if node.player)
    return max(
        (best(position, play, start, p) - worth(position, play, start, p) for p in movers),
        default=Fraction(0),
    )


def _rounded(play: Play, largest: int) -> dict[str, dict[str, Fraction]] | None:
    """Return a play with small denominators; None where that leaves no probabilities."""
    found = {}
    for decision, mix in play.items():
        first, *rest = sorted(mix, key=lambda action: -mix[action])
        told = {a: mix[a].limit_denominator(largest) for a in rest}
        told[first] = 1 - sum(told.values(), Fraction(0))
        if min(told.values()) < 0:
            return None
        found[decision] = {a: told[a] for a in mix}
    return found


def _solved(position: Position, near: Play, is_over: Callable[[], bool]) -> Play | None:
    """Solve the indifference equations of a play's supports by Newton's method."""
    seen = {
        position.nodes[h].decision
        for h in reached(position, near, {position.root: Fraction(1)})
        if h in position.nodes
    }
    used = {d: [a for a, c in mix.items() if c] for d, mix in near.items() if d in seen}
    unknowns = [(d, a) for d, own in used.items() for a in own[1:]]
    if not unknowns:
        return None
    play = near
    for _ in range(STEPS):
        gaps = _gaps(position, play, used)
        slopes = []
        for decision, action in unknowns:
            if is_over():
                return None
            moved = _moved(play, {(decision, action): Fraction(1)}, used)
            there = _gaps(position, moved, used)
            slopes.append([b - a for a, b in zip(gaps, there, strict=True)])
        step = _linear(list(zip(*slopes, strict=True)), [-gap for gap in gaps])
        if step is None:
            return None
        play = _moved(play, dict(zip(unknowns, step, strict=True)), used)
        if max(map(abs, step)) > 1:
            return None
        if max(map(abs, step)) < Fraction(1, 10 ** (DIGITS - 10)):
            return play
    return None


def _moved(
    play: Play, steps: Mapping[tuple[str, str], Fraction], used: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, Fraction]]:
    """Add to some probabilities, and take it from the first one in their support."""
    found = {decision: dict(mix) for decision, mix in play.items()}
    for (decision, action), step in steps.items():
        found[decision][action] = _short(found[decision][action] + step)
    for decision, (first, *rest) in used.items():
        found[decision][first] = 1 - sum((found[decision][a] for a in rest), Fraction(0))
    return found


def _short(number: Fraction) -> Fraction:
    return Fraction(round(number * 10**DIGITS), 10**DIGITS)


def _gaps(position: Position, play: Play, used: Mapping[str, Sequence[str]]) -> list[Fraction]:
    """Return, for each further action in a support, what it pays less the first."""
    found = []
    likely = reached(position, play, {position.root: Fraction(1)})
    for decision, (first, *rest) in used.items():
        if not rest:
            continue
        here = {
            h: likely[h]
            for h, n in position.nodes.items()
            if n.decision == decision and h in likely
        }
        player = position.nodes[next(iter(here))].player if here else ""
        told = worth(position, play, after(here, first), player) if here else Fraction(0)
        found += [
            (worth(position, play, after(here, a), player) if here else Fraction(0)) - told
            for a in rest
        ]
    return found


def _linear(rows: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> list[Fraction] | None:
    """Solve a square linear system by elimination; None where it has no single solution."""
    table = [[*row, value] for row, value in zip(rows, right, strict=True)]
    for k in range(len(table)):
        pivot = max(range(k, len(table)), key=lambda i: abs(table[i][k]))
        if table[pivot][k] == 0:
            return None
        table[k], table[pivot] = table[pivot], table[k]
        table[k] = [_short(x / table[k][k]) for x in table[k]]
        for i, row in enumerate(table):
            if i != k and row[k]:
                factor = row[k]
                table[i] = [_short(x - factor * y) for x, y in zip(row, table[k], strict=True)]
    return [row[-1] for row in table]
