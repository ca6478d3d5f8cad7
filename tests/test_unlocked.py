"""Rigid or unlocked: what is played and what it is worth, against brute force from the payoffs alone.

Nothing here uses the package's derivatives. Japan's reply is found by thirds of its interval, the
promise on a grid and by thirds around its best point, everything from payoffs written out once more.
"""

import numpy as np
import pytest

import dilemma
from dilemma.games.solution import many

ERAS = ("cold_war", "post_cold_war")
X_U = {"cold_war": 0.033, "post_cold_war": 0.141}
EACH = 150  # calibrations from each era's box
MANY = 4_000


@pytest.fixture(scope="module")
def unlocked():
    return dilemma.load("unlocked")


def drawn(model, count, seed, **fixed):
    """Return calibrations from the box that both eras share: parameter to column."""
    rng = np.random.default_rng(seed)
    ranges = {n: v.range for n, v in model.eras["cold_war"].values.items()}
    columns = {n: rng.uniform(float(r.low), float(r.high), count) for n, r in ranges.items()}
    return columns | {name: np.full(count, float(value)) for name, value in fixed.items()}


def in_floats(model, columns):
    return many(model, {model.parameters[n].symbol: c for n, c in columns.items()})


def told(batch, name):
    """Return a number at the one equilibrium of every draw."""
    values, count = np.full(batch.draws, np.nan), np.zeros(batch.draws, dtype=int)
    for rows in batch.rows:
        formula = rows.branch.payoffs.get(name, rows.branch.outcomes.get(name))
        worth = batch.worth(rows, formula)
        for k in range(rows.holds.shape[1]):
            values = np.where(rows.holds[:, k], worth[:, k], values)
            count += rows.holds[:, k]
    assert (count == 1).all()
    return values


def support(at, r, y):
    return r * (1 - at["phi"] * y)


def challenge(at, r, y):
    return (at["g"] + at["eta"] * y) * (1 - support(at, r, y))


def paid_japan(at, r, y):
    left_alone = challenge(at, r, y) * (1 - support(at, r, y))
    return at["z"] * y - y**2 / 2 - at["l"] * left_alone


def paid_us(at, r, y):
    s, exposure = support(at, r, y), at["exposure_cost"] * at["x_U"]
    crisis = challenge(at, r, y) * (s * at["e"] + (1 - s) * at["lam"])
    return -crisis - (exposure + at["alp"] * s * at["e"]) * y


def highest(low, high, worth):
    """Return where functions with one top each are highest, by thirds of their intervals."""
    for _ in range(90):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        rising = worth(left) < worth(right)
        low, high = np.where(rising, left, low), np.where(rising, high, right)
    return (low + high) / 2


def reply(at, r):
    shape = np.broadcast_shapes(np.shape(r), np.shape(at["g"]))
    return highest(np.zeros(shape), np.ones(shape), lambda y: paid_japan(at, r, y))


def best_promise(columns, steps=400):
    """Return the promise that pays the United States most, and what it pays."""
    at = {name: column[:, None] for name, column in columns.items()}

    def worth(r):
        return paid_us(at, r, reply(at, r))

    grid = np.linspace(0, 1, steps + 1)[None, :]
    best = np.argmax(worth(grid), axis=1)[:, None]
    around = [np.clip((best + k) / steps, 0, 1) for k in (-1, 1)]
    tried = np.hstack([best / steps, highest(*around, worth), *around])
    paid = worth(tried)
    k = np.argmax(paid, axis=1)[:, None]
    return (np.take_along_axis(a, k, axis=1)[:, 0] for a in (tried, paid))


# --- the reference point --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("era", "phi", "r", "us", "y", "P"),
    [
        ("cold_war", "0", 1, -0.0396, 0.30, 0),
        ("cold_war", "1/2", 1, -0.0699, 0.19, 0.034),
        ("post_cold_war", "0", 1, -0.1692, 0.30, 0),
        ("post_cold_war", "1/2", 0.83, -0.1474, 0.092, 0.068),
    ],
)
def test_the_reference_point_is_that_of_the_theory(unlocked, era, phi, r, us, y, P):
    found = dilemma.solve(unlocked, era, phi=phi)
    assert found.complete
    (played,) = found
    told = {**{n: played.outcomes[n] for n in "ryP"}, "us": played.payoffs["us"]}
    right = {"r": r, "us": us, "y": y, "P": P}
    digits = {"r": 5e-3, "us": 5e-5, "y": 5e-4, "P": 5e-4}
    for name, value in right.items():
        assert float(told[name]) == pytest.approx(value, abs=digits[name]), name


