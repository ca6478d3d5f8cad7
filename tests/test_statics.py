"""Comparative statics: derivatives within a branch, and signs that hold over a whole box."""

import inspect
import json

import numpy as np
import pytest
import sympy as sp

import dilemma
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games.numbers.choosing import equilibrium_points
from dilemma.games.solution import many
from dilemma.study.directions import derivative
from dilemma.study.draws import draw
from small_games import alone, chosen_game, ranging, valued

STEP = sp.Rational(1, 10**6)


def point_of(model, calibration, branch):
    points, missing = equilibrium_points(model, model.values(calibration))
    assert not missing
    return next(p for p in points if p.branch.title == branch)


def central_differences(model, calibration, branch, parameter):
    """Return the slope of every outcome and payoff, from two calibrations next to this one."""
    ends = []
    for sign in (1, -1):
        there = {**calibration, parameter: calibration[parameter] + sign * STEP}
        point = point_of(model, there, branch)
        formulas = {**point.branch.outcomes, **point.branch.payoffs}
        ends.append({name: point.worth(formula) for name, formula in formulas.items()})
    return {name: float((high - ends[1][name]) / (2 * STEP)) for name, high in ends[0].items()}


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        pytest.param("cork", ["s", "c", "gam", "rho", "D"], marks=pytest.mark.slow),
        ("hedging", ["alp_J", "tau_U", "g_J", "g_U", "d_J"]),
        ("burden", ["b_J", "pr_U", "p", "ze", "w"]),
    ],
)
def test_every_derivative_is_that_of_finite_differences(name, parameters):
    model = dilemma.load(name)
    era = "post_cold_war"  # no parameter lies at the end of its range there
    (response,) = inspect.unwrap(dilemma.statics)(
        model, era, None, parameters, seconds=0.01, draws=1
    )[era]
    for parameter in parameters:
        slopes = central_differences(model, model.calibration(era), response.equilibrium, parameter)
        for outcome, slope in slopes.items():
            value = float(response[outcome, parameter].value)
            assert value == pytest.approx(slope, rel=1e-5, abs=1e-9), (outcome, parameter)


def test_an_elasticity_is_the_change_in_per_cent_for_one_per_cent_more(hedging):
    (response,) = dilemma.statics(hedging, "cold_war", ["x_J"], ["g_J"])["cold_war"]
    effect, centre = response["x_J", "g_J"], hedging.calibration("cold_war")
    assert effect.elasticity == effect.value * centre["g_J"] / response.play["x_J"]


@pytest.mark.parametrize("era", ["cold_war", "post_cold_war"])
def test_the_ceiling_follows_capability_and_never_keeps_up_while_both_routes_are_used(era, cork):
    draws, step = 1_000, 1e-4
    drawn = draw(cork, era, draws, seed=3)
    low, high = (
        {p.symbol: drawn[n] + sign * step * (n == "s") for n, p in cork.parameters.items()}
        for sign in (-1, 1)
    )
    K = cork.game.choices["K"].symbol
    found = []
    for columns in (low, high):
        batch = many(cork, columns)
        rows = next(r for r in batch.rows if r.branch.name == "both_routes")
        good = rows.holds & ~batch.doubtful[:, None]
        found.append(np.where(good, rows.at[K], np.nan).max(axis=1, initial=-np.inf, where=good))
    with np.errstate(invalid="ignore"):  # where the regime is another one: infinite
        slopes = (found[1] - found[0]) / (2 * step)
    slopes = slopes[np.isfinite(slopes)]
    assert len(slopes) > draws / 2
    assert 0 < slopes.min() < slopes.max() < 1


def test_the_ceiling_keeps_up_exactly_where_a_border_holds_the_optimum(cork):
    at = cork.calibration(
        "cold_war", v=1, gam=1, c=1, pi_a=1, h="0.5", bet="0.2", rho="0.21", s="0.3"
    )
    (point,), _ = equilibrium_points(cork, cork.values(at))
    s = cork.parameters["s"].symbol
    assert point.branch.name.startswith("border")
    told = [derivative(cork, point, point.branch.outcomes[n], s) for n in ("K", "S", "a")]
    assert told == [1, 0, 0]


def test_signs_that_the_theory_proves_are_proved(cork):
    found = dilemma.statics(cork, None, ["K", "S", "a"], ["s", "rho", "D"])
    for response in found.responses:
        told = {pair: effect.sign for pair, effect in response.effects.items()}
        assert [told[o, "s"] for o in ("K", "S", "a")] == ["+", "-", "-"]
        assert [told[o, "rho"] for o in ("K", "S", "a")] == ["-", "-", "-"]
        assert [told[o, "D"] for o in ("K", "S", "a")] == ["0", "0", "0"]


