"""What is played at one calibration: it prints itself, and nobody asks which kind it is.

Also what a given play pays, and what a deviation from it gains: from the payoffs alone, which shares
no code with the branches, nor with what solves games in numbers.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import sympy as sp

from dilemma.theory.parts import TooLargeError, put_in

if TYPE_CHECKING:
    from dilemma.games.equilibrium import Equilibria
    from dilemma.model import Model

__all__ = ["Cutoff", "Informed", "Mix", "Mixes", "Play", "deviation_gain", "numbers", "worth"]


Mix = Mapping[str, sp.Rational]
Parts = Mapping[str, Mapping[str, sp.Expr]]
Row = tuple[str, ...]  # of a table: what, its unit, and the value in each equilibrium


@dataclass(frozen=True, eq=False)
class Play(Mapping[str, Mapping[str, sp.Rational]]):
    """What each decision does: for each thing that can be done, or is chosen, a number.

    It is a mapping, and equals any other with the same numbers.

    Attributes
    ----------
    parts : mapping of decision to mapping of str to number
        In a simultaneous game each player has one decision, called by the player's name.
    """

    parts: Mapping[str, Mapping[str, sp.Rational]]

    chosen: ClassVar[bool] = False
    """Whether the numbers are chosen, and no probabilities."""

    def __getitem__(self, decision: str) -> Mapping[str, sp.Rational]:
        return self.parts[decision]

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)

    def __str__(self) -> str:
        return str({decision: dict(numbers) for decision, numbers in self.parts.items()})

    @property
    @abstractmethod
    def pure(self) -> bool:
        """Whether nobody mixes."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """The names of those of its numbers that are outcomes as well."""
        return ()

    @abstractmethod
    def words(self) -> str:
        """Say in a line what a name leaves out; "" if that is nothing."""

    @abstractmethod
    def cell(self, decision: str, write: Callable[[sp.Rational], str] | None = None) -> str:
        """Say what is done at a decision, in a cell of a table.

        Parameters
        ----------
        write : callable, optional
            How numbers are written there, unless as usual.
        """

    @abstractmethod
    def labels(self) -> Iterator[tuple[str, str, str]]:
        """Yield each of its numbers: the decision, its name there, and what a reader calls it."""

    @abstractmethod
    def written(self, value: sp.Rational) -> str:
        """Write one of its numbers as a table does that has a row for each."""

    def facts(self, found: Equilibria) -> Sequence[Row]:
        """Return what is known of such equilibria beside what is played, a row each."""
        del found
        return ()

    def checks(self, found: Equilibria) -> Sequence[Row]:
        """Return what they were checked for, a row each."""
        del found
        return ()


@dataclass(frozen=True, eq=False)
class Mixes(Play):
    """The probability of each action at each decision.

    Examples
    --------
    >>> half = sp.Rational(1, 2)
    >>> play = Mixes({"row": {"stag": half, "hare": half}, "column": {"stag": 1, "hare": 0}})
    >>> play.cell("row"), play.cell("column"), play.pure
    ('stag 1/2, hare 1/2', 'stag', False)
    """

    @property
    def pure(self) -> bool:
        """Whether every action is taken for certain or not at all."""
        return all(chance in (0, 1) for mix in self.parts.values() for chance in mix.values())

    def words(self) -> str:
        """Say with which probabilities, where somebody mixes."""
        if self.pure:
            return ""
        return "; ".join(
            f"{decision}: " + ", ".join(f"{a} {float(c):.3f}" for a, c in mix.items() if c != 0)
            for decision, mix in self.parts.items()
        )

    def cell(self, decision: str, write: Callable[[sp.Rational], str] | None = None) -> str:
        """Return the action that is taken, or the mix of those that are."""
        used = {action: chance for action, chance in self.parts[decision].items() if chance}
        if len(used) == 1:
            return next(iter(used))
        told = write or _short
        return ", ".join(f"{action} {told(chance)}" for action, chance in used.items())

    def labels(self) -> Iterator[tuple[str, str, str]]:
        """Yield each probability."""
        for decision, mix in self.parts.items():
            for action in mix:
                yield decision, action, f"P({decision} {action})"

    def written(self, value: sp.Rational) -> str:
        """Write a probability as a short fraction where it is one, with its decimals."""
        if value in (0, 1):
            return str(value)
        shown = f"{float(value):.4f}"
        return f"{value} = {shown}" if value.q < 1000 else shown


@dataclass(frozen=True, slots=True)
class Cutoff:
    """What is done by who sees a number first: one action from some value on, another below it.

    Attributes
    ----------
    type : str
        The number: a private type, or a shock.
    """

    type: str
    value: sp.Rational
    above: str
    below: str

    def __str__(self) -> str:
        shown = self.value if self.value.q < 1000 else f"{float(self.value):.4g}"
        return f"{self.above} if {self.type} >= {shown}, else {self.below}"


@dataclass(frozen=True, eq=False)
class Informed(Mixes):
    """What each decision does, where some see a number first and act on it.

    Attributes
    ----------
    cutoffs : mapping of decision to Cutoff
    """

    cutoffs: Mapping[str, Cutoff] = field(default_factory=dict)

    @property
    def pure(self) -> bool:
        """Whether nobody mixes; who acts on what it sees does not."""
        return all(
            decision in self.cutoffs or chance in (0, 1)
            for decision, mix in self.parts.items()
            for chance in mix.values()
        )

    def cell(self, decision: str, write: Callable[[sp.Rational], str] | None = None) -> str:
        """Return what is done, on either side of a cutoff."""
        if decision in self.cutoffs:
            return str(self.cutoffs[decision])
        return super().cell(decision, write)

    def facts(self, found: Equilibria) -> list[Row]:
        """Return the cutoffs."""
        cutoffs = dict.fromkeys(decision for e in found for decision in e.cutoffs)
        return [
            (decision, "", *(str(e.cutoffs.get(decision, "")) for e in found))
            for decision in cutoffs
        ]


def _short(chance: sp.Rational) -> str:
    return str(chance) if chance.q < 1000 else f"{float(chance):.4f}"


# --- what it pays, and what a deviation gains -----------------------------------------------------


Values = Mapping[sp.Symbol, sp.Expr]


def numbers(model: Model, calibration: Mapping[str, sp.Rational]) -> dict[sp.Symbol, sp.Expr]:
    """Evaluate parameters and definitions; a definition that has no value here stays out."""
    values = {p.symbol: calibration[name] for name, p in model.parameters.items()}
    for definition in model.definitions.values():
        try:
            number = put_in(definition.formula, values)
        except TooLargeError:
            continue
        if number.is_number and number.is_finite:
            values[definition.symbol] = number
    return values


def worth(
    model: Model, calibration: Mapping[str, sp.Rational], play: Parts
) -> dict[str, sp.Expr | None]:
    """Return every payoff and outcome of a play; None where it has no value."""
    return model.game.worth(model, numbers(model, calibration), play)


def deviation_gain(model: Model, calibration: Mapping[str, sp.Rational], play: Parts) -> sp.Expr:
    """Return the most that a player gains by doing something else at one decision."""
    return model.game.gain(model, numbers(model, calibration), play)
