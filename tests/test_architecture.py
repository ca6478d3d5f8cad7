"""Imports run one way, and the public names are exactly those announced."""

import ast
import functools
import importlib
import re
import subprocess
import sys
import tomllib
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import dilemma
from dilemma.games.kind import KINDS

HEAVY = ["sympy", "scipy", "nashpy", "z3", "matplotlib", "xarray", "pydantic", "numpy", "pandas"]
ROOT = Path(dilemma.__file__).parent
DOCS = ROOT.parent / "docs"
# From the ground up.  What stands on one floor may lean on its own floor, if not in a circle, and on those
# below; a name is a module or a folder, and the longest that fits counts.
FLOORS = [
    ["errors", "output"],
    ["theory", "processes", "deciders"],
    ["games.kind"],
    ["reading"],
    ["model", "methods", "summary", "budget", "by_era"],
    ["calls", "exchange", "games", "library"],
    ["study"],
    ["claims", "page"],
    ["checks"],
    ["robustness"],
    ["ledger"],
    ["story"],
    ["figures"],
    ["cli"],
]


def module(file):
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(p for p in parts if p != "__init__")


MODULES = {module(file): file for file in ROOT.rglob("*.py")}


@functools.cache
def parsed(file):
    return ast.parse(file.read_text(encoding="utf-8"))


@functools.cache
def nodes(file):
    return list(ast.walk(parsed(file)))


@functools.cache
def imports(file, *, at_once=False):
    """Return the modules of the package that a file imports, perhaps only those that load with it.

    What is imported for types alone is not leant on.
    """
    waiting, found = list(parsed(file).body), []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dilemma":
            inside = (node.module or "").removeprefix("dilemma").lstrip(".")
            for alias in node.names:
                name = f"{inside}.{alias.name}".lstrip(".")
                found.append(name if name in MODULES else inside)
        for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        later = at_once and isinstance(node, ast.FunctionDef)
        if not for_types and not later:
            waiting += ast.iter_child_nodes(node)
    return found


def floor(name):
    """Return on which floor a module stands; above all others what has none of its own."""
    fitting = [
        (len(room), number)
        for number, rooms in enumerate(FLOORS)
        for room in rooms
        if f"{name}.".startswith(f"{room}.")
    ]
    return max(fitting)[1] if fitting else len(FLOORS)


def test_every_module_leans_on_its_own_floor_and_those_below():
    upward = [
        (name, used)
        for name, file in MODULES.items()
        if name not in ("", "__main__")
        for used in imports(file)
        if floor(used) > floor(name)
    ]
    assert upward == []


def test_no_module_imports_itself_by_way_of_others():
    graph = {
        name: set(imports(file, at_once=True)) - {""} for name, file in MODULES.items() if name
    }
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_no_two_files_have_one_name():
    names = Counter(file.name for file in MODULES.values() if file.name != "__init__.py")
    assert [name for name, count in names.items() if count > 1] == []


def test_no_module_is_longer_than_650_lines():
    long = [n for n, f in MODULES.items() if len(f.read_text(encoding="utf-8").splitlines()) > 650]
    assert long == []


def lines_of_code(function):
    """Return how many lines a function has, its docstring left out."""
    first = function.body[0]
    documented = ast.get_docstring(function) is not None
    length = function.end_lineno - function.lineno + 1
    return length - documented * (first.end_lineno - first.lineno + 1)


def test_no_function_is_longer_than_forty_lines():
    long = [
        f"{name}.{node.name}"
        for name, file in MODULES.items()
        for node in nodes(file)
        if isinstance(node, ast.FunctionDef) and lines_of_code(node) > 40
    ]
    assert long == []


def words(file):
    """Yield every string in a file that is not a docstring."""
    for node in nodes(file):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_module_outside_the_kinds_folders_has_the_name_of_a_kind():
    """As a word of a model file; the function ``dilemma.matrix`` is called like one."""
    folders = tuple(f"games.{place.split(':')[0]}" for place in KINDS.values())
    naming = {
        (name, word)
        for name, file in MODULES.items()
        if not name.startswith((*folders, "games.kind"))
        for word in words(file)
        if word in KINDS
    }
    assert naming == {
        ("", "matrix"),  # a public function
        ("model", "tree"),  # a name of one release ago
        ("study.select", "dynamic"),  # which of the learning dynamics it is, in JSON
    }


