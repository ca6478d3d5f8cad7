"""Payoff tables are read from CSV, Excel, pandas and arrays of pairs, and mean the same in all."""

import csv
import datetime as dt
import io
import json
import random
import re
import subprocess
import sys
import tempfile
import zipfile
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import openpyxl
import pandas as pd
import pytest
import sympy as sp
from hypothesis import given, settings
from openpyxl.chart import BarChart, Reference

import dilemma
from dilemma.errors import ModelError, UnknownModelError, UnsupportedError
from dilemma.exchange.payoff_tables import MOST_CELLS
from dilemma.exchange.spreadsheets import MOST
from dilemma.library import is_file

PD = {
    ("coop", "coop"): (3, 3),
    ("coop", "defect"): (0, 5),
    ("defect", "coop"): (5, 0),
    ("defect", "defect"): (1, 1),
}


def by_action(model):
    """Return what is paid at each profile, in the players' order."""
    return {profile: tuple(paid.values()) for profile, paid in model.payoffs.items()}


def as_csv(rows, mark=","):
    page = io.StringIO()
    csv.writer(page, delimiter=mark).writerows(rows)
    return page.getvalue().encode()


def as_workbook(rows, *more):
    """Return a workbook's bytes; further sheets come as pairs of a title and rows."""
    book = openpyxl.Workbook()
    book.active.title = "Game"
    for row in rows:
        book.active.append(row)
    for title, other in more:
        sheet = book.create_sheet(title)
        for row in other:
            sheet.append(row)
    page = io.BytesIO()
    book.save(page)
    return page.getvalue()


FORMS = {
    "csv": as_csv,
    "tsv": lambda rows: as_csv(rows, "\t"),
    "xlsx": as_workbook,
    "xlsm": as_workbook,
}


@pytest.fixture
def load(tmp_path):
    """Write rows of cells to a file that ends so, and read the game in it."""

    def loaded(rows, ending, name="game"):
        path = tmp_path / f"{name}.{ending}"
        path.write_bytes(rows if isinstance(rows, bytes) else FORMS[ending](rows))
        return dilemma.load(path)

    return loaded


def told(load, rows, ending):
    """Return what is said of a file that is wrong, without its folder."""
    with pytest.raises(ModelError) as refused:
        load(rows, ending)
    return str(refused.value).replace(str(refused.value).partition("game.")[0], "")


# --- how a table may be laid out --------------------------------------------------------------------

_ = None
LAYOUTS = {
    "both payoffs in each cell": [
        [_, "coop", "defect"],
        ["coop", "3,3", "0,5"],
        ["defect", "5,0", "1,1"],
    ],
    "a space, a bar, brackets": [
        ["x", "coop", "defect"],
        ["coop", "3 3", "0 | 5"],
        ["defect", "(5, 0)", "[1; 1]"],
    ],
    "a title above, and an empty column behind": [
        ["The dilemma", _, _, _],
        [_, "coop", "defect", _],
        ["coop", "3,3", "0,5", _],
        ["defect", "5,0", "1,1", _],
    ],
    "somewhere on the sheet": [
        [],
        [_, _, "The dilemma"],
        [],
        [_, _, _, "coop", "defect"],
        [_, _, "coop", "3,3", "0,5"],
        [_, _, "defect", "5,0", "1,1"],
        [],
        [_, "as in a textbook"],
    ],
    "players above and beside, as merged cells leave them": [
        [_, _, "Bob", _],
        [_, _, "coop", "defect"],
        ["Ann", "coop", "3,3", "0,5"],
        [_, "defect", "5,0", "1,1"],
    ],
    "two columns an action": [
        [_, "coop", _, "defect", _],
        ["coop", 3, 3, 0, 5],
        ["defect", 5, 0, 1, 1],
    ],
    "two columns an action, under a player's name": [
        [_, _, "Bob", _, _, _],
        [_, _, "coop", _, "defect", _],
        ["Ann", "coop", 3, 3, 0, 5],
        [_, "defect", 5, 0, 1, 1],
    ],
    "two tables, one under the other": [
        [_, "coop", "defect"],
        ["coop", 3, 0],
        ["defect", 5, 1],
        [],
        [_, "coop", "defect"],
        ["coop", 3, 5],
        ["defect", 0, 1],
    ],
    "two tables side by side, with titles": [
        ["Ann's payoffs", _, _, _, "Bob's payoffs"],
        [_, "coop", "defect", _, _, "coop", "defect"],
        ["coop", 3, 0, _, "coop", 3, 5],
        ["defect", 5, 1, _, "defect", 0, 1],
    ],
    "two tables that touch": [
        ["Ann", "coop", "defect"],
        ["coop", 3, 0],
        ["defect", 5, 1],
        ["Bob", "coop", "defect"],
        ["coop", 3, 5],
        ["defect", 0, 1],
    ],
    "two tables that touch side by side": [
        ["The dilemma"],
        [_, "coop", "defect", _, "coop", "defect"],
        ["coop", 3, 0, "coop", 3, 5],
        ["defect", 5, 1, "defect", 0, 1],
    ],
    "titles between tables": [
        ["The dilemma", _, _],
        ["Payoffs of Ann", _, _],
        [_, "coop", "defect"],
        ["coop", 3, 0],
        ["defect", 5, 1],
        ["Payoffs of Bob", _, _],
        [_, "coop", "defect"],
        ["coop", 3, 5],
        ["defect", 0, 1],
    ],
    "titles apart from their tables": [
        ["Ann"],
        [],
        [_, "coop", "defect"],
        ["coop", 3, 0],
        ["defect", 5, 1],
        [],
        ["Bob"],
        [],
        [_, "coop", "defect"],
        ["coop", 3, 5],
        ["defect", 0, 1],
    ],
    "the second player's first, as its title says": [
        ["Payoffs of Bob", _, _],
        ["Ann \\ Bob", "coop", "defect"],
        ["coop", 3, 5],
        ["defect", 0, 1],
        [],
        ["Payoffs of Ann", _, _],
        ["Ann \\ Bob", "coop", "defect"],
        ["coop", 3, 0],
        ["defect", 5, 1],
    ],
    "the column player's first": [
        ["column player", _, _],
        [_, "coop", "defect"],
        ["coop", 3, 5],
        ["defect", 0, 1],
        [],
        ["row player", _, _],
        [_, "coop", "defect"],
        ["coop", 3, 0],
        ["defect", 5, 1],
    ],
    "the actions of the second in another order": [
        [_, "coop", "defect"],
        ["coop", 3, 0],
        ["defect", 5, 1],
        [],
        [_, "defect", "coop"],
        ["defect", 1, 0],
        ["coop", 5, 3],
    ],
}


