"""Changing keys: every stored secret moves under the newest key, after which the older keys can be dropped."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from storage.accounts import accounts
from storage.unit_of_work import UnitOfWork

_SEALED = select(accounts.c.id, accounts.c.secret).where(accounts.c.secret.is_not(None))
_STORE = update(accounts).where(accounts.c.id == bindparam("wanted"))


def rotate_secrets(uow: UnitOfWork) -> int:
    """Seal every secret with the newest key, all or none of them; return how many. Raises SealBroken for a foreign one."""
    sealed = uow.rows(_SEALED)
    for account_id, secret in sealed:
        uow.change(_STORE.values(secret=uow.vault.rotate(secret)), wanted=account_id)
    return len(sealed)
