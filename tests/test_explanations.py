"""A claim is explained as a referee would: what is said, of what, why, and the game that shows it."""

import json
import re
from dataclasses import replace

import pytest
import sympy as sp

import dilemma
from dilemma.claims.sentences import quantified
from dilemma.claims.verdict import Attack, Checks, Radius, Robustness
from dilemma.errors import CalibrationError
from dilemma.output.result import Best, Formula


def rows(table):
    """A table's cells by what stands at the head of their rows, one text for each."""
    told, before = {}, ""
    for head, *cells in table.rows:
        before = head or before
        text = " ".join(c.text if isinstance(c, Formula) else c for c in cells)
        told[before] = f"{told.get(before, '')} {text}".strip()
    return told


@pytest.fixture(scope="module")
def in_equilibrium(abandonment):
    return dilemma.prove(abandonment, "entrapment_rises_in_every_equilibrium")


@pytest.fixture(scope="module")
def explained(in_equilibrium):
    return in_equilibrium.explain().tables()


# --- what is said --------------------------------------------------------------------------------


def test_a_claim_is_stated_in_words_in_symbols_and_in_quantifiers(explained):
    told = rows(explained[0])
    assert told["says"].startswith("In every equilibrium after the Cold War Japan's")
    assert told["in symbols"] == "post_cold_war.entrapment_japan > cold_war.entrapment_japan"
    assert told["claimed"] == (
        "For every calibration in the Cold War box and every one in the post-Cold War box, in every "
        "equilibrium of each."
    )
    assert told["where"].startswith("entrapment_japan: Japan is dragged into an American war")
    assert "E_J" in told["and that"]
    assert told["verdict"] == "mixed: holds at some calibrations and fails at others"


def test_what_is_assumed_is_told(abandonment):
    (table, *_) = dilemma.prove(abandonment, "stake_beats_entrapment").explain().tables()
    told = rows(table)
    assert told["assuming"].startswith("s_J - c_J > om_J + r_J and")
    assert told["claimed"].startswith("For all values of the parameters that the theory allows")


def test_in_latex_the_formula_is_mathematics_with_the_era_above(in_equilibrium):
    said = in_equilibrium.explain().to_latex()
    assert r"$" in said
    plain = said.replace(r"\allowbreak", "")
    assert r"\mathrm{entrapment\_japan}^{\text{post-Cold War}} >" in plain


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"holds": "support_us < 1", "over": "cold_war"},
         "For every calibration in the Cold War box, in every equilibrium."),
        ({"exists": "support_us < 1", "over": "cold_war"},
         "For every calibration in the Cold War box, in at least one equilibrium."),
        ({"possible": "support_us < 1", "over": "cold_war"},
         "For at least one calibration in the Cold War box, in at least one equilibrium."),
        ({"holds": "support_us < 1", "over": "all", "among": "pure"},
         ("For all values of the parameters that the theory allows, in every equilibrium in which "
         "nobody mixes.")),
        ({"holds": "rises(support_us, s_U)", "over": "cold_war", "among": "weak/strong, weak/strong"},
         ("For every calibration in the Cold War box, set beside one that differs in s_U alone, where "
         "that is higher, in every equilibrium of the kind 'weak/strong, weak/strong'.")),
        ({"holds": "m_J <= 1", "over": "all"},
         "For all values of the parameters that the theory allows; no equilibrium enters."),
        ({"holds": "equilibrium(weak, weak)", "over": "cold_war"},
         ("For every calibration in the Cold War box; the claim says itself which profiles are "
         "equilibria.")),
    ],
)  # fmt: skip
def test_quantifiers_are_told_in_words(abandonment, in_equilibrium, fields, said):
    claim = abandonment.make_claim(**fields)
    of_play = any(r.of_play for r in claim.references.values())
    verdict = replace(in_equilibrium[0], claim=claim, of_play=of_play)
    assert quantified(abandonment, verdict) == said


def test_a_variant_of_the_eras_is_told_with_what_moves(abandonment, in_equilibrium):
    model = abandonment.replace(calibrations={"few": {"says": "", "moves": ["m_J", "p_J"]}})
    claim = model.make_claim("m_J <= 1", over="cold_war", calibrations="few")
    said = quantified(model, replace(in_equilibrium[0], claim=claim, of_play=False))
    assert "on the calibrations 'few', in which only m_J, p_J move between the eras" in said


def test_the_chain_of_lemmas_is_told_with_their_verdicts(abandonment):
    row = {"over": "all", "says": "A chance."}
    claims = {
        "deepest": {**row, "holds": "m_J <= 1"},
        "middle": {**row, "holds": "m_J <= 2", "because": ["deepest"]},
        "top": {**row, "holds": "m_J <= 3", "because": ["middle"]},
    }
    found = dilemma.prove(abandonment.replace(claims=claims), "top")
    told = rows(found.explain().tables()[0])["follows from"]
    assert re.search(r"middle \(proved.*\): A chance\. +deepest \(proved\)", told)


# --- the game that shows it ----------------------------------------------------------------------


