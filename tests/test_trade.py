"""The model of trade and entrapment says what its theory says.

Its equilibrium is written out here from the theory, and found once more without it: by best replies
after best replies, each the top of a payoff found by golden sections.  The numbers at the centres
were worked out independently before the model was written.
"""

import re
from itertools import product

import numpy as np
import pytest
import sympy as sp

import dilemma
from dilemma.games.solution import many

ERAS = ("cold_war", "post_cold_war")
WIDE = ("wide_1992", "wide_2013")
SHARES = ("x_U", "x_J", "x_UJ")
EACH = 150
GOLDEN = (np.sqrt(5) - 1) / 2


@pytest.fixture(scope="module")
def trade():
    return dilemma.load("trade")


@pytest.fixture(scope="module")
def drawn(trade):
    """300 calibrations, half from each era's box: parameter to column."""
    rng = np.random.default_rng(8)
    boxes = [trade.eras[era].values for era in ERAS]
    return {
        name: np.concatenate(
            [rng.uniform(float(b[name].range.low), float(b[name].range.high), EACH) for b in boxes]
        )
        for name in trade.parameters
    }


@pytest.fixture(scope="module")
def centres(trade):
    """The equilibrium at each era's centre."""
    return {era: dilemma.solve(trade, era)[0] for era in ERAS}


def in_theory(at):
    """Commitment and assertiveness where both are positive, as the theory has them."""
    pull, value = at["tau"] * at["x_U"], at["B0"] + at["om"] * at["x_UJ"]
    alone = at["bet"] - at["tau"] * at["x_J"]
    one = 1 + at["gam"] * pull
    return (value - pull * alone) / one, (alone + at["gam"] * value) / one


def highest(worth, low, high, rounds=60):
    """Return where functions with one top each are highest, by golden sections."""
    for _ in range(rounds):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        up = worth(left) < worth(right)
        low, high = np.where(up, left, low), np.where(up, high, right)
    return (low + high) / 2


def by_best_replies(model, at, rounds=40):
    """Return what best replies to best replies come to, from the payoffs alone."""
    names = [*model.parameters, "a", "y"]
    (cell,) = model.payoffs.values()
    us, japan = (
        sp.lambdify([sp.Symbol(n, real=True) for n in names], model.expand_play(model.expand(p)))
        for p in (cell["us"], cell["japan"])
    )
    nought = np.zeros_like(at["tau"])
    most_a = 2 * (at["B0"] + at["om"] * at["x_UJ"])
    most_y = 2 * (at["bet"] + at["gam"] * most_a)
    a, y = nought, nought
    for _ in range(rounds):
        a = highest(lambda n, y=y: us(**at, a=n, y=y), nought, most_a)
        y = highest(lambda n, a=a: japan(**at, a=a, y=n), nought, most_y)
    return a, y


def by_branches(model, at):
    """Return the one equilibrium that the model's branches give at each calibration."""
    batch = many(model, {model.parameters[n].symbol: column for n, column in at.items()})
    told = []
    for name in ("a", "y"):
        columns, count = [], 0
        for rows in batch.rows:
            value = np.broadcast_to(rows.at[sp.Symbol(name, real=True)], rows.holds.shape)
            columns.append(np.where(rows.holds, value, 0).sum(axis=1))
            count = count + rows.holds.sum(axis=1)
        assert (count == 1).all()
        told.append(sum(columns))
    return tuple(told)


# --- one equilibrium, three ways ------------------------------------------------------------------


def test_payoffs_are_those_of_the_theory(trade):
    (cell,) = trade.payoffs.values()
    at = {name: sp.Symbol(name, real=True) for name in (*trade.parameters, "a", "y")}
    a, y, tau = at["a"], at["y"], at["tau"]
    us = a * (at["B0"] + at["om"] * at["x_UJ"]) - a**2 / 2 - tau * at["x_U"] * a * y
    japan = y * (at["bet"] + at["gam"] * a) - y**2 / 2 - tau * at["x_J"] * y
    assert sp.expand(trade.expand(cell["us"]) - us) == 0
    assert sp.expand(trade.expand(cell["japan"]) - japan) == 0


def test_both_choose_as_the_theory_says_all_over_the_boxes(trade, drawn):
    np.testing.assert_allclose(by_branches(trade, drawn), in_theory(drawn), rtol=1e-10)


def test_best_replies_from_the_payoffs_alone_lead_to_the_same(trade, drawn):
    np.testing.assert_allclose(by_best_replies(trade, drawn), in_theory(drawn), atol=1e-6)


@pytest.mark.parametrize(
    ("era", "expected"),
    [
        ("cold_war", {"a": 0.611, "y": 0.940, "exposure": 0.038, "partner_to_rival": 4.44}),
        ("post_cold_war", {"a": 0.460, "y": 0.590, "exposure": 0.076, "partner_to_rival": 0.37}),
    ],
)
def test_equilibria_at_the_centres(centres, era, expected):
    assert centres[era].stable
    for name, about in expected.items():
        assert float(centres[era].value(name)) == pytest.approx(about, rel=0.011, abs=6e-4), name


def test_exposure_has_doubled(centres):
    before, after = (centres[era].value("exposure") for era in ERAS)
    assert float(after / before) == pytest.approx(2.016, abs=5e-4)


# --- corners, which the boxes never see -----------------------------------------------------------


