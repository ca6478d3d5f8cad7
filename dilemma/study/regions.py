"""The cells of the parameter space in which the set of equilibria is the same, proved to cover.

Off the borders every condition of every branch is the strict sign of a polynomial.  z3 is asked for
a calibration of an era's box that lies in no zone found so far; what it finds is a new zone, and
when it proves that there is none, the zones cover the box.  They are disjoint because each says of
every branch whether it is an equilibrium.  At a point of each zone, or of as many as there is time for
where conditions are very many, the game is solved in numbers too: they must agree, and where there are
equilibria without a closed form the result says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf

import sympy as sp
from sympy.core.relational import Relational

from dilemma.budget import kept
from dilemma.by_era import Eras, eras_of
from dilemma.calls import of_a_model
from dilemma.deciders.question import Question
from dilemma.errors import DisagreementError, UnsupportedError
from dilemma.games import two_by_two
from dilemma.games.branch import Branch
from dilemma.games.kind import Can, concepts
from dilemma.games.solution import branches
from dilemma.model import Model
from dilemma.output.result import versions
from dilemma.study.asking import letters, order
from dilemma.study.conditions import PATIENCE, Shortening, existence, polynomials, tidy
from dilemma.study.draws import frequencies
from dilemma.study.occurrence import (
    SHOWN_MOVES,
    EraZones,
    Label,
    Regions,
    Zone,
    exactly,
    label_at,
    moves,
    occurring,
)
from dilemma.theory.parts import Era

__all__ = ["regions"]

# By what share of the budget the eras are searched, have their nearest borders, and are told:
# what is left then stands as it is, so that the answer is there in time.
SEARCHED, BORDERED, TOLD = 0.65, 0.75, 0.85


@of_a_model
@kept("cutting")
def regions(
    model: Model,
    eras: Eras = None,
    *,
    draws: int = 20_000,
    seed: int = 0,
    seconds: float | None = 60,
    progress: Callable[[float], None] | None = None,
) -> Regions:
    """Find every zone of the eras' boxes in which the set of equilibria is the same.

    Parameters
    ----------
    model : Model, str or Path
    eras : str, Era, mapping, or a sequence of these, optional
        Which eras, in which order; all of them unless said.  Values on the spot are an era too
        (see :meth:`Model.era`); what they leave out, and where there are no eras everything, lies
        anywhere in its declared range.
    draws, seed : int
        Random calibrations from each box, for the zones' shares.
    seconds : float, optional
        Budget for it all.  Two thirds are for the eras' searches, past which the result says that
        the zones may not cover the box, and some for the nearest borders, past which it names the
        parameters that are left; what remains goes into shortening conditions, past which they are
        longer than need be and the zones are not searched for their games.
    progress : callable, optional
        Called with the share of the work done.

    Returns
    -------
    Regions

    Raises
    ------
    CalibrationError
        For an unknown era, or an impossible value.
    UnsupportedError
        If the game has no symbolic solution, or its conditions are no signs of polynomials.

    Examples
    --------
    >>> import dilemma
    >>> found = regions(dilemma.load("abandonment"), ["post_cold_war"], draws=500)
    >>> found.covered
    True
    >>> hunt = found.zone(found.eras[0].at_centre)
    >>> hunt.words
    'D0_J < 0 < D1_J and D0_U < 0 < D1_U'
    >>> hunt.games
    {'japan': 'stag hunt', 'us': 'stag hunt'}
    """
    model.needs(Can.ACTIONS, "cutting the parameters into regions")
    model, names = eras_of(model, eras, ranges=True)
    search = _Search(model, inf if seconds is None else seconds)
    found = []
    for k, name in enumerate(names):
        if progress is not None:
            progress(k / (len(names) + 1))
        found.append(search.era(model.eras[name], (k + 1) / len(names), draws, seed))
    labels: dict[Label, None] = {}
    for era in found:
        labels.update(dict.fromkeys(sorted(era.occurs, key=lambda n, e=era: -e.shares.get(n, 0.0))))  # type: ignore[misc]
    zones = tuple(search.zone(label) for label in labels)
    used = {str(s) for zone in zones for s in zone.where.free_symbols}
    used |= {move.parameter for era in found for move in era.moves[:SHOWN_MOVES]}
    return Regions(
        model=model.name,
        title=model.title,
        order=". ".join([order(model), *(told.rstrip(".") for told in concepts([model]))]),
        letters=letters(model, used),
        zones=zones,
        eras=tuple(found),
        draws=draws,
        seed=seed,
        versions=versions("sympy", "z3-solver", "numpy"),
        shortened=search.shorter.whole,
    )


@dataclass
class _Search:
    """A model's conditions, and z3 asked about them."""

    model: Model
    seconds: float
    start: float = field(default_factory=time.monotonic)
    closed: tuple[Branch, ...] = ()
    whole: dict[str, sp.Basic] = field(default_factory=dict)
    where: dict[str, sp.Basic] = field(default_factory=dict)
    shorter: Shortening = field(init=False)

    def __post_init__(self) -> None:
        every = branches(self.model, named=True)
        self.closed = tuple(b for b in every if not b.at_ties and b.where is not None)
        self.whole = {branch.name: existence(branch) for branch in self.closed}
        self.where = {name: _off_borders(told) for name, told in self.whole.items()}
        off_borders = [sp.Ne(p, 0) for p in polynomials(self.where.values())]
        self.shorter = Shortening(self.model, off_borders, self._left(TOLD))

    def _left(self, share: float) -> float:
        """Return the seconds until a share of the budget is used up."""
        return self.start + share * self.seconds - time.monotonic()

    # --- which zones there are ------------------------------------------------------------------

    def era(self, era: Era, share: float, draws: int, seed: int) -> EraZones:
        """Find the zones of one era's box, in a share of the time, with those that came before."""
        found = occurring(self.model, self.where, era, self._left(share * SEARCHED))
        told = frequencies(self.model, era.name, draws=draws, seed=seed)
        shares: dict[Label, float] = {}
        for names, drawn in told.sets.items():
            label = tuple(name for name in self.where if name in names)
            shares[label] = shares.get(label, 0.0) + drawn
        unseen = [label for label in shares if label not in found.labels]
        if unseen and not found.doubt:
            raise DisagreementError(
                f"z3 proves that no calibration of {era.name} has the equilibria {unseen} and "
                f"draws with seed {seed} have them; please report this with {self.model.name}"
            )
        values = self.model.values(era.name)
        borders = (p.xreplace(values) for p in polynomials(self.where.values()))
        titles = {branch.name: branch.title for branch in self.closed}
        until = self.start + share * BORDERED * self.seconds
        ways, unsearched, late = moves(self.model, era, self.where, titles, until=until)
        return EraZones(
            era=era.name,
            title=era.title,
            occurs=dict.fromkeys([*found.labels, *unseen], True),
            covered=None if found.doubt else True,
            reason=found.doubt,
            shares=shares,
            at_centre=label_at(self.whole, values),
            on_border=any(value == 0 for value in borders),
            moves=ways,
            unsearched=unsearched,
            late=late,
        )

    # --- how a zone is told ---------------------------------------------------------------------

    def zone(self, label: Label) -> Zone:
        """Describe the zone with a label as shortly as z3 can prove to be enough."""
        if self.shorter.ended:
            where = exactly(self.where, label)
            return Zone(label, self._names(label), where, self.shorter.words(where), {})
        pure = {branch.name for branch in self.closed if branch.pure}
        # What is tried first is most likely to follow from the rest.
        inside = [[n for n in label if (n in pure) is p] for p in (False, True)]
        outside = [
            [n for n in self.where if n not in label and (n in pure) is p] for p in (False, True)
        ]
        parts = [sp.Not(self.where[n]) for n in outside[0]]
        parts += [part for n in inside[0] for part in sp.And.make_args(self.where[n])]
        parts += [sp.Not(self.where[n]) for n in outside[1]]
        parts += [part for n in inside[1] for part in sp.And.make_args(self.where[n])]
        if self.shorter.never(*map(_strictly, parts)):
            where = exactly(self.where, label)
            return Zone(label, self._names(label), where, "only where payoffs tie", {})
        where = self.shorter.shortest([_strictly(part) for part in parts])
        return Zone(label, self._names(label), where, self.shorter.words(where), self._games(where))

    def _names(self, label: Label) -> tuple[str, ...]:
        return tuple(branch.title for branch in self.closed if branch.name in label)

    def _games(self, where: sp.Basic) -> dict[str, str]:
        """Return the kind of 2x2 game of each player for which it is the same in a whole zone."""
        found = {}
        for player in self.model.players:
            try:
                named = {
                    kind: two_by_two.is_kind(self.model, player, kind) for kind in two_by_two.KINDS
                }
            except UnsupportedError:
                return {}
            question = Question(self._allowed, lambda: PATIENCE)
            question.add(where, *(sp.Ne(p, 0) for p in polynomials(self.where.values())))
            for kind, holds in named.items():
                if question.ask(sp.Not(holds)).status == "unsat":
                    found[player] = kind
        return found

    def _allowed(self, symbol: sp.Symbol) -> Iterator[sp.Basic]:
        """Yield what ties a symbol down whatever the era."""
        if symbol.name in self.model.definitions:
            formula = self.model.definitions[symbol.name].formula
            yield sp.Eq(symbol, formula, evaluate=False)
        else:
            yield from self.shorter.allowed(symbol)


def _off_borders(formula: sp.Basic) -> sp.Basic:
    """Return the equations of a condition that has some, as it is: off the borders it never holds."""
    equations = [part for part in sp.And.make_args(formula) if isinstance(part, sp.Eq)]
    return sp.And(*equations) if equations else formula


def _strictly(formula: sp.Basic) -> sp.Basic:
    """Return a condition as it is off the borders."""
    strict = {sp.GreaterThan: sp.StrictGreaterThan, sp.LessThan: sp.StrictLessThan}
    formula = sp.to_nnf(formula, simplify=False)
    return formula.replace(
        lambda part: isinstance(part, Relational) and part.func in strict,
        lambda part: tidy(strict[part.func](part.lhs, part.rhs)),
    )
