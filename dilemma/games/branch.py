"""Branches: the symbolic solution of a game, one way of being an equilibrium after another.

A branch says what is played, in closed form or through polynomial equations in a few unknowns, and
under which conditions that is an equilibrium.  The branches of a game partition its equilibria.

Where numbers are chosen a branch is what binds: it may hold several equilibria, or, where payoffs
are not known to be concave, candidates that are none (``relaxed``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from dilemma.games.shape import Shape
from dilemma.theory.parts import Profile

__all__ = ["Branch", "Play"]

Play = Mapping[str, Mapping[str, sp.Expr]]


@dataclass(frozen=True)
class Branch:
    """One way of being an equilibrium.

    Attributes
    ----------
    name : str
        What is played, such as ``"strong, strong"`` or ``"weak/strong, weak/strong"``.
    play : mapping of decision to mapping of action to sympy expression
        The probability of each action: a number, a formula, an unknown, or one minus unknowns.
        In a simultaneous game each player has one decision, called by the player's name.  Where
        numbers are chosen: for each player, the number that it chooses for each of its choices.
    payoffs, outcomes : mapping of name to sympy expression
        What each player is paid and what each outcome comes to, in parameters and unknowns.
    unknowns, equations : tuple
        Unknown probabilities (or chosen numbers and shadow prices), and the expressions that vanish
        in equilibrium.
    conditions : tuple of sympy Boolean
        Strict for probabilities (a support's probabilities are positive), weak for best replies.
    shape : Shape or None
        The equations solved, once for all calibrations; None where they are not, as where three or
        more players mix.
    chosen : bool
        Whether the play is of chosen numbers and not of probabilities.
    relaxed : bool
        Whether its conditions are necessary for an equilibrium and not known to be enough: sound
        for what holds in every equilibrium, not for what some equilibrium does.
    binds : tuple of str
        What binds, where numbers are chosen.
    rivals : tuple of sympy Boolean
        What a leader's optimum must also satisfy: it pays no less than other regimes' optima.
    value : sympy expression
        What a leader is paid; nan where nobody leads.
    """

    name: str
    play: Play
    payoffs: Mapping[str, sp.Expr]
    outcomes: Mapping[str, sp.Expr]
    unknowns: tuple[sp.Symbol, ...] = ()
    equations: tuple[sp.Expr, ...] = ()
    conditions: tuple[sp.Basic, ...] = ()
    shape: Shape | None = None
    chosen: bool = False
    relaxed: bool = False
    binds: tuple[str, ...] = ()
    rivals: tuple[sp.Basic, ...] = ()
    value: sp.Expr = sp.nan

    @property
    def pure(self) -> bool:
        """Whether nobody mixes; a player may act on what it knows of its own type."""
        return self.chosen or not self.unknowns

    @property
    def title(self) -> str:
        """The name in brackets, with a word for a mixed one, as equilibria are called."""
        return f"({self.name})" if self.pure else f"mixed ({self.name})"

    @property
    def closed(self) -> Mapping[sp.Symbol, sp.Expr]:
        """The unknowns in closed form, empty where there is none."""
        return {} if self.shape is None else self.shape.closed

    @property
    def nonzero(self) -> tuple[sp.Expr, ...]:
        """What must not vanish for the play to be read; where it does, only ``equations`` speak."""
        return self.shape.nonzero if self.shape is not None and self.solved else ()

    @property
    def solved(self) -> bool:
        """Whether the play has a closed form."""
        return not self.unknowns or bool(self.closed)

    @property
    def implicit(self) -> bool:
        """Whether only polynomial equations tell what is played, and not just where payoffs tie.

        So it is where three or more players mix: their indifference has no closed form.
        """
        mixing = [mix for mix in self.play.values() if set(mix.values()) & set(self.unknowns)]
        return not self.solved and len(mixing) > 2

    @property
    def support(self) -> dict[str, Profile]:
        """The actions that are used at each decision."""
        return {
            decision: tuple(a for a, chance in mix.items() if chance != 0)
            for decision, mix in self.play.items()
        }

    def holds_at(self, values: Mapping[sp.Symbol, sp.Rational]) -> bool | None:
        """Tell whether this branch is an equilibrium at these values.

        None where it has no closed form, or the closed form cannot be read there (0/0).
        """
        if not self.solved or any(e.xreplace(values) == 0 for e in self.nonzero):
            return None
        at = {**values, **{u: f.xreplace(values) for u, f in self.closed.items()}}
        return all(condition.xreplace(at) == sp.true for condition in self.conditions)
