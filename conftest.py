"""No test, and no example in a docstring, reads what an earlier one has kept."""

from itertools import count

import pytest

NUMBERS = count()


@pytest.fixture(scope="session", autouse=True)
def _shared_folder(tmp_path_factory):
    """Stand in where a fixture of a whole module decides claims."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DILEMMA_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        yield


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / f"cache-{next(NUMBERS)}"
    monkeypatch.setenv("DILEMMA_CACHE", str(folder))
