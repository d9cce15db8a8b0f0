"""The demonstration site: an invented French insurer's floor, safe to seed again."""

import hashlib
import secrets
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec
from msgspec import Struct

from store.policy.reading import read_toml
from store.records import Records
from store.schema.codec import encode
from store.schema.commands import (
    SYSTEM,
    AnyCommand,
    ConfigureAgent,
    ConfigurePolicy,
    ConfigureQueue,
    Envelope,
    RegisterClient,
    Reply,
)
from store.schema.ids import AgentId, QueueId
from store.schema.terms import BotScript, Hours, Label, Language, Policy, Ring, Role, SkillLevel
from store.schema.views import (
    Article,
    ClientRecord,
    Credential,
    Macro,
    SiteProfile,
    Template,
)

PASSWORD = "horizon-demo"  # noqa: S105 - printed on the start page: there is nothing to protect
SITE_NAME = "Mutuelle Horizon"
CONTENT = Path(__file__).parent / "demo_content"

T = TypeVar("T")


class Asker(Protocol):
    """Whoever takes a command to the site's writer."""

    async def ask(self, envelope: Envelope) -> Reply:
        """Return the writer's reply. Raises Unavailable when none comes."""
        ...


class PasswordHash(Protocol):
    """Makes the stored form of a password; blocks for some 60 ms, by design."""

    def __call__(self, password: str) -> str:
        """Return argon2id in PHC form."""
        ...


class Person(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Someone of the floor, and how they sign in."""

    agent: AgentId
    login: str
    name: str
    role: Role
    team: str = ""
    supervisor: AgentId | None = None
    skills: tuple[SkillLevel, ...] = ()
    language: Language = Language.FR


class QueueRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A queue of the demonstration."""

    queue: QueueId
    label: Label
    required: tuple[SkillLevel, ...] = ()
    rings: tuple[Ring, ...] = ()
    service_level_ms: int = 60_000
    hours: Hours | None = None


class _Staff(Struct, frozen=True):
    staff: tuple[Person, ...]


class _Queues(Struct, frozen=True):
    queues: tuple[QueueRules, ...]


class _Clients(Struct, frozen=True):
    clients: tuple[ClientRecord, ...]


class _Macros(Struct, frozen=True):
    macros: tuple[Macro, ...]


class _Templates(Struct, frozen=True):
    templates: tuple[Template, ...]


class _Articles(Struct, frozen=True):
    articles: tuple[Article, ...]


class _Bot(Struct, frozen=True):
    colour: str
    greeting: Label
    bot: BotScript


class Content(Struct, frozen=True, kw_only=True):
    """Everything the demonstration site is made of."""

    staff: tuple[Person, ...]
    queues: tuple[QueueRules, ...]
    policy: Policy
    clients: tuple[ClientRecord, ...]
    macros: tuple[Macro, ...]
    templates: tuple[Template, ...]
    articles: tuple[Article, ...]
    bot: BotScript
    greeting: Label
    colour: str


def read_content(folder: Path = CONTENT) -> Content:
    """Read the TOML files. Raises msgspec.ValidationError or BadPolicy, which say what is wrong."""
    bot = _read(folder / "bot.toml", _Bot)
    return Content(
        staff=_read(folder / "staff.toml", _Staff).staff,
        queues=_read(folder / "queues.toml", _Queues).queues,
        policy=read_toml((folder / "policy.toml").read_text(encoding="utf-8")),
        clients=_read(folder / "clients.toml", _Clients).clients,
        macros=_read(folder / "macros.toml", _Macros).macros,
        templates=_read(folder / "templates.toml", _Templates).templates,
        articles=_read(folder / "articles.toml", _Articles).articles,
        bot=bot.bot,
        greeting=bot.greeting,
        colour=bot.colour,
    )


def commands(content: Content) -> list[AnyCommand]:
    """Return what the router must be told, queues before the policy that names them.

    A ref is made from what it asks: the same content again is the same request, and changed
    content is a new one.
    """
    asked: list[AnyCommand] = [
        ConfigureQueue(
            ref="seed",
            queue=queue.queue,
            label=queue.label,
            required=queue.required,
            rings=queue.rings,
            service_level_ms=queue.service_level_ms,
            hours=queue.hours,
        )
        for queue in content.queues
    ]
    asked.append(ConfigurePolicy(ref="seed", policy=content.policy))
    asked += [
        ConfigureAgent(
            ref="seed",
            agent=person.agent,
            name=person.name,
            role=person.role,
            team=person.team,
            supervisor=person.supervisor,
            skills=person.skills,
        )
        for person in content.staff
    ]
    asked += [
        RegisterClient(
            ref="seed",
            client=client.client,
            segment=client.segment,
            named_agents=client.named_agents,
        )
        for client in content.clients
    ]
    return [msgspec.structs.replace(command, ref=_ref(command)) for command in asked]


async def is_seeded(records: Records) -> bool:
    """Return whether the site exists."""
    return await records.profile() is not None


async def seed(
    records: Records, asker: Asker, *, hash_password: PasswordHash, origins: tuple[str, ...]
) -> None:
    """Make the demonstration site, or bring it back to its content; what clients said is kept.

    The profile is written last: a seeding that was cut short is begun again.
    """
    content = read_content()
    for command in commands(content):
        reply = await asker.ask(Envelope(actor=SYSTEM, command=command))
        if reply.refusal is not None:
            raise SeedError(f"{type(command).__name__}: {reply.refusal}")
    for client in content.clients:
        await records.save_client(client)
    for macro in content.macros:
        await records.save_macro(macro)
    for template in content.templates:
        await records.save_template(template)
    for article in content.articles:
        await records.save_article(article)
    for person in content.staff:
        if await records.credential(person.login) is None:
            await records.save_credential(
                Credential(
                    agent=person.agent,
                    login=person.login,
                    password_hash=hash_password(PASSWORD),
                    language=person.language,
                )
            )
    former = await records.profile()
    await records.save_profile(
        SiteProfile(
            name=SITE_NAME,
            bot=content.bot,
            origins=origins,
            widget_secret=former.widget_secret if former else secrets.token_urlsafe(32),
            colour=content.colour,
            greeting=content.greeting,
        )
    )


class SeedError(Exception):
    """The router did not take a part of the content."""


def _ref(command: AnyCommand) -> str:
    return f"demo-{hashlib.sha256(encode(command)).hexdigest()[:32]}"


def _read(path: Path, kind: type[T]) -> T:
    return msgspec.toml.decode(path.read_bytes(), type=kind)
