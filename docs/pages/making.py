"""All generated pages written before a build, and the build looked through afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dilemma
from dilemma.errors import DilemmaError
from pages import commands, gallery, inspection, literature, models, paper, reference
from pages.mathematics import displayed
from pages.verdicts import ledger, of_model

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["make", "setup"]

DOCS = Path(__file__).parents[1]
ROOT = DOCS.parent
MADE = DOCS / "generated"


def setup(app: Sphinx) -> dict[str, Any]:
    """Join the making of pages to a build; Sphinx calls this."""
    app.add_html_math_renderer("mathml", (displayed, None), (displayed, None))
    app.connect("builder-inited", lambda _: make())
    app.connect("build-finished", _inspect)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def make() -> None:
    """Write every generated page."""
    loaded = {name: dilemma.load(name) for name in dilemma.available()}
    for name, model in loaded.items():
        _write(f"models/{name}.md", models.page(model, of_model(model)))
    _write("models/index.md", models.index(list(loaded.values())))
    _write("paper.md", paper.page(loaded, tuple(ledger())))
    _literature()
    _write("command_line.md", commands.page())
    _write("reference/index.md", reference.index())
    for name in reference.public():
        _write(f"reference/{name}.md", reference.of_name(name))
    _gallery()


def _literature() -> None:
    names = dilemma.available(literature=True)
    published = {name: dilemma.load(name) for name in names}
    for name, model in published.items():
        verdicts = of_model(model, literature=True)
        told = models.page(model, verdicts, folder="models/literature")
        _write(f"literature/{name}.md", told)
    _write("literature/index.md", literature.page(published, tuple(ledger(literature=True))))


def _gallery() -> None:
    scripts = sorted((ROOT / "examples").glob("*.py"))
    ran = gallery.run_all(scripts, MADE / "gallery" / "pictures")
    for script, (printed, drawn) in ran.items():
        _write(f"gallery/{script.stem}.md", gallery.page(script, printed, drawn))
    notebooks = sorted(
        [*(ROOT / "examples").glob("*.ipynb"), *(DOCS / "notebooks").glob("*.ipynb")]
    )
    for notebook in notebooks:
        shutil.copy(notebook, MADE / "gallery" / notebook.name)
    _write("gallery/index.md", gallery.index(scripts, [n.stem for n in notebooks]))


def _write(name: str, text: str) -> None:
    """Write a page unless it is as it was, so that Sphinx need not read it again."""
    path = MADE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _inspect(app: Sphinx, failure: Exception | None) -> None:
    if failure is None and (found := inspection.trouble(Path(app.outdir), (ROOT, Path.home()))):
        raise DilemmaError("the site is not whole:\n" + "\n".join(found))
