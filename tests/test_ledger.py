"""The ledger: what is asked for is decided, in one process or several, and told in every form."""

import csv
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sympy as sp

import dilemma
from dilemma import Ledger
from dilemma.claims.verdict import Need, Radius, Rescue, Robustness, Shares
from dilemma.errors import CalibrationError, DilemmaError, DisagreementError, ModelError
from dilemma.ledger.ledger import written

FORMULA = "post_cold_war.support_us < cold_war.support_us"


@pytest.fixture(scope="module")
def ledger(abandonment):
    return dilemma.prove(abandonment, workers=1)


# --- what may be asked ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["stake_beats_entrapment", "C1.8"])
def test_a_claim_goes_by_its_name_or_its_label(abandonment, name):
    assert [v.name for v in dilemma.prove(abandonment, name)] == ["stake_beats_entrapment"]


def test_a_labels_number_names_all_its_variants(abandonment):
    found = dilemma.prove(abandonment, "C1.1")
    assert {v.claim.label for v in found} == {"C1.1 Japan", "C1.1 Japan, rescued", "C1.1 US"}


def test_a_formula_is_a_claim_of_its_own_over_the_eras_that_it_names(abandonment):
    (found,) = dilemma.prove(abandonment, FORMULA, shared=["kap_J"])
    assert found.claim.over == "pair"
    assert found.claim.shared == ("kap_J",)
    assert found.status == "mixed"


def test_a_formula_about_actions_needs_no_comparison(abandonment):
    found = dilemma.prove(abandonment, "equilibrium(weak, weak)", over="cold_war")
    assert found[0].claim.text["holds"] == "equilibrium(weak, weak)"


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ("stake_beats_entrapmant", CalibrationError, "did you mean 'stake_beats_entrapment'?"),
        ("support_uss < 1", ModelError, "unknown name 'support_uss'"),
        ("post_cold_war.support_us <", ModelError, "claims.claim.holds"),
    ],
)
def test_a_typo_is_told_with_the_way_out(abandonment, asked, error, said):
    with pytest.raises(error, match=re.escape(said)):
        dilemma.prove(abandonment, asked)


def test_what_goes_with_a_formula_goes_with_no_name(abandonment):
    with pytest.raises(DilemmaError, match="given: only for a claim that is given as a formula"):
        dilemma.prove(abandonment, "C1.8", given="m_J > 0")


def test_a_ledger_spans_models(abandonment, abandonment_hedging):
    small = [m.replace(claims=dict.fromkeys(m.claims)) for m in (abandonment, abandonment_hedging)]
    own = {"over": "all", "holds": "m_J <= 1", "says": "It is a chance."}
    found = dilemma.prove([m.replace(claims={"chance": own}) for m in small])
    assert [v.model for v in found] == ["abandonment", "abandonment_hedging"]
    titles = [table.title.split(":")[0] for table in found.tables()]
    assert titles[:2] == [m.title for m in small]
    assert len(found.models) == 2


def test_two_models_of_one_name_are_refused(abandonment):
    with pytest.raises(DilemmaError, match="two models are called 'abandonment'"):
        dilemma.prove([abandonment, abandonment.replace(title="Another")])


# --- how it is worked off ------------------------------------------------------------------------


def told(verdict):
    return verdict.name, verdict.status, verdict.claim, verdict.cases, verdict.lemmas


@pytest.mark.slow
def test_several_processes_come_to_the_same_as_one(abandonment, ledger):
    together = dilemma.prove(abandonment, workers=2)
    assert [told(v) for v in together] == [told(v) for v in ledger]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_lemma_is_decided_once_and_before_what_follows_from_it(abandonment, workers):
    row = {"over": "all", "says": "", "holds": "m_J <= 1"}
    lemma = {"over": "all", "says": "", "holds": "m_J*E_J <= E_J"}
    claims = {
        "first": {**row, "because": ["lemma"]},
        "second": {**row, "because": ["lemma"]},
        "lemma": lemma,
    }
    model = abandonment.replace(claims=dict.fromkeys(abandonment.claims)).replace(claims=claims)
    asked = []
    found = dilemma.prove(model, progress=lambda _, names: asked.append(names), workers=workers)
    assert [v.claim.name for v in found] == ["first", "second", "lemma"]
    assert asked[0] == "lemma"
    assert sum("lemma" in names for names in asked) == 1


