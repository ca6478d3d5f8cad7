"""Branches of trees in which somebody does not know what has happened, against the definition.

The brute force knows the tree alone.  At a calibration it asks z3 for behaviour and beliefs that satisfy
the definition (Bayes' rule within each subgame, a player's own moves telling it nothing; no plan from
any set on is better), notes the supports, forbids them, and asks again until there are no more.
"""

import random
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
import sympy as sp
import z3
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import dilemma
from dilemma.claims.decide import decide
from dilemma.deciders.question import Question
from dilemma.errors import UnsupportedError
from dilemma.games.tree import hidden
from dilemma.games.tree.deviations import valued

# --- games ----------------------------------------------------------------------------------------


def number(name, low, high, open_="both"):
    row = {"range": [low, high], "unit": "1", "means": name}
    return {name: {**row, "open": open_} if open_ else row}


def positive(*names):
    return {name: row for own in names for name, row in number(own, 0, "inf").items()}


def move(player, actions, information=""):
    told = {"player": player, "actions": actions.split()}
    return {**told, "information": information} if information else told


def tree(players, nodes, payoffs, parameters, **definitions):
    return dilemma.Model(
        name="game", title="Game", kind="tree", players={p: {} for p in players}, tree=nodes,
        payoffs={k: dict(zip(players, v, strict=True)) for k, v in payoffs.items()},
        parameters=parameters,
        definitions={n: {"is": f, "unit": "1", "means": n} for n, f in definitions.items()} or None,
    )  # fmt: skip


def signalling(types, messages, replies, pays, parameters, *, ends=False, **definitions):
    """Return a game in which a sender of two types sends a message, and a receiver replies."""
    first, second = types
    nodes = {"root": {"chance": {first: "p", second: "1 - p"}}}
    payoffs = {}
    for kind in types:
        nodes[kind] = move("sender", " ".join(messages))
        for message in messages:
            nodes[f"{kind}, {message}"] = move("receiver", " ".join(replies), f"after {message}")
            for reply in replies:
                payoffs[f"{kind}, {message}, {reply}"] = pays(kind, message, reply)
    prior = number("p", 0, 1, "" if ends else "both")
    players = ("sender", "receiver")
    return tree(players, nodes, payoffs, {**prior, **parameters}, **definitions)


def beer_and_quiche(*, ends=False):
    """Cho and Kreps 1987: a breakfast b dislikes, a duel that costs d > b, and w to lose against the strong."""

    def pays(kind, breakfast, reply):
        dislike = "0" if (kind == "strong") == (breakfast == "beer") else "-b"
        if reply == "no":
            return dislike, "0"
        return f"{dislike} - d", "1" if kind == "weak" else "-w"

    kinds, meals = ("strong", "weak"), ("beer", "quiche")
    own = positive("b", "x", "w")
    return signalling(kinds, meals, ("duel", "no"), pays, own, ends=ends, d="b + x")


def school(*, ends=False):
    """Spence 1973: school costs the able less; a good post pays W, gains g by the able, loses l else."""

    def pays(kind, message, reply):
        cost = {"none": "0", "school": "cH" if kind == "high" else "cL"}[message]
        if reply == "plain":
            return f"-{cost}", "0"
        return f"W - {cost}", "g" if kind == "high" else "-l"

    kinds, messages = ("high", "low"), ("school", "none")
    own = positive("W", "cH", "x", "g", "l")
    return signalling(kinds, messages, ("good", "plain"), pays, own, ends=ends, cL="cH + x")


def sunk_cost(*, ends=False):
    """Fearon 1997, two types: a signal costs k always; who is pushed fights, or quits."""
    nodes = {"root": {"chance": {"res": "p", "irr": "1 - p"}}}
    payoffs = {}
    for kind, worth in (("res", "1"), ("irr", "v")):
        nodes[kind] = move("sender", "signal silent")
        for message, cost in (("signal", "k"), ("silent", "0")):
            here = f"{kind}, {message}"
            nodes[here] = move("receiver", "push back", f"after {message}")
            nodes[f"{here}, push"] = move("sender", "fight quit")
            payoffs[f"{here}, back"] = f"{worth} - {cost}", "0"
            payoffs[f"{here}, push, fight"] = f"{worth} - c - {cost}", "-w"
            payoffs[f"{here}, push, quit"] = f"-{cost}", "1"
    own = {**number("v", 0, 1), **number("y", 0, 1), **number("k", 0, 2), **number("w", 0, 5)}
    prior = number("p", 0, 1, "" if ends else "both")
    return tree(("sender", "receiver"), nodes, payoffs, {**prior, **own}, c="v + (1 - v)*y")


