"""Equilibrium selection in a two-player game, by every criterion of the field at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isinf
from typing import Any

import sympy as sp

from dilemma.by_era import ByEra, Eras, at_each
from dilemma.calls import of_a_model
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games import selection
from dilemma.games.dominance import Domination, eliminate
from dilemma.games.equilibrium import Equilibria, Equilibrium, share
from dilemma.games.kind import Can
from dilemma.games.matrix.bimatrix import sides
from dilemma.games.play import Mix
from dilemma.games.profiles import Payoffs, numeric_payoffs
from dilemma.games.selection import Losses
from dilemma.games.solution import solved
from dilemma.model import At, Model
from dilemma.output.result import Shown, Table, as_data, fields_as_data, versions
from dilemma.study import criteria as tables
from dilemma.study.criteria import Criteria, Judgement, indifferences, stability, symmetric
from dilemma.study.learning import Endings, basins, logit, normal
from dilemma.theory.parts import Player

__all__ = ["Criteria", "Selection", "select"]


@dataclass(frozen=True, repr=False)
class Selection(Judgement, Shown):
    """Which equilibrium, by every criterion that the field uses; no verdict of its own.

    Its fields are those of :class:`~dilemma.study.criteria.Judgement`: ``criteria`` has an entry for
    each of ``equilibria``; ``payoff_dominant`` and ``risk_dominant`` name what they say;
    ``elimination``, ``losses``, ``basins`` and ``logit`` carry the numbers behind the tables.
    """

    def tables(self) -> tuple[Table, ...]:
        """Return criteria, risk dominance, reasons for mixing, elimination and basins."""
        asked = (
            tables.criteria(self),
            tables.products(self),
            tables.stability_table(self),
            tables.mixing(self),
            tables.elimination(self),
            tables.basins(self),
        )
        return tuple(table for table in asked if table is not None)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data; exact numbers are text such as "11/16"."""
        return {
            **fields_as_data(self.equilibria, "model", "at", "calibration", "complete", "reason", "exact"),
            "equilibria": [_criteria_dict(c) for c in self.criteria],
            "risk_dominance": [_losses(self, pair) for pair in self.losses],
            "elimination": {
                "steps": _dominations(self.elimination.steps),
                **fields_as_data(self.elimination, "survivors", "solvable"),
                "weakly_dominated": _dominations(self.elimination.weak),
                "weakly_dominated_later": _dominations(self.elimination.later),
                "unfinished": self.elimination.unfinished,
            },
            "symmetric": self.symmetric,
            "basins": [
                {**fields_as_data(b, "dynamic", "starts"),
                 "ends": {self.ending(end): count for end, count in b.ends.items()}}
                for b in self.basins
            ],
            "logit": {
                "ends_at": None if self.logit.component is None else self.ending(self.logit.component),
                **fields_as_data(self.logit, "mixes", "said"),
            },
            **fields_as_data(self, "starts", "seed", "undone", "versions"),
        }  # fmt: skip


def _criteria_dict(one: Criteria) -> dict[str, Any]:
    stable = one.stability
    return {
        **fields_as_data(
            one, "name", "payoffs", "strict", "dominated_by", "improved_by", "payoff_dominant",
            "risk_dominant",
        ),
        "stable_between_two_populations": one.strict,
        "stable_in_one_population": None if stable is None else stable.stable,
        "invader": None if stable is None else as_data(stable.invader),
        "why": [why.text for why in one.why],
    }  # fmt: skip


def _losses(found: Selection, pair: Losses) -> dict[str, Any]:
    return {
        "first": found.criteria[pair.first].name,
        "second": found.criteria[pair.second].name,
        "losses_at_first": as_data(pair.at_first),
        "losses_at_second": as_data(pair.at_second),
        "products": as_data(pair.products),
        "dominant": None if pair.dominant is None else found.criteria[pair.dominant].name,
    }


def _dominations(found: tuple[Domination, ...]) -> list[dict[str, Any]]:
    return [fields_as_data(one, "player", "action", "by", "strict", "reason") for one in found]


# --- selecting ------------------------------------------------------------------------------------


Matrix = Sequence[Sequence[Fraction]]

SOLVING = 0.5  # of the budget at most: what is judged must be solved first
_STABILITY = "the evolutionary stability"
_MIXING = "the reasons for mixing"
_ELIMINATION = "some of the elimination of dominated actions"


