"""The parts of a model as plain, frozen data: what a theory says, nothing solved.

A payoff is an exact sympy expression over *names*: parameters, definitions and, for payoffs
given as one formula over action levels, nothing else once the levels of a profile are put in.
Definitions stay names inside payoffs, outcomes and claims; the definitions say what
each stands for, in an order in which each uses only what comes before it.

Formulas are functions of many values at once: exact on fractions, fast on arrays.  A formula's text is kept small when it is read (:mod:`dilemma.reading.syntax`); its value need not
be: ``exp(exp(9*k))`` is short, and at k = 4 no computer can hold it.  So numbers are put in from the
inside out, and what would grow past a limit is refused before it is worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import log
from typing import Any, Literal

import sympy as sp
from sympy.printing.pycode import PythonCodePrinter

from dilemma.errors import CalibrationError
from dilemma.theory.exact_values import put_in_exactly, sign_between

__all__ = [
    "MOST_DIGITS",
    "Claim",
    "Definition",
    "Dynamics",
    "Era",
    "Interval",
    "Outcome",
    "Parameter",
    "Player",
    "Question",
    "Reference",
    "TooLargeError",
    "Value",
    "Variant",
    "check_sizes",
    "climbing",
    "climbs",
    "exactly",
    "put_in",
    "quickly",
    "tied",
]

Grade = Literal["measured", "derived", "coded", "assumed"]
Evidence = Literal["read", "derived", "reconstruction", "unverified"]
Mode = Literal["holds", "exists", "possible"]
Status = Literal["proved", "mixed", "disproved", "contradictory", "vacuous", "open"]
Profile = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval with exact ends; an end may be infinite or left out.

    Attributes
    ----------
    low, high : sympy number
    open_low, open_high : bool
        Whether that end is left out.
    """

    low: sp.Expr
    high: sp.Expr
    open_low: bool = False
    open_high: bool = False

    def __contains__(self, number: sp.Expr) -> bool:
        number = sp.sympify(number, strict=True)
        if number is sp.nan:
            return False
        low, high = sign_between(self.low, number), sign_between(number, self.high)
        return (low > 0 or (low == 0 and not self.open_low)) and (
            high > 0 or (high == 0 and not self.open_high)
        )

    def of(self, symbol: sp.Symbol) -> Iterator[sp.Basic]:
        """Yield what it says that a symbol lies in it."""
        if self.low.is_finite:
            yield symbol > self.low if self.open_low else symbol >= self.low
        if self.high.is_finite:
            yield symbol < self.high if self.open_high else symbol <= self.high

    @property
    def some(self) -> sp.Rational:
        """A number with few digits that lies in it, for an example."""
        if self.low.is_finite and self.high.is_finite:
            return (self.low + self.high) / 2
        if self.low.is_finite or self.high.is_finite:
            return self.low + 1 if self.low.is_finite else self.high - 1
        return sp.Integer(1)

    def __str__(self) -> str:
        left, right = "(" if self.open_low else "[", ")" if self.open_high else "]"
        return f"{left}{decimal(self.low)}, {decimal(self.high)}{right}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A quantity of the theory; ``range`` is every value that the theory allows."""

    name: str
    symbol: sp.Symbol
    range: Interval
    unit: str
    means: str


@dataclass(frozen=True, slots=True)
class Value:
    """What an era says of one parameter, and on whose word.

    ``common`` is true where the value is the same draw in every era.  The grade "declared" is no
    model file's: nothing is said but the range that the theory allows, and the value is its middle.
    """

    central: sp.Rational
    range: Interval
    grade: Grade | Literal["declared"]
    source: str
    common: bool = False


@dataclass(frozen=True, slots=True)
class Era:
    """A period with a value for every parameter.

    ``given`` is true where it stands in no model but was given on the spot.  An era may be based on
    another: what it does not say itself is as in that one.
    """

    name: str
    title: str
    years: tuple[int, int] | None
    values: Mapping[str, Value]
    given: bool = False
    based_on: str = ""

    @property
    def centre(self) -> str:
        """What its central calibration is called in a sentence."""
        return self.title if self.given else f"the {self.title} centre"


