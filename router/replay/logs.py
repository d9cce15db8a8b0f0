"""The file that a log is exported to: one event a line, and now and then the state's digest."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct

from router.core.router import Router
from router.replay.fingerprint import fingerprint
from store.schema.codec import encode
from store.schema.events import AnyEvent

# Events between two digests: where a state begins to differ is known to within so many.
CHECKPOINT_EVENTS = 10_000


class History(Protocol):
    """The log as it is read."""

    async def read(self, after_seq: int, limit: int) -> list[AnyEvent]:
        """Return the events after `after_seq`, oldest first."""
        ...


class BadLog(Exception):  # noqa: N818 - named for what it is
    """A file is not a log; the message names the line and what is allowed there."""


class Checkpoint(Struct, frozen=True, kw_only=True, tag_field="type", tag="log.digest"):
    """The fingerprint of the router's state after event `seq`."""

    seq: int
    digest: str


class LogFile(Struct, frozen=True):
    """What a file holds. checkpoints: digests by seq."""

    events: list[AnyEvent]
    checkpoints: dict[int, str]


_decode = msgspec.json.Decoder(AnyEvent | Checkpoint).decode


def read_log(lines: Iterable[bytes], name: str) -> LogFile:
    """Return the log. name: what errors call the file. Raises BadLog."""
    found = LogFile([], {})
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        entry = _entry(line, f"{name}: line {number}")
        if isinstance(entry, Checkpoint):
            found.checkpoints[entry.seq] = entry.digest
            continue
        expected = len(found.events) + 1
        if entry.seq != expected:
            raise BadLog(
                f"{name}: line {number}: this is event {entry.seq}; a log holds every event from 1 "
                f"on, in order, so it must be {expected}"
            )
        found.events.append(entry)
    if not found.events:
        raise BadLog(f"{name}: there is no event in it; `aiguilleur replay --export` writes a log")
    return found


class LogWriter:
    """Writes a log line by line, with the digests; call `end` after the last event."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._router = Router()
        self._checked_seq = 0

    def add(self, events: Sequence[AnyEvent]) -> None:
        """Write the next events."""
        for event in events:
            self._write(encode(event) + b"\n")
            self._router.apply(event)
            if event.seq % CHECKPOINT_EVENTS == 0:
                self.end()

    def end(self) -> int:
        """Write the digest, unless it has just been written; return the last event's seq."""
        if self._router.seq != self._checked_seq:
            self._checked_seq = self._router.seq
            checkpoint = Checkpoint(seq=self._router.seq, digest=fingerprint(self._router.state))
            self._write(encode(checkpoint) + b"\n")
        return self._checked_seq


async def export(history: History, write: Callable[[bytes], object]) -> int:
    """Write everything that has happened; return how many events that were."""
    writer, seq = LogWriter(write), 0
    while events := await history.read(seq, CHECKPOINT_EVENTS):
        writer.add(events)
        seq = events[-1].seq
    return writer.end()


def _entry(line: bytes, place: str) -> AnyEvent | Checkpoint:
    try:
        entry: AnyEvent | Checkpoint = _decode(line)
    except msgspec.MsgspecError as error:
        raise BadLog(f"{place}: not an event: {error}") from None
    return entry
