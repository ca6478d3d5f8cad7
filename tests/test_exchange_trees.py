"""Game trees go to Gambit and pygambit and come back with the same moves, sets and payoffs."""

import io
import json
import textwrap
from pathlib import Path

import hypothesis.strategies as st
import pygambit
import pytest
import sympy as sp
from hypothesis import given, settings

import dilemma
from dilemma import Model, from_pygambit, to_pandas, to_pygambit, to_xarray
from dilemma.games.tree.efg import parse_efg, read_efg, write_efg

GAMES = Path(__file__).parent / "games"
HEAD = 'EFG 2 R "t" { "A" "B" }\n'
STAGES = """\
EFG 2 R "Paid on the way" { "Player 1" "2" }
"A comment"

c "" 1 "(0,1)" { "1G" .5 "1B" 0.50 } 0
p "" 1 1 "(1,1)" { "H" "L" } 1 "fee" { -1, 1/3 }
p "" 2 7 "(2,1)" { "h" "l" } 0
t "" 2 "" { 10 2 }
t "" 0
c "" 1 1
t "" 2
t "" 2 "" { 10 2 }
p "" 1 1 0
p "" 2 7 0
t "" 2
t "" 3 "" { 1e-2 .5 }
t "" 1
"""


def told(text):
    """Return what is said of a wrong file."""
    with pytest.raises(dilemma.ModelError) as caught:
        parse_efg(text, "game")
    return str(caught.value)


def shape(model):
    """Return a tree by position: who moves where, in which set, what is paid; names left out."""
    players = ["", *model.players]
    nodes = model.game.nodes

    def places(history):
        return tuple(nodes[history[:k]].actions.index(history[k]) for k in range(len(history)))

    sets = list(model.game.decisions)
    moves = {
        places(h): (
            players.index(n.player),
            sets.index(n.decision) if n.player else [str(c) for c in n.chances.values()],
            len(n.actions),
        )
        for h, n in nodes.items()
    }
    paid = {places(end): [str(v) for v in model.payoffs[end].values()] for end in model.game.ends}
    return moves, paid


# --- reading ------------------------------------------------------------------------------------


def test_seltens_horse():
    game = dilemma.load(GAMES / "selten_horse.efg")
    assert (game.kind, game.name) == ("tree", "selten_horse")
    assert [p.title for p in game.players.values()] == ["Player 1", "Player 2", "Player 3"]
    assert game.game.decisions["third"].histories == (("C", "d"), ("D",))
    assert list(game.payoffs["D", "L"].values()) == [3, 2, 2]


def test_what_outcomes_pay_on_the_way_adds_up():
    game = parse_efg(STAGES)
    assert (game.title, game.reads) == ("Paid on the way", "A comment")
    assert list(game.players) == ["Player_1", "player_2"]
    paid = {", ".join(end): [str(v) for v in cell.values()] for end, cell in game.payoffs.items()}
    assert paid == {
        "n1G, H, h": ["9", "7/3"],
        "n1G, H, l": ["-1", "1/3"],
        "n1G, L, n1G": ["8", "8/3"],
        "n1G, L, n1B": ["8", "8/3"],
        "n1B, H, h": ["10", "2"],
        "n1B, H, l": ["1/100", "1/2"],
        "n1B, L": ["-1", "1/3"],
    }
    assert game.game.nodes["n1G", "L"].chances == {
        "n1G": sp.Rational(1, 2),
        "n1B": sp.Rational(1, 2),
    }
    assert [len(d.histories) for d in game.game.decisions.values()] == [2, 2]
    theirs = from_pygambit(pygambit.read_efg(io.StringIO(STAGES)))
    assert shape(theirs) == shape(game)


def test_what_is_described_again_may_be_said_in_other_words():
    again = STAGES.replace(
        't "" 2 "" { 10 2 }\np "" 1 1 0', 't "" 2 "twice" { 10.0, 2 }\np "" 1 1 0'
    )
    assert again != STAGES
    assert parse_efg(again) == parse_efg(STAGES)


