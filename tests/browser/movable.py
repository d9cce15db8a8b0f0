"""`aiguilleur serve --demo` on a clock that a signal moves. Run with folder and port.

The program itself has no such door: it is wired here as in `aiguilleur.py`, with another clock
and an event loop whose waits end by the same time.
"""

import asyncio
import signal
import sys

from msgspec.structs import replace

from aiguilleur import serve_embedded
from desktop.serving import listen
from store.clock import SystemClock
from store.settings import settings_from_environment

HOUR_S = 3_600
HOURS = {signal.SIGUSR1: 23, signal.SIGUSR2: 1}


class Hours:
    """How far the clock is ahead of the machine's."""

    def __init__(self) -> None:
        self.passed = 0

    def let_pass(self, count: int) -> None:
        """Move the clock on."""
        self.passed += count


class MovableClock(SystemClock):
    """The machine's clock, some hours on."""

    def __init__(self, hours: Hours) -> None:
        super().__init__()
        self._hours = hours

    def now_ms(self) -> int:
        """Return Unix time in milliseconds; never goes back."""
        return super().now_ms() + self._hours.passed * HOUR_S * 1000


class MovableLoop(asyncio.SelectorEventLoop):
    """Waits until a time of the same clock."""

    def __init__(self, hours: Hours) -> None:
        super().__init__()
        self._hours = hours

    def time(self) -> float:
        """Return the loop's own seconds."""
        return super().time() + self._hours.passed * HOUR_S


def main(folder: str, port: int) -> None:
    """Serve until ended."""
    settings = replace(
        settings_from_environment({}),
        data_dir=folder,
        port=port,
        public_url=f"http://127.0.0.1:{port}",
    )
    hours = Hours()
    with (
        listen(settings.host, port) as listener,
        asyncio.Runner(loop_factory=lambda: MovableLoop(hours)) as runner,
    ):
        for number, count in HOURS.items():
            runner.get_loop().add_signal_handler(number, hours.let_pass, count)
        runner.run(serve_embedded(settings, listener, MovableClock(hours), is_demo=True))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
