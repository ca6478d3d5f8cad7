"""``dilemma plot``: which figure of which model, written where, and what is said where it cannot be."""

import json

import pytest
import sympy as sp

import dilemma
from dilemma.cli.pictures import FIGURES, Order, picture, written

pytestmark = pytest.mark.slow

STARTS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def traced(monkeypatch):
    """What would be traced; nothing is worked out."""
    asked = []

    def trace(model, moves, low, high, **how):
        asked.append((model.name, moves, low, high, how))

    monkeypatch.setattr("dilemma.study.trace.trace", trace)
    return asked


def ordered(figure, name, *what, **how):
    return picture(figure, Order((dilemma.load(name),), what, **how))


@pytest.mark.parametrize(
    ("arguments", "written_to", "told"),
    [
        (("regions", "abandonment", "m_J", "p_J"), "abandonment_regions_m_J_p_J.png", "62.5 %"),
        (("replies", "abandonment"), "abandonment_replies.png", "(strong, strong)"),
        (("waterfall", "hedging", "x_J", "x_U"), "hedging_waterfall_x_J_x_U.png", "moved alone"),
        (("tornado", "hedging", "x_J"), "hedging_tornado_x_J.png", "at its low end"),
        (("sensitivity", "hedging", "x_J"), "hedging_sensitivity_x_J.png", "Total index"),
        (("measure-first", "abandonment", "C1.3"), "abandonment_measure-first_C1.3.png", "E_J"),
        (("ledger", "abandonment", "C1.8"), "abandonment_ledger_C1.8.png", "C1.8"),
        (("fold", "abandonment", "m_J", "--era", "cold_war"), "abandonment_fold_m_J.png", "m_J"),
    ],
)
def test_it_writes_a_picture_and_prints_what_it_shows(typed, tmp_path, arguments, written_to, told):
    code, out, err = typed("plot", *arguments)
    assert (code, err) == (0, "")
    assert out.endswith(f"written: {written_to}\n")
    assert (tmp_path / written_to).read_bytes().startswith(STARTS[".png"])
    assert told in out


@pytest.mark.parametrize("suffix", STARTS)
def test_the_file_is_of_the_kind_its_name_says(typed, tmp_path, suffix):
    code, *_ = typed("plot", "replies", "abandonment", "-o", f"own{suffix}")
    assert code == 0
    assert (tmp_path / f"own{suffix}").read_bytes().startswith(STARTS[suffix])


def test_json_tells_the_file_and_the_results(typed):
    code, out, _ = typed("plot", "waterfall", "hedging", "x_J", "x_U", "--json")
    data = json.loads(out)
    assert code == 0
    assert data["written"] == "hedging_waterfall_x_J_x_U.png"
    assert [result["outcome"] for result in data["results"]] == ["x_J", "x_U"]