def test_names_are_made_of_any_labels():
    text = HEAD + (
        'p "" 1 1 "" { "" "root" "go, on" "go on" "A" "lambda" } 0\n'
        + 't "" 0\n' * 5
        + 'p "" 2 1 "A 2" { "x" "x" } 0\nt "" 0 t "" 0'
    )
    game = parse_efg(text)
    made = game.game.nodes[()].actions
    assert len(set(made)) == 6
    assert "go_on" in made
    assert game.game.nodes[made[-1],].actions == ("x", "x_2")
    assert game.game.decisions["A 2"].player == "B"
    assert parse_efg(write_efg(game)).game == game.game


def test_the_same_action_may_stand_at_many_nodes():
    text = (
        HEAD
        + 'p "" 1 1 "" {"x" "y"} 0 p "" 2 1 "" {"x" "y"} 0 t "" 0 t "" 0 p "" 1 2 "" {"y" "x"} 0 t "" 0 t "" 0'
    )
    assert parse_efg(text).game.profiles == (("x", "x"), ("x", "y"), ("y", "y"), ("y", "x"))


def test_sets_keep_their_names_where_these_tell_them_apart():
    nodes = 'p "" 1 1 "{0}" {{"x" "y"}} 0\np "" 2 1 "{1}" {{"l" "r"}} 0 t "" 0 t "" 0\np "" 2 1 t "" 0 t "" 0'
    for first, second, names in (
        ("one", "two", ["one", "two"]),
        ("", "", ["A", "B 1"]),
        ("same", "same", ["A", "B 1"]),
        ("B 1", "", ["A", "B 1"]),
        ("A", "B after x", ["A", "B 1"]),
    ):
        text = HEAD + nodes.format(first, second).replace("2 1 t", "2 1 0 t")
        assert list(parse_efg(text).game.decisions) == names


def test_the_command_line_solves_a_tree_of_gambits(typed):
    ended = typed("solve", GAMES / "selten_horse.efg", "--json")
    assert ended.code == 0
    (found,) = json.loads(ended.out)
    assert [e["name"] for e in found["equilibria"]] == ["(C, c, R)"]
    assert found["equilibria"][0]["concepts"]["sequentially rational"] is True


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(dilemma.DilemmaError, match="no model file at"):
        dilemma.load(tmp_path / "none.efg")


# --- mistakes -----------------------------------------------------------------------------------


