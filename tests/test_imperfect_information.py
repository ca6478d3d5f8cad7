"""Trees in which a player does not know what has happened: found, and judged from the definition.

What is said of every profile is compared with a brute force that only knows the definitions: it
lists plans, walks to the ends, and multiplies probabilities.
"""

import builtins
import random
import time
from fractions import Fraction
from itertools import product
from pathlib import Path

import pygambit
import pytest
import sympy as sp

import dilemma
from dilemma import Model, to_pygambit
from dilemma.games.play import deviation_gain
from dilemma.games.tree import backward as trees
from dilemma.games.tree.candidates import quasi_perfect
from dilemma.games.tree.credible import Judge, Way, consistent, pinned
from dilemma.games.tree.deviations import Position, valued
from dilemma.games.tree.polishing import CLOSE

GAMES = Path(__file__).parent / "games"
ALL_TRUE = {
    "Nash": True,
    "subgame perfect": True,
    "sequentially rational": True,
    "consistent beliefs": True,
}


def tree(players, nodes, payoffs, **sections):
    return Model(
        name="game",
        title="A game",
        kind="tree",
        players={player: {} for player in players},
        tree=nodes,
        payoffs={key: dict(zip(players, paid, strict=True)) for key, paid in payoffs.items()},
        **sections,
    )


def move(player, actions, information=""):
    told = {"information": information} if information else {}
    return {"player": player, "actions": actions.split(), **told}


# --- brute force, from the definitions ------------------------------------------------------------


class Brute:
    """A tree at its only calibration, and nothing that the library knows of it but its shape."""

    def __init__(self, model, values=None):
        self.tree = model.game
        self.players = list(model.players)
        self.numbers = valued(model, model.game, values or {})

    def chance_of(self, play, history, begin=()):
        """Return the probability that play goes on to a history."""
        found = Fraction(1)
        for k in range(len(begin), len(history)):
            node = self.tree.nodes[history[:k]]
            mix = play[node.decision] if node.player else self.numbers.chances[history[:k]]
            found *= mix[history[k]]
        return found

    def pays(self, play, player, begin=()):
        return sum(
            self.chance_of(play, end, begin) * self.numbers.payoffs[end][player][0]
            for end in self.tree.ends_after(begin)
        )

    def plans(self, player, within):
        """Yield every way to act at a player's decisions with a history behind those given."""
        own = [
            d
            for d in self.tree.decisions.values()
            if d.player == player and any(h[: len(b)] == b for h in d.histories for b in within)
        ]
        for choice in product(*(d.actions for d in own)):
            yield {
                d.name: {a: Fraction(a == chosen) for a in d.actions}
                for d, chosen in zip(own, choice, strict=True)
            }

    def regret(self, play, player, begin=()):
        kept = self.pays(play, player, begin)
        return max(
            self.pays({**play, **plan}, player, begin) - kept
            for plan in self.plans(player, [begin])
        )

    def subgames(self):
        for root in self.tree.nodes:
            inside = {h for h in self.tree.nodes if h[: len(root)] == root}
            sets = [set(d.histories) for d in self.tree.decisions.values()]
            alone = all(len(s) == 1 for s in sets if root in s)
            if alone and all(s <= inside or not s & inside for s in sets):
                yield root

    def subgame_perfect(self, play, slack=0):
        return all(
            self.regret(play, player, root) <= slack
            for root in self.subgames()
            for player in self.players
        )

    def bayes(self, play, decision):
        likely = {h: self.chance_of(play, h) for h in decision.histories}
        total = sum(likely.values())
        return {h: c / total for h, c in likely.items()} if total else None

    def gains(self, play, decision):
        """Yield what each plan gains after each history of a set."""
        for plan in self.plans(decision.player, decision.histories):
            other = {**play, **plan}
            yield [
                self.pays(other, decision.player, h) - self.pays(play, decision.player, h)
                for h in decision.histories
            ]

    def supported(self, play, decision, slack=0):
        """Tell whether some beliefs make play optimal at a set of at most two histories."""
        fixed = self.bayes(play, decision)
        if fixed is not None:
            return self.optimal(play, decision, fixed, slack)
        low, high = Fraction(0), Fraction(1)  # of the first history, where there are two
        for gain in self.gains(play, decision):
            first, second = gain if len(gain) == 2 else (gain[0], gain[0])
            # What p of the first and 1 - p of the second come to is no more than the slack.
            if first > second:
                high = min(high, (slack - second) / (first - second))
            elif first < second:
                low = max(low, (second - slack) / (second - first))
            elif first > slack:
                return False
        return low <= high

    def optimal(self, play, decision, beliefs, slack=0):
        weights = [beliefs[h] for h in decision.histories]
        return all(
            sum(w * g for w, g in zip(weights, gain, strict=True)) <= slack
            for gain in self.gains(play, decision)
        )

    def pure(self):
        decisions = self.tree.decisions.values()
        for choice in product(*(d.actions for d in decisions)):
            yield {
                d.name: {a: Fraction(a == chosen) for a in d.actions}
                for d, chosen in zip(decisions, choice, strict=True)
            }

    def named(self, play):
        chosen = (next(a for a, c in play[d].items() if c) for d in self.tree.decisions)
        return f"({', '.join(chosen)})"


