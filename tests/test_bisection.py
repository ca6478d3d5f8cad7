"""Exact bisection and elimination decide what z3 decides, at borders, open and infinite ends too."""

import random
from fractions import Fraction

import pytest
import sympy as sp
import z3

from dilemma.deciders.bisection import bisected
from dilemma.deciders.question import reduced
from dilemma.errors import UnsupportedError

x, y, r, s = sp.symbols("x y r s", real=True)
a, b, c, t = sp.symbols("a b c t", real=True)


def box(**ends):
    """Tie symbols to intervals written as text, such as ``x="(0, 1]"``."""

    def about(symbol):
        text = ends.get(symbol.name, "(-oo, oo)")
        low, high = (sp.sympify(e) for e in text[1:-1].split(","))
        if low.is_finite:
            yield symbol > low if text[0] == "(" else symbol >= low
        if high.is_finite:
            yield symbol < high if text[-1] == ")" else symbol <= high

    return about


@pytest.mark.parametrize("decide", [bisected, reduced])
@pytest.mark.parametrize(
    ("statements", "ends", "answer"),
    [
        ([x**2 - x > 0], {"x": "[0, 1]"}, "unsat"),  # equal at both corners
        ([x**2 - x >= 0], {"x": "(0, 1)"}, "unsat"),  # which are left out here
        ([x**2 - x >= 0], {"x": "(0, 1]"}, "sat"),
        ([-t * x >= 0], {"t": "(0, 1]", "x": "[1, 2]"}, "unsat"),
        ([-t * x >= 0], {"t": "[0, 1]", "x": "[1, 2]"}, "sat"),
        ([a * b * (1 + c) <= 0], {"a": "(0, oo)", "b": "(0, oo)", "c": "[0, oo)"}, "unsat"),
        ([a + 1 / a < 2], {"a": "(0, oo)"}, "unsat"),
        ([sp.Eq(x * (1 + y), 1), x > 1], {"x": "[0, 5]", "y": "(0, 3]"}, "unsat"),
        ([sp.Eq(x * (1 + y), 1), x >= 1], {"x": "[0, 5]", "y": "[0, 3]"}, "sat"),
        ([sp.Or(x > 1, y > 1), x + y < sp.Rational(1, 2)], {"x": "[0, 2]", "y": "[0, 2]"}, "unsat"),
        ([sp.Max(x, y) < x], {"x": "[0, 1]", "y": "[0, 1]"}, "unsat"),
        ([sp.sqrt(x) > x], {"x": "[1, 4]"}, "unsat"),
        ([sp.Abs(x - y) < y - x], {"x": "[0, 1]", "y": "[0, 1]"}, "unsat"),
        # Cauchy and Schwarz, anywhere.
        ([(x * a + y * b) ** 2 > (x**2 + y**2) * (a**2 + b**2)], {}, "unsat"),
    ],
)
def test_borders_and_ends(decide, statements, ends, answer):
    assert decide(statements, box(**ends), seconds=10).status == answer


def test_a_witness_satisfies_everything_exactly():
    statements = [x * y > sp.Rational(99, 100), sp.Eq(r, x - y)]
    found = bisected(statements, box(x="[0, 1]", y="[0, 1]", r="[-1, 1]"), seconds=5)
    assert found.status == "sat"
    assert all(v.is_Rational for v in found.values.values())
    assert all(statement.xreplace(found.values) == sp.true for statement in statements)


def test_what_is_beyond_polynomials_is_not_decided():
    assert bisected([sp.exp(x) > 5], box(x="[0, 1]"), seconds=1).status == "unknown"
    with pytest.raises(UnsupportedError):
        reduced([sp.exp(x) > 5], box(x="[0, 1]"), seconds=1)


def test_a_denominator_that_may_vanish_proves_nothing():
    """What x/y is at y = 0 is somebody else's business, but it excludes nothing."""
    assert bisected([x / y < 0], box(x="[1, 2]", y="[0, 1]"), seconds=2).status != "unsat"


def test_a_hard_question_ends_in_time_without_an_answer():
    hard = [sum((v - sp.Rational(k, 7)) ** 2 for k, v in enumerate((a, b, c, t, x, y))) * 10**6 < 1]
    hard += [
        a * b * c * t * x * y > a**2 + sp.Rational(1, 10**9),
        a**4 + b**3 * c > t**3 * x * y**4,
    ]
    assert bisected(hard, box(**dict.fromkeys("abctxy", "[0, 1]")), seconds=0.2).status != "sat"


