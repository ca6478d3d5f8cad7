"""Formulas that stand as text, set as LaTeX in pieces between which a line may end.

No fraction is built up and no bracket grows, so that a formula fits a narrow column of a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from dilemma.output.cleaning import GREEK, latex_escape

__all__ = [
    "BREAK",
    "LONGEST",
    "Piece",
    "inline",
    "mathematical",
    "of_formula",
    "of_latex",
    "of_words",
    "parted",
    "wide",
    "width",
]

BREAK = r" \allowbreak "  # where a line may end within mathematics
LONGEST = 80.0  # points: a longer word may be broken between any two letters
SHORT_ROOT = 12  # letters under a root sign; more are put in brackets

# Words between formulas.
_WORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "if",
        "else",
        "in",
        "to",
        "always",
        "never",
        "otherwise",
        "nothing",
        "where",
        "for",
        "undefined",
        "at",
        "centre",
        "same",
        "the",
    ]
)
_FUNCTIONS = {"exp": r"\exp", "log": r"\ln", "Max": r"\max", "Min": r"\min", "max": r"\max",
              "min": r"\min", "sin": r"\sin", "cos": r"\cos"}  # fmt: skip
_SIGNS = {"<=": r"\leq", ">=": r"\geq", "==": "=", "!=": r"\neq", "≤": r"\leq", "≥": r"\geq",
          "≠": r"\neq", "<": "<", ">": ">", "=": "=", "→": r"\to", "±": r"\pm", "∧": r"\wedge",
          "∨": r"\vee", "∈": r"\in"}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<number>\d+(?:\.\d+)?(?:e[-+]?\d+)?)|(?P<name>[A-Za-z]\w*)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|.)",
    re.ASCII,
)
# Where a word may go on below: behind a sign or a mark of punctuation within it.
_BREAKABLE = re.compile(r"(?<=[_/*+\-=.:,;)\]])(?<!\*\*)(?=[\w(\[])|(?<=\w\()(?=\w)")


@dataclass(frozen=True, slots=True)
class Piece:
    """What a line cannot part: its LaTeX, how wide that is at most [points], and what joins it on.

    Attributes
    ----------
    math : bool
        Whether it stands between signs of mathematics.
    joint : str
        " " after a space, "" where a line may end and no space is.
    """

    latex: str
    width: float
    math: bool = False
    joint: str = " "


# --- words ----------------------------------------------------------------------------------------

_NARROW = frozenset("iljtfrI.,:;!'|()[]`- \"")
_BROAD = frozenset("mwMWQO@%&—→±…")


def width(text: str) -> float:
    """Estimate how wide text is at most [points], in the usual letters of ten points."""
    return sum(map(_letter, text))


def _letter(letter: str) -> float:
    if letter in _NARROW:
        return 3.95
    if letter in _BROAD:
        return 10.3
    if not letter.isascii() and not letter.isprintable():
        return 10.0
    if ord(letter) > 0x24F:
        # A sign that is written as a command, or a letter that may be printed by its number.
        return 12.0 if latex_escape(letter) != letter else 58.0
    return 7.9 if letter.isupper() else 5.6


def of_words(text: str) -> list[Piece]:
    """Cut one line of text where it may go on below."""
    found: list[Piece] = []
    for word in text.split():
        joint = " "
        for part in _BREAKABLE.split(word) if len(word) > 8 else [word]:
            for whole in _broken(part):
                found.append(Piece(latex_escape(whole), width(whole), joint=joint))
                joint = ""
    return found


def _broken(word: str) -> list[str]:
    """Leave a word whole, or break it at any letter if no column could hold it."""
    return [word] if width(word) <= LONGEST else list(word)


# --- formulas -------------------------------------------------------------------------------------


def mathematical(name: str) -> str:
    r"""Return a name as LaTeX writes it in mathematics: a letter and its index, or an upright word.

    Examples
    --------
    >>> print(mathematical("kap_J"), mathematical("Del_C"), mathematical("turn"))
    \kappa_{J} \Delta_{C} \mathrm{turn}
    """
    base, _, index = name.partition("_")
    digits = re.fullmatch(r"([A-Za-z]+)(\d+)", base)
    stem, number = (digits[1], digits[2]) if digits else (base, "")
    greek = GREEK.get(stem.lower(), stem.lower() if stem.lower() in GREEK.values() else "")
    plain = index.isalnum() and index.isascii()
    if len(index) > 2 or (index and not plain) or not name.isascii() or name.endswith("_"):
        return rf"\mathrm{{{latex_escape(name)}}}"
    if len(stem) > 3 and not greek:
        if len(index) > 1:
            return rf"\mathrm{{{latex_escape(name)}}}"
        stem, number = rf"\mathrm{{{latex_escape(base)}}}", ""
    elif greek and greek != "omicron":
        # Capital letters that look like Latin ones have no sign of their own.
        stem = f"\\{greek.capitalize() if stem[0].isupper() else greek}"
        if stem[1:] in _LATIN:
            stem = rf"\mathrm{{{_LATIN[stem[1:]]}}}"
    elif not stem:
        return rf"\mathrm{{{latex_escape(name)}}}"
    below = " ".join(filter(None, (number, index)))
    return f"{stem}_{{{below}}}" if below else stem


_LATIN = {"Alpha": "A", "Beta": "B", "Epsilon": "E", "Zeta": "Z", "Kappa": "K", "Mu": "M",
          "Rho": "P", "Tau": "T"}  # fmt: skip


def of_formula(text: str) -> list[Piece]:
    """Cut one line of formulas, and of words between them, where it may go on below."""
    return list(_Formula(text).pieces())


def inline(text: str) -> str:
    r"""Return one line of formulas, and of words between them, as LaTeX that is not parted.

    Examples
    --------
    >>> print(inline("-theta*stake"), inline("q if a > 0 else 1"))
    $-\theta\, \mathrm{stake}$ $q$ if $a>  0$ else $1$
    """
    found: list[str] = []
    for math, pieces in groupby(of_formula(text), key=lambda piece: piece.math):
        told = " ".join(piece.latex for piece in pieces)
        found.append(f"${told}$" if math else told)
    return " ".join(found)


def of_latex(text: str) -> list[Piece]:
    r"""Cut LaTeX, with its own marks for mathematics, at every ``\allowbreak``."""
    found: list[Piece] = []
    for place, part in enumerate(text.split("$")):
        if place % 2:
            found += [_math(piece.strip(), " ") for piece in _outer(part)]
        else:
            found += [Piece(word, width(word)) for word in part.split()]
    return found


def _outer(math: str) -> list[str]:
    """Part mathematics where a line may end, but for what stands inside braces."""
    found: list[str] = []
    for part in math.split(BREAK):
        if found and found[-1].count("{") > found[-1].count("}"):
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


class _Formula:
    """A formula's tokens, read from left to right."""

    def __init__(self, text: str) -> None:
        self.tokens = [
            (kind, found[0])
            for found in _TOKEN.finditer(text)
            if (kind := str(found.lastgroup)) != "space"
        ]
        self.at = 0

    def pieces(self) -> Iterator[Piece]:
        """Yield what a line cannot part: a factor with the sign behind it."""
        opened = ""  # brackets and signs before a factor
        while self.at < len(self.tokens):
            kind, mark = self.tokens[self.at]
            if kind == "name" and mark in _WORDS:
                self.at += 1
                if opened:
                    yield _math(opened, "")
                    opened = ""
                yield Piece(mark, width(mark))
            elif (kind == "sign" and mark in "([{-+") or mark == "~":
                self.at += 1
                opened += {"{": r"\{", "~": r"\neg "}.get(mark, mark)
            elif kind == "sign" and not _mathematical(mark):
                self.at += 1
                yield Piece(latex_escape(mark), width(mark))
            else:
                yield from self._factor(opened)
                opened = ""
        if opened:
            yield _math(opened, "")

    def _factor(self, opened: str) -> Iterator[Piece]:
        """Yield a name or a number, its power, what closes behind it, and the sign that follows."""
        kind, mark = self.tokens[self.at]
        before_it = self.tokens[self.at - 1] if self.at and not opened else ("", "")
        if (
            before_it[1] not in _WORDS
            and kind in ("name", "number")
            and (before_it[0] in ("name", "number") or before_it[1] == ")")
        ):
            opened = r"\ "  # two names in a row are no product
        self.at += 1
        if kind == "name" and mark == "sqrt" and (root := self._root()):
            told = root if root != "(" else ""
        elif kind == "name":
            *before, told = parted(mark)
            for part in before:
                yield _math(opened + part, "")
                opened = ""
        else:
            told = _SIGNS.get(mark, {"}": r"\}"}.get(mark, mark))
            if mark in _SIGNS:
                told = f"{{}}{told}{{}}" if not opened else told
        yield _math(opened + told + self._behind(), " ")

    def _behind(self) -> str:
        """Take powers, brackets that close, and one sign."""
        told = ""
        while self.at < len(self.tokens):
            mark = self.tokens[self.at][1]
            if mark in {"**", "^"}:
                self.at += 1
                told += self._power()
            elif mark in (")", "]", "}", "!"):
                self.at += 1
                told += {"}": r"\}"}.get(mark, mark)
            elif mark == "(" and not told:
                self.at += 1
                told += "("
                if self.at < len(self.tokens) and self.tokens[self.at][1] == ")":
                    continue
                return told
            elif mark in ("*", "·"):
                self.at += 1
                numbers = self.at < len(self.tokens) and self.tokens[self.at][0] == "number"
                return told + (r"\cdot " if numbers else r"\,")
            elif mark in ("+", "-", "−", "/", ",", ";", ":", *_SIGNS):
                self.at += 1
                return told + {"−": "-", ",": ",\\ ", ";": ";\\ ", ":": r"\colon "}.get(
                    mark, f"{_SIGNS.get(mark, mark)} "
                )
            else:
                return told
        return told

    def _power(self) -> str:
        """Take an exponent whole."""
        taken: list[tuple[str, str]] = []
        depth = 0
        while self.at < len(self.tokens):
            kind, mark = self.tokens[self.at]
            tower = mark in ("**", "^") or (taken and taken[-1][1] in ("-", "+", "**", "^"))
            if depth == 0 and ((taken and not tower) or mark == ")"):
                break
            depth += (mark == "(") - (mark == ")")
            taken.append((kind, mark))
            self.at += 1
        if len(taken) > 2 and taken[0][1] == "(" and taken[-1][1] == ")":
            taken = taken[1:-1]
        return f"^{{{_whole(taken)}}}"

    def _root(self) -> str:
        """Take what is under a root if it is short; else write it as a power of one half."""
        depth = 0
        for ahead, (_, mark) in enumerate(self.tokens[self.at :], self.at):
            depth += (mark == "(") - (mark == ")")
            if depth == 0:
                taken = self.tokens[self.at : ahead + 1]
                if len(taken) < 3:
                    return ""
                if sum(len(word) for _, word in taken) <= SHORT_ROOT:
                    self.at = ahead + 1
                    return rf"\sqrt{{{_whole(taken[1:-1])}}}"
                if self.tokens[ahead + 1 : ahead + 2] not in ([("sign", "**")], [("sign", "^")]):
                    half = [("sign", "**"), ("sign", "("), ("number", "1"), ("sign", "/")]
                    self.tokens[ahead + 1 : ahead + 1] = [*half, ("number", "2"), ("sign", ")")]
                    return "("
                return ""
        return ""


