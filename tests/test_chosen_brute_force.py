"""Numbers that are chosen are those that brute force finds, written from the payoffs alone.

Nothing here uses the package's derivatives: Japan's build-up is a bisection in the paper's own
variables g and y, the ceiling a fine grid refined by golden sections, hedges are crossings of the
composed best reply, the bill is the top of the Nash product.
"""

import numpy as np
import pytest
import sympy as sp

from dilemma.games.solution import by_branches, many

ERAS = ("cold_war", "post_cold_war")
EACH = 150
GOLDEN = (np.sqrt(5) - 1) / 2
POINT = {  # the trade shares of 2012 and 2013, y = (.399, .274), inverted by first-order conditions
    "alp_J": 1, "tau_J": "0.3", "kap_J": 1, "d_J": "0.35",
    "alp_U": "0.8", "tau_U": "0.3", "kap_U": 1, "d_U": "0.2",
}  # fmt: skip


def symbol(name):
    return sp.Symbol(name, real=True)


def drawn(model, seed):
    """Return 300 calibrations, half from each era's box: parameter to column."""
    rng = np.random.default_rng(seed)
    columns = {}
    for name in model.parameters:
        ranges = [model.eras[era].values[name].range for era in ERAS]
        columns[name] = np.concatenate(
            [rng.uniform(float(r.low), float(r.high), EACH) for r in ranges]
        )
    return columns


def in_floats(model, columns):
    return many(model, {model.parameters[n].symbol: c for n, c in columns.items()})


def told(batch, draw, names):
    """Return what is chosen in every equilibrium at one draw, sorted, a row each."""
    found = [
        [np.broadcast_to(rows.at[symbol(n)], rows.holds.shape)[draw, k] for n in names]
        for rows in batch.rows
        for k in np.flatnonzero(rows.holds[draw])
    ]
    return np.array(sorted(found))


def only(batch, name):
    """Return a number at the one equilibrium of every draw; not a number where it has none."""
    columns, count = [], np.zeros(batch.draws, dtype=int)
    for rows in batch.rows:
        value = rows.at.get(symbol(name), np.full(rows.holds.shape, np.nan))
        columns.append(np.where(rows.holds, value, np.nan))
        count += rows.holds.sum(axis=1)
    assert (count == 1).all()
    table = np.hstack(columns)
    return np.nanmax(np.where(np.isnan(table), -np.inf, table), axis=1)


def branch_of(batch, draw):
    return next(rows.branch.name for rows in batch.rows if rows.holds[draw].any())


def highest(low, high, worth, rounds=80):
    """Return where functions with one top each are highest, by golden sections."""
    for _ in range(rounds):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        up = worth(left) < worth(right)
        low, high = np.where(up, left, low), np.where(up, high, right)
    return (low + high) / 2


def top_of_parabola(worth, low, high):
    """Return where a strictly concave parabola is highest in an interval, from three of its values."""
    middle = (low + high) / 2
    one, two, three = worth(low), worth(middle), worth(high)
    bend = one - 2 * two + three
    assert (bend < 0).all()
    quarter = 0.375 * one + 0.75 * two - 0.125 * three  # a parabola through the three
    assert np.allclose(worth((low + middle) / 2), quarter)
    half = (high - low) / 2
    return np.clip(middle - half * (three - one) / (2 * bend), low, high)


# --- the cork --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cork_drawn(cork):
    columns = drawn(cork, 2)
    return columns, in_floats(cork, columns)


def reply(at, K):
    """Return Japan's g and y under a ceiling: y takes what g leaves, up to v/gam; bisect in g."""
    S = K - at["s"]
    low, high = np.zeros_like(S), S * (1 - 1e-15)
    with np.errstate(all="ignore"):
        for _ in range(100):
            g = (low + high) / 2
            y = np.minimum(S - g, at["v"] / at["gam"])
            crowded = np.where(S - g < at["v"] / at["gam"], at["v"] - at["gam"] * y, 0)
            slope = at["v"] - at["c"] * at["h"] * S / (S - g) ** 2 - crowded
            low, high = np.where(slope > 0, g, low), np.where(slope > 0, high, g)
    g = np.where(S > 0, (low + high) / 2, 0)
    g = np.where(g < 1e-13, 0, g)
    return g, np.minimum(S - g, at["v"] / at["gam"])


