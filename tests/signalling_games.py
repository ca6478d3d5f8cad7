"""Signalling games and others with hidden moves, and a brute force from the definition.

The brute force knows the tree alone.  At a calibration it asks z3 for behaviour and beliefs that satisfy
the definition (Bayes' rule within each subgame, a player's own moves telling it nothing; no plan from
any set on is better), notes the supports, forbids them, and asks again until there are no more.
"""

from fractions import Fraction
from itertools import product

import sympy as sp
import z3

import dilemma
from dilemma.deciders.question import Question
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


def with_chances(model, **chances):
    """Return a model with outcomes: the chance of an action after a history."""
    outcomes = {
        name: {"is": f"probability({action}, after='{after}')", "unit": "1", "means": name}
        for name, (action, after) in chances.items()
    }
    return model.replace(outcomes=outcomes)


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
        stated = list(self.stated())
        found = set()
        while (model := solution(stated)) is not None:
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
            stated.append(
                z3.Or([(self.play[k] > 0) != z3.BoolVal(sign) for k, sign in signs.items()])
            )
        return found


def solution(stated):
    """Return numbers that make all of it true; None where there are none.

    Two procedures have turns, each longer than the last: now and then one takes minutes for what takes the
    other milliseconds.
    """
    for seconds in (1, 10, 100):
        for solver in (z3.Tactic("qfnra-nlsat").solver(), z3.SolverFor("QF_NRA")):
            solver.set("timeout", 1000 * seconds)
            solver.add(*stated)
            answer = solver.check()
            if answer != z3.unknown:
                return solver.model() if answer == z3.sat else None
    raise AssertionError("z3 does not tell")


def held(branches, values):
    """Return the names of the branches that are equilibria at a calibration, but for what never is."""
    found = set()
    for branch in branches:
        conditions = []
        for condition in branch.conditions:
            conditions.append(condition.xreplace(values))
            if conditions[-1] == sp.false:  # whatever is mixed: no need to ask
                break
        if sp.false in conditions:
            continue
        question = Question(lambda _: ())
        question.add(*conditions, *(sp.Eq(e.xreplace(values), 0) for e in branch.equations))
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
