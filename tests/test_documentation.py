"""What the documents show is what a reader gets, and the pages that are made say what is so."""

import doctest
import importlib
import re
import shlex
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import dilemma
from dilemma.errors import DilemmaError

pytestmark = [pytest.mark.slow, pytest.mark.kept]

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
MADE = DOCS / "generated"
DOCUMENTS = [
    ROOT / "README.md",
    *(file for file in sorted(DOCS.rglob("*.md")) if MADE not in file.parents),
]
RUN = re.compile(r"^```(python|console)$", re.MULTILINE)
BLOCK = re.compile(r"^```([\w{}-]+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SAME = doctest.OutputChecker().check_output


def called(path):
    return path.relative_to(ROOT).as_posix()


def blocks(path):
    """Yield a document's blocks with their languages; each python block with what it prints."""
    found = BLOCK.findall(path.read_text(encoding="utf-8"))
    for (language, text), (after, printed) in pairwise([*found, ("", "")]):
        yield language, text, printed if after == "text" else ""


def expected(shown, printed, what):
    """``...`` in what is shown stands for anything."""
    told = "\n".join(line.rstrip() for line in printed.splitlines()) + "\n"
    assert SAME(shown, told, doctest.ELLIPSIS), f"{what} prints\n{told}"


def commands(text):
    """Yield the commands of a console block, each with what it is shown to print."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


@pytest.mark.parametrize(
    "document", [file for file in DOCUMENTS if RUN.search(file.read_text("utf-8"))], ids=called
)
def test_what_a_document_shows_is_what_a_reader_gets(
    document, typed, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    names = {}
    for language, text, printed in blocks(document):
        match language:
            case "python":
                exec(compile(text, document.name, "exec"), names)
                expected(printed, capsys.readouterr().out, text)
            case "console" if document.name != "figures.md":  # minutes: see below
                for command, shown in commands(text):
                    _, *words = shlex.split(command)
                    code, out, err = typed(*words)
                    # 1: a claim that is not proved
                    assert code in ((0, 1) if words[0] == "prove" else (0,)), f"{command}: {err}"
                    if shown:
                        expected(shown, out, command)
            case "toml" if named := re.match(r"# (\w+\.toml)\n", text):
                Path(named[1]).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=called)
def test_links_lead_somewhere(document):
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(<?([^)#:>]+)(?:#[^)]*)?>?\)", text):
        place = (document.parent / target).resolve()
        assert place.exists() or MADE in place.parents, target


# --- pages that are made -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made():
    """The modules that make pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(DOCS))
        yield lambda name: importlib.import_module(f"pages.{name}")


@pytest.mark.parametrize("module", sorted(p.stem for p in (DOCS / "pages").glob("[!_]*.py")))
def test_examples_of_the_makers_hold(made, module):
    assert doctest.testmod(made(module)).failed == 0


def test_every_public_name_has_a_page(made):
    index = made("reference").index()
    errors = (DOCS / "errors.md").read_text(encoding="utf-8")
    for name in dilemma.__all__:
        assert f"({name}.md)" in index or f"dilemma.{name}\n" in errors, name
    for name in dilemma.errors.__all__:
        function = not isinstance(getattr(dilemma.errors, name), type)
        assert function or f".{name}\n" in errors, name


def test_every_figure_is_kept_and_its_command_is_one(made):
    import typer

    from dilemma.cli.app import app

    page = (DOCS / "figures.md").read_text(encoding="utf-8")
    drawn = made("figures").commands(page)
    assert [told[-1] for told in drawn] == re.findall(r"\(figures/(.*)\)", page)
    whole = typer.main.get_command(app)
    for name, *arguments in drawn:
        asked = whole.commands[name].make_context(name, arguments)
        assert (DOCS / "figures" / asked.params["output"]).read_bytes().startswith(b"\x89PNG")


def test_a_figures_command_draws_it(made, tmp_path):
    command = ["regions", "abandonment", "m_J", "v_J", "-o", "map.png"]
    (picture,) = made("figures").draw([command], tmp_path)
    assert picture.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(DilemmaError, match="draws nothing"):
        made("figures").draw([[*command[:3], "-o", "map.png"]], tmp_path / "none")


