"""The parts of a model, from a plain document: everything checked, every mistake collected.

Questions for a class and stories that go on from an era are read here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import sympy as sp

from dilemma.errors import Mistake, ModelError, nearest
from dilemma.games.kind import USUAL, Can, Game, Statement, game_of
from dilemma.reading.claims import read_claim
from dilemma.reading.eras import read_eras, read_parameters, read_variants
from dilemma.reading.expressions import FUNCTIONS, ExpressionError, Scope, Word, exact, parse
from dilemma.reading.rows import KEY, ClaimRow, Document, blame, naming_mistakes, read_document
from dilemma.reading.setting import Setting, over_of, standing
from dilemma.reading.syntax import degree, names, read_tree
from dilemma.theory.parts import (
    Claim,
    Definition,
    Dynamics,
    Era,
    Outcome,
    Parameter,
    Player,
    Profile,
    Question,
    Variant,
)

__all__ = [
    "Calls",
    "Parts",
    "build",
    "build_claim",
    "read_dynamics",
    "read_outcomes",
    "read_questions",
]


@dataclass(frozen=True, slots=True)
class Calls:
    """What the formulas of outcomes may call, such as ``probability(action)``.

    Attributes
    ----------
    names : tuple of str
        Of the functions.
    usage : str
        How they are written, in a sentence that begins with "write".
    read : callable
        Given a function and its arguments, the name of the symbol that stands for the call, and
        what it is; None where that is missing because something else is wrong.  Raises what is
        wrong with a word.
    texts : tuple of str
        Arguments that are texts and have a name.
    """

    names: tuple[str, ...]
    usage: str
    read: Callable[[Word, tuple[Word, ...]], tuple[str, Any]]
    texts: tuple[str, ...] = ()


def read_outcomes(
    document: Document, scope: Scope, calls: Calls, mistakes: list[Mistake]
) -> dict[str, Outcome]:
    """Read outcomes: formulas over parameters, players' payoffs, and calls of what is played.

    ``scope`` has parameters and definitions; what is wrong is added to ``mistakes``.
    """
    found = {}
    players = {player: sp.Symbol(player, real=True) for player in document.players}
    known = {**scope.names, **players}
    for name, row in document.outcomes.items():
        solved: dict[sp.Symbol, Any] = {}
        inner = Scope(
            known,
            refer=partial(_called, calls, known, solved),
            calls=calls.names,
            texts=calls.texts,
            degrees=scope.degrees,
            undefined=True,
        )
        try:
            formula = parse(row.formula, inner)
        except ExpressionError as error:
            mistakes.append(blame(("outcomes", name, "is"), error))
            continue
        found[name] = Outcome(name, row.means, row.unit, {}, formula, solved)
    return found


def _called(
    calls: Calls,
    known: Iterable[str],
    solved: dict[sp.Symbol, Any],
    era: Word | None,
    name: Word,
    of: tuple[Word, ...] | None,
) -> sp.Basic:
    """Return the symbol that stands for a call, and keep what it is."""
    if era is not None:
        raise era.error("an outcome speaks of one era", "leave the era out")
    if of is None:
        hint = calls.usage if name.text in calls.names else nearest(name.text, known)
        raise name.error(f"unknown name {name.text!r}", hint)
    if name.text not in calls.names:
        hint = nearest(name.text, [*FUNCTIONS, *calls.names])
        raise name.error(f"unknown function {name.text!r}", hint)
    title, what = calls.read(name, of)
    symbol = sp.Symbol(title, real=True)
    if what is not None:
        solved[symbol] = what
    return symbol


def read_questions(document: Document, mistakes: list[Mistake]) -> dict[str, Question]:
    """Read the questions for a class; what is wrong is added to ``mistakes``."""
    eras, parameters = document.main(), document.names("parameters")
    watchable, word = document.names("definitions"), "definition"
    if game_of(document.kind or USUAL).symbols(
        document
    ):  # along a parameter the page draws outcomes then
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
        to = None
        try:
            to = None if row.to is None else exact(row.to)
        except ExpressionError as error:
            mistakes.append(blame((*where, "to"), error))
        found[name] = Question(name, row.asks, row.era, row.moves, row.shows, to)
    return found


def read_dynamics(document: Document, scope: Scope, mistakes: list[Mistake]) -> dict[str, Dynamics]:
    """Read how stories go on; ``scope`` has what a formula may name."""
    found = {}
    for name, row in document.rows("dynamics").items():
        where = ("dynamics", name)
        mistakes += _misnamed(document, name, row)
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


def _misnamed(document: Document, name: str, row: Any) -> Iterator[Mistake]:
    """Yield what a story names and the model lacks, and whether it goes on in one way."""
    where = ("dynamics", name)
    if row.era not in document.names("eras"):
        hint = nearest(row.era, document.names("eras"))
        yield Mistake((*where, "era"), f"no era {row.era!r}", hint)
    if bool(row.next) == bool(row.through):
        hint = "next = {...}, or scales = [...] with through = [...]"
        yield Mistake(where, "one way of going on is wanted", hint, width=KEY)
    named: list[tuple[tuple[str | int, ...], str, int]] = [
        ((*where, "next", parameter), parameter, KEY) for parameter in row.next
    ]
    named += [((*where, "scales", k), parameter, 0) for k, parameter in enumerate(row.scales)]
    for place, parameter, width in named:
        if parameter not in document.names("parameters"):
            hint = nearest(parameter, document.names("parameters"))
            yield Mistake(place, f"no parameter {parameter!r}", hint, width=width)


# --- all parts ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that a model consists of."""

    title: str
    source: str
    reads: str
    players: Mapping[str, Player]
    parameters: Mapping[str, Parameter]
    definitions: Mapping[str, Definition]
    payoffs: Mapping[Profile, Mapping[str, sp.Expr]]
    outcomes: Mapping[str, Outcome]
    groups: Mapping[str, tuple[str, ...]]
    eras: Mapping[str, Era]
    further_eras: Mapping[str, Era]
    variants: Mapping[str, Variant]
    claims: Mapping[str, Claim]
    questions: Mapping[str, Question]
    dynamics: Mapping[str, Dynamics]
    game: Game


