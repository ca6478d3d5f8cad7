"""What a proof needs, how far the boxes carry, what rescues a claim: where the answers are known."""

import time
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from dilemma.checks.attack import attempts
from dilemma.checks.random_calibrations import calibrations
from dilemma.claims.decide import decide, stated
from dilemma.robustness import needs
from dilemma.robustness.needs import Boxes
from dilemma.robustness.rescue import robustness
from small_games import ranging, theory, valued

pytestmark = pytest.mark.slow

UNIT = ranging(0, "inf")


def about(common=None, **eras):
    """Quantities between ends around a centre in each era, and nothing that is played."""

    def table(boxes):
        return {n: valued(centre, low, high) for n, (low, centre, high) in boxes.items()}

    names = {*(common or {}), *(n for boxes in eras.values() for n in boxes)}
    return theory(
        dict.fromkeys(sorted(names), UNIT),
        common=table(common or {}),
        eras={
            era: {"title": era, "years": [2 * k + 1, 2 * k + 2], **table(boxes)}
            for k, (era, boxes) in enumerate(eras.items())
        },
    )


BOXES = about(now={"a": (1, 2, 3), "b": (1, 2, 3), "c": (0, 1, 2)})
ERAS = about({"m": (1, 2, 3)}, then={"w": (1, 2, 3)}, now={"w": (4, 5, 6)})


def told(holds, seconds=8, **fields):
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
    assert found.needs[0].words == "a number (a) above 0 in the now"


def test_an_assumption_that_is_not_needed_is_not_named():
    _, found = told("a > c", given="a > c + 1 and b > 2")
    assert [n.name for n in found.needs] == ["a > c + 1"]


def needs_of(model, holds, **fields):
    (verdict,) = decide(model, model.make_claim(holds, **fields))
    assert verdict.status == "proved"
    return robustness(model, verdict, seconds=20).needs


def test_across_eras_each_bound_is_of_its_era():
    needs = needs_of(ERAS, "now.w > then.w")
    assert [(n.era, n.name, n.side, n.value) for n in needs] == [
        ("then", "w", "at most", 3),
        ("now", "w", "at least", 4),
    ]


def test_that_eras_share_a_draw_is_needed_beside_a_bound_on_it():
    """With m drawn anew in each era 4*1 < 3*3, and at m = 0 nothing is larger."""
    needs = needs_of(
        play_of(ERAS), "now.score(waits, waits) > then.score(waits, waits)", over="pair"
    )
    assert {(n.what, n.era, n.name, n.side) for n in needs} == {
        ("shared", None, "m", ""),
        ("bound", None, "m", "above"),
        ("bound", "then", "w", "at most"),
        ("bound", "now", "w", "at least"),
    }


def play_of(model):
    """The same where a claim may speak of w*m without naming either."""
    return model.replace(outcomes={"score": {"is": "w*m", "unit": "1", "means": "both"}})


def widened(model, verdict, needs):
    """The claim on all that the theory allows but for what is needed."""
    statements = stated(model, verdict.claim, verdict.era or verdict.claim.over)
    boxes, shared = Boxes.of(statements), {n.name for n in needs if n.what == "shared"}
    untied = {n for n in model.parameters if statements.tied(n)} - shared
    bounds = {axis: boxes.declared(axis) for axis in boxes.intervals}
    for need in needs:
        if need.what == "bound":
            end, is_open = (
                ("low", "above") if need.side in ("at least", "above") else ("high", "below")
            )
            own = {end: need.value, f"open_{end}": need.side == is_open}
            bounds[need.era, need.name] = replace(bounds[need.era, need.name], **own)
    for _, name in [axis for axis in bounds if axis[0] is None and axis[1] in untied]:
        told = bounds.pop((None, name))
        bounds |= {(copy.era, name): told for copy in statements.copies}
    return replace(statements, bounds=bounds, untied=frozenset(untied), home={})


@pytest.mark.parametrize("label", ["C1.1 US", "C1.6 Japan (S,S)", "C1.6 US (S,S)"])
def test_what_is_needed_is_enough_at_random_calibrations(abandonment, label):
    for verdict in decide(abandonment, abandonment.claim(label)):
        needs = robustness(abandonment, verdict, seconds=20).needs
        statements = widened(abandonment, verdict, needs)
        told = attempts(statements, calibrations(statements, 2_000, 1)).told()
        assert np.sum(told.true("holds")) >= 2_000
        assert not np.any(told.false("holds"))


@pytest.mark.parametrize("label", ["C1.1 US", "C1.6 Japan (S,S)", "C1.6 US (S,S)"])
def test_without_one_of_its_needs_a_claim_fails_somewhere(abandonment, label):
    for verdict in decide(abandonment, abandonment.claim(label)):
        needs = robustness(abandonment, verdict, seconds=20).needs
        for need in needs:
            kept = [n for n in needs if n is not need]
            statements = widened(abandonment, verdict, kept)
            told = attempts(statements, calibrations(statements, 2_000, 1)).told()
            assert np.any(told.false("holds")), need.words


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


