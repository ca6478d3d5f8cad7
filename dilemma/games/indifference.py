"""Why players mix: each mixes so that the other does not care which of its actions it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from dilemma.equilibrium import Equilibrium
from dilemma.games.selection import Payoffs
from dilemma.games.wording import apart, chances, owned
from dilemma.parts import Player, Profile

__all__ = ["Indifference", "indifferences"]


@dataclass(frozen=True, slots=True)
class Indifference:
    """One player's mix, and what each action of the other pays against it.

    Attributes
    ----------
    player, title : str
        Who mixes.
    mix : mapping of action to probability
    other, other_title : str
        Who answers.
    used : tuple of str
        What the other plays; all of it pays the same, exactly.
    pays : mapping of the other's action to expected payoff
        Of its unused actions too: none pays more.
    """

    player: str
    title: str
    mix: Mapping[str, sp.Rational]
    other: str
    other_title: str
    used: Profile
    pays: Mapping[str, sp.Rational]

    @property
    def text(self) -> str:
        """The mix in a sentence, with the payoffs that it makes equal."""
        shown = dict(zip(self.pays, apart(list(self.pays.values())), strict=True))
        said = f"{self.title} mixes {chances(self.mix)}"
        if len(self.used) > 1:
            said += (
                f" so that {self.other_title} is indifferent between {_listed(self.used)}: "
                f"{' = '.join(shown[a] for a in self.used)}"
            )
        else:
            said += f", and {owned(self.other_title)} {self.used[0]} pays {shown[self.used[0]]}"
        level = self.pays[self.used[0]]
        rest = [a for a in self.pays if a not in self.used]
        told = [
            f"{a} would pay {'the same' if self.pays[a] == level else f'less, {shown[a]}'}"
            for a in rest
        ]
        return "; ".join([said, *told])


def _listed(actions: Sequence[str]) -> str:
    return f"{', '.join(actions[:-1])} and {actions[-1]}"


def indifferences(
    players: Sequence[Player], payoffs: Payoffs, equilibrium: Equilibrium
) -> tuple[Indifference, ...]:
    """Explain the mix of each of two players that mixes in an equilibrium.

    Raises
    ------
    AssertionError
        If what is played does not pay the same and at least as much as all else: never, for an
        equilibrium of these payoffs.
    """
    found = []
    for position, player in enumerate(players):
        other = players[1 - position]
        mix, reply = equilibrium.play[player.name], equilibrium.play[other.name]
        if max(mix.values()) == 1:
            continue
        pays = {
            b: sum(
                (
                    chance * payoffs[(a, b) if position == 0 else (b, a)][other.name]
                    for a, chance in mix.items()
                ),
                sp.Integer(0),
            )
            for b in other.actions
        }
        used = tuple(b for b in other.actions if reply[b])
        best = max(pays.values())
        assert all(pays[b] == best for b in used), (equilibrium.name, pays)
        found.append(
            Indifference(player.name, player.title, mix, other.name, other.title, used, pays)
        )
    return tuple(found)
