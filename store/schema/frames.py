"""What travels on a socket, one JSON text frame each, subprotocol `aiguilleur.v1`."""

from enum import IntEnum
from typing import Annotated

from msgspec import Meta, Struct

from store.schema.commands import AnyCommand
from store.schema.events import AnyEvent
from store.schema.figures import FloorFigures, Wait
from store.schema.ids import CaseId, CheckedCaseId, ClientId
from store.schema.terms import Author
from store.schema.views import CaseView, Me, Snapshot

PROTOCOL_VERSION = 1


class CloseCode(IntEnum):
    """Why the server closed a socket."""

    GOING_AWAY = 1001
    TOO_BIG = 1009
    BAD_FRAME = 4400
    SIGNED_OUT = 4401
    FORBIDDEN = 4403
    SILENT = 4408
    TOO_MANY_SOCKETS = 4409
    TOO_FAST = 4429
    TOO_SLOW = 4430


class Inbound(Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """A frame from a browser."""


class Hello(Inbound, frozen=True, kw_only=True, tag="hello"):
    """First frame. last_seq: the last event seen, None for a fresh start.

    token: the client's session token, for a widget; a desktop has its cookie. staff desktops set
    csrf, the value that sign-in gave.
    """

    version: int
    last_seq: int | None = None
    token: Annotated[str, Meta(max_length=200)] = ""
    csrf: Annotated[str, Meta(max_length=200)] = ""


class Ask(Inbound, frozen=True, kw_only=True, tag="ask"):
    """A command; answered by `ok` or `error` with its ref."""

    command: AnyCommand


class Watch(Inbound, frozen=True, kw_only=True, tag="watch"):
    """Supervisors: also send what is said in this case, until `case` is None."""

    case: CheckedCaseId | None


class TypingNow(Inbound, frozen=True, kw_only=True, tag="typing"):
    """The sender is writing in this case. Send at most every 3 s; it fades after 5 s."""

    case: CheckedCaseId


class Ping(Inbound, frozen=True, kw_only=True, tag="ping"):
    """Heartbeat, every 20 s; a socket silent for 60 s is closed."""


AnyInbound = Hello | Ask | Watch | TypingNow | Ping


class Outbound(Struct, frozen=True, kw_only=True, tag_field="type"):
    """A frame to a browser."""


class Welcome(Outbound, frozen=True, kw_only=True, tag="welcome"):
    """First answer. When `snapshot` is None the events since `last_seq` follow, once each;
    otherwise forget everything and start from it. seq: the site's last event so far."""

    version: int
    seq: int
    now_ms: int
    me: Me | None = None
    client: ClientId | None = None
    snapshot: Snapshot | None = None


class Happened(Outbound, frozen=True, kw_only=True, tag="event"):
    """An event the reader may see."""

    event: AnyEvent


class Shown(Outbound, frozen=True, kw_only=True, tag="shown"):
    """A whole row, sent before the event that first gives the reader a case, and after a resume
    for each case the reader holds; events up to its `updated_seq` are already in it."""

    case: CaseView


class Typing(Outbound, frozen=True, kw_only=True, tag="typing"):
    """The other side is writing."""

    case: CaseId
    author: Author
    name: str


class Ok(Outbound, frozen=True, kw_only=True, tag="ok"):
    """The command was carried out and is stored. seq: the site's last event then."""

    ref: str
    seq: int


class Error(Outbound, frozen=True, kw_only=True, tag="error"):
    """The command or frame was refused; nothing has changed. ref: None when it had none."""

    ref: str | None
    code: str
    message: str
    field: str = ""


class Pong(Outbound, frozen=True, kw_only=True, tag="pong"):
    """Heartbeat."""

    now_ms: int


class Counted(Outbound, frozen=True, kw_only=True, tag="counted"):
    """Supervisors: the figures of the day. The whole once, then at most once a second `site` and
    the queues and agents whose figures changed; what grows by itself is for the reader to grow."""

    figures: FloorFigures


class Awaited(Outbound, frozen=True, kw_only=True, tag="awaited"):
    """Clients: where their own case is in its queue, when that changed; every few seconds at
    most."""

    wait: Wait


AnyOutbound = Welcome | Happened | Shown | Typing | Ok | Error | Pong | Counted | Awaited
