"""A game of links, read from a document: who may link, what is chosen then, payoffs and outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import sympy as sp

from dilemma.errors import Mistake, nearest
from dilemma.games.kind import Statement
from dilemma.games.network import MOST_LINKED, NetworkGame
from dilemma.games.network.links import (
    Call,
    Choice,
    Degree,
    Linked,
    LinkPlayerRow,
    Nearness,
    Number,
    Pair,
)
from dilemma.games.network.war import War
from dilemma.reading.document import Calls, read_outcomes
from dilemma.reading.expressions import FUNCTIONS, ExpressionError, Scope, Word, parse
from dilemma.reading.rows import KEY, ChoiceRow, Document, Where, blame
from dilemma.theory.parts import Outcome, Player

__all__ = ["read_links"]

_CALLS = ("linked", "degree", "number_of_links", "nearness")
_USAGE = "write linked(a, b), degree(a), number_of_links() or nearness(factor, a, b)"
_LINKS: Mapping[str, tuple[str, ...]] = {"needs": ("both",), "stable": ("pairwise", "war")}
_ENDLESS = {"inf": sp.oo, "+inf": sp.oo, "-inf": -sp.oo}


def read_links(document: Document, scope: Scope, mistakes: list[Mistake]) -> Statement | None:
    """Read a game of links; what is wrong is added to ``mistakes``."""
    if any(document.broken.get(section) for section in ("players", "links")):
        return None  # told already
    before = len(mistakes)
    reader = _Reader(document, scope, mistakes)
    linked = reader.linked()
    chosen = reader.choices()
    if len(mistakes) > before:
        return None
    reader.names = {**scope.names, **{c.name: c.symbol for c in chosen.values()}}
    pays = reader.payoffs(linked)
    war = reader.war(linked, chosen)
    game = NetworkGame(linked, pays, reader.calls, chosen, war)
    players = {
        name: Player(name, row.title or name, (), {}, None, row.unit)
        for name, row in document.players.items()
    }
    calls = Calls(_CALLS, _USAGE, partial(reader.call, linked))
    inner = Scope(reader.names, degrees=scope.degrees)
    outcomes = {
        **{c.name: Outcome(c.name, c.means, c.unit, {}, c.symbol) for c in chosen.values()},
        **read_outcomes(document, inner, calls, mistakes),
    }
    return None if len(mistakes) > before else Statement(players, {}, outcomes, game)


@dataclass(slots=True)
class _Reader:
    document: Document
    scope: Scope
    mistakes: list[Mistake]
    names: Mapping[str, sp.Basic] = field(default_factory=dict)
    calls: dict[sp.Symbol, Call] = field(default_factory=dict)

    def say(self, where: Where, message: str, hint: str = "", *, width: int = 0) -> None:
        self.mistakes.append(Mistake(where, message, hint, width=width))

    def linked(self) -> tuple[str, ...]:
        """Return who may link."""
        rows = self.document.rows("links")
        for key, told in rows.items():
            if key in ("between", "threshold"):
                continue
            allowed = _LINKS.get(key)
            if allowed is None:
                hint = nearest(key, ["between", "threshold", *_LINKS])
                self.say(("links", key), f"no key {key!r}", hint, width=KEY)
            elif told not in allowed:
                self.say(("links", key), f"{told!r} is not allowed", f"{' or '.join(allowed)}")
        between = rows.get("between", [])
        players = self.document.players
        if isinstance(between, str) or len(set(between)) < max(2, len(between)):
            hint = 'between = ["ann", "bob", "carl"]'
            self.say(("links",), "two players or more are wanted who may link", hint, width=KEY)
            return ()
        for index, name in enumerate(between):
            if name not in players:
                where: Where = ("links", "between", index)
                self.say(where, f"no player {name!r}", nearest(name, players))
        if len(between) > MOST_LINKED:
            message = f"{len(between)} players who may link"
            self.say(("links", "between"), message, f"at most {MOST_LINKED}")
        return tuple(between)

    def choices(self) -> dict[str, Choice]:
        """Return what is chosen once the links stand."""
        return {
            name: self._choice(("players", player, "choices", name), player, name, row)
            for player, one in self.document.players.items()
            for name, row in one.choices.items()
        }

    def _choice(self, where: Where, player: str, name: str, row: ChoiceRow) -> Choice:
        ends = []
        for index, text in enumerate(row.range):
            endless = _ENDLESS.get(text.strip().lower())
            if endless is not None:
                ends.append(endless)
                continue
            try:
                ends.append(parse(text, self.scope))
            except ExpressionError as error:
                self.mistakes.append(blame((*where, "range", index), error))
                ends.append(sp.Integer(index))
        if row.open != "both":
            hint = 'open = "both": what is chosen then lies inside its range'
            self.say((*where, "range"), "an end that could be chosen", hint)
        return Choice(
            name, sp.Symbol(name, real=True), player, ends[0], ends[1], row.unit, row.means
        )

    # --- war ------------------------------------------------------------------------------------

    def war(self, linked: Sequence[str], chosen: Mapping[str, Choice]) -> War | None:
        """Return how strong players are; None where war decides nothing."""
        rows, players = self.document.rows("links"), self.document.players
        strong = {
            name: row.strength
            for name, row in players.items()
            if isinstance(row, LinkPlayerRow) and row.strength is not None
        }
        if rows.get("stable") != "war":
            hint = 'write stable = "war" in [links], or leave it out'
            for name in strong:
                self.say(("players", name, "strength"), "strength decides nothing here", hint)
            if "threshold" in rows:
                self.say(
                    ("links", "threshold"), "a threshold decides nothing here", hint, width=KEY
                )
            return None
        for name in [p for p in players if p not in linked or p not in strong]:
            message = (
                f"{name} has no part in war" if name not in linked else f"how strong is {name}?"
            )
            hint = 'a player who may link, with strength = "a formula"'
            self.say(("players", name), message, hint, width=KEY)
        for name, choice in chosen.items():
            where: Where = ("players", choice.player, "choices", name)
            self.say(where, "nothing is chosen where war decides", "leave 'choices' out", width=KEY)
        threshold = rows.get("threshold", "1")
        if not isinstance(threshold, str):
            self.say(("links", "threshold"), "a formula is wanted")
            return None
        told = {name: (("players", name, "strength"), text) for name, text in strong.items()}
        read = {name: self._formula(where, text) for name, (where, text) in told.items()}
        return War(read, self._formula(("links", "threshold"), threshold))

    def _formula(self, where: Where, text: str) -> sp.Expr:
        """Return a formula in parameters and definitions; nought where it is none, which is told."""
        try:
            return parse(text, self.scope)
        except ExpressionError as error:
            self.mistakes.append(blame(where, error))
            return sp.Integer(0)

    # --- payoffs --------------------------------------------------------------------------------

    def payoffs(self, linked: Sequence[str]) -> dict[str, sp.Expr]:
        """Return what each player is paid."""
        players, rows = self.document.players, self.document.payoffs
        for name in rows:
            if name not in players:
                hint = nearest(name, players)
                self.say(("payoffs", name), f"no player {name!r}", hint, width=KEY)
        found = dict.fromkeys(players, sp.Integer(0))
        for player in players:
            where: Where = ("payoffs", player)
            text = rows.get(player)
            if not isinstance(text, str):
                if player not in self.document.broken.get("payoffs", ()):
                    message = f"the payoff of {player!r} is missing"
                    self.say(("payoffs",), message, "one formula", width=KEY)
                continue
            scope = Scope(
                self.names,
                refer=partial(self._refer, linked),
                calls=_CALLS,
                degrees=self.scope.degrees,
            )
            try:
                found[player] = parse(text, scope)
            except ExpressionError as error:
                self.mistakes.append(blame(where, error))
        return found

    def _refer(
        self, linked: Sequence[str], era: Word | None, name: Word, of: tuple[Word, ...] | None
    ) -> sp.Basic:
        if era is not None:
            raise era.error("a payoff speaks of one era", "leave the era out")
        if of is None or name.text not in _CALLS:
            what = "name" if of is None else "function"
            hint = nearest(name.text, [*self.names, *FUNCTIONS, *_CALLS])
            raise name.error(f"unknown {what} {name.text!r}", hint)
        title, what_of = self.call(linked, name, of)
        symbol = sp.Symbol(title, real=True)
        self.calls[symbol] = what_of
        return symbol

    def call(self, linked: Sequence[str], name: Word, of: tuple[Word, ...]) -> tuple[str, Call]:
        """Return the name of the symbol that stands for a call, and what it is."""
        what: Call
        match name.text, of:
            case "linked", [one, other]:
                what = Linked(self._pair(linked, one, other))
                return f"linked({', '.join(what.pair)})", what
            case "degree", [player]:
                self._known(linked, player)
                what = Degree(player.text)
            case "number_of_links", []:
                what = Number()
            case "nearness", [factor, one, other]:
                if factor.text not in self.scope.names:
                    raise factor.error(
                        f"no name {factor.text!r}", nearest(factor.text, self.scope.names)
                    )
                what = Nearness(
                    sp.sympify(self.scope.names[factor.text]), self._pair(linked, one, other)
                )
                return f"nearness({factor.text}, {', '.join(what.pair)})", what
            case _:
                raise name.error(f"not what {name.text!r} is of", _USAGE)
        return f"{name.text}({', '.join(word.text for word in of)})", what

    def _pair(self, linked: Sequence[str], one: Word, other: Word) -> Pair:
        """Return two in the order in which they are listed."""
        for word in (one, other):
            self._known(linked, word)
        if one.text == other.text:
            raise other.error(f"{other.text} twice", "a link is between two")
        first, second = sorted((one.text, other.text), key=list(linked).index)
        return first, second

    def _known(self, linked: Sequence[str], word: Word) -> None:
        if word.text not in linked:
            raise word.error(f"nobody called {word.text!r} may link", nearest(word.text, linked))
