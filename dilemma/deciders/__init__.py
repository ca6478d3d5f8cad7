"""Can these statements about exact quantities hold together? z3, elimination, exact bisection."""

from __future__ import annotations

from typing import Literal

__all__ = ["Decider"]

Decider = Literal["z3", "elimination", "bisection"]
