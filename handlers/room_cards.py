"""One room's card: when it takes what can wait, what stands in when it is lost; and the words when it is lost or back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.card import Answer, Button, Card, Edit, Field, Notice, para, row
from handlers.route import Context, Scene, Words, action, view
from handlers.secret_cards import platform_title
from smm import rhythm, rooms
from smm.errors import N_
from smm.rhythm import EVERY_DAY, Rhythm
from smm.roles import Right

if TYPE_CHECKING:
    from storage.channels import Channel

DAYS = {
    "all": (EVERY_DAY, N_("every day")),
    "work": ((0, 1, 2, 3, 4), N_("Monday to Friday")),
    "weekend": ((5, 6), N_("Saturday and Sunday")),
}
OFF = {"none": ((), N_("No day")), "sunday": ((6,), N_("Sunday")), "weekend": ((5, 6), N_("Saturday and Sunday"))}
DIGESTS = {"": N_("At once"), "hourly": N_("Every hour"), "times": N_("At set times")}
_NAME = 24  # characters of a room's name on a button: the rest must be seen on a phone, too


def purpose_title(t: Words, purpose: str) -> str:
    """Return what a room's purpose is called."""
    return {"team": t("Team"), "client": t("Client"), "alerts": t("Alerts only")}[purpose]


def label(t: Words, room: Channel) -> str:
    """Return what a room's button says, so that rooms of one name can be told apart: what for, where, and when it is quiet."""
    kept, title = rhythm.read(room.rhythm), room.title or room.chat_id
    name = title if len(title) <= _NAME else title[: _NAME - 1] + "…"
    quiet = f"🌙 {kept.quiet[0]:%H:%M}–{kept.quiet[1]:%H:%M}" if kept.quiet is not None else ""
    parts = (name, purpose_title(t, room.purpose), platform_title(t, room.platform), quiet)
    return " · ".join(part for part in parts if part)


def summary(context: Context, room: Channel) -> str:
    """Return a room in one line: its name, and what is not as everywhere. In a client's room only the name."""
    t, title = context.t, room.title or room.chat_id
    if room.state == "lost":
        title = t("{title}, lost: invite me again", title=title)
    if context.channel is not None and context.channel.purpose == "client":
        return title
    kept = rhythm.read(room.rhythm)
    quiet = _quiet(context, kept) if kept.quiet or kept.off else ""
    digest = t("digest: {when}", when=_digest(t, kept)) if kept.digest else ""
    fallback = t("if lost: {room}", room=_fallback(context, room)) if room.fallback_id else ""
    return " · ".join(part for part in (title, quiet, digest, fallback, _waiting(context, room)) if part)


def _quiet(context: Context, kept: Rhythm) -> str:
    t, parts = context.t, []
    if kept.quiet is not None:
        begins, ends = (f"{each:%H:%M}" for each in kept.quiet)
        days = t(_named(DAYS, kept.days, "all"))
        parts.append(t("quiet {begins} to {ends}, {days}", begins=begins, ends=ends, days=days))
    if kept.off:
        parts.append(t("quiet all day on {days}", days=t(_named(OFF, kept.off, "weekend"))))
    return ", ".join(parts)


def _named(known: dict[str, tuple[tuple[int, ...], str]], days: tuple[int, ...], otherwise: str) -> str:
    return known[key_of(known, days, otherwise)][1]


def key_of(known: dict[str, tuple[tuple[int, ...], str]], days: tuple[int, ...], otherwise: str) -> str:
    """Return the name under which these days can be chosen."""
    return next((key for key, (each, _words) in known.items() if each == days), otherwise)


def _digest(t: Words, kept: Rhythm) -> str:
    if kept.digest == "times":
        return " ".join(f"{each:%H:%M}" for each in kept.times)
    return t(DIGESTS[kept.digest])


def _fallback(context: Context, room: Channel) -> str:
    chosen = rooms.find(context.uow, room.fallback_id) if room.fallback_id else None
    return context.t("The desk chooses") if chosen is None else chosen.title or chosen.chat_id


def _waiting(context: Context, room: Channel) -> str:
    count = rooms.waiting(context.uow, room)
    if not count:
        return ""
    opens = context.t.when(rooms.opens_at(context.uow, room), context.of.zone)
    return context.t.n("{count} card waits until {when}", "{count} cards wait until {when}", count, when=opens)


@action("channels.room", needs=Right.MANAGE, help=N_("Show a room: its quiet hours, digests and fallback"))
def show(context: Context) -> Answer:
    """Show one room."""
    return Edit(draw(context, rooms.of(context.uow, context.of, context.object_id)))


