"""Which names a model may use, and that each means one thing."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator

from dilemma.errors import Mistake
from dilemma.reading.expressions import FUNCTIONS
from dilemma.reading.schema import KEY, Document

__all__ = ["CLAIM_WORDS", "is_name", "naming_mistakes"]

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
        **dict.fromkeys(("title", "years"), "a key of eras"),
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
        for name in getattr(document, section):
            if not _LABEL.fullmatch(name):
                hint = "letters, digits, _ and -"
                yield Mistake((section, name), f"not a name: {name!r}", hint, width=KEY)


def is_name(name: str) -> bool:
    """Tell whether a player or an action may be called so."""
    return _wrong("players", name) is None


def _named(document: Document) -> Iterator[tuple[str, tuple[str | int, ...], str]]:
    for section in ("parameters", "definitions", "players"):
        for name in getattr(document, section):
            yield section, (section, name), name
    yield from _actions(document)
    for player, row in document.players.items():
        for name in row.choices:
            yield "choices", ("players", player, "choices", name), name
        for name in row.constraints:
            yield "constraints", ("players", player, "constraints", name), name
    for section in ("bargain", "constraints", "regimes", "types", "outcomes", "eras"):
        for name in getattr(document, section):
            yield section, (section, name), name


def _actions(document: Document) -> Iterator[tuple[str, tuple[str | int, ...], str]]:
    for player, row in document.players.items():
        for level in row.levels:
            yield "levels", ("players", player, "levels", level), level
        for index, action in enumerate(dict.fromkeys(row.actions)):
            yield "actions", ("players", player, "actions", index), action
    for key, node in document.tree.items():
        for action in dict.fromkeys([*(node.actions or ()), *(node.chance or ())]):
            yield "actions", ("tree", key), action


def _wrong(section: str, name: str) -> tuple[str, str] | None:
    reason = _RESERVED.get(name) or _RESERVED_IN.get(section, {}).get(name)
    if reason:
        return f"the name {name!r} is reserved", f"it is {reason}; write {name}_ or another name"
    if not name.isidentifier() or unicodedata.normalize("NFKC", name) != name:
        return f"not a name: {name!r}", "letters, digits and _, not beginning with a digit"
    return None
