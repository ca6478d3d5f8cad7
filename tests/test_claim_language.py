"""The language of claims: how much is claimed, of which calibrations, of which equilibria."""

import re
import textwrap
import tomllib
from pathlib import Path

import pytest
import sympy as sp

import dilemma
from dilemma.errors import CalibrationError
from dilemma.games.numbers.first_order import marginal
from dilemma.games.solution import by_branches

DOCS = (Path(__file__).parents[1] / "docs" / "claims.md").read_text(encoding="utf-8")

PACT = """\
title  = "Pact"
kind   = "matrix"
source = "made up"
reads  = "Stay, or go."

[players]
east = ["stay", "go"]
west = ["stay", "go"]

[parameters]
b = { range = [0, 9], unit = "util", means = "worth of a pact" }
c = { range = [0, 9], unit = "util", means = "cost of staying" }
k = { range = [0, 9], unit = "util", means = "worth of going" }

[payoffs]
"stay, stay" = { east = "b - c", west = "b - c" }
"stay, go"   = { east = "-c", west = "k" }
"go, stay"   = { east = "k", west = "-c" }
"go, go"     = { east = "k", west = "k" }

[outcomes]
peace = "probability(east, stay)*probability(west, stay)"

[common]
k = { value = 1, range = [1, 2], grade = "assumed", source = "none" }

[eras.old]
title = "Old days"
b = { value = 6, range = [5, 8], grade = "assumed", source = "none" }
c = { value = 1, range = [1, 2], grade = "assumed", source = "none" }

[eras.new]
b = { value = 4, range = [3, 7], grade = "assumed", source = "none" }
c = { value = 2, range = [2, 4], grade = "assumed", source = "none" }

[calibrations.core]
moves = ["b"]
says  = "what a pact is worth"

[claims.tested]
says  = "Tested."
over  = "old"
holds = "peace >= 0"
"""

ARMS = """\
title  = "Arms"
kind   = "continuous"
source = "made up"
reads  = "Two allies arm."

[players.east]
choices = { x = { range = ["0", "1"] } }
[players.west]
choices = { y = { range = ["0", "1"] } }

[parameters]
a = { range = [0, 1], unit = "util", means = "worth of arms" }

[definitions]
spent  = "x**2"
spared = "1 - y"
joint  = "x + y"

[payoffs]
east = "a*joint - spent + x*y/3"
west = "a*joint - y**2"

[claims.tested]
says  = "Tested."
over  = "all"
holds = "x >= 0"
"""


@pytest.fixture(scope="module")
def pact():
    return dilemma.Model.from_document(tomllib.loads(PACT), "pact")


@pytest.fixture(scope="module")
def arms():
    return dilemma.Model.from_document(tomllib.loads(ARMS), "arms")


def statuses(model, claim):
    return {v.era: v.status for v in dilemma.prove(model, claim).verdicts}


# --- how much is claimed ---------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["holds", "exists", "possible"])
def test_what_is_claimed_stands_under_one_of_three_keys(written, key):
    claim = dilemma.load(written(PACT, ('holds = "peace >= 0"', f'{key} = "peace > 1/2"'))).claims[
        "tested"
    ]
    assert claim.mode == key
    assert claim.text["holds"] == "peace > 1/2"
    assert str(claim.holds) == "peace > 1/2"


@pytest.mark.parametrize("key", ["holds", "exists", "possible"])
def test_on_the_fly_too(pact, key):
    claim = pact.make_claim(**{key: "peace > 1/2"}, over="old")
    assert (claim.mode, claim.says) == (key, "peace > 1/2")


def test_every_some_and_somewhere_are_different_things(pact):
    # To go is always an equilibrium, and in the old days to stay is one too.
    formula = "peace == 0"
    assert statuses(pact, pact.make_claim(formula, over="old")) == {"": "disproved"}
    assert statuses(pact, pact.make_claim(exists=formula, over="old")) == {"": "proved"}
    assert statuses(pact, pact.make_claim(possible="peace == 1", over="old")) == {"": "proved"}
    assert statuses(pact, pact.make_claim(possible="peace == 2", over="old")) == {"": "disproved"}


def test_a_trend_may_be_possible(pact):
    assert pact.make_claim(possible="rises(peace, b)", over="all").mode == "possible"


