"""What ``solve`` says of games in which numbers are chosen: the answer, and how good it is."""

import random
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dilemma
from dilemma.errors import CalibrationError, DisagreementError
from dilemma.games.numbers import choosing
from dilemma.games.numbers import search as dense
from dilemma.games.numbers.first_order import interaction
from dilemma.games.solution import many
from dilemma.study.draws import frequencies
from small_games import chosen_game, led, valued

solve = partial(dilemma.solve, second_opinion=True)  # whatever others find must agree

HALF, THIRD, QUARTER = sp.Rational(1, 2), sp.Rational(1, 3), sp.Rational(1, 4)
FREE = {"range": [0, 10], "open": "low", "unit": "1", "means": "any"}
UNIT = ("0", "1")


def symbol(name):
    return sp.Symbol(name, real=True)


def plays(found):
    """Return what is chosen in each equilibrium: the name of a choice to its value."""
    return [{n: v for own in e.play.values() for n, v in own.items()} for e in found]


# --- textbooks: Cournot ----------------------------------------------------------------------------

COURNOT = {"a": "x*(1 - x - y)", "b": "y*(1 - x - y)"}


@pytest.fixture(scope="module")
def cournot():
    return solve(chosen_game(COURNOT))


def test_a_linear_duopoly_is_the_textbooks(cournot):
    (found,) = cournot
    assert plays(cournot) == [{"x": THIRD, "y": THIRD}]
    assert found.payoffs == {"a": sp.Rational(1, 9), "b": sp.Rational(1, 9)}
    assert found.regret == 0
    assert found.exact
    assert found.strict


def test_a_duopoly_of_unequal_costs_is_the_textbooks():
    more = dict.fromkeys(("p", "k", "c", "d"), FREE)
    model = chosen_game(
        {"a": "x*(p - k*(x + y)) - c*x", "b": "y*(p - k*(x + y)) - d*y"},
        choices={"a": {"x": ("0", "p/k")}, "b": {"y": ("0", "p/k")}},
        parameters=more,
    )
    (found,) = solve(model, {"p": 10, "k": 2, "c": 1, "d": 3})
    assert found.play == {"a": {"x": sp.Rational(11, 6)}, "b": {"y": sp.Rational(5, 6)}}
    (alone,) = solve(model, {"p": 10, "k": 2, "c": 1, "d": 8})
    assert alone.play == {"a": {"x": sp.Rational(9, 4)}, "b": {"y": 0}}
    assert alone.name == "(y.low)"


def test_an_answer_says_that_it_is_whole_and_why_nobody_gains(cournot):
    (found,) = cournot
    assert cournot.complete
    assert cournot.degenerate is False
    assert cournot.concept == "equilibria in pure choices"
    assert "found 1 of 1" in cournot.method
    for player in "ab":
        assert f"{player}: payoff concave, proved for all parameters" in found.certificate


def test_an_answer_says_whether_best_replies_lead_back_to_it(cournot):
    (found,) = cournot
    assert found.stable is True
    assert found.slope == pytest.approx(1 / 2)


def test_three_rivals_in_a_linear_market_are_not_led_back_by_best_replies():
    """With three, each replies by -1/2 to both others: the largest eigenvalue is -1 (Theocharis)."""
    told = {p: f"{n}*(1 - x - y - z)" for p, n in zip("abc", "xyz", strict=True)}
    found = solve(chosen_game(told))
    assert plays(found) == [dict.fromkeys("xyz", QUARTER)]
    assert found[0].slope == pytest.approx(1)
    assert found[0].stable is None


def test_substitutes_and_complements_are_told_apart(hedging, burden):
    assert interaction(chosen_game(COURNOT), "a") == "substitutes"
    assert interaction(hedging, "japan") == "complements"
    assert interaction(burden, "us") == "substitutes"
    assert interaction(chosen_game({"a": "x*(1 - x)", "b": "y*(1 - x - y)"}), "a") == "independent"
    assert interaction(chosen_game({"a": "x*(y - 1/2)**2 - x**2", "b": "y"}), "a") == "depends"


# --- shared constraints ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowded():
    return solve(chosen_game(COURNOT, constraints={"capacity": "x + y <= 1/2"}))


def test_a_capacity_that_binds_both_leaves_a_continuum_and_that_is_told(crowded):
    assert not crowded.complete
    assert "continuum" in crowded.reason
    assert "capacity" in crowded.reason
    assert crowded.degenerate is True


def test_what_is_shown_of_that_continuum_lies_in_it(crowded):
    assert len(crowded) > 0
    for play in plays(crowded):
        assert play["x"] + play["y"] == pytest.approx(1 / 2)


def test_a_capacity_that_binds_nobody_changes_nothing():
    found = solve(chosen_game(COURNOT, constraints={"capacity": "x + y <= 3/4"}))
    assert plays(found) == [{"x": THIRD, "y": THIRD}]
    assert found.complete
    assert "found 1 of 1" in found.method


def test_a_search_steps_over_points_at_which_somebody_has_nothing_to_choose():
    """Past x = 3/4 the second has none; with a kink nothing but the search is asked."""
    payoffs = {"a": "2*x - abs(x - 1/3)", "b": "3*x - y"}
    found = solve(chosen_game(payoffs, constraints={"capacity": "x + y <= 3/4"}))
    assert plays(found) == [{"x": sp.Rational(3, 4), "y": 0}]


def test_a_capacity_of_one_player_has_a_shadow_price():
    model = chosen_game(
        COURNOT,
        own={"a": {"capacity": "x <= 1/5"}},
        outcomes={"price": "multiplier(capacity)"},
    )
    (found,) = solve(model)
    assert found.play == {"a": {"x": sp.Rational(1, 5)}, "b": {"y": sp.Rational(2, 5)}}
    assert found.prices == {"capacity": sp.Rational(1, 5)}  # 1 - 2x - y
    assert found.outcomes["price"] == sp.Rational(1, 5)


def test_a_disk_is_a_constraint_too():
    model = chosen_game(
        {"a": "x + w", "b": "-(y - 1/2)**2"},
        choices={"a": {"x": UNIT, "w": UNIT}, "b": {"y": UNIT}},
        own={"a": {"disk": "x**2 + w**2 <= 1"}},
    )
    (found,) = solve(model)
    assert float(found.play["a"]["x"]) == float(found.play["a"]["w"]) == pytest.approx(0.5**0.5)
    assert float(found.prices["disk"]) == pytest.approx(0.5**0.5)


