"""Claims, read: what is claimed, of which calibrations, on which assumptions, of which equilibria.

A claim may be confined to equilibria of one kind, to those of a branch, or to those of a concept.
Its formulas refer to payoffs, outcomes, equilibria, trends, slopes and eras.  Whatever a formula
names beyond parameters and definitions becomes a symbol with a
:class:`~dilemma.theory.parts.Reference` that says what it is, to be filled in by whoever decides it.
What may be named, a model's eras and its other claims included, is its
:class:`~dilemma.reading.setting.Setting`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import get_args

import sympy as sp

from dilemma.errors import Mistake, nearest
from dilemma.games.kind import Can
from dilemma.reading.eras import pair_called
from dilemma.reading.expressions import FUNCTIONS, ExpressionError, Scope, Word, parse
from dilemma.reading.rows import KEY, ClaimRow, Where, blame
from dilemma.reading.setting import Setting
from dilemma.reading.syntax import follows
from dilemma.theory.parts import Claim, Mode, Player, Reference, Status

__all__ = [
    "GAMES",
    "PAIRS",
    "FormulaReader",
    "among_mistake",
    "read_claim",
]


# --- formulas of claims ---------------------------------------------------------------------------


GAMES = ("harmony", "chicken", "stag hunt", "prisoner's dilemma", "deadlock")
PAIRS = ("pair", "any pair")
_TRENDS = ("rises", "falls")
_OF_PROFILES = ("equilibrium", "unique", "dominant", "kind")
_CALLS = (*_OF_PROFILES, *_TRENDS, "diff")
_COUNT = "number_of_equilibria"


@dataclass(slots=True)
class FormulaReader:
    """Reads the formulas of one claim and collects what they refer to.

    Parameters
    ----------
    setting : Setting
    over : str
        What the claim is about.
    eras : sequence of str
        Which eras may stand in front of a name.
    tied : collection of str
        Parameters that are the same in both eras of a pair, so that they need no era.
    mode : "holds", "exists" or "possible"
    held : collection of str
        Choices that stay where they are.
    """

    setting: Setting
    over: str
    eras: Sequence[str]
    tied: Collection[str]
    mode: Mode
    held: Collection[str] = ()
    references: dict[sp.Symbol, Reference] = field(default_factory=dict)
    places: dict[sp.Symbol, Word] = field(default_factory=dict)

    def read(self, key: str, text: str) -> sp.Basic:
        """Read the formula that stands under a key.

        Raises
        ------
        ExpressionError
            With the column and width of what is wrong.
        """
        self.places.clear()
        calls = (*_CALLS, *self.setting.outcomes, *self.setting.players)
        found = parse(text, Scope(refer=self.refer, calls=calls), truth=True)
        self._check_mode(key)
        self._check_count(key, found)
        self._check_alone(key, found, _TRENDS, "a trend")
        self._check_alone(key, found, ("unique",), "'unique'")
        return found

    # --- what may stand where -------------------------------------------------------------------

    def _of(self, *what: str) -> list[sp.Symbol]:
        """Return what a formula refers to of some sorts."""
        return sorted((s for s in self.places if self.references[s].what in what), key=str)

    def _check_mode(self, key: str) -> None:
        """See that some equilibrium can do what one is said to do."""
        if key != "exists":
            return
        for symbol in self._of("unique", "count"):
            message = "'exists' speaks of one equilibrium, this of all that there are"
            raise self.places[symbol].error(message, "write holds")
        for symbol in self._of(*_TRENDS):
            message = "'exists' speaks of one equilibrium, a trend of two calibrations"
            hint = "write holds, or possible for a trend somewhere"
            raise self.places[symbol].error(message, hint)

    def _check_count(self, key: str, found: sp.Basic) -> None:
        """See that a count of equilibria stands in "at most so many" alone."""
        for symbol in self._of("count"):
            right = all(
                isinstance(p, sp.LessThan) and p.lhs == symbol and p.rhs.is_Integer and p.rhs >= 1
                for p in _conjuncts(found)
                if p.has(symbol)
            )
            if not right or key == "given":
                hint = f"write {_COUNT} <= 1, joined to the rest with 'and', in {self.mode!r}"
                raise self.places[symbol].error("a count of equilibria is at most a number", hint)

    def _check_alone(self, key: str, found: sp.Basic, sorts: Sequence[str], called: str) -> None:
        """See that what speaks of more than one equilibrium is a statement by itself."""
        alone = self._of(*sorts)
        parts = [part for part in _conjuncts(found) if part not in alone]
        inside = {symbol for part in parts for symbol in part.free_symbols}
        for symbol in alone:
            if key == "given":
                hint = "only in 'holds' or 'possible'"
                raise self.places[symbol].error(f"{called} cannot be assumed", hint)
            if symbol in inside:
                hint = "join it to the rest with 'and'"
                raise self.places[symbol].error(f"{called} stands by itself", hint)

    # --- names ----------------------------------------------------------------------------------

    def refer(self, era: Word | None, name: Word, arguments: tuple[Word, ...] | None) -> sp.Symbol:
        """Return the symbol for a name, a dotted name or a call."""
        at = self._era(era)
        if arguments is None:
            return self._name(at, name)
        if not self.setting.simultaneous:
            self._check_no_profile(name)
        if name.text in self.setting.outcomes or name.text in self.setting.players:
            self._check_profile(name, arguments)
            what = "outcome" if name.text in self.setting.outcomes else "payoff"
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
            case "diff":
                self._check_slope(name, arguments)
            case _:
                raise self._unknown_call(name)
        written = f"{name.text}({', '.join(_texts(arguments))})"
        return self._symbol(at, name, name.text, _texts(arguments), written=written)

    def _name(self, era: str | None, name: Word) -> sp.Symbol:
        setting = self.setting
        if name.text in setting.parameters or name.text in setting.definitions:
            return self._quantity(era, name)
        if name.text in setting.outcomes or name.text in setting.players:
            return self._symbol(era, name, "outcome", (name.text,), written=name.text)
        if name.text == _COUNT:
            if Can.SLOPES not in setting.game.can:
                hint = "write unique(...) of a profile" if setting.simultaneous else ""
                raise name.error("equilibria are counted only where numbers are chosen", hint)
            return self._symbol(era, name, "count", (), written=_COUNT)
        raise self._unknown(name)

    def _check_no_profile(self, name: Word) -> None:
        setting = self.setting
        if name.text in {*_OF_PROFILES, *setting.outcomes, *setting.players}:
            hint = "name an outcome, or rises(outcome, parameter)"
            raise name.error("profiles of actions are those of a table of payoffs", hint)

    def _era(self, era: Word | None) -> str | None:
        """Return the era in front of a name, if it says more than the claim's ``over`` does."""
        if era is None:
            return None
        every = dict.fromkeys([*self.eras, *self.setting.every_era])
        if era.text not in every:
            raise era.error(f"no era {era.text!r}", nearest(era.text, every))
        if self.over in PAIRS and era.text not in self.eras:
            hint = f"it is about {' and '.join(self.eras)}; name others with the key 'eras'"
            raise era.error(f"over = {self.over!r} speaks of no other eras here", hint)
        if self.over in PAIRS:
            return era.text
        if self.over != era.text:
            hint = "leave the era out" if self.over in ("each", "all") else ""
            hint = hint or f"it is about {self.over}"
            raise era.error(f"over = {self.over!r} speaks of no other era", hint)
        return None

    def _quantity(self, era: str | None, name: Word) -> sp.Symbol:
        """Return a parameter or definition; the same draw in both eras needs no era."""
        if name.text in self.tied or (era is None and self.over not in PAIRS):
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
        if era is None and self.over in PAIRS:
            eras = self.eras
            raise name.error(
                f"{name.text!r} is of no era",
                f"write {eras[0]}.{name.text} or {eras[1]}.{name.text}",
            )
        written = written or f"{arguments[0]}({', '.join(arguments[1:])})"
        text = f"{era}.{written}" if era else written
        number = what in ("name", "payoff", "outcome", "count", "diff")
        symbol = sp.Symbol(text, real=True) if number else sp.Symbol(text)
        self.references[symbol] = Reference(what, era, arguments)  # type: ignore[arg-type]
        self.places.setdefault(symbol, name)
        return symbol

    # --- calls ----------------------------------------------------------------------------------

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
        if self.over in PAIRS:
            raise name.error("a trend speaks of one era", f"not with over = {self.over!r}")
        if len(arguments) != 2:
            hint = f"write {name.text}(outcome, parameter)"
            raise name.error("not an outcome and a parameter", hint)
        outcome, parameter = arguments
        known = [*self.setting.outcomes, *self.setting.players]
        if outcome.text not in known:
            raise outcome.error(f"no outcome {outcome.text!r}", nearest(outcome.text, known))
        if parameter.text in self.setting.game.choices and parameter.text not in self.held:
            hint = f'a trend in what is chosen wants it held: holding = ["{parameter.text}"]'
            raise parameter.error(f"{parameter.text!r} is chosen", hint)
        movers = [*self.setting.parameters, *self.held]
        if parameter.text not in movers:
            raise parameter.error(
                f"no parameter {parameter.text!r}", nearest(parameter.text, movers)
            )

    def _check_slope(self, name: Word, arguments: tuple[Word, ...]) -> None:
        moved = self.setting.moved
        if not moved:
            hint = "name payoffs at profiles, and compare them" if self.setting.simultaneous else ""
            raise name.error("a slope is only where numbers are chosen", hint)
        if len(arguments) != 2:
            hint = "write diff(player, chosen number)"
            raise name.error("not a payoff and a chosen number", hint)
        who, number = arguments
        self._player(who)
        if number.text in moved:
            return
        if number.text in self.setting.outcomes or number.text in self.setting.definitions:
            message = f"{number.text!r} is no chosen number, nor another measure of one"
            raise number.error(message, f"one of: {', '.join(moved)}")
        raise number.error(f"no chosen number {number.text!r}", nearest(number.text, moved))

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
        if name.text in setting.every_era:
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
        if name.text in ("implies", "iff"):
            return name.error(f"{name.text!r} is no function", follows(name.text))
        if name.text in setting.parameters or name.text in setting.definitions:
            return name.error(f"{name.text!r} is not a function", "write * to multiply")
        known = [*_CALLS, *setting.outcomes, *setting.players, *FUNCTIONS]
        return name.error(f"unknown function {name.text!r}", nearest(name.text, known))


