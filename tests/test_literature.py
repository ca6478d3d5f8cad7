"""Published models of others: shipped like the paper's own, listed and decided apart from them."""

import csv
import io
import json
from dataclasses import replace

import pytest

import dilemma
from dilemma.cli.arguments import every
from dilemma.errors import CallError, UnknownModelError

LITERATURE = dilemma.available(literature=True)

SMALL = """
title = "One chance"
kind = "matrix"
source = "an example"
reads = "Nobody does anything."
[players]
one = { title = "One", actions = ["a", "b"] }
two = { title = "Two", actions = ["a", "b"] }
[parameters]
t = { range = [0, 1], unit = "1", means = "a chance" }
[payoffs]
"a, a" = { one = "t", two = "t" }
"a, b" = { one = "t", two = "0" }
"b, a" = { one = "0", two = "t" }
"b, b" = { one = "0", two = "0" }
[eras.example]
title = "an example"
t = { value = 0.5, range = [0, 1], grade = "assumed", source = "an example" }
[claims.chance]
label = "1.1"
says = "It is a chance."
evidence = "derived"
over = "all"
given = "t > 0"
holds = "t <= 1"
"""


def test_the_papers_models_and_the_literatures_are_two_lists():
    assert LITERATURE
    assert not set(LITERATURE) & set(dilemma.available())


@pytest.mark.parametrize("name", LITERATURE)
def test_each_is_loaded_by_its_name_and_can_be_solved_somewhere(name):
    model = dilemma.load(name)
    assert model.name == name
    assert model.eras
    assert model.claims


@pytest.mark.parametrize("name", LITERATURE)
def test_each_claim_says_which_proposition_it_is_and_on_what_it_rests(name):
    for claim in dilemma.load(name).claims.values():
        assert claim.label
        assert claim.says
        assert claim.source
        assert claim.evidence


def test_no_authors_name_is_the_source_of_payoffs_that_are_ours():
    for name in LITERATURE:
        model = dilemma.load(name)
        if any(claim.evidence == "reconstruction" for claim in model.claims.values()):
            assert "payoffs ours" in model.source, name


def test_a_typo_in_a_name_leads_to_the_literature_too():
    with pytest.raises(UnknownModelError, match="did you mean 'sunk_costs'"):
        dilemma.load("sunk_cost")


def test_a_ledger_without_names_is_about_the_papers_models():
    assert every() == dilemma.available()
    assert every(literature=True) == LITERATURE


@pytest.mark.parametrize("words", [("sunk_costs",), ("sunk_costs.4.1",)])
def test_all_of_the_literature_is_all_of_it(typed, words):
    ended = typed("prove", "--literature", *words)
    assert ended.code == 2
    assert "name no model and no claim" in ended.err
    with pytest.raises(CallError, match="name no model and no claim"):
        dilemma.prove("sunk_costs", literature=True)


def test_it_is_listed_on_its_own(typed):
    listed = json.loads(typed("list", "--literature", "--json").out)
    assert [one["name"] for one in listed] == list(LITERATURE)
    assert "sunk_costs" in typed("list", "--literature").out
    assert "dilemma list --literature" in typed("list").out


# --- one table ------------------------------------------------------------------------------------


@pytest.fixture
def small(written):
    return dilemma.load(written(SMALL))


def test_one_table_tells_each_proposition_its_evidence_and_what_it_needs(small, written):
    other = dilemma.load(written(SMALL, ("One chance", "Another"), name="other.toml"))
    ledger = replace(dilemma.prove([small, other]), as_one=True)
    (table,) = ledger.tables()
    assert table.header == ("proposition", "says", "evidence", "verdict", "given", "s")
    told = ("It is a chance.", "derived", "proved", "t > 0")
    assert [row[:-1] for row in table.rows] == [
        ("One chance\n1.1", *told),
        ("Another\n1.1", *told),
    ]
    assert any(note.startswith("derived: it was worked out") for note in table.notes)


def test_evidence_stands_in_data_and_in_a_spreadsheet(small):
    ledger = dilemma.prove(small)
    assert json.loads(ledger.to_json())["verdicts"][0]["evidence"] == "derived"
    assert next(csv.DictReader(io.StringIO(ledger.to_csv())))["evidence"] == "derived"


def test_an_explanation_says_on_what_a_claim_rests(small):
    assert "it was worked out from a game that was read" in str(dilemma.prove(small).explain())


def test_another_word_for_evidence_is_refused_where_it_stands(refusal):
    said = refusal(SMALL, ('evidence = "derived"', 'evidence = "heard"'))
    assert "'heard' is not allowed" in said
    assert "one of: read, derived, reconstruction, unverified" in said


def test_evidence_outlives_being_written(small, tmp_path):
    path = tmp_path / "again.toml"
    path.write_text(small.to_toml())
    assert dilemma.load(path).claims["chance"].evidence == "derived"
