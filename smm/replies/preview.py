"""What people do with an answer before it is public: preview it, send it, undo that, throw it away."""

from __future__ import annotations

import uuid
from datetime import timedelta

from smm import declared, ways
from smm.actors import Actor
from smm.alerts import refresh
from smm.errors import N_, Conflict, Invalid, NotFound
from smm.inbox import claim
from smm.lengths import measure
from smm.mention_moves import State, held, holder, keep_line, move, name_of, why_not
from smm.mention_moves import get as get_mention
from smm.networks import PRIVATE
from smm.replies.changes import Change, Seen, look, since
from smm.replies.outcome import bring_back
from smm.text import clean
from storage import accounts, brands, mentions, replies
from storage.accounts import Account
from storage.brands import Brand
from storage.members import Member
from storage.mentions import Mention
from storage.replies import Reply
from storage.unit_of_work import UnitOfWork

UNDO = 10  # seconds between "Send" and sending, unless the brand's policy says otherwise ("undo_seconds")
LONGEST_UNDO = 120
TEXT = 20_000
STANDING = ("preview", "failed")


class Changed(Conflict):
    """What the writer saw is no longer so: show the preview again, with what has changed."""


def find(uow: UnitOfWork, reply_id: int) -> Reply | None:
    """Return a reply, None if there is none."""
    return replies.get(uow, reply_id)


def get(uow: UnitOfWork, reply_id: int, brand_id: int | None = None) -> tuple[Reply, Mention]:
    """Return a reply and what it answers, of a brand where one is named."""
    reply = replies.get(uow, reply_id)
    if reply is None:
        raise NotFound(N_("This answer is not there any more. Open the comment from /inbox and answer again."))
    return reply, get_mention(uow, reply.mention_id, brand_id)


def preview(
    uow: UnitOfWork, mention_id: int, member: Member, text: str, *, identity: str = "", private: bool = False
) -> Reply:
    """Keep an answer that nobody outside sees yet, and hold the mention for its writer. What was said in private is answered so."""
    mention = get_mention(uow, mention_id)
    private = private or mention.kind in PRIVATE
    words, account = clean(text, TEXT).strip(), _account(uow, mention)
    _must_have_a_way(uow, account, mention, private=private)
    check(account, words)
    by = Actor(mention.brand_id, member.id, member.name, frozenset(), identity)
    mention = claim(uow, mention_id, by)
    for older in replies.of_mention(uow, mention_id, STANDING):
        if older.member_id == member.id:
            _close(uow, older)
    seen = look(uow, mention)
    key = uuid.uuid4().hex
    added = replies.add(
        uow, mention_id, member.id, words, key, seen_revision=seen.revision, seen_id=seen.newest, private=private
    )
    keep_line(uow, mention, "preview", by, {"reply": added})
    refresh(uow, "mention", mention_id)
    return get(uow, added)[0]


def _must_have_a_way(uow: UnitOfWork, account: Account, mention: Mention, *, private: bool) -> None:
    found = ways.of(account, mention, uow.now)
    if not (found.private if private else found.public):
        raise Invalid(found.why or ways.TOO_LATE, network=declared.title(account.network))


def check(account: Account, text: str) -> None:
    """Refuse what the network would refuse, before anybody waits for it."""
    if not text:
        raise Invalid(N_("The answer is empty. Write something."), field="text")
    limits = declared.limits(account)
    most = (limits.reply or limits.text) if limits else 0
    if limits and most and (count := measure(text, limits)) > most:
        raise Invalid(
            N_("{network} takes {most} characters at most; this has {count}. Shorten it."),
            field="text",
            network=declared.title(account.network),
            most=most,
            count=count,
        )


def _account(uow: UnitOfWork, mention: Mention) -> Account:
    account = accounts.get(uow, mention.account_id)
    if account is None or account.closed_at is not None:
        raise Conflict(N_("The account that this came to is no longer connected. Connect it again: /accounts"))
    return account


def warnings(uow: UnitOfWork, reply: Reply, mention: Mention) -> list[Change]:
    """Return what has changed since the writer looked, for the preview to show."""
    return since(uow, mention, reply, Seen(reply.seen_revision, reply.seen_id))


