"""Equilibria over the years: tables of years, eras in the order of their years, and their picture."""

import pytest

import dilemma
import small_games
from dilemma import figures
from dilemma.errors import CalibrationError, ModelError, UnknownModelError
from dilemma.study.paths import joined
from small_games import valued
from words_drawn import check_words

TABLE = """\
# made up, year by year
year,a,c

1990-1999,1.5,
1980,1,0.25
2005,,1/2
"""


@pytest.fixture(scope="module")
def market():
    """Two sellers with one price, in three eras: one says no years, one is based on another."""
    eras = {
        "now": {"years": [2000, 2020]},
        "old": {"title": "long ago", "years": [1950, 1960], "based_on": "then", "c": valued("1/8")},
    }
    return small_games.market().replace(eras=eras)


@pytest.fixture
def table(tmp_path):
    def table(text=TABLE):
        path = tmp_path / "years.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return table


# --- a table of years -----------------------------------------------------------------------------


def test_years_are_gone_through_in_their_order(market, table):
    found = dilemma.timeline(market, table())
    assert [(m.first, m.last, m.title) for m in found.moments] == [
        (1980, 1980, "1980"),
        (1990, 1999, "1990–1999"),
        (2005, 2005, "2005"),
    ]
    assert found.source == "made up, year by year"
    assert found.moves == ("a", "c")


def test_each_year_has_the_equilibria_of_its_calibration(market, table):
    found = dilemma.timeline(market, table(), "now")
    assert found.complete
    for moment in found.moments:
        (state,) = moment.stop.states
        at = moment.calibration
        assert state.value("x") == state.value("y") == (at["a"] - at["c"]) / 3
        assert state.play == dilemma.solve(market, at)[0].play


def test_what_a_table_does_not_tell_is_at_the_centre_of_an_era(market, table):
    first, named = dilemma.timeline(market, table()), dilemma.timeline(market, table(), "now")
    assert first.moments[1].calibration["c"] == market.calibration("then")["c"]
    assert named.moments[1].calibration["c"] == market.calibration("now")["c"]
    assert "the now centre" in str(named)


def test_a_table_may_be_one_of_python(market, table):
    told = {1980: {"a": 1, "c": "1/4"}, "1990-1999": {"a": "1.5"}, (2005, 2005): {"c": "1/2"}}
    one, other = dilemma.timeline(market, told), dilemma.timeline(market, table())
    assert one.moments == other.moments


def test_a_table_may_have_semicolons_as_spreadsheets_do(market, table):
    path = table("Year;a\n1980;1\n1981;1.5\n")
    assert [float(m.calibration["a"]) for m in dilemma.timeline(market, path).moments] == [1, 1.5]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 1, "no table of years"),
        ("year,a\n", 1, "no table of years"),
        ("a,c\n1,2\n", 1, "the first column is 'a', not 'year'"),
        ("# so\nyear,b\n1980,1\n", 2, "no parameter 'b' in market"),
        ("year,a,a\n1980,1,1\n", 1, "'a' stands in two columns"),
        ("year,a\n1980,1,2\n", 2, "3 cells in this row, and 2 in the first"),
        ("year,a\n\nabout 1980,1\n", 3, "'about 1980' is no year"),
        ("year,a\n1990-1980,1\n", 2, "'1990-1980' is no year, and no span"),
        ("year,a\n1980,much\n", 2, "a = much"),
        ("year,a\n1980,1\n1981,7\n", 3, "a = 7: it may lie in [1, 2]"),
        ("year,a\n1980,1\n1980,2\n", 1, "the year 1980 stands in two rows"),
        ("year\n1980\n", 1, "no parameter is named"),
    ],
)
def test_a_mistake_in_a_table_is_told_with_its_line(market, table, text, line, told):
    with pytest.raises(ModelError) as raised:
        dilemma.timeline(market, table(text))
    assert f"years.csv:{line}:1: {told}" in str(raised.value)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"years": {1980: {"b": 1}}}, "no parameter 'b'"),
        ({"years": {1980: {"a": 9}}}, "it may lie in"),
        ({"years": {"once": {}}}, "'once' is no year"),
        ({"years": {}}, "no year is told"),
        ({"years": {1980: {}}, "eras": ["then", "now"]}, "at the centre of one era, not of 2"),
        ({"years": {1980: {}}, "outcomes": "prise"}, "did you mean 'price'"),
        ({"eras": "then"}, "then does not say its years"),
    ],
    ids=str,
)
def test_what_cannot_be_told_is_refused(market, asked, told):
    with pytest.raises(CalibrationError) as raised:
        dilemma.timeline(market, **asked)
    assert told in str(raised.value)


