"""What a comparison of eras is, as tables and as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy as sp

from dilemma.equilibria import Equilibria
from dilemma.errors import CalibrationError, nearest
from dilemma.games import selection
from dilemma.model import Model
from dilemma.parts import Profile
from dilemma.report import Best, Cell, Shown, Table, number, percent
from dilemma.study.frequencies import Frequencies

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Comparison", "EraSummary", "GroupMove", "moved", "written"]

SHOWN_SHARE = 0.001  # rarer sets of equilibria are summed up in one row


@dataclass(frozen=True)
class EraSummary:
    """One era: its centre solved, and its box drawn from.

    Attributes
    ----------
    equilibria : Equilibria
        At the central calibration.
    payoffs : mapping of profile to mapping of player to exact payoff
    best : mapping of player to set of profiles
        The profiles in which the player's action is a best reply.
    kinds : mapping of player to kind of game
        Empty where the names of 2x2 games do not apply.
    dominance : tuple of selection.Dominance
    payoff_dominant, risk_dominant : str
        The equilibrium's name, "" where none is.
    frequencies : Frequencies
    """

    name: str
    title: str
    years: tuple[int, int] | None
    equilibria: Equilibria
    payoffs: Mapping[Profile, Mapping[str, sp.Rational]]
    best: Mapping[str, frozenset[Profile]]
    kinds: Mapping[str, str]
    dominance: tuple[selection.Dominance, ...]
    payoff_dominant: str
    risk_dominant: str
    frequencies: Frequencies


@dataclass(frozen=True)
class GroupMove:
    """What one group of parameters does, moved from the first era's centre to the second's.

    Attributes
    ----------
    group : str
    moves : tuple of str
        The parameters of the group whose central values differ.
    only : tuple of str
        Equilibria when this group alone has moved.
    all_but : tuple of str
        Equilibria when every group but this one has moved.
    """

    group: str
    moves: tuple[str, ...]
    only: tuple[str, ...]
    all_but: tuple[str, ...]


@dataclass(frozen=True)
class Comparison(Shown):
    """The eras of a model side by side.

    Attributes
    ----------
    model : Model
    eras : tuple of EraSummary
    groups : tuple of GroupMove
        Empty unless two eras are compared and the model names groups.
    changed : tuple of str
        What changed between the first era and the last, in sentences.
    versions : mapping of package to version
    """

    model: Model
    eras: tuple[EraSummary, ...]
    groups: tuple[GroupMove, ...]
    changed: tuple[str, ...]
    versions: Mapping[str, str]

    def __getitem__(self, era: str) -> EraSummary:
        for summary in self.eras:
            if summary.name == era:
                return summary
        raise CalibrationError(f"no era {era!r}: {nearest(era, [e.name for e in self.eras])}")

    def tables(self) -> tuple[Table, ...]:
        """Return payoffs, equilibria, outcomes, frequencies and what did it."""
        found = [*(_payoff_table(self.model, e) for e in self.eras), _equilibrium_table(self)]
        found += [_outcome_table(self), _game_table(self), _frequency_table(self)]
        if self.groups:
            found.append(_group_table(self))
        if self.changed:
            rows = tuple((sentence,) for sentence in self.changed)
            found.append(Table("What changed", ("at the central calibrations",), rows))
        return tuple(found)

    def to_dataset(self) -> xr.Dataset:
        """Return outcomes and payoffs as a labelled dataset.

        Each has the dimensions ``era`` and ``end`` ("low", "high": its range over the equilibria
        at the era's centre; not a number where undefined).  ``share`` has the dimensions ``era``
        and ``equilibrium``: how often each type occurs over the era's box.
        """
        import xarray as xr

        eras = [e.name for e in self.eras]
        variables: dict[str, Any] = {}
        told = [(n, o.means, o.unit) for n, o in self.model.outcomes.items()]
        told += [(n, f"payoff of {p.title}", p.unit) for n, p in self.model.players.items()]
        for name, means, unit in told:
            ranges = [e.equilibria.range_of(name) or (math.nan, math.nan) for e in self.eras]
            values = [[float(low), float(high)] for low, high in ranges]
            variables[name] = (("era", "end"), values, {"long_name": means, "units": unit})
        types = list(dict.fromkeys(n for e in self.eras for n in e.frequencies.each))
        shares = [[e.frequencies.each.get(n, 0.0) for n in types] for e in self.eras]
        variables["share"] = (("era", "equilibrium"), shares, {"units": "1"})
        frequencies = self.eras[0].frequencies
        return xr.Dataset(
            variables,
            coords={"era": eras, "end": ["low", "high"], "equilibrium": types},
            attrs={
                "model": self.model.name,
                "source": self.model.source,
                "draws": frequencies.draws,
                "seed": frequencies.seed,
                **{f"version of {name}": told for name, told in self.versions.items()},
            },
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain data; exact numbers are text such as "11/16"."""
        return {
            "model": self.model.name,
            "title": self.model.title,
            "source": self.model.source,
            "versions": dict(self.versions),
            "eras": [_era_dict(self.model, e) for e in self.eras],
            "groups": [
                {"group": g.group, "moves": g.moves, "only": g.only, "all_but": g.all_but}
                for g in self.groups
            ],
            "changed": list(self.changed),
        }


Range = tuple[sp.Rational, sp.Rational] | None


def moved(before: Range, after: Range) -> str:
    """Say which way a range of values went between two eras."""
    if before is None or after is None:
        return "not comparable"
    if before == after:
        return "same" if before[0] == before[1] else "same range"
    if after[0] > before[1]:
        return "rises"
    if after[1] < before[0]:
        return "falls"
    return "depends on the equilibrium"


def written(found: Range) -> str:
    """Write a range of values; one number where its ends are the same."""
    if found is None:
        return "undefined"
    low, high = found
    return number(low) if low == high else f"{number(low)} to {number(high)}"


# --- as tables ---------------------------------------------------------------------------------


def _payoff_table(model: Model, era: EraSummary) -> Table:
    names = list(model.players)
    row, column = model.players.values()

    def cell(a: str, b: str) -> Cell:
        return tuple(
            Best(number(era.payoffs[a, b][player]), (a, b) in era.best[player]) for player in names
        )

    rows = tuple((a, *(cell(a, b) for b in column.actions)) for a in row.actions)
    years = f" ({era.years[0]}–{era.years[1]})" if era.years else ""
    unit = f", in {row.unit}" if row.unit else ""
    return Table(
        f"{model.title}: payoffs, {era.title}{years}",
        (f"{row.title} \\ {column.title}", *column.actions),
        rows,
        (
            f"Payoffs ({row.title}, {column.title}){unit} at the era's centre; * marks a best reply.",
            f"Source: {model.source}.",
        ),
    )


def _equilibrium_table(comparison: Comparison) -> Table:
    model = comparison.model
    rows: list[tuple[Cell, ...]] = []
    notes = []
    for era in comparison.eras:
        for e in era.equilibria:
            marks = [
                word
                for word, holds in (
                    ("strict", e.strict),
                    ("risk dominant", e.name == era.risk_dominant),
                    ("payoff dominant", e.name == era.payoff_dominant),
                )
                if holds
            ]
            rows.append(
                (
                    era.title,
                    e.name,
                    *(_mix(e.play[player]) for player in model.players),
                    ", ".join(number(e.payoffs[player]) for player in model.players),
                    number(e.regret),
                    ", ".join(marks),
                )
            )
        notes += [f"{era.title}: {note}" for note in _quality(era.equilibria)]
    titles = [p.title for p in model.players.values()]
    units = " and ".join(dict.fromkeys(p.unit for p in model.players.values() if p.unit))
    if units:
        notes.insert(0, f"Payoffs ({', '.join(titles)}) in {units}; mixes are probabilities.")
    return Table(
        "Equilibria at the centre",
        ("era", "equilibrium", *titles, "payoffs", "regret", "selection"),
        tuple(rows),
        tuple(notes),
    )


def _mix(mix: Mapping[str, sp.Rational]) -> str:
    used = {action: p for action, p in mix.items() if p}
    if len(used) == 1:
        return next(iter(used))
    return ", ".join(f"{action} {float(p):.3f}" for action, p in used.items())


def _quality(found: Equilibria) -> list[str]:
    """Say how good the answer is: complete, degenerate, how it was found."""
    said = "all equilibria" if found.complete else f"NOT all equilibria ({found.reason})"
    if found.degenerate:
        said += f"; the game is degenerate: {found.witness}"
    return [f"{said}; {found.method}."]


def _outcome_table(comparison: Comparison) -> Table:
    rows = []
    model = comparison.model
    told = [(o.name, o.means, o.unit) for o in model.outcomes.values()]
    told += [(p.name, f"payoff of {p.title}", p.unit) for p in model.players.values()]
    for name, means, unit in told:
        ranges = [e.equilibria.range_of(name) for e in comparison.eras]
        change = moved(ranges[0], ranges[-1]) if len(ranges) > 1 else ""
        rows.append((f"{name}: {means}" if means else name, unit, *map(written, ranges), change))
    return Table(
        "Outcomes over the equilibria at the centre",
        ("outcome", "unit", *(e.title for e in comparison.eras), "change"),
        tuple(rows),
        ("'a to b' is the range over all equilibria of that era.",),
    )


def _game_table(comparison: Comparison) -> Table:
    model = comparison.model
    rows: list[tuple[Cell, ...]] = []
    if comparison.eras[0].kinds:
        rows += [
            (f"game of {player.title}", *(e.kinds[player.name] for e in comparison.eras))
            for player in model.players.values()
        ]
    joint = [" against ".join(dict.fromkeys(e.kinds.values())) for e in comparison.eras]
    if any(joint):
        rows.append(("the game", *joint))
    for player in model.players.values():
        rows.append(
            (
                f"{player.title}: dominated",
                *(
                    "; ".join(
                        f"{d.worse} by {d.better} ({'strictly' if d.strict else 'weakly'})"
                        for d in e.dominance
                        if d.player == player.name
                    )
                    or "nothing"
                    for e in comparison.eras
                ),
            )
        )
    notes = () if any(joint) else ("The names of games are for 2x2 games.",)
    titles = (e.title for e in comparison.eras)
    return Table("Kind of game and dominance at the centre", ("", *titles), tuple(rows), notes)


def _frequency_table(comparison: Comparison) -> Table:
    eras = [e.frequencies for e in comparison.eras]
    every = dict.fromkeys(found for f in eras for found in f.sets)
    common = [s for s in every if any(f.sets.get(s, 0) >= SHOWN_SHARE for f in eras)]
    rows: list[tuple[Cell, ...]] = [
        (" and ".join(f"({name})" for name in s), *(percent(f.sets.get(s, 0.0)) for f in eras))
        for s in common
    ]
    if len(common) < len(every):
        rest = (sum(s for found, s in f.sets.items() if found not in common) for f in eras)
        rows.append((f"{len(every) - len(common)} rarer sets", *map(percent, rest)))
    for player in eras[0].kinds:
        title = comparison.model.players[player].title
        for kind in dict.fromkeys(k for f in eras for k in f.kinds[player]):
            shares = (percent(f.kinds[player].get(kind, 0.0)) for f in eras)
            rows.append((f"game of {title}: {kind}", *shares))
    draws, seed = eras[0].draws, eras[0].seed
    exact = ", ".join(str(f.exact_draws) for f in eras)
    return Table(
        "How often over the era's box",
        ("all equilibria", *(e.title for e in comparison.eras)),
        tuple(rows),
        (
            f"Shares of {draws:,} calibrations drawn uniformly from each box, seed {seed}: a sample.",
            f"Draws too close to call in floats, solved exactly: {exact}.",
        ),
    )


def _group_table(comparison: Comparison) -> Table:
    first, last = (e.title for e in comparison.eras)
    rows = tuple(
        (g.group, ", ".join(g.moves) or "nothing", "; ".join(g.only), "; ".join(g.all_but))
        for g in comparison.groups
    )
    return Table(
        "Which group of parameters did it",
        ("group", "moves", "this group alone", "all groups but this one"),
        rows,
        (f"Equilibria when central values go from those of {first} to those of {last}.",),
    )


# --- as data -----------------------------------------------------------------------------------


def _era_dict(model: Model, era: EraSummary) -> dict[str, Any]:
    found = era.equilibria
    return {
        "era": era.name,
        "title": era.title,
        "years": era.years,
        "calibration": {k: str(v) for k, v in found.calibration.items()},
        "payoffs": {
            ", ".join(profile): {player: str(v) for player, v in cell.items()}
            for profile, cell in era.payoffs.items()
        },
        "best_replies": {
            player: [", ".join(p) for p in era.payoffs if p in best]
            for player, best in era.best.items()
        },
        **{
            key: value
            for key, value in found.to_dict().items()
            if key not in ("model", "at", "calibration")
        },
        "outcome_ranges": {
            name: None if (r := found.range_of(name)) is None else [str(r[0]), str(r[1])]
            for name in (*model.outcomes, *model.players)
        },
        "kinds": dict(era.kinds),
        "dominance": [
            {"player": d.player, "better": d.better, "worse": d.worse, "strict": d.strict}
            for d in era.dominance
        ],
        "payoff_dominant": era.payoff_dominant or None,
        "risk_dominant": era.risk_dominant or None,
        "frequencies": {
            "draws": era.frequencies.draws,
            "seed": era.frequencies.seed,
            "exact_draws": era.frequencies.exact_draws,
            "sets": [
                {"equilibria": list(s), "share": share} for s, share in era.frequencies.sets.items()
            ],
            "each": dict(era.frequencies.each),
            "kinds": {p: dict(k) for p, k in era.frequencies.kinds.items()},
        },
    }
