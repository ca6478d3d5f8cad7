"""Trees on the classroom page: solved as the package solves them, drawn, taken along, refused."""

import csv
import io
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
import sympy as sp

import dilemma
from classroom_page import about, needs_node, run
from dilemma import classroom
from dilemma.errors import UnsupportedError
from small_games import ranging, valued
from trees_to_draw import forty, signalling

pytestmark = pytest.mark.slow

OPEN = """
begin(CONTENT.models[0], given.era);
state.shows = { replies: given.shows, equilibria: given.shows, kind: given.shows };
for (const [name, text] of Object.entries(given.moves ?? {})) {
  const k = state.model.parameters.findIndex((p) => p.name === name);
  state.texts[k] = text; state.values[k] = float(text); state.moved.add(name);
}
const found = solve(state.model, state.values);
"""


def opened(html, code, *, era="now", shows=True, **moves):
    return run(html, OPEN + code, {"era": era, "shows": shows, "moves": moves})


def rows(**players):
    return {player: {"title": title} for player, title in players.items()}


@pytest.fixture(scope="module")
def entry():
    """Somebody enters or not, the other fights or not, and who entered may leave again."""
    return dilemma.Model(
        name="entry", title="Entry", kind="tree", players=rows(ann="Ann", bob="Bob"),
        parameters={"p": ranging(0, 1), "v": ranging(-5, 5)},
        tree={
            "root": {"player": "ann", "actions": ["enter", "stay_out"]},
            "enter": {"player": "bob", "actions": ["fight", "yield_"]},
            "enter, fight": {"player": "ann", "actions": ["leave", "hold"]},
            "enter, fight, hold": {"chance": {"win": "p", "lose": "1 - p"}},
        },
        payoffs={
            "stay_out": {"ann": 0, "bob": 2},
            "enter, yield_": {"ann": 1, "bob": 1},
            "enter, fight, leave": {"ann": -1, "bob": "v"},
            "enter, fight, hold, win": {"ann": 2, "bob": -2},
            "enter, fight, hold, lose": {"ann": -3, "bob": 5},
        },
        outcomes={"fought": "probability(fight)"},
        eras={"now": {"p": valued(0.5, 0.2, 0.8), "v": valued(0, -2, 2)}},
    )  # fmt: skip


@pytest.fixture(scope="module")
def resolve():
    """A threat whose author alone knows what it is worth to carry it out."""
    return dilemma.Model(
        name="resolve", title="Resolve", kind="tree", players=rows(rival="Rival", patron="Patron"),
        parameters={"war": ranging(0, 9), "most": ranging(-1, 9)},
        types={"stake": {"of": "patron", "uniform": ["0", "most"]}},
        tree={
            "root": {"player": "rival", "actions": ["challenge", "wait"]},
            "challenge": {"player": "patron", "actions": ["support", "abandon"], "knows": ["stake"]},
        },
        payoffs={
            "wait": {"rival": 0, "patron": 0},
            "challenge, support": {"rival": -2, "patron": "-war"},
            "challenge, abandon": {"rival": 1, "patron": "1 - stake/2"},
        },
        eras={"now": {"war": valued(1, 0, 3), "most": valued(8, 6, 9)}},
    )  # fmt: skip


@pytest.mark.parametrize("p", ["0", "0.1", "0.3", "0.45", "0.7", "1"])
@pytest.mark.parametrize("v", ["-3", "0.5", "4"])
@needs_node
def test_a_player_who_moves_twice_does_each_time_what_is_best(entry, p, v):
    code = "return found.equilibria.map((e) => [e.name, e.mixes.flat(), e.payoffs, e.outcomes])"
    ((name, play, payoffs, outcomes),) = opened(classroom([entry]).html, code, p=p, v=v)
    (right,) = dilemma.solve(entry, p=p, v=v)
    assert name == right.name
    assert play == [float(c) for mix in right.play.values() for c in mix.values()]
    assert payoffs == pytest.approx([float(x) for x in right.payoffs.values()])
    assert outcomes == [float(right.outcomes["fought"])]


