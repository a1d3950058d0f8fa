"""/inbox and the buttons of a mention: list, claim, snooze, assign, escalate, close, note. Answers are handlers/reply.py."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from handlers.card import Answer, Ask, Button, Card, Edit, Notice, Question, row
from handlers.inbox_list import show_list
from handlers.mention_buttons import more_buttons, press
from handlers.mention_cards import TONES, draw
from handlers.route import Context, Scene, action, command
from smm import alerts, inbox, inbox_reading, labels, tending
from smm.errors import N_, NotFound
from smm.inbox_reading import SHELVES, Wanted, Whole
from smm.mention_moves import OPEN, get, holder
from smm.roles import Right
from smm.rules import noise

if TYPE_CHECKING:
    from storage.mentions import Mention

SEARCH = 200  # characters


@command("inbox", needs=Right.SEE, help=N_("What waits for an answer; add words to search for"))
def show_inbox(context: Context) -> Answer:
    """List what waits, or what holds the words after the command."""
    words = " ".join(context.text.split())[:SEARCH]
    return show_list(context, Wanted("all" if words else "open", words=words))


@action("inbox.list", needs=Right.SEE, help=N_("Show another list, network or page of the inbox"))
def turn(context: Context) -> Answer:
    """Show another shelf, network or page of the list."""
    args = context.args
    shelf = args.get("shelf", "open")
    before = args.get("before", "")
    wanted = Wanted(
        shelf if shelf in SHELVES else "open",
        args.get("network", ""),
        args.get("words", ""),
        int(before) if before.isdecimal() else 0,
    )
    card = show_list(context, wanted)
    return Edit(card) if args.get("here") else card


@action("mention.show", needs=Right.SEE, help=N_("Show this comment with its buttons"))
def show(context: Context) -> Answer:
    """Show a mention's card in this chat."""
    _show(context, _mention(context).id)
    return None


def _show(context: Context, mention_id: int) -> None:
    alerts.show(context.uow, context.chat, "mention", mention_id, brand_id=context.of.id, language=context.t.language)


def _mention(context: Context) -> Mention:
    """Return the pressed mention, if it is the brand's."""
    return get(context.uow, context.object_id, context.of.id)


@action("mention.claim", needs=Right.REPLY, help=N_("Keep this comment for yourself while you answer it"))
def claim(context: Context) -> Answer:
    """Hold a mention for the presser."""
    inbox.claim(context.uow, _mention(context).id, context.actor)
    return None


@action("mention.take_over", needs=Right.REPLY, help=N_("Answer this comment instead of whoever holds it"))
def take_over(context: Context) -> Answer:
    """Hold a mention instead of whoever holds it."""
    mention = _mention(context)
    if holder(mention, context.uow.now) == context.who.id:
        return Notice(context.t("You hold it already. Press Reply."))
    inbox.take_over(context.uow, mention.id, context.actor)
    return None


@action("mention.release", needs=Right.REPLY, help=N_("Let go of this comment, so that somebody else can answer it"))
def release(context: Context) -> Answer:
    """Let go of a mention."""
    inbox.release(context.uow, _mention(context).id, context.actor)
    return None


@action("mention.resolve", needs=Right.REPLY, help=N_("Close this comment: it needs no answer"))
def resolve(context: Context) -> Answer:
    """Close a mention that needs no answer."""
    inbox.resolve(context.uow, _mention(context).id, context.actor)
    return None


@action("mention.not_ours", needs=Right.REPLY, help=N_("Close this comment: it is not about the brand"))
def not_ours(context: Context) -> Answer:
    """Close a mention that is not about the brand."""
    inbox.not_ours(context.uow, _mention(context).id, context.actor)
    return None


@action("mention.spam", needs=Right.REPLY, help=N_("Close this comment as spam"))
def spam(context: Context) -> Answer:
    """Close a mention as spam."""
    inbox.spam(context.uow, _mention(context).id, context.actor)
    return None


@action("mention.answered", needs=Right.REPLY, help=N_("Note that you answered on the network itself"))
def answered(context: Context) -> Answer:
    """Believe somebody that they answered by hand."""
    inbox.answered_by_hand(context.uow, _mention(context).id, context.actor)
    return None


