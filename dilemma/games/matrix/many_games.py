"""All equilibria of many two-player games of one shape at once, in floats, and exact where these will not do.

Games go chunk by chunk through support enumeration for all of them (``games/matrix/equal_supports``).  What
that cannot tell for certain is solved in exact arithmetic (``games/exact``), games that are the same once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from operator import index
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dilemma.calls import of_arrays
from dilemma.errors import CallError, UnknownKeyError, UnsupportedError, library
from dilemma.games.matrix.arrays import USUAL
from dilemma.games.matrix.equal_supports import LARGEST, Enumeration, pairs, shape_of
from dilemma.games.matrix.equilibrium_rows import Flags, Floats, Rows, Whole
from dilemma.games.matrix.exact_games import solved
from dilemma.output.frames import Frame
from dilemma.output.result import Shown, Table, number, percent

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["ManyEquilibria", "solve_many"]

MOST_PAIRS = 3_500  # pairs of supports: 7 x 7 has 3,431
MEMORY = 2**25  # bytes that a chunk may take; more do not fit the cache
LARGEST_CHUNK = 2**14  # games
EXACT = 2.0**53  # integers up to this are floats
SHOWN = 12  # lines of a table

Progress = Callable[[float, str], None]
Payoffs = NDArray[Any]


@dataclass(frozen=True, eq=False, repr=False)
class ManyEquilibria(Shown):
    """The equilibria of many games, one below the other, game by game.

    A game's equilibria stand in the order of :func:`dilemma.solve`: those that use the fewest actions
    first, so that pure ones lead.

    Attributes
    ----------
    game : array (E,) of int
        Which game each equilibrium is of, counted from 0.
    row, column : arrays (E, m) and (E, n)
        The mixes.  Without a flag a probability is off by 1e-8 at most, and mostly by 1e-15; after
        the exact path it is the float next to the exact one.
    payoffs : array (E, 2)
        What the row and the column player expect.
    regret : array (E,)
        No player gains more by deviating from these floats: worked out from the payoffs as they were
        given, with what rounding may hide added.
    count : array (N,) of int
        Equilibria of each game.
    flagged : array (N,) of bool
        Games that floats could not be trusted with: a tie, or nearly one, that may touch an
        equilibrium, a mix that rounding moves, an even number of equilibria, or a regret above 1e-9
        of the largest difference of payoffs.  They went to the exact path, if that was not left out.
    complete : array (N,) of bool
        Whether every extreme equilibrium of a game is listed: all but flagged games that the exact
        path left out.  Where ``degenerate`` is False these are all equilibria.
    degenerate : array (N,) of bool
        Whether some equilibrium strategy has more best replies than actions that it uses.  Only then
        may there be others than those listed: mixtures of them.  ``dilemma.solve`` also says
        so of strategies of no equilibrium.  False where that was not looked for.
    """

    game: Whole
    row: Floats
    column: Floats
    payoffs: Floats
    regret: Floats
    count: Whole
    flagged: Flags
    complete: Flags
    degenerate: Flags

    @property
    def games(self) -> int:
        """How many games there are."""
        return len(self.count)

    @cached_property
    def _begins(self) -> Whole:
        """Where each game's equilibria begin, and where the last ones end."""
        return np.concatenate([[0], np.cumsum(self.count)])

    def of(self, game: int) -> ManyEquilibria:
        """Return the equilibria of one game, as of a batch that has only this one."""
        try:
            k = range(self.games)[game]
        except (IndexError, TypeError):
            told = f"no game {game!r}: there are {self.games:,}, counted from 0"
            raise UnknownKeyError(told) from None
        own, one = slice(self._begins[k], self._begins[k + 1]), slice(k, k + 1)
        return ManyEquilibria(
            np.zeros_like(self.game[own]),
            self.row[own],
            self.column[own],
            self.payoffs[own],
            self.regret[own],
            self.count[one],
            self.flagged[one],
            self.complete[one],
            self.degenerate[one],
        )

    def tables(self) -> tuple[Table, ...]:
        """Return how many games have how many equilibria, and few equilibria one by one."""
        few = 0 < len(self.game) <= SHOWN
        return (_counts(self), _listed(self)) if few else (_counts(self),)

    def to_dict(self) -> dict[str, Any]:
        """Return all arrays as lists."""
        return {name: getattr(self, name).tolist() for name in self.__dataclass_fields__}

    def _frame(self) -> Frame:
        """Return a row for each equilibrium."""
        columns: dict[str, Any] = {"game": self.game, "equilibrium": self._position}
        for player, mixes in zip(USUAL, (self.row, self.column), strict=True):
            columns |= {f"P({player} {player}_{a + 1})": mix for a, mix in enumerate(mixes.T)}
        columns |= {f"payoff {p}": paid for p, paid in zip(USUAL, self.payoffs.T, strict=True)}
        columns["regret"] = self.regret
        facts = ("flagged", "complete", "degenerate")
        columns |= {name: getattr(self, name)[self.game] for name in facts}
        return Frame(tuple(columns), (), self._about, arrays=columns)

    @property
    def _position(self) -> Whole:
        return np.arange(len(self.game)) - self._begins[self.game]

    @property
    def _about(self) -> dict[str, Any]:
        return {
            "games": self.games,
            "complete": bool(self.complete.all()),
            "largest regret": float(self.regret.max(initial=0.0)),
            "method": "support enumeration in floats; flagged games in exact arithmetic",
        }

    def to_xarray(self) -> xr.Dataset:
        """Return a labelled dataset, filled up with what is not a number.

        Returns
        -------
        xarray.Dataset
            ``probability`` has the dimensions ``game``, ``equilibrium``, ``player`` and ``action``,
            ``payoff`` the first three, ``regret`` the first two; ``count``, ``flagged``, ``complete`` and
            ``degenerate`` have the first.  Actions are counted from 0.

        Examples
        --------
        >>> found = solve_many([[[2, 0], [0, 1]]], [[[1, 0], [0, 2]]])
        >>> found.to_xarray()["probability"].sel(player="row", action=0).values.round(4).tolist()
        [[1.0, 0.0, 0.6667]]
        """
        library("xarray")
        import xarray as xr

        games, most = self.games, int(self.count.max(initial=0))
        sizes = self.row.shape[1], self.column.shape[1]
        where = (self.game, self._position)
        mixes = np.full((games, most, 2, max(sizes)), np.nan)
        mixes[(*where, 0, slice(sizes[0]))] = self.row
        mixes[(*where, 1, slice(sizes[1]))] = self.column
        payoffs, regret = np.full((games, most, 2), np.nan), np.full((games, most), np.nan)
        payoffs[where], regret[where] = self.payoffs, self.regret
        facts = ("count", "flagged", "complete", "degenerate")
        along = ("game", "equilibrium", "player", "action")
        return xr.Dataset(
            {
                "probability": (along, mixes, {"units": "1"}),
                "payoff": (along[:3], payoffs),
                "regret": (along[:2], regret),
                **{name: ("game", getattr(self, name)) for name in facts},
            },
            coords={
                "game": np.arange(games),
                "equilibrium": np.arange(most),
                "player": list(USUAL),
                "action": np.arange(max(sizes)),
            },
            attrs=self._about,
        )


