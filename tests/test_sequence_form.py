"""Every extreme equilibrium of a tree of two players, in the sequence form: compared with the definition.

A pair of plans is extreme iff each is a vertex of what its player may plan and the other be worth at its
best: so many constraints hold with equality that they leave no freedom.  The brute force tries every
choice of so many constraints.
"""

import math
import random
import time
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pygambit
import pytest
from scipy.optimize import linprog

import dilemma
from dilemma.games.tree import sequence_form
from dilemma.games.tree.credible import Judge
from dilemma.games.tree.deviations import Position, valued
from dilemma.games.tree.sequence_form import extremes
from signalling_games import move, tree

# --- signalling, from the definition ------------------------------------------------------------------

TYPES, MESSAGES, REPLIES = "st", "abc", "uvw"


def signalling(seed, lowest, highest):
    """Return what each type, message and reply pays the two."""
    rng = random.Random(seed)
    ends = product(TYPES, MESSAGES, REPLIES)
    return {end: (rng.randint(lowest, highest), rng.randint(lowest, highest)) for end in ends}


def as_tree(pays):
    nodes = {"root": {"chance": {"s": "1/3", "t": "2/3"}}}
    for kind, message in product(TYPES, MESSAGES):
        nodes[kind] = move("sender", " ".join(MESSAGES))
        nodes[f"{kind}, {message}"] = move("receiver", " ".join(REPLIES), f"saw {message}")
    payoffs = {", ".join(end): [str(v) for v in paid] for end, paid in pays.items()}
    return tree(("sender", "receiver"), nodes, payoffs, {})


def vertices(equations, inequalities, size):
    """Yield the points at which so many lines a z >= b are equations that only one point is left."""
    count = size - len(equations)
    chosen = np.array(list(combinations(range(len(inequalities)), count)))
    lines = np.array([[*own, bound] for own, bound in [*equations, *inequalities]], dtype=float)
    fixed = np.broadcast_to(np.arange(len(equations)), (len(chosen), len(equations)))
    systems = lines[np.concatenate([fixed, chosen + len(equations)], axis=1)]
    regular = abs(np.linalg.det(systems[:, :, :-1])) > 0.5  # whole numbers have whole determinants
    systems = systems[regular]
    points = np.linalg.solve(systems[:, :, :-1], systems[:, :, -1:])[:, :, 0]
    slack = np.einsum("kj,ij->ki", points, lines[:, :-1]) - lines[:, -1]
    exact = {
        tuple(Fraction(float(v)).limit_denominator(100_000) for v in point)
        for point in points[slack.min(axis=1) > -1e-9]
    }
    for point in exact:
        gaps = [
            sum(map(math.prod, zip(own, point, strict=True))) - bound for own, bound in inequalities
        ]
        assert min(gaps) >= 0
        for own, bound in equations:
            assert sum(map(math.prod, zip(own, point, strict=True))) == bound
        yield point, [gap == 0 for gap in gaps]


def brute_force(pays):
    """Return all extreme equilibria: how likely each type sends what, and what is replied to it."""
    sent, replies = list(product(TYPES, MESSAGES)), list(product(MESSAGES, REPLIES))
    weights = {"s": 1, "t": 2}

    def unit(k, size, sign=1):
        return [sign * (k == j) for j in range(size)]

    # The sender's chances, then what each message is worth to the receiver.
    equations = [([*(own == k for own, _ in sent), 0, 0, 0], 1) for k in TYPES]
    held = [(unit(k, 9), 0) for k in range(6)]
    for message, reply in replies:
        paid = [(m == message) * -weights[k] * pays[k, m, reply][1] for k, m in sent]
        held.append(([*paid, *(m == message for m in MESSAGES)], 0))
    plans = list(vertices(equations, held, 9))
    # The receiver's chances, then what each type is worth to the sender.
    equations = [([*(m == message for m, _ in replies), 0, 0], 1) for message in MESSAGES]
    held = [(unit(k, 11), 0) for k in range(9)]
    for kind, message in sent:
        paid = [(m == message) * -weights[kind] * pays[kind, m, reply][0] for m, reply in replies]
        held.append(([*paid, *(k == kind for k in TYPES)], 0))
    answers = list(vertices(equations, held, 11))
    return {
        (x[:6], y[:9])
        for (x, at_x), (y, at_y) in product(plans, answers)
        if all(map(max, zip(at_x[:6] + at_x[6:], at_y[9:] + at_y[:9], strict=True)))
    }


def position_of(model):
    numbers = valued(model, model.game, {})
    pays = {e: {p: pay[0] for p, pay in cell.items()} for e, cell in numbers.payoffs.items()}
    return Position((), model.game.nodes, numbers.chances, pays)


@pytest.mark.parametrize(
    ("seed", "lowest", "highest"),
    [*((seed, -9, 9) for seed in range(6)), *((seed, 0, 2) for seed in range(6))],
)
def test_signalling_with_three_messages_and_replies_has_the_extreme_equilibria_of_the_definition(
    seed, lowest, highest
):
    pays = signalling(seed, lowest, highest)
    found = extremes(position_of(as_tree(pays)), math.inf)
    assert found.exact.complete
    listed = set()
    for (play,) in found.plays:  # each moves once, so that no plan excludes a set of its own
        sent = tuple(play[f"sender after {k}"][m] for k, m in product(TYPES, MESSAGES))
        listed.add((sent, tuple(play[f"saw {m}"][r] for m, r in product(MESSAGES, REPLIES))))
    assert len(listed) == len(found.plays)
    assert listed == brute_force(pays)