def confirm(uow: UnitOfWork, reply_id: int, member: Member, *, seen: Seen | None = None, identity: str = "") -> Reply:
    """Let an answer go out when the time for second thoughts is over. `seen` is what the pressed preview showed.

    Raises Changed where that is no longer what there is to be seen: the preview, drawn again, shows it.
    """
    reply, mention = get(uow, reply_id)
    by = Actor(mention.brand_id, member.id, member.name, frozenset(), identity)
    brand = _may_go(uow, reply, mention, member)
    _still_so(uow, reply, mention, seen or Seen(reply.seen_revision, reply.seen_id))
    newest = mentions.newest_beside(uow, mention)
    mention = move(uow, mention, "send", by, claimed_by=member.id, claimed_until=None, snoozed_until=None)
    send_at = uow.now + undo_window(brand)
    if not replies.change(
        uow, reply, *STANDING, state="queued", send_at=send_at, error="", seen_revision=mention.revision, seen_id=newest
    ):
        raise _gone(replies.get(uow, reply_id) or reply)
    uow.wake("due")
    keep_line(uow, mention, "confirm", by, {"reply": reply_id, "send_at": send_at.isoformat()})
    refresh(uow, "reply", reply_id)
    return get(uow, reply_id)[0]


def undo_window(brand: Brand) -> timedelta:
    """Return how long a brand's answers wait for second thoughts."""
    wanted = brand.policy.get("undo_seconds", UNDO)
    return timedelta(seconds=min(max(int(wanted), 0), LONGEST_UNDO))


def _may_go(uow: UnitOfWork, reply: Reply, mention: Mention, member: Member) -> Brand:
    _must_have_a_way(uow, _account(uow, mention), mention, private=reply.private)
    if reply.state not in STANDING:
        raise _gone(reply)
    if reply.member_id != member.id:
        raise Conflict(
            N_("{who} wrote this and sends it. To answer yourself, take the comment over."),
            who=name_of(uow, reply.member_id),
        )
    if mention.state in {State.SENDING, State.DELETED} or mention.deleted_at is not None:
        raise why_not(uow, mention)
    if holder(mention, uow.now) not in {None, member.id}:
        raise held(uow, mention)
    return _outside_open(uow, mention)


def _outside_open(uow: UnitOfWork, mention: Mention) -> Brand:
    account, brand = _account(uow, mention), brands.get(uow, mention.brand_id)
    assert brand is not None
    if account.health == "auth_expired":
        raise Conflict(
            N_("{network} no longer accepts the key of {account}. Connect it again (/accounts), then send."),
            network=declared.title(account.network),
            account=account.name,
        )
    if brand.on_hold:
        raise Conflict(N_("Everything of {brand} is on hold. Lift it with /resume, then send."), brand=brand.name)
    return brand


def _still_so(uow: UnitOfWork, reply: Reply, mention: Mention, seen: Seen) -> None:
    changed = since(uow, mention, reply, seen)
    if changed:
        raise Changed(changed[0].words, **changed[0].facts)


def _gone(reply: Reply) -> Conflict:
    words = {
        "queued": N_("It is about to be sent. Undo is on its card."),
        "sending": N_("It is being sent right now."),
        "sent": N_("It is public already: {link}"),
        "unknown": N_("Nobody knows yet whether it was sent. Its card says what can be done."),
    }.get(reply.state, N_("This answer was thrown away. Write a new one on the comment's card."))
    return Conflict(words, link=reply.link)


def cancel(uow: UnitOfWork, reply_id: int, by: Actor) -> Reply:
    """Stop an answer that has not left yet; it is a preview again."""
    mention = mentions.hold(uow, get(uow, reply_id)[1].id)
    reply = get(uow, reply_id)[0]
    if mention is None or not replies.change(uow, reply, "queued", state="preview", send_at=None, error=""):
        raise _gone(reply)
    bring_back(uow, mention, reply, by)
    keep_line(uow, mention, "undo", by, {"reply": reply_id})
    refresh(uow, "reply", reply_id)
    return get(uow, reply_id)[0]


def discard(uow: UnitOfWork, reply_id: int, by: Actor) -> None:
    """Throw a preview away; the mention stays with whoever holds it."""
    reply, mention = get(uow, reply_id)
    _close(uow, reply)
    keep_line(uow, mention, "discard", by, {"reply": reply_id})
    refresh(uow, "mention", mention.id)


def _close(uow: UnitOfWork, reply: Reply) -> None:
    if not replies.change(uow, reply, *STANDING, state="cancelled", send_at=None):
        raise _gone(replies.get(uow, reply.id) or reply)
    refresh(uow, "reply", reply.id)
