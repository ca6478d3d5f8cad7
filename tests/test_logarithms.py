"""Logarithms and exponentials in claims: proved by lines that touch and cut, refuted by true values."""

import math

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import dilemma
from dilemma.claims.decide import decide
from dilemma.deciders.question import Question

x, y = sp.symbols("x y", real=True)


def asked(*statements, low=0, high=10):
    """Ask whether statements can hold together, of symbols between two ends that are open."""
    question = Question(lambda symbol: (symbol > low, symbol < high))
    question.add(*statements)
    return question.ask()


@pytest.mark.parametrize(
    "statement",
    [
        sp.log(x) > x - 1,
        sp.exp(x) < 1 + x,
        x * sp.log(x) < -sp.Rational("0.369"),  # at least -1/e
        sp.And(sp.log(x) < sp.log(y), x > y),
        sp.And(x > sp.exp(2), x < sp.Rational("7.389")),
        sp.And(x < sp.E, x > sp.Rational("2.7183")),
        sp.exp(-x) * x > sp.Rational("0.368"),  # at most 1/e
        sp.log(1 + x) > x,
    ],
    ids=str,
)
def test_textbook_inequalities_are_proved(statement):
    assert asked(statement).status == "unsat"


@pytest.mark.parametrize(
    "statement",
    [
        sp.log(x) >= x - 1,  # at 1 alone
        x * sp.log(x) < -sp.Rational("0.367"),
        sp.And(x > sp.exp(2), x < sp.Rational("7.39")),
        sp.Eq(sp.log(x), 0),
        sp.And(sp.exp(x) > 20_000, x < sp.Rational("9.91")),
        sp.And(sp.log(x) < -12, sp.log(y) > 2),
        sp.exp(-x) * x > sp.Rational("0.367"),
    ],
    ids=str,
)
def test_an_example_is_true_of_the_curve_itself(statement):
    answer = asked(statement)
    assert answer.status == "sat"
    assert statement.subs(answer.values) is sp.true


NUMBERS = st.integers(-12, 12).map(lambda n: sp.Rational(n, 4))


@settings(deadline=None, max_examples=60)
@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.sampled_from([sp.log, sp.exp]))
def test_answers_agree_with_a_scan(a, b, c, d, curve):
    """The formula a*f(x) + b*x + c*x**2 < d, at a thousand points in floats."""
    answer = asked(a * curve(x) + b * x + c * x**2 < d, high=4)
    f = math.log if curve is sp.log else math.exp
    gaps = [
        float(a) * f(t) + float(b) * t + float(c) * t * t - float(d)
        for t in (4 * (k + 0.5) / 1000 for k in range(1000))
    ]
    if answer.status == "unsat":
        assert min(gaps) > -1e-9
    if answer.status == "sat":
        t = float(answer.values.get(x, 1))
        assert float(a) * f(t) + float(b) * t + float(c) * t * t - float(d) < 1e-9
    if min(gaps) < -0.1:
        assert answer.status != "unsat"


def test_a_logarithm_of_what_is_not_positive_has_no_value():
    question = Question(lambda symbol: (symbol > -1, symbol < 1))
    question.read(sp.log(x) < 5)
    (obligation,) = question.obligations
    assert "the logarithm of what is not positive, x <= 0" in obligation.reason
    assert question.ask_obligation(obligation).status != "unsat"


# --- in claims ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def effort():
    """Return one who chooses x = a, and another who chooses y = x/2."""
    number = {"unit": "util", "means": "worth of effort"}
    return dilemma.Model(
        name="effort", title="Effort", kind="continuous",
        players={
            "one": {"choices": {"x": {"range": [0, 10]}}},
            "two": {"choices": {"y": {"range": [0, 10]}}},
        },
        parameters={"a": {"range": [1, 3], **number}},
        payoffs={"one": "a*x - x**2/2", "two": "x*y - y**2"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"holds": "log(x) <= a - 1"}, "proved"),  # x = a
        ({"holds": "log(x) >= a - 1"}, "mixed"),  # at a = 1 alone
        ({"holds": "exp(y) > 1 + y"}, "proved"),  # y = a/2 > 0
        ({"holds": "log(x) > 1.1"}, "disproved"),  # log(3) = 1.0986
        ({"exists": "exp(y) >= 5"}, "disproved"),  # exp(3/2) = 4.48
        ({"exists": "x*log(x) >= 0"}, "proved"),
        ({"holds": "log(x - a + 1) == 0"}, "proved"),
    ],
    ids=str,
)
def test_claims_with_logarithms_are_decided(effort, fields, wanted):
    (verdict,) = decide(effort, effort.make_claim(**fields, over="all"), seconds=60)
    assert verdict.status == wanted, verdict.reason


def test_a_claim_without_a_value_somewhere_says_so(effort):
    (verdict,) = decide(effort, effort.make_claim("log(x - 2) < 5", over="all"), seconds=60)
    assert verdict.status == "open"
    assert "the logarithm of what is not positive" in verdict.reason


def test_matrix_games_speak_of_logarithms_too():
    """Row mixes left with the chance b/(1 + b), which makes column indifferent."""
    model = dilemma.Model(
        name="chance", title="Chance",
        players={p: {"actions": ["left", "right"]} for p in ("row", "column")},
        parameters={"b": {"range": [1, 4], "unit": "1", "means": "what right is worth to column"}},
        payoffs={
            "left, left": {"row": "1", "column": "1"},
            "left, right": {"row": "0", "column": "0"},
            "right, left": {"row": "0", "column": "0"},
            "right, right": {"row": "1", "column": "b"},
        },
        outcomes={"chance": {"is": "probability(row, left)", "unit": "1", "means": "chance of left"}},
    )  # fmt: skip
    for text, wanted in (("log(chance) <= 0", "proved"), ("log(chance) > -1/10", "disproved")):
        (verdict,) = decide(model, model.make_claim(text, over="all", among="mixed"), seconds=60)
        assert verdict.status == wanted, verdict.reason
