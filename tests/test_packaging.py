"""The package works from a built wheel in an empty folder, models and all."""

import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import pytest

import dilemma

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
CHECKOUT = (ROOT / "pyproject.toml").is_file()


def run(*command, cwd):
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    ran = subprocess.run(
        [str(c) for c in command], cwd=cwd, env=clean, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A fresh environment with the wheel, and this environment's libraries."""
    where = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", where, cwd=ROOT)
    (wheel,) = where.glob("*.whl")
    home = where / "fresh"
    venv.create(home, with_pip=True)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run(python, "-m", "pip", "install", "--no-deps", "--no-index", wheel, cwd=where)
    packages = run(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=where
    )
    # Behind the wheel's own package on the path: libraries need not be downloaded once more.
    borrowed = "\n".join(dict.fromkeys(sysconfig.get_path(p) for p in ("purelib", "platlib")))
    (Path(packages.strip()) / "borrowed.pth").write_text(borrowed, encoding="utf-8")
    return python


@pytest.mark.skipif(not CHECKOUT, reason="needs the checkout")
def test_each_model_loads_from_a_wheel_in_an_empty_folder(installed, tmp_path):
    script = (
        "import dilemma\n"
        "print(dilemma.__file__)\n"
        "print([dilemma.load(name).name for name in dilemma.available()])\n"
        "print([dilemma.load(name).name for name in dilemma.available(literature=True)])"
    )
    where, names, literature = run(installed, "-c", script, cwd=tmp_path).splitlines()
    assert "fresh" in where
    assert names == str(list(dilemma.available()))
    assert literature == str(list(dilemma.available(literature=True)))


@pytest.mark.skipif(not CHECKOUT, reason="needs the checkout")
def test_the_command_line_runs_from_a_wheel(installed, tmp_path):
    assert "abandonment" in run(installed, "-m", "dilemma", "list", cwd=tmp_path)


@pytest.mark.skipif(not CHECKOUT, reason="needs the checkout")
def test_the_checkout_runs_uninstalled():
    assert "abandonment" in run(sys.executable, "-m", "dilemma", "list", cwd=ROOT)


@pytest.mark.skipif(not CHECKOUT, reason="needs the checkout")
def test_core_dependencies_are_the_announced_ones():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {d.split(">")[0] for d in project["dependencies"]}
    assert names == {
        "nashpy", "numpy", "platformdirs", "pydantic", "rich", "scipy", "sympy", "typer", "z3-solver",
    }  # fmt: skip


EXTRAS = ("matplotlib", "openpyxl", "pandas", "pygambit", "xarray")


def without_extras(*words, cwd, expects=0):
    """Run a command where the libraries that extras bring cannot be imported."""
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({EXTRAS!r})); sys.argv = {['dilemma', *words]!r}\n"
        "from dilemma.cli.app import main; main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert ran.returncode == expects, ran.stderr
    return ran.stdout + ran.stderr


def test_games_are_compared_solved_and_claims_decided_without_any_extra(tmp_path):
    assert "(strong, strong)" in without_extras("compare", "abandonment", cwd=tmp_path)
    assert "regret" in without_extras("solve", "cork", "--era", "cold_war", cwd=tmp_path)
    assert "proved" in without_extras("prove", "abandonment.C1.8", cwd=tmp_path)


def test_a_figure_without_its_library_names_the_extra_before_anything_is_worked_out(tmp_path):
    said = without_extras("plot", "tornado", "burden", "t", cwd=tmp_path, expects=2)
    assert "needs matplotlib" in said
    assert "pip install 'dilemma[figures]'" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("call", "extra"),
    [
        ("dilemma.compare(model, draws=10).to_dataset()", "labels"),
        ("dilemma.to_pandas(dilemma.solve(model, 'cold_war'))", "labels"),
        ("dilemma.to_xarray(dilemma.solve(model, 'cold_war'))", "labels"),
        ("dilemma.plot", "figures"),
        ("open('x.xlsx', 'wb').write(b'PK\\5\\6' + bytes(18)); dilemma.load('x.xlsx')", "tables"),
        ("dilemma.to_pygambit(model, 'cold_war')", "trees"),
    ],
)
def test_a_library_that_lacks_is_told_in_our_words(call, extra, tmp_path):
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({EXTRAS!r}))\n"
        "import dilemma\n"
        "model = dilemma.load('abandonment')\n"
        f"try: {call}\n"
        "except dilemma.DilemmaError as error: print(error, isinstance(error, ImportError))"
    )
    assert f"pip install 'dilemma[{extra}]' True" in run(sys.executable, "-c", script, cwd=tmp_path)


@pytest.mark.skipif(not CHECKOUT, reason="needs the checkout")
def test_every_extra_that_is_named_exists():
    from dilemma import errors as extras

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for library, extra in extras.EXTRAS.items():
        assert any(d.startswith(library) for d in project["optional-dependencies"][extra])
