"""what stands where we have no say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Apply this change."""
    op.add_column("mentions", sa.Column("out_of_reach", sa.Boolean(), server_default=sa.false(), nullable=False))
