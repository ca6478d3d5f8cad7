"""What takes longer than a second says so: on standard error, if that is a terminal, and nowhere else."""

import io
import sys
import threading

import pytest

from dilemma.cli import arguments


class Terminal(io.StringIO):
    """A terminal that tells when something of a kind has been written to it."""

    def __init__(self, wanted=""):
        super().__init__()
        self.wanted, self.seen = wanted, threading.Event()

    def isatty(self):
        return True

    def write(self, text):
        if self.wanted and self.wanted in text:
            self.seen.set()
        return super().write(text)


@pytest.fixture
def terminal(monkeypatch):
    def terminal(wanted="", after=0.0):
        monkeypatch.setattr(arguments, "AFTER", after)
        monkeypatch.setenv("TERM", "xterm")
        shown = Terminal(wanted)
        monkeypatch.setattr(sys, "stderr", shown)
        return shown

    return terminal


def test_what_is_being_done_is_shown_though_nothing_tells_how_much_of_it(terminal):
    shown = terminal("waiting")
    with arguments.progress("waiting"):
        assert shown.seen.wait(30)


def test_how_much_is_done_is_shown_as_it_is_told(terminal):
    shown = terminal("counting")
    with arguments.progress("counting") as tell:
        assert shown.seen.wait(30)
        tell(0.25, "the first of four")
    assert "counting the first of four" in shown.getvalue()
    assert "25%" in shown.getvalue()


def test_nothing_is_shown_of_what_is_done_before(terminal):
    shown = terminal(after=3600.0)
    with arguments.progress("hurrying") as tell:
        tell(0.5, "half")
    assert "hurrying" not in shown.getvalue()


def test_nothing_is_shown_where_nobody_looks(monkeypatch):
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(arguments, "AFTER", 0.0)
    with arguments.progress("working") as tell:
        tell(0.5, "half")
    assert shown.getvalue() == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("doing", "words"),
    [
        ("cutting", ("regions", "abandonment", "--draws", 100)),
        ("differentiating", ("statics", "gravity", "--era", "post_cold_war")),
        ("solving", ("commitment", "cork", "--era", "cold_war")),
        ("drawing", ("plot", "tornado", "burden", "t", "-o", "t.svg")),
    ],
)
def test_a_command_that_takes_long_says_what_it_does(
    doing, words, typed, terminal, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    shown = terminal(doing)
    assert typed(*words).code == 0
    assert shown.seen.is_set()
