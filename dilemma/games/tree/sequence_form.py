"""The sequence form of a tree of two players, and all of its extreme equilibria.

A *sequence* is what one player has done on the way to a node, and a plan is a probability x of each.
That of doing nothing is 1, and at every information set the sequences that go on sum to the one that
leads there.  What the two are paid is bilinear in their plans, so that what the other is worth at
its best, set by set, is a linear programme.  Its constraints and those on x give a polyhedron,

    {(x, v): E x = e, x >= 0, F'v - B'x >= 0},

with v the worth of each of the other's information sets, and a label for each sequence of either:
it is not played, or it is a best reply.  It is as large as the tree and not as its table of plans.
A pair of vertices, one of each player's polyhedron, is an equilibrium iff every sequence is a label of
at least one of the two.  The extreme equilibria are those of them that are vertices as well where of v
only what the other is paid in all is kept: a set of the other may be worth more than it need be, or
tie where no best reply goes, which matters to nobody.  Every equilibrium is a mixture of extreme ones.

The vertices of the player with fewer plans are listed by pivoting over bases (:mod:`dilemma.games.exact`);
for each of them those of the other that go with it are the vertices of a face, which the
simplex method finds or shows to be empty.  Where the sum of payoffs is constant, plans that are best
go with one another: the least that the other can be held to is one such face at once.

References
----------
Koller, Megiddo and von Stengel 1996, "Efficient computation of equilibria for extensive two-person
games", Games and Economic Behavior 14(2): 247-259.
von Stengel 1996, "Efficient computation of behavior strategies", Games and Economic Behavior 14(2): 220-246.
"""

from __future__ import annotations

import math
import time
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import islice, product

from dilemma.games.equilibrium import share
from dilemma.games.exact import (
    Dictionary,
    ExactSolution,
    as_set,
    assembled,
    enumerated,
    leaving,
    pivot,
)
from dilemma.games.tree.deviations import Play, Position, reached
from dilemma.games.tree.nodes import History

__all__ = ["NOTHING", "Did", "Extremes", "Pays", "Sequences", "extremes", "movers_of", "sequences"]

Did = tuple[str, str]  # a decision and an action; ("", "") for having done nothing
NOTHING: Did = ("", "")
Pays = Mapping[tuple[int, int], Sequence[Fraction]]
"""What a pair of sequences pays the two, by their positions and times the chance that nature goes along."""


@dataclass(frozen=True)
class Sequences:
    """One player's sequences.

    Attributes
    ----------
    order : mapping of sequence to position
    leads : mapping of decision to the sequence that leads there
    lengths : mapping of sequence to how many actions it has
    actions : mapping of decision to actions
    """

    order: dict[Did, int] = field(default_factory=lambda: {NOTHING: 0})
    leads: dict[str, Did] = field(default_factory=dict)
    lengths: dict[Did, int] = field(default_factory=lambda: {NOTHING: 0})
    actions: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, decision: str, actions: Sequence[str], before: Did) -> None:
        """Add a decision, unless it is known; what comes before must be."""
        if decision in self.leads:
            return
        self.leads[decision] = before
        self.actions[decision] = tuple(actions)
        for action in actions:
            self.order[decision, action] = len(self.order)
            self.lengths[decision, action] = self.lengths[before] + 1

    def constraints(self) -> list[dict[int, int]]:
        """Return the rows of E: that of doing nothing first, then one for each decision."""
        rows = [{0: 1}]
        for decision, before in self.leads.items():
            row = {self.order[decision, action]: 1 for action in self.actions[decision]}
            rows.append({self.order[before]: -1} | row)
        return rows

    @cached_property
    def after(self) -> Mapping[Did, tuple[str, ...]]:
        """Which own decisions come next after a sequence, where any do."""
        found: dict[Did, list[str]] = {}
        for decision, before in self.leads.items():
            found.setdefault(before, []).append(decision)
        return {did: tuple(own) for did, own in found.items()}

    @cached_property
    def plans(self) -> int:
        """How many reduced plans there are."""
        count = dict.fromkeys(self.order, 1)
        for decision, before in reversed(self.leads.items()):
            count[before] *= sum(count[decision, action] for action in self.actions[decision])
        return count[NOTHING]


