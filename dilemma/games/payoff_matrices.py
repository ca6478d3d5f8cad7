"""Two payoff matrices, read exactly: from integers, fractions, sympy's numbers or floats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from dilemma.games.vertices import Table

__all__ = ["Mix", "Row", "positive", "read_game", "regrets"]

Mix = tuple[Fraction, ...]
Row = tuple[int | Fraction, ...]  # of payoffs
ZERO = Fraction(0)


def read_game(
    A: Sequence[Sequence[Any]], B: Sequence[Sequence[Any]]
) -> tuple[list[Row], list[Row]]:
    """Return both players' payoffs, or say what is wrong with them."""
    first, second = _matrix("row", A), _matrix("column", B)
    if len(first) != len(second) or len(first[0]) != len(second[0]):
        shapes = [f"{len(payoffs)}x{len(payoffs[0])}" for payoffs in (first, second)]
        raise ValueError(
            f"the row player's payoffs are {shapes[0]} and the column player's {shapes[1]}: "
            "both need a row for each row action and a column for each column action"
        )
    return first, second


def _matrix(player: str, payoffs: Sequence[Sequence[Any]]) -> list[Row]:
    """Read one player's payoffs exactly, or say which row is wrong."""
    table: list[Row] = []
    for i, line in enumerate(payoffs):
        where = f"row {i} of the {player} player's payoffs"
        try:
            entries = list(line)
        except TypeError as error:
            raise ValueError(f"{where} is {line!r}: it must be a row of numbers") from error
        table.append(_numbers(f"in {where}", entries))
        if not entries:
            raise ValueError(f"{where} is empty")
        if len(entries) != len(table[0]):
            raise ValueError(f"{where} has {len(entries)} entries where row 0 has {len(table[0])}")
    if not table:
        raise ValueError(f"the {player} player's payoffs are empty: they have no rows")
    return table


def _mix(player: str, mix: Sequence[Any], size: int) -> Mix:
    read = tuple(map(Fraction, _numbers(f"of the {player} player's mix", mix)))
    if len(read) != size:
        raise ValueError(f"the {player} player's mix has {len(read)} entries for {size} actions")
    return read


def _numbers(where: str, values: Iterable[Any]) -> Row:
    """Read numbers exactly, or say which one is wrong."""
    read: list[int | Fraction] = []
    for k, value in enumerate(values):
        try:
            read.append(value if type(value) is int else _number(value))
        except (TypeError, ValueError, ArithmeticError) as error:
            raise ValueError(
                f"entry {k} {where} is {value!r}: it must be rational or a finite float"
            ) from error
    return tuple(read)


def _number(value: Any) -> Fraction:
    if type(value) is Fraction and type(value.numerator) is int:  # not of numpy's, which overflow
        return value
    if hasattr(value, "__index__"):  # numpy's integers would overflow inside a Fraction
        return Fraction(int(value))
    if hasattr(value, "p") and hasattr(value, "q"):  # sympy
        return Fraction(int(value.p), int(value.q))
    if hasattr(value, "as_integer_ratio"):
        p, q = value.as_integer_ratio()
        return Fraction(int(p), int(q))
    return Fraction(value)


def positive(payoffs: Sequence[Row]) -> Table:
    """Shift and scale payoffs to small positive integers: best replies stay what they are."""
    scale = lcm(*[v.denominator for line in payoffs for v in line])
    whole = [[v.numerator * (scale // v.denominator) for v in line] for line in payoffs]
    least = min(map(min, whole))
    shared = gcd(*[v - least for line in whole for v in line]) or 1
    return [[(v - least) // shared + 1 for v in line] for line in whole]


def regrets(
    A: Sequence[Sequence[Any]], B: Sequence[Sequence[Any]], x: Sequence[Any], y: Sequence[Any]
) -> tuple[Fraction, Fraction]:
    """Return the most that each player could gain by deviating from (x, y).

    Written from the definition, and shares nothing with the search for equilibria.

    Parameters
    ----------
    A, B : sequences of rows, (m, n)
        Payoffs of the row and the column player.
    x, y : sequences, (m,) and (n,)
        Their mixes.

    Raises
    ------
    ValueError
        If the payoffs are no game, or x or y has another length.

    Examples
    --------
    >>> regrets([[2, 0], [0, 1]], [[1, 0], [0, 2]], [1, 0], [Fraction(1, 2), Fraction(1, 2)])
    (Fraction(0, 1), Fraction(1, 2))
    """
    first, second = read_game(A, B)
    p, q = _mix("row", x, len(first)), _mix("column", y, len(first[0]))
    return _regret(first, p, q), _regret(list(zip(*second, strict=True)), q, p)


def _regret(payoffs: Sequence[Row], mine: Mix, other: Mix) -> Fraction:
    pays = [_dot(line, other) for line in payoffs]
    return max(pays) - _dot(mine, pays)


def _dot(one: Sequence[int | Fraction], other: Sequence[Fraction]) -> Fraction:
    return sum((v * w for v, w in zip(one, other, strict=True)), ZERO)
