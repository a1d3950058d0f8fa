"""/link: a person's other accounts: a one-time code, said from the other chat, makes it theirs too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.card import Answer, Block, Button, Card, Edit, Field, Notice, para, row
from handlers.card_json import pack
from handlers.members import role_names
from handlers.route import Context, Scene, action, command, view
from handlers.secret_cards import platform_title, secret_card, shown_alone
from smm import alerts, guesses, identities, tokens
from smm.errors import N_, DeskError, Forbidden
from smm.roles import Right

if TYPE_CHECKING:
    from smm.identities import Offer
    from storage.members import Member


@command("link", needs=Right.ANYONE, help=N_("Add your account on another chat: get a code, say it there"), brand=False)
def link(context: Context) -> Answer:
    """Give a code, or take one that was given elsewhere."""
    said = context.text.split()
    if said:
        return open_code(context, said[0])
    if context.member is None:
        raise Forbidden(N_("Get the code where I know you: say /link there. Then say it here, with the code."))
    return give(context)


@action("me.link", needs=Right.MEMBER, help=N_("Get a one-time code to add your account on another chat"), brand=False)
def give(context: Context) -> Answer:
    """Give a one-time code for an account on another platform."""
    t = context.t
    token = tokens.identity_link(context.uow, context.who.id)
    advice = t("Open this, or say it to me, from your other account within a quarter of an hour. Do not pass it on.")
    others = {"telegram", "slack"} - {context.chat.platform}
    card = secret_card(context, t("Add another account"), advice, token, said="link", where=others)
    return shown_alone(context, card)


def open_code(context: Context, token: str) -> Answer:
    """Take a code: add this account to whoever made it, or ask first where it belongs to a member already."""
    uow, t = context.uow, context.t
    if not guesses.may_try(uow, context.identity):
        raise Forbidden(N_("Too many tries. Wait a minute and try again."))
    if not context.private:
        identities.give_up(uow, token)
        return _warned(
            t("Others read this chat, so that code is void now. Get a new one, and say it to me in private.")
        )
    try:
        offer = identities.look(uow, token, context.chat.platform, context.user_id)
        return _asked(context, offer, offer.other) if offer.other is not None else _added(context, token)
    except DeskError as error:
        guesses.count(uow, context.identity)
        return _warned(error.say(t))


def _warned(words: str) -> Card:
    return Card(body=(para(words),), tone="warn")


def _added(context: Context, token: str) -> Card:
    member = identities.add(context.uow, token, context.chat.platform, context.user_id, context.user_name)
    _tell(context, member)
    return _welcome(context, member)


def _welcome(context: Context, member: Member) -> Card:
    t = context.t
    return Card(
        title=t("Welcome, {name}", name=member.name),
        body=(
            para(
                t("This account is yours too now: what you may do, you may do from here. /me shows all your accounts.")
            ),
        ),
        buttons=(row(Button(t("What comes next?"), "start.next")),),
        tone="good",
    )


def _tell(context: Context, member: Member) -> None:
    """Tell the other side: whoever did not do it themself hears of it."""
    args = {"platform": context.chat.platform, "name": context.user_name}
    alerts.tell_member(context.uow, member, "member.linked", member.id, args, (context.chat,))


def _asked(context: Context, offer: Offer, other: Member) -> Card:
    t, facts = context.t, {"other": other.name, "name": offer.member.name}
    return Card(
        title=t("Is {other} the same person as {name}?", **facts),
        body=(
            para(t("This account is {other} already. Joined, both are {name}, with the roles of both.", **facts)),
            *_held(context, other),
            para(t("This cannot be undone. Only do it if you made that code yourself.")),
        ),
        buttons=(
            row(
                Button(
                    t("Join them"),
                    "link.join",
                    offer.invite_id,
                    look="good",
                    confirm=t("Make {other} and {name} one person?", **facts),
                ),
                Button(t("Leave them apart"), "link.apart"),
            ),
        ),
        tone="warn",
    )


def _held(context: Context, other: Member) -> tuple[Block, ...]:
    t, names = context.t, role_names(context.t)
    return tuple(
        para(f"• {names[role]}: {brand or t('every brand')}")
        for brand, role in identities.roles_by_brand(context.uow, other)
    )


@action("link.join", needs=Right.ANYONE, help=N_("Join your two accounts into one person"), brand=False)
def join(context: Context) -> Answer:
    """Make the two members one."""
    if not context.private:
        raise Forbidden(N_("Do that in a private chat with me."))
    member = identities.join(context.uow, context.object_id, context.chat.platform, context.user_id)
    _tell(context, member)
    return Edit(_welcome(context, member))


@action("link.apart", needs=Right.ANYONE, help=N_("Leave the two accounts apart"), brand=False)
def apart(context: Context) -> Answer:
    """Leave everything as it is."""
    return Edit(Card(body=(para(context.t("Nothing was changed.")),)))


@view("member.linked")
def linked(scene: Scene) -> Card | None:
    """Tell somebody that an account was added to theirs."""
    t, args = scene.t, scene.args
    return Card(
        title=t("An account was added to yours"),
        body=(para(t("Whoever writes from it acts as you. If it was not you, take it off: /me")),),
        fields=(Field(platform_title(t, args.get("platform", "")), args.get("name") or "—"),),
        tone="warn",
    )


@action("me.leave", needs=Right.MEMBER, help=N_("Take one of your accounts off"), brand=False)
def leave(context: Context) -> Answer:
    """Take an account off, and tell both sides."""
    t = context.t
    gone = identities.leave(context.uow, context.who, context.object_id)
    said = t("This account is not {name}'s any more. Nothing can be done from here.", name=context.who.name)
    chat = identities.chat_of(gone)
    alerts.say(context.uow, chat, pack(_warned(said)), context.who.language)
    args = {"platform": gone.platform, "name": gone.name}
    alerts.tell_member(context.uow, context.who, "member.unlinked", context.who.id, args, (chat,))
    return Notice(t("{account} is not yours any more.", account=f"{platform_title(t, gone.platform)}: {gone.name}"))


@view("member.unlinked")
def unlinked(scene: Scene) -> Card | None:
    """Tell somebody that one of their accounts was taken off."""
    t, args = scene.t, scene.args
    return Card(
        title=t("An account was taken off yours"),
        body=(para(t("Nothing can be done from it any more. /link adds one.")),),
        fields=(Field(platform_title(t, args.get("platform", "")), args.get("name") or "—"),),
    )
