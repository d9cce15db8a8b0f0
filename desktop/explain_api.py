"""Why a case waits and why an agent is given nothing, over HTTP."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop.core.permissions import Facts
from desktop.edge import edge_of
from desktop.http import answer, require, staff
from desktop.problems import EdgeError, refused
from store.errors import Unavailable
from store.schema.commands import Refusal, Refused
from store.schema.ids import AgentId
from store.schema.questions import AnyQuestion, ExplainAgent, ExplainCase

_UNKNOWN = frozenset({Refusal.CASE_UNKNOWN, Refusal.AGENT_UNKNOWN})


async def case_explanation(request: Request) -> Response:
    """Say why a case waits, and who could have it."""
    await staff(request, "explain_case")
    return await _answer(request, ExplainCase)


async def agent_explanation(request: Request) -> Response:
    """Say why an agent is given nothing more. Agents may ask of themselves."""
    signed_in = await staff(request)
    agent = AgentId(request.path_params["agent"])
    require(signed_in, "explain_agent", Facts(agents=frozenset({agent})))
    return await _answer(request, ExplainAgent)


async def _answer(request: Request, kind: type[AnyQuestion]) -> Response:
    try:
        question = msgspec.convert(request.path_params, kind)
        return answer(await edge_of(request).courier.explain(question))
    except msgspec.ValidationError as error:
        # What cannot be an id names nothing.
        raise EdgeError("not_found") from error
    except Unavailable as error:
        raise EdgeError("unavailable") from error
    except Refused as error:
        if error.refusal in _UNKNOWN:
            raise EdgeError("not_found") from error
        raise refused(error.refusal) from error


routes = [
    Route("/cases/{case}/explanation", case_explanation),
    Route("/agents/{agent}/explanation", agent_explanation),
]
