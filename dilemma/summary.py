"""A model in a few lines: what a notebook shows of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dilemma.output.cleaning import line
from dilemma.output.result import exactly
from dilemma.output.tables import Table

if TYPE_CHECKING:
    from dilemma.model import Model

__all__ = ["in_a_line", "summary"]

ROWS = 12  # that a table has at most


def in_a_line(model: Model) -> str:
    """Return what a model is called, who plays, and how much is in it."""
    counted = ", ".join(
        f"{len(many)} {word}{'' if len(many) == 1 else 's'}"
        for word, many in (
            ("parameter", model.parameters),
            ("era", model.eras),
            ("claim", model.claims),
        )
    )
    return f"{model.name!r}: {line(model.title)} ({', '.join(model.players)}; {counted})"


def summary(model: Model) -> tuple[Table, ...]:
    """Return who chooses what, the payoffs where they are rows and columns, and the parameters.

    Examples
    --------
    >>> from dilemma import load
    >>> for table in summary(load("abandonment")):
    ...     print(table.title, len(table.rows))
    Abandonment and entrapment: who chooses what 2
    Abandonment and entrapment: payoffs 2
    Parameters 12
    """
    who = model.game.who_chooses(model)
    payoffs = model.game.table(model)
    tables = [replace(who, title=f"{model.title}: {who.title[0].lower()}{who.title[1:]}")]
    tables += [payoffs] if payoffs is not None else []
    tables += [_parameters(model)] if model.parameters else []
    return tuple(map(_short, tables))


def _parameters(model: Model) -> Table:
    rows = tuple(
        (
            parameter.name,
            parameter.unit,
            str(parameter.range),
            *(exactly(era.values[parameter.name].central) for era in model.eras.values()),
        )
        for parameter in model.parameters.values()
    )
    titles = (era.title for era in model.eras.values())
    return Table("Parameters", ("parameter", "unit", "range", *titles), rows, tuple(_notes(model)))


def _notes(model: Model) -> Iterator[str]:
    if model.eras:
        yield f"Central values in each era: {', '.join(model.eras)}."
    if model.further_eras:
        yield f"Further eras, asked about by name: {', '.join(model.further_eras)}."


def _short(table: Table) -> Table:
    """Return a table without what would be too long to glance at, and say what is left out."""
    left: Sequence[object] = table.rows[ROWS:]
    if not left:
        return table
    note = f"And {len(left)} more: dilemma.sheet(model) has all."
    return replace(table, rows=table.rows[:ROWS], notes=(note, *table.notes))