@action("mention.hide", needs=Right.REPLY, help=N_("Hide this comment from the public on the network"))
def hide(context: Context) -> Answer:
    """Hide a comment on the network."""
    return _tend(context, "hide")


@action("mention.unhide", needs=Right.REPLY, help=N_("Show this hidden comment to the public again"))
def unhide(context: Context) -> Answer:
    """Show a hidden comment on the network again."""
    return _tend(context, "show")


@action("mention.remove", needs=Right.REPLY, help=N_("Remove this comment from the network for good"))
def remove(context: Context) -> Answer:
    """Take a comment down on the network."""
    return _tend(context, "remove")


def _tend(context: Context, deed: tending.Deed) -> Answer:
    tending.ask(context.uow, context.actor, _mention(context).id, deed, context.chat, context.t.language)
    return Notice(context.t("It is being done; the card will say so."))


@action("mention.reopen", needs=Right.REPLY, help=N_("Bring this comment back to the inbox"))
def reopen(context: Context) -> Answer:
    """Undo whatever took a mention away."""
    noise.reopen(context.uow, _mention(context).id, context.actor)
    return None


@action("mention.tone", needs=Right.REPLY, help=N_("Say how this sounds"))
def tone(context: Context) -> Answer:
    """Offer the tones."""
    found, t = _whole(context), context.t
    choices = row(*(press(t(words), "mention.toned", found, tone=name) for name, words in TONES.items()))
    return _choices(context, found, (choices, row(press(t("Back"), "mention.back", found))))


@action("mention.toned", needs=Right.REPLY, help=N_("Keep how this sounds"))
def toned(context: Context) -> Answer:
    """Keep the tone that a person reads."""
    labels.say(context.uow, _mention(context).id, context.actor, context.args.get("tone", ""))
    return None


@action("mention.noise", needs=Right.REPLY, help=N_("Say why the rules should not have found this"))
def call_noise(context: Context) -> Answer:
    """Offer the reasons why a mention is noise."""
    found, t = _whole(context), context.t
    reasons = {
        "sense": t("The word means something else"),
        "advert": t("Advertising, jobs"),
        "robot": t("A bot, a copy"),
        "place": t("Another place or firm"),
        "other": t("Another reason"),
    }
    choices = [row(press(reasons[reason], "mention.noised", found, reason=reason)) for reason in noise.REASONS]
    return _choices(context, found, (*choices, row(press(t("Back"), "mention.back", found))))


@action("mention.noised", needs=Right.REPLY, help=N_("Close this as noise, for the chosen reason"))
def noised(context: Context) -> Answer:
    """Put a mention away as noise; say so when a rule brings little else."""
    t = context.t
    noisy = noise.mark(context.uow, _mention(context).id, context.actor, context.args.get("reason", ""))
    worst = max(noisy, key=lambda each: each.tally.noise, default=None)
    if worst is None or 2 * worst.tally.noise < worst.tally.found or worst.tally.noise == 1:
        return Notice(t("Noted: it is out of the inbox."))
    return Notice(
        t(
            "Noted. Of {found} that “{rule}” found in 30 days {noise} were noise: change its words in /rules.",
            found=worst.tally.found,
            rule=worst.rule.query[:60],
            noise=worst.tally.noise,
        )
    )


@action("mention.escalate", needs=Right.REPLY, help=N_("Hand this comment to the managers, with a word for them"))
def escalate(context: Context) -> Answer:
    """Ask why a mention goes to the managers."""
    mention = _mention(context)
    question = Question("note", context.t("What should the managers know?"), required=False, limit=inbox.NOTE)
    return Card(
        title=context.t("Escalate what {who} wrote", who=mention.author_name),
        ask=Ask("mention.escalated", (question,), context.t("Escalate"), mention.id),
    )


@action("mention.escalated", needs=Right.REPLY, help=N_("Tell the managers that this comment needs them"))
def escalated(context: Context) -> Answer:
    """Hand a mention to the managers."""
    inbox.escalate(context.uow, _mention(context).id, context.actor, context.args.get("note", ""))
    return None