def entry():
    """An entrant who knows demand, an incumbent who does not, and an entrant who leaves or stays."""
    nodes = {"root": {"chance": {"hi": "p", "lo": "1 - p"}}}
    payoffs = {}
    for kind, worth in (("hi", "a"), ("lo", "b")):
        nodes[kind] = move("entrant", "out enter")
        nodes[f"{kind}, enter"] = move("incumbent", "fight concede", "entered")
        nodes[f"{kind}, enter, fight"] = move("entrant", "stay leave")
        payoffs[f"{kind}, out"] = "0", "2"
        payoffs[f"{kind}, enter, concede"] = worth, "1"
        payoffs[f"{kind}, enter, fight, stay"] = f"{worth} - c", "1 - f"
        payoffs[f"{kind}, enter, fight, leave"] = "-s", "2 - f"
    own = {**number("p", 0, 1), **positive("b", "x", "c", "f", "s")}
    return tree(("entrant", "incumbent"), nodes, payoffs, own, a="b + x")


def within():
    """An outsider lets two others meet, who choose at once: a subgame off the path of who stays out."""
    nodes = {
        "root": move("first", "out enter"),
        "enter": move("second", "left right"),
        "enter, left": move("third", "up down", "third"),
        "enter, right": move("third", "up down", "third"),
    }
    payoffs = {"out": ("a", "0", "0")}
    for one, other in product(("left", "right"), ("up", "down")):
        same = (one, other) in (("left", "up"), ("right", "down"))
        payoffs[f"enter, {one}, {other}"] = (
            ("1", "b" if one == "left" else "1", "1" if one == "left" else "c")
            if same
            else ("0", "0", "0")
        )
    return tree(("first", "second", "third"), nodes, payoffs, positive("a", "b", "c"))


def learns_nothing_by_itself():
    """Who goes in and then guesses believes what it believed: a mistake of its own tells nothing."""
    nodes = {"root": {"chance": {"red": "p", "black": "1 - p"}}}
    payoffs = {}
    for colour in ("red", "black"):
        nodes[colour] = move("one", "out enter", "first")
        nodes[f"{colour}, enter"] = move("one", "red black", "guess")
        payoffs[f"{colour}, out"] = "o", "0"
        for guess in ("red", "black"):
            payoffs[f"{colour}, enter, {guess}"] = "1" if guess == colour else "0", "0"
    return tree(("one", "two"), nodes, payoffs, {**number("p", 0, 1), **number("o", 0, 1)})


# --- brute force ----------------------------------------------------------------------------------


