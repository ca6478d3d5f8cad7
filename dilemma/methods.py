"""What a model can be asked as a method, how it is shown, and what it refuses in a sentence.

Every method is the public function of its name, asked of this model: nothing is worked out here.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, overload

from dilemma.errors import CallError, nearest
from dilemma.output.tables import fragment
from dilemma.summary import in_a_line, summary

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from dilemma.by_era import ByEra, Eras
    from dilemma.games.equilibrium import Equilibria
    from dilemma.ledger.ledger import Ledger
    from dilemma.model import At, Model
    from dilemma.study.compare import Comparison
    from dilemma.study.occurrence import Regions
    from dilemma.theory.parts import Claim

__all__ = ["Methods"]

# What people type who know other libraries, and what does it here.
ELSEWHERE = {
    "actions": "model.players[name].actions lists a player's",
    "copy": "it is frozen and needs no copy: model.replace(...) makes another",
    "describe": "dilemma.sheet(model) shows all that it says",
    "equilibria": "model.solve() returns them",
    "fit": "nothing is fitted: model.replace(...) makes a model with other values",
    "info": "dilemma.sheet(model) shows all that it says",
    "nash": "model.solve() returns the equilibria",
    "predict": "model.solve() returns what is played",
    "save": "model.to_toml() returns the text of its file",
    "strategies": "model.players[name].actions lists a player's",
    "summary": "dilemma.sheet(model) shows all that it says",
    "to_dict": "model.document is what it says, as plain data",
    "to_json": "model.document is what it says, as plain data",
    "to_latex": "dilemma.sheet(model).to_latex() writes what it says",
    "to_pandas": "dilemma.to_pandas is of results, such as model.solve()",
}


def _public(name: str) -> Callable[..., Any]:
    """Return a public function: the package loads it when it is asked for."""
    found: Callable[..., Any] = getattr(importlib.import_module("dilemma"), name)
    return found


class Methods:
    """The methods of a model that ask a question, and how it shows itself."""

    __slots__ = ()
    FORMER: ClassVar[frozenset[str]] = frozenset()  # names that are not proposed any more

    # --- questions ------------------------------------------------------------------------------

    @overload
    def solve(self, at: At, **how: Any) -> Equilibria: ...
    @overload
    def solve(self, at: list[At] | tuple[At, ...], **how: Any) -> ByEra[Equilibria]: ...
    @overload
    def solve(self, at: None = ..., **how: Any) -> Equilibria | ByEra[Equilibria]: ...
    def solve(
        self,
        at: Eras = None,
        *,
        seconds: float | None = 60,
        most: int = 200_000,
        second_opinion: bool = False,
        **changes: Any,
    ) -> Equilibria | ByEra[Equilibria]:
        """Return every equilibrium, as :func:`dilemma.solve` does.

        Examples
        --------
        >>> import dilemma
        >>> dilemma.load("abandonment").solve("cold_war").names
        ('(strong, strong)',)
        """
        found: Equilibria | ByEra[Equilibria] = _public("solve")(
            self, at, seconds=seconds, most=most, second_opinion=second_opinion, **changes
        )
        return found

    def compare(
        self,
        eras: Eras = None,
        *,
        draws: int = 20_000,
        seed: int = 0,
        seconds: float | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Comparison:
        """Compare eras, as :func:`dilemma.compare` does.

        Examples
        --------
        >>> import dilemma
        >>> found = dilemma.load("abandonment").compare(draws=100)
        >>> [era.name for era in found.eras]
        ['cold_war', 'post_cold_war']
        """
        how = {"draws": draws, "seed": seed, "seconds": seconds, "progress": progress}
        found: Comparison = _public("compare")(self, eras, **how)
        return found

    def prove(
        self,
        claim: str | Claim | Sequence[str | Claim] | None = None,
        *,
        seconds: float = 60.0,
        robust: bool = False,
        thorough: bool = False,
        fresh: bool = False,
        cache: Path | str | bool = True,
        workers: int | None = None,
        client: Any = None,
        progress: Callable[[float, str], None] | None = None,
        **fields: Any,
    ) -> Ledger:
        """Decide claims, as :func:`dilemma.prove` does.

        Examples
        --------
        >>> import dilemma
        >>> dilemma.load("abandonment").prove("C1.8")[0].proved
        True
        """
        how: dict[str, Any] = {"robust": robust, "thorough": thorough, "fresh": fresh}
        how |= {"seconds": seconds, "cache": cache, "workers": workers, "progress": progress}
        how["client"] = client
        found: Ledger = _public("prove")(self, claim, **how, **fields)
        return found

    def strategic(self) -> Model:
        """Return the strategic form of a tree, as :func:`dilemma.strategic` does.

        Examples
        --------
        >>> import dilemma
        >>> game = dilemma.Model(
        ...     name="word",
        ...     title="A word",
        ...     kind="tree",
        ...     players={"us": {}, "ally": {}},
        ...     tree={"root": {"player": "us", "actions": ["keep", "break_"]}},
        ...     payoffs={"keep": {"us": 1, "ally": 1}, "break_": {"us": 0, "ally": 0}},
        ... )
        >>> game.strategic().players["us"].actions
        ('keep', 'break_')
        """
        found: Model = _public("strategic")(self)
        return found

    def regions(
        self,
        eras: Eras = None,
        *,
        draws: int = 20_000,
        seed: int = 0,
        seconds: float | None = 60,
        progress: Callable[[float], None] | None = None,
    ) -> Regions:
        """Cut the parameters into regions with the same equilibria, as :func:`dilemma.regions` does.

        Examples
        --------
        >>> import dilemma
        >>> dilemma.load("abandonment").regions("post_cold_war", draws=100).covered
        True
        """
        how = {"draws": draws, "seed": seed, "seconds": seconds, "progress": progress}
        found: Regions = _public("regions")(self, eras, **how)
        return found

    def plot(self, eras: Eras = None, *, ax: Axes | None = None, **how: Any) -> Figure:
        """Draw the game itself at its eras' centres, as :func:`dilemma.plot` does of a model.

        Examples
        --------
        >>> import dilemma
        >>> figure = dilemma.load("abandonment").plot("post_cold_war")
        >>> [axes.get_label() for axes in figure.axes]
        ['post_cold_war strong']
        """
        found: Figure = _public("plot")(self, ax=ax, eras=eras, **how)
        return found

    # --- how it is shown ------------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"<Model {in_a_line(self)}>"  # type: ignore[arg-type] # of a model alone

    def _repr_html_(self) -> str:
        """Show a notebook who chooses what, and the parameters."""
        return fragment(summary(self))  # type: ignore[arg-type] # of a model alone

    # --- what it refuses ------------------------------------------------------------------------

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a model is frozen: model.replace({name}=...) makes another")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a model is frozen: {name} stays")

    def __getitem__(self, key: object) -> None:
        has = isinstance(key, str) and not key.startswith("_") and hasattr(type(self), key)
        way = f"model.{key}" if has else "its parts are attributes, such as model.payoffs"
        raise CallError(f"a model is no mapping, and has no [{key!r}]: {way}")

    if not TYPE_CHECKING:  # for a type checker there are those attributes that there are

        def __getattr__(self, name: str) -> object:
            if name.startswith("_") or hasattr(type(self), name):
                return object.__getattribute__(self, name)  # fails as it did
            raise AttributeError(f"a model has no {name!r}: {_instead(name, self)}")


def _instead(name: str, model: Methods) -> str:
    """Say what does what somebody may have looked for."""
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    public = importlib.import_module("dilemma").__all__
    if name in public and name.islower():
        return f"dilemma.{name}(...) is a function"
    known = {own for own in dir(model) if not own.startswith("_")} - type(model).FORMER
    return nearest(name, sorted(known))
