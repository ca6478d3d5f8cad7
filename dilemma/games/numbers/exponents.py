"""Exponents that are parameters, x**r: numbers at one calibration, where the game is stated anew."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import sympy as sp

from dilemma.errors import ModelError, UnsupportedError
from dilemma.model import Model
from dilemma.reading.expressions import ExpressionError, Scope, parse
from dilemma.reading.syntax import FINEST_POWER, read_tree, written_number

__all__ = ["with_numbers"]

SECTIONS = ("players", "definitions", "payoffs", "outcomes")


def with_numbers(model: Model, values: Mapping[sp.Symbol, sp.Expr]) -> Model:
    """Return the model with numbers for exponents that are parameters or hang on these alone.

    Where there is none, or one is no number that an exponent may be, it is the model as it was.

    Raises
    ------
    UnsupportedError
        If one is a fraction of too many digits.

    Examples
    --------
    >>> alone = {"choices": {"x": {"range": [0, 1]}}}
    >>> game = Model(
    ...     name="g",
    ...     title="G",
    ...     kind="continuous",
    ...     players={"a": alone},
    ...     parameters={"r": {"range": [0, 1], "unit": "1", "means": "exponent"}},
    ...     payoffs={"a": "x**r - x"},
    ... )
    >>> with_numbers(game, {sp.Symbol("r", real=True): sp.Rational(1, 2)}).payoffs[()]["a"]
    sqrt(x) - x
    """
    known = {symbol.name: symbol for symbol in values}

    def told(content: Any) -> Any:
        if isinstance(content, Mapping):
            return {key: told(inner) for key, inner in content.items()}
        if isinstance(content, list | tuple):
            return [told(inner) for inner in content]
        return _with_numbers(content, known, values) if isinstance(content, str) else content

    document = model.game_alone.document
    fixed = {key: told(row) if key in SECTIONS else row for key, row in document.items()}
    if fixed == document:
        return model
    try:
        return Model.from_document(fixed, model.name)
    except ModelError:
        return model


def _with_numbers(
    text: str, known: Mapping[str, sp.Symbol], values: Mapping[sp.Symbol, sp.Expr]
) -> str:
    """Put numbers into the exponents of one formula; what is none stays as it is."""
    try:
        formula = read_tree(text)
    except ExpressionError:
        return text
    powers = [n for n in ast.walk(formula.tree) if isinstance(n, ast.BinOp)]
    spans = [
        formula.span(node.right)
        for node in powers
        if isinstance(node.op, ast.Pow) and written_number(node.right) is None
    ]
    for begin, end in sorted(spans, reverse=True):
        try:
            number = parse(text[begin:end], Scope(known)).xreplace(dict(values))
        except ExpressionError:
            continue  # it hangs on what is chosen
        if number.is_Rational and number.q > FINEST_POWER:  # whose powers have no end of digits
            raise UnsupportedError(
                f"the exponent {text[begin:end]} is {float(number):.6g} there: a fraction with a "
                f"denominator of at most {FINEST_POWER} is wanted"
            )
        if number.is_Rational:
            text = f"{text[:begin]}({number}){text[end:]}"
    return text
