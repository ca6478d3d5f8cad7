"""What a reader does with an example: see which part of the claim breaks there, and run it again.

An example is reproduced by one line of Python and by one line of a shell.  They name a shipped model, or the
file that a model was read from.  A model that was made in Python has neither: then ``model``
stands for it, and the shell reads the file that ``model.to_toml()`` writes.
"""

from __future__ import annotations

import keyword
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import sympy as sp
from sympy.core.relational import Relational
from sympy.printing.str import StrPrinter

from dilemma.claims.examples import AtExample
from dilemma.claims.meaning import Copies, UndefinedError, by_era, put_in_claim
from dilemma.claims.statements import Copy, Statements
from dilemma.claims.verdict import Example, Verdict
from dilemma.errors import UnsupportedError
from dilemma.games.kind import Can
from dilemma.games.play import numbers
from dilemma.library import folder
from dilemma.model import Model
from dilemma.output.result import apart, number
from dilemma.output.tables import Table
from dilemma.theory.parts import Claim, Reference, decimal

__all__ = ["breaks", "reproduced", "reproducible"]

MADE = "The model was made in Python: 'model' is it, and the shell reads what model.to_toml() writes to {}.toml."
OWN = {"at", "most", "seconds", "second_opinion", "starts", "seed"}  # what functions call arguments


def reproducible(model: Model, verdict: Verdict) -> Verdict:
    """Return a verdict whose examples say how they are run again.

    Parameters
    ----------
    model : Model
        Of which the claim is.

    Examples
    --------
    >>> import dilemma
    >>> model = dilemma.load("abandonment")
    >>> (verdict,) = dilemma.prove(model, "s_J >= 1/50", over="cold_war")
    >>> print(reproducible(model, verdict).holds.python)
    dilemma.load("abandonment").values(dilemma.load("abandonment").calibration("cold_war"))
    """
    fails, holds = (
        None if example is None else _with_lines(model, verdict, example)
        for example in (verdict.fails, verdict.holds)
    )
    return replace(verdict, fails=fails, holds=holds)


def _with_lines(model: Model, verdict: Verdict, example: Example) -> Example:
    line = _Line(model, verdict, example)
    return replace(example, python=line.python, shell=line.shell)


def reproduced(model: Model, verdict: Verdict) -> Iterator[Table]:
    """Yield, for each example, what breaks and what has to differ there, and the lines to copy."""
    rows = [("breaks", told) for told in breaks(model, verdict)]
    for example, what in ((verdict.fails, "Where it fails"), (verdict.holds, "Where it holds")):
        if example is None or not example.python:
            continue
        rows += [("off its centre", told) for told in _off(model, example)]
        lines = (f"import dilemma; print({example.python})", example.shell)
        notes = (MADE.format(model.name),) if model.path is None else ()
        head = ("", "there") if rows else ()
        yield Table(f"{what}: seen again", head, tuple(rows), notes, lines=lines)
        rows = []


