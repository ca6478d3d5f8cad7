"""The strategic form of a tree, and what it says about the tree: every extreme equilibrium of two players.

pygambit reduces and enumerates by itself, and whether a plan lies between others is asked of a linear programme.
"""

import random
from fractions import Fraction
from itertools import product

import numpy as np
import pygambit
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import dilemma
from dilemma.claims.decide import decide
from dilemma.errors import UnsupportedError
from signalling_games import Brute, beer_and_quiche, drawn, move, sunk_cost, tree

# --- a table written as a tree ------------------------------------------------------------------------


def as_tree(first, second):
    """Return a table as a tree in which the second player does not see what the first did."""
    rows, columns = len(first), len(first[0])
    nodes = {"root": move("one", " ".join(f"r{i}" for i in range(rows)))}
    payoffs = {}
    for i in range(rows):
        nodes[f"r{i}"] = move("two", " ".join(f"c{j}" for j in range(columns)), "two")
        for j in range(columns):
            payoffs[f"r{i}, c{j}"] = str(first[i][j]), str(second[i][j])
    return tree(("one", "two"), nodes, payoffs, {})


def listed(found):
    return {tuple(tuple(map(str, mix.values())) for mix in e.play.values()) for e in found}


SMALL = st.integers(-2, 2)


@settings(deadline=None, max_examples=25)
@given(st.integers(2, 3).flatmap(lambda n: st.tuples(*[st.lists(st.lists(SMALL, min_size=n, max_size=n), min_size=n, max_size=n)] * 2)))  # fmt: skip
def test_a_table_written_as_a_tree_has_the_same_equilibria(payoffs):
    as_one, table = dilemma.solve(as_tree(*payoffs)), dilemma.solve(dilemma.matrix(*payoffs))
    assert as_one.complete
    assert listed(as_one) == listed(table)
    assert len(as_one.sets) == len(table.sets)
    assert sorted(map(len, as_one.components)) == sorted(map(len, table.components))


def test_of_four_by_four_all_ten_are_listed_in_two_components():
    """Ties make sets of equilibria: a search by supports alone misses some of their ends."""
    payoffs = [[[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 2, 2], [0, 0, 2, 0]]] * 2
    found, table = dilemma.solve(as_tree(*payoffs)), dilemma.solve(dilemma.matrix(*payoffs))
    assert listed(found) == listed(table)
    assert (len(found), len(found.components)) == (len(table), len(table.components))


# --- random trees of two players ----------------------------------------------------------------------


def random_tree(rng):
    """Return a tree with chance, hidden moves and a second move of the first player."""
    nodes = {"root": {"chance": {"x": "1/3", "y": "2/3"}}}
    payoffs, hides, late = {}, rng.random() < 0.5, rng.random()
    number = lambda: (str(rng.randint(-4, 4)), str(rng.randint(-4, 4)))  # noqa: E731
    for kind, first in product("xy", ("left", "right")):
        nodes[kind] = move("one", "left right")
        nodes[f"{kind}, {first}"] = move("two", "up down", "two" if hides else f"after {first}")
        for second in ("up", "down"):
            here = f"{kind}, {first}, {second}"
            if rng.random() < late / 2:
                nodes[here] = move("one", "stay go")
                payoffs |= {f"{here}, stay": number(), f"{here}, go": number()}
            else:
                payoffs[here] = number()
    return tree(("one", "two"), nodes, payoffs, {})


def of_gambit(model):
    """Return the extreme equilibria that pygambit finds of the reduced strategic form, as behaviour."""
    game = dilemma.to_pygambit(model)
    for found in pygambit.nash.enummixed_solve(game, rational=True).equilibria:
        behaviour = found.as_behavior()
        yield {
            name: {a: behaviour[pygambit.H.path(*d.histories[0])][a] for a in d.actions}
            for name, d in model.game.decisions.items()
        }


def everywhere(model, play):
    """Tell whether a play may lead to every information set."""
    seen, waiting = set(), [()]
    while waiting:
        history = waiting.pop()
        node = model.game.nodes.get(history)
        if node is None:
            continue
        if node.player:
            seen.add(node.decision)
        waiting += [
            (*history, a) for a in node.actions if not node.player or play[node.decision][a]
        ]
    return seen == set(model.game.decisions)


