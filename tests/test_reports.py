"""Results read well as text, in a notebook, as LaTeX and as JSON."""

import json
import re
from dataclasses import dataclass
from fractions import Fraction
from html.parser import HTMLParser

import pytest

import dilemma
from dilemma.output.result import Shown, Table, latex_escape, percent
from dilemma.output.screen import text


@pytest.fixture(scope="module")
def results(abandonment, abandonment_hedging):
    return {
        "comparison": dilemma.compare(abandonment, draws=500),
        "comparison of 3x3": dilemma.compare(abandonment_hedging, draws=500),
        "equilibria": dilemma.solve(abandonment, "post_cold_war"),
        "ledger": dilemma.prove(abandonment, "stake_beats_entrapment"),
        "path": dilemma.along(abandonment, "cold_war", "m_J"),
    }


NAMES = ["comparison", "comparison of 3x3", "equilibria", "ledger", "path"]


@pytest.mark.parametrize("name", NAMES)
def test_text_fits_a_page_and_has_no_leftovers(results, name):
    said = str(results[name])
    assert max(map(len, said.splitlines())) <= 100
    assert "object at 0x" not in said
    assert "Rational" not in said


@pytest.mark.parametrize("name", NAMES)
def test_json_is_plain_data(results, name):
    assert json.loads(results[name].to_json()) == json.loads(json.dumps(results[name].to_dict()))


@pytest.mark.parametrize("name", NAMES)
def test_html_is_well_formed(results, name):
    class Checker(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open = []

        def handle_starttag(self, tag, attrs):  # noqa: ARG002 -- HTMLParser gives them
            self.open.append(tag)

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

    checker = Checker()
    checker.feed(results[name]._repr_html_())
    assert checker.open == []


@pytest.mark.parametrize("name", NAMES)
def test_latex_is_balanced_and_escaped(results, name):
    said = results[name].to_latex()
    assert said.count(r"\begin{") == said.count(r"\end{")
    head, said = said.split("\n", 1)
    assert head.startswith("% Packages: ")
    outside = re.sub(r"\$[^$]*\$", "", said)  # of mathematics
    assert not re.search(r"(?<!\\)[_%#&](?!$)", outside.replace(" & ", ""))
    assert said.count("{") == said.count("}")


def test_best_replies_are_marked_in_every_form(results):
    comparison = results["comparison"]
    assert "-0.0221*, -0.0002*" in str(comparison)
    assert r"\underline{-0.0221}" in comparison.to_latex()
    assert "<u>-0.0221</u>" in comparison._repr_html_()


def test_a_comparison_becomes_a_labelled_dataset(results):
    data = results["comparison"].to_dataset()
    assert data["support_us"].sel(era="cold_war", end="low") == 1
    assert list(data["support_us"].sel(era="post_cold_war").values) == [0, 1]
    assert data.attrs["model"] == "abandonment"
    assert data.attrs["seed"] == 0


def test_rare_is_told_from_never():
    assert [percent(s) for s in (0.0, 1e-5, 1.0)] == ["0.0 %", "< 0.1 %", "100.0 %"]


def test_text_that_looks_like_markup_stays_text():
    said = text([Table("[bold]", ("a",), (("[red]x[/red]",),))])
    assert "[bold]" in said
    assert "[red]x[/red]" in said
    assert latex_escape("a_b & 5%") == r"a\_b \& 5\%"


@dataclass(frozen=True)
class Bundle(Shown):
    model: dilemma.Model
    found: dilemma.Equilibria
    pair: tuple[Fraction, None]


def test_a_result_that_does_not_say_otherwise_is_its_fields():
    model = dilemma.load("abandonment")
    found = dilemma.solve(model, "cold_war")
    bundle = Bundle(model, found, (Fraction(11, 16), None))
    assert bundle.to_dict() == {
        "model": "abandonment",
        "found": found.to_dict(),
        "pair": ["11/16", None],
    }
