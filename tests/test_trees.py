"""Game trees: read with every mistake in its place, solved by backward induction, decided."""

import itertools
import math
import random
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp

import dilemma
from dilemma import Model
from dilemma.errors import CalibrationError, ModelError, UnsupportedError
from dilemma.games.play import deviation_gain, worth
from dilemma.games.tree import backward as trees
from dilemma.games.tree import induction
from dilemma.games.tree.efg import parse_efg, write_efg
from small_games import ranging, valued

TRIANGLE = Path(__file__).parent / "games" / "triangle.toml"


@pytest.fixture(scope="module")
def triangle():
    return dilemma.load(TRIANGLE)


def tree_model(tree, payoffs, **more):
    """Return a model of a tree; players are those who move."""
    players = {row["player"]: {} for row in tree.values() if "player" in row}
    return dilemma.Model(
        name="small", title="A small tree", kind="tree", players=players, tree=tree,
        payoffs=payoffs, **more,
    )  # fmt: skip


def entry(fight="-1", **more):
    return tree_model(
        {
            "root": {"player": "entrant", "actions": ["enter", "stay_out"]},
            "enter": {"player": "incumbent", "actions": ["fight", "yield_"]},
        },
        {
            "stay_out": {"entrant": 0, "incumbent": 2},
            "enter, fight": {"entrant": "-1", "incumbent": fight},
            "enter, yield_": {"entrant": 1, "incumbent": 1},
        },
        **more,
    )


# --- textbook trees --------------------------------------------------------------------------------


def test_an_empty_threat_is_no_equilibrium_of_the_tree():
    found = dilemma.solve(entry())
    assert found.names == ("(enter, yield_)",)
    assert found.complete
    assert found[0].concepts == {"subgame perfect": True, "sequentially rational": True}
    assert found[0].regret == 0
    assert found[0].strict


def test_a_threat_that_pays_is_believed():
    v = {"v": {"range": [-5, 5], "unit": "util", "means": "what fighting pays the incumbent"}}
    model = entry(fight="v", parameters=v)
    assert dilemma.solve(model, {"v": 2}).names == ("(stay_out, fight)",)
    told = {p.says: p.words for p in dilemma.propositions(model)}
    assert told["(stay_out, fight) is an equilibrium"] == "v >= 1"
    assert told["(enter, yield_) is an equilibrium"] == "v <= 1"


def test_a_centipede_stops_at_once():
    tree = {"root": {"player": "ann", "actions": ["take", "go"]}}
    payoffs = {"take": {"ann": 1, "bob": 0}}
    path, players = "go", ["bob", "ann", "bob"]
    for k, player in enumerate(players):
        tree[path] = {"player": player, "actions": ["take", "go"]}
        other = "ann" if player == "bob" else "bob"
        payoffs[f"{path}, take"] = {player: k + 3, other: k}
        path += ", go"
    payoffs[path] = {"ann": 4, "bob": 5}
    found = dilemma.solve(tree_model(tree, payoffs))
    assert found[0].payoffs == {"ann": 1, "bob": 0}
    assert found[0].play["ann first"]["take"] == 1


def test_chance_is_averaged_over():
    model = tree_model(
        {
            "root": {"player": "ann", "actions": ["bet", "keep"]},
            "bet": {"chance": {"rain": "p", "sun": "1 - p"}},
        },
        {"keep": {"ann": 1}, "bet, rain": {"ann": 0}, "bet, sun": {"ann": 3}},
        parameters={"p": {"range": [0, 1], "unit": "probability", "means": "rain"}},
        outcomes={"wet": {"is": "probability(rain)", "unit": "probability", "means": "wet"}},
    )  # fmt: skip
    low = dilemma.solve(model, p="0.5")
    assert low.names == ("(bet)",)
    assert low[0].payoffs["ann"] == sp.Rational(3, 2)
    assert low[0].outcomes["wet"] == sp.Rational(1, 2)
    assert dilemma.solve(model, p="0.9").names == ("(keep)",)


def test_indifference_is_told_and_not_called_complete():
    found = dilemma.solve(entry(fight="1"))
    assert set(found.names) == {"(enter, yield_)", "(stay_out, fight)"}
    assert found.degenerate
    assert "fight and yield_ pay incumbent the same" in found.witness
    assert not found.complete
    assert "may also mix" in found.reason


