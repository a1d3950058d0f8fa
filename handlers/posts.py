"""/post and what people do with a post: write, edit, compare versions. Its time: post_times.py, decisions: approvals.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from handlers.card import PLACE, Answer, Ask, Block, Button, Card, Notice, Question, filled, para, row
from handlers.post_parts import difference, label, moment
from handlers.route import Context, action, command
from smm import alerts, contents, declared, outcomes, posts, showing
from smm.errors import N_, Invalid
from smm.posts import Stale, Whole
from smm.roles import Right
from smm.versions import Content

if TYPE_CHECKING:
    from storage.accounts import Account
    from storage.posts import Post

EVERYWHERE = "all"
P = ParamSpec("P")


def show(context: Context, name: str, object_id: int) -> None:
    """Show a view here, to be kept in step."""
    alerts.show(context.uow, context.chat, name, object_id, brand_id=context.of.id, language=context.t.language)


def or_newer(handler: Callable[[Context], Answer]) -> Callable[[Context], Answer]:
    """Answer a press on an old version with the number of the new one, and offer to show what changed."""

    @wraps(handler)
    def checked(context: Context) -> Answer:
        try:
            return handler(context)
        except Stale as stale:
            return _newer(context, stale)

    return checked


def _newer(context: Context, stale: Stale) -> Answer:
    t = context.t
    args = {"since": str(stale.seen)}
    return Card(
        body=(para(stale.say(t)),),
        buttons=(
            row(
                Button(t("Show what changed"), "post.history", stale.post.id, args=args),
                Button(t("Open the post"), "post.open", stale.post.id),
            ),
        ),
        tone="warn",
    )


@command("post", needs=Right.WRITE, help=N_("Write something to publish; add the text, or be asked for it"))
def post(context: Context) -> Answer:
    """Make a draft of the words and pictures that came along, or ask for them."""
    accounts = contents.open_accounts(context.uow, context.of.id)
    if not accounts:
        raise Invalid(N_("No account is connected yet. Connect one first: /accounts"))
    if not context.text and not context.files:
        return Card(
            title=context.t("A new post"),
            ask=Ask("post.create", _questions(context, accounts), context.t("Make a draft")),
        )
    everywhere = tuple(account.id for account in accounts)
    content = Content(context.text, everywhere, media=contents.attached(context.uow, context.files))
    return _shown(context, posts.create(context.uow, context.actor, content))


def _questions(context: Context, accounts: list[Account], whole: Whole | None = None) -> tuple[Question, ...]:
    t, content = context.t, whole.content if whole else None
    options = ((EVERYWHERE, t("Everywhere")), *((str(account.id), label(account)) for account in accounts))
    where = Question("accounts", t("Where?"), "choice", options=options, value=_chosen(content, accounts))
    return (
        Question(
            "text",
            t("Text"),
            required=False,
            value=content.text if content else "",
            limit=contents.MOST_TEXT,
            fits=fits(accounts),
        ),
        Question("files", t("Pictures"), "files", required=False, value=_digests(content)),
        *((where,) if len(accounts) > 1 else ()),
        _when(context, whole.post if whole else None),
        Question("link", t("Link"), "line", required=False, value=content.link if content else "", limit=2_000),
    )


def _when(context: Context, made: Post | None) -> Question:
    """Ask for the time; one that has passed meanwhile is shown as such, and keeps nobody from changing the rest."""
    t, slot = context.t, made.slot_at if made else None
    has_passed = slot is not None and slot <= context.uow.now
    hint = t("This time has passed. Leave it to change only the rest, or pick a later one.") if has_passed else ""
    return Question("slot", t("When?"), "moment", required=False, hint=hint, value=_iso(slot))


def fits(accounts: Iterable[Account]) -> int:
    """Return how long a text may be that fits everywhere."""
    limits = [declared.limits(account) for account in accounts]
    return min((each.text for each in limits if each is not None and each.text), default=0)


def _chosen(content: Content | None, accounts: list[Account]) -> str:
    if content is None or len(content.accounts) != 1 or len(accounts) == 1:
        return EVERYWHERE
    return str(content.accounts[0])


def _digests(content: Content | None) -> str:
    return " ".join(each.digest for each in content.media) if content else ""


@action("post.create", needs=Right.WRITE, help=N_("Make a draft of these words and pictures"))
def create(context: Context) -> Answer:
    """Make the draft that was described."""
    content = _answered(context, Content("", ()))
    return _shown(context, posts.create(context.uow, context.actor, content, chosen_time(context)))


def _answered(context: Context, old: Content) -> Content:
    args = context.args
    digests = args.get("files", "").split() or list(context.files)
    known = {each.digest: each for each in (*contents.attached(context.uow, digests), *old.media)}
    return replace(
        old,
        text=args.get("text", ""),
        media=tuple(known[digest] for digest in digests),
        link=args.get("link", "").strip(),
        accounts=_places(context, args.get("accounts", EVERYWHERE), old),
    )


def _places(context: Context, chosen: str, old: Content) -> tuple[int, ...]:
    if chosen.isdigit():
        return (int(chosen),)
    return tuple(account.id for account in contents.open_accounts(context.uow, context.of.id)) or old.accounts


def chosen_time(context: Context) -> datetime | None:
    """Return the time that was answered, None for none."""
    text = context.args.get("slot", "")
    return datetime.fromisoformat(text) if text else None


def _shown(context: Context, made: Post) -> Answer:
    show(context, "post", made.id)
    return None


@action("post.open", needs=Right.SEE, help=N_("Show this post with its buttons"))
def open_post(context: Context) -> Answer:
    """Show a post's card here."""
    return _shown(context, posts.find(context.uow, context.of.id, context.object_id).post)


