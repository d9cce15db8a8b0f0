"""The built front end and the demonstration pages, each under a strict policy."""

from pathlib import Path

from joserfc import jwt
from joserfc.jwk import OctKey
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from desktop.edge import edge_of
from desktop.http import answer
from desktop.problems import EdgeError
from desktop.widget_api import ALGORITHM

STATIC = Path(__file__).parent / "static"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' blob: data:; font-src 'self'; media-src 'self' blob:; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; "
    "trusted-types default svelte-trusted-html dompurify 'allow-duplicates'"
)
_PAGE_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_DEMO_TOKEN_S = 3600


class Assets(StaticFiles):
    """Files whose names hold their hash: a browser never asks twice."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Cache-Control"] = "public, max-age=31536000, immutable"
            await send(message)

        await super().__call__(scope, receive, with_headers)


async def home(_: Request) -> Response:
    """Lead agents to their desktop."""
    return RedirectResponse("/desk")


async def desk(_: Request) -> Response:
    """Return the desktop's page; its paths are the desktop's own."""
    return _page("desk/index.html")


async def demo(_: Request) -> Response:
    """Return the insurer's demonstration page."""
    return _page("demo/index.html")


async def widget_loader(_: Request) -> Response:
    """Return the script that other sites include."""
    return _script("widget.js")


async def widget_app(_: Request) -> Response:
    """Return the widget itself, loaded by the loader from any allowed page."""
    return _script("widget/app.js")


async def demo_clients(request: Request) -> Response:
    """Return whom a visitor of the demonstration may pretend to be."""
    page = await edge_of(request).records.search_clients("", None, 100)
    return answer(
        {"clients": [{"external": x.external, "name": x.name} for x in page.clients if x.external]}
    )


async def demo_identity(request: Request) -> Response:
    """Sign an identity as an insurer's server would."""
    edge = edge_of(request)
    profile = await edge.records.profile()
    known = await edge.records.client_by_external(request.query_params.get("client", ""))
    if profile is None or known is None:
        raise EdgeError("not_found")
    now_s = edge.clock.now_ms() // 1000
    claims = {"sub": known.external, "name": known.name, "exp": now_s + _DEMO_TOKEN_S}
    key = OctKey.import_key(profile.widget_secret)
    return answer({"token": jwt.encode({"alg": ALGORITHM}, claims, key)})


def _page(name: str) -> Response:
    path = STATIC / name
    if not path.exists():
        raise EdgeError("not_built")
    return FileResponse(path, headers=_PAGE_HEADERS)


def _script(name: str) -> Response:
    path = STATIC / name
    if not path.exists():
        raise EdgeError("not_built")
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "public, max-age=300",
    }
    return FileResponse(path, headers=headers, media_type="text/javascript")


def page_routes(*, is_demo: bool) -> list[BaseRoute]:
    """Return the routes of every page; the demonstration's only where it is one."""
    routes: list[BaseRoute] = [
        Route("/", home),
        Mount("/desk/assets", Assets(directory=STATIC / "desk" / "assets", check_dir=False)),
        Route("/desk", desk),
        Route("/desk/{path:path}", desk),
        Route("/widget.js", widget_loader),
        Route("/widget/app.js", widget_app),
    ]
    if is_demo:
        routes += [
            Mount("/demo/assets", Assets(directory=STATIC / "demo" / "assets", check_dir=False)),
            Route("/demo", demo),
            Route("/demo/", demo),
            Route("/demo/clients", demo_clients),
            Route("/demo/identity", demo_identity),
        ]
    return routes
