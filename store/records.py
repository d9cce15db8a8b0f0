"""Records kept beside the log: people, clients, files, and what administrators write."""

from typing import TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from store import tables as t
from store.database import Database
from store.schema.codec import encode
from store.schema.ids import AgentId, ArticleId, CaseId, ClientId, FileId
from store.schema.views import (
    Article,
    ClientPage,
    ClientRecord,
    Credential,
    Macro,
    Session,
    SiteProfile,
    StoredFile,
    Template,
)
from store.searching import folded, pattern

R = TypeVar("R", bound=Struct)
_PROFILE = "site"


class Records:
    """The records of one site. Each `save` replaces the record of the same id."""

    def __init__(self, database: Database, site: str) -> None:
        self._database = database
        self._site = site

    # What administrators write.

    async def profile(self) -> SiteProfile | None:
        """Return the site's profile, or None for a site that was never set up."""
        found = await self._documents(SiteProfile, "profile")
        return found[0] if found else None

    async def save_profile(self, profile: SiteProfile) -> None:
        """Keep the site's profile."""
        await self._save_document("profile", _PROFILE, profile)

    async def macros(self) -> tuple[Macro, ...]:
        """Return the macros in id order."""
        return await self._documents(Macro, "macro")

    async def save_macro(self, macro: Macro) -> None:
        """Keep a macro."""
        await self._save_document("macro", macro.macro, macro)

    async def templates(self) -> tuple[Template, ...]:
        """Return the reply templates in id order."""
        return await self._documents(Template, "template")

    async def save_template(self, template: Template) -> None:
        """Keep a reply template."""
        await self._save_document("template", template.template, template)

    async def articles(self) -> tuple[Article, ...]:
        """Return the articles of the knowledge base in id order."""
        return await self._documents(Article, "article")

    async def article(self, article: ArticleId) -> Article | None:
        """Return one article."""
        found = await self._documents(Article, "article", article)
        return found[0] if found else None

    async def save_article(self, article: Article) -> None:
        """Keep an article."""
        await self._save_document("article", article.article, article)

    # People who sign in.

    async def credential(self, login: str) -> Credential | None:
        """Return the sign-in of this name."""
        return await self._one(Credential, t.credentials, login=login)

    async def credential_of(self, agent: AgentId) -> Credential | None:
        """Return the sign-in of this agent."""
        return await self._one(Credential, t.credentials, agent=agent)

    async def save_credential(self, credential: Credential) -> None:
        """Keep a sign-in."""
        await self._save(
            t.credentials, ("login",), credential, login=credential.login, agent=credential.agent
        )

    async def session(self, token_hash: str) -> Session | None:
        """Return the session, as last touched."""
        columns = t.sessions.c
        query = select(columns.body, columns.seen_ms).where(
            columns.site == self._site, columns.token_hash == token_hash
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        kept = msgspec.json.decode(row.body, type=Session)
        return msgspec.structs.replace(kept, seen_ms=row.seen_ms)

    async def save_session(self, session: Session) -> None:
        """Keep a session."""
        await self._save(
            t.sessions,
            ("token_hash",),
            session,
            token_hash=session.token_hash,
            holder_id=session.holder_id,
            seen_ms=session.seen_ms,
        )

    async def touch_session(self, token_hash: str, seen_ms: int) -> None:
        """Write when the session was last used."""
        columns = t.sessions.c
        async with self._database.writing() as connection:
            await connection.execute(
                update(t.sessions)
                .where(columns.site == self._site, columns.token_hash == token_hash)
                .values(seen_ms=seen_ms)
            )

    async def end_session(self, token_hash: str) -> None:
        """Sign one browser out."""
        await self._delete_sessions(token_hash=token_hash)

    async def end_sessions_of(self, holder_id: str) -> None:
        """Sign somebody out everywhere."""
        await self._delete_sessions(holder_id=holder_id)

    # Clients.

    async def client(self, client: ClientId) -> ClientRecord | None:
        """Return a client's record."""
        return await self._one(ClientRecord, t.clients, client_id=client)

    async def client_by_external(self, external: str) -> ClientRecord | None:
        """Return the client whom the insurer's site calls `external`."""
        return await self._one(ClientRecord, t.clients, external=external)

    async def save_client(self, client: ClientRecord) -> None:
        """Keep a client's record."""
        searched = (client.name, client.email, client.phone, client.external, client.city)
        references = (contract.reference for contract in client.contracts)
        await self._save(
            t.clients,
            ("client_id",),
            client,
            client_id=client.client,
            # NULL for visitors: the index lets only one have each real name.
            external=client.external or None,
            search=folded(" ".join((*searched, *references))),
        )

    async def search_clients(
        self, text: str = "", cursor: str | None = None, limit: int = 50
    ) -> ClientPage:
        """Return clients whose name, address, number or contract holds the text, in id order."""
        columns = t.clients.c
        query = (
            select(columns.body)
            .where(columns.site == self._site)
            .order_by(columns.client_id)
            .limit(limit + 1)
        )
        if text:
            query = query.where(columns.search.like(pattern(text), escape="\\"))
        if cursor is not None:
            query = query.where(columns.client_id > cursor)
        async with self._database.reading() as connection:
            found = [
                msgspec.json.decode(body, type=ClientRecord)
                for body in await connection.scalars(query)
            ]
        page = tuple(found[:limit])
        return ClientPage(clients=page, cursor=page[-1].client if len(found) > limit else None)

    # Files.

    async def file(self, file: FileId) -> StoredFile | None:
        """Return what is known of an uploaded file."""
        columns = t.files.c
        query = select(columns.body, columns.case_id).where(
            columns.site == self._site, columns.file_id == file
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        kept = msgspec.json.decode(row.body, type=StoredFile)
        return msgspec.structs.replace(kept, case=row.case_id)

    async def save_file(self, file: StoredFile) -> None:
        """Keep what is known of an uploaded file."""
        await self._save(
            t.files,
            ("file_id",),
            file,
            file_id=file.file,
            owner=file.owner,
            case_id=file.case,
            size_bytes=file.size_bytes,
        )

    async def attach_files(self, files: tuple[FileId, ...], case: CaseId) -> None:
        """Write that a message of the case carries these files."""
        columns = t.files.c
        async with self._database.writing() as connection:
            await connection.execute(
                update(t.files)
                .where(columns.site == self._site, columns.file_id.in_(files))
                .values(case_id=case)
            )

    # The one way to read and write a body.

    async def _one(self, kind: type[R], table: Table, **key: str) -> R | None:
        query = select(table.c.body).where(table.c.site == self._site)
        for column, value in key.items():
            query = query.where(table.c[column] == value)
        async with self._database.reading() as connection:
            body = await connection.scalar(query)
        return None if body is None else msgspec.json.decode(body, type=kind)

    async def _save(
        self, table: Table, key: tuple[str, ...], record: Struct, **columns: str | int | None
    ) -> None:
        dialect = sqlite if self._database.is_sqlite else postgresql
        values = {"site": self._site, "body": encode(record).decode(), **columns}
        statement = dialect.insert(table).values(values)
        statement = statement.on_conflict_do_update(
            index_elements=["site", *key],
            set_={name: value for name, value in values.items() if name not in {"site", *key}},
        )
        async with self._database.writing() as connection:
            await connection.execute(statement)

    async def _delete_sessions(self, **key: str) -> None:
        statement = delete(t.sessions).where(t.sessions.c.site == self._site)
        for column, value in key.items():
            statement = statement.where(t.sessions.c[column] == value)
        async with self._database.writing() as connection:
            await connection.execute(statement)

    async def _documents(self, kind: type[R], name: str, key: str | None = None) -> tuple[R, ...]:
        columns = t.documents.c
        query = (
            select(columns.body)
            .where(columns.site == self._site, columns.kind == name)
            .order_by(columns.id)
        )
        if key is not None:
            query = query.where(columns.id == key)
        async with self._database.reading() as connection:
            bodies = await connection.scalars(query)
            return tuple(msgspec.json.decode(body, type=kind) for body in bodies)

    async def _save_document(self, kind: str, key: str, record: Struct) -> None:
        await self._save(t.documents, ("kind", "id"), record, kind=kind, id=key)