def movers_of(position: Position) -> list[str] | None:
    """Return the two who move, "" where nobody else does; None where more than two do."""
    movers = list(dict.fromkeys(n.player for n in position.nodes.values() if n.player))
    return None if len(movers) > 2 else movers + [""] * (2 - len(movers))


def sequences(
    position: Position, movers: Sequence[str], less: Fraction = Fraction(0)
) -> tuple[tuple[Sequences, Sequences], Pays]:
    """Return both players' sequences, and what each pair of them pays the two of them.

    Parameters
    ----------
    position : Position
        With perfect recall.
    movers : sequence of two players
        "" is nobody.
    less : Fraction
        What is taken off every payoff.
    """
    own = Sequences(), Sequences()
    pays: dict[tuple[int, int], list[Fraction]] = {}
    waiting: list[tuple[History, list[Did], Fraction]] = [
        (position.root, [NOTHING, NOTHING], Fraction(1))
    ]
    while waiting:
        history, did, likely = waiting.pop()
        node = position.nodes.get(history)
        if node is None:
            pair = own[0].order[did[0]], own[1].order[did[1]]
            total = pays.setdefault(pair, [Fraction(0), Fraction(0)])
            for who, player in enumerate(movers):
                paid = position.pays[history][player] if player else Fraction(0)
                total[who] += likely * (paid - less)
            continue
        if node.player:
            who = movers.index(node.player)
            own[who].add(node.decision, node.actions, did[who])
        for action in reversed(node.actions):
            after, chance = list(did), Fraction(1)
            if node.player:
                after[who] = (node.decision, action)
            else:
                chance = position.chances[history][action]
            waiting.append(((*history, action), after, likely * chance))
    return own, pays


# --- all extreme equilibria -----------------------------------------------------------------------


MOST_BASES = 200_000  # of one polyhedron, or of one face of it, that are visited
LATE = "ran out of seconds"
MOST_FILLED = 32  # ways to go on where a player's own plan never leads
Plan = tuple[Fraction, ...]  # of all sequences but that of doing nothing
Form = dict[int, int]  # affine in what is cobasic, by label; its constant is CONSTANT's
CONSTANT = -1


@dataclass(frozen=True)
class Extremes:
    """The extreme equilibria of a tree of two players, and how they hang together.

    Attributes
    ----------
    exact : ExactSolution
        Of chances of own actions, one number for each action of a player in all its sets.
    plays : tuple of tuple of play
        For each of them what is played; more than one where a player's own plan excludes a set of its own.
    whole : bool
        Whether they are all, and each leads to every information set: then so do all equilibria, and
        nothing hangs on beliefs.
    """

    exact: ExactSolution
    plays: tuple[tuple[Play, ...], ...]
    whole: bool
    two: _Two

    def middle(self, members: Sequence[int]) -> Play:
        """Return what is played in the middle of a maximal Nash subset: each player mixes its extreme plans."""
        pair = []
        for who in (0, 1):
            own = list(dict.fromkeys(self.exact.profiles[k][who] for k in members))
            pair.append(tuple(sum(same, Fraction(0)) / len(own) for same in zip(*own, strict=True)))
        return next(self.two.plays(pair))


def extremes(position: Position, deadline: float) -> Extremes | None:
    """Return the extreme equilibria of a tree in which two players move.

    Parameters
    ----------
    position : Position
        With perfect recall, and no chance of 0.
    deadline : float
        By ``time.monotonic``.

    Returns
    -------
    Extremes or None
        None where more than two players move.
    """
    movers = movers_of(position)
    if movers is None:
        return None
    two = _Two(position, movers, *sequences(position, movers))
    pairs, why = two.equilibria(share(deadline, 0.9))
    exact = assembled(pairs, reason=why, deadline=deadline)
    plays = tuple(tuple(two.plays(pair)) for pair in exact.profiles)
    whole = exact.complete and all(two.leads_everywhere(pair) for pair in exact.profiles)
    return Extremes(exact, plays, whole, two)


