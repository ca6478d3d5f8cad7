"""Claims: sentences with a formula over payoffs, outcomes, equilibria and eras.

Whatever a formula names beyond parameters and definitions becomes a symbol with a
:class:`~dilemma.parts.Reference` that says what it is, to be filled in by whoever decides it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import sympy as sp

from dilemma.errors import Mistake, nearest
from dilemma.parts import Claim, Player, Reference, Status
from dilemma.reading.expressions import FUNCTIONS, ExpressionError, Scope, Word, parse
from dilemma.reading.payoffs import Where, blame
from dilemma.reading.schema import ClaimRow

__all__ = ["GAMES", "Setting", "read_claim"]

GAMES = ("harmony", "chicken", "stag hunt", "prisoner's dilemma", "deadlock")
_TRENDS = ("rises", "falls")
_PAIRS = ("pair", "any pair")
_CALLS = ("equilibrium", "unique", "dominant", "kind", *_TRENDS)
COUNT = "number_of_equilibria"


@dataclass(frozen=True, slots=True)
class Setting:
    """The names that a model's claims may use."""

    players: Mapping[str, Player]
    parameters: Collection[str]
    definitions: Collection[str]
    outcomes: Collection[str]
    eras: Collection[str]
    common: Collection[str]
    simultaneous: bool = True
    claims: Collection[str] = ()
    choices: Collection[str] = ()


def read_claim(name: str, row: ClaimRow, setting: Setting, mistakes: list[Mistake]) -> Claim | None:
    """Read one claim; what is wrong with it is added to ``mistakes``."""
    before = len(mistakes)
    where: Where = ("claims", name)
    expect = _expect(where, row, setting, mistakes)
    _check_over(where, row, setting, mistakes)
    for index, parameter in enumerate(row.shared):
        if parameter not in setting.parameters:
            hint = nearest(parameter, setting.parameters)
            place = (*where, "shared", index)
            mistakes.append(Mistake(place, f"no parameter {parameter!r}", hint))
    if row.shared and row.over not in _PAIRS:
        mistakes.append(Mistake((*where, "shared"), 'only a claim over = "pair" shares anything'))
    for key, names, known in (
        ("holding", row.holding, setting.choices),
        ("because", row.because, setting.claims),
    ):
        for index, one in enumerate(names):
            if one not in known or one == name:
                what = "choice" if key == "holding" else "other claim"
                place = (*where, key, index)
                hint = nearest(one, [k for k in known if k != name])
                message = f"no {what} {one!r}"
                if one == name:
                    message, hint = "a claim does not follow from itself", ""
                mistakes.append(Mistake(place, message, hint))
    if any(mistake.where == (*where, "over") for mistake in mistakes[before:]):
        return None  # what a formula may name hangs on it
    reader = _Reader(row, setting)
    formulas: dict[str, sp.Basic] = {"given": sp.true, "holds": sp.true}
    for key, text in (("given", row.given), ("holds", row.holds)):
        if text is None:
            continue
        try:
            formulas[key] = reader.read(key, text)
        except ExpressionError as error:
            mistakes.append(blame((*where, key), error))
    if row.among is not None and not any(r.of_play for r in reader.references.values()):
        hint = "name an outcome or a player's payoff in equilibrium, or leave 'among' out"
        mistakes.append(Mistake((*where, "among"), "the claim speaks of no equilibrium", hint))
    if len(mistakes) > before:
        return None
    return Claim(
        name=name,
        says=row.says,
        source=row.source,
        over=row.over,
        given=formulas["given"],
        holds=formulas["holds"],
        references=reader.references,
        text={"given": _tidy(row.given or ""), "holds": _tidy(row.holds)},
        shared=tuple(row.shared),
        among=row.among,
        expect=expect,
        derived=row.derived,
        label=row.label,
        holding=tuple(row.holding),
        because=tuple(row.because),
    )


def _tidy(text: str) -> str:
    return textwrap.dedent(text).strip()


def _check_over(where: Where, row: ClaimRow, setting: Setting, mistakes: list[Mistake]) -> None:
    eras = list(setting.eras)
    if row.over not in ("each", *_PAIRS, "all", *eras):
        hint = nearest(row.over, ["each", *_PAIRS, "all", *eras])
        mistakes.append(Mistake((*where, "over"), f"no era {row.over!r}", hint))
    elif row.over in _PAIRS and len(eras) != 2:
        told = f"this model has {len(eras)}" + (f": {', '.join(eras)}" if eras else "")
        mistakes.append(
            Mistake((*where, "over"), f'over = "{row.over}" wants exactly two eras', told)
        )
    elif row.over == "each" and not eras:
        hint = 'give it eras, or write over = "all"'
        mistakes.append(Mistake((*where, "over"), "this model has no eras", hint))


