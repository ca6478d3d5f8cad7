"""Powers with fixed rational exponents where numbers are chosen: a root is an unknown.

What is found is compared with closed forms, with scipy and with a fine grid, which share no code with it.
"""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

import dilemma
from dilemma.games.numbers.exponents import with_numbers
from dilemma.games.numbers.powers import in_powers, in_roots, roots
from small_games import chosen_game, interval, led, ranging

LOW = {"a": {"x": ("1/100", 1)}, "b": {"y": ("1/100", 1)}}


def one_chooses(payoff, high, **parameters):
    """Return a game of one, who chooses x from nought up."""
    return chosen_game({"one": payoff}, choices={"one": {"x": (0, high)}}, parameters=parameters)


def open_low(name, high):
    return {"choices": {name: {**interval(0, high), "open": "low"}}}


def plays(found):
    return [{n: v for own in e.play.values() for n, v in own.items()} for e in found]


def only(found):
    assert found.complete, found.reason
    (play,) = plays(found)
    return play


def isoelastic(demand, *costs, names="xy", high=9):
    """Return firms that sell at the price Q**-demand, with costs c*q**2 each."""
    sold = "+".join(names[: len(costs)])
    players = {f"firm_{n}": open_low(n, high) for n, _ in zip(names, costs, strict=False)}
    payoffs = {
        f"firm_{n}": f"{n}*({sold})**(-{demand}) - {cost}*{n}**2"
        for n, cost in zip(names, costs, strict=False)
    }
    return dilemma.Model(
        name="isoelastic", title="Firms", kind="continuous", players=players, payoffs=payoffs
    )


# --- solved exactly -------------------------------------------------------------------------------


def test_one_alone_stops_where_a_root_rises_no_faster_than_it_costs():
    model = one_chooses("sqrt(x) - c*x", 9, c=ranging("1/10", 1))
    found = dilemma.solve(model, c="1/2")
    assert only(found) == {"x": 1}
    assert found[0].exact


def test_duopolists_of_a_textbook():
    """Miranda and Fackler's Cournot firms: q = 0.8396 and 0.6888 (their numbers, rounded)."""

    def slopes(sold):
        total = sum(sold)
        return [
            total**-0.625 - 0.625 * total**-1.625 * own - cost * own
            for own, cost in zip(sold, (0.6, 0.8), strict=True)
        ]

    play = only(dilemma.solve(isoelastic("5/8", "0.3", "0.4")))
    assert [float(v) for v in play.values()] == pytest.approx(optimize.fsolve(slopes, [1, 1]))
    assert [float(v) for v in play.values()] == pytest.approx([0.8396, 0.6888], abs=5e-5)


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(["1/2", "1/3", "2/3", "5/8", "3/4"]), st.integers(1, 9), st.integers(1, 9))
def test_first_order_conditions_hold_in_fifty_digits(demand, first, second):
    costs = sp.Rational(first, 5), sp.Rational(second, 5)
    x, y = only(dilemma.solve(isoelastic(demand, *costs))).values()
    power, total = sp.Rational(demand), sp.N(x + y, 60)
    for own, cost in ((x, costs[0]), (y, costs[1])):
        slope = total**-power - power * total ** (-power - 1) * own - 2 * cost * own
        assert abs(slope) < sp.Rational(1, 10**40)


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(2, 5))
def test_costs_scale_what_is_sold_by_a_known_power(first, second, times):
    """With price Q**(-1/2) and costs c*q**2 a slope vanishes still if q goes by times**(-2/3)."""
    before = only(dilemma.solve(isoelastic("1/2", first, second)))
    after = only(dilemma.solve(isoelastic("1/2", first * times, second * times)))
    for name, sold in before.items():
        assert float(after[name]) == pytest.approx(float(sold) * times ** (-2 / 3))


@pytest.mark.parametrize("power", ["1/3", "1/2", "1", "3/2", "2"])
def test_a_contest_whose_exponent_is_a_ranging(power):
    """Tullock 1980: with a prize of 1 each of two spends r/4, as long as r <= 2."""
    contest = {"a": "x**r/(x**r + y**r) - x", "b": "y**r/(x**r + y**r) - y"}
    more = {"r": ranging(0, 2, open="low")}
    found = dilemma.solve(chosen_game(contest, choices=LOW, parameters=more), r=power)
    assert [abs(v - sp.Rational(power) / 4) < 1e-30 for v in only(found).values()] == [True] * 2