def _conjuncts(formula: sp.Basic) -> tuple[sp.Basic, ...]:
    return formula.args if isinstance(formula, sp.And) else (formula,)


def _texts(words: tuple[Word, ...]) -> tuple[str, ...]:
    return tuple(word.text for word in words)


# --- claims ---------------------------------------------------------------------------------------


_WORDS = ("pure", "mixed", "any")
_CONCEPTS = {
    "stable": "simultaneous games: with actions, or two players with a number each",
    "strict": "actions: of all at once, or in a tree in which everybody knows what has happened",
    "risk_dominant": "two players with two actions each",
    "intuitive": "games in which a sender of some type signals and a receiver replies",
    "divine": "games in which a sender of some type signals and a receiver replies",
    "lowest": "players who choose numbers, all at once",
    "highest": "players who choose numbers, all at once",
}


_ELSEWHERE = [c for c in _CONCEPTS if c not in ("intuitive", "divine")]  # unlike words for branches


def among_mistake(where: Where, which: str, setting: Setting) -> Mistake | None:
    """Say what is wrong with a claim's ``among``, as far as a reader can know."""
    game = setting.game
    if which in (*_WORDS, *game.concepts):
        return None
    if which in _CONCEPTS:
        other = ", or leave 'among' out" if which == "stable" else ""
        other = f", or write {game.concepts[0]}" if game.concepts else other
        return Mistake(where, f"{which!r} is for {_CONCEPTS[which]}", f"name a branch{other}")
    told = game.not_called(which)
    if told is None:
        return None
    known, hint = told
    near = "" if "," in which else nearest(which, [*_WORDS, *_ELSEWHERE, *game.concepts, *known])
    hint = near if near.startswith("did") else hint or near
    return Mistake(where, f"no equilibria are called {which!r}", hint)