@pytest.mark.parametrize("seed", range(1, 25))
def test_no_extreme_equilibrium_that_leads_everywhere_is_missed(seed):
    model = random_tree(random.Random(seed))
    found = dilemma.solve(model)
    known = listed(found)
    for play in of_gambit(model):
        if any(chance is None for mix in play.values() for chance in mix.values()):
            continue  # not even its player is ever asked
        told = {
            d: {a: Fraction(int(c.numerator), int(c.denominator)) for a, c in mix.items()}
            for d, mix in play.items()
        }
        if everywhere(model, told):
            key = tuple(tuple(str(sp.Rational(c)) for c in mix.values()) for mix in told.values())
            assert key in known or between(key, known), key


def between(key, known):
    """Tell whether a play mixes others in which each player has one set that differs."""
    points = np.array([[float(Fraction(c)) for mix in one for c in mix] for one in known]).T
    wanted = np.array([float(Fraction(c)) for mix in key for c in mix])
    found = linprog(
        np.zeros(points.shape[1]), A_eq=np.vstack([points, np.ones(points.shape[1])]),
        b_eq=[*wanted, 1], bounds=(0, None),
    )  # fmt: skip
    return found.status == 0


@pytest.mark.parametrize("seed", [0, 1, 4, 5, 6, 10, 14, 15, 18, 24])
def test_complete_means_that_the_definition_finds_no_others(seed):
    model = random_tree(random.Random(seed))
    found = dilemma.solve(model)
    supports = {e.branch for e in found}
    every = Brute(model, model.values(model.calibration())).supports()
    assert supports <= every
    if found.complete and not found.continua:
        assert supports == every
    assert found.complete or "nothing certifies" in found.reason


def guess(chances, rights):
    """One guesses what chance did, which it does not see; the other never moves."""
    nodes, payoffs = {"root": {"chance": dict(zip("abc", chances, strict=False))}}, {}
    for kind in nodes["root"]["chance"]:
        nodes[kind] = move("one", "says_a says_b", "guess")
        for said in "ab":
            payoffs[f"{kind}, says_{said}"] = rights[said] if said == kind else "0", "0"
    return tree(("one", "two"), nodes, payoffs, {})


@pytest.mark.parametrize(
    ("chances", "plays"), [(("1/3", "2/3"), {"says_b"}), (("1/2", "1/2"), {"says_a", "says_b"})]
)
def test_chance_is_no_second_player(chances, plays):
    """One set of equilibria, a mix of both guesses where these are as good."""
    found = dilemma.solve(guess(chances, {"a": "1", "b": "1"}))
    assert found.complete
    assert {e.branch for e in found} == plays
    assert len(found.sets) == 1


def test_what_only_chance_that_never_comes_leads_to_is_not_complete():
    """Any guess is best for some beliefs there, any mix of both too; equal ones speak for one."""
    nodes = {"root": {"chance": {"c": "1", "a": "0", "b": "0"}}}
    payoffs = {"c": ("0", "0")}
    for kind, said in product("ab", repeat=2):
        nodes[kind] = move("one", "says_a says_b", "guess")
        payoffs[f"{kind}, says_{said}"] = {"aa": "3", "bb": "1"}.get(kind + said, "0"), "0"
    model = tree(("one", "two"), nodes, payoffs, {})
    found = dilemma.solve(model)
    every = Brute(model, model.values(model.calibration())).supports()
    assert {e.branch for e in found} < every
    assert not found.complete


def test_what_chance_never_does_is_left_to_a_second_search():
    """Types of which one never comes: what it would do, and what is done next, are solved apart."""
    rng, nodes, payoffs = (
        random.Random(2),
        {"root": {"chance": {"a": "1/2", "b": "1/2", "c": "0"}}},
        {},
    )
    for kind, message in product("abc", "xy"):
        nodes[kind] = move("one", "x y")
        nodes[f"{kind}, {message}"] = move("two", "u d", message)
        for reply in "ud":
            payoffs[f"{kind}, {message}, {reply}"] = (
                str(rng.randint(-3, 3)),
                str(rng.randint(-3, 3)),
            )
    model = tree(("one", "two"), nodes, payoffs, {})
    every = Brute(model, model.values(model.calibration())).supports()
    found = dilemma.solve(model)
    assert {e.branch for e in found} <= every
    assert not found.complete