def fractions(play):
    return {d: {a: Fraction(int(c.p), int(c.q)) for a, c in mix.items()} for d, mix in play.items()}


def check(model, found, *, complete=None):
    """See that everything that is said of the equilibria holds, and nothing pure lacks where they are all."""
    brute = Brute(model)
    assert complete in (None, found.complete)
    assert found.complete != bool(found.reason)
    if found.complete and not found.continua:
        assert credible(model)[0] == {e.name for e in found if "mixed" not in e.name}
    for e in found:
        play = fractions(e.play)
        slack = 0 if e.exact else CLOSE * 100
        regrets = [brute.regret(play, player) for player in brute.players]
        assert max(regrets) == Fraction(str(e.regret)) <= slack
        assert brute.subgame_perfect(play, slack)
        for player, paid in e.payoffs.items():
            assert abs(brute.pays(play, player) - Fraction(str(paid))) <= slack
        for name, decision in model.game.decisions.items():
            if len(decision.histories) == 1:
                assert brute.optimal(play, decision, {decision.histories[0]: Fraction(1)}, slack)
                continue
            told = {h: Fraction(str(e.beliefs[name][", ".join(h)])) for h in decision.histories}
            assert sum(told.values()) == 1
            assert min(told.values()) >= 0
            assert brute.bayes(play, decision) in (None, told)
            assert brute.optimal(play, decision, told, slack)
        for concept in ("Nash", "subgame perfect", "sequentially rational"):
            assert e.concepts[concept] is True


def credible(model):
    """Return the names of all credible pure profiles, and the number of other Nash profiles."""
    brute, names, others = Brute(model), set(), 0
    for play in brute.pure():
        if max(brute.regret(play, p) for p in brute.players) > 0:
            continue
        if brute.subgame_perfect(play) and all(
            brute.supported(play, d) for d in model.game.decisions.values()
        ):
            names.add(brute.named(play))
        else:
            others += 1
    return names, others


# --- games with names ----------------------------------------------------------------------------


def test_seltens_horse():
    """Selten 1975, IJGT 4(1): 25-55, figure 1: one of two pure equilibria is not reasonable."""
    game = dilemma.load(GAMES / "selten_horse.efg")
    found = dilemma.solve(game)
    assert found.names == ("(C, c, R)",)
    assert found[0].concepts == ALL_TRUE
    assert found[0].beliefs["third"]["C, d"] >= sp.Rational(2, 3)  # R is best from there on
    assert "1 further Nash profile is not credible: (D, c, L): at 'second' d pays" in found.method
    check(game, found)


@pytest.mark.parametrize(
    ("second", "third", "gained"),
    [
        ({"c": 1, "d": 0}, {"L": 0, "R": 1}, 0),  # an equilibrium
        ({"c": 0, "d": 1}, {"L": 0, "R": 1}, 1),  # the second player would rather stop
        ({"c": 0, "d": 1}, {"L": "1/2", "R": "1/2"}, "1/2"),  # R for sure pays the third 1
    ],
)
def test_who_cannot_tell_two_histories_apart_deviates_after_both(second, third, gained):
    game = dilemma.load(GAMES / "selten_horse.efg")
    play = {"first": {"C": 1, "D": 0}, "second": second, "third": third}
    exact = {name: {a: sp.Rational(c) for a, c in mix.items()} for name, mix in play.items()}
    assert deviation_gain(game, {}, exact) == sp.Rational(gained)


def beer_and_quiche(strong="9/10"):
    """Cho and Kreps 1987, QJE 102(2): 179-221."""
    nodes = {"root": {"chance": {"strong": strong, "weak": f"1 - {strong}"}}}
    payoffs = {}
    for kind, meal in product(("strong", "weak"), ("beer", "quiche")):
        nodes[kind] = move("sender", "beer quiche")
        nodes[f"{kind}, {meal}"] = move("receiver", "duel leave", f"receiver saw {meal}")
        likes = (kind == "strong") == (meal == "beer")
        for reply in ("duel", "leave"):
            right = (kind == "weak") == (reply == "duel")
            payoffs[f"{kind}, {meal}, {reply}"] = (likes + 2 * (reply == "leave"), int(right))
    return tree(["sender", "receiver"], nodes, payoffs)


def test_beer_and_quiche_pools_on_either():
    game = beer_and_quiche()
    found = dilemma.solve(game)
    assert {"(beer, leave, duel, beer)", "(quiche, duel, leave, quiche)"} <= set(found.names)
    for e in found:
        assert e.concepts == ALL_TRUE
        meal = "beer" if e.play["sender after strong"]["beer"] == 1 else "quiche"
        pooled = e.beliefs[f"receiver saw {meal}"]
        assert pooled == {
            f"strong, {meal}": sp.Rational(9, 10),
            f"weak, {meal}": sp.Rational(1, 10),
        }
    check(game, found)


def test_beer_and_quiche_with_many_weak_ones_separates_in_part():
    game = beer_and_quiche("1/10")
    found = dilemma.solve(game)
    (only,) = [e for e in found if e.payoffs["receiver"] != 0]
    assert not only.pure
    assert only.play["sender after strong"]["beer"] == 1
    assert only.play["sender after weak"]["beer"] == sp.Rational(1, 9)
    assert only.beliefs["receiver saw beer"]["strong, beer"] == sp.Rational(1, 2)
    assert len(found) == 1  # and leads everywhere
    check(game, found, complete=True)


