"""Verdicts in words: over what a claim speaks, what its verdict means, how far it carries.

A claim's formulas are written as text and as LaTeX, with what the names in them mean.  An example
is shown as a solved game (the calibrations, the payoffs, what is played), one column for each
calibration that the claim speaks of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction

import sympy as sp

from dilemma.claims.verdict import ANOTHER, Example, Radius, Robustness, Verdict
from dilemma.errors import DilemmaError
from dilemma.games.kind import NASH, Can
from dilemma.games.play import numbers
from dilemma.model import Model
from dilemma.output.cleaning import latex_escape
from dilemma.output.displayed import inline
from dilemma.output.formulas import BREAK, LONGEST, mathematical, width
from dilemma.output.result import Best, Cell, Formula, Table, number, percent
from dilemma.theory.parts import Claim, Era, Reference, decimal

__all__ = [
    "boxes",
    "carries",
    "fares",
    "formula",
    "meaning",
    "names",
    "needed",
    "quantified",
    "shared",
    "spans",
    "tables",
    "where",
]

MEANINGS = {
    "holds": {
        "proved": "holds at every calibration that it speaks of, in every equilibrium",
        "mixed": "holds at some calibrations and fails at others",
        "disproved": "fails at every calibration",
    },
    "exists": {
        "proved": "at every calibration that it speaks of there is such an equilibrium",
        "mixed": "there is such an equilibrium at some calibrations and none at others",
        "disproved": "there is such an equilibrium at no calibration",
    },
    "possible": {
        "proved": "there is a calibration with such an equilibrium",
        "mixed": "there is a calibration with such an equilibrium",
        "disproved": "there is such an equilibrium at no calibration",
    },
}
ANY_MODE = {
    "contradictory": "its assumptions cannot hold together",
    "vacuous": "there is nothing for it to speak of",
    "open": "not decided",
}
AMONG = {
    "pure": "{} in which nobody mixes",
    "mixed": "{} in which somebody mixes",
    "stable": "stable {}",
    "strict": "{} in which nobody is indifferent",
    "risk_dominant": "risk-dominant {}",
    "lowest": "{} than which none is lower",
    "highest": "{} than which none is higher",
    "any": "{}",
}


def meaning(verdict: Verdict) -> str:
    """Say what a verdict's word means for its claim."""
    if verdict.status == "open" and verdict.fails is not None:
        return "it fails somewhere; whether it fails everywhere is not decided"
    return ANY_MODE.get(verdict.status) or MEANINGS[verdict.claim.mode][verdict.status]


def fares(model: Model, verdict: Verdict) -> str:
    """Return a verdict's word, and what the model file expects where it is another."""
    shown: str = verdict.status
    if verdict.status == "open" and verdict.fails is not None:
        shown = "fails somewhere; open whether everywhere"
    expected = verdict.as_expected or verdict.claim.name not in model.claims
    return shown if expected else f"{shown} (expected {verdict.expected})"


def where(model: Model, verdict: Verdict) -> str:
    """Say in short over what a claim speaks."""
    over = verdict.era or verdict.claim.over
    told = {
        "all": "all parameters",
        "any pair": "any two calibrations",
        "pair": "both eras together",
    }
    titles = [era.title for era in model.about(verdict.claim).eras.values()]
    if verdict.claim.eras:
        told["pair"] = f"{' and '.join(titles)} together"
    said = told.get(over) or model.era(over).title
    name = verdict.claim.calibrations
    return f"{said}, calibrations '{name}'" if name else said


