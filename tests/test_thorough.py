"""Verdicts are attacked, decided again and their examples rechecked; what is wrong with them is loud."""

import subprocess
import sys
import time
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import sympy as sp

import dilemma
from dilemma import Ledger
from dilemma.checks.attack import attacked, exactly_at
from dilemma.checks.check import check, contradictory
from dilemma.checks.enumeration import enumerated
from dilemma.checks.random_calibrations import calibrations
from dilemma.checks.recheck import wrong_with
from dilemma.claims.decide import decide, stated
from dilemma.claims.verdict import Checks
from dilemma.deciders import DECIDERS
from dilemma.deciders.question import Answer, Question
from dilemma.errors import DisagreementError
from dilemma.games.exact import solve_exactly
from small_games import meeting

pytestmark = pytest.mark.slow

DRAWS = 300


def proved():
    for name in dilemma.available():
        model = dilemma.load(name)
        for claim in model.claims.values():
            for era in model.about(claim).eras if claim.over == "each" else [""]:
                status = claim.expect.get(era, claim.expect.get("", "proved"))
                if status in ("proved", "disproved", "vacuous"):
                    over = era or claim.over
                    at = f"{name}.{claim.name}" + (f"@{era}" if era else "")
                    yield pytest.param(model, claim, over, status, id=at)


@pytest.mark.parametrize(("model", "claim", "over", "status"), list(proved()))
def test_no_calibration_contradicts_what_the_model_files_say(model, claim, over, status):
    until = time.perf_counter() + 5
    attack, found = attacked(stated(model, claim, over), status, draws=DRAWS, seed=1, until=until)
    assert found is None
    assert attack.draws + attack.corners > 0
    if (
        claim.mode != "possible" or status != "proved"
    ):  # no calibration contradicts what is so at another
        assert attack.failing == (attack.spoke if status == "disproved" else 0)


def possible():
    return [p for p in proved() if p.values[1].mode == "possible" and p.values[3] == "proved"]


@pytest.mark.parametrize(("model", "claim", "over", "status"), possible())
def test_what_is_possible_is_so_where_the_verdict_says(model, claim, over, status):
    found = next(v for v in decide(model, claim) if v.era in ("", over))
    assert found.status == status
    assert not wrong_with(stated(model, claim, over), found.holds, fails=False)


@pytest.fixture(scope="module")
def entry():
    return meeting()


@pytest.fixture(scope="module")
def mixed(abandonment):
    (found,) = decide(abandonment, abandonment.claim("entrapment_rises_in_every_equilibrium"))
    assert found.status == "mixed"
    return found


def test_a_right_verdict_is_agreed_on(abandonment, mixed):
    checks = check(abandonment, mixed, draws=DRAWS, seconds=20)
    assert checks.agree == ("z3", "elimination", "bisection")
    assert checks.independent == 2
    assert checks.attack.draws == DRAWS
    assert 0 < checks.attack.failing < checks.attack.spoke


@pytest.mark.parametrize(
    ("agree", "independent"),
    [
        ((), 0),
        (("elimination",), 1),
        (("z3", "elimination"), 1),  # z3 twice
        (("elimination", "bisection"), 1),  # what is put in is put in by the same code
        (("z3", "bisection"), 2),
        (("z3", "elimination", "bisection"), 2),
    ],
)
def test_deciders_are_independent_where_they_share_nothing(agree, independent):
    silent = tuple(d for d in DECIDERS if d not in agree)
    assert Checks(agree, silent, None).independent == independent


def test_z3_asked_twice_is_told_as_one_decider(abandonment, mixed):
    checks = Checks(("z3", "elimination"), ("bisection",), None)
    told = str(Ledger((abandonment,), (replace(mixed, checks=checks),)))
    told = " ".join(told.split())
    assert "the same verdict alone: z3, two ways" in told
    assert "counts as one decider" in told
    assert "share nothing but the question: 0; one decider, two ways: 1;" in told


def test_elimination_that_decided_is_told_as_z3(entry):
    (found,) = decide(entry, entry.make_claim("u*w >= 0", over="now"), deciders=("elimination",))
    z3, *others = found.deciders
    assert z3.startswith("z3 ")
    assert others == ["z3 (unknowns put in)"]
    (row,) = Ledger((entry,), (found,)).tables()[0].rows
    assert row[-2] == "z3"


LIES = [
    ("u*w >= 0", {}),
    ("u*w < 0", {}),
    ("u > w", {}),
    ("lefts == 1", {}),
    ("lefts == 1", {"among": "stable"}),
    ("u/(1 + w) >= 0", {}),
    ("a <= 2", {"given": "lefts > 0"}),
    ("unique(left, left)", {"given": "w == 0"}),
]


