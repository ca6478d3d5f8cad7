"""The text of Gambit's files: words and where they stand, labels, numbers, how a file begins.

A file is made of braces, commas, texts in quotes, and other words set apart by white space.  It
comes from strangers: a word is looked at once, and nothing is read before it is asked for.  What
other programs label with any text is named here: validly, distinctly, and always the same.
"""

from __future__ import annotations

import math
import re
import string
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

import sympy as sp

from dilemma.errors import Mistake, ModelError, Place, UnsupportedError
from dilemma.games.kind import Can
from dilemma.games.profiles import DIGITS, Payoffs, numeric_payoffs
from dilemma.model import At, Model
from dilemma.output.cleaning import visible
from dilemma.reading.rows import is_name
from dilemma.reading.syntax import ExpressionError, literal
from dilemma.reading.toml import text_of
from dilemma.theory.parts import Era, Profile, decimal

__all__ = [
    "Format",
    "Kind",
    "Number",
    "Numbers",
    "Token",
    "Words",
    "are_labels",
    "braced",
    "is_label",
    "is_readable",
    "model_name",
    "named",
    "named_moves",
    "number",
    "numbers",
    "opened",
    "opening",
    "quoted",
    "short",
    "strategic_text",
    "whole",
]

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


# --- labels and numbers ---------------------------------------------------------------------------


MOST_DIGITS = 60  # of a number that can be read back
MOST_BITS = 14_000  # of a number that Python turns into digits


def number(value: Fraction) -> str:
    """Write a payoff as a fraction, or as a short decimal where the fraction is long."""
    parts = (value.numerator, value.denominator)
    if max(map(abs, parts)) < 10**MOST_DIGITS:
        return str(value)
    if max(part.bit_length() for part in parts) > MOST_BITS:
        raise UnsupportedError("a payoff with thousands of digits cannot be written")
    decimal = Context(prec=MOST_DIGITS).divide(*map(Decimal, parts))
    return str(decimal) if Fraction(decimal) == value else str(value)


def is_readable(value: Fraction) -> bool:
    """Tell whether a model takes what is written of a number: no more digits than people write."""
    if max(abs(value.numerator), value.denominator).bit_length() > MOST_BITS:
        return False
    try:
        parts = [literal(part) for part in number(value).split("/")]
    except ExpressionError:
        return False
    return math.prod(parts[1:], start=value) == parts[0]


def braced(labels: Sequence[str]) -> str:
    """Write a list of labels."""
    return f"{{ {' '.join(map(quoted, labels))} }}"


def quoted(text: str) -> str:
    """Write a label or a comment; Gambit reads no backslash back as it was written."""
    return '"' + visible(text).replace("\\", "/").replace('"', '\\"') + '"'


def is_label(title: str) -> bool:
    """Tell whether Gambit takes it: no double spaces, and nothing that is not printed."""
    return title.isprintable() and title == " ".join(title.split()) and "\\" not in title


def are_labels(titles: Sequence[str]) -> bool:
    """Tell whether Gambit takes them all, and can tell them apart."""
    return len({*titles}) == len(titles) and all(map(is_label, titles))


# --- names ----------------------------------------------------------------------------------------


LONGEST = 40


def named(
    players: Sequence[str], actions: Sequence[Sequence[str]]
) -> tuple[list[str], list[list[str]]]:
    """Return a name for every player, and for every action of each.

    A label that is a name stays one.  Of another its letters and digits stay; one that begins with
    a digit has a word or, where it is an action's, the player's letter put before it; one without
    letters and digits is called by its position.  Names of players are distinct from all others,
    and the actions of one player from each other; two players may have actions of the same name.

    Examples
    --------
    >>> named(["Player 1", "2"], [["1", "2"], ["stay", "go away", "stay", ""]])
    (['Player_1', 'player_2'], [['a1', 'a2'], ['stay', 'go_away', 'stay_2', 'b4']])
    """
    valid = {label for own in actions for label in own if is_name(label)}
    found = _distinct(players, "player_", spare=valid)
    letters = string.ascii_lowercase
    return found, [
        _distinct(own, letters[index % len(letters)], taken=found)
        for index, own in enumerate(actions)
    ]


def named_moves(
    players: Sequence[str], moves: Sequence[tuple[int, Sequence[str]]]
) -> tuple[list[str], list[list[str]]]:
    """Return a name for every player of a tree, and for every action of each of its moves.

    Parameters
    ----------
    players : sequence of str
    moves : sequence of (player, labels)
        Who moves, counted from one, 0 for chance; and with which actions.

    Examples
    --------
    >>> named_moves(["Ann"], [(0, ["red", "1/2"]), (1, ["root", "2"]), (1, ["2", "Ann"])])
    (['Ann'], [['red', 'n1_2'], ['root_2', 'a2'], ['a2', 'Ann_2']])
    """
    valid = {label for _, own in moves for label in own if is_name(label)}
    found = _distinct(players, "player_", spare=valid)
    letters = ["n", *string.ascii_lowercase]
    taken = [*found, "root"]  # a history is called by its actions, and the first one "root"
    return found, [_distinct(own, letters[player], taken=taken) for player, own in moves]


def model_name(label: str) -> str:
    """Return a name for a model.

    Examples
    --------
    >>> model_name("stengel"), model_name("2x2 game")
    ('stengel', 'game_2x2_game')
    """
    return _distinct([label], "game_")[0]


