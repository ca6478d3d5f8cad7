"""What a route to the equilibria of a finite game has to say of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import isinf

from dilemma.equilibrium import Equilibrium, NashSet

__all__ = ["Found", "apart", "share"]


@dataclass(frozen=True, slots=True)
class Found:
    """Equilibria, and how good that answer is; the fields are those of ``Equilibria``."""

    equilibria: tuple[Equilibrium, ...]
    sets: tuple[NashSet, ...]
    components: tuple[tuple[int, ...], ...]
    complete: bool
    exact: bool
    reason: str
    degenerate: bool | None
    witness: str
    method: str
    concept: str = "equilibria"


def apart(equilibria: Sequence[Equilibrium]) -> tuple[NashSet, ...]:
    """Return each equilibrium as a set of its own."""
    return tuple(
        NashSet(
            members=(k,),
            extreme={decision: (mix,) for decision, mix in e.play.items()},
            representative=e,
            words=str(e),
            component=k,
        )
        for k, e in enumerate(equilibria)
    )


def share(deadline: float, part: float) -> float:
    """Return when a part of the time left has passed, so that something is left for what follows.

    Parameters
    ----------
    deadline : float
        On the monotonic clock [s]; infinite where there is no budget.
    part : float
        Between 0 and 1.
    """
    now = time.monotonic()
    return deadline if isinf(deadline) else now + part * (deadline - now)