def test_a_table_that_is_not_there_is_refused(market):
    with pytest.raises(UnknownModelError, match="no table of years at"):
        dilemma.timeline(market, "nowhere.csv")


# --- eras -----------------------------------------------------------------------------------------


def test_eras_are_told_in_the_order_of_their_years(market):
    found = dilemma.timeline(market, eras=["now", "old"])
    assert [(m.first, m.title) for m in found.moments] == [(1950, "long ago"), (2000, "now")]
    assert found.moments[0].calibration == market.calibration("old")


def test_years_alone_are_joined_to_lines(market, table):
    stops = dilemma.timeline(market, table()).course.stops
    assert [int(stop.at) for stop in stops] == [1980, 2005]


def test_a_line_ends_where_equilibria_come_or_go(hedging):
    years = {1990: {"g_J": "0.87", "g_U": "0.72"}, 2012: {"g_J": "1.078", "g_U": "1.183"}}
    found = dilemma.timeline(hedging, years)
    assert [len(m.stop.states) for m in found.moments] == [1, 3]
    assert all(len(strand.at) == 1 for strand in joined(found.course).strands)


# --- the picture ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tipped(hedging):
    years = {
        1990: {"g_J": "0.87", "g_U": "0.72"},
        1992: {"g_J": "0.9", "g_U": "0.8"},
        "2004-2014": {"g_J": "1.123", "g_U": "1.157"},
        2012: {"g_J": "1.078", "g_U": "1.183"},
    }
    return dilemma.timeline(hedging, years, outcomes=["y_J", "y_U"])


@pytest.fixture(scope="module")
def picture(tipped):
    return figures.over_time(tipped, ["g_J", "y_J", "y_U"])


def marks(axes, word):
    return [line for line in axes.get_lines() if (line.get_gid() or "").startswith(word)]


def test_there_is_a_mark_for_every_equilibrium_of_every_year(tipped, picture):
    _, japan, us = picture.axes
    for axes, name in ((japan, "y_J"), (us, "y_U")):
        for word, stable in (("solid", True), ("hollow", False)):
            drawn = sorted(line.get_ydata()[0] for line in marks(axes, word))
            right = sorted(
                float(state.value(name))
                for moment in tipped.moments
                for state in moment.stop.states
                if state.stable is stable
            )
            assert drawn == pytest.approx(right)


def test_a_span_of_years_is_a_bar_as_long_as_it(picture):
    (bar,) = (m for m in marks(picture.axes[0], "solid") if "2004–2014" in m.get_gid())
    assert list(bar.get_xdata()) == [2003.5, 2014.5]


def test_lines_join_years_in_which_the_equilibria_are_the_same(picture):
    given, japan, _ = picture.axes
    (line,) = marks(japan, "line")
    assert list(line.get_xdata()) == [1990, 1992]
    (line,) = marks(given, "line")  # what was measured is joined in any case
    assert list(line.get_xdata()) == [1990, 1992, 2012]


def test_words_are_clear_and_tell_whose_numbers_they_are(market, table):
    found = dilemma.timeline(market, table())
    drawn = dilemma.plot(found, shows=["a", "x", "price"])
    check_words(drawn)
    words = " ".join(" ".join(text.get_text().split()) for text in drawn.texts)
    assert "Years: made up, year by year." in words
    assert r"\$" not in words  # a single letter is set as one
    assert r"$\mathit{x}$" in words


def test_a_number_that_is_not_told_is_refused(tipped):
    with pytest.raises(CalibrationError, match="did you mean 'y_J'"):
        figures.over_time(tipped, ["y_j"])


def test_the_command_line_draws_a_table(market, table, typed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "market.toml"
    path.write_text(market.to_toml(), encoding="utf-8")
    code, out, err = typed("plot", "timeline", path, "c", "price", "--years", table())
    assert (code, err) == (0, "")
    assert "1990–1999" in out
    assert (tmp_path / "market_timeline_c_price.png").read_bytes().startswith(b"\x89PNG")


def test_the_command_line_draws_eras(market, typed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "market.toml"
    path.write_text(market.to_toml(), encoding="utf-8")
    code, out, _ = typed("plot", "timeline", path, "--eras", "old,now")
    assert code == 0
    assert out.index("long ago") < out.index("now")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("timeline", "hedging", "y_j"), "no number 'y_j' is told over the years"),
        (("replies", "hedging", "--years", "x.csv"), "--years says nothing to the figure"),
        (("timeline", "hedging", "--years", "x.csv"), "no table of years at x.csv"),
    ],
)
def test_the_command_line_refuses(typed, tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    code, out, err = typed("plot", *words)
    assert (code, out) == (2, "")
    assert told in err
