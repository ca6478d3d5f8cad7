"""The eras that a question is about; one era in a comparison, and what moves between two."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import sympy as sp

from dilemma.equilibria import Equilibria
from dilemma.errors import CalibrationError
from dilemma.games import selection
from dilemma.model import At, Model
from dilemma.parts import Era, Profile, Value
from dilemma.reading.periods import given_era
from dilemma.study.frequencies import Frequencies

__all__ = ["EraSummary", "Eras", "GroupMove", "eras_of", "one_era"]

Eras: TypeAlias = At | Sequence[At] | None


@dataclass(frozen=True)
class EraSummary:
    """One era: its centre solved, and its box drawn from.

    Attributes
    ----------
    equilibria : Equilibria
        At the central calibration.
    payoffs : mapping of profile to mapping of player to exact payoff
        Empty in a tree, as are ``best`` and ``dominance``.
    best : mapping of player to set of profiles
        The profiles in which the player's action is a best reply.
    kinds : mapping of player to kind of game
        Empty where the names of 2x2 games do not apply.
    dominance : tuple of selection.Dominance
    payoff_dominant, risk_dominant : str
        The equilibrium's name, "" where none is.
    frequencies : Frequencies
    """

    name: str
    title: str
    years: tuple[int, int] | None
    equilibria: Equilibria
    payoffs: Mapping[Profile, Mapping[str, sp.Rational]]
    best: Mapping[str, frozenset[Profile]]
    kinds: Mapping[str, str]
    dominance: tuple[selection.Dominance, ...]
    payoff_dominant: str
    risk_dominant: str
    frequencies: Frequencies


@dataclass(frozen=True)
class GroupMove:
    """What one group of parameters does, moved from the first era's centre to the second's.

    Attributes
    ----------
    group : str
    moves : tuple of str
        The parameters of the group whose central values differ.
    only : tuple of str
        Equilibria when this group alone has moved.
    all_but : tuple of str
        Equilibria when every group but this one has moved.
    """

    group: str
    moves: tuple[str, ...]
    only: tuple[str, ...]
    all_but: tuple[str, ...]


# --- which eras a question is about -------------------------------------------------------------


def eras_of(
    model: Model, asked: Eras, *, moving: Collection[str] = (), ranges: bool = False
) -> tuple[Model, tuple[str, ...]]:
    """Return the eras that are asked about, and the model with those that are given on the spot.

    Parameters
    ----------
    model : Model
    asked : str, Era, mapping, a sequence of these, or None
        Names; eras that :meth:`Model.era` has made, or what it makes them of.  None: all that the
        model has.  Where it has none a game without parameters stands for itself.
    moving : collection of str
        Parameters that move anyway: what is given on the spot may leave them out.
    ranges : bool
        Whether the question is about a box, so that whatever is left out may be anywhere in its
        declared range, if that is bounded.

    Raises
    ------
    CalibrationError
        For an unknown name, a missing or an impossible value.

    Examples
    --------
    >>> from dilemma.model import matrix
    >>> game = matrix([["s", 0], [1, 1]], parameters={"s": [1, 9]})
    >>> eras_of(game, [{"s": 2}, {"s": [3, 5]}])[1], eras_of(game, None, ranges=True)[1]
    (('s = 2', 's = 4 in [3, 5]'), ('the declared ranges',))
    >>> eras_of(matrix([[1, 0], [0, 1]]), None)[1]
    ('the game itself',)
    """
    if asked is None and model.eras:
        return model, tuple(model.eras)
    wanted: Sequence[At] = [{}]
    if asked is not None:
        wanted = [asked] if isinstance(asked, str | Era | Mapping) else list(asked)
    if not wanted:
        raise CalibrationError(f"{model.name}: at least one era is wanted, and none was given")
    names = []
    for one in wanted:
        if isinstance(one, str):
            model.needs_era(one)
            names.append(one)
        else:
            model, name = _with(model, _made(model, one, moving, ranges=ranges))
            names.append(name)
    return model, tuple(names)


def one_era(model: Model, asked: At | None, *, moving: Collection[str] = ()) -> tuple[Model, str]:
    """Return the one era that is asked about, as :func:`eras_of` does.

    Raises
    ------
    CalibrationError
        As :func:`eras_of`, and where it is not said which of several.
    """
    model, names = eras_of(model, asked, moving=moving)
    if len(names) > 1:
        raise CalibrationError(f"{model.name}: at which era? there are: {', '.join(names)}")
    return model, names[0]


def _made(model: Model, told: object, moving: Collection[str], *, ranges: bool) -> Era:
    """Return an era that is given on the spot, the rest of it from the declared ranges."""
    if not isinstance(told, Mapping):
        return model.era(told)  # type: ignore[arg-type] # refused there if it is none
    free = [name for name in model.parameters if name not in told and (ranges or name in moving)]
    filled = dict(_declared(model, free))
    era = model.era({**told, **filled})
    if not filled:
        return era
    spelt = [name for name in model.parameters if name in told]
    title = given_era(era.values, spelt).title if spelt else "no other parameters"
    if ranges:
        title = f"{title}, else the declared ranges" if spelt else "the declared ranges"
    return Era(title, title, None, era.values, given=True)


def _declared(model: Model, names: Collection[str]) -> Iterator[tuple[str, Value]]:
    for name in names:
        allowed = model.parameters[name].range
        if allowed.low.is_finite and allowed.high.is_finite:
            source = "the range that the theory allows"
            yield name, Value((allowed.low + allowed.high) / 2, allowed, "declared", source)


def _with(model: Model, era: Era) -> tuple[Model, str]:
    """Return the model with an era of which no other has the name."""
    name, number = era.name, 1
    while name in model.eras and model.eras[name].values != era.values:
        number += 1
        name = f"{era.name} ({number})"
    if name in model.eras:
        return model, name
    title = era.title if name == era.name else name
    return model.with_eras(Era(name, title, era.years, era.values, era.given)), name