@dataclass(frozen=True)
class _Polyhedron:
    """One player's plans, with what each information set of the other is worth at its best.

    Attributes
    ----------
    start : Dictionary
        A pure plan and a best reply to it.
    worth : list of int
        The line of what the other is paid in all, at ``start``.
    own : tuple of int
        The labels of the player's sequences.
    first : int
        How many of them are the actions at its first decision.
    replies : tuple of (label or None, set of labels)
        For each decision of the other, earlier ones first, what leads there and the actions there.
    """

    start: Dictionary
    worth: list[int]
    own: tuple[int, ...]
    first: int
    replies: tuple[tuple[int | None, int], ...]

    def plans(self, at: Dictionary, deadline: float) -> tuple[dict[int, Plan], str]:
        """List the plans that are vertices, by all of their labels, and why some may lack."""
        if not at.basis:  # nobody has a choice
            return {at.name: ()}, ""
        found, why = enumerated(at, dict.fromkeys(self.own, 1), MOST_BASES, deadline)
        kept: dict[int, Plan] = {}
        for labels, vertex in found.items():
            if self.is_extreme(labels):
                whole = sum(vertex[: self.first])
                kept[labels] = tuple(Fraction(v, whole) for v in vertex)
        return kept, why

    def is_extreme(self, labels: int) -> bool:
        """Tell whether a vertex is one of plans and of what the other is paid in all, too.

        So it is unless its plan is held fast by what the other is worth where no best reply goes, or a
        set is worth more than it need be.
        """
        best, idle = 0, []
        for before, own in self.replies:
            if not labels & own:
                return False
            if before is None or best >> before & 1:
                best |= labels & own
            else:
                idle.append(own)
        if all((labels & own).bit_count() == 1 for own in idle):
            return True
        held = labels & ~sum(idle)
        rows = [
            [int(k == j) for j in self.start.cobasis] for k in self.start.cobasis if held >> k & 1
        ]
        lines = zip(self.start.basis, self.start.table, strict=True)
        rows += [line[:-1] for k, line in lines if held >> k & 1]
        return _rank(rows) == len(self.start.cobasis) - len(idle)

    def without(self, labels: int) -> list[int]:
        """Return the line of the sum of variables, at ``start``."""
        at = self.start
        line = [-(labels >> k & 1) for k in at.cobasis] + [0]
        for k, row in zip(at.basis, at.table, strict=True):
            if labels >> k & 1:
                line = [v + w for v, w in zip(line, row, strict=True)]
        return line

    def face(self, line: list[int], zero: int, deadline: float) -> tuple[int, Dictionary | None]:
        """Return the least that a sum comes to that is never negative, and the face where it does.

        By the simplex method; no face where time is over.  What it comes to is times a positive number.

        Parameters
        ----------
        line : list of int
            Of the sum, at ``start``.
        zero : set of labels
            What vanishes all over the face, if the least is 0.
        deadline : float
            By ``time.monotonic``.
        """
        at = _with(self.start, line)
        slacks, total = at.basis, at.basis[-1]
        while total in at.basis and max(at.table[at.basis.index(total)][:-1], default=0) > 0:
            if time.monotonic() >= deadline:
                return 0, None
            slopes = at.table[at.basis.index(total)][:-1]
            q = slopes.index(max(slopes))
            at = pivot(at, leaving(at, list(zip(*at.table, strict=True)), q, slacks), q)
        if total in at.cobasis:
            return 0, _flat(_narrowed(at, {total}, total), zero)
        row = at.table[at.basis.index(total)]
        fixed = {k for k, slope in zip(at.cobasis, row, strict=False) if slope < 0}
        at = _narrowed(at, fixed, total)
        return row[-1], at if row[-1] else _flat(at, zero)


def _with(at: Dictionary, line: list[int]) -> Dictionary:
    """Add a line, whose variable is the last."""
    last = 1 + max(*at.basis, *at.cobasis, -1, -1)
    return at._replace(table=[*at.table, line], basis=[*at.basis, last])


def _narrowed(at: Dictionary, fixed: Container[int], but: int | None = None) -> Dictionary:
    """Hold some cobasic variables at 0, and leave one variable out, basic or cobasic."""
    columns = [q for q, k in enumerate(at.cobasis) if k not in fixed]
    lines = [p for p, k in enumerate(at.basis) if k != but]
    return Dictionary(
        [[at.table[p][q] for q in (*columns, -1)] for p in lines],
        at.denominator,
        [at.basis[p] for p in lines],
        [at.cobasis[q] for q in columns],
        at.name if but is None else at.name & ~(1 << but),
    )


