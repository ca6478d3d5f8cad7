"""Figures of what is played: what is drawn, against the numbers it is drawn from."""

import itertools

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import dilemma
from dilemma import figures
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.output.player_colours import player_colours
from dilemma.output.result import number
from dilemma.study.paths import joined
from words_drawn import check_words

pytestmark = pytest.mark.slow

HEDGES = ["y_J", "y_U"]


@pytest.fixture(scope="module")
def traces(abandonment, hedging, cork):
    return {
        "fold": dilemma.trace(
            hedging, ["g_J", "g_U"], "0.9", "1.2", points=13, outcomes=HEDGES
        ),
        "narrow": dilemma.trace(hedging, "g_U", "1.2", "1.3", eras=["post_cold_war"], points=2),
        "contagion": dilemma.trace(hedging, "g_U", "0.5", "1.4", points=13, outcomes=HEDGES),
        "ceiling": dilemma.trace(cork, "s", "0.3", 1, points=5),
        "actions": dilemma.trace(
            abandonment, "m_J", 0, 1, points=9, outcomes=["support_japan", "support_us"]
        ),
    }  # fmt: skip


@pytest.fixture(scope="module")
def met(abandonment):
    told = {name: dilemma.load(name) for name in ("hedging", "burden")}
    return {n: dilemma.best_replies(m, points=9) for n, m in told.items()} | {
        "abandonment": dilemma.best_replies(abandonment),
        "no_matter": dilemma.best_replies(indifferent()),
    }


def indifferent():
    """Make a game in which the first player does not care."""
    return dilemma.matrix(
        [[1, 1], [1, 1]], [[1, 0], [0, 1]], actions=[["no", "yes"]] * 2, name="no_matter"
    )


@pytest.fixture(scope="module")
def pictures(traces, met):
    return {name: dilemma.plot(found) for name, found in {**traces, **met}.items()}


EVERY = [
    "fold",
    "narrow",
    "contagion",
    "ceiling",
    "actions",
    "hedging",
    "burden",
    "abandonment",
    "no_matter",
]


def drawn(axes, gid):
    return [artist for artist in axes.get_children() if artist.get_gid() == gid]


def panel(figure, era, name):
    (axes,) = (axes for axes in figure.axes if axes.get_label() == f"{era} {name}")
    return axes


def points(axes, *gids):
    return [tuple(spot) for gid in gids for line in drawn(axes, gid) for spot in line.get_xydata()]


# --- along a path ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["fold", "contagion"])
def test_every_equilibrium_is_drawn_solid_if_stable_and_dashed_if_not(traces, pictures, name):
    for era, course in traces[name].courses.items():
        for shown in HEDGES:
            axes = panel(pictures[name], era, shown)
            for kind, stable in (("solid", True), ("dashed", False)):
                line = set(points(axes, f"{kind} {shown}"))
                states = {
                    (float(stop.at), float(state.value(shown)))
                    for stop in course.stops
                    for state in stop.states
                    if state.stable is stable
                }
                assert line == states


def test_dashed_lines_are_dashed_and_solid_ones_are_not(pictures):
    axes = panel(pictures["fold"], "post_cold_war", "y_J")
    assert {line.get_linestyle() for line in drawn(axes, "solid y_J")} == {"-"}
    assert {line.get_linestyle() for line in drawn(axes, "dashed y_J")} == {"--"}


def test_rings_lie_at_the_folds_and_words_say_where(traces, pictures):
    for era, course in traces["fold"].courses.items():
        found = joined(course).folds
        axes = panel(pictures["fold"], era, "y_U")
        rings = points(axes, "fold y_U")
        assert sorted(x for x, _ in rings) == sorted(float(fold.at) for fold in found)
        words = [text.get_text() for text in drawn(axes, "folds at y_U")]
        assert bool(words) is bool(found)
        assert all(number(fold.at) in words[0] for fold in found)


def test_each_player_has_a_colour_and_a_row(pictures):
    colours = player_colours(dilemma.load("hedging").players)
    for name, colour in zip(HEDGES, (colours["japan"], colours["us"]), strict=True):
        (line,) = drawn(panel(pictures["fold"], "cold_war", name), f"solid {name}")
        assert line.get_color() == colour


