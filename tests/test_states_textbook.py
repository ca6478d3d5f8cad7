"""Games of states with answers that are known: from textbooks, and from closed forms of the papers."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from scipy.optimize import linprog

import dilemma
from dilemma.errors import CalibrationError, DisagreementError, ModelError
from dilemma.games.solution import branches

D = {"d": {"range": [0, 1], "open": "high", "unit": "1", "means": "discount factor"}}
ANN_AND_BOB = {"ann": {"discount": "d"}, "bob": {"discount": "d"}}


def game(states, stages, **more):
    return dilemma.Model(
        name="textbook", title="A textbook game", kind="dynamic", states=states, stages=stages,
        **{"players": ANN_AND_BOB, "parameters": D, **more},
    )  # fmt: skip


def number(name, low, high, **more):
    return {name: {"range": [low, high], "unit": "1", "means": name, **more}}


def pays(ann, bob):
    return {"ann": ann, "bob": bob}


def said(model, play):
    return next(
        p.words for p in dilemma.propositions(model) if p.says == f"{play} is an equilibrium"
    )


# --- repeated games --------------------------------------------------------------------------------


def tit_for_tat(most, both, neither, least):
    """The prisoner's dilemma whose state is what was done last."""
    moves = {player: ["keep", "break_"] for player in ANN_AND_BOB}
    done = {"kept": pays(both, both), "bob_broke": pays(least, most), "ann_broke": pays(most, least), "broken": pays(neither, neither)}  # fmt: skip
    lines = dict(
        zip(("keep, keep", "keep, break_", "break_, keep", "break_, break_"), done, strict=True)
    )
    stages = {
        f"{state}: {line}": {"pays": done[leads], "next": leads}
        for state in done
        for line, leads in lines.items()
    }
    return game(dict.fromkeys(done, moves), stages, strategies="pure")


TIT_FOR_TAT = (
    "kept: keep, keep; bob_broke: break_, keep; ann_broke: keep, break_; broken: break_, break_"
)


def test_tit_for_tat_is_subgame_perfect_at_one_discount_factor_alone():
    """Osborne 2004, An Introduction to Game Theory, exercise 445.1: where cheating costs what it gains."""
    model = tit_for_tat(3, 2, 1, 0)
    assert f"({TIT_FOR_TAT})" in dilemma.solve(model, d="1/2").names
    branch = next(b for b in branches(model) if b.name == TIT_FOR_TAT)
    d = model.parameters["d"].symbol
    assert [k for k in range(100) if branch.holds_at({d: sp.Rational(k, 100)})] == [50]


def test_tit_for_tat_is_never_subgame_perfect_with_the_usual_payoffs():
    model = tit_for_tat(5, 3, 1, 0)
    branch = next(b for b in branches(model) if b.name == TIT_FOR_TAT)
    gaps = [c.gts - c.lts for c in branch.conditions]
    d = model.parameters["d"].symbol
    assert all(min(g.xreplace({d: sp.Rational(k, 100)}) for g in gaps) < 0 for k in range(100))


# --- bargaining ------------------------------------------------------------------------------------


def alternating(ann="d", bob="d"):
    names = sorted({ann, bob})
    return game(
        {"first": {}, "second": {}, "over": {}},
        {
            "first": {"next": "second", "offer": {"by": {"ann": 1}, "of": 1, "next": "over"}},
            "second": {"next": "first", "offer": {"by": {"bob": 1}, "of": 1, "next": "over"}},
            "over": {"next": "over"},
        },
        players={"ann": {"discount": ann}, "bob": {"discount": bob}},
        parameters={n: {**D["d"], "open": "both"} for n in names},
        values="summed",
        outcomes={"rounds": {"is": "expected_time(over)", "unit": "1", "means": "rounds"}},
    )


