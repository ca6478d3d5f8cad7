"""Texts of a model as data: what each kind of output makes of the signs that would steer it.

A title may hold an escape sequence for a terminal, a command for LaTeX, a formula for a
spreadsheet.  Every output takes its texts through one of the functions here; letters of every
script come through.  Names are taken apart into letters here too: which of them are Greek, and what
is an index.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

__all__ = [
    "GREEK",
    "STEERS",
    "as_json",
    "cell",
    "cleaned",
    "drawn",
    "latex_escape",
    "letter",
    "line",
    "markup",
    "visible",
]

GREEK = {
    "al": "alpha", "alp": "alpha", "bet": "beta", "gam": "gamma", "del": "delta", "eps": "epsilon",
    "ze": "zeta", "eta": "eta", "kap": "kappa", "lam": "lambda", "mu": "mu", "phi": "phi", "psi": "psi",
    "rho": "rho", "sig": "sigma", "tau": "tau", "the": "theta", "theta": "theta", "om": "omega",
}  # fmt: skip


def letter(name: str) -> tuple[str, str]:
    """Return a name as a letter and its index; a word stays a word.

    Examples
    --------
    >>> letter("kap_J"), letter("turn"), letter("trust_japan")
    (('κ', 'J'), ('turn', ''), ('trust_japan', ''))
    """
    base, _, index = name.partition("_")
    if len(index) > 2 or (len(base) > 3 and base not in GREEK):
        return name, ""
    if base in GREEK:
        base = unicodedata.lookup(f"GREEK SMALL LETTER {GREEK[base].replace('lambda', 'lamda')}")
    return base, index


# --- texts ----------------------------------------------------------------------------------------


LOST = "\ufffd"  # what stands where a sign was taken out that steers
# Control characters but for tab and newline, halves of characters, and what ends a line or turns it.
_STEERING = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff"
)
# What has no width and hides in a word.
_HIDDEN = (
    "\u00ad\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
_TURNS = re.compile(f"[{_STEERING}]")
_HIDES = re.compile(f"[{_HIDDEN}]")
_EITHER = re.compile(f"[{_STEERING}{_HIDDEN}]")
# The same and what is no single column wide: to be replaced one for one.
STEERS = re.compile(f"[\t\n{_STEERING}{_HIDDEN}]")
# What a spreadsheet takes for a formula, in letters of either width; spaces before it do not help.
_FORMULA = re.compile(r"\s*[-=+@\t\uff0d\uff1d\uff0b\uff20]")
# A letter with an index as figures write it; any other letter would be no mathematics to them.
_SYMBOL = re.compile(
    rf"(\$(?:[A-Za-z]|\\(?:{'|'.join(sorted(set(GREEK.values())))}))_\{{\\mathrm\{{[A-Za-z0-9]+\}}\}}\$"
    r"|\$\\mathit\{[A-Za-z]\}\$)"
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?:/\d+)?")


def visible(text: str) -> str:
    r"""Return text that steers nothing: for a terminal, and what every other output begins with.

    What ends a line or moves the cursor, colours, links or turns the direction of writing becomes
    ``\ufffd``; what has no width is left out.  Tabs and newlines stay, and so do all letters.

    Examples
    --------
    >>> ascii(visible("\x1b[31mred, \u202e\u05d0"))
    "'\\ufffd[31mred, \\ufffd\\u05d0'"
    """
    if text.isascii() and text.isprintable():
        return text
    return _HIDES.sub("", _TURNS.sub(LOST, text.replace("\r\n", "\n")))


def line(text: str) -> str:
    r"""Return text on one line, with every space a single one.

    Examples
    --------
    >>> line("two\n lines")
    'two lines'
    """
    return " ".join(visible(text).split())


def markup(text: str) -> str:
    """Return text that may stand in HTML or SVG, between marks or in an attribute.

    Examples
    --------
    >>> markup("<b>")
    '&lt;b&gt;'
    """
    return html.escape(visible(text))


def cell(value: Any) -> str:
    """Return what a spreadsheet shows as it is, and takes for no formula.

    A number stays a number, a negative one too; any other text that begins as a formula does gets an
    apostrophe before it, which spreadsheets know as the sign of a text.

    Examples
    --------
    >>> cell("=1+1"), cell("-x"), cell("-0.25"), cell("-1/3")
    ("'=1+1", "'-x", '-0.25', '-1/3')
    """
    text = visible(str(value))
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def drawn(text: str) -> str:
    r"""Return text for a figure, in which a dollar is a dollar and begins no formula.

    Letters with an index, and letters alone, stay formulas as figures write them.

    Examples
    --------
    >>> print(drawn(r"5 $ or $\input{x}$ for $m_{\mathrm{J}}$"))
    5 \$ or \$\input{x}\$ for $m_{\mathrm{J}}$
    >>> print(drawn(r"$\mathit{a}$, and $a$"))
    $\mathit{a}$, and \$a\$
    """
    parts = _SYMBOL.split(visible(text))
    return "".join(part if at % 2 else part.replace("$", r"\$") for at, part in enumerate(parts))


def cleaned(data: Any) -> Any:
    r"""Return plain data in which no text steers anything.

    Examples
    --------
    >>> ascii(cleaned({"title": ["\x07"]}))
    "{'title': ['\\ufffd']}"
    """
    if isinstance(data, str):
        return visible(data)
    if isinstance(data, Mapping):
        return {key: cleaned(value) for key, value in data.items()}
    return [cleaned(value) for value in data] if isinstance(data, list | tuple) else data


def as_json(data: Any, *, indent: int | None = 2, separators: tuple[str, str] | None = None) -> str:
    r"""Return plain data as JSON: nothing is lost, and what steers a terminal is written ``\uXXXX``.

    Examples
    --------
    >>> print(as_json({"title": "\x9b31mred"}, indent=None))
    {"title": "\u009b31mred"}
    """
    text = json.dumps(
        data, indent=indent, separators=separators, ensure_ascii=False, allow_nan=False
    )
    if text.isascii() and "\x7f" not in text:
        return text
    return _EITHER.sub(lambda found: json.dumps(found[0])[1:-1], text)


_LATEX = {
    "\\": r"\textbackslash{}",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"$<$",
    ">": r"$>$",
    "|": r"$|$",
    "[": "{[}",  # after a line's end it would begin an option
    "]": "{]}",
    '"': r"\char34{}",  # itself in some languages a shorthand, and two others where it is copied
    "`": r"\textasciigrave{}",
    "\x00": "{}",
    "–": "--",
    "−": "$-$",
    "…": r"\ldots{}",
    "→": r"$\to$",
    "←": r"$\leftarrow$",
    "·": r"$\cdot$",
    "×": r"$\times$",
    "±": r"$\pm$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≠": r"$\neq$",
    "∞": r"$\infty$",
    "√": r"$\surd$",
    "∈": r"$\in$",
    "∧": r"$\wedge$",
    "∨": r"$\vee$",
    "\N{REPLACEMENT CHARACTER}": "?",
    "\N{NO-BREAK SPACE}": "~",
}


def latex_escape(words: str) -> str:
    r"""Return text in which LaTeX reads no character as a command.

    Examples
    --------
    >>> print(latex_escape("kap_J & 28 %"))
    kap\_J \& 28 \%
    """
    apart = re.sub("-(?=-)", "-\x00", visible(words).replace("\t", " "))  # else they become a dash
    return "".join(_LATEX.get(mark, mark) for mark in apart)
