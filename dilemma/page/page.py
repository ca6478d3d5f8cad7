"""The classroom page in one file: texts of models, generated scripts, style, and cases to test it.

A policy in it lets nothing else in.  The cases have known answers, so that a teacher can test the
page where it runs: they are those of :func:`dilemma.games.solution.solve`, the certified solution in
exact numbers, which shares nothing with the page's arithmetic.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import combinations
from pathlib import Path
from typing import Any

import sympy as sp

from dilemma.budget import kept
from dilemma.by_era import Eras, eras_of
from dilemma.calls import AnyModel, models_of, of_models
from dilemma.errors import UnsupportedError
from dilemma.games.equilibrium import Equilibria
from dilemma.games.kind import Can
from dilemma.games.solution import solve
from dilemma.library import available, load
from dilemma.model import Model
from dilemma.output.cleaning import cleaned, letter
from dilemma.output.javascript import quoted
from dilemma.output.player_colours import owner_of, player_colours
from dilemma.output.result import versions, write
from dilemma.theory.parts import Outcome, Parameter, Player, decimal

__all__ = ["Page", "classroom", "golden", "shown", "texts"]

FIRST = 420  # characters of what a model is about that are shown at first
STEPS = 100  # a slider has at least so many positions
STORY = 3  # outcomes of a story that are drawn at first
PANELS = 6  # curves along a parameter that are drawn unless others are chosen


def texts(model: Model) -> dict[str, Any]:
    """Return everything that is said of a model, and nothing that is worked out.

    Examples
    --------
    >>> from dilemma.library import load
    >>> told = texts(load("abandonment"))
    >>> told["parameters"][11]["letter"], told["parameters"][11]["slider"]
    (('v', 'J'), ['0', '0.05', '0.0005'])
    """
    colours = player_colours(model.players)
    questions = ("asks", "era", "moves", "shows")
    return {
        "name": model.name,
        "title": model.title,
        "kind": model.kind,
        "source": model.source,
        "about": _about(" ".join(model.reads.split())),
        "players": [_player(model, p, colours[p.name]) for p in model.players.values()],
        "parameters": [_parameter(model, p) for p in model.parameters.values()],
        "groups": {name: list(members) for name, members in model.groups.items()},
        "definitions": [
            {
                "name": d.name,
                "letter": letter(d.name),
                "means": d.means,
                "unit": d.unit,
                "is": str(d.formula),
            }
            for d in model.definitions.values()
        ],
        "outcomes": [_outcome(model, o) for o in model.outcomes.values()],
        "eras": [
            {"name": e.name, "title": e.title, "years": list(e.years) if e.years else []}
            for e in model.eras.values()
        ],
        "questions": [{n: getattr(q, n) for n in questions} for q in model.questions.values()],
        **_chosen(model),
        **_pictured(model),
    }


def _about(reads: str) -> list[str]:
    """Return what a model is about: as many sentences as a telephone shows at first, and the rest.

    Examples
    --------
    >>> [len(part) for part in _about("One. " + 500 * "X" + ". More.")]
    [4, 507]
    """
    first, *others = re.split(r"(?<=[.?!]) (?=[A-Z])", reads)
    while others and len(first) + len(others[0]) < FIRST:
        first += f" {others.pop(0)}"
    return [first, " ".join(others)]


def _outcome(model: Model, outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.name,
        "letter": letter(outcome.name),
        "means": outcome.means,
        "unit": outcome.unit,
        "player": owner_of(outcome.name, model.players, model.game.choices),
    }


def _player(model: Model, player: Player, colour: str) -> dict[str, Any]:
    return {
        "colour": colour,
        "name": player.name,
        "title": player.title,
        "unit": player.unit,
        "actions": list(player.actions),
        "payoff": _payoff(model, player.name),
    }


def _parameter(model: Model, parameter: Parameter) -> dict[str, Any]:
    values = {era.name: _value(era.values[parameter.name]) for era in model.eras.values()}
    return {
        "name": parameter.name,
        "letter": letter(parameter.name),
        "means": parameter.means,
        "unit": parameter.unit,
        "range": str(parameter.range),
        "reach": _reach(parameter),
        "slider": _slider(model, parameter),
        "values": values,
    }


def _payoff(model: Model, player: str) -> Any:
    """Return a payoff as the model file has it: one formula, or one for each profile."""
    written = model.document.get("payoffs")
    if written is None:
        return {", ".join(profile): str(paid[player]) for profile, paid in model.payoffs.items()}
    if player in written:
        return str(written[player])
    return {
        str(profile): str(paid[player])
        for profile, paid in written.items()
        if isinstance(paid, Mapping) and player in paid
    }


def _value(value: Any) -> dict[str, Any]:
    return {
        "value": decimal(value.central),
        "low": decimal(value.range.low),
        "high": decimal(value.range.high),
        "grade": value.grade,
        "source": value.source,
    }


def _reach(parameter: Parameter) -> dict[str, Any]:
    """Return what a parameter may be; an end that is not finite is left out."""
    allowed = parameter.range
    return {
        "low": str(allowed.low) if allowed.low.is_finite else None,
        "high": str(allowed.high) if allowed.high.is_finite else None,
        "above": allowed.open_low,
        "below": allowed.open_high,
    }


def _slider(model: Model, parameter: Parameter) -> list[str]:
    """Return the ends and the step: half a box beyond every box, every central value on a step.

    What a question moves has its whole range, or twice what the boxes reach where that has no end:
    nobody knows where in it the answer lies.  A question may say how far it goes at least.
    """
    own = [era.values[parameter.name] for era in model.eras.values()]
    allowed = parameter.range
    finite = [end for end in (allowed.low, allowed.high) if end.is_finite]
    ends = [end for v in own for end in (v.range.low, v.range.high)]
    low, high = (min(ends), max(ends)) if ends else (min(finite), max(finite))
    margin = (high - low) / 2 or max(abs(high) / 2, sp.Rational(1, 2))
    margin = margin if ends else sp.Integer(1)
    asked = [q for q in model.questions.values() if q.moves == parameter.name]
    if asked:
        margin = max(margin, abs(low), abs(high))
    for wanted in (q.to for q in asked if q.to is not None):
        margin = max(margin, wanted - high, low - wanted)
    low, high = max(low - margin, allowed.low), min(high + margin, allowed.high)
    step = _step((high - low) / STEPS, [v.central for v in own if "/" not in decimal(v.central)])
    low, high = sp.floor(low / step) * step, sp.ceiling(high / step) * step
    # What the range leaves out is off the slider too.
    low = low if low in allowed else min([low + step, *ends])
    high = high if high in allowed else max([high - step, *ends])
    return [decimal(low), decimal(high), decimal(step)]


def _step(most: sp.Rational, centres: list[sp.Rational]) -> sp.Rational:
    """Return the largest of 1, 2 and 5 times a power of ten on which every decimal centre lies."""
    power = sp.Integer(10) ** sp.floor(sp.log(most, 10))
    candidates = [power / 10**k * m for k in range(8) for m in (5, 2, 1)]
    fit = (c for c in candidates if c <= most and all((v / c).is_Integer for v in centres))
    return next(fit, candidates[-1])


def _chosen(model: Model) -> dict[str, Any]:
    """Return what is chosen, where numbers are."""
    game = model.game
    if not game.choices:
        return {}
    told = [
        {
            "name": c.name,
            "letter": letter(c.name),
            "player": c.player,
            "unit": c.unit,
            "means": c.means,
        }
        for c in game.choices.values()
    ]
    if game.bargain is not None:
        over = game.bargain.over
        told.append(
            {
                "name": over.name,
                "letter": letter(over.name),
                "player": "",
                "unit": over.unit,
                "means": over.means,
            }
        )
    return {"choices": told, "leader": game.leader}


def _pictured(model: Model) -> dict[str, Any]:
    """Return which parameters and outcomes are drawn at first: those that the questions are about."""
    asked = list(dict.fromkeys(q.moves for q in model.questions.values()))
    known = [*asked, *model.parameters]
    moving = [
        n
        for n in model.parameters
        if len({str(e.values[n].central) for e in model.eras.values()}) > 1
    ]
    axes = list(dict.fromkeys([*asked, *moving, *known]))[:2]
    if Can.SLOPES in model.game.can:
        return {"axes": axes, "drawn": _drawn(model)}
    return {"axes": axes, "drawn": _measured(model)}


def _measured(model: Model) -> list[str]:
    """Return an outcome of each unit: the first."""
    first = {o.unit: n for n, o in reversed([*model.outcomes.items()])}
    return [n for n in model.outcomes if n in first.values()][:STORY]


def _drawn(model: Model) -> list[str]:
    """Return shadow prices, then what the model's stories watch, else what is chosen and agreed."""
    prices = [n for n, o in model.outcomes.items() if o.chances]
    told = [name for d in model.dynamics.values() for name in d.shows][:STORY]
    if not told:
        told = list(model.game.choices)
        if model.game.bargain is not None:
            over = model.game.bargain.over
            told += [over.name, *(n for n, o in model.outcomes.items() if o.unit == over.unit)]
    return list(dict.fromkeys([*prices, *told]))[:PANELS]


