"""Games go to Gambit, pygambit and nashpy and come back with the same payoffs."""

import io
import json
import math
import random
import sys
import textwrap
from fractions import Fraction
from pathlib import Path

import hypothesis.strategies as st
import nashpy
import numpy as np
import pygambit
import pytest
import sympy as sp
from hypothesis import given, settings

import dilemma
from dilemma import from_nashpy, from_pygambit, to_nashpy, to_pandas, to_pygambit, to_xarray
from dilemma.exchange.gambit_text import model_name, named
from dilemma.games.matrix.nfg import parse_nfg, read_nfg, write_nfg
from dilemma.reading.rows import is_name

GAMES = Path(__file__).parent / "games"
SELTEN = """\
NFG 1 R "Selten (IJGT, 75), Figure 2, normal form" { "Player 1" "Player 2" }
{ 3 2 }

1 1 0 2 0 2
1 1 0 3 2 0
"""
BY_OUTCOMES = """\
NFG 1 R "Selten (IJGT, 75), Figure 2, normal form" { "Player 1" "Player 2" }
{ { "1" "2" "3" } { "1" "2" } }
{ { "both" 1, 1 } { "second" 0 2 } { "third" 0, 3 } { "first" 2, 0, } }
1 2 2 1 3 4
"""


@pytest.fixture(scope="module")
def stengel():
    return dilemma.solve(read_nfg(GAMES / "stengel.nfg"))


def told(text):
    """Return what is said of a wrong file."""
    with pytest.raises(dilemma.ModelError) as caught:
        parse_nfg(text, "game")
    return str(caught.value)


def by_position(model, number=Fraction):
    """Return the payoffs by what is played first, second, …, whatever it is called."""
    places = [{a: i for i, a in enumerate(p.actions)} for p in model.players.values()]
    return {
        tuple(where[a] for where, a in zip(places, profile, strict=True)): [
            number(str(model.payoffs[profile][player])) for player in model.players
        ]
        for profile in model.game.profiles
    }


def of_gambit(game):
    """Return pygambit's own view of the payoffs in the same form."""
    strategies = {player: list(game.get_strategies(player)) for player in game.players}
    found = {}
    for contingency in game.contingencies:
        paid = game.get_payoffs(contingency)
        where = tuple(own.index(contingency[player]) for player, own in strategies.items())
        found[where] = [Fraction(paid[p].numerator, paid[p].denominator) for p in game.players]
    return found


# --- reading ------------------------------------------------------------------------------------


def test_the_first_players_strategy_changes_fastest():
    game = parse_nfg(SELTEN, "selten")
    assert game.title == "Selten (IJGT, 75), Figure 2, normal form"
    assert [p.actions for p in game.players.values()] == [("a1", "a2", "a3"), ("b1", "b2")]
    assert game.payoffs["a2", "b1"] == {"Player_1": 0, "Player_2": 2}
    assert game.payoffs["a2", "b2"] == {"Player_1": 0, "Player_2": 3}
    assert by_position(game) == of_gambit(pygambit.read_nfg(io.StringIO(SELTEN)))


def test_both_versions_of_the_format_say_the_same():
    assert parse_nfg(BY_OUTCOMES).payoffs == parse_nfg(SELTEN).payoffs


def test_outcome_zero_pays_nothing():
    game = parse_nfg('NFG 1 D "" {"a" "b"} {2 2} "why" {{"" 1/2 -3}} 0 1 1 0')
    half, less = sp.Rational(1, 2), -3
    paid = [list(game.payoffs[profile].values()) for profile in game.game.profiles]
    assert paid == [[0, 0], [half, less], [half, less], [0, 0]]
    assert (game.title, game.reads) == ("game", "why")
    empty = parse_nfg('NFG 1 R "" {"a" "b"} {2 1} {} 0 0')
    assert set(by_position(empty)) == {(0, 0), (1, 0)}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0.1", "1/10"),
        ("-.5", "-1/2"),
        ("3.", "3"),
        ("+7", "7"),
        ("007", "7"),
        ("-1/3", "-1/3"),
        ("0/5", "0"),
        ("-010/4", "-5/2"),
        ("1e-2", "1/100"),
        ("1.5E+2", "150"),
        ("0e5", "0"),
        ("1e300", str(10**300)),
        (f"1/{2**150}", f"1/{2**150}"),
    ],
)
def test_numbers_are_exact(written, meant):
    game = parse_nfg(f'NFG 1 R "" {{"a" "b"}} {{1 1}} {written} 0')
    assert game.payoffs["a1", "b1"]["a"] == sp.Rational(meant)
    assert parse_nfg(write_nfg(game)).payoffs == game.payoffs


