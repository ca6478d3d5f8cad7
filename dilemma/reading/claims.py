"""Claims, read: what is claimed, of which calibrations, on which assumptions, of which equilibria.

A claim may be confined to equilibria of one kind, to those of a branch, or to those of a concept.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import sympy as sp

from dilemma.errors import Mistake, nearest
from dilemma.reading.expressions import ExpressionError
from dilemma.reading.references import PAIRS, FormulaReader, Setting
from dilemma.reading.rows import KEY, ClaimRow, Where, blame
from dilemma.reading.syntax import read_tree
from dilemma.theory.parts import Claim, Mode, Status

__all__ = ["among_mistake", "over_of", "read_claim"]

_WORDS = ("pure", "mixed", "any")
_CONCEPTS = {
    "stable": "simultaneous games: with actions, or two players with a number each",
    "risk_dominant": "two players with two actions each",
    "lowest": "players who choose numbers, all at once",
    "highest": "players who choose numbers, all at once",
}


def among_mistake(where: Where, which: str, setting: Setting) -> Mistake | None:
    """Say what is wrong with a claim's ``among``, as far as a reader can know."""
    game = setting.game
    if which in (*_WORDS, *game.concepts):
        return None
    if which in _CONCEPTS:
        other = ", or leave 'among' out" if which == "stable" else ""
        other = ", or write stable" if "stable" in game.concepts else other
        return Mistake(where, f"{which!r} is for {_CONCEPTS[which]}", f"name a branch{other}")
    told = game.not_called(which)
    if told is None:
        return None
    known, hint = told
    near = "" if "," in which else nearest(which, [*_WORDS, *_CONCEPTS, *known])
    hint = near if near.startswith("did") else hint or near
    return Mistake(where, f"no equilibria are called {which!r}", hint)


# --- a claim -------------------------------------------------------------------------------------


_ALL = ("all", "any pair")  # of no era's box


def read_claim(name: str, row: ClaimRow, setting: Setting, mistakes: list[Mistake]) -> Claim | None:
    """Read one claim; what is wrong with it is added to ``mistakes``."""
    reading = _Reading(name, row, setting)
    claim = reading.claim()
    mistakes += reading.mistakes
    return claim


def over_of(plain: Mapping[str, Any], eras: Collection[str]) -> str:
    """Return what a claim is about that does not say it: the eras that it puts before names."""
    named = {
        node.value.id
        for key in ("given", *get_args(Mode))
        for node in _nodes(plain.get(key))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in eras
    }
    if len(named) > 1 or plain.get("shared"):
        return "pair"
    return named.pop() if named else "each" if eras else "all"


def _nodes(text: object) -> Iterable[ast.AST]:
    try:
        return ast.walk(read_tree(str(text)).tree)
    except ExpressionError:
        return ()  # told where it is read


