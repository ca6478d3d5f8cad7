"""What a test, or an example in a docstring, finds of what earlier ones have kept: nothing.

But for tests of what is shipped, marked ``kept``: whole commands, pages and stories that all need
the same verdicts.  They have one folder, whichever process they run in, so that each claim is
decided once in a run; so do fixtures of whole modules.
"""

import os
from itertools import count

import pytest

NUMBERS = count()


def _together(tmp_path_factory):
    own = tmp_path_factory.getbasetemp()
    return str((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "kept")


@pytest.fixture(scope="session", autouse=True)
def _shared_folder(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DILEMMA_CACHE", _together(tmp_path_factory))
        yield


@pytest.fixture(autouse=True)
def _own_folder(request, monkeypatch, tmp_path_factory):
    own = str(tmp_path_factory.getbasetemp() / f"cache-{next(NUMBERS)}")
    kept = request.node.get_closest_marker("kept") is not None
    monkeypatch.setenv("DILEMMA_CACHE", _together(tmp_path_factory) if kept else own)
