"""Games of states: read with every mistake in its place, solved by iteration, stated and decided."""

import itertools
import random
from functools import cache

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import dilemma
from dilemma.errors import CalibrationError, DilemmaError, DisagreementError, ModelError
from dilemma.games.solution import branches, many
from questions import ELSEWHERE, QUESTIONS

PLAYERS = {"ann": {"discount": "d"}, "bob": {"discount": "d"}}
PATIENCE = {"d": {"range": [0, 1], "open": "high", "unit": "1", "means": "discount factor"}}
MOVES = ["go", "stop"]


def game(states, stages, **more):
    return dilemma.Model(
        name="small", title="A small game", kind="dynamic", states=states, stages=stages,
        **{"players": PLAYERS, "parameters": PATIENCE, "strategies": "pure", **more},
    )  # fmt: skip


@pytest.fixture(scope="module")
def repeated():
    return dilemma.load("repeated")


@pytest.fixture(scope="module")
def grim():
    """The prisoner's dilemma, 5, 3, 1, 0, in which one broken promise is remembered for ever."""
    both = {player: ["keep", "break_"] for player in PLAYERS}

    def pays(ann, bob):
        return {"ann": ann, "bob": bob}

    return game(
        {"trust": both, "spite": both},
        {
            "trust: keep, keep": {"pays": pays(3, 3), "next": "trust"},
            "trust: keep, break_": {"pays": pays(0, 5), "next": "spite"},
            "trust: break_, keep": {"pays": pays(5, 0), "next": "spite"},
            "trust: break_, break_": {"pays": pays(1, 1), "next": "spite"},
            "spite: keep, keep": {"pays": pays(3, 3), "next": "spite"},
            "spite: keep, break_": {"pays": pays(0, 5), "next": "spite"},
            "spite: break_, keep": {"pays": pays(5, 0), "next": "spite"},
            "spite: break_, *": {"pays": pays(1, 1), "next": "spite"},
        },
        outcomes={
            "kept": {"is": "probability(ann, keep, trust)", "unit": "1", "means": "promises"},
            "gap": {"is": "value(ann, trust) - value(ann, spite)", "unit": "1", "means": "loss"},
        },
    )


# --- textbook games --------------------------------------------------------------------------------


def test_a_grim_threat_keeps_a_promise_from_one_half_on(grim):
    kept = "trust: keep, keep; spite: break_, break_"
    told = {p.says: p.words for p in dilemma.propositions(grim)}
    assert told[f"({kept}) is an equilibrium"] == "d >= 1/2"
    assert f"({kept})" in dilemma.solve(grim, d="1/2").names
    assert f"({kept})" not in dilemma.solve(grim, d="0.499").names


def test_payoffs_are_averages_and_values_differ_by_state(grim):
    found = next(e for e in dilemma.solve(grim, d=0.6) if e.outcomes["kept"] == 1)
    assert found.payoffs == {"ann": 3, "bob": 3}
    assert found.outcomes["gap"] == 2
    assert found.regret == 0
    assert found.strict


def test_summed_values_are_those_of_all_periods_and_change_no_verdict(grim):
    summed = grim.replace(values="summed", name="summed")
    (one,) = (e for e in dilemma.solve(summed, d=0.6) if e.outcomes["kept"] == 1)
    assert one.payoffs["ann"] == sp.Rational(3) / (1 - sp.Rational(6, 10))
    for model in (grim, summed):
        claim = model.make_claim("d >= 1/2", given="kept == 1 and d > 0", over="all")
        (verdict,) = dilemma.prove(model, claim, cache=False, workers=1)
        assert verdict.status == "proved"


def test_the_repeated_alliance_needs_the_patience_that_theory_says(repeated):
    for era, patience in (("cold_war", 0.550), ("post_cold_war", 0.625)):
        values = repeated.values(era)
        assert float(values[sp.Symbol("patience", real=True)]) == pytest.approx(patience, abs=5e-4)
    rng = random.Random(4)
    for _ in range(100):
        at = {
            name: sp.Rational(rng.randint(0, 100), 100) * (v.range.high - v.range.low) + v.range.low
            for name, v in repeated.eras["post_cold_war"].values.items()
        }
        b, d = at["threat"] + at["scope"], at["delta"]
        together, alone = b**2 / (2 * at["c"]), at["o"]
        lasts = together >= (1 - d) * b**2 / at["c"] + d * alone and together >= alone
        assert ("(support, support)" in dilemma.solve(repeated, at).names) == lasts


# --- against the definition ------------------------------------------------------------------------


