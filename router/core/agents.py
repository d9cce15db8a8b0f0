"""Finds the best agent for a case: alike agents share a profile, each profile ranks its own."""

from collections.abc import Iterator

from router.core.ranking import Rank, Ranking
from router.core.state import Agent, Case, Queue
from store.schema.ids import AgentId, QueueId
from store.schema.terms import ExcludedCount, Exclusion, RunnerUp, SkillLevel

# The chosen agent and five runners-up.
RECORDED = 6
# Standing of agents who could take something more.
_EMPTY = "empty"
_WORKING = "working"

ProfileKey = tuple[tuple[SkillLevel, ...], int]
CostKey = tuple[int, bool]


class Profile:
    """Agents with the same skills and capacity.

    idle: those with room, by (load, idle since). heads: for each cost of a case, a lower bound
    of the first key that waits in each queue they serve.
    """

    def __init__(self, number: int, skills: tuple[SkillLevel, ...], capacity: int) -> None:
        self.bit = 1 << number
        self.levels = {level.skill: level.level for level in skills}
        self.capacity = capacity
        self.idle: Ranking[AgentId] = Ranking()
        self.queues: set[QueueId] = set()
        self.heads: dict[CostKey, Ranking[QueueId]] = {}

    def serves(self, queue: Queue) -> bool:
        """Whether these agents have every skill that the queue needs."""
        return all(self.levels.get(need.skill, 0) >= need.level for need in queue.required)

    def level(self, queue: Queue) -> int:
        """Return the sum of these agents' levels in the queue's skills."""
        return sum(self.levels.get(need.skill, 0) for need in queue.required)

    def head(self, cost: CostKey) -> Ranking[QueueId]:
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
        self._free = 0
        self._standing: dict[AgentId, str] = {}
        self._counts: dict[QueueId, dict[str, int]] = {}

    def put_queue(self, queue: Queue) -> list[Profile]:
        """Take in a queue's rules. Returns the profiles that began to serve it."""
        name = queue.queue
        self._queues[name] = queue
        served = self._serving.get(name, 0)
        for profile in self.profiles:
            profile.queues.discard(name)
        self._serving[name] = 0
        serving = [profile for profile in self.profiles if profile.serves(queue)]
        for profile in serving:
            profile.queues.add(name)
            self._serving[name] |= profile.bit
        self._recount(name)
        return [profile for profile in serving if not profile.bit & served]

    def put_agent(self, agent: Agent) -> Profile | None:
        """Take in an agent's state. Returns its profile if that is a new one."""
        name = agent.agent
        key = (agent.skills, agent.capacity)
        profile = self._by_key.get(key)
        made = None
        if profile is None:
            made = profile = self._make_profile(key)
        former = self.of_agent.get(name)
        if former is not profile:
            if former is not None:
                self._rank(former, agent, is_free=False)
                self._count(name, former, None)
            self.of_agent[name] = profile
        standing = _standing(agent)
        self._rank(profile, agent, is_free=standing in {_EMPTY, _WORKING})
        self._count(name, profile, standing)
        return made

    def serving(self, queue: QueueId) -> Iterator[Profile]:
        """Yield the profiles that serve the queue."""
        return self._profiles(self._serving.get(queue, 0))

    def candidates(self, case: Case, queues: tuple[QueueId, ...]) -> list[RunnerUp]:
        """Return up to six agents of these queues who can take the case, the best first."""
        bits = 0
        for queue in queues:
            bits |= self._serving.get(queue, 0)
        own = self._queues[queues[0]]
        found: list[tuple[int, Rank, AgentId]] = []
        for profile in self._profiles(bits & self._free):
            level = profile.level(own)
            for rank, name in _free_in(profile, case):
                found.append((-level, rank, name))
        found.sort()
        return [
            RunnerUp(agent=name, skill_level=-level, load=rank[0], idle_since_ms=rank[1])
            for level, rank, name in found[:RECORDED]
        ]

    def excluded(self, case: Case, queue: QueueId) -> tuple[ExcludedCount, ...]:
        """Return how many agents each reason keeps from the case in its queue."""
        counts = self._counts.get(queue, {})
        numbers = {
            reason: counts.get(reason.value, 0)
            for reason in (
                Exclusion.NOT_CONNECTED,
                Exclusion.NOT_AVAILABLE,
                Exclusion.HAS_OFFER,
                Exclusion.AT_CAPACITY,
            )
        }
        if case.is_exclusive:
            numbers[Exclusion.AT_CAPACITY] += counts.get(_WORKING, 0)
        numbers[Exclusion.SKILL_MISSING] = len(self._standing) - sum(counts.values())
        numbers[Exclusion.REFUSED_BEFORE] = len(case.excluded)
        return tuple(
            ExcludedCount(reason=reason, agents=number)
            for reason, number in numbers.items()
            if number
        )

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

    def _rank(self, profile: Profile, agent: Agent, *, is_free: bool) -> None:
        if is_free:
            profile.idle.put(agent.agent, (agent.load, agent.idle_since_ms))
        else:
            profile.idle.discard(agent.agent)
        if len(profile.idle):
            self._free |= profile.bit
        else:
            self._free &= ~profile.bit

    def _count(self, agent: AgentId, profile: Profile, standing: str | None) -> None:
        former = self._standing.get(agent)
        if former == standing:
            return
        for queue in profile.queues:
            counts = self._counts.setdefault(queue, {})
            if former is not None:
                counts[former] -= 1
            if standing is not None:
                counts[standing] = counts.get(standing, 0) + 1
        if standing is None:
            del self._standing[agent]
        else:
            self._standing[agent] = standing

    def _recount(self, queue: QueueId) -> None:
        counts: dict[str, int] = {}
        for agent, standing in self._standing.items():
            if queue in self.of_agent[agent].queues:
                counts[standing] = counts.get(standing, 0) + 1
        self._counts[queue] = counts


def _standing(agent: Agent) -> str | None:
    """Return in one word what keeps the agent from new cases; None when it does not work here."""
    if not agent.is_active:
        return None
    if not agent.is_connected:
        return Exclusion.NOT_CONNECTED.value
    if not agent.is_receiving:
        return Exclusion.NOT_AVAILABLE.value
    if agent.exclusives or agent.load >= agent.capacity:
        return Exclusion.HAS_OFFER.value if agent.offers else Exclusion.AT_CAPACITY.value
    return _WORKING if agent.load else _EMPTY


def _free_in(profile: Profile, case: Case) -> Iterator[tuple[Rank, AgentId]]:
    """Yield the profile's first agents who have room for the case and have not refused it."""
    left = RECORDED
    for entry in profile.idle.ascending():
        load = entry[0][0]
        # The least loaded come first, and one profile has one capacity: the rest has no room.
        if load + case.units > profile.capacity or (case.is_exclusive and load):
            return
        if entry[1] not in case.excluded:
            yield entry
            left -= 1
            if not left:
                return
