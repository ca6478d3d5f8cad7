"""Which beliefs an equilibrium may rest on: consistent ones, intuitive ones, divine ones.

Against what shares nothing with the conditions: beliefs worked out forwards from mistakes of given sizes, and
refinements by going through beliefs and replies at numbers.
"""

import random
from fractions import Fraction
from itertools import pairwise, product

import pytest
import sympy as sp
import z3

import dilemma
from dilemma.claims.decide import decide
from dilemma.errors import ModelError, UnsupportedError
from dilemma.games.tree import hidden
from dilemma.games.tree.refinements import refined
from signalling_games import (
    Brute,
    beer_and_quiche,
    drawn,
    held,
    move,
    number,
    positive,
    school,
    sunk_cost,
    surprised,
    tree,
    with_chances,
)


def two_who_see_it():
    """A sender who stays out or comes in; one answers, and if it yields another one does who knows no more."""
    nodes = {"root": {"chance": {"good": "p", "bad": "1 - p"}}}
    payoffs = {}
    for kind in ("good", "bad"):
        nodes[kind] = move("sender", "out enter")
        payoffs[f"{kind}, out"] = "1", "0", "0"
        nodes[f"{kind}, enter"] = move("first", "block open", "first")
        payoffs[f"{kind}, enter, block"] = "0", "a" if kind == "good" else "0", "0"
        nodes[f"{kind}, enter, open"] = move("second", "shut let", "second")
        for reply in ("shut", "let"):
            second = "0" if reply == "let" else "b" if kind == "bad" else "-1"
            payoffs[f"{kind}, enter, open, {reply}"] = (
                "2" if reply == "let" else "0", "0" if kind == "good" else "1", second
            )  # fmt: skip
    own = {**number("p", 0, 1), **positive("a", "b")}
    return tree(("sender", "first", "second"), nodes, payoffs, own)


class Forwards(Brute):
    """Supports of equilibria whose beliefs follow from given mistakes."""

    def __init__(self, model, values, ranks, sizes):
        super().__init__(model, values)
        self.ranks, self.sizes = ranks, sizes

    def of(self, play):
        """Tell whether a pure play is rational, given the beliefs that mistakes lead to."""
        solver = z3.SolverFor("QF_NRA")
        solver.add(*self.stated())
        solver.add(*(share == int(play[n] == a) for (n, a), share in self.play.items()))
        for name, decision in self.tree.decisions.items():
            ways = {h: self._way(play, h) for h in decision.histories}
            least = min(order for order, _ in ways.values())
            total = sum(size for order, size in ways.values() if order == least)
            for history, (order, size) in ways.items():
                told = size / total if order == least else Fraction(0)
                solver.add(self.belief[name, history] == z3.RealVal(str(told)))
        return solver.check() == z3.sat

    def _way(self, play, history):
        """Return how many mistakes a history takes, weighted, and how likely it is but for e."""
        order, size = 0, Fraction(1)
        for k, action in enumerate(history):
            node = self.tree.nodes[history[:k]]
            if not node.player:
                size *= Fraction(str(self.numbers.chances[history[:k]][action]))
            elif play[node.decision] != action:
                order += self.ranks[node.decision, action]
                size *= self.sizes[node.decision, action]
        return order, size


def pure_plays(model):
    sets = model.game.decisions
    for choice in product(*(d.actions for d in sets.values())):
        yield dict(zip(sets, choice, strict=True))


def mistakes(model, rng):
    pairs = [(n, a) for n, d in model.game.decisions.items() for a in d.actions]
    ranks = {pair: rng.randint(1, 3) for pair in pairs}
    return ranks, {
        pair: Fraction(rng.choice([1, 2, 3, 5, 9]), rng.choice([1, 2, 4])) for pair in pairs
    }


@pytest.fixture(scope="module")
def consistent():
    return two_who_see_it().replace(concept="sequential")


def test_consistent_plays_are_what_mistakes_lead_to(consistent):
    """Each pure branch that holds follows from some mistakes of a few sizes; and no other play does."""
    every, rng = hidden.branches(consistent), random.Random(3)
    for _ in range(2):
        values = consistent.values(drawn(consistent, rng))
        names = held(every, values)
        for play in pure_plays(consistent):
            name = ", ".join(play.values())
            tries = (Forwards(consistent, values, *mistakes(consistent, rng)) for _ in range(30))
            assert (name in names) == any(one.of(play) for one in tries), name


