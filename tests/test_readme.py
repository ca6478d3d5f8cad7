"""The README's commands run, and its first screen shows it all; test_documentation has the rest."""

import re
import webbrowser
from pathlib import Path

import pytest

import dilemma
from dilemma.library import template
from dilemma.output.screen import WIDTH

pytestmark = [pytest.mark.slow, pytest.mark.kept]

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def after(block):
    """Return the text block that follows another block."""
    rest = README[README.index(block) :]
    return re.search(r"^```text\n(.*?)^```", rest, re.DOTALL | re.MULTILINE)[1]


def test_the_main_command_ends_as_shown(process):
    block = next(b for b in blocks("sh") if "dilemma table1" in b and "venv" in b)
    arguments = block.strip().split("/dilemma ")[1].split()
    ran = process(*arguments)
    assert ran.returncode == 0, ran.stderr
    shown = after(block).splitlines()
    assert ran.stdout.splitlines()[-len(shown) :] == shown
    assert len(shown) <= 10


def test_every_block_fits_80_columns():
    told = [
        line for how in ("text", "sh", "python") for b in blocks(how) for line in b.splitlines()
    ]
    assert told
    assert [line for line in told if len(line) > WIDTH] == []


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
def test_every_command_shown_runs(command, folder, monkeypatch, typed):
    """All in one process: what one has worked out of a model need not be worked out by the next."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(webbrowser, "open", lambda _: True)
    code, _, err = typed(*command[1:])
    assert code == 0, err


def test_the_mistake_is_shown_as_it_is_told(refusal):
    change = ('"b - k", junior = "b"', '"bb - k", junior = "b"')
    assert refusal(template(), change, name="mine.toml").strip() in README


def test_the_first_lines_show_it_all():
    top = "\n".join(README.splitlines()[:36])
    assert "region-map.png" in top
    assert top.count("```sh") == 2
    assert "```python" in top


def test_one_claim_is_explained_by_itself(folder, monkeypatch, typed):
    monkeypatch.chdir(folder)
    block = next(line for line in README.splitlines() if "as a referee would" in line)
    arguments = block.split("#")[0].split()[1:]
    code, out, err = typed(*arguments)
    assert code == 0, err
    assert len(re.findall(r"^Claim ", out, re.MULTILINE)) == 1
    assert len(out.splitlines()) < 120
    assert "mixed: holds at some calibrations and fails at others" in out


def test_each_model_has_three_questions_for_a_class():
    assert "three questions a model" in README
    assert {len(dilemma.load(name).questions) for name in dilemma.available()} == {3}
