"""A claim decided in pieces: its boxes are halved, each piece is decided by itself, and verdicts are joined.

A piece is a smaller box, of which a decider knows more: signs that the whole box leaves open.  What is so in every
piece is so in the whole box.  A parameter that a trend moves is not halved: a trend leads from one half into the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, product

from dilemma.claims.decide import decided, stated
from dilemma.claims.statements import Statements
from dilemma.claims.verdict import Verdict
from dilemma.model import Model
from dilemma.theory.parts import Claim, Interval, Status

__all__ = ["joined", "piece", "pieces"]

Axis = tuple[str | None, str]


def pieces(statements: Statements, count: int) -> list[dict[Axis, Interval]]:
    """Return into which pieces a claim's boxes are cut, the widest intervals halved: a power of two, so many at most.

    Examples
    --------
    >>> import dilemma
    >>> model = dilemma.load("abandonment")
    >>> claim = model.claims["firm_in_the_cold_war"]
    >>> [sorted(map(str, own)) for own in pieces(stated(model, claim, claim.over), 2)]
    [["('cold_war', 'm_J')"], ["('cold_war', 'm_J')"]]
    """
    axes = []
    left = count
    for axis, interval in _widest(statements):
        if left < 2:
            break
        middle = (interval.low + interval.high) / 2
        low = Interval(interval.low, middle, interval.open_low)
        axes.append((axis, (low, Interval(middle, interval.high, open_high=interval.open_high))))
        left //= 2
    return [
        {axis: half for (axis, _), half in zip(axes, halves, strict=True)}
        for halves in product(*(both for _, both in axes))
    ]


def _widest(statements: Statements) -> list[tuple[Axis, Interval]]:
    """Return the intervals of a claim's boxes, those first that are wide for the size of their numbers."""
    moved = {twin.moved for twin in statements.twins(statements.parts())}
    found: dict[Axis, Interval] = {}
    for copy in statements.copies if statements.over not in ("all", "any pair") else ():
        for name in statements.model.parameters:
            interval = statements.interval(copy.era, name)
            if (
                name not in moved
                and interval.low < interval.high
                and (interval.high - interval.low).is_finite
            ):
                found.setdefault((None if statements.tied(name) else copy.era, name), interval)

    def wide(item: tuple[Axis, Interval]) -> float:
        interval = item[1]
        return -float((interval.high - interval.low) / max(abs(interval.low), abs(interval.high)))

    return sorted(found.items(), key=wide)


def piece(model: Model, claim: Claim, over: str, own: tuple[int, int], seconds: float) -> Verdict:
    """Decide a claim in one of so many pieces of its boxes."""
    number, count = own
    statements = stated(model, claim, over)
    (bounds,) = islice(pieces(statements, count), number, number + 1)
    return decided(replace(statements, bounds=bounds, home={}), (), seconds=seconds)


def joined(whole: Verdict, parts: Sequence[Verdict]) -> Verdict:
    """Return the verdict on a whole box, which was left open, by the verdicts on its pieces."""
    fails = next((part.fails for part in parts if part.fails is not None), None)
    holds = next((part.holds for part in parts if part.holds is not None), None)
    status = _status(whole.claim.mode == "possible", [part.status for part in parts])
    silent = status in ("open", "contradictory", "vacuous")
    return replace(
        whole,
        status=status,
        fails=fails,
        holds=holds,
        reason=_reason(parts) if silent else "",
        cases=sum(part.cases for part in parts),
        deciders=tuple(dict.fromkeys(who for part in parts for who in part.deciders)),
        seconds=whole.seconds + sum(part.seconds for part in parts),
    )


def _status(possible: bool, told: Sequence[Status]) -> Status:  # noqa: FBT001 -- a claim's mode
    some = set(told)
    if possible and "proved" in some:
        return "proved"
    if "mixed" in some or {"proved", "disproved"} <= some:
        return "mixed"
    if "open" in some:
        return "open"
    for status in ("proved", "disproved"):
        if status in some:
            return status
    return "contradictory" if some == {"contradictory"} else "vacuous"


def _reason(parts: Sequence[Verdict]) -> str:
    """Say why the whole is not decided: in how many pieces, and why in the first of them."""
    left = [part.reason for part in parts if part.status == "open"]
    told = left or [part.reason for part in parts]
    some = f"in {len(left)} of {len(parts)} pieces of the boxes: " if left else ""
    return f"{some}{told[0]}"