def test_two_who_see_the_same_mistake_believe_the_same(consistent):
    """To block takes a good sender, to block later a bad one: never both, where both are dear."""
    weak = consistent.replace(concept="perfect bayesian")
    fields = {
        "one": ("block", "good, enter"), "other": ("shut", "good, enter, open"),
        "kept": ("out", "good"),
    }  # fmt: skip
    said = {"given": "a < 1/2 and b < 1/2 and kept == 1", "holds": "one == 0 or other == 0"}
    for model, wanted in ((weak, "disproved"), (consistent, "proved")):
        told = with_chances(model, **fields)
        (verdict,) = decide(told, told.make_claim(**said, over="all"), seconds=60)
        assert verdict.status == wanted, verdict.reason
    both = {"given": f"{said['given']} and one == 1 and other == 1", "holds": "one == kept"}
    for model, wanted in ((weak, "proved"), (consistent, "vacuous")):
        told = with_chances(model, **fields)
        (verdict,) = decide(told, told.make_claim(**both, over="all"), seconds=60)
        assert verdict.status == wanted, verdict.reason


def test_where_all_beliefs_are_consistent_the_branches_are_the_same():
    for model in (beer_and_quiche(), school(), sunk_cost(), surprised()):
        names = {b.name for b in hidden.branches(model)}
        assert {b.name for b in hidden.branches(model.replace(concept="sequential"))} == names


def test_an_unknown_concept_is_told():
    with pytest.raises(ModelError, match="did you mean 'sequential'"):
        beer_and_quiche().replace(concept="sequentail")


# --- against what one believed ----------------------------------------------------------------------


def twice_surprised():
    """Of three colours two go on to a second set, and one of these to a third."""
    nodes = {"root": move("zero", "out red black blue")}
    payoffs = {"out": ("2", "0")}
    for colour in ("red", "black", "blue"):
        nodes[colour] = move("one", "stop go", "first")
        payoffs[f"{colour}, stop"] = "0", "c" if colour == "red" else "0"
        if colour == "blue":
            payoffs["blue, go"] = "0", "1"
            continue
        nodes[f"{colour}, go"] = move("one", "left right", "second")
        payoffs[f"{colour}, go, left"] = "0", "a" if colour == "red" else "b"
        payoffs[f"{colour}, go, right"] = "1", "1" if colour == "red" else "0"
    return tree(("zero", "one"), nodes, payoffs, positive("a", "b", "c"))


@pytest.mark.parametrize("game", [surprised, twice_surprised])
def test_beliefs_against_which_something_happens_are_free_once_more(game):
    model, rng = game(), random.Random(2)
    every = hidden.branches(model)
    for _ in range(12):
        values = model.values(drawn(model, rng))
        assert held(every, values) == Brute(model, values).supports()


def test_who_knew_what_it_did_believes_of_others_what_they_do():
    """Either type stays out; had it come in, it would not know the reply but knows what is best for who replies."""
    nodes, payoffs = {"root": {"chance": {"a": "1/2", "b": "1/2"}}}, {}
    for kind in "ab":
        nodes[kind] = move("one", "out enter")
        payoffs[f"{kind}, out"] = "3", "0"
        nodes[f"{kind}, enter"] = move("two", "up down", "two")
        for reply in ("up", "down"):
            nodes[f"{kind}, enter, {reply}"] = move("one", "left right", f"late {kind}")
            best = {"up": "right", "down": "left"}[reply]
            for late in ("left", "right"):
                payoffs[f"{kind}, enter, {reply}, {late}"] = (
                    "1" if late == best else "0", "1" if reply == "up" else "0"
                )  # fmt: skip
    model = tree(("one", "two"), nodes, payoffs, {})
    every = Brute(model, model.values(model.calibration())).supports()
    assert {e.branch for e in dilemma.solve(model)} == every == {"out, up, right, out, right"}


# --- refinements ------------------------------------------------------------------------------------