@of_a_model
def select(
    model: Model,
    /,
    at: Eras = None,
    *,
    starts: int = 100,
    seed: int = 0,
    seconds: float | None = 60,
    **changes: Any,
) -> Selection | ByEra[Selection]:
    """Judge every equilibrium of a two-player game by the criteria of equilibrium selection.

    Strictness, payoff and risk dominance, iterated strict dominance (by mixes too) and
    evolutionary stability are exact; where learning and evolution end is followed in numbers.

    Parameters
    ----------
    model : Model, str or Path
    at : str, Era or mapping, or a sequence of these, optional
        An era, for its central calibration, or a value for each parameter; all eras if left out,
        as in ``solve``.
    starts : int
        Random starting points for the replicator dynamics and for fictitious play; 0 for none.
    seed : int
        What they are drawn with.
    seconds : float, optional
        Budget for everything together, half of it at most for solving.  Past it ``undone`` says
        what is missing.
    **changes
        Parameters that take another value: numbers, or text such as ``"1/3"``.

    Returns
    -------
    Selection, or ByEra
        A mapping from each era to its selection, where no one era is named.

    Raises
    ------
    UnsupportedError
        If there are not two players who have something to choose.
    CalibrationError
        For an unknown era or parameter, an impossible value, a negative seed or count of starts.

    References
    ----------
    Harsanyi and Selten (1988), A General Theory of Equilibrium Selection in Games.

    Examples
    --------
    The hare is safe, the stag pays more: everybody prefers one, and the other is less of a risk.

    >>> import dilemma
    >>> hunt = dilemma.matrix([[5, 0], [4, 4]], [[5, 4], [0, 4]], actions=[["stag", "hare"]] * 2)
    >>> found = select(hunt, starts=50)
    >>> found.payoff_dominant, found.risk_dominant
    ('(stag, stag)', '(hare, hare)')
    >>> print(found.criteria[2].why[0].text)
    row mixes stag 4/5, hare 1/5 so that column is indifferent between stag and hare: 4 = 4
    """
    model.needs(Can.TABLE, "selection among equilibria")
    if Can.MOVES in model.game.can:
        raise UnsupportedError(f"{model.name} is a tree; simultaneous games can be judged")
    model = _of_two(model)
    if starts < 0 or seed < 0:
        raise CalibrationError(f"starts = {starts}, seed = {seed}: neither may be negative")

    def at_one(model: Model, at: At | None, seconds: float | None) -> Selection:
        budget = None if seconds is None else SOLVING * seconds
        deadline = inf if seconds is None else time.monotonic() + seconds
        found = solved(model, at, changes, seconds=budget)
        return _selection(model, found, starts, seed, deadline)

    return at_each(model, at, at_one, changes=changes, seconds=seconds)


def _selection(
    model: Model, found: Equilibria, starts: int, seed: int, deadline: float
) -> Selection:
    """Judge the equilibria at one calibration."""
    game = _at(model, found.calibration)
    criteria, undone = _criteria(game, found, share(deadline, 0.3))
    losses = selection.losses(game.players, game.payoffs, found.equilibria)
    elimination = eliminate(game.players, game.table, seconds=_left(share(deadline, 0.3)))
    places = _places(found, *game.matrices)
    end = logit(places, deadline=share(deadline, 0.3))
    return Selection(
        equilibria=found,
        titles={p.name: p.title for p in game.players},
        criteria=criteria,
        losses=losses,
        elimination=elimination,
        symmetric=symmetric(*game.matrices),
        basins=basins(places, starts=starts, seed=seed, seconds=_left(deadline)) if starts else (),
        logit=end,
        starts=starts,
        seed=seed,
        undone=(*undone, *filter(None, [elimination.unfinished and _ELIMINATION])),
        versions={
            **found.versions,
            **versions("scipy", *(["pygambit"] if end.mixes else [])),
        },
    )


@dataclass(frozen=True, slots=True)
class _Game:
    """A game of two players at one calibration, in each form that a criterion is stated in.

    ``matrices`` have the first player's actions as rows; ``payoffs`` are those of ``table``, as
    sympy numbers.
    """

    players: list[Player]
    table: Payoffs
    payoffs: selection.Payoffs
    matrices: tuple[Matrix, Matrix]


def _at(model: Model, calibration: Mapping[str, sp.Rational]) -> _Game:
    table, _ = numeric_payoffs(model, model.values(calibration))
    players = list(model.players.values())
    payoffs = {
        profile: {name: sp.Rational(v.numerator, v.denominator) for name, v in cell.items()}
        for profile, cell in table.items()
    }
    return _Game(players, table, payoffs, sides(players, table))


def _left(deadline: float) -> float | None:
    return None if isinf(deadline) else max(deadline - time.monotonic(), 0)


