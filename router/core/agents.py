"""Finds the best agent for a case: alike agents share a profile, each profile ranks its own."""

from collections.abc import Callable, Iterable, Iterator

from router.core.ranking import Ranking
from router.core.state import Agent, Case, Queue
from store.schema.ids import AgentId, QueueId
from store.schema.terms import BY_SKILL, Criterion, ExcludedCount, Exclusion, RunnerUp, SkillLevel

# The chosen agent and five runners-up.
RECORDED = 6

ProfileKey = tuple[tuple[SkillLevel, ...], int]
CostKey = tuple[int, bool]
Measures = tuple[int, ...]
# What keeps an agent from everything, or (load, whether an offer is part of it).
Standing = Exclusion | tuple[int, bool]
# The load of an agent who is taken whole: more than any capacity.
_WHOLE = 1_000
_REASONS = (
    Exclusion.SKILL_MISSING,
    Exclusion.NOT_CONNECTED,
    Exclusion.NOT_AVAILABLE,
    Exclusion.JOINING,
    Exclusion.EARMARKED,
    Exclusion.HAS_OFFER,
    Exclusion.AT_CAPACITY,
    Exclusion.REFUSED_BEFORE,
)


class Profile:
    """Agents with the same skills and capacity.

    open: those who could take something more, in the order of the policy's choice. standings: how
    many there are of each. heads: for each cost of a case, a lower bound of the first rank that
    waits in each queue they serve.
    """

    def __init__(self, number: int, skills: tuple[SkillLevel, ...], capacity: int) -> None:
        self.bit = 1 << number
        self.key = (skills, capacity)
        self.levels = {level.skill: level.level for level in skills}
        self.capacity = capacity
        self.members: dict[AgentId, Agent] = {}
        self.open: Ranking[AgentId, Measures] = Ranking()
        self.standings: dict[Standing, int] = {}
        self.queues: set[QueueId] = set()
        self.heads: dict[CostKey, Ranking[QueueId, int]] = {}

    def serves(self, queue: Queue) -> bool:
        """Whether these agents have every skill that the queue needs."""
        return all(self.levels.get(need.skill, 0) >= need.level for need in queue.required)

    def level(self, queue: Queue) -> int:
        """Return the sum of these agents' levels in the queue's skills."""
        return sum(self.levels.get(need.skill, 0) for need in queue.required)

    def head(self, cost: CostKey) -> Ranking[QueueId, int]:
        """Return the lower bounds for cases of this cost."""
        heads = self.heads.get(cost)
        if heads is None:
            heads = self.heads[cost] = Ranking()
        return heads