@pytest.mark.parametrize("ending", FORMS)
@pytest.mark.parametrize("rows", LAYOUTS.values(), ids=LAYOUTS)
def test_a_layout_means_the_same_in_every_file(load, rows, ending):
    game = load(rows, ending)
    assert by_action(game) == PD
    assert [player.actions for player in game.players.values()] == [("coop", "defect")] * 2
    assert game.path.suffix == f".{ending}"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("layout", "players", "title"),
    [
        ("both payoffs in each cell", ("row", "column"), "game"),
        ("a title above, and an empty column behind", ("row", "column"), "The dilemma"),
        ("somewhere on the sheet", ("row", "column"), "The dilemma"),
        ("players above and beside, as merged cells leave them", ("Ann", "Bob"), "game"),
        ("two columns an action, under a player's name", ("Ann", "Bob"), "game"),
        ("two tables side by side, with titles", ("Ann", "Bob"), "game"),
        ("two tables that touch", ("Ann", "Bob"), "game"),
        ("two tables that touch side by side", ("row", "column"), "The dilemma"),
        ("titles between tables", ("Ann", "Bob"), "The dilemma"),
        ("titles apart from their tables", ("Ann", "Bob"), "game"),
        ("the second player's first, as its title says", ("Ann", "Bob"), "game"),
    ],
)
def test_titles_name_the_players_or_the_game(load, layout, players, title, ending):
    game = load(LAYOUTS[layout], ending)
    assert tuple(game.players) == players
    assert game.title == title


def test_a_remark_stays_with_the_game(load):
    assert load(LAYOUTS["somewhere on the sheet"], "csv").reads == "as in a textbook"
    game = load(
        [*LAYOUTS["both payoffs in each cell"], [], ["Source: a lesson"], ["of 2024"]], "csv"
    )
    assert (game.title, game.reads) == ("game", "Source: a lesson\nof 2024")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_corner_names_players_whose_names_are_no_words(load, ending):
    rows = [["Japan / the US", "stay out", "2nd"], ["go (in)", "1, 2", "3, 4"]]
    game = load(rows, ending)
    assert {name: player.title for name, player in game.players.items()} == {
        "Japan": "Japan",
        "the_US": "the US",
    }
    assert by_action(game) == {("go_in", "stay_out"): (1, 2), ("go_in", "b2nd"): (3, 4)}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_tables_without_names_are_read_by_position(load, ending):
    one = load([["3,3", "0,5"], ["5,0", "1,1"]], ending)
    two = load([[3, 0], [5, 1], [], [3, 5], [0, 1]], ending)
    assert list(by_action(one).values()) == list(by_action(two).values()) == list(PD.values())
    assert one.players["column"].actions == ("column_1", "column_2")


