"""The fold of the log counts what a count of the whole log finds, wherever it was interrupted."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from store.days import Days
from store.figures.fold import Figures
from store.schema.figures import AgentFigures, QueueFigures, TimeSpent
from store.schema.terms import Presence
from tests.support.logs import AGENTS, QUEUES, LogTeller
from tests.support.recount import agent_figures, queue_figures

PARIS = Days("Europe/Paris")


@given(st.data(), st.integers(1, 60))
def test_fold_is_the_count_of_the_whole_log(data: st.DataObject, steps: int) -> None:
    teller = LogTeller(lambda most: data.draw(st.integers(0, most - 1)))
    figures = Figures(PARIS)
    for _ in range(steps):
        teller.step()
        figures.apply(teller.log[figures.seq :])
    day_ms, _ = PARIS.around(teller.log[-1].at_ms)
    whole = figures.whole(teller.log[-1].at_ms)
    assert whole.day_ms == day_ms
    for queue, found in zip(QUEUES, whole.queues, strict=True):
        assert _counted(found) == queue_figures(teller.log, queue, day_ms)
    for agent, seen_of in zip(AGENTS, whole.agents, strict=True):
        assert _until(seen_of, whole.at_ms) == agent_figures(teller.log, agent, day_ms)


@given(st.data(), st.integers(1, 80))
def test_fold_goes_on_from_what_it_kept_and_from_what_it_told(
    data: st.DataObject, steps: int
) -> None:
    teller = LogTeller(lambda most: data.draw(st.integers(0, most - 1)))
    for _ in range(steps):
        teller.step()
    cut = data.draw(st.integers(0, len(teller.log)))
    straight, interrupted = Figures(PARIS), Figures(PARIS)
    straight.apply(teller.log)
    first = Figures(PARIS)
    first.apply(teller.log[:cut])
    assert interrupted.load(first.dump())
    # A reader that was given the changes only has the whole.
    told = interrupted.changed(0)
    queues = {row.queue: row for row in told.queues} if told else {}
    agents = {row.agent: row for row in told.agents} if told else {}
    for event in teller.log:
        interrupted.apply([event])
        changed = interrupted.changed(event.at_ms)
        if changed is not None:
            queues |= {row.queue: row for row in changed.queues}
            agents |= {row.agent: row for row in changed.agents}
    whole = straight.whole(teller.log[-1].at_ms)
    assert interrupted.whole(teller.log[-1].at_ms) == whole
    assert tuple(queues[name] for name in sorted(QUEUES)) == whole.queues
    assert tuple(agents[name] for name in sorted(AGENTS)) == whole.agents
    assert interrupted.dump() == straight.dump()


def _counted(found: QueueFigures) -> QueueFigures:
    return structs.replace(found, expected=None, announced=0, kept=0)


def _until(found: AgentFigures, at_ms: int) -> AgentFigures:
    """Return the figures as a reader sees them at `at_ms`: what runs has run on."""
    passed = at_ms - found.as_of_ms
    times = {spent.presence: spent.spent_ms for spent in found.times}
    if found.presence is not None and passed:
        times[found.presence] = times.get(found.presence, 0) + passed
    return structs.replace(
        found,
        as_of_ms=at_ms,
        on_queue_ms=found.on_queue_ms + passed * found.is_on_queue,
        occupied_ms=found.occupied_ms + passed * found.is_occupied,
        times=tuple(TimeSpent(presence=x, spent_ms=times[x]) for x in Presence if x in times),
    )