def quantified(model: Model, verdict: Verdict) -> str:
    """Say for which calibrations and which equilibria a claim is made, as a sentence."""
    claim = verdict.claim
    some = claim.mode == "possible"
    over = verdict.era or claim.over
    every, box = ("some", "at least one") if some else ("every", "every")
    match over:
        case "all":
            at = f"For {every if some else 'all'} values of the parameters that the theory allows"
        case "any pair":
            first, second = (era.title for era in _pair(model.about(claim)))
            boxes = ", whatever the eras' boxes say" if model.eras else ""
            at = (
                f"For {'some' if some else 'any'} two calibrations that the theory allows{boxes} "
                f"(the formula calls them {first} and {second})"
            )
        case "pair":
            first, second = (era.title for era in _pair(model.about(claim)))
            at = (
                f"For {box} calibration in the {first} box and {'one' if some else 'every one'} in "
                f"the {second} box"
            )
        case _:
            at = f"For {box} calibration in the {model.era(over).title} box"
    if claim.calibrations:
        moves = model.variants[claim.calibrations].moves
        at += (
            f", on the calibrations '{claim.calibrations}', in which only {', '.join(moves)} "
            f"{'moves' if len(moves) == 1 else 'move'} between the eras"
        )
    return f"{at}{_trends(claim)}{_equilibria(model, verdict)}."


def _trends(claim: Claim) -> str:
    moved = dict.fromkeys(
        r.arguments[1] for r in claim.references.values() if r.what in ("rises", "falls")
    )
    if not moved:
        return ""
    return f", set beside one that differs in {' or '.join(moved)} alone, where that is higher"


def _equilibria(model: Model, verdict: Verdict) -> str:
    claim = verdict.claim
    if not verdict.of_play:
        told = {r.what for r in claim.references.values()}
        if told & {"equilibrium", "unique"}:
            return "; the claim says itself which profiles are equilibria"
        return "; no equilibrium enters"
    one = claim.mode != "holds"
    usual = model.game.concept == NASH
    which = "equilibrium" if usual else model.game.concept.replace("equilibria", "equilibrium")
    if claim.among in AMONG:
        which = AMONG[claim.among].format(which)
    elif claim.among:
        what = "of the regime" if Can.SLOPES in model.game.can else "of the kind"
        which = f"equilibrium {what} '{claim.among}'"
    found = f", in {'at least one' if one else 'every'} {which}"
    if claim.over in ("pair", "any pair") and not verdict.era:
        found += " of each"
    if claim.holding:
        found += (
            f", with {', '.join(claim.holding)} held where it is: only the others reply as best "
            "they can"
        )
    return found


def shared(model: Model, claim: Claim) -> str:
    """Say what is the same in both eras of a pair, "" for nothing."""
    names = list(claim.shared)
    if claim.over == "pair":
        first = next(iter(model.about(claim).eras.values()))
        names = [n for n, v in first.values.items() if v.common or n in claim.shared]
    if not names:
        return ""
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} the same in both"


# --- how robust -----------------------------------------------------------------------------------


def carries(robust: Robustness | None) -> str:
    """Write how far a verdict carries: a radius, or the two between which it lies.

    Examples
    --------
    >>> carries(Robustness(radius=Radius(sp.Rational(5, 4), sp.Rational(21, 16))))
    '1.25 to 1.312'
    >>> carries(Robustness(radius=Radius(sp.Integer(4), None, everywhere=True)))
    'everywhere'
    """
    if robust is None or robust.radius is None:
        return ""
    match robust.radius:
        case Radius(everywhere=True):
            return "everywhere"
        case Radius(proved=None, fails=None):
            return "not known"
        case Radius(proved=None, fails=sp.Rational() as fails):
            return "fails at the centre" if fails == 0 else f"below {_short(fails)}"
        case Radius(proved=proved, fails=sp.Rational() as fails):
            return f"{_short(proved)} to {_short(fails)}"
    return f"at least {_short(robust.radius.proved)}"


def _short(value: sp.Rational) -> str:
    return number(value) if len(decimal(value)) > 5 else decimal(value)


