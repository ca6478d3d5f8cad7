"""Branches that are left out along a path surely do not hold there."""

import pytest
import sympy as sp

from dilemma.games.branch import Branch, Shape
from dilemma.games.points import in_floats, values_before_play
from dilemma.games.screening import Screen
from dilemma.games.solution import branches, by_branches
from dilemma.library import load

ERA = "post_cold_war"


def along(model, name, count=7):
    """Yield values of everything known before play as a parameter goes through its range."""
    centre, reach = model.calibration(ERA), model.eras[ERA].values[name].range
    for k in range(count):
        at = reach.low + (reach.high - reach.low) * sp.Rational(k, count - 1)
        yield values_before_play(model, {**centre, name: at})


@pytest.mark.parametrize("name", ["g_U", "kap_J"])
def test_what_is_left_is_what_all_branches_hold(hedging, name):
    screen = Screen(hedging)
    for values in along(hedging, name):
        whole, own = by_branches(hedging, values)[0], by_branches(hedging, values, screen=screen)[0]
        assert [(p.branch.name, p.at, p.tie) for p in own] == [
            (p.branch.name, p.at, p.tie) for p in whole
        ]


def test_what_failed_at_one_value_is_left_out_at_the_next(hedging):
    screen = Screen(hedging)
    first, second, *_ = along(hedging, "g_U")
    by_branches(hedging, first, screen=screen)
    rough = in_floats(second)
    assert any(screen.excludes(branch, rough) for branch in branches(hedging))


def test_what_nobody_has_looked_at_is_not_left_out(hedging):
    values = in_floats(next(along(hedging, "g_U")))
    assert not any(Screen(hedging).excludes(branch, values) for branch in branches(hedging))


@pytest.mark.parametrize(("gap", "surely"), [(-1e-3, True), (-1e-12, False), (1e-3, False)])
def test_what_fails_by_a_hair_is_for_the_exact_path(gap, surely):
    x = sp.Symbol("x", real=True)
    condition = sp.Ge(x, 0)
    branch = Branch("here", {}, {}, {}, conditions=(condition,), shape=Shape())
    screen = Screen(load("hedging"))
    screen.learn(branch, condition)
    assert screen.excludes(branch, {x: gap}) is surely


def test_a_branch_whose_denominator_nearly_vanishes_is_for_the_exact_path():
    x, y = sp.symbols("x y", real=True)
    shape = Shape(steps=((y, sp.Integer(-1), x**2 - 1),), nonzero=(x**2 - 1,))
    branch = Branch("here", {}, {}, {}, unknowns=(y,), conditions=(sp.Ge(y, 0),), shape=shape)
    screen = Screen(load("hedging"))
    screen.learn(branch, sp.Ge(y, 0))
    assert screen.excludes(branch, {x: 2.0})
    assert not screen.excludes(branch, {x: 1.0 + 1e-13})
