"""Which eras a question is about, and its answers era by era."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from dilemma.budget import shared_seconds
from dilemma.errors import CalibrationError, UnknownKeyError
from dilemma.model import At, Model
from dilemma.output.frames import Frame
from dilemma.output.result import Shown, Table
from dilemma.reading.eras import ALLOWED, era_called, given_era, nearest_era, titled
from dilemma.theory.parts import Era, Value

__all__ = ["ByEra", "Eras", "at_each", "era_in", "eras_of", "one_era"]

Eras: TypeAlias = At | Sequence[At] | None
Answer = TypeVar("Answer", bound=Shown)


# --- answers --------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False, eq=False)
class ByEra(Shown, Mapping[str, Answer]):
    """Answers to one question, one for each era: a mapping from an era's key to its answer.

    It is shown, and written as LaTeX, one era after the other.

    Attributes
    ----------
    model : str
    titles : mapping of era to title
        By which an answer is found, too.
    answers : mapping of era to answer

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.solve("abandonment")
    >>> list(found), len(found["Cold War"])
    (['cold_war', 'post_cold_war'], 1)
    >>> {era: answer.names for era, answer in found.items()}["cold_war"]
    ('(strong, strong)',)
    """

    model: str
    titles: Mapping[str, str]
    answers: Mapping[str, Answer]

    def __getitem__(self, era: str) -> Answer:
        return self.answers[era_in(self.titles, era)]

    def __iter__(self) -> Iterator[str]:
        return iter(self.answers)

    def __len__(self) -> int:
        return len(self.answers)

    if TYPE_CHECKING:  # what one answer has may be asked of what may be one answer

        def __getattr__(self, name: str) -> Any: ...

    def _instead(self, name: str) -> str:
        """Say what there is instead of an attribute that somebody looked for."""
        if name in self.titles:
            return f"found[{name!r}] is that era's answer"
        for era, answer in self.answers.items():
            if hasattr(answer, name):
                return f"each era's answer has one, such as found[{era!r}].{name}"
            return f"there is an answer for each era; of found[{era!r}]: {answer._instead(name)}"  # noqa: SLF001 - its own
        return super()._instead(name)

    def tables(self) -> tuple[Table, ...]:
        """Return the tables of every era's answer, one after the other."""
        return tuple(table for answer in self.answers.values() for table in answer.tables())

    def _frame(self) -> Frame:
        """Return the rows of every era's answer, with the era before each."""
        frames = {era: answer._frame() for era, answer in self.answers.items()}  # noqa: SLF001 - its own
        rows = [{"era": era, **row} for era, frame in frames.items() for row in frame.rows]
        index = [frame.index for frame in frames.values() if frame.index is not None]
        labels = [label for _, some in index for label in some]
        return Frame(
            ("era", *next(iter(frames.values())).columns),
            rows,
            {"model": self.model, "eras": {era: dict(f.about) for era, f in frames.items()}},
            (index[0][0], labels) if index else None,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the answers as plain data, by era; exact numbers are text such as "11/16"."""
        answers = {era: answer.to_dict() for era, answer in self.answers.items()}
        return {"model": self.model, "eras": answers}


def era_in(titles: Mapping[str, str], era: object) -> str:
    """Return the key of the era that is meant, of those that an answer has.

    Raises
    ------
    UnknownKeyError
        If it has none of that name.

    Examples
    --------
    >>> era_in({"cold_war": "Cold War"}, "cold war")
    'cold_war'
    """
    if isinstance(era, Era):
        era = era.name
    if not isinstance(era, str):
        raise UnknownKeyError(f"{era!r} is no era: {', '.join(map(repr, titles))} are answered")
    key = era_called(era, titles)
    if key is None:
        raise UnknownKeyError(f"no era {era!r} among these: {nearest_era(era, titles)}")
    return key


def at_each(
    model: Model,
    asked: Eras,
    ask: Callable[[Model, At | None, float | None], Answer],
    *,
    changes: Collection[str] = (),
    moving: Collection[str] = (),
    seconds: float | None = None,
) -> Answer | ByEra[Answer]:
    """Ask at one era, or at each of several.

    Parameters
    ----------
    asked : str, Era, mapping, a sequence of these, or None
        One era is answered by itself, several are answered together; None stands for all that the
        model has, if it has any and ``changes`` do not say everything.
    ask : callable
        Asks of a model at one era within so many seconds.
    changes : collection of str
        Parameters that take another value.
    moving : collection of str
        As :func:`eras_of` has them.
    seconds : float, optional
        Budget for it all: each era has its share of what is left.
    """
    asked = _values(asked)
    whole = bool(changes) and not set(model.parameters) - set(changes)
    if isinstance(asked, str | Era | Mapping) or (asked is None and (whole or not model.eras)):
        return ask(model, asked, seconds)
    model, names = eras_of(model, asked, moving=moving)
    answers = {}
    for name, share in zip(names, shared_seconds(seconds, len(names)), strict=True):
        answers[name] = ask(model, name, share)
    return ByEra(model.name, {name: model.era(name).title for name in names}, answers)


# --- eras asked about -----------------------------------------------------------------------------------------


def eras_of(
    model: Model, asked: Eras, *, moving: Collection[str] = (), ranges: bool = False
) -> tuple[Model, tuple[str, ...]]:
    """Return the eras that are asked about, and the model with those that are given on the spot.

    Parameters
    ----------
    model : Model
    asked : str, Era, mapping, a sequence of these, or None
        Names; eras that :meth:`Model.era` has made, or what it makes them of.  None: all that the
        model has.  Where it has none a game without parameters stands for itself.
    moving : collection of str
        Parameters that move anyway: what is given on the spot may leave them out.
    ranges : bool
        Whether the question is about a box, so that whatever is left out may be anywhere in its
        declared range, if that is bounded.

    Raises
    ------
    CalibrationError
        For an unknown name, a missing or an impossible value.

    Examples
    --------
    >>> from dilemma import matrix
    >>> game = matrix([["s", 0], [1, 1]], parameters={"s": [1, 9]})
    >>> eras_of(game, [{"s": 2}, {"s": [3, 5]}])[1], eras_of(game, None, ranges=True)[1]
    (('s = 2', 's = 4 in [3, 5]'), ('the declared ranges',))
    >>> eras_of(matrix([[1, 0], [0, 1]]), None)[1]
    ('the game itself',)
    """
    if asked is None and model.eras:
        return model, tuple(model.eras)
    wanted: Sequence[At] = [{}]
    asked = _values(asked)
    if asked is not None:
        several = isinstance(asked, Iterable) and not isinstance(asked, str | Era | Mapping)
        wanted = list(asked) if several else [asked]  # type: ignore[list-item, arg-type] # told apart
    if not wanted:
        raise CalibrationError(f"{model.name}: at least one era is wanted, and none was given")
    names = []
    for one in map(_values, wanted):
        if isinstance(one, str):
            key = model.era_key(one)
            model = model if key in model.eras else model.with_eras(model.era(key))
            names.append(key)
        else:
            model, name = _with(model, _made(model, one, moving, ranges=ranges))
            names.append(name)
    return model, tuple(names)


def one_era(
    model: Model, asked: At | None, *, moving: Collection[str] = (), ranges: bool = False
) -> tuple[Model, str]:
    """Return the one era that is asked about, as :func:`eras_of` does.

    Raises
    ------
    CalibrationError
        As :func:`eras_of`, and where it is not said which of several.
    """
    model, names = eras_of(model, asked, moving=moving, ranges=ranges)
    if len(names) > 1:
        told = titled({name: model.eras[name] for name in names})
        raise CalibrationError(f"{model.name}: at which era? there are: {told}")
    return model, names[0]


def _values(asked: Any) -> Any:
    """Return a series of pandas as what it is: a value for each name."""
    is_series = type(asked).__name__ == "Series" and hasattr(asked, "to_dict")
    return asked.to_dict() if is_series else asked


def _made(model: Model, told: object, moving: Collection[str], *, ranges: bool) -> Era:
    """Return an era that is given on the spot, the rest of it from the declared ranges."""
    if not isinstance(told, Mapping):
        return model.era(told)  # type: ignore[arg-type] # refused there if it is none
    free = [name for name in model.parameters if name not in told and (ranges or name in moving)]
    filled = dict(_declared(model, free))
    era = model.era({**told, **filled})
    if not filled:
        return era
    spelt = [name for name in model.parameters if name in told]
    title = given_era(era.values, spelt).title if spelt else "no other parameters"
    if ranges:
        title = f"{title}, else the declared ranges" if spelt else "the declared ranges"
    return Era(title, title, None, era.values, given=True)


def _declared(model: Model, names: Collection[str]) -> Iterator[tuple[str, Value]]:
    for name in names:
        allowed = model.parameters[name].range
        if allowed.low.is_finite and allowed.high.is_finite:
            yield name, Value(allowed.some, allowed, "declared", ALLOWED)


def _with(model: Model, era: Era) -> tuple[Model, str]:
    """Return the model with an era of which no other has the name."""
    name, number = era.name, 1
    while name in model.eras and model.eras[name].values != era.values:
        number += 1
        name = f"{era.name} ({number})"
    if name in model.eras:
        return model, name
    title = era.title if name == era.name else name
    return model.with_eras(Era(name, title, era.years, era.values, era.given)), name
