"""A server process under measurement, started and ended by its own id."""

import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

READY_S = 60
STOP_S = 30


def lift_file_limit() -> None:
    """Let this process and its children open as many sockets as the machine allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running(arguments: Sequence[str], *, sign: str) -> Iterator[float]:
    """Run `python -m` arguments until the block ends; gives the seconds until it said `sign`.

    Raises RuntimeError when it ends before.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        _wait_for(process.stdout, sign)
        yield time.perf_counter() - began
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cpu_s(process_id: int) -> float:
    """Return the processor time a process has used so far."""
    with open(f"/proc/{process_id}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wait_for(stream: IO[bytes], sign: str) -> None:
    said = b""
    for line in stream:
        said += line
        if sign.encode() in line:
            return
    raise RuntimeError(f"the server ended before it was ready: {said.decode()}")
