"""Payoffs of a simultaneous game: read from a document, laid out, and played.

What a given play pays and what a deviation from it gains is said from the payoffs alone; it shares no
code with the branches, nor with what solves games in numbers.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product

import sympy as sp

from dilemma.errors import Mistake, nearest
from dilemma.games.branch import Play
from dilemma.games.kind import Statement
from dilemma.games.matrix import MatrixGame
from dilemma.games.profiles import MOST_PROFILES
from dilemma.model import Model
from dilemma.output.tables import Best, Table
from dilemma.reading.expressions import FUNCTIONS, ExpressionError, Scope, Word, exact, parse
from dilemma.reading.rows import KEY, Document, PlayerRow, Where, blame
from dilemma.theory.parts import Outcome, Player, Profile

__all__ = ["deviations", "gain", "payoff_matrix", "read_tables", "worth"]

Payoffs = Mapping[Profile, Mapping[str, sp.Expr]]
MOST_CELLS = 400  # of a table that is shown whole

_HANGS_ON_LEVELS = ("division by zero", "not a finite real number")


def read_tables(document: Document, scope: Scope, mistakes: list[Mistake]) -> Statement | None:
    """Read players, payoffs and outcomes; ``scope`` has parameters and definitions.

    What is wrong is added to ``mistakes``.  Where the players are wrong, nothing that speaks of
    their actions can be judged, and there are no tables.
    """
    before = len(mistakes)
    players = {name: _player(name, row, mistakes) for name, row in document.players.items()}
    if document.broken.get("players") or "players" not in document.broken:
        return None  # told already
    where = ("players",)
    count = math.prod(len(player.actions) for player in players.values())
    if len(players) < 2:
        mistakes.append(Mistake(where, "at least two players are wanted", width=KEY))
    elif count > MOST_PROFILES:
        hint = f"at most {MOST_PROFILES:,}"
        mistakes.append(Mistake(where, f"a game with {count:,} profiles", hint, width=KEY))
    if len(mistakes) > before:
        return None
    reader = _Reader(document, scope, players, mistakes)
    payoffs = reader.payoffs()
    game = MatrixGame(players, reader.profiles)
    return Statement(players, payoffs, reader.outcomes(payoffs), game)


def _player(name: str, row: PlayerRow, mistakes: list[Mistake]) -> Player:
    where: Where = ("players", name)
    if row.choices or row.constraints or row.moves != 1:
        hint = 'only where kind = "continuous" or "sequential"'
        mistakes.append(Mistake(where, "a player who chooses numbers", hint, width=KEY))
    elif not row.actions:
        mistakes.append(Mistake((*where, "actions"), "at least one action is wanted"))
    for index, action in enumerate(row.actions):
        if action in row.actions[:index]:
            place = (*where, "actions", index)
            mistakes.append(Mistake(place, f"the action {action!r} is named twice"))
    if row.cooperates is not None and row.cooperates not in row.actions:
        hint = nearest(row.cooperates, row.actions)
        message = f"{name} has no action {row.cooperates!r}"
        mistakes.append(Mistake((*where, "cooperates"), message, hint))
    levels = {
        level: _levels((*where, "levels", level), numbers, len(row.actions), mistakes)
        for level, numbers in row.levels.items()
    }
    title, actions = row.title or name, tuple(row.actions)
    return Player(name, title, actions, levels, row.cooperates, row.unit)


def _levels(
    where: Where, numbers: list[object], count: int, mistakes: list[Mistake]
) -> tuple[sp.Rational, ...]:
    if len(numbers) != count:
        hint = "one number for each action, in their order"
        mistakes.append(Mistake(where, f"{len(numbers)} numbers for {count} actions", hint))
    found = []
    for index, number in enumerate(numbers):
        try:
            found.append(exact(number))
        except ExpressionError as error:
            mistakes.append(blame((*where, index), error))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Reader:
    document: Document
    scope: Scope
    players: Mapping[str, Player]
    mistakes: list[Mistake]

    @property
    def profiles(self) -> tuple[Profile, ...]:
        return tuple(product(*(player.actions for player in self.players.values())))

    def payoffs(self) -> Payoffs:
        """Read the payoffs; what is wrong is a symbol, so that nothing else fails with it."""
        unknown = {player: sp.Symbol(player, real=True) for player in self.players}
        found = {profile: dict(unknown) for profile in self.profiles}
        rows = self.document.payoffs
        if any(isinstance(row, dict) for row in rows.values()):
            self._by_profile(found)
        elif rows or not self.document.broken.get("payoffs", {""}):
            self._by_formula(found)
        return found

    def _by_formula(self, found: dict[Profile, dict[str, sp.Expr]]) -> None:
        self._one_each(("payoffs",), self.document.names("payoffs"))
        for player in self.players.keys() & self.document.payoffs.keys():
            text = str(self.document.payoffs[player])
            for profile in self.profiles:
                names = {**self.scope.names, **self._levels(profile)}
                scope = Scope(names, degrees=self.scope.degrees)
                cell = self._cell(("payoffs", player), text, scope, profile)
                if cell is None:
                    break
                found[profile][player] = cell

    def _by_profile(self, found: dict[Profile, dict[str, sp.Expr]]) -> None:
        told = {_profile(key) for key in self.document.broken["payoffs"]}
        wrong = 0
        for key, row in self.document.payoffs.items():
            where: Where = ("payoffs", key)
            profile = _profile(key)
            if not isinstance(row, dict):
                hint = "one formula for each player, or one table for each profile, not both"
                self.mistakes.append(Mistake(where, "not a table of payoffs", hint, width=KEY))
            elif self._is_profile(where, profile):
                if profile in told:
                    message = "this profile stands here twice"
                    self.mistakes.append(Mistake(where, message, width=KEY))
                self._one_each(where, row)
                told.add(profile)
                for player in self.players.keys() & row.keys():
                    cell = self._cell((*where, player), row[player], self.scope)
                    if cell is not None:
                        found[profile][player] = cell
            else:
                wrong += 1
        missing = [", ".join(profile) for profile in self.profiles if profile not in told]
        if len(missing) > wrong:  # else those that are missing are those that are misspelt
            hint = f"also missing: {'; '.join(missing[1:8])}" if len(missing) > 1 else ""
            message = f"the profile {missing[0]!r} is missing"
            hint = hint or "every profile has payoffs"
            self.mistakes.append(Mistake(("payoffs",), message, hint, width=KEY))

    def outcomes(self, payoffs: Payoffs) -> dict[str, Outcome]:
        """Read the outcomes: at a profile, players' names are their payoffs there."""
        found = {}
        for name, row in self.document.outcomes.items():
            cells: dict[Profile, sp.Expr] = {}
            for profile in self.profiles:
                scope = Scope(
                    {**self.scope.names, **self._levels(profile), **payoffs[profile]},
                    refer=partial(self._probability, profile),
                    calls=("probability",),
                    degrees=self.scope.degrees,
                    undefined=True,
                )
                cell = self._cell(("outcomes", name, "is"), row.formula, scope, profile)
                if cell is None:
                    break
                cells[profile] = cell
            found[name] = Outcome(name, row.means, row.unit, cells)
        return found

    def _levels(self, profile: Profile) -> dict[str, sp.Basic]:
        """Return the numbers that the actions of a profile carry."""
        return {
            level: numbers[player.actions.index(action)]
            for player, action in zip(self.players.values(), profile, strict=True)
            for level, numbers in player.levels.items()
        }

    def _probability(
        self, profile: Profile, era: Word | None, name: Word, of: tuple[Word, ...] | None
    ) -> sp.Basic:
        if era is not None:
            raise era.error("an outcome speaks of one era", "leave the era out")
        if of is None and name.text == "probability":
            raise name.error("'probability' wants arguments", "write probability(player, action)")
        if of is None:
            known = [*self.scope.names, *self.players, *self._levels(profile)]
            raise name.error(f"unknown name {name.text!r}", nearest(name.text, known))
        if name.text != "probability":
            hint = nearest(name.text, [*FUNCTIONS, "probability"])
            raise name.error(f"unknown function {name.text!r}", hint)
        if len(of) != 2:
            raise name.error("not a player and an action", "write probability(player, action)")
        who, action = of
        if who.text not in self.players:
            raise who.error(f"no player {who.text!r}", nearest(who.text, self.players))
        actions = self.players[who.text].actions
        if action.text not in actions:
            hint = nearest(action.text, actions)
            raise action.error(f"{who.text} has no action {action.text!r}", hint)
        return sp.Integer(profile[list(self.players).index(who.text)] == action.text)

    def _cell(
        self, where: Where, text: str, scope: Scope, profile: Profile | None = None
    ) -> sp.Expr | None:
        try:
            return parse(text, scope)
        except ExpressionError as error:
            if profile and error.message in _HANGS_ON_LEVELS:
                error.hint = f"at the profile {', '.join(profile)}"
            self.mistakes.append(blame(where, error))
            return None

    def _one_each(self, where: Where, names: Collection[str]) -> None:
        """Check that every player, and nobody else, has a payoff."""
        for name in names:
            if name not in self.players:
                message, hint = f"no player {name!r}", nearest(name, self.players)
                self.mistakes.append(Mistake((*where, name), message, hint, width=KEY))
        for player in self.players:
            if player not in names:
                message = f"the payoff of {player!r} is missing"
                self.mistakes.append(Mistake(where, message, width=KEY))

    def _is_profile(self, where: Where, profile: Profile) -> bool:
        if len(profile) != len(self.players):
            message = f"{len(profile)} actions for {len(self.players)} players"
            hint = f"one action each: {', '.join(self.players)}"
            self.mistakes.append(Mistake(where, message, hint, width=KEY))
            return False
        for player, action in zip(self.players.values(), profile, strict=True):
            if action not in player.actions:
                message = f"{player.name} has no action {action!r}"
                hint = nearest(action, player.actions)
                self.mistakes.append(Mistake(where, message, hint, width=KEY))
                return False
        return True


