"""The files in which verdicts are kept: what makes no sense counts as not there, nothing is run."""

import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp

import dilemma
from dilemma.claims.verdict import Example, RecordError, record, verdict_of
from dilemma.ledger import cache
from dilemma.ledger import prove as agenda
from dilemma.ledger.cache import Cache

CLAIM = "stake_beats_entrapment"
POSIX = pytest.mark.skipif(os.name == "nt", reason="the system knows no modes, owners or pipes")


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


# --- who has written it ---------------------------------------------------------------------------


def secret(folder):
    (path,) = folder.glob("secret-*")
    return path


def forge(path):
    """Turn what is kept into its opposite, as whoever can write to the folder may."""
    told = json.loads(path.read_text(encoding="utf-8"))
    for verdict in told["verdicts"]:
        verdict["status"] = "disproved"
    path.write_text(json.dumps(told), encoding="utf-8")


def believed(found):
    return found[0].status, found.remembered, sum("Decided again" in note for note in found.notes)


def test_a_forged_verdict_is_not_believed_and_told_once(abandonment, folder):
    dilemma.prove(abandonment, CLAIM)
    (path,) = files(folder)
    forge(path)
    assert believed(dilemma.prove(abandonment, CLAIM)) == ("proved", 0, 1)
    assert believed(dilemma.prove(abandonment, CLAIM)) == ("proved", 1, 0)


@pytest.mark.parametrize("seal", [None, "", "0" * 64, 7, "\u00e4"])
def test_a_seal_of_ones_own_making_is_none(abandonment, folder, seal):
    dilemma.prove(abandonment, CLAIM)
    (path,) = files(folder)
    forge(path)
    told = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**told, "seal": seal}), encoding="utf-8")
    assert believed(dilemma.prove(abandonment, CLAIM)) == ("proved", 0, 1)


def test_a_right_file_in_the_place_of_another_claims_is_not_believed(abandonment, folder):
    dilemma.prove(abandonment, CLAIM)
    (proved,) = files(folder)
    assert dilemma.prove(abandonment, "m_J > 1", over="all")[0].status == "disproved"
    (other,) = {*files(folder)} - {proved}
    other.write_bytes(proved.read_bytes())
    found = dilemma.prove(abandonment, "m_J > 1", over="all")
    assert believed(found) == ("disproved", 0, 1)


@pytest.mark.parametrize("bad", [None, b"", b"short", b"x" * 33, b"x" * 10**6])
def test_without_its_secret_all_is_decided_again_and_sealed_anew(abandonment, folder, bad):
    dilemma.prove(abandonment, CLAIM)
    kept = secret(folder)
    kept.unlink()
    if bad is not None:
        kept.write_bytes(bad)
    assert believed(dilemma.prove(abandonment, CLAIM)) == ("proved", 0, 1)
    assert believed(dilemma.prove(abandonment, CLAIM)) == ("proved", 1, 0)
    assert secret(folder).stat().st_size == 32


@POSIX
def test_a_secret_is_its_users_alone(abandonment, folder):
    dilemma.prove(abandonment, CLAIM)
    known = secret(folder).read_bytes()
    assert secret(folder).stat().st_mode & 0o777 == 0o600
    secret(folder).chmod(0o644)  # somebody may have read it
    assert believed(dilemma.prove(abandonment, CLAIM)) == ("proved", 0, 1)
    assert secret(folder).read_bytes() != known
    assert secret(folder).stat().st_mode & 0o777 == 0o600


@POSIX
def test_a_secret_that_is_somebody_elses_is_none(abandonment, folder, monkeypatch):
    dilemma.prove(abandonment, CLAIM)
    me = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: me + 1)
    secret(folder).rename(folder / f"secret-{os.getuid()}")
    found = dilemma.prove(abandonment, CLAIM)
    assert believed(found) == ("proved", 0, 1)
    assert any("could not be kept" in note for note in found.notes)


@POSIX
@pytest.mark.parametrize("what", ["pipe", "link", "folder"])
def test_what_is_no_plain_file_keeps_nobody_waiting(abandonment, folder, tmp_path, what):
    dilemma.prove(abandonment, CLAIM)
    for path in (*files(folder), secret(folder)):
        elsewhere = tmp_path / path.name
        path.rename(elsewhere)
        match what:
            case "pipe":
                os.mkfifo(path)
            case "link":
                path.symlink_to(elsewhere)
            case "folder":
                path.mkdir()
    assert believed(dilemma.prove(abandonment, CLAIM)) == ("proved", 0, 1)


def test_a_file_of_unreasonable_size_is_not_read(abandonment, folder, monkeypatch):
    monkeypatch.setattr(cache, "LARGEST", 200)
    dilemma.prove(abandonment, CLAIM)
    assert believed(dilemma.prove(abandonment, CLAIM)) == ("proved", 0, 1)


def test_processes_that_make_a_secret_at_once_have_one(tmp_path):
    path = tmp_path / "secret"
    with ThreadPoolExecutor(16) as several:
        made = set(several.map(lambda _: cache._own_secret(path), range(64)))
    assert made == {path.read_bytes()}
    assert [p.name for p in tmp_path.iterdir()] == ["secret"]


@pytest.mark.parametrize("seconds", ["1e400", "NaN", '"x"', "null"])
def test_how_long_a_claim_took_is_a_number_or_not_known(abandonment, folder, seconds):
    dilemma.prove(abandonment, CLAIM)
    (path,) = files(folder)
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'"seconds": [^,]*,', f'"seconds": {seconds},', text), encoding="utf-8")
    assert Cache(folder).seconds("abandonment", CLAIM) is None


# --- numbers, folders -----------------------------------------------------------------------------


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


def test_a_folder_that_may_not_be_looked_into_is_told_and_does_no_harm(
    abandonment, folder, monkeypatch
):
    def denying(method):
        def refuse(path, *arguments, **options):
            if path.is_relative_to(folder):
                raise PermissionError(13, "Permission denied", str(path))
            return method(path, *arguments, **options)

        return refuse

    for what in ("glob", "is_dir", "mkdir"):  # what the system denies to all but root
        monkeypatch.setattr(Path, what, denying(getattr(Path, what)))
    found = dilemma.prove(abandonment, CLAIM)
    assert found[0].status == "proved"
    (told,) = found.notes
    assert "could not be kept" in told
    assert "Permission denied" in told


def test_what_cannot_be_put_in_its_place_names_the_place(abandonment, folder):
    dilemma.prove(abandonment, CLAIM)
    (kept,) = files(folder)
    kept.unlink()
    kept.mkdir()
    found = dilemma.prove(abandonment, CLAIM)
    assert found[0].status == "proved"
    assert str(kept) in " ".join(found.notes)


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