MODES = {
    "none of them": (
        'holds = "peace >= 0"\n',
        "",
        """\
        model.toml:40:2: 'holds' is missing: claims.tested
          40 | [claims.tested]
             |  ^^^^^^^^^^^^^
             = or exists (in some equilibrium), or possible (at some calibration)""",
    ),
    "two of them": (
        'holds = "peace >= 0"',
        'holds = "peace >= 0"\nexists = "peace > 0"',
        """\
        model.toml:44:10: 'exists' beside 'holds': claims.tested.exists
          44 | exists = "peace > 0"
             |          ^^^^^^^^^^^
             = a claim has one of the two""",
    ),
    "a trend of one equilibrium": (
        'holds = "peace >= 0"',
        'exists = "peace > 0 and rises(peace, b)"',
        """\
        model.toml:43:25: 'exists' speaks of one equilibrium, a trend of two calibrations: claims.tested.exists
          43 | exists = "peace > 0 and rises(peace, b)"
             |                         ^^^^^
             = write holds, or possible for a trend somewhere""",
    ),
    "uniqueness of one equilibrium": (
        'holds = "peace >= 0"',
        'exists = "unique(stay, stay)"',
        """\
        model.toml:43:11: 'exists' speaks of one equilibrium, this of all that there are: claims.tested.exists
          43 | exists = "unique(stay, stay)"
             |           ^^^^^^
             = write holds""",
    ),
    "nothing that is played": (
        'holds = "peace >= 0"',
        'exists = "b > 3 and equilibrium(stay, stay)"',
        """\
        model.toml:43:10: no equilibrium enters: claims.tested.exists
          43 | exists = "b > 3 and equilibrium(stay, stay)"
             |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
             = write holds""",
    ),
    "a name misspelt": (
        'holds = "peace >= 0"',
        'possible = "pace > 0"',
        """\
        model.toml:43:13: unknown name 'pace': claims.tested.possible
          43 | possible = "pace > 0"
             |             ^^^^
             = did you mean 'peace'?""",
    ),
}


@pytest.mark.parametrize(("old", "new", "report"), MODES.values(), ids=MODES)
def test_a_wrong_key_is_told_where_it_stands(refusal, old, new, report):
    assert refusal(PACT, (old, new)) == textwrap.dedent(report)


def test_a_count_is_of_all_equilibria(refusal):
    found = refusal(ARMS, ('holds = "x', 'exists = "number_of_equilibria <= 1 and x'))
    assert "'exists' speaks of one equilibrium, this of all that there are" in found


# --- of which calibrations -------------------------------------------------------------------------


def test_in_a_variant_only_what_it_names_moves(pact):
    core = pact.variant("core")
    assert core.eras["new"].values["b"] == pact.eras["new"].values["b"]
    for era in core.eras.values():
        assert era.values["c"].range == pact.eras["old"].values["c"].range
        assert era.values["c"].central == pact.eras["old"].values["c"].central
        assert {n for n, v in era.values.items() if v.common} == {"c", "k"}


def test_a_variant_says_so(pact):
    core = pact.variant("core")
    assert core.name == "pact[core]"
    assert core.title == "Pact (core calibrations)"
    assert "only b moves" in core.reads
    assert "'Old days'" in core.reads


def test_the_variant_of_a_variant_is_itself(pact):
    core = pact.variant("core")
    assert core.variant("core") is core


def test_where_all_moves_the_variant_is_the_model(pact):
    assert (
        pact.replace(calibrations={"core": {"moves": ["b", "c"]}}).variant("core").title == "Pact"
    )


def test_an_unknown_variant_is_told_with_the_nearest(pact):
    with pytest.raises(CalibrationError, match="did you mean 'core'"):
        pact.variant("cores")
    with pytest.raises(CalibrationError, match="pact has none"):
        pact.replace(calibrations=None, claims=None).variant("core")


def test_a_variant_is_compared_and_solved_like_any_model(pact):
    core = pact.variant("core")
    assert dilemma.solve(core, "new").calibration == {"b": 4, "c": 1, "k": 1}
    changed = dilemma.compare(core, draws=200)
    assert [era.name for era in changed.eras] == ["old", "new"]


def test_the_command_line_knows_variants(written, typed):
    path = written(PACT, name="pact.toml")
    solved = typed("solve", path, "--calibrations", "core", "--era", "new", "--json")
    assert '"model": "pact[core]"' in solved.out
    refused = typed("compare", path, "--calibrations", "score", "--draws", "9")
    assert refused.code == 2
    assert "did you mean 'core'?" in refused.err