def _profile(key: str) -> Profile:
    return tuple(part.strip() for part in key.split(","))


# --- laid out -------------------------------------------------------------------------------------


def payoff_matrix(model: Model) -> Table | None:
    """Return who gets what as a table of rows and columns; None where the game is no such table.

    Where there are no parameters best replies are marked.

    Examples
    --------
    >>> from dilemma import matrix
    >>> print(payoff_matrix(matrix([["s", 0], [1, 1]], [["s", 1], [0, 1]])).rows[0])
    ('row_1', (Best(text='s', best=False), Best(text='s', best=False)), (Best(text='0', best=False), Best(text='1', best=False)))
    """
    if len(model.players) != 2 or len(model.game.profiles) > MOST_CELLS:
        return None
    first, second = model.players.values()

    def best(player: Player, profile: Profile) -> bool:
        if model.parameters:
            return False
        place = 0 if player is first else 1
        others = [p for p in model.game.profiles if p[1 - place] == profile[1 - place]]
        paid = model.payoffs[profile][player.name]
        return all(bool(paid >= model.payoffs[p][player.name]) for p in others)

    def cell(profile: Profile) -> tuple[Best, ...]:
        paid = model.payoffs[profile]
        return tuple(Best(str(paid[p.name]), best(p, profile)) for p in (first, second))

    units = " and ".join(dict.fromkeys(filter(None, (first.unit, second.unit))))
    note = f"Payoffs ({first.title}, {second.title}){f', in {units}' if units else ''}"
    return Table(
        f"{model.title or model.name}: payoffs",
        (f"{first.title} \\ {second.title}", *second.actions),
        tuple((a, *(cell((a, b)) for b in second.actions)) for a in first.actions),
        (f"{note}.",),
    )