def test_a_constraint_of_which_only_an_end_is_left_is_solved_or_told_and_not_a_defect():
    """Where x**2 <= 0 nothing but 0 is left, and there are no multipliers."""
    try:
        found = solve(chosen_game({"a": "x", "b": "y"}, own={"a": {"nothing": "x**2 <= 0"}}))
    except DisagreementError as error:
        pytest.fail(f"called a defect: {error}")
    assert plays(found) == [{"x": 0, "y": 1}] or not found.complete


# --- no equilibrium, or too many -------------------------------------------------------------------


@pytest.fixture(scope="module")
def chase():
    """One wants to be where the other is, who wants to be elsewhere."""
    return solve(chosen_game({"a": "(x - y)**2", "b": "-(x - y)**2"}))


def test_a_game_without_equilibrium_in_pure_choices_is_told_as_such(chase):
    assert len(chase) == 0
    assert chase.complete
    assert "no equilibrium in pure choices" in chase.method


def test_a_game_without_equilibrium_is_not_called_a_continuum_of_them(chase):
    assert "continuum" not in chase.reason
    assert not chase.degenerate


@pytest.fixture(scope="module")
def fill():
    """Whatever one leaves the other may fill: every x + y = 1 is an equilibrium."""
    return solve(chosen_game({"a": "-(x + y - 1)**2", "b": "-(x + y - 1)**2"}))


def test_a_continuum_of_equilibria_is_told(fill):
    assert not fill.complete
    assert "continuum" in fill.reason
    assert fill.degenerate is True
    assert all(p["x"] + p["y"] == pytest.approx(1) for p in plays(fill))


def test_points_of_a_continuum_are_not_said_to_violate_first_order_conditions(fill):
    assert "do not hold" not in fill.reason


def test_a_continuum_is_not_shown_as_dozens_of_separate_equilibria(fill):
    assert len(fill) <= 6


def test_who_does_not_care_has_a_continuum_of_best_replies_and_none_is_strict():
    found = solve(chosen_game({"a": "0*x", "b": "y*(1 - y)"}))
    assert "continuum" in found.reason
    assert not any(e.strict for e in found)


def test_an_equilibrium_with_another_best_reply_is_not_strict():
    found = solve(chosen_game({"a": "x*y", "b": "x*y"}))
    strict = {(e.play["a"]["x"], e.play["b"]["y"]): e.strict for e in found}
    assert strict == {(0, 0): False, (1, 1): True}


def test_an_equilibrium_from_which_the_smallest_step_leads_away_is_not_called_stable():
    found = solve(chosen_game({"a": "x*y", "b": "x*y"}))
    stable = {e.play["a"]["x"]: e.stable for e in found}
    assert stable[0] is not True
    assert stable[1] is True


def test_one_play_is_told_once_although_two_ends_coincide():
    found = solve(
        chosen_game(
            {"a": "x*y", "b": "-y**2"}, choices={"a": {"x": ("1", "1")}, "b": {"y": ("-1", "1")}}
        )
    )
    assert plays(found) == [{"x": 1, "y": 0}]


def test_a_top_at_an_end_that_is_left_out_is_not_reached_and_that_is_told():
    players = {
        "a": {"choices": {"x": {"range": ["0", "1"], "open": "high"}}},
        "b": {"choices": {"y": {"range": ["0", "1"]}}},
    }
    payoffs = {"a": "x", "b": "-(y - x)**2"}
    model = dilemma.Model(name="o", title="O", kind="continuous", players=players, payoffs=payoffs)
    try:
        found = solve(model)
    except DisagreementError as error:
        pytest.fail(f"called a defect: {error}")
    assert len(found) == 0


# --- nothing to choose, jumps, kinks, poles --------------------------------------------------------


def test_constraints_that_nothing_keeps_are_an_error_that_names_them():
    with pytest.raises(CalibrationError, match="much"):
        solve(chosen_game({"a": "x", "b": "y"}, own={"a": {"much": "x >= 2"}}))


def test_an_interval_that_is_upside_down_at_a_calibration_is_an_error_that_names_it():
    low = {"low": {"range": [0, 5], "unit": "1", "means": "low end"}}
    model = chosen_game(
        {"a": "x", "b": "y"}, choices={"a": {"x": ("low", "1")}, "b": {"y": UNIT}}, parameters=low
    )
    assert plays(solve(model, low="1/2")) == [{"x": 1, "y": 1}]
    with pytest.raises(CalibrationError, match=r"players\.a\.choices\.x\.range.*3.*1"):
        solve(model, low=3)


JUMPING = """\
title = "Jump"
kind = "continuous"
source = "nobody"
reads = "A payoff jumps."

[players.a]
choices = { x = { range = ["0", "1"] } }

[players.b]
choices = { y = { range = ["0", "1"] } }

[payoffs]
a = "PAYOFF"
b = "y"
"""


def test_a_payoff_that_jumps_is_an_error_with_its_place_in_the_file(refusal):
    assert refusal(JUMPING, ("PAYOFF", "1 if x > 1/2 else 0")).startswith(
        "model.toml:13:5: the payoff jumps where x > 1/2 begins: payoffs.a\n"
        '  13 | a = "1 if x > 1/2 else 0"\n'
    )


@pytest.mark.parametrize(
    "payoff",
    [
        "x if x > y else 0",
        "x*(1 if y > 1/2 else 0)",
        "1 if x > 1/2 and y > 1/2 else 0",
        "x if x < 1/3 else (1/3 if x < 2/3 else 1)",
        "x if x == 1/2 else 0",
        "0 if x < 1/2 else (x - 1/2 if y < 1/2 else x + y - 1)",  # first and third, at x = 1/2 < y
    ],
)
def test_a_jump_is_seen_however_it_is_written(refusal, payoff):
    assert "model.toml:13:5: the payoff jumps" in refusal(JUMPING, ("PAYOFF", payoff))


