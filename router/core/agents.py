"""Finds the best agent for a case: alike agents share a profile, each profile ranks its own."""

from bisect import insort
from collections.abc import Iterable, Iterator
from itertools import islice

from router.core.profiles import KEPT_OUT, NO_ROOM, WHOLE, Choice, Profile, ProfileKey
from router.core.state import Agent, Case, Queue
from store.schema.ids import AgentId, QueueId
from store.schema.terms import BY_SKILL, Criterion, ExcludedCount, Exclusion, RunnerUp

# The chosen agent and five runners-up.
RECORDED = 6

Place = tuple[tuple[int, ...], AgentId]


class Roster:
    """Every agent in its profile, and which profiles serve which queue, as bits of integers."""

    def __init__(self) -> None:
        self.of_agent: dict[AgentId, Profile] = {}
        self._profiles: list[Profile] = []
        self._by_key: dict[ProfileKey, Profile] = {}
        self._serving: dict[QueueId, int] = {}
        self._queues: dict[QueueId, Queue] = {}
        self._open = 0
        self._active_count = 0
        # The profiles of each set of bits that was asked for, until a queue or a profile changes.
        self._lists: dict[int, tuple[Profile, ...]] = {}
        self._choice = Choice(BY_SKILL)

    # Keep in step.

    def put_choice(self, choice: tuple[Criterion, ...], agents: Iterable[Agent]) -> None:
        """Compare agents by other criteria from now on."""
        self._choice = Choice(choice)
        for agent in agents:
            self.put_agent(agent)

    def put_queue(self, queue: Queue) -> None:
        """Take in a queue's skills."""
        name = queue.queue
        self._queues[name] = queue
        self._lists.clear()
        self._serving[name] = 0
        for profile in self._profiles:
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
                self._active_count -= name in former.standings
                former.take_out(name)
                self._note_open(former)
            self.of_agent[name] = profile
            profile.members[name] = agent

    def put_agent(self, agent: Agent) -> bool:
        """Take in where an agent stands. Returns whether it can be kept free, and could not be."""
        profile = self.of_agent[agent.agent]
        load = WHOLE if agent.exclusives else agent.load
        former_count = profile.active_count
        is_new = profile.put(agent, self._choice.rank(load, agent.idle_since_ms))
        self._active_count += profile.active_count - former_count
        self._note_open(profile)
        return is_new

    # Ask.

    def candidates(self, case: Case, queues: tuple[QueueId, ...]) -> list[RunnerUp]:
        """Return up to six agents of these queues who can take the case, the best first."""
        own = queues[0]
        found: list[Place] = []
        bits = self._bits(queues) & self._open
        while bits:
            # On a busy floor one or two profiles are open: quicker than to ask all of them.
            lowest = bits & -bits
            bits ^= lowest
            for place in self._open_in(self._profiles[lowest.bit_length() - 1], case, own):
                if len(found) == RECORDED:
                    if place > found[-1]:
                        break
                    found.pop()
                insort(found, place)
        return [self.runner_up(name, own) for _, name in found]

    def spare(self, case: Case, *, by_load: bool) -> AgentId | None:
        """Return the best agent to keep free for the case, with room for it now or not.

        by_load: whether the sooner empty one comes before the policy's choice.
        """
        in_order = self._choice.is_by_load or not by_load
        places = []
        for profile in self._in(self._serving.get(case.queue, 0)):
            if case.units > profile.capacity:
                continue
            fit = (name for _, name in profile.ranked.ascending() if name not in case.excluded)
            places += [
                self._place(profile, name, case, by_load=by_load)
                for name in (islice(fit, 1) if in_order else fit)
            ]
        return min(places)[2] if places else None

    def spare_among(self, case: Case, agents: Iterable[Agent], *, by_load: bool) -> AgentId | None:
        """Return the best of these agents to keep free for the case, as `spare` does of all."""
        profiles = [(self.of_agent[agent.agent], agent.agent) for agent in agents]
        places = [
            self._place(profile, name, case, by_load=by_load)
            for profile, name in profiles
            if case.queue in profile.queues
            and profile.can_be_kept(name)
            and case.units <= profile.capacity
            and name not in case.excluded
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
        serving, full = 0, [0, 0]
        kept_out = [0] * len(KEPT_OUT)
        for profile in self._in(bits):
            serving += profile.active_count
            at_capacity, has_offer = profile.full_for(case)
            full[0] += at_capacity
            full[1] += has_offer
            if profile.kept_count:
                kept_out = [a + b for a, b in zip(kept_out, profile.kept_out, strict=True)]
        counts = {
            Exclusion.SKILL_MISSING: self._active_count - serving,
            **dict(zip(KEPT_OUT, kept_out, strict=True)),
            Exclusion.HAS_OFFER: full[1],
            Exclusion.AT_CAPACITY: full[0],
            Exclusion.REFUSED_BEFORE: self._refused(case, bits) if case.excluded else 0,
        }
        return tuple(
            [
                ExcludedCount(reason=reason, agents=number)
                for reason, number in counts.items()
                if number
            ]
        )

    # Explain.

    def serving_any(self, queues: tuple[QueueId, ...]) -> list[Agent]:
        """Return every agent who serves one of the queues, those who work here no more too."""
        profiles = self._in(self._bits(queues))
        return [agent for profile in profiles for agent in profile.members.values()]

    def measures(self, agent: Agent, queue: QueueId) -> tuple[int, ...]:
        """Return the agent's place in a choice for the queue, lowest first."""
        level = self._level(self.of_agent[agent.agent], queue)
        return self._choice.measures(level, agent.load, agent.idle_since_ms)

    def exclusion(self, agent: Agent, case: Case) -> Exclusion | None:
        """Return what keeps an agent who works here, and has the skills, from the case, or None."""
        reason = self.of_agent[agent.agent].exclusion(agent.agent, case)
        if reason is Exclusion.EARMARKED and agent.earmarked == case.case:
            reason = None if agent.has_room(case) else NO_ROOM[bool(agent.offers)]
        if reason is None and agent.agent in case.excluded:
            return Exclusion.REFUSED_BEFORE
        return reason

    # Steps.

    def _open_in(self, profile: Profile, case: Case, own: QueueId) -> Iterator[Place]:
        """Yield the profile's agents who have room for the case and have not refused it."""
        level = self._level(profile, own)
        most = 0 if case.is_exclusive else profile.capacity - case.units
        left = profile.open_count
        for _, name in self._choice.ranked(profile, most):
            agent = profile.members[name]
            if agent.has_room(case) and name not in case.excluded:
                yield self._choice.measures(level, agent.load, agent.idle_since_ms), name
            left -= agent.load < profile.capacity and not agent.exclusives
            if not left:
                return

    def _make_profile(self, key: ProfileKey) -> Profile:
        profile = self._by_key[key] = Profile(len(self._profiles), *key)
        self._profiles.append(profile)
        self._lists.clear()
        for name, queue in self._queues.items():
            if profile.put_queue(queue):
                self._serving[name] |= profile.bit
        return profile

    def _note_open(self, profile: Profile) -> None:
        if profile.open_count:
            self._open |= profile.bit
        else:
            self._open &= ~profile.bit

    def _in(self, bits: int) -> tuple[Profile, ...]:
        found = self._lists.get(bits)
        if found is None:
            found = self._lists[bits] = tuple(each for each in self._profiles if each.bit & bits)
        return found

    def _bits(self, queues: tuple[QueueId, ...]) -> int:
        bits = 0
        for queue in queues:
            bits |= self._serving.get(queue, 0)
        return bits

    def _level(self, profile: Profile, queue: QueueId) -> int:
        level = profile.queues.get(queue)
        if level is not None:
            return level
        # An agent of a ring may lack some of the skills, and has a level in the others.
        return sum(profile.levels.get(need.skill, 0) for need in self._queues[queue].required)

    def _place(
        self, profile: Profile, name: AgentId, case: Case, *, by_load: bool
    ) -> tuple[int, tuple[int, ...], AgentId]:
        agent = profile.members[name]
        load = WHOLE if agent.exclusives else agent.load
        level = self._level(profile, case.queue)
        measures = self._choice.measures(level, load, agent.idle_since_ms)
        return (load if by_load else 0, measures, name)

    def _refused(self, case: Case, bits: int) -> int:
        """Return how many of the agents of these profiles only their refusal keeps out."""
        profiles = {name: self.of_agent[name] for name in case.excluded}
        return sum(
            profile.bit & bits != 0
            and name in profile.standings
            and profile.exclusion(name, case) is None
            for name, profile in profiles.items()
        )
