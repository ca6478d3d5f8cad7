"""Parameters, and what the eras say of them, on whose word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sympy as sp

from dilemma.errors import Mistake, nearest
from dilemma.parts import Era, Interval, Parameter, Value, decimal
from dilemma.reading.expressions import ExpressionError, exact
from dilemma.reading.payoffs import Where, blame
from dilemma.reading.schema import KEY, Document, ParameterRow, ValueRow

__all__ = ["read_eras", "read_parameters"]


def read_parameters(document: Document, mistakes: list[Mistake]) -> dict[str, Parameter]:
    """Read the parameters; one whose range is wrong may lie anywhere."""
    found = {}
    for name, row in document.parameters.items():
        interval = _range(("parameters", name, "range"), row, mistakes)
        symbol = sp.Symbol(name, real=True)
        found[name] = Parameter(name, symbol, interval, row.unit, row.means)
    return found


def _range(where: Where, row: ParameterRow, mistakes: list[Mistake]) -> Interval:
    everything = Interval(-sp.oo, sp.oo, open_low=True, open_high=True)
    low, high = (
        _end((*where, index), number, mistakes, endless=True)
        for index, number in enumerate(row.range)
    )
    if low is None or high is None:
        return everything
    if low == sp.oo or high == -sp.oo or low > high:
        mistakes.append(Mistake(where, "the low end lies above the high end"))
        return everything
    # An infinite end is never taken.
    open_low = row.open in ("low", "both") or low == -sp.oo
    open_high = row.open in ("high", "both") or high == sp.oo
    if low == high and (open_low or open_high):
        mistakes.append(Mistake(where, "nothing lies in this range", "an end of it is open"))
        return everything
    return Interval(low, high, open_low, open_high)


def _end(
    where: Where, number: object, mistakes: list[Mistake], *, endless: bool = False
) -> sp.Expr | None:
    infinite = {"inf": sp.oo, "+inf": sp.oo, "-inf": -sp.oo, "Infinity": sp.oo, "-Infinity": -sp.oo}
    if endless and str(number) in infinite:
        return infinite[str(number)]
    try:
        return exact(number)
    except ExpressionError as error:
        mistakes.append(
            blame(where, error) if isinstance(number, str) else Mistake(where, error.message)
        )
        return None


def read_eras(
    document: Document, parameters: Mapping[str, Parameter], mistakes: list[Mistake]
) -> dict[str, Era]:
    """Read the eras; each has a value for every parameter, those in common included."""
    known = document.names("parameters")
    common = _values(("common",), document.common, known, parameters, mistakes, common=True)
    shared = document.names("common")
    found = {}
    for name, row in document.eras.items():
        where = ("eras", name)
        own = row.values
        for twice in [key for key in own if key in shared]:
            message = f"{twice!r} has a value in [common] already"
            mistakes.append(Mistake((*where, twice), message, "leave one of them out", width=KEY))
        given = own.keys() | row.broken | set(shared)
        missing = [key for key in known if key not in given]
        if missing:
            message = f"no value for {', '.join(map(repr, missing[:6]))}"
            message += ", …" if len(missing) > 6 else ""
            hint = "give it here, or in [common]"
            mistakes.append(Mistake(where, message, hint, width=KEY))
        values = _values(where, own, known, parameters, mistakes, common=False)
        years = _years((*where, "years"), row.years, mistakes)
        both = {**common, **values}
        ordered = {key: both[key] for key in parameters if key in both}
        found[name] = Era(name, row.title or name, years, ordered)
    return found


def _years(
    where: Where, years: list[int] | None, mistakes: list[Mistake]
) -> tuple[int, int] | None:
    if years is None:
        return None
    if len(years) != 2 or years[0] > years[1]:
        mistakes.append(Mistake(where, "not a first and a last year"))
        return None
    return years[0], years[1]


def _values(
    where: Where,
    rows: Mapping[str, ValueRow],
    known: Iterable[str],
    parameters: Mapping[str, Parameter],
    mistakes: list[Mistake],
    *,
    common: bool,
) -> dict[str, Value]:
    found = {}
    for name, row in rows.items():
        if name not in known:
            hint = nearest(name, known)
            mistakes.append(Mistake((*where, name), f"no parameter {name!r}", hint, width=KEY))
            continue
        outer = parameters[name].range if name in parameters else None
        value = _value((*where, name), row, outer, mistakes, common=common)
        if value is not None:
            found[name] = value
    return found


def _value(
    where: Where, row: ValueRow, outer: Interval | None, mistakes: list[Mistake], *, common: bool
) -> Value | None:
    central = _end((*where, "value"), row.value, mistakes)
    low, high = (
        _end((*where, "range", index), number, mistakes) for index, number in enumerate(row.range)
    )
    if central is None or low is None or high is None:
        return None
    interval = Interval(low, high)
    if not row.source.strip():
        mistakes.append(
            Mistake((*where, "source"), "a value without a source", "say on whose word")
        )
    if low > high:
        mistakes.append(Mistake((*where, "range"), "the low end lies above the high end"))
    elif central not in interval:
        hint = f"low <= value <= high: {interval}"
        message = f"the value {decimal(central)} lies outside its own range"
        mistakes.append(Mistake((*where, "value"), message, hint))
    elif outer is not None and not (low in outer and high in outer):
        hint = f"{where[-1]} may lie in {outer}"
        message = "not inside the range that the parameter may have"
        mistakes.append(Mistake((*where, "range"), message, hint))
    return Value(central, interval, row.grade, row.source, common)
