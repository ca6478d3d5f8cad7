"""A tree with imperfect information at one calibration: its equilibria, each made exact.

A subgame begins where whoever moves knows the whole history, and everything behind can be told
from everything elsewhere.  In a subgame perfect equilibrium each is played as if it were the game:
so each is solved by itself, the last ones first, and stands in what comes before it for what it
pays.  Candidates come subgame by subgame and from the tree as a whole; what costs least is asked
first and told at once: pure profiles, all in one table, and for two players one equilibrium by
Lemke's method.  Then come mixed ones by their supports.

Each is worked out to many digits, or exactly where it is rational (`polishing`).

What is left is judged from the tree alone.  An equilibrium here is subgame perfect and sequentially
rational, for beliefs that the model's concept allows; the Nash profiles that are not are counted and named beside it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import product

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.equilibrium import Equilibrium, NashSet, Solution, apart
from dilemma.games.matrix.bimatrix import in_words
from dilemma.games.tree import hidden, induction
from dilemma.games.tree.candidates import LATE, Search, actions_of, supports_of
from dilemma.games.tree.credible import Assessment, Judge, OverdueError
from dilemma.games.tree.deviations import (
    Play,
    Position,
    ValuedTree,
    behind,
    has_impossible,
    possible,
    worth,
)
from dilemma.games.tree.nodes import History, Plans
from dilemma.games.tree.polishing import CLOSE, polished
from dilemma.games.tree.sequence_form import Extremes
from dilemma.model import Model
from dilemma.theory.parts import Player

__all__ = ["Profile", "likeness", "profiles", "searched", "solve"]

# --- subgames -------------------------------------------------------------------------------------


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


# --- the whole tree -------------------------------------------------------------------------------


FIRST = 0.35  # of the budget of time, for what costs least
SEARCHING = 0.7  # for all of the search; the rest is for judging
JUDGING = 0.93  # for all of it; the rest is for telling
MOST_SUPPORTS = 5_000  # to look for Nash profiles that are not subgame perfect
MOST_NAMED = 6  # profiles that are named one by one
NOT_ADMITTED = (
    "it rests on beliefs that its own mistake, or Bayes' rule in the limit, would not leave"
)
ONLY_CHEAP = "mixed equilibria were not looked for by their supports"
UNCERTAIN = "nothing certifies that there are no others, mixed ones or where play does not come"


def solve(
    model: Model,
    numbers: ValuedTree,
    values: Mapping[sp.Symbol, sp.Expr],
    *,
    deadline: float,
) -> Iterator[Solution]:
    """Find credible equilibria of a tree with imperfect information; see :class:`Solution`.

    Each answer is better than the last; ``deadline`` is by ``time.monotonic``.

    Raises
    ------
    UnsupportedError
        For a tree that has private types as well.
    """
    if numbers.tree.types:
        raise UnsupportedError(
            f"{model.name} has private types on an interval ({', '.join(numbers.tree.types)}) "
            "and a player who does not know what has happened: no way to solve both at once; "
            "chance may draw one of a few types instead"
        )
    now = time.monotonic()
    budget = max(deadline - now, 0)
    route = _Route(model, numbers, values, deadline)
    last = now + JUDGING * budget
    cheap = Search(now + FIRST * budget, last, thorough=False)
    first = route.solved(cheap, cheap, ONLY_CHEAP)
    yield first
    if not first.equilibria:
        path = Search(now + FIRST * budget, last, thorough=False, traced=True)
        yield route.solved(path, path, ONLY_CHEAP)
    many = supports_of(route.whole) > MOST_SUPPORTS
    # Of a zero-sum game one equilibrium says what all pay; the others are a continuum.
    if not (first.equilibria and many and route.zero_sum) and not route.late():
        until = now + SEARCHING * budget
        yield route.solved(Search(until, last), Search(until, last, MOST_SUPPORTS))


@dataclass
class _Route:
    model: Model
    numbers: ValuedTree
    values: Mapping[sp.Symbol, sp.Expr]
    deadline: float
    asked: bool = (
        False  # whether pygambit was, whether Lemke's method was followed, and plans were mixed
    )
    followed: bool = False
    listed: bool = False
    alike: dict[object, Profile] = field(default_factory=dict)
    told: dict[object, Assessment] = field(default_factory=dict)
    admitted: dict[object, bool | None] = field(default_factory=dict)

    def late(self) -> bool:
        """Tell whether time is over."""
        return time.monotonic() > self.deadline

    def __post_init__(self) -> None:
        self.more_asked = hidden.asks_more(self.numbers.tree)
        self.concept = self.numbers.tree.concept
        self.spans = {p: self._span(p) for p in self.model.players}
        pays = {
            end: {
                p: (pay[0] - low) / span for p, pay in cell.items() for low, span in [self.spans[p]]
            }
            for end, cell in self.numbers.payoffs.items()
        }
        tree = self.numbers.tree
        self.whole = Position((), tree.nodes, self.numbers.chances, pays)
        players = list(self.model.players)
        self.judges = {
            exact: Judge(
                self.whole, tree.decisions, players, Fraction(0) if exact else CLOSE, self.deadline
            )
            for exact in (True, False)
        }

    def _span(self, player: str) -> tuple[Fraction, Fraction]:
        """Return the least that a player is paid, and how much more the most is."""
        paid = [cell[player][0] for cell in self.numbers.payoffs.values()]
        return min(paid), (max(paid) - min(paid)) or Fraction(1)

    def solved(self, search: Search, besides: Search, *doubts: str) -> Solution:
        """Search by the subgames and besides as a whole, judge, and tell."""
        credible, rejected = self._judged(search, besides)
        found = tuple(self._equilibrium(one, told) for one, told in credible)
        whole = self._whole(search, credible)
        sets, components = whole or (apart(found), tuple((k,) for k in range(len(found))))
        unsure = [*dict.fromkeys([*search.doubts, *doubts]), UNCERTAIN]
        return Solution(
            equilibria=found,
            sets=sets,
            components=components,
            complete=whole is not None,
            exact=self.numbers.exact,
            concept=self.concept,
            reason="" if whole else "; ".join(unsure),
            degenerate=None,
            witness="",
            method="; ".join(self._said(rejected)),
        )

    def _whole(
        self, search: Search, credible: Sequence[tuple[Profile, Assessment]]
    ) -> tuple[tuple[NashSet, ...], tuple[tuple[int, ...], ...]] | None:
        """Return the sets of equilibria and how they hang together; None where there may be others.

        There are none where all extreme equilibria are known, of each subgame by itself, and all of
        them lead everywhere; where they are not isolated, in a tree without subgames.
        """
        roots = list(_roots(self.whole))
        if search.doubts or not set(roots) <= set(search.extreme) or self._chance_hides(roots):
            return None
        every = [one for own in search.extreme.values() for one in own]
        if not all(one.whole for one in every):
            return None
        if all(len(subset) == 1 for one in every for subset in one.exact.subsets):
            found = tuple(self._equilibrium(*one) for one in credible)
            return apart(found), tuple((k,) for k in range(len(found)))
        if len(roots) > 1:
            return None
        return self._sets(every[0], [likeness(self._ordered(one.play)) for one, _ in credible])

    def _chance_hides(self, roots: Sequence[History]) -> bool:
        """Tell whether, within some subgame, nothing leads to a decision but what chance never does.

        What is believed there no play says, and extreme equilibria are of the rest alone.
        """
        parts = (possible(replace(self.whole, root=root)) for root in roots)
        led = {node.decision for part in parts for node in part.nodes.values()}
        return not set(self.numbers.tree.decisions) <= led

    def _ordered(self, play: Play) -> Play:
        return {d: play[d] for d in self.numbers.tree.decisions}

    def _sets(
        self, extremes: Extremes, known: Sequence[Likeness]
    ) -> tuple[tuple[NashSet, ...], tuple[tuple[int, ...], ...]]:
        """Describe the maximal Nash subsets of a tree, each by its extreme equilibria."""
        places = [known.index(likeness(self._ordered(plays[0]))) for plays in extremes.plays]
        home = {k: n for n, own in enumerate(extremes.exact.components) for k in own}
        sets = []
        for subset in extremes.exact.subsets:
            members = [self._equilibrium_of(extremes.plays[k][0]) for k in subset]
            mixes = {d: [one.play[d] for one in members] for d in self.numbers.tree.decisions}
            several = {
                d: list({tuple(m.values()): m for m in own}.values()) for d, own in mixes.items()
            }
            moving = [
                self.numbers.tree.decisions[d].player for d, own in several.items() if len(own) > 1
            ]
            free = len(set(moving)) == len(moving)
            told = [Player(d, d, (), {}, None) for d in self.numbers.tree.decisions]
            sets.append(
                NashSet(
                    members=tuple(places[k] for k in subset),
                    extreme={d: tuple(own) for d, own in (several if free else mixes).items()},
                    representative=self._equilibrium_of(extremes.middle(subset)),
                    words=in_words(told, several),
                    component=home[subset[0]],
                    free=free,
                )
            )
        components = tuple(
            tuple(sorted(places[k] for k in own)) for own in extremes.exact.components
        )
        return tuple(sets), components

    def _equilibrium_of(self, play: Play) -> Equilibrium:
        start = {self.whole.root: Fraction(1)}
        pays = {p: worth(self.whole, play, start, p) for p in self.model.players}
        return self._equilibrium(
            Profile(play, exact=True, pays=pays), self.judges[True].assess(play)
        )

    def _said(self, rejected: Sequence[tuple[Profile, Assessment]]) -> Iterator[str]:
        ways = ["all pure plays"] if not self.asked else []
        ways += ["Lemke's method in the sequence form"] if self.followed else []
        ways += ["the extreme equilibria in the sequence form"] if self.listed else []
        ways += ["pygambit's search of pure and mixed behaviour"] if self.asked else []
        yield f"{_listed(ways)}, subgame by subgame and as a whole, judged from the definitions"
        if self.zero_sum:
            yield "the sum of payoffs is the same at every end, so every equilibrium pays the same"
        if any(not c for mix in self.numbers.chances.values() for c in mix.values()):
            yield (
                "where chance never leads, what is played is best for some beliefs; they are "
                "consistent if chance's own mistakes are rarer than all of the players'"
            )
        if rejected:
            yield _not_credible(rejected, self.numbers.tree.decisions)

    @cached_property
    def zero_sum(self) -> bool:
        """Tell whether what one of two players is paid is taken from the other."""
        sums = {sum(pay[0] for pay in cell.values()) for cell in self.numbers.payoffs.values()}
        return len(self.model.players) == 2 and len(sums) == 1

    def _judged(
        self, search: Search, besides: Search
    ) -> tuple[list[tuple[Profile, Assessment]], list[tuple[Profile, Assessment]]]:
        """Return the credible profiles, and the other Nash profiles, each with its assessment."""
        order = self.numbers.tree.decisions
        found = profiles(self.whole, search)
        if self.judges[True].subgames:
            found = [*found, *searched(self.whole, besides)]
        self.asked = self.asked or search.asked or besides.asked
        self.listed = self.listed or bool(search.extreme or besides.extreme)
        self.followed = self.followed or search.followed or besides.followed
        for one in found:
            self.alike.setdefault(likeness({d: one.play[d] for d in order}), one)
        credible, rejected = [], []
        for key, one in self.alike.items():
            if key not in self.told and not self._assessed(key, one, search):
                search.doubts.append("ran out of seconds while judging")
                break
            told = self.told[key]
            if told.rational and told.subgame_perfect:
                if self._admitted(key, one, search):
                    credible.append((one, told))
                else:
                    self.told[key] = replace(told, rational=False, objection=NOT_ADMITTED)
                    rejected.append((one, self.told[key]))
            elif max(told.regrets.values()) <= self.judges[one.exact].slack:
                rejected.append((one, told))
        return credible, rejected

    def _assessed(self, key: object, one: Profile, search: Search) -> bool:
        """Judge a profile, and tell whether there was time for it."""
        if time.monotonic() > search.judging:
            return False
        try:
            self.told[key] = self.judges[one.exact].assess(one.play)
        except OverdueError:
            return False
        return True

    def _admitted(self, key: object, one: Profile, search: Search) -> bool:
        """Tell whether the beliefs that a play rests on are such as the concept allows."""
        if not self.more_asked:
            return True
        if key not in self.admitted:
            play = {
                d: {a: _rational(c) for a, c in one.play[d].items()}
                for d in self.numbers.tree.decisions
            }
            self.admitted[key] = hidden.admits(self.model, self.values, play) if one.exact else None
        if self.admitted[key] is None:
            search.doubts.append(
                f"of some play it is not decided whether it is among the {self.concept}"
            )
            return True
        return bool(self.admitted[key])

    def _equilibrium(self, one: Profile, told: Assessment) -> Equilibrium:
        play = {
            decision: {a: _rational(one.play[decision][a]) for a in node.actions}
            for decision, node in self.numbers.tree.decisions.items()
        }
        payoffs = {
            player: _rational(low + span * one.pays[player])
            for player, (low, span) in self.spans.items()
        }
        regret = max(told.regrets[p] * span for p, (_, span) in self.spans.items())
        return Equilibrium(
            play=Plans(play),
            payoffs=payoffs,
            outcomes=self._outcomes(play, payoffs),
            regret=_rational(regret),
            branch=_name(one.play, self.numbers.tree.decisions),
            strict=told.strict,
            exact=one.exact,
            more={
                "beliefs": {
                    decision: {", ".join(h): _rational(c) for h, c in belief.items()}
                    for decision, belief in told.beliefs.items()
                },
                "concepts": {
                    "Nash": max(told.regrets.values()) <= self.judges[one.exact].slack,
                    "subgame perfect": told.subgame_perfect,
                    "sequentially rational": told.rational,
                    "consistent beliefs": told.consistent,
                },
            },
        )

    def _outcomes(
        self, play: Mapping[str, Mapping[str, sp.Rational]], payoffs: Mapping[str, sp.Rational]
    ) -> dict[str, sp.Expr | None]:
        at = {**self.values, **{sp.Symbol(p, real=True): v for p, v in payoffs.items()}}
        found: dict[str, sp.Expr | None] = {}
        for name, outcome in self.model.outcomes.items():
            chances = {
                symbol: induction.probability(self.numbers.tree, play, chance).xreplace(self.values)
                for symbol, chance in outcome.chances.items()
            }
            value = outcome.formula.xreplace({**at, **chances})
            found[name] = value if value.is_number and value.is_finite else None
        return found


def _listed(ways: Sequence[str]) -> str:
    return " and ".join([", ".join(ways[:-1]), ways[-1]] if len(ways) > 1 else ways)


def _not_credible(
    rejected: Sequence[tuple[Profile, Assessment]], order: Mapping[str, object]
) -> str:
    count = len(rejected)
    told = [f"({_name(one.play, order)}): {why.objection}" for one, why in rejected[:MOST_NAMED]]
    more = ["…"] if count > MOST_NAMED else []
    word = "profile is" if count == 1 else "profiles are"
    return f"{count} further Nash {word} not credible: {'; '.join(told + more)}"


def _name(play: Play, decisions: Mapping[str, object]) -> str:
    return ", ".join("/".join(a for a, c in play[d].items() if c) for d in decisions)


def _rational(number: Fraction) -> sp.Rational:
    return sp.Rational(number.numerator, number.denominator)