def effort(at, K):
    g, _ = reply(at, K)
    S = K - at["s"]
    return np.where(g > 0, at["h"] * g / np.where(g < S, S - g, 1), 0)


def paid_us(at, K):
    g, y = reply(at, K)
    return at["bet"] * (at["s"] + g + y) + at["pi_a"] * effort(at, K) - at["rho"] * K**2 / 2


def paid_japan(at, g, y, S):
    a = at["h"] * g / (S - g) if g < S else 0
    return at["v"] * (at["s"] + g + y) - at["c"] * a - at["gam"] * y**2 / 2 + at["D"]


def best_ceiling(columns):
    """Return the ceiling that pays the United States most, from a grid of 1,201 and around it."""
    at = {n: c[:, None] for n, c in columns.items()}
    K = at["s"] + np.linspace(0, 3, 1201)
    best = np.argmax(paid_us(at, K), axis=1)[:, None]
    low = at["s"] + 3 * np.maximum(best - 1, 0) / 1200
    high = at["s"] + 3 * np.minimum(best + 1, 1200) / 1200
    refined = highest(low, high, lambda K: paid_us(at, K))
    frozen = paid_us(at, at["s"]) >= paid_us(at, refined)
    return np.where(frozen, at["s"], refined)[:, 0]


def test_the_ceiling_is_the_one_that_a_grid_finds_and_japans_reply_is_its_best(cork_drawn):
    columns, batch = cork_drawn
    K = best_ceiling(columns)
    assert not batch.doubtful.any()
    np.testing.assert_allclose(only(batch, "K"), K, atol=2e-7)
    g, y = reply(columns, K)
    S = K - columns["s"]
    np.testing.assert_allclose(only(batch, "y"), y, atol=1e-6)
    theta = np.where(S > 0, 1 - g / np.where(S > 0, S, 1), 1)
    np.testing.assert_allclose(only(batch, "theta"), theta, atol=1e-6)


def test_the_united_states_freezes_japan_exactly_where_the_grid_does(cork_drawn):
    columns, batch = cork_drawn
    frozen = best_ceiling(columns) == columns["s"]
    assert frozen.sum() > 5
    assert [branch_of(batch, k) == "frozen" for k in range(batch.draws)] == list(frozen)
    assert {branch_of(batch, k) for k in range(batch.draws)} == {"both_routes", "frozen"}


def test_japans_reply_pays_no_less_than_any_of_a_fine_grid(cork_drawn):
    columns, batch = cork_drawn
    K, theta, y = (only(batch, name) for name in ("K", "theta", "y"))
    for draw in range(0, batch.draws, 5):
        at = {n: c[draw] for n, c in columns.items()}
        S = K[draw] - at["s"]
        if S == 0:
            continue
        has = paid_japan(at, S * (1 - theta[draw]), y[draw], S)
        g, own = np.meshgrid(np.linspace(0, 0.999, 400) * S, np.linspace(0, 1, 400) * S)
        pays = at["v"] * (at["s"] + g + own) - at["c"] * at["h"] * g / (S - g)
        pays = np.where(g + own <= S, pays - at["gam"] * own**2 / 2 + at["D"], -np.inf)
        assert pays.max() <= has + 1e-9


