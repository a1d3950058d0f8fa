"""/invite: one-time invitations: made for a role, listed while they are open, taken back, made anew."""

from __future__ import annotations

from dataclasses import replace

from handlers.card import Answer, Ask, Button, Card, Edit, Field, Question, para, row
from handlers.members import read_role, role_names
from handlers.route import Context, action, command
from handlers.secret_cards import secret_card, shown_alone
from smm import invitations, tokens
from smm.errors import N_
from smm.roles import Right, Role


@command("invite", needs=Right.MANAGE, help=N_("Invite somebody: /invite, or at once with a role and a name"))
def start(context: Context) -> Answer:
    """Ask whom to invite, unless that was said already."""
    role, _, name = context.text.partition(" ")
    return _make(context, read_role(context.t, role), name) if role else ask(context)


@action("members.invite", needs=Right.MANAGE, help=N_("Invite somebody: say what they will be first"))
def ask(context: Context) -> Answer:
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
    return _make(context, read_role(context.t, context.args.get("role", "")), context.args.get("name", ""))


def _make(context: Context, role: Role, name: str) -> Answer:
    return _shown(context, role, tokens.invite(context.uow, context.who, context.of, role, name))


def _shown(context: Context, role: Role, token: str) -> Answer:
    t = context.t
    title = t("Invitation: {role}", role=role_names(t)[role])
    advice = t("Send this to one person. It works once, for a day, and whoever opens it first is in.")
    return shown_alone(context, secret_card(context, title, advice, token))


@action("members.client", needs=Right.MANAGE, help=N_("Make a one-time link for somebody of the client"))
def invite_client(context: Context) -> Answer:
    """Make an invitation for somebody of the client, which leads straight to what waits for them."""
    t = context.t
    token = tokens.invite(context.uow, context.who, context.of, Role.CLIENT)
    title = t("Invitation for the client of {brand}", brand=context.of.name)
    advice = t(
        "Send one of these to one person of the client. It works once, for a day, and leads straight to what waits for "
        "them; no account and no training is needed."
    )
    card = secret_card(context, title, advice, token)
    slack = t(
        "In Slack, share a channel with them (Slack Connect), type /desk channels there, "
        "and send them the code as /desk start CODE."
    )
    return shown_alone(context, replace(card, body=(*card.body, para(slack))))


@action("members.invitations", needs=Right.MANAGE, help=N_("Show the invitations that nobody has used yet"))
def show(context: Context) -> Answer:
    """List the invitations that still work."""
    return Edit(_list(context))


def _list(context: Context) -> Card:
    t, names = context.t, role_names(context.t)
    rows = invitations.still_open(context.uow, context.of)
    fields, buttons = [], []
    for one in rows:
        whom = one.name or t("whoever opens it first")
        facts = {"by": one.inviter, "when": t.when(one.expires_at, context.of.zone)}
        said = t("{role}, invited by {by}, works until {when}", role=names[Role(one.role)], **facts)
        fields.append(Field(whom, said))
        buttons.append(
            row(
                Button(t("New link: {name}", name=whom), "members.invite_anew", one.id),
                Button(t("Take back"), "members.uninvite", one.id, look="bad"),
            )
        )
    none = (para(t("Nobody is invited at the moment. An invitation works once, for a day.")),)
    invite = Button(t("Invite somebody"), "members.invite", look="good")
    return Card(
        title=t("Open invitations"), body=() if rows else none, fields=tuple(fields), buttons=(*buttons, row(invite))
    )


@action("members.uninvite", needs=Right.MANAGE, help=N_("Take an invitation back that nobody has used yet"))
def take_back(context: Context) -> Answer:
    """Let an invitation not work any more."""
    invitations.take_back(context.uow, context.who, context.of, context.object_id)
    return Edit(_list(context))


@action("members.invite_anew", needs=Right.MANAGE, help=N_("Make an invitation anew whose link was lost"))
def renew(context: Context) -> Answer:
    """Make a new link in place of one that was lost."""
    role, token = invitations.renew(context.uow, context.who, context.of, context.object_id)
    return _shown(context, role, token)
