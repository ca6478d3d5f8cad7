"""What a command asks for: models by name or path, claims, calibrations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from dilemma.cleaning import visible
from dilemma.errors import CalibrationError, nearest

if TYPE_CHECKING:
    from dilemma.model import Model

__all__ = [
    "assignment",
    "calibrations_of",
    "check_words",
    "claims_of",
    "every",
    "finite",
    "load_model",
]


def check_words(words: Sequence[str]) -> None:
    """See that nothing that was typed would steer the terminal when it is told back."""
    for number, word in enumerate(words, 1):
        if visible(word) != word:
            shown = visible(word).encode("utf-8", "replace").decode("utf-8", "replace")
            raise CalibrationError(f"argument {number} holds control characters: {shown!r}")


def finite(value: float) -> float:
    """Refuse a budget that is no number, or has no end."""
    if not math.isfinite(value):
        raise typer.BadParameter(f"{value} is no number of seconds: write one such as 60")
    return value


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


def assignment(text: str) -> tuple[str, str]:
    """Read NAME=VALUE."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise CalibrationError(f"--set {text}: write it as NAME=VALUE, such as m_J=1/10")
    return name.strip(), value.strip()
