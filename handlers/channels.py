"""/channels: which chats are a brand's rooms, and making this one a room. One room's own card is room_cards.py's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.card import Answer, Button, Card, Edit, Field, para, row
from handlers.room_cards import label, purpose_title, summary
from handlers.route import Context, action, command
from handlers.secret_cards import platform_title
from smm import rooms
from smm.errors import N_
from smm.roles import Right

if TYPE_CHECKING:
    from storage.channels import Channel


@command("channels", needs=Right.MANAGE, help=N_("Choose the chats for the team, the client and alerts"))
def show(context: Context) -> Answer:
    """Show the brand's rooms and what this chat can become."""
    return _card(context)


@action("channels.show", needs=Right.MANAGE, help=N_("Show the brand's rooms"))
def show_again(context: Context) -> Answer:
    """Show the brand's rooms."""
    return _card(context)


def _card(context: Context) -> Card:
    t, brand, here = context.t, context.of, context.channel
    known = [here] if here is not None and here.purpose == "client" else rooms.all_of(context.uow, brand)
    return Card(
        title=t("Rooms of {brand}", brand=brand.name),
        body=(para(_advice(context)),),
        fields=tuple(Field(_kind(context, room), summary(context, room)) for room in known),
        buttons=(
            *_each(context, known),
            _purposes(context),
            *_web_rooms(context),
            row(_invite_client(context, known), _release(context)),
        ),
    )


def _kind(context: Context, room: Channel) -> str:
    return f"{purpose_title(context.t, room.purpose)} · {platform_title(context.t, room.platform)}"


def _each(context: Context, known: list[Channel]) -> tuple[tuple[Button, ...], ...]:
    """Return a button for each room; how the team sets its rooms up is not for the client's eyes."""
    if context.channel is not None and context.channel.purpose == "client":
        return ()
    return tuple(row(Button(label(context.t, room), "channels.room", room.id)) for room in known)


def _advice(context: Context) -> str:
    t, here = context.t, context.channel
    if here is not None and here.brand_id == context.of.id:
        return t("This chat is a room: {purpose}.", purpose=purpose_title(t, here.purpose))
    if context.private:
        return t("Add me to a group and type /channels there, or make a room on the web.")
    return t("Choose what this chat is for.")


def _purposes(context: Context) -> tuple[Button, ...]:
    """Return what this chat can become; a private chat is no client's room."""
    here = context.channel.purpose if context.channel is not None else ""
    internal = context.private or here in rooms.INTERNAL
    return tuple(
        Button(purpose_title(context.t, purpose), "channels.bind", args={"purpose": purpose})
        for purpose in rooms.PURPOSES
        if here not in {purpose, "client"} and not (internal and purpose == "client")
    )


def _web_rooms(context: Context) -> tuple[tuple[Button, ...], ...]:
    t = context.t
    have = {room.purpose for room in rooms.all_of(context.uow, context.of) if room.platform == "web"}
    labels = {
        "team": t("New team room on the web"),
        "client": t("New client room on the web"),
        "alerts": t("New alerts room on the web"),
    }
    return tuple(
        row(Button(label, "channels.web", args={"purpose": purpose}))
        for purpose, label in labels.items()
        if purpose not in have
    )


def _invite_client(context: Context, known: list[Channel]) -> Button | None:
    """Return the way to let the client in, where they have a room."""
    has_room = any(room.purpose == "client" for room in known)
    return Button(context.t("Invite the client"), "members.client", look="good") if has_room else None


def _release(context: Context) -> Button | None:
    t, here = context.t, context.channel
    if here is None or here.brand_id != context.of.id:
        return None
    return Button(
        t("Release this chat"), "channels.release", here.id, look="bad", confirm=t("Stop using this chat as a room?")
    )


@action("channels.bind", needs=Right.MANAGE, help=N_("Make this chat a room of the brand"))
def bind(context: Context) -> Answer:
    """Make this chat a room of the brand."""
    t = context.t
    purpose = context.args.get("purpose", "")
    room = rooms.bind(context.uow, context.who, context.of, context.chat, purpose, context.title or context.of.name)
    said = {
        "team": t("The team works here now: new comments, posts and approvals arrive in this chat. /help shows how."),
        "client": t("The client reads here now: posts to approve arrive in this chat, and nothing internal."),
        "alerts": t("Alerts arrive here now."),
    }[room.purpose]
    return Edit(Card(title=context.of.name, body=(para(said),), tone="good"))


@action("channels.web", needs=Right.MANAGE, help=N_("Make a room for the brand on the web"))
def add_web_room(context: Context) -> Answer:
    """Make a room on the web."""
    t = context.t
    room = rooms.add_web_room(context.uow, context.who, context.of, context.args.get("purpose", ""))
    said = t("The room “{title}” is on the web now. /me signs you in there.", title=room.title)
    return Edit(Card(title=context.of.name, body=(para(said),), tone="good"))


@action("channels.release", needs=Right.MANAGE, help=N_("Stop using this chat as a room"))
def release(context: Context) -> Answer:
    """Stop using a chat as a room."""
    room = rooms.release(context.uow, context.who, context.of, context.object_id)
    said = context.t("“{title}” is no room any more. /channels makes it one again.", title=room.title)
    return Edit(Card(body=(para(said),)))
