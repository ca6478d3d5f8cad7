"""Which parameter matters most? Each moved over its box by itself, the longest swing first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sympy as sp

from dilemma.budget import kept
from dilemma.by_era import ByEra, Eras, at_each, one_era
from dilemma.calls import of_a_model
from dilemma.errors import CalibrationError, UnsupportedError, nearest
from dilemma.model import At, Model
from dilemma.output.result import Shown, Table, number, versions
from dilemma.study.asking import candidates
from dilemma.study.attribute import means

__all__ = ["Reach", "Swing", "Swings", "tornado"]

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Reach:
    """What an outcome is at one calibration, over all equilibria.

    Attributes
    ----------
    value : sympy number or None
        Of the parameter that moves; None at the centre.
    least, most : sympy number or None
        Of the outcome; None where it is defined in no equilibrium, or these are not all known.
    equilibria, undefined : tuple of str
        All of them, and those in which the outcome has no value.
    trouble : str
        Why nothing is said, "" where something is.
    """

    value: sp.Rational | None
    least: sp.Rational | None
    most: sp.Rational | None
    equilibria: tuple[str, ...] = ()
    undefined: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def one(self) -> bool:
        """Whether it is a single number, in every equilibrium the same."""
        return self.least is not None and self.least == self.most and not self.undefined

    @property
    def ends(self) -> tuple[float, float] | None:
        """The least and the greatest value, as floats."""
        if self.least is None or self.most is None:
            return None
        return float(self.least), float(self.most)

    def __str__(self) -> str:
        if self.trouble:
            return "not known"
        if self.least is None:
            return "undefined"
        told = number(self.least)
        if self.least != self.most:
            told += f" to {number(self.most)}"
        return f"{told}, or undefined" if self.undefined else told


@dataclass(frozen=True, slots=True)
class Swing:
    """What one parameter does, from the low end of its interval to the high one.

    Attributes
    ----------
    parameter : str
    low, high : Reach
        All other parameters are at the era's centre.
    size : sympy number or None
        How far apart the values at both ends and at the centre lie; where there are several
        equilibria, the least ones or the greatest ones, whichever lie farther apart.  None where
        fewer than two are known.
    """

    parameter: str
    low: Reach
    high: Reach
    size: sp.Rational | None

    @property
    def whole(self) -> bool:
        """Whether the outcome has a value at both ends."""
        return self.low.least is not None and self.high.least is not None


@dataclass(frozen=True, repr=False)
class Swings(Shown):
    """What each parameter does to an outcome, over its interval in one era.

    Attributes
    ----------
    model : Model
    outcome, era : str
    centre : Reach
    swings : tuple of Swing
        The longest first, those of which nothing is known last.
    fixed : tuple of str
        Parameters whose interval is one number.
    versions : mapping of package to version
    """

    model: Model
    outcome: str
    era: str
    centre: Reach
    swings: tuple[Swing, ...]
    fixed: tuple[str, ...]
    versions: Mapping[str, str]

    def __getitem__(self, parameter: str) -> Swing:
        for swing in self.swings:
            if swing.parameter == parameter:
                return swing
        known = [swing.parameter for swing in self.swings]
        raise CalibrationError(f"nothing moves with {parameter!r}: {nearest(parameter, known)}")

    @property
    def still(self) -> tuple[str, ...]:
        """The parameters that do nothing: the same values at both ends and at the centre."""
        return tuple(s.parameter for s in self.swings if s.size == 0 and s.whole)

    def tables(self) -> tuple[Table, ...]:
        """Return a row for each parameter that does something, the longest swing first."""
        rows = tuple(
            (
                s.parameter,
                f"{number(s.low.value)} to {number(s.high.value)}",
                str(s.low),
                str(s.high),
                "not known" if s.size is None else number(s.size),
            )
            for s in self.swings
            if s.parameter not in self.still
        )
        title = (
            f"{self.model.name}, {self.model.eras[self.era].title}: what moves {self.outcome} "
            f"({self.centre} at the centre)"
        )
        header = ("parameter", "interval", "at its low end", "at its high end", "swing")
        return (Table(title, header, rows, tuple(self.notes()), header[:1]),)

    def notes(self) -> list[str]:
        """Say what the outcome means, and what is not seen in the rows."""
        words, unit = means(self.model, self.outcome)
        told = [f"{self.outcome}: {words} [{unit}].", "Every other parameter is at its centre."]
        reaches = [self.centre, *(r for s in self.swings for r in (s.low, s.high))]
        if any(r.least != r.most for r in reaches):
            told.append("Where there are several equilibria: from the least value to the greatest.")
        if any(r.undefined for r in reaches):
            told.append("Undefined: the outcome has no value in some equilibrium there.")
        told += dict.fromkeys(f"Not known: {r.trouble}." for r in reaches if r.trouble)
        if self.still:
            told.append(f"The same at both ends and at the centre: {', '.join(self.still)}.")
        if self.fixed:
            told.append(f"Not moved, the interval being one number: {', '.join(self.fixed)}.")
        return told


# --- worked out -----------------------------------------------------------------------------------


@of_a_model
@kept("moving the parameters of")
def tornado(
    model: Model,
    outcome: str,
    era: Eras = None,
    *,
    seconds: float | None = None,  # noqa: ARG001 -- kept from outside
    progress: Progress | None = None,
) -> Swings | ByEra[Swings]:
    """Move each parameter by itself from one end of its interval to the other.

    Parameters
    ----------
    model : Model, str or Path
    outcome : str
        An outcome, or a player for its payoff.
    era : str, Era, mapping, or a sequence of these, optional
        Whose centre and whose box; each era's if left out.  Values on the spot are an era too (see
        :meth:`Model.era`), as ``{"s": {"value": 2, "range": [1, 9]}}``.
    seconds : float, optional
        Budget for it all, past which there is an error and no answer; no limit if None.
    progress : callable, optional
        Called with the share of the work done and the parameter that is next.

    Returns
    -------
    Swings, or ByEra
        A mapping from each era to its swings, where no one era is named.

    Raises
    ------
    CalibrationError
        For an unknown outcome or era.

    Examples
    --------
    >>> import dilemma
    >>> found = tornado(dilemma.load("hedging"), "x_J", "post_cold_war")
    >>> found.swings[0].parameter, str(found.swings[0].low), str(found.swings[0].high)
    ('g_J', '0.2926', '0.4626 to 1')
    """
    known = [*model.outcomes, *model.players]
    if outcome not in known:
        raise CalibrationError(f"no outcome {outcome!r} in {model.name}: {nearest(outcome, known)}")
    model.needs_any_parameter("moves an outcome")

    def at_one(model: Model, at: At | None, _seconds: float | None) -> Swings:
        return _swings(*one_era(model, at), outcome, progress)

    return at_each(model, era, at_one)


def _swings(model: Model, era: str, outcome: str, progress: Progress | None) -> Swings:
    """Move each parameter of one era."""
    values, at = model.eras[era].values, model.eras[era].centre
    moving = [name for name in model.parameters if values[name].range.low < values[name].range.high]
    centre = _reach(model, outcome, model.calibration(era), None, at)
    swings = []
    for done, name in enumerate(moving):
        if progress is not None:
            progress(done / len(moving), name)
        low, high = (
            _reach(
                model,
                outcome,
                model.calibration(era, **{name: end}),
                end,
                f"{at} with {name} = {number(end)}",
            )
            for end in (values[name].range.low, values[name].range.high)
        )
        swings.append(Swing(name, low, high, _size((low, centre, high))))
    return Swings(
        model=model,
        outcome=outcome,
        era=era,
        centre=centre,
        swings=tuple(sorted(swings, key=lambda s: (s.size is None, -(s.size or 0)))),
        fixed=tuple(name for name in model.parameters if name not in moving),
        versions=versions("nashpy", "sympy"),
    )


def _reach(
    model: Model,
    outcome: str,
    calibration: Mapping[str, sp.Rational],
    value: sp.Rational | None,
    where: str,
) -> Reach:
    """Return the outcome over all equilibria at one calibration."""
    try:
        found = candidates(model, calibration, where, stability=False)
    except UnsupportedError as error:
        return Reach(value, None, None, trouble=str(error))
    if not found:
        return Reach(value, None, None, trouble=f"no equilibrium at {where}")
    worth = [(one.name, one.value(outcome)) for one in found]
    told = [reach for _, reach in worth if reach is not None]
    return Reach(
        value,
        min(told, default=None),
        max(told, default=None),
        tuple(name for name, _ in worth),
        tuple(name for name, reach in worth if reach is None),
    )


def _size(reaches: tuple[Reach, ...]) -> sp.Rational | None:
    """Return how far apart the least or the greatest values lie."""
    known = [(r.least, r.most) for r in reaches if r.least is not None and r.most is not None]
    if len(known) < 2:
        return None
    return max(max(ends) - min(ends) for ends in zip(*known, strict=True))
