"""/accounts: the brand's logins on networks: how they are, connecting and disconnecting them.

Keys are asked for in a private chat or on the web alone; what was typed is sealed in the same transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from handlers.account_cards import all_button, draw, ends, handle, state
from handlers.card import Answer, Ask, Button, Card, Edit, Notice, Para, Question, bold, para, row
from handlers.route import Context, Words, action, command
from smm import accounts, consents, declared, health, logins
from smm.errors import N_, Conflict
from smm.roles import Right, allows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from smm.networks import Credential
    from storage.accounts import Account

_IN_A_ROW: Final = 3


@command("accounts", needs=Right.SEE, help=N_("Connect social networks and see that they work"))
def listing(context: Context) -> Answer:
    """Show the brand's accounts."""
    return _list(context)


@action("accounts.list", needs=Right.SEE, help=N_("Go back to the list of accounts"))
def again(context: Context) -> Answer:
    """Show the brand's accounts over the card that was pressed."""
    return Edit(_list(context))


def _list(context: Context) -> Card:
    t, found = context.t, accounts.connected_ones(context.uow, context.of.id)
    connect = Button(t("Connect an account"), "accounts.connect", look="good") if _manages(context) else None
    if not found:
        words = t(
            "No account is connected yet. Connect the first one: comments arrive here, and posts go out from here."
        )
        return Card(title=t("Accounts of {brand}", brand=context.of.name), body=(para(words),), buttons=(row(connect),))
    return Card(
        title=t("Accounts of {brand}", brand=context.of.name),
        body=tuple(_line(t, account, context.uow.now) for account in found),
        buttons=(*_rows([Button(_label(account), "accounts.open", account.id) for account in found]), row(connect)),
    )


def _manages(context: Context) -> bool:
    return allows(context.roles, Right.MANAGE)


def _rows(buttons: list[Button]) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[start : start + _IN_A_ROW]) for start in range(0, len(buttons), _IN_A_ROW))


def _label(account: Account) -> str:
    return f"{declared.title(account.network)}: {account.name}"[:60]


def _line(t: Words, account: Account, now: datetime) -> Para:
    sign = {"ok": "🟢", "failing": "🟡"}.get(account.health, "🔴")
    seen = t("checked {time} ago", time=t.ago((now - account.polled_at).total_seconds())) if account.polled_at else ""
    told = " · ".join(
        part
        for part in (
            declared.title(account.network),
            handle(account),
            state(t, account),
            t("people publish by hand") if declared.by_hand(account) else "",
            ends(t, account, now),
            seen,
        )
        if part
    )
    return para(f"{sign} ", bold(account.name), f" · {told}")


@action("accounts.open", needs=Right.SEE, help=N_("Show how this account is doing"))
def open_one(context: Context) -> Answer:
    """Show one account."""
    account = accounts.of(context.uow, context.of.id, context.object_id)
    return Edit(draw(context.uow, context.t, account, context.of, manages=_manages(context)))


@action("accounts.check", needs=Right.MANAGE, help=N_("Look for news on this account now"))
def check(context: Context) -> Answer:
    """Fetch an account's news now."""
    account = accounts.of(context.uow, context.of.id, context.object_id)
    health.hurry(context.uow, account.id)
    return Notice(context.t("{name} is checked now; trouble would be told here.", name=account.name))


@action("accounts.by_hand", needs=Right.MANAGE, help=N_("Choose who publishes on this account: people or the desk"))
def publish_by_hand(context: Context) -> Answer:
    """Let people publish there, or the desk again."""
    wanted = context.args.get("on") == "1"
    account = accounts.set_by_hand(context.uow, context.actor, context.object_id, by_hand=wanted)
    return Edit(draw(context.uow, context.t, account, context.of, manages=True))


@action("accounts.connect", needs=Right.MANAGE, help=N_("Connect an account: choose its network first"))
def choose(context: Context) -> Answer:
    """Ask which network."""
    t, known = context.t, declared.known()
    if not known:
        return Notice(t("No network can be connected here. Ask the operator of the desk."), alarm=True)
    buttons = [Button(network.title, "accounts.ask", args={"network": network.name}) for network in known]
    return Card(title=t("Connect an account"), body=(para(t("Which network is it on?")),), buttons=_rows(buttons))


