"""What a command asks for: models by name or path, claims, calibrations."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dilemma.cleaning import visible
from dilemma.errors import CalibrationError

if TYPE_CHECKING:
    from dilemma.model import At, Model

__all__ = [
    "AT",
    "ERAS",
    "LIMIT",
    "assignment",
    "check_words",
    "claims_of",
    "eras_asked",
    "every",
    "finite",
    "load_model",
    "shared_seconds",
]


def check_words(words: Sequence[str]) -> None:
    """See that nothing that was typed would steer the terminal when it is told back."""
    for number, word in enumerate(words, 1):
        if visible(word) != word:
            shown = visible(word).encode("utf-8", "replace").decode("utf-8", "replace")
            raise CalibrationError(f"argument {number} holds control characters: {shown!r}")


def finite(value: float | None) -> float | None:
    """Refuse a budget that is no number, or has no end."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is no number of seconds: write one such as 60")
    return value


LIMIT = Annotated[
    float | None,
    typer.Option(
        "--seconds",
        min=0.01,
        callback=finite,
        help="Budget for it all, past which there is none; no limit if none.",
    ),
]
AT = Annotated[
    list[str] | None,
    typer.Option(
        "--at",
        "--set",
        metavar="NAME=VALUE",
        help="Values on the spot, such as m_J=1/10, or a range as m_J=0:1; several with commas or "
        "by repeating it. Named anew, a parameter begins another era.",
    ),
]
ERAS = Annotated[list[str] | None, typer.Option(help="Which eras, in which order; all if none.")]


def every() -> tuple[str, ...]:
    """Return the names of the shipped models."""
    from dilemma.library import available

    return available()


def load_model(name: str, calibrations: str = "") -> Model:
    """Load a model by its name or path, or a variant of it."""
    from dilemma.library import load

    model = load(name)
    return model.variant(calibrations) if calibrations else model


def claims_of(texts: Sequence[str]) -> list[tuple[Model, str | None]]:
    """Read MODEL, MODEL.CLAIM, or a path with or without .CLAIM behind it; each model once."""
    named = [_named(text) for text in texts]
    models = {model: load_model(model) for model, _ in named}
    return [(models[model], claim) for model, claim in named]


def _named(text: str) -> tuple[str, str | None]:
    """Part what names a model from what names a claim of it."""
    from dilemma.library import available

    if (
        text in available()
        or text.lower().endswith((".toml", ".nfg", ".efg", ".csv"))
        or "." not in text
    ):
        return text, None
    if ".toml." in text:
        path, claim = text.split(".toml.", 1)
        return f"{path}.toml", claim
    name, claim = text.split(".", 1)
    return name, claim


def eras_asked(
    model: Model, eras: str | Sequence[str] | None, at: Sequence[str] | None
) -> list[At] | None:
    """Return the eras that a command asks about; None for all that the model has.

    Values on the spot change each era that is asked about.  Where they name every parameter, or
    the model has no eras, they are an era themselves.
    """
    named = [eras] if isinstance(eras, str) else list(eras or ())
    found: list[At] = []
    for values in _groups(at or ()):
        model.needs_parameters(values)
        whole = len(values) == len(model.parameters) or not model.eras
        if whole and not named:
            found.append(values)
        else:
            found += [model.era(base, **values) for base in named or model.eras]
    return found or list(named) or None


def shared_seconds(seconds: float | None, parts: int) -> Iterator[float | None]:
    """Share a budget out: to each part what is left, divided by the parts that are left."""
    begun = time.monotonic()
    for left in range(parts, 0, -1):
        spent = time.monotonic() - begun
        yield None if seconds is None else max(seconds - spent, 0.01) / left


def _groups(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Read values; a parameter that is named anew begins another era, the rest of it as before."""
    found: list[dict[str, Any]] = []
    for text in texts:
        told = dict(map(assignment, text.split(",")))
        if found and not told.keys() & found[-1].keys():
            found[-1] |= told
        else:
            found.append({**(found[-1] if found else {}), **told})
    return found


def assignment(text: str) -> tuple[str, Any]:
    """Read NAME=VALUE, NAME=LOW:HIGH or NAME=LOW:CENTRE:HIGH.

    Examples
    --------
    >>> assignment("m_J=1/10"), assignment("s=1:9"), assignment("s=1:2:9")
    (('m_J', '1/10'), ('s', ['1', '9']), ('s', {'value': '2', 'range': ['1', '9']}))
    """
    from dilemma.errors import CalibrationError

    name, sign, told = text.partition("=")
    parts = [part.strip() for part in told.split(":")]
    told_so = sign and name.strip() and all(parts) and ".." not in told
    if not told_so or len(parts) > len(("low", "at", "high")):
        raise CalibrationError(
            f"--at {text}: write it as NAME=VALUE, such as m_J=1/10, or with a range, as "
            "NAME=LOW:HIGH or NAME=LOW:CENTRE:HIGH"
        )
    if len(parts) == 1:
        return name.strip(), parts[0]
    low, *centre, high = parts
    if not centre:
        return name.strip(), [low, high]
    return name.strip(), {"value": centre[0], "range": [low, high]}
