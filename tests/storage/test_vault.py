"""Secrets: sealed for one owner, opened by any key we still have, moved to the newest."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from clocks import Clock
from rows import brand_with_account
from sqlalchemy import select, update

from storage.accounts import accounts
from storage.engine import Database
from storage.rotation import rotate_secrets
from storage.unit_of_work import UnitOfWork
from storage.vault import SealBroken, Sealed, Vault

OLD, NEW = Vault.new_key(), Vault.new_key()


def test_a_seal_opens_for_its_owner_by_any_key_we_have() -> None:
    sealed = Vault([OLD]).seal({"token": "canary"}, "account:1")
    assert Vault([NEW, OLD]).open(sealed, "account:1") == {"token": "canary"}


def test_a_seal_does_not_open_for_another_owner_or_by_another_key_or_damaged() -> None:
    sealed = Vault([OLD]).seal({"token": "canary"}, "account:1")
    damaged = Sealed(sealed.ciphertext[:-4] + b"AAA=")
    for vault, given, owner in (
        (Vault([OLD]), sealed, "account:2"),
        (Vault([NEW]), sealed, "account:1"),
        (Vault([OLD]), damaged, "account:1"),
    ):
        with pytest.raises(SealBroken) as broken:
            vault.open(given, owner)
        assert "canary" not in str(broken.value)


def connect(uow: UnitOfWork, name: str) -> None:
    _, account = brand_with_account(uow, name)
    sealed = uow.vault.seal({"token": name}, f"account:{account}")
    uow.change(update(accounts).where(accounts.c.id == account).values(secret=sealed))


def opened(uow: UnitOfWork) -> list[str]:
    rows = uow.rows(select(accounts.c.id, accounts.c.secret).order_by(accounts.c.id))
    return [uow.vault.open(secret, f"account:{number}")["token"] for number, secret in rows if secret]


@pytest.fixture
def desk_with(sqlite_file: Path, tmp_path: Path, clock: Clock) -> Callable[..., Database]:
    """Open the same database with other keys."""
    path = tmp_path / "desk.sqlite3"
    shutil.copyfile(sqlite_file, path)
    return lambda *keys: Database(f"sqlite:///{path}", Vault(keys), clock=clock)


async def test_after_a_rotation_the_old_key_can_be_dropped(desk_with: Callable[..., Database]) -> None:
    before, between, after = desk_with(OLD), desk_with(NEW, OLD), desk_with(NEW)
    for name in ("one", "two"):
        await before.write(connect, name)
    await before.write(brand_with_account, "no secret")
    with pytest.raises(SealBroken):
        await after.read(opened)
    with pytest.raises(SealBroken):
        await after.write(rotate_secrets)
    assert await between.write(rotate_secrets) == 2
    assert await after.read(opened) == ["one", "two"]
    with pytest.raises(SealBroken):
        await before.read(opened)
    for database in (before, between, after):
        await database.close()
