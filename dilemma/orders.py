"""A picture as it is asked for, and as it comes: results, and how they are drawn and written."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dilemma.errors import DilemmaError
from dilemma.extras import library
from dilemma.files import check
from dilemma.model import At, Model
from dilemma.report import Shown

__all__ = ["Order", "Picture", "written"]

LEAST = 0.01  # seconds: what a last question is given, so that it says what is missing
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
    eras : sequence of eras or None
        All where none are named; values on the spot are an era too.
    low, high : str or None
        Between which values something moves.
    select : str or None
        Which of several equilibria counts.
    robust : bool
        Whether it is worked out how far verdicts carry.
    seconds : float or None
        Budget for it all, of a ledger for each verdict; no limit, and for a verdict a minute, if
        None.
    progress : callable
        Called with the share of the work done, and what is next.
    """

    models: tuple[Model, ...]
    what: tuple[str, ...] = ()
    eras: Sequence[At] | None = None
    low: str | None = None
    high: str | None = None
    select: str | None = None
    robust: bool = False
    seconds: float | None = None
    progress: Progress = field(default=lambda _share, _name: None)
    begun: float = field(default_factory=time.monotonic)

    @property
    def model(self) -> Model:
        """The one model."""
        if len(self.models) != 1:
            raise DilemmaError("only a ledger is of several models: name one")
        return self.models[0]

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the eras that are drawn."""
        known = tuple(self.model.eras)
        return known if self.eras is None else tuple(e for e in self.eras if isinstance(e, str))

    @property
    def left(self) -> float | None:
        """The seconds that are left."""
        if self.seconds is None:
            return None
        return max(self.seconds - (time.monotonic() - self.begun), LEAST)

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
    library("matplotlib")
    return check(path, "a picture's file", ENDINGS)
