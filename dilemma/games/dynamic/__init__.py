"""Games with finitely many states: repeated ones, with memory, history, and chance between rounds.

A state has players who move, each with actions; what they do pays everybody and leads to a state, or
to states with chances.  Each player discounts.  Strategies hang on the state alone, so that what is
to be remembered (a promise was broken) is a state of its own.  An equilibrium is one from every state:
nobody gains by one other action in one state, which for discounted payoffs is as much as by any plan.

In a state something may be drawn that all see before anybody acts (a shock), and instead of moving
somebody may propose a split (an offer).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.dynamic.stages import (
    AGREE,
    OFFER,
    WAIT,
    DiscountingRow,
    Offer,
    Shock,
    ShockRow,
    Stage,
    StageRow,
    StateRow,
)
from dilemma.games.kind import PLENTY, SOME, Ask, Can, Game, Size, Statement
from dilemma.output.tables import Table
from dilemma.reading.rows import Names
from dilemma.theory.parts import Profile

if TYPE_CHECKING:
    from dilemma.errors import Mistake
    from dilemma.games.branch import Branch, Play
    from dilemma.games.drawing import Drawing
    from dilemma.games.equilibrium import Equilibrium, Solution
    from dilemma.model import Model
    from dilemma.reading.expressions import Scope
    from dilemma.reading.rows import Document

__all__ = ["MOST", "Act", "DynamicGame", "Policy", "dynamic_of"]

MOST = 2_000  # ways to play that are gone through in symbols
SHOWN = 200  # ways to play that the classroom page goes through whenever something moves
MIXED = 100  # choices of supports up to which mixed ways are gone through unless a file says so

PURE, MIXES = "pure", "mixed"


@dataclass(frozen=True, slots=True)
class Act:
    """What is done at one decision.

    Attributes
    ----------
    actions : tuple of str
        Those that are used.
    cut : bool
        Whether the first is taken where the state's shock is above a cutoff, the second below.
    """

    actions: tuple[str, ...]
    cut: bool = False


Policy = Mapping[str, Mapping[str, Act]]  # of each decision, by state and by who decides


@dataclass(frozen=True)
class DynamicGame(Game):
    """A game that goes from state to state.

    Attributes
    ----------
    states : mapping of state to mapping of player to tuple of actions
        Who moves where.
    stages : mapping of profile to Stage
        The key is the state and then the actions of those who move there.
    discounts : mapping of player to sympy expression
    start : str
        The state in which it begins.
    summed : bool
        Whether values are discounted sums; else they are averages per period.
    shocks : mapping of state to Shock
    offers : mapping of state to Offer
        In these states nobody moves.
    strategies : str
        "pure", "mixed", or "": mixed ones where these are few.
    """

    states: Mapping[str, Mapping[str, tuple[str, ...]]]
    stages: Mapping[Profile, Stage]
    discounts: Mapping[str, sp.Expr]
    start: str
    summed: bool = False
    shocks: Mapping[str, Shock] = field(default_factory=dict)
    offers: Mapping[str, Offer] = field(default_factory=dict)
    strategies: str = ""
    here: ClassVar[str] = "play goes from state to state"
    see: ClassVar[str] = "solve, compare, trace, along, regions, attribute, tornado, prove"
    sections: ClassVar[Mapping[str, type]] = {
        "players": DiscountingRow,
        "states": StateRow,
        "shocks": ShockRow,
        "stages": StageRow,
    }
    without: ClassVar[tuple[str, ...]] = ("payoffs",)
    needed: ClassVar[tuple[str, ...]] = ("players", "states", "stages")

    # --- how it is read -------------------------------------------------------------------------

    @classmethod
    def texts(cls, kind: str) -> tuple[str, ...]:
        """Return where it begins, how values are told, and which strategies are meant."""
        del kind
        return ("start", "values", "strategies")

    @classmethod
    def read(cls, document: Document, scope: Scope, mistakes: list[Mistake]) -> Statement | None:
        """Read players, states, stages and outcomes."""
        from dilemma.games.dynamic.states import read_states

        return read_states(document, scope, mistakes)

    @classmethod
    def names(cls, document: Document) -> Names:
        """Yield states, shocks and actions."""
        for state, row in document.rows("states").items():
            yield "states", ("states", state), state
            for player, actions in row.items():
                for action in dict.fromkeys(actions):
                    yield "actions", ("states", state, player), action
        for shock in document.rows("shocks"):
            yield "shocks", ("shocks", shock), shock

    # --- what it is -----------------------------------------------------------------------------

    @property
    def kind(self) -> str:
        """Of this word."""
        return "dynamic"

    @property
    def can(self) -> Can:
        """Branches, each with conditions in the parameters, if not in chances as well."""
        seen = any(state in self.shocks for _, state in self.decisions.values())
        tried = Can.TRIED if seen or self.mixed else Can(0)
        few = Can.SCRIPT if self.policies <= SHOWN and self.whole else Can(0)
        return Can.SYMBOLS | Can.ACTIONS | Can.DIAGRAM | tried | few

    @cached_property
    def profiles(self) -> tuple[Profile, ...]:  # type: ignore[override]
        """What may be done in each state, the state first."""
        return tuple(self.stages)

    @cached_property
    def decisions(self) -> Mapping[str, tuple[str, str]]:
        """Every decision: its name, who decides, and the state."""
        own = [(slot, state) for state in self.states for slot in self.slots(state)]
        often = [slot for slot, _ in own]
        return {
            slot if often.count(slot) == 1 else f"{slot} in {state}": (slot, state)
            for slot, state in own
        }

    def slots(self, state: str) -> Mapping[str, tuple[str, ...]]:
        """Return who decides in a state, and between what: the players who move, or an offer."""
        return {OFFER: (AGREE, WAIT)} if state in self.offers else self.states[state]

    # --- the ways to play by state alone --------------------------------------------------------

    @cached_property
    def mixed(self) -> bool:
        """Whether mixed ways to play are gone through as well.

        Who moves alone mixes only where it is indifferent.
        """
        if self.strategies or all(len(movers) < 2 for movers in self.states.values()):
            return self.strategies == MIXES
        return prod(len(_acts(self, s, p, mixed=True)) for p, s in self.decisions.values()) <= MIXED

    @property
    def policies(self) -> int:
        """How many ways there are to play by state alone."""
        return prod(len(_acts(self, s, p, mixed=self.mixed)) for p, s in self.decisions.values())

    def ways(self) -> Iterator[Policy]:
        """Yield every way to play by state alone; at most two players mix in a state."""
        own = []
        for state in self.states:
            slots = self.slots(state)
            acts = product(*(_acts(self, state, slot, mixed=self.mixed) for slot in slots))
            fits = (act for act in acts if sum(len(a.actions) > 1 for a in act) <= 2)
            own.append([dict(zip(slots, act, strict=True)) for act in fits])
        for picks in product(*own):
            yield dict(zip(self.states, picks, strict=True))

    @property
    def whole(self) -> bool:
        """Whether these are all that there are of the kind that is meant."""
        return not self.mixed or all(len(self.slots(state)) <= 2 for state in self.states)

    @property
    def concept(self) -> str:
        """Which equilibria are meant."""
        if self.mixed:
            most = "" if self.whole else ", at most two players mixing in a state"
            return f"subgame perfect equilibria in stationary strategies{most}"
        pure = any(state not in self.shocks for _, state in self.decisions.values())
        return f"subgame perfect equilibria in {'pure ' if pure else ''}stationary strategies"

    @cached_property
    def deciding(self) -> tuple[str, ...]:
        """The states in which somebody decides."""
        return tuple(state for state in self.states if self.slots(state))

    @cached_property
    def alone(self) -> bool:
        """Whether one player decides wherever anything is decided."""
        return len({slot for slot, _ in self.decisions.values()}) == 1

    def called(self, policy: Policy) -> str:
        """Return the name of a way to play: what is done in each state in which somebody decides.

        Where it is always the same who decides, that is a list with an action for each state.
        """
        done = {
            s: ", ".join("/".join(a.actions) for a in policy[s].values()) for s in self.deciding
        }
        if self.alone or len(self.deciding) == 1:
            return ", ".join(done.values())
        return "; ".join(f"{state}: {acts}" for state, acts in done.items())

    # --- as polynomials -------------------------------------------------------------------------

    @cached_property
    def marks(self) -> Mapping[str, sp.Symbol]:
        """A symbol for each discount factor, whatever formula it is."""
        told: dict[sp.Expr, sp.Symbol] = {}
        for player, discount in self.discounts.items():
            told.setdefault(discount, sp.Dummy(f"D_{player}", real=True))
        return {player: told[discount] for player, discount in self.discounts.items()}

    @cached_property
    def _others(self) -> dict[sp.Expr, sp.Symbol]:
        return {}

    def plain(self, formula: sp.Expr) -> sp.Expr:
        """Return a formula, or a symbol for it where it is no polynomial."""
        if formula.is_polynomial():
            return formula
        return self._others.setdefault(formula, sp.Dummy("chance", real=True))

    def leads(self, stage: Stage) -> dict[str, sp.Expr]:
        """Return the chances of a stage as polynomials."""
        return {state: self.plain(chance) for state, chance in stage.leads.items() if chance != 0}

    def unmarked(self, formula: sp.Expr) -> sp.Expr:
        """Put in again what symbols stand for."""
        marks = {mark: self.discounts[player] for player, mark in self.marks.items()}
        return formula.xreplace({**marks, **{s: f for f, s in self._others.items()}})

    @property
    def contracting(self) -> bool:
        """Whether the determinant of what states are worth is sure to be positive.

        Offers tie the values of players together; where these do not count the future alike that
        is not known.
        """
        return not self.offers or len(set(self.discounts.values())) == 1

    # --- what it is, for logic ------------------------------------------------------------------

    def impossible(self) -> Iterator[tuple[str, sp.Basic]]:
        """Yield discount factors outside [0, 1), negative chances, and shocks without width."""
        for discount in dict.fromkeys(self.discounts.values()):
            yield f"of a discount factor {discount} below 0", sp.Lt(discount, 0)
            yield f"of a discount factor {discount} of 1 or more", sp.Ge(discount, 1)
        chances = [c for stage in self.stages.values() for c in stage.leads.values()]
        chances += [c for offer in self.offers.values() for c in offer.by.values()]
        for chance in dict.fromkeys(chances):
            if not chance.is_nonnegative:
                yield f"of a negative chance {chance}", sp.Lt(chance, 0)
        for shock in dict.fromkeys(self.shocks.values()):
            told = f"the ends of {shock.symbol}, {shock.low} and {shock.high}, are not in order"
            yield told, sp.Le(sp.expand(shock.width), 0)

    def type_ends(self) -> tuple[Mapping[sp.Symbol, sp.Expr], ...]:
        """Return what puts every shock at one end of its interval, and at the other."""
        shocks = self.shocks.values()
        return {s.symbol: s.low for s in shocks}, {s.symbol: s.high for s in shocks}

    def formulas(self) -> Iterator[tuple[str, sp.Expr]]:
        """Yield discount factors, chances, the ends of shocks, and what offers are of."""
        yield from ((f"players.{p}.discount", discount) for p, discount in self.discounts.items())
        for (state, *actions), stage in self.stages.items():
            at = f"stages.({', '.join((state, *actions))}).next"
            yield from ((f"{at}.{following}", chance) for following, chance in stage.leads.items())
        for shock in dict.fromkeys(self.shocks.values()):
            yield from ((f"shocks.{shock.symbol}", end) for end in (shock.low, shock.high))
        for state, offer in self.offers.items():
            yield f"stages.{state}.offer.of", offer.pie
            yield from ((f"stages.{state}.offer.by.{p}", c) for p, c in offer.by.items())

    # --- its two faces --------------------------------------------------------------------------

    def branches(self, model: Model, ask: Ask) -> tuple[Branch, ...]:
        """Return a branch for each way to play by state alone."""
        from dilemma.games.dynamic.policies import branches

        return branches(model, named=ask.named)

    def script(self, model: Model) -> tuple[str, dict[str, Any]]:
        """Return its states, and every way to play by state alone."""
        from dilemma.games.dynamic.states_script import states

        return states(model)

    def solve(
        self,
        model: Model,
        values: Mapping[sp.Symbol, sp.Expr],
        *,
        seconds: float | None,
        most: int,
        second_opinion: bool,
    ) -> Iterator[Solution]:
        """Yield what is found by going through all ways to play, in exact numbers."""
        del second_opinion  # it takes no time worth asking about
        from dilemma.games.dynamic.iteration import solve

        return solve(model, values, seconds=seconds, most=most)

    def answer(
        self, model: Model, values: Mapping[sp.Symbol, sp.Expr], *, seconds: float | None
    ) -> Solution:
        """Return what is found; neither the branches are compared nor ever longer horizons asked."""
        from dilemma.games.dynamic.iteration import solve

        *_, last = solve(model, values, seconds=seconds, second_opinion=False)
        return last

    def drawn(
        self, model: Model, values: Mapping[sp.Symbol, sp.Expr], equilibrium: Equilibrium
    ) -> Drawing:
        """Return its states, and what leads from one to another."""
        from dilemma.games.dynamic.states_drawing import drawn

        return drawn(model, values, equilibrium)

    def may_hold(self, model: Model, branch: Branch, values: Mapping[sp.Symbol, sp.Expr]) -> bool:
        """Tell whether a mix is an equilibrium although nothing ties it down."""
        from dilemma.games.points import solution

        return solution(branch, {s: model.expand(v) for s, v in values.items()}).exists is not False

    def ordinary(self, size: Size, seconds: float) -> bool:
        """Tell whether it is small enough to be sure."""
        fits = self.policies <= 100 and len(self.states) <= 6
        return seconds >= PLENTY and fits and size.steps <= SOME and size.parameters <= 32

    def worth(
        self, model: Model, values: Mapping[sp.Symbol, sp.Expr], play: Play
    ) -> dict[str, sp.Expr | None]:
        """Return every payoff and outcome of a play, followed for ever."""
        from dilemma.games.dynamic.walk import Walk

        return Walk(model, self, values, play).worth()

    def gain(self, model: Model, values: Mapping[sp.Symbol, sp.Expr], play: Play) -> sp.Expr:
        """Return the most that any plan of a player gains, from whatever state it begins in."""
        from dilemma.games.dynamic.walk import Walk

        return Walk(model, self, values, play).gain()

    def deviations(self, model: Model, play: Play) -> tuple[sp.Expr, ...] | None:
        """Return what each other action gains, once, in symbols.

        None where it hangs on parameters which action pays more as a shock rises.
        """
        from dilemma.games.dynamic.walk import Walk

        try:
            return tuple(Walk(model, self, {}, play).once())
        except UnsupportedError:
            return None

    # --- for readers ----------------------------------------------------------------------------

    def decision_titles(self, model: Model) -> tuple[str, ...]:
        """Return who decides, and where."""
        if self.alone and len(self.decisions) > 1:
            return tuple(f"in {state}" for _, state in self.decisions.values())
        return tuple(
            _title(model, slot) + name.removeprefix(slot)
            for name, (slot, _) in self.decisions.items()
        )

    def order(self, model: Model) -> str:
        """Say whose actions a name lists."""
        if self.alone and len(self.deciding) > 1:
            return f"a name lists what is done in {', '.join(self.deciding)}"
        who = [", ".join(_title(model, slot) for slot in self.slots(s)) for s in self.deciding]
        told = "; ".join(f"{s} by ({movers})" for s, movers in zip(self.deciding, who, strict=True))
        return f"a name lists what is done in {told}"

    def sheet(self, model: Model) -> tuple[Table, ...]:
        """Return stages, what is drawn and offered, and who moves where."""
        titles = [f"{p.title}{f' [{p.unit}]' if p.unit else ''}" for p in model.players.values()]
        rows = tuple(
            (
                state,
                ", ".join(actions) or (WAIT if state in self.offers else ""),
                *(str(stage.pays[player]) for player in model.players),
                _next(stage),
            )
            for (state, *actions), stage in self.stages.items()
        )
        head = ("state", "done", *titles, "next")
        told = Table(f"{model.title}: stages", head, rows, tuple(self.about(model)), tuple(titles))
        more = (self._drawn(), self._offered(model))
        return told, *(table for table in more if table.rows), self.who_chooses(model)

    def _drawn(self) -> Table:
        """Show what is drawn in each state."""
        rows = tuple(
            (state, str(s.symbol), f"[{s.low}, {s.high}]", s.unit, s.means)
            for state, s in self.shocks.items()
        )
        notes = ("Drawn in every period, each value as likely as another, and seen by all.",)
        head = ("state", "shock", "uniform on", "unit", "means")
        return Table("What is drawn where", head, rows, notes)

    def _offered(self, model: Model) -> Table:
        """Show where a split may be proposed."""
        rows = tuple(
            (
                state,
                str(offer.pie),
                ", ".join(f"{model.players[p].title} ({c})" for p, c in offer.by.items()),
                offer.leads,
            )
            for state, offer in self.offers.items()
        )
        notes = ("Whoever proposes leaves the others what refusing is worth to them.",)
        return Table("What is proposed where", ("state", "split of", "by", "next"), rows, notes)

    def who_chooses(self, model: Model) -> Table:
        """Return who moves in each state, and what the future counts for."""
        rows = tuple(
            (
                state,
                "; ".join(
                    f"{_title(model, p)}: {', '.join(a)}" for p, a in self.slots(state).items()
                ),
            )
            for state in self.states
        )
        counts = ", ".join(f"{model.players[p].title} {d}" for p, d in self.discounts.items())
        told = "discounted sums" if self.summed else "averages per period"
        notes = (f"It begins in {self.start}.  Discount factors: {counts}.  Values are {told}.",)
        return Table("Who moves where", ("state", "moves"), rows, notes)


def _title(model: Model, slot: str) -> str:
    """Return what who decides is called."""
    return model.players[slot].title if slot in model.players else "offer"


def _acts(game: DynamicGame, state: str, slot: str, *, mixed: bool) -> list[Act]:
    """Return what may be done at a decision: an action, a mix of some, one side of a cutoff."""
    actions = game.slots(state)[slot]
    alone = [Act((action,)) for action in actions]
    if state in game.shocks:
        return [*alone, *(Act(pair, cut=True) for pair in (actions, actions[::-1]))]
    if slot == OFFER or not mixed:
        return alone
    sizes = range(2, len(actions) + 1)
    return [*alone, *(Act(own) for size in sizes for own in combinations(actions, size))]


def _next(stage: Stage) -> str:
    if len(stage.leads) == 1:
        return next(iter(stage.leads))
    return ", ".join(f"{state} ({chance})" for state, chance in stage.leads.items())


def dynamic_of(model: Model) -> DynamicGame:
    """Return the game of states that a model states.

    Raises
    ------
    UnsupportedError
        If it states none.
    """
    if not isinstance(model.game, DynamicGame):
        raise UnsupportedError(f"{model.name} has no states; here {model.game.here}")
    return model.game
