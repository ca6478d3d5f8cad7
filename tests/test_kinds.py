"""A kind of game is a folder with one face: what it brings is used, what it lacks is refused by name."""

import inspect
import sys
from types import MappingProxyType, ModuleType
from typing import ClassVar

import pytest
import sympy as sp

import dilemma
from dilemma import Equilibrium
from dilemma.errors import DilemmaError, UnsupportedError
from dilemma.games import kind
from dilemma.games.equilibrium import Solution, apart
from dilemma.games.kind import Can, Game, Statement
from dilemma.games.play import Mixes
from dilemma.reading import rows
from dilemma.theory.parts import Outcome, Player
from questions import ELSEWHERE, QUESTIONS

p = sp.Symbol("p", real=True)


class Bets(Game):
    """A made-up kind: each player bets on a coin that shows heads with probability p.

    It has numbers and nothing else: no symbols, no table, no slopes, no script.
    """

    profiles: ClassVar = (("heads",), ("tails",))
    kind = "bets"
    here = "players bet on a coin"
    needed: ClassVar = ("players",)

    @classmethod
    def read(cls, document, scope, mistakes):
        del scope, mistakes
        players = {
            n: Player(n, r.title or n, (), {}, None, "util") for n, r in document.players.items()
        }
        payoffs = {
            (side,): dict.fromkeys(players, chance)
            for side, chance in (("heads", p), ("tails", 1 - p))
        }
        bets = {"share": Outcome("share", "on heads", "1", {}, sp.Symbol("share", real=True))}
        return Statement(players, payoffs, bets, cls())

    def solve(self, model, values, *, seconds, most, second_opinion):
        del seconds, most, second_opinion
        chance = values[p]
        found = tuple(
            Equilibrium(
                branch=", ".join([side] * len(model.players)),
                play=Mixes(
                    {
                        n: {s: sp.Integer(s == side) for s in ("heads", "tails")}
                        for n in model.players
                    }
                ),
                payoffs=dict.fromkeys(model.players, pays),
                outcomes={"share": sp.Integer(side == "heads")},
                regret=sp.Integer(0),
                strict=chance != sp.Rational(1, 2),
            )
            for side, pays in (("heads", chance), ("tails", 1 - chance))
            if pays >= sp.Rational(1, 2)
        )
        yield Solution(found, apart(found), tuple((k,) for k in range(len(found))), complete=True, exact=True,
                    reason="", degenerate=len(found) > 1, witness="", method="looking at the coin")  # fmt: skip


@pytest.fixture
def bets(monkeypatch):
    """Return a model of the made-up kind, which is in the list of kinds for one test."""
    module = ModuleType("dilemma.games.bets")
    module.Bets = Bets
    monkeypatch.setitem(sys.modules, "dilemma.games.bets", module)
    known = MappingProxyType({**kind.KINDS, "bets": "bets:Bets"})
    for place in (kind, rows):
        monkeypatch.setattr(place, "KINDS", known)
    value = {"range": [0, 1], "value": 0.75, "grade": "assumed", "source": "made up"}
    return dilemma.Model(
        name="coin",
        title="A coin",
        kind="bets",
        players={"ann": {}, "bob": {}},
        parameters={
            "p": {"range": [0, 1], "unit": "probability", "means": "heads"},
            "q": {"range": [0, 1], "unit": "1", "means": "nothing at all"},
        },
        eras={
            "then": {"title": "Then", "p": value, "q": value},
            "now": {"title": "Now", "p": {**value, "value": 0.25}, "q": value},
        },
    )


ANSWERED = {
    "attribute", "compare", "identify", "measure_first", "prove", "sample", "sensitivity", "sheet", "solve",
    "sweep", "timeline", "to_pandas", "to_xarray", "tornado", "trace",
}  # fmt: skip


def test_every_public_function_that_is_asked_about_a_model_is_tried_here():
    functions = {n for n in dilemma.__all__ if inspect.isfunction(getattr(dilemma, n))}
    assert functions == QUESTIONS.keys() | ELSEWHERE


@pytest.mark.parametrize("question", sorted(QUESTIONS.keys() - ANSWERED))
def test_what_a_made_up_kind_cannot_is_refused_by_name(bets, question):
    with pytest.raises(DilemmaError, match="coin"):
        QUESTIONS[question](bets)


@pytest.mark.parametrize("question", sorted(ANSWERED))
def test_what_needs_no_more_than_numbers_is_answered_for_a_made_up_kind(bets, question):
    assert str(QUESTIONS[question](bets))


def test_its_equilibria_are_those_that_it_brings(bets):
    assert dilemma.solve(bets, "then").names == ("(heads, heads)",)
    assert dilemma.solve(bets, {"p": 0.5, "q": 0}).names == ("(heads, heads)", "(tails, tails)")
    found = dilemma.trace(bets, "p", 0, 1, points=5, eras="then").courses["then"]
    assert [round(float(change.at), 5) for change in found.changes] == [0.5]


def test_how_often_each_occurs_is_counted_by_solving_every_draw(bets):
    shares = dilemma.compare(bets, draws=20).eras[0].frequencies
    assert shares.exact_draws == 20
    assert sum(shares.sets.values()) == pytest.approx(1)


def test_a_claim_about_it_stays_open_and_says_why(bets):
    (verdict,) = dilemma.prove(bets, "share <= 1", over="then", cache=False, workers=1)
    assert verdict.status == "open"
    assert "no symbolic solution" in verdict.reason


def test_a_refusal_says_what_the_game_is_and_which_questions_answer(hedging):
    with pytest.raises(UnsupportedError, match="here numbers are chosen"):
        hedging.needs(Can.TABLE, "a game of cards")