def spans(robust: Robustness | None) -> str:
    """Write on which share of the boxes a claim holds and on which it fails."""
    if robust is None or robust.shares is None:
        return ""
    shares = robust.shares
    told = [
        f"{verb} on {percent(float(share))}"
        for verb, share in (("holds", shares.holds), ("fails", shares.fails))
        if share
    ]
    if told and shares.undecided:
        told.append(f"{percent(float(shares.undecided))} undecided")
    if shares.sampled is not None:
        told.append(
            f"it holds at {percent(shares.sampled)} of {shares.draws:,} random calibrations"
        )
    return "; ".join(told)


def needed(verdict: Verdict) -> str:
    """Say what a proof needs, or what would rescue a claim that fails somewhere."""
    robust = verdict.robustness
    if robust is None:
        return ""
    if robust.rescue is not None:
        return f"would hold with {robust.rescue.words}"
    if robust.needs is None:
        return ""
    if not robust.needs:
        return "nothing: it holds for all parameters"
    return f"only: {'; '.join(need.words for need in robust.needs)}"


# --- the formulas of a claim as text and as LaTeX, and what the names in them mean ----------------


SIGNS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠", "**": "^", "*": "·"}
OF_QUANTITIES = ("name", "payoff", "outcome", "rises", "falls", "diff")


def formula(model: Model, claim: Claim, which: str) -> Formula:
    r"""Return what is given ("given") or what is claimed ("holds").

    Examples
    --------
    >>> from dilemma.library import load
    >>> model = load("abandonment")
    >>> formula(model, model.make_claim("m_J*E_J >= 1"), "holds")
    Formula(text='m_J·E_J ≥ 1', latex='$E_{J} m_{J} \\geq 1$')
    """
    text = " ".join(claim.text[which].split())
    text = re.sub(r"<=|>=|==|!=|\*\*|\*", lambda found: SIGNS[found[0]], text)
    said = claim.given if which == "given" else claim.holds
    parts = said.args if isinstance(said, sp.And) else (said,)
    called = {symbol: _latex(model, claim, symbol) for symbol in said.free_symbols}
    told = [inline(part, called) for part in parts]
    return Formula(text, " and ".join(told))


def names(model: Model, claim: Claim) -> list[str]:
    """Say what each quantity in a claim's formulas is."""
    told = {
        **{name: (p.means, p.unit) for name, p in model.parameters.items()},
        **{name: (d.means, d.unit) for name, d in model.definitions.items()},
        **{name: (o.means, o.unit) for name, o in model.outcomes.items()},
        **{name: (f"payoff of {p.title}", p.unit) for name, p in model.players.items()},
    }
    written: dict[str, tuple[str, str]] = {}
    for symbol in sorted(claim.holds.free_symbols | claim.given.free_symbols, key=str):
        reference = claim.references.get(symbol)
        arguments = (symbol.name,) if reference is None else reference.arguments
        if reference is not None and reference.what not in OF_QUANTITIES:
            continue  # it speaks of profiles and actions
        if reference is None or reference.what in ("name", "payoff", "outcome"):
            arguments = arguments[:1]
        written |= {name: told[name] for name in arguments if name in told}
    return [
        f"{name}: {means or 'not said'}{f' [{unit}]' if unit not in ('', '1') else ''}"
        for name, (means, unit) in written.items()
    ]


def _latex(model: Model, claim: Claim, symbol: sp.Symbol) -> str:
    """Write a name as mathematics, with the era that it is of above it."""
    reference = claim.references.get(symbol, Reference("name", None, (symbol.name,)))
    name, *rest = reference.arguments or ("number of equilibria",)
    if reference.what in ("name", "payoff", "outcome"):
        told = mathematical(name) + (_call(rest) if rest else "")
    elif reference.what == "count":
        told = rf"\text{{{name}}}"
    else:
        told = rf"\text{{{reference.what}}}{_call(reference.arguments)}"
    if reference.era is None:
        return told
    title = model.about(claim).eras[reference.era].title
    short = title if width(title) <= LONGEST else reference.era
    return rf"{told}^{{\text{{{latex_escape(short)}}}}}"


