"""A scenario, told: what was carried, what became of its claims, what they rest on, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dilemma.claims.verdict import Verdict
from dilemma.errors import CalibrationError, nearest
from dilemma.output.result import Shown, Table, as_data, fields_as_data, number
from dilemma.story.reach import Reached, Share
from dilemma.theory.parts import Interval, Value

__all__ = ["Fed", "Scenario", "Side", "Told", "in_brackets"]

Side = Literal["absolute", "relative"]


@dataclass(frozen=True, slots=True)
class Fed:
    """What a link carries in one era.

    Attributes
    ----------
    link, era : str
    source, source_era, quantity : str
        The model that it comes from, its era, and the number.
    model, parameter : str
        What is fed.
    reached : Reached
    own : Value
        What the fed model's own file says of that parameter.
    says : str
    """

    link: str
    era: str
    source: str
    source_era: str
    quantity: str
    model: str
    parameter: str
    reached: Reached
    own: Value
    says: str

    @property
    def same(self) -> bool:
        """Whether the fed model's own file says the same."""
        mine = (self.own.range.low, self.own.range.high, self.own.central)
        return mine == (
            self.reached.interval.low,
            self.reached.interval.high,
            self.reached.central,
        )


@dataclass(frozen=True, slots=True)
class Told:
    """A claim on the boxes that were carried to its model.

    Attributes
    ----------
    name, side, model, says : str
    verdict : Verdict
    share : Share or None
        Of random pairs of calibrations, at which it holds in every equilibrium; for mixed ones.
    alone, without : mapping of cause to status
        What it is if that cause alone moves, and if all others do.  "fails": it does at the centres.
        "untouched": nothing of it moves, or nothing of it is taken away.
    """

    name: str
    side: Side
    model: str
    says: str
    verdict: Verdict
    share: Share | None
    alone: Mapping[str, str]
    without: Mapping[str, str]

    @property
    def status(self) -> str:
        """What became of it."""
        return self.verdict.status

    @property
    def needs(self) -> tuple[str, ...]:
        """The causes without which it is not proved any more, where it is."""
        if self.status != "proved":
            return ()
        return tuple(c for c, found in self.without.items() if found not in ("proved", "untouched"))

    @property
    def by(self) -> tuple[str, ...]:
        """The causes that are enough for it, each alone."""
        return tuple(c for c, found in self.alone.items() if found == "proved")


@dataclass(frozen=True, repr=False)
class Scenario(Shown):
    """A story told: what was carried, what became of its claims, and what they rest on.

    Attributes
    ----------
    name, title, source, reads : str
    order : tuple of str
        The models, each after those that feed it.
    fed : tuple of Fed
    claims : tuple of Told
    causes : mapping of name to words
    seconds : float
    versions : mapping of package to version
    """

    name: str
    title: str
    source: str
    reads: str
    order: tuple[str, ...]
    fed: tuple[Fed, ...]
    claims: tuple[Told, ...]
    causes: Mapping[str, str]
    seconds: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, claim: str) -> Told:
        for one in self.claims:
            if one.name == claim:
                return one
        known = [one.name for one in self.claims]
        raise CalibrationError(f"no claim {claim!r} in {self.name}: {nearest(claim, known)}")

    @property
    def paradox(self) -> tuple[str, ...]:
        """The causes each of which alone brings about something of both sides."""
        return tuple(
            cause
            for cause in self.causes
            if {one.side for one in self.claims if cause in one.by} == {"absolute", "relative"}
        )

    def rests_on(self) -> str:
        """Say in a few sentences what the story rests on."""
        return " ".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        proved = [one for one in self.claims if one.status == "proved"]
        for side in ("absolute", "relative"):
            own = [one.says for one in proved if one.side == side]
            every = sum(one.side == side for one in self.claims)
            told = f": {'; '.join(own)}" if own else ""
            yield f"In the {side} sense {len(own)} of {every} claims are proved{told}."
        for cause, words in self.causes.items():
            enough = [one.says for one in self.claims if cause in one.by]
            if cause in self.paradox:
                yield f"By itself {words} ({cause}) does both: {'; '.join(enough)}."
            elif enough:
                yield f"By itself {words} ({cause}) does this: {'; '.join(enough)}."
        for cause, words in self.causes.items():
            lost = [one.says for one in proved if cause in one.needs]
            if lost:
                yield f"Without {words} ({cause}) this is not proved any more: {'; '.join(lost)}."

    def tables(self) -> tuple[Table, ...]:
        """Return what was carried, what became of the claims, and what they rest on."""
        return (self._carried(), self._decided(), self._resting())

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data, each verdict by what was claimed and its status."""
        plain = fields_as_data(
            self, "name", "title", "source", "reads", "order", "fed", "causes", "paradox"
        )
        claims = [
            {
                **fields_as_data(one, "name", "side", "model", "says", "status", "share"),
                **fields_as_data(one, "alone", "without", "by", "needs"),
                "holds": one.verdict.claim.text.get("holds", ""),
                "given": one.verdict.claim.text.get("given", ""),
                "reason": one.verdict.reason,
            }
            for one in self.claims
        ]
        return {
            **plain,
            "claims": claims,
            "rests_on": self.rests_on(),
            "versions": as_data(self.versions),
        }

    def _carried(self) -> Table:
        header = ("link", "era", "from", "feeds", "carried", "centre", "its own file")
        rows = tuple(
            (
                one.link,
                one.era,
                f"{one.source}: {one.quantity}"
                + (f" in {one.source_era}" if one.source_era != one.era else ""),
                f"{one.model}: {one.parameter}",
                f"{in_brackets(one.reached.interval)} {one.reached.how}",
                number(one.reached.central),
                "the same"
                if one.same
                else f"{number(one.own.central)} {in_brackets(one.own.range)}",
            )
            for one in self.fed
        )
        notes = [
            f"Solved in this order: {', '.join(self.order)}.",
            "Given: a parameter, whose box is carried as it is.",
            "Proved: no equilibrium at any calibration of the box lies outside.",
            "Bracketed: as far as it was found to reach.",
        ]
        return Table(f"{self.title}: what is carried", header, rows, tuple(notes), header[:1])

    def _decided(self) -> Table:
        header = ("claim", "sense", "model", "found")
        rows = tuple((one.says, one.side, one.model, _found(one)) for one in self.claims)
        notes = [
            "Decided on the boxes that were carried, which forget how what is carried hangs together.",
            "So a proof holds for the story; a calibration that refutes may be none of it.",
        ]
        return Table("What becomes of the claims", header, rows, tuple(notes), header[:1])

    def _resting(self) -> Table:
        header = ("claim", *(f"{cause} alone / without" for cause in self.causes))
        rows = tuple(
            (
                one.says,
                *(f"{_short(one.alone[c])} / {_short(one.without[c])}" for c in self.causes),
            )
            for one in self.claims
        )
        causes = "; ".join(f"{name}: {words}" for name, words in self.causes.items())
        notes = [f"Causes: {causes}.", "-: nothing of it is touched.", *self._sentences()]
        notes.append(f"Source: {self.source}.")
        return Table("What they rest on", header, rows, tuple(notes), header[:1])


def in_brackets(interval: Interval) -> str:
    """Write an interval with a few digits."""
    return f"[{number(interval.low)}, {number(interval.high)}]"


def _found(one: Told) -> str:
    if one.status == "open":
        return f"open: {one.verdict.reason}"
    if one.status == "mixed" and one.share is not None:
        return f"mixed: holds on {one.share}"
    return one.status


def _short(status: str) -> str:
    return "-" if status == "untouched" else status
