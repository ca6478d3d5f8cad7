"""A model as the text of a file, in the format that the file's ending asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dilemma.errors import UnsupportedError
from dilemma.exchange.efg import write_efg
from dilemma.exchange.nfg import write_nfg
from dilemma.model import At, Model

__all__ = ["written"]


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
    match ending:
        case ".toml":
            return model.to_toml()
        case ".nfg":
            return write_nfg(model, at, **changes)
        case ".efg":
            return write_efg(model, at, **changes)
    raise UnsupportedError(f"no file ends in {ending or 'nothing'}: .toml, .nfg or .efg")