def test_both_routes_follow_the_cubic_and_the_multiplier_is_what_the_theory_says(cork_drawn):
    columns, batch = cork_drawn
    (rows,) = (r for r in batch.rows if r.branch.name == "both_routes")
    draws, k = np.nonzero(rows.holds)
    at = {n: c[draws] for n, c in columns.items()}
    K, theta, y = (rows.at[symbol(n)][draws, k] for n in ("K", "theta", "y"))
    S = K - at["s"]
    np.testing.assert_allclose(theta**3, at["c"] * at["h"] / (at["gam"] * S**2), rtol=1e-9)
    np.testing.assert_allclose(y, S * theta, rtol=1e-12)
    price = batch.worth(rows, rows.branch.outcomes["shadow_price"])[draws, k]
    np.testing.assert_allclose(price, at["v"] - at["gam"] * S * theta, rtol=1e-9)
    loosening = batch.worth(rows, rows.branch.outcomes["worth_of_loosening"])[draws, k]
    np.testing.assert_allclose(loosening, at["v"] - at["gam"] * S * theta**2, rtol=1e-9)
    assert (loosening > price).all()


def test_the_leaders_first_order_condition_is_that_of_the_theory(cork_drawn):
    columns, batch = cork_drawn
    (rows,) = (r for r in batch.rows if r.branch.name == "both_routes")
    draws, k = np.nonzero(rows.holds)
    at = {n: c[draws] for n, c in columns.items()}
    S = rows.at[symbol("K")][draws, k] - at["s"]
    tau = 2 / 3 * at["pi_a"] * at["h"] * (at["gam"] / (at["c"] * at["h"])) ** (1 / 3)
    alarm = at["rho"] * (at["s"] + S)
    np.testing.assert_allclose(at["bet"] + tau * S ** (-1 / 3), alarm, rtol=1e-8)


def exactly(model, at, **changes):
    """Return the points of the branches at a calibration, those that are best."""
    values = model.values(model.calibration(at, **changes))
    points, trouble = by_branches(model, values)
    assert trouble == []
    return [p for p in points if p.best]


def number(point, name):
    return float(point.at[symbol(name)])


@pytest.mark.parametrize("seed", range(4))
def test_exact_points_are_those_of_the_batch(cork, cork_drawn, seed):
    columns, batch = cork_drawn
    draw = 20 + 71 * seed
    (point,) = exactly(cork, {n: repr(float(c[draw])) for n, c in columns.items()})
    assert point.branch.name == branch_of(batch, draw)
    for name in ("K", "theta", "y"):
        assert number(point, name) == pytest.approx(only(batch, name)[draw], abs=1e-9)


@pytest.mark.parametrize(("era", "s"), [("cold_war", "0.3"), ("post_cold_war", "0.55")])
def test_the_cork_is_loosened_but_never_enough(cork, era, s):
    step = sp.Rational(1, 10**6)
    ceilings = []
    for moved in (-step, 0, step):
        (point,) = exactly(cork, era, s=sp.Rational(s) + moved)
        assert point.branch.name == "both_routes"
        ceilings.append(point.at[symbol("K")])
    slope = float((ceilings[2] - ceilings[0]) / (2 * step))
    at = {n: float(v) for n, v in cork.calibration(era).items()}
    tau = 2 / 3 * at["pi_a"] * at["h"] * (at["gam"] / (at["c"] * at["h"])) ** (1 / 3)
    S = float(ceilings[1]) - at["s"]
    bend = tau / 3 * S ** (-4 / 3)
    assert slope == pytest.approx(bend / (bend + at["rho"]), rel=1e-6)
    assert 0 < slope < 1


BORDER = {"v": 1, "gam": 1, "c": 1, "pi_a": 1, "h": "0.5", "bet": "0.2", "D": 0}


@pytest.mark.parametrize("rho", ["0.20", "0.21", "0.22"])
@pytest.mark.parametrize("s", ["0.30", "0.31"])
def test_at_a_concave_kink_the_ceiling_sits_on_the_border_and_moves_one_for_one(cork, rho, s):
    (point,) = exactly(cork, {**BORDER, "rho": rho, "s": s})
    assert point.branch.name.startswith("border of ")
    assert point.at[symbol("K")] - sp.Rational(s) == 2
    columns = {
        n: np.array([float(sp.Rational(v))]) for n, v in {**BORDER, "rho": rho, "s": s}.items()
    }
    assert best_ceiling(columns)[0] - float(s) == pytest.approx(2, abs=1e-6)


