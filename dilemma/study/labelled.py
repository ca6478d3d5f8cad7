"""What was found at very many calibrations, as a labelled dataset: dimensions, units, where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from dilemma.errors import library
from dilemma.games.batch import Array
from dilemma.games.kind import Can
from dilemma.model import Model
from dilemma.output.frames import free_names
from dilemma.output.result import versions
from dilemma.study.at_many import Asked, Part, Slot, search_of, titles_of

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "COMPLETE",
    "EXACT",
    "PRESENT",
    "REGRET",
    "Cube",
    "Found",
    "attributes",
    "dataset",
    "gathered",
    "names_of",
    "origin",
    "title_of",
]

PRESENT, REGRET, EXACT, COMPLETE = "present", "regret", "exact", "complete"
BRANCHES = "branches in floats, regret from the statement, close calls exactly"
SEARCHED = "Newton's method in floats from many starts, regret from the statement"
OWN = (PRESENT, REGRET, EXACT, COMPLETE, "equilibrium", "era", "draw")


def title_of(slot: Slot) -> str:
    """Return what an equilibrium is called: its name, and a number where there are several of that name."""
    name, number = slot
    return name if not number else f"{name} #{number + 1}"


@dataclass(frozen=True)
class Found:
    """All equilibria at one era's calibrations.

    Attributes
    ----------
    draw, slot : array of int, shape (n,)
    values : mapping of str to array of shape (n,)
    regret : array of shape (n,)
    exact, complete : array of bool, shape (size,)
    """

    size: int
    draw: Array
    slot: Array
    slots: tuple[Slot, ...]
    values: Mapping[str, Array]
    regret: Array
    exact: Array
    complete: Array
    reason: str


def gathered(asked: Asked, parts: Iterable[Part]) -> Found:
    """Put the parts of one era together."""
    slots: dict[Slot, int] = {}
    pieces: list[tuple[Array, Array, Part]] = []
    begun = 0
    for part in parts:
        places = np.array([slots.setdefault(s, len(slots)) for s in part.slots], dtype=np.int64)
        own = places[part.slot] if len(part.slot) else part.slot
        pieces.append((part.draw + begun, own, part))
        begun += part.size

    def joined(own: Sequence[Array], kind: Any = float) -> Array:
        return np.concatenate([np.zeros(0, dtype=kind), *own])

    return Found(
        begun,
        joined([draw for draw, _, _ in pieces], np.int64),
        joined([slot for _, slot, _ in pieces], np.int64),
        tuple(slots),
        {r.name: joined([p.values[r.name] for _, _, p in pieces]) for r in asked.rows},
        joined([p.regret for _, _, p in pieces]),
        joined([p.exact for _, _, p in pieces], bool),
        joined([p.complete for _, _, p in pieces], bool),
        next((p.reason for _, _, p in pieces if p.reason), ""),
    )


@dataclass(frozen=True)
class Cube:
    """How calibrations are laid out.

    Attributes
    ----------
    dimensions : tuple of str
        Of each era's calibrations.
    shape : tuple of int
    coordinates : mapping of name to (dimensions, values, attributes)
    """

    dimensions: tuple[str, ...]
    shape: tuple[int, ...]
    coordinates: Mapping[str, Any]


def dataset(
    asked: Asked, cube: Cube, found: Mapping[str, Found], about: Mapping[str, Any]
) -> xr.Dataset:
    """Return a dataset over eras, if there are several, calibrations and equilibria."""
    library("xarray")
    import xarray as xr

    from dilemma.study.ragged import Piece, lazily

    model = asked.model
    order = _in_order(model, {slot for own in found.values() for slot in own.slots})
    many = len(found) > 1
    dims = (*(("era",) if many else ()), *cube.dimensions)
    shape = (*((len(found),) if many else ()), *cube.shape)

    def spread(name: str, fill: Any, of: Callable[[Found], Any]) -> Any:
        pieces = []
        for own in found.values():
            places = np.array([order[slot] for slot in own.slots], dtype=np.int64)
            pieces.append(Piece(own.draw, places[own.slot] if len(own.draw) else own.slot, of(own)))
        told = lazily(pieces, cube.shape, len(order), fill, eras=many)
        return xr.Variable((*dims, "equilibrium"), told, attributes(model, name))

    free = names_of(asked)
    variables = {
        free[row.name]: spread(row.name, np.nan, partial(_values, row.name)) for row in asked.rows
    }
    variables[PRESENT] = spread(PRESENT, False, lambda own: np.ones(own.draw.shape, dtype=bool))  # noqa: FBT003
    variables[REGRET] = spread(REGRET, np.nan, lambda own: own.regret)
    for name in (EXACT, COMPLETE):
        flags = np.stack([getattr(own, name) for own in found.values()]).reshape(shape)
        variables[name] = dims, flags, attributes(model, name)
    eras = list(found) if many else next(iter(found))
    titles = [model.eras[era].title for era in found]
    coordinates = {
        **cube.coordinates,
        "equilibrium": list(map(title_of, order)),
        "era": (("era",) if many else (), eras, {"long_name": "era"}),
        "era_title": (("era",) if many else (), titles if many else titles[0]),
    }
    return xr.Dataset(variables, coordinates, {**origin(model), **_sums(found), **about})


def _values(name: str, own: Found) -> Array:
    return own.values[name]


def names_of(asked: Asked) -> dict[str, str]:
    """Return what the variable of each row is called, where its own name is taken."""
    return free_names([row.name for row in asked.rows], (*OWN, *asked.model.parameters))


def _in_order(model: Model, slots: set[Slot]) -> dict[Slot, int]:
    """Return the place of each equilibrium that occurs, in the model's order of branches as far as it has one."""
    from dilemma.errors import UnsupportedError

    try:
        known = {title: k for k, title in enumerate(titles_of(model))}
    except UnsupportedError:
        known = {}
    ranked = sorted(slots, key=lambda s: (known.get(s[0], len(known)), s))
    return {slot: k for k, slot in enumerate(ranked)}