def test_hedging_is_contagious_where_it_cannot_tip_and_goes_either_way_where_it_can(hedging):
    found = dilemma.statics(hedging, None, ["x_J"], ["g_U"])
    assert found["cold_war"][0]["x_J", "g_U"].sign == "+"
    assert found["post_cold_war"][0]["x_J", "g_U"].sign == "depends"  # unstable ones go back


def test_what_vanishes_in_equilibrium_is_proved_not_to_move(hedging):
    found = dilemma.statics(hedging, "cold_war", ["net_japan"], ["g_J", "alp_J"])
    assert {e.sign for e in found["cold_war"][0].effects.values()} == {"0"}


def test_a_proved_sign_is_never_contradicted_by_fresh_random_calibrations(hedging):
    model, era, step = hedging, "cold_war", 1e-5
    outcomes, parameters = ["x_J", "x_U"], ["alp_J", "tau_J", "g_J", "kap_U", "g_U"]
    (response,) = dilemma.statics(model, era, outcomes, parameters)[era]
    drawn = draw(model, era, 500, seed=11)
    for (outcome, parameter), effect in response.effects.items():
        ends = []
        for sign in (-1, 1):
            moved = {**drawn, parameter: drawn[parameter] + sign * step}
            batch = many(model, {p.symbol: moved[n] for n, p in model.parameters.items()})
            rows = next(r for r in batch.rows if r.branch.name == "interior")
            values = rows.at[model.game.choices[outcome].symbol]
            ends.append(np.where(rows.holds, values, 0).sum(axis=1))  # one there, proved as C3.1
        both = (ends[0] > 0) & (ends[1] > 0)
        signs = np.sign(ends[1] - ends[0])[both]
        assert set(signs) == {1.0 if effect.sign == "+" else -1.0}, (outcome, parameter)


def tiny(**outcomes):
    eras = {"now": dict.fromkeys("ab", valued(2, 1, 3))}
    return alone("a*x - x**2/2", "ab", outcomes=outcomes, eras=eras)


def test_at_a_kink_there_is_no_derivative_and_beyond_it_the_sign_is_weak():
    model = tiny(least="min(x, b)")
    (response,) = dilemma.statics(model)["now"]
    assert response["least", "a"].value is None
    assert response["least", "a"].sign == "0+"
    assert response["x", "a"].value == 1


def test_without_time_signs_are_undecided_and_counted(hedging):
    found = inspect.unwrap(dilemma.statics)(
        hedging, "cold_war", ["x_J", "x_U"], ["g_J", "d_J"], seconds=1e-9
    )
    (response,) = found["cold_war"]
    assert [e.sign for e in response.effects.values()] == ["?", "0", "?", "0"]  # d_J stands nowhere
    assert response.undecided == 2
    assert "2 of 4 signs were not decided" in str(found)


def test_it_speaks_json_and_xarray():
    found = dilemma.statics(tiny(y="2*x"), "now")
    effects = json.loads(found.to_json())["responses"][0]["effects"]
    told = {(e["outcome"], e["parameter"]): (e["derivative"], e["sign"]) for e in effects}
    assert told["y", "a"] == ("2", "+")
    data = found.to_dataset()
    assert data["derivative"].sel(outcome="y", parameter="a").item() == 2
    assert data["sign"].sel(outcome="y", parameter="b").item() == "0"


def test_a_game_of_finitely_many_actions_is_refused_in_a_sentence(abandonment):
    with pytest.raises(UnsupportedError, match="finitely many actions"):
        dilemma.statics(abandonment)


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("cold_wr",), "did you mean 'cold_war'"),
        (("cold_war", ["x_K"]), "did you mean 'x_"),
        (("cold_war", ["x_J"], ["gJ"]), "did you mean 'g_J'"),
    ],
)
def test_a_wrong_name_is_told_with_the_nearest(arguments, hint, hedging):
    with pytest.raises(CalibrationError, match=hint):
        dilemma.statics(hedging, *arguments)


def test_a_branch_that_only_the_search_finds_has_signs_that_are_not_counted():
    model = chosen_game(
        {"ann": "v_A*x/(x + y + 1/100) - x", "bob": "v_B*y/(x + y + 1/100) - y"},
        choices={"ann": {"x": (0, 10)}, "bob": {"y": (0, 10)}},
        parameters=dict.fromkeys(("v_A", "v_B"), ranging(1, 5)),
        eras={"one": {"v_A": valued(2, 1, 3), "v_B": valued(3, 2, 4)}},
    )
    found = dilemma.statics(model, parameters=["v_A"], draws=16, seconds=10)
    assert found.responses
    assert "v_A" in str(found)