def simultaneous(payoffs, actions):
    nodes = {"root": move("row", actions)}
    nodes |= {a: move("column", actions, "column") for a in actions.split()}
    return tree(["row", "column"], nodes, payoffs)


def test_matching_pennies_with_a_hidden_first_move():
    pays = {"h, h": (1, -1), "h, t": (-1, 1), "t, h": (-1, 1), "t, t": (2, -1)}
    game = simultaneous(pays, "h t")
    found = dilemma.solve(game)
    (only,) = found
    assert only.play["row"]["h"] == sp.Rational(1, 2)
    assert only.play["column"]["h"] == sp.Rational(3, 5)
    assert only.beliefs["column"] == {"h": sp.Rational(1, 2), "t": sp.Rational(1, 2)}
    assert only.concepts == ALL_TRUE
    assert only.exact
    check(game, found)


def test_a_stag_hunt_as_a_tree_is_the_matrix_game():
    game = simultaneous(
        {"stag, stag": (3, 3), "stag, hare": (0, 1), "hare, stag": (1, 0), "hare, hare": (1, 1)},
        "stag hare",
    )
    matrix = dilemma.matrix(
        [[3, 0], [1, 1]], [[3, 1], [0, 1]], actions=[["stag", "hare"]] * 2, title="Stag hunt"
    )
    there = {(str(e.play), str(e.payoffs), e.strict) for e in dilemma.solve(matrix)}
    here = {(str(e.play), str(e.payoffs), e.strict) for e in dilemma.solve(game)}
    assert here == there
    assert len(here) == 3


def test_an_irrational_equilibrium_has_many_digits():
    """Three players share what two of them can bring about, and each would rather be the third."""
    nodes = {"root": move("x", "a b"), "a": move("y", "a b", "y"), "b": move("y", "a b", "y")}
    payoffs = {}
    for two in product("ab", repeat=2):
        nodes[", ".join(two)] = move("z", "a b", "z")
    for three in product("ab", repeat=3):
        both = 3 * (three.count("b") >= 2)
        payoffs[", ".join(three)] = [both - (own == "b") for own in three]
    game = tree("xyz", nodes, payoffs)
    found = dilemma.solve(game)
    mixed = [e for e in found if e.branch == "a/b, a/b, a/b"]
    assert len(mixed) == 2
    for e in mixed:
        share = sp.N(e.play["x"]["b"], 50)  # 2*p*(1 - p) = 1/3
        assert abs(2 * share * (1 - share) - sp.Rational(1, 3)) < 1e-40
        assert not e.exact
        assert 0 < e.regret < 1e-30
    check(game, found)


# --- credibility ---------------------------------------------------------------------------------


def test_a_threat_against_entry_is_not_credible():
    nodes = {
        "root": move("entrant", "out small large"),
        "small": move("incumbent", "fight share", "incumbent"),
        "large": move("incumbent", "fight share", "incumbent"),
    }
    payoffs = {
        "out": (0, 4),
        "small, fight": (-1, 1),
        "small, share": (1, 2),
        "large, fight": (-2, 0),
        "large, share": (2, 1),
    }
    game = tree(["entrant", "incumbent"], nodes, payoffs)
    found = dilemma.solve(game)
    assert found.names == ("(large, share)",)
    assert found[0].strict
    told = "(out, fight): no beliefs at 'incumbent' support"
    assert told in found.method
    # The whole game is its only subgame: subgame perfection alone would let the threat pass.
    assert [*Brute(game).subgames()] == [()]
    check(game, found)


def test_what_a_subgame_needs_is_found_though_play_never_comes_there():
    nodes = {
        "root": move("a", "out stay"),
        "stay": move("a", "h t"),
        "stay, h": move("b", "H T", "b"),
        "stay, t": move("b", "H T", "b"),
    }
    payoffs = {
        "out": (5, 0),
        "stay, h, H": (1, -1),
        "stay, h, T": (-1, 1),
        "stay, t, H": (-1, 1),
        "stay, t, T": (2, -1),
    }
    game = tree("ab", nodes, payoffs)
    found = dilemma.solve(game)
    (only,) = found
    assert only.play["b"]["H"] == sp.Rational(3, 5)
    assert only.beliefs["b"] == {"stay, h": sp.Rational(1, 2), "stay, t": sp.Rational(1, 2)}
    assert only.concepts == ALL_TRUE
    assert (
        "further Nash profiles are not credible: (out, h, H): after stay b would do" in found.method
    )
    check(game, found)


def triangle(rho):
    """Return tests/games/triangle.toml with two American types, drawn by chance."""
    q, worth = Fraction(3, 20), {"H": 4, "L": 1}
    war = (-q * 12 - (1 - q) * Fraction(3, 2), -q * 12 + (1 - q) / 2, -q * 10)
    nodes, payoffs = {"root": {"chance": {"H": rho, "L": 1 - rho}}}, {}
    for stake in "HL":
        nodes[stake] = move("china", "challenge wait", "china")
        nodes[f"{stake}, challenge"] = move("japan", "firm concede", "japan")
        nodes[f"{stake}, challenge, firm"] = move("us", "support restrain")
        payoffs[f"{stake}, wait"] = (0, 0, 0)
        payoffs[f"{stake}, challenge, concede"] = (3, -3, -Fraction(worth[stake], 2))
        payoffs[f"{stake}, challenge, firm, restrain"] = (3, -5, -worth[stake])
        payoffs[f"{stake}, challenge, firm, support"] = war
    return tree(["china", "japan", "us"], nodes, payoffs)


