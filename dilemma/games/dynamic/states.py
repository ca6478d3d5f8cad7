"""A game with finitely many states, read from a document: states, stages, and what comes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import sympy as sp

from dilemma.errors import Mistake, nearest
from dilemma.games.dynamic import DynamicGame
from dilemma.games.dynamic.stages import Does, Stage, Worth
from dilemma.games.kind import Statement
from dilemma.reading.document import Calls, read_outcomes
from dilemma.reading.expressions import ExpressionError, Scope, Word, parse
from dilemma.reading.rows import KEY, Document, Where, blame
from dilemma.theory.parts import Player, Profile

__all__ = ["read_states"]

ANY = "*"
_CALLS = ("value", "probability")
_USAGE = "write value(player, state) or probability(player, action, state)"
PER_PERIOD, SUMMED = "per period", "summed"


def read_states(document: Document, scope: Scope, mistakes: list[Mistake]) -> Statement | None:
    """Read players, states, stages and outcomes; what is wrong is added to ``mistakes``."""
    if any(document.broken.get(section) for section in ("players", "states", "stages")):
        return None  # told already
    before = len(mistakes)
    reader = _Reader(document, scope, mistakes)
    states = reader.states()
    if len(mistakes) > before:
        return None
    stages = reader.stages(states)
    discounts = reader.discounts()
    start = reader.start(states)
    if len(mistakes) > before:
        return None
    game = DynamicGame(states, stages, discounts, start, summed=document.texts["values"] == SUMMED)
    players = {
        name: Player(name, row.title or name, (), {}, None, row.unit)
        for name, row in document.players.items()
    }
    calls = Calls(_CALLS, _USAGE, _CallReader(game).read)
    outcomes = read_outcomes(document, scope, calls, mistakes)
    payoffs = {profile: stage.pays for profile, stage in stages.items()}
    return None if len(mistakes) > before else Statement(players, payoffs, outcomes, game)


@dataclass(slots=True)
class _Reader:
    document: Document
    scope: Scope
    mistakes: list[Mistake]
    used: set[str] = field(default_factory=set)

    def say(self, where: Where, message: str, hint: str = "", *, width: int = 0) -> None:
        self.mistakes.append(Mistake(where, message, hint, width=width))

    def formula(self, where: Where, text: str) -> sp.Expr:
        try:
            return parse(text, self.scope)
        except ExpressionError as error:
            self.mistakes.append(blame(where, error))
            return sp.Integer(0)

    # --- who moves where ------------------------------------------------------------------------

    def states(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Return who moves in each state, with which actions, in the order of the players."""
        rows, players = self.document.rows("states"), self.document.players
        if not players:
            self.say(("players",), "at least one player is wanted", width=KEY)
        if not rows:
            self.say(("states",), "at least one state is wanted", 'go_on = { ann = ["stay"] }')
        for state, row in rows.items():
            for player, actions in row.items():
                where: Where = ("states", state, player)
                if player not in players:
                    self.say(where, f"no player {player!r}", nearest(player, players), width=KEY)
                elif not actions or len(set(actions)) < len(actions):
                    self.say(where, "actions that differ are wanted", "at least one")
        return {
            state: {player: tuple(row[player]) for player in players if player in row}
            for state, row in rows.items()
        }

    def discounts(self) -> dict[str, sp.Expr]:
        return {
            player: self.formula(("players", player, "discount"), row.discount)
            for player, row in self.document.rows("players").items()
        }

    def start(self, states: Mapping[str, object]) -> str:
        start = self.document.texts["start"] or next(iter(states))
        if start not in states:
            self.say(("start",), f"no state {start!r}", nearest(start, states))
        values = self.document.texts["values"]
        if values not in ("", PER_PERIOD, SUMMED):
            self.say(("values",), f"{values!r} is not allowed", f"{PER_PERIOD} or {SUMMED}")
        return start

    # --- what is paid, and what comes next ------------------------------------------------------

    def stages(self, states: Mapping[str, Mapping[str, tuple[str, ...]]]) -> dict[Profile, Stage]:
        """Return the stage of every state and profile: the first line that fits counts."""
        lines = [(key, *self._line(key, states)) for key in self.document.rows("stages")]
        read = {key: self._stage(key, states) for key, _, _ in lines}
        found: dict[Profile, Stage] = {}
        for state, movers in states.items():
            for actions in product(*movers.values()):
                fits = (key for key, where, line in lines if where == state and _fit(line, actions))
                key = next(fits, None)
                told = f"{state}: {', '.join(actions)}" if actions else state
                if key is None:
                    hint = f'"{told}" = {{ pays = {{ … }}, next = "{state}" }}'
                    self.say(("stages",), f"no line fits {told!r}", hint, width=KEY)
                    return found
                self.used.add(key)
                found[state, *actions] = read[key]
        for key, state, _ in lines:
            if key not in self.used and state:
                hint = "the first line that fits counts"
                self.say(("stages", key), "this line never counts", hint, width=KEY)
        return found

    def _line(
        self, key: str, states: Mapping[str, Mapping[str, tuple[str, ...]]]
    ) -> tuple[str, tuple[str, ...]]:
        """Return the state and the actions that a key names; no state if it names none."""
        state, _, rest = (part.strip() for part in key.partition(":"))
        line = tuple(part.strip() for part in rest.split(",")) if rest else ()
        where: Where = ("stages", key)
        if state not in states:
            self.say(where, f"no state {state!r}", nearest(state, states), width=KEY)
            return "", ()
        movers = states[state]
        if len(line) != len(movers):
            hint = f"one each: {', '.join(movers)}" if movers else "nobody moves there"
            message = f"{len(line)} actions for {len(movers)} who move"
            self.say(where, message, hint, width=KEY)
            return "", ()
        for action, (player, actions) in zip(line, movers.items(), strict=True):
            if action not in (ANY, *actions):
                hint = nearest(action, [*actions, ANY])
                self.say(where, f"{player} has no action {action!r} there", hint, width=KEY)
                return "", ()
        return state, line

    def _stage(self, key: str, states: Mapping[str, object]) -> Stage:
        row = self.document.rows("stages")[key]
        where: Where = ("stages", key)
        for player in row.pays:
            if player not in self.document.players:
                hint = nearest(player, self.document.players)
                self.say((*where, "pays", player), f"no player {player!r}", hint, width=KEY)
        pays = {
            player: self.formula((*where, "pays", player), row.pays.get(player, "0"))
            for player in self.document.players
        }
        chances = {row.next: "1"} if isinstance(row.next, str) else row.next
        for state in chances:
            if state not in states:
                at = (*where, "next") if isinstance(row.next, str) else (*where, "next", state)
                self.say(at, f"no state {state!r}", nearest(state, states))
        leads = {
            state: self.formula((*where, "next", state), text) for state, text in chances.items()
        }
        total = sp.simplify(sp.Add(*leads.values()))
        if total != 1 and not self.mistakes:
            hint = "write the last one as 1 minus the others"
            self.say((*where, "next"), f"the chances sum to {total}, not to 1", hint)
        return Stage(pays, leads)