@pytest.mark.parametrize(
    "payoff",
    [
        "x if x > 0 else 0",
        "1/2 if x <= 1/2 else x",
        "x if x <= 1/3 else (2/3 - x if x <= 1/2 else x - 1/3)",
        "x if x**2 > 1/4 else 1/2",
    ],
)
def test_a_payoff_that_only_bends_is_not_said_to_jump(payoff):
    assert chosen_game({"a": payoff, "b": "y"}).game.choices


@pytest.fixture(scope="module")
def bent():
    return solve(chosen_game({"a": "-abs(x - y)", "b": "-(y - 1/3)**2"}))


def test_a_kink_is_solved_by_search_alone_and_completeness_is_not_claimed(bent):
    ((x, y),) = [tuple(p.values()) for p in plays(bent)]
    assert (float(x), float(y)) == pytest.approx((1 / 3, 1 / 3), abs=1e-7)
    assert not bent.complete
    assert "kink" in bent.reason
    assert "payoffs.a" in bent.reason
    assert bent[0].exact
    assert bent[0].regret == 0
    assert "search" in bent[0].certificate


def test_where_there_are_no_first_order_conditions_the_search_is_not_said_to_contradict_them(bent):
    assert "do not hold" not in bent.reason
    assert "0 of 0" not in bent.method


def test_a_leader_with_a_kink_is_answered_by_the_search_too():
    found = solve(led({"a": "-abs(x - 1/3) + y/4", "b": "-(y - x)**2"}))
    assert not found.complete
    (play,) = plays(found)
    assert float(play["x"]) == pytest.approx(1 / 3, abs=1e-6)
    assert float(play["y"]) == pytest.approx(1 / 3, abs=1e-6)


@pytest.mark.parametrize(
    "payoff",
    ["-1/x - x", "1/(x - y)", "x*y/(x + y) - x/8", "1/(2*x - 1)", "log(x) - x"],
)
def test_a_payoff_without_value_somewhere_is_an_error_that_names_it_and_never_a_defect(payoff):
    """Or, where that place is nobody's choice, the right answer; but no crash."""
    model = chosen_game({"a": payoff, "b": "-(y - 1/2)**2"})
    grid = np.linspace(0, 1, 1000)
    try:
        found = solve(model)
    except CalibrationError as error:
        told = str(error)
    else:
        told = "payoffs.a" if not found.complete else ""
        for e in found:
            with np.errstate(all="ignore"):
                worth = sp.lambdify([symbol("x"), symbol("y")], model.payoffs[()]["a"])
                best = np.nanmax(worth(grid, 0.5))
            assert float(e.payoffs["a"]) >= best - 1e-9
    assert told == "" or "payoffs.a" in told


@pytest.mark.parametrize("payoff", ["sqrt(x) - x", "x*exp(-x) - x/4"])
def test_a_payoff_that_is_no_quotient_of_polynomials_is_solved_by_search_or_told(payoff):
    x = symbol("x")
    best = sp.nsolve(sp.diff(sp.sympify(payoff, {"x": x}), x), x, 0.3)
    found = solve(chosen_game({"a": payoff, "b": "-(y - x)**2"}))
    (play,) = plays(found)
    assert float(play["x"]) == pytest.approx(float(best), abs=1e-6)


def test_a_number_that_is_rounded_is_not_called_exact():
    more = {"p": FREE}
    (found,) = solve(
        chosen_game({"a": "x*sqrt(p) - x**2", "b": "-(y - x)**2"}, parameters=more), p="1/2"
    )
    assert float(found.play["a"]["x"]) == pytest.approx(0.125**0.5)
    assert found.play["a"]["x"] ** 2 == sp.Rational(1, 8) or not found.exact


# --- isolated equilibria and continua, where only the search runs ----------------------------------

WEAKEST = {"a": "2*min(x, y) - x", "b": "2*min(x, y) - y"}


@pytest.fixture(scope="module")
def weakest_link():
    """Every common level of effort is an equilibrium (van Huyck, Battalio and Beil 1990)."""
    return solve(chosen_game(WEAKEST, outcomes={"gap": "x*(1 - y)"}))


def test_a_continuum_of_kinked_payoffs_is_shown_by_its_ends_and_where_outcomes_are_extreme(
    weakest_link,
):
    assert plays(weakest_link) == [{"x": k, "y": k} for k in (0, HALF, 1)]
    assert all(e.exact and e.regret == 0 for e in weakest_link)


def test_a_continuum_is_one_set_of_one_dimension_and_its_ranges_reach_its_ends(weakest_link):
    (whole,) = weakest_link.continua
    assert whole.dimension == 1
    assert not whole.free
    assert weakest_link.components == ((0, 1, 2),)
    assert weakest_link.degenerate is True
    assert not weakest_link.complete
    assert weakest_link.range_of("a") == (0, 1)
    assert weakest_link.range_of("gap") == (0, QUARTER)


def test_isolated_equilibria_are_all_shown_and_not_taken_for_a_continuum():
    """x = y + w(y) has a root at each odd sixteenth, and x stops at the end of its interval."""
    w = "(abs(abs(abs(y - 1/2) - 1/4) - 1/8) - 1/16)/2"
    found = solve(chosen_game({"a": f"-(x - y - {w})**2", "b": "-(y - x)**2"}))
    roots = [sp.Rational(k, 16) for k in range(1, 16, 2)]
    assert [p["x"] for p in plays(found)] == [*roots, 1]
    assert all(e.exact and e.strict for e in found)
    assert found.continua == ()
    assert found.degenerate is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shift", "pieces"),
    [
        ("max(0, min(y - 1/4, 1/2 - y))", [(0, 1 / 4), (1 / 2, 1)]),
        ("max(0, 1/50 - abs(y - 7/25))", [(0, 13 / 50), (3 / 10, 1)]),
        ("max(0, (y - 1/4)*(y - 1/2)*(y - 3/4))", [(0, 1 / 4), (1 / 2, 3 / 4), (1, 1)]),
        ("max(0, abs(y - 3/10) - 1/50)/2", [(7 / 25, 8 / 25), (1, 1)]),
    ],
)
def test_a_continuum_ends_where_a_gap_begins_and_what_lies_beyond_is_another(shift, pieces):
    """Where the shift is not zero x is more than y wants, except at the end of the interval."""
    found = solve(chosen_game({"a": f"-(x - y - {shift})**2", "b": "-(y - x)**2"}))
    ends = [sorted({float(found[k].play["a"]["x"]) for k in s.members}) for s in found.sets]
    assert [(own[0], own[-1]) for own in ends] == [pytest.approx(told) for told in pieces]
    assert all(e.exact and e.regret == 0 for e in found)


