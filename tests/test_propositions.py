"""The solution in symbols: as the textbook has it, and true wherever it is tried."""

import functools
import inspect
import itertools
import random
import time

import pytest
import sympy as sp

import dilemma
from dilemma.errors import BudgetError, UnsupportedError
from dilemma.study import propositions as stating
from dilemma.study import sheet as sheets
from small_games import chosen_game, led, ranging

told = functools.cache(dilemma.propositions)


def stated(model, says):
    (found,) = [p for p in told(model) if p.says == says]
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


def test_hedging_is_dominant_in_the_band_of_the_theory(abandonment_hedging):
    # -z/eta <= Delta(x) <= z/(1 - eta) at x = 0 and 1, with eta = 1/2.
    assert stated(abandonment_hedging, "Japan: hedge is strictly dominant").words == (
        "-2*z_J < D0_J < 2*z_J and -2*z_J < D1_J < 2*z_J"
    )


@pytest.mark.slow
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
    every = told(model)
    for p in (*every.about("pure"), *every.about("mixed")):
        holds = p.where.xreplace(values) == sp.true
        assert (p.says.removesuffix(" is an equilibrium") in found.names) is holds
    for p in every.about("mixed"):
        if p.where.xreplace(values) == sp.true:
            name = p.says.removesuffix(" is an equilibrium")
            (equilibrium,) = [e for e in found if e.name == name]
            for probability, formula in p.play.items():
                player, action = probability.removeprefix("P(").removesuffix(")").split()
                assert formula.xreplace(values) == equilibrium.play[player][action]


def test_they_are_propositions_in_latex(abandonment):
    text = told(abandonment).to_latex()
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


# --- never, always, and what is left at an end -----------------------------------------------------


def volunteers(count, **interval):
    players = [f"ally{k}" for k in range(count)]
    profiles = itertools.product(["act", "ride"], repeat=count)
    return dilemma.Model(
        name="volunteers",
        title="Volunteers",
        players={player: ["act", "ride"] for player in players},
        parameters={"c": {**interval, "unit": "1", "means": "cost"}},
        payoffs={
            at: {
                p: f"{int('act' in at)} - c*{int(own == 'act')}"
                for p, own in zip(players, at, strict=True)
            }
            for at in profiles
        },
    )


@pytest.mark.parametrize(
    ("interval", "all_act", "all_ride", "mixed"),
    [
        ({"range": [0, 1], "open": "both"}, "never", "never", "always"),
        ({"range": ["1/4", "3/4"]}, "never", "never", "always"),
        ({"range": [0, 1]}, "c == 0", "c == 1", "0 < c < 1"),
        ({"range": [0, 1], "open": "low"}, "never", "c == 1", "c < 1"),
        ({"range": [-1, 2]}, "c <= 0", "c >= 1", "0 < c < 1"),
    ],
)
def test_conditions_are_told_on_the_declared_range(interval, all_act, all_ride, mixed):
    game = volunteers(2, **interval)
    assert stated(game, "(act, act) is an equilibrium").words == all_act
    assert stated(game, "(ride, ride) is an equilibrium").words == all_ride
    assert stated(game, "mixed (act/ride, act/ride) is an equilibrium").words == mixed


@pytest.mark.parametrize("sum_of_both", ["h + n", "S"])
def test_what_ranges_exclude_is_never_so_through_definitions_too(sum_of_both):
    told = {"unit": "util", "means": "a gain", "range": [0, 9]}
    game = dilemma.Model(
        name="fears",
        title="Fears",
        players={p: {"actions": ["far", "near"], "cooperates": "near"} for p in ("one", "two")},
        parameters={"h": told, "n": told},
        definitions={"S": {"is": "h + n", "unit": "util", "means": "both"}},
        payoffs={
            ("far", "far"): {"one": sum_of_both, "two": sum_of_both},
            ("far", "near"): {"one": sum_of_both, "two": "1"},
            ("near", "far"): {"one": "1", "two": sum_of_both},
            ("near", "near"): {"one": "0", "two": "0"},
        },
    )
    assert stated(game, "one: harmony").words == "never"
    assert stated(game, "(near, near) is an equilibrium").words.replace("S", "h + n") == (
        "h + n == 0"
    )


