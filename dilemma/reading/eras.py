"""Parameters, eras and variants, read: ranges, central values, grades, sources.

A *variant* of the eras names the parameters that move.  Every other one keeps, in all eras, the
value that it has in the first of them, and is one draw for all.

An era that is *based on* another says what is different in it.  It is one of the further eras, which
are asked about by name alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, get_args

import sympy as sp

from dilemma.errors import CalibrationError, Mistake, close, nearest
from dilemma.reading.expressions import ExpressionError, exact
from dilemma.reading.rows import (
    KEY,
    CalibrationsRow,
    Document,
    ParameterRow,
    ValueRow,
    Where,
    blame,
)
from dilemma.reading.toml import plain
from dilemma.theory.parts import Claim, Era, Grade, Interval, Parameter, Value, Variant, decimal

__all__ = [
    "HEAD",
    "central",
    "era_called",
    "given_era",
    "given_value",
    "inside",
    "nearest_era",
    "read_eras",
    "read_parameters",
    "read_variants",
    "titled",
    "varied",
    "way_out",
    "whole",
    "with_whole_eras",
    "without_eras",
]

SPELT = 4  # parameters at most that a title spells out
GIVEN = "given on the spot: no source"
ALLOWED = "the range that the theory allows"
PAIR = ("one", "other")  # what any two calibrations are called where there are not two eras
HEAD = ("title", "years", "based_on")  # an era's other keys are its values


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
    """Read the eras; each has a value for every parameter, those in common included.

    The further eras are among them: what they do not say is as in the era that they are based on.
    """
    common = _values(
        ("common",),
        document.common,
        document.names("parameters"),
        parameters,
        mistakes,
        common=True,
    )
    found: dict[str, Era] = {}
    for name in sorted(document.eras, key=lambda name: bool(document.eras[name].based_on)):
        row, where = document.eras[name], ("eras", name)
        base = _base(document, name, mistakes)
        if not row.based_on:
            _check_whole(document, name, mistakes)
        values = _values(
            where, row.values, document.names("parameters"), parameters, mistakes, common=False
        )
        _check_once(document, name, mistakes)
        years = _years((*where, "years"), row.years, mistakes)
        every = {**common, **(found[base].values if base in found else {}), **values}
        ordered = {key: every[key] for key in parameters if key in every}
        found[name] = Era(name, row.title or name, years, ordered, based_on=row.based_on)
    return {name: found[name] for name in document.eras}


def _base(document: Document, name: str, mistakes: list[Mistake]) -> str:
    """Return the era that another is based on, "" if it is none."""
    base, main = document.eras[name].based_on, document.main()
    if not base or base in main:
        return base
    where = ("eras", name, "based_on")
    if base in document.eras:
        message, hint = f"{base!r} is based on another era itself", "name that one"
        mistakes.append(Mistake(where, message, hint))
    else:
        mistakes.append(Mistake(where, f"no era {base!r}", nearest(base, main)))
    return ""


def _check_once(document: Document, name: str, mistakes: list[Mistake]) -> None:
    """See that an era says nothing of what is one draw for all."""
    shared = document.names("common")
    for twice in [key for key in document.eras[name].values if key in shared]:
        message = f"{twice!r} has a value in [common] already"
        where = ("eras", name, twice)
        mistakes.append(Mistake(where, message, "leave one of them out", width=KEY))


def _check_whole(document: Document, name: str, mistakes: list[Mistake]) -> None:
    """See that an era that is based on no other says something of every parameter."""
    row = document.eras[name]
    given = row.values.keys() | row.broken | set(document.names("common"))
    missing = [key for key in document.names("parameters") if key not in given]
    if missing:
        message = f"no value for {', '.join(map(repr, missing[:6]))}"
        message += ", …" if len(missing) > 6 else ""
        hint = "give it here, or in [common]"
        mistakes.append(Mistake(("eras", name), message, hint, width=KEY))


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


# --- short forms in Python ------------------------------------------------------------------------


def whole(told: object) -> object:
    """Return what is said of a parameter with every key that a model file asks for.

    A number by itself is its own interval, two are an interval round their middle; whoever gives
    no grade has assumed it.  What is neither is returned as it is, for the reader to refuse.

    Examples
    --------
    >>> whole(2)["range"], whole([1, 4])["value"], whole({"value": 2, "grade": "coded"})["grade"]
    ([2, 2], '5/2', 'coded')
    """
    row: dict[str, Any]
    if isinstance(told, Mapping):
        row = dict(told)
    elif isinstance(told, list | tuple):
        row = {"range": list(told)}
    elif isinstance(told, bool) or told is None:
        return told
    else:
        row = {"value": told}
    if "value" in row and "range" not in row:
        row["range"] = [row["value"], row["value"]]
    elif "value" not in row and isinstance(row.get("range"), list | tuple):
        row |= _middle(list(row["range"]))
    return {"grade": "assumed", "source": GIVEN, **row}


def _middle(ends: list[Any]) -> dict[str, Any]:
    try:
        low, high = map(exact, ends)
    except (ExpressionError, ValueError):
        return {}
    return {"value": str((low + high) / 2)}


def with_whole_eras(content: dict[str, Any]) -> dict[str, Any]:
    """Return a document whose eras, and what they have in common, have every key."""

    def filled(rows: object) -> object:
        if not isinstance(rows, Mapping):
            return rows
        return {key: row if key in HEAD else whole(row) for key, row in rows.items()}

    eras = content.get("eras")
    if isinstance(eras, Mapping):
        content = {**content, "eras": {name: filled(rows) for name, rows in eras.items()}}
    return {**content, "common": filled(content["common"])} if "common" in content else content


# --- values on the spot ---------------------------------------------------------------------------


def inside(parameter: Parameter, value: object) -> sp.Rational:
    """Return a parameter's value exactly.

    Raises
    ------
    CalibrationError
        If it is no number, or none that the parameter may be.
    """
    try:
        number = exact(value)
    except ExpressionError as error:
        hint = f"; {error.hint}" if error.hint else ""
        raise CalibrationError(f"{parameter.name} = {value}: {error}{hint}") from None
    if number not in parameter.range:
        raise CalibrationError(f"{parameter.name} = {value}: it may lie in {parameter.range}")
    return number


def central(parameter: Parameter, told: object) -> sp.Rational:
    """Return the number that is said of a parameter, or the central one of what is said.

    Raises
    ------
    CalibrationError
        As :func:`given_value`.
    """
    if isinstance(told, Value):
        return inside(parameter, told.central)
    if isinstance(told, Mapping | list | tuple):
        return given_value(parameter, told).central
    return inside(parameter, told)


def given_value(parameter: Parameter, told: object) -> Value:
    """Return what is said of a parameter: a number, ``[low, high]``, or a mapping as in a file.

    Raises
    ------
    CalibrationError
        If it is none of these, or lies outside of what the parameter may be.
    """
    if isinstance(told, Value):
        inside(parameter, told.central)
        return told
    if not isinstance(told, Mapping | list | tuple):
        number = inside(parameter, told)
        return Value(number, Interval(number, number), "assumed", GIVEN)
    row = whole(plain(told))
    wanted = "a number, [low, high] or {'value': ..., 'range': [low, high]} is wanted"
    if not isinstance(row, dict) or not {"value", "range"} <= row.keys():
        raise CalibrationError(f"{parameter.name} = {told}: {wanted}")
    for key in row:
        if key not in ValueRow.model_fields:
            hint = nearest(key, ValueRow.model_fields)
            raise CalibrationError(f"{parameter.name}: unknown key {key!r}: {hint}")
    ends = row["range"]
    if not isinstance(ends, list | tuple) or len(ends) != 2:
        raise CalibrationError(f"{parameter.name} = {told}: {wanted}")
    central, low, high = (inside(parameter, number) for number in (row["value"], *ends))
    if not low <= central <= high:
        shown = (
            f"low <= value <= high is wanted: {decimal(low)}, {decimal(central)}, {decimal(high)}"
        )
        raise CalibrationError(f"{parameter.name} = {told}: {shown}")
    if row["grade"] not in get_args(Grade):
        hint = nearest(str(row["grade"]), get_args(Grade))
        raise CalibrationError(f"{parameter.name}: no grade {row['grade']!r}: {hint}")
    return Value(central, Interval(low, high), row["grade"], str(row["source"]))


def way_out(
    model: str, missing: Parameter, eras: Collection[str], given: Mapping[str, object]
) -> str:
    """Say how values can be given to a model where one is missing."""
    if eras:
        some = "".join(f", {name}={value}" for name, value in list(given.items())[:1])
        return (
            f"; eras: {', '.join(eras)}; to take the rest from one: "
            f"model.era({next(iter(eras))!r}{some})"
        )
    name, example = missing.name, decimal(missing.range.some)
    return (
        f": {model} has no eras, so give each a value, such as {{{name!r}: {example}}} "
        f"(--at {name}={example}); {name} may lie in {missing.range}"
    )


def given_era(values: Mapping[str, Value], spelt: Iterable[str], title: str = "") -> Era:
    """Return an era made on the spot, called by the values of some of its parameters."""
    named = list(spelt)
    if not named:
        told = title or "the game itself"
    elif len(named) > SPELT:
        told = f"{title} with values of its own" if title else "a calibration of its own"
    else:
        told = ", ".join(f"{name} = {_short(values[name])}" for name in named)
        told = f"{title} with {told}" if title else told
    return Era(told, told, None, values, given=True)


def pair_called(named: Sequence[str], eras: Sequence[str]) -> Sequence[str]:
    """Return what any two calibrations are called: as somebody named them, as the eras, or in words.

    Examples
    --------
    >>> pair_called([], ["cold_war", "post_cold_war"]), pair_called([], ["now"])
    (['cold_war', 'post_cold_war'], ('one', 'other'))
    """
    return named or (eras if len(eras) == 2 else PAIR)


def spoken_of(
    claim: Claim,
    eras: Mapping[str, Era],
    further: Mapping[str, Era],
    parameters: Mapping[str, Parameter],
) -> dict[str, Era]:
    """Return the eras that a claim speaks of, if not of a model's own; any two may be none of these."""
    names: Sequence[str] = claim.eras or [n for n in (claim.over,) if n in further]
    if claim.over == "any pair":
        names = pair_called(claim.eras, list(eras))
    anywhere = {
        name: Value(parameter.range.some, parameter.range, "declared", ALLOWED)
        for name, parameter in parameters.items()
    }
    known = {**further, **eras}
    return {n: known[n] if n in known else Era(n, n, None, anywhere, given=True) for n in names}


