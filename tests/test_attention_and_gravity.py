"""The models of divided attention and of trade by size are what their closed forms say."""

import numpy as np
import pytest
import sympy as sp

import closed_forms
import dilemma
from dilemma.games.solution import many

pytestmark = [pytest.mark.slow, pytest.mark.kept]

EACH = 150
MODELS = ("attention", "gravity")
ERAS = ("cold_war", "post_cold_war")


def calibrations(model, seed):
    """Draw from each era's box, and once in five calibrations from all that parameters may be up to 10."""
    rng = np.random.default_rng(seed)
    for era in ERAS:
        for k in range(EACH):
            ends = {
                name: (0.01, 10) if k % 5 == 0 else (float(v.range.low), float(v.range.high))
                for name, v in model.eras[era].values.items()
            }
            yield {
                name: sp.Rational(str(round(rng.uniform(*pair), 4))) for name, pair in ends.items()
            }


def written_out(name, at):
    (expected,) = getattr(closed_forms, name)({n: float(v) for n, v in at.items()})
    return expected


def by_branches(model, drawn, choice):
    """Return what is chosen in the one equilibrium that the branches give at each calibration."""
    columns = {
        p.symbol: np.array([float(at[n]) for at in drawn]) for n, p in model.parameters.items()
    }
    batch = many(model, columns)
    value, count = np.zeros(len(drawn)), np.zeros(len(drawn))
    for rows in batch.rows:
        own = np.broadcast_to(rows.at[sp.Symbol(choice, real=True)], rows.holds.shape)
        value += np.where(rows.holds, own, 0).sum(axis=1)
        count += rows.holds.sum(axis=1)
    assert (count == 1).all()
    return value


@pytest.mark.parametrize("name", MODELS)
def test_300_random_calibrations_agree_with_closed_forms(name):
    model = dilemma.load(name)
    drawn = list(calibrations(model, 7))
    expected = [written_out(name, at) for at in drawn]
    for choice in model.game.choices:
        told = [row[choice] for row in expected]
        np.testing.assert_allclose(by_branches(model, drawn, choice), told, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_outcomes_of_exact_solutions_agree_with_closed_forms(name):
    model = dilemma.load(name)
    for at in list(calibrations(model, 11))[::26]:  # among them some far from the boxes
        (found,) = dilemma.solve(model, at)
        for number, value in written_out(name, at).items():
            assert float(found.value(number)) == pytest.approx(value, rel=1e-9, abs=1e-9), number


def test_among_the_random_calibrations_some_partners_are_dropped():
    model = dilemma.load("attention")
    rows = [written_out("attention", at) for at in calibrations(model, 7)]
    assert sum(row["x_K"] == 0 for row in rows) > 3
    assert sum(row["x_J"] == 0 for row in rows) > 3


def test_attention_without_overhead_is_what_each_is_worth():
    model = dilemma.load("attention")
    (found,) = dilemma.solve(model, "cold_war", kappa=0)
    assert [found.value(x) for x in ("x_J", "x_K", "y_U", "y_K")] == [10, 3, 10, 1]


@pytest.mark.parametrize(
    ("number", "before", "after"), [("share_of_japan", 0.5816, 0.3625), ("share_of_us", 0.8731, 0.4955)]
)  # fmt: skip
def test_shares_of_attention_at_the_centres(number, before, after):
    model = dilemma.load("attention")
    centres = [float(dilemma.solve(model, era)[0].outcomes[number]) for era in ERAS]
    assert centres == pytest.approx([before, after], abs=5e-5)


@pytest.mark.parametrize(("number", "fold"), [("japan_to_china", 16.8), ("us_to_china", 8.6)])
def test_what_china_is_beside_grows_at_the_centres(number, fold):
    model = dilemma.load("gravity")
    before, after = (dilemma.solve(model, era)[0].outcomes[number] for era in ERAS)
    assert float(before / after) == pytest.approx(fold, abs=0.05)


@pytest.mark.parametrize("name", MODELS)
def test_every_claim_fares_as_its_file_says(name):
    ledger = dilemma.prove(dilemma.load(name))
    assert [v.name for v in ledger if not v.as_expected] == []