@pytest.mark.parametrize(("era", "jump"), [("cold_war", "0.671"), ("post_cold_war", "0.690")])
def test_the_vehicle_ends_by_a_jump(cork, era, jump):
    (before,) = exactly(cork, era, s=sp.Rational(jump) - sp.Rational(1, 1000))
    (after,) = exactly(cork, era, s=sp.Rational(jump) + sp.Rational(1, 1000))
    assert before.branch.name == "both_routes"
    assert number(before, "S") > 0.1
    assert after.branch.name == "frozen"
    assert after.at[symbol("K")] == sp.Rational(jump) + sp.Rational(1, 1000)
    assert number(after, "a") == number(after, "y") == 0


def test_japan_leaves_before_the_cork_is_frozen(cork):
    stays = {}
    for s in ("0.603", "0.605"):
        (point,) = exactly(cork, "post_cold_war", s=s)
        assert point.branch.name == "both_routes"
        stays[s] = point.worth(point.branch.outcomes["gain_from_staying"]) > 0
    assert stays == {"0.603": True, "0.605": False}
    by_deterrence = [
        point.worth(point.branch.outcomes["gain_from_staying"]) > 0
        for D in ("0.119", "0.118")
        for point in exactly(cork, "post_cold_war", D=D)
    ]
    assert by_deterrence == [True, False]


@pytest.mark.parametrize(
    ("era", "numbers"),
    [
        ("cold_war", {"K": 0.649, "S": 0.349, "a": 0.0396, "g": 0.279, "y": 0.070}),
        ("post_cold_war", {"K": 0.752, "S": 0.202, "a": 0.0219, "g": 0.139, "y": 0.063}),
    ],
)
def test_numbers_at_the_centres_of_the_cork_are_the_theorys(cork, era, numbers):
    (point,) = exactly(cork, era)
    for name, value in numbers.items():
        assert number(point, name) == pytest.approx(value, abs=6e-4 if value > 0.05 else 6e-5)


@pytest.mark.parametrize(
    ("era", "numbers"),
    [
        ("cold_war", {"shadow_price": 0.859, "worth_of_loosening": 0.972,
                      "vehicle_surplus": 0.109, "gain_from_staying": 0.436}),
        ("post_cold_war", {"shadow_price": 0.899, "worth_of_loosening": 0.968,
                           "vehicle_surplus": 0.025, "gain_from_staying": 0.032}),
    ],
)  # fmt: skip
def test_outcomes_at_the_centres_of_the_cork_are_the_theorys(cork, era, numbers):
    (point,) = exactly(cork, era)
    for name, value in numbers.items():
        assert float(point.worth(point.branch.outcomes[name])) == pytest.approx(value, abs=6e-4)


def test_the_surplus_from_the_vehicle_is_the_gain_over_doing_without(cork_drawn):
    columns, batch = cork_drawn
    (rows,) = (r for r in batch.rows if r.branch.name == "both_routes")
    surplus = batch.worth(rows, rows.branch.outcomes["vehicle_surplus"])
    for draw, k in list(zip(*np.nonzero(rows.holds), strict=True))[::7]:
        at = {n: c[draw] for n, c in columns.items()}
        S = rows.at[symbol("K")][draw, k] - at["s"]
        g, y = reply({n: np.array(v) for n, v in at.items()}, np.array(S + at["s"]))
        without = max(paid_japan(at, 0, own, S) for own in np.linspace(0, S, 2001))
        assert surplus[draw, k] == pytest.approx(paid_japan(at, g, y, S) - without, abs=1e-6)