@action("accounts.ask", needs=Right.MANAGE, help=N_("Enter the account's keys, in private or on the web"))
def ask(context: Context) -> Answer:
    """Ask for what the network needs, where nobody else reads it."""
    t, network = context.t, declared.find(context.args.get("network", ""))
    if network is None:
        raise Conflict(N_("That network cannot be connected here. Choose one: /accounts"))
    if not (context.private or context.chat.platform == "web"):
        words = t("Everybody here could read the key. Write /accounts to me in a private chat, or on the web: /me")
        return Card(title=t("Not in a group"), body=(para(words),), buttons=(row(_consent(context)),), tone="warn")
    if not network.credentials:
        words = t(
            "You allow it on {network}'s own page, and can take it back there at any time.", network=network.title
        )
        title = t("Connect to {network}", network=network.title)
        return Card(title=title, body=(para(words),), buttons=(row(_consent(context)),))
    return Card(
        title=t("Connect to {network}", network=network.title),
        body=(para(t("It is sealed at once, and proven by a real call before anything is kept.")), *_tidy(context)),
        buttons=(row(_consent(context)),) if network.consent else (),
        ask=Ask(
            "accounts.save",
            _questions(t, network.credentials),
            t("Connect"),
            context.object_id,
            args={"network": network.name},
        ),
    )


def _questions(t: Words, credentials: Iterable[Credential]) -> tuple[Question, ...]:
    return tuple(
        Question(
            asked.name,
            t(asked.label),
            "choice" if asked.options else "secret" if asked.secret else "line",
            hint=t(asked.hint) if asked.hint else "",
            value=asked.default,
            required=asked.required,
            options=tuple((value, t(label)) for value, label in asked.options),
        )
        for asked in credentials
    )


def _consent(context: Context) -> Button | None:
    """Return the way to the network's own page, where it has one and the desk an app and an address."""
    network = declared.find(context.args.get("network", ""))
    if network is None or not network.consent:
        return None
    url = consents.address(context.uow, context.of.slug, network.name, context.object_id)
    label = context.t("Allow it on {network}", network=network.title)
    return Button(label, url=url, look="good") if url else None


@action("accounts.take_offer", needs=Right.MANAGE, help=N_("Connect this one of the accounts that you allowed"))
def take_offer(context: Context) -> Answer:
    """Connect one of the accounts that a consent covers, or ask first for what the consent does not say."""
    again = _instead(context)
    asked = consents.questions(context.uow, context.actor, context.object_id, again)
    if not asked:
        return take_answered(context)
    t, args = context.t, {"instead": str(again)}
    return Card(
        title=t("One more thing before it is connected"),
        body=(para(t("It can be changed later: reconnect the account.")),),
        ask=Ask("accounts.take_answered", _questions(t, asked), t("Connect"), context.object_id, args=args),
    )


@action("accounts.take_answered", needs=Right.MANAGE, help=N_("Connect it with what you have chosen"))
def take_answered(context: Context) -> Answer:
    """Connect one of the accounts that a consent covers; a job proves it and tells."""
    uow, t, again = context.uow, context.t, _instead(context)
    consents.take_offer(uow, context.actor, context.object_id, context.chat, t.language, again, context.args)
    return Notice(t("The key is being checked by a real call…"))


def _instead(context: Context) -> int:
    instead = context.args.get("instead", "")
    return int(instead) if instead.isdecimal() else 0


def _tidy(context: Context) -> tuple[Para, ...]:
    if context.chat.platform == "web":
        return ()
    return (para(context.t("I delete your message with the key as soon as I have read it.")),)


@action("accounts.save", needs=Right.MANAGE, help=N_("Try the keys, and connect the account if they work"))
def save(context: Context) -> Answer:
    """Take the credentials; a job proves them and tells."""
    network = context.args.get("network", "")
    logins.begin(context.uow, context.actor, network, context.args, context.chat, context.t.language, context.object_id)
    words = context.t("The key is being checked by a real call…")
    return Card(title=context.t("Connecting to {network}", network=declared.title(network)), body=(para(words),))


@action("accounts.close", needs=Right.MANAGE, help=N_("Disconnect this account; what came from it stays"))
def close(context: Context) -> Answer:
    """Disconnect an account."""
    account = accounts.close(context.uow, context.actor, context.object_id)
    words = context.t(
        "{name} is disconnected. Its comments and posts stay here; nothing more goes out to it.", name=account.name
    )
    return Edit(Card(title=account.name, body=(para(words),), buttons=(row(all_button(context.t)),)))
