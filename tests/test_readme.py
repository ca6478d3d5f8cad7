"""The README's commands run, and its first screen shows it all; test_documentation has the rest."""

import io
import os
import re
import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest

import dilemma
from dilemma.cli.app import main
from dilemma.library import read

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def after(block):
    """Return the text block that follows another block."""
    rest = README[README.index(block) :]
    return re.search(r"^```text\n(.*?)^```", rest, re.DOTALL | re.MULTILINE)[1]


def test_the_main_command_ends_as_shown():
    block = next(b for b in blocks("sh") if "dilemma compare" in b and "venv" in b)
    arguments = block.strip().split("/dilemma ")[1].split()
    ran = subprocess.run(
        [sys.executable, "-m", "dilemma", *arguments],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    shown = after(block).splitlines()
    assert ran.stdout.splitlines()[-len(shown) :] == shown


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for all commands: a later one may read what an earlier one wrote."""
    return tmp_path_factory.mktemp("reader")


@pytest.mark.parametrize(
    "command",
    [
        line.split("#")[0].split()
        for block in blocks("sh")
        for line in block.splitlines()
        if line.startswith("dilemma ")
    ],
    ids=" ".join,
)
def test_every_command_shown_runs(command, folder, monkeypatch, capsys):
    """All in one process: what one has worked out of a model need not be worked out by the next."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", command)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(webbrowser, "open", lambda _: True)
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code in (0, None), capsys.readouterr().err


def test_the_mistake_is_shown_as_it_is_told(tmp_path):
    from dilemma.library import template

    wrong = tmp_path / "mine.toml"
    wrong.write_text(template().replace('"b - k", junior = "b"', '"bb - k", junior = "b"'), "utf-8")
    with pytest.raises(dilemma.ModelError) as told:
        read(wrong)
    assert str(told.value).replace(str(wrong), "mine.toml").strip() in README


def test_the_first_thirty_lines_show_it_all():
    top = "\n".join(README.splitlines()[:30])
    assert "region-map.png" in top
    assert top.count("```sh") == 2
    assert "```python" in top


def test_one_claim_is_explained_by_itself(folder):
    block = next(line for line in README.splitlines() if "one claim as a referee would" in line)
    arguments = block.split("#")[0].split()[1:]
    ran = subprocess.run(
        [sys.executable, "-m", "dilemma", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert len(re.findall(r"^Claim ", ran.stdout, re.MULTILINE)) == 1
    assert len(ran.stdout.splitlines()) < 120
    assert "mixed: holds at some calibrations and fails at others" in ran.stdout


def test_each_model_has_three_questions_for_a_class():
    assert "three questions a model" in README
    assert {len(dilemma.load(name).questions) for name in dilemma.available()} == {3}