def test_two_rounds_of_strengthening_close_the_vehicle(cork):
    s, seen = sp.Rational(3, 10), []
    for _ in range(3):
        (point,) = exactly(cork, "cold_war", s=s)
        seen.append([number(point, n) for n in ("K", "S", "a")])
        s = sp.Rational(point.at[symbol("build_up")]).limit_denominator(10**12)
    np.testing.assert_allclose(seen[0], [0.649, 0.349, 0.0396], atol=6e-4)
    np.testing.assert_allclose(seen[1], [0.776, 0.127, 0.0152], atol=6e-4)
    assert seen[2][2] == 0


# --- hedging ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hedging_drawn(hedging):
    columns = drawn(hedging, 3)
    return columns, in_floats(hedging, columns)


def paid(at, i, own, other):
    """Return ally i's payoff from primitives, ``own`` and ``other`` being hedges."""
    alp, tau, g, kap, d = (at[f"{n}_{i}"] for n in ("alp", "tau", "g", "kap", "d"))
    return (
        alp * (1 - own) * (1 - other) / (1 - other + tau)
        + g * own - kap * own**2 / 2 + d * (1 - other)
    )  # fmt: skip


def best_hedge(at, i, other):
    ends = np.zeros_like(other), np.ones_like(other)
    return top_of_parabola(lambda own: paid(at, i, own, other), *ends)


def crossings(columns, steps=4000):
    """Return all (x_J, x_U) at which hedges answer each other, for every draw."""
    at = {n: c[:, None] for n, c in columns.items()}
    x = np.broadcast_to(np.linspace(0, 1, steps + 1), (len(columns["g_J"]), steps + 1))

    def gap(x, at=at):
        return best_hedge(at, "J", best_hedge(at, "U", x)) - x

    told = gap(x)
    found = [[] for _ in columns["g_J"]]
    for end in (0, -1):
        for draw in np.flatnonzero(np.abs(told[:, end]) < 1e-14):
            found[draw].append(x[draw, end])
    draws, cells = np.nonzero((told[:, :-1] * told[:, 1:] < 0) & (np.abs(told[:, 1:]) > 1e-14))
    own = {n: c[draws] for n, c in columns.items()}
    low, high = x[draws, cells], x[draws, cells + 1]
    sign = np.sign(told[draws, cells])
    for _ in range(60):
        middle = (low + high) / 2
        same = np.sign(gap(middle, own)) == sign
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    for draw, root in zip(draws, (low + high) / 2, strict=True):
        found[draw].append(root)
    pairs = []
    for draw, roots in enumerate(found):
        own = {n: c[draw] for n, c in columns.items()}
        pairs.append(np.array(sorted((r, float(best_hedge(own, "U", np.array(r)))) for r in roots)))
    return pairs


def test_equilibria_of_hedging_are_the_crossings_of_the_best_replies(hedging_drawn):
    columns, batch = hedging_drawn
    assert not batch.doubtful.any()
    for draw, wanted in enumerate(crossings(columns)):
        np.testing.assert_allclose(told(batch, draw, ("x_J", "x_U")), wanted, atol=1e-9)


def test_draws_of_hedging_have_one_equilibrium_in_the_cold_war_and_up_to_three_after(
    hedging_drawn,
):
    _, batch = hedging_drawn
    counts = np.array([len(batch.names(k)) for k in range(batch.draws)])
    assert (counts[:EACH] == 1).all()
    assert set(counts[EACH:]) == {1, 3}
    assert (counts[EACH:] == 3).mean() == pytest.approx(0.47, abs=0.12)


