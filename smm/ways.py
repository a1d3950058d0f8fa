"""The ways to answer something: in public, in private, or only by hand, and why. By network, key, thing and hour together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from smm import declared
from smm.errors import N_
from smm.networks import PRIVATE, Can
from storage.accounts import Account
from storage.mentions import Mention

READ_ONLY = N_("{network} lets no program answer: open it there and answer by hand.")
NOT_THIS_ONE = N_("{network} lets no program answer this one: open it there and answer by hand.")
TOO_LATE = N_("The time in which {network} takes an answer to this is over. Open it there and answer by hand.")


@dataclass(frozen=True, slots=True)
class Ways:
    """How something can be answered now. `why` says, in words of the catalogue, why not by the desk; `until` when that ends."""

    public: bool
    private: bool
    why: str = ""
    until: datetime | None = None

    @property
    def any(self) -> bool:
        """Whether the desk can answer at all."""
        return self.public or self.private


def of(account: Account, mention: Mention, now: datetime) -> Ways:
    """Return the ways to answer a mention at this moment. What was said in private is answered in private alone."""
    is_message = mention.kind in PRIVATE
    what = Can.MESSAGE if is_message else Can.REPLY
    over = mention.reply_until is not None and mention.reply_until <= now
    able = mention.answerable and not over and declared.allows(account, what)
    aside = declared.allows(account, Can.MESSAGE) and mention.private_until is not None and now < mention.private_until
    ends = mention.reply_until if able else mention.private_until if aside else None
    why = "" if able else _why(account, mention, what, over=over)
    return Ways(able and not is_message, able if is_message else aside, why, ends)


def _why(account: Account, mention: Mention, what: Can, *, over: bool) -> str:
    if over:
        return TOO_LATE
    if not mention.answerable:
        return NOT_THIS_ONE
    return declared.why_not(account, what) or READ_ONLY
