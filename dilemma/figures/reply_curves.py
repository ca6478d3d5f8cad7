"""Best replies of two players in each era side by side, and the equilibria in which they meet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dilemma.figures.layout import SMALL, Ground
from dilemma.figures.paper import (
    GREY,
    INK,
    Row,
    area,
    backing,
    grid,
    stroke,
    styled,
)
from dilemma.output.player_colours import player_colours
from dilemma.output.result import number
from dilemma.study.best_replies import EraReplies, Replies

__all__ = ["replies"]

PANEL = (2.9, 2.9)  # width and height [inches]
MARGIN = 0.06  # of an axis, left free around what may be chosen
STROKES: tuple[Any, ...] = ("-", (0, (5, 2)))  # of two players
# What an equilibrium is called that best replies do not lead back to, and what is said of others.
FIRM = {
    "stable": ("unstable", "Stable: best replies lead back from nearby."),
    "strict": (
        "not strict",
        "Strict: each would lose by any deviation, so that best replies lead back.",
    ),
}
Line = list[tuple[float, float]]


@styled
def replies(found: Replies) -> Figure:
    """Draw both players' best replies and the equilibria: a panel for each era.

    The first player's number is drawn across, the second's up; the first player's reply is solid
    and the second's dashed, each in its player's colour.  An equilibrium is filled where best replies lead
    back to it from nearby, and hollow where they do not.

    Examples
    --------
    >>> import dilemma
    >>> figure = replies(dilemma.best_replies(dilemma.load("abandonment")))
    >>> [axes.get_label() for axes in figure.axes]
    ['cold_war strong', 'post_cold_war strong']
    """
    figure, wordless = _figure(found, keyed=False)
    return _figure(found, keyed=True)[0] if wordless else figure


def _figure(found: Replies, *, keyed: bool) -> tuple[Figure, bool]:
    """Draw, and tell whether some reply found no room for its name; ``keyed`` names them below."""
    first, second = found.numbers.values()
    across, up = (_ends(found, player) for player in found.numbers)
    laid = grid(
        [Row(second.name, second.says, *up)],
        {one.era: one.title for one in found.eras},
        across=first.says,
        ends=across,
        handles=[*(_reply_key(found) if keyed else []), *_key(found)],
        note=_note(found),
        size=PANEL,
    )
    named = []
    for one in found.eras:
        axes = laid.panels[one.era, second.name]
        ground = Ground.of(axes, laid.size)
        drawn = _panel(axes, ground, found, one)
        named += [] if keyed else [_named(ground, found, p, drawn[p]) for p in drawn]
    return laid.figure, not all(named)


def _ends(found: Replies, player: str) -> tuple[float, float]:
    low = min(float(one.reach[player][0]) for one in found.eras)
    high = max(float(one.reach[player][1]) for one in found.eras)
    margin = MARGIN * ((high - low) or 1.0)
    return low - margin, high + margin


def _panel(axes: Axes, ground: Ground, found: Replies, one: EraReplies) -> dict[str, list[Line]]:
    """Draw one era's replies and equilibria, and return each player's lines."""
    drawn = {player: _lines(found, one, player) for player in found.numbers}
    for player, (colour, style) in _looks(found).items():
        for line in drawn[player]:
            (path,) = axes.plot(*zip(*line, strict=True), color=colour, lw=2.0, clip_on=False)
            path.set(gid=f"reply {player}", linestyle=style)
            path.set(marker="o" if len(line) == 1 else "", markersize=3)
            ground.line(line)
        if one.replies[player].anything:
            _anything(axes, found, one, player)
    _continua(axes, ground, found, one)
    spots = [(float(x), float(y)) for x, y in found.spots(one)]
    for spot, equilibrium in zip(spots, one.equilibria, strict=True):
        axes.plot(*spot, "o", **_mark(found.leads_back(equilibrium)))[0].set_gid("equilibrium")
        ground.mark(*spot, 0.09)
    for x, y in spots:
        ground.beside(
            [(x, y)], [f"({number(x, 3)}, {number(y, 3)})"], SMALL, gid="place", bbox=backing(1.0)
        )
    return drawn


def _looks(found: Replies) -> dict[str, tuple[str, Any]]:
    """Return each player's colour and kind of line."""
    colours = player_colours(found.model.players)
    return {p: (colours[p], stroke) for p, stroke in zip(found.numbers, STROKES, strict=True)}


