"""Best replies, against the best of a grid of payoffs worked out here in plain numbers."""

import itertools
import json
import random
from fractions import Fraction

import numpy as np
import pytest

import dilemma
from dilemma.errors import CalibrationError, UnsupportedError
from small_games import chosen_game, ranging, valued


def game(first, second):
    return dilemma.matrix(first, second, actions=[["no", "yes"]] * 2)


def chosen(one, two):
    era = {"now": {"a": valued(1)}}
    return chosen_game({"one": one, "two": two}, parameters={"a": ranging(0, 9)}, eras=era)


def said(reply, other):
    """Return the least and the most that a reply says is best against a number."""
    if reply.anything:
        return 0, 1
    own = []
    for line in reply.lines:
        for (a, low), (b, high) in itertools.pairwise(line):
            if a == b == other:
                own += [low, high]
            elif a <= other <= b and a < b:
                own.append(low + (high - low) * (other - a) / (b - a))
    return min(own), max(own)


# Small integers, so that ties are frequent.
TABLES = [random.Random(seed).choices(range(-2, 3), k=8) for seed in range(25)]


@pytest.mark.parametrize("numbers", TABLES, ids=str)
def test_a_reply_is_what_pays_most(numbers):
    first, second = [numbers[0:2], numbers[2:4]], [numbers[4:6], numbers[6:8]]
    (found,) = dilemma.best_replies(game(first, second)).eras
    for k in range(13):
        q = Fraction(k, 12)
        for player in ("row", "column"):
            table = first if player == "row" else list(zip(*second, strict=True))
            pays = [(1 - q) * own[0] + q * own[1] for own in table]
            best = {(1,): (1, 1), (0,): (0, 0), (0, 1): (0, 1)}[
                tuple(a for a in (0, 1) if pays[a] == max(pays))
            ]
            assert said(found.replies[player], q) == best, (player, q)


@pytest.mark.parametrize("numbers", TABLES, ids=str)
def test_equilibria_lie_on_both_replies(numbers):
    first, second = [numbers[0:2], numbers[2:4]], [numbers[4:6], numbers[6:8]]
    found = dilemma.best_replies(game(first, second))
    (era,) = found.eras
    for x, y in found.spots(era):
        for player, own, other in (("row", x, y), ("column", y, x)):
            low, high = said(era.replies[player], other)
            assert low <= own <= high


def test_a_reply_changes_where_both_actions_pay_the_same(abandonment):
    found = dilemma.best_replies(abandonment, ["post_cold_war"])
    values = abandonment.values("post_cold_war")
    (era,) = found.eras
    (tie,) = era.replies["japan"].turns
    pays = {cell: told["japan"].xreplace(values) for cell, told in abandonment.payoffs.items()}
    mixed = {
        own: (1 - tie) * pays[own, "weak"] + tie * pays[own, "strong"] for own in ("weak", "strong")
    }
    assert mixed["weak"] == mixed["strong"]


def test_one_who_does_not_care_is_not_given_a_line():
    (era,) = dilemma.best_replies(game([[1, 1], [1, 1]], [[1, 0], [0, 1]])).eras
    assert (era.replies["row"].anything, era.replies["row"].lines) == (True, ())
    assert not era.replies["column"].anything
    assert era.equilibria.continua


@pytest.fixture(scope="module")
def hedged(hedging):
    return dilemma.best_replies(hedging, points=7)


def test_hedges_are_those_of_the_first_order_condition(hedged):
    for era in hedged.eras:
        p = {name: float(v) for name, v in hedged.model.calibration(era.era).items()}
        for player, who in (("japan", "J"), ("us", "U")):
            for other, own in itertools.chain(*era.replies[player].lines):
                y = 1 - float(other)
                gain = p[f"g_{who}"] - p[f"alp_{who}"] * y / (y + p[f"tau_{who}"])
                assert float(own) == pytest.approx(np.clip(gain / p[f"kap_{who}"], 0, 1), abs=1e-12)


def test_curves_reach_over_everything_the_other_may_do(hedged):
    for era in hedged.eras:
        for player, reply in era.replies.items():
            (line,) = reply.lines
            assert (line[0][0], line[-1][0]) == era.reach[hedged.other(player)] == (0, 1)


def test_an_end_of_the_interval_is_a_turn(hedged):
    japan, us = hedged.eras[1].replies.values()
    p = hedged.model.calibration("post_cold_war")
    # g - alp*y/(y + tau) = kap
    gain = p["g_J"] - p["kap_J"]
    y = gain * p["tau_J"] / (p["alp_J"] - gain)
    assert [float(turn) for turn in japan.turns] == pytest.approx([float(1 - y)], abs=1e-6)
    assert us.turns == ()


def test_forces_are_the_best_of_a_grid(burden):
    found = dilemma.best_replies(burden, ["cold_war"], points=6)
    p = {name: float(v) for name, v in burden.calibration("cold_war").items()}
    own = np.linspace(0, p["M"], 100_001)
    for player, who in (("japan", "J"), ("us", "U")):
        for other, reply in itertools.chain(*found.eras[0].replies[player].lines):
            joint = own + float(other)
            paid = (
                p[f"b_{who}"] * (joint - joint**2 / (2 * p["M"]))
                + (p[f"pr_{who}"] - p["c"]) * own
                - p[f"k_{who}"] * own**2 / 2
            )
            assert float(reply) == pytest.approx(own[np.argmax(paid)], abs=2e-4)


def test_a_reply_that_jumps_is_two_lines():
    found = dilemma.best_replies(chosen("a*x**2 + x*(y - 4/3)", "-a*(y - x/2)**2"), points=6)
    reply = found.eras[0].replies["one"]
    (below, above) = reply.lines
    assert {own for _, own in below} == {0}
    assert {own for _, own in above} == {1}
    assert float(reply.turns[0]) == pytest.approx(1 / 3, abs=1e-6)
    assert below[-1][0] < Fraction(1, 3) < above[0][0]
    assert "not known to be concave" in found.method


def test_a_reply_that_is_not_determined_is_said_to_be():
    found = dilemma.best_replies(chosen("a*0*x", "-a*(y - x/2)**2"), points=3)
    assert "continuum" in found.eras[0].replies["one"].reason
    assert not found.complete
    assert "continuum" in str(found)


def test_plain_data_are_exact(abandonment):
    told = json.loads(dilemma.best_replies(abandonment).to_json())
    now = told["eras"]["post_cold_war"]
    assert now["replies"]["us"]["turns"] == ["40/157"]
    assert now["replies"]["us"]["lines"][0][1:3] == [["40/157", "0"], ["40/157", "1"]]
    assert told["numbers"]["us"]["unit"] == "probability"


def test_the_table_tells_corners_and_equilibria(abandonment):
    words = " ".join(str(dilemma.best_replies(abandonment, ["post_cold_war"])).split())
    assert "Japan 0.6877 0 to 1" in words
    assert "mixed (weak/strong, weak/strong) at (0.2548, 0.6877)" in words


@pytest.mark.parametrize(
    ("name", "instead"), [("cork", "`trace`"), ("abandonment_hedging", "`compare`")]
)
def test_other_games_are_refused_with_what_would_do(name, instead):
    with pytest.raises(UnsupportedError, match=instead):
        dilemma.best_replies(dilemma.load(name))


def test_an_unknown_era_is_refused(abandonment):
    with pytest.raises(CalibrationError, match="no era 'cold'"):
        dilemma.best_replies(abandonment, ["cold"])
