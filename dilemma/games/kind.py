"""What a kind of game is to the rest of the package, and the one list of kinds.

A kind is a folder beside this file; the class in its ``__init__`` is its face, a :class:`Game`.
Nothing outside a kind's folder names it: what a question needs of a game it asks for by name, as
something that the game :class:`Can`, and what a game cannot is refused in one wording.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Flag, auto
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.output.tables import Table
from dilemma.theory.parts import Outcome, Player, Profile

if TYPE_CHECKING:
    from dilemma.games.batch import Array, Batch, Closeness, Solutions
    from dilemma.games.branch import Branch, Play
    from dilemma.games.drawing import Drawing
    from dilemma.games.equilibrium import Equilibrium, Solution
    from dilemma.games.numbers.choice import Bargain, Choice, Constraint
    from dilemma.games.points import Point
    from dilemma.model import At, Model
    from dilemma.reading.expressions import Scope
    from dilemma.reading.rows import Document, Names

__all__ = [
    "FEW",
    "KINDS",
    "MOST_VISITED",
    "NASH",
    "PLENTY",
    "SOME",
    "USUAL",
    "Ask",
    "Can",
    "Game",
    "Numerical",
    "Quick",
    "Size",
    "Statement",
    "concepts",
    "endings",
    "game_of",
    "read_by",
]

USUAL = "matrix"  # what is meant where none is named

# Where each kind's class is, by the word that a model file has for it.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "matrix": "matrix:MatrixGame",
        "tree": "tree:TreeGame",
        "bayesian": "tree.bayesian:BayesianGame",
        "continuous": "numbers:NumbersGame",
        "sequential": "numbers:NumbersGame",
        "dynamic": "dynamic:DynamicGame",
        "network": "network:NetworkGame",
    }
)


# Names of equilibria at a calibration, or None where that is not told so quickly.
Quick = Callable[[Mapping[str, Fraction]], tuple[str, ...] | None]
PLENTY = 30.0  # seconds within which ordinary models are sure to be done
FEW = 150  # steps in a game's formulas that are evaluated and brought into order in no time
SOME = 600
MOST_VISITED = 200_000  # bases, supports or profiles, unless said otherwise


def game_of(kind: str) -> type[Game]:
    """Return the class of a kind of game.

    Examples
    --------
    >>> [game_of(kind).__name__ for kind in KINDS][:2]
    ['MatrixGame', 'TreeGame']
    """
    folder, name = KINDS[kind].split(":")
    found: type[Game] = getattr(importlib.import_module(f"dilemma.games.{folder}"), name)
    return found


def endings() -> tuple[str, ...]:
    """Return how the files of Gambit's that can be read end."""
    found = (game_of(kind).gambit for kind in KINDS)
    return tuple(dict.fromkeys(filter(None, found)))


def read_by(ending: str) -> type[Game]:
    """Return the class of game that a file of Gambit's with an ending holds."""
    return next(game for game in map(game_of, KINDS) if game.gambit == ending)


class Can(Flag):
    """What a question may need of a game."""

    SYMBOLS = auto()
    """A symbolic solution: branches."""
    ACTIONS = auto()
    """Finitely many actions: a branch says in parameters alone when it is an equilibrium."""
    TABLE = auto()
    """A payoff for each profile of actions, all chosen at once: nashpy, best replies, stag hunt.

    Claims may then speak of profiles (``Outcome.profiles``), and branches mix.
    """
    MOVES = auto()
    """Moves one after the other, as Gambit's extensive games have them."""
    SLOPES = auto()
    """Numbers that are chosen, so that what is played moves by derivatives."""
    LEADER = auto()
    """Somebody moves first."""
    BARGAIN = auto()
    """It ends in a bargain."""
    SCRIPT = auto()
    """A script for the classroom page."""
    DIAGRAM = auto()
    """An equilibrium is a diagram (``drawn``)."""
    TRIED = auto()
    """Branches are equilibria as they stand, but large, or what is played may be a root of a polynomial.

    Claims are tried on calibrations that are solved before anything is asked.
    """


