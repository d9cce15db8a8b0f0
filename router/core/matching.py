"""The index over the state: which case is next for an agent, which agent is best for a case.

It is derived from the state, and for rings from the time as well, never stored, and never an
authority: it can be thrown away and built again.
"""

from router.core.agents import CostKey, Profile, Roster
from router.core.ranking import Rank, Ranking
from router.core.state import Agent, Case, Queue, State
from router.core.timers import Timers
from store.schema.ids import AgentId, CaseId, QueueId
from store.schema.terms import Ring, RunnerUp

PoolKey = tuple[QueueId, CostKey]
Waiting = tuple[Rank, CaseId]


class Matching:
    """Waiting cases in pools by queue and cost; agents in the roster; timers of both."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.roster = Roster()
        self.timers = Timers()
        self._pools: dict[PoolKey, Ranking[CaseId]] = {}
        self._costs: set[CostKey] = set()
        self._personal: dict[AgentId, Ranking[CaseId]] = {}
        self._queues_of: dict[CaseId, tuple[QueueId, ...]] = {}
        self._held: dict[CaseId, AgentId] = {}
        self._rings: dict[QueueId, tuple[Ring, ...]] = {}
        for queue in state.queues.values():
            self.put_queue(queue)
        for agent in state.agents.values():
            self.put_agent(agent)
        for case in state.cases.values():
            self.put_case(case, state.at_ms)

    # Keep in step with the state.

    def put_agent(self, agent: Agent) -> None:
        """Take in an agent's state."""
        made = self.roster.put_agent(agent)
        if made is not None:
            for queue in made.queues:
                self._show_heads(queue, [made])
        self.timers.put_agent(agent)

    def put_queue(self, queue: Queue) -> None:
        """Take in a queue's rules, and move its waiting cases to the rings they now have."""
        self._show_heads(queue.queue, self.roster.put_queue(queue))
        if self._rings.get(queue.queue, ()) == queue.rings:
            return
        self._rings[queue.queue] = queue.rings
        moved = [name for name, queues in self._queues_of.items() if queues[0] == queue.queue]
        for name in moved:
            self.put_case(self.state.cases[name], self.state.at_ms)

    def put_case(self, case: Case, now_ms: int) -> None:
        """Take in an open case's state: in the pools if it waits for anybody, or held for one."""
        self.take_out(case.case)
        self.timers.put_case(case)
        if not case.is_waiting:
            return
        rank = (case.key, case.number)
        if case.preferred is not None:
            self._personal.setdefault(case.preferred, Ranking()).put(case.case, rank)
            self._held[case.case] = case.preferred
        queues = self._rings_at(case, now_ms)
        self._queues_of[case.case] = queues
        if case.preferred is None:
            for queue in queues:
                self._put_in_pool(queue, case, rank)

    def take_out(self, name: CaseId) -> None:
        """Forget a case that waits no more."""
        queues = self._queues_of.pop(name, ())
        self.timers.drop_case(name)
        for queue in queues:
            for cost in self._costs:
                pool = self._pools.get((queue, cost))
                if pool is not None:
                    pool.discard(name)
        held_for = self._held.pop(name, None)
        if held_for is not None:
            self._personal[held_for].discard(name)

    # Ask.

    def best_case(self, agent: Agent) -> Waiting | None:
        """Return the first waiting case that the agent may be given, or None."""
        if not agent.is_receiving or agent.exclusives or agent.load >= agent.capacity:
            return None
        best = self._best_personal(agent)
        profile = self.roster.of_agent[agent.agent]
        for cost in self._costs:
            units, is_exclusive = cost
            if agent.load + units > agent.capacity or (is_exclusive and agent.load):
                continue
            found = self._best_in(profile, cost, agent.agent)
            if found is not None and (best is None or found < best):
                best = found
        return best

    def candidates(self, case: Case) -> list[RunnerUp]:
        """Return up to six agents who can be given the waiting case now, the best first."""
        queues = self._queues_of[case.case]
        if case.preferred is None:
            return self.roster.candidates(case, queues)
        agent = self.state.agents[case.preferred]
        if not (agent.is_receiving and agent.has_room(case)):
            return []
        level = self.roster.of_agent[agent.agent].level(self.state.queues[queues[0]])
        return [
            RunnerUp(
                agent=agent.agent,
                skill_level=level,
                load=agent.load,
                idle_since_ms=agent.idle_since_ms,
            )
        ]

    def serves(self, agent: Agent, queue: QueueId) -> bool:
        """Whether the agent has the skills of the queue."""
        return queue in self.roster.of_agent[agent.agent].queues

    def held_for(self, agent: AgentId) -> list[CaseId]:
        """Return the waiting cases held for one agent, the first in order first."""
        personal = self._personal.get(agent)
        return [] if personal is None else [name for _, name in personal.ascending()]

    # Helpers.

    def _rings_at(self, case: Case, now_ms: int) -> tuple[QueueId, ...]:
        queue = self.state.queues.get(case.queue)
        opened = [case.queue]
        for ring in queue.rings if queue is not None else ():
            opens_ms = case.enqueued_at_ms + ring.after_ms
            if opens_ms <= now_ms:
                opened.append(ring.queue)
            else:
                self.timers.put_ring(case.case, opens_ms)
        return tuple(dict.fromkeys(opened))

    def _put_in_pool(self, queue: QueueId, case: Case, rank: Rank) -> None:
        cost = (case.units, case.is_exclusive)
        pool = self._pools.get((queue, cost))
        if pool is None:
            pool = self._pools[queue, cost] = Ranking()
            self._costs.add(cost)
        pool.put(case.case, rank)
        if pool.first() == (rank, case.case):
            for profile in self.roster.serving(queue):
                profile.head(cost).put(queue, rank)

    def _show_heads(self, queue: QueueId, profiles: list[Profile]) -> None:
        for cost in self._costs:
            pool = self._pools.get((queue, cost))
            first = pool.first() if pool is not None else None
            if first is not None:
                for profile in profiles:
                    profile.head(cost).put(queue, first[0])

    def _best_in(self, profile: Profile, cost: CostKey, agent: AgentId) -> Waiting | None:
        """Return the first case of this cost in the queues that the profile serves."""
        heads = profile.head(cost)
        best: Waiting | None = None
        passed: list[tuple[QueueId, Rank]] = []
        # A bound is corrected when it comes to the front. A queue whose first case this agent
        # has refused is looked at deeper, and its bound put back afterwards.
        while (entry := heads.first()) is not None:
            bound, queue = entry
            if best is not None and best[0] <= bound:
                break
            pool = self._pools[queue, cost]
            first = pool.first() if queue in profile.queues else None
            if first is None:
                heads.discard(queue)
            elif first[0] != bound:
                heads.put(queue, first[0])
            else:
                found = self._first_for(pool, agent)
                if found == first:
                    best = first if best is None else min(best, first)
                    break
                passed.append((queue, bound))
                heads.discard(queue)
                if found is not None and (best is None or found < best):
                    best = found
        for queue, bound in passed:
            heads.put(queue, bound)
        return best

    def _first_for(self, pool: Ranking[CaseId], agent: AgentId) -> Waiting | None:
        for entry in pool.ascending():
            if agent not in self.state.cases[entry[1]].excluded:
                return entry
        return None

    def _best_personal(self, agent: Agent) -> Waiting | None:
        personal = self._personal.get(agent.agent)
        if personal is None:
            return None
        for entry in personal.ascending():
            if agent.has_room(self.state.cases[entry[1]]):
                return entry
        return None
