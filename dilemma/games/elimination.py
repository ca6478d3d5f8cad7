"""Actions that a player does better without: strict domination, by pure and by mixed strategies.

Strictly dominated actions are removed until none is left; what remains does not depend on the
order (Gilboa, Kalai and Zemel 1990, Operations Research Letters 9: 85-89).  Weakly dominated
actions are named and never removed: there the order would matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import sympy as sp

from dilemma.games.selection import Payoffs
from dilemma.games.wording import apart, owned, weighted
from dilemma.parts import Player, Profile

__all__ = ["Domination", "Elimination", "dominations", "eliminate"]

Left = Mapping[str, Profile]  # the actions that each player still has
FINEST = 24  # a mix is written with the smallest denominator that serves, up to this one


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
    """

    steps: tuple[Domination, ...]
    survivors: Mapping[str, Profile]
    weak: tuple[Domination, ...]
    later: tuple[Domination, ...]

    @property
    def solvable(self) -> bool:
        """Whether one profile alone survives: the game is dominance solvable."""
        return all(len(actions) == 1 for actions in self.survivors.values())


def eliminate(players: Sequence[Player], payoffs: Payoffs) -> Elimination:
    """Remove strictly dominated actions until none is left, pure dominations first.

    Parameters
    ----------
    players : sequence of Player
    payoffs : mapping of profile to mapping of player to exact payoff

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
    left: dict[str, Profile] = {p.name: p.actions for p in players}
    steps: list[Domination] = []
    while True:
        step = next(_strict(players, payoffs, left, mixed=False), None)
        step = step or next(_strict(players, payoffs, left, mixed=True), None)
        if step is None:
            break
        steps.append(step)
        left[step.player] = tuple(a for a in left[step.player] if a != step.action)
    whole = dominations(players, payoffs)
    weak = tuple(d for d in whole if not d.strict)
    known = {(d.player, d.action) for d in weak}
    later = (
        tuple(d for d in dominations(players, payoffs, left) if (d.player, d.action) not in known)
        if steps
        else ()
    )
    return Elimination(tuple(steps), left, weak, later)


def dominations(
    players: Sequence[Player], payoffs: Payoffs, left: Left | None = None
) -> tuple[Domination, ...]:
    """Return each action that some strategy dominates, strictly or weakly, with one that does."""
    left = left or {p.name: p.actions for p in players}
    found = []
    for position, player in enumerate(players):
        for action in left[player.name]:
            for strict in (True, False):
                one = _dominated(players, payoffs, left, position, action, strict=strict)
                if one is not None:
                    found.append(one)
                    break
    return tuple(found)


def _strict(players: Sequence[Player], payoffs: Payoffs, left: Left, *, mixed: bool) -> Any:
    """Yield every strict domination, by pure strategies or by mixed ones."""
    find = _dominated if mixed else _dominated_purely
    for position, player in enumerate(players):
        for action in left[player.name]:
            found = find(players, payoffs, left, position, action, strict=True)
            if found is not None:
                yield found


def _dominated(
    players: Sequence[Player],
    payoffs: Payoffs,
    left: Left,
    position: int,
    action: str,
    *,
    strict: bool,
) -> Domination | None:
    pure = _dominated_purely(players, payoffs, left, position, action, strict=strict)
    if pure is not None:
        return pure
    own = _payoffs(players, payoffs, left, position)
    others = {a: line for a, line in own.items() if a != action}
    dominates = _test(own, action, strict=strict)
    if len(others) < 2 or _best(others, own[action], strict=strict) is None:
        return None
    for size in range(2, len(others) + 1):
        for some in combinations(others, size):
            mix = _best({a: others[a] for a in some}, own[action], strict=strict)
            if mix is not None:
                return _told(players, left, position, action, _plainest(mix, dominates), own)
    raise AssertionError(f"a mix dominates {action}, and no mix of any size does")


def _dominated_purely(
    players: Sequence[Player],
    payoffs: Payoffs,
    left: Left,
    position: int,
    action: str,
    *,
    strict: bool,
) -> Domination | None:
    own = _payoffs(players, payoffs, left, position)
    dominates = _test(own, action, strict=strict)
    for better in own:
        mix = {better: sp.Integer(1)}
        if better != action and dominates(mix):
            return _told(players, left, position, action, mix, own)
    return None


def _others(players: Sequence[Player], left: Left, position: int) -> list[Profile]:
    """Return what the other players may still do, with a gap for the player's own action."""
    own = [left[p.name] if k != position else ("",) for k, p in enumerate(players)]
    return list(product(*own))


