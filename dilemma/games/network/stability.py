"""The symbolic solution of a game of links: a branch for each network, alike ones once.

What is chosen once the links stand solves first-order conditions that are linear in it: a ratio of
polynomials, whose denominator is positive where payoffs are concave in what their player chooses.
What somebody gains by one link is then a ratio of polynomials as well.  A network counts as stable where
what is chosen lies inside its range, in it and in every network that is one link away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import sympy as sp
from sympy.polys.matrices import DomainMatrix

from dilemma.errors import UnsupportedError
from dilemma.games.branch import Branch, Naming, Shape, compared
from dilemma.games.network import NetworkGame, network_of
from dilemma.games.network.links import Pair, put_in_graph
from dilemma.games.network.symmetry import Alike, Exchange, alike, relabelled
from dilemma.games.network.war import War, war_stable
from dilemma.model import Model
from dilemma.theory.parts import tied

__all__ = ["Graph", "branches", "chosen_in", "stable"]

SECONDS = 2.0  # for the proof of a sign
MOST_CANCELLED = 150  # operations in a formula up to which it is brought into lowest terms
ZERO = sp.Integer(0)

Graph = tuple[Pair, ...]


def branches(model: Model, *, named: bool = False) -> tuple[Branch, ...]:
    """Return every branch of a game of links.

    Parameters
    ----------
    named : bool
        Whether gains are written in the shortest way that the definitions allow.

    Raises
    ------
    UnsupportedError
        If there are too many networks, or what is chosen then has no closed form.
    """
    _check_size(model)
    return _branches(model.game_alone, named)


def _check_size(model: Model) -> None:
    game = network_of(model)
    if len(game.linked) > game.most_proved:
        raise UnsupportedError(
            f"{model.name} has {len(game.linked)} players who may link; its symbolic solution is worked "
            f"out up to {game.most_proved}"
        )


@lru_cache(maxsize=16)
def _branches(model: Model, named: bool) -> tuple[Branch, ...]:  # noqa: FBT001 -- cached
    naming = Naming(model) if named else None
    solving = _Solving(model, network_of(model), naming)
    every = alike(model) if solving.game.war is None else _not_excluded(model, solving.game.war)
    found = (solving.branch(own) for own in every)
    return tuple(branch for branch in found if branch is not None)


@dataclass(frozen=True)
class Ratio:
    """A polynomial over factors of determinants.

    Attributes
    ----------
    over : mapping of factor to power
    other : sympy expression or None
        The formula as it is, where it is no such ratio.
    """

    top: Any
    over: Mapping[sp.Expr, int]
    other: sp.Expr | None = None

    def __sub__(self, less: Ratio) -> Ratio:
        if self.other is not None or less.other is not None:
            return Ratio(self.top, {}, self.whole - less.whole)
        over = {
            f: max(self.over.get(f, 0), less.over.get(f, 0)) for f in {**self.over, **less.over}
        }
        return Ratio(self.raised(over) - less.raised(over), over)

    def raised(self, over: Mapping[sp.Expr, int]) -> Any:
        """Return the top over a larger denominator."""
        top = self.top
        for factor, power in over.items():
            top *= self.top.ring.from_expr(factor) ** (power - self.over.get(factor, 0))
        return top

    @property
    def whole(self) -> sp.Expr:
        """The formula itself."""
        if self.other is not None:
            return self.other
        return self.top.as_expr() / sp.Mul(*(f**power for f, power in self.over.items()))


def stable(
    game: NetworkGame,
    graph: Graph,
    inside: Callable[[Graph], Iterable[sp.Basic]],
    gain: Callable[[str, Graph, Graph], sp.Expr],
) -> Iterator[sp.Basic]:
    """Yield what makes a network stable.

    Parameters
    ----------
    inside : callable
        When what is chosen in a network lies inside its range.
    gain : callable
        What has the sign of what a player gains from one network to another.
    """
    yield from inside(graph)
    for pair, there, added in game.neighbours(graph):
        yield from inside(there)
        gains = list(dict.fromkeys(gain(player, graph, there) for player in pair))
        if added and len(gains) > 1:
            both = sp.And(*(compared(sp.Le, each) for each in gains))
            yield sp.Or(*(compared(sp.Lt, each) for each in gains), both)
        else:
            yield from (compared(sp.Le, each) for each in gains)


def chosen_in(model: Model, graph: Graph) -> Mapping[sp.Symbol, sp.Expr]:
    """Return what is chosen in a network, in closed form.

    Raises
    ------
    UnsupportedError
        If there are too many networks, or what is chosen then has no closed form.
    """
    _check_size(model)
    tops, factors = _Solving(model, network_of(model), None).solved(graph)
    return {symbol: Ratio(top, factors).whole for symbol, top in tops.items()}


@dataclass(frozen=True)
class _Solving:
    """All networks of a model, each solved once."""

    model: Model
    game: NetworkGame
    naming: Naming | None

    def branch(self, own: Alike) -> Branch | None:
        """Write a network down; None if it is never stable."""
        conditions = dict.fromkeys(self._conditions(own.graph))
        if sp.false in conditions:
            return None
        pays = self._pays(own.graph)
        return Branch(
            name=self.game.called(own.graph),
            play={
                "-".join(pair): {
                    "linked": sp.Integer(int(pair in own.graph)),
                    "apart": sp.Integer(int(pair not in own.graph)),
                }
                for pair in self.game.pairs
            },
            payoffs=pays,
            outcomes=self._outcomes(own.graph, pays),
            conditions=tuple(c for c in conditions if c is not sp.true),
            shape=Shape(),
        )

    # --- when it is stable ----------------------------------------------------------------------

    def _conditions(self, graph: Graph) -> Iterator[sp.Basic]:
        if self.game.war is not None:
            return war_stable(self.game.war, self.game.pairs, graph)
        return stable(self.game, graph, self._inside, self._gain)

    def _inside(self, graph: Graph) -> tuple[sp.Basic, ...]:
        """Return that what is chosen lies inside its range: the same in all networks that are alike."""
        first = self._first[graph][0]
        if first not in self._insides:
            self._insides[first] = tuple(self._lies_inside(first))
        return self._insides[first]

    @cached_property
    def _insides(self) -> dict[Graph, tuple[sp.Basic, ...]]:
        return {}

    def _lies_inside(self, graph: Graph) -> Iterator[sp.Basic]:
        for choice in self.game.chosen.values():
            for end, sign in ((choice.low, 1), (choice.high, -1)):
                if end.is_finite is not False:
                    told = self._told(sign * (choice.symbol - end), graph)
                    yield compared(sp.Gt, self._signed(told))

    @cached_property
    def _first(self) -> dict[Graph, tuple[Graph, Exchange]]:
        """For each network the one that stands for it, and what turns that into it."""
        return {
            graph: (own.graph, exchange)
            for own in alike(self.model)
            for graph, exchange in own.members.items()
        }

    def _gain(self, player: str, graph: Graph, there: Graph) -> sp.Expr:
        """Return what has the sign of what a player gains by one link more or less."""
        after, before = (self._like(player, g) for g in (there, graph))
        if (before, after) not in self._gains:
            gain = self._signed(self._paid(*after) - self._paid(*before))
            self._gains[before, after], self._gains[after, before] = gain, -gain
        return self._gains[before, after]

    def _like(self, player: str, graph: Graph) -> tuple[str, Graph]:
        """Return the network that stands for this one, and who is there what a player is here."""
        first, exchange = self._first[graph]
        return next(p for p, q in exchange.players.items() if q == player), first

    def _paid(self, player: str, graph: Graph) -> Ratio:
        """Return what a player is paid, in a network that stands for others."""
        if (player, graph) not in self._paids:
            pays = put_in_graph(self.game.pays[player], self.game.calls, graph)
            self._paids[player, graph] = self._told(pays, graph)
        return self._paids[player, graph]

    @cached_property
    def _paids(self) -> dict[tuple[str, Graph], Ratio]:
        return {}

    @cached_property
    def _gains(self) -> dict[tuple[tuple[str, Graph], tuple[str, Graph]], sp.Expr]:
        return {}

    def _told(self, formula: sp.Expr, graph: Graph) -> Ratio:
        """Return a formula with what is chosen put in; what is no polynomial in that stays whole."""
        chosen, factors = self._solved[graph]
        try:
            if not chosen:
                return Ratio(self.ring.from_expr(sp.expand(formula)), {})
            whole = sp.Poly(formula, *chosen, domain=self.ring.to_domain())
        except (sp.PolynomialError, sp.CoercionFailed, ValueError):
            tops = {s: Ratio(top, factors).whole for s, top in chosen.items()}
            return Ratio(self.ring.one, {}, formula.xreplace(tops))
        degree = max(whole.total_degree(), 0)
        bottom = Ratio(self.ring.one, {}).raised(factors)
        top = self.ring.zero
        for powers, coefficient in whole.terms():
            part = self.ring.from_expr(coefficient) * bottom ** (degree - sum(powers))
            for number, power in zip(chosen.values(), powers, strict=True):
                part *= number**power
            top += part
        return Ratio(top, {factor: degree * power for factor, power in factors.items()})

    @cached_property
    def ring(self) -> Any:
        """Polynomials in the parameters and definitions that payoffs and choices speak of."""
        symbols = [parameter.symbol for parameter in self.model.parameters.values()]
        symbols += [definition.symbol for definition in self.model.definitions.values()]
        said = [end for choice in self.game.chosen.values() for end in (choice.low, choice.high)]
        for own in alike(self.model):
            said += [put_in_graph(p, self.game.calls, own.graph) for p in self.game.pays.values()]
            said += [
                put_in_graph(o.formula, o.chances, own.graph) for o in self.model.outcomes.values()
            ]
        spoken = sp.Tuple(*said).free_symbols
        return sp.ring([symbol for symbol in symbols if symbol in spoken], sp.QQ)[0]

    def _signed(self, ratio: Ratio) -> sp.Expr:
        """Return what has the sign of a ratio, whose denominators vanish nowhere."""
        if ratio.other is not None:
            return ratio.other
        top = ratio.top
        for factor, sign in self.factors.items():
            own = self.ring.from_expr(factor)
            top *= sign ** ratio.over.get(factor, 0)
            quotient, rest = top.div(own)
            while not rest and top:  # it divides both
                top, (quotient, rest) = quotient * sign, (quotient * sign).div(own)
        found = top.as_expr()
        return found if self.naming is None else self.naming.shortest(found)

    @cached_property
    def factors(self) -> dict[sp.Expr, int]:
        """The factors of all determinants, each with its sign."""
        middle = {p.symbol: p.range.some for p in self.model.parameters.values()}
        every = (factor for _, factors in self._solved.values() for factor in factors)
        return {f: int(sp.sign(self.model.expand(f).xreplace(middle))) for f in every}

    # --- what is chosen -------------------------------------------------------------------------

    @cached_property
    def _solved(self) -> dict[Graph, tuple[dict[sp.Symbol, Any], dict[sp.Expr, int]]]:
        return {own.graph: self.solved(own.graph) for own in alike(self.model)}

    def solved(self, graph: Graph) -> tuple[dict[sp.Symbol, Any], dict[sp.Expr, int]]:
        """Solve the first-order conditions of all who choose: polynomials over the determinant's factors."""
        choices = list(self.game.chosen.values())
        symbols = [choice.symbol for choice in choices]
        if not symbols:
            return {}, {}
        slopes = [
            sp.expand(
                sp.diff(put_in_graph(self.game.pays[c.player], self.game.calls, graph), c.symbol)
            )
            for c in choices
        ]
        if any(
            not e.is_polynomial(*symbols) or sp.Poly(e, *symbols).total_degree() > 1 for e in slopes
        ):
            raise UnsupportedError(
                f"{self.model.name}: what is chosen in ({self.game.called(graph)}) has no closed form: "
                "its first-order conditions are not linear in it (solve answers for given values)"
            )
        system, right = sp.linear_eq_to_matrix(slopes, symbols)
        self._check_concave(graph, system)
        adjugate, determinant = DomainMatrix.from_Matrix(system).adj_det()
        told = adjugate.to_Matrix() * right
        constant, factors = sp.factor_list(adjugate.domain.to_sympy(determinant))
        tops = {
            s: self.ring.from_expr(sp.expand(top / constant))
            for s, top in zip(symbols, told, strict=True)
        }
        return self._lowest(tops, dict(factors))

    def _lowest(
        self, tops: dict[sp.Symbol, Any], factors: dict[sp.Expr, int]
    ) -> tuple[dict[sp.Symbol, Any], dict[sp.Expr, int]]:
        """Divide by factors that all of what is chosen has."""
        for factor in list(factors):
            own = self.ring.from_expr(factor)
            while factors[factor]:
                divided = {s: top.div(own) for s, top in tops.items()}
                if any(rest for _, rest in divided.values()):
                    break
                tops = {s: quotient for s, (quotient, _) in divided.items()}
                factors[factor] -= 1
        return tops, {factor: power for factor, power in factors.items() if power}

    def _check_concave(self, graph: Graph, system: sp.Matrix) -> None:
        """See that each payoff is concave in what its player chooses."""
        players = [choice.player for choice in self.game.chosen.values()]
        for player in dict.fromkeys(players):
            own = [k for k, other in enumerate(players) if other == player]
            curved = -system.extract(own, own)
            for size in range(1, len(own) + 1):
                minor = sp.expand(curved[:size, :size].det(method="berkowitz"))
                if _sign(self.model, minor) <= 0:
                    raise UnsupportedError(
                        f"{self.model.name}: what {player} is paid is not proved to be concave in what it "
                        f"chooses, in ({self.game.called(graph)}): {minor} > 0 is wanted for all parameters"
                    )

    # --- what it pays ---------------------------------------------------------------------------

    def _pays(self, graph: Graph) -> dict[str, sp.Expr]:
        return {player: self._short(self._paid(player, graph)) for player in self.game.pays}

    def _outcomes(self, graph: Graph, pays: Mapping[str, sp.Expr]) -> dict[str, sp.Expr]:
        paid = {sp.Symbol(p, real=True): v for p, v in pays.items()}
        return {
            name: self._outcome(put_in_graph(o.formula, o.chances, graph), graph).xreplace(paid)
            for name, o in self.model.outcomes.items()
        }

    def _outcome(self, formula: sp.Expr, graph: Graph) -> sp.Expr:
        if not formula.is_rational_function():
            return self._short(self._told(formula, graph))
        top, bottom = (self._told(part, graph) for part in sp.fraction(sp.together(formula)))
        if bottom.other is not None or top.other is not None:
            return self._short(self._told(formula, graph))
        over = {f: p - bottom.over.get(f, 0) for f, p in top.over.items()}
        above = Ratio(top.top, {f: max(p, 0) for f, p in over.items()})
        more = Ratio(self.ring.one, {}).raised({f: max(-p, 0) for f, p in over.items()})
        missing = {f: p for f, p in bottom.over.items() if f not in top.over}
        more *= Ratio(self.ring.one, {}).raised(missing)
        numerator, denominator = (above.top * more).cancel(bottom.top)
        return self._short(Ratio(numerator, above.over)) / denominator.as_expr()

    def _short(self, told: Ratio) -> sp.Expr:
        """Return a formula in lowest terms, for readers wherever that is short."""
        if told.other is not None:
            return told.other
        top, over = told.top, dict(told.over)
        for factor in list(over):
            own = self.ring.from_expr(factor)
            quotient, rest = top.div(own)
            while not rest and over[factor]:
                over[factor] -= 1
                top, (quotient, rest) = quotient, quotient.div(own)
        whole = Ratio(top, over).whole
        if self.naming is not None and whole.count_ops() <= MOST_CANCELLED:
            return sp.factor_terms(sp.cancel(whole))
        return whole