def era_called(name: str, titles: Mapping[str, str]) -> str | None:
    """Return the key of the era that is meant by its key, or by a title that one era has alone.

    Case and spaces in a title do not matter.

    Examples
    --------
    >>> titles = {"cold_war": "Cold War", "post_cold_war": "Post-Cold War"}
    >>> era_called("cold_war", titles), era_called(" cold  WAR", titles), era_called("war", titles)
    ('cold_war', 'cold_war', None)
    """
    if name in titles:
        return name
    found = [key for key, title in titles.items() if _plainly(title) == _plainly(name)]
    return found[0] if len(found) == 1 else None


def _plainly(title: str) -> str:
    return " ".join(title.casefold().split())


def titled(eras: Mapping[str, str | Era]) -> str:
    """Return eras as they are asked about, each with its title.

    Examples
    --------
    >>> titled({"cold_war": "Cold War", "late": "late"})
    'cold_war (Cold War), late'
    """
    titles = {k: era.title if isinstance(era, Era) else era for k, era in eras.items()}
    return ", ".join(k if k == title else f"{k} ({title})" for k, title in titles.items())


def nearest_era(name: str, titles: Mapping[str, str]) -> str:
    """Return a hint that names the era that may be meant, or those that there are; "" if none.

    Examples
    --------
    >>> titles = {"cold_war": "Cold War", "late": "After 2012"}
    >>> nearest_era("After 2021", titles), nearest_era("antiquity", titles)
    ("did you mean 'late' (After 2012)?", 'known here: cold_war (Cold War), late (After 2012)')
    """
    told = {_plainly(title): (key, title) for key, title in titles.items()}
    told |= {key: (key, "") for key in titles}
    near = close(_plainly(name), told)
    if near is None:
        return f"known here: {titled(titles)}" if titles else ""
    if not told[near][1]:
        return nearest(name, titles)
    key, title = told[near]
    return f"did you mean {key!r} ({title})?"


