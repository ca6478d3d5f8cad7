"""Results as matplotlib figures."""

from __future__ import annotations

from dilemma.figures.drawing import plot, region_map, save

__all__ = ["plot", "region_map", "save"]
