"""docs/ROUTING.md as naive code: every rule looks at every waiting case and every agent.

It shares nothing with `router.core`: its facts are the events, its choice is `min` over all.
"""

from collections import Counter
from collections.abc import Callable, Iterable

from msgspec import structs

from store.schema import events as e
from store.schema.ids import AgentId, OfferId, QueueId
from store.schema.scoring import channel_rule
from store.schema.terms import (
    AssignCause,
    CaseStatus,
    ChoiceCause,
    Criterion,
    EarmarkCause,
    ExcludedCount,
    Exclusion,
    RunnerUp,
    Term,
)
from tests.properties.facts import Agent, Case, Facts

RUNNERS_UP_MAX = 5
# An agent is counted under the first that holds, and they are written in this order (§3).
REASONS = (
    Exclusion.SKILL_MISSING,
    Exclusion.NOT_CONNECTED,
    Exclusion.NOT_AVAILABLE,
    Exclusion.JOINING,
    Exclusion.EARMARKED,
    Exclusion.HAS_OFFER,
    Exclusion.AT_CAPACITY,
    Exclusion.REFUSED_BEFORE,
)
# What an offer's id is, the router says; the model leaves it out.
ANY_OFFER = OfferId("")
# The load of an agent who is taken whole, where agents to keep free are compared (§6).
WHOLE = 1_000_000
Rank = tuple[int | str, ...]


