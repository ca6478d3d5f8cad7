"""The pictures of the page on figures, drawn by the very commands that the page shows.

They take minutes, so they are kept in docs/figures; ``python docs/pages/figures.py`` draws them again.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dilemma.errors import DilemmaError

__all__ = ["commands", "draw"]

DOCS = Path(__file__).parents[1]
DRAWS = re.compile(r"^\$ dilemma (.* -o \S+\.png)$", re.MULTILINE)


def commands(text: str) -> list[list[str]]:
    """Return the commands of a page that write a picture.

    Examples
    --------
    >>> commands("$ dilemma plot regions abandonment m_J v_J -o map.png")
    [['plot', 'regions', 'abandonment', 'm_J', 'v_J', '-o', 'map.png']]
    """
    return [shlex.split(command) for command in DRAWS.findall(text)]


def draw(told: Sequence[Sequence[str]], folder: Path) -> list[Path]:
    """Run commands, two at a time, and return the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda command: _drawn(command, folder), told))


def _drawn(command: Sequence[str], folder: Path) -> Path:
    ran = subprocess.run(
        [sys.executable, "-m", "dilemma", *command],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    picture = folder / command[-1]
    if ran.returncode or not picture.is_file():
        raise DilemmaError(f"dilemma {shlex.join(command)} draws nothing:\n{ran.stderr}")
    return picture


if __name__ == "__main__":
    draw(commands((DOCS / "figures.md").read_text(encoding="utf-8")), DOCS / "figures")
