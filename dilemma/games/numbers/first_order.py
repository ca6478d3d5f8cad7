"""First-order conditions of players who choose numbers, for one set of what binds.

Player i chooses numbers x from intervals under constraints g_k >= 0 and is paid u_i.  With a
multiplier m_k >= 0 for each constraint that binds, its Lagrangian has the slopes

    G_x = du_i/dx + sum over k of m_k * dg_k/dx

and x is inside its interval only where G_x = 0, at the low end only where G_x <= 0, at the high end
only where G_x >= 0 (Karush, Kuhn and Tucker).  G_x is then itself the shadow price of the end.  For
a payoff that is concave in what the player chooses, under constraints that are, this is enough.

Concavity is decided: a matrix is negative semidefinite iff every principal minor of even size is at
least zero and every one of odd size at most zero.  z3 is asked that of the Hessian in the player's
own choices, everywhere in the feasible set and for all admissible parameters, or at one
calibration.

A slope du/dx by itself is written in the model's own letters: definitions that hang on the number
stay names and are gone through by the chain rule,

    du/dx = partial u/partial x + sum over definitions D of partial u/partial D * dD/dx

A definition that hangs on one number alone is that number in other units: du/dD = (du/dx)/(dD/dx).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, product

import sympy as sp

from dilemma.deciders.question import Question
from dilemma.errors import UnsupportedError
from dilemma.games.branch import top
from dilemma.games.numbers import NumbersGame, numbers_of
from dilemma.games.numbers.choice import Choice, Constraint
from dilemma.games.numbers.powers import (
    Root,
    cleared,
    dividing,
    in_roots,
    kinks,
    roots,
    roots_in,
    slope,
    undivided,
)
from dilemma.model import Model
from dilemma.reading.setting import standing

__all__ = [
    "Stationary",
    "admissible",
    "binding_sets",
    "concave",
    "interaction",
    "marginal",
    "multiplier",
    "never",
    "stationary",
    "unbounded",
    "with_roots",
]


@dataclass(frozen=True)
class Stationary:
    """What holds of play when some things bind and others do not.

    Attributes
    ----------
    binds : tuple of str
    unknowns : tuple of symbols
        Chosen numbers first, then the multipliers that the equations determine, then roots.
    equations : tuple of sympy expressions
        Polynomials that vanish, one for each unknown.
    slack : tuple of sympy Boolean
        What does not bind is strictly so; ends that must lie beyond others do.
    prices : mapping of str to sympy expression
        The shadow price of each thing that binds, in the unknowns; not negative.
    free : tuple of symbols
        Multipliers that nothing determines: more binds than there is to choose.
    quotients : tuple of sympy expressions
        The equations before they are multiplied out.
    """

    binds: tuple[str, ...]
    unknowns: tuple[sp.Symbol, ...]
    equations: tuple[sp.Expr, ...]
    slack: tuple[sp.Basic, ...]
    prices: Mapping[str, sp.Expr]
    free: tuple[sp.Symbol, ...]
    quotients: tuple[sp.Expr, ...] = ()


def multiplier(constraint: str, player: str, players: Sequence[str]) -> sp.Symbol:
    """Return the symbol of a constraint's shadow price to a player."""
    return sp.Symbol(f"multiplier({_price(constraint, player, players)})", real=True)


def _price(constraint: str, player: str, players: Sequence[str]) -> str:
    """Name a constraint's shadow price, by the player too where there are several."""
    return constraint if len(players) == 1 else f"{constraint}, {player}"


def binding_sets(
    choices: NumbersGame, players: Iterable[str], holding: Collection[str] = ()
) -> Iterator[tuple[str, ...]]:
    """Yield every set of ends and constraints that may bind some players together."""
    players = tuple(players)
    ends = [
        [(), *((name,) for name, _, is_open in choice.bounds() if not is_open)]
        for choice in choices.choices.values()
        if choice.player in players and choice.name not in holding
    ]
    kept = [[(), (c.name,)] for c in choices.constraints.values() if set(c.players) & set(players)]
    for chosen in product(*ends, *kept):
        yield tuple(name for names in chosen for name in names)


