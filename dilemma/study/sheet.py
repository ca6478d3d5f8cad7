"""What a model says, on one sheet: payoffs, parameters with their values, and whose word they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dilemma.calls import of_a_model
from dilemma.errors import BudgetError, UnsupportedError
from dilemma.model import Model
from dilemma.output.result import Cell, Shown, Table, as_data
from dilemma.reading.eras import titled
from dilemma.study.propositions import propositions
from dilemma.theory.parts import Claim, Value, decimal

__all__ = ["Sheet", "sheet"]

SECONDS = 20.0  # of a reader who asked what a model says, not for its propositions
LONGEST = 30_000  # characters


@dataclass(frozen=True, repr=False)
class Sheet(Shown):
    """A model laid out for reading.

    Attributes
    ----------
    model : Model
    seconds : float or None
        Budget for its solution in symbols.
    """

    model: Model
    seconds: float | None = SECONDS

    def tables(self) -> tuple[Table, ...]:
        """Return payoffs, definitions, parameters, outcomes, solution and claims."""
        found = [*self.statement(), _solution(self.model, self.seconds)]
        if self.model.claims:
            found.append(_claims(self.model))
        return tuple(found)

    def statement(self) -> tuple[Table, ...]:
        """Return what comes before the solution: the game as its file states it."""
        found = [*self.model.game.sheet(self.model)]
        if self.model.definitions:
            found.append(_definitions(self.model))
        if self.model.parameters:
            found.append(_parameters(self.model))
        if self.model.further_eras:
            found.append(_further(self.model))
        if self.model.variants:
            found.append(_variants(self.model))
        if self.model.outcomes:
            found.append(_outcomes(self.model))
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """Return the model's document: what its file says."""
        return {"name": self.model.name, **as_data(self.model.document)}


@of_a_model
def sheet(model: Model, *, seconds: float | None = SECONDS) -> Sheet:
    """Lay a model out for reading.

    Parameters
    ----------
    model : Model
    seconds : float, optional
        Budget for its solution in symbols: past it conditions are longer than need be.

    Examples
    --------
    >>> import dilemma
    >>> print(str(sheet(dilemma.load("abandonment"))).splitlines()[0])
    Abandonment and entrapment: payoffs
    """
    return Sheet(model, seconds)


def _definitions(model: Model) -> Table:
    rows = tuple((d.name, str(d.formula), d.unit, d.means) for d in model.definitions.values())
    head = ("name", "is", "unit", "means")
    return Table("Definitions", head, rows, formulas=("name", "is"))


def _parameters(model: Model) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name, parameter in model.parameters.items():
        told = [era.values[name] for era in model.eras.values()]
        words = dict.fromkeys(f"{v.grade}: {v.source}" for v in told)
        rows.append(
            (
                name,
                f"{parameter.means} [{parameter.unit}], in {parameter.range}",
                *map(_value, told),
                "; ".join(words),
            )
        )
    eras = {key: era for key, era in model.eras.items() if not era.given}
    return Table(
        "Parameters",
        ("name", "means", *(era.title for era in model.eras.values()), "grade and source"),
        tuple(rows),
        (
            "Each era: central value in its interval; = marks one draw for all eras.",
            *([f"Eras, as --era names them: {titled(eras)}."] if eras else []),
        ),
        ("name",),
    )


def _further(model: Model) -> Table:
    """Show what the eras that are based on others say themselves."""
    rows: list[tuple[Cell, ...]] = []
    for era in model.further_eras.values():
        base = model.era(era.based_on)
        head = (era.name, era.title + (f" ({era.years[0]}–{era.years[1]})" if era.years else ""))
        own = [name for name in model.parameters if era.values[name] != base.values[name]]
        for name in own:
            value = era.values[name]
            rows.append((*head, name, _value(value), f"{value.grade}: {value.source}"))
            head = ("", "")
        if not own:
            rows.append((*head, "", "", ""))
    told = ", ".join(f"{e.name} on {e.based_on}" for e in model.further_eras.values())
    note = (
        f"Asked about by name, as in --era {next(iter(model.further_eras))}. What is not told here is "
        f"as in the era that each is based on: {told}."
    )
    header = ("era", "title", "name", "value", "grade and source")
    return Table("Further eras", header, tuple(rows), (note,), ("name",))


def _value(value: Value) -> str:
    tied = "= " if value.common else ""
    return f"{tied}{decimal(value.central)} in {value.range}"


def _outcomes(model: Model) -> Table:
    rows = tuple((o.name, o.unit, o.means) for o in model.outcomes.values())
    head = ("name", "unit", "means")
    return Table("Outcomes of an equilibrium", head, rows, formulas=("name",))


def _solution(model: Model, seconds: float | None) -> Table:
    """State the solution in symbols; where that takes long, or would not fit a sheet, say who does."""
    try:
        told = propositions(model, seconds=seconds).tables()[0]
    except UnsupportedError as error:
        return Table("Solution in symbols", ("",), ((str(error),),))
    except BudgetError:
        return _elsewhere(model, f"takes more than {seconds:g} seconds to state")
    if sum(len(str(cell)) for row in told.rows for cell in row) > LONGEST:
        return _elsewhere(model, "is too long for a sheet")
    return told


def _elsewhere(model: Model, why: str) -> Table:
    where = f"dilemma propositions {model.name} states it"
    return Table("Solution in symbols", ("",), ((f"It {why}: {where}.",),))


def _variants(model: Model) -> Table:
    """Show the calibrations in which less moves between the eras."""
    rows = tuple((v.name, ", ".join(v.moves), v.says) for v in model.variants.values())
    first = next(iter(model.eras.values())).title
    note = f"All else is one draw for all eras, from the interval that it has in the {first} era."
    return Table("Calibrations", ("name", "moves", "says"), rows, (note,), ("moves",))


def _scope(claim: Claim) -> str:
    """Say what a claim is about, and of how much of it."""
    over = ", ".join(filter(None, (claim.over, *claim.eras, claim.calibrations)))
    part = {"holds": "", "exists": ": some equilibrium", "possible": ": some calibration"}
    return over + part[claim.mode]


def _claims(model: Model) -> Table:
    rows = tuple(
        (f"{c.label}: {c.name}" if c.label else c.name, _scope(c), c.says, c.source)
        for c in model.claims.values()
    )
    return Table("Claims", ("claim", "over", "says", "source"), rows)
