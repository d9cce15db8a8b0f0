"""Bugs planted one at a time in a copy of the tree; the tests that are named must fail."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

ROOT = Path(__file__).parents[3]
PLANTED = Path(__file__).parent / "planted.toml"
# What is built and not in the repository, but served by the tests of the desktop.
_BUILT = ("desktop/static",)
_FAILED = 1


class Edit(Struct, frozen=True, forbid_unknown_fields=True):
    """One place: `old` is there exactly once, and becomes `new`."""

    file: str
    old: str
    new: str


class Mutant(Struct, frozen=True, forbid_unknown_fields=True):
    """A bug. why: what it would do to people. tests: those of which one must fail."""

    name: str
    why: str
    tests: tuple[str, ...]
    edits: tuple[Edit, ...]


class Verdict(StrEnum):
    """What became of a mutant.

    BROKEN: the tests could not run at all. STALE: the code has moved on. Neither proves anything.
    """

    CAUGHT = "caught"
    SURVIVED = "survived"
    BROKEN = "broken"
    STALE = "stale"


class Stale(Exception):  # noqa: N818 - what the mutant is
    """The code has moved on: the mutant must be written anew."""


class Found(Struct, frozen=True):
    """A verdict, how long it took, and what pytest said."""

    mutant: Mutant
    verdict: Verdict
    seconds: float
    said: str


class _Garden(Struct, frozen=True):
    mutant: tuple[Mutant, ...]


def mutants() -> tuple[Mutant, ...]:
    """Return every planted bug."""
    return msgspec.toml.decode(PLANTED.read_bytes(), type=_Garden).mutant


def few(every: Sequence[Mutant], count: int) -> list[Mutant]:
    """Return some of them, others after each change of the code they are planted in."""
    sources = sorted({edit.file for mutant in every for edit in mutant.edits})
    seed = b"".join((ROOT / source).read_bytes() for source in sources)

    def place(mutant: Mutant) -> str:
        return hashlib.sha256(seed + mutant.name.encode()).hexdigest()

    return sorted(every, key=place)[:count]


def planted(mutant: Mutant, folder: Path) -> dict[Path, str]:
    """Return the new text of each file that the mutant changes.

    Raises Stale when a snippet is not there exactly once.
    """
    texts: dict[Path, str] = {}
    for edit in mutant.edits:
        path = folder / edit.file
        text = texts.get(path, path.read_text())
        if text.count(edit.old) != 1:
            times = text.count(edit.old)
            raise Stale(f"{mutant.name}: {edit.file} has its old text {times} times, not once")
        texts[path] = text.replace(edit.old, edit.new)
    return texts


class Copy:
    """A copy of the tree, to plant bugs in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        files = _carried_out(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        )
        for name in filter(None, files.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        for name in _BUILT:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name)
        # A tree that imports its packages from elsewhere would test nothing.
        where = self._run([sys.executable, "-c", "import router; print(router.__file__)"]).stdout
        assert Path(where.strip()).is_relative_to(folder), where

    def try_out(self, mutant: Mutant) -> Found:
        """Plant the bug, run its tests, and take it out again."""
        began = time.perf_counter()
        try:
            texts = planted(mutant, self.folder)
        except Stale as stale:
            return Found(mutant, Verdict.STALE, 0, f"{stale}\n")
        with _replaced(texts):
            done = self.test(mutant.tests)
        verdict = {0: Verdict.SURVIVED, _FAILED: Verdict.CAUGHT}.get(
            done.returncode, Verdict.BROKEN
        )
        return Found(mutant, verdict, time.perf_counter() - began, done.stdout + done.stderr)

    def test(self, tests: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run tests of the copy, up to the first that fails."""
        options = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "-m", "not browser"]
        return self._run([sys.executable, "-m", "pytest", *options, *tests])

    def _run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            # Compiled files are told apart by second and size, and a bug may change neither.
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},  # noqa: TID251 - handed on
        )


@contextmanager
def _replaced(texts: dict[Path, str]) -> Iterator[None]:
    former = {path: path.read_text() for path in texts}
    for path, text in texts.items():
        path.write_text(text)
    try:
        yield
    finally:
        for path, text in former.items():
            path.write_text(text)


def _carried_out(command: Sequence[str]) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
