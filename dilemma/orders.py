"""A picture as it is asked for, and as it comes: results, and how they are drawn and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dilemma.errors import DilemmaError
from dilemma.files import check
from dilemma.model import Model
from dilemma.report import Shown

__all__ = ["Order", "Picture", "written"]

ENDINGS = (".png", ".svg", ".pdf")

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asks for.

    Attributes
    ----------
    models : tuple of Model
        One, but for a ledger.
    what : tuple of str
        Parameters, outcomes or claims, as the picture needs them.
    eras : tuple of str or None
        All where none are named.
    low, high : str or None
        Between which values something moves.
    select : str or None
        Which of several equilibria counts.
    robust : bool
        Whether it is worked out how far verdicts carry.
    seconds : float
        Budget for each verdict.
    progress : callable
        Called with the share of the work done, and what is next.
    """

    models: tuple[Model, ...]
    what: tuple[str, ...] = ()
    eras: tuple[str, ...] | None = None
    low: str | None = None
    high: str | None = None
    select: str | None = None
    robust: bool = False
    seconds: float = 60.0
    progress: Progress = field(default=lambda _share, _name: None)

    @property
    def model(self) -> Model:
        """The one model."""
        if len(self.models) != 1:
            raise DilemmaError("only a ledger is of several models: name one")
        return self.models[0]

    @property
    def shown(self) -> tuple[str, ...]:
        """The eras that are drawn."""
        return tuple(self.model.eras) if self.eras is None else self.eras

    def count(self, share: float) -> None:
        """Pass on progress that has no name."""
        self.progress(share, "")


@dataclass(frozen=True, slots=True)
class Picture:
    """Results, and how the first is drawn, perhaps beside the others.

    A path that could be drawn in other ways, too, may be asked for as a fold diagram: ``folds``.
    """

    results: tuple[Shown, ...]
    how: Mapping[str, Any] = field(default_factory=dict)
    folds: bool = False

    def save(self, path: Path) -> None:
        """Draw and write it."""
        from dilemma import figures

        draw: Callable[..., Any] = figures.fold if self.folds else figures.plot
        figures.save(draw(self.results[0], **self.how), path)


def written(path: Path) -> Path:
    """See that a picture can be written to a path: before anything is worked out.

    Examples
    --------
    >>> written(Path("map.svg")).suffix
    '.svg'
    """
    return check(path, "a picture's file", ENDINGS)
