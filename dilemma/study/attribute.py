"""Attribution: the change of an outcome between two eras, shared out among groups of parameters.

A *coalition* is a set of groups that have moved to the second era's centre while all others stay at
the first's; v(S) is the outcome in equilibrium then.  A group's Shapley share is what it adds,
averaged over all orders in which the groups may move,

    share(g) = sum over S without g of |S|! (n - |S| - 1)! / n! * (v(S + g) - v(S)),

so that the shares sum to the change, exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING, Any

import sympy as sp

from dilemma.budget import kept
from dilemma.by_era import Eras, eras_of
from dilemma.calls import of_a_model
from dilemma.errors import CalibrationError, UnknownKeyError, UnsupportedError, library, nearest
from dilemma.model import Model
from dilemma.output.frames import Frame, as_float
from dilemma.output.result import Shown, Table, fields_as_data, number, percent, versions
from dilemma.study.asking import Selector, selector

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Attribution", "Coalition", "Share", "attribute", "means"]


Coalition = frozenset[str]


@dataclass(frozen=True, slots=True)
class Share:
    """What one group of parameters did.

    Attributes
    ----------
    group : str
    moves : tuple of str
        The parameters of the group whose central values differ.
    share : sympy number
        The Shapley share.
    alone, last : sympy number
        The change when this group moves alone, and when it moves after all the others.
    """

    group: str
    moves: tuple[str, ...]
    share: sp.Rational
    alone: sp.Rational
    last: sp.Rational


@dataclass(frozen=True, repr=False)
class Attribution(Shown):
    """The change of an outcome between two eras' centres, and what did it.

    Attributes
    ----------
    model : Model
    outcome : str
    eras : tuple of two str
    before, after : sympy number
    shares : tuple of Share
        They sum to ``change``, exactly.
    values : mapping of frozenset of group to number
        The outcome at each coalition of groups that have moved.
    select : str
        What chose among several equilibria, "" where there was nothing to choose.
    still : tuple of str
        Groups of the model in which nothing differs between the eras.
    versions : mapping of package to version
    """

    model: Model
    outcome: str
    eras: tuple[str, str]
    before: sp.Rational
    after: sp.Rational
    shares: tuple[Share, ...]
    values: Mapping[Coalition, sp.Rational]
    select: str
    still: tuple[str, ...]
    versions: Mapping[str, str]

    @property
    def change(self) -> sp.Rational:
        """What the outcome has changed by."""
        return self.after - self.before

    def __getitem__(self, group: str) -> Share:
        for share in self.shares:
            if share.group == group:
                return share
        raise UnknownKeyError(
            f"no group {group!r} moves: {nearest(group, [s.group for s in self.shares])}"
        )

    def adds(self, group: str) -> tuple[sp.Rational, sp.Rational]:
        """Return the least and the most that a group adds, over all orders of moving.

        Examples
        --------
        >>> import dilemma
        >>> found = dilemma.attribute(dilemma.load("hedging"), "x_J")
        >>> low, high = found.adds("spill_in")
        >>> bool(low <= found["spill_in"].share <= high)
        True
        """
        others = [moved for moved in self.values if self[group].group not in moved]
        added = [self.values[moved | {group}] - self.values[moved] for moved in others]
        return min(added), max(added)

    def tables(self) -> tuple[Table, ...]:
        """Return a row for each group, those that did most first."""
        first, second = (self.model.eras[e].title for e in self.eras)
        rows = [
            (
                s.group,
                ", ".join(s.moves),
                number(s.share),
                percent(float(s.share / self.change)) if self.change else "",
                number(s.alone),
                number(s.last),
            )
            for s in sorted(self.shares, key=lambda s: -abs(s.share))
        ]
        rows.append(("all", "", number(self.change), percent(1) if self.change else "", "", ""))
        words, unit = means(self.model, self.outcome)
        orders, games = factorial(len(self.shares)), len(self.values)
        notes = [f"{self.outcome}: {words} [{unit}]."]
        notes.append(
            f"Shapley shares: what a group adds, averaged over all {orders} orders in which groups "
            f"may move ({games} games solved); they sum to the change."
        )
        if self.still:
            notes.append(f"The same in both eras: {', '.join(self.still)}.")
        if self.select:
            notes.append(f"Among several equilibria: {self.select}.")
        title = (
            f"{self.model.name}: what moved {self.outcome} from {number(self.before)} ({first}) to "
            f"{number(self.after)} ({second})"
        )
        header = ("group", "moves", "share", "of change", "moved alone", "moved last")
        return (Table(title, header, tuple(rows), tuple(notes)),)

    def to_dataset(self) -> xr.Dataset:
        """Return shares and effects by group."""
        library("xarray")
        import xarray as xr

        _, unit = means(self.model, self.outcome)
        told = {
            what: ("group", [float(getattr(s, what)) for s in self.shares], {"units": unit})
            for what in ("share", "alone", "last")
        }
        return xr.Dataset(
            told,
            coords={"group": [s.group for s in self.shares]},
            attrs={
                "model": self.model.name,
                "outcome": self.outcome,
                "from": self.eras[0],
                "to": self.eras[1],
                "change": float(self.change),
                "select": self.select,
            },
        )

    def _frame(self) -> Frame:
        """Return a row for each group that moves."""
        _, unit = means(self.model, self.outcome)
        rows = [
            {
                "outcome": self.outcome,
                "from": self.eras[0],
                "to": self.eras[1],
                "group": s.group,
                "moves": ", ".join(s.moves),
                "share": as_float(s.share),
                "of change": as_float(s.share / self.change if self.change else None),
                "alone": as_float(s.alone),
                "last": as_float(s.last),
                "least": as_float(self.adds(s.group)[0]),
                "most": as_float(self.adds(s.group)[1]),
                "unit": unit,
            }
            for s in self.shares
        ]
        ends = {"before": as_float(self.before), "after": as_float(self.after)}
        about = {"model": self.model.name, **ends, **fields_as_data(self, "select", "versions")}
        return Frame(("outcome", "from", "to", "group", "share", "unit"), rows, about)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; exact numbers are text such as "11/16"."""
        return {
            **fields_as_data(
                self, "model", "outcome", "eras", "before", "after", "change", "shares"
            ),
            "coalitions": [
                {"moved": sorted(moved), "value": str(v)} for moved, v in self.values.items()
            ],
            **fields_as_data(self, "select", "still", "versions"),
        }


