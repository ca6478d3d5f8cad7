"""Everything the package raises on purpose, and the libraries that only some readers need.

* DilemmaError
  + ModelError            a model, or the file it stands in, is wrong (says where, shows the line)
  + UnknownModelError     no model of that name (says which there are)
  + CalibrationError      a parameter, era or value that the model does not have
    - UnknownKeyError     a result has nothing of that name
  + CallError             a call with something that the function does not take
  + UnsupportedError      a question that is well put and that this version cannot answer
  + MissingLibraryError   a library that an extra brings is not installed (says which extra)
  + BudgetError           an answer that is whole or nothing, and was not done within its seconds
  + DisagreementError     two independent solutions part: a defect here, with how to reproduce it
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

from dilemma.output.cleaning import STEERS, visible

__all__ = [
    "BudgetError",
    "CalibrationError",
    "CallError",
    "DilemmaError",
    "DisagreementError",
    "MissingLibraryError",
    "Mistake",
    "ModelError",
    "Place",
    "UnknownKeyError",
    "UnknownModelError",
    "UnsupportedError",
    "close",
    "library",
    "nearest",
]


class DilemmaError(Exception):
    """Base of every error this package raises on purpose; what it tells steers no terminal."""

    def __str__(self) -> str:
        return visible(super().__str__())


class UnknownModelError(DilemmaError, LookupError):
    """No model of that name is shipped, and no file lies at that path."""


class CalibrationError(DilemmaError, ValueError):
    """A parameter, an era or a value that the model does not have."""


class UnknownKeyError(CalibrationError, KeyError):
    """A result was asked for something of a name that nothing in it has."""

    def __str__(self) -> str:
        return visible(str(self.args[0]))  # a KeyError would put it in quotation marks


class CallError(DilemmaError, TypeError):
    """A function was called with something that it does not take."""


class UnsupportedError(DilemmaError, NotImplementedError):
    """A question that is well put and that this version cannot answer."""


class MissingLibraryError(DilemmaError, ImportError):
    """A library that only some need is not installed."""


class BudgetError(DilemmaError, TimeoutError):
    """An answer that is whole or nothing was not done within the seconds that it was given."""


class DisagreementError(DilemmaError, RuntimeError):
    """Two independent solutions of one game part: a defect here, never the user's."""


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a model file; line and column count from one.

    In a table of cells ``cell`` says which one it is, such as ``B3``, and the column counts within it.
    """

    path: Path
    line: int
    column: int
    width: int = 1
    cell: str = ""

    def __str__(self) -> str:
        return (
            f"{self.path}, {self.cell}" if self.cell else f"{self.path}:{self.line}:{self.column}"
        )


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a model: where, what, and a way out.

    Attributes
    ----------
    where : tuple of str or int
        The sections and keys that lead to it, such as ``("payoffs", "japan")``.
    message, hint : str
        What is wrong; what would be right ("" where nothing better can be said).
    column, width : int
        The part of the formula that is wrong, counted from zero (width 0: the whole value).
    place, text : Place or None, str
        Where it stands in a file and that line, when the model came from one.
    """

    where: tuple[str | int, ...]
    message: str
    hint: str = ""
    column: int = 0
    width: int = 0
    place: Place | None = None
    text: str = ""

    def __str__(self) -> str:
        where = ".".join(map(str, self.where))
        told = f"{self.message}: {where}" if where else self.message
        if self.place is None:
            return visible(told + (f"\n  = {self.hint}" if self.hint else ""))
        margin = " " * len(str(self.place.line))
        carets = " " * (self.place.column - 1) + "^" * max(self.place.width, 1)
        report = [f"{self.place}: {told}"]
        if self.text:
            shown, carets = _window(self.text, self.place.column, carets)
            report += [f"  {self.place.line} | {shown}", f"  {margin} | {carets}"]
        if self.hint:
            report.append(f"  {margin} = {self.hint}")
        return visible("\n".join(report))


def _window(line: str, column: int, carets: str) -> tuple[str, str]:
    """Cut a very long line down to what surrounds the mistake."""
    longest = 120
    line = STEERS.sub(" ", line)  # one for one, so that the carets stay under what is wrong
    if len(line) <= longest:
        return line, carets[:longest]
    begin = max(0, min(column - longest // 2, len(line) - longest))
    return line[begin : begin + longest], carets[begin : begin + longest]


class ModelError(DilemmaError, ValueError):
    """A model is wrong; every mistake that was found is told.

    Attributes
    ----------
    mistakes : tuple of Mistake
    """

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


def close(name: str, known: Iterable[str]) -> str | None:
    """Return the name that is meant, as far as spelling tells; None if none is near.

    Examples
    --------
    >>> close("x_j", ["x_U", "x_J"]), close("price", ["x_U", "x_J"])
    ('x_J', None)
    """
    names = [str(k) for k in known]
    near = [known for known in names if known.casefold() == name.casefold()]
    near = near or difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return near[0] if near else None


def nearest(name: object, known: Iterable[str]) -> str:
    """Return a hint that names the nearest valid name, or lists the names there are.

    Examples
    --------
    >>> nearest("x_j", ["x_U", "x_J"])
    "did you mean 'x_J'?"
    """
    names = [str(k) for k in known]
    near = close(name, names) if isinstance(name, str) else None
    if near is not None:
        return f"did you mean {near!r}?"
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"known here: {shown}" if names else ""


# --- libraries of extras --------------------------------------------------------------------------


EXTRAS = {
    "distributed": "scale",
    "matplotlib": "figures",
    "openpyxl": "tables",
    "pandas": "labels",
    "pyarrow": "scale",
    "pygambit": "trees",
    "xarray": "labels",
    "zarr": "scale",
}


def library(name: str) -> ModuleType:
    """Return a library that an extra brings, imported.

    Raises
    ------
    MissingLibraryError
        If it is not installed; says how to install it.

    Examples
    --------
    >>> library("xarray").__name__
    'xarray'
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:  # it is there, and lacks something itself
            raise
        raise MissingLibraryError(
            f"that needs {name}, which is not installed: pip install 'dilemma[{EXTRAS[name]}]'"
        ) from None
