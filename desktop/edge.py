"""What every handler of the web edge works with."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from desktop.attendance import Attendance
from desktop.core.pace import Paces
from desktop.crowd import Crowd
from desktop.guard import Guard
from desktop.hub import Hub
from desktop.sessions import Sessions
from desktop.wallboard import Wallboard
from store.bus import Bus
from store.clock import Clock, Ids
from store.files import FileStore
from store.log import EventLog
from store.post import Courier
from store.queries import CaseQueries
from store.records import Records
from store.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Edge:
    """The parts of one web process. is_demo: the demonstration pages may sign identities."""

    settings: Settings
    clock: Clock
    ids: Ids
    log: EventLog
    records: Records
    queries: CaseQueries
    files: FileStore
    courier: Courier
    bus: Bus
    hub: Hub
    sessions: Sessions
    crowd: Crowd
    paces: Paces
    attendance: Attendance
    guard: Guard
    wallboard: Wallboard
    is_demo: bool

    def is_own_origin(self, origin: str) -> bool:
        """Return whether a page of ours is asking."""
        return origin == origin_of(self.settings.public_url)

    async def is_widget_origin(self, origin: str) -> bool:
        """Return whether the asking page may carry the widget."""
        if self.is_own_origin(origin):
            return True
        profile = await self.records.profile()
        return profile is not None and origin in profile.origins


def edge_of(connection: HTTPConnection) -> Edge:
    """Return the edge that serves the connection."""
    edge = connection.app.state.edge
    assert isinstance(edge, Edge)
    return edge


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL, as browsers write an origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
