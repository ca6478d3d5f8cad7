"""What several test files need: the shipped models, read once, the command line, wrong files."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import dilemma
from dilemma.cli.app import main


class Ended(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def abandonment():
    return dilemma.load("abandonment")


@pytest.fixture(scope="session")
def abandonment_hedging():
    return dilemma.load("abandonment_hedging")


@pytest.fixture(scope="session")
def hedging():
    return dilemma.load("hedging")


@pytest.fixture(scope="session")
def cork():
    return dilemma.load("cork")


@pytest.fixture(scope="session")
def burden():
    return dilemma.load("burden")


@pytest.fixture
def typed(monkeypatch, capsys):
    """Run the command line in this process, where everything is loaded, as if it were typed."""

    def typed(*words, stdin=""):
        monkeypatch.setattr(sys, "argv", ["dilemma", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        return Ended(left.value.code or 0, printed.out, printed.err)

    return typed


@pytest.fixture(scope="session")
def process():
    """Run the command line in a process of its own."""

    def process(*words, stdin="", cwd=None, **environment):
        here = Path(dilemma.__file__).parents[1]
        paths = os.pathsep.join(filter(None, [str(here), os.environ.get("PYTHONPATH", "")]))
        return subprocess.run(
            [sys.executable, "-m", "dilemma", *map(str, words)],
            input=stdin, cwd=cwd, capture_output=True, encoding="utf-8", check=False, timeout=300,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8", **environment},
        )  # fmt: skip

    return process


@pytest.fixture
def written(tmp_path):
    """Write a model file, some of its words changed."""

    def written(text, *changes, name="model.toml"):
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return written


@pytest.fixture
def refusal(written):
    """Return all that is said of a model file once some of its words are others."""

    def refusal(text, *changes, name="model.toml"):
        path = written(text, *changes, name=name)
        with pytest.raises(dilemma.ModelError) as caught:
            dilemma.load(path)
        assert isinstance(caught.value, ValueError)
        return str(caught.value).replace(str(path), name)

    return refusal
