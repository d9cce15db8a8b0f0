"""What administrators tell the router: queues, the policy, clients."""

from router.core.hours import turn_with_hours
from router.core.reservations import end_unfit_in
from router.core.scores import score_again
from router.core.turn import Turn
from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import Refusal, Refused


def configure_queue(turn: Turn, command: c.ConfigureQueue) -> None:
    """Create or change a queue."""
    turn.require_administrator()
    turn.record(
        e.QueueConfigured(
            **turn.stamp(),
            queue=command.queue,
            label=command.label,
            required=command.required,
            rings=command.rings,
            service_level_ms=command.service_level_ms,
            is_open=command.is_open,
            hours=command.hours,
        )
    )
    queue = turn.state.queues[command.queue]
    if queue.hours is None:
        turn_with_hours(turn, queue)
    # Whoever lost a skill that the queue needs now is waited for no more.
    end_unfit_in(turn, queue.queue)


def switch_queue(turn: Turn, command: c.SwitchQueue) -> None:
    """Open or close a queue by hand; supervisors may."""
    turn.require_leader()
    queue = turn.queue(command.queue)
    if queue.is_open is not command.is_open:
        turn.record(e.QueueSwitched(**turn.stamp(), queue=command.queue, is_open=command.is_open))


def configure_policy(turn: Turn, command: c.ConfigurePolicy) -> None:
    """Change the policy, for the cases that wait too."""
    turn.require_administrator()
    former, revision = turn.state.policy, turn.state.revision
    if command.after_revision not in {None, revision}:
        raise Refused(Refusal.POLICY_CHANGED)
    turn.record(e.PolicyConfigured(**turn.stamp(), policy=command.policy, revision=revision + 1))
    score_again(turn, former)


def register_client(turn: Turn, command: c.RegisterClient) -> None:
    """Note a client's segment and named agents."""
    turn.require_administrator()
    turn.record(
        e.ClientRegistered(
            **turn.stamp(),
            client=command.client,
            segment=command.segment,
            named_agents=command.named_agents,
        )
    )
