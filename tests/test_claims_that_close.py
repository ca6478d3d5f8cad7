"""Claims that once stayed open: other forms for z3, revealed preference, longer answers, failing everywhere."""

import itertools
import time
from dataclasses import replace

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import dilemma
from dilemma import Model
from dilemma.claims.cases import Cases
from dilemma.claims.decide import decide, stated
from dilemma.claims.engine import Engine
from dilemma.claims.preference import revealed
from dilemma.claims.statements import copies
from dilemma.deciders.forms import FORMS
from dilemma.deciders.question import Answer, Question
from dilemma.errors import ModelError
from small_games import chosen_game, ranging


def positive(*names):
    return {n: {"range": [0, 10], "open": "low", "unit": "util", "means": n} for n in names}


def two(patron, ally, *names, kind="continuous", claims=None):
    """Return a game of a patron who chooses x and an ally who chooses y, both from 0 to 10."""
    players = {
        "patron": {"choices": {"x": {"range": [0, 10]}}},
        "ally": {"choices": {"y": {"range": [0, 10]}}},
    }
    if kind == "sequential":
        players["patron"]["moves"], players["ally"]["moves"] = 1, 2
    return Model(
        name="two", title="Two", kind=kind, players=players, parameters=positive(*names),
        payoffs={"patron": patron, "ally": ally}, claims=claims or {},
    )  # fmt: skip


def status(model, text, **fields):
    (verdict,) = decide(model, model.make_claim(text, over="all", **fields), seconds=60)
    return verdict.status


# --- other forms ------------------------------------------------------------------------------------

x, y, b = sp.symbols("x y b", real=True)
POLYNOMIALS = st.lists(
    st.tuples(st.integers(-5, 5), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)),
    min_size=1,
    max_size=5,
).map(lambda terms: sum((c * x**i * y**j * b**k for c, i, j, k in terms), sp.Integer(0)))
RELATIONS = st.sampled_from([sp.Eq, sp.Ne, sp.Lt, sp.Le, sp.Gt, sp.Ge])


@pytest.mark.parametrize("name", FORMS)
@settings(deadline=None, max_examples=40)
@given(left=POLYNOMIALS, right=POLYNOMIALS, relation=RELATIONS)
def test_a_form_says_the_same_of_every_point(name, left, right, relation):
    one = relation(left, right, evaluate=False)
    statements = [sp.Or(one, x > y), sp.Not(one)]
    again = FORMS[name](statements)
    for values in itertools.product((-2, 0, 1, sp.Rational(1, 3)), repeat=3):
        at = dict(zip((x, y, b), values, strict=True))
        there = sorted(str(s.subs(at)) for s in statements)
        assert sorted(str(s.subs(at)) for s in again) == there


def test_a_form_leaves_what_is_bent_as_it_is():
    bent = sp.Piecewise((x, x > 0), (y, True)) > sp.Max(x, b)
    assert list(FORMS["sides"]([bent])) == [bent]
    assert list(FORMS["factored"]([bent])) == [bent]


# --- revealed preference ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tripwire():
    """A patron pays upkeep m*x for a tripwire that makes war less likely; the ally, seeing it, arms."""
    patron, ally = "-t/(1 + x + y) - m*x - k*x**2/2", "-w/(1 + x + y) - a*y**2/2"
    return two(patron, ally, "t", "m", "k", "w", "a", kind="sequential")


@pytest.mark.parametrize("dearer", ["m", "k"])
def test_dearer_upkeep_weaker_commitment(tripwire, dearer):
    assert status(tripwire, f"falls(x, {dearer})", among="interior") == "proved"