def random_game(seed):
    """Return the rows of a random game of two states in which chance may decide what follows."""
    rng = random.Random(seed)
    states = {s: {p: MOVES for p in PLAYERS if rng.random() < 0.8} for s in ("up", "down")}
    stages = {}
    for state, movers in states.items():
        for actions in itertools.product(*movers.values()):
            chance = rng.choice(["0", "1/4", "1/2", "1"])
            stages[f"{state}: {', '.join(actions)}" if actions else state] = {
                "pays": {player: str(rng.randint(-3, 3)) for player in PLAYERS},
                "next": {"up": chance, "down": f"1 - {chance}"},
            }
    return states, stages


def by_definition(states, stages, d):
    """Return every way to play that no plan of a player improves on, from whatever state."""
    chances = {row["next"]["up"]: float(sp.Rational(row["next"]["up"])) for row in stages.values()}

    def ways(players):
        slots = [(s, p) for s, movers in states.items() for p in movers if p in players]
        for picks in itertools.product(MOVES, repeat=len(slots)):
            yield dict(zip(slots, picks, strict=True))

    def values(policy, player):
        return repeated(tuple(policy.items()), player)

    @cache
    def repeated(policy, player):
        policy, worth = dict(policy), dict.fromkeys(states, 0.0)
        for _ in range(400):
            worth = {s: step(policy, player, s, worth) for s in states}
        return worth

    def step(policy, player, state, worth):
        actions = [policy[state, p] for p in states[state]]
        row = stages[f"{state}: {', '.join(actions)}" if actions else state]
        up = chances[row["next"]["up"]]
        follows = up * worth["up"] + (1 - up) * worth["down"]
        return float(row["pays"][player]) + d * follows

    found = set()
    for policy in ways(PLAYERS):
        best = all(
            values({**policy, **other}, p)[s] <= values(policy, p)[s] + 1e-7
            for p in PLAYERS
            for other in ways({p})
            for s in states
        )
        if best:
            moving = [s for s, movers in states.items() if movers]
            told = (
                ("" if len(moving) == 1 else f"{s}: ") + ", ".join(policy[s, p] for p in states[s])
                for s in moving
            )
            found.add(f"({'; '.join(told)})")
    return found


@pytest.mark.parametrize("seed", range(12))
def test_equilibria_are_those_of_the_definition(seed):
    states, stages = random_game(seed)
    model = game(states, stages)
    for d in ("0", "0.3", "0.7"):
        found = dilemma.solve(model, d=d)
        assert set(found.names) == by_definition(states, stages, float(d))
        assert all(e.regret == 0 for e in found)


@pytest.mark.parametrize(
    "seed", [*range(12), *(pytest.param(n, marks=pytest.mark.slow) for n in range(100, 130))]
)
def test_branches_and_numbers_agree_at_any_discount_factor(seed):
    """The first are the games above, of which branches are known."""
    model = game(*random_game(seed))
    column = np.linspace(0.013, 0.987, 9)
    batch = many(model, {model.parameters["d"].symbol: column})
    for k in np.flatnonzero(~batch.doubtful):
        found = dilemma.solve(model, d=str(column[k]))
        assert set(batch.names(int(k))) == {e.branch for e in found}


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 11), st.integers(1, 5), st.integers(-4, 4))
def test_scaling_payoffs_and_adding_to_them_changes_no_equilibrium(seed, factor, more):
    states, stages = random_game(seed)
    moved = {
        key: {**row, "pays": {p: f"{factor}*({v}) + {more}" for p, v in row["pays"].items()}}
        for key, row in stages.items()
    }
    names = {dilemma.solve(game(states, rows), d="0.4").names for rows in (stages, moved)}
    assert len(names) == 1


def test_disagreeing_routes_stop_with_an_error(monkeypatch, grim):
    few = branches(grim)[:1]
    monkeypatch.setattr("dilemma.games.dynamic.policies.branches", lambda *_, **__: few)
    with pytest.raises(DisagreementError, match="please report"):
        dilemma.solve(grim, d=0.6)


def test_a_plan_of_many_steps_is_regretted_too(grim):
    """Regret is against the best plan: breaking for ever, not once and then keeping promises."""
    kept = {f"{p} in {s}": {"keep": sp.Integer(1), "break_": sp.Integer(0)} for s in ("trust", "spite") for p in PLAYERS}  # fmt: skip
    values = grim.values({"d": "1/2"})
    assert grim.game.gain(grim, values, kept) == 2  # 5 in every period instead of 3
    assert grim.game.worth(grim, values, kept)["ann"] == 3


@pytest.mark.parametrize("patience", ["0.3", "1/2", "0.9"])
def test_what_is_found_is_what_no_plan_gains_against(grim, patience):
    """The two ways to see it share no code: plays that are searched, and one play by itself."""
    values = grim.values({"d": patience})
    found = {e.branch for e in dilemma.solve(grim, d=patience)}
    for done in itertools.product(("keep", "break_"), repeat=4):
        policy = {"trust": done[:2], "spite": done[2:]}
        play = {
            name: {
                a: sp.Integer(a == policy[state][("ann", "bob").index(player)])
                for a in ("keep", "break_")
            }
            for name, (player, state) in grim.game.decisions.items()
        }
        name = "; ".join(f"{state}: {', '.join(own)}" for state, own in policy.items())
        assert (grim.game.gain(grim, values, play) == 0) is (name in found)


