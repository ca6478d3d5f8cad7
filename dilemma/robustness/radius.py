"""How far the boxes may be blown up, or must be shrunk, for a claim to be proved."""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp

from dilemma.proof.verdicts import Radius, Verdict
from dilemma.robustness.boxes import Boxes, Elsewhere

__all__ = ["radius_of"]

PRECISE = sp.Rational(1, 512)  # how near both ends of the bracket are brought
FARTHEST = 64  # how far boxes are blown up where the theory's own ranges have no end


@dataclass
class _Bracket:
    """What is known of the radius: proved up to ``low``, refuted from ``high`` on.

    ``blocked`` is the smallest radius at which neither came out.
    """

    boxes: Boxes
    elsewhere: Elsewhere
    low: sp.Rational | None = None
    high: sp.Expr = field(default=sp.oo)
    blocked: sp.Expr = field(default=sp.oo)

    def learn(self) -> None:
        """Take in the counterexamples that are known."""
        for example in self.elsewhere.examples:
            self.high = min(self.high, self.boxes.radius_of(example))

    def ask(self, radius: sp.Rational) -> None:
        """Decide at one radius."""
        status = self.elsewhere.decide(self.boxes.scaled(radius)).status
        self.learn()
        if status == "proved":
            self.low = radius if self.low is None else max(self.low, radius)
        elif self.high > radius:
            self.blocked = min(self.blocked, radius)

    def narrow(self) -> None:
        """Bring both ends together, from below and, past what stays open, from above."""
        assert self.low is not None
        # Nothing is known beyond where a claim was proved on the largest boxes that were tried.
        while (
            (top := min(self.high, self.blocked)) is not sp.oo
            and top - self.low > PRECISE
            and not self.elsewhere.late
        ):
            self.ask(_short((self.low + top) / 2))
        tried = self.blocked
        while self.high is not sp.oo and self.high - tried > PRECISE and not self.elsewhere.late:
            middle = _short((tried + self.high) / 2)
            before = self.high
            self.ask(middle)
            if self.high == before:
                tried = middle


def radius_of(elsewhere: Elsewhere, verdict: Verdict) -> Radius | None:
    """Return the radius of a claim; None where it speaks of no boxes."""
    boxes = Boxes.of(elsewhere.statements)
    if not boxes.intervals:
        return None
    if verdict.fails is not None:
        elsewhere.examples.append(verdict.fails)
    bracket = _Bracket(boxes, elsewhere)
    bracket.learn()
    if verdict.status == "proved":
        bracket.low = sp.Integer(1)
        if elsewhere.decide({a: boxes.declared(a) for a in boxes.intervals}).status == "proved":
            return Radius(sp.Integer(1), None, everywhere=True)
        bracket.learn()
        radius = 2
        while bracket.low * 2 == radius and bracket.high > radius and radius <= FARTHEST:
            bracket.ask(sp.Integer(radius))
            radius *= 2
    else:
        if verdict.fails is None:
            bracket.blocked = sp.Integer(1)
        bracket.ask(sp.Integer(0))
    if bracket.low is not None:
        bracket.narrow()
    return Radius(bracket.low, None if bracket.high is sp.oo else bracket.high)


def _short(number: sp.Rational) -> sp.Rational:
    """Round to a number with a short binary fraction: it goes into many formulas."""
    return sp.Rational(round(number * 1024), 1024)