# --- against the definition ------------------------------------------------------------------------


def random_tree(rng, depth=3):
    """Return the rows and payoffs of a random tree for two players and chance."""
    tree, payoffs = {}, {}

    def grow(history, left):
        key = ", ".join(history) or "root"
        if not left or (history and rng.random() < 0.25):
            payoffs[key] = {"ann": rng.randint(-9, 9), "bob": rng.randint(-9, 9)}
            return
        names = [f"{'abc'[k]}{len(history)}" for k in range(rng.choice([2, 2, 3]))]
        if rng.random() < 0.2 and history:
            tree[key] = {"chance": {n: f"1/{len(names)}" for n in names}}
        else:
            tree[key] = {"player": rng.choice(["ann", "bob"]), "actions": names}
        for name in names:
            grow((*history, name), left - 1)

    grow((), depth)
    return tree, payoffs


def outcome(tree, payoffs, plan, history=()):
    key = ", ".join(history) or "root"
    if key in payoffs:
        return {p: Fraction(v) for p, v in payoffs[key].items()}
    row = tree[key]
    if "chance" in row:
        below = [(Fraction(c), (*history, a)) for a, c in row["chance"].items()]
    else:
        below = [(Fraction(1), (*history, plan[key]))]
    told = [(c, outcome(tree, payoffs, plan, h)) for c, h in below]
    return {p: sum(c * v[p] for c, v in told) for p in ("ann", "bob")}


def is_subgame_perfect(tree, payoffs, plan):
    """Tell whether no player gains by any other plan in any subgame, from the definition."""
    moves = {key: row for key, row in tree.items() if "player" in row}
    for key in tree:
        start = () if key == "root" else tuple(key.split(", "))
        for player in ("ann", "bob"):
            own = [k for k in moves if moves[k]["player"] == player]
            now = outcome(tree, payoffs, plan, start)[player]
            for other in itertools.product(*(moves[k]["actions"] for k in own)):
                changed = {**plan, **dict(zip(own, other, strict=True))}
                if outcome(tree, payoffs, changed, start)[player] > now:
                    return False
    return True


def tree_to_go_through(seed):
    """Return a random tree in which both players move and all plans can be tried."""
    rng = random.Random(seed)
    while True:
        tree, payoffs = random_tree(rng, depth=rng.choice([2, 2, 3]))
        moves = {key: row for key, row in tree.items() if "player" in row}
        plans = math.prod(len(row["actions"]) for row in moves.values())
        if {"ann", "bob"} <= {row["player"] for row in moves.values()} and plans <= 500:
            return tree, payoffs, moves


@pytest.mark.parametrize("seed", range(25))
def test_all_and_only_subgame_perfect_plans_are_found(seed):
    tree, payoffs, moves = tree_to_go_through(seed)
    model = tree_model(tree, payoffs)
    plans = [
        dict(zip(moves, choice, strict=True))
        for choice in itertools.product(*(row["actions"] for row in moves.values()))
    ]
    wanted = [plan for plan in plans if is_subgame_perfect(tree, payoffs, plan)]
    found = dilemma.solve(model)
    assert found.complete is (len(wanted) == 1)
    assert {e.branch for e in found} == {
        ", ".join(plan[", ".join(d.histories[0]) or "root"] for d in model.game.decisions.values())
        for plan in wanted
    }
    for e in found:
        assert deviation_gain(model, {}, e.play) == 0


# --- private types ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("era", "resolve", "cutoff"), [("cold_war", 0.885, 0.9225), ("post_cold_war", 0.808, 1.5345)]
)
def test_the_triangle_deters_as_the_theory_says(triangle, era, resolve, cutoff):
    (found,) = dilemma.solve(triangle, era)
    assert found.branch == "wait, firm, support/restrain"
    assert float(found.outcomes["resolve"]) == pytest.approx(resolve, abs=5e-4)
    assert float(found.cutoffs["us"].value) == pytest.approx(cutoff)
    assert found.cutoffs["us"].above == "support"
    assert found.regret == 0


