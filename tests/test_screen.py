"""What a screen of 80 columns shows: no number and no name of a table's cells is parted."""

import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dilemma
from dilemma.output.screen import WIDTH, text, wrapped
from dilemma.output.tables import Table, plain
from kinds_of_results import EACH, result

# A number with its sign, exponent and fraction, or a name: what nothing may part.
WHOLE = re.compile(r"-?\d[\d.,]*(?:e[-+]?\d+)?(?:/\d+)?(?: ?%)?|[^\W\d]\w*")


def whole(*texts):
    return Counter(one for text in texts for one in WHOLE.findall(text))


def shown(table, width):
    """Return a table's numbers and names: those of its cells, then those of everything in it."""
    cells = whole(*(plain(cell) for row in table.rows for cell in row))
    return cells, cells + whole(table.title, *table.header, *table.told("*"))


def check(table, width=WIDTH):
    told = text([replace(table, lines=())], width)  # which are to be copied, and stand whole
    assert max(map(len, told.splitlines())) <= width
    cells, every = shown(table, width)
    found = whole(*told.splitlines())
    assert not cells - found, "a number or a name of a cell was parted"
    assert not set(found) - set(every), "what was parted stands in pieces"


@pytest.mark.parametrize(("kind", "model"), EACH)
def test_no_number_and_no_name_of_a_result_is_parted(kind, model):
    for table in result(kind, model).tables():
        check(table)


@pytest.mark.parametrize("broken", ["-0.0\n221", "post_cold_\nwar", "99.5\n%"])
def test_a_parted_number_or_name_would_be_seen(broken):
    assert whole(*broken.splitlines()) != whole(broken.replace("\n", ""))


names = st.from_regex(r"[a-z_]{1,40}", fullmatch=True)
numbers = st.floats(allow_nan=False, allow_infinity=False).map("{:.4g}".format)
cell = st.lists(names | numbers | st.sampled_from(["99.5 %", "[0, 1]"]), max_size=6).map(" ".join)


@given(
    st.integers(1, 7).flatmap(
        lambda n: st.lists(st.lists(cell, min_size=n, max_size=n), min_size=2, max_size=4)
    )
)
def test_whatever_stands_in_a_table_stays_whole(rows):
    check(Table("A table", tuple(rows[0]), tuple(map(tuple, rows[1:]))))


def test_columns_that_fit_stand_side_by_side():
    told = text([Table("T", ("era", "equilibrium"), (("Cold War", "(strong, strong)"),))])
    assert " Cold War   (strong, strong)" in told.splitlines()


def test_a_row_that_does_not_fit_is_a_block_of_lines():
    head = tuple(f"what_is_told_in_{k}" for k in range(9))
    told = text([Table("T", head, (tuple(map(str, range(9))),))])
    assert [line.split() for line in told.splitlines()[2:]] == [
        [h, str(k)] for k, h in enumerate(head)
    ]


def test_prose_in_many_columns_is_told_in_blocks():
    prose = "some twenty words of prose about one thing " * 4
    told = text([Table("T", tuple("abcde"), ((prose,) * 5,) * 2)])
    assert (
        min(len(line) for line in told.splitlines()[2:] if line and not line.endswith("thing")) > 60
    )


def test_an_interval_and_what_two_players_do_stay_on_one_line():
    assert wrapped("it is in [0.05, 0.2] or so", 14) == ["it is in", "[0.05, 0.2] or", "so"]
    assert wrapped("mixed and (strong, strong)", 22) == ["mixed and", "(strong, strong)"]


def test_a_name_that_fits_beside_no_head_stands_below_it():
    name, head = "n" * 60, "h" * 60
    told = text([Table("T", (head, "b" * 30), ((name, "1"),))])
    assert [line.strip() for line in told.splitlines()[2:4]] == [head, name]


def test_a_formula_that_is_wider_than_a_line_goes_on_behind_a_sign():
    formula = "-loss_J*(1-kap_J)+" * 8 + "1e-09"
    lines = wrapped(formula, 40)
    assert "".join(lines) == formula
    assert whole(*lines) == whole(formula)


def test_a_word_without_signs_that_no_line_holds_goes_on_below():
    assert wrapped("n" * 100, 40) == ["n" * 40, "n" * 40, "n" * 20]


def test_letters_that_are_two_columns_wide_count_as_two():
    assert wrapped("日本 " * 4, 10) == ["日本 日本", "日本 日本"]


def test_numbers_that_do_not_fit_side_by_side_stand_in_several_tables():
    head = ("year", *(f"what_is_told_in_{k}" for k in range(6)))
    rows = tuple((f"{year}", *(f"{year}.{k}" for k in range(6))) for year in range(1960, 1970))
    told = text([Table("T", head, rows)]).splitlines()
    assert sum(line.split()[:1] == ["1965"] for line in told) == sum(
        line.split()[:1] == ["year"] for line in told
    )
    assert sum(line.split()[:1] == ["year"] for line in told) > 1


def test_what_tells_rows_apart_stands_before_each_part_of_a_table():
    head = ("year", "equilibrium", *(f"what_is_told_in_{k}" for k in range(6)))
    rows = tuple(
        (str(year), name, *"123456") for year in range(1960, 1970) for name in ("(a)", "(b)")
    )
    told = [line.split() for line in text([Table("T", head, rows)]).splitlines()]
    assert sum(line[:2] == ["year", "equilibrium"] for line in told) == 2
    assert sum(line[:2] == ["1965", "(b)"] for line in told) == 2


# --- what a command shows first -------------------------------------------------------------------


def test_the_list_of_models_fits_a_screen_of_24_lines(typed):
    out = typed("list").out
    assert len(out.splitlines()) < 24
    assert max(map(len, out.splitlines())) <= WIDTH
    for name in dilemma.available():
        assert f" {name} " in out
        assert dilemma.load(name).title in out


def test_the_list_has_more_on_request(typed):
    model = dilemma.load("hedging")
    assert model.source.split()[-1] not in typed("list").out
    out = " ".join(typed("list", "--full").out.split())
    assert " ".join(model.source.split()) in out


@pytest.mark.parametrize(
    "words", [("list",), ("list", "--full"), ("show", "triangle")], ids=" ".join
)
def test_eras_are_shown_as_they_are_asked_about(words, typed):
    assert "cold_war (Cold War), post_cold_war (post-Cold War)" in " ".join(
        typed(*words).out.split()
    )


@pytest.mark.parametrize(
    "words",
    [("solve", "triangle", "--era", "foo"), ("convert", "triangle", "game.efg")],
    ids=" ".join,
)
def test_an_era_that_is_missing_or_none_is_answered_with_those_that_there_are(words, typed):
    ran = typed(*words)
    assert ran.code == 2
    assert "cold_war (Cold War), post_cold_war (post-Cold War)" in ran.err