def test_alternating_offers_leave_the_first_one_over_one_plus_d():
    """Rubinstein 1982, Econometrica 50(1): 97-109."""
    for d in ("1/10", "1/2", "9/10"):
        (found,) = dilemma.solve(alternating(), d=d)
        assert found.payoffs["ann"] == 1 / (1 + sp.Rational(d))
        assert found.payoffs["bob"] == sp.Rational(d) / (1 + sp.Rational(d))
        assert found.outcomes["rounds"] == 1


def test_the_more_patient_bargainer_gets_more():
    """Rubinstein 1982: (1 - b)/(1 - a*b) for who offers first and discounts by a."""
    model = alternating("a", "b")
    (found,) = dilemma.solve(model, a="3/5", b="9/10")
    assert found.payoffs["ann"] == (1 - sp.Rational(9, 10)) / (1 - sp.Rational(54, 100))
    claim = model.make_claim("rises(ann, a) and falls(ann, b)", over="all")
    (verdict,) = dilemma.prove(model, claim, cache=False, workers=1)
    assert verdict.status == "proved"


def test_bargainers_who_do_not_count_the_future_alike_are_solved_too():
    """Who proposes is drawn each time: the gain G solves G*(1 + sum of a_i*p_i/(1 - a_i)) = 1."""
    model = game(
        {"talks": {}, "over": {}},
        {
            "talks": {"next": "talks", "offer": {"by": {"ann": "1/3", "bob": "2/3"}, "of": 1, "next": "over"}},
            "over": {"next": "over"},
        },
        players={"ann": {"discount": "a"}, "bob": {"discount": "b"}},
        parameters={n: {**D["d"], "open": "both"} for n in ("a", "b")},
        values="summed",
    )  # fmt: skip
    a, b = sp.Rational(1, 2), sp.Rational(4, 5)
    gain = 1 / (1 + a / 3 / (1 - a) + b * sp.Rational(2, 3) / (1 - b))
    (found,) = dilemma.solve(model, a=a, b=b)
    assert found.payoffs == {"ann": gain / 3 / (1 - a), "bob": gain * sp.Rational(2, 3) / (1 - b)}


def test_nobody_agrees_on_less_than_what_refusing_is_worth():
    model = game(
        {"talks": {}, "over": {}},
        {
            "talks": {"pays": pays("w", "w"), "next": "talks", "offer": {"by": {"ann": 1}, "of": 1, "next": "over"}},
            "over": {"next": "over"},
        },
        parameters={**D, **number("w", 0, 1)},
        values="summed",
    )  # fmt: skip
    assert said(model, "(agree)") == "1 >= d + 2*w"
    (found,) = dilemma.solve(model, d="0.5", w="0.3")
    assert found.payoffs == {"ann": sp.Rational(6, 10), "bob": sp.Rational(6, 10)}


# --- stopping, and what turns out anew ---------------------------------------------------------------


def search_for_work(benefit=0):
    """A wage is drawn in every period; who takes it keeps it (McCall 1970, QJE 84(1): 113-126)."""
    return game(
        {"looking": {"ann": ["take", "wait"]}, "done": {}},
        {
            "looking: take": {"pays": {"ann": "w/(1 - d)"}, "next": "done"},
            "looking: wait": {"pays": {"ann": benefit}, "next": "looking"},
            "done": {"next": "done"},
        },
        players={"ann": {"discount": "d"}},
        shocks={"w": {"uniform": [0, 1], "at": "looking"}},
        values="summed",
        outcomes={"weeks": {"is": "expected_time(done)", "unit": "1", "means": "weeks"}},
    )


