"""Games without an era: each question answers, or refuses by name and says the way out."""

import json
import pickle
import re

import pytest

import dilemma
from dilemma import Model, figures
from dilemma.cli.arguments import eras_asked
from dilemma.cli.demo import demo
from dilemma.cli.pictures import FIGURES, OF_CLAIMS, Order, picture
from dilemma.errors import CalibrationError, DilemmaError, ModelError
from dilemma.games.matrix.nfg import parse_nfg
from dilemma.games.tree.efg import parse_efg
from dilemma.library import read
from small_games import chosen_game, led, ranging

pytestmark = pytest.mark.slow

NFG = 'NFG 1 R "Hunt" { "Ann" "Bob" } { { "stag" "hare" } { "stag" "hare" } }\n\n4 4 3 0 0 3 3 3\n'
EFG = """EFG 2 R "Entry" { "Newcomer" "Owner" }
p "" 1 1 "" { "enter" "out" } 0
p "" 2 1 "" { "fight" "share" } 0
t "" 1 "" { -1, -1 }
t "" 2 "" { 1, 1 }
t "" 3 "" { 0, 2 }
"""


def chosen(kind):
    make = led if kind == "sequential" else chosen_game
    payoffs = {"one": "x*(1 - x - y - c)", "two": "y*(1 - x - y)"}
    return make(payoffs, name=kind, title="Duopoly", parameters={"c": ranging(0, "1/4")})


def three():
    def paid(profile):
        stag = set(profile) == {"stag"}
        return {p: "g" if stag else int(a == "hare") for p, a in zip("xyz", profile, strict=True)}

    actions = ["stag", "hare"]
    return Model(
        name="three",
        title="Three hunters",
        players=dict.fromkeys("xyz", actions),
        parameters={"g": ranging(0, 2)},
        payoffs={(a, b, c): paid((a, b, c)) for a in actions for b in actions for c in actions},
    )


def prior():
    return Model(
        name="prior",
        title="A prior",
        kind="tree",
        parameters={"p": ranging(0, 1)},
        players={"ann": {}, "bob": {}},
        tree={
            "root": {"chance": {"good": "p", "bad": "1 - p"}},
            "good": {"player": "ann", "actions": ["ask", "wait"]},
            "bad": {"player": "ann", "actions": ["ask", "wait"]},
        },
        payoffs={
            "good, ask": {"ann": 2, "bob": 1},
            "good, wait": {"ann": 1, "bob": 0},
            "bad, ask": {"ann": -1, "bob": 0},
            "bad, wait": {"ann": 0, "bob": 0},
        },
    )


def swept():
    return dilemma.matrix(
        [["s", 0], [1, 1]],
        [["s", 1], [0, 1]],
        actions=[["stag", "hare"]] * 2,
        parameters={"s": [1, 9]},
        name="swept",
    )


GAMES = {
    "hunt": (lambda: parse_nfg(NFG, "hunt"), {}),
    "entry": (lambda: parse_efg(EFG, "entry"), {}),
    "swept": (swept, {"s": 2}),
    "three": (three, {"g": "3/2"}),
    "continuous": (lambda: chosen("continuous"), {"c": "1/5"}),
    "sequential": (lambda: chosen("sequential"), {"c": "1/5"}),
    "prior": (prior, {"p": "1/3"}),
}


def names(model):
    """Return the model's parameters, or names that it does not have."""
    return [*model.parameters, "nonsense", "other"]


def play(model, at):
    """Play a demo; nothing may have been said when it is refused."""
    said = []
    try:
        demo(model, at, ask=lambda question: said.append(question) or "", show=said.append, draws=9)
    except DilemmaError:
        assert not said
        raise
    return "\n".join(map(str, said))


def figure(name):
    def draw(model, at):
        what = {
            "regions": names(model)[:2],
            "tornado": list(model.players)[:1],
            "waterfall": list(model.players)[:1],
        }.get(name, [])
        if name in ("ceiling", "fold", "contagion"):
            what = names(model)[:1]
        eras = None if at is None or name in OF_CLAIMS else [at]
        found = picture(name, Order((model,), tuple(what), eras))
        return figures.plot(found.results[0])

    return draw