def test_a_lemma_that_nobody_asked_for_is_known_and_not_listed(abandonment):
    claims = {
        "lemma": {"over": "all", "says": "A chance.", "holds": "m_J <= 1"},
        "claim_of_it": {"over": "all", "says": "", "holds": "m_J <= 1", "because": ["lemma"]},
    }
    found = dilemma.prove(abandonment.replace(claims=claims), "claim_of_it")
    assert [v.claim.name for v in found] == ["claim_of_it"]
    assert [v.claim.name for v in found.lemmas] == ["lemma"]


def test_progress_rises_to_the_end(abandonment):
    shares = []
    dilemma.prove(abandonment, "C1.1", workers=1, progress=lambda share, _: shares.append(share))
    assert shares == sorted(shares)
    assert 0 == shares[0] < shares[-1] < 1


def test_a_script_without_a_guard_may_use_several_processes(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import dilemma\nprint('once')\nmodel = dilemma.load('abandonment')\n"
        "row = {'over': 'all', 'says': '', 'holds': 'm_J <= 1'}\n"
        "model = model.replace(claims=dict.fromkeys(model.claims) | {'one': row, 'other': row})\n"
        "print(len(dilemma.prove(model, workers=2)))\n",
        encoding="utf-8",
    )
    ran = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=False,
        cwd=Path(dilemma.__file__).parents[1],
    )  # fmt: skip
    assert ran.stdout.split() == ["once", "2"], ran.stderr


DYING = "import os; os._exit(3)"
WRONG = (
    "import dilemma.ledger.workers as w; from dilemma.errors import DisagreementError\n"
    "def _each(job): raise DisagreementError('they part')\n"
    "w._each = _each; from dilemma.processes import serve; serve()"
)


@pytest.mark.parametrize(
    ("start", "error", "said"),
    [
        (DYING, DilemmaError, r"abandonment\.\w+: the process that was .* ended \(exit code 3\)"),
        (WRONG, DisagreementError, "they part"),
    ],
)
def test_what_goes_wrong_in_a_process_is_told_with_its_claim(
    abandonment, monkeypatch, start, error, said
):
    braces = start.replace("{", "{{").replace("}", "}}")
    path = "import sys; sys.path[:] = {path!r}\n"
    monkeypatch.setattr("dilemma.processes.START", path + braces)
    with pytest.raises(error, match=said) as caught:
        dilemma.prove(abandonment, "C1.1", workers=2)
    notes = " ".join(getattr(caught.value, "__notes__", []))
    assert "abandonment.tradeoff" in f"{caught.value} {notes}"


# --- in every form -------------------------------------------------------------------------------


def test_the_spreadsheet_has_a_line_for_each_verdict(ledger):
    rows = list(csv.DictReader(io.StringIO(ledger.to_csv())))
    assert [(r["claim"], r["era"], r["verdict"]) for r in rows] == [
        (v.claim.name, v.era, v.status) for v in ledger
    ]
    assert rows[0]["passage"] == ledger[0].claim.source