def _named(ground: Ground, found: Replies, player: str, lines: Sequence[Line]) -> bool:
    """Write whose reply it is, and tell whether there was room."""
    points = [spot for line in lines for spot in line]
    if not points:
        return True
    words = [f"{found.model.players[player].title}:", "best reply"]
    style = {"color": _looks(found)[player][0], "gid": f"label {player}", "bbox": backing(1.0)}
    return ground.beside(points, words, SMALL, **style) is not None


def _lines(found: Replies, one: EraReplies, player: str) -> list[Line]:
    """Return a player's reply as lines in the panel: the first player's number comes first."""
    mine_first = player == next(iter(found.numbers))
    told = one.replies[player].lines
    lines = [[(float(other), float(own)) for other, own in line] for line in told]
    return [[(own, other) for other, own in line] if mine_first else line for line in lines]


def _anything(axes: Axes, found: Replies, one: EraReplies, player: str) -> None:
    """Hatch everything: the player is indifferent whatever the other does."""
    (x0, x1), (y0, y1) = ((float(low), float(high)) for low, high in one.reach.values())
    area = Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, linewidth=0)
    area.set(edgecolor=_looks(found)[player][0], hatch=_hatch(found, player))
    area.set_gid(f"anything {player}")
    axes.add_patch(area)


def _hatch(found: Replies, player: str) -> str:
    return "////" if player == next(iter(found.numbers)) else "\\\\\\\\"


def _continua(axes: Axes, ground: Ground, found: Replies, one: EraReplies) -> None:
    """Draw sets of equilibria: a broad line, or a rectangle."""
    for held in one.equilibria.continua:
        across, up = (
            tuple(map(float, held.range_of(player, told.name)))
            for player, told in found.numbers.items()
        )
        if across[0] < across[1] and up[0] < up[1]:
            area = Rectangle(
                (across[0], up[0]), across[1] - across[0], up[1] - up[0], color=GREY, alpha=0.25
            )
            area.set_gid("continuum")
            axes.add_patch(area)
        else:
            (line,) = axes.plot(
                across, up, color=INK, lw=7, alpha=0.28, solid_capstyle="round", clip_on=False
            )
            line.set_gid("continuum")
            ground.line(list(zip(across, up, strict=True)))


def _mark(firm: bool | None) -> dict[str, Any]:  # noqa: FBT001 -- what a reader sees
    """Return how an equilibrium is marked: filled, hollow, or half filled where it is not decided."""
    style: dict[str, Any] = {"ms": 8.5, "mec": INK, "mew": 1.6, "zorder": 6, "clip_on": False}
    if firm is None:
        return {**style, "mfc": INK, "fillstyle": "left", "markerfacecoloralt": "white"}
    return {**style, "mfc": INK if firm else "white"}


def _reply_key(found: Replies) -> list[Artist]:
    return [
        stroke(f"{words}: best reply", color=colour, ls=style, lw=2.0)
        for words, (colour, style) in (
            (found.model.players[player].title, look) for player, look in _looks(found).items()
        )
    ]


def _key(found: Replies) -> list[Artist]:
    """Return an entry for each kind of mark that is drawn."""
    words = {True: found.firm, False: FIRM[found.firm][0], None: "stability not decided"}
    drawn = {found.leads_back(e) for one in found.eras for e in one.equilibria}
    key: list[Artist] = [
        stroke(f"equilibrium, {word}", ls="", marker="o", **_mark(firm))
        for firm, word in words.items()
        if firm in drawn
    ]
    if any(one.equilibria.continua for one in found.eras):
        key.append(stroke("every point is an equilibrium", color=INK, lw=7, alpha=0.28))
    for player, (colour, _) in _looks(found).items():
        if any(one.replies[player].anything for one in found.eras):
            label = f"{found.model.players[player].title}: any number is a best reply"
            look = {"facecolor": "none", "edgecolor": colour, "lw": 0}
            key.append(area(label, hatch=_hatch(found, player), **look))
    return key


def _note(found: Replies) -> str:
    told = [f"{found.model.title}. All parameters at the era's centre. {found.method}."]
    told.append(FIRM[found.firm][1])
    told += _doubts(found.eras)
    if found.model.source:
        told.append(f"Source: {found.model.source}.")
    return " ".join(told)


def _doubts(eras: Sequence[EraReplies]) -> list[str]:
    reasons = [one.equilibria.reason for one in eras if not one.equilibria.complete]
    reasons += [reply.reason for one in eras for reply in one.replies.values()]
    told = "; ".join(dict.fromkeys(filter(None, reasons)))
    return [f"NOT everything is known: {told}."] if told else []
