"""All tables together: importing this module makes `metadata` complete, for migrations and for the tests of both."""

from storage import (
    accounts,
    alerts,
    approvals,
    attempts,
    audit,
    brands,
    buttons,
    channels,
    drafts,
    incidents,
    jobs,
    media,
    members,
    memos,
    mentions,
    posts,
    replies,
    rules,
    templates,
    updates,
    voices,
    web,
)
from storage.base import metadata

MODULES = (
    accounts,
    alerts,
    approvals,
    attempts,
    audit,
    brands,
    buttons,
    channels,
    drafts,
    incidents,
    jobs,
    media,
    members,
    memos,
    mentions,
    posts,
    replies,
    rules,
    templates,
    updates,
    voices,
    web,
)

__all__ = ["MODULES", "metadata"]
