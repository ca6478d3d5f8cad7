"""The triangle with China says what its theory says, and what anybody finds who works it out by hand.

Two ways to the solution share nothing with the package: backward induction with finitely many stakes,
written from the story, and Gambit's list of equilibria of a tree with two stakes, from which is crossed
out what nobody would carry out.
"""

import io
import random
from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np
import pygambit
import pytest
import sympy as sp

import dilemma
from dilemma.games.solution import many

DETERRENCE = "wait, firm, support/restrain"
CONCESSION = "challenge, concede, support/restrain"
CRISIS = "challenge, firm, support/restrain"
UNRESOLVED = "challenge, concede, restrain"

# Where American resolve and Japan's stake move between the eras too; e is the whole cost of a war.
ELSEWHERE = {
    "g": (2, 4), "h": (1, 3), "z": (0, 1), "m_J": (8, 16), "k_C": (1, 2), "q": (0.1, 0.2),
    "chi": (0, 0), "x_U": (0, 0), "theta": (0.5, 0.5),
}  # fmt: skip
ELSEWHERE_THEN = {**ELSEWHERE, "l": (4, 7), "m_C": (20, 30), "e_m": (5, 8), "L": (8, 12)}
ELSEWHERE_NOW = {**ELSEWHERE, "l": (2, 4), "m_C": (8, 16), "e_m": (7, 13), "L": (4, 7)}
# And where everything happens.
WIDE = {
    "g": (0.5, 6), "l": (0.5, 6), "h": (0.2, 4), "z": (0, 4), "m_J": (1, 30), "m_C": (1, 30),
    "k_C": (0.1, 4), "q": (0.02, 0.6), "e_m": (1, 8), "chi": (0, 40), "x_U": (0, 0.3), "L": (1, 9),
    "theta": (0.1, 1),
}  # fmt: skip


@pytest.fixture(scope="module")
def triangle():
    return dilemma.load("triangle")


# --- worked out by hand ---------------------------------------------------------------------------


class Told(NamedTuple):
    """What happens, and how much the nearest decision matters."""

    name: str
    rho: float
    abandonment: float
    entrapment: float
    close: float


STEPS = 2_000


def by_hand(at, steps=STEPS):
    """Go back from the ends of the story, with finitely many American stakes."""
    q, war = at["q"], at["e_m"] + at["chi"] * at["x_U"]
    stakes = [at["L"] * (k + 0.5) / steps for k in range(steps)]
    rho = sum(-q * war >= -stake for stake in stakes) / steps
    supported = q * -at["m_J"] + (1 - q) * at["z"]
    boldness = rho * supported + (1 - rho) * (-at["l"] - at["h"]) - -at["l"]
    resisted = q * -at["m_C"] + (1 - q) * -at["k_C"]
    challenge = rho * resisted + (1 - rho) * at["g"] if boldness >= 0 else at["g"]
    words = (
        "challenge" if challenge >= 0 else "wait",
        "firm" if boldness >= 0 else "concede",
        "support/restrain" if rho else "restrain",
    )
    crisis = words[:2] == ("challenge", "firm")
    abandoned, entrapped = (1 - rho, rho * q) if crisis else (0, 0)
    close = min(abs(boldness), abs(challenge), abs(at["L"] - q * war))
    return Told(", ".join(words), rho, abandoned, entrapped, close)


def drawn(box, number, seed):
    """Return calibrations from a box, in thousandths."""
    rng = random.Random(seed)
    ends = {n: (round(1000 * low), round(1000 * high)) for n, (low, high) in box.items()}
    return [{n: Fraction(rng.randint(*e), 1000) for n, e in ends.items()} for _ in range(number)]


def box_of(model, era):
    return {n: (float(v.range.low), float(v.range.high)) for n, v in model.eras[era].values.items()}


@pytest.fixture(scope="module")
def calibrations(triangle):
    """Return 300: a hundred from each era's box, and a hundred from where everything happens."""
    boxes = (box_of(triangle, "cold_war"), box_of(triangle, "post_cold_war"), WIDE)
    return [at for seed, box in enumerate(boxes) for at in drawn(box, 100, seed)]


