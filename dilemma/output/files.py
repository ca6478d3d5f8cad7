"""Files that are written whole or not at all, and what is seen to before anything is worked out."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dilemma.errors import DilemmaError

__all__ = ["check", "write"]


def check(path: Path, what: str, endings: Sequence[str], *, new: bool = False) -> Path:
    """See that a file can be written, before the work that it is for.

    Parameters
    ----------
    what : str
        What the file is, such as "a picture's file".
    endings : sequence of str
        How its name may end.
    new : bool
        Whether it must not be there yet.

    Raises
    ------
    DilemmaError
        If the name ends otherwise, or the file cannot be written there; says why.

    Examples
    --------
    >>> check(Path("map.svg"), "a picture's file", [".png", ".svg"]).suffix
    '.svg'
    """
    if path.suffix.lower() not in endings:
        *most, last = endings
        wanted = f"{', '.join(most)} or {last}" if most else last
        raise DilemmaError(f"{path}: {what} ends in {wanted}")
    try:
        _see(path, new=new)
    except (OSError, ValueError) as error:
        raise DilemmaError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    return path


def _see(path: Path, *, new: bool) -> None:
    parent = path.parent
    if path.is_dir():
        raise DilemmaError(f"{path} is a folder: name a file in it")
    if new and (path.exists() or path.is_symlink()):
        raise DilemmaError(f"{path} exists already; nothing was written")
    if not parent.is_dir():
        raise DilemmaError(f"{path}: there is no folder {parent}; make it first")
    if path.exists() and not os.access(path, os.W_OK):
        raise DilemmaError(f"{path}: it is there and may not be written to")
    if not path.exists() and not os.access(parent, os.W_OK):
        raise DilemmaError(f"{path}: nothing may be written to the folder {parent}")


def write(path: Path, content: str | bytes) -> None:
    """Write a file whole: beside its place first, so that a full disk leaves what was there.

    Raises
    ------
    DilemmaError
        If it cannot be written; nothing of it is left then.
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    try:
        place = path.resolve()  # a link stays one
        if place.exists() and not place.is_file():
            with place.open("wb") as device:
                device.write(data)
            return
        _replace(place, data)
    except OSError as error:
        raise DilemmaError(f"{path}: {error.strerror or error}; nothing was written") from None


def _replace(place: Path, data: bytes) -> None:
    beside = place.with_name(f".{place.name[:100]}.{secrets.token_hex(6)}.part")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            beside.chmod(place.stat().st_mode & 0o777)
        beside.replace(place)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
