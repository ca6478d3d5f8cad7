"""A game of links at one calibration, in exact numbers: every network is gone through.

What is chosen once the links stand solves a linear system in fractions where slopes are straight lines;
where they are not, the game of chosen numbers that is left in a network is solved by itself.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

import sympy as sp
from sympy.polys.matrices import DomainMatrix
from sympy.polys.matrices.exceptions import DMNonInvertibleMatrixError

from dilemma.errors import CalibrationError, DisagreementError, UnsupportedError
from dilemma.games.equilibrium import Equilibrium, Solution, apart
from dilemma.games.network import NetworkGame, network_of
from dilemma.games.network.links import Links, Pair, put_in_graph
from dilemma.games.network.prepared import formulas_in, lines_in, outcomes_in, standing_for
from dilemma.games.network.prepared import slopes as slopes_of
from dilemma.games.network.symmetry import Alike, alike
from dilemma.games.network.war import War
from dilemma.games.profiles import DIGITS
from dilemma.model import Model
from dilemma.reading.toml import formula as written
from dilemma.theory.exact_values import put_in_exactly, sign_between

__all__ = ["solve"]

Graph = tuple[Pair, ...]
Paid = Mapping[str, sp.Rational]
Play = Mapping[sp.Symbol, sp.Expr]


@dataclass
class _Networks:
    """What every network pays at one calibration."""

    model: Model
    game: NetworkGame
    values: Mapping[sp.Symbol, sp.Expr]
    exact: bool = True
    known: dict[Graph, Paid | None] = field(default_factory=dict)
    attacked: dict[tuple[Graph, str], sp.Rational] = field(default_factory=dict)
    numbers: dict[sp.Expr, sp.Expr] = field(default_factory=dict)
    plays: dict[Graph, Play | None] = field(default_factory=dict)

    def paid(self, graph: Graph) -> Paid | None:
        """Return what a network pays; None where nothing inside the ranges is best to choose."""
        if graph not in self.known:
            first, exchange = standing_for(self.model)[graph]
            self.known[graph] = (
                self._paid(graph)
                if graph == first
                else _renamed(self.paid(first), exchange.players)
            )
        return self.known[graph]

    def _paid(self, graph: Graph) -> Paid | None:
        """Return what a network that stands for others pays."""
        chosen = self.chosen(graph)
        if chosen is None:
            return None
        at, formulas = {**self.values, **chosen}, formulas_in(self.model, graph)
        return {p: self.number(f, at, graph, f"payoffs.{p}") for p, f in formulas.items()}

    def number(
        self, formula: sp.Expr, at: Mapping[sp.Symbol, sp.Expr], graph: Graph, what: str
    ) -> sp.Rational:
        """Return a formula's value, rounded where it is irrational."""
        value = put_in_exactly(formula, at)
        if value.is_Rational:
            return value
        if value.free_symbols or not value.is_real or not value.is_finite:
            raise CalibrationError(
                f"{what} is not a finite real number there, in ({self.game.called(graph)})"
            )
        self.exact = False
        return sp.Rational(sp.N(value, DIGITS))

    # --- war ------------------------------------------------------------------------------------

    def excess(self, war: War, graph: Graph, country: str) -> sp.Rational:
        """Return by how much the strongest of all attacks on a country is stronger than it must be."""
        if (graph, country) not in self.attacked:
            strong = {
                p: self.strength(f"players.{p}.strength", m) for p, m in war.strengths.items()
            }
            at = War(strong, self.strength("links.threshold", war.threshold))
            self.attacked[graph, country] = max(at.excess(*s) for s in at.every(graph, country))
        return self.attacked[graph, country]

    def strength(self, what: str, formula: sp.Expr) -> sp.Rational:
        """Return a strength, or the threshold: a number that is not negative."""
        told = put_in_graph(formula, self.game.calls, ())
        value = self.number(told, self.values, (), what)
        if value < 0:
            raise CalibrationError(f"{what} is {value} there; nought or more is wanted")
        return value

    # --- what is chosen -------------------------------------------------------------------------

    def chosen(self, graph: Graph) -> Play | None:
        """Return what is chosen in a network; None where nothing inside the ranges is best."""
        if not self.game.chosen:
            return {}
        if graph not in self.plays:
            first, exchange = standing_for(self.model)[graph]
            self.plays[graph] = (
                self._chosen(graph)
                if graph == first
                else _renamed(self.chosen(first), exchange.chosen)
            )
        return self.plays[graph]

    def _chosen(self, graph: Graph) -> Play | None:
        """Return what is chosen in a network that stands for others."""
        choices = list(self.game.chosen.values())
        symbols = [choice.symbol for choice in choices]
        found: Play | None
        lines = lines_in(self.model, graph)
        values = {} if lines is None else {e: self._known(e) for e in lines.formulas}
        if lines is not None and all(value.is_Rational for value in values.values()):
            solved = lines.solved(values)
            found = None if solved is None else dict(zip(symbols, solved, strict=True))
        else:
            found = self._by_slopes(graph, symbols)
        ends = {c.symbol: (self._known(c.low), self._known(c.high)) for c in choices}
        inside = found is not None and all(
            sign_between(ends[s][0], v) > 0 and sign_between(v, ends[s][1]) > 0
            for s, v in found.items()
        )
        return found if inside else None

    def _known(self, formula: sp.Expr) -> sp.Expr:
        """Return what a formula in parameters and definitions comes to."""
        if formula not in self.numbers:
            self.numbers[formula] = put_in_exactly(formula, self.values)
        return self.numbers[formula]

    def _by_slopes(self, graph: Graph, symbols: list[sp.Symbol]) -> Play | None:
        """Solve slopes that are straight lines at this calibration alone, or no straight lines."""
        slopes = [
            put_in_graph(e, self.game.calls, graph).xreplace(dict(self.values))
            for e in slopes_of(self.model)
        ]
        straight = all(e.is_polynomial(*symbols) for e in slopes)
        lines = [sp.Poly(e, *symbols) for e in slopes] if straight else []
        if straight and all(line.total_degree() <= 1 for line in lines):
            return self._straight(lines, symbols)
        return self._solved(graph)

    def _straight(
        self, slopes: list[sp.Poly], symbols: list[sp.Symbol]
    ) -> dict[sp.Symbol, sp.Expr] | None:
        players = [choice.player for choice in self.game.chosen.values()]
        rows = [[line.coeff_monomial(s) for s in symbols] for line in slopes]
        rest = [[-line.coeff_monomial(1)] for line in slopes]
        for player in dict.fromkeys(players):  # concave in what its player chooses?
            own = [k for k, other in enumerate(players) if other == player]
            curved = sp.Matrix([[-rows[i][j] for j in own] for i in own])
            if not curved.is_positive_definite:
                return None
        left = DomainMatrix.from_Matrix(sp.Matrix(rows)).to_field()
        right = DomainMatrix.from_Matrix(sp.Matrix(rest)).convert_to(left.domain)
        try:
            told = left.lu_solve(right).to_Matrix()
        except DMNonInvertibleMatrixError:
            return None
        return dict(zip(symbols, told, strict=True))

    def _solved(self, graph: Graph) -> dict[sp.Symbol, sp.Expr] | None:
        """Solve what is left in a network as a game of chosen numbers."""
        from dilemma.games.solution import equilibria

        at = dict(self.values)
        pays = {p: f.xreplace(at) for p, f in formulas_in(self.model, graph).items()}
        choices = self.game.chosen.values()
        players = {
            c.player: {
                "choices": {
                    own.name: {
                        "range": [written(own.low.xreplace(self.values)), written(own.high.xreplace(self.values))],
                        "open": "both",
                    }
                    for own in choices
                    if own.player == c.player
                }
            }
            for c in choices
        }  # fmt: skip
        left = Model(
            name=self.model.name,
            title=self.model.title,
            kind="continuous",
            players=players,
            payoffs={player: written(pays[player]) for player in players},
        )
        found = equilibria(left, {}, seconds=None)
        if not found.complete or len(found) != 1:
            return None
        self.exact = self.exact and found[0].exact
        symbols = {c.name: c.symbol for c in choices}
        return {symbols[n]: v for own in found[0].play.values() for n, v in own.items()}


