"""A game of links at one calibration, in exact numbers: every network is gone through.

What is chosen once the links stand solves a linear system in fractions where slopes are straight lines;
where they are not, the game of chosen numbers that is left in a network is solved by itself.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf

import sympy as sp
from sympy.polys.matrices import DomainMatrix
from sympy.polys.matrices.exceptions import DMNonInvertibleMatrixError

from dilemma.errors import CalibrationError, DisagreementError, UnsupportedError
from dilemma.games.equilibrium import Equilibrium, Solution, apart
from dilemma.games.network import NetworkGame, network_of
from dilemma.games.network.links import Links, Pair, put_in_graph
from dilemma.games.network.symmetry import Alike, alike
from dilemma.games.network.war import War
from dilemma.games.profiles import DIGITS
from dilemma.model import Model
from dilemma.reading.toml import formula as written

__all__ = ["solve"]

Graph = tuple[Pair, ...]
Paid = Mapping[str, sp.Rational]


@dataclass
class _Networks:
    """What every network pays at one calibration."""

    model: Model
    game: NetworkGame
    values: Mapping[sp.Symbol, sp.Expr]
    exact: bool = True
    known: dict[Graph, Paid | None] = field(default_factory=dict)
    attacked: dict[tuple[Graph, str], sp.Rational] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Calibrated once, before any network is put in: the same for all of them.
        at = dict(self.values)
        self._pays = {p: f.xreplace(at) for p, f in self.game.pays.items()}
        self._slopes = [e.xreplace(at) for e in _slopes(self.model)]

    def paid(self, graph: Graph) -> Paid | None:
        """Return what a network pays; None where nothing inside the ranges is best to choose."""
        if graph not in self.known:
            chosen = self.chosen(graph)
            pays = self._pays.items()
            self.known[graph] = (
                None
                if chosen is None
                else {p: self.number(f, graph, chosen, f"payoffs.{p}") for p, f in pays}
            )
        return self.known[graph]

    def number(
        self, formula: sp.Expr, graph: Graph, chosen: Mapping[sp.Symbol, sp.Expr], what: str
    ) -> sp.Rational:
        """Return a formula's value, rounded where it is irrational."""
        value = self._in_graph(formula, graph).xreplace(dict(chosen))
        if value.free_symbols or not value.is_real or not value.is_finite:
            raise CalibrationError(
                f"{what} is not a finite real number there, in ({self.game.called(graph)})"
            )
        if not value.is_Rational:
            self.exact, value = False, sp.Rational(sp.N(value, DIGITS))
        return value

    def _in_graph(self, formula: sp.Expr, graph: Graph) -> sp.Expr:
        """Put a network in; how near two are may be a parameter's power."""
        return put_in_graph(formula, self.game.calls, graph).xreplace(dict(self.values))

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
        value = self.number(formula, (), {}, what)
        if value < 0:
            raise CalibrationError(f"{what} is {value} there; nought or more is wanted")
        return value

    # --- what is chosen -------------------------------------------------------------------------

    def chosen(self, graph: Graph) -> dict[sp.Symbol, sp.Expr] | None:
        """Return what is chosen in a network; None where nothing inside the ranges is best."""
        choices = list(self.game.chosen.values())
        if not choices:
            return {}
        symbols = [choice.symbol for choice in choices]
        slopes = [self._in_graph(e, graph) for e in self._slopes]
        straight = all(e.is_polynomial(*symbols) for e in slopes)
        lines = [sp.Poly(e, *symbols) for e in slopes] if straight else []
        if straight and all(line.total_degree() <= 1 for line in lines):
            found = self._straight(lines, symbols)
        else:
            found = self._solved(graph)
        ends = {
            c.symbol: (c.low.xreplace(self.values), c.high.xreplace(self.values)) for c in choices
        }
        inside = found is not None and all(ends[s][0] < v < ends[s][1] for s, v in found.items())
        return found if inside else None

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

        pays = {p: self._in_graph(f, graph) for p, f in self._pays.items()}
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


@lru_cache(maxsize=32)
def _slopes(model: Model) -> tuple[sp.Expr, ...]:
    """Return the slope of each chooser's payoff by what it chooses, in whatever network."""
    game = network_of(model)
    return tuple(sp.diff(game.pays[c.player], c.symbol) for c in game.chosen.values())


def solve(
    model: Model, values: Mapping[sp.Symbol, sp.Expr], *, seconds: float | None, most: int
) -> Iterator[Solution]:
    """Find the stable networks; each answer is better than the last.

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
    if not reason and len(game.linked) <= game.most_proved:
        method += _agree(model, values, found)
    undetermined = sum(paid is None for paid in networks.known.values())
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
    first = {graph: own for own in alike(networks.model) for graph in own.members}
    found: dict[Graph, Equilibrium] = {}
    ties: list[str] = []
    for count, graph in enumerate(game.graphs()):
        if count >= most or time.monotonic() > deadline:
            reason = f"{count:,} of {2 ** len(game.pairs):,} networks were tried"
            return tuple(found.values()), ties, reason
        stable, tied = _judged(networks, graph)
        own = first[graph]
        if stable and own.graph not in found:
            ties += tied
            found[own.graph] = _equilibrium(networks, own, strict=not tied)
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
        gains = [later[player] - now[player] for player in pair]
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
    for name, outcome in model.outcomes.items():
        value = put_in_graph(outcome.formula, outcome.chances, graph).xreplace(at)
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
