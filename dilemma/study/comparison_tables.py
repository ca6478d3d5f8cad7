"""A comparison of eras as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from dilemma.equilibria import Equilibria
from dilemma.equilibrium import Equilibrium
from dilemma.model import Model
from dilemma.parts import Profile
from dilemma.report import Best, Cell, Table, number, percent
from dilemma.study.eras import EraSummary, GroupMove

__all__ = ["every", "moved", "written"]

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
    return number(low) if low == high else f"{number(low)} to {number(high)}"


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
        rows = tuple((", ".join(profile), cell(profile)) for profile in model.profiles)
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
    rows: list[tuple[Cell, ...]] = []
    notes = []
    for era in eras:
        for e in era.equilibria:
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
            rows.append(
                (
                    era.title,
                    e.name,
                    *(_done(e, decision) for decision in e.play),
                    ", ".join(number(e.payoffs[player]) for player in model.players),
                    number(e.regret),
                    ", ".join(marks),
                )
            )
        notes += [f"{era.title}: {note}" for note in _quality(era.equilibria)]
        notes += dict.fromkeys(
            f"{era.title}, certificate: {e.certificate}." for e in era.equilibria if e.certificate
        )
        notes += [
            f"{era.title}: the leader's other regimes pay {_rivals(e)}."
            for e in era.equilibria
            if e.rivals
        ]
    titles = [p.title for p in model.players.values()]
    decisions = titles if model.tree is None else list(model.tree.decisions)
    if model.choices is not None:
        decisions = [model.players[p].title for p in model.players]
    units = " and ".join(dict.fromkeys(p.unit for p in model.players.values() if p.unit))
    mixes = "" if model.choices is not None else "; mixes are probabilities"
    if units:
        notes.insert(0, f"Payoffs ({', '.join(titles)}) in {units}{mixes}.")
    # Where there are payoff matrices the first of them has the title.
    about = f"{model.title}: equilibria" if model.choices is not None else "Equilibria"
    return Table(
        f"{about} at the centre",
        ("era", "equilibrium", *decisions, "payoffs", "regret", "selection"),
        tuple(rows),
        tuple(notes),
    )


def _rivals(equilibrium: Equilibrium) -> str:
    return ", ".join(
        f"({name}) {number(value)} at {number(choice)}"
        for name, (choice, value) in equilibrium.rivals.items()
    )


def _done(equilibrium: Equilibrium, decision: str) -> str:
    """Say what is done at a decision."""
    if decision in equilibrium.cutoffs:
        return str(equilibrium.cutoffs[decision])
    if equilibrium.chosen:
        told = equilibrium.play[decision]
        return ", ".join(f"{name} {number(value)}" for name, value in told.items())
    return _mix(equilibrium.play[decision])


def _mix(mix: Mapping[str, sp.Rational]) -> str:
    used = {action: p for action, p in mix.items() if p}
    if len(used) == 1:
        return next(iter(used))
    return ", ".join(f"{action} {float(p):.3f}" for action, p in used.items())


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
