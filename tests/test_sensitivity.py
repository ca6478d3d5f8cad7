"""What matters over a box: indices against what is known of them, changes against the equilibria there."""

import json
from math import pi

import numpy as np
import pytest

import dilemma
from dilemma.checks.random_calibrations import moving, placed
from dilemma.claims.decide import stated
from dilemma.errors import CalibrationError
from dilemma.games.solution import equilibria
from dilemma.study.sensitivity import TYPE
from dilemma.study.variances import Design, Estimate, indices
from small_games import chosen_game, ranging

HOW = {"confidence": 0.95, "resamples": 100}


def told(function, names, points=4096, seed=0):
    design = Design(names, points, seed)
    found = indices(function(design.shares(0, design.size).T)[None], design, **HOW)
    return dict(zip(names, found, strict=True))


# --- indices ----------------------------------------------------------------------------------------


def test_ishigamis_function_has_the_indices_that_are_known():
    def ishigami(shares):
        x, y, z = 2 * pi * shares - pi
        return np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)

    found = told(ishigami, ("x", "y", "z"))
    known = {"x": (0.3139, 0.5576), "y": (0.4424, 0.4424), "z": (0.0, 0.2437)}
    for name, (first, total) in known.items():
        assert found[name].first.value == pytest.approx(first, abs=0.02)
        assert found[name].total.value == pytest.approx(total, abs=0.02)
        assert found[name].first.low <= first <= found[name].first.high
        assert found[name].total.low <= total <= found[name].total.high


def test_of_a_sum_each_accounts_for_its_own_variance():
    found = told(lambda s: 3 * s[0] + s[1], ("a", "b"))
    assert found["a"].first.value == pytest.approx(0.9, abs=0.01)
    assert found["a"].total.value == pytest.approx(0.9, abs=0.01)


def test_of_a_product_around_nought_nothing_is_done_alone():
    found = told(lambda s: (s[0] - 0.5) * (s[1] - 0.5), ("a", "b"))
    for index in found.values():
        assert index.first.value == pytest.approx(0, abs=0.02)
        assert index.total.value == pytest.approx(1, abs=0.03)


def test_several_numbers_count_by_their_variances():
    design = Design(("a", "b"), 4096, 0)
    a, b = design.shares(0, design.size).T
    found = indices(np.stack([3 * a, b]), design, **HOW)
    assert [i.total.value for i in found] == pytest.approx([0.9, 0.1], abs=0.01)


def test_what_does_not_vary_has_no_indices():
    design = Design(("a",), 16, 0)
    assert indices(np.ones((1, design.size)), design, **HOW) is None


def test_an_interval_wider_than_all_there_is_tells_nothing():
    assert str(Estimate(0.4, -0.3, 0.9)) == "?"
    assert str(Estimate(-0.001, -0.01, 0.01)) == "0.00 ± 0.01"


def test_points_are_those_of_the_first_sample_with_one_factor_of_the_second():
    design = Design(("a", "b", "c"), 16, 3)
    first, second, *mixed = np.split(design.shares(0, design.size), 5)
    for k, block in enumerate(mixed):
        assert (block[:, k] == second[:, k]).all()
        assert (np.delete(block, k, axis=1) == np.delete(first, k, axis=1)).all()
    assert (design.shares(5, 70) == design.shares(0, design.size)[5:70]).all()


@pytest.mark.parametrize("points", [0, 1, 8, 1000])
def test_points_that_are_no_power_of_two_are_refused_with_the_nearest(points):
    with pytest.raises(CalibrationError, match="a power of two"):
        Design(("a",), points, 0)


# --- an outcome whose indices are worked out by hand ---------------------------------------------------


def duopoly():
    """Return a duopoly: x = (1 - 2a + b)/3 with costs a and b, so that a does four times what b does."""
    payoffs = {"one": "x*(1 - x - y - a)", "two": "y*(1 - x - y - b)"}
    costs = {"a": ranging("0", "1/4"), "b": ranging("0", "1/4")}
    value = {"value": 0.125, "range": [0, 0.25], "grade": "assumed", "source": "none"}
    era = {"title": "Then", "a": value, "b": value}
    return chosen_game(
        payoffs,
        name="duopoly",
        parameters=costs,
        eras={"then": era, "now": {**era, "title": "Now"}},
    )


