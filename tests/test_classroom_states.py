"""Games of states and of links on the classroom page: against answers that are worked out here.

What is right is written out from what each model's file says in words: networks by brute force, values by
iteration or bisection, ways to play from the definition.  None of it uses this package.
"""

import csv
import io
import xml.etree.ElementTree as ET
from itertools import combinations, permutations, product

import numpy as np
import pytest
import sympy as sp

import dilemma
from classroom_page import about, draws, floats, needs_node, page, run
from dilemma import classroom
from dilemma.errors import ModelError, UnsupportedError
from small_games import ranging, valued

pytestmark = [needs_node, pytest.mark.slow]
COUNT = 400


SOLVED = """
const m = CONTENT.models.find((each) => each.name === given.name);
return given.at.map((values) => {
  const found = solve(m, values), told = {};
  return found.equilibria.map((e) => ({
    name: e.name, payoffs: e.payoffs, worth: e.worth ?? null, cutoffs: (e.cutoffs ?? []).map((c) => c.value),
    outcomes: Object.fromEntries(m.outcomes.map((o, k) => [o.name, e.outcomes[k]])),
  }));
});
"""
OPEN = """
begin(CONTENT.models.find((m) => m.name === given.name), given.era);
state.shows = { replies: given.shows, equilibria: given.shows, kind: given.shows };
for (const [name, text] of Object.entries(given.moves)) {
  const k = state.model.parameters.findIndex((p) => p.name === name);
  state.texts[k] = text; state.values[k] = float(text); state.moved.add(name);
}
const found = solve(state.model, state.values);
"""


def opened(code, name, era="post_cold_war", *, html=None, shows=True, **moves):
    given = {"name": name, "era": era, "shows": shows, "moves": moves}
    return run(html or page(), OPEN + code, given)


def calibrations(name, count=COUNT, **within):
    """Draw from the sliders, some parameters from an interval, as mappings of names to floats."""
    names = [p["name"] for p in about(page(), name)["parameters"]]
    rows = floats(draws(page(), name, count, seed=11))
    random = np.random.default_rng(12)
    told = [dict(zip(names, row, strict=True)) for row in rows]
    for row in told:
        row.update({p: random.uniform(*ends) for p, ends in within.items()})
    return told


def shown(name, rows, html=None):
    given = {"name": name, "at": [list(row.values()) for row in rows]}
    return run(html or page(), SOLVED, given)


# --- links: every network by brute force --------------------------------------------------------

SPOKES = ("japan", "rok", "australia", "asean")
PAIRS = list(combinations(range(4), 2))
GRAPHS = [g for size in range(7) for g in combinations(range(6), size)]


def first_alike():
    """For each network the first that it becomes by exchanging the spokes that are equal."""
    first = {}
    for graph in GRAPHS:
        if graph in first:
            continue
        for order in permutations((1, 2, 3)):
            to = dict(zip(range(4), (0, *order), strict=True))
            moved = {tuple(sorted((to[a], to[b]))) for a, b in (PAIRS[k] for k in graph)}
            there = tuple(k for k, pair in enumerate(PAIRS) if pair in moved)
            first.setdefault(there, graph)
    return first


FIRST = first_alike()


def called(graph):
    if len(graph) in (0, 6):
        return "(all linked)" if graph else "(no links)"
    return f"({', '.join('-'.join(SPOKES[a] for a in PAIRS[k]) for k in graph)})"


def attention(graph, at):
    """Return what the hub chooses: it spreads attention where that is worth most to it."""
    worth = np.array([at["v_J"], at["v_K"], at["v_K"], at["v_K"]])
    curved = np.eye(4) + at["kappa"]
    for k in graph:
        a, b = PAIRS[k]
        curved[a, b] -= at["sigma"]
        curved[b, a] -= at["sigma"]
    return np.linalg.solve(curved, worth), curved, worth


