"""Games with finitely many states: repeated ones, with memory, history, and chance between rounds.

A state has players who move, each with actions; what they do pays everybody and leads to a state, or
to states with chances.  Each player discounts.  Strategies hang on the state alone, so that what is
to be remembered (a promise was broken) is a state of its own.  An equilibrium is one from every state:
nobody gains by one other action in one state, which for discounted payoffs is as much as by any plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, ClassVar

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.dynamic.stages import DiscountingRow, Stage, StageRow, StateRow
from dilemma.games.kind import PLENTY, SOME, Ask, Can, Game, Size, Statement
from dilemma.output.tables import Table
from dilemma.reading.rows import Names
from dilemma.theory.parts import Profile

if TYPE_CHECKING:
    from dilemma.errors import Mistake
    from dilemma.games.branch import Branch, Play
    from dilemma.games.equilibrium import Solution
    from dilemma.model import Model
    from dilemma.reading.expressions import Scope
    from dilemma.reading.rows import Document

__all__ = ["MOST", "DynamicGame", "dynamic_of"]

MOST = 2_000  # ways to play that are gone through in symbols


@dataclass(frozen=True)
class DynamicGame(Game):
    """A game that goes from state to state.

    Attributes
    ----------
    states : mapping of state to mapping of player to tuple of actions
        Who moves where.
    stages : mapping of profile to Stage
        The key is the state and then the actions of those who move there.
    discounts : mapping of player to sympy expression
    start : str
        The state in which it begins.
    summed : bool
        Whether values are discounted sums; else they are averages per period.
    """

    states: Mapping[str, Mapping[str, tuple[str, ...]]]
    stages: Mapping[Profile, Stage]
    discounts: Mapping[str, sp.Expr]
    start: str
    summed: bool = False
    here: ClassVar[str] = "play goes from state to state"
    see: ClassVar[str] = "solve, compare, trace, along, regions, attribute, tornado, prove"
    concept: ClassVar[str] = "subgame perfect equilibria in pure stationary strategies"
    sections: ClassVar[Mapping[str, type]] = {
        "players": DiscountingRow,
        "states": StateRow,
        "stages": StageRow,
    }
    without: ClassVar[tuple[str, ...]] = ("payoffs",)
    needed: ClassVar[tuple[str, ...]] = ("players", "states", "stages")

    # --- how it is read -------------------------------------------------------------------------

    @classmethod
    def texts(cls, kind: str) -> tuple[str, ...]:
        """Return where it begins, and how values are told."""
        del kind
        return ("start", "values")

    @classmethod
    def read(cls, document: Document, scope: Scope, mistakes: list[Mistake]) -> Statement | None:
        """Read players, states, stages and outcomes."""
        from dilemma.games.dynamic.states import read_states

        return read_states(document, scope, mistakes)

    @classmethod
    def names(cls, document: Document) -> Names:
        """Yield states and actions."""
        for state, row in document.rows("states").items():
            yield "states", ("states", state), state
            for player, actions in row.items():
                for action in dict.fromkeys(actions):
                    yield "actions", ("states", state, player), action

    # --- what it is -----------------------------------------------------------------------------

    @property
    def kind(self) -> str:
        """Of this word."""
        return "dynamic"

    @property
    def can(self) -> Can:
        """Branches, each with conditions in the parameters."""
        return Can.SYMBOLS | Can.ACTIONS

    @cached_property
    def profiles(self) -> tuple[Profile, ...]:  # type: ignore[override]
        """What may be done in each state, the state first."""
        return tuple(self.stages)

    @cached_property
    def decisions(self) -> Mapping[str, tuple[str, str]]:
        """Every decision: its name, the player, and the state."""
        own = [(player, state) for state, movers in self.states.items() for player in movers]
        often = [player for player, _ in own]
        return {
            player if often.count(player) == 1 else f"{player} in {state}": (player, state)
            for player, state in own
        }

    @property
    def policies(self) -> int:
        """How many ways there are to play by state alone, in pure actions."""
        return prod(len(own) for movers in self.states.values() for own in movers.values())

    def called(self, policy: Mapping[str, Profile]) -> str:
        """Return the name of a way to play: what is done in each state in which somebody moves."""
        moving = [state for state, movers in self.states.items() if movers]
        alone = len(moving) == 1
        return "; ".join(
            f"{'' if alone else f'{state}: '}{', '.join(policy[state])}" for state in moving
        )

    def impossible(self) -> Iterator[tuple[str, sp.Basic]]:
        """Yield discount factors outside [0, 1), and negative chances."""
        for discount in dict.fromkeys(self.discounts.values()):
            yield f"of a discount factor {discount} below 0", sp.Lt(discount, 0)
            yield f"of a discount factor {discount} of 1 or more", sp.Ge(discount, 1)
        for chance in dict.fromkeys(
            c for stage in self.stages.values() for c in stage.leads.values()
        ):
            if not chance.is_nonnegative:
                yield f"of a negative chance {chance}", sp.Lt(chance, 0)

    def formulas(self) -> Iterator[tuple[str, sp.Expr]]:
        """Yield discount factors and chances."""
        yield from ((f"players.{p}.discount", discount) for p, discount in self.discounts.items())
        for (state, *actions), stage in self.stages.items():
            at = f"stages.({', '.join((state, *actions))}).next"
            yield from ((f"{at}.{following}", chance) for following, chance in stage.leads.items())

    # --- its two faces --------------------------------------------------------------------------

    def branches(self, model: Model, ask: Ask) -> tuple[Branch, ...]:
        """Return a branch for each way to play by state alone."""
        from dilemma.games.dynamic.policies import branches

        return branches(model, named=ask.named)

    def solve(
        self, model: Model, values: Mapping[sp.Symbol, sp.Expr], *, seconds: float | None, most: int
    ) -> Iterator[Solution]:
        """Yield what is found by going through all ways to play, in exact numbers."""
        from dilemma.games.dynamic.iteration import solve

        return solve(model, values, seconds=seconds, most=most)

    def ordinary(self, size: Size, seconds: float) -> bool:
        """Tell whether it is small enough to be sure."""
        fits = self.policies <= 100 and len(self.states) <= 6
        return seconds >= PLENTY and fits and size.steps <= SOME and size.parameters <= 32

    def worth(
        self, model: Model, values: Mapping[sp.Symbol, sp.Expr], play: Play
    ) -> dict[str, sp.Expr | None]:
        """Return every payoff and outcome of a play, followed for ever."""
        from dilemma.games.dynamic.walk import Walk

        return Walk(model, self, values, play).worth()

    def gain(self, model: Model, values: Mapping[sp.Symbol, sp.Expr], play: Play) -> sp.Expr:
        """Return the most that any plan of a player gains, from whatever state it begins in."""
        from dilemma.games.dynamic.walk import Walk

        return Walk(model, self, values, play).gain()

    # --- for readers ----------------------------------------------------------------------------

    def decision_titles(self, model: Model) -> tuple[str, ...]:
        """Return who decides, and where."""
        return tuple(
            model.players[player].title + name.removeprefix(player)
            for name, (player, _) in self.decisions.items()
        )

    def order(self, model: Model) -> str:
        """Say whose actions a name lists."""
        moving = [state for state, movers in self.states.items() if movers]
        who = [", ".join(model.players[p].title for p in self.states[s]) for s in moving]
        told = "; ".join(f"{s} by ({movers})" for s, movers in zip(moving, who, strict=True))
        return f"a name lists what is done in {told}"

    def sheet(self, model: Model) -> tuple[Table, ...]:
        """Return stages, and who moves where."""
        titles = [f"{p.title}{f' [{p.unit}]' if p.unit else ''}" for p in model.players.values()]
        rows = tuple(
            (
                state,
                ", ".join(actions),
                *(str(stage.pays[player]) for player in model.players),
                _next(stage),
            )
            for (state, *actions), stage in self.stages.items()
        )
        head = ("state", "done", *titles, "next")
        told = Table(f"{model.title}: stages", head, rows, tuple(self.about(model)), tuple(titles))
        return told, self._moving(model)

    def _moving(self, model: Model) -> Table:
        """Show who moves in each state, and what the future counts for."""
        rows = tuple(
            (state, "; ".join(f"{model.players[p].title}: {', '.join(a)}" for p, a in own.items()))
            for state, own in self.states.items()
        )
        counts = ", ".join(f"{model.players[p].title} {d}" for p, d in self.discounts.items())
        told = "discounted sums" if self.summed else "averages per period"
        notes = (f"It begins in {self.start}.  Discount factors: {counts}.  Values are {told}.",)
        return Table("Who moves where", ("state", "moves"), rows, notes)


def _next(stage: Stage) -> str:
    if len(stage.leads) == 1:
        return next(iter(stage.leads))
    return ", ".join(f"{state} ({chance})" for state, chance in stage.leads.items())


def dynamic_of(model: Model) -> DynamicGame:
    """Return the game of states that a model states.

    Raises
    ------
    UnsupportedError
        If it states none.
    """
    if not isinstance(model.game, DynamicGame):
        raise UnsupportedError(f"{model.name} has no states; here {model.game.here}")
    return model.game
