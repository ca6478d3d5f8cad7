"""What hangs on a game tree: payoffs at its ends, and outcomes of playing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from dilemma.errors import Mistake, nearest
from dilemma.extensive import Chance, Tree
from dilemma.parts import Outcome, Player, Profile
from dilemma.reading.expressions import FUNCTIONS, ExpressionError, Scope, Word, parse
from dilemma.reading.histories import Telling, history_of, key_of
from dilemma.reading.payoffs import Tables, Where, blame
from dilemma.reading.schema import KEY, Document
from dilemma.reading.trees import read_tree

__all__ = ["read_tree_tables"]


def read_tree_tables(document: Document, scope: Scope, mistakes: list[Mistake]) -> Tables | None:
    """Read a tree with its payoffs and outcomes; ``scope`` has parameters and definitions."""
    if document.broken.get("players") or "players" not in document.broken:
        return None  # told already
    before = len(mistakes)
    for name, row in document.players.items():
        if row.actions or row.levels or row.cooperates or row.choices:
            hint = "in a tree the actions stand at its nodes, in [tree]"
            mistakes.append(Mistake(("players", name), "a player with actions", hint, width=KEY))
    telling = Telling(document, scope, mistakes)
    players = {
        name: Player(name, row.title or name, (), {}, None, row.unit)
        for name, row in document.players.items()
    }
    tree = read_tree(telling)
    if tree is None or len(mistakes) > before:
        return None
    ends = _Ends(telling, tree)
    return Tables(players, tree.ends, ends.payoffs(), ends.outcomes(), tree)


@dataclass(frozen=True, slots=True)
class _Ends:
    telling: Telling
    tree: Tree

    def payoffs(self) -> dict[Profile, dict[str, sp.Expr]]:
        """Read the payoffs at every end."""
        players = self.telling.document.players
        names = {**self.telling.scope.names, **{t.name: t.symbol for t in self.tree.types.values()}}
        found = {end: dict.fromkeys(players, sp.Integer(0)) for end in self.tree.ends}
        told = set()
        for key, row in self.telling.document.payoffs.items():
            where: Where = ("payoffs", key)
            history = history_of(key)
            if not isinstance(row, dict):
                self.telling.say(
                    where, "not a table of payoffs", "one formula for each player", width=KEY
                )
                continue
            if history not in found:
                inside = history in self.tree.nodes
                ends = [key_of(end) for end in self.tree.ends]
                message = "somebody moves here" if inside else "play does not end here"
                self.telling.say(where, message, nearest(key, ends), width=KEY)
                continue
            if history in told:
                self.telling.say(where, "this end stands here twice", width=KEY)
            told.add(history)
            found[history] |= self._row(where, row, names)
        missing = [key_of(end) for end in self.tree.ends if end not in told]
        if missing and not self.telling.document.broken.get("payoffs"):
            hint = f"also missing: {'; '.join(missing[1:8])}" if len(missing) > 1 else ""
            self.telling.say(
                ("payoffs",), f"the end {missing[0]!r} has no payoffs", hint, width=KEY
            )
        return found

    def _row(
        self, where: Where, row: Mapping[str, str], names: Mapping[str, sp.Basic]
    ) -> dict[str, sp.Expr]:
        """Read what everybody is paid at one end."""
        players = self.telling.document.players
        for player in row:
            if player not in players:
                hint = nearest(player, players)
                self.telling.say((*where, player), f"no player {player!r}", hint, width=KEY)
        found = {}
        for player in players:
            if player not in row:
                self.telling.say(where, f"the payoff of {player!r} is missing", width=KEY)
                continue
            cell = self.telling.formula((*where, player), row[player], names)
            if cell is not None:
                self._check_private((*where, player), player, cell)
                found[player] = cell
        return found

    def _check_private(self, where: Where, player: str, cell: sp.Expr) -> None:
        for private in self.tree.types.values():
            if not cell.has(private.symbol):
                continue
            if private.player != player:
                hint = f"only {private.player}'s payoffs may depend on it"
                self.telling.say(where, f"{private.name!r} is private to {private.player}", hint)
            elif (
                not sp.expand(cell).is_polynomial(private.symbol)
                or sp.degree(sp.expand(cell), private.symbol) > 1
            ):
                hint = "only a payoff that is linear in the type is solved by a cutoff"
                self.telling.say(where, f"not linear in {private.name!r}", hint)

    def outcomes(self) -> dict[str, Outcome]:
        """Read the outcomes: formulas of probabilities and expected payoffs."""
        found = {}
        for name, row in self.telling.document.outcomes.items():
            chances: dict[sp.Symbol, Chance] = {}
            players = {
                player: sp.Symbol(player, real=True) for player in self.telling.document.players
            }
            scope = Scope(
                {**self.telling.scope.names, **players},
                refer=lambda era, word, of, c=chances: self._probability(c, era, word, of),  # type: ignore[misc]
                calls=("probability",),
                texts=("after",),
                degrees=self.telling.scope.degrees,
                undefined=True,
            )
            try:
                formula = parse(row.formula, scope)
            except ExpressionError as error:
                self.telling.mistakes.append(blame(("outcomes", name, "is"), error))
                continue
            found[name] = Outcome(name, row.means, row.unit, {}, formula, chances)
        return found

    def _probability(
        self,
        chances: dict[sp.Symbol, Chance],
        era: Word | None,
        name: Word,
        of: tuple[Word, ...] | None,
    ) -> sp.Basic:
        if era is not None:
            raise era.error("an outcome speaks of one era", "leave the era out")
        usage = "write probability(action) or probability(action, after='history')"
        if of is None:
            known = [*self.telling.scope.names, *self.telling.document.players]
            hint = usage if name.text == "probability" else nearest(name.text, known)
            raise name.error(f"unknown name {name.text!r}", hint)
        if name.text != "probability":
            hint = nearest(name.text, [*FUNCTIONS, "probability"])
            raise name.error(f"unknown function {name.text!r}", hint)
        if (
            not 1 <= len(of) <= 2
            or of[0].text.startswith('"')
            or (not of[-1].text.startswith('"') and len(of) == 2)
        ):
            raise name.error("not an action and a history", usage)
        after: Profile = history_of(of[1].text[1:-1]) if len(of) == 2 else ()
        if after not in self.tree.nodes:
            known = [key_of(history) for history in self.tree.nodes]
            raise of[1].error(
                "no such history, or play has ended there", nearest(key_of(after), known)
            )
        later = {a for node in self.tree.below(after) for a in node.actions}
        if of[0].text not in later:
            hint = nearest(of[0].text, sorted(later))
            raise of[0].error(f"nobody can {of[0].text!r} there", hint)
        shown = f", after='{key_of(after)}'" if after else ""
        symbol = sp.Symbol(f"probability({of[0].text}{shown})", real=True)
        chances[symbol] = Chance(of[0].text, after)
        return symbol