@pytest.mark.parametrize("moved", ["m", "w"])
def test_what_optima_reveal_is_so_where_games_are_solved(tripwire, moved):
    """Whether the follower's game is the same at both calibrations (m) or is not (w)."""
    at = {"t": 9, "m": sp.Rational(1, 10), "k": sp.Rational(1, 2), "w": 3, "a": 1}
    points = {"any": at, f"any ({moved} higher)": {**at, moved: at[moved] * 2}}
    asked = stated(tripwire, tripwire.make_claim(f"falls(x, {moved})", over="all"), "all")
    places = [(copy, asked.branches()[0]) for copy in copies(asked)]
    values = {}
    for copy, _ in places:
        (solved,) = dilemma.solve(tripwire, points[copy.key])
        chosen = {n: v for own in solved.play.values() for n, v in own.items()}
        values |= {asked.symbol(copy, n): v for n, v in points[copy.key].items()}
        values |= {asked.unknown(copy, sp.Symbol(n, real=True)): v for n, v in chosen.items()}
    said = [s.xreplace(values) for s in revealed(asked, places)]
    met = {
        s: root(s) for s in said if s.atoms(sp.Eq)
    }  # how the follower meets what is chosen elsewhere
    replies = dict(met.values())
    compared = [s for s in said if s not in met]
    assert len(compared) == 4  # each player, in both places
    assert len(replies) == (2 if moved == "w" else 0)
    assert all(s.xreplace(replies) == sp.true for s in compared)


def root(statement):
    """Return a best reply inside its interval: where the one equation in it holds, by bisection."""
    (reply,) = statement.free_symbols
    slope = next(e for e in statement.atoms(sp.Eq) if e.lhs.diff(reply, 2) != 0).lhs
    low, high = sp.Integer(0), sp.Integer(10)
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if slope.subs(reply, middle) > 0 else (low, middle)
    return reply, low


def test_a_choice_that_may_not_be_made_here_reveals_nothing():
    """At most m may be chosen: what is chosen under a higher limit says nothing of a lower one."""
    limited = Model(
        name="limited", title="Limited", kind="continuous",
        players={"one": {"choices": {"x": {"range": [0, "m"]}}}},
        parameters=positive("m"),
        payoffs={"one": "x"},
    )  # fmt: skip
    assert status(limited, "rises(x, m)") == "proved"


def test_held_choices_are_no_optima(tripwire):
    claim = tripwire.make_claim("falls(x, m)", over="all", holding=["x"])
    asked = stated(tripwire, claim, "all")
    assert revealed(asked, [(copy, asked.branches()[0]) for copy in copies(asked)]) == ()


# --- alternatives that a claim names -----------------------------------------------------------------


@pytest.fixture(scope="module")
def patron_first():
    """The ally follows what the patron chooses, to the letter: x = 1/2 pays the patron b/4."""
    return two("b*y - b*x**2", "-(y - x)**2", "b", kind="sequential")


def test_a_leader_is_paid_no_less_than_by_what_a_claim_names(patron_first):
    claim = patron_first.make_claim(
        "patron >= 3*b/16", over="all", deviations=[{"x": "1/4", "y": "1/4"}]
    )
    (verdict,) = decide(patron_first, claim, seconds=60)
    assert verdict.status == "proved"


@pytest.mark.parametrize("reply", ["1", "x/2 + 1/8", "-1"])
def test_replies_that_are_not_best_ones_say_nothing(patron_first, reply):
    """Else y = 1 would prove that the patron has more than it has."""
    claim = patron_first.make_claim(
        "patron >= b/2", over="all", deviations=[{"x": "1/4", "y": reply}]
    )
    (verdict,) = decide(patron_first, claim, seconds=60)
    assert verdict.status == "disproved"


def test_what_may_not_be_chosen_says_nothing():
    """The ceiling x <= 10 stands in the way of x = 20, which would pay more."""
    model = two("x*b", "-(y - x)**2", "b")
    (verdict,) = decide(
        model, model.make_claim("patron >= 20*b", over="all", deviations=[{"x": "20"}]), seconds=60
    )
    assert verdict.status == "disproved"