def _renamed(told: Mapping[Any, Any] | None, names: Mapping[Any, Any]) -> dict[Any, Any] | None:
    """Return what is told of each under the name of who takes its place."""
    return None if told is None else {names[name]: value for name, value in told.items()}


def solve(
    model: Model,
    values: Mapping[sp.Symbol, sp.Expr],
    *,
    seconds: float | None,
    most: int,
    second_opinion: bool = True,
) -> Iterator[Solution]:
    """Find the stable networks; each answer is better than the last.

    Without a ``second_opinion`` the branches are not asked.

    Raises
    ------
    CalibrationError
        If a payoff has no value in some network.
    DisagreementError
        If the branches and the numbers part: a defect in this package.
    """
    game = network_of(model)
    networks = _Networks(model, game, values)
    found, ties, reason = _stable(networks, seconds, most)
    every = 2 ** len(game.pairs)
    method = f"what each of {every:,} networks pays, in exact numbers"
    if game.war is not None:
        method = f"every attack in each of {every:,} networks, in exact numbers"
    if second_opinion and not reason and len(game.linked) <= game.most_proved:
        method += _agree(model, values, found)
    undetermined = sum(
        len(own.members) for own in alike(model) if networks.known.get(own.graph, ()) is None
    )
    if undetermined and not reason:
        method += f"; in {undetermined} networks nothing inside the ranges is best to choose"
    yield Solution(
        equilibria=found,
        sets=apart(found),
        components=tuple((k,) for k in range(len(found))),
        complete=not reason,
        exact=networks.exact,
        reason=reason,
        degenerate=bool(ties),
        witness=ties[0] if ties else "",
        method=method,
        concept=game.concept,
    )


