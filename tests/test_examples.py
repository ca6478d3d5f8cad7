"""Every example runs, and stays short."""

import runpy
from pathlib import Path

import pytest

import dilemma

pytestmark = [pytest.mark.slow, pytest.mark.kept]

FOLDER = Path(__file__).parents[1] / "examples"
EXAMPLES = sorted(FOLDER.glob("*.py"))


def test_there_are_examples():
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda s: s.stem)
def test_example_runs(script, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(script), run_name="__main__")
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("alliance", ["nato", "us_rok"])
def test_another_alliance_takes_a_short_file_and_nothing_else(alliance, tmp_path):
    """It is compared, cut into regions, proved, drawn and shown in class as shipped models are."""
    path = FOLDER / f"{alliance}.toml"
    assert len(path.read_text(encoding="utf-8").splitlines()) < 40
    model = dilemma.load(path)
    assert str(dilemma.compare(model))
    regions = dilemma.regions(model)
    assert all(era.covered for era in regions.eras)
    assert {v.status for v in dilemma.prove(model, cache=False, workers=1)} == {"mixed"}
    one, other = list(model.parameters)[:2]
    dilemma.plot(dilemma.region_map(model, one, other)).savefig(tmp_path / "map.png")
    assert (tmp_path / "map.png").stat().st_size > 10_000
    assert model.title in dilemma.classroom([model]).html


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda s: s.stem)
def test_example_is_short(script):
    assert len(script.read_text(encoding="utf-8").splitlines()) < 40