def test_a_claim_is_decided_where_only_that_moves(pact):
    # Between free boxes staying may become too costly; that only the pact is worth less is harmless.
    claim = {"holds": "equilibrium(stay, stay)", "over": "new"}
    assert statuses(pact, pact.make_claim(**claim)) == {"": "mixed"}
    given = claim | {"given": "b > 4"}
    assert statuses(pact, pact.make_claim(**given)) == {"": "mixed"}
    assert statuses(pact, pact.make_claim(**given, calibrations="core")) == {"": "proved"}


def test_what_does_not_move_needs_no_era_and_may_have_one(pact):
    for formula in ("old.b - c > k", "old.b - old.c > new.k", "old.b - new.c > k"):
        claim = pact.make_claim(formula, over="pair", calibrations="core")
        assert {str(s) for s in claim.holds.free_symbols} == {"old.b", "c", "k"}
    with pytest.raises(dilemma.ModelError, match="'c' is of no era"):
        pact.make_claim("old.b - c > k", over="pair")


def test_any_pair_of_a_variant_shares_what_does_not_move(pact):
    claim = pact.make_claim("old.b > c", over="any pair", calibrations="core")
    assert set(claim.shared) == {"c", "k"}
    same = pact.make_claim("old.c == new.c", over="any pair", calibrations="core")
    assert statuses(pact, same) == {"": "proved"}


CALIBRATIONS = {
    "unknown parameter": (
        'moves = ["b"]',
        'moves = ["c", "bb"]',
        """\
        model.toml:37:15: no parameter 'bb': calibrations.core.moves.1
          37 | moves = ["c", "bb"]
             |               ^^^^
             = did you mean 'b'?""",
    ),
    "common parameter": (
        'moves = ["b"]',
        'moves = ["b", "k"]',
        """\
        model.toml:37:15: 'k' is the same in all eras, by [common]: calibrations.core.moves.1
          37 | moves = ["b", "k"]
             |               ^^^
             = give it a value in each era, or leave it out""",
    ),
    "named twice": (
        'moves = ["b"]',
        'moves = ["b", "b"]',
        """\
        model.toml:37:15: 'b' is named twice: calibrations.core.moves.1
          37 | moves = ["b", "b"]
             |               ^^^""",
    ),
    "nothing": (
        'moves = ["b"]',
        "moves = []",
        """\
        model.toml:37:9: nothing moves: calibrations.core.moves
          37 | moves = []
             |         ^^
             = name a parameter at least; where nothing moves there are no two eras""",
    ),
    "unknown key": (
        'says  = "what a pact',
        'say = "what a pact',
        """\
        model.toml:38:1: unknown key: calibrations.core.say
          38 | say = "what a pact is worth"
             | ^^^
             = did you mean 'says'?""",
    ),
    "unknown variant": (
        'over  = "old"',
        'over  = "old"\ncalibrations = "cor"',
        """\
        model.toml:43:16: no calibrations 'cor': claims.tested.calibrations
          43 | calibrations = "cor"
             |                ^^^^^
             = did you mean 'core'?""",
    ),
    "no era": (
        'over  = "old"',
        'over  = "all"\ncalibrations = "core"',
        """\
        model.toml:43:16: over = 'all' is about no era: claims.tested.calibrations
          43 | calibrations = "core"
             |                ^^^^^^
             = over one era, each, a pair, or any pair""",
    ),
}


@pytest.mark.parametrize(("old", "new", "report"), CALIBRATIONS.values(), ids=CALIBRATIONS)
def test_wrong_calibrations_are_told_where_they_stand(refusal, old, new, report):
    assert refusal(PACT, (old, new)) == textwrap.dedent(report)


def test_calibrations_want_two_eras(refusal):
    gone = PACT[PACT.index("[eras.new]") : PACT.index("[calibrations")]
    assert "what moves between eras: two at least are wanted" in refusal(PACT, (gone, ""))


def test_a_model_with_variants_is_written_and_read_again(written, pact):
    model = dilemma.load(
        written(PACT, ('holds = "peace', 'calibrations = "core"\nexists = "peace'))
    )
    for one in (model, model.variant("core"), pact.replace(title="Another")):
        again = dilemma.load(written(one.to_toml()))
        assert again.document == one.document
        assert again.variants == one.variants
        assert again.claims == one.claims
    assert model.claims["tested"].calibrations == "core"


