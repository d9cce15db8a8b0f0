"""Says what would have changed on a recorded day under another policy or staffing."""

from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from router.simulation.clients import REF
from router.simulation.documents import BadDocument, read_document, table_of
from router.simulation.figures import Line, Summary, table
from router.simulation.floor import SimulatedFloor, Step
from router.simulation.jobs import CaseTrace, Job
from router.simulation.recorded import RecordedDay
from router.simulation.scenario import AgentGroup, group_complaints
from router.simulation.setting import presences
from router.simulation.staff import as_new, workers_of
from store.policy.reading import BadPolicy, read_toml, said
from store.schema import commands as c
from store.schema.commands import SYSTEM
from store.schema.ids import AgentId, CaseId
from store.schema.terms import Policy

# Waits this near to each other are the same to a client.
SAME_WAIT_S = 1.0
# What a person is shown of the cases; the trace has them all.
_SHOWN = 20


class Staffing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Agents to add, as groups of a scenario, and names of recorded agents who stay away."""

    agents: tuple[AgentGroup, ...] = ()
    remove: tuple[AgentId, ...] = ()


class Change(Struct, frozen=True, kw_only=True):
    """What is to be different. policy_keys: those of the policy's keys that are set."""

    policy: Policy = Policy()
    policy_keys: tuple[str, ...] = ()
    staffing: Staffing = Staffing()
    seed: int = 1


class CaseChange(Struct, frozen=True, kw_only=True):
    """One case: as it was recorded, simulated with the rules of that day, and with the change."""

    case: CaseId
    queue: str
    arrived_s: float
    agent_recorded: AgentId | None
    agent_before: AgentId | None
    agent_after: AgentId | None
    wait_recorded_s: float | None
    wait_before_s: float | None
    wait_after_s: float | None
    abandoned_recorded: bool
    abandoned_before: bool
    abandoned_after: bool

    @property
    def is_changed(self) -> bool:
        """Whether the change means anything to this case."""
        return (
            self.agent_before != self.agent_after
            or self.abandoned_before != self.abandoned_after
            or not _is_near(self.wait_before_s, self.wait_after_s)
        )


class Likeness(Struct, frozen=True, kw_only=True):
    """How well the simulation under the rules of the day repeats what was recorded."""

    cases: int
    same_agent: int
    same_wait: int


class Effect(Struct, frozen=True, kw_only=True):
    """How many cases the change moves. A wait within a second of the other is the same."""

    cases: int
    other_agent: int
    sooner: int
    later: int
    saved: int
    lost: int


class Comparison(Struct, frozen=True, kw_only=True):
    """Three times the same day. cases: those that the change means something to."""

    recorded: Summary
    before: Summary
    after: Summary
    likeness: Likeness
    effect: Effect
    assumed: tuple[str, ...]
    cases: tuple[CaseChange, ...]


def read_change(policy: tuple[str, str] | None, staffing: tuple[str, str] | None) -> Change:
    """Return the change that two files, each as (text, name), ask for. Raises BadDocument.

    The policy is a document as administrators write it; a key that it does not set stays as it
    was on that day.
    """
    change = Change()
    if policy is not None:
        text, name = policy
        try:
            read = read_toml(text)
        except BadPolicy as bad:
            raise BadDocument("\n".join(f"{name}: {said(fault)}" for fault in bad.faults)) from None
        change = replace(change, policy=read, policy_keys=_set_in(table_of(text, name)))
    if staffing is not None:
        text, name = staffing
        asked = read_document(text, Staffing, name)
        for index, group in enumerate(asked.agents):
            for complaint in group_complaints(group):
                raise BadDocument(f"{name}: agents[{index}].{complaint}")
        change = replace(change, staffing=asked)
    return change


def _set_in(keys: Collection[str]) -> tuple[str, ...]:
    """Return the fields of the policy that a document with these keys sets."""
    # A time has its unit in the document, and in its name in the vocabulary.
    return tuple(
        name
        for name in Policy.__struct_fields__
        if name in keys or name.removesuffix("_ms") in keys
    )


def compare(day: RecordedDay, change: Change) -> tuple[Comparison, list[CaseChange]]:
    """Return the comparison, and every case of the day."""
    before, cases_before = _run(day, Change())
    after, cases_after = _run(day, change)
    cases = [
        _case_change(day.traces.get(case), trace, cases_after.get(case))
        for case, trace in cases_before.items()
    ]
    assert day.summary is not None, "a day that was read has its figures"
    comparison = Comparison(
        recorded=day.summary,
        before=before,
        after=after,
        likeness=_likeness(cases),
        effect=_effect(cases),
        assumed=tuple(_assumed(day)),
        cases=tuple(case for case in cases if case.is_changed),
    )
    return comparison, cases


def _run(day: RecordedDay, change: Change) -> tuple[Summary, dict[CaseId, CaseTrace]]:
    traces: dict[CaseId, CaseTrace] = {}

    def keep(trace: CaseTrace) -> None:
        traces[trace.case] = trace

    measured = replace(day.measured, on_case=keep)
    staffed = [(group, workers_of(group, change.seed)) for group in change.staffing.agents]
    workers = [as_new(each) for each in day.workers]
    floor = SimulatedFloor(
        [*workers, *(each for _, added in staffed for each in added)],
        [Line(line.name, line.target_ms) for line in day.lines],
        measured,
    )
    floor.follow(_story(day, change))
    floor.follow(iter(presences(staffed, measured)))
    floor.run(measured.until_ms)
    return floor.finish(), traces


