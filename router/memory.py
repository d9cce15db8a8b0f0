"""What a writer has in memory, and how it is rebuilt: a snapshot, then the log after it."""

import logging
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct

from router.core.router import Router
from store.schema.apply import Rows
from store.schema.events import AnyEvent, CaseClosed, CaseEvent, SurveyAnswered
from store.schema.ids import CaseId
from store.schema.views import CaseView, EventPage, Snapshot

# Events read at once when rebuilding.
PAGE = 5_000
# No case has more; a row is rebuilt from its own events.
_EVENTS_OF_CASE = 100_000

_log = logging.getLogger(__name__)


class History(Protocol):
    """The log as it is read."""

    async def read(self, after_seq: int, limit: int) -> list[AnyEvent]:
        """Return the events after `after_seq`, oldest first."""
        ...

    async def of_case(
        self, cases: Sequence[CaseId], *, before: int | None, limit: int
    ) -> EventPage:
        """Return the last events of the cases before seq `before`."""
        ...

    async def load_snapshot(self) -> tuple[int, bytes] | None:
        """Return the kept state and the seq it is of."""
        ...


class _Kept(Struct, frozen=True, kw_only=True):
    """The body of a snapshot."""

    router: bytes
    rows: Snapshot


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Kept).decode


class Memory:
    """The router and the rows of its open cases, always after the same event."""

    def __init__(self) -> None:
        self.router = Router()
        self.rows = Rows()

    def dump(self) -> bytes:
        """Return the body of a snapshot."""
        return _encode(_Kept(router=self.router.dump(), rows=self.rows.snapshot()))

    def load(self, body: bytes) -> None:
        """Take over the body of a snapshot."""
        kept = _decode(body)
        self.router.load(kept.router)
        self.rows = Rows(kept.rows)

    def replay(self, events: Sequence[AnyEvent]) -> None:
        """Bring router and rows up to events that are committed already."""
        for event in events:
            self.router.apply(event)
        self._apply_rows(events)
        self._forget(events)

    async def changed_rows(
        self, events: Sequence[AnyEvent], history: History
    ) -> tuple[CaseView, ...]:
        """Bring the rows up to these events; return the last form of each that changed.

        A closed case leaves the memory here. Its survey, days later, finds the row in `history`.
        """
        rated = [event.case for event in events if isinstance(event, SurveyAnswered)]
        for case in rated:
            if case not in self.rows.cases:
                page = await history.of_case([case], before=None, limit=_EVENTS_OF_CASE)
                self._apply_rows(page.events)
        self._apply_rows(events)
        changed = dict.fromkeys(event.case for event in events if isinstance(event, CaseEvent))
        rows = tuple(self.rows.cases[case] for case in changed if case in self.rows.cases)
        self._forget(events)
        return rows

    def _apply_rows(self, events: Iterable[AnyEvent]) -> None:
        for event in events:
            self.rows.apply(event)

    def _forget(self, events: Iterable[AnyEvent]) -> None:
        for event in events:
            if isinstance(event, CaseClosed | SurveyAnswered):
                self.rows.cases.pop(event.case, None)


async def rebuild(history: History) -> Memory:
    """Return the memory as it was after the last committed event."""
    memory = Memory()
    kept = await history.load_snapshot()
    if kept is not None:
        memory.load(kept[1])
    from_seq = memory.router.seq
    while events := await history.read(memory.router.seq, PAGE):
        memory.replay(events)
    _log.info("rebuilt snapshot=%d seq=%d", from_seq, memory.router.seq)
    return memory
