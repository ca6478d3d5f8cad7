"""A tree with imperfect information at one calibration: which of its Nash profiles are credible.

Candidates come subgame by subgame and from the tree as a whole; each is made exact where it is
rational, and then judged from the tree alone.  An equilibrium here is subgame perfect and
sequentially rational; the Nash profiles that are not are counted and named beside it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf

import sympy as sp

from dilemma.equilibrium import Equilibrium
from dilemma.errors import UnsupportedError
from dilemma.games import induction
from dilemma.games.assessments import Assessment, Judge
from dilemma.games.behaviour import CLOSE
from dilemma.games.candidates import Search
from dilemma.games.found import Found, apart
from dilemma.games.replies import Play, Position
from dilemma.games.subgames import Profile, likeness, profiles, searched
from dilemma.games.valued import ValuedTree
from dilemma.model import Model

__all__ = ["solve"]

SEARCHING = 0.7  # of the budget of time; the rest is for judging
MOST_SUPPORTS = 5_000  # to look for Nash profiles that are not subgame perfect
MOST_NAMED = 6  # profiles that are named one by one
UNCERTAIN = "nothing certifies that there are no others, mixed ones or where play does not come"


def solve(
    model: Model,
    numbers: ValuedTree,
    values: Mapping[sp.Symbol, sp.Expr],
    *,
    seconds: float | None,
) -> Found:
    """Find credible equilibria of a tree with imperfect information; see :class:`Found`.

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
    budget = inf if seconds is None else seconds
    now = time.monotonic()
    until = now + SEARCHING * budget
    route = _Route(
        model, numbers, values, Search(until), Search(until, MOST_SUPPORTS), now + budget
    )
    return route.solved()


@dataclass
class _Route:
    model: Model
    numbers: ValuedTree
    values: Mapping[sp.Symbol, sp.Expr]
    search: Search
    besides: Search  # for Nash profiles that no subgame perfect one is
    deadline: float

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
            exact: Judge(self.whole, tree.decisions, players, Fraction(0) if exact else CLOSE)
            for exact in (True, False)
        }

    def _span(self, player: str) -> tuple[Fraction, Fraction]:
        """Return the least that a player is paid, and how much more the most is."""
        paid = [cell[player][0] for cell in self.numbers.payoffs.values()]
        return min(paid), (max(paid) - min(paid)) or Fraction(1)

    def solved(self) -> Found:
        """Search, judge, and tell."""
        credible, rejected = self._judged()
        search = self.search
        found = tuple(self._equilibrium(one, told) for one, told in credible)
        asked = search.asked or self.besides.asked
        how = "pygambit's search of pure and mixed behaviour" if asked else "all pure plays"
        said = [f"{how}, subgame by subgame and as a whole, judged from the definitions"]
        if rejected:
            said.append(_not_credible(rejected, self.numbers.tree.decisions))
        return Found(
            equilibria=found,
            sets=apart(found),
            components=tuple((k,) for k in range(len(found))),
            complete=False,
            exact=self.numbers.exact,
            concept="credible equilibria",
            reason="; ".join([*dict.fromkeys(search.doubts), UNCERTAIN]),
            degenerate=None,
            witness="",
            method="; ".join(said),
        )

    def _judged(self) -> tuple[list[tuple[Profile, Assessment]], list[tuple[Profile, Assessment]]]:
        """Return the credible profiles, and the other Nash profiles, each with its assessment."""
        order = self.numbers.tree.decisions
        found = profiles(self.whole, self.search)
        if self.judges[True].subgames:
            found = [*found, *searched(self.whole, self.besides)]
        alike: dict[object, Profile] = {}
        for one in found:
            alike.setdefault(likeness({d: one.play[d] for d in order}), one)
        credible, rejected = [], []
        for one in alike.values():
            told = self.judges[one.exact].assess(one.play)
            slack = self.judges[one.exact].slack
            if told.rational and told.subgame_perfect:
                credible.append((one, told))
            elif max(told.regrets.values()) <= slack:
                rejected.append((one, told))
            if time.monotonic() > self.deadline:
                self.search.doubts.append("ran out of seconds while judging")
                break
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