def test_where_entrapment_takes_all_nobody_commits(trade):
    (found,) = dilemma.solve(trade, "post_cold_war", x_U=1, x_J=0)
    assert (found.value("a"), found.value("y")) == (0, sp.Rational(8, 10))
    assert found.value("exposure") == 0


def test_a_japan_that_trades_with_china_alone_quarrels_with_nobody(trade):
    (found,) = dilemma.solve(trade, "post_cold_war", x_J=1)
    assert found.value("y") == 0
    assert found.value("a") == sp.Rational("0.6") + sp.Rational("0.5") * sp.Rational("0.0521")


@pytest.mark.parametrize(
    "changes", [{"tau": 0}, {"tau": 0, "gam": 0}, {"x_U": 0}, {"gam": 50}], ids=str
)
def test_the_ends_of_what_may_be_chosen_are_never_reached(trade, drawn, changes):
    at = drawn | {name: np.full_like(drawn[name], value) for name, value in changes.items()}
    a, y = by_branches(trade, at)
    value = at["B0"] + at["om"] * at["x_UJ"]
    assert (a < 1.001 * value).all()
    assert (y < 1.001 * (at["bet"] + at["gam"] * value)).all()


# --- what moves it --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "commitment", "assertiveness"), [("x_U", -1, -1), ("x_J", 1, -1), ("x_UJ", 1, 1)]
)
def test_which_way_each_share_moves_both(trade, drawn, share, commitment, assertiveness):
    """By finite differences between equilibria that best replies have found."""
    step = 1e-3
    low, high = (
        by_best_replies(trade, {**drawn, share: drawn[share] + change}) for change in (-step, step)
    )
    assert (np.sign(high[0] - low[0]) == commitment).all()
    assert (np.sign(high[1] - low[1]) == assertiveness).all()


def test_exposure_is_largest_where_entrapment_takes_half(trade):
    at = {name: float(value) for name, value in trade.calibration("cold_war").items()}
    shares = np.linspace(0, 1, 2001)
    many_at = {name: np.full_like(shares, value) for name, value in at.items()} | {"x_U": shares}
    a, y = by_best_replies(trade, many_at)
    top = np.argmax(at["tau"] * shares * a * y)
    assert shares[top] == pytest.approx(0.2026, abs=5e-4)
    assert a[top] == pytest.approx((at["B0"] + at["om"] * at["x_UJ"]) / 2, abs=1e-3)


# --- where the paper's sentences stop being true --------------------------------------------------


def corners(trade, era):
    """Return every corner of an era's shares: share to column."""
    ranges = [trade.era(era).values[share].range for share in SHARES]
    grid = np.meshgrid(*([float(r.low), float(r.high)] for r in ranges))
    return dict(zip(SHARES, map(np.ravel, grid), strict=True))


def least(trade, eras, tau, change):
    """Return the least of a change between two eras over the corners of their boxes, at one tau."""
    before, after = (corners(trade, era) for era in eras)
    found = []
    for B0, om, bet, gam in product((0.5, 0.7), (0, 1), (0.6, 1), (0.2, 0.6)):
        same = {"B0": B0, "om": om, "bet": bet, "gam": gam, "tau": tau}
        old = (*in_theory(same | before), before["x_U"])
        new = (*in_theory(same | after), after["x_U"])
        found.append(change([x[:, None] for x in old], [x[None, :] for x in new]).min())
    return min(found)


def commitment_falls(old, new):
    return old[0] - new[0]


def exposure_rises(old, new):
    return np.prod(np.broadcast_arrays(*new), axis=0) - np.prod(np.broadcast_arrays(*old), axis=0)


@pytest.mark.parametrize(
    ("eras", "change", "border"),
    [
        (ERAS, commitment_falls, 2.767),
        (ERAS, exposure_rises, 2.593),
        (WIDE, commitment_falls, 1.36),
    ],
    ids=["commitment falls", "exposure rises", "commitment falls, wide"],
)
def test_how_costly_conflict_may_be_before_a_sentence_fails(trade, eras, change, border):
    assert least(trade, eras, border - 3e-3, change) > 0 > least(trade, eras, border + 3e-3, change)


def test_on_the_wide_boxes_exposure_need_not_rise_however_cheap_conflict_is(trade):
    assert least(trade, WIDE, 1, exposure_rises) < 0


# --- what the paper measured ----------------------------------------------------------------------


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("era", ERAS)
def test_a_share_lies_where_the_papers_export_and_import_shares_put_it(trade, share, era):
    value = trade.eras[era].values[share]
    exports, imports = (float(n) / 100 for n in re.findall(r"([\d.]+) %", value.source))
    mean = (exports + imports) / 2
    assert value.grade == "measured"
    assert float(value.range.low) - 5e-5 <= mean <= float(value.range.high) + 5e-5


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("era", WIDE)
def test_a_wide_box_goes_from_one_of_them_to_the_other(trade, share, era):
    value = trade.era(era).values[share]
    told = sorted(sp.Rational(n) / 100 for n in re.findall(r"([\d.]+) %", value.source))
    assert [value.range.low, value.range.high] == [sp.Rational(f"{float(n):.4f}") for n in told]


def test_nothing_but_what_is_measured_moves(trade):
    moves = {n for n, v in trade.eras["cold_war"].values.items() if not v.common}
    assert moves == set(SHARES) == set(trade.variants["core"].moves)
    every = [*trade.eras, *trade.further_eras]
    assert all(trade.era(era).values[n].grade == "measured" for era in every for n in moves)
