"""Libraries that only some readers need, each brought by an extra of the package."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from dilemma.errors import MissingLibraryError

__all__ = ["library"]

EXTRAS = {
    "matplotlib": "figures",
    "pandas": "labels",
    "pygambit": "trees",
    "xarray": "labels",
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