@pytest.fixture(scope="module")
def found(triangle, calibrations):
    """Return what the package finds there: names of equilibria, and outcomes."""
    columns = {
        p.symbol: np.array([float(at[p.name]) for at in calibrations])
        for p in triangle.parameters.values()
    }
    batch = many(triangle, columns)
    told = []
    for k in range(len(calibrations)):
        (rows,) = (rows for rows in batch.rows if rows.holds[k].any())
        worth = {n: float(batch.worth(rows, f)[k, 0]) for n, f in rows.branch.outcomes.items()}
        told.append((batch.names(k), worth))
    assert not batch.doubtful.any()
    return told


def test_backward_induction_with_many_stakes_comes_to_the_same(calibrations, found):
    seen, clear = set(), 0
    for at, (names, worth) in zip(calibrations, found, strict=True):
        told = by_hand({n: float(v) for n, v in at.items()})
        if told.close < 20 / STEPS:
            continue  # finitely many stakes cannot tell
        clear += 1
        seen.add(told.name)
        assert names == (told.name,)
        assert worth["rho"] == pytest.approx(told.rho, abs=1 / STEPS)
        assert worth["abandonment_if_challenged"] == pytest.approx(1 - told.rho, abs=1 / STEPS)
        assert worth["abandonment"] == pytest.approx(told.abandonment, abs=1 / STEPS)
        assert worth["entrapment"] == pytest.approx(told.entrapment, abs=1 / STEPS)
    assert seen == {DETERRENCE, CONCESSION, CRISIS, UNRESOLVED}
    assert clear > 280


def test_many_calibrations_at_once_are_each_solved_exactly(triangle, calibrations, found):
    for at, (names, worth) in list(zip(calibrations, found, strict=True))[::20]:
        (only,) = dilemma.solve(triangle, {n: str(v) for n, v in at.items()})
        assert names == (only.branch,)
        assert float(only.outcomes["margin"]) == pytest.approx(worth["margin"])
        assert only.regret == 0


# --- by Gambit ------------------------------------------------------------------------------------


def two_stakes(at):
    """Return a tree for Gambit in which the stake is high or low, what each is, and a high one's odds."""
    q, war = at["q"], at["e_m"] + at["chi"] * at["x_U"]
    odds = 1 - q * war / at["L"]
    stakes = {"high": (q * war + at["L"]) / 2, "low": q * war / 2}
    resisted = -q * at["m_C"] - (1 - q) * at["k_C"], -q * at["m_J"] + (1 - q) * at["z"], -q * war
    lines = [
        'EFG 2 R "triangle" { "china" "japan" "us" }',
        f'c "" 1 "" {{ "high" {odds} "low" {1 - odds} }} 0',
    ]
    for k, stake in enumerate(stakes.values()):
        ends = [
            resisted,
            (at["g"], -at["l"] - at["h"], -stake),
            (at["g"], -at["l"], -at["theta"] * stake),
            (0, 0, 0),
        ]
        told = [
            f't "" {4 * k + j} "" {{ {", ".join(map(str, paid))} }}'
            for j, paid in enumerate(ends, 1)
        ]
        lines += [
            'p "" 1 1 "" { "challenge" "wait" } 0',
            'p "" 2 1 "" { "firm" "concede" } 0',
            f'p "" 3 {k + 1} "" {{ "support" "restrain" }} 0',
            *told,
        ]
    return pygambit.read_efg(io.StringIO("\n".join(lines))), stakes, odds


class Profile(NamedTuple):
    """What is done by China, by Japan, and by the United States with a high and a low stake."""

    china: str
    japan: str
    high: str
    low: str


def listed(game):
    """Return Gambit's equilibria in pure strategies, each decision deviating by itself."""
    return {
        Profile(*(_taken(mix) for player in game.players for _, mix in profile[player]))
        for profile in pygambit.nash.enumpure_agent_solve(game).equilibria
    }


