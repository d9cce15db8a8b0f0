"""The HTTP API described: one table of routes, and the OpenAPI 3.1 document made from it."""

import re

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from desktop.authentication import SignIn
from desktop.core.permissions import RULES, Reach
from desktop.http import answer
from desktop.policy_api import TOML
from desktop.problems import PROBLEMS
from desktop.sessions import COOKIE
from desktop.widget_api import OpenSession
from store.schema.commands import AnyCommand
from store.schema.documents import Json, components
from store.schema.figures import FloorFigures
from store.schema.frames import Ok
from store.schema.policies import (
    FaultyProblem,
    PolicyPage,
    PolicyPreview,
    PolicyRevisions,
)
from store.schema.questions import AgentExplained, CaseExplained
from store.schema.terms import FileRef, Policy
from store.schema.views import (
    Article,
    CasePage,
    CaseView,
    ClientPage,
    ClientRecord,
    EventPage,
    Me,
    Problem,
    WidgetOpening,
    WidgetProfile,
    WidgetSession,
    Workbench,
)

PREFIX = "/api/v1"
_PLACE = "#/components/schemas/"
_STAFF: tuple[Json, ...] = ({"desk": []},)
_CLIENT: tuple[Json, ...] = ({"widget": []},)
_ANYBODY: tuple[Json, ...] = ()
_PAGED = ("cursor", "limit")
_REFUSED_BY_THE_ROUTER = frozenset({"/commands", "/cases/{case}/explanation"})
_BACKWARDS = ("before", "limit")
_PARAMETERS = {
    "subject": "What the request is about.",
    "text": "Words to find; accents and case do not count.",
    "status": "A case status.",
    "queue": "The queue's id.",
    "holder": "The id of the agent who holds the case.",
    "client": "The client's id.",
    "cursor": "From the page before.",
    "before": "Only events before this seq: from the page after.",
    "limit": "How many at most.",
}


class SignedInAs(Struct, frozen=True, kw_only=True):
    """Who is signed in. csrf: what writes must echo in X-CSRF-Token."""

    me: Me
    csrf: str


class ArticleList(Struct, frozen=True, kw_only=True):
    """Articles of the knowledge base."""

    articles: tuple[Article, ...]


class Described(Struct, frozen=True, kw_only=True):
    """One route. action: its row in the table of rights, when it has one of its own."""

    path: str
    summary: str
    method: str = "GET"
    asked: object = None
    answered: object = None
    status: int = 200
    errors: tuple[str, ...] = ()
    action: str | None = None
    security: tuple[Json, ...] = _STAFF
    query: tuple[str, ...] = ()
    # A text that is taken, or given, beside JSON.
    also: str = ""


