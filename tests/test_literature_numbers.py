"""Published models in which numbers are chosen, networks, tables and states: their propositions, decided."""

import itertools
import random
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp

import dilemma

FOLDER = Path(__file__).parents[1] / "models" / "literature"
FILES = (
    "alliance_network_of_five", "alliance_network_of_four", "alliance_network_of_three",
    "bargaining_range", "chicken", "collective_action", "collective_inaction", "conflict_network",
    "conflict_pair", "conflict_triad", "contest", "destruction", "joint_products", "nuclear_risk",
    "peaceful_phase", "private_cost", "security_dilemma",
    "security_dilemma_repeated", "shifting_power",
)  # fmt: skip


def model(name):
    return dilemma.load(FOLDER / f"{name}.toml")


def solved(name, **values):
    """Return the one equilibrium at exact values."""
    (found,) = dilemma.solve(model(name), **{n: str(v) for n, v in values.items()})
    return {n: sp.nsimplify(v) for n, v in {**found.payoffs, **found.outcomes}.items()}


def drawn(seed, *ends):
    """Draw fractions with few digits, each strictly between two ends."""
    stream = random.Random(seed)
    return [
        sp.Rational(
            str(
                Fraction(low)
                + (Fraction(high) - Fraction(low)) * Fraction(stream.randint(1, 99), 100)
            )
        )
        for low, high in ends
    ]


@pytest.mark.slow
@pytest.mark.kept
@pytest.mark.parametrize("name", FILES)
def test_each_proposition_fares_as_its_file_expects(name):
    for verdict in dilemma.prove(model(name), workers=1):
        assert verdict.as_expected, (verdict.name, verdict.status, verdict.reason)


SEEDS = range(3)


@pytest.mark.parametrize("seed", SEEDS)
def test_contest_of_allies(seed):
    (s,) = drawn(seed, ("1/2", 1))
    found = solved("contest", s=s, waste=0)
    assert (found["first"], found["second"]) == (s**3 / (1 + s) ** 2, s * (1 - s) / (1 + s))
    assert (found["enemy"], found["effort"]) == (1 / (1 + s) ** 2, s / (1 + s))


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_conflict_network_by_its_centrality(seed):
    """x = L*(1 - L)*inverse(I + ties)*Gamma, worked out in fractions."""
    ties = drawn(seed, ("-1/8", "1/4"), ("-1/8", "1/4"), ("-1/8", "1/4"))
    between = dict(zip(itertools.combinations(range(3), 2), ties, strict=True))
    matrix = sp.Matrix(3, 3, lambda i, j: 1 if i == j else between[min(i, j), max(i, j)])
    gamma = sp.Matrix([1 / sum(matrix.row(i)) for i in range(3)])
    scale = 1 - 1 / sum(gamma)
    efforts = scale * (1 - scale) * matrix.inv() * gamma
    more = {"beta": 0, "gamma": 0, "friends": 1, "foes": 1}
    names = dict(zip(("g_12", "g_13", "g_23"), ties, strict=True))
    found = solved("conflict_network", **names, **more)
    assert [found[f"x_{k}"] for k in (1, 2, 3)] == list(efforts)


@pytest.mark.parametrize("seed", SEEDS[:1])
def test_conflict_triad_and_pair(seed):
    beta, gamma = drawn(seed, (0, "1/2"), (0, "1/5"))
    found = solved("conflict_triad", beta=beta, gamma=gamma)
    assert found["share_ally"] == (1 - 2 * gamma) / (3 + beta - 5 * gamma)
    pair = solved("conflict_pair", tie=-gamma)
    assert pair["x"] == (1 + gamma) / (4 * (1 - gamma))


@pytest.mark.parametrize("seed", SEEDS)
def test_collective_action_by_hand(seed):
    a, second, third = drawn(seed, (1, 9), (0, "1/4"), (0, "1/4"))
    first = 1 - second - third
    found = solved("collective_action", a=a, s_2=second, s_3=third, members=3)
    assert found["G"] == (a * first / 2) ** 2
    limited = dilemma.solve(model("collective_inaction"), a=str(a), s_2=str(second), s_3=str(third))
    assert abs(limited[0].outcomes["G"] - max(0, a * first - 1)) < 1e-12