@pytest.mark.parametrize(("text", "fields"), LIES, ids=str)
def test_a_z3_that_lies_changes_no_verdict_of_bisection(entry, monkeypatch, text, fields):
    claim = entry.make_claim(text, over="now", **fields)
    (right,) = decide(entry, claim)
    monkeypatch.setattr(Question, "_check", lambda *_told: Answer("unsat"))
    (alone,) = decide(entry, claim, deciders=("bisection",))
    assert alone.status in (right.status, "open")


# --- what is wrong is caught ------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["proved", "disproved", "vacuous", "contradictory"])
def test_a_wrong_verdict_is_caught_by_the_attack(abandonment, mixed, tmp_path, status):
    wrong = replace(mixed, status=status, fails=None, holds=None)
    with pytest.raises(DisagreementError, match="at a calibration"):
        check(abandonment, wrong, draws=DRAWS, folder=tmp_path)


def test_a_wrong_verdict_that_no_draw_refutes_is_caught_by_another_decider(entry, tmp_path):
    claim = entry.make_claim("(u - 7/9)**2 + (w - 11/9)**2 > 1/10**12", over="now")
    (found,) = decide(entry, claim)
    assert found.status == "mixed"
    wrong = replace(found, status="proved", fails=None, holds=None)
    with pytest.raises(DisagreementError, match="alone finds it mixed"):
        check(entry, wrong, draws=10, folder=tmp_path)


@pytest.mark.parametrize(
    ("mode", "text", "status", "wrong"),
    [
        ("exists", "a == u", "proved", "disproved"),  # left, left is an equilibrium always
        ("exists", "a > 1", "mixed", "proved"),
        ("possible", "lefts == 1", "proved", "disproved"),
        ("possible", "a > 2", "disproved", "proved"),  # nothing is worth more than 2
    ],
)
def test_what_is_said_of_some_equilibrium_is_attacked_too(
    entry, tmp_path, mode, text, status, wrong
):
    model = entry.replace(
        claims={"some": {"says": "", "over": "now", mode: text, "expect": status}}
    )
    (found,) = decide(model, model.claims["some"])
    assert found.status == status
    assert check(model, found, draws=DRAWS).attack.draws == DRAWS
    with pytest.raises(DisagreementError):
        check(model, replace(found, status=wrong), draws=DRAWS, folder=tmp_path)


def changed(example, **parts):
    """An example with one number changed: of the first label, decision and name there are."""

    def put(nested, value):
        key = next(iter(nested))
        inner = nested[key]
        new = put(inner, value) if isinstance(inner, dict) else value
        return {**nested, key: new}

    return replace(example, **{name: put(getattr(example, name), v) for name, v in parts.items()})


@pytest.mark.parametrize("which", ["fails", "holds"])
@pytest.mark.parametrize("part", ["points", "play", "values", "facts"])
def test_an_example_with_a_wrong_number_is_caught(abandonment, mixed, tmp_path, which, part):
    example = changed(getattr(mixed, which), **{part: sp.Rational(123, 1000)})
    wrong = replace(mixed, **{which: example})
    with pytest.raises(DisagreementError, match="example"):
        check(abandonment, wrong, draws=10, folder=tmp_path)


def test_an_example_of_the_opposite_is_caught(abandonment, mixed):
    statements = stated(abandonment, mixed.claim, "pair")
    assert not wrong_with(statements, mixed.fails, fails=True)
    assert wrong_with(statements, mixed.fails, fails=False)
    assert wrong_with(statements, mixed.holds, fails=True)


def test_chosen_numbers_that_somebody_would_leave_are_caught(hedging):
    (found,) = decide(hedging, hedging.claim("indispensable"))
    statements = stated(hedging, found.claim, "post_cold_war")
    assert not wrong_with(statements, found.holds, fails=False)
    play = {
        "post-Cold War": {"japan": {"x_J": sp.Rational(1, 2)}, "us": {"x_U": sp.Rational(1, 2)}}
    }
    told = wrong_with(statements, replace(found.holds, play=play), fails=False)
    assert "gains" in told


def test_a_wrong_verdict_on_chosen_numbers_is_caught(tmp_path, hedging):
    (found,) = decide(hedging, hedging.claim("indispensable"))
    wrong = replace(found, status="proved", fails=None, holds=None)
    with pytest.raises(DisagreementError, match="at a calibration the claim fails"):
        check(hedging, wrong, draws=DRAWS, folder=tmp_path)


