"""A real `aiguilleur serve --demo` in a process of its own, which a test may kill."""

import os
import re
import selectors
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Self

READY_S = 30
END_S = 20
ROOT = Path(__file__).parents[2]


class Server:
    """The program as a newcomer runs it, on a port and a data folder of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start, and return when it is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "errors.txt").open("ab") as errors:
            self._process = self._run(errors)
        _wait_for(self._process, re.compile(rb"is ready"))

    def command(self) -> tuple[str, ...]:
        """What a newcomer would type."""
        where = ("--data", str(self.folder), "--port", str(self.port))
        return ("-m", "aiguilleur", "serve", "--demo", *where)

    def _run(self, errors: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *self.command()],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},  # noqa: TID251 - handed on as it is
            stdout=subprocess.PIPE,
            stderr=errors,
        )

    @property
    def pid(self) -> int:
        """The id of the running process."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End the process as a power cut would."""
        self.end(signal.SIGKILL)

    def stop(self) -> None:
        """End the process as an operator would, if it runs."""
        if self._process is not None:
            self.end(signal.SIGTERM)

    def end(self, number: signal.Signals) -> int:
        """Send the signal, wait, and return the exit code."""
        process, self._process = self._process, None
        assert process is not None
        process.send_signal(number)
        code = process.wait(END_S)
        assert process.stdout is not None
        process.stdout.close()
        return code


class MovableServer(Server):
    """The same program on a clock that a test moves."""

    def command(self) -> tuple[str, ...]:
        """The process that wires such a clock."""
        return ("-m", "tests.browser.movable", str(self.folder), str(self.port))

    def let_23_hours_pass(self) -> None:
        """Move the clock on; whatever falls due happens."""
        os.kill(self.pid, signal.SIGUSR1)

    def let_an_hour_pass(self) -> None:
        """Move the clock on; whatever falls due happens."""
        os.kill(self.pid, signal.SIGUSR2)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for(process: subprocess.Popen[bytes], sign: re.Pattern[bytes]) -> None:
    assert process.stdout is not None
    said = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while sign.search(said) is None:
            assert selector.select(READY_S), f"not ready after {READY_S} s: {said!r}"
            chunk = os.read(process.stdout.fileno(), 65536)
            assert chunk, f"ended before it was ready: {said!r}"
            said += chunk
