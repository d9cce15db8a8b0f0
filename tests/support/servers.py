"""Real servers for a test session: PostgreSQL and Valkey."""

from collections.abc import Iterator

import pytest

from bench.servers import (
    POSTGRES,
    VALKEY,
    PostgresServer,
    is_installed,
    postgres_server,
    valkey_server,
)


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """A PostgreSQL server."""
    _require(POSTGRES, request)
    # Nobody pulls the plug on a test.
    with postgres_server(fsync="off") as server:
        yield server


@pytest.fixture(scope="session")
def redis_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a Valkey server."""
    _require(VALKEY, request)
    with valkey_server() as url:
        yield url


def _require(package: str, request: pytest.FixtureRequest) -> None:
    if not is_installed(package):
        reason = f"SKIPPED: {package} has no package for this machine; its server was not tested"
        request.config.get_terminal_writer().line(f"\n{reason}")
        pytest.skip(reason)
