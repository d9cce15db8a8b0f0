"""Files on disk: whole or not there, and never outside their directory."""

import asyncio
from pathlib import Path

import pytest

from store.files import FileStore


def test_a_saved_file_is_loaded_and_removed(tmp_path: Path) -> None:
    async def scenario() -> None:
        files = FileStore(tmp_path / "files")
        await files.save("file_1", b"\x00one")
        await files.save("file_1", b"two")
        assert await files.load("file_1") == b"two"
        await files.remove("file_1")
        await files.remove("file_1")
        with pytest.raises(FileNotFoundError):
            await files.load("file_1")

    asyncio.run(scenario())


def test_a_file_that_could_not_be_finished_leaves_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        files = FileStore(tmp_path)
        await files.save("file_1", b"whole")
        # A directory is in the way of the second file.
        (tmp_path / "e2" / "file_e2" / "x").mkdir(parents=True)
        with pytest.raises(OSError, match="file_e2"):
            await files.save("file_e2", b"never")

    asyncio.run(scenario())
    left = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["file_1"]


@pytest.mark.parametrize(
    "name", ["", "../file_1", "a/b", "/etc/passwd", "a.b", "a\n", "é", "a" * 81]
)
def test_an_id_cannot_lead_out_of_the_directory(tmp_path: Path, name: str) -> None:
    async def scenario() -> None:
        files = FileStore(tmp_path)
        with pytest.raises(FileNotFoundError):
            await files.save(name, b"x")
        with pytest.raises(FileNotFoundError):
            await files.load(name)

    asyncio.run(scenario())
    assert list(tmp_path.iterdir()) == []
