"""/start: who are you, and what comes next: a brand, rooms, people, accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handlers.card import Answer, Button, Card, Field, Notice, para, row
from handlers.card_json import pack
from handlers.link import open_code
from handlers.members import role_names
from handlers.route import Context, Scene, action, command, view
from smm import alerts, batches, brands, guesses, identities, members, rooms, tokens
from smm.errors import N_, DeskError, Forbidden
from smm.roles import Right, Role, allows

if TYPE_CHECKING:
    from storage.brands import Brand
    from storage.members import Member


@command("start", needs=Right.ANYONE, help=N_("Begin here, or open an invitation"), brand=False)
def start(context: Context) -> Answer:
    """Open an invitation, or show the next step."""
    said = context.text.split()
    if said:
        return open_code(context, said[0]) if identities.is_code(context.uow, said[0]) else _open(context, said[0])
    return _stranger(context) if context.member is None else steps(context)


@action("start.next", needs=Right.MEMBER, help=N_("See what is set up and what comes next"), brand=False)
def steps(context: Context) -> Answer:
    """Show what is set up and what comes next."""
    t, brand = context.t, context.brand
    if brand is not None and context.actor.is_client:
        return _welcome_client(context, context.who, brand)
    if not allows(context.roles, Right.MANAGE):
        return Card(title=t("Welcome, {name}", name=context.who.name), body=(para(t("/help shows what you can do.")),))
    if brand is None:
        return Card(
            title=t("Let us open the desk"),
            body=(para(t("First, the brand that you work for. More brands can follow: /brands.")),),
            buttons=(row(Button(t("Make a brand"), "brands.new", look="good")),),
        )
    bound = [room for room in rooms.all_of(context.uow, brand) if room.state == "open"]
    people = members.of_brand(context.uow, brand)
    return Card(
        title=brand.name,
        body=(para(t("Each step can be done again at any time.")),),
        fields=(
            Field(t("Rooms"), t("{names}. More: /channels", names=", ".join(r.title for r in bound)) if bound else "—"),
            Field(t("People"), ", ".join(member.name for member, _roles in people)),
            Field(t("Networks"), t("/accounts connects and checks them")),
        ),
        buttons=(row(Button(t("Rooms"), "channels.show"), Button(t("Invite somebody"), "members.invite")),),
    )


def _stranger(context: Context) -> Answer:
    t = context.t
    if not members.has_owner(context.uow):
        return Card(
            title=t("This desk has no owner yet"),
            body=(para(t("Send /start with the code that Copydesk printed when it started: /start CODE")),),
        )
    return Notice(t("This desk is for its team. Ask an owner for an invitation and open its link."))


def _welcome_client(context: Context, member: Member, brand: Brand) -> Answer:
    """Say in two sentences what this is for, and show what waits."""
    uow, t = context.uow, context.t
    welcome = Card(
        title=t("Welcome, {name}", name=member.name),
        body=(
            para(
                t(
                    "Here you see the posts of {brand} before they go out: press Approve, or say what should change. "
                    "You need nothing else for that.",
                    brand=brand.name,
                )
            ),
        ),
        tone="good",
    )
    waiting = batches.view_of(uow, brand.id)
    if waiting is None:
        return replace(welcome, body=(*welcome.body, para(t("Nothing waits for you right now."))))
    alerts.say(uow, context.chat, pack(welcome), t.language)
    alerts.show(uow, context.chat, *waiting, brand_id=brand.id, language=t.language)
    return None


def _open(context: Context, token: str) -> Answer:
    """Use a token up; a wrong one is counted, and five in a minute are enough."""
    uow, t = context.uow, context.t
    if not guesses.may_try(uow, context.identity):
        raise Forbidden(N_("Too many tries. Wait a minute and try again."))
    where = {"platform": context.chat.platform, "user_id": context.user_id}
    try:
        member = tokens.redeem(uow, token, **where, name=context.user_name, language=t.language)
    except DeskError as error:
        guesses.count(uow, context.identity)
        return Card(body=(para(error.say(t)),), tone="warn")
    by = tokens.inviter(uow, token)
    if by is not None:
        alerts.tell_member(uow, by, "member.joined", member.id)
    brand = brands.get(uow, member.brand_id) if member.brand_id is not None else None
    if brand is not None and members.roles_in(uow, member, brand) == {Role.CLIENT}:
        return _welcome_client(context, member, brand)
    return Card(
        title=t("Welcome, {name}", name=member.name),
        body=(para(t("You are on the desk now. /help shows what you can do.")),),
        buttons=(row(Button(t("What comes next?"), "start.next")),),
        tone="good",
    )


@view("member.joined")
def joined(scene: Scene) -> Card | None:
    """Tell an inviter who opened the invitation: a name that should be checked."""
    member, t = members.get(scene.uow, scene.object_id), scene.t
    brand = brands.get(scene.uow, member.brand_id) if member.brand_id is not None else None
    roles = members.roles_in(scene.uow, member, brand) if brand is not None else frozenset()
    return Card(
        title=t("{name} has joined", name=member.name),
        body=(para(t("Your invitation was opened. If you do not know this person, remove them: /members")),),
        fields=(Field(t("Roles"), ", ".join(name for role, name in role_names(t).items() if role in roles) or "—"),),
    )
