"""Documents that speak of several models, read and checked, each mistake with its line.

They lie in folders beside the shipped models; a model that they name is a shipped one, or one whose
file lies where theirs does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from dilemma.errors import (
    CalibrationError,
    CallError,
    Mistake,
    ModelError,
    UnknownModelError,
    nearest,
)
from dilemma.library import available, document_of, folder, load, placed
from dilemma.model import Model
from dilemma.reading.expressions import ExpressionError, exact
from dilemma.reading.rows import KEY, Row, ValueRow, checked
from dilemma.reading.toml import text_of
from dilemma.theory.parts import Interval, Value

__all__ = ["Source", "narrowed", "opened", "shipped", "two_eras", "value_of"]

Shape = TypeVar("Shape", bound=Row)
Where = tuple[str | int, ...]
OF_ERAS = ("eras", "common", "calibrations", "claims", "questions", "dynamics")


def shipped(kind: str) -> tuple[str, ...]:
    """Return the names of the shipped documents of a kind, "tables" or "scenarios".

    Examples
    --------
    >>> "table1" in shipped("tables")
    True
    """
    return tuple(sorted(path.stem for path in (folder() / kind).glob("*.toml")))


@dataclass
class Source:
    """A document, its models, and what is wrong with it so far.

    Attributes
    ----------
    path : Path
    text : str
    plain : mapping
    mistakes : list of Mistake
    models : dict of name to Model
        Those that were named.
    """

    path: Path
    text: str
    plain: Mapping[str, Any]
    mistakes: list[Mistake] = field(default_factory=list)
    models: dict[str, Model] = field(default_factory=dict)

    def whole(self, shape: type[Shape]) -> Shape:
        """Return the document as a row.

        Raises
        ------
        ModelError
            With everything that is wrong with its shape.
        """
        row = checked(shape, dict(self.plain), (), self.mistakes)
        self.right()
        if row is None:
            raise ModelError(self.mistakes)
        return row

    def right(self) -> None:
        """See that nothing is wrong so far."""
        if self.mistakes:
            raise placed(self.mistakes, self.path, self.text)

    def wrong(self, where: Where, message: str, hint: str = "", *, key: bool = False) -> None:
        """Take down a mistake, in a value or in its key."""
        self.mistakes.append(Mistake(where, message, hint, width=KEY if key else 0))

    def known(self, where: Where, name: str, what: str, names: Iterable[str]) -> bool:
        """See that a name is one of those that there are."""
        names = list(names)
        if name not in names:
            self.wrong(where, f"no {what} {name!r}", nearest(name, names))
        return name in names

    def model(self, where: Where, name: str) -> Model | None:
        """Return a model that is named; None where there is none, or its own file is wrong."""
        if name not in self.models:
            beside = self.path.parent / f"{name}.toml"
            try:
                self.models[name] = load(beside if beside.is_file() else name)
            except UnknownModelError:
                known = [one.stem for one in sorted(self.path.parent.glob("*.toml"))]
                known = [*available(), *(one for one in known if one != self.path.stem)]
                self.wrong(where, f"no model {name!r}", nearest(name, dict.fromkeys(known)))
                return None
        return self.models[name]

    def claimed(self, where: Where, make: Callable[[], Any]) -> None:
        """See that a claim can be made; what is wrong with its formulas stands under ``where``."""
        try:
            make()
        except ModelError as error:  # which blames "claims", the claim's name, and the key
            self.mistakes += [
                replace(one, where=(*where, *one.where[2:])) for one in error.mistakes
            ]


def opened(name: str | Path, kind: str, what: str) -> Source:
    """Open a shipped document by its name, or any by its path.

    Raises
    ------
    UnknownModelError
        If there is none.
    ModelError
        If it is not TOML.
    """
    if not isinstance(name, str | Path):
        given = type(name).__name__
        raise CallError(f"a {what} is opened by its name or a file's path, not by a {given}")
    path = Path(name)
    if path.suffix.lower() == ".toml":
        if not path.is_file():
            raise UnknownModelError(f"no {what} at {path}")
    elif str(name) not in shipped(kind):
        known = shipped(kind)
        raise UnknownModelError(f"no {what} {str(name)!r}: {nearest(str(name), known)}")
    else:
        path = folder() / kind / f"{name}.toml"
    text = text_of(path)
    return Source(path, text, document_of(path, text))


# --- boxes ----------------------------------------------------------------------------------------


def value_of(row: ValueRow) -> Value:
    """Return what a document says of a parameter."""
    low, high = map(exact, row.range)
    return Value(exact(row.value), Interval(low, high), row.grade, row.source)


def narrowed(
    source: Source, where: Where, model: Model, rows: Mapping[str, Mapping[str, ValueRow]]
) -> dict[str, dict[str, Value]]:
    """Read boxes that are narrower than a model's own: of each era that is named, some parameters."""
    found: dict[str, dict[str, Value]] = {}
    for era, values in rows.items():
        if not source.known((*where, era), era, "era", model.eras):
            continue
        found[era] = {}
        for name, row in values.items():
            at = (*where, era, name)
            if not source.known(at, name, "parameter", model.parameters):
                continue
            try:
                found[era][name] = _inside(model.eras[era].values[name], value_of(row))
            except (CalibrationError, ExpressionError, ValueError) as error:
                source.wrong(at, str(error))
    return found


def _inside(whole: Value, part: Value) -> Value:
    """See that a box lies inside the model's own."""
    ends = part.range.low, part.central, part.range.high
    if not whole.range.low <= ends[0] <= ends[1] <= ends[2] <= whole.range.high:
        message = f"not a part of the model's own interval, {whole.range}, with the value inside"
        raise CalibrationError(message)
    return part


def two_eras(
    model: Model,
    eras: Sequence[str],
    boxes: Mapping[str, Mapping[str, Value]],
    moves: Iterable[str] | None = None,
    name: str = "",
) -> Model:
    """Return a model that knows two eras alone, with boxes of their own, and no claims.

    Parameters
    ----------
    eras : sequence of str
    boxes : mapping of era to mapping of parameter to Value
        What takes the place of the model's own.
    moves : iterable of str, optional
        The only parameters that differ between the eras; each other one is one draw for both, from
        the first era's box.  Default: all that are not common in the model.
    """
    every = {**model.eras, **model.further_eras}
    values = {era: {**every[era].values, **boxes.get(era, {})} for era in eras}
    first, *_ = eras
    one_draw = {
        parameter: value
        for parameter, value in values[first].items()
        if value.common or (moves is not None and parameter not in moves)
    }
    told = {
        era: {
            "title": every[era].title,
            **_rows({p: v for p, v in values[era].items() if p not in one_draw}),
        }
        for era in eras
    }
    kept = {key: rows for key, rows in model.document.items() if key not in OF_ERAS}
    document = {**kept, "common": _rows(one_draw), "eras": told}
    return Model.from_document(document, name or model.name)


def _rows(values: Mapping[str, Value]) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "value": str(v.central),
            "range": [str(v.range.low), str(v.range.high)],
            "grade": v.grade,
            "source": v.source,
        }
        for name, v in values.items()
    }
