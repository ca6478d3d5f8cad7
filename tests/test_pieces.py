"""A claim in pieces of its boxes: what is so in every piece is so in the whole, and nothing else is."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product

import pytest
import sympy as sp

import dilemma
from dilemma.claims.decide import decide, stated
from dilemma.claims.in_pieces import joined, piece, pieces
from dilemma.ledger.workers import Job, Spread

CLAIMS = [
    ("abandonment", "firm_in_the_cold_war"),
    ("abandonment", "assurance_since"),
    ("abandonment", "tradeoff_us"),
    ("triangle", "deterred_since"),
    pytest.param("burden", "measured_bill_out_of_reach", marks=pytest.mark.slow),
]


def told(model, claim, verdict, count=4):
    over = verdict.era or claim.over
    number = len(pieces(stated(model, claim, over), count))
    return [piece(model, claim, over, (k, number), 20) for k in range(number)]


@pytest.mark.parametrize(("text", "status"), [("x_J > 0.25", "proved"), ("x_J > 0.9", "disproved")])
def test_what_is_possible_in_no_piece_is_not(text, status):
    model = dilemma.load("hedging")
    claim = model.make_claim(possible=text, over="cold_war")
    (verdict,) = decide(model, claim, seconds=20)
    assert verdict.status == status
    assert joined(replace(verdict, status="open"), told(model, claim, verdict)).status == status


@pytest.mark.parametrize(("name", "claim"), CLAIMS)
def test_pieces_come_to_the_verdict_on_the_whole(name, claim):
    model = dilemma.load(name)
    claim = model.claims[claim]
    for verdict in decide(model, claim, seconds=20):
        again = joined(replace(verdict, status="open"), told(model, claim, verdict))
        assert again.status == verdict.status


def test_what_is_possible_in_one_piece_is_possible(abandonment):
    claim = abandonment.make_claim(possible="support_us > 2", over="cold_war")
    (verdict,) = decide(abandonment, claim, seconds=20)
    parts = [replace(verdict, status=status) for status in ("disproved", "proved", "open")]
    assert joined(verdict, parts).status == "proved"


def test_pieces_are_a_box_and_overlap_nowhere_but_at_their_sides(abandonment):
    claim = abandonment.claims["assurance_since"]
    statements = stated(abandonment, claim, claim.over)
    own = pieces(statements, 8)
    assert len(own) == 8
    for axis in own[0]:
        halves = {(str(one[axis].low), str(one[axis].high)) for one in own}
        whole = statements.interval(axis[0] or "post_cold_war", axis[1])
        (low, middle), (same, high) = sorted(halves, key=lambda h: sp.Rational(h[0]))
        assert (low, middle, high) == (str(whole.low), same, str(whole.high))


def test_a_parameter_that_a_trend_moves_is_not_halved():
    model = dilemma.load("hedging")
    claim = model.make_claim("rises(x_J, g_J)", over="cold_war")
    own = pieces(stated(model, claim, "cold_war"), 1024)
    assert own
    assert all(name != "g_J" for one in own for _, name in one)


def test_what_is_about_every_calibration_is_in_one_piece(abandonment):
    claim = abandonment.claims["stake_beats_entrapment"]
    assert pieces(stated(abandonment, claim, claim.over), 8) == [{}]


STATUSES = ("proved", "mixed", "disproved", "vacuous", "open")


@pytest.mark.parametrize(("one", "other"), list(product(STATUSES, repeat=2)))
def test_two_halves_are_joined_as_the_words_say(abandonment, one, other):
    (verdict,) = decide(abandonment, abandonment.claims["stake_beats_entrapment"], seconds=20)
    both = [replace(verdict, status=status, reason="why") for status in (one, other)]
    status = joined(verdict, both).status
    some = {one, other}
    if len(some) == 1:
        assert status == one
    elif "mixed" in some or some == {"proved", "disproved"}:
        assert status == "mixed"
    elif "open" in some:
        assert status == "open"
        assert "in 1 of 2 pieces" in joined(verdict, both).reason
    else:
        assert status == (some - {"vacuous"}).pop()


class Client:
    """What stands in for a client of dask: it has threads of its own do what it is sent."""

    def __init__(self):
        self.threads = ThreadPoolExecutor(4)
        self.sent = []

    def submit(self, function, job, *, pure):
        del function, pure
        self.sent.append(job)
        return self.threads.submit(self.answer, job)

    def answer(self, job):
        if job.piece is not None:
            return (piece(job.model, job.claim, job.era or job.claim.over, job.piece, job.seconds),)
        verdicts = decide(job.model, job.claim, seconds=job.seconds)
        return tuple(
            replace(v, status="open", fails=None, holds=None, reason="too long") for v in verdicts
        )


def test_a_clients_workers_share_the_pieces_of_what_was_left_open(abandonment):
    client, claim = Client(), abandonment.claims["tradeoff_us"]
    job = Job(abandonment, claim, {}, (), robust=False, thorough=False, seconds=20)
    with Spread(client, 2) as workers:
        verdicts = workers.start(job).result()
    assert [v.status for v in verdicts] == ["proved", "proved"]
    assert [v.era for v in verdicts] == ["cold_war", "post_cold_war"]
    assert len(client.sent) == 1 + 2 * 8
