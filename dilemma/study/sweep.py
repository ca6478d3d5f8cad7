"""Every equilibrium at very many calibrations: a grid of values, or points of an era's box."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dilemma.by_era import Eras, eras_of
from dilemma.calls import of_a_model
from dilemma.errors import CalibrationError, library
from dilemma.model import Model
from dilemma.study.at_many import CHUNK, Asked, asked_of, parts_of
from dilemma.study.labelled import Cube, dataset, gathered
from dilemma.study.plans_of_many import Sampler, axes_of, grid, points
from dilemma.study.stored import Work, in_store, worked
from dilemma.study.trace import outcomes_of
from dilemma.theory.parts import Era

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["sample", "sweep"]

Progress = Callable[[float], None]
SENT = (
    131_072  # calibrations of a chunk that is sent or stored: a quarter of a second of work or more
)


@of_a_model
def sweep(
    model: Model,
    /,
    at: Eras = None,
    *,
    outcomes: str | Sequence[str] | None = None,
    play: bool = False,
    exact: bool = True,
    chunk: int | None = None,
    client: Any = None,
    store: str | Path | None = None,
    progress: Progress | None = None,
    **values: Any,
) -> xr.Dataset:
    """Return every equilibrium at each combination of some parameters' values.

    Parameters
    ----------
    model : Model, str or Path
    at : str, Era, mapping, or a sequence of these, optional
        Eras, all of them unless said; what does not move stays at their centres.
    outcomes : str or sequence of str, optional
        Which outcomes to tell; all of them unless said.
    play : bool
        Whether to tell the chance of each action too, or each number that is chosen.
    exact : bool
        Whether a calibration at which something is too close to call in floats is solved exactly.
        Without, it has no equilibria there and is said not to be complete.
    chunk : int, optional
        How many calibrations are solved together: memory beyond the result grows with it.
    client : dask.distributed.Client, optional
        Whose workers share the work (extra ``scale``).
    store : str or Path, optional
        A zarr store to write to, chunk by chunk, so that nothing but a chunk is held in memory (extra
        ``scale``).  What a run that was ended left there is gone on with.  The dataset that is returned reads
        from it.
    progress : callable, optional
        Is told the share of the work that is done.
    **values
        For each parameter that moves a sequence of values, such as ``numpy.linspace(0, 1, 401)``; a single
        number is a value that differs from the era's.

    Returns
    -------
    xarray.Dataset
        With a dimension for each parameter that moves, one for eras if there are several, and
        ``equilibrium``, labelled by names.  ``present`` says where there is one; each outcome, and
        ``payoff PLAYER``, is not a number where there is none.  ``regret`` is what the best deviation gains,
        worked out from the statement alone.  ``exact`` and ``complete`` say of each calibration whether it was
        solved exactly and whether all equilibria are known; ``attrs`` say where it all comes from.  Where
        the branches of a game of chosen numbers are not solved, equilibria are searched for in floats, and
        no calibration is complete.

    Raises
    ------
    CalibrationError
        For an unknown parameter, era or outcome, or a value outside a parameter's range.
    MissingLibraryError
        Without xarray.

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.sweep("abandonment", "post_cold_war", m_J=[0, 0.2, 0.6], v_J=[0.2, 0.4])
    >>> dict(found.sizes)
    {'m_J': 3, 'v_J': 2, 'equilibrium': 3}
    >>> found.present.sel(equilibrium="(weak, weak)", v_J=0.2).values.tolist()
    [False, True, True]
    """
    axes, changes = axes_of(model, values)
    if not axes:
        raise CalibrationError(
            f"{model.name}: nothing moves: give a parameter a sequence of values, such as "
            f"{next(iter(model.parameters), 'm')}=[0, 0.5, 1]"
        )
    model, eras = _eras(model, at, changes, tuple(axes))
    asked = _asked(model, outcomes, play=play, exact=exact)
    told = {name: ((name,), v, _unit(model, name)) for name, v in axes.items()}
    cube = Cube(tuple(axes), tuple(map(len, axes.values())), told)
    work: dict[str, Work] = {}
    about: dict[str, Any] = {}
    for era in eras:
        fixed = {n: v.central for n, v in model.eras[era].values.items() if n not in axes}
        work[era] = Work(replace(asked, fixed=fixed), grid(model, model.eras[era], axes))
        where = f" in {era}" if len(eras) > 1 else ""
        about |= {f"value of {n}{where}": str(v) for n, v in fixed.items()}
    return _answered(work, cube, about, (), chunk, client, store, progress)


@of_a_model
def sample(
    model: Model,
    /,
    at: Eras = None,
    n: int = 1_024,
    *,
    seed: int = 0,
    sampler: Sampler = "sobol",
    outcomes: str | Sequence[str] | None = None,
    play: bool = False,
    exact: bool = True,
    chunk: int | None = None,
    client: Any = None,
    store: str | Path | None = None,
    progress: Progress | None = None,
    **values: Any,
) -> xr.Dataset:
    """Return every equilibrium at points of an era's box.

    Parameters
    ----------
    model : Model, str or Path
    at : str, Era, mapping, or a sequence of these, optional
        Eras, all of them unless said.  A parameter that is common to them has the same values in each.
    n : int
        How many points; powers of two spread best.
    seed : int
        Of the points.
    sampler : {"sobol", "random"}
        A scrambled Sobol sequence, which fills the box evenly, or independent uniform draws.
    outcomes, play, exact, chunk, client, store, progress
        As :func:`sweep` has them.
    **values
        Parameters that take another value, or, as ``[low, high]``, another box.

    Returns
    -------
    xarray.Dataset
        As :func:`sweep` returns, with the one dimension ``draw`` in place of those of parameters, whose
        values stand along it.

    Raises
    ------
    CalibrationError
        For an unknown parameter, era, outcome or sampler, or a box without end.
    MissingLibraryError
        Without xarray.

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.sample("abandonment", "post_cold_war", 256)
    >>> found.present.sel(equilibrium="(weak, weak)").mean().item() > 0.4
    True
    """
    model, eras = _eras(model, at, values, ())
    asked = _asked(model, outcomes, play=play, exact=exact)
    plans = points(model, list(eras), n, seed, sampler)
    work = {}
    for era, plan in plans.items():
        own = model.eras[era].values.items()
        fixed = {name: v.central for name, v in own if v.range.low == v.range.high}
        work[era] = Work(replace(asked, fixed=fixed), plan)
    cube = _drawn(model, plans, int(n), kept=store is None)
    about = {"sampler": sampler, "seed": seed}
    return _answered(work, cube, about, tuple(model.parameters), chunk, client, store, progress)


def _answered(
    work: Mapping[str, Work],
    cube: Cube,
    about: Mapping[str, Any],
    parameters: Sequence[str],
    chunk: int | None,
    client: Any,
    store: str | Path | None,
    progress: Progress | None,
) -> xr.Dataset:
    """Work out what is asked, here or by workers, in memory or into a store."""
    if client is not None:
        library("distributed")
    size = (CHUNK if client is None else SENT) if chunk is None else chunk
    if size < 1:
        raise CalibrationError(f"chunk = {chunk} is not a positive number")
    if store is not None:
        return in_store(
            store, work, cube, chunk=chunk or SENT, parameters=parameters, about=about, client=client,
            progress=progress,
        )  # fmt: skip
    if client is not None:
        parts: Any = worked(
            tuple(work.values()), [w.plan.size for w in work.values()], size, client, progress
        )
    else:
        count = len(work)
        parts = (
            parts_of(own.asked, own.plan, size, _part(progress, k, count))
            for k, own in enumerate(work.values())
        )
    asked = next(iter(work.values())).asked
    found = {era: gathered(asked, own) for era, own in zip(work, parts, strict=True)}
    return dataset(asked, cube, found, about)


def _drawn(model: Model, plans: Mapping[str, Any], n: int, *, kept: bool) -> Cube:
    """Return the layout of points: along one dimension, with the values of each parameter if these are kept."""
    if not kept:
        return Cube(
            ("draw",), (n,), {name: ((), None, _unit(model, name)) for name in model.parameters}
        )
    columns = {era: plan.columns(0, n) for era, plan in plans.items()}
    told: dict[str, Any] = {"draw": ("draw", np.arange(n))}
    for name in model.parameters:
        if len(plans) == 1:
            told[name] = "draw", next(iter(columns.values()))[name], _unit(model, name)
        else:
            table = np.stack([own[name] for own in columns.values()])
            told[name] = ("era", "draw"), table, _unit(model, name)
    return Cube(("draw",), (n,), told)


def _eras(
    model: Model, at: Eras, changes: Mapping[str, Any], moving: tuple[str, ...]
) -> tuple[Model, tuple[str, ...]]:
    """Return the eras that are asked about, with what takes another value there."""
    library("xarray")
    whole = not set(model.parameters) - set(changes) - set(moving)
    if changes and (at is not None or not whole):
        several = [at] if isinstance(at, str | Era | Mapping) else at
        at = [model.era(one, **changes) for one in (model.eras if several is None else several)]
    elif changes:
        at = dict(changes)
    return eras_of(model, at, moving=moving, ranges=not moving)


def _asked(model: Model, outcomes: str | Sequence[str] | None, *, play: bool, exact: bool) -> Asked:
    return asked_of(model, outcomes_of(model, outcomes), play=play, exact=exact)


def _unit(model: Model, name: str) -> dict[str, str]:
    parameter = model.parameters[name]
    return {"long_name": parameter.means, "units": parameter.unit}


def _part(progress: Progress | None, done: int, parts: int) -> Progress | None:
    return None if progress is None else lambda share: progress((done + share) / parts)