@pytest.mark.parametrize("d", ["0.5", "0.9", "0.99"])
def test_the_reservation_wage_is_that_of_the_textbook(d):
    """Its equation is w = d*(1 + w**2)/2, so that w = (1 - sqrt(1 - d**2))/d."""
    (found,) = dilemma.solve(search_for_work(), d=d)
    wage = (1 - math.sqrt(1 - float(d) ** 2)) / float(d)
    assert found.name == "(take/wait)"
    assert float(found.cutoffs["ann"].value) == pytest.approx(wage, abs=1e-12)
    assert (found.cutoffs["ann"].above, found.cutoffs["ann"].below) == ("take", "wait")
    assert float(found.outcomes["weeks"]) == pytest.approx(1 / (1 - wage), rel=1e-12)


def test_a_wage_that_nobody_refuses():
    """Where waiting costs something and the future counts for little, any wage is taken."""
    (found,) = dilemma.solve(search_for_work("-1/5"), d="0.2")
    assert found.name == "(take)"
    assert found.cutoffs == {}


def test_where_a_cutoff_lies_between_the_ends_is_told_in_parameters():
    model = search_for_work("0")
    assert said(model, "(take/wait)") == "d > 0"


def test_what_turns_out_anew_in_every_period_delays_agreement():
    """The equation of the reservation value, 4w(R - r + k) = d(R**2 - 2(m - w)R + (m + w)**2)."""
    model = dilemma.load("consensus")
    rng = random.Random(3)
    for _ in range(25):
        at = {
            n: sp.Rational(rng.randint(0, 100), 100) * (v.range.high - v.range.low) + v.range.low
            for n, v in model.eras["post_cold_war"].values.items()
        }
        (found,) = dilemma.solve(model, at)
        value, w, m = (float(x) for x in (found.outcomes["reservation"], at["w"], at["mu"]))
        left = 4 * w * (value - float(at["r_J"] + at["r_U"] - at["k"]))
        right = float(at["delta"]) * (value**2 - 2 * (m - w) * value + (m + w) ** 2)
        assert left == pytest.approx(right, rel=1e-9)


# --- what only a deviation meets ---------------------------------------------------------------------


@pytest.mark.parametrize(("d", "worth"), [("0.9", sp.Rational(7, 11)), ("0.6", 0)])
def test_a_chance_that_only_a_deviation_meets_counts(d, worth):
    """Who invests 1 and has 1 for ever once it succeeds does so iff d*(1 + luck) >= 1."""
    model = game(
        {"none": {"ann": ["invest", "stop"]}, "armed": {}},
        {
            "none: invest": {
                "pays": {"ann": "-1"},
                "next": {"armed": "luck", "none": "1 - luck"},
            },
            "none: stop": {"pays": {"ann": "0"}, "next": "none"},
            "armed": {"pays": {"ann": "1"}, "next": "armed"},
        },
        players={"ann": {"discount": "d"}},
        parameters=D | number("luck", 0, 1),
        strategies="pure",
    )
    found = dilemma.solve(model, d=d, luck="1/2")
    assert found.complete
    assert [e.payoffs["ann"] for e in found] == [worth]


# --- mixes -----------------------------------------------------------------------------------------


def attrition():
    """Both wait or concede; waiting costs c, and who is conceded to has D more, a period later."""
    return game(
        {"talks": {p: ["wait", "concede"] for p in ANN_AND_BOB}, "over": {}},
        {
            "talks: concede, concede": {"pays": pays("L", "L"), "next": "over"},
            "talks: concede, wait": {"pays": pays("L", "d*(L + D)"), "next": "over"},
            "talks: wait, concede": {"pays": pays("d*(L + D) - c", "L"), "next": "over"},
            "talks: wait, wait": {"pays": pays("-c", "-c"), "next": "talks"},
            "over": {"next": "over"},
        },
        parameters={
            "d": {**D["d"], "open": "both"},
            **number("L", 0, 9),
            **number("D", 0, 9),
            **number("c", 0, 9, open="low"),
        },
        values="summed",
        outcomes={"time": {"is": "expected_time(over) - 1", "unit": "1", "means": "time"}},
    )


