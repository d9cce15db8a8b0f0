"""The first form of the tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_IS_LIVE = sa.text("to_seq IS NULL")
_IS_OPEN = sa.text("status <> 'closed'")
_ORDERED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _create_log()
    _create_cases()
    _create_people()
    _create_records()


def downgrade() -> None:
    for table in (
        "leases",
        "events",
        "outcomes",
        "messages",
        "mentions",
        "snapshots",
        "cases",
        "assignments",
        "credentials",
        "sessions",
        "clients",
        "profiles",
        "macros",
        "templates",
        "articles",
        "files",
    ):
        op.drop_table(table)


def _create_log() -> None:
    op.create_table(
        "leases",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", name="pk_leases"),
    )
    op.create_table(
        "events",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "seq", name="pk_events"),
    )
    op.create_index("ix_events_case", "events", ["site", "case_id", "seq"])
    op.create_index("ix_events_client", "events", ["site", "client_id", "seq"])
    op.create_table(
        "outcomes",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "command", name="pk_outcomes"),
    )
    op.create_table(
        "messages",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "message_id", name="pk_messages"),
    )
    op.create_table(
        "mentions",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("site", "agent", "seq", name="pk_mentions"),
    )
    op.create_table(
        "snapshots",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site", name="pk_snapshots"),
    )


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("client_name", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("updated_seq", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "case_id", name="pk_cases"),
    )
    op.create_index("ix_cases_client", "cases", ["site", "client", "updated_seq"])
    op.create_index(
        "ix_cases_open",
        "cases",
        ["site", "case_id"],
        unique=False,
        sqlite_where=sa.text("status <> 'closed'"),
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.create_index("ix_cases_updated", "cases", ["site", "updated_seq"])
    op.create_table(
        "assignments",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("from_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("to_seq", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "case_id", "from_seq", name="pk_assignments"),
    )
    op.create_index("ix_assignments_agent", "assignments", ["site", "agent", "from_seq"])
    op.create_index(
        "uq_assignments_live",
        "assignments",
        ["site", "case_id"],
        unique=True,
        sqlite_where=sa.text("to_seq IS NULL"),
        postgresql_where=sa.text("to_seq IS NULL"),
    )


def _create_people() -> None:
    op.create_table(
        "credentials",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "agent", name="pk_credentials"),
        sa.UniqueConstraint("site", "login", name="uq_credentials_site_login"),
    )
    op.create_table(
        "sessions",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.Text(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "token_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_holder", "sessions", ["site", "holder_id"])
    op.create_table(
        "clients",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("external", sa.Text(), nullable=True),
        sa.Column(
            "name_key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "client_id", name="pk_clients"),
        sa.UniqueConstraint("site", "external", name="uq_clients_site_external"),
    )
    op.create_index("ix_clients_name", "clients", ["site", "name_key", "client_id"])


def _create_records() -> None:
    op.create_table(
        "profiles",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", name="pk_profiles"),
    )
    op.create_table(
        "macros",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("macro", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "macro", name="pk_macros"),
    )
    op.create_table(
        "templates",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "template", name="pk_templates"),
    )
    op.create_table(
        "articles",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "article", name="pk_articles"),
    )
    op.create_table(
        "files",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "file_id", name="pk_files"),
    )
    op.create_index("ix_files_case", "files", ["site", "case_id"])