def build(plain: Mapping[str, Any]) -> Parts:
    """Build a model's parts from its document.

    Raises
    ------
    ModelError
        With every mistake that was found.
    """
    document, mistakes = read_document(plain)
    if not document.kind and mistakes and mistakes[0].where == ("kind",):
        raise ModelError(mistakes)
    mistakes += naming_mistakes(document)
    parameters = read_parameters(document, mistakes)
    kind = game_of(document.kind or USUAL)
    # Where a player is broken nobody knows what it chooses, and every formula would be blamed.
    chooses = kind.names_in_players and document.broken.get("players")
    definitions, scope = _definitions(document, [] if chooses else mistakes)
    tables = kind.read(document, scope, mistakes)
    eras = read_eras(document, parameters, mistakes)
    variants = read_variants(document, mistakes)
    groups = _groups(document, mistakes)
    questions = read_questions(document, mistakes)
    dynamics = read_dynamics(document, scope, [] if chooses else mistakes)
    claims: dict[str, Claim] = {}
    if tables is not None:
        claims = _claims(document, tables, definitions, variants, mistakes)
    if mistakes or tables is None:
        raise ModelError(mistakes)
    return Parts(
        title=document.title,
        source=document.source,
        reads=document.reads.strip(),
        players=tables.players,
        parameters=parameters,
        definitions=definitions,
        payoffs=tables.payoffs,
        outcomes=tables.outcomes,
        groups=groups,
        eras={name: era for name, era in eras.items() if not era.based_on},
        further_eras={name: era for name, era in eras.items() if era.based_on},
        variants=variants,
        claims=claims,
        questions=questions,
        dynamics=dynamics,
        game=tables.game,
    )


def build_claim(parts: Setting, name: str, plain: Mapping[str, Any]) -> Claim:
    """Read one claim that stands in no document; it may leave out what it is about."""
    plain = {**over_of(plain, parts), **plain}
    document, mistakes = read_document({"claims": {name: plain}})
    mistakes = [mistake for mistake in mistakes if mistake.where]
    for row in document.claims.values():
        claim = read_claim(name, row, parts, mistakes)
        if claim is not None:
            return claim
    raise ModelError(mistakes)


