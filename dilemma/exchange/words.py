"""The words of Gambit's files, one after the other, each with where it stands.

A file is made of braces, commas, texts in quotes, and other words set apart by white space.  It
comes from strangers: a word is looked at once, and nothing is read before it is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal, TypeAlias, cast

from dilemma.errors import Mistake, ModelError, Place
from dilemma.reading.syntax import ExpressionError, literal

__all__ = ["Kind", "Number", "Token", "Words"]

Kind: TypeAlias = Literal["mark", "text", "word", "end"]
Number: TypeAlias = int | Decimal | str
"""A number as a document has it, exactly; a fraction is text such as "1/3"."""

_TOKEN = re.compile(
    r"""\s*+(?: (?P<mark>[{},])
              | "(?P<text>(?:[^"\\]|\\.)*+)"
              | (?P<word>[^\s{},"]++)
              | (?P<end>\Z) )""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(
    r"[+-]?(?:(?P<over>\d+)/(?P<under>\d+)|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)", re.ASCII
)
_LONGEST = 24


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a file, and where in the text it begins and ends."""

    kind: Kind
    text: str
    begin: int
    end: int

    def is_mark(self, mark: str) -> bool:
        """Tell whether it is this brace or comma."""
        return self.kind == "mark" and self.text == mark

    def __str__(self) -> str:
        if self.kind == "end":
            return "the end of the file"
        shown = self.text if len(self.text) <= _LONGEST else f"{self.text[: _LONGEST - 1]}…"
        return f"the text {shown!r}" if self.kind == "text" else repr(shown)


class Words:
    """A file's words; ``next`` is the one that comes.

    Parameters
    ----------
    text : str
    path : Path
        The file to name where something is wrong.
    """

    __slots__ = ("next", "path", "text")

    def __init__(self, text: str, path: Path) -> None:
        self.text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self.path = path
        self.next = self._token(0)

    def take(self) -> Token:
        """Return the word that comes, and go on to the one behind it."""
        token = self.next
        if token.kind != "end":
            self.next = self._token(token.end)
        return token

    def accept(self, mark: str) -> bool:
        """Take a brace or a comma where one comes."""
        if found := self.next.is_mark(mark):
            self.take()
        return found

    def want(self, mark: str, what: str) -> Token:
        """Take a brace, or say what it is wanted for."""
        if not self.next.is_mark(mark):
            raise self.unwanted(f"a {mark!r} is wanted {what}")
        return self.take()

    def want_text(self, what: str) -> str:
        """Take a text in quotes, or say that ``what`` is wanted."""
        if self.next.kind != "text":
            raise self.unwanted(f"{what} is wanted", 'a text stands in quotes: "Row"')
        return re.sub(r'\\(["\\])', r"\1", self.take().text)

    def want_number(self, what: str) -> Number:
        """Take an exact number, or say that ``what`` is wanted."""
        found = _NUMBER.fullmatch(self.next.text) if self.next.kind == "word" else None
        if found is None:
            raise self.unwanted(f"{what} is wanted", "a number such as 3, -0.25, 1/3 or 1e-2")
        try:
            value = _number(found)
        except ExpressionError:
            raise self.error(self.next, "a number of unreasonable size") from None
        except ZeroDivisionError:
            raise self.error(self.next, "division by zero") from None
        self.take()
        return value

    def unwanted(self, message: str, hint: str = "") -> ModelError:
        """Blame the word that comes for not being what is wanted."""
        if self.next.kind == "end":
            return self.error(self.next, f"{message}, and the file ends", hint)
        return self.error(self.next, f"{message}, not {self.next}", hint)

    def error(self, token: Token, message: str, hint: str = "") -> ModelError:
        """Blame a word: the error says file, line and column, and shows the line."""
        begin = self.text.rfind("\n", 0, token.begin) + 1
        end = self.text.find("\n", token.begin)
        end = len(self.text) if end < 0 else end
        line = self.text.count("\n", 0, token.begin) + 1
        width = max(1, min(token.end, end) - token.begin)
        place = Place(self.path, line, token.begin - begin + 1, width)
        return ModelError([Mistake((), message, hint, place=place, text=self.text[begin:end])])

    def _token(self, position: int) -> Token:
        found = _TOKEN.match(self.text, position)
        if found is None:
            begin = self.text.index('"', position)
            opened = Token("text", "", begin, begin + 1)
            raise self.error(opened, "this text is never closed", 'a text ends with "')
        kind = cast("Kind", found.lastgroup)
        if kind == "end":
            return Token(kind, "", position, position)  # right behind the last word
        quotes = kind == "text"
        return Token(kind, found[kind], found.start(kind) - quotes, found.end(kind) + quotes)


def _number(found: re.Match[str]) -> Number:
    if found["under"] is None:
        value = literal(found[0])
        return Decimal(found[0]) if value else 0
    over, under = literal(found["over"]), literal(found["under"])
    sign = -1 if found[0].startswith("-") else 1
    return str(sign * over / under)
