"""SQLite as it is opened: durable, and told early when it cannot be."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import OperationalError

from store.database import Database
from store.tables import profiles


def test_what_is_committed_is_on_disk(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/new/folder/a.db")
        try:
            found: dict[str, int | str] = {}
            async with database.writing() as connection:
                for name in ("journal_mode", "synchronous", "foreign_keys"):
                    answer = await connection.execute(text(f"PRAGMA {name}"))
                    found[name] = answer.scalar_one()
            assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        finally:
            await database.close()

    asyncio.run(scenario())


def test_who_reads_cannot_write(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/a.db")
        try:
            await database.migrate()
            async with database.reading() as connection:
                with pytest.raises(OperationalError):
                    await connection.execute(insert(profiles), {"site": "s", "body": "{}"})
        finally:
            await database.close()

    asyncio.run(scenario())


def test_a_folder_with_a_percent_sign_is_a_folder(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/50%25/a.db")
        await database.migrate()
        await database.close()

    asyncio.run(scenario())


def test_a_database_that_cannot_be_opened_is_told_at_the_start(tmp_path: Path) -> None:
    async def scenario() -> None:
        with pytest.raises(IsADirectoryError):
            await Database.open(f"sqlite+aiosqlite:///{tmp_path}")
        with pytest.raises(FileNotFoundError):
            await Database.open(f"postgresql+asyncpg://nobody@/none?host={tmp_path}")
        with pytest.raises(ValueError, match="memory"):
            await Database.open("sqlite+aiosqlite://")

    asyncio.run(scenario())
