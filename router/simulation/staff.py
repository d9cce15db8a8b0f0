"""Simulated agents: what they are asked to do, and how long they were there for it."""

from random import Random

from msgspec import Struct
from msgspec.structs import replace

from router.simulation.jobs import Answer
from router.simulation.laws import Draw, draws, stream
from router.simulation.scenario import AgentGroup
from store.schema.commands import Actor
from store.schema.ids import AgentId
from store.schema.terms import Presence, Role


class Worker(Struct, kw_only=True):
    """One agent.

    missed_ms: when it is known to have missed offers, and to come back by itself. wanted: the
    presence it has chosen. `available_ms` is how long it has been available since
    measuring began, without the time since `available_from_ms` (None while it is not).
    """

    agent: AgentId
    actor: Actor
    capacity: int
    pace: float = 1.0
    answers: Draw
    back_after: Draw
    refuses: float = 0.0
    random: Random
    missed_ms: frozenset[int] = frozenset()
    wanted: Presence = Presence.UNAVAILABLE
    available_ms: int = 0
    available_from_ms: int | None = None

    def answer(self) -> Answer:
        """Return how it answers an offer."""
        is_refused = self.refuses > 0 and self.random.random() < self.refuses
        return Answer(self.answers(), not is_refused)

    def available_until(self, now_ms: int) -> int:
        """Return how long it has been available by now, in milliseconds."""
        since_ms = self.available_from_ms
        return self.available_ms if since_ms is None else self.available_ms + now_ms - since_ms

    def see_presence(self, now_ms: int, *, is_available: bool) -> None:
        """Take in a change of presence."""
        self.available_ms = self.available_until(now_ms)
        self.available_from_ms = now_ms if is_available else None

    def begin_measuring(self, now_ms: int) -> None:
        """Forget the time before now."""
        self.available_ms = 0
        if self.available_from_ms is not None:
            self.available_from_ms = now_ms


def workers_of(group: AgentGroup, seed: int) -> list[Worker]:
    """Return the agents of a group."""
    random = stream(seed, group.name, "agents")
    answers = draws(group.answer, random)
    back_after = draws(group.back_after, random)
    return [
        worker(
            AgentId(f"agent_{group.name}-{number + 1}"),
            group.capacity,
            (answers, back_after),
            random,
            habits=(group.pace, group.refuses),
        )
        for number in range(group.count)
    ]


def worker(
    agent: AgentId,
    capacity: int,
    laws: tuple[Draw, Draw],
    random: Random,
    *,
    habits: tuple[float, float] = (1.0, 0.0),
) -> Worker:
    """Return one agent. laws: time to answer an offer, to come back. habits: pace, refusals."""
    return Worker(
        agent=agent,
        actor=Actor(role=Role.AGENT, id=agent),
        capacity=capacity,
        pace=habits[0],
        refuses=habits[1],
        answers=laws[0],
        back_after=laws[1],
        random=random,
    )


def as_new(worker: Worker) -> Worker:
    """Return the worker as it was before anything was counted."""
    return replace(worker, wanted=Presence.UNAVAILABLE, available_ms=0, available_from_ms=None)
