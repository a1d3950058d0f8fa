"""Cards with a one-time code: for one pair of eyes, with the addresses that open it."""

from __future__ import annotations

from collections.abc import Collection

from handlers.card import Answer, Card, Field, Notice, Para, Span, para
from handlers.card_json import pack
from handlers.route import Context, Words
from smm import alerts, members, tokens

EVERYWHERE = ("telegram", "slack", "web")


def platform_title(t: Words, platform: str) -> str:
    """Return what a chat platform is called."""
    return t("Web") if platform == "web" else platform.capitalize()


def secret_card(
    context: Context,
    title: str,
    advice: str,
    token: str,
    *,
    said: str = "start",
    where: Collection[str] = EVERYWHERE,
) -> Card:
    """Return a card with a one-time token: links that open it on some platforms, and what to say (`/said token`) elsewhere."""
    t = context.t
    links = [(platform, link) for platform, link in tokens.links(context.uow, token).items() if platform in where]
    return Card(
        title=title,
        body=(
            para(advice),
            *(_way(t, platform, link) for platform, link in links),
        ),
        fields=(Field(t("Or write to me"), f"/{said} {token}"),),
    )


def _way(t: Words, platform: str, link: str) -> Para:
    """Return a link to open, or what to say where a platform has no links that carry a code."""
    is_link = link.startswith(("http://", "https://"))
    return para(f"{platform_title(t, platform)}: ", Span(link, href=link)) if is_link else para(link)


def shown_alone(context: Context, card: Card) -> Answer:
    """Show a card to one person: here if the chat is private, else in their private chat."""
    if context.private:
        return card
    alone = members.private_chat(context.chat.platform, context.user_id)
    alerts.say(context.uow, alone, pack(card), context.who.language)
    return Notice(context.t("I have sent it to you in private. If nothing came, write to me there first: /start"))
