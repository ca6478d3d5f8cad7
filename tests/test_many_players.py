"""Games of three or more players: found, polished, certified; never more than is known."""

import builtins
import itertools
import random
import time
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

import dilemma
from dilemma.games import solution as games
from dilemma.games.matrix import many
from dilemma.games.matrix.many import polish
from dilemma.games.profiles import unit_scale


def game(payoffs, players=None):
    """Return a game of three players with two actions each, from a function of their actions."""
    players = players or {name: [f"{name}0", f"{name}1"] for name in "abc"}
    cells = {}
    for profile in itertools.product(*players.values()):
        acts = [own.index(a) for own, a in zip(players.values(), profile, strict=True)]
        cells[profile] = dict(zip(players, payoffs(*acts), strict=True))
    return dilemma.Model(name="three", title="Three allies", players=players, payoffs=cells)


def random_game(seed, sizes):
    rng = random.Random(seed)
    players = {n: [f"{n}{k}" for k in range(s)] for n, s in zip("abcd", sizes, strict=False)}
    return game(lambda *_: [rng.randint(-9, 9) for _ in sizes], players)


def gain(model, equilibrium):
    """Return the most that any deviation gains, from the definition."""
    names, gains = list(model.players), []
    for k, player in enumerate(model.players.values()):
        pays = dict.fromkeys(player.actions, 0)
        for profile, cell in model.payoffs.items():
            others = sp.prod(
                equilibrium.play[n][a] for n, a in zip(names, profile, strict=True) if n != names[k]
            )
            pays[profile[k]] += others * cell[player.name]
        now = sum(equilibrium.play[player.name][a] * v for a, v in pays.items())
        gains.append(max(pays.values()) - now)
    return max(gains)


def test_a_public_good_with_a_threshold_has_its_textbook_equilibria():
    # Two of three must contribute (cost 1) for a good worth 3: nobody, or any two, or mixing.
    found = dilemma.solve(game(lambda *x: [3 * (sum(x) >= 2) - own for own in x]))
    assert found.complete
    pure = {e.name for e in found if e.pure}
    assert pure == {"(a0, b0, c0)", "(a1, b1, c0)", "(a1, b0, c1)", "(a0, b1, c1)"}
    # All mix with p where 3*2p(1-p) = 1.
    p = {e.play["a"]["a1"] for e in found if e.branch == "a0/a1, b0/b1, c0/c1"}
    for wanted in sp.solve(6 * sp.Symbol("p") * (1 - sp.Symbol("p")) - 1):
        assert min(abs(sp.N(value - wanted, 60)) for value in p) < 1e-30