def _call(arguments: tuple[str, ...] | list[str]) -> str:
    words = [rf"\text{{{latex_escape(one)}}}" for one in arguments]
    return f"{BREAK}({f',{BREAK}'.join(words)})"


# --- an example of a claim as a solved game -------------------------------------------------------


Row = tuple[Cell, ...]
LARGEST = 40  # profiles of a game whose payoffs and equilibria are shown


def tables(model: Model, verdict: Verdict, example: Example, what: str) -> tuple[Table, ...]:
    """Return the tables of one example.

    Parameters
    ----------
    model : Model
        With the eras that the claim speaks of.
    what : str
        How the example is announced, such as "Where it fails".
    """
    labels = [label for label in example.calibrations if label in _own(example)]
    found = [_calibrations(model, example, labels, what)]
    if Can.TABLE in model.game.can and len(model.game.profiles) <= LARGEST:
        found.append(_payoffs(model, example, labels))
    rows: dict[str, dict[str, str]] = {}
    for name, cells in (*_plays(model, example), *_spoken_of(model, verdict, example)):
        rows.setdefault(name, {}).update(cells)
    if rows:
        columns = list(dict.fromkeys([*labels, *example.play]))
        told = tuple((name, *(cells.get(c, "") for c in columns)) for name, cells in rows.items())
        found.append(Table("What is played there", ("", *columns), told, _notes(model, example)))
    return tuple(found)


def boxes(model: Model, verdict: Verdict) -> Table:
    """Return where the parameters may lie, where a claim speaks of boxes."""
    claim = verdict.claim
    eras = [model.eras[verdict.era or claim.over]] if claim.over != "pair" else [*_pair(model)]
    rows = tuple(
        (
            name,
            _means(model, name),
            *(str(era.values[name].range) for era in eras),
            ", ".join(dict.fromkeys(era.values[name].grade for era in eras)),
        )
        for name in model.parameters
    )
    head = ("parameter", "means", *(era.title for era in eras), "whose word")
    title = "The boxes: every calibration in them counts"
    return Table(title, head, rows, formulas=head[:1])


def _pair(model: Model) -> list[Era]:
    return list(model.eras.values())[:2]


def _own(example: Example) -> list[str]:
    """Return the labels of calibrations, without other equilibria at the same one."""
    labels = [*example.calibrations]
    return [label for k, label in enumerate(labels) if not _another(label, labels[:k])]


def _another(label: str, before: list[str]) -> bool:
    """Tell whether a label is of another equilibrium at one of the calibrations before it."""
    return any(label.startswith(own + ANOTHER) for own in before)


# --- calibrations ---------------------------------------------------------------------------------


def _calibrations(model: Model, example: Example, labels: list[str], what: str) -> Table:
    """Return what differs from the centres; where nothing does, or there are none, everything."""
    moved = {name for label in labels for name in example.moved[label]}
    if not model.eras or not moved:
        rows: list[Row] = [
            (name, _means(model, name), *(decimal(example.calibrations[c][name]) for c in labels))
            for name in model.parameters
        ]
        where = "at the centre" if model.eras else "the calibration"
        every = ("parameter", "means", *labels)
        return Table(f"{what}: {where}", every, tuple(rows), formulas=every[:1])
    eras = {label: _era(model, label) for label in labels}
    rows = [
        (
            name,
            _means(model, name),
            *(_value(example, label, name, eras[label]) for label in labels),
            _sources(model, name, [era for era in eras.values() if era is not None]),
        )
        for name in model.parameters
        if name in moved
    ]
    notes = ["* is not at the era's centre, which stands in brackets with its interval."]
    rest = [name for name in model.parameters if name not in moved]
    if rest:
        told = (f"{name} {_everywhere(example, labels, name)}" for name in rest)
        notes.append(f"All else is at the centre: {', '.join(told)}.")
    if not any(eras.values()):  # a claim about all parameters
        rows, notes[0] = [row[:-1] for row in rows], "These are not as in the first era."
    head = ("parameter", "means", *labels, *(["source"] if any(eras.values()) else []))
    return Table(f"{what}: the calibration", head, tuple(rows), tuple(notes), head[:1])