@pytest.mark.parametrize("seed", SEEDS)
def test_a_demand_under_doubt(seed):
    p, c, m = drawn(seed, ("1/10", "1/2"), (0, "1/4"), ("1/4", "1/2"))
    found = solved("private_cost", p=p, c_A=c, m=m)
    assert (found["x"], found["war"]) == (p + (m - c) / 2, (m - c) / (2 * m))


@pytest.mark.parametrize("seed", range(40))
def test_nuclear_risk_backwards(seed):
    names = ("p", "n", "alpha", "v_C", "v_D", "c_C", "c_D", "N_C", "N_D")
    ends = ((0, 1), (0, "1/5"), (0, 1), (0, 4), (0, 4), (0, 4), (0, 4), (0, 20), (0, 20))
    at = dict(zip(names, drawn(seed, *ends), strict=True))
    h = at["n"] + at["alpha"] / (at["p"] * (1 - at["p"]))
    attacks = (at["alpha"] * at["v_C"] / at["p"] - at["n"] * at["N_C"] - at["c_C"]) / h
    fights = (at["alpha"] * at["v_D"] / (1 - at["p"]) - at["n"] * at["N_D"] - at["c_D"]) / h
    found = solved("nuclear_risk", **at)
    assert found["war"] == int(bool(fights > 0 and attacks > 0))
    assert found["acquiescence"] == int(bool(fights < 0))


@pytest.mark.parametrize("seed", range(20))
def test_a_shift_of_power_by_what_war_is_worth(seed):
    """B fights at once iff war is worth more than all of one period and what it has from then on."""
    p_1, p_2, c, delta = drawn(seed, (0, 1), (0, 1), (0, "1/2"), ("1/2", 1))
    later = max(0, (1 - p_2) / (1 - delta) - c)
    fights = (1 - p_1) / (1 - delta) - c > 1 + delta * later
    at = {"x_1": 0, "p_1": p_1, "p_2": p_2, "c_A": "1/10", "c_B": c, "delta": delta}
    every = dilemma.solve(model("shifting_power"), **{n: str(v) for n, v in at.items()})
    assert {e.outcomes["war_now"] for e in every} == {int(bool(fights))}


@pytest.mark.parametrize("seed", SEEDS)
def test_trust_in_a_stag_hunt(seed):
    steps = drawn(seed, (1, 2), (1, 2), (1, 2), (-2, 2))
    cd = steps[3]
    dd, dc, cc = cd + steps[0], cd + steps[0] + steps[1], cd + sum(steps[:3])
    every = dilemma.solve(model("security_dilemma"), CC=str(cc), DC=str(dc), DD=str(dd), CD=str(cd), q="0")  # fmt: skip
    q = (dd - cd) / (cc - dc + dd - cd)
    assert sorted(e.outcomes["one_cooperates"] for e in every) == [0, q, 1]


@pytest.mark.parametrize("seed", SEEDS)
def test_firmness_in_chicken(seed):
    one, other = drawn(seed, *[(1, 2)] * 3), drawn(seed + 9, *[(1, 2)] * 3)
    at = {}
    for k, (a, b, c) in enumerate((one, other), 1):
        at |= {f"d_{k}": 0, f"s_{k}": a, f"c_{k}": a + b, f"w_{k}": a + b + c}
    every = dilemma.solve(model("chicken"), **{n: str(v) for n, v in at.items()})
    firm = [c / (c + a) for a, _, c in (other, one)]
    mixed = [e for e in every if 0 < e.outcomes["firm_1"] < 1]
    assert [[e.outcomes["firm_1"], e.outcomes["firm_2"]] for e in mixed] == [firm]
    assert len(every) == 3


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bargaining_range(seed):
    p, c_A, c_B, x = drawn(seed, (0, 1), (0, "1/2"), (0, "1/2"), (0, 1))
    at = {"p": p, "r": 1 - p, "f": 0, "c_A": c_A, "c_B": c_B, "x": x}
    every = dilemma.solve(model("bargaining_range"), **{n: str(v) for n, v in at.items()})
    assert any(e.outcomes["peace"] == 1 for e in every) is bool(p - c_A <= x <= p + c_B)
