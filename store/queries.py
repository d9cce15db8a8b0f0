"""Cases as lists show them."""

import msgspec
from sqlalchemy import ColumnElement, select, tuple_

from store.database import Database
from store.paging import cursor_of, place_of
from store.schema.ids import AgentId, CaseId, ClientId, QueueId
from store.schema.terms import CaseStatus
from store.schema.views import CasePage, CaseView
from store.searching import holds_words
from store.tables import cases

_decode_case = msgspec.json.Decoder(CaseView).decode
_decode_cases = msgspec.json.Decoder(list[CaseView]).decode


class CaseQueries:
    """One site's cases, as they were after the last committed batch."""

    def __init__(self, database: Database, site: str) -> None:
        self._database = database
        self._site = site

    async def case(self, case: CaseId) -> CaseView | None:
        """Return one case."""
        found = await self._rows(cases.c.case_id == case, limit=1)
        return found[0] if found else None

    async def open_cases(self) -> list[CaseView]:
        """Return every case that is not closed, in id order."""
        asked = (
            select(cases.c.body)
            .where(cases.c.site == self._site, cases.c.status != CaseStatus.CLOSED.value)
            .order_by(cases.c.case_id)
        )
        bodies = await self._database.read(lambda c: c.execute(asked).scalars().all())
        return _decode_cases("[" + ",".join(bodies) + "]")

    async def cases_of_client(self, client: ClientId, limit: int) -> tuple[CaseView, ...]:
        """Return the client's cases, the last changed first."""
        return await self._rows(cases.c.client == client, limit=limit)

    async def search(  # noqa: PLR0913 - one filter each, all optional
        self,
        *,
        text: str = "",
        status: CaseStatus | None = None,
        queue: QueueId | None = None,
        holder: AgentId | None = None,
        client: ClientId | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> CasePage:
        """Return a page of the cases that pass every filter, the last changed first.

        text: words to find in client name, subject, case id and last message, without regard to
        accents and case. Raises BadCursor.
        """
        wanted = [
            (cases.c.status, None if status is None else status.value),
            (cases.c.queue, queue),
            (cases.c.holder, holder),
            (cases.c.client, client),
        ]
        filters = [column == value for column, value in wanted if value is not None]
        filters += holds_words(cases.c.search, text)
        if cursor is not None:
            place = place_of(cursor, tuple[int, str])
            filters.append(tuple_(cases.c.updated_seq, cases.c.case_id) < place)
        found = await self._rows(*filters, limit=limit + 1)
        page = found[:limit]
        has_more = len(found) > limit
        return CasePage(
            cases=page,
            cursor=cursor_of(page[-1].updated_seq, page[-1].case) if page and has_more else None,
        )

    async def _rows(self, *filters: ColumnElement[bool], limit: int) -> tuple[CaseView, ...]:
        asked = (
            select(cases.c.body)
            .where(cases.c.site == self._site, *filters)
            .order_by(cases.c.updated_seq.desc(), cases.c.case_id.desc())
            .limit(limit)
        )
        bodies = await self._database.read(lambda c: c.execute(asked).scalars().all())
        return tuple(map(_decode_case, bodies))
