"""The criteria of equilibrium selection side by side, and a table for each family of them.

Indifference: a player mixes so that the other does not care which of its own actions it takes.

Evolutionary stability: what no rare mutant can invade.  Let A, (n, n), pay the row strategy against
the column strategy in one population.  A strategy x is evolutionarily stable iff it is a best reply
to itself and x'Ay > y'Ay for each other best reply y (Maynard Smith and Price 1973, Nature 246:
15-18).  With z = y - x and since z'Ax = 0, that is

    z'Az < 0    for every z != 0 with sum(z) = 0, z_i >= 0 where x_i = 0, z_i = 0 where i is no
                best reply to x

(Haigh 1975, Advances in Applied Probability 7: 8-11; Abakuks 1980, Journal of Applied Probability
17).  With one used action k taken out, Q is the form -z'Az in the remaining z_i.  It must
be positive definite in the used actions, which are free in sign; what it leaves for the unused best
replies (a Schur complement) must be strictly copositive.  A matrix all of whose smaller principal
parts are strictly copositive fails to be so iff its determinant is <= 0 and its adjugate positive
(Hadeler 1983, Linear Algebra and its Applications 49: 79-89).  Wherever a test fails, the adjugate
has a column that is an invader.

Between two populations, each playing the other, a profile is evolutionarily stable iff it is a
strict equilibrium (Selten 1980, Journal of Theoretical Biology 84: 93-101).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from math import inf
from typing import Any

import sympy as sp

from dilemma.games.dominance import Elimination
from dilemma.games.equilibrium import Equilibria, Equilibrium
from dilemma.games.selection import Losses, Payoffs
from dilemma.output.result import Table, apart, chances, exactly, number, owned, percent, weighted
from dilemma.study.learning import HORIZON, NEAR, ROUNDS, Basins, Ending, Logit
from dilemma.theory.parts import Player, Profile

__all__ = [
    "Criteria",
    "Indifference",
    "Judgement",
    "Stability",
    "basins",
    "criteria",
    "elimination",
    "indifferences",
    "mixing",
    "products",
    "stability",
    "stability_table",
    "symmetric",
]


@dataclass(frozen=True, slots=True)
class Indifference:
    """One player's mix, and what each action of the other pays against it.

    Attributes
    ----------
    player, title : str
        Who mixes.
    mix : mapping of action to probability
    other, other_title : str
        Who answers.
    used : tuple of str
        What the other plays; all of it pays the same, exactly.
    pays : mapping of the other's action to expected payoff
        Of its unused actions too: none pays more.
    """

    player: str
    title: str
    mix: Mapping[str, sp.Rational]
    other: str
    other_title: str
    used: Profile
    pays: Mapping[str, sp.Rational]

    @property
    def text(self) -> str:
        """The mix in a sentence, with the payoffs that it makes equal."""
        shown = dict(zip(self.pays, apart(list(self.pays.values())), strict=True))
        said = f"{self.title} mixes {chances(self.mix)}"
        if len(self.used) > 1:
            said += (
                f" so that {self.other_title} is indifferent between {_listed(self.used)}: "
                f"{' = '.join(shown[a] for a in self.used)}"
            )
        else:
            said += f", and {owned(self.other_title)} {self.used[0]} pays {shown[self.used[0]]}"
        level = self.pays[self.used[0]]
        rest = [a for a in self.pays if a not in self.used]
        told = [
            f"{a} would pay {'the same' if self.pays[a] == level else f'less, {shown[a]}'}"
            for a in rest
        ]
        return "; ".join([said, *told])


def _listed(actions: Sequence[str]) -> str:
    return f"{', '.join(actions[:-1])} and {actions[-1]}"


def indifferences(
    players: Sequence[Player], payoffs: Payoffs, equilibrium: Equilibrium
) -> tuple[Indifference, ...]:
    """Explain the mix of each of two players that mixes in an equilibrium.

    Raises
    ------
    AssertionError
        If what is played does not pay the same and at least as much as all else: never, for an
        equilibrium of these payoffs.
    """
    found = []
    for position, player in enumerate(players):
        other = players[1 - position]
        mix, reply = equilibrium.play[player.name], equilibrium.play[other.name]
        if max(mix.values()) == 1:
            continue
        pays = {
            b: sum(
                (
                    chance * payoffs[(a, b) if position == 0 else (b, a)][other.name]
                    for a, chance in mix.items()
                ),
                sp.Integer(0),
            )
            for b in other.actions
        }
        used = tuple(b for b in other.actions if reply[b])
        best = max(pays.values())
        assert all(pays[b] == best for b in used), (equilibrium.name, pays)
        found.append(
            Indifference(player.name, player.title, mix, other.name, other.title, used, pays)
        )
    return tuple(found)


# --- evolutionary stability -----------------------------------------------------------------------


Matrix = Sequence[Sequence[Fraction]]
Mix = tuple[Fraction, ...]


class _LateError(Exception):
    """Time ran out; caught where the deadline was given."""


@dataclass(frozen=True, slots=True)
class Stability:
    """Whether a symmetric equilibrium is an evolutionarily stable strategy, and who says not.

    Attributes
    ----------
    stable : bool
    invader : tuple of Fraction, or None
        Another best reply that does as well against itself as the strategy does against it, or
        better.
    gain : Fraction
        By how much better: y'Ay - x'Ay, zero or more; 0 where there is no invader.
    """

    stable: bool
    invader: Mix | None = None
    gain: Fraction = Fraction(0)


def symmetric(A: Matrix, B: Matrix) -> bool:
    """Tell whether both players face the same game, action by action in their order.

    Examples
    --------
    >>> symmetric([[0, 4], [1, 3]], [[0, 1], [4, 3]]), symmetric([[1, 2]], [[1, 2]])
    (True, False)
    """
    return [list(row) for row in A] == [list(column) for column in zip(*B, strict=True)]


def stability(A: Matrix, x: Sequence[Fraction], *, deadline: float = inf) -> Stability | None:
    """Decide whether ``x`` is an evolutionarily stable strategy; None if that takes too long.

    Parameters
    ----------
    A : matrix of Fraction, (n, n)
        What the row strategy earns against the column strategy.
    x : n probabilities
        A best reply to itself: (x, x) is an equilibrium.
    deadline : float
        When to give up, on the monotonic clock [s]: with many unused best replies the test is long.

    Raises
    ------
    ValueError
        If ``x`` is no best reply to itself.

    Examples
    --------
    Hawks and doves: neither alone is stable, half of each is.

    >>> hawk_dove = [[Fraction(-1), Fraction(2)], [Fraction(0), Fraction(1)]]
    >>> stability(hawk_dove, [Fraction(1, 2), Fraction(1, 2)]).stable
    True
    """
    if time.monotonic() >= deadline:
        return None
    fitness = [sum((a * p for a, p in zip(row, x, strict=True)), Fraction(0)) for row in A]
    best = [i for i, pays in enumerate(fitness) if pays == max(fitness)]
    used = [i for i, p in enumerate(x) if p]
    if not set(used) <= set(best):
        raise ValueError("not a best reply to itself: no symmetric equilibrium")
    base, *free = used
    bound = [i for i in best if i not in used]
    try:
        weak = _weakness(_form(A, base, [*free, *bound]), len(free), deadline)
    except _LateError:
        return None
    if weak is None:
        return Stability(stable=True)
    z = dict(zip([*free, *bound], weak, strict=True))
    z[base] = -sum(weak, Fraction(0))
    step = min(x[i] / -change for i, change in z.items() if change < 0)
    y = tuple(p + step * z.get(i, Fraction(0)) for i, p in enumerate(x))
    gain = _form_value(A, y, y) - _form_value(A, x, y)
    assert gain >= 0, (A, x, y)
    return Stability(stable=False, invader=y, gain=gain)


def _form(A: Matrix, k: int, rest: Sequence[int]) -> list[list[Fraction]]:
    """Return the symmetric matrix of -z'Az in the entries of z other than z_k."""

    def entry(i: int, j: int) -> Fraction:
        return A[i][k] + A[k][j] - A[i][j] - A[k][k]

    return [[(entry(i, j) + entry(j, i)) / 2 for j in rest] for i in rest]