def test_the_centre_and_the_range_are_the_eras(traces, pictures):
    found = traces["contagion"]
    for era in found.courses:
        axes = panel(pictures["contagion"], era, "y_J")
        (centre,), (band,) = drawn(axes, "centre"), drawn(axes, "range")
        told = found.model.eras[era].values["g_U"]
        assert set(centre.get_xdata()) == {float(told.central)}
        extent = band.get_extents().transformed(axes.transData.inverted())
        assert (extent.x0, extent.x1) == pytest.approx(
            (float(told.range.low), float(told.range.high))
        )


def test_no_line_goes_over_a_jump(traces, pictures):
    for era, course in traces["ceiling"].courses.items():
        (jump,) = joined(course).jumps
        for row, name in (("S", "S"), ("a", "a"), ("prices", "shadow_price")):
            axes = panel(pictures["ceiling"], era, row)
            for line in drawn(axes, f"solid {name}"):
                xs = line.get_xdata()
                assert not min(xs) < float(jump.at) < max(xs)


def test_slack_effort_and_prices_are_those_of_the_path(traces, pictures):
    for era, course in traces["ceiling"].courses.items():
        for row, name in (("S", "S"), ("a", "a"), *(("prices", p) for p in PRICES)):
            told = {
                (float(stop.at), float(value))
                for stop in course.stops
                for state in stop.states
                if (value := state.value(name)) is not None
            }
            assert set(points(panel(pictures["ceiling"], era, row), f"solid {name}")) == told


PRICES = ("shadow_price", "worth_of_loosening")


def test_a_price_that_may_be_anything_is_a_range_and_no_line(traces, pictures):
    for era, course in traces["ceiling"].courses.items():
        axes = panel(pictures["ceiling"], era, "prices")
        (jump,) = joined(course).jumps
        (area,) = drawn(axes, "range shadow_price")
        (x0, y0), (x1, y1) = area.get_datalim(axes.transData).get_points()
        assert (x0, x1) == (float(jump.high.at), 1.0)
        assert y0 == pytest.approx(1)  # what capability is worth to Japan
        assert y1 == pytest.approx(axes.get_ylim()[1])
        (words,) = drawn(axes, "any shadow_price")
        assert words.get_text() == "shadow price:\nany from 1 up"


def test_a_jump_is_told_in_words_with_its_place(traces, pictures):
    for era, course in traces["ceiling"].courses.items():
        (jump,) = joined(course).jumps
        (words,) = drawn(panel(pictures["ceiling"], era, "S"), "jump S")
        assert words.get_text() == f"jump at {number(jump.at)}"


def test_mixed_equilibria_are_dashed(traces, pictures):
    axes = panel(pictures["actions"], "post_cold_war", "support_us")
    mixed = {
        (float(stop.at), float(state.outcomes["support_us"]))
        for stop in traces["actions"].courses["post_cold_war"].stops
        for state in stop.states
        if state.name.startswith("mixed")
    }
    assert set(points(axes, "dashed support_us")) == mixed


def test_other_numbers_may_be_drawn(traces):
    figure = figures.fold(traces["fold"], shows=["x_J", "japan"])
    assert [axes.get_label() for axes in figure.axes[:2]] == ["cold_war x_J", "cold_war japan"]
    with pytest.raises(CalibrationError, match="'x_K' is not told along the path"):
        figures.fold(traces["fold"], shows=["x_K"])
    with pytest.raises(CalibrationError, match="'slack' is not told along the path"):
        figures.ceiling(traces["ceiling"], slack="slack")


def test_where_nobody_leads_there_is_no_ceiling(traces):
    with pytest.raises(UnsupportedError, match="nobody leads"):
        figures.ceiling(traces["fold"])


# --- best replies ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["hedging", "burden", "abandonment"])
def test_replies_are_drawn_as_they_are(met, pictures, name):
    found = met[name]
    first, second = found.numbers
    for one in found.eras:
        axes = panel(pictures[name], one.era, found.numbers[second].name)
        for player in (first, second):
            told = itertools.chain(*one.replies[player].lines)
            spots = [(float(other), float(own)) for other, own in told]
            across = [spot[::-1] for spot in spots] if player == first else spots
            assert points(axes, f"reply {player}") == across


