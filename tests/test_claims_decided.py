"""Claims are decided for every calibration and every equilibrium, and the verdict says how."""

import random

import pytest
import sympy as sp

import dilemma
from dilemma.checks.recheck import wrong_with
from dilemma.claims import examples
from dilemma.claims.decide import stated
from dilemma.deciders.question import Question
from dilemma.errors import DisagreementError
from small_games import meeting


def verdict(model, seconds=30, **claim):
    (found,) = dilemma.prove(model, model.make_claim(says="", **claim), seconds=seconds)
    return found


@pytest.fixture(scope="module")
def entry():
    return meeting()


def test_true_of_every_equilibrium_is_proved(entry):
    assert verdict(entry, over="now", holds="a >= 0 and lefts <= 1").status == "proved"


def test_true_of_the_pure_equilibria_alone_is_mixed_until_the_claim_says_so(entry):
    # Where u = w = 0 anything is played; where both are positive the mixed equilibrium pays less.
    holds = "a == u or a == w"
    assert verdict(entry, over="now", holds=holds).fails is not None
    assert verdict(entry, over="now", holds=holds, among="pure").status == "proved"


def test_what_fails_somewhere_comes_with_an_exact_example(entry):
    found = verdict(entry, over="now", holds="u < w or lefts > 0")
    example = found.fails
    at = example.calibrations["now"]
    assert at["u"] >= at["w"]
    assert example.play["now"]["a"]["left"] == 0
    assert example.values["now"]["a"] == at["w"]


def test_what_fails_everywhere_is_disproved(entry):
    assert verdict(entry, over="now", holds="u + w > 4").status == "disproved"


def test_assumptions_that_cannot_hold_together_are_told(entry):
    assert (
        verdict(entry, over="now", given="u > w and w > u", holds="u > 0").status == "contradictory"
    )


def test_no_equilibrium_to_speak_of_is_vacuous_and_not_proved(entry):
    found = verdict(
        entry, over="now", given="u > 0 and w > 0", among="left, right", holds="lefts == 1"
    )
    assert found.status == "vacuous"


def test_a_claim_without_meaning_somewhere_stays_open(entry):
    found = verdict(entry, over="now", holds="1/u > 0")
    assert found.status == "open"
    assert "u = 0" in found.reason
    assert verdict(entry, over="now", given="u > 0", holds="1/u > 0").status == "proved"


def test_a_claim_of_a_logarithm_is_decided(entry):
    assert verdict(entry, over="now", holds="log(1 + u) >= 0").status == "proved"


def test_a_claim_beyond_all_deciders_stays_open(entry):
    found = verdict(entry, over="now", holds="(1 + u)**(1 + u) >= 1")
    assert found.status == "open"
    assert "(u + 1)**(u + 1)" in found.reason


def test_a_claim_past_its_budget_stays_open(abandonment_hedging):
    found = verdict(
        abandonment_hedging, seconds=0.001, over="post_cold_war", holds="unique(hedge, hedge)"
    )
    assert found.status == "open"
    assert found.reason


def test_rises_compares_two_calibrations_that_differ_in_one_parameter(entry):
    given = "u > 0 and w > 0"
    mixed = {"over": "now", "given": given, "among": "mixed"}
    assert verdict(entry, **mixed, holds="rises(lefts, w)").status == "proved"
    assert verdict(entry, **mixed, holds="falls(lefts, u)").status == "proved"
    wrong = verdict(entry, **mixed, holds="falls(lefts, w)")
    assert wrong.status == "disproved"
    low, high = wrong.fails.calibrations.values()
    assert high["w"] > low["w"]
    assert high["u"] == low["u"]
    assert [v["lefts"] for v in wrong.fails.values.values()] == [
        low["w"] / (low["u"] + low["w"]),
        high["w"] / (high["u"] + high["w"]),
    ]


def test_a_parameter_shared_by_the_eras_is_one_draw(abandonment):
    text = "post_cold_war.entrapment_us(strong, strong) > cold_war.entrapment_us(weak, strong)"
    assert verdict(abandonment, over="pair", holds=text).status == "proved"
    same = "cold_war.m_U == post_cold_war.m_U"
    assert verdict(abandonment, over="pair", holds=same).status == "proved"
    free = "cold_war.kap_J == post_cold_war.kap_J"
    assert verdict(abandonment, over="pair", holds=free).status == "mixed"
    assert verdict(abandonment, over="pair", holds=free, shared=["kap_J"]).status == "proved"


