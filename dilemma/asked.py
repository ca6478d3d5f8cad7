"""What a command asks for: models by name or path, claims, calibrations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dilemma.model import Model

__all__ = ["assignment", "calibrations_of", "claim_of", "every", "load_model"]


def every() -> tuple[str, ...]:
    """Return the names of the shipped models."""
    from dilemma.library import available

    return available()


def load_model(name: str) -> Model:
    """Load a model by its name or path."""
    from dilemma.library import load

    return load(name)


def claim_of(text: str) -> tuple[Model, str | None]:
    """Read MODEL, MODEL.CLAIM, or a path with or without .CLAIM behind it."""
    from dilemma.library import available

    if text in available() or text.lower().endswith((".toml", ".nfg", ".efg")) or "." not in text:
        return load_model(text), None
    if ".toml." in text:
        path, claim = text.rsplit(".toml.", 1)
        return load_model(f"{path}.toml"), claim
    name, claim = text.split(".", 1)
    return load_model(name), claim


def calibrations_of(
    name: str, era: str | None, change: list[str] | None
) -> tuple[Model, list[tuple[str | None, dict[str, Any]]]]:
    """Read a model and the calibrations asked for: each era, with the changes."""
    from dilemma.errors import CalibrationError, nearest

    model = load_model(name)
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
    from dilemma.errors import CalibrationError

    name, sign, value = text.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise CalibrationError(f"--set {text}: write it as NAME=VALUE, such as m_J=1/10")
    return name.strip(), value.strip()
