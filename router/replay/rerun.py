"""Asks the router everything again that a log was asked, and compares what it does."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from router.core.router import Router
from router.replay.asked import asked
from router.replay.fingerprint import fingerprint
from store.schema.codec import encode
from store.schema.commands import Refused
from store.schema.events import AnyEvent


class Outcome(Struct, frozen=True, kw_only=True):
    """What a run found to be equal."""

    events: int
    commands: int
    ticks: int
    checkpoints: int
    digest: str


class Difference(Exception):  # noqa: N818 - what was looked for
    """The router of today does not do what the log says."""

    def __init__(self, seq: int, expected: str, found: str) -> None:
        super().__init__(f"event {seq} differs\n  expected: {expected}\n  found:    {found}")
        self.seq = seq
        self.expected = expected
        self.found = found


class Rerun:
    """Two routers go through one log: one is told the events, one is asked again.

    The one that is asked carries the state that its own decisions made, so a single choice that
    differs shows at once, and a state that differs at the next checkpoint.
    """

    def __init__(self, events: Sequence[AnyEvent], checkpoints: Mapping[int, str]) -> None:
        self._events = events
        self._checkpoints = checkpoints
        self._follower = Router()
        self._decider = Router()
        self._place = 0
        self._ticked_ms: int | None = None
        self._commands = self._ticks = self._checked = 0

    def run(self) -> Outcome:
        """Go through the whole log. Raises Difference."""
        while self._place < len(self._events):
            self._compare(self._decide(self._events[self._place]))
        # The two are of one version: nothing of their states may differ.
        self._expect_equal(self._follower.seq, self._follower.digest(), self._decider.digest())
        return Outcome(
            events=len(self._events),
            commands=self._commands,
            ticks=self._ticks,
            checkpoints=self._checked,
            digest=fingerprint(self._follower.state),
        )

    def _decide(self, event: AnyEvent) -> Sequence[AnyEvent]:
        """Let the router do what it did when this event was written."""
        now_ms = event.at_ms
        ask = asked(self._events, self._place, self._decider.state)
        deadline_ms = self._decider.next_deadline_ms()
        is_due = deadline_ms is not None and deadline_ms <= now_ms
        # Time moved once before the commands of one moment, and again only where nobody asked.
        if is_due and (now_ms != self._ticked_ms or ask is None):
            self._ticked_ms = now_ms
            self._ticks += 1
            return self._decider.tick(now_ms)
        if ask is None:
            raise Difference(event.seq, _shown(event), "nothing was asked, and nothing is due")
        self._commands += 1
        try:
            return self._decider.handle(ask.actor, ask.command, now_ms)
        except Refused as refused:
            found = f"{type(ask.command).__name__} is refused: {refused.refusal}"
            raise Difference(event.seq, _shown(event), found) from None

    def _compare(self, found: Sequence[AnyEvent]) -> None:
        for event in found:
            if self._place == len(self._events):
                raise Difference(event.seq, "the end of the log", _shown(event))
            expected = self._events[self._place]
            if event != expected:
                raise Difference(expected.seq, _shown(expected), _shown(event))
            self._follower.apply(expected)
            self._place += 1
            recorded = self._checkpoints.get(expected.seq)
            if recorded is not None:
                self._expect_equal(expected.seq, recorded, fingerprint(self._follower.state))
                self._checked += 1

    def _expect_equal(self, seq: int, expected: str, found: str) -> None:
        if expected != found:
            raise Difference(seq, f"state {expected}", f"state {found}")


def _shown(event: AnyEvent) -> str:
    return encode(event).decode()