def _counts(found: ManyEquilibria) -> Table:
    """Say how many games have how many equilibria, and how good that is."""
    numbers, games = np.unique(found.count, return_counts=True)
    rows = []
    for value, many in list(zip(numbers.tolist(), games.tolist(), strict=True))[:SHOWN]:
        own = found.count == value
        ties = int(found.degenerate[own].sum())
        rows.append((str(value), f"{many:,}", percent(many / found.games), f"{ties:,}"))
    if len(numbers) > SHOWN:
        own = found.count > numbers[SHOWN - 1]
        rest, ties = int(own.sum()), int(found.degenerate[own].sum())
        rows.append(("more", f"{rest:,}", percent(rest / found.games), f"{ties:,}"))
    many = f"{found.games:,} game{'' if found.games == 1 else 's'}"
    title = f"Equilibria of {many}, {found.row.shape[1]} x {found.column.shape[1]}"
    header = ("equilibria", "games", "share", "of these degenerate")
    return Table(title, header, tuple(rows), tuple(_notes(found)))


def _notes(found: ManyEquilibria) -> list[str]:
    flagged, open_ = int(found.flagged.sum()), int((~found.complete).sum())
    exact = flagged - open_
    told = []
    if len(found.game):
        most = number(float(found.regret.max()))
        told.append(f"Nobody gains more than {most} by deviating from any of them.")
    if exact:
        share = percent(exact / found.games)
        told.append(f"Solved in exact arithmetic, for a tie or nearly one: {exact:,} ({share}).")
    if open_:
        told.append(f"Of {open_:,} games equilibria may be missing.")
    if found.degenerate.any():
        told.append("Degenerate: extreme equilibria are listed; all others are mixtures of them.")
    return told


