"""What the fold remembers: everything it needs to go on, and nothing that has ended."""

from collections.abc import Sequence

from msgspec import Struct

from store.figures.ranked import Ranked
from store.figures.tally import Tally
from store.figures.timesheet import Timesheet
from store.figures.waits import Estimate, Pace
from store.schema.ids import AgentId, CaseId, ClientId, QueueId


class OpenCase(Struct, kw_only=True, array_like=True):
    """One open case.

    number: of its opening in the log, which decides between equal keys. since_ms: when it entered
    its queue from outside, or when the queue opened. entered_ms: when it last began to wait there.
    working_ms: since when its holder works on it, None while nobody does. worked_ms: what the
    holder worked on it before.
    """

    client: ClientId
    number: int
    queue: QueueId | None = None
    key: int = 0
    since_ms: int = 0
    entered_ms: int = 0
    is_waiting: bool = False
    is_held: bool = False
    is_answered: bool = False
    is_paused: bool = False
    holder: AgentId | None = None
    working_ms: int | None = None
    worked_ms: int = 0
    estimate: Estimate | None = None


class KnownQueue(Struct, kw_only=True):
    """One queue: its target, its day, its pace."""

    target_ms: int = 60_000
    day: Tally
    pace: Pace


class State(Struct, kw_only=True):
    """The fold after event `seq`, at `at_ms`. time_zone: whose midnight began the day."""

    time_zone: str
    seq: int = 0
    at_ms: int = 0
    day_ms: int = 0
    day_ends_ms: int = 0
    cases: dict[CaseId, OpenCase] = {}
    queues: dict[QueueId, KnownQueue] = {}
    agents: dict[AgentId, Timesheet] = {}


class Line:
    """Who waits in one queue, in the router's order and by age; made again from the state."""

    def __init__(self, waiting: Sequence[OpenCase] = ()) -> None:
        self.order = Ranked((case.key, case.number) for case in waiting)
        self.ages = Ranked((case.since_ms, case.number) for case in waiting)
        self.held: set[CaseId] = set()

    def add(self, case: OpenCase) -> None:
        """Let a case wait."""
        self.order.add((case.key, case.number))
        self.ages.add((case.since_ms, case.number))

    def remove(self, case: OpenCase) -> None:
        """Let it wait no more."""
        self.order.remove((case.key, case.number))
        self.ages.remove((case.since_ms, case.number))

    def place(self, case: OpenCase) -> int:
        """Return 1 for the case that is next."""
        return self.order.before((case.key, case.number)) + 1
