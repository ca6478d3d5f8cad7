"""Claims of models decided: what a person asks for, and the ledger that comes of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dilemma.claims.verdict import Verdict
from dilemma.errors import DilemmaError
from dilemma.ledger.agenda import Asked, Entry, worked_off
from dilemma.ledger.cache import Cache, users_folder
from dilemma.ledger.ledger import Ledger
from dilemma.model import Model
from dilemma.theory.parts import Claim

__all__ = ["prove", "prove_all"]

IS_A_FORMULA = re.compile(r"[<>=]|\w\(")


def prove(
    model: Model | Sequence[Model] | None = None,
    claim: str | Claim | None = None,
    *,
    seconds: float = 60.0,
    robust: bool = False,
    thorough: bool = False,
    fresh: bool = False,
    cache: Path | str | bool = True,
    workers: int | None = None,
    progress: Callable[[float, str], None] | None = None,
    **fields: Any,
) -> Ledger:
    """Decide claims of models for every calibration and every equilibrium.

    Parameters
    ----------
    model : Model or sequence of Model, optional
        Default: all shipped models.
    claim : str or Claim, optional
        One claim, by its name or label, or made with ``model.make_claim``; a label's number
        ("C1.6") names all its variants.  A formula is read as a claim of its own.  Default: all
        claims.
    seconds : float
        Budget for each verdict; past it the claim stays open.
    robust : bool
        Whether to find out what each verdict needs, and how far it carries.
    thorough : bool
        Whether to ask each decider alone, and to attack each verdict with random calibrations.
    fresh : bool
        Whether to forget what is kept of these claims, and decide them again.
    cache : path or bool
        Where verdicts are kept: the user's cache folder (or the folder that the environment
        variable DILEMMA_CACHE names), another one, or, with False, nowhere.
    workers : int, optional
        How many processes share the work; by default one a processor.  With 1 all is done in this
        process, or in one at its side that can be ended where the budget is small or the game large.
    progress : callable, optional
        Called with the share of the claims that are decided, and the ones that are next.
    **fields
        With a formula: what else a claim has in a model file, such as ``given`` or ``shared``.

    Returns
    -------
    Ledger

    Raises
    ------
    DisagreementError
        If two ways to decide a claim part: a defect here, told with what reproduces it.

    Examples
    --------
    >>> import dilemma
    >>> model = dilemma.load("abandonment")
    >>> dilemma.prove(model, "stake_beats_entrapment")[0].status
    'proved'
    >>> verdict = dilemma.prove(model, "firm_in_the_cold_war")[0]
    >>> verdict.status, verdict.fails.moved
    ('mixed', {'Cold War': (...)})
    >>> dilemma.prove(model, "kap_J*phi_J <= phi_J", over="all")[0].status
    'proved'
    """
    models = _models(model)
    if claim is not None and len(models) > 1:
        raise DilemmaError(f"which model is {str(claim)!r} a claim of? name one")
    asked = Asked(seconds, robust, thorough, fresh, workers)
    wanted = [(each, claim) for each in models]
    return prove_all(wanted, asked, fields=fields, cache=cache, progress=progress)


def prove_all(
    wanted: Sequence[tuple[Model, str | Claim | None]],
    asked: Asked,
    *,
    fields: Mapping[str, Any] = MappingProxyType({}),
    cache: Path | str | bool = True,
    progress: Callable[[float, str], None] | None = None,
) -> Ledger:
    """Decide claims of several models, each asked for as :func:`prove` does."""
    if not asked.seconds > 0 or (asked.workers is not None and asked.workers < 1):
        raise DilemmaError(
            f"seconds = {asked.seconds}, workers = {asked.workers}: neither may be nought"
        )
    models = _unlike(dict.fromkeys(model for model, _ in wanted))
    claims = [(model, one) for model, claim in wanted for one in _claims(model, claim, fields)]
    folder = (users_folder() if cache else None) if isinstance(cache, bool) else Path(cache)
    kept = Cache(folder)
    entries = worked_off(claims, asked, kept, progress)

    def verdicts(some: Iterable[Entry]) -> tuple[Verdict, ...]:
        return tuple(v for entry in some for v in entry.kept.verdicts)

    notes = [f"Verdicts could not be kept: {kept.trouble}."] if kept.trouble else []
    if kept.doubted:
        told = "1 claim" if kept.doubted == 1 else f"{kept.doubted} claims"
        notes.append(
            f"Decided again: {told}, of which the cache folder had a file that no run of yours has "
            "written as it stands there."
        )
    return Ledger(
        models,
        verdicts(e for e in entries if e.asked),
        verdicts(e for e in entries if not e.asked),
        len(verdicts(e for e in entries if e.asked and e.remembered)),
        tuple(notes),
    )


def _models(model: Model | Sequence[Model] | None) -> tuple[Model, ...]:
    """Return the models asked for."""
    if model is None:
        from dilemma.library import available, load

        return tuple(load(name) for name in available())
    return (model,) if isinstance(model, Model) else tuple(model)


def _unlike(models: Iterable[Model]) -> tuple[Model, ...]:
    """See that no two models have one name."""
    found = tuple(models)
    twice = [name for name, count in Counter(m.name for m in found).items() if count > 1]
    if twice:
        raise DilemmaError(f"two models are called {twice[0]!r}: give one another name")
    return found


def _claims(model: Model, claim: str | Claim | None, fields: Mapping[str, Any]) -> list[Claim]:
    """Return the claims of a model that are asked for."""
    known = model.claims.values()
    if isinstance(claim, str):
        # A label's number alone names all its variants: C1.6 for each player and profile.
        named = [c for c in known if claim in (c.name, c.label) or claim == c.label.split(" ")[0]]
        if not named and IS_A_FORMULA.search(claim):
            return [model.make_claim(claim, **fields)]
        found = named or [model.claim(claim)]
    else:
        found = list(known) if claim is None else [claim]
    if fields:
        told = ", ".join(fields)
        raise DilemmaError(f"{told}: only for a claim that is given as a formula")
    return found