def by_steps(at, steps=2000):
    """Solve the triangle with finitely many types, from the story alone."""
    q, e, L = at["q"], at["e"], at["L"]
    types = [L * (k + Fraction(1, 2)) / steps for k in range(steps)]
    rho = Fraction(sum(-q * e >= -t for t in types), steps)
    supported = -q * at["m_J"] + (1 - q) * at["z"]
    firm = rho * supported + (1 - rho) * (-at["l"] - at["h"]) >= -at["l"]
    costs = -q * at["m_C"] - (1 - q) * at["k_C"]
    challenge = not firm or rho * costs + (1 - rho) * at["g"] >= 0
    paid = -sum(types) / steps / 2
    if firm:
        paid = sum(max(-q * e, -t) for t in types) / steps
    return rho, firm, challenge, paid if challenge else 0


@pytest.mark.parametrize("seed", range(40))
def test_a_cutoff_is_what_many_types_come_to(triangle, seed):
    rng = random.Random(seed)
    ranges = {
        "g": 6,
        "l": 6,
        "h": 4,
        "z": 4,
        "m_J": 30,
        "m_C": 30,
        "k_C": 4,
        "q": 1,
        "e": 40,
        "L": 9,
    }
    at = {n: Fraction(rng.randint(1, 99), 100) * high for n, high in ranges.items()}
    found = dilemma.solve(triangle, {n: str(v) for n, v in at.items()})
    rho, firm, challenge, paid = by_steps(at)
    (one,) = found
    assert abs(one.play["us"]["support"] - sp.Rational(rho.numerator, rho.denominator)) < 1e-3
    assert abs(float(one.payoffs["us"]) - float(paid)) < 1e-2
    assert one.play["japan"]["firm"] == int(firm)
    assert one.play["china"]["challenge"] == int(challenge)
    at = {n: sp.Rational(v.numerator, v.denominator) for n, v in at.items()}
    assert deviation_gain(triangle, at, one.play) == 0
    assert worth(triangle, at, one.play)["resolve"] == one.outcomes["resolve"]


def test_a_wrong_cutoff_is_found_out(triangle):
    at = triangle.calibration("cold_war")
    (one,) = dilemma.solve(triangle, "cold_war")
    wrong = {**one.play, "us": {"support": sp.Rational(1, 2), "restrain": sp.Rational(1, 2)}}
    assert deviation_gain(triangle, at, wrong) > 0
    assert deviation_gain(triangle, at, {**one.play, "japan": {"firm": 0, "concede": 1}}) > 0


@pytest.mark.parametrize("stake", ["stake", "-stake"])
def test_the_cutoff_may_go_either_way(stake):
    model = tree_model(
        {"root": {"player": "ann", "actions": ["go", "stop"], "knows": ["stake"]}},
        {"go": {"ann": stake}, "stop": {"ann": "c"}},
        types={"stake": {"of": "ann", "uniform": ["-2", "4"]}},
        parameters={"c": {"range": [-9, 9], "unit": "util", "means": "what stopping pays"}},
    )
    (found,) = dilemma.solve(model, c=1)
    share = sp.Rational(1, 2) if stake == "stake" else sp.Rational(1, 6)
    assert found.play["ann"]["go"] == share
    # Half go, on average of type 5/2; or a sixth, on average of type -3/2.
    wanted = share * (sp.Rational(5, 2) if stake == "stake" else sp.Rational(3, 2)) + (1 - share)
    assert found.payoffs["ann"] == wanted


def test_an_empty_interval_of_types_is_told(triangle):
    with pytest.raises(CalibrationError, match="L = 0"):
        dilemma.solve(triangle, "cold_war", L=0)
    other = triangle.replace(types={"stake": {"uniform": ["L", "0"]}})
    with pytest.raises(CalibrationError, match="the interval of stake is empty"):
        dilemma.solve(other, "cold_war")


def test_who_will_learn_its_type_expects_each_side_at_its_average():
    model = tree_model(
        {
            "root": {"player": "ann", "actions": ["look", "leave"]},
            "look": {"player": "ann", "actions": ["buy", "pass_"], "knows": ["worth_"]},
        },
        {"leave": {"ann": "1/10"}, "look, buy": {"ann": "worth_"}, "look, pass_": {"ann": 0}},
        types={"worth_": {"of": "ann", "uniform": ["-1", "1"]}},
    )
    (found,) = dilemma.solve(model)
    assert found.payoffs["ann"] == sp.Rational(1, 4)
    assert found.regret == 0
    assert found.concepts["subgame perfect"]


