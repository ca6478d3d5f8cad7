"""How Gambit's files begin: the format, its version, the title and the players."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dilemma.exchange.labels import model_name
from dilemma.exchange.words import Words
from dilemma.modelfile import text_of

__all__ = ["Format", "opened", "opening", "short", "whole"]

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
