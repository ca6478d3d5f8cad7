"""Stories: one equilibrium after another, nobody looking ahead."""

import json
from itertools import pairwise

import numpy as np
import pytest
import sympy as sp

import dilemma
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games.solution import many
from small_games import alone, valued


@pytest.fixture(scope="module")
def tipping(hedging):
    return dilemma.dynamics(hedging)


@pytest.fixture(scope="module")
def rounds(cork):
    return dilemma.dynamics(cork)


def test_two_rounds_of_strengthening_shut_the_cork(rounds):
    told = [[float(s.outcomes[n]) for n in ("K", "S", "a")] for s in rounds.steps]
    assert told[0] == pytest.approx([0.649, 0.349, 0.0396], abs=5e-4)
    assert told[1] == pytest.approx([0.776, 0.127, 0.0152], abs=5e-4)
    assert [s.equilibrium for s in rounds.steps] == ["(both_routes)", "(both_routes)", "(frozen)"]
    assert told[2][1:] == [0, 0]
    assert rounds.ended == "nothing moves any more"


def test_a_story_begins_elsewhere_where_values_or_another_era_are_given(cork):
    moved = dilemma.dynamics(cork, at={"s": "1/2"})
    assert moved.steps[0].parameters["s"] == sp.Rational(1, 2)
    told = dilemma.solve(cork, cork.era(cork.dynamics["groundwork"].era, s="1/2"))
    assert moved.steps[0].play["K"] in [e.play["us"]["K"] for e in told]
    later = dilemma.dynamics(cork, at="post_cold_war")
    assert later.steps[0].parameters["s"] == cork.calibration("post_cold_war")["s"]
    with pytest.raises(CalibrationError, match="no parameter 'S' in cork: did you mean 's'"):
        dilemma.dynamics(cork, at={"S": 1})


def test_each_round_starts_where_the_last_one_ended(rounds):
    for last, here in pairwise(rounds.steps):
        assert here.parameters["s"] == last.outcomes["build_up"]


def test_the_allies_let_go_all_at_once_and_come_back_later(tipping):
    assert [s.jumped for s in tipping.steps].count(True) == 2
    apart, together = tipping.jumps
    assert apart.outcomes["y_J"] == apart.outcomes["y_U"] == 0
    assert float(apart.leap) == pytest.approx(1.147, abs=5e-4)
    assert float(together.leap) == pytest.approx(1.002, abs=5e-4)
    assert together.outcomes == tipping.steps[0].outcomes


def test_what_is_played_hangs_on_the_way_there(tipping):
    up, down = (s for s in tipping.steps if s.factor == 1 + 5 * tipping.steps[1].factor - 5)
    assert up.parameters == down.parameters
    assert float(up.outcomes["y_J"]) > 0.5
    assert down.outcomes["y_J"] == 0


def test_it_leaps_where_two_equilibria_vanish_together(tipping, hedging):
    centre, fold = hedging.calibration("post_cold_war"), float(tipping.jumps[0].leap)
    factors = np.array([fold - 1e-4, fold + 1e-4])
    scaled = {n: float(v) * (factors if n in ("g_J", "g_U") else 1) for n, v in centre.items()}
    columns = {p.symbol: np.broadcast_to(scaled[n], 2) for n, p in hedging.parameters.items()}
    names = [many(hedging, columns).names(k) for k in (0, 1)]
    assert [n.count("interior") for n in names] == [2, 0]


def test_as_long_as_play_moves_smoothly_it_does_not_jump(tipping):
    assert not any(s.jumped for s in tipping.steps[:15])


def tiny(**story):
    story = {"on": {"says": "on and on", "era": "now", **story}}
    return alone("a*x - x**2/2", "a", high=99, eras={"now": {"a": valued(1)}}, dynamics=story)


def test_a_story_ends_where_a_parameter_leaves_its_range():
    found = dilemma.dynamics(tiny(next={"a": "3*x"}, steps=9))
    assert [s.parameters["a"] for s in found.steps] == [1, 3, 9]
    assert found.ended == "a = 27 leaves its range [0, 9]"


def test_a_story_ends_after_its_steps():
    found = dilemma.dynamics(tiny(next={"a": "x + 1"}, steps=2))
    assert [s.play["x"] for s in found.steps] == [1, 2, 3]  # exactly
    assert found.ended == "after 2 steps"


def test_where_several_equilibria_are_there_at_the_start_it_says_which_was_taken(hedging):
    story = {"through": ["1.1", "1.11"], "steps": 1}
    found = dilemma.dynamics(hedging.replace(dynamics={"tipping": story}))
    assert found.steps[0].equilibrium == "(interior)"
    assert "Of 3 equilibria at the start, 2 of them stable, the one with the lowest x_J" in str(
        found
    )


def test_it_speaks_json_and_xarray(tipping):
    told = json.loads(tipping.to_json())
    assert [s["jumped"] for s in told["steps"]].count(True) == 2
    data = tipping.to_dataset()
    assert data.sizes["step"] == len(tipping.steps)
    assert data["factor"].max().item() == pytest.approx(1.16)
    assert data["y_J"].min().item() == 0


def test_a_model_without_a_story_says_so(burden):
    with pytest.raises(CalibrationError, match=r"has no \[dynamics\]"):
        dilemma.dynamics(burden)


def test_a_story_that_is_not_there_is_told_with_the_nearest(hedging):
    with pytest.raises(CalibrationError, match="did you mean 'tipping'"):
        dilemma.dynamics(hedging, "tiping")


def test_an_outcome_that_is_not_there_is_told():
    with pytest.raises(CalibrationError, match=r"shows: no outcome 'y'"):
        dilemma.dynamics(tiny(next={"a": "x"}, shows=["y"]))


def test_a_game_of_finitely_many_actions_is_refused_in_a_sentence(abandonment):
    with pytest.raises(UnsupportedError, match="finitely many actions"):
        dilemma.dynamics(abandonment)


@pytest.mark.parametrize("steps", [0, -3])
def test_a_story_of_no_steps_is_a_mistake(steps, cork):
    with pytest.raises(dilemma.ModelError, match="1 or more is wanted"):
        cork.replace(dynamics={"groundwork": {"steps": steps}})