NASH = "Nash equilibria"

_NEEDED = {
    Can.SYMBOLS: "games that are solved in symbols",
    Can.ACTIONS: "games with actions",
    Can.TABLE: "simultaneous games with actions",
    Can.MOVES: "games in which moves follow one another",
    Can.SLOPES: "games in which numbers are chosen",
    Can.LEADER: "games in which somebody leads",
    Can.BARGAIN: "games that end in a bargain",
    Can.SCRIPT: "games that the page has a script for",
    Can.DIAGRAM: "games of states, of links, or of moves that follow one another",
    Can.TRIED: "games about which claims are tried first",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """What branches are asked for; a kind that knows nothing of an item passes it over.

    Attributes
    ----------
    named : bool
        Written for readers, in the model's definitions as far as that goes.
    holding : tuple of str
        Choices that stay where they are.
    bargain : bool
        Whether to say how a bargain at the end goes.
    ties : bool
        Whether mixes that only a player who is indifferent may play are asked for too, where a
        kind leaves them out otherwise: on borders, that is, and nowhere else.
    given : tuple of sympy Boolean
        What is assumed of parameters and definitions: what it excludes may be left out.
    """

    named: bool = False
    holding: tuple[str, ...] = ()
    bargain: bool = True
    ties: bool = False
    given: tuple[sp.Basic, ...] = ()


@dataclass(frozen=True, slots=True)
class Size:
    """How large a game is: players, steps in its formulas, parameters."""

    players: int
    steps: int
    parameters: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What a kind reads from a document: a game, who plays it, for what, and what comes of it."""

    players: Mapping[str, Player]
    payoffs: Mapping[Profile, Mapping[str, sp.Expr]]
    outcomes: Mapping[str, Outcome]
    game: Game


@dataclass(frozen=True, slots=True)
class Numerical:
    """How equilibria are found at very many calibrations at once where no branches answer.

    Attributes
    ----------
    way : str
        How that is, as a reason why some may be missing.
    names : tuple of str
        What equilibria may be called, in order.
    most : int
        How many there may be of a name at a calibration.
    play : mapping of player to mapping of choice to sympy expression
    candidates : function of columns
        Yields what may be equilibria, as far as nobody gains by a deviation.
    """

    way: str
    names: tuple[str, ...]
    most: int
    play: Mapping[str, Mapping[str, sp.Expr]]
    candidates: Callable[[Mapping[sp.Symbol, Array]], Iterator[Solutions]]


class Game:
    """One game as stated, frozen: what a model says beside its names and numbers (``model.game``).

    A kind overrides what it has; what it leaves out is refused, or has nothing in it.

    Attributes
    ----------
    kind : str
        The word that a model file has for it.
    can : Can
    here, see : str
        What it is and which questions answer about it, for whoever asks what it cannot.
    profiles : tuple of profiles
        The keys of the model's payoffs.
    """

    profiles: tuple[Profile, ...]
    here: ClassVar[str] = ""
    see: ClassVar[str] = "solve, compare, prove"

    @property
    def kind(self) -> str:
        """The word that a model file has for it."""
        raise NotImplementedError

    # --- how it is read from a document ---------------------------------------------------------

    sections: ClassVar[Mapping[str, type]] = MappingProxyType({})
    """Its own sections, each with the pydantic model of a row."""

    needed: ClassVar[tuple[str, ...]] = ("players", "payoffs")
    """The sections without which there is no game."""

    without: ClassVar[tuple[str, ...]] = ()
    """Sections that other kinds have and it has not."""

    @classmethod
    def texts(cls, kind: str) -> tuple[str, ...]:
        """Return its own keys that are text."""
        del kind
        return ()

    @classmethod
    def read(cls, document: Document, scope: Scope, mistakes: list[Any]) -> Statement | None:
        """Read a game; None if that cannot be done, with what is wrong added to ``mistakes``."""
        raise NotImplementedError

    names_in_players: ClassVar[bool] = False
    """Whether formulas may name what stands in players' rows."""

    @classmethod
    def names(cls, document: Document) -> Names:
        """Yield the names that a document gives: what they name, where they stand, and the names."""
        del document
        yield from ()

    @classmethod
    def symbols(cls, document: Document) -> Mapping[str, sp.Symbol]:
        """Return what definitions may name beside parameters, such as numbers that are chosen.

        An outcome is then one of play.  Names that only the kind's own sections use are not these:
        ``names`` yields them, so that nothing else has one.
        """
        del document
        return {}

    # --- what it can ----------------------------------------------------------------------------

    @property
    def can(self) -> Can:
        """What it can."""
        return Can(0)

    def needs(self, what: Can, question: str) -> None:
        """See that it can what a question needs.

        Parameters
        ----------
        question : str
            As in "question is for games in which numbers are chosen".

        Raises
        ------
        UnsupportedError
            If it cannot.
        """
        for one in what:
            if one not in self.can:
                told = f"{question} is for {_NEEDED[one]}; here {self.here} (see {self.see})"
                raise UnsupportedError(told)

    # --- numbers that are chosen: none, unless a kind says so --------------------------------------

    # A dataclass that has one of these writes `= field()`, so that this is no default of it.
    choices: Mapping[str, Choice] = MappingProxyType({})
    constraints: Mapping[str, Constraint] = MappingProxyType({})
    moves: tuple[tuple[str, ...], ...] = ()
    bargain: Bargain | None = None

    @property
    def leader(self) -> str:
        """Who moves first, "" where nobody does."""
        return ""

    def kept_by(self, player: str) -> tuple[Constraint, ...]:
        """Return the constraints that a player must keep."""
        return tuple(c for c in self.constraints.values() if player in c.players)

    def of(self, player: str) -> tuple[Choice, ...]:
        """Return the numbers that a player chooses."""
        return tuple(c for c in self.choices.values() if c.player == player)

    # --- what is said, for logic ----------------------------------------------------------------

    def feasible(self) -> Iterator[sp.Basic]:
        """Yield what holds of everything that may be played at all."""
        yield from ()

    def impossible(self) -> Iterator[tuple[str, sp.Basic]]:
        """Yield what would make it no game, in words and as a condition."""
        yield from ()

    def type_ends(self) -> tuple[Mapping[sp.Symbol, sp.Expr], ...]:
        """Return what puts every private type at one end of its interval, and at the other."""
        return ({},)

    def formulas(self) -> Iterator[tuple[str, Any]]:
        """Yield each formula in it, and where a document has it; not what stands in payoffs."""
        yield from ()

    # --- its two faces: symbols, and numbers that are independent of them ------------------------

    def branches(self, model: Model, ask: Ask) -> tuple[Branch, ...]:
        """Return every way of being an equilibrium, in symbols."""
        del ask
        raise UnsupportedError(f"{model.name} has no symbolic solution; here {self.here}")

    # Branches are solved alike whatever the kind, exactly at one calibration (games/points) and in
    # floats at many (games/batch); which solutions are equilibria, and where floats are not to be
    # trusted, a kind knows.

    def may_hold(self, model: Model, branch: Branch, values: Mapping[sp.Symbol, sp.Expr]) -> bool:
        """Tell whether a branch that has no single solution at a calibration may hold there."""
        del model, branch, values
        return True

    def settle(
        self,
        model: Model,
        values: Mapping[sp.Symbol, sp.Expr],
        holding: tuple[str, ...],
        points: list[Point],
    ) -> list[Point]:
        """Mark which candidates are equilibria: all, where conditions are enough."""
        del model, values, holding
        return points

    def settle_batch(self, batch: Batch, holding: tuple[str, ...]) -> Batch:
        """Keep which solutions in floats are equilibria, and doubt more draws than are too close."""
        del holding
        return batch

    def closeness(self, model: Model) -> Closeness | None:
        """Return what is too close to call in floats; None for a small part of payoffs."""
        del model
        return None

    def quick(self, model: Model) -> Quick | None:
        """Return what names the equilibria at a calibration exactly, quicker than ``solve`` does."""
        del model
        return None

    def numerical(self, model: Model) -> Numerical | None:
        """Return how equilibria are found in floats where branches are not solved; None if in no way."""
        del model
        return None

    several: ClassVar[bool] = False
    """Whether several equilibria of one branch at one calibration count several times."""
    exact_alone: ClassVar[bool] = False
    """Whether the one game of a model without parameters is solved exactly at once."""

    def solve(
        self,
        model: Model,
        values: Mapping[sp.Symbol, sp.Expr],
        *,
        seconds: float | None,
        most: int,
        second_opinion: bool,
    ) -> Iterator[Solution]:
        """Yield one answer after another, every one better than the one before.

        With a ``second_opinion`` what others find is compared with the last one, and told.
        """
        raise NotImplementedError

    def answer(
        self, model: Model, values: Mapping[sp.Symbol, sp.Expr], *, seconds: float | None
    ) -> Solution:
        """Return the last answer at one of many calibrations; nobody else is asked."""
        *_, last = self.solve(
            model, values, seconds=seconds, most=MOST_VISITED, second_opinion=False
        )
        return last

    scanned: ClassVar[bool] = False
    """Whether the first answer is a scan that takes no time worth a budget, whatever the size."""

    def ordinary(self, size: Size, seconds: float) -> bool:
        """Tell whether such a game is sure to be solved within a budget, so in this process."""
        del size, seconds
        return False

    to_lead: ClassVar[str] = ""
    """How somebody can be made to lead, for whoever asks what that is worth."""

    def at_once(self, model: Model) -> Model:
        """Return the same game with all moving at once, where somebody leads."""
        raise UnsupportedError(f"{model.name}: nobody leads")

    def no_deviation(self, instead: Collection[str]) -> tuple[str, str] | None:
        """Say why some choices are no deviation of one player, and what would be; None if they are."""
        del instead
        return None

    # --- a third opinion, from the statement alone: no branches, no solver -----------------------

    def worth(
        self, model: Model, values: Mapping[sp.Symbol, sp.Expr], play: Play
    ) -> dict[str, sp.Expr | None]:
        """Return every payoff and outcome of a play; None where it has no value."""
        del values, play
        raise UnsupportedError(f"{model.name}: what a play pays is not worked out anew")

    def gain(self, model: Model, values: Mapping[sp.Symbol, sp.Expr], play: Play) -> sp.Expr:
        """Return the most that a player gains by doing something else, at any decision."""
        del values, play
        raise UnsupportedError(f"{model.name}: what a deviation gains is not worked out anew")

    def deviations(self, model: Model, play: Play) -> tuple[sp.Expr, ...] | None:
        """Return what each deviation from a play gains, in symbols; None where that is not worked out."""
        del model, play
        return None

    def regrets(self, found: Solutions) -> Array | None:
        """Return what is gained by the best deviation from each of many plays, in floats.

        None where that is not worked out.
        """
        play = tuple((who, tuple(own.items())) for who, own in found.branch.play.items())
        gains = _deviations(found.model.game_alone, play)
        return None if gains is None else found.most(gains)

    # --- claims ---------------------------------------------------------------------------------

    @property
    def concepts(self) -> tuple[str, ...]:
        """The concepts to whose equilibria a claim may be confined."""
        return ()

    def one_formula(self, model: Model) -> Branch | None:
        """Return one branch that holds all equilibria, and no play that deviates; None where there is none."""
        del model
        return None

    def confined(self, model: Model, branch: Branch, which: str) -> Branch | None:
        """Return a branch with what a concept asks besides; None where no kind has its own words for it."""
        del model, branch, which
        return None

    def not_called(self, which: str) -> tuple[tuple[str, ...], str] | None:
        """Say that no branch is called so: the names that are known, and what to write.

        None where there may be one.
        """
        del which
        return None

    # --- the classroom page ---------------------------------------------------------------------

    def script(self, model: Model) -> tuple[str, dict[str, Any]]:
        """Return a function of the parameters in JavaScript, and what it speaks of as plain data."""
        raise UnsupportedError(f"{model.name}: the page has no script for it; here {self.here}")

    # --- figures --------------------------------------------------------------------------------

    def drawn(
        self, model: Model, values: Mapping[sp.Symbol, sp.Expr], equilibrium: Equilibrium
    ) -> Drawing:
        """Return a diagram of an equilibrium; ``values`` of parameters and definitions."""
        del values, equilibrium
        raise UnsupportedError(f"{model.name}: there is no diagram of it; here {self.here}")

    def stated(self, model: Model) -> Drawing:
        """Return a diagram of the game as it is stated, at no calibration."""
        raise UnsupportedError(
            f"{model.name}: only a game tree is drawn in symbols; here {self.here}"
        )

    # --- other programs -------------------------------------------------------------------------

    gambit: ClassVar[str] = ""
    """How Gambit's files of such games end."""

    @classmethod
    def parse_gambit(cls, text: str, name: str = "game", path: Path | None = None) -> Model:
        """Read the text of a file of Gambit's."""
        raise NotImplementedError

    def gambit_text(self, model: Model, at: At | None, changes: Mapping[str, Any]) -> str:
        """Return a model at one calibration as the text of a file of Gambit's."""
        del at, changes
        raise UnsupportedError(f"{model.name}: no game of Gambit's; here {self.here}")

    # --- for readers ----------------------------------------------------------------------------

    @property
    def concept(self) -> str:
        """Which equilibria branches are; where they are fewer than all, verdicts say so by this."""
        return NASH

    rules: ClassVar[tuple[str, ...]] = ("highest", "lowest")
    """The rules by which one of several equilibria may be selected."""

    def decision_titles(self, model: Model) -> Sequence[str]:
        """Return the titles of who or what decides, in the order of a play."""
        return [player.title for player in model.players.values()]

    def order(self, model: Model) -> str:
        """Say whose actions an equilibrium's name lists."""
        return f"a name is of what is played by ({', '.join(self.decision_titles(model))})"

    def who_chooses(self, model: Model) -> Table:
        """Return who chooses what."""
        rows = tuple((p.title, ", ".join(p.actions), p.unit) for p in model.players.values())
        return Table("Who chooses what", ("player", "chooses", "paid in"), rows)

    def table(self, model: Model) -> Table | None:
        """Return who gets what in rows and columns; None where it is no such table."""
        del model
        return None

    def sheet(self, model: Model) -> tuple[Table, ...]:
        """Return its own tables of a sheet, payoffs first."""
        return (self.paid(model, "paid", ()),)

    def paid(self, model: Model, head: str, notes: Sequence[str], label: str = "") -> Table:
        """Return who is paid what at each profile, with what the model is about."""
        titles = [f"{p.title}{f' [{p.unit}]' if p.unit else ''}" for p in model.players.values()]
        rows = tuple(
            (label or ", ".join(profile), *(str(cell[player]) for player in model.players))
            for profile, cell in model.payoffs.items()
        )
        told = (*notes, *self.about(model))
        return Table(f"{model.title}: payoffs", (head, *titles), rows, told, tuple(titles))

    def about(self, model: Model) -> Iterator[str]:
        """Yield the story that a model tells, and its source."""
        if model.reads:
            yield " ".join(model.reads.split())
        if model.source:
            yield f"Source: {model.source}."


def concepts(models: Iterable[Model]) -> Iterator[str]:
    """Say which equilibria are meant, where these are fewer than all."""
    for model in models:
        if model.game.concept != NASH:
            yield f"Equilibria of {model.title} are {model.game.concept}."


@lru_cache(maxsize=512)
def _deviations(
    model: Model, play: tuple[tuple[str, tuple[tuple[str, sp.Expr], ...]], ...]
) -> tuple[sp.Expr, ...] | None:
    """Return what deviations from a play gain, worked out once."""
    return model.game.deviations(model, {who: dict(own) for who, own in play})