# --- two players, by the definition of an equilibrium ----------------------------------------------


def calibrations(model, rng, count):
    """Yield random calibrations in the ranges, ends that belong to them among them."""
    for _ in range(count):
        at = {}
        for parameter in model.parameters.values():
            low, high = parameter.range.low, parameter.range.high
            ends = [] if parameter.range.open_low else [low]
            ends += [] if parameter.range.open_high else [high]
            inside = low + (high - low) * sp.Rational(rng.randint(1, 96), 97)
            at[parameter.symbol] = rng.choice([inside, inside, inside, *ends])
        yield at


def table(model, player, at):
    return {p: model.expand(model.payoffs[p][player]).xreplace(at) for p in model.game.profiles}


def indifferent(own):
    """Return the probability of the other's second action that leaves a player indifferent."""
    (a, b), (c, d) = own
    bottom = a - b - c + d
    return None if bottom == 0 else (a - c) / bottom


@pytest.mark.parametrize("seed", range(6))
def test_random_games_with_letters_by_the_definition(seed):
    rng = random.Random(seed)
    cells = ["a", "b", "a*b", "a - b", "0", "1", "2", "-1", "2*b - 1"]
    rows, columns = ([[rng.choice(cells) for _ in "xx"] for _ in "xx"] for _ in "xx")
    game = dilemma.matrix(rows, columns, parameters={"a": [0, 2], "b": [-1, 1]})
    told = dilemma.propositions(game)
    one, two = game.players.values()
    for at in calibrations(game, rng, 120):
        u, v = table(game, one.name, at), table(game, two.name, at)
        for p in told.about("pure"):
            x, y = p.says.split(")")[0].removeprefix("(").split(", ")
            best = all(u[x, y] >= u[z, y] for z in one.actions)
            best = best and all(v[x, y] >= v[x, z] for z in two.actions)
            assert (p.where.xreplace(at) == sp.true) is best, (p, at)
        for p in told.about("dominance"):
            title, action = p.says.removesuffix(" is strictly dominant").split(": ")
            if title == one.title:
                gaps = [u[action, y] - u[z, y] for z in one.actions for y in two.actions]
            else:
                gaps = [v[x, action] - v[x, z] for z in two.actions for x in one.actions]
            strictly = (
                sum(bool(gap > 0) for gap in gaps) == 2
            )  # the other two compare it with itself
            assert (p.where.xreplace(at) == sp.true) is strictly, (p, at)
        x = indifferent([[v[a, b] for a in one.actions] for b in two.actions])
        y = indifferent([[u[a, b] for b in two.actions] for a in one.actions])
        if x is not None and y is not None:
            (mixed,) = [p for p in told.about("mixed") if p.says.count("/") == 2]
            assert (mixed.where.xreplace(at) == sp.true) is bool(0 < x < 1 and 0 < y < 1), at


# --- three or more who mix -------------------------------------------------------------------------


def test_no_absolute_value_is_stated_of_what_the_ranges_make_positive():
    """Who pays c rides with r, who pays d with q: r*q = c and r*r = d."""
    acts, players, costs = ("act", "ride"), ("one", "two", "third"), ("c", "c", "d")
    game = dilemma.Model(
        name="unequal",
        title="Volunteers",
        players={p: list(acts) for p in players},
        parameters={
            c: {"range": [0, 1], "open": "both", "unit": "1", "means": "cost"} for c in "cd"
        },
        payoffs={
            profile: {
                p: f"{int('act' in profile)} - {c}*{int(own == 'act')}"
                for p, c, own in zip(players, costs, profile, strict=True)
            }
            for profile in itertools.product(acts, repeat=3)
        },
    )
    whole = dilemma.propositions(game).about("mixed")[-1]
    c, d = sp.symbols("c d", real=True)
    assert list(whole.play.values()) == [sp.sqrt(d), sp.sqrt(d), c / sp.sqrt(d)]
    assert not whole.where.has(sp.Abs)
    for costs_now in [(0.3, 0.5), (0.6, 0.3), (0.5, 0.26)]:
        at = dict(zip((c, d), costs_now, strict=True))
        assert bool(whole.where.subs(at)) == all(f.subs(at) < 1 for f in whole.play.values())


