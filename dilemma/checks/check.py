"""Verdicts checked once more, by other means than those that they came from.

Each decider decides alone; random calibrations and corners attack the verdict, every equilibrium
solved; examples are checked from the definitions.  A disagreement stops with an error and a script
that shows it again: a verdict that is not contradicted is no more true, but better founded.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sympy as sp

from dilemma.checks.attack import attacked
from dilemma.checks.recheck import missing, wrong_with
from dilemma.claims.decide import decide, stated
from dilemma.claims.statements import Statements
from dilemma.claims.verdict import Attack, Checks, Verdict
from dilemma.deciders import DECIDERS, Decider
from dilemma.errors import DisagreementError, UnsupportedError
from dilemma.games.kind import Can
from dilemma.model import Model
from dilemma.output.result import versions
from dilemma.theory.parts import Claim, Mode, Status

__all__ = ["check", "contradictory", "disagreement"]

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
from dilemma.checks.attack import attacked
from dilemma.claims.decide import decide, stated

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
            model=_literal(_with_row(model, claim).to_toml()),
        ),
        encoding="utf-8",
    )
    return DisagreementError(
        f"{told}.\nThis is a defect in dilemma, not in the model; {path} shows it again: please "
        "report it with that file."
    )


def _with_row(model: Model, claim: Claim) -> Model:
    """Return the model with a claim in its file, in the claim's own words alone."""
    before = dict.fromkeys(model.document.get("claims", {}).get(claim.name, {}))
    return model.replace(claims={claim.name: {**before, **_row(claim)}})


def _row(claim: Claim) -> dict[str, Any]:
    """Return a claim as a model file writes it."""
    row: dict[str, Any] = {
        "says": claim.says,
        "over": claim.over,
        "eras": list(claim.eras),
        claim.mode: claim.text["holds"],
        "given": claim.text.get("given"),
        "source": claim.source,
        "label": claim.label,
        "among": claim.among,
        "calibrations": claim.calibrations,
        "holding": list(claim.holding),
        "deviations": [
            {name: str(formula) for name, formula in one.items()} for one in claim.deviations
        ],
        "because": list(claim.because),
        "shared": list(claim.shared),
    }
    return {key: value for key, value in row.items() if value or key in ("says", "over")}


def _literal(text: str) -> str:
    """Write a text as Python reads it, line by line where that can be."""
    plain = "'''" not in text and "\\" not in text and not text.endswith("'")
    return f"'''\\\n{text}'''" if plain else repr(text)


# --- a verdict checked ----------------------------------------------------------------------------


ATTACK_SHARE, SEARCH_SHARE = 0.4, 0.15  # of the time
DECIDED: tuple[Status, ...] = ("proved", "disproved", "mixed")

Points = Mapping[str, Mapping[str, sp.Rational]]


def check(
    model: Model,
    verdict: Verdict,
    *,
    draws: int = 10_000,
    seed: int = 0,
    seconds: float = 60.0,
    folder: Path | None = None,
) -> Checks:
    """Check a verdict by all means there are.

    Parameters
    ----------
    draws : int
        Random calibrations to attack it with; the boxes' corners come on top.
    seed : int
    seconds : float
        About how long it may take; what was not tried in time is not counted.
    folder : Path, optional
        Where a file goes that shows a disagreement again; the current folder by default.

    Returns
    -------
    Checks

    Raises
    ------
    DisagreementError
        If anything contradicts the verdict.

    Examples
    --------
    >>> from dilemma.library import load
    >>> from dilemma.claims.decide import decide
    >>> model = load("abandonment")
    >>> (verdict,) = decide(model, model.claims["stake_beats_entrapment"])
    >>> checks = check(model, verdict, draws=500)
    >>> checks.attack.draws, checks.attack.failing
    (500, 0)
    """
    begun = time.perf_counter()
    checking = _Checking(model, verdict, draws, seed, folder)
    checking.examples()
    attack = checking.attack(time.perf_counter() + ATTACK_SHARE * seconds)
    checking.search(time.perf_counter() + SEARCH_SHARE * seconds)
    told = dict(checking.alone(begun + seconds))
    return Checks(
        agree=tuple(name for name, agrees in told.items() if agrees),
        silent=tuple(name for name, agrees in told.items() if not agrees),
        attack=attack,
        seconds=time.perf_counter() - begun,
    )


