"""Results as frames: a row for each thing that is told, the numbers those that one solves for."""

import dataclasses
import io

import pandas as pd
import pytest

import dilemma

OLD, NEW = "cold_war", "post_cold_war"


def test_a_frame_is_the_same_by_the_function_and_by_the_method(abandonment):
    found = dilemma.solve(abandonment, NEW)
    pd.testing.assert_frame_equal(dilemma.to_pandas(found), found.to_pandas())


def test_equilibria_of_several_eras_stand_below_one_another(abandonment):
    found = dilemma.solve(abandonment)
    frame = found.to_pandas()
    for era, answer in found.items():
        own = frame[frame["era"] == era].drop(columns="era")
        pd.testing.assert_frame_equal(own, answer.to_pandas(), check_names=True)
    assert frame.attrs["eras"][NEW]["calibration"]["m_J"] == "3/10"


def test_an_outcome_that_is_called_era_is_told_apart():
    game = dilemma.matrix([["a", 0], [0, 1]], parameters={"a": [1, 3]}).replace(
        outcomes={"era": {"is": "probability(row, row_1)", "unit": "probability"}}
    )
    frame = dilemma.solve(game, [{"a": 2}]).to_pandas()
    assert set(frame["era"]) == {"a = 2"}
    assert frame["era_"].tolist() == frame["P(row row_1)"].tolist()


@pytest.fixture(scope="module")
def traced(abandonment):
    return dilemma.trace(abandonment, "m_J", 0, 1, points=3, eras=NEW)


def test_a_trace_tells_the_equilibria_at_each_value(abandonment, traced):
    frame = traced.to_pandas()
    even = frame[frame["even"]]
    assert sorted(set(even["m_J"])) == [0, 0.5, 1]
    for value, own in even.groupby("m_J"):
        found = dilemma.solve(abandonment, NEW, m_J=value).to_pandas()
        assert own["equilibrium"].tolist() == found.index.tolist()
        for column in ("payoff japan", "P(us strong)", "trust_japan"):
            assert own[column].tolist() == pytest.approx(found[column].tolist(), nan_ok=True)
    assert frame.attrs["units"]["m_J"] == abandonment.parameters["m_J"].unit


def test_chosen_numbers_of_a_trace_have_a_column_each(hedging):
    traced = dilemma.trace(hedging, "g_J", "0.8", "0.9", points=2, eras=OLD, outcomes=["net_japan"])
    frame = traced.to_pandas()
    found = dilemma.solve(hedging, OLD, g_J="0.8")[0]
    first = frame.iloc[0]
    for name in ("x_J", "x_U", "net_japan"):
        assert first[name] == pytest.approx(float(found.value(name)))


def test_a_comparison_has_the_range_of_each_outcome_in_each_era(abandonment):
    frame = dilemma.compare(abandonment, draws=20).to_pandas().set_index(["era", "outcome"])
    for era, own in dilemma.solve(abandonment).to_pandas().groupby("era"):
        for outcome in abandonment.outcomes:
            assert frame.loc[(era, outcome), "low"] == own[outcome].min()
            assert frame.loc[(era, outcome), "high"] == own[outcome].max()
            assert frame.loc[(era, outcome), "unit"] == abandonment.outcomes[outcome].unit
        assert frame.loc[(era, "japan"), "high"] == own["payoff japan"].max()


def test_a_ledger_is_its_spreadsheet(abandonment):
    ledger = dilemma.prove(abandonment, ["C1.1", "C1.8"])
    frame = ledger.to_pandas()
    read = pd.read_csv(io.StringIO(ledger.to_csv()), keep_default_na=False)
    assert list(frame.columns) == list(read.columns)
    for column in ("model", "claim", "label", "era", "verdict", "expected", "passage"):
        assert frame[column].tolist() == read[column].tolist()
    assert frame["seconds"].tolist() == pytest.approx(read["seconds"].tolist(), abs=1e-3)


def test_shares_of_regions_are_of_all_draws_and_the_centre_lies_in_one(abandonment):
    frame = dilemma.regions(abandonment, draws=200).to_pandas()
    for era, own in frame.groupby("era"):
        assert own["share"].sum() == pytest.approx(1)
        (names,) = own.loc[own["at centre"], "equilibria"]
        assert names == ", ".join(dilemma.solve(abandonment, era).names)
        assert not own.loc[own["occurs"] == False, "share"].any()  # noqa: E712 - a column


def test_a_derivative_is_that_of_finite_differences(hedging):
    frame = dilemma.statics(hedging, OLD, ["x_J", "japan"], ["g_J"]).to_pandas()
    centre, step = float(hedging.calibration(OLD)["g_J"]), 1e-4
    for row in frame.itertuples():
        low, high = (
            float(dilemma.solve(hedging, OLD, g_J=centre + by)[0].value(row.outcome))
            for by in (-step, step)
        )
        assert row.derivative == pytest.approx((high - low) / (2 * step), rel=1e-3)
        assert row.per == hedging.parameters["g_J"].unit


def test_shares_of_an_attribution_add_up_to_the_change(hedging):
    frame = dilemma.attribute(hedging, "x_J").to_pandas()
    before, after = (float(dilemma.solve(hedging, era)[0].value("x_J")) for era in (OLD, NEW))
    assert frame["share"].sum() == pytest.approx(after - before)
    assert (frame["from"].unique(), frame["to"].unique()) == (OLD, NEW)
    assert (frame["least"] <= frame["share"]).all()
    assert (frame["share"] <= frame["most"]).all()
    assert set(frame["unit"]) == {hedging.outcomes["x_J"].unit}


def test_nothing_that_was_found_is_a_frame_with_columns(abandonment):
    nothing = dataclasses.replace(dilemma.solve(abandonment, OLD), equilibria=())
    assert list(nothing.to_pandas().columns) == ["regret", "strict"]
    assert len(nothing.to_pandas()) == 0