class Roster:
    """Every agent in its profile, and which profiles serve which queue, as bits of integers."""

    def __init__(self) -> None:
        self.profiles: list[Profile] = []
        self.of_agent: dict[AgentId, Profile] = {}
        self._by_key: dict[ProfileKey, Profile] = {}
        self._serving: dict[QueueId, int] = {}
        self._queues: dict[QueueId, Queue] = {}
        self._open = 0
        self._standing: dict[AgentId, Standing] = {}
        self._agents = 0
        self._measures = comparison(BY_SKILL)
        self._is_by_load = True

    # Keep in step.

    def put_choice(self, choice: tuple[Criterion, ...], agents: Iterable[Agent]) -> None:
        """Compare agents by other criteria from now on."""
        self._measures = comparison(choice)
        of_agents = [each for each in choice if each is not Criterion.SKILL_LEVEL]
        self._is_by_load = of_agents[:1] == [Criterion.LOAD]
        for agent in agents:
            self.put_agent(agent)

    def put_queue(self, queue: Queue) -> list[Profile]:
        """Take in a queue's skills. Returns the profiles that began to serve it."""
        name = queue.queue
        self._queues[name] = queue
        served = self._serving.get(name, 0)
        self._serving[name] = 0
        began = []
        for profile in self.profiles:
            if not profile.serves(queue):
                profile.queues.discard(name)
                continue
            profile.queues.add(name)
            self._serving[name] |= profile.bit
            if not profile.bit & served:
                began.append(profile)
        return began

    def configure(self, agent: Agent) -> Profile | None:
        """Take in an agent's skills and capacity. Returns its profile if that is a new one."""
        name, key = agent.agent, (agent.skills, agent.capacity)
        former = self.of_agent.get(name)
        profile, made = self._by_key.get(key), None
        if profile is None:
            made = profile = self._make_profile(key)
        if former is not profile:
            if former is not None:
                self._stand(former, name, None)
                former.open.discard(name)
                self._note_open(former)
                del former.members[name]
            self.of_agent[name] = profile
            profile.members[name] = agent
        return made

    def put_agent(self, agent: Agent) -> bool:
        """Take in where an agent stands. Returns whether it can be kept free, and could not be."""
        name = agent.agent
        profile = self.of_agent[name]
        standing, former = _standing(agent), self._standing.get(name)
        self._stand(profile, name, standing)
        if isinstance(standing, tuple) and standing[0] < profile.capacity:
            profile.open.put(name, self._measures(0, agent.load, agent.idle_since_ms))
        else:
            profile.open.discard(name)
        self._note_open(profile)
        return isinstance(standing, tuple) and not isinstance(former, tuple)

    # Ask.

    def serving(self, queue: QueueId) -> Iterator[Profile]:
        """Yield the profiles that serve the queue."""
        return self._profiles(self._serving.get(queue, 0))

    def candidates(self, case: Case, queues: tuple[QueueId, ...]) -> list[RunnerUp]:
        """Return up to six agents of these queues who can take the case, the best first."""
        bits = 0
        for queue in queues:
            bits |= self._serving.get(queue, 0)
        bits &= self._open
        if not bits:
            return []
        own = self._queues[queues[0]]
        found: list[tuple[Measures, AgentId, int, Agent]] = []
        for profile in self._profiles(bits):
            level = profile.level(own)
            for agent in self._open_in(profile, case):
                measures = self._measures(-level, agent.load, agent.idle_since_ms)
                found.append((measures, agent.agent, level, agent))
        # No two have the same id: a comparison never reaches the agents themselves.
        found.sort()
        return [runner_up(agent, level) for _, _, level, agent in found[:RECORDED]]

    def all_serving(self, queue: QueueId) -> Iterator[Agent]:
        """Yield every agent who serves the queue, in no order."""
        for profile in self.serving(queue):
            yield from profile.members.values()

    def spare(self, case: Case, among: Iterable[Agent], *, by_load: bool) -> Agent | None:
        """Return the best of these agents to keep free for the case, with room for it now or not.

        by_load: whether the sooner empty one comes before the policy's choice.
        """
        best: tuple[int, Measures, AgentId] | None = None
        for agent in among:
            profile = self.of_agent[agent.agent]
            if case.queue not in profile.queues or not _may_be_kept_for(agent, case):
                continue
            level = profile.level(self._queues[case.queue])
            measures = self._measures(-level, agent.load, agent.idle_since_ms)
            place = (agent.load if by_load else 0, measures, agent.agent)
            if best is None or place < best:
                best = place
        return None if best is None else self.of_agent[best[2]].members[best[2]]

    def excluded(self, case: Case, queues: tuple[QueueId, ...]) -> tuple[ExcludedCount, ...]:
        """Return how many agents each reason keeps from the case, those of docs/ROUTING.md."""
        bits = 0
        for queue in queues:
            bits |= self._serving.get(queue, 0)
        counts = dict.fromkeys(_REASONS, 0)
        counted = 0
        for profile in self._profiles(bits):
            for standing, number in profile.standings.items():
                counted += number
                reason = _exclusion(standing, case, profile.capacity)
                if reason is not None:
                    counts[reason] += number
        counts[Exclusion.SKILL_MISSING] = self._agents - counted
        for name in dict.fromkeys(case.excluded):
            profile = self.of_agent[name]
            known = self._standing.get(name)
            if profile.bit & bits and known is not None:
                is_open = _exclusion(known, case, profile.capacity) is None
                counts[Exclusion.REFUSED_BEFORE] += is_open
        return tuple(
            ExcludedCount(reason=reason, agents=number)
            for reason, number in counts.items()
            if number
        )

    def exclusion(self, agent: Agent, case: Case, queues: tuple[QueueId, ...]) -> Exclusion | None:
        """Return what keeps one agent from the case, or None; the agent works here."""
        profile = self.of_agent[agent.agent]
        if profile.queues.isdisjoint(queues):
            return Exclusion.SKILL_MISSING
        reason = _exclusion(self._standing[agent.agent], case, profile.capacity)
        if reason is Exclusion.EARMARKED and agent.earmarked == case.case:
            reason = None if agent.has_room(case) else Exclusion.AT_CAPACITY
        if reason is None and agent.agent in case.excluded:
            return Exclusion.REFUSED_BEFORE
        return reason

    # Steps.

    def _open_in(self, profile: Profile, case: Case) -> Iterator[Agent]:
        """Yield the profile's first agents who have room for the case and have not refused it."""
        left = RECORDED
        for _, name in profile.open.ascending():
            agent = profile.members[name]
            if not agent.has_room(case):
                if self._is_by_load:
                    # The least loaded come first, and one profile has one capacity.
                    return
            elif name not in case.excluded:
                yield agent
                left -= 1
                if not left:
                    return

    def _make_profile(self, key: ProfileKey) -> Profile:
        profile = self._by_key[key] = Profile(len(self.profiles), *key)
        self.profiles.append(profile)
        for name, queue in self._queues.items():
            if profile.serves(queue):
                profile.queues.add(name)
                self._serving[name] |= profile.bit
        return profile

    def _profiles(self, bits: int) -> Iterator[Profile]:
        while bits:
            lowest = bits & -bits
            bits ^= lowest
            yield self.profiles[lowest.bit_length() - 1]

    def _note_open(self, profile: Profile) -> None:
        if len(profile.open):
            self._open |= profile.bit
        else:
            self._open &= ~profile.bit

    def _stand(self, profile: Profile, agent: AgentId, standing: Standing | None) -> None:
        former = self._standing.get(agent)
        if former == standing:
            return
        standings = profile.standings
        if former is None:
            self._agents += 1
        elif standings[former] == 1:
            # None are kept that nobody has: what is counted in each decision stays short.
            del standings[former]
        else:
            standings[former] -= 1
        if standing is None:
            self._agents -= 1
            del self._standing[agent]
        else:
            standings[standing] = standings.get(standing, 0) + 1
            self._standing[agent] = standing


