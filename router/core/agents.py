"""Finds the best agent for a case: alike agents share a profile, each profile ranks its own."""

from bisect import insort
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from router.core.ranking import Ranking
from router.core.state import Agent, Case, Queue
from store.schema.ids import AgentId, QueueId
from store.schema.terms import BY_SKILL, Criterion, ExcludedCount, Exclusion, RunnerUp, SkillLevel

# The chosen agent and five runners-up.
RECORDED = 6

ProfileKey = tuple[tuple[SkillLevel, ...], int]
CostKey = tuple[int, bool]
Measures = tuple[int, ...]
# A load, and whether an offer is part of it.
Load = tuple[int, bool]
# What keeps an agent from everything, or its load.
Standing = Exclusion | Load
Key = TypeVar("Key", Load, Exclusion)
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
_NO_ROOM = {True: Exclusion.HAS_OFFER, False: Exclusion.AT_CAPACITY}


class Profile:
    """Agents with the same skills and capacity.

    ranked: those who are receiving and not kept free for a case, in the order of the policy's
    choice. open_count: how many of them have room for something. kept_out: how many agents each
    reason keeps from everything. loads: how many of the others there are of each. queues: those
    they serve, with the sum of their levels in its skills.
    """

    def __init__(self, number: int, skills: tuple[SkillLevel, ...], capacity: int) -> None:
        self.bit = 1 << number
        self.key = (skills, capacity)
        self.levels = {level.skill: level.level for level in skills}
        self.capacity = capacity
        self.members: dict[AgentId, Agent] = {}
        self.ranked: Ranking[AgentId, Measures] = Ranking()
        self.active_count = 0
        self.open_count = 0
        self.kept_out: dict[Exclusion, int] = {}
        self.loads: dict[Load, int] = {}
        self.queues: dict[QueueId, int] = {}

    def put_queue(self, queue: Queue) -> bool:
        """Take in a queue's skills. Returns whether these agents have all of them."""
        levels = self.levels
        if any(levels.get(need.skill, 0) < need.level for need in queue.required):
            self.queues.pop(queue.queue, None)
            return False
        self.queues[queue.queue] = sum(levels[need.skill] for need in queue.required)
        return True


