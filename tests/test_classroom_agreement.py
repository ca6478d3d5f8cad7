"""The page against answers that share nothing with it, on 20,000 calibrations of each model.

Games with actions: vertex enumeration in fractions, from payoffs alone.  Games with numbers: best
replies and equilibria worked out here from the definitions, by scanning and bisection.  Trees:
backward induction, written out from the story.
"""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

import dilemma
from classroom_page import draws, floats, needs_node, page, run
from dilemma import classroom
from dilemma.games.exact import solve_exactly
from small_games import ranging, valued

pytestmark = [needs_node, pytest.mark.slow]
COUNT = 20_000
SOLVED = """
const m = model(given.name);
return given.at.map((values) => {
  const found = solve(m, values);
  return {
    play: found.equilibria.map((e) => (e.mixes ? e.mixes.flat() : e.unknowns.slice(0, m.choices.length))),
    payoffs: found.equilibria.map((e) => e.payoffs),
    stable: found.equilibria.map((e) => e.stable ?? null),
    sets: (found.sets ?? []).length, doubt: found.doubt ?? false,
  };
});
"""


def solved(html, name, calibrations):
    return run(html, SOLVED, {"name": name, "at": floats(calibrations)})


# --- games with actions --------------------------------------------------------------------------


def in_fractions(model):
    """Return payoffs as a function of fractions, the numbers in its formulas among them."""
    formulas = [
        model.expand(model.payoffs[p][q]) for p in model.game.profiles for q in model.players
    ]
    fixed = sorted({a for f in formulas for a in f.atoms(sp.Rational) if a.q != 1}, key=float)
    put = {value: sp.Symbol(f"fixed{k}") for k, value in enumerate(fixed)}
    symbols = [*(p.symbol for p in model.parameters.values()), *put.values()]
    told = sp.lambdify(symbols, [f.xreplace(put) for f in formulas], modules="math")
    values = [Fraction(int(v.p), int(v.q)) for v in fixed]
    return lambda row: told(*row, *values)


def compare(model, html, calibrations):
    """Count the degenerate games; every game must have the same equilibria and the same sets."""
    payoffs, degenerate = in_fractions(model), 0
    rows, columns = (len(p.actions) for p in model.players.values())
    found = solved(html, model.name, calibrations)
    for row, own in zip(calibrations, found, strict=True):
        paid = payoffs(row)
        A, B = (
            [[paid[2 * (i * columns + j) + k] for j in range(columns)] for i in range(rows)]
            for k in (0, 1)
        )
        exact = solve_exactly(A, B)
        degenerate += exact.degenerate
        right = sorted([*map(float, (*p, *q))] for p, q in exact.profiles)
        assert len(own["play"]) == len(right), row
        distances = np.abs(np.array(own["play"])[:, None] - np.array(right)).max(axis=2)
        assert distances.min(axis=0).max() < 1e-7, row
        assert own["sets"] == len(exact.subsets), row
    return degenerate


@pytest.mark.parametrize("name", ["abandonment", "abandonment_hedging"])
def test_actions_agree_with_exact_enumeration(name):
    calibrations = draws(page(), name, COUNT)
    compare(dilemma.load(name), page(), calibrations)


def free(size):
    """Make a game whose every payoff is a parameter."""
    actions = [f"a{k}" for k in range(size)]
    names = [f"{who}{i}{j}" for who in "xy" for i in range(size) for j in range(size)]
    return dilemma.Model(
        name=f"free_{size}",
        title="Free",
        players={"x": actions, "y": actions},
        parameters=dict.fromkeys(names, ranging(-9, 9)),
        payoffs={
            (a, b): {"x": f"x{i}{j}", "y": f"y{i}{j}"}
            for i, a in enumerate(actions)
            for j, b in enumerate(actions)
        },
        eras={"now": dict.fromkeys(names, valued(0, 0, 2))},
    )


