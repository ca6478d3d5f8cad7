"""The classroom page as its tests see it: its script, run by node, and its content."""

import atexit
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

import dilemma
from dilemma import classroom
from dilemma.games.kind import Can

try:
    import fcntl
except ImportError:  # on Windows, where each process makes it
    fcntl = None

needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="node is not installed: the page's script is not run"
)


@functools.cache
def page():
    """Return the page of all shipped models, made once for all processes of one run of the tests.

    Where DILEMMA_KEPT names a folder it is made once for several runs, until what it is made of changes.
    """
    run, folder = os.environ.get("PYTEST_XDIST_TESTRUNUID"), os.environ.get("DILEMMA_KEPT")
    if not folder and not run:
        return classroom().html
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        return _kept(Path(folder) / f"classroom-{_made_of()}.html")
    kept = Path(tempfile.gettempdir()) / f"classroom-{run}.html"
    for left in (kept, kept.with_suffix(".lock")):
        atexit.register(left.unlink, missing_ok=True)
    return _kept(kept)


def _kept(file):
    """Return what is in a file, which is made if it is not there; who comes second waits for the first."""
    with file.with_suffix(".lock").open("w") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            part = file.with_suffix(f".{os.getpid()}")
            part.write_bytes(classroom().html.encode())
            part.replace(file)
        return file.read_bytes().decode()


def _made_of():
    """Return a digest of all that the page is made of: the package, the models, and what works them out."""
    versions = [version(package) for package in ("sympy", "z3-solver", "numpy", "mpmath")]
    digest = hashlib.sha256(repr((sys.version, *versions)).encode())
    for folder in (Path(dilemma.__file__).parent, dilemma.load("cork").path.parent):
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                digest.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


SHOWN = [n for n in dilemma.available() if Can.SCRIPT in dilemma.load(n).game.can]


def content(html):
    found = re.search(
        r'<script type="application/json" id="content">(.*?)</script>', html, re.DOTALL
    )
    return json.loads(found[1])


def about(html, name):
    return next(model for model in content(html)["models"] if model["name"] == name)


def script(html):
    return re.search(r"<script>(.*?)</script>", html, re.DOTALL)[1]


def run(html, code, given=None):
    """Run JavaScript after the page's own script; ``code`` returns what is wanted, from ``given``."""
    program = (
        f"{script(html)}\nCONTENT = {json.dumps(content(html))}; WORDS = CONTENT.words;\n"
        "const model = (name) => CONTENT.models.find((m) => m.name === name);\n"
        "const given = JSON.parse(require('fs').readFileSync(0, 'utf8'));\n"
        f"process.stdout.write(JSON.stringify((() => {{ {code} }})()));"
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.js"
        file.write_text(program, encoding="utf-8")
        done = subprocess.run(
            ["node", str(file)], input=json.dumps(given), capture_output=True, text=True,
            check=False, timeout=300,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def draws(html, name, count, seed=0):
    """Draw calibrations from the sliders' positions, exactly: a list of fractions each."""
    random = np.random.default_rng(seed)
    columns = []
    for parameter in about(html, name)["parameters"]:
        low, high, step = map(Fraction, parameter["slider"])
        places = random.integers(0, int((high - low) / step) + 1, count)
        columns.append([low + step * int(k) for k in places])
    return [list(row) for row in zip(*columns, strict=True)]


def floats(rows):
    return [[float(value) for value in row] for row in rows]
