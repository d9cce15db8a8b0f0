"""Every test here runs on each database, or on each bus."""

from collections.abc import Iterator

import pytest

from bench.servers import PostgresServer
from tests.contracts.harness import Places
from tests.support.servers import postgres as postgres
from tests.support.servers import redis_url as redis_url


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def places(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Places]:
    """Databases of one kind: the shared migrated one, and new empty ones."""
    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("sqlite")
        yield Places(lambda number: f"sqlite:///{folder / f'{number}.db'}")
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        yield Places(lambda _number: server.new_database())
