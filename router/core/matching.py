"""The index over the state: which case is next for an agent, which agent is best for a case.

It is derived from the state, and for rings and earmarks from the time as well, never stored, and
never an authority: it can be thrown away and built again.
"""

from router.core.agents import CostKey, Profile, Roster, runner_up
from router.core.changes import Moved
from router.core.ranking import Ranking
from router.core.seekers import Seekers
from router.core.state import Agent, Case, State
from router.core.timers import Timers
from store.schema.ids import AgentId, CaseId, QueueId
from store.schema.terms import CaseStatus, ChoiceCause, Ring, RunnerUp, SkillLevel

Pool = Ranking[CaseId, int]
Waiting = tuple[int, CaseId]
Rules = tuple[tuple[SkillLevel, ...], tuple[Ring, ...]]


class Matching:
    """Waiting cases in pools by queue and cost; agents in the roster; timers of all.

    cases, agents: those that moved and that nobody has tried to give or to serve since. A case
    among them is in no pool.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.roster = Roster()
        self.timers = Timers(state)
        self.seekers = Seekers()
        self.cases: dict[CaseId, None] = {}
        self.agents: dict[AgentId, None] = {}
        self._pools: dict[tuple[QueueId, CostKey], Pool] = {}
        self._costs: list[CostKey] = []
        self._personal: dict[AgentId, Pool] = {}
        self._places: dict[CaseId, tuple[Pool, ...]] = {}
        self._rules: dict[QueueId, Rules] = {}
        self.roster.put_choice(state.policy.choice, ())
        self.refresh(
            Moved(queues=dict.fromkeys(state.queues), agents=dict.fromkeys(state.agents)),
            state.at_ms,
        )
        for case in state.cases.values():
            self._note(case, state.at_ms)
            self.put_case(case, state.at_ms)
        self.agents.clear()
        self.seekers.forget_news()

    # Keep in step with the state.

    def refresh(self, moved: Moved, now_ms: int) -> None:
        """Take in what has moved, and empty `moved`."""
        if moved.has_policy:
            self._take_in_policy(moved)
        if moved.queues:
            self._take_in_queues(moved, now_ms)
        for agent_name in moved.agents:
            agent = self.state.agents[agent_name]
            self._take_in_agent(agent)
        self.agents.update(moved.agents)
        moved.agents.clear()
        for name in moved.cases:
            places = self._places.pop(name, None)
            if places is not None:
                for pool in places:
                    pool.discard(name)
            case = self.state.cases.get(name)
            if case is None:
                self.timers.drop(name)
                self.seekers.drop(name)
            else:
                self._note(case, now_ms)
        self.cases.update(moved.cases)
        moved.cases.clear()

    def put_case(self, case: Case, now_ms: int) -> None:
        """Leave a waiting case to whoever can take it later."""
        if not case.is_waiting or case.is_held or case.case in self._places:
            return
        rank = case.rank
        if case.preferred is not None:
            pool = self._personal.get(case.preferred)
            if pool is None:
                pool = self._personal[case.preferred] = Ranking()
            pool.put(case.case, rank)
            self._places[case.case] = (pool,)
            return
        cost = (case.units, case.is_exclusive)
        self._places[case.case] = tuple(
            self._put_in_pool(queue, cost, case.case, rank) for queue in self.queues(case, now_ms)
        )

    # Ask.

    def best_case(self, agent: Agent) -> Waiting | None:
        """Return the first waiting case that the agent may be given, or None."""
        if agent.earmarked is not None:
            return self._kept_for(agent)
        if agent.exclusives or agent.load >= agent.capacity or not agent.is_receiving:
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

    def candidates(self, case: Case, now_ms: int) -> tuple[ChoiceCause, list[RunnerUp]]:
        """Return up to six agents who can be given the waiting case now, the best first."""
        if case.is_held:
            return ChoiceCause.BEST, []
        name, cause = case.preferred, ChoiceCause.PREFERRED
        if name is None:
            name, cause = case.earmark, ChoiceCause.EARMARKED
        if name is not None:
            agent = self.state.agents[name]
            is_kept_for_another = agent.earmarked not in {None, case.case}
            if agent.is_receiving and agent.has_room(case) and not is_kept_for_another:
                level = self.roster.of_agent[name].level(self.state.queues[case.queue])
                return cause, [runner_up(agent, level)]
            if cause is ChoiceCause.PREFERRED:
                return cause, []
        return ChoiceCause.BEST, self.roster.candidates(case, self.queues(case, now_ms))

    def queues(self, case: Case, now_ms: int) -> tuple[QueueId, ...]:
        """Return the queues whose agents may take the case: its own, then the rings open for it."""
        queue = self.state.queues.get(case.queue)
        if queue is None or not queue.rings:
            return (case.queue,)
        waited_ms = now_ms - case.enqueued_at_ms
        opened = [ring.queue for ring in queue.rings if ring.after_ms <= waited_ms]
        return tuple(dict.fromkeys((case.queue, *opened)))

    def serves(self, agent: Agent, queue: QueueId) -> bool:
        """Whether the agent has the skills of the queue."""
        return queue in self.roster.of_agent[agent.agent].queues

    def awaiting(self, agent: AgentId) -> list[CaseId]:
        """Return the waiting cases that prefer the agent, in no order."""
        pool = self._personal.get(agent)
        settled = [] if pool is None else [name for _, name in pool.ascending()]
        moving = [self.state.cases[name] for name in self.cases if name in self.state.cases]
        return settled + [
            case.case for case in moving if case.is_waiting and case.preferred == agent
        ]

    def first_in(self, queue: QueueId) -> list[Waiting]:
        """Return the first case of each cost that waits in the queue for anybody."""
        pools = [self._pools.get((queue, cost)) for cost in self._costs]
        firsts = [pool.first() for pool in pools if pool is not None]
        return sorted(first for first in firsts if first is not None)

    # Steps.

    def _take_in_policy(self, moved: Moved) -> None:
        # Every deadline and every comparison may be another one; it happens a few times a year.
        moved.has_policy = False
        self.roster.put_choice(
            self.state.policy.choice,
            [each for each in self.state.agents.values() if each.agent in self.roster.of_agent],
        )
        for case in self.state.cases.values():
            if case.is_exclusive or case.status is CaseStatus.SCHEDULED:
                moved.cases[case.case] = None

    def _take_in_queues(self, moved: Moved, now_ms: int) -> None:
        changed: set[QueueId] = set()
        for name in moved.queues:
            queue = self.state.queues[name]
            self.timers.put_queue(queue, now_ms)
            rules = (queue.required, queue.rings)
            if self._rules.get(name) != rules:
                self._rules[name] = rules
                changed.add(name)
                self._show_heads(name, self.roster.put_queue(queue))
        moved.queues.clear()
        if changed:
            # Who serves whom is another question now, for everybody.
            moved.agents.update(dict.fromkeys(self.state.agents))
            moved.cases.update(
                (case.case, None) for case in self.state.cases.values() if case.queue in changed
            )

    def _take_in_agent(self, agent: Agent) -> None:
        profile = self.roster.of_agent.get(agent.agent)
        is_other = profile is None or profile.key != (agent.skills, agent.capacity)
        if is_other:
            made = self.roster.configure(agent)
            for queue in made.queues if made is not None else ():
                self._show_heads(queue, [made] if made is not None else [])
        is_new_here = self.roster.put_agent(agent)
        if is_new_here or is_other:
            self.seekers.note_agent(agent.agent)
        self.timers.put_agent(agent)

    def _note(self, case: Case, now_ms: int) -> None:
        self.timers.put_case(case, now_ms)
        if case.is_exclusive or case.due_at_ms is not None:
            self.seekers.put(case, self.state.policy, now_ms)

    def _put_in_pool(self, queue: QueueId, cost: CostKey, name: CaseId, rank: int) -> Pool:
        pool = self._pools.get((queue, cost))
        if pool is None:
            pool = self._pools[queue, cost] = Ranking()
            if cost not in self._costs:
                self._costs.append(cost)
        pool.put(name, rank)
        if pool.first() == (rank, name):
            for profile in self.roster.serving(queue):
                profile.head(cost).put(queue, rank)
        return pool

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
        passed: list[tuple[QueueId, int]] = []
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
                found = self._first_for(pool, first, agent)
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

    def _first_for(self, pool: Pool, first: Waiting, agent: AgentId) -> Waiting | None:
        if agent not in self.state.cases[first[1]].excluded:
            return first
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

    def _kept_for(self, agent: Agent) -> Waiting | None:
        case = self.state.cases.get(agent.earmarked) if agent.earmarked is not None else None
        if case is None or not case.is_waiting or case.preferred is not None:
            return None
        return (case.rank, case.case) if agent.is_receiving and agent.has_room(case) else None
