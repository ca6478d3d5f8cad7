"""Very many calibrations, by one process or many, written block by block to a store that outlives a killed run.

A block is a run of calibrations that fills whole chunks of the store.  Once all of it is written a marker is put
beside it, in one step: whoever comes back to the store works out the blocks that have none, and no others.
What is sent to a worker is the theory and where the block begins; payoffs are worked out there.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dilemma.errors import CalibrationError, library
from dilemma.games.batch import Array
from dilemma.study.at_many import Asked, Part, Plan, Slot, slots_of, solved_part
from dilemma.study.labelled import (
    COMPLETE,
    EXACT,
    PRESENT,
    REGRET,
    Cube,
    attributes,
    names_of,
    origin,
    title_of,
)

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Block", "Work", "blocks", "in_store", "worked"]

MARKERS, REQUEST = "whole", "request.json"
AHEAD = 3  # blocks that each worker is given before it has done the first
NOTED = 20  # reasons that are kept

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Work:
    """What is asked of one era's calibrations."""

    asked: Asked
    plan: Plan


@dataclass(frozen=True)
class Block:
    """A run of one era's calibrations, which is a box in their layout.

    Attributes
    ----------
    era : int
    start, stop : int
    where : tuple of slice
    """

    era: int
    start: int
    stop: int
    where: tuple[slice, ...]


def block_shape(shape: Sequence[int], most: int) -> tuple[int, ...]:
    """Return how many values of each axis a block has: all of the last ones, one of the first.

    Examples
    --------
    >>> block_shape((40, 30, 20), 100), block_shape((40, 30, 20), 7)
    ((1, 5, 20), (1, 1, 7))
    """
    found: list[int] = []
    for size in reversed(shape):
        own = max(1, min(size, most))
        found.insert(0, own)
        most //= own if own == size else most + 1
    return tuple(found)


def blocks(eras: int, shape: Sequence[int], most: int) -> Iterator[Block]:
    """Yield the blocks of a layout in order, each of at most so many calibrations.

    Examples
    --------
    >>> [(b.start, b.stop) for b in blocks(1, (3, 4), 5)]
    [(0, 4), (4, 8), (8, 12)]
    """
    own = block_shape(shape, most)
    ranges = [range(0, size, step) for size, step in zip(shape, own, strict=True)]
    for era, corner in product(range(eras), product(*ranges)):
        where = tuple(
            slice(a, min(a + step, size)) for a, step, size in zip(corner, own, shape, strict=True)
        )
        start = int(np.ravel_multi_index(corner, shape))
        yield Block(era, start, start + prod(s.stop - s.start for s in where), where)


def worked(
    work: Sequence[Work], sizes: Sequence[int], chunk: int, client: Any, progress: Progress | None
) -> list[list[Part]]:
    """Return what is found at each era's calibrations, by the workers of a client."""
    every = [
        Block(era, b.start, b.stop, b.where)
        for era, size in enumerate(sizes)
        for b in blocks(1, (size,), chunk)
    ]
    told: dict[tuple[int, int], Part] = {}
    for block, part in _by_workers(client, partial(_part, tuple(work)), every):
        told[block.era, block.start] = part
        if progress is not None:
            progress(len(told) / len(every))
    return [[told[key] for key in sorted(told) if key[0] == era] for era in range(len(work))]


def _part(work: Sequence[Work], block: Block) -> Part:
    own = work[block.era]
    return solved_part(own.asked, own.plan, block.start, block.stop)


def _by_workers(
    client: Any, do: Callable[[Block], Any], every: Sequence[Block]
) -> Iterator[tuple[Block, Any]]:
    """Yield what is done with each block as it is done; a few are sent ahead, so that memory is bounded."""
    from distributed import as_completed as completed

    as_completed: Any = completed
    workers = max(1, len(client.nthreads()))
    waiting = iter(every)
    sent = {}

    def send() -> list[Any]:
        block = next(waiting, None)
        if block is None:
            return []
        future = client.submit(do, block, pure=False)
        sent[future.key] = block
        return [future]

    running = as_completed([f for _ in range(AHEAD * workers) for f in send()], with_results=True)
    for future, result in running:
        yield sent.pop(future.key), result
        future.release()
        for more in send():
            running.add(more)