def test_the_sheet_shows_variants_and_what_claims_are_of(written):
    model = dilemma.load(
        written(PACT, ('holds = "peace', 'calibrations = "core"\nexists = "peace'))
    )
    shown = str(dilemma.sheet(model))
    assert "what a pact is worth" in shown
    assert "old, core" in shown
    assert "some" in shown


# --- what follows from what ------------------------------------------------------------------------


def lemma(**fields):
    return {"lemma": {"says": "Lemma.", "over": "any pair", "holds": "old.b >= 0", **fields}}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"over": "pair", "calibrations": "core"}, "this claim speaks of the core calibrations"),
        ({"holds": None, "possible": "old.b > 1"}, "nothing follows from this claim"),
        ({"holds": None, "exists": "old.peace == 0"}, "nothing follows from this claim"),
    ],
)
def test_a_lemma_holds_of_the_calibrations_at_hand(pact, fields, message):
    row = {k: v for k, v in lemma(**fields)["lemma"].items() if v is not None}
    with_lemma = pact.replace(claims={"lemma": row})
    with pytest.raises(dilemma.ModelError, match=message):
        with_lemma.make_claim("old.b > 0", over="pair", because=["lemma"])
    claim = {"says": "It follows.", "over": "pair", "holds": "old.b > 0", "because": ["lemma"]}
    with pytest.raises(dilemma.ModelError, match=message):
        pact.replace(claims={"lemma": row, "follows": claim})


def test_of_a_variant_follows_what_holds_of_it_or_of_everything(pact):
    every = pact.replace(claims=lemma())
    every.make_claim("old.b > 0", over="pair", calibrations="core", because=["lemma"])
    of_eras = pact.replace(claims=lemma(over="pair"))
    with pytest.raises(dilemma.ModelError, match="this claim speaks of the eras as they are"):
        of_eras.make_claim("old.b > 0", over="pair", calibrations="core", because=["lemma"])


# --- slopes ----------------------------------------------------------------------------------------


def payoff(model, player, at):
    """What a player is paid, from the model's formulas alone."""
    formula = model.payoffs[()][player]
    for definition in reversed(list(model.definitions.values())):
        formula = formula.subs(definition.symbol, definition.formula)
    return formula.subs(at)


@pytest.mark.parametrize(
    ("name", "held"), [("hedging", {}), ("cork", {"K": "3/4"}), ("burden", {})]
)
def test_a_slope_is_what_a_small_step_gains(name, held):
    model = dilemma.load(name)
    values = model.values(model.calibration("post_cold_war"))
    values |= {sp.Symbol(n, real=True): sp.Rational(v) for n, v in held.items()}
    points, _ = by_branches(model, values, tuple(held), bargain=False)
    choices = [choice.symbol for choice in model.game.choices.values()]
    known = {s: points[0].at[s] for s in [*(p.symbol for p in model.parameters.values()), *choices]}
    step = sp.Rational(1, 10**8)
    for choice in choices:
        for player in model.players:
            more, less = (
                payoff(model, player, {**known, choice: known[choice] + s}) for s in (step, -step)
            )
            slope = points[0].worth(marginal(model, player, choice.name))
            assert abs((more - less) / (2 * step) - slope) < 1e-6, (player, choice)


def test_a_slope_in_other_units_is_the_slope_times_their_rate(arms):
    x, y, a = (sp.Symbol(s, real=True) for s in "xya")
    assert sp.simplify(marginal(arms, "west", "spared") + a - 2 * y) == 0
    in_spent = arms.expand_play(marginal(arms, "east", "spent"))
    assert sp.simplify(in_spent - (a - 2 * x + y / 3) / (2 * x)) == 0


def test_best_replies_have_no_slope_inside(arms):
    inside = {"over": "all", "given": "x > 0 and x < 1 and y > 0 and y < 1"}
    assert statuses(arms, arms.make_claim("diff(east, x) == 0", **inside)) == {"": "proved"}
    assert statuses(arms, arms.make_claim("diff(east, y) > a", **inside)) == {"": "proved"}


def test_at_an_end_a_slope_is_not_nought_and_the_example_says_how_steep(arms):
    (verdict,) = dilemma.prove(arms, arms.make_claim("diff(east, x) != 0", over="all"))
    assert verdict.status in ("mixed", "disproved")
    assert verdict.fails.facts == {"diff(east, x)": 0}