def _expect(
    where: Where, row: ClaimRow, setting: Setting, mistakes: list[Mistake]
) -> dict[str, Status]:
    if row.over != "each":
        if isinstance(row.expect, dict):
            hint = 'one verdict; a table of eras goes with over = "each"'
            mistakes.append(Mistake((*where, "expect"), "several verdicts on one statement", hint))
            return {}
        return {"": row.expect}
    if not isinstance(row.expect, dict):
        return dict.fromkeys(setting.eras, row.expect)
    for era in row.expect:
        if era not in setting.eras:
            hint = nearest(era, setting.eras)
            mistakes.append(Mistake((*where, "expect", era), f"no era {era!r}", hint))
    return {era: row.expect.get(era, "proved") for era in setting.eras}


@dataclass(slots=True)
class _Reader:
    """Reads the formulas of one claim and collects what they refer to."""

    row: ClaimRow
    setting: Setting
    references: dict[sp.Symbol, Reference] = field(default_factory=dict)
    places: dict[sp.Symbol, Word] = field(default_factory=dict)

    def read(self, key: str, text: str) -> sp.Basic:
        self.places.clear()
        calls = (*_CALLS, *self.setting.outcomes, *self.setting.players)
        found = parse(text, Scope(refer=self.refer, calls=calls), truth=True)
        trends = {symbol for symbol in self.places if self.references[symbol].what in _TRENDS}
        self._check_count(key, found)
        parts = found.args if isinstance(found, sp.And) else (found,)
        inside = {symbol for part in parts if part not in trends for symbol in part.free_symbols}
        for symbol in sorted(trends, key=str):
            if key == "given":
                raise self.places[symbol].error("a trend cannot be assumed", "only in 'holds'")
            if symbol in inside:
                hint = "join it to the rest with 'and'"
                raise self.places[symbol].error("a trend stands by itself", hint)
        return found

    def _check_count(self, key: str, found: sp.Basic) -> None:
        """See that a count of equilibria stands in "at most so many" alone."""
        counts = {s for s in self.places if self.references[s].what == "count"}
        parts = found.args if isinstance(found, sp.And) else (found,)
        for symbol in counts:
            told = [p for p in parts if p.has(symbol)]
            right = all(
                isinstance(p, sp.LessThan) and p.lhs == symbol and p.rhs.is_Integer and p.rhs >= 1
                for p in told
            )
            if not right or key == "given":
                hint = f"write {COUNT} <= 1, joined to the rest with 'and', in 'holds'"
                raise self.places[symbol].error("a count of equilibria is at most a number", hint)

    def refer(self, era: Word | None, name: Word, arguments: tuple[Word, ...] | None) -> sp.Symbol:
        """Return the symbol for a name, a dotted name or a call."""
        at = self._era(era)
        setting = self.setting
        if arguments is not None and not setting.simultaneous:
            self._check_no_profile(name)
        if arguments is None:
            if name.text in setting.parameters or name.text in setting.definitions:
                return self._quantity(at, name)
            if name.text in setting.outcomes or name.text in setting.players:
                return self._symbol(at, name, "outcome", (name.text,), written=name.text)
            if name.text == COUNT and not setting.simultaneous:
                return self._symbol(at, name, "count", (), written=COUNT)
            raise self._unknown(name)
        if name.text in setting.outcomes or name.text in setting.players:
            self._check_profile(name, arguments)
            what = "outcome" if name.text in setting.outcomes else "payoff"
            return self._symbol(at, name, what, (name.text, *_texts(arguments)))
        match name.text:
            case "equilibrium" | "unique":
                self._check_profile(name, arguments)
            case "dominant":
                self._check_dominant(name, arguments)
            case "kind":
                return self._kind(at, name, arguments)
            case "rises" | "falls":
                self._check_trend(name, arguments)
            case _:
                raise self._unknown_call(name)
        written = f"{name.text}({', '.join(_texts(arguments))})"
        return self._symbol(at, name, name.text, _texts(arguments), written=written)

    def _check_no_profile(self, name: Word) -> None:
        setting = self.setting
        of_profiles = {*_CALLS, *setting.outcomes, *setting.players} - {*_TRENDS}
        if name.text in of_profiles:
            hint = "name an outcome, or rises(outcome, parameter)"
            raise name.error("only simultaneous games have profiles of actions", hint)

    def _era(self, era: Word | None) -> str | None:
        """Return the era in front of a name, if it says more than the claim's ``over`` does."""
        if era is None:
            return None
        if era.text not in self.setting.eras:
            raise era.error(f"no era {era.text!r}", nearest(era.text, self.setting.eras))
        if self.row.over in _PAIRS:
            return era.text
        if self.row.over != era.text:
            hint = "leave the era out" if self.row.over in ("each", "all") else ""
            hint = hint or f"it is about {self.row.over}"
            raise era.error(f"over = {self.row.over!r} speaks of no other era", hint)
        return None

    def _quantity(self, era: str | None, name: Word) -> sp.Symbol:
        """Return a parameter or definition; the same draw in both eras needs no era."""
        common = () if self.row.over == "any pair" else self.setting.common
        if name.text in common or name.text in self.row.shared:
            return sp.Symbol(name.text, real=True)
        if era is None and self.row.over not in _PAIRS:
            return sp.Symbol(name.text, real=True)
        return self._symbol(era, name, "name", (name.text,), written=name.text)

    def _symbol(
        self,
        era: str | None,
        name: Word,
        what: str,
        arguments: tuple[str, ...],
        *,
        written: str = "",
    ) -> sp.Symbol:
        if era is None and self.row.over in _PAIRS:
            eras = list(self.setting.eras)
            raise name.error(
                f"{name.text!r} is of no era",
                f"write {eras[0]}.{name.text} or {eras[1]}.{name.text}",
            )
        written = written or f"{arguments[0]}({', '.join(arguments[1:])})"
        text = f"{era}.{written}" if era else written
        number = what in ("name", "payoff", "outcome", "count")
        symbol = sp.Symbol(text, real=True) if number else sp.Symbol(text)
        self.references[symbol] = Reference(what, era, arguments)  # type: ignore[arg-type]
        self.places.setdefault(symbol, name)
        return symbol

    def _kind(self, era: str | None, name: Word, arguments: tuple[Word, ...]) -> sp.Symbol:
        if len(arguments) != 2 or not arguments[1].text.startswith('"'):
            raise name.error("not a player and a game", f'write kind(player) == "{GAMES[2]}"')
        who, game = arguments[0], replace(arguments[1], text=arguments[1].text[1:-1])
        self._player(who)
        if game.text not in GAMES:
            raise game.error(f"no game is called {game.text!r}", nearest(game.text, GAMES))
        for player in self.setting.players.values():
            if player.cooperates is None:
                hint = f"give players.{player.name} a key 'cooperates'"
                raise name.error(f"which action of {player.name} is cooperation?", hint)
            if len(player.actions) != 2 or len(self.setting.players) != 2:
                raise name.error("only games of two players with two actions each have names")
        written = f'kind({who.text}) == "{game.text}"'
        return self._symbol(era, name, "kind", (who.text, game.text), written=written)

    def _check_profile(self, name: Word, arguments: tuple[Word, ...]) -> None:
        players = self.setting.players
        if len(arguments) != len(players):
            hint = f"one action each: {name.text}({', '.join(players)})"
            raise name.error(f"{len(arguments)} actions for {len(players)} players", hint)
        for player, action in zip(players.values(), arguments, strict=True):
            self._action(player, action)

    def _check_dominant(self, name: Word, arguments: tuple[Word, ...]) -> None:
        if len(arguments) != 2:
            raise name.error("not a player and an action", "write dominant(player, action)")
        self._action(self._player(arguments[0]), arguments[1])

    def _check_trend(self, name: Word, arguments: tuple[Word, ...]) -> None:
        if self.row.over in _PAIRS:
            raise name.error("a trend speaks of one era", 'not with over = "pair"')
        if len(arguments) != 2:
            hint = f"write {name.text}(outcome, parameter)"
            raise name.error("not an outcome and a parameter", hint)
        outcome, parameter = arguments
        known = [*self.setting.outcomes, *self.setting.players]
        if outcome.text not in known:
            raise outcome.error(f"no outcome {outcome.text!r}", nearest(outcome.text, known))
        if parameter.text not in self.setting.parameters:
            hint = nearest(parameter.text, self.setting.parameters)
            raise parameter.error(f"no parameter {parameter.text!r}", hint)

    def _player(self, who: Word) -> Player:
        if who.text not in self.setting.players:
            raise who.error(f"no player {who.text!r}", nearest(who.text, self.setting.players))
        return self.setting.players[who.text]

    def _action(self, player: Player, action: Word) -> None:
        if action.text not in player.actions:
            hint = nearest(action.text, player.actions)
            raise action.error(f"{player.name} has no action {action.text!r}", hint)

    def _unknown(self, name: Word) -> ExpressionError:
        setting = self.setting
        known = [*setting.outcomes, *setting.players, *setting.definitions, *setting.parameters]
        if name.text in _CALLS:
            return name.error(f"{name.text!r} wants arguments", f"write {name.text}(...)")
        if name.text in setting.eras:
            return name.error(f"{name.text!r} is an era", f"write {name.text}.name")
        if any(name.text in player.actions for player in setting.players.values()):
            hint = "it stands in a profile, such as equilibrium(...)"
            return name.error(f"{name.text!r} is an action", hint)
        return name.error(f"unknown name {name.text!r}", nearest(name.text, known))

    def _unknown_call(self, name: Word) -> ExpressionError:
        setting = self.setting
        if name.text == "probability":
            hint = "make it one of the [outcomes] and name that"
            return name.error("'probability' is for outcomes", hint)
        if name.text in setting.parameters or name.text in setting.definitions:
            return name.error(f"{name.text!r} is not a function", "write * to multiply")
        known = [*_CALLS, *setting.outcomes, *setting.players, *FUNCTIONS]
        return name.error(f"unknown function {name.text!r}", nearest(name.text, known))


def _texts(words: tuple[Word, ...]) -> tuple[str, ...]:
    return tuple(word.text for word in words)
