"""A calibration has one answer, whichever way it is asked for: also where a closed form is 0/0.

At random calibrations of every kind of game the branches, solved exactly and in floats, say what
``solve`` says.  Then Japan's fear, private gain and joint gain are all nil, so that it is indifferent whatever the
United States does: its mixed equilibrium condition reads 0 = 0.
"""

import random
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

import dilemma
from dilemma.games.solution import branches, by_branches, many
from small_games import valued

NIL = {"lam_J": 0, "m_J": 0, "s_J": 1, "c_J": 1, "v_J": 1, "r_J": 1}


def drawn(model, count, seed=1):
    """Draw exact calibrations from the eras' boxes in turn."""
    stream, eras = random.Random(seed), list(model.eras.values())
    return [
        {
            name: v.range.low
            + sp.Rational(stream.randint(0, 1000), 1000) * (v.range.high - v.range.low)
            for name, v in eras[k % len(eras)].values.items()
        }
        for k in range(count)
    ]


def columns(model, calibrations):
    return {
        p.symbol: np.array([float(at[name]) for at in calibrations])
        for name, p in model.parameters.items()
    }


def alike(values, others, reach):
    """Tell whether numbers are the same, and have a value where the others do."""
    return all(
        np.isnan(float(other if other is not None else np.nan))
        if value is None
        else abs(value - other) < reach
        for value, other in zip(values, others, strict=True)
    )


@pytest.fixture(scope="module", params=["matrix", "3x3", "tree", "continuous", "sequential"])
def every_kind(request):
    if request.param == "tree":
        return dilemma.load(Path(__file__).parent / "games" / "triangle.toml")
    names = {
        "matrix": "abandonment",
        "3x3": "abandonment_hedging",
        "continuous": "hedging",
        "sequential": "cork",
    }
    return dilemma.load(names[request.param])


@pytest.mark.slow
def test_branches_of_every_kind_say_what_solve_says(every_kind):
    model = every_kind
    calibrations = drawn(model, 3)
    batch = many(model, columns(model, calibrations))
    assert not batch.doubtful.any()
    for k, at in enumerate(calibrations):
        found = dilemma.solve(model, at)
        points, trouble = by_branches(model, model.values(at))
        points = [point for point in points if point.best]
        names = sorted(equilibrium.branch for equilibrium in found)
        assert not trouble
        assert sorted(point.branch.name for point in points) == names == sorted(batch.names(k))
        exact = [
            [p.worth(f) for f in (*p.branch.payoffs.values(), *p.branch.outcomes.values())]
            for p in points
        ]
        floats = [
            [
                batch.worth(rows, f)[k, place]
                for f in (*rows.branch.payoffs.values(), *rows.branch.outcomes.values())
            ]
            for rows in batch.rows
            for place in np.flatnonzero(rows.holds[k])
        ]
        for equilibrium in found:
            values = [*equilibrium.payoffs.values(), *equilibrium.outcomes.values()]
            assert any(alike(values, other, 1e-20) for other in exact)
            assert any(alike(values, other, 1e-7) for other in floats)


def test_where_three_mix_the_branches_are_solved_at_a_point():
    """Volunteers (Diekmann 1985): who acts pays a quarter, and one is enough for all."""
    payoffs = {
        profile: {
            player: sp.Integer("act" in profile) - sp.Rational(action == "act", 4)
            for player, action in zip("abc", profile, strict=True)
        }
        for profile in product(["wait", "act"], repeat=3)
    }
    game = dilemma.Model(
        name="volunteers",
        title="Volunteers",
        players={player: ["wait", "act"] for player in "abc"},
        payoffs={k: {p: str(v) for p, v in own.items()} for k, own in payoffs.items()},
    )
    points, trouble = by_branches(game, {})
    assert not trouble
    waits = {p.branch.name: [p.worth(u) for u in p.branch.unknowns] for p in points}
    assert waits.pop("wait/act, wait/act, wait/act") == [sp.Rational(1, 2)] * 3
    assert sorted(map(tuple, waits.values())) == 3 * [()] + 3 * [(sp.Rational(3, 4),) * 2]


@pytest.fixture(scope="module")
def tied(abandonment):
    """The post-Cold War centre with an indifferent Japan, as an era whose box is that point."""
    values = {
        name: valued(NIL.get(name, row.central))
        for name, row in abandonment.eras["post_cold_war"].values.items()
    }
    twin = {"title": "tie", "years": [1, 2], **values}
    return abandonment.replace(
        claims=dict.fromkeys(abandonment.claims),
        calibrations=dict.fromkeys(abandonment.variants),
        questions=dict.fromkeys(abandonment.questions),
        common=dict.fromkeys(n for n, v in abandonment.eras["cold_war"].values.items() if v.common),
        eras={"cold_war": None, "post_cold_war": None, "tie": twin},
    )


