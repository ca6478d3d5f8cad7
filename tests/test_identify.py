"""Which part of a box is consistent with what was observed: against what is worked out by hand, and proved."""

import json

import numpy as np
import pytest

import dilemma
from dilemma.errors import CalibrationError
from test_sensitivity import duopoly


def consistent(found, at):
    """Tell by the definition whether some equilibrium at a calibration is consistent."""
    for one in dilemma.solve(found.model, {**found.model.calibration(found.era), **at}):
        told = {name: one.value(name) for name in found.observed}
        if all(v is not None and v in found.observed[n] for n, v in told.items()):
            return True
    return False


def test_the_bounds_are_those_worked_out_by_hand():
    # x = (1 - 2a + b)/3 >= 0.35, b <= 1/4: a <= 0.1; at a = 0 b may be 0.05 and more.
    found = dilemma.identify(duopoly(), "then", {"x": (0.35, 1)})
    assert found.status == "found"
    assert found["a"].low == 0
    assert found["a"].high == pytest.approx(0.1, abs=0.003)
    assert found["b"].low == pytest.approx(0.05, abs=0.003)
    assert found["b"].high == 0.25
    for one, side in ((found["a"], 0.1), (found["b"], 0.05)):
        assert float(one.proved.low) - 1e-9 <= side <= float(one.proved.high) + 1e-9
    assert float(found["a"].proved.high) == pytest.approx(0.1, abs=0.006)
    assert float(found["b"].proved.low) == pytest.approx(0.05, abs=0.006)


def test_the_share_is_the_area_worked_out_by_hand():
    # The triangle with corners (0, 0.05), (0, 0.25), (0.1, 0.25) of a square of side 1/4.
    found = dilemma.identify(duopoly(), "then", {"x": (0.35, 1)}, seconds=0)
    assert found.some == pytest.approx(0.1 * 0.2 / 2 / 0.25**2, abs=0.005)
    assert found.every == found.some


def test_the_thirds_are_shares_of_the_points():
    found = dilemma.identify(duopoly(), "then", {"x": (0.35, 1)}, seconds=0)
    for one in found.projections:
        assert np.mean(one.thirds) == pytest.approx(found.some, abs=0.01)
    assert found["a"].thirds[0] > found["a"].thirds[1] > found["a"].thirds[2] == 0


def test_the_example_is_consistent_by_the_definition():
    found = dilemma.identify(
        "abandonment", "post_cold_war", {"support_us": (0.4, 0.6)}, n=256, seconds=0
    )
    assert consistent(found, found.example)


def test_an_equilibrium_that_is_consistent_need_not_be_the_only_one():
    found = dilemma.identify("abandonment", "post_cold_war", {"support_us": 1}, n=256, seconds=0)
    assert 0 < found.every < found.some
    assert set(found.equilibria) <= {"(strong, strong)", "(weak, strong)"}


def test_what_is_nowhere_consistent_is_refuted_by_a_proof():
    found = dilemma.identify("hedging", "post_cold_war", {"x_J": (50, 60)}, n=64)
    assert found.status == "refuted"
    assert "proved" in str(found)
    unasked = dilemma.identify("hedging", "post_cold_war", {"x_J": (50, 60)}, n=64, seconds=0)
    assert unasked.status == "open"
    assert "not proved" in str(unasked)


@pytest.mark.slow
def test_nothing_consistent_lies_outside_of_what_is_proved():
    found = dilemma.identify("burden", "post_cold_war", {"t": (0.7, 0.8)}, n=256, seconds=15)
    one = found["p"]
    assert one.proved != one.box
    sample = dilemma.sample("burden", "post_cold_war", 2048, seed=9, outcomes="t", p=[one.box.low, one.proved.low])  # fmt: skip
    values = sample.t.to_numpy()
    assert not ((values >= 0.7) & (values <= 0.8)).any()


def test_a_payoff_may_be_observed_and_what_is_not_asked_is_said():
    found = dilemma.identify(duopoly(), "then", {"one": (0.1, 0.2)}, n=64)
    assert found.status == "found"
    assert "no claim speaks of a payoff" in str(found)


def test_eras_are_answered_one_by_one():
    found = dilemma.identify("hedging", observed={"x_J": (0.2, 0.3)}, n=64, seconds=0)
    assert list(found) == ["cold_war", "post_cold_war"]
    assert {"parameter", "low", "proved_low"} <= set(found.to_pandas().reset_index().columns)


@pytest.mark.parametrize(
    ("observed", "says"),
    [
        (None, "nothing was observed"),
        ({"x_j": 1}, "did you mean 'x_J'"),
        ({"x_J": (1, 0)}, "from 1 to 0 is empty"),
        ({"x_J": "abc"}, "no number and no interval"),
        ({"x_J": (0, 1, 2)}, "no number and no interval"),
    ],
)
def test_what_cannot_be_observed_is_refused_in_a_sentence(observed, says):
    with pytest.raises(CalibrationError, match=says):
        dilemma.identify("hedging", "cold_war", observed)


def test_the_command_answers(typed):
    ran = typed(
        "identify",
        "hedging",
        "x_J=0.2:0.3",
        "--era",
        "cold_war",
        "-n",
        64,
        "--seconds",
        0,
        "--json",
    )
    assert json.loads(ran.out)[0]["status"] == "found"
    assert "OUTCOME=LOW:HIGH" in typed("identify", "hedging", "x_J").err
