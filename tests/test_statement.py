"""The statement on the islands says what its theory says, and what anybody finds who works it out by hand.

Three ways to the solution share nothing with the package: the story, gone through with every pure plan and
belief; a brute force from the definition of an equilibrium, mixed ones included; and Gambit's list of
equilibria, from which is crossed out what rests on beliefs that nobody would hold.
"""

import io
import random
import time
from fractions import Fraction
from itertools import pairwise, product

import pygambit
import pytest
import sympy as sp

import dilemma
from dilemma.claims.decide import decide
from dilemma.deciders.sign_cells import sign_cells
from dilemma.games.tree import hidden
from dilemma.study.conditions import existence
from dilemma.theory.parts import tied
from signalling_games import Brute, held

ERAS = ("cold_war", "post_cold_war")
TOLD_APART = "statement, wait, firm, challenge, concede, silent"
NEW = {"p", "d_H", "f_L", "tau"}


@pytest.fixture(scope="module")
def statement():
    return dilemma.load("statement")


@pytest.fixture(scope="module")
def triangle():
    return dilemma.load("triangle")


# --- worked out by hand ---------------------------------------------------------------------------


class Story:
    """What each is paid, told from the story, at one calibration in fractions."""

    def __init__(self, at):
        q, self.p, self.tau, theta = at["q"], at["p"], at["tau"], at["theta"]
        self.war = q * (at["e_m"] + at["chi"] * at["x_U"])
        self.stakes = {"resolute": self.war + at["d_H"], "irresolute": at["f_L"] * self.war}
        self.bluff, self.most = (theta * self.stakes[t] for t in ("irresolute", "resolute"))
        self.supported = {
            "china": -q * at["m_C"] - (1 - q) * at["k_C"],
            "japan": -q * at["m_J"] + (1 - q) * at["z"],
        }
        self.left_alone = {"china": at["g"], "japan": -at["l"] - at["h"]}
        self.gives_way = {"china": at["g"], "japan": -at["l"]}
        self.theta = theta

    def ally(self, kind, said, china, japan):
        """Return what the United States is paid."""
        cost = self.tau if said == "statement" else 0
        if china == "wait":
            return -cost
        if japan == "concede":
            return -self.theta * self.stakes[kind] - cost
        return -(self.war if kind == "resolute" else self.stakes[kind]) - cost

    def firm(self, player, belief):
        """Return what China or Japan is paid if Japan stands firm, so likely supported."""
        return belief * self.supported[player] + (1 - belief) * self.left_alone[player]

    def answers(self, belief):
        """Return the pairs of answers of China and Japan that are best ones at a belief of both."""
        gap = self.firm("japan", belief) - self.gives_way["japan"]
        for japan in ["firm"] * (gap >= 0) + ["concede"] * (gap <= 0):
            worth = self.firm("china", belief) if japan == "firm" else self.gives_way["china"]
            for china in ["challenge"] * (worth >= 0) + ["wait"] * (worth <= 0):
                yield china, japan

    @property
    def beliefs(self):
        """Beliefs of every sort: where somebody does not mind, and between."""
        ends = {Fraction(0), Fraction(1)}
        for player, other in (("japan", self.gives_way["japan"]), ("china", 0)):
            with_, without = self.firm(player, Fraction(1)), self.firm(player, Fraction(0))
            border = Fraction(other - without) / (with_ - without)
            ends |= {border} if 0 < border < 1 else set()
        ends = sorted(ends)
        return [*ends, *((a + b) / 2 for a, b in pairwise(ends))]

    def equilibria(self):
        """Return the sequential equilibria in pure plans, by their names."""
        found = set()
        for plan in product(("statement", "silent"), repeat=2):
            says = dict(zip(("resolute", "irresolute"), plan, strict=True))
            answers = {}
            for said in ("statement", "silent"):
                kinds = [kind for kind, own in says.items() if own == said]
                likely = {"resolute": self.p, "irresolute": 1 - self.p}
                known = (
                    [likely["resolute"] * ("resolute" in kinds) / sum(likely[k] for k in kinds)]
                    if kinds
                    else self.beliefs
                )
                answers[said] = {pair for belief in known for pair in self.answers(belief)}
            for after, else_ in product(answers["statement"], answers["silent"]):
                reply = {"statement": after, "silent": else_}
                if all(
                    self.ally(kind, own, *reply[own]) >= self.ally(kind, other, *reply[other])
                    for kind, own in says.items()
                    for other in reply
                ):
                    found.add(", ".join((says["resolute"], *after, *else_, says["irresolute"])))
        return found