@pytest.mark.parametrize(
    ("rho", "names", "others"),
    [
        ("3/10", {"(challenge, concede, support, restrain)"}, 3),
        (
            "1/2",
            {"(challenge, concede, support, restrain)", "(wait, firm, support, restrain)"},
            4,
        ),
        ("9/10", {"(wait, firm, support, restrain)"}, 3),
    ],
)
def test_only_an_ally_that_would_support_deters(rho, names, others):
    """The triangle with China, with two types: Gambit lists what nobody would carry out."""
    game = triangle(Fraction(rho))
    found = dilemma.solve(game)
    assert {e.name for e in found if e.pure} == names
    assert f"{others} further Nash profiles are not credible" in found.method
    assert credible(game) == (names, others)
    for e in found:
        assert e.play["us after H, challenge, firm"]["support"] == 1
        assert e.play["us after L, challenge, firm"]["restrain"] == 1
    check(game, found)


def test_beliefs_at_a_set_are_bound_by_how_it_can_come_about():
    """One mistake leads there, and chance draws behind it: beliefs are chance's odds."""
    nodes = {
        "root": move("a", "out stay"),
        "stay": {"chance": {"x": "3/4", "y": "1/4"}},
        "stay, x": move("b", "l r", "b"),
        "stay, y": move("b", "l r", "b"),
    }
    payoffs = {
        "out": (2, 0),
        "stay, x, l": (0, 0),
        "stay, x, r": (0, 1),
        "stay, y, l": (3, 2),
        "stay, y, r": (0, 0),
    }
    found = dilemma.solve(tree("ab", nodes, payoffs))
    assert found.names == ("(out, r)",)
    assert found[0].beliefs["b"] == {"stay, x": sp.Rational(3, 4), "stay, y": sp.Rational(1, 4)}
    assert found[0].concepts == ALL_TRUE


def test_beliefs_that_only_wrong_odds_would_support_are_not_consistent():
    """No subgame begins at chance's move: b does not know whether there was one."""
    nodes = {
        "root": move("a", "out stay quit"),
        "stay": {"chance": {"x": "3/4", "y": "1/4"}},
        "quit": move("c", "l r", "c"),
        "stay, x": move("b", "l r", "b"),
        "stay, y": move("b", "l r", "b"),
        "stay, x, r": move("c", "l r", "c"),
    }
    payoffs = dict.fromkeys(
        ["quit, l", "quit, r", "stay, x, r, l", "stay, x, r, r", "stay, y, r"], (0, 0, 0)
    )
    payoffs |= {"out": (2, 0, 0), "stay, x, l": (0, -1, 0), "stay, y, l": (0, 1, 0)}
    game = tree("abc", nodes, payoffs)
    found = dilemma.solve(game)
    assert found
    told = {bool(e.play["b"]["l"] == 1): e for e in found if e.play["c"]["l"] == 1 and e.pure}
    assert told[True].concepts == {**ALL_TRUE, "consistent beliefs": False}
    assert told[True].beliefs["b"]["stay, y"] >= sp.Rational(1, 2)
    assert told[False].concepts["consistent beliefs"] is True
    check(game, found)


def test_consistency_asks_for_one_order_and_one_size_of_mistakes():
    half, whole, none = Fraction(1, 2), Fraction(1), Fraction(0)
    a, b = (Way(frozenset({("x", action)}), whole) for action in "ab")
    even, first = {"1": half, "2": half}, {"1": whole, "2": none}
    one = ({"1": a, "2": b}, even)
    assert consistent([one])
    assert consistent([({"1": a, "2": b}, first)])
    assert consistent([one, one])
    assert not consistent([one, ({"1": a, "2": b}, first)])  # which mistake is rarer?
    assert not consistent([one, ({"1": a, "2": b}, {"1": Fraction(1, 3), "2": Fraction(2, 3)})])
    both = Way(frozenset({("x", "a"), ("x", "b")}), half)
    assert not consistent([({"1": a, "2": both}, even)])  # two mistakes are rarer than one
    assert pinned({"1": a, "2": both}) == first
    assert pinned({"1": a, "2": b}) is None
    impossible = Way(frozenset(), whole, frozenset({("", "y")}))
    assert pinned({"1": a, "2": impossible}) == first  # chance never goes there
    # A triangle of odds: 1:2 and 1:3 leave no choice for the third pair.
    c = Way(frozenset({("x", "c")}), whole)
    pairs = [({"1": a, "2": b}, {"1": Fraction(1, 3), "2": Fraction(2, 3)})]
    pairs += [({"1": a, "2": c}, {"1": Fraction(1, 4), "2": Fraction(3, 4)})]
    assert consistent([*pairs, ({"1": b, "2": c}, {"1": Fraction(2, 5), "2": Fraction(3, 5)})])
    assert not consistent([*pairs, ({"1": b, "2": c}, even)])


# --- any tree ------------------------------------------------------------------------------------


