"""Uploaded files on disk: whole or not there."""

import asyncio
import os
import re
import secrets
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}\Z")


class FileStore:
    """A directory of files by id. Every call works in a thread."""

    def __init__(self, directory: str | Path) -> None:
        self._directory = Path(directory)

    async def save(self, file_id: str, body: bytes) -> None:
        """Write the file; when this returns it survives a power cut."""
        await asyncio.to_thread(_write, self._path(file_id), body)

    async def load(self, file_id: str) -> bytes:
        """Return the file. Raises FileNotFoundError."""
        return await asyncio.to_thread(self._path(file_id).read_bytes)

    async def remove(self, file_id: str) -> None:
        """Delete the file, if it is there."""
        await asyncio.to_thread(self._path(file_id).unlink, missing_ok=True)

    def _path(self, file_id: str) -> Path:
        # An id is checked where it comes in; a path never rests on that.
        if not _NAME.match(file_id):
            raise FileNotFoundError(file_id)
        return self._directory / file_id[-2:] / file_id


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Its own name, so that two writers of one id do not mix; the suffix no id can have.
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    try:
        with unfinished.open("xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    _sync_directory(path.parent)
    _sync_directory(path.parent.parent)


def _sync_directory(directory: Path) -> None:
    # The name is in the directory, which has to reach the disk as well.
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