_SIGN_IN_ERRORS = ("foreign_origin", "wrong_password", "locked_out", "bad_command", "bad_json")
_SESSION_ERRORS = ("foreign_origin", "bad_token", "expired_token", "bad_command", "unavailable")
_COMMAND_ERRORS = (
    *("bad_command", "bad_json", "bad_policy", "bad_queue", "revision_changed"),
    *("too_big", "csrf", "too_fast", "unavailable"),
)
_POLICY_ERRORS = (
    *("bad_policy", "media_type", "revision_missing", "revision_changed"),
    *("too_big", "csrf", "too_fast", "unavailable"),
)
_UPLOAD_ERRORS = ("bad_upload", "too_big", "type_not_allowed", "csrf")
ROUTES = (
    Described(
        path="/session",
        summary="Sign in to the desktop.",
        method="POST",
        asked=SignIn,
        answered=SignedInAs,
        errors=_SIGN_IN_ERRORS,
        security=_ANYBODY,
    ),
    Described(path="/session", summary="Who is signed in.", answered=SignedInAs),
    Described(path="/session", summary="Sign out.", method="DELETE", status=204, errors=("csrf",)),
    Described(
        path="/workbench",
        summary="What a desktop loads once.",
        answered=Workbench,
        action="read_workbench",
    ),
    Described(
        path="/cases",
        summary="Cases by filters, the last changed first.",
        answered=CasePage,
        errors=("bad_query",),
        action="read_case",
        query=("text", "status", "queue", "holder", "client", *_PAGED),
    ),
    Described(
        path="/cases/{case}",
        summary="One case.",
        answered=CaseView,
        errors=("not_found",),
        action="read_case",
    ),
    Described(
        path="/cases/{case}/events",
        summary="The timeline of a case and of those merged into it.",
        answered=EventPage,
        errors=("not_found", "bad_query"),
        action="read_case",
        query=_BACKWARDS,
    ),
    Described(
        path="/cases/{case}/explanation",
        summary="Why a case waits now, and who could have it. A closed case is a 409.",
        answered=CaseExplained,
        errors=("not_found", "unavailable"),
        action="explain_case",
    ),
    Described(
        path="/agents/{agent}/explanation",
        summary="Why an agent is given nothing more now.",
        answered=AgentExplained,
        errors=("not_found", "unavailable"),
        action="explain_agent",
    ),
    Described(
        path="/clients",
        summary="Clients whose record holds the text.",
        answered=ClientPage,
        errors=("bad_query",),
        action="read_client",
        query=("text", *_PAGED),
    ),
    Described(
        path="/clients/{client}",
        summary="A client's record.",
        answered=ClientRecord,
        errors=("not_found",),
        action="read_client",
    ),
    Described(
        path="/articles",
        summary="Articles that hold the text.",
        answered=ArticleList,
        action="read_workbench",
        query=("text",),
    ),
    Described(
        path="/articles/{article}",
        summary="One article.",
        answered=Article,
        errors=("not_found",),
        action="read_workbench",
    ),
    Described(
        path="/notifications",
        summary="The notes that name the asker.",
        answered=EventPage,
        errors=("bad_query",),
        action="read_notifications",
        query=_BACKWARDS,
    ),
    Described(
        path="/figures",
        summary="The figures of the day, by queue and by agent.",
        answered=FloorFigures,
        errors=("unavailable",),
        action="read_figures",
    ),
    Described(
        path="/commands",
        summary="Carry out a command. Its `ref` makes it safe to repeat; a refusal is a 409.",
        method="POST",
        asked=AnyCommand,
        answered=Ok,
        errors=_COMMAND_ERRORS,
        security=(*_STAFF, *_CLIENT),
    ),
    Described(
        path="/policy",
        summary="The policy in force; its ETag is the revision. As TOML with Accept.",
        answered=PolicyPage,
        action="read_policy",
        also=TOML,
    ),
    Described(
        path="/policy",
        summary="Put a policy in force. If-Match names the revision that was changed.",
        method="PUT",
        asked=Policy,
        answered=PolicyPage,
        errors=_POLICY_ERRORS,
        action="configure_policy",
        also=TOML,
    ),
    Described(
        path="/policy/preview",
        summary="Which waiting cases a policy would move, and by how much. Applies nothing.",
        method="POST",
        asked=Policy,
        answered=PolicyPreview,
        errors=("bad_policy", "media_type", "too_big", "csrf"),
        action="read_policy",
        also=TOML,
    ),
    Described(
        path="/policy/revisions",
        summary="The last policies, the present one first: who applied them and when.",
        answered=PolicyRevisions,
        errors=("bad_query",),
        action="read_policy",
        query=("limit",),
    ),
    Described(
        path="/widget/profile",
        summary="What the widget shows before anyone speaks.",
        answered=WidgetProfile,
        errors=("unavailable",),
        security=_ANYBODY,
    ),
    Described(
        path="/widget/opening",
        summary="Whether a subject's queue is open, and when it will be.",
        answered=WidgetOpening,
        security=_ANYBODY,
        query=("subject",),
    ),
    Described(
        path="/widget/session",
        summary="Recognise a client, or greet a visitor. A session resumed is a 200.",
        method="POST",
        asked=OpenSession,
        answered=WidgetSession,
        status=201,
        errors=_SESSION_ERRORS,
        security=_ANYBODY,
    ),
    Described(
        path="/widget/events",
        summary="The client's own conversations.",
        answered=EventPage,
        errors=("bad_query",),
        action="read_history",
        security=_CLIENT,
        query=_BACKWARDS,
    ),
    Described(
        path="/files",
        summary="Keep one file, sent in the multipart field `file`.",
        method="POST",
        asked=bytes,
        answered=FileRef,
        status=201,
        errors=_UPLOAD_ERRORS,
        action="upload_file",
        security=(*_STAFF, *_CLIENT),
    ),
    Described(
        path="/files/{file}",
        summary="A file, to those who may see its case.",
        answered=bytes,
        errors=("not_found",),
        action="read_file",
        security=(*_STAFF, *_CLIENT),
    ),
)


def openapi() -> Json:
    """Return the OpenAPI 3.1 document."""
    kinds = [x for route in ROUTES for x in (route.asked, route.answered) if _is_record(x)]
    shapes, named = components((*kinds, Problem, FaultyProblem), _PLACE)
    shape_of = dict(zip(kinds, shapes, strict=False))
    paths: dict[str, Json] = {}
    for route in ROUTES:
        described = _operation(route, shape_of)
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "Aiguilleur", "version": "1", "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": named,
            "securitySchemes": {
                "desk": {"type": "apiKey", "in": "cookie", "name": COOKIE},
                "widget": {"type": "http", "scheme": "bearer"},
            },
        },
    }


