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

READY_S = 30
ROOT = Path(__file__).parents[2]


class Server:
    """The program as a newcomer runs it, on a port and a data folder of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start, and return when it is ready."""
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "aiguilleur", "serve", "--demo"),
                *("--data", str(self.folder), "--port", str(self.port)),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},  # noqa: TID251 - handed on as it is
            stdout=subprocess.PIPE,
            stderr=(self.folder / "errors.txt").open("ab"),
        )
        _wait_for(self._process, re.compile(rb"is ready"))

    def kill(self) -> None:
        """End the process as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End the process as an operator would."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


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