class Brute:
    """The equilibria's supports at one calibration, from the definition."""

    def __init__(self, model, values):
        self.tree = model.game
        self.numbers = valued(model, self.tree, values)
        self.play = {
            (name, action): z3.Real(f"{name} {action}")
            for name, decision in self.tree.decisions.items()
            for action in decision.actions
        }
        self.belief = {
            (name, history): z3.Real(f"{name} {history}")
            for name, decision in self.tree.decisions.items()
            for history in decision.histories
        }

    def step(self, history, action, plan):
        node = self.tree.nodes[history]
        if node.player:
            if (node.decision, action) in plan:
                return plan[node.decision, action]
            return self.play[node.decision, action]
        return z3.RealVal(str(self.numbers.chances[history][action]))

    def way(self, history, begin, without=""):
        """Return how likely a history is from another one on, but for one player's own moves."""
        steps = [
            self.step(history[:k], history[k], {})
            for k in range(len(begin), len(history))
            if self.tree.nodes[history[:k]].player != without or not without
        ]
        return z3.Product([z3.RealVal(1), *steps])

    def pays(self, player, history, plan):
        node = self.tree.nodes.get(history)
        if node is None:
            return z3.RealVal(str(self.numbers.payoffs[history][player][0]))
        return z3.Sum(
            [
                self.step(history, action, plan) * self.pays(player, (*history, action), plan)
                for action in node.actions
            ]
        )

    def begins(self, root):
        """Tell whether a subgame begins at a history."""
        sets = [d.histories for d in self.tree.decisions.values()]
        inside = [{h[: len(root)] == root for h in own} for own in sets]
        return all(len(told) == 1 for told in inside) and not any(
            root in own and len(own) > 1 for own in sets
        )

    def root(self, decision):
        roots = [h for h in self.tree.nodes if self.begins(h)]
        return max((r for r in roots if all(h[: len(r)] == r for h in decision.histories)), key=len)

    def stated(self):
        for name, decision in self.tree.decisions.items():
            mix = [self.play[name, a] for a in decision.actions]
            held = [self.belief[name, h] for h in decision.histories]
            for shares in (mix, held):
                yield z3.Sum(shares) == 1
                yield from (share >= 0 for share in shares)
            root = self.root(decision)
            ways = {h: self.way(h, root, decision.player) for h in decision.histories}
            total = z3.Sum(list(ways.values()))
            for history in decision.histories:  # holds of itself where the total is nought
                yield self.belief[name, history] * total == ways[history]
            yield from self.takes_over(name, decision, root)
            own = {
                n: d.actions
                for n, d in self.tree.decisions.items()
                if d.player == decision.player
                and any(h[: len(b)] == b for h in d.histories for b in decision.histories)
            }
            now = self.expected(name, decision, {})
            for choice in product(*own.values()):
                plan = {
                    (n, a): z3.RealVal(int(a == done))
                    for n, done in zip(own, choice, strict=True)
                    for a in own[n]
                }
                yield now >= self.expected(name, decision, plan)

    def takes_over(self, name, decision, root):
        """State that what was believed at one's last set is believed still, where others can lead here."""
        last = {}
        for history in decision.histories:
            own = [
                k
                for k in range(len(root), len(history))
                if self.tree.nodes[history[:k]].player == decision.player
            ]
            if not own:
                return
            before = history[: own[-1]]
            last[history] = before, self.tree.nodes[before].decision
        ways = {
            h: self.belief[set_, before] * self.way(h, before, decision.player)
            for h, (before, set_) in last.items()
        }
        total = z3.Sum(list(ways.values()))
        for history, likely in ways.items():
            yield self.belief[name, history] * total == likely

    def expected(self, name, decision, plan):
        return z3.Sum(
            [self.belief[name, h] * self.pays(decision.player, h, plan) for h in decision.histories]
        )

    def supports(self):
        solver = z3.SolverFor("QF_NRA")
        solver.add(*self.stated())
        found = set()
        while solver.check() == z3.sat:
            model = solver.model()
            signs = {
                key: z3.is_true(model.eval(share > 0, model_completion=True))
                for key, share in self.play.items()
            }
            found.add(
                ", ".join(
                    "/".join(a for a in d.actions if signs[name, a])
                    for name, d in self.tree.decisions.items()
                )
            )
            solver.add(z3.Or([(self.play[k] > 0) != z3.BoolVal(sign) for k, sign in signs.items()]))
        assert solver.check() == z3.unsat
        return found


def held(branches, values):
    """Return the names of the branches that are equilibria at a calibration, but for what never is."""
    found = set()
    for branch in branches:
        question = Question(lambda _: ())
        question.add(*(c.xreplace(values) for c in branch.conditions))
        question.add(*(sp.Eq(e.xreplace(values), 0) for e in branch.equations))
        if question.ask().status == "sat":
            found.add(branch.name.partition(";")[0])
    return found


def drawn(model, rng):
    """Draw a calibration with few digits, so that there are ties."""
    found = {}
    for name, parameter in model.parameters.items():
        low, high = parameter.range.low, parameter.range.high
        high = high if high.is_finite else sp.Integer(3)
        choices = [low + (high - low) * Fraction(k, 6) for k in range(7)]
        found[name] = rng.choice([c for c in choices if c in parameter.range])
    return model.calibration(found)


GAMES = {
    "beer": (beer_and_quiche(), 9),
    "beer, ends": (beer_and_quiche(ends=True), 18),
    "school": (school(), 18),
    "sunk cost": (sunk_cost(), 18),
    "entry": (entry(), None),
    "within": (within(), None),
    "itself": (learns_nothing_by_itself(), None),
}


