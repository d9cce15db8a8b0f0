"""The policy in force, the queues and the cases it is for, as the log and the rows have them."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from store.policy.durations import write_duration
from store.policy.effect import Effect
from store.schema.apply import Rows
from store.schema.events import AnyEvent, PolicyConfigured
from store.schema.ids import QueueId
from store.schema.terms import Policy
from store.schema.views import CaseView, QueueView

# What a terminal shows; the rest is counted.
MOVES_SHOWN = 10


class Log(Protocol):
    """The log as it is read."""

    async def floor(self) -> list[AnyEvent]:
        """Return every event that is not about a case, oldest first."""
        ...


class Standing(Struct, frozen=True, kw_only=True):
    """What a new policy would meet."""

    policy: Policy
    revision: int
    queues: Mapping[QueueId, QueueView]


async def standing(log: Log) -> Standing:
    """Return what is in force now."""
    rows, policy, revision = Rows(), Policy(), 0
    for event in await log.floor():
        rows.apply(event)
        if isinstance(event, PolicyConfigured):
            policy, revision = event.policy, event.revision
    return Standing(policy=policy, revision=revision, queues=rows.queues)


def effect_in_words(policy: Policy, now: Standing, cases: list[CaseView]) -> str:
    """Return what the policy would change, a line for each queue that changes and each move."""
    effect = Effect(policy, now.queues, cases)
    moves = effect.moves()
    lines = [f"{effect.scored_anew} waiting cases get another head start."]
    for queue in effect.of_queues(now.policy, moves):
        bound, new_bound = write_duration(queue.bound_ms), write_duration(queue.new_bound_ms)
        if (queue.up, queue.down) != (0, 0) or bound != new_bound:
            lines.append(
                f"{queue.queue}: of {queue.waiting} waiting {queue.up} move up and {queue.down} "
                f"down; overtaken by at most {new_bound} (was {bound})."
            )
    lines += [
        f"  {move.case} {move.client_name}: place {move.place} to {move.new_place}, head start "
        f"{write_duration(move.head_start_ms)} to {write_duration(move.new_head_start_ms)}"
        for move in moves[:MOVES_SHOWN]
    ]
    if len(moves) > MOVES_SHOWN:
        lines.append(f"  and {len(moves) - MOVES_SHOWN} more")
    return "\n".join(lines) + "\n"
