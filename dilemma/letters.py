"""How names are written as letters: which of them are Greek, and what is an index."""

from __future__ import annotations

import unicodedata

__all__ = ["GREEK", "letter"]

GREEK = {
    "al": "alpha", "alp": "alpha", "bet": "beta", "gam": "gamma", "del": "delta", "eps": "epsilon",
    "ze": "zeta", "kap": "kappa", "lam": "lambda", "mu": "mu", "phi": "phi", "psi": "psi",
    "rho": "rho", "sig": "sigma", "tau": "tau", "the": "theta", "theta": "theta", "om": "omega",
}  # fmt: skip


def letter(name: str) -> tuple[str, str]:
    """Return a name as a letter and its index; a word stays a word.

    Examples
    --------
    >>> letter("kap_J"), letter("turn"), letter("trust_japan")
    (('κ', 'J'), ('turn', ''), ('trust_japan', ''))
    """
    base, _, index = name.partition("_")
    if len(index) > 2 or (len(base) > 3 and base not in GREEK):
        return name, ""
    if base in GREEK:
        base = unicodedata.lookup(f"GREEK SMALL LETTER {GREEK[base].replace('lambda', 'lamda')}")
    return base, index
