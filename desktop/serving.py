"""uvicorn, as every web process of ours is run: the bench's bare echo included."""

import contextlib
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

# A browser that keeps its socket open is told to go and come back; this is how long we wait.
SHUTDOWN_S = 5
BACKLOG = 4096


class ServingError(Exception):
    """The web process cannot go on; its sockets resume on the next one."""


class WebServer(uvicorn.Server):
    """uvicorn that leaves signals to its owner and says when it listens."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self.has_failed = False

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: uvicorn would raise them again before the writer has stopped."""
        yield

    async def on_tick(self, counter: int) -> bool:
        """Stop when what runs beside the requests has failed: they would wait for ever."""
        self.has_failed = self.lifespan.error_occurred
        return await super().on_tick(counter) or self.has_failed

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until stopped. Raises ServingError when what runs beside has failed."""
        await super().serve(sockets=sockets)
        if self.has_failed:
            raise ServingError("the live part failed: start again")

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets=sockets)
        self._on_ready()

    def stop(self) -> None:
        """Close the sockets and return from `serve`; a second time, at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


def web_config(app: ASGIApp, *, frame_bytes: int, trusted_proxies: str = "") -> uvicorn.Config:
    """Return the settings that were measured to be the fastest and that refuse the largest.

    trusted_proxies: addresses or networks, with commas, whose word for the client's address counts.
    """
    return uvicorn.Config(
        app,
        loop="none",
        lifespan="on",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=frame_bytes,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=trusted_proxies or None,
        backlog=BACKLOG,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. Raises OSError when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)
