"""/accounts: the brand's logins on networks: how they are, connecting and disconnecting them.

Keys are asked for in a private chat or on the web alone; what was typed is sealed in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from handlers.card import Answer, Ask, Button, Card, Edit, Field, Link, Notice, Para, Question, Tone, bold, para, row
from handlers.route import Context, Scene, Words, action, command, view
from smm import accounts, declared
from smm.errors import N_, Conflict
from smm.networks import Can
from smm.roles import Right, allows

if TYPE_CHECKING:
    from storage.accounts import Account

CAN: Final = {
    Can.FETCH: N_("listens"),
    Can.STREAM: N_("hears at once"),
    Can.PUBLISH: N_("publishes"),
    Can.REPLY: N_("answers"),
    Can.HIDE: N_("hides comments"),
    Can.DELETE: N_("takes down"),
}
_TONES: Final[Mapping[str, Tone]] = {"ok": "good", "failing": "warn"}
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
        body=tuple(_line(t, account, context.uow.now.timestamp()) for account in found),
        buttons=(*_rows([Button(_label(account), "accounts.open", account.id) for account in found]), row(connect)),
    )


def _manages(context: Context) -> bool:
    return allows(context.roles, Right.MANAGE)


def _rows(buttons: list[Button]) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[start : start + _IN_A_ROW]) for start in range(0, len(buttons), _IN_A_ROW))


def _label(account: Account) -> str:
    return f"{declared.title(account.network)}: {account.name}"[:60]


def _line(t: Words, account: Account, now: float) -> Para:
    sign = {"ok": "🟢", "failing": "🟡"}.get(account.health, "🔴")
    seen = t("checked {time} ago", time=t.ago(now - account.polled_at.timestamp())) if account.polled_at else ""
    told = " · ".join(
        part for part in (declared.title(account.network), _handle(account), _state(t, account), seen) if part
    )
    return para(f"{sign} ", bold(account.name), f" · {told}")


def _handle(account: Account) -> str:
    return f"@{account.handle.removeprefix('@')}" if account.handle else ""


def _state(t: Words, account: Account) -> str:
    known = {
        "ok": t("works"),
        "failing": t("has trouble; it is tried again and again"),
        "auth_expired": t("waits to be reconnected"),
        "connecting": t("is being checked"),
        "refused": t("could not be connected"),
    }
    return (
        t("disconnected") if account.closed_at and account.health == "ok" else known.get(account.health, account.health)
    )


@action("accounts.open", needs=Right.SEE, help=N_("Show how this account is doing"))
def open_one(context: Context) -> Answer:
    """Show one account."""
    account = accounts.of(context.uow, context.of.id, context.object_id)
    return Edit(_card(context.t, account, context.uow.now.timestamp(), manages=_manages(context)))


@view(accounts.VIEW)
def account_card(scene: Scene) -> Card | None:
    """Draw an account as it is now, for the room that was told about it. Clients see nothing of it."""
    account = accounts.find(scene.uow, scene.object_id)
    if account is None or scene.audience == "client":
        return None
    if account.health in {"connecting", "refused"}:
        return _attempt(scene.t, account, int(scene.args.get("instead") or 0))
    return _card(scene.t, account, scene.uow.now.timestamp(), manages=True)


def _card(t: Words, account: Account, now: float, *, manages: bool) -> Card:
    trouble = accounts.trouble(account) if account.closed_at is None else None
    body = (para(t(trouble.words, **trouble.facts)),) if trouble is not None else ()
    tone: Tone = "plain" if account.closed_at else _TONES.get(account.health, "bad")
    can = [t(words) for what, words in CAN.items() if declared.can(account.network, what)]
    seen = t("{time} ago", time=t.ago(now - account.polled_at.timestamp())) if account.polled_at else t("not yet")
    return Card(
        title=f"{account.name} · {declared.title(account.network)}",
        body=body,
        fields=(
            Field(t("Account"), _handle(account) or account.name),
            Field(t("State"), _state(t, account) if account.closed_at is None else t("disconnected")),
            Field(t("Last heard from"), seen),
            Field(t("Can"), ", ".join(can) or "—"),
        ),
        link=Link(t("Open on {network}", network=declared.title(account.network)), account.link)
        if account.link
        else None,
        buttons=_deeds(t, account) if manages else (),
        tone=tone,
    )


def _deeds(t: Words, account: Account) -> tuple[tuple[Button, ...], ...]:
    if account.closed_at is not None:
        return (row(Button(t("Connect again"), "accounts.ask", args={"network": account.network}), _all(t)),)
    gone = t("Disconnect {name}? Nothing is fetched or published any more; what there is stays.", name=account.name)
    return (
        row(
            Button(t("Check now"), "accounts.check", account.id) if account.health != "auth_expired" else None,
            Button(t("Reconnect"), "accounts.ask", account.id, args={"network": account.network}),
            Button(t("Disconnect"), "accounts.close", account.id, look="bad", confirm=gone),
        ),
        row(_all(t)),
    )


def _all(t: Words) -> Button:
    return Button(t("All accounts"), "accounts.list")


def _attempt(t: Words, account: Account, instead: int) -> Card:
    title = t("Connecting to {network}", network=declared.title(account.network))
    trouble = accounts.trouble(account)
    if account.health == "connecting" or trouble is None:
        return Card(title=title, body=(para(t("The key is being checked by a real call…")),))
    retry = Button(t("Try again"), "accounts.ask", instead, args={"network": account.network})
    said = t("Nothing was kept of what you gave.")
    return Card(
        title=title,
        body=(para(t(trouble.words, **trouble.facts)), para(said)),
        buttons=(row(retry, _all(t)),),
        tone="bad",
    )


@action("accounts.check", needs=Right.MANAGE, help=N_("Look for news on this account now"))
def check(context: Context) -> Answer:
    """Fetch an account's news now."""
    account = accounts.of(context.uow, context.of.id, context.object_id)
    accounts.hurry(context.uow, account.id)
    return Notice(context.t("{name} is checked now; trouble would be told here.", name=account.name))


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
        return Card(title=t("Not in a group"), body=(para(words),), tone="warn")
    questions = tuple(
        Question(
            asked.name,
            t(asked.label),
            "secret" if asked.secret else "line",
            hint=t(asked.hint) if asked.hint else "",
            value=asked.default,
        )
        for asked in network.credentials
    )
    return Card(
        title=t("Connect to {network}", network=network.title),
        body=(para(t("It is sealed at once, and proven by a real call before anything is kept.")), *_tidy(context)),
        ask=Ask("accounts.save", questions, t("Connect"), context.object_id, args={"network": network.name}),
    )


def _tidy(context: Context) -> tuple[Para, ...]:
    if context.chat.platform == "web":
        return ()
    return (para(context.t("I delete your message with the key as soon as I have read it.")),)


@action("accounts.save", needs=Right.MANAGE, help=N_("Try the keys, and connect the account if they work"))
def save(context: Context) -> Answer:
    """Take the credentials; a job proves them and tells."""
    network = context.args.get("network", "")
    accounts.begin(
        context.uow, context.actor, network, context.args, context.chat, context.t.language, context.object_id
    )
    words = context.t("The key is being checked by a real call…")
    return Card(title=context.t("Connecting to {network}", network=declared.title(network)), body=(para(words),))


@action("accounts.close", needs=Right.MANAGE, help=N_("Disconnect this account; what came from it stays"))
def close(context: Context) -> Answer:
    """Disconnect an account."""
    account = accounts.close(context.uow, context.actor, context.object_id)
    words = context.t(
        "{name} is disconnected. Its comments and posts stay here; nothing more goes out to it.", name=account.name
    )
    return Edit(Card(title=account.name, body=(para(words),), buttons=(row(_all(context.t)),)))
