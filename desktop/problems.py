"""Every way the edge says no, as a code that programs read and a sentence that people do."""

import msgspec
from msgspec import structs
from starlette.responses import Response

from store.schema.codec import encode
from store.schema.commands import Refusal
from store.schema.policies import Fault, FaultyProblem
from store.schema.views import Problem

# code: (HTTP status, what was wrong and what to do)
PROBLEMS: dict[str, tuple[int, str]] = {
    "bad_json": (400, "The text is not JSON."),
    "bad_command": (422, "The command is not one of those allowed, or a field of it is wrong."),
    "bad_policy": (422, "The policy cannot be applied: each fault says where and what is allowed."),
    "bad_queue": (422, "The queue cannot be set up so: the field and what is allowed are named."),
    "media_type": (415, "Send application/json or application/toml."),
    "revision_missing": (428, "Send If-Match with the revision that you have changed."),
    "revision_changed": (412, "Somebody has applied another revision meanwhile: read it first."),
    "bad_query": (422, "A query parameter is wrong."),
    "bad_upload": (422, "Send one file, in the multipart field `file`."),
    "too_big": (413, "That is larger than allowed."),
    "unauthenticated": (401, "Sign in first."),
    "wrong_password": (401, "The login or the password is wrong."),
    "locked_out": (429, "Too many failed sign-ins: wait fifteen minutes and try again."),
    "forbidden": (403, "Your role does not allow this."),
    "foreign_origin": (403, "This page may not talk to this server."),
    "csrf": (403, "Send the X-CSRF-Token header that sign-in gave."),
    "not_found": (404, "There is nothing here by that name."),
    "method_not_allowed": (405, "That method is not allowed here."),
    "type_not_allowed": (415, "Only images (PNG, JPEG, GIF, WebP), PDF, text, DOCX and XLSX."),
    "too_fast": (429, "Too many messages: wait a moment and send it again."),
    "bad_token": (401, "The identity token is not signed by this site."),
    "expired_token": (401, "The identity token has expired, or lives longer than 24 hours."),
    "unavailable": (503, "The router is not answering: nothing is lost, try again."),
    "not_built": (503, "The pages are not built: run `make run`."),
    "internal": (500, "Something broke on our side; it has been written down."),
}
_REFUSED = (409, "The command is not possible now; nothing has changed.")


class EdgeError(Exception):
    """The edge says no; nothing has changed."""

    def __init__(
        self, code: str, detail: str = "", field: str = "", *, faults: tuple[Fault, ...] = ()
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.field = field
        self.faults = faults

    @property
    def message(self) -> str:
        """What to tell a person."""
        return self.detail or PROBLEMS.get(self.code, _REFUSED)[1]


def bad_command(error: msgspec.DecodeError) -> EdgeError:
    """Return the answer to text that is not a command: its field and what is allowed."""
    text = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return EdgeError("bad_json", text)
    _, _, path = text.partition("`$")
    return EdgeError("bad_command", text, path.strip("`."))


def refused(refusal: Refusal) -> EdgeError:
    """Return the answer to a command that the router refused."""
    if refusal is Refusal.POLICY_CHANGED:
        return EdgeError("revision_changed")
    code = "forbidden" if refusal is Refusal.FORBIDDEN else refusal.value
    return EdgeError(code)


def problem(error: EdgeError) -> Response:
    """Return the error as an RFC 9457 problem."""
    status, title = PROBLEMS.get(error.code, _REFUSED)
    body = Problem(
        title=title, status=status, code=error.code, detail=error.detail, field=error.field
    )
    if error.faults:
        body = FaultyProblem(**structs.asdict(body), faults=error.faults)
    return Response(encode(body), status, media_type="application/problem+json")