def draw(context: Context, room: Channel) -> Card:
    """Draw a room's card."""
    t, kept, waits = context.t, rhythm.read(room.rhythm), _waiting(context, room)
    fields = (
        Field(t("What for"), purpose_title(t, room.purpose)),
        Field(t("Where"), platform_title(t, room.platform)),
        Field(t("State"), _state(context, room, kept)),
        Field(t("Quiet hours"), _quiet(context, kept) or t("none")),
        Field(t("Digest"), _digest(t, kept)),
        Field(t("If it is lost"), _fallback(context, room)),
        *((Field(t("Waiting"), waits),) if waits else ()),
    )
    return Card(
        title=room.title or room.chat_id,
        body=(
            para(
                t(
                    "Hours are in {zone}. Answers to people and whatever is at risk always come at once.",
                    zone=context.of.zone,
                )
            ),
        ),
        fields=fields,
        buttons=(
            row(Button(t("Quiet hours"), "channels.quiet", room.id), Button(t("Digest"), "channels.digest", room.id)),
            row(
                Button(t("Fallback"), "channels.fallback", room.id),
                Button(t("Show what waits"), "channels.waiting", room.id) if waits else None,
            ),
            row(_release(t, room), Button(t("All rooms"), "channels.show")),
        ),
    )


def _state(context: Context, room: Channel, kept: Rhythm) -> str:
    if room.state == "lost":
        return context.t("Lost: invite me again")
    is_quiet = rhythm.is_quiet(kept, context.of.zone, context.uow.now)
    return context.t("In use, quiet now") if is_quiet else context.t("In use")


def _release(t: Words, room: Channel) -> Button:
    return Button(t("Release"), "channels.release", room.id, look="bad", confirm=t("Stop using this chat as a room?"))


@action("channels.waiting", needs=Right.MANAGE, help=N_("Let everything that waits for this room out now"))
def show_waiting(context: Context) -> Answer:
    """Let what waits out now."""
    count = rooms.show_waiting(context.uow, context.of, context.object_id)
    return Notice(context.t.n("{count} card is on its way.", "{count} cards are on their way.", count))


@action("channels.fallback", needs=Right.MANAGE, help=N_("Choose which room stands in when this one is lost"))
def fallback(context: Context) -> Answer:
    """Offer the rooms that may stand in."""
    t = context.t
    room = rooms.of(context.uow, context.of, context.object_id)
    places = [
        (0, t("Let the desk choose")),
        *((each.id, _name(t, each)) for each in rooms.stand_ins(context.uow, context.of, room)),
    ]
    choices = tuple(
        row(
            Button(
                f"✓ {words}" if place == (room.fallback_id or 0) else words,
                "channels.fallback_set",
                room.id,
                args={"room": str(place)},
            )
        )
        for place, words in places
    )
    return Edit(
        Card(
            title=t("If {room} is lost", room=room.title or room.chat_id),
            body=(
                para(t("Where should its messages go then?")),
                para(t("The desk itself takes another room of the team, else an owner's own chat.")),
            ),
            buttons=(*choices, row(Button(t("Back"), "channels.room", room.id))),
        )
    )


def _name(t: Words, room: Channel) -> str:
    return f"{room.title or room.chat_id} · {platform_title(t, room.platform)}"


@action("channels.fallback_set", needs=Right.MANAGE, help=N_("Keep which room stands in for this one"))
def set_fallback(context: Context) -> Answer:
    """Keep which room stands in."""
    other = int(context.args.get("room", "0"))
    return Edit(draw(context, rooms.set_fallback(context.uow, context.who, context.of, context.object_id, other)))


# --- lost and back -------------------------------------------------------------------------------------------------


@view("room.lost")
def lost(scene: Scene) -> Card | None:
    """Tell that a room was lost, and where its messages go; once it is back, that."""
    room = rooms.find(scene.uow, scene.object_id)
    if room is None or scene.audience == "client":
        return None
    if room.state != "lost":
        return back(scene)
    t, title = scene.t, room.title or room.chat_id
    return Card(
        title=t("A room was lost: {title}", title=title),
        body=(
            para(t("I was removed from it, or it was closed."), " ", _where_to(scene, room)),
            para(t("Invite me again, or type /channels in another chat to make it the room.")),
        ),
        tone="bad",
    )


def _where_to(scene: Scene, room: Channel) -> str:
    t, place = scene.t, rooms.instead_of(scene.uow, room)
    if place is None:
        return t("Its messages have nowhere to go.")
    if place.chat == scene.chat:
        return t("Its messages come here now.")
    if not place.title:
        return t("Its messages go to an owner's own chat now.")
    return t("Its messages go to “{room}” now.", room=place.title)


@view("room.back")
def back(scene: Scene) -> Card | None:
    """Tell that a lost room is back."""
    room = rooms.find(scene.uow, scene.object_id)
    if room is None or room.state == "lost" or scene.audience == "client":
        return None
    return Card(
        title=scene.t("A room is back: {title}", title=room.title or room.chat_id),
        body=(para(scene.t("New cards arrive there again, and those that stand there are up to date.")),),
        tone="good",
    )