@pytest.mark.parametrize("name", GAMES)
def test_branches_are_what_the_definition_finds(name):
    model, count = GAMES[name]
    every = hidden.branches(model)
    assert len({b.name for b in every}) == len(every)
    assert count in (None, len(every))
    rng = random.Random(name)
    for _ in range(8):
        values = model.values(drawn(model, rng))
        assert held(every, values) == Brute(model, values).supports()


@pytest.mark.slow
@pytest.mark.parametrize("name", GAMES)
def test_they_are_at_many_calibrations(name):
    model, _ = GAMES[name]
    every, rng = hidden.branches(model), random.Random(1)
    for _ in range(60):
        values = model.values(drawn(model, rng))
        assert held(every, values) == Brute(model, values).supports()


# --- beliefs eliminated -----------------------------------------------------------------------------

INTEGERS = st.integers(-3, 3)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(INTEGERS, min_size=3, max_size=3), min_size=1, max_size=4))
def test_some_beliefs_make_all_of_it_true_where_the_formula_says(rows):
    """Of three histories: a linear programme decides the same."""
    names = [("one",), ("two",), ("three",)]
    beliefs = hidden._shares("belief", names)
    letters = sp.symbols("a:12", real=True)
    grid = [letters[3 * k : 3 * k + 3] for k in range(len(rows))]
    linear = [
        sp.expand(sum(c * beliefs[n] for c, n in zip(row, names, strict=True))) for row in grid
    ]
    (formula,), left = hidden._without(beliefs, linear)
    assert left == []
    values = {s: sp.Integer(v) for row, own in zip(grid, rows, strict=True) for s, v in zip(row, own, strict=True)}  # fmt: skip
    found = linprog(
        [0, 0, 0], A_ub=-np.array(rows, float), b_ub=np.zeros(len(rows)), A_eq=[[1, 1, 1]],
        b_eq=[1], bounds=(0, 1),
    )  # fmt: skip
    assert bool(formula.xreplace(values)) == (found.status == 0)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(INTEGERS, INTEGERS, st.booleans()), max_size=4))
def test_some_chance_is_free_where_the_formula_says(lines):
    """Between 0 and 1, both left out: all ends of the lines, and what lies between them, are tried."""
    letters = sp.symbols("s:4 c:4", real=True)
    kinds = {True: sp.StrictGreaterThan, False: sp.GreaterThan}
    told = [(letters[k], letters[4 + k], kinds[strict]) for k, (_, _, strict) in enumerate(lines)]
    inside = [
        (sp.S.One, sp.S.Zero, sp.StrictGreaterThan),
        (-sp.S.One, sp.S.One, sp.StrictGreaterThan),
    ]
    values = {letters[k]: sp.Integer(slope) for k, (slope, _, _) in enumerate(lines)}
    values |= {letters[4 + k]: sp.Integer(constant) for k, (_, constant, _) in enumerate(lines)}
    ends = sorted({Fraction(-c, s) for s, c, _ in lines if s} | {Fraction(0), Fraction(1)})
    tried = [*ends, *((a + b) / 2 for a, b in pairwise(ends))]
    some = any(
        0 < x < 1 and all(s * x + c > 0 if strict else s * x + c >= 0 for s, c, strict in lines)
        for x in tried
    )
    assert bool(hidden._some([*told, *inside]).xreplace(values)) == some


# --- what is asked of them ----------------------------------------------------------------------------


def with_chances(model, **chances):
    """Return a model with outcomes: the chance of an action after a history."""
    outcomes = {
        name: {"is": f"probability({action}, after='{after}')", "unit": "1", "means": name}
        for name, (action, after) in chances.items()
    }
    return model.replace(outcomes=outcomes)


