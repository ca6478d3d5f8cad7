"""A lesson on one model: the class predicts first, then sees; at a terminal, or as plain data."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from itertools import product
from typing import Any

from dilemma.by_era import Eras
from dilemma.cli.arguments import say
from dilemma.errors import UnsupportedError
from dilemma.games.kind import Can
from dilemma.model import Model
from dilemma.output.cleaning import line, visible
from dilemma.output.result import Best, Table, number
from dilemma.output.screen import renderables
from dilemma.study.along import along
from dilemma.study.asking import EraSummary
from dilemma.study.compare import compare
from dilemma.theory.parts import Profile

__all__ = ["Conversation", "Script", "Stop", "demo"]

NONE = "none"
MOST = 9  # profiles that are all offered by name; of more some are

Ask = Callable[[str], str]
Show = Callable[[Table | str], None]


class Stop(Exception):  # noqa: N818 -- a wish, not an error
    """The class has had enough, or its input has ended; then that is what it says."""


class Conversation:
    """A lesson at a terminal: guesses are read from standard input."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console()
        self._interactive = sys.stdin.isatty()

    def ask(self, question: str) -> str:
        """Put a question and return the guess.

        Raises
        ------
        Stop
            If who is asked wishes so, or nothing is left to be read.
        """
        self._console.print(
            f"? {line(question)}", style="bold", markup=False, highlight=False, emoji=False
        )
        try:
            answer = input("> ")
        except KeyboardInterrupt:
            raise Stop from None
        except EOFError:
            raise Stop("The input ended: ") from None
        if not self._interactive:
            say(answer)
        if answer.strip().lower() in ("q", "quit", "exit"):
            raise Stop
        return answer

    def show(self, what: Table | str) -> None:
        """Print a table or a line of text."""
        if isinstance(what, Table):
            self._console.print(*renderables([what]))
        else:
            self._console.print(visible(what), markup=False, highlight=False, emoji=False)


