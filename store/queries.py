"""Reading cases: one, the open ones, a client's, and a search."""

import msgspec
from sqlalchemy import Select, select

from store import tables as t
from store.database import Database
from store.schema.ids import AgentId, CaseId, ClientId, QueueId
from store.schema.terms import CaseStatus
from store.schema.views import CasePage, CaseView
from store.searching import pattern

_decode = msgspec.json.Decoder(CaseView).decode


class CaseQueries:
    """The cases of one site, as the last committed batch left them."""

    def __init__(self, database: Database, site: str) -> None:
        self._database = database
        self._site = site

    async def case(self, case: CaseId) -> CaseView | None:
        """Return one case."""
        found = await self._rows(self._all().where(t.cases.c.case_id == case))
        return found[0] if found else None

    async def open_cases(self) -> list[CaseView]:
        """Return every case that is not closed."""
        return await self._rows(self._all().where(t.cases.c.status != CaseStatus.CLOSED.value))

    async def cases_of_client(self, client: ClientId, limit: int = 50) -> tuple[CaseView, ...]:
        """Return a client's cases, the last changed first."""
        return (await self.search(client=client, limit=limit)).cases

    async def search(  # noqa: PLR0913 - each is one optional filter of the same list
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
        """Return the cases that pass every filter, the last changed first."""
        columns = t.cases.c
        query = self._all().order_by(columns.updated_seq.desc()).limit(limit + 1)
        filters = {
            columns.status: status.value if status else None,
            columns.queue: queue,
            columns.holder: holder,
            columns.client: client,
        }
        for column, value in filters.items():
            if value is not None:
                query = query.where(column == value)
        if text:
            query = query.where(columns.search.like(pattern(text), escape="\\"))
        if cursor is not None:
            query = query.where(columns.updated_seq < int(cursor))
        found = await self._rows(query)
        page = tuple(found[:limit])
        return CasePage(
            cases=page, cursor=str(page[-1].updated_seq) if len(found) > limit else None
        )

    def _all(self) -> Select[str]:
        return select(t.cases.c.body).where(t.cases.c.site == self._site)

    async def _rows(self, query: Select[str]) -> list[CaseView]:
        async with self._database.reading() as connection:
            return [_decode(body) for body in await connection.scalars(query)]