@pytest.mark.slow
def test_a_cork_is_kept_loose_only_where_freezing_it_pays_no_more():
    """First-order conditions alone do not say so: the end of the range is a local optimum, too."""
    cork = dilemma.load("cork")
    claim = cork.claims["effort_keeps_the_cork_loose"]
    assert [v.status for v in decide(cork, claim, seconds=60)] == ["proved"]
    (verdict,) = decide(cork, replace(claim, deviations=()), seconds=10)
    assert verdict.status == "open"


def told(model, **fields):
    with pytest.raises(ModelError) as caught:
        model.make_claim("patron >= 0", over="all", **fields)
    return str(caught.value)


def test_a_deviation_is_of_choices_that_there_are_and_of_one_player(patron_first):
    once = two("-(x - b)**2", "-(y - x)**2", "b")
    assert "no choice 'z'" in told(once, deviations=[{"z": "0"}])
    assert "2 players deviate" in told(once, deviations=[{"x": "0", "y": "0"}])
    assert "unknown name 'c'" in told(once, deviations=[{"x": "c"}])
    assert "missing: y" in told(patron_first, deviations=[{"x": "0"}])
    assert "nothing to choose instead" in told(once, deviations=[{"x": "0"}], holding=["x"])


def test_where_ties_go_against_a_leader_a_named_reply_is_not_the_one_that_counts():
    """The ally is indifferent throughout: against the leader it replies y = 0, and not y = 10."""
    model = two("y", "0*y", "b", kind="sequential").replace(ties="against")
    assert "ties go against" in told(model, deviations=[{"x": "0", "y": "10"}])


# --- any two calibrations -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fields", "wanted"),
    [
        ("one.y < other.y", {"given": "one.b < other.b"}, "proved"),
        ("one.y < other.y", {}, "mixed"),
        ("here.y == there.y", {"eras": ["here", "there"], "shared": ["b"]}, "proved"),
    ],
)
def test_any_two_calibrations_need_no_eras(best_reply, text, fields, wanted):
    """In equilibrium y = 10*b/(40 - b)."""
    claim = best_reply.make_claim(text, over="any pair", **fields)
    (verdict,) = dilemma.prove(best_reply, claim, seconds=60, thorough=True, fresh=True)
    assert verdict.status == wanted
    assert verdict.checks.attack.spoke > 0
    if wanted == "mixed":
        low, high = (float(point["b"]) for point in verdict.fails.points.values())
        played = [float(play["ally"]["y"]) for play in verdict.fails.play.values()]
        assert played == pytest.approx([10 * b / (40 - b) for b in (low, high)])
        assert low >= high


def test_any_two_calibrations_are_told_in_their_words(best_reply):
    claim = best_reply.make_claim("one.y < other.y", over="any pair")
    told = str(dilemma.prove(best_reply, claim))
    assert "any two calibrations that the theory allows (the formula calls them one and other)" in (
        " ".join(told.split())
    )
    with pytest.raises(ModelError, match="no era 'ona'"):
        best_reply.make_claim("ona.y < other.y", over="any pair")


# --- trends in what is held ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def best_reply():
    """The ally's best reply is y = (10 - x)*b/20."""
    return two("x*(10 - x - y)", "b*y*(10 - x) - 10*y**2", "b")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("falls(y, x)", "proved"), ("rises(y, x)", "disproved"), ("falls(ally, x)", "proved")],
)
def test_a_reply_to_what_is_held_moves_with_it(best_reply, text, wanted):
    claim = best_reply.make_claim(text, over="all", holding=["x"])
    (verdict,) = dilemma.prove(best_reply, claim, seconds=60, thorough=True, fresh=True)
    assert verdict.status == wanted
    assert verdict.checks.attack.spoke > 0


def test_an_example_of_a_trend_in_what_is_held_has_two_of_it(best_reply):
    claim = best_reply.make_claim("rises(y, x)", over="all", holding=["x"])
    (verdict,) = decide(best_reply, claim, seconds=60)
    low, high = (play["patron"]["x"] for play in verdict.fails.play.values())
    assert low < high
    b = verdict.fails.points["any"]["b"]
    assert [play["ally"]["y"] for play in verdict.fails.play.values()] == [
        (10 - x) * b / 20 for x in (low, high)
    ]