def random_tree(seed, most=2, moves=9):
    """Return a tree of perfect recall: whose sets join what a player cannot tell apart."""
    rng = random.Random(seed)
    players = ["a", "b", "c"][: rng.choice([2, 2, 3])]
    nodes, payoffs, sets = {}, {}, {}
    waiting = [((), {})]
    while waiting:
        history, known = waiting.pop(0)
        key = ", ".join(history) or "root"
        if history and (len(nodes) >= moves or len(history) > 3 or rng.random() < 0.2):
            payoffs[key] = [rng.choice([-1, 0, 1, 2, 3, Fraction(1, 2)]) for _ in players]
            continue
        if rng.random() < 0.2:
            share = Fraction(rng.randint(1, 4), 5)
            nodes[key] = {"chance": {"x": share, "y": 1 - share}}
            waiting += [((*history, a), known) for a in "xy"]
            continue
        player = rng.choice(players)
        actions = ["l", "r"] if rng.random() < 0.85 else ["l", "m", "r"]
        record = known.get(player, ())
        alike = [
            name
            for name, (who, own, did, count) in sets.items()
            if (who, own, did) == (player, actions, record) and count < most
        ]
        name = rng.choice(alike) if alike and rng.random() < 0.7 else f"{player}{len(sets)}"
        count = sets[name][3] if name in sets else 0
        sets[name] = (player, actions, record, count + 1)
        nodes[key] = {"player": player, "actions": actions, "information": f"set {name}"}
        waiting += [((*history, a), {**known, player: (*record, (name, a))}) for a in actions]
    return tree(players, nodes, payoffs)


IMPERFECT = [seed for seed in range(100) if not random_tree(seed).game.perfect]


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed", [s for s in IMPERFECT[:40] if not random_tree(s, moves=7).game.perfect]
)
def test_a_random_tree_is_solved_and_every_word_is_checked(seed):
    game = random_tree(seed, moves=7)
    found = dilemma.solve(game)
    check(game, found)
    names, others = credible(game)
    assert {e.name for e in found if e.pure} == names
    told = [word for word in found.method.split() if word.isdigit()]
    assert others <= (int(told[0]) if told else 0)  # mixed ones are told too


@pytest.mark.parametrize("seed", IMPERFECT)
def test_the_judge_agrees_with_brute_force_on_any_play(seed):
    game, rng = random_tree(seed), random.Random(seed)
    brute = Brute(game)
    pays = {end: {p: c[0] for p, c in cell.items()} for end, cell in brute.numbers.payoffs.items()}
    position = Position((), game.game.nodes, brute.numbers.chances, pays)
    judge = Judge(position, game.game.decisions, brute.players)
    assert judge.subgames == tuple(root for root in brute.subgames() if root)
    plays = list(brute.pure())
    for play in rng.sample(plays, min(6, len(plays))):
        for name, decision in game.game.decisions.items():
            if rng.random() < 0.2:
                share = Fraction(rng.randint(1, 5), 6)
                mix = [share, *(Fraction(0) for _ in decision.actions[2:]), 1 - share]
                play[name] = dict(zip(decision.actions, mix, strict=True))
        told = judge.assess(play)
        assert told.regrets == {p: brute.regret(play, p) for p in brute.players}
        assert told.subgame_perfect == brute.subgame_perfect(play)
        sets = game.game.decisions.values()
        assert told.rational == all(brute.supported(play, d) for d in sets)
        assert bool(told.objection) == (not told.rational or not told.subgame_perfect)
        for decision in sets:
            if len(decision.histories) > 1:
                assert brute.bayes(play, decision) in (None, told.beliefs[decision.name])


def test_beliefs_over_three_histories_are_decided_too():
    """Each reply is best after one of three histories; the middle way needs beliefs to be mixed."""
    nodes = {"root": move("a", "out x y z")}
    nodes |= {way: move("b", "l m r", "b") for way in "xyz"}
    payoffs = {"out": (9, 0)}
    for way, paid in {"x": (4, 3, 0), "y": (0, 3, 4), "z": (4, 2, 4)}.items():
        payoffs |= {f"{way}, {a}": (0, pay) for a, pay in zip("lmr", paid, strict=True)}
    game = tree("ab", nodes, payoffs)
    found = dilemma.solve(game)
    assert {"(out, l)", "(out, m)", "(out, r)"} <= set(found.names)
    middle = next(e for e in found if e.name == "(out, m)")
    assert 0 < middle.beliefs["b"]["x"] < 1
    check(game, found)
    other = game.replace(payoffs={f"{way}, m": {"a": 0, "b": 1} for way in "xyz"})
    assert "(out, m): no beliefs at 'b' support m" in dilemma.solve(other).method


# --- limits --------------------------------------------------------------------------------------


def without_pygambit(monkeypatch):
    real = builtins.__import__

    def missing(name, *rest):
        if name == "pygambit":
            raise ImportError
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)


def test_without_pygambit_pure_profiles_are_listed(monkeypatch):
    with_it = {e.name for e in dilemma.solve(beer_and_quiche()) if e.pure}
    without_pygambit(monkeypatch)
    found = dilemma.solve(beer_and_quiche())
    assert {e.name for e in found if e.pure} == with_it
    assert "pip install dilemma[trees]" in found.reason
    assert "all pure plays" in found.method