QUESTIONS = {
    "solve": dilemma.solve,
    "select": lambda m, at: dilemma.select(m, at, starts=0),
    "compare": lambda m, at: dilemma.compare(m, at, draws=9),
    "regions": lambda m, at: dilemma.regions(m, at, draws=9),
    "region_map": lambda m, at: dilemma.region_map(m, *names(m)[:2], at),
    "along": lambda m, at: dilemma.along(m, at, names(m)[0]),
    "trace": lambda m, at: dilemma.trace(m, names(m)[0], 1, 2, eras=at, points=2),
    "timeline": lambda m, at: dilemma.timeline(m, {1992: {}}, at),
    "best_replies": lambda m, at: dilemma.best_replies(m, at, points=3),
    "statics": lambda m, at: dilemma.statics(m, at, seconds=2),
    "tornado": lambda m, at: dilemma.tornado(m, next(iter(m.players)), at),
    "attribute": lambda m, at: dilemma.attribute(
        m, next(iter(m.players)), at and [at, at], select="highest"
    ),
    "bargaining": dilemma.bargaining,
    "commitment": dilemma.commitment,
    "correlated": dilemma.correlated,
    "diagrams": dilemma.diagrams,
    "dynamics": lambda m, _: dilemma.dynamics(m),
    "propositions": lambda m, _: dilemma.propositions(m),
    "sheet": lambda m, _: dilemma.sheet(m),
    "prove": lambda m, _: dilemma.prove(m),
    "classroom": lambda m, at: dilemma.classroom([m], at=at),
    "demo": play,
    "to_nashpy": dilemma.to_nashpy,
    "to_pygambit": dilemma.to_pygambit,
    **{f"plot {name}": figure(name) for name in FIGURES},
}
ALWAYS = {"solve", "compare", "timeline", "propositions", "sheet", "prove"}
TABLE = {
    "regions", "best_replies", "select", "classroom", "demo", "to_nashpy", "to_pygambit",
    "commitment", "correlated",
}  # fmt: skip
ANSWERED = {
    "hunt": ALWAYS | TABLE | {"plot replies"},
    "entry": ALWAYS | {"regions", "classroom", "to_pygambit", "plot diagram", "diagrams"},
    "swept": ALWAYS | TABLE | {"along", "trace", "tornado", "attribute", "plot replies"}
    | {"plot tornado", "plot sensitivity"},
    "three": ALWAYS | {"regions", "trace", "tornado", "attribute", "to_pygambit", "plot tornado"}
    | {"correlated", "plot sensitivity"},
    "continuous": ALWAYS
    | {"best_replies", "statics", "tornado", "attribute", "classroom"}
    | {f"plot {name}" for name in ("replies", "fold", "contagion", "tornado", "sensitivity")},
    "sequential": ALWAYS
    | {"statics", "tornado", "attribute", "commitment", "classroom"}
    | {f"plot {name}" for name in ("fold", "contagion", "tornado", "sensitivity")},
    "prior": ALWAYS
    | {"regions", "along", "tornado", "attribute", "classroom", "to_pygambit", "plot tornado"}
    | {"plot diagram", "diagrams", "plot sensitivity"},
}  # fmt: skip


@pytest.mark.parametrize("game", GAMES)
def test_each_question_answers_or_refuses_by_name(game):
    make, at = GAMES[game]
    model = make()
    wrong = {}
    for name, ask in QUESTIONS.items():
        try:
            answer = str(ask(model, at or None))
        except DilemmaError as error:
            told = str(error)
            named = set(re.findall(r"\w+", told)) & {model.name, *names(model)}
            if name in ANSWERED[game] or not named or len(told.split()) < 6:
                wrong[name] = told
        else:
            if not answer.strip() or (name not in ANSWERED[game]):
                wrong[name] = answer
    assert not wrong


@pytest.mark.parametrize("game", [game for game, (_, at) in GAMES.items() if at])
def test_what_needs_a_value_says_which_and_how(game):
    model = GAMES[game][0]()
    (name,) = model.parameters
    for ask in (dilemma.solve, dilemma.compare, QUESTIONS["tornado"]):
        with pytest.raises(CalibrationError, match=rf"no value for {name}: .*--at {name}="):
            ask(model, None)


def test_a_box_is_asked_about_over_the_declared_ranges():
    found = dilemma.regions(swept(), draws=9)
    assert found.eras[0].title == "the declared ranges"
    assert found.covered