def _story(day: RecordedDay, change: Change) -> Iterator[Step | Job]:
    """Yield what comes on that day, with the change in it."""
    changed = {key: getattr(change.policy, key) for key in change.policy_keys}
    if changed:
        # Until the day's own policy comes, the router goes by what it has unless told.
        first = c.ConfigurePolicy(ref=REF, policy=replace(Policy(), **changed))
        yield Step(day.measured.starts_ms, SYSTEM, first)
    for each in day.story:
        if isinstance(each, Job):
            yield replace(each, legs=list(each.legs), answers=list(each.answers or ()))
        elif isinstance(each.command, c.ConfigurePolicy):
            policy = replace(each.command.policy, **changed)
            yield Step(each.at_ms, each.actor, c.ConfigurePolicy(ref=REF, policy=policy))
        elif getattr(each.command, "agent", None) not in change.staffing.remove:
            yield each


def _case_change(
    recorded: CaseTrace | None, before: CaseTrace, after: CaseTrace | None
) -> CaseChange:
    return CaseChange(
        case=before.case,
        queue=before.line,
        arrived_s=before.arrived_s,
        agent_recorded=recorded.agent if recorded else None,
        agent_before=before.agent,
        agent_after=after.agent if after else None,
        wait_recorded_s=recorded.wait_s if recorded else None,
        wait_before_s=before.wait_s,
        wait_after_s=after.wait_s if after else None,
        abandoned_recorded=recorded is not None and recorded.abandoned,
        abandoned_before=before.abandoned,
        abandoned_after=after is not None and after.abandoned,
    )


def _is_near(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return abs(first - second) <= SAME_WAIT_S


def _likeness(cases: Sequence[CaseChange]) -> Likeness:
    return Likeness(
        cases=len(cases),
        same_agent=sum(case.agent_recorded == case.agent_before for case in cases),
        same_wait=sum(_is_near(case.wait_recorded_s, case.wait_before_s) for case in cases),
    )


def _effect(cases: Sequence[CaseChange]) -> Effect:
    moved = [
        case.wait_after_s - case.wait_before_s
        for case in cases
        if case.wait_before_s is not None and case.wait_after_s is not None
    ]
    return Effect(
        cases=sum(case.is_changed for case in cases),
        other_agent=sum(case.agent_before != case.agent_after for case in cases),
        sooner=sum(by_s < -SAME_WAIT_S for by_s in moved),
        later=sum(by_s > SAME_WAIT_S for by_s in moved),
        saved=sum(case.abandoned_before and not case.abandoned_after for case in cases),
        lost=sum(case.abandoned_after and not case.abandoned_before for case in cases),
    )


def _assumed(day: RecordedDay) -> Iterator[str]:
    yield "Every case arrives when it did, and takes as long to handle as it did, whoever has it."
    yield (
        "A client who gave up would give up after the same time again. One who was served would "
        "have waited for ever: how long, nobody knows."
    )
    yield (
        "Agents come, pause and leave when they did. The first offer of a case is answered as its "
        "first offer was, and so on, whoever gets it."
    )
    yield "The time that a case waited for its client is left out; it closes when its work is done."
    if day.by_hand:
        yield f"{day.by_hand} assignments were made by hand; here the router makes all of them."
    if day.never_taken:
        yield (
            f"{day.never_taken} cases were never taken; if they are here, they take the mean time "
            "of their queue."
        )
    if day.unfinished:
        yield f"{day.unfinished} cases were not over at the end; they go on until the end."


# For a person.


def report(comparison: Comparison) -> str:
    """Return the comparison as text."""
    like, effect = comparison.likeness, comparison.effect
    parts = [
        "As recorded\n" + table(comparison.recorded),
        "Simulated, with the rules of the day\n" + table(comparison.before),
        "Simulated, with the change\n" + table(comparison.after),
        f"The simulation of the day gives {like.same_agent} of {like.cases} cases to the same "
        f"agent as recorded, and {like.same_wait} the same wait.\n",
        f"The change moves {effect.cases} cases: {effect.other_agent} to another agent, "
        f"{effect.sooner} served sooner, {effect.later} later; {effect.saved} clients stay who "
        f"gave up, {effect.lost} give up who stayed.\n",
        "Assumed\n" + "".join(f"  {line}\n" for line in comparison.assumed),
    ]
    largest = sorted(comparison.cases, key=_moved_s, reverse=True)[:_SHOWN]
    if largest:
        parts.append("The cases that move most\n" + "".join(map(_case_row, largest)))
    return "\n".join(parts)


def _moved_s(case: CaseChange) -> float:
    return abs((case.wait_after_s or 0.0) - (case.wait_before_s or 0.0))


def _case_row(case: CaseChange) -> str:
    return (
        f"  {case.case}  {_wait(case.agent_before, case.wait_before_s)} -> "
        f"{_wait(case.agent_after, case.wait_after_s)}\n"
    )


def _wait(agent: AgentId | None, wait_s: float | None) -> str:
    waited = "still waiting" if wait_s is None else f"{wait_s:.1f} s"
    return f"{agent or 'nobody'} after {waited}"
