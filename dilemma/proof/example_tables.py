"""An example of a claim as a solved game: the calibrations, the payoffs, what is played.

Everything stands side by side, one column for each calibration that the claim speaks of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy as sp

from dilemma.errors import DilemmaError
from dilemma.model import Model
from dilemma.parts import Era, decimal
from dilemma.proof.evaluation import numbers
from dilemma.proof.verdicts import ANOTHER, Example, Verdict
from dilemma.report import Best, Cell, Table, number

__all__ = ["boxes", "tables"]

Row = tuple[Cell, ...]
LARGEST = 40  # profiles of a game whose payoffs and equilibria are shown


def tables(model: Model, verdict: Verdict, example: Example, what: str) -> tuple[Table, ...]:
    """Return the tables of one example.

    Parameters
    ----------
    model : Model
        With the eras that the claim speaks of.
    what : str
        How the example is announced, such as "Where it fails".
    """
    labels = [label for label in example.calibrations if label in _own(example)]
    found = [_calibrations(model, example, labels, what)]
    if model.kind == "matrix" and len(model.profiles) <= LARGEST:
        found.append(_payoffs(model, example, labels))
    rows: dict[str, dict[str, str]] = {}
    for name, cells in (*_played(model, example), *_spoken_of(model, verdict, example)):
        rows.setdefault(name, {}).update(cells)
    if rows:
        columns = list(dict.fromkeys([*labels, *example.play]))
        told = tuple((name, *(cells.get(c, "") for c in columns)) for name, cells in rows.items())
        found.append(Table("What is played there", ("", *columns), told, _notes(model, example)))
    return tuple(found)


def boxes(model: Model, verdict: Verdict) -> Table:
    """Return where the parameters may lie, where a claim speaks of boxes."""
    claim = verdict.claim
    eras = [model.eras[verdict.era or claim.over]] if claim.over != "pair" else [*_pair(model)]
    rows = tuple(
        (
            name,
            _means(model, name),
            *(str(era.values[name].range) for era in eras),
            ", ".join(dict.fromkeys(era.values[name].grade for era in eras)),
        )
        for name in model.parameters
    )
    head = ("parameter", "means", *(era.title for era in eras), "whose word")
    title = "The boxes: every calibration in them counts"
    return Table(title, head, rows, formulas=head[:1])


def _pair(model: Model) -> list[Era]:
    return list(model.eras.values())[:2]


def _own(example: Example) -> list[str]:
    """Return the labels of calibrations, without other equilibria at the same one."""
    labels = [*example.calibrations]
    return [label for k, label in enumerate(labels) if not _another(label, labels[:k])]


def _another(label: str, before: list[str]) -> bool:
    """Tell whether a label is of another equilibrium at one of the calibrations before it."""
    return any(label.startswith(own + ANOTHER) for own in before)


# --- calibrations --------------------------------------------------------------------------------


def _calibrations(model: Model, example: Example, labels: list[str], what: str) -> Table:
    """Return what differs from the centres; where nothing does, or there are none, everything."""
    moved = {name for label in labels for name in example.moved[label]}
    if not model.eras or not moved:
        rows: list[Row] = [
            (name, _means(model, name), *(decimal(example.calibrations[c][name]) for c in labels))
            for name in model.parameters
        ]
        where = "at the centre" if model.eras else "the calibration"
        every = ("parameter", "means", *labels)
        return Table(f"{what}: {where}", every, tuple(rows), formulas=every[:1])
    eras = {label: _era(model, label) for label in labels}
    rows = [
        (
            name,
            _means(model, name),
            *(_value(example, label, name, eras[label]) for label in labels),
            _sources(model, name, [era for era in eras.values() if era is not None]),
        )
        for name in model.parameters
        if name in moved
    ]
    notes = ["* is not at the era's centre, which stands in brackets with its interval."]
    rest = [name for name in model.parameters if name not in moved]
    if rest:
        told = (f"{name} {_everywhere(example, labels, name)}" for name in rest)
        notes.append(f"All else is at the centre: {', '.join(told)}.")
    if not any(eras.values()):  # a claim about all parameters
        rows, notes[0] = [row[:-1] for row in rows], "These are not as in the first era."
    head = ("parameter", "means", *labels, *(["source"] if any(eras.values()) else []))
    return Table(f"{what}: the calibration", head, tuple(rows), tuple(notes), head[:1])


def _everywhere(example: Example, labels: list[str], name: str) -> str:
    """Write a parameter's value, or its values where they differ."""
    told = dict.fromkeys(decimal(example.calibrations[label][name]) for label in labels)
    return " / ".join(told)


def _era(model: Model, label: str) -> Era | None:
    """Return the era that a calibration is labelled with."""
    labels = {
        own: era
        for era in model.eras.values()
        for own in (era.title, *(f"{era.title}, {name} higher" for name in model.parameters))
    }
    return labels.get(label)


def _value(example: Example, label: str, name: str, era: Era | None) -> str:
    value = decimal(example.calibrations[label][name])
    if era is None:
        return value
    own = era.values[name]
    star = "*" if name in example.moved[label] else ""
    return f"{value}{star} ({decimal(own.central)} in {own.range})"


