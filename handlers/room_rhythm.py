"""A room's rhythm: its quiet hours, and whether news comes at once or together."""

from __future__ import annotations

from handlers.card import Answer, Ask, Button, Card, Edit, Question, para, row
from handlers.room_cards import DAYS, DIGESTS, OFF, draw, key_of
from handlers.route import Context, Words, action
from smm import rhythm, rooms
from smm.errors import N_, Invalid
from smm.rhythm import EVERY_DAY
from smm.roles import Right


@action("channels.quiet", needs=Right.MANAGE, help=N_("Set when this room is quiet"))
def quiet(context: Context) -> Answer:
    """Ask for a room's quiet hours."""
    t = context.t
    room = rooms.of(context.uow, context.of, context.object_id)
    kept = rhythm.read(room.rhythm)
    begins, ends = (f"{each:%H:%M}" for each in kept.quiet) if kept.quiet else ("", "")
    questions = (
        Question("from", t("Quiet from"), "line", required=False, value=begins, hint=t("Such as 22:00"), limit=5),
        Question("to", t("Quiet until"), "line", required=False, value=ends, hint=t("Such as 08:00"), limit=5),
        Question(
            "days",
            t("On which days does it begin?"),
            "choice",
            options=_options(t, DAYS),
            value=key_of(DAYS, kept.days, "all"),
        ),
        Question(
            "off", t("Quiet all day?"), "choice", options=_options(t, OFF), value=key_of(OFF, kept.off, "weekend")
        ),
    )
    return Card(
        title=t("Quiet hours of {room}", room=room.title or room.chat_id),
        body=(para(t("What can wait comes at their end, as one digest. Without times there are none.")),),
        ask=Ask("channels.quiet_set", questions, t("Save"), room.id),
    )


def _options(t: Words, known: dict[str, tuple[tuple[int, ...], str]]) -> tuple[tuple[str, str], ...]:
    labels = ((key, t(words)) for key, (_days, words) in known.items())
    return tuple((key, label[:1].upper() + label[1:]) for key, label in labels)


@action("channels.quiet_set", needs=Right.MANAGE, help=N_("Keep this room's quiet hours"))
def set_quiet(context: Context) -> Answer:
    """Keep a room's quiet hours."""
    args = context.args
    begins, ends = args.get("from", "").strip(), args.get("to", "").strip()
    if bool(begins) != bool(ends):
        raise Invalid(N_("Quiet hours need a beginning and an end."), field="to" if begins else "from")
    hours = [rhythm.read_time(begins, "from"), rhythm.read_time(ends, "to")] if begins else []
    days, off = DAYS[args.get("days") or "all"][0], OFF[args.get("off") or "none"][0]
    return _set(context, {"quiet": hours, "days": [] if days == EVERY_DAY else list(days), "off": list(off)})


def _set(context: Context, wanted: dict[str, object]) -> Card:
    return draw(context, rooms.set_rhythm(context.uow, context.who, context.of, context.object_id, wanted))


@action("channels.digest", needs=Right.MANAGE, help=N_("Choose whether news comes to this room at once or together"))
def digest(context: Context) -> Answer:
    """Offer the kinds of digest."""
    t = context.t
    room = rooms.of(context.uow, context.of, context.object_id)
    now = rhythm.read(room.rhythm).digest
    choices = tuple(
        row(
            Button(
                f"✓ {t(words)}" if kind == now else t(words),
                "channels.digest_times" if kind == "times" else "channels.digest_set",
                room.id,
                args={"digest": kind},
            )
        )
        for kind, words in DIGESTS.items()
    )
    return Edit(
        Card(
            title=t("News in {room}", room=room.title or room.chat_id),
            body=(para(t("How does news come that can wait? Whatever is at risk comes at once.")),),
            buttons=(*choices, row(Button(t("Back"), "channels.room", room.id))),
        )
    )


@action("channels.digest_times", needs=Right.MANAGE, help=N_("Say at which times this room gets its digest"))
def digest_times(context: Context) -> Answer:
    """Ask for the times of the digest."""
    t = context.t
    room = rooms.of(context.uow, context.of, context.object_id)
    value = " ".join(f"{each:%H:%M}" for each in rhythm.read(room.rhythm).times)
    question = Question(
        "times", t("At which times?"), "line", value=value, hint=t("Such as 09:00 13:00 18:00"), limit=120
    )
    ask = Ask("channels.digest_set", (question,), t("Save"), room.id, args={"digest": "times"})
    return Card(title=t("News in {room}", room=room.title or room.chat_id), ask=ask)


@action("channels.digest_set", needs=Right.MANAGE, help=N_("Keep how news comes to this room"))
def set_digest(context: Context) -> Answer:
    """Keep how news comes to a room."""
    args = context.args
    said = args.get("times", "").replace(",", " ").split()
    times = [rhythm.read_time(each, "times") for each in said]
    return Edit(_set(context, {"digest": args.get("digest", ""), "times": times}))