@needs_node
def test_decisions_of_one_player_are_told_apart(entry):
    told = about(classroom([entry]).html, "entry")["decisions"]
    titles = [d["title"] for d in told]
    assert len(set(titles)) == 3
    assert all(title.startswith(("Ann", "Bob")) for title in titles)


@needs_node
def test_where_payoffs_tie_the_page_says_that_there_may_be_more(entry):
    code = "return [found.equilibria.length, found.doubt, equilibria(state.model, found).includes(WORDS.doubt)]"
    html = classroom([entry]).html
    assert opened(html, code, p="0.4") == [2, True, True]  # to hold or to leave is the same
    assert opened(html, code, p="0.5")[1:] == [False, False]


@needs_node
@pytest.mark.parametrize(("war", "cutoff"), [("1", 4), ("2.5", 7)])
def test_a_cutoff_is_told_as_the_package_tells_it(resolve, war, cutoff):
    html = classroom([resolve]).html
    ((told,),) = opened(html, "return found.equilibria.map((e) => e.cutoffs)", war=war)
    right = dilemma.solve(resolve, "now", war=war)[0].cutoffs["patron"]
    assert told["value"] == pytest.approx(float(right.value))
    assert float(right.value) == cutoff
    assert (told["above"], told["below"]) == (right.above, right.below)
    said = opened(html, "return kind(state.model, found)", war=war)
    assert f"Patron: support if stake ≥ {cutoff}, else abandon" in said


@needs_node
def test_a_private_type_stands_in_what_an_end_pays(resolve):
    code = "return state.model.ends.map((_, k) => [0, 1].map((j) => paidAt(state.model, found.game, k, j)))"
    told = opened(classroom([resolve]).html, code)
    assert told == [["−2", "−1"], ["1", "1 − 0.5 stake"], ["0", "0"]]


@needs_node
def test_what_is_no_game_is_not_solved(resolve):
    code = "return [found.equilibria.length, equilibria(state.model, found), asLatex(state.model, state, found)]"
    number, said, saved = opened(classroom([resolve]).html, code, most="-0.5")
    assert number == 0
    assert "no game here, because of an empty interval of stake" in said
    assert saved is None


@needs_node
def test_bold_is_what_is_done_and_filled_is_what_is_reached(entry):
    html = classroom([entry]).html
    drawn = opened(html, "return treePicture(state.model, state, found).svg", p="0.5", v="-3")
    hidden = opened(html, "return treePicture(state.model, state, found).svg", shows=False)
    marks = [each.get("data-is") for each in ET.fromstring(drawn).iter()]
    assert marks.count("reply") == 3  # one for each decision
    assert marks.count("reached") == 1
    assert {"reply", "reached"}.isdisjoint(
        each.get("data-is") for each in ET.fromstring(hidden).iter()
    )


@needs_node
def test_the_map_is_of_what_is_done(entry):
    code = """
    state.axes = ["p", "v"];
    const { label, called } = zones(state.model);
    return [called(label([0.5, -3])), called(label([0.9, 0])), mapPicture(state.model, state, found).svg.includes("data-is=\\"region\\"")];
    """
    first, second, drawn = opened(classroom([entry]).html, code)
    assert first == dilemma.solve(entry, p="0.5", v=-3).names[0]
    assert second == dilemma.solve(entry, p="0.9", v=0).names[0]
    assert first != second
    assert drawn


@needs_node
def test_a_tree_is_taken_along_as_a_table_of_its_ends(entry, resolve):
    text = opened(classroom([resolve]).html, "return asLatex(state.model, state, found)")
    assert "challenge, abandon & 1 & 1 $-$ 0.5 stake" in text
    saved = opened(classroom([entry]).html, "return asCsv(state.model, state, found)")
    told = {row["name"]: row["value"] for row in csv.DictReader(io.StringIO(saved))}
    right = dilemma.solve(entry, "now")[0]
    assert sp.Rational(told["P(bob fight)"]) == right.play["bob"]["fight"]