def _form_value(A: Matrix, x: Sequence[Fraction], y: Sequence[Fraction]) -> Fraction:
    return sum(
        (p * q * A[i][j] for i, p in enumerate(x) for j, q in enumerate(y) if p and q), Fraction(0)
    )


def _weakness(Q: list[list[Fraction]], free: int, deadline: float) -> list[Fraction] | None:
    """Return a z with z'Qz <= 0, its entries from ``free`` on not negative; None if there is none."""
    size = len(Q)
    for order in range(1, free + 1):
        if time.monotonic() >= deadline:
            raise _LateError
        adjugate, determinant = _adjugate([row[:order] for row in Q[:order]])
        if determinant <= 0:
            return [*(row[-1] for row in adjugate), *[Fraction(0)] * (size - order)]
    carry = _reaction(Q, free)  # the free entries that are worst for given bound ones
    schur = [
        [Q[i][j] + sum((Q[i][k] * carry[k][j - free] for k in range(free)), Fraction(0))
         for j in range(free, size)]
        for i in range(free, size)
    ]  # fmt: skip
    w = _not_copositive(schur, deadline)
    if w is None:
        return None
    return [*(sum((c * v for c, v in zip(row, w, strict=True)), Fraction(0)) for row in carry), *w]


def _reaction(Q: list[list[Fraction]], free: int) -> list[list[Fraction]]:
    """Return -inverse(Q_ff) Q_fb, which turns bound entries into the free ones of least form."""
    if not free:
        return []
    adjugate, determinant = _adjugate([row[:free] for row in Q[:free]])
    return [
        [
            -sum((row[k] * Q[k][j] for k in range(free)), Fraction(0)) / determinant
            for j in range(free, len(Q))
        ]
        for row in adjugate
    ]