def means(model: Model, outcome: str) -> tuple[str, str]:
    """Return what an outcome, or the payoff of a player, means, and its unit."""
    if outcome in model.outcomes:
        told = model.outcomes[outcome]
        return told.means or outcome, told.unit
    player = model.players[outcome]
    return f"payoff of {player.title}", player.unit


# --- shares worked out ----------------------------------------------------------------------------


MOST = 10  # groups: two to the power of this many games are solved


@of_a_model
@kept("attributing")
def attribute(
    model: Model,
    outcome: str,
    eras: Eras = None,
    *,
    select: str | None = None,
    seconds: float | None = None,  # noqa: ARG001 -- kept from outside
) -> Attribution:
    """Share out the change of an outcome between two eras' centres among groups of parameters.

    Parameters
    ----------
    model : Model, str or Path
    outcome : str
        An outcome, or a player for its payoff.
    eras : two of str, Era or mapping, optional
        From which era to which; by default those of a model that has two.  Values on the spot are
        an era too (see :meth:`Model.era`).
    select : str, optional
        What to take where there are several equilibria: "highest" or "lowest" (by the outcome),
        "stable" (where numbers are chosen), "risk_dominant" (matrix games).
    seconds : float, optional
        Budget for it all, past which there is an error and no answer; no limit if None.

    Raises
    ------
    CalibrationError
        For an unknown name; where several equilibria, or none, are met on the way and nothing says
        which to take; where the outcome has no value.
    UnsupportedError
        If more than ten groups move, or some equilibria may be missing.

    References
    ----------
    Shapley 1953, A value for n-person games; Shorrocks 2013, Journal of Economic Inequality 11.

    Examples
    --------
    >>> import dilemma
    >>> found = attribute(dilemma.load("cork"), "K")
    >>> {s.group: round(float(s.share), 3) for s in found.shares}
    {'capability': 0.074, 'technology': -0.017, 'deterrence': 0.0, 'american_demand': 0.046}
    >>> sum(s.share for s in found.shares) == found.change
    True
    """
    model, first, second = _two(model, eras)
    known = [*model.outcomes, *model.players]
    if outcome not in known:
        raise CalibrationError(f"no outcome {outcome!r} in {model.name}: {nearest(outcome, known)}")
    choose = selector(model, outcome, select)
    before, after = model.calibration(first), model.calibration(second)
    groups, still = _groups(model, before, after)
    if len(groups) > MOST:
        raise UnsupportedError(
            f"{len(groups)} groups of parameters move, which makes {2 ** len(groups)} games; at most "
            f"{MOST} groups can be told apart: join some in [groups]"
        )
    values = _values(model, (first, second), groups, choose)
    nobody, everybody = values[frozenset()], values[frozenset(groups)]
    shares = tuple(_share(group, moves, values) for group, moves in groups.items())
    assert sum((s.share for s in shares), sp.Integer(0)) == everybody - nobody
    return Attribution(
        model=model,
        outcome=outcome,
        eras=(first, second),
        before=nobody,
        after=everybody,
        shares=shares,
        values=values,
        select=select if select is not None and choose.needed else "",
        still=still,
        versions=versions("nashpy", "sympy"),
    )


