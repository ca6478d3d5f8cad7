"""TOML beyond what tomllib does: where each key and value of a text stands, and documents written.

Positions are found only in text that tomllib has already accepted, so this may be lenient: it follows the shape
of the document and remembers where everything begins and ends.  What it cannot follow it leaves
out, and whoever asks is told of the nearest place around it.
"""

from __future__ import annotations

import contextlib
import json
import pathlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sympy as sp
from sympy.printing.precedence import PRECEDENCE, precedence
from sympy.printing.str import StrPrinter

from dilemma.errors import Mistake, ModelError, Place
from dilemma.games.kind import USUAL, game_of
from dilemma.reading.syntax import HIGHEST_POWER, MOST_DIGITS
from dilemma.theory.parts import decimal

LARGEST = 5_000_000
__all__ = [
    "Path",
    "Places",
    "Span",
    "formula",
    "locate",
    "merged",
    "plain",
    "text_of",
    "toml",
    "unplaced",
]

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*(\.?)""")
_STRING = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*\'''', re.DOTALL
)
_BARE = re.compile(r"[^,\]}#\n]+")
_ESCAPE = re.compile(r"\\(?:[ \t]*\n[ \t\n]*|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_SHORT = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text, from ``begin`` up to but not including ``end``."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Places:
    """The keys and values of one text by their path, such as ``("claims", "free", "holds")``."""

    text: str
    keys: Mapping[Path, Span]
    values: Mapping[Path, Span]

    def key(self, path: Path) -> Span:
        """Return where a key stands, or else the nearest place to it."""
        path = self._known(path)
        return self.keys.get(path) or self.values.get(path) or Span(0, 0)

    def value(self, path: Path) -> Span:
        """Return where a value stands; a table is shown by its key."""
        path = self._known(path)
        found = self.values.get(path)
        if found is None or self.text.startswith("{", found.begin):
            return self.key(path)
        return found

    def within(self, path: Path, column: int, width: int) -> Span:
        """Return where a part of a string stands, counted in characters of its value."""
        whole = self.values.get(self._known(path))
        if whole is None or self.text[whole.begin] not in "\"'":
            return self.value(path)
        literal = self.text[whole.begin : whole.end]
        offsets = [offset for offset, _ in _characters(literal)]
        last = len(offsets) - 1
        first, final = min(column, last), min(column + width - 1, last)
        begin = whole.begin + offsets[first]
        return Span(begin, max(whole.begin + offsets[max(final, first)] + 1, begin + 1))

    def _known(self, path: Path) -> Path:
        """Return the nearest path that has a place."""
        # A row written short, such as ["align", "hedge"], lacks the key in the middle.
        shorter = (path[:i] + path[i + 1 :] for i in range(2, len(path)))
        around = (path[:i] for i in range(len(path) - 1, -1, -1))
        for one in (path, *shorter, *around):
            if one in self.values or one in self.keys:
                return one
        return ()

    def spot(self, span: Span) -> tuple[int, int, int, str]:
        """Return line and column (from one), the width on that line, and the line."""
        begin = self.text.rfind("\n", 0, span.begin) + 1
        end = self.text.find("\n", begin)
        line = self.text[begin:] if end < 0 else self.text[begin:end]
        column = span.begin - begin
        width = max(min(span.end - span.begin, len(line) - column), 1)
        return self.text.count("\n", 0, begin) + 1, column + 1, width, line


def locate(text: str) -> Places:
    r"""Find every key and value of a TOML text whose lines end in ``\n``.

    Examples
    --------
    >>> found = locate("[players]\njapan = ['align', 'hedge']\n")
    >>> found.spot(found.value(("players", "japan", 1)))
    (2, 19, 7, "japan = ['align', 'hedge']")
    """
    walk = _Walk(text)
    with contextlib.suppress(_Lost, RecursionError):  # what was found so far is still right
        walk.document()
    return Places(text, walk.keys, walk.values)


class _Lost(Exception):  # noqa: N818 - not an error: the walk ends where it cannot follow
    """The walk met something it does not know."""


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.keys: dict[Path, Span] = {}
        self.values: dict[Path, Span] = {}
        self.seen: Counter[Path] = Counter()

    def document(self) -> None:
        table: Path = ()
        while self._skip() < len(self.text):
            if self._peek("["):
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        many = self._peek("[[")
        self.at += 2 if many else 1
        written = self._key()
        table: Path = ()
        for part, _ in written:
            if table in self.seen:
                table = (*table, self.seen[table] - 1)
            table = (*table, part)
            self.keys.setdefault(table, Span(written[0][1].begin, written[-1][1].end))
        if many:
            self.seen[table] += 1
            table = (*table, self.seen[table] - 1)
        elif table in self.seen:
            table = (*table, self.seen[table] - 1)
        # The header itself is a better place than one that only mentioned it in passing.
        self.keys[table] = Span(written[0][1].begin, written[-1][1].end)
        self._leap(re.compile(r"\]\]" if many else r"\]"))
        return table

    def _pair(self, table: Path) -> None:
        written = self._key()
        path = table
        for part, span in written:
            path = (*path, part)
            self.keys.setdefault(path, span)
        self._leap(re.compile("="))
        self._value(path)

    def _value(self, path: Path) -> None:
        begin = self._skip()
        if self._peek("["):
            self._array(path)
        elif self._peek("{"):
            self._inline_table(path)
        elif self._peek('"') or self._peek("'"):
            self._leap(_STRING)
        else:
            self._leap(_BARE)
        written = self.text[begin : self.at].rstrip()
        self.values[path] = Span(begin, begin + len(written))

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self._skip() < len(self.text) and not self._peek("]"):
            self._value((*path, index))
            index += 1
            self._comma()
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self._skip() < len(self.text) and not self._peek("}"):
            self._pair(path)
            self._comma()
        self.at += 1

    def _key(self) -> list[tuple[str, Span]]:
        parts: list[tuple[str, Span]] = []
        dotted = "."
        while dotted:
            found = self._leap(_KEY)
            literal = found[1]
            name = literal
            if literal[0] in "\"'":
                name = "".join(character for _, character in _characters(literal))
            parts.append((name, Span(*found.span(1))))
            dotted = found[2]
        return parts

    def _comma(self) -> None:
        self._skip()
        if self._peek(","):
            self.at += 1

    def _skip(self) -> int:
        self._leap(_BLANK)
        return self.at

    def _peek(self, mark: str) -> bool:
        return self.text.startswith(mark, self.at)

    def _leap(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise _Lost
        self.at = found.end()
        return found


def _characters(literal: str) -> list[tuple[int, str]]:
    """Return each character of a string's value with its offset in the literal, and the end."""
    quote = literal[0]
    size = 3 if len(literal) >= 6 and literal.startswith(quote * 3) else 1
    at, end = size, len(literal) - size
    if size == 3 and literal.startswith("\n", at):
        at += 1
    found: list[tuple[int, str]] = []
    while at < end:
        escape = _ESCAPE.match(literal, at) if quote == '"' else None
        if escape is None:
            found.append((at, literal[at]))
            at += 1
            continue
        body = escape[0][1:]
        if body[0] in "uU":
            found.append((at, chr(int(body[1:], 16))))
        elif not body[0].isspace():
            found.append((at, _SHORT.get(body, body)))
        at = escape.end()
    return [*found, (max(at, end), "")]


