"""What claims come to where what is played is irrational, and told by rational numbers near by.

Three states hold a rival if two of them balance, after Palfrey and Rosenthal 1984.  All mix alike where
each balances with a root of 2*q*(1 - q)*V = k.
"""

import pytest
import sympy as sp

import dilemma
from dilemma.checks.enumeration import At
from dilemma.claims.decide import stated
from dilemma.claims.listing import listing
from dilemma.study.asking import values_apart
from small_games import ranging

STATES = ("a", "b", "c")
ALIKE = "q_a == q_b and q_b == q_c and 0 < q_a and q_a < 1"


def worth(own, balancing):
    """Return what one state gets: the rival is held by two, and who balances pays."""
    return f"{'V' if balancing >= 2 else '0'}{' - k' if own else ''}"


def balancers(**claims):
    actions = ("pass_", "balance")
    profiles = [(x, y, z) for x in actions for y in actions for z in actions]
    return dilemma.Model(
        name="balancers",
        title="Two must balance",
        players={s: {"actions": list(actions), "cooperates": "balance"} for s in STATES},
        parameters={n: ranging(0, "inf", open="low") for n in "Vk"},
        payoffs={
            ", ".join(profile): {
                s: worth(own == "balance", profile.count("balance"))
                for s, own in zip(STATES, profile, strict=True)
            }
            for profile in profiles
        },
        outcomes={
            f"q_{s}": {"is": f"probability({s}, balance)", "unit": "1", "means": "balances"}
            for s in STATES
        },
        claims={name: {"says": name, "over": "all", **own} for name, own in claims.items()},
    )


def decided(**claim):
    (verdict,) = dilemma.prove(balancers(it=claim), workers=1).verdicts
    return verdict


@pytest.mark.slow
def test_rounded_mixes_refute_no_equality():
    """At V = 4 and k = 1/2 all mix alike by a root, at k = 3/2 by 1/4 or 3/4."""
    given = "V == 4 and (k == 1/2 or k == 3/2)"
    assert decided(given=given, exists=ALIKE).status == "proved"


def test_at_one_calibration_all_mix_alike_by_a_root():
    assert decided(given="V == 4 and k == 1/2", exists=ALIKE).status == "proved"


@pytest.mark.slow
def test_nobody_mixes_alike_where_it_costs_too_much():
    assert decided(given="V == 4 and (k == 1 or k == 3)", exists=ALIKE).status == "mixed"


def test_what_is_possible_by_a_root_alone_has_an_example():
    verdict = decided(given="V == 4 and k == 1/2", possible=ALIKE)
    assert verdict.status == "proved"
    (play,) = verdict.holds.play.values()
    q = float(play["a"]["balance"])
    assert 2 * q * (1 - q) * 4 == pytest.approx(1 / 2)


def test_rounded_mixes_neither_do_nor_fail_to_do_what_is_equal():
    model = balancers(it={"exists": ALIKE})
    statements = stated(model, model.claims["it"], "all")
    points = {"any": model.calibration({"V": 4, "k": "1/2"})}
    found = listing(statements, points, until=float("inf"))
    assert found.whole
    assert [true for _, _, true in found.plays()].count(None) == 2
    assert found.example(fails=True) is None
    assert found.example(fails=False) is None


def test_rounded_mixes_do_what_holds_by_far():
    model = balancers(it={"exists": "q_a > 1/10 and q_a < 9/10 and q_b < 9/10"})
    statements = stated(model, model.claims["it"], "all")
    points = {"any": model.calibration({"V": 4, "k": "1/2"})}
    assert listing(statements, points, until=float("inf")).example(fails=False) is not None


def test_the_checker_takes_what_rounding_parts_for_equal():
    """Over states two players may mix by roots, which two tables of rational payoffs never ask for."""
    model = dilemma.load("repeated")
    (era, *_) = model.eras
    columns = {model.parameters[n].symbol: v for n, v in model.calibration(era).items()}
    at, (one, other) = At(model, columns, exact=True), sp.symbols("one other", real=True)
    half, near = sp.Rational(1, 2), sp.Rational(1, 10**40)
    assert at.sign(one - other, {one: half, other: half + near}) == 0
    assert at.sign(one - other, {one: half, other: half + sp.Rational(1, 10**20)}) == -1


def test_a_value_that_equilibria_have_in_common_need_not_be_chosen():
    """Where all mix alike by a root a state is pivotal with k/V, whichever root it is."""
    chance = "probability({0}, balance)*(1 - probability({1}, balance))"
    both = f"{chance.format('b', 'c')} + {chance.format('c', 'b')}"
    pivotal = {"pivotal": {"is": both, "unit": "1", "means": "somebody is pivotal"}}
    found = dilemma.solve(balancers().replace(outcomes=pivotal), V=4, k="1/2")
    told = [(e.outcomes["pivotal"], e) for e in found if not e.exact]
    assert len({value for value, _ in told}) == 2
    assert len(values_apart(told)) == 1
