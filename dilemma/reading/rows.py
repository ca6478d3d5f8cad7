"""The shape of a model's document: its sections, the keys of a row, the types of values, names.

Every row is checked by itself, so that one wrong row hides nothing else.  A name must be one that a
formula can use, and mean one thing.  What values and formulas say is not looked at here.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, cast, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from dilemma.errors import Mistake, nearest
from dilemma.games.kind import KINDS, USUAL, game_of
from dilemma.reading.expressions import FUNCTIONS, ExpressionError
from dilemma.reading.syntax import another_name
from dilemma.theory.parts import Evidence, Grade, Status

__all__ = [
    "CLAIM_WORDS",
    "KEY",
    "CalibrationsRow",
    "ChoiceRow",
    "ClaimRow",
    "Document",
    "EraRow",
    "FormulaRow",
    "Number",
    "ParameterRow",
    "PlayerRow",
    "QuestionRow",
    "Row",
    "ValueRow",
    "blame",
    "checked",
    "is_name",
    "naming_mistakes",
    "read_document",
]

KEY = -1
"""The width of a mistake that lies in a key itself, not in its value."""

_Plain = int | Decimal | str
Where = tuple[str | int, ...]
Names = Iterator[tuple[str, Where, str]]  # what they name, where they stand, and the names
WHOLE = "cell"  # the key of a row that is one formula
Shape = TypeVar("Shape", bound=BaseModel)


def _number(value: object) -> _Plain:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise PydanticCustomError("number", "a number is wanted")
    if isinstance(value, int) and value.bit_length() > 200:
        raise PydanticCustomError("number", "a number of unreasonable size")
    return value


def _pair(value: object) -> tuple[_Plain, _Plain]:
    if isinstance(value, list) and len(value) == 2:
        return _number(value[0]), _number(value[1])
    raise PydanticCustomError("pair", "two numbers are wanted: [low, high]")


def _formula(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise PydanticCustomError("formula", "a formula is wanted, in quotes")
    if isinstance(value, Decimal) and not value.is_finite():
        raise PydanticCustomError("formula", "a finite number is wanted")
    return str(_number(value))


def _expect(value: object) -> object:
    for status in value.values() if isinstance(value, dict) else [value]:
        if status not in get_args(Status):
            wanted = ", ".join(get_args(Status))
            raise PydanticCustomError("status", "not a verdict", {"hint": f"one of: {wanted}"})
    return value


Number = Annotated[Any, PlainValidator(_number)]
Pair = Annotated[Any, PlainValidator(_pair)]
Formula = Annotated[str, BeforeValidator(_formula)]


class Row(BaseModel):
    """A row: what is no key of it is a mistake, for which a kind may have a better hint."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    hints: ClassVar[Mapping[str, str]] = {}


Two = Annotated[list[Formula], Field(min_length=2, max_length=2)]


class ChoiceRow(Row):
    """A number to choose: the ends of its interval, which of them are left out, its unit."""

    range: Two
    unit: str = ""
    means: str = ""
    open: Literal["low", "high", "both"] | None = None


class PlayerRow(Row):
    """A player: its actions, or the numbers that it chooses, when, and under which constraints."""

    actions: list[str] = []
    choices: dict[str, ChoiceRow] = {}
    constraints: dict[str, Formula] = {}
    moves: Literal[1, 2] = 1
    title: str = ""
    unit: str = ""
    levels: dict[str, list[Number]] = {}
    cooperates: str | None = None


class ParameterRow(Row):
    """A parameter: its name, its range, its unit, its meaning."""

    range: Pair
    unit: str
    means: str
    open: Literal["low", "high", "both"] | None = None


class FormulaRow(Row):
    """A definition or an outcome."""

    formula: Formula = Field(alias="is")
    means: str = ""
    unit: str = ""


class ValueRow(Row):
    """What an era, or all eras in common, say of a parameter."""

    value: Number
    range: Pair
    grade: Grade
    source: str


class _EraHead(Row):
    title: str = ""
    years: list[int] | None = None
    based_on: str = ""


@dataclass(frozen=True, slots=True)
class EraRow:
    """An era: what is no key of its own is a value of a parameter."""

    title: str
    years: list[int] | None
    values: Mapping[str, ValueRow]
    broken: frozenset[str]
    based_on: str = ""


class CalibrationsRow(Row):
    """A variant of the eras: what moves between them."""

    moves: list[str]
    says: str = ""


class ClaimRow(Row):
    """A claim as the author wrote it."""

    says: str
    over: str
    eras: list[str] = []
    holds: Formula | None = None
    exists: Formula | None = None
    possible: Formula | None = None
    given: Formula | None = None
    source: str = ""
    label: str = ""
    among: str | None = None
    calibrations: str = ""
    holding: list[str] = []
    deviations: list[dict[str, Formula]] = []
    because: list[str] = []
    shared: list[str] = []
    derived: bool = True
    evidence: Evidence | None = None
    expect: Annotated[Any, PlainValidator(_expect)] = "proved"


