"""What exists, what is possible, and which equilibria a claim may be about."""

import random

import pytest
import sympy as sp

import dilemma
from dilemma.claims.decide import decide
from dilemma.games import selection
from small_games import ranging, two_by_two, valued


def game(**payoffs):
    """A 2x2 game with a parameter e in [0, 1] that its payoffs may use."""
    return two_by_two(
        payoffs.values(),
        players="ab",
        actions=("left", "right"),
        parameters={"e": ranging(0, 1)},
        outcomes={"rightly": "probability(a, right)"},
    )


COORDINATION = game(ll=(2, 2), lr=(0, 0), rl=(0, 0), rr=("1 + e", "1 + e"))
# Besides those in pure actions: a goes right with 1/(2 + e) in chicken, 2/(3 + e) in the stag hunt.
CHICKEN = game(ll=(3, 3), lr=(1, 4), rl=(4, 1), rr=("-e", "-e"))
STAG_HUNT = game(ll=(2, 2), lr=(2, 0), rl=(0, 2), rr=("3 + e", "3 + e"))
PENNIES = game(ll=(1, -1), lr=(-1, 1), rl=(-1, 1), rr=(1, -1))


def status(model, over="all", **mode):
    (verdict,) = decide(model, model.make_claim(over=over, **mode))
    return verdict


def test_a_trend_that_may_lead_anywhere_holds_where_it_does_in_every_twin():
    """Where a fight costs more than it brings doves come up on one side or on the other."""
    hawks = game(ll=(1, 1), lr=(0, 2), rl=(2, 0), rr=("1 - 2*e", "1 - 2*e"))
    found = status(hawks, holds="falls(rightly, e)", among="any")
    assert found.fails is not None
    assert (found.status, found.holds) in (("open", None), ("disproved", None))


@pytest.mark.parametrize(
    ("model", "holds", "every", "some", "somewhere"),
    [
        (COORDINATION, "rightly == 1", "disproved", "proved", "proved"),
        (COORDINATION, "rightly >= 0", "proved", "proved", "proved"),
        (COORDINATION, "rightly > 1", "disproved", "disproved", "disproved"),
        (PENNIES, "rightly == 1/2", "proved", "proved", "proved"),
        (PENNIES, "rightly == 1", "disproved", "disproved", "disproved"),
        # The mixed equilibrium has b go right with 2/(3 + e), and a likewise.
        (COORDINATION, "rightly > 3/5 and rightly < 1", "disproved", "mixed", "proved"),
        (CHICKEN, "rightly == 1", "disproved", "proved", "proved"),
        (CHICKEN, "rightly > 1/3 and rightly < 1/2", "disproved", "mixed", "proved"),
        (CHICKEN, "rightly > 1/2 and rightly < 1", "disproved", "disproved", "disproved"),
        (STAG_HUNT, "rightly > 0 and rightly < 1", "disproved", "proved", "proved"),
        (STAG_HUNT, "rightly == 3/5", "disproved", "mixed", "proved"),
        (STAG_HUNT, "rightly == 0 or rightly >= 1/2", "proved", "proved", "proved"),
    ],
)
def test_every_equilibrium_some_equilibrium_some_calibration(model, holds, every, some, somewhere):
    assert status(model, holds=holds).status == every
    assert status(model, exists=holds).status == some
    assert status(model, possible=holds).status == somewhere


def test_where_nothing_does_it_an_equilibrium_is_shown():
    found = status(COORDINATION, exists="rightly > 3/5 and rightly < 1")
    (values,) = found.fails.values.values()
    assert not sp.Rational(3, 5) < values["rightly"] < 1
    (at,) = found.fails.calibrations.values()
    assert all(
        not sp.Rational(3, 5) < e.outcomes["rightly"] < 1 for e in dilemma.solve(COORDINATION, at)
    )


def test_the_one_calibration_at_which_something_is_possible_is_found():
    """2/(3 + e) is 3/5 at e = 1/3 alone."""
    found = status(STAG_HUNT, possible="rightly == 3/5").holds
    (at,) = found.calibrations.values()
    assert at["e"] == sp.Rational(1, 3)
    (play,) = found.play.values()
    assert play["a"]["right"] == sp.Rational(3, 5)


@pytest.mark.parametrize(
    ("model", "among", "holds", "known"),
    [
        (CHICKEN, "stable", "rightly == 0 or rightly == 1", "proved"),
        (CHICKEN, "mixed", "rightly >= 1/3 and rightly <= 1/2", "proved"),
        (CHICKEN, "risk_dominant", "rightly == 1", "vacuous"),  # both lose the same
        (STAG_HUNT, "risk_dominant", "rightly == 0", "proved"),  # 2*2 > (1 + e)**2
        (STAG_HUNT, "risk_dominant", "rightly == 1", "disproved"),
        (STAG_HUNT, "stable", "rightly == 1", "disproved"),
        (COORDINATION, "risk_dominant", "rightly == 0", "proved"),
        (PENNIES, "risk_dominant", "rightly == 1/2", "vacuous"),
    ],
)
def test_concepts_in_games_that_everybody_knows(model, among, holds, known):
    assert status(model, holds=holds, among=among).status == known


def test_what_is_possible_is_shown_and_what_is_not_has_no_example():
    assert status(COORDINATION, possible="rightly == 1").holds is not None
    found = status(COORDINATION, possible="rightly > 1")
    assert (found.fails, found.holds) == (None, None)


