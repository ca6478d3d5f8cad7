"""Whatever part of the machinery is made to lie, the lie is caught.

Caught means: the verdict is no longer what it should not be, with an example that bears it out, or
the thorough check stops with a disagreement.
"""

from dataclasses import replace

import pytest

import dilemma
from dilemma.checks.check import check
from dilemma.checks.recheck import wrong_with
from dilemma.claims import statements as stating
from dilemma.claims.decide import decide, stated
from dilemma.claims.engine import Engine
from dilemma.deciders.question import Answer, Question
from dilemma.errors import DisagreementError
from dilemma.games.numbers import regimes

CAUGHT = ("mixed", "disproved")
FEW = 300


def only(model, claim):
    (verdict,) = decide(model, claim, seconds=20)
    return verdict


def truly_fails(model, verdict):
    """Whether the verdict says so, and its example is one."""
    statements = stated(model, verdict.claim, verdict.era or verdict.claim.over)
    return verdict.status in CAUGHT and not wrong_with(statements, verdict.fails, fails=True)


@pytest.fixture
def caught(tmp_path):
    """A thorough check stops, and leaves a file."""

    def stops(model, verdict, match, draws=FEW, seconds=20):
        with pytest.raises(DisagreementError, match=match):
            check(model, verdict, draws=draws, seconds=seconds, folder=tmp_path)
        return len(list(tmp_path.iterdir())) == 1

    return stops


# --- claims and models that are not what they should be ---------------------------------------------


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("abandonment", "entrapment_rises_japan_firm"),
        ("abandonment", "stake_beats_entrapment"),
        ("abandonment_hedging", "abandonment_falls_where_the_hazard_does"),
        ("hedging", "indispensable_if_third_parties_pay_less"),
        ("hedging", "contagion"),
    ],
)
def test_a_claim_turned_into_its_opposite(model, name):
    model = dilemma.load(model)
    claim = model.claims[name]
    assert only(model, claim).status == "proved"
    fields = {"given": claim.text["given"]} if claim.text["given"] else {}
    text = claim.text["holds"].translate(str.maketrans("<>", "><"))
    text = text.replace("rises", "falls").replace(
        "dominant(japan, strong)", "dominant(japan, weak)"
    )
    flipped = model.make_claim(
        text, over=claim.over, **fields, **({"among": claim.among} if claim.among else {})
    )
    assert truly_fails(model, only(model, flipped))


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("abandonment", "stake_beats_entrapment"),
        ("abandonment_hedging", "abandonment_falls_where_the_hazard_does"),
        ("hedging", "indispensable_if_third_parties_pay_less"),
    ],
)
def test_an_assumption_left_out(model, name):
    model = dilemma.load(model)
    claim = model.claims[name]
    weaker = model.make_claim(claim.text["holds"], over=claim.over)
    assert truly_fails(model, only(model, weaker))


def test_a_wrong_formula_of_an_outcome(abandonment, caught):
    claim = "tradeoff_us"
    right = decide(abandonment, abandonment.claims[claim])[0]
    wrong = abandonment.replace(outcomes={"entrapment_us": {"is": "w_U*m_U*(1 - x_U)"}})
    assert right.status == "proved"
    assert truly_fails(wrong, decide(wrong, wrong.claims[claim])[0])
    assert caught(wrong, right, "the claim fails")


def test_a_wrong_payoff(abandonment, caught):
    right = only(abandonment, abandonment.claims["stake_beats_entrapment"])
    wrong = abandonment.replace(definitions={"om_J": {"is": "2*w_J*m_J*E_J + r_J"}})
    given = "s_J - c_J > w_J*m_J*E_J + r_J and s_U - c_U > om_U + r_U"
    claim = wrong.make_claim("dominant(japan, strong)", over="all", given=given)
    assert truly_fails(wrong, only(wrong, claim))
    assert caught(wrong, replace(right, claim=claim), "the claim fails")


# --- deciders that lie ------------------------------------------------------------------------------


@pytest.fixture
def false_claim(abandonment):
    """A claim that fails somewhere: Japan supports the alliance in every equilibrium."""
    given = 'kind(japan) == "stag hunt" and kind(us) == "stag hunt"'
    return abandonment.make_claim("support_japan > 0", over="post_cold_war", given=given)


def test_z3_says_that_nothing_can_be(abandonment, false_claim, monkeypatch, caught):
    monkeypatch.setattr(Question, "_check", lambda *_: Answer("unsat"))
    verdict = only(abandonment, false_claim)
    assert verdict.status != "mixed"
    assert caught(abandonment, verdict, "at a calibration")


def test_z3_says_that_no_claim_can_fail(abandonment, false_claim, monkeypatch, caught):
    monkeypatch.setattr(Engine, "_read_off", lambda *_: "")
    verdict = only(abandonment, false_claim)
    assert verdict.status == "proved"
    assert caught(abandonment, verdict, "the claim fails in some equilibrium")


def test_z3_finds_what_is_not_there(abandonment, monkeypatch):
    """Whatever it is asked, it answers with zeros: an example is substituted back before it counts."""
    honest = Question._check

    def lies(question, *asked):
        answer = honest(question, *asked)
        return replace(answer, status="sat", values=dict.fromkeys(question.symbols, 0))

    monkeypatch.setattr(Question, "_check", lies)
    try:
        verdict = only(abandonment, abandonment.claims["stake_beats_entrapment"])
    except DisagreementError:
        return
    assert verdict.status not in CAUGHT


@pytest.mark.parametrize(
    ("decider", "function"), [("elimination", "reduced"), ("bisection", "bisected")]
)
def test_another_decider_says_that_nothing_can_be(
    abandonment, false_claim, monkeypatch, caught, decider, function
):
    verdict = only(abandonment, false_claim)
    assert verdict.status == "disproved"
    nothing = type("Found", (), {"status": "unsat", "values": {}})
    monkeypatch.setattr(f"dilemma.deciders.question.{function}", lambda *_, **__: nothing)
    assert caught(abandonment, verdict, f"{decider} alone finds it contradictory")


# --- branches left out ------------------------------------------------------------------------------


def test_an_equilibrium_of_actions_is_left_out(abandonment, false_claim, monkeypatch, caught):
    every = stating.branches

    def but_one(model, **about):
        return tuple(b for b in every(model, **about) if b.name != "weak, weak")

    monkeypatch.setattr(stating, "branches", but_one)
    verdict = only(abandonment, false_claim)
    assert verdict.status == "proved"
    assert caught(abandonment, verdict, "the claim fails in some equilibrium")


def test_an_equilibrium_of_chosen_numbers_is_left_out(monkeypatch, caught, hedging):
    """Then the attack, which solves the same branches, does not see it: a search does."""
    whole = regimes.branches

    def but_one(model, holding=(), *, bargain=True):
        both = {"x_J.high", "x_U.high"}
        return tuple(b for b in whole(model, holding, bargain=bargain) if set(b.binds) != both)

    for module in ("numbers.regimes", "numbers.optimality", "numbers.choosing"):
        monkeypatch.setattr(f"dilemma.games.{module}.branches", but_one)
    model = hedging.replace(name="sabotaged")  # nothing is cached of it
    claim = model.make_claim("y_J + y_U > 0", over="post_cold_war")
    verdict = only(model, claim)
    assert verdict.status == "proved"
    assert caught(model, verdict, "an equilibrium is missing", seconds=120)  # it stops when found
