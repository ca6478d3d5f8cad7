"""What the page says of a model, as plain data: parameters with their sources, eras, questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from dilemma.letters import letter
from dilemma.model import Model
from dilemma.parts import Parameter, decimal

__all__ = ["texts"]

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
    return {
        "name": model.name,
        "title": model.title,
        "kind": model.kind,
        "source": model.source,
        "reads": " ".join(model.reads.split()),
        "players": [
            {
                "name": p.name,
                "title": p.title,
                "unit": p.unit,
                "actions": list(p.actions),
                "payoff": _payoff(model, p.name),
            }
            for p in model.players.values()
        ],
        "parameters": [
            {
                "name": p.name,
                "letter": letter(p.name),
                "means": p.means,
                "unit": p.unit,
                "range": str(p.range),
                "reach": _reach(p),
                "slider": _slider(model, p),
                "values": {
                    era.name: _value(era.values[p.name]) for era in model.eras.values()
                },
            }
            for p in model.parameters.values()
        ],
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
        "outcomes": [
            {"name": o.name, "letter": letter(o.name), "means": o.means, "unit": o.unit}
            for o in model.outcomes.values()
        ],
        "eras": [
            {"name": e.name, "title": e.title, "years": list(e.years) if e.years else []}
            for e in model.eras.values()
        ],
        "questions": [
            {"asks": q.asks, "era": q.era, "moves": q.moves, "shows": q.shows}
            for q in model.questions.values()
        ],
        **_chosen(model),
        **_pictured(model),
    }  # fmt: skip


def _payoff(model: Model, player: str) -> Any:
    """Return a payoff as the model file has it: one formula, or one for each profile."""
    written = model.document["payoffs"]
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
    nobody knows where in it the answer lies.
    """
    own = [era.values[parameter.name] for era in model.eras.values()]
    allowed = parameter.range
    finite = [end for end in (allowed.low, allowed.high) if end.is_finite]
    ends = [end for v in own for end in (v.range.low, v.range.high)]
    low, high = (min(ends), max(ends)) if ends else (min(finite), max(finite))
    margin = (high - low) / 2 or max(abs(high) / 2, sp.Rational(1, 2))
    margin = margin if ends else sp.Integer(1)
    if parameter.name in {q.moves for q in model.questions.values()}:
        margin = max(margin, abs(low), abs(high))
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
    game = model.choices
    if game is None:
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
    if model.choices is None:
        return {"axes": axes}
    return {"axes": axes, "drawn": _drawn(model)}


def _drawn(model: Model) -> list[str]:
    """Return shadow prices, then what the model's stories watch, else what is chosen and agreed."""
    assert model.choices is not None
    prices = [n for n, o in model.outcomes.items() if o.chances]
    told = [name for d in model.dynamics.values() for name in d.shows][:STORY]
    if not told:
        told = list(model.choices.choices)
        if model.choices.bargain is not None:
            over = model.choices.bargain.over
            told += [over.name, *(n for n, o in model.outcomes.items() if o.unit == over.unit)]
    return list(dict.fromkeys([*prices, *told]))[:PANELS]