@pytest.mark.parametrize(
    ("holds", "radius"), [("a*b > 3/4", 2 - 3**0.5 / 2), ("a**2 + b**2 < 10", 5**0.5 - 2)]
)
def test_random_calibrations_bring_the_upper_end_down(holds, radius):
    """Without a decision: the claim fails first at a corner of the boxes, where a = b."""
    claim = BOXES.make_claim(holds, over="now")
    boxes = Boxes.of(stated(BOXES, claim, "now"))
    bracket = needs.Bracket(boxes, needs.Elsewhere(boxes.statements, (), until=0.0))
    bracket.high = sp.Integer(2)
    bracket.attack(time.perf_counter() + 60)
    assert radius <= float(bracket.high) < radius + 0.02


def test_what_was_not_decided_in_between_is_said(monkeypatch):
    monkeypatch.setattr(needs.Bracket, "ask", lambda *_: None)
    _, found = told("a*b > 3/2")
    assert found.radius.fails is not None
    assert found.radius.proved is None or any("between the radii" in note for note in found.notes)


def test_boxes_are_blown_up_only_where_they_have_a_width():
    """a = 1 stays as it is however far the boxes go, so no radius refutes a > 1/2."""
    fixed = about(now={"a": (1, 1, 1)})
    (verdict,) = decide(fixed, fixed.make_claim("a > 1/2", over="now"))
    radius = robustness(fixed, verdict, seconds=10).radius
    assert (radius.fails, radius.everywhere) == (None, False)
    assert radius.proved > 1


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
    _, found = told("a > c", seconds=60)  # it needs two; a budget that runs out would cut it short
    shares = found.shares
    assert shares.holds <= sp.Rational(7, 8) <= 1 - shares.fails
    assert shares.holds > sp.Rational(3, 4)
    assert shares.sampled == pytest.approx(7 / 8, abs=0.02)
    assert sum(r.share for r in shares.regions if r.says == "holds") == shares.holds


def test_a_region_is_told_by_what_is_cut():
    _, found = told("a > c", seconds=12)
    seen = set()
    for region in found.shares.regions:
        ends = {"a": (1, 3), "b": (1, 3), "c": (0, 2)} | {
            k.parameter: (k.low, k.high) for k in region.cuts
        }
        (a, top), (left, right), (bottom, c) = ends.values()
        assert a > c if region.says == "holds" else top <= bottom
        assert region.share == sp.Rational((top - a) * (right - left) * (c - bottom), 8)
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
    found = robustness(abandonment, verdict, seconds=40).radius  # ten are enough when all is quiet
    assert float(found.proved) - 0.003 <= radius <= float(found.fails) + 0.003
    assert found.fails - found.proved < sp.Rational(1, 100)


def test_time_that_ran_out_is_told(abandonment):
    (verdict,) = decide(abandonment, abandonment.claim("C1.2"))
    found = robustness(abandonment, verdict, seconds=0.02)
    assert any("time was up" in note for note in found.notes)


def test_a_disproved_claim_fails_on_all_of_the_boxes_and_nothing_rescues_it():
    verdict, found = told("a > 5")
    assert verdict.status == "disproved"
    assert (found.needs, found.rescue) == (None, None)
    assert (found.shares.fails, found.shares.sampled) == (1, 0)
    assert (found.radius.proved, found.radius.fails) == (None, 0)


def open_verdict(holds):
    claim = BOXES.make_claim(holds, over="now")
    (verdict,) = decide(BOXES, claim, seconds=1e-9)
    assert verdict.status == "open"
    return verdict


def test_of_an_open_claim_it_is_told_as_far_as_it_was_decided():
    """a > c: in the boxes at half their size, and on 7/8 of them."""
    found = robustness(BOXES, open_verdict("a > c"), seconds=8)
    assert (found.needs, found.rescue) == (None, None)
    assert found.radius.proved <= sp.Rational(1, 2) <= found.radius.fails
    assert found.shares.holds <= sp.Rational(7, 8) <= 1 - found.shares.fails
    assert found.shares.undecided > 0


def test_an_open_claim_is_never_said_to_carry_as_far_as_its_boxes():
    radius = robustness(BOXES, open_verdict("a + b > 3/2"), seconds=8).radius
    assert radius.proved < 1
    assert (radius.fails, radius.everywhere) == (sp.Rational(5, 4), False)  # 2*(2 - r) = 3/2


def test_needs_that_were_not_decided_in_time_are_all_named_and_it_is_said():
    (verdict,) = decide(BOXES, BOXES.make_claim("a + b > 3/2", over="now"))
    found = robustness(BOXES, verdict, seconds=1e-9)
    assert {(n.name, n.side) for n in found.needs} >= {("a", "at least"), ("b", "at least")}
    assert any("may not be needed" in note for note in found.notes)