def listed(page):
    """Return the files that the first list of a page names."""
    block = (DOCS / page).read_text(encoding="utf-8").split("```text\n")[1].split("```")[0]
    return [line.split()[0] for line in block.splitlines()]


def test_a_kind_of_game_touches_the_files_that_its_page_lists():
    """``dynamic`` is the example: its folder, one line of the list of kinds, a model and tests."""
    here = ROOT.parent
    touched = {
        str(file.relative_to(here))
        for name, file in MODULES.items()
        if name.startswith("games.dynamic")
        or any(used.startswith("games.dynamic") for used in imports(file))
        or any(word.startswith("dynamic:") for word in words(file))
    }
    models = (here / "models").glob("*.toml")
    touched |= {
        str(m.relative_to(here))
        for m in models
        if tomllib.loads(m.read_text())["kind"] == "dynamic"
    }
    tests = (here / "tests").glob("*.py")
    touched |= {str(t.relative_to(here)) for t in tests if "games.dynamic" in t.read_text()}
    touched -= {"tests/test_architecture.py"}
    assert sorted(listed("adding/kind.md")) == sorted(touched)


@pytest.mark.parametrize("page", ["kind", "question", "decider", "figure"])
def test_what_a_page_on_additions_lists_is_there(page):
    """But for what is to be added, which is called NAME or has dots for a name."""
    open_ends = ("NAME", "…")
    files = [f for f in listed(f"adding/{page}.md") if not any(e in f for e in open_ends)]
    assert files
    assert [f for f in files if not (ROOT.parent / f).exists()] == []


def test_modules_that_the_pages_name_are_there():
    rooms = {file.parent.name for file in MODULES.values()}
    pages = [
        DOCS / "architecture.md",
        *(DOCS / "adding").glob("*.md"),
        *(DOCS / "decisions").glob("*.md"),
    ]
    named = {
        name
        for page in pages
        for name in re.findall(r"`([a-z_]+(?:/[a-z_]+)+)`", page.read_text(encoding="utf-8"))
        if name.split("/")[0] in rooms
    }
    assert named
    assert [
        n for n in named if not (ROOT / n).is_dir() and n.replace("/", ".") not in MODULES
    ] == []


def test_what_is_imported_in_texts_is_there():
    """In scripts that are written for users, such as the one that shows a disagreement again."""
    written = re.compile(r"^from (dilemma(?:\.\w+)*) import (\w+(?:, \w+)*)$", re.MULTILINE)
    for file in MODULES.values():
        for place, names in written.findall(file.read_text(encoding="utf-8")):
            there = importlib.import_module(place)
            for name in names.split(", "):
                assert hasattr(there, name) or f"{place}.{name}"[8:] in MODULES, (file, name)


def test_what_is_public_is_announced_and_there():
    assert dilemma.__all__ == sorted(dilemma.__all__)
    for name in dilemma.__all__:
        assert getattr(dilemma, name).__doc__, name


def test_every_module_says_what_is_public():
    for name, file in MODULES.items():
        if name == "" or file.name not in ("__init__.py", "__main__.py"):
            names = [
                t.id
                for n in parsed(file).body
                if isinstance(n, ast.Assign)
                for t in n.targets
                if isinstance(t, ast.Name)
            ]
            assert "__all__" in names, file


def test_importing_the_package_loads_nothing_heavy():
    heavy = [*HEAVY, "rich", "typer"]
    script = f"import sys, dilemma; print([m for m in {heavy} if m in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT.parent
    )
    assert ran.stdout.strip() == "[]"


def test_help_loads_nothing_heavy():
    heavy = HEAVY
    script = (
        "import sys\nfrom dilemma.cli.app import main\nsys.argv = ['dilemma', '--help']\n"
        f"try:\n    main()\nexcept SystemExit:\n    print([m for m in {heavy} if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT.parent
    )
    assert ran.stdout.strip().endswith("[]")