def test_a_trend_in_what_is_chosen_wants_it_held(best_reply):
    with pytest.raises(ModelError, match="'x' is chosen"):
        best_reply.make_claim("falls(y, x)", over="all")


# --- failing everywhere -------------------------------------------------------------------------------


def test_a_trend_in_what_does_not_move_fails_everywhere():
    """The ally's cost of autonomy n drops out of the patron's first-order condition."""
    game = two(
        "t*y - m*x - c*x**2/2", "s*x*y - n*y - y**2/2", "t", "m", "c", "s", "n", kind="sequential"
    )
    assert status(game, "falls(x, n)", among="interior") == "disproved"


@pytest.fixture(scope="module")
def wager():
    """Return a game whose equilibria are both at 0, both at 1, and x = k/2, y = (1 + d)/2."""
    return Model(
        name="wager", title="Wager", kind="continuous",
        players={
            "one": {"choices": {"x": {"range": [0, 1]}}},
            "two": {"choices": {"y": {"range": [0, 1]}}},
        },
        parameters={
            "k": {"range": [0, 2], "unit": "1", "means": "k"},
            "d": {"range": [0, 1], "unit": "1", "means": "d"},
        },
        payoffs={"one": "x*(2*y - 1) - d*x", "two": "y*(2*x - k)"},
    )  # fmt: skip


@pytest.mark.parametrize("text", ["falls(x, k)", "rises(y, d)", "x > 1/10", "two > x"])
def test_some_equilibrium_refutes_a_claim_at_every_calibration(wager, text):
    """Nobody doing anything is an equilibrium at all of them."""
    assert status(wager, text) == "disproved"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("one != k", "mixed"),  # where k = 0 and d = 1 all equilibria, a continuum, are worth 0
        ("one == k", "mixed"),  # both at 0 where k = 0, whatever else is an equilibrium there
        ("x == y", "proved"),
        ("x > 0 and sqrt(2*y - 1 - d) == 1", "mixed"),  # both at 1, where d = 0; no root at (0, 0)
    ],
)
def test_what_some_equilibrium_does_is_decided_where_some_lie_in_a_continuum(wager, text, wanted):
    (verdict,) = decide(wager, wager.make_claim(exists=text, over="all"), seconds=60)
    assert verdict.status == wanted, verdict.reason


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "wanted"),
    [("rises(hedging_us, lam_J)", "mixed"), ("falls(entrapment_us, k_U)", "disproved")],
)
def test_random_calibrations_help_where_branches_are_many(abandonment_hedging, text, wanted):
    claim = abandonment_hedging.make_claim(text, over="post_cold_war")
    (verdict,) = decide(abandonment_hedging, claim, seconds=60)
    assert verdict.status == wanted, verdict.reason


def test_what_does_not_move_is_the_same_in_definitions_too(burden):
    """American forces do not move with Japan's costs k_J where they are at an end: reach rises."""
    (verdict,) = decide(burden, burden.make_claim("falls(reach, k_J)", over="all"), seconds=60)
    assert verdict.status == "disproved"


# --- longer answers -----------------------------------------------------------------------------------


def test_what_short_answers_leave_open_gets_longer_ones(tripwire, monkeypatch):
    asked = Question._asked

    def patient(self, who, terms, extra, seconds):
        return asked(self, who, terms, extra, 10) if seconds > 0.05 else Answer("unknown")

    monkeypatch.setattr(Question, "_asked", patient)
    claim = replace(tripwire.make_claim("rises(x, t)", over="all"), among="interior")
    cases = Cases(stated(tripwire, claim, "all"), time.perf_counter() + 300, answer=0.01)
    engine = Engine(cases)
    found, reason = engine.status()
    assert found == "open"
    tries = 0
    while found == "open" and (again := engine.longer(reason)) is not None:
        tries, engine = tries + 1, again
        found, reason = engine.status()
    assert tries > 0
    assert found == "proved"


