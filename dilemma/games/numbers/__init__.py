"""Games in which numbers are chosen, at once or behind a leader."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.kind import SOME, Ask, Can, Game, Size, Statement
from dilemma.games.numbers.choice import (
    Bargain,
    BargainRow,
    Choice,
    Constraint,
    ConstraintRow,
    DynamicsRow,
    RegimeRow,
)
from dilemma.output.tables import Table
from dilemma.reading.rows import Names, player_names
from dilemma.theory.parts import Profile

if TYPE_CHECKING:
    from dilemma.errors import Mistake
    from dilemma.games.batch import Array, Batch, Closeness, Solutions
    from dilemma.games.branch import Branch
    from dilemma.games.equilibrium import Solution
    from dilemma.games.kind import Numerical
    from dilemma.games.points import Point
    from dilemma.model import Model
    from dilemma.reading.expressions import Scope
    from dilemma.reading.rows import Document

__all__ = ["NumbersGame", "bargain_of", "numbers_of"]

PLENTY = 60.0  # seconds within which small ones are sure to be solved


@dataclass(frozen=True, slots=True)
class NumbersGame(Game):
    """A game in which numbers are chosen.

    Attributes
    ----------
    choices : mapping of str to Choice
    constraints : mapping of str to Constraint
    moves : tuple of tuple of player
        Who chooses at each move: one move, or the leader and then the followers.
    regimes : mapping of name to set of str
        Names for sets of what binds: ends such as ``"x.low"``, and constraints.
    ties : str
        "leader" if the leader's favourite is played where followers have several replies, else
        "against".
    bargain : Bargain or None
    """

    choices: Mapping[str, Choice] = field()
    constraints: Mapping[str, Constraint] = field()
    moves: tuple[tuple[str, ...], ...] = field()
    regimes: Mapping[str, frozenset[str]]
    ties: str = "leader"
    bargain: Bargain | None = None
    profiles: tuple[Profile, ...] = ((),)
    here: ClassVar[str] = "numbers are chosen"
    see: ClassVar[str] = "solve, compare, statics, attribute, dynamics, prove; in Python trace, too"
    to_lead: ClassVar[str] = (
        'give kind = "sequential", and moves = 1 to who leads, moves = 2 to the others'
    )
    rules: ClassVar[tuple[str, ...]] = ("highest", "lowest", "stable")
    sections: ClassVar[Mapping[str, type]] = {
        "constraints": ConstraintRow,
        "regimes": RegimeRow,
        "bargain": BargainRow,
        "dynamics": DynamicsRow,
    }

    names_in_players: ClassVar[bool] = True

    # --- how it is read -------------------------------------------------------------------------

    @classmethod
    def texts(cls, kind: str) -> tuple[str, ...]:
        """Return how ties are broken for a leader."""
        return ("ties",) if kind == "sequential" else ()

    @classmethod
    def read(cls, document: Document, scope: Scope, mistakes: list[Mistake]) -> Statement | None:
        """Read players, choices, constraints, payoffs and outcomes."""
        from dilemma.games.numbers.choices import read_choice_tables

        return read_choice_tables(document, scope, mistakes)

    @classmethod
    def names(cls, document: Document) -> Names:
        """Yield what is chosen, constraints and regimes."""
        yield from player_names(document)
        for section in ("bargain", "constraints", "regimes"):
            for name in document.sections[section]:
                yield section, (section, name), name

    @classmethod
    def symbols(cls, document: Document) -> Mapping[str, sp.Symbol]:
        """Return what is chosen: formulas of definitions may speak of it."""
        from dilemma.games.numbers.choices import names_of_choices

        return names_of_choices(document)

    # --- what it is -----------------------------------------------------------------------------

    @property
    def kind(self) -> str:
        """One word where all choose at once, another where somebody leads."""
        return "sequential" if self.leader else "continuous"

    @property
    def can(self) -> Can:
        """Slopes, and what it has of a leader and a bargain."""
        found = Can.SYMBOLS | Can.SLOPES | Can.SCRIPT
        if self.leader:
            found |= Can.LEADER
        return found if self.bargain is None else found | Can.BARGAIN

    @property
    def leader(self) -> str:
        """Who moves first, "" where all move at once."""
        return self.moves[0][0] if len(self.moves) > 1 else ""

    def feasible(self, only: tuple[Constraint, ...] | None = None) -> Iterator[sp.Basic]:
        """Yield what holds of everything that may be chosen at all, or under some constraints."""
        for choice in self.choices.values():
            for _, gap, is_open in choice.bounds():
                yield sp.Gt(gap, 0) if is_open else sp.Ge(gap, 0)
        for constraint in self.constraints.values() if only is None else only:
            yield sp.Ge(constraint.gap, 0)

    def formulas(self) -> Iterator[tuple[str, sp.Expr]]:
        """Yield the ends of intervals, constraints, and what is gained by a bargain."""
        for choice in self.choices.values():
            at = f"players.{choice.player}.choices.{choice.name}.range"
            yield at, choice.low
            yield at, choice.high
        for name, constraint in self.constraints.items():
            yield f"constraints.{name}", constraint.gap
        if self.bargain is not None:
            yield from ((f"bargain.gains.{p}", gain) for p, gain in self.bargain.gains.items())
            yield from ((f"bargain.power.{p}", power) for p, power in self.bargain.power.items())

    # --- its two faces --------------------------------------------------------------------------

    def branches(self, model: Model, ask: Ask) -> tuple[Branch, ...]:
        """Return a branch for each set of what binds."""
        from dilemma.games.numbers.regimes import branches

        return branches(model, ask.holding, bargain=ask.bargain)

    several: ClassVar[bool] = True
    exact_alone: ClassVar[bool] = True

    def may_hold(self, model: Model, branch: Branch, values: Mapping[sp.Symbol, sp.Expr]) -> bool:
        """Tell whether conditions can hold where what binds leaves no single solution."""
        from dilemma.games.numbers.optimality import may_hold

        return may_hold(model, branch, values)

    def settle(
        self,
        model: Model,
        values: Mapping[sp.Symbol, sp.Expr],
        holding: tuple[str, ...],
        points: list[Point],
    ) -> list[Point]:
        """Mark what somebody leaves, and what pays a leader less than another candidate does."""
        from dilemma.games.numbers.optimality import settle

        return settle(model, values, holding, points)

    def regrets(self, found: Solutions) -> Array:
        """Search for what somebody gains by other numbers, at many plays at once."""
        from dilemma.games.numbers.many_replies import regrets

        return regrets(found)

    def numerical(self, model: Model) -> Numerical | None:
        """Return Newton's method from many starts, where all choose at once and freely."""
        from dilemma.games.numbers.newton_many import numerical

        return numerical(model)

    def settle_batch(self, batch: Batch, holding: tuple[str, ...]) -> Batch:
        """Keep what nobody leaves and what pays a leader most."""
        from dilemma.games.numbers.optimality import settle_batch

        return settle_batch(batch, holding)

    def closeness(self, model: Model) -> Closeness:
        """Return what is too close to call, whatever it is about."""
        from dilemma.games.numbers.optimality import closeness

        del model
        return closeness()

    def solve(
        self,
        model: Model,
        values: Mapping[sp.Symbol, sp.Expr],
        *,
        seconds: float | None,
        most: int,
        second_opinion: bool,
    ) -> Iterator[Solution]:
        """Yield answers: the branches' roots, compared with a search."""
        from dilemma.games.numbers.choosing import solve

        return solve(model, values, seconds=seconds, most=most, second_opinion=second_opinion)

    def no_deviation(self, instead: Collection[str]) -> tuple[str, str] | None:
        """Say why some choices are no deviation of one player, or of a leader with every reply."""
        if self.bargain is not None:
            return "a bargain follows what is chosen", "leave 'deviations' out"
        if self.leader and self.ties != "leader":
            told = "ties go against the leader, so that of several best replies another may count"
            return told, "leave 'deviations' out"
        if self.leader:
            missing = [name for name in self.choices if name not in instead]
            told = f"{self.leader} leads, so a deviation is its choice and what others reply to it"
            return (told, f"missing: {', '.join(missing)}") if missing else None
        players = {self.choices[name].player for name in instead}
        told = f"{len(players)} players deviate"
        return None if len(players) == 1 else (told, "choices of one player are wanted")

    def ordinary(self, size: Size, seconds: float) -> bool:
        """Tell whether it is small enough to be sure."""
        fits = size.players <= 2 and 3 * len(self.choices) <= 12
        return seconds >= PLENTY and fits and size.steps <= SOME and size.parameters <= 32

    def at_once(self, model: Model) -> Model:
        """Return the same game with all moving at once; what speaks of moves and of claims is left out."""
        document = {
            key: value
            for key, value in model.document.items()
            if key not in ("ties", "claims", "dynamics", "questions", "outcomes")
        }
        players = {
            name: {key: told for key, told in row.items() if key != "moves"}
            for name, row in model.document["players"].items()
        }
        game = {**document, "kind": "continuous", "players": players}
        return type(model).from_document(game, f"{model.name}, all at once")

    # --- claims ---------------------------------------------------------------------------------

    @property
    def concepts(self) -> tuple[str, ...]:
        """What is stable where two choose a number each; the extremes where all choose at once."""
        if self.leader:
            return ()
        two = len(self.moves[0]) == len(self.choices) == 2 and not self.constraints
        return ("stable", "lowest", "highest") if two else ("lowest", "highest")

    def not_called(self, which: str) -> tuple[tuple[str, ...], str] | None:
        """See whether a word names a regime or a constraint."""
        if not re.fullmatch(r"\w+", which):
            return None  # other branches are worked out only where the game is solved
        known = ("interior", *self.regimes, *self.constraints)
        return None if which in known else (known, "")

    def script(self, model: Model) -> tuple[str, dict[str, Any]]:
        """Return its branches as triangles with a polynomial at the foot."""
        from dilemma.games.numbers.numbers_script import numbers

        return numbers(model)

    # --- for readers ----------------------------------------------------------------------------

    def order(self, model: Model) -> str:
        """Say what a name tells."""
        word = "pair" if len(model.players) == 2 else "profile"
        return f"a {word} is ({', '.join(p.title for p in model.players.values())})"

    def sheet(self, model: Model) -> tuple[Table, ...]:
        """Return payoffs, and what is chosen from where."""
        return self.paid(model, "payoffs over", (), "what is chosen"), self.who_chooses(model)

    def who_chooses(self, model: Model) -> Table:
        """Return who chooses what, from which interval, and under which constraints."""
        moves = {player: k for k, players in enumerate(self.moves, 1) for player in players}
        rows = []
        for choice in self.choices.values():
            left, right = "(" if choice.open_low else "[", ")" if choice.open_high else "]"
            interval = f"{left}{choice.low}, {choice.high}{right}"
            who = model.players[choice.player].title
            rows.append(
                (who, str(moves[choice.player]), choice.name, interval, choice.unit, choice.means)
            )
        notes = [
            f"{c.name}: {c.gap} >= 0, kept by {', '.join(model.players[p].title for p in c.players)}."
            for c in self.constraints.values()
        ]
        notes += [
            f"{name}: {', '.join(sorted(b)) or 'nothing'} binds."
            for name, b in self.regimes.items()
        ]
        if self.bargain is not None:
            over = self.bargain.over
            gains = "; ".join(
                f"{model.players[p].title} {g}" for p, g in self.bargain.gains.items()
            )
            power = "; ".join(
                f"{model.players[p].title} {g}" for p, g in self.bargain.power.items()
            )
            notes.append(
                f"Then they bargain (Nash) over {over.name} in [{over.low}, {over.high}], {over.means}.  "
                f"Gains: {gains}.  Power: {power}."
            )
        head = ("player", "move", "chooses", "from", "unit", "means")
        return Table("What is chosen", head, tuple(rows), tuple(notes), ("chooses", "from"))


def numbers_of(model: Model) -> NumbersGame:
    """Return the game of chosen numbers that a model states.

    Raises
    ------
    UnsupportedError
        If it states none.
    """
    if not isinstance(model.game, NumbersGame):
        raise UnsupportedError(f"{model.name}: no numbers are chosen; here {model.game.here}")
    return model.game


def bargain_of(model: Model) -> Bargain:
    """Return the bargain in which a game ends.

    Raises
    ------
    UnsupportedError
        If it ends in none.
    """
    if model.game.bargain is None:
        raise UnsupportedError(f"{model.name} ends in no bargain: its file has no [bargain]")
    return model.game.bargain
