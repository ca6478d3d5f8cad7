"""Variants of the eras: what if only a few quantities had moved?

A variant names the parameters that move.  Every other one keeps, in all eras, the value that it has
in the first of them, and is one draw for all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from dilemma.errors import Mistake, nearest
from dilemma.parts import Variant
from dilemma.reading.payoffs import Where
from dilemma.reading.periods import HEAD
from dilemma.reading.schema import KEY, CalibrationsRow, Document

__all__ = ["read_variants", "varied"]


def read_variants(document: Document, mistakes: list[Mistake]) -> dict[str, Variant]:
    """Read the variants; what is wrong with one is added to ``mistakes``."""
    if document.calibrations and len(document.names("eras")) < 2:
        message = "calibrations say what moves between eras: two at least are wanted"
        mistakes.append(Mistake(("calibrations",), message, width=KEY))
    found = {}
    for name, row in document.calibrations.items():
        _check_moves(("calibrations", name, "moves"), row, document, mistakes)
        found[name] = Variant(name, tuple(row.moves), row.says)
    return found


def _check_moves(
    where: Where, row: CalibrationsRow, document: Document, mistakes: list[Mistake]
) -> None:
    common = document.names("common")
    moving = [name for name in document.names("parameters") if name not in common]
    if not row.moves:
        hint = "name a parameter at least; where nothing moves there are no two eras"
        mistakes.append(Mistake(where, "nothing moves", hint))
    for index, name in enumerate(row.moves):
        place = (*where, index)
        if name in common:
            hint = "give it a value in each era, or leave it out"
            mistakes.append(Mistake(place, f"{name!r} is the same in all eras, by [common]", hint))
        elif name not in moving:
            mistakes.append(Mistake(place, f"no parameter {name!r}", nearest(name, moving)))
        elif name in row.moves[:index]:
            mistakes.append(Mistake(place, f"{name!r} is named twice"))


def varied(document: Mapping[str, Any], name: str, moves: Collection[str]) -> dict[str, Any]:
    """Return a model's document in which only some parameters move between the eras.

    Claims about other variants are left out.  Where nothing else moves anyway it is the same.
    """
    first = next(iter(document["eras"].values()))
    tied = {key: row for key, row in first.items() if key not in HEAD and key not in moves}
    if not tied:
        return dict(document)
    return {
        **document,
        "title": f"{document['title']} ({name} calibrations)",
        "reads": _told(document, moves),
        "common": {**document.get("common", {}), **tied},
        "eras": {
            era: {key: row for key, row in rows.items() if key not in tied}
            for era, rows in document["eras"].items()
        },
        "calibrations": {name: document["calibrations"][name]},
        "claims": {
            claim: row
            for claim, row in document.get("claims", {}).items()
            if row.get("calibrations", "") in ("", name)
        },
    }


def _told(document: Mapping[str, Any], moves: Collection[str]) -> str:
    """Return the model's story, and which part of it is told here."""
    era, rows = next(iter(document["eras"].items()))
    title = rows.get("title", era)
    return (
        f"{document['reads'].rstrip()}\n\nOf all that may differ between the eras only "
        f"{', '.join(moves)} {'moves' if len(moves) == 1 else 'move'} here; all else is as in the "
        f"era '{title}'."
    )
