"""Networks that war leaves alone, against a brute force from the definition that shares no code."""

import itertools
import random

import pytest
import sympy as sp

import dilemma
from dilemma.errors import CalibrationError, DilemmaError, DisagreementError, ModelError
from dilemma.games.network import networks
from dilemma.games.network.symmetry import relabelled
from dilemma.games.network.war import War
from questions import QUESTIONS
from small_games import ranging, valued

NAMES = ("ann", "bob", "carl", "dora", "emil")
ANSWERED = {
    "along", "compare", "diagrams", "identify", "measure_first", "propositions", "prove", "region_map",
    "regions", "sample", "sensitivity", "sheet", "solve", "sweep", "timeline", "to_pandas", "to_xarray",
    "tornado", "trace",
}  # fmt: skip


def alliances(count, *, threshold="lam", **more):
    """Return countries with strengths of their own, each of which may ally with any other."""
    names = NAMES[:count]
    strengths = {f"M_{name}": ranging(0, "inf", open="low") for name in names}
    about = {
        "players": {name: {"strength": f"M_{name}"} for name in names},
        "links": {"between": list(names), "stable": "war", "threshold": threshold},
        "parameters": {**strengths, "lam": ranging(0, "inf", open="low")},
        "payoffs": dict.fromkeys(names, "0"),
        "outcomes": {"links": {"is": "number_of_links()", "unit": "links", "means": "links"}},
    }
    return dilemma.Model(name="war", title="War", kind="network", **(about | more))


# --- by definition ---------------------------------------------------------------------------------


def vulnerable(country, links, strength, threshold):
    """Tell whether some country and some of its allies beat another one and the rest of its allies."""
    allies = {p: {q for link in links for q in link if p in link} - {p} for p in strength}
    for leader in set(strength) - {country}:
        for size in range(len(allies[leader]) + 1):
            for joined in itertools.combinations(allies[leader] - {country}, size):
                attack = {leader, *joined}
                defence = ({country} | allies[country]) - attack
                if sum(map(strength.get, attack)) > threshold * sum(map(strength.get, defence)):
                    return True
    return False


def by_definition(strength, threshold):
    """Return the war-stable networks, each a set of links."""
    pairs = list(itertools.combinations(strength, 2))
    found = []
    for size in range(len(pairs) + 1):
        for links in map(set, itertools.combinations(pairs, size)):
            with_more = [links, *(links | {pair} for pair in pairs)]
            safe = not any(
                vulnerable(p, more, strength, threshold) for more in with_more for p in strength
            )
            needed = all(
                vulnerable(p, links - {pair}, strength, threshold) for pair in links for p in pair
            )
            if safe and needed:
                found.append(links)
    return found  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_numbers_find_what_the_definition_says(seed):
    drawn = random.Random(seed)
    strength = {name: sp.Integer(drawn.choice([2, 2, 2, 3, 4])) for name in NAMES[:4]}
    threshold = sp.Rational(drawn.randint(1, 12), 3)
    at = {f"M_{name}": str(m) for name, m in strength.items()} | {"lam": str(threshold)}
    found = {e.branch for e in dilemma.solve(alliances(4), **at)}
    assert found == {"no links" for links in by_definition(strength, threshold) if not links}
    assert not any(by_definition(strength, threshold))


@pytest.mark.parametrize("seed", range(20))
def test_an_attack_by_all_allies_is_the_strongest(seed):
    drawn = random.Random(seed)
    strengths = {name: sp.Integer(drawn.randint(0, 9)) for name in NAMES}
    war = War(strengths, sp.Rational(drawn.randint(0, 9), 3))
    pairs = itertools.combinations(NAMES, 2)
    links = [pair for pair in pairs if drawn.random() < 0.5]
    for country in NAMES:
        strongest = max(war.strongest(links, country))
        assert strongest == max(war.excess(*sides) for sides in war.every(links, country))
        assert bool(strongest > 0) is vulnerable(country, links, strengths, war.threshold)


def test_a_link_that_only_one_end_needs_is_not_kept():
    """Cut off from ann, bob falls to carl; ann stands alone: so their alliance is not war-stable."""
    model = alliances(3)
    values = {sp.Symbol(f"M_{n}", real=True): sp.Integer(m) for n, m in zip(NAMES, (5, 1, 3), strict=False)}  # fmt: skip
    values[sp.Symbol("lam", real=True)] = sp.Integer(2)
    pairs = itertools.combinations(NAMES[:3], 2)
    play = {"-".join(pair): {"linked": sp.Integer(int(pair == ("ann", "bob")))} for pair in pairs}
    assert vulnerable("bob", [], {"ann": 5, "bob": 1, "carl": 3}, 2)
    assert model.game.gain(model, values, play) >= 1