def test_irrational_equilibria_are_not_called_exact():
    found = dilemma.solve(game(lambda *x: [3 * (sum(x) >= 2) - own for own in x]))
    mixed = [e for e in found if e.branch == "a0/a1, b0/b1, c0/c1"]
    assert not any(e.exact for e in mixed)
    assert found.exact  # the payoffs
    assert all(0 < e.regret < 1e-30 for e in mixed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_every_profile_returned_is_an_equilibrium(seed):
    model = random_game(seed, [(2, 2, 2), (2, 2, 3), (3, 2, 2)][seed % 3])
    found = dilemma.solve(model)
    assert len(found) > 0
    for equilibrium in found:
        assert gain(model, equilibrium) == equilibrium.regret
        assert equilibrium.regret == 0 if equilibrium.exact else equilibrium.regret < 1e-28


def test_z3_adds_what_the_search_missed():
    found = dilemma.solve(random_game(1, (2, 2, 3)))
    assert found.complete
    assert "z3 added 1" in found.method
    assert "mixed (a0/a1, b0/b1, c0/c1/c2)" in found.names


def on_a_curve(one, other, first, second):
    """A game with a curve of equilibria in which all three mix.

    Where the other plays 1, a and b each gain ``one`` by 0 if c plays 1 and ``other`` by 1 if c
    plays 0; c gets ``first`` where all play 1 and ``second`` where nobody does.  All are indifferent
    iff c plays 1 with other/(one + other) and first*P(a)*P(b) = second*(1 - P(a))*(1 - P(b)).
    """

    def payoffs(x, y, z):
        return [
            one * (x == 0 and y == z == 1) + other * (x == y == 1 and z == 0),
            one * (y == 0 and x == z == 1) + other * (x == y == 1 and z == 0),
            first * (x == y == z == 1) + second * (x == y == z == 0),
        ]

    return game(payoffs)


@pytest.mark.parametrize("numbers", [(4, 2, 1, 1), (4, 2, 1, 2), (6, 1, 3, 1)])
def test_a_continuum_is_told_and_not_listed(numbers):
    one, other, first, second = numbers
    found = dilemma.solve(on_a_curve(*numbers), seconds=8)
    assert not found.complete
    assert all(gain(on_a_curve(*numbers), e) == e.regret < 1e-28 for e in found)
    mixed = [e for e in found if e.branch == "a0/a1, b0/b1, c0/c1"]
    assert len(mixed) > 0
    for e in mixed:
        a, b, c = (e.play[n][f"{n}1"] for n in "abc")
        assert abs(c * (one + other) - other) < 1e-28
        assert abs(first * a * b - second * (1 - a) * (1 - b)) < 1e-28


def test_a_continuum_on_more_supports_than_can_be_listed_says_which():
    found = dilemma.solve(on_a_curve(4, 2, 1, 1))
    assert not found.complete
    assert "more than can be listed on the supports" in found.reason
    assert any("and others on the same supports" in s.words for s in found.sets)
    assert found.degenerate
    assert "has the best replies" in found.witness


def test_where_dominance_leaves_two_their_continuum_is_complete():
    found = dilemma.solve(game(lambda x, _, z: [x, z, 1]))
    assert found.complete
    assert len(found.sets) == 1
    assert found.sets[0].dimension == 2  # whatever b and c do
    assert {e.name for e in found} == {f"(a1, b{y}, c{z})" for y in (0, 1) for z in (0, 1)}
    assert "leaves 1x2x2" in found.method


def test_what_dominance_solves_is_complete_without_a_search(monkeypatch):
    monkeypatch.setattr(many, "_searched", None)
    found = dilemma.solve(game(lambda x, y, z: [2 * x - y, y + z * y, z * (1 - 2 * y)]))
    assert found.names == ("(a1, b1, c0)",)
    assert found.complete


def test_without_pygambit_a_large_game_names_the_extra(monkeypatch):
    real = builtins.__import__

    def missing(name, *rest, **options):
        if name == "pygambit":
            raise ImportError
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", missing)
    found = dilemma.solve(random_game(0, (3, 3, 3)))
    assert not found.complete
    assert "pip install dilemma[trees]" in found.reason


def test_a_game_too_large_to_certify_says_so():
    found = dilemma.solve(random_game(1, (3, 3, 3)))
    assert not found.complete
    assert found.reason == "the game is too large to certify that there are no others"


def test_payoffs_of_any_size_are_rescaled_before_the_search():
    small = game(lambda *x: [(3 * (sum(x) >= 2) - own) for own in x])
    large = game(lambda *x: [10**25 * (3 * (sum(x) >= 2) - own) + 7 for own in x])
    assert dilemma.solve(small).names == dilemma.solve(large).names


def test_a_budget_that_is_used_up_is_told():
    found = dilemma.solve(random_game(3, (2, 2, 2, 2)), seconds=1e-6)
    assert not found.complete
    assert "undecided" in found.reason or "seconds" in found.reason


@pytest.mark.parametrize("sizes", [(2, 2, 2), (3, 2, 4), (4, 4, 4), (2, 3, 2, 3), (1, 3, 2)])
def test_pure_equilibria_are_those_that_pygambit_lists(sizes):
    pygambit = pytest.importorskip("pygambit")
    model = random_game(sum(sizes), sizes)
    found = dilemma.solve(model, seconds=1)
    there = pygambit.nash.enumpure_solve(dilemma.to_pygambit(model)).equilibria
    others = {
        tuple(
            next(str(getattr(s, "label", s)) for s, chance in e[n] if chance == 1)
            for n in model.players
        )
        for e in there
    }
    ours = {tuple(next(a for a, c in m.items() if c == 1) for m in e.play.values()) for e in found if e.pure}  # fmt: skip
    assert ours == others


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(2,) * 8, (6, 6, 6), (4, 4, 4, 4), (9, 9, 9)])
def test_a_budget_is_kept_and_something_is_there(sizes):
    pytest.importorskip("pygambit")
    names = "abcdefgh"[: len(sizes)]
    draw = random.Random(7)
    players = {n: [f"{n}{k}" for k in range(s)] for n, s in zip(names, sizes, strict=True)}
    model = game(lambda *_: [draw.randint(-9, 9) for _ in names], players)
    start = time.process_time()  # no more than has passed; a busy machine has passed more
    found = dilemma.solve(model, seconds=3)
    assert time.process_time() - start < 3.3 + 2
    assert len(found) > 0
    assert not found.complete
    assert found.reason
    assert all(e.regret < 1e-28 for e in found)


