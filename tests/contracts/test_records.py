"""Records on each database: kept by id, found by what they are called."""

import pytest
from msgspec import structs

from store.errors import BadCursor, Contradiction
from store.schema.ids import AgentId, ArticleId, ClientId, MacroId, TemplateId
from store.schema.terms import BotScript, Label, Role
from store.schema.views import (
    Article,
    Claim,
    ClientRecord,
    Credential,
    Macro,
    Session,
    SiteProfile,
    StoredFile,
    Template,
)
from tests.contracts.harness import ANN, BOB, CASE, Places, Site

LABEL = Label(fr="Réponse", en="Answer")
SESSION = Session(
    token_hash="hash", role=Role.AGENT, holder_id=ANN, created_ms=1, seen_ms=1, expires_ms=9
)


def test_a_site_knows_its_profile_once_it_has_one(places: Places) -> None:
    async def test(site: Site) -> None:
        assert await site.records.profile() is None
        profile = SiteProfile(
            name="Acme", bot=BotScript(greeting=LABEL, questions=(), handover=LABEL)
        )
        await site.records.save_profile(profile)
        await site.records.save_profile(structs.replace(profile, name="Mutuelle"))
        assert await site.records.profile() == structs.replace(profile, name="Mutuelle")

    places.run(test)


def test_a_sign_in_is_found_by_login_and_by_agent(places: Places) -> None:
    async def test(site: Site) -> None:
        ann = Credential(agent=ANN, login="ann", password_hash="$argon2id$")
        await site.records.save_credential(ann)
        assert await site.records.credential("ann") == ann
        assert await site.records.credential_of(ANN) == ann
        assert await site.records.credential("bob") is None
        renamed = structs.replace(ann, login="ann.b", epoch=1)
        await site.records.save_credential(renamed)
        assert await site.records.credential("ann") is None
        assert await site.records.credential_of(ANN) == renamed

    places.run(test)


def test_two_agents_cannot_have_one_login(places: Places) -> None:
    async def test(site: Site) -> None:
        await site.records.save_credential(Credential(agent=ANN, login="ann", password_hash="a"))
        with pytest.raises(Contradiction):
            await site.records.save_credential(
                Credential(agent=BOB, login="ann", password_hash="b")
            )
        assert await site.records.credential_of(BOB) is None

    places.run(test)


def test_a_session_ends_alone_or_with_all_of_its_holder(places: Places) -> None:
    async def test(site: Site) -> None:
        records = site.records
        others = [structs.replace(SESSION, token_hash=name) for name in ("one", "two")]
        bobs = structs.replace(SESSION, token_hash="bob", holder_id=BOB)
        for session in (SESSION, *others, bobs):
            await records.save_session(session)
        await records.end_session("hash")
        assert await records.session("hash") is None
        assert await records.session("one") == others[0]
        await records.end_sessions_of(ANN)
        assert await records.session("one") is None
        assert await records.session("two") is None
        assert await records.session("bob") == bobs

    places.run(test)


def test_a_session_remembers_when_it_was_last_used(places: Places) -> None:
    async def test(site: Site) -> None:
        await site.records.save_session(SESSION)
        await site.records.touch_sessions(["hash"], 7)
        await site.records.touch_sessions(["hash"], 5)
        assert await site.records.session("hash") == structs.replace(SESSION, seen_ms=7)
        await site.records.end_session("hash")
        await site.records.touch_sessions(["hash"], 8)
        assert await site.records.session("hash") is None

    places.run(test)


def test_a_client_is_found_by_the_name_their_insurer_signs(places: Places) -> None:
    async def test(site: Site) -> None:
        known = ClientRecord(client=ClientId("client_1"), name="Élodie", external="A-1")
        visitors = [ClientRecord(client=ClientId(f"client_v{n}"), name="") for n in range(2)]
        for client in (known, *visitors):
            await site.records.save_client(client)
        assert await site.records.client_by_external("A-1") == known
        assert await site.records.client_by_external("") is None
        assert await site.records.client(ClientId("client_v1")) == visitors[1]
        with pytest.raises(Contradiction):
            await site.records.save_client(structs.replace(visitors[0], external="A-1"))

    places.run(test)


@pytest.mark.parametrize(
    "text",
    ["elodie", "ÉLODIE", "noel elodie", "coeur", "CLM-7", "lyon", "100%"],
)
def test_clients_are_found_without_regard_to_accents_and_case(places: Places, text: str) -> None:
    async def test(site: Site) -> None:
        elodie = ClientRecord(
            client=ClientId("client_1"),
            name="Élodie Noël-Cœur",
            city="Lyon 100%",
            claims=(Claim(reference="CLM-7", kind="auto", status="open", opened="2026-01-01"),),
        )
        await site.records.save_client(elodie)
        await site.records.save_client(ClientRecord(client=ClientId("client_2"), name="Ann 1000"))
        page = await site.records.search_clients(text, None, 10)
        assert page.clients == (elodie,)

    places.run(test)


def test_clients_are_paged_by_name(places: Places) -> None:
    async def test(site: Site) -> None:
        for number, name in enumerate(("Zoé", "émile", "Emile", "Ada", "Eve", "d'Or", "Do Ré")):
            await site.records.save_client(
                ClientRecord(client=ClientId(f"client_{number}"), name=name)
            )
        names: list[str] = []
        cursor: str | None = None
        while True:
            page = await site.records.search_clients("", cursor, 2)
            names += [client.name for client in page.clients]
            cursor = page.cursor
            if cursor is None:
                break
        assert names == ["Ada", "d'Or", "Do Ré", "émile", "Emile", "Eve", "Zoé"]
        with pytest.raises(BadCursor):
            await site.records.search_clients("", "nonsense!", 2)

    places.run(test)


def test_texts_are_listed_in_order_of_their_ids(places: Places) -> None:
    async def test(site: Site) -> None:
        records = site.records
        macros = [Macro(macro=MacroId(f"macro_{n}"), label=LABEL) for n in (2, 1)]
        for macro in macros:
            await records.save_macro(macro)
        template = Template(template=TemplateId("template_1"), name="bonjour", text=LABEL)
        await records.save_template(template)
        article = Article(article=ArticleId("article_1"), title=LABEL, body=LABEL)
        await records.save_article(article)
        assert await records.macros() == (macros[1], macros[0])
        assert await records.templates() == (template,)
        assert await records.articles() == (article,)
        assert await records.article(ArticleId("article_1")) == article
        assert await records.article(ArticleId("article_2")) is None

    places.run(test)


def test_a_file_keeps_its_first_case(places: Places) -> None:
    async def test(site: Site) -> None:
        file = StoredFile(
            file="file_1",
            name="a.png",
            media_type="image/png",
            size_bytes=3,
            sha256="0",
            owner=AgentId("agent_ann"),
            uploaded_at_ms=1,
        )
        await site.records.save_file(file)
        assert await site.records.file("file_1") == file
        await site.records.attach_files(["file_1", "file_2"], CASE)
        await site.records.attach_files(["file_1"], CASE)
        assert await site.records.file("file_1") == structs.replace(file, case=CASE)
        assert await site.records.file("file_2") is None

    places.run(test)


def test_one_site_does_not_see_the_records_of_another(places: Places) -> None:
    async def test(site: Site) -> None:
        await site.records.save_session(SESSION)
        other = Site(site.database, f"{site.name}_other")
        assert await other.records.session("hash") is None

    places.run(test)
