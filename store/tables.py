"""The tables. Bodies are the same JSON that travels; columns beside them are what is asked for."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()


def _id(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, String(64), nullable=nullable)


events = Table(
    "events",
    metadata,
    _id("site"),
    Column("seq", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("type", String(40), nullable=False),
    _id("case_id", nullable=True),
    _id("client_id", nullable=True),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("site", "seq"),
    Index("events_of_case", "site", "case_id", "seq"),
    Index("events_of_client", "site", "client_id", "seq"),
)
outcomes = Table(
    "outcomes",
    metadata,
    _id("site"),
    _id("actor"),
    _id("ref"),
    Column("digest", String(64), nullable=False),
    Column("reply", Text, nullable=False),
    PrimaryKeyConstraint("site", "actor", "ref"),
)
cases = Table(
    "cases",
    metadata,
    _id("site"),
    _id("case_id"),
    Column("status", String(20), nullable=False),
    _id("queue", nullable=True),
    _id("holder", nullable=True),
    _id("client"),
    Column("search", Text, nullable=False),
    Column("updated_seq", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("site", "case_id"),
    Index("cases_by_status", "site", "status", "updated_seq"),
    Index("cases_by_client", "site", "client", "updated_seq"),
    Index("cases_by_holder", "site", "holder", "updated_seq"),
    Index("cases_by_change", "site", "updated_seq"),
)
assignments = Table(
    "assignments",
    metadata,
    _id("site"),
    _id("case_id"),
    _id("agent"),
    Column("from_seq", BigInteger, nullable=False),
    Column("to_seq", BigInteger, nullable=True),
    PrimaryKeyConstraint("site", "case_id", "from_seq"),
    # The last fence of "at most one holder".
    Index(
        "one_live_assignment",
        "site",
        "case_id",
        unique=True,
        sqlite_where=text("to_seq IS NULL"),
        postgresql_where=text("to_seq IS NULL"),
    ),
)
messages = Table(
    "messages",
    metadata,
    _id("site"),
    _id("message_id"),
    _id("case_id"),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("site", "message_id"),
)
mentions = Table(
    "mentions",
    metadata,
    _id("site"),
    _id("agent"),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("site", "agent", "seq"),
)
snapshots = Table(
    "snapshots",
    metadata,
    _id("site"),
    Column("seq", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("site"),
)
leases = Table(
    "leases",
    metadata,
    _id("site"),
    Column("holder", String(100), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("site"),
)
# Macros, templates, articles and the site's profile: read whole, written by administrators.
documents = Table(
    "documents",
    metadata,
    _id("site"),
    Column("kind", String(20), nullable=False),
    _id("id"),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("site", "kind", "id"),
)
credentials = Table(
    "credentials",
    metadata,
    _id("site"),
    Column("login", String(100), nullable=False),
    _id("agent"),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("site", "login"),
    Index("credentials_by_agent", "site", "agent", unique=True),
)
sessions = Table(
    "sessions",
    metadata,
    _id("site"),
    Column("token_hash", String(64), nullable=False),
    _id("holder_id"),
    Column("seen_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("site", "token_hash"),
    Index("sessions_by_holder", "site", "holder_id"),
)
clients = Table(
    "clients",
    metadata,
    _id("site"),
    _id("client_id"),
    Column("external", String(200), nullable=True),
    Column("search", Text, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("site", "client_id"),
    Index("clients_by_external", "site", "external", unique=True),
)
files = Table(
    "files",
    metadata,
    _id("site"),
    _id("file_id"),
    _id("owner"),
    _id("case_id", nullable=True),
    Column("size_bytes", Integer, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("site", "file_id"),
)
