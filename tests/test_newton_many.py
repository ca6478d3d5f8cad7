"""Chosen numbers whose branches are not solved, at very many calibrations: against what is known in closed form,
against solve, and against what anybody gains by deviating."""

import numpy as np
import pytest
import sympy as sp

import dilemma
from dilemma.games import solution
from dilemma.games.numbers.newton_many import Conditions, apart, arrived, linear_systems
from small_games import chosen_game, led, market, ranging

TINY = 1e-7


def quantities():
    """Two sellers at a price that falls with a power of what is sold."""
    return chosen_game(
        {"one": "x*(x + y)**(-e) - c*x", "two": "y*(x + y)**(-e) - k*y"},
        choices={"one": {"x": ("1/100", 4)}, "two": {"y": ("1/100", 4)}},
        parameters={"e": ranging(0, 2), "c": ranging(0, 2), "k": ranging(0, 2)},
        outcomes={"price": "(x + y)**(-e)"},
    )


def contest():
    """Two who fight over a prize that is worth V to one and W to the other."""
    return chosen_game(
        {"one": "V*x**r/(x**r + y**r) - x", "two": "W*y**r/(x**r + y**r) - y"},
        choices={"one": {"x": ("1/1000", 2)}, "two": {"y": ("1/1000", 2)}},
        parameters={"V": ranging(0, 3), "W": ranging(0, 3), "r": ranging(0, 1)},
    )


def following():
    """Two of whom each does more if the other does, little at first and then much."""
    grown = "b*{0}*{1}**n/({1}**n + h**n) - {0}**2/2"
    return chosen_game(
        {"one": grown.format("x", "y"), "two": grown.format("y", "x")},
        parameters={"b": ranging(0, 2), "h": ranging(0, 1), "n": ranging(1, 9)},
    )


def team(players=("one", "two", "three")):
    """Three, each of whom chooses one of x, y, z, for a common good with a power."""
    paid = {p: f"B*(x + y + z)**r - {n}*{n}*c/2" for p, n in zip(players, "xyz", strict=True)}
    return chosen_game(
        paid, parameters={"B": ranging(0, 1), "r": ranging(0, 1), "c": ranging(1, 3)}
    )


GAMES = {
    "quantities": (quantities, {"e": [0.4, 0.9], "c": [0.4, 0.6], "k": [0.4, 0.6]}),
    "contest": (contest, {"V": [0.5, 3], "W": [0.5, 3], "r": [0.3, 1]}),
    "following": (following, {"b": [0.3, 1.5], "h": [0.1, 0.6], "n": [1.5, 6]}),
    "team": (team, {"B": [0.1, 0.9], "r": [0.2, 0.8], "c": [1, 3]}),
}


def plays(found, draw):
    """Return what is chosen in each equilibrium of one calibration, in order."""
    one = found.isel(draw=draw)
    there = one.present.values
    numbers = [n for n in one.data_vars if ": " in str(n)]
    return sorted(zip(*(one[n].values[there].tolist() for n in numbers), strict=True))


# --- what is known in closed form ----------------------------------------------------------------


def test_what_two_sellers_choose_at_a_price_with_constant_elasticity():
    found = dilemma.sample(quantities(), GAMES["quantities"][1], 256, play=True)
    e, c, k = (found[n].values for n in "eck")
    sold = ((2 - e) / (c + k)) ** (1 / e)
    for draw in range(256):
        own = [sold[draw] * (1 - cost[draw] * sold[draw] ** e[draw]) / e[draw] for cost in (c, k)]
        if min(own) > 0.02 and max(own) < 3.9:
            ((x, y),) = plays(found, draw)
            assert (x, y) == pytest.approx(own, rel=1e-8)


def test_what_is_spent_in_a_contest():
    found = dilemma.sample(contest(), GAMES["contest"][1], 256, play=True)
    v, w, r = (found[n].values for n in "VWr")
    both = r * v**r * w**r / (v**r + w**r) ** 2
    for draw in range(256):
        assert plays(found, draw) == [pytest.approx((v[draw] * both[draw], w[draw] * both[draw]))]