@pytest.mark.parametrize(("count", "power"), [(3, "sqrt(c)"), (4, "c**(1/3)")])
def test_volunteers_who_all_mix_ride_with_a_root_of_the_cost(count, power):
    # One more volunteer is worth 1 where the others all ride, and costs c: P(ride)**(count-1) = c.
    game = volunteers(count, range=[0, 1], open="both")
    told = dilemma.propositions(game)
    (all_mix,) = [p for p in told.about("mixed") if p.says.count("/") == count]
    assert all_mix.words == "always"
    assert {str(f) for f in all_mix.play.values()} == {power}
    assert told.implicit == ()
    assert "no closed form" not in str(told)


def test_the_mix_of_all_ends_where_the_cost_does():
    told = dilemma.propositions(volunteers(3, range=[0, 1]))
    (all_mix,) = [p for p in told.about("mixed") if p.says.count("/") == 3]
    assert all_mix.words == "0 < c < 1"


def unlike(third):
    """Three players who are not alike: each is indifferent on a hyperbola of the others' mixes."""
    players = {name: ["out", "into"] for name in "xyz"}
    payoffs = {}
    for at in itertools.product(["out", "into"], repeat=3):
        x, y, z = (int(a == "into") for a in at)
        payoffs[at] = {
            "x": f"{x}*({y * z} - a)",
            "y": f"{y}*({x * z} - 1/4)",
            "z": f"{z}*({third.format(x=x, y=y)})",
        }
    return dilemma.Model(
        name="unlike",
        title="Unlike",
        players=players,
        parameters={"a": {"range": [0, 1], "open": "both", "unit": "1", "means": "a price"}},
        payoffs=payoffs,
    )


@pytest.mark.parametrize("third", ["{x}*{y} - 1/3", "{x} + {y} - 1"])
def test_what_three_unlike_players_mix_is_what_solving_finds(third):
    game = unlike(third)
    told = dilemma.propositions(game)
    mixes = [p for p in told.about("mixed") if p.says.count("/") == 3]
    assert mixes
    assert not told.implicit
    a = game.parameters["a"].symbol
    for value in (sp.Rational(k, 23) for k in (1, 5, 11, 17, 22)):
        found = [e for e in dilemma.solve(game, a=value) if e.name.count("/") == 3]
        plays = sorted(tuple(float(e.play[p]["into"]) for p in "xyz") for e in found)
        here = [p for p in mixes if p.where.xreplace({a: value}) == sp.true]
        closed = sorted(
            tuple(float(p.play[f"P({name} into)"].xreplace({a: value})) for name in "xyz")
            for p in here
        )
        assert len(closed) == len(plays)
        assert list(itertools.chain(*closed)) == pytest.approx(list(itertools.chain(*plays)))


# --- numbers chosen --------------------------------------------------------------------------------


def chosen(payoffs, choices, **parameters):
    return chosen_game(payoffs, choices=choices, name="chosen", parameters=parameters)


def cournot():
    top, some = ("0", "a/b"), ranging(0, 100, open="low")
    return chosen(
        {"one": "(a - b*(q1 + q2) - c1)*q1", "two": "(a - b*(q1 + q2) - c2)*q2"},
        {"one": {"q1": top}, "two": {"q2": top}},
        a=some, b=ranging(0, 10, open="low"), c1=some, c2=some,
    )  # fmt: skip


def three_choices():
    cost = "3*s**2 + a**2 + b**2 - 2*s*t - 2*a*p - 2*b*q + 2*s*a + 2*s*b"
    two = ranging(0, 2)
    return chosen({"w": f"-({cost})"}, {"w": dict.fromkeys("abs", (0, 5))}, t=two, p=two, q=two)


def bertrand():
    return chosen(
        {"one": "(a - p1 + d*p2)*(p1 - c)", "two": "(a - p2 + d*p1)*(p2 - e)"},
        {"one": {"p1": (0, 10)}, "two": {"p2": (0, 10)}},
        a=ranging(1, 3), d=ranging(0, 1, open="high"), c=ranging(0, 4), e=ranging(0, 4),
    )  # fmt: skip


def public_good():
    return chosen(
        {"one": "m*(x + y) - x**2/2 - c*x", "two": "n*(x + y) - y**2/2"},
        {"one": {"x": ("0", "w")}, "two": {"y": ("0", "w")}},
        w=ranging(0, 2, open="low"), m=ranging(0, 3), n=ranging(0, 3), c=ranging(0, 1),
    )  # fmt: skip


