"""What a proof needs, how far the boxes carry, what rescues a claim: where the answers are known."""

import pytest
import sympy as sp

import dilemma
from dilemma.proof.decide import decide
from dilemma.robustness.answers import robustness

UNIT = {"range": [0, "inf"], "unit": "1", "means": "a quantity"}


def theory(**boxes):
    """One era, quantities between ends around a centre, and nothing that is played."""
    value = {"grade": "assumed", "source": "made up"}
    era = {n: {"value": c, "range": [a, b], **value} for n, (a, c, b) in boxes.items()}
    return dilemma.Model(
        name="theory",
        title="Theory",
        players={"nobody": ["waits"], "none": ["waits"]},
        payoffs={"waits, waits": {"nobody": 0, "none": 0}},
        parameters=dict.fromkeys(boxes, UNIT),
        eras={"now": {"title": "now", "years": [1, 2], **era}},
    )


BOXES = theory(a=(1, 2, 3), b=(1, 2, 3), c=(0, 1, 2))


def told(holds, seconds=20, **fields):
    (verdict,) = decide(BOXES, BOXES.make_claim(holds, over="now", **fields))
    return verdict, robustness(BOXES, verdict, seconds=seconds)


def test_a_proof_needs_the_bounds_it_rests_on_and_no_others():
    verdict, found = told("a + b > 3/2")
    assert verdict.status == "proved"
    assert {(n.name, n.side, n.value) for n in found.needs} == {
        ("a", "at least", 1),
        ("b", "at least", 1),
    }


def test_without_any_one_of_its_needs_a_proof_fails():
    """a + b > 3/2 fails at a = 0, b = 1, and at a = 1, b = 0."""
    for name in "ab":
        (verdict,) = decide(
            BOXES, BOXES.make_claim("a + b > 3/2", over="all", given=f"{name} >= 1")
        )
        assert verdict.status == "mixed"


def test_a_bound_of_which_only_not_zero_is_needed_is_told_as_that():
    _, found = told("a*b > 0")
    assert [(n.name, n.side, n.value) for n in found.needs] == [
        ("a", "above", 0),
        ("b", "above", 0),
    ]
    assert found.needs[0].words == "a quantity (a) above 0 in the now"


def test_an_assumption_that_is_not_needed_is_not_named():
    _, found = told("a > c", given="a > c + 1 and b > 2")
    assert [n.name for n in found.needs] == ["a > c + 1"]


def test_what_holds_for_all_parameters_needs_nothing_and_carries_everywhere():
    _, found = told("a + b >= 0")
    assert found.needs == ()
    assert found.radius.everywhere


@pytest.mark.parametrize(
    ("holds", "radius"),
    [
        ("a + b > 3", sp.Rational(1, 2)),  # 2*(2 - r) > 3
        ("a + b > 1", sp.Rational(3, 2)),
        ("a*b > 2", 2 - sp.sqrt(2)),
    ],
)
def test_the_radius_is_bracketed(holds, radius):
    _, found = told(holds)
    low, high = found.radius.proved, found.radius.fails
    assert low <= radius <= high
    assert high - low < sp.Rational(1, 100)


def test_what_fails_at_the_centres_has_no_radius():
    _, found = told("a > 5/2")
    assert found.radius.proved is None
    assert found.radius.fails == 0


def test_a_rescue_is_the_weakest_bound_to_its_precision_and_never_weaker():
    """a > c fails somewhere; with a at least 2, less a little, or c at most 1, it is proved."""
    verdict, found = told("a > c")
    assert verdict.status == "mixed"
    rescue = found.rescue
    truth = {("a", "at least"): 2, ("c", "at most"): 1}[rescue.parameter, rescue.side]
    assert abs(rescue.bound - truth) < sp.Rational(1, 20)
    assert rescue.bound > truth if rescue.side == "at least" else rescue.bound < truth
    given = f"{rescue.parameter} {'>=' if rescue.side == 'at least' else '<='} {rescue.bound}"
    (again,) = decide(BOXES, BOXES.make_claim("a > c", over="now", given=given))
    assert again.status == "proved"


def test_the_shares_bracket_the_area():
    """a > c on [1, 3] x [0, 2]: all but a triangle of 1/8."""
    _, found = told("a > c", seconds=40)
    shares = found.shares
    assert shares.holds <= sp.Rational(7, 8) <= 1 - shares.fails
    assert shares.holds > sp.Rational(3, 4)
    assert shares.sampled == pytest.approx(7 / 8, abs=0.02)
    assert sum(r.share for r in shares.regions if r.says == "holds") == shares.holds


def test_a_region_is_told_by_what_is_cut():
    _, found = told("a > c", seconds=40)
    seen = set()
    for region in found.shares.regions:
        ends = {"a": (1, 3), "c": (0, 2)} | {k.parameter: (k.low, k.high) for k in region.cuts}
        (a, top), (bottom, c) = ends["a"], ends["c"]
        assert a > c if region.says == "holds" else top <= bottom
        assert region.share == sp.Rational((top - a) * (c - bottom), 4)
        seen.add(region.says)
    assert "holds" in seen


@pytest.mark.parametrize(
    ("label", "radius"),
    [
        ("C1.2", 0.728),
        ("C1.3", 0.0515),
        ("C1.4", 0.461),
        ("C1.6' Japan (S,S)", 0.299),
        ("C1.6' US (S,S)", 0.4),
    ],
)
def test_radii_of_the_theory(abandonment, label, radius):
    (verdict,) = decide(abandonment, abandonment.claim(label))
    found = robustness(abandonment, verdict, seconds=8).radius
    assert float(found.proved) - 0.003 <= radius <= float(found.fails) + 0.003


def test_time_that_ran_out_is_told(abandonment):
    (verdict,) = decide(abandonment, abandonment.claim("C1.2"))
    found = robustness(abandonment, verdict, seconds=0.02)
    assert any("time was up" in note for note in found.notes)
