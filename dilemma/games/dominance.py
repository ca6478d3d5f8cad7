"""Actions that a player does better without: strict domination, by pure and by mixed strategies.

Strictly dominated actions are removed until none is left; what remains does not depend on the
order (Gilboa, Kalai and Zemel 1990, Operations Research Letters 9: 85-89), and is used by every
equilibrium.  Weakly dominated actions are named and never removed: there the order would matter.

Some mix dominates an action strictly iff the value of a zero-sum game is positive: the player picks
the mix, the others pick a profile, and the gain over the action is what is paid (Pearce 1984,
Econometrica 52: 1029-1050, lemma 3).  It is an exact linear programme, and so is weak domination.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations, product
from math import inf, lcm
from typing import TYPE_CHECKING, Any

import sympy as sp

from dilemma.games.lemke import maximise, safest
from dilemma.output.result import apart, owned, weighted
from dilemma.theory.parts import Player, Profile

if TYPE_CHECKING:
    from dilemma.model import Model

__all__ = [
    "Dominance",
    "Domination",
    "Elimination",
    "dominance",
    "dominant",
    "dominations",
    "eliminate",
    "survivors",
]

Payoffs = Mapping[Profile, Mapping[str, Any]]  # exact: fractions or sympy's rationals
Left = Mapping[str, Profile]  # the actions that each player still has
Gaps = Mapping[str, Sequence[int]]  # what each other action gains over one, against each profile
Weights = Mapping[str, int | Fraction]  # positive; a mix where they are divided by their sum
FINEST = 24  # a mix is written with the smallest denominator that serves, up to this one
LARGE = 1500  # gaps beyond which a mix is first sought among pure actions one after another


@dataclass(frozen=True, slots=True)
class Dominance:
    """One way to play does better than an action of the same player whatever the others do.

    ``better`` is another action, or a mix where no action alone does as much.  ``strict`` is false
    where it only never does worse (and sometimes better).
    """

    player: str
    better: str
    worse: str
    strict: bool


@dataclass(frozen=True, slots=True)
class Domination:
    """A strategy of a player does better than one of its actions, whatever the others do.

    Attributes
    ----------
    player, title : str
    action : str
        What is dominated.
    by : mapping of action to probability
        The dominating strategy: one action for sure, or a mix.
    against : mapping of the others' actions to (payoff of ``by``, payoff of ``action``)
    strict : bool
        False where it only never does worse, and sometimes better.
    """

    player: str
    title: str
    action: str
    by: Mapping[str, sp.Rational]
    against: Mapping[str, tuple[sp.Rational, sp.Rational]]
    strict: bool

    @property
    def reason(self) -> str:
        """The domination in a sentence, with the numbers that make it one."""
        kind = "strictly" if self.strict else "weakly"
        told = []
        for action, (better, worse) in self.against.items():
            high, low = apart([better, worse])
            told.append(f"{high} {'>' if better > worse else '='} {low} against {action}")
        what = f"{owned(self.title)} {self.action} is {kind} dominated by {weighted(self.by)}"
        return f"{what}: {', '.join(told)}"


@dataclass(frozen=True, slots=True)
class Elimination:
    """What is left once no action is strictly dominated any more.

    Attributes
    ----------
    steps : tuple of Domination
        In the order of removal.
    survivors : mapping of player to tuple of actions
    weak : tuple of Domination
        Actions of the whole game that are dominated, but not strictly; none is removed.
    later : tuple of Domination
        The same among the survivors, where it was not so in the whole game.
    unfinished : str
        What was not looked for because time ran out; empty where all is there.
    """

    steps: tuple[Domination, ...]
    survivors: Mapping[str, Profile]
    weak: tuple[Domination, ...]
    later: tuple[Domination, ...]
    unfinished: str = ""

    @property
    def solvable(self) -> bool:
        """Whether one profile alone survives: the game is dominance solvable."""
        return all(len(actions) == 1 for actions in self.survivors.values())


def eliminate(
    players: Sequence[Player], payoffs: Payoffs, *, seconds: float | None = None
) -> Elimination:
    """Remove strictly dominated actions until none is left, pure dominations first.

    Parameters
    ----------
    players : sequence of Player
    payoffs : mapping of profile to mapping of player to exact payoff
    seconds : float, optional
        Budget of time; past it ``unfinished`` says what is missing.

    Examples
    --------
    Half up and half down beats the middle, though neither does alone.

    >>> import dilemma
    >>> game = dilemma.matrix(
    ...     [[3, 0], [1, 1], [0, 3]],
    ...     [[0, 1], [1, 0], [0, 1]],
    ...     actions=[["up", "middle", "down"], ["left", "right"]],
    ... )
    >>> found = eliminate(list(game.players.values()), game.payoffs)
    >>> print(found.steps[0].reason)
    row's middle is strictly dominated by 1/2 up + 1/2 down: 1.5 > 1 against left, 1.5 > 1 against right
    >>> dict(found.survivors), found.solvable
    ({'row': ('down',), 'column': ('right',)}, True)
    """
    deadline = inf if seconds is None else time.monotonic() + seconds
    table = _sides(players, payoffs)
    steps: list[Domination] = []
    try:
        while (step := _step(table, deadline)) is not None:
            steps.append(step)
            table = [side.without(step.player, step.action) for side in table]
    except _LateError:
        unfinished = f"ran out of seconds after {len(steps)} removals: more may follow"
    else:
        unfinished = ""
    weak, later, known = [], [], set[tuple[str, str]]()
    try:
        for d in _dominations(_sides(players, payoffs), deadline):
            weak += [d] if not d.strict else []
            known |= {(d.player, d.action)} if not d.strict else set()
        for d in _dominations(table, deadline) if steps else ():
            later += [d] if (d.player, d.action) not in known else []
    except _LateError:
        unfinished = unfinished or "ran out of seconds looking for weak domination"
    left = {side.player.name: tuple(side.rows) for side in table}
    return Elimination(tuple(steps), left, tuple(weak), tuple(later), unfinished)


def survivors(
    players: Sequence[Player], payoffs: Payoffs, *, deadline: float = inf
) -> tuple[dict[str, Profile], bool]:
    """Return what iterated strict dominance leaves of each player's actions, and whether in full.

    Past the deadline less may have been removed than could be; what was, was rightly.
    """
    table = _sides(players, payoffs)
    finished = False
    try:
        while not finished:
            finished = True
            for position in range(len(table)):
                side = table[position]
                best = side.best()
                for action in [a for a in side.rows if a not in best]:
                    if _strict_mix(side.gaps(action), deadline, plain=False) is not None:
                        table = [other.without(side.player.name, action) for other in table]
                        side, finished = table[position], False
    except _LateError:
        pass
    return {side.player.name: tuple(side.rows) for side in table}, finished


def dominations(
    players: Sequence[Player], payoffs: Payoffs, left: Left | None = None
) -> tuple[Domination, ...]:
    """Return each action that some strategy dominates, strictly or weakly, with one that does.

    ``left`` are the actions that each player still has; all where it is not given.
    """
    table = _sides(players, payoffs)
    for name, kept in (left or {}).items():
        mine = next(player.actions for player in players if player.name == name)
        gone = [action for action in mine if action not in kept]
        for action in gone:
            table = [side.without(name, action) for side in table]
    return tuple(_dominations(table, inf))


def dominance(players: Sequence[Player], payoffs: Payoffs) -> tuple[Dominance, ...]:
    """Return every domination of one action by another, and by mixes where no action does as much.

    Examples
    --------
    >>> import dilemma
    >>> game = dilemma.matrix([[3, 0], [1, 1], [0, 3]], [[0, 1], [1, 0], [0, 1]])
    >>> for found in dominance(list(game.players.values()), game.payoffs):
    ...     print(found.worse, "by", found.better, "strictly" if found.strict else "weakly")
    row_2 by 1/2 row_1 + 1/2 row_3 strictly
    """
    found = []
    for side in _sides(players, payoffs):
        gaps = {worse: side.gaps(worse) for worse in side.rows}
        for better, worse in permutations(side.rows, 2):
            gained = gaps[worse][better]
            if min(gained) > 0 or (min(gained) == 0 and max(gained) > 0):
                found.append(Dominance(side.player.name, better, worse, strict=min(gained) > 0))
    strict = {(d.player, d.worse): d.strict for d in sorted(found, key=lambda d: d.strict)}
    for one in dominations(players, payoffs):
        if one.strict > strict.get((one.player, one.action), -1):
            mix = weighted(one.by)
            found.append(Dominance(one.player, mix, one.action, strict=one.strict))
    return tuple(found)


def dominant(model: Model, player: str, action: str) -> sp.Basic:
    """Return the condition under which an action is strictly best whatever the others do."""
    position = list(model.players).index(player)
    others = [p.actions for p in model.players.values() if p.name != player]
    gaps = []
    for rest in product(*others):
        own, *rivals = (
            (*rest[:position], a, *rest[position:])
            for a in (action, *(b for b in model.players[player].actions if b != action))
        )
        gaps += [
            sp.expand(model.payoffs[own][player] - model.payoffs[r][player]) > 0 for r in rivals
        ]
    return sp.And(*gaps)


# --- one player's payoffs -------------------------------------------------------------------------


class _LateError(Exception):
    """Time ran out; caught where the budget was given."""


@dataclass(frozen=True, slots=True)
class _Side:
    """What each action left pays a player, in integers, against all that the others may do.

    ``rows[action][k]`` stands against ``columns[k]``, which has a gap for the player's own action.
    """

    player: Player
    position: int
    names: tuple[str, ...]
    rows: Mapping[str, Sequence[int]]
    columns: Sequence[Profile]
    scale: int

    @classmethod
    def of(cls, players: Sequence[Player], payoffs: Payoffs, position: int) -> _Side:
        player, name = players[position], players[position].name
        own = [p.actions if k != position else ("",) for k, p in enumerate(players)]
        columns = list(product(*own))
        exact = {
            o: Fraction(int(c[name].numerator), int(c[name].denominator))
            for o, c in payoffs.items()
        }
        scale = lcm(*(v.denominator for v in exact.values()))
        rows = {
            mine: [
                int(exact[(*rest[:position], mine, *rest[position + 1 :])] * scale)
                for rest in columns
            ]
            for mine in player.actions
        }
        return cls(player, position, tuple(p.name for p in players), rows, columns, scale)

    def without(self, player: str, action: str) -> _Side:
        """Return what is left when an action of this or of another player is removed."""
        if player == self.player.name:
            return replace(self, rows={a: row for a, row in self.rows.items() if a != action})
        position = self.names.index(player)
        kept = [k for k, rest in enumerate(self.columns) if rest[position] != action]
        rows = {a: [row[k] for k in kept] for a, row in self.rows.items()}
        return replace(self, rows=rows, columns=[self.columns[k] for k in kept])

    def best(self, *, alone: bool = False) -> set[str]:
        """Return the actions that are best replies to some profile, or the only ones to some."""
        found: set[str] = set()
        for column in zip(*self.rows.values(), strict=True):
            most = max(column)
            if not alone or column.count(most) == 1:
                found.update(a for a, v in zip(self.rows, column, strict=True) if v == most)
        return found

    def gaps(self, action: str) -> Gaps:
        """Return what each other action gains over this one."""
        base = self.rows[action]
        return {
            a: [v - w for v, w in zip(row, base, strict=True)]
            for a, row in self.rows.items()
            if a != action
        }


def _sides(players: Sequence[Player], payoffs: Payoffs) -> list[_Side]:
    return [_Side.of(players, payoffs, position) for position in range(len(players))]


def _step(table: Sequence[_Side], deadline: float) -> Domination | None:
    """Return one strict domination, by a pure action if there is any."""
    idle = [
        (side, a) for side in table for best in [side.best()] for a in side.rows if a not in best
    ]
    for side, action in idle:
        better = next((a for a, row in side.gaps(action).items() if min(row) > 0), None)
        if better is not None:
            return _domination(side, action, {better: 1}, strict=True)
    for side, action in idle:
        mix = _strict_mix(side.gaps(action), deadline, plain=True)
        if mix is not None:
            return _domination(side, action, mix, strict=True)
    return None


def _dominations(table: Sequence[_Side], deadline: float) -> Iterator[Domination]:
    for side in table:
        best, only = side.best(), side.best(alone=True)
        for action in side.rows:
            if action in only:
                continue
            gaps = side.gaps(action)
            mix = _strict_mix(gaps, deadline, plain=True) if action not in best else None
            strict = mix is not None
            mix = mix or _weak_mix(gaps, deadline)
            if mix is not None:
                yield _domination(side, action, mix, strict=strict)


# --- what dominates -------------------------------------------------------------------------------


def _dominates(gaps: Gaps, mix: Weights, *, strict: bool) -> bool:
    """Check the definition of domination in exact numbers."""
    weighted = [[weight * v for v in gaps[a]] for a, weight in mix.items()]
    totals = [sum(column) for column in zip(*weighted, strict=True)]
    return bool(min(totals) > 0 if strict else min(totals) >= 0 and max(totals) > 0)


def _strict_mix(gaps: Gaps, deadline: float, *, plain: bool) -> Weights | None:
    """Return a mix that dominates strictly, a pure action if one does; None if there is none.

    ``plain`` asks for one that is fit to be shown.
    """
    pure = next((a for a, row in gaps.items() if min(row) > 0), None)
    if pure is not None:
        return {pure: 1}
    if not plain or sum(map(len, gaps.values())) > LARGE:
        chain = _chain(gaps)
        if chain is not None:
            return chain
    return _fewest(gaps, _surest, deadline, plain=plain)


def _weak_mix(gaps: Gaps, deadline: float) -> Weights | None:
    """Return a mix that never does worse and sometimes better; None if there is none."""
    pure = next((a for a, row in gaps.items() if min(row) >= 0 and max(row) > 0), None)
    return {pure: 1} if pure is not None else _fewest(gaps, _never_worse, deadline, plain=True)


def _chain(gaps: Gaps) -> Weights | None:
    """Put a mix together from actions each of which never loses where those before it only tie.

    With weights that fall steeply enough it dominates strictly.  A mix may do so where there is no
    such chain; but where there is one, it is found without a linear programme.
    """
    better, worse = (
        {a: sum([1 << k for k, v in enumerate(row) if v * sign > 0]) for a, row in gaps.items()}
        for sign in (1, -1)
    )
    left = (1 << len(next(iter(gaps.values()), ()))) - 1
    chain: list[str] = []
    while left:
        fitting = [a for a in gaps if better[a] & left and not worse[a] & left]
        if not fitting:
            return None
        chain.append(max(fitting, key=lambda a: (better[a] & left).bit_count()))
        left &= ~better[chain[-1]]
    steep = 1 - min(0, *(v for a in chain for v in gaps[a]))
    return {a: steep**k for k, a in enumerate(reversed(chain))}


def _surest(gaps: Gaps, deadline: float) -> Weights | None:
    """Return the mix whose least gain is largest, if that is a gain."""
    mix = safest(list(gaps.values()), deadline)
    if mix is None:
        raise _LateError
    found = {a: weight for a, weight in zip(gaps, mix, strict=True) if weight}
    return found if _dominates(gaps, found, strict=True) else None


def _never_worse(gaps: Gaps, deadline: float) -> Weights | None:
    """Return the mix that gains most in sum among those that never lose, if that is a gain."""
    columns = list(zip(*gaps.values(), strict=True))
    lines = [[-v for v in column] for column in columns] + [[1] * len(gaps)]
    bounds = [0] * len(columns) + [1]
    best = maximise([sum(row) for row in gaps.values()], lines, bounds, deadline=deadline)
    if best is None:
        raise _LateError
    found = {a: weight for a, weight in zip(gaps, best.primal, strict=True) if weight}
    return found if best.value > 0 else None


def _fewest(
    gaps: Gaps,
    find: Callable[[Gaps, float], Weights | None],
    deadline: float,
    *,
    plain: bool,
) -> Weights | None:
    """Return a dominating mix; a plain one uses no action that it can do without."""
    mix = find(gaps, deadline) if len(gaps) > 1 else None
    if mix is None or not plain:
        return mix
    for action in list(mix):
        fewer = find({a: gaps[a] for a in mix if a != action}, deadline) if action in mix else None
        mix = fewer or mix
    return mix


def _plainest(mix: Weights, gaps: Gaps, *, strict: bool) -> Weights:
    """Round a mix to the smallest denominator with which it still dominates."""
    for parts in range(len(mix), FINEST + 1):
        shares = {a: int(c * parts) for a, c in mix.items()}
        by_rest = sorted(mix, key=lambda a: shares[a] - mix[a] * parts)
        for action in by_rest[: parts - sum(shares.values())]:
            shares[action] += 1
        rounded = {a: Fraction(s, parts) for a, s in shares.items() if s}
        if _dominates(gaps, rounded, strict=strict):
            return rounded
    return mix


def _domination(side: _Side, action: str, weights: Weights, *, strict: bool) -> Domination:
    total = sum(weights.values())
    gaps = side.gaps(action)
    mix = _plainest({a: Fraction(c) / total for a, c in weights.items()}, gaps, strict=strict)
    pays = [side.rows[action][k] for k in range(len(side.columns))]
    better = [v + sum(c * gaps[a][k] for a, c in mix.items()) for k, v in enumerate(pays)]
    against = (", ".join(a for a in rest if a) for rest in side.columns)
    return Domination(
        player=side.player.name,
        title=side.player.title,
        action=action,
        by={a: _rational(c) for a, c in mix.items()},
        against={
            rest: (_rational(Fraction(high) / side.scale), _rational(Fraction(low, side.scale)))
            for rest, high, low in zip(against, better, pays, strict=True)
        },
        strict=strict,
    )


def _rational(number: int | Fraction) -> sp.Rational:
    return sp.Rational(number.numerator, number.denominator)