class Script:
    """A lesson as plain data, in ``lines``: what is asked and shown, in order, nobody guessing."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def ask(self, question: str) -> str:
        """Note a question."""
        self.lines.append({"asks": question})
        return ""

    def show(self, what: Table | str) -> None:
        """Note a table or a line of text."""
        self.lines.append({"says": what} if isinstance(what, str) else {"shows": asdict(what)})


def demo(
    model: Model, eras: Eras = None, *, ask: Ask, show: Show, draws: int = 2_000, seed: int = 0
) -> None:
    """Lead through a model's eras: a question, a guess, the answer.

    Parameters
    ----------
    model : Model
        Two players in a matrix.
    eras : str, Era, mapping, or a sequence of these, optional
        Which eras; values on the spot are one too, and a game without parameters is its own.
    ask : callable
        Puts a question and returns the guess ("" to see the answer at once).  What is none of the
        answers that are offered is asked about again.  May raise :class:`Stop`.
    show : callable
        Shows a table or a line of text.
    """
    model.needs(Can.TABLE, "a demo for a class")
    if Can.MOVES in model.game.can or len(model.players) != 2:
        raise UnsupportedError(f"{model.name} is no two-player matrix game: those can be played")
    found = compare(model, eras, draws=draws, seed=seed)  # before a word: it may be refused
    paths = [along(model, q.era, q.moves, shows=q.shows) for q in model.questions.values()]
    show(
        "\n\n".join(filter(None, (model.title or model.name, " ".join(model.reads.split())))) + "\n"
    )
    show("Guess, then press Enter; Enter alone shows the answer; q ends.\n")
    score, why = _Score(), ""
    try:
        for position, era in enumerate(found.eras):
            _one_era(found.model, era, ask, show, score, first=position == 0)
        for sentence in found.changed:
            show(sentence)
        show("")
        for question, path in zip(model.questions.values(), paths, strict=True):
            _guessed(question.asks, "Enter shows the answer", (), ask, show)
            for table in path.tables():
                show(table)
    except Stop as wish:
        show("")
        why = str(wish)
    guesses = (
        f"{score.right} of {score.asked} guesses were right." if score.asked else "no guesses."
    )
    show(f"{why}{guesses}" if why else guesses.capitalize())


def _guessed(question: str, offer: str, answers: Sequence[str], ask: Ask, show: Show) -> list[str]:
    """Ask until what is answered is offered; none is to see the answer at once.

    Several answers are parted by ";".  Case and spaces do not matter.
    """
    known = {**{_tidy(answer): answer for answer in answers}, **{a: a for a in answers}}
    while True:
        guess = ask(f"{question} ({offer})")
        parts = [part.strip() for part in guess.split(";") if part.strip()]
        meant = [known.get(part) or known.get(_tidy(part)) for part in parts]
        if None not in meant:
            return [answer for answer in meant if answer]
        show(f"{parts[meant.index(None)]!r} is none of the answers: {offer}.")


class _Score:
    """How the class did so far."""

    def __init__(self) -> None:
        self.asked = 0
        self.right = 0

    def judge(self, guess: Sequence[str], right: bool) -> str:
        if not guess:
            return ""
        self.asked += 1
        self.right += right
        return "Right. " if right else "No. "


def _one_era(
    model: Model, era: EraSummary, ask: Ask, show: Show, score: _Score, *, first: bool
) -> None:
    show(_matrix(model, era, marked=False))
    if first:
        for question, offered, answer, why in _replies(model, era):
            guess = _guessed(question, "/".join(offered), offered, ask, show)
            right = bool(guess) and set(guess) <= set(answer)
            show(f"{score.judge(guess, right)}{' or '.join(answer)}: {why}\n")
        show(_matrix(model, era, marked=True))
    profiles = [", ".join(profile) for profile in era.payoffs]
    told = model.eras[era.name]
    where = f"at {told.title}" if told.given and told.values else f"in the {told.title}"
    where = where if told.values else "in it"
    few = profiles if len(profiles) <= MOST else ["such as " + profiles[0], profiles[-1]]
    offer = f"{'; '.join(few)}; or {NONE}"
    asked = f"Which profiles are equilibria {where}?"
    guess = _guessed(asked, offer, (*profiles, NONE), ask, show)
    pure = {e.branch for e in era.equilibria if e.pure}
    right = set(guess) == (pure or {NONE})
    show(f"{score.judge(guess, right)}Equilibria: {'; '.join(map(str, era.equilibria))}.")
    if not first:
        show(_matrix(model, era, marked=True))
    if era.kinds:
        titles = (f"{model.players[p].title} is in {_a(k)}" for p, k in era.kinds.items())
        show("; ".join(titles) + ".")
    if all(value.range.low == value.range.high for value in told.values.values()):
        show("")
        return
    shares = sorted(era.frequencies.sets.items(), key=lambda item: -item[1])[:3]
    often = ", ".join(f"{' and '.join(f'({n})' for n in s)} {100 * x:.0f} %" for s, x in shares)
    show(f"Over the era's box, of {era.frequencies.draws:,} draws: {often}.\n")


def _a(kind: str) -> str:
    return kind if kind in ("harmony", "chicken", "deadlock") else f"a {kind}"


def _tidy(profile: str) -> str:
    return ", ".join(" ".join(part.split()) for part in profile.strip(" ()").split(",")).casefold()


def _replies(
    model: Model, era: EraSummary
) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...], str]]:
    """Yield, for each action of the partner, a question, its answers, the best replies, and why."""
    names = list(model.players)
    for position, player in enumerate(model.players.values()):
        partner = model.players[names[1 - position]]
        for action in partner.actions:
            cells: dict[str, Profile] = {
                own: (own, action) if position == 0 else (action, own) for own in player.actions
            }
            best = tuple(a for a, cell in cells.items() if cell in era.best[player.name])
            why = ", ".join(
                f"{a} pays {number(era.payoffs[cell][player.name])}" for a, cell in cells.items()
            )
            asked = (
                f"{era.title}: if {partner.title} plays {action}, what is best for {player.title}?"
            )
            yield asked, tuple(player.actions), best, why


def _matrix(model: Model, era: EraSummary, *, marked: bool) -> Table:
    row, column = model.players.values()
    cells = {
        (a, b): tuple(
            Best(number(era.payoffs[a, b][p]), marked and (a, b) in era.best[p])
            for p in model.players
        )
        for a, b in product(row.actions, column.actions)
    }
    note = f"Payoffs ({row.title}, {column.title}), in {row.unit or 'no unit'}"
    return Table(
        f"{era.title}: who gets what",
        (f"{row.title} \\ {column.title}", *column.actions),
        tuple((a, *(cells[a, b] for b in column.actions)) for a in row.actions),
        (f"{note}.",),
    )
