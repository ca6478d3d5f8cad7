"""A comparison of eras: what is played at their centres and over their boxes, and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy as sp

from dilemma.budget import kept
from dilemma.by_era import Eras, era_in, eras_of
from dilemma.calls import of_a_model
from dilemma.errors import UnsupportedError, library
from dilemma.games import selection, two_by_two
from dilemma.games.dominance import dominance
from dilemma.games.equilibrium import Equilibria, Equilibrium
from dilemma.games.kind import Can
from dilemma.games.solution import by_branches, solve
from dilemma.model import Model
from dilemma.output.frames import Frame, as_float
from dilemma.output.result import (
    Best,
    Cell,
    Shown,
    Table,
    apart,
    as_data,
    fields_as_data,
    number,
    percent,
    versions,
)
from dilemma.study.asking import EraSummary, GroupMove
from dilemma.study.draws import Frequencies, frequencies
from dilemma.theory.parts import Profile

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Comparison", "compare", "every", "moved", "written"]

SHOWN_SHARE = 0.001  # rarer sets of equilibria are summed up in one row

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
    return " to ".join(apart([low, high] if low != high else [low]))


def every(
    model: Model,
    eras: Sequence[EraSummary],
    groups: Sequence[GroupMove],
    changed: Sequence[str],
) -> tuple[Table, ...]:
    """Return payoffs, equilibria, outcomes, frequencies and what did it."""
    found = [_payoff_table(model, era) for era in eras if era.payoffs]
    found += [_equilibrium_table(model, eras), _outcome_table(model, eras)]
    if eras[0].payoffs:
        found.append(_game_table(model, eras))
    found.append(_frequency_table(model, eras))
    if groups:
        found.append(_group_table(eras, groups))
    if changed:
        rows = tuple((sentence,) for sentence in changed)
        found.append(Table("What changed", ("at the central calibrations",), rows))
    return tuple(found)


def _payoff_table(model: Model, era: EraSummary) -> Table:
    names = list(model.players)
    first, *others = model.players.values()

    def cell(profile: Profile) -> Cell:
        return tuple(
            Best(number(era.payoffs[profile][player]), profile in era.best[player])
            for player in names
        )

    if len(others) == 1:
        head = (f"{first.title} \\ {others[0].title}", *others[0].actions)
        rows = tuple((a, *(cell((a, b)) for b in others[0].actions)) for a in first.actions)
    else:
        head = (f"({', '.join(p.title for p in model.players.values())})", "payoffs")
        rows = tuple((", ".join(profile), cell(profile)) for profile in model.game.profiles)
    years = f" ({era.years[0]}–{era.years[1]})" if era.years else ""
    unit = f", in {first.unit}" if first.unit else ""
    where = "" if model.eras[era.name].given else " at the era's centre"
    titles = ", ".join(p.title for p in model.players.values())
    return Table(
        f"{model.title}: payoffs, {era.title}{years}",
        head,
        rows,
        (
            f"Payoffs ({titles}){unit}{where}.",
            *([f"Source: {model.source}."] if model.source else []),
        ),
    )


def _equilibrium_table(model: Model, eras: Sequence[EraSummary]) -> Table:
    rows = [_equilibrium_row(model, era, e) for era in eras for e in era.equilibria]
    notes = [note for era in eras for note in _certainty(era)]
    titles = [p.title for p in model.players.values()]
    decisions = model.game.decision_titles(model)
    units = " and ".join(dict.fromkeys(p.unit for p in model.players.values() if p.unit))
    mixes = "" if Can.SLOPES in model.game.can else "; mixes are probabilities"
    if units:
        notes.insert(0, f"Payoffs ({', '.join(titles)}) in {units}{mixes}.")
    # Where there are tables of payoffs the first of them has the title.
    tabled = any(era.payoffs for era in eras)
    about = "Equilibria" if tabled else f"{model.title}: equilibria"
    return Table(
        f"{about} at the centre",
        ("era", "equilibrium", *decisions, "payoffs", "regret", "selection"),
        tuple(rows),
        tuple(notes),
    )


def _equilibrium_row(model: Model, era: EraSummary, e: Equilibrium) -> tuple[Cell, ...]:
    marks = [
        word
        for word, holds in (
            ("strict", e.strict),
            ("risk dominant", e.name == era.risk_dominant),
            ("payoff dominant", e.name == era.payoff_dominant and not e.chosen),
            ("stable", e.stable is True),
            ("unstable", e.stable is False),
        )
        if holds
    ]
    return (
        era.title,
        e.name,
        *(_done(e, decision) for decision in e.play),
        ", ".join(number(e.payoffs[player]) for player in model.players),
        number(e.regret),
        ", ".join(marks),
    )


def _certainty(era: EraSummary) -> list[str]:
    """Return how sure an era's equilibria are, and what a leader passed over."""
    found = era.equilibria
    notes = [f"{era.title}: {note}" for note in _quality(found)]
    notes += dict.fromkeys(
        f"{era.title}, certificate: {e.certificate}." for e in found if e.certificate
    )
    notes += [
        f"{era.title}: the leader's other regimes pay {_rivals(e)}." for e in found if e.rivals
    ]
    return notes