def test_in_the_war_of_attrition_who_waits_is_indifferent():
    """The other concedes with probability (c + (1 - d)*L)/(d*D) (Hendricks, Weiss and Wilson 1988)."""
    model = attrition()
    at = {"d": "9/10", "L": 1, "D": 3, "c": "1/4"}
    mixed = next(e for e in dilemma.solve(model, at) if not e.pure)
    # Ann has what bob concedes to a period later and pays for waiting; bob does not pay when ann concedes.
    assert mixed.play["bob"]["concede"] == (sp.Rational(1, 4) + sp.Rational(1, 10)) / sp.Rational(
        27, 10
    )
    chance = 1 - (1 - mixed.play["ann"]["concede"]) * (1 - mixed.play["bob"]["concede"])
    assert mixed.outcomes["time"] == 1 / chance - 1


def test_the_war_of_attrition_may_end_at_once():
    """'In every equilibrium there is delay' is wrong: one waits for ever and the other concedes."""
    model = attrition()
    at_once = model.make_claim(
        exists="time == 0", over="all", given="d*(L + D) > L and c <= d*(L + D) - L"
    )
    (verdict,) = dilemma.prove(model, at_once, cache=False, workers=1)
    assert verdict.status == "proved"


def stochastic(matrix):
    """A zero-sum game of one state: a number ends it, None goes on (Shapley 1953, PNAS 39)."""
    moves = ("one", "two")
    stages = {
        f"play: {a}, {b}": {"pays": pays(v, f"-({v})"), "next": "over"} if v is not None else {"next": "play"}
        for a, row in zip(moves, matrix, strict=True)
        for b, v in zip(moves, row, strict=True)
    }  # fmt: skip
    stages["over"] = {"next": "over"}
    return game(
        {"play": {p: list(moves) for p in ANN_AND_BOB}, "over": {}}, stages, values="summed"
    )


@pytest.mark.parametrize("d", ["0.3", "0.5", "0.95"])
def test_a_stochastic_game_has_shapleys_value(d):
    """Its value v is that of the matrix [[0, 1], [1, d*v]], so that v = (1 - sqrt(1 - d))/d."""
    (found,) = dilemma.solve(stochastic([["0", "1"], ["1", None]]), d=d)
    value = (1 - math.sqrt(1 - float(d))) / float(d)
    assert float(found.payoffs["ann"]) == pytest.approx(value, abs=1e-12)
    assert float(found.play["ann"]["one"]) == pytest.approx(float(found.play["bob"]["one"]))
    assert abs(found.regret) < sp.Rational(1, 10**30)


def test_a_stochastic_game_of_matching_has_value_one_over_two_minus_d():
    """Where all that is not matched goes on, v = (1 + d*v)/2."""
    (found,) = dilemma.solve(stochastic([["1", None], [None, "1"]]), d="1/2")
    assert found.payoffs["ann"] == sp.Rational(2, 3)
    assert found.play["ann"]["one"] == sp.Rational(1, 2)


def zero_sum(seed):
    """A random zero-sum game of two states, each of which may lead to either, or on to an end."""
    rng = random.Random(seed)
    moves = {"ann": ["up", "down"], "bob": ["left", "right"]}
    rows = {}
    for state in ("here", "there"):
        for a in moves["ann"]:
            for b in moves["bob"]:
                on = rng.choice(["here", "there", "over"])
                rows[state, a, b] = (rng.randint(-4, 4), on)
    return moves, rows


