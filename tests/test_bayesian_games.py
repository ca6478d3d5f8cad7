"""Bayesian games: a table whose players have types, short for a tree."""

import random
from fractions import Fraction
from itertools import product

import pytest
import sympy as sp

import dilemma
from dilemma.errors import ModelError
from signalling_games import number


def support(**sections):
    """Japan does not know whether American resolve is high; all act at once."""
    told = {
        "players": {"japan": {"actions": ["firm", "back"]}, "us": {"actions": ["help", "stay"]}},
        "types": {"us": {"high": "p", "low": "1 - p"}},
        "parameters": {**number("p", 0, 1), **number("c", 0, 3)},
        "payoffs": {
            "high: firm, help": {"japan": "2", "us": "1"},
            "low: firm, help": {"japan": "2", "us": "1 - c"},
            "*: firm, stay": {"japan": "-1", "us": "0"},
            "back, *": {"japan": "0", "us": "0"},
        },
    }
    return dilemma.Model(name="resolve", title="Resolve", kind="bayesian", **{**told, **sections})


def test_it_is_the_tree_that_it_is_short_for():
    nodes = {"root": {"chance": {"high": "p", "low": "1 - p"}}}
    payoffs = {}
    for kind in ("high", "low"):
        nodes[kind] = {"player": "japan", "actions": ["firm", "back"], "information": "japan"}
        for first in ("firm", "back"):
            nodes[f"{kind}, {first}"] = {
                "player": "us", "actions": ["help", "stay"], "information": f"us {kind}",
            }  # fmt: skip
            for second in ("help", "stay"):
                helped = ("2", "1" if kind == "high" else "1 - c")
                paid = (
                    ("0", "0") if first == "back" else helped if second == "help" else ("-1", "0")
                )
                payoffs[f"{kind}, {first}, {second}"] = dict(
                    zip(("japan", "us"), paid, strict=True)
                )
    game = support()
    tree = dilemma.Model(
        name="tree", title="Tree", kind="tree", players={"japan": {}, "us": {}}, tree=nodes,
        payoffs=payoffs, parameters=game.document["parameters"],
    )  # fmt: skip
    assert game.payoffs == tree.payoffs
    assert game.game.nodes == tree.game.nodes
    assert str(dilemma.propositions(game)).replace("Resolve", "Tree") == str(
        dilemma.propositions(tree)
    )


def test_both_may_have_types_and_it_is_what_best_replies_say():
    """Pure equilibria of a game with two types each, against best replies type by type."""
    rng = random.Random(4)
    actions, kinds = ("a", "b"), {"one": ("x", "y"), "two": ("u", "v")}
    chance = {"x": Fraction(1, 3), "y": Fraction(2, 3), "u": Fraction(1, 4), "v": Fraction(3, 4)}
    pays = {
        key: (rng.randint(-3, 3), rng.randint(-3, 3))
        for key in product(*kinds.values(), actions, actions)
    }
    model = dilemma.Model(
        name="both", title="Both", kind="bayesian",
        players={p: {"actions": list(actions)} for p in kinds},
        types={p: {k: str(chance[k]) for k in own} for p, own in kinds.items()},
        payoffs={
            f"{k[0]}, {k[1]}: {k[2]}, {k[3]}": {"one": str(v[0]), "two": str(v[1])}
            for k, v in pays.items()
        },
    )  # fmt: skip
    wanted = set()
    for plan in product(actions, repeat=4):
        does = dict(zip(("x", "y", "u", "v"), plan, strict=True))

        def worth(who, kind, action, does=does):
            others = kinds["two" if who == 0 else "one"]
            return sum(
                chance[o] * pays[
                    (kind, o, action, does[o]) if who == 0 else (o, kind, does[o], action)
                ][who]
                for o in others
            )  # fmt: skip

        if all(
            worth(who, kind, does[kind]) == max(worth(who, kind, a) for a in actions)
            for who, own in enumerate(kinds.values())
            for kind in own
        ):
            wanted.add(", ".join(does[k] for k in ("x", "y", "u", "v")))
    found = {e.branch for e in dilemma.solve(model) if "/" not in e.branch}
    order = [model.game.decisions[d].name for d in model.game.decisions]
    places = [order.index(d) for d in ("one x", "one y", "two u", "two v")]
    assert {", ".join(name.split(", ")[k] for k in places) for name in found} == wanted


def test_claims_speak_of_types():
    model = support(
        outcomes={
            "helped": {"is": "probability(help, after='low')", "unit": "1", "means": "helped"}
        }
    )
    (verdict,) = dilemma.prove(
        model,
        model.make_claim("helped == 0", given="c > 1 and p > 0 and p < 1", over="all"),
        cache=False,
    )
    assert verdict.status == "disproved"  # where Japan gives way, what is played costs nothing
    assert "probability(help, after='low')" in model.to_toml()


def test_nobody_signals_where_all_act_at_once():
    helped = {"is": "probability(help, after='low')", "unit": "1", "means": "helped"}
    model = support(outcomes={"helped": helped})
    with pytest.raises(ModelError, match="a sender of some type signals"):
        model.make_claim("helped == 0", over="all", among="intuitive")


def test_its_file_reads_back_and_goes_to_gambit(tmp_path, typed):
    path = tmp_path / "resolve.toml"
    path.write_text(support(eras={"then": {"p": 0.5, "c": 2}}).to_toml())
    again = dilemma.load(path)
    assert again.kind == "bayesian"
    assert again.payoffs == support().payoffs
    assert typed("convert", path, tmp_path / "resolve.efg").code == 0
    assert len(dilemma.solve(tmp_path / "resolve.efg")) == len(dilemma.solve(path, "then"))


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ({"types": {"us": {"high": "p", "low": "1 - q"}}}, r"unknown name 'q': types\.us\.low"),
        ({"types": {"us": {"high": "p", "low": "p"}}}, r"sum to 2\*p, not to 1"),
        ({"types": {"uk": {"a": "1"}}}, "no player 'uk'"),
        ({"types": {"us": {"root": "p", "low": "1 - p"}}}, r"'root' is where .* begins: types\.us\.root"),
        ({"types": {"us": {"high": None, "low": None}}}, "at least one type is wanted"),
        ({"players": {"us": {"actions": ["help", "help"]}}}, "actions that differ are wanted"),
        ({"payoffs": {"mid: firm, help": {"japan": "0", "us": "0"}}}, "of no types and actions"),
        ({"payoffs": {"*: firm, stay": None}}, "nothing is said of 'high: firm, stay'"),
        ({"payoffs": {"high: firm": {"japan": "0", "us": "0"}}}, "not a type of each player"),
        ({"payoffs": {"*: firm, stay": {"japan": "z"}}}, r"unknown name 'z': payoffs\.\*: firm, stay"),
        ({"tree": {"root": {"player": "us", "actions": ["a"]}}}, "a section of another kind"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_where_it_stands(sections, told):
    with pytest.raises(ModelError, match=told):
        support().replace(**sections)


def test_expected_payoffs_of_plans_are_those_of_the_types():
    form = support().strategic()
    p, c = sp.symbols("p c", real=True)
    us = form.payoffs["firm", "help_help"]["us"]
    assert sp.expand(us - (p + (1 - p) * (1 - c))) == 0