async def serve_openapi(_: Request) -> Response:
    """Return the document."""
    return answer(openapi())


def errors_of(route: Described) -> tuple[str, ...]:
    """Return the codes a route may answer with, those of its sign-in included."""
    signed = ("unauthenticated",) if route.security else ()
    right = ("forbidden",) if route.action else ()
    return (*signed, *right, *route.errors)


def who_may(route: Described) -> str:
    """Say who may use a route, from the table of rights."""
    if route.action is None:
        if route.path == "/commands":
            return "as the table of rights says of the command"
        return "staff" if route.security else "anybody"
    reaches = RULES[route.action].items()
    own = {role: " (their own)" if reach is Reach.OWN else "" for role, reach in reaches}
    return ", ".join(f"{role}{own[role]}" for role, reach in reaches if reach is not Reach.NONE)


def _operation(route: Described, shape_of: dict[object, Json]) -> Json:
    operation: Json = {
        "operationId": _name(route),
        "summary": route.summary,
        "description": f"Who may: {who_may(route)}.",
        "security": list(route.security),
        "parameters": _parameters(route),
        "responses": _responses(route, shape_of),
    }
    if route.asked is bytes:
        file: Json = {
            "type": "object",
            "required": ["file"],
            "properties": {"file": {"type": "string"}},
        }
        operation["requestBody"] = _content("multipart/form-data", file, required=True)
    elif route.asked is not None:
        asked = _content("application/json", shape_of[route.asked], required=True)
        operation["requestBody"] = _with_text(asked, route.also)
    return operation


def _parameters(route: Described) -> list[Json]:
    in_path: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    in_query: list[Json] = [
        {
            "name": name,
            "in": "query",
            "description": _PARAMETERS[name],
            "schema": {"type": "integer" if name in {"limit", "before"} else "string"},
        }
        for name in route.query
    ]
    csrf: list[Json] = []
    if route.method != "GET" and {"desk": []} in route.security:
        text = "What sign-in gave; needed with the cookie."
        csrf = [
            {
                "name": "X-CSRF-Token",
                "in": "header",
                "description": text,
                "schema": {"type": "string"},
            }
        ]
    matched: list[Json] = []
    if "revision_missing" in route.errors:
        text = "The revision that was changed, as the ETag of GET gave it."
        schema: Json = {"type": "string"}
        matched = [
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "description": text,
                "schema": schema,
            }
        ]
    return [*in_path, *in_query, *csrf, *matched]


def _responses(route: Described, shape_of: dict[object, Json]) -> Json:
    good: Json = {"description": "Done."}
    if route.answered is bytes:
        good = {**good, **_content("application/octet-stream", {})}
    elif route.answered is not None:
        answered = _content("application/json", shape_of[route.answered])
        # Only what is read has a text form; what was done is told as JSON.
        also = route.also if route.asked is None else ""
        good = {**good, **_with_text(answered, also)}
    by_status: dict[str, list[str]] = {}
    for code in errors_of(route):
        by_status.setdefault(str(PROBLEMS[code][0]), []).append(code)
    problem = _problem("Problem")
    bad = {
        status: {
            "description": "; ".join(f"`{x}`: {PROBLEMS[x][1]}" for x in codes),
            **(_problem("FaultyProblem") if "bad_policy" in codes else problem),
        }
        for status, codes in sorted(by_status.items())
    }
    if route.path in _REFUSED_BY_THE_ROUTER:
        bad["409"] = {"description": "A refusal; nothing has changed.", **problem}
    return {str(route.status): good, **bad}


def _problem(kind: str) -> Json:
    return _content("application/problem+json", {"$ref": f"{_PLACE}{kind}"})


def _content(media_type: str, schema: Json, *, required: bool | None = None) -> Json:
    content: Json = {"content": {media_type: {"schema": schema}}}
    return content if required is None else {"required": required, **content}


def _with_text(content: Json, media_type: str) -> Json:
    if not media_type:
        return content
    kinds = content["content"]
    assert isinstance(kinds, dict)
    return {**content, "content": {**kinds, media_type: {"schema": {"type": "string"}}}}


def _name(route: Described) -> str:
    words = re.findall(r"\w+", route.path)
    return "_".join([route.method.lower(), *words])


def _is_record(kind: object) -> bool:
    return kind is not None and kind is not bytes