def test_texts_may_span_lines_and_hold_quotes_and_white_space_means_nothing():
    text = '\ufeffNFG\r\n1 R"the \\"game\\"" {"a""b"}{1\t1}"two\r\nlines"\r\n\r\n1\r2'
    game = parse_nfg(text)
    assert (game.title, game.reads) == ('the "game"', "two\nlines")
    assert by_position(game) == {(0, 0): [1, 2]}


def test_a_game_of_three_players():
    rng = random.Random(7)
    numbers = " ".join(str(rng.randint(-9, 9)) for _ in range(3 * 24))
    text = f'NFG 1 R "three" {{ "x" "y" "z" }} {{ 2 3 4 }} {numbers}'
    game = parse_nfg(text)
    assert len(game.game.profiles) == 24
    assert by_position(game) == of_gambit(pygambit.read_nfg(io.StringIO(text)))
    assert parse_nfg(write_nfg(game)).document == game.document


def test_a_file_is_called_by_its_stem(tmp_path):
    path = tmp_path / "2x2 game.nfg"
    path.write_text(SELTEN, encoding="utf-8")
    game = dilemma.load(path)
    assert (game.name, game.path) == ("game_2x2_game", path)


def test_shapleys_game_has_one_equilibrium():
    game = dilemma.load(GAMES / "shapley.nfg")
    assert {p.title for p in game.players.values()} == {"Player 1", "Player 2"}
    (found,) = dilemma.solve(game)
    assert {c for mix in found.play.values() for c in mix.values()} == {sp.Rational(1, 3)}


def test_von_stengels_game_has_75_equilibria(stengel):
    assert (len(stengel), stengel.complete) == (75, True)
    # pygambit ships the game, and counts for itself.
    name = "journals/dcg/vonstengel1999/6x6_game_with_75_eq_small_payoffs"
    theirs = pygambit.catalog.load(name)
    game = read_nfg(GAMES / "stengel.nfg")
    assert by_position(game) == of_gambit(theirs)


def test_the_command_line_solves_a_file_of_gambits(typed):
    ended = typed("solve", GAMES / "stengel.nfg", "--json")
    assert ended.code == 0
    (found,) = json.loads(ended.out)
    assert (found["model"], len(found["equilibria"]), found["complete"]) == ("stengel", 75, True)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(dilemma.DilemmaError, match="no model file at"):
        dilemma.load(tmp_path / "none.nfg")


# --- labels -------------------------------------------------------------------------------------


def test_labels_become_names():
    players, actions = named(
        ["Player 1", "", "in", "Player_1", "x", "x"],
        [["a, b", "a b", "a_b"], ["", "1", "2nd", "+"], ["E", "E_", "日本"], ["x"], ["1"], ["1"]],
    )
    assert players == ["Player_1_2", "player_2", "in_", "Player_1", "x", "x_2"]
    assert actions[:3] == [
        ["a_b_2", "a_b_3", "a_b"],
        ["b1", "b1_2", "b2nd", "b4"],
        ["E__2", "E_", "日本"],
    ]
    assert actions[3:] == [["x_3"], ["e1"], ["f1"]]


label = st.one_of(
    st.sampled_from(["", "1", "a1", "b1", "x", "E", "in", "a, b", "player_1", "x_2", "²", "ﷺ"]),
    st.text(max_size=6),
)