def _rivals(equilibrium: Equilibrium) -> str:
    return ", ".join(
        f"({name}) {number(value)} at {number(choice)}"
        for name, (choice, value) in equilibrium.rivals.items()
    )


def _done(equilibrium: Equilibrium, decision: str) -> str:
    """Say what is done at a decision."""
    if equilibrium.play.chosen:
        return equilibrium.play.cell(decision)
    return equilibrium.play.cell(decision, lambda chance: f"{float(chance):.3f}")


def _quality(found: Equilibria) -> list[str]:
    """Say how good the answer is: complete, degenerate, how it was found."""
    every = found.concept
    said = f"all {every}" if found.complete else f"NOT all {every} ({found.reason})"
    if found.degenerate:
        said += f"; the game is degenerate: {found.witness}"
    return [f"{said}; {found.method}."]


def _outcome_table(model: Model, eras: Sequence[EraSummary]) -> Table:
    rows = []
    told = [(o.name, o.means, o.unit) for o in model.outcomes.values()]
    told += [(p.name, f"payoff of {p.title}", p.unit) for p in model.players.values()]
    for name, means, unit in told:
        ranges = [e.equilibria.range_of(name) for e in eras]
        change = moved(ranges[0], ranges[-1]) if len(ranges) > 1 else ""
        rows.append((f"{name}: {means}" if means else name, unit, *map(written, ranges), change))
    return Table(
        "Outcomes over the equilibria at the centre",
        ("outcome", "unit", *(e.title for e in eras), "change"),
        tuple(rows),
        ("'a to b' is the range over all equilibria of that era.",),
    )


def _game_table(model: Model, eras: Sequence[EraSummary]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    if eras[0].kinds:
        rows += [
            (f"game of {player.title}", *(e.kinds[player.name] for e in eras))
            for player in model.players.values()
        ]
    joint = [" against ".join(dict.fromkeys(e.kinds.values())) for e in eras]
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
                    for e in eras
                ),
            )
        )
    notes = () if any(joint) else ("The names of games are for 2x2 games.",)
    titles = (e.title for e in eras)
    return Table("Kind of game and dominance at the centre", ("", *titles), tuple(rows), notes)