@action("mention.note", needs=Right.SEE, help=N_("Write a note that only the team sees"))
def note(context: Context) -> Answer:
    """Ask for a note to the team."""
    question = Question("text", context.t("A note for the team; nobody outside will see it."), limit=inbox.NOTE)
    return Card(
        title=context.t("A note"), ask=Ask("mention.noted", (question,), context.t("Keep"), _mention(context).id)
    )


@action("mention.noted", needs=Right.SEE, help=N_("Keep the note with this comment"))
def noted(context: Context) -> Answer:
    """Keep a note on a mention."""
    inbox.add_note(context.uow, _mention(context).id, context.actor, context.args.get("text", ""))
    return None


@action("mention.snooze", needs=Right.REPLY, help=N_("Put this comment away until later"))
def snooze(context: Context) -> Answer:
    """Offer the moments until which a mention can be put away."""
    found, t = _whole(context), context.t
    labels = {"hour": t("1 hour"), "tomorrow": t("Tomorrow 9:00"), "monday": t("Monday 9:00")}
    choices = row(*(press(labels[name], "mention.snoozed", found, preset=name) for name in labels))
    other = press(t("Another time…"), "mention.snooze_other", found)
    return _choices(context, found, (choices, row(other, press(t("Back"), "mention.back", found))))


@action("mention.snooze_other", needs=Right.REPLY, help=N_("Put this comment away until a time that you name"))
def snooze_other(context: Context) -> Answer:
    """Ask until when."""
    question = Question("until", context.t("Snooze until when?"), kind="moment")
    return Card(
        title=context.t("Snooze"),
        ask=Ask("mention.snoozed", (question,), context.t("Snooze"), _mention(context).id),
    )


@action("mention.snoozed", needs=Right.REPLY, help=N_("Put this comment away until the chosen time"))
def snoozed(context: Context) -> Answer:
    """Put a mention away until the chosen moment."""
    preset = inbox.presets(context.uow.now, context.of.zone).get(context.args.get("preset", ""))
    until = preset or datetime.fromisoformat(context.args["until"])
    inbox.snooze(context.uow, _mention(context).id, context.actor, until)
    return None


@action("mention.assign", needs=Right.REPLY, help=N_("Choose who should answer this comment"))
def assign(context: Context) -> Answer:
    """Offer the people who may answer for the brand."""
    found, t = _whole(context), context.t
    people = [
        row(press(member.name, "mention.assigned", found, to=str(member.id)))
        for member in inbox.answerers(context.uow, context.of.id)
    ]
    nobody = press(t("Nobody"), "mention.assigned", found) if found.assigned else None
    return _choices(context, found, (*people, row(nobody, press(t("Back"), "mention.back", found))))


@action("mention.assigned", needs=Right.REPLY, help=N_("Give this comment to the chosen person"))
def assigned(context: Context) -> Answer:
    """Give a mention to the chosen person."""
    to = context.args.get("to", "")
    inbox.assign(context.uow, _mention(context).id, context.actor, int(to) if to.isdecimal() else None)
    return None


@action("mention.more", needs=Right.SEE, help=N_("Show the buttons that are needed less often"))
def more(context: Context) -> Answer:
    """Show the buttons that are pressed less often."""
    found = _whole(context)
    if found.mention.state not in OPEN:
        return Edit(draw(_scene(context), found))
    return _choices(context, found, more_buttons(context.t, found))


@action("mention.back", needs=Right.SEE, help=N_("Show the main buttons again"))
def back(context: Context) -> Answer:
    """Show the mention's own buttons again."""
    return Edit(draw(_scene(context), _whole(context)))


def _whole(context: Context) -> Whole:
    found = inbox_reading.whole(context.uow, _mention(context).id)
    if found is None:
        raise NotFound(N_("This is not in your inbox. See what is: /inbox"))
    return found


def _choices(context: Context, found: Whole, buttons: tuple[tuple[Button, ...], ...]) -> Answer:
    return Edit(draw(_scene(context), found, buttons))


def _scene(context: Context) -> Scene:
    return Scene(context.uow, context.t, context.chat, context.object_id, "team")
