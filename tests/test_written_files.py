"""Files are written whole or not at all; what is silly on the command line is refused in a sentence."""

import subprocess
import sys
from pathlib import Path

import pytest

from dilemma.errors import DilemmaError
from dilemma.output import result as files

FULL = Path("/dev/full")


# --- files --------------------------------------------------------------------------------------


def test_a_file_is_written_whole(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("before")
    files.write(path, "after\n")
    assert path.read_bytes() == b"after\n"
    assert [*tmp_path.iterdir()] == [path]


def test_a_disk_that_is_full_leaves_what_was_there(tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dilemma.output.result.os.fsync", full)
    path = tmp_path / "a.csv"
    path.write_text("before")
    with pytest.raises(DilemmaError, match=r"a\.csv: No space left .*; nothing was written"):
        files.write(path, "after")
    with pytest.raises(DilemmaError):
        files.write(tmp_path / "new.csv", "after")
    assert path.read_text() == "before"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
def test_a_device_that_is_full_is_told():
    with pytest.raises(DilemmaError, match="No space left"):
        files.write(FULL, "after")


COMMANDS = {
    "prove": (["prove", "abandonment", "--seconds", "600", "-o"], "x.csv"),
    "plot": (["plot", "tornado", "hedging", "x_J", "-o"], "x.png"),
    "regions": (["regions", "abandonment", "m_J", "v_J", "-o"], "x.svg"),
    "classroom": (["classroom", "-o"], "x.html"),
    "convert": (["convert", "abandonment", "--era", "cold_war"], "x.nfg"),
    "new": (["new"], "x.toml"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("where", ["no folder", "a folder", "another ending"])
def test_where_nothing_can_be_written_is_said_before_any_work(
    command, where, tmp_path, monkeypatch, typed
):
    words, name = COMMANDS[command]
    path = {"no folder": tmp_path / "none" / name, "a folder": tmp_path / name}.get(
        where, tmp_path / "x.exe"
    )
    if where == "a folder":
        path.mkdir()

    def work(*_, **__):
        raise AssertionError("worked before it looked")

    for place in ("ledger.prove.prove_all", "cli.pictures.picture", "page.page.classroom"):
        monkeypatch.setattr(f"dilemma.{place}", work)
    assert typed(*words, path).code == 2
    assert not path.is_file()


def test_a_map_of_no_parameter_is_refused_before_its_file(typed):
    code, _, err = typed("regions", "abandonment", "m_J", "no/where")
    assert code == 2
    assert "no parameter 'no/where'" in err


# --- what is printed ----------------------------------------------------------------------------


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_output_that_cannot_be_printed_is_an_error(form):
    with FULL.open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "dilemma", "list", *form],
            stdout=full, stderr=subprocess.PIPE, check=False, timeout=120,
        )  # fmt: skip
    assert ran.returncode == 2
    assert b"No space left" in ran.stderr
    assert b"Traceback" not in ran.stderr
    assert b"Exception ignored" not in ran.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pipes close otherwise there")
def test_a_reader_that_has_had_enough_ends_it_quietly():
    with subprocess.Popen(
        [sys.executable, "-m", "dilemma", "show", "abandonment"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        told = process.stderr.read()
        process.wait(timeout=120)
    assert told == b""
    assert process.returncode == 141


# --- numbers ------------------------------------------------------------------------------------

SILLY = {
    "--seconds": ["nan", "-1", "0", "inf", "-inf", "x", "1e999", ""],
    "--seed": ["-1", "x", "1.5", str(10**30)],
    "--draws": ["0", "-5", str(10**12), "x"],
    "--workers": ["0", "-1", str(10**9)],
    "--starts": ["-1", str(10**12)],
    "--most": ["0", "-1"],
}
USED = {
    "--seconds": ["solve abandonment", "prove abandonment", "statics hedging", "plot ledger cork",
                  "propositions abandonment", "select abandonment", "regions abandonment"],
    "--seed": ["select abandonment", "compare abandonment", "statics hedging", "demo"],
    "--draws": ["compare abandonment", "regions abandonment", "demo"],
    "--workers": ["prove abandonment"],
    "--starts": ["select abandonment"],
    "--most": ["solve abandonment"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("command", "option", "value"),
    [(c, o, v) for o, values in SILLY.items() for v in values for c in USED[o]],
)
def test_silly_numbers_are_refused(command, option, value, typed):
    code, _, err = typed(*command.split(), f"{option}={value}")
    assert code == 2
    assert option in err
