"""Two members who turn out to be one person: everything that names the one names the other, in one transaction."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from storage.approvals import votes
from storage.members import identities, memberships
from storage.schema import metadata
from storage.unit_of_work import UnitOfWork
from storage.web import seen, sessions

# What the one had of their own and does not hand on as it is: the chats that only they could enter, and what they might do.
OWN = frozenset(table.name for table in (identities, memberships, seen, sessions))
UNBOUND = frozenset({"member_id", "connected_by"})  # name a member wherever they stand, also without a foreign key


def join(uow: UnitOfWork, old: int, into: int) -> None:
    """Rename a member wherever they are named. Of two votes on one question one stays: one person has one."""
    both = select(votes.c.approval_id).where(votes.c.member_id == into).scalar_subquery()
    uow.change(delete(votes).where(votes.c.member_id == old, votes.c.approval_id.in_(both)))
    for table in metadata.sorted_tables:
        for column in table.columns:
            bound = any(str(each.target_fullname) == "members.id" for each in column.foreign_keys)
            if (bound or column.name in UNBOUND) and table.name not in OWN:
                uow.change(update(table).where(column == old).values({column.name: into}))
    # A web identity is the address of a private chat that is its member's alone.
    uow.change(delete(identities).where(identities.c.member_id == old, identities.c.platform == "web"))
    uow.change(update(identities).where(identities.c.member_id == old).values(member_id=into))
    uow.change(delete(sessions).where(sessions.c.member_id == old))
    uow.wake("members")