def test_exposure_rises():
    """A claim about eight parameters on which z3 gives up after a minute."""
    u, j, uj, B0, om, be, ga = sp.symbols("u j uj B0 om be ga", real=True)
    v, k, vk, tau = sp.symbols("v k vk tau", real=True)

    def exposure(own, other, both):
        base = B0 + om * both
        trust = be - tau * other
        reach = base - tau * own * trust
        return own * reach * (trust + ga * base) / (1 + ga * tau * own) ** 2

    ends = {
        "B0": "[1/2, 7/10]", "om": "[0, 1]", "tau": "[1, 2]", "be": "[3/5, 1]", "ga": "[1/5, 3/5]",
        "u": "[32/1000, 34/1000]", "j": "[50/1000, 54/1000]", "uj": "[1448/10000, 1480/10000]",
        "v": "[135/1000, 147/1000]", "k": "[195/1000, 199/1000]", "vk": "[512/1000, 530/1000]",
    }  # fmt: skip
    claim = exposure(v, k, vk) <= exposure(u, j, uj)
    assert bisected([claim], box(**ends), seconds=60).status == "unsat"


# --- at random, beside z3 ---------------------------------------------------------------------------


def random_question(rng):
    symbols = [x, y, r, s][: rng.randint(2, 4)]
    ends = {}
    for symbol in symbols:
        low = rng.randint(-2, 1)
        high = rng.choice(["oo", "oo", str(low + rng.randint(1, 3))])
        close = ")" if high == "oo" else rng.choice(")]")
        ends[symbol.name] = f"{rng.choice('([')}{low}, {high}{close}"
    return symbols, ends, [random_statement(rng, symbols) for _ in range(rng.randint(1, 4))]


def random_statement(rng, symbols):
    polynomial = sum(
        rng.randint(-3, 3) * sp.Mul(*(rng.choice(symbols) for _ in range(rng.randint(0, 3))))
        for _ in range(rng.randint(1, 4))
    )
    relation = rng.choice([sp.Gt, sp.Ge, sp.Lt, sp.Le, sp.Gt, sp.Ge, sp.Eq])
    statement = relation(polynomial, rng.randint(-2, 2))
    return sp.Or(statement, random_statement(rng, symbols)) if rng.random() < 0.15 else statement


def by_z3(statements, about, symbols):
    names = {symbol: z3.Real(symbol.name) for symbol in symbols}

    def told(formula):
        if formula in (sp.true, sp.false):
            return z3.BoolVal(bool(formula))
        if isinstance(formula, sp.Or):
            return z3.Or(*map(told, formula.args))
        left, right = map(number, formula.args)
        return {
            ">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right,
            "==": left == right,
        }[formula.rel_op]  # fmt: skip

    def number(expression):
        total = z3.RealVal(0)
        for powers, factor in sp.Poly(expression, *symbols).terms():
            term = z3.RealVal(str(factor))
            for symbol, power in zip(symbols, powers, strict=True):
                for _ in range(power):
                    term *= names[symbol]
            total += term
        return total

    solver = z3.Tactic("qfnra-nlsat").solver()
    solver.set("timeout", 1000)
    solver.add(*(told(f) for f in statements), *(told(e) for v in symbols for e in about(v)))
    return str(solver.check())


@pytest.mark.slow
@pytest.mark.parametrize("decide", [bisected, reduced])
@pytest.mark.parametrize("part", range(4))
def test_z3_is_never_contradicted(decide, part):
    rng = random.Random(100 * part + 7)
    decided = 0
    for _ in range(60):
        symbols, ends, statements = random_question(rng)
        about = box(**ends)
        found = decide(statements, about, seconds=0.5)
        symbols = [v for v in symbols if any(f.has(v) for f in statements)]
        known = by_z3(statements, about, symbols)
        if found.status != "unknown" and known != "unknown":
            assert found.status == known, (statements, ends)
            decided += 1
        if found.status == "sat":
            values = {k: v for k, v in found.values.items() if k in symbols}
            left = {v: Fraction(0) for v in symbols if v not in values}
            assert all(
                f.xreplace(values).subs(left) in (sp.true, True)
                for f in [*statements, *(e for v in values for e in about(v))]
            ), (statements, ends, values)
    assert decided > 30