def test_several_equilibria_at_roots():
    """x = y is 2**(-2/3), and one may stay at its end: 1 - 2*sqrt(x)*y = 0."""
    found = dilemma.solve(chosen_game({"a": "sqrt(x) - x*y", "b": "sqrt(y) - x*y"}))
    assert found.complete
    told = sorted(tuple(round(float(v), 9) for v in play.values()) for play in plays(found))
    middle = round(2 ** (-2 / 3), 9)
    assert told == [(0.25, 1), (middle, middle), (1, 0.25)]


@pytest.mark.parametrize(
    ("payoff", "best"),
    [
        ("x**(1/3) - x", 3**-1.5),
        ("x - x**(3/2)", 4 / 9),
        ("sqrt(1 - x) + x/4", 0),
        ("sqrt(1 - x) + 3*x/4", 5 / 9),
        ("sqrt(x + sqrt(x)) - x", 0.32049292),
        ("sqrt(2)*x - x**2", 0.5**0.5),
        ("sqrt(3*x) - x", 3 / 4),
        ("x**0.25*(1 - x)**0.5", 1 / 3),
    ],
)
def test_the_best_number_of_one_player(payoff, best):
    found = dilemma.solve(chosen_game({"a": payoff, "b": "y - y**2"}))
    assert float(only(found)["x"]) == pytest.approx(best)


def test_a_budget_is_split_by_roots():
    """The larger share of sqrt(x) + sqrt(z) under x + 2*z <= 3 goes to what is cheap: 2 and 1/2."""
    model = dilemma.Model(
        name="budget", title="A budget", kind="continuous", payoffs={"a": "sqrt(x) + sqrt(z)"},
        players={"a": {"choices": {"x": interval(0, 4), "z": interval(0, 4)},
                       "constraints": {"purse": "x + 2*z <= 3"}}},
    )  # fmt: skip
    found = dilemma.solve(model)
    assert only(found) == {"x": 2, "z": sp.Rational(1, 2)}
    assert float(found[0].more["prices"]["purse"]) == pytest.approx(1 / (2 * 2**0.5))


def test_a_leader_sees_the_follower_reply_along_a_root():
    price = "(x + y)**(-1/2)"
    model = led(
        {"first": f"x*{price} - x/2", "second": f"y*{price} - y/2"},
        choices={"first": {"x": ("1/100", 4)}, "second": {"y": ("1/100", 4)}},
    )

    def reply(x):
        slope = lambda y: (x + y) ** -0.5 - y / 2 * (x + y) ** -1.5 - 0.5  # noqa: E731
        return optimize.brentq(slope, 0.01, 4) if slope(0.01) > 0 else 0.01

    best = optimize.minimize_scalar(
        lambda x: -(x * (x + reply(x)) ** -0.5 - x / 2), bounds=(0.01, 4), method="bounded"
    )
    assert float(only(dilemma.solve(model))["x"]) == pytest.approx(best.x, abs=1e-5)


# --- not more than is known -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payoffs", "word"),
    [
        ({"a": "x - sqrt(x)", "b": "y - y**2"}, "slope"),  # convex: both ends are tops
        ({"a": "sqrt(x*y) - x", "b": "sqrt(x*y) - y"}, "slope"),  # (0, 0) is one
        ({"a": "sqrt((x - 1/2)**2 + (y - 1/2)**2)", "b": "y - y**2"}, "slope"),
        ({"a": "-sqrt(x**2 - 2*x*y + y**2) + x/2", "b": "y - y**2"}, "kink"),
        ({"a": "x**0.37 - x", "b": "y - y**2"}, "no quotient"),
        ({"a": "x**y - x", "b": "y - y**2"}, "exponent"),
    ],
)
def test_where_a_root_is_no_unknown_the_search_answers_and_says_so(payoffs, word):
    found = dilemma.solve(chosen_game(payoffs))
    assert not found.complete
    assert word in found.reason
    grid = np.linspace(0, 1, 2001)
    x, y = sp.symbols("x y", real=True)
    worth = sp.lambdify([x, y], sp.sympify(payoffs["a"], {"x": x, "y": y}))
    assert len(found) > 0
    for play, e in zip(plays(found), found, strict=True):
        assert float(e.payoffs["a"]) >= np.max(worth(grid, float(play["y"]))) - 1e-6


def test_a_root_of_what_may_be_negative_is_refused():
    with pytest.raises(dilemma.DilemmaError, match="root of a negative number, x - 1/2 < 0"):
        dilemma.solve(chosen_game({"a": "sqrt(x - 1/2)", "b": "y"}))


def test_a_bend_without_bound_leaves_stability_open():
    found = dilemma.solve(chosen_game({"a": "-x**(3/2) - x*y", "b": "y - y**2"}))
    assert only(found) == {"x": 0, "y": sp.Rational(1, 2)}
    assert found[0].stable is None