@pytest.mark.parametrize(("size", "count"), [(2, 4_000), (3, 400)])
def test_ties_are_the_continua_that_they_are(size, count):
    """Payoffs of 0, 1 and 2: most games have ties, many of them several at once."""
    model = free(size)
    html = classroom([model]).html
    values = np.random.default_rng(0).integers(0, 3, (count, 2 * size**2))
    degenerate = compare(model, html, [[Fraction(int(v)) for v in row] for row in values])
    assert degenerate > count / 2


# --- trees ---------------------------------------------------------------------------------------


def test_the_triangle_is_played_as_its_story_says():
    """From the ends: the United States at each stake, then Japan, then China."""
    names = list(dilemma.load("triangle").parameters)
    calibrations = draws(page(), "triangle", COUNT)
    at = dict(zip(names, np.array(floats(calibrations)).T, strict=True))
    war = at["q"] * (at["e_m"] + at["chi"] * at["x_U"])  # what support costs, whatever the stake
    support = np.clip(1 - war / at["L"], 0, 1)
    backed = (1 - at["q"]) * at["z"] - at["q"] * at["m_J"]
    boldness = support * backed - (1 - support) * (at["l"] + at["h"]) + at["l"]
    lure = (1 - support) * at["g"] - support * (at["q"] * at["m_C"] + (1 - at["q"]) * at["k_C"])
    firm = boldness > 0
    challenged = ~firm | (lure > 0)
    close = np.minimum(np.abs(boldness), np.abs(lure)) < 1e-6
    # A stake below the cost of support is lost whole; one above it is spared for that cost.
    least = np.minimum(war, at["L"])
    tried = -(least**2) / (2 * at["L"]) - war * support
    us = np.where(challenged, np.where(firm, tried, -at["theta"] * at["L"] / 2), 0)
    chances = np.array([challenged, ~challenged, firm, ~firm, support, 1 - support], dtype=float).T
    seen = set()
    for k, own in enumerate(solved(page(), "triangle", calibrations)):
        if close[k]:
            continue
        (play,), (paid,) = own["play"], own["payoffs"]
        assert np.allclose(play, chances[k], atol=1e-9)
        assert paid[2] == pytest.approx(us[k], abs=1e-9)
        seen.add((bool(firm[k]), bool(challenged[k])))
    assert seen == {(True, False), (True, True), (False, True)}
    assert close.mean() < 0.01


# --- games with numbers --------------------------------------------------------------------------


def slopes(model):
    """Return each player's slope in its own number, as a function of both numbers and parameters."""
    chosen = list(model.game.choices.values())
    symbols = [*(c.symbol for c in chosen), *(p.symbol for p in model.parameters.values())]
    payoffs = {p: model.expand(f) for p, f in model.payoffs[()].items()}
    return [sp.lambdify(symbols, sp.diff(payoffs[c.player], c.symbol)) for c in chosen]


def top(slope, high):
    """Return where a slope that is linear in a player's own number vanishes, within [0, high]."""
    at_zero, at_high = slope(np.zeros_like(high)), slope(high)
    return np.clip(high * at_zero / (at_zero - at_high), 0, high)


class Replies:
    """Two players with a number each, many games at once; parameters are columns."""

    def __init__(self, model, columns, high):
        self.first, self.second = slopes(model)
        self.columns, self.high = columns, high

    def to_both(self, x):
        """Return the first's reply to the second's reply to x, and that."""
        y = top(lambda y: self.second(x, y, *self.columns), self.high)
        return top(lambda z: self.first(z, y, *self.columns), self.high), y

    def crossings(self, count=80):
        """Return all pairs of best replies that a scan of the first's number finds.

        Shaped (games, several, 2); NaN stands for none.  The scan is closest near the upper end.
        """
        grid = [self.high * (1 - (1 - k / count) ** 3) for k in range(count + 1)]
        gaps = [self.to_both(x)[0] - x for x in grid]
        found = []
        for k in (0, -1):
            found.append(np.stack([grid[k], self.to_both(grid[k])[1]], 1))
            found[-1][np.abs(gaps[k]) > 1e-9] = np.nan
        for k in range(count):
            low, up = grid[k], grid[k + 1]
            for _ in range(45):
                middle = (low + up) / 2
                same = np.sign(self.to_both(middle)[0] - middle) == np.sign(gaps[k])
                low, up = np.where(same, middle, low), np.where(same, up, middle)
            found.append(np.stack([(low + up) / 2, self.to_both((low + up) / 2)[1]], 1))
            found[-1][gaps[k] * gaps[k + 1] >= 0] = np.nan
        return np.stack(found, 1)