def _not_copositive(M: list[list[Fraction]], deadline: float) -> list[Fraction] | None:
    """Return a w >= 0, not all zero, with w'Mw <= 0; None if M is strictly copositive."""
    size = len(M)
    for order in range(1, size + 1):
        for some in combinations(range(size), order):
            if time.monotonic() >= deadline:
                raise _LateError
            adjugate, determinant = _adjugate([[M[i][j] for j in some] for i in some])
            if determinant <= 0 and all(entry > 0 for row in adjugate for entry in row):
                inside = dict(zip(some, (row[0] for row in adjugate), strict=True))
                return [inside.get(i, Fraction(0)) for i in range(size)]
    return None


def _adjugate(M: list[list[Fraction]]) -> tuple[list[list[Fraction]], Fraction]:
    """Return the adjugate of a square matrix and its determinant, exactly."""
    from sympy import QQ
    from sympy.polys.matrices import DomainMatrix

    size = len(M)
    rows = [[QQ(v.numerator, v.denominator) for v in row] for row in M]
    adjugate, determinant = DomainMatrix(rows, (size, size), QQ).adj_det()

    def plain(value: Any) -> Fraction:
        return Fraction(int(value.numerator), int(value.denominator))

    return [[plain(v) for v in row] for row in adjugate.to_list()], plain(determinant)


# --- side by side ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Criteria:
    """One equilibrium, judged.

    Attributes
    ----------
    name : str
        The equilibrium's; numbered where several share one.
    payoffs : mapping of player to exact payoff
    strict : bool
        Whether any deviation costs; so it is evolutionarily stable between two populations iff
        this is true (Selten 1980).
    dominated_by : tuple of str
        Other equilibria that pay nobody less and somebody more.
    improved_by : tuple of profiles
        Pure profiles, equilibria or not, of which the same is true.
    payoff_dominant, risk_dominant : bool
        Among the equilibria; risk dominance among the strict ones.
    symmetric : bool
        Whether both play the same in a symmetric game.
    stability : Stability or None
        Within one population: None where the game or the equilibrium is not symmetric, and where
        time ran out.
    why : tuple of Indifference
        One for each player that mixes.
    """

    name: str
    payoffs: Mapping[str, sp.Rational]
    strict: bool
    dominated_by: tuple[str, ...]
    improved_by: tuple[Profile, ...]
    payoff_dominant: bool
    risk_dominant: bool
    symmetric: bool
    stability: Stability | None
    why: tuple[Indifference, ...]