def quadratic(at):
    """Return the roots in (0, 1) of the quadratic to which the two replies come down, in y_J."""
    B = {i: 1 - at[f"g_{i}"] / at[f"kap_{i}"] for i in "JU"}
    A = {i: at[f"alp_{i}"] / at[f"kap_{i}"] for i in "JU"}
    tJ, tU = at["tau_J"], at["tau_U"]
    above = np.poly1d([B["U"] + A["U"], B["U"] * tU])  # y_U*(y_J + tU)
    below = np.poly1d([1, tU])
    y = np.poly1d([1, 0])
    full = y * (above + tJ * below) - (B["J"] + A["J"]) * above - B["J"] * tJ * below
    roots = full.roots
    roots = roots[np.abs(roots.imag) < 1e-12].real
    pairs = [(r, above(r) / below(r)) for r in roots]
    return sorted(p for p in pairs if 0 < p[0] < 1 and 0 < p[1] < 1)


def test_interior_equilibria_are_the_roots_of_the_theorys_quadratic(hedging_drawn):
    columns, batch = hedging_drawn
    seen = set()
    for draw in range(batch.draws):
        wanted = quadratic({n: c[draw] for n, c in columns.items()})
        (rows,) = (r for r in batch.rows if r.branch.name == "interior")
        own = [
            tuple(1 - rows.at[symbol(n)][draw, k] for n in ("x_J", "x_U"))
            for k in np.flatnonzero(rows.holds[draw])
        ]
        assert len(own) == len(wanted)
        if wanted:
            np.testing.assert_allclose(sorted(own), wanted, atol=1e-9)
        seen.add(len(wanted))
    assert seen == {0, 1, 2}


def observed(**changes):
    """Return the 2012/13 point, its g inverted exactly from the shares .399 and .274."""
    y = {"J": sp.Rational("0.399"), "U": sp.Rational("0.274")}
    alp = {"J": 1, "U": sp.Rational("0.8")}
    g = {
        i: alp[i] * y[j] / (y[j] + sp.Rational("0.3")) + 1 - y[i]
        for i, j in (("J", "U"), ("U", "J"))
    }
    return {**POINT, "g_J": g["J"], "g_U": g["U"], **changes}


def test_at_the_observed_point_there_are_three_equilibria(hedging):
    points = exactly(hedging, observed())
    shares = sorted((number(p, "y_J"), number(p, "y_U")) for p in points)
    np.testing.assert_allclose(shares, [(0, 0), (0.157, 0.092), (0.399, 0.274)], atol=6e-4)


@pytest.mark.parametrize(("scale", "count"), [("1.0182", 3), ("1.0184", 1)])
def test_the_fold_is_two_percent_away(hedging, scale, count):
    at = observed()
    at |= {n: at[n] * sp.Rational(scale) for n in ("g_J", "g_U")}
    points = exactly(hedging, at)
    assert len(points) == count
    assert any(p.at[symbol("x_J")] == p.at[symbol("x_U")] == 1 for p in points)


FOLD = {"alp": 1, "tau": "1/4", "g": "5/4", "kap": 1, "d": 0}  # y**2 - y/2 + 1/16 = (y - 1/4)**2


def test_at_the_fold_two_equilibria_have_merged_and_count_once(hedging):
    points = exactly(hedging, {f"{n}_{i}": v for n, v in FOLD.items() for i in "JU"})
    plays = sorted((p.at[symbol("x_J")], p.at[symbol("x_U")]) for p in points)
    assert plays == [(sp.Rational(3, 4), sp.Rational(3, 4)), (1, 1)]
    assert all(p.exact for p in points)


@pytest.mark.parametrize(
    ("era", "hedges"), [("cold_war", (0.120, 0.120)), ("post_cold_war", (0.390, 0.450))]
)
def test_hedges_at_the_centres_are_the_theorys(hedging, era, hedges):
    (point,) = exactly(hedging, era)
    assert (number(point, "x_J"), number(point, "x_U")) == pytest.approx(hedges, abs=6e-4)