# --- a claim --------------------------------------------------------------------------------------


_ALL = ("all", "any pair")  # of no era's box


def read_claim(name: str, row: ClaimRow, setting: Setting, mistakes: list[Mistake]) -> Claim | None:
    """Read one claim; what is wrong with it is added to ``mistakes``."""
    reading = _Reading(name, row, setting)
    claim = reading.claim()
    mistakes += reading.mistakes
    return claim


@dataclass
class _Reading:
    """One claim on its way from a row."""

    name: str
    row: ClaimRow
    setting: Setting
    mistakes: list[Mistake] = field(default_factory=list)

    def claim(self) -> Claim | None:
        row = self.row
        mode, text = self._mode()
        expect = self._expect()
        self._check_shared()
        self._check_holding()
        deviations = self._deviations()
        self._check_because()
        if not (self._check_over() and self._check_calibrations()):
            return None  # what a formula may name hangs on it
        about = (self.setting, row.over, self._eras(), self._tied(), mode, row.holding)
        reader = FormulaReader(*about)
        given = self._formula(reader, "given", row.given)
        holds = self._formula(reader, mode, text)
        if not self.mistakes:
            self._check_play(reader, mode, holds)
        if self.mistakes:
            return None
        return Claim(
            name=self.name,
            says=row.says,
            source=row.source,
            over=row.over,
            given=given,
            holds=holds,
            references=reader.references,
            text={"given": _tidy(row.given or ""), "holds": _tidy(text or "")},
            shared=self._shared(),
            among=row.among,
            expect=expect,
            derived=row.derived,
            label=row.label,
            holding=tuple(row.holding),
            deviations=deviations,
            because=tuple(row.because),
            mode=mode,
            calibrations=row.calibrations,
            eras=tuple(row.eras),
            evidence=row.evidence or "",
        )

    def _say(self, key: str | tuple[str, int], message: str, hint: str = "") -> None:
        keys = key if isinstance(key, tuple) else (key,)
        self.mistakes.append(Mistake(("claims", self.name, *keys), message, hint))

    # --- what is claimed ------------------------------------------------------------------------

    def _mode(self) -> tuple[Mode, str | None]:
        """Return which key says what is claimed, and what it says."""
        modes: tuple[Mode, ...] = get_args(Mode)
        told = [mode for mode in modes if getattr(self.row, mode) is not None]
        for extra in told[1:]:
            self._say(extra, f"{extra!r} beside {told[0]!r}", "a claim has one of the two")
        if not told:
            where: Where = ("claims", self.name)
            hint = "or exists (in some equilibrium), or possible (at some calibration)"
            self.mistakes.append(Mistake(where, "'holds' is missing", hint, width=KEY))
            return "holds", None
        return told[0], getattr(self.row, told[0])

    def _formula(self, reader: FormulaReader, key: str, text: str | None) -> sp.Basic:
        if text is None:
            return sp.true
        try:
            return reader.read(key, text)
        except ExpressionError as error:
            self.mistakes.append(blame(("claims", self.name, key), error))
            return sp.true

    def _check_play(self, reader: FormulaReader, mode: Mode, holds: sp.Basic) -> None:
        """See that a claim which is about equilibria names something in equilibrium."""
        references = reader.references
        of_play = {symbol for symbol, reference in references.items() if reference.of_play}
        if mode == "exists" and not of_play & holds.free_symbols:
            self._say("exists", "no equilibrium enters", "write holds")
        if self.row.among is None:
            return
        if not of_play:
            hint = "name an outcome or a player's payoff in equilibrium, or leave 'among' out"
            self._say("among", "the claim speaks of no equilibrium", hint)
        where: Where = ("claims", self.name, "among")
        if (mistake := among_mistake(where, self.row.among, self.setting)) is not None:
            self.mistakes.append(mistake)

    # --- of which calibrations ------------------------------------------------------------------

    def _eras(self) -> list[str]:
        """Return the eras that "each" and "pair" are about, or what any pair is called."""
        if self.row.over == "any pair":
            return list(pair_called(self.row.eras, list(self.setting.eras)))
        return self.row.eras or list(self.setting.eras)

    def _check_eras(self) -> bool:
        """See that the eras that are named are eras, and that something is said of them."""
        named, every = self.row.eras, self.setting.every_era
        for index, era in enumerate(named):
            if era not in every and self.row.over != "any pair":
                self._say(("eras", index), f"no era {era!r}", nearest(era, every))
                return False
            if era in named[:index]:
                self._say(("eras", index), f"{era!r} is named twice")
                return False
        if named and self.row.over not in ("each", *PAIRS):
            hint = "leave the key out"
            self._say("eras", f"over = {self.row.over!r} says which eras it is about", hint)
            return False
        return True

    def _check_over(self) -> bool:
        over, eras = self.row.over, self._eras()
        if not self._check_eras():
            return False
        if over not in ("each", *PAIRS, "all", *self.setting.every_era):
            hint = nearest(over, ["each", *PAIRS, "all", *self.setting.every_era])
            self._say("over", f"no era {over!r}", hint)
        elif over in PAIRS and len(eras) != 2:
            whose = "these are" if self.row.eras else "this model has"
            told = f"{whose} {len(eras)}" + (f": {', '.join(eras)}" if eras else "")
            self._say("over", f'over = "{over}" wants exactly two eras', told)
        elif over == "each" and not eras:
            self._say("over", "this model has no eras", 'give it eras, or write over = "all"')
        else:
            return True
        return False

    def _check_calibrations(self) -> bool:
        name, variants = self.row.calibrations, self.setting.variants
        if name and name not in variants:
            hint = nearest(name, variants) or f'write [calibrations.{name}] with moves = ["..."]'
            self._say("calibrations", f"no calibrations {name!r}", hint)
        elif name and self.row.over == "all":
            hint = "over one era, each, a pair, or any pair"
            self._say("calibrations", "over = 'all' is about no era", hint)
        else:
            return True
        return False

    def _fixed(self) -> tuple[str, ...]:
        """Return what does not move between the eras in the variant that the claim is about."""
        moves = self.setting.variants[self.row.calibrations].moves if self.row.calibrations else ()
        return tuple(n for n in self.setting.parameters if n not in moves) if moves else ()

    def _tied(self) -> Collection[str]:
        """Return the parameters that are one in both eras of a pair."""
        common = () if self.row.over == "any pair" else self.setting.common
        return {*common, *self._fixed(), *self.row.shared}

    def _shared(self) -> tuple[str, ...]:
        """Return what is held equal: in any pair of a variant, all that does not move."""
        fixed = self._fixed() if self.row.over == "any pair" else ()
        return tuple(dict.fromkeys([*self.row.shared, *fixed]))

    def _check_shared(self) -> None:
        for index, parameter in enumerate(self.row.shared):
            if parameter not in self.setting.parameters:
                hint = nearest(parameter, self.setting.parameters)
                self._say(("shared", index), f"no parameter {parameter!r}", hint)
        if self.row.shared and self.row.over not in PAIRS:
            self._say("shared", 'only a claim over = "pair" shares anything')

    def _expect(self) -> dict[str, Status]:
        row, eras = self.row, self._eras()
        if row.over != "each":
            if isinstance(row.expect, dict):
                hint = 'one verdict; a table of eras goes with over = "each"'
                self._say("expect", "several verdicts on one statement", hint)
                return {}
            return {"": row.expect}
        if not isinstance(row.expect, dict):
            return dict.fromkeys(eras, row.expect)
        for era in row.expect:
            if era not in eras:
                where: Where = ("claims", self.name, "expect", era)
                self.mistakes.append(Mistake(where, f"no era {era!r}", nearest(era, eras)))
        return {era: row.expect.get(era, "proved") for era in eras}

    # --- on which assumptions -------------------------------------------------------------------

    def _check_holding(self) -> None:
        choices = self.setting.game.choices
        for index, name in enumerate(self.row.holding):
            if name not in choices:
                self._say(("holding", index), f"no choice {name!r}", nearest(name, choices))

    def _deviations(self) -> tuple[Mapping[str, sp.Expr], ...]:
        """Read what somebody might choose instead."""
        setting = self.setting
        if not self.row.deviations:
            return ()
        if Can.SLOPES not in setting.game.can or self.row.holds is None or self.row.holding:
            hint = "where numbers are chosen, in a claim with 'holds' that holds none of them"
            self._say("deviations", "there is nothing to choose instead", hint)
            return ()
        known = [*setting.parameters, *setting.definitions, *setting.game.choices]
        scope = Scope({name: sp.Symbol(name, real=True) for name in known})
        found = []
        for index, row in enumerate(self.row.deviations):
            where: Where = ("claims", self.name, "deviations", index)
            own: dict[str, sp.Expr] = {}
            for name, text in row.items():
                if name not in setting.game.choices:
                    hint = nearest(name, setting.game.choices)
                    self.mistakes.append(Mistake((*where, name), f"no choice {name!r}", hint))
                try:
                    own[name] = parse(text, scope)
                except ExpressionError as error:
                    self.mistakes.append(blame((*where, name), error))
            if not self.mistakes and (told := setting.game.no_deviation(own)):
                self.mistakes.append(Mistake(where, *told))
            found.append(own)
        return tuple(found)

    def _check_because(self) -> None:
        others = [name for name in self.setting.claims if name != self.name]
        for index, name in enumerate(self.row.because):
            if name == self.name:
                self._say(("because", index), "a claim does not follow from itself")
            elif name not in others:
                self._say(("because", index), f"no other claim {name!r}", nearest(name, others))
            elif (lemma := self.setting.claims[name]) is not None:
                self._check_lemma(index, lemma)

    def _check_lemma(self, index: int, lemma: Claim | ClaimRow) -> None:
        """See that what follows from a lemma can: it holds, and of the same calibrations."""
        if isinstance(lemma, Claim):
            holds = lemma.mode == "holds"
        else:
            holds = lemma.exists is None and lemma.possible is None
        if not holds:
            hint = "only a claim with 'holds' is true of every equilibrium"
            self._say(("because", index), "nothing follows from this claim", hint)
        if lemma.over != "all" and list(lemma.eras) != self.row.eras:
            told = f"of {', '.join(lemma.eras)}" if lemma.eras else "of the model's own eras"
            hint = "a lemma is of the same eras, or over all"
            self._say(("because", index), f"this claim speaks {told}", hint)
        here, there = self.row.calibrations, lemma.calibrations
        if here != there and (there or lemma.over not in _ALL):
            told = f"of the {there} calibrations" if there else "of the eras as they are"
            hint = "a lemma is of the same calibrations, or over all or any pair"
            self._say(("because", index), f"this claim speaks {told}", hint)


def _tidy(text: str) -> str:
    return textwrap.dedent(text).strip()
