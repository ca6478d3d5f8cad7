"""Claims about games in which numbers are chosen: proved by logic, refuted by exact examples."""

import pytest
import sympy as sp

import dilemma
import small_games
from dilemma.checks.check import check
from dilemma.claims.decide import decide
from dilemma.claims.trials import NOTHING
from dilemma.games.solution import by_branches
from small_games import chosen_game, ranging, valued


@pytest.fixture(scope="module")
def market():
    return small_games.market()


def verdict(model, holds, **fields):
    (found,) = dilemma.prove(model, model.make_claim(holds, says="", **fields))
    return found


def test_what_holds_in_every_equilibrium_is_proved(market):
    assert verdict(market, "price > c and x == y", over="then").status == "proved"


def test_a_cost_passes_on_by_two_thirds(market):
    assert verdict(market, "rises(price, c) and falls(total, c)", over="all").status == "proved"
    assert verdict(market, "3*price == a + 2*c", over="all").status == "proved"


def test_the_opposite_of_what_is_proved_is_disproved_with_an_example(market):
    found = verdict(market, "falls(price, c)", over="all")
    assert found.status == "disproved"
    (here, there) = found.fails.calibrations.values()
    assert there["c"] > here["c"]


def test_a_counterexample_is_an_equilibrium_by_the_textbook(market):
    found = verdict(market, "x > 1/2", over="then")
    assert found.status == "mixed"
    for example, truth in ((found.fails, False), (found.holds, True)):
        at = example.calibrations["then"]
        play = example.play["then"]
        assert play["one"]["x"] == play["two"]["y"] == (at["a"] - at["c"]) / 3
        assert bool(play["one"]["x"] > sp.Rational(1, 2)) is truth


def test_an_example_stays_near_the_centre_where_it_can(market):
    found = verdict(market, "price < 1/2", over="then")
    assert found.fails.moved["then"] == ("a",)


def test_held_choices_are_any_that_are_feasible(market):
    assert verdict(market, "y < 1/10", over="all", holding=["x"]).status == "mixed"
    assert (
        verdict(market, "2*y == a - c - x or y == 0", over="all", holding=["x"]).status == "proved"
    )


def test_what_is_held_in_an_era_that_is_not_spoken_of_may_be_anything(market):
    claim = market.make_claim("then.one <= 1/4", over="pair", holding=["x"])
    (found,) = decide(market, claim)
    assert found.status == "mixed"
    assert check(market, found, draws=100, seconds=10).attack.failing > 0


def test_one_equilibrium_is_proved_and_two_are_found(market, hedging):
    assert verdict(market, "number_of_equilibria <= 1", over="all").status == "proved"
    several = verdict(hedging, "number_of_equilibria <= 1", over="post_cold_war")
    assert several.status == "mixed"
    (at,) = [c for label, c in several.fails.calibrations.items() if "another" not in label]
    points, _ = by_branches(hedging, hedging.values(at))
    assert len(points) == 3


def test_a_lemma_that_is_not_proved_proves_nothing(market):
    claims = {
        "wrong": {"says": "", "over": "all", "holds": "price > 2*c", "expect": "mixed"},
        "built_on_it": {
            "says": "",
            "over": "all",
            "given": "c >= 1/2",
            "holds": "price > 1",
            "because": ["wrong"],
            "expect": "mixed",
        },
    }
    model = market.replace(claims=claims)
    (found,) = dilemma.prove(model, "built_on_it")
    assert found.status == "mixed"
    assert found.lemmas == ()


def test_a_lemma_about_both_eras_says_of_each_only_what_is_so_in_it(market):
    """A claim about the pair that fails where no random calibration hits is not proved through it."""
    eras = {"then": {"a": valued(1, 1, "7/5")}, "now": {"a": valued("3/2", "3/2", 2)}}
    lemma = {"says": "", "over": "pair", "holds": "then.price < now.price"}
    almost = "then.price < now.price and (now.a - 31/18)**2 + (now.c - 3/7)**2 > 1/10**12"
    claims = {"lemma": lemma, "claim": {**lemma, "holds": almost, "because": ["lemma"]}}
    model = market.replace(eras=eras, claims=claims)
    (found,) = decide(model, model.claims["claim"], seconds=3)
    assert found.status != "proved"


def test_a_claim_says_which_lemma_it_was_proved_through(market):
    margin = {"says": "", "over": "all", "holds": "price >= c", "label": "M1L"}
    claim = {"says": "", "over": "all", "holds": "price >= c", "because": ["margin"]}
    ledger = dilemma.prove(market.replace(claims={"margin": margin, "claim": claim}), "claim")
    assert ledger[0].lemmas == ("margin",)
    assert "M1L" in str(ledger)
    assert "proved, used" in str(ledger)


@pytest.mark.slow
def test_a_claim_of_the_theory_says_which_lemma_it_was_proved_through(hedging):
    ledger = dilemma.prove(hedging, "both_hedge_more")
    assert ledger[0].lemmas == ("lemma_both_hedge_more",)
    assert "C3.5L" in str(ledger)
    assert "proved, used" in str(ledger)