def test_ties_without_end_stop_at_the_budget():
    tree, payoffs = {}, {}
    for length in range(7):
        for history in itertools.product("lr", repeat=length):
            key = ", ".join(history) or "root"
            if length < 6:
                tree[key] = {"player": "ann", "actions": ["l", "r"]}
            else:
                payoffs[key] = {"ann": 0}
    found = dilemma.solve(tree_model(tree, payoffs), seconds=2, most=5_000)
    assert not found.complete
    assert found.reason
    assert all(e.regret == 0 for e in found)


def test_where_chance_may_be_negative_nothing_is_proved():
    model = tree_model(
        {
            "root": {"player": "ann", "actions": ["go", "stop"]},
            "go": {"chance": {"win": "q", "lose": "1 - q"}},
        },
        {"stop": {"ann": 0}, "go, win": {"ann": 1}, "go, lose": {"ann": 1}},
        parameters={"q": ranging(-1, 2)},
        outcomes={"wins": {"is": "probability(win)"}},
        eras={"now": {"q": valued(0.5, -0.5, 1.5)}},
    )
    (verdict,) = dilemma.prove(model, model.make_claim("wins <= 1", over="now"))
    assert verdict.status == "open"
    assert "a negative chance of" in verdict.reason
    found = dilemma.regions(model, draws=50)
    assert not found.covered
    assert "a negative chance of" in found.eras[0].reason


# --- every question that can be asked of a model ---------------------------------------------------


def test_resolve_falls_between_the_eras_for_every_calibration(triangle):
    claim = triangle.make_claim("post_cold_war.resolve < cold_war.resolve", over="pair")
    assert dilemma.prove(triangle, claim)[0].status == "proved"


def test_deterrence_holds_at_the_centre_and_not_throughout(triangle):
    claim = triangle.make_claim("challenged == 0", over="post_cold_war")
    (verdict,) = dilemma.prove(triangle, claim)
    assert verdict.status == "mixed"
    point = next(iter(verdict.fails.calibrations.values()))
    assert dilemma.solve(triangle, point)[0].outcomes["challenged"] == 1


def test_costlier_entrapment_never_raises_resolve(triangle):
    given = "q > 0 and q*e < L"
    claim = triangle.make_claim("falls(resolve, e)", over="all", given=given)
    assert dilemma.prove(triangle, claim, seconds=60)[0].status == "proved"


@pytest.fixture(scope="module")
def regimes(triangle):
    return dilemma.regions(triangle, draws=1_000)


def test_the_regions_of_the_triangle_are_its_regimes(regimes):
    assert regimes.covered
    names = {zone.names for zone in regimes.zones}
    assert names == {
        ("(wait, firm, support/restrain)",),
        ("(challenge, concede, support/restrain)",),
        ("(challenge, firm, support/restrain)",),
    }


def test_a_cutoff_is_explained_where_it_is_named(triangle, regimes):
    said = "at us a/b is a above some value of stake, b below"
    assert said in regimes.order
    drawn = dilemma.region_map(triangle, "e", "q")
    assert said in drawn.order
    assert drawn.concept == "subgame perfect equilibria"
    assert said in " ".join(str(dilemma.propositions(triangle)).split())


def test_eras_are_compared(triangle):
    found = dilemma.compare(triangle, draws=300)
    assert "the United States supports a firm Japan (0.8847 → 0.8082)" in found.changed[-1]
    assert (
        str(found.eras[1].equilibria[0].cutoffs["us"]) == "support if stake >= 1.534, else restrain"
    )
    assert float(found.to_dataset()["resolve"].sel(era="cold_war")[0]) == pytest.approx(
        0.8847, abs=1e-4
    )


def test_the_borders_of_one_parameter(triangle):
    path = dilemma.along(triangle, "post_cold_war", "e")
    assert [round(float(s.high), 2) for s in path.stretches[:2]] == [28.24, 30.27]