def test_no_answer_is_longer_than_the_claims_budget(tripwire):
    claim = tripwire.make_claim("rises(x, t)", over="all")
    cases = Cases(stated(tripwire, claim, "all"), time.perf_counter(), answer=1e-4)
    assert Engine(cases).longer("not decided in time: 'interior'") is None


# --- round numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("y < 1/4", {}),
        ("falls(y, b)", {}),
        ("rises(y, x)", {"holding": ["x"]}),
        ("one.y < other.y", {"over": "any pair"}),
    ],
)
def test_an_example_has_few_digits(best_reply, text, fields):
    (verdict,) = decide(
        best_reply, best_reply.make_claim(text, **{"over": "all", **fields}), seconds=60
    )
    numbers = [value for point in verdict.fails.points.values() for value in point.values()]
    if "holding" in fields:
        numbers += [play["patron"]["x"] for play in verdict.fails.play.values()]
    assert all(len(f"{float(value):.12g}".replace(".", "").strip("0")) <= 2 for value in numbers)


def test_an_example_is_rounded_only_as_far_as_it_is_one(best_reply):
    """y = 10*b/(40 - b) lies in between for b between 4.00796 and 4.01186 alone."""
    claim = best_reply.make_claim("not (y > 1.1136 and y < 1.1148)", over="all")
    (verdict,) = decide(best_reply, claim, seconds=60)
    b = verdict.fails.points["any"]["b"]
    assert sp.Rational("1.1136") < 10 * b / (40 - b) < sp.Rational("1.1148")
    assert b == sp.Rational("4.01")


# --- without a value somewhere --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("trust_us > 1", "disproved"),
        ("rises(trust_us, E_J)", "disproved"),
        ("trust_us > 1/2", "mixed"),
        ("trust_us >= 0", "open"),
    ],
)
def test_what_fails_where_it_has_a_value_fails(text, wanted):
    """There is a trust threshold in some games alone: 0, or -D0/(D1 - D0) where D1 > 0 > D0."""
    model = dilemma.load("abandonment")
    (verdict,) = decide(model, model.make_claim(text, over="all"), seconds=60)
    assert verdict.status == wanted
    for example in (verdict.fails, verdict.holds):
        for point in example.points.values() if example is not None else ():
            values = model.values(point)
            gains = [values[sp.Symbol(name, real=True)] for name in ("D0_U", "D1_U")]
            assert gains[0] >= 0 or gains[1] > 0
    assert (wanted == "open") == verdict.reason.startswith("not defined at every calibration")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("trust_us > 1 and support_us >= 0", "disproved"),
        ("trust_us > 1/2 and support_us > 0", "mixed"),
    ],
)
def test_what_no_equilibrium_does_where_it_has_a_value_none_does(text, wanted):
    model = dilemma.load("abandonment")
    claim = model.make_claim(exists=text, over="all")
    (verdict,) = decide(model, claim, seconds=60)
    assert verdict.status == wanted


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"exists": "1/kept >= 1"}, "proved"),  # where both keep it is 1
        ({"exists": "1/kept < 1"}, "disproved"),
        ({"exists": "1/kept > 2"}, "mixed"),  # the mixed one: kept = (b/(1 + b))**2
        ({"holds": "1/kept < 1"}, "disproved"),
        ({"holds": "1/kept >= 1"}, "open"),
        ({"given": "1/kept > 0", "holds": "1/kept >= 1"}, "proved"),
    ],
    ids=str,
)
def test_a_branch_in_which_a_claim_has_no_value_does_not_end_the_attempt(fields, wanted):
    """Where both leave nothing is kept, and 1/kept is no number."""
    worth = {"keep, keep": "1", "keep, leave": "0", "leave, keep": "0", "leave, leave": "b"}
    kept = "probability(one, keep)*probability(two, keep)"
    model = Model(
        name="ties", title="Ties",
        players={p: {"actions": ["keep", "leave"]} for p in ("one", "two")},
        parameters={"b": {"range": ["1/4", 4], "unit": "1", "means": "worth of leaving together"}},
        payoffs={profile: {"one": is_, "two": is_} for profile, is_ in worth.items()},
        outcomes={"kept": {"is": kept, "unit": "1", "means": "what is kept"}},
    )  # fmt: skip
    (verdict,) = decide(model, model.make_claim(**fields, over="all"), seconds=60)
    assert verdict.status == wanted, verdict.reason
    assert (wanted == "open") == bool(verdict.reason)