def test_outcomes_are_worked_out():
    game = triangle(Fraction(3, 10)).replace(
        outcomes={
            "resolve": {"is": "probability(support, after='H, challenge, firm')"},
            "crisis": {"is": "probability(challenge)"},
            "peace": {"is": "japan - china"},
        }
    )
    (only,) = dilemma.solve(game)
    assert only.outcomes == {"resolve": 1, "crisis": 1, "peace": -6}


def test_a_budget_that_is_used_up_is_told():
    found = dilemma.solve(triangle(Fraction(1, 2)), seconds=1e-9)
    assert not found.complete
    assert "ran out of seconds" in found.reason


def test_private_types_are_another_matter():
    nodes = {
        "root": move("a", "l r"),
        "l": {**move("b", "L R", "b"), "knows": ["t"]},
        "r": {**move("b", "L R", "b"), "knows": ["t"]},
    }
    ends = [", ".join(end) for end in product("lr", "LR")]
    game = tree(
        "ab", nodes, dict.fromkeys(ends, (0, "t")), types={"t": {"of": "b", "uniform": ["0", "1"]}}
    )
    with pytest.raises(NotImplementedError, match="private types on an interval"):
        dilemma.solve(game)


def test_imperfect_recall_is_a_mistake_of_the_model():
    nodes = {
        "root": move("a", "l r"),
        "l": move("a", "x y", "later"),
        "r": move("a", "x y", "later"),
    }
    ends = [", ".join(end) for end in product("lr", "xy")]
    with pytest.raises(dilemma.ModelError, match="a would forget something here"):
        tree("a", nodes, dict.fromkeys(ends, (0,)))


def test_a_set_is_not_joined_by_accident_of_its_name():
    nodes = {
        "root": {"chance": {"x": "1/2", "y": "1/2"}},
        "x": move("a", "l r"),
        "y": move("a", "l r", "a after x"),
    }
    ends = [", ".join(end) for end in product("xy", "lr")]
    with pytest.raises(dilemma.ModelError, match="an information set is called 'a after x' too"):
        tree("a", nodes, dict.fromkeys(ends, (0,)))


def test_payoffs_of_any_size_are_rescaled_before_the_search():
    game = beer_and_quiche()
    large = {
        key: {"sender": f"({cell['sender']})*10**12*10**12 + 7", "receiver": cell["receiver"]}
        for key, cell in game.document["payoffs"].items()
    }
    found, again = dilemma.solve(game), dilemma.solve(game.replace(payoffs=large))
    assert found.names == again.names
    assert again[0].payoffs["sender"] == found[0].payoffs["sender"] * 10**24 + 7


def test_probabilities_of_many_digits_are_exact_where_they_are_rational():
    odds = 10**9 + 7
    game = simultaneous(
        {"h, h": (odds, -1), "h, t": (0, 1), "t, h": (0, 3), "t, t": (1, -2)}, "h t"
    )
    found = dilemma.solve(game)
    (only,) = found
    assert only.exact
    assert only.play["column"]["h"] == sp.Rational(1, odds + 1)
    check(game, found)


def test_a_tree_of_a_hundred_moves_is_solved_subgame_by_subgame():
    rng, nodes, payoffs = random.Random(3), {}, {}
    for steps in (h for k in range(8) for h in product("lr", repeat=k)):
        key = ", ".join(steps) or "root"
        if len(steps) == 7:
            payoffs[key] = [rng.randint(0, 99) for _ in "abc"]
            continue
        nodes[key] = move("abc"[len(steps) % 3], "l r", "".join(steps[:-1]) * (len(steps) == 6))
    found = dilemma.solve(tree("abc", nodes, payoffs))
    assert len(found) > 1
    assert all(e.concepts["subgame perfect"] for e in found)
    assert "seconds" not in found.reason


# --- what chance never does ----------------------------------------------------------------------


def signals(prior):
    """Return Cho and Kreps's game: weak with this probability, beer or quiche, then a duel or not."""
    nodes = {"root": {"chance": {"weak": prior, "strong": 1 - prior}}}
    payoffs = {}
    for kind, taste in (("weak", "quiche"), ("strong", "beer")):
        nodes[kind] = move("sender", "beer quiche", f"sender {kind}")
        for drink in ("beer", "quiche"):
            nodes[f"{kind}, {drink}"] = move("receiver", "duel defer", drink)
            for reply in ("duel", "defer"):
                sender = (drink == taste) + 2 * (reply == "defer")
                receiver = (kind == "weak") == (reply == "duel")
                payoffs[f"{kind}, {drink}, {reply}"] = sender, int(receiver)
    return tree(("sender", "receiver"), nodes, payoffs)


@pytest.mark.parametrize(
    ("prior", "on_the_path"),
    [
        (Fraction(0), {("strong", "beer", "defer"), ("strong", "quiche", "defer")}),
        (Fraction(1), {("weak", "quiche", "duel")}),
    ],
)
def test_a_prior_at_its_end_leaves_equilibria(prior, on_the_path):
    """By hand: at 0 all are deferred to, and pool on beer or on quiche; at 1 all are fought."""
    game = signals(prior)
    found = dilemma.solve(game)
    paths = set()
    for e in found:
        kind = "weak" if prior else "strong"
        drink = next(a for a, c in e.play[f"sender {kind}"].items() if c)
        paths.add((kind, drink, next(a for a, c in e.play[drink].items() if c)))
    assert paths == on_the_path
    assert credible(game)[0] <= set(found.names)
    check(game, found)