def test_indices_of_an_equilibrium_are_those_worked_out_by_hand():
    found = dilemma.sensitivity(duopoly(), "then", "x")["x"]
    assert found.mean == pytest.approx((1 - 0.25 + 0.125) / 3, abs=1e-3)
    assert found.indices["a"].total.value == pytest.approx(0.8, abs=0.03)
    assert found.indices["b"].first.value == pytest.approx(0.2, abs=0.03)


def test_a_claims_indices_are_those_of_where_it_fails():
    model = duopoly()
    claim = model.make_claim("x > y", over="then")  # that is: b > a
    (one,) = dilemma.measure_first(model, claim).claims
    assert one.fails == pytest.approx(0.5, abs=0.02)
    weights = {w.parameter: w for w in one.weights}
    # Of an indicator of a half-plane through the middle: first order 1/3 each, total 2/3 each.
    assert weights["a"].index.first.value == pytest.approx(1 / 3, abs=0.08)
    assert weights["b"].index.total.value == pytest.approx(2 / 3, abs=0.08)
    assert weights["a"].low_third == pytest.approx(1 / 6, abs=0.04)
    assert weights["a"].high_third == pytest.approx(5 / 6, abs=0.04)


# --- over a model's box ------------------------------------------------------------------------------


def test_least_and_greatest_are_told_apart_where_there_are_several_equilibria():
    found = dilemma.sensitivity("abandonment", "post_cold_war", "support_us", n=64)
    assert [one.title for one in found.measures] == [
        "support_us, least",
        "support_us, greatest",
        TYPE,
    ]
    alone = dilemma.sensitivity("abandonment", "cold_war", "support_us", n=64)
    assert alone["support_us"].mean >= found["support_us"].mean


def test_an_outcome_that_is_undefined_somewhere_has_no_indices_and_says_so():
    found = dilemma.sensitivity("abandonment", "post_cold_war", "trust_japan", n=64)
    assert not found["trust_japan"].indices
    assert "trust_japan has no value at" in str(found)


def test_an_index_of_a_parameter_that_no_payoff_of_it_has_is_nought():
    found = dilemma.sensitivity("hedging", "post_cold_war", "x_J", n=256)
    assert abs(found["x_J, least"].indices["d_J"].total.value) < 1e-12


def test_where_equilibria_change_they_do():
    found = dilemma.sensitivity("abandonment", "post_cold_war", "support_us", n=64)
    model = dilemma.load("abandonment")
    here = set(dilemma.solve(model, "post_cold_war").names)
    changes = [change for change in found.alone.values() if change is not None]
    assert changes
    for change in changes:
        centre = float(model.calibration("post_cold_war")[change.parameter])
        for step, same in ((-1e-3, True), (1e-3, False)):
            at = change.at + step * (change.at - centre)
            assert (set(dilemma.solve(model, "post_cold_war", **{change.parameter: at}).names) == here) is same  # fmt: skip


def test_a_threshold_that_is_known_is_found():
    hunt = dilemma.matrix(
        [["s", 0], [1, 1]], [["s", 1], [0, 1]], parameters={"s": [0, 4]}, name="hunt"
    )
    found = dilemma.sensitivity(hunt, {"s": {"value": 3, "range": [0, 4]}}, n=16)
    assert found.alone["s"].at == pytest.approx(1, abs=1e-5)
    assert found.alone["s"].share == pytest.approx(2 / 3, abs=1e-5)
    assert found.nearest.radius == pytest.approx(2 / 3, abs=1e-5)


def test_the_nearest_change_has_the_equilibria_of_the_centre_on_one_side_alone():
    found = dilemma.sensitivity("abandonment", "post_cold_war", "support_us", n=256)
    model = dilemma.load("abandonment")
    centre = {n: float(v) for n, v in model.calibration("post_cold_war").items()}
    border = centre | dict(found.nearest.at)
    seen = []
    for share in (0.999, 1.001):
        at = {n: centre[n] + share * (border[n] - centre[n]) for n in centre}
        seen.append(tuple(sorted(e.name for e in equilibria(model, model.calibration(at)))))
    assert seen == list(found.nearest.sets)
    shares = [change.share for change in found.alone.values() if change is not None]
    assert 0 < found.nearest.radius < min(shares)


