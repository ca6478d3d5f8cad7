"""Equilibria along a path, against best replies and optima worked out here in plain numbers."""

import json
from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
from scipy.optimize import brentq, minimize_scalar

import dilemma
from dilemma import Equilibrium
from dilemma.errors import CalibrationError
from dilemma.games.play import Mixes
from dilemma.study.paths import Stop, follow, joined
from small_games import chosen_game, ranging, valued

ERA = "post_cold_war"


@pytest.fixture(scope="module")
def tipping(hedging):
    return dilemma.trace(hedging, ["g_J", "g_U"], "0.95", "1.2", eras=[ERA], points=11)


@pytest.fixture(scope="module")
def ceiling(cork):
    return dilemma.trace(cork, "s", "0.4", "0.9", eras=[ERA], points=6)


# --- two who hedge: best replies by hand ----------------------------------------------------------


def at_once(name):
    """Return an equilibrium of which nothing is known but its name."""
    return Equilibrium(name, Mixes({}), {}, {})


def replies(centre, factor):
    """Return both best replies, each to the other's hedge."""
    p = {name: float(value) for name, value in centre.items()}

    def reply(who, x):
        y = 1 - x
        gain = factor * p[f"g_{who}"] - p[f"alp_{who}"] * y / (y + p[f"tau_{who}"])
        return np.clip(gain / p[f"kap_{who}"], 0, 1)

    return (lambda x: reply("J", x)), (lambda x: reply("U", x))


def fixed_points(centre, factor):
    """Find every x_J that comes back after both have replied, by a scan for changes of sign."""
    japan, us = replies(centre, factor)

    def gap(x):
        return japan(us(x)) - x

    scan = np.linspace(0, 1, 4001)
    gaps = gap(scan)
    roots = [float(x) for x, g in zip(scan, gaps, strict=True) if abs(g) < 1e-14]
    crossing = np.flatnonzero(gaps[:-1] * gaps[1:] < 0)
    roots += [brentq(gap, scan[k], scan[k + 1], xtol=1e-14) for k in crossing]
    return sorted(roots)


def test_every_equilibrium_is_there_and_no_other(tipping):
    centre = tipping.calibrations[ERA]
    for stop in tipping.courses[ERA].even:
        told = sorted(float(state.play["japan"]["x_J"]) for state in stop.states)
        assert told == pytest.approx(fixed_points(centre, float(stop.at)), abs=1e-9)


def test_stable_is_what_best_replies_lead_back_to(tipping):
    kinds = set()
    for stop in tipping.courses[ERA].even:
        japan, us = replies(tipping.calibrations[ERA], float(stop.at))
        for state in stop.states:
            x = float(state.play["japan"]["x_J"])
            near = min(1.0, x + 1e-4) if x < 1 else 1 - 1e-4
            assert bool(abs(japan(us(near)) - x) < abs(near - x)) is state.stable
            kinds.add(state.stable)
    assert kinds == {True, False}


def test_folds_lie_where_a_scan_loses_two_equilibria(tipping):
    centre = tipping.calibrations[ERA]

    def border(low, high, count):
        while high - low > 1e-7:
            middle = (low + high) / 2
            low, high = (
                (middle, high) if len(fixed_points(centre, middle)) == count else (low, middle)
            )
        return low

    begins, ends = (float(fold.at) for fold in joined(tipping.courses[ERA]).folds)
    assert begins == pytest.approx(border(0.95, 1.05, 1), abs=1e-6)
    assert ends == pytest.approx(border(1.1, 1.2, 3), abs=1e-5)
    assert ends == pytest.approx(1.147, abs=5e-4)  # where the story of the model tips


def test_three_strands_make_the_fold(tipping):
    found = joined(tipping.courses[ERA])
    spans = [(s.states[0].stable, float(s.at[0]), float(s.at[-1])) for s in found.strands]
    close, apart, between = sorted(spans, key=lambda span: (not span[0], span[1]))
    assert close == (True, 0.95, pytest.approx(1.1468, abs=1e-4))
    assert apart == (True, pytest.approx(1.0019, abs=1e-4), 1.2)
    assert between == (False, apart[1], close[2])
    assert found.jumps == ()


def test_a_factor_on_one_parameter_is_that_parameter(hedging):
    centre = hedging.calibration("cold_war")["g_U"]
    factor = dilemma.trace(hedging, "g_U", 1, "1.1", scaled=True, eras=["cold_war"], points=2)
    alone = dilemma.trace(hedging, "g_U", centre, centre * 11 / 10, eras=["cold_war"], points=2)
    told = [[stop.states for stop in found.courses["cold_war"].even] for found in (factor, alone)]
    assert told[0] == told[1]