def shapley(moves, rows, d):
    """Iterate the value of each state's matrix, each by a linear programme."""
    worth = {"here": 0.0, "there": 0.0, "over": 0.0}
    for _ in range(200):
        later = {}
        for state in ("here", "there"):
            table = np.array(
                [[rows[state, a, b][0] + d * worth[rows[state, a, b][1]] for b in moves["bob"]] for a in moves["ann"]]
            )  # fmt: skip
            bounds = [(0, None), (0, None), (None, None)]
            upper = np.hstack([-table.T, np.ones((2, 1))])
            found = linprog([0, 0, -1], upper, [0, 0], [[1, 1, 0]], [1], bounds=bounds)
            later[state] = -found.fun
        worth = {**later, "over": 0.0}
    return worth


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 12))]
)
def test_a_zero_sum_game_is_worth_what_shapleys_iteration_finds(seed):
    """All its equilibria pay the same, whoever finds them."""
    moves, rows = zero_sum(seed)
    stages = {
        f"{state}: {a}, {b}": {"pays": pays(v, -v), "next": on}
        for (state, a, b), (v, on) in rows.items()
    }
    stages["over"] = {"next": "over"}
    model = game(
        {"here": moves, "there": moves, "over": {}},
        stages,
        values="summed",
        outcomes={"elsewhere": {"is": "value(ann, there)", "unit": "1", "means": "value"}},
    )
    found, worth = dilemma.solve(model, d="1/2", seconds=None), shapley(moves, rows, 0.5)
    assert found.complete or found.degenerate
    assert len(found)
    for equilibrium in found:
        assert float(equilibrium.payoffs["ann"]) == pytest.approx(worth["here"], abs=1e-6)
        assert float(equilibrium.outcomes["elsewhere"]) == pytest.approx(worth["there"], abs=1e-6)


def test_a_game_that_is_played_once_has_the_equilibria_of_its_matrix():
    """Then nothing counts tomorrow: the branches of a matrix game, by other code."""
    rng = random.Random(5)
    for _ in range(6):
        tables = [[[rng.randint(-5, 5) for _ in range(2)] for _ in range(2)] for _ in range(2)]
        once = dilemma.matrix(*tables)
        moves = ("row_1", "row_2"), ("column_1", "column_2")
        stages = {
            f"play: {a}, {b}": {"pays": pays(tables[0][i][j], tables[1][i][j]), "next": "over"}
            for i, a in enumerate(moves[0])
            for j, b in enumerate(moves[1])
        }
        stages["over"] = {"next": "over"}
        model = game(
            {"play": {"ann": list(moves[0]), "bob": list(moves[1])}, "over": {}},
            stages,
            values="summed",
        )
        here, there = dilemma.solve(model, d="0.5"), dilemma.solve(once)
        if there.degenerate:
            continue
        assert here.names == there.names
        assert [list(e.payoffs.values()) for e in here] == [list(e.payoffs.values()) for e in there]


# --- entry and exit under uncertainty (Dixit 1989, Journal of Political Economy 97: 620-638, unverified) ----

PRICES = ("high", "low")


def firm():
    """Who is out enters for K, who is in leaves for X; the price turns with a chance of q in each period."""
    states, stages = {}, {}
    for price, other in zip(PRICES, reversed(PRICES), strict=True):
        states |= {
            f"out_{price}": {"firm": ["enter", "wait"]},
            f"in_{price}": {"firm": ["stay", "leave"]},
        }
        goes = {
            side: {f"{side}_{price}": "1 - q", f"{side}_{other}": "q"} for side in ("in", "out")
        }
        for line, paid, side in (
            (f"out_{price}: enter", f"{price} - K", "in"), (f"out_{price}: wait", "0", "out"),
            (f"in_{price}: stay", price, "in"), (f"in_{price}: leave", "-X", "out"),
        ):  # fmt: skip
            stages[line] = {"pays": {"firm": paid}, "next": goes[side]}
    parameters = {
        **number("d", 0, 1, open="both"), **number("q", 0, 1), **number("K", 0, 100),
        **number("X", 0, 100), **number("high", -10, 10), **number("low", -10, 10),
    }  # fmt: skip
    return game(states, stages, players={"firm": {"discount": "d"}}, parameters=parameters)