def attributes(model: Model, name: str) -> dict[str, str]:
    """Return what a variable means, and its unit."""
    told = {
        PRESENT: ("whether there is such an equilibrium", ""),
        REGRET: ("what the best deviation gains", ""),
        EXACT: ("whether the calibration was solved exactly, beside floats", ""),
        COMPLETE: ("whether no equilibrium is known to be missing", ""),
    }
    told |= {n: (o.means, o.unit) for n, o in model.outcomes.items()}
    told |= {f"payoff {n}": (f"payoff of {p.title}", p.unit) for n, p in model.players.items()}
    chosen = Can.SLOPES in model.game.can
    means, unit = told.get(
        name, ("what is chosen" if chosen else "probability", "" if chosen else "1")
    )
    return {"long_name": means, **({"units": unit} if unit else {})}


def origin(model: Model) -> dict[str, Any]:
    """Return where a dataset comes from, as text that every file format keeps."""
    return {
        "model": model.name,
        "title": model.title,
        "kind": model.kind,
        "source": model.source or "",
        "concept": model.game.concept,
        "method": BRANCHES if search_of(model) is None else SEARCHED,
        **{f"version of {n}": v for n, v in versions("numpy", "scipy", "sympy").items()},
    }


def _sums(found: Mapping[str, Found]) -> dict[str, Any]:
    """Return how sure it is."""
    regrets = [float(np.nanmax(f.regret)) for f in found.values() if np.isfinite(f.regret).any()]
    missing = {era: f.reason for era, f in found.items() if f.reason}
    return {
        "calibrations": int(sum(f.size for f in found.values())),
        "solved exactly": int(sum(f.exact.sum() for f in found.values())),
        "not complete": int(sum((~f.complete).sum() for f in found.values())),
        "why not complete": "; ".join(f"{era}: {why}" for era, why in missing.items()),
        "largest regret": max(regrets, default=float("nan")),
    }
