"""A tree as a diagram: who moves where, what is done there in an equilibrium, and what is believed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.drawing import Node, Tie, Tree
from dilemma.games.equilibrium import Equilibrium
from dilemma.games.play import Cutoff
from dilemma.games.tree import TreeGame, tree_of
from dilemma.games.tree.arrangement import joined, spots
from dilemma.games.tree.credible import Judge, OverdueError
from dilemma.games.tree.deviations import Position, ValuedTree, reached, valued
from dilemma.games.tree.histories import ROOT, history_of, key_of
from dilemma.games.tree.nodes import History
from dilemma.games.tree.nodes import Node as Move
from dilemma.games.tree.polishing import CLOSE
from dilemma.model import Model
from dilemma.output.cleaning import line
from dilemma.output.result import number

__all__ = ["MOST_ENDS", "drawn", "stated"]

MOST_ENDS = 100
SECONDS = 5.0  # for what may be believed
SHORT = 100  # the largest denominator of a fraction that is written as one
CHANCE = "Chance"
MOVES = "Below a branch: who moves behind it."
SETS = "Upright dashed lines join what the player who moves cannot tell apart."
PLAY = "Bold: what is done; dashed where play does not get to. A number behind an action is its chance."
BELIEFS = (
    "In brackets: how likely whoever moves there believes the node to be, given the set; where several "
    "beliefs support what is done, from which to which."
)
APART = "Nodes with the same word in quotes cannot be told apart either."


def stated(model: Model) -> Tree:
    """Return a tree as it is stated: chances and payoffs as formulas.

    Raises
    ------
    UnsupportedError
        If it has too many ends for a sheet.

    Examples
    --------
    >>> import dilemma
    >>> tree = stated(dilemma.load("triangle"))
    >>> tree.paid["challenge, concede"]
    ('g', '-l', '-stake*theta')
    """
    tree = tree_of(model)
    labels = {
        (*node.history, action): str(chance)
        for node in tree.nodes.values()
        for action, chance in node.chances.items()
    }
    paid = {end: tuple(map(str, cell.values())) for end, cell in model.payoffs.items()}
    says = [MOVES, *_sets_said(tree), *_types_said(model, tree)]
    return _tree(model, tree, _Content(model.title, says, paid, labels))


def drawn(model: Model, values: Mapping[sp.Symbol, sp.Expr], equilibrium: Equilibrium) -> Tree:
    """Return a tree at a calibration, with what is done in an equilibrium and what is believed.

    Raises
    ------
    UnsupportedError
        If it has too many ends for a sheet.
    """
    tree = tree_of(model)
    _fits(model, tree)
    numbers = valued(model, tree, values)
    play = {d: {a: _fraction(c) for a, c in mix.items()} for d, mix in equilibrium.play.items()}
    pays = {
        end: {player: pay[0] for player, pay in cell.items()}
        for end, cell in numbers.payoffs.items()
    }
    whole = Position((), tree.nodes, numbers.chances, pays)
    likely = reached(whole, play, {(): Fraction(1)})
    weights = {
        (*node.history, action): chance
        for node in tree.nodes.values()
        for action, chance in whole.mix(node, play).items()
    }
    cutoffs: Mapping[str, Cutoff] = equilibrium.more.get("cutoffs", {})
    labels = {h: _share(tree, h, weight, cutoffs) for h, weight in weights.items()}
    paid = {end: tuple(_pay(model, numbers, end, p) for p in model.players) for end in tree.ends}
    says = [MOVES, *_sets_said(tree), PLAY, *([] if tree.perfect else [BELIEFS])]
    says += _types_said(model, tree)
    beliefs = {} if tree.perfect else _beliefs(model, tree, whole, play, equilibrium)
    told = _Content(equilibrium.name, says, paid, labels, weights, likely, beliefs)
    return _tree(model, tree, told)


def _fits(model: Model, tree: TreeGame) -> None:
    if len(tree.ends) > MOST_ENDS:
        raise UnsupportedError(
            f"{model.name} has {len(tree.ends)} ends, and a tree is drawn with up to {MOST_ENDS}: what "
            "is played stands in solve's table"
        )


@dataclass(frozen=True, slots=True)
class _Content:
    """What is written in a tree, and what is done in it.

    Attributes
    ----------
    paid : mapping of end to tuple of str
    labels : mapping of history to str
        What stands behind the last action.
    weights, likely : mapping of history to Fraction
        How likely the last action is where it can be taken, and the whole history.
    beliefs : mapping of history to str
    """

    title: str
    says: Sequence[str]
    paid: Mapping[History, tuple[str, ...]]
    labels: Mapping[History, str]
    weights: Mapping[History, Fraction] = field(default_factory=dict)
    likely: Mapping[History, Fraction] = field(default_factory=dict)
    beliefs: Mapping[History, str] = field(default_factory=dict)

    def tie(self, history: History) -> Tie:
        """Return the branch to a history."""
        return Tie(
            (key_of(history[:-1]), key_of(history)),
            (history[-1].replace("_", " "),),
            strong=bool(self.weights.get(history)),
            weight=float(self.weights[history]) if history in self.weights else None,
            formula=self.labels.get(history, ""),
        )


def _tree(model: Model, tree: TreeGame, told: _Content) -> Tree:
    _fits(model, tree)
    places, sets = spots(tree), joined(tree)
    rows, levels = len(tree.ends), max(spot.level for spot in places.values())
    nodes = tuple(
        Node(
            key_of(h),
            tuple(_lines(model, tree, h, sets, told.beliefs)),
            (spot.level / levels, (spot.row + 0.5) / rows),
            strong=bool(told.likely.get(h)),
            owner=tree.nodes[h].player if h in tree.nodes else "",
        )
        for h, spot in places.items()
    )
    unsure = {end: c for end in tree.ends if (c := told.likely.get(end)) and c != 1}
    return Tree(
        told.title, nodes, tuple(told.tie(h) for h in places if h), directed=True,
        says=" ".join(told.says), start=ROOT, notes=(BELIEFS,) if told.beliefs else (),
        places={key_of(h): spot for h, spot in places.items()},
        sets=tuple(tuple(map(key_of, group)) for group in sets),
        players={name: line(player.title) for name, player in model.players.items()},
        paid={key_of(end): told.paid[end] for end in tree.ends},
        reached={key_of(end): _chance(chance) for end, chance in unsure.items()},
    )  # fmt: skip


def _lines(
    model: Model,
    tree: TreeGame,
    history: History,
    sets: tuple[tuple[History, ...], ...],
    beliefs: Mapping[History, str],
) -> Iterator[str]:
    """Yield what is written at a node: who moves, knowing what, believing what."""
    node = tree.nodes.get(history)
    if node is None:
        return
    told = line(model.players[node.player].title) if node.player else CHANCE
    if history in beliefs:
        told = f"{told} [{beliefs[history]}]"
    yield told
    if node.knows:
        yield f"knows {node.knows}"
    several = node.player and len(tree.decisions[node.decision].histories) > 1
    if several and not any(history in group for group in sets):
        yield f"'{node.decision}'"


def _sets_said(tree: TreeGame) -> Iterator[str]:
    many = [d for d in tree.decisions.values() if len(d.histories) > 1]
    if many:
        yield SETS
    if len(joined(tree)) < len(many):
        yield APART


def _types_said(model: Model, tree: TreeGame) -> Iterator[str]:
    for own in tree.types.values():
        player = line(model.players[own.player].title)
        yield (
            f"{own.name} is private to {player}, for the others uniform between {own.low} and {own.high}."
        )


# --- what is played, paid and believed, as text -----------------------------------------------------


def _fraction(value: sp.Rational) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _chance(chance: Fraction) -> str:
    """Write a chance with three digits if that is all of it, else as a fraction if that is short."""
    told = number(chance, 3)
    exact = chance.denominator > SHORT or Fraction(told) == chance
    return told if exact else str(chance)


def _share(
    tree: TreeGame, history: History, weight: Fraction, cutoffs: Mapping[str, Cutoff]
) -> str:
    """Return what stands behind an action: its chance, and who takes it where a type decides."""
    node: Move = tree.nodes[history[:-1]]
    told = _chance(weight) if weight not in (0, 1) or not node.player else ""
    cut = cutoffs.get(node.decision)
    if cut is None:
        return told
    sign = "≥" if history[-1] == cut.above else "<"
    return f"{told}, {cut.type} {sign} {number(cut.value)}".removeprefix(", ")


def _pay(model: Model, numbers: ValuedTree, end: History, player: str) -> str:
    """Write what an end pays, a private type left as it is."""
    constant, slope = numbers.payoffs[end][player]
    if not slope:
        return number(constant)
    own = next(t.name for t in tree_of(model).types.values() if t.player == player)
    size = "" if abs(slope) == 1 else f"{number(abs(slope))}*"
    first = f"{number(constant)} " if constant else ""
    sign = "-" if slope < 0 else "+" if first else ""
    return f"{first}{sign}{' ' if first else ''}{size}{own}"


def _beliefs(
    model: Model,
    tree: TreeGame,
    whole: Position,
    play: Mapping[str, Mapping[str, Fraction]],
    equilibrium: Equilibrium,
) -> dict[History, str]:
    """Return what is believed at each node of a set, or between which numbers."""
    spread = [
        max(own) - min(own) for own in zip(*(p.values() for p in whole.pays.values()), strict=True)
    ]
    slack = Fraction(0) if equilibrium.exact else CLOSE * max(spread)
    until = time.monotonic() + SECONDS
    judge = Judge(whole, tree.decisions, list(model.players), slack, until)
    try:
        spans = judge.spans(play)
    except OverdueError:  # then what is known is one belief that supports it
        return {
            history_of(key): f"such as {_chance(_fraction(c))}"
            for held in equilibrium.more.get("beliefs", {}).values()
            for key, c in held.items()
        }
    return {h: _between(*ends) for own in spans.values() for h, ends in own.items()}


def _between(low: Fraction, high: Fraction) -> str:
    if low == high:
        return _chance(low)
    return "any" if low == 0 and high == 1 else f"{_chance(low)} to {_chance(high)}"