def _fit(line: Sequence[str], actions: Sequence[str]) -> bool:
    return all(wanted in (ANY, done) for wanted, done in zip(line, actions, strict=True))


@dataclass(frozen=True, slots=True)
class _CallReader:
    """Reads ``value(player, state)`` and ``probability(player, action, state)``."""

    game: DynamicGame

    def read(self, name: Word, of: tuple[Word, ...]) -> tuple[str, Worth | Does]:
        """Return the name of the symbol that stands for a call, and what it is."""
        match name.text, of:
            case "value", [player, state]:
                self._known(player, self.game.discounts, "player")
                self._known(state, self.game.states, "state")
                what: Worth | Does = Worth(player.text, state.text)
            case "probability", [player, action, *rest] if len(rest) < 2:
                state_name = self._where(player, name, rest)
                self._known(action, self.game.states[state_name][player.text], "action")
                what = Does(player.text, action.text, state_name)
            case _:
                raise name.error(f"not what {name.text!r} is of", _USAGE)
        return f"{name.text}({', '.join(word.text for word in of)})", what

    def _where(self, player: Word, name: Word, rest: Sequence[Word]) -> str:
        """Return the state that is named, or the only one in which a player moves."""
        self._known(player, self.game.discounts, "player")
        own = [state for state, movers in self.game.states.items() if player.text in movers]
        if not rest and len(own) != 1:
            hint = f"write probability(player, action, state); the states: {', '.join(own)}"
            raise name.error(f"{player.text} moves in {len(own)} states", hint)
        if rest:
            self._known(rest[0], own, "state in which it moves")
        return rest[0].text if rest else own[0]

    def _known(self, word: Word, among: Mapping[str, object] | Sequence[str], what: str) -> None:
        if word.text not in among:
            raise word.error(f"no {what} {word.text!r}", nearest(word.text, list(among)))