@pytest.fixture(scope="module")
def sample(abandonment):
    """A hundred random calibrations, with what the definitions come to."""
    rng = random.Random(3)
    box = abandonment.eras["post_cold_war"].values
    found = []
    for _ in range(100):
        calibration = {
            name: sp.Rational(rng.randint(int(1000 * v.range.low), int(1000 * v.range.high)), 1000)
            for name, v in box.items()
        }
        found.append({s.name: v for s, v in abandonment.values(calibration).items()})
    return found


@pytest.mark.parametrize("flip", [">", "<"])
def test_the_verdict_is_not_the_opposite_of_what_a_sample_says(abandonment, sample, flip):
    """It can refute 'proved' and 'disproved', and must not."""
    for left, right in (
        ("D0_J", "D1_J"),
        ("psi_U", "kap_U*phi_U"),
        ("om_J", "phi_J"),
        ("n_U", "0"),
    ):
        found = verdict(abandonment, over="post_cold_war", holds=f"{left} {flip} {right}")
        seen = set()
        for at in sample:
            a, b = (sp.sympify(side, locals=at) for side in (left, right))
            seen.add(bool(a > b) if flip == ">" else bool(a < b))
        if found.status == "proved":
            assert seen == {True}
        elif found.status == "disproved":
            assert seen == {False}
        else:
            assert found.status == "mixed"


def test_an_example_that_does_not_bear_the_verdict_out_stops_with_an_error(entry, monkeypatch):
    def liar(model, calibration, play):
        return sp.Integer(1)

    monkeypatch.setattr(examples, "deviation_gain", liar)
    with pytest.raises(DisagreementError, match="no equilibrium"):
        verdict(entry, over="now", holds="lefts > 0")


def test_a_denominator_is_asked_about_where_it_can_vanish():
    x = sp.Symbol("x", real=True)
    question = Question(lambda symbol: [symbol >= 0, symbol <= 1])
    question.read(1 / x > 0)
    (obligation,) = question.obligations
    assert question.ask_obligation(obligation).status == "sat"
    guarded = Question(lambda symbol: [symbol >= 0, symbol <= 1])
    guarded.read(sp.Piecewise((1 / x, x > 0), (0, True)) >= 0)
    assert [guarded.ask_obligation(o).status for o in guarded.obligations] == ["unsat"]


# --- what a claim may not slip past -----------------------------------------------------------------


def test_two_trends_are_two_comparisons(abandonment):
    given = 'kind(japan) == "stag hunt" and kind(us) == "stag hunt" and w_J*m_J > 0'
    mixed = {"over": "all", "given": given, "among": "mixed"}
    right = "rises(support_us, E_J) and rises(support_us, c_J)"
    wrong = "rises(support_us, E_J) and falls(support_us, c_J)"
    assert verdict(abandonment, **mixed, holds=right).status == "proved"
    assert verdict(abandonment, **mixed, holds=wrong).status == "disproved"


def test_a_trend_needs_two_calibrations_to_compare(abandonment):
    for holds in ("rises(support_us, A_J)", "falls(support_us, A_J)"):
        found = verdict(abandonment, over="cold_war", holds=holds)
        assert found.status == "vacuous"
        assert "A_J" in found.reason


def test_a_trend_holds_only_if_it_does_in_every_equilibrium(entry):
    given = "u > 0 and w > 0"
    assert verdict(entry, over="now", given=given, holds="falls(lefts, u)").status == "disproved"
    level = "falls(lefts, u) and lefts < 1/2"
    assert verdict(entry, over="now", given=given, among="mixed", holds=level).status == "mixed"


def test_another_equilibrium_outside_those_spoken_of_still_refutes_uniqueness(entry):
    found = verdict(
        entry,
        over="now",
        given="u > 0 and w > 0",
        among="left, left",
        holds="unique(left, left) and lefts == 1",
    )
    assert found.status == "disproved"
    assert found.fails.play["now"]["a"]["left"] == 1
    assert found.fails.play["now, another equilibrium"]["a"]["left"] != 1


