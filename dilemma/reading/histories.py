"""Histories as the keys of a model file write them, and how mistakes in a tree are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from dilemma.errors import Mistake
from dilemma.parts import Profile
from dilemma.reading.expressions import ExpressionError, Scope, parse
from dilemma.reading.payoffs import Where, blame
from dilemma.reading.schema import Document

__all__ = ["ROOT", "Telling", "history_of", "key_of"]

ROOT = "root"


def history_of(key: str) -> Profile:
    """Return the actions that a key names.

    Examples
    --------
    >>> history_of("challenge, firm"), history_of("root")
    (('challenge', 'firm'), ())
    """
    return () if key.strip() == ROOT else tuple(part.strip() for part in key.split(","))


def key_of(history: Profile) -> str:
    """Return the key that names a history."""
    return ", ".join(history) if history else ROOT


@dataclass(frozen=True, slots=True)
class Telling:
    """A document that is read, what its formulas may speak of, and the mistakes found in it."""

    document: Document
    scope: Scope
    mistakes: list[Mistake]

    def say(self, where: Where, message: str, hint: str = "", width: int = 0) -> None:
        """Note a mistake."""
        self.mistakes.append(Mistake(where, message, hint, width=width))

    def formula(
        self, where: Where, text: str, names: Mapping[str, sp.Basic] | None = None
    ) -> sp.Expr | None:
        """Read a formula; None where it is wrong, which is noted."""
        scope = Scope(names or self.scope.names, degrees=self.scope.degrees)
        try:
            return parse(text, scope)
        except ExpressionError as error:
            self.mistakes.append(blame(where, error))
            return None