def test_nothing_is_shown_of_a_continuum_at_which_somebody_gains():
    """a's effort costs more than it brings where y is within 1/30 of 1/3."""
    payoffs = {"a": "min(x, y) - 15*x*max(0, 1/10 - abs(y - 1/3))", "b": "min(x, y) - y/2"}
    found = solve(chosen_game(payoffs))
    assert len(found.continua) == 2
    assert all(e.regret == 0 and abs(e.play["b"]["y"] - THIRD) >= sp.Rational(1, 30) for e in found)


def test_isolated_equilibria_stand_beside_a_continuum_in_two_dimensions():
    """Both choke the market at .99 or more; or each brings a third to it."""
    payoffs = {"a": "max(0, 1 - x - y)*x", "b": "max(0, 1 - x - y)*y"}
    ends = ("1/100", "1")
    found = solve(chosen_game(payoffs, choices={"a": {"x": ends}, "b": {"y": ends}}))
    nearly = sp.Rational(99, 100)
    corners = [(a, b) for a in (nearly, 1) for b in (nearly, 1)]
    assert [(p["x"], p["y"]) for p in plays(found)] == [(THIRD, THIRD), *corners]
    (square,) = found.continua
    assert square.dimension == 2


def test_a_curve_of_equilibria_is_one_continuum_and_what_lies_beside_it_is_not_of_it():
    """At (0, 0) nobody can reach x*y = 1/4 alone."""
    found = solve(chosen_game({"a": "-abs(x*y - 1/4)", "b": "-abs(x*y - 1/4)"}))
    (curve,) = found.continua
    assert plays(found)[0] == {"x": 0, "y": 0}
    assert 0 not in curve.members
    assert len(found.sets) == 2
    for k in curve.members:
        play = plays(found)[k]
        assert float(play["x"] * play["y"]) == pytest.approx(QUARTER)


def test_three_players_of_a_best_shot_game_leave_it_to_one():
    payoffs = {p: f"max(x, y, z) - {n}/2" for p, n in zip("abc", "xyz", strict=True)}
    found = solve(chosen_game(payoffs))
    assert {tuple(p.values()) for p in plays(found)} == {(1, 0, 0), (0, 1, 0), (0, 0, 1)}
    assert found.continua == ()


def test_equilibria_of_three_players_that_have_no_closed_form_are_counted_all_the_same():
    """Left out of shares are only three who mix over actions; x**2 = x + k is solved at each draw."""
    model = chosen_game(
        {"a": "x*y - x**3/3", "b": "y*z - y**2/2", "c": "(x + k)*z - z**2/2"},
        choices={player: {name: ("0", "3")} for player, name in zip("abc", "xyz", strict=True)},
        parameters={"k": {"range": [0, 1], "unit": "1", "means": "a start"}},
        eras={"now": {"k": valued(0.2, 0.1, 0.3)}},
    )
    found = frequencies(model, "now", draws=50)
    assert found.sets == {("interior",): 1}
    assert found.left_out == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "names", [("one", "two"), ("continuum", "leader"), ("pure choices", "mixed")]
)
def test_what_players_are_called_changes_no_fact(names):
    first, second = (name.replace(" ", "_") for name in names)
    found = solve(chosen_game({first: "-abs(x - y/2 - 1/4)", second: "-(y - x)**2"}))
    assert plays(found) == [{"x": HALF, "y": HALF}]
    assert found.degenerate is None
    assert found.witness == ""
    assert found.chosen


@pytest.mark.parametrize("action", ["leader", "continuum", "pure_choices", "mixed"])
def test_what_actions_are_called_does_not_make_them_numbers(action):
    payoffs = {
        f"{action}, {action}": {"one": 2, "two": 1},
        f"{action}, b": {"one": 0, "two": 0},
        f"b, {action}": {"one": 0, "two": 0},
        "b, b": {"one": 1, "two": 2},
    }
    players = {"one": [action, "b"], "two": [action, "b"]}
    found = solve(
        dilemma.Model(name="m", title="M", kind="matrix", players=players, payoffs=payoffs)
    )
    assert not found.chosen
    assert found.degenerate is False
    assert sum(e.pure for e in found) == 2


# --- payoffs that are not concave ------------------------------------------------------------------


def test_a_first_order_condition_at_which_somebody_gains_elsewhere_is_dropped():
    found = solve(chosen_game({"a": "x**4 - x**2 + x*y/4", "b": "-(y - 1/3)**2"}))
    assert plays(found) == [{"x": 1, "y": THIRD}]
    assert found.complete
    assert "no equilibrium: somebody gains elsewhere" in found.method


def test_what_is_kept_without_concavity_is_bounded_by_intervals():
    (found,) = solve(chosen_game({"a": "x**4 - x**2 + x*y/4", "b": "-(y - 1/3)**2"}))
    assert "a: a deviation gains at most 1e-06, by intervals" in found.certificate
    assert "b: payoff concave, proved for all parameters" in found.certificate


def test_an_inside_optimum_of_a_payoff_that_is_not_concave_is_found():
    (found,) = solve(chosen_game({"a": "x**2 - x**4", "b": "-(y - x)**2"}))
    assert float(found.play["a"]["x"]) == pytest.approx(0.5**0.5)
    assert not found.exact


def regrets(model, points=401):
    """Return what somebody gains at most by deviating, at every point of a grid."""
    x, y = np.meshgrid(*[np.linspace(0, 1, points)] * 2, indexing="ij")
    pay = [
        sp.lambdify([symbol("x"), symbol("y")], model.payoffs[()][p])(x, y) + 0 * x for p in "ab"
    ]
    return np.maximum(pay[0].max(axis=0) - pay[0], (pay[1].max(axis=1) - pay[1].T).T)


def polynomial(rng, degree):
    powers = [(i, j) for i in range(degree + 1) for j in range(degree + 1) if 0 < i + j <= degree]
    return " + ".join(f"({rng.randint(-6, 6)})*x**{i}*y**{j}" for i, j in powers)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 3, 5, 7, 10, 16, 23, 28])
