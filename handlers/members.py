"""/members: who works for the brand and as what; inviting, changing roles, removing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.card import Answer, Ask, Button, Card, Edit, Field, Notice, Question, para, row
from handlers.card_json import pack
from handlers.route import Context, Words, action, command
from smm import alerts, members
from smm.errors import N_, Invalid
from smm.roles import Right, Role, allows

if TYPE_CHECKING:
    from storage.members import Member


def role_names(t: Words) -> dict[Role, str]:
    """Return what the roles are called."""
    return {
        Role.OWNER: t("Owner"),
        Role.MANAGER: t("Manager"),
        Role.CONTENT: t("Content"),
        Role.COMMUNITY: t("Community"),
        Role.DESIGNER: t("Designer"),
        Role.TARGETING: t("Targeting"),
        Role.CLIENT: t("Client"),
    }


def _roles(t: Words, roles: frozenset[Role]) -> str:
    return ", ".join(name for role, name in role_names(t).items() if role in roles)


@command("members", needs=Right.SEE, help=N_("Who is on the desk, and invitations"))
def show(context: Context) -> Answer:
    """List who works for the brand."""
    t = context.t
    people = members.of_brand(context.uow, context.of)
    fields = tuple(Field(member.name, _roles(t, roles)) for member, roles in people)
    if not allows(context.roles, Right.MANAGE):
        return Card(title=t("People of {brand}", brand=context.of.name), fields=fields)
    each = tuple(row(Button(member.name, "members.show", member.id)) for member, _roles in people)
    invite = row(Button(t("Invite somebody"), "members.invite", look="good"))
    return Card(title=t("People of {brand}", brand=context.of.name), fields=fields, buttons=(*each, invite))


@action("members.show", needs=Right.MANAGE, help=N_("Show this person and their roles"))
def show_one(context: Context) -> Answer:
    """Show one person with their roles."""
    return _person(context, members.get(context.uow, context.object_id))


def _person(context: Context, member: Member) -> Card:
    t = context.t
    held = members.roles_in(context.uow, member, context.of)
    toggles = [
        Button(
            f"✓ {name}" if role in held else name,
            "members.role",
            member.id,
            args={"role": role, "held": "" if role in held else "yes"},
            confirm=t("Make {name} an owner? An owner may do everything, in every brand.", name=member.name)
            if role is Role.OWNER and role not in held
            else "",
        )
        for role, name in role_names(t).items()
    ]
    remove = Button(
        t("Remove"),
        "members.remove",
        member.id,
        look="bad",
        confirm=t("Remove {name}? All their cards and sign-ins stop working.", name=member.name),
    )
    pairs = tuple(tuple(toggles[start : start + 2]) for start in range(0, len(toggles), 2))
    return Card(
        title=member.name,
        fields=(Field(t("Roles"), _roles(t, held) or t("none")),),
        buttons=(*pairs, row(remove)),
    )


@action("members.role", needs=Right.MANAGE, help=N_("Give this person a role, or take it away"))
def set_role(context: Context) -> Answer:
    """Give or take a role."""
    member = members.get(context.uow, context.object_id)
    role = _role(context.args.get("role", ""))
    held = bool(context.args.get("held"))
    members.set_role(context.uow, context.who, member, context.of, role, held=held)
    return Edit(_person(context, member))


def _role(said: str) -> Role:
    if said not in set(Role):
        raise Invalid(N_("There is no such role. See /members."), field="role")
    return Role(said)


@action("members.remove", needs=Right.MANAGE, help=N_("Take this person off the desk; their sign-ins stop working"))
def remove(context: Context) -> Answer:
    """Take somebody off the desk."""
    t = context.t
    member = members.get(context.uow, context.object_id)
    members.remove(context.uow, context.who, member, context.of)
    said = t("{name} is not on the desk any more. All their cards and sign-ins are dead.", name=member.name)
    return Edit(Card(body=(para(said),)))


@action("members.invite", needs=Right.MANAGE, help=N_("Invite somebody: say what they will be first"))
def invite(context: Context) -> Answer:
    """Ask whom to invite, and as what."""
    t = context.t
    options = tuple((str(role), name) for role, name in role_names(t).items())
    questions = (
        Question("role", t("What will they be?"), "choice", options=options),
        Question("name", t("What is their name?"), "line", required=False, limit=120),
    )
    return Card(title=t("An invitation"), ask=Ask("members.invited", questions, t("Make the invitation")))


@action("members.invited", needs=Right.MANAGE, help=N_("Make a one-time invitation that only you see"))
def invited(context: Context) -> Answer:
    """Make a one-time invitation and show it to the inviter alone."""
    t, given = context.t, context.args
    role = _role(given.get("role", ""))
    token = members.invite(context.uow, context.who, context.of, role, given.get("name", ""))
    card = secret_card(
        context,
        t("Invitation: {role}", role=role_names(t)[role]),
        t("Send this to one person. It works once, for a day, and whoever opens it first is in."),
        token,
    )
    return shown_alone(context, card)


def secret_card(context: Context, title: str, advice: str, token: str) -> Card:
    """Return a card with a one-time token and where it can be opened."""
    t = context.t
    fields = (
        *(Field(t("Link"), link) for link in members.links(context.uow, token)),
        Field(t("Or write to me"), f"/start {token}"),
    )
    return Card(title=title, body=(para(advice),), fields=fields)


def shown_alone(context: Context, card: Card) -> Answer:
    """Show a card to one person: here if the chat is private, else in their private chat."""
    if context.private:
        return card
    alone = members.private_chat(context.chat.platform, context.user_id)
    alerts.say(context.uow, alone, pack(card), context.who.language)
    return Notice(context.t("I have sent it to you in private. If nothing came, write to me there first: /start"))
