"""The command line says its version, and lines to try, which work as they stand."""

import shlex

import pytest
import typer

import dilemma
from dilemma.cli.app import app
from dilemma.cli.lines_to_try import EXAMPLES

ELSEWHERE = ("table1", "scenario")  # they take minutes: README's lines are run by test_readme
LINES = [(name, line) for name, lines in EXAMPLES.items() for line in lines]


def test_the_version_is_the_packages(typed):
    assert typed("--version") == (0, f"dilemma {dilemma.__version__}\n", "")


def test_every_command_has_lines_to_try():
    assert set(EXAMPLES) == set(typer.main.get_command(app).commands)
    assert all(2 <= len(lines) <= 3 for lines in EXAMPLES.values())
    assert all(line.split()[:2] == ["dilemma", name] for name, line in LINES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_help_shows_the_lines_unbroken(name, typed):
    out = typed(name, "--help").out
    shown = [line.strip() for line in out.splitlines()]
    assert "Examples:" in shown
    assert [line for line in EXAMPLES[name] if line not in shown] == []


@pytest.mark.slow
@pytest.mark.parametrize("line", [line for name, line in LINES if name not in ELSEWHERE])
def test_a_line_works_as_it_stands(line, typed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = typed(*shlex.split(line)[1:], stdin="1\n" * 100)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out
