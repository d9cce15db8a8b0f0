"""What went on between clients and agents as they saw it, and whether it is what was kept."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from msgspec import Struct

from store.schema import events as e
from store.schema.events import AnyCaseEvent, AnyEvent
from store.schema.ids import AgentId, CaseId, MessageId
from store.schema.terms import AssignCause


class Sightings:
    """Messages and cases as the people saw them. Times in nanoseconds."""

    def __init__(self) -> None:
        self.sent_ns: dict[MessageId, int] = {}
        self.acknowledged: set[MessageId] = set()
        self.seen: Counter[MessageId] = Counter()
        self.opened: set[CaseId] = set()
        self.closed: set[CaseId] = set()
        self.most_held = 0
        self.client_to_agent_ns: list[int] = []
        self.agent_to_client_ns: list[int] = []
        self.open_to_assigned_ns: list[int] = []
        self.late_ns: list[int] = []


class Verdict(Struct, frozen=True, kw_only=True):
    """What must all be nothing.

    lost_cases, lost_messages: acknowledged, but not kept or never shown to the other side.
    doubled_messages: kept or shown twice. over_cap: given by the router to a full agent.
    two_holders: taken over from somebody else than the holder. after_close: changed when closed.
    """

    lost_cases: int = 0
    lost_messages: int = 0
    doubled_messages: int = 0
    over_cap: int = 0
    two_holders: int = 0
    after_close: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether every promise held."""
        return self == Verdict()


def examine(
    seen: Sightings,
    timelines: Mapping[CaseId, Sequence[AnyEvent]],
    capacities: Mapping[AgentId, int],
) -> Verdict:
    """Compare what people saw with the timelines of their cases, and these with the promises."""
    events = [event for event in chain(*timelines.values()) if isinstance(event, e.CaseEvent)]
    kept = Counter(event.message for event in events if isinstance(event, e.MessageSent))
    return Verdict(
        lost_cases=sum(not timelines.get(case) for case in seen.opened),
        lost_messages=sum(
            not (kept[message] and seen.seen[message]) for message in seen.acknowledged
        ),
        doubled_messages=sum(
            kept[message] > 1 or seen.seen[message] > 1 for message in seen.sent_ns
        ),
        over_cap=_over_cap(sorted(events, key=lambda event: event.seq), capacities),
        two_holders=sum(map(_takings_from_others, timelines.values())),
        after_close=sum(map(_changes_after_close, timelines.values())),
    )


def _over_cap(events: Iterable[AnyCaseEvent], capacities: Mapping[AgentId, int]) -> int:
    """Count what the router gave to agents who were full with these cases alone."""
    workers: dict[CaseId, AgentId] = {}
    loads: Counter[AgentId] = Counter()
    found = 0
    for event in events:
        if isinstance(event, _SILENT):
            continue
        before = workers.pop(event.case, None)
        if before is not None:
            loads[before] -= 1
        worker = _worker_after(event)
        if worker is None:
            continue
        workers[event.case] = worker
        loads[worker] += 1
        is_choice = isinstance(event, e.CaseOffered) or (
            isinstance(event, e.CaseAssigned) and event.cause is AssignCause.AUTOMATIC
        )
        found += is_choice and loads[worker] > capacities.get(worker, 0)
    return found


def _worker_after(event: AnyCaseEvent) -> AgentId | None:
    match event:
        case e.CaseOffered():
            return event.agent
        case e.CaseAssigned() | e.CaseResumed():
            return event.holder
        case _:
            return None


# What moves nobody's slot.
_SILENT = (
    e.CaseOpened,
    e.CaseScored,
    e.CasePreferred,
    e.PreferenceEnded,
    e.CaseDecided,
    e.CaseHandled,
    e.MessageSent,
    e.MessagesRead,
    e.NoteTaken,
    e.CaseTagged,
    e.MacroApplied,
    e.CaseEarmarked,
    e.EarmarkEnded,
    e.WrapUpRecorded,
    e.SurveyAnswered,
    e.CaseAbsorbed,
    e.CaseEscalated,
)


def _takings_from_others(timeline: Sequence[AnyEvent]) -> int:
    holder: AgentId | None = None
    found = 0
    for event in timeline:
        if isinstance(event, e.CaseAssigned):
            found += holder not in {None, event.former, event.holder}
        if isinstance(event, e.CaseEvent):
            holder = event.holder
    return found


def _changes_after_close(timeline: Sequence[AnyEvent]) -> int:
    ends = [place for place, event in enumerate(timeline) if isinstance(event, e.CaseClosed)]
    if not ends:
        return 0
    return sum(not isinstance(event, e.SurveyAnswered) for event in timeline[ends[0] + 1 :])