@given(st.lists(st.tuples(label, st.lists(label, min_size=1, max_size=5)), min_size=2, max_size=4))
def test_names_are_valid_distinct_and_stay(labels):
    players, actions = named([p for p, _ in labels], [own for _, own in labels])
    assert all(is_name(name) for name in [*players, *(a for own in actions for a in own)])
    assert len(set(players)) == len(players)
    for own in actions:
        assert len(set(own)) == len(own)
        assert not set(own) & set(players)
    assert named(players, actions) == (players, actions)


@given(label)
def test_a_model_has_a_name(text):
    assert is_name(model_name(text))


# --- what is wrong ------------------------------------------------------------------------------

HEAD = 'NFG 1 R "t" { "A" "B" }\n'
WRONG = {
    "nothing": (
        "\n\n",
        """\
        game.nfg:1:1: an empty file, not a Gambit strategic game
            = it begins with NFG 1 R "title" { "player" "player" }""",
    ),
    "a tree": (
        'EFG 2 R "t" { "A" "B" }',
        """\
        game.nfg:1:1: not a Gambit strategic game: it begins with EFG
          1 | EFG 2 R "t" { "A" "B" }
            | ^^^
            = a file of a game tree ends in .efg""",
    ),
    "a workbook": (
        '\n<?xml version="1.0"?>',
        """\
        game.nfg:2:1: not a Gambit strategic game: it begins with '<?xml'
          2 | <?xml version="1.0"?>
            | ^^^^^
            = it begins with NFG 1 R "title" { "player" "player" }""",
    ),
    "another version": ("NFG 2 R", "game.nfg:1:5: version 1 is wanted, not '2'"),
    "no title": ("NFG 1 R { }", "game.nfg:1:9: the game's title is wanted, not '{'"),
    "no end of a text": ('NFG 1 R "t', "game.nfg:1:9: this text is never closed"),
    "one player": ('NFG 1 R "t" { "A" }', "game.nfg:1:19: a game with one player"),
    "commas": ('NFG 1 R "t" { "A", "B" }', "1:18: a player's name or '}' is wanted, not ','"),
    "27 players": ('NFG 1 R "t" { ' + '"x" ' * 27 + "}", "too many players"),
    "a player without strategies": (
        HEAD + "{ 2 }",
        """\
        game.nfg:2:5: the strategies of 'B' are missing
          2 | { 2 }
            |     ^
            = there are 2 players""",
    ),
    "strategies without a player": (HEAD + "{ 2 2 2 }", "2:7: a '}' is wanted behind"),
    "no strategies": (HEAD + "{ 2 0 }", "2:5: 'B' has no strategies"),
    "an empty list": (HEAD + '{ { "a" } { } }', "2:13: 'B' has no strategies"),
    "not a count": (HEAD + "{ 2 -2 }", "2:5: the number of strategies of 'B' is wanted, not '-2'"),
    "a huge count": (HEAD + "{ 1000000000 2 }", "2:3: '1000000000' strategies of 'A'"),
    "a count beyond words": (HEAD + f"{{ {'9' * 5000} 2 }}", "= at most 1,000"),
    "too many profiles": (
        HEAD + "{ 100 11 }",
        """\
        game.nfg:2:7: a game with 1,100 profiles or more
          2 | { 100 11 }
            |       ^^
            = at most 1,000""",
    ),
    "too few payoffs": (
        HEAD + "{ 3 2 }\n",
        """\
        game.nfg:2:8: 12 payoffs are missing
          2 | { 3 2 }
            |        ^
            = 2 players with 3 and 2 strategies need 12""",
    ),
    "one too few": (HEAD + "{ 1 1 } 5", "2:10: 1 payoff is missing"),
    "too many payoffs": (
        HEAD + "{ 3 6 }" + " 1" * 37,
        "2:81: more payoffs than the 36 that 2 players with 3 and 6 strategies need",
    ),
    "not a payoff": (
        HEAD + "{ 2 1 }\n1 2 three 4",
        """\
        game.nfg:3:5: a payoff is wanted, not 'three'
          3 | 1 2 three 4
            |     ^^^^^
            = a number such as 3, -0.25, 1/3 or 1e-2""",
    ),
    "division by zero": (HEAD + "{ 1 1 } 1/0 1", "2:9: division by zero"),
    "a long number": (HEAD + "{ 1 1 } " + "1" * 61, "2:9: a number of unreasonable size"),
    "a large number": (HEAD + "{ 1 1 } 1e401", "2:9: a number of unreasonable size"),
    "an outcome of one": (HEAD + '{ 1 1 } { { "" 1 } }', "the payoff of 'B' is wanted, not '}'"),
    "an outcome of three": (
        HEAD + '{ 1 1 } { { "" 1 2 3 } }',
        "2:20: a '}' is wanted behind the 2",
    ),
    "an outcome without name": (HEAD + "{ 1 1 } { { 1 2 } }", "the outcome's name is wanted"),
    "no such outcome": (
        HEAD + '{ 1 1 } { { "" 1 2 } } 2',
        """\
        game.nfg:2:24: no outcome '2'
          2 | { 1 1 } { { "" 1 2 } } 2
            |                        ^
            = there are 1, and 0, which pays nothing""",
    ),
    "too few outcomes": (HEAD + "{ 2 2 } { } 0", "2:14: 3 outcomes are missing"),
    "too many outcomes": (HEAD + "{ 1 1 } { } 0 0", "more outcomes than the 1 that"),
    "not an outcome's number": (HEAD + "{ 1 1 } { } 1.5", "the number of an outcome is wanted"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_told(text, message):
    assert textwrap.dedent(message) in told(text)


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "game.nfg"
    path.write_bytes(b'NFG 1 R "\xff"')
    with pytest.raises(dilemma.ModelError, match=r"game\.nfg:1:10: not UTF-8"):
        read_nfg(path)


def damaged(text, cuts):
    for kind, where, what in cuts:
        at = int(where * len(text))
        text = {
            "cut": text[:at],
            "put": text[:at] + what + text[at:],
            "drop": text[:at] + text[at + len(what) :],
            "flip": text[:at]
            + "".join(chr(ord(c) ^ 4) for c in text[at : at + 1])
            + text[at + 1 :],
        }[kind]
    return text


pieces = st.sampled_from(
    ["{", "}", '"', "\\", ",", "1e999", "0/0", "9" * 5000, "1000000000", "\0", "²", "٣", "-", "EFG"]
)
cuts = st.lists(
    st.tuples(
        st.sampled_from(["cut", "put", "drop", "flip"]),
        st.floats(0, 1),
        pieces | st.text(max_size=4),
    ),
    max_size=4,
)


@given(st.sampled_from([SELTEN, BY_OUTCOMES]), cuts)
@settings(deadline=None)
def test_whatever_the_text_it_is_a_model_or_a_mistake_with_a_place(text, cuts):
    try:
        game = parse_nfg(damaged(text, cuts))
    except dilemma.ModelError as error:
        (mistake,) = error.mistakes
        assert mistake.place is not None
    else:
        assert parse_nfg(write_nfg(game)).payoffs == game.payoffs


# --- writing ------------------------------------------------------------------------------------


def test_an_era_is_written_with_its_calibration(abandonment):
    text = write_nfg(abandonment, "post_cold_war", m_J="0.1")
    game = parse_nfg(text, "again")
    values = abandonment.values(abandonment.calibration("post_cold_war", m_J="0.1"))
    assert "m_J = 0.1" in game.reads
    assert abandonment.source in game.reads
    assert abandonment.eras["post_cold_war"].title in game.title
    assert list(game.players) == list(abandonment.players)
    for profile in abandonment.game.profiles:
        for player in abandonment.players:
            meant = abandonment.payoffs[profile][player].xreplace(values)
            assert game.payoffs[profile][player] == meant


def test_without_its_values_nothing_is_written(abandonment):
    with pytest.raises(dilemma.DilemmaError, match="at which era"):
        write_nfg(abandonment)


def test_an_irrational_payoff_is_rounded_and_the_file_says_so():
    text = write_nfg(dilemma.matrix([["sqrt(a)"]], title="A root"), a=2)
    assert "At a = 2. Irrational payoffs are rounded to 40 digits." in text
    (paid,) = by_position(parse_nfg(text)).values()
    assert abs(paid[0] ** 2 - 2) < Fraction(1, 10**35)
    assert parse_nfg(write_nfg(dilemma.matrix([["sqrt(a)"]]), a=4)).payoffs[
        "row_1", "column_1"
    ] == {
        "row": 2,
        "column": -2,
    }


@pytest.mark.parametrize(("formula", "value"), [("1/a", 0), ("log(a)", -1), ("sqrt(a)", -1)])
def test_a_payoff_without_a_value_is_told(formula, value):
    with pytest.raises(dilemma.DilemmaError, match=r"payoff of row at \(row_1, column_1\)"):
        write_nfg(dilemma.matrix([[formula]]), a=value)


def test_a_payoff_of_thousands_of_digits_is_refused():
    game = dilemma.matrix([["*".join(["a**12"] * 10)]])
    assert parse_nfg(write_nfg(game, a=10)).payoffs["row_1", "column_1"]["row"] == 10**120
    with pytest.raises(dilemma.DilemmaError, match="more than 4,000 digits"):
        write_nfg(game, a="7" * 60)


def test_titles_are_labels_where_names_can_be_read_from_them():
    game = parse_nfg(SELTEN)
    assert '{ "Player 1" "Player 2" }' in write_nfg(game)
    other = game.replace(players={"Player_1": {"title": "The First"}})
    assert '{ "Player_1" "Player_2" }' in write_nfg(other)


number = st.fractions(min_value=-50, max_value=50, max_denominator=999)


@st.composite
def tables(draw):
    """Return the payoffs of a game of two or three players, and labels for all in it."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=3))
    count = math.prod(sizes) * len(sizes)
    paid = draw(st.lists(number, min_size=count, max_size=count))
    players = draw(st.lists(label, min_size=len(sizes), max_size=len(sizes)))
    actions = [draw(st.lists(label, min_size=n, max_size=n)) for n in sizes]
    return sizes, paid, *named(players, actions), players, draw(st.text(max_size=9))


@given(tables())
@settings(deadline=None, max_examples=60)
def test_there_and_back(table):
    """Through a file, through pygambit's reader and writer, and into pygambit's own numbers."""
    sizes, paid, players, actions, titles, title = table
    rows = {}
    for index, profile in enumerate(np.ndindex(*sizes)):
        key = ", ".join(actions[k][i] for k, i in enumerate(profile))
        own = paid[index * len(sizes) :][: len(sizes)]
        rows[key] = dict(zip(players, own, strict=True))
    game = dilemma.Model(
        name="game",
        title=title,
        players={
            p: {"actions": own, "title": said}
            for p, own, said in zip(players, actions, titles, strict=True)
        },
        payoffs=rows,
    )
    back = parse_nfg(write_nfg(game))
    assert back.payoffs == game.payoffs
    assert [p.actions for p in back.players.values()] == [p.actions for p in game.players.values()]
    theirs = to_pygambit(game)
    assert of_gambit(theirs) == by_position(game)
    assert from_pygambit(theirs).payoffs == game.payoffs


# --- pygambit -----------------------------------------------------------------------------------


def test_pygambits_equilibria_are_ours(stengel):
    game = to_pygambit(read_nfg(GAMES / "stengel.nfg"))
    theirs = pygambit.nash.enummixed_solve(game, rational=True).equilibria
    assert len(theirs) == len(stengel)


def test_pygambits_decimals_stay_what_they_say():
    text = 'NFG 1 R "" { "a" "b" } { 1 1 } 0.1 1e-3'
    game = from_pygambit(pygambit.read_nfg(io.StringIO(text)), name="small")
    assert game.name == "small"
    assert by_position(game) == {(0, 0): [Fraction(1, 10), Fraction(1, 1000)]}


def test_a_tree_stays_a_tree():
    text = 'EFG 2 R "" { "a" "b" }\np "" 1 1 "" { "l" "r" } 0\nt "" 1 "" { 1 2 }\nt "" 2 "" { 3 4 }'
    game = from_pygambit(pygambit.read_efg(io.StringIO(text)))
    assert game.kind == "tree"
    assert game.payoffs["r",] == {"a": 3, "b": 4}


def test_what_pygambit_has_not_or_has_too_large():
    with pytest.raises(dilemma.DilemmaError, match="not a game of pygambit's: list"):
        from_pygambit([])
    large = pygambit.StrategicGame.from_arrays(*[np.zeros((40, 40), int)] * 2)
    with pytest.raises(dilemma.DilemmaError, match="1,600 profiles; at most 1,000"):
        from_pygambit(large)


def test_without_pygambit_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygambit", None)
    game = dilemma.matrix([[1]])
    for call in (lambda: to_pygambit(game), lambda: from_pygambit(game)):
        with pytest.raises(ImportError, match=r"pip install 'dilemma\[trees\]'"):
            call()


# --- nashpy -------------------------------------------------------------------------------------


def test_nashpy_gets_floats(abandonment):
    game = to_nashpy(abandonment, "post_cold_war", m_J=0.1)
    values = abandonment.values(abandonment.calibration("post_cold_war", m_J=0.1))
    for side, player in zip(game.payoff_matrices, abandonment.players, strict=True):
        assert side.dtype == float
        for (i, j), (a, b) in zip(np.ndindex(2, 2), abandonment.game.profiles, strict=True):
            exact = abandonment.payoffs[a, b][player].xreplace(values)
            assert side[i, j] == pytest.approx(float(exact), abs=1e-15)


def test_nashpys_games_come_back():
    game = nashpy.Game(np.array([[0.1, 2], [3, 4], [5, 6]]), np.array([[1, 0], [0, 1], [2, 0.3]]))
    model = from_nashpy(
        game, name="mine", players=["us", "them"], actions=[["a", "b", "c"], ["x", "y"]]
    )
    assert model.name == "mine"
    assert model.payoffs["a", "x"]["us"] == sp.Rational(1, 10)
    assert model.payoffs["c", "y"]["them"] == sp.Rational(3, 10)
    again = to_nashpy(model)
    for one, other in zip(game.payoff_matrices, again.payoff_matrices, strict=True):
        assert np.array_equal(one, other)


def test_fractions_in_nashpys_games_stay_exact():
    A = np.array([[Fraction(1, 3), 0], [0, Fraction(2, 7)]], dtype=object)
    model = from_nashpy(nashpy.Game(A, -A))
    assert model.payoffs["row_1", "column_1"] == {
        "row": sp.Rational(1, 3),
        "column": sp.Rational(-1, 3),
    }


def test_nashpys_games_have_two_players_and_floats():
    three = parse_nfg('NFG 1 R "" {"a" "b" "c"} {1 1 1} 1 2 3')
    with pytest.raises(dilemma.DilemmaError, match="3 players; nashpy's games have two"):
        to_nashpy(three)
    large = parse_nfg('NFG 1 R "" {"a" "b"} {1 1} 1e400 1')
    with pytest.raises(dilemma.DilemmaError, match="too large for nashpy"):
        to_nashpy(large)
    with pytest.raises(dilemma.ModelError):
        from_nashpy(nashpy.Game([[math.nan]], [[1]]))


# --- pandas and xarray --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def undefined():
    """A game with an outcome that one of its three equilibria leaves undefined."""
    game = dilemma.matrix(
        [["a", 0], [0, 1]], [[1, 0], [0, 1]], actions=[["l", "r"], ["l", "t"]], name="meet"
    ).replace(
        source="nobody",
        players={"row": {"unit": "util"}, "column": {"unit": "yen"}},
        outcomes={
            "odds": {"is": "row if column > 0 else undefined", "unit": "1"},
            "regret": {"is": "row + column", "unit": "util"},
        },
    )
    return dilemma.solve(game, a=2)


def test_equilibria_as_a_frame(undefined):
    frame = to_pandas(undefined)
    assert list(frame.index) == list(undefined.names)
    assert frame.index.name == "equilibrium"
    assert list(frame.columns) == [
        "P(row l)", "P(row r)", "P(column l)", "P(column t)", "payoff row", "payoff column",
        "odds", "regret_", "regret", "strict",
    ]  # fmt: skip
    for name, each in zip(frame.index, undefined, strict=True):
        row = frame.loc[name]
        assert row["P(row l)"] == pytest.approx(float(each.play["row"]["l"]))
        assert row["payoff column"] == pytest.approx(float(each.payoffs["column"]))
        assert row["strict"] == each.strict
    assert frame["odds"].isna().tolist() == [e.outcomes["odds"] is None for e in undefined]
    assert frame["odds"].isna().any()
    assert frame["strict"].dtype == bool
    assert (frame["regret"] == 0).all()
    told = {"model": "meet", "at": undefined.at, "complete": True, "degenerate": False}
    assert told.items() <= frame.attrs.items()
    assert frame.attrs["calibration"] == {"a": "2"}
    assert frame.attrs["method"] == undefined.method


def test_equilibria_as_a_dataset(undefined):
    data = to_xarray(undefined)
    assert dict(data.sizes) == {"equilibrium": 3, "player": 2, "action": 3}
    assert data["action"].values.tolist() == ["l", "r", "t"]
    theirs = data["probability"].sel(player="row", action="t")
    assert np.isnan(theirs).all()
    assert np.allclose(data["probability"].sum("action"), 1)
    assert data["unit"].values.tolist() == ["util", "yen"]
    assert "units" not in data["payoff"].attrs
    assert data["odds"].attrs["units"] == "1"
    assert np.isnan(data["odds"]).any()
    assert np.allclose(data["regret_"], data["payoff"].sum("player"))
    for position, each in enumerate(undefined):
        here = data.isel(equilibrium=position)
        assert here["payoff"].sel(player="row") == pytest.approx(float(each.payoffs["row"]))
        assert bool(here["strict"]) == each.strict
    assert data.attrs["value of a"] == "2"
    assert data.attrs["version of nashpy"]
    assert (data.attrs["complete"], data.attrs["reason"]) == (True, "")
    assert data.attrs["source"] == "nobody"


def test_many_equilibria(stengel):
    frame, data = to_pandas(stengel), to_xarray(stengel)
    assert frame.shape == (75, 12 + 2 + 2)
    assert dict(data.sizes) == {"equilibrium": 75, "player": 2, "action": 12}
    assert np.allclose(frame.filter(like="P(Row ").sum(axis=1), 1)
    assert data["probability"].notnull().sum() == 75 * 12
    assert frame.index.is_unique


def test_no_equilibria_are_an_empty_table(stengel):
    none = dilemma.Equilibria(
        **{
            **{name: getattr(stengel, name) for name in stengel.__dataclass_fields__},
            "equilibria": (),
            "complete": False,
            "reason": "out of time",
        }
    )
    assert to_pandas(none).shape == (0, 2)
    assert to_xarray(none).sizes["equilibrium"] == 0
    assert to_pandas(none).attrs["reason"] == to_xarray(none).attrs["reason"] == "out of time"


def test_the_ending_of_a_file_may_be_in_capitals(tmp_path):
    path = tmp_path / "GAME.NFG"
    path.write_text('NFG 1 R "g" { "a" "b" } { 1 1 }\n\n1 2\n', encoding="utf-8")
    assert dilemma.load(path).payoffs["a1", "b1"] == {"a": 1, "b": 2}
