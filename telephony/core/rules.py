"""Every number and choice that a call decides by; times in milliseconds."""

from msgspec import Struct

from store.schema.calls import NoticeBy


class RecordingRules(Struct, frozen=True, kw_only=True):
    """Whether calls are kept, and how the client is told.

    opt_out_tone: the key that refuses, while the client waits; none if empty. deletes_on_refusal:
    what was kept before the refusal is deleted too.
    """

    is_on: bool = False
    notice_by: NoticeBy = NoticeBy.PROMPT
    opt_out_tone: str = "9"
    deletes_on_refusal: bool = True


class CallRules(Struct, frozen=True, kw_only=True):
    """How long each part of a call may take.

    ring_client_ms: longer than a voice mailbox needs to pick up, shorter than a person's patience.
    ring_agent_ms: for a leg that rings at a desktop. connect_ms: for a leg that answers by itself,
    its agent having accepted already. transfer_ms: for a queue to find somebody before the client
    goes back to the first agent. grace_ms: for a lost connection to be replaced. prompt_ms: no
    prompt takes longer; one whose end is never told is over then. hang_up_ms: for a leg to end
    once it is asked to, 64 × T1 of RFC 3261, section 17. announce_ms: between two announcements
    of the wait. overflow_ms: after this wait an appointment is offered, 0 for never.
    accept_tone: the key that takes it. call_ms: a call ends then whatever it does.
    """

    ring_client_ms: int = 45_000
    ring_agent_ms: int = 20_000
    connect_ms: int = 10_000
    transfer_ms: int = 60_000
    grace_ms: int = 10_000
    prompt_ms: int = 60_000
    hang_up_ms: int = 32_000
    announce_ms: int = 60_000
    overflow_ms: int = 300_000
    appointment_ms: int = 15_000
    wrap_up_ms: int = 60_000
    drain_ms: int = 600_000
    call_ms: int = 3_600_000
    accept_tone: str = "1"
    recording: RecordingRules = RecordingRules()