def _payoffs(
    players: Sequence[Player], payoffs: Payoffs, left: Left, position: int
) -> dict[str, list[sp.Rational]]:
    """Return what each action left pays a player against everything that the others may do."""
    name = players[position].name
    return {
        mine: [
            payoffs[(*rest[:position], mine, *rest[position + 1 :])][name]
            for rest in _others(players, left, position)
        ]
        for mine in left[name]
    }


def _mixed(mix: Mapping[str, sp.Rational], own: Mapping[str, Sequence[Any]]) -> list[sp.Rational]:
    width = len(next(iter(own.values())))
    return [sum((c * own[a][k] for a, c in mix.items()), sp.Integer(0)) for k in range(width)]


def _test(
    own: Mapping[str, Sequence[Any]], action: str, *, strict: bool
) -> Callable[[Mapping[str, sp.Rational]], bool]:
    """Return the definition of domination, checked in exact numbers."""

    def dominates(mix: Mapping[str, sp.Rational]) -> bool:
        gaps = [m - a for m, a in zip(_mixed(mix, own), own[action], strict=True)]
        return bool(min(gaps) > 0 if strict else min(gaps) >= 0 and max(gaps) > 0)

    return dominates


def _best(
    others: Mapping[str, Sequence[sp.Rational]], dominated: Sequence[sp.Rational], *, strict: bool
) -> dict[str, sp.Rational] | None:
    """Return the mix with the largest margin, by an exact linear program, if it dominates."""
    import z3

    weights = {a: z3.Real(f"weight {k}") for k, a in enumerate(others)}
    gaps = [
        z3.Sum([w * z3.RealVal(str(others[a][k])) for a, w in weights.items()])
        - z3.RealVal(str(pays))
        for k, pays in enumerate(dominated)
    ]
    margin = z3.Real("margin")
    solver = z3.Optimize()
    solver.add(z3.Sum(list(weights.values())) == 1, *(w >= 0 for w in weights.values()))
    if strict:
        solver.add(*(gap >= margin for gap in gaps))
    else:
        solver.add(margin == z3.Sum(gaps), *(gap >= 0 for gap in gaps))
    solver.maximize(margin)
    if solver.check() != z3.sat or not z3.is_true(solver.model().eval(margin > 0)):
        return None
    found = {a: solver.model().eval(w, model_completion=True) for a, w in weights.items()}
    return {a: sp.Rational(str(w.as_fraction())) for a, w in found.items() if w.as_fraction()}


def _plainest(
    mix: Mapping[str, sp.Rational], dominates: Callable[[Mapping[str, sp.Rational]], bool]
) -> dict[str, sp.Rational]:
    """Round a mix to the smallest denominator with which it still dominates."""
    for parts in range(len(mix), FINEST + 1):
        shares = {a: int(c * parts) for a, c in mix.items()}
        by_rest = sorted(mix, key=lambda a: shares[a] - mix[a] * parts)
        for action in by_rest[: parts - sum(shares.values())]:
            shares[action] += 1
        rounded = {a: sp.Rational(s, parts) for a, s in shares.items() if s}
        if dominates(rounded):
            return rounded
    return dict(mix)


def _told(
    players: Sequence[Player],
    left: Left,
    position: int,
    action: str,
    mix: Mapping[str, sp.Rational],
    own: Mapping[str, Sequence[Any]],
) -> Domination:
    player = players[position]
    against = (", ".join(a for a in rest if a) for rest in _others(players, left, position))
    pairs = dict(zip(against, zip(_mixed(mix, own), own[action], strict=True), strict=True))
    strict = all(better > worse for better, worse in pairs.values())
    return Domination(player.name, player.title, action, mix, pairs, strict)
