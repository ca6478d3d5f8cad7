"""Games of links: textbook networks, the definition by brute force, and the paper's hub and spokes."""

import itertools
import random

import numpy as np
import pytest
import sympy as sp

import dilemma
from dilemma.errors import DilemmaError, DisagreementError, ModelError
from dilemma.games.network.symmetry import alike, exchanges
from dilemma.games.solution import branches, many
from questions import QUESTIONS

FOUR = ("ann", "bob", "carl", "dora")


def number(name, low=0, high=10, **more):
    return {name: {"range": [low, high], "unit": "1", "means": name, **more}}


def links(names, pays, **more):
    return dilemma.Model(
        name="links", title="Links", kind="network", links={"between": list(names)},
        payoffs={name: pays(name) for name in names},
        **{"players": {name: {} for name in names}, **more},
    )  # fmt: skip


def connections(names=FOUR):
    """Who is near is worth something, a link costs something (Jackson and Wolinsky 1996, section 2)."""

    def pays(i):
        near = " + ".join(f"nearness(delta, {i}, {j})" for j in names if j != i)
        return f"{near} - c*degree({i})"

    parameters = {**number("delta", 0, 1, open="both"), **number("c", open="low")}
    return links(names, pays, parameters=parameters)


def coauthors(names=FOUR):
    """Who writes with many has little time for each (Jackson and Wolinsky 1996, section 4)."""

    def pays(i):
        return " + ".join(
            f"linked({i}, {j})*(1/degree({i}) + 1/degree({j}) + 1/(degree({i})*degree({j})))"
            for j in names
            if j != i
        )

    return links(names, pays)


# --- textbook networks -----------------------------------------------------------------------------

STAR = "(ann-bob, ann-carl, ann-dora)"


def test_cheap_links_make_all_linked_the_one_stable_network():
    """Proposition 2 (ii): so it is for c < delta - delta**2."""
    assert dilemma.solve(connections(), delta="1/2", c="0.24").names == ("(all linked)",)
    said = {p.says: p.words for p in dilemma.propositions(connections())}
    assert said["(all linked) is an equilibrium"] == "delta >= c + delta**2"


def test_the_star_is_stable_but_not_alone_in_between():
    """Proposition 2 (iii): for delta - delta**2 < c < delta."""
    for c in ("0.26", "0.4", "0.49"):
        assert STAR in dilemma.solve(connections(), delta="1/2", c=c).names
    assert len(dilemma.solve(connections(), delta="1/2", c="0.4")) > 1


def test_dear_links_leave_nobody_with_one_link_alone():
    """Proposition 2 (iv): for delta < c whoever is linked has two links or more."""
    for c in ("0.51", "0.6", "0.75", "1.2"):
        found = dilemma.solve(connections(), delta="1/2", c=c)
        assert "(no links)" in found.names
        for network in found:
            degrees = dict.fromkeys(FOUR, 0)
            for pair, on in network.play.items():
                for player in pair.split("-"):
                    degrees[player] += int(on["linked"])
            assert 1 not in degrees.values()


def test_coauthors_write_with_too_many():
    """Proposition 4: stable networks are groups, each far larger than the next: here one of all."""
    found = dilemma.solve(coauthors())
    assert found.names == ("(all linked)",)
    model = coauthors()
    play = {
        "-".join(pair): {"linked": sp.Integer(int(pair in (("ann", "bob"), ("carl", "dora")))), "apart": sp.Integer(1)}
        for pair in itertools.combinations(FOUR, 2)
    }  # fmt: skip
    worth = model.game.worth(model, {}, play)
    assert worth["ann"] == 3  # more than in the stable one: what is efficient is not stable
    assert found[0].payoffs["ann"] == sp.Rational(7, 3)


def test_a_network_may_be_stable_nowhere():
    """Three who each want one neighbour and not the other go round in a circle."""
    wants = {"ann": ("bob", "carl"), "bob": ("carl", "ann"), "carl": ("ann", "bob")}

    def pays(i):
        loved, feared = wants[i]
        return f"2*linked({i}, {loved}) + linked({i}, {feared}) - 2*linked({i}, {loved})*linked({i}, {feared})"

    found = dilemma.solve(links(tuple(wants), pays))
    assert found.names == ()
    assert found.complete


# --- by definition ---------------------------------------------------------------------------------


def by_definition(names, worth):
    """Return the stable networks of payoffs that are given for each set of links."""
    pairs = list(itertools.combinations(names, 2))
    stable = set()
    for size in range(len(pairs) + 1):
        for graph in itertools.combinations(pairs, size):
            if all(not _moved(pair, graph, worth) for pair in pairs):
                stable.add(graph)
    return stable


def _moved(pair, graph, worth):
    there = tuple(p for p in itertools.combinations(FOUR, 2) if (p in graph) != (p == pair))
    gains = [worth(there)[p] - worth(graph)[p] for p in pair]
    if pair in graph:
        return max(gains) > 0
    return max(gains) > 0 and min(gains) >= 0