def _means(model: Model, name: str) -> str:
    parameter = model.parameters[name]
    return f"{parameter.means} [{parameter.unit}]"


def _sources(model: Model, name: str, eras: list[Era]) -> str:
    told = [era.values[name] for era in eras] if model.eras else []
    return "; ".join(dict.fromkeys(f"{v.grade}: {v.source}" for v in told))


# --- payoffs -------------------------------------------------------------------------------------


def _payoffs(model: Model, example: Example, labels: list[str]) -> Table:
    """Return the payoff matrices, best replies marked, side by side."""
    cells = {label: _cells(model, example.calibrations[label]) for label in labels}
    titles = ", ".join(p.title for p in model.players.values())
    note = f"Payoffs ({titles})."
    first, *others = model.players.values()
    rows: list[Row]
    if len(others) == 1 and len(others[0].actions) == 2:
        columns = [(label, b) for label in labels for b in others[0].actions]
        rows = [(a, *(cells[label][a, b] for label, b in columns)) for a in first.actions]
        head = [f"{first.title} \\ {others[0].title}", *(f"{at}: {b}" for at, b in columns)]
    else:
        rows = [(", ".join(q), *(cells[label][q] for label in labels)) for q in model.profiles]
        head = [f"({titles})", *labels]
    return Table("The game there", tuple(head), tuple(rows), (note,))


def _cells(
    model: Model, calibration: Mapping[str, sp.Rational]
) -> dict[tuple[str, ...], tuple[Best, ...]]:
    values = numbers(model, calibration)
    pays = {
        q: {p: model.payoffs[q][p].xreplace(values) for p in model.players} for q in model.profiles
    }
    found = {}
    for profile in model.profiles:
        told = []
        for position, player in enumerate(model.players.values()):
            others = ((*profile[:position], a, *profile[position + 1 :]) for a in player.actions)
            own = pays[profile][player.name]
            best = all(pays[q][player.name] <= own for q in others)
            told.append(Best(number(own), best))
        found[profile] = tuple(told)
    return found


# --- what is played ------------------------------------------------------------------------------


def _played(model: Model, example: Example) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield, for each thing that is chosen, what it is in each column; then what is paid."""
    if model.kind == "matrix" and len(model.profiles) <= LARGEST:
        found = {label: _equilibria(model, example.calibrations[label]) for label in _own(example)}
        if any(found.values()):
            yield "all equilibria", found
    decisions = dict.fromkeys(d for play in example.play.values() for d in play)
    for decision in decisions:
        if model.choices is not None:
            for name, choice in model.choices.choices.items():
                if choice.player == decision:
                    who = model.players[decision].title
                    yield (
                        f"{name}: {choice.means} ({who})",
                        {c: number(play[decision][name]) for c, play in example.play.items()},
                    )
            continue
        who = model.players[decision].title if decision in model.players else decision
        yield who, {label: _mix(play[decision]) for label, play in example.play.items()}
    for name, player in model.players.items():
        if example.values:
            unit = f" [{player.unit}]" if player.unit else ""
            yield f"payoff of {player.title}{unit}", _worth(example, name)


def _mix(mix: Mapping[str, sp.Expr]) -> str:
    used = {action: chance for action, chance in mix.items() if chance}
    if len(used) == 1:
        return next(iter(used))
    return ", ".join(f"{action} {number(chance)}" for action, chance in used.items())


def _worth(example: Example, name: str) -> dict[str, str]:
    return {label: number(told[name]) for label, told in example.values.items() if name in told}


def _equilibria(model: Model, calibration: Mapping[str, sp.Rational]) -> str:
    from dilemma.games import equilibria

    try:
        found = equilibria(model, calibration)
    except DilemmaError as error:
        return f"not found: {error}"
    more = "" if found.complete else "; perhaps more"
    return "; ".join(found.names) + more


def _spoken_of(
    model: Model, verdict: Verdict, example: Example
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what the claim speaks of: outcomes of what is played, and single numbers."""
    symbols = verdict.claim.holds.free_symbols | verdict.claim.given.free_symbols
    references = [r for s, r in verdict.claim.references.items() if s in symbols]
    told = dict.fromkeys(r.arguments[0] for r in references if r.of_play and r.arguments)
    for name in told:
        chosen = model.choices is not None and name in model.choices.choices
        if name in model.outcomes and not chosen:
            outcome = model.outcomes[name]
            unit = f" [{outcome.unit}]" if outcome.unit not in ("", "1") else ""
            yield f"{name}: {outcome.means}{unit}", _worth(example, name)
    of_play = {s.name for s, r in verdict.claim.references.items() if r.of_play}
    for fact, value in example.facts.items():
        if fact not in of_play and fact.split(" (")[0] not in told:
            era, dot, name = fact.partition(".")
            if dot and era in model.eras:
                yield name, {model.eras[era].title: number(value)}
            else:
                yield fact, dict.fromkeys(_own(example), number(value))


def _notes(model: Model, example: Example) -> tuple[str, ...]:
    if not example.play:
        return ()
    if model.choices is not None:
        return ("Solved exactly and searched for deviations that pay; four digits are shown.",)
    return ("Exact, and nobody gains by deviating; four digits are shown.",)
