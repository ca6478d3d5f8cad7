"""Bargains of each era, their limits and what was agreed on, as tables and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from dilemma.model import Model
from dilemma.report import Shown, Table, number, percent

__all__ = ["Bargaining", "Deal", "Spread"]


@dataclass(frozen=True, slots=True)
class Deal:
    """A bargain in one equilibrium.

    Attributes
    ----------
    at : sympy number
        The value of the parameter that moves.
    equilibrium : str
    least, most : sympy number or None
        What the one side takes at least and the other gives at most, wherever that lies; None
        where a side has no limit.
    agreed : sympy number or None
        What they agree on; None where they do not.
    """

    at: sp.Rational
    equilibrium: str
    least: sp.Rational | None
    most: sp.Rational | None
    agreed: sp.Rational | None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        told = {n: getattr(self, n) for n in ("at", "least", "most", "agreed")}
        return {
            "equilibrium": self.equilibrium,
            **{n: None if v is None else str(v) for n, v in told.items()},
        }


@dataclass(frozen=True, slots=True)
class Spread:
    """Bargains at random calibrations from an era's box.

    Attributes
    ----------
    least, most, agreed : tuple of float
        Below which a twentieth, half, and all but a twentieth of them lie; empty for none.
    without : float
        The share in which there is no agreement.
    equilibria, draws, seed : int
        How many bargains, at how many calibrations.
    doubtful : int
        Calibrations that were left out: something was too close to call in floats.
    """

    least: tuple[float, ...]
    most: tuple[float, ...]
    agreed: tuple[float, ...]
    without: float
    equilibria: int
    draws: int
    seed: int
    doubtful: int


@dataclass(frozen=True)
class Bargaining(Shown):
    """Where a bargain can be struck and where it is, in each era.

    Attributes
    ----------
    model : Model
    over : str
        What is bargained over.
    takes, gives : str
        The player with the lower limit and the one with the upper, "" for none.
    moves : str
        The parameter that moves.
    centres : mapping of era to tuple of Deal
        At the era's centre, one for each equilibrium.
    courses : mapping of era to tuple of Deal
        Along the parameter, all others at the era's centre.
    spreads : mapping of era to Spread
        Over the era's box.
    versions : mapping of package to version
    """

    model: Model
    over: str
    takes: str
    gives: str
    moves: str
    centres: Mapping[str, tuple[Deal, ...]]
    courses: Mapping[str, tuple[Deal, ...]]
    spreads: Mapping[str, Spread]
    versions: Mapping[str, str]

    @property
    def interval(self) -> tuple[sp.Expr, sp.Expr]:
        """What may be agreed on at all."""
        assert self.model.choices is not None
        assert self.model.choices.bargain is not None
        over = self.model.choices.bargain.over
        return over.low, over.high

    def tables(self) -> tuple[Table, ...]:
        """Return a row for each era's centre, with what its box spans."""
        rows = []
        for era, deals in self.centres.items():
            spread = self.spreads[era]
            for deal in deals:
                told = (_limit(deal.least), _limit(deal.most), _agreed(deal))
                spans = (spread.least, spread.most, spread.agreed)
                cells = [f"{one}{_spans(span)}" for one, span in zip(told, spans, strict=True)]
                name = self.model.eras[era].title
                rows.append((name, *cells, percent(spread.without)))
        takes, gives = (
            self.model.players[p].title if p else "nobody" for p in (self.takes, self.gives)
        )
        header = (
            "era", f"{takes} takes at least", f"{gives} gives at most",
            f"{self.over} agreed", "no agreement",
        )  # fmt: skip
        title = f"{self.model.name}: the range in which {self.over} can be agreed on"
        return (Table(title, header, tuple(rows), tuple(self._notes())),)

    def _notes(self) -> Iterator[str]:
        assert self.model.choices is not None
        assert self.model.choices.bargain is not None
        over = self.model.choices.bargain.over
        yield f"{over.name}: {over.means} [{over.unit}], from {over.low} to {over.high}."
        spread = next(iter(self.spreads.values()))
        yield (
            f"At the centre; in brackets nine tenths of {spread.draws:,} random calibrations from "
            f"the box (seed {spread.seed}), and on how many of them there is no agreement."
        )
        left = sum(one.doubtful for one in self.spreads.values())
        if left:
            yield f"Left out, since too close to call: {left}."

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; exact numbers are text such as "11/16"."""
        return {
            "model": self.model.name,
            "over": self.over,
            "takes": self.takes,
            "gives": self.gives,
            "moves": self.moves,
            "eras": {
                era: {
                    "centre": [deal.to_dict() for deal in self.centres[era]],
                    "course": [deal.to_dict() for deal in self.courses[era]],
                    "box": {
                        name: list(value) if isinstance(value, tuple) else value
                        for name in Spread.__slots__
                        for value in [getattr(self.spreads[era], name)]
                    },
                }
                for era in self.centres
            },
            "versions": dict(self.versions),
        }


def _limit(value: sp.Rational | None) -> str:
    return "no limit" if value is None else number(value)


def _agreed(deal: Deal) -> str:
    return "no agreement" if deal.agreed is None else number(deal.agreed)


def _spans(ends: tuple[float, ...]) -> str:
    return f" ({number(ends[0])} to {number(ends[-1])})" if ends else ""