def _short(value: Value) -> str:
    single = value.range.low == value.range.high
    return decimal(value.central) + ("" if single else f" in {value.range}")


# --- variants -------------------------------------------------------------------------------------


def read_variants(document: Document, mistakes: list[Mistake]) -> dict[str, Variant]:
    """Read the variants; what is wrong with one is added to ``mistakes``."""
    if document.calibrations and len(document.main()) < 2:
        message = "calibrations say what moves between eras: two at least are wanted"
        mistakes.append(Mistake(("calibrations",), message, width=KEY))
    found = {}
    for name, row in document.calibrations.items():
        _check_moves(("calibrations", name, "moves"), row, document, mistakes)
        found[name] = Variant(name, tuple(row.moves), row.says)
    return found


def _check_moves(
    where: Where, row: CalibrationsRow, document: Document, mistakes: list[Mistake]
) -> None:
    common = document.names("common")
    moving = [name for name in document.names("parameters") if name not in common]
    if not row.moves:
        hint = "name a parameter at least; where nothing moves there are no two eras"
        mistakes.append(Mistake(where, "nothing moves", hint))
    for index, name in enumerate(row.moves):
        place = (*where, index)
        if name in common:
            hint = "give it a value in each era, or leave it out"
            mistakes.append(Mistake(place, f"{name!r} is the same in all eras, by [common]", hint))
        elif name not in moving:
            mistakes.append(Mistake(place, f"no parameter {name!r}", nearest(name, moving)))
        elif name in row.moves[:index]:
            mistakes.append(Mistake(place, f"{name!r} is named twice"))


