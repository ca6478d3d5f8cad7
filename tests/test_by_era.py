"""One question at several eras: a mapping of answers, each what one would have asked for alone."""

import pickle

import pytest

import dilemma
from dilemma.errors import CalibrationError, UnknownKeyError

OLD, NEW = "cold_war", "post_cold_war"


def swept():
    return dilemma.matrix([["s", 0], [1, 1]], [["s", 1], [0, 1]], parameters={"s": [0, 9]})


@pytest.fixture(scope="module")
def found(abandonment):
    return dilemma.solve(abandonment)


def test_each_answer_is_that_of_its_era(abandonment, found):
    assert {era: one.to_dict() for era, one in found.items()} == {
        era: dilemma.solve(abandonment, era).to_dict() for era in abandonment.eras
    }


def test_it_is_shown_one_era_after_the_other(found):
    assert str(found) == repr(found) == "\n\n".join(map(str, found.values()))
    html = found._repr_html_()
    assert html.index("Cold War: equilibria") < html.index("post-Cold War: equilibria")


def test_as_data_it_is_by_era(found):
    assert found.to_dict()["model"] == "abandonment"
    assert found.to_dict()["eras"][NEW] == found[NEW].to_dict()


def test_an_answer_is_found_by_its_era_too(abandonment, found):
    assert found[abandonment.eras[OLD]] is found[OLD] is found["COLD WAR"]
    assert "Cold War" in found
    assert "antiquity" not in found


def test_it_survives_a_copy(found):
    assert pickle.loads(pickle.dumps(found)) == found


def test_values_on_the_spot_are_eras_by_what_they_are_called():
    found = dilemma.solve(swept(), [{"s": 2}, {"s": "1/2"}])
    assert {era: len(one) for era, one in found.items()} == {"s = 2": 3, "s = 0.5": 1}


def test_one_that_is_changed_keeps_its_key(abandonment):
    found = dilemma.solve(abandonment, [NEW], m_J="1/10")
    assert list(found) == [NEW]
    assert found[NEW].at == "post-Cold War with m_J = 0.1"


def test_values_for_everything_are_one_answer(abandonment):
    everything = dict(abandonment.calibration(OLD))
    assert dilemma.solve(abandonment, **everything).names == ("(strong, strong)",)
    assert len(dilemma.solve(swept(), s=2)) == 3


def test_a_game_without_eras_is_one_answer():
    assert dilemma.solve(dilemma.matrix([[1, 0], [0, 1]])).complete
    assert dilemma.along(swept(), "s").era == "no other parameters"


def test_an_era_alone_is_answered_by_its_key_too():
    game = swept().replace(eras={"now": {"s": 2}})
    assert list(dilemma.solve(game)) == list(dilemma.along(game, "s")) == ["now"]


def test_no_era_at_all_is_refused(abandonment):
    with pytest.raises(CalibrationError, match="at least one era is wanted"):
        dilemma.solve(abandonment, [])


def test_without_time_every_answer_says_so(abandonment):
    found = dilemma.solve(abandonment, seconds=0)
    assert all(not one.complete and one.reason for one in found.values())


def test_an_era_may_be_called_by_its_title_unless_two_have_it():
    game = swept().replace(
        eras={
            "a": {"title": "One", "s": 2},
            "b": {"title": "one ", "s": 3},
            "c": {"title": "Two", "s": 4},
        }
    )
    assert game.era_key(" two") == "c"
    with pytest.raises(CalibrationError, match="no era 'one' in"):
        game.era_key("one")
    with pytest.raises(UnknownKeyError, match="no era 'one'"):
        dilemma.solve(game)["one"]
