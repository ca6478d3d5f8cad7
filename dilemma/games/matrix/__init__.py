"""Games in which everybody chooses one of finitely many actions, all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import sympy as sp

from dilemma.games.kind import FEW, PLENTY, SOME, Ask, Can, Game, Quick, Size, Statement
from dilemma.output.result import Table
from dilemma.output.screen import WIDTH
from dilemma.reading.rows import Names, player_names
from dilemma.theory.parts import Player, Profile

if TYPE_CHECKING:
    from dilemma.errors import Mistake
    from dilemma.games.batch import Batch
    from dilemma.games.branch import Branch, Play
    from dilemma.games.equilibrium import Solution
    from dilemma.model import At, Model
    from dilemma.reading.expressions import Scope
    from dilemma.reading.rows import Document

__all__ = ["MatrixGame"]


@dataclass(frozen=True)
class MatrixGame(Game):
    """A table of payoffs: players choose an action each, and nobody sees what another does.

    Attributes
    ----------
    players : mapping of str to Player
    profiles : tuple of profiles
        All of them, the last player's action changing fastest.
    """

    players: Mapping[str, Player]
    profiles: tuple[Profile, ...]
    gambit: ClassVar[str] = "nfg"
    here: ClassVar[str] = "players choose among actions, all at once"
    see: ClassVar[str] = "solve, select, compare, propositions, regions, prove"
    rules: ClassVar[tuple[str, ...]] = ("highest", "lowest", "risk_dominant")
    scanned: ClassVar[bool] = True
    to_lead: ClassVar[str] = (
        'to commit to a mix, write a game of kind = "sequential" in which the leader chooses its '
        "probability, from 0 to 1, and payoffs are the expected ones"
    )

    @property
    def kind(self) -> str:
        """Of this word."""
        return "matrix"

    @classmethod
    def read(cls, document: Document, scope: Scope, mistakes: list[Mistake]) -> Statement | None:
        """Read players, payoffs and outcomes."""
        from dilemma.games.matrix.payoffs import read_tables

        return read_tables(document, scope, mistakes)

    @classmethod
    def names(cls, document: Document) -> Names:
        """Yield actions, and the numbers that they carry."""
        yield from player_names(document)

    @property
    def can(self) -> Can:
        """Everything that a table can."""
        return Can.SYMBOLS | Can.ACTIONS | Can.TABLE | Can.SCRIPT

    def branches(self, model: Model, ask: Ask) -> tuple[Branch, ...]:
        """Return a branch for each choice of supports."""
        from dilemma.games.matrix.supports import branches

        return branches(model, named=ask.named)

    def may_hold(self, model: Model, branch: Branch, values: Mapping[sp.Symbol, sp.Expr]) -> bool:
        """Tell whether a choice of supports has equilibria although its equations are singular."""
        from dilemma.games.matrix.supports import may_hold

        del model
        return may_hold(branch, values)

    def settle_batch(self, batch: Batch, holding: tuple[str, ...]) -> Batch:
        """Doubt an even number of equilibria."""
        from dilemma.games.matrix.supports import settle_batch

        del holding
        return settle_batch(batch)

    def quick(self, model: Model) -> Quick | None:
        """Return what names the supports of a two-player game's extreme equilibria."""
        from dilemma.games.matrix.supports import quick

        return quick(model)

    def solve(
        self,
        model: Model,
        values: Mapping[sp.Symbol, sp.Expr],
        *,
        seconds: float | None,
        most: int,
        second_opinion: bool,
    ) -> Iterator[Solution]:
        """Yield answers from what is cheap to what is complete."""
        from dilemma.games.matrix.bimatrix import solve

        return solve(model, values, seconds=seconds, most=most, second_opinion=second_opinion)

    def ordinary(self, size: Size, seconds: float) -> bool:
        """Tell whether it is small enough to be sure."""
        cells = len(self.profiles)
        if seconds >= PLENTY:
            fits = cells <= (25 if size.players == 2 else 9) and size.players <= 3
            return fits and size.steps <= SOME and size.parameters <= 32
        fits = size.players == 2 and cells <= 9  # some hundredths of a second
        return fits and size.steps <= FEW and size.parameters <= 8

    def worth(
        self, model: Model, values: Mapping[sp.Symbol, sp.Expr], play: Play
    ) -> dict[str, sp.Expr | None]:
        """Return expectations over profiles, the players mixing independently."""
        from dilemma.games.matrix.payoffs import worth

        return worth(model, values, play)

    def gain(self, model: Model, values: Mapping[sp.Symbol, sp.Expr], play: Play) -> sp.Expr:
        """Return the most that an action gains over what is played."""
        from dilemma.games.matrix.payoffs import gain

        return gain(model, values, play)

    def deviations(self, model: Model, play: Play) -> tuple[sp.Expr, ...]:
        """Return what each action gains over what is played, in symbols."""
        from dilemma.games.matrix.payoffs import deviations

        return tuple(deviations(model, {}, play))

    # --- claims ---------------------------------------------------------------------------------

    @property
    def concepts(self) -> tuple[str, ...]:
        """Strict equilibria, which are stable; in 2x2 games one may be risk dominant."""
        two = [len(player.actions) for player in self.players.values()] == [2, 2]
        return ("stable", "strict", "risk_dominant") if two else ("stable", "strict")

    def not_called(self, which: str) -> tuple[tuple[str, ...], str] | None:
        """See whether a name is a list of actions for each player, each list in the file's order."""
        own = which.split(", ")
        if len(own) == len(self.players) and all(
            used == [a for a in player.actions if a in used]
            for used, player in zip(
                (one.split("/") for one in own), self.players.values(), strict=True
            )
        ):
            return None
        first = [player.actions[0] for player in self.players.values()]
        every = ["/".join(player.actions) for player in self.players.values()]
        return (), f'such as "{", ".join(first)}" or "{", ".join(every)}"'

    def script(self, model: Model) -> tuple[str, dict[str, Any]]:
        """Return its branches as rows of a linear system."""
        from dilemma.games.matrix.matrix_script import actions

        return actions(model)

    # --- other programs, and readers ------------------------------------------------------------

    @classmethod
    def parse_gambit(cls, text: str, name: str = "game", path: Path | None = None) -> Model:
        """Read the text of an .nfg file."""
        from dilemma.games.matrix.nfg import parse_nfg

        return parse_nfg(text, name, path)

    def gambit_text(self, model: Model, at: At | None, changes: Mapping[str, Any]) -> str:
        """Return the text of an .nfg file."""
        from dilemma.games.matrix.nfg import write_nfg

        return write_nfg(model, at, **changes)

    def order(self, model: Model) -> str:
        """Say whose actions a name lists."""
        word = "pair" if len(model.players) == 2 else "profile"
        return f"a {word} is ({', '.join(p.title for p in model.players.values())})"

    def table(self, model: Model) -> Table | None:
        """Return who gets what, where two players choose a row and a column."""
        from dilemma.games.matrix.payoffs import payoff_matrix

        return payoff_matrix(model)

    def sheet(self, model: Model) -> tuple[Table, ...]:
        """Return the payoffs, in rows and columns where they are numbers and few."""
        table = None if model.parameters else self.table(model)
        if table is not None and max(map(len, table.header)) * len(table.header) < WIDTH:
            return (replace(table, notes=(*table.notes, *self.about(model))),)
        titled = ", ".join(p.title for p in model.players.values())
        return (self.paid(model, "profile", (f"A profile is ({titled}).",)),)
