"""Zones of the parameters with the same equilibria: those in an era's box, and the nearest others.

z3 is asked for zones until it proves that there is no other.  How far the nearest change is, one
parameter at a time from an era's centre, is found exactly.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import inf
from typing import Any

import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from dilemma.deciders.question import Answer, OutOfTimeError, Question
from dilemma.deciders.sign_cells import sign_cells
from dilemma.errors import CalibrationError, DisagreementError, UnsupportedError
from dilemma.games import solution as games
from dilemma.model import Model
from dilemma.output.frames import Frame, as_float
from dilemma.output.result import Shown, Table, fields_as_data, number, percent
from dilemma.study.conditions import polynomials
from dilemma.study.plane import Root, Segment, irreducible, isolate, segments
from dilemma.study.propositions import LEFT_OUT
from dilemma.theory.parts import Era, Interval, tied

__all__ = [
    "SHOWN_MOVES",
    "EraZones",
    "Label",
    "Move",
    "Occurring",
    "Regions",
    "Zone",
    "label_at",
    "moves",
    "occurring",
]

Label = tuple[str, ...]
SHOWN_MOVES = 6


@dataclass(frozen=True)
class Zone:
    """An open set of parameters in which the same branches are equilibria.

    Attributes
    ----------
    label : tuple of str
        The names of those branches.
    names : tuple of str
        The same as equilibria are called.
    where : sympy Boolean
        Exactly where: relations between definitions and parameters.  What follows from the
        parameters' ranges is left out.
    words : str
        The same for a reader.
    games : mapping of player to str
        The kind of 2x2 game that it is throughout; players whose kind is not the same everywhere
        in the zone are left out.
    """

    label: Label
    names: tuple[str, ...]
    where: sp.Basic
    words: str
    games: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Move:
    """The nearest value of one parameter at which the set of equilibria changes.

    Attributes
    ----------
    parameter : str
    centre : sympy Rational
        Where it stands at the era's centre.
    border : sympy number
        Where the change comes; all else stays at the centre.
    steps : float or None
        How far that is in half-widths of the era's own interval, None where that has no width.
    inside : bool
        Whether it lies in the era's own interval.
    label, names : tuple of str
        The branches beyond it, and the same as equilibria are called.
    """

    parameter: str
    centre: sp.Rational
    border: sp.Expr
    steps: float | None
    inside: bool
    label: Label
    names: tuple[str, ...]


@dataclass(frozen=True)
class EraZones:
    """How one era's box lies among the zones.

    Attributes
    ----------
    era, title : str
    occurs : mapping of label to bool or None
        Whether some calibration of the box, off the borders, is in that zone; None where that
        was not decided.
    covered : bool or None
        Whether it is proved that no others occur.
    reason : str
        Why that is not known.
    shares : mapping of label to float
        The share of random draws from the box.
    at_centre : label
        Empty of meaning where ``on_border``.
    on_border : bool
        Whether the centre lies on a border.
    moves : tuple of Move
        For each parameter that can change the equilibria by itself, the nearest way; nearest
        first.
    unsearched : tuple of str
        Parameters in which some condition is no polynomial: no border was looked for.
    late : tuple of str
        Parameters whose borders were not looked for because the budget of time ran out.
    """

    era: str
    title: str
    occurs: Mapping[Label, bool | None]
    covered: bool | None
    reason: str
    shares: Mapping[Label, float]
    at_centre: Label
    on_border: bool
    moves: tuple[Move, ...]
    unsearched: tuple[str, ...] = ()
    late: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Regions(Shown):
    """The zones of a model's parameters in which the set of equilibria is the same.

    Attributes
    ----------
    model, title : str
    zones : tuple of Zone
        Disjoint; together they are all that occurs in the eras, up to borders, where ``covered``.
    eras : tuple of EraZones
    draws, seed : int
        Behind the shares.
    order : str
        Whose actions an equilibrium's name lists.
    letters : Table
        What the names in the conditions mean.
    versions : mapping of package to version
    shortened : bool
        Whether the budget was enough to shorten the condition of every zone and to look for the
        games in it.
    """

    model: str
    title: str
    order: str
    letters: Table
    zones: tuple[Zone, ...]
    eras: tuple[EraZones, ...]
    draws: int
    seed: int
    versions: Mapping[str, str]
    shortened: bool = True

    @property
    def covered(self) -> bool:
        """Whether the zones are proved to cover every era's box up to borders."""
        return all(era.covered is True for era in self.eras)

    def zone(self, label: Label) -> Zone:
        """Return the zone with a label."""
        return next(zone for zone in self.zones if zone.label == label)

    def tables(self) -> tuple[Table, ...]:
        """Return the zones with their shares and conditions, what these mean, and the nearest borders of each era."""
        return (
            _zones(self),
            _where(self),
            *([self.letters] if self.letters.rows else []),
            *(_moves(era) for era in self.eras if era.moves or era.unsearched or era.late),
        )

    def _frame(self) -> Frame:
        """Return a row for each zone in each era, also where the zone does not occur."""
        players = dict.fromkeys(player for zone in self.zones for player in zone.games)
        rows = [
            {
                "era": era.era,
                "zone": position,
                "equilibria": ", ".join(zone.names),
                "occurs": era.occurs.get(zone.label, None if era.covered is None else False),
                "share": as_float(era.shares.get(zone.label, 0.0)),
                "at centre": era.at_centre == zone.label and not era.on_border,
                **{f"game {player}": zone.games.get(player, "") for player in players},
                "condition": zone.words,
            }
            for era in self.eras
            for position, zone in enumerate(self.zones, 1)
        ]
        covered = {era.era: era.covered for era in self.eras}
        about = {**fields_as_data(self, "model", "draws", "seed", "versions"), "covered": covered}
        return Frame(("era", "zone", "equilibria", "share"), rows, about)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; formulas and exact numbers are text."""
        return {
            **fields_as_data(self, "model", "title", "order"),
            "zones": [
                {"equilibria": list(zone.label), **fields_as_data(zone, "where", "words", "games")}
                for zone in self.zones
            ],
            "eras": [_era_dict(era) for era in self.eras],
            **fields_as_data(self, "draws", "seed", "shortened", "versions"),
        }


def _era_dict(era: EraZones) -> dict[str, Any]:
    return {
        **fields_as_data(era, "era", "covered", "reason"),
        "zones": [
            {"equilibria": list(label), "occurs": occurs, "share": era.shares.get(label, 0.0)}
            for label, occurs in era.occurs.items()
        ],
        **fields_as_data(era, "at_centre", "on_border"),
        "moves": [
            {
                **fields_as_data(m, "parameter", "centre", "border"),
                "border_value": float(m.border),
                **fields_as_data(m, "steps", "inside"),
                "equilibria": list(m.label),
            }
            for m in era.moves
        ],
        **fields_as_data(era, "unsearched", "late"),
    }


def _zones(found: Regions) -> Table:
    rows = []
    named = any(zone.games for zone in found.zones)
    for position, zone in enumerate(found.zones, 1):
        games = "; ".join(f"{player}: {game}" for player, game in zone.games.items())
        names = ", ".join(zone.names) or "none in closed form"
        told = (_share(era, zone.label) for era in found.eras)
        rows.append((str(position), names, *([games] if named else []), *told))
    notes = [
        f"{found.order[0].upper()}{found.order[1:]}.",
        f"Shares of {found.draws:,} random calibrations from each box, seed {found.seed}.",
    ]
    for era in found.eras:
        if era.covered:
            notes.append(f"{era.title}: proved that no other zone occurs in the box.")
        else:
            notes.append(f"{era.title}: NOT proved that these are all: {era.reason}.")
    return Table(
        f"{found.title}: which equilibria exist",
        ("zone", "equilibria", *(["game"] if named else []), *(era.title for era in found.eras)),
        tuple(rows),
        tuple(notes),
    )


def _share(era: EraZones, label: Label) -> str:
    occurs = era.occurs.get(label, None if era.covered is None else False)
    here = " (centre)" if era.at_centre == label and not era.on_border else ""
    if occurs is False:
        return "never"
    share = era.shares.get(label, 0.0)
    return (percent(share) if share else "rarely") + here


def _where(found: Regions) -> Table:
    rows = tuple((str(k), zone.words) for k, zone in enumerate(found.zones, 1))
    notes = [
        "Exactly, up to borders: there payoffs tie, and the set of equilibria is larger.",
        LEFT_OUT,
    ]
    if not found.shortened:
        notes.append(
            "The budget ran out: some conditions are longer than need be, and some zones were not "
            "searched for their games."
        )
    return Table("Where", ("zone", "condition"), rows, tuple(notes), ("condition",))


def _moves(era: EraZones) -> Table:
    rows = []
    for move in era.moves[:SHOWN_MOVES]:
        far = "the box has no width" if move.steps is None else f"{move.steps:.2f}"
        rows.append(
            (
                move.parameter,
                f"{number(move.centre)} to {number(move.border)}",
                far,
                "yes" if move.inside else "no",
                ", ".join(move.names) or "none in closed form",
            )
        )
    more = len(era.moves) - len(rows)
    rest = ["One half-width is the way from the middle of the era's interval to its end."]
    rest += [f"{more} more parameters are in the JSON."] if more > 0 else []
    if era.unsearched:
        rest.append(f"Not looked for (no polynomials in them): {', '.join(era.unsearched)}.")
    if era.late:
        rest.append(f"Not looked for (the budget of time ran out): {', '.join(era.late)}.")
    return Table(
        f"Nearest borders from the centre of {era.title}: one parameter moves, all else stays",
        ("parameter", "moves from centre to", "in half-widths of the box", "inside it", "then"),
        tuple(rows),
        tuple(rest),
        ("parameter",),
    )


# --- the nearest change ---------------------------------------------------------------------------


def label_at(existence: Mapping[str, sp.Basic], values: Mapping[sp.Symbol, sp.Expr]) -> Label:
    """Return the branches that are equilibria at some values."""
    return tuple(name for name, where in existence.items() if where.xreplace(values) == sp.true)


def moves(
    model: Model,
    era: Era,
    existence: Mapping[str, sp.Basic],
    titles: Mapping[str, str],
    *,
    until: float = inf,
) -> tuple[tuple[Move, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the nearest border for each parameter that has one, nearest first.

    Parameters
    ----------
    existence : mapping of branch name to condition
    titles : mapping of branch name to what the equilibrium is called
    until : float, optional
        When the time runs out, as ``time.monotonic`` tells it.

    Returns
    -------
    (moves, unsearched, late)
        The second names the parameters in which some condition is no polynomial, the third those
        for which there was no time: for both no border was looked for.
    """
    found, unsearched, late = [], [], []
    for name in model.parameters:
        if time.monotonic() >= until:
            late.append(name)
            continue
        try:
            move = _nearest(model, era, existence, titles, name)
        except BasePolynomialError:
            unsearched.append(name)
            continue
        if move is not None:
            found.append(move)
    found.sort(key=lambda m: (m.steps is None, m.steps or 0.0))
    return tuple(found), tuple(unsearched), tuple(late)