def test_numbers_may_name_actions(load):
    game = load([["firm 1 \\ firm 2", 10, 20], [10, "1, 2", "3, 4"], [20, "5, 6", "7, 8"]], "xlsx")
    assert by_action(game)["a20", "b10"] == (5, 6)


def test_merged_cells_are_read_as_they_look(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["The dilemma"],
        [_, _, "Bob"],
        [_, _, "coop", "defect"],
        ["Ann", "coop", "3, 3", "0, 5"],
        [_, "defect", "5, 0", "1, 1"],
    ):
        sheet.append(row)
    for merged in ("A1:D1", "C2:D2", "A4:A5"):
        sheet.merge_cells(merged)
    book.save(tmp_path / "game.xlsx")
    game = dilemma.load(tmp_path / "game.xlsx")
    assert by_action(game) == PD
    assert (tuple(game.players), game.title) == (("Ann", "Bob"), "The dilemma")


# --- what a cell may hold ---------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1/3", "1/3"),
        ("-1/3", "-1/3"),
        ("0.1", "1/10"),
        ("1e-3", "1/1000"),
        ("−2", "-2"),
        (" 7 ", "7"),
        ("b - c/2", "b - c/2"),
        ("max(b, 2*c)", "Max(b, 2*c)"),
    ],
)
def test_payoffs_are_fractions_decimals_and_formulas(load, written, meant, ending):
    alone = load([["x", "l"], ["t", written], [], ["x", "l"], ["t", 0]], ending)
    paired = load([["x", "l"], ["t", f"{written}, 0"]], ending)
    for game in (alone, paired):
        letters = {p.name: p.symbol for p in game.parameters.values()}
        assert game.payoffs["t", "l"]["row"] == sp.sympify(meant, letters)
        assert set(letters) == {"b", "c"} & set(written)


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        (0.1, "1/10"),
        (1.1, "11/10"),
        (0.1 + 0.2, "3/10"),
        (3 * 0.1, "3/10"),
        (-2.5, "-5/2"),
        (1e-7, "1/10000000"),
        (123456.789, "123456789/1000"),
        (3.0, "3"),
        (1e15, "1000000000000000"),
        (2**53, "9007199254740992"),
    ],
)
def test_a_number_of_excels_is_what_its_digits_say(load, stored, meant):
    game = load([[_, "l"], ["t", stored], [], [_, "l"], ["t", 0]], "xlsx")
    assert game.payoffs["t", "l"]["row"] == sp.Rational(meant)


numbers = st.one_of(
    st.integers(-999, 999),
    st.decimals(-99, 99, places=3).map(lambda d: f"{d:f}"),
    st.fractions(-9, 9, max_denominator=99).map(str),
)


@st.composite
def games(draw):
    shape = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    sides = [[[draw(numbers) for _ in range(shape[1])] for _ in range(shape[0])] for _ in "ab"]
    return shape, sides