def test_no_other_librarys_error_reaches_the_user(monkeypatch):
    pygambit = pytest.importorskip("pygambit")

    def broken(*_, **__):
        raise RuntimeError("Jacobian is singular")

    monkeypatch.setattr(pygambit.nash, "enumpoly_solve", broken)
    monkeypatch.setattr(pygambit.nash, "logit_solve", broken)
    found = dilemma.solve(random_game(1, (3, 3, 3)), seconds=5)
    assert not found.complete
    assert "pygambit stopped its search of supports: Jacobian is singular" in found.reason


def thirds(model):
    players = list(model.players.values())
    payoffs = {
        o: {n: Fraction(int(v), 1) for n, v in cell.items()} for o, cell in model.payoffs.items()
    }
    return players, unit_scale(players, payoffs)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_a_start_that_is_no_number_leads_nowhere(wrong):
    players, payoffs = thirds(on_a_curve(4, 2, 1, 2))
    start = {n: {f"{n}0": 0.5, f"{n}1": wrong} for n in "abc"}
    assert polish(players, payoffs, start) is None


def test_slopes_without_singular_values_lead_nowhere(monkeypatch):
    def broken(*_, **__):
        raise np.linalg.LinAlgError("SVD did not converge")

    monkeypatch.setattr("numpy.linalg.pinv", broken)
    players, payoffs = thirds(on_a_curve(4, 2, 1, 2))
    start = {n: {f"{n}0": 0.4, f"{n}1": 0.6} for n in "abc"}
    assert polish(players, payoffs, start) is None


def test_a_point_near_a_curve_goes_to_the_curve():
    players, payoffs = thirds(on_a_curve(4, 2, 1, 2))
    start = {"a": {"a0": 0.5, "a1": 0.5}, "b": {"b0": 0.33, "b1": 0.67}, "c": {"c0": 0.66, "c1": 0.34}}  # fmt: skip
    play, _ = polish(players, payoffs, start)
    a, b, c = (play[n][f"{n}1"] for n in "abc")
    assert abs(3 * c - 1) < 1e-30
    assert abs(a * b - 2 * (1 - a) * (1 - b)) < 1e-30
    assert abs(a - 0.5) < 0.05


def test_a_claim_about_three_players_is_decided():
    model = dilemma.Model(
        name="club",
        title="A club",
        players={
            name: {"actions": ["out", "into"], "levels": {f"x{name}": [0, 1]}} for name in "abc"
        },
        parameters={
            "v": {"range": [0, 9], "unit": "util", "means": "what each further member adds"}
        },
        payoffs={
            "a": "xa*(v*(xb + xc) - 1)",
            "b": "xb*(v*(xa + xc) - 1)",
            "c": "xc*(v*(xa + xb) - 1)",
        },
        claims={
            "together": {
                "says": "If members are worth half their cost, all may join.",
                "over": "all",
                "given": "v >= 1/2",
                "holds": "equilibrium(into, into, into)",
            },
        },
    )
    (verdict,) = dilemma.prove(model)
    assert verdict.status == "proved"


@pytest.mark.parametrize("certified", [True, False])
def test_whether_an_equilibrium_of_three_players_is_unique_is_decided(monkeypatch, certified):
    real = games.equilibria

    def told(*arguments, **options):
        found = real(*arguments, **options)
        return found if certified else replace(found, complete=False, reason="not certified")

    monkeypatch.setattr(games, "equilibria", told)
    model = dilemma.Model(
        name="club",
        title="A club",
        players={n: {"actions": ["out", "into"], "levels": {f"x{n}": [0, 1]}} for n in "abc"},
        parameters={"v": {"range": [0, 9], "unit": "util", "means": "what a member adds"}},
        payoffs={
            "a": "xa*(v*(xb + xc) - 1)",
            "b": "xb*(v*(xa + xc) - 1)",
            "c": "xc*(v*(xa + xb) - 1)",
        },
    )
    alone = model.make_claim("unique(out, out, out)", over="all", given="v < 1/4")
    assert dilemma.prove(model, alone)[0].status == "proved"
    (verdict,) = dilemma.prove(model, model.make_claim("unique(out, out, out)", over="all"))
    assert verdict.status == "mixed"
    assert "one calibration, another equilibrium" in verdict.fails.play
