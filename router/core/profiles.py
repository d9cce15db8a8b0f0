"""Agents with the same skills and capacity: in order of choice, and counted by where they stand."""

from collections.abc import Callable, Iterator

from router.core.ranking import Ranking
from router.core.state import Agent, Case, Queue
from store.schema.ids import AgentId, QueueId
from store.schema.terms import Criterion, Exclusion, SkillLevel

ProfileKey = tuple[tuple[SkillLevel, ...], int]
# Where an agent stands, in one number. Below 0: an index into KEPT_OUT. Otherwise twice its load,
# plus one when an offer is part of it; all loads above the capacity are one.
Standing = int
# What keeps an agent from everything.
KEPT_OUT = (
    Exclusion.NOT_CONNECTED,
    Exclusion.NOT_AVAILABLE,
    Exclusion.JOINING,
    Exclusion.EARMARKED,
)
_NOT_CONNECTED, _NOT_AVAILABLE, _JOINING, _EARMARKED = range(-len(KEPT_OUT), 0)
NO_ROOM = (Exclusion.AT_CAPACITY, Exclusion.HAS_OFFER)
# The load of an agent who is taken whole: more than any capacity.
WHOLE = 1_000
# A load and a time in one integer compare in one step.
_TIME_BITS = 48


class Profile:
    """Some agents who are alike.

    ranked: those who are receiving and not kept free for a case, in the order of the policy's
    choice. open_count: how many of them have room for something. full: how many have none, without
    an offer and with one. kept_out: how many agents each of KEPT_OUT keeps from everything.
    queues: those they serve, with the sum of their levels in its skills.
    """

    __slots__ = (
        "_loads",
        "active_count",
        "bit",
        "capacity",
        "full",
        "kept_count",
        "kept_out",
        "key",
        "levels",
        "members",
        "open_count",
        "queues",
        "ranked",
        "standings",
    )

    def __init__(self, number: int, skills: tuple[SkillLevel, ...], capacity: int) -> None:
        self.bit = 1 << number
        self.key = (skills, capacity)
        self.levels = {level.skill: level.level for level in skills}
        self.capacity = capacity
        self.members: dict[AgentId, Agent] = {}
        self.standings: dict[AgentId, Standing] = {}
        self.ranked: Ranking[AgentId, int] = Ranking()
        self.queues: dict[QueueId, int] = {}
        self.active_count = 0
        self.open_count = 0
        self.kept_count = 0
        self.kept_out = [0] * len(KEPT_OUT)
        self.full = [0, 0]
        self._loads = [0] * (2 * capacity + 4)

    def put_queue(self, queue: Queue) -> bool:
        """Take in a queue's skills. Returns whether these agents have all of them."""
        levels = self.levels
        if any(levels.get(need.skill, 0) < need.level for need in queue.required):
            self.queues.pop(queue.queue, None)
            return False
        self.queues[queue.queue] = sum(levels[need.skill] for need in queue.required)
        return True

    def put(self, agent: Agent, rank: int) -> bool:
        """Take in where a member stands. Returns whether it can be kept free, and could not be."""
        name = agent.agent
        standing, former = self._standing(agent), self.standings.get(name)
        if standing != former:
            if former is not None:
                self._count(former, -1)
            if standing is None:
                del self.standings[name]
            else:
                self.standings[name] = standing
                self._count(standing, 1)
        if standing is None or standing < 0:
            self.ranked.discard(name)
            return False
        self.ranked.put(name, rank)
        return former is None or former < 0

    def take_out(self, name: AgentId) -> None:
        """Forget a member, who has another profile now."""
        former = self.standings.pop(name, None)
        if former is not None:
            self._count(former, -1)
        self.ranked.discard(name)
        del self.members[name]

    def full_for(self, case: Case) -> list[int]:
        """Return how many agents have no room for the case, without an offer and with one."""
        # What a light case has no room in is counted already: most cases are light.
        if case.units == 1 and not case.is_exclusive:
            return self.full
        full = [0, 0]
        for standing, number in enumerate(self._loads):
            if not self.has_room(standing, case):
                full[standing & 1] += number
        return full

    def has_room(self, standing: Standing, case: Case) -> bool:
        """Whether an agent who stands so, and is not kept out, has room for the case."""
        load = standing >> 1
        return load + case.units <= self.capacity and not (case.is_exclusive and load)

    def exclusion(self, name: AgentId, case: Case) -> Exclusion | None:
        """Return what keeps a member who works here from the case, but for its refusals."""
        standing = self.standings[name]
        if standing < 0:
            return KEPT_OUT[standing]
        return None if self.has_room(standing, case) else NO_ROOM[standing & 1]

    def exclusion_from_all(self, name: AgentId) -> Exclusion | None:
        """Return what keeps a member from every case, or None."""
        standing = self.standings.get(name, _NOT_AVAILABLE)
        if standing < 0:
            return KEPT_OUT[standing]
        return NO_ROOM[standing & 1] if standing >= 2 * self.capacity else None

    def can_be_kept(self, name: AgentId) -> bool:
        """Whether a member is receiving and not kept free for a case."""
        return self.standings.get(name, _NOT_AVAILABLE) >= 0

    def _standing(self, agent: Agent) -> Standing | None:
        """Return where the agent stands; None when it does not work here."""
        if not agent.is_active:
            return None
        if not agent.is_connected:
            return _NOT_CONNECTED
        if agent.joins_at_ms is not None:
            return _JOINING
        if not agent.is_receiving:
            return _NOT_AVAILABLE
        if agent.earmarked is not None:
            return _EARMARKED
        most = self.capacity + 1
        load = most if agent.exclusives else min(agent.load, most)
        return 2 * load + (1 if agent.offers else 0)

    def _count(self, standing: Standing, change: int) -> None:
        self.active_count += change
        if standing < 0:
            self.kept_out[standing] += change
            self.kept_count += change
            return
        self._loads[standing] += change
        if standing < 2 * self.capacity:
            self.open_count += change
        else:
            self.full[standing & 1] += change


class Choice:
    """The policy's order of criteria, as numbers to compare, lowest first."""

    def __init__(self, choice: tuple[Criterion, ...]) -> None:
        of_agents = tuple(each for each in choice if each is not Criterion.SKILL_LEVEL)
        self.is_by_load = of_agents[:1] == (Criterion.LOAD,)
        self.rank = _RANKS[of_agents]
        self._places = tuple(_PLACES[each] for each in choice)

    def measures(self, level: int, load: int, idle_since_ms: int) -> tuple[int, ...]:
        """Return an agent's place among agents of other profiles too."""
        measured = (-level, load, idle_since_ms)
        return tuple([measured[place] for place in self._places])

    def ranked(self, profile: Profile, most_load: int) -> Iterator[tuple[int, AgentId]]:
        """Yield the profile's agents in order, as far as those of at most this load reach."""
        return profile.ranked.ascending(self.rank(most_load + 1, 0) if self.is_by_load else None)


_PLACES = {Criterion.SKILL_LEVEL: 0, Criterion.LOAD: 1, Criterion.IDLE: 2}
# The order of the agents of one profile: their levels are the same.
_RANKS: dict[tuple[Criterion, ...], Callable[[int, int], int]] = {
    (Criterion.LOAD, Criterion.IDLE): lambda load, idle: (load << _TIME_BITS) + idle,
    (Criterion.IDLE, Criterion.LOAD): lambda load, idle: (idle << _TIME_BITS) + load,
    (Criterion.LOAD,): lambda load, _: load,
    (Criterion.IDLE,): lambda _, idle: idle,
    (): lambda _load, _idle: 0,
}