def lottery(tickets):
    draws = [f"t{k}" for k in range(tickets)]
    return dilemma.Model(
        name="lottery", title="Lottery", kind="tree", players=rows(ann="Ann"), parameters={"p": ranging(0, 9)},
        tree={
            "root": {"player": "ann", "actions": ["buy", "keep"]},
            "buy": {"chance": dict.fromkeys(draws, f"1/{tickets}")},
        },
        payoffs={"keep": {"ann": "p"}} | {f"buy, {t}": {"ann": 90 * (t == "t0")} for t in draws},
        eras={"now": {"p": valued(1, 0, 9)}},
    )  # fmt: skip


@needs_node
@pytest.mark.parametrize(
    ("tickets", "name", "drawn"), [(39, "(buy)", True), (100, "(keep)", False)]
)
def test_a_tree_of_too_many_ends_is_solved_and_not_drawn(tickets, name, drawn):
    code = "return [found.equilibria[0].name, treePicture(state.model, state, found)]"
    told, picture = opened(classroom([lottery(tickets)]).html, code)
    assert told == name
    assert (picture["svg"] != "") is drawn
    assert (picture["below"] == "The tree has too many ends to be drawn.") is not drawn


# --- somebody does not see ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def breakfast():
    """Beer and quiche with a duel that costs d, a disliked breakfast that costs b, and stakes w."""

    def pays(kind, meal, reply):
        liked = (meal == "beer") == (kind == "strong")
        cost = ["b"] * (not liked) + ["d"] * (reply == "duel")
        wins = "1" if kind == "weak" else "-w"
        return f"-({'+'.join(cost)})" if cost else "0", wins if reply == "duel" else "0"

    return signalling(
        pays, parameters={n: ranging(0, top) for n, top in {"p": 1, "b": 4, "d": 4, "w": 3}.items()},
        eras={"now": {"p": valued(0.6, 0.3, 0.9), "b": valued(1, 0.5, 2), "d": valued(2, 1, 3),
                      "w": valued(1, 0.5, 2)}},
    )  # fmt: skip


BREAKFASTS = [
    {"p": "0.9", "b": "1", "d": "2", "w": "1"},
    {"p": "0.3", "b": "1", "d": "2", "w": "1"},
    {"p": "0.3", "b": "3", "d": "2", "w": "1"},
    {"p": "0.7", "b": "0.5", "d": "0.3", "w": "2.5"},
    {"p": "0.2", "b": "0.4", "d": "3.3", "w": "0.7"},
]


@pytest.mark.parametrize("at", BREAKFASTS)
@needs_node
def test_hidden_moves_are_answered_as_the_package_answers_them(breakfast, at):
    """The package judges candidates that have nothing to do with branches; the page evaluates branches."""
    code = "return found.equilibria.map((e) => [e.name, e.mixes.flat(), e.payoffs, e.pure])"
    told = opened(classroom([breakfast]).html, code, **at)
    right = dilemma.solve(breakfast, at)
    known = {
        e.name: [[float(c) for mix in e.play.values() for c in mix.values()],
                 [float(x) for x in e.payoffs.values()]]
        for e in right
    }  # fmt: skip
    assert told
    for name, play, payoffs, _ in told:
        assert play == pytest.approx(known[name][0])
        assert payoffs == pytest.approx(known[name][1])
    assert {name for name, _, _, pure in told if pure} == {e.name for e in right if e.pure}


@pytest.mark.parametrize("at", BREAKFASTS)
@needs_node
def test_what_is_believed_is_bayes_rule(breakfast, at):
    code = """
    return found.equilibria.map((e) => model("signalling").nodes.map((node, n) => [node.decision, node.history, believed(state.model, found.game, n, e)]));
    """
    right = dilemma.solve(breakfast, at)
    names = opened(classroom([breakfast]).html, "return found.equilibria.map((e) => e.name)", **at)
    p = sp.Rational(at["p"])
    for name, nodes in zip(names, opened(classroom([breakfast]).html, code, **at), strict=True):
        play = right[name].play
        sends = {k: play[f"sender after {k}"] for k in ("strong", "weak")}
        for decision, history, belief in nodes:
            if not decision.startswith("saw"):
                assert belief is None
                continue
            kind, meal = history
            chances = {"strong": p * sends["strong"][meal], "weak": (1 - p) * sends["weak"][meal]}
            total = sum(chances.values())
            wanted = float(chances[kind] / total) if total else None
            assert belief == (None if wanted is None else pytest.approx(wanted))


