"""A tree with imperfect information at one calibration: which of its Nash profiles are credible.

Candidates come subgame by subgame and from the tree as a whole; each is made exact where it is
rational, and then judged from the tree alone.  An equilibrium here is subgame perfect and
sequentially rational; the Nash profiles that are not are counted and named beside it.

What costs least is asked first and told at once: pure profiles, all in one table, and for two
players one equilibrium by Lemke's method.  Then come mixed ones by their supports.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import sympy as sp

from dilemma.equilibrium import Equilibrium
from dilemma.errors import UnsupportedError
from dilemma.games import induction
from dilemma.games.assessments import Assessment, Judge, OverdueError
from dilemma.games.behaviour import CLOSE
from dilemma.games.candidates import Search, supports_of
from dilemma.games.found import Found, apart
from dilemma.games.replies import Play, Position
from dilemma.games.subgames import Profile, likeness, profiles, searched
from dilemma.games.valued import ValuedTree
from dilemma.model import Model

__all__ = ["solve"]

FIRST = 0.35  # of the budget of time, for what costs least
SEARCHING = 0.7  # for all of the search; the rest is for judging
MOST_SUPPORTS = 5_000  # to look for Nash profiles that are not subgame perfect
MOST_NAMED = 6  # profiles that are named one by one
ONLY_CHEAP = "mixed equilibria were not looked for by their supports"
UNCERTAIN = "nothing certifies that there are no others, mixed ones or where play does not come"


def solve(
    model: Model,
    numbers: ValuedTree,
    values: Mapping[sp.Symbol, sp.Expr],
    *,
    deadline: float,
) -> Iterator[Found]:
    """Find credible equilibria of a tree with imperfect information; see :class:`Found`.

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
    cheap = Search(now + FIRST * budget, thorough=False)
    first = route.solved(cheap, cheap, ONLY_CHEAP)
    yield first
    if not first.equilibria:
        path = Search(now + FIRST * budget, thorough=False, traced=True)
        yield route.solved(path, path, ONLY_CHEAP)
    many = supports_of(route.whole) > MOST_SUPPORTS
    # Of a zero-sum game one equilibrium says what all pay; the others are a continuum.
    if not (first.equilibria and many and route.zero_sum) and not route.late():
        until = now + SEARCHING * budget
        yield route.solved(Search(until), Search(until, MOST_SUPPORTS))


@dataclass
class _Route:
    model: Model
    numbers: ValuedTree
    values: Mapping[sp.Symbol, sp.Expr]
    deadline: float
    asked: bool = False  # whether pygambit was, and whether Lemke's method was followed
    followed: bool = False
    alike: dict[object, Profile] = field(default_factory=dict)
    told: dict[object, Assessment] = field(default_factory=dict)

    def late(self) -> bool:
        """Tell whether time is over."""
        return time.monotonic() > self.deadline

    def __post_init__(self) -> None:
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

    def solved(self, search: Search, besides: Search, *doubts: str) -> Found:
        """Search by the subgames and besides as a whole, judge, and tell."""
        credible, rejected = self._judged(search, besides)
        found = tuple(self._equilibrium(one, told) for one, told in credible)
        return Found(
            equilibria=found,
            sets=apart(found),
            components=tuple((k,) for k in range(len(found))),
            complete=False,
            exact=self.numbers.exact,
            concept="credible equilibria",
            reason="; ".join([*dict.fromkeys([*search.doubts, *doubts]), UNCERTAIN]),
            degenerate=None,
            witness="",
            method="; ".join(self._said(rejected)),
        )

    def _said(self, rejected: Sequence[tuple[Profile, Assessment]]) -> Iterator[str]:
        ways = ["all pure plays"] if not self.asked else []
        ways += ["Lemke's method in the sequence form"] if self.followed else []
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
        self.followed = self.followed or search.followed or besides.followed
        for one in found:
            self.alike.setdefault(likeness({d: one.play[d] for d in order}), one)
        credible, rejected = [], []
        for key, one in self.alike.items():
            if key not in self.told:
                try:
                    self.told[key] = self.judges[one.exact].assess(one.play)
                except OverdueError:
                    search.doubts.append("ran out of seconds while judging")
                    break
            told = self.told[key]
            if told.rational and told.subgame_perfect:
                credible.append((one, told))
            elif max(told.regrets.values()) <= self.judges[one.exact].slack:
                rejected.append((one, told))
        return credible, rejected

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
            play=play,
            payoffs=payoffs,
            outcomes=self._outcomes(play, payoffs),
            regret=_rational(regret),
            branch=_name(one.play, self.numbers.tree.decisions),
            strict=told.strict,
            exact=one.exact,
            beliefs={
                decision: {", ".join(h): _rational(c) for h, c in belief.items()}
                for decision, belief in told.beliefs.items()
            },
            concepts={
                "Nash": max(told.regrets.values()) <= self.judges[one.exact].slack,
                "subgame perfect": told.subgame_perfect,
                "sequentially rational": told.rational,
                "consistent beliefs": told.consistent,
            },
        )

    def _outcomes(
        self, play: Mapping[str, Mapping[str, sp.Rational]], payoffs: Mapping[str, sp.Rational]
    ) -> dict[str, sp.Expr | None]:
        at = {**self.values, **{sp.Symbol(p, real=True): v for p, v in payoffs.items()}}
        found: dict[str, sp.Expr | None] = {}
        for name, outcome in self.model.outcomes.items():
            assert outcome.formula is not None
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
