"""What a comparison of eras is, as tables and as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dilemma.errors import CalibrationError, nearest
from dilemma.extras import library
from dilemma.model import Model
from dilemma.report import Shown, Table
from dilemma.study import comparison_tables as tables
from dilemma.study.eras import EraSummary, GroupMove

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Comparison"]


@dataclass(frozen=True)
class Comparison(Shown):
    """The eras of a model side by side.

    Attributes
    ----------
    model : Model
    eras : tuple of EraSummary
    groups : tuple of GroupMove
        Empty unless two eras are compared and the model names groups.
    changed : tuple of str
        What changed between the first era and the last, in sentences.
    versions : mapping of package to version
    """

    model: Model
    eras: tuple[EraSummary, ...]
    groups: tuple[GroupMove, ...]
    changed: tuple[str, ...]
    versions: Mapping[str, str]

    def __getitem__(self, era: str) -> EraSummary:
        for summary in self.eras:
            if summary.name == era:
                return summary
        raise CalibrationError(f"no era {era!r}: {nearest(era, [e.name for e in self.eras])}")

    def tables(self) -> tuple[Table, ...]:
        """Return payoffs, equilibria, outcomes, frequencies and what did it."""
        return tables.every(self.model, self.eras, self.groups, self.changed)

    def to_dataset(self) -> xr.Dataset:
        """Return outcomes and payoffs as a labelled dataset.

        Each has the dimensions ``era`` and ``end`` ("low", "high": its range over the equilibria
        at the era's centre; not a number where undefined).  ``share`` has the dimensions ``era``
        and ``equilibrium``: how often each type occurs over the era's box.
        """
        library("xarray")
        import xarray as xr

        eras = [e.name for e in self.eras]
        variables: dict[str, Any] = {}
        told = [(n, o.means, o.unit) for n, o in self.model.outcomes.items()]
        told += [(n, f"payoff of {p.title}", p.unit) for n, p in self.model.players.items()]
        for name, means, unit in told:
            ranges = [e.equilibria.range_of(name) or (math.nan, math.nan) for e in self.eras]
            values = [[float(low), float(high)] for low, high in ranges]
            variables[name] = (("era", "end"), values, {"long_name": means, "units": unit})
        types = list(dict.fromkeys(n for e in self.eras for n in e.frequencies.each))
        shares = [[e.frequencies.each.get(n, 0.0) for n in types] for e in self.eras]
        variables["share"] = (("era", "equilibrium"), shares, {"units": "1"})
        frequencies = self.eras[0].frequencies
        return xr.Dataset(
            variables,
            coords={"era": eras, "end": ["low", "high"], "equilibrium": types},
            attrs={
                "model": self.model.name,
                "source": self.model.source,
                "draws": frequencies.draws,
                "seed": frequencies.seed,
                **{f"version of {name}": told for name, told in self.versions.items()},
            },
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain data; exact numbers are text such as "11/16"."""
        return {
            "model": self.model.name,
            "title": self.model.title,
            "source": self.model.source,
            "versions": dict(self.versions),
            "eras": [_era_dict(self.model, e) for e in self.eras],
            "groups": [
                {"group": g.group, "moves": g.moves, "only": g.only, "all_but": g.all_but}
                for g in self.groups
            ],
            "changed": list(self.changed),
        }


# --- as data -----------------------------------------------------------------------------------


def _era_dict(model: Model, era: EraSummary) -> dict[str, Any]:
    found = era.equilibria
    return {
        "era": era.name,
        "title": era.title,
        "years": era.years,
        "calibration": {k: str(v) for k, v in found.calibration.items()},
        "payoffs": {
            ", ".join(profile): {player: str(v) for player, v in cell.items()}
            for profile, cell in era.payoffs.items()
        },
        "best_replies": {
            player: [", ".join(p) for p in era.payoffs if p in best]
            for player, best in era.best.items()
        },
        **{
            key: value
            for key, value in found.to_dict().items()
            if key not in ("model", "at", "calibration")
        },
        "outcome_ranges": {
            name: None if (r := found.range_of(name)) is None else [str(r[0]), str(r[1])]
            for name in (*model.outcomes, *model.players)
        },
        "kinds": dict(era.kinds),
        "dominance": [
            {"player": d.player, "better": d.better, "worse": d.worse, "strict": d.strict}
            for d in era.dominance
        ],
        "payoff_dominant": era.payoff_dominant or None,
        "risk_dominant": era.risk_dominant or None,
        "frequencies": {
            "draws": era.frequencies.draws,
            "seed": era.frequencies.seed,
            "exact_draws": era.frequencies.exact_draws,
            "sets": [
                {"equilibria": list(s), "share": share} for s, share in era.frequencies.sets.items()
            ],
            "each": dict(era.frequencies.each),
            "kinds": {p: dict(k) for p, k in era.frequencies.kinds.items()},
        },
    }