def _two(model: Model, eras: Eras) -> tuple[Model, str, str]:
    model.needs_any_parameter("can have changed")
    names: tuple[str, ...] = ()
    if eras is not None or model.eras:
        model, names = eras_of(model, eras)
    if len(names) != 2:
        known = ", ".join(model.eras) or "none, so give two, such as [{...}, {...}] with values"
        raise CalibrationError(f"two eras are wanted, not {len(names)}; {model.name} has: {known}")
    return model, *names


def _groups(
    model: Model, before: Mapping[str, sp.Rational], after: Mapping[str, sp.Rational]
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return the groups that move, each with what moves in it, and those that do not."""
    grouped = {p for members in model.groups.values() for p in members}
    every = dict(model.groups)
    for parameter in model.parameters:
        if parameter not in grouped and before[parameter] != after[parameter]:
            name = parameter if parameter not in every else f"{parameter} alone"
            every[name] = (parameter,)
    moving = {
        name: tuple(p for p in members if before[p] != after[p]) for name, members in every.items()
    }
    return {n: m for n, m in moving.items() if m}, tuple(n for n, m in moving.items() if not m)


def _values(
    model: Model,
    eras: tuple[str, str],
    groups: Mapping[str, tuple[str, ...]],
    choose: Selector,
) -> dict[Coalition, sp.Rational]:
    """Solve every coalition."""
    before, after = (model.calibration(era) for era in eras)
    first, second = (model.eras[era] for era in eras)
    found = {}
    for size in range(len(groups) + 1):
        for moved in combinations(groups, size):
            parameters = {p for group in moved for p in groups[group]}
            at = {p: after[p] if p in parameters else value for p, value in before.items()}
            if not moved:
                where = first.centre
            elif size == len(groups):
                where = second.centre
            else:
                where = f"{first.centre} with {', '.join(moved)} moved to {second.title}"
            found[frozenset(moved)] = choose(at, where)
    return found


def _share(group: str, moves: tuple[str, ...], values: Mapping[Coalition, sp.Rational]) -> Share:
    everybody = max(values, key=len)
    count = len(everybody)
    total = sp.Integer(0)
    for others, value in values.items():
        if group in others:
            continue
        orders = factorial(len(others)) * factorial(count - len(others) - 1)
        total += sp.Rational(orders, factorial(count)) * (values[others | {group}] - value)
    return Share(
        group=group,
        moves=moves,
        share=total,
        alone=values[frozenset({group})] - values[frozenset()],
        last=values[everybody] - values[everybody - {group}],
    )
