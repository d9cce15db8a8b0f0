"""What the desktop and other programs read and ask over HTTP."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop.asking import carry_out, case_of
from desktop.edge import edge_of
from desktop.http import answer, anyone, command_of, query_before, query_int, staff
from desktop.problems import EdgeError
from store.errors import BadCursor
from store.folding import fold
from store.schema.frames import Ok
from store.schema.ids import AgentId, ArticleId, CaseId, ClientId, QueueId
from store.schema.terms import CaseStatus
from store.schema.views import Article, CaseView, Workbench

PAGE = 50
PAGE_MOST = 100
EVENTS_MOST = 500


async def workbench(request: Request) -> Response:
    """Return what a desktop loads once."""
    await staff(request, "read_workbench")
    edge = edge_of(request)
    rows = edge.hub.rows
    return answer(
        Workbench(
            macros=await edge.records.macros(),
            templates=await edge.records.templates(),
            subjects=edge.hub.policy.subjects,
            queues=tuple(rows.queues.values()),
            agents=tuple(rows.agents.values()),
        )
    )


async def cases(request: Request) -> Response:
    """Return cases by filters, the last changed first."""
    await staff(request, "read_case")
    asked = request.query_params
    try:
        page = await edge_of(request).queries.search(
            text=asked.get("text", ""),
            status=CaseStatus(asked["status"]) if "status" in asked else None,
            queue=QueueId(asked["queue"]) if "queue" in asked else None,
            holder=AgentId(asked["holder"]) if "holder" in asked else None,
            client=ClientId(asked["client"]) if "client" in asked else None,
            cursor=asked.get("cursor"),
            limit=query_int(request, "limit", most=PAGE_MOST, default=PAGE),
        )
    except ValueError as error:
        allowed = ", ".join(CaseStatus)
        raise EdgeError("bad_query", f"`status` is one of {allowed}.", "status") from error
    except BadCursor as error:
        raise EdgeError("bad_query", "`cursor` comes from the page before.", "cursor") from error
    return answer(page)


async def case(request: Request) -> Response:
    """Return one case."""
    await staff(request, "read_case")
    return answer(await _case(request))


async def case_events(request: Request) -> Response:
    """Return the timeline of a case and of those merged into it."""
    await staff(request, "read_case")
    row = await _case(request)
    page = await edge_of(request).log.of_case(
        (row.case, *row.merged),
        before=query_before(request),
        limit=query_int(request, "limit", most=EVENTS_MOST, default=200),
    )
    return answer(page)


async def clients(request: Request) -> Response:
    """Return clients whose record holds the text."""
    await staff(request, "read_client")
    asked = request.query_params
    limit = query_int(request, "limit", most=PAGE_MOST, default=PAGE)
    try:
        page = await edge_of(request).records.search_clients(
            asked.get("text", ""), asked.get("cursor"), limit
        )
    except BadCursor as error:
        raise EdgeError("bad_query", "`cursor` comes from the page before.", "cursor") from error
    return answer(page)


async def one_client(request: Request) -> Response:
    """Return a client's record."""
    await staff(request, "read_client")
    found = await edge_of(request).records.client(ClientId(request.path_params["client"]))
    if found is None:
        raise EdgeError("not_found")
    return answer(found)


async def articles(request: Request) -> Response:
    """Return the articles that hold the text."""
    await staff(request, "read_workbench")
    wanted = fold(request.query_params.get("text", ""))
    found = await edge_of(request).records.articles()
    return answer({"articles": [x for x in found if wanted in fold(_words(x))]})


async def one_article(request: Request) -> Response:
    """Return an article."""
    await staff(request, "read_workbench")
    found = await edge_of(request).records.article(ArticleId(request.path_params["article"]))
    if found is None:
        raise EdgeError("not_found")
    return answer(found)


async def notifications(request: Request) -> Response:
    """Return the notes that name the asker, as events."""
    signed_in = await staff(request, "read_notifications")
    page = await edge_of(request).log.mentions(
        AgentId(signed_in.actor.id),
        before=query_before(request),
        limit=query_int(request, "limit", most=PAGE_MOST, default=PAGE),
    )
    return answer(page)


async def figures(request: Request) -> Response:
    """Return the figures of the day, as the wallboard shows them."""
    await staff(request, "read_figures")
    found = edge_of(request).wallboard.whole()
    if found is None:
        raise EdgeError("unavailable", "The day is still being counted: ask again in a moment.")
    return answer(found)


async def command(request: Request) -> Response:
    """Carry out a command; its ref, which is also the Idempotency-Key, makes it safe to repeat."""
    signed_in = await anyone(request)
    asked = await command_of(request)
    key = request.headers.get("idempotency-key")
    if key is not None and key != asked.ref:
        raise EdgeError("bad_command", "Idempotency-Key and ref differ.", "ref")
    reply = await carry_out(edge_of(request), signed_in.actor, asked)
    return answer(Ok(ref=reply.ref, seq=reply.seq))


async def _case(request: Request) -> CaseView:
    row = await case_of(edge_of(request), CaseId(request.path_params["case"]))
    if row is None:
        raise EdgeError("not_found")
    return row


def _words(article: Article) -> str:
    both = (article.title.fr, article.title.en, article.body.fr, article.body.en)
    return " ".join((*both, *article.tags))


routes = [
    Route("/workbench", workbench),
    Route("/cases", cases),
    Route("/cases/{case}", case),
    Route("/cases/{case}/events", case_events),
    Route("/clients", clients),
    Route("/clients/{client}", one_client),
    Route("/articles", articles),
    Route("/articles/{article}", one_article),
    Route("/notifications", notifications),
    Route("/figures", figures),
    Route("/commands", command, methods=["POST"]),
]
