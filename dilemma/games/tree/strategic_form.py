"""The strategic form of a game tree, as a game of simultaneous choices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import sympy as sp

from dilemma.calls import of_a_model
from dilemma.errors import UnsupportedError
from dilemma.games.kind import Can
from dilemma.games.tree import TreeGame, tree_of
from dilemma.games.tree.nodes import History
from dilemma.games.tree.plans import Plan, PlansOf, plans_of
from dilemma.model import Model
from dilemma.reading.toml import formula

__all__ = ["MOST_PROFILES", "strategic"]

MOST_PROFILES = 1_000  # of plans
KEPT = ("source", "parameters", "definitions", "groups", "common", "eras", "calibrations")


@of_a_model
def strategic(model: Model) -> Model:
    """Return the reduced strategic form of a game tree: who chooses which plan, all at once.

    A plan says what a player does wherever its own plan leads; its name joins these actions.  Nash
    equilibria are the same; that what is played off the path is credible is lost.

    Parameters
    ----------
    model : Model, str or Path
        Of kind ``tree``; or its name, or a path.

    Returns
    -------
    Model
        Of kind ``matrix``, with the same parameters, definitions and eras, and each payoff as the sum of
        what chance may bring.  Claims, questions and outcomes speak of the tree and are left out.

    Raises
    ------
    UnsupportedError
        If it is no tree, nobody else plays, somebody has a private type on an interval, or there are more than 1,000
        profiles of plans.

    Examples
    --------
    >>> import dilemma
    >>> game = dilemma.Model(
    ...     name="entry",
    ...     title="Entry",
    ...     kind="tree",
    ...     players={"rival": {}, "firm": {}},
    ...     tree={
    ...         "root": {"player": "rival", "actions": ["stay", "enter"]},
    ...         "enter": {"player": "firm", "actions": ["fight", "yield_"]},
    ...     },
    ...     payoffs={
    ...         "stay": {"rival": 0, "firm": 2},
    ...         "enter, fight": {"rival": -1, "firm": -1},
    ...         "enter, yield_": {"rival": 1, "firm": 1},
    ...     },
    ... )
    >>> strategic(game).payoffs["enter", "fight"]
    {'rival': -1, 'firm': -1}

    References
    ----------
    Kuhn 1953, "Extensive games and the problem of information", Annals of Mathematics Studies 28: 193-216.
    """
    model.needs(Can.MOVES, "a strategic form")
    tree = tree_of(model)
    if tree.types:
        raise UnsupportedError(
            f"{model.name}: no strategic form with a private type on an interval "
            f"({', '.join(tree.types)}); chance may draw one of a few types instead"
        )
    if len(model.players) < 2:
        raise UnsupportedError(f"{model.name}: no strategic form of one player alone")
    plans = {p: plans_of(tree.nodes, tree.ends, p) for p in model.players}
    count = math.prod(own.count for own in plans.values())
    if count > MOST_PROFILES:
        sizes = " x ".join(f"{own.count:,}" for own in plans.values())
        raise UnsupportedError(
            f"{model.name}: {sizes} plans; a strategic form is written up to {MOST_PROFILES:,} profiles"
        )
    names = {p: _names(tree, own.plans) for p, own in plans.items()}
    document = {
        "title": f"{model.title}: strategic form",
        "kind": "matrix",
        "reads": f"{model.document.get('reads', '').strip()}\nEach player chooses a plan.".strip(),
        **{key: model.document[key] for key in KEPT if key in model.document},
        "players": {
            p: {
                **{k: v for k, v in _row(model, p).items() if k in ("title", "unit")},
                "actions": names[p],
            }
            for p in model.players
        },
        "payoffs": dict(_payoffs(model, tree, plans, names)),
    }
    return type(model).from_document(document, f"{model.name}, strategic form")


def _row(model: Model, player: str) -> Mapping[str, object]:
    row = model.document["players"][player]
    return row if isinstance(row, Mapping) else {}


def _names(tree: TreeGame, plans: Sequence[Plan]) -> list[str]:
    """Name plans by their actions, in the order of the tree; two that would be called the same are numbered."""
    order = list(tree.decisions)
    found: list[str] = []
    for plan in plans:
        name = "_".join(plan[d] for d in order if d in plan) or "nothing"
        found.append(name if name not in found else f"{name}_{len(found) + 1}")
    return found


def _payoffs(
    model: Model,
    tree: TreeGame,
    plans: Mapping[str, PlansOf],
    names: Mapping[str, Sequence[str]],
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what each profile of plans pays: the sum over the ends that it may lead to."""
    led: dict[tuple[int, ...], list[History]] = {}
    for end in tree.ends:
        for profile in product(*(own.leading[end] for own in plans.values())):
            led.setdefault(profile, []).append(end)
    for profile in product(*(range(own.count) for own in plans.values())):
        key = ", ".join(names[p][k] for p, k in zip(plans, profile, strict=True))
        yield (
            key,
            {
                p: formula(sp.Add(*(_term(model, tree, end, p) for end in led[profile])))
                for p in plans
            },
        )


def _term(model: Model, tree: TreeGame, end: History, player: str) -> sp.Expr:
    """Return what an end contributes: the chances on the way, times what it pays."""
    nodes = [tree.nodes[end[:k]] for k in range(len(end))]
    chances = [node.chances[a] for node, a in zip(nodes, end, strict=True) if not node.player]
    return sp.Mul(*chances, model.payoffs[end][player])