def _flat(at: Dictionary, zero: int) -> Dictionary:
    """Hold at 0 what vanishes on all of a face, and what a line tells cannot be anything else.

    Nothing changes but how many bases there are: moved a little, each such variable would be free.
    """
    found = True
    while found:
        found = False
        for p, (k, line) in enumerate(zip(at.basis, at.table, strict=True)):
            slopes = line[:-1]
            if line[-1] or not any(slopes):
                continue
            if min(slopes) >= 0:
                fixed = {k for k, slope in zip(at.cobasis, slopes, strict=True) if slope}
            elif zero >> k & 1:
                at = _exchanged(at, p, next(q for q, slope in enumerate(slopes) if slope))
                fixed = {k}
            else:
                continue
            at, found = _narrowed(at, fixed), True
            break
    return at


def _exchanged(at: Dictionary, p: int, q: int) -> Dictionary:
    """Pivot where the basic variable is 0, on a slope of either sign."""
    at = pivot(at, p, q)
    if at.denominator > 0:
        return at
    table = [[-v for v in line] for line in at.table]
    return at._replace(table=table, denominator=-at.denominator)


@dataclass(frozen=True)
class _Two:
    """A tree of two players: their sequences are labels, those of the first from 0 on."""

    position: Position
    movers: Sequence[str]
    own: tuple[Sequences, Sequences]
    pays: Pays

    def label(self, who: int, did: Did) -> int:
        """Return the label of a sequence that is not that of doing nothing."""
        return self.own[who].order[did] - 1 + who * (len(self.own[0].order) - 1)

    @property
    def constant_sum(self) -> bool:
        """Tell whether what one is paid is taken from the other."""
        nodes, root = self.position.nodes, self.position.root
        return (
            len(
                {
                    sum(paid.get(m, Fraction(0)) for m in self.movers)
                    for end, paid in self.position.pays.items()
                    if end == root or end[:-1] in nodes
                }
            )
            == 1
        )

    def equilibria(self, deadline: float) -> tuple[list[tuple[Plan, Plan]], str]:
        """Return the pairs of vertices that are equilibria, and why some may lack."""
        few = int(self.own[1].plans < self.own[0].plans)
        sides = [self.polyhedron(few), self.polyhedron(1 - few)]
        if self.constant_sum:
            pairs, why = _best(sides, deadline)
        else:
            pairs, why = _complementary(sides, deadline)
        return [pair[::-1] if few else pair for pair in pairs], why

    def polyhedron(self, who: int) -> _Polyhedron:
        """Return what a player may plan, as it looks from the first plan."""
        own, other = self.own[who], self.own[1 - who]
        chances, lines = self._chances(who)
        paid = self._paid(who, chances)
        replies = []
        for decision, before in reversed(other.leads.items()):
            forms = {(decision, a): paid[decision, a] for a in other.actions[decision]}
            best = max(forms, key=lambda did: forms[did].get(CONSTANT, 0))
            worth = _plus({self.label(1 - who, best): 1}, forms[best])
            for did, form in forms.items():
                if did != best:
                    lines[self.label(1 - who, did)] = _plus(worth, form, -1)
            paid[before] = _plus(paid[before], worth)
            leads = None if before == NOTHING else self.label(1 - who, before)
            replies.append((leads, as_set(self.label(1 - who, did) for did in forms)))
        basis = list(lines)
        every = (self.label(k, did) for k in (0, 1) for did in self.own[k].order if did != NOTHING)
        cobasis = [k for k in every if k not in lines]

        def line(form: Form) -> list[int]:
            return [-form.get(k, 0) for k in cobasis] + [form.get(CONSTANT, 0)]

        start = Dictionary([line(f) for f in lines.values()], 1, basis, cobasis, as_set(cobasis))
        labels = tuple(self.label(who, did) for did in own.order if did != NOTHING)
        first = len(next(iter(own.actions.values()), ()))
        return _Polyhedron(start, line(paid[NOTHING]), labels, first, tuple(replies[::-1]))

    def _chances(self, who: int) -> tuple[dict[Did, Form], dict[int, Form]]:
        """Return how likely each sequence is, in terms of all but first actions, and that of the first ones."""
        chances: dict[Did, Form] = {NOTHING: {CONSTANT: 1}}
        lines: dict[int, Form] = {}
        for decision, before in self.own[who].leads.items():
            first, *rest = ((decision, a) for a in self.own[who].actions[decision])
            form = chances[before]
            for did in rest:
                chances[did] = {self.label(who, did): 1}
                form = _plus(form, chances[did], -1)
            chances[first] = lines[self.label(who, first)] = form
        return chances, lines

    def _paid(self, who: int, chances: Mapping[Did, Form]) -> dict[Did, Form]:
        """Return what each sequence of the other is paid where nothing comes after it, in whole numbers."""
        scale = math.lcm(*(paid[1 - who].denominator for paid in self.pays.values()))
        mine, theirs = list(self.own[who].order), list(self.own[1 - who].order)
        found: dict[Did, Form] = {did: {} for did in theirs}
        for pair, paid in self.pays.items():
            did, amount = theirs[pair[1 - who]], int(paid[1 - who] * scale)
            found[did] = _plus(found[did], chances[mine[pair[who]]], amount)
        return found

    def leads_everywhere(self, pair: Sequence[Plan]) -> bool:
        """Tell whether every information set may be reached."""
        play = next(self.plays(pair))
        seen = reached(self.position, play, {self.position.root: Fraction(1)})
        sets = {n.decision for n in self.position.nodes.values() if n.player}
        return sets == {
            self.position.nodes[h].decision for h in seen if h in self.position.nodes
        } - {""}

    def plays(self, pair: Sequence[Plan]) -> Iterator[Play]:
        """Yield what is done at every set; where own plans never lead, every pure way to go on."""
        told: dict[str, dict[str, Fraction]] = {}
        open_sets: dict[str, tuple[str, ...]] = {}
        for own, plan in zip(self.own, pair, strict=True):
            for decision, actions in own.actions.items():
                likely = {a: plan[own.order[decision, a] - 1] for a in actions}
                if total := sum(likely.values()):
                    told[decision] = {a: chance / total for a, chance in likely.items()}
                else:
                    open_sets[decision] = actions
        order = dict.fromkeys(n.decision for n in self.position.nodes.values() if n.player)
        for choice in islice(product(*open_sets.values()), MOST_FILLED):
            filled = {
                d: {a: Fraction(a == chosen) for a in open_sets[d]}
                for d, chosen in zip(open_sets, choice, strict=True)
            }
            yield {d: {**told, **filled}[d] for d in order}