class QuestionRow(Row):
    """A question for a class."""

    asks: str
    era: str
    moves: str
    shows: str = ""
    to: Number | None = None


class _Formula(Row):
    """One player's payoff, over action levels."""

    cell: Formula


class _Cell(Row):
    """Each player's payoff at a profile."""

    cell: dict[str, Formula]


class _Group(Row):
    parameters: list[str]


@dataclass(frozen=True, slots=True)
class Document:
    """A document whose every row has the right shape; the others are named in ``broken``.

    Attributes
    ----------
    texts, sections : mapping
        The keys and sections that the kind of game has for itself: all of them, empty ones too.
    """

    title: str = ""
    kind: str = ""
    source: str = ""
    reads: str = ""
    players: Mapping[str, PlayerRow] = field(default_factory=dict)
    parameters: Mapping[str, ParameterRow] = field(default_factory=dict)
    definitions: Mapping[str, FormulaRow] = field(default_factory=dict)
    payoffs: Mapping[str, str | dict[str, str]] = field(default_factory=dict)
    outcomes: Mapping[str, FormulaRow] = field(default_factory=dict)
    groups: Mapping[str, list[str]] = field(default_factory=dict)
    common: Mapping[str, ValueRow] = field(default_factory=dict)
    eras: Mapping[str, EraRow] = field(default_factory=dict)
    calibrations: Mapping[str, CalibrationsRow] = field(default_factory=dict)
    claims: Mapping[str, ClaimRow] = field(default_factory=dict)
    questions: Mapping[str, QuestionRow] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    sections: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    broken: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def rows(self, section: str) -> Mapping[str, Any]:
        """Return a section's rows, whoever's it is."""
        found: Mapping[str, Any] = (
            self.sections[section] if section in self.sections else getattr(self, section, {})
        )
        return found

    def names(self, section: str) -> list[str]:
        """Return the names of a section's rows, the broken ones too."""
        return [*self.rows(section), *sorted(self.broken.get(section, ()))]

    def further(self) -> list[str]:
        """Return the names of the eras that are based on another."""
        return [name for name, row in self.eras.items() if row.based_on]

    def main(self) -> list[str]:
        """Return the names of the other eras, the broken ones too: they are meant unless others are named."""
        further = self.further()
        return [name for name in self.names("eras") if name not in further]


_ROWS: Mapping[str, type[BaseModel]] = {
    "players": PlayerRow,
    "parameters": ParameterRow,
    "definitions": FormulaRow,
    "payoffs": _Cell,
    "outcomes": FormulaRow,
    "groups": _Group,
    "common": ValueRow,
    "calibrations": CalibrationsRow,
    "claims": ClaimRow,
    "questions": QuestionRow,
}
_SECTIONS = (*_ROWS, "eras")
_TEXTS = ("title", "kind", "source", "reads")
_NEEDED = ("title", "kind", "source", "reads")
# Rows that may be written without their one key, and that key.
_SHORT = {"definitions": "is", "outcomes": "is", "players": "actions"}
_WRAPPED = {"payoffs": "cell", "groups": "parameters"}


def read_document(plain: Mapping[str, Any]) -> tuple[Document, list[Mistake]]:
    """Check the shape of a plain document: what is right, and every mistake."""
    kind = plain.get("kind")
    if kind not in (None, *KINDS) and isinstance(kind, str):
        # Another kind has other sections: what else there is to say would mislead.
        hint = f"kinds of game: {', '.join(KINDS)}"
        return Document(), [Mistake(("kind",), f"no kind of game is called {kind!r}", hint)]
    shapes, texts = _shapes(kind)
    needed = (*_NEEDED, *game_of(kind if isinstance(kind, str) else USUAL).needed)
    mistakes = [Mistake((), f"{key!r} is missing") for key in needed if key not in plain]
    found: dict[str, Any] = {}
    broken: dict[str, frozenset[str]] = {}
    for key, value in plain.items():
        if key not in (*texts, *shapes, "eras"):
            mistakes.append(_unknown(key, texts, shapes))
        elif key in texts:
            if not isinstance(value, str):
                mistakes.append(Mistake((key,), "text is wanted, in quotes"))
            else:
                found[key] = value
        elif not isinstance(value, dict):
            mistakes.append(Mistake((key,), "a table is wanted"))
        else:
            rows = {
                name: _read_era((key, name), row, mistakes)
                if key == "eras"
                else _read_row(shapes[key], (key, name), row, mistakes)
                for name, row in value.items()
            }
            found[key] = {name: row for name, row in rows.items() if row is not None}
            broken[key] = frozenset(rows.keys() - found[key].keys())
    own = {key: found.pop(key, {}) for key in shapes if key not in _ROWS}
    told = {key: found.pop(key, "") for key in texts if key not in _TEXTS}
    return Document(**found, texts=told, sections=own, broken=broken), mistakes