def test_equilibria_of_random_payoffs_are_where_nobody_gains_on_a_grid(seed):
    rng = random.Random(seed)
    model = chosen_game({"a": polynomial(rng, 3), "b": polynomial(rng, 3)})
    found = solve(model)
    told = [tuple(map(float, p.values())) for p in plays(found)]
    gained = regrets(model)
    for x, y in told:
        near = gained[max(0, round(400 * x) - 1) :, max(0, round(400 * y) - 1) :][:3, :3]
        assert near.min() < 1e-3
    for i, j in zip(*np.nonzero(gained < 2e-5), strict=True):
        assert any(max(abs(i / 400 - x), abs(j / 400 - y)) < 0.05 for x, y in told)


# --- what makes the answer sure --------------------------------------------------------------------


def test_a_branch_that_were_missing_would_be_noticed_by_the_search(monkeypatch):
    monkeypatch.setattr(choosing, "by_branches", lambda *_, **__: ([], []))
    with pytest.raises(DisagreementError, match="no first-order conditions hold"):
        solve(chosen_game(COURNOT))


def test_a_branch_that_were_wrong_would_be_noticed_by_its_regret(monkeypatch):
    """Concavity says that a stationary point is a best reply, not that this one is stationary."""
    right = choosing.by_branches

    def wrong(model, values, *args, **more):
        points, trouble = right(model, values, *args, **more)
        moved = {symbol("x"): THIRD + sp.Rational(1, 10)}
        return [*points, *(replace(p, at={**p.at, **moved}) for p in points)], trouble

    monkeypatch.setattr(choosing, "by_branches", wrong)
    with pytest.raises(DisagreementError):
        solve(chosen_game(COURNOT))


def test_a_leader_who_were_led_astray_would_be_noticed_by_the_search(monkeypatch):
    right = choosing.by_branches

    def fewer(model, values, *args, **more):
        points, trouble = right(model, values, *args, **more)
        return [p for p in points if p.branch.name != "interior"], trouble

    monkeypatch.setattr(choosing, "by_branches", fewer)
    with pytest.raises(DisagreementError, match="more than any regime"):
        solve(led(COURNOT))


# --- a leader --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stackelberg():
    slopes = {"own": "dvalue(a, x)", "other": "dvalue(b, x)"}
    return solve(led(COURNOT, outcomes=slopes))


@pytest.mark.slow
def test_replies_in_floats_that_are_a_little_off_make_no_disagreement(cork):
    """A leader's payoff can be so sensitive to them that the search seems to pay it more."""
    at = {
        "s": "0.05467", "v": "28.63", "c": "0.16", "h": "0.02121", "gam": "7.196", "D": "0.3497",
        "bet": "0.1078", "pi_a": "2.518", "rho": "0.807",
    }  # fmt: skip
    assert solve(cork, at).names == ("(both_routes)",)


def test_a_leader_in_a_linear_duopoly_takes_half_and_leaves_a_quarter(stackelberg):
    (found,) = stackelberg
    assert found.play == {"a": {"x": HALF}, "b": {"y": QUARTER}}
    assert found.payoffs == {"a": sp.Rational(1, 8), "b": sp.Rational(1, 16)}
    assert stackelberg.complete
    assert stackelberg.concept == "leader's optima"


def test_a_commitment_to_a_mix_is_that_to_its_probability():
    """Known to play bottom a third of the time, the leader has 4*2/3 + 3/3; at once it has 2."""
    mixed = dilemma.commitment(dilemma.matrix([[2, 4], [1, 3]], [[1, 0], [0, 2]]))
    written = led(
        {
            "a": "(1 - x)*(2*(1 - y) + 4*y) + x*(1 - y + 3*y)",
            "b": "(1 - x)*(1 - y) + 2*x*y",
        },
        ties="leader",
    )
    found = dilemma.commitment(written)
    assert found.leads[0].play["a"] == {"x": THIRD}
    assert found.leads[0].payoffs["a"] == sp.Rational(11, 3)
    assert found.value == (sp.Rational(5, 3), sp.Rational(5, 3)) == mixed.value
    assert mixed.strong.mix["row_2"] == THIRD


def test_commitment_is_worth_a_seventy_second(stackelberg, cournot):
    gain = stackelberg[0].payoffs["a"] - cournot[0].payoffs["a"]
    assert gain == sp.Rational(1, 72)
    assert stackelberg[0].payoffs["b"] < cournot[0].payoffs["b"]


def test_a_leader_at_the_optimum_gains_nothing_by_more_and_the_follower_loses(stackelberg):
    """The follower has ((1 - x)/2)**2, which falls by 1/4 at x = 1/2."""
    assert stackelberg[0].outcomes["own"] == 0
    assert stackelberg[0].outcomes["other"] == -QUARTER


def test_a_leader_is_told_what_each_other_regime_would_pay(stackelberg):
    rivals = stackelberg[0].rivals
    assert "x.low" not in rivals  # who leads gains by leaving that end
    assert rivals["x.high, y.low"] == (1, 0)
    assert "a: compared with every other regime" in stackelberg[0].certificate


def test_leading_in_letters_is_the_textbooks():
    model = led(
        {"a": "x*(p - k*(x + y))", "b": "y*(p - k*(x + y))"},
        choices={"a": {"x": ("0", "p/k")}, "b": {"y": ("0", "p/k")}},
        parameters={"p": FREE, "k": FREE},
    )
    (found,) = solve(model, p=3, k=2)
    assert found.play == {"a": {"x": sp.Rational(3, 4)}, "b": {"y": sp.Rational(3, 8)}}


def test_a_followers_capacity_is_anticipated():
    (found,) = solve(led(COURNOT, own={"b": {"capacity": "y <= 1/5"}}))
    assert found.play == {"a": {"x": sp.Rational(2, 5)}, "b": {"y": sp.Rational(1, 5)}}
    assert found.prices == {"capacity": sp.Rational(1, 5)}


@pytest.mark.parametrize("own", [{"own": {"b": {"capacity": "y <= 0"}}}, {}])
def test_a_follower_without_capacity_chooses_exactly_nothing(own):
    more = own or {"choices": {"a": {"x": UNIT}, "b": {"y": ("0", "0")}}}
    (found,) = solve(led(COURNOT, **more))
    assert found.play == {"a": {"x": HALF}, "b": {"y": 0}}