def _listed(found: ManyEquilibria) -> Table:
    rows = tuple(
        (str(game), *(", ".join(map(number, line)) for line in (row, column, paid)), number(regret))
        for game, row, column, paid, regret in zip(
            *(
                getattr(found, name).tolist()
                for name in ("game", "row", "column", "payoffs", "regret")
            ),
            strict=True,
        )
    )
    return Table("Each equilibrium", ("game", "row", "column", "payoffs", "regret"), rows)


# --- the question ---------------------------------------------------------------------------------


@of_arrays
def solve_many(
    row: Any,
    column: Any,
    *,
    chunk: int | None = None,
    exact: bool = True,
    progress: Progress | None = None,
) -> ManyEquilibria:
    """Find all equilibria of many two-player games of one shape at once.

    Parameters
    ----------
    row, column : arrays of shape (N, m, n)
        What either player is paid in each game where the row player takes action ``i`` and the column
        player action ``j``: floats or integers, for exactly the numbers that they are.  0.1 is not quite
        1/10 (as it is for ``dilemma.matrix``), so that ties show best in whole numbers.
    chunk : int, optional
        Games worked on at a time; the answer does not hang on it.  By default as many as the
        processor's cache is likely to hold.
    exact : bool
        Whether flagged games are solved in exact arithmetic.  If not, what floats find in them is
        listed, and they are not ``complete``.
    progress : callable, optional
        Called with the share of the games that are done and what is being done.

    Returns
    -------
    ManyEquilibria
        By games: all extreme equilibria, each with its regret.

    Raises
    ------
    CallError
        If something else is given: other shapes, no numbers, a payoff that is not finite.
    UnsupportedError
        For games with more than 3,500 pairs of supports of equal size, which 7 x 7 has not.

    See Also
    --------
    dilemma.solve : One game, with all that is known about its equilibria.

    Notes
    -----
    Two supports of equal size carry an equilibrium where certain determinants of differences of
    payoffs have the same sign (Cramer's rule).  What rounding does to a determinant is bounded
    beforehand; where a sign that matters is not certain the game is flagged.  So what is not flagged
    is right: nothing is missing, and nothing is listed that is no equilibrium.

    Examples
    --------
    Chicken, matching pennies, and a game in which the row player does not care.

    >>> row = [[[0, -1], [1, -9]], [[1, -1], [-1, 1]], [[0, 0], [0, 0]]]
    >>> column = [[[0, 1], [-1, -9]], [[-1, 1], [1, -1]], [[1, 0], [0, 1]]]
    >>> found = solve_many(row, column)
    >>> found.count.tolist(), found.degenerate.tolist()
    ([3, 1, 4], [False, False, True])
    >>> found.of(1).row.tolist(), found.of(1).payoffs.tolist()
    ([[0.5, 0.5]], [[0.0, 0.0]])
    """
    first, second = _games(row, column)
    total, m, n = first.shape
    at_once, games = _chunk(chunk, m, n), None
    tell = progress or (lambda _share, _what: None)
    rows, flagged = Rows.none(m, n), np.zeros(total, dtype=np.bool_)
    count = np.empty(total, dtype=np.intp)
    for begin in range(0, total, at_once):
        end = min(begin + at_once, total)
        if games is None or games.games != end - begin:
            games = Enumeration(shape_of(m, n), end - begin)
        if not games.read(first[begin:end], second[begin:end]):
            raise _not_finite(first[begin:end], second[begin:end], begin)
        count[begin:end], flagged[begin:end] = games.solve(rows, begin, end / total)
        open_ = int(flagged[:end].sum()) if exact and progress else 0
        tell((end - open_) / total, "support enumeration")
    found = _found(rows.written(), count, flagged)
    return _exact(found, first, second, at_once, tell) if exact and flagged.any() else found


def _found(rows: Rows, count: Whole, flagged: Flags) -> ManyEquilibria:
    """Return what floats tell."""
    return ManyEquilibria(
        game=rows.game,
        row=rows.row,
        column=rows.column,
        payoffs=rows.payoffs,
        regret=rows.regret,
        count=count,
        flagged=flagged,
        complete=~flagged,
        degenerate=np.zeros_like(flagged),
    )