def test_all_three_ways_in_which_two_may_follow_each_other():
    """With n = 2 each chooses x = b x²/(x² + h²): nothing, or a root of a quadratic equation."""
    found = dilemma.sample(following(), {"b": [0.3, 1], "h": [0.1, 0.6], "n": 2}, 256, play=True)
    several = 0
    for draw in range(256):
        b, h = float(found.b[draw]), float(found.h[draw])
        inner = [(b + s * np.sqrt(b * b - 4 * h * h)) / 2 for s in (-1, 1)] if b > 2 * h else []
        told = plays(found, draw)
        assert [x for x, _ in told] == pytest.approx([0, *inner], abs=1e-8)
        assert [y for _, y in told] == pytest.approx([0, *inner], abs=1e-8)
        several += len(inner) == 2
    assert several > 50


def test_an_equilibrium_is_called_by_what_binds():
    found = dilemma.sample(following(), {"b": [1.8, 2], "h": [0.1, 0.3], "n": [2, 4]}, 16)
    there = found.present.mean("draw")
    assert float(there.sel(equilibrium="(x.low, y.low)")) == 1
    assert float(there.sel(equilibrium="(x.high, y.high)")) == 1
    assert float(there.sel(equilibrium="(interior)")) == 1
    assert set(found.equilibrium.values) == {"(x.low, y.low)", "(x.high, y.high)", "(interior)"}


def test_two_numbers_each_and_ends_that_are_formulas():
    """Each number has its own best, b over two a power, where its end does not bind."""
    game = chosen_game(
        {"one": "2*b*x**r/r - x*x - (v - y)**2 + v", "two": "v*y - w*y**(1 + r)/(1 + r)"},
        choices={"one": {"x": (0, "m"), "v": (0, 2)}, "two": {"y": ("m/10", 3), "w": ("m", "2*m")}},
        parameters={"b": ranging(0, 1), "r": ranging(0, 1), "m": ranging(0, 1)},
    )
    found = dilemma.sample(game, {"b": [0.2, 0.6], "r": [0.5, 0.9], "m": [0.5, 0.9]}, 32, play=True)
    b, r, m = (found[n].values for n in "brm")
    best = np.minimum(b ** (1 / (2 - r)), m)
    for draw in range(32):
        told = plays(found, draw)
        assert told
        for x, v, y, w in told:
            assert x == pytest.approx(best[draw])
            assert w == pytest.approx(m[draw])
            assert v == pytest.approx(min(y + 0.5, 2))
            inside = (v / w) ** (1 / r[draw])
            assert y == pytest.approx(min(max(inside, m[draw] / 10), 3))


def test_one_who_is_alone():
    game = chosen_game({"one": "B*x**r/r - x"}, parameters={"B": ranging(0, 3), "r": ranging(0, 1)})
    found = dilemma.sample(game, {"B": [0.2, 1.5], "r": [0.2, 0.8]}, 64, play=True)
    best = np.minimum(found.B.values ** (1 / (1 - found.r.values)), 1)
    assert [x for draw in range(64) for (x,) in plays(found, draw)] == pytest.approx(best.tolist())


# --- against solve, and against what deviations gain -----------------------------------------------


@pytest.mark.parametrize("name", GAMES)
def test_nobody_gains_by_deviating(name):
    game, box = GAMES[name]
    found = dilemma.sample(game(), box, 512)
    assert found.present.any("equilibrium").all()
    assert np.nanmax(found.regret.values) <= TINY
    assert np.isfinite(found.regret.values[found.present.values]).all()


@pytest.mark.parametrize(
    ("game", "values"),
    [
        (contest, {"V": "2", "W": "1", "r": "1/2"}),
        (following, {"b": "1", "h": "3/10", "n": "2"}),
        (following, {"b": "9/10", "h": "3/10", "n": "3"}),
        (team, {"B": "1/2", "r": "1/2", "c": "2"}),
    ],
)
def test_it_finds_what_solve_finds(game, values):
    exactly = dilemma.solve(game(), values)
    found = dilemma.sample(game(), values, 1, play=True)
    told = [
        tuple(float(v) for own in e.play.values() for v in own.values()) for e in exactly.equilibria
    ]
    assert np.array(plays(found, 0)) == pytest.approx(np.array(sorted(told)), abs=1e-6)