def _nearest(
    model: Model,
    era: Era,
    existence: Mapping[str, sp.Basic],
    titles: Mapping[str, str],
    parameter: str,
) -> Move | None:
    centre = model.calibration(era.name)
    symbol = model.parameters[parameter].symbol
    at = {p.symbol: centre[n] for n, p in model.parameters.items() if n != parameter}
    for definition in model.definitions.values():
        at[definition.symbol] = definition.formula.xreplace(at)
    own = {name: where.xreplace(at) for name, where in existence.items()}
    here = centre[parameter]
    pieces = _pieces(own, symbol, here, model.parameters[parameter].range)
    label = label_at(own, {symbol: here})
    candidates: list[tuple[Root, Segment]] = []
    for piece in pieces:
        if label_at(own, {symbol: piece.sample}) == label:
            continue
        border = piece.low if piece.sample > here else piece.high
        candidates.append((border, piece))
    if not candidates:
        return None
    border, piece = min(candidates, key=lambda pair: abs(float(pair[0]) - float(here)))
    box = era.values[parameter].range
    half = (box.high - box.low) / 2
    value = border.exact
    beyond = label_at(own, {symbol: piece.sample})
    return Move(
        parameter=parameter,
        centre=here,
        border=value,
        steps=abs(float(value - here)) / float(half) if half else None,
        inside=bool(box.low <= value <= box.high),
        label=beyond,
        names=tuple(titles[name] for name in beyond),
    )