def test_a_leaders_own_limits_belong_in_its_range():
    with pytest.raises(dilemma.ModelError, match="a leader's limits are the ends of its range"):
        led(COURNOT, own={"a": {"limit": "x <= 1/3"}})


def test_a_leader_uses_a_capacity_that_it_shares_with_the_follower():
    """Beyond x = 2/5 the follower gets what is left: the leader has 3/10*x, up to x = 7/10."""
    (found,) = solve(led(COURNOT, constraints={"capacity": "x + y <= 7/10"}))
    assert found.play == {"a": {"x": sp.Rational(7, 10)}, "b": {"y": 0}}
    assert found.payoffs["a"] == sp.Rational(21, 100)


def test_a_follower_who_does_not_care_does_what_the_leader_likes():
    found = solve(led({"a": "x*y", "b": "0*y"}))
    assert plays(found) == [{"x": 1, "y": 1}]


def test_a_leader_goes_to_where_the_followers_reply_jumps():
    """The follower takes all above x = 1/2, at which it is indifferent and does as the leader likes."""
    found = solve(led({"a": "-(x - 1/3)**2 + y", "b": "y*(x - 1/2)"}))
    assert plays(found) == [{"x": HALF, "y": 1}]
    assert found[0].payoffs["a"] == sp.Rational(35, 36)


def test_an_optimum_that_is_not_attained_is_told_and_not_called_a_defect():
    """Against the leader the follower takes nothing at x = 1/2: there is no best x above it."""
    model = led({"a": "-(x - 1/3)**2 + y", "b": "y*(x - 1/2)"}, ties="against")
    try:
        found = solve(model)
    except DisagreementError as error:
        pytest.fail(f"called a defect: {error}")
    assert len(found) == 0 or not found.complete


@pytest.mark.parametrize(
    ("payoffs", "left_out"),
    [
        ({"a": "1/(x + y)", "b": "y*(1 - y)"}, "a"),  # the less it chooses the better
        ({"a": "-x**2 + y", "b": "1 - y**2"}, "b"),  # the follower has no best reply
    ],
)
def test_an_end_that_is_left_out_is_told_to_draw_the_leader_and_is_no_defect(payoffs, left_out):
    ends = dict(zip("ab", "xy", strict=True))
    players = {
        p: {
            "moves": k,
            "choices": {c: {"range": ["0", "1"]} | ({"open": "low"} if p == left_out else {})},
        }
        for k, (p, c) in enumerate(ends.items(), 1)
    }
    found = solve(
        dilemma.Model(name="o", title="O", kind="sequential", players=players, payoffs=payoffs)
    )
    assert len(found) == 0
    assert not found.complete
    assert "left out" in found.reason


# Two followers who coordinate: both on 0 and both on 1 are replies to whatever the leader does.
COORDINATION = {"l": "x*(1 - x) + x*(y + z)/4", "f": "y*(z - 1/2)", "g": "z*(y - 1/2)"}


def test_with_ties_to_the_leader_followers_coordinate_on_what_it_likes_best():
    (found,) = solve(led(COORDINATION, ties="leader"))
    assert found.play == {"l": {"x": sp.Rational(3, 4)}, "f": {"y": 1}, "g": {"z": 1}}
    assert found.payoffs["l"] == sp.Rational(9, 16)


@pytest.mark.slow
@pytest.mark.parametrize("threshold", ["1/2", "2/5", "3/5"])
def test_with_ties_against_the_leader_they_coordinate_on_what_it_likes_least(threshold):
    """Whichever reply a search would stumble upon first."""
    payoffs = {
        "l": COORDINATION["l"],
        "f": f"y*(z - {threshold})",
        "g": f"z*(y - {threshold})",
    }
    (found,) = solve(led(payoffs, ties="against"))
    assert found.play == {"l": {"x": HALF}, "f": {"y": 0}, "g": {"z": 0}}
    assert found.payoffs["l"] == QUARTER


def nested(model, points=1501):
    """Return a leader's best payoff by going through a grid, the follower's reply found on another."""
    grid = np.linspace(0, 1, points)
    x, y = np.meshgrid(grid, grid, indexing="ij")
    pays = {
        p: sp.lambdify([symbol("x"), symbol("y")], model.payoffs[()][p]) for p in model.payoffs[()]
    }
    reply = grid[np.argmax(pays["b"](x, y) + 0 * x, axis=1)]
    return float(np.max(pays["a"](grid, reply) + 0 * grid))