def box_of(model, era):
    return {n: (v.range.low, v.range.high) for n, v in model.eras[era].values.items()}


WIDE = {
    "p": (0.05, 0.95), "d_H": (0.1, 5), "f_L": (0.05, 0.95), "tau": (0, 3), "theta": (0.1, 1), "g": (0.5, 6),
    "l": (0.5, 6), "h": (0.2, 4), "z": (0, 4), "m_J": (1, 30), "m_C": (1, 30), "k_C": (0.1, 4), "q": (0.05, 0.6),
    "e_m": (1, 8), "chi": (0, 40), "x_U": (0, 0.3),
}  # fmt: skip


def drawn(box, number, seed):
    """Return calibrations from a box, in thousandths; every other one at a border of the theory."""
    rng = random.Random(seed)
    ends = {n: (round(1000 * low), round(1000 * high)) for n, (low, high) in box.items()}
    found = [{n: Fraction(rng.randint(*e), 1000) for n, e in ends.items()} for _ in range(number)]
    for k, at in enumerate(found[::2]):
        story = Story(at)
        at["tau"] = (story.bluff, story.most, Fraction(0), story.stakes["irresolute"])[k % 4]
    return found


@pytest.fixture(scope="module")
def calibrations(statement):
    """Return 36: from each era's box, and from where everything happens."""
    boxes = (*(box_of(statement, era) for era in ERAS), WIDE)
    return [at for seed, box in enumerate(boxes) for at in drawn(box, 12, seed)]


@pytest.fixture(scope="module")
def branches(statement):
    return hidden.branches(statement)


def exactly(model, at):
    return model.values(model.calibration({n: str(v) for n, v in at.items()}))


def test_the_story_comes_to_the_same_pure_equilibria_ties_included(
    statement, calibrations, branches
):
    pure = [branch for branch in branches if not branch.unknowns]
    for at in calibrations:
        assert held(pure, exactly(statement, at)) == Story(at).equilibria()


@pytest.mark.slow
def test_solving_lists_them_all(statement, calibrations):
    for at in calibrations[::6]:
        names = dilemma.solve(statement, {n: str(v) for n, v in at.items()}).names
        assert {n[1:-1] for n in names if n.startswith("(")} == Story(at).equilibria()


@pytest.mark.slow
def test_a_sample_lists_what_there_is(statement, branches):
    """Chances that may be any within bounds included: each choice of supports, asked of z3 as it stands."""
    for era in ERAS:
        found = dilemma.sample(statement, era, n=64, seed=5)
        assert found.complete.values.all()
        for draw in (3, 20, 41):
            there = found.present.isel(draw=draw).values
            names = {str(n).split(" #")[0] for n in found.equilibrium.values[there]}
            at = {p: repr(float(found[p].isel(draw=draw))) for p in statement.parameters}
            plain = {name.removeprefix("mixed ").strip("()") for name in names}
            assert plain == held(branches, exactly(statement, at))


@pytest.mark.slow
def test_the_zones_of_the_cold_war_are_proved_to_cover(statement, branches):
    """48 conditions in 51 polynomials."""
    where = [existence(b) for b in branches if b.where is not None]
    kept = [w for w in where if not any(p.func is sp.Eq for p in sp.And.make_args(w))]
    about = tied(statement.eras["cold_war"].values, statement.definitions)
    found = sign_cells(kept, about, until=time.perf_counter() + 300)
    assert found.proved
    assert len(found.found) == 28


# --- what the claims say, by hand -------------------------------------------------------------------


def test_types_are_told_apart_just_between_two_costs(calibrations):
    for at in calibrations:
        story = Story(at)
        if at["l"] + story.supported["japan"] <= 0:
            continue
        assert (TOLD_APART in story.equilibria()) == (story.bluff <= at["tau"] <= story.most)
        assert at["tau"] > 0 or TOLD_APART not in story.equilibria()


def test_silence_by_all_is_one_everywhere_and_deters_where_the_triangle_does(calibrations):
    for at in calibrations:
        story, every = Story(at), Story(at).equilibria()
        silent = [name for name in every if name.startswith("silent") and name.endswith("silent")]
        assert silent
        deterred = ("wait", "firm") in story.answers(at["p"])
        assert any(name.split(", ")[3] == "wait" for name in silent) == deterred


def test_no_statement_by_all_costs_more_than_the_irresolute_have_at_stake():
    seen = set()
    for at in drawn(WIDE, 100, 3):
        story = Story(at)
        same = [n for n in story.equilibria() if n.startswith("state") and n.endswith("statement")]
        assert not same or at["tau"] <= story.stakes["irresolute"]
        seen.add(bool(same) and at["tau"] > story.bluff)
    assert True in seen  # it may cost more than a bluff saves, where silence leads to a crisis