def _pieces(
    existence: Mapping[str, sp.Basic], symbol: sp.Symbol, here: sp.Rational, allowed: Interval
) -> tuple[Segment, ...]:
    """Cut the parameter's range where some condition may change.

    Raises
    ------
    BasePolynomialError
        If some condition is no ratio of polynomials in the parameter.
    """
    parts = [p for e in polynomials(existence.values()) for p in sp.fraction(sp.together(e))]
    roots = isolate(irreducible(sp.Poly(part, symbol, domain=sp.QQ) for part in parts))
    # Beyond the last root nothing changes, however far the range goes.
    reach = max((max(abs(root.low), abs(root.high)) for root in roots), default=Fraction(0))
    far = sp.Rational(reach.numerator, reach.denominator) + abs(here) + 1
    low = allowed.low if allowed.low.is_finite else -far
    high = allowed.high if allowed.high.is_finite else far
    return segments(roots, (low, high)) if low < high else ()


# --- zones in an era's box ------------------------------------------------------------------------


CASES = (sp.Piecewise, sp.Max, sp.Min, sp.Abs)
MOST_CASES = 64
PATIENCE = 10.0  # seconds for the numbers at one point
MANY = 40  # polynomials: with more z3 rarely comes to an end by itself
CHECKED = 0.3  # of the time: what is then still left goes into solving at points of zones


