"""Attribution: Shapley shares of what moved an outcome between two eras."""

import json
from itertools import permutations

import pytest
import sympy as sp

import dilemma
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games.solution import by_branches
from small_games import alone, valued


def by_every_order(model, groups, solved):
    """Average what each group adds over all orders in which the groups may move, one by one."""
    first, second = model.eras
    before, after = model.calibration(first), model.calibration(second)
    known = {}

    def value(moved):
        if moved not in known:
            at = {p: after[p] if p in moved else v for p, v in before.items()}
            known[moved] = solved(model, at)
        return known[moved]

    orders = list(permutations(groups))
    added = dict.fromkeys(groups, sp.Integer(0))
    for order in orders:
        moved = frozenset()
        for group in order:
            more = moved | set(groups[group])
            added[group] += value(more) - value(moved)
            moved = more
    return {group: total / len(orders) for group, total in added.items()}


def lowest_payoff(model, at):
    return dilemma.solve(model, at).range_of("japan")[0]


def only_hedge(model, at):
    (point,) = by_branches(model, model.values(at))[0]
    return point.at[model.game.choices["x_J"].symbol]


@pytest.mark.parametrize(
    ("name", "outcome", "select", "solved"),
    [("hedging", "x_J", None, only_hedge), ("abandonment", "japan", "lowest", lowest_payoff)],
)
def test_shares_are_the_average_over_all_orders(name, outcome, select, solved):
    model = dilemma.load(name)
    found = dilemma.attribute(model, outcome, select=select)
    average = by_every_order(model, {s.group: s.moves for s in found.shares}, solved)
    for share in found.shares:
        assert abs(share.share - average[share.group]) < sp.Rational(1, 10**30), share.group


def test_shares_of_an_exact_game_are_exact_and_sum_to_the_change(burden):
    found = dilemma.attribute(burden, "effort_share")
    assert sum(s.share for s in found.shares) == found.change
    assert all(s.share.q < 10**20 for s in found.shares)  # no rounding anywhere
    assert found["fear"].share == 0  # forces do not look ahead to the bargain


def test_what_a_group_does_alone_and_last_is_told(hedging):
    share = dilemma.attribute(hedging, "x_U")["third_parties_us"]
    first, second = hedging.eras
    g_U = {era: hedging.calibration(era)["g_U"] for era in hedging.eras}

    def x_U(era, **changes):
        return dilemma.solve(hedging, hedging.calibration(era, **changes))[0].play["us"]["x_U"]

    assert share.alone == x_U(first, g_U=g_U[second]) - x_U(first)
    assert share.last == x_U(second) - x_U(second, g_U=g_U[first])


def game(count=2, before=1, after=2, **sections):
    """One whose best x is the product of all parameters, which move between two eras."""
    names = [f"p{k}" for k in range(count)]
    eras = {
        "then": dict.fromkeys(names, valued(before)),
        "now": dict.fromkeys(names, valued(after)),
    }
    payoff = f"({'*'.join(names)})*x - x**2/2"
    return alone(payoff, names, high=99, eras=eras, **sections)


def test_a_parameter_in_no_group_is_a_group_of_its_own_and_symmetric_ones_share_alike():
    found = dilemma.attribute(game(), "x")  # x = p0*p1 goes from 1 to 4
    assert {s.group: s.share for s in found.shares} == {
        "p0": sp.Rational(3, 2),
        "p1": sp.Rational(3, 2),
    }
    assert [(s.alone, s.last) for s in found.shares] == [(1, 2), (1, 2)]


def test_a_group_moves_as_one():
    found = dilemma.attribute(game(groups={"both": ["p0", "p1"]}), "x")
    assert [(s.group, s.share) for s in found.shares] == [("both", 3)]


def test_eras_may_be_turned_around():
    assert dilemma.attribute(game(), "x", ["now", "then"]).change == -3


def test_more_than_ten_groups_are_refused():
    with pytest.raises(UnsupportedError, match="2048 games"):
        dilemma.attribute(game(11), "x")


def test_where_several_equilibria_exist_the_caller_must_say_which_counts(abandonment):
    with pytest.raises(CalibrationError, match=r"several equilibria at .* select = 'highest'"):
        dilemma.attribute(abandonment, "japan")


def test_a_selection_holds_at_every_coalition(abandonment):
    ends = dilemma.solve(abandonment, "post_cold_war").range_of("japan")
    for select, end in zip(("lowest", "highest"), ends, strict=True):
        found = dilemma.attribute(abandonment, "japan", select=select)
        assert found.after == end
        assert sum(s.share for s in found.shares) == found.change
    risky = dilemma.attribute(abandonment, "japan", select="risk_dominant")
    strong = next(
        e for e in dilemma.solve(abandonment, "post_cold_war") if e.name == "(strong, strong)"
    )
    assert risky.after == strong.payoffs["japan"]


def test_two_stable_equilibria_are_one_too_many(hedging):
    tipped = {n: {"value": v, "range": [v, v]} for n, v in (("g_J", "1.1407"), ("g_U", "1.0846"))}
    model = hedging.replace(eras={"post_cold_war": tipped})
    with pytest.raises(CalibrationError, match="2 of these is stable"):
        dilemma.attribute(model, "x_J", select="stable")
    assert dilemma.attribute(model, "x_J", select="highest").after == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"outcome": "y"}, "no outcome 'y'"),
        ({"outcome": "x", "eras": ["then"]}, "two eras are wanted, not 1"),
        ({"outcome": "x", "eras": ["then", "nw"]}, "did you mean 'now'"),
        ({"outcome": "x", "select": "risk_dominant"}, "not for a continuous game"),
        ({"outcome": "x", "select": "heighest"}, "did you mean 'highest'"),
        ({"outcome": "gone"}, "gone is not defined at the now centre"),
    ],
)
def test_a_wrong_question_is_told_what_would_be_right(arguments, says):
    model = game(outcomes={"gone": "x if p0 < 2 or p1 < 2 else undefined"})
    with pytest.raises(CalibrationError, match=says):
        dilemma.attribute(model, **arguments)


def test_it_speaks_json_and_xarray_and_prints_its_sum():
    found = dilemma.attribute(game(), "x")
    assert json.loads(found.to_json())["shares"][0]["share"] == "3/2"
    data = found.to_dataset()
    assert data["share"].sum().item() == data.attrs["change"] == 3
    assert data["last"].sel(group="p1").item() == 2
    assert "100.0 %" in str(found)