def test_hedging_is_contagious_at_the_theorys_rate(hedging):
    """From 1992, y = (.825, .817), only one ally's third parties come to pay more."""
    y = {"J": sp.Rational("0.825"), "U": sp.Rational("0.817")}
    alp = {"J": 1, "U": sp.Rational("0.8")}
    old = {
        f"g_{i}": alp[i] * y[j] / (y[j] + sp.Rational("0.3")) + 1 - y[i]
        for i, j in (("J", "U"), ("U", "J"))
    }
    assert float(old["g_J"]) == pytest.approx(0.907, abs=1e-3)
    later = observed()
    (american,) = exactly(hedging, {**later, "g_J": old["g_J"]})
    (japanese,) = exactly(hedging, {**later, "g_U": old["g_U"]})
    assert (number(american, "x_J"), number(american, "x_U")) == pytest.approx(
        (0.360, 0.638), abs=1e-3
    )
    assert (number(japanese, "x_J"), number(japanese, "x_U")) == pytest.approx(
        (0.357, 0.224), abs=1e-3
    )


# --- burden sharing --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def burden_drawn(burden):
    columns = drawn(burden, 4)
    return columns, in_floats(burden, columns)


def provided(at, i, own, other):
    b, pr, k = (at[f"{n}_{i}"] for n in ("b", "pr", "k"))
    Q = own + other
    return b * (Q - Q**2 / (2 * at["M"])) + pr * own - at["c"] * own - k * own**2 / 2


def best_provision(at, i, other):
    return top_of_parabola(
        lambda own: provided(at, i, own, other), np.zeros_like(other), at["M"] + 0 * other
    )


def provisions(at):
    """Return the forces at which best replies settle; each moves by less than the other did."""
    J, U = np.zeros_like(at["M"]), np.zeros_like(at["M"])
    for _ in range(400):
        J = best_provision(at, "J", U)
        U = best_provision(at, "U", J)
    return J, U


def gains(at, J, U, t):
    """Return what agreement on t is worth to each, from the story of the two ways talks may fail."""
    C = at["sig"] * at["c"] * U
    reach = U * (1 - (2 * J + U) / (2 * at["M"]))
    own = at["pr_U"] * U - at["k_U"] * U**2 / 2 - (1 - at["sig"]) * at["c"] * U
    W = at["b_U"] * reach + own
    p, money = at["p"], 1 + at["ze"]
    japan = -t * C - p * (-at["b_J"] * reach) - (1 - p) * 0
    stays = W - money * C * (1 - t)
    fails = p * at["o"] * W + (1 - p) * (W - money * C)
    return japan, stays - fails


def bill(at, J, U):
    """Return the top of the Nash product over t; not a number where somebody always loses."""
    column = {n: c[:, None] for n, c in at.items()}
    J, U = J[:, None], U[:, None]

    def log_product(t):
        one, two = gains(column, J, U, t)
        with np.errstate(all="ignore"):
            told = column["w"] * np.log(one) + (1 - column["w"]) * np.log(two)
        return np.where((one >= 0) & (two >= 0), told, -np.inf)

    t = np.broadcast_to(np.linspace(0, 1, 2001), (len(at["M"]), 2001))
    product = log_product(t)
    best = np.argmax(product, axis=1)[:, None]
    refined = highest(
        np.maximum(best - 1, 0) / 2000, np.minimum(best + 1, 2000) / 2000, log_product
    )
    here = np.take_along_axis(product, best, axis=1)
    found = np.where(log_product(refined) > here, refined, best / 2000)
    return np.where(np.isfinite(here), found, np.nan)[:, 0]


def test_forces_are_where_best_replies_settle(burden_drawn):
    columns, batch = burden_drawn
    J, U = provisions(columns)
    assert not batch.doubtful.any()
    np.testing.assert_allclose(only(batch, "q_J"), J, atol=1e-9)
    np.testing.assert_allclose(only(batch, "q_U"), U, atol=1e-9)
    assert (J == 0).any()