def test_a_type_that_never_occurs_is_rational_too():
    """Whoever has no part in what happens would still not take 0 for 1."""
    nodes = {
        "root": {"chance": {"never": 0, "always": 1}},
        "never": move("a", "l r"),
        **{f"always, {x}": move("b", "l r", "b") for x in "lr"},
        "always": move("a", "l r"),
    }
    payoffs = {"never, l": (0, 0), "never, r": (1, 0)}
    payoffs |= {f"always, {x}, {y}": (x == y, x != y) for x in "lr" for y in "lr"}
    game = tree("ab", nodes, {key: tuple(map(int, paid)) for key, paid in payoffs.items()})
    (only,) = dilemma.solve(game)
    assert only.play["a after never"]["r"] == 1
    assert only.play["b"]["l"] == Fraction(1, 2)
    assert only.concepts == ALL_TRUE


def test_a_whole_game_behind_what_never_happens_is_played_as_if_it_did():
    """Matching pennies that chance never leads to, before two players who are never asked."""
    nodes = {
        "root": {"chance": {"pennies": 0, "nothing": 1}},
        "pennies": move("a", "l r"),
        **{f"pennies, {x}": move("b", "l r", "b") for x in "lr"},
    }
    payoffs = {f"pennies, {x}, {y}": (int(x == y), int(x != y)) for x in "lr" for y in "lr"}
    game = tree("ab", nodes, {**payoffs, "nothing": (5, 7)})
    (only,) = dilemma.solve(game)
    assert only.play == {d: {"l": Fraction(1, 2), "r": Fraction(1, 2)} for d in ("a", "b")}
    assert only.payoffs == {"a": 5, "b": 7}
    check(game, dilemma.solve(game))


def with_zeros(model):
    """Return a tree in which chance always does what it may do first."""
    nodes = {}
    for history, node in model.game.nodes.items():
        key = ", ".join(history) or "root"
        if node.player:
            nodes[key] = move(node.player, " ".join(node.actions), node.decision)
        else:
            nodes[key] = {"chance": {a: int(a == node.actions[0]) for a in node.actions}}
    payoffs = {", ".join(end): [*cell.values()] for end, cell in model.payoffs.items()}
    return tree(model.players, nodes, payoffs)


def may_chance(model):
    return any(not node.player for node in model.game.nodes.values())


@pytest.mark.slow
@pytest.mark.parametrize("seed", [seed for seed in IMPERFECT if may_chance(random_tree(seed))][:12])
def test_no_tree_loses_its_equilibria_to_a_chance_of_nothing(seed):
    game = with_zeros(random_tree(seed))
    found = dilemma.solve(game, seconds=5)
    assert found
    assert credible(game)[0] <= set(found.names)
    check(game, found)


def test_beliefs_where_chance_never_leads_follow_the_players_mistakes():
    never, whole = frozenset({("", "x")}), Fraction(1)
    a = Way(frozenset({("x", "a")}), whole, never)
    b = Way(frozenset(), Fraction(1, 3), never)
    other = Way(frozenset(), whole, frozenset({("", "y")}))
    assert pinned({"1": a, "2": b}) == {"1": 0, "2": 1}  # the same impossible move, one mistake
    assert pinned({"1": Way(frozenset(), Fraction(2, 3), never), "2": b}) == {
        "1": Fraction(2, 3),
        "2": Fraction(1, 3),
    }
    assert pinned({"1": b, "2": other}) is None  # which of two impossible moves is likelier?
    assert consistent([({"1": b, "2": other}, {"1": Fraction(1, 7), "2": Fraction(6, 7)})])
    possible = Way(frozenset({("x", "a"), ("y", "a")}), whole)
    assert pinned({"1": b, "2": possible}) == {"1": 0, "2": 1}  # any mistake rather than that
    assert not consistent([({"1": b, "2": possible}, {"1": Fraction(1, 2), "2": Fraction(1, 2)})])


# --- one equilibrium of two players, exactly -----------------------------------------------------


def kuhn(cards):
    """Return Kuhn's poker, 1950, with this many cards: an ante and a bet of one each."""
    deals = [(a, b) for a in range(cards) for b in range(cards) if a != b]
    nodes = {"root": {"chance": {f"d{a}{b}": Fraction(1, len(deals)) for a, b in deals}}}
    payoffs = {}
    for a, b in deals:
        deal, sign = f"d{a}{b}", 1 if a > b else -1
        nodes[deal] = move("one", "check bet", f"one {a}")
        nodes[f"{deal}, check"] = move("two", "leave raised", f"two {b} checked")
        nodes[f"{deal}, bet"] = move("two", "fold call", f"two {b} bet")
        nodes[f"{deal}, check, raised"] = move("one", "fold call", f"one {a} raised")
        payoffs[f"{deal}, check, leave"] = sign
        payoffs[f"{deal}, bet, fold"] = 1
        payoffs[f"{deal}, bet, call"] = 2 * sign
        payoffs[f"{deal}, check, raised, fold"] = -1
        payoffs[f"{deal}, check, raised, call"] = 2 * sign
    return tree(("one", "two"), nodes, {end: (paid, -paid) for end, paid in payoffs.items()})