def contest():
    prize = ranging(0, 100, open="low")
    return chosen(
        {"one": "v*x/(x + y) - x", "two": "w*y/(x + y) - y"},
        {"one": {"x": ("0", "v", "low")}, "two": {"y": ("0", "w", "low")}},
        v=prize, w=prize,
    )  # fmt: skip


def contest_of_three():
    prize, players = ranging(1, 9), ("one", "two", "three")
    return chosen(
        {
            p: f"{v}*{c}/(x + y + z) - {c}"
            for p, v, c in zip(players, "tuv", "xyz", strict=True)
        },
        {p: {c: (0, 9, "low")} for p, c in zip(players, "xyz", strict=True)},
        t=prize, u=prize, v=prize,
    )  # fmt: skip


def nobody_gains(model, at, play):
    """Tell whether a step of each choice, or of two together, either way, pays its player.

    Payoffs here are concave, so that a step tells; it is so small, in exact numbers, that what is
    gained by the slope outweighs what is lost by the curve.
    """
    step = sp.Rational(1, 10**12)
    put = {**at, **play}
    choices = list(model.game.choices.values())
    ends = {
        c.symbol: (model.expand(c.low).xreplace(at), model.expand(c.high).xreplace(at))
        for c in choices
    }
    if not all(low <= play[s] <= high for s, (low, high) in ends.items()):
        return False
    for choice in choices:
        payoff = model.payoffs[()][choice.player]
        for moved in (play[choice.symbol] - step, play[choice.symbol] + step):
            low, high = ends[choice.symbol]
            if low <= moved <= high and not (choice.open_low and moved == low):
                instead = payoff.xreplace({**put, choice.symbol: moved})
                if instead > payoff.xreplace(put):
                    return False
    return True


GAMES = [cournot, three_choices, bertrand, public_good, contest, contest_of_three]


@pytest.mark.slow
@pytest.mark.parametrize("build", GAMES, ids=lambda build: build.__name__)
def test_what_is_chosen_is_an_equilibrium_exactly_where_it_says_so(build):
    model = build()
    told = dilemma.propositions(model)
    assert told.shortened
    assert not told.implicit
    assert not told.beyond
    assert all(p.enough for p in told)
    parameters = {p.symbol for p in model.parameters.values()}
    assert all(p.where.free_symbols <= parameters for p in told)
    symbols = [c.symbol for c in model.game.choices.values()]
    rng = random.Random(3)
    for at in calibrations(model, rng, 200):
        here, elsewhere = [], []
        for p in told:
            play = {s: p.play[s.name].xreplace(at) for s in symbols}
            (here if p.where.xreplace(at) == sp.true else elsewhere).append(play)
        assert all(nobody_gains(model, at, play) for play in here), at
        for play in elsewhere:  # another regime may come to the same play at its border
            assert play in here or not nobody_gains(model, at, play), at


@pytest.mark.slow
@pytest.mark.parametrize("build", GAMES[:-1], ids=lambda build: build.__name__)
def test_what_is_stated_of_what_is_chosen_is_what_solving_finds(build):
    model = build()
    told = dilemma.propositions(model)
    symbols = [c.symbol for c in model.game.choices.values()]
    for at in calibrations(model, random.Random(8), 4):
        found = dilemma.solve(model, {s.name: v for s, v in at.items()})
        solved = {
            tuple(e.play[c.player][c.name] for c in model.game.choices.values()) for e in found
        }
        here = {
            tuple(p.play[s.name].xreplace(at) for s in symbols)
            for p in told
            if p.where.xreplace(at) == sp.true
        }
        if found.complete:
            assert here == solved, at


def test_a_corner_is_told_in_the_parameters():
    told = {p.says: p.words for p in dilemma.propositions(cournot())}
    assert told == {
        "(interior)": "a + c1 > 2*c2 and a + c2 > 2*c1",
        "(q2.low)": "a > c1 and a + c1 <= 2*c2",
        "(q1.low)": "a > c2 and a + c2 <= 2*c1",
        "(q1.low, q2.low)": "a <= c1 and a <= c2",
    }