def test_a_tree_survives_being_written_and_read(triangle, tmp_path):
    path = tmp_path / "triangle.toml"
    path.write_text(triangle.to_toml(), encoding="utf-8")
    assert dilemma.load(path) == triangle


def test_what_is_only_for_simultaneous_games_says_so(triangle):
    with pytest.raises(UnsupportedError, match="players move one after the other"):
        dilemma.select(triangle, "cold_war")
    with pytest.raises(ModelError, match="profiles of actions are those of a table"):
        triangle.make_claim("equilibrium(firm, support)", over="each")


def test_disagreeing_routes_stop_with_an_error(monkeypatch, triangle):
    real = induction.branches
    monkeypatch.setattr(induction, "branches", lambda model: real(model)[1:])
    monkeypatch.setattr(trees.induction, "branches", lambda model: real(model)[:3])
    with pytest.raises(dilemma.errors.DisagreementError, match="please report"):
        dilemma.solve(triangle, "cold_war")


# --- mistakes --------------------------------------------------------------------------------------

MISTAKES = {
    "a history that is never reached": (
        '"challenge, firm, support" =', '"challenge, firn, support" =', "japan has no action 'firn' there"
    ),
    "an end without payoffs": ('"challenge, concede"                 = { china = "g", japan = "-l", us = "-stake/2" }', "",
                               "the end 'challenge, concede' has no payoffs"),
    "payoffs where somebody moves": ('"wait"                               =', '"challenge" =', "somebody moves here"),
    "chances that sum to more": ('backdown = "1 - q"', 'backdown = "1"', "the chances sum to q + 1, not to 1"),
    "a type of somebody else": ('of = "us"', 'of = "japan"', "us does not know 'stake'"),
    "a type in another's payoff": ('japan = "-l - h"', 'japan = "-l - stake"', "'stake' is private to us"),
    "a payoff that bends in the type": ('us = "-stake" }', 'us = "-stake**2" }', "not linear in 'stake'"),
    "a player nobody knows": ('player = "japan"', 'player = "jappan"', "did you mean 'japan'?"),
    "an outcome of nothing": ("probability(restrain)", "probability(restrian)", "did you mean 'restrain'?"),
    "an outcome after nowhere": ("after='challenge, firm'", "after='challenge, form'", "did you mean 'challenge, firm'?"),
    "no beginning": ("root                       =", "rout =", "'root' is missing"),
    "players with actions": ('japan = { title = "Japan", unit = "util" }', 'japan = ["firm"]', "a player with actions"),
    "an empty list of actions": ('actions = ["firm", "concede"]', "actions = []", "actions that differ are wanted"),
    "nobody moves": ('{ player = "japan", actions = ["firm", "concede"] }', "{ }", "nobody moves here"),
    "three actions on a type": ('["support", "restrain"]', '["support", "restrain", "wobble"]', "3 actions that hang on a type"),
    "numbers to choose": ('actions = ["firm", "concede"]', "choices = { x = { range = [0, 1] } }", "write actions; numbers are chosen in kind"),
    "an unknown key": ("knows =", "know =", "did you mean 'knows'?"),
}  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "told"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_tree_is_told_where_it_is(tmp_path, right, wrong, told):
    text = TRIANGLE.read_text(encoding="utf-8")
    assert right in text
    path = tmp_path / "wrong.toml"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        dilemma.load(path)
    assert told in str(caught.value)
    assert f"{path}:" in str(caught.value)


def test_a_history_told_twice_is_a_mistake():
    rows = {
        "root": {"player": "ann", "actions": ["go", "stop"]},
        "go": {"player": "ann", "actions": ["on", "off"]},
        " go": {"player": "ann", "actions": ["on", "off"]},
    }
    ends = {"stop": {"ann": 0}, "go, on": {"ann": 0}, "go, off": {"ann": 1}, "go,off": {"ann": 2}}
    with pytest.raises(ModelError, match="this history stands here twice"):
        tree_model(rows, ends)
    del rows[" go"]
    with pytest.raises(ModelError, match="this end stands here twice"):
        tree_model(rows, ends)