# --- run again ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Line:
    """The lines that reproduce an example.

    What is played is solved for, dominance is looked for, and what is stated of parameters alone is
    worked out.
    """

    model: Model
    verdict: Verdict
    example: Example

    @property
    def claim(self) -> Claim:
        return self.verdict.claim

    @cached_property
    def statements(self) -> Statements:
        about = self.model.about(self.claim)
        return Statements(about, self.claim, self.verdict.era or self.claim.over)

    @property
    def copies(self) -> list[Copy]:
        """The calibrations, those with a parameter moved too, each that differs from the others."""
        statements = self.statements
        references = [r for r in self.claim.references.values() if r.what in ("rises", "falls")]
        twins = (statements.twin(statements.copy(r), r.arguments[1]) for r in references)
        found: dict[str, Copy] = {}
        for copy in (*statements.copies, *twins):
            if copy.key in self.example.points:
                found.setdefault(f"{self._values(copy)}{self._held(copy)}", copy)
        return list(found.values())

    @property
    def question(self) -> str:
        """The public function that shows what the claim speaks of."""
        named = self._references
        told = {r.what for r in named}
        if not told - {"name"} and self.model.parameters:
            return "values"
        if not told - {"name", "outcome", "payoff"} and not any(r.of_play for r in named):
            return "profiles"
        two = len(self.model.players) == 2 and Can.TABLE in self.model.game.can
        if not told - {"name", "dominant"} and two and not self.claim.calibrations:
            return "select"
        return "solve"

    @property
    def _references(self) -> list[Reference]:
        symbols = self.claim.holds.free_symbols | self.claim.given.free_symbols
        return [r for s, r in self.claim.references.items() if s in symbols]

    # --- a calibration ----------------------------------------------------------------------------

    def _values(self, copy: Copy) -> tuple[str, dict[str, str]]:
        """Return the era that a calibration is told from, "" for none, and what differs from it."""
        at = self.example.points[copy.key]
        eras = self.statements.model.eras
        base = copy.era or next(iter(eras), "")
        if base in self.model.document.get("eras", {}):
            centre = eras[base].values
            differs = {n: decimal(v) for n, v in at.items() if v != centre[n].central}
            if copy.era is not None or 2 * len(differs) < len(at):
                return base, differs
        return "", {name: decimal(value) for name, value in at.items()}

    def _held(self, copy: Copy) -> dict[str, dict[str, str]]:
        """Return, for each player, the choices that are held, and where."""
        found: dict[str, dict[str, str]] = {}
        play = self.example.play.get(copy.label, {})
        for name in self.claim.holding:
            player = self.model.game.choices[name].player
            if player in play:
                found.setdefault(player, {})[name] = decimal(play[player][name])
        return found

    # --- Python -----------------------------------------------------------------------------------

    @property
    def python(self) -> str:
        """One expression, for whoever has imported dilemma."""
        told = [self._asked(copy) for copy in self.copies]
        return told[0] if len(told) == 1 else f"[{', '.join(told)}]"

    def _asked(self, copy: Copy) -> str:
        arguments, model = self._arguments(copy), self._loaded(copy)
        if self.question == "values":
            return f"{model}.values({model}.calibration({arguments}))"
        if self.question == "profiles":
            return f"(lambda m: {{{self._profiles(arguments)}}})({model})"
        if self.question == "select":
            return f"dilemma.select({', '.join(filter(None, (model, arguments, 'starts=0')))})"
        return f"{model}.solve({arguments})"

    def _profiles(self, arguments: str) -> str:
        """Write a mapping's inside: what is spoken of, at the profiles that it is spoken of at."""
        told = dict.fromkeys(r.arguments for r in self._references if r.what != "name")
        formulas = []
        for name, *profile in told:
            at = ", ".join(map(_quoted, profile))
            own = name in self.model.outcomes
            formula = (
                f"m.outcomes[{_quoted(name)}].profiles[{at}]"
                if own
                else f"m.payoffs[{at}][{_quoted(name)}]"
            )
            call = _quoted(f"{name}({', '.join(profile)})")
            formulas.append(f"{call}: {formula}.xreplace(m.values(m.calibration({arguments})))")
        return ", ".join(formulas)

    def _arguments(self, copy: Copy) -> str:
        base, values = self._values(copy)
        if any(n in OWN or keyword.iskeyword(n) or not n.isidentifier() for n in values):
            at = self.example.points[copy.key]
            base, values = "", {name: decimal(value) for name, value in at.items()}
        if not base:
            return _mapping(values) if values else ""
        return ", ".join([_quoted(base), *(f"{n}={_quoted(v)}" for n, v in values.items())])

    def _loaded(self, copy: Copy) -> str:
        name = self._named
        found = "model" if name is None else f"dilemma.load({_quoted(name)})"
        if self.claim.calibrations:
            found += f".variant({_quoted(self.claim.calibrations)})"
        if held := self._held(copy):
            told = ", ".join(
                f'{_quoted(who)}: {{"choices": {{{_ranges(choices)}}}}}'
                for who, choices in held.items()
            )
            found += f".replace(claims=None, players={{{told}}})"
        return found

    @property
    def _named(self) -> str | None:
        """The shipped model's name, or the path of its file; None if it was made in Python."""
        path = self.model.path
        if path is None:
            return None
        if path.is_relative_to(folder()):
            return self.model.name
        return f"./{path}" if str(path).startswith("-") else str(path)

    # --- a shell ----------------------------------------------------------------------------------

    @property
    def shell(self) -> str:
        """One line for a shell that quotes as POSIX says."""
        if self.question in ("values", "profiles") or any(map(self._held, self.copies)):
            if self._named is None:
                return f"python -c {shlex.quote(self._from_file)}"
            return f"python -c {shlex.quote(f'import dilemma; print({self.python})')}"
        return " && ".join(shlex.join(self._words(copy)) for copy in self.copies)

    @property
    def _file(self) -> str:
        return f"{self.model.name}.toml"

    @property
    def _from_file(self) -> str:
        return f"import dilemma; model = dilemma.load({_quoted(self._file)}); print({self.python})"

    def _words(self, copy: Copy) -> Iterator[str]:
        base, values = self._values(copy)
        yield from ("dilemma", self.question, self._named or self._file)
        if base:
            yield from ("--era", base)
        for name, value in values.items():
            yield from ("--at", f"{name}={value}")
        if self.claim.calibrations:
            yield from ("--calibrations", self.claim.calibrations)
        if self.question == "select":
            yield from ("--starts", "0")


