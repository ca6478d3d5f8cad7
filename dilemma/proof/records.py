"""Verdicts as plain data and back again: exact, and nothing that is read is ever run.

Numbers are text such as "11/16".  What a verdict has from its model (the claim, what the file
expects) is not recorded, but taken from the model again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import sympy as sp

from dilemma.parts import Claim
from dilemma.proof.verdicts import Verdict
from dilemma.reading.expressions import ExpressionError, constant

__all__ = ["RecordError", "plain", "record", "verdict_of"]

FROM_THE_MODEL = ("model", "claim", "expected")
RATIONAL = re.compile(r"-?\d+(/\d+)?")


class RecordError(ValueError):
    """Something that cannot be recorded exactly, or a record that says nothing that makes sense."""


def record(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as plain data, ready for JSON.

    Raises
    ------
    RecordError
        If it would not be read back as the same.
    """
    told = {f.name: getattr(verdict, f.name) for f in fields(verdict)}
    found: dict[str, Any] = plain({k: v for k, v in told.items() if k not in FROM_THE_MODEL})
    if verdict_of(found, verdict.model, verdict.claim) != verdict:
        raise RecordError(f"{verdict.name} would not be read back as the same")
    return found


def verdict_of(told: Any, model: str, claim: Claim) -> Verdict:
    """Return the verdict that a record is of.

    Raises
    ------
    RecordError
        If it is none.
    """
    if not isinstance(told, Mapping) or not isinstance(told.get("era"), str):
        raise RecordError("not a verdict")
    known = {
        "model": model,
        "claim": claim,
        "expected": claim.expect.get(told["era"], claim.expect.get("", "proved")),
    }
    found: Verdict = _built(Verdict, told, known)
    return found


def plain(value: Any) -> Any:
    """Return a result as plain data: mappings, lists, text, whole and floating numbers.

    Examples
    --------
    >>> plain({"a": (sp.Rational(11, 16), None)})
    {'a': ['11/16', None]}
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, sp.Expr):
        return str(value)
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    raise RecordError(f"{type(value).__name__} is no plain data")


def _number(text: Any) -> sp.Expr:
    if not isinstance(text, str):
        raise RecordError(f"not a number: {text!r}")
    try:
        if RATIONAL.fullmatch(text):
            return sp.Rational(Fraction(text))
        return constant(text)
    except (ExpressionError, ValueError, ZeroDivisionError) as error:
        raise RecordError(f"not a number: {text[:80]!r}") from error


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _built(kind: Any, told: Any, known: Mapping[str, Any]) -> Any:
    """Build a dataclass whose fields are told, each by its type, or known."""
    hints = {name: hint for name, hint in _hints(kind).items() if name not in known}
    if not isinstance(told, Mapping) or set(told) != set(hints):
        raise RecordError(f"not a {kind.__name__}")
    return kind(**known, **{name: _read(hint, told[name]) for name, hint in hints.items()})


def _read(hint: Any, told: Any) -> Any:  # noqa: C901 -- one case for each kind of type
    """Read plain data as a type says."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        if told is None and type(None) in inside:
            return None
        (hint,) = (one for one in inside if one is not type(None))
        return _read(hint, told)
    if origin is Literal:
        if told in inside:
            return told
    elif origin is tuple and inside[-1] is Ellipsis:
        if isinstance(told, list):
            return tuple(_read(inside[0], one) for one in told)
    elif origin is not None and issubclass(origin, Mapping):
        if isinstance(told, Mapping):
            return {str(k): _read(inside[1], v) for k, v in told.items()}
    elif is_dataclass(hint):
        return _built(hint, told, {})
    elif issubclass(hint, sp.Basic):
        return _number(told)
    elif type(told) is hint or (hint is float and type(told) is int):
        return told
    raise RecordError(f"{told!r:.80} is no {hint}")
