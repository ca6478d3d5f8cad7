"""Results as frames of pandas: one row for each thing that is told, numbers as floats."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dilemma.errors import CallError, library
from dilemma.output.result import Shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Frame", "as_float", "free_names", "to_pandas"]


@dataclass(frozen=True)
class Frame:
    """What a frame is made of.

    Attributes
    ----------
    columns : sequence of str
        Those that there are even without a row.
    rows : sequence of mapping of column to value
    about : mapping of str to plain data
        What is true of the whole: the model, the calibration, units that are no column.
    index : tuple of a name and one label a row, optional
    arrays : mapping of column to array
        All columns, in place of rows that would be too many.
    """

    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    about: Mapping[str, Any] = field(default_factory=dict)
    index: tuple[str, Sequence[str]] | None = None
    arrays: Mapping[str, Any] | None = None


def to_pandas(found: Shown) -> pd.DataFrame:
    """Return a result as a frame: tidy, a row for each thing that is told, eras in a column.

    Parameters
    ----------
    found : a result
        Equilibria, at one era or at each, or of many games; a trace, a comparison, a ledger, regions,
        statics, an attribution.

    Returns
    -------
    pandas.DataFrame
        Of equilibria one row each, called by their names: ``P(player action)`` (but where numbers
        are chosen), ``payoff player``, the outcomes (not a number where undefined), ``regret`` and
        ``strict``; several extreme equilibria of a degenerate game may have one name.  Of many games
        the same, with the number of the ``game``; of a trace the same at each value of what moves; of a
        comparison a row for each outcome and era, with its range over the equilibria; of a ledger one
        for each verdict, as in its CSV file; of regions one for each zone and era; of statics one for
        each derivative; of an attribution one for each group.

        Numbers are floats: exact ones stand in ``found.to_dict()``.  Where a column has numbers of
        several units they stand beside it in ``unit``, else in ``attrs["units"]``.  ``attrs`` say
        the model, and what else is true of the whole, such as whether these are all equilibria.

    Raises
    ------
    UnsupportedError
        If there is no frame of such a result.
    MissingLibraryError
        Without pandas.

    See Also
    --------
    to_xarray : Equilibria with a dimension for players and one for actions.

    Examples
    --------
    >>> import dilemma
    >>> frame = to_pandas(dilemma.solve("abandonment", "post_cold_war"))
    >>> frame["P(japan strong)"].round(4).tolist()
    [0.0, 1.0, 0.2548]
    >>> frame.attrs["complete"]
    True
    >>> dilemma.solve("abandonment").to_pandas()["era"].tolist()
    ['cold_war', 'post_cold_war', 'post_cold_war', 'post_cold_war']
    """
    if not isinstance(found, Shown):
        raise CallError(
            "to_pandas takes a result, such as dilemma.solve(model) returns, "
            f"not a {type(found).__name__}"
        )
    told = found._frame()  # noqa: SLF001 - for this alone
    library("pandas")
    import pandas as pd

    index = None if told.index is None else pd.Index(told.index[1], name=told.index[0])
    columns = list(dict.fromkeys(name for row in told.rows for name in row)) or list(told.columns)
    rows = list(told.rows) if told.arrays is None else told.arrays
    frame = pd.DataFrame(rows, columns=columns, index=index)
    frame.attrs = dict(told.about)
    return frame


def free_names(outcomes: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Return what outcomes are called beside names that are taken.

    Examples
    --------
    >>> free_names(["price", "regret"], ["regret"])
    {'price': 'price', 'regret': 'regret_'}
    """
    found: dict[str, str] = {}
    used = {*taken}
    for name in outcomes:
        free = name
        while free in used:
            free += "_"
        used.add(free)
        found[name] = free
    return found


def as_float(value: Any) -> float:
    """Return a number as a float; what is undefined is not a number, what is too large infinite.

    Examples
    --------
    >>> as_float(None), as_float(10**400), as_float(True)
    (nan, inf, 1.0)
    """
    if value is None:
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
