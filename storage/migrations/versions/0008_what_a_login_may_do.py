"""what a login may do, windows of answers, figures, pushes, consents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply this change."""
    op.create_table(
        "pushes",
        sa.Column("id", ID, nullable=False),
        sa.Column("network", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pushes")),
        sa.UniqueConstraint("network", "key", name=op.f("uq_pushes_network_key")),
    )
    op.create_index(op.f("ix_pushes_received_at"), "pushes", ["received_at"], unique=False)

    op.create_table(
        "consents",
        sa.Column("id", ID, nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("brand_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("network", sa.String(length=32), nullable=False),
        sa.Column("instead", ID, nullable=True),
        sa.Column("verifier", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_consents_brand_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_consents_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint("state", name=op.f("uq_consents_state")),
    )
    op.create_table(
        "metrics",
        sa.Column("id", ID, nullable=False),
        sa.Column("target_id", ID, nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=True),
        sa.Column("reach", sa.BigInteger(), nullable=True),
        sa.Column("likes", sa.BigInteger(), nullable=True),
        sa.Column("comments", sa.BigInteger(), nullable=True),
        sa.Column("shares", sa.BigInteger(), nullable=True),
        sa.Column("saves", sa.BigInteger(), nullable=True),
        sa.Column("clicks", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"], name=op.f("fk_metrics_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metrics")),
        sa.UniqueConstraint("target_id", "hours", name=op.f("uq_metrics_target_id_hours")),
    )
    op.add_column("accounts", sa.Column("mode", sa.String(length=100), server_default="", nullable=False))
    op.add_column("accounts", sa.Column("can", JSON, nullable=True))
    op.add_column("accounts", sa.Column("cannot", JSON, nullable=True))
    op.add_column("accounts", sa.Column("quota", JSON, nullable=True))
    op.add_column("accounts", sa.Column("by_hand", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("accounts", sa.Column("connected_by", ID, nullable=True))
    op.add_column("accounts", sa.Column("checked_at", MOMENT, nullable=True))
    op.add_column("accounts", sa.Column("hook", sa.String(length=64), server_default="", nullable=False))
    op.create_index(op.f("ix_accounts_hook"), "accounts", ["hook"], unique=False)

    op.add_column("media", sa.Column("seconds", sa.Integer(), nullable=True))

    op.add_column("mentions", sa.Column("answerable", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("mentions", sa.Column("reply_until", MOMENT, nullable=True))
    op.add_column("mentions", sa.Column("private_until", MOMENT, nullable=True))
    op.add_column("mentions", sa.Column("rating", sa.Integer(), nullable=True))
    op.add_column("mentions", sa.Column("hidden_at", MOMENT, nullable=True))

    op.add_column("replies", sa.Column("private", sa.Boolean(), server_default=sa.false(), nullable=False))

    op.create_index(op.f("ix_targets_published_at"), "targets", ["published_at"], unique=False)
