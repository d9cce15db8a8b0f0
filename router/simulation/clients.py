"""Made-up clients: who comes when, with what, and how long they stay."""

import heapq
from collections.abc import Iterator
from operator import attrgetter
from random import Random

from router.simulation.jobs import Job, Leg
from router.simulation.laws import Draw, arrivals, draws, draws_or_never, stream
from router.simulation.scenario import CaseClass, Scenario, subject_of
from store.schema.commands import OpenCase, RegisterClient
from store.schema.ids import CaseId, ClientId
from store.schema.terms import Channel, Segment

# Every command needs one; nobody here sends a command twice.
REF = "simulated"
# Those who may come again: the last ones seen.
_REMEMBERED = 2_000


def made_up(scenario: Scenario, seed: int, starts_ms: int, ends_ms: int) -> Iterator[Job]:
    """Yield the jobs of all classes in the order in which they open."""
    streams = [
        _Clients(each, line, seed).jobs(starts_ms, ends_ms)
        for line, each in enumerate(scenario.classes)
    ]
    if len(streams) == 1:
        return streams[0]
    return heapq.merge(*streams, key=attrgetter("opens_at_ms"))


class _Clients:
    """The clients of one class. What each draws does not depend on what becomes of others."""

    def __init__(self, each: CaseClass, line: int, seed: int) -> None:
        self._class = each
        self._line = line
        self._seed = seed
        self._subject = subject_of(each)
        self._handling = draws(each.handling, self._random("handling"))
        self._patience = draws_or_never(each.patience, self._random("patience"))
        self._ahead: Draw | None = None
        if each.booked_ahead is not None:
            self._ahead = draws(each.booked_ahead, self._random("booked_ahead"))
        self._returns = self._random("returning")
        self._seen: list[ClientId] = []
        self._number = 0
        # A standard client nobody is named for needs no introduction.
        self._is_known = bool(each.named_agents) or each.segment is not Segment.STANDARD

    def jobs(self, starts_ms: int, ends_ms: int) -> Iterator[Job]:
        """Yield the jobs of this class in order."""
        times = arrivals(
            self._class.arrivals_per_hour, self._random("arrivals"), starts_ms, ends_ms
        )
        name, channel, subject = self._class.name, self._class.channel, self._subject
        patience, line = self._patience, self._line
        for number, at_ms in enumerate(times):
            client, is_new = self._client()
            yield Job(
                opens_at_ms=at_ms,
                command=OpenCase(
                    ref=REF,
                    case=CaseId(f"case_{name}-{number}"),
                    channel=channel,
                    subject=subject,
                    client=client,
                    due_at_ms=self._due_at_ms(at_ms),
                ),
                line=line,
                legs=[Leg(self._handling())],
                registers=self._introduction(client) if is_new and self._is_known else None,
                patience_ms=None if patience is None else patience(),
            )

    def _client(self) -> tuple[ClientId, bool]:
        returning = self._class.returning
        seen = self._seen
        if seen and returning and self._returns.random() < returning:
            return seen[int(self._returns.random() * len(seen))], False
        self._number += 1
        client = ClientId(f"client_{self._class.name}-{self._number}")
        if returning:
            if len(seen) < _REMEMBERED:
                seen.append(client)
            else:
                seen[self._number % _REMEMBERED] = client
        return client, True

    def _due_at_ms(self, at_ms: int) -> int | None:
        if self._class.channel is not Channel.APPOINTMENT or self._ahead is None:
            return None
        return at_ms + self._ahead()

    def _introduction(self, client: ClientId) -> RegisterClient:
        return RegisterClient(
            ref=REF,
            client=client,
            segment=self._class.segment,
            named_agents=self._class.named_agents,
        )

    def _random(self, purpose: str) -> Random:
        return stream(self._seed, self._class.name, purpose)
