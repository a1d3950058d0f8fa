"""Requests for material: the team asks the client for pictures or facts, the client sends them or says that there are none.

What is sent is bound to the request and seen by the team at once. Reminders come in the client's working hours, as those of
approvals do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from smm import alerts, policy, posts
from smm.actors import Actor
from smm.errors import N_, Conflict, Invalid, NotFound
from smm.policy import ESCALATE_AFTER
from smm.roles import Right
from smm.text import clean
from storage import audit, brands, materials, media
from storage.materials import Material, MaterialAnswer
from storage.media import Media
from storage.unit_of_work import UnitOfWork

TEAM, CLIENT = "material", "material_client"
MOST, FILES, WANTED = 2_000, 20, 100
OPEN = ("open", "answered", "none")
LISTED = 20


def ask(
    uow: UnitOfWork, actor: Actor, text: str, *, post_id: int = 0, wanted: int = 0, due_at: datetime | None = None
) -> int:
    """Ask the client for something, in their rooms; return the request."""
    actor.must(Right.WRITE)
    text = _words(text, N_("Say what you need."))
    if not 0 <= wanted <= WANTED:
        raise Invalid(N_("Write how many files you need: 1 to {most}."), field="wanted", most=WANTED)
    if due_at is not None and due_at <= uow.now:
        raise Invalid(N_("This time has passed. Choose a later one."), field="due")
    if post_id:
        posts.find(uow, actor.brand_id, post_id)
    facts = {"post_id": post_id or None, "wanted": wanted, "due_at": due_at}
    material_id = materials.add(uow, actor.brand_id, actor.member_id, text, remind_at=None, **facts)
    asked = find(uow, actor.brand_id, material_id)
    materials.move(uow, material_id, "open", remind_at=_next(uow, asked))
    if not alerts.tell(uow, actor.brand_id, "client", CLIENT, material_id):
        raise Invalid(N_("The client has no room yet. Make one first: /channels"))
    _record(uow, actor, asked, "material.ask")
    return material_id


def find(uow: UnitOfWork, brand_id: int, material_id: int) -> Material:
    """Return a request of the brand."""
    found = materials.get(uow, material_id)
    if found is None or found.brand_id != brand_id:
        raise NotFound(N_("There is no such request here. What was asked for: /materials"))
    return found


def get(uow: UnitOfWork, material_id: int) -> Material | None:
    """Return a request, for its card."""
    return materials.get(uow, material_id)


def answers(uow: UnitOfWork, material_id: int) -> list[MaterialAnswer]:
    """Return what the client sent, oldest first."""
    return materials.answers(uow, material_id)


def files(uow: UnitOfWork, sent: Sequence[MaterialAnswer]) -> dict[str, Media]:
    """Return the files of answers, by digest."""
    return media.of(uow, [digest for answer in sent for digest in answer.files])


def open_ones(uow: UnitOfWork, brand_id: int, *states: str) -> list[Material]:
    """Return what a brand still waits for or has not looked at, the most pressing first."""
    return materials.of_brand(uow, brand_id, states or OPEN, LISTED)


def send(uow: UnitOfWork, actor: Actor, material_id: int, text: str, digests: Sequence[str]) -> None:
    """Keep what somebody of the client sends: files, words, or both."""
    wanted = _taken(uow, actor, material_id)
    digests = list(dict.fromkeys(digests))
    if len(digests) > FILES:
        raise Invalid(N_("Send at most {most} files at once."), field="files", most=FILES)
    known = media.of(uow, digests)
    if any(digest not in known or known[digest].brand_id not in {None, wanted.brand_id} for digest in digests):
        raise Invalid(N_("A file is not here any more. Send it again."), field="files")
    if not digests:
        text = _words(text, N_("Send a file, or write something."))
    _answered(uow, actor, wanted, "answered", clean(text.strip(), MOST), digests)


def have_none(uow: UnitOfWork, actor: Actor, material_id: int, text: str = "") -> None:
    """Note that the client has nothing to send."""
    _answered(uow, actor, _taken(uow, actor, material_id), "none", clean(text.strip(), MOST), ())


def accept(uow: UnitOfWork, actor: Actor, material_id: int) -> None:
    """Close a request: the team has what it needs, or goes on without."""
    actor.must(Right.WRITE)
    _move(uow, actor, material_id, "closed", OPEN)


def withdraw(uow: UnitOfWork, actor: Actor, material_id: int) -> None:
    """Take a request back."""
    actor.must(Right.WRITE)
    _move(uow, actor, material_id, "withdrawn", OPEN)


def ask_again(uow: UnitOfWork, actor: Actor, material_id: int, missing: str) -> None:
    """Open a request again and tell the client what is still missing."""
    actor.must(Right.WRITE)
    missing = _words(missing, N_("Say what is still missing: the client reads it."))
    asked = _move(uow, actor, material_id, "open", ("answered", "none"), missing=missing, reminders=0)
    materials.move(uow, material_id, "open", remind_at=_next(uow, asked))
    alerts.tell(uow, asked.brand_id, "client", CLIENT, material_id, {"again": f"{uow.now:%Y%m%d%H%M%S}"})


def remind_due(uow: UnitOfWork, until: datetime) -> int:
    """Remind clients of what they owe, in their working hours, then tell the team once; return how many were told."""
    rows = materials.to_remind(uow, until)
    for row in rows:
        number = row.reminders + 1
        is_last = number > ESCALATE_AFTER
        following = None if is_last else _next(uow, row)
        if materials.move(uow, row.id, "open", reminders=number, remind_at=following):
            purpose, view = ("alerts", TEAM) if is_last else ("client", CLIENT)
            alerts.tell(uow, row.brand_id, purpose, view, row.id, {"reminder": str(number)})
    return len(rows)


def _next(uow: UnitOfWork, asked: Material) -> datetime | None:
    brand = brands.get(uow, asked.brand_id)
    assert brand is not None
    deadline = asked.due_at if asked.due_at and asked.due_at > uow.now else None
    return policy.reminder(policy.read(brand.policy), "client", brand.zone, uow.now, deadline)


def _words(text: str, otherwise: str) -> str:
    text = clean(text.strip(), MOST)
    if not text:
        raise Invalid(otherwise, field="text")
    return text


def _taken(uow: UnitOfWork, actor: Actor, material_id: int) -> Material:
    actor.must(Right.SIGN_OFF)
    asked = find(uow, actor.brand_id, material_id)
    if asked.state not in OPEN:
        raise Conflict(N_("The team needs nothing more for this. Thank you."))
    return asked


def _answered(uow: UnitOfWork, actor: Actor, asked: Material, state: str, text: str, digests: Sequence[str]) -> None:
    if not materials.move(uow, asked.id, *OPEN, state=state, remind_at=None):
        raise Conflict(N_("The team needs nothing more for this. Thank you."))
    answer_id = materials.add_answer(uow, asked.id, actor.member_id, text, digests)
    _record(uow, actor, asked, "material.answer", state=state, files=list(digests))
    _redraw(uow, asked.id)
    alerts.tell(uow, asked.brand_id, "team", TEAM, asked.id, {"answer": str(answer_id)})


def _move(
    uow: UnitOfWork, actor: Actor, material_id: int, state: str, before: Sequence[str], **values: object
) -> Material:
    asked = find(uow, actor.brand_id, material_id)
    if not materials.move(uow, asked.id, *before, state=state, remind_at=None, **values):
        raise Conflict(N_("This request has just changed. Look at its card again."))
    _record(uow, actor, asked, "material.state", state=state)
    _redraw(uow, asked.id)
    return find(uow, actor.brand_id, material_id)


def _redraw(uow: UnitOfWork, material_id: int) -> None:
    for view in (TEAM, CLIENT):
        alerts.refresh(uow, view, material_id)


def _record(uow: UnitOfWork, actor: Actor, asked: Material, action: str, **facts: object) -> None:
    audit.append(
        uow,
        brand_id=asked.brand_id,
        actor=f"member:{actor.member_id}",
        identity=actor.identity,
        action=action,
        object=f"material:{asked.id}",
        facts=facts,
    )