def _quoted(text: str) -> str:
    """Write text as Python does, in double quotes where it can."""
    told = repr(text)
    return told if '"' in text or told.startswith('"') else f'"{told[1:-1]}"'


def _mapping(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{_quoted(n)}: {_quoted(v)}" for n, v in values.items()) + "}"


def _ranges(choices: Mapping[str, str]) -> str:
    return ", ".join(
        f'{_quoted(name)}: {{"range": [{_quoted(value)}, {_quoted(value)}]}}'
        for name, value in choices.items()
    )


def _off(model: Model, example: Example) -> Iterator[str]:
    """Say of each calibration which parameters have to differ from their centres."""
    if not model.eras:
        return
    for label, names in example.moved.items():
        if names:
            yield (
                f"{label}: {', '.join(names)}; as far as was tried, none can be put back by itself"
            )


# --- which part breaks ----------------------------------------------------------------------------


def breaks(model: Model, verdict: Verdict) -> list[str]:
    """Say which parts of what a claim holds are false where it fails, and what the numbers are there.

    Parts that are joined by "and" may be true: only the false ones are named.  Of what is given
    nothing is said: it is true there.

    Examples
    --------
    >>> import dilemma
    >>> model = dilemma.load("abandonment")
    >>> (verdict,) = dilemma.prove(model, "s_J >= 1/100 and E_J >= 7*s_J", over="cold_war")
    >>> breaks(model, verdict)
    ['E_J ≥ 7*s_J: 0.06 is less than 0.14']
    """
    if verdict.fails is None:
        return []
    about, claim = model.about(verdict.claim), verdict.claim
    reading = _AtFacts(Statements(about, claim, verdict.era or claim.over), verdict.fails)
    return list(dict.fromkeys(reading.broken(claim.holds)))


SIGNS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}


class _Decimals(StrPrinter):  # type: ignore[misc]
    """Prints 149/200 as 0.745."""

    def _print_Rational(self, number: sp.Rational) -> str:
        return decimal(number)


def _written(formula: sp.Basic) -> str:
    """Write a statement as a claim does."""
    write = _Decimals().doprint
    if not isinstance(formula, Relational):
        return str(write(formula))
    sign = SIGNS.get(formula.rel_op, formula.rel_op)
    return f"{write(formula.lhs)} {sign} {write(formula.rhs)}"