def test_a_payoff_that_is_not_concave_has_no_equilibrium_where_its_slope_vanishes_at_a_hill_too_low():
    """The hill at the middle of what one chooses is lower than its end."""
    hills = "-(x - 1/4)**2*(x - 1)**2*a + b*x**n"
    game = chosen_game(
        {"one": hills, "two": "-(y - x)**2"},
        parameters={"a": ranging(0, 90), "b": ranging(0, 1), "n": ranging(1, 4)},
    )
    found = dilemma.sample(game, {"a": [40, 60], "b": [0.4, 0.6], "n": [1.5, 3]}, 64, play=True)
    for draw in range(64):
        assert plays(found, draw) == [pytest.approx((1, 1))]


# --- what is said of it ------------------------------------------------------------------------------


def test_it_says_that_some_may_be_missing_and_that_nothing_is_exact():
    found = dilemma.sample(contest(), GAMES["contest"][1], 8)
    assert not found.complete.any()
    assert not found.exact.any()
    assert "Newton's method" in found.attrs["why not complete"]
    assert "others may be missing" in found.attrs["why not complete"]
    assert "Newton's method" in found.attrs["method"]


def test_outcomes_and_payoffs_are_those_of_what_is_chosen():
    found = dilemma.sample(quantities(), GAMES["quantities"][1], 16, play=True)
    one = found.sel(equilibrium="(interior)")
    x, y = one["one: x"].values, one["two: y"].values
    price = (x + y) ** -found.e.values
    assert one.price.values == pytest.approx(price)
    assert one["payoff one"].values == pytest.approx(x * (price - found.c.values))


def test_a_sweep_is_the_same_as_points_and_the_same_twice():
    game, box = GAMES["following"]
    model = game()
    one, two = (dilemma.sample(model, box, 64, chunk=c, play=True) for c in (64, 7))
    assert one.identical(dilemma.sample(model, box, 64, play=True))
    for name in ("one: x", "two: y", "present"):
        assert np.array_equal(one[name], two[name], equal_nan=name != "present")
    swept = dilemma.sweep(model, b=[0.9, 1.0], h=0.3, n=[2, 3])
    at = dilemma.sample(model, {"b": 1, "h": 0.3, "n": 2}, 1)
    there = swept.isel(b=1, n=0)
    assert there.equilibrium.values[there.present].tolist() == at.equilibrium.values.tolist()


def test_branches_that_are_solved_answer_as_before():
    found = dilemma.sample(market(), "now", 16)
    assert found.complete.all()
    assert found.attrs["method"].startswith("branches")


def test_branches_that_take_long_to_list_are_listed_once_and_not_waited_for(monkeypatch):
    """Here there is no time at all, so that equilibria are searched for."""
    asked = []

    def late(*given, **budget):
        asked.append((given, budget))
        return None, "ran out of seconds"

    monkeypatch.setattr(solution, "best", late)
    model = chosen_game(
        {"one": "x*(a - x - y)", "two": "y*(a - x - y)"}, parameters={"a": ranging(1, 2)}
    )
    for _ in range(2):
        found = dilemma.sample(model, {"a": [1, 2]}, 16, play=True)
    assert len(asked) == 1
    assert not found.complete.any()
    assert found["one: x"].sel(equilibrium="(interior)").values == pytest.approx(found.a.values / 3)


def test_a_leader_a_constraint_and_a_kink_are_left_to_the_exact_path():
    kept = chosen_game({"one": "x**2", "two": "y"}, constraints={"together": "x + y <= 1"})
    bent = chosen_game({"one": "min(x, y)", "two": "y"})
    first = led({"one": "x*y", "two": "y*(1 - y)"})
    assert all(m.game.numerical(m) is None for m in (kept, bent, first))


