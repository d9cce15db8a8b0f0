"""What one queue, or the whole site, counts in a day."""

from msgspec import Struct

from store.schema.figures import QueueFigures, WaitRange
from store.schema.ids import QueueId


class Tally(Struct, kw_only=True):
    """The counts of QueueFigures that begin again at midnight."""

    offered: int = 0
    answered: int = 0
    in_time: int = 0
    answer_ms: int = 0
    longest_ms: int = 0
    abandoned: int = 0
    abandoned_late: int = 0
    handled: int = 0
    handling_ms: int = 0
    announced: int = 0
    kept: int = 0

    def answer(self, waited_ms: int, target_ms: int) -> None:
        """Count a case whose agent began."""
        self.answered += 1
        self.in_time += waited_ms <= target_ms
        self.answer_ms += waited_ms
        self.longest_ms = max(self.longest_ms, waited_ms)

    def abandon(self, waited_ms: int, target_ms: int) -> None:
        """Count a case whose client left unanswered."""
        self.abandoned += 1
        self.abandoned_late += waited_ms > target_ms

    def handle(self, worked_ms: int) -> None:
        """Count a holding that ended after the case was answered."""
        self.handled += 1
        self.handling_ms += worked_ms

    def foresee(self, *, is_kept: bool) -> None:
        """Count an announced wait that ended."""
        self.announced += 1
        self.kept += is_kept

    def add(self, other: "Tally") -> None:
        """Count what another one counted."""
        self.offered += other.offered
        self.answered += other.answered
        self.in_time += other.in_time
        self.answer_ms += other.answer_ms
        self.longest_ms = max(self.longest_ms, other.longest_ms)
        self.abandoned += other.abandoned
        self.abandoned_late += other.abandoned_late
        self.handled += other.handled
        self.handling_ms += other.handling_ms
        self.announced += other.announced
        self.kept += other.kept

    def figures(
        self,
        queue: QueueId | None,
        *,
        waiting: int,
        oldest_ms: int | None,
        expected: WaitRange | None = None,
    ) -> QueueFigures:
        """Return the figures with what is true now."""
        return QueueFigures(
            queue=queue,
            waiting=waiting,
            oldest_ms=oldest_ms,
            offered=self.offered,
            answered=self.answered,
            in_time=self.in_time,
            answer_ms=self.answer_ms,
            longest_ms=self.longest_ms,
            abandoned=self.abandoned,
            abandoned_late=self.abandoned_late,
            handled=self.handled,
            handling_ms=self.handling_ms,
            service_level=_share(self.in_time, self.answered + self.abandoned_late),
            abandonment=_share(self.abandoned, self.answered + self.abandoned),
            expected=expected,
            announced=self.announced,
            kept=self.kept,
        )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
