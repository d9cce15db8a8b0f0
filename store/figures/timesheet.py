"""What one agent does with a day."""

from msgspec import Struct

from store.schema.figures import AgentFigures, TimeSpent
from store.schema.ids import AgentId
from store.schema.terms import Presence

# Meant for the queue; the first two are work by themselves, the last one with a case in hand.
_AT_WORK = frozenset({Presence.BUSY, Presence.MANUAL_CALL})
_ON_QUEUE = _AT_WORK | {Presence.AVAILABLE}


class Timesheet(Struct, kw_only=True):
    """Times of one agent since midnight, up to `as_of_ms`; see AgentFigures for the words.

    in_hand: cases it holds that do not wait for their client.
    """

    as_of_ms: int
    presence: Presence = Presence.UNAVAILABLE
    is_connected: bool = False
    in_hand: int = 0
    occupied_ms: int = 0
    handled: int = 0
    handling_ms: int = 0
    times: dict[Presence, int] = {}

    @property
    def is_on_queue(self) -> bool:
        """Whether the time that runs is meant for the queue."""
        return self.is_connected and self.presence in _ON_QUEUE

    @property
    def is_occupied(self) -> bool:
        """Whether the time that runs is work."""
        return self.is_on_queue and (self.presence in _AT_WORK or self.in_hand > 0)

    def run(self, to_ms: int) -> None:
        """Count the time until now as what it was."""
        spent_ms = to_ms - self.as_of_ms
        self.as_of_ms = to_ms
        if self.is_connected and spent_ms:
            self.times[self.presence] = self.times.get(self.presence, 0) + spent_ms
            self.occupied_ms += spent_ms * self.is_occupied

    def handle(self, worked_ms: int) -> None:
        """Count a holding that ended after the case was answered."""
        self.handled += 1
        self.handling_ms += worked_ms

    def begin_day(self, midnight_ms: int) -> None:
        """Forget the day that ended."""
        self.as_of_ms = midnight_ms
        self.occupied_ms = self.handled = self.handling_ms = 0
        self.times = {}

    def figures(self, agent: AgentId) -> AgentFigures:
        """Return the figures of the agent."""
        return AgentFigures(
            agent=agent,
            as_of_ms=self.as_of_ms,
            presence=self.presence if self.is_connected else None,
            is_on_queue=self.is_on_queue,
            is_occupied=self.is_occupied,
            on_queue_ms=sum(self.times.get(presence, 0) for presence in _ON_QUEUE),
            occupied_ms=self.occupied_ms,
            handled=self.handled,
            handling_ms=self.handling_ms,
            times=tuple(
                TimeSpent(presence=presence, spent_ms=self.times[presence])
                for presence in Presence
                if presence in self.times
            ),
        )