def _shapes(kind: object) -> tuple[dict[str, type[BaseModel]], tuple[str, ...]]:
    """Return the sections that a document may have, with their rows, and its texts."""
    if not isinstance(kind, str):
        return dict(_ROWS), _TEXTS
    game = game_of(kind)
    shapes = {key: row for key, row in _ROWS.items() if key not in game.without}
    return {**shapes, **game.sections}, (*_TEXTS, *game.texts(kind))


def _own(kind: str) -> Iterable[str]:
    """Return the sections that a kind has and another has not."""
    game = game_of(kind)
    lacking = {key for other in KINDS for key in game_of(other).without}
    return (*game.sections, *(key for key in lacking if key not in game.without))


def _unknown(key: str, texts: Iterable[str], shapes: Iterable[str]) -> Mistake:
    """Say what is wrong with a key that a document of its kind has not."""
    owners = [kind for kind in KINDS if key in (*_own(kind), *game_of(kind).texts(kind))]
    if owners:
        told = " or ".join(f'"{kind}"' for kind in owners)
        hint = f"only where kind = {told}"
        return Mistake((key,), "a section of another kind of game", hint, width=KEY)
    hint = nearest(key, [*texts, *shapes, "eras"])
    return Mistake((key,), "unknown section or key", hint, width=KEY)


def _read_row(shape: type[BaseModel], where: Where, whole: object, mistakes: list[Mistake]) -> Any:
    """Return the row, or None if something is wrong with it."""
    section, row = where[0], whole
    wrapper = _WRAPPED.get(str(section)) or (WHOLE if WHOLE in shape.model_fields else "")
    if wrapper:
        row = {wrapper: whole}
        shape = _Formula if section == "payoffs" and not isinstance(whole, dict) else shape
    elif section in _SHORT and not isinstance(whole, dict):
        row = {_SHORT[str(section)]: whole}
    found = checked(shape, row, where, mistakes, skip=bool(wrapper))
    return getattr(found, wrapper) if found is not None and wrapper else found


def _read_era(where: Where, row: object, mistakes: list[Mistake]) -> EraRow | None:
    if not isinstance(row, dict):
        mistakes.append(Mistake(where, "a table is wanted"))
        return None
    own = {key: value for key, value in row.items() if key in _EraHead.model_fields}
    head = checked(_EraHead, own, where, mistakes) or _EraHead()
    values: dict[str, ValueRow] = {}
    for key in row.keys() - own.keys():
        if not isinstance(row[key], dict):
            hint = "an era has a title, years, based_on, and a table for each parameter"
            mistakes.append(Mistake((*where, key), "not the value of a parameter", hint))
        elif (value := checked(ValueRow, row[key], (*where, key), mistakes)) is not None:
            values[key] = value
    ordered = {key: values[key] for key in row if key in values}
    broken = frozenset(row.keys() - own.keys() - values.keys())
    return EraRow(head.title, head.years, ordered, broken, head.based_on)


def blame(where: Where, error: ExpressionError) -> Mistake:
    """Turn what is wrong with a formula into a mistake of the model."""
    return Mistake(where, error.message, error.hint, error.column, max(error.width, 1))


def checked(
    shape: type[Shape], row: object, where: Where, mistakes: list[Mistake], *, skip: bool = False
) -> Shape | None:
    """Let pydantic check a row, None if it is wrong; ``skip`` leaves out the key that only wraps it."""
    try:
        return shape.model_validate(row)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            loc = (*where, *one["loc"][1 if skip else 0 :])
            mistakes.append(_mistake(_row_at(shape, one["loc"][:-1]), loc, one))
        return None


def _row_at(shape: type[BaseModel], loc: Iterable[str | int]) -> type[BaseModel]:
    """Return the row at a place inside another, so that its keys are offered; else that other."""
    told: Any = shape
    for step in loc:
        if _is_row(told):
            fields = told.model_fields.items()
            told = next((_plain(f.annotation) for n, f in fields if step in (n, f.alias)), None)
        else:  # a list, or a mapping of names
            told = _plain((get_args(told) or (None,))[-1])
    return cast("type[BaseModel]", told) if _is_row(told) else shape


def _is_row(told: object) -> bool:
    return isinstance(told, type) and issubclass(told, BaseModel)


def _plain(told: Any) -> Any:
    """Return what a type is where it is given."""
    if get_origin(told) not in (Union, UnionType):
        return told
    return next(one for one in get_args(told) if one is not NoneType)