def test_an_exponent_of_many_digits_is_refused():
    model = chosen_game({"a": "x**r - x", "b": "y"}, parameters={"r": ranging(0, 2, open="low")})
    with pytest.raises(dilemma.DilemmaError, match=r"the exponent r is 0\.12345"):
        dilemma.solve(model, r="0.123451")


# --- what roots are -------------------------------------------------------------------------------


def test_the_root_of_a_product_is_one_of_its_factors_where_nobody_chooses_less_than_nought():
    model = chosen_game({"a": "sqrt(x*y) - x", "b": "(x + y)**(1/3)*sqrt(x) - y"})
    assert sorted(root.symbol.name for root in roots(model)) == [
        "root(x + y, 3)",
        "root(x, 2)",
        "root(y, 2)",
    ]


@settings(max_examples=40, deadline=None)
@given(st.fractions(0, 3), st.fractions(0, 3), st.integers(1, 7), st.integers(1, 4))
def test_a_formula_in_roots_is_worth_what_it_was(x_is, y_is, over, under):
    told = f"x*(x + 2*y)**({over}/{under}) + sqrt(x)*y - sqrt(x*y)"
    model = chosen_game({"a": told, "b": "y**(1/3)"})
    payoff = model.payoffs[()]["a"]
    back = in_powers(model, in_roots(model, payoff))
    at = {
        s: sp.Rational(v) for s, v in zip(sp.symbols("x y", real=True), (x_is, y_is), strict=True)
    }
    assert abs(sp.N(payoff.xreplace(at) - back.xreplace(at), 30)) < 1e-20


def test_exponents_become_numbers_and_nothing_else_does():
    more = {"r": ranging(0, 4)}
    model = chosen_game(
        {"a": "r*x**(r - 1/2) - x**y", "b": "y**e"}, parameters=more, definitions={"e": "r/4"}
    )
    told = with_numbers(model, model.values({"r": 2})).payoffs[()]
    r, x, y = sp.symbols("r x y", real=True)
    assert told["a"] == r * x ** sp.Rational(3, 2) - x**y
    assert told["b"] == sp.sqrt(y)


# --- claims ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def costly():
    """One who gains sqrt(x) and pays c*x: x = 1/(4*c**2)."""
    return one_chooses("sqrt(x) - c*x", 100, c=ranging("1/10", 1))


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("x == 1/(4*c**2)", "proved"),
        ("sqrt(x) == 1/(2*c)", "proved"),
        ("one == 1/(4*c)", "proved"),
        ("falls(x, c)", "proved"),
        ("diff(one, x) == 0", "proved"),
        ("number_of_equilibria <= 1", "proved"),
        ("rises(x, c)", "disproved"),
        ("x < 1/4", "disproved"),
        ("x > 1", "mixed"),
    ],
)
def test_claims_about_a_root(costly, claim, status):
    (verdict,) = dilemma.prove(costly, claim, seconds=60)
    assert verdict.status == status


def test_who_has_lower_costs_sells_more():
    model = dilemma.Model(
        name="firms", title="Firms", kind="continuous",
        players={"one": open_low("q", 5), "two": open_low("r", 5)},
        parameters={"a": ranging("1/5", 1)},
        payoffs={"one": "q*(q + r)**(-1/2) - a*q**2", "two": "r*(q + r)**(-1/2) - r**2/5"},
    )  # fmt: skip
    (verdict,) = dilemma.prove(model, "q <= r", seconds=60)
    assert verdict.status == "proved"


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("row <= 2", "proved"),
        ("equilibrium(row_1, column_1)", "proved"),
        ("unique(row_1, column_1)", "disproved"),
        ("row >= 1/2", "mixed"),
    ],
)
def test_claims_about_tables_with_roots(claim, status):
    table = dilemma.matrix(
        [["sqrt(a)", 0], [0, 1]],
        [["a**(1/3)", 0], [0, 1]],
        parameters={"a": ["1/10", 4]},
    )
    (verdict,) = dilemma.prove(table, claim, seconds=60)
    assert verdict.status == status


def test_a_claim_over_a_range_of_exponents_is_open_with_a_reason():
    model = one_chooses("x**r - x", 1, r=ranging("1/4", "3/4"))
    (verdict,) = dilemma.prove(model, "x < 1", seconds=10)
    assert verdict.status == "open"
    assert "exponent" in verdict.reason


def test_propositions_say_it_without_the_unknown_root(costly):
    told = str(dilemma.propositions(costly))
    assert "1/(4*c**2)" in told
    assert "root(" not in told