def test_a_claim_is_not_taken_to_hold_where_it_has_no_value():
    """Trade relative to that with China rises with trade, wherever there is any with China."""
    trade = dilemma.load("trade")
    (verdict,) = decide(trade, trade.make_claim("falls(partner_to_rival, x_UJ)", over="all"))
    assert verdict.status == "disproved"


def test_what_every_equilibrium_does_some_does_where_none_has_a_closed_form():
    """What going on is worth without consensus is above 1 in the one equilibrium that there is."""
    consensus = dilemma.load("consensus")
    claim = consensus.make_claim(exists="reservation >= 1", over="post_cold_war")
    (verdict,) = decide(consensus, claim, seconds=60)
    assert verdict.status == "proved"


def test_an_example_may_lie_in_a_continuum(wager):
    """At k = 2 one of them stays at x = 1 for many y, and what it is worth rises with y."""
    assert status(wager, "falls(one, d)", given="one > 1/2") == "mixed"


# --- what is said of an open verdict ----------------------------------------------------------------


def test_where_a_corner_pays_nothing_that_is_defined_its_end_is_named():
    """Defence is a sum of gifts, of which the logarithm is none where nobody gives."""
    model = chosen_game(
        {"first": "log(9 - x) + log(x + y)", "second": "log(9 - y) + log(x + y)"},
        choices={"first": {"x": (0, 8)}, "second": {"y": (0, 8)}},
        claims={"it": {"says": "both give alike", "over": "all", "holds": "x == y"}},
    )
    (verdict,) = dilemma.prove(model, workers=1)
    assert verdict.status == "open"
    assert "the logarithm of what is not positive, x + y <= 0" in verdict.reason
    assert 'open = "low" for x or open = "low" for y' in verdict.reason


def test_an_outcome_without_a_value_is_named_and_who_plays_what():
    """No patience is enough to keep where breaking pays more for ever: there is no least one."""
    moves = {player: ["keep", "break_"] for player in ("ann", "bob")}
    paid = {
        "keep, keep": ("1", "1"),
        "keep, break_": ("0", "a"),
        "break_, keep": ("a", "0"),
        "break_, break_": ("0", "0"),
    }
    model = dilemma.Model(
        name="kept",
        title="Kept",
        kind="dynamic",
        players={p: {"discount": "d"} for p in moves},
        parameters={"d": ranging(0, 1, open="high"), "a": ranging(0, 9)},
        states={"kept": moves, "broken": {}},
        stages={
            **{
                f"kept: {profile}": {
                    "pays": {"ann": one, "bob": other},
                    "next": "kept" if profile == "keep, keep" else "broken",
                }
                for profile, (one, other) in paid.items()
            },
            "broken": {"pays": {"ann": "1", "bob": "1"}, "next": "broken"},
        },
        strategies="pure",
        outcomes={
            "patience": {"is": "least(d, play='keep, keep')", "unit": "1", "means": "patience"}
        },
        claims={"it": {"says": "it is one", "over": "all", "holds": "patience >= 0"}},
    )
    ledger = dilemma.prove(model, workers=1)
    (verdict,) = ledger
    assert verdict.status == "open"
    assert "(patience where 'keep, break_' is played)" in verdict.reason
    assert "asked: z3" in str(ledger.explain("it"))
