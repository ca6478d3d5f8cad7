"""What a route to the equilibria of a finite game has to say of them."""

from __future__ import annotations

from dataclasses import dataclass

from dilemma.equilibrium import Equilibrium

__all__ = ["Found"]


@dataclass(frozen=True, slots=True)
class Found:
    """Equilibria, and how good that answer is; the fields are those of ``Equilibria``."""

    equilibria: tuple[Equilibrium, ...]
    subsets: tuple[tuple[int, ...], ...]
    components: tuple[tuple[int, ...], ...]
    complete: bool
    reason: str
    degenerate: bool | None
    witness: str
    method: str
