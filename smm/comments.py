"""What the client and the team say to each other about a post. A remark of the team's own (posts.remark) never comes here.

The team's words reach the client only by `answer`, which people call after they have seen what the client will read.
"""

from __future__ import annotations

from smm import alerts, posts, showing
from smm.actors import Actor
from smm.errors import N_, Conflict, Invalid
from smm.posts import Whole
from smm.roles import Right
from smm.text import clean
from storage import notes
from storage.unit_of_work import UnitOfWork

MOST = 2_000
TOLD = {True: ("team", "comment"), False: ("client", "comment_client")}


def comment(uow: UnitOfWork, actor: Actor, post_id: int, text: str) -> None:
    """Keep what the client says about a post without deciding it, and tell the team."""
    actor.must(Right.SIGN_OFF)
    _say(uow, actor, post_id, text, by_client=True)


def answer(uow: UnitOfWork, actor: Actor, post_id: int, text: str) -> None:
    """Say something to the client about a post, in their room."""
    actor.must(Right.SEE)
    _say(uow, actor, post_id, text, by_client=False)


def sendable(uow: UnitOfWork, actor: Actor, post_id: int, text: str) -> str:
    """Return a text as the client would read it; refuse what could not be said."""
    _shared(uow, actor, post_id)
    text = clean(text.strip(), MOST)
    if not text:
        raise Invalid(N_("There are no words to send."), field="text")
    return text


def _say(uow: UnitOfWork, actor: Actor, post_id: int, text: str, *, by_client: bool) -> None:
    text = sendable(uow, actor, post_id, text)
    whole = posts.take(uow, actor, post_id)
    note_id = notes.add_to_post(uow, post_id, "client", actor.member_id, text)
    posts.record(uow, actor, whole, "post.comment", audience="client")
    purpose, view = TOLD[by_client]
    if not alerts.tell(uow, whole.brand.id, purpose, view, note_id) and not by_client:
        raise Invalid(N_("The client has no room yet. Make one first: /channels"))
    posts.settle(uow, post_id)


def _shared(uow: UnitOfWork, actor: Actor, post_id: int) -> Whole:
    whole = posts.find(uow, actor.brand_id, post_id)
    if not showing.shared(whole):
        raise Conflict(N_("The client has not seen this post yet. Send it for approval first."))
    return whole