@dataclass
class Occurring:
    """The zones that occur, and what speaks against these being all.

    Attributes
    ----------
    labels : list of label
    doubt : str
        Empty where they are proved to be all.
    tied : bool
        Whether payoffs tie throughout the box: then there are no zones to look for.
    """

    labels: list[Label] = field(default_factory=list)
    doubt: str = ""
    tied: bool = False


def occurring(
    model: Model, where: Mapping[str, sp.Basic], era: Era, seconds: float | None
) -> Occurring:
    """Find every zone of an era's box, off the borders.

    Parameters
    ----------
    where : mapping of branch name to condition
    seconds : float, optional
        Budget; past it there is a doubt.
    """
    deadline = time.monotonic() + (inf if seconds is None else seconds)
    question = Question(
        tied(era.values, model.definitions), lambda: min(deadline - time.monotonic(), 1e6)
    )
    found = Occurring()
    try:
        found.doubt = _no_game(model, question)
        if not found.doubt:
            found.doubt, found.tied = _ties(model, where, question)
        if found.tied:
            return found
        found.doubt = found.doubt or _implicit(model)
        _collect(model, where, era, question, found, deadline)
    except OutOfTimeError:
        found.doubt = found.doubt or "the budget of time ran out"
    return found


def _collect(
    model: Model,
    where: Mapping[str, sp.Basic],
    era: Era,
    question: Question,
    found: Occurring,
    deadline: float,
) -> None:
    question.add(*(sp.Ne(p, 0) for p in polynomials(where.values())))
    question.read(*(sp.Ge(v, 0) for v in _payoffs(model)))
    # Before zones are ruled out one after the other: at a pole some zone would always fit.
    for obligation in question.obligations:
        if not found.doubt and question.ask_obligation(obligation).status != "unsat":
            found.doubt = f"there may be {obligation.reason}"
    many = len(polynomials(where.values())) > MANY
    if many and _by_signs(model, where, era, found, deadline):
        return
    while (answer := question.ask()).status == "sat":
        true = question.true_there(*where.values())
        label = tuple(name for name, holds in zip(where, true, strict=True) if holds)
        found.labels.append(label)
        question.add(sp.Not(exactly(where, label)))
        found.doubt = found.doubt or _left_out(model, where, era, label, answer)
    if answer.status == "unknown":
        found.doubt = found.doubt or "z3 gave up before it had gone through the box"


def _by_signs(
    model: Model, where: Mapping[str, sp.Basic], era: Era, found: Occurring, deadline: float
) -> bool:
    """Find the zones by the signs of what conditions hang on; tell whether that can be done."""
    left, about = deadline - time.monotonic(), tied(era.values, model.definitions)
    try:
        cells = sign_cells([*where.values()], about, until=time.perf_counter() + left)
    except UnsupportedError:
        return False
    # Not every zone is looked at in numbers, so that branches without a formula are asked for here.
    untold = [b.name for b in games.branches(model) if not b.at_ties and b.where is None]
    found.doubt = found.doubt or (_untold(f"({untold[0]})") if untold else "")
    for combination, point in cells.found.items():
        label = tuple(name for name, holds in zip(where, combination, strict=True) if holds)
        found.labels.append(label)
        if not found.doubt and deadline - time.monotonic() > CHECKED * left:
            found.doubt = _left_out(model, where, era, label, Answer("sat", point))
    if not cells.proved:
        found.doubt = found.doubt or "not all signs of what conditions hang on could be excluded"
    return True


