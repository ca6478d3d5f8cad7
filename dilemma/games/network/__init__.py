"""Games of links: who links with whom, and then, perhaps, how much.

Some players may link with one another, by consent of both; each may cut a link of its own.  What a
network pays hangs on who is linked, and on numbers that may be chosen once the links stand.  Stable is
a network in which nobody gains by cutting a link, and no two gain, one of them strictly, by adding
theirs (Jackson and Wolinsky 1996, Journal of Economic Theory 71(1): 44-74, unverified).  Links may also be
alliances in war: then countries have a strength each, and stable is a network in which nobody can be
beaten, and every link is needed for that (:mod:`dilemma.games.network.war`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.kind import MOST_VISITED, PLENTY, SOME, Ask, Can, Game, Size, Statement
from dilemma.games.network.links import Call, Choice, LinkPlayerRow, LinksRow, Pair
from dilemma.games.network.war import War
from dilemma.output.tables import Table
from dilemma.reading.rows import Names

if TYPE_CHECKING:
    from dilemma.errors import Mistake
    from dilemma.games.batch import Closeness
    from dilemma.games.branch import Branch, Play
    from dilemma.games.drawing import Drawing
    from dilemma.games.equilibrium import Equilibrium, Solution
    from dilemma.model import Model
    from dilemma.reading.expressions import Scope
    from dilemma.reading.rows import Document

__all__ = ["MOST_AT_WAR", "MOST_LINKED", "MOST_PROVED", "NetworkGame", "network_of"]

MOST_PROVED, MOST_LINKED = 4, 6  # linked players, in symbols and in numbers
MOST_AT_WAR = 5  # in symbols, where war decides
CLOSE = 1e-9  # a smaller gain is too close to call in floats


@dataclass(frozen=True)
class NetworkGame(Game):
    """A game of links.

    Attributes
    ----------
    linked : tuple of player
        Who may link with one another.
    pays : mapping of player to sympy expression
        Over parameters, definitions, calls such as ``linked(ann, bob)``, and what is chosen then.
    calls : mapping of symbol to Call
        What each of these calls is of.
    chosen : mapping of str to Choice
        The numbers that are chosen once the links stand.
    war : War or None
        How strong players are, if it is war that decides which networks are stable.
    """

    linked: tuple[str, ...]
    pays: Mapping[str, sp.Expr]
    calls: Mapping[sp.Symbol, Call]
    chosen: Mapping[str, Choice] = field(default_factory=dict)
    war: War | None = None
    profiles: ClassVar[tuple[tuple[str, ...], ...]] = ()  # type: ignore[misc]
    here: ClassVar[str] = "players link with one another"
    see: ClassVar[str] = "solve, compare, trace, along, regions, attribute, tornado, prove"
    sections: ClassVar[Mapping[str, type]] = {"players": LinkPlayerRow, "links": LinksRow}
    needed: ClassVar[tuple[str, ...]] = ("players", "links", "payoffs")
    names_in_players: ClassVar[bool] = True

    # --- how it is read -------------------------------------------------------------------------

    @classmethod
    def read(cls, document: Document, scope: Scope, mistakes: list[Mistake]) -> Statement | None:
        """Read players, who may link, what is chosen then, payoffs and outcomes."""
        from dilemma.games.network.reading import read_links

        return read_links(document, scope, mistakes)

    @classmethod
    def names(cls, document: Document) -> Names:
        """Yield what is chosen."""
        for player, row in document.players.items():
            for name in row.choices:
                yield "choices", ("players", player, "choices", name), name

    # --- what it is -----------------------------------------------------------------------------

    @property
    def concept(self) -> str:
        """Networks that nobody wants to cut a link of, and no two to add one to; or war-stable ones."""
        return "pairwise stable networks" if self.war is None else "war-stable networks"

    @property
    def kind(self) -> str:
        """Of this word."""
        return "network"

    @property
    def can(self) -> Can:
        """Branches, each with conditions in the parameters."""
        shown = len(self.linked) <= MOST_PROVED and self.war is None
        seen = Can.SCRIPT if shown else Can(0)
        return Can.SYMBOLS | Can.ACTIONS | Can.TRIED | Can.DIAGRAM | seen

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every two who may link."""
        return tuple(combinations(self.linked, 2))

    @property
    def most_proved(self) -> int:
        """How many may link, for it to be solved in symbols."""
        return MOST_PROVED if self.war is None else MOST_AT_WAR

    def called(self, graph: Sequence[Pair]) -> str:
        """Return the name of a network: its links."""
        if not graph:
            return "no links"
        if len(graph) == len(self.pairs) > 1:
            return "all linked"
        return ", ".join("-".join(pair) for pair in graph)

    def reached(self, choice: Choice) -> str | None:
        """Return whom a choice reaches: the one of the linked, not its player, who is paid by it."""
        own = [p for p in self.linked if p != choice.player and self.pays[p].has(choice.symbol)]
        return own[0] if len(own) == 1 else None

    def graphs(self) -> Iterator[tuple[Pair, ...]]:
        """Yield every network, those with few links first."""
        for size in range(len(self.pairs) + 1):
            yield from combinations(self.pairs, size)

    def neighbours(self, graph: Sequence[Pair]) -> Iterator[tuple[Pair, tuple[Pair, ...], bool]]:
        """Yield each pair, the network with its link cut or added, and whether it is added."""
        for pair in self.pairs:
            there = tuple(p for p in self.pairs if (p in graph) != (p == pair))
            yield pair, there, pair not in graph

    def formulas(self) -> Iterator[tuple[str, sp.Expr]]:
        """Yield payoffs, strengths in war, and the ends of intervals."""
        yield from ((f"payoffs.{player}", formula) for player, formula in self.pays.items())
        if self.war is not None:
            strengths = self.war.strengths.items()
            yield from ((f"players.{player}.strength", formula) for player, formula in strengths)
            yield "links.threshold", self.war.threshold
        for choice in self.chosen.values():
            at = f"players.{choice.player}.choices.{choice.name}.range"
            yield from (
                (at, end) for end in (choice.low, choice.high) if end.is_finite is not False
            )

    # --- its two faces --------------------------------------------------------------------------

    def branches(self, model: Model, ask: Ask) -> tuple[Branch, ...]:
        """Return a branch for each network, alike ones once."""
        from dilemma.games.network.stability import branches

        return branches(model, named=ask.named)

    def script(self, model: Model) -> tuple[str, dict[str, Any]]:
        """Return every network, and when it is stable."""
        from dilemma.games.network.network_script import links

        return links(model)

    def solve(
        self,
        model: Model,
        values: Mapping[sp.Symbol, sp.Expr],
        *,
        seconds: float | None,
        most: int,
        second_opinion: bool,
    ) -> Iterator[Solution]:
        """Yield what is found by going through all networks, in exact numbers."""
        del second_opinion  # it takes no time worth asking about
        from dilemma.games.network.networks import solve

        return solve(model, values, seconds=seconds, most=most)

    def answer(
        self, model: Model, values: Mapping[sp.Symbol, sp.Expr], *, seconds: float | None
    ) -> Solution:
        """Return the stable networks; the branches are not asked."""
        from dilemma.games.network.networks import solve

        (found,) = solve(model, values, seconds=seconds, most=MOST_VISITED, second_opinion=False)
        return found

    def drawn(
        self, model: Model, values: Mapping[sp.Symbol, sp.Expr], equilibrium: Equilibrium
    ) -> Drawing:
        """Return a stable network: who is linked, and what is chosen then."""
        from dilemma.games.network.network_drawing import drawn

        del values
        return drawn(model, equilibrium)

    def closeness(self, model: Model) -> Closeness:
        """Return what is too close to call: a small gain."""
        from dilemma.games.batch import Closeness

        del model
        return Closeness(CLOSE, kept=True)

    def ordinary(self, size: Size, seconds: float) -> bool:
        """Tell whether it is small enough to be sure."""
        fits = len(self.linked) <= self.most_proved
        return seconds >= PLENTY and fits and size.steps <= SOME and size.parameters <= 32

    def worth(
        self, model: Model, values: Mapping[sp.Symbol, sp.Expr], play: Play
    ) -> dict[str, sp.Expr | None]:
        """Return every payoff and outcome of a network, and of what is chosen then."""
        from dilemma.games.network.rewiring import Rewiring

        return Rewiring(model, self, values).worth(self.graph_of(play))

    def gain(self, model: Model, values: Mapping[sp.Symbol, sp.Expr], play: Play) -> sp.Expr:
        """Return the most that somebody gains by cutting a link, or two by adding theirs."""
        from dilemma.games.network.rewiring import Rewiring

        return Rewiring(model, self, values).gain(self.graph_of(play))

    def deviations(self, model: Model, play: Play) -> tuple[sp.Expr, ...] | None:
        """Return what each link more or less gains, in symbols; None where war decides."""
        from dilemma.games.network.rewiring import Rewiring

        try:
            return tuple(Rewiring(model, self, {}).gains(self.graph_of(play)))
        except UnsupportedError:
            return None

    def graph_of(self, play: Play) -> tuple[Pair, ...]:
        """Return the network that a play is."""
        return tuple(pair for pair in self.pairs if play["-".join(pair)]["linked"] == 1)

    # --- for readers ----------------------------------------------------------------------------

    def decision_titles(self, model: Model) -> tuple[str, ...]:
        """Return which two may link."""
        return tuple(" and ".join(model.players[p].title for p in pair) for pair in self.pairs)

    def order(self, model: Model) -> str:
        """Say what a name lists."""
        del model
        return "a name lists the links"

    def sheet(self, model: Model) -> tuple[Table, ...]:
        """Return payoffs, who may link, and what is chosen then."""
        rows = tuple((model.players[p].title, str(f)) for p, f in self.pays.items())
        told = Table(f"{model.title}: payoffs", ("player", "paid"), rows, tuple(self.about(model)))
        return told, self.who_chooses(model)

    def who_chooses(self, model: Model) -> Table:
        """Return who may link, and what is chosen then."""
        who = ", ".join(model.players[p].title for p in self.linked)
        notes: tuple[str, ...] = (
            f"By consent of both; each may cut a link of its own.  Who may link: {who}.",
        )
        if self.war is not None:
            strong = ", ".join(
                f"{model.players[p].title} {m}" for p, m in self.war.strengths.items()
            )
            notes += (
                f"Strength in war: {strong}; an attack must be more than {self.war.threshold} times as strong as the defence.",
            )
        chosen = tuple(
            (model.players[c.player].title, c.name, f"({c.low}, {c.high})", c.unit, c.means)
            for c in self.chosen.values()
        )
        head = ("player", "chooses", "from", "unit", "means")
        return Table("Links, and what is chosen once they stand", head, chosen, notes)


def network_of(model: Model) -> NetworkGame:
    """Return the game of links that a model states.

    Raises
    ------
    UnsupportedError
        If it states none.
    """
    if not isinstance(model.game, NetworkGame):
        raise UnsupportedError(f"{model.name} has no links; here {model.game.here}")
    return model.game
