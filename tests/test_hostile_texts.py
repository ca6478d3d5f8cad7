"""Texts of a model are data: whatever stands in them steers no terminal, page, TeX or spreadsheet."""

import csv
import html.parser
import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

import dilemma
from dilemma import figures
from dilemma.errors import DilemmaError
from dilemma.ledger.ledger import written
from dilemma.library import written as exchanged
from dilemma.output.cleaning import as_json, cell, drawn, visible
from hostile import CORPUS, LETTERS, MARKS, STEERING, hostile, steers


@pytest.fixture(scope="module", params=range(0, len(CORPUS), 8))
def model(request):
    return hostile(request.param)


@pytest.fixture(scope="module")
def results(model):
    return [
        dilemma.sheet(model),
        dilemma.solve(model, "then"),
        dilemma.compare(model, draws=20),
        dilemma.prove(model, seconds=20),
        dilemma.prove(model, seconds=20).explain(),
    ]


# --- the functions ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", STEERING)
def test_what_steers_goes(text):
    assert steers(text)
    assert not steers(visible(text))


@pytest.mark.parametrize("text", [*MARKS, *LETTERS])
def test_letters_and_marks_stay(text):
    assert visible(text) == text


@pytest.mark.parametrize("text", CORPUS)
def test_json_keeps_everything_and_shows_nothing_that_steers(text):
    assert json.loads(as_json({"text": text})) == {"text": text}
    assert not steers(as_json({"text": text}))


@pytest.mark.parametrize("text", ["-1", "-0.25", "-1/3", "-1e-05", "12", "0.1 to 0.2", "a=b", ""])
def test_a_spreadsheet_has_numbers_as_they_are(text):
    assert cell(text) == text


@pytest.mark.parametrize("text", ["=1", "+1", "-x", "@x", "\t=1", " =1", "\n=1", "-1+1", "＝1"])
def test_a_spreadsheet_takes_no_text_for_a_formula(text):
    assert cell(text).startswith("'")


# --- results ------------------------------------------------------------------------------------


def test_a_terminal_shows_nothing_that_steers(results):
    for found in results:
        assert not steers(str(found))
        assert not steers(found.to_json())


class _Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not attrs or tag in ("html", "meta"), (tag, attrs)


def test_a_notebook_finds_no_mathematics(results, model):
    for found in [*results, model]:
        shown = found._repr_html_()
        assert "$" not in shown.replace("<span>$</span>", "")
        assert "\\" not in shown.replace("<span>\\</span>", "")


def test_a_session_shows_a_model_that_steers_nothing(model):
    assert not steers(repr(model))
    assert "\n" not in repr(model)


def test_html_has_no_marks_but_its_own(results):
    for found in results:
        reader = _Tags()
        reader.feed(found.to_html())
        assert not reader.tags & {"script", "img", "a"}
        assert not steers(found.to_html())


def test_what_a_notebook_shows_of_a_model_has_no_marks_but_its_own(model):
    reader = _Tags()
    reader.feed(model._repr_html_())
    assert not reader.tags & {"script", "img", "a"}
    assert not steers(model._repr_html_())


def test_a_spreadsheet_runs_nothing(model):
    ledger = dilemma.prove(model, seconds=20)
    for row in csv.reader(io.StringIO(ledger.to_csv())):
        for told in row:
            number = re.fullmatch(r"-?[\d.]+", told)
            assert number or not re.match(r"\s*[-=+@\t\r]", told), told
            assert not steers(told)


def test_a_page_for_class_runs_only_its_own_script(model):
    page = dilemma.classroom([model]).html
    assert len(re.findall(r"<script", page)) == 2  # data and code
    assert "<img" not in page
    assert not steers(page)


def test_figures_show_dollars_and_begin_no_formula(model, tmp_path):
    found = [
        dilemma.region_map(model, "D", "p_J"),
        dilemma.best_replies(model),
        dilemma.trace(model, "D", 2, 10, points=4),
        dilemma.prove(model, seconds=20),
    ]
    for number, result in enumerate(found):
        path = tmp_path / f"{number}.svg"
        figures.save(figures.plot(result), path)
        assert not steers(path.read_text("utf-8"))
        ET.parse(path)