def test_a_slope_of_held_numbers(arms):
    held = {"over": "all", "holding": ["x"]}
    rising = arms.make_claim("diff(east, x) > 0", given="x < a/2", **held)
    assert statuses(arms, rising) == {"": "proved"}
    assert statuses(arms, arms.make_claim("diff(east, x) > 0", **held)) == {"": "mixed"}


def test_a_slope_has_an_era_in_front_in_a_pair(burden):
    claim = burden.make_claim("post_cold_war.diff(japan, q_U) < cold_war.diff(japan, q_U)")
    assert claim.over == "pair"
    assert {(r.what, r.era, r.arguments) for r in claim.references.values()} == {
        ("diff", "post_cold_war", ("japan", "q_U")),
        ("diff", "cold_war", ("japan", "q_U")),
    }


def test_a_lemma_may_be_about_a_slope(arms):
    steep = {"says": "Western arms help.", "over": "all", "holds": "diff(east, y) >= a"}
    model = arms.replace(claims={"steep": steep})
    (found,) = dilemma.prove(model, model.make_claim("diff(east, y) >= a", because=["steep"]))
    assert (found.status, found.lemmas) == ("proved", ("steep",))
    # It says nothing of the payoff itself.
    (other,) = dilemma.prove(model, model.make_claim("east >= a", because=["steep"]))
    assert (other.status, other.lemmas) == ("mixed", ())


SLOPES = {
    "no such player": ("diff(eat, x) > 0", "no player 'eat'", "did you mean 'east'?"),
    "no such number": ("diff(east, z) > 0", "no chosen number 'z'", "known here: x, y, spent"),
    "nearly one": ("diff(east, spend) > 0", "no chosen number 'spend'", "did you mean 'spent'?"),
    "two numbers in one": ("diff(east, joint) > 0", "'joint' is no chosen number", "one of: x, y"),
    "a parameter": ("diff(east, a) > 0", "no chosen number 'a'", "known here"),
    "too little": ("diff(east) > 0", "not a payoff and a chosen number", "write diff(player,"),
    "no call": ("diff > 0", "'diff' wants arguments", "write diff(...)"),
}


@pytest.mark.parametrize(("formula", "message", "hint"), SLOPES.values(), ids=SLOPES)
def test_a_wrong_slope_is_told_where_it_stands(refusal, formula, message, hint):
    found = refusal(ARMS, ("x >= 0", formula))
    assert re.match(rf"model.toml:26:\d+: {re.escape(message)}", found)
    assert f"= {hint}" in found


def test_slopes_are_only_where_numbers_are_chosen(refusal):
    found = refusal(PACT, ("peace >= 0", "diff(east, stay) > 0"))
    assert found == textwrap.dedent("""\
        model.toml:43:10: a slope is only where numbers are chosen: claims.tested.holds
          43 | holds = "diff(east, stay) > 0"
             |          ^^^^
             = name payoffs at profiles, and compare them""")


# --- of which equilibria ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "which",
    ["pure", "mixed", "any", "stable", "risk_dominant", "stay, go", "stay/go, stay/go"],
)
def test_equilibria_of_actions_that_a_claim_may_be_about(pact, which):
    assert pact.make_claim("peace >= 0", over="old", among=which).among == which


@pytest.mark.parametrize(
    "which", ["any", "stable", "lowest", "highest", "interior", "x.low, y.high"]
)
def test_equilibria_of_numbers_that_a_claim_may_be_about(arms, which):
    assert arms.make_claim("x >= 0", among=which).among == which


AMONG = {
    "misspelt concept": (
        PACT,
        "stabel",
        "no equilibria are called 'stabel'",
        "did you mean 'stable'",
    ),
    "misspelt supports": (PACT, "stay, gone", "no equilibria are called", 'such as "stay, stay"'),
    "supports out of order": (PACT, "go/stay, stay", "no equilibria are called", "such as"),
    "lowest action": (
        PACT,
        "lowest",
        "'lowest' is for players who choose numbers",
        "or write stable",
    ),
    "risk with numbers": (ARMS, "risk_dominant", "two actions each", "name a branch"),
    "misspelt regime": (ARMS, "inside", "no equilibria are called 'inside'", "known here: pure"),
}