@pytest.mark.parametrize(
    "seed", [*range(4), *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 8))]
)
def test_a_leader_of_random_payoffs_gets_what_a_grid_says(seed):
    rng = random.Random(100 + seed)
    bend, cross, own = rng.randint(1, 6), rng.randint(-6, 6), rng.randint(-6, 6)
    model = led({"a": polynomial(rng, 2), "b": f"-{bend}*y**2 + ({cross})*x*y + ({own})*y"})
    found = solve(model)
    assert found.complete
    assert float(found[0].payoffs["a"]) == pytest.approx(nested(model), abs=2e-2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_a_leader_of_a_follower_with_two_tops_gets_what_a_grid_says(seed):
    rng = random.Random(seed)
    cube, cross, own = rng.randint(1, 5), rng.randint(-6, 6), rng.randint(-6, 6)
    square = rng.randint(1, 5)
    follower = f"{square}*y**2 - {cube}*y**3 + ({cross})*x*y + ({own})*y"
    model = led({"a": polynomial(rng, 2), "b": follower})
    found = solve(model)
    assert float(found[0].payoffs["a"]) == pytest.approx(nested(model), abs=2e-2)


TWO_TOPS = {"a": "-(x - 1/3)**2 + y/4", "b": "y**2*(1 - y) - y*(p*x + 1/5)"}


@pytest.fixture(scope="module")
def two_tops():
    return led(TWO_TOPS, parameters={"p": {"range": [0, 5], "unit": "1", "means": "cost"}})


def test_a_leader_stops_where_the_follower_would_jump_to_another_top(two_tops):
    """At p = 1 the follower gives up y = 1/2 for 0 above x = 1/20; there it is indifferent."""
    found = solve(two_tops, p=1)
    assert len(found) == 1 or not found.complete
    for e in found:
        assert float(e.payoffs["a"]) == pytest.approx(-((17 / 60) ** 2) + 1 / 8, abs=1e-6)


def test_a_batch_does_not_take_a_followers_lower_top_for_its_reply(two_tops):
    """Where that is not known the draw is doubtful, and goes to the exact path."""
    cost = np.array([1.0, 0.1])
    batch = many(two_tops, {symbol("p"): cost})
    for draw, p in enumerate(cost):
        if batch.doubtful[draw]:
            continue
        for rows in batch.rows:
            for k in np.flatnonzero(rows.holds[draw]):
                x, y = (
                    np.broadcast_to(rows.at[symbol(n)], rows.holds.shape)[draw, k] for n in "xy"
                )
                grid = np.linspace(0, 1, 1001)
                pays = grid**2 * (1 - grid) - grid * (p * x + 0.2)
                assert y**2 * (1 - y) - y * (p * x + 0.2) >= pays.max() - 1e-5


def payoff_in(batch, draw, player):
    """Return what a player is paid in each equilibrium of a draw; nothing where it is doubtful."""
    if batch.doubtful[draw]:
        return []
    return [
        batch.worth(rows, rows.branch.payoffs[player])[draw, k]
        for rows in batch.rows
        for k in np.flatnonzero(rows.holds[draw])
    ]


def test_a_batch_breaks_ties_as_the_model_says():
    """Or leaves them to the exact path."""
    payoffs = {"l": COORDINATION["l"], "f": "y*(z - p)", "g": "z*(y - p)"}
    for ties, paid in (("leader", 9 / 16), ("against", 1 / 4)):
        model = led(payoffs, ties=ties, parameters={"p": FREE})
        batch = many(model, {symbol("p"): np.array([0.5, 0.6])})
        for draw in range(2):
            assert payoff_in(batch, draw, "l") in ([], [pytest.approx(paid)])


def test_a_batch_lets_a_leader_use_a_capacity_that_it_shares():
    """It takes all of p = 7/10, at 3/10 each; or the draw is left to the exact path."""
    model = led(COURNOT, constraints={"capacity": "x + y <= p"}, parameters={"p": FREE})
    batch = many(model, {symbol("p"): np.array([0.7])})
    assert payoff_in(batch, 0, "a") in ([], [pytest.approx(0.21)])


# --- bargains --------------------------------------------------------------------------------------


def bargain(first, second, power="1/2"):
    """Return what is agreed on t in [0, 1] between gains; None where there is no agreement."""
    row = {
        "range": ["0", "1"],
        "gains": {"a": first, "b": second},
        "power": {"a": power, "b": f"1 - ({power})"},
    }
    model = chosen_game({"a": "x*(1 - x)", "b": "y*(1 - y)"}, bargain={"t": row})
    found = solve(model)
    assert found.complete
    (one,) = found
    assert (one.play["a"]["x"], one.play["b"]["y"]) == (HALF, HALF)
    return one


def test_a_dollar_is_split_in_halves():
    assert bargain("t", "1 - t").outcomes["t"] == HALF


def test_power_is_the_share_of_a_dollar():
    assert bargain("t", "1 - t", power="1/4").outcomes["t"] == QUARTER


def test_outside_options_come_first_and_the_surplus_is_split():
    assert bargain("t - 1/2", "1 - t - 1/4").outcomes["t"] == sp.Rational(5, 8)


def test_what_is_worth_more_to_one_side_goes_to_its_end():
    low, high = bargain("t + 2", "1 - t"), bargain("t", "3 - t")
    assert low.outcomes["t"] == 0
    assert low.name == "(interior; t.low)"
    assert high.outcomes["t"] == 1
    assert high.name == "(interior; t.high)"


def test_without_surplus_there_is_no_agreement_and_t_has_no_value():
    none = bargain("t - 3/4", "1/2 - t")
    assert none.outcomes["t"] is None
    assert none.name == "(interior; no agreement)"


def test_one_share_at_which_nobody_loses_is_agreed_on():
    assert bargain("t - 1/2", "1/2 - t").outcomes["t"] == HALF


def test_gains_that_are_not_linear_in_what_is_bargained_over_are_refused():
    with pytest.raises(dilemma.ModelError, match="not linear in 't'"):
        bargain("t", "1 - t**2")


def test_a_bargain_over_nothing_is_not_one_answer():
    row = {
        "range": ["0", "1"],
        "gains": {"a": "t*(x - 1/2)", "b": "(1 - t)*(x - 1/2)"},
        "power": {"a": "1/2", "b": "1/2"},
    }
    found = solve(chosen_game({"a": "x*(1 - x)", "b": "y*(1 - y)"}, bargain={"t": row}))
    assert not found.complete
    assert "continuum" in found.reason


# --- the three models ------------------------------------------------------------------------------


def observed_2013():
    """Return the calibration at which y = (.399, .274) is an equilibrium of hedging."""
    y = {"J": sp.Rational("0.399"), "U": sp.Rational("0.274")}
    at = {"d_J": "0.35", "d_U": "0.2"}
    for i, j, alp in (("J", "U", "1"), ("U", "J", "0.8")):
        at |= {f"alp_{i}": alp, f"tau_{i}": "0.3", f"kap_{i}": 1}
        at[f"g_{i}"] = sp.Rational(alp) * y[j] / (y[j] + sp.Rational("0.3")) + 1 - y[i]
    return at


@pytest.fixture(scope="module")
def tipping(hedging):
    return solve(hedging, observed_2013())


def test_at_the_observed_shares_the_middle_equilibrium_alone_is_unstable(tipping):
    stable = sorted((float(e.play["japan"]["x_J"]), e.stable) for e in tipping)
    assert [s for _, s in stable] == [True, False, True]
    assert tipping.complete
    assert "found 3 of 3" in tipping.method


def test_the_measured_shares_are_exactly_an_equilibrium(tipping):
    shares = {(1 - e.play["japan"]["x_J"], 1 - e.play["us"]["x_U"]) for e in tipping}
    assert (sp.Rational("0.399"), sp.Rational("0.274")) in shares


def test_stability_is_the_theorys_product_of_slopes(tipping):
    for e in tipping:
        if e.play["japan"]["x_J"] < 1:
            assert e.slope**2 == pytest.approx(float(e.outcomes["feedback"]))
            assert (e.slope < 1) is e.stable


def test_collapse_has_its_shadow_prices(tipping):
    """At y = 0 third parties pay g - kap more than is needed."""
    collapse = next(e for e in tipping if e.play["japan"]["x_J"] == 1)
    at = {n: sp.Rational(v) for n, v in observed_2013().items()}
    assert collapse.prices == {"x_J.high": at["g_J"] - 1, "x_U.high": at["g_U"] - 1}


def test_at_the_fold_stability_is_not_decided(hedging):
    at = {"alp": 1, "tau": "1/4", "g": "5/4", "kap": 1, "d": 0}
    found = solve(hedging, {f"{n}_{i}": v for n, v in at.items() for i in "JU"})
    told = {e.play["japan"]["x_J"]: (e.stable, e.exact) for e in found}
    assert told == {sp.Rational(3, 4): (None, True), 1: (True, True)}


@pytest.fixture(scope="module")
def corked(cork):
    return solve(cork, "cold_war")


def test_the_ceilings_price_is_the_outcome_of_that_name(corked):
    (found,) = corked
    assert found.prices == {"ceiling": found.outcomes["shadow_price"]}
    assert found.outcomes["worth_of_loosening"] > found.outcomes["shadow_price"]


def test_the_united_states_is_told_what_freezing_would_pay(corked):
    """bet*s - rho*s**2/2 = .1*.3 - .3*.09/2."""
    (found,) = corked
    assert found.rivals["frozen"] == (sp.Rational("0.3"), sp.Rational("0.0165"))
    assert all(value < found.payoffs["us"] for _, value in found.rivals.values())
    assert corked.complete


def test_every_regret_is_small_and_every_answer_says_why(corked, tipping):
    for e in [*corked, *tipping]:
        assert 0 <= e.regret < sp.Rational(1, 10**7)
        assert "concave, proved for all parameters" in e.certificate


# --- laws ------------------------------------------------------------------------------------------

whole = st.integers(1, 4)
LAWS = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def bend(p, r, s, own, other):
    """Return a payoff that is strictly concave in one's own choice, and of complements."""
    return f"-{p}*{own}**2 + {r}*{own}*{other}/3 + ({s})*{own}/5"


def answers(model):
    found = solve(model)
    assert found.complete
    return sorted(plays(found), key=str)


@pytest.mark.slow
@LAWS
@given(
    whole,
    whole,
    st.integers(-3, 3),
    whole,
    whole,
    st.integers(-3, 3),
    st.sampled_from(["1/2", "3"]),
    st.integers(-7, 7),
)
def test_a_payoff_in_other_units_has_the_same_equilibria(p, r, s, q, t, u, scale, shift):
    one, two = bend(p, r, s, "x", "y"), bend(q, t, u, "y", "x")
    before = answers(chosen_game({"a": one, "b": two}))
    assert answers(chosen_game({"a": f"{scale}*({one}) + ({shift})", "b": two})) == before
    assert answers(chosen_game({"a": one, "b": f"{scale}*({two}) + ({shift})"})) == before


@pytest.mark.slow
@LAWS
@given(whole, whole, st.integers(-3, 3), whole, whole, st.integers(-3, 3), st.integers(-5, 5))
def test_what_hangs_on_the_others_choice_alone_changes_no_equilibrium(p, r, s, q, t, u, k):
    one, two = bend(p, r, s, "x", "y"), bend(q, t, u, "y", "x")
    changed = chosen_game({"a": f"{one} + ({k})*y**2", "b": f"{two} - ({k})*x"})
    assert answers(changed) == answers(chosen_game({"a": one, "b": two}))


@pytest.mark.slow
@LAWS
@given(whole, whole, st.integers(-3, 3), whole, whole, st.integers(-3, 3))
def test_players_who_swap_places_swap_equilibria(p, r, s, q, t, u):
    here = answers(chosen_game({"a": bend(p, r, s, "x", "y"), "b": bend(q, t, u, "y", "x")}))
    there = answers(chosen_game({"a": bend(q, t, u, "x", "y"), "b": bend(p, r, s, "y", "x")}))
    assert sorted(({"x": e["y"], "y": e["x"]} for e in there), key=str) == here


@LAWS
@given(whole, whole, st.integers(-3, 3), st.sampled_from(["1/2", "3"]), st.integers(-7, 7))
def test_a_leader_paid_in_other_units_leads_the_same_way(p, r, s, scale, shift):
    one, two = f"x*(1 - x) + ({s})*x*y/4 - y/7", bend(p, r, s, "y", "x")
    before = answers(led({"a": one, "b": two}))
    assert answers(led({"a": f"{scale}*({one}) + ({shift})", "b": two})) == before
    assert answers(led({"a": one, "b": f"{scale}*({two}) + ({shift})"})) == before


def test_chosen_numbers_as_labelled_data_are_not_called_probabilities(cournot):
    frame, data = dilemma.to_pandas(cournot), dilemma.to_xarray(cournot)
    assert not [name for name in frame.columns if name.startswith("P(")]
    assert float(frame["x"].iloc[0]) == pytest.approx(1 / 3)
    assert data["chosen"].sel(player="a", choice="x").values.tolist() == pytest.approx([1 / 3])


def test_a_shadow_price_that_is_not_determined_has_its_range(cork):
    """With no slack at all the ceiling costs Japan v = 1 or more, whatever its other end costs."""
    (frozen,) = solve(cork, "cold_war", s="0.69")
    assert frozen.prices["ceiling"] is None
    assert frozen.price_ranges["ceiling"] == (1, sp.oo)


def test_who_can_go_nowhere_gains_nothing(cork):
    values = dict(cork.values("post_cold_war"))
    at = {"K": values[symbol("s")], "theta": sp.Rational(6883, 100000), "y": sp.Integer(0)}
    values |= {symbol(name): value for name, value in at.items()}  # no slack: y is at most 0
    assert dense.gain(cork, values, "japan", ("theta",)) == 0
    values[symbol("K")] += sp.Rational(1, 10)  # some slack: y is at most theta/10, and worth while
    assert dense.gain(cork, values, "japan", ("theta",)) > 1e-3
