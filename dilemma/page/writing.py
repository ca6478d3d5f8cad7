"""The page as one file: texts, generated scripts, style, and a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import combinations
from pathlib import Path
from typing import Any

from dilemma.budget import kept
from dilemma.cleaning import cleaned
from dilemma.errors import UnsupportedError
from dilemma.files import write
from dilemma.library import available, load
from dilemma.model import Model
from dilemma.page.actions import actions
from dilemma.page.golden import golden
from dilemma.page.numbers import numbers
from dilemma.page.printing import quoted
from dilemma.page.texts import texts
from dilemma.report import versions
from dilemma.study.eras import Eras, eras_of

__all__ = ["Page", "classroom"]

# The one place where a kind of game gets its script; its picture is in assets/pictures.js.
KINDS: dict[str, Callable[[Model], tuple[str, dict[str, Any]]]] = {
    "matrix": actions,
    "continuous": numbers,
    "sequential": numbers,
}
SCRIPTS = (
    "numbers",
    "fractions",
    "actions",
    "chosen",
    "drawing",
    "pictures",
    "pictures_of_actions",
    "pictures_of_numbers",
    "saving",
    "page",
)


@dataclass(frozen=True)
class Page:
    """A page that shows games move.

    Attributes
    ----------
    models : tuple of str
    html : str
        The whole file.
    """

    models: tuple[str, ...]
    html: str

    def save(self, path: str | Path) -> Path:
        """Write the page to a file, and return its path."""
        written = Path(path)
        write(written, self.html)
        return written

    def __repr__(self) -> str:
        return f"<Page: {', '.join(self.models)}; {len(self.html.encode()) / 1000:.0f} kB>"


@kept("writing a page")
def classroom(
    models: Iterable[Model | str] | None = None,
    *,
    at: Eras = None,
    seconds: float | None = None,  # noqa: ARG001 -- kept from outside
    progress: Callable[[float, str], None] | None = None,
) -> Page:
    """Write a page for class: sliders, payoffs, equilibria, pictures; answers one step at a time.

    The page is one file that needs no server and no network.  What it shows of a model is printed
    from the model's symbolic solution, and it carries cases solved here in exact numbers, by which
    it can be tested where it runs.

    Parameters
    ----------
    models : iterable of Model or str, optional
        Models, names of shipped ones, or paths; all shipped models unless said.
    at : str, Era, mapping, or a sequence of these, optional
        At which eras each model begins, values on the spot too (see :meth:`Model.era`).  A game
        without eras begins at these, a game without parameters as it is, and otherwise in the
        middle of its declared ranges.
    seconds : float, optional
        Budget for it all, past which there is an error and no answer; no limit if None.
    progress : callable, optional
        Called with the share of the work done and the model at hand.

    Raises
    ------
    UnsupportedError
        For a game that the page has no picture for, such as one of three players.
    CalibrationError
        For an unknown era or an impossible value, and where a parameter has neither a value nor a
        bounded range.

    Examples
    --------
    >>> page = classroom(["abandonment"])
    >>> page.models, "Content-Security-Policy" in page.html
    (('abandonment',), True)
    """
    loaded = [
        m if isinstance(m, Model) else load(m) for m in (available() if models is None else models)
    ]
    for model in loaded:
        _check(model)
    unique = list(dict.fromkeys(eras_of(model, at, ranges=True)[0] for model in loaded))
    for one, other in combinations(unique, 2):
        if one.name == other.name:
            raise UnsupportedError(
                f"two models are called {one.name!r}: one page has one of a name"
            )
    if not unique:
        raise UnsupportedError("a page needs a model")
    told, scripts = [], []
    for k, model in enumerate(unique):

        def tell(share: float, k: int = k, name: str = model.name) -> None:
            if progress is not None:
                progress((k + share) / len(unique), name)

        tell(0)
        script, about = KINDS[model.kind](model)
        scripts.append(f"{quoted(model.name)}: {script}")
        told.append({**texts(model), **about, "golden": golden(model, tell)})
    return Page(tuple(model.name for model in unique), _assembled(told, scripts))


def _check(model: Model) -> None:
    if model.kind not in KINDS:
        raise UnsupportedError(
            f"{model.name} is of kind '{model.kind}': the page shows games of kind {', '.join(KINDS)}"
        )


def _assembled(told: Sequence[dict[str, Any]], scripts: Sequence[str]) -> str:
    """Put the file together; only what stands in it may run or colour it."""
    style = _asset("page.css")
    generated = "const MODELS = {\n" + ",\n".join(scripts) + "\n};"
    code = "\n".join(['"use strict";', generated, *(_asset(f"{name}.js") for name in SCRIPTS)])
    content = {
        "words": json.loads(_asset("words.json")),
        "models": cleaned(list(told)),
        "versions": versions("dilemma", "sympy"),
    }
    data = quoted(content)
    policy = (
        f"default-src 'none'; script-src '{_hash(code)}'; style-src '{_hash(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    parts = {"POLICY": policy, "STYLE": style, "DATA": data, "CODE": code}
    return re.sub(r"@(\w+)@", lambda mark: parts[mark[1]], _asset("page.html"))


def _asset(name: str) -> str:
    """Read one of the files that the page is put together from."""
    return (resources.files("dilemma.page") / "assets" / name).read_text(encoding="utf-8").strip()


def _hash(text: str) -> str:
    """Return what a content security policy calls a text by."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