def _not_excluded(model: Model, war: War) -> tuple[Alike, ...]:
    """Return the networks that war leaves alone somewhere, as far as is known; alike ones once.

    Raises
    ------
    UnsupportedError
        If something is not known not to be negative: then not all allies need to join an attack.
    """
    game = network_of(model)
    for formula in (*war.strengths.values(), war.threshold):
        if _asked(model, sp.Lt(formula, 0)) != "unsat":
            raise UnsupportedError(
                f"{model.name}: {formula} is not known to be nought or more for all parameters; war-stable "
                "networks are then found for given values alone (solve)"
            )
    known: dict[Graph, bool] = {}
    for orbit in relabelled(model):
        occurs = _asked(model, *war_stable(war, game.pairs, orbit[0])) != "unsat"
        known |= dict.fromkeys(orbit, occurs)
    return tuple(own for own in alike(model) if known[own.graph])


@lru_cache(maxsize=1_000)
def _sign(model: Model, formula: sp.Expr) -> int:
    """Return the sign of a formula that is proved for all parameters in their ranges; 0 if none is."""
    if formula.is_number:
        return int(sp.sign(formula))
    for sign, wrong in ((1, sp.Le(formula, 0)), (-1, sp.Ge(formula, 0))):
        if _asked(model, wrong) == "unsat":
            return sign
    return 0


def _asked(model: Model, *statements: sp.Basic) -> str:
    """Tell whether statements hold together for some parameters in their ranges."""
    from dilemma.deciders.question import Question

    about = tied(model.parameters, model.definitions)
    return Question(about, lambda: SECONDS).ask(*statements).status