def _everywhere(example: Example, labels: list[str], name: str) -> str:
    """Write a parameter's value, or its values where they differ."""
    told = dict.fromkeys(decimal(example.calibrations[label][name]) for label in labels)
    return " / ".join(told)


def _era(model: Model, label: str) -> Era | None:
    """Return the era that a calibration is labelled with."""
    labels = {
        own: era
        for era in model.eras.values()
        for own in (
            era.title,
            *(f"{era.title}, {name} higher" for name in (*model.parameters, *model.game.choices)),
        )
    }
    return labels.get(label)


def _value(example: Example, label: str, name: str, era: Era | None) -> str:
    value = decimal(example.calibrations[label][name])
    if era is None:
        return value
    own = era.values[name]
    star = "*" if name in example.moved[label] else ""
    return f"{value}{star} ({decimal(own.central)} in {own.range})"


def _means(model: Model, name: str) -> str:
    parameter = model.parameters[name]
    return f"{parameter.means} [{parameter.unit}]"


def _sources(model: Model, name: str, eras: list[Era]) -> str:
    told = [era.values[name] for era in eras] if model.eras else []
    return "; ".join(dict.fromkeys(f"{v.grade}: {v.source}" for v in told))


# --- payoffs --------------------------------------------------------------------------------------


def _payoffs(model: Model, example: Example, labels: list[str]) -> Table:
    """Return the payoff matrices, best replies marked, side by side."""
    cells = {label: _cells(model, example.calibrations[label]) for label in labels}
    titles = ", ".join(p.title for p in model.players.values())
    note = f"Payoffs ({titles})."
    first, *others = model.players.values()
    rows: list[Row]
    if len(others) == 1 and len(others[0].actions) == 2:
        columns = [(label, b) for label in labels for b in others[0].actions]
        rows = [(a, *(cells[label][a, b] for label, b in columns)) for a in first.actions]
        head = [f"{first.title} \\ {others[0].title}", *(f"{at}: {b}" for at, b in columns)]
    else:
        rows = [(", ".join(q), *(cells[label][q] for label in labels)) for q in model.game.profiles]
        head = [f"({titles})", *labels]
    return Table("The game there", tuple(head), tuple(rows), (note,))


def _cells(
    model: Model, calibration: Mapping[str, sp.Rational]
) -> dict[tuple[str, ...], tuple[Best, ...]]:
    values = numbers(model, calibration)
    pays = {
        q: {p: model.payoffs[q][p].xreplace(values) for p in model.players}
        for q in model.game.profiles
    }
    found = {}
    for profile in model.game.profiles:
        told = []
        for position, player in enumerate(model.players.values()):
            others = ((*profile[:position], a, *profile[position + 1 :]) for a in player.actions)
            own = pays[profile][player.name]
            best = all(pays[q][player.name] <= own for q in others)
            told.append(Best(number(own), best))
        found[profile] = tuple(told)
    return found


# --- what is played -------------------------------------------------------------------------------