# --- every question --------------------------------------------------------------------------------

ANSWERED = {
    "along", "attribute", "classroom", "compare", "diagrams", "identify", "measure_first", "propositions",
    "prove", "region_map", "regions", "sample", "sensitivity", "sheet", "solve", "sweep", "timeline",
    "to_pandas", "to_xarray", "tornado", "trace",
}  # fmt: skip


def test_questions_are_all_that_there_are():
    assert ELSEWHERE.isdisjoint(QUESTIONS)
    assert QUESTIONS.keys() >= ANSWERED


@pytest.mark.parametrize("question", sorted(ANSWERED))
def test_a_question_is_answered(repeated, question):
    assert str(QUESTIONS[question](repeated))


@pytest.mark.parametrize("question", sorted(QUESTIONS.keys() - ANSWERED))
def test_a_question_is_refused_by_name(repeated, question):
    with pytest.raises(DilemmaError, match="repeated"):
        QUESTIONS[question](repeated)


def test_a_model_written_and_read_again_is_the_same(repeated, tmp_path):
    path = tmp_path / "repeated.toml"
    path.write_text(repeated.to_toml(), encoding="utf-8")
    assert dilemma.load(path) == repeated


# --- mistakes --------------------------------------------------------------------------------------

GOOD = {"one": {"ann": MOVES}, "two": {}}
STAGES = {"one: go": {"next": "one"}, "one: stop": {"next": "two"}, "two": {"next": "two"}}


@pytest.mark.parametrize(
    ("states", "stages", "more", "says"),
    [
        ({"one": {"anne": MOVES}}, {"one: *": {"next": "one"}}, {}, "no player 'anne'"),
        ({"one": {"ann": ["go", "go"]}}, {"one: *": {"next": "one"}}, {}, "actions that differ"),
        (GOOD, {**STAGES, "tow": {"next": "one"}}, {}, "no state 'tow'"),
        (GOOD, {**STAGES, "one: goo": {"next": "one"}}, {}, "ann has no action 'goo' there"),
        (GOOD, {**STAGES, "two: go": {"next": "one"}}, {}, "1 actions for 0 who move"),
        (GOOD, {"one: go": {"next": "one"}, "two": {"next": "two"}}, {}, "no line fits 'one: stop'"),
        (GOOD, {**STAGES, "one: *": {"next": "one"}}, {}, "this line never counts"),
        (GOOD, {**STAGES, "two": {"next": "tow"}}, {}, "no state 'tow'"),
        (GOOD, {**STAGES, "two": {"next": {"one": "d", "two": "d"}}}, {}, "the chances sum to 2\\*d"),
        (GOOD, {**STAGES, "two": {"next": "two", "pays": {"carl": 1}}}, {}, "no player 'carl'"),
        (GOOD, STAGES, {"start": "tow"}, "no state 'tow'"),
        (GOOD, STAGES, {"values": "total"}, "per period or summed"),
        (GOOD, STAGES, {"players": {"ann": {}}}, "'discount' is missing"),
        (GOOD, STAGES, {"payoffs": {"ann": "1"}}, "a section of another kind of game"),
        (GOOD, STAGES, {"outcomes": {"v": {"is": "value(ann, tow)"}}}, "no state 'tow'"),
        (GOOD, STAGES, {"outcomes": {"v": {"is": "probability(bob, go)"}}}, "bob moves in 0 states"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_its_place(states, stages, more, says):
    with pytest.raises(ModelError, match=says):
        game(states, stages, **more)


@pytest.mark.parametrize(("d", "says"), [("1", "may lie in"), ("-0.1", "may lie in")])
def test_a_discount_factor_lies_in_its_range(grim, d, says):
    with pytest.raises(CalibrationError, match=says):
        dilemma.solve(grim, d=d)


def test_a_discount_factor_that_may_reach_one_is_no_game():
    model = game(GOOD, STAGES, parameters={"d": {**PATIENCE["d"], "range": [0, 2]}})
    with pytest.raises(CalibrationError, match="at least 0 and below 1 is wanted"):
        dilemma.solve(model, d=1)
    (verdict,) = dilemma.prove(model, "ann >= 0", over="all", cache=False, workers=1)
    assert verdict.status == "open"
    assert "discount factor" in verdict.reason


def test_a_verdict_says_of_which_equilibria_it_is(grim):
    claim = grim.make_claim("kept == 1 or kept == 0", over="all")
    found = dilemma.prove(grim, claim, cache=False, workers=1)
    assert found[0].status == "proved"
    told = " ".join(str(found.explain()).split())
    assert "in every subgame perfect equilibrium in pure stationary strategies" in told
