"""The symbolic solution of a game as propositions: what is an equilibrium where, and why."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import sympy as sp

from dilemma.budget import kept
from dilemma.calls import of_a_model
from dilemma.errors import UnsupportedError
from dilemma.games import two_by_two
from dilemma.games.branch import Branch, Naming
from dilemma.games.kind import Can, concepts
from dilemma.games.solution import branches
from dilemma.model import Model
from dilemma.output.displayed import chance, displayed, equations
from dilemma.output.formulas import mathematical
from dilemma.output.result import Shown, Table, fields_as_data
from dilemma.output.tables import HEAD, paragraph
from dilemma.study.asking import letters, order
from dilemma.study.closed_branches import Stated, mixed, regimes
from dilemma.study.conditions import Shortening, existence, tidy

__all__ = ["LEFT_OUT", "Proposition", "Propositions", "propositions"]

LEFT_OUT = "What was proved to follow from the parameters' own ranges is left out."
ONLY = "only where"  # before a condition that is necessary and not known to be enough
MAYBE = "not known where"  # instead of one that is always met
LOCATED = 0.4  # of the budget: what is only at ties is then named, not stated
SHORTENED = 0.5  # of the budget: what is stated after that stands as it comes


@dataclass(frozen=True)
class Proposition:
    """One statement that holds if and only if its condition does.

    Attributes
    ----------
    about : str
        "pure", "mixed", "dominance", "interaction", "game", or "chosen" where numbers are.
    says : str
        The statement, such as ``"(strong, strong) is an equilibrium"``.
    where : sympy Boolean
        Exactly where, in definitions and parameters.
    words : str
        The same for a reader.
    play : mapping of probability to sympy expression
        Mixed equilibria: the probabilities in closed form.  Chosen numbers too; where these have
        none, ``"0 (equation k)"`` with what vanishes.
    enough : bool
        Whether the condition is enough, or only known to be necessary.
    solved : bool
        Whether ``play`` says what is played, and not only what vanishes there.
    """

    about: str
    says: str
    where: sp.Basic
    words: str
    play: Mapping[str, sp.Expr]
    enough: bool = True
    solved: bool = True


@dataclass(frozen=True, repr=False)
class Propositions(Shown):
    """A model's solution in symbols.

    Attributes
    ----------
    model : Model
    stated : tuple of Proposition
    ties : tuple of str
        The branches without a closed form that are equilibria only where payoffs tie.
    implicit : tuple of str
        Those in which three or more players mix, or numbers are chosen, whose closed form or
        condition in the parameters was not found, or is too long to be read.
    beyond : tuple of str
        Where there may be equilibria that are not stated: there a closed form is 0/0.
    undefined : tuple of str
        Regimes in which a payoff has no value: nothing is stated of them.
    shortened : bool
        Whether the budget was enough for conditions to be shortened.
    """

    model: Model
    stated: tuple[Proposition, ...]
    ties: tuple[str, ...]
    implicit: tuple[str, ...]
    beyond: tuple[str, ...] = ()
    undefined: tuple[str, ...] = ()
    shortened: bool = True

    def __iter__(self) -> Iterator[Proposition]:
        return iter(self.stated)

    def about(self, what: str) -> tuple[Proposition, ...]:
        """Return the propositions of one kind."""
        return tuple(p for p in self.stated if p.about == what)

    def tables(self) -> tuple[Table, ...]:
        """Return the propositions, and what the names in them mean."""
        rows = tuple(
            (
                p.says,
                "; ".join(f"{n if p.solved else 0} = {f}" for n, f in p.play.items()),
                p.words if p.enough else _only(p),
            )
            for p in self.stated
        )
        told = order(self.model)
        if Can.SLOPES in self.model.game.can:
            return self._regimes(rows)
        notes = [f"{told[0].upper()}{told[1:]}."]
        notes += concepts([self.model])
        notes.append("Each holds if and only if its condition does.")
        if self.about("mixed"):
            notes.append(
                "Mixed equilibria are stated where their closed form can be read; where it is 0/0 "
                "payoffs tie."
            )
        if self.implicit:
            notes.append(
                f"Not stated: {len(self.implicit)} choices of supports in which three or more "
                "players mix, for which no closed form was found, or none that could be read."
            )
        if self.ties:
            notes.append(
                f"{len(self.ties)} further choices of supports are equilibria only where payoffs tie."
            )
        notes += self._limits()
        head = ("proposition", "played", "if and only if")
        formulas = [p.where for p in self.stated] + [
            f for p in self.stated for f in p.play.values()
        ]
        used = {str(s) for formula in formulas for s in formula.free_symbols}
        solution = Table("Solution in symbols", head, rows, tuple(notes), head[1:])
        return (solution, letters(self.model, used)) if used else (solution,)

    def _regimes(self, rows: tuple[tuple[str, ...], ...]) -> tuple[Table, ...]:
        notes = (*_notes_of_choices(self), *self._limits())
        used = {str(s) for p in self.stated for s in p.where.free_symbols}
        used |= {str(s) for p in self.stated for f in p.play.values() for s in f.free_symbols}
        head = ("regime", "played", "where")
        table = Table("Solution in symbols", head, rows, notes, head[1:])
        return (table, letters(self.model, used)) if used else (table,)

    def _limits(self) -> Iterator[str]:
        """Say how short conditions are, and where nothing is stated."""
        yield LEFT_OUT
        if not self.shortened:
            yield "The budget ran out: some conditions are longer than need be."
        if self.beyond:
            yield f"Where {' or where '.join(self.beyond)} there may be equilibria beside these."
        if self.undefined:
            yield (
                f"Nothing is stated of {', '.join(self.undefined)}: there a payoff has no value.  "
                'Leave that end of a range out (open = "low" or "high").'
            )

    def to_latex(self) -> str:
        """Return the propositions as LaTeX text (packages amsmath and amsthm, a theorem ``proposition``)."""
        return "\n\n".join([HEAD, *map(_latex, self.stated)])

    def to_dict(self) -> dict[str, Any]:
        """Return them as plain data; formulas are text."""
        told = ("about", "says", "where", "words", "play", "enough")
        return {
            "model": self.model.name,
            "propositions": [fields_as_data(p, *told) for p in self.stated],
            **fields_as_data(self, "ties", "implicit", "beyond", "undefined", "shortened"),
        }


@of_a_model
@kept("stating propositions of")
def propositions(model: Model, *, seconds: float | None = 60) -> Propositions:
    """State the symbolic solution of a game in propositions.

    Parameters
    ----------
    model : Model, str or Path
    seconds : float, optional
        Budget for it all, in the first half of which conditions are shortened: past it they are
        longer than need be, so that all is stated in time.

    Raises
    ------
    UnsupportedError
        If the game has no symbolic solution.
    BudgetError
        If that was not found in time.

    Examples
    --------
    >>> from dilemma.library import load
    >>> stated = propositions(load("abandonment"))
    >>> for p in stated.about("pure")[-1:] + stated.about("interaction")[:1]:
    ...     print(f"{p.says} iff {p.words}")
    (strong, strong) is an equilibrium iff D1_J >= 0 and D1_U >= 0
    Japan: strategic complements iff psi_J > kap_J*phi_J
    """
    begun = time.monotonic()
    found = branches(model, named=Can.SLOPES not in model.game.can)
    told = list(_told(found, inf if seconds is None else begun + LOCATED * seconds))
    left = None if seconds is None else begun + SHORTENED * seconds - time.monotonic()
    shorter = Shortening(model, seconds=left)
    if Can.SLOPES in model.game.can:
        return _of_choices(model, shorter)
    stated = [_of_branch(shorter, branch) for branch in told]
    implicit: list[str] = []
    beyond: dict[str, None] = {}
    for branch in found:
        own = mixed(shorter, branch) if branch.implicit else None
        if own is not None:
            stated += [_of_mixed(shorter, one) for one in own.stated]
            beyond.update(dict.fromkeys(map(shorter.words, own.beyond)))
        elif branch.implicit:
            implicit.append(branch.name)
    stated += [*_dominance(shorter), *_interaction(shorter), *_games(shorter)]
    named = {branch.name for branch in told}
    ties = tuple(b.name for b in found if b.name not in named and not b.implicit)
    return Propositions(
        model, tuple(stated), ties, tuple(implicit), tuple(beyond), shortened=shorter.whole
    )


def _told(found: Sequence[Branch], until: float) -> Iterator[Branch]:
    """Yield the branches that say where they are; past some time none that is nowhere but at ties."""
    known = {b.name for b in found if not b.at_ties and b.where is not None}
    for branch in found:
        in_time = branch.at_ties and time.monotonic() < until
        if branch.name in known or (in_time and branch.where is not None):
            yield branch


def _of_mixed(shorter: Shortening, one: Stated) -> Proposition:
    title, _, more = one.title.partition(", solution")
    says = f"{title} is an equilibrium" + (f", solution{more}" if more else "")
    return Proposition("mixed", says, one.where, shorter.words(one.where), one.play)


def _of_choices(model: Model, shorter: Shortening) -> Propositions:
    """State what holds in each regime that occurs for some admissible parameters."""
    told = regimes(model, shorter)
    stated = tuple(
        Proposition(
            "chosen",
            one.title,
            one.where,
            shorter.words(one.where),
            one.play,
            one.enough,
            solved=one.solved,
        )
        for one in told.stated
    )
    unsolved = tuple(one.title for one in told.stated if not one.closed)
    beyond = tuple(map(shorter.words, told.beyond))
    return Propositions(
        model, stated, (), unsolved, beyond, told.undefined, shortened=shorter.whole
    )


def _only(stated: Proposition) -> str:
    return MAYBE if stated.where is sp.true else f"{ONLY} {stated.words}"


def _notes_of_choices(told: Propositions) -> Iterator[str]:
    leader = told.model.game.leader
    yield "A regime is named by what binds.  What is played there solves the first-order conditions."
    sure = all(p.enough for p in told.stated)
    yield (
        "It is an equilibrium if and only if the condition holds"
        + ("." if sure else f'; it is not known to be enough where "{ONLY}" or "{MAYBE}" is said.')
    )
    if told.implicit:
        yield (
            "Where no closed form was found the equations are given; there, and where the condition "
            "would be too long to read in the parameters, it speaks of what is chosen."
        )
    if leader and not sure:
        title = told.model.players[leader].title
        yield (
            f"Of the regimes whose conditions hold {title} chooses that which pays it most; the "
            "conditions compare those in closed form."
        )
    elif leader:
        title = told.model.players[leader].title
        yield f"The conditions say also that {title} is paid no less than in any other regime."
    yield "Regimes that were proved to occur for no admissible parameters are left out."


def _state(
    shorter: Shortening,
    about: str,
    says: str,
    where: sp.Basic,
    play: Mapping[str, sp.Expr] | None = None,
) -> Proposition:
    shortest = shorter.shortest(sp.And.make_args(where))
    return Proposition(about, says, shortest, shorter.words(shortest), play or {})


def _of_branch(shorter: Shortening, branch: Branch) -> Proposition:
    where = existence(branch)
    if branch.pure:
        return _state(shorter, "pure", f"{branch.title} is an equilibrium", where, _cutoffs(branch))
    play = {u.name: sp.factor(formula) for u, formula in branch.closed.items()}
    return _state(shorter, "mixed", f"{branch.title} is an equilibrium", where, play)


def _cutoffs(branch: Branch) -> dict[str, sp.Expr]:
    """Return the probabilities with which players who know their types act."""
    return {
        f"P({decision} {action})": sp.factor(chance)
        for decision, mix in branch.play.items()
        for action, chance in list(mix.items())[:1]
        if chance not in (0, 1)
    }


def _dominance(shorter: Shortening) -> Iterator[Proposition]:
    """State when an action is strictly dominant."""
    model, naming = shorter.model, Naming(shorter.model)
    for position, player in enumerate(model.players.values()):
        for action in player.actions:
            if len(player.actions) == 1:
                continue
            gaps = [
                naming.shortest(
                    model.payoffs[(*profile[:position], action, *profile[position + 1 :])][
                        player.name
                    ]
                    - model.payoffs[profile][player.name]
                )
                for profile in model.game.profiles
                if profile[position] != action
            ]
            where = sp.And(*(tidy(sp.Gt(gap, 0)) for gap in dict.fromkeys(gaps)))
            yield _state(
                shorter, "dominance", f"{player.title}: {action} is strictly dominant", where
            )


def _interaction(shorter: Shortening) -> Iterator[Proposition]:
    """State when the actions of a 2x2 game are strategic complements: more invites more."""
    model = shorter.model
    for player in model.players:
        try:
            D0, D1, _ = two_by_two.gains(model, player)
        except UnsupportedError:
            return
        where = tidy(sp.Gt(sp.expand(D1 - D0), 0))
        title = model.players[player].title
        yield _state(shorter, "interaction", f"{title}: strategic complements", where)


def _games(shorter: Shortening) -> Iterator[Proposition]:
    """State which 2x2 game it is to each player."""
    model, naming = shorter.model, Naming(shorter.model)
    for player, one in model.players.items():
        try:
            named = {kind: two_by_two.is_kind(model, player, kind) for kind in two_by_two.KINDS}
        except UnsupportedError:
            return
        for kind, where in named.items():
            told = where.replace(
                lambda part: isinstance(part, sp.core.relational.Relational),
                lambda part: tidy(part.func(naming.shortest(part.lhs - part.rhs), 0)),
            )
            yield _state(shorter, "game", f"{one.title}: {kind}", told)


def _latex(stated: Proposition) -> str:
    joined = "if and only if"
    if stated.about == "chosen":
        joined = f"occurs {joined if stated.enough else 'only if'}"
    lines = [r"\begin{proposition}\raggedright"]
    if isinstance(stated.where, sp.logic.boolalg.BooleanAtom):
        lines.append(f"{paragraph(stated.says)}: {_sure(stated)}.")
    else:
        lines += [f"{paragraph(stated.says)} {joined}", displayed(stated.where)]
    if stated.play:
        sides = ((_left(stated, name), formula) for name, formula in stated.play.items())
        lines += ["There", equations(sides)]
    return "\n".join([*lines, r"\end{proposition}"])


def _sure(stated: Proposition) -> str:
    """Say what holds everywhere or nowhere: no formula says that."""
    if stated.about == "chosen" and not stated.enough:
        return _only(stated)
    return stated.words


def _left(stated: Proposition, name: str) -> list[str]:
    if stated.about == "chosen":
        return [mathematical(name) if stated.solved else "0"]
    return chance(name.removeprefix("P(").removesuffix(")"))
