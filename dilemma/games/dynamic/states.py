"""A game with finitely many states, read from a document: states, stages, and what comes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import sympy as sp

from dilemma.errors import Mistake, nearest
from dilemma.games.dynamic import MIXES, PURE, DynamicGame, Policy
from dilemma.games.dynamic.stages import (
    OFFER,
    Call,
    Does,
    Offer,
    OfferRow,
    Reached,
    Shock,
    Stage,
    Threshold,
    Until,
    Worth,
)
from dilemma.games.kind import Statement
from dilemma.reading.document import Calls, read_outcomes
from dilemma.reading.expressions import ExpressionError, Scope, Word, parse
from dilemma.reading.rows import KEY, Document, Where, blame
from dilemma.theory.parts import Player, Profile

__all__ = ["read_states"]

ANY = "*"
_CALLS = ("value", "probability", "expected_time", "chance", "least", "greatest")
_USAGE = (
    "write value(player, state), probability(player, action, state), expected_time(state), "
    "chance(state, after='3') or least(parameter, play='…')"
)
MOST_PERIODS = 100  # after which a chance is worked out
PER_PERIOD, SUMMED = "per period", "summed"


def read_states(document: Document, scope: Scope, mistakes: list[Mistake]) -> Statement | None:
    """Read players, states, stages and outcomes; what is wrong is added to ``mistakes``."""
    if any(document.broken.get(section) for section in ("players", "states", "stages")):
        return None  # told already
    before = len(mistakes)
    reader = _Reader(document, scope, mistakes)
    states = reader.states()
    shocks = reader.shocks(states)
    if len(mistakes) > before:
        return None
    stages = reader.stages(states, shocks)
    offers = reader.offers(states, shocks)
    discounts = reader.discounts()
    start = reader.start(states)
    if len(mistakes) > before:
        return None
    game = DynamicGame(
        states,
        stages,
        discounts,
        start,
        summed=document.texts["values"] == SUMMED,
        shocks=shocks,
        offers=offers,
        strategies=document.texts["strategies"],
    )
    players = {
        name: Player(name, row.title or name, (), {}, None, row.unit)
        for name, row in document.players.items()
    }
    calls = Calls(_CALLS, _USAGE, _CallReader(game, scope).read, texts=("after", "play"))
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

    def formula(self, where: Where, text: str, shock: Shock | None = None) -> sp.Expr:
        """Read a formula, which may name the shock of a state, in which it must be linear then."""
        scope = self.scope
        if shock is not None:
            scope = replace(scope, names={**scope.names, shock.symbol.name: shock.symbol})
        try:
            found = parse(text, scope)
        except ExpressionError as error:
            self.mistakes.append(blame(where, error))
            return sp.Integer(0)
        if shock is not None and found.has(shock.symbol):
            expanded = sp.expand(found)
            if not expanded.is_polynomial(shock.symbol) or sp.degree(expanded, shock.symbol) > 1:
                hint = "only what is linear in a shock is solved by a cutoff"
                self.say(where, f"not linear in {shock.symbol.name!r}", hint)
        return found

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
                if player == OFFER:
                    hint = "that is the word for a split that is proposed"
                    self.say(where, f"a player is not called {OFFER!r}", hint, width=KEY)
                elif player not in players:
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
        strategies = self.document.texts["strategies"]
        if strategies not in ("", PURE, MIXES):
            self.say(("strategies",), f"{strategies!r} is not allowed", f"{PURE} or {MIXES}")
        return start

    # --- what is drawn --------------------------------------------------------------------------

    def shocks(self, states: Mapping[str, Mapping[str, tuple[str, ...]]]) -> dict[str, Shock]:
        """Return what is drawn in each state, where something is."""
        found: dict[str, Shock] = {}
        for name, row in self.document.rows("shocks").items():
            low, high = (
                self.formula(("shocks", name, "uniform", k), text)
                for k, text in enumerate(row.uniform)
            )
            for state in [row.at] if isinstance(row.at, str) else row.at:
                self._check_shock(("shocks", name, "at"), state, states, found)
                found[state] = Shock(sp.Symbol(name, real=True), low, high, row.unit, row.means)
        return found

    def _check_shock(
        self,
        where: Where,
        state: str,
        states: Mapping[str, Mapping[str, tuple[str, ...]]],
        known: Mapping[str, Shock],
    ) -> None:
        if state not in states:
            self.say(where, f"no state {state!r}", nearest(state, states))
        elif state in known:
            self.say(where, f"a second shock in {state!r}", "one is drawn in a state")
        elif len(states[state]) > 1:
            hint = "let them move in states of their own, one after the other"
            self.say(where, f"{len(states[state])} players move in {state!r}", hint)
        elif any(len(actions) != 2 for actions in states[state].values()):
            hint = "two can be solved by a cutoff"
            self.say(where, f"who moves in {state!r} has not two actions", hint)

    # --- what is paid, and what comes next ------------------------------------------------------

    def stages(
        self,
        states: Mapping[str, Mapping[str, tuple[str, ...]]],
        shocks: Mapping[str, Shock],
    ) -> dict[Profile, Stage]:
        """Return the stage of every state and profile: the first line that fits counts."""
        lines = [(key, *self._line(key, states)) for key in self.document.rows("stages")]
        read = {key: self._stage(key, states, shocks.get(state)) for key, state, _ in lines}
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

    def _stage(self, key: str, states: Mapping[str, object], shock: Shock | None) -> Stage:
        row = self.document.rows("stages")[key]
        where: Where = ("stages", key)
        for player in row.pays:
            if player not in self.document.players:
                hint = nearest(player, self.document.players)
                self.say((*where, "pays", player), f"no player {player!r}", hint, width=KEY)
        pays = {
            player: self.formula((*where, "pays", player), row.pays.get(player, "0"), shock)
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
        self._check_chances((*where, "next"), leads)
        return Stage(pays, leads)

    def _check_chances(self, where: Where, chances: Mapping[str, sp.Expr]) -> None:
        total = sp.simplify(sp.Add(*chances.values()))
        if total != 1 and not self.mistakes:
            hint = "write the last one as 1 minus the others"
            self.say(where, f"the chances sum to {total}, not to 1", hint)

    def offers(
        self,
        states: Mapping[str, Mapping[str, tuple[str, ...]]],
        shocks: Mapping[str, Shock],
    ) -> dict[str, Offer]:
        """Return where a split may be proposed, and which."""
        found = {}
        for key, row in self.document.rows("stages").items():
            if row.offer is None:
                continue
            state = key.partition(":")[0].strip()
            where: Where = ("stages", key, "offer")
            if states.get(state):
                movers = ", ".join(states[state])
                hint = f"{movers} can move in another state, once no split is agreed on"
                self.say(where, f"a split is proposed where {movers} move", hint, width=KEY)
            elif state in states:
                found[state] = self._offer(where, row.offer, states, shocks.get(state))
        return found

    def _offer(
        self, where: Where, row: OfferRow, states: Mapping[str, object], shock: Shock | None
    ) -> Offer:
        for player in row.by:
            if player not in self.document.players:
                hint = nearest(player, self.document.players)
                self.say((*where, "by", player), f"no player {player!r}", hint, width=KEY)
        if row.next not in states:
            self.say((*where, "next"), f"no state {row.next!r}", nearest(row.next, states))
        by = {
            player: self.formula((*where, "by", player), row.by[player])
            for player in self.document.players
            if player in row.by
        }
        self._check_chances((*where, "by"), by)
        return Offer(by, self.formula((*where, "of"), row.of, shock), row.next)


def _fit(line: Sequence[str], actions: Sequence[str]) -> bool:
    return all(wanted in (ANY, done) for wanted, done in zip(line, actions, strict=True))


@dataclass(frozen=True, slots=True)
class _CallReader:
    """Reads what outcomes ask of a play, such as ``value(player, state)``."""

    game: DynamicGame
    scope: Scope

    def read(self, name: Word, of: tuple[Word, ...]) -> tuple[str, Call]:
        """Return the name of the symbol that stands for a call, and what it is."""
        what: Call
        match name.text, of:
            case "value", [player, *rest] if len(rest) < 2:
                self._known(player, self.game.discounts, "player")
                for state in rest:
                    self._known(state, self.game.states, "state")
                what = Worth(player.text, rest[0].text if rest else self.game.start)
            case "probability", [player, action, *rest] if len(rest) < 2:
                what = self._does(name, player, action, rest)
            case "expected_time", [state]:
                self._known(state, self.game.states, "state")
                what = Until(state.text)
            case "chance", [state, after]:
                self._known(state, self.game.states, "state")
                what = Reached(state.text, self._periods(after))
            case "least" | "greatest", [parameter, play]:
                what = self._threshold(name, parameter, play)
            case _:
                raise name.error(f"not what {name.text!r} is of", _USAGE)
        return f"{name.text}({', '.join(word.text for word in of)})", what

    def _does(self, name: Word, player: Word, action: Word, rest: Sequence[Word]) -> Does:
        """Return a decision: in the state that is named, or the only one in which a player moves."""
        self._known(player, [*self.game.discounts, OFFER], "player")
        own = {s: d for d, (slot, s) in self.game.decisions.items() if slot == player.text}
        if not rest and len(own) != 1:
            hint = f"write probability(player, action, state); the states: {', '.join(own)}"
            raise name.error(f"{player.text} moves in {len(own)} states", hint)
        if rest:
            self._known(rest[0], own, "state in which it moves")
        state = rest[0].text if rest else next(iter(own))
        self._known(action, self.game.slots(state)[player.text], "action")
        return Does(own[state], action.text)

    def _periods(self, word: Word) -> int:
        told = word.text.strip('"')
        if not told.isdecimal() or int(told) > MOST_PERIODS:
            hint = f"a number of periods up to {MOST_PERIODS}, as in after='3'"
            raise word.error(f"after {told}?", hint)
        return int(told)

    def _threshold(self, name: Word, parameter: Word, play: Word) -> Threshold:
        symbol = self.scope.names.get(parameter.text)
        if parameter.text not in self.scope.names or not isinstance(symbol, sp.Symbol):
            raise parameter.error(f"no parameter {parameter.text!r}", "")
        if self.game.shocks or self.game.offers:
            raise name.error(f"{name.text!r} is of games without shocks and offers")
        return Threshold(symbol, self._policy(play), name.text == "least")

    def _policy(self, play: Word) -> tuple[tuple[str, Profile], ...]:
        """Return what is done in each state, read from the name of a way to play."""
        told = play.text.strip('"')
        parts = [part.strip() for part in told.split(";")]
        if ":" not in told and len(self.game.deciding) == 1:
            parts = [f"{self.game.deciding[0]}: {told}"]
        elif ":" not in told and self.game.alone:
            parts = [f"{s}: {a}" for s, a in zip(self.game.deciding, told.split(","), strict=False)]
        done: dict[str, Profile] = {}
        for part in parts:
            state, _, rest = (word.strip() for word in part.partition(":"))
            done[state] = tuple(word.strip() for word in rest.split(","))
        fits = sorted(done) == sorted(self.game.deciding)
        if fits and all(self._may(state, own) for state, own in done.items()):
            return tuple((state, done.get(state, ())) for state in self.game.states)
        names = (self.game.called(p) for p in self.game.ways() if _is_pure(p))
        raise play.error(f"no way to play is called {told!r}", nearest(told, list(names)))

    def _may(self, state: str, done: Profile) -> bool:
        every = self.game.slots(state).values()
        return len(done) == len(every) and all(a in own for a, own in zip(done, every, strict=True))

    def _known(self, word: Word, among: Mapping[str, object] | Sequence[str], what: str) -> None:
        if word.text not in among:
            raise word.error(f"no {what} {word.text!r}", nearest(word.text, list(among)))


def _is_pure(policy: Policy) -> bool:
    return all(len(act.actions) == 1 for own in policy.values() for act in own.values())
