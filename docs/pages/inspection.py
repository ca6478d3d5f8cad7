"""The built site looked through: it loads nothing from elsewhere, and names no folder of the builder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

__all__ = ["trouble"]

# What a browser fetches by itself; a link that a reader may follow is none of it.
FETCHED = re.compile(
    r"""(?ix)
    <(?:script|img|iframe|source|video|audio|embed|object)\b [^>]* \b(?:src|data|srcset)=["']?
        ((?:https?:)?//[^"'\s>]+)
    | <link\b (?![^>]*\brel=["']?(?:canonical|author|license)) [^>]* \bhref=["']?
        ((?:https?:)?//[^"'\s>]+)
    | url\(\s*["']? ((?:https?:)?//[^"')\s]+)
    | @import\s+["'] ((?:https?:)?//[^"']+)
    """
)
READ = (".html", ".css")


def trouble(site: Path, folders: tuple[Path, ...]) -> list[str]:
    """Return what is wrong with a built site, a sentence each.

    Parameters
    ----------
    folders : tuple of Path
        Folders of the machine that builds; no page may name them.
    """
    return [
        f"{file.relative_to(site)}: {told}"
        for file in sorted(site.rglob("*"))
        if file.suffix in READ
        for told in _in_text(file.read_text(encoding="utf-8"), folders)
    ]


def _in_text(text: str, folders: tuple[Path, ...]) -> Iterator[str]:
    for found in FETCHED.finditer(text):
        yield f"loads {next(filter(None, found.groups()))}"
    for folder in folders:
        if str(folder) in text:
            yield f"names {folder}"
