"""Games in which numbers are chosen: intervals, constraints, moves, payoffs, what is solved for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import sympy as sp

from dilemma.errors import Mistake, nearest
from dilemma.games.kind import Statement
from dilemma.games.numbers import NumbersGame
from dilemma.games.numbers.choice import Bargain, BargainRow, Choice, Constraint, Multiplier, Slope
from dilemma.reading.document import Calls, read_outcomes
from dilemma.reading.expressions import ExpressionError, Scope, Word, parse
from dilemma.reading.rows import KEY, ChoiceRow, Document, Where, blame
from dilemma.theory.parts import Outcome, Player

__all__ = ["names_of_choices", "read_choice_tables"]

_CALLS = ("multiplier", "dvalue")
_USAGE = "write multiplier(constraint) or dvalue(player, choice of the leader)"


def read_choice_tables(
    document: Document, scope: Scope, mistakes: list[Mistake]
) -> Statement | None:
    """Read players, choices, constraints, payoffs and outcomes.

    ``scope`` has parameters, definitions and choices.  What is wrong is added to ``mistakes``.
    """
    if document.broken.get("players") or "players" not in document.broken:
        return None  # told already
    before = len(mistakes)
    reader = _Reader(document, scope, mistakes)
    reader.check_players()
    if len(mistakes) > before:
        return None
    choices = NumbersGame(
        choices=reader.choices(),
        constraints=reader.constraints(),
        moves=reader.moves(),
        regimes=reader.regimes(),
        ties=reader.ties(),
        bargain=reader.bargain(),
    )
    players = {
        name: Player(name, row.title or name, (), {}, None, row.unit)
        for name, row in document.players.items()
    }
    payoffs = reader.payoffs()
    outcomes = reader.outcomes(choices)
    if len(mistakes) > before:
        return None
    return Statement(players, {(): payoffs}, outcomes, choices)


@dataclass(frozen=True, slots=True)
class _Reader:
    document: Document
    scope: Scope
    mistakes: list[Mistake]

    def say(self, where: Where, message: str, hint: str = "", *, width: int = 0) -> None:
        self.mistakes.append(Mistake(where, message, hint, width=width))

    def formula(
        self, where: Where, text: str, *, truth: bool = False, bargained: bool = False
    ) -> sp.Basic | None:
        """Read a formula; what is bargained over is known only at the end."""
        names = dict(self.scope.names)
        if not bargained:
            for name in self.document.sections["bargain"]:
                names.pop(name, None)
        try:
            return parse(text, replace(self.scope, names=names), truth=truth)
        except ExpressionError as error:
            self.mistakes.append(blame(where, error))
            return None

    # --- players and what they choose -----------------------------------------------------------

    def check_players(self) -> None:
        rows = self.document.players
        sequential = self.document.kind == "sequential"
        for name, row in rows.items():
            where: Where = ("players", name)
            if row.actions or row.levels or row.cooperates:
                hint = f'where kind = "{self.document.kind}" players have choices'
                self.say(where, "a player with actions", hint, width=KEY)
            elif not row.choices:
                hint = 'choices = { x = { range = ["0", "1"] } }'
                self.say(where, f"{name} chooses nothing", hint, width=KEY)
            if row.moves != 1 and not sequential:
                hint = 'kind = "sequential" has a leader and followers'
                self.say((*where, "moves"), "all players move at once", hint)
        if not sequential:
            return
        leaders = [name for name, row in rows.items() if row.moves == 1]
        if len(leaders) != 1 or len(rows) < 2:
            hint = "one player with moves = 1; the others, with moves = 2, see what it does"
            self.say(("players",), f"{len(leaders)} leaders", hint, width=KEY)
        elif len(rows[leaders[0]].choices) > 1:
            hint = "what else it decides may be a parameter"
            self.say(("players", leaders[0]), "a leader chooses one number", hint, width=KEY)

    def moves(self) -> tuple[tuple[str, ...], ...]:
        rows = self.document.players
        first = tuple(name for name, row in rows.items() if row.moves == 1)
        later = tuple(name for name in rows if name not in first)
        return (first, later) if later else (first,)

    def choices(self) -> dict[str, Choice]:
        return {
            name: self.choice(("players", player, "choices", name), player, name, row)
            for player, one in self.document.players.items()
            for name, row in one.choices.items()
        }

    def choice(self, where: Where, player: str, name: str, row: ChoiceRow | BargainRow) -> Choice:
        symbol = sp.Symbol(name, real=True)
        ends = []
        for index, text in enumerate(row.range):
            if text.strip().lower().lstrip("+-") in ("inf", "infinity"):
                self.say((*where, "range", index), "a finite end is wanted", "one never reached")
                ends.append(sp.Integer(index))
                continue
            found = self.formula((*where, "range", index), text)
            ends.append(sp.Integer(index) if found is None else found)
            for other in self.document.players:
                self._check_end((*where, "range", index), ends[-1], player, other)
            self._check_own_end((*where, "range", index), ends[-1], player, symbol)
        if all(end.is_number for end in ends) and ends[0] > ends[1]:
            self.say((*where, "range"), "the low end lies above the high end")
        taken = getattr(row, "open", None)
        return Choice(
            name=name,
            symbol=symbol,
            player=player,
            low=ends[0],
            high=ends[1],
            open_low=taken in ("low", "both"),
            open_high=taken in ("high", "both"),
            unit=row.unit,
            means=row.means,
        )

    def _check_own_end(self, where: Where, end: sp.Expr, player: str, symbol: sp.Symbol) -> None:
        own = self.document.players[player].choices if player else ()
        named = {symbol, *(sp.Symbol(name, real=True) for name in own)}
        if self._expanded(end).free_symbols & named:
            hint = "write it among the player's constraints"
            self.say(where, "an end that hangs on what the same player chooses", hint)

    def _check_end(self, where: Where, end: sp.Expr, player: str, other: str) -> None:
        """See that a leader's interval does not hang on what followers do."""
        rows = self.document.players
        if player and rows[player].moves >= rows[other].moves:
            return
        named = {sp.Symbol(name, real=True) for name in rows[other].choices}
        if player and self._expanded(end).free_symbols & named:
            self.say(where, f"what {other} chooses is not known yet", f"{player} moves first")

    def constraints(self) -> dict[str, Constraint]:
        """Read each player's own constraints, and those of everybody whose choices they name."""
        found: dict[str, Constraint] = {}
        for player, row in self.document.players.items():
            for name, text in row.constraints.items():
                where: Where = ("players", player, "constraints", name)
                if name in found or name in self.document.sections["constraints"]:
                    self.say(where, f"the name {name!r} is used twice", width=KEY)
                gap = self._gap(where, text)
                if gap is None:
                    continue
                if player not in self._choosers(gap):
                    self.say(
                        where, f"it binds nothing that {player} chooses", "name a choice in it"
                    )
                if self.document.kind == "sequential" and row.moves == 1:
                    hint = "a leader's limits are the ends of its range"
                    self.say(where, "a leader with a constraint", hint, width=KEY)
                found[name] = Constraint(name, gap, (player,))
        for name, text in self.document.sections["constraints"].items():
            gap = self._gap(("constraints", name), text)
            if gap is not None:
                everyone = self._choosers(gap)
                if self.document.kind == "sequential" and len(self.moves()) > 1:
                    # Who moves later keeps it: the leader has chosen already.
                    everyone = tuple(p for p in everyone if p in self.moves()[1])
                if not everyone:
                    self.say(("constraints", name), "it binds nobody", "name a choice in it")
                found[name] = Constraint(name, gap, everyone)
        return found

    def _gap(self, where: Where, text: str) -> sp.Expr | None:
        before = len(self.mistakes)
        found = self.formula(where, text, truth=True)
        if found is None:
            last = self.mistakes[-1]
            if len(self.mistakes) > before and last.hint.startswith("compare it"):
                self.mistakes[-1] = replace(last, hint="compare it with <= or >=")
            return None
        if isinstance(found, sp.LessThan | sp.GreaterThan):
            return found.gts - found.lts
        self.say(where, "not a constraint", "write one comparison with <= or >=")
        return None

    def _choosers(self, formula: sp.Expr) -> tuple[str, ...]:
        expanded = self._expanded(formula)
        return tuple(
            player
            for player, row in self.document.players.items()
            if any(expanded.has(sp.Symbol(name, real=True)) for name in row.choices)
        )

    def _expanded(self, formula: sp.Expr) -> sp.Expr:
        """Put definitions back to what they stand for; broken ones stay."""
        formulas = {}
        for name, row in self.document.definitions.items():
            try:
                formulas[sp.Symbol(name, real=True)] = parse(row.formula, self.scope)
            except ExpressionError:
                continue  # told where it was read
        for _ in formulas:
            formula = formula.xreplace(formulas)
        return formula

    def regimes(self) -> dict[str, frozenset[str]]:
        known = [
            f"{name}.{end}"
            for row in self.document.players.values()
            for name in row.choices
            for end in ("low", "high")
        ]
        known += [name for row in self.document.players.values() for name in row.constraints]
        known += list(self.document.sections["constraints"])
        found: dict[str, frozenset[str]] = {}
        for name, row in self.document.sections["regimes"].items():
            for index, what in enumerate(row.binds):
                if what not in known:
                    where: Where = ("regimes", name, "binds", index)
                    self.say(where, f"nothing called {what!r} binds", nearest(what, known))
            taken = [other for other, binds in found.items() if binds == frozenset(row.binds)]
            if taken:
                where = ("regimes", name)
                self.say(where, f"the same as the regime {taken[0]!r}", width=KEY)
            found[name] = frozenset(row.binds)
        return found

    def ties(self) -> str:
        ties = self.document.texts.get("ties", "")
        if ties not in ("", "leader", "against"):
            hint = "leader (its favourite reply is played) or against (its least favourite)"
            self.say(("ties",), f"{ties!r} is not allowed", hint)
        return ties or "leader"

    def bargain(self) -> Bargain | None:
        rows = self.document.sections["bargain"]
        for name in list(rows)[1:]:
            self.say(("bargain", name), "a second bargain", "there is one", width=KEY)
        for name, row in list(rows.items())[:1]:
            where: Where = ("bargain", name)
            over = self.choice(where, "", name, row)
            sides: dict[str, dict[str, sp.Expr]] = {}
            for key, formulas in (("gains", row.gains), ("power", row.power)):
                self._one_each((*where, key), formulas)
                for player in row.gains if key == "power" else ():
                    if player in self.document.players and player not in formulas:
                        self.say((*where, key), f"the power of {player!r} is missing", width=KEY)
                sides[key] = {
                    player: found
                    for player, text in formulas.items()
                    if (found := self.formula((*where, key, player), text, bargained=True))
                    is not None
                }
            for player, power in sides["power"].items():
                if power.is_negative:
                    self.say((*where, "power", player), "a negative power")
            if len(row.gains) != 2:
                self.say((*where, "gains"), "a bargain has two sides", width=KEY)
            for player, gain in sides["gains"].items():
                expanded = sp.expand(self._expanded(gain))
                if not expanded.is_polynomial(over.symbol) or sp.degree(expanded, over.symbol) > 1:
                    hint = "only gains that are linear in it are solved for"
                    self.say((*where, "gains", player), f"not linear in {name!r}", hint)
            return Bargain(over, sides["gains"], sides["power"])
        return None

    def _one_each(self, where: Where, names: Iterable[str]) -> None:
        players = self.document.players
        for name in names:
            if name not in players:
                hint = nearest(name, players)
                self.say((*where, name), f"no player {name!r}", hint, width=KEY)

    # --- payoffs and outcomes -------------------------------------------------------------------

    def payoffs(self) -> dict[str, sp.Expr]:
        players = self.document.players
        rows = self.document.payoffs
        self._one_each(("payoffs",), rows)
        found = dict.fromkeys(players, sp.Integer(0))
        for player in players:
            where: Where = ("payoffs", player)
            if player not in rows:
                if player not in self.document.broken.get("payoffs", ()):
                    self.say(("payoffs",), f"the payoff of {player!r} is missing", width=KEY)
                continue
            text = rows[player]
            if not isinstance(text, str):
                self.say(where, "one formula is wanted", "there are no profiles", width=KEY)
                continue
            formula = self.formula(where, text)
            if formula is not None:
                self._check_smooth(where, self._expanded(formula))
                found[player] = formula
        return found

    def _check_smooth(self, where: Where, payoff: sp.Expr) -> None:
        """See that a payoff has no jump in what is chosen; a kink is left to the solver."""
        chosen = {
            sp.Symbol(name, real=True)
            for row in self.document.players.values()
            for name in row.choices
        }
        for pieces in payoff.atoms(sp.Piecewise):
            for position, (_, condition) in enumerate(pieces.args[:-1]):
                named = sorted(condition.free_symbols & chosen, key=str)
                if named and not _meet(pieces.args[position:], named):
                    hint = "an optimum need not exist where a payoff is not continuous"
                    self.say(where, f"the payoff jumps where {condition} begins", hint)
                    return

    def outcomes(self, choices: NumbersGame) -> dict[str, Outcome]:
        """Read the outcomes; what is chosen, and definitions that hang on it, are outcomes too."""
        found: dict[str, Outcome] = {}
        told = [*choices.choices.values()]
        if choices.bargain is not None:
            told.append(choices.bargain.over)
        for choice in told:
            found[choice.name] = Outcome(choice.name, choice.means, choice.unit, {}, choice.symbol)
        chosen = {choice.symbol for choice in told}
        for name, row in self.document.definitions.items():
            symbol = sp.Symbol(name, real=True)
            if self._expanded(symbol).free_symbols & chosen:
                found[name] = Outcome(name, row.means, row.unit, {}, symbol)
        calls = Calls(_CALLS, _USAGE, partial(self._solved, choices))
        return {**found, **read_outcomes(self.document, self.scope, calls, self.mistakes)}

    def _broken(self, constraint: str, choices: NumbersGame) -> bool:
        rows = self.document.players.values()
        declared = {name for row in rows for name in row.constraints}
        declared |= set(self.document.names("constraints"))
        return constraint in declared and constraint not in choices.constraints

    def _solved(
        self, choices: NumbersGame, name: Word, of: tuple[Word, ...]
    ) -> tuple[str, Multiplier | Slope | None]:
        """Read ``multiplier(constraint)`` and ``dvalue(player, choice)``."""
        match name.text, of:
            case "multiplier", [constraint, *_] if self._broken(constraint.text, choices):
                return name.text, None  # told where it stands
            case "multiplier", [constraint]:
                what: Multiplier | Slope = self._only_price(choices, name, constraint)
            case "multiplier", [constraint, player]:
                both = choices.constraints.get(constraint.text)
                if both is None or player.text not in both.players:
                    raise constraint.error("no constraint that this player must keep", _USAGE)
                what = Multiplier(constraint.text, player.text)
            case "dvalue", [player, choice]:
                what = self._leader_slope(choices, player, choice)
            case _:
                raise name.error(f"not what {name.text!r} is of", _USAGE)
        return f"{name.text}({', '.join(w.text for w in of)})", what

    def _only_price(self, choices: NumbersGame, name: Word, constraint: Word) -> Multiplier:
        """Read a constraint's shadow price to the one player who must keep it."""
        if constraint.text not in choices.constraints:
            hint = nearest(constraint.text, choices.constraints)
            raise constraint.error(f"no constraint {constraint.text!r}", hint)
        players = choices.constraints[constraint.text].players
        if len(players) > 1:
            hint = f"multiplier({constraint.text}, {players[0]})"
            raise name.error("each of several players has a shadow price of it", hint)
        return Multiplier(constraint.text, players[0])

    def _leader_slope(self, choices: NumbersGame, player: Word, choice: Word) -> Slope:
        """Read the slope of a player's payoff along what the leader chooses."""
        leads = [c.name for c in choices.choices.values() if c.player == choices.leader]
        if player.text not in self.document.players:
            hint = nearest(player.text, self.document.players)
            raise player.error(f"no player {player.text!r}", hint)
        if choice.text not in leads:
            raise choice.error("not the leader's choice", nearest(choice.text, leads))
        return Slope(player.text, choice.text)


def _meet(pieces: Sequence[tuple[sp.Expr, sp.Basic]], chosen: list[sp.Symbol]) -> bool:
    """Tell whether a piece of a payoff has one value with those behind it on its border.

    Where the border is not a straight one that cannot be told here, and it is taken to.
    """
    (one, condition), *others = pieces
    for relation in condition.atoms(sp.core.relational.Relational):
        border = relation.lhs - relation.rhs
        symbol = next((s for s in chosen if border.has(s)), None)
        if symbol is None or not border.is_polynomial(symbol) or sp.degree(border, symbol) != 1:
            continue
        at = {symbol: sp.solve(border, symbol)[0]}
        for other, where in others:
            there = where.subs(at)
            if there is sp.false:
                continue
            if sp.simplify((one - other).xreplace(at)) != 0:
                return False
            if there is sp.true:
                break  # what stands behind it is not read on this border
    return True


def names_of_choices(document: Document) -> Mapping[str, sp.Symbol]:
    """Return a symbol for every number that is chosen or bargained over."""
    names = [name for row in document.players.values() for name in row.choices]
    return {name: sp.Symbol(name, real=True) for name in [*names, *document.sections["bargain"]]}
