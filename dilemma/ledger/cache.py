"""Verdicts kept in the user's cache folder, by the content of what they are about.

What decides is part of the content: the package's own source, z3, sympy.  So a verdict is never
read back by a version that might have come to another.  Files are JSON: reading one runs nothing,
and one that makes no sense counts as not there.

Each is sealed (HMAC, RFC 2104) with a secret that lies beside the verdicts and that only their user
can read: what others have put there, or changed, is decided again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import os
import re
import secrets
import shutil
import stat
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dilemma.claims.verdict import RecordError, Verdict, record, verdict_of
from dilemma.model import Model
from dilemma.processes import UNDISTURBED
from dilemma.theory.parts import Claim

__all__ = ["VARIABLE", "Cache", "Kept", "users_folder"]

VARIABLE = "DILEMMA_CACHE"
PACKAGE = Path(__file__).parents[1]  # whatever of it a verdict was reached by
DECIDING = ("z3-solver", "sympy", "numpy", "scipy")
ENGINES = 3  # of so many versions verdicts are kept
LARGEST = 2**24  # bytes that are read of a file
SECRET = 32  # bytes
UNDER_WAY = ".part"  # ends the name of a file that is being written
# A pipe does not keep its reader waiting, and a link is not followed, where the system can be told so.
READING = sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_BINARY"))
# What a model says without any verdict hanging on it.
BESIDES = ("title", "source", "reads", "questions", "dynamics", "groups", "claims")


def users_folder() -> Path:
    """Return the folder: the user's cache folder, unless DILEMMA_CACHE names another."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("dilemma", appauthor=False)


@dataclass(frozen=True)
class Kept:
    """The verdicts on one claim, and how long each question was given, in seconds."""

    verdicts: tuple[Verdict, ...]
    budgets: Mapping[str, float] = field(default_factory=dict)


class Cache:
    """A folder of verdicts; without one nothing is kept.

    Attributes
    ----------
    trouble : str
        Why a verdict could not be kept, "" where all went well.
    doubted : int
        How many files were there that no run of this user has written as they are.
    """

    def __init__(self, folder: Path | None) -> None:
        self.trouble = ""
        self.doubted = 0
        self._secret = None if folder is None else folder / f"secret-{_user()}"
        self._folder = None if folder is None else folder / "verdicts"
        self._known: dict[int, str] = {}

    def find(self, model: Model, claim: Claim) -> Kept | None:
        """Return what is kept of a claim, if anything."""
        if self._folder is None or self._secret is None:
            return None
        path = self._path(self._folder, model, claim)
        if not os.path.lexists(path):
            return None
        told, secret = _document(path), _read(self._secret, private=True)
        with suppress(RecordError, KeyError, TypeError, ValueError, AttributeError):
            seal = told.pop("seal")
            if secret is not None and hmac.compare_digest(seal, _seal(secret, path, told)):
                verdicts = tuple(verdict_of(v, model.name, claim) for v in told["verdicts"])
                if [v.era for v in verdicts] == _eras(model, claim):
                    return Kept(verdicts, {k: float(v) for k, v in told["budgets"].items()})
        self.doubted += 1
        return None

    def keep(self, model: Model, claim: Claim, kept: Kept) -> None:
        """Write what became of a claim, in place of what was kept of it."""
        if self._folder is None or self._secret is None:
            return
        if _source() != _stamped()[0]:  # what decided may be older than what stands there now
            self.trouble = "the package's own files have changed since it was started"
            return
        path = self._path(self._folder, model, claim)
        try:
            verdicts = [record(v) for v in kept.verdicts]
            told = {"verdicts": verdicts, "budgets": dict(kept.budgets)}
            json.dumps(told, allow_nan=False)
        except ValueError:
            return  # a number without exact text: decided anew the next time
        try:
            if not path.parents[1].is_dir():
                path.parents[1].mkdir(parents=True)
                _forget_old(self._folder)
            path.parent.mkdir(exist_ok=True)
            seal = _seal(_own_secret(self._secret), path, told)
            _write(path, json.dumps({**told, "seal": seal}))
        except OSError as error:
            where = Path(error.filename2 or error.filename or path)
            where = where.parent if where.suffix == UNDER_WAY else where
            self.trouble = f"{where}: {error.strerror}"
            self._folder = None

    def seconds(self, model: str, claim: str) -> float | None:
        """Return how long a claim of that name took before, whichever version decided it."""
        if self._folder is None:
            return None
        found: list[Path] = []
        with suppress(OSError):  # a folder that may not be looked into
            found += self._folder.glob(f"*/{_safe(model)}/{_safe(claim)}-*.json")
        for path in sorted(found, key=_age):
            with suppress(KeyError, TypeError, ValueError, OverflowError):
                seconds = float(sum(v["seconds"] for v in _document(path)["verdicts"]))
                if math.isfinite(seconds):
                    return seconds
        return None

    def _path(self, folder: Path, model: Model, claim: Claim) -> Path:
        key = hashlib.sha256(f"{self._model(model)}\n{_claim(model, claim)}".encode())
        name = f"{_safe(claim.name)}-{key.hexdigest()[:32]}.json"
        return folder / _stamped()[1] / _safe(model.name) / name

    def _model(self, model: Model) -> str:
        """Return a digest of what verdicts hang on in a model, its claims apart."""
        if id(model) not in self._known:
            told = {k: v for k, v in model.document.items() if k not in BESIDES}
            # The order of names may matter, that of what is said of each does not.
            order = {k: list(v) for k, v in told.items() if isinstance(v, Mapping)}
            text = json.dumps([model.name, order, told], default=str, sort_keys=True)
            self._known[id(model)] = hashlib.sha256(text.encode()).hexdigest()
        return self._known[id(model)]