def test_the_closed_form_is_nil_over_nil(tied):
    mixed = next(b for b in branches(tied) if b.name == "weak/strong, weak/strong")
    values = tied.values(tied.calibration("tie"))
    assert any(tied.expand(e).xreplace(values) == 0 for e in mixed.nonzero)


def test_the_branches_say_that_they_hold_more_than_they_tell(tied):
    """What lies beside the tie is told apart: it may hold a continuum, or it holds nothing."""
    at = tied.calibration("tie")
    points, trouble = by_branches(tied, tied.values(at))
    found = dilemma.solve(tied, at)
    pure = sorted(e.branch for e in found if e.pure)
    assert sorted(p.branch.name for p in points) == pure
    assert all(p.worth(p.branch.payoffs["us"]) is not None for p in points)
    assert [doubt.continuum for doubt in trouble] == [True] * len(trouble)
    assert {e.branch for e in found if not e.pure} <= {
        branch.name
        for branch in branches(tied)
        if any(f"'{branch.name}'" in str(d) for d in trouble)
    }
    assert many(tied, columns(tied, [at])).doubtful.all()


def test_solve_finds_every_extreme_equilibrium_and_says_that_the_game_is_degenerate(tied):
    found = dilemma.solve(tied, "tie")
    assert found.complete
    assert found.degenerate
    assert "best replies weak, strong" in found.witness
    # The United States is in a stag hunt with threshold q: it supports iff Japan does often enough.
    q = found.equilibria[0].outcomes["trust_us"]
    supports = {(e.outcomes["support_japan"], e.outcomes["support_us"]) for e in found}
    assert supports == {(0, 0), (1, 1), (q, 0), (q, 1)}


def test_compare_tells_the_same_equilibria(tied):
    summary = dilemma.compare(tied, draws=5)["tie"]
    found = dilemma.solve(tied, "tie")
    assert summary.equilibria.names == found.names
    assert summary.frequencies.exact_draws == 1  # its box is one point
    names = tuple(dict.fromkeys(e.branch for e in found))
    assert {frozenset(s): share for s, share in summary.frequencies.sets.items()} == {
        frozenset(names): 1.0
    }
    assert summary.kinds["japan"] == "border"


@pytest.mark.parametrize("outcome", ["support_japan", "support_us", "entrapment_us", "us"])
def test_prove_allows_just_the_outcomes_that_solve_finds(tied, outcome):
    low, high = dilemma.solve(tied, "tie").range_of(outcome)
    within = tied.make_claim(
        says="", over="tie", holds=f"{low} <= {outcome} and {outcome} <= {high}"
    )
    assert dilemma.prove(tied, within)[0].status == "proved"
    for holds in (f"{outcome} < {high}", f"{outcome} > {low}"):
        claim = tied.make_claim(says="", over="tie", holds=holds)
        verdict = dilemma.prove(tied, claim)[0]
        assert verdict.status == "disproved"
        assert verdict.fails.values["tie"][outcome] in (low, high)


def test_prove_finds_the_same_pure_equilibria(tied):
    pure = {e.branch for e in dilemma.solve(tied, "tie") if e.pure}
    for profile in (", ".join(p) for p in tied.game.profiles):
        claim = tied.make_claim(says="", over="tie", holds=f"equilibrium({profile})")
        expected = "proved" if profile in pure else "disproved"
        assert dilemma.prove(tied, claim)[0].status == expected


def test_no_equilibrium_of_a_tie_is_unique(tied):
    claim = tied.make_claim(says="", over="tie", holds="unique(strong, strong)")
    verdict = dilemma.prove(tied, claim)[0]
    assert verdict.status == "disproved"
    played = verdict.fails.play["tie, another equilibrium"]
    assert played["japan"]["strong"] != 1 or played["us"]["strong"] != 1


def test_a_payoff_that_is_constant_makes_everything_an_equilibrium():
    game = dilemma.matrix([[1, 1], [1, 1]], [[2, 2], [2, 2]])
    found = dilemma.solve(game)
    assert len(found) == 4
    assert found.degenerate
    assert [s.members for s in found.sets] == [(0, 1, 2, 3)]
    assert all(e.regret == 0 for e in found)
    assert isinstance(found[0].payoffs["row"], sp.Integer)