def networks(at):
    """Return each stable network's payoffs and attention, and the smallest gain that decides."""
    paid, seen = {}, {}
    for graph in GRAPHS:
        x, curved, worth = attention(graph, at)
        degree = np.array([sum(i in PAIRS[k] for k in graph) for i in range(4)])
        spokes = at["beta"] * x + (at["b"] - at["f"]) * degree
        paid[graph] = (worth @ x - x @ curved @ x / 2, *spokes)
        seen[graph] = x
    closest, found = min(abs(v) for x in seen.values() for v in x), {}
    for graph in GRAPHS:
        stands = (seen[graph] > 0).all()
        for k, (a, b) in enumerate(PAIRS):
            there = tuple(sorted(set(graph) ^ {k}))
            gains = [paid[there][1 + i] - paid[graph][1 + i] for i in (a, b)]
            closest = min(closest, *map(abs, gains))
            blocked = min(gains) < 0 if k not in graph else max(gains) < 0
            stands = stands and blocked and (seen[there] > 0).all()
        if stands:
            found.setdefault(
                called(FIRST[graph]), (paid[FIRST[graph]], seen[FIRST[graph]], len(FIRST[graph]))
            )
    return found, closest


def test_stable_networks_are_those_of_the_definition():
    rows = calibrations("network", COUNT // 2) + calibrations("network", COUNT // 2, f=(0, 0.9))
    kept, kinds = 0, set()
    for at, told in zip(rows, shown("network", rows), strict=True):
        right, closest = networks(at)
        if closest < 1e-7:
            continue  # on a border
        kept += 1
        kinds.add(tuple(sorted(right)))
        assert {e["name"] for e in told} == set(right), at
        for e in told:
            paid, x, size = right[e["name"]]
            assert e["payoffs"] == pytest.approx(paid, rel=1e-9, abs=1e-9)
            assert [e["outcomes"][n] for n in ("x_J", "x_K", "x_A", "x_S")] == pytest.approx(x)
            assert e["outcomes"]["share"] == pytest.approx(x[0] / x.sum())
            assert e["outcomes"]["links"] == size
    assert kept > 0.9 * len(rows)
    assert () in kinds
    assert len(kinds) > 8


# --- an offer: values by bisection --------------------------------------------------------------


def talks(at):
    """Return the chance of waiting, the cutoff and both values, from what waiting is worth to both."""
    low, high = at["mu"] - at["w"], at["mu"] + at["w"]
    flow = at["r_J"] + at["r_U"] - at["k"]

    def surplus(least):
        if least <= low:
            return (low + high) / 2 - least
        return max(high - least, 0) ** 2 / (2 * (high - low))

    def excess(total):
        return total - flow - at["delta"] * total - surplus(flow + at["delta"] * total)

    down, up = -1e4, 1e4
    for _ in range(200):
        middle = (down + up) / 2
        down, up = (middle, up) if excess(middle) < 0 else (down, middle)
    least = flow + at["delta"] * down
    waiting = min(max((least - low) / (high - low), 0), 1)
    values = [
        (at[own] - at["k"] / 2 + surplus(least) / 2) / (1 - at["delta"]) for own in ("r_J", "r_U")
    ]
    return waiting, least, values


def test_consensus_is_what_waiting_is_worth():
    rows, kinds = calibrations("consensus"), set()
    for at, (told,) in zip(rows, shown("consensus", rows), strict=True):
        waiting, least, values = talks(at)
        kinds.add(told["name"])
        assert told["outcomes"]["waiting"] == pytest.approx(waiting, abs=1e-7)
        assert told["outcomes"]["efficiency"] == pytest.approx(1 - waiting, abs=1e-7)
        assert told["outcomes"]["reservation"] == pytest.approx(least, rel=1e-7, abs=1e-7)
        if waiting < 1:
            assert told["outcomes"]["delay"] == pytest.approx(1 / (1 - waiting) - 1, rel=1e-4)
        else:
            assert told["outcomes"]["delay"] is None
        assert told["payoffs"] == pytest.approx(values, rel=1e-7, abs=1e-7)
        if told["name"] == "(agree/wait)":
            assert told["cutoffs"] == pytest.approx([least], rel=1e-7)
    assert kinds == {"(agree)", "(agree/wait)", "(wait)"}


def test_what_is_never_reached_takes_no_time_that_could_be_told():
    """A common policy is worth nothing, and waiting pays: nobody agrees."""
    moves = {"mu": "0.5", "w": "0.2", "r_J": "40", "r_U": "40", "k": "0"}
    code = "return [found.equilibria.map((e) => e.name), equilibria(state.model, found)]"
    names, said = opened(code, "consensus", **moves)
    assert names == ["(wait)"]
    assert "how long consensus is expected to take: <b>undefined</b>" in said


# --- one who decides: values by iteration -------------------------------------------------------


def alliance(at):
    """Return the best way to play and the values of both states, by iterating the best reply."""
    v = at["threat"] * (1 - at["cover"]) + at["scope"] - at["upkeep"]
    exit_ = at["unwinding"] * at["intensity"] * at["past_threat"] * (1 - at["past_cover"])
    d, change, luck, found = at["delta"], at["change"], at["luck"], at["K"]
    allied = apart = 0.0
    for _ in range(6000):
        stay_in = d * ((1 - change) * allied - change * (1 - luck) * exit_)
        stay_out = d * ((1 - change) * apart - change * luck * found)
        ways = ((v + stay_in, -exit_ + stay_out), (v - found + stay_in, stay_out))
        allied, apart = max(ways[0]), max(ways[1])
    keeps, founds = (own[0] - own[1] for own in ways)
    name = f"({'keep' if keeps > 0 else 'leave'}, {'found' if founds > 0 else 'stay'})"
    return name, allied, apart, min(abs(keeps), abs(founds))


def test_an_alliance_with_assets_is_kept_and_founded_where_that_is_best():
    rows, names = calibrations("assets"), set()
    for at, told in zip(rows, shown("assets", rows), strict=True):
        name, allied, apart, closest = alliance(at)
        if closest < 1e-6:
            continue
        names.add(name)
        (only,) = told
        assert only["name"] == name
        assert only["worth"][0] == pytest.approx([allied], rel=1e-8, abs=1e-8)
        assert only["worth"][1] == pytest.approx([apart], rel=1e-8, abs=1e-8)
        assert only["outcomes"]["premium"] == pytest.approx(allied - apart, rel=1e-8, abs=1e-8)
        assert only["outcomes"]["kept"] == float(name.startswith("(keep"))
    assert names == {"(keep, found)", "(keep, stay)", "(leave, stay)"}


# --- a repeated alliance: the definition --------------------------------------------------------

MOVES = ("support", "shirk", "leave")


def stage(mine, other, at):
    """Return what a player is paid in a period together."""
    x = (at["threat"] + at["scope"]) / at["c"]
    if "leave" in (mine, other):
        return at["o"]
    gets = (at["threat"] + at["scope"]) * x if other == "support" else 0
    return gets - (at["c"] * x**2 / 2 if mine == "support" else 0)


def together(mine, other, at):
    """Return what it is worth per period that both always play so, once apart for good."""
    if mine == other == "support":
        return stage(mine, other, at)
    return (1 - at["delta"]) * stage(mine, other, at) + at["delta"] * at["o"]


def nobody_gains(one, two, at):
    """Return the least that a deviation, once, costs either of two."""
    lost = []
    for mine, other in ((one, two), (two, one)):
        now = together(mine, other, at)
        for instead in MOVES:
            if instead == mine:
                continue
            follows = now if instead == other == "support" else at["o"]
            lost.append(now - (1 - at["delta"]) * stage(instead, other, at) - at["delta"] * follows)
    return min(lost)


def test_a_repeated_alliance_has_the_equilibria_of_the_definition():
    rows, several = calibrations("repeated"), set()
    for at, told in zip(rows, shown("repeated", rows), strict=True):
        lost = {(a, b): nobody_gains(a, b, at) for a, b in product(MOVES, MOVES)}
        if any(1e-12 < abs(v) < 1e-7 for v in lost.values()):
            continue
        right = {f"({a}, {b})" for (a, b), v in lost.items() if v >= -1e-12}
        assert {e["name"] for e in told} == right, at
        several.add(len(right))
        for e in told:
            one, two = e["name"][1:-1].split(", ")
            assert e["payoffs"] == pytest.approx([together(one, two, at), together(two, one, at)])
            assert e["worth"][1] == pytest.approx([at["o"]] * 2)
            assert e["outcomes"]["lasting"] == float(one == two == "support")
    assert len(several) > 1


def least_patience(at):
    """Return the least discount factor at which support lasts, by bisection; None if none does."""

    def lasts(delta):
        return nobody_gains("support", "support", {**at, "delta": delta}) >= 0

    low, high = 0.0, 1.0
    if not lasts(high):
        return None
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if lasts(middle) else (middle, high)
    return high


def test_the_least_patience_and_the_deepest_support_are_what_bisection_finds():
    rows, found = calibrations("repeated"), 0
    for at, told in zip(rows, shown("repeated", rows), strict=True):
        least, outcomes = least_patience(at), told[0]["outcomes"]
        b, c, o, d = at["threat"] + at["scope"], at["c"], at["o"], at["delta"]
        if least is None:
            assert outcomes["enough"] is None
        elif least < 1 - 1e-6:
            found += 1
            assert outcomes["enough"] == pytest.approx(least, abs=1e-6)
        depths = np.linspace(0, 2 * b / c, 4001)
        lasting = depths[d * b * depths - c * depths**2 / 2 >= d * o - 1e-12]
        deepest = lasting.max() if len(lasting) else 0
        assert outcomes["reach"] == pytest.approx(deepest, abs=2 * b / c / 1000)
    assert 100 < found < COUNT


# --- other games than the shipped ones ----------------------------------------------------------


@pytest.fixture(scope="module")
def attrition():
    """Both wait or concede; who mixes is indifferent."""
    titles = {p: {"title": p.title(), "discount": "d"} for p in ("ann", "bob")}
    moves = {p: ["wait", "concede"] for p in titles}
    paid = {
        "concede, concede": (0, 0),
        "concede, wait": (0, "d*D"),
        "wait, concede": ("d*D", 0),
        "wait, wait": ("-c", "-c"),
    }
    return dilemma.Model(
        name="attrition", title="Attrition", kind="dynamic", players=titles, values="summed",
        parameters={"d": ranging(0, 1, open="both"), "D": ranging(0, 9), "c": ranging(0, 9, open="low")},
        states={"talks": moves, "over": {}},
        stages={
            **{
                f"talks: {done}": {
                    "pays": {"ann": str(one), "bob": str(two)},
                    "next": "talks" if done == "wait, wait" else "over",
                }
                for done, (one, two) in paid.items()
            },
            "over": {"next": "over"},
        },
        outcomes={"time": {"is": "expected_time(over) - 1", "unit": "1", "means": "time"}},
        eras={"now": {"d": valued(0.9, 0.8, 0.95), "D": valued(3, 1, 5), "c": valued(0.25, 0.1, 1)}},
    )  # fmt: skip


@pytest.fixture(scope="module")
def attrition_page(attrition):
    return classroom([attrition]).html


def test_who_mixes_is_indifferent(attrition_page):
    """The other concedes with probability c/(d*D + c): then to wait is worth as much as to concede."""
    random = np.random.default_rng(3)
    rows = [
        dict(zip("dDc", map(float, random.uniform((0.1, 0.5, 0.1), (0.98, 8, 5))), strict=True))
        for _ in range(100)
    ]
    for at, told in zip(rows, shown("attrition", rows, attrition_page), strict=True):
        names = {e["name"] for e in told}
        assert {"(wait, concede)", "(concede, wait)"} <= names
        (mixed,) = (e for e in told if "/" in e["name"])
        concedes = at["c"] / (at["d"] * at["D"] + at["c"])
        assert mixed["payoffs"] == pytest.approx([0, 0], abs=1e-9)
        assert mixed["outcomes"]["time"] == pytest.approx(1 / (1 - (1 - concedes) ** 2) - 1)


def test_the_cases_of_the_self_test_are_reproduced(attrition_page):
    assert run(attrition_page, "return disagreements(CONTENT.models[0]).map((c) => c.says)") == []


def test_a_game_with_a_discount_factor_of_one_is_none(attrition_page):
    code = "return [found.equilibria.length, equilibria(state.model, found), asLatex(state.model, state, found), PICTURES.dynamic.map((p) => p(state.model, state, found).svg)]"
    number, said, saved, drawn = opened(code, "attrition", "now", html=attrition_page, d="1")
    assert (number, saved) == (0, None)
    assert "no game here, because of a discount factor d of 1 or more" in said
    assert all(ET.fromstring(picture).tag.endswith("svg") for picture in drawn)


@pytest.fixture(scope="module")
def circle():
    """Three who each want one neighbour and not the other go round in a circle."""
    wants = {"ann": ("bob", "carl"), "bob": ("carl", "ann"), "carl": ("ann", "bob")}
    return dilemma.Model(
        name="circle", title="Circle", kind="network", links={"between": list(wants)},
        players={name: {"title": name.title(), "unit": "util"} for name in wants},
        parameters={"p": ranging(0, 9)},
        payoffs={
            i: f"2*linked({i}, {a}) + linked({i}, {b}) - p*linked({i}, {a})*linked({i}, {b})"
            for i, (a, b) in wants.items()
        },
        eras={"now": {"p": valued(2, 1, 3)}},
    )  # fmt: skip


def test_where_no_network_is_stable_the_page_says_so(circle):
    html = classroom([circle]).html
    code = "return [found.equilibria.length, equilibria(state.model, found), networkPicture(state.model, state, found).svg]"
    number, said, drawn = opened(code, "circle", "now", html=html)
    assert number == len(dilemma.solve(circle, p=2)) == 0
    assert "No network is stable here" in said
    assert "No network is stable here" in drawn
    assert opened(
        "return found.equilibria.map((e) => e.name)", "circle", "now", html=html, p="0"
    ) == ["(all linked)"]


def test_a_payoff_without_a_value_is_no_game(circle):
    odd = circle.replace(name="odd", payoffs={"ann": "linked(ann, bob)/p"})
    code = "return [found.equilibria.length, equilibria(state.model, found), networkPicture(state.model, state, found).svg]"
    number, said, drawn = opened(code, "odd", "now", html=classroom([odd]).html, p="0")
    assert number == 0
    assert "no value here" in said
    assert ET.fromstring(drawn).tag.endswith("svg")


def test_more_who_may_link_than_are_solved_in_symbols_are_refused():
    names = ["a1", "a2", "a3", "a4", "a5"]
    model = dilemma.Model(
        name="five", title="Five", kind="network", links={"between": names},
        players={n: {} for n in names}, payoffs={n: f"degree({n})" for n in names},
    )  # fmt: skip
    with pytest.raises(UnsupportedError, match="a page for class is for games that the page has"):
        classroom([model])


# --- how far a slider goes ----------------------------------------------------------------------


def asked(to):
    question = {"asks": "How far?", "era": "post_cold_war", "moves": "r_J", "to": to}
    return dilemma.load("consensus").replace(name="asked", questions={"far": question})


def test_a_question_may_say_how_far_its_slider_goes(tmp_path):
    model = asked(3)
    (told,) = (
        p for p in about(classroom([model]).html, "asked")["parameters"] if p["name"] == "r_J"
    )
    assert float(told["slider"][1]) >= 3
    (tmp_path / "asked.toml").write_text(model.to_toml(), encoding="utf-8")
    assert dilemma.load(tmp_path / "asked.toml").questions["far"].to == 3


def test_how_far_a_slider_goes_is_a_number():
    with pytest.raises(ModelError, match=r"questions\.far\.to"):
        asked("far")


# --- what is drawn ------------------------------------------------------------------------------


def marks(svg):
    told = [each.get("data-is") for each in ET.fromstring(svg).iter()]
    return {mark: told.count(mark) for mark in set(told) if mark}


@pytest.mark.parametrize(("era", "links"), [("cold_war", 0), ("post_cold_war", 6)])
def test_links_that_are_there_are_solid_and_all_others_faint(era, links):
    told = marks(opened("return networkPicture(state.model, state, found).svg", "network", era))
    assert (told.get("link", 0), told.get("possible", 0)) == (links, 6 - links)
    assert told["tie"] == 4  # of the hub with each spoke


def test_a_hidden_network_draws_nobody_linked():
    told = marks(
        opened("return networkPicture(state.model, state, found).svg", "network", shows=False)
    )
    assert told == {"possible": 6, "tie": 4}


def test_thickness_is_what_is_chosen():
    drawn = opened("return networkPicture(state.model, state, found).svg", "network")
    wide = [
        float(e.get("stroke-width"))
        for e in ET.fromstring(drawn).iter()
        if e.get("data-is") == "tie"
    ]
    x = [
        float(v)
        for v in list(dilemma.solve(dilemma.load("network"), "post_cold_war")[0].outcomes.values())[
            :4
        ]
    ]
    assert np.argmax(wide) == np.argmax(x) == 0
    assert (wide[1] - 1.5) / (wide[0] - 1.5) == pytest.approx(x[1] / x[0], abs=1e-2)


def test_step_one_shows_who_would_both_link_first():
    code = """
    state.shows = { replies: true, equilibria: false, kind: false };
    return networkPicture(state.model, state, found).svg;
    """
    assert "reply" not in marks(opened(code, "network", "cold_war"))
    assert marks(opened(code, "network", "post_cold_war"))["reply"] == 6


def test_of_several_stable_networks_each_can_be_drawn():
    code = """
    return found.equilibria.map((e) => { state.which = e.name; return [e.name, networkPicture(state.model, state, found).svg, drawnChooser(found.equilibria, e)]; });
    """
    told = opened(code, "network", "cold_war", f="0.4")
    assert [name for name, *_ in told] == ["(no links)", "(all linked)"]
    assert [marks(svg).get("link", 0) for _, svg, _ in told] == [0, 6]
    assert all(name in svg for name, svg, _ in told)
    assert all(chooser.count("<option") == 2 for *_, chooser in told)


@pytest.mark.parametrize(
    ("name", "reached"),
    [("consensus", {"talks", "over"}), ("assets", {"allied", "dismantling", "changed"})],
)
def test_states_that_play_gets_to_are_filled(name, reached):
    code = "return [[...visited(state.model, found.game, found.equilibria[0])], statesPicture(state.model, state, found).svg]"
    states, drawn = opened(code, name)
    assert set(states) == reached
    assert marks(drawn)["reached"] == len(reached)


def test_bold_is_what_is_done_in_the_equilibrium_that_is_drawn():
    code = """
    return found.equilibria.map((e) => { state.which = e.name; return [e.name, routesOf(state.model, found.game, e).filter((r) => r.done).map((r) => [r.from, r.to]), statesPicture(state.model, state, found).svg]; });
    """
    told = opened(code, "repeated")
    assert [name for name, *_ in told] == list(
        dilemma.solve(dilemma.load("repeated"), "post_cold_war").names
    )
    for name, routes, drawn in told:
        to = "together" if name == "(support, support)" else "apart"
        assert sorted(routes) == sorted([["together", to], ["apart", "apart"]])
        assert marks(drawn)["reply"] == 2


def test_chances_stand_at_arrows_and_cutoffs_at_what_is_decided():
    drawn = opened("return statesPicture(state.model, state, found).svg", "consensus")
    texts = [e.text for e in ET.fromstring(drawn).iter() if e.text]
    cutoff = dilemma.solve(dilemma.load("consensus"), "post_cold_war")[0].cutoffs["offer"]
    assert f"agree 0.383 (s ≥ {float(cutoff.value):.4g})" in texts
    assert f"wait 0.617 (s < {float(cutoff.value):.4g})" in texts


@pytest.mark.parametrize("name", ["network", "consensus", "assets", "repeated"])
def test_words_in_the_diagram_do_not_overlap(name):
    """Widths are estimated a little too large."""
    code = "return [networkPicture, statesPicture].filter((p) => PICTURES[state.model.kind].includes(p)).map((p) => found.equilibria.map((e) => { state.which = e.name; return p(state.model, state, found).svg; })).flat()"
    for era in ("cold_war", "post_cold_war"):
        for drawn in opened(code, name, era):
            boxes = []
            for each in ET.fromstring(drawn).iter():
                if each.tag.endswith("}text") and each.text and each.get("x"):
                    size = float(each.get("font-size", 12))
                    wide, x, y = (
                        0.56 * size * len(each.text),
                        float(each.get("x")),
                        float(each.get("y")),
                    )
                    left = {"middle": x - wide / 2, "end": x - wide}.get(each.get("text-anchor"), x)
                    boxes.append((left, y - 0.8 * size, left + wide, y, each.text))
            for one, other in combinations(boxes, 2):
                apart = (
                    one[2] <= other[0]
                    or other[2] <= one[0]
                    or one[3] <= other[1]
                    or other[3] <= one[1]
                )
                assert apart, (era, one[4], other[4])


# --- the map, along, and what is taken along ----------------------------------------------------


@pytest.mark.parametrize(
    ("name", "axes"), [("consensus", ["w", "k"]), ("assets", ["threat", "upkeep"])]
)
def test_shares_of_the_map_are_those_of_the_exact_map(name, axes):
    code = f"""
    state.axes = {axes};
    mapPicture(state.model, state, found);
    return [...MAPS].filter(([key]) => key.startsWith(state.model.name)).map(([key, panel]) => [key, [...panel.told].map(([n, share]) => [zones(state.model).called(n), share])]);
    """
    exact = dilemma.region_map(dilemma.load(name), *axes)
    for panel, (key, told) in zip(exact.panels, opened(code, name), strict=True):
        assert panel.era in key
        shares = {}
        for region in panel.regions:
            label = " or ".join(f"({own})" for own in region.label)
            shares[label] = shares.get(label, 0) + float(region.box_share)
        mine = dict(told)
        for label in {*shares, *mine}:
            assert mine.get(label, 0) == pytest.approx(shares.get(label, 0), abs=5e-3)


def test_along_a_parameter_an_equilibrium_that_ends_leaves_a_gap():
    code = """
    state.along = "o"; state.drawn = ["lasting"];
    const place = state.model.parameters.findIndex((p) => p.name === "o");
    const runs = threads(state.model, traced(state.model, state, place, [0.05, 6], found));
    return runs.map(({ run }) => [run[0][1].name, run[0][0], run[run.length - 1][0]]);
    """
    runs = {name: (low, high) for name, low, high in opened(code, "repeated", "cold_war")}
    # b**2/c = 441/40: support lasts while delta is at least b**2/(2*(b**2 - c*o)).
    ends = 11.025 * (1 - 1 / (2 * 0.9))
    assert runs["(support, support)"] == pytest.approx((0.05, ends), abs=1e-2)
    assert runs["(leave, leave)"] == pytest.approx((0.05, 6))


@pytest.mark.parametrize("name", ["network", "assets"])
def test_the_csv_file_has_every_equilibrium_and_its_outcomes(name):
    rows = list(
        csv.DictReader(io.StringIO(opened("return asCsv(state.model, state, found)", name)))
    )
    (right,) = dilemma.solve(dilemma.load(name), "post_cold_war")
    own = {r["name"]: r["value"] for r in rows if r["what"] == f"equilibrium 1 {right.name}"}
    for decision, mix in right.play.items():
        for action, chance in mix.items():
            assert sp.Rational(own[f"P({decision} {action})"]) == chance
    for outcome, value in right.outcomes.items():
        assert float(own[outcome]) == pytest.approx(float(value))


def test_latex_is_a_table_of_the_equilibria():
    text = opened("return asLatex(state.model, state, found)", "repeated")
    assert r"\begin{tabular}{lrrrr}" in text
    assert "(support, support) & (shirk, leave) & (leave, shirk) & (leave, leave)" in text
    assert text.count(r"\\") == 9  # a head, two payoffs, six outcomes


def test_why_nobody_leaves_is_told():
    said = opened("return equilibria(state.model, found)", "network")
    assert "to cut Japan – Republic of Korea would cost Japan 0.384" in said
    assert "<code>v - v_keep</code> = " in opened("return equilibria(state.model, found)", "assets")


def test_squares_under_a_stroke_are_bracketed():
    """The critical discount factor 2*c*o/b**2 was printed as 2*c*o/b*b."""
    code = "return found.game.definitions[state.model.fixed.indexOf('some')]"
    assert opened(code, "repeated") == pytest.approx(0.4)