@dataclass(frozen=True, slots=True)
class Variant:
    """The eras once more, with only some parameters moving between them.

    All others are one draw common to the eras, from the interval that they have in the first.
    """

    name: str
    moves: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Player:
    """A player of a finite game.

    Attributes
    ----------
    actions : tuple of str
    levels : mapping of str to tuple of sympy numbers
        Numbers that an action carries, one for each action: what payoff formulas speak of.
    cooperates : str or None
        The action that counts as cooperation where games are given their names.
    unit : str
        The unit of the player's payoffs.
    """

    name: str
    title: str
    actions: tuple[str, ...]
    levels: Mapping[str, tuple[sp.Expr, ...]]
    cooperates: str | None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A named intermediate quantity: ``symbol`` stands for ``formula``."""

    name: str
    symbol: sp.Symbol
    formula: sp.Expr
    means: str
    unit: str


def tied(
    ranges: Mapping[str, Parameter | Value], definitions: Mapping[str, Definition]
) -> Callable[[sp.Symbol], Iterator[sp.Basic]]:
    """Return what tells, of a symbol, what ties it down: what a definition stands for, or a range."""

    def about(symbol: sp.Symbol) -> Iterator[sp.Basic]:
        if symbol.name in definitions:
            yield sp.Eq(symbol, definitions[symbol.name].formula, evaluate=False)
        elif symbol.name in ranges:
            yield from ranges[symbol.name].range.of(symbol)

    return about


@dataclass(frozen=True, slots=True)
class Outcome:
    """A named scalar of a profile of mixed strategies.

    Attributes
    ----------
    profiles : mapping of profile to sympy expression
        Simultaneous games: its value when that profile is played for sure.  Under mixed strategies
        it is the expectation over profiles, the players mixing independently.
    formula : sympy expression
        Other games: its value in equilibrium, over parameters, definitions, each player's name
        for what the player is paid, the numbers that players choose, and the keys of ``chances``.
    chances : mapping of symbol to Chance, Multiplier or Slope
        What else the formula speaks of: in a tree probabilities, where numbers are chosen shadow
        prices and slopes.
    """

    name: str
    means: str
    unit: str
    profiles: Mapping[Profile, sp.Expr]
    formula: sp.Expr = sp.nan
    chances: Mapping[sp.Symbol, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that a claim's formula names, to be filled in by whoever decides it.

    Attributes
    ----------
    what : str
        "name" (a parameter or definition of one era), "payoff" (a player's payoff at a profile),
        "outcome" (at a profile, or in equilibrium where ``arguments`` has the name alone),
        "equilibrium", "unique" (a profile), "dominant" (a player's action, strictly),
        "kind" (player, name of a game), "rises", "falls" (outcome, parameter), "count" (how many
        equilibria there are), "diff" (player, choice: the slope of a payoff in a chosen number).
    era : str or None
        The era that the formula puts in front of it, if any.
    arguments : tuple of str
        The names it is made with, in order.
    """

    what: Literal[
        "name", "payoff", "outcome", "equilibrium", "unique", "dominant", "kind", "rises", "falls",
        "count", "diff",
    ]  # fmt: skip
    era: str | None
    arguments: tuple[str, ...]

    @property
    def of_play(self) -> bool:
        """Whether it stands for something in equilibrium, not for a given profile."""
        alone = self.what == "outcome" and len(self.arguments) == 1
        return alone or self.what in ("rises", "falls", "count", "diff")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of the theory and the formula that makes it decidable.

    Attributes
    ----------
    over : str
        "each" era by itself, a "pair" of calibrations of the two eras, one era's name, "all"
        admissible parameters, or "any pair" of calibrations with admissible parameters, which go
        by the names of the two eras.
    mode : str
        "holds": at every calibration, in every equilibrium.  "exists": at every calibration, in
        some equilibrium.  "possible": at some calibration, in some equilibrium.
    given, holds : sympy Boolean
        What is assumed, what is claimed.  Each symbol is a parameter, a definition, or a key of
        ``references``.
    text : mapping
        The formulas "given" and "holds" as the author wrote them; what is claimed stands under
        "holds" whatever the mode.
    shared : tuple of str
        Parameters held equal across the eras of a pair.
    among : str or None
        "pure", "mixed", the name of a branch, or a concept ("stable", "risk_dominant", "lowest",
        "highest"): the only equilibria that the claim speaks of.
        With "any" a trend may lead from one branch to another.
    holding : tuple of str
        Choices that are held where they are, wherever that is: only the others are best replies.
    deviations : tuple of mappings of choice to formula
        What somebody might choose instead, and, where others reply to it, with which replies.
    because : tuple of str
        Claims that this one follows from, wherever their assumptions hold.
    calibrations : str
        The variant of the eras that it speaks of, "" for the eras as they are.
    eras : tuple of str
        Which eras "each" and "pair" are about, () for those that the model asks about unless others
        are named.
    expect : mapping of era (or "" where the claim is one statement) to status
    derived : bool
        False where the sign is put in by the calibration and does not move through an equilibrium.
    evidence : "read", "derived", "reconstruction", "unverified" or ""
        How sure it is that the literature says so; "" where the source says enough.
    """

    name: str
    says: str
    source: str
    over: str
    given: sp.Basic
    holds: sp.Basic
    references: Mapping[sp.Symbol, Reference]
    text: Mapping[str, str]
    shared: tuple[str, ...]
    among: str | None
    expect: Mapping[str, Status]
    derived: bool
    label: str
    holding: tuple[str, ...] = ()
    deviations: tuple[Mapping[str, sp.Expr], ...] = ()
    because: tuple[str, ...] = ()
    mode: Mode = "holds"
    calibrations: str = ""
    eras: tuple[str, ...] = ()
    evidence: Evidence | Literal[""] = ""

    @property
    def of_pairs(self) -> bool:
        """Whether it speaks of two calibrations, one an era."""
        return self.over in ("pair", "any pair")


@dataclass(frozen=True, slots=True)
class Question:
    """A question for a class: what happens when one parameter moves from an era's centre?

    ``shows`` is a definition to watch on the way, or an outcome where numbers are chosen; "" for
    none.  ``to`` is how far the classroom page's slider goes at least, where the answer lies beyond
    what boxes reach.
    """

    name: str
    asks: str
    era: str
    moves: str
    shows: str = ""
    to: sp.Rational | None = None


@dataclass(frozen=True, slots=True)
class Dynamics:
    """How a story goes on from an era's centre, one equilibrium after another.

    Attributes
    ----------
    next : mapping of parameter to sympy expression
        What a parameter becomes, in terms of what has just been played; nobody looks ahead.
    steps : int
        At most so many steps; with ``through`` so many on each leg.
    scales : tuple of str
        Parameters that are multiplied by one number, which goes along the legs of ``through``.
    through : tuple of sympy number
    shows : tuple of str
        The outcomes to watch; all if empty.
    """

    name: str
    says: str
    era: str
    next: Mapping[str, sp.Expr]
    steps: int
    scales: tuple[str, ...]
    through: tuple[sp.Rational, ...]
    shows: tuple[str, ...]


def decimal(number: sp.Expr) -> str:
    """Write an exact number as a finite decimal where it is one, else as a fraction."""
    if number.is_infinite:
        return "inf" if number > 0 else "-inf"
    if not number.is_Rational:
        return str(number)
    places, rest = 0, int(number.q)
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest //= prime
            power += 1
        places = max(places, power)
    if rest != 1:
        return str(number)
    digits = str(abs(int(number * 10**places))).rjust(places + 1, "0")
    sign = "-" if number < 0 else ""
    whole = len(digits) - places
    return sign + digits[:whole] + ("." + digits[whole:] if places else "")


# --- formulas as functions ------------------------------------------------------------------------


LARGEST_FLOAT = 10**308


class _FractionPrinter(PythonCodePrinter):  # type: ignore[misc]
    """Prints 1/3 as a fraction: Python itself would divide to a float."""

    def _print_Rational(self, number: sp.Rational) -> str:
        return f"Fraction({number.p}, {number.q})"


def exactly(
    symbols: Sequence[sp.Symbol], expressions: Sequence[sp.Expr]
) -> Callable[..., list[Fraction]]:
    """Compile expressions for exact values; only rational functions and pieces of them.

    Examples
    --------
    >>> p = sp.Symbol("p", real=True)
    >>> exactly([p], [(1 - p) / 3])(Fraction(1, 2))
    [Fraction(1, 6)]
    """
    printer = _FractionPrinter({"fully_qualified_modules": False, "allow_unknown_functions": True})
    compiled: Callable[..., list[Fraction]] = sp.lambdify(
        list(symbols), list(expressions), modules=[{"Fraction": Fraction}], printer=printer
    )
    return compiled


def quickly(symbols: Sequence[sp.Symbol], expressions: Sequence[sp.Expr]) -> Callable[..., Any]:
    """Compile expressions for numpy arrays of floats, shared pieces worked out once."""
    compiled: Callable[..., Any] = sp.lambdify(
        list(symbols), [_in_range(e) for e in expressions], modules="numpy", cse=True
    )
    return compiled


def _in_range(expression: sp.Expr) -> sp.Expr:
    """Write numbers that no float can hold as floats, which are infinite, and not as integers."""
    huge = [n for n in expression.atoms(sp.Rational) if abs(n) > LARGEST_FLOAT]
    return expression.xreplace({n: sp.Float(n) for n in huge}) if huge else expression


# --- how large a number may become ----------------------------------------------------------------


MOST_DIGITS = 4_000  # of a number, before or behind the point; Python writes none much longer
MOST_BITS = MOST_DIGITS * log(10) / log(2)


class TooLargeError(CalibrationError):
    """A number that is larger, nearer to nought, or has more digits than can be worked with."""

    def __init__(self) -> None:
        super().__init__(f"a number of more than {MOST_DIGITS:,} digits")

    def of(self, where: str, at: Mapping[str, sp.Rational]) -> CalibrationError:
        """Say which formula grows too large, and at which calibration."""
        told = ", ".join(f"{name} = {value}" for name, value in at.items())
        return CalibrationError(f"{where} is {self} at {told}; give its parameters other values")


def put_in(formula: sp.Basic, values: Mapping[Any, Any]) -> Any:
    """Put numbers into a formula, which is exact, as ``xreplace`` does.

    Raises
    ------
    TooLargeError
        If a number on the way, or in the end, has too many digits.

    Examples
    --------
    >>> k = sp.Symbol("k", real=True)
    >>> put_in(k**2 + sp.exp(k), {k: sp.Integer(2)})
    4 + exp(2)
    >>> put_in(sp.exp(sp.exp(9 * k)), {k: sp.Integer(4)})
    Traceback (most recent call last):
        ...
    dilemma.theory.parts.TooLargeError: a number of more than 4,000 digits
    """
    found = _built(formula, values) if climbs(formula) else put_in_exactly(formula, values)
    _check(found)
    return found


def climbing(
    payoffs: Mapping[Profile, Mapping[str, sp.Expr]],
    outcomes: Mapping[str, Outcome],
    more: Iterable[tuple[str, Any]],
) -> tuple[tuple[str, sp.Basic], ...]:
    """Return those formulas of a game, besides definitions, whose values may be of any size.

    Parameters
    ----------
    more : iterable of (where, formula)
        What a kind of game has besides payoffs and outcomes.
    """
    every: list[tuple[str, Any]] = []
    for profile, cell in payoffs.items():
        at = f".({', '.join(profile)})" if profile else ""
        every += [(f"payoffs{at}.{player}", payoff) for player, payoff in cell.items()]
    for name, outcome in outcomes.items():
        every += [(f"outcomes.{name}", formula) for formula in outcome.profiles.values()]
        every.append((f"outcomes.{name}", outcome.formula))
    every += more
    return tuple((at, one) for at, one in every if isinstance(one, sp.Basic) and climbs(one))


def check_sizes(
    formulas: Iterable[tuple[str, sp.Basic]],
    values: Mapping[sp.Symbol, sp.Expr],
    at: Mapping[str, sp.Rational],
) -> None:
    """See that formulas have values of a reasonable size, before anybody works them out.

    Raises
    ------
    TooLargeError
        Where one has not; what has no value at all is told where it is asked for.
    """
    for where, formula in formulas:
        try:
            put_in(formula, values)
        except TooLargeError as error:
            raise error.of(where, at) from None
        except (TypeError, ValueError):
            continue


@lru_cache(maxsize=10_000)
def climbs(formula: sp.Basic) -> bool:
    """Tell whether a short formula may have a value of any length: an exponent is no number."""
    return any(
        isinstance(node, sp.exp) or (isinstance(node, sp.Pow) and not node.exp.is_number)
        for node in sp.preorder_traversal(formula)
    )


def _built(formula: sp.Basic, values: Mapping[Any, Any]) -> Any:
    """Put numbers in from the inside out; of several cases only the one that holds."""
    if formula in values:
        return values[formula]
    if not formula.args:
        return formula
    if isinstance(formula, sp.Piecewise):
        return _cases(formula, values)
    parts = [_built(part, values) for part in formula.args]
    if isinstance(formula, sp.exp):
        _check_power(sp.E, parts[0])
    elif isinstance(formula, sp.Pow):
        _check_power(*parts)
    found = formula.func(*parts)
    if isinstance(formula, sp.Mul):
        _check(found)
    return found


def _cases(formula: sp.Piecewise, values: Mapping[Any, Any]) -> Any:
    left = []
    for value, condition in formula.args:
        holds = _built(condition, values)
        if holds == sp.false:
            continue
        left.append((_built(value, values), holds))
        if holds == sp.true:
            break
    if len(left) == 1 and left[0][1] == sp.true:
        return left[0][0]
    return sp.Piecewise(*left, evaluate=False) if left else sp.nan


def _check_power(base: sp.Basic, power: sp.Basic) -> None:
    """See that a power of numbers, which need not be known yet, has not too many digits."""
    if not (base.is_number and power.is_number) or base.is_zero:
        return
    if base.is_Rational and power.is_Integer:
        long = max(abs(int(base.p)), int(base.q)).bit_length()
        if abs(base) != 1 and abs(power) * (long - 1) > MOST_BITS:
            raise TooLargeError
        return
    bits = sp.N(power * sp.log(abs(base)) / sp.log(2), 15)
    if bits.is_Float and abs(bits) > MOST_BITS:
        raise TooLargeError


def _check(found: sp.Basic) -> None:
    """See that a number has not too many digits."""
    if found.is_Rational:
        if max(abs(int(found.p)), int(found.q)).bit_length() > MOST_BITS:
            raise TooLargeError
    elif found.is_number and found.args:
        rounded = sp.N(found, 15)
        if rounded.is_Float and rounded != 0:
            _, mantissa, exponent, _ = rounded._mpf_
            if abs(exponent + int(mantissa).bit_length()) > MOST_BITS:
                raise TooLargeError