@dataclass(frozen=True, repr=False)
class Judgement:
    """Every equilibrium of a game, judged by every criterion.

    Attributes
    ----------
    equilibria : Equilibria
        The solution that is selected from; it carries model, calibration and ``complete``.
    titles : mapping of player to title
    criteria : tuple of Criteria
        One for each of ``equilibria``, in its order.
    losses : tuple of Losses
        The products of risk dominance, for each pair of strict equilibria.
    elimination : Elimination
        What iterated strict dominance leaves.
    symmetric : bool
        Whether the game is symmetric, action by action.
    basins : tuple of Basins
        Where random starting points end, under each dynamic.
    logit : Logit
        Where the principal branch of the logit correspondence leads.
    starts, seed : int
        Starting points asked for, and what they were drawn with.
    undone : tuple of str
        What was left out because time ran out, beside what ``equilibria.reason``, ``logit.said``
        and the counts of ``basins`` say.
    versions : mapping of package to version
    """

    equilibria: Equilibria
    titles: Mapping[str, str]
    criteria: tuple[Criteria, ...]
    losses: tuple[Losses, ...]
    elimination: Elimination
    symmetric: bool
    basins: tuple[Basins, ...]
    logit: Logit
    starts: int
    seed: int
    undone: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def model(self) -> str:
        """The model's name."""
        return self.equilibria.model

    @property
    def at(self) -> str:
        """What the calibration is called."""
        return self.equilibria.at

    @property
    def calibration(self) -> Mapping[str, sp.Rational]:
        """The value of each parameter."""
        return self.equilibria.calibration

    @property
    def complete(self) -> bool:
        """Whether it was selected from all equilibria; if not, ``equilibria.reason`` says why."""
        return self.equilibria.complete

    @property
    def payoff_dominant(self) -> str:
        """The equilibrium that everybody prefers to each other one, "" where there is none."""
        return next((c.name for c in self.criteria if c.payoff_dominant), "")

    @property
    def risk_dominant(self) -> str:
        """The strict equilibrium that risk dominates each other one, "" where there is none."""
        return next((c.name for c in self.criteria if c.risk_dominant), "")

    def ending(self, end: Ending) -> str:
        """Name an ending of ``basins`` or ``logit``: an equilibrium, a set of them, or neither."""
        if isinstance(end, str):
            return end
        names = [self.criteria[k].name for k in self.equilibria.components[end]]
        return names[0] if len(names) == 1 else f"the set around {', '.join(names)}"

    def shares(self, dynamic: str) -> dict[str, float]:
        """Return the share of starting points that end at each ending, under one dynamic."""
        found = next(b for b in self.basins if b.dynamic == dynamic)
        return {self.ending(end): count / found.starts for end, count in found.ends.items()}


# --- tables ---------------------------------------------------------------------------------------


MANY = 8  # endings; of more only those that something leads to are shown


def criteria(found: Judgement) -> Table:
    """Return a row for each equilibrium and a column for each criterion."""
    where = f": {found.at}" if found.at else ""
    alone = len(found.criteria) == 1
    rows = tuple(
        (
            c.name,
            ", ".join(number(v) for v in c.payoffs.values()),
            _yes(c.strict),
            _better(c),
            "the only one" if alone else _yes(c.payoff_dominant),
            "the only one" if alone else _yes(c.risk_dominant) if c.strict else "not strict",
        )
        for c in found.criteria
    )
    titles = ", ".join(found.titles.values())
    legend = (
        f"Payoffs: {titles}. Strict: every deviation costs, which is evolutionary stability between "
        "two populations (Selten 1980). Better for all: an equilibrium or a pure profile that pays "
        "nobody less and somebody more. Dominance is over each other equilibrium."
    )
    notes = [legend]
    if not found.complete:
        notes.append(f"NOT selected from all equilibria: {found.equilibria.reason}.")
    if found.undone:
        notes.append(f"Time ran out; left out: {'; '.join(found.undone)}.")
    if not found.equilibria.exact:
        notes.append("Irrational payoffs were rounded to 40 digits first.")
    if found.equilibria.continua:
        notes.append("Some equilibria form a continuum; its extreme ones stand for it here.")
    header = ("equilibrium", "payoffs", "strict", "better for all", "payoff dom.", "risk dom.")
    return Table(f"{found.model}{where}: which equilibrium?", header, rows, tuple(notes))


def _yes(holds: bool) -> str:  # noqa: FBT001 -- what it words is a Boolean
    return "yes" if holds else "no"


def _better(one: Criteria) -> str:
    told = [f"({', '.join(profile)})" for profile in one.improved_by]
    names = [*one.dominated_by, *(p for p in told if p not in one.dominated_by)]
    if not names:
        return "none"
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def products(found: Judgement) -> Table | None:
    """Return the products of losses, for each pair of strict equilibria."""
    if not found.losses:
        return None
    rows = []
    for pair in found.losses:
        first, second = found.criteria[pair.first].name, found.criteria[pair.second].name
        one, other = (_multiplied(pair, k) for k in (0, 1))
        winner = "equal" if pair.dominant is None else found.criteria[pair.dominant].name
        rows.append((f"{first} against {second}", one, other, winner))
    titles = ", ".join(found.titles.values())
    legend = (
        f"Losses of {titles} from leaving one equilibrium for the other, alone; the larger product "
        "risk dominates (Harsanyi and Selten 1988)."
    )
    notes = [legend]
    if any(len(mix) > 2 for e in found.equilibria for mix in e.play.values()):
        notes.append("Beyond 2x2 this compares them in the 2x2 game that the two span.")
    header = ("pair", "losses at the first", "at the second", "risk dominant")
    return Table("Risk dominance", header, tuple(rows), tuple(notes))


def _multiplied(pair: Losses, which: int) -> str:
    losses = (pair.at_first, pair.at_second)[which]
    return f"{' × '.join(map(exactly, losses.values()))} = {exactly(pair.products[which])}"


