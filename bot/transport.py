"""The port to the chat platforms: what comes in, what goes out, and the pace that each platform allows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from handlers.card import Card, Notice
from storage.channels import ChatRef, MessageRef

__all__ = ["ChatRef", "Incoming", "MessageRef", "Outcome", "Pace", "Receive", "Sender", "Transport", "Whispering"]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote or pressed, as the platform vouches for it. Names are for showing, only `user_id` identifies."""

    user_id: str
    name: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update of any platform.

    `kind`: words (a command or free text, perhaps with files), press (a button's `ref`), reply (the wish to answer what a card
    shows, with the `text` to begin with), answer (a whole form: the `ref` of an Ask and its `values`), moved (the chat's id became
    `text`), lost (we were thrown out), joined (we were let in).
    `key` is the platform's own id of the update: the same key again is the same update.
    """

    platform: str
    key: str
    chat: ChatRef
    sender: Sender
    kind: Literal["words", "press", "reply", "answer", "moved", "lost", "joined"]
    text: str = ""
    ref: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()  # media digests, already kept
    message_id: str = ""  # the message written, or the one whose button was pressed
    reply_to: str = ""  # the message that this one answers
    title: str = ""  # of the chat
    private: bool = False
    cancelled: bool = False  # a form that was closed instead of answered
    opens: bool = False  # questions can be put to the sender at once, in a form over the chat
    hears: bool = False  # whoever wrote words is shown at once what the outcome says, and nobody else is


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the transport must tell the presser at once. Everything else reaches chats through the outbox.

    `form` is a sealed card whose questions are to be put at once, in a form over the chat; it stands nowhere else.
    """

    notice: Notice | None = None
    errors: Mapping[str, str] = field(default_factory=dict)  # by question, for a form
    form: Card | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a platform may be spoken to; delivery keeps it. Rates per second, windows in seconds."""

    overall: int  # messages in any one second
    per_chat: float  # seconds between messages to one chat
    per_group: int = 0  # messages to one group in `group_window`, 0 for no such limit
    group_window: float = 60.0


Receive = Callable[[Incoming], Awaitable[Outcome]]


@runtime_checkable
class Whispering(Protocol):
    """A platform that can show something to one person in a room (Telegram: ephemeral messages, Slack: chat.postEphemeral).

    A transport that can has this method beside Transport's. What is for one person only is an alert with their user id as its
    argument `only`; where it cannot be whispered it is said in the room, or in their private chat (smm/alerts.py, `whisper`).
    """

    async def whisper(self, chat: ChatRef, user_id: str, card: Card) -> bool:
        """Show a card without buttons to one person in a room; False where that cannot be, and nothing was shown.

        Nobody promises that it arrives or lasts. Raises nothing.
        """


class Transport(Protocol):
    """One chat platform. `send`, `edit` and `remove` raise ChatGone, ChatBusy or another ChatError, nothing else."""

    platform: str
    pace: Pace

    async def start(self, receive: Receive) -> None:
        """Open connections, replay what was stored and not handled, then hand on every update."""

    async def stop(self) -> None:
        """Stop taking updates and let go of connections."""

    def is_group(self, chat: ChatRef) -> bool:
        """Say whether the per-group limit holds for a chat."""

    async def send(self, chat: ChatRef, card: Card) -> MessageRef:
        """Send a sealed card as a new message."""

    async def edit(self, message: MessageRef, card: Card) -> MessageRef | None:
        """Draw a sealed card over a message of ours; nothing to change is fine.

        Return where the card stands now, if the message was gone and the card was sent anew.
        """

    async def remove(self, message: MessageRef) -> None:
        """Take a message of ours away; one that is not there any more, or cannot be taken away, is fine."""