def test_a_contest_has_its_closed_form():
    (inside,) = dilemma.propositions(contest())
    v, w = sp.symbols("v w", real=True)
    assert inside.words == "always"
    assert sp.cancel(inside.play["x"] - v**2 * w / (v + w) ** 2) == 0
    assert sp.cancel(inside.play["y"] - v * w**2 / (v + w) ** 2) == 0


def test_a_leader_is_compared_with_itself_elsewhere():
    # Below k = 12 - sqrt(72) the leader does best by leaving the follower at its capacity.
    model = led(
        {"lead": "x*(12 - x - y)", "follow": "y*(12 - x - y)"},
        choices={"lead": {"x": (0, 12)}, "follow": {"y": (0, 12)}},
        own={"follow": {"cap": "y <= k"}},
        parameters={"k": ranging(0, 10)},
    )
    told = dilemma.propositions(model)
    assert told.beyond == ("k == 0",)
    k = model.parameters["k"].symbol
    for value in (sp.Rational(n, 40) for n in range(1, 401)):
        paid = []  # with the follower's best reply, on a grid that holds both optima to a hundredth
        for x in (sp.Rational(n, 10) for n in range(121)):
            reply = min((12 - x) / 2, value)
            paid.append((x * (12 - x - reply), x))
        (here,) = [p for p in told if p.where.xreplace({k: value}) == sp.true]
        x, y = (here.play[name].xreplace({k: value}) for name in "xy")
        assert y == min((12 - x) / 2, value)
        assert x * (12 - x - y) >= max(paid)[0]


def test_payoffs_without_a_value_are_said_and_not_stated():
    prize = ranging(0, 9, open="low")
    model = chosen(
        {"one": "v*x/(x + y) - x", "two": "w*y/(x + y) - y"},
        {"one": {"x": (0, 9)}, "two": {"y": (0, 9)}},
        v=prize,
        w=prize,
    )
    told = dilemma.propositions(model)
    assert told.undefined == ("(x.low, y.low)",)
    assert 'open = "low"' in str(told)
    assert [(p.says, p.words) for p in told] == [("(interior)", "always")]
    with pytest.raises(dilemma.errors.CalibrationError, match='open = "low"'):
        dilemma.solve(model, v=1, w=1)


def test_where_there_is_no_closed_form_the_equation_stands():
    model = chosen(
        {"one": "a*x - x**6/6 - x**2/2"},
        {"one": {"x": (0, 9, "low")}},
        a=ranging(1, 2),
    )
    told = dilemma.propositions(model)
    assert told.implicit == ("(interior)",)
    (inside,) = told
    assert list(inside.play) == ["0 (equation 1)"]
    assert "no closed form was found" in str(told)


def test_without_time_conditions_are_long_and_still_true():
    told = inspect.unwrap(dilemma.propositions)(volunteers(2, range=[0, 1]), seconds=0)
    assert not told.shortened
    assert "longer than need be" in str(told)
    c = sp.Symbol("c", real=True)
    for value in (sp.Integer(0), sp.Rational(1, 3), sp.Integer(1)):
        here = {p.says: p.where.xreplace({c: value}) for p in told}
        assert here["(act, act) is an equilibrium"] == (value == 0)
        assert here["(ride, ride) is an equilibrium"] == (value == 1)


def test_the_time_that_branches_take_is_part_of_the_budget(monkeypatch):
    """Else conditions are shortened until the process is ended, and nothing is stated."""
    branches = stating.branches

    def slowly(*arguments, **options):
        time.sleep(1)
        return branches(*arguments, **options)

    monkeypatch.setattr(stating, "branches", slowly)
    told = inspect.unwrap(dilemma.propositions)(volunteers(2, range=[0, 1]), seconds=2)
    assert not told.shortened


def test_a_sheet_is_laid_out_without_a_solution_that_takes_too_long(monkeypatch):
    def late(model, *, seconds):
        raise BudgetError(f"not done within {seconds} seconds")

    monkeypatch.setattr(sheets, "propositions", late)
    shown = str(dilemma.sheet(volunteers(2, range=[0, 1]), seconds=7))
    assert "It takes more than 7 seconds to state: dilemma propositions" in " ".join(shown.split())
    assert "Volunteers: payoffs" in shown