def _of_two(model: Model) -> Model:
    """Return the game of the two who have something to choose; what speaks of others is left out."""
    active = [name for name, player in model.players.items() if len(player.actions) > 1]
    if len(model.players) == 2:
        return model
    if len(active) != 2:
        raise UnsupportedError(
            f"{model.name} has {len(model.players)} players; two can be judged, and others only "
            "where they have one action each"
        )
    kept = [k for k, name in enumerate(model.players) if name in active]
    document = {
        key: told
        for key, told in model.document.items()
        if key not in ("claims", "questions", "outcomes")
    }
    payoffs = {}
    for profile, row in model.document["payoffs"].items():
        actions = [action.strip() for action in profile.split(",")]
        payoffs[", ".join(actions[k] for k in kept)] = {name: row[name] for name in active}
    players = {name: model.document["players"][name] for name in active}
    return Model.from_document({**document, "players": players, "payoffs": payoffs}, model.name)


def _criteria(
    game: _Game, found: Equilibria, deadline: float
) -> tuple[tuple[Criteria, ...], list[str]]:
    """Judge each equilibrium; say which questions were left where time ran out.

    What compares payoffs is always answered; why somebody mixes, and who invades, takes longer.
    """
    names = _names(found)
    paid = [
        {n: Fraction(int(v.p), int(v.q)) for n, v in _paid(found, game.payoffs, e).items()}
        for e in found
    ]
    profiles = list(game.table)
    better = selection.pareto_better([*paid, *game.table.values()], len(paid))
    best = selection.payoff_dominant(found.equilibria)
    safest = selection.risk_dominant(game.players, game.payoffs, found.equilibria)
    alike = symmetric(*game.matrices)
    judged, late = [], Counter[str]()
    for k, equilibrium in enumerate(found):
        x, y = _mixes(equilibrium)
        asked = alike and x == y
        stable = stability(game.matrices[0], x, deadline=deadline) if asked else None
        late[_STABILITY] += asked and stable is None
        explained = time.monotonic() < deadline or equilibrium.pure
        late[_MIXING] += not explained
        judged.append(
            Criteria(
                name=names[k],
                payoffs={n: sp.Rational(v.numerator, v.denominator) for n, v in paid[k].items()},
                strict=bool(equilibrium.strict),
                dominated_by=tuple(names[j] for j in better[k] if j < len(names)),
                improved_by=tuple(profiles[j - len(names)] for j in better[k] if j >= len(names)),
                payoff_dominant=equilibrium is best,
                risk_dominant=equilibrium is safest,
                symmetric=asked,
                stability=stable,
                why=indifferences(game.players, game.payoffs, equilibrium) if explained else (),
            )
        )  # fmt: skip
    return tuple(judged), [f"{what} of {count} equilibria" for what, count in late.items() if count]


def _paid(
    found: Equilibria, payoffs: selection.Payoffs, equilibrium: Equilibrium
) -> Mapping[str, sp.Rational]:
    """Return what an equilibrium pays, in payoffs that are rounded where need be."""
    return equilibrium.payoffs if found.exact else selection.expected(payoffs, equilibrium)


def _names(found: Equilibria) -> list[str]:
    """Return the equilibria's names, numbered where several have the same supports."""
    often, seen = Counter(found.names), Counter[str]()
    names = []
    for name in found.names:
        seen[name] += 1
        names.append(f"{name} no. {seen[name]}" if often[name] > 1 else name)
    return names


def _mixes(equilibrium: Equilibrium) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    x, y = (
        tuple(Fraction(int(c.p), int(c.q)) for c in mix.values())
        for mix in equilibrium.play.values()
    )
    return x, y


def _places(found: Equilibria, A: Matrix, B: Matrix) -> Endings:
    """Return the components of equilibria as places at which play may end."""
    import numpy as np

    mixes = [_mixes(e) for e in found]

    def corners(mixes: Sequence[Mix]) -> Any:
        return np.array([[float(p) for p in mix.values()] for mix in mixes])

    places: list[list[tuple[Any, Any]]] = [[] for _ in found.components]
    for one in found.sets:
        x, y = one.extreme.values()
        places[one.component].append((corners(x), corners(y)))
    strict = {
        (mixes[k][0].index(Fraction(1)), mixes[k][1].index(Fraction(1))): position
        for position, component in enumerate(found.components)
        for k in component
        if found[k].strict
    }
    return Endings(normal(A), normal(list(zip(*B, strict=True))), strict, tuple(map(tuple, places)))