def exactly(where: Mapping[str, sp.Basic], label: Label) -> sp.Basic:
    """Return that the branches of a label are equilibria and no others."""
    return sp.And(*(own if n in label else sp.Not(own) for n, own in where.items()))


def _payoffs(model: Model) -> Iterator[sp.Expr]:
    types, *_ = model.game.type_ends()
    for cell in model.payoffs.values():
        for payoff in cell.values():
            yield payoff.xreplace(types)


# --- doubts ---------------------------------------------------------------------------------------


def _no_game(model: Model, question: Question) -> str:
    """Say where it is no game at all."""
    for reason, happens in model.game.impossible():
        if question.ask(happens).status != "unsat":
            return f"there may be no game, because {reason}"
    return ""


def _ties(model: Model, where: Mapping[str, sp.Basic], question: Question) -> tuple[str, bool]:
    """Say where payoffs tie in more than a border, and whether they do so throughout the box."""
    for polynomial in polynomials(where.values()):
        if question.ask(sp.Ne(polynomial, 0)).status == "unsat":
            return f"payoffs tie throughout the box, for {polynomial} = 0 there", True
        if _may_vanish(model.expand(polynomial)):
            return f"payoffs may tie on a part of the box, where {polynomial} = 0", False
    return "", False


def _implicit(model: Model) -> str:
    """Say that three or more players may mix: where they do may change inside a zone."""
    name = next((branch.name for branch in games.branches(model) if branch.implicit), "")
    return _untold(f"({name})") if name else ""


def _all_told(model: Model, at: Mapping[str, sp.Expr]) -> bool:
    """Tell whether no branch holds at a calibration but those of which parameters say where they do."""
    values = model.values(at)
    untold = [branch for branch in games.branches(model) if branch.where is None]
    return not any(model.game.may_hold(model, branch, values) for branch in untold)


def _untold(what: str) -> str:
    return f"the zones do not tell equilibria without a closed form, such as {what}"


def _may_vanish(expression: sp.Expr) -> bool:
    """Tell whether, in some case of what it is made of, an expression is zero throughout."""
    pieces = sorted(expression.atoms(*CASES), key=lambda part: part.count_ops())
    if not pieces:
        return False
    choices = [_cases(part) for part in pieces]
    count = 1
    for own in choices:
        count *= len(own)
    if count > MOST_CASES:
        return True
    for choice in product(*choices):
        case = expression
        # Outer parts first: inner ones are inside the case that was chosen for them.
        for part, value in reversed(list(zip(pieces, choice, strict=True))):
            case = case.xreplace({part: value})
        if sp.expand(case) == 0:
            return True
    return False


def _cases(part: sp.Expr) -> list[sp.Expr]:
    if isinstance(part, sp.Piecewise):
        return [value for value, _ in part.args]
    if isinstance(part, sp.Abs):
        return [part.args[0], -part.args[0]]
    return list(part.args)


def _left_out(
    model: Model, where: Mapping[str, sp.Basic], era: Era, label: Label, answer: Answer
) -> str:
    """Solve the game at a point of a zone, in numbers; say what the zone's label leaves out.

    Raises
    ------
    DisagreementError
        If the label is not what the numbers say.
    """
    at = {
        name: answer.values.get(parameter.symbol, era.values[name].central)
        for name, parameter in model.parameters.items()
    }
    if None in at.values():
        return ""  # an irrational point
    try:
        found = games.equilibria(model, at, seconds=PATIENCE)
    except CalibrationError as error:
        return f"there may be no game: {error}"
    names = {e.branch for e in found}
    if found.complete and names & where.keys() != set(label) and not found.continua:
        raise DisagreementError(
            f"z3 says that the equilibria are {label} and the numbers say {sorted(names)}; "
            f"please report this with {at}"
        )
    others = sorted(names - where.keys())
    if others or (found.continua and not _all_told(model, at)):
        return _untold(f"({others[0]})" if others else "a continuum")
    return ""
