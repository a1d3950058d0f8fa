"""The metadata all tables share, and the column types that hold our promises about time, secrets and JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Integer, LargeBinary, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from storage.vault import Sealed

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB, "postgresql")


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime. A naive one is refused: it says nothing about when."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Check and convert what is about to be stored."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime was about to be stored")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert what was stored."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Secret(TypeDecorator[Sealed]):
    """Ciphertext only: whatever was not sealed by a `Vault` is refused, so a plain secret cannot be stored by mistake."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sealed | None, dialect: Dialect) -> bytes | None:
        """Check and convert what is about to be stored."""
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError("an unsealed secret was about to be stored")
        return value.ciphertext

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Sealed | None:
        """Convert what was stored."""
        return None if value is None else Sealed(bytes(value))


def key() -> Column[int]:
    """Return a surrogate primary key column."""
    return Column("id", Id, primary_key=True)


def fields(noun: type[Any]) -> tuple[str, ...]:
    """Return a noun's field names in order; a test holds them equal to its table's columns."""
    return tuple(noun.__dataclass_fields__)
