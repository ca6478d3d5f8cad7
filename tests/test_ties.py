"""A calibration at which a closed form is 0/0 has one answer, whichever way it is asked for.

Japan's fear, private gain and joint gain are all nil, so that it is indifferent whatever the
United States does: its mixed equilibrium condition reads 0 = 0.
"""

import pytest
import sympy as sp

import dilemma
from dilemma.games.matrix.supports import branches

NIL = {"lam_J": 0, "m_J": 0, "s_J": 1, "c_J": 1, "v_J": 1, "r_J": 1}


@pytest.fixture(scope="module")
def tied(abandonment):
    """The post-Cold War centre with an indifferent Japan, as an era whose box is that point."""
    values = {
        name: {
            "value": (at := NIL.get(name, value.central)),
            "range": [at, at],
            "grade": "assumed",
            "source": "made up",
        }
        for name, value in abandonment.eras["post_cold_war"].values.items()
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
