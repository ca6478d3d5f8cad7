"""Games in which players move one after the other, knowing more or less of what has happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.kind import PLENTY, SOME, Ask, Can, Game, Quick, Size, Statement
from dilemma.games.tree.nodes import Decision, History, Node, NodeRow, PrivateType, TypeRow
from dilemma.output.tables import Table
from dilemma.reading.rows import Names, player_names

if TYPE_CHECKING:
    from dilemma.errors import Mistake
    from dilemma.games.batch import Batch
    from dilemma.games.branch import Branch, Play
    from dilemma.games.drawing import Drawing
    from dilemma.games.equilibrium import Equilibrium, Solution
    from dilemma.model import At, Model
    from dilemma.reading.expressions import Scope
    from dilemma.reading.rows import Document

__all__ = ["REFINEMENTS", "TreeGame", "tree_of"]

REFINEMENTS = ("intuitive", "divine")
"""Of signalling games: see the module of that name."""


@dataclass(frozen=True)
class TreeGame(Game):
    """A game tree.

    Attributes
    ----------
    nodes : mapping of history to Node
        Every node where somebody moves, each before what follows it.
    profiles : tuple of history
        Its ends: the actions that led there.
    types : mapping of str to PrivateType
    sequential : bool
        Whether beliefs must be consistent where somebody does not know what has happened.
    """

    nodes: Mapping[History, Node]
    profiles: tuple[History, ...]
    types: Mapping[str, PrivateType]
    sequential: bool = False
    gambit: ClassVar[str] = "efg"
    here: ClassVar[str] = "players move one after the other"
    see: ClassVar[str] = "solve, compare, trace, propositions, regions, attribute, prove"
    sections: ClassVar[Mapping[str, type]] = {"types": TypeRow, "tree": NodeRow}

    # --- how it is read -------------------------------------------------------------------------

    @classmethod
    def texts(cls, kind: str) -> tuple[str, ...]:
        """Return which equilibria are meant."""
        del kind
        return ("concept",)

    @classmethod
    def read(cls, document: Document, scope: Scope, mistakes: list[Mistake]) -> Statement | None:
        """Read a tree with its payoffs and outcomes."""
        from dilemma.games.tree.histories import read_tree_tables

        return read_tree_tables(document, scope, mistakes)

    @classmethod
    def names(cls, document: Document) -> Names:
        """Yield the actions at the nodes, and the types."""
        yield from player_names(document)
        for key, node in document.sections["tree"].items():
            for action in dict.fromkeys([*(node.actions or ()), *(node.chance or ())]):
                yield "actions", ("tree", key), action
        for name in document.sections["types"]:
            yield "types", ("types", name), name

    # --- what it is -----------------------------------------------------------------------------

    @property
    def kind(self) -> str:
        """Of this word."""
        return "tree"

    @property
    def concept(self) -> str:
        """What is solved for: where somebody does not know what has happened, with beliefs."""
        if self.perfect:
            return "subgame perfect equilibria"
        return "sequential equilibria" if self.sequential else "perfect Bayesian equilibria"

    @property
    def ends(self) -> tuple[History, ...]:
        """Where play ends."""
        return self.profiles

    @property
    def can(self) -> Can:
        """Branches, and a script of them, unless types are private and moves hidden as well."""
        solved = self.perfect or not self.types
        always = Can.ACTIONS | Can.MOVES | Can.DIAGRAM
        return always | (Can.SYMBOLS | Can.SCRIPT if solved else Can(0))

    @cached_property
    def decisions(self) -> Mapping[str, Decision]:
        """Every information set, by its name."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            if node.player:
                found.setdefault(node.decision, []).append(node)
        return {
            name: Decision(
                name,
                nodes[0].player,
                nodes[0].actions,
                tuple(node.history for node in nodes),
                nodes[0].knows,
            )
            for name, nodes in found.items()
        }

    @property
    def perfect(self) -> bool:
        """Whether every decision knows which history has happened."""
        return all(len(decision.histories) == 1 for decision in self.decisions.values())

    def impossible(self) -> Iterator[tuple[str, sp.Basic]]:
        """Yield what would make it no game, in words and as a condition."""
        for node in self.nodes.values():
            for action, chance in node.chances.items():
                if not chance.is_nonnegative:
                    yield f"of a negative chance of {action}", sp.Lt(chance, 0)
        for private in self.types.values():
            yield f"of an empty interval of {private.name}", sp.Ge(private.low, private.high)

    def below(self, history: History) -> Iterator[Node]:
        """Yield a node and every node behind it, each after what follows it."""
        waiting, found = [history], []
        while waiting:
            node = self.nodes.get(waiting.pop())
            if node is not None:
                found.append(node)
                waiting += [(*node.history, action) for action in node.actions]
        yield from reversed(found)

    def ends_after(self, history: History) -> tuple[History, ...]:
        """Return the ends that a history may still come to."""
        return tuple(end for end in self.ends if end[: len(history)] == history)

    def type_ends(self) -> tuple[Mapping[sp.Symbol, sp.Expr], ...]:
        """Return what puts every type at its low end, and at its high end."""
        if not self.types:
            return ({},)
        types = self.types.values()
        return {t.symbol: t.low for t in types}, {t.symbol: t.high for t in types}

    def formulas(self) -> Iterator[tuple[str, sp.Expr]]:
        """Yield chances, and the ends of types."""
        for history, node in self.nodes.items():
            at = f"tree.({', '.join(history)})"
            yield from ((f"{at}.{action}", chance) for action, chance in node.chances.items())
        for name, private in self.types.items():
            yield f"types.{name}", private.low
            yield f"types.{name}", private.high

    # --- its two faces --------------------------------------------------------------------------

    def branches(self, model: Model, ask: Ask) -> tuple[Branch, ...]:
        """Return a branch for each case of backward induction, or for each choice of supports."""
        from dilemma.games.tree import hidden, induction

        if self.perfect:
            return induction.branches(model, named=ask.named, ties=ask.ties, given=ask.given)
        return hidden.branches(model, named=ask.named)

    def script(self, model: Model) -> tuple[str, dict[str, Any]]:
        """Return its moves, and its branches as they stand."""
        from dilemma.games.tree.tree_script import moves

        return moves(model)

    def may_hold(self, model: Model, branch: Branch, values: Mapping[sp.Symbol, sp.Expr]) -> bool:
        """Tell whether chances may be free; there is no cutoff where a gain does not move with the type."""
        from dilemma.games.points import holds

        del model
        if self.perfect:
            return False
        ties = () if branch.shape is None or not branch.shape.loose else branch.shape.ties
        if any((gap := tie.xreplace(dict(values))).is_number and gap != 0 for tie in ties):
            return False
        return branch.located is None or all(holds(c, values)[0] for c in branch.located)

    def settle_batch(self, batch: Batch, holding: tuple[str, ...]) -> Batch:
        """Doubt any number of equilibria but one, where all is seen: others come with ties."""
        import numpy as np

        from dilemma.games.tree import hidden

        del holding
        if not self.perfect:
            return replace(batch, doubtful=batch.doubtful | hidden.not_listed(batch))
        count = np.sum([rows.holds[:, 0] for rows in batch.rows], axis=0)
        return replace(batch, doubtful=batch.doubtful | (count != 1))

    def quick(self, model: Model) -> Quick | None:
        """Return what names the equilibria where moves are hidden, branch by branch."""
        from dilemma.games.tree import hidden

        return None if self.perfect else hidden.quick(model)

    def solve(
        self,
        model: Model,
        values: Mapping[sp.Symbol, sp.Expr],
        *,
        seconds: float | None,
        most: int,
        second_opinion: bool,
    ) -> Iterator[Solution]:
        """Yield answers, by backward induction or from candidates that are judged."""
        del second_opinion  # it takes no time worth asking about
        from dilemma.games.tree.backward import solve

        return solve(model, values, seconds=seconds, most=most)

    @property
    def concepts(self) -> tuple[str, ...]:
        """Play in which nobody is indifferent where all is known; refinements where one signals."""
        from dilemma.games.tree.refinements import is_signalling

        if self.perfect:
            return ("strict",)
        return REFINEMENTS if is_signalling(self) else ()

    def one_formula(self, model: Model) -> Branch | None:
        """Return one formula for all equilibria of a tree that is not too large, without cutoffs."""
        from dilemma.games.tree.one_formula import MOST_ENDS, one_formula

        return None if self.types or len(self.ends) > MOST_ENDS else one_formula(model)

    def confined(self, model: Model, branch: Branch, which: str) -> Branch | None:
        """Return a branch in which nobody is indifferent, or that passes a refinement."""
        if which not in self.concepts:
            return None
        if which == "strict":
            more = tuple(gap > 0 for gap in branch.gaps)
            return replace(branch, conditions=(*branch.conditions, *more))
        from dilemma.games.tree.refinements import refined

        return refined(model, branch, which)

    def ordinary(self, size: Size, seconds: float) -> bool:
        """Tell whether it is small enough to be sure; backward induction does not mind players."""
        fits = (self.perfect or size.players <= 2) and len(self.nodes) <= 12
        return seconds >= PLENTY and fits and size.steps <= SOME and size.parameters <= 32

    def worth(
        self, model: Model, values: Mapping[sp.Symbol, sp.Expr], play: Play
    ) -> dict[str, sp.Expr | None]:
        """Return what a play comes to, followed through the tree."""
        from dilemma.games.tree.nodes import Walk

        return Walk(model, self, values, play).worth()

    def gain(self, model: Model, values: Mapping[sp.Symbol, sp.Expr], play: Play) -> sp.Expr:
        """Return the most that is gained at one decision, on the path or off it."""
        from dilemma.games.tree.nodes import Walk

        return sp.Max(0, *Walk(model, self, values, play).gains())

    def deviations(self, model: Model, play: Play) -> tuple[sp.Expr, ...] | None:
        """Return what is gained at each decision, or by each plan, in symbols."""
        from dilemma.games.tree.nodes import Walk

        try:
            return tuple(Walk(model, self, {}, play).gains())
        except UnsupportedError:
            return None

    def drawn(
        self, model: Model, values: Mapping[sp.Symbol, sp.Expr], equilibrium: Equilibrium
    ) -> Drawing:
        """Return the tree with what is done in an equilibrium."""
        from dilemma.games.tree.tree_drawing import drawn

        return drawn(model, values, equilibrium)

    def stated(self, model: Model) -> Drawing:
        """Return the tree with chances and payoffs as formulas."""
        from dilemma.games.tree.tree_drawing import stated

        return stated(model)

    # --- for readers ----------------------------------------------------------------------------

    def decision_titles(self, model: Model) -> tuple[str, ...]:
        """Return the names of information sets."""
        del model
        return tuple(self.decisions)

    @classmethod
    def parse_gambit(cls, text: str, name: str = "game", path: Path | None = None) -> Model:
        """Read the text of an .efg file."""
        from dilemma.games.tree.efg import parse_efg

        return parse_efg(text, name, path)

    def gambit_text(self, model: Model, at: At | None, changes: Mapping[str, Any]) -> str:
        """Return the text of an .efg file."""
        from dilemma.games.tree.efg import write_efg

        return write_efg(model, at, **changes)

    def order(self, model: Model) -> str:
        """Say at which decisions a name says what is done."""
        del model
        told = f"a name lists what is done at ({', '.join(self.decisions)})"
        for decision in self.decisions.values():
            if decision.knows:
                told += (
                    f"; at {decision.name} a/b is a above some value of {decision.knows}, b below"
                )
        return told

    def sheet(self, model: Model) -> tuple[Table, ...]:
        """Return payoffs at the ends, and who moves when."""
        return self.paid(model, "end", ("A row is where play ends.",)), self.who_chooses(model)

    def who_chooses(self, model: Model) -> Table:
        """Return who moves when, and knowing what."""
        rows = []
        for history, node in self.nodes.items():
            who = model.players[node.player].title if node.player else "chance"
            told = [f"{a} ({node.chances[a]})" if node.chances else a for a in node.actions]
            after = ", ".join(history) or "the beginning"
            rows.append((after, who, ", ".join(told), node.decision, node.knows))
        notes = [
            f"{t.name} is private to {model.players[t.player].title}; the others believe it to be "
            f"uniform between {t.low} and {t.high}."
            for t in self.types.values()
        ]
        if not self.perfect:
            notes.append("Moves at one decision cannot be told apart by the player who moves.")
        head = ("after", "moves", "actions", "decision", "knows")
        return Table("The tree", head, tuple(rows), tuple(notes), ("knows",))


def tree_of(model: Model) -> TreeGame:
    """Return the tree that a model states.

    Raises
    ------
    UnsupportedError
        If it states none.
    """
    if not isinstance(model.game, TreeGame):
        raise UnsupportedError(f"{model.name} is no game tree; here {model.game.here}")
    return model.game
