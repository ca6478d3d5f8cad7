"""The two models of abandonment and entrapment say what their theory says.

The payoff formula is written out here once more, from primitives, and the numbers are those worked
out independently before the models were written.
"""

import random
from fractions import Fraction

import pytest
import sympy as sp

import dilemma
from dilemma.output.result import number

pytestmark = [pytest.mark.slow, pytest.mark.kept]

LEVELS = {"weak": Fraction(0), "hedge": Fraction(1, 2), "strong": Fraction(1)}


def payoff(c, i, own, other):
    """Payoff of ally i: expected loss from a challenge, entrapment, stake, joint gain, hedge."""
    A, h, k, p, lam, kap, w, m, E, s, cost, v, r = (
        c[f"{n}_{i}"] for n in ("A", "h", "k", "p", "lam", "kap", "w", "m", "E", "s", "c", "v", "r")
    )
    x, y = LEVELS[own], LEVELS[other]
    loss = A * h * (1 - kap * y) * (k + (1 - k) * p * (1 - lam * x))
    hedge = c.get(f"z_{i}", 0) if own == "hedge" else 0
    return -loss - w * m * E * x + (s - cost) * x + (v - r) * x * y + hedge


@pytest.mark.parametrize("name", ["abandonment", "abandonment_hedging"])
def test_payoffs_are_the_formula_from_primitives(name):
    model = dilemma.load(name)
    rng = random.Random(1)
    for _ in range(20):
        calibration = {p: sp.Rational(rng.randint(1, 99), 100) for p in model.parameters}
        values = model.values(model.calibration(calibration))
        for (own, other), cell in model.payoffs.items():
            assert cell["japan"].xreplace(values) == payoff(calibration, "J", own, other)
            assert cell["us"].xreplace(values) == payoff(calibration, "U", other, own)


@pytest.mark.parametrize(
    ("era", "expected"),
    [
        ("cold_war", {"D0_J": ".0414", "D1_J": ".0269", "D0_U": ".0172", "D1_U": ".0194"}),
        ("post_cold_war", {"D0_J": "-.0085", "D1_J": ".00386", "D0_U": "-.0016", "D1_U": ".00468"}),
    ],
)
def test_net_gains_from_commitment_at_the_centres(abandonment, era, expected):
    values = {s.name: v for s, v in abandonment.values(abandonment.calibration(era)).items()}
    for name, about in expected.items():
        assert float(values[name]) == pytest.approx(float(about), abs=6e-5)


def test_net_gains_are_what_the_payoffs_say(abandonment):
    for player, i in (("japan", "J"), ("us", "U")):

        def pays(own, other, player=player):
            profile = (own, other) if player == "japan" else (other, own)
            return abandonment.payoffs[profile][player]

        for other, name in (("weak", f"D0_{i}"), ("strong", f"D1_{i}")):
            gap = pays("strong", other) - pays("weak", other)
            defined = abandonment.definitions[name].symbol
            assert sp.expand(abandonment.expand(gap - defined)) == 0


def test_in_the_cold_war_both_support_with_and_without_hedging(abandonment, abandonment_hedging):
    for model in (abandonment, abandonment_hedging):
        assert dilemma.solve(model, "cold_war").names == ("(strong, strong)",)


def test_after_the_cold_war_support_hangs_on_trust(abandonment):
    found = dilemma.solve(abandonment, "post_cold_war")
    assert found.names == ("(weak, weak)", "(strong, strong)", "mixed (weak/strong, weak/strong)")
    mixed = found[2]
    assert float(mixed.play["japan"]["strong"]) == pytest.approx(0.255, abs=5e-4)
    assert float(mixed.play["us"]["strong"]) == pytest.approx(0.688, abs=5e-4)
    assert mixed.outcomes["trust_japan"] == mixed.play["us"]["strong"]
    assert mixed.outcomes["trust_us"] == mixed.play["japan"]["strong"]