@pytest.mark.parametrize(
    ("tau", "told"), [("0", False), ("bluff", True), ("most", True), ("beyond", False)]
)
@pytest.mark.parametrize("era", ERAS)
def test_at_the_centres_the_ends_of_the_window_count(statement, branches, era, tau, told):
    at = {n: Fraction(str(v)) for n, v in statement.calibration(era).items()}
    story = Story(at)
    costs = {
        "0": 0,
        "bluff": story.bluff,
        "most": story.most,
        "beyond": story.most + Fraction(1, 10**9),
    }
    at["tau"] = Fraction(costs[tau])
    assert (TOLD_APART in Story(at).equilibria()) == told
    (branch,) = (b for b in branches if b.name == TOLD_APART)
    assert branch.holds_at(exactly(statement, at)) == told


# --- by the definition ------------------------------------------------------------------------------


class SameBeliefs(Brute):
    """Sequential equilibria: a challenge tells Japan nothing of the stake, whoever spoke or did not."""

    def stated(self):
        yield from super().stated()
        for said in ("a statement", "silence"):
            china, japan = f"China after {said}", f"Japan after {said}"
            for history in self.tree.decisions[china].histories:
                yield self.belief[china, history] == self.belief[japan, (*history, "challenge")]


@pytest.mark.slow
@pytest.mark.parametrize("concept", ["sequential", "perfect bayesian"])
@pytest.mark.parametrize("era", ERAS)
def test_branches_are_what_the_definition_finds(statement, concept, era):
    """At calibrations of both eras, at those borders of costs, and at free words."""
    model = statement.replace(concept=concept)
    every = hidden.branches(model)
    brute = SameBeliefs if concept == "sequential" else Brute
    for at in drawn(box_of(statement, era), 8, ERAS.index(era)):
        values = exactly(model, at)
        assert held(every, values) == brute(model, values).supports()


# --- by Gambit ------------------------------------------------------------------------------------


def written(story):
    """Return the tree for Gambit, from the story."""
    lines = [
        'EFG 2 R "statement" { "us" "china" "japan" }',
        f'c "" 1 "" {{ "resolute" {story.p} "irresolute" {1 - story.p} }} 0',
    ]
    for k, kind in enumerate(("resolute", "irresolute"), 1):
        lines.append(f'p "" 1 {k} "" {{ "statement" "silent" }} 0')
        for j, said in enumerate(("statement", "silent"), 1):
            does = story.supported if kind == "resolute" else story.left_alone
            ends = [
                (story.ally(kind, said, "challenge", "firm"), does["china"], does["japan"]),
                (story.ally(kind, said, "challenge", "concede"), *story.gives_way.values()),
                (story.ally(kind, said, "wait", ""), 0, 0),
            ]
            told = [
                f't "" {6 * k + 3 * j + n} "" {{ {", ".join(map(str, paid))} }}'
                for n, paid in enumerate(ends)
            ]
            lines += [
                f'p "" 2 {j} "" {{ "challenge" "wait" }} 0',
                f'p "" 3 {j} "" {{ "firm" "concede" }} 0',
                *told,
            ]
    return pygambit.read_efg(io.StringIO("\n".join(lines)))


def listed(story):
    """Return the names of Gambit's equilibria in pure strategies, each decision deviating by itself."""
    found = set()
    for profile in pygambit.nash.enumpure_agent_solve(written(story)).equilibria:
        us, china, japan = ([_taken(mix) for _, mix in profile[p]] for p in profile.game.players)
        found.add(", ".join((us[0], china[0], japan[0], china[1], japan[1], us[1])))
    return found


def _taken(mix):
    (action,) = (action for action, chance in mix if chance == 1)
    return action


@pytest.mark.parametrize("era", ERAS)
def test_gambit_lists_them_and_others_that_nobody_would_believe(statement, era):
    story = Story({n: Fraction(str(v)) for n, v in statement.calibration(era).items()})
    names = listed(story)
    assert story.equilibria() <= names
    empty = names - story.equilibria()
    # After a statement that nobody makes China waits, although it would not mind a Japan that concedes.
    assert "silent, wait, concede, wait, firm, silent" in empty


# --- the smallest game ------------------------------------------------------------------------------


