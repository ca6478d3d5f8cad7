"""The solution in symbols: as the textbook has it, and true wherever it is tried."""

import random

import pytest
import sympy as sp

import dilemma
from dilemma.errors import UnsupportedError


def stated(model, says):
    (found,) = [p for p in dilemma.propositions(model) if p.says == says]
    return found


def test_the_prisoners_dilemma_in_benefit_and_cost():
    b, c = sp.symbols("b c", real=True)
    game = dilemma.matrix(
        [[b - c, -c], [b, 0]],
        [[b - c, b], [-c, 0]],
        actions=[["help", "shirk"]] * 2,
        parameters={"b": [0, 9], "c": [0, 9]},
        cooperates="help",
    )
    assert stated(game, "row: shirk is strictly dominant").words == "c > 0"
    assert stated(game, "row: prisoner's dilemma").words == "b > c and c > 0"
    assert stated(game, "(shirk, shirk) is an equilibrium").words == "always"


def test_a_coordination_game_mixes_in_closed_form():
    game = dilemma.matrix([["a", 0], [0, 1]], [[1, 0], [0, "a"]], parameters={"a": [1, 9]})
    (mixed,) = dilemma.propositions(game).about("mixed")
    assert mixed.words == "always"
    a = sp.Symbol("a", real=True)
    assert set(mixed.play.values()) == {a / (a + 1), 1 / (a + 1)}


def test_snyders_dilemma_reads_as_the_theory_does(abandonment):
    assert stated(abandonment, "Japan: strategic complements").words == "psi_J > kap_J*phi_J"
    assert stated(abandonment, "Japan: stag hunt").words == "D0_J < 0 < D1_J"
    assert stated(abandonment, "Japan: strong is strictly dominant").words == (
        "D0_J > 0 and D1_J > 0"
    )


def test_hedging_is_dominant_in_the_band_of_the_theory(hedging):
    # -z/eta <= Delta(x) <= z/(1 - eta) at x = 0 and 1, with eta = 1/2.
    assert stated(hedging, "Japan: hedge is strictly dominant").words == (
        "-2*z_J < D0_J < 2*z_J and -2*z_J < D1_J < 2*z_J"
    )


@pytest.mark.parametrize("name", ["abandonment", "abandonment_hedging"])
@pytest.mark.parametrize("seed", range(8))
def test_what_is_stated_is_so_at_random_calibrations(name, seed):
    model = dilemma.load(name)
    rng = random.Random(seed)
    era = list(model.eras.values())[seed % 2]
    at = {
        n: v.range.low + (v.range.high - v.range.low) * sp.Rational(rng.randint(1, 999), 1000)
        for n, v in era.values.items()
    }
    values = model.values(at)
    found = dilemma.solve(model, at)
    told = dilemma.propositions(model)
    for p in (*told.about("pure"), *told.about("mixed")):
        holds = p.where.xreplace(values) == sp.true
        assert (p.says.removesuffix(" is an equilibrium") in found.names) is holds
    for p in told.about("mixed"):
        if p.where.xreplace(values) == sp.true:
            name = p.says.removesuffix(" is an equilibrium")
            (equilibrium,) = [e for e in found if e.name == name]
            for probability, formula in p.play.items():
                player, action = probability.removeprefix("P(").removesuffix(")").split()
                assert formula.xreplace(values) == equilibrium.play[player][action]


def test_they_are_propositions_in_latex(abandonment):
    text = dilemma.propositions(abandonment).to_latex()
    assert text.count(r"\begin{proposition}") == text.count(r"\end{proposition}") > 10
    assert r"D_{0 J} \leq 0" in text


def test_a_game_too_large_for_symbols_says_so():
    square = [[i * j for j in range(4)] for i in range(4)]
    with pytest.raises(UnsupportedError, match="225 choices of supports"):
        dilemma.propositions(dilemma.matrix(square, square))


def test_three_players_have_pure_propositions():
    players = {name: ["out", "into"] for name in "abc"}
    payoffs = {
        (x, y, z): {
            "a": (x == "into") * (y == "into"),
            "b": f"{int(y == 'into')}*(v - 1)",
            "c": int(z == "into"),
        }
        for x in players["a"]
        for y in players["b"]
        for z in players["c"]
    }
    game = dilemma.Model(
        name="three",
        title="Three",
        players=players,
        payoffs=payoffs,
        parameters={"v": {"range": [0, 9], "unit": "util", "means": "what joining is worth"}},
    )
    assert stated(game, "(into, into, into) is an equilibrium").words == "v >= 1"
