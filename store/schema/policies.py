"""What administrators see of the policy: itself, what is wrong with one, what one would change."""

from msgspec import Struct

from store.schema.ids import CaseId, QueueId
from store.schema.terms import Channel, Policy, Segment
from store.schema.views import Problem


class Fault(Struct, frozen=True, kw_only=True):
    """One thing wrong with a policy or a queue, and what is allowed.

    line: in the text, from 1; None when it came as JSON. field: as in `subjects[2].queue`.
    message says it in English; code, given, allowed and hint say it to programs.
    """

    field: str
    message: str
    line: int | None = None
    code: str = ""
    given: str = ""
    allowed: str = ""
    hint: str = ""


class FaultyProblem(Problem, frozen=True, kw_only=True):
    """Rules that cannot be applied: everything that is wrong with them."""

    faults: tuple[Fault, ...] = ()


class QueueBound(Struct, frozen=True, kw_only=True):
    """Nobody who came more than this after you passes you.

    bound_ms: among the cases opened in the queue, escalated ones included. moved_in_ms: when
    cases of any subject are transferred into it as well.
    """

    queue: QueueId
    bound_ms: int
    moved_in_ms: int


class PolicyPage(Struct, frozen=True, kw_only=True):
    """The policy in force. revision: what If-Match must name. toml: the same as a text."""

    revision: int
    policy: Policy
    toml: str
    bounds: tuple[QueueBound, ...] = ()


class CaseMove(Struct, frozen=True, kw_only=True):
    """A waiting case before and after. place: 1 is next in its queue."""

    case: CaseId
    client_name: str
    channel: Channel
    subject: str
    segment: Segment
    queue: QueueId
    place: int
    new_place: int
    head_start_ms: int
    new_head_start_ms: int


class QueueEffect(Struct, frozen=True, kw_only=True):
    """What a policy would do to a queue. up, down: cases that would change places."""

    queue: QueueId
    waiting: int
    up: int
    down: int
    bound_ms: int
    new_bound_ms: int


class PolicyPreview(Struct, frozen=True, kw_only=True):
    """What a policy would change, the largest moves first; nothing has been applied.

    scored_anew: waiting cases whose head start changes. moves_left: moves not listed. policy and
    toml: the one that was asked, in both forms.
    """

    policy: Policy
    toml: str
    scored_anew: int
    queues: tuple[QueueEffect, ...]
    moves: tuple[CaseMove, ...]
    moves_left: int = 0


class PolicyRevision(Struct, frozen=True, kw_only=True):
    """A policy that is or was in force. by: the id of who applied it."""

    revision: int
    at_ms: int
    by: str
    policy: Policy


class PolicyRevisions(Struct, frozen=True, kw_only=True):
    """The last revisions, the present one first."""

    revisions: tuple[PolicyRevision, ...]