def test_only_trade_moves_and_its_boxes_hold_the_means_of_the_papers_shares(unlocked):
    moved = {n for n, v in unlocked.eras["cold_war"].values.items() if not v.common}
    assert moved == {"x_U"}
    for era, exports, imports in (("cold_war", 1.66, 4.83), ("post_cold_war", 7.73, 19.42)):
        box = unlocked.eras[era].values["x_U"].range
        assert float(box.low) <= (exports + imports) / 200 <= float(box.high)


# --- what is played -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def both_eras(unlocked):
    """Draw 300 calibrations, half with the trade of each era, and solve them."""
    columns = drawn(unlocked, 2 * EACH, seed=10)
    columns["x_U"] = np.repeat([X_U[era] for era in ERAS], EACH)
    return columns, in_floats(unlocked, columns)


def test_the_promise_is_the_one_that_a_grid_finds(both_eras):
    columns, batch = both_eras
    r, paid = best_promise(columns)
    assert not batch.doubtful.any()
    np.testing.assert_allclose(told(batch, "us"), paid, atol=1e-9)
    np.testing.assert_allclose(told(batch, "r"), r, atol=1e-3)  # its top is flat
    np.testing.assert_allclose(told(batch, "y"), reply(columns, r), atol=1e-3)


def test_japans_reply_pays_no_less_than_any_of_a_fine_grid(both_eras):
    columns, batch = both_eras
    at = {name: column[:, None] for name, column in columns.items()}
    r = told(batch, "r")[:, None]
    most = paid_japan(at, r, np.linspace(0, 1, 2001)[None, :]).max(axis=1)
    assert (most <= told(batch, "japan") + 1e-9).all()


def test_every_way_to_play_that_has_a_name_occurs(both_eras):
    _, batch = both_eras
    played = {name for k in range(batch.draws) for name in batch.names(k)}
    assert played >= {"full", "provoking", "border of restrained and provoking"}


def test_rigid_promises_are_the_same_game_without_conditions(unlocked):
    columns = drawn(unlocked, EACH, seed=11, phi=0, x_U=X_U["post_cold_war"])
    batch = in_floats(unlocked, columns)
    r, paid = best_promise(columns)
    np.testing.assert_allclose(told(batch, "us"), paid, atol=1e-9)
    assert (r < 1).any()
    feared = columns["eta"] * columns["l"] * (1 - told(batch, "r")) ** 2
    np.testing.assert_allclose(told(batch, "y"), np.maximum(0, columns["z"] - feared), atol=1e-9)


def test_a_challenge_is_as_likely_as_a_cost_below_the_gain(both_eras):
    columns, batch = both_eras
    cost = (np.arange(20_000) + 0.5) / 20_000
    for k in range(0, batch.draws, 30):
        at = {name: column[k] for name, column in columns.items()}
        y, s = told(batch, "y")[k], told(batch, "s")[k]
        net = (at["g"] + at["eta"] * y) * (1 - s) - cost
        assert told(batch, "P")[k] == pytest.approx((net > 0).mean(), abs=1e-4)
        china = np.maximum(net, 0).mean() - at["h"] * y
        assert told(batch, "china")[k] == pytest.approx(china, abs=1e-4)


# --- which alliance -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shares(unlocked):
    """Draw the box once and solve it with the trade of each era, conditional and rigid."""
    found = {}
    for era, x in X_U.items():
        columns = drawn(unlocked, MANY, seed=12, x_U=x)
        found[era] = (
            in_floats(unlocked, columns),
            in_floats(unlocked, columns | {"phi": 0 * columns["phi"]}),
        )
    return found


@pytest.mark.parametrize(("era", "share"), [("cold_war", 0.161), ("post_cold_war", 0.793)])
def test_how_often_the_united_states_is_better_off_with_an_unlocked_alliance(shares, era, share):
    conditional, _ = shares[era]
    # Three standard errors of MANY draws, and of the 1,500 from which the theory's shares come.
    wide = 3 * np.sqrt(share * (1 - share) * (1 / MANY + 1 / 1_500))
    assert (told(conditional, "gain_us") > 1e-9).mean() == pytest.approx(share, abs=wide)


def test_trade_never_turns_it_the_other_way(shares):
    then, now = (told(shares[era][0], "gain_us") > 0 for era in ERAS)
    assert not (then & ~now).any()