# --- a ceiling: the optimum by brute force --------------------------------------------------------


def built(p, s, ceiling, loose=0.0):
    """Return the best theta of Japan under a ceiling, and what it is paid."""
    slack = ceiling - s

    def paid(theta):
        y = min(slack * theta + loose, p["v"] / p["gam"])
        effort = p["h"] * (1 / theta - 1)
        capability = s + slack * (1 - theta) + y
        return p["v"] * capability - p["c"] * effort - p["gam"] * y**2 / 2 + p["D"]

    if slack == 0:
        return 1.0, paid(1.0)
    best = minimize_scalar(
        lambda theta: -paid(theta), (1e-6, 1), (1e-6, 1), method="bounded", options={"xatol": 1e-13}
    )
    return max(((best.x, -best.fun), (1.0, paid(1.0))), key=lambda one: one[1])


def chosen_ceiling(p, s):
    """Return the best ceiling for the United States, and what it is paid, by a grid made finer."""

    def paid(ceiling):
        slack = ceiling - s
        theta, _ = built(p, s, ceiling)
        capability = s + slack * (1 - theta) + min(slack * theta, p["v"] / p["gam"])
        effort = p["h"] * (1 / theta - 1)
        return p["bet"] * capability + p["pi_a"] * effort - p["rho"] * ceiling**2 / 2

    low, high = s, s + 3
    for _ in range(4):
        tried = np.linspace(low, high, 61)
        k = int(np.argmax([paid(ceiling) for ceiling in tried]))
        low, high = tried[max(0, k - 1)], tried[min(60, k + 1)]
    return tried[k], paid(tried[k])


def test_the_leader_chooses_what_a_grid_says_is_best(ceiling):
    p = {name: float(value) for name, value in ceiling.calibrations[ERA].items()}
    for stop in ceiling.courses[ERA].even:
        (state,) = stop.states
        ceiling, paid = chosen_ceiling(p, float(stop.at))
        assert float(state.payoffs["us"]) == pytest.approx(paid, abs=1e-7)
        assert float(state.play["us"]["K"]) == pytest.approx(ceiling, abs=1e-3)


def test_both_shadow_prices_are_slopes_of_what_japan_is_paid(ceiling):
    p = {name: float(value) for name, value in ceiling.calibrations[ERA].items()}
    step = 1e-5
    for stop in ceiling.courses[ERA].even[:3]:
        (state,) = stop.states
        s, ceiling = float(stop.at), float(state.play["us"]["K"])
        more = [built(p, s, ceiling + d)[1] for d in (-step, step)]
        looser = [built(p, s, ceiling, loose=d)[1] for d in (-step, step)]
        slope = np.diff(more)[0] / (2 * step)
        assert float(state.outcomes["worth_of_loosening"]) == pytest.approx(slope, abs=1e-4)
        price = np.diff(looser)[0] / (2 * step)
        assert float(state.outcomes["shadow_price"]) == pytest.approx(price, abs=1e-4)


def test_play_jumps_where_the_leader_does_not_care(ceiling):
    (change,) = joined(ceiling.courses[ERA]).jumps
    ((before,), (after,)) = (change.low.states, change.high.states)
    assert (before.name, after.name) == ("(both_routes)", "(frozen)")
    assert float(change.at) == pytest.approx(0.68972, abs=1e-5)
    assert float(before.payoffs["us"]) == pytest.approx(float(after.payoffs["us"]), abs=1e-5)
    assert float(before.outcomes["S"]) - float(after.outcomes["S"]) > 0.1


def test_a_price_that_is_not_determined_has_its_range(ceiling):
    last = ceiling.courses[ERA].stops[-1].states[0]
    v = ceiling.calibrations[ERA]["v"]
    assert last.prices["ceiling"] is last.outcomes["shadow_price"] is None
    assert last.price_ranges["ceiling"] == (v, sp.oo)


# --- games of actions -----------------------------------------------------------------------------


def test_changes_are_those_of_the_exact_path(abandonment):
    found = dilemma.trace(abandonment, "m_J", 0, 1, points=8)
    for era, course in found.courses.items():
        stretches = dilemma.along(abandonment, era, "m_J").stretches
        ends = [a.high for a, b in pairwise(stretches) if a.equilibria != b.equilibria]
        told = [(change.low.at, change.high.at) for change in course.changes]
        assert all(low <= end <= high for (low, high), end in zip(told, ends, strict=True))
        assert all(high - low < 2e-6 for low, high in told)