def test_two_eras_on_the_spot_are_compared():
    found = dilemma.compare(swept(), [{"s": "1/1"}, {"s": [2, 4]}], draws=99)
    assert [era.name for era in found.eras] == ["s = 1", "s = 3 in [2, 4]"]
    assert "(stag, stag)" in found["s = 3 in [2, 4]"].equilibria.names


def test_an_era_changed_on_the_spot_keeps_the_rest(abandonment):
    changed = abandonment.era("cold_war", m_J=["1/10", "1/5"])
    assert changed.title == "Cold War with m_J = 0.15 in [0.1, 0.2]"
    kept = {n: v for n, v in changed.values.items() if n != "m_J"}
    assert kept == {n: v for n, v in abandonment.eras["cold_war"].values.items() if n != "m_J"}


def test_one_parameter_moves_without_a_calibration():
    path = dilemma.along(swept(), "s")
    assert path.centre is None
    assert "(centre)" not in str(path)
    assert "(centre)" in str(dilemma.along(swept(), {"s": 2}, "s"))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"t": 1}, "no parameter 't' in swept: known here: s"),
        ({"s": 12}, r"s = 12: it may lie in \[1, 9\]"),
        ({"s": [4, 2]}, "s = .*low <= value <= high"),
        ({"s": {"value": 2, "rnage": [1, 9]}}, "unknown key 'rnage': did you mean 'range'"),
        ({"s": {"value": 2, "grade": "asumed"}}, "did you mean 'assumed'"),
        ({"s": [1, 2, 3]}, r"a number, \[low, high\] or"),
        ({"s": None}, "s = None"),
        ("now", "no era 'now' in swept: swept has no eras; give values instead"),
        (7, "7 is no era"),
        ([], "at least one era is wanted"),
    ],
)
def test_a_wrong_era_on_the_spot_says_what_is_wrong(told, said):
    with pytest.raises(CalibrationError, match=said):
        dilemma.compare(swept(), [told] if told == 7 else told)


# --- eras said shortly in Python --------------------------------------------------------------------


@pytest.mark.parametrize(
    "told", [2, "2", {"value": 2}, {"value": 2, "range": [1, 9]}, {"range": [1, 3]}, [1, 3]]
)
def test_in_python_an_era_needs_no_more_than_a_number(told):
    model = swept().replace(eras={"now": {"s": told}})
    value = model.eras["now"].values["s"]
    assert (value.central, value.grade) == (2, "assumed")
    assert "no source" in value.source
    assert "s moves" in str(dilemma.along(model, "now", "s"))


def test_what_was_said_shortly_is_written_out_and_read_back(tmp_path):
    model = swept().replace(eras={"now": {"s": 2}})
    path = tmp_path / "swept.toml"
    path.write_text(model.to_toml(), encoding="utf-8")
    assert read(path).eras == model.eras


def test_in_a_file_grade_and_source_stay_obligatory(tmp_path):
    path = tmp_path / "swept.toml"
    path.write_text(swept().to_toml() + "\n[eras.now]\ns = { value = 2, range = [1, 9] }\n")
    with pytest.raises(ModelError, match="'source' is missing"):
        read(path)


# --- at the command line ----------------------------------------------------------------------------


@pytest.fixture
def _hunt(tmp_path, monkeypatch):
    (tmp_path / "hunt.nfg").write_text(NFG, encoding="utf-8")
    (tmp_path / "swept.toml").write_text(swept().to_toml(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_hunt")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("along", "hunt.nfg", "nonsense"), "no parameter 'nonsense': hunt has no parameters"),
        (("solve", "hunt.nfg", "--set", "x=1"), "no parameter 'x': hunt has no parameters"),
        (("solve", "hunt.nfg", "--era", "now"), "no era 'now' in hunt: hunt has no eras; leave it"),
        (("regions", "hunt.nfg", "a", "b"), "no parameter 'a': hunt has no parameters"),
        (("statics", "hunt.nfg", "--parameter", "x"), "hunt is a game of finitely many actions"),
        (("along", "swept.toml", "ss"), "did you mean 's'?"),
        (("compare", "swept.toml", "--at", "ss=1"), "did you mean 's'?"),
        (("compare", "swept.toml", "--at", "s=2..3"), "s=2..3: write it as NAME=VALUE"),
        (("compare", "swept.toml", "--at", "s"), "NAME=LOW:HIGH"),
        (("demo", "swept.toml"), "--at s=5"),
        (("solve", "table.xlsx"), "no model file at table.xlsx"),
        (("convert", "swept.toml", "x.toml", "--at", "s=2"), "leave out --era and --at"),
    ],
)
def test_what_is_refused_leaves_with_2_and_a_sentence(typed, command, said):
    code, out, err = typed(*command)
    assert (code, out) == (2, "")
    assert said in " ".join(err.split())