@pytest.mark.parametrize(
    "text", [r"$\foo_{\mathrm{J}}$", r"\$x$", "$$$", r"a \$ b $ \frac", r"$x_{\mathrm{J}}$ $"]
)
def test_a_figure_takes_no_text_for_a_formula(text, tmp_path):
    document = dict(hostile(0).document)
    model = dilemma.Model(name="hostile", **{**document, "title": text})
    ledger = dilemma.prove(model, seconds=20)
    figure = figures.plot(ledger)
    figure.text(0, 0, drawn(text))
    figures.save(figure, tmp_path / "ledger.svg")
    ET.parse(tmp_path / "ledger.svg")


def test_what_is_asked_and_said_in_class_is_shown_as_it_is(tmp_path, monkeypatch, capsys):
    from dilemma.cli import app as cli

    path = tmp_path / "smile.toml"
    document = {**hostile(0).document, "title": ":smile: [b]bold[/b]"}
    path.write_text(
        dilemma.Model(name="smile", **document).to_toml(), encoding="utf-8", newline="\n"
    )
    monkeypatch.setattr(sys, "argv", ["dilemma", "demo", str(path), "--draws", "5"])
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    cli.app(prog_name="dilemma", standalone_mode=False)
    assert ":smile: [b]bold[/b]" in capsys.readouterr().out


def test_what_is_written_back_is_the_same_model(model, tmp_path):
    path = tmp_path / "hostile.toml"
    path.write_text(model.to_toml(), encoding="utf-8", newline="\n")
    assert dilemma.load(path).document == model.document


def test_files_for_gambit_are_read_back(model, tmp_path):
    path = tmp_path / "hostile.nfg"
    path.write_text(exchanged(model, ".nfg", "then", {}), encoding="utf-8")
    assert not steers(path.read_text("utf-8"))
    assert len(dilemma.solve(dilemma.load(path))) == len(dilemma.solve(model, "then"))


@pytest.mark.parametrize("ending", [".html", ".tex", ".json", ".csv"])
def test_a_ledger_in_a_file_steers_nothing(results, ending, tmp_path):
    (ledger,) = (found for found in results if isinstance(found, dilemma.Ledger))
    assert not steers(written(ledger, tmp_path / f"ledger{ending}", explained=True))


# --- errors and the command line ----------------------------------------------------------------

WRONG = """title = "A \\u001b[31mred\\u202e game"
kind = "matrix"
source = "\x9b31m \u202e raw"  # raw signs in the line that an error shows
reads = ""
wrong\u202e = 1
"""


def test_an_error_that_shows_a_line_steers_nothing(tmp_path):
    path = tmp_path / "wrong\u202e\x1b[31m.toml"
    for text in (WRONG, WRONG.replace("wrong\u202e", '"wrong\\u001b[31m"')):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DilemmaError) as error:
            dilemma.load(path)
        assert not steers(str(error.value))


def test_each_mistake_by_itself_steers_nothing(tmp_path):
    path = tmp_path / "wrong\u202e\x1b[31m.toml"
    path.write_text(WRONG, encoding="utf-8")
    with pytest.raises(DilemmaError) as error:
        dilemma.load(path)
    assert not any(steers(str(mistake)) for mistake in error.value.mistakes)


def test_carets_stay_below_what_is_wrong(tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text('title = "a\u202e\u200b\u202db"; kind = 1\n', encoding="utf-8")
    with pytest.raises(DilemmaError) as error:
        dilemma.load(path)
    _, shown, carets, *_ = str(error.value).splitlines()
    assert shown[carets.index("^")] == ";"


def test_names_that_are_asked_for_are_told_back_harmlessly(abandonment):
    with pytest.raises(DilemmaError) as error:
        dilemma.solve(abandonment, "cold\x1b[31m")
    assert not steers(str(error.value))


@pytest.mark.slow
def test_the_command_line_steers_no_terminal(tmp_path):
    path = tmp_path / "hostile.toml"
    path.write_text(hostile(0).to_toml(), encoding="utf-8", newline="\n")
    for command in (["show", path], ["solve", path, "--json"], ["demo", path, "--draws", "10"]):
        ran = subprocess.run(
            [sys.executable, "-m", "dilemma", *map(str, command)],
            capture_output=True, check=False, input=b"\n" * 99, timeout=120,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        assert not steers((ran.stdout + ran.stderr).decode("utf-8"))


def test_an_argument_that_steers_is_refused():
    ran = subprocess.run(
        [sys.executable, "-m", "dilemma", "show", "\x1b[31mred\u202e"],
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 2
    assert b"control characters" in ran.stderr
    assert not steers(ran.stderr.decode("utf-8"))