# --- the form itself ----------------------------------------------------------------------------------


@pytest.mark.parametrize("game", [beer_and_quiche, sunk_cost])
def test_plans_pay_what_the_tree_pays(game):
    """Followed through the tree, move by move, at random calibrations."""
    model, rng = game(), random.Random(1)
    form = model.strategic()
    values = model.values(drawn(model, rng))
    players = list(form.players)
    for profile in list(form.payoffs)[::5]:
        plans = dict(zip(players, profile, strict=True))
        told = {p: plan.split("_") for p, plan in plans.items()}
        assert form.payoffs[profile].keys() == model.players.keys()
        expected = {p: followed(model, values, told, (), p) for p in players}
        for p in players:
            assert form.expand(form.payoffs[profile][p]).xreplace(values) == expected[p]


def followed(model, values, plans, history, player):
    """Return what plans pay; a plan's actions stand in the order of its player's sets that it leads to."""
    node = model.game.nodes.get(history)
    if node is None:
        return model.expand(model.payoffs[history][player]).xreplace(values)
    if not node.player:
        return sum(
            model.expand(chance).xreplace(values)
            * followed(model, values, plans, (*history, a), player)
            for a, chance in node.chances.items()
        )
    own = [
        d for d in model.game.decisions.values()
        if d.player == node.player and leads(model, plans[node.player], d)
    ]  # fmt: skip
    action = plans[node.player][[d.name for d in own].index(node.decision)]
    return followed(model, values, plans, (*history, action), player)


def leads(model, plan, decision):
    """Tell whether a plan, read from its first set on, does not exclude a set of its player."""
    chosen, left = {}, list(plan)
    for d in model.game.decisions.values():
        if d.player != decision.player:
            continue
        own = [
            (model.game.nodes[d.histories[0][:k]].decision, d.histories[0][k])
            for k in range(len(d.histories[0]))
            if model.game.nodes[d.histories[0][:k]].player == d.player
        ]
        reached = all(chosen.get(name) == action for name, action in own)
        if d.name == decision.name:
            return reached
        if reached:
            chosen[d.name] = left.pop(0)
    raise AssertionError(decision)


def test_claims_about_plans_are_decided():
    """Pooling on beer, a fight after quiche: an equilibrium iff the weak are few enough, or as likely."""
    form = beer_and_quiche().strategic()
    claim = form.make_claim(
        "(equilibrium(beer_beer, no_duel) or p*w + p < 1)"
        " and (not equilibrium(beer_beer, no_duel) or p*w + p >= 1)",
        over="all",
    )
    (verdict,) = decide(form, claim, seconds=60)
    assert verdict.status == "proved", verdict.reason


def test_a_tree_is_converted_into_a_strategic_file(tmp_path, typed):
    model = beer_and_quiche().replace(eras={"then": {"p": 0.9, "b": 1, "x": 1, "w": 1}})
    source, target = tmp_path / "game.efg", tmp_path / "game.nfg"
    (tmp_path / "game.toml").write_text(model.to_toml())
    assert typed("convert", tmp_path / "game.toml", source).code == 0
    assert typed("convert", source, target).code == 0
    table, as_read = dilemma.load(target), pygambit.read_nfg(target)
    assert table.players["sender"].actions[0] == "beer_beer"
    gambits = pygambit.nash.enummixed_solve(as_read, rational=True).equilibria
    assert len(dilemma.solve(table)) == len(gambits)


def test_what_has_too_many_plans_is_refused():
    nodes, payoffs = {"root": {"chance": {f"k{k}": "1/10" for k in range(10)}}}, {}
    for k in range(10):
        nodes[f"k{k}"] = move("one", "a b")
        payoffs |= {f"k{k}, a": ("0", "0"), f"k{k}, b": ("1", "0")}
    with pytest.raises(UnsupportedError, match="1,024 x 1 plans"):
        tree(("one", "two"), nodes, payoffs, {}).strategic()
    alone = tree(("one",), nodes, {key: cell[:1] for key, cell in payoffs.items()}, {})
    with pytest.raises(UnsupportedError, match="one player alone"):
        alone.strategic()
    with pytest.raises(UnsupportedError, match="private type on an interval"):
        dilemma.load("triangle").strategic()