def test_poker_has_its_value():
    """Kuhn 1950: three cards are worth -1/18 to the first, whatever equilibrium is played."""
    found = dilemma.solve(kuhn(3), seconds=30)
    assert found
    for e in found:
        assert e.payoffs == {"one": sp.Rational(-1, 18), "two": sp.Rational(1, 18)}
        assert e.regret == 0
        assert e.exact
        assert e.concepts | {"consistent beliefs": True} == ALL_TRUE
        assert e.concepts["consistent beliefs"] is not False
    assert found[0].concepts == ALL_TRUE
    assert "every equilibrium pays the same" in found.method
    assert not found.complete


def test_poker_has_all_its_equilibria_between_never_bluffing_and_a_third():
    """Kuhn 1950: the first bets on the lowest card as often as it likes, on the highest three times as often."""
    ends = dilemma.solve(kuhn(3), seconds=30)
    bets = {(e.play["one 0"]["bet"], e.play["one 2"]["bet"]) for e in ends}
    assert bets == {(0, 0), (sp.Rational(1, 3), 1)}
    assert {e.play["two 1 bet"]["call"] for e in ends} == {sp.Rational(1, 3)}
    assert {e.play["two 0 checked"]["raised"] for e in ends} == {sp.Rational(1, 3)}


def test_all_of_a_poker_with_four_cards_is_known():
    """81 x 256 plans: what is optimal for the one goes with what is optimal for the other."""
    game = kuhn(4)
    found = dilemma.solve(game, seconds=30)
    assert found.complete
    assert len(found.components) == 1
    check(game, found)


def scaled(model):
    """Return a tree's position with payoffs between 0 and 1."""
    numbers = valued(model, model.game, {})
    paid = [pay[0] for cell in numbers.payoffs.values() for pay in cell.values()]
    low, span = min(paid), (max(paid) - min(paid)) or 1
    pays = {
        end: {player: (pay[0] - low) / span for player, pay in cell.items()}
        for end, cell in numbers.payoffs.items()
    }
    return Position((), model.game.nodes, numbers.chances, pays)


@pytest.mark.parametrize("seed", [s for s in IMPERFECT if len(random_tree(s).players) == 2][:30])
def test_lemkes_method_ends_at_a_credible_equilibrium(seed):
    """At every information set some beliefs support it, and in every subgame nobody gains."""
    game = random_tree(seed)
    play = quasi_perfect(scaled(game))
    brute = Brute(game)
    assert all(brute.regret(play, player) == 0 for player in brute.players)
    assert brute.subgame_perfect(play)
    assert all(brute.supported(play, decision) for decision in game.game.decisions.values())


@pytest.mark.parametrize("cards", [4, 5])
def test_larger_poker_is_worth_what_pygambits_linear_programme_says(cards):
    game = kuhn(cards)
    play = quasi_perfect(scaled(game))
    told = pygambit.nash.lp_solve(to_pygambit(game)).equilibrium.payoffs["one"]
    assert Brute(game).pays(play, "one") == Fraction(int(told.numerator), int(told.denominator))


def test_three_actions_that_beat_each_other_in_the_dark():
    beats = {"rock": "scissors", "paper": "rock", "scissors": "paper"}
    nodes = {"root": move("a", " ".join(beats))}
    nodes |= {x: move("b", " ".join(beats), "b") for x in beats}
    payoffs = {f"{x}, {y}": (beats[x] == y) - (beats[y] == x) for x in beats for y in beats}
    game = tree("ab", nodes, {end: (paid, -paid) for end, paid in payoffs.items()})
    play = quasi_perfect(scaled(game))
    assert {c for mix in play.values() for c in mix.values()} == {Fraction(1, 3)}


# --- budgets -------------------------------------------------------------------------------------


def test_what_costs_least_is_told_before_anything_else():
    game = kuhn(3)
    first = next(iter(trees.solve(game, game.values({}), seconds=60)))
    assert first.equilibria
    assert "not looked for by their supports" in first.reason


def many_coins(count, players=("a", "b", "c")):
    """Return a tree of matching pennies in the dark for three, one after another, unlike each other."""
    nodes, payoffs = {}, {}
    rng = random.Random(count)
    actions = [f"x{k}" for k in range(count)]
    for x in actions:
        nodes["root"] = move("a", " ".join(actions))
        nodes[x] = move("b", " ".join(actions), "b")
        for y in actions:
            nodes[f"{x}, {y}"] = move("c", " ".join(actions), "c")
            payoffs |= {f"{x}, {y}, {z}": [rng.randint(0, 99) for _ in players] for z in actions}
    return tree(players, nodes, payoffs)


@pytest.mark.parametrize(
    "game", [lambda: kuhn(4), lambda: many_coins(7)], ids=["poker of four", "three players"]
)
def test_a_budget_is_kept(game):
    model, seconds = game(), 4
    dilemma.solve(signals(Fraction(1, 3)), seconds=1)  # what is loaded once is no part of it
    begun = time.monotonic()
    found = dilemma.solve(model, seconds=seconds)
    assert time.monotonic() - begun < 1.1 * seconds + 2  # two seconds for a slow machine
    assert found.complete or found.reason