def _whole(tokens: list[tuple[str, str]]) -> str:
    inner = _Formula("")
    inner.tokens = tokens
    return "".join(piece.latex for piece in inner.pieces())


def parted(name: str) -> list[str]:
    """Return a name as mathematics; a long one in parts between which a line may end."""
    if name in _FUNCTIONS:
        return [_FUNCTIONS[name]]
    whole = mathematical(name)
    if not whole.startswith(r"\mathrm{") or len(name) <= 9:
        return [whole]
    parts = [part for word in re.split(r"(?<=_)", name) for part in _broken(word) if part]
    return [rf"\mathrm{{{latex_escape(part)}}}" for part in parts]


def _mathematical(sign: str) -> bool:
    return sign in "+-*/^()[]{}<>=!,;:." or sign in _SIGNS or sign in ("**", "·", "−")


def _math(told: str, joint: str) -> Piece:
    return Piece(told, wide(told), math=True, joint=joint)


def wide(told: str) -> float:
    """Estimate how wide mathematics is at most [points], in letters of ten points."""
    whole = 0.0
    for relation in (r"\leq", r"\geq", r"\neq", "<", ">", "=", r"\to", r"\in"):
        whole += 13.4 * told.count(relation)
    whole += 12.3 * (told.count("+") + told.count("-")) + 1.7 * told.count(r"\,")
    plain = re.sub(r"\\(?:leq|geq|neq|to|in(?![a-z])|,|colon|cdot) ?|[<>=+\-]", "", told)
    for upright in re.findall(r"\\mathrm\{((?:[^{}\\]|\\.(?:\{\})?)*)\}", plain):
        whole += width(upright.replace("\\", "")) * 1.05
    plain = re.sub(r"\\mathrm\{(?:[^{}\\]|\\.(?:\{\})?)*\}", "", plain)
    whole += 9.0 * len(re.findall(r"\\sqrt", plain)) + 8.2 * len(
        re.findall(r"\\(?!sqrt)[A-Za-z]+", plain)
    )
    rest = re.sub(r"\\[A-Za-z]+|[{}_^\\ ]", "", plain)
    return whole + sum(
        5.1
        if letter.isdigit() or letter in "/."
        else 4.0
        if letter in "()[],;:!'"
        else 9.4
        if letter.isupper() or letter in "mw"
        else 6.4
        for letter in rest
    )
