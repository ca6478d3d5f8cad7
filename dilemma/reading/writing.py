"""Formulas and documents as text: what the readers read, written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sympy as sp
from sympy.printing.precedence import PRECEDENCE, precedence
from sympy.printing.str import StrPrinter

from dilemma.games.kind import USUAL, game_of
from dilemma.reading.syntax import HIGHEST_POWER, MOST_DIGITS
from dilemma.theory.parts import decimal

__all__ = ["formula", "merged", "plain", "toml"]


def formula(expression: sp.Basic) -> str:
    """Write a sympy expression in the grammar of model files.

    Examples
    --------
    >>> p, E = sp.symbols("p E", real=True)
    >>> formula(sp.Piecewise((p * E, p > 0), (sp.Max(p, E), True)))
    '(E*p if p > 0 else max(E, p))'
    """
    floats = {one: sp.Rational(str(one)) for one in expression.atoms(sp.Float)}
    return str(_Printer().doprint(expression.xreplace(floats)))


class _Printer(StrPrinter):  # type: ignore[misc]
    """Prints what :mod:`dilemma.reading.expressions` reads."""

    def _print_NaN(self, _: sp.Basic) -> str:
        return "undefined"

    def _print_Exp1(self, _: sp.Basic) -> str:
        return "exp(1)"

    def _print_Abs(self, expr: sp.Abs) -> str:
        return f"abs({self._print(expr.args[0])})"

    def _print_Min(self, expr: sp.Min) -> str:
        return f"min({self.stringify(expr.args, ', ')})"

    def _print_Max(self, expr: sp.Max) -> str:
        return f"max({self.stringify(expr.args, ', ')})"

    def _print_Pow(self, expr: sp.Pow, rational: bool = False) -> str:  # noqa: FBT001, FBT002
        base, power = expr.as_base_exp()
        if base is sp.E:
            return f"exp({self._print(power)})"
        if power.is_Rational and power.q in (2, 4, 8) and abs(power) != sp.Rational(1, 2):
            root = str(self._print(base))
            for _ in range(int(power.q).bit_length() - 1):
                root = f"sqrt({root})"
            return root if power.p == 1 else f"{root}**({power.p})"
        if power.is_Integer and abs(power) > HIGHEST_POWER:
            # sympy has made one power of several: each may be written as what it was.
            rest = abs(int(power))
            steps = [HIGHEST_POWER] * (rest // HIGHEST_POWER) + [rest % HIGHEST_POWER]
            product = "*".join(str(self._print(sp.Pow(base, one))) for one in steps if one)
            return f"(1/({product}))" if power < 0 else f"({product})"
        return str(super()._print_Pow(expr, rational=rational))

    def _print_Piecewise(self, expr: sp.Piecewise) -> str:
        text = "undefined"
        for value, condition in reversed(expr.args):
            if condition == sp.true:
                text = str(self._print(value))
            else:
                text = f"{self._print(value)} if {self._print(condition)} else {text}"
        return f"({text})"

    def _print_Relational(self, expr: sp.core.relational.Relational) -> str:
        left, right = (self.parenthesize(side, precedence(expr)) for side in expr.args)
        return f"{left} {expr.rel_op} {right}"

    def _print_And(self, expr: sp.And) -> str:
        return self._joined(expr, " and ")

    def _print_Or(self, expr: sp.Or) -> str:
        return self._joined(expr, " or ")

    def _joined(self, expr: sp.Basic, word: str) -> str:
        parts = sorted(expr.args, key=sp.default_sort_key)
        return word.join(
            f"({self._print(part)})" if isinstance(part, sp.And | sp.Or) else str(self._print(part))
            for part in parts
        )

    def _print_Not(self, expr: sp.Not) -> str:
        return f"not ({self._print(expr.args[0])})"

    def _print_BooleanTrue(self, _: sp.Basic) -> str:
        return "0 == 0"

    def _print_BooleanFalse(self, _: sp.Basic) -> str:
        return "0 == 1"

    def _print_Symbol(self, expr: sp.Symbol) -> str:
        return str(expr.name)


assert PRECEDENCE["Relational"] < PRECEDENCE["Add"]  # a sum beside < needs no parentheses


def plain(value: Any) -> Any:
    """Turn what Python offers for a document's values into what a TOML file could have said.

    Sympy expressions become formulas, floats and exact numbers decimals, arrays lists, and
    profiles such as ``("strong", "weak")`` their keys.  Everything else is left to the schema.
    """
    if isinstance(value, Mapping):
        return {_key(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if hasattr(value, "tolist"):  # numpy's arrays and numbers
        return plain(value.tolist())
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, Fraction):
        value = sp.Rational(value)
    return _plain_sympy(value) if isinstance(value, sp.Basic) else value


def _key(key: object) -> str:
    return ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _plain_sympy(value: sp.Basic) -> object:
    if isinstance(value, sp.Integer):
        return int(value)
    if value in (sp.oo, -sp.oo):
        return Decimal(str(value).replace("oo", "inf"))
    if isinstance(value, sp.Rational):
        text = decimal(value)
        # A long decimal, such as that of 1/2**100, is much shorter as a fraction.
        return str(value) if "/" in text or len(text) > MOST_DIGITS else Decimal(text)
    return formula(value)


_FIRST = ("players", "parameters", "definitions")
_LATER = ("payoffs", "outcomes", "groups", "common")
_NESTED = ("bargain", "eras", "calibrations", "claims", "dynamics", "questions")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_CLOSING = re.compile(r'"{3,}|"+\Z')


def toml(document: Mapping[str, Any]) -> str:
    """Write a plain document as a model file, one parameter or one definition a line."""
    texts = [key for key in document if not isinstance(document[key], Mapping)]
    blocks = ["\n".join(_line(key, document[key], long=True) for key in texts)]
    known = (*_FIRST, *_LATER, *_NESTED)
    own = (one for one in game_of(document.get("kind", USUAL)).sections if one not in known)
    for section in [one for one in (*_FIRST, *own, *_LATER) if one in document]:
        rows = document[section]
        wide = section == "players" and any(isinstance(row, Mapping) for row in rows.values())
        blocks += _nested(section, rows) if wide else [_table(section, rows)]
    for section in [one for one in _NESTED if one in document]:
        blocks += _nested(section, document[section])
    return "\n\n".join(block for block in blocks if block) + "\n"


def _nested(section: str, rows: Mapping[str, Any]) -> list[str]:
    short = {name: row for name, row in rows.items() if not isinstance(row, Mapping)}
    long = {name: row for name, row in rows.items() if isinstance(row, Mapping)}
    blocks = [_table(section, short)] if short or not rows else []
    return blocks + [_table(f"{section}.{_name(name)}", row) for name, row in long.items()]


def _table(header: str, rows: Mapping[str, Any]) -> str:
    return "\n".join([f"[{header}]", *(_line(key, row, long=True) for key, row in rows.items())])


def _line(key: str, value: object, *, long: bool = False) -> str:
    if long and isinstance(value, str) and "\n" in value:
        return f'{_name(key)} = """\n{_long(value)}"""'
    return f"{_name(key)} = {_value(value)}"


def _name(key: str) -> str:
    return key if _BARE.fullmatch(key) else _quoted(key)


def _value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case Decimal():
            return str(value).lower().replace("infinity", "inf")
        case int():
            return str(value)
        case Mapping():
            inside = ", ".join(_line(key, one) for key, one in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case _:
            return _quoted(str(value))


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, but for DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _long(text: str) -> str:
    lines = (_quoted(line)[1:-1].replace('\\"', '"') for line in text.split("\n"))
    return _CLOSING.sub(lambda quotes: '\\"' * len(quotes[0]), "\n".join(lines))


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Merge one document into another, key by key and at every depth (RFC 7396, JSON Merge Patch)."""
    found = dict(old)
    for key, value in new.items():
        before = found.get(key)
        if value is None:
            found.pop(key, None)
        elif isinstance(value, Mapping):
            found[key] = merged(before if isinstance(before, Mapping) else {}, value)
        else:
            found[key] = value
    return found