@pytest.mark.parametrize(
    "seed", [*range(6), *(pytest.param(n, marks=pytest.mark.slow) for n in range(6, 40))]
)
def test_stable_networks_are_those_of_the_definition(seed):
    rng = random.Random(seed)
    pairs = list(itertools.combinations(FOUR, 2))
    own = {(i, pair): rng.randint(-3, 3) for i in FOUR for pair in pairs if i in pair}
    crowd = {i: rng.randint(0, 2) for i in FOUR}

    def pays(i):
        return (
            " + ".join(f"{own[i, p]}*linked({', '.join(p)})" for p in pairs if i in p)
            + f" - {crowd[i]}*degree({i})**2/2"
        )

    def worth(graph):
        told = {}
        for i in FOUR:
            mine = [p for p in graph if i in p]
            told[i] = sum(own[i, p] for p in mine) - crowd[i] * len(mine) ** 2 / 2
        return told

    model = links(FOUR, pays)
    stable = by_definition(FOUR, worth)
    told = {a.graph: a.members for a in alike(model)}
    names = {model.game.called(graph) for graph, members in told.items() if stable & set(members)}
    found = dilemma.solve(model)
    assert {e.branch for e in found} == names
    assert {b.name for b in branches(model) if all(c is sp.true for c in b.conditions)} == names


# --- who is equal ----------------------------------------------------------------------------------


def test_equal_players_are_seen_from_what_they_are_paid():
    assert len(exchanges(connections())) == 6
    assert len(alike(connections())) == 11  # of 64: graphs on four points
    network = dilemma.load("network")
    assert len(exchanges(network)) == 3  # all but Japan
    assert len(alike(network)) == 20


def test_nobody_is_equal_who_is_paid_otherwise():
    def pays(i):
        return f"{FOUR.index(i) + 1}*degree({i}) - c*degree({i})"

    assert exchanges(links(FOUR, pays, parameters=number("c"))) == ()


@pytest.mark.slow
def test_six_who_may_link_are_solved_in_numbers():
    names = (*FOUR, "eve", "fred")

    def pays(i):
        return f"degree({i}) - c*degree({i})**2"

    model = links(names, pays, parameters=number("c"))
    found = dilemma.solve(model, c="0.4", seconds=None)  # one link is enough for each
    assert found.complete
    assert all(sum(on["linked"] for on in e.play.values()) == 3 for e in found)
    with pytest.raises(DilemmaError, match="worked out up to 4"):
        branches(model)


