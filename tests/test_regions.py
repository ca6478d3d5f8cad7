"""The parameter space cut into zones: disjoint, covering, and as the theory says."""

import inspect
import itertools
import random
from fractions import Fraction

import pytest
import sympy as sp
import z3

import dilemma
from dilemma.errors import CalibrationError, DisagreementError, UnsupportedError
from dilemma.games.matrix.supports import branches
from dilemma.study import regions as module
from dilemma.study.conditions import existence, in_words, tidy
from dilemma.theory.parts import exactly
from small_games import ranging, valued

PURE = [("weak", "weak"), ("weak", "strong"), ("strong", "weak"), ("strong", "strong")]


@pytest.fixture(scope="module")
def zones(abandonment):
    return dilemma.regions(abandonment, draws=3_000)


def words(found, *names):
    (zone,) = [zone for zone in found.zones if set(zone.names) == set(names)]
    return zone.words


# --- the closed forms of the theory ----------------------------------------------------------------


def test_the_zones_of_abandonment_are_those_of_the_theory(zones):
    mixed = "mixed (weak/strong, weak/strong)"
    assert words(zones, "(weak, weak)", "(strong, strong)", mixed) == (
        "D0_J < 0 < D1_J and D0_U < 0 < D1_U"
    )
    assert words(zones, "(weak, strong)", "(strong, weak)", mixed) == (
        "D1_J < 0 < D0_J and D1_U < 0 < D0_U"
    )
    assert words(zones, "(strong, strong)") == ("D1_J > 0 and D1_U > 0 and (D0_J > 0, or D0_U > 0)")


def test_the_zone_with_three_equilibria_is_a_stag_hunt(zones):
    zone = zones.zone(zones.eras[1].at_centre)
    assert zone.games == {"japan": "stag hunt", "us": "stag hunt"}


def test_the_mixed_equilibrium_in_closed_form(abandonment):
    (mixed,) = [b for b in branches(abandonment, named=True) if not b.pure and b.closed]
    D0, D1 = sp.symbols("D0_J D1_J", real=True)
    (support_us,) = [f for u, f in mixed.closed.items() if "us" in u.name]
    assert sp.simplify(support_us - (-D0 / (D1 - D0))) == 0


def test_they_are_complements_where_psi_exceeds_kappa_phi(abandonment):
    gap = abandonment.definitions["D1_J"].formula - abandonment.definitions["D0_J"].formula
    relation = tidy(sp.expand(gap) > 0)
    assert in_words(relation) == "psi_J > kap_J*phi_J"


# --- proved --------------------------------------------------------------------------------------


def box(model, era):
    """Return the era's box for z3, written anew from the model's parameters."""
    names = {n: z3.Real(n) for n in [*model.parameters, *model.definitions]}
    limits = []
    for name, value in model.eras[era].values.items():
        limits += [names[name] >= str(value.range.low), names[name] <= str(value.range.high)]
    for definition in model.definitions.values():
        limits.append(names[definition.name] == plain(definition.formula, names))
    return names, limits


def plain(formula, names):
    """Translate a formula by Python's own operators."""
    return eval(str(formula), {"__builtins__": {}}, names)


def boolean(formula, names):
    match formula:
        case sp.And():
            return z3.And([boolean(part, names) for part in formula.args])
        case sp.Or():
            return z3.Or([boolean(part, names) for part in formula.args])
    return plain(formula, names)


@pytest.mark.parametrize("era", ["cold_war", "post_cold_war"])
def test_the_zones_cover_the_box_and_are_disjoint(abandonment, zones, era):
    names, limits = box(abandonment, era)
    solver = z3.SolverFor("QF_NRA")
    solver.set("timeout", 60_000)
    solver.add(limits)
    solver.add([names[d] != 0 for d in ("D0_J", "D1_J", "D0_U", "D1_U")])
    where = [boolean(zone.where, names) for zone in zones.zones]
    assert solver.check(z3.Not(z3.Or(where))) == z3.unsat
    for one, other in itertools.combinations(where, 2):
        assert solver.check(one, other) == z3.unsat


