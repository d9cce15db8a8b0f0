"""The HTTP side of a running server, as far as people on it need it."""

import asyncio
from http.cookies import SimpleCookie
from typing import TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

import msgspec
from msgspec import Struct

from bench.line import Pass
from store.schema.codec import encode
from store.schema.events import AnyEvent
from store.schema.ids import CaseId
from store.schema.views import EventPage, Me, WidgetProfile, WidgetSession, Workbench

COOKIE = "aiguilleur_session"
_TIMEOUT_S = 60
_PAGE = 500

T = TypeVar("T")


class CallError(Exception):
    """The server refused, or is not there; the message says which."""


class Welcomed(Struct, frozen=True):
    """What sign-in answers."""

    me: Me
    csrf: str


class Calls:
    """Asks one server."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    async def sign_in(self, login: str, password: str) -> tuple[Me, Pass]:
        """Sign an agent in. Raises CallError."""
        body = encode({"login": login, "password": password})
        answer, cookie = await self._call("POST", "/session", body)
        welcomed = msgspec.json.decode(answer, type=Welcomed)
        return welcomed.me, Pass(cookie=cookie, csrf=welcomed.csrf)

    async def sign_out(self, entry: Pass) -> None:
        """End the session."""
        await self._call("DELETE", "/session", entry=entry)

    async def visit(self) -> WidgetSession:
        """Open a widget's session as a new visitor."""
        answer, _ = await self._call("POST", "/widget/session", b"{}")
        return msgspec.json.decode(answer, type=WidgetSession)

    async def profile(self) -> WidgetProfile:
        """Return what the widget shows first."""
        answer, _ = await self._call("GET", "/widget/profile")
        return msgspec.json.decode(answer, type=WidgetProfile)

    async def workbench(self, entry: Pass) -> Workbench:
        """Return who works there."""
        answer, _ = await self._call("GET", "/workbench", entry=entry)
        return msgspec.json.decode(answer, type=Workbench)

    async def timeline(self, entry: Pass, case: CaseId) -> list[AnyEvent]:
        """Return all events of a case, oldest first; none when there is no such case."""
        events: list[AnyEvent] = []
        before = ""
        while True:
            path = f"/cases/{quote(case)}/events?limit={_PAGE}{before}"
            try:
                answer, _ = await self._call("GET", path, entry=entry)
            except CallError as error:
                if "404" in str(error):
                    return events
                raise
            page = msgspec.json.decode(answer, type=EventPage)
            events[:0] = page.events
            if page.before is None:
                return events
            before = f"&before={page.before}"

    async def _call(
        self, method: str, path: str, body: bytes | None = None, entry: Pass | None = None
    ) -> tuple[bytes, str]:
        headers = {"Origin": self.url, "Content-Type": "application/json"}
        if entry is not None:
            headers |= {"Cookie": f"{COOKIE}={entry.cookie}", "X-CSRF-Token": entry.csrf}
        request = Request(f"{self.url}/api/v1{path}", body, headers, method=method)  # noqa: S310
        return await asyncio.to_thread(_carried_out, request)


def _carried_out(request: Request) -> tuple[bytes, str]:
    try:
        with urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310 - the operator's own URL
            cookies = SimpleCookie(response.headers.get("Set-Cookie", ""))
            cookie = cookies[COOKIE].value if COOKIE in cookies else ""
            body: bytes = response.read()
            return body, cookie
    except HTTPError as error:
        said = error.read().decode(errors="replace")
        raise CallError(f"{request.full_url}: {error.code} {said}") from None
    except (URLError, OSError) as error:
        raise CallError(f"{request.full_url}: {error}") from None
