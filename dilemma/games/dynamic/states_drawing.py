"""A game of states as a diagram: states in columns, what leads from one to another as arrows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import sympy as sp

from dilemma.games.drawing import Drawing, Node, Place, Tie, columns
from dilemma.games.dynamic import DynamicGame
from dilemma.games.dynamic.stages import AGREE, OFFER, WAIT
from dilemma.games.dynamic.valued import Doing, ValuedGame, valued
from dilemma.games.equilibrium import Equilibrium
from dilemma.games.play import Cutoff
from dilemma.model import Model
from dilemma.output.result import number

__all__ = ["drawn"]

FEW = 2  # ways from one state to another up to which each is written; of those done, if any is
SAYS = (
    "Bold arrows: what is done; a number is its chance in a period. Filled: where play gets to "
    "from the start (triangle). In the boxes: what each state is worth."
)


@dataclass(frozen=True, slots=True)
class _Move:
    """One way to leave a state: what is done, its chance, and where it leads with which chances."""

    words: str
    done: Fraction
    leads: Mapping[str, Fraction]
    cutoff: str


def drawn(model: Model, values: Mapping[sp.Symbol, sp.Expr], equilibrium: Equilibrium) -> Drawing:
    """Return the states of a game, and what is done there in an equilibrium."""
    game = valued(model, values)
    doing = _doing(game.game, equilibrium)
    moves = {state: list(_moves(game, state, doing, equilibrium)) for state in game.game.states}
    places = _places({s: {t for m in own for t in m.leads} for s, own in moves.items()})
    reached, worth = _visited(game.game.start, moves), game.values(doing)
    nodes = tuple(
        Node(
            state,
            (state.replace("_", " "), *_worths(model, game, worth, state)),
            places[state],
            strong=state in reached,
        )
        for state in game.game.states
    )
    ties = tuple(tie for state, own in moves.items() for tie in _ties(state, own))
    return Drawing(equilibrium.name, nodes, ties, directed=True, says=SAYS, start=game.game.start)


def _doing(game: DynamicGame, equilibrium: Equilibrium) -> Doing:
    found: dict[str, dict[str, dict[str, Fraction]]] = {state: {} for state in game.states}
    for decision, (slot, state) in game.decisions.items():
        mix = {a: sp.Rational(c) for a, c in equilibrium.play[decision].items()}
        found[state][slot] = {a: Fraction(int(c.p), int(c.q)) for a, c in mix.items()}
    return found


def _moves(game: ValuedGame, state: str, doing: Doing, equilibrium: Equilibrium) -> Iterator[_Move]:
    cutoffs: Mapping[str, Cutoff] = equilibrium.more.get("cutoffs", {})
    named = {where: decision for decision, where in game.game.decisions.items()}
    if state in game.offers:
        mix = doing[state][OFFER]
        cut = cutoffs.get(named[OFFER, state])
        leads = {game.offers[state].leads: Fraction(1)}
        yield _Move(AGREE, mix[AGREE], leads, _side(cut, AGREE))
        yield _Move(WAIT, mix[WAIT], game.leads[(state,)], _side(cut, WAIT))
        return
    movers = game.game.states[state]
    for actions in product(*movers.values()):
        chance = Fraction(1)
        for player, action in zip(movers, actions, strict=True):
            chance *= doing[state][player][action]
        cut = cutoffs.get(named[next(iter(movers)), state]) if len(movers) == 1 else None
        side = _side(cut, actions[0]) if actions else ""
        yield _Move(", ".join(actions), chance, game.leads[state, *actions], side)


def _side(cut: Cutoff | None, action: str) -> str:
    if cut is None:
        return ""
    return f" ({cut.type} {'≥' if action == cut.above else '<'} {number(cut.value)})"


def _worths(
    model: Model, game: ValuedGame, worth: Mapping[tuple[str, str], Fraction], state: str
) -> Iterator[str]:
    for name, player in model.players.items():
        value = number(worth[name, state] * game.unit(name))
        alone = len(model.players) == 1
        yield f"{value} {player.unit}".strip() if alone else f"{player.title} {value}"


def _visited(start: str, moves: Mapping[str, Sequence[_Move]]) -> set[str]:
    seen, looking = {start}, [start]
    while looking:
        for move in moves[looking.pop()]:
            for state, chance in move.leads.items():
                if move.done and chance and state not in seen:
                    seen.add(state)
                    looking.append(state)
    return seen


def _ties(state: str, moves: Sequence[_Move]) -> Iterator[Tie]:
    """Yield an arrow to each state that may follow, with what leads there."""
    for following in dict.fromkeys(t for m in moves for t, chance in m.leads.items() if chance):
        own = [m for m in moves if m.leads.get(following)]
        done = [m for m in own if m.done]
        told = done or own
        words = [_words(m, m.leads[following]) for m in told]
        words = words if len(told) <= FEW else [f"{len(told)} ways to act"]
        yield Tie((state, following), tuple(filter(None, words)), strong=bool(done))


def _words(move: _Move, chance: Fraction) -> str:
    share = move.done * chance if move.done else chance
    told = number(share, 3) if share != 1 else ""
    side = move.cutoff if move.done else ""
    return " ".join(filter(None, (move.words, told))) + side


def _places(follows: Mapping[str, set[str]]) -> dict[str, Place]:
    own = columns(follows)
    if len(own) == 1:
        own = [[state] for state in own[0]]
    tallest = max(map(len, own))
    found: dict[str, Place] = {}
    for c, column in enumerate(own):
        x = c / (len(own) - 1) if len(own) > 1 else 0.5
        for r, state in enumerate(column):
            y = (r + (tallest - len(column)) / 2) / (tallest - 1) if tallest > 1 else 0.5
            found[state] = (x, y)
    return found
