"""Disagreements, made loud: an error, and a script that shows the disagreement again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sympy as sp

from dilemma.errors import DisagreementError
from dilemma.model import Model
from dilemma.parts import Claim
from dilemma.proof.verdicts import Verdict
from dilemma.report import versions

__all__ = ["disagreement"]

PACKAGES = ("numpy", "scipy", "sympy", "z3-solver")

_SCRIPT = '''\
"""A disagreement that dilemma found in itself; running this file shows it again.

{what}
"""

import time
import tomllib
from decimal import Decimal

from dilemma import solve
from dilemma.model import Model
from dilemma.checking.attack import attacked
from dilemma.proof.decide import decide, stated

VERSIONS = {versions}
NAME, CLAIM, OVER, STATUS = {name!r}, {claim!r}, {over!r}, {status!r}
DRAWS, SEED = {draws}, {seed}
CALIBRATIONS = {calibrations}
MODEL = {model}

model = Model.from_document(tomllib.loads(MODEL, parse_float=Decimal), NAME)
claim = model.claims[CLAIM]
print("the verdict in question:", STATUS)
for decider in ("z3", "bisection"):
    verdicts = decide(model, claim, deciders=(decider,))
    print(decider, "alone says:", *(v.status for v in verdicts if v.era in ("", OVER)))
statements = stated(model, claim, OVER)
until = time.perf_counter() + 600
print("random calibrations say:", *attacked(statements, STATUS, draws=DRAWS, seed=SEED, until=until))
for label, calibration in CALIBRATIONS.items():
    print(label)
    print(solve(statements.model, calibration))
'''


def disagreement(
    model: Model,
    verdict: Verdict,
    what: str,
    calibrations: Mapping[str, Mapping[str, sp.Rational]],
    *,
    draws: int,
    seed: int,
    folder: Path | None = None,
) -> DisagreementError:
    """Write a script that shows a disagreement again; return the error to raise.

    Parameters
    ----------
    what : str
        What disagrees with what, in a sentence.
    calibrations : mapping of label to calibration
        Where it is seen.
    folder : Path, optional
        Where the script goes; the current folder by default.
    """
    folder = Path.cwd() if folder is None else folder
    told = f"{model.name}.{verdict.name} is {verdict.status}, but {what}"
    stem = re.sub(r"\W+", "-", f"disagreement-{model.name}-{verdict.name}").strip("-")
    path = folder / f"{stem}.py"
    claim = verdict.claim
    before = dict.fromkeys(model.document.get("claims", {}).get(claim.name, {}))
    whole = model.replace(claims={claim.name: {**before, **_row(claim)}})
    exact = {
        label: {name: str(value) for name, value in at.items()}
        for label, at in calibrations.items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(
        _SCRIPT.format(
            what=told.replace("\\", "/").replace('"""', "'''"),
            versions=versions("dilemma", *PACKAGES),
            name=model.name,
            claim=claim.name,
            over=verdict.era or claim.over,
            status=verdict.status,
            draws=draws,
            seed=seed,
            calibrations=json.dumps(exact, indent=4, ensure_ascii=False),
            model=_literal(whole.to_toml()),
        ),
        encoding="utf-8",
    )
    return DisagreementError(
        f"{told}.\nThis is a defect in dilemma, not in the model; {path} shows it again: please "
        "report it with that file."
    )


def _row(claim: Claim) -> dict[str, Any]:
    """Return a claim as a model file writes it."""
    row: dict[str, Any] = {
        "says": claim.says,
        "over": claim.over,
        claim.mode: claim.text["holds"],
        "given": claim.text.get("given"),
        "source": claim.source,
        "label": claim.label,
        "among": claim.among,
        "calibrations": claim.calibrations,
        "holding": list(claim.holding),
        "because": list(claim.because),
        "shared": list(claim.shared),
    }
    return {key: value for key, value in row.items() if value or key in ("says", "over")}


def _literal(text: str) -> str:
    """Write a text as Python reads it, line by line where that can be."""
    plain = "'''" not in text and "\\" not in text and not text.endswith("'")
    return f"'''\\\n{text}'''" if plain else repr(text)
