"""The paper's games of states against what shares nothing with them: iteration, simulation, hindsight.

Each at 300 random calibrations of both eras.
"""

import numpy as np
import pytest

import dilemma
from dilemma.games.solution import many

DRAWS = 300
ERAS = ("cold_war", "post_cold_war")
SURE = 3.9  # standard errors: what is further off happens by chance once in ten thousand times


def drawn(model, era, seed=0):
    """Draw calibrations from an era's box."""
    stream = np.random.default_rng([seed, ERAS.index(era)])
    return {
        name: stream.uniform(float(v.range.low), float(v.range.high), DRAWS)
        for name, v in model.eras[era].values.items()
    }


def solved(model, at):
    return many(model, {model.parameters[name].symbol: column for name, column in at.items()})


def outcome(batch, name):
    """Return an outcome at each draw, where there is one equilibrium."""
    found = np.full(DRAWS, np.nan)
    for rows in batch.rows:
        value = batch.worth(rows, rows.branch.outcomes[name])
        found = np.where(rows.holds.any(axis=1), np.where(rows.holds, value, 0).sum(axis=1), found)
    return found


# --- delayed consensus -----------------------------------------------------------------------------


def reservation(at):
    """Iterate what going on without consensus is worth to both."""
    low, high = at["mu"] - at["w"], at["mu"] + at["w"]
    worth = low.copy()
    for _ in range(600):
        # The mean of the better of now and later, where now is uniform.
        inside = np.clip(worth, low, high)
        better = (inside - low) * worth + (high**2 - inside**2) / 2
        worth = at["r_J"] + at["r_U"] - at["k"] + at["delta"] * better / (high - low)
    return worth


@pytest.mark.parametrize("era", ERAS)
def test_consensus_is_worth_waiting_for_what_iteration_says(era):
    model = dilemma.load("consensus")
    at = drawn(model, era)
    batch = solved(model, at)
    assert not batch.doubtful.any()
    assert outcome(batch, "reservation") == pytest.approx(reservation(at), rel=1e-9)


@pytest.mark.parametrize("era", ERAS)
def test_consensus_takes_as_long_as_talks_that_are_simulated(era):
    model, talks = dilemma.load("consensus"), 4_000
    at = drawn(model, era, seed=1)
    stream = np.random.default_rng(7)
    least = reservation(at)[:, None]
    waited, open_ = np.zeros((DRAWS, talks)), np.ones((DRAWS, talks), dtype=bool)
    while open_.any():
        worth = stream.uniform(
            (at["mu"] - at["w"])[:, None], (at["mu"] + at["w"])[:, None], (DRAWS, talks)
        )
        open_ &= worth < least
        waited += open_
    error = waited.std(axis=1) / np.sqrt(talks)
    told = outcome(solved(model, at), "delay")
    assert (np.abs(waited.mean(axis=1) - told) <= SURE * np.maximum(error, 1 / talks)).all()


def test_a_centre_of_consensus_is_that_of_the_theory():
    model = dilemma.load("consensus")
    (then,), (now,) = (dilemma.solve(model, era) for era in ERAS)
    assert (float(then.outcomes["reservation"]), then.outcomes["delay"]) == (pytest.approx(7.6), 0)
    assert float(now.outcomes["reservation"]) == pytest.approx(11.41, abs=5e-3)
    assert float(now.outcomes["waiting"]) == pytest.approx(0.617, abs=5e-4)
    assert float(now.outcomes["delay"]) == pytest.approx(1.61, abs=5e-3)


# --- alliance assets -------------------------------------------------------------------------------