def test_after_the_cold_war_both_hedge_where_they_can(abandonment_hedging):
    assert dilemma.solve(abandonment_hedging, "post_cold_war").names == ("(hedge, hedge)",)


@pytest.mark.parametrize(
    ("era", "borders"),
    [
        ("cold_war", [("harmony", 0.917), ("chicken", 1)]),
        (
            "post_cold_war",
            [
                ("harmony", 2 / 15),
                ("stag hunt", 0.376),
                ("prisoner's dilemma", 0.9365),
                ("deadlock", 1),
            ],
        ),
    ],
)
def test_kinds_of_game_as_japan_is_drawn_into_more_wars(abandonment, era, borders):
    found = dilemma.along(abandonment, era, "m_J").stretches
    kinds = []
    for stretch in found:  # the American game may change as well; only Japan's is asked for
        if kinds and kinds[-1][0] == stretch.kinds["japan"]:
            kinds.pop()
        kinds.append((stretch.kinds["japan"], float(stretch.high)))
    assert [k for k, _ in kinds] == [k for k, _ in borders]
    assert [h for _, h in kinds] == pytest.approx([h for _, h in borders], abs=5e-4)


def test_no_group_of_parameters_alone_moves_the_equilibrium(abandonment_hedging):
    groups = {g.group: g for g in dilemma.compare(abandonment_hedging, draws=10).groups}
    assert set(groups) == {"fear", "entrapment", "stake", "joint", "third"}
    assert all(g.only == ("(strong, strong)",) for g in groups.values())
    stays = {"fear", "stake", "joint"}
    assert all(groups[name].all_but == ("(hedge, hedge)",) for name in stays)
    mixed = "mixed (hedge/strong, hedge/strong)"
    assert groups["entrapment"].all_but == ("(hedge, hedge)", "(strong, strong)", mixed)
    assert groups["third"].all_but == ("(weak, hedge)", "(strong, strong)", mixed)


def test_how_often_each_kind_of_game_occurs(abandonment):
    found = dilemma.compare(abandonment, seed=1)
    cold, post = (found[era].frequencies.kinds for era in ("cold_war", "post_cold_war"))
    assert cold["japan"].get("harmony", 0) > 0.995
    for kind, share in {"prisoner's dilemma": 0.43, "stag hunt": 0.38, "harmony": 0.16}.items():
        assert post["japan"][kind] == pytest.approx(share, abs=0.015)
    for kind, share in {"harmony": 0.46, "stag hunt": 0.31, "prisoner's dilemma": 0.12}.items():
        assert post["us"][kind] == pytest.approx(share, abs=0.015)


def test_how_often_each_equilibrium_occurs_with_hedging(abandonment_hedging):
    each = dilemma.compare(abandonment_hedging, seed=1)["post_cold_war"].frequencies.each
    shares = {"hedge, hedge": 0.66, "weak, hedge": 0.17, "hedge, strong": 0.08}
    for name, share in shares.items():
        assert each[name] == pytest.approx(share, abs=0.015)


def test_strong_support_by_both_stays_risk_dominant(abandonment):
    found = dilemma.compare(abandonment, draws=10)["post_cold_war"]
    assert found.risk_dominant == found.payoff_dominant == "(strong, strong)"
    assert number(found.equilibria.range_of("trust_japan")[0]) == "0.6877"


def claims():
    for name in dilemma.available():
        model = dilemma.load(name)
        for claim in model.claims.values():
            yield pytest.param(model, claim, id=f"{name}.{claim.name}")


@pytest.mark.parametrize(("model", "claim"), list(claims()))
def test_claims_fare_as_their_file_says(model, claim):
    for verdict in dilemma.prove(model, claim):
        assert verdict.status == verdict.expected, verdict.reason
        somewhere = claim.mode == "possible" and verdict.status == "proved"
        assert (verdict.fails is not None) == (verdict.status in ("mixed", "disproved"))
        assert (verdict.holds is not None) == (verdict.status == "mixed" or somewhere)
