"""Logs that a router could have written, told event by event by whoever draws the next step."""

from collections.abc import Callable

from store.schema import events as e
from store.schema.ids import AgentId, CaseId, ClientId, QueueId
from store.schema.terms import (
    AssignCause,
    CaseStatus,
    Channel,
    CloseCause,
    Label,
    Presence,
    PresenceReason,
    QueueCause,
)

# 2026-03-02 09:00 UTC, a Monday.
START_MS = 1_772_442_000_000
AGENTS = tuple(AgentId(f"agent_{name}") for name in "abc")
QUEUES = (QueueId("queue_auto"), QueueId("queue_home"))
TARGET_MS = 60_000

Draw = Callable[[int], int]


class LogTeller:
    """Tells what may happen next. draw(n): a number from 0 to n - 1."""

    def __init__(self, draw: Draw, start_ms: int = START_MS) -> None:
        self.log: list[e.AnyEvent] = []
        self.now_ms = start_ms
        self._draw = draw
        self._status: dict[CaseId, CaseStatus] = {}
        self._holders: dict[CaseId, AgentId] = {}
        self._queue_of: dict[CaseId, QueueId] = {}
        for queue in QUEUES:
            self.configure(queue, TARGET_MS)
        for agent in AGENTS:
            self.floor(e.AgentConfigured, agent=agent, name=agent)

    def step(self) -> None:
        """Let one thing happen."""
        choices = [self.open_case, self.change_presence, self.connect, self.pass_time]
        choices += [self.open_queue, self.retarget] + [self.move_case] * 6
        choices[self._draw(len(choices))]()

    # The floor.

    def configure(self, queue: QueueId, target_ms: int) -> None:
        label = Label(fr=queue, en=queue)
        self.floor(e.QueueConfigured, queue=queue, label=label, service_level_ms=target_ms)

    def retarget(self) -> None:
        self.configure(QUEUES[self._draw(2)], 1000 * (1 + self._draw(120)))

    def change_presence(self) -> None:
        presence = list(Presence)[self._draw(len(Presence))]
        self.floor(
            e.PresenceChanged,
            agent=AGENTS[self._draw(3)],
            presence=presence,
            reason=PresenceReason.CHOSEN,
            previous=presence,
        )

    def connect(self) -> None:
        agent = AGENTS[self._draw(3)]
        if self._draw(3):
            self.floor(e.AgentConnected, agent=agent)
        else:
            self.floor(e.AgentDisconnected, agent=agent, grace_ends_ms=self.now_ms + 30_000)

    def open_queue(self) -> None:
        self.floor(e.QueueOpened, queue=QUEUES[self._draw(2)])

    def pass_time(self) -> None:
        self.now_ms += (1, 700, TARGET_MS, 600_000, 9 * 3_600_000)[self._draw(5)]

    # Cases.

    def open_case(self) -> None:
        case = CaseId(f"case_{len(self._status)}")
        self.case(e.CaseOpened, case, channel=Channel.CHAT, subject="other")
        self.queue_case(case, QUEUES[self._draw(2)], is_held=self._draw(4) == 0)

    def case_waits(self, queue: QueueId) -> CaseId:
        """Open a case and let it wait in this queue."""
        case = CaseId(f"case_{len(self._status)}")
        self.case(e.CaseOpened, case, channel=Channel.CHAT, subject="other")
        self.queue_case(case, queue)
        return case

    def rush(self, queue: QueueId) -> None:
        """Let a case wait that goes before all others."""
        first, self.now_ms = self.now_ms, self.now_ms - 100_000 - len(self.log)
        case = CaseId(f"case_{len(self._status)}")
        self.case(e.CaseOpened, case, channel=Channel.CHAT, subject="other")
        self.queue_case(case, queue)
        self.now_ms = first

    def queue_case(self, case: CaseId, queue: QueueId, *, is_held: bool = False) -> None:
        self._holders.pop(case, None)
        self._queue_of[case] = queue
        self._status[case] = CaseStatus.QUEUED
        self.case(
            e.CaseQueued,
            case,
            queue=queue,
            enqueued_at_ms=self.now_ms,
            key=self.now_ms - 1000 * self._draw(5),
            cause=QueueCause.OPENED,
            is_held=is_held,
        )

    def assign(self, case: CaseId, agent: AgentId) -> None:
        self._holders[case] = agent
        if self._status[case] is CaseStatus.QUEUED:
            self._status[case] = CaseStatus.ASSIGNED
        self.case(e.CaseAssigned, case, agent_name=agent, cause=AssignCause.AUTOMATIC)

    def handle(self, case: CaseId) -> None:
        self._status[case] = CaseStatus.HANDLED
        self.case(e.CaseHandled, case)

    def close(self, case: CaseId, cause: CloseCause) -> None:
        self._holders.pop(case, None)
        self.case(e.CaseClosed, case, cause=cause)
        del self._status[case]
        self._status[CaseId(f"{case}_closed")] = CaseStatus.CLOSED

    def move_case(self) -> None:
        cases = [x for x, status in self._status.items() if status is not CaseStatus.CLOSED]
        if not cases:
            return
        case = cases[self._draw(len(cases))]
        agent, queue = AGENTS[self._draw(3)], QUEUES[self._draw(2)]
        match self._status[case]:
            case CaseStatus.QUEUED:
                self._move_waiting(case, agent, queue)
            case CaseStatus.WAITING_CLIENT:
                self._move_paused(case, agent)
            case _:
                self._move_held(case, agent, queue)

    def _move_waiting(self, case: CaseId, agent: AgentId, queue: QueueId) -> None:
        match self._draw(8):
            case 0:
                self.queue_case(case, queue)
            case 1:
                self.close(case, (CloseCause.ABANDONED, CloseCause.MERGED)[self._draw(2)])
            case 2:
                self.case(e.CaseScored, case, terms=(), head_start_ms=0, key=self._draw(10_000))
            case 3:
                self.case(e.CaseScored, case, terms=(), head_start_ms=0)
            case _:
                self.assign(case, agent)

    def _move_paused(self, case: CaseId, agent: AgentId) -> None:
        match self._draw(3):
            case 0:
                self.assign(case, agent)
            case 1:
                self.close(case, CloseCause.CLIENT_SILENT)
            case _:
                self._status[case] = CaseStatus.HANDLED
                self.case(e.CaseResumed, case)

    def _move_held(self, case: CaseId, agent: AgentId, queue: QueueId) -> None:
        match self._draw(7):
            case 0:
                self.queue_case(case, queue)
            case 1:
                self.assign(case, agent)
            case 2:
                self._status[case] = CaseStatus.WAITING_CLIENT
                self.case(e.CaseWaiting, case, closes_at_ms=self.now_ms)
            case 3 | 4:
                self.close(case, CloseCause.CLOSED)
            case _:
                self.handle(case)

    # Events.

    def floor(self, kind: type[e.AnyFloorEvent], **fields: object) -> None:
        self.log.append(kind(seq=len(self.log) + 1, at_ms=self.now_ms, **fields))  # type: ignore[arg-type]  # checked by whoever reads it

    def case(self, kind: type[e.AnyCaseEvent], case: CaseId, **fields: object) -> None:
        self.log.append(
            kind(
                seq=len(self.log) + 1,
                at_ms=self.now_ms,
                case=case,
                client=ClientId(f"client_{case}"),
                holder=self._holders.get(case),
                **fields,  # type: ignore[arg-type]  # checked by whoever reads it
            )
        )