def history(at):
    """Iterate the whole problem, with what is decided in good and in bad times as well.

    Returns
    -------
    kept, founded : arrays of bool
    """
    now = at["threat"] * (1 - at["cover"]) + at["scope"] - at["upkeep"]
    leave = at["unwinding"] * at["intensity"] * at["past_threat"] * (1 - at["past_cover"])
    flows = {"now": now, "good": np.full(DRAWS, 40.0), "bad": np.full(DRAWS, -40.0)}
    luck = {"good": at["luck"], "bad": 1 - at["luck"]}
    allied = {times: np.zeros(DRAWS) for times in flows}
    apart = {times: np.zeros(DRAWS) for times in flows}
    for _ in range(1_500):
        keep, go = {}, {}
        for times, flow in flows.items():
            later = [
                (1 - at["change"]) * worth[times]
                + at["change"] * sum(luck[t] * worth[t] for t in luck)
                for worth in (allied, apart)
            ]
            keep[times] = flow + at["delta"] * later[0]
            go[times] = at["delta"] * later[1]
        allied = {t: np.maximum(keep[t], go[t] - leave) for t in flows}
        apart = {t: np.maximum(keep[t] - at["K"], go[t]) for t in flows}
    assert (keep["good"] - at["K"] > go["good"]).all()  # in good times anybody would found it
    assert (keep["bad"] < go["bad"] - leave).all()  # in bad ones nobody would keep it
    return keep["now"] > go["now"] - leave, keep["now"] - at["K"] > go["now"]


@pytest.mark.parametrize("era", ERAS)
def test_an_alliance_is_kept_and_founded_where_iteration_says(era):
    model = dilemma.load("assets")
    at = drawn(model, era)
    kept, founded = history(at)
    batch = solved(model, at)
    assert (outcome(batch, "kept") == kept).all()
    assert (outcome(batch, "founded") == founded).all()


def test_the_band_is_that_of_the_theory():
    model = dilemma.load("assets")
    for era, pays in (("cold_war", 6.5), ("post_cold_war", 0.8)):
        at = {s.name: float(v) for s, v in model.values(era).items()}
        assert (at["v"], at["X"]) == (pytest.approx(pays), pytest.approx(18))
        assert (at["v_found"], at["v_keep"]) == (
            pytest.approx(4.33, abs=5e-3),
            pytest.approx(-3.49, abs=5e-3),
        )
        assert at["v_anew"] == pytest.approx(3.495)
    assert dilemma.solve(model, "cold_war").names == ("(keep, found)",)
    assert dilemma.solve(model, "post_cold_war").names == ("(keep, stay)",)


# --- the repeated alliance -------------------------------------------------------------------------


@pytest.mark.parametrize("era", ERAS)
def test_support_lasts_where_nobody_regrets_having_kept_it(era):
    """Play is followed for a thousand periods, with and without one deviation in the first."""
    model = dilemma.load("repeated")
    at = drawn(model, era)
    b = at["threat"] + at["scope"]
    depth = b / at["c"]
    support = b * depth - at["c"] * depth**2 / 2
    later = np.array([at["delta"] ** t for t in range(1, 1_000)]).sum(axis=0)
    kept = support * (1 + later)
    shirked = b * depth + at["o"] * later  # nothing is paid for support, and then both are apart
    left = at["o"] * (1 + later)
    lasts = (kept >= shirked) & (kept >= left)
    batch = solved(model, at)
    told = np.array(["support, support" in batch.names(k) for k in range(DRAWS)])
    assert (told == lasts).all()
    if era == "cold_war":
        assert lasts.all()


@pytest.mark.parametrize(
    ("era", "critical", "reach"), [("cold_war", 0.181, 1.789), ("post_cold_war", 0.4, 1.571)]
)
def test_patience_and_depth_are_those_of_the_theory(era, critical, reach):
    found = next(
        e for e in dilemma.solve(dilemma.load("repeated"), era) if e.outcomes["lasting"] == 1
    )
    assert float(found.outcomes["critical"]) == pytest.approx(critical, abs=5e-4)
    assert float(found.outcomes["reach"]) == pytest.approx(reach, abs=5e-4)
    assert (
        found.outcomes["enough"]
        == dilemma.load("repeated").values(era)[
            dilemma.load("repeated").definitions["patience"].symbol
        ]
    )