def _exact(
    found: ManyEquilibria, first: Payoffs, second: Payoffs, at_once: int, tell: Progress
) -> ManyEquilibria:
    """Put exact equilibria in the place of what floats tell of flagged games."""
    numbers = np.flatnonzero(found.flagged)
    sure = found.games - len(numbers)
    answer = solved(
        first[numbers].astype(np.float64),
        second[numbers].astype(np.float64),
        at_once,
        lambda done: tell((sure + done) / found.games, "exact arithmetic"),
    )
    answer.rows.game[:] = numbers[answer.rows.game]
    kept = ~found.flagged[found.game]
    floats = Rows(found.game, found.row, found.column, found.payoffs, found.regret)
    both = _found(floats.part(kept).with_others(answer.rows), found.count, found.flagged)
    both.count[numbers] = answer.count
    both.complete[numbers], both.degenerate[numbers] = answer.complete, answer.degenerate
    return both


# --- what is given --------------------------------------------------------------------------------


def _games(row: Any, column: Any) -> tuple[Payoffs, Payoffs]:
    """Return both players' payoffs, or say what is wrong with them."""
    first, second = _array("row", row), _array("column", column)
    if first.shape != second.shape:
        told = f"solve_many: row has the shape {first.shape} and column {second.shape}"
        turned = second.shape == (len(first), *first.shape[:0:-1])
        hint = "column.transpose(0, 2, 1) turns it" if turned else "both have a game in each layer"
        raise CallError(f"{told}: column[k, i, j] is paid where row[k, i, j] is; {hint}")
    return first, second


def _array(name: str, given: Any) -> Payoffs:
    wanted = "an array of shape (games, m, n) of floats or integers is wanted"
    try:
        found = np.asarray(given)
    except ValueError:
        raise CallError(f"solve_many: {name} has games of different shapes: {wanted}") from None
    if np.ma.is_masked(given):
        raise CallError(f"solve_many: {name} has payoffs that are masked: {wanted}")
    if found.ndim != 3 or 0 in found.shape[1:]:
        hint = f"; [{name}] is one game" if found.ndim == 2 and found.size else ""
        raise CallError(f"solve_many: {name} has the shape {found.shape}: {wanted}{hint}")
    if found.dtype.kind not in "biuf" or found.dtype.itemsize > 8:
        hint = "dilemma.matrix(A, B) makes one game of fractions and formulas"
        raise CallError(f"solve_many: {name} holds {found.dtype}: {wanted}; {hint}")
    if (
        found.dtype.kind in "iu"
        and found.size
        and not -EXACT <= found.min() <= found.max() <= EXACT
    ):
        raise CallError(
            f"solve_many: {name} has integers beyond 2**53, which no float is: {wanted}"
        )
    return found


def _chunk(chunk: int | None, m: int, n: int) -> int:
    """Return how many games are worked on at a time."""
    if pairs(m, n) > MOST_PAIRS:
        raise UnsupportedError(
            f"solve_many: games of {m} x {n} have {pairs(m, n):,} pairs of supports of equal size, "
            f"at most {MOST_PAIRS:,} are looked at; dilemma.solve(dilemma.matrix(row[k], column[k])) "
            "solves one of them"
        )
    if chunk is None:
        fitting = MEMORY // (8 * shape_of(m, n).numbers)
        return int(min(1 << fitting.bit_length() - 1, LARGEST_CHUNK))
    size = index(chunk) if hasattr(chunk, "__index__") else 0
    if size < 1:
        raise CallError(f"solve_many: chunk is a number of games, such as 4096, not {chunk!r}")
    return size


def _not_finite(first: Payoffs, second: Payoffs, begin: int) -> CallError:
    """Say which payoff is the first that is not finite, or too large."""
    name, side, (k, i, j) = next(
        (name, side, place)
        for name, side in (("row", first), ("column", second))
        for place in np.argwhere(~(np.abs(side) <= LARGEST)).tolist()
    )
    return CallError(
        f"solve_many: {name}[{begin + k}, {i}, {j}] is {side[k, i, j]}: every payoff is a finite "
        f"number of at most {LARGEST:g} in size"
    )
