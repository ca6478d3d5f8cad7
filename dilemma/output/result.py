"""Results as labelled tables, shown in a terminal, a notebook, LaTeX or JSON.

A result says once what its tables are; :class:`Shown` turns them into every form.  Exact numbers,
mixes and losses are put into words so that what differs never prints the same.

Files are written whole or not at all; whether they can be is seen to before anything is worked out.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sympy as sp

from dilemma.errors import DilemmaError, UnsupportedError, nearest
from dilemma.output.cleaning import as_json, latex_escape
from dilemma.output.screen import text
from dilemma.output.tables import Best, Cell, Formula, Table, fragment, latex, page

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from dilemma.output.frames import Frame

__all__ = [
    "Best",
    "Cell",
    "Formula",
    "Named",
    "Shown",
    "Table",
    "apart",
    "as_data",
    "chance_of",
    "chances",
    "check",
    "exactly",
    "fields_as_data",
    "latex_escape",
    "number",
    "owned",
    "percent",
    "versions",
    "weighted",
    "write",
    "yes_or_no",
]


# What people look for who know other libraries, and what does it here.
ELSEWHERE = {
    "describe": "print(...) shows it, to_pandas() returns it as a frame",
    "df": "to_pandas() returns it as a frame",
    "savefig": "dilemma.figures.save(found.plot(), path) writes the picture",
    "show": "print(...) shows it, plot() draws it",
    "summary": "print(...) shows it",
    "to_csv": "to_pandas().to_csv(path) writes it",
    "to_dataframe": "to_pandas() returns it as a frame",
    "to_df": "to_pandas() returns it as a frame",
    "to_excel": "to_pandas().to_excel(path) writes it",
    "to_frame": "to_pandas() returns it as a frame",
    "to_markdown": "to_pandas().to_markdown() writes it",
    "to_string": "str(...) is its tables as text",
}


class Named:
    """What stands by its name in plain data, since it is stated in full elsewhere."""

    __slots__ = ()

    name: str


class Shown:
    """What every result can do with its tables."""

    __slots__ = ()

    def tables(self) -> tuple[Table, ...]:
        """Return the result as tables."""
        raise NotImplementedError

    def brief(self) -> tuple[Table, ...]:
        """Return what a terminal shows first: all tables, unless the result knows what can wait."""
        return self.tables()

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data, ready for JSON: its fields, if it does not say otherwise."""
        return fields_as_data(self)

    def _frame(self) -> Frame:
        """Return what :func:`dilemma.to_pandas` makes a frame of, where a result is a table of numbers."""
        raise UnsupportedError(
            f"there is no frame of {type(self).__name__}: to_dict() has all that it says"
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return the result as a frame, as :func:`dilemma.to_pandas` does."""
        from dilemma.output.frames import to_pandas

        return to_pandas(self)

    def plot(self, ax: Axes | None = None, **how: Any) -> Figure:
        """Draw the result, as :func:`dilemma.plot` does."""
        found: Figure = import_module("dilemma").plot(self, ax=ax, **how)
        return found

    def _instead(self, name: str) -> str:
        """Say what there is instead of an attribute that somebody looked for."""
        known = (own for own in dir(self) if not own.startswith("_"))
        return ELSEWHERE.get(name) or nearest(name, known)

    if not TYPE_CHECKING:  # for a type checker there are those attributes that there are

        def __getattr__(self, name: str) -> object:
            if name.startswith("_") or hasattr(type(self), name):
                return object.__getattribute__(self, name)  # fails as it did
            raise AttributeError(f"{type(self).__name__} has no {name!r}: {self._instead(name)}")

    def __str__(self) -> str:
        return text(self.tables())

    def __repr__(self) -> str:
        return str(self)  # who types its name wants to see it

    def _repr_html_(self) -> str:
        return fragment(self.tables())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}  # for Jupyter

    def to_html(self) -> str:
        """Return the result as a page that needs nothing else."""
        return page(self.tables())

    def to_latex(self) -> str:
        """Return the result as LaTeX tables; ``dilemma.output.tables.PREAMBLE`` is what they need."""
        return latex(self.tables())

    def to_json(self) -> str:
        """Return the result as JSON."""
        return as_json(self.to_dict())


def number(value: Any, digits: int = 4) -> str:
    """Write a number with a few digits that matter; an integer stays one.

    Examples
    --------
    >>> number(3), number(11 / 16), number(None)
    ('3', '0.6875', 'undefined')
    """
    if value is None:
        return "undefined"
    if abs(value) < 1e6 and value == int(value):
        return str(int(value))
    return f"{float(value):.{digits}g}"


def yes_or_no(fact: bool | None) -> str:  # noqa: FBT001 -- a fact
    """Write a fact; None is what was not decided."""
    return {True: "yes", False: "no", None: "not decided"}[fact]


def as_data(value: Any) -> Any:
    """Return data as JSON has it: records and mappings as tables, exact numbers as text.

    A record that has a ``to_dict`` is what that says, at any depth.

    Examples
    --------
    >>> from fractions import Fraction
    >>> as_data({"a": Fraction(11, 16), "b": (None, True, 2, 0.5)})
    {'a': '11/16', 'b': [None, True, 2, 0.5]}
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Named):
        return value.name
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {str(key): as_data(one) for key, one in value.items()}
    if is_dataclass(value):
        return fields_as_data(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [as_data(one) for one in value]
    return str(value)


def fields_as_data(record: Any, *names: str) -> dict[str, Any]:
    """Return a record's fields as data; if some are named those alone, or properties, in this order.

    Examples
    --------
    >>> table = Table("Payoffs", ("Japan",), (("2",),))
    >>> fields_as_data(table, "title", "rows")
    {'title': 'Payoffs', 'rows': [['2']]}
    """
    wanted = names or tuple(each.name for each in fields(record))
    return {name: as_data(getattr(record, name)) for name in wanted}


@cache
def versions(*packages: str) -> dict[str, str]:
    """Return the versions of packages that a result was made with."""
    return {package: version(package) for package in packages}


def percent(share: float) -> str:
    """Write a share, telling 'never' from 'hardly ever' and 'always' from 'nearly always'.

    Examples
    --------
    >>> percent(0), percent(0.0001), percent(0.4321), percent(0.99999)
    ('0.0 %', '< 0.1 %', '43.2 %', '> 99.9 %')
    """
    if 0 < share < 0.0005:
        return "< 0.1 %"
    if 0.9995 < share < 1:
        return "> 99.9 %"
    return f"{100 * share:.1f} %"


# --- numbers, mixes and losses in words -----------------------------------------------------------


SHORT = 1000  # a fraction with a smaller denominator is written as one


def apart(values: Sequence[sp.Rational]) -> list[str]:
    """Write numbers with four digits, or with as many as tell different ones apart.

    Examples
    --------
    >>> apart([sp.Rational(1, 3), sp.Rational(1, 3), sp.Rational("0.33334")])
    ['0.33333', '0.33333', '0.33334']
    """
    different = len(set(values))
    for digits in range(4, 16):
        told = [number(value, digits) for value in values]
        if len(set(told)) == different:
            return told
    return [str(value) for value in values]


def exactly(value: sp.Rational) -> str:
    """Write a number so that nothing is lost: in decimals that end, or as a fraction.

    Examples
    --------
    >>> (
    ...     exactly(sp.Rational("0.0000180648")),
    ...     exactly(sp.Rational(11, 16)),
    ...     exactly(sp.Rational(1, 3)),
    ... )
    ('1.80648e-05', '0.6875', '1/3')
    """
    told = number(value, 12)
    return told if sp.Rational(told) == value else str(value)


def owned(title: str) -> str:
    """Write whose something is.

    Examples
    --------
    >>> owned("Japan"), owned("United States")
    ("Japan's", "United States'")
    """
    return f"{title}'" if title.endswith("s") else f"{title}'s"


def weighted(mix: Mapping[str, sp.Rational]) -> str:
    """Write a mix as a sum; one action alone as itself.

    Examples
    --------
    >>> weighted({"strong": sp.Rational(1, 2), "weak": sp.Integer(0), "hedge": sp.Rational(1, 2)})
    '1/2 strong + 1/2 hedge'
    """
    used = {action: chance for action, chance in mix.items() if chance}
    if len(used) == 1:
        return next(iter(used))
    return " + ".join(f"{chance_of(chance)} {action}" for action, chance in used.items())


def chances(mix: Mapping[str, sp.Rational]) -> str:
    """Write a mix as a list of actions with their probabilities.

    Examples
    --------
    >>> chances({"strong": sp.Rational(11, 16), "weak": sp.Rational(5, 16)})
    'strong 11/16, weak 5/16'
    """
    return ", ".join(f"{action} {chance_of(chance)}" for action, chance in mix.items() if chance)


def chance_of(chance: sp.Rational) -> str:
    """Write a probability: as a short fraction where it is one, else in decimals."""
    return str(chance) if chance.q < SHORT else number(chance)


# --- files ----------------------------------------------------------------------------------------


def check(path: Path, what: str, endings: Sequence[str], *, new: bool = False) -> Path:
    """See that a file can be written, before the work that it is for.

    Parameters
    ----------
    what : str
        What the file is, such as "a picture's file".
    endings : sequence of str
        How its name may end.
    new : bool
        Whether it must not be there yet.

    Raises
    ------
    DilemmaError
        If the name ends otherwise, or the file cannot be written there; says why.

    Examples
    --------
    >>> check(Path("map.svg"), "a picture's file", [".png", ".svg"]).suffix
    '.svg'
    """
    if path.suffix.lower() not in endings:
        *most, last = endings
        wanted = f"{', '.join(most)} or {last}" if most else last
        raise DilemmaError(f"{path}: {what} ends in {wanted}")
    try:
        _see(path, new=new)
    except (OSError, ValueError) as error:
        raise DilemmaError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    return path


def _see(path: Path, *, new: bool) -> None:
    parent = path.parent
    if path.is_dir():
        raise DilemmaError(f"{path} is a folder: name a file in it")
    if new and (path.exists() or path.is_symlink()):
        raise DilemmaError(f"{path} exists already; nothing was written")
    if not parent.is_dir():
        raise DilemmaError(f"{path}: there is no folder {parent}; make it first")
    if path.exists() and not os.access(path, os.W_OK):
        raise DilemmaError(f"{path}: it is there and may not be written to")
    if not path.exists() and not os.access(parent, os.W_OK):
        raise DilemmaError(f"{path}: nothing may be written to the folder {parent}")


def write(path: Path, content: str | bytes) -> None:
    """Write a file whole: beside its place first, so that a full disk leaves what was there.

    Raises
    ------
    DilemmaError
        If it cannot be written; nothing of it is left then.
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    try:
        place = path.resolve()  # a link stays one
        if place.exists() and not place.is_file():
            with place.open("wb") as device:
                device.write(data)
            return
        _replace(place, data)
    except OSError as error:
        raise DilemmaError(f"{path}: {error.strerror or error}; nothing was written") from None


def _replace(place: Path, data: bytes) -> None:
    beside = place.with_name(f".{place.name[:100]}.{secrets.token_hex(6)}.part")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            beside.chmod(place.stat().st_mode & 0o777)
        beside.replace(place)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
