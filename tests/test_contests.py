"""Contests: what payoffs are divided by becomes a symbol, and first-order conditions are linear."""

import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import dilemma
from dilemma.games.branch import PartSymbol
from dilemma.games.numbers.divisors import Quotients, by_divisors
from dilemma.games.solution import branches
from small_games import chosen_game, ranging

PRIZES = {name: ranging(0, 9, open="low") for name in ("u", "v", "w")}


def contest(payoffs, **parameters):
    """Return a game of efforts, that of the last player above nought."""
    ends = {p: ("0", "9", "both" if p == [*payoffs][-1] else "high") for p in payoffs}
    efforts = {p: {x: ends[p]} for p, x in zip(payoffs, "xyz", strict=False)}
    return chosen_game(payoffs, choices=efforts, parameters=parameters or PRIZES)


def rivals(prizes="uv"):
    """Return a lottery for which each player has a prize of its own (Tullock 1980)."""
    spent = " + ".join("xyz"[: len(prizes)])
    return contest(
        {p: f"{prize}*{x}/({spent}) - {x}" for p, prize, x in zip("abc", prizes, "xyz", strict=False)}
    )  # fmt: skip


def branch(model, name="interior"):
    return next(b for b in branches(model) if b.name == name)


def test_two_rivals_spend_what_a_textbook_says():
    """x = u**2*v/(u + v)**2 and y = u*v**2/(u + v)**2."""
    u, v = sp.symbols("u v", real=True)
    closed = {s.name: f for s, f in branch(rivals()).closed.items()}
    assert sp.simplify(closed["x"] - u**2 * v / (u + v) ** 2) == 0
    assert sp.simplify(closed["y"] - u * v**2 / (u + v) ** 2) == 0


def test_what_solves_a_branch_is_said_in_parameters_alone():
    found = branch(rivals())
    said = set().union(*(c.free_symbols for c in found.conditions))
    said |= set().union(*(f.free_symbols for f in found.payoffs.values()))
    assert {s.name for s in said} <= {"u", "v"}


@settings(max_examples=5, deadline=None)
@given(st.tuples(*[st.integers(1, 9)] * 3))
def test_three_rivals_do_what_first_order_conditions_of_the_active_say(prizes):
    """Of k rivals who spend all effort is (k - 1)/sum(1/prize), and who would spend less than nothing stays out."""
    active = [p for p, _ in _active(prizes)]
    spent = sp.Rational(len(active) - 1) / sum(sp.Rational(1, prizes[p]) for p in active)
    expected = [spent * (1 - spent / prizes[p]) if p in active else sp.Integer(0) for p in range(3)]
    assume(expected[2] != 0)  # the last player's effort is above nought here
    found = dilemma.solve(rivals("uvw"), **dict(zip("uvw", map(str, prizes), strict=True)))
    ((x, y, z),) = [
        tuple(sp.Rational(v) for own in e.play.values() for v in own.values()) for e in found
    ]
    assert (x, y, z) == tuple(expected)


def _active(prizes):
    ranked = sorted(enumerate(prizes), key=lambda one: -one[1])
    for k in range(3, 1, -1):
        spent = sp.Rational(k - 1) / sum(sp.Rational(1, v) for _, v in ranked[:k])
        if ranked[k - 1][1] > spent:
            return ranked[:k]
    raise AssertionError(prizes)


def test_dearer_efforts_leave_a_polynomial_in_all_effort():
    """With costs x**2/2: T**4 = u*v."""
    paid = {"a": "u*x/(x + y) - x**2/2", "b": "v*y/(x + y) - y**2/2"}
    model = contest(paid, u=PRIZES["u"], v=PRIZES["v"])
    shape = branch(model).shape
    assert isinstance(shape.last, PartSymbol)
    (found,) = dilemma.solve(model, u="2", v="8")
    x, y = (v for own in found.play.values() for v in own.values())
    assert abs(x + y - 2) < 1e-12
    assert abs(8 * x / (x + y) ** 2 - y) < 1e-12


def test_two_divisors_that_hang_together_are_left_to_others():
    """One who fights two others, each alone: two equations are left in two divisors, neither linear."""
    x, y, z = sp.symbols("x y z", real=True)
    paid = {x: x / (x + y) + x / (x + z) - x, y: y / (x + y) - y, z: z / (x + z) - z}
    assert by_divisors([sp.diff(p, own) for own, p in paid.items()], [x, y, z]) is None


def test_nothing_is_done_where_nothing_is_divided_by():
    x, y = sp.symbols("x y", real=True)
    assert by_divisors([x**2 - y, y**2 - x], [x, y]) is None
    assert by_divisors([sp.sqrt(x) / (x + y) - 1, y - x], [x, y]) is None


@settings(max_examples=25, deadline=None)
@given(st.lists(st.fractions(-3, 3, max_denominator=5), min_size=3, max_size=3))
def test_quotients_are_what_sympy_makes_of_a_formula(numbers):
    a, b, x = sp.symbols("a b x", real=True)
    put = Quotients.of_closed({x: a / (1 + b**2)}, [a, b])
    formula = (x - b) ** 2 / (x**2 + 1) - 3 * x
    at = dict(zip((a, b), map(sp.Rational, numbers), strict=False))
    whole = formula.xreplace({x: a / (1 + b**2)}).xreplace(at)
    assert sp.simplify(put.reduced(formula).xreplace(at) - whole) == 0
    told = put.sign(sp.Ge(formula, sp.Rational(numbers[2])))
    assert bool(told.xreplace(at)) is bool(whole >= sp.Rational(numbers[2]))


def test_who_would_lose_by_fighting_stays_out():
    """The one with the smaller share of what both win does nothing."""
    share = {"a": "s*(x + y)/(x + y + z) - x", "b": "(1 - s)*(x + y)/(x + y + z) - y", "c": "z/(x + y + z) - z"}  # fmt: skip
    model = contest(share, s=ranging("1/2", 1, open="both"))
    assert dilemma.prove(model, "y == 0 and x == s**2/(1 + s)**2", over="all")[0].status == "proved"


def test_a_continuum_of_splits_stays_one():
    share = {"a": "(x + y)/(2*(x + y + z)) - x", "b": "(x + y)/(2*(x + y + z)) - y", "c": "z/(x + y + z) - z"}  # fmt: skip
    found = dilemma.solve(contest(share, s=ranging(0, 1)), s="1/2")
    assert not found.complete
    assert {
        sum(sp.Rational(v) for p in "ab" for v in e.play[p].values()) for e in found
    } == {sp.Rational(1, 9)}  # fmt: skip


@pytest.mark.parametrize(("w", "status"), [("w == 0", "mixed"), ("w <= 1/2", "mixed")])
def test_examples_are_drawn_from_what_is_assumed(w, status):
    """Next to no draw of w from [0, 1] is nought."""
    model = contest(
        {"a": "(1 - w)*u*x/(x + y) - x", "b": "(1 - w)*y/(x + y) - y"},
        u=ranging("1/2", 2), w=ranging(0, 1, open="high"),
    )  # fmt: skip
    assert dilemma.prove(model, "a > b", given=w, over="all")[0].status == status
