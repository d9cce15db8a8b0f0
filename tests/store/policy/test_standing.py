"""What is in force, and what a policy would change, for somebody at a terminal."""

import asyncio

from msgspec.structs import replace

from store.policy.standing import MOVES_SHOWN, Standing, effect_in_words, standing
from store.schema.events import AnyEvent, PolicyConfigured, QueueConfigured
from store.schema.terms import Policy, Segment
from tests.store.policy.test_effect import GENERAL, LABEL, PLAIN, QUEUES, vip, waiting

NOW = Standing(policy=PLAIN, revision=3, queues=QUEUES)


class Told:
    """A log of these events."""

    def __init__(self, *events: AnyEvent) -> None:
        self.events = list(events)

    async def floor(self) -> list[AnyEvent]:
        return self.events


def test_the_last_policy_is_in_force() -> None:
    found = asyncio.run(
        standing(
            Told(
                QueueConfigured(seq=1, at_ms=1, queue=GENERAL, label=LABEL),
                PolicyConfigured(seq=2, at_ms=2, policy=vip(1), revision=1),
                PolicyConfigured(seq=3, at_ms=3, policy=PLAIN, revision=2),
            )
        )
    )
    assert (found.policy, found.revision, list(found.queues)) == (PLAIN, 2, [GENERAL])


def test_a_fresh_site_has_the_default_policy() -> None:
    assert asyncio.run(standing(Told())).policy == Policy()


def test_the_effect_is_said_queue_by_queue_and_case_by_case() -> None:
    rows = [waiting(1), waiting(2, segment=Segment.VIP)]
    assert effect_in_words(vip(60_000), NOW, rows) == (
        "1 waiting cases get another head start.\n"
        "queue_claims: of 0 waiting 0 move up and 0 down; overtaken by at most 16 min "
        "(was 15 min).\n"
        "queue_general: of 2 waiting 1 move up and 1 down; overtaken by at most 16 min "
        "(was 15 min).\n"
        "  case_2 Zoe: place 2 to 1, head start 0 s to 1 min\n"
        "  case_1 Zoe: place 1 to 2, head start 0 s to 0 s\n"
    )


def test_many_moves_are_counted() -> None:
    rows = [waiting(number) for number in range(1, 30)]
    rows.append(replace(waiting(30), segment=Segment.VIP))
    text = effect_in_words(vip(60_000), NOW, rows)
    assert text.endswith(f"  and {30 - MOVES_SHOWN} more\n")
