"""/members: who works for the brand, as what and in which chats; changing roles, removing, bringing back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.card import Answer, Ask, Button, Card, Edit, Field, Question, para, row
from handlers.route import Context, Scene, Words, action, command, view
from handlers.secret_cards import platform_title, secret_card, shown_alone
from smm import alerts, invitations, members, people, tokens
from smm.errors import N_, Invalid
from smm.roles import Right, Role, allows

if TYPE_CHECKING:
    from smm.people import Person
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
    found = people.of_brand(context.uow, context.of)
    fields = tuple(Field(one.member.name, _line(t, one)) for one in found)
    title = t("People of {brand}", brand=context.of.name)
    if not allows(context.roles, Right.MANAGE):
        return Card(title=title, fields=fields)
    each = tuple(row(Button(one.member.name, "members.show", one.member.id)) for one in found)
    return Card(title=title, fields=fields, buttons=(*each, *_more(context)))


def _line(t: Words, one: Person) -> str:
    """Return a person's roles, and the platforms where the desk knows them."""
    chats = dict.fromkeys(platform_title(t, known.platform) for known in one.identities)
    return " · ".join(part for part in (_roles(t, one.roles), ", ".join(chats)) if part)


def _more(context: Context) -> tuple[tuple[Button, ...], ...]:
    t = context.t
    open_ones = len(invitations.still_open(context.uow, context.of))
    gone = len(members.removed(context.uow, context.of))
    return (
        row(Button(t("Invite somebody"), "members.invite", look="good")),
        row(
            Button(t("Invitations: {count}", count=open_ones), "members.invitations") if open_ones else None,
            Button(t("Removed: {count}", count=gone), "members.removed") if gone else None,
        ),
    )


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
    chats = [f"{platform_title(t, one.platform)}: {one.name}" for one in members.identities(context.uow, member)]
    sign_in = Button(t("Sign-in link"), "members.sign_in", member.id) if held == {Role.CLIENT} else None
    return Card(
        title=member.name,
        fields=(Field(t("Roles"), _roles(t, held) or t("none")), Field(t("Chats"), ", ".join(chats) or t("none yet"))),
        buttons=(*pairs, row(sign_in, remove)),
    )


@action("members.role", needs=Right.MANAGE, help=N_("Give this person a role, or take it away"))
def set_role(context: Context) -> Answer:
    """Give or take a role."""
    member = members.get(context.uow, context.object_id)
    role = read_role(context.t, context.args.get("role", ""))
    held = bool(context.args.get("held"))
    members.set_role(context.uow, context.who, member, context.of, role, held=held)
    return Edit(_person(context, member))


def read_role(t: Words, said: str) -> Role:
    """Return the role that somebody names, by its key or in their own words."""
    wanted = said.strip().casefold()
    found = next((role for role, name in role_names(t).items() if wanted in {role, name.casefold()}), None)
    if found is None:
        names = ", ".join(role_names(t).values())
        raise Invalid(N_("There is no such role. There are: {names}."), field="role", names=names)
    return found


@action("members.remove", needs=Right.MANAGE, help=N_("Take this person off the desk; their sign-ins stop working"))
def remove(context: Context) -> Answer:
    """Take somebody off the desk."""
    t = context.t
    member = members.get(context.uow, context.object_id)
    members.remove(context.uow, context.who, member, context.of)
    said = t("{name} is not on the desk any more. All their cards and sign-ins are dead.", name=member.name)
    return Edit(Card(body=(para(said),)))


@action("members.removed", needs=Right.MANAGE, help=N_("Show who was taken off the desk, to bring somebody back"))
def removed(context: Context) -> Answer:
    """List who was taken off the desk."""
    t = context.t
    gone = members.removed(context.uow, context.of)
    back = tuple(row(Button(t("Bring {name} back", name=one.name), "members.back", one.id)) for one in gone)
    return Card(
        title=t("Taken off the desk"),
        body=(para(t("Whoever comes back is known in the same chats as before.") if gone else t("Nobody.")),),
        buttons=back,
    )


@action("members.back", needs=Right.MANAGE, help=N_("Bring this person back: choose with which role"))
def bring_back(context: Context) -> Answer:
    """Ask as what somebody comes back."""
    t = context.t
    member = members.get(context.uow, context.object_id)
    options = tuple((str(role), name) for role, name in role_names(t).items())
    question = Question("role", t("What will they be?"), "choice", options=options)
    ask = Ask("members.restored", (question,), t("Bring back"), member.id)
    return Card(title=t("Bring {name} back", name=member.name), ask=ask)


@action("members.restored", needs=Right.MANAGE, help=N_("Let this person in again"))
def restored(context: Context) -> Answer:
    """Let somebody in again, and tell them."""
    member = members.get(context.uow, context.object_id)
    role = read_role(context.t, context.args.get("role", ""))
    members.restore(context.uow, context.who, member, context.of, role)
    alerts.tell_member(context.uow, member, "member.restored", member.id, {"brand": context.of.name})
    return _person(context, members.get(context.uow, member.id))


@view("member.restored")
def is_back(scene: Scene) -> Card | None:
    """Tell somebody that they are on the desk again."""
    words = scene.t(
        "You are on the desk of {brand} again. /help shows what you can do.", brand=scene.args.get("brand", "")
    )
    return Card(body=(para(words),), tone="good")


@action("members.sign_in", needs=Right.MANAGE, help=N_("Make a sign-in link for this client, to pass on"))
def sign_in(context: Context) -> Answer:
    """Make a one-time sign-in link for a client who is signed out, and tell the client."""
    t = context.t
    member = members.get(context.uow, context.object_id)
    token = tokens.login_link_for(context.uow, context.who, member, context.of)
    args = {"by": context.who.name}
    alerts.tell_member(context.uow, member, "member.sign_in", member.id, args)
    advice = t("Send this to {name} alone: it signs them in on the web, once, within a day.", name=member.name)
    title = t("Sign-in link: {name}", name=member.name)
    return shown_alone(context, secret_card(context, title, advice, token, where=("web",)))


@view("member.sign_in")
def sign_in_made(scene: Scene) -> Card | None:
    """Tell a client that somebody made them a sign-in link."""
    said = N_("{by} made a link that signs you in on the web. If you did not ask for one, tell the team.")
    words = scene.t(said, by=scene.args["by"])
    return Card(body=(para(words),))
