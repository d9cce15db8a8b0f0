"""The policy over HTTP: read, tried on the waiting cases, applied, and its history."""

import asyncio
import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop.asking import carry_out
from desktop.edge import Edge, edge_of
from desktop.http import answer, bounded, query_int, staff
from desktop.problems import EdgeError
from store.policy.effect import Effect, bounds_of
from store.policy.reading import BadPolicy, read_json, read_toml
from store.policy.writing import write_toml
from store.schema.commands import ConfigurePolicy
from store.schema.policies import (
    PolicyPage,
    PolicyPreview,
    PolicyRevision,
    PolicyRevisions,
)
from store.schema.terms import Policy

JSON, TOML = "application/json", "application/toml"
# Room for some thousands of subjects.
POLICY_BYTES = 1_048_576
# What a person reads before applying; the rest is counted.
MOVES_MOST = 50
REVISIONS_MOST = 100
_ETAG = re.compile(r'(?:W/)?"?(\d{1,15})"?')
_REF = re.compile(r"[A-Za-z0-9_-]{1,64}")


async def policy(request: Request) -> Response:
    """Return the policy in force, as JSON, or as TOML when that is what is accepted."""
    await staff(request, "read_policy")
    hub = edge_of(request).hub
    if TOML not in request.headers.get("accept", ""):
        return _page(edge_of(request), hub.policy, hub.policy_revision)
    headers = {"Cache-Control": "no-store", "ETag": f'"{hub.policy_revision}"'}
    return Response(write_toml(hub.policy), media_type=TOML, headers=headers)


async def apply_policy(request: Request) -> Response:
    """Put another policy in force, unless somebody else has meanwhile."""
    signed_in = await staff(request, "configure_policy")
    edge = edge_of(request)
    revision = _revision(request)
    asked = await _policy_of(edge, request)
    ref = request.headers.get("idempotency-key") or edge.ids.new("policy")
    if _REF.fullmatch(ref) is None:
        raise EdgeError("bad_command", "Idempotency-Key has 1 to 64 letters, digits, - or _.")
    command = ConfigurePolicy(ref=ref, policy=asked, after_revision=revision)
    await carry_out(edge, signed_in.actor, command)
    # Not the hub's: what was applied may not have come round yet.
    return _page(edge, asked, revision + 1)


async def preview_policy(request: Request) -> Response:
    """Say what a policy would change, without applying it."""
    await staff(request, "read_policy")
    edge = edge_of(request)
    asked = await _policy_of(edge, request)
    hub = edge.hub
    # The rows as they are now; scoring thousands of them must not hold the sockets up.
    queues, cases = dict(hub.rows.queues), list(hub.rows.cases.values())

    def tried() -> PolicyPreview:
        effect = Effect(asked, queues, cases)
        moves = effect.moves()
        return PolicyPreview(
            policy=asked,
            toml=write_toml(asked),
            scored_anew=effect.scored_anew,
            queues=effect.of_queues(hub.policy, moves),
            moves=tuple(moves[:MOVES_MOST]),
            moves_left=max(0, len(moves) - MOVES_MOST),
        )

    return answer(await asyncio.to_thread(tried))


async def revisions(request: Request) -> Response:
    """Return the last revisions, the present one first."""
    await staff(request, "read_policy")
    limit = query_int(request, "limit", most=REVISIONS_MOST, default=20)
    found = await edge_of(request).log.last_policies(limit)
    return answer(
        PolicyRevisions(
            revisions=tuple(
                PolicyRevision(
                    revision=event.revision, at_ms=event.at_ms, by=event.by, policy=event.policy
                )
                for event in found
            )
        )
    )


def _page(edge: Edge, policy: Policy, revision: int) -> Response:
    response = answer(
        PolicyPage(
            revision=revision,
            policy=policy,
            toml=write_toml(policy),
            bounds=bounds_of(policy, edge.hub.rows.queues),
        )
    )
    response.headers["ETag"] = f'"{revision}"'
    return response


async def _policy_of(edge: Edge, request: Request) -> Policy:
    """Return the policy of the body. Raises EdgeError with every fault of it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {JSON, TOML}:
        raise EdgeError("media_type")
    body = b"".join([piece async for piece in bounded(request, POLICY_BYTES)])
    queues = frozenset(edge.hub.rows.queues)

    def read() -> Policy:
        if kind == JSON:
            return read_json(body, queues)
        return read_toml(body.decode(), queues)

    try:
        return await asyncio.to_thread(read)
    except UnicodeDecodeError as error:
        raise EdgeError("bad_policy", "The text is not UTF-8.") from error
    except BadPolicy as error:
        first = error.faults[0]
        raise EdgeError("bad_policy", first.message, first.field, faults=error.faults) from error


def _revision(request: Request) -> int:
    given = request.headers.get("if-match")
    if given is None:
        raise EdgeError("revision_missing")
    found = _ETAG.fullmatch(given.strip())
    if found is None:
        raise EdgeError("revision_missing", "If-Match names one revision, as GET gave it.")
    return int(found[1])


routes = [
    Route("/policy", policy),
    Route("/policy", apply_policy, methods=["PUT"]),
    Route("/policy/preview", preview_policy, methods=["POST"]),
    Route("/policy/revisions", revisions),
]