_WANTED = {
    "string_type": "text is wanted, in quotes",
    "bool_type": "true or false is wanted",
    "int_type": "a whole number is wanted",
    "list_type": "a list is wanted",
    "dict_type": "a table is wanted",
    "model_type": "a table is wanted",
    "greater_than_equal": "1 or more is wanted",
    "less_than_equal": "1000 or less is wanted",
    "too_short": "two formulas are wanted: [low, high]",
    "too_long": "two formulas are wanted: [low, high]",
}


def _mistake(shape: type[BaseModel], where: Where, error: ErrorDetails) -> Mistake:
    """Say in our words what pydantic found."""
    given, context = error["input"], error.get("ctx", {})
    match error["type"]:
        case "missing":
            return Mistake(where[:-1], f"{where[-1]!r} is missing", width=KEY)
        case "extra_forbidden":
            keys = [one.alias or name for name, one in shape.model_fields.items()]
            hint = nearest(str(where[-1]), keys)
            if issubclass(shape, Row):
                hint = shape.hints.get(str(where[-1]), hint)
            return Mistake(where, "unknown key", hint, width=KEY)
        case "literal_error":
            wanted = str(context["expected"]).replace(" or ", ", ").replace("'", "")
            return Mistake(where, f"{given!r} is not allowed", f"one of: {wanted}")
        case kind:
            message = _WANTED.get(kind, error["msg"].lower())
            return Mistake(where, message, str(context.get("hint", "")))


# --- names ----------------------------------------------------------------------------------------


CLAIM_WORDS = (
    "probability", "equilibrium", "unique", "dominant", "kind", "rises", "falls", "diff",
    "multiplier", "dvalue", "number_of_equilibria",
)  # fmt: skip
_CONSTANTS = ("E", "I", "pi", "oo", "nan", "zoo", "inf", "undefined", "True", "False")
_RESERVED = {
    **dict.fromkeys(keyword.kwlist, "a word of Python"),
    **dict.fromkeys(_CONSTANTS, "a constant of mathematics"),
    **dict.fromkeys([*FUNCTIONS, *CLAIM_WORDS], "a function of formulas"),
}
_RESERVED_IN = {
    "eras": dict.fromkeys(("each", "pair", "all"), "a word of claims"),
    "parameters": {
        **dict.fromkeys(("title", "years", "based_on"), "a key of eras"),
        **dict.fromkeys(("at", "self"), "a word of Model.calibration"),
    },
}
_LABELLED = ("calibrations", "claims", "dynamics", "questions", "groups")
_LABEL = re.compile(r"[A-Za-z0-9_-]+")


def naming_mistakes(document: Document) -> Iterator[Mistake]:
    """Find every name that is not one, is reserved, or is used twice."""
    taken: dict[str, str] = {}
    actions: set[str] = set()
    for section, where, name in _named(document):
        kind = "action" if section == "actions" else section
        if (reason := _wrong(section, name)) is not None:
            yield Mistake(where, *reason, width=KEY)
        elif name in taken and not (kind == "action" and name in actions):
            hint = f"it is already one of the {taken[name]}"
            yield Mistake(where, f"the name {name!r} is used twice", hint, width=KEY)
        else:
            taken.setdefault(name, section)
            if kind == "action":
                actions.add(name)
    for section in _LABELLED:
        for name in document.rows(section):
            if not _LABEL.fullmatch(name):
                hint = "letters, digits, _ and -"
                yield Mistake((section, name), f"not a name: {name!r}", hint, width=KEY)


def is_name(name: str) -> bool:
    """Tell whether a player or an action may be called so."""
    return _wrong("players", name) is None


def _named(document: Document) -> Names:
    for section in ("parameters", "definitions", "players"):
        for name in document.rows(section):
            yield section, (section, name), name
    yield from game_of(document.kind or USUAL).names(document)
    for section in ("outcomes", "eras"):
        for name in document.rows(section):
            yield section, (section, name), name


def player_names(document: Document) -> Names:
    """Yield the names in players' rows: levels, actions, choices, constraints."""
    for player, row in document.players.items():
        for level in row.levels:
            yield "levels", ("players", player, "levels", level), level
        for index, action in enumerate(dict.fromkeys(row.actions)):
            yield "actions", ("players", player, "actions", index), action
    for player, row in document.players.items():
        for name in row.choices:
            yield "choices", ("players", player, "choices", name), name
        for name in row.constraints:
            yield "constraints", ("players", player, "constraints", name), name


def _wrong(section: str, name: str) -> tuple[str, str] | None:
    reason = _RESERVED.get(name) or _RESERVED_IN.get(section, {}).get(name)
    if reason:
        return (
            f"the name {name!r} is reserved",
            f"it is {reason}; write {another_name(name)} or another name",
        )
    if not name.isidentifier() or unicodedata.normalize("NFKC", name) != name:
        return f"not a name: {name!r}", "letters, digits and _, not beginning with a digit"
    return None
