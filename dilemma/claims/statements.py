"""A claim as statements about one or several calibrations, ready to be decided.

A claim speaks of calibrations of eras.  Each is a *copy* of the model's parameters: the symbol
``p_J`` becomes ``p_J @ cold_war``.  A parameter that is one draw for both eras (common, or shared
by the claim) is one symbol in both copies.  ``rises`` and ``falls`` add a *twin*: a copy in which
one parameter is higher and all others are the same.  ``unique`` adds a *rival*: the same
calibration with another equilibrium.

What the claim says of them is put into these symbols by :mod:`dilemma.claims.meaning`.

A claim may speak of pure or mixed equilibria, of a branch, or of those of a concept.  *Strict*: nobody is indifferent, that is each would lose by any other action; in a tree whoever
moves, wherever that is.  *Stable*: where actions are chosen, strict equilibria, which are the asymptotically stable states of
the replicator dynamics of two populations (Ritzberger and Weibull 1995, Econometrica 63(6):
1371-1399, unverified); where numbers are chosen, those to which best replies lead back from
nearby.  *Risk dominant*: of the strict equilibria of a 2x2 game the one whose product of losses from
leaving alone is larger (Harsanyi and Selten 1988); the only strict one counts too.  *Highest* and
*lowest*: no other equilibrium has any chosen number higher, or lower.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import sympy as sp
from sympy.core.relational import Relational

from dilemma.claims.verdict import ANOTHER
from dilemma.errors import CalibrationError, DilemmaError, UnsupportedError
from dilemma.games.branch import Branch
from dilemma.games.kind import Can
from dilemma.games.solution import branches
from dilemma.games.tree import REFINEMENTS
from dilemma.model import Model
from dilemma.theory.parts import Claim, Interval, Reference

__all__ = [
    "CONCEPTS",
    "EXTREMES",
    "Alone",
    "AtMost",
    "Copy",
    "Part",
    "Statements",
    "among",
    "copies",
    "first_of",
]


@dataclass(frozen=True)
class Copy:
    """One calibration that a claim speaks of.

    Attributes
    ----------
    label : str
        How an example names it: an era, or an era with the parameter that is higher in it.
    era : str or None
        None for a claim over all admissible parameters.
    key : str
        What its symbols carry behind the @.
    base : str
        The key of the copy whose parameters it shares; its own but for twins and rivals.
    moved : str
        In a twin, the parameter that is higher; "" in what is none.
    """

    label: str
    era: str | None
    key: str
    base: str
    moved: str = ""


@dataclass(frozen=True)
class Part:
    """One conjunct of what a claim holds.

    Attributes
    ----------
    source : sympy Boolean
        What is claimed, as the claim says it.
    trends : tuple of Reference
        Each ``rises`` and ``falls`` in it, which speaks of a twin.
    """

    source: sp.Basic
    trends: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class Alone(Part):
    """``unique``: a profile is an equilibrium, and no other play is; a rival refutes it."""

    profile: Reference = field(kw_only=True)


@dataclass(frozen=True)
class AtMost(Part):
    """``number_of_equilibria <= number``: it takes several equilibria to refute it."""

    counted: Reference = field(kw_only=True)
    number: int = field(kw_only=True)


def _in_other_names(formula: sp.Basic, names: Mapping[sp.Basic, sp.Basic]) -> sp.Basic:
    """Put symbols in the place of symbols: no relation is looked at anew, which sympy would do at length."""
    if isinstance(formula, Relational):
        sides = (side.xreplace(names) for side in formula.args)
        return formula.func(*sides, evaluate=False)
    if isinstance(formula, sp.And | sp.Or | sp.Not):
        return formula.func(*(_in_other_names(part, names) for part in formula.args))
    return formula.xreplace(names)


@dataclass
class Statements:
    """The statements of one claim, over one era or pair, for a choice of branches.

    Parameters
    ----------
    model, claim
        What is claimed of what.
    over : str
        The claim's ``over``, with "each" already resolved to one era.
    points : mapping of a copy's key to a calibration, optional
        Calibrations that replace the boxes: the claim at a point.
    """

    model: Model
    claim: Claim
    over: str
    points: Mapping[str, Mapping[str, sp.Rational]] = field(default_factory=dict)
    bounds: Mapping[tuple[str | None, str], Interval] = field(default_factory=dict)
    at_once: bool = False
    untied: frozenset[str] = frozenset()
    home: dict[sp.Symbol, tuple[str, Copy]] = field(default_factory=dict)

    # --- copies ---------------------------------------------------------------------------------

    @property
    def copies(self) -> tuple[Copy, ...]:
        """The calibrations that the claim speaks of, without twins."""
        if self.over == "all":
            return (Copy("one calibration", None, "any", "any"),)
        eras = list(self.model.eras)[:2] if self.claim.of_pairs else [self.over]
        return tuple(Copy(self.model.eras[e].title, e, e, e) for e in eras)

    def twin(self, copy: Copy, parameter: str) -> Copy:
        """Return the copy in which one parameter is higher."""
        higher = f"{parameter} higher"
        return Copy(
            f"{copy.label}, {higher}", copy.era, f"{copy.key} ({higher})", copy.key, parameter
        )

    def rival(self, copy: Copy, number: int = 1) -> Copy:
        """Return the same calibration with another equilibrium, or yet another."""
        yet = "" if number == 1 else f" {number}"
        label = f"{copy.label}{ANOTHER}{yet}"
        return Copy(label, copy.era, f"{copy.key} (rival{yet})", copy.key)

    def among_any(self) -> bool:
        """Whether a trend may lead from one branch to another."""
        return self.claim.among == "any"

    def home_of(self, copy: Copy) -> Copy:
        """Return the copy whose parameters a twin or a rival shares: itself, if it is none."""
        return next(c for c in self.copies if c.key == copy.base)

    def twins(self, parts: Iterable[Part]) -> tuple[Copy, ...]:
        """Return the twins that some parts of the claim speak of, each once."""
        trends = (trend for part in parts for trend in part.trends)
        return tuple(dict.fromkeys(self.twin(self.copy(t), t.arguments[1]) for t in trends))

    def symbol(self, copy: Copy, name: str) -> sp.Symbol:
        """Return the symbol of a parameter or definition in one copy."""
        key = copy.key
        if name in self.model.parameters and copy.moved != name:
            key = "all" if self.tied(name) else copy.base
        named = sp.Symbol(f"{name} @ {key}", real=True)
        self.home.setdefault(named, (name, copy))
        return named

    def tied(self, parameter: str) -> bool:
        """Whether a parameter is one draw for both calibrations."""
        if not self.claim.of_pairs or parameter in self.untied:
            return False
        if self.over == "any pair":
            return parameter in self.claim.shared
        first = next(iter(self.model.eras.values()))
        return first.values[parameter].common or parameter in self.claim.shared

    def unknown(self, copy: Copy, symbol: sp.Symbol) -> sp.Symbol:
        """Return the symbol of an unknown in one copy; what is held is the same in its twin.

        Unless it is what moves.
        """
        held = symbol.name in self.claim.holding and symbol.name != copy.moved
        key = copy.base if held else copy.key
        return sp.Symbol(f"{symbol.name} @ {key}", real=True)

    def higher(self, twin: Copy) -> tuple[sp.Symbol, sp.Symbol]:
        """Return what moves in a twin, a parameter or a held choice: there, and at home."""
        places = (twin, self.home_of(twin))
        if twin.moved in self.model.parameters:
            there, here = (self.symbol(copy, twin.moved) for copy in places)
        else:
            moved = sp.Symbol(twin.moved, real=True)
            there, here = (self.unknown(copy, moved) for copy in places)
        return there, here

    def about(self, named: sp.Symbol) -> Iterator[sp.Basic]:
        """Yield what ties a symbol down: its interval, or the equation that defines it."""
        if named not in self.home:
            return
        name, copy = self.home[named]
        if name in self.model.definitions:
            formula = self.model.definitions[name].formula
            yield sp.Eq(named, self.rename(formula, copy), evaluate=False)
            return
        if self.points:
            key = named.name.split(" @ ")[1]
            point = self.points.get(key, next(iter(self.points.values())))
            yield sp.Eq(named, point[name])
            return
        eras = [copy.era]
        if self.tied(name):
            eras = [other.era for other in self.copies]
        for interval in {self.interval(era, name) for era in eras}:
            if interval.low.is_finite:
                yield named > interval.low if interval.open_low else named >= interval.low
            if interval.high.is_finite:
                yield named < interval.high if interval.open_high else named <= interval.high

    def interval(self, era: str | None, name: str) -> Interval:
        """Return where a parameter lies in one copy."""
        for key in ((None, name), (era, name)):
            if key in self.bounds:
                return self.bounds[key]
        if era is None or self.over == "any pair":
            return self.model.parameters[name].range
        return self.model.eras[era].values[name].range

    def rename(self, expression: sp.Basic, copy: Copy) -> sp.Basic:
        """Write an expression in the symbols of one copy."""
        renamed = {}
        for symbol in expression.free_symbols:
            known = symbol.name in self.model.parameters or symbol.name in self.model.definitions
            renamed[symbol] = (
                self.symbol(copy, symbol.name) if known else self.unknown(copy, symbol)
            )
        return _in_other_names(expression, renamed)

    # --- branches -------------------------------------------------------------------------------

    @property
    def in_equilibrium(self) -> tuple[str, ...]:
        """The keys of the copies whose equilibria the claim speaks of."""
        symbols = self.claim.holds.free_symbols | self.claim.given.free_symbols
        speaks = {self.copy(self.claim.references[s]).key for s in symbols if self._of_play(s)}
        return tuple(copy.key for copy in self.copies if copy.key in speaks)

    def may_be_at_once(self) -> bool:
        """Tell whether one formula for all equilibria may decide it: what each of them does, no trend, no count."""
        claim, parts = self.claim, self.parts()
        plain = claim.mode == "holds" and claim.among is None and not claim.holding
        if not plain or not self.in_equilibrium or self.twins(parts):
            return False
        alike = all(not isinstance(part, Alone | AtMost) for part in parts)
        return alike and self.model.game.one_formula(self.model) is not None

    def branches(self) -> tuple[Branch, ...]:
        """Return the branches that the claim is about: all, or those it names in ``among``.

        Where it is asked ``at_once``, one for all equilibria.
        """
        if self.at_once:
            found = self.model.game.one_formula(self.model)
            return () if found is None else (found,)
        every = branches(
            self.model,
            holding=self.claim.holding,
            bargain=self.speaks_of_bargain(),
            ties=True,
            given=self._given_plainly(),
        )
        try:
            return among(self.model, every, self.claim.among)
        except DilemmaError as error:
            raise type(error)(f"claim '{self.claim.name}': {error}") from None

    def _given_plainly(self) -> tuple[sp.Basic, ...]:
        """Return what the claim assumes of every calibration, unless it names the branch it is about."""
        known = set(self.model.parameters) | set(self.model.definitions)
        if self.claim.among not in (None, "any"):
            return ()
        given = self.claim.given
        return tuple(
            c
            for c in (given.args if isinstance(given, sp.And) else (given,))
            if {s.name for s in c.free_symbols} <= known
            and not any(s in self.claim.references for s in c.free_symbols)
            and c is not sp.true
        )

    def speaks_of_bargain(self) -> bool:
        """Whether the claim speaks of how a bargain ends; else it is left out."""
        game = self.model.game
        if game.bargain is None:
            return True
        named = {n for r in self.claim.references.values() for n in r.arguments}
        formulas = (o.formula for n, o in self.model.outcomes.items() if n in named)
        return any(self.model.expand_play(f).has(game.bargain.over.symbol) for f in formulas)

    def branch(self, branch: Branch, copy: Copy) -> tuple[sp.Basic, ...]:
        """Return the statements that a branch is an equilibrium in one copy."""
        equations = [sp.Eq(e, 0, evaluate=False) for e in branch.equations]
        return tuple(self.rename(s, copy) for s in (*equations, *branch.conditions))

    def feasible(self, copy: Copy) -> tuple[sp.Basic, ...]:
        """Return what holds of everything that may be chosen at all, in one copy."""
        bounds = self.model.game.feasible()
        return tuple(self.rename(self.model.expand_play(s), copy) for s in bounds)

    # --- what it assumes and claims -------------------------------------------------------------

    @property
    def assumed_of_calibrations(self) -> sp.Basic:
        """What the claim assumes of calibrations alone, not of what is played there."""
        given = self.claim.given
        conjuncts = given.args if isinstance(given, sp.And) else (given,)
        return sp.And(*(c for c in conjuncts if not any(map(self._of_play, c.free_symbols))))

    @property
    def given_of_play(self) -> bool:
        """Whether the claim assumes something of what is played."""
        return any(map(self._of_play, self.claim.given.free_symbols))

    def _of_play(self, symbol: sp.Symbol) -> bool:
        """Tell whether a symbol of the claim stands for something in equilibrium."""
        reference = self.claim.references.get(symbol)
        return reference is not None and reference.of_play

    def parts(self) -> tuple[Part, ...]:
        """Return the conjuncts of what the claim holds, each to be refuted by itself."""
        holds = self.claim.holds
        found: list[Part] = []
        for conjunct in holds.args if isinstance(holds, sp.And) else (holds,):
            counted = self._counted(conjunct)
            match self.claim.references.get(conjunct):
                case _ if counted is not None:
                    found.append(AtMost(conjunct, counted=counted, number=int(conjunct.rhs)))
                case Reference(what="unique") as profile:
                    branches(self.model)  # raises where there is no symbolic solution to go through
                    found.append(Alone(conjunct, profile=profile))
                case _:
                    found.append(Part(conjunct, trends=self._trends(conjunct)))
        return tuple(found)

    def _trends(self, conjunct: sp.Basic) -> tuple[Reference, ...]:
        symbols = sorted(conjunct.free_symbols, key=str)
        references = (self.claim.references.get(symbol) for symbol in symbols)
        return tuple(r for r in references if r is not None and r.what in ("rises", "falls"))

    def _counted(self, conjunct: sp.Basic) -> Reference | None:
        for symbol in conjunct.free_symbols:
            reference = self.claim.references.get(symbol)
            if reference is not None and reference.what == "count":
                return reference
        return None

    def copy(self, reference: Reference) -> Copy:
        """Return the copy that a reference speaks of."""
        return next((c for c in self.copies if c.era == reference.era), self.copies[0])

    def at(self, points: Mapping[str, Mapping[str, sp.Rational]]) -> Statements:
        """Return the same claim with calibrations in place of boxes."""
        return replace(self, points=points, home={})


def copies(statements: Statements) -> tuple[Copy, ...]:
    """Return the copies of the model that a claim speaks of, those with a parameter moved too."""
    return (*statements.copies, *statements.twins(statements.parts()))


def first_of(label: str, labels: Iterable[str]) -> str:
    """Return the calibration, of some, that a label names, or names with another equilibrium.

    An era's title may hold the same words, so that what labels there are decides and not they.

    Examples
    --------
    >>> first_of("Now, another equilibrium", ["Now", "Then"])
    'Now'
    >>> first_of("Now, another equilibrium", ["Now, another equilibrium", "Now"])
    'Now, another equilibrium'
    """
    known = [own for own in labels if label == own or label.startswith(own + ANOTHER)]
    return max(known, key=len)


# --- which equilibria a claim speaks of -----------------------------------------------------------


EXTREMES = ("lowest", "highest")
CONCEPTS = ("stable", "strict", "risk_dominant", *REFINEMENTS, *EXTREMES)


def among(model: Model, every: Sequence[Branch], which: str | None) -> tuple[Branch, ...]:
    """Return the branches that a claim is about, with the conditions that a concept adds.

    Of the extreme ones nothing is added here: whoever solves a game compares its equilibria.

    Raises
    ------
    CalibrationError
        If no equilibrium is called so.
    UnsupportedError
        If a concept has no conditions in this game.
    """
    if which in (None, "any"):
        return tuple(every)
    own = [b for b in (model.game.confined(model, b, which) for b in every) if b is not None]
    if own:
        return tuple(own)
    match which:
        case "pure" | "mixed":
            return tuple(b for b in every if b.pure == (which == "pure"))
        case "strict" | "stable" if Can.SLOPES not in model.game.can:
            return tuple(_strict(model, b) for b in every if b.pure and not b.unknowns)
        case "stable":
            return tuple(_leads_back(model, b) for b in every)
        case "risk_dominant":
            return _risk_dominant(model, every)
        case "lowest" | "highest":
            if Can.SLOPES not in model.game.can or model.game.leader:
                raise UnsupportedError(f"among {which!r}: for players who choose numbers at once")
            return tuple(every)
    named = tuple(b for b in every if b.name == which)
    if not named:
        names = "; ".join(b.name for b in every)
        known = ", ".join(repr(c) for c in ("pure", "mixed", *_concepts(model)))
        raise CalibrationError(
            f"among {which!r} are no equilibria; it may be {known}, or one of: {names}"
        )
    return named


def _concepts(model: Model) -> Iterator[str]:
    """Yield the concepts that have conditions in a game."""
    can = model.game.can
    if can & (Can.SLOPES | Can.TABLE):
        yield "stable"
    if "strict" in model.game.concepts:
        yield "strict"
    if Can.TABLE in can:
        yield "risk_dominant"
    yield from (c for c in model.game.concepts if c in REFINEMENTS)
    if Can.SLOPES in can and not model.game.leader:
        yield from EXTREMES


# --- actions --------------------------------------------------------------------------------------


def _strict(model: Model, branch: Branch) -> Branch:
    if Can.TABLE not in model.game.can:
        raise UnsupportedError("among 'stable' or 'strict': only for simultaneous games")
    # From the payoffs: a branch's condition that 0 >= 0 is true already, and says nothing of 0 > 0.
    profile = _profile(model, branch)
    loses = [
        model.payoffs[profile][player.name] > model.payoffs[leaves][player.name]
        for position, player in enumerate(model.players.values())
        for action in player.actions
        if action != profile[position]
        for leaves in [(*profile[:position], action, *profile[position + 1 :])]
    ]
    return replace(branch, conditions=(*branch.conditions, *loses))


def _profile(model: Model, branch: Branch) -> tuple[str, ...]:
    """Return what is played for certain in a pure branch."""
    return tuple(next(a for a, p in branch.play[name].items() if p != 0) for name in model.players)


def _risk_dominant(model: Model, every: Sequence[Branch]) -> tuple[Branch, ...]:
    players = list(model.players.values())
    if Can.TABLE not in model.game.can or [len(p.actions) for p in players] != [2, 2]:
        raise UnsupportedError("among 'risk_dominant': only for 2x2 games")
    pure = {_profile(model, b): _strict(model, b) for b in every if b.pure and not b.unknowns}
    found = []
    for profile in product(*(p.actions for p in players)):
        opposite = tuple(
            next(a for a in p.actions if a != own) for p, own in zip(players, profile, strict=True)
        )
        here, there = pure[profile], pure[opposite]
        better = _product(model, profile, opposite) > _product(model, opposite, profile)
        alone = sp.Not(sp.And(*there.conditions))
        found.append(replace(here, conditions=(*here.conditions, sp.Or(alone, better))))
    return tuple(found)


def _product(model: Model, here: tuple[str, ...], there: tuple[str, ...]) -> sp.Expr:
    """Return the product of what each loses by leaving alone."""
    losses = []
    for position, player in enumerate(model.players):
        leaves = (*here[:position], there[position], *here[position + 1 :])
        losses.append(model.payoffs[here][player] - model.payoffs[leaves][player])
    return sp.Mul(*losses)


# --- numbers --------------------------------------------------------------------------------------


def _leads_back(model: Model, branch: Branch) -> Branch:
    """Add the condition that best replies shrink a step away: two players, a number each.

    A player whose choice is at an end, and would rather go beyond, does not move.
    """
    game = model.game
    players = game.moves[-1]
    single = all(len(game.of(p)) == 1 and not game.kept_by(p) for p in players)
    if game.leader or len(players) != 2 or not single:
        raise UnsupportedError("among 'stable': for two players who choose a number each, at once")
    steps: list[sp.Expr] = []
    firm: list[sp.Basic] = []
    for player, other in (players, players[::-1]):
        (own,), (theirs,) = game.of(player), game.of(other)
        payoff = model.expand_play(model.payoffs[()][player])
        slope = sp.diff(payoff, own.symbol)
        if {name for name, _, _ in own.bounds()} & set(branch.binds):
            firm.append(sp.Ne(slope, 0))
            steps.append(sp.Integer(0))
            continue
        curvature = sp.diff(slope, own.symbol)
        if sp.expand(sp.fraction(sp.together(curvature))[0]) == 0:
            firm.append(sp.false)  # any number is as good a reply: nothing leads back
            continue
        steps.append(sp.diff(slope, theirs.symbol) / curvature)
    numerator, denominator = sp.fraction(sp.together(sp.Mul(*steps)))
    shrinks = sp.expand(numerator) ** 2 < sp.expand(denominator) ** 2
    return replace(branch, conditions=(*branch.conditions, *firm, shrinks))