# --- a store ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Store:
    """Where results are written, and what for.

    Attributes
    ----------
    path : Path
    eras : tuple of str
    slots : tuple of (name, number)
        Every equilibrium that there may be; what does not occur takes no room.
    parameters : tuple of str
        Whose values are written along the calibrations, as those of a sample are.
    """

    path: Path
    work: tuple[Work, ...]
    eras: tuple[str, ...]
    slots: tuple[Slot, ...]
    cube: Cube
    chunk: int
    parameters: tuple[str, ...]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Of every array but those of one axis."""
        return "era", *self.cube.dimensions

    @property
    def shape(self) -> tuple[int, ...]:
        """How many there are along each."""
        return len(self.eras), *self.cube.shape

    @property
    def chunks(self) -> tuple[int, ...]:
        """How many of them a block has."""
        return 1, *block_shape(self.cube.shape, self.chunk)

    def fingerprint(self, about: Mapping[str, Any]) -> str:
        """Tell apart what is asked for: the theory, the calibrations, what is told of each."""
        asked = self.work[0].asked
        told = [
            asked.model.to_toml(), [r.name for r in asked.rows], asked.exact, self.eras, self.shape,
            self.chunks, sorted((k, str(v)) for k, v in about.items()),
            [(n, list(v)) for n, (_, v, _) in self.cube.coordinates.items() if v is not None],
            [repr(sorted(w.plan.columns(0, 1).items())) for w in self.work],
            [repr(sorted(w.plan.columns(w.plan.size - 1, w.plan.size).items())) for w in self.work],
        ]  # fmt: skip
        return hashlib.sha256(repr(told).encode()).hexdigest()

    # --- written --------------------------------------------------------------------------------

    def make(self, about: Mapping[str, Any]) -> None:
        """Lay the store out, unless it is there for the same request.

        Raises
        ------
        CalibrationError
            If something else is there.
        """
        request = self.path / REQUEST
        if request.exists():
            if json.loads(request.read_text())["asked"] != self.fingerprint(about):
                raise CalibrationError(
                    f"{self.path} was begun for another request (another model, other values, another "
                    "chunk): give a new store, or remove that one"
                )
            return
        if self.path.exists() and any(self.path.iterdir()):
            raise CalibrationError(f"{self.path} is there already, and is no sweep or sample begun")
        self._lay_out()
        (self.path / MARKERS).mkdir(exist_ok=True)
        _put(request, {"asked": self.fingerprint(about)})

    def _lay_out(self) -> None:
        zarr = library("zarr")
        asked = self.work[0].asked
        group = zarr.open_group(self.path, mode="w")
        wide = (*self.shape, len(self.slots)), (*self.chunks, 1), (*self.dimensions, "equilibrium")
        flat = self.shape, self.chunks, self.dimensions
        labels = {"equilibrium": map(title_of, self.slots), "era": self.eras}
        for name, told in labels.items():
            words = np.array([*told], dtype=object)
            line = group.create_array(name, shape=words.shape, dtype=str, dimension_names=(name,))
            line[:] = words
        kinds: list[tuple[str, Any, Any]]
        kinds = [(name, np.nan, wide) for name in names_of(asked).values()]
        kinds += [(PRESENT, False, wide), (REGRET, np.nan, wide)]
        kinds += [(EXACT, False, flat), (COMPLETE, False, flat)]
        kinds += [(name, np.nan, flat) for name in self.parameters]
        for name, fill, (shape, chunks, dims) in kinds:
            group.create_array(
                name, shape=shape, chunks=chunks, dtype="bool" if fill is False else "float64",
                fill_value=fill, dimension_names=dims, attributes=self._about(name),
            )  # fmt: skip

    def _about(self, name: str) -> dict[str, str]:
        if name in self.parameters:
            _, _, told = self.cube.coordinates[name]
            return dict(told)
        asked = self.work[0].asked
        own = {variable: row for row, variable in names_of(asked).items()}
        return attributes(asked.model, own.get(name, name))

    def write(self, block: Block) -> Block:
        """Work a block out, write it, and mark that it is whole."""
        zarr = library("zarr")
        own = self.work[block.era]
        part = solved_part(own.asked, own.plan, block.start, block.stop)
        group = zarr.open_group(self.path, mode="r+")
        region = (slice(block.era, block.era + 1), *block.where)
        shape = tuple(s.stop - s.start for s in region)
        variables = names_of(own.asked)
        told = {variables[name]: values for name, values in part.values.items()}
        told |= {PRESENT: np.ones(part.draw.shape, dtype=bool), REGRET: part.regret}
        beyond = self._write_slots(group, region, shape, part, told)
        complete = part.complete & ~beyond
        for name, values in ((EXACT, part.exact), (COMPLETE, complete)):
            group[name][region] = values.reshape(shape)
        columns = own.plan.columns(block.start, block.stop) if self.parameters else {}
        for name in self.parameters:
            group[name][region] = np.asarray(columns[name]).reshape(shape)
        regret = part.regret[np.isfinite(part.regret)]
        _put(
            self._marker(block),
            {
                "slots": sorted({title_of(part.slots[k]) for k in np.unique(part.slot)}),
                "exact": int(part.exact.sum()), "missing": int((~complete).sum()),
                "reason": part.reason, "regret": float(regret.max()) if regret.size else None,
            },
        )  # fmt: skip
        return block

    def _write_slots(
        self,
        group: Any,
        region: tuple[slice, ...],
        shape: tuple[int, ...],
        part: Part,
        told: Mapping[str, Array],
    ) -> Array:
        """Write one equilibrium after the other; return where there are more of a name than have room."""
        places = {slot: k for k, slot in enumerate(self.slots)}
        beyond = np.zeros(part.size, dtype=bool)
        for k in np.unique(part.slot):
            own = part.slot == k
            place = places.get(part.slots[k])
            if place is None:
                beyond[part.draw[own]] = True
                continue
            for name, values in told.items():
                table = np.full(part.size, False if values.dtype == bool else np.nan, values.dtype)
                table[part.draw[own]] = values[own]
                group[name][(*region, slice(place, place + 1))] = table.reshape(*shape, 1)
        return beyond

    def _marker(self, block: Block) -> Path:
        return self.path / MARKERS / f"{block.era}-{block.start}.json"

    def left(self) -> list[Block]:
        """Return the blocks that are not whole."""
        every = blocks(len(self.eras), self.cube.shape, self.chunk)
        return [block for block in every if not self._marker(block).exists()]

    # --- read -----------------------------------------------------------------------------------

    def opened(self, about: Mapping[str, Any]) -> xr.Dataset:
        """Return the dataset, lazily: of the equilibria that occur."""
        import xarray as xr

        notes = [json.loads(p.read_text()) for p in sorted((self.path / MARKERS).iterdir())]
        occurring = {title for note in notes for title in note["slots"]}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there is no consolidated metadata is no news
            found = xr.open_zarr(self.path, consolidated=False, chunks={} if _dask() else None)
        titles = list(map(title_of, self.slots))
        lines = {k: v for k, v in self.cube.coordinates.items() if k not in self.parameters}
        order = [*names_of(self.work[0].asked).values(), PRESENT, REGRET, EXACT, COMPLETE]
        found = found.set_coords(list(self.parameters))[order]
        of_eras = [self.work[0].asked.model.eras[era].title for era in self.eras]
        lines |= {"equilibrium": titles, "era": list(self.eras), "era_title": ("era", of_eras)}
        found = found.assign_coords(lines)
        found = found.isel(equilibrium=[k for k, title in enumerate(titles) if title in occurring])
        told = {**origin(self.work[0].asked.model), **self._sums(notes), **about}
        one = found if len(self.eras) > 1 else found.isel(era=0)
        labelled: xr.Dataset = one.assign_attrs(told)
        return labelled

    def _sums(self, notes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        regrets = [note["regret"] for note in notes if note["regret"] is not None]
        reasons = list(dict.fromkeys(note["reason"] for note in notes if note["reason"]))
        return {
            "calibrations": prod(self.shape),
            "solved exactly": sum(note["exact"] for note in notes),
            "not complete": sum(note["missing"] for note in notes),
            "why not complete": "; ".join(reasons[:NOTED]),
            "largest regret": max(regrets, default=float("nan")),
        }


def in_store(
    path: str | Path,
    work: Mapping[str, Work],
    cube: Cube,
    *,
    chunk: int,
    parameters: Sequence[str],
    about: Mapping[str, Any],
    client: Any,
    progress: Progress | None,
) -> xr.Dataset:
    """Work out what is not in a store yet, and open it."""
    library("zarr")
    model = next(iter(work.values())).asked.model
    store = Store(
        Path(path).absolute(), tuple(work.values()), tuple(work), slots_of(model), cube, chunk,
        tuple(parameters),
    )  # fmt: skip
    store.make(about)
    left = store.left()
    each = (
        ((b, store.write(b)) for b in left)
        if client is None
        else _by_workers(client, store.write, left)
    )
    for done, _ in enumerate(each):
        if progress is not None:
            progress((done + 1) / len(left))
    return store.opened(about)


def _put(path: Path, told: Mapping[str, Any]) -> None:
    """Write a file in one step: it is whole, or not there."""
    fresh = path.with_suffix(f".{os.getpid()}")
    with fresh.open("w") as file:
        json.dump(told, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _dask() -> bool:
    from importlib.util import find_spec

    return find_spec("dask") is not None