# --- cases with known answers ---------------------------------------------------------------------


def golden(model: Model, progress: Callable[[float], None] | None = None) -> list[dict[str, Any]]:
    """Solve a model at its eras' centres, and at the far end of what each question moves.

    Parameters
    ----------
    progress : callable, optional
        Called with the share of the work done.

    Returns
    -------
    A case each: the calibration, and every (extreme) equilibrium with its play and payoffs.

    Examples
    --------
    >>> from dilemma.library import load
    >>> cases = golden(load("abandonment"))
    >>> len(cases), [e["name"] for e in cases[0]["equilibria"]]
    (5, ['(strong, strong)'])
    """
    cases = list(_calibrations(model))
    told = []
    for k, changes in enumerate(cases):
        told.append(_case(model, *changes))
        if progress is not None:
            progress((k + 1) / len(cases))
    return told


def _calibrations(model: Model) -> Iterator[tuple[str, dict[str, sp.Rational]]]:
    for era in model.eras:
        yield era, {}
    for question in model.questions.values():
        value = model.eras[question.era].values[question.moves]
        ends = value.range.low, value.range.high
        yield question.era, {question.moves: max(ends, key=lambda end: abs(end - value.central))}


def _case(model: Model, era: str, changes: dict[str, sp.Rational]) -> dict[str, Any]:
    found = solve(model, era, **changes)
    moved = ", ".join(f"{name} = {decimal(value)}" for name, value in changes.items())
    return {
        "says": model.eras[era].title + (f", {moved}" if moved else ""),
        "at": [decimal(value) for value in found.calibration.values()],
        "equilibria": [_equilibrium(found, k) for k in range(len(found))],
        "complete": found.complete,
    }


