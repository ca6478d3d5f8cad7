"""A leader's problem is reduced to one polynomial, and loses nothing on the way.

Where a parameter is at the end of its range a reduction may multiply by what vanishes there; other
terms are found for it.  What is compared with is substitution by sympy, and brute force.
"""

import random

import numpy as np
import pytest
import sympy as sp

import dilemma
from dilemma.claims.decide import decide
from dilemma.games.batch import _roots
from dilemma.games.branch import triangle
from dilemma.games.numbers.first_order import stationary
from dilemma.games.numbers.leading import leaders_condition, remainder
from dilemma.games.numbers.regimes import branches
from small_games import led, ranging

A, B, X, Y = sp.symbols("a b x y", real=True)

# A firm that leads sells at a price that falls with what both sell; the follower's costs are steep
# where c is large and level where it is 0, and its reply is a root then no more.
FOLLOWER = """
title  = "Steep costs"
kind   = "sequential"
source = "nobody"
reads  = "One leads, one follows; what both sell is the term in which the problem is simple."

[players.first]
moves   = 1
choices = { x = { range = ["0", "1"], unit = "goods", means = "sold first" } }

[players.second]
moves   = 2
choices = { y = { range = ["0", "1"], unit = "goods", means = "sold then" } }

[parameters]
c = { range = [0, 1], unit = "1", means = "how steep the second's costs are" }

[definitions]
met = { is = "x*(1 - c*y)", unit = "goods", means = "what is left of the first's goods" }

[payoffs]
first  = "met*(2 - met - y)"
second = "y/2 - y**2/2 - (1 + y)*(1 - met)**2/4"
"""


@pytest.fixture(scope="module")
def steep(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "steep.toml"
    path.write_text(FOLLOWER)
    return dilemma.load(path)


def best_by_brute_force(c):
    """Return the leader's best number and what it is paid: a grid, and thirds for the reply."""
    x = np.linspace(0, 1, 4001)

    def second(y):
        return y / 2 - y**2 / 2 - (1 + y) * (1 - x * (1 - c * y)) ** 2 / 4

    low, high = np.zeros_like(x), np.ones_like(x)
    for _ in range(90):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        rising = second(left) < second(right)
        low, high = np.where(rising, left, low), np.where(rising, high, right)
    met = x * (1 - c * low)
    paid = met * (2 - met - low)
    return x[np.argmax(paid)], paid.max()


@pytest.mark.parametrize("c", ["0", "1/100", "1/3", "1"])
def test_the_leaders_best_is_that_of_a_grid_also_where_a_coefficient_vanishes(steep, c):
    found = dilemma.solve(steep, {"c": c})
    assert found.complete, found.reason
    (optimum,) = found
    x, paid = best_by_brute_force(float(sp.Rational(c)))
    assert float(optimum.payoffs["first"]) == pytest.approx(paid, abs=1e-6)
    assert float(optimum.outcomes["x"]) == pytest.approx(x, abs=2e-3)


def test_a_definition_stands_for_what_is_chosen_where_that_keeps_the_limit(steep):
    (choice,) = steep.game.of("first")
    inside = stationary(steep, ("second",), ())
    equation, shape = leaders_condition(steep, inside, choice, inside.slack)
    assert steep.definitions["met"].symbol in equation.free_symbols
    assert shape.steps[0][0] == choice.symbol
    # At the limit the polynomial that is left still has finitely many roots.
    (c,) = (p.symbol for p in steep.parameters.values())
    assert sp.Poly(shape.polynomial.subs(c, 0), shape.last).degree() > 0


def test_what_a_branch_solves_satisfies_its_equations(steep):
    (inside,) = (b for b in branches(steep) if b.name == "interior")
    values = steep.values({"c": sp.Rational(1, 3)})
    for solved in dilemma.solve(steep, {"c": "1/3"}):
        at = values | {sp.Symbol(n, real=True): v for n, v in solved.outcomes.items()}
        at |= {sp.Symbol(n, real=True): v for own in solved.play.values() for n, v in own.items()}
        assert solved.branch == inside.name
        assert all(abs(steep.expand_play(e).subs(at)) < 1e-20 for e in inside.equations)


# --- at an end of the leader's range ----------------------------------------------------------------


SHARE = {**ranging(0, 1), "open": "both"}


@pytest.fixture(scope="module")
def mobilising():
    """Return a game of a defender who mobilises x at a cost, and an attacker who attacks if that pays."""
    return led(
        {
            "defender": "(1 - y)*v + y*(x/(x + f)*v - c) - x",
            "attacker": "y*(f/(x + f)*w - c)",
        },
        parameters=dict.fromkeys("vfcw", SHARE),
    )


@pytest.fixture(scope="module")
def attacked():
    """Return a game in which the attack comes anyway."""
    return led(
        {"defender": "v*x/(x + f) - x", "attacker": "y"}, parameters=dict.fromkeys("vf", SHARE)
    )


def status(model, text, **fields):
    (verdict,) = decide(model, model.make_claim(text, over="all", **fields), seconds=60)
    return verdict.status


def test_nothing_is_chosen_only_if_the_slope_at_nothing_is_not_positive(attacked):
    assert status(attacked, "f >= v", given="x == 0") == "proved"


def test_a_leaders_closed_form_is_proved_at_the_end_and_inside(attacked):
    assert status(attacked, "x == max(sqrt(f*v) - f, 0)") == "proved"


def test_propositions_say_where_the_end_is_chosen(attacked):
    words = {p.says: (p.words, p.play) for p in dilemma.propositions(attacked)}
    (at_nothing,) = (w for says, (w, _) in words.items() if "x.low" in says)
    assert at_nothing == "f >= v"


@pytest.mark.slow
def test_with_a_reply_that_hangs_on_the_choice_the_slope_at_the_end_counts(mobilising):
    war = "w > c and y == 1"
    assert status(mobilising, "f >= v", given=f"{war} and x == 0") == "proved"
    assert status(mobilising, "x == max(sqrt(f*v) - f, 0)", given=war) == "proved"


def test_no_optimum_at_an_end_is_lost(mobilising):
    """What is paid where the branches say the optimum lies is the best of a fine grid."""
    stream = random.Random(2)
    grid = np.linspace(0, 1, 20_001)
    for _ in range(12):
        at = {name: sp.Rational(stream.randint(1, 99), 100) for name in "vfcw"}
        v, f, c, w = (float(at[name]) for name in "vfcw")
        attacks = f / (grid + f) * w > c
        war = grid / (grid + f) * v - c
        paid = np.where(attacks, war, v) - grid
        (optimum, *_) = dilemma.solve(mobilising, at)
        assert float(optimum.payoffs["defender"]) == pytest.approx(paid.max(), abs=1e-3), at


def test_an_end_at_which_the_reply_is_about_to_change_is_kept():
    """The follower does as the leader does: held at nothing, the leader would gain by leaving, and it does not."""
    model = led({"first": "a*x - 3*y", "second": "-(y - x)**2"}, parameters={"a": ranging(0, 2)})
    (optimum,) = dilemma.solve(model, {"a": 1})
    assert optimum.outcomes["x"] == 0
    assert status(model, "x == 0") == "proved"
    assert status(model, "x == 0 and y == 0") == "proved"


def test_of_several_equilibria_of_those_who_reply_the_worst_may_lie_elsewhere():
    """Where ties count against the leader, nothing is said of its slope at an end."""
    model = led(
        {"first": "x*(1 - y)", "second": "y*(2*z - 1)", "third": "z*(2*y - 1)"},
        ties="against",
    )
    (end, *_) = (b for b in branches(model) if b.name == "x.low, y.low, z.low")
    assert not any(isinstance(c, sp.Or | sp.LessThan) for c in end.conditions)


# --- polynomials ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dividend", "divisor"),
    [
        (X**4 + A * X + B, X**2 - A),
        (A * X**3 + X**2 + 1, A * X**2 + B * X + 1),
        (X**3 + A, B * X - 1),
        ((A * X + 1) * (A * X**2 + X), A * X**2 + X),
        (X + 1, X**2),
    ],
)
def test_a_remainder_is_what_is_left_of_what_was_multiplied(dividend, divisor):
    left, by = remainder(dividend, divisor, X)
    assert sp.degree(left, X) < sp.degree(divisor, X) or left == 0
    quotient = sp.cancel((by * dividend - left) / divisor)
    assert quotient.is_polynomial(X, A, B)
    assert not by.has(X)


