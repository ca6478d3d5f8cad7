"""Which equilibrium, by every criterion that the field uses, as tables and as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from dilemma.games.elimination import Domination
from dilemma.games.selection import Losses
from dilemma.report import Shown, Table
from dilemma.study import selection_tables as tables
from dilemma.study.judged import Criteria, Judged

__all__ = ["Criteria", "Selection"]


@dataclass(frozen=True)
class Selection(Judged, Shown):
    """Which equilibrium, by every criterion that the field uses; no verdict of its own.

    Its fields are those of :class:`~dilemma.study.judged.Judged`: ``criteria`` has an entry for
    each of ``equilibria``; ``payoff_dominant`` and ``risk_dominant`` name what they say;
    ``elimination``, ``losses``, ``basins`` and ``logit`` carry the numbers behind the tables.
    """

    def tables(self) -> tuple[Table, ...]:
        """Return criteria, risk dominance, reasons for mixing, elimination and basins."""
        asked = (
            tables.criteria(self),
            tables.products(self),
            tables.stability(self),
            tables.mixing(self),
            tables.elimination(self),
            tables.basins(self),
        )
        return tuple(table for table in asked if table is not None)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data; exact numbers are text such as "11/16"."""
        return {
            "model": self.model,
            "at": self.at,
            "calibration": _texts(self.calibration),
            "complete": self.complete,
            "reason": self.equilibria.reason,
            "exact": self.equilibria.exact,
            "equilibria": [_criteria(c) for c in self.criteria],
            "risk_dominance": [_losses(self, pair) for pair in self.losses],
            "elimination": {
                "steps": [_domination(d) for d in self.elimination.steps],
                "survivors": {p: list(a) for p, a in self.elimination.survivors.items()},
                "solvable": self.elimination.solvable,
                "weakly_dominated": [_domination(d) for d in self.elimination.weak],
                "weakly_dominated_later": [_domination(d) for d in self.elimination.later],
                "unfinished": self.elimination.unfinished,
            },
            "symmetric": self.symmetric,
            "basins": [
                {
                    "dynamic": b.dynamic,
                    "starts": b.starts,
                    "ends": {self.ending(end): count for end, count in b.ends.items()},
                }
                for b in self.basins
            ],
            "logit": {
                "ends_at": None if self.logit.component is None else self.ending(self.logit.component),
                "mixes": [list(mix) for mix in self.logit.mixes],
                "said": self.logit.said,
            },
            "starts": self.starts,
            "seed": self.seed,
            "undone": list(self.undone),
            "versions": dict(self.versions),
        }  # fmt: skip


def _texts(values: Mapping[str, sp.Rational]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _criteria(one: Criteria) -> dict[str, Any]:
    stable = one.stability
    return {
        "name": one.name,
        "payoffs": _texts(one.payoffs),
        "strict": one.strict,
        "dominated_by": list(one.dominated_by),
        "improved_by": [list(profile) for profile in one.improved_by],
        "payoff_dominant": one.payoff_dominant,
        "risk_dominant": one.risk_dominant,
        "stable_between_two_populations": one.strict,
        "stable_in_one_population": None if stable is None else stable.stable,
        "invader": None if stable is None or stable.invader is None else [*map(str, stable.invader)],
        "why": [why.text for why in one.why],
    }  # fmt: skip


def _losses(found: Selection, pair: Losses) -> dict[str, Any]:
    one, other = pair.products
    return {
        "first": found.criteria[pair.first].name,
        "second": found.criteria[pair.second].name,
        "losses_at_first": _texts(pair.at_first),
        "losses_at_second": _texts(pair.at_second),
        "products": [str(one), str(other)],
        "dominant": None if pair.dominant is None else found.criteria[pair.dominant].name,
    }


def _domination(one: Domination) -> dict[str, Any]:
    return {
        "player": one.player,
        "action": one.action,
        "by": _texts(one.by),
        "strict": one.strict,
        "reason": one.reason,
    }
