"""What a solution is: branches (symbols) and equilibria (numbers).

A *branch* is one way of being an equilibrium.  It says what is played, in closed form or through
polynomial equations in a few unknowns, and under which conditions that is an equilibrium.  The
branches of a game partition its equilibria.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sympy as sp

from dilemma.parts import Profile
from dilemma.report import Shown, Table, number

__all__ = ["Branch", "Equilibria", "Equilibrium"]

Play = Mapping[str, Mapping[str, sp.Expr]]


@dataclass(frozen=True)
class Branch:
    """One way of being an equilibrium.

    Attributes
    ----------
    name : str
        The supports, such as ``"strong, strong"`` or ``"weak/strong, weak/strong"``.
    play : mapping of player to mapping of action to sympy expression
        The probability of each action: a number, an unknown, or one minus unknowns.
    unknowns, equations : tuple
        Unknown probabilities, and the expressions that vanish in equilibrium.
    conditions : tuple of sympy relations
        Strict for probabilities (a support's probabilities are positive), weak for best replies.
    closed : mapping of unknown to sympy expression
        The unknowns in closed form, empty where there is none.
    nonzero : tuple of sympy expressions
        What must not vanish for ``closed`` to be read; where it does, only ``equations`` speak.
    """

    name: str
    play: Play
    unknowns: tuple[sp.Symbol, ...] = ()
    equations: tuple[sp.Expr, ...] = ()
    conditions: tuple[sp.Basic, ...] = ()
    closed: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    nonzero: tuple[sp.Expr, ...] = ()

    @property
    def pure(self) -> bool:
        """Whether every player plays one action for sure."""
        return not self.unknowns

    @property
    def solved(self) -> bool:
        """Whether the play has a closed form."""
        return self.pure or bool(self.closed)

    @property
    def support(self) -> dict[str, Profile]:
        """The actions that each player uses."""
        return {
            player: tuple(a for a, chance in mix.items() if chance != 0)
            for player, mix in self.play.items()
        }

    def holds_at(self, values: Mapping[sp.Symbol, sp.Rational]) -> bool | None:
        """Tell whether this branch is an equilibrium at these values.

        None where it has no closed form, or the closed form cannot be read there (0/0).
        """
        if not self.solved or any(e.xreplace(values) == 0 for e in self.nonzero):
            return None
        at = {**values, **{u: f.xreplace(values) for u, f in self.closed.items()}}
        return all(condition.xreplace(at) == sp.true for condition in self.conditions)

    def chance(self, profile: Profile) -> sp.Expr:
        """Return the probability that ``profile`` is played, the players mixing independently."""
        chance: sp.Expr = sp.Integer(1)
        for mix, action in zip(self.play.values(), profile, strict=True):
            chance *= mix[action]
        return chance

    def expected(self, profiles: Mapping[Profile, sp.Expr]) -> sp.Expr:
        """Return the expectation of a quantity that is given profile by profile."""
        reached = {p: c for p in profiles if (c := self.chance(p)) != 0}
        return sp.Add(*(chance * profiles[profile] for profile, chance in reached.items()))


@dataclass(frozen=True)
class Equilibrium:
    """One equilibrium of a game at one calibration.

    Attributes
    ----------
    play : mapping of player to mapping of action to probability (exact rationals)
    payoffs : mapping of player to expected payoff (exact rationals)
    outcomes : mapping of outcome to value (exact rationals; None where it is not defined)
    regret : sympy number
        The most that any player could gain by deviating; 0 for an exact equilibrium.
    branch : str
        The branch that it lies in: its supports.
    strict : bool
        Whether every player would lose by any deviation.
    """

    play: Play
    payoffs: Mapping[str, sp.Rational]
    outcomes: Mapping[str, sp.Rational | None]
    regret: sp.Rational
    branch: str
    strict: bool

    @property
    def pure(self) -> bool:
        """Whether every player plays one action for sure."""
        return all(chance in (0, 1) for mix in self.play.values() for chance in mix.values())

    @cached_property
    def name(self) -> str:
        """The supports in brackets, ``(strong, weak)``, with a word for a mixed one."""
        return f"({self.branch})" if self.pure else f"mixed ({self.branch})"

    def __str__(self) -> str:
        if self.pure:
            return self.name
        mixes = (
            f"{player}: " + ", ".join(f"{a} {float(c):.3f}" for a, c in mix.items() if c != 0)
            for player, mix in self.play.items()
        )
        return f"{self.name}: " + "; ".join(mixes)


@dataclass(frozen=True)
class Equilibria(Shown):
    """Every equilibrium of a game at one calibration, and how good that answer is.

    Attributes
    ----------
    equilibria : tuple of Equilibrium
        The extreme equilibria; in a degenerate game the others are mixtures of these.
    complete : bool
        Whether these are all of them; ``reason`` says why not.
    exact : bool
        Whether payoffs entered as exact rationals (False: rounded to 40 digits first).
    degenerate : bool
        Whether some strategy has more best replies than its support; ``witness`` names it.
    subsets, components : tuple of tuple of int
        Maximal Nash subsets (any mixture of strategies within one is an equilibrium) and
        connected components, as positions in ``equilibria``.
    method : str
        How they were found and checked, in a sentence.
    calibration : mapping of parameter to exact value
    units : mapping of payoff or outcome to unit
    source : str
        Where the model comes from.
    versions : mapping of package to version
    """

    model: str
    at: str
    calibration: Mapping[str, sp.Rational]
    equilibria: tuple[Equilibrium, ...]
    complete: bool
    exact: bool
    degenerate: bool
    witness: str
    subsets: tuple[tuple[int, ...], ...]
    components: tuple[tuple[int, ...], ...]
    method: str
    reason: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Equilibrium]:
        return iter(self.equilibria)

    def __len__(self) -> int:
        return len(self.equilibria)

    def __getitem__(self, position: int) -> Equilibrium:
        return self.equilibria[position]

    def tables(self) -> tuple[Table, ...]:
        """Return the equilibria, and how good the answer is."""
        where = f": {self.at}" if self.at else ""
        players = list(self.equilibria[0].play) if self.equilibria else []
        outcomes = list(self.equilibria[0].outcomes) if self.equilibria else []
        rows: list[tuple[str, ...]] = []
        for player in players:
            rows += [
                (f"P({player} {action})", "", *(_exact(e.play[player][action]) for e in self))
                for action in self.equilibria[0].play[player]
            ]
        told = [(p, f"payoff {p}", [e.payoffs[p] for e in self]) for p in players]
        told += [(name, name, [e.outcomes[name] for e in self]) for name in outcomes]
        rows += [(word, self.units.get(n, ""), *map(number, values)) for n, word, values in told]
        rows.append(("regret", "", *(number(e.regret) for e in self)))
        header = ("", "unit", *(f"{e.name}{', strict' if e.strict else ''}" for e in self))
        return (Table(f"{self.model}{where}: equilibria", header, tuple(rows), self._notes()),)

    def _notes(self) -> tuple[str, ...]:
        whole = "All equilibria" if self.complete else f"NOT all equilibria: {self.reason}"
        notes = [f"{whole}. Found by {self.method}."]
        if self.degenerate:
            notes.append(f"Degenerate: {self.witness}.")
        notes += [
            "Any mixture of " + " and ".join(self.names[k] for k in subset) + " of the same "
            "players' strategies is an equilibrium too."
            for subset in self.subsets
            if len(subset) > 1
        ]
        if self.source:
            notes.append(f"Source: {self.source}.")
        return tuple(notes)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data; exact numbers are text such as "11/16"."""
        return {
            "model": self.model,
            "at": self.at,
            "calibration": {name: str(value) for name, value in self.calibration.items()},
            "equilibria": [
                {
                    "name": e.name,
                    "play": {p: {a: str(c) for a, c in m.items()} for p, m in e.play.items()},
                    "payoffs": {p: str(v) for p, v in e.payoffs.items()},
                    "outcomes": {n: None if v is None else str(v) for n, v in e.outcomes.items()},
                    "regret": str(e.regret),
                    "strict": e.strict,
                }
                for e in self.equilibria
            ],
            "complete": self.complete,
            "reason": self.reason,
            "exact": self.exact,
            "degenerate": self.degenerate,
            "witness": self.witness,
            "subsets": [list(s) for s in self.subsets],
            "components": [list(c) for c in self.components],
            "method": self.method,
            "units": dict(self.units),
            "source": self.source,
            "versions": dict(self.versions),
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the extreme equilibria, in order."""
        return tuple(e.name for e in self.equilibria)

    def range_of(self, outcome: str) -> tuple[sp.Rational, sp.Rational] | None:
        """Return the least and greatest value of an outcome (or payoff) over all equilibria.

        Outcomes are linear in each player's mix, so the extreme equilibria bound them even
        where equilibria form a continuum.  None where it is defined at no equilibrium.
        """
        found = [
            value
            for e in self.equilibria
            if (value := e.outcomes.get(outcome, e.payoffs.get(outcome))) is not None
        ]
        return (min(found), max(found)) if found else None


def _exact(probability: sp.Rational) -> str:
    """Write a probability as a short fraction where it is one, with its decimals."""
    if probability in (0, 1):
        return str(probability)
    shown = f"{float(probability):.4f}"
    return f"{probability} = {shown}" if probability.q < 1000 else shown