def _taken(mix):
    (action,) = (action for action, chance in mix if chance == 1)
    return action


def carried_out(profile, at, stakes, odds):
    """Tell whether each would do as it says where it is asked, at the odds that chance has."""
    q, war = at["q"], at["e_m"] + at["chi"] * at["x_U"]
    does = {"high": profile.high, "low": profile.low}
    if any((does[s] == "support") is not (q * war <= stakes[s]) for s in stakes):
        return False
    supported = sum(
        odds if s == "high" else 1 - odds for s, done in does.items() if done == "support"
    )
    firm = supported * (-q * at["m_J"] + (1 - q) * at["z"])
    firm += (1 - supported) * (-at["l"] - at["h"])
    return (profile.japan == "firm") is (firm >= -at["l"])


def test_gambits_equilibria_that_are_carried_out_are_the_packages(calibrations, found):
    asked = 0
    for at, (names, _) in zip(calibrations, found, strict=True):
        if at["q"] * (at["e_m"] + at["chi"] * at["x_U"]) >= at["L"]:
            continue  # no stake is high: there are no two to draw
        game, stakes, odds = two_stakes(at)
        asked += 1
        credible = [p for p in listed(game) if carried_out(p, at, stakes, odds)]
        (only,) = credible
        assert names == (f"{only.china}, {only.japan}, {only.high}/{only.low}",)
    assert asked > 250


def test_nash_is_not_enough(triangle):
    """At the centre one equilibrium is kept up by an ally who says it would support and would not."""
    at = {n: Fraction(str(v)) for n, v in triangle.calibration("post_cold_war").items()}
    game, stakes, odds = two_stakes(at)
    empty = [p for p in listed(game) if not carried_out(p, at, stakes, odds)]
    assert Profile("wait", "firm", "support", "restrain") in listed(game)
    assert Profile("challenge", "concede", "restrain", "restrain") in empty
    assert all((p.high, p.low) != ("support", "restrain") for p in empty)


def test_between_the_thresholds_a_belief_of_japans_deters_that_no_challenge_would_give(triangle):
    """A weak perfect Bayesian equilibrium, and no sequential one."""
    at = {n: Fraction(str(v)) for n, v in triangle.calibration("post_cold_war").items()}
    at |= {"l": Fraction(2), "h": Fraction(3), "m_C": Fraction(20), "L": Fraction(35, 12)}
    told = by_hand({n: float(v) for n, v in at.items()})
    rho_J, rho_C = thresholds(at)
    assert rho_C < told.rho < rho_J
    game, stakes, odds = two_stakes(at)
    deterred = Profile("wait", "firm", "support", "restrain")
    assert deterred in listed(game)
    assert not carried_out(deterred, at, stakes, odds)
    assert carried_out(deterred, at, stakes, Fraction(1))  # if Japan believed in a high stake
    assert dilemma.solve(triangle, {n: str(v) for n, v in at.items()}).names == (f"({CONCESSION})",)


# --- thresholds -----------------------------------------------------------------------------------


def thresholds(at):
    """Return rho_J and rho_C: support at which Japan and China do not mind, 1 where Japan always does."""
    firm = [q_mean(at, -at["m_J"], at["z"]), -at["l"] - at["h"]]  # with support, without
    challenge = [q_mean(at, -at["m_C"], -at["k_C"]), at["g"]]
    # Along a line from what is paid without support to what is paid with it, where is the rest?
    rho_J = (-at["l"] - firm[1]) / (firm[0] - firm[1]) if firm[0] > -at["l"] else 1
    return rho_J, (0 - challenge[1]) / (challenge[0] - challenge[1])


def q_mean(at, war, peace):
    return at["q"] * war + (1 - at["q"]) * peace


def test_thresholds_are_where_japan_and_china_do_not_mind(calibrations, found):
    for at, (_, worth) in zip(calibrations, found, strict=True):
        rho_J, rho_C = thresholds(at)
        assert worth["rho"] - worth["margin_J"] == pytest.approx(float(rho_J))
        assert worth["rho"] - worth["margin_C"] == pytest.approx(float(rho_C))