# --- mistakes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"links": {"between": ["ann", "bpb"]}}, "no player 'bpb'"),
        ({"links": {"between": ["ann"]}}, "two players or more"),
        ({"links": {"between": ["ann", "bob"], "needs": "one"}}, "'one' is not allowed"),
        ({"links": {"between": ["ann", "bob"], "stabel": "pairwise"}}, "no key 'stabel'"),
        ({"payoffs": {"ann": "linked(ann, carl)", "bob": "0"}}, "nobody called 'carl' may link"),
        ({"payoffs": {"ann": "linked(ann, ann)", "bob": "0"}}, "ann twice"),
        ({"payoffs": {"ann": "degre(ann)", "bob": "0"}}, "unknown function 'degre'"),
        ({"payoffs": {"ann": "0"}}, "the payoff of 'bob' is missing"),
        ({"players": {"ann": {"choices": {"x": {"range": ["0", "1"]}}}, "bob": {}}}, "an end that could be chosen"),
        ({"outcomes": {"n": {"is": "number_of_links(ann)"}}}, "not what 'number_of_links' is of"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_its_place(more, says):
    usual = {
        "players": {"ann": {}, "bob": {}},
        "links": {"between": ["ann", "bob"]},
        "payoffs": {"ann": "linked(ann, bob)", "bob": "0"},
    }
    with pytest.raises(ModelError, match=says):
        dilemma.Model(name="small", title="Small", kind="network", **{**usual, **more})


def test_disagreeing_routes_stop_with_an_error(monkeypatch):
    model = connections()
    few = branches(model)[:1]
    monkeypatch.setattr("dilemma.games.network.stability.branches", lambda *_, **__: few)
    with pytest.raises(DisagreementError, match="please report"):
        dilemma.solve(model, delta="1/2", c="0.1")


# --- the paper's hub and spokes --------------------------------------------------------------------

SPOKES = ("japan", "rok", "australia", "asean")


def attention(at, graph):
    """Return what the hub gives each spoke at all draws, by steepest ascent of what it is paid."""
    near = np.array([[float((a, b) in graph or (b, a) in graph) for b in SPOKES] for a in SPOKES])
    first = np.stack([at["v_J"], at["v_K"], at["v_K"], at["v_K"]], axis=1)
    sigma, kappa = at["sigma"][:, None], at["kappa"][:, None]
    x = np.ones_like(first)
    for _ in range(300):
        x = x + 0.4 * (first - x + sigma * (x @ near) - kappa * x.sum(axis=1, keepdims=True))
    return x


@pytest.mark.parametrize("era", ["cold_war", "post_cold_war"])
def test_hub_and_spokes_against_steepest_ascent_and_the_definition(era):
    """All 64 networks at 300 calibrations: attention by ascent, then who cuts or adds a link."""
    model, draws = dilemma.load("network"), 300
    stream = np.random.default_rng(11)
    at = {
        n: stream.uniform(float(v.range.low), float(v.range.high), draws)
        for n, v in model.eras[era].values.items()
    }
    paid = {}
    for graph in model.game.graphs():
        degrees = np.array([sum(s in pair for pair in graph) for s in SPOKES])
        paid[graph] = at["beta"][:, None] * attention(at, graph) + np.outer(
            at["b"] - at["f"], degrees
        )
    batch = many(model, {model.parameters[n].symbol: column for n, column in at.items()})
    assert not batch.doubtful.any()
    for own in alike(model):
        stable = np.ones(draws, dtype=bool)
        for pair, there, added in model.game.neighbours(own.graph):
            gains = [
                paid[there][:, SPOKES.index(p)] - paid[own.graph][:, SPOKES.index(p)] for p in pair
            ]
            most, least = np.maximum(*gains), np.minimum(*gains)
            stable &= ~((most > 0) & (least >= 0)) if added else most <= 0
        name = model.game.called(own.graph)
        assert (np.array([name in batch.names(k) for k in range(draws)]) == stable).all()


def test_the_centres_are_those_of_the_theory():
    model = dilemma.load("network")
    (then,), (now,) = dilemma.solve(model, "cold_war"), dilemma.solve(model, "post_cold_war")
    assert (then.name, now.name) == ("(no links)", "(all linked)")
    for found, level, other, share in ((then, 8.667, 2.667, 0.52), (now, 10.517, 5.971, 0.37)):
        assert float(found.outcomes["x_J"]) == pytest.approx(level, abs=5e-4)
        assert float(found.outcomes["x_K"]) == pytest.approx(other, abs=5e-4)
        assert float(found.outcomes["share"]) == pytest.approx(share, abs=5e-4)


ANSWERED = {
    "along", "attribute", "classroom", "compare", "diagrams", "identify", "measure_first", "propositions",
    "prove", "region_map", "regions", "sample", "sensitivity", "sheet", "solve", "sweep", "timeline",
    "to_pandas", "to_xarray", "tornado", "trace",
}  # fmt: skip


@pytest.fixture(scope="module")
def hub():
    """Return a hub with three spokes, two of them alike: each question about the shipped one is long."""
    spokes = {"japan": "v_J", "rok": "v_K", "asean": "v_K"}
    given = {name: f"x_{name}" for name in spokes}
    squares = " + ".join(f"{x}**2" for x in given.values())
    together = " + ".join(
        f"linked({a}, {b})*{given[a]}*{given[b]}" for a, b in itertools.combinations(spokes, 2)
    )
    worth = " + ".join(f"{value}*{given[name]}" for name, value in spokes.items())
    amount = {"range": ["0", "inf"], "open": "both", "unit": "1", "means": "attention"}
    assumed = {"grade": "assumed", "source": "none"}
    common = {"sigma": {"value": 0.1, "range": [0, 0.2], **assumed}}
    eras = {
        name: {
            "title": name,
            "v_J": {"value": 10, "range": [8, 12], **assumed},
            "v_K": {"value": value, "range": [value - 1, value + 1], **assumed},
            "f": {"value": cost, "range": [0, cost + 1], **assumed},
        }
        for name, value, cost in (("before", 4, 3), ("after", 6, 1))
    }
    return dilemma.Model(
        name="network", title="Hub", kind="network", links={"between": list(spokes)},
        players={"us": {"choices": dict.fromkeys(given.values(), amount)}, **{name: {} for name in spokes}},
        parameters={**number("v_J", 0, 20), **number("v_K"), **number("f"), **number("sigma", 0, "1/3")},
        payoffs={
            "us": f"{worth} - ({squares})/2 + sigma*({together})",
            **{name: f"{x} - f*degree({name})" for name, x in given.items()},
        },
        outcomes={"share": {"is": f"x_japan/({' + '.join(given.values())})", "unit": "share", "means": "share"}},
        common=common, eras=eras,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("question", sorted(QUESTIONS))
def test_a_question_is_answered_or_refused_by_name(question, hub):
    if question in ANSWERED:
        assert str(QUESTIONS[question](hub))
    else:
        with pytest.raises(DilemmaError, match="network"):
            QUESTIONS[question](hub)