def _frequency_table(model: Model, eras: Sequence[EraSummary]) -> Table:
    told = [era.frequencies for era in eras]
    every = dict.fromkeys(found for f in told for found in f.sets)
    common = [s for s in every if any(f.sets.get(s, 0) >= SHOWN_SHARE for f in told)]
    rows: list[tuple[Cell, ...]] = [
        (" and ".join(f"({name})" for name in s), *(percent(f.sets.get(s, 0.0)) for f in told))
        for s in common
    ]
    if len(common) < len(every):
        rest = (sum(s for found, s in f.sets.items() if found not in common) for f in told)
        rows.append((f"{len(every) - len(common)} rarer sets", *map(percent, rest)))
    for player in told[0].kinds:
        title = model.players[player].title
        for kind in dict.fromkeys(k for f in told for k in f.kinds[player]):
            shares = (percent(f.kinds[player].get(kind, 0.0)) for f in told)
            rows.append((f"game of {title}: {kind}", *shares))
    draws, seed = told[0].draws, told[0].seed
    exact = ", ".join(str(f.exact_draws) for f in told)
    return Table(
        "How often over the era's box",
        ("all equilibria", *(e.title for e in eras)),
        tuple(rows),
        (
            f"Shares of {draws:,} calibrations drawn uniformly from each box, seed {seed}: a sample.",
            f"Draws too close to call in floats, solved exactly: {exact}.",
            *(
                [f"Not counted: {out} kinds of equilibria in which three or more players mix."]
                if (out := told[0].left_out)
                else []
            ),
        ),
    )


def _group_table(eras: Sequence[EraSummary], groups: Sequence[GroupMove]) -> Table:
    first, last = (e.title for e in eras)
    rows = tuple(
        (g.group, ", ".join(g.moves) or "nothing", "; ".join(g.only), "; ".join(g.all_but))
        for g in groups
    )
    return Table(
        "Which group of parameters did it",
        ("group", "moves", "this group alone", "all groups but this one"),
        rows,
        (f"Equilibria when central values go from those of {first} to those of {last}.",),
        ("moves",),
    )