@pytest.mark.parametrize(("text", "which", "message", "hint"), AMONG.values(), ids=AMONG)
def test_what_no_claim_can_be_about_is_told_where_it_stands(refusal, text, which, message, hint):
    found = refusal(text, ("holds =", f'among = "{which}"\nholds ='))
    place, shown, carets, way_out = found.split("\n")
    assert place.endswith(": claims.tested.among")
    assert message in place
    assert shown.index(f'"{which}"') == carets.index("^")
    assert carets.count("^") == len(which) + 2
    assert hint in way_out


def test_risk_dominance_wants_two_actions_each(abandonment_hedging):
    with pytest.raises(dilemma.ModelError, match="'risk_dominant' is for two players with two"):
        abandonment_hedging.make_claim("support_us >= 0", among="risk_dominant")


def test_concepts_for_games_at_once_are_not_for_a_leader(cork):
    for which in ("stable", "lowest"):
        with pytest.raises(dilemma.ModelError, match=f"'{which}' is for"):
            cork.make_claim("K >= s", among=which)


# --- on the fly ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "over"),
    [
        ("new.peace <= old.peace", "pair"),
        ("new.diff > 0 or old.peace >= 0", "pair"),
        ("new.peace >= 0", "new"),
        ("new.equilibrium(stay, stay) and k > 0", "new"),
        ("peace >= 0", "each"),
        ("k > 0", "each"),
    ],
)
def test_a_claim_is_about_the_eras_that_it_names(pact, formula, over):
    formula = formula.replace("new.diff > 0", "new.b > 0")
    assert pact.make_claim(formula).over == over
    assert pact.make_claim(possible=formula).over == over


def test_assumptions_name_eras_too(pact):
    assert pact.make_claim("new.peace >= 0", given="old.b > 5").over == "pair"
    assert pact.make_claim("new.peace >= k", shared=["c"]).over == "pair"


def test_without_eras_a_claim_is_about_everything(arms):
    assert arms.make_claim("x >= 0").over == "all"


def test_a_formula_that_is_none_is_told_as_such(pact):
    with pytest.raises(dilemma.ModelError, match="the formula ends too early"):
        pact.make_claim("new.peace >")
    with pytest.raises(dilemma.ModelError, match="'holds' is missing"):
        pact.make_claim()


# --- the documentation -----------------------------------------------------------------------------

EXAMPLES = re.findall(r"```toml\n# (\w+)\n(.*?)```", DOCS, re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "block"), EXAMPLES, ids=[re.search(r"claims\.(\w+)", b)[1] for _, b in EXAMPLES]
)
def test_an_example_of_the_guide_gets_the_verdict_that_it_shows(name, block):
    claims = tomllib.loads(block)["claims"]
    (claim,) = claims
    model = dilemma.load(name).replace(claims=claims)
    assert dilemma.prove(model, claim).as_expected


def test_the_guides_script_prints_what_is_shown(capsys):
    (block,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    exec(compile(block, "claims.md", "exec"), {})
    assert capsys.readouterr().out == re.search(r"```text\n(.*?)```", DOCS, re.DOTALL)[1]


def test_the_guides_calibrations_are_the_shipped_ones(abandonment):
    (block,) = re.findall(r"```toml\n(\[calibrations\.core\].*?)```", DOCS, re.DOTALL)
    shown = tomllib.loads(block)["calibrations"]
    assert abandonment.document["calibrations"] == shown


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x_J > 0 implies y_J > 0", "'implies' is not read"),
        ("implies(x_J > 0, y_J > 0)", "'implies' is no function"),
        ("x_J > 0 -> y_J > 0", "'->' is not read"),
        ("x_J > 0 ⇒ y_J > 0", "(not (A)) or (B)"),
        ("x_J > 0 => y_J > 0", "(not (A)) or (B)"),
        ("x_J > 0 iff y_J > 0", "two claims, one each way"),
        ("iff(x_J > 0, y_J > 0)", "two claims, one each way"),
        ("x_J > 0 <=> y_J > 0", "two claims, one each way"),
        ("if x_J > 0 then y_J > 0", "(not (A)) or (B)"),
    ],
)
def test_what_follows_from_what_is_told_how_to_say(hedging, text, says):
    with pytest.raises(dilemma.ModelError) as caught:
        hedging.make_claim(text, over="cold_war")
    assert says in str(caught.value)


def test_what_the_hint_says_is_read(hedging):
    claim = hedging.make_claim("(not (x_J > 0)) or (y_J > 0)", over="cold_war")
    assert dilemma.prove(hedging, claim, cache=False)[0].status == "proved"
