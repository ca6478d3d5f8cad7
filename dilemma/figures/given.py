"""Figures of one panel drawn into axes that somebody has: beside other pictures, on a sheet of theirs.

What stands on a sheet around its panel goes to where axes have it: a title, what the axes say, names
of rows as tick labels, the key.  Headings and notes are left out, but for what is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from dilemma.errors import UnsupportedError
from dilemma.figures.layout import SMALL
from dilemma.figures.paper import GIVEN, Paper, Part, Words

__all__ = ["Given", "into"]

DOUBT = re.compile(r"NOT [^.]*\.")  # a sentence of a note that says what is not known


@dataclass(frozen=True)
class Given:
    """Axes to draw into, and what stands there already."""

    axes: Axes
    before: frozenset[Artist]
    texts: dict[Text, str]

    @classmethod
    def of(cls, axes: Axes) -> Given:
        """Take down what stands in axes."""
        texts = {text: text.get_text() for text in axes.findobj(Text)}
        return cls(axes, frozenset(axes.get_children()), texts)

    @property
    def figure(self) -> Figure:
        """The whole figure that the axes are of."""
        figure = self.axes.get_figure(root=True)
        assert figure is not None  # axes that were taken off theirs have none
        return figure

    @property
    def size(self) -> tuple[float, float]:
        """Their width and height [inches]."""
        box = self.axes.get_window_extent()
        return box.width / self.figure.dpi, box.height / self.figure.dpi

    def new(self) -> list[Text]:
        """Return the texts that were written since."""
        return [t for t in self.axes.findobj(Text) if self.texts.get(t) != t.get_text()]

    def draw(self, width: float, height: float, parts: Sequence[tuple[Part, float]]) -> Figure:
        """Draw the parts of a sheet, each with its upper edge; what was drawn before by us is gone."""
        for artist in [a for a in self.axes.get_children() if a not in self.before]:
            artist.remove()
        paper = Panel(self.figure, width, height, self.axes)
        for part, top in parts:
            part.draw(paper, top)
        paper.finish()
        return self.figure


@dataclass(frozen=True, slots=True)
class Panel(Paper):
    """A sheet of which there is one panel only, which is given."""

    axis: Axes
    titles: list[str] = field(default_factory=list)
    rows: list[tuple[float, str]] = field(default_factory=list)
    tops: list[float] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def axes(self, left: float, top: float, width: float, height: float, label: str) -> Axes:
        """Return the panel, whatever its size."""
        del left, width, height, label
        self.tops.append(top)
        return self.axis

    def bars(self, left: float, top: float, width: float, height: float, label: str) -> Axes:
        """Return the panel for rows of bars, which are counted from above."""
        axes = self.axes(left, top, width, height, label)
        axes.set_ylim(height, 0)
        return axes

    def write(self, left: float, top: float, lines: Sequence[str], **style: Any) -> Text:
        """Keep what is a title; what else stands on a sheet is left out."""
        del left, top
        if style.get("fontweight") == "bold":
            self.titles.append(" ".join(lines))
        return self.axis.title

    def title(
        self, left: float, top: float, title: str, lines: Sequence[str] = (), **style: Any
    ) -> None:
        """Keep a title."""
        del left, top, lines, style
        self.titles.append(title)

    def stack(self, edge: float, middle: float, *words: Words, **style: Any) -> None:
        """Keep the name of a row."""
        del edge, style
        self.rows.append((middle, "\n".join(line for one in words for line in one.lines)))

    def across(self, middle: float, top: float, lines: Sequence[str], **style: Any) -> None:
        """Say what goes across."""
        del middle, top, style
        self.axis.set_xlabel("\n".join(lines))

    def upright(self, left: float, middle: float, lines: Sequence[str], **style: Any) -> None:
        """Say what goes up."""
        del left, middle, style
        self.axis.set_ylabel("\n".join(lines))

    def key(
        self, handles: Sequence[Artist], left: float, top: float, *, full: bool, **style: Any
    ) -> None:
        """Put the key where most room is, or beside the panel where that is full."""
        del left, top, style
        where = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)} if full else {"loc": "best"}
        self.axis.legend(handles=list(handles), fontsize=SMALL, **where)

    def note(self, left: float, top: float, lines: Sequence[str]) -> None:
        """Keep what is not known."""
        del left, top
        self.doubts.extend(DOUBT.findall(" ".join(lines)))

    def finish(self) -> None:
        """Write the title, the names of rows, and what is not known."""
        self.axis.set_title("\n".join(dict.fromkeys(self.titles)))
        if self.rows:
            top = self.tops[0]
            places, names = zip(*((at - top, name) for at, name in self.rows), strict=True)
            self.axis.set_yticks(places, names)
        if self.doubts:
            told = [self.axis.get_xlabel(), *dict.fromkeys(self.doubts)]
            self.axis.set_xlabel("\n".join(filter(None, told)))


def into(axes: Axes, draw: Callable[[], Figure], what: str) -> Figure:
    """Draw a figure of one panel into given axes, and return the figure that these are of.

    Parameters
    ----------
    draw : callable
        Draws it on a sheet of its own.
    what : str
        What is drawn, for the error.

    Raises
    ------
    UnsupportedError
        If it has more panels than one, or none.
    """
    panels = [str(panel.get_label()) for panel in draw().axes]
    if len(panels) != 1:
        few = f"{', '.join(panels[:3])}{', …' if len(panels) > 3 else ''}"
        raise UnsupportedError(
            f"this picture of {what} has {len(panels)} panels ({few}), and one axes was given: "
            "leave ax out, or ask about one era and one number"
        )
    token = GIVEN.set(Given.of(axes))
    try:
        return draw()
    finally:
        GIVEN.reset(token)
