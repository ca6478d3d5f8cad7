"""What a model's claims may speak of: its names, its eras, its other claims."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import sympy as sp

from dilemma.chosen import Choices
from dilemma.parts import Claim, Definition, Player, Variant
from dilemma.reading.schema import ClaimRow

__all__ = ["Setting", "standing"]


@dataclass(frozen=True, slots=True)
class Setting:
    """The names that a model's claims may use.

    Attributes
    ----------
    kind : str
        The kind of game.
    common : collection of str
        Parameters that are one draw in all eras.
    claims : mapping of name to claim, or its row, or None where that is broken
    standing : mapping of str to str
        Definitions that are one chosen number in other units, and which.
    """

    kind: str
    players: Mapping[str, Player]
    parameters: Collection[str]
    definitions: Collection[str]
    outcomes: Collection[str]
    eras: Collection[str]
    common: Collection[str]
    claims: Mapping[str, Claim | ClaimRow | None] = field(default_factory=dict)
    choices: Choices | None = None
    standing: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, Variant] = field(default_factory=dict)

    @property
    def simultaneous(self) -> bool:
        """Whether there are profiles of actions to speak of."""
        return self.kind == "matrix"

    @property
    def moved(self) -> dict[str, str]:
        """What a slope may be in: chosen numbers, and what stands for one, with that one."""
        chosen = () if self.choices is None else self.choices.choices
        return {**{name: name for name in chosen}, **self.standing}


def standing(definitions: Mapping[str, Definition], choices: Choices | None) -> dict[str, str]:
    """Return the definitions that hang on one chosen number alone, smoothly, and which."""
    hangs = {name: {name} for name in (() if choices is None else choices.choices)}
    kinked: set[str] = set()
    for name, definition in definitions.items():
        used = [s.name for s in definition.formula.free_symbols if hangs.get(s.name)]
        hangs[name] = {choice for one in used for choice in hangs[one]}
        if definition.formula.has(sp.Piecewise, sp.Min, sp.Max, sp.Abs) or kinked & set(used):
            kinked.add(name)
    return {n: min(hangs[n]) for n in definitions if len(hangs[n]) == 1 and n not in kinked}