def test_nothing_is_multiplied_where_the_leading_coefficient_divides_what_goes():
    assert remainder(sp.expand(A * X**2 * (X + B)), A * X**2 - 1, X)[1] == 1
    assert remainder(X**2, A * X - 1, X)[1] == A**2


@pytest.mark.parametrize(
    "equations",
    [
        [X * Y - A, X**2 + Y - B],
        [A * X + Y**2 - 1, X**3 * Y - X + B],
        [(Y + A) * X - Y, X**2 * Y + X - A / 2],
    ],
)
def test_a_quotient_that_is_put_in_leaves_what_simplifying_would(equations):
    shape = triangle(equations, [X, Y])
    ((symbol, over, under),) = shape.steps
    told = [sp.numer(sp.cancel(sp.together(e.subs(symbol, over / under)))) for e in equations]
    assert 0 in told  # the equation from which the quotient comes
    (other,) = (e for e in told if e != 0)
    ratio = sp.cancel(other / shape.polynomial)
    assert ratio.is_number
    assert ratio != 0


def test_an_equation_that_is_told_twice_leaves_an_unknown_loose():
    shape = triangle([X * Y - A, A * X * Y - A**2], [X, Y])
    assert len(shape.loose) == 1


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_roots_are_found_where_leading_coefficients_vanish(lost):
    rng = np.random.default_rng(lost)
    wanted = np.sort(rng.uniform(-2, 2, (5, 4 - lost)))
    table = np.zeros((6, 5))
    for row, roots in zip(table, wanted, strict=False):
        row[lost:] = np.poly(roots)
    found = _roots(table)
    np.testing.assert_allclose(np.sort(found[:5, lost:].real), wanted, atol=1e-8)
    assert np.isnan(found[5]).all()
    assert np.isnan(found[:, :lost]).all()
