"""The classroom page: one file that shows games move as their parameters do."""

from __future__ import annotations

from dilemma.page.writing import Page, classroom

__all__ = ["Page", "classroom"]
