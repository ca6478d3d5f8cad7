"""The value of commitment: a leader's game against the same game played at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from dilemma.budget import kept
from dilemma.by_era import ByEra, Eras, at_each
from dilemma.calls import of_a_model
from dilemma.errors import UnsupportedError
from dilemma.games.equilibrium import Equilibria, Equilibrium
from dilemma.games.solution import solve, solved
from dilemma.model import At, Model
from dilemma.output.result import Shown, Table, number

__all__ = ["Commitment", "commitment"]


@dataclass(frozen=True, repr=False)
class Commitment(Shown):
    """A leader's optimum, and the equilibria if it could not commit.

    Attributes
    ----------
    model : Model
    leads : Equilibria
        With the leader moving first.
    at_once : Equilibria
        With all moving at once.
    value : tuple of two numbers, or None
        The least and the most that the leader gains by moving first, over the equilibria at once;
        None where there are none.
    """

    model: Model
    leads: Equilibria
    at_once: Equilibria
    value: tuple[sp.Rational, sp.Rational] | None

    def tables(self) -> tuple[Table, ...]:
        """Return both ways of playing side by side, and the value of commitment."""
        leader = self.model.game.leader
        told = [("moves first", e) for e in self.leads] + [("at once", e) for e in self.at_once]
        rows = tuple(
            (
                word,
                e.name,
                _play(e),
                *(number(e.payoffs[p]) for p in self.model.players),
                number(e.regret),
            )
            for word, e in told
        )
        title = self.model.players[leader].title
        if self.value is None:
            note = "There is no equilibrium in pure choices if all move at once."
        else:
            low, high = map(number, self.value)
            worth = low if low == high else f"{low} to {high}"
            note = f"Moving first is worth {worth} to {title}."
        notes = [note]
        for word, found in (("moving first", self.leads), ("at once", self.at_once)):
            if not found.complete:
                notes.append(f"NOT all {found.concept} {word}: {found.reason}.")
        titles = (f"payoff of {p.title}" for p in self.model.players.values())
        head = (title, "equilibrium", "choices", *titles, "regret")
        where = f": {self.leads.at}" if self.leads.at else ""
        return (Table(f"{self.model.title}: value of commitment{where}", head, rows, tuple(notes)),)


@of_a_model
@kept("valuing commitment in")
def commitment(
    model: Model,
    /,
    at: Eras = None,
    *,
    seconds: float | None = None,  # noqa: ARG001 -- kept from outside
    **changes: Any,
) -> Commitment | ByEra[Commitment]:
    """Compare a leader's optimum with the equilibria of the same game played at once.

    Parameters
    ----------
    model : Model, str or Path
        One in which somebody leads.
    at : str, Era or mapping, or a sequence of these, optional
        An era, for its central calibration, or a value for each parameter; all eras if left out.
    seconds : float, optional
        Budget for it all, past which there is an error and no answer; no limit if None.
    **changes
        Parameters that take another value.

    Raises
    ------
    UnsupportedError
        If nobody leads.

    References
    ----------
    H. von Stackelberg 1934, Marktform und Gleichgewicht (unverified).

    Examples
    --------
    >>> duopoly = Model(
    ...     name="duopoly",
    ...     title="Duopoly",
    ...     kind="sequential",
    ...     players={
    ...         "first": {"moves": 1, "choices": {"x": {"range": [0, 1]}}},
    ...         "second": {"moves": 2, "choices": {"y": {"range": [0, 1]}}},
    ...     },
    ...     payoffs={"first": "x*(1 - x - y)", "second": "y*(1 - x - y)"},
    ... )
    >>> str(commitment(duopoly).value[0])
    '1/72'
    """
    if not model.game.leader:
        way = f"; {model.game.to_lead}" if model.game.to_lead else ""
        raise UnsupportedError(
            f"{model.name}: nobody leads, so there is no commitment to value{way}"
        )

    def at_one(model: Model, at: At | None, _seconds: float | None) -> Commitment:
        return _against_at_once(model, solved(model, at, changes))

    return at_each(model, at, at_one, changes=changes)


def _against_at_once(model: Model, leads: Equilibria) -> Commitment:
    """Compare a leader's optimum with the same game played at once."""
    at_once = solve(model.game.at_once(model), leads.calibration)
    leader = model.game.leader
    gains = [first.payoffs[leader] - other.payoffs[leader] for first in leads for other in at_once]
    return Commitment(model, leads, at_once, (min(gains), max(gains)) if gains else None)


def _play(equilibrium: Equilibrium) -> str:
    return ", ".join(
        f"{name} {number(value)}"
        for own in equilibrium.play.values()
        for name, value in own.items()
    )
