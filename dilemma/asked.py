"""What a command asks for: models by name or path, claims, calibrations."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from dilemma.model import Model

__all__ = [
    "LIMIT",
    "assignment",
    "calibrations_of",
    "claims_of",
    "every",
    "load_model",
    "shared_seconds",
]

LIMIT = Annotated[
    float | None,
    typer.Option(
        "--seconds", min=0.01, help="Budget for it all, past which there is none; no limit if none."
    ),
]


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

    if text in available() or text.lower().endswith((".toml", ".nfg", ".efg")) or "." not in text:
        return text, None
    if ".toml." in text:
        path, claim = text.split(".toml.", 1)
        return f"{path}.toml", claim
    name, claim = text.split(".", 1)
    return name, claim


def calibrations_of(
    name: str, era: str | None, change: list[str] | None, calibrations: str = ""
) -> tuple[Model, list[tuple[str | None, dict[str, Any]]]]:
    """Read a model and the calibrations asked for: each era, with the changes."""
    from dilemma.errors import CalibrationError, nearest

    model = load_model(name, calibrations)
    changes = dict(assignment(text) for text in change or [])
    for word in changes:
        if word not in model.parameters:
            raise CalibrationError(
                f"no parameter {word!r}: {nearest(word, model.parameters) or 'there are none'}"
            )
        if word in ("at", "model", "most", "seconds", "seed", "starts"):
            raise CalibrationError(f"{word!r} can only be changed in a calibration, from Python")
    eras: list[str | None] = [era] if era is not None else [*model.eras] or [None]
    return model, [(each, changes) for each in eras]


def shared_seconds(seconds: float | None, parts: int) -> Iterator[float | None]:
    """Share a budget out: to each part what is left, divided by the parts that are left."""
    begun = time.monotonic()
    for left in range(parts, 0, -1):
        spent = time.monotonic() - begun
        yield None if seconds is None else max(seconds - spent, 0.01) / left


def assignment(text: str) -> tuple[str, str]:
    """Read NAME=VALUE."""
    from dilemma.errors import CalibrationError

    name, sign, value = text.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise CalibrationError(f"--set {text}: write it as NAME=VALUE, such as m_J=1/10")
    return name.strip(), value.strip()