def comparison(choice: tuple[Criterion, ...]) -> Callable[[int, int, int], Measures]:
    """Return what turns (less the skill level, load, idle since) into a place, lowest first."""
    places = {Criterion.SKILL_LEVEL: 0, Criterion.LOAD: 1, Criterion.IDLE: 2}
    wanted = tuple(places[criterion] for criterion in choice)
    if wanted == (0, 1, 2):
        # The default, on the hottest path.
        return lambda level, load, idle: (level, load, idle)
    return lambda *measures: tuple(measures[place] for place in wanted)


def _may_be_kept_for(agent: Agent, case: Case) -> bool:
    """Whether an agent who serves the case's queue could be kept free for it."""
    return (
        agent.is_receiving
        and agent.earmarked is None
        and case.units <= agent.capacity
        and agent.agent not in case.excluded
    )


def runner_up(agent: Agent, level: int) -> RunnerUp:
    """Return an agent as a decision records it."""
    return RunnerUp(
        agent=agent.agent,
        skill_level=level,
        load=agent.load,
        idle_since_ms=agent.idle_since_ms,
    )


def _standing(agent: Agent) -> Standing | None:
    """Return what the agent could still take; None when it does not work here."""
    if not agent.is_active:
        return None
    if not agent.is_connected:
        return Exclusion.NOT_CONNECTED
    if agent.joins_at_ms is not None:
        return Exclusion.JOINING
    if not agent.is_receiving:
        return Exclusion.NOT_AVAILABLE
    if agent.earmarked is not None:
        return Exclusion.EARMARKED
    return (_WHOLE if agent.exclusives else agent.load, bool(agent.offers))


def _exclusion(standing: Standing, case: Case, capacity: int) -> Exclusion | None:
    if isinstance(standing, Exclusion):
        return standing
    load, has_offer = standing
    if load + case.units <= capacity and not (case.is_exclusive and load):
        return None
    return Exclusion.HAS_OFFER if has_offer else Exclusion.AT_CAPACITY
