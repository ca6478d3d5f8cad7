"""The change of an outcome between two eras and what did it, as a table and as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import factorial
from typing import TYPE_CHECKING, Any

import sympy as sp

from dilemma.errors import CalibrationError, nearest
from dilemma.extras import library
from dilemma.model import Model
from dilemma.report import Shown, Table, number, percent

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Attribution", "Coalition", "Share", "means"]

Coalition = frozenset[str]


@dataclass(frozen=True, slots=True)
class Share:
    """What one group of parameters did.

    Attributes
    ----------
    group : str
    moves : tuple of str
        The parameters of the group whose central values differ.
    share : sympy number
        The Shapley share.
    alone, last : sympy number
        The change when this group moves alone, and when it moves after all the others.
    """

    group: str
    moves: tuple[str, ...]
    share: sp.Rational
    alone: sp.Rational
    last: sp.Rational


@dataclass(frozen=True)
class Attribution(Shown):
    """The change of an outcome between two eras' centres, and what did it.

    Attributes
    ----------
    model : Model
    outcome : str
    eras : tuple of two str
    before, after : sympy number
    shares : tuple of Share
        They sum to ``change``, exactly.
    values : mapping of frozenset of group to number
        The outcome at each coalition of groups that have moved.
    select : str
        What chose among several equilibria, "" where there was nothing to choose.
    still : tuple of str
        Groups of the model in which nothing differs between the eras.
    versions : mapping of package to version
    """

    model: Model
    outcome: str
    eras: tuple[str, str]
    before: sp.Rational
    after: sp.Rational
    shares: tuple[Share, ...]
    values: Mapping[Coalition, sp.Rational]
    select: str
    still: tuple[str, ...]
    versions: Mapping[str, str]

    @property
    def change(self) -> sp.Rational:
        """What the outcome has changed by."""
        return self.after - self.before

    def __getitem__(self, group: str) -> Share:
        for share in self.shares:
            if share.group == group:
                return share
        raise CalibrationError(
            f"no group {group!r} moves: {nearest(group, [s.group for s in self.shares])}"
        )

    def adds(self, group: str) -> tuple[sp.Rational, sp.Rational]:
        """Return the least and the most that a group adds, over all orders of moving.

        Examples
        --------
        >>> import dilemma
        >>> found = dilemma.attribute(dilemma.load("hedging"), "x_J")
        >>> low, high = found.adds("spill_in")
        >>> bool(low <= found["spill_in"].share <= high)
        True
        """
        others = [moved for moved in self.values if self[group].group not in moved]
        added = [self.values[moved | {group}] - self.values[moved] for moved in others]
        return min(added), max(added)

    def tables(self) -> tuple[Table, ...]:
        """Return a row for each group, those that did most first."""
        first, second = (self.model.eras[e].title for e in self.eras)
        rows = [
            (
                s.group,
                ", ".join(s.moves),
                number(s.share),
                percent(float(s.share / self.change)) if self.change else "",
                number(s.alone),
                number(s.last),
            )
            for s in sorted(self.shares, key=lambda s: -abs(s.share))
        ]
        rows.append(("all", "", number(self.change), percent(1) if self.change else "", "", ""))
        words, unit = means(self.model, self.outcome)
        orders, games = factorial(len(self.shares)), len(self.values)
        notes = [f"{self.outcome}: {words} [{unit}]."]
        notes.append(
            f"Shapley shares: what a group adds, averaged over all {orders} orders in which groups "
            f"may move ({games} games solved); they sum to the change."
        )
        if self.still:
            notes.append(f"The same in both eras: {', '.join(self.still)}.")
        if self.select:
            notes.append(f"Among several equilibria: {self.select}.")
        title = (
            f"{self.model.name}: what moved {self.outcome} from {number(self.before)} ({first}) to "
            f"{number(self.after)} ({second})"
        )
        header = ("group", "moves", "share", "of change", "moved alone", "moved last")
        return (Table(title, header, tuple(rows), tuple(notes)),)

    def to_dataset(self) -> xr.Dataset:
        """Return shares and effects by group."""
        library("xarray")
        import xarray as xr

        _, unit = means(self.model, self.outcome)
        told = {
            what: ("group", [float(getattr(s, what)) for s in self.shares], {"units": unit})
            for what in ("share", "alone", "last")
        }
        return xr.Dataset(
            told,
            coords={"group": [s.group for s in self.shares]},
            attrs={
                "model": self.model.name,
                "outcome": self.outcome,
                "from": self.eras[0],
                "to": self.eras[1],
                "change": float(self.change),
                "select": self.select,
            },
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; exact numbers are text such as "11/16"."""
        return {
            "model": self.model.name,
            "outcome": self.outcome,
            "eras": list(self.eras),
            "before": str(self.before),
            "after": str(self.after),
            "change": str(self.change),
            "shares": [
                {
                    "group": s.group,
                    "moves": list(s.moves),
                    "share": str(s.share),
                    "alone": str(s.alone),
                    "last": str(s.last),
                }
                for s in self.shares
            ],
            "coalitions": [
                {"moved": sorted(moved), "value": str(v)} for moved, v in self.values.items()
            ],
            "select": self.select,
            "still": list(self.still),
            "versions": dict(self.versions),
        }


def means(model: Model, outcome: str) -> tuple[str, str]:
    """Return what an outcome, or the payoff of a player, means, and its unit."""
    if outcome in model.outcomes:
        told = model.outcomes[outcome]
        return told.means or outcome, told.unit
    player = model.players[outcome]
    return f"payoff of {player.title}", player.unit
