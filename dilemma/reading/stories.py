"""What a model is told with: questions for a class, and stories that go on from an era."""

from __future__ import annotations

from dilemma.errors import Mistake, nearest
from dilemma.parts import Dynamics, Question
from dilemma.reading.choosing import names_of_choices
from dilemma.reading.expressions import ExpressionError, Scope, exact, parse
from dilemma.reading.payoffs import blame
from dilemma.reading.schema import KEY, Document

__all__ = ["read_dynamics", "read_questions"]


def read_questions(document: Document, mistakes: list[Mistake]) -> dict[str, Question]:
    """Read the questions for a class; what is wrong is added to ``mistakes``."""
    eras, parameters = document.names("eras"), document.names("parameters")
    watchable, word = document.names("definitions"), "definition"
    if names_of_choices(document):  # along a parameter the page draws outcomes then
        watchable, word = [*watchable, *document.names("outcomes")], "definition or outcome"
    found = {}
    for name, row in document.questions.items():
        where = ("questions", name)
        if row.era not in eras:
            hint = nearest(row.era, eras)
            mistakes.append(Mistake((*where, "era"), f"no era {row.era!r}", hint))
        if row.moves not in parameters:
            hint = nearest(row.moves, parameters)
            mistakes.append(Mistake((*where, "moves"), f"no parameter {row.moves!r}", hint))
        if row.shows and row.shows not in watchable:
            hint = nearest(row.shows, watchable)
            mistakes.append(Mistake((*where, "shows"), f"no {word} {row.shows!r}", hint))
        found[name] = Question(name, row.asks, row.era, row.moves, row.shows)
    return found


def read_dynamics(document: Document, scope: Scope, mistakes: list[Mistake]) -> dict[str, Dynamics]:
    """Read how stories go on; ``scope`` has what a formula may name."""
    found = {}
    for name, row in document.dynamics.items():
        where = ("dynamics", name)
        if row.era not in document.names("eras"):
            hint = nearest(row.era, document.names("eras"))
            mistakes.append(Mistake((*where, "era"), f"no era {row.era!r}", hint))
        if bool(row.next) == bool(row.through):
            hint = "next = {...}, or scales = [...] with through = [...]"
            mistakes.append(Mistake(where, "one way of going on is wanted", hint, width=KEY))
        named: list[tuple[tuple[str | int, ...], str, int]] = [
            ((*where, "next", parameter), parameter, KEY) for parameter in row.next
        ]
        named += [((*where, "scales", k), parameter, 0) for k, parameter in enumerate(row.scales)]
        for place, parameter, width in named:
            if parameter not in document.names("parameters"):
                hint = nearest(parameter, document.names("parameters"))
                mistakes.append(Mistake(place, f"no parameter {parameter!r}", hint, width=width))
        formulas = {}
        for parameter, text in row.next.items():
            try:
                formulas[parameter] = parse(text, scope)
            except ExpressionError as error:
                mistakes.append(blame((*where, "next", parameter), error))
        through = []
        for index, number in enumerate(row.through):
            try:
                through.append(exact(number))
            except ExpressionError as error:
                mistakes.append(Mistake((*where, "through", index), error.message))
        found[name] = Dynamics(
            name=name,
            says=row.says,
            era=row.era,
            next=formulas,
            steps=row.steps,
            scales=tuple(row.scales),
            through=tuple(through),
            shows=tuple(row.shows),
        )
    return found
