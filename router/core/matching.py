"""The index over the state: which case is next for an agent, which agent is best for a case.

It is derived from the state, and for rings and earmarks from the time as well, never stored, and
never an authority: it can be thrown away and built again.
"""

from router.core.agents import Roster
from router.core.changes import Moved
from router.core.ranking import Ranking
from router.core.seekers import Seekers
from router.core.state import Agent, Case, State
from router.core.timers import Timers
from store.schema.ids import AgentId, CaseId, QueueId
from store.schema.terms import ChoiceCause, Ring, RunnerUp, SkillLevel

Pool = Ranking[CaseId, int]
# The units a case costs, and whether it takes its agent whole.
CostKey = tuple[int, bool]
Waiting = tuple[int, CaseId]
# Where a case waits: for one agent, or at a cost in queues.
Place = AgentId | tuple[CostKey, tuple[QueueId, ...]]
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
        self._pools: dict[CostKey, dict[QueueId, Pool]] = {}
        # The first of each pool that is not empty.
        self._firsts: dict[CostKey, dict[QueueId, Waiting]] = {}
        self._personal: dict[AgentId, Pool] = {}
        self._places: dict[CaseId, Place] = {}
        self._rules: dict[QueueId, Rules] = {}
        self.roster.put_choice(state.policy.choice, ())
        everything = Moved()
        everything.queues.update(dict.fromkeys(state.queues))
        everything.agents.update(dict.fromkeys(state.agents))
        self.refresh(everything, state.at_ms)
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
        agents, cases = self.state.agents, self.state.cases
        for agent_name in moved.configured:
            self._configure(agents[agent_name])
        moved.configured.clear()
        for agent_name in moved.agents:
            agent = agents[agent_name]
            if agent_name not in self.roster.of_agent:
                self._configure(agent)
            if self.roster.put_agent(agent):
                self.seekers.note_agent(agent_name)
            self.timers.put_agent(agent)
            self.agents[agent_name] = None
        moved.agents.clear()
        for name in moved.cases:
            place = self._places.pop(name, None)
            if place is not None:
                self._take_out(name, place)
            case = cases.get(name)
            if case is None:
                self.timers.drop(name)
                self.seekers.drop(name)
            else:
                self._note(case, now_ms)
                self.cases[name] = None
        moved.cases.clear()

    def put_case(self, case: Case, now_ms: int) -> None:
        """Leave a waiting case to whoever can take it later."""
        if not case.is_waiting or case.is_held or case.case in self._places:
            return
        entry = (case.rank, case.case)
        if case.preferred is not None:
            pool = self._personal.get(case.preferred)
            if pool is None:
                pool = self._personal[case.preferred] = Ranking()
            pool.put(case.case, entry[0])
            self._places[case.case] = case.preferred
            return
        cost, queues = (case.units, case.is_exclusive), self.queues(case, now_ms)
        self._places[case.case] = (cost, queues)
        pools, firsts = self._pools.setdefault(cost, {}), self._firsts.setdefault(cost, {})
        for queue in queues:
            pool = pools.get(queue)
            if pool is None:
                pool = pools[queue] = Ranking()
            pool.put(case.case, entry[0])
            first = firsts.get(queue)
            if first is None or entry < first:
                firsts[queue] = entry

    # Ask.

    def best_case(self, agent: Agent) -> Waiting | None:
        """Return the first waiting case that the agent may be given, or None."""
        if agent.earmarked is not None:
            return self._kept_for(agent)
        if agent.exclusives or agent.load >= agent.capacity or not agent.is_receiving:
            return None
        best = self._best_personal(agent)
        profile = self.roster.of_agent[agent.agent]
        for cost, firsts in self._firsts.items():
            units, is_exclusive = cost
            if agent.load + units > agent.capacity or (is_exclusive and agent.load):
                continue
            # As many looks as the agent has queues: up to hundreds, quicker than to keep a heap
            # of them in order for every profile.
            for queue in profile.queues:
                first = firsts.get(queue)
                if first is None or (best is not None and first >= best):
                    continue
                if agent.agent in self.state.cases[first[1]].excluded:
                    first = self._first_for(self._pools[cost][queue], agent.agent)
                    if first is None or (best is not None and first >= best):
                        continue
                best = first
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
                return cause, [self.roster.runner_up(name, case.queue)]
            if cause is ChoiceCause.PREFERRED:
                return cause, []
        return ChoiceCause.BEST, self.roster.candidates(case, self.queues(case, now_ms))

    def queues(self, case: Case, now_ms: int) -> tuple[QueueId, ...]:
        """Return the queues whose agents may take the case: its own, then the rings open for it."""
        place = self._places.get(case.case)
        if isinstance(place, tuple):
            return place[1]
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

    # Explain.

    def queues_of(self, agent: Agent) -> list[QueueId]:
        """Return the queues that the agent serves."""
        return sorted(self.roster.of_agent[agent.agent].queues)

    def first_in(self, queue: QueueId) -> list[Waiting]:
        """Return the first case of each cost that waits in the queue for anybody."""
        return sorted(firsts[queue] for firsts in self._firsts.values() if queue in firsts)

    def waiting_in(self, queue: QueueId) -> int:
        """Return how many cases the queue's agents may take, those of rings too."""
        return sum(len(pools[queue]) for pools in self._pools.values() if queue in pools)

    def place(self, case: Case) -> int:
        """Return the place of a waiting case among those its queue's agents may take. O(n)."""
        pools = [pools[case.queue] for pools in self._pools.values() if case.queue in pools]
        return 1 + sum(pool.count_below(case.rank) for pool in pools)

    # Steps.

    def _take_in_policy(self, moved: Moved) -> None:
        # Every deadline and every comparison may be another one; it happens a few times a year.
        moved.has_policy = False
        self.roster.put_choice(
            self.state.policy.choice,
            [each for each in self.state.agents.values() if each.agent in self.roster.of_agent],
        )
        for case in self.state.cases.values():
            if case.is_exclusive or case.is_to_come:
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
                self.roster.put_queue(queue)
        moved.queues.clear()
        if changed:
            # Who serves whom is another question now, for everybody.
            moved.agents.update(dict.fromkeys(self.state.agents))
            moved.cases.update(
                (case.case, None) for case in self.state.cases.values() if case.queue in changed
            )

    def _configure(self, agent: Agent) -> None:
        self.roster.configure(agent)
        self.seekers.note_agent(agent.agent)

    def _note(self, case: Case, now_ms: int) -> None:
        self.timers.put_case(case, now_ms)
        if case.is_exclusive or case.due_at_ms is not None:
            self.seekers.put(case, self.state.policy, now_ms)

    def _take_out(self, name: CaseId, place: Place) -> None:
        if isinstance(place, str):
            self._personal[place].discard(name)
            return
        cost, queues = place
        pools, firsts = self._pools[cost], self._firsts[cost]
        for queue in queues:
            pool = pools[queue]
            pool.discard(name)
            if firsts[queue][1] == name:
                first = pool.first()
                if first is None:
                    del firsts[queue]
                else:
                    firsts[queue] = first

    def _first_for(self, pool: Pool, agent: AgentId) -> Waiting | None:
        """Return the first case of the pool that has not been refused by the agent."""
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
