"""What the widget on the insurer's site reads and asks over HTTP."""

from typing import Annotated

import msgspec
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OctKey
from msgspec import Meta, Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop.core.intake import read_json
from desktop.edge import Edge, edge_of
from desktop.http import answer, body_of, client, query_before, query_int
from desktop.problems import EdgeError
from desktop.sessions import SignedIn
from store.calendar import moment
from store.errors import Contradiction, Unavailable
from store.schema.audience import CLIENT_EVENTS
from store.schema.codec import encode
from store.schema.commands import SYSTEM, Envelope, RegisterClient
from store.schema.ids import ClientId
from store.schema.scoring import queue_of
from store.schema.terms import Label, Role, Segment
from store.schema.views import (
    ClientRecord,
    EventPage,
    SiteProfile,
    WidgetOpening,
    WidgetProfile,
    WidgetSession,
)

ALGORITHM = "HS256"
# The insurer's clock and ours differ; an end is an end all the same.
_SKEW_S = 60
Name = Annotated[str, Meta(max_length=200)]


class OpenSession(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """token: a client identity signed by the site. resume: the widget's token of last time.

    name: how a visitor wishes to be called; it proves nothing and is shown as given.
    """

    token: str = ""
    resume: str = ""
    name: Name = ""


class _Claims(Struct, frozen=True, kw_only=True):
    """What the insurer's site says of its client."""

    sub: Annotated[str, Meta(min_length=1, max_length=200)]
    exp: float
    name: Name = ""
    email: Annotated[str, Meta(max_length=200)] = ""
    segment: Segment | None = None


_decode_claims = msgspec.json.Decoder(_Claims).decode


async def profile(request: Request) -> Response:
    """Return what the widget shows before anyone speaks."""
    edge = edge_of(request)
    site = await _site(edge)
    public = tuple(article for article in await edge.records.articles() if article.is_public)
    return answer(
        WidgetProfile(
            site_name=site.name,
            colour=site.colour,
            greeting=site.greeting,
            bot=site.bot,
            articles=public,
        )
    )


async def opening(request: Request) -> Response:
    """Return whether the queue of the subject is open, and when it will be."""
    edge = edge_of(request)
    queue = edge.hub.rows.queues.get(
        queue_of(edge.hub.policy, request.query_params.get("subject", ""))
    )
    if queue is None:
        return answer(WidgetOpening())
    hours = queue.hours
    opens = None
    if hours is not None and queue.opens_at_ms is not None:
        opens = moment(queue.opens_at_ms, hours.time_zone)
    return answer(
        WidgetOpening(
            is_open=queue.is_open,
            is_in_hours=queue.is_in_hours,
            opens=opens,
            notice=None if hours is None else _filled(hours.notice, opens),
        )
    )


def _filled(notice: Label | None, opens: Label | None) -> Label | None:
    if notice is None:
        return None
    # Without a known opening, what says when has nothing to say.
    if opens is None and "{opens}" in notice.fr + notice.en:
        return None
    opens = opens or Label(fr="", en="")
    return Label(
        fr=notice.fr.replace("{opens}", opens.fr), en=notice.en.replace("{opens}", opens.en)
    )


async def open_session(request: Request) -> Response:
    """Recognise the client, by signature or by the widget's former token, or greet a visitor."""
    edge = edge_of(request)
    origin = request.headers.get("origin")
    if origin is not None and not await edge.is_widget_origin(origin):
        raise EdgeError("foreign_origin")
    asked = await body_of(request, OpenSession)
    record = await _signed_client(edge, asked.token) if asked.token else None
    if asked.resume:
        resumed = await edge.sessions.find(asked.resume)
        if resumed is not None and await _may_resume(edge, resumed, record):
            return answer(await _widget_session(edge, asked.resume, resumed))
    if record is None:
        record = await _new_visitor(edge, asked.name)
    token, _ = await edge.sessions.open_for_client(record.client)
    signed_in = await edge.sessions.find(token)
    assert signed_in is not None
    return answer(await _widget_session(edge, token, signed_in), 201)


async def _may_resume(edge: Edge, resumed: SignedIn, signed: ClientRecord | None) -> bool:
    """Return whether whoever asks is still whom the session was opened for.

    A session that a signature opened needs the signature again: without it the person has signed
    out of the insurer's site, and somebody else may be reading.
    """
    if resumed.actor.role is not Role.CLIENT:
        return False
    if signed is not None:
        return signed.client == resumed.actor.id
    known = await edge.records.client(ClientId(resumed.actor.id))
    return known is not None and not known.external


async def events(request: Request) -> Response:
    """Return the client's own conversations, as the client may see them."""
    signed_in = await client(request)
    page = await edge_of(request).log.of_client(
        ClientId(signed_in.actor.id),
        before=query_before(request),
        limit=query_int(request, "limit", most=500, default=200),
    )
    visible = tuple(event for event in page.events if type(event) in CLIENT_EVENTS)
    return answer(EventPage(events=visible, before=page.before))


async def _widget_session(edge: Edge, token: str, signed_in: SignedIn) -> WidgetSession:
    record = await edge.records.client(ClientId(signed_in.actor.id))
    assert record is not None
    return WidgetSession(
        token=token,
        client=record.client,
        name=record.name,
        is_signed=bool(record.external),
        expires_ms=signed_in.session.expires_ms,
    )


async def _signed_client(edge: Edge, token: str) -> ClientRecord:
    claims = _claims(await _site(edge), token, edge)
    known = await edge.records.client_by_external(claims.sub)
    record = known or ClientRecord(
        client=ClientId(edge.ids.new("client")), name=claims.sub, external=claims.sub
    )
    record = replace(
        record,
        name=claims.name or record.name,
        segment=claims.segment or record.segment,
        email=claims.email or record.email,
    )
    if record == known:
        return record
    # The router first: a record that is kept is one that the router knows.
    await _register(edge, record)
    try:
        await edge.records.save_client(record)
    except Contradiction:
        # The client's other tab was faster.
        first = await edge.records.client_by_external(claims.sub)
        assert first is not None
        return first
    return record


def _claims(site: SiteProfile, token: str, edge: Edge) -> _Claims:
    # The algorithm is ours, never the token's: RFC 8725, 3.1.
    if not site.widget_secret:
        raise EdgeError("bad_token", "This site signs no identities.")
    now_s = edge.clock.now_ms() // 1000
    try:
        claims = jwt.decode(token, OctKey.import_key(site.widget_secret), [ALGORITHM]).claims
        registry = jwt.JWTClaimsRegistry(
            now=now_s, leeway=_SKEW_S, exp={"essential": True}, sub={"essential": True}
        )
        registry.validate(claims)
        found = read_json(_decode_claims, encode(claims))
    except ExpiredTokenError as error:
        raise EdgeError("expired_token") from error
    except msgspec.DecodeError as error:
        raise EdgeError("bad_token", str(error)) from error
    except (JoseError, ValueError, TypeError) as error:
        # TypeError: joserfc reads some headers before it has checked their types.
        raise EdgeError("bad_token") from error
    if not now_s < found.exp <= now_s + edge.settings.limits.widget_token_ms // 1000:
        raise EdgeError("expired_token")
    return found


async def _new_visitor(edge: Edge, name: str) -> ClientRecord:
    client_id = ClientId(edge.ids.new("client"))
    record = ClientRecord(
        client=client_id,
        name=name.strip() or f"Visiteur {int(client_id[-4:], 16) % 10_000:04}",
    )
    await _register(edge, record)
    await edge.records.save_client(record)
    return record


async def _register(edge: Edge, record: ClientRecord) -> None:
    command = RegisterClient(
        ref=edge.ids.new("register"),
        client=record.client,
        segment=record.segment,
        named_agents=record.named_agents,
    )
    try:
        await edge.courier.ask(Envelope(actor=SYSTEM, command=command))
    except Unavailable as error:
        raise EdgeError("unavailable") from error


async def _site(edge: Edge) -> SiteProfile:
    site = await edge.records.profile()
    if site is None:
        raise EdgeError("unavailable", "This site is not set up yet.")
    return site


routes = [
    Route("/widget/profile", profile),
    Route("/widget/opening", opening),
    Route("/widget/session", open_session, methods=["POST"]),
    Route("/widget/events", events),
]