def test_every_zone_said_to_occur_does_and_no_other(abandonment, zones):
    for summary in zones.eras:
        names, limits = box(abandonment, summary.era)
        for zone in zones.zones:
            solver = z3.SolverFor("QF_NRA")
            solver.add(*limits, boolean(zone.where, names))
            occurs = solver.check() == z3.sat
            assert occurs is bool(summary.occurs.get(zone.label)), (summary.era, zone.words)


def drawn(model, number):
    """Yield random calibrations from each era's box."""
    rng = random.Random(7)
    for era in model.eras.values():
        for _ in range(number):
            yield {
                n: v.range.low
                + (v.range.high - v.range.low) * sp.Rational(rng.randint(1, 999), 1000)
                for n, v in era.values.items()
            }


@pytest.fixture(scope="module")
def larger(abandonment_hedging):
    return dilemma.regions(abandonment_hedging, draws=500)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["zones", "larger"])
def test_a_random_calibration_has_exactly_the_equilibria_of_its_zone(request, name):
    found = request.getfixturevalue(name)
    assert found.covered
    model = dilemma.load(found.model)
    symbols = list(model.values(next(drawn(model, 1))))
    holds = exactly(symbols, [z.where for z in found.zones])
    for at in drawn(model, 40):
        values = [Fraction(int(v.p), int(v.q)) for v in model.values(at).values()]
        (zone,) = [z for z, so in zip(found.zones, holds(*values), strict=True) if so]
        assert set(zone.names) == set(dilemma.solve(model, at).names)


@pytest.mark.slow
def test_the_zones_of_the_larger_model_cover_and_are_many(larger):
    found = larger
    assert found.covered
    assert len(found.zones) == 30
    assert sum(bool(o) for o in found.eras[0].occurs.values()) == 20
    (hedged,) = [z for z in found.zones if z.names == ("(hedge, hedge)",)]
    assert "-4*z_J < D0_J + D1_J < 4*z_J" in hedged.words


# --- the nearest border --------------------------------------------------------------------------


def test_the_nearest_border_changes_the_equilibria_and_nothing_nearer_does(abandonment, zones):
    era = abandonment.eras["post_cold_war"]
    summary = zones.eras[1]
    here = dilemma.solve(abandonment, "post_cold_war").names
    for move in summary.moves[:4]:
        step = (move.border - move.centre) / 1000
        near = dilemma.solve(abandonment, "post_cold_war", **{move.parameter: move.border - step})
        far = dilemma.solve(abandonment, "post_cold_war", **{move.parameter: move.border + step})
        assert near.names == here
        assert far.names != here
        assert set(far.names) == set(zones.zone(move.label).names)
        box = era.values[move.parameter].range
        assert move.inside == (box.low <= move.border <= box.high)
        half = float(box.high - box.low) / 2
        assert move.steps == pytest.approx(abs(float(move.border - move.centre)) / half)


def test_borders_are_exact_and_sorted_by_how_near_they_are(zones):
    moves = zones.eras[1].moves
    (entrapment,) = [m for m in moves if m.parameter == "m_J"]
    assert float(entrapment.border) == pytest.approx(0.376, abs=5e-4)
    assert entrapment.border.is_Rational
    steps = [m.steps for m in moves if m.steps is not None]
    assert steps == sorted(steps)


# --- what is not known -----------------------------------------------------------------------------


def cases(definition, **box):
    """Return a 2x2 game whose row player compares a definition with 1."""
    model = dilemma.matrix([["d - 1", 0], [0, 0]], [[1, 0], [1, 0]], parameters={"d": [-99, 99]})
    return model.replace(
        parameters={"d": None, "x": ranging(-99, 99)},
        definitions={"d": definition},
        eras={"now": {"x": {**valued(2, 0.01, 10), **box}}},
    )


def test_a_part_of_the_box_on_which_payoffs_tie_is_told():
    found = dilemma.regions(cases("max(x, 1)"), draws=200)
    assert not found.covered
    assert "payoffs may tie on a part of the box" in found.eras[0].reason
    assert dilemma.regions(cases("max(x, 2)"), draws=200).covered


