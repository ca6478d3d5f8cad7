"""Claims at calibrations of which every equilibrium is listed: at the centre of a box, and where z3 points."""

import pytest

import dilemma
from dilemma.claims.cases import Cases
from signalling_games import beer_and_quiche, move, number, positive
from small_games import valued


def asked(model, **claim):
    (verdict,) = dilemma.prove(model.replace(claims={"it": {"says": "it", **claim}}), workers=1)
    return verdict


def telling(name, action, after):
    return {name: {"is": f"probability({action}, after='{after}')", "unit": "1", "means": name}}


@pytest.fixture
def breakfast():
    """At the centre both types have the same for breakfast, whichever that is."""
    model = beer_and_quiche()
    eras = {"now": {n: valued("9/10" if n == "p" else 1) for n in model.parameters}}
    return model.replace(
        outcomes=telling("by_strong", "beer", "strong") | telling("by_weak", "beer", "weak"),
        eras=eras,
    )


def test_what_may_be_is_seen_at_the_centre_before_anybody_lists_branches(breakfast, monkeypatch):
    monkeypatch.delattr(Cases, "possible")
    found = asked(breakfast, over="now", possible="by_strong == by_weak")
    assert found.status == "proved"
    assert found.holds.moved == {"now": ()}


def schultz():
    """An opposition that knows of what resolve a government is, after Schultz 1998, in two types."""
    nodes = {"root": {"chance": {"resolute": "p", "irresolute": "1 - p"}}}
    payoffs = {}
    for kind, right in (("resolute", "-b"), ("irresolute", "b")):
        nodes[kind] = move("government", "challenge silent")
        nodes[f"{kind}, challenge"] = move("opposition", "endorse oppose")
        payoffs[f"{kind}, silent"] = ("0", "0", "0")
        for voice in ("endorse", "oppose"):
            there = f"{kind}, challenge, {voice}"
            nodes[there] = move("rival", "resist concede", voice)
            blamed = {"endorse": ("0", "0"), "oppose": ("-b", right)}[voice]
            fights = ("v - c", "-w") if kind == "resolute" else ("-a", "1")
            payoffs[f"{there}, concede"] = ("v", blamed[0], "0")
            payoffs[f"{there}, resist"] = (fights[0], blamed[1], fights[1])
    players = ("government", "opposition", "rival")
    centre = {"p": "3/10", "v": 1, "c": "3/5", "a": "1/2", "b": "1/2", "w": 1}
    return dilemma.Model(
        name="schultz",
        title="An opposition",
        kind="tree",
        players={p: {} for p in players},
        tree=nodes,
        payoffs={k: dict(zip(players, v, strict=True)) for k, v in payoffs.items()},
        parameters={**number("p", 0, 1), **positive(*"vcabw")},
        outcomes=telling("bluffs", "challenge", "irresolute"),
        eras={"now": {n: valued(x) for n, x in centre.items()}},
    )


@pytest.mark.slow
def test_where_no_equilibrium_does_the_opposite_each_does_what_is_claimed():
    """Nobody bluffs where war is worse than giving in after all, and the resolute are few."""
    assert asked(schultz(), over="all", holds="bluffs == 0").status == "mixed"