def test_an_assumption_that_no_calibration_meets_is_contradictory(market):
    assert verdict(market, "x > 0", over="then", given="c > a").status == "contradictory"


def test_what_is_never_played_is_vacuous(market):
    assert verdict(market, "x > 0", over="then", among="x.low").status == "vacuous"


def test_a_trend_in_what_cannot_move_is_vacuous(market):
    game = market.replace(eras={"then": {"a": valued(1)}})
    for trend in ("rises(x, a)", "falls(x, a)"):
        found = verdict(game, trend, over="then")
        assert (found.status, found.reason.endswith("differ in a alone")) == ("vacuous", True)


def test_a_prover_that_lies_is_caught_by_random_calibrations(market, monkeypatch):
    monkeypatch.setattr("dilemma.claims.engine.Engine._not_excluded", lambda *_: "")
    assert verdict(market, "x > 1/2", over="then").fails is not None


def test_calibrations_that_miss_it_leave_a_false_claim_to_logic(market, monkeypatch):
    monkeypatch.setattr("dilemma.claims.engine.findings", lambda *_, **__: NOTHING)
    assert verdict(market, "x > 1/2", over="then").status != "proved"


@pytest.mark.slow
def test_a_leaders_counterexample_is_its_optimum(cork):
    """Even in the Cold War's box there is a corner in which the ceiling is frozen."""
    found = verdict(cork, "K > s", over="cold_war")
    assert found.status == "mixed"
    assert dilemma.solve(cork, found.fails.calibrations["Cold War"]).names == ("(frozen)",)


def test_draws_have_few_digits_and_lie_in_the_box(hedging):
    found = verdict(hedging, "x_J < 1/10", over="post_cold_war")
    at = found.fails.calibrations["post-Cold War"]
    for name, row in hedging.eras["post_cold_war"].values.items():
        assert at[name] in row.range
        assert len(str(float(at[name]))) < 8


# --- how many equilibria there are -----------------------------------------------------------------


@pytest.fixture(scope="module")
def bank():
    """A run: nobody stays, both stay, or each as (k/2, (1 + d)/2) where that is inside: by hand.

    So there are three where k < 2 and d < 1, one where k > 2.
    """
    half = valued("1/2", "2/5", "3/5")
    return chosen_game(
        {"one": "x*(2*y - 1) - d*x", "two": "y*(2*x - k)"},
        name="bank",
        parameters={"k": ranging(0, 3), "d": ranging(0, 1)},
        outcomes={"both": "x*y", "spent": "k*(1 + x)"},
        eras={
            "then": {"k": valued("3/10", "1/5", "2/5"), "d": half},
            "now": {"k": valued("11/10", 1, "6/5"), "d": half},
        },
    )


def test_an_assumption_about_another_era_stays_one_when_equilibria_are_counted(bank):
    narrow = "then.k <= 1/2 and (now.k - 11/10)**2 < 10**-10 and now.k != 11/10"
    found = verdict(bank, "now.number_of_equilibria <= 2", over="pair", given=narrow)
    assert found.status != "proved"  # there are three, at each of them


def test_equilibria_are_counted_while_play_in_another_era_stays(bank):
    given = "then.both <= 1/2"
    found = verdict(bank, "now.number_of_equilibria <= 2", over="pair", given=given)
    assert set(found.fails.play) == {"then", "now", "now, another equilibrium"}
    then = found.fails.play["then"]
    assert then["one"]["x"] * then["two"]["y"] <= sp.Rational(1, 2)
    assert verdict(bank, "now.number_of_equilibria <= 3", over="pair", given=given).status == (
        "proved"
    )


@pytest.mark.parametrize(
    ("claimed", "given", "statuses"),
    [
        ("rises(spent, k) and number_of_equilibria <= 1", "k > 2", {"proved"}),
        ("rises(spent, k) and number_of_equilibria <= 1", "0 <= k", {"proved"}),  # at k > 2
        (
            "rises(spent, k) and number_of_equilibria <= 1 and k < 1",
            "k >= 0",
            {"disproved", "open"},
        ),
        ("rises(spent, k) and number_of_equilibria <= 3", "0 < k and k < 2 and d < 1", {"proved"}),
    ],
)
def test_what_is_counted_is_not_what_a_trend_leads_to(bank, claimed, given, statuses):
    claim = bank.make_claim(possible=claimed, over="all", given=given)
    (found,) = dilemma.prove(bank, claim, cache=False)
    assert found.status in statuses


def test_one_equilibrium_on_a_border_is_not_counted_twice(bank):
    assert verdict(bank, "number_of_equilibria <= 1", over="all", given="k > 2").status == "proved"
    given = "both > 0 and d < 1 and k < 2"
    assert verdict(bank, "number_of_equilibria <= 2", over="all", given=given).status == "proved"


def test_an_assumption_about_what_may_have_no_value_is_met_where_it_has_one(market):
    """Each sells half of what is sold, wherever anything is: a third at the centre."""
    game = market.replace(outcomes={"part": "x / (x + y) if x + y > 0 else undefined"})
    for given in ("part > 0", "1/part > 0", "not (diff(two, x) >= 1/part)"):
        found = verdict(game, "falls(two, a)", over="then", given=given)
        assert found.status == "disproved"