@pytest.mark.slow
def test_what_holds_in_every_equilibrium_does_in_some(abandonment):
    seen = set()
    for holds in ("support_japan >= 1/2", "support_us >= 1/2", "entrapment_japan < 1/10"):
        for era in abandonment.eras:
            every, some, possible = (
                status(abandonment, era, **{mode: holds}).status
                for mode in ("holds", "exists", "possible")
            )
            assert every != "proved" or some == "proved"
            assert some not in ("proved", "mixed") or possible == "proved"
            assert every not in ("proved", "mixed") or possible == "proved"
            seen |= {("every", every), ("some", some)}
    assert {("every", "proved"), ("every", "mixed"), ("some", "proved")} <= seen


def test_the_only_equilibrium_may_be_so(abandonment):
    assert status(abandonment, "post_cold_war", possible="unique(strong, strong)").holds is not None
    assert status(COORDINATION, possible="unique(left, left)").status == "disproved"


def test_stable_equilibria_are_strict():
    assert (
        status(COORDINATION, holds="rightly == 0 or rightly == 1", among="stable").status
        == "proved"
    )
    assert status(PENNIES, holds="rightly == 1/2", among="stable").status == "vacuous"


@pytest.mark.slow
def test_the_risk_dominant_equilibrium_is_that_of_selection(abandonment):
    rng = random.Random(3)
    players = list(abandonment.players.values())
    seen = set()
    for _ in range(25):
        era = rng.choice(list(abandonment.eras))
        at = {
            n: v.range.low + sp.Rational(rng.randint(0, 8), 8) * (v.range.high - v.range.low)
            for n, v in abandonment.eras[era].values.items()
        }
        found = dilemma.solve(abandonment, at)
        strict = [e for e in found if e.strict]
        values = abandonment.values(at)
        payoffs = {
            profile: {player: p.xreplace(values) for player, p in cell.items()}
            for profile, cell in abandonment.payoffs.items()
        }
        chosen = selection.risk_dominant(players, payoffs, found.equilibria)
        chosen = strict[0] if len(strict) == 1 else chosen
        one = {"title": "one", "years": [1, 2]} | {n: valued(str(v)) for n, v in at.items()}
        point = abandonment.replace(
            claims=dict.fromkeys(abandonment.claims),
            questions=dict.fromkeys(abandonment.questions),
            calibrations=dict.fromkeys(abandonment.variants),
            common=dict.fromkeys(n for n, v in abandonment.eras[era].values.items() if v.common),
            eras={**dict.fromkeys(abandonment.eras), "one": one},
        )
        verdict = status(point, "one", holds="support_japan == 1", among="risk_dominant")
        if chosen is None:
            assert verdict.status == "vacuous"
            continue
        assert (verdict.status == "proved") == (chosen.outcomes["support_japan"] == 1)
        seen.add(verdict.status)
    assert seen >= {"proved", "disproved"}


@pytest.mark.slow
@pytest.mark.parametrize(("which", "extreme"), [("lowest", min), ("highest", max)])
def test_the_extreme_equilibria_of_hedging_are_those_of_solve(which, extreme, hedging):
    verdict = status(hedging, "post_cold_war", holds="x_J < 1/2", among=which)
    assert verdict.status == "mixed"
    for example, holds in ((verdict.fails, False), (verdict.holds, True)):
        (at,) = example.calibrations.values()
        told = extreme(e.outcomes["x_J"] for e in dilemma.solve(hedging, at))
        assert bool(told < sp.Rational(1, 2)) is holds
        (values,) = example.values.values()
        assert abs(values["x_J"] - told) < 1e-9


@pytest.mark.slow
def test_stable_hedging_is_what_solve_calls_stable(hedging):
    verdict = status(hedging, "post_cold_war", holds="x_J < 1/2", among="stable")
    assert verdict.status == "mixed"
    for example in (verdict.fails, verdict.holds):
        (at,) = example.calibrations.values()
        stable = [e.outcomes["x_J"] for e in dilemma.solve(hedging, at) if e.stable]
        (values,) = example.values.values()
        assert any(abs(values["x_J"] - one) < 1e-9 for one in stable)
    assert all(x < sp.Rational(1, 2) for x in stable)  # at the last, in every one


# --- ties ----------------------------------------------------------------------------------------------


TIE = game(ll=(1, 1), lr=(1, 0), rl=("e", 0), rr=(2, 1))


@pytest.mark.parametrize(("among", "wanted"), [(None, "mixed"), ("strict", "proved")])
def test_who_is_indifferent_may_be_left_out(among, wanted):
    """Against left, left and right pay a the same at e = 1 alone."""
    holds = "rightly == 1 or rightly == 0" if among else "rightly == 1 or rightly > 1/2 or e < 1"
    assert status(TIE, holds=holds, among=among).status == wanted


def test_an_example_that_lives_on_a_tie_says_who_is_indifferent():
    claim = TIE.make_claim("rightly == 1 or e < 1", over="all")
    told = " ".join(str(dilemma.prove(TIE, claim)).split())
    assert "a is exactly indifferent here: left and right pay it the same." in told


def test_who_mixes_is_not_said_to_be_indifferent():
    claim = PENNIES.make_claim("rightly == 1", over="all")
    told = " ".join(str(dilemma.prove(PENNIES, claim)).split())
    assert "Exact, and nobody gains by deviating" in told
    assert "indifferent" not in told
