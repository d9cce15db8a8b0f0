"""Uploaded files on disk, whole or not there."""

import asyncio
import os
from pathlib import Path


class FileStore:
    """A folder of files by id."""

    def __init__(self, directory: str) -> None:
        self._directory = Path(directory)

    async def save(self, file: str, content: bytes) -> None:
        """Keep the content; it is on the disk when this returns."""
        await asyncio.to_thread(self._save, file, content)

    async def load(self, file: str) -> bytes:
        """Return the content. Raises FileNotFoundError."""
        return await asyncio.to_thread(self._path(file).read_bytes)

    async def remove(self, file: str) -> None:
        """Delete the content, if it is there."""
        await asyncio.to_thread(self._path(file).unlink, missing_ok=True)

    def _path(self, file: str) -> Path:
        # Ids are made by us and end at random: two letters of that spread the folders.
        return self._directory / file[-2:] / file

    def _save(self, file: str, content: bytes) -> None:
        path = self._path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