def varied(document: Mapping[str, Any], name: str, moves: Collection[str]) -> dict[str, Any]:
    """Return a model's document in which only some parameters move between the eras.

    Claims about other variants are left out.  Where nothing else moves anyway it is the same.
    """
    _, first = _first(document)
    tied = {key: row for key, row in first.items() if key not in HEAD and key not in moves}
    if not tied:
        return dict(document)
    return {
        **document,
        "title": f"{document['title']} ({name} calibrations)",
        "reads": _reads(document, moves),
        "common": {**document.get("common", {}), **tied},
        "eras": {
            era: {key: row for key, row in rows.items() if key not in tied}
            for era, rows in document["eras"].items()
        },
        "calibrations": {name: document["calibrations"][name]},
        "claims": {
            claim: row
            for claim, row in document.get("claims", {}).items()
            if row.get("calibrations", "") in ("", name)
        },
    }


def _first(document: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the first era that is based on no other."""
    return next((era, rows) for era, rows in document["eras"].items() if not rows.get("based_on"))


def _reads(document: Mapping[str, Any], moves: Collection[str]) -> str:
    """Return the model's story, and which part of it is told here."""
    era, rows = _first(document)
    title = rows.get("title", era)
    return (
        f"{document['reads'].rstrip()}\n\nOf all that may differ between the eras only "
        f"{', '.join(moves)} {'moves' if len(moves) == 1 else 'move'} here; all else is as in the "
        f"era '{title}'."
    )


# What says nothing of the game itself; and what a variant, or a part of a story, adds to a name.
WORDS = ("title", "reads", "source")
BESIDE = ("eras", "common", "calibrations", "claims", "questions", "dynamics")
ADDED = re.compile(r"[\[:].*")


def without_eras(document: Mapping[str, Any], name: str) -> tuple[dict[str, Any], str] | None:
    """Return a model's document without eras, claims and questions, and a name for it.

    None where it has none of them.
    """
    if not any(document.get(section) for section in BESIDE):
        return None
    kept = {key: rows for key, rows in document.items() if key not in (*WORDS, *BESIDE)}
    name = ADDED.sub("", name)
    return {**dict.fromkeys(WORDS, name), **kept}, name