# --- the comparison -------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
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
        key = era_in({e.name: e.title for e in self.eras}, era)
        return next(summary for summary in self.eras if summary.name == key)

    def tables(self) -> tuple[Table, ...]:
        """Return payoffs, equilibria, outcomes, frequencies and what did it."""
        return every(self.model, self.eras, self.groups, self.changed)

    def to_dataset(self) -> xr.Dataset:
        """Return outcomes and payoffs as a labelled dataset.

        Each has the dimensions ``era`` and ``end`` ("low", "high": its range over the equilibria
        at the era's centre; not a number where undefined).  ``share`` has the dimensions ``era``
        and ``equilibrium``: how often each type occurs over the era's box.
        """
        library("xarray")
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

    def _frame(self) -> Frame:
        """Return a row for each outcome, and each payoff, in each era: its range at the centre."""
        told = [(n, o.means, o.unit) for n, o in self.model.outcomes.items()]
        told += [(n, f"payoff of {p.title}", p.unit) for n, p in self.model.players.items()]
        rows = []
        for era in self.eras:
            for name, means, unit in told:
                low, high = era.equilibria.range_of(name) or (None, None)
                ends = {"low": as_float(low), "high": as_float(high)}
                rows.append(
                    {"era": era.name, "outcome": name, **ends, "unit": unit, "means": means}
                )
        complete = {era.name: era.equilibria.complete for era in self.eras}
        about = {"model": self.model.name, "source": self.model.source, "complete": complete}
        return Frame(("era", "outcome", "low", "high", "unit", "means"), rows, about)

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain data; exact numbers are text such as "11/16"."""
        return {
            "model": self.model.name,
            **fields_as_data(self.model, "title", "source"),
            "versions": dict(self.versions),
            "eras": [_era_dict(self.model, e) for e in self.eras],
            **fields_as_data(self, "groups", "changed"),
        }


# --- as plain data --------------------------------------------------------------------------------


def _era_dict(model: Model, era: EraSummary) -> dict[str, Any]:
    found = era.equilibria
    return {
        "era": era.name,
        **fields_as_data(era, "title", "years"),
        "calibration": as_data(found.calibration),
        "payoffs": {", ".join(profile): as_data(cell) for profile, cell in era.payoffs.items()},
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
            name: as_data(found.range_of(name)) for name in (*model.outcomes, *model.players)
        },
        **fields_as_data(era, "kinds", "dominance"),
        "payoff_dominant": era.payoff_dominant or None,
        "risk_dominant": era.risk_dominant or None,
        "frequencies": _frequencies_dict(era.frequencies),
    }


def _frequencies_dict(found: Frequencies) -> dict[str, Any]:
    return {
        **fields_as_data(found, "draws", "seed", "exact_draws"),
        "sets": [{"equilibria": list(s), "share": share} for s, share in found.sets.items()],
        **fields_as_data(found, "each", "kinds"),
    }


# --- eras compared --------------------------------------------------------------------------------


@of_a_model
@kept("comparing")
def compare(
    model: Model,
    eras: Eras = None,
    *,
    draws: int = 20_000,
    seed: int = 0,
    seconds: float | None = None,  # noqa: ARG001 -- kept from outside
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Compare eras of a model, by default all of them.

    Parameters
    ----------
    model : Model, str or Path
    eras : str, Era, mapping, or a sequence of these, optional
        Which eras, in which order; values on the spot are an era too (see :meth:`Model.era`).
    draws, seed : int
        Random calibrations drawn from each era's box, uniformly and independently.
    seconds : float, optional
        Budget for it all, past which there is an error and no answer; no limit if None.
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
    model, names = eras_of(model, eras)
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
    found = solve(model, name, second_opinion=True)
    values = model.values(found.calibration)
    players = list(model.players.values())
    payoffs = {}
    finite = Can.TABLE in model.game.can
    if finite:
        payoffs = {
            profile: {player: payoff.xreplace(values) for player, payoff in cell.items()}
            for profile, cell in model.payoffs.items()
        }
    safest = selection.risk_dominant(players, payoffs, found.equilibria) if payoffs else None
    return EraSummary(
        name=name,
        title=era.title,
        years=era.years,
        equilibria=found,
        payoffs=payoffs,
        best=selection.best_replies(players, payoffs) if payoffs else {},
        kinds=_kinds(model, values) if payoffs else {},
        dominance=dominance(players, payoffs) if payoffs else (),
        payoff_dominant=_named(selection.payoff_dominant(found.equilibria)),
        risk_dominant=_named(safest),
        frequencies=frequencies(model, name, draws=draws, seed=seed, progress=progress),
    )


def _named(equilibrium: Equilibrium | None) -> str:
    return "" if equilibrium is None else equilibrium.name


def _kinds(model: Model, values: Mapping[sp.Symbol, sp.Rational]) -> dict[str, str]:
    try:
        return {player: two_by_two.kind_of(model, player, values) for player in model.players}
    except UnsupportedError:
        return {}


def _groups(model: Model, names: Sequence[str]) -> tuple[GroupMove, ...]:
    before, after = (model.calibration(name) for name in names)
    found = []
    for group, members in model.groups.items():
        moves = tuple(m for m in members if before[m] != after[m])
        only = {**before, **{m: after[m] for m in moves}}
        all_but = {**after, **{m: before[m] for m in moves}}
        found.append(GroupMove(group, moves, _names(model, only), _names(model, all_but)))
    return tuple(found)


def _names(model: Model, calibration: Mapping[str, sp.Rational]) -> tuple[str, ...]:
    """Return the names of the equilibria; where numbers are chosen the branches tell, exactly."""
    if Can.SLOPES not in model.game.can:
        return solve(model, calibration).names
    points, _ = by_branches(model, model.values(calibration))
    return tuple(point.branch.title for point in points if point.best)


def _changed(model: Model, before: EraSummary, after: EraSummary) -> tuple[str, ...]:
    """Say in sentences how the two centres differ."""
    found = []
    was, now = ("; ".join(e.equilibria.names) or "none" for e in (before, after))
    found.append(f"Equilibria: {was} → {now}." if was != now else f"Equilibria: {was} in both.")
    for player, kind in before.kinds.items():
        if kind != after.kinds[player]:
            found.append(f"{model.players[player].title}: {kind} → {after.kinds[player]}.")
    for name, outcome in model.outcomes.items():
        ranges = [e.equilibria.range_of(name) for e in (before, after)]
        change = moved(*ranges)
        if change in ("rises", "falls"):
            shown = " → ".join(map(written, ranges))
            found.append(f"{change.capitalize()}: {outcome.means or name} ({shown}).")
    return tuple(found)