def test_without_china_free_words_would_tell_types_apart(statement):
    """Japan is challenged in any case: the irresolute want it to give way, and say nothing."""
    nodes = {"root": {"chance": {"resolute": "p", "irresolute": "1 - p"}}}
    payoffs = {}
    for kind, said in product(("resolute", "irresolute"), ("statement", "silent")):
        nodes[kind] = {"player": "us", "actions": ["statement", "silent"]}
        nodes[f"{kind}, {said}"] = {
            "player": "japan", "actions": ["firm", "concede"], "information": f"after {said}",
        }  # fmt: skip
        for answer in ("firm", "concede"):
            cell = statement.payoffs[kind, said, "challenge", answer]
            payoffs[f"{kind}, {said}, {answer}"] = {p: str(cell[p]) for p in ("japan", "us")}
    says = {
        name: {"is": f"probability(statement, after='{kind}')", "unit": "1", "means": name}
        for name, kind in (("says_H", "resolute"), ("says_L", "irresolute"))
    }
    told = {name: statement.document[name] for name in ("parameters", "definitions")}
    game = dilemma.Model(
        name="game", title="Game", kind="tree", players={"japan": {}, "us": {}}, tree=nodes,
        payoffs=payoffs, outcomes=says, **told,
    )  # fmt: skip
    claim = game.make_claim(
        exists="says_H == 1 and says_L == 0", over="all",
        given="tau == 0 and l + B_J > 0 and B_U <= theta*lam_H",
    )  # fmt: skip
    assert [v.status for v in decide(game, claim, seconds=60)] == ["proved"]


# --- the file ---------------------------------------------------------------------------------------


def test_what_it_shares_with_the_triangle_is_the_same(statement, triangle):
    shared = set(statement.parameters) & set(triangle.parameters)
    assert set(statement.parameters) == shared | NEW
    for era, name in product(ERAS, sorted(shared)):
        here, there = (model.eras[era].values[name] for model in (statement, triangle))
        assert (here.central, here.range, here.grade) == (there.central, there.range, there.grade)


@pytest.mark.parametrize(("era", "stake"), [("cold_war", 3.54), ("post_cold_war", 3.23)])
def test_resolve_and_stakes_are_the_triangles(statement, triangle, era, stake):
    (only,) = dilemma.solve(triangle, era)
    told = {s.name: float(v) for s, v in triangle.values(triangle.calibration(era)).items()}
    p = statement.eras[era].values["p"]
    assert float(only.outcomes["rho"]) == pytest.approx(float(p.central), abs=5e-4)
    assert (told["L"] - told["q"] * told["e"]) / 2 == pytest.approx(stake, abs=5e-3)
    ends = [triangle.eras[era].values[n].range for n in ("q", "e_m", "chi", "x_U", "L")]
    corners = product(*((own.low, own.high) for own in ends))
    support = [1 - q * (e_m + chi * x) / L for q, e_m, chi, x, L in corners]
    assert p.range.low == pytest.approx(float(min(support)), abs=5e-3)
    assert p.range.high == pytest.approx(float(max(support)), abs=8e-3)


def test_stakes_lie_on_both_sides_of_what_support_may_cost(statement):
    for era in ERAS:
        values = {s.name: v for s, v in statement.values(statement.calibration(era)).items()}
        assert 0 < values["lam_L"] < values["B_U"] < values["lam_H"]
        assert values["tau_L"] < values["tau"] < values["tau_H"]
    claim = statement.make_claim("lam_L < B_U and B_U < lam_H and 0 < lam_L", over="all")
    assert [v.status for v in decide(statement, claim, seconds=60)] == ["proved"]


def test_what_the_calibration_puts_in_is_marked(statement):
    assert [claim.label for claim in statement.claims.values() if not claim.derived] == ["C7.14"]


def test_what_fails_stands_beside_what_rescues_it(statement):
    labels = {claim.label for claim in statement.claims.values()}
    assert {"C7.7", "C7.8", "C7.9"} < labels
    for claim in statement.claims.values():
        if {"mixed", "disproved"} & set(claim.expect.values()):
            assert f"{claim.label} rescued" in labels


@pytest.mark.parametrize("era", ERAS)
def test_where_silence_by_all_deters_is_where_the_triangle_deters(statement, triangle, era):
    """And only there, which is no claim of the file."""
    claim = statement.make_claim(
        "not (says_H == 0 and says_L == 0 and challenged == 0) or (p >= rho_J and p >= rho_C)",
        over=era, given="l + B_J > 0",
    )  # fmt: skip
    assert [v.status for v in decide(statement, claim, seconds=60)] == ["proved"]
    assert (
        sp.simplify(triangle.definitions["rho_C"].formula - statement.definitions["rho_C"].formula)
        == 0
    )