@given(
    games(), st.sampled_from(["pairs", "down", "along", "wide"]), st.sampled_from(["csv", "xlsx"])
)
@settings(deadline=None, max_examples=80)
def test_any_game_is_read_as_it_was_written(game, layout, ending):
    (n, m), (first, second) = game
    names = [f"up{i}" for i in range(n)], [f"left{j}" for j in range(m)]

    def table(cells):
        return [["", *names[1]], *([a, *row] for a, row in zip(names[0], cells, strict=True))]

    match layout:
        case "pairs":
            rows = table(
                [
                    [f"{a}, {b}" for a, b in zip(*r, strict=True)]
                    for r in zip(first, second, strict=True)
                ]
            )
        case "down":
            rows = [*table(first), [], *table(second)]
        case "along":
            rows = [[*a, "", *b] for a, b in zip(table(first), table(second), strict=True)]
        case "wide":
            head = ["", *(name for own in names[1] for name in (own, ""))]
            both = [
                [c for pair in zip(*r, strict=True) for c in pair]
                for r in zip(first, second, strict=True)
            ]
            rows = [head, *([a, *row] for a, row in zip(names[0], both, strict=True))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"game.{ending}"
        path.write_bytes(FORMS[ending](rows))
        read = by_action(dilemma.load(path))
    for i, a in enumerate(names[0]):
        for j, b in enumerate(names[1]):
            meant = [sp.Rational(str(side[i][j])) for side in (first, second)]
            assert list(read[a, b]) == meant


def test_a_csv_file_of_semicolons_may_have_commas_in_its_title_and_a_mark_before_all(load):
    text = (
        "\ufeffThe dilemma, once\r\nx;coop;defect;\r\ncoop;3,3;0,5;\r\ndefect;5,0;1,1;\r\n;;;\r\n"
    )
    game = load(text.encode(), "csv")
    assert by_action(game) == PD
    assert game.title == "The dilemma, once"


def test_a_formula_of_the_spreadsheet_is_its_value_and_is_not_run(tmp_path):
    path = tmp_path / "game.xlsx"
    path.write_bytes(as_workbook([[_, "l"], ["t", 41], [], [_, "l"], ["t", 7]]))
    edited(path, b"<v>41</v>", b"<f>B5*6-1</f><v>41</v>")
    assert by_action(dilemma.load(path)) == {("t", "l"): (41, 7)}


def edited(path, old, new):
    """Change the text of a workbook's first sheet."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


# --- what is wrong -----------------------------------------------------------------------------------

HEAD = [_, "coop", "defect"]
WRONG = {
    "nothing": ([], "no payoff table"),
    "a cell with one payoff": (
        [HEAD, ["coop", "3,3", "0,5"], ["defect", "5", "1,1"]],
        "{B3}: two payoffs are wanted in each cell, not '5'",
    ),
    "three payoffs in a cell": (
        [HEAD, ["coop", "3,3", "0,5"], ["defect", "5,0", "1,1,1"]],
        "{C3}: two payoffs are wanted in each cell, not '1,1,1'",
    ),
    "an empty cell": (
        [HEAD, ["coop", "3,3", _], ["defect", "5,0", "1,1"]],
        "{C2}: an empty cell, where two payoffs are wanted",
    ),
    "no formula": (
        [HEAD, ["coop", "3,3", "0,5 +"], ["defect", "5,0", "1,1"]],
        "{C2}: the formula ends too early",
    ),
    "a function that there is not": (
        [
            HEAD,
            ["coop", 3, 0],
            ["defect", 5, "maxx(b, 1)"],
            [],
            HEAD,
            ["coop", 3, 5],
            ["defect", 0, 1],
        ],
        "{C3}: unknown function 'maxx'",
    ),
    "an error of the spreadsheet": (
        [
            HEAD,
            ["coop", 3, 0],
            ["defect", 5, 1],
            [],
            HEAD,
            ["coop", 3, "#DIV/0!"],
            ["defect", 0, 1],
        ],
        "{C6}: '#DIV/0!' is an error of the spreadsheet, where a payoff is wanted",
    ),
    "a fraction that became a date": (
        [HEAD, ["coop", "1-Mar", 0], ["defect", 5, 1], [], HEAD, ["coop", 3, 5], ["defect", 0, 1]],
        "{B2}: '1-Mar' is a date; write a fraction as text, '1/2, where a payoff is wanted",
    ),
    "a decimal with a comma": (
        [HEAD, ["coop", "0,5", 0], ["defect", 5, 1], [], HEAD, ["coop", 3, 5], ["defect", 0, 1]],
        "{B2}: one payoff is wanted in each cell of two tables, not '0,5'\n*a decimal has a point",
    ),
    "one player's payoffs alone": (
        [HEAD, ["coop", 3, 0], ["defect", 5, 1]],
        "{B2}: one table of single payoffs, such as '3': what the other player is paid is missing",
    ),
    "three tables": (
        [HEAD, ["coop", 3, 0], [], HEAD, ["coop", 3, 5], [], HEAD, ["coop", 0, 1]],
        "{B8}: 3 tables: one has both players' payoffs, or there are two",
    ),
    "tables of different shape": (
        [HEAD, ["coop", 3, 0], ["defect", 5, 1], [], HEAD, ["coop", 3, 5]],
        "{B6}: the two players' payoffs differ in shape\n*they are 2 x 2 and 1 x 2",
    ),
    "tables with different actions": (
        [HEAD, ["coop", 3, 0], [], [_, "coop", "defekt"], ["coop", 3, 5]],
        "{B5}: the second table alone has 'defekt' among its columns\n*did you mean 'defect'?",
    ),
    "no name of an action": (
        [[_, "coop", _], ["coop", "3,3", "0,5"], ["defect", "5,0", "1,1"]],
        "{C1}: the name of an action is missing",
    ),
    "no name of a row": (
        [HEAD, ["coop", "3,3", "0,5"], [_, "5,0", "1,1"], ["third", "1,1", "1,1"]],
        "{A3}: the name of an action is missing",
    ),
    "payoffs where names are wanted": (
        [["coop", "3,3", "0,5"], ["defect", "5,0", "1,1"]],
        "{B1}: the name of an action is wanted, not '3,3'",
    ),
    "an empty column inside a table": (
        [[_, _, "coop", "defect"], ["coop", _, 3, 0], ["defect", _, 5, 1]],
        "{A2}: cells that belong to no table\n*leave no row and no column empty inside a table",
    ),
    "an empty row inside a table": (
        [HEAD, [], ["coop", 3, 0], ["defect", 5, 1], ["third", 5, 1]],
        "{B1}: cells that belong to no table",
    ),
    "a letter that is an action too": (
        [[_, "b", "c"], ["t", "b + 1, 2", "3, 4"]],
        "{B1}: the name 'b' is used twice",
    ),
    "a name that is a constant": (
        [[_, "l"], ["t", "inf, 2"]],
        "{B2}: the name 'inf' is reserved",
    ),
}


def placed(message, ending):
    """Write the cell in a message as a file of that ending has it."""

    def cell(found):
        column, row = ord(found[1]) - ord("A") + 1, found[2]
        in_csv = f"game.csv, line {row}, column {column}"
        return in_csv if ending == "csv" else f"game.xlsx, Game!{found[1]}{row}"

    return re.sub(r"\{([A-Z])(\d)\}", cell, message)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(("rows", "message"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_told_with_its_cell(load, rows, message, ending):
    said = told(load, rows, ending)
    first, _, rest = placed(message, ending).partition("\n*")
    assert first in said
    assert rest in said


def test_every_wrong_cell_is_told_up_to_a_number(load):
    wide = [[_, *"abcdefghijkl"], ["t", "1,1", *["-"] * 11]]
    said = told(load, wide, "csv")
    assert said.count("two payoffs are wanted") == 8
    assert "and 3 cells more" in said


def test_a_formulas_mistake_is_underlined_in_its_cell(load):
    said = told(load, [[_, "l"], ["t", "1, 2*(b + 3"]], "xlsx")
    assert said.splitlines()[1:] == ["  2 | 2*(b + 3", "    |   ^"]


def test_a_date_of_excels_is_told(load):
    rows = [HEAD, ["coop", dt.date(2024, 3, 1), 0], ["defect", 5, 1]]
    rows += [[], HEAD, ["coop", 3, 5], ["defect", 0, True]]
    said = told(load, rows, "xlsx")
    assert "Game!B2: '2024-03-01' is a date; write a fraction as text" in said
    assert "Game!C7: 'True' is a truth value, where a payoff is wanted" in said


def test_a_formula_whose_value_was_never_saved_is_told(load):
    said = told(load, [[_, "l"], ["t", "=1+1"], [], [_, "l"], ["t", 0]], "xlsx")
    assert "Game!B2: an empty cell" in said
    assert "a formula has a value once a spreadsheet program has saved it" in said


def test_a_csv_file_of_unreasonable_size_is_refused(load):
    assert "a sheet of 2 x 60,000 cells" in told(load, b"a" + b"," * 59_999 + b"b\nc\n", "csv")
    assert "model file of 5,000,001 bytes" in told(load, b"a" * 5_000_001, "csv")


def test_cells_all_over_a_sheet_are_no_table(load):
    rows = [[_] * (k % 199) + ["x"] if k % 2 else [] for k in range(500)]
    assert len(rows) * 199 < MOST_CELLS
    assert "more than 200 places with something in them" in told(load, rows, "csv")


# --- workbooks ----------------------------------------------------------------------------------------

NOTES = [["Notes"], ["nothing to see"]]
TABLE = LAYOUTS["both payoffs in each cell"]


def test_the_first_sheet_that_holds_a_table_is_read(tmp_path):
    path = tmp_path / "game.xlsx"
    other = [[_, "l"], ["t", "1, 2"]]
    path.write_bytes(as_workbook(NOTES, ("Table 1", TABLE), ("Other", other)))
    assert by_action(dilemma.load(path)) == PD
    assert by_action(dilemma.load(f"{path}:Other")) == {("t", "l"): (1, 2)}
    assert by_action(dilemma.load(f"{path}:Table 1")) == PD


def test_a_sheet_that_is_not_there_or_is_wrong_is_told_with_the_others(tmp_path):
    path = tmp_path / "game.xlsx"
    path.write_bytes(as_workbook([[_, "l"], ["t", "1"]], ("Table 1", TABLE)))
    with pytest.raises(ModelError, match=r"no sheet 'Tabel 1' in the workbook\n.*mean 'Table 1'"):
        dilemma.load(f"{path}:Tabel 1")
    with pytest.raises(ModelError, match=r"other sheets: Table 1; name one as game\.xlsx:Table 1"):
        dilemma.load(path)
    path.write_bytes(as_workbook(NOTES, ("More", NOTES)))
    with pytest.raises(ModelError, match="no payoff table on its sheets: Game, More"):
        dilemma.load(path)


def test_hidden_sheets_are_read_where_they_are_named_alone(tmp_path):
    path = tmp_path / "game.xlsx"
    book = openpyxl.load_workbook(
        io.BytesIO(as_workbook([[_, "l"], ["t", "1, 2"]], ("Shown", TABLE)))
    )
    book["Game"].sheet_state = "hidden"
    book.save(path)
    assert by_action(dilemma.load(path)) == PD
    assert by_action(dilemma.load(f"{path}:Game")) == {("t", "l"): (1, 2)}


def test_charts_and_styles_are_passed_over(tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(LAYOUTS["two columns an action"])))
    chart = BarChart()
    chart.add_data(Reference(book["Game"], min_col=2, min_row=2, max_row=3))
    book["Game"].add_chart(chart, "H2")
    book["Game"]["B2"].number_format = '0.00" util"'
    book.save(tmp_path / "game.xlsx")
    assert by_action(dilemma.load(tmp_path / "game.xlsx")) == PD


def test_what_is_no_workbook_is_told(load):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", "b")
    assert "game.xlsx: not a workbook that can be read" in told(load, packed.getvalue(), "xlsx")
    assert "game.xlsx: not a workbook that can be read" in told(load, b"x,a\n", "xlsx")
    older = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert "of an older kind, or with a password\n  = save it as .xlsx" in told(load, older, "xlsx")


def test_a_workbook_of_unreasonable_size_is_refused_before_it_is_unpacked(tmp_path, load):
    path = tmp_path / "game.xlsx"
    path.write_bytes(as_workbook(TABLE))
    edited(path, b"<sheetData>", b" " * 30_000_000 + b"<sheetData>")
    assert path.stat().st_size < 100_000
    with pytest.raises(ModelError, match="bytes, unpacked"):
        dilemma.load(path)
    assert "a workbook of 5,000,001 bytes" in told(load, b"PK" + b"a" * 4_999_999, "xlsx")


def test_entities_that_grow_without_end_are_refused(tmp_path):
    path = tmp_path / "game.xlsx"
    path.write_bytes(as_workbook(TABLE))
    names = "abcdefghij"
    grow = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names))
    doctype = f'<!DOCTYPE x [<!ENTITY a "ha">{grow}]>'.encode()
    edited(path, b"<worksheet", doctype + b"<worksheet")
    edited(path, b"<sheetData>", b"<sheetData>&j;")
    with pytest.raises(ModelError, match="not a workbook that can be read"):
        dilemma.load(path)


def test_cells_that_lie_far_away_cost_nothing(tmp_path):
    path = tmp_path / "game.xlsx"
    path.write_bytes(as_workbook(TABLE))
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    edited(path, b"</sheetData>", far)
    assert MOST < 1048576
    assert by_action(dilemma.load(path)) == PD


def answer(path):
    """Return the game of a file, or the error."""
    try:
        return dilemma.load(path)
    except ModelError as error:
        return error


@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8), st.booleans()
)
@settings(deadline=None, max_examples=60)
def test_a_damaged_workbook_is_a_game_or_a_mistake(changes, inside):
    data = bytearray(as_workbook(TABLE))
    if inside:
        with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        data = bytearray(parts["xl/worksheets/sheet1.xml"])
    for where, byte in changes:
        data[int(where * (len(data) - 1))] = byte
    if inside:
        page = io.BytesIO()
        with zipfile.ZipFile(page, "w") as archive:
            for name, part in {**parts, "xl/worksheets/sheet1.xml": bytes(data)}.items():
                archive.writestr(name, part)
        data = page.getvalue()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "game.xlsx"
        path.write_bytes(bytes(data))
        found = answer(path)
    assert isinstance(found, dilemma.Model) or "game.xlsx" in str(found)


pieces = st.sampled_from(
    ["", "a", "b", "3", "1,2", "1/0", "#N/A", "Ann \\ Bob", "2*(x", "\x1b[31m", "=1"]
)


@given(st.lists(st.lists(pieces, max_size=5), max_size=7))
@settings(deadline=None, max_examples=300)
def test_whatever_cells_hold_it_is_a_game_or_a_mistake_with_a_place(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "game.csv"
        path.write_bytes(as_csv(rows))
        found = answer(path)
    if isinstance(found, dilemma.Model):
        assert len(found.game.profiles) == len(found.payoffs) > 0
    else:
        assert all(m.place is not None or "cells more" in m.message for m in found.mistakes)
        assert "\x1b" not in str(found)


def test_without_openpyxl_it_is_said_how_to_get_it(monkeypatch, tmp_path):
    path = tmp_path / "game.xlsx"
    path.write_bytes(as_workbook(TABLE))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ImportError, match=r"pip install 'dilemma\[tables\]'"):
        dilemma.load(path)


# --- which files are read -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["game.ods", "game.xls", "game.json", "game", "game.toml.txt"])
def test_a_file_whose_ending_is_not_read_is_told_which_are(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(
        UnsupportedError, match=r"is not read: \.toml, \.csv, .*\.xlsx, .*\.efg are"
    ) as said:
        dilemma.load(tmp_path / name)
    assert ("save the payoff table as .csv or .xlsx" in str(said.value)) == (
        name[-3:] in ("ods", "xls")
    )


@pytest.mark.parametrize("name", ["", "x" * 300 + ".", "x" * 300, "a\0b", "..", ".xlsx"])
def test_what_no_file_can_be_called_is_no_model(name):
    with pytest.raises(UnknownModelError, match="no model '"):
        dilemma.load(name)
    assert not is_file(name)


@pytest.mark.parametrize(
    "name", ["game.xlsx", "game.xlsx:Sheet1", "game.csv", "x" * 300 + "game.csv"]
)
def test_a_file_that_is_not_there_is_told(tmp_path, name):
    with pytest.raises(UnknownModelError, match=r"no model file at .*game"):
        dilemma.load(tmp_path / name)


def test_a_file_does_not_stand_in_the_way_of_a_shipped_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "abandonment").write_text("nothing")
    assert dilemma.load("abandonment").title == "Abandonment and entrapment"


def test_the_command_line_solves_a_workbook_and_a_sheet_of_it(typed, tmp_path):
    path = tmp_path / "game.xlsx"
    path.write_bytes(
        as_workbook(
            TABLE, ("Hunt", [[_, "stag", "hare"], ["stag", "4,4", "0,3"], ["hare", "3,0", "3,3"]])
        )
    )
    assert "(defect, defect)" in typed("solve", path).out
    (found,) = json.loads(typed("solve", f"{path}:Hunt", "--json").out)
    assert [e["name"] for e in found["equilibria"]][:2] == ["(stag, stag)", "(hare, hare)"]
    assert typed("prove", f"{path}:Hunt").code == 0
    refused = typed("solve", tmp_path / "game.xls")
    assert (refused.code, "no model" in refused.err) == (2, True)


# --- arrays of pairs -----------------------------------------------------------------------------------


def test_an_array_of_pairs_has_both_payoffs():
    array = np.array([[[3, 3], [0, 5]], [[5, 0], [1, 1]]])  # QuantEcon's payoff_profile_array
    for given_ in (array, array.tolist(), [[tuple(c) for c in row] for row in array.tolist()]):
        game = dilemma.matrix(given_, actions=[["coop", "defect"]] * 2)
        assert by_action(game) == PD


def test_pairs_of_floats_are_what_their_digits_say():
    game = dilemma.matrix(np.array([[[0.1, 0.7]]]))
    assert list(game.payoffs["row_1", "column_1"].values()) == [
        sp.Rational(1, 10),
        sp.Rational(7, 10),
    ]


def test_one_matrix_alone_is_still_zero_sum():
    assert by_action(dilemma.matrix([[1, 2]])) == {
        ("row_1", "column_1"): (1, -1),
        ("row_1", "column_2"): (2, -2),
    }


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ((np.zeros((2, 2, 3)),), "two payoffs are wanted in row 1, column 1, not"),
        (([[(1, 2), 3]],), "two payoffs are wanted in row 1, column 2, not 3"),
        (([[(1, 2)]], [[3]]), "each cell of one table alone has both players' payoffs"),
        (([[1]], [[(1, 2)]]), "each cell of one table alone has both players' payoffs"),
        (([[1, 2]], [[1], [2]]), "they are 1 x 2 and 2 x 1"),
        ((pd.Series([1, 2]),), "row_payoffs is not a matrix"),
    ],
)
def test_arrays_that_are_no_payoffs_are_told(given_, said):
    with pytest.raises(ModelError, match=said):
        dilemma.matrix(*given_)


# --- pandas --------------------------------------------------------------------------------------------

NAMES = ["coop", "defect"]


def frame(cells, index=NAMES, columns=NAMES):
    return pd.DataFrame(cells, index, columns)


def test_two_frames_keep_their_labels():
    game = dilemma.matrix(frame([[3, 0], [5, 1]]), frame([[3, 5], [0, 1]]))
    assert by_action(game) == PD


def test_a_frame_may_stand_beside_an_array():
    game = dilemma.matrix(frame([[3, 0], [5, 1]]), np.array([[3, 5], [0, 1]]))
    assert by_action(game) == PD
    assert by_action(dilemma.matrix([[3, 0], [5, 1]], frame([[3, 5], [0, 1]]))) == PD


def test_frames_are_matched_by_label():
    first, second = frame([[3, 0], [5, 1]]), frame([[3, 5], [0, 1]])
    assert by_action(dilemma.matrix(first, second.loc[NAMES[::-1], NAMES[::-1]])) == PD


@pytest.mark.parametrize(
    "cells",
    [
        [[(3, 3), (0, 5)], [(5, 0), (1, 1)]],
        [[[3, 3], [0, 5]], [[5, 0], [1, 1]]],
        [["3, 3", "0, 5"], ["(5, 0)", "1 1"]],
    ],
)
def test_a_frame_of_pairs_has_both_payoffs(cells):
    assert by_action(dilemma.matrix(frame(cells))) == PD


def test_a_frames_names_are_the_players():
    first = frame([["1/3", 0.1], [Fraction(2, 7), sp.Symbol("b")]])
    first.index.name, first.columns.name = "Japan", "the US"
    game = dilemma.matrix(first, -frame([[1, 2], [3, 4]]))
    assert [p.title for p in game.players.values()] == ["Japan", "the US"]
    assert [paid[0] for paid in by_action(game).values()] == [
        sp.Rational(1, 3),
        sp.Rational(1, 10),
        sp.Rational(2, 7),
        game.parameters["b"].symbol,
    ]
    named = dilemma.matrix(first, first, players=["a", "z"], actions=[["u", "d"], ["l", "r"]])
    assert tuple(named.players) == ("a", "z")
    assert next(iter(named.payoffs)) == ("u", "l")


def test_a_frame_that_only_counts_has_the_usual_names():
    game = dilemma.matrix(pd.DataFrame([[3, 0], [5, 1]]), pd.DataFrame([[3, 5], [0, 1]]))
    assert game.players["row"].actions == ("row_1", "row_2")
    years = dilemma.matrix(pd.DataFrame([[(1, 2)]], [1992], ["go"]))
    assert list(years.payoffs) == [("a1992", "go")]


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ((frame([[3, 0], [5, 1]]),), "what the column player is paid is missing\n.*second table"),
        ((frame([["3, 3", 0], ["5, 0", "1, 1"]]),), "wanted in row 'coop', column 'defect', not 0"),
        (
            (frame([[3, None], [5, 1]]), frame([[3, 5], [0, 1]])),
            "no payoff in row 'coop', column 'defect'",
        ),
        (
            (frame([[3, 0], [5, 1]]), frame([[3, 5], [0, 1]], columns=["coop", "defekt"])),
            "'defekt' among its columns\n.*did you mean 'defect'",
        ),
        (
            (pd.DataFrame({"Unnamed: 0": NAMES, "coop": ["3, 3", "5, 0"]}),),
            r"names where payoffs are wanted\n.*frame.set_index\('Unnamed: 0'\)",
        ),
        (
            (
                pd.DataFrame({"x": NAMES, "coop": [3, 5]}),
                pd.DataFrame({"x": NAMES, "coop": [3, 0]}),
            ),
            r"frame.set_index\('x'\)",
        ),
    ],
)
def test_frames_that_are_no_payoffs_are_told(given_, said):
    with pytest.raises(ModelError, match=said):
        dilemma.matrix(*given_)


def test_a_frame_that_was_saved_is_the_same_game(tmp_path):
    rng = random.Random(2)
    cells = [
        [f"{rng.randint(-9, 9)}/{rng.randint(1, 9)}, {rng.random():.3f}" for _ in "abc"]
        for _ in "xy"
    ]
    table = pd.DataFrame(cells, list("xy"), list("abc"))
    table.to_csv(tmp_path / "game.csv")
    table.to_excel(tmp_path / "game.xlsx")
    games = [
        dilemma.matrix(table),
        *(dilemma.load(tmp_path / f"game.{e}") for e in ("csv", "xlsx")),
    ]
    assert by_action(games[0]) == by_action(games[1]) == by_action(games[2])


def test_nothing_of_pandas_or_openpyxl_is_loaded_for_arrays():
    script = (
        "import sys, dilemma\ndilemma.matrix([[(1, 2)]])\n"
        "print([m for m in ('pandas', 'openpyxl', 'xarray') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