# --- for all strengths ----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [3, 4, 5])
def test_no_network_with_a_link_is_war_stable(count):
    """After Jackson and Nei 2015; here for every strength and every threshold."""
    (verdict,) = dilemma.prove(alliances(count), "links == 0", over="all")
    assert verdict.status == "proved"


def test_the_empty_network_is_war_stable_iff_no_two_are_too_strong_for_a_third():
    said = {p.says: p.where for p in dilemma.propositions(alliances(3))}
    when = said["(no links) is an equilibrium"]
    drawn = random.Random(0)
    for _ in range(60):
        m = [sp.Rational(drawn.randint(2, 6)) for _ in range(3)]
        lam = sp.Rational(drawn.randint(2, 12), 3)
        at = {sp.Symbol(f"M_{n}", real=True): v for n, v in zip(NAMES, m, strict=False)}
        at[sp.Symbol("lam", real=True)] = lam
        expected = all(
            m[i] <= lam * m[k] and m[i] + m[j] <= lam * m[k]
            for i, j, k in itertools.permutations(range(3))
        )
        assert bool(when.xreplace(at)) is expected


def test_there_is_none_at_all_where_attack_is_easy():
    assert (
        dilemma.prove(alliances(4), "links == 0", given="lam < 2", over="all")[0].status
        == "vacuous"
    )


# --- which networks are alike ---------------------------------------------------------------------


@pytest.mark.parametrize(("count", "classes"), [(3, 4), (4, 11), (5, 34)])
def test_networks_are_taken_up_to_names_where_strengths_are_free(count, classes):
    """As many as there are graphs without labels (OEIS A000088)."""
    assert len(relabelled(alliances(count))) == classes


@pytest.mark.parametrize(
    "more",
    [
        {"threshold": "lam*M_ann"},
        {"players": {n: {"strength": "M_ann + 1" if n == "ann" else f"M_{n}"} for n in NAMES[:3]}},
        {"parameters": {
            **{f"M_{n}": ranging(0 if n == "ann" else 1, "inf", open="low") for n in NAMES[:3]},
            "lam": ranging(0, 9),
        }},
    ],
)  # fmt: skip
def test_and_each_by_itself_where_they_are_not(more):
    assert len(relabelled(alliances(3, **more))) == 8


def test_players_of_different_strength_are_not_equal():
    model = alliances(3, players={n: {"strength": "M_ann" if n != "carl" else "2*M_ann"} for n in NAMES[:3]}, parameters={"M_ann": ranging(0, 9, open="low"), "lam": ranging(0, 9)})  # fmt: skip
    from dilemma.games.network.symmetry import exchanges

    assert [e.players["ann"] for e in exchanges(model)] == ["bob"]


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"players": {"ann": {"strength": "1"}, "bob": {}, "carl": {"strength": "1"}}}, "how strong is bob?"),
        ({"links": {"between": list(NAMES[:3]), "threshold": "2"}}, "a threshold decides nothing here"),
        ({"links": {"between": list(NAMES[:3])}}, "strength decides nothing here"),
        ({"links": {"between": list(NAMES[:3]), "stable": "war", "threshold": "lamb"}}, "did you mean 'lam'"),
        ({"links": {"between": list(NAMES[:3]), "stable": "wars"}}, "pairwise or war"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_a_way_out(more, said):
    with pytest.raises(ModelError, match=said.replace("?", r"\?")):
        alliances(3, **more)


def test_strengths_that_may_be_negative_are_left_to_given_values():
    model = alliances(3, parameters={**{f"M_{n}": ranging(-1, 9) for n in NAMES[:3]}, "lam": ranging(0, 9)})  # fmt: skip
    with pytest.raises(DilemmaError, match="nought or more"):
        dilemma.propositions(model)
    with pytest.raises(CalibrationError, match="nought or more is wanted"):
        dilemma.solve(model, M_ann="-1", M_bob="1", M_carl="1", lam="2")


def test_a_disagreement_stops(monkeypatch):
    monkeypatch.setattr(networks, "_judged_in_war", lambda *_: (False, []))
    with pytest.raises(DisagreementError):
        dilemma.solve(alliances(3), M_ann="1", M_bob="1", M_carl="1", lam="2")


@pytest.mark.slow
@pytest.mark.parametrize("question", sorted(QUESTIONS))
def test_a_question_is_answered_or_refused_by_name(question):
    common = {"M_ann": valued(1, 0.9, 1.1), "M_bob": valued(1, 0.9, 1.1)}
    eras = {
        name: {"title": name, "M_carl": valued(m, m, m + 1), "lam": valued(lam, lam, lam + 1)}
        for name, m, lam in (("before", 1, 3), ("after", 2, 5))
    }
    model = alliances(3, common=common, eras=eras)
    if question in {*ANSWERED, "attribute"}:
        assert str(QUESTIONS[question](model))
    else:
        with pytest.raises(DilemmaError):
            QUESTIONS[question](model)
