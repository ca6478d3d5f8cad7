"""A claim says the same in symbols, in exact numbers and in arrays."""

import random
from types import MappingProxyType

import numpy as np
import pytest
import sympy as sp

import dilemma
import small_games
from dilemma.claims.decide import stated
from dilemma.claims.examples import Example, truth
from dilemma.claims.meaning import Symbols, by_era
from dilemma.claims.solutions import solved_again
from dilemma.claims.statements import copies
from dilemma.claims.trials import Draws, Trial

SAID_OF_ACTIONS = [
    "w_J*m_J > r_J and om_J > phi_J",
    "japan(strong, weak) >= us(strong, strong) - s_J",
    "entrapment_us(strong, strong) > entrapment_us(weak, strong)",
    "entrapment_us > 1/50 or japan <= us",
    "equilibrium(strong, strong)",
    "equilibrium(weak, weak) or not equilibrium(weak, strong)",
    "dominant(japan, strong)",
    'kind(japan) == "stag hunt" or kind(us) == "deadlock"',
    "rises(entrapment_us, w_U)",
    "falls(us, w_U)",
]
SAID_OF_NUMBERS = [
    "a > 2*c + 1",
    "sold > 1/2 and one < 1/4",
    "diff(one, y) < -1/4",
    "1/(3*x - 1) > 2",
    "rises(sold, c)",
    "rises(one, a) and sold*c > 1/10",
    "not (sold >= 2/3)",
]


def random_calibration(model, era, rng):
    return MappingProxyType(
        {
            name: value.range.low
            + sp.Rational(rng.randint(0, 10), 10) * (value.range.high - value.range.low)
            for name, value in model.eras[era].values.items()
        }
    )


def in_numbers(statements, formula, points, chosen):
    """Put numbers into a formula in the symbols of the copies."""
    model = statements.model
    values = {}
    for copy in copies(statements):
        for symbol, value in model.values(points[copy.key]).items():
            values[statements.symbol(copy, symbol.name)] = value
        for symbol, value in chosen.get(copy.key, {}).items():
            values[statements.unknown(copy, symbol)] = value
    return formula.xreplace(values)


@pytest.mark.parametrize("text", SAID_OF_ACTIONS)
def test_symbols_say_what_an_example_says(abandonment, text):
    statements = stated(abandonment, abandonment.make_claim(text, over="cold_war"), "cold_war")
    (copy,) = statements.copies
    twins = statements.twins(statements.parts())
    rng, seen = random.Random(7), set()
    for _ in range(40):
        points = {"cold_war": random_calibration(abandonment, "cold_war", rng)}
        for twin in twins:
            here = points["cold_war"]
            points[twin.key] = {**here, twin.moved: here[twin.moved] + sp.Rational(1, 100)}
        solved = {key: dilemma.solve(abandonment, dict(at)) for key, at in points.items()}
        for branch in (b for b in statements.branches() if not b.unknowns):
            played = {k: [e for e in s if e.branch == branch.name] for k, s in solved.items()}
            if not all(played.values()):
                continue
            example = Example(
                {c.label: points[c.key] for c in (copy, *twins)},
                {},
                {c.label: played[c.key][0].play for c in (copy, *twins)},
                {
                    c.label: {**played[c.key][0].payoffs, **played[c.key][0].outcomes}
                    for c in (copy, *twins)
                },
                {},
                points,
            )
            symbols = Symbols(statements, {"cold_war": branch})
            claim = statements.claim
            formula = symbols.put_in(claim, claim.holds, by_era(statements.copies))
            exactly = truth(statements, claim.holds, example)
            assert in_numbers(statements, formula, points, {}) == exactly
            seen.add(exactly)
    assert seen <= {sp.true, sp.false}
    assert seen


@pytest.fixture(scope="module")
def market():
    return small_games.market().replace(
        payoffs={"one": "x*(a - c - x - y)", "two": "y*(a - c - x - y)"},
        outcomes={"sold": "x + y"},
    )


@pytest.mark.parametrize("text", SAID_OF_NUMBERS)
def test_arrays_symbols_and_exact_numbers_say_the_same(market, text):
    statements = stated(market, market.make_claim(text, over="then"), "then")
    claim = statements.claim
    draws = Draws(statements, 48, 3)
    failing, holding = Trial(draws).where
    (inside,) = (b for b in statements.branches() if not b.binds)
    formula = Symbols(statements, {"then": inside}).put_in(
        claim, claim.holds, by_era(statements.copies)
    )
    assert not np.any(failing & holding)  # there is one equilibrium
    speaks = np.flatnonzero(failing | holding)  # of a twin, too, where there is room for it
    assert len(speaks) > 12
    for k in map(int, speaks[::4]):
        points = draws.points(k)
        chosen = {
            key: {sp.Symbol(n, real=True): (at["a"] - at["c"]) / 3 for n in ("x", "y")}
            for key, at in points.items()
        }
        assert bool(in_numbers(statements, formula, points, chosen)) is not bool(failing[k])
        assert (solved_again(statements, points, {}, fails=True) is not None) == failing[k]
        assert (solved_again(statements, points, {}, fails=False) is not None) == holding[k]
