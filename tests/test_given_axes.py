"""Figures of one panel drawn into axes that somebody has."""

import dataclasses

import matplotlib.pyplot as plt
import numpy as np
import pytest

import dilemma
from dilemma.errors import UnsupportedError
from dilemma.study.sensitivity import sensitivity

NEW = "post_cold_war"


def traced(**how):
    how = {"points": 5, "eras": NEW, "outcomes": "support_japan", **how}
    return dilemma.trace("abandonment", "m_J", 0, 1, **how)


def years():
    return dilemma.timeline(
        "abandonment", {1960: {"m_J": 0}, 2003: {"m_J": 1}}, outcomes="trust_us"
    )


ONE_PANEL = {
    "attribution": lambda: dilemma.attribute("hedging", "x_J"),
    "map": lambda: dilemma.region_map("abandonment", "m_J", "v_J", NEW),
    "replies": lambda: dilemma.best_replies("abandonment", NEW),
    "sensitivity": lambda: sensitivity("hedging", "cold_war", "x_J", n=64),
    "swings": lambda: dilemma.tornado("hedging", "x_J", "cold_war"),
    "timeline": years,
    "trace": traced,
}


@pytest.fixture(params=ONE_PANEL)
def found(request):
    return ONE_PANEL[request.param]()


@pytest.fixture
def ax():
    figure, axes = plt.subplots(1, 2, figsize=(11, 5))
    yield axes[1]
    plt.close(figure)


def drawn(axes):
    """Return the points of everything that has a label, in order."""
    lines = [(line.get_gid(), line.get_xydata()) for line in axes.lines if line.get_gid()]
    patches = [(p.get_gid(), p.get_path().vertices) for p in axes.patches if p.get_gid()]
    return lines + patches


def test_the_same_is_drawn_as_on_a_sheet_of_its_own(found, ax):
    (alone,) = found.plot().axes
    found.plot(ax=ax)
    own, given = drawn(alone), drawn(ax)
    assert [gid for gid, _ in own] == [gid for gid, _ in given]
    assert own
    for (_, points), (_, others) in zip(own, given, strict=True):
        np.testing.assert_allclose(points, others)


def test_axes_get_a_title_and_what_they_say_and_the_key(found, ax):
    found.plot(ax=ax)
    assert ax.get_title()
    assert ax.get_xlabel()
    assert ax.get_legend() is not None or isinstance(found, dilemma.Attribution)


def test_nothing_else_of_the_figure_is_touched(found, ax):
    beside, _ = ax.figure.axes
    beside.plot([0, 1], [0, 1])
    beside.set_title("$mine$")
    ax.axvline(0.5, gid="mine")
    assert found.plot(ax=ax) is ax.figure
    assert len(ax.figure.axes) == 2
    assert (beside.get_title(), len(beside.lines)) == ("$mine$", 1)
    assert [line.get_gid() for line in ax.lines].count("mine") == 1
    assert not ax.figure.texts


def test_rows_are_named_at_the_axis(ax):
    found = dilemma.tornado("hedging", "x_J", "cold_war")
    found.plot(ax=ax)
    names = [label.get_text() for label in ax.get_yticklabels()]
    moving = [swing for swing in found.swings if swing.parameter not in found.still]
    assert len(names) == len(moving)
    bars = {
        bar.get_gid(): bar.get_y() + bar.get_height() / 2 for bar in ax.patches if bar.get_gid()
    }
    for place, swing in zip(ax.get_yticks(), moving, strict=True):
        assert abs(bars[f"low {swing.parameter}"] - place) < 0.2


def test_what_is_drawn_twice_to_find_room_stands_there_once(ax):
    small = ax.figure.add_axes((0.45, 0.45, 0.05, 0.05))  # no room for names
    found = dilemma.best_replies("abandonment", NEW)
    found.plot(ax=small)
    assert [gid for gid, _ in drawn(small)].count("equilibrium") == len(found.eras[0].equilibria)


def test_what_is_not_known_is_said(ax):
    found = traced()
    course = found.courses[NEW]
    stop = dataclasses.replace(course.stops[0], reason="the budget ran out")
    course = dataclasses.replace(course, stops=(stop, *course.stops[1:]))
    dataclasses.replace(found, courses={NEW: course}).plot(ax=ax)
    assert "NOT all equilibria are known: the budget ran out." in ax.get_xlabel()
    traced().plot(ax=ax)
    assert "NOT" not in ax.get_xlabel()


@pytest.mark.parametrize(
    ("make", "panels"),
    [
        (
            lambda: traced(eras=None),
            "2 panels (cold_war support_japan, post_cold_war support_japan)",
        ),
        (
            lambda: dilemma.region_map("abandonment", "m_J", "v_J"),
            "2 panels (cold_war, post_cold_war)",
        ),
    ],
)
def test_several_panels_are_refused_and_nothing_is_drawn(make, panels, ax):
    with pytest.raises(UnsupportedError) as caught:
        make().plot(ax=ax)
    assert panels in str(caught.value)
    assert not ax.has_data()


def test_the_eras_of_a_tornado_are_drawn_below_one_another():
    found = dilemma.tornado("hedging", "x_J")
    assert [axes.get_label() for axes in found.plot().axes] == list(found)


def test_a_game_of_states_is_drawn_as_its_diagrams():
    figure = dilemma.load("repeated").plot("cold_war")
    assert figure.axes[0].get_label() == "cold_war 1"