@pytest.mark.parametrize(
    ("era", "rho", "rho_J", "rho_C", "margin"),
    [("cold_war", 0.885, 0.432, 0.374, 0.452), ("post_cold_war", 0.808, 0.432, 0.471, 0.338)],
)
def test_support_thresholds_and_margin_at_the_centres(triangle, era, rho, rho_J, rho_C, margin):
    (only,) = dilemma.solve(triangle, era)
    assert only.branch == DETERRENCE
    values = {s.name: float(v) for s, v in triangle.values(triangle.calibration(era)).items()}
    told = {n: float(v) for n, v in only.outcomes.items()}
    assert told["rho"] == pytest.approx(rho, abs=5e-4)
    assert values["rho_J"] == pytest.approx(rho_J, abs=5e-4)
    assert values["rho_C"] == pytest.approx(rho_C, abs=5e-4)
    assert told["margin"] == pytest.approx(margin, abs=5e-4)
    assert told["margin"] == pytest.approx(min(told["margin_J"], told["margin_C"]))
    assert told["abandonment"] == told["entrapment"] == 0


@pytest.mark.parametrize(
    ("box", "expected"),
    [(ELSEWHERE_THEN, (0.91, 0.36, 0.37)), (ELSEWHERE_NOW, (0.70, 0.55, 0.49))],
)
def test_support_and_thresholds_on_the_other_boxes(triangle, box, expected):
    at = {n: (low + high) / 2 for n, (low, high) in box.items()}
    at |= (
        {"e_m": 6, "l": 5} if box is ELSEWHERE_THEN else {"L": 5}
    )  # their centres lie off the middle
    at["q"] = 0.15
    (only,) = dilemma.solve(triangle, {n: str(v) for n, v in at.items()})
    rho_J, rho_C = thresholds(at)
    assert only.branch == DETERRENCE
    told = (only.outcomes["rho"], rho_J, rho_C)
    assert [float(v) for v in told] == pytest.approx(expected, abs=5e-3)


# --- how often ------------------------------------------------------------------------------------


def shares(model, box, number=20_000, seed=0):
    rng = np.random.default_rng(seed)
    columns = {
        p.symbol: rng.uniform(*map(float, box[p.name]), number) for p in model.parameters.values()
    }
    batch = many(model, columns)
    return {rows.branch.name: float(rows.holds.mean()) for rows in batch.rows if rows.holds.any()}


@pytest.mark.parametrize(
    ("box", "deterred", "conceded"),
    [
        ("cold_war", 0.9987, 0.0013),
        ("post_cold_war", 0.9914, 0.0086),
        (ELSEWHERE_THEN, 1, 0),
        (ELSEWHERE_NOW, 0.787, 0.209),
    ],
    ids=["Cold War", "post-Cold War", "Cold War, other box", "post-Cold War, other box"],
)
def test_how_often_a_challenge_is_deterred(triangle, box, deterred, conceded):
    found = shares(triangle, box_of(triangle, box) if isinstance(box, str) else box)
    assert found[DETERRENCE] == pytest.approx(deterred, abs=0.008)
    assert found.get(CONCESSION, 0) == pytest.approx(conceded, abs=0.008)
    assert found.get(CRISIS, 0) == pytest.approx(1 - deterred - conceded, abs=0.002)


# --- what the claims say, without deciding them -----------------------------------------------------


def corners(model, era, names):
    ends = [(v.range.low, v.range.high) for v in (model.eras[era].values[n] for n in names)]
    return [dict(zip(names, corner, strict=True)) for corner in product(*ends)]


def test_the_papers_trade_figures_make_abandonment_likelier_wherever_a_box_ends(triangle):
    """Left alone is q*e/L: at each corner of what the eras share, more at the lowest share of trade."""
    then, now = (triangle.eras[era].values["x_U"].range for era in triangle.eras)
    assert then.high < now.low
    for at in corners(triangle, "cold_war", ["q", "e_m", "chi", "L"]):
        before, after = (
            at["q"] * (at["e_m"] + at["chi"] * x) / at["L"] for x in (then.high, now.low)
        )
        assert 0 < before < after < 1


