"""Equilibria in chosen numbers, compared at a few calibrations with a search from the payoffs alone.

An attack solves the branches at thousands of calibrations (:mod:`dilemma.games.batches`).  At a
sample of them :mod:`dilemma.games.search`, which knows neither branches nor slopes of them, must find
nothing that is missing, and nothing better for a leader.  A difference counts if the exact solver
sides with the search, or cannot be brought to agree with it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

from dilemma.checking.calibrations import Calibrations, calibrations
from dilemma.errors import CalibrationError, DisagreementError
from dilemma.games import equilibria
from dilemma.games.batches import Batch, many
from dilemma.games.dense import replied
from dilemma.games.search import NotFoundError, Search
from dilemma.model import Model
from dilemma.proof.statements import Statements

__all__ = ["Missing", "missing"]

SAMPLE = 20  # calibrations of a box
NEAR = 1e-4  # two plays that are nearer are one
PAYS = 1e-6

Calibration = Mapping[str, sp.Rational]
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Missing:
    """An equilibrium that floats miss.

    Attributes
    ----------
    calibration : mapping of parameter to number
    words : str
    """

    calibration: Calibration
    words: str


def missing(statements: Statements, seed: int, until: float) -> Missing | None:
    """Look for an equilibrium that floats miss, in the boxes of a claim's copies.

    What has been compared for one claim is not compared again for the next: a sample of the same
    boxes goes on where it stopped.

    Parameters
    ----------
    until : float
        When to stop, by ``time.perf_counter``.
    """
    for copy in statements.copies:
        over = "all" if copy.era is None or statements.over == "any pair" else copy.era
        found = _sampling(statements.model, over, seed).go_on(until)
        if found is not None:
            return found
    return None


@lru_cache(maxsize=32)
def _sampling(model: Model, over: str, seed: int) -> _Sampling:
    anything = model.make_claim(f"{next(iter(model.players))} >= 0", over=over)
    drawn = calibrations(Statements(model, anything, over), SAMPLE, seed)
    (copy,) = drawn.statements.copies
    columns = {p.symbol: drawn.column(copy, n)[:SAMPLE] for n, p in model.parameters.items()}
    sure = np.flatnonzero(~(batch := many(model, columns)).doubtful)
    return _Sampling(drawn, batch, [int(k) for k in reversed(sure)])


@dataclass
class _Sampling:
    """A sample of one box on its way: the calibrations that are left, and what was found."""

    drawn: Calibrations
    batch: Batch
    left: list[int]
    found: Missing | None = None

    def go_on(self, until: float) -> Missing | None:
        """Compare until something is missing, nothing is left or time is up."""
        (copy,) = self.drawn.statements.copies
        while self.left and self.found is None and time.perf_counter() < until:
            k = self.left.pop()
            calibration = self.drawn.points(k)[copy.key]
            try:
                words = _missing(self.drawn.statements.model, calibration, self.batch, k)
            except (NotFoundError, CalibrationError):
                continue  # the search did not settle, or there is nothing to choose
            self.found = Missing(calibration, words) if words else None
        return self.found


def _missing(model: Model, calibration: Calibration, batch: Batch, position: int) -> str:
    game = model.choices
    assert game is not None
    search = Search(model, model.values(calibration))
    known = _plays(batch, position, search)
    if game.leader:
        point, _ = search.led()
        # Replies in floats are not quite best ones, and a leader's payoff is sensitive to them.
        point = replied(model, model.values(calibration), search.symbols, point)
        paid = search.payoff(game.leader, point)
        best = max((search.payoff(game.leader, play) for play in known), default=-np.inf)
        found = [point] if paid > best + PAYS * max(1.0, abs(paid)) else []
    else:
        found = [
            point
            for point in search.simultaneous(tuple(model.players))
            if all(np.max(np.abs(point - play)) > NEAR for play in known)
        ]
    if not found:
        return ""
    shown = dict(zip(search.names, found[0].round(6).tolist(), strict=True))
    return (
        f"an equilibrium is missing: {shown}"
        if _confirmed(model, calibration, found[0], search)
        else ""
    )


def _plays(batch: Batch, position: int, search: Search) -> list[Array]:
    """Return what is played at one calibration, in the order of a search."""
    found = []
    for rows in batch.rows:
        for k in np.flatnonzero(rows.holds[position]):
            at = [
                np.broadcast_to(rows.at[s], rows.holds.shape)[position, k] for s in search.symbols
            ]
            found.append(np.array(at, dtype=float))
    return found


def _confirmed(model: Model, calibration: Calibration, point: Array, search: Search) -> bool:
    """Tell whether the exact solver has what the search found, or disagrees with it."""
    try:
        exactly = equilibria(model, calibration)
    except DisagreementError:
        return True
    for one in exactly:
        chosen = {name: float(value) for own in one.play.values() for name, value in own.items()}
        play = np.array([chosen[name] for name in search.names])
        if np.max(np.abs(play - point)) <= NEAR:
            return True
    return False
