"""Results as labelled tables, shown in a terminal, a notebook, LaTeX or JSON.

A result says once what its tables are; :class:`Shown` turns them into every form.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from dilemma.cleaning import as_json, latex_escape, visible
from dilemma.latex import latex
from dilemma.table import Best, Cell, Formula, Table, plain
from dilemma.typeset import fragment, page

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = [
    "Best",
    "Cell",
    "Formula",
    "Shown",
    "Table",
    "latex_escape",
    "number",
    "percent",
    "renderables",
    "versions",
]

WIDTH = 100  # columns of a result printed outside a terminal


class Shown:
    """What every result can do with its tables."""

    __slots__ = ()

    def tables(self) -> tuple[Table, ...]:
        """Return the result as tables."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data, ready for JSON."""
        raise NotImplementedError

    def __str__(self) -> str:
        return text(self.tables())

    def _repr_html_(self) -> str:
        return fragment(self.tables())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}  # for Jupyter

    def to_html(self) -> str:
        """Return the result as a page that needs nothing else."""
        return page(self.tables())

    def to_latex(self) -> str:
        """Return the result as LaTeX tables; ``dilemma.latex.PREAMBLE`` is what they need."""
        return latex(self.tables())

    def to_json(self) -> str:
        """Return the result as JSON."""
        return as_json(self.to_dict())


def number(value: Any, digits: int = 4) -> str:
    """Write a number with a few digits that matter; an integer stays one.

    Examples
    --------
    >>> number(3), number(11 / 16), number(None)
    ('3', '0.6875', 'undefined')
    """
    if value is None:
        return "undefined"
    if abs(value) < 1e6 and value == int(value):
        return str(int(value))
    return f"{float(value):.{digits}g}"


@cache
def versions(*packages: str) -> dict[str, str]:
    """Return the versions of packages that a result was made with."""
    return {package: version(package) for package in packages}


def percent(share: float) -> str:
    """Write a share, telling 'never' from 'hardly ever' and 'always' from 'nearly always'.

    Examples
    --------
    >>> percent(0), percent(0.0001), percent(0.4321), percent(0.99999)
    ('0.0 %', '< 0.1 %', '43.2 %', '> 99.9 %')
    """
    if 0 < share < 0.0005:
        return "< 0.1 %"
    if 0.9995 < share < 1:
        return "> 99.9 %"
    return f"{100 * share:.1f} %"


def renderables(tables: Iterable[Table]) -> list[RenderableType]:
    """Return the tables for a rich console."""
    from rich import box
    from rich.padding import Padding
    from rich.table import Table as Grid
    from rich.text import Text

    found: list[RenderableType] = []
    for table in tables:
        found.append(
            Text(visible(table.title), style="bold")
        )  # a grid's own title wraps at its width
        grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
        for head in table.header:
            grid.add_column(Text(visible(head)), overflow="fold")
        for row in table.rows:
            grid.add_row(*(Text(visible(plain(cell))) for cell in row))
        found.append(grid)
        found += [
            Padding(Text(visible(note), style="dim"), (0, 0, 0, 1)) for note in table.told("*")
        ]
        found.append(Text())
    return found


def text(tables: Iterable[Table], width: int = WIDTH) -> str:
    """Return the tables as plain text."""
    from rich.console import Console

    page = io.StringIO()
    console = Console(
        file=page, width=width, color_system=None, force_terminal=False, force_jupyter=False
    )
    console.print(*renderables(tables), sep="\n")
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines()).strip("\n")