def test_all_that_is_credible_in_signalling_is_listed():
    """Nine plans by twenty-seven: what some beliefs support of all extreme equilibria is in the answer."""
    model = as_tree(signalling(3, -9, 9))
    position, players = position_of(model), list(model.players)
    judge = Judge(position, model.game.decisions, players)
    plays = [play for (play,) in extremes(position, math.inf).plays]
    credible = [play for play in plays if judge.assess(play).rational]
    listed = [e.play for e in dilemma.solve(model, seconds=60)]
    assert credible
    assert all(play in listed for play in credible)


# --- any tree of two players ---------------------------------------------------------------------------


def random_tree(seed):
    """Return a tree in which the first player moves twice, and may not know what was done between."""
    rng = random.Random(seed)
    number = lambda: [str(rng.randint(0, 3)) for _ in "ab"]  # noqa: E731
    nodes, payoffs = {"root": {"chance": {"x": "1/3", "y": "2/3"}}}, {}
    sees, knows, tells = (rng.random() < 0.5 for _ in range(3))
    for kind in "xy":
        nodes[kind] = move("a", "l r", "" if sees else "a")
        for first in "lr":
            nodes[f"{kind}, {first}"] = move("b", "u d", f"b {first if knows else ''}")
            for second in "ud":
                here = f"{kind}, {first}, {second}"
                if rng.random() < 0.5 or first == "l":
                    payoffs[here] = number()
                    continue
                own = f"{kind if sees else ''}{first}{second if tells else ''}"
                nodes[here] = move("a", "s g", f"again {own}")
                payoffs |= {f"{here}, s": number(), f"{here}, g": number()}
    return tree(("a", "b"), nodes, payoffs, {})


def plans(model, play):
    """Return how likely each action of each player is, as far as that is its own doing."""
    nodes = model.game.nodes
    found = {"a": [], "b": []}
    for name, decision in model.game.decisions.items():
        history = decision.histories[0]
        own = [
            play[nodes[history[:k]].decision][history[k]]
            for k in range(len(history))
            if nodes[history[:k]].player == decision.player
        ]
        likely = math.prod(own, start=Fraction(1)) if None not in own else Fraction(0)
        found[decision.player] += [likely * (play[name][a] or 0) for a in decision.actions]
    return tuple(map(tuple, found.values()))


def of_gambit(model):
    """Return the plans of the extreme equilibria that pygambit finds of the reduced strategic form."""
    game = dilemma.to_pygambit(model)
    for found in pygambit.nash.enummixed_solve(game, rational=True).equilibria:
        behaviour = found.as_behavior()
        play = {}
        for name, d in model.game.decisions.items():
            mix = behaviour[pygambit.H.path(*d.histories[0])]
            play[name] = {
                a: None
                if mix[a] is None
                else Fraction(int(mix[a].numerator), int(mix[a].denominator))
                for a in d.actions
            }
        yield plans(model, play)


def mixes(point, others):
    """Tell whether a plan is a mixture of others."""
    table = np.array([[*map(float, one), 1.0] for one in others]).T
    right = np.array([*map(float, point), 1.0])
    return linprog(np.zeros(len(others)), A_eq=table, b_eq=right).status == 0


@pytest.mark.parametrize("seed", range(24))
def test_the_equilibria_of_a_tree_are_those_that_pygambit_finds_in_its_table_of_plans(seed):
    """Each extreme one is one of the table, and those of the table mix extreme ones of one Nash subset."""
    model = random_tree(seed)
    found = extremes(position_of(model), math.inf)
    assert found.exact.complete
    listed = [plans(model, plays[0]) for plays in found.plays]
    theirs = set(of_gambit(model))
    assert set(listed) <= theirs
    for pair in theirs:
        assert any(
            all(mixes(pair[who], [listed[k][who] for k in subset]) for who in (0, 1))
            for subset in found.exact.subsets
        )


# --- many plans -----------------------------------------------------------------------------------------


def test_a_million_pairs_of_plans_are_no_obstacle_where_one_takes_from_the_other():
    """Matching pennies on each of ten cards that both see: 1,024 x 1,024 plans, one equilibrium."""
    nodes = {"root": {"chance": {f"k{k}": "1/10" for k in range(10)}}}
    payoffs = {}
    for k, (first, second) in product(range(10), product("lr", repeat=2)):
        nodes[f"k{k}"] = move("a", "l r")
        nodes[f"k{k}, {first}"] = move("b", "l r", f"b {k}")
        payoffs[f"k{k}, {first}, {second}"] = ["1", "-1"] if first == second else ["-1", "1"]
    found = extremes(position_of(tree(("a", "b"), nodes, payoffs, {})), math.inf)
    assert found.whole
    ((play,),) = found.plays
    assert {chance for mix in play.values() for chance in mix.values()} == {Fraction(1, 2)}


def test_past_a_budget_of_bases_some_may_lack_and_it_says_so(monkeypatch):
    position = position_of(as_tree(signalling(0, -9, 9)))
    whole = extremes(position, math.inf)
    monkeypatch.setattr(sequence_form, "MOST_BASES", 5)
    part = extremes(position, math.inf)
    assert not part.exact.complete
    assert not part.whole
    assert part.exact.reason == "stopped at 5 bases"
    assert set(part.exact.profiles) < set(whole.exact.profiles)


def test_past_a_budget_of_time_it_says_so():
    part = extremes(position_of(as_tree(signalling(0, -9, 9))), time.monotonic() - 1)
    assert part.exact.reason == "ran out of seconds"
    assert not part.whole