def test_a_section_of_another_kind_is_told():
    with pytest.raises(ModelError, match="a section of another kind of game"):
        dilemma.Model(
            name="m", title="m", players={"a": ["x"], "b": ["y"]},
            payoffs={"x, y": {"a": 1, "b": 1}}, tree={"root": {"player": "a", "actions": ["x"]}},
        )  # fmt: skip


def test_a_player_must_not_forget():
    rows = {
        "root": {"player": "ann", "actions": ["left", "right"]},
        "left": {"player": "ann", "actions": ["on", "off"], "information": "later"},
        "right": {"player": "ann", "actions": ["on", "off"], "information": "later"},
    }
    ends = {f"{a}, {b}": {"ann": 0} for a in ("left", "right") for b in ("on", "off")}
    with pytest.raises(ModelError, match="ann would forget something here"):
        tree_model(rows, ends)


def test_a_type_is_acted_on_once():
    rows = {
        "root": {"player": "ann", "actions": ["go", "stop"], "knows": ["stake"]},
        "go": {"player": "ann", "actions": ["up", "down"], "knows": ["stake"]},
    }
    ends = {"stop": {"ann": 0}, "go, up": {"ann": "stake"}, "go, down": {"ann": 1}}
    with pytest.raises(ModelError, match="ann has moved on its type before"):
        tree_model(rows, ends, types={"stake": {"of": "ann", "uniform": [0, 1]}})


# --- deep trees, and what chance never does ------------------------------------------------------


def centipede(moves):
    """Return a centipede in which two players take turns to take or to leave more to the other."""
    tree, payoffs, before = {}, {}, []
    for k in range(moves):
        player = ("ann", "bob")[k % 2]
        tree[", ".join(before) or "root"] = {"player": player, "actions": ["take", "leave"]}
        paid = {"ann": k, "bob": k, player: k + 2}
        payoffs[", ".join([*before, "take"])] = paid
        before.append("leave")
    payoffs[", ".join(before)] = {"ann": moves, "bob": moves}
    return {
        "name": "centipede",
        "title": "Centipede",
        "kind": "tree",
        "players": {"ann": {}, "bob": {}},
        "tree": tree,
        "payoffs": payoffs,
    }


def test_a_centipede_of_500_moves_is_taken_at_once(tmp_path):
    model = Model(**centipede(500))
    (only,) = dilemma.solve(model)
    assert all(mix["take"] == 1 for mix in only.play.values())
    assert only.payoffs == {"ann": 2, "bob": 0}
    assert only.regret == 0
    with pytest.raises(UnsupportedError, match="cases of backward induction or more"):
        dilemma.propositions(model)
    again = parse_efg(write_efg(model))
    assert again.game.ends == model.game.ends
    path = tmp_path / "centipede.toml"
    path.write_text(model.to_toml())
    assert dilemma.load(path).payoffs == model.payoffs


def test_a_centipede_of_5000_moves_is_refused_by_its_size():
    lines = ['EFG 2 R "deep" { "ann" "bob" }']
    for k in range(5_000):
        lines.append(f'p "" {k % 2 + 1} {k // 2 + 1} "" {{ "take" "leave" }} 0')
        lines.append(f't "" {k + 1} "" {{ {k} {k} }}')
    text = "\n".join([*lines, 't "" 5001 "" { 1 1 }'])
    with pytest.raises(dilemma.ModelError, match="more than 1,000 moves"):
        parse_efg(text)


def test_a_chain_of_a_thousand_moves_without_a_choice_has_its_symbols():
    """Each move has one action: there is one case, a thousand moves deep."""
    document = centipede(0)
    steps = ["on"] * 1_000
    document["tree"] = {
        ", ".join(steps[:k]) or "root": {"player": "ann", "actions": ["on"]} for k in range(1_000)
    }
    document["payoffs"] = {", ".join(steps): {"ann": 3, "bob": 4}}
    model = Model(**document, outcomes={"there": {"is": "probability(on)"}})
    (only,) = dilemma.solve(model)
    assert only.payoffs == {"ann": 3, "bob": 4}
    assert only.outcomes == {"there": 1}