@dataclass
class _Reading:
    """One claim on its way from a row."""

    name: str
    row: ClaimRow
    setting: Setting
    mistakes: list[Mistake] = field(default_factory=list)

    def claim(self) -> Claim | None:
        row = self.row
        mode, text = self._mode()
        expect = self._expect()
        self._check_shared()
        self._check_holding()
        self._check_because()
        if not (self._check_over() and self._check_calibrations()):
            return None  # what a formula may name hangs on it
        reader = FormulaReader(self.setting, row.over, self._tied(), mode)
        given = self._formula(reader, "given", row.given)
        holds = self._formula(reader, mode, text)
        if not self.mistakes:
            self._check_play(reader, mode, holds)
        if self.mistakes:
            return None
        return Claim(
            name=self.name,
            says=row.says,
            source=row.source,
            over=row.over,
            given=given,
            holds=holds,
            references=reader.references,
            text={"given": _tidy(row.given or ""), "holds": _tidy(text or "")},
            shared=self._shared(),
            among=row.among,
            expect=expect,
            derived=row.derived,
            label=row.label,
            holding=tuple(row.holding),
            because=tuple(row.because),
            mode=mode,
            calibrations=row.calibrations,
        )

    def _say(self, key: str | tuple[str, int], message: str, hint: str = "") -> None:
        keys = key if isinstance(key, tuple) else (key,)
        self.mistakes.append(Mistake(("claims", self.name, *keys), message, hint))

    # --- what is claimed ------------------------------------------------------------------------

    def _mode(self) -> tuple[Mode, str | None]:
        """Return which key says what is claimed, and what it says."""
        modes: tuple[Mode, ...] = get_args(Mode)
        told = [mode for mode in modes if getattr(self.row, mode) is not None]
        for extra in told[1:]:
            self._say(extra, f"{extra!r} beside {told[0]!r}", "a claim has one of the two")
        if not told:
            where: Where = ("claims", self.name)
            hint = "or exists (in some equilibrium), or possible (at some calibration)"
            self.mistakes.append(Mistake(where, "'holds' is missing", hint, width=KEY))
            return "holds", None
        return told[0], getattr(self.row, told[0])

    def _formula(self, reader: FormulaReader, key: str, text: str | None) -> sp.Basic:
        if text is None:
            return sp.true
        try:
            return reader.read(key, text)
        except ExpressionError as error:
            self.mistakes.append(blame(("claims", self.name, key), error))
            return sp.true

    def _check_play(self, reader: FormulaReader, mode: Mode, holds: sp.Basic) -> None:
        """See that a claim which is about equilibria names something in equilibrium."""
        references = reader.references
        of_play = {symbol for symbol, reference in references.items() if reference.of_play}
        if mode == "exists" and not of_play & holds.free_symbols:
            self._say("exists", "no equilibrium enters", "write holds")
        if self.row.among is None:
            return
        if not of_play:
            hint = "name an outcome or a player's payoff in equilibrium, or leave 'among' out"
            self._say("among", "the claim speaks of no equilibrium", hint)
        where: Where = ("claims", self.name, "among")
        if (mistake := among_mistake(where, self.row.among, self.setting)) is not None:
            self.mistakes.append(mistake)

    # --- of which calibrations ------------------------------------------------------------------

    def _check_over(self) -> bool:
        over, eras = self.row.over, list(self.setting.eras)
        if over not in ("each", *PAIRS, "all", *eras):
            hint = nearest(over, ["each", *PAIRS, "all", *eras])
            self._say("over", f"no era {over!r}", hint)
        elif over in PAIRS and len(eras) != 2:
            told = f"this model has {len(eras)}" + (f": {', '.join(eras)}" if eras else "")
            self._say("over", f'over = "{over}" wants exactly two eras', told)
        elif over == "each" and not eras:
            self._say("over", "this model has no eras", 'give it eras, or write over = "all"')
        else:
            return True
        return False

    def _check_calibrations(self) -> bool:
        name, variants = self.row.calibrations, self.setting.variants
        if name and name not in variants:
            hint = nearest(name, variants) or f'write [calibrations.{name}] with moves = ["..."]'
            self._say("calibrations", f"no calibrations {name!r}", hint)
        elif name and self.row.over == "all":
            hint = "over one era, each, a pair, or any pair"
            self._say("calibrations", "over = 'all' is about no era", hint)
        else:
            return True
        return False

    def _fixed(self) -> tuple[str, ...]:
        """Return what does not move between the eras in the variant that the claim is about."""
        moves = self.setting.variants[self.row.calibrations].moves if self.row.calibrations else ()
        return tuple(n for n in self.setting.parameters if n not in moves) if moves else ()

    def _tied(self) -> Collection[str]:
        """Return the parameters that are one in both eras of a pair."""
        common = () if self.row.over == "any pair" else self.setting.common
        return {*common, *self._fixed(), *self.row.shared}

    def _shared(self) -> tuple[str, ...]:
        """Return what is held equal: in any pair of a variant, all that does not move."""
        fixed = self._fixed() if self.row.over == "any pair" else ()
        return tuple(dict.fromkeys([*self.row.shared, *fixed]))

    def _check_shared(self) -> None:
        for index, parameter in enumerate(self.row.shared):
            if parameter not in self.setting.parameters:
                hint = nearest(parameter, self.setting.parameters)
                self._say(("shared", index), f"no parameter {parameter!r}", hint)
        if self.row.shared and self.row.over not in PAIRS:
            self._say("shared", 'only a claim over = "pair" shares anything')

    def _expect(self) -> dict[str, Status]:
        row, eras = self.row, self.setting.eras
        if row.over != "each":
            if isinstance(row.expect, dict):
                hint = 'one verdict; a table of eras goes with over = "each"'
                self._say("expect", "several verdicts on one statement", hint)
                return {}
            return {"": row.expect}
        if not isinstance(row.expect, dict):
            return dict.fromkeys(eras, row.expect)
        for era in row.expect:
            if era not in eras:
                where: Where = ("claims", self.name, "expect", era)
                self.mistakes.append(Mistake(where, f"no era {era!r}", nearest(era, eras)))
        return {era: row.expect.get(era, "proved") for era in eras}

    # --- on which assumptions -------------------------------------------------------------------

    def _check_holding(self) -> None:
        choices = self.setting.game.choices
        for index, name in enumerate(self.row.holding):
            if name not in choices:
                self._say(("holding", index), f"no choice {name!r}", nearest(name, choices))

    def _check_because(self) -> None:
        others = [name for name in self.setting.claims if name != self.name]
        for index, name in enumerate(self.row.because):
            if name == self.name:
                self._say(("because", index), "a claim does not follow from itself")
            elif name not in others:
                self._say(("because", index), f"no other claim {name!r}", nearest(name, others))
            elif (lemma := self.setting.claims[name]) is not None:
                self._check_lemma(index, lemma)

    def _check_lemma(self, index: int, lemma: Claim | ClaimRow) -> None:
        """See that what follows from a lemma can: it holds, and of the same calibrations."""
        if isinstance(lemma, Claim):
            holds = lemma.mode == "holds"
        else:
            holds = lemma.exists is None and lemma.possible is None
        if not holds:
            hint = "only a claim with 'holds' is true of every equilibrium"
            self._say(("because", index), "nothing follows from this claim", hint)
        here, there = self.row.calibrations, lemma.calibrations
        if here != there and (there or lemma.over not in _ALL):
            told = f"of the {there} calibrations" if there else "of the eras as they are"
            hint = "a lemma is of the same calibrations, or over all or any pair"
            self._say(("because", index), f"this claim speaks {told}", hint)


def _tidy(text: str) -> str:
    return textwrap.dedent(text).strip()
