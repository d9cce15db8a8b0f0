"""The tables. Times are milliseconds, bodies are the JSON of the Struct they are named for."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# Byte order on every database, so that pages by name are the same pages.
_Ordered = Text().with_variant(Text(collation="C"), "postgresql")


def _site() -> Column[str]:
    return Column("site", Text, primary_key=True)


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _body() -> Column[str]:
    return Column("body", Text, nullable=False)


# The log and what is written with it, in one transaction.

leases = Table(
    "leases",
    metadata,
    _site(),
    Column("holder", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    _site(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("case_id", Text),
    Column("client_id", Text),
    _body(),
    Index("ix_events_case", "site", "case_id", "seq"),
    Index("ix_events_client", "site", "client_id", "seq"),
)

outcomes = Table(
    "outcomes",
    metadata,
    _site(),
    # Actor and ref, a space between: one column, because a list of pairs is not looked up by index.
    _key("command"),
    Column("digest", Text, nullable=False),
    Column("reply", Text, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    _site(),
    _key("case_id"),
    Column("status", Text, nullable=False),
    Column("queue", Text),
    Column("holder", Text),
    Column("client", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("client_name", Text, nullable=False),
    Column("search", Text, nullable=False),
    Column("updated_seq", BigInteger, nullable=False),
    _body(),
    Index("ix_cases_updated", "site", "updated_seq"),
    Index("ix_cases_client", "site", "client", "updated_seq"),
)
_IS_OPEN = text("status <> 'closed'")
Index(
    "ix_cases_open",
    cases.c.site,
    cases.c.case_id,
    sqlite_where=_IS_OPEN,
    postgresql_where=_IS_OPEN,
)

assignments = Table(
    "assignments",
    metadata,
    _site(),
    _key("case_id"),
    Column("from_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("agent", Text, nullable=False),
    Column("to_seq", BigInteger),
    Index("ix_assignments_agent", "site", "agent", "from_seq"),
)
# The last fence: a case has at most one live holder.
_IS_LIVE = text("to_seq IS NULL")
Index(
    "uq_assignments_live",
    assignments.c.site,
    assignments.c.case_id,
    unique=True,
    sqlite_where=_IS_LIVE,
    postgresql_where=_IS_LIVE,
)

messages = Table(
    "messages",
    metadata,
    _site(),
    _key("message_id"),
    Column("case_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

mentions = Table(
    "mentions",
    metadata,
    _site(),
    _key("agent"),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    _site(),
    Column("seq", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# What a fold of the log remembers, after event `seq`.
figures = Table(
    "figures",
    metadata,
    _site(),
    Column("seq", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# Records kept beside the log.

profiles = Table("profiles", metadata, _site(), _body())

credentials = Table(
    "credentials",
    metadata,
    _site(),
    _key("agent"),
    Column("login", Text, nullable=False),
    _body(),
    UniqueConstraint("site", "login"),
)

sessions = Table(
    "sessions",
    metadata,
    _site(),
    _key("token_hash"),
    Column("holder_id", Text, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    _body(),
    Index("ix_sessions_holder", "site", "holder_id"),
)

clients = Table(
    "clients",
    metadata,
    _site(),
    _key("client_id"),
    Column("external", Text),
    Column("name_key", _Ordered, nullable=False),
    Column("search", Text, nullable=False),
    _body(),
    # A visitor's external is NULL, so that any number of visitors may be.
    UniqueConstraint("site", "external"),
    Index("ix_clients_name", "site", "name_key", "client_id"),
)

macros = Table("macros", metadata, _site(), _key("macro"), _body())
templates = Table("templates", metadata, _site(), _key("template"), _body())
articles = Table("articles", metadata, _site(), _key("article"), _body())

files = Table(
    "files",
    metadata,
    _site(),
    _key("file_id"),
    Column("case_id", Text),
    Column("owner", Text, nullable=False),
    _body(),
    Index("ix_files_case", "site", "case_id"),
)