WRONG = {
    "nothing": (
        "",
        """\
        game.efg:1:1: an empty file, not a Gambit extensive game
            = it begins with EFG 2 R "title" { "player" "player" }""",
    ),
    "a strategic game": (
        'NFG 1 R "t"',
        """\
        game.efg:1:1: not a Gambit extensive game: it begins with NFG
          1 | NFG 1 R "t"
            | ^^^
            = a file of a strategic game ends in .nfg""",
    ),
    "another version": ("EFG 1 R", "game.efg:1:5: version 2 is wanted, not '1'"),
    "no players": ('EFG 2 R "t" { }', "game.efg:1:15: a game with no players"),
    "no nodes": (HEAD, "the first node is wanted, and the file ends"),
    "nobody moves": (HEAD + 't "" 1 "" { 1 2 }', "game.efg:2:1: a game in which nobody moves"),
    "not a node": (
        HEAD + 'x "" 1',
        """\
        game.efg:2:1: the first node is wanted, not 'x'
          2 | x "" 1
            | ^
            = c where chance moves, p where a player does, t where play ends""",
    ),
    "nodes that are missing": (
        HEAD + 'p "" 1 1 "" { "x" "y" } 0 t "" 0',
        "game.efg:2:33: the node behind action 2 is wanted, and the file ends",
    ),
    "nodes too many": (
        HEAD + 'p "" 1 1 "" { "x" } 0 t "" 0 t "" 0',
        "game.efg:2:30: more than a tree: it has 1 moves and 1 ends before this",
    ),
    "no such player": (
        HEAD + 'p "" 3 1 "" { "x" } 0',
        """\
        game.efg:2:6: no player '3'
          2 | p "" 3 1 "" { "x" } 0
            |      ^
            = the players are numbered from 1 to 2""",
    ),
    "a set that is not described": (
        HEAD + 'p "" 1 4 0',
        "game.efg:2:8: information set 4 is not described",
    ),
    "a set described in two ways": (
        HEAD + 'p "" 1 1 "" { "x" "y" } 0\np "" 2 1 "" { "l" } 0 t "" 0\np "" 2 1 "" { "r" } 0',
        """\
        game.efg:4:13: information set 1 was described in another way before
          4 | p "" 2 1 "" { "r" } 0
            |             ^
            = it has the actions 'l'""",
    ),
    "no actions": (HEAD + 'p "" 1 1 "" { } 0', "game.efg:2:15: information set 1 has no actions"),
    "chances that are too few": (
        HEAD + 'c "" 1 "" { "x" 0.333 "y" 0.666 } 0',
        """\
        game.efg:2:11: the chances of event 1 sum to 999/1000
          2 | c "" 1 "" { "x" 0.333 "y" 0.666 } 0
            |           ^
            = write them as fractions, such as 1/3, that sum to 1""",
    ),
    "negative chances": (HEAD + 'c "" 1 "" { "x" -1 "y" 2 } 0', "chances of event 1 are negative"),
    "an outcome that is not described": (
        HEAD + 'p "" 1 1 "" { "x" } 2',
        "game.efg:2:21: outcome 2 is not described",
    ),
    "an outcome that pays twice": (
        HEAD + 'p "" 1 1 "" { "x" } 2 "" { 1 2 } t "" 2 "" { 2 1 }',
        "game.efg:2:44: outcome 2 paid something else before",
    ),
    "no outcome described": (HEAD + 'p "" 1 1 "" { "x" } 0 ""', "outcome 0 pays nothing and is"),
    "too few payoffs": (
        HEAD + 'p "" 1 1 "" { "x" } 1 "" { 1 }',
        "the payoff of 'B' is wanted, not",
    ),
    "too many payoffs": (
        HEAD + 'p "" 1 1 "" { "x" } 1 "" { 1 2 3 }',
        "a '}' is wanted behind the 2",
    ),
    "a number without end": (HEAD + 'p "" 1 9999999999 "" { "x" } 0', "of unreasonable size"),
    "a sum without end": (
        HEAD + 'p "" 1 1 "" { "x" } 1 "" { 1e300 0 } t "" 2 "" { 1/3 0 }',
        "game.efg:2:38: the payoffs on the way here add up to a number of unreasonable size",
    ),
    "a player that forgets": (
        HEAD
        + 'p "" 1 1 "" { "x" "y" } 0\np "" 1 2 "" { "l" } 0\nt "" 0\np "" 1 2 "" { "l" } 0\nt "" 0',
        """\
        game.efg:5:8: 'A' would forget something here
          5 | p "" 1 2 "" { "l" } 0
            |        ^
            = at every node of set 2 it has known and done the same before""",
    ),
    "a player that is absent-minded": (
        HEAD + 'p "" 1 1 "" { "x" "y" } 0\np "" 1 1 0',
        "game.efg:3:8: 'A' would forget something here",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_mistake_says_where_and_what(wrong):
    text, expected = WRONG[wrong]
    assert textwrap.dedent(expected) in told(text)


def test_a_tree_without_end_is_a_mistake():
    line = "".join(f'p "" 1 {k} "" {{ "x" }} 0\n' for k in range(1, 1003))
    assert "more than 1,000 moves" in told(HEAD + line)
    wide = " ".join(f'"{k}"' for k in range(10_001))
    assert "more than 10,000 actions" in told(HEAD + f'p "" 1 1 "" {{ {wide} }} 0')


def damaged(text, cuts):
    for kind, place, what in cuts:
        at = int(place * len(text))
        text = {
            "cut": text[:at],
            "put": text[:at] + what + text[at:],
            "drop": text[:at] + text[at + len(what) :],
        }[kind]
    return text


pieces = st.sampled_from(
    [
        *'{},"\\\0²-cpt',
        *("1e999", "0/0", "9" * 5000, "1000000000", "EFG", "1e300", "1/3"),
        *(" 0 ", " 1 ", " 2 ", '""', "t 0", ' "" { 1 2 3 } '),
    ]
)
cuts = st.lists(
    st.tuples(
        st.sampled_from(["cut", "put", "drop"]), st.floats(0, 1), pieces | st.text(max_size=4)
    ),
    max_size=4,
)
HORSE = (GAMES / "selten_horse.efg").read_text(encoding="utf-8")


@given(st.sampled_from([STAGES, HORSE]), cuts)
@settings(deadline=None, max_examples=200)
def test_whatever_the_text_it_is_a_model_or_a_mistake_with_a_place(text, cuts):
    try:
        game = parse_efg(damaged(text, cuts))
    except dilemma.ModelError as error:
        (mistake,) = error.mistakes
        assert mistake.place is not None
    else:
        assert shape(parse_efg(write_efg(game))) == shape(game)


# --- writing ------------------------------------------------------------------------------------


number = st.fractions(min_value=-50, max_value=50, max_denominator=99)
labels = st.text(max_size=6) | st.sampled_from(["root", "A", "Ann", "1", "x, y", "p", "lambda"])


@st.composite
def trees(draw):
    """Return a document of a game tree of perfect recall, in names that are any."""
    players = ["ann", "bob", "eve"][: draw(st.integers(1, 3))]
    nodes, payoffs, sets = {}, {}, {}
    waiting = [((), {})]
    while waiting:
        history, known = waiting.pop(0)
        key = ", ".join(history) or "root"
        if history and (len(nodes) > 6 or len(history) > 3 or draw(st.integers(0, 3)) == 0):
            payoffs[key] = {p: draw(number) for p in players}
            continue
        mover = draw(st.sampled_from([*players, ""]))
        if not mover:
            share = draw(st.fractions(min_value=0, max_value=1, max_denominator=9))
            nodes[key] = {"chance": {"x": share, "y": 1 - share}}
            waiting += [((*history, a), known) for a in "xy"]
            continue
        record = known.get(mover, ())
        alike = [name for name, told in sets.items() if told[:2] == (mover, record)]
        name = draw(st.sampled_from([*alike, f"{mover}'s {len(sets)}"]))
        actions = ["l", "x", "r"][: draw(st.integers(1, 3))]
        actions = sets.setdefault(name, (mover, record, actions))[2]
        nodes[key] = {"player": mover, "actions": actions, "information": name}
        for a in actions:
            waiting.append(((*history, a), {**known, mover: (*record, (name, a))}))
    titles = draw(st.lists(labels, min_size=len(players), max_size=len(players)))
    return {
        "name": "game",
        "title": draw(labels),
        "kind": "tree",
        "players": {p: {"title": t} for p, t in zip(players, titles, strict=True)},
        "tree": nodes,
        "payoffs": payoffs,
    }


@given(trees())
@settings(deadline=None, max_examples=80)
def test_there_and_back(document):
    """Through a file, and through pygambit's reader and writer."""
    game = Model(**document)
    back = parse_efg(write_efg(game))
    assert shape(back) == shape(game)
    assert list(back.game.nodes) == list(game.game.nodes)
    assert list(back.players) == list(game.players)
    theirs = to_pygambit(game)
    assert isinstance(theirs, pygambit.ExtensiveGame)
    assert shape(from_pygambit(theirs)) == shape(game)


def test_pygambit_pays_the_same():
    """Expected payoffs of the even mixture of everything, in pygambit's own numbers."""
    game = parse_efg(STAGES)
    theirs = pygambit.read_efg(io.StringIO(STAGES))
    profile = theirs.mixed_behavior_profile(rational=True)
    nodes = game.game.nodes

    def expected(history, player):
        if history not in nodes:
            return game.payoffs[history][player]
        return sum(
            (expected((*history, a), player) for a in nodes[history].actions), sp.Integer(0)
        ) / len(nodes[history].actions)

    for player, label in zip(game.players, theirs.players, strict=True):
        assert sp.Rational(str(profile.payoffs[label])) == expected((), player)


def test_a_calibration_is_written_with_its_era_and_its_source():
    game = Model(
        name="risk",
        title="Risk",
        source="Nobody 1999",
        reads="A bet.",
        kind="tree",
        players={"ann": {}},
        parameters={"q": {"range": [0, 1], "unit": "1", "means": "a chance"}},
        eras={"now": {"q": {"value": 0.1, "range": [0, 1], "grade": "assumed", "source": "-"}}},
        tree={
            "root": {"player": "ann", "actions": ["bet", "leave"]},
            "bet": {"chance": {"win": "sqrt(q)", "lose": "1 - sqrt(q)"}},
        },
        payoffs={
            ("bet", "win"): {"ann": 3},
            ("bet", "lose"): {"ann": "-q"},
            ("leave",): {"ann": 0},
        },
    )
    text = write_efg(game, "now")
    assert text.startswith(
        'EFG 2 R "Risk: now" { "ann" }\n"A bet.\n\nSource: Nobody 1999.\n\nAt q = 0.1.'
    )
    assert "Irrational chances are rounded to 40 digits." in text
    back = parse_efg(text)
    win, lose = back.game.nodes["bet",].chances.values()
    assert win + lose == 1
    assert abs(win - sp.sqrt(sp.Rational(1, 10))) < sp.Rational(1, 10**39)
    assert "rounded" not in write_efg(game, q="1/4")
    assert from_pygambit(to_pygambit(game, q="1/4")).payoffs["bet", "lose"]["ann"] == -sp.Rational(
        1, 4
    )


def test_what_gambit_has_no_form_for():
    triangle = dilemma.load(GAMES / "triangle.toml")
    with pytest.raises(NotImplementedError, match="Gambit has no continuous types"):
        write_efg(triangle, "cold_war")
    with pytest.raises(NotImplementedError, match="Gambit has no continuous types"):
        to_pygambit(triangle, "cold_war")
    with pytest.raises(NotImplementedError, match="is no game tree"):
        write_efg(dilemma.matrix([[1]]))


def test_negative_chances_are_a_mistake_of_the_calibration():
    game = Model(
        name="risk",
        title="Risk",
        kind="tree",
        players={"ann": {}},
        parameters={"q": {"range": [0, 2], "unit": "1", "means": "a chance"}},
        tree={"root": {"chance": {"x": "q", "y": "1 - q"}}},
        payoffs={("x",): {"ann": 3}, ("y",): {"ann": 1}},
    )
    with pytest.raises(ValueError, match="negative probability at the root"):
        write_efg(game, q=2)


def test_a_file_is_called_by_its_stem(tmp_path):
    path = tmp_path / "my horse.efg"
    path.write_text(HORSE, encoding="utf-8")
    game = read_efg(path)
    assert (game.name, game.path) == ("my_horse", path)


def test_a_trees_equilibria_are_labelled_by_decision_and_by_player():
    horse = dilemma.load(GAMES / "selten_horse.efg")
    found = dilemma.solve(horse)
    data = to_xarray(found)
    assert data["probability"].dims == ("equilibrium", "decision", "action")
    assert data["probability"].sel(decision="third", action="R").item() == 1
    assert data["payoff"].sel(player="Player_2").item() == 1
    assert to_pandas(found)["P(third R)"].tolist() == [1]