def test_where_it_fails_is_solved_side_by_side_in_both_eras(explained):
    _, calibration, game, played, *_ = explained
    assert calibration.title == "Where it fails: at the centre"
    assert calibration.header == ("parameter", "means", "Cold War", "post-Cold War")
    row = next(r for r in game.rows if r[0] == "strong")
    assert row[2] == (Best("-0.0221", best=True), Best("-0.0002", best=True))
    told = {row[0]: row[1:] for row in played.rows}
    assert told["all equilibria"][0] == "(strong, strong)"
    assert "(weak, weak)" in told["all equilibria"][1]
    assert told["Japan"] == ("strong", "weak")
    outcome = next(head for head in told if head.startswith("entrapment_japan: "))
    assert told[outcome] == ("0.01", "0")


def test_what_differs_from_the_centre_is_marked_with_its_source(abandonment):
    (_, _, calibration, *_) = dilemma.prove(abandonment, "C1.2").tables()
    names = [row[0] for row in calibration.rows]
    assert "h_J" in names
    assert "A_J" not in names
    told = dict(zip(calibration.header, calibration.rows[names.index("h_J")], strict=True))
    assert re.fullmatch(r"[\d.]+\* \(0\.2 in \[0\.1, 0\.35\]\)", told["Cold War"])
    assert told["source"].startswith("coded: Huang Wei")
    assert any(note.startswith("All else is at the centre: ") for note in calibration.notes)


def test_a_best_reply_is_marked_at_the_calibration_and_not_at_the_centre(abandonment):
    found = dilemma.prove(abandonment, "C1.2")
    example = found[0].fails
    pays = dilemma.solve(abandonment, dict(example.calibrations["Cold War"]))
    game = next(t for t in found.tables() if t.title == "The game there")
    marked = {
        (row[0], action): all(part.best for part in cell)
        for row in game.rows
        for action, cell in zip(("weak", "strong"), row[1:], strict=True)
    }
    pure = {e.name.strip("()") for e in pays if "mixed" not in e.name}
    assert {", ".join(profile) for profile, best in marked.items() if best} == pure


def test_where_numbers_are_chosen_choices_and_payoffs_are_told(hedging):
    found = dilemma.prove(hedging, "post_cold_war.x_J < cold_war.x_J")
    (played,) = (t for t in found.tables() if t.title == "What is played there")
    heads = [row[0] for row in played.rows]
    assert played.header == ("", "Cold War", "post-Cold War")
    assert any(head.startswith("x_J: Japan's hedge") for head in heads)
    assert "payoff of Japan [util]" in heads
    assert len(heads) == len(set(heads))


def test_a_proved_claim_shows_the_boxes_that_it_was_proved_for(abandonment):
    (_, _, boxes) = dilemma.prove(abandonment, "C1.6 Japan (S,S)").tables()
    told = {row[0]: row for row in boxes.rows}
    assert told["m_J"][2:4] == ("[0, 0.05]", "[0.15, 0.5]")


def test_in_a_model_without_eras_the_example_is_the_calibration():
    game = dilemma.matrix([["a", 0], [0, 1]], [["a", 0], [0, 1]], parameters={"a": [0, 2]})
    found = dilemma.prove(game, "equilibrium(row_1, column_1)", given="a < 1", shared=[])
    assert found[0].status == "proved"
    found = dilemma.prove(game, "row(row_1, column_1) > 1")
    (_, _, calibration, *_) = found.tables()
    assert calibration.header == ("parameter", "means", "one calibration")


# --- what it hangs on ----------------------------------------------------------------------------


def test_how_robust_it_is_and_what_it_was_checked_by_are_told(abandonment):
    found = dilemma.prove(abandonment, "stake_beats_entrapment")
    verdict = replace(
        found[0],
        robustness=Robustness(needs=(), radius=Radius(sp.Integer(1), None, everywhere=True)),
        checks=Checks(("z3", "bisection"), (), Attack(10_000, 64, 250, 0, 7)),
    )
    told = rows(replace(found, verdicts=(verdict,)).explain().tables()[0])
    assert told["needs"] == "nothing: it holds for all parameters"
    assert told["radius"].startswith("everywhere")
    assert (
        "the same verdict alone: z3, exact bisection; z3 and exact bisection share nothing"
        in (told["checked"])
    )
    assert "10,000 random calibrations (seed 7) and 64 corners" in told["checked"]


def test_one_claim_of_many_is_explained_when_it_is_named(abandonment):
    found = dilemma.prove(abandonment, "C1.1")
    titles = [t.title for t in found.explain("C1.1 US").tables()]
    assert titles[0] == "Claim C1.1 US of Abandonment and entrapment, Cold War"
    assert not any("Japan," in title for title in titles)
    with pytest.raises(CalibrationError, match="did you mean 'tradeoff_us'"):
        found.explain("tradeof_us")


def test_an_explanation_is_plain_data_too(in_equilibrium):
    told = json.loads(in_equilibrium.explain().to_json())["explanations"][0]
    assert told["quantified"].startswith("For every calibration")
    assert told["example_fails"]["play"]["Cold War"]["japan"]["strong"] == "1"