def contradictory(one: Verdict, other: Verdict) -> bool:
    """Tell whether two verdicts on a claim cannot both be right."""
    (some, never), (others, nor) = _outcomes(one), _outcomes(other)
    return bool(some & nor or others & never)


def _outcomes(verdict: Verdict) -> tuple[set[str], set[str]]:
    """Return of what a verdict says that it happens, and that it never does: failing, holding."""
    mode: Mode = verdict.claim.mode
    match verdict.status:
        case "proved" if mode == "possible":
            return {"holds"}, set()
        case "disproved" if mode == "possible":
            return set(), {"holds"}
        case "proved":
            return set(), {"fails"}
        case "mixed":
            return {"fails", "holds"}, set()
        case "disproved":
            return {"fails"}, {"holds"}
        case "contradictory" | "vacuous":
            return set(), {"fails", "holds"}
    examples = {"fails": verdict.fails, "holds": verdict.holds}
    return {name for name, example in examples.items() if example is not None}, set()


@dataclass(frozen=True)
class _Checking:
    """One verdict under examination."""

    model: Model
    verdict: Verdict
    draws: int
    seed: int
    folder: Path | None

    @property
    def statements(self) -> Statements:
        """The claim as statements, afresh."""
        claim = self.verdict.claim
        return stated(self.model, claim, self.verdict.era or claim.over)

    def disagrees(self, what: str, points: Points) -> DisagreementError:
        """Return the error, its file written."""
        return disagreement(
            self.model,
            self.verdict,
            what,
            points,
            draws=self.draws,
            seed=self.seed,
            folder=self.folder,
        )

    def examples(self) -> None:
        """Check the examples from the definitions."""
        for example, fails in ((self.verdict.fails, True), (self.verdict.holds, False)):
            if example is None:
                continue
            wrong = wrong_with(self.statements, example, fails=fails)
            if wrong:
                kind = "fails" if fails else "holds"
                what = f"its example that the claim {kind} is wrong: {wrong}"
                raise self.disagrees(what, example.calibrations)

    def attack(self, until: float) -> Attack | None:
        """Attack the verdict; None where the claim cannot be tried."""
        statements = self.statements
        try:
            attack, found = attacked(
                statements, self.verdict.status, draws=self.draws, seed=self.seed, until=until
            )
        except UnsupportedError:
            return None
        if found is not None:
            raise self.disagrees(f"at a calibration {found.words}", found.points)
        return attack

    def search(self, until: float) -> None:
        """Compare what chosen numbers are found in floats with a search, at a few calibrations."""
        statements = self.statements
        if Can.SLOPES not in statements.model.game.can or statements.claim.holding:
            return
        found = missing(statements, self.seed, until)
        if found is not None:
            raise self.disagrees(
                f"where it was attacked {found.words}", {"there": found.calibration}
            )

    def alone(self, until: float) -> Iterator[tuple[Decider, bool]]:
        """Decide by each decider alone; yield its name and whether it agrees, or is silent."""
        if self.verdict.status not in DECIDED:
            return
        for position, decider in enumerate(DECIDERS):
            # What the claim follows from is decided too.
            decisions = 1 + len(self.verdict.claim.because)
            left = len(DECIDERS) - position
            seconds = (until - time.perf_counter()) / (left * decisions)
            if seconds <= 0:
                yield decider, False
                continue
            again = self._decided(decider, seconds)
            if contradictory(self.verdict, again):
                example = again.fails or again.holds
                points = {} if example is None else example.calibrations
                raise self.disagrees(f"{decider} alone finds it {again.status}", points)
            yield decider, again.status == self.verdict.status

    def _decided(self, decider: Decider, seconds: float) -> Verdict:
        claim = replace(self.verdict.claim, over=self.verdict.era or self.verdict.claim.over)
        try:
            (again,) = decide(self.model, claim, seconds=seconds, deciders=(decider,))
        except DisagreementError as error:
            raise self.disagrees(f"deciding it by {decider} alone stops: {error}", {}) from error
        return again