def iterated(at, rounds=4_000):
    """Return whether a firm goes in, and whether it stays, at each price: by value iteration."""
    d, q, K, X, *prices = (float(at[name]) for name in ("d", "q", "K", "X", *PRICES))
    inside, outside = np.zeros(2), np.zeros(2)
    paid, turn = np.array(prices), np.array([[1 - q, q], [q, 1 - q]])
    for _ in range(rounds):
        stay, wait = paid + d * turn @ inside, d * turn @ outside
        inside, outside = np.maximum(stay, wait - X), np.maximum(stay - K, wait)
    return stay - K > wait, stay > wait - X


def done(at):
    (found,) = dilemma.solve(firm(), at)
    return tuple(
        np.array([found.play[f"firm in {side}_{price}"][action] == 1 for price in PRICES])
        for side, action in (("out", "enter"), ("in", "stay"))
    )


@pytest.mark.parametrize("seed", range(6))
def test_a_firm_enters_and_leaves_where_iteration_says(seed):
    rng = random.Random(seed)
    at = {
        "d": sp.Rational(rng.randint(80, 95), 100), "q": sp.Rational(rng.randint(5, 45), 100),
        "K": rng.randint(1, 12), "X": rng.randint(1, 8),
        "high": sp.Rational(rng.randint(1, 200), 100), "low": -sp.Rational(rng.randint(1, 200), 100),
    }  # fmt: skip
    for own, expected in zip(done(at), iterated(at), strict=True):
        assert (own == expected).all()


@pytest.mark.parametrize(("over", "enters", "stays"), [(1, True, True), (-1, False, True)])
def test_a_price_that_never_turns_is_compared_with_interest_on_what_is_sunk(over, enters, stays):
    """Enter above (1 - d)*K, leave below -(1 - d)*X: Marshall's triggers."""
    price = sp.Rational(1, 2) + sp.Rational(over, 100)
    at = {"d": sp.Rational(9, 10), "q": 0, "K": 5, "X": 3, "high": price, "low": price}
    entering, staying = done(at)
    assert (entering == enters).all()
    assert (staying == stays).all()


def test_who_may_be_sorry_waits_and_who_may_be_glad_stays():
    """At prices that would decide it if they lasted: uncertainty widens the band."""
    common = {"d": sp.Rational(9, 10), "K": 5, "X": 3, "high": sp.Rational(3, 5), "low": -sp.Rational(2, 5)}  # fmt: skip
    entering, staying = done({**common, "q": 0})
    assert entering.tolist() == [True, False]
    assert staying.tolist() == [True, False]
    entering, staying = done({**common, "q": sp.Rational(1, 5)})
    assert entering.tolist() == [False, False]
    assert staying.tolist() == [True, True]


# --- time ------------------------------------------------------------------------------------------


def test_how_long_a_state_is_waited_for():
    """Ann's ruin: from 2 of 4 chips a fair game lasts 4 rounds on average."""
    states = {"chips_2": {}, "chips_1": {}, "chips_3": {}, "end": {}}
    step = {"1": ("end", "chips_2"), "2": ("chips_1", "chips_3"), "3": ("chips_2", "end")}
    stages = {f"chips_{k}": {"next": dict.fromkeys(two, "1/2")} for k, two in step.items()}
    stages["end"] = {"next": "end"}
    model = game(
        states,
        stages,
        outcomes={
            "length": {"is": "expected_time(end)", "unit": "1", "means": "rounds"},
            "gone": {"is": "chance(end, after='2')", "unit": "1", "means": "over after two rounds"},
            "never": {"is": "expected_time(chips_2)", "unit": "1", "means": "rounds"},
        },
    )
    (found,) = dilemma.solve(model, d="0.5")
    assert found.outcomes == {"length": 4, "gone": sp.Rational(1, 2), "never": 0}


