"""Print the lowest versions that pyproject.toml states, as requirements: of the core, of the extras that users install."""

import tomllib
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
EXTRAS = PROJECT["optional-dependencies"]

stated = [
    *PROJECT["dependencies"],
    *(need for name in ("figures", "labels", "tables", "trees") for need in EXTRAS[name]),
]
for need in stated:
    name, lowest = need.split(">=")
    print(f"{name}=={lowest}")
