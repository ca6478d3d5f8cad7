"""The models that are shipped, models read from files, and the text of a model's file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dilemma.errors import UnknownModelError, UnsupportedError, nearest
from dilemma.exchange.gambit_text import opened
from dilemma.exchange.spreadsheets import SPREADSHEETS, WAY_OUT, read_csv
from dilemma.games.kind import endings, read_by
from dilemma.model import At, Model
from dilemma.modelfile import read

__all__ = ["available", "folder", "load", "written"]


def folder() -> Path:
    """Return the folder of the shipped models: inside a wheel, beside the code in a checkout."""
    here = Path(__file__).resolve().parent
    inside, beside = here / "models", here.parent / "models"
    return inside if inside.is_dir() else beside


def available() -> tuple[str, ...]:
    """Return the names of the shipped models.

    Examples
    --------
    >>> "abandonment" in available()
    True
    """
    return tuple(sorted(path.stem for path in folder().glob("*.toml")))


def load(name: str | Path) -> Model:
    """Load a shipped model by its name, or any model file by its path.

    Parameters
    ----------
    name : str or Path
        The name of a shipped model, or a path that ends in ``.toml``, in ``.nfg`` or ``.efg`` for
        a strategic or an extensive game of Gambit's, or in ``.csv`` for a payoff table.

    Returns
    -------
    Model

    Raises
    ------
    UnknownModelError
        If no model of that name is shipped, or no file lies at that path.
    UnsupportedError
        If it is a spreadsheet: says how to save it.
    ModelError
        If the file is wrong: every mistake with its line and column.

    Examples
    --------
    >>> load("abandonment").title
    'Abandonment and entrapment'
    >>> load("abandonmint")
    Traceback (most recent call last):
    ...
    dilemma.errors.UnknownModelError: no model 'abandonmint': did you mean 'abandonment'?
    """
    path = Path(name)
    readers = {".toml": read, ".csv": read_csv, **{f".{end}": _read_gambit for end in endings()}}
    ending = path.suffix.lower()
    if ending in readers:
        if not path.is_file():
            raise UnknownModelError(f"no model file at {path}")
        return readers[ending](path)
    if ending in SPREADSHEETS:
        raise UnsupportedError(f"{path}: a spreadsheet is not read: {WAY_OUT}")
    known = available()
    if str(name) not in known:
        raise UnknownModelError(f"no model {str(name)!r}: {nearest(str(name), known)}")
    return read(folder() / f"{name}.toml")


def _read_gambit(path: Path) -> Model:
    return read_by(path.suffix.lower().removeprefix(".")).parse_gambit(*opened(path))


def template() -> str:
    """Return the text of a small model file to start from."""
    return (Path(__file__).resolve().parent / "template.toml").read_text(encoding="utf-8")


# --- text of a file ------------------------------------------------------------------------------


def written(model: Model, ending: str, at: At | None, changes: Mapping[str, Any]) -> str:
    """Return a model's text for a file that ends in .toml, or, at one calibration, in .nfg or .efg.

    Raises
    ------
    UnsupportedError
        For another ending.
    CalibrationError
        For an unknown era or parameter, or a missing value.

    Examples
    --------
    >>> import dilemma
    >>> written(dilemma.load("abandonment"), ".nfg", "cold_war", {}).splitlines()[0]
    'NFG 1 R "Abandonment and entrapment: Cold War"'
    """
    if ending == ".toml":
        return model.to_toml()
    if ending.removeprefix(".") not in endings():
        raise UnsupportedError(f"no file ends in {ending or 'nothing'}: .toml, .nfg or .efg")
    if f".{model.game.gambit}" != ending:
        own = f"; Gambit's file of it ends in .{model.game.gambit}" if model.game.gambit else ""
        raise UnsupportedError(f"{model.name}: no {ending} file; here {model.game.here}{own}")
    return model.game.gambit_text(model, at, changes)