# --- played ---------------------------------------------------------------------------------------


Values = Mapping[sp.Symbol, sp.Expr]


def worth(model: Model, values: Values, play: Play) -> dict[str, sp.Expr | None]:
    """Return every payoff and outcome of a play; None where it has no value."""
    tables = {
        **{p: {q: model.payoffs[q][p] for q in model.game.profiles} for p in model.players},
        **{name: outcome.profiles for name, outcome in model.outcomes.items()},
    }
    found: dict[str, sp.Expr | None] = {}
    for name, table in tables.items():
        total = sum(
            (
                chance * table[q].xreplace(values)
                for q in model.game.profiles
                if (chance := _chance(play, q))
            ),
            sp.Integer(0),
        )
        found[name] = total if total.is_number and total.is_finite else None
    return found


def _chance(play: Play, profile: Profile) -> sp.Expr:
    return sp.prod(mix[action] for mix, action in zip(play.values(), profile, strict=True))


def gain(model: Model, values: Values, play: Play) -> sp.Expr:
    """Return the most that a player gains by an action over what it plays."""
    return max(deviations(model, values, play))


def deviations(model: Model, values: Values, play: Play) -> Iterator[sp.Expr]:
    """Yield what each action of each player gains over what it plays, in symbols where values are left out."""
    for position, player in enumerate(model.players.values()):
        pays = {a: sp.Integer(0) for a in player.actions}
        for profile in model.game.profiles:
            others = sp.prod(
                mix[profile[k]] for k, mix in enumerate(play.values()) if k != position
            )
            pays[profile[position]] += others * model.payoffs[profile][player.name].xreplace(values)
        own = sum((play[player.name][a] * pays[a] for a in player.actions), sp.Integer(0))
        yield from (pay - own for pay in pays.values())