def test_the_measured_share_is_what_the_paper_prints(triangle):
    """7.73 % of exports and 19.42 % of imports, the smaller flow and the larger."""
    share = triangle.eras["post_cold_war"].values["x_U"]
    assert share.grade == "measured"
    assert float(share.range.low) == pytest.approx((0.0773 + 0.1942) / 2, abs=1e-3)
    assert 0.0773 < share.range.low < share.range.high < 0.1942


def test_two_and_a_fifth_times_the_stake_is_enough_and_twice_is_not(triangle):
    """Support depends on e/L alone where crises are alike: how much dearer can a war have become?"""
    then, now = (triangle.eras[era].values["x_U"].range for era in triangle.eras)
    dearer = max(
        (at["e_m"] + at["chi"] * now.high) / (at["e_m"] + at["chi"] * then.low)
        for at in corners(triangle, "cold_war", ["e_m", "chi"])
    )
    assert 2 < dearer < sp.Rational(11, 5)


def test_an_open_crisis_need_not_be_possible(triangle):
    """With everything worth 1, and war as likely as not, who is bold enough is not afraid."""
    ones = dict.fromkeys(triangle.parameters, 1) | {"z": 0, "q": "1/2", "chi": 0}
    values = {s.name: v for s, v in triangle.values(ones).items()}
    assert values["rho_J"] == sp.Rational(2, 3)
    assert values["rho_C"] == sp.Rational(1, 2)
    for stake in ("0.7", "1", "1.3", "1.7", "3"):
        (only,) = dilemma.solve(triangle, {**ones, "L": stake})
        assert only.branch != CRISIS


@pytest.mark.parametrize("era", ["cold_war", "post_cold_war"])
def test_where_a_war_is_too_dear_japan_gives_way_to_a_challenge(triangle, era):
    corner = {"l": 3, "z": 0, "q": "0.2", "m_J": 16}
    values = {s.name: v for s, v in triangle.values(triangle.calibration(era, **corner)).items()}
    assert values["l"] + values["B_J"] < 0
    assert dilemma.solve(triangle, era, **corner).names == (f"({CONCESSION})",)


def test_in_a_corner_of_the_box_japan_stands_firm_and_is_challenged(triangle):
    corner = {"g": 4, "m_C": 10, "k_C": 1, "q": "0.2", "e_m": 7, "chi": 40, "L": 6}
    (only,) = dilemma.solve(triangle, "post_cold_war", **corner)
    assert only.branch == CRISIS
    assert only.outcomes["abandonment"] == only.outcomes["abandonment_if_challenged"] > 0


def test_no_action_hangs_on_what_is_lost_unasked(triangle):
    assert len({dilemma.solve(triangle, "cold_war", theta=t).names for t in ("0.1", 1)}) == 1


def test_only_trade_moves_in_the_core(triangle):
    core = triangle.variant("core").eras["post_cold_war"].values
    assert [name for name, value in core.items() if not value.common] == ["x_U"]
    assert core["m_C"] == triangle.variant("core").eras["cold_war"].values["m_C"]


def test_what_the_calibration_puts_in_is_marked(triangle):
    put_in = {claim.label for claim in triangle.claims.values() if not claim.derived}
    assert {"C7'.1", "C7'.5", "C7'.6", "C7'.7"} < put_in
    assert {"C7.1", "C7'.2", "C7'.3", "C7.5", "C7.6"}.isdisjoint(put_in)


def test_what_fails_stands_beside_what_rescues_it(triangle):
    labels = {claim.label for claim in triangle.claims.values()}
    for claim in triangle.claims.values():
        if {"mixed", "disproved"} & set(claim.expect.values()):
            rescue = (
                f"{claim.label}, rescued" if "path" in claim.label else f"{claim.label} rescued"
            )
            assert rescue in labels
    assert "amends C7.4" in triangle.claim("C7'.1").source