@pytest.mark.parametrize(("name", "upper"), [("hedging", None), ("burden", "M")])
def test_numbers_agree_with_scanned_best_replies(name, upper):
    model, html = dilemma.load(name), page()
    calibrations = draws(html, name, COUNT)
    columns = np.array(floats(calibrations)).T
    high = columns[list(model.parameters).index(upper)] if upper else np.ones(COUNT)
    replies = Replies(model, columns, high)
    right = replies.crossings()
    told = solved(html, name, calibrations)
    # Whatever is found by scanning is on the page.
    unseen = 0
    for own, points in zip(told, right, strict=True):
        mine = np.array(own["play"], dtype=float)[:, :2]
        found = points[~np.isnan(points).any(axis=1)]
        apart = np.abs(found[:, None] - mine).max(axis=2)
        assert apart.min(axis=1).max(initial=0) < 1e-5
        unseen += not len(found) or apart.min(axis=0).max() > 1e-5
    # Whatever is on the page are best replies to each other.
    for k in range(max(len(own["play"]) for own in told)):
        where = [n for n, own in enumerate(told) if len(own["play"]) > k]
        x, y = np.array([told[n]["play"][k][:2] for n in where], dtype=float).T
        own = Replies(model, columns[:, where], high[where])
        again, reply = own.to_both(x)
        assert max(np.abs(again - x).max(), np.abs(reply - y).max()) < 1e-6
    # A scan steps over two equilibria that are closer to each other than its points are.
    assert unseen < 0.005 * COUNT


def test_stable_equilibria_are_those_to_which_best_replies_lead_back(hedging):
    model, html = hedging, page()
    calibrations = draws(html, "hedging", 3_000, seed=1)
    columns = np.array(floats(calibrations)).T
    seen = set()
    for n, own in enumerate(solved(html, "hedging", calibrations)):
        replies = Replies(model, columns[:, [n]], np.ones(1))
        for play, stable in zip(own["play"], own["stable"], strict=True):
            away = [min(1.0, play[0] + 1e-4), max(0.0, play[0] - 1e-4)]
            moves = [abs(replies.to_both(np.array([x]))[0][0] - play[0]) for x in away]
            if stable is not None:
                assert (max(moves) < 1e-4) == stable
                seen.add(stable)
    assert seen == {True, False}


def test_the_bargain_is_the_maximum_of_the_nash_product(burden):
    model, html = burden, page()
    calibrations = draws(html, "burden", COUNT)
    bargain = model.game.bargain
    symbols = [c.symbol for c in model.game.choices.values()]
    symbols += [p.symbol for p in model.parameters.values()]
    told = solved(html, "burden", calibrations)
    play = np.array([own["play"][0] for own in told], dtype=float).T
    columns = np.array(floats(calibrations)).T
    gains = []
    for player in model.players:
        gain = model.expand(model.expand_play(bargain.gains[player]))
        gains.append(sp.lambdify([bargain.over.symbol, *symbols], gain))
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = [[g(np.full(COUNT, t), *play[:2], *columns) for t in (0.0, 1.0)] for g in gains]
        roots = [a / (a - b) for a, b in ends]
    power = columns[list(model.parameters).index("w")]
    # Japan gains less by a higher share, the United States more.
    low, high = np.maximum(0, roots[1]), np.minimum(1, roots[0])
    agreed = (high > low + 1e-9) & (play[1] > 1e-9)
    inside = np.linspace(0, 1, 2001)[1:-1, None]
    shares = low + (high - low) * inside
    first, second = (g(shares, *play[:2], *columns) for g in gains)
    with np.errstate(divide="ignore", invalid="ignore"):
        product = power * np.log(first) + (1 - power) * np.log(second)
    product = np.where(np.isnan(product), -np.inf, product)
    best = np.take_along_axis(shares, product.argmax(axis=0)[None], 0)[0]
    assert agreed.mean() > 0.5
    assert np.abs(play[2] - best)[agreed].max() < 2e-3
    refused = (high < low - 1e-9) & (play[1] > 1e-9)
    assert np.isnan(play[2][refused]).all()