def test_assumptions_about_play_may_be_such_that_nothing_is_left(entry):
    assert verdict(entry, over="now", given="lefts > 2", holds="u > 5").status == "vacuous"
    clash = verdict(entry, over="now", given="u > 5 and lefts >= 0", holds="u > 1")
    assert clash.status == "contradictory"


def test_eras_that_share_a_parameter_with_nothing_in_common_are_contradictory(abandonment):
    found = verdict(abandonment, over="pair", shared=["m_J"], holds="cold_war.p_J < 1")
    assert found.status == "contradictory"  # [0, .05] and [.15, .5]


def test_a_game_that_is_not_defined_in_the_box_leaves_every_claim_open(entry):
    for payoff, what in (("1/u", "division by zero, u = 0"), ("sqrt(u - 1)", "root of a negative")):
        game = entry.replace(payoffs={"left, left": {"a": payoff}})
        for holds in ("lefts <= 1", "lefts > 2", "equilibrium(left, left)"):
            found = verdict(game, over="now", holds=holds)
            assert found.status == "open"
            assert what in found.reason


def test_an_outcome_undefined_at_a_profile_is_no_number(entry):
    game = entry.replace(
        outcomes={"odds": "1 if probability(a, left) > 0 else undefined"},
    )
    for holds in ("odds(right, right) != 1", "odds == 1", "odds > 0"):
        assert verdict(game, over="now", holds=holds).status == "open"
    assert verdict(game, over="now", holds="odds(left, right) == 1").status == "proved"


@pytest.mark.parametrize("mode", ["holds", "exists"])
@pytest.mark.parametrize(
    ("number", "relation"),
    [
        ("1/lefts", "!= 3"),
        ("1/lefts", "== 3"),
        ("log(lefts)", "!= 3"),
        ("sqrt(lefts - 1)", "!= 3"),
        ("sqrt(lefts - 1)*sqrt(lefts - 2)", "< 3"),  # whose product would be real
        ("abs(sqrt(lefts - 1))", "< 3"),
    ],
)
def test_what_has_no_value_is_neither_equal_nor_unequal_to_anything(entry, number, relation, mode):
    """On the right ``lefts`` is 0 everywhere, so that this is no longer about any parameter."""
    given = {"over": "now", "among": "right, right"}
    found = verdict(entry, **{mode: f"{number} {relation}"}, **given)
    assert (found.status, found.fails, found.holds) == ("open", None, None)
    assert "is not defined wherever the claim speaks of it" in found.reason
    # Nor does it help that something else is true, or that a part would already fail.
    beside = verdict(entry, **{mode: f"w > 5 or not ({number} {relation})"}, **given)
    assert (beside.status, beside.fails, beside.holds) == ("open", None, None)


def test_a_logarithm_speaks_of_where_it_has_a_value(entry):
    """Here u is at most 2, so that no log(u - 1) is above 0; below 1 there is none."""
    fails = verdict(entry, over="now", among="left, left", holds="lefts > 2 or w < log(u - 1)")
    assert fails.status == "disproved"
    assert fails.fails.calibrations["now"]["u"] > 1
    holds = verdict(entry, over="now", among="left, left", holds="lefts > 2 or log(u - 1) <= 0")
    assert (holds.status, holds.fails, holds.holds) == ("open", None, None)
    assert "the logarithm of what is not positive" in holds.reason


def test_what_is_small_but_exact_is_no_tie_when_an_example_is_checked(entry):
    claim = entry.make_claim(says="", over="now", holds="1/1e400 > u and b >= 0")
    (found,) = dilemma.prove(entry, claim)
    assert found.status == "mixed"
    assert found.holds.calibrations["now"]["u"] == 0
    assert wrong_with(stated(entry, claim, "now"), found.holds, fails=False) == ""


def test_an_equilibrium_that_is_always_there_refutes_everywhere(entry):
    found = verdict(entry, over="now", given="w > 0", holds="lefts > 1/2")
    assert found.status == "disproved"


def test_what_is_compared_is_shown_with_its_numbers(abandonment):
    ledger = dilemma.prove(abandonment, "entrapment_rises_japan_weak")
    shown = [row for table in ledger.explain().tables() for row in table.rows]
    assert ("entrapment_japan(strong, strong)", "0.01", "") in shown
    assert ("entrapment_japan(weak, weak)", "", "0") in shown
