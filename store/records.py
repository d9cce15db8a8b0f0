"""What is kept beside the log: people, sign-ins, sessions, texts and file cards."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct, structs
from sqlalchemy import ColumnElement, Select, Table, delete, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import UpdateBase

from store.database import Database
from store.errors import Contradiction
from store.folding import fold
from store.paging import cursor_of, place_of
from store.schema.codec import encode
from store.schema.ids import AgentId, ArticleId, CaseId, ClientId
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
from store.searching import holds_words
from store.tables import (
    articles,
    clients,
    credentials,
    files,
    macros,
    profiles,
    sessions,
    templates,
)

T = TypeVar("T")


class Records:
    """One site's records. Each save replaces the record of the same id."""

    def __init__(self, database: Database, site: str) -> None:
        self._database = database
        self._site = site

    # The site.

    async def profile(self) -> SiteProfile | None:
        """Return what the site is, or None before it was set up."""
        return await self._one(profiles, SiteProfile)

    async def save_profile(self, profile: SiteProfile) -> None:
        """Keep what the site is."""
        await self._save(profiles, profile)

    async def macros(self) -> tuple[Macro, ...]:
        """Return every macro, in id order."""
        return await self._all(macros, Macro)

    async def save_macro(self, macro: Macro) -> None:
        """Keep a macro."""
        await self._save(macros, macro, macro=macro.macro)

    async def templates(self) -> tuple[Template, ...]:
        """Return every template, in id order."""
        return await self._all(templates, Template)

    async def save_template(self, template: Template) -> None:
        """Keep a template."""
        await self._save(templates, template, template=template.template)

    async def articles(self) -> tuple[Article, ...]:
        """Return every article, in id order."""
        return await self._all(articles, Article)

    async def article(self, article: ArticleId) -> Article | None:
        """Return one article."""
        return await self._one(articles, Article, articles.c.article == article)

    async def save_article(self, article: Article) -> None:
        """Keep an article."""
        await self._save(articles, article, article=article.article)

    # Sign-ins and sessions.

    async def credential(self, login: str) -> Credential | None:
        """Return the sign-in of this login."""
        return await self._one(credentials, Credential, credentials.c.login == login)

    async def credential_of(self, agent: AgentId) -> Credential | None:
        """Return the sign-in of this agent."""
        return await self._one(credentials, Credential, credentials.c.agent == agent)

    async def credentials_of(self, agents: Sequence[AgentId]) -> tuple[Credential, ...]:
        """Return the sign-ins of these agents."""
        if not agents:
            return ()
        return await self._decoded(
            self._bodies(credentials).where(credentials.c.agent.in_(agents)), Credential
        )

    async def credentials(self) -> tuple[Credential, ...]:
        """Return every sign-in, by login."""
        return await self._all(credentials, Credential)

    async def save_credential(self, credential: Credential) -> None:
        """Keep an agent's sign-in. Raises Contradiction when another agent has the login."""
        await self._save(credentials, credential, agent=credential.agent, login=credential.login)

    async def session(self, token_hash: str) -> Session | None:
        """Return a session, expired or not, with the time it was last seen."""
        asked = select(sessions.c.body, sessions.c.seen_ms).where(
            sessions.c.site == self._site, sessions.c.token_hash == token_hash
        )
        row = await self._database.read(lambda c: c.execute(asked).one_or_none())
        if row is None:
            return None
        return structs.replace(msgspec.json.decode(row.body, type=Session), seen_ms=row.seen_ms)

    async def live_sessions(self, token_hashes: Sequence[str]) -> tuple[Session, ...]:
        """Return those of the sessions that exist, as last saved."""
        if not token_hashes:
            return ()
        asked = self._bodies(sessions).where(sessions.c.token_hash.in_(token_hashes))
        return await self._decoded(asked, Session)

    async def save_session(self, session: Session) -> None:
        """Keep a session."""
        await self._save(
            sessions,
            session,
            token_hash=session.token_hash,
            holder_id=session.holder_id,
            seen_ms=session.seen_ms,
            expires_ms=session.expires_ms,
        )

    async def touch_sessions(self, token_hashes: Sequence[str], seen_ms: int) -> None:
        """Note that sessions were used; those that have ended stay ended."""
        if not token_hashes:
            return
        touching = update(sessions).where(
            sessions.c.site == self._site,
            sessions.c.token_hash.in_(token_hashes),
            sessions.c.seen_ms < seen_ms,
        )
        await self._write(touching.values(seen_ms=seen_ms))

    async def end_session(self, token_hash: str) -> None:
        """Forget a session."""
        await self._write(
            delete(sessions).where(
                sessions.c.site == self._site, sessions.c.token_hash == token_hash
            )
        )

    async def end_sessions_of(self, holder_id: str) -> None:
        """Forget every session of an agent or client."""
        await self._write(
            delete(sessions).where(sessions.c.site == self._site, sessions.c.holder_id == holder_id)
        )

    # Clients.

    async def client(self, client: ClientId) -> ClientRecord | None:
        """Return a client's record."""
        return await self._one(clients, ClientRecord, clients.c.client_id == client)

    async def client_by_external(self, external: str) -> ClientRecord | None:
        """Return the record of the client whom the insurer's site calls `external`."""
        return await self._one(clients, ClientRecord, clients.c.external == external)

    async def save_client(self, client: ClientRecord) -> None:
        """Keep a client's record. Raises Contradiction when another has its external id."""
        await self._save(
            clients,
            client,
            client_id=client.client,
            external=client.external or None,
            name_key=fold(client.name),
            search=fold(" ".join(_words_of(client))),
        )

    async def search_clients(self, text: str, cursor: str | None, limit: int) -> ClientPage:
        """Return a page of the clients who match every word, by name. Raises BadCursor."""
        filters = holds_words(clients.c.search, text)
        if cursor is not None:
            place = place_of(cursor, tuple[str, str])
            filters.append(tuple_(clients.c.name_key, clients.c.client_id) > place)
        asked = (
            select(clients.c.body)
            .where(clients.c.site == self._site, *filters)
            .order_by(clients.c.name_key, clients.c.client_id)
            .limit(limit + 1)
        )
        found = await self._decoded(asked, ClientRecord)
        page = found[:limit]
        has_more = len(found) > limit
        return ClientPage(
            clients=page,
            cursor=cursor_of(fold(page[-1].name), page[-1].client) if page and has_more else None,
        )

    # Files.

    async def file(self, file: str) -> StoredFile | None:
        """Return a file's card."""
        asked = select(files.c.body, files.c.case_id).where(
            files.c.site == self._site, files.c.file_id == file
        )
        row = await self._database.read(lambda c: c.execute(asked).one_or_none())
        if row is None:
            return None
        return structs.replace(msgspec.json.decode(row.body, type=StoredFile), case=row.case_id)

    async def save_file(self, file: StoredFile) -> None:
        """Keep a file's card."""
        await self._save(files, file, file_id=file.file, case_id=file.case, owner=file.owner)

    async def attach_files(self, attached: Sequence[str], case: CaseId) -> None:
        """Say that a message of the case carries the files; a file keeps its first case."""
        await self._write(
            update(files)
            .where(
                files.c.site == self._site,
                files.c.file_id.in_(list(attached)),
                files.c.case_id.is_(None),
            )
            .values(case_id=case)
        )

    # How.

    async def _one(self, table: Table, kind: type[T], *which: ColumnElement[bool]) -> T | None:
        found = await self._decoded(self._bodies(table).where(*which).limit(1), kind)
        return found[0] if found else None

    async def _all(self, table: Table, kind: type[T]) -> tuple[T, ...]:
        return await self._decoded(self._bodies(table).order_by(*table.primary_key.columns), kind)

    def _bodies(self, table: Table) -> Select[str]:
        return select(table.c.body).where(table.c.site == self._site)

    async def _decoded(self, asked: Select[str], kind: type[T]) -> tuple[T, ...]:
        bodies = await self._database.read(lambda c: c.execute(asked).scalars().all())
        decode = msgspec.json.Decoder(kind).decode
        return tuple(map(decode, bodies))

    async def _save(self, table: Table, record: Struct, **columns: str | int | None) -> None:
        row = {"site": self._site, **columns, "body": encode(record).decode()}
        try:
            await self._write(self._database.upsert(table).values(row))
        except IntegrityError as error:
            raise Contradiction(str(error.orig)) from error

    async def _write(self, statement: UpdateBase) -> None:
        await self._database.write(lambda c: c.execute(statement))


def _words_of(client: ClientRecord) -> list[str]:
    references = [contract.reference for contract in client.contracts]
    references += [claim.reference for claim in client.claims]
    return [client.name, client.external, client.email, client.phone, client.city, *references]