def test_regions_draws_the_same_map(typed, tmp_path):
    typed("plot", "regions", "abandonment", "m_J", "p_J", "-o", "one.svg")
    typed("regions", "abandonment", "m_J", "p_J", "-o", "other.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("regoins", "abandonment"), "no figure 'regoins': did you mean 'regions'"),
        (("regions", "abandonmet", "m_J", "p_J"), "abandonment"),
        (("regions", "abandonment", "m_J"), "a map needs two parameters of abandonment"),
        (("regions", "burden", "p", "w"), "burden has no figure 'regions'"),
        (("ceiling", "hedging"), "hedging has no figure 'ceiling': nobody leads; it has: replies,"),
        (("replies", "cork"), "cork has no figure 'replies': one side leads"),
        (("ceiling", "unlocked"), "unlocked has no figure 'ceiling': it tells no shadow price"),
        (("bargain", "cork"), "cork has no figure 'bargain': it ends in no bargain"),
        (("bargain", "burden", "pp"), "no parameter 'pp' in burden: did you mean 'p'"),
        (("waterfall", "burden"), "which outcome of burden? there are: q_J, q_U, t,"),
        (("waterfall", "burden", "tt"), "no outcome 'tt' in burden: did you mean 't'"),
        (
            ("tornado", "burden", "t", "--era", "coldwar"),
            "no era 'coldwar' in burden: did you mean",
        ),
        (("sensitivity", "burden", "tt"), "no outcome 'tt' in burden: did you mean 't'"),
        (("measure-first", "abandonment", "C1.33"), "C1.3"),
        (("replies", "abandonment", "m_J"), "leave out 'm_J'"),
        (("ledger", "abandonment", "C1.99"), "C1.99"),
        (("tornado", "hedging", "x_J", "-o", "x.gif"), "x.gif: a picture's file ends in .png"),
    ],
)
def test_what_cannot_be_drawn_is_told(typed, tmp_path, arguments, said):
    code, out, err = typed("plot", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert not list(tmp_path.iterdir())


HAS = {
    "regions": {
        "abandonment",
        "abandonment_hedging",
        "assets",
        "consensus",
        "network",
        "repeated",
        "statement",
        "triangle",
    },
    "replies": {"abandonment", "hedging", "burden", "trade"},
    "diagram": {"assets", "consensus", "network", "repeated", "statement", "triangle"},
    "ceiling": {"cork"},
    "bargain": {"burden"},
    "timeline": set(dilemma.available()),
}


@pytest.mark.parametrize("name", dilemma.available())
@pytest.mark.parametrize("figure", HAS)
def test_what_a_model_has_is_known_before_anything_is_worked_out(figure, name):
    with pytest.raises(dilemma.DilemmaError) as raised:
        ordered(figure, name, "no such name", "and no other")
    lacks = str(raised.value).startswith(f"{name} has no figure '{figure}'")
    assert lacks == (name not in HAS[figure])


# --- what is taken where nothing is said --------------------------------------------------------


def test_a_fold_follows_the_models_story(traced):
    ordered("fold", "hedging")
    ((name, moves, low, high, how),) = traced
    assert (name, moves) == ("hedging", ("g_J", "g_U"))
    assert low < 1
    assert high > sp.Rational(116, 100)  # the story goes from 1 to 1.16
    assert how["outcomes"] == ["y_J", "y_U", "feedback"]


def test_contagion_follows_one_sides_number(traced):
    found = ordered("contagion", "hedging")
    assert traced[0][1] == "g_U"
    assert found.how == {"shows": ["y_J", "y_U"]}
    assert found.folds


def test_a_ceiling_follows_what_grows_in_the_story(traced):
    ordered("ceiling", "cork")
    ((_, moves, low, high, _),) = traced
    assert moves == "s"
    # The boxes span .2 to .65; half as much on either side, as far as the range goes.
    assert (low, high) == (0, sp.Rational(65, 100) + sp.Rational(45, 200))


def test_what_is_said_goes_before_what_is_usual(traced):
    ordered("ceiling", "cork", "rho", low="0.1", high="1/2", eras=("cold_war",))
    assert traced == [("cork", "rho", "0.1", "1/2", {**traced[0][4], "eras": ("cold_war",)})]


def test_a_ledger_may_be_of_all_models():
    models = tuple(map(dilemma.load, ("abandonment", "abandonment_hedging")))
    (found,) = picture("ledger", Order(models, ("C1.8",))).results
    assert {verdict.model for verdict in found} <= {model.name for model in models}


def test_only_a_ledger_is_of_several_models():
    models = tuple(map(dilemma.load, ("abandonment", "burden")))
    with pytest.raises(dilemma.DilemmaError, match="only a ledger is of several models"):
        picture("tornado", Order(models, ("t",)))


def test_every_figure_is_named_in_the_help(typed):
    _, out, _ = typed("plot", "--help")
    assert all(name in out for name in FIGURES)


def test_a_paths_ending_is_looked_at_first(tmp_path):
    with pytest.raises(dilemma.DilemmaError, match="ends in"):
        written(tmp_path / "picture.jpg")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["tornado", "hedging", "x_J", "--robust"],
            "--robust says nothing to the figure 'tornado'",
        ),
        (["replies", "hedging", "--select", "highest"], "--select says nothing"),
        (["regions", "abandonment", "m_J", "p_J", "--from", "0"], "it is for ceiling, fold"),
        (["ledger", "abandonment", "C1.8", "--era", "nope"], "a claim names its own"),
        (["measure-first", "abandonment", "--era", "cold_war"], "a claim names its own"),
        (["sensitivity", "hedging", "x_J", "--seconds", "9"], "--seconds says nothing"),
    ],
)
def test_an_option_that_a_figure_does_not_heed_is_refused(typed, words, said, tmp_path):
    code, _, err = typed("plot", *words, "-o", "x.png")
    assert code == 2
    assert said in " ".join(err.split())
    assert not list(tmp_path.iterdir())
