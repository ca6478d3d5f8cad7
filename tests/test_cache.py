"""Verdicts are kept by what they are about, and nothing that is kept is trusted blindly."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp

import dilemma
from dilemma.claims.verdict import Checks, Radius, Robustness, record, verdict_of
from dilemma.ledger import cache
from dilemma.ledger import prove as agenda

CLAIM = "stake_beats_entrapment"


@pytest.fixture
def decided(monkeypatch):
    """The jobs that were done, in order."""
    jobs = []

    def spy(job, do=agenda.done):
        jobs.append(job)
        return do(job)

    monkeypatch.setattr(agenda, "done", spy)
    return jobs


@pytest.fixture
def folder():
    return Path(os.environ["DILEMMA_CACHE"])


def files(folder):
    return sorted(folder.rglob("*.json"))


# --- what is kept --------------------------------------------------------------------------------


def test_what_was_decided_is_not_decided_again(abandonment, decided):
    first = dilemma.prove(abandonment, CLAIM)
    second = dilemma.prove(dilemma.load("abandonment"), CLAIM)
    assert len(decided) == 1
    assert second.verdicts == first.verdicts
    assert (first.remembered, second.remembered) == (0, 1)
    assert "Decided before, and kept: 1 of 1." in str(second)


@pytest.mark.parametrize("name", ["firm_in_the_cold_war", "C1.6 in equilibrium"])
def test_an_example_is_read_back_exactly(abandonment, name):
    (verdict,) = dilemma.prove(abandonment, name)
    assert verdict.fails is not None
    again = verdict_of(json.loads(json.dumps(record(verdict))), "abandonment", verdict.claim)
    assert again == verdict


def test_fresh_forgets_what_is_asked_for_and_nothing_else(abandonment, decided):
    for name in (CLAIM, "C1.2"):
        dilemma.prove(abandonment, name)
    dilemma.prove(abandonment, CLAIM, fresh=True)
    dilemma.prove(abandonment, "C1.2")
    dilemma.prove(abandonment, CLAIM)
    assert [job.claim.name for job in decided] == [CLAIM, "firm_in_the_cold_war", CLAIM]


def test_a_claim_written_on_the_fly_is_kept_like_any_other(abandonment, decided):
    for _ in range(2):
        dilemma.prove(abandonment, "m_J <= 1", over="all")
    dilemma.prove(abandonment, "m_J <= 2", over="all")
    assert [job.claim.text["holds"] for job in decided] == ["m_J <= 1", "m_J <= 2"]


# --- what a verdict hangs on ---------------------------------------------------------------------

NOTHING = [
    {"title": "Another title"},
    {"reads": "Another story."},
    {"claims": {"firm_in_the_cold_war": {"holds": "dominant(us, strong)"}}},
    {"claims": {CLAIM: {"says": "Other words.", "expect": "mixed"}}},
]
SOMETHING = [
    {"parameters": {"m_J": {"range": [0, 2]}}},
    {"eras": {"cold_war": {"m_J": {"value": "0.03"}}}},
    {"claims": {CLAIM: {"given": "s_J > om_J + r_J + c_J and s_U > om_U + r_U + c_U"}}},
    {"claims": {CLAIM: {"over": "cold_war"}}},
    {"definitions": {"om_J": {"is": "w_J*m_J*E_J/2"}}},
    {"name": "another_name"},
]


@pytest.mark.parametrize("change", NOTHING)
def test_words_and_other_claims_leave_a_verdict_as_it_is(abandonment, decided, change):
    dilemma.prove(abandonment, CLAIM)
    found = dilemma.prove(abandonment.replace(**change), CLAIM)
    assert len(decided) == 1
    assert found[0].expected == found[0].claim.expect[""]


@pytest.mark.parametrize("change", SOMETHING)
def test_what_a_verdict_may_hang_on_has_it_decided_again(abandonment, decided, change):
    dilemma.prove(abandonment, CLAIM)
    dilemma.prove(abandonment.replace(**change), CLAIM)
    assert len(decided) == 2


def test_a_claim_is_decided_again_when_its_lemma_changes(abandonment, decided):
    lemma = {"over": "all", "says": "", "holds": "m_J <= 1"}
    claim = {"over": "all", "says": "", "holds": "m_J <= 2", "because": ["lemma"]}
    model = abandonment.replace(claims={"lemma": lemma, "claim_of_it": claim})
    dilemma.prove(model, "claim_of_it")
    dilemma.prove(model.replace(claims={"lemma": {"holds": "m_J <= 3"}}), "claim_of_it")
    assert [j.claim.name for j in decided] == ["lemma", "claim_of_it"] * 2


def test_a_formula_put_into_a_claim_is_seen_though_its_text_stays(abandonment, decided):
    claim = abandonment.claims[CLAIM]
    dilemma.prove(abandonment, claim)
    dilemma.prove(abandonment, replace(claim, holds=sp.Not(claim.holds)))
    assert len(decided) == 2


def test_another_version_of_what_decides_decides_again(abandonment, decided, monkeypatch):
    dilemma.prove(abandonment, CLAIM)
    source, _ = cache._stamped()
    monkeypatch.setattr(cache, "_stamped", lambda: (source, "0" * 16))
    dilemma.prove(abandonment, CLAIM)
    assert len(decided) == 2


def test_a_verdict_hangs_on_the_whole_package_and_not_on_one_folder_of_it():
    package = Path(dilemma.__file__).parent
    source = {name for name, *_ in cache._source()}
    assert source == {path.relative_to(package).as_posix() for path in package.rglob("*.py")}
    assert {"deciders/question.py", "games/tree/induction.py", "ledger/cache.py"} < source


def test_code_that_was_changed_under_a_running_process_keeps_nothing(
    abandonment, folder, monkeypatch
):
    monkeypatch.setattr(cache, "_source", lambda: (("changed.py", 1, 1),))
    (note,) = dilemma.prove(abandonment, CLAIM).notes
    assert "the package's own files have changed" in note
    assert files(folder) == []


def test_verdicts_of_the_last_few_versions_stay_and_nothing_else_is_touched(
    abandonment, folder, monkeypatch
):
    source, _ = cache._stamped()
    (folder / "verdicts" / "mine").mkdir(parents=True)
    for version in range(5):
        monkeypatch.setattr(cache, "_stamped", lambda v=version: (source, f"{v:016x}"))
        dilemma.prove(abandonment, CLAIM)
        time.sleep(0.01)
    left = {path.name for path in (folder / "verdicts").iterdir()}
    assert left == {"mine", *(f"{v:016x}" for v in range(2, 5))}


# --- open verdicts, and what comes later ---------------------------------------------------------


def test_an_open_verdict_serves_only_those_who_give_no_more_time(abandonment, monkeypatch):
    asked = []

    def never(job):
        asked.append(job.seconds)
        (verdict,) = dilemma.prove(abandonment, CLAIM, cache=False)
        return (replace(verdict, status="open", reason="out of time"),)

    honest = agenda.done
    monkeypatch.setattr(
        agenda, "done", lambda job: honest(job) if job.seconds == 60 else never(job)
    )
    for seconds in (40, 30, 40, 50):
        dilemma.prove(abandonment, CLAIM, seconds=seconds)
    assert asked == [40, 50]


def test_how_robust_a_verdict_is_joins_what_is_kept(abandonment, monkeypatch):
    jobs = []
    robust = Robustness(radius=Radius(sp.Integer(2), None, everywhere=True))
    checks = Checks(agree=("z3",), silent=(), attack=None)

    def found(job):
        jobs.append((bool(job.verdicts), job.robust, job.thorough))
        if job.robust:
            return tuple(replace(v, robustness=robust) for v in job.verdicts)
        if job.thorough:
            return tuple(replace(v, checks=checks) for v in job.verdicts)
        return honest(job)

    honest = agenda.done
    monkeypatch.setattr(agenda, "done", found)
    dilemma.prove(abandonment, CLAIM)
    dilemma.prove(abandonment, CLAIM, robust=True)
    dilemma.prove(abandonment, CLAIM, thorough=True)
    ((verdict),) = dilemma.prove(abandonment, CLAIM, robust=True, thorough=True)
    assert jobs == [(False, False, False), (True, True, False), (True, False, True)]
    assert (verdict.robustness, verdict.checks) == (robust, checks)


# --- the whole process ---------------------------------------------------------------------------


def test_a_warm_run_starts_neither_z3_nor_what_solves_games(abandonment, folder):
    dilemma.prove(abandonment, CLAIM)
    script = (
        "import sys\nfrom dilemma.cli.app import main\n"
        "sys.argv = ['dilemma', 'prove', 'abandonment.C1.8', '-o', 'ledger.csv']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('z3', 'scipy', 'nashpy', 'numpy', 'matplotlib') if m in sys.modules])"
    )
    root = Path(dilemma.__file__).parents[1]
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(root)}, cwd=folder,
    )  # fmt: skip
    assert ran.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="sends a signal")
def test_when_it_is_stopped_no_process_is_left_and_what_was_decided_is_kept(folder, tmp_path):
    root = Path(dilemma.__file__).parents[1]
    command = [sys.executable, "-m", "dilemma", "prove", "abandonment", "--workers", "2"]
    running = subprocess.Popen(
        command, cwd=root, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 60
    while not files(folder) and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert running.returncode == 130, said
    assert b"Traceback" not in said
    assert files(folder)
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)