def test_a_full_promise_stands_for_the_rigid_ones(shares):
    for conditional, rigid in shares.values():
        better = told(conditional, "us") > told(rigid, "us") + 1e-9
        assert (better != (told(conditional, "gain_us") > 1e-9)).mean() < 0.002
    _, rigid = shares["post_cold_war"]
    assert 0.1 < (told(rigid, "r") < 1).mean() < 0.3  # although it is not always the best of them


def at_the_centre(model, **moved):
    """Return an era's centre as columns, with some parameters moved along."""
    count = len(next(iter(moved.values())))
    centre = {n: v.central for n, v in model.eras["post_cold_war"].values.items()}
    columns = {name: np.full(count, float(value)) for name, value in centre.items()}
    return columns | {name: np.array(values, dtype=float) for name, values in moved.items()}


def test_the_exposure_that_turns_it_is_that_of_the_closed_form(unlocked):
    """At a full promise and without accidents: the cost of crises over what restraint saves."""
    at = at_the_centre(unlocked, x_U=[X_U["cold_war"]])
    r = np.ones(1)
    y = reply(at, r)
    s, P = support(at, r, y), challenge(at, r, y)
    crises = P * (s * at["e"] + (1 - s) * at["lam"])
    (share,) = crises / (at["z"] - y) / at["exposure_cost"]
    assert X_U["cold_war"] < share < X_U["post_cold_war"]
    batch = in_floats(unlocked, at_the_centre(unlocked, x_U=[share - 1e-5, share + 1e-5]))
    assert (told(batch, "r") == 1).all()
    below, above = told(batch, "gain_us")
    assert below < 0 < above


def test_half_measures_are_worse_than_none(unlocked):
    batch = in_floats(unlocked, at_the_centre(unlocked, phi=[0, 0.1, 0.2, 0.3, 0.4, 0.6]))
    gains = told(batch, "gain_us")
    assert gains[0] == pytest.approx(0, abs=1e-12)
    assert max(gains[1:4]) < 0 < min(gains[4:])


# --- at the same commitment -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def same_promise(unlocked):
    """Return random promises of any size, with Japan's replies with conditions and without."""
    columns = drawn(unlocked, MANY, seed=13, x_U=X_U["post_cold_war"])
    r = np.random.default_rng(14).uniform(0, 1, MANY)
    rigid = columns | {"phi": 0 * columns["phi"]}
    return columns, rigid, r, reply(columns, r), reply(rigid, r)


def test_conditions_restrain_japan_and_japan_never_gains_by_them(same_promise):
    columns, rigid, r, y, y_rigid = same_promise
    assert (y <= y_rigid + 1e-9).all()
    assert (paid_japan(columns, r, y) <= paid_japan(rigid, r, y_rigid) + 1e-12).all()


def test_deterrence_and_the_united_states_may_lose_by_them_and_gain_by_them(same_promise):
    columns, rigid, r, y, y_rigid = same_promise
    more = challenge(columns, r, y) - challenge(rigid, r, y_rigid)
    gain = paid_us(columns, r, y) - paid_us(rigid, r, y_rigid)
    assert more.max() > 0.01
    assert more.min() < -0.01
    assert gain.max() > 0.01
    assert gain.min() < -0.01
    middling = (r > 0.5) & (r < 0.8)
    assert (gain[middling] < -1e-9).mean() < 0.002


def test_at_a_corner_of_the_boxes_a_firm_promise_is_better_rigid(unlocked):
    corner = {"g": 0.38, "eta": 0.33, "phi": 0.4, "z": 0.6, "l": 2, "e": 2, "lam": 3, "alp": 0}
    at = {n: np.array([v]) for n, v in corner.items()}
    at |= {"exposure_cost": np.array([0.3 / 0.141]), "x_U": np.array([0.141])}
    for name, value in at.items():
        box = unlocked.eras["post_cold_war"].values.get(name)
        assert float(box.range.low) <= value[0] <= float(box.range.high)
    r = np.array([0.8])
    rigid = at | {"phi": np.zeros(1)}
    assert paid_us(at, r, reply(at, r)) < paid_us(rigid, r, reply(rigid, r)) - 0.02


def test_who_pays_where_the_united_states_gains(shares):
    conditional, _ = shares["post_cold_war"]
    us, japan, china = (told(conditional, f"gain_{who}") for who in ("us", "japan", "china"))
    better = us > 0
    assert (japan[better] < 0).all()
    assert (china[better] > 0).all()
    assert (us + japan >= 0)[better].mean() == pytest.approx(0.20, abs=0.03)
    assert (us + japan + china >= 0)[better].mean() == pytest.approx(0.81, abs=0.03)