class _AtFacts(AtExample):
    """A claim read at an example; what is shown there as a fact is read off."""

    def value(self, claim: Claim, symbol: sp.Symbol, copies: Copies) -> sp.Basic | None:
        """Return what one symbol stands for."""
        fact = self.example.facts.get(symbol.name)
        return super().value(claim, symbol, copies) if fact is None else fact

    def broken(self, formula: sp.Basic, *, wanted: bool = True) -> Iterator[str]:
        """Yield what is otherwise than wanted in a formula that is."""
        if isinstance(formula, sp.Not):
            yield from self.broken(formula.args[0], wanted=not wanted)
        elif isinstance(formula, sp.And | sp.Or):
            for part in formula.args:
                if self.holds(part) is not wanted:
                    yield from self.broken(part, wanted=wanted)
        elif self.holds(formula) is not wanted:
            told = _written(formula)
            yield f"{told if wanted else f'not {told}'}: {self._why(formula)}"

    def holds(self, formula: sp.Basic) -> bool | None:
        """Tell whether a formula is true; None where that cannot be read off."""
        if isinstance(formula, sp.Not):
            inside = self.holds(formula.args[0])
            return None if inside is None else not inside
        if isinstance(formula, sp.And | sp.Or):
            parts = [self.holds(part) for part in formula.args]
            decisive = isinstance(formula, sp.Or)
            if decisive in parts:
                return decisive
            return None if None in parts else not decisive
        try:
            found = put_in_claim(formula, self._known(formula))
        except (UndefinedError, UnsupportedError):
            return None
        return {sp.true: True, sp.false: False}.get(found)

    def _known(self, formula: sp.Basic) -> dict[sp.Symbol, sp.Basic]:
        values = self.values(self.statements.claim, formula, by_era(self.statements.copies))
        if None in values.values():
            raise UndefinedError(f"'{formula}' has no value")
        return {symbol: value for symbol, value in values.items() if value is not None}

    def _why(self, formula: sp.Basic) -> str:
        """Say what the numbers are of which a statement speaks."""
        references = self.statements.claim.references
        named = [references[s] for s in formula.free_symbols if s in references]
        if any(r.what in ("count", "unique") for r in named):
            return self._others(named)
        if isinstance(formula, Relational):
            return self._sides(formula)
        reference = references.get(formula)
        if reference is not None and reference.what in ("rises", "falls"):
            return self._ends(reference)
        if reference is not None and reference.what == "equilibrium":
            gain = self.gain(reference.arguments, self.statements.copy(reference))
            return (
                f"somebody gains {number(gain)} by leaving it"
                if gain
                else "nobody gains by leaving"
            )
        if reference is not None and reference.what == "dominant":
            return self._better(reference)
        return "it is not so" if self.holds(formula) is False else "it is so"

    def _better(self, dominant: Reference) -> str:
        """Say against what an action pays no more than another, if it ever does."""
        (player, action), model = dominant.arguments, self.statements.model
        values = numbers(model, self.example.points[self.statements.copy(dominant).key])
        at = list(model.players).index(player)
        for profile in (q for q in model.game.profiles if q[at] == action):
            for other in model.players[player].actions:
                instead = (*profile[:at], other, *profile[at + 1 :])
                pays = [model.payoffs[q][player].xreplace(values) for q in (profile, instead)]
                if other == action or pays[0] > pays[1]:
                    continue
                against = ", ".join((*profile[:at], *profile[at + 1 :]))
                own, others = apart(pays)
                return f"against {against} it pays {own}, and {other} {others}"
        return "it always pays more"

    def _sides(self, formula: Relational) -> str:
        try:
            known = self._known(formula)
            left, right = (put_in_claim(side, known) for side in formula.args)
        except (UndefinedError, UnsupportedError):
            return "it has no value there"
        if left == right:
            return f"both are {number(left)}"
        word = "less" if left < right else "more"
        return f" is {word} than ".join(apart([left, right]))

    def _ends(self, trend: Reference) -> str:
        """Say what an outcome is where a parameter is lower, and where it is higher."""
        name, parameter = trend.arguments
        copy = self.statements.copy(trend)
        ends = [self.outcome(name, c) for c in (copy, self.statements.twin(copy, parameter))]
        if None in ends:
            return f"{name} has no value there"
        low, high = apart(ends)
        if ends[0] == ends[1]:
            return f"{name} stays at {low} as {parameter} rises"
        return f"{name} goes from {low} to {high} as {parameter} rises"

    def _others(self, named: list[Reference]) -> str:
        """Say why equilibria are not as few, or not the ones, that are claimed."""
        for profile in (r for r in named if r.what == "unique"):
            gain = self.gain(profile.arguments, self.statements.copy(profile))
            if gain != 0:
                return f"it is no equilibrium: somebody gains {number(gain)} by leaving it"
        return "there is another equilibrium"
