"""Sets of equilibria in words and numbers, each with one equilibrium that stands for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf

import sympy as sp

from dilemma.equilibrium import Equilibrium, Mix, NashSet
from dilemma.games.wording import chance_of, weighted
from dilemma.parts import Player

__all__ = ["in_words", "nash_sets"]

Profile = Mapping[str, Mix]


def nash_sets(
    players: Sequence[Player],
    equilibria: Sequence[Equilibrium],
    subsets: Iterable[tuple[int, ...]],
    components: Sequence[tuple[int, ...]],
    make: Callable[[Profile], Equilibrium],
    *,
    deadline: float = inf,
) -> tuple[NashSet, ...]:
    """Describe the maximal Nash subsets of a game.

    Parameters
    ----------
    players : sequence of Player
    equilibria : sequence of Equilibrium
        The extreme ones.
    subsets, components : tuples of positions in ``equilibria``
    make : callable
        Works out payoffs, outcomes and regret of a profile of mixes.
    deadline : float
        On the monotonic clock [s]; past it an extreme equilibrium stands for a set, not its middle.
    """
    home = {k: number for number, component in enumerate(components) for k in component}
    found = []
    for members in subsets:
        extreme = {
            player.name: tuple(_distinct(equilibria[k].play[player.name] for k in members))
            for player in players
        }
        alone = len(members) == 1 or time.monotonic() >= deadline
        middle = {name: _middle(mixes) for name, mixes in extreme.items()}
        found.append(
            NashSet(
                members=members,
                extreme=extreme,
                representative=equilibria[members[0]] if alone else make(middle),
                words=in_words(players, extreme),
                component=home[members[0]],
            )
        )
    return tuple(found)


def _distinct(mixes: Iterable[Mix]) -> list[Mix]:
    return list({tuple(mix.items()): mix for mix in mixes}.values())


def _middle(mixes: Sequence[Mix]) -> Mix:
    """Return the equal mixture of some strategies."""
    return {
        action: sum((mix[action] for mix in mixes), sp.Integer(0)) / len(mixes)
        for action in mixes[0]
    }


def in_words(players: Sequence[Player], extreme: Mapping[str, Sequence[Mix]]) -> str:
    """Describe the freedom that each player has.

    Examples
    --------
    >>> us = Player("us", "United States", ("weak", "strong"), {}, None)
    >>> third, one = sp.Rational(1, 3), sp.Integer(1)
    >>> in_words([us], {"us": [{"weak": 1 - third, "strong": third}, {"weak": 0, "strong": one}]})
    'United States: strong with any probability from 1/3 to 1'
    """
    return "; ".join(f"{player.title}: {_freedom(extreme[player.name])}" for player in players)


def _freedom(mixes: Sequence[Mix]) -> str:
    actions = list(mixes[0])
    used = [a for a in actions if any(mix[a] for mix in mixes)]
    if len(mixes) == 1:
        return weighted(mixes[0])
    corners = [a for a in used if any(mix[a] == 1 for mix in mixes)]
    if len(corners) == len(mixes) == len(used):
        return "anything" if used == actions else f"any mixture of {_list(used)}"
    if len(used) == 2:
        low, high = sorted(mix[used[1]] for mix in mixes)
        rest = "" if len(actions) == 2 else f", else {used[0]}"
        return f"{used[1]} with any probability from {chance_of(low)} to {chance_of(high)}{rest}"
    return f"any mixture of {_list([f'({weighted(mix)})' for mix in mixes])}"


def _list(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"
