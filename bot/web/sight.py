"""What a seat sees of a chat: the rows of a page or of a stream's next batch, read in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.web.drawing import Bubble, Reader, asks_of, bubble, digests_of
from bot.web.seats import Seat, sit
from storage import media, web
from storage.media import Media
from storage.unit_of_work import UnitOfWork

MOST = 40
NEWEST = 2**62


@dataclass(frozen=True, slots=True)
class Sight:
    """Messages with everything that drawing them needs."""

    messages: Sequence[web.Message]
    names: Mapping[int, str]
    files: Mapping[str, Media]
    asked: Mapping[str, web.Asked]
    unseen: Mapping[str, int]
    seen_up_to: int
    revision: int
    has_earlier: bool

    def bubbles(self, reader: Reader) -> list[Bubble]:
        """Return the messages as one reader sees them."""
        return [bubble(message, reader, self.names, self.files, self.asked) for message in self.messages]


def of_page(uow: UnitOfWork, seat: Seat, chat_id: str, before: int = NEWEST) -> Sight:
    """Return a page of a chat: its newest messages before a given one."""
    found = web.latest(uow, chat_id, before, MOST + 1)
    return _gather(uow, seat, chat_id, found[-MOST:], has_earlier=len(found) > MOST)


def of_changes(uow: UnitOfWork, name: str, token: str, chat_id: str, revision: int) -> tuple[Seat, Sight] | None:
    """Return what changed in a chat since a revision, None once the seat may no longer see it."""
    seat = sit(uow, name, token)
    if seat is None or seat.room(chat_id) is None:
        return None
    return seat, _gather(uow, seat, chat_id, web.since(uow, chat_id, revision, MOST))


def of_messages(uow: UnitOfWork, seat: Seat, chat_id: str, messages: Sequence[web.Message]) -> Sight:
    """Return some messages of a chat."""
    return _gather(uow, seat, chat_id, messages)


def _gather(
    uow: UnitOfWork, seat: Seat, chat_id: str, messages: Sequence[web.Message], *, has_earlier: bool = False
) -> Sight:
    asked = web.asked(uow, asks_of(messages))
    authors = {message.member_id for message in messages} | {one.member_id for one in asked.values()}
    return Sight(
        messages=messages,
        names=web.names(uow, sorted(author for author in authors if author is not None)),
        files=media.of(uow, digests_of(messages)),
        asked=asked,
        unseen=web.unseen(uow, seat.member.id, seat.chat_ids),
        seen_up_to=web.seen_up_to(uow, seat.member.id, chat_id),
        revision=web.newest_revision(uow, chat_id),
        has_earlier=has_earlier,
    )
