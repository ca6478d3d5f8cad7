"""The public face of a model: one frozen object, however it was made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import sympy as sp

from dilemma.errors import CalibrationError, UnsupportedError, nearest
from dilemma.games.numbers.choice import Choices
from dilemma.games.tree.nodes import Tree
from dilemma.output.cleaning import line
from dilemma.output.result import Best, Table
from dilemma.output.tables import fragment
from dilemma.reading.document import Parts, build, build_claim
from dilemma.reading.eras import given_era, given_value, varied, with_whole_eras
from dilemma.reading.references import Setting, standing
from dilemma.reading.writing import bimatrix, plain, toml
from dilemma.theory.evaluate import TooLargeError, climbs, put_in
from dilemma.theory.parts import (
    Claim,
    Definition,
    Dynamics,
    Era,
    Interval,
    Outcome,
    Parameter,
    Player,
    Profile,
    Question,
    Value,
    Variant,
    decimal,
)

__all__ = ["At", "Model", "matrix", "payoff_matrix"]

Number: TypeAlias = int | float | str | Decimal | sp.Expr
Calibration: TypeAlias = Mapping[str, Any]
At: TypeAlias = str | Era | Calibration

MOST_CELLS = 400  # of a table that is shown whole


class Model:
    """A game stated once: players, parameters, payoffs, eras and claims.

    A model is what a model file says, and is checked in the same way however it was made.  Each
    argument takes what the file's section of that name takes, as plain Python; a sympy expression
    may stand wherever a formula may, and a tuple of actions for the key of a profile.

    Parameters
    ----------
    name : str
        What the model is called: the stem of its file.
    title, kind, source, reads : str
        Its title, its kind of game (``"matrix"``, ``"tree"``, ``"continuous"`` or
        ``"sequential"``), its sources, and the story it tells.
    players, parameters, definitions, types, tree, payoffs, outcomes, groups, common, eras, calibrations, claims, questions
        The sections of a model file, as mappings.
    constraints, regimes, bargain, dynamics, ties
        And those of games in which numbers are chosen.

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
    profiles : tuple of profiles
        All of them, the last player's action changing fastest.  In a tree: its ends, each the
        actions that led there; ``payoffs`` has them as keys.  Where numbers are chosen: the
        empty profile alone.
    tree : Tree or None
        Who moves when, where ``kind`` is ``"tree"``.
    choices : Choices or None
        What is chosen where ``kind`` is ``"continuous"`` or ``"sequential"``.
    dynamics : mapping of str to Dynamics
    outcomes : mapping of str to Outcome
    groups : mapping of str to tuple of str
    eras : mapping of str to Era
        Each with a value for every parameter; those in common are marked.
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
        "choices", "claims", "definitions", "document", "dynamics", "eras", "groups", "kind",
        "name", "outcomes", "parameters", "path", "payoffs", "players", "profiles", "questions",
        "reads", "source", "title", "tree", "variants",
    )  # fmt: skip

    name: str
    title: str
    kind: str
    source: str
    reads: str
    path: Path | None
    document: Mapping[str, Any]
    players: Mapping[str, Player]
    parameters: Mapping[str, Parameter]
    definitions: Mapping[str, Definition]
    payoffs: Mapping[Profile, Mapping[str, sp.Expr]]
    profiles: tuple[Profile, ...]
    outcomes: Mapping[str, Outcome]
    groups: Mapping[str, tuple[str, ...]]
    eras: Mapping[str, Era]
    variants: Mapping[str, Variant]
    claims: Mapping[str, Claim]
    questions: Mapping[str, Question]
    dynamics: Mapping[str, Dynamics]
    tree: Tree | None
    choices: Choices | None

    def __init__(
        self,
        *,
        name: str,
        title: str,
        players: Mapping[str, Any],
        payoffs: Mapping[Any, Any],
        kind: str = "matrix",
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
        types: Mapping[str, Any] | None = None,
        tree: Mapping[Any, Any] | None = None,
        constraints: Mapping[str, Any] | None = None,
        regimes: Mapping[str, Any] | None = None,
        bargain: Mapping[str, Any] | None = None,
        dynamics: Mapping[str, Any] | None = None,
        ties: str | None = None,
    ) -> None:
        sections = {
            "title": title,
            "kind": kind,
            "source": source,
            "reads": reads,
            "ties": ties,
            "players": players,
            "parameters": parameters,
            "definitions": definitions,
            "types": types,
            "tree": tree,
            "constraints": constraints,
            "regimes": regimes,
            "payoffs": payoffs,
            "bargain": bargain,
            "outcomes": outcomes,
            "groups": groups,
            "common": common,
            "eras": eras,
            "calibrations": calibrations,
            "claims": claims,
            "dynamics": dynamics,
            "questions": questions,
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
            give(self, key, MappingProxyType(value) if isinstance(value, dict) else value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a model is frozen: model.replace({name}=...) makes another")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a model is frozen: {name} stays")

    def __reduce__(self) -> tuple[object, ...]:
        given = tuple(era for era in self.eras.values() if era.given)
        return _restored, (dict(self.document), self.name, self.path, given)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model):
            return NotImplemented
        same = self.name == other.name and self.document == other.document
        return same and dict(self.eras) == dict(other.eras)

    def __hash__(self) -> int:
        return hash((self.name, self.title))

    def __repr__(self) -> str:
        counted = ", ".join(
            f"{len(many)} {word}{'' if len(many) == 1 else 's'}"
            for word, many in (
                ("parameter", self.parameters),
                ("era", self.eras),
                ("claim", self.claims),
            )
        )
        return f"<Model {self.name!r}: {line(self.title)} ({', '.join(self.players)}; {counted})>"

    def _repr_html_(self) -> str | None:
        """Show a notebook who gets what, where two players choose a row and a column."""
        matrix = payoff_matrix(self)
        return fragment([matrix]) if matrix is not None else None

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
        values = self._values(self._told(at) | changes)
        return {name: value.central for name, value in values.items()}

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
        >>> game = matrix([["s", 0], [1, 1]], parameters={"s": [1, 9]})
        >>> game.era(s=2).title, game.era({"s": [2, 4]}).title
        ('s = 2', 's = 3 in [2, 4]')
        >>> from dilemma.library import load
        >>> load("abandonment").era("cold_war", m_J="1/10").title
        'Cold War with m_J = 0.1'
        """
        if at is None and self.eras and not changes:
            raise CalibrationError(f"{self.name}: at which era? there are: {', '.join(self.eras)}")
        told = self._told(at)
        if isinstance(at, str) and not changes:
            return self.eras[at]
        values = self._values(told | changes)
        if isinstance(at, Era):
            return given_era(values, changes, at.title) if changes else at
        if isinstance(at, str):
            return given_era(values, changes, self.eras[at].title)
        return given_era(values, values)

    def with_eras(self, *eras: Era) -> Model:
        """Return the model with eras that stand in no file: such as :meth:`era` makes.

        Examples
        --------
        >>> game = matrix([["s", 0], [1, 1]], parameters={"s": [1, 9]})
        >>> list(game.with_eras(game.era(s=2), game.era(s=3)).eras)
        ['s = 2', 's = 3']
        """
        model = Model.__new__(Model)
        for key in self.__slots__:
            object.__setattr__(model, key, getattr(self, key))
        every = {**self.eras, **{era.name: era for era in eras}}
        object.__setattr__(model, "eras", MappingProxyType(every))
        return model

    def _told(self, at: At | None) -> dict[str, Any]:
        """Return what an era, or a mapping, says of parameters."""
        if isinstance(at, str):
            self.needs_era(at)
            return dict(self.eras[at].values)
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
        self.needs_parameters(told)
        missing = [name for name in self.parameters if name not in told]
        if missing:
            raise CalibrationError(f"no value for {', '.join(missing)}{self._way_out(missing)}")
        return {
            name: given_value(parameter, _plainly(told[name]))
            for name, parameter in self.parameters.items()
        }

    def _way_out(self, missing: Sequence[str]) -> str:
        """Say how values can be given."""
        if self.eras:
            return f"; eras: {', '.join(self.eras)}"
        name = missing[0]
        example = decimal(_within(self.parameters[name].range))
        return (
            f": {self.name} has no eras, so give each a value, such as {{{name!r}: {example}}} "
            f"(--at {name}={example}); {name} may lie in {self.parameters[name].range}"
        )

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

    def needs_era(self, name: str) -> None:
        """See that the model has an era of this name.

        Raises
        ------
        CalibrationError
            With the nearest name, or with what to say instead.
        """
        if name in self.eras:
            return
        hint = nearest(name, self.eras)
        if not hint:
            way = f"give values instead, such as {{{next(iter(self.parameters), '')!r}: ...}}"
            way = way if self.parameters else "leave it out, the game is played as it is"
            hint = f"{self.name} has no eras; {way}"
        raise CalibrationError(f"no era {name!r} in {self.name}: {hint}")

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
                raise _too_large(error, f"definitions.{name}", at) from None
            except (TypeError, ValueError):  # sympy compares no complex numbers
                value = sp.I
            if value.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
                raise CalibrationError(f"the definition of {name} divides by zero there")
            if value.is_real is False:
                raise CalibrationError(f"the definition of {name} is not a real number there")
            found[definition.symbol] = value
        for where, formula in _climbing(self):  # before anybody works them out
            try:
                put_in(formula, found)
            except TooLargeError as error:
                raise _too_large(error, where, at) from None
            except (TypeError, ValueError):  # it has no value, which is told where it is asked for
                continue
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

    def needs_actions(self, what: str) -> None:
        """See that players choose among actions, which ``what`` is about.

        Raises
        ------
        UnsupportedError
            Where they choose numbers.
        """
        if self.choices is not None:
            raise UnsupportedError(
                f"{self.name}: {what} is for games with actions; here numbers are chosen (see "
                "solve, compare, statics, attribute, dynamics, prove; in Python trace, too)"
            )

    def replace(self, **sections: Any) -> Model:
        """Return a model that differs in some sections.

        A mapping is merged into what stands there, key by key and at every depth; None takes a key
        away; anything else takes the place of what stood there (RFC 7396, JSON Merge Patch).  An
        era may be said shortly, as in :meth:`era`; the model then says that nobody stands for it.

        Examples
        --------
        >>> game = matrix([["a", 0], [0, 1]], title="A game")
        >>> other = game.replace(parameters={"a": {"range": [0, 1]}}, title="Another")
        >>> other.title, str(other.parameters["a"].range)
        ('Another', '[0, 1]')
        >>> now = other.replace(eras={"now": {"a": 0.3}}).eras["now"].values["a"]
        >>> str(now.range), now.grade, now.source
        ('[0.3, 0.3]', 'assumed', 'given on the spot: no source')
        """
        name = sections.pop("name", self.name)
        return Model.from_document(_merged(self.document, plain(sections)), name)

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
            kind=self.kind,
            players=self.players,
            parameters=self.parameters,
            definitions=[n for n in self.definitions if n not in self.outcomes],
            outcomes=self.outcomes,
            eras=self.eras,
            common=self.document.get("common", {}),
            claims=self.claims,
            choices=self.choices,
            standing=standing(self.definitions, self.choices),
            variants=self.variants,
        )
        name = fields.pop("name", "claim")
        formulas = {"holds": holds, "exists": exists, "possible": possible}
        told = {key: plain(formula) for key, formula in formulas.items() if formula is not None}
        says = next(iter(told.values()), "")
        return build_claim(setting, name, {"says": says, **told, **plain(fields)})


def matrix(
    row_payoffs: Any,
    column_payoffs: Any = None,
    *,
    players: Sequence[str] = ("row", "column"),
    actions: Sequence[Sequence[str]] | None = None,
    name: str = "game",
    title: str = "",
    parameters: Mapping[str, Any] | None = None,
    cooperates: str | Sequence[str] | None = None,
) -> Model:
    """Make a two-player game from its payoff matrices.

    Parameters
    ----------
    row_payoffs, column_payoffs : array of shape (n, m)
        What each player is paid where the first takes action ``i`` and the second action ``j``:
        a numpy array, a sympy matrix, or a list of rows of numbers, formulas and sympy
        expressions.  Without ``column_payoffs`` the game is zero-sum.
    players : two names
    actions : two lists of names, optional
        By default ``row_1``, ``row_2``, … and ``column_1``, ….
    name, title : str
    parameters : mapping, optional
        What is known of a free symbol: its range, or any keys that a parameter has in a model
        file.  Of itself it may be any number.
    cooperates : str or two names, optional
        The action that counts as cooperation: one name for both players, or one each.

    Returns
    -------
    Model

    Examples
    --------
    >>> b, c = sp.symbols("b c")
    >>> game = matrix(
    ...     [[b - c, -c], [b, 0]],
    ...     [[b - c, b], [-c, 0]],
    ...     actions=[["help", "shirk"]] * 2,
    ...     parameters={"c": [0, 1]},
    ... )
    >>> game.payoffs["help", "shirk"]["column"], str(game.parameters["c"].range)
    (b, '[0, 1]')
    """
    document = bimatrix(row_payoffs, column_payoffs, players, actions, cooperates)
    for parameter, more in plain(parameters or {}).items():
        known = more if isinstance(more, Mapping) else {"range": more}
        before = document["parameters"].get(parameter, {"unit": "1", "means": ""})
        document["parameters"][parameter] = {**before, **known}
    return Model(name=name, title=title or name, **document)


def _too_large(error: TooLargeError, where: str, at: Mapping[str, sp.Rational]) -> CalibrationError:
    """Say which formula grows too large, and at which calibration."""
    told = ", ".join(f"{name} = {value}" for name, value in at.items())
    return CalibrationError(f"{where} is {error} at {told}; give its parameters other values")


@lru_cache(maxsize=64)
def _climbing(model: Model) -> tuple[tuple[str, sp.Basic], ...]:
    """Return those formulas, besides definitions, whose values may be of any size."""
    every: list[tuple[str, Any]] = []
    for profile, cell in model.payoffs.items():
        at = f".({', '.join(profile)})" if profile else ""
        every += [(f"payoffs{at}.{player}", payoff) for player, payoff in cell.items()]
    for name, outcome in model.outcomes.items():
        every += [(f"outcomes.{name}", formula) for formula in outcome.profiles.values()]
        every.append((f"outcomes.{name}", outcome.formula))
    if model.tree is not None:
        for history, node in model.tree.nodes.items():
            at = f"tree.({', '.join(history)})"
            every += [(f"{at}.{action}", chance) for action, chance in node.chances.items()]
        for name, kind in model.tree.types.items():
            every += [(f"types.{name}", kind.low), (f"types.{name}", kind.high)]
    if model.choices is not None:
        for choice in model.choices.choices.values():
            at = f"players.{choice.player}.choices.{choice.name}.range"
            every += [(at, choice.low), (at, choice.high)]
        for name, constraint in model.choices.constraints.items():
            every.append((f"constraints.{name}", constraint.gap))
        bargain = model.choices.bargain
        if bargain is not None:
            every += [(f"bargain.gains.{p}", gain) for p, gain in bargain.gains.items()]
            every += [(f"bargain.power.{p}", power) for p, power in bargain.power.items()]
    return tuple((at, one) for at, one in every if isinstance(one, sp.Basic) and climbs(one))


def payoff_matrix(model: Model) -> Table | None:
    """Return who gets what as a table of rows and columns; None where the game is no such table.

    Where there are no parameters best replies are marked.

    Examples
    --------
    >>> print(payoff_matrix(matrix([["s", 0], [1, 1]], [["s", 1], [0, 1]])).rows[0])
    ('row_1', (Best(text='s', best=False), Best(text='s', best=False)), (Best(text='0', best=False), Best(text='1', best=False)))
    """
    if model.kind != "matrix" or len(model.players) != 2 or len(model.profiles) > MOST_CELLS:
        return None
    first, second = model.players.values()

    def best(player: Player, profile: Profile) -> bool:
        if model.parameters:
            return False
        place = 0 if player is first else 1
        others = [p for p in model.profiles if p[1 - place] == profile[1 - place]]
        paid = model.payoffs[profile][player.name]
        return all(bool(paid >= model.payoffs[p][player.name]) for p in others)

    def cell(profile: Profile) -> tuple[Best, ...]:
        paid = model.payoffs[profile]
        return tuple(Best(str(paid[p.name]), best(p, profile)) for p in (first, second))

    units = " and ".join(dict.fromkeys(filter(None, (first.unit, second.unit))))
    note = f"Payoffs ({first.title}, {second.title}){f', in {units}' if units else ''}"
    return Table(
        f"{model.title or model.name}: payoffs",
        (f"{first.title} \\ {second.title}", *second.actions),
        tuple((a, *(cell((a, b)) for b in second.actions)) for a in first.actions),
        (f"{note}.",),
    )


def _plainly(told: object) -> object:
    """Return lists and mappings with plain numbers in them; a number by itself stays what it is."""
    return plain(told) if isinstance(told, Mapping | list | tuple) else told


def _within(interval: Interval) -> sp.Rational:
    """Return a number with few digits from an interval, for an example."""
    low, high = interval.low, interval.high
    if low.is_finite and high.is_finite:
        return (low + high) / 2
    if low.is_finite or high.is_finite:
        return low + 1 if low.is_finite else high - 1
    return sp.Integer(1)


def _restored(
    document: Mapping[str, Any], name: str, path: Path | None, given: tuple[Era, ...]
) -> Model:
    """Return a model as it was pickled, with the eras that were given on the spot."""
    model = Model.from_document(document, name, path)
    return model.with_eras(*given) if given else model


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(old)
    for key, value in new.items():
        before = found.get(key)
        if value is None:
            found.pop(key, None)
        elif isinstance(value, Mapping):
            found[key] = _merged(before if isinstance(before, Mapping) else {}, value)
        else:
            found[key] = value
    return found
