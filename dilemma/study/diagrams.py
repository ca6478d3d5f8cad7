"""Equilibria as diagrams, era by era: what is linked, what leads from state to state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dilemma.by_era import Eras, eras_of
from dilemma.calls import of_a_model
from dilemma.errors import CalibrationError, UnknownKeyError, UnsupportedError
from dilemma.games.drawing import Drawing
from dilemma.games.equilibrium import Equilibria, Equilibrium
from dilemma.games.kind import Can
from dilemma.games.solution import solve
from dilemma.model import Model
from dilemma.output.result import Shown, Table, as_data

__all__ = ["IN_SYMBOLS", "Diagrams", "diagrams"]

IN_SYMBOLS = "In symbols"


@dataclass(frozen=True, slots=True, repr=False)
class Diagrams(Shown):
    """A diagram of every equilibrium at the centre of each era, or of a game as it is stated.

    Attributes
    ----------
    model : Model
    drawn : mapping of era to tuple of Drawing
        Empty where there is no equilibrium.  In symbols: one, of the era "".
    complete : mapping of era to str
        Why some equilibria may be missing; "" where none is.
    """

    model: Model
    drawn: Mapping[str, tuple[Drawing, ...]]
    complete: Mapping[str, str]

    def title(self, era: str) -> str:
        """Return what an era is called."""
        return self.model.eras[era].title if era else IN_SYMBOLS

    def doubt(self, era: str) -> str:
        """Say what is not known at an era; "" if that is nothing."""
        why = self.complete.get(era)
        return f"NOT all equilibria are known ({self.title(era)}): {why}." if why else ""

    def tables(self) -> tuple[Table, ...]:
        """Return what stands in each diagram."""
        told = []
        for era, drawings in self.drawn.items():
            title, doubt = self.title(era), tuple(filter(None, [self.doubt(era)]))
            if not drawings:
                told.append(Table(f"{title}: no equilibrium", ("",), (), doubt))
            for drawing in drawings:
                rows, says = tuple(drawing.rows()), (*drawing.notes, *doubt)
                told.append(Table(f"{title}: {drawing.title}", ("what", "says"), rows, says))
        return tuple(told)

    def to_tikz(self) -> str:
        r"""Return the trees as TikZ pictures, one after the other, for a LaTeX document.

        Raises
        ------
        UnsupportedError
            If the diagrams are of states or links.

        Examples
        --------
        >>> import dilemma
        >>> print(diagrams("triangle", symbols=True).to_tikz().splitlines()[1])
        \definecolor{player1}{HTML}{9030FC}
        """
        from dilemma.games.drawing import Tree
        from dilemma.games.tree.tikz import picture

        pictures = []
        for era, drawings in self.drawn.items():
            for drawing in drawings:
                if not isinstance(drawing, Tree):
                    raise UnsupportedError(
                        f"{self.model.name}: TikZ is written of game trees; a diagram of states or links "
                        "is a .png, .svg or .pdf"
                    )
                told = f"{self.model.title}. {self.title(era)}"
                title = f"{told}: {drawing.title}" if era else told
                pictures.append(picture(drawing, title, self.doubt(era)))
        return "\n".join(pictures)

    def to_dict(self) -> dict[str, Any]:
        """Return them as plain data."""
        return {
            "model": self.model.name,
            "drawn": as_data(self.drawn),
            "incomplete": {era: why for era, why in self.complete.items() if why},
        }


@of_a_model
def diagrams(
    model: Model,
    at: Eras = None,
    *,
    which: int | str | None = None,
    symbols: bool = False,
    seconds: float | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Diagrams:
    """Return a diagram of every equilibrium at each era's centre.

    Parameters
    ----------
    at : str, Era, mapping, or a sequence of these, optional
        All eras unless said; values on the spot are an era too.
    which : int or str, optional
        One equilibrium alone, by its position or its name; all unless said.
    symbols : bool
        A game tree as it is stated, with formulas and no equilibrium.  So is one drawn, unless
        ``at`` says where, that has parameters and no eras.

    Raises
    ------
    UnsupportedError
        For a game that has no diagram, none in symbols, or too large a tree.
    UnknownKeyError
        If there is no such equilibrium.

    Examples
    --------
    >>> import dilemma
    >>> found = diagrams(dilemma.load("repeated"), "cold_war")
    >>> [drawing.title for drawing in found.drawn["cold_war"]][0]
    '(support, support)'
    """
    model.needs(Can.DIAGRAM, "a diagram")
    nowhere = (
        at is None and bool(model.parameters) and not model.eras and Can.MOVES in model.game.can
    )
    if symbols or nowhere:
        if at is not None or which is not None:
            raise CalibrationError(f"{model.name}: in symbols there are no eras and no equilibria")
        return Diagrams(model, {"": (model.game.stated(model),)}, {})
    model, names = eras_of(model, at)
    drawn, complete = {}, {}
    for done, era in enumerate(names):
        if progress is not None:
            progress(done / len(names), era)
        found = solve(model, era, seconds=seconds)
        values = model.values(model.calibration(era))
        shown = tuple(found) if which is None else (_one(found, which),)
        drawn[era] = tuple(model.game.drawn(model, values, equilibrium) for equilibrium in shown)
        complete[era] = found.reason
    return Diagrams(model, drawn, complete)


def _one(found: Equilibria, which: int | str) -> Equilibrium:
    """Return the equilibrium that is asked for."""
    if isinstance(which, int) and not 0 <= which < len(found):
        raise UnknownKeyError(
            f"no equilibrium number {which + 1} at {found.at}: {len(found)} found there"
        )
    return found[which]