def _plays(model: Model, example: Example) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield, for each thing that is chosen, what it is in each column; then what is paid."""
    if Can.TABLE in model.game.can and len(model.game.profiles) <= LARGEST:
        found = {
            label: _all_equilibria(model, example.calibrations[label]) for label in _own(example)
        }
        if any(found.values()):
            yield "all equilibria", found
    decisions = dict.fromkeys(d for play in example.play.values() for d in play)
    for decision in decisions:
        if Can.SLOPES in model.game.can:
            for name, choice in model.game.choices.items():
                if choice.player == decision:
                    who = model.players[decision].title
                    yield (
                        f"{name}: {choice.means} ({who})",
                        {c: number(play[decision][name]) for c, play in example.play.items()},
                    )
            continue
        who = model.players[decision].title if decision in model.players else decision
        yield who, {label: _mix(play[decision]) for label, play in example.play.items()}
    for name, player in model.players.items():
        if example.values:
            unit = f" [{player.unit}]" if player.unit else ""
            yield f"payoff of {player.title}{unit}", _worth(example, name)


def _mix(mix: Mapping[str, sp.Expr]) -> str:
    used = {action: chance for action, chance in mix.items() if chance}
    if len(used) == 1:
        return next(iter(used))
    return ", ".join(f"{action} {number(chance)}" for action, chance in used.items())


def _worth(example: Example, name: str) -> dict[str, str]:
    return {label: number(told[name]) for label, told in example.values.items() if name in told}


def _all_equilibria(model: Model, calibration: Mapping[str, sp.Rational]) -> str:
    from dilemma.games.solution import equilibria

    try:
        found = equilibria(model, calibration)
    except DilemmaError as error:
        return f"not found: {error}"
    more = "" if found.complete else "; perhaps more"
    return "; ".join(found.names) + more


def _spoken_of(
    model: Model, verdict: Verdict, example: Example
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what the claim speaks of: outcomes of what is played, and single numbers."""
    symbols = verdict.claim.holds.free_symbols | verdict.claim.given.free_symbols
    references = [r for s, r in verdict.claim.references.items() if s in symbols]
    told = dict.fromkeys(r.arguments[0] for r in references if r.of_play and r.arguments)
    for name in told:
        chosen = Can.SLOPES in model.game.can and name in model.game.choices
        if name in model.outcomes and not chosen:
            outcome = model.outcomes[name]
            unit = f" [{outcome.unit}]" if outcome.unit not in ("", "1") else ""
            yield f"{name}: {outcome.means}{unit}", _worth(example, name)
    of_play = {s.name for s, r in verdict.claim.references.items() if r.of_play}
    for fact, value in example.facts.items():
        if fact not in of_play and fact.split(" (")[0] not in told:
            era, dot, name = fact.partition(".")
            if dot and era in model.eras:
                yield name, {model.eras[era].title: number(value)}
            else:
                yield fact, dict.fromkeys(_own(example), number(value))


def _notes(model: Model, example: Example) -> tuple[str, ...]:
    if not example.play:
        return ()
    if Can.SLOPES in model.game.can:
        return ("Solved exactly and searched for deviations that pay; four digits are shown.",)
    return ("Exact, and nobody gains by deviating; four digits are shown.", *_ties(model, example))


def _ties(model: Model, example: Example) -> Iterator[str]:
    """Say who is indifferent where: a little to one side of such a calibration all may be otherwise."""
    from dilemma.games.profiles import idle_replies, numeric_payoffs
    from dilemma.games.solution import equilibria

    for label, play in example.play.items():
        where = f" ({label})" if len(example.play) > 1 else ""
        if Can.TABLE in model.game.can and set(play) == set(model.players):
            payoffs, _ = numeric_payoffs(model, model.values(example.calibrations[label]))
            mixes = {
                who: {a: Fraction(int(p.p), int(p.q)) for a, p in mix.items()}
                for who, mix in play.items()
                if all(p.is_Rational for p in mix.values())
            }
            if len(mixes) < len(play):
                continue
            for who, idle in idle_replies([*model.players.values()], payoffs, mixes).items():
                used = [a for a, chance in play[who].items() if chance]
                if idle:
                    yield (
                        f"{model.players[who].title} is exactly indifferent here{where}: "
                        f"{' and '.join([*used, *idle])} pay it the same."
                    )
        elif Can.SYMBOLS in model.game.can and model.game.concepts == ("strict",):
            found = equilibria(model, example.calibrations[label])
            if found.degenerate and found.witness:
                yield f"A tie here{where}: {found.witness}."