@action("post.edit", needs=Right.WRITE, help=N_("Change the text, pictures, networks, time or link of this post"))
@or_newer
def edit(context: Context) -> Answer:
    """Ask for the new content, filled in with the old."""
    whole = posts.take(context.uow, context.actor, context.object_id, context.version)
    questions = _questions(context, contents.open_accounts(context.uow, context.of.id), whole)
    title, was = context.t("Edit post {number}", number=whole.post.id), _iso(whole.post.slot_at)
    return asking(context, title, "post.change", questions, context.t("Save"), slot_was=was)


def _iso(slot: datetime | None) -> str:
    return slot.isoformat() if slot else ""


def asking(context: Context, title: str, name: str, questions: tuple[Question, ...], submit: str, **args: str) -> Card:
    """Return a form about the version that was pressed."""
    return Card(title=title, ask=Ask(name, questions, submit, context.object_id, context.version, args))


@action("post.change", needs=Right.WRITE, help=N_("Save the changes as a new version of the post"))
@or_newer
def change(context: Context) -> Answer:
    """Save a new version."""
    whole = posts.take(context.uow, context.actor, context.object_id, context.version)
    # A time that was not touched stays as it is, whoever moved the post meanwhile.
    is_untouched = context.args.get("slot", "") == context.args.get("slot_was")
    slot_at = whole.post.slot_at if is_untouched else chosen_time(context)
    content = _answered(context, whole.content)
    posts.edit(context.uow, context.actor, whole.post.id, context.version, content, slot_at)
    return Notice(context.t("Saved."))


@action("post.override", needs=Right.WRITE, help=N_("Give one network a text of its own"))
@or_newer
def override(context: Context) -> Answer:
    """Ask for the text of one network."""
    t = context.t
    whole = posts.take(context.uow, context.actor, context.object_id, context.version)
    accounts = showing.accounts_of(context.uow, context.of.id)
    options = tuple((str(each), label(accounts[each])) for each in whole.content.accounts if each in accounts)
    questions = (
        Question("account", t("Which one?"), "choice", options=options),
        Question("text", t("Its own text; empty for the common one"), required=False, limit=contents.MOST_TEXT),
    )
    return asking(context, t("Text for one network"), "post.overridden", questions, t("Save"))


@action("post.overridden", needs=Right.WRITE, help=N_("Save that network's text as a new version of the post"))
@or_newer
def overridden(context: Context) -> Answer:
    """Save the text of one network as a new version."""
    whole = posts.take(context.uow, context.actor, context.object_id, context.version)
    account, text = int(context.args["account"]), context.args.get("text", "").strip()
    overrides = {each: words for each, words in whole.content.overrides.items() if each != account}
    overrides |= {account: text} if text else {}
    return save(context, whole, replace(whole.content, overrides=overrides))


@action("post.describe", needs=Right.WRITE, help=N_("Describe the pictures for people who cannot see them"))
@or_newer
def describe(context: Context) -> Answer:
    """Ask for words for those who do not see the pictures."""
    t = context.t
    whole = posts.take(context.uow, context.actor, context.object_id, context.version)
    questions = tuple(
        Question(
            f"alt{number}", t("Picture {number}", number=number), "line", required=False, value=each.alt, limit=1_000
        )
        for number, each in enumerate(whole.content.media, 1)
    )
    return asking(context, t("What is in the pictures?"), "post.described", questions, t("Save"))