def test_the_leader_does_not_find_better_by_scanning():
    """Cork, from the definition: Japan's reply to every ceiling, and the best ceiling of them."""
    html = page()
    calibrations = draws(html, "cork", COUNT)
    s, v, c, h, gam, _, bet, pi, rho = np.array(floats(calibrations)).T
    told = solved(html, "cork", calibrations)
    assert all(own["payoffs"] for own in told)
    paid = np.array([own["payoffs"][0] for own in told]).T[0]

    def reply(K):
        """Return Japan's slack share and own build-up: the first by golden section."""

        def built(theta):
            return np.minimum(v / gam, (K - s) * theta)

        def payoff(theta):
            y = built(theta)
            return v * ((K - s) * (1 - theta) + y) - c * h * (1 / theta - 1) - gam * y**2 / 2

        low, high = np.full(COUNT, 1e-6), np.ones(COUNT)
        ratio = (5**0.5 - 1) / 2
        for _ in range(60):
            one, two = high - ratio * (high - low), low + ratio * (high - low)
            left = payoff(one) >= payoff(two)
            low, high = np.where(left, low, one), np.where(left, two, high)
        theta = (low + high) / 2
        theta = np.where(payoff(np.ones(COUNT)) >= payoff(theta), 1.0, theta)
        return theta, built(theta)

    def leader(K):
        theta, y = reply(K)
        return bet * (s + (K - s) * (1 - theta) + y) + pi * h * (1 / theta - 1) - rho * K**2 / 2

    scanned = np.max([leader(s + 3 * k / 150) for k in range(151)], axis=0)
    assert (scanned - paid).max() < 1e-6  # no ceiling pays more
    K = np.array([own["play"][0][0] for own in told])
    assert np.abs(leader(K) - paid).max() < 1e-5  # and this one pays what is said


def test_no_promise_is_found_by_scanning_that_pays_more():
    """Unlocked, from the definition: Japan's reply to every promise, and the best promise of them."""
    html = page()
    calibrations = draws(html, "unlocked", COUNT)
    g, eta, phi, z, loss, e, lam, alpha, cost, x_U, _ = np.array(floats(calibrations)).T
    told = solved(html, "unlocked", calibrations)
    assert all(own["payoffs"] for own in told)
    paid = np.array([own["payoffs"][0][0] for own in told])

    def reply(r):
        """Return Japan's provocation, by golden section: one number, what it pays has one top."""

        def payoff(y):
            alone = 1 - r * (1 - phi * y)
            return z * y - y**2 / 2 - loss * (g + eta * y) * alone**2

        low, high = np.zeros(COUNT), np.ones(COUNT)
        ratio = (5**0.5 - 1) / 2
        for _ in range(60):
            one, two = high - ratio * (high - low), low + ratio * (high - low)
            left = payoff(one) >= payoff(two)
            low, high = np.where(left, low, one), np.where(left, two, high)
        return (low + high) / 2

    def leader(r):
        y = reply(r)
        s = r * (1 - phi * y)
        crisis = (g + eta * y) * (1 - s) * (s * e + (1 - s) * lam)
        return -crisis - (cost * x_U + alpha * s * e) * y

    scanned = np.max([leader(np.full(COUNT, k / 150)) for k in range(151)], axis=0)
    assert (scanned - paid).max() < 1e-6  # no promise pays more
    r = np.array([own["play"][0][0] for own in told])
    assert np.abs(leader(r) - paid).max() < 1e-6  # and this one pays what is said