@pytest.fixture(scope="module")
def sunk():
    return with_chances(
        sunk_cost(), sR=("signal", "res"), sI=("signal", "irr"), ts=("push", "res, signal"),
        tn=("push", "res, silent"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"given": "k > v", "holds": "sI == 0"}, "proved"),
        ({"given": "k > c", "holds": "sR == 0 and sI == 0"}, "proved"),
        ({"holds": "sI <= sR"}, "proved"),
        ({"holds": "not (sR == 1 and sI == 0) or (v <= k and k <= c)"}, "proved"),
        ({"given": "v <= k and k <= c", "exists": "sR == 1 and sI == 0"}, "proved"),
        ({"given": "sR == 1 and sI > 0 and sI < 1 and tn == 1", "holds": "ts == 1 - k/v"}, "proved"),
        ({"given": "sR == 1 and 0 < sI and sI < 1 and 0 < ts and ts < 1", "holds": "(1 - p)*sI == p*w"}, "proved"),
        ({"given": "sR == 1 and sI == 1 and ts < 1", "holds": "p*w >= 1 - p"}, "proved"),
        ({"given": "p*w <= 1 - p", "exists": "sR == 0 and sI == 0"}, "proved"),
        ({"given": "k < c", "holds": "sR > 0 or sI > 0"}, "disproved"),  # silence is always one
    ],
    ids=str,
)  # fmt: skip
def test_fearons_propositions_are_decided(sunk, fields, wanted):
    """LITERATURE's reading of Fearon 1997, two types, no hawks: sunk costs."""
    (verdict,) = decide(sunk, sunk.make_claim(**fields, over="all"), seconds=60)
    assert verdict.status == wanted, verdict.reason


def test_school_separates_where_it_pays_the_able_alone():
    game = with_chances(school(), sH=("school", "high"), sL=("school", "low"))
    for fields in (
        {"holds": "not (sH == 1 and sL == 0) or (cH <= W and W <= cL)"},
        {"given": "cH <= W and W <= cL", "exists": "sH == 1 and sL == 0"},
    ):
        (verdict,) = decide(game, game.make_claim(**fields, over="all"), seconds=60)
        assert verdict.status == "proved", verdict.reason


def test_propositions_say_when_there_is_each():
    told = str(dilemma.propositions(beer_and_quiche()))
    assert "(beer, no, duel, beer) is an equilibrium" in told
    assert "1 <= p*w + p" in told
    assert "(p*w + p - 1)/(p - 1)" in told
    assert "perfect Bayesian equilibria" in told


def test_zones_are_proved_to_cover_and_draws_agree():
    def box(centre, reach):
        ends = [centre - reach, centre + reach]
        return {"value": centre, "range": ends, "grade": "assumed", "source": "none"}

    era = {
        "title": "Then",
        "p": box(0.5, 0.1),
        "b": box(1, 0.2),
        "x": box(1, 0.2),
        "w": box(1, 0.5),
    }
    model = beer_and_quiche().replace(eras={"then": era})
    found = dilemma.regions(model, draws=200)
    assert found.covered
    for names, share in dilemma.compare(model, draws=200).eras[0].frequencies.sets.items():
        assert share > 0
        assert any("quiche" in name or "beer" in name for name in names)


def test_what_is_too_large_says_how_large():
    """Thirteen players in a row, none of whom knows what chance did."""
    players = [f"p{k}" for k in range(13)]
    nodes, ends = {"root": {"chance": {"one": "1/2", "other": "1/2"}}}, []
    for kind in ("one", "other"):
        for k, player in enumerate(players):
            nodes[", ".join([kind, *["go"] * k])] = move(player, "stop go", f"set {k}")
            ends.append(", ".join([kind, *["go"] * k, "stop"]))
        ends.append(", ".join([kind, *["go"] * 13]))
    game = tree(players, nodes, {e: ["0"] * 13 for e in ends}, number("a", 0, 1))
    with pytest.raises(UnsupportedError, match="13 information sets"):
        dilemma.propositions(game)


def surprised():
    """Off the path one believes anything of the colour; a second set follows two of three colours alone."""
    nodes = {"root": move("zero", "out red black blue")}
    payoffs = {"out": ("2", "0")}
    for colour in ("red", "black", "blue"):
        nodes[colour] = move("one", "stop go", "first")
        payoffs[f"{colour}, stop"] = "0", "0"
        if colour == "blue":
            payoffs["blue, go"] = "0", "1"
            continue
        nodes[f"{colour}, go"] = move("one", "left right", "second")
        payoffs[f"{colour}, go, left"] = "0", "a"
        payoffs[f"{colour}, go, right"] = "0", "0"
    return tree(("zero", "one"), nodes, payoffs, positive("a"))


def test_beliefs_against_which_something_happens_are_refused():
    """There 'right' is no best reply for any belief; taken over from 'blue' alone nothing would forbid it."""
    model = surprised()
    told = Brute(model, model.values({"a": sp.Integer(1)})).supports()
    assert told
    assert not any("right" in name for name in told)
    with pytest.raises(UnsupportedError, match="against what it believed"):
        dilemma.propositions(model)
