"""The gallery: each script of examples/ with what it prints and draws, and the notebooks."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from dilemma.errors import DilemmaError
from pages.markdown import said

__all__ = ["index", "page", "run_all"]

DRAWN = (".png", ".svg")


def run_all(scripts: list[Path], pictures: Path) -> dict[Path, tuple[str, list[Path]]]:
    """Run scripts, two at a time, and return what each printed and drew.

    Parameters
    ----------
    pictures : Path
        The folder into which what they draw is put.
    """
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(scripts, pool.map(lambda one: _run(one, pictures), scripts), strict=True))


def _run(script: Path, pictures: Path) -> tuple[str, list[Path]]:
    surroundings = {
        **os.environ,
        "PYTHONPATH": str(script.parents[1]),
        "PYTHONIOENCODING": "utf-8",
        "MPLBACKEND": "agg",
    }
    with TemporaryDirectory() as folder:
        ran = subprocess.run(
            [sys.executable, str(script)],
            cwd=folder,
            env=surroundings,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if ran.returncode:
            raise DilemmaError(f"{script.name} fails:\n{ran.stderr}")
        drawn = []
        for file in sorted(Path(folder).iterdir()):
            twice = file.suffix != DRAWN[0] and file.with_suffix(DRAWN[0]).exists()
            if file.suffix in DRAWN and not twice:
                kept = pictures / f"{script.stem}_{file.name}"
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(file.read_bytes())
                drawn.append(kept)
    return ran.stdout, drawn


def page(script: Path, printed: str, drawn: list[Path]) -> str:
    """Return one example's page as Markdown."""
    return "\n\n".join(_sections(script, printed, drawn)) + "\n"


def _sections(script: Path, printed: str, drawn: list[Path]) -> Iterator[str]:
    text = script.read_text(encoding="utf-8")
    first, *rest = _told(text).split("\n\n")
    yield f"# {said(first.rstrip('.'))}"
    yield from (said(paragraph) for paragraph in rest)
    yield f"{{download}}`examples/{script.name} <../../../examples/{script.name}>`"
    yield f"```python\n{_code(text)}\n```"
    for file in drawn:
        yield f"![What {script.stem} draws](pictures/{file.name})"
    if printed.strip():
        yield "It prints"
        yield f"```text\n{printed.rstrip()}\n```"


def _told(text: str) -> str:
    return ast.get_docstring(ast.parse(text)) or "An example"


def _code(text: str) -> str:
    """Return a script without the docstring, which stands above it."""
    first = ast.parse(text).body[0]
    return "\n".join(text.splitlines()[first.end_lineno or 0 :]).strip("\n")


def index(scripts: list[Path], notebooks: list[str]) -> str:
    """Return the list of examples and notebooks."""
    told = [f"- [{said(_title(script))}]({script.stem}.md)" for script in scripts]
    names = [script.stem for script in scripts] + notebooks
    entries = "\n".join(f"{name.replace('_', ' ').capitalize()} <{name}>" for name in names)
    parts = [
        "# Gallery",
        "Short scripts to start from, each run when these pages were made, with what it printed.",
        "\n".join(told),
    ]
    if notebooks:
        parts.append("Notebooks, to be read from top to bottom:")
        parts.append("\n".join(f"- [](<{name}.ipynb>)" for name in notebooks))
    parts.append(f"```{{toctree}}\n:hidden:\n\n{entries}\n```")
    return "\n\n".join(parts) + "\n"


def _title(script: Path) -> str:
    return _told(script.read_text(encoding="utf-8")).split("\n\n")[0].rstrip(".")
