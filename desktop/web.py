"""The web application: routes, errors and the life of what runs beside them."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute

from desktop import (
    authentication,
    explain_api,
    files_api,
    policy_api,
    staff_api,
    widget_api,
)
from desktop.attendance import Attendance
from desktop.authentication import Failures
from desktop.core.pace import Paces
from desktop.cors import WidgetCors
from desktop.crowd import Crowd
from desktop.edge import Edge, edge_of
from desktop.gateway import serve_socket
from desktop.guard import Guard
from desktop.http import answer
from desktop.hub import Hub
from desktop.openapi import serve_openapi
from desktop.pages import page_routes
from desktop.problems import EdgeError, problem
from desktop.sessions import Sessions
from desktop.wallboard import Wallboard
from store.bus import Bus
from store.clock import Clock, Ids
from store.files import FileStore
from store.log import EventLog
from store.post import Courier
from store.queries import CaseQueries
from store.records import Records
from store.settings import Settings

logger = logging.getLogger(__name__)
API = [
    *authentication.routes,
    *staff_api.routes,
    *policy_api.routes,
    *explain_api.routes,
    *widget_api.routes,
    *files_api.routes,
]


def create_app(  # noqa: PLR0913 - each part of a web process, once
    *,
    settings: Settings,
    clock: Clock,
    ids: Ids,
    log: EventLog,
    records: Records,
    queries: CaseQueries,
    files: FileStore,
    courier: Courier,
    bus: Bus,
    is_demo: bool = False,
) -> Starlette:
    """Return the application of one web process; the courier runs while it does."""
    hub = Hub(settings.site, bus, log, queries)
    sessions = Sessions(records, clock, settings.limits, hub.agent)
    edge = Edge(
        settings=settings,
        clock=clock,
        ids=ids,
        log=log,
        records=records,
        queries=queries,
        files=files,
        courier=courier,
        bus=bus,
        hub=hub,
        sessions=sessions,
        guard=Guard(sessions),
        crowd=Crowd(settings.limits.sockets_per_address),
        paces=Paces(),
        attendance=Attendance(hub, courier, ids),
        wallboard=Wallboard(hub, log, records, clock),
        is_demo=is_demo,
    )

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        async with courier.running(), edge.hub.running(), edge.guard.running():
            await edge.attendance.part_with_the_gone()
            async with edge.attendance.running(), edge.wallboard.running():
                yield

    app = Starlette(
        routes=[
            WebSocketRoute("/ws", serve_socket),
            Route("/healthz", healthy),
            Route("/readyz", ready),
            Route("/api/openapi.json", serve_openapi),
            Mount("/api/v1", routes=API),
            *page_routes(is_demo=is_demo),
        ],
        exception_handlers={EdgeError: _edge_error, HTTPException: _http_error, Exception: _broken},
        lifespan=life,
    )
    app.add_middleware(WidgetCors, edge=edge)
    app.state.edge = edge
    app.state.failures = Failures(settings.limits)
    return app


async def healthy(_: Request) -> Response:
    """Say that the process runs."""
    return PlainTextResponse("ok")


async def ready(request: Request) -> Response:
    """Say whether the process can serve."""
    edge = edge_of(request)
    if not edge.hub.is_live:
        raise EdgeError("unavailable")
    return answer({"seq": edge.hub.rows.seq})


async def _edge_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, EdgeError)
    return problem(error)


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "internal")
    return problem(EdgeError(code))


async def _broken(_: Request, error: Exception) -> Response:
    logger.error("request failed error=%s", type(error).__name__, exc_info=error)
    return problem(EdgeError("internal"))