class Roster:
    """Every agent in its profile, and which profiles serve which queue, as bits of integers."""

    def __init__(self) -> None:
        self.profiles: list[Profile] = []
        self.of_agent: dict[AgentId, Profile] = {}
        self._by_key: dict[ProfileKey, Profile] = {}
        self._serving: dict[QueueId, int] = {}
        self._queues: dict[QueueId, Queue] = {}
        self._open = 0
        # The profiles of each set of bits that was asked for, until a queue or a profile changes.
        self._lists: dict[int, tuple[Profile, ...]] = {}
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

    def put_queue(self, queue: Queue) -> None:
        """Take in a queue's skills."""
        name = queue.queue
        self._queues[name] = queue
        self._lists.clear()
        self._serving[name] = 0
        for profile in self.profiles:
            if profile.put_queue(queue):
                self._serving[name] |= profile.bit

    def configure(self, agent: Agent) -> None:
        """Take in an agent's skills and capacity."""
        name, key = agent.agent, (agent.skills, agent.capacity)
        former = self.of_agent.get(name)
        profile = self._by_key.get(key)
        if profile is None:
            profile = self._make_profile(key)
        if former is not profile:
            if former is not None:
                self._stand(former, name, None)
                former.ranked.discard(name)
                del former.members[name]
            self.of_agent[name] = profile
            profile.members[name] = agent

    def put_agent(self, agent: Agent) -> bool:
        """Take in where an agent stands. Returns whether it can be kept free, and could not be."""
        name = agent.agent
        profile = self.of_agent[name]
        standing, former = _standing(agent), self._standing.get(name)
        self._stand(profile, name, standing)
        if not isinstance(standing, tuple):
            profile.ranked.discard(name)
            return False
        profile.ranked.put(name, self._measures(0, standing[0], agent.idle_since_ms))
        return not isinstance(former, tuple)

    # Ask.

    def serving(self, queue: QueueId) -> tuple[Profile, ...]:
        """Return the profiles that serve the queue."""
        return self._profiles(self._serving.get(queue, 0))

    def candidates(self, case: Case, queues: tuple[QueueId, ...]) -> list[RunnerUp]:
        """Return up to six agents of these queues who can take the case, the best first."""
        if not self._bits(queues) & self._open:
            return []
        own = queues[0]
        found: list[tuple[Measures, AgentId]] = []
        for profile in self._profiles(self._bits(queues)):
            if not profile.open_count:
                continue
            for measures, name in self._open_in(profile, case, own):
                if len(found) == RECORDED:
                    if (measures, name) > found[-1]:
                        break
                    found.pop()
                insort(found, (measures, name))
        return [self.runner_up(name, own) for _, name in found]

    def spare(self, case: Case, *, by_load: bool) -> AgentId | None:
        """Return the best agent to keep free for the case, with room for it now or not.

        by_load: whether the sooner empty one comes before the policy's choice.
        """
        in_order = self._is_by_load or not by_load
        places = []
        for profile in self.serving(case.queue):
            if case.units > profile.capacity:
                continue
            fit = (name for _, name in profile.ranked.ascending() if name not in case.excluded)
            places += [
                self._place(profile.members[name], case, by_load=by_load)
                for name in (islice(fit, 1) if in_order else fit)
            ]
        return min(places)[2] if places else None

    def spare_among(self, case: Case, agents: Iterable[Agent], *, by_load: bool) -> AgentId | None:
        """Return the best of these agents to keep free for the case, as `spare` does of all."""
        places = [
            self._place(agent, case, by_load=by_load)
            for agent in agents
            if case.queue in self.of_agent[agent.agent].queues
            and isinstance(self._standing.get(agent.agent), tuple)
            and agent.earmarked is None
            and case.units <= agent.capacity
            and agent.agent not in case.excluded
        ]
        return min(places)[2] if places else None

    def runner_up(self, name: AgentId, queue: QueueId) -> RunnerUp:
        """Return an agent as a decision about a case of the queue records it."""
        profile = self.of_agent[name]
        agent = profile.members[name]
        return RunnerUp(
            agent=name,
            skill_level=self._level(profile, queue),
            load=agent.load,
            idle_since_ms=agent.idle_since_ms,
        )

    def excluded(self, case: Case, queues: tuple[QueueId, ...]) -> tuple[ExcludedCount, ...]:
        """Return how many agents each reason keeps from the case, those of docs/ROUTING.md."""
        bits = self._bits(queues)
        profiles = self._profiles(bits)
        counts = dict.fromkeys(_REASONS, 0)
        units, is_exclusive = case.units, case.is_exclusive
        for profile in profiles:
            if profile.kept_out:
                for reason, number in profile.kept_out.items():
                    counts[reason] += number
            capacity = profile.capacity
            for (load, has_offer), number in profile.loads.items():
                if load + units > capacity or (is_exclusive and load):
                    counts[_NO_ROOM[has_offer]] += number
        counted = sum([profile.active_count for profile in profiles])
        counts[Exclusion.SKILL_MISSING] = self._agents - counted
        if case.excluded:
            counts[Exclusion.REFUSED_BEFORE] = self._refused(case, bits)
        return tuple(
            ExcludedCount(reason=reason, agents=number)
            for reason, number in counts.items()
            if number
        )

    # Explain.

    def serving_any(self, queues: tuple[QueueId, ...]) -> list[Agent]:
        """Return every agent who serves one of the queues, those who work here no more too."""
        profiles = self._profiles(self._bits(queues))
        return [agent for profile in profiles for agent in profile.members.values()]

    def measures(self, agent: Agent, queue: QueueId) -> Measures:
        """Return the agent's place in a choice for the queue, lowest first."""
        level = self._level(self.of_agent[agent.agent], queue)
        return self._measures(-level, agent.load, agent.idle_since_ms)

    def exclusion(self, agent: Agent, case: Case, queues: tuple[QueueId, ...]) -> Exclusion | None:
        """Return what keeps an agent who works here from the case, or None."""
        profile = self.of_agent[agent.agent]
        if profile.queues.keys().isdisjoint(queues):
            return Exclusion.SKILL_MISSING
        reason = _exclusion(self._standing[agent.agent], case, profile.capacity)
        if reason is Exclusion.EARMARKED and agent.earmarked == case.case:
            reason = None if agent.has_room(case) else Exclusion.AT_CAPACITY
        if reason is None and agent.agent in case.excluded:
            return Exclusion.REFUSED_BEFORE
        return reason

    def exclusion_from_all(self, agent: Agent) -> Exclusion | None:
        """Return what keeps the agent from every case, or None."""
        standing = self._standing.get(agent.agent, Exclusion.NOT_AVAILABLE)
        if isinstance(standing, Exclusion):
            return standing
        return _NO_ROOM[standing[1]] if standing[0] >= agent.capacity else None

    # Steps.

    def _open_in(
        self, profile: Profile, case: Case, own: QueueId
    ) -> Iterator[tuple[Measures, AgentId]]:
        """Yield the profile's agents who have room for the case and have not refused it."""
        level = -self._level(profile, own)
        below = None
        if self._is_by_load:
            # The least loaded come first, and one profile has one capacity.
            most = 0 if case.is_exclusive else profile.capacity - case.units
            below = self._measures(0, most + 1, 0)
        for _, name in profile.ranked.ascending(below):
            agent = profile.members[name]
            if agent.has_room(case) and name not in case.excluded:
                yield self._measures(level, agent.load, agent.idle_since_ms), name

    def _level(self, profile: Profile, queue: QueueId) -> int:
        level = profile.queues.get(queue)
        if level is not None:
            return level
        # An agent of a ring may lack some of the skills, and has a level in the others.
        return sum(profile.levels.get(need.skill, 0) for need in self._queues[queue].required)

    def _place(self, agent: Agent, case: Case, *, by_load: bool) -> tuple[int, Measures, AgentId]:
        level = self._level(self.of_agent[agent.agent], case.queue)
        load = _WHOLE if agent.exclusives else agent.load
        measures = self._measures(-level, load, agent.idle_since_ms)
        return (load if by_load else 0, measures, agent.agent)

    def _refused(self, case: Case, bits: int) -> int:
        """Return how many of the agents of these profiles only their refusal keeps out."""
        known = [
            (self._standing[name], self.of_agent[name])
            for name in dict.fromkeys(case.excluded)
            if name in self._standing
        ]
        return sum(
            profile.bit & bits != 0 and _exclusion(standing, case, profile.capacity) is None
            for standing, profile in known
        )

    def _make_profile(self, key: ProfileKey) -> Profile:
        profile = self._by_key[key] = Profile(len(self.profiles), *key)
        self.profiles.append(profile)
        self._lists.clear()
        for name, queue in self._queues.items():
            if profile.put_queue(queue):
                self._serving[name] |= profile.bit
        return profile

    def _profiles(self, bits: int) -> tuple[Profile, ...]:
        found = self._lists.get(bits)
        if found is None:
            found = self._lists[bits] = tuple(each for each in self.profiles if each.bit & bits)
        return found

    def _bits(self, queues: tuple[QueueId, ...]) -> int:
        bits = 0
        for queue in queues:
            bits |= self._serving.get(queue, 0)
        return bits

    def _stand(self, profile: Profile, agent: AgentId, standing: Standing | None) -> None:
        former = self._standing.get(agent)
        if former == standing:
            return
        if former is not None:
            self._count(profile, former, -1)
        if standing is None:
            del self._standing[agent]
        else:
            self._standing[agent] = standing
            self._count(profile, standing, 1)
        if profile.open_count:
            self._open |= profile.bit
        else:
            self._open &= ~profile.bit

    def _count(self, profile: Profile, standing: Standing, change: int) -> None:
        self._agents += change
        profile.active_count += change
        if isinstance(standing, tuple):
            if standing[0] < profile.capacity:
                profile.open_count += change
            _add(profile.loads, standing, change)
        else:
            _add(profile.kept_out, standing, change)


def _add(counts: dict[Key, int], key: Key, change: int) -> None:
    """Count; none are kept that nobody has: what is counted in each decision stays short."""
    number = counts.get(key, 0) + change
    if number:
        counts[key] = number
    else:
        del counts[key]


def comparison(choice: tuple[Criterion, ...]) -> Callable[[int, int, int], Measures]:
    """Return what turns (less the skill level, load, idle since) into a place, lowest first."""
    places = {Criterion.SKILL_LEVEL: 0, Criterion.LOAD: 1, Criterion.IDLE: 2}
    wanted = tuple(places[criterion] for criterion in choice)
    if wanted == (0, 1, 2):
        # The default, on the hottest path.
        return lambda level, load, idle: (level, load, idle)
    return lambda level, load, idle: tuple((level, load, idle)[place] for place in wanted)


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
    return _NO_ROOM[has_offer]
