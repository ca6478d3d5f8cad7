"""A labelled dataset of very many calibrations in a few lines, as a flat table, and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dilemma.errors import CallError, library
from dilemma.output.result import Shown, Table, check, fields_as_data, number, percent
from dilemma.study.labelled import COMPLETE, EXACT, PRESENT, REGRET

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

__all__ = ["ENDINGS", "Summary", "checked", "flat", "summary", "variables_of", "written"]

ENDINGS = (".nc", ".zarr", ".parquet", ".csv")
PIECE = 1 << 20  # calibrations that are looked at together


@dataclass(frozen=True)
class Range:
    """What an outcome comes to in one equilibrium, over the calibrations that have it; None for nothing."""

    low: float | None = None
    mean: float | None = None
    high: float | None = None


@dataclass(frozen=True, repr=False)
class Summary(Shown):
    """How often each equilibrium occurs, and what outcomes come to in it.

    Attributes
    ----------
    title : str
    titles : mapping of era to its title
    calibrations : int
        In each era.
    shares : mapping of era to mapping of equilibrium to share
    ranges : mapping of era to mapping of equilibrium to mapping of variable to Range
    units : mapping of variable to unit
    exact, missing : int
        How many calibrations were solved exactly, and at how many some equilibrium may be missing.
    why : str
    regret : float or None
        The largest that any deviation gains, where that is worked out.
    """

    model: str
    title: str
    titles: dict[str, str]
    calibrations: int
    shares: dict[str, dict[str, float]]
    ranges: dict[str, dict[str, dict[str, Range]]]
    units: dict[str, str]
    exact: int
    missing: int
    why: str
    regret: float | None

    def tables(self) -> tuple[Table, ...]:
        """Return a table for each era: an equilibrium a row."""
        return tuple(self._table(era) for era in self.shares)

    def _table(self, era: str) -> Table:
        names = list(self.units)
        rows = tuple(
            (title, percent(share), *(_told(self.ranges[era][title][name]) for name in names))
            for title, share in self.shares[era].items()
        )
        head = ("equilibrium", "share", *names)
        return Table(f"{self.title}: {self.titles[era]}", head, rows, tuple(self._notes()))

    def _notes(self) -> Iterator[str]:
        count = (
            "One calibration" if self.calibrations == 1 else f"{self.calibrations:,} calibrations"
        )
        yield (
            f"{count}; share: of those that have such an equilibrium. Then the mean over these, and in "
            "brackets the least and the greatest."
        )
        units = ", ".join(f"{name} [{unit}]" for name, unit in self.units.items() if unit)
        if units:
            yield f"Units: {units}."
        yield f"Solved exactly, because floats were too close to call: {self.exact:,}."
        gain = "not worked out" if self.regret is None else f"{self.regret:.2g}"
        yield f"The largest gain of any deviation: {gain}."
        if self.missing:
            yield f"NOT all equilibria are known at {self.missing:,} of them: {self.why}."

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return fields_as_data(self, *self.__dataclass_fields__)


def _told(found: Range) -> str:
    if found.mean is None:
        return ""
    if number(found.low) == number(found.high):
        return number(found.mean)
    return f"{number(found.mean)} ({number(found.low)} to {number(found.high)})"


def checked(found: Any) -> xr.Dataset:
    """See that something is a dataset that a sweep or a sample returned.

    Raises
    ------
    CallError
        If it is something else.
    """
    xarray = library("xarray")
    told = isinstance(found, xarray.Dataset) and PRESENT in found and "model" in found.attrs
    if not told:
        raise CallError(
            "a dataset is wanted as dilemma.sweep(...) or dilemma.sample(...) returns it, not "
            f"a {type(found).__name__}"
        )
    checked: xr.Dataset = found
    return checked


def variables_of(found: xr.Dataset) -> list[str]:
    """Return the outcomes, payoffs and plays that a dataset tells."""
    return [str(n) for n in found.data_vars if n not in (PRESENT, REGRET, EXACT, COMPLETE)]


def summary(found: xr.Dataset) -> Summary:
    """Return how often each equilibrium occurs, and what outcomes come to in it.

    Examples
    --------
    >>> import dilemma
    >>> found = summary(dilemma.sample("abandonment", "cold_war", 64))
    >>> found.shares
    {'cold_war': {'(strong, strong)': 1.0}}
    """
    found = checked(found)
    names = variables_of(found)
    eras = [str(era) for era in np.atleast_1d(found.era.to_numpy())]
    shares: dict[str, dict[str, float]] = {}
    ranges: dict[str, dict[str, dict[str, Range]]] = {}
    for era in eras:
        own = found.sel(era=era) if "era" in found.dims else found
        for title in map(str, own.equilibrium.to_numpy()):
            one = own.sel(equilibrium=title)
            there = one[PRESENT].to_numpy()
            if there.any():
                shares.setdefault(era, {})[title] = float(there.mean())
                told = {name: _range(one[name].to_numpy()[there]) for name in names}
                ranges.setdefault(era, {})[title] = told
        shares.setdefault(era, {})
        ranges.setdefault(era, {})
    return Summary(
        model=found.attrs["model"],
        title=found.attrs["title"],
        titles=dict(zip(eras, map(str, np.atleast_1d(found.era_title.to_numpy())), strict=True)),
        calibrations=int(found.attrs["calibrations"]) // len(eras),
        shares={e: dict(sorted(own.items(), key=lambda i: -i[1])) for e, own in shares.items()},
        ranges=ranges,
        units={name: str(found[name].attrs.get("units", "")) for name in names},
        exact=int(found.attrs["solved exactly"]),
        missing=int(found.attrs["not complete"]),
        why=str(found.attrs["why not complete"]),
        regret=None
        if np.isnan(found.attrs["largest regret"])
        else float(found.attrs["largest regret"]),
    )


def _range(values: Any) -> Range:
    known = values[np.isfinite(values)]
    if not known.size:
        return Range()
    return Range(float(known.min()), float(known.mean()), float(known.max()))


def flat(found: xr.Dataset) -> pd.DataFrame:
    """Return a row for each equilibrium at each calibration that has it.

    Examples
    --------
    >>> import dilemma
    >>> flat(dilemma.sweep("abandonment", "cold_war", m_J=[0, 1])).columns[:3].tolist()
    ['m_J', 'era', 'equilibrium']
    """
    found = checked(found)
    library("pandas")
    import pandas as pd

    there = np.nonzero(found[PRESENT].to_numpy())
    places = dict(zip(found[PRESENT].dims, there, strict=True))
    columns: dict[str, Any] = {}
    for name, line in found.coords.items():
        if name not in ("equilibrium", "era", "era_title"):
            columns[str(name)] = line.to_numpy()[tuple(places[d] for d in line.dims)]
    size = len(there[0])
    for name in ("era", "equilibrium"):
        line = found[name]
        told = line.to_numpy()[places[name]] if line.dims else np.full(size, line.to_numpy())
        columns[name] = pd.Categorical(told)
    for name in (*variables_of(found), REGRET, EXACT, COMPLETE):
        columns[name] = found[name].to_numpy()[tuple(places[d] for d in found[name].dims)]
    frame = pd.DataFrame(columns)
    frame.attrs = dict(found.attrs)
    return frame


def written(found: xr.Dataset, path: Path) -> Path:
    """Write a dataset: as it is to .nc or .zarr, flat to .parquet or .csv."""
    check(path, "a dataset's file", ENDINGS)
    match path.suffix.lower():
        case ".nc":
            found.to_netcdf(path)
        case ".zarr":
            library("zarr")
            # Letters of any number, of which the format's own description speaks.
            words = {
                name: (line.dims, line.to_numpy().astype(object), line.attrs)
                for name, line in found.coords.items()
                if line.dtype.kind == "U"
            }
            found.assign_coords(words).to_zarr(path, mode="w-", consolidated=False)
        case ".parquet":
            library("pyarrow")
            frame = flat(found)
            frame.attrs = {}
            frame.to_parquet(path)
        case _:
            flat(found).to_csv(path, index=False)
    return path
