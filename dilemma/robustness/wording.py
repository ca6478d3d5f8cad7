"""How what a verdict hangs on is called."""

from __future__ import annotations

from dilemma.proof.statements import Statements

__all__ = ["called", "era_of"]


def called(statements: Statements, name: str) -> str:
    """Call a parameter by its meaning, without what is added in brackets."""
    means = statements.model.parameters[name].means.split(" (")[0]
    return f"{means} ({name})" if means else name


def era_of(statements: Statements, era: str | None) -> str:
    """Say in which era a bound is, where it is in one."""
    return f" in the {statements.model.eras[era].title}" if era is not None else ""