class Numbers:
    """A signalling game of two types and two replies, one of its equilibria, at numbers."""

    def __init__(self, model, branch, values, unknowns):
        at = {**values, **unknowns}
        self.model, self.game = model, model.game
        self.play = {
            name: {a: Fraction(str(sp.sympify(c).xreplace(at))) for a, c in mix.items()}
            for name, mix in branch.play.items()
        }
        self.pays = {
            end: {p: Fraction(str(model.expand(pay).xreplace(values))) for p, pay in cell.items()}
            for end, cell in model.payoffs.items()
        }
        self.types = list(self.game.nodes[()].actions)
        self.sender = self.game.nodes[self.types[0],].player

    def value(self, history, player):
        node = self.game.nodes.get(history)
        if node is None:
            return self.pays[history][player]
        mix = self.play[node.decision]
        return sum((c * self.value((*history, a), player) for a, c in mix.items()), Fraction(0))

    def unsent(self):
        for name, decision in self.game.decisions.items():
            if len(decision.histories) > 1:
                message = decision.histories[0][1]
                if all(
                    self.play[self.game.nodes[kind,].decision][message] == 0 for kind in self.types
                ):
                    yield name, message

    def best(self, name, message, beliefs):
        """Return the best pure replies to a belief that the first type sent it."""
        decision = self.game.decisions[name]
        chance = dict(zip(self.types, (beliefs, 1 - beliefs), strict=True))
        worth = {
            r: sum(chance[t] * self.value((t, message, r), decision.player) for t in self.types)
            for r in decision.actions
        }
        top = max(worth.values())
        return {r for r, w in worth.items() if w == top}

    def beliefs(self, name, message):
        """Return beliefs at which the best reply changes, the ends, and what lies between."""
        decision = self.game.decisions[name]
        one, other = decision.actions
        gap = [
            self.value((t, message, one), decision.player)
            - self.value((t, message, other), decision.player)
            for t in self.types
        ]
        ends = {Fraction(0), Fraction(1)}
        if gap[0] != gap[1]:
            even = gap[1] / (gap[1] - gap[0])
            ends |= {even} if 0 <= even <= 1 else set()
        own = sorted(ends)
        return [*own, *((a + b) / 2 for a, b in pairwise(own))]

    def passes_intuition(self):
        for name, message in self.unsent():
            every = set().union(*(self.best(name, message, m) for m in self.beliefs(name, message)))
            gain = {
                (t, r): self.value((t, message, r), self.sender) - self.value((t,), self.sender)
                for t in self.types
                for r in self.game.decisions[name].actions
            }
            left = [t for t in self.types if any(gain[t, r] >= 0 for r in every)]
            if not left:
                continue
            if len(left) == 2:
                replies = every
            else:
                replies = self.best(name, message, Fraction(int(left[0] == self.types[0])))
            if any(all(gain[t, r] > 0 for r in replies) for t in left):
                return False
        return True

    def passes_divinity(self):
        return all(self._divine(name, message) for name, message in self.unsent())

    def _divine(self, name, message):
        one, other = self.game.decisions[name].actions
        tried = self.beliefs(name, message)
        told = [self.best(name, message, m) for m in tried]
        gain = {
            t: [
                self.value((t, message, r), self.sender) - self.value((t,), self.sender)
                for r in (one, other)
            ]
            for t in self.types
        }
        mixes = {Fraction(1)} if {one} in told or any(one in b for b in told) else set()
        mixes |= {Fraction(0)} if any(other in b for b in told) else set()
        if {one, other} in told:  # then any mix is a best reply to some belief
            ends = {Fraction(0), Fraction(1)}
            for high, low in gain.values():
                if high != low and 0 < low / (low - high) < 1:
                    ends.add(low / (low - high))
            own = sorted(ends)
            mixes |= {*own, *((a + b) / 2 for a, b in pairwise(own))}

        def gains(kind, mix):
            return mix * gain[kind][0] + (1 - mix) * gain[kind][1]

        def ruled_out(kind):
            keener = next(t for t in self.types if t != kind)
            return any(gains(keener, m) > 0 for m in mixes) and all(
                gains(keener, m) > 0 for m in mixes if gains(kind, m) >= 0
            )

        used = {r for r in (one, other) if self.play[name][r]}
        allowed = [t for t in self.types if not ruled_out(t)]
        beliefs = [
            m for m in tried
            if (m == 0 or self.types[0] in allowed) and (m == 1 or self.types[1] in allowed)
        ]  # fmt: skip
        return any(used <= self.best(name, message, m) for m in beliefs)