def test_parameters_whose_borders_were_not_looked_for_are_named():
    found = dilemma.regions(cases("sqrt(x)"), draws=200)
    assert found.eras[0].moves == ()
    assert found.eras[0].unsearched == ("x",)
    assert "Not looked for" in str(found)


def test_an_infinite_range_is_looked_through_to_its_last_border():
    model = cases("x - 90", value=2, range=[1, 3])
    model = model.replace(parameters={"x": {"range": [0, "inf"]}})
    (move,) = dilemma.regions(model, draws=100).eras[0].moves
    assert move.border == 91


def test_a_pole_inside_the_box_is_told():
    found = dilemma.regions(cases("1/(x - 3)"), draws=200)
    assert not found.covered
    assert "divi" in found.eras[0].reason


def test_a_box_that_is_one_tied_point_has_no_zone():
    found = dilemma.regions(cases("x", value=1, range=[1, 1]), draws=10)
    assert not found.covered
    assert {zone.words for zone in found.zones} == {"only where payoffs tie"}


@pytest.mark.slow
def test_many_branches_are_counted_one_by_one():
    actions = [f"a{k}" for k in range(80)]
    model = dilemma.Model(
        name="line",
        title="A line",
        kind="tree",
        players={"ann": {}},
        parameters={"x": ranging(0, 79)},
        tree={"root": {"player": "ann", "actions": actions}},
        payoffs={a: {"ann": f"-(x - {k})**2"} for k, a in enumerate(actions)},
        eras={"now": {"x": valued(67, 65.6, 69)}},
    )
    sets = dilemma.compare(model, draws=400).eras[0].frequencies.sets
    assert set(sets) == {("a66",), ("a67",), ("a68",), ("a69",)}


def test_out_of_time_says_that_the_box_may_not_be_covered(abandonment_hedging):
    found = inspect.unwrap(dilemma.regions)(
        abandonment_hedging, ["cold_war"], draws=200, seconds=0.05
    )
    assert not found.covered
    assert found.eras[0].reason
    assert "NOT proved" in str(found)
    assert set(found.eras[0].late) == set(abandonment_hedging.parameters)
    assert "Not looked for (the budget of time ran out)" in str(found)


def test_out_of_time_conditions_are_longer_and_as_true(abandonment, zones):
    found = inspect.unwrap(dilemma.regions)(abandonment, draws=3_000, seconds=0.05)
    short = {zone.label: zone.words for zone in zones.zones}
    assert all(len(short[zone.label]) <= len(zone.words) for zone in found.zones)
    assert {len(zone.words) for zone in found.zones} != {len(w) for w in short.values()}
    assert not found.shortened
    assert not found.to_dict()["shortened"]
    assert "some zones were not searched for their games" in " ".join(str(found).split())
    assert zones.shortened
    assert "budget" not in str(zones)
    for at in drawn(abandonment, 20):
        values, names = abandonment.values(at), set(dilemma.solve(abandonment, at).names)
        (here,) = [z for z in found.zones if z.where.xreplace(values) == sp.true]
        assert set(here.names) == names


def test_a_box_on_which_payoffs_always_tie_is_told(abandonment_hedging):
    model = abandonment_hedging.replace(eras={"cold_war": {"z_J": valued(0)}})
    found = dilemma.regions(model, ["cold_war"], draws=100)
    assert not found.covered
    assert "z_J = 0" in found.eras[0].reason