def stability_table(found: Judgement) -> Table | None:
    """Return the judgement of each symmetric equilibrium of a symmetric game."""
    judged = [(c.name, c.stability) for c in found.criteria if c.stability is not None]
    if not judged:
        return None
    actions = list(next(iter(found.equilibria[0].play.values())))
    rows = []
    for name, judgement in judged:
        words = "no rare mutant invades"
        if judgement.invader is not None:
            y = weighted(dict(zip(actions, map(_rational, judgement.invader), strict=True)))
            gain = _rational(judgement.gain)
            words = f"{y} invades: it earns {number(gain)} more against itself" if gain else (
                f"{y} drifts in: it earns the same against itself"
            )  # fmt: skip
        rows.append((name, _yes(judgement.stable), words))
    note = "The game is symmetric. An unlisted equilibrium of a continuum is never stable."
    header = ("symmetric equilibrium", "stable", "because")
    return Table("Evolutionary stability in one population", header, tuple(rows), (note,))


def _rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


def mixing(found: Judgement) -> Table | None:
    """Return the reason for every mix that is played in an equilibrium."""
    rows = [(c.name, why.text) for c in found.criteria for why in c.why]
    if not rows:
        return None
    return Table("Why they mix", ("equilibrium", "expected payoffs"), tuple(rows))


def elimination(found: Judgement) -> Table:
    """Return the steps of iterated strict dominance, and what is left."""
    done = found.elimination
    rows = tuple(
        (str(k), f"{step.title}: {step.action}", step.reason)
        for k, step in enumerate(done.steps, start=1)
    )
    left = "; ".join(f"{found.titles[p]}: {', '.join(a)}" for p, a in done.survivors.items())
    notes = [
        f"Dominance solvable: one profile survives ({left})."
        if done.solvable
        else f"Not dominance solvable. What survives: {left}."
    ]
    if done.unfinished and not done.solvable:
        notes = [f"What is left so far: {left}."]
    if done.unfinished:
        notes.append(f"Not finished: {done.unfinished}.")
    notes += [f"{weak.reason} (not removed)." for weak in done.weak]
    notes += [f"Among what survives, {weak.reason} (not removed)." for weak in done.later]
    header = ("step", "removed", "because")
    title = "Iterated elimination of strictly dominated actions"
    return Table(title, header, rows or (("", "nothing", "no action is strictly dominated"),),
                 tuple(notes))  # fmt: skip


def basins(found: Judgement) -> Table:
    """Return the share of starting points that end at each ending, and the logit branch's end."""
    ends: list[Ending] = list(range(len(found.equilibria.components)))
    others = dict.fromkeys(e for b in found.basins for e in b.ends if isinstance(e, str))
    rows = []
    for end in (*ends, *others):
        reached = end == found.logit.component or any(end in b.ends for b in found.basins)
        if len(ends) > MANY and not reached:
            continue
        shares = [
            percent(b.ends.get(end, 0) / b.starts) if b.starts else "not followed"
            for b in found.basins
        ]
        chosen = "here" if end == found.logit.component else ""
        rows.append((found.ending(end), *shares, chosen))
    header = ("play ends near", *(b.dynamic for b in found.basins), "logit branch")
    return Table("Where learning and evolution end", header, tuple(rows), _basin_notes(found))


def _basin_notes(found: Judgement) -> tuple[str, ...]:
    notes = []
    if found.basins:
        notes.append(
            f"{found.starts} starting points drawn uniformly with seed {found.seed}; each player's "
            "payoffs in units of its largest advantage. Replicator dynamics of two populations over "
            f"{HORIZON:g} units of time, near: within {NEAR['replicator dynamics']}. Fictitious play "
            f"over {ROUNDS} rounds, frequencies within {NEAR['fictitious play']} and drawing nearer."
        )
    notes += [
        f"Time ran out: {b.dynamic} was followed from {b.starts} starting points only."
        for b in found.basins
        if b.starts < found.starts
    ]
    fictitious = next((b.ends for b in found.basins if b.dynamic == "fictitious play"), {})
    mixed = any(
        isinstance(end, int)
        and any(found.criteria[k].why for k in found.equilibria.components[end])
        for end in fictitious
    )
    if mixed:
        notes.append(
            "Near a mixed equilibrium, fictitious play has its frequencies; the players may still "
            "miss each other in every round."
        )
    if len(found.equilibria.components) > MANY:
        notes.append("Equilibria that nothing led to are left out.")
    if found.logit.said:
        notes.append(f"Logit: {found.logit.said}.")
    return tuple(notes)