# --- what a verdict hangs on ----------------------------------------------------------------------


def _claim(model: Model, claim: Claim) -> str:
    """Return what a claim and the claims that it follows from say, as text."""
    told = []
    todo = [claim]
    while todo:
        one = todo.pop()
        told.append(
            [
                one.name, one.over, one.eras, one.mode, one.calibrations, one.among, one.shared,
                one.holding, [{n: str(f) for n, f in d.items()} for d in one.deviations], one.because, dict(one.text), str(one.given), str(one.holds),
                {str(s): [r.what, r.era, r.arguments] for s, r in one.references.items()},
            ]
        )  # fmt: skip
        todo += [model.claims[name] for name in one.because]
    return json.dumps(told)


def _eras(model: Model, claim: Claim) -> list[str]:
    return list(model.about(claim).eras) if claim.over == "each" else [""]


def _source() -> tuple[tuple[str, int, int], ...]:
    """Return which files the package has, how long they are and when each was changed."""
    told = ((path, path.stat()) for path in sorted(PACKAGE.rglob("*.py")))
    return tuple(
        (path.relative_to(PACKAGE).as_posix(), s.st_mtime_ns, s.st_size) for path, s in told
    )


@cache
def _stamped() -> tuple[tuple[tuple[str, int, int], ...], str]:
    """Return the package's files when this process first asked, and a digest of what decides."""
    source = _source()
    digest = hashlib.sha256()
    for name, _, _ in source:
        digest.update(name.encode() + b"\0" + (PACKAGE / name).read_bytes())
    told = [f"{package} {version(package)}" for package in DECIDING]
    digest.update(json.dumps([*told, *sys.version_info[:2]]).encode())
    return source, digest.hexdigest()[:16]


# --- files ----------------------------------------------------------------------------------------


def _document(path: Path) -> Any:
    """Return what a file says; None where there is none, or it is no JSON."""
    try:
        return json.loads(_read(path) or b"")
    except (ValueError, RecursionError):
        return None


def _read(path: Path, *, private: bool = False) -> bytes | None:
    """Return what is in a file; None where there is none, or it is no file of a reasonable size.

    What is private is a secret: it is of its length, and nobody else can have read or written it.
    """
    try:
        with open(path, "rb", opener=lambda name, how: os.open(name, how | READING)) as file:
            there = os.fstat(file.fileno())
            if not stat.S_ISREG(there.st_mode) or there.st_size > LARGEST:
                return None
            if private and not (there.st_size == SECRET and _is_ours(there)):
                return None
            return file.read(LARGEST)
    except (OSError, ValueError):
        return None


def _is_ours(there: os.stat_result) -> bool:
    """Tell whether a file is this user's alone, as far as the system knows of users."""
    return os.name == "nt" or (there.st_uid == os.getuid() and not there.st_mode & 0o077)


def _user() -> str:
    return _safe(os.environ.get("USERNAME", "")) if os.name == "nt" else str(os.getuid())


def _seal(secret: bytes, path: Path, told: Mapping[str, Any]) -> str:
    """Return what shows that a run that knows the secret has written this, in this place."""
    text = json.dumps([*path.parts[-3:], told])
    return hmac.new(secret, text.encode(), "sha256").hexdigest()


def _own_secret(path: Path) -> bytes:
    """Return this user's secret, made anew where there is none that can be one.

    Raises
    ------
    OSError
        If none can be kept there.
    """
    for first in (True, False, False):  # of processes that make one at once, all read the first's
        if (known := _read(path, private=True)) is not None:
            return known
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=UNDER_WAY)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(SECRET))
            _put(Path(name), path, stays=first)
        finally:
            Path(name).unlink(missing_ok=True)
    raise OSError(0, "others can read or write what should be a secret", str(path))


def _put(new: Path, path: Path, *, stays: bool) -> None:
    """Put a secret in its place; what is there stays, or goes."""
    if stays:
        try:
            os.link(new, path)
        except FileExistsError:
            return  # perhaps another process was first
        except (OSError, NotImplementedError):  # a file system without links
            new.replace(path)
    else:
        new.replace(path)


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    with UNDISTURBED:
        _write_whole(path, text)


def _write_whole(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=UNDER_WAY)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _age(path: Path) -> float:
    """Return a number that is lower the younger a file or folder is."""
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0


def _forget_old(folder: Path) -> None:
    """Leave the verdicts of the last few versions alone."""
    engines = [p for p in folder.iterdir() if re.fullmatch(r"[0-9a-f]{16}", p.name) and p.is_dir()]
    for old in sorted(engines, key=_age)[ENGINES:]:
        shutil.rmtree(old, ignore_errors=True)


def _safe(name: str) -> str:
    return re.sub(r"[^\w-]", "_", name)[:60]