def _distinct(
    labels: Sequence[str], prefix: str, *, taken: Iterable[str] = (), spare: Iterable[str] = ()
) -> list[str]:
    """Name labels apart; what is made up keeps clear of ``spare`` as well."""
    wanted = set(labels).difference(taken)
    kept = {label for label in wanted if is_name(label)}
    used = {*taken, *spare, *kept}
    found: list[str] = []
    for position, label in enumerate(labels, 1):
        if label in kept:
            kept.remove(label)
            found.append(label)
            continue
        made = stem = _word(label, prefix, position)
        count = 1
        while made in used:
            count += 1
            made = f"{stem}_{count}"
        used.add(made)
        found.append(made)
    return found


def _word(label: str, prefix: str, position: int) -> str:
    text = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", label)).strip("_")[:LONGEST]
    word = text if text.isidentifier() else f"{prefix}{text or position}"
    return next(
        (name for name in (word, f"{word}_") if is_name(name)),
        f"{prefix}{position}",
    )


# --- how a file begins ----------------------------------------------------------------------------


MOST_PLAYERS = 26


@dataclass(frozen=True, slots=True)
class Format:
    """One of Gambit's formats, and the word for the other one."""

    word: str
    version: str
    game: str
    least: int
    other: str
    elsewhere: str

    @property
    def begins(self) -> str:
        """How a file of this format begins."""
        return f'it begins with {self.word} {self.version} R "title" {{ "player" "player" }}'


def opening(words: Words, wanted: Format) -> tuple[str, list[str]]:
    """Read the title and the players."""
    first = words.next
    if first.kind == "end":
        raise words.error(first, f"an empty file, not a Gambit {wanted.game}", wanted.begins)
    if first.text == wanted.other:
        message = f"not a Gambit {wanted.game}: it begins with {wanted.other}"
        raise words.error(first, message, wanted.elsewhere)
    if (first.kind, first.text) != ("word", wanted.word):
        message = f"not a Gambit {wanted.game}: it begins with {first}"
        raise words.error(first, message, wanted.begins)
    words.take()
    for texts, what in (((wanted.version,), f"version {wanted.version}"), (("R", "D"), "R or D")):
        if words.next.kind != "word" or words.next.text not in texts:
            raise words.unwanted(f"{what} is wanted", wanted.begins)
        words.take()
    return words.want_text("the game's title"), _players(words, wanted.least)


def opened(path: str | Path) -> tuple[str, str, Path]:
    """Return a file's text, what to call the model in it, and where it lies."""
    path = Path(path)
    return text_of(path), model_name(path.stem), path


def _players(words: Words, least: int) -> list[str]:
    words.want("{", "before the players")
    found: list[str] = []
    while not words.next.is_mark("}"):
        if len(found) == MOST_PLAYERS:
            raise words.error(words.next, "too many players", f"at most {MOST_PLAYERS}")
        found.append(words.want_text("a player's name or '}'"))
    if len(found) < least:
        count = "one player" if found else "no players"
        hint = f"at least {'one is' if least == 1 else 'two are'} wanted"
        raise words.error(words.next, f"a game with {count}", hint)
    words.take()
    return found


def whole(words: Words, what: str) -> int:
    """Read a whole number."""
    token = words.next
    if token.kind != "word" or not (token.text.isascii() and token.text.isdigit()):
        raise words.unwanted(f"{what} is wanted", "a whole number")
    words.take()
    digits = token.text.lstrip("0")
    return int(digits[:9] or 0)  # cut or not, it is more than anything that is allowed


def short(label: str) -> str:
    """Quote a label, or its beginning."""
    return repr(label if len(label) <= 40 else f"{label[:39]}…")


# --- a game in numbers, and its text --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Numbers:
    """A game in numbers.

    Attributes
    ----------
    title : str
        The model's, and the era's.
    payoffs : mapping of profile to mapping of player to Fraction
    calibration : mapping of parameter to exact value
    exact : bool
        Whether no payoff had to be rounded.
    """

    title: str
    payoffs: Payoffs
    calibration: Mapping[str, sp.Rational]
    exact: bool

    def comment(self, model: Model, *more: str) -> str:
        """Return what the model says, its source, at which calibration it is, and what is rounded."""
        source = f"Source: {model.source}." if model.source else ""
        return "\n\n".join(part for part in (model.reads, source, self._said(), *more) if part)

    def _said(self) -> str:
        values = ", ".join(f"{name} = {decimal(value)}" for name, value in self.calibration.items())
        told = f"At {values}." if values else ""
        if not self.exact:
            told += f" Irrational payoffs are rounded to {DIGITS} digits."
        return told.strip()


def numbers(model: Model, at: At | None, changes: Mapping[str, Any]) -> Numbers:
    """Return every payoff at a calibration; irrational ones are rounded to 40 digits.

    Raises
    ------
    CalibrationError
        As :meth:`Model.calibration`, or if a payoff has no value there.
    """
    model.needs(Can.ACTIONS, "a table of payoffs")
    era = model.era(at, **changes)
    calibration = {name: value.central for name, value in era.values.items()}
    payoffs, exact = numeric_payoffs(model, model.values(calibration))
    title = model.title or model.name
    if isinstance(at, str | Era):
        title += f": {era.title}"
    return Numbers(title, payoffs, calibration, exact)


def strategic_text(
    title: str,
    players: Sequence[str],
    actions: Sequence[Sequence[str]],
    payoffs: Mapping[Profile, Sequence[Fraction]],
    comment: str = "",
) -> str:
    """Return the text of a strategic game in the payoff version, first player fastest."""
    lines = [
        f"NFG 1 R {quoted(title)}",
        braced(players),
        "",
        "{",
        *map(braced, actions),
        "}",
        quoted(comment),
        "",
    ]
    for rest in product(*reversed(actions[1:])):
        profiles: list[Profile] = [(action, *reversed(rest)) for action in actions[0]]
        lines.append("  ".join(" ".join(map(number, payoffs[one])) for one in profiles))
    return "\n".join(lines) + "\n"
