"""What a test, or an example in a docstring, finds of what earlier ones have kept: nothing.

But for tests of what is shipped, marked ``kept``: whole commands, pages and stories that all need
the same verdicts.  They, and the fixtures of their modules, have one folder, whichever process they
run in, so that each claim is decided once in a run; where DILEMMA_KEPT names it, in several runs.
"""

import os
from itertools import count

import pytest

NUMBERS = count()


def _together(tmp_path_factory):
    if folder := os.environ.get("DILEMMA_KEPT"):
        return folder
    own = tmp_path_factory.getbasetemp()
    return str((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "kept")


@pytest.fixture(scope="module", autouse=True)
def _folder_of_a_module(request, tmp_path_factory):
    marks = getattr(request.module, "pytestmark", [])
    kept = "kept" in {mark.name for mark in (marks if isinstance(marks, list) else [marks])}
    own = str(tmp_path_factory.getbasetemp() / "cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DILEMMA_CACHE", _together(tmp_path_factory) if kept else own)
        yield


@pytest.fixture(autouse=True)
def _own_folder(request, monkeypatch, tmp_path_factory):
    own = str(tmp_path_factory.getbasetemp() / f"cache-{next(NUMBERS)}")
    kept = request.node.get_closest_marker("kept") is not None
    monkeypatch.setenv("DILEMMA_CACHE", _together(tmp_path_factory) if kept else own)