def test_the_page_is_whole_and_loads_nothing(ledger):
    class Checker(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open, self.rows, self.loads = [], 0, []

        def handle_starttag(self, tag, attrs):
            self.open.append(tag)
            self.rows += tag == "tr"
            self.loads += [v for k, v in attrs if k in ("src", "href")]

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

    checker = Checker()
    checker.feed(written(ledger, Path("ledger.html"), explained=False))
    assert checker.open == []
    assert checker.loads == []
    assert checker.rows == len(ledger) + 1


def test_a_long_ledger_goes_over_several_pages_in_latex(ledger):
    long = replace(ledger, verdicts=ledger.verdicts * 2)
    said = long.to_latex()
    assert said.count(r"\begin{longtable}") == said.count(r"\end{longtable}") == 1
    rows = said[said.index(r"\endhead") : said.index(r"\bottomrule")].count(r"\\ \addlinespace")
    assert rows == len(long)


def test_json_says_what_the_verdicts_say(ledger):
    told = json.loads(written(ledger, Path("ledger.json"), explained=False))
    assert told["models"] == ["abandonment"]
    assert [v["status"] for v in told["verdicts"]] == [v.status for v in ledger]
    mixed = next(v for v in told["verdicts"] if v["claim"] == "firm_in_the_cold_war")
    assert mixed["example_fails"]["calibrations"]["Cold War"]["A_J"] == "1"


ROBUST = Robustness(
    needs=(Need("bound", "cold_war", "m_J", "at most", sp.Rational(1, 8), "m_J at most 0.125"),),
    radius=Radius(sp.Rational(5, 4), sp.Rational(3, 2)),
)
FAILING = Robustness(
    radius=Radius(None, sp.Integer(0)),
    shares=Shares(sp.Rational(1, 2), sp.Rational(1, 4), sampled=0.625, draws=1000),
    rescue=Rescue(
        "cold_war", "m_J", "at least", sp.Rational(1, 8), sp.Integer(0), sp.Rational(1, 2),
        "m_J at least 0.125",
    ),
)  # fmt: skip


def test_what_a_claim_needs_and_how_far_it_carries_stand_in_columns(abandonment, ledger):
    assert "radius" not in ledger.tables()[0].header
    robust = [replace(v, robustness=r) for v, r in zip(ledger, (ROBUST, FAILING), strict=False)]
    table = Ledger((abandonment,), tuple(robust)).tables()[0]
    first, second = (dict(zip(table.header, row, strict=True)) for row in table.rows)
    assert first["radius"] == "1.25 to 1.5"
    assert first["needs"] == "only: m_J at most 0.125"
    assert second["radius"] == "fails at the centre"
    assert second["needs"] == (
        "holds on 50.0 %; fails on 25.0 %; 25.0 % undecided; it holds at 62.5 % of 1,000 "
        "random calibrations; would hold with m_J at least 0.125"
    )


def test_what_is_asked_for_later_is_found_out_and_kept_with_the_verdict(abandonment):
    plain = dilemma.prove(abandonment, "C1.8")
    more, again = (
        dilemma.prove(abandonment, "C1.8", robust=True, thorough=True, seconds=20) for _ in range(2)
    )
    assert plain[0].robustness is plain[0].checks is None
    assert {need.what for need in more[0].robustness.needs} == {"assumption"}
    assert more[0].checks.attack.failing == 0
    assert again.verdicts == more.verdicts
    said = " ".join(str(again).split())
    assert "by z3 and exact bisection, which share nothing but the question: 1;" in said


def test_the_default_output_is_free_of_jargon(ledger):
    said = re.sub(r"z3 [\d.]+|exact bisection", "", str(ledger)).lower()
    for word in ("solver", "satisfiab", "unsat", "smt", "polynom", "nlsat", "bernstein"):
        assert word not in said


def test_a_claim_that_ran_out_of_time_says_so_and_what_it_speaks_of():
    """Of play it speaks though nothing of it was decided, and nobody is said to have decided it."""
    cork = dilemma.load("cork")
    found = dilemma.prove(
        cork, "post_cold_war.theta < cold_war.theta", seconds=0.05, cache=False, workers=2
    )
    (verdict,) = found.verdicts
    assert verdict.status == "open"
    assert verdict.of_play
    told = str(found) + str(found.explain())
    assert "Decided by" not in told
    assert "substituted back" not in told
    assert "more seconds" in told
