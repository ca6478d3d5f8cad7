"""The mappings of a model: what a name in them stands for, and which names there are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from dilemma.errors import UnknownKeyError, nearest
from dilemma.reading.eras import era_called, nearest_era
from dilemma.theory.parts import Era

__all__ = ["EraMap", "Known"]

T = TypeVar("T")


class Known(dict[Any, T]):
    """A mapping that says, where it has nothing of a name, what it has.

    Examples
    --------
    >>> Known({"x_J": 1}, "parameter")["x_j"]
    Traceback (most recent call last):
    ...
    dilemma.errors.UnknownKeyError: no parameter 'x_j': did you mean 'x_J'?
    """

    def __init__(
        self, entries: Mapping[Any, T] = MappingProxyType({}), what: str = "entry"
    ) -> None:
        super().__init__(entries)
        self.what = what

    def __missing__(self, key: object) -> T:
        hint = nearest(str(key), map(str, self)) or "there is none"
        raise UnknownKeyError(f"no {self.what} {key!r}: {hint}")


class EraMap(Known[Era]):
    """Eras by their keys, or by a title that one of them has alone."""

    def __missing__(self, key: object) -> Era:
        titles = {name: era.title for name, era in self.items()}
        found = era_called(key, titles) if isinstance(key, str) else None
        if found is None:
            hint = nearest_era(str(key), titles) or "there is none"
            raise UnknownKeyError(f"no {self.what} {key!r}: {hint}")
        return self[found]