@pytest.mark.slow
def test_a_polynomial_of_too_high_a_degree_is_searched(monkeypatch):
    """Of its nine branches the one inside is not solved, which is found out once."""
    spent = "(s*x + (1 - s)*y + 1/50)"
    won = f"B*{spent}**2/({spent}**2 + k**2)"
    game = chosen_game(
        {p: f"{won} - c*{n} - p*{n}**2/2 + d*x*y" for p, n in (("one", "x"), ("two", "y"))},
        parameters=dict.fromkeys("Bcskpd", ranging(0, 3)),
    )
    box = {
        "B": [0.5, 3],
        "c": [0.5, 2],
        "s": [0.3, 0.7],
        "k": [0.2, 0.8],
        "p": [0.1, 1],
        "d": [0, 1.5],
    }
    found = dilemma.sample(game, box, 256)
    assert found.present.any("equilibrium").all()
    assert not found.complete.any()
    monkeypatch.setattr(solution, "best", None)
    assert found.identical(dilemma.sample(game, box, 256))


def test_a_store_has_what_is_found_in_memory(tmp_path):
    game, box = GAMES["following"]
    one = dilemma.sample(game(), box, 64, store=tmp_path / "a.zarr", chunk=16)
    two = dilemma.sample(game(), box, 64)
    assert one.equilibrium.values.tolist() == two.equilibrium.values.tolist()
    assert np.array_equal(one.regret, two.regret, equal_nan=True)
    assert "Newton's method" in one.attrs["why not complete"]


def test_an_end_that_may_not_be_chosen_is_no_equilibrium():
    paid = {"one": "-a*x**n", "two": "y"}
    about = {"parameters": {"a": ranging(0, 2), "n": ranging(1, 3)}}
    for without, there in ((None, True), ("low", False)):
        ends = {"one": {"x": (0, 1, without)}, "two": {"y": (0, 1)}}
        found = dilemma.sample(
            chosen_game(paid, choices=ends, **about), {"a": [1, 2], "n": [1.5, 3]}, 8
        )
        assert bool(found.present.any()) is there


def test_where_nothing_may_be_chosen_there_is_nothing():
    game = chosen_game(
        {"one": "x**r - x", "two": "y**r - y"},
        choices={"one": {"x": ("low", 1)}, "two": {"y": (0, 1)}},
        parameters={"r": ranging(0, 1), "low": ranging(0, 2)},
    )
    found = dilemma.sweep(game, r=[0.5], low=[0.5, 1.5])
    assert found.present.any("equilibrium").values.tolist() == [[True, False]]


# --- its parts ---------------------------------------------------------------------------------------


def test_linear_systems_are_solved_together():
    rng = np.random.default_rng(1)
    for size in (1, 2, 3, 5):
        matrix, right = rng.normal(size=(size, size, 40)), rng.normal(size=(size, 40))
        told = np.linalg.solve(matrix.transpose(2, 0, 1), right.T[:, :, None])[:, :, 0].T
        assert linear_systems(matrix, right) == pytest.approx(told, rel=1e-6)


def test_plays_that_are_the_same_are_told_once():
    draw = np.array([1, 0, 1, 1, 0])
    share = np.array([[0.5, 0.2, 0.5, 0.9, 0.3], [0.1, 0.2, 0.1 + 1e-8, 0.1, 0.3]])
    kept, where = apart(draw, share)
    assert kept.tolist() == [0, 0, 1, 1]
    assert where[0].tolist() == [0.2, 0.3, 0.5, 0.9]


def test_a_slope_without_bound_at_an_end_keeps_no_row_from_arriving():
    """At nought the slope of a root has no bound, and what is best lies close by."""
    game = chosen_game({"one": "B*x**r - x"}, parameters={"B": ranging(0, 1), "r": ranging(0, 1)})
    columns = {sp.Symbol(n, real=True): np.array([v]) for n, v in (("B", 0.02), ("r", 0.5))}
    conditions = Conditions.of(game).at(columns)
    for start in (0.0, 0.01, 0.5, 1.0):
        row, share = arrived(conditions, np.array([[start]]), 4)
        assert row.tolist() == [0]
        assert share[0] == pytest.approx([0.0001], rel=1e-6)
