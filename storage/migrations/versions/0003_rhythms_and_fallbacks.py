"""Rooms have a rhythm and a fallback, what a room does not want yet is held, and people can be out of reach."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply this change."""
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("channels", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rhythm", JSON, server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("fallback_id", ID, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_channels_fallback_id_channels"), "channels", ["fallback_id"], ["id"])

    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.add_column(sa.Column("gone_at", MOMENT, nullable=True))
