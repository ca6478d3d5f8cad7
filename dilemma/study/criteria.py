"""The criteria of equilibrium selection side by side, and a table for each family of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import sympy as sp

from dilemma.games.dominance import Elimination
from dilemma.games.equilibrium import Equilibria
from dilemma.games.selection import Losses
from dilemma.output.result import Table, exactly, number, percent, weighted
from dilemma.study.evolution import Indifference, Stability
from dilemma.study.learning import HORIZON, NEAR, ROUNDS, Basins, Ending, Logit
from dilemma.theory.parts import Profile

__all__ = [
    "Criteria",
    "Judged",
    "basins",
    "criteria",
    "elimination",
    "mixing",
    "products",
    "stability",
]


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


@dataclass(frozen=True)
class Judged:
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


# --- tables --------------------------------------------------------------------------------------


MANY = 8  # endings; of more only those that something leads to are shown


def criteria(found: Judged) -> Table:
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


def products(found: Judged) -> Table | None:
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


def stability(found: Judged) -> Table | None:
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


def mixing(found: Judged) -> Table | None:
    """Return the reason for every mix that is played in an equilibrium."""
    rows = [(c.name, why.text) for c in found.criteria for why in c.why]
    if not rows:
        return None
    return Table("Why they mix", ("equilibrium", "expected payoffs"), tuple(rows))


def elimination(found: Judged) -> Table:
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


def basins(found: Judged) -> Table:
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


def _basin_notes(found: Judged) -> tuple[str, ...]:
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