def test_what_need_not_be_reached_takes_no_time_that_could_be_told():
    model = game(
        {"fork": {}, "left": {}, "right": {}},
        {"fork": {"next": {"left": "1/2", "right": "1/2"}}, "left": {"next": "left"}, "right": {"next": "right"}},
        outcomes={"left_at_last": {"is": "expected_time(left)", "unit": "1", "means": "rounds"}},
    )  # fmt: skip
    (found,) = dilemma.solve(model, d="0.5")
    assert found.outcomes["left_at_last"] is None


# --- where a way to play stops being an equilibrium --------------------------------------------------


def grim(**more):
    moves = {player: ["keep", "break_"] for player in ANN_AND_BOB}
    return game(
        {"trust": moves, "spite": {}},
        {
            "trust: keep, keep": {"pays": pays("r", "r"), "next": "trust"},
            "trust: keep, break_": {"pays": pays(0, "t"), "next": "spite"},
            "trust: break_, keep": {"pays": pays("t", 0), "next": "spite"},
            "trust: break_, break_": {"pays": pays(1, 1), "next": "spite"},
            "spite": {"pays": pays(1, 1), "next": "spite"},
        },
        parameters={**D, **number("r", 1, 4, open="both"), **number("t", 4, 9)},
        strategies="pure",
        **more,
    )


def test_the_critical_discount_factor_is_an_outcome():
    """(t - r)/(t - 1) under a grim threat (Friedman 1971)."""
    model = grim(
        outcomes={
            "patience": {"is": "least(d, play='keep, keep')", "unit": "1", "means": "patience"},
            "temptation": {"is": "greatest(t, play='keep, keep')", "unit": "1", "means": "most"},
        }
    )
    for r, t in ((3, 5), ("5/2", 7), (2, 4)):
        found = dilemma.solve(model, d="0.5", r=r, t=t)[0]
        assert found.outcomes["patience"] == (t - sp.Rational(r)) / (t - 1)
    # At d = 1/2 and r = 3 keeping beats t up to 5, and beats it nowhere where r is low.
    assert dilemma.solve(model, d="1/2", r=3, t=4)[0].outcomes["temptation"] == 5
    assert dilemma.solve(model, d="1/10", r=2, t=4)[0].outcomes["temptation"] is None


def test_where_no_patience_is_enough_there_is_no_least_one():
    """At a discount factor of 1, which no player has, values have a pole and no sign."""
    model = dilemma.load("repeated")
    at = {"threat": 4, "scope": 0, "c": 10, "delta": "0.9"}
    assert dilemma.solve(model, at, o="0.79")[0].outcomes["enough"] == sp.Rational(80, 81)
    assert dilemma.solve(model, at, o="0.81")[0].outcomes["enough"] is None


def test_a_threshold_is_proved_to_be_what_its_formula_says():
    model = grim(
        outcomes={"patience": {"is": "least(d, play='keep, keep')", "unit": "1", "means": "p"}}
    )
    claim = model.make_claim("patience == (t - r)/(t - 1)", over="all")
    (verdict,) = dilemma.prove(model, claim, cache=False, workers=1)
    assert verdict.status == "proved"


# --- mistakes --------------------------------------------------------------------------------------

MOVERS = {"one": {"ann": ["go", "stop"]}, "two": {}}
LINES = {"one: *": {"next": "one"}, "two": {"next": "two"}}
OFFERED = {"by": {"ann": 1}, "of": 1, "next": "two"}