@needs_node
def test_a_set_is_a_dashed_line_and_each_equilibrium_can_be_drawn(breakfast):
    html, at = classroom([breakfast]).html, BREAKFASTS[0]
    code = """
    return found.equilibria.map((e) => { state.which = e.name; return [e.name, treePicture(state.model, state, found)]; });
    """
    told = opened(html, code, **at)
    assert len(told) == 2
    for name, picture in told:
        marks = [e.get("data-is") for e in ET.fromstring(picture["svg"]).iter()]
        assert marks.count("set") == 2
        assert marks.count("reply") == 6  # at two nodes of the sender's and four of the receiver's
        assert marks.count("reached") == 2
        assert picture["chooses"] == "which"
        assert name in picture["svg"]


@needs_node
def test_a_continuum_is_said(breakfast):
    code = "return [found.open, equilibria(state.model, found)]"
    titles, said = opened(classroom([breakfast]).html, code, **BREAKFASTS[0])
    assert "mixed (beer, retreat, duel/retreat, beer)" in titles
    assert all(f"in which some chances are free: {title}." in said for title in titles)


@needs_node
def test_a_map_of_hidden_moves_tells_all_branches(breakfast):
    code = """
    state.axes = ["p", "b"];
    const { label, called } = zones(state.model);
    return [called(label([0.9, 1, 2, 1])), mapPicture(state.model, state, found).svg.includes("data-is=\\"region\\"")];
    """
    called, drawn = opened(classroom([breakfast]).html, code)
    assert "(beer, retreat, duel, beer)" in called
    assert "(quiche, duel, retreat, quiche)" in called
    assert drawn


@needs_node
def test_the_self_test_agrees(breakfast):
    assert opened(classroom([breakfast]).html, "return disagreements(state.model)") == []


@pytest.mark.parametrize("make", ["entry", "resolve", "breakfast", "lottery"])
@needs_node
def test_words_in_the_tree_do_not_overlap(make, request):
    """Widths are estimated a little too large."""
    model = lottery(39) if make == "lottery" else request.getfixturevalue(make)
    code = "return found.equilibria.map((e) => { state.which = e.name; return treePicture(state.model, state, found).svg; })"
    for drawn in opened(classroom([model]).html, code):
        boxes = []
        for each in ET.fromstring(drawn).iter():
            if each.tag.endswith("}text") and each.text:
                wide, x, y = 6.4 * len(each.text), float(each.get("x")), float(each.get("y"))
                left = x - wide if each.get("text-anchor") == "end" else x
                boxes.append((left, y - 9, left + wide, y + 2, each.text))
        assert boxes
        for one, other in combinations(boxes, 2):
            apart = (
                one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            )
            assert apart, (one[4], other[4])


def test_hidden_moves_and_a_private_type_at_once_are_refused():
    hidden = dilemma.Model(
        name="hidden", title="Hidden", kind="tree", players=rows(ann="Ann", bob="Bob"),
        types={"stake": {"of": "bob", "uniform": [0, 1]}},
        tree={
            "root": {"player": "ann", "actions": ["up", "down"]},
            "up": {"player": "bob", "actions": ["l", "r"], "information": "unseen", "knows": ["stake"]},
            "down": {"player": "bob", "actions": ["l", "r"], "information": "unseen", "knows": ["stake"]},
        },
        payoffs={f"{a}, {b}": {"ann": 0, "bob": "stake"} for a in ("up", "down") for b in "lr"},
    )  # fmt: skip
    with pytest.raises(UnsupportedError, match="a page for class is for games that the page has"):
        classroom([hidden])


def test_more_choices_of_supports_than_are_gone_through_are_refused_by_name():
    with pytest.raises(UnsupportedError, match="forty has 26 information sets"):
        classroom([forty()])