@pytest.mark.parametrize("q", ["0", "1/2", "1"])
def test_what_chance_never_does_is_played_as_if_it_did(q):
    """Ann takes 1 wherever she is asked; what chance does only weighs the payoffs."""
    model = Model(
        name="types",
        title="Types",
        kind="tree",
        players={"ann": {}},
        parameters={"q": {"range": [0, 1], "unit": "1", "means": "a prior"}},
        tree={
            "root": {"chance": {"x": "q", "y": "1 - q"}},
            "x": {"player": "ann", "actions": ["l", "r"]},
            "y": {"player": "ann", "actions": ["l", "r"]},
        },
        payoffs={"x, l": {"ann": 1}, "x, r": {"ann": 0}, "y, l": {"ann": 0}, "y, r": {"ann": 1}},
    )
    found = dilemma.solve(model, q=q)
    (only,) = found
    assert only.name == "(l, r)"
    assert only.payoffs == {"ann": 1}
    assert found.complete
    assert "agrees with the symbolic cases" in found.method


# --- ties left out -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("among", "wanted"), [(None, "mixed"), ("strict", "proved")])
def test_a_claim_can_leave_out_what_somebody_is_indifferent_to(among, wanted):
    """At c = 1 the incumbent may fight or not; else the entrant has 1 wherever fighting costs more."""
    model = entry("2 - c", parameters={"c": {"range": [1, 5], "unit": "1", "means": "cost"}})
    claim = model.make_claim("entrant == 1", over="all", among=among)
    (verdict,) = dilemma.prove(model, claim, seconds=30)
    assert verdict.status == wanted
    assert wanted == "proved" or verdict.fails.points["any"]["c"] == 1


def test_a_tie_that_is_always_there_leaves_nothing_to_speak_of():
    model = entry("1", parameters={"c": {"range": [0, 1], "unit": "1", "means": "idle"}})
    claim = model.make_claim("entrant == 1", over="all", among="strict")
    assert [v.status for v in dilemma.prove(model, claim, seconds=30)] == ["vacuous"]


def test_strict_play_is_of_actions():
    with pytest.raises(dilemma.errors.ModelError, match="'strict' is for actions"):
        dilemma.load("hedging").make_claim("x_J > 0", among="strict")


def test_an_example_that_lives_on_a_tie_says_so():
    model = entry("2 - c", parameters={"c": {"range": [1, 5], "unit": "1", "means": "cost"}})
    told = " ".join(str(dilemma.prove(model, model.make_claim("entrant == 1", over="all"))).split())
    assert "A tie here: at 'incumbent' fight and yield_ pay incumbent the same." in told


# --- where payoffs tie ------------------------------------------------------------------------------


def trust(**more):
    """Return a tree in which who is trusted gains v by keeping faith, and nothing else."""
    return tree_model(
        {
            "root": {"player": "ann", "actions": ["trust", "leave"]},
            "trust": {"player": "bob", "actions": ["keep", "break_"]},
        },
        {
            "leave": {"ann": 1, "bob": 0},
            "trust, keep": {"ann": 2, "bob": "v"},
            "trust, break_": {"ann": 0, "bob": 0},
        },
        parameters={"v": {"range": [-1, 1], "unit": "util", "means": "what keeping faith pays"}},
        outcomes={
            "trusts": {"is": "probability(trust)", "unit": "1", "means": "trust"},
            "keeps": {"is": "probability(keep, after='trust')", "unit": "1", "means": "faith"},
        },
        **more,
    )


def test_a_claim_is_about_mixes_of_a_player_who_is_indifferent():
    sure = "trusts == 0 or keeps == 1"
    (found,) = dilemma.prove(trust(), sure, over="all")
    assert found.status == "mixed"
    (values,) = found.fails.calibrations.values()
    assert values["v"] == 0
    assert dilemma.prove(trust(), sure, over="all", given="v != 0").proved


def test_a_claim_about_sure_play_leaves_such_mixes_out():
    sure = {"over": "all", "says": "", "holds": "trusts == 0 or keeps == 1", "among": "pure"}
    assert dilemma.prove(trust(claims={"sure": sure}))[0].proved