def test_forces_cross_once(burden_drawn):
    columns, _ = burden_drawn
    at = {n: c[:, None] for n, c in columns.items()}
    J = np.broadcast_to(np.linspace(0, 1, 801), (300, 801)) * at["M"]
    gap = best_provision(at, "J", best_provision(at, "U", J)) - J
    assert (np.diff(gap, axis=1) < 0).all()
    assert (gap[:, 0] >= 0).all()
    assert (gap[:, -1] <= 0).all()


def test_the_bill_is_the_top_of_the_nash_product(burden_drawn):
    columns, batch = burden_drawn
    t = bill(columns, *provisions(columns))
    assert np.isfinite(t).all()
    np.testing.assert_allclose(only(batch, "t"), t, atol=2e-7)
    assert (t < 1e-6).mean() > 0.1
    assert (t > 1e-6).mean() > 0.5


def test_forces_and_the_bill_follow_the_theorys_formulas(burden_drawn):
    columns, batch = burden_drawn
    c = columns
    J, U, t = (only(batch, name) for name in ("q_J", "q_U", "t"))
    for i, own, other in (("J", J, U), ("U", U, J)):
        b, pr, k = (c[f"{n}_{i}"] for n in ("b", "pr", "k"))
        wanted = np.maximum(0, (b + pr - c["c"] - b / c["M"] * other) / (k + b / c["M"]))
        np.testing.assert_allclose(own, wanted, atol=1e-9)
    C = c["sig"] * c["c"] * U
    reach = 1 - (2 * J + U) / (2 * c["M"])
    Del = c["b_J"] * U * reach
    W = c["b_U"] * U * reach + c["pr_U"] * U - c["k_U"] * U**2 / 2 - (1 - c["sig"]) * c["c"] * U
    bracket = (1 - c["w"]) * Del / C + c["w"] * (1 - (1 - c["o"]) * W / ((1 + c["ze"]) * C))
    np.testing.assert_allclose(t, np.clip(c["p"] * bracket, 0, 1), atol=1e-9)


@pytest.mark.parametrize(
    ("era", "numbers"),
    [
        ("cold_war", {"q_J": 0.710, "q_U": 4.774, "t": 0.069, "Del_C": 2.76, "W_C": 4.98}),
        ("post_cold_war", {"q_J": 1.733, "q_U": 2.686, "t": 0.370, "Del_C": 1.85, "W_C": 2.57}),
    ],
)
def test_numbers_at_the_centres_of_burden_are_the_theorys(burden, era, numbers):
    (point,) = exactly(burden, era)
    assert point.exact
    for name, value in numbers.items():
        assert number(point, name) == pytest.approx(value, abs=6e-3 if name[-1] == "C" else 6e-4)


ONE_AT_A_TIME = {
    "fear": (["p"], 0.048),
    "fiscal stress": (["ze"], 0.318),
    "alternatives": (["o"], 0.442),
    "deterrence": (["b_J", "b_U"], 0.311),
    "private benefits": (["pr_J", "pr_U"], 0.049),
    "all but fear": (["ze", "o", "b_J", "b_U", "pr_J", "pr_U"], 0.528),
}


@pytest.fixture(scope="module")
def moved_alone(burden):
    """Return the Cold War centre with each group moved to the post-Cold War's, in floats."""
    old, new = (burden.calibration(era) for era in ERAS)
    rows = [{**old, **{n: new[n] for n in names}} for names, _ in ONE_AT_A_TIME.values()]
    return in_floats(burden, {n: np.array([float(r[n]) for r in rows]) for n in old})


def test_one_at_a_time_from_the_cold_war_the_bill_is_what_the_theory_says(moved_alone):
    wanted = [t for _, t in ONE_AT_A_TIME.values()]
    np.testing.assert_allclose(only(moved_alone, "t"), wanted, atol=6e-4)


def test_private_benefits_alone_move_japans_share_of_forces(moved_alone):
    J, U = only(moved_alone, "q_J"), only(moved_alone, "q_U")
    at = list(ONE_AT_A_TIME).index("private benefits")
    assert (J / (J + U))[at] == pytest.approx(0.297, abs=6e-4)