@pytest.mark.usefixtures("_hunt")
@pytest.mark.parametrize(
    "command",
    [
        ("compare", "hunt.nfg"),
        ("demo", "hunt.nfg"),
        ("regions", "hunt.nfg"),
        ("classroom", "hunt.nfg", "-o", "c.html"),
        ("plot", "replies", "hunt.nfg", "-o", "r.svg"),
        ("compare", "swept.toml", "--at", "s=2", "--at", "s=1:9"),
        ("along", "swept.toml", "s"),
        ("demo", "swept.toml", "--at", "s=3"),
        ("convert", "swept.toml", "s.nfg", "--at", "s=3"),
    ],
)
def test_what_is_answered_leaves_with_0(typed, command):
    code, out, err = typed(*command)
    assert code == 0, err
    assert out.strip()


def test_a_parameter_named_anew_begins_another_era():
    model = swept()
    assert eras_asked(model, None, ["s=2", "s=1:9"]) == [{"s": "2"}, {"s": ["1", "9"]}]
    pair = model.replace(payoffs={"stag, stag": {"row": "s + t"}}, parameters={"t": ranging(0, 1)})
    assert eras_asked(pair, None, ["s=2", "t=0", "t=1"]) == [
        {"s": "2", "t": "0"},
        {"s": "2", "t": "1"},
    ]
    assert eras_asked(model, None, None) is None


# --- payoff tables from spreadsheets ----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        'x,coop,defect\ncoop,"3,3","0,5"\ndefect,"5,0","1,1"\n',
        "x;coop;defect\ncoop;3,3;0,5\ndefect;5,0;1,1\n",
        "x\tcoop\tdefect\ncoop\t3 3\t0 5\ndefect\t5 0\t1 1\n",
        "\ufeffx,coop,defect\r\ncoop,(3; 3),(0; 5)\r\ndefect,(5; 0),(1; 1)\r\n,,\r\n",
    ],
)
def test_a_payoff_table_is_read(tmp_path, text):
    path = tmp_path / "pd.csv"
    path.write_bytes(text.encode())
    game = dilemma.load(path)
    assert game.payoffs["coop", "defect"] == {"row": 0, "column": 5}
    assert dilemma.solve(game).names == ("(defect, defect)",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no payoff table"),
        ("x,a,b\nc,1 2\n", "line 2, column 3: an empty cell, where two payoffs are wanted"),
        ("x,a,b\nc,1 2,3\n", "line 2, column 3: two payoffs are wanted in each cell, not '3'"),
        ('x,a,b\nc,1 2,"1,2,3"\n', "not '1,2,3'"),
    ],
)
def test_a_table_that_is_none_is_refused_with_the_way_out(tmp_path, text, said):
    path = tmp_path / "pd.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match="both payoffs in every other cell") as refused:
        dilemma.load(path)
    assert said in str(refused.value)


def test_a_notebook_shows_the_payoff_matrix():
    payoffs = swept()._repr_html_().split("<table>")[2]
    assert payoffs.count("<tr") == 3
    assert "stag" in payoffs
    marked = dilemma.matrix([[4, 0], [3, 3]], [[4, 3], [0, 3]])
    assert str(dilemma.sheet(marked)).count("*") == 5  # four best replies and the note
    assert ": payoffs" not in three()._repr_html_()


def test_a_model_with_an_era_on_the_spot_survives_a_copy():
    model = swept()
    other = model.with_eras(model.era(s=2))
    assert pickle.loads(pickle.dumps(other)) == other != model
    assert json.loads(dilemma.compare(model, {"s": 2}, draws=9).to_json())
