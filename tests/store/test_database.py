"""SQLite as it is opened: durable, and told early when it cannot be."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import OperationalError

from store.database import Database
from store.tables import profiles


def test_what_is_committed_is_on_disk(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = await Database.open(f"sqlite:///{tmp_path}/new/folder/a.db")
        try:

            def ask(connection: Connection) -> dict[str, int | str]:
                return {
                    name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
                    for name in ("journal_mode", "synchronous", "foreign_keys")
                }

            assert await database.write(ask) == {
                "journal_mode": "wal",
                "synchronous": 2,
                "foreign_keys": 1,
            }
        finally:
            await database.close()

    asyncio.run(scenario())


def test_who_reads_cannot_write(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = await Database.open(f"sqlite:///{tmp_path}/a.db")
        try:
            await database.migrate()
            row = {"site": "s", "body": "{}"}
            for ask in (database.read, database.look_up):
                with pytest.raises(OperationalError):
                    await ask(lambda connection: connection.execute(insert(profiles), row))
        finally:
            await database.close()

    asyncio.run(scenario())


def test_nothing_is_kept_of_work_that_fails(tmp_path: Path) -> None:
    def write_and_fail(connection: Connection) -> None:
        connection.execute(insert(profiles), {"site": "s", "body": "{}"})
        raise LookupError

    async def scenario() -> None:
        database = await Database.open(f"sqlite:///{tmp_path}/a.db")
        try:
            await database.migrate()
            with pytest.raises(LookupError):
                await database.write(write_and_fail)
            rows = await database.read(lambda c: c.execute(select(profiles)).all())
            assert rows == []
        finally:
            await database.close()

    asyncio.run(scenario())


def test_a_folder_with_a_percent_sign_is_a_folder(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = await Database.open(f"sqlite:///{tmp_path}/50%25/a.db")
        await database.migrate()
        await database.close()

    asyncio.run(scenario())


def test_a_database_that_cannot_be_opened_is_told_at_the_start(tmp_path: Path) -> None:
    async def scenario() -> None:
        with pytest.raises(IsADirectoryError):
            await Database.open(f"sqlite:///{tmp_path}")
        with pytest.raises(FileNotFoundError):
            await Database.open(f"postgresql+asyncpg://nobody@/none?host={tmp_path}")
        with pytest.raises(ValueError, match="memory"):
            await Database.open("sqlite://")

    asyncio.run(scenario())
