"""Can these statements about exact quantities hold together? z3, elimination, exact bisection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

__all__ = ["DECIDERS", "KNOWN", "Decider", "Facts"]

Decider = Literal["z3", "elimination", "bisection"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to know about a decider.

    Attributes
    ----------
    title : str
    short : str
        How a verdict names it among those that decided.
    rests_on : frozenset of str
        What its word rests on: two are independent where they share nothing.
    """

    title: str
    short: str
    rests_on: frozenset[str]


# What elimination puts in is put in by the code that bisection has, and z3 is asked about what is left.
KNOWN: Mapping[Decider, Facts] = MappingProxyType(
    {
        "z3": Facts("z3", "z3", frozenset({"z3"})),
        "elimination": Facts(
            "z3 with unknowns put in", "z3 (unknowns put in)", frozenset({"z3", "putting in"})
        ),
        "bisection": Facts(
            "exact bisection", "exact bisection", frozenset({"bisection", "putting in"})
        ),
    }
)
DECIDERS: tuple[Decider, ...] = tuple(KNOWN)