def _stable(
    networks: _Networks, seconds: float | None, most: int
) -> tuple[tuple[Equilibrium, ...], list[str], str]:
    """Return the stable networks, alike ones once, ties, and why some may be missing."""
    deadline = time.monotonic() + (inf if seconds is None else seconds)
    game = networks.game
    first = {own.graph: own for own in alike(networks.model)}
    found: dict[Graph, Equilibrium] = {}
    ties: list[str] = []
    for count, graph in enumerate(game.graphs()):
        if count >= most or time.monotonic() > deadline:
            reason = f"{count:,} of {2 ** len(game.pairs):,} networks were tried"
            return tuple(found.values()), ties, reason
        if graph not in first:
            continue  # like one before: stable iff that is
        stable, tied = _judged(networks, graph)
        if stable:
            ties += tied
            found[graph] = _equilibrium(networks, first[graph], strict=not tied)
    return tuple(found.values()), ties, ""


def _judged(networks: _Networks, graph: Graph) -> tuple[bool, list[str]]:
    """Tell whether a network is stable, and which links it may as well have or lack."""
    game, now = networks.game, networks.paid(graph)
    if now is None:
        return False, []
    if game.war is not None:
        return _judged_in_war(networks, game.war, graph)
    ties = []
    for pair, there, added in game.neighbours(graph):
        later = networks.paid(there)
        if later is None:
            return False, []
        gains = [sign_between(now[player], later[player]) for player in pair]
        blocked = min(gains) < 0 if added else max(gains) < 0
        if added and not blocked and max(gains) > 0:
            return False, []
        if not added and max(gains) > 0:
            return False, []
        if not blocked:
            word = "without" if not added else "with"
            ties.append(
                f"({game.called(graph)}) pays {' or '.join(pair)} as much {word} {'-'.join(pair)}"
            )
    return True, ties


def _judged_in_war(networks: _Networks, war: War, graph: Graph) -> tuple[bool, list[str]]:
    """Tell whether a network is war-stable, attack by attack, and which are as strong as the defence."""
    game, ties = networks.game, []

    def vulnerable(there: Graph, country: str) -> bool:
        excess = networks.excess(war, there, country)
        if excess == 0:
            ties.append(f"({game.called(there)}) an attack on {country} is just too weak")
        return bool(excess > 0)

    for pair, there, added in (((), graph, True), *game.neighbours(graph)):
        exposed = [vulnerable(there, country) for country in (game.linked if added else pair)]
        if any(exposed) if added else not all(exposed):
            return False, []
    return True, ties


def _equilibrium(networks: _Networks, own: Alike, *, strict: bool) -> Equilibrium:
    game, model, graph = networks.game, networks.model, own.graph
    paid, chosen = networks.paid(graph), networks.chosen(graph)
    assert paid is not None and chosen is not None  # noqa: PT018 -- it was found stable
    at = {**networks.values, **chosen, **{sp.Symbol(p, real=True): v for p, v in paid.items()}}
    outcomes = {}
    for name, formula in outcomes_in(model, graph).items():
        value = put_in_exactly(formula, at)
        outcomes[name] = value if value.is_number and value.is_finite else None
    parts = {
        "-".join(pair): {
            "linked": sp.Integer(int(pair in graph)),
            "apart": sp.Integer(int(pair not in graph)),
        }
        for pair in game.pairs
    }
    return Equilibrium(
        branch=game.called(graph),
        play=Links(parts),
        payoffs=dict(paid),
        outcomes=outcomes,
        exact=networks.exact,
        regret=sp.Integer(0),
        strict=strict,
        more={"alike": len(own.members)} if len(own.members) > 1 else {},
    )


def _agree(
    model: Model, values: Mapping[sp.Symbol, sp.Expr], found: tuple[Equilibrium, ...]
) -> str:
    """Compare with the branches that hold here."""
    from dilemma.games.network.stability import branches
    from dilemma.games.points import holds

    here = {e.branch for e in found}
    try:
        every = branches(model)
    except UnsupportedError:
        return ""
    there = {b.name for b in every if all(holds(c, values)[0] for c in b.conditions)}
    if here != there:
        raise DisagreementError(
            f"numbers find {sorted(here)}, branches {sorted(there)}; please report this with "
            f"{model.name} at {dict(values)}"
        )
    return f"; {len(there)} of {len(every)} branches hold there, and agree"
