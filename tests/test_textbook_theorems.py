"""Textbook theorems, true, false and mixed ones, as claims over parameters alone.

What a textbook solves for is a parameter here, and the condition that determines it (a first-order
condition, a market that clears) is what the claim assumes.
"""

import pytest

import dilemma
from dilemma.claims.decide import decide
from small_games import ranging, theory

POSITIVE, ANY = ranging(0, "inf", open="low"), ranging("-inf", "inf")


def about(positive, free=""):
    """Return a theory that says which numbers there are, and which are positive."""
    return theory(dict.fromkeys(positive.split(), POSITIVE) | dict.fromkeys(free.split(), ANY))


def status(model, holds, given=None):
    claim = model.make_claim(holds, over="all", **({"given": given} if given else {}))
    (verdict,) = decide(model, claim, seconds=20)
    return verdict.status


MONOPOLY = about("a b c q taxed t")
MONOPOLY_GIVEN = "a - 2*b*q == c and a - 2*b*taxed == c + t"


@pytest.mark.parametrize(
    ("holds", "known"),
    [
        ("2*((a - b*taxed) - (a - b*q)) == t", "proved"),  # half of it
        ("(a - b*taxed) - (a - b*q) == t", "disproved"),  # all of it
        ("a - b*q - c > t", "mixed"),  # whether the margin was larger hangs on the numbers
    ],
)
def test_with_linear_demand_a_monopolist_passes_on_half_of_a_cost(holds, known):
    assert status(MONOPOLY, holds, MONOPOLY_GIVEN) == known


def test_with_constant_elasticity_it_passes_on_more_than_the_whole():
    model = about("c t p taxed e")
    given = "p*(e - 1) == e*c and taxed*(e - 1) == e*(c + t)"
    assert status(model, "taxed - p > t", given) == "proved"


def test_a_monopolist_never_prices_where_demand_is_inelastic():
    # Marginal revenue p*(1 - 1/e) is the positive marginal cost.
    assert status(about("p c e"), "e > 1 and p > c", "p - p/e == c") == "proved"


SLUTSKY = about("x", "total substitution income")
LAW = "total == substitution - x*income and substitution < 0"


@pytest.mark.parametrize(
    ("given", "holds", "known"),
    [
        ("total > 0", "income < 0", "proved"),  # a Giffen good is inferior
        ("income < 0", "total > 0", "mixed"),  # an inferior good is Giffen
        ("income >= 0", "total < 0", "proved"),  # a normal good obeys the law of demand
        ("income >= 0", "total > 0", "disproved"),  # and is never Giffen
        ("total < 0", "income > 0", "mixed"),  # what obeys it is normal
    ],
)
def test_giffen_goods_by_slutskys_equation(given, holds, known):
    assert status(SLUTSKY, holds, f"{LAW} and {given}") == known


COURNOT = about("a b c n q more")
COURNOT_GIVEN = "n >= 1 and a > c and b*(n + 1)*q == a - c and b*(n + 2)*more == a - c"


@pytest.mark.parametrize(
    ("holds", "known"),
    [
        ("a - b*(n + 1)*more < a - b*n*q", "proved"),  # the price falls
        ("a - b*(n + 1)*more > c", "proved"),  # and stays above cost
        ("more < q", "proved"),  # everybody sells less
        ("a - b*(n + 1)*more <= c", "disproved"),
        ("a - b*n*q > 2*c", "mixed"),
    ],
)
def test_entry_into_a_cournot_market(holds, known):
    assert status(COURNOT, holds, COURNOT_GIVEN) == known


# Demand a - b*q, supply g + d*q, and q, q_1, q_2 and q_3 sold without and with three taxes.
MARKET = about("a b d q q_1 q_2 q_3 t_1 t_2", "g")
CLEARS = """
    a - b*q == g + d*q and a - b*q_1 == g + d*q_1 + t_1 and a - b*q_2 == g + d*q_2 + t_2
    and a - b*q_3 == g + d*q_3 + t_1 + t_2"""


@pytest.mark.parametrize(
    ("given", "holds", "known"),
    [
        ("t_1 == t_2", "2*t_1*(q - q_3) == 4*t_1*(q - q_1)", "proved"),  # twice the tax: four times
        (None, "(t_1 + t_2)*(q - q_3) > t_1*(q - q_1) + t_2*(q - q_2)", "proved"),  # it is convex
        ("t_1 == t_2", "2*t_1*(q - q_3) == 2*t_1*(q - q_1)", "disproved"),  # twice as much
        ("t_1 == t_2", "2*t_1*q_3 > t_1*q_1", "mixed"),  # twice the tax raises more (Laffer)
        (None, "b*(q - q_1) > d*(q - q_1)", "mixed"),  # consumers bear most of it
        ("b > d", "b*(q - q_1) > d*(q - q_1)", "proved"),  # where their demand is the steeper
    ],
)
def test_what_a_tax_costs_and_who_bears_it(given, holds, known):
    assert status(MARKET, holds, f"{CLEARS} and {given}" if given else CLEARS) == known


