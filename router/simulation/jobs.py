"""What one client brings: a case, the work it is, and what became of it."""

from msgspec import Struct, field

from store.schema.commands import OpenCase, RegisterClient
from store.schema.ids import AgentId, CaseId, QueueId

# A time that has not come.
NOT_YET = -1


class Leg(Struct, frozen=True, gc=False):
    """Work of `work_ms`, after which the case goes on to another queue, or ends."""

    work_ms: int
    then_to: QueueId | None = None


class Answer(Struct, frozen=True, gc=False):
    """What an agent says to an offer after `after_ms`; None lets it time out."""

    after_ms: int | None
    is_accepted: bool = True


class Job(Struct, kw_only=True):
    """One case of the traffic, and then its history.

    line: which class or queue its figures go to. legs: the work still to be done, the last part
    first. patience_ms: how long it waits at most. answers: to its offers, the next one last; after
    them agents follow their own laws. ends_at_ms: when the present leg ends.
    """

    opens_at_ms: int
    command: OpenCase
    line: int
    legs: list[Leg]
    registers: RegisterClient | None = None
    patience_ms: int | None = None
    answers: list[Answer] | None = None
    enqueued_at_ms: int = NOT_YET
    offered_at_ms: int = NOT_YET
    assigned_at_ms: int = NOT_YET
    left_at_ms: int = NOT_YET
    closed_at_ms: int = NOT_YET
    ends_at_ms: int = NOT_YET
    holder: AgentId | None = None
    first_agent: AgentId | None = None
    worked_from_ms: int = 0
    is_counted: bool = False

    @property
    def case(self) -> CaseId:
        """Return the name of the case."""
        return self.command.case

    @property
    def is_wait_over(self) -> bool:
        """Whether it was assigned, or its client gave up."""
        return self.assigned_at_ms >= 0 or self.left_at_ms >= 0

    @property
    def wait_ms(self) -> int:
        """Return how long it waited, until it was assigned or its client gave up."""
        ended_ms = self.assigned_at_ms if self.assigned_at_ms >= 0 else self.left_at_ms
        return ended_ms - self.enqueued_at_ms


class CaseTrace(Struct, frozen=True, kw_only=True):
    """One line of a trace: the history of a case, in seconds from the start.

    line: its class or queue. agent: the first who had it.
    """

    case: CaseId
    line: str = field(name="class")
    client: str
    arrived_s: float
    offered_s: float | None
    assigned_s: float | None
    closed_s: float | None
    agent: AgentId | None
    abandoned: bool
    wait_s: float | None
