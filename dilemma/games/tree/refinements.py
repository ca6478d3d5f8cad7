"""Refinements of signalling games: which equilibria rest on beliefs that nobody should hold.

Chance draws a type of the sender, who knows it and sends a message; the receiver sees the message
and replies; what comes behind is played as the branch says.  Of a message that no type sends:

* *Intuitive* (Cho and Kreps 1987).  A type cannot gain by it if it is paid more now than by any
  reply that is best for some beliefs.  The equilibrium fails if some type among the others gains
  whatever the receiver does whose beliefs are on these.
* *Divine* (D1 of the same; universal divinity of Banks and Sobel 1987 is a little stronger).  The
  message is not believed to come from a type if another one gains by all those mixed replies
  at which the first would gain or lose nothing, and by some.  The equilibrium fails if no beliefs
  on what is left make its reply a best one.

Replies, and beliefs for which they are best, enter linearly and are eliminated.

References
----------
Banks and Sobel 1987, "Equilibrium selection in signaling games", Econometrica 55(3): 647-661.
Cho and Kreps 1987, "Signaling games and stable equilibria", Quarterly Journal of Economics 102(2): 179-221.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.branch import Branch
from dilemma.games.tree import TreeGame, tree_of
from dilemma.games.tree.beliefs import MOST_FREE, eliminated, shares_of, subsets
from dilemma.games.tree.hidden import Enumeration
from dilemma.games.tree.nodes import History
from dilemma.model import Model

__all__ = ["is_signalling", "refined"]

Types = tuple[str, ...]
"""Types of the sender, each the action of chance that draws it."""


def is_signalling(tree: TreeGame) -> bool:
    """Tell whether a sender knows what chance drew and a receiver does not.

    The receiver moves at most once on each path, right after the message.
    """
    first = tree.nodes.get(())
    if first is None or first.player or tree.perfect:
        return False
    own = [tree.nodes.get((kind,)) for kind in first.actions]
    senders = {node.player if node else "" for node in own}
    if len(senders) > 1 or "" in senders:
        return False
    hidden = {name: d for name, d in tree.decisions.items() if len(d.histories) > 1}
    return all(
        all(len(h) == 2 for h in d.histories)
        and len({h[1] for h in d.histories}) == 1
        and d.player not in senders
        for d in hidden.values()
    )


def refined(model: Model, branch: Branch, which: str) -> Branch:
    """Return a branch of a signalling game with what a refinement asks of it besides.

    Parameters
    ----------
    model : Model
        Of which ``is_signalling`` is true.
    branch : Branch
        One of its branches.
    which : str
        ``"intuitive"`` or ``"divine"``.

    Returns
    -------
    Branch
        With one condition more for each message that is not sent.

    Raises
    ------
    UnsupportedError
        With more than three types, or replies.
    """
    tree = tree_of(model)
    for d in tree.decisions.values():
        if len(d.histories) > 1 and max(len(d.histories), len(d.actions)) > MOST_FREE:
            raise UnsupportedError(
                f"{model.name}: {which!r} is worked out up to {MOST_FREE} types and replies"
            )
    asked: list[sp.Basic] = []
    for name, decision in tree.decisions.items():
        if len(decision.histories) == 1:
            continue
        message = decision.histories[0][1]
        unsent = _Unsent(model, tree, branch, name, message)
        if unsent.sent:
            continue
        asked.append(unsent.intuitive() if which == "intuitive" else unsent.divine())
    given = (*branch.conditions, *(sp.Eq(e, 0) for e in branch.equations))
    told = _known(model.game_alone, given, tuple(sp.to_nnf(c, simplify=False) for c in asked))
    locate = None if told else branch.locate
    return replace(branch, conditions=(*branch.conditions, *told), locate=locate)


@lru_cache(maxsize=1024)
def _known(
    model: Model, given: tuple[sp.Basic, ...], asked: tuple[sp.Basic, ...]
) -> tuple[sp.Basic, ...]:
    """Return what is asked without what the branch decides."""
    ranges, decided = Enumeration(model), dict[sp.Basic, sp.Basic]()
    told = (ranges.known(c, given, decided) for c in asked)
    return tuple(c for c in told if c is not sp.true)


@dataclass(frozen=True)
class _Unsent:
    """A message that no type sends, in one branch."""

    model: Model
    tree: TreeGame
    branch: Branch
    name: str  # of the receiver's decision
    message: str

    @cached_property
    def types(self) -> Types:
        """The types that may be and may send it."""
        may = [
            kind
            for kind, chance in self.tree.nodes[()].chances.items()
            if chance != 0 and sp.Eq(chance, 0) not in self.branch.conditions
        ]
        return tuple(h[0] for h in self.tree.decisions[self.name].histories if h[0] in may)

    @property
    def sent(self) -> bool:
        """Whether some type sends it: a chance that is not nought in the branch is positive."""
        return not self.types or any(
            self.branch.play[self.tree.nodes[kind,].decision][self.message] != 0
            for kind in self.types
        )

    @property
    def sender(self) -> str:
        return self.tree.nodes[self.types[0],].player

    @property
    def receiver(self) -> str:
        return self.tree.decisions[self.name].player

    @property
    def replies(self) -> tuple[str, ...]:
        return self.tree.decisions[self.name].actions

    def value(self, history: History, player: str) -> sp.Expr:
        """Return what a player is paid from a history on, as the branch plays."""
        node = self.tree.nodes.get(history)
        if node is None:
            return self.model.payoffs[history][player]
        mix = self.branch.play[node.decision] if node.player else node.chances
        return sp.Add(*(c * self.value((*history, a), player) for a, c in mix.items() if c != 0))

    @cached_property
    def now(self) -> Mapping[str, sp.Expr]:
        """What each type is paid in equilibrium."""
        return {kind: sp.expand(self.value((kind,), self.sender)) for kind in self.types}

    @cached_property
    def gains(self) -> Mapping[tuple[str, str], sp.Expr]:
        """What each type gains by the message if a reply follows."""
        return {
            (kind, reply): sp.expand(
                self.value((kind, self.message, reply), self.sender) - self.now[kind]
            )
            for kind in self.types
            for reply in self.replies
        }

    def best(self, used: Sequence[str], among: Types) -> sp.Basic:
        """State that replies are best ones, all of them, for some beliefs on some types."""
        shares = shares_of("type", [(kind,) for kind in among])
        worth = {
            reply: sp.expand(
                sp.Add(
                    *(
                        shares[kind,] * self.value((kind, self.message, reply), self.receiver)
                        for kind in among
                    )
                )
            )
            for reply in self.replies
        }
        first, *others = used
        linear = [sp.expand(worth[first] - worth[r]) for r in self.replies if r != first]
        linear += [sp.expand(worth[r] - worth[first]) for r in others]
        return eliminated(shares, linear)

    # --- intuitive ------------------------------------------------------------------------------

    def intuitive(self) -> sp.Basic:
        """State that no type gains by the message for certain."""
        passes = []
        for left in subsets(self.types):
            gone = [kind for kind in self.types if kind not in left]
            here = sp.And(
                *(self._cannot_gain(kind) for kind in gone),
                *(sp.Not(self._cannot_gain(kind)) for kind in left),
            )
            if here is sp.false:
                continue
            certain = sp.Or(*(self._gains_surely(kind, left) for kind in left))
            passes.append(sp.Or(sp.Not(here), sp.Not(certain)))
        return sp.And(*passes)

    def _cannot_gain(self, kind: str) -> sp.Basic:
        return sp.And(
            *(
                sp.Or(sp.Not(self.best([reply], self.types)), sp.Lt(self.gains[kind, reply], 0))
                for reply in self.replies
            )
        )

    def _gains_surely(self, kind: str, among: Types) -> sp.Basic:
        return sp.And(
            *(
                sp.Or(sp.Not(self.best([reply], among)), sp.Gt(self.gains[kind, reply], 0))
                for reply in self.replies
            )
        )

    # --- divine ---------------------------------------------------------------------------------

    def divine(self) -> sp.Basic:
        """State that some beliefs on types that are not ruled out make the reply a best one."""
        used = [r for r in self.replies if self.branch.play[self.name][r] != 0]
        return sp.Or(
            *(
                sp.And(self.best(used, among), *(sp.Not(self._ruled_out(kind)) for kind in among))
                for among in subsets(self.types)
            )
        )

    def _ruled_out(self, kind: str) -> sp.Basic:
        return sp.Or(*(self._keener(other, kind) for other in self.types if other != kind))

    def _keener(self, other: str, kind: str) -> sp.Basic:
        """State that one type gains by all best replies by which another does not lose, and by some."""
        some = sp.Or(
            *(
                sp.And(self.best([reply], self.types), sp.Gt(self.gains[other, reply], 0))
                for reply in self.replies
            )
        )
        return sp.And(
            some, *(sp.Not(self._lags(other, kind, used)) for used in subsets(self.replies))
        )

    def _lags(self, other: str, kind: str, used: Types) -> sp.Basic:
        """State that by some mix of these replies one type does not lose, and the other not gain."""
        mix = shares_of("reply", [(reply,) for reply in used])

        def gain(who: str) -> sp.Expr:
            return sp.expand(sp.Add(*(mix[r,] * self.gains[who, r] for r in used)))

        return sp.And(self.best(used, self.types), eliminated(mix, [gain(kind), -gain(other)]))
