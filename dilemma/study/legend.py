"""What a reader needs beside a result: in which order actions stand, what the letters mean."""

from __future__ import annotations

from collections.abc import Collection

from dilemma.model import Model
from dilemma.report import Table

__all__ = ["concept", "letters", "order"]


def concept(model: Model) -> str:
    """Say in which sense a model's branches are equilibria."""
    return "Nash equilibria" if model.tree is None else "subgame perfect equilibria"


def order(model: Model) -> str:
    """Say whose actions an equilibrium's name lists.

    Examples
    --------
    >>> from dilemma.library import load
    >>> order(load("abandonment"))
    'a pair is (Japan, United States)'
    """
    if model.tree is None:
        word = "pair" if len(model.players) == 2 else "profile"
        return f"a {word} is ({', '.join(p.title for p in model.players.values())})"
    told = f"a name lists what is done at ({', '.join(model.tree.decisions)})"
    for decision in model.tree.decisions.values():
        if decision.knows:
            told += f"; at {decision.name} a/b is a above some value of {decision.knows}, b below"
    return told


def letters(model: Model, used: Collection[str]) -> Table:
    """Return what some definitions and parameters mean, in the model's order.

    Examples
    --------
    >>> from dilemma.library import load
    >>> letters(load("abandonment"), {"D1_J", "m_J"}).rows[0][:2]
    ('D1_J', 'n_J + phi_J*(1 - kap_J) + psi_J')
    """
    rows = [
        (d.name, str(d.formula), d.means, d.unit)
        for d in model.definitions.values()
        if d.name in used
    ]
    rows += [(p.name, "", p.means, p.unit) for p in model.parameters.values() if p.name in used]
    head = ("letter", "is", "means", "unit")
    return Table("What the letters mean", head, tuple(rows), formulas=("letter", "is"))