def stationary(
    model: Model,
    players: Collection[str],
    binds: tuple[str, ...],
    holding: Collection[str] = (),
) -> Stationary:
    """Write down the first-order conditions of some players for one set of what binds.

    Choices that are held where they are have no conditions but that they are feasible.
    """
    game = numbers_of(model)
    mine = [c for c in game.choices.values() if c.player in players]
    own = [c for c in mine if c.name not in holding]
    held = [k for k in game.constraints.values() if k.name in binds]
    equations = [in_roots(model, constraint.gap) for constraint in held]
    slack = [s for c in mine if c.name in holding for s in _within(model, c)]
    slack += [sp.Gt(in_roots(model, c.gap), 0) for c in game.constraints.values() if c not in held]
    prices: dict[str, sp.Expr] = {}
    multipliers: list[sp.Symbol] = []
    free: list[sp.Symbol] = []
    inside = [c for c in own if not any(name in binds for name, _, _ in c.bounds())]
    for constraint in held:
        for player in constraint.players:
            symbol = multiplier(constraint.name, player, constraint.players)
            gap = model.expand_play(constraint.gap)
            moves = any(gap.has(c.symbol) for c in inside if c.player == player)
            (multipliers if moves else free).append(symbol)
            prices[_price(constraint.name, player, constraint.players)] = symbol
    for choice in own:
        vanish, beyond, paid = _first_order(model, choice, binds, _slope(model, choice, held))
        equations += vanish
        slack += beyond
        prices |= paid
    found = Stationary(
        binds=binds,
        unknowns=(*(c.symbol for c in own), *multipliers),
        equations=tuple(e for e in map(top, equations) if e != 0),
        slack=tuple(s for s in slack if s is not sp.true),
        prices=prices,
        free=tuple(free),
        quotients=tuple(equations),
    )
    return with_roots(model, found, *equations, *prices.values(), *slack)


def with_roots(model: Model, known: Stationary, *formulas: sp.Basic) -> Stationary:
    """Add the roots that formulas speak of, as far as they are not known yet.

    They are not negative, and positive where a formula is divided by them.
    """
    positive = dividing(*formulas)
    found = [r for r in roots_in(model, *formulas) if r.symbol not in known.unknowns]
    return replace(
        known,
        unknowns=(*known.unknowns, *(r.symbol for r in found)),
        equations=(*known.equations, *(r.tie for r in found)),
        quotients=(*known.quotients, *(r.tie for r in found)),
        slack=(
            *known.slack,
            *((sp.Gt if r.symbol in positive else sp.Ge)(r.symbol, 0) for r in found),
        ),
    )


def _first_order(
    model: Model, choice: Choice, binds: Collection[str], rises: sp.Expr
) -> tuple[list[sp.Expr], list[sp.Basic], dict[str, sp.Expr]]:
    """Return what vanishes, what is slack, and the prices of the ends that bind, for one choice."""
    ends = [(name, in_roots(model, gap), is_open) for name, gap, is_open in choice.bounds()]
    if not any(name in binds for name, _, _ in ends):
        return [rises], [sp.Gt(gap, 0) for _, gap, _ in ends], {}
    return (
        [gap for name, gap, _ in ends if name in binds],
        [_beyond(gap, strictly=is_open) for name, gap, is_open in ends if name not in binds],
        {name: -rises if name.endswith(".low") else rises for name, _, _ in ends if name in binds},
    )


def _within(model: Model, choice: Choice) -> list[sp.Basic]:
    """State that a choice lies in its interval."""
    return [_beyond(in_roots(model, gap), strictly=is_open) for _, gap, is_open in choice.bounds()]


def _beyond(gap: sp.Expr, *, strictly: bool) -> sp.Basic:
    return sp.Gt(gap, 0) if strictly else sp.Ge(gap, 0)


def _slope(model: Model, choice: Choice, held: Iterable[Constraint]) -> sp.Expr:
    """Return the slope of the Lagrangian of whoever chooses."""
    found = slope(model, in_roots(model, model.payoffs[()][choice.player]), choice.symbol)
    for constraint in held:
        if choice.player in constraint.players:
            price = multiplier(constraint.name, choice.player, constraint.players)
            found += price * slope(model, in_roots(model, constraint.gap), choice.symbol)
    return found


