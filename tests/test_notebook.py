"""The notebook runs, and says what is stored in it.

Where it is to say something else, ``python tests/test_notebook.py`` runs it and stores what comes.
"""

import os
import re
import tempfile
import warnings
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.slow

NOTEBOOK = Path(__file__).parents[1] / "examples" / "the_paper_as_games.ipynb"
WHEN_AND_WITH_WHAT = (  # what differs from one run to the next
    (r"in \d+\.\d+ s\b", "in … s"),
    (r"(z3|nashpy|sympy|numpy) \d+(\.\d+)+", r"\1 …"),
    (r"<Figure size .*>", "<Figure>"),
)


def stored():
    return nbformat.read(NOTEBOOK, as_version=4)


def run(folder):
    """Return the notebook as a new kernel fills it, in a folder of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of Jupyter's own packages
        from nbclient import NotebookClient

        notebook = stored()
        for cell in notebook.cells:
            cell.pop("outputs", None)
            if cell.cell_type == "code":
                cell.outputs = []
        where = {"metadata": {"path": str(folder)}}
        client = NotebookClient(
            notebook, timeout=120, record_timing=False, coalesce_streams=True, resources=where
        )
        return client.execute()


def said(notebook):
    """Return what each cell prints or returns, as text."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            told = [
                each.get("text") or each.get("data", {}).get("text/plain", "")
                for each in cell.outputs
            ]
            text = "\n".join(told)
            for pattern, same in WHEN_AND_WITH_WHAT:
                text = re.sub(pattern, same, text)
            yield cell.source, text


def test_a_run_says_what_is_stored(tmp_path):
    fresh = run(tmp_path)
    assert list(said(fresh)) == list(said(stored()))
    assert list(pictures(fresh)) == list(pictures(stored()))


def pictures(notebook):
    """Return the sources of the cells that draw."""
    for cell in notebook.cells:
        if any("image/png" in each.get("data", {}) for each in cell.get("outputs", ())):
            yield cell.source


def test_it_has_a_picture_for_each_kind_of_game():
    assert len(list(pictures(stored()))) >= 4


def test_it_is_small_and_knows_no_machine():
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert len(text) < 1_000_000
    assert set(stored().metadata) == {"kernelspec", "language_info"}
    assert not any(cell.metadata for cell in stored().cells)
    assert not re.search(r"/(home|root|tmp|work|Users)/", text)


@pytest.mark.parametrize(
    "cell", [c for c in stored().cells if c.cell_type == "code"], ids=lambda c: c.id
)
def test_it_uses_public_names_only(cell):
    import dilemma

    assert set(re.findall(r"\bdilemma\.(\w+)", cell.source)) <= set(dilemma.__all__)
    assert not re.search(r"\._\w", cell.source)


def store():
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DILEMMA_CACHE"] = folder
        notebook = run(folder)
    for cell in notebook.cells:
        cell.metadata = {}
    notebook.metadata = stored().metadata
    nbformat.write(notebook, NOTEBOOK)


if __name__ == "__main__":
    store()
