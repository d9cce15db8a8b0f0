"""The tables that the steps make are the tables that the code means."""

import asyncio

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from store.database import Database
from store.tables import metadata
from tests.contracts.harness import Places


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, metadata))


def test_the_steps_make_the_tables_that_the_code_means(places: Places) -> None:
    async def test() -> None:
        database = await Database.open(places.empty())
        try:
            await database.migrate()
            assert await database.write(_differences) == []
            # Once more changes nothing.
            await database.migrate()
        finally:
            await database.close()

    asyncio.run(test())


def test_two_processes_that_start_at_once_migrate_once(places: Places) -> None:
    async def start(url: str) -> None:
        database = await Database.open(url)
        try:
            await database.migrate()
        finally:
            await database.close()

    async def test() -> None:
        url = places.empty()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(3):
                tasks.create_task(start(url))

    asyncio.run(test())
