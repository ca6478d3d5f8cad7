"""The files in which verdicts are kept: what makes no sense counts as not there, nothing is run."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp

import dilemma
from dilemma import agenda
from dilemma.cache import Cache
from dilemma.proof.records import RecordError, record, verdict_of
from dilemma.proof.verdicts import Example

CLAIM = "stake_beats_entrapment"


@pytest.fixture
def folder():
    return Path(os.environ["DILEMMA_CACHE"])


def files(folder):
    return sorted(folder.rglob("*.json"))


SPOILT = {
    "empty": r".*",
    "cut off": r".{200}$",
    "no status of ours": '"status": "(proved)"',
    "a key missing": '"seconds": [^,]*, ',
    "of another era": '"era": "()"',
}


@pytest.mark.parametrize(("how", "pattern"), SPOILT.items())
def test_a_file_that_makes_no_sense_counts_as_not_there(abandonment, folder, how, pattern):
    dilemma.prove(abandonment, CLAIM)
    (path,) = files(folder)
    right = path.read_text(encoding="utf-8")
    wrong = re.sub(
        pattern, lambda m: m[0].replace(f'"{m[1]}"', '"x"') if m.lastindex else "", right
    )
    path.write_text(wrong, encoding="utf-8")
    assert wrong != right
    found = dilemma.prove(abandonment, CLAIM)
    assert (found[0].status, found.remembered) == ("proved", 0)
    assert json.loads(path.read_text(encoding="utf-8"))["verdicts"][0]["status"] == "proved"


@pytest.mark.parametrize("wrong", [b"null", b"[" * 100_000, b"\xff\x00", b'{"verdicts": [1]}'])
def test_a_file_of_something_else_counts_as_not_there(abandonment, folder, wrong):
    dilemma.prove(abandonment, CLAIM)
    (path,) = files(folder)
    path.write_bytes(wrong)
    found = dilemma.prove(abandonment, CLAIM)
    assert (found[0].status, found.remembered) == ("proved", 0)


@pytest.mark.parametrize("evil", ["__import__('os').getcwd()", "exit()", "2**(10**9)", "1/0"])
def test_a_number_in_a_file_is_read_and_never_run(abandonment, evil):
    (verdict,) = dilemma.prove(abandonment, "firm_in_the_cold_war")
    told = record(verdict)
    told["fails"]["calibrations"]["Cold War"]["m_J"] = evil
    with pytest.raises(RecordError, match="not a number"):
        verdict_of(told, "abandonment", verdict.claim)


def test_what_cannot_be_written_exactly_is_not_kept(abandonment, folder, monkeypatch):
    (verdict,) = dilemma.prove(abandonment, CLAIM, cache=False)
    odd = Example({}, {}, {}, {}, {"x": sp.Float("0.1")}, {})
    monkeypatch.setattr(agenda, "done", lambda _: (replace(verdict, holds=odd),))
    assert dilemma.prove(abandonment, CLAIM)[0].holds == odd
    assert files(folder) == []


def test_algebraic_numbers_are_kept_exactly(abandonment):
    (verdict,) = dilemma.prove(abandonment, CLAIM)
    odd = Example({}, {}, {}, {}, {"x": (1 + sp.sqrt(5)) / 2, "y": -sp.Rational(7, 3)}, {})
    told = record(replace(verdict, holds=odd))
    assert verdict_of(told, "abandonment", verdict.claim).holds == odd


def test_a_folder_that_cannot_be_written_is_told_and_does_no_harm(abandonment, tmp_path):
    path = tmp_path / "file"
    path.write_text("", encoding="utf-8")
    found = dilemma.prove(abandonment, CLAIM, cache=path)
    assert found[0].status == "proved"
    (note,) = found.notes
    assert note.startswith("Verdicts could not be kept: ")
    assert "".join(note.split()) in "".join(str(found).split())


def test_without_a_cache_nothing_is_written(abandonment, folder):
    dilemma.prove(abandonment, CLAIM, cache=False)
    assert not folder.exists()


def test_another_folder_may_be_named(abandonment, folder, tmp_path):
    dilemma.prove(abandonment, CLAIM, cache=tmp_path)
    assert files(tmp_path)
    assert not folder.exists()


def test_how_long_a_claim_took_is_known_whichever_version_decided_it(abandonment, folder):
    (verdict,) = dilemma.prove(abandonment, CLAIM)
    (version,) = (folder / "verdicts").iterdir()
    version.rename(version.with_name("0" * 16))
    assert Cache(folder).seconds("abandonment", CLAIM) == pytest.approx(verdict.seconds)
    assert Cache(folder).seconds("abandonment", "C1.2") is None
