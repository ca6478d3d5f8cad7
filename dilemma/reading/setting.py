"""What a model's claims may name, and what a claim is about that does not say it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import sympy as sp

from dilemma.games.kind import Can, Game
from dilemma.reading.expressions import ExpressionError
from dilemma.reading.rows import ClaimRow
from dilemma.reading.syntax import read_tree
from dilemma.theory.parts import Claim, Definition, Mode, Player, Variant

__all__ = ["Setting", "over_of", "standing"]


@dataclass(frozen=True, slots=True)
class Setting:
    """The names that a model's claims may use.

    Attributes
    ----------
    game : Game
    common : collection of str
        Parameters that are one draw in all eras.
    further : collection of str
        Eras that a claim is about only where it names them.
    claims : mapping of name to claim, or its row, or None where that is broken
    standing : mapping of str to str
        Definitions that are one chosen number in other units, and which.
    """

    game: Game
    players: Mapping[str, Player]
    parameters: Collection[str]
    definitions: Collection[str]
    outcomes: Collection[str]
    eras: Collection[str]
    common: Collection[str]
    further: Collection[str] = ()
    claims: Mapping[str, Claim | ClaimRow | None] = field(default_factory=dict)
    standing: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, Variant] = field(default_factory=dict)

    @property
    def simultaneous(self) -> bool:
        """Whether there are profiles of actions to speak of."""
        return Can.TABLE in self.game.can

    @property
    def every_era(self) -> tuple[str, ...]:
        """All eras that may be named."""
        return (*self.eras, *self.further)

    @property
    def moved(self) -> dict[str, str]:
        """What a slope may be in: chosen numbers, and what stands for one, with that one."""
        return {**{name: name for name in self.game.choices}, **self.standing}


def standing(definitions: Mapping[str, Definition], game: Game) -> dict[str, str]:
    """Return the definitions that hang on one chosen number alone, smoothly, and which."""
    hangs = {name: {name} for name in game.choices}
    kinked: set[str] = set()
    for name, definition in definitions.items():
        used = [s.name for s in definition.formula.free_symbols if hangs.get(s.name)]
        hangs[name] = {choice for one in used for choice in hangs[one]}
        if definition.formula.has(sp.Piecewise, sp.Min, sp.Max, sp.Abs) or kinked & set(used):
            kinked.add(name)
    return {n: min(hangs[n]) for n in definitions if len(hangs[n]) == 1 and n not in kinked}


def over_of(plain: Mapping[str, Any], setting: Setting) -> dict[str, Any]:
    """Return what a claim is about that does not say it: the eras that it puts before names."""
    found = {
        node.value.id
        for key in ("given", *get_args(Mode))
        for node in _nodes(plain.get(key))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    named = [era for era in setting.every_era if era in found]
    if len(named) > 1 or plain.get("shared") or plain.get("eras"):
        others = len(named) == 2 and any(era in setting.further for era in named)
        return {"over": "pair", **({"eras": named} if others else {})}
    return {"over": named[0] if named else "each" if setting.eras else "all"}


def _nodes(text: object) -> Iterable[ast.AST]:
    try:
        return ast.walk(read_tree(str(text)).tree)
    except ExpressionError:
        return ()  # told where it is read