def _definitions(
    document: Document, mistakes: list[Mistake]
) -> tuple[dict[str, Definition], Scope]:
    """Read definitions in an order in which each uses only what comes before it."""
    known = [*document.names("parameters"), *document.names("definitions")]
    symbols: dict[str, sp.Basic] = {name: sp.Symbol(name, real=True) for name in known}
    symbols |= game_of(document.kind or USUAL).symbols(document)
    uses: dict[str, list[str]] = {}
    for name, row in document.definitions.items():
        try:
            uses[name] = [one for one in names(read_tree(row.formula)) if one in symbols]
        except ExpressionError:
            uses[name] = []  # told below, when it is read
    order, circle = _sorted(uses)
    if circle:
        told = " -> ".join([*circle, circle[0]])
        hint = "each definition may use only those that do not use it"
        where = ("definitions", circle[0])
        mistakes.append(Mistake(where, f"definitions go in a circle: {told}", hint, width=KEY))
    found: dict[str, Definition] = {}
    degrees: dict[str, int] = {}
    for name in [*order, *(name for name in uses if name not in order)]:
        row = document.definitions[name]
        try:
            formula = parse(row.formula, Scope(symbols, degrees=degrees))
            degrees[name] = degree(read_tree(row.formula), degrees)
        except ExpressionError as error:
            mistakes.append(blame(("definitions", name, "is"), error))
            continue
        found[name] = Definition(name, symbols[name], formula, row.means, row.unit)
    return found, Scope(symbols, degrees=degrees)


def _sorted(uses: Mapping[str, list[str]]) -> tuple[list[str], list[str]]:
    """Sort names after what they use; return the order and, if there is one, a circle."""
    order: list[str] = []
    waiting = dict(uses)
    while waiting:
        ready = [n for n, used in waiting.items() if not any(one in waiting for one in used)]
        if not ready:
            return order, _circle(waiting)
        order += ready
        for name in ready:
            del waiting[name]
    return order, []


def _circle(waiting: Mapping[str, list[str]]) -> list[str]:
    path = [next(iter(waiting))]
    while True:
        following = next(one for one in waiting[path[-1]] if one in waiting)
        if following in path:
            return path[path.index(following) :]
        path.append(following)


def _groups(document: Document, mistakes: list[Mistake]) -> dict[str, tuple[str, ...]]:
    known = document.names("parameters")
    taken: dict[str, str] = {}
    for group, members in document.groups.items():
        for index, name in enumerate(members):
            where = ("groups", group, index)
            if name not in known:
                mistakes.append(Mistake(where, f"no parameter {name!r}", nearest(name, known)))
            elif name in taken:
                message = f"{name!r} is in the group {taken[name]!r} already"
                mistakes.append(Mistake(where, message, "a parameter is in one group"))
            taken.setdefault(name, group)
    return {group: tuple(members) for group, members in document.groups.items()}


def _claims(
    document: Document,
    tables: Statement,
    definitions: Mapping[str, Definition],
    variants: Mapping[str, Variant],
    mistakes: list[Mistake],
) -> dict[str, Claim]:
    of_play = tuple(tables.outcomes) if Can.SLOPES in tables.game.can else ()
    setting = Setting(
        game=tables.game,
        players=tables.players,
        parameters=document.names("parameters"),
        definitions=[n for n in document.names("definitions") if n not in of_play],
        outcomes=list(dict.fromkeys([*document.names("outcomes"), *of_play])),
        eras=document.main(),
        further=document.further(),
        common=document.names("common"),
        claims={name: document.claims.get(name) for name in document.names("claims")},
        standing=standing(definitions, tables.game),
        variants=variants,
    )
    found: dict[str, Claim] = {}
    labels: dict[str, str] = {}
    for name, row in document.claims.items():
        _check_label(name, row, document, labels, mistakes)
        claim = read_claim(name, row, setting, mistakes)
        if claim is not None:
            found[name] = claim
    waiting = {name: [b for b in c.because if b in found] for name, c in found.items()}
    if circle := _sorted(waiting)[1]:
        told = " -> ".join([*circle, circle[0]])
        where = ("claims", circle[0], "because")
        mistakes.append(Mistake(where, f"claims follow from one another in a circle: {told}"))
    return found


def _check_label(
    name: str,
    row: ClaimRow,
    document: Document,
    labels: dict[str, str],
    mistakes: list[Mistake],
) -> None:
    """See that a label finds one claim."""
    other = labels.get(row.label) or (row.label if row.label in document.claims else "")
    if row.label and other and other != name:
        where = ("claims", name, "label")
        mistakes.append(Mistake(where, f"the claim {other!r} goes by {row.label!r} already"))
    labels.setdefault(row.label, name)
