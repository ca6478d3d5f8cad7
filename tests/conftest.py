"""What several test files need: the shipped models, read once, the command line, wrong files."""

import sys
from types import SimpleNamespace

import pytest

import dilemma
from dilemma.cli.app import main


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
def command(monkeypatch, capsys):
    """Run the command line in this process, where everything is loaded, as if it were typed."""

    def command(*words):
        monkeypatch.setattr(sys, "argv", ["dilemma", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        return SimpleNamespace(code=left.value.code or 0, out=printed.out, err=printed.err)

    return command


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