# --- how far an answer goes -----------------------------------------------------------------------


def flat():
    payoffs = dict.fromkeys(("one", "two"), "-a*(x - y)**2")
    eras = {"now": {"a": valued(1, 1, 2)}}
    return chosen_game(payoffs, name="flat", parameters={"a": ranging(0, 9)}, eras=eras)


def test_where_equilibria_may_be_missing_it_says_so():
    found = dilemma.trace(flat(), "a", 1, 2, points=2)
    assert not found.complete
    assert all("continuum" in stop.reason for stop in found.courses["now"].stops)
    assert "NOT all equilibria at 2 values from 1:" in str(found)
    assert found.to_dict()["eras"]["now"]["stops"][0]["complete"] is False


def test_a_whole_answer_says_so(tipping, ceiling):
    assert tipping.complete
    assert ceiling.complete
    assert "NOT" not in f"{tipping}{ceiling}"


def test_two_changes_in_one_step_are_told_apart():
    def look(x):
        passed = [k for k in (1, 2, 7) if x > sp.Rational(k, 10)]
        return Stop(x, (at_once(str(passed)),))

    changes = follow(look, sp.Integer(0), sp.Integer(1), 3).changes
    assert [round(float(change.at), 5) for change in changes] == [0.1, 0.2, 0.7]


def test_a_border_on_a_value_itself_is_one_change():
    def look(x):
        return Stop(x, (at_once(str(sp.sign(x - 1))),))

    (change,) = follow(look, sp.Integer(0), sp.Integer(2), 3).changes
    assert change.low.at < 1 < change.high.at


def test_what_is_seen_twice_on_the_way_is_listed_once(tipping):
    places = [stop.at for stop in tipping.courses[ERA].stops]
    assert all(one < two for one, two in pairwise(places))
    even = [stop.at for stop in tipping.courses[ERA].even]
    assert even == [(38 + k) * sp.Rational(1, 40) for k in range(11)]


def test_it_is_told_how_much_is_done(abandonment):
    told = []
    dilemma.trace(abandonment, "m_J", 0, 1, points=3, progress=told.append)
    assert told == sorted(told)
    assert (len(told), told[-1]) == (6, 1)


def test_plain_data_are_exact_and_carry_units(ceiling):
    told = json.loads(ceiling.to_json())
    first = told["eras"][ERA]["stops"][0]
    assert first["at"] == "2/5"
    assert first["equilibria"][0]["play"]["us"].keys() == {"K"}
    assert told["eras"][ERA]["calibration"]["gam"] == "8/5"
    assert (told["units"]["K"], told["units"]["a"]) == ("index", "effort")
    assert told["versions"].keys() >= {"sympy"}


def test_tables_tell_changes_units_and_what_is_held(ceiling):
    words = " ".join(str(ceiling).split())
    assert "(both_routes), then (frozen)." in words
    assert "All else at the era's centre, which lies at 0.55." in words
    assert "K [index]" in words


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("g_K", 0, 1), "no parameter 'g_K' in hedging"),
        ((["g_J", "g_U"], -1, 1), "g_J"),
        (("g_J", 1, 1), "a low and a higher end"),
        (("g_J", 0, "one"), "the path from 0 to one"),
        (((), 0, 1), "at least one parameter"),
    ],
)
def test_a_path_that_makes_no_sense_is_refused(asked, said, hedging):
    with pytest.raises(CalibrationError, match=said):
        dilemma.trace(hedging, *asked)


@pytest.mark.parametrize(("which", "said"), [("eras", "era"), ("outcomes", "outcome")])
def test_unknown_names_are_refused(abandonment, which, said):
    with pytest.raises(CalibrationError, match=f"no {said} 'nowhere' in abandonment"):
        dilemma.trace(abandonment, "m_J", 0, 1, **{which: ["nowhere"]})


def test_one_era_and_one_outcome_need_no_list(abandonment):
    found = dilemma.trace(
        abandonment, "m_J", 0, 1, eras="cold_war", outcomes="support_us", points=3
    )
    assert list(found.courses) == ["cold_war"]
    assert found.outcomes == ("support_us",)


def test_half_a_value_is_not_solved(abandonment):
    with pytest.raises(CalibrationError, match=r"in 2\.5 values"):
        dilemma.trace(abandonment, "m_J", 0, 1, points=2.5)
