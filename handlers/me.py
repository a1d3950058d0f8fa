"""/me: one's own language, sign-in on the web, and the accounts on all chat platforms (adding one is link.py's)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.card import Answer, Button, Card, Edit, Field, row
from handlers.route import Context, Words, action, command
from handlers.secret_cards import platform_title, secret_card, shown_alone
from smm import members, tokens
from smm.brands import LANGUAGES
from smm.errors import N_
from smm.roles import Right

if TYPE_CHECKING:
    from storage.members import Identity


@command("me", needs=Right.MEMBER, help=N_("Your language, web sign-in and other accounts"), brand=False)
def show(context: Context) -> Answer:
    """Show how the desk knows somebody."""
    return _card(context)


def _card(context: Context) -> Card:
    t, me = context.t, members.get(context.uow, context.who.id)
    is_room = context.channel is not None and context.channel.purpose == "client"
    known = (
        [] if is_room else members.identities(context.uow, me)
    )  # whose accounts are whose is not for the client's room
    accounts = Field(t("Accounts"), ", ".join(account_title(t, one) for one in known))
    languages = row(*(Button(label, "me.speak", args={"language": code}) for code, label in LANGUAGES))
    links = row(Button(t("Sign in on the web"), "me.web"), Button(t("Add another account"), "me.link"))
    several = known if len(known) > 1 else []
    return Card(
        title=me.name,
        fields=(
            Field(t("Language"), dict(LANGUAGES).get(me.language, me.language)),
            *((accounts,) if known else ()),
        ),
        buttons=(languages, links, *(row(_leave(t, one)) for one in several)),
    )


def account_title(t: Words, one: Identity) -> str:
    """Return an account in words, marked where nothing can be written to it."""
    title = f"{platform_title(t, one.platform)}: {one.name}"
    return title if one.gone_at is None else t("{account} (out of reach)", account=title)


def _leave(t: Words, one: Identity) -> Button:
    account = f"{platform_title(t, one.platform)}: {one.name}"
    sure = t("Take {account} off? Nothing can be done from it then.", account=account)
    return Button(t("Take off {account}", account=account), "me.leave", one.id, look="bad", confirm=sure)


@action("me.speak", needs=Right.MEMBER, help=N_("Choose the language that you read here"), brand=False)
def speak(context: Context) -> Answer:
    """Choose one's language."""
    members.speak(context.uow, context.who, context.args.get("language", ""))
    return Edit(_card(context))


@action("me.web", needs=Right.MEMBER, help=N_("Get a one-time link that signs you in on the web"), brand=False)
def sign_in(context: Context) -> Answer:
    """Give a one-time link to the web."""
    t = context.t
    token = tokens.login_link(context.uow, context.who.id)
    advice = t("This signs you in on the web. It works once, for a quarter of an hour. Do not pass it on.")
    return shown_alone(context, secret_card(context, t("Sign in on the web"), advice, token, where=("web",)))