# --- the text of a file ---------------------------------------------------------------------------


def text_of(path: pathlib.Path) -> str:
    """Return the text of a file, or say why it has none: too large, or not UTF-8."""
    size = path.stat().st_size
    if size > LARGEST:
        hint = f"at most {LARGEST:,} bytes"
        raise unplaced(path, f"a model file of {size:,} bytes", hint)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        column = error.start - (error.object.rfind(b"\n", 0, error.start) + 1)
        place = Place(path, line, column + 1)
        raise ModelError([Mistake((), "not UTF-8", "save it as UTF-8", place=place)]) from None
    return text.replace("\r\n", "\n")


def unplaced(path: pathlib.Path, message: str, hint: str) -> ModelError:
    """Return the error of a file as a whole."""
    return ModelError([Mistake((), message, hint, place=Place(path, 1, 1))])


# --- formulas and documents written ---------------------------------------------------------------


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
        if power.is_Rational and abs(power) > HIGHEST_POWER:
            # sympy has made one power of several: each may be written as what it was.
            whole, rest = divmod(abs(power), HIGHEST_POWER)
            steps = [sp.Integer(HIGHEST_POWER)] * int(whole) + [rest]
            product = "*".join(str(self._print(sp.Pow(base, one))) for one in steps if one)
            return f"(1/({product}))" if power < 0 else f"({product})"
        if power.atoms(sp.Pow) or (power.is_number and not power.is_Rational):
            return f"exp({self.parenthesize(power, 50)}*log({self._print(base)}))"
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
    if isinstance(value, str | int):  # most values are
        return value
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
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
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
    return key if _BARE_KEY.fullmatch(key) else _quoted(key)


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
