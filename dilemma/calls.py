"""How a function that asks about a model is called: with the model, its name or its path.

What such a function does not take is refused here, in one sentence that says what it does take.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from dilemma.errors import CallError, DilemmaError, close
from dilemma.model import Model
from dilemma.theory.parts import Claim

__all__ = [
    "AnyModel",
    "asked_claims",
    "model_of",
    "models_of",
    "of_a_model",
    "of_arrays",
    "of_models",
]

AnyModel: TypeAlias = Model | str | Path

P = ParamSpec("P")
T = TypeVar("T")

ERAS = ("at", "era", "eras")  # what the functions call the eras that they are asked about
# What may have been meant by more arguments than a function takes.
BETTER = {"regions": "; dilemma.region_map(model, x, y) maps two parameters"}
# What makes a model of what other libraries have, by the first part of their modules' names.
MAKERS = {
    "nashpy": "dilemma.from_nashpy(game)",
    "numpy": "dilemma.matrix(A, B)",
    "pandas": "dilemma.matrix(A, B)",
    "pygambit": "dilemma.from_pygambit(game)",
}


def model_of(given: object, asked: str = "") -> Model:
    """Return the model that is meant: itself, a shipped one by its name, or a file by its path.

    Parameters
    ----------
    given : Model, str or Path
    asked : str
        What it is wanted for, as an error begins.

    Raises
    ------
    CallError
        If it is something else; says what makes a model of it.
    UnknownModelError, ModelError
        As ``dilemma.load``.

    Examples
    --------
    >>> model_of("abandonment").title
    'Abandonment and entrapment'
    >>> model_of([[3, 0], [5, 1]], "solve")
    Traceback (most recent call last):
    ...
    dilemma.errors.CallError: solve: a model is wanted, a shipped model's name or a file's path, not a list; dilemma.matrix(A, B) makes a model of payoffs
    """
    if isinstance(given, Model):
        return given
    if isinstance(given, str | Path):
        from dilemma.library import load

        return load(given)
    told = f"{asked}: " if asked else ""
    raise CallError(
        f"{told}a model is wanted, a shipped model's name or a file's path, not {_kind(given)}; "
        f"{_maker(given)}"
    )


def models_of(given: object, asked: str = "") -> tuple[Model, ...] | None:
    """Return the models that are meant: one or several; None, for all, stays what it is.

    Raises
    ------
    CallError, UnknownModelError, ModelError
        As :func:`model_of`.

    Examples
    --------
    >>> [model.name for model in models_of(["abandonment", "cork"])]
    ['abandonment', 'cork']
    """
    if given is None:
        return None
    if isinstance(given, Iterable) and not isinstance(given, Model | str):
        return tuple(model_of(one, asked) for one in given)
    return (model_of(given, asked),)


def _kind(given: object) -> str:
    """Say what something is, with its article.

    Examples
    --------
    >>> _kind(3), _kind([]), _kind(None)
    ('an int', 'a list', 'None')
    """
    if given is None:
        return "None"
    name = type(given).__name__
    return f"{'an' if name[0] in 'aeiouAEIO' else 'a'} {name}"


def _maker(given: object) -> str:
    """Say what makes a model of something."""
    maker = MAKERS.get(type(given).__module__.split(".")[0])
    if isinstance(given, list | tuple):
        maker = MAKERS["numpy"]
    if isinstance(given, dict):
        maker = "dilemma.Model(**sections)"
    if isinstance(given, list | tuple) and any(
        isinstance(one, Model | str | Path) for one in given
    ):
        return "one at a time is asked about"
    what = "payoffs" if maker == MAKERS["numpy"] else "it"
    if maker is None:
        return "dilemma.available() lists the names"
    return f"{maker} makes a model of {what}"


# --- the functions --------------------------------------------------------------------------------


def of_a_model(work: Callable[Concatenate[Model, P], T]) -> Callable[Concatenate[AnyModel, P], T]:
    """Make a function take a model in each of these forms as its first argument.

    Parameters
    ----------
    work : callable
        Takes a model first.

    Examples
    --------
    >>> @of_a_model
    ... def title(model: Model, *, shout: bool = False) -> str:
    ...     return model.title.upper() if shout else model.title
    >>> title("abandonment")
    'Abandonment and entrapment'
    >>> title("abandonment", loud=True)
    Traceback (most recent call last):
    ...
    dilemma.errors.CallError: title takes no 'loud': it is called as title(model, shout=...)
    """
    return _called(work, model_of, "Model | str | Path")


def of_models(work: Callable[P, T]) -> Callable[P, T]:
    """Make a function take several models in each of these forms as its first argument, or one."""
    return _called(work, models_of)


def of_arrays(work: Callable[P, T]) -> Callable[P, T]:
    """Make a function that takes no model refuse other arguments in a sentence, too.

    Examples
    --------
    >>> @of_arrays
    ... def total(numbers, *, start=0):
    ...     return sum(numbers, start)
    >>> total([1, 2], strat=3)
    Traceback (most recent call last):
    ...
    dilemma.errors.CallError: total takes no 'strat': did you mean 'start'? it is called as total(numbers, start=...)
    """
    return _called(work, lambda given, _name: given)


def _called(
    work: Callable[..., T], meant: Callable[[object, str], object], takes: str = ""
) -> Callable[..., T]:
    signature = inspect.signature(work)
    first = next(iter(signature.parameters))
    name = work.__name__

    @functools.wraps(work)
    def called(*arguments: Any, **options: Any) -> T:
        if first in options and not arguments:
            arguments = (
                options.pop(first),
            )  # it may be named, even where types say that it is not
        try:
            bound = signature.bind(*arguments, **options)
        except TypeError as error:
            raise CallError(_refused(name, signature, str(error), arguments)) from None
        if first in bound.arguments:
            bound.arguments[first] = meant(bound.arguments[first], name)
        model = bound.arguments.get(first)
        if isinstance(model, Model) and options:
            _check_changes(name, signature, model, bound.arguments.get("changes", {}))
        return work(*bound.args, **bound.kwargs)

    if takes:
        shown = [
            one.replace(annotation=takes) if one.name == first else one
            for one in signature.parameters.values()
        ]
        called.__signature__ = signature.replace(parameters=shown)  # type: ignore[attr-defined]
    return called


def _refused(name: str, signature: inspect.Signature, why: str, given: Sequence[object]) -> str:
    """Say which argument a function does not take, or lacks, and how it is called."""
    usage = f"it is called as {_usage(name, signature)}"
    quoted = why.split("'")[1] if why.count("'") > 1 else ""
    if why.startswith("too many"):
        second = [*signature.parameters, ""][1]
        if len(given) > 2 and second in (*ERAS, "claim") and name not in BETTER:
            usage += f", where several stand in a list, as in [{given[1]!r}, {given[2]!r}]"
        return f"{name} takes fewer arguments by their place: {usage}{BETTER.get(name, '')}"
    if why.startswith("missing"):
        return f"{name} needs {quoted!r}: {usage}"
    return f"{name} takes no {quoted!r}: {_meant(quoted, signature)}{usage}"


def _usage(name: str, signature: inspect.Signature) -> str:
    """Write how a function is called.

    Examples
    --------
    >>> def solve(model, at=None, *, seconds=60, **changes): ...
    >>> _usage("solve", inspect.signature(solve))
    'solve(model, at, seconds=..., PARAMETER=...)'
    """
    parts = []
    for one in signature.parameters.values():
        if one.kind is one.VAR_KEYWORD:
            parts.append("PARAMETER=..." if one.name == "changes" else "FIELD=...")
        else:
            parts.append(f"{one.name}=..." if one.kind is one.KEYWORD_ONLY else one.name)
    return f"{name}({', '.join(parts)})"


def _meant(word: str, signature: inspect.Signature) -> str:
    """Say which argument may have been meant; "" if none."""
    own = [name for name, one in signature.parameters.items() if one.kind is not one.VAR_KEYWORD]
    near = next((e for e in ERAS if e in own), None) if word in ERAS else close(word, own)
    return f"did you mean {near!r}? " if near else ""


def _check_changes(
    name: str, signature: inspect.Signature, model: Model, changes: dict[str, Any]
) -> None:
    """See that what is given by name is a parameter of the model, or tell what it may have been."""
    for word in changes:
        if word in model.parameters:
            continue
        if word in ERAS:
            era = next(iter(model.eras), "...")
            raise CallError(
                f"{name} takes no {word!r}: an era stands by its place, as in "
                f"{name}(model, {era!r})"
            )
        meant = _meant(word, signature)
        if meant and close(word, model.parameters) is None:
            raise CallError(
                f"{name} takes no {word!r}, and {model.name} has no such parameter: {meant}"
            )
        model.needs_parameters([word])


# --- claims that are meant ----------------------------------------------------------------------


IS_A_FORMULA = re.compile(r"[<>=≤≥≠]|\w\(")


def asked_claims(
    model: Model, claim: str | Claim | None, fields: Mapping[str, Any] = MappingProxyType({})
) -> list[Claim]:
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
