"""What the regions of a model are: zones of its parameters, in symbols, words and shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from dilemma.report import Shown, Table, number, percent
from dilemma.study.propositions import LEFT_OUT

__all__ = ["SHOWN_MOVES", "EraZones", "Label", "Move", "Regions", "Zone"]

Label = tuple[str, ...]
SHOWN_MOVES = 6


@dataclass(frozen=True)
class Zone:
    """An open set of parameters in which the same branches are equilibria.

    Attributes
    ----------
    label : tuple of str
        The names of those branches.
    names : tuple of str
        The same as equilibria are called.
    where : sympy Boolean
        Exactly where: relations between definitions and parameters.  What follows from the
        parameters' ranges is left out.
    words : str
        The same for a reader.
    games : mapping of player to str
        The kind of 2x2 game that it is throughout; players whose kind is not the same everywhere
        in the zone are left out.
    """

    label: Label
    names: tuple[str, ...]
    where: sp.Basic
    words: str
    games: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Move:
    """The nearest value of one parameter at which the set of equilibria changes.

    Attributes
    ----------
    parameter : str
    centre : sympy Rational
        Where it stands at the era's centre.
    border : sympy number
        Where the change comes; all else stays at the centre.
    steps : float or None
        How far that is in half-widths of the era's own interval, None where that has no width.
    inside : bool
        Whether it lies in the era's own interval.
    label, names : tuple of str
        The branches beyond it, and the same as equilibria are called.
    """

    parameter: str
    centre: sp.Rational
    border: sp.Expr
    steps: float | None
    inside: bool
    label: Label
    names: tuple[str, ...]


@dataclass(frozen=True)
class EraZones:
    """How one era's box lies among the zones.

    Attributes
    ----------
    era, title : str
    occurs : mapping of label to bool or None
        Whether some calibration of the box, off the borders, is in that zone; None where that
        was not decided.
    covered : bool or None
        Whether it is proved that no others occur.
    reason : str
        Why that is not known.
    shares : mapping of label to float
        The share of random draws from the box.
    at_centre : label
        Empty of meaning where ``on_border``.
    on_border : bool
        Whether the centre lies on a border.
    moves : tuple of Move
        For each parameter that can change the equilibria by itself, the nearest way; nearest
        first.
    unsearched : tuple of str
        Parameters in which some condition is no polynomial: no border was looked for.
    late : tuple of str
        Parameters whose borders were not looked for because the budget of time ran out.
    """

    era: str
    title: str
    occurs: Mapping[Label, bool | None]
    covered: bool | None
    reason: str
    shares: Mapping[Label, float]
    at_centre: Label
    on_border: bool
    moves: tuple[Move, ...]
    unsearched: tuple[str, ...] = ()
    late: tuple[str, ...] = ()


@dataclass(frozen=True)
class Regions(Shown):
    """The zones of a model's parameters in which the set of equilibria is the same.

    Attributes
    ----------
    model, title : str
    zones : tuple of Zone
        Disjoint; together they are all that occurs in the eras, up to borders, where ``covered``.
    eras : tuple of EraZones
    draws, seed : int
        Behind the shares.
    order : str
        Whose actions an equilibrium's name lists.
    letters : Table
        What the names in the conditions mean.
    versions : mapping of package to version
    shortened : bool
        Whether the budget was enough to shorten the condition of every zone and to look for the
        games in it.
    """

    model: str
    title: str
    order: str
    letters: Table
    zones: tuple[Zone, ...]
    eras: tuple[EraZones, ...]
    draws: int
    seed: int
    versions: Mapping[str, str]
    shortened: bool = True

    @property
    def covered(self) -> bool:
        """Whether the zones are proved to cover every era's box up to borders."""
        return all(era.covered is True for era in self.eras)

    def zone(self, label: Label) -> Zone:
        """Return the zone with a label."""
        return next(zone for zone in self.zones if zone.label == label)

    def tables(self) -> tuple[Table, ...]:
        """Return the zones with their shares and conditions, what these mean, and the nearest borders of each era."""
        return (
            _zones(self),
            _where(self),
            *([self.letters] if self.letters.rows else []),
            *(_moves(era) for era in self.eras if era.moves or era.unsearched or era.late),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; formulas and exact numbers are text."""
        return {
            "model": self.model,
            "title": self.title,
            "order": self.order,
            "zones": [
                {
                    "equilibria": list(zone.label),
                    "where": str(zone.where),
                    "words": zone.words,
                    "games": dict(zone.games),
                }
                for zone in self.zones
            ],
            "eras": [_era_dict(era) for era in self.eras],
            "draws": self.draws,
            "seed": self.seed,
            "shortened": self.shortened,
            "versions": dict(self.versions),
        }


def _era_dict(era: EraZones) -> dict[str, Any]:
    return {
        "era": era.era,
        "covered": era.covered,
        "reason": era.reason,
        "zones": [
            {"equilibria": list(label), "occurs": occurs, "share": era.shares.get(label, 0.0)}
            for label, occurs in era.occurs.items()
        ],
        "at_centre": list(era.at_centre),
        "on_border": era.on_border,
        "moves": [
            {
                "parameter": m.parameter,
                "centre": str(m.centre),
                "border": str(m.border),
                "border_value": float(m.border),
                "steps": m.steps,
                "inside": m.inside,
                "equilibria": list(m.label),
            }
            for m in era.moves
        ],
        "unsearched": list(era.unsearched),
        "late": list(era.late),
    }


def _zones(found: Regions) -> Table:
    rows = []
    named = any(zone.games for zone in found.zones)
    for position, zone in enumerate(found.zones, 1):
        games = "; ".join(f"{player}: {game}" for player, game in zone.games.items())
        names = ", ".join(zone.names) or "none in closed form"
        told = (_share(era, zone.label) for era in found.eras)
        rows.append((str(position), names, *([games] if named else []), *told))
    notes = [
        f"{found.order[0].upper()}{found.order[1:]}.",
        f"Shares of {found.draws:,} random calibrations from each box, seed {found.seed}.",
    ]
    for era in found.eras:
        if era.covered:
            notes.append(f"{era.title}: proved that no other zone occurs in the box.")
        else:
            notes.append(f"{era.title}: NOT proved that these are all: {era.reason}.")
    return Table(
        f"{found.title}: which equilibria exist",
        ("zone", "equilibria", *(["game"] if named else []), *(era.title for era in found.eras)),
        tuple(rows),
        tuple(notes),
    )


def _share(era: EraZones, label: Label) -> str:
    occurs = era.occurs.get(label, None if era.covered is None else False)
    here = " (centre)" if era.at_centre == label and not era.on_border else ""
    if occurs is False:
        return "never"
    share = era.shares.get(label, 0.0)
    return (percent(share) if share else "rarely") + here


def _where(found: Regions) -> Table:
    rows = tuple((str(k), zone.words) for k, zone in enumerate(found.zones, 1))
    notes = [
        "Exactly, up to borders: there payoffs tie, and the set of equilibria is larger.",
        LEFT_OUT,
    ]
    if not found.shortened:
        notes.append(
            "The budget ran out: some conditions are longer than need be, and some zones were not "
            "searched for their games."
        )
    return Table("Where", ("zone", "condition"), rows, tuple(notes), ("condition",))


def _moves(era: EraZones) -> Table:
    rows = []
    for move in era.moves[:SHOWN_MOVES]:
        far = "the box has no width" if move.steps is None else f"{move.steps:.2f}"
        rows.append(
            (
                move.parameter,
                f"{number(move.centre)} to {number(move.border)}",
                far,
                "yes" if move.inside else "no",
                ", ".join(move.names) or "none in closed form",
            )
        )
    more = len(era.moves) - len(rows)
    rest = ["One half-width is the way from the middle of the era's interval to its end."]
    rest += [f"{more} more parameters are in the JSON."] if more > 0 else []
    if era.unsearched:
        rest.append(f"Not looked for (no polynomials in them): {', '.join(era.unsearched)}.")
    if era.late:
        rest.append(f"Not looked for (the budget of time ran out): {', '.join(era.late)}.")
    return Table(
        f"Nearest borders from the centre of {era.title}: one parameter moves, all else stays",
        ("parameter", "moves from centre to", "in half-widths of the box", "inside it", "then"),
        tuple(rows),
        tuple(rest),
        ("parameter",),
    )
