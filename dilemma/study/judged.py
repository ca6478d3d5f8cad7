"""What speaks for each of several equilibria: the criteria of selection, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from dilemma.equilibria import Equilibria
from dilemma.games.elimination import Elimination
from dilemma.games.endings import Ending
from dilemma.games.evolution import Stability
from dilemma.games.indifference import Indifference
from dilemma.games.learning import Basins
from dilemma.games.quantal import Logit
from dilemma.games.selection import Losses
from dilemma.parts import Profile

__all__ = ["Criteria", "Judged"]


@dataclass(frozen=True)
class Criteria:
    """One equilibrium, judged.

    Attributes
    ----------
    name : str
        The equilibrium's; numbered where several share one.
    payoffs : mapping of player to exact payoff
    strict : bool
        Whether any deviation costs; so it is evolutionarily stable between two populations iff
        this is true (Selten 1980).
    dominated_by : tuple of str
        Other equilibria that pay nobody less and somebody more.
    improved_by : tuple of profiles
        Pure profiles, equilibria or not, of which the same is true.
    payoff_dominant, risk_dominant : bool
        Among the equilibria; risk dominance among the strict ones.
    symmetric : bool
        Whether both play the same in a symmetric game.
    stability : Stability or None
        Within one population: None where the game or the equilibrium is not symmetric, and where
        time ran out.
    why : tuple of Indifference
        One for each player that mixes.
    """

    name: str
    payoffs: Mapping[str, sp.Rational]
    strict: bool
    dominated_by: tuple[str, ...]
    improved_by: tuple[Profile, ...]
    payoff_dominant: bool
    risk_dominant: bool
    symmetric: bool
    stability: Stability | None
    why: tuple[Indifference, ...]


@dataclass(frozen=True)
class Judged:
    """Every equilibrium of a game, judged by every criterion.

    Attributes
    ----------
    equilibria : Equilibria
        The solution that is selected from; it carries model, calibration and ``complete``.
    titles : mapping of player to title
    criteria : tuple of Criteria
        One for each of ``equilibria``, in its order.
    losses : tuple of Losses
        The products of risk dominance, for each pair of strict equilibria.
    elimination : Elimination
        What iterated strict dominance leaves.
    symmetric : bool
        Whether the game is symmetric, action by action.
    basins : tuple of Basins
        Where random starting points end, under each dynamic.
    logit : Logit
        Where the principal branch of the logit correspondence leads.
    starts, seed : int
        Starting points asked for, and what they were drawn with.
    undone : tuple of str
        What was left out because time ran out, beside what ``equilibria.reason``, ``logit.said``
        and the counts of ``basins`` say.
    versions : mapping of package to version
    """

    equilibria: Equilibria
    titles: Mapping[str, str]
    criteria: tuple[Criteria, ...]
    losses: tuple[Losses, ...]
    elimination: Elimination
    symmetric: bool
    basins: tuple[Basins, ...]
    logit: Logit
    starts: int
    seed: int
    undone: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def model(self) -> str:
        """The model's name."""
        return self.equilibria.model

    @property
    def at(self) -> str:
        """What the calibration is called."""
        return self.equilibria.at

    @property
    def calibration(self) -> Mapping[str, sp.Rational]:
        """The value of each parameter."""
        return self.equilibria.calibration

    @property
    def complete(self) -> bool:
        """Whether it was selected from all equilibria; if not, ``equilibria.reason`` says why."""
        return self.equilibria.complete

    @property
    def payoff_dominant(self) -> str:
        """The equilibrium that everybody prefers to each other one, "" where there is none."""
        return next((c.name for c in self.criteria if c.payoff_dominant), "")

    @property
    def risk_dominant(self) -> str:
        """The strict equilibrium that risk dominates each other one, "" where there is none."""
        return next((c.name for c in self.criteria if c.risk_dominant), "")

    def ending(self, end: Ending) -> str:
        """Name an ending of ``basins`` or ``logit``: an equilibrium, a set of them, or neither."""
        if isinstance(end, str):
            return end
        names = [self.criteria[k].name for k in self.equilibria.components[end]]
        return names[0] if len(names) == 1 else f"the set around {', '.join(names)}"

    def shares(self, dynamic: str) -> dict[str, float]:
        """Return the share of starting points that end at each ending, under one dynamic."""
        found = next(b for b in self.basins if b.dynamic == dynamic)
        return {self.ending(end): count / found.starts for end, count in found.ends.items()}
