"""Where each key and value of a TOML text stands: the positions tomllib does not keep.

Reads only text that tomllib has already accepted, so it may be lenient: it follows the shape
of the document and remembers where everything begins and ends.  What it cannot follow it leaves
out, and whoever asks is told of the nearest place around it.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Path", "Places", "Span", "locate"]

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