def indifferent(draw, payoffs, player, actions):
    """Draw a best reply, mixed by chance where several are."""
    most = max(payoffs[a][player] for a in actions)
    best = [a for a in actions if payoffs[a][player] == most]
    weights = [draw.randint(0, 2) for _ in best]
    weights[draw.randrange(len(best))] += 1
    return {
        a: sp.Rational(weights[best.index(a)], sum(weights)) if a in best else 0 for a in actions
    }


@pytest.mark.parametrize("seed", range(40))
def test_whatever_backward_induction_may_play_at_ties_is_in_a_branch(seed):
    draw, actions = random.Random(seed), ("a", "b", "c")
    pay = {
        x + y: {"ann": draw.randint(0, 1), "bob": draw.randint(0, 1)} for x in "abc" for y in "abc"
    }
    play, after = {}, {}
    for x in actions:
        ends = {y: pay[x + y] for y in actions}
        play[x] = indifferent(draw, ends, "bob", actions)
        after[x] = {p: sum(play[x][y] * ends[y][p] for y in actions) for p in ("ann", "bob")}
    play["root"] = indifferent(draw, after, "ann", actions)
    tree = {"root": {"player": "ann", "actions": list(actions)}}
    tree |= {x: {"player": "bob", "actions": [f"{x}{y}" for y in actions]} for x in actions}
    model = tree_model(tree, {f"{e[0]}, {e}": v for e, v in pay.items()})
    name = ", ".join(
        "/".join((n if s == "root" else s + n) for n, chance in play[s].items() if chance)
        for s in ("root", *actions)
    )
    (branch,) = (b for b in induction.branches(model, ties=True) if b.name == name)
    chances = {}
    for decision, mix in branch.play.items():
        for action, formula in mix.items():
            if formula.is_Symbol:
                at = "root" if decision == "ann" else decision[-1]
                chances[formula] = play[at][action[-1]]
    assert set(branch.unknowns) == set(chances)
    assert all(e.xreplace(chances) == 0 for e in branch.equations)
    assert all(c.xreplace(chances) == sp.true for c in branch.conditions)


# --- many cases ---------------------------------------------------------------------------------------


def generic_calibration(model, draw):
    """Draw exact values in the ranges, at which nothing ties that need not."""
    return {
        name: sp.Rational(draw.randint(1, 996), 997) * (1 if p.range.high == 1 else 3)
        for name, p in model.parameters.items()
    }


def test_of_more_than_a_hundred_cases_those_that_exclude_themselves_are_left_out():
    model, draw = dilemma.load("general_deterrence"), random.Random(2)
    assert not induction.has_symbols(model)
    every = induction.branches(model)
    for _ in range(20):
        at = generic_calibration(model, draw)
        values = model.values(at)
        here = [b for b in every if b.holds_at(values)]
        found = dilemma.solve(model, at)
        assert {f"({b.name})" for b in here} == set(found.names)
        for branch in here:
            paid = {p: value.xreplace(values) for p, value in branch.payoffs.items()}
            assert paid == dict(found[f"({branch.name})"].payoffs)


def test_what_a_claim_assumes_leaves_out_only_what_it_excludes():
    model, draw = dilemma.load("general_deterrence"), random.Random(3)
    p, q, w_A = (sp.Symbol(name, real=True) for name in ("p", "q", "w_A"))
    given = (p < q, 1 - p < w_A)
    every, some = induction.branches(model), induction.branches(model, given=given)
    assert {b.name for b in some} < {b.name for b in every}
    spoken = 0
    for _ in range(60):
        values = model.values(generic_calibration(model, draw))
        if all(c.xreplace(values) == sp.true for c in given):
            spoken += 1
            assert [b.name for b in some if b.holds_at(values)] == [
                b.name for b in every if b.holds_at(values)
            ]
    assert spoken


def test_a_tree_with_too_many_cases_says_how_many_are_gone_through():
    moves = {"root": {"player": "ann", "actions": [f"a{k}" for k in range(12)]}}
    payoffs = {}
    for k in range(12):
        moves[f"a{k}"] = {"player": "bob", "actions": [f"b{k}", f"c{k}"]}
        payoffs |= {f"a{k}, {x}{k}": {"ann": k, "bob": k} for x in "bc"}
    with pytest.raises(UnsupportedError, match="its symbolic solution is worked out up to 20,000"):
        induction.branches(tree_model(moves, payoffs))