@pytest.mark.parametrize("game", [beer_and_quiche, school, sunk_cost])
def test_refinements_are_what_they_say(game):
    """At random calibrations with ties, for every pure branch that holds there."""
    model, rng = game(), random.Random(7)
    every = [b for b in hidden.branches(model) if not b.unknowns]
    both = {w: [refined(model, b, w) for b in every] for w in ("intuitive", "divine")}
    seen = set()
    for _ in range(40):
        values = model.values(drawn(model, rng))
        for k, branch in enumerate(every):
            if not held([branch], values):
                continue
            at = Numbers(model, branch, values, {})
            wanted = {"intuitive": at.passes_intuition(), "divine": at.passes_divinity()}
            for which, own in both.items():
                assert bool(held([own[k]], values)) == wanted[which], (branch.name, which, values)
                seen.add((which, wanted[which]))
    assert seen >= {("intuitive", True), ("divine", True)}
    assert ("divine", False) in seen


def test_breakfast_is_beer_where_beliefs_are_intuitive():
    """Cho and Kreps 1987, section II: but for the tie, where the weak are as likely as makes no difference."""
    model = with_chances(beer_and_quiche(), drunk=("beer", "strong"))
    for which in ("intuitive", "divine"):
        fields = {"given": "p*(1 + w) != 1", "holds": "drunk == 1", "among": which}
        (verdict,) = decide(model, model.make_claim(**fields, over="all"), seconds=60)
        assert verdict.status == "proved", verdict.reason


def test_a_move_of_chance_that_is_called_as_a_type_is_not_the_type():
    """Who is good gains by asking whatever the weather behind a refusal, and if it is never good."""
    nodes, payoffs = {"root": {"chance": {"good": "1/2", "bad": "1/2"}}}, {}
    for kind, sign in (("good", "1"), ("bad", "-1")):
        nodes[kind] = move("sender", "quiet ask")
        nodes[f"{kind}, ask"] = move("receiver", "yes no", "asked")
        nodes[f"{kind}, ask, no"] = {"chance": {"good": "q", "bad": "1 - q"}}
        payoffs[f"{kind}, quiet"] = "0", "0"
        payoffs[f"{kind}, ask, yes"] = sign, sign
        payoffs |= {f"{kind}, ask, no, {weather}": ("-1", "0") for weather in ("good", "bad")}
    model = tree(("sender", "receiver"), nodes, payoffs, number("q", 0, 1, ""))
    every = hidden.branches(model)
    for q in (0, sp.Rational(1, 2), 1):
        values = model.values(model.calibration({"q": q}))
        assert "quiet, no, quiet" in held(every, values)
        own = held([refined(model, b, "intuitive") for b in every], values)
        assert own == {"ask, yes, quiet"}


def test_refinements_are_for_signalling():
    model = with_chances(two_who_see_it(), kept=("out", "good"))
    with pytest.raises(dilemma.errors.DilemmaError, match="a sender of some type signals"):
        model.make_claim("kept == 1", over="all", among="intuitive")


def test_many_types_are_refused():
    kinds, nodes, payoffs = ("a", "b", "c", "d"), {}, {}
    nodes["root"] = {"chance": dict.fromkeys(kinds, "1/4")}
    for kind in kinds:
        nodes[kind] = move("sender", "high low")
        for message in ("high", "low"):
            nodes[f"{kind}, {message}"] = move("receiver", "yes no", message)
            for reply in ("yes", "no"):
                payoffs[f"{kind}, {message}, {reply}"] = "x", "0"
    model = tree(("sender", "receiver"), nodes, payoffs, number("x", 0, 1))
    branch = hidden.branches(two_who_see_it())[0]
    with pytest.raises(UnsupportedError, match="up to 3 types"):
        refined(model, branch, "divine")