def test_a_disagreement_leaves_a_script_that_shows_it_again(entry, tmp_path):
    claim = entry.make_claim("lefts > 1/2", over="now", given="u > w")
    (found,) = decide(entry, claim)
    wrong = replace(found, status="proved", fails=None, holds=None)
    with pytest.raises(DisagreementError) as caught:
        check(entry, wrong, draws=DRAWS, folder=tmp_path)
    (script,) = tmp_path.iterdir()
    assert str(script) in str(caught.value)
    ran = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert "the verdict in question: proved" in ran.stdout
    assert f"z3 alone says: {found.status}" in ran.stdout
    assert "the claim fails in some equilibrium" in ran.stdout


# --- how it is done ---------------------------------------------------------------------------------


def test_two_verdicts_contradict_each_other_where_one_rules_out_what_the_other_shows(mixed):
    told = {
        status: replace(mixed, status=status, fails=None, holds=None)
        for status in ("proved", "mixed", "disproved", "vacuous", "open")
    }
    clash = {(a, b) for a, b in product(told, told) if contradictory(told[a], told[b])}
    assert {frozenset(pair) for pair in clash} == {
        frozenset(pair)
        for pair in (
            ("proved", "mixed"),
            ("proved", "disproved"),
            ("mixed", "disproved"),
            ("mixed", "vacuous"),
            ("disproved", "vacuous"),
        )
    }


@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (3, 3), (4, 4)])
@pytest.mark.parametrize("highest", [3, 1000])
def test_equilibria_in_floats_are_those_in_fractions_or_doubtful(shape, highest):
    rng = np.random.default_rng(0)
    A, B = rng.integers(0, highest, (2, 80, *shape))
    found, doubtful = enumerated(A.astype(float), B.astype(float))
    for game in np.flatnonzero(~doubtful):
        here = {(m.rows, m.columns) for m in found if m.holds[game]}
        exactly = solve_exactly(A[game].tolist(), B[game].tolist()).profiles
        used = {tuple(tuple(k for k, p in enumerate(mix) if p) for mix in one) for one in exactly}
        assert here == used
    assert doubtful.mean() < (1 if highest == 3 else 0.1)


def test_all_corners_of_what_a_claim_hangs_on_are_tried(abandonment):
    claim = abandonment.make_claim("s_J > c_J", over="cold_war")
    drawn = calibrations(stated(abandonment, claim, "cold_war"), 10, 0)
    assert drawn.corners == 4
    (copy,) = drawn.statements.copies
    seen = {(drawn.column(copy, "s_J")[k], drawn.column(copy, "c_J")[k]) for k in range(10, 14)}
    assert seen == {(0.015, 0.005), (0.015, 0.012), (0.028, 0.005), (0.028, 0.012)}


def test_calibrations_lie_in_their_boxes_exactly_and_share_what_is_common(abandonment):
    claim = abandonment.make_claim("cold_war.s_J > post_cold_war.s_J", over="pair", shared=["h_U"])
    drawn = calibrations(stated(abandonment, claim, "pair"), 20, 0)
    for k in range(20):
        points = drawn.points(k)
        assert points["cold_war"]["k_J"] == points["post_cold_war"]["k_J"]
        assert points["cold_war"]["h_U"] == points["post_cold_war"]["h_U"]
        for era, calibration in points.items():
            for name, value in abandonment.eras[era].values.items():
                assert calibration[name] in value.range


def test_a_claim_that_assumes_what_is_rare_is_tried_where_that_is_so(abandonment):
    claim = abandonment.claim("costly_wars_bring_abandonment")  # both are in a game of chicken
    until = time.perf_counter() + 10
    attack, _ = attacked(
        stated(abandonment, claim, "all"), "proved", draws=1000, seed=0, until=until
    )
    assert attack.draws == 1000
    assert attack.spoke >= 10


@pytest.mark.parametrize(
    ("among", "plays"), [("stable", 2), ("risk_dominant", 1), ("mixed", 1), ("left, left", 1)]
)
def test_only_the_equilibria_that_a_claim_is_about_are_tried(entry, among, plays):
    """Of left, left (worth 2) and right, right (worth 1) the first is risk dominant."""
    told = {}
    for holds in ("a == 2", "a == 1", "a < 1"):
        claim = entry.make_claim(holds, over="now", among=among)
        at = exactly_at(
            stated(entry, claim, "now"), {"now": {"u": sp.Integer(2), "w": sp.Integer(1)}}
        )
        told[holds] = bool(at.holds)
    assert sum(told.values()) == plays
    assert told["a < 1"] is (among == "mixed")
