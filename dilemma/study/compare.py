"""Compare the eras of a model: what is played at their centres and over their boxes, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import sympy as sp

from dilemma.budget import kept
from dilemma.equilibrium import Equilibrium
from dilemma.errors import UnsupportedError
from dilemma.games import kinds, selection
from dilemma.games.points import by_branches
from dilemma.model import Model
from dilemma.report import versions
from dilemma.study.comparison import Comparison
from dilemma.study.comparison_tables import moved, written
from dilemma.study.eras import Eras, EraSummary, GroupMove, eras_of
from dilemma.study.frequencies import frequencies
from dilemma.study.solve import solve

__all__ = ["compare"]


@kept("comparing")
def compare(
    model: Model,
    eras: Eras = None,
    *,
    draws: int = 20_000,
    seed: int = 0,
    seconds: float | None = None,  # noqa: ARG001 -- kept from outside
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Compare eras of a model, by default all of them.

    Parameters
    ----------
    model : Model
    eras : str, Era, mapping, or a sequence of these, optional
        Which eras, in which order; values on the spot are an era too (see :meth:`Model.era`).
    draws, seed : int
        Random calibrations drawn from each era's box, uniformly and independently.
    seconds : float, optional
        Budget for it all, past which there is an error and no answer; no limit if None.
    progress : callable, optional
        Called with the share of the work done.

    Returns
    -------
    Comparison
        Prints as tables; ``to_latex``, ``to_json`` and notebooks know it too.

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.compare(dilemma.load("abandonment"), draws=1000)
    >>> found["cold_war"].kinds
    {'japan': 'harmony', 'us': 'harmony'}
    >>> found["post_cold_war"].risk_dominant
    '(strong, strong)'
    """
    model, names = eras_of(model, eras)
    summaries = []
    for k, name in enumerate(names):
        if progress is not None:
            progress(k / (len(names) + 1))
        summaries.append(_summary(model, name, draws, seed, progress))
    groups = _groups(model, names) if len(names) == 2 else ()
    return Comparison(
        model=model,
        eras=tuple(summaries),
        groups=groups,
        changed=_changed(model, summaries[0], summaries[-1]) if len(names) > 1 else (),
        versions=versions("nashpy", "numpy", "sympy", "xarray"),
    )


def _summary(
    model: Model, name: str, draws: int, seed: int, progress: Callable[[float], None] | None
) -> EraSummary:
    era = model.eras[name]
    found = solve(model, name)
    values = model.values(found.calibration)
    players = list(model.players.values())
    payoffs = {}
    finite = model.tree is None and model.choices is None
    if finite:
        payoffs = {
            profile: {player: payoff.xreplace(values) for player, payoff in cell.items()}
            for profile, cell in model.payoffs.items()
        }
    safest = selection.risk_dominant(players, payoffs, found.equilibria) if payoffs else None
    return EraSummary(
        name=name,
        title=era.title,
        years=era.years,
        equilibria=found,
        payoffs=payoffs,
        best=selection.best_replies(players, payoffs) if payoffs else {},
        kinds=_kinds(model, values) if payoffs else {},
        dominance=selection.dominance(players, payoffs) if payoffs else (),
        payoff_dominant=_named(selection.payoff_dominant(found.equilibria)),
        risk_dominant=_named(safest),
        frequencies=frequencies(model, name, draws=draws, seed=seed, progress=progress),
    )


def _named(equilibrium: Equilibrium | None) -> str:
    return "" if equilibrium is None else equilibrium.name


def _kinds(model: Model, values: Mapping[sp.Symbol, sp.Rational]) -> dict[str, str]:
    try:
        return {player: kinds.kind_of(model, player, values) for player in model.players}
    except UnsupportedError:
        return {}


def _groups(model: Model, names: Sequence[str]) -> tuple[GroupMove, ...]:
    before, after = (model.calibration(name) for name in names)
    found = []
    for group, members in model.groups.items():
        moves = tuple(m for m in members if before[m] != after[m])
        only = {**before, **{m: after[m] for m in moves}}
        all_but = {**after, **{m: before[m] for m in moves}}
        found.append(GroupMove(group, moves, _names(model, only), _names(model, all_but)))
    return tuple(found)


def _names(model: Model, calibration: Mapping[str, sp.Rational]) -> tuple[str, ...]:
    """Return the names of the equilibria; where numbers are chosen the branches tell, exactly."""
    if model.choices is None:
        return solve(model, calibration).names
    points, _ = by_branches(model, model.values(calibration))
    return tuple(point.branch.title for point in points if point.best)


def _changed(model: Model, before: EraSummary, after: EraSummary) -> tuple[str, ...]:
    """Say in sentences how the two centres differ."""
    found = []
    was, now = ("; ".join(e.equilibria.names) or "none" for e in (before, after))
    found.append(f"Equilibria: {was} → {now}." if was != now else f"Equilibria: {was} in both.")
    for player, kind in before.kinds.items():
        if kind != after.kinds[player]:
            found.append(f"{model.players[player].title}: {kind} → {after.kinds[player]}.")
    for name, outcome in model.outcomes.items():
        ranges = [e.equilibria.range_of(name) for e in (before, after)]
        change = moved(*ranges)
        if change in ("rises", "falls"):
            shown = " → ".join(map(written, ranges))
            found.append(f"{change.capitalize()}: {outcome.means or name} ({shown}).")
    return tuple(found)
