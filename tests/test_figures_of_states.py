"""Diagrams of networks and of states: what is drawn, told by the labels of what is in it."""

import pytest

import dilemma
from dilemma.errors import UnsupportedError
from dilemma.figures import diagram, plot
from dilemma.study.diagrams import diagrams
from small_games import ranging, valued
from words_drawn import check_words

pytestmark = pytest.mark.slow
NAMES = ("network", "consensus", "assets", "repeated")


@pytest.fixture(scope="module")
def found():
    return {name: diagrams(dilemma.load(name)) for name in NAMES}


@pytest.fixture(scope="module")
def pictures(found):
    return {name: plot(each) for name, each in found.items()}


def labels(figure, era, number=1):
    """Return the labels of what is drawn in a panel, by their first word."""
    axes = next(a for a in figure.axes if a.get_label() == f"{era} {number}")
    told = {}
    for artist in axes.findobj():
        word, _, rest = (artist.get_gid() or "").partition(" ")
        if word:
            told.setdefault(word, set()).add(rest)
    return told


@pytest.mark.parametrize("name", NAMES)
def test_there_is_a_panel_for_each_equilibrium_in_each_era(name, found, pictures):
    model = dilemma.load(name)
    wanted = [f"{era} {k + 1}" for era in model.eras for k in range(len(dilemma.solve(model, era)))]
    assert sorted(axes.get_label() for axes in pictures[name].axes) == sorted(wanted)
    for era, drawings in found[name].drawn.items():
        assert [d.title for d in drawings] == list(dilemma.solve(model, era).names)


@pytest.mark.parametrize("name", NAMES)
def test_words_neither_overlap_nor_leave_the_sheet(name, pictures):
    check_words(pictures[name])


@pytest.mark.parametrize(("era", "count"), [("cold_war", 0), ("post_cold_war", 6)])
def test_links_are_strong_where_they_stand(pictures, era, count):
    told = labels(pictures["network"], era)
    assert len(told.get("strong", ())) == count
    assert len(told.get("faint", ())) == 6 - count
    assert told["weight"] == {f"us {p}" for p in ("japan", "rok", "australia", "asean")}


def test_a_line_is_thicker_where_more_is_chosen(pictures):
    (axes, _) = pictures["network"].axes
    wide = {
        line.get_gid(): line.get_linewidth()
        for line in axes.lines
        if "weight" in (line.get_gid() or "")
    }
    assert wide["weight us japan"] > wide["weight us rok"] == wide["weight us asean"]


def test_states_that_play_gets_to_are_filled(pictures):
    now = labels(pictures["assets"], "post_cold_war")
    assert now["reached"] == {"allied", "dismantling", "changed"}
    assert now["state"] == {"apart", "signing"}


def test_arrows_are_strong_where_they_are_followed(pictures):
    then, now = (labels(pictures["assets"], era)["strong"] for era in ("cold_war", "post_cold_war"))
    assert "apart allied" in then - now  # founded then
    assert "apart apart" in now - then
    assert "allied allied" in then & now


def test_a_cutoff_stands_at_what_is_decided(found):
    (drawing,) = found["consensus"].drawn["post_cold_war"]
    words = {tie.ends: tie.words for tie in drawing.ties}
    assert words["talks", "over"] == ("agree 0.383 (s ≥ 11.41)",)
    assert words["talks", "talks"] == ("wait 0.617 (s < 11.41)",)


def test_a_state_is_worth_what_the_game_says(found):
    model = dilemma.load("repeated")
    for era, drawings in found["repeated"].drawn.items():
        for drawing, right in zip(drawings, dilemma.solve(model, era), strict=True):
            (start,) = (node for node in drawing.nodes if node.name == drawing.start)
            paid = float(right.payoffs["japan"])
            assert start.lines[1] == f"Japan {paid:.4g}"


def test_where_no_network_is_stable_the_panel_says_so():
    wants = {"ann": ("bob", "carl"), "bob": ("carl", "ann"), "carl": ("ann", "bob")}
    model = dilemma.Model(
        name="circle", title="Circle", kind="network", links={"between": list(wants)},
        players={name: {} for name in wants}, parameters={"p": ranging(0, 9)},
        payoffs={
            i: f"2*linked({i}, {a}) + linked({i}, {b}) - p*linked({i}, {a})*linked({i}, {b})"
            for i, (a, b) in wants.items()
        },
        eras={"now": {"p": valued(2, 1, 3)}},
    )  # fmt: skip
    figure = diagram(diagrams(model))
    assert any("no equilibrium" in text.get_text() for text in figure.texts)
    assert figure.axes == []


def test_a_game_with_actions_has_no_diagram(abandonment):
    with pytest.raises(
        UnsupportedError, match="a diagram is for games of states, of links, or of moves"
    ):
        diagrams(abandonment)