class Model:
    """The rules over the facts; every answer is worked out anew."""

    def __init__(self) -> None:
        self.facts = Facts()

    # What an agent can do (§2).

    def receives(self, agent: Agent) -> bool:
        return agent.is_ready and agent.joins_at_ms is None

    def has_room(self, agent: Agent, case: Case) -> bool:
        work = self.facts.work(agent.agent)
        load = sum(other.units for other in work)
        if self._is_whole(agent) or load + case.units > agent.capacity:
            return False
        return load == 0 or not case.is_exclusive

    def serves(self, agent: Agent, name: QueueId) -> bool:
        queue = self.facts.queues.get(name)
        return queue is not None and all(
            agent.levels.get(need.skill, 0) >= need.level for need in queue.configured.required
        )

    def serves_case(self, agent: Agent, case: Case, now_ms: int) -> bool:
        """Whether the agent serves its queue or that of a ring that is open for it (§4)."""
        rings = self.facts.queues[case.queue].configured.rings
        opened = [ring.queue for ring in rings if case.age_ms + ring.after_ms <= now_ms]
        return any(self.serves(agent, name) for name in (case.queue, *opened))

    def kept_for(self, agent: Agent) -> list[Case]:
        """Return the cases that the agent is kept free for: at most one."""
        return [case for case in self.facts.cases.values() if case.earmarked == agent.agent]

    def why_not(self, agent: Agent, case: Case, now_ms: int) -> Exclusion | None:
        """Return why the agent cannot take the case, the first reason that holds, or None."""
        holds: dict[Exclusion, Callable[[], bool]] = {
            Exclusion.SKILL_MISSING: lambda: not self.serves_case(agent, case, now_ms),
            Exclusion.NOT_CONNECTED: lambda: not agent.is_connected,
            Exclusion.NOT_AVAILABLE: lambda: not agent.is_ready,
            Exclusion.JOINING: lambda: not self.receives(agent),
            Exclusion.EARMARKED: lambda: self._is_kept_for_another(agent, case),
            Exclusion.HAS_OFFER: lambda: not self.has_room(agent, case) and self._offered(agent),
            Exclusion.AT_CAPACITY: lambda: not self.has_room(agent, case),
            Exclusion.REFUSED_BEFORE: lambda: agent.agent in case.excluded,
        }
        return next((reason for reason in REASONS if holds[reason]()), None)

    def _is_kept_for_another(self, agent: Agent, case: Case) -> bool:
        return any(other is not case for other in self.kept_for(agent))

    def _offered(self, agent: Agent) -> bool:
        return any(case.offer is not None for case in self.facts.work(agent.agent))

    def eligible(self, case: Case, now_ms: int) -> list[Agent]:
        """Return who may take the case, the best first."""
        if case.is_held:
            return []
        able = [
            agent
            for agent in self._active()
            if self.why_not(agent, case, now_ms) is None
            and (case.preferred is None or case.preferred.agent == agent.agent)
        ]
        return sorted(able, key=lambda agent: self._rank(agent, case))

    def _active(self) -> list[Agent]:
        return [agent for agent in self.facts.agents.values() if agent.is_active]

    # Who is better (§3).

    def skill_level(self, agent: Agent, case: Case) -> int:
        required = self.facts.queues[case.queue].configured.required
        return sum(agent.levels.get(need.skill, 0) for need in required)

    def _rank(self, agent: Agent, case: Case) -> Rank:
        """Return what eligible agents are compared by: its own earmark first, then the choice."""
        return (int(case.earmarked != agent.agent), *self._choice(agent, case))

    def _choice(self, agent: Agent, case: Case, load: int | None = None) -> Rank:
        value = {
            Criterion.SKILL_LEVEL: -self.skill_level(agent, case),
            Criterion.LOAD: self.facts.load(agent.agent) if load is None else load,
            Criterion.IDLE: agent.idle_since_ms,
        }
        return (*(value[each] for each in self.facts.policy.choice), agent.agent)

    # What waits (§1).

    def terms(self, case: Case, target_ms: int) -> tuple[Term, ...]:
        """Return the head start by the policy of now; target_ms: of the case's first queue."""
        policy, opened = self.facts.policy, case.opened
        parts = [
            (
                "subject",
                [rule.head_start_ms for rule in policy.subjects if rule.subject == opened.subject],
            ),
            (
                "channel",
                [rule.head_start_ms for rule in policy.channels if rule.channel is opened.channel],
            ),
            (
                "segment",
                [rule.head_start_ms for rule in policy.segments if rule.segment is opened.segment],
            ),
        ]
        ahead_ms = policy.service_level_reference_ms - target_ms
        parts += [("service_level", [ahead_ms])] if ahead_ms > 0 else []
        parts += [("escalation", [policy.escalation_head_start_ms])] if case.is_escalated else []
        return tuple(Term(name=name, head_start_ms=sum(amounts)) for name, amounts in parts)

    def in_order(self) -> list[Case]:
        """Return the waiting cases, the first one first."""
        waiting = [case for case in self.facts.cases.values() if case.is_waiting]
        return sorted(waiting, key=lambda case: (case.key, case.opened.seq))

    # What the router does by itself at the end of a turn.

    def next_choice(self, now_ms: int) -> list[e.AnyCaseEvent]:
        """Return the events of the next choice, or none when there is nothing left to do."""
        for case in self.in_order():
            if able := self.eligible(case, now_ms):
                return self._give(case, able, now_ms)
        for case in self._appointments_in_their_window(now_ms):
            if chosen := self._earmark(case, EarmarkCause.APPOINTMENT, now_ms):
                return chosen
        for case in self.in_order():
            if self._drains(case, now_ms) and (
                chosen := self._earmark(case, EarmarkCause.DRAINING, now_ms)
            ):
                return chosen
        return []

    def _give(self, case: Case, able: list[Agent], now_ms: int) -> list[e.AnyCaseEvent]:
        decided = self.decision(case, able, now_ms)
        rule = channel_rule(self.facts.policy, case.opened.channel)
        given: e.CaseOffered | e.CaseAssigned
        if rule.is_offered:
            given = e.CaseOffered(
                seq=0,
                at_ms=now_ms,
                case=case.name,
                client=case.opened.client,
                offer=ANY_OFFER,
                agent=able[0].agent,
                deadline_ms=now_ms + rule.offer_ms,
                attempt=case.attempts + 1,
            )
        else:
            given = e.CaseAssigned(
                seq=0,
                at_ms=now_ms,
                case=case.name,
                client=case.opened.client,
                holder=able[0].agent,
                agent_name=able[0].name,
                cause=AssignCause.AUTOMATIC,
            )
        return [*self._end_of_earmark(case, now_ms), decided, given]

    def _end_of_earmark(self, case: Case, now_ms: int) -> list[e.AnyCaseEvent]:
        if case.earmarked is None:
            return []
        return [
            e.EarmarkEnded(
                seq=0,
                at_ms=now_ms,
                case=case.name,
                client=case.opened.client,
                agent=case.earmarked,
            )
        ]

    def decision(self, case: Case, able: list[Agent], now_ms: int) -> e.CaseDecided:
        """Return the record of giving the case to the first of these."""
        best = able[0]
        cause = ChoiceCause.BEST
        if case.preferred is not None:
            cause = ChoiceCause.PREFERRED
        elif case.earmarked == best.agent:
            cause = ChoiceCause.EARMARKED
        is_compared = cause is ChoiceCause.BEST
        excluded = Counter(
            reason
            for agent in self._active()
            if is_compared and (reason := self.why_not(agent, case, now_ms)) is not None
        )
        return e.CaseDecided(
            seq=0,
            at_ms=now_ms,
            case=case.name,
            client=case.opened.client,
            agent=best.agent,
            queue=case.queue,
            key=case.key,
            terms=case.terms,
            skill_level=self.skill_level(best, case),
            load=self.facts.load(best.agent),
            idle_since_ms=best.idle_since_ms,
            waited_ms=now_ms - case.age_ms,
            runners_up=tuple(
                RunnerUp(
                    agent=agent.agent,
                    skill_level=self.skill_level(agent, case),
                    load=self.facts.load(agent.agent),
                    idle_since_ms=agent.idle_since_ms,
                )
                for agent in able[1 : 1 + RUNNERS_UP_MAX if is_compared else 1]
            ),
            excluded=tuple(
                ExcludedCount(reason=reason, agents=excluded[reason])
                for reason in REASONS
                if excluded[reason]
            ),
            cause=cause,
        )

    # Keeping one agent free (§6).

    def _appointments_in_their_window(self, now_ms: int) -> list[Case]:
        near = [
            case
            for case in self.facts.cases.values()
            if self._is_in_its_window(case, now_ms) and case.earmarked is None
        ]
        return sorted(near, key=lambda case: (case.due_at_ms, case.opened.seq))

    def _is_in_its_window(self, case: Case, now_ms: int) -> bool:
        """Whether an appointment to come is near enough to keep an agent free for it."""
        return (
            case.status is CaseStatus.SCHEDULED
            and case.due_at_ms is not None
            and case.due_at_ms - self.facts.policy.earmark_ms <= now_ms < case.due_at_ms
        )

    def _drains(self, case: Case, now_ms: int) -> bool:
        return (
            case.is_exclusive
            and not case.is_held
            and case.preferred is None
            and case.earmarked is None
            and case.age_ms + self.facts.policy.drain_after_ms <= now_ms
            and not self.eligible(case, now_ms)
        )

    def can_be_kept(self, agent: Agent, case: Case) -> bool:
        """Whether the agent, who may be busy now, could take the case once it has room."""
        return (
            self.receives(agent)
            and self.serves(agent, case.queue)
            and agent.capacity >= case.units
            and agent.agent not in case.excluded
        )

    def _earmark(self, case: Case, cause: EarmarkCause, now_ms: int) -> list[e.AnyCaseEvent]:
        able = [
            agent
            for agent in self._active()
            if self.can_be_kept(agent, case) and not self.kept_for(agent)
        ]
        if not able:
            return []
        is_draining = cause is EarmarkCause.DRAINING
        best = min(able, key=lambda agent: self._keeping_rank(agent, case, is_draining=is_draining))
        return [
            e.CaseEarmarked(
                seq=0,
                at_ms=now_ms,
                case=case.name,
                client=case.opened.client,
                agent=best.agent,
                cause=cause,
            )
        ]

    def _keeping_rank(self, agent: Agent, case: Case, *, is_draining: bool) -> Rank:
        """Return what agents to keep are compared by; the sooner empty drains."""
        load = WHOLE if self._is_whole(agent) else self.facts.load(agent.agent)
        return (*((load,) if is_draining else ()), *self._choice(agent, case, load))

    def _is_whole(self, agent: Agent) -> bool:
        return any(case.is_exclusive for case in self.facts.work(agent.agent))

    def preference(self, case: Case) -> tuple[AgentId, str] | None:
        """Return whom a case just opened, or just let in, waits for, and why."""
        if case.due_at_ms is not None:
            return None
        named = self.facts.named.get(case.opened.client, ())
        last = self.facts.last_agent.get(case.opened.client)
        wanted = [(name, "named_agent") for name in named]
        wanted += [] if last is None else [(last, "last_agent")]
        for name, why in wanted:
            agent = self.facts.agents.get(name)
            if agent is not None and self.hold_ms(why) and self._can_wait_for(agent, case):
                return name, why
        return None

    def hold_ms(self, why: str) -> int:
        """Return how long a case waits for one agent; 0 is not at all."""
        policy = self.facts.policy
        is_named = why == "named_agent"
        return policy.named_agent_hold_ms if is_named else policy.last_agent_hold_ms

    def _can_wait_for(self, agent: Agent, case: Case) -> bool:
        return (
            self.receives(agent)
            and agent.capacity >= case.units
            and self.serves(agent, case.queue)
            and not self._is_kept_for_another(agent, case)
        )

    # When waits end of themselves.

    def earmark_is_over(self, case: Case) -> bool:
        """Whether nothing is left of the reasons to keep an agent free for the case."""
        assert case.earmarked is not None
        agent = self.facts.agents[case.earmarked]
        is_to_come = case.status is CaseStatus.SCHEDULED or case.is_waiting
        return not is_to_come or not self.can_be_kept(agent, case)

    def preference_is_over(self, case: Case, now_ms: int) -> bool:
        """Whether the wait for one agent is at its end."""
        assert case.preferred is not None
        agent = self.facts.agents[case.preferred.agent]
        return (
            now_ms >= case.preferred.until_ms
            or not self._can_wait_for(agent, case)
            or agent.agent in case.excluded
        )

    def joins_at_ms(self, agents: Iterable[Agent], now_ms: int) -> int | None:
        """Return when somebody who becomes available now begins, beside these who join (§7)."""
        if self.facts.policy.login_levelling_ms == 0:
            return None
        running = [agent.joins_at_ms for agent in agents if agent.joins_at_ms is not None]
        return min(running, default=now_ms + self.facts.policy.login_levelling_ms)

    def is_in_hours(self, name: QueueId, now_ms: int) -> bool:
        """Whether the queue is open by its hours, or as it was until they are known (§8)."""
        queue = self.facts.queues[name]
        if queue.configured.hours is None:
            return True
        if queue.periods is None:
            return queue.is_in_hours
        return any(opens_ms <= now_ms < closes_ms for opens_ms, closes_ms in queue.periods)

    def opens_at_ms(self, name: QueueId, now_ms: int) -> int | None:
        """Return when the queue's hours begin next."""
        periods = self.facts.queues[name].periods or ()
        return min((opens_ms for opens_ms, _ in periods if opens_ms > now_ms), default=None)


def without_position(event: e.AnyEvent) -> e.AnyEvent:
    """Return the event without what only the router knows: its place in the log, an offer's id."""
    event = structs.replace(event, seq=0)
    return structs.replace(event, offer=ANY_OFFER) if isinstance(event, e.CaseOffered) else event