@pytest.mark.parametrize(
    ("states", "stages", "more", "says"),
    [
        (MOVERS, LINES, {"shocks": {"s": {"uniform": [0, 1], "at": "tow"}}}, "no state 'tow'"),
        (MOVERS, LINES, {"shocks": {n: {"uniform": [0, 1], "at": "one"} for n in "st"}}, "a second shock"),
        (MOVERS, LINES, {"shocks": {"s": {"uniform": [0], "at": "one"}}}, "two formulas are wanted"),
        ({"one": {p: ["go", "stop"] for p in ANN_AND_BOB}}, {"one: *, *": {"next": "one"}}, {"shocks": {"s": {"uniform": [0, 1], "at": "one"}}}, "2 players move in 'one'"),
        ({"one": {"ann": ["a", "b", "c"]}}, {"one: *": {"next": "one"}}, {"shocks": {"s": {"uniform": [0, 1], "at": "one"}}}, "not two actions"),
        (MOVERS, {**LINES, "one: *": {"pays": {"ann": "s**2"}, "next": "one"}}, {"shocks": {"s": {"uniform": [0, 1], "at": "one"}}}, "not linear in 's'"),
        (MOVERS, {**LINES, "two": {"pays": {"ann": "s"}, "next": "two"}}, {"shocks": {"s": {"uniform": [0, 1], "at": "one"}}}, "unknown name 's'"),
        (MOVERS, {**LINES, "one: *": {"next": "one", "offer": OFFERED}}, {}, "a split is proposed where ann move"),
        (MOVERS, {**LINES, "two": {"next": "two", "offer": {**OFFERED, "by": {"carl": 1}}}}, {}, "no player 'carl'"),
        (MOVERS, {**LINES, "two": {"next": "two", "offer": {**OFFERED, "next": "tow"}}}, {}, "no state 'tow'"),
        (MOVERS, {**LINES, "two": {"next": "two", "offer": {**OFFERED, "by": {"ann": "1/3"}}}}, {}, "the chances sum to 1/3"),
        (MOVERS, LINES, {"strategies": "mixd"}, "pure or mixed"),
        ({"one": {"offer": ["go"]}}, {"one: go": {"next": "one"}}, {"players": {"offer": {"discount": "d"}}}, "a player is not called 'offer'"),
        (MOVERS, LINES, {"outcomes": {"v": {"is": "expected_time(tow)"}}}, "no state 'tow'"),
        (MOVERS, LINES, {"outcomes": {"v": {"is": "chance(two, after='x')"}}}, "a number of periods up to 100"),
        (MOVERS, LINES, {"outcomes": {"v": {"is": "least(e, play='go')"}}}, "no parameter 'e'"),
        (MOVERS, LINES, {"outcomes": {"v": {"is": "least(d, play='goo')"}}}, "did you mean 'go'"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_its_place(states, stages, more, says):
    with pytest.raises(ModelError, match=says):
        game(states, stages, **more)


def test_a_shock_without_width_is_no_game():
    model = game(
        {"one": {"ann": ["go", "stop"]}},
        {"one: go": {"pays": {"ann": "s"}, "next": "one"}, "one: stop": {"next": "one"}},
        shocks={"s": {"uniform": ["x", "1"], "at": "one"}},
        parameters={**D, **number("x", 0, 1)},
    )
    with pytest.raises(CalibrationError, match="does not lie below its high end"):
        dilemma.solve(model, d="0.5", x=1)


# --- two routes ------------------------------------------------------------------------------------


def test_a_cutoff_that_is_none_stops_with_an_error(monkeypatch):
    """Where branches propose what is no equilibrium the numbers do not follow them."""
    model = search_for_work()
    real = branches(model)
    wrong = tuple(replace(b, shape=replace(b.shape, polynomial=b.shape.polynomial - sp.Rational(1, 50))) if b.unknowns else b for b in real)  # fmt: skip
    monkeypatch.setattr("dilemma.games.dynamic.policies.branches", lambda *_, **__: wrong)
    with pytest.raises(DisagreementError, match="please report"):
        dilemma.solve(model, d="0.9")


def test_what_ever_longer_horizons_tend_to_must_be_among_the_branches(monkeypatch):
    model = search_for_work()
    few = tuple(b for b in branches(model) if not b.unknowns)
    monkeypatch.setattr("dilemma.games.dynamic.policies.branches", lambda *_, **__: few)
    with pytest.raises(DisagreementError, match="ever longer horizons"):
        dilemma.solve(model, d="0.9")