# Exports X and imports M move with the exchange rate e by dX and dM; elasticities eta and mu.
TRADE = about("e X M eta mu", "dX dM")
ELASTIC = "dX*e == eta*X and dM*e == -mu*M"


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("X == e*M and eta + mu > 1", "proved"),
        ("X == e*M and eta + mu < 1", "disproved"),
        ("X == e*M", "mixed"),
        ("X > e*M and eta + mu > 1", "proved"),  # from a surplus too
        ("X < e*M and eta + mu > 1", "mixed"),  # from a deficit it is not enough
    ],
)
def test_devaluation_helps_under_the_marshall_lerner_condition(given, known):
    assert status(TRADE, "dX - M - e*dM > 0", f"{ELASTIC} and {given}") == known


FACTORS = about("l_1 l_2 k_1 k_2 L K more y_1 y_2 z_1 z_2")
FULL = """
    l_1*y_1 + l_2*y_2 == L and k_1*y_1 + k_2*y_2 == K
    and l_1*z_1 + l_2*z_2 == L + more and k_1*z_1 + k_2*z_2 == K"""


def test_rybczynski_more_labour_shrinks_the_capital_intensive_good():
    labour_intensive = f"{FULL} and l_1*k_2 > l_2*k_1"
    assert status(FACTORS, "z_2 < y_2", labour_intensive) == "proved"
    assert status(FACTORS, "z_2 < y_2", FULL) == "mixed"


def test_rybczynski_the_other_good_grows_by_more_than_labour():
    assert status(FACTORS, "z_1*L > y_1*(L + more)", f"{FULL} and l_1*k_2 > l_2*k_1") == "proved"


def test_stolper_samuelson_a_dearer_good_pays_its_factor_more_than_in_proportion():
    model = about("l_1 l_2 k_1 k_2 p_1 p_2 up w r w_up r_up")
    free_entry = """
        l_1*w + k_1*r == p_1 and l_2*w + k_2*r == p_2 and l_1*k_2 > l_2*k_1
        and l_1*w_up + k_1*r_up == p_1 + up and l_2*w_up + k_2*r_up == p_2"""
    assert status(model, "w_up*p_1 > w*(p_1 + up) and r_up < r", free_entry) == "proved"


def test_a_balanced_budget_has_a_multiplier_of_one():
    model = about("m", "Y Y_more G T more")
    keynes = "m < 1 and Y == m*(Y - T) + G and Y_more == m*(Y_more - T - more) + G + more"
    assert status(model, "Y_more - Y == more", keynes) == "proved"


def test_spreading_risk_is_no_riskier_than_the_riskier_half():
    model = about("s_1 s_2", "rho")
    variance, related = "(s_1**2 + 2*rho*s_1*s_2 + s_2**2)/4", "rho >= -1 and rho <= 1"
    assert status(model, f"{variance} <= s_1**2 or {variance} <= s_2**2", related) == "proved"
    assert status(model, f"{variance} <= s_1**2 and {variance} <= s_2**2", related) == "mixed"


@pytest.mark.parametrize(
    ("positive", "free", "holds", "known"),
    [
        ("", "a b c d", "(a*c + b*d)**2 <= (a**2 + b**2)*(c**2 + d**2)", "proved"),  # Cauchy
        ("x y", "", "x*y <= ((x + y)/2)**2", "proved"),  # two means
        ("x y z", "", "27*x*y*z <= (x + y + z)**3", "proved"),  # and of three
        ("x y z", "", "x/(y + z) + y/(x + z) + z/(x + y) >= 3/2", "proved"),  # Nesbitt
        ("x y", "", "x*y >= x + y", "mixed"),
        ("", "x y", "x**2 + y**2 < 2*x*y", "disproved"),
    ],
)
def test_inequalities_that_everybody_uses(positive, free, holds, known):
    assert status(about(positive, free), holds) == known


@pytest.fixture(scope="module")
def prisoners():
    return dilemma.matrix(
        [["R", "S"], ["T", "P"]],
        [["R", "T"], ["S", "P"]],
        actions=[["cooperate", "defect"]] * 2,
        parameters={"delta": [0, 1]},
        cooperates="cooperate",
    )


@pytest.mark.parametrize(
    ("holds", "known"),
    [
        ("dominant(row, defect) and unique(defect, defect)", "proved"),
        ("row(cooperate, cooperate) > row(defect, defect)", "proved"),
        ("equilibrium(cooperate, cooperate)", "disproved"),
        ("row == P", "proved"),  # nobody is paid more in equilibrium
        ("2*R > T + S", "mixed"),  # taking turns may be better still
        ("R >= (1 - delta)*T + delta*P", "mixed"),  # a grim trigger holds the patient only
    ],
)
def test_prisoners_defect_although_both_would_rather_not(prisoners, holds, known):
    assert status(prisoners, holds, "T > R and R > P and P > S") == known


def test_patient_prisoners_cooperate_for_ever(prisoners):
    patient = "T > R and R > P and P > S and delta*(T - P) >= T - R"
    assert status(prisoners, "R >= (1 - delta)*T + delta*P", patient) == "proved"