@action("post.described", needs=Right.WRITE, help=N_("Save the descriptions as a new version of the post"))
@or_newer
def described(context: Context) -> Answer:
    """Save the descriptions as a new version."""
    whole = posts.take(context.uow, context.actor, context.object_id, context.version)
    media = tuple(
        replace(each, alt=context.args.get(f"alt{number}", "")) for number, each in enumerate(whole.content.media, 1)
    )
    return save(context, whole, replace(whole.content, media=media))


def save(context: Context, whole: Whole, content: Content) -> Answer:
    """Save a content as a new version; the time stays."""
    posts.edit(context.uow, context.actor, whole.post.id, context.version, content, whole.post.slot_at)
    return Notice(context.t("Saved."))


@action("post.duplicate", needs=Right.WRITE, help=N_("Make a new draft with the same content"))
def duplicate(context: Context) -> Answer:
    """Make a draft of the same content."""
    return _shown(context, posts.duplicate(context.uow, context.actor, context.object_id))


@action("post.cancel", needs=Right.WRITE, help=N_("Cancel this post: nothing more of it goes out"))
@or_newer
def cancel(context: Context) -> Answer:
    """Drop what has not gone out."""
    posts.cancel(context.uow, context.actor, context.object_id, context.version)
    return Notice(context.t("Cancelled. Nothing more of it goes out."))


@action("post.history", needs=Right.SEE, help=N_("Show what changed from version to version"))
def history(context: Context) -> Answer:
    """Show what changed from version to version, or since one of them."""
    t = context.t
    whole = posts.find(context.uow, context.of.id, context.object_id)
    since = context.args.get("since", "")
    body: list[Block] = []
    for number in range(int(since) if since.isdigit() else 1, whole.post.version):
        body += _step(context, whole.post.id, number)
    return Card(title=t("Post {number}: its versions", number=whole.post.id), body=tuple(body[-24:]))


def _step(context: Context, post_id: int, number: int) -> list[Block]:
    before, after = showing.version(context.uow, post_id, number), showing.version(context.uow, post_id, number + 1)
    if before is None or after is None:
        return []
    t = context.t
    by = showing.name(context.uow, after.author_id)
    made = moment(t, after.created_at, context.of.zone)
    title = filled(t("Version {number}, {name}, {when}", number=number + 1, name=by, when=PLACE), made, "bold")
    old, new = showing.unpacked(before), showing.unpacked(after)
    return [para(*title), *(difference(t, old, new, number) or (para(t("The same, asked about once more.")),))]


@action("post.note", needs=Right.SEE, help=N_("Write a remark on this post for the team alone"))
def ask_note(context: Context) -> Answer:
    """Ask for a remark that the client never reads."""
    t = context.t
    whole = posts.find(context.uow, context.of.id, context.object_id)
    questions = (Question("text", t("Remark, for the team only"), limit=2_000),)
    return asking(context, t("A remark on post {number}", number=whole.post.id), "post.noted", questions, t("Keep"))


@action("post.noted", needs=Right.SEE, help=N_("Keep the remark with this post"))
def noted(context: Context) -> Answer:
    """Keep a remark for the team alone."""
    posts.remark(context.uow, context.actor, context.object_id, context.args.get("text", ""))
    return Notice(context.t("Kept."))


@action("target.there", needs=Right.WRITE, help=N_("Say that the post is live, and where"))
def there(context: Context) -> Answer:
    """Ask for the address of the post that somebody has seen live."""
    t = context.t
    question = Question("link", t("The address of the post"), "line", limit=2_000)
    return asking(context, t("It is there"), "target.seen", (question,), t("Keep"))


@action("target.seen", needs=Right.WRITE, help=N_("Note that the post is live, with its address"))
def seen(context: Context) -> Answer:
    """Believe a person that it is live."""
    outcomes.there(context.uow, context.actor, context.object_id, context.args.get("link", ""))
    return Notice(context.t("Kept: it is live."))


@action("target.again", needs=Right.WRITE, help=N_("Publish it again: you have looked, and it is not there"))
def again(context: Context) -> Answer:
    """Send it once more."""
    outcomes.again(context.uow, context.actor, context.object_id)
    return Notice(context.t("It is sent again."))


@action("target.drop", needs=Right.WRITE, help=N_("Leave it at that: the post is not sent there again"))
def drop(context: Context) -> Answer:
    """Leave it at that."""
    outcomes.drop(context.uow, context.actor, context.object_id)
    return Notice(context.t("Dropped."))
