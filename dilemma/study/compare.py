"""Compare the eras of a model: what is played at their centres and over their boxes, and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy as sp

from dilemma.equilibrium import Equilibria, Equilibrium
from dilemma.errors import CalibrationError, UnsupportedError, nearest
from dilemma.games import kinds, selection
from dilemma.model import Model
from dilemma.parts import Profile
from dilemma.report import Best, Cell, Shown, Table, number, percent, versions
from dilemma.study.frequencies import Frequencies, frequencies
from dilemma.study.solve import solve

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Comparison", "EraSummary", "GroupMove", "compare"]

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


def compare(
    model: Model,
    eras: Sequence[str] | None = None,
    *,
    draws: int = 20_000,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Compare eras of a model, by default all of them.

    Parameters
    ----------
    model : Model
    eras : sequence of str, optional
        Which eras, in which order.
    draws, seed : int
        Random calibrations drawn from each era's box, uniformly and independently.
    progress : callable, optional
        Called with the share of the work done.

    Returns
    -------
    Comparison
        Prints as tables; ``to_latex``, ``to_json`` and notebooks know it too.

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.compare(dilemma.load("abandonment"), draws=1000)
    >>> found["cold_war"].kinds
    {'japan': 'harmony', 'us': 'harmony'}
    >>> found["post_cold_war"].risk_dominant
    '(strong, strong)'
    """
    names = list(model.eras) if eras is None else list(eras)
    if not names:
        raise CalibrationError(f"{model.name} has no eras to compare")
    for name in names:
        if name not in model.eras:
            raise CalibrationError(f"no era {name!r} in {model.name}: {nearest(name, model.eras)}")
    summaries = []
    for k, name in enumerate(names):
        if progress is not None:
            progress(k / (len(names) + 1))
        summaries.append(_summary(model, name, draws, seed, progress))
    groups = _groups(model, names) if len(names) == 2 else ()
    return Comparison(
        model=model,
        eras=tuple(summaries),
        groups=groups,
        changed=_changed(model, summaries[0], summaries[-1]) if len(names) > 1 else (),
        versions=versions("nashpy", "numpy", "sympy", "xarray"),
    )


def _summary(
    model: Model, name: str, draws: int, seed: int, progress: Callable[[float], None] | None
) -> EraSummary:
    era = model.eras[name]
    found = solve(model, name)
    values = model.values(found.calibration)
    payoffs = {
        profile: {player: payoff.xreplace(values) for player, payoff in cell.items()}
        for profile, cell in model.payoffs.items()
    }
    players = list(model.players.values())
    return EraSummary(
        name=name,
        title=era.title,
        years=era.years,
        equilibria=found,
        payoffs=payoffs,
        best=selection.best_replies(players, payoffs),
        kinds=_kinds(model, values),
        dominance=selection.dominance(players, payoffs),
        payoff_dominant=_named(selection.payoff_dominant(found.equilibria)),
        risk_dominant=_named(selection.risk_dominant(players, payoffs, found.equilibria)),
        frequencies=frequencies(model, name, draws=draws, seed=seed, progress=progress),
    )


def _named(equilibrium: Equilibrium | None) -> str:
    return "" if equilibrium is None else equilibrium.name


def _kinds(model: Model, values: Mapping[sp.Symbol, sp.Rational]) -> dict[str, str]:
    try:
        return {player: kinds.kind_of(model, player, values) for player in model.players}
    except UnsupportedError:
        return {}


def _groups(model: Model, names: Sequence[str]) -> tuple[GroupMove, ...]:
    before, after = (model.calibration(name) for name in names)
    found = []
    for group, members in model.groups.items():
        moves = tuple(m for m in members if before[m] != after[m])
        only = {**before, **{m: after[m] for m in moves}}
        all_but = {**after, **{m: before[m] for m in moves}}
        found.append(GroupMove(group, moves, solve(model, only).names, solve(model, all_but).names))
    return tuple(found)


def _changed(model: Model, before: EraSummary, after: EraSummary) -> tuple[str, ...]:
    """Say in sentences how the two centres differ."""
    found = []
    was, now = ("; ".join(e.equilibria.names) for e in (before, after))
    found.append(f"Equilibria: {was} → {now}." if was != now else f"Equilibria: {was} in both.")
    for player, kind in before.kinds.items():
        if kind != after.kinds[player]:
            found.append(f"{model.players[player].title}: {kind} → {after.kinds[player]}.")
    for name, outcome in model.outcomes.items():
        ranges = [e.equilibria.range_of(name) for e in (before, after)]
        moved = _moved(*ranges)
        if moved in ("rises", "falls"):
            shown = " → ".join(map(_range, ranges))
            found.append(f"{moved.capitalize()}: {outcome.means or name} ({shown}).")
    return tuple(found)


Range = tuple[sp.Rational, sp.Rational] | None


def _moved(before: Range, after: Range) -> str:
    if before is None or after is None:
        return "not comparable"
    if before == after:
        return "same" if before[0] == before[1] else "same range"
    if after[0] > before[1]:
        return "rises"
    if after[1] < before[0]:
        return "falls"
    return "depends on the equilibrium"


def _range(found: Range) -> str:
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
        moved = _moved(ranges[0], ranges[-1]) if len(ranges) > 1 else ""
        rows.append((f"{name}: {means}" if means else name, unit, *map(_range, ranges), moved))
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