def test_the_same_seed_finds_the_same():
    one, two = (dilemma.sensitivity("hedging", "cold_war", "x_J", n=32) for _ in range(2))
    assert one.to_json() == two.to_json()
    other = dilemma.sensitivity("hedging", "cold_war", "x_J", n=32, seed=1)
    assert other.to_json() != one.to_json()


def test_eras_are_answered_one_by_one():
    found = dilemma.sensitivity("hedging", outcomes="x_J", n=16)
    assert list(found) == ["cold_war", "post_cold_war"]
    assert set(found.to_pandas().reset_index().era) == {"cold_war", "post_cold_war"}


def test_a_frame_has_a_row_for_each_measure_and_parameter():
    found = dilemma.sensitivity("hedging", "cold_war", "x_J", n=16)
    frame = found.to_pandas()
    assert len(frame) == len([m for m in found.measures if m.indices]) * len(found.order)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"outcomes": "x_j"}, "did you mean 'x_J'"),
        ({"n": 100}, "such as 128"),
        ({"confidence": 1}, "a share between 0 and 1"),
        ({"resamples": 0}, "at least one"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(wrong, says):
    with pytest.raises(CalibrationError, match=says):
        dilemma.sensitivity("hedging", "cold_war", **wrong)


# --- what to measure first ---------------------------------------------------------------------------


def test_a_proved_claim_fails_at_no_point():
    found = dilemma.measure_first("abandonment", "C1.1 US", n=64)
    assert {v.status for v in dilemma.prove("abandonment", "C1.1 US")} == {"proved"}
    assert [one.fails for one in found.claims] == [0, 0]


def test_only_assumed_intervals_are_first(abandonment):
    found = dilemma.measure_first(abandonment, "C1.3", n=64)
    assert all(one.first is None or one.first.grade == "assumed" for one in found.claims)
    values = abandonment.eras["post_cold_war"].values
    assert {values[name].grade for _, name in found.ranking} == {"assumed"}


def test_what_is_one_draw_for_both_eras_is_one_interval(abandonment):
    claim = abandonment.claims["assurance_since"]
    free = moving(stated(abandonment, claim, claim.over))
    both = [one.parameter for one in free if one.era is None]
    assert len({(one.era, one.parameter) for one in free}) == len(free)
    assert all(
        abandonment.eras["cold_war"].values[name].common or name in claim.shared for name in both
    )


def test_a_twin_lies_between_its_home_and_the_end():
    model = dilemma.load("hedging")
    claim = model.make_claim("rises(x_J, g_J)", over="cold_war")
    statements = stated(model, claim, "cold_war")
    free = moving(statements)
    (higher,) = [one for one in free if one.higher]
    shares = np.random.default_rng(0).random((50, len(free)))
    drawn = placed(statements, {one.symbol: shares[:, k] for k, one in enumerate(free)})
    (home,) = [one.symbol for one in free if one.parameter == "g_J" and not one.higher]
    high = float(model.eras["cold_war"].values["g_J"].range.high)
    assert (drawn.columns[home] <= drawn.columns[higher.symbol]).all()
    assert (drawn.columns[higher.symbol] <= high).all()


def test_what_is_about_every_calibration_is_not_tried_and_says_why(abandonment):
    (one,) = dilemma.measure_first(abandonment, "C1.8", n=16).claims
    assert "every calibration" in one.reason
    assert one.title in str(dilemma.measure_first(abandonment, "C1.8", n=16))


def test_a_claim_that_fails_hardly_anywhere_is_not_ranked():
    found = dilemma.measure_first("burden", "japans_share_rises", n=64)
    (one,) = found.claims
    assert one.rare
    assert not found.ranking
    assert "at too few points" in str(found)


def test_the_commands_answer(typed):
    ran = typed("sensitivity", "hedging", "x_J", "--era", "cold_war", "-n", 16, "--json")
    assert json.loads(ran.out)[0]["order"]
    ran = typed("measure-first", "burden.C4.9", "-n", 64)
    assert ran.code == 0
    assert "w " in ran.out
    assert typed("sensitivity", "hedging", "-n", 100).code == 2
