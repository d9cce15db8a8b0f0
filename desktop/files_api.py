"""Attachments: checked by their content on the way in, harmless on the way out."""

import hashlib
import re
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop.asking import case_facts, case_of, require_pace
from desktop.core.content import media_type_of
from desktop.core.permissions import Facts
from desktop.edge import edge_of
from desktop.http import answer, anyone, bounded, require
from desktop.problems import EdgeError
from store.schema.ids import ClientId, FileId
from store.schema.terms import FileRef, Role
from store.schema.views import StoredFile

# Room for the multipart envelope around the largest file.
_ENVELOPE_BYTES = 4096
_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


async def upload(request: Request) -> Response:
    """Keep one file; a message may then carry it."""
    edge = edge_of(request)
    signed_in = await anyone(request)
    actor = signed_in.actor
    own = Facts(client=ClientId(actor.id) if actor.role is Role.CLIENT else None)
    require(signed_in, "upload_file", own)
    require_pace(edge, actor)
    name, content = await _one_file(request)
    media_type = media_type_of(name, content)
    if media_type is None:
        raise EdgeError("type_not_allowed")
    file = FileId(edge.ids.new("file"))
    await edge.files.save(file, content)
    await edge.records.save_file(
        StoredFile(
            file=file,
            name=name,
            media_type=media_type,
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            owner=actor.id,
            uploaded_at_ms=edge.clock.now_ms(),
        )
    )
    return answer(
        FileRef(file=file, name=name, media_type=media_type, size_bytes=len(content)), 201
    )


async def download(request: Request) -> Response:
    """Return a file to those who may see its case, in a way that no browser runs it."""
    edge = edge_of(request)
    signed_in = await anyone(request)
    stored = await edge.records.file(FileId(request.path_params["file"]))
    if stored is None:
        raise EdgeError("not_found")
    if stored.owner != signed_in.actor.id:
        row = await case_of(edge, stored.case) if stored.case else None
        if row is None:
            raise EdgeError("not_found")
        require(signed_in, "read_file", case_facts(row))
    shown = "inline" if stored.media_type in _SHOWN else "attachment"
    headers = {
        # RFC 6266: percent-encoded UTF-8, so that no name can end the header.
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(stored.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, max-age=86400, immutable",
    }
    try:
        content = await edge.files.load(stored.file)
    except FileNotFoundError as error:
        raise EdgeError("not_found") from error
    return Response(content, 200, headers, stored.media_type)


async def _one_file(request: Request) -> tuple[str, bytes]:
    limit = edge_of(request).settings.limits.upload_bytes
    parser = MultiPartParser(
        request.headers, bounded(request, limit + _ENVELOPE_BYTES), max_files=1, max_fields=1
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:
        raise EdgeError("bad_upload") from error
    try:
        given = form.get("file")
        if not isinstance(given, UploadFile) or not given.filename:
            raise EdgeError("bad_upload")
        content = await given.read()
        if len(content) > limit:
            raise EdgeError("too_big", f"At most {limit} bytes are allowed.")
        # Some browsers send the whole path.
        return re.split(r"[/\\]", given.filename)[-1][-120:], content
    finally:
        await form.close()


routes = [
    Route("/files", upload, methods=["POST"]),
    Route("/files/{file}", download),
]
