"""Equilibria as labelled data: a pandas frame, or an xarray dataset."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dilemma.errors import library
from dilemma.games.equilibrium import Equilibria

__all__ = ["to_pandas", "to_xarray"]

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def to_pandas(found: Equilibria) -> pd.DataFrame:
    """Return the extreme equilibria as a frame, one a row, called by their names.

    Parameters
    ----------
    found : Equilibria

    Returns
    -------
    pandas.DataFrame
        Columns ``P(player action)`` (but where numbers are chosen), ``payoff player``, the
        outcomes (not a number where undefined), ``regret`` and ``strict``.  In ``attrs``: the model, the calibration, the
        method, the units, and whether these are all equilibria.  Several extreme equilibria of a
        degenerate game may have one name.

    See Also
    --------
    to_xarray : The same with a dimension for players and one for actions.

    Examples
    --------
    >>> import dilemma
    >>> frame = to_pandas(dilemma.solve(dilemma.load("abandonment"), "post_cold_war"))
    >>> frame["P(japan strong)"].round(4).tolist()
    [0.0, 1.0, 0.2548]
    >>> frame.attrs["complete"]
    True
    """
    library("pandas")
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for each in found:
        row: dict[str, Any] = {
            f"P({player} {action})": _float(chance)
            for player, mix in each.play.items()
            for action, chance in mix.items()
            if not each.chosen  # chosen numbers are among the outcomes
        }
        row |= {f"payoff {player}": _float(payoff) for player, payoff in each.payoffs.items()}
        own = _apart(each.outcomes, (*row, "regret", "strict"))
        row |= {own[name]: _float(value) for name, value in each.outcomes.items()}
        rows.append({**row, "regret": _float(each.regret), "strict": each.strict})
    columns = list(rows[0]) if rows else ["regret", "strict"]
    frame = pd.DataFrame(rows, columns=columns, index=pd.Index(found.names, name="equilibrium"))
    frame.attrs = {
        **_origin(found),
        "calibration": {name: str(value) for name, value in found.calibration.items()},
        "units": dict(found.units),
        "versions": dict(found.versions),
    }
    return frame


def to_xarray(found: Equilibria) -> xr.Dataset:
    """Return the extreme equilibria as a labelled dataset.

    Parameters
    ----------
    found : Equilibria

    Returns
    -------
    xarray.Dataset
        ``probability`` has the dimensions ``equilibrium``, ``player`` and ``action``, and is not
        a number where an action is not the player's.  ``payoff`` has the first two, with the
        players' units beside it.  Where numbers are chosen it is called ``chosen``, with a dimension
        ``choice``.  ``regret``, ``strict`` and each outcome have the first; an
        outcome is not a number where undefined.  ``attrs`` say the model, the calibration, the
        method, the versions, and whether these are all equilibria.

    See Also
    --------
    to_pandas : The same as one flat table.

    Examples
    --------
    >>> import dilemma
    >>> data = to_xarray(dilemma.solve(dilemma.load("abandonment"), "post_cold_war"))
    >>> data["probability"].sel(player="japan", action="strong").values.round(4).tolist()
    [0.0, 1.0, 0.2548]
    """
    import numpy as np

    library("xarray")
    import xarray as xr

    players = list(found[0].payoffs) if len(found) else []
    decisions = list(found[0].play) if len(found) else []
    where = "player" if decisions == players else "decision"
    actions = list(dict.fromkeys(a for d in decisions for a in found[0].play[d]))
    chances = [[[_float(e.play[d].get(a)) for a in actions] for d in decisions] for e in found]
    payoffs = [[_float(e.payoffs[p]) for p in players] for e in found]
    shape = (len(found), len(decisions), len(actions))
    units = [found.units.get(player, "") for player in players]
    one_unit = {"units": units[0]} if len(set(units)) == 1 else {}
    along = ("equilibrium", "player")
    play, action = ("chosen", "choice") if found.chosen else ("probability", "action")
    attributes = {} if found.chosen else {"units": "1"}
    variables: dict[str, Any] = {
        play: (("equilibrium", where, action), np.reshape(chances, shape), attributes),
        "payoff": (along, np.reshape(payoffs, (len(found), len(players))), one_unit),
        "regret": ("equilibrium", [_float(e.regret) for e in found], one_unit),
        "strict": ("equilibrium", np.array([e.strict for e in found], dtype=bool)),
    }
    variables |= _outcome_variables(found, (*variables, *along, where, action, "unit"))
    return xr.Dataset(
        variables,
        coords={
            "equilibrium": list(found.names),
            "player": players,
            where: decisions,
            action: actions,
            "unit": ("player", units),
        },
        attrs={
            **_origin(found),
            **{f"value of {name}": str(value) for name, value in found.calibration.items()},
            **{f"version of {name}": version for name, version in found.versions.items()},
        },
    )


def _outcome_variables(found: Equilibria, taken: Iterable[str]) -> dict[str, Any]:
    """Return each outcome over the equilibria, with its unit."""
    outcomes = list(found[0].outcomes) if len(found) else []
    own = _apart(outcomes, taken)
    return {
        own[name]: (
            "equilibrium",
            [_float(e.outcomes[name]) for e in found],
            {"units": found.units.get(name, "")},
        )
        for name in outcomes
    }


def _origin(found: Equilibria) -> dict[str, Any]:
    """Say what was solved, and how good the answer is."""
    return {
        "model": found.model,
        "source": found.source,
        "at": found.at,
        "complete": found.complete,
        "reason": found.reason,
        "exact": found.exact,
        "degenerate": found.degenerate,
        "witness": found.witness,
        "method": found.method,
    }


def _apart(outcomes: Mapping[str, object] | Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Keep an outcome's name apart from those that are taken."""
    found: dict[str, str] = {}
    used = {*taken}
    for name in outcomes:
        free = name
        while free in used:
            free += "_"
        used.add(free)
        found[name] = free
    return found


def _float(value: Any) -> float:
    if value is None:
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)
