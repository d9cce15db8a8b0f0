"""Snapshots are kept packed: those of before are dropped, and made again from the log."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM snapshots")


def downgrade() -> None:
    op.execute("DELETE FROM snapshots")
