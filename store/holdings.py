"""Who held a case from which event to which: a pure function of the events."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from store.schema.events import CaseEvent
from store.schema.ids import AgentId, CaseId


class Holding(Struct, frozen=True, kw_only=True):
    """An agent had a case from one event until another; to_seq is None while it lasts."""

    case: CaseId
    agent: AgentId
    from_seq: int
    to_seq: int | None = None


class Changes(Struct, frozen=True, kw_only=True):
    """What a batch does to the holdings: stored ones that end, and new ones."""

    ended: tuple[Holding, ...]
    opened: tuple[Holding, ...]


def changes(events: Sequence[CaseEvent], live: Mapping[CaseId, Holding]) -> Changes:
    """Return what the events change, given the holdings that last until now."""
    current = dict(live)
    ended: list[Holding] = []
    # By (case, from_seq): one that begins and ends within the batch is written once.
    opened: dict[tuple[CaseId, int], Holding] = {}
    for event in events:
        held = current.get(event.case)
        if event.holder == (None if held is None else held.agent):
            continue
        if held is not None:
            over = structs.replace(held, to_seq=event.seq)
            del current[event.case]
            if (held.case, held.from_seq) in opened:
                opened[held.case, held.from_seq] = over
            else:
                ended.append(over)
        if event.holder is not None:
            began = Holding(case=event.case, agent=event.holder, from_seq=event.seq)
            current[event.case] = opened[event.case, event.seq] = began
    return Changes(ended=tuple(ended), opened=tuple(opened.values()))