def _equilibrium(found: Equilibria, position: int) -> dict[str, Any]:
    told = found[position]
    return {
        "name": told.name,
        "play": [float(value) for own in told.play.values() for value in own.values()],
        "payoffs": [float(value) for value in told.payoffs.values()],
    }


# --- the page -------------------------------------------------------------------------------------


# The one place where a kind of game gets its script; its picture is in assets/pictures.js.
SCRIPTS = (
    "numbers",
    "fractions",
    "actions",
    "chosen",
    "moves",
    "states",
    "drawing",
    "pictures",
    "pictures_of_actions",
    "pictures_of_numbers",
    "pictures_of_trees",
    "pictures_of_links",
    "pictures_of_states",
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


@of_models
@kept("writing a page")
def classroom(
    models: AnyModel | Iterable[AnyModel] | None = None,
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
    models : Model, str or Path, or several of them, optional
        Models, names of shipped ones, or paths; unless said all shipped models that the page shows.
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
        For a game that the page has no picture for, such as a table of three players.
    CalibrationError
        For an unknown era or an impossible value, and where a parameter has neither a value nor a
        bounded range.

    Examples
    --------
    >>> page = classroom(["abandonment"])
    >>> page.models, "Content-Security-Policy" in page.html
    (('abandonment',), True)
    """
    loaded = tuple(shown()) if models is None else models_of(models) or ()
    for model in loaded:
        model.needs(Can.SCRIPT, "a page for class")
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
        script, about = model.game.script(model)
        scripts.append(f"{quoted(model.name)}: {script}")
        told.append({**texts(model), **about, "golden": golden(model, tell)})
    return Page(tuple(model.name for model in unique), _assembled(told, scripts))


def shown() -> Iterator[Model]:
    """Yield the shipped models that the page shows: those that it has a script for."""
    for name in available():
        model = load(name)
        if Can.SCRIPT in model.game.can:
            yield model


def _assembled(told: Sequence[dict[str, Any]], scripts: Sequence[str]) -> str:
    """Put the file together; only what stands in it may run or colour it."""
    hues = sorted({player["colour"] for model in told for player in model["players"]})
    style = "\n".join(
        [_asset("page.css"), *(f".hue-{hue.lstrip('#')} {{ color: {hue}; }}" for hue in hues)]
    )
    generated = "const MODELS = {\n" + ",\n".join(scripts) + "\n};"
    code = "\n".join(['"use strict";', generated, *(_script(name) for name in SCRIPTS)])
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


def _script(name: str) -> str:
    """Read a script without its comments, and without what stands before a line."""
    lines = (line.strip() for line in _asset(f"{name}.js").splitlines())
    return "\n".join(line for line in lines if not line.startswith("//"))


def _asset(name: str) -> str:
    """Read one of the files that the page is put together from."""
    return (resources.files("dilemma.page") / "assets" / name).read_text(encoding="utf-8").strip()


def _hash(text: str) -> str:
    """Return what a content security policy calls a text by."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