def test_equilibria_without_a_closed_form_are_not_passed_over():
    # Three may join a club; where all mix there is no closed form.
    players = {name: [f"{name}0", f"{name}1"] for name in "abc"}
    payoffs = {
        profile: {
            name: f"v*{int(sum(a[1] == '1' for a in profile) >= 2)} - {profile[k][1]}"
            for k, name in enumerate("abc")
        }
        for profile in itertools.product(*players.values())
    }
    model = dilemma.Model(
        name="club",
        title="A club",
        players=players,
        payoffs=payoffs,
        parameters={"v": ranging(0, 9)},
        eras={"now": {"v": valued(3, 1.2, 4)}},
    )
    found = dilemma.regions(model, draws=100)
    assert [zone.words for zone in found.zones] == ["v > 2", "1 < v < 2"]
    assert not found.covered
    assert "(a0/a1, b0/b1, c0/c1)" in found.eras[0].reason
    with pytest.raises(UnsupportedError, match="no closed form"):
        dilemma.along(model, "now", "v")
    compared = dilemma.compare(model, draws=50)
    assert compared.eras[0].frequencies.left_out == 1
    assert "Not counted: 1" in " ".join(str(compared).split())


def test_actions_that_always_tie_are_not_passed_over():
    model = dilemma.matrix([["p", 0], ["p", 0]], [[1, 0], [1, 0]], parameters={"p": [0, 9]})
    model = model.replace(eras={"now": {"p": valued(1, 0.5, 2)}})
    found = dilemma.regions(model, draws=50)
    assert found.covered
    (zone,) = found.zones
    assert zone.label == ("row_1, column_1", "row_2, column_1", "row_1/row_2, column_1")


def test_a_continuum_that_no_condition_tells_is_said_to_be_untold():
    """Of three players who mix no closed form is known, though one of them never minds."""
    cells = {
        (a, b, c): {"x": 0, "y": "v" if b == c else "0", "z": "v" if c == b else "0"}
        for a, b, c in itertools.product(("a0", "a1"), ("b0", "b1"), ("c0", "c1"))
    }
    model = dilemma.Model(
        name="three",
        title="Three",
        players={"x": ["a0", "a1"], "y": ["b0", "b1"], "z": ["c0", "c1"]},
        payoffs=cells,
        parameters={"v": ranging(1, 2)},
        eras={"now": {"v": valued("3/2", 1, 2)}},
    )
    found = dilemma.regions(model, draws=20)
    assert not found.covered
    assert "without a closed form" in found.eras[0].reason


def test_draws_that_contradict_the_proof_are_an_error(monkeypatch, abandonment):
    real = module.frequencies

    def wrong(*arguments, **options):
        found = real(*arguments, **options)
        found.sets["weak, weak", "strong, weak"] = 0.5
        return found

    monkeypatch.setattr(module, "frequencies", wrong)
    with pytest.raises(DisagreementError, match="please report"):
        dilemma.regions(abandonment, ["cold_war"], draws=100)


def test_a_wrong_era_is_named_with_the_nearest(abandonment):
    with pytest.raises(CalibrationError, match="did you mean 'cold_war'"):
        dilemma.regions(abandonment, ["cold_wat"])


def test_a_game_without_eras_has_no_boxes():
    with pytest.raises(CalibrationError, match="no eras"):
        dilemma.regions(dilemma.matrix([["a", 0], [0, 1]]))


# --- conditions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_existence_says_what_the_branch_says(abandonment, abandonment_hedging, seed):
    model = [abandonment, abandonment_hedging][seed % 2]
    rng = random.Random(seed)
    era = list(model.eras)[seed % 2]
    at = {
        n: v.range.low + (v.range.high - v.range.low) * sp.Rational(rng.randint(1, 99), 100)
        for n, v in model.eras[era].values.items()
    }
    values = model.values(at)
    for raw, named in zip(branches(model), branches(model, named=True), strict=True):
        if raw.solved:
            assert (existence(named).xreplace(values) == sp.true) is raw.holds_at(values)


def test_what_is_printed_says_whose_actions_and_what_the_letters_mean(zones):
    told = " ".join(str(zones).split())
    assert "A pair is (Japan, United States)." in told
    letters = {row[0]: row[2] for row in zones.letters.rows}
    assert letters["D1_J"].startswith("Japan's net gain from commitment when the United States")
    assert letters["s_U"] == "American private gain from firm commitment"


def test_it_prints_as_every_result_does(zones):
    assert "condition" in zones.to_latex()
    assert "<table>" in zones._repr_html_()
    assert zones.to_dict()["zones"][0]["words"]
