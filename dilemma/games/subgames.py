"""Equilibria of a tree put together from its subgames, the last ones first.

A subgame begins where whoever moves knows the whole history, and everything behind can be told
from everything elsewhere.  In a subgame perfect equilibrium each is played as if it were the game:
so each is solved by itself, and stands in what comes before it for what it pays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

from dilemma.extensive import History
from dilemma.games.behaviour import polished
from dilemma.games.candidates import LATE, Search, actions_of
from dilemma.games.impossible import behind, has_impossible, possible
from dilemma.games.replies import Play, Position, worth

__all__ = ["Profile", "likeness", "profiles", "searched"]

MOST = 1_000  # profiles of one subgame that are kept
PLACES = 6  # plays that are the same up to here count as one

Likeness = tuple[float, ...]


@dataclass(frozen=True)
class Profile:
    """A play, whether its numbers are exact, and what it pays."""

    play: Play
    exact: bool
    pays: Mapping[str, Fraction]


def likeness(play: Play) -> Likeness:
    """Return what plays have in common that count as one."""
    return tuple(round(float(c), PLACES) for mix in play.values() for c in mix.values())


@dataclass
class _Kept:
    """Profiles, no two the same."""

    alike: dict[Likeness, Profile] = field(default_factory=dict)

    @property
    def found(self) -> list[Profile]:
        return list(self.alike.values())

    def add(self, profile: Profile) -> None:
        self.alike.setdefault(likeness(profile.play), profile)


def searched(position: Position, search: Search) -> list[Profile]:
    """Return the Nash equilibria of a position that can be found and confirmed.

    Where chance never does something, those without it come first, each with what players would
    do best behind it.
    """
    kept = _Kept()
    players = next(iter(position.pays.values()))
    start = {position.root: Fraction(1)}
    if has_impossible(position):
        for play, exact in _completed(position, search):
            kept.add(Profile(play, exact, {p: worth(position, play, start, p) for p in players}))
            if len(kept.alike) >= MOST:
                search.doubts.append(f"stopped at {MOST:,} profiles")
                return kept.found
    for candidate in search.candidates(position):
        certain = polished(position, candidate, search.is_over)
        if certain is None:
            if search.is_over():
                search.doubts.append(LATE)
                break
            if any(0 < chance < 1 for mix in candidate.values() for chance in mix.values()):
                search.doubts.append("a candidate of pygambit's could not be confirmed")
            continue
        play, exact = certain
        kept.add(Profile(play, exact, {p: worth(position, play, start, p) for p in players}))
        if len(kept.alike) >= MOST:
            search.doubts.append(f"stopped at {MOST:,} profiles")
            break
    return kept.found


def _completed(position: Position, search: Search) -> Iterator[tuple[Play, bool]]:
    """Yield plays of a tree in which chance never does something, told for all decisions."""
    everywhere = actions_of(position)
    waiting: list[tuple[Play, bool]] = [({}, True)]
    while waiting:
        play, exact = waiting.pop()
        if len(play) == len(everywhere):
            yield {decision: play[decision] for decision in everywhere}, exact
            continue
        rest = possible(behind(position, play) if play or not _moves(position) else position)
        found = searched(rest, search)
        waiting += [({**play, **one.play}, exact and one.exact) for one in reversed(found)]


def _moves(position: Position) -> bool:
    """Tell whether anybody is ever asked to move."""
    return any(node.player for node in possible(position).nodes.values())


def profiles(whole: Position, search: Search) -> list[Profile]:
    """Return the subgame perfect profiles of a tree that can be found and confirmed."""
    inside: dict[History, list[History]] = {root: [] for root in _roots(whole)}
    for root in inside:
        if root != whole.root:
            above = (root[:k] for k in range(len(root) - 1, -1, -1))
            inside[next(history for history in above if history in inside)].append(root)
    solved: dict[History, list[Profile]] = {}
    for root, below in sorted(inside.items(), key=lambda pair: len(pair[0]), reverse=True):
        kept = _Kept()
        for choice in product(*(solved[r] for r in below)):
            later = dict(zip(below, choice, strict=True))
            for first in searched(_part(whole, root, later), search):
                kept.add(_joined(first, choice))
            if len(kept.alike) >= MOST:
                search.doubts.append(f"stopped at {MOST:,} profiles")
                break
            if search.late():
                break
        solved[root] = kept.found
    return solved[whole.root]


def _joined(first: Profile, later: Sequence[Profile]) -> Profile:
    play = dict(first.play)
    for one in later:
        play |= one.play
    return Profile(play, first.exact and all(one.exact for one in later), first.pays)


def _part(whole: Position, root: History, later: Mapping[History, Profile]) -> Position:
    """Return the part of a tree from a root on, each subgame in it replaced by what it pays."""
    nodes, pays = {}, {}
    waiting = [root]
    while waiting:
        history = waiting.pop()
        if history in later:
            pays[history] = later[history].pays
        elif history in whole.nodes:
            nodes[history] = whole.nodes[history]
            waiting += [(*history, a) for a in reversed(whole.nodes[history].actions)]
        else:
            pays[history] = whole.pays[history]
    return Position(root, nodes, whole.chances, pays)


def _roots(whole: Position) -> Iterator[History]:
    """Yield where subgames begin, the whole tree's root first."""
    sets: dict[str, list[History]] = {}
    for history, node in whole.nodes.items():
        sets.setdefault(node.decision if node.player else "", []).append(history)
    sets.pop("", None)
    spread = [(histories, _shared(histories)) for histories in sets.values() if len(histories) > 1]
    for history in whole.nodes:
        # An information set forbids every root on the way to it, its own nodes too, that does
        # not lie before all of its histories.
        if all(
            len(history) <= shared or not any(h[: len(history)] == history for h in histories)
            for histories, shared in spread
        ):
            yield history


def _shared(histories: list[History]) -> int:
    """Return how many first actions several histories have in common."""
    return next(
        (k for k, step in enumerate(zip(*histories, strict=False)) if len(set(step)) > 1),
        min(map(len, histories)),
    )