def _best(sides: Sequence[_Polyhedron], deadline: float) -> tuple[list[tuple[Plan, Plan]], str]:
    """Pair the plans that hold the other to the least, where the sum of payoffs is constant."""
    found, reasons = [], []
    for side, until in zip(sides, (share(deadline, 0.5), deadline), strict=True):
        _, face = side.face(side.worth, 0, until)
        plans, why = ({}, LATE) if face is None else side.plans(face, until)
        found.append(plans.values())
        reasons.append(why)
    return list(product(*found)), "; ".join(filter(None, dict.fromkeys(reasons)))  # type: ignore[arg-type]


def _complementary(
    sides: Sequence[_Polyhedron], deadline: float
) -> tuple[list[tuple[Plan, Plan]], str]:
    """Pair the plans that are vertices of the one side with those of the other that go with them."""
    one, other = sides
    plans, why = one.plans(one.start, share(deadline, 0.5))
    every = as_set([*one.start.basis, *one.start.cobasis])
    reasons = [why]
    fitting: dict[int, Iterable[Plan]] = {}
    for labels in plans:
        lacking = every & ~labels
        if lacking in fitting:
            continue
        value, face = other.face(other.without(lacking), lacking, deadline)
        fitting[lacking], why = (), LATE
        if face is not None:
            found, why = other.plans(face, deadline) if value == 0 else ({}, "")
            fitting[lacking] = found.values()
        reasons.append(why)
    pairs = [(x, y) for labels, x in plans.items() for y in fitting[every & ~labels]]
    return pairs, "; ".join(filter(None, dict.fromkeys(reasons)))


def _rank(rows: list[list[int]]) -> int:
    from sympy import QQ
    from sympy.polys.matrices import DomainMatrix

    shape = len(rows), len(rows[0]) if rows else 0
    return int(DomainMatrix([[QQ(v) for v in row] for row in rows], shape, QQ).rank())


def _plus(one: Form, other: Form, times: int = 1) -> Form:
    total = dict(one)
    for label, value in other.items():
        total[label] = total.get(label, 0) + times * value
    return total