# --- slopes ---------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def marginal(model: Model, player: str, number: str) -> sp.Expr:
    """Return the slope of a player's payoff in one chosen number.

    Parameters
    ----------
    player : str
    number : str
        A chosen number, or a definition that hangs on one alone.

    Returns
    -------
    sympy expression
        In parameters, definitions and chosen numbers: to be read at what is played.

    Examples
    --------
    >>> from dilemma.library import load
    >>> marginal(load("hedging"), "japan", "y_U")
    alp_J*tau_J*y_J/(tau_J + y_U)**2 + d_J
    """
    choice = standing(model.definitions, model.game).get(number, number)
    symbol = model.game.choices[choice].symbol
    terms = sp.Add.make_args(model.payoffs[()][player])
    found = sp.Add(*(_shorter(_total_slope(model, term, symbol)) for term in terms))
    if choice != number:
        found /= _total_slope(model, model.definitions[number].formula, symbol)
    return _shorter(found)


def _total_slope(model: Model, formula: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    found = sp.diff(formula, symbol)
    for definition in model.definitions.values():
        if definition.symbol in formula.free_symbols:
            inner = _total_slope(model, definition.formula, symbol)
            found += sp.diff(formula, definition.symbol) * inner
    return found


def _shorter(formula: sp.Expr) -> sp.Expr:
    """Write a slope as a product, or multiplied out, where that is shorter."""
    return min((formula, sp.factor(formula), sp.expand(formula, deep=False)), key=sp.count_ops)


# --- concavity ------------------------------------------------------------------------------------


SECONDS = 3.0


def admissible(
    model: Model,
    values: Mapping[sp.Symbol, sp.Expr] | None = None,
    seconds: float = SECONDS,
    only: tuple[Constraint, ...] | None = None,
) -> Question:
    """Return a question about admissible parameters, or one calibration, and feasible play.

    With ``only`` some constraints are kept and the others forgotten.
    """
    parameters = {p.symbol: p.range for p in model.parameters.values()}
    definitions = {
        d.symbol: d.formula for d in model.definitions.values() if d.name not in model.outcomes
    }

    def about(symbol: sp.Symbol) -> Iterator[sp.Basic]:
        root = next((r for r in roots(model) if r.symbol == symbol), None)
        if root is not None:
            yield from (sp.Ge(symbol, 0), sp.Eq(root.tie, 0))
        elif values is not None and symbol in values:
            yield sp.Eq(symbol, values[symbol])
        elif symbol in parameters:
            yield from parameters[symbol].of(symbol)
        elif symbol in definitions:
            yield sp.Eq(symbol, definitions[symbol], evaluate=False)

    question = Question(about, lambda: seconds)
    for statement in numbers_of(model).feasible(only):
        question.add(model.expand_play(statement))
    return question


def never(
    model: Model, happens: sp.Basic, values: Mapping[sp.Symbol, sp.Expr] | None = None
) -> bool | None:
    """Tell whether something happens nowhere in the feasible set; None where undecided."""
    if happens in (sp.true, sp.false):
        return happens is sp.false
    try:
        question = admissible(model, values)
        question.add(cleared(model, happens))
        if any(question.ask_obligation(o).status != "unsat" for o in question.obligations):
            return None
        answer = question.ask()
    except UnsupportedError:
        return None
    return {"unsat": True, "sat": False, "unknown": None}[answer.status]


def concave(
    model: Model, player: str, values: Mapping[sp.Symbol, sp.Expr] | None = None
) -> bool | None:
    """Tell whether a payoff, and the constraints under which it is sought, are concave.

    Parameters
    ----------
    values : mapping, optional
        One calibration; by default all admissible parameters are meant.
    """
    if values is None:
        return _concave(model, player)
    return _decided(model, player, values)


@lru_cache(maxsize=64)
def _concave(model: Model, player: str) -> bool | None:
    return _decided(model, player, None)


def _decided(model: Model, player: str, values: Mapping[sp.Symbol, sp.Expr] | None) -> bool | None:
    own = model.game.of(player)
    told = [_semidefinite(model, model.payoffs[()][player], own, values)]
    told += [_semidefinite(model, c.gap, own, values) for c in numbers_of(model).kept_by(player)]
    if False in told:
        return False
    return None if None in told else True


def _semidefinite(
    model: Model,
    formula: sp.Expr,
    own: tuple[Choice, ...],
    values: Mapping[sp.Symbol, sp.Expr] | None,
) -> bool | None:
    expanded = in_roots(model, formula)
    if kinks(expanded) or _bends(model, expanded, own, values):
        return None
    symbols = [choice.symbol for choice in own]
    slopes = [slope(model, expanded, symbol) for symbol in symbols]
    hessian = sp.Matrix([[slope(model, one, symbol) for symbol in symbols] for one in slopes])
    undecided = False
    for size in range(1, len(own) + 1):
        for kept in combinations(range(len(own)), size):
            minor = sp.cancel(sp.together(hessian[list(kept), list(kept)].det()))
            told = never(model, sp.Lt((-1) ** size * minor, 0), values)
            if told is False:
                return False
            undecided = undecided or told is None
    return None if undecided else True


@lru_cache(maxsize=64)
def unbounded(model: Model) -> str:
    """Say where a slope without bound leaves open what is chosen; "" where it does so nowhere.

    What is chosen where a root vanishes by which slopes are divided is no equilibrium if somebody
    leaves it: a player whose number moves a root away from nought, with a slope that has no bound.
    Who leads does not see the reply, and its own ends are compared by value.
    """
    game = numbers_of(model)
    steep = [root for root in roots(model) if root.steep]
    replying = [c for player in game.moves[-1] for c in game.of(player)]
    stays = [
        sp.Not(leaves)
        for root in steep
        for choice in replying
        for leaves in _leaves(model, root, choice)
    ]
    gaps = [constraint.gap for constraint in game.constraints.values()]
    own = dividing(
        *(
            slope(model, in_roots(model, formula), c.symbol)
            for c in replying
            for formula in (model.payoffs[()][c.player], *gaps)
        )
    )
    inside = [sp.Gt(gap, 0) for c in game.of(game.leader) for _, gap, _ in c.bounds()]
    for root in steep:
        where = stays if root.symbol in own else inside
        if not never(model, sp.And(sp.Eq(root.base, 0), *where)):
            return f"the slope of a payoff has no bound where {root.symbol} is 0"
    return ""


def _leaves(model: Model, root: Root, choice: Choice) -> Iterator[sp.Basic]:
    """Yield when a slope without bound makes somebody leave where a root vanishes, up or down."""
    grows, _ = undivided(model, slope(model, root.base, choice.symbol))
    paid = in_roots(model, model.payoffs[()][choice.player])
    rises, divided = undivided(model, slope(model, paid, choice.symbol))
    if root.symbol not in divided:
        return
    for sign, room in ((1, choice.high - choice.symbol), (-1, choice.symbol - choice.low)):
        told = (
            sign * rises.xreplace({root.symbol: sp.S.Zero}),
            sign * grows,
            in_roots(model, room),
        )
        yield sp.And(sp.Eq(root.base, 0), *(sp.Gt(one, 0) for one in told))


def _bends(
    model: Model,
    formula: sp.Expr,
    own: Collection[Choice],
    values: Mapping[sp.Symbol, sp.Expr] | None,
) -> bool:
    """Tell whether a root may have a kink in own choices: it vanishes, and does not move with them."""
    for root in roots_in(model, formula):
        moves = [slope(model, root.base, choice.symbol) for choice in own]
        still = [sp.Eq(undivided(model, m)[0], 0) for m in moves if m != 0]
        if still and not never(model, sp.And(sp.Eq(root.base, 0), *still), values):
            return True
    return False


@lru_cache(maxsize=64)
def interaction(model: Model, player: str) -> str:
    """Tell how a player's best reply moves with what the others choose, wherever it was proved.

    "complements" where more of any other's choice never lowers what the player gains by more of
    its own, "substitutes" where it never raises it, "independent" where both, else "depends".
    Only for one choice each.
    """
    own = model.game.of(player)
    others = [c for c in model.game.choices.values() if c.player != player]
    if len(own) != 1 or not others:
        return ""
    payoff = in_roots(model, model.payoffs[()][player])
    if kinks(payoff):
        return "depends"
    rises = slope(model, payoff, own[0].symbol)
    crosses = [sp.cancel(slope(model, rises, other.symbol)) for other in others]
    if all(cross == 0 for cross in crosses):
        return "independent"
    if all(never(model, sp.Lt(cross, 0)) for cross in crosses):
        return "complements"
    if all(never(model, sp.Gt(cross, 0)) for cross in crosses):
        return "substitutes"
    return "depends"


def positive_factor(factor: sp.Expr, positive: set[sp.Expr]) -> bool:
    """Tell whether a factor is known not to vanish."""
    return factor.is_number or factor in positive or -factor in positive or top(factor) in positive