def test_every_command_and_option_is_on_its_page(made):
    import typer

    from dilemma.cli.app import app

    page = made("commands").page()
    for name, command in typer.main.get_command(app).commands.items():
        (own,) = re.findall(rf"^## dilemma {name}$(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
        for parameter in command.params:
            told = (
                parameter.opts[0] if parameter.opts[0].startswith("-") else parameter.name.upper()
            )
            assert told in own, (name, told)


@pytest.fixture(scope="module")
def decided(abandonment):
    """One abandonment, and verdicts on five of its claims: as they come, rescued, and refuted everywhere."""
    wanted = ["C1.1 Japan", "C1.1 Japan, rescued", "C1.2", "C1.8", "C1.6 Japan (W,W)"]
    return abandonment, [
        verdict for claim in wanted for verdict in dilemma.prove(abandonment, claim)
    ]


@pytest.fixture(scope="module")
def paper(made, decided):
    model, verdicts = decided
    return made("paper").page({model.name: model}, verdicts)


def under(page, title):
    return page.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_a_sentence_stands_under_what_became_of_it(paper):
    assert "C1.1 Japan, post-Cold War" in under(paper, "Sentences that hold in every calibration")
    somewhere = under(paper, "Sentences that fail somewhere")
    assert "C1.2, Cold War" in somewhere
    assert "C1.1 Japan, Cold War" in somewhere
    assert "C1.6 Japan (W,W)" in under(paper, "Sentences that fail everywhere")


def test_a_failing_sentence_has_its_exact_example(paper, decided):
    (verdict,) = (v for v in decided[1] if v.claim.label == "C1.2")
    told = under(paper, "Sentences that fail somewhere").split("**C1.2, Cold War.**")[1]
    at = verdict.fails.calibrations["Cold War"]
    for name in verdict.fails.moved["Cold War"]:
        assert f"`{name}` = {dilemma.theory.parts.decimal(at[name])}" in told


def test_a_failing_sentence_says_what_rescues_it(made, decided):
    rescuers = {
        (v.claim.label, v.era): [r.claim.label for r in made("paper").rescuers(v, decided[1])]
        for v in decided[1]
        if v.status != "proved"
    }
    assert rescuers == {
        ("C1.1 Japan", "cold_war"): ["C1.1 Japan, rescued"],
        ("C1.2", ""): ["C1.8"],
        ("C1.6 Japan (W,W)", ""): [],
    }


def test_a_page_is_not_made_where_a_claim_fares_otherwise(made, decided, monkeypatch):
    model, (*_, last) = decided
    wrong = dilemma.Ledger((model,), (replace(last, status="proved"),))
    verdicts = made("verdicts")
    monkeypatch.setattr(dilemma, "prove", lambda **_: wrong)
    verdicts.ledger.cache_clear()
    with pytest.raises(DilemmaError, match="is proved, not disproved"):
        verdicts.ledger()


@pytest.mark.parametrize("name", dilemma.available())
def test_a_models_page_has_its_parameters_claims_and_questions(made, name):
    model = dilemma.load(name)
    page = made("models").page(model, [], seconds=30)
    for parameter in model.parameters:
        assert f"| `{parameter}` |" in page
    for asked in model.questions.values():
        assert made("markdown").said(asked.asks) in page


def test_a_models_page_has_its_solution_and_verdicts(made, decided):
    model, verdicts = decided
    page = made("models").page(model, verdicts)
    solution = under(page, "Solution in symbols")
    assert "| (strong, strong) is an equilibrium |" in solution
    assert all(f"<br>`{v.claim.name}` |" in under(page, "Claims") for v in verdicts)


def test_the_page_of_the_literature_has_each_proposition_with_its_evidence(made):
    model = dilemma.load("stag_hunt_in_sequence")
    page = made("literature").page({model.name: model}, tuple(dilemma.prove(model)))
    assert "| read | 1 |" in page
    (row,) = [line for line in page.splitlines() if line.startswith("| 15.5 |")]
    assert "| read | **proved** |" in row
    assert f"[`{model.name}`]({model.name}.md)" in page


def test_an_example_is_shown_with_what_it_prints_and_draws(made, tmp_path):
    script = tmp_path / "examples" / "one.py"
    script.parent.mkdir()
    script.write_text('"""One.\n\nMore."""\n\nopen("a.png", "wb").close()\nprint(6 * 7)\n')
    gallery = made("gallery")
    printed, drawn = gallery.run_all([script], tmp_path / "pictures")[script]
    assert (printed, [file.name for file in drawn]) == ("42\n", ["one_a.png"])
    page = gallery.page(script, printed, drawn)
    assert page.startswith("# One\n\nMore.\n")
    assert "pictures/one_a.png" in page
    assert "```text\n42\n```" in page


def test_an_example_that_fails_stops_the_build(made, tmp_path):
    script = tmp_path / "examples" / "one.py"
    script.parent.mkdir()
    script.write_text('"""One."""\n\nprint(1 / 0)\n')
    with pytest.raises(DilemmaError, match="ZeroDivisionError"):
        made("gallery").run_all([script], tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('<script async src="https://a.b/c.js"></script>', ["loads https://a.b/c.js"]),
        ('<link rel="stylesheet" href="//a.b/c.css">', ["loads //a.b/c.css"]),
        ("@font-face { src: url(https://a.b/c.woff) }", ["loads https://a.b/c.woff"]),
        ('<a href="https://a.b">to read</a>', []),
        ('<img src="map.png">', []),
        ("at /home/somebody/x.py", ["names /home/somebody"]),
    ],
)
def test_what_a_page_loads_and_names_is_seen(made, tmp_path, text, told):
    (tmp_path / "page.html").write_text(text)
    found = made("inspection").trouble(tmp_path, (Path("/home/somebody"),))
    assert found == [f"page.html: {one}" for one in told]
