"""The public face of a model: one frozen object, however it was made."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

import sympy as sp

from dilemma.errors import CalibrationError, UnsupportedError, nearest
from dilemma.games.kind import USUAL, Can, Game
from dilemma.methods import Methods
from dilemma.output.result import Named
from dilemma.reading.document import Parts, build, build_claim
from dilemma.reading.eras import (
    central,
    era_called,
    given_era,
    given_value,
    nearest_era,
    spoken_of,
    titled,
    varied,
    way_out,
    with_whole_eras,
    without_eras,
)
from dilemma.reading.known import EraMap, Known
from dilemma.reading.setting import Setting, standing
from dilemma.reading.toml import merged, plain, toml
from dilemma.theory.parts import (
    Claim,
    Definition,
    Dynamics,
    Era,
    Outcome,
    Parameter,
    Player,
    Profile,
    Question,
    TooLargeError,
    Value,
    Variant,
    check_sizes,
    climbing,
    put_in,
)

__all__ = ["At", "Model"]

Number: TypeAlias = int | float | str | Decimal | sp.Expr
Calibration: TypeAlias = Mapping[str, Any]
At: TypeAlias = str | Era | Calibration
T = TypeVar("T")


class Model(Methods, Named):
    """A game stated once: players, parameters, payoffs, eras and claims.

    A model is what a model file says, and is checked in the same way however it was made.  Each
    argument takes what the file's section of that name takes, as plain Python; a sympy expression
    may stand wherever a formula may, and a tuple of actions for the key of a profile.

    Parameters
    ----------
    name : str
        What the model is called: the stem of its file.
    title, kind, source, reads : str
        Its title, its kind of game (one of ``dilemma.games.kind.KINDS``), its sources, and the
        story it tells.
    players, parameters, definitions, payoffs, outcomes, groups, common, eras, calibrations, claims, questions
        The sections of a model file, as mappings.
    **own
        And those of its kind of game, such as ``tree`` or ``constraints``.

    Attributes
    ----------
    name, title, kind, source, reads : str
    path : Path or None
        The file that it was read from.
    players : mapping of str to Player
    parameters : mapping of str to Parameter
    definitions : mapping of str to Definition
        In an order in which each uses only those before it.
    payoffs : mapping of profile to mapping of player to sympy expression
    game : Game
        The game itself, by its kind: who may do what, and what it can be asked
        (``dilemma.games.kind``).  Its ``profiles`` are the keys of ``payoffs``.
    dynamics : mapping of str to Dynamics
    outcomes : mapping of str to Outcome
    groups : mapping of str to tuple of str
    eras : mapping of str to Era
        Each with a value for every parameter; those in common are marked.
    further_eras : mapping of str to Era
        Those that are based on another, and asked about by name alone.
    variants : mapping of str to Variant
        The section ``calibrations``: eras between which only some parameters move.
    claims : mapping of str to Claim
    questions : mapping of str to Question
    document : mapping
        The sections as plain data, each formula as it was written.

    Raises
    ------
    ModelError
        With every mistake that was found.

    See Also
    --------
    matrix : A two-player game from its payoff matrices.
    dilemma.load : A shipped model, or a model file.

    Examples
    --------
    >>> model = Model(
    ...     name="hunt",
    ...     title="Stag hunt",
    ...     players={"row": ["stag", "hare"], "column": ["stag", "hare"]},
    ...     parameters={"s": {"range": [1, 9], "unit": "util", "means": "a share of the stag"}},
    ...     payoffs={
    ...         ("stag", "stag"): {"row": "s", "column": "s"},
    ...         ("stag", "hare"): {"row": 0, "column": 1},
    ...         ("hare", "stag"): {"row": 1, "column": 0},
    ...         ("hare", "hare"): {"row": 1, "column": 1},
    ...     },
    ... )
    >>> model
    <Model 'hunt': Stag hunt (row, column; 1 parameter, 0 eras, 0 claims)>
    >>> model.payoffs["stag", "stag"]["row"]
    s
    >>> model.calibration(s=2.5)
    {'s': 5/2}
    """

    __slots__ = (
        "claims", "definitions", "document", "dynamics", "eras", "further_eras", "game", "groups",
        "name", "outcomes", "parameters", "path", "payoffs", "players", "questions", "reads", "source",
        "title", "variants",
    )  # fmt: skip

    name: str
    title: str
    source: str
    reads: str
    path: Path | None
    document: Mapping[str, Any]
    players: Mapping[str, Player]
    parameters: Mapping[str, Parameter]
    definitions: Mapping[str, Definition]
    payoffs: Mapping[Profile, Mapping[str, sp.Expr]]
    outcomes: Mapping[str, Outcome]
    groups: Mapping[str, tuple[str, ...]]
    eras: Mapping[str, Era]
    further_eras: Mapping[str, Era]
    variants: Mapping[str, Variant]
    claims: Mapping[str, Claim]
    questions: Mapping[str, Question]
    dynamics: Mapping[str, Dynamics]
    game: Game

    def __init__(
        self,
        *,
        name: str,
        title: str,
        players: Mapping[str, Any],
        payoffs: Mapping[Any, Any] | None = None,
        kind: str = USUAL,
        source: str = "",
        reads: str = "",
        parameters: Mapping[str, Any] | None = None,
        definitions: Mapping[str, Any] | None = None,
        outcomes: Mapping[str, Any] | None = None,
        groups: Mapping[str, Any] | None = None,
        common: Mapping[str, Any] | None = None,
        eras: Mapping[str, Any] | None = None,
        calibrations: Mapping[str, Any] | None = None,
        claims: Mapping[str, Any] | None = None,
        questions: Mapping[str, Any] | None = None,
        **own: Any,
    ) -> None:
        sections = {
            "title": title,
            "kind": kind,
            "source": source,
            "reads": reads,
            "players": players,
            "parameters": parameters,
            "definitions": definitions,
            "payoffs": payoffs,
            "outcomes": outcomes,
            "groups": groups,
            "common": common,
            "eras": eras,
            "calibrations": calibrations,
            "claims": claims,
            "questions": questions,
            **own,
        }
        self._fill(name, {key: value for key, value in sections.items() if value is not None})

    @classmethod
    def from_document(
        cls, document: Mapping[str, Any], name: str, path: Path | None = None
    ) -> Model:
        """Build a model from the content of a model file, as ``tomllib`` reads it."""
        model = cls.__new__(cls)
        model._fill(name, document, path)  # noqa: SLF001 - its own
        return model

    def _fill(self, name: str, document: Mapping[str, Any], path: Path | None = None) -> None:
        content = plain(document)
        if path is None:  # in Python an era may be said more shortly than in a file
            content = with_whole_eras(content)
        parts = build(content)
        give = object.__setattr__
        give(self, "name", name)
        give(self, "path", path)
        give(self, "document", MappingProxyType(content))
        for key in Parts.__dataclass_fields__:
            value = getattr(parts, key)
            if isinstance(value, dict):
                kind = EraMap if key.endswith("eras") else Known
                what = key.removesuffix("s").replace("_", " ")
                value = MappingProxyType(kind(value, what))
            give(self, key, value)

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (dict(self.document), self.name, self.path, dict(self.eras))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model):
            return NotImplemented
        same = self.name == other.name and self.document == other.document
        return same and dict(self.eras) == dict(other.eras)

    def __hash__(self) -> int:
        cells = islice(self.payoffs.values(), 8)  # enough to tell many games of one name apart
        return hash((self.name, self.title, *(paid for cell in cells for paid in cell.values())))

    @property
    def kind(self) -> str:
        """Its kind of game, as a model file says it."""
        return self.game.kind

    def calibration(self, at: At | None = None, /, **changes: Any) -> dict[str, sp.Rational]:
        """Return an exact value for every parameter.

        Parameters
        ----------
        at : str, Era or mapping of str to number, optional
            An era, for its central values, or a value for each parameter.
        **changes : number
            Values that differ from those.  A float is what its decimal digits say: 0.1 is 1/10.

        Raises
        ------
        CalibrationError
            If an era or a parameter is unknown, a value is missing, or it lies outside the range
            of its parameter.
        """
        told = self._values_said(at) | changes
        self._needs_all(told)
        return {name: central(parameter, told[name]) for name, parameter in self.parameters.items()}

    def era(self, at: At | None = None, /, **changes: Any) -> Era:
        """Return an era of the model, or one that is given on the spot.

        Whatever asks about eras takes what this returns, or takes its first argument.  A game
        without parameters is its own era.

        Parameters
        ----------
        at : str, Era or mapping, optional
            An era, or for each parameter a number, ``[low, high]``, or a mapping with the keys
            ``value`` and ``range``, ``grade`` and ``source``, which may be left out.
        **changes
            The same, of parameters that differ from that.

        Raises
        ------
        CalibrationError
            As :meth:`calibration`.

        Examples
        --------
        >>> from dilemma import load, matrix
        >>> game = matrix([["s", 0], [1, 1]], parameters={"s": [1, 9]})
        >>> game.era(s=2).title, game.era({"s": [2, 4]}).title
        ('s = 2', 's = 3 in [2, 4]')
        >>> load("abandonment").era("cold_war", m_J="1/10").title
        'Cold War with m_J = 0.1'
        """
        if at is None and self.eras and not changes:
            raise CalibrationError(f"{self.name}: at which era? there are: {titled(self.eras)}")
        told = self._values_said(at)
        if isinstance(at, str) and not changes:
            return self._named(at)
        values = self._values(told | changes)
        if isinstance(at, Era):
            return given_era(values, changes, at.title) if changes else at
        if isinstance(at, str):
            return given_era(values, changes, self._named(at).title)
        return given_era(values, values)

    def _named(self, name: str) -> Era:
        """Return an era of this name, the model's own or a further one."""
        return {**self.further_eras, **self.eras}[self.era_key(name)]

    def with_eras(self, *eras: Era) -> Model:
        """Return the model with eras that stand in no file: such as :meth:`era` makes.

        Examples
        --------
        >>> from dilemma import matrix
        >>> game = matrix([["s", 0], [1, 1]], parameters={"s": [1, 9]})
        >>> list(game.with_eras(game.era(s=2), game.era(s=3)).eras)
        ['s = 2', 's = 3']
        """
        return self._of({**self.eras, **{era.name: era for era in eras}})

    def _of(self, eras: Mapping[str, Era]) -> Model:
        """Return the model with these eras and no other."""
        model = Model.__new__(Model)
        for key in self.__slots__:
            object.__setattr__(model, key, getattr(self, key))
        object.__setattr__(model, "eras", MappingProxyType(EraMap(eras, "era")))
        return model

    def _values_said(self, at: At | None) -> dict[str, Any]:
        """Return what an era, or a mapping, says of parameters."""
        if isinstance(at, str):
            return dict(self._named(at).values)
        if isinstance(at, Era):
            return dict(at.values)
        if at is None:
            return {}
        if not isinstance(at, Mapping):
            raise CalibrationError(
                f"{self.name}: {at!r} is no era: a name is wanted, or a value for each parameter"
            )
        return {str(name): value for name, value in at.items()}

    def _values(self, told: Mapping[str, Any]) -> dict[str, Value]:
        self._needs_all(told)
        return {name: given_value(row, told[name]) for name, row in self.parameters.items()}

    def _needs_all(self, told: Mapping[str, Any]) -> None:
        self.needs_parameters(told)
        missing = [name for name in self.parameters if name not in told]
        if missing:
            way = way_out(self.name, self.parameters[missing[0]], self.eras, told)
            more = ", …" if len(missing) > 6 else ""
            raise CalibrationError(f"no value for {', '.join(missing[:6])}{more}{way}")

    def needs_parameters(self, names: Iterable[str]) -> None:
        """See that the model has parameters of these names.

        Raises
        ------
        CalibrationError
            With the nearest name; or that there are none.
        """
        for name in names:
            if name not in self.parameters:
                hint = nearest(str(name), self.parameters) or f"{self.name} has no parameters"
                if name in self.eras:
                    hint = f"it is an era; several stand in a list, as in {list(self.eras)}"
                where = f" in {self.name}" if self.parameters else ""
                raise CalibrationError(f"no parameter {name!r}{where}: {hint}")

    def needs_any_parameter(self, does: str) -> None:
        """See that the model has parameters, of which one ``does`` what is asked about.

        Raises
        ------
        CalibrationError
            If it has none.
        """
        if not self.parameters:
            raise CalibrationError(f"{self.name} has no parameters: nothing {does}")

    def era_key(self, name: str) -> str:
        """Return the key of the era that is called so, by its key or its title.

        Raises
        ------
        CalibrationError
            With the nearest name, or with what to say instead.

        Examples
        --------
        >>> from dilemma.library import load
        >>> load("abandonment").era_key("Cold War")
        'cold_war'
        """
        key = era_called(name, titles := self._titles())
        if key is not None:
            return key
        hint = nearest_era(name, titles)
        if not hint:
            way = f"give values instead, such as {{{next(iter(self.parameters), '')!r}: ...}}"
            way = way if self.parameters else "leave it out, the game is played as it is"
            hint = f"{self.name} has no eras; {way}"
        raise CalibrationError(f"no era {name!r} in {self.name}: {hint}")

    def _titles(self) -> dict[str, str]:
        return {key: era.title for key, era in {**self.eras, **self.further_eras}.items()}

    def values(self, calibration: At | None = None) -> dict[sp.Symbol, sp.Expr]:
        """Return every parameter and definition, evaluated exactly at a calibration.

        Raises
        ------
        CalibrationError
            As :meth:`calibration`, or if a definition has no value there.
        """
        at = self.calibration(calibration)
        found = {self.parameters[name].symbol: number for name, number in at.items()}
        for name, definition in self.definitions.items():
            try:
                value = put_in(definition.formula, found)
            except TooLargeError as error:
                raise error.of(f"definitions.{name}", at) from None
            except (TypeError, ValueError):  # sympy compares no complex numbers
                value = sp.I
            if value.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
                raise CalibrationError(f"the definition of {name} divides by zero there")
            if value.is_real is False:
                raise CalibrationError(f"the definition of {name} is not a real number there")
            found[definition.symbol] = value
        check_sizes(_climbing(self), found, at)
        return found

    def expand(self, expression: sp.Basic) -> sp.Basic:
        """Put definitions back to what they stand for, down to parameters."""
        for definition in reversed(list(self.definitions.values())):
            expression = expression.xreplace({definition.symbol: definition.formula})
        return expression

    def expand_play(
        self, expression: sp.Basic, only: Collection[sp.Symbol] | None = None
    ) -> sp.Basic:
        """Put back only those definitions that hang on what is chosen, or on some of it."""
        for name, definition in reversed(list(self.definitions.items())):
            if name not in self.outcomes:
                continue
            if only is None or self.expand(definition.symbol).free_symbols & set(only):
                expression = expression.xreplace({definition.symbol: definition.formula})
        return expression

    # --- names of one release ago: each answers with a warning ----------------------------------

    FORMER = frozenset({"choices", "needs_actions", "profiles", "tree"})

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """Of ``game``, by its old name."""
        return self._once("profiles", "game.profiles", self.game.profiles)

    @property
    def tree(self) -> Game | None:
        """The game if it is a tree, else None; by its old name."""
        return self._once("tree", "game", self.game if Can.MOVES in self.game.can else None)

    @property
    def choices(self) -> Game | None:
        """The game if numbers are chosen in it, else None; by its old name."""
        return self._once("choices", "game", self.game if Can.SLOPES in self.game.can else None)

    def needs_actions(self, what: str) -> None:
        """See that players choose among actions, by its old name."""
        self._once("needs_actions", "needs(Can.ACTIONS, ...)", None)
        self.needs(Can.ACTIONS, what)

    def _once(self, old: str, new: str, value: T) -> T:
        warnings.warn(
            f"Model.{old} is now Model.{new}, and will be gone in the next release",
            DeprecationWarning,
            stacklevel=3,
        )
        return value

    # --- what a question needs ------------------------------------------------------------------

    def needs(self, what: Can, question: str) -> None:
        """See that the game can what a question needs (``dilemma.games.kind.Can``).

        Raises
        ------
        UnsupportedError
            If it cannot: says what it is, and which questions answer about it.

        Examples
        --------
        >>> from dilemma.library import load
        >>> load("burden").needs(Can.TABLE, "selection among equilibria")
        Traceback (most recent call last):
        ...
        dilemma.errors.UnsupportedError: burden: selection among equilibria is for simultaneous games with actions; here numbers are chosen (see solve, compare, statics, attribute, dynamics, prove; in Python trace, too)
        """
        try:
            self.game.needs(what, question)
        except UnsupportedError as error:
            raise UnsupportedError(f"{self.name}: {error}") from None

    def replace(self, **sections: Any) -> Model:
        """Return a model that differs in some sections.

        A mapping is merged into what stands there, key by key and at every depth; None takes a key
        away; anything else takes the place of what stood there (RFC 7396, JSON Merge Patch).  An
        era may be said shortly, as in :meth:`era`; the model then says that nobody stands for it.

        Examples
        --------
        >>> from dilemma import matrix
        >>> game = matrix([["a", 0], [0, 1]], title="A game")
        >>> other = game.replace(parameters={"a": {"range": [0, 1]}}, title="Another")
        >>> other.title, str(other.parameters["a"].range)
        ('Another', '[0, 1]')
        >>> now = other.replace(eras={"now": {"a": 0.3}}).eras["now"].values["a"]
        >>> str(now.range), now.grade, now.source
        ('[0.3, 0.3]', 'assumed', 'given on the spot: no source')
        """
        name = sections.pop("name", self.name)
        return Model.from_document(merged(self.document, plain(sections)), name)

    @property
    def game_alone(self) -> Model:
        """The model without eras, claims and questions, whose symbolic solution is that of all variants."""
        return _game_alone(self)

    def variant(self, name: str) -> Model:
        """Return the model in which only the parameters of one of its ``calibrations`` move.

        Every other parameter is one draw for all eras, from the interval that it has in the first:
        what if only these had changed since?

        Raises
        ------
        CalibrationError
            If the model has no calibrations of that name.

        Examples
        --------
        >>> from dilemma.library import load
        >>> core = load("cork").variant("core")
        >>> [name for name, value in core.eras["post_cold_war"].values.items() if not value.common]
        ['s', 'D']
        """
        if name not in self.variants:
            hint = nearest(name, self.variants) or f"{self.name} has none"
            raise CalibrationError(f"no calibrations {name!r}: {hint}")
        content = varied(self.document, name, self.variants[name].moves)
        if content == self.document:
            return self
        return Model.from_document(content, f"{self.name}[{name}]")

    def about(self, claim: Claim) -> Model:
        """Return the model with the eras that a claim speaks of: in a variant, or further ones."""
        model = self.variant(claim.calibrations) if claim.calibrations else self
        eras = spoken_of(claim, model.eras, model.further_eras, model.parameters)
        return model._of(eras) if eras else model  # noqa: SLF001 - its own

    def to_toml(self) -> str:
        """Write the model as a model file: what reads it back is an equal model."""
        return toml(self.document)

    def claim(self, name: str) -> Claim:
        """Return a claim by its name or its label."""
        for claim in self.claims.values():
            if name in (claim.name, claim.label):
                return claim
        hint = nearest(name, self.claims) or f"{self.name} makes no claims"
        raise CalibrationError(f"no claim {name!r}: {hint}")

    def make_claim(
        self,
        holds: str | sp.Basic | None = None,
        *,
        exists: str | sp.Basic | None = None,
        possible: str | sp.Basic | None = None,
        **fields: Any,
    ) -> Claim:
        """Read a claim written on the fly.

        Parameters
        ----------
        holds, exists, possible : str or sympy Boolean
            What is claimed: at every calibration in every equilibrium, at every calibration in
            some equilibrium, or at some calibration in some equilibrium.
        **fields
            ``name`` and the other keys that a claim has in a model file.  Left out, ``says`` is the
            formula, and ``over`` the eras that the formula puts in front of names: one, or a pair.
            Where it puts none: each era, or everything where there are no eras.

        Examples
        --------
        >>> from dilemma.library import load
        >>> model = load("cork")
        >>> model.make_claim("post_cold_war.K > cold_war.K").over, model.make_claim("K > s").over
        ('pair', 'each')
        >>> model.make_claim(possible="post_cold_war.K > 1").mode
        'possible'
        """
        setting = Setting(
            game=self.game,
            players=self.players,
            parameters=self.parameters,
            definitions=[n for n in self.definitions if n not in self.outcomes],
            outcomes=self.outcomes,
            eras=self.eras,
            further=[name for name in self.further_eras if name not in self.eras],
            common=self.document.get("common", {}),
            claims=self.claims,
            standing=standing(self.definitions, self.game),
            variants=self.variants,
        )
        name, over = fields.pop("name", "claim"), fields.get("over")
        over = era_called(str(over), self._titles()) or over
        formulas = {"holds": holds, "exists": exists, "possible": possible}
        told = {key: plain(formula) for key, formula in formulas.items() if formula is not None}
        says = next(iter(told.values()), "")
        own = plain({**fields, "over": over} if over else fields)
        return build_claim(setting, name, {"says": says, **told, **own})


@lru_cache(maxsize=256)
def _game_alone(model: Model) -> Model:
    alone = without_eras(model.document, model.name)
    return model if alone is None else Model.from_document(*alone)


@lru_cache(maxsize=64)
def _climbing(model: Model) -> tuple[tuple[str, sp.Basic], ...]:
    return climbing(model.payoffs, model.outcomes, tuple(model.game.formulas()))


def _restored(
    document: Mapping[str, Any], name: str, path: Path | None, eras: Mapping[str, Era]
) -> Model:
    """Return a model as it was pickled, with the eras that it had."""
    return Model.from_document(document, name, path)._of(eras)  # noqa: SLF001 - its own
