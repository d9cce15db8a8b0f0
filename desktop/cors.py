"""Cross-origin answers: only for the widget's paths, only to pages that may carry it."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desktop.edge import Edge

# Starlette's own CORS middleware has one list of origins, fixed at start and for every path; ours
# is a site's record, and the desktop's paths must never answer another origin.
_PATHS = ("/api/v1/widget/", "/api/v1/files")
_ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "600",
}


class WidgetCors:
    """Adds the headers that let an allowed page read the widget's answers."""

    def __init__(self, app: ASGIApp, edge: Edge) -> None:
        self._app = app
        self._edge = edge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        origin = Headers(scope=scope).get("origin") if scope["type"] == "http" else None
        is_ours = origin is not None and scope["path"].startswith(_PATHS)
        if not is_ours or origin is None or not await self._edge.is_widget_origin(origin):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            headers = {**_ALLOWED, "Access-Control-Allow-Origin": origin, "Vary": "Origin"}
            await Response(status_code=204, headers=headers)(scope, receive, send)
            return

        async def with_origin(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Access-Control-Allow-Origin"] = origin
                headers.add_vary_header("Origin")
            await send(message)

        await self._app(scope, receive, with_origin)
