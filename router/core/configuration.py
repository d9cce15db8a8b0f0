"""What administrators tell the router: queues, the policy, clients."""

from router.core.turn import Turn
from store.schema import commands as c
from store.schema import events as e


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
        )
    )


def configure_policy(turn: Turn, command: c.ConfigurePolicy) -> None:
    """Change the policy."""
    turn.require_administrator()
    turn.record(e.PolicyConfigured(**turn.stamp(), policy=command.policy))


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
