"""/me: one's own language, sign-in on the web, and accounts on other chat platforms."""

from __future__ import annotations

from handlers.card import Answer, Button, Card, Edit, Field, row
from handlers.members import secret_card, shown_alone
from handlers.route import Context, action, command
from smm import members
from smm.brands import LANGUAGES
from smm.errors import N_
from smm.roles import Right


@command("me", needs=Right.MEMBER, help=N_("Your language, web sign-in and other accounts"), brand=False)
def show(context: Context) -> Answer:
    """Show how the desk knows somebody."""
    return _card(context)


def _card(context: Context) -> Card:
    t, me = context.t, members.get(context.uow, context.who.id)
    known = members.identities(context.uow, me)
    languages = row(*(Button(label, "me.speak", args={"language": code}) for code, label in LANGUAGES))
    links = row(Button(t("Sign in on the web"), "me.web"), Button(t("Add another account"), "me.link"))
    return Card(
        title=me.name,
        fields=(
            Field(t("Language"), dict(LANGUAGES).get(me.language, me.language)),
            Field(t("Accounts"), ", ".join(f"{one.platform}: {one.name}" for one in known)),
        ),
        buttons=(languages, links),
    )


@action("me.speak", needs=Right.MEMBER, help=N_("Choose the language that you read here"), brand=False)
def speak(context: Context) -> Answer:
    """Choose one's language."""
    members.speak(context.uow, context.who, context.args.get("language", ""))
    return Edit(_card(context))


@action("me.web", needs=Right.MEMBER, help=N_("Get a one-time link that signs you in on the web"), brand=False)
def sign_in(context: Context) -> Answer:
    """Give a one-time link to the web."""
    t = context.t
    token = members.login_link(context.uow, context.who.id)
    advice = t("This signs you in on the web. It works once, for a quarter of an hour. Do not pass it on.")
    return shown_alone(context, secret_card(context, t("Sign in on the web"), advice, token))


@action("me.link", needs=Right.MEMBER, help=N_("Get a one-time code to add your account on another chat"), brand=False)
def link(context: Context) -> Answer:
    """Give a one-time code for an account on another platform."""
    t = context.t
    token = members.identity_link(context.uow, context.who.id)
    advice = t("Open this from your other account within a quarter of an hour. Do not pass it on.")
    return shown_alone(context, secret_card(context, t("Add another account"), advice, token))