@pytest.mark.parametrize("name", ["hedging", "burden", "abandonment", "no_matter"])
def test_equilibria_are_filled_where_best_replies_lead_back(met, pictures, name):
    found = met[name]
    second = list(found.numbers.values())[1].name
    for one in found.eras:
        marks = drawn(panel(pictures[name], one.era, second), "equilibrium")
        for mark, spot, e in zip(marks, found.spots(one), one.equilibria, strict=True):
            assert mark.get_xydata()[0] == pytest.approx([float(x) for x in spot])
            firm = e.stable if e.chosen else e.strict
            assert (mark.get_markerfacecolor() == "white") is not firm


def test_a_continuum_is_a_line(met, pictures):
    (axes,) = pictures["no_matter"].axes
    ends = {tuple(map(tuple, line.get_xydata())) for line in drawn(axes, "continuum")}
    assert ends == {((0, 0), (0.5, 0)), ((0.5, 1), (1, 1)), ((0.5, 0), (0.5, 1))}
    assert len(drawn(axes, "anything row")) == 1
    legend = [text.get_text() for text in pictures["no_matter"].legends[0].get_texts()]
    assert "row: any number is a best reply" in legend


def test_both_eras_stand_side_by_side_on_one_scale(pictures):
    one, two = pictures["hedging"].axes
    assert (one.get_xlim(), one.get_ylim()) == (two.get_xlim(), two.get_ylim())
    assert one.get_position().x1 < two.get_position().x0


# --- every figure ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_no_words_overlap_or_leave_the_sheet(pictures, name):
    check_words(pictures[name])


@pytest.mark.parametrize("name", EVERY)
def test_words_keep_clear_of_lines_and_marks(pictures, name):
    figure = pictures[name]
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    for axes in figure.axes:
        paths = [line.get_transform().transform_path(line.get_path()) for line in axes.get_lines()]
        for text in axes.texts:
            extent = text.get_window_extent(renderer)
            for line, path in zip(axes.get_lines(), paths, strict=True):
                crossed = (
                    path.intersects_bbox(extent, filled=False)
                    if len(path.vertices) > 1
                    else extent.contains(*path.vertices[0])
                )
                assert not crossed, (text.get_text(), line.get_gid())


@pytest.mark.parametrize("name", EVERY)
def test_axes_say_what_they_mean_and_a_note_what_is_held(traces, met, pictures, name):
    found, figure = {**traces, **met}[name], pictures[name]
    words = " ".join(" ".join(text.get_text().split()) for text in figure.texts)
    assert "at the era's centre" in words
    eras = found.courses if name in traces else [one.era for one in found.eras]
    assert found.model.source.split(",")[0] in words
    assert all(found.model.eras[era].title in words for era in eras)
    (across,) = (text for text in figure.texts if text.get_gid() == "x")
    assert across.get_text()
    ups = [t for t in figure.texts if (t.get_gid() or "").startswith("y ")]
    assert len(ups) == len({axes.get_label().split(" ", 1)[1] for axes in figure.axes})


@pytest.mark.parametrize("name", EVERY)
def test_a_file_is_written_and_shows_the_colours_of_the_players(pictures, tmp_path, name):
    figures.save(pictures[name], tmp_path / "figure.png")
    image = mpl.image.imread(tmp_path / "figure.png")[:, :, :3]
    for colour in player_colours(dilemma.load("cork").players).values():
        wanted = np.array(mpl.colors.to_rgb(colour))
        assert (np.abs(image - wanted).max(axis=2) < 0.01).sum() > 100


@pytest.mark.parametrize("suffix", ["svg", "pdf"])
def test_the_same_result_makes_the_same_file(traces, tmp_path, suffix):
    paths = [tmp_path / f"{name}.{suffix}" for name in ("one", "two")]
    for path in paths:
        figures.save(dilemma.plot(traces["ceiling"]), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_result_without_a_figure_is_refused(abandonment):
    with pytest.raises(UnsupportedError, match="no figure of Sheet; drawn are: RegionMap"):
        dilemma.plot(dilemma.sheet(abandonment))
