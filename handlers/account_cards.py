"""The cards of an account: how it is, what its key allows and why not more, until when, and who should do something about it.

What is pressed on them is handlers/accounts.py. Clients see none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from handlers.card import Block, Button, Card, Field, Link, Tone, bold, para, row
from handlers.post_parts import STATES
from handlers.route import Scene, Words, view
from smm import account_reading, accounts, declared, doctor, hooks, quotas, showing, troubles
from smm.errors import N_
from smm.networks import Can, Quota

if TYPE_CHECKING:
    from smm.account_reading import Ability
    from storage.accounts import Account
    from storage.brands import Brand
    from storage.posts import Post
    from storage.unit_of_work import UnitOfWork

CAN: Final = {
    Can.FETCH: N_("hears what people write"),
    Can.STREAM: N_("hears at once"),
    Can.SEARCH: N_("finds what is said elsewhere"),
    Can.REPLY: N_("answers in public"),
    Can.MESSAGE: N_("answers in private"),
    Can.HIDE: N_("hides comments"),
    Can.REMOVE: N_("removes comments"),
    Can.PUBLISH: N_("publishes posts"),
    Can.DELETE: N_("takes our posts down"),
    Can.METRICS: N_("counts views and likes"),
    Can.PARTICIPANTS: N_("counts who takes part in a contest"),
    Can.INVITE: N_("makes links by which people join"),
    Can.ACCEPT: N_("publishes what people suggest"),
}
_BY_HAND: Final = N_("a person publishes what the desk prepares")
SOON: Final = 7  # days left of a key at which it turns yellow
_TONES: Final[Mapping[str, Tone]] = {"ok": "good", "failing": "warn"}
_POSTS: Final = 10


@view(accounts.VIEW)
def account_card(scene: Scene) -> Card | None:
    """Draw an account as it is now, for the room that was told about it."""
    account = accounts.find(scene.uow, scene.object_id)
    brand = showing.brand(scene.uow, account.brand_id) if account else None
    if account is None or brand is None or scene.audience == "client":
        return None
    if account.health in {"connecting", "refused"}:
        return _attempt(scene.t, account, int(scene.args.get("instead") or 0))
    if scene.args.get("at") == "page":
        return draw(scene.uow, scene.t, account, brand, manages=True, apart=True)
    return draw(scene.uow, scene.t, account, brand, manages=True, first="first" in scene.args)


def draw(
    uow: UnitOfWork,
    t: Words,
    account: Account,
    brand: Brand,
    *,
    manages: bool,
    first: bool = False,
    apart: bool = False,
) -> Card:
    """Draw an account; `apart` where how it is and what it can already stands beside the card."""
    name = declared.title(account.network)
    is_open = account.closed_at is None
    tone: Tone = _TONES.get(account.health, "bad") if is_open else "plain"
    late = is_open and (_ending(account, uow.now) or _version_ends(account, uow.now))
    can = () if apart else account_reading.abilities(uow, account)
    body = (
        *_troubles(t, account),
        *_untried(t, account, first=first),
        *_limits(t, account, can),
        *_version(uow, t, account),
    )
    return Card(
        title=f"{account.name} · {name}",
        body=body if is_open else (),
        fields=(*(() if apart else _state_fields(uow, t, account, brand, can)), *_more_fields(uow, t, account, brand)),
        link=Link(t("Open on {network}", network=name), account.link) if account.link else None,
        buttons=_deeds(t, account) if manages else (row(links_button(t, account), all_button(t)),),
        tone="warn" if late and tone == "good" else tone,
    )


def _troubles(t: Words, account: Account) -> Iterable[Block]:
    if (trouble := troubles.of(account)) is not None:
        yield para(t(trouble.words, **trouble.facts))


def _untried(t: Words, account: Account, *, first: bool) -> Iterable[Block]:
    found, name = declared.find(account.network), declared.title(account.network)
    if first and found is not None and not found.tried:
        words = t(
            "The connection to {network} was built from its documentation and has not been tried against the network itself."
            " Look at the first comments, posts and answers on {network}, too.",
            network=name,
        )
        yield para(bold(words))


def _limits(t: Words, account: Account, can: Iterable[Ability]) -> Iterable[Block]:
    """Say what people do there, and what this key cannot although somebody could say why."""
    name = declared.title(account.network)
    for ability in can:
        if ability.by_hand:
            yield para(t("A person publishes here: at the minute, text and pictures come ready to be copied."))
        if ability.why:
            what = t(CAN[ability.what])
            yield para(t("Not possible with this key: {what}. ", what=what), t(ability.why, network=name))


def _version(uow: UnitOfWork, t: Words, account: Account) -> Iterable[Block]:
    found = declared.find(account.network)
    if found is not None and found.until is not None and _version_ends(account, uow.now):
        name, day = declared.title(account.network), t.day(found.until)
        yield para(
            t("{network} lets go of this version of its API on {day}. Upgrade Copydesk before.", network=name, day=day)
        )


def _state_fields(uow: UnitOfWork, t: Words, account: Account, brand: Brand, can: Iterable[Ability]) -> Iterable[Field]:
    spent = (uow.now - account.polled_at).total_seconds() if account.polled_at else 0
    yield Field(t("Account"), handle(account) or account.name)
    yield Field(t("State"), state(t, account) if account.closed_at is None else t("disconnected"))
    if account.mode:
        yield Field(t("Kind of key"), t(account.mode))
    if account.expires_at is not None and account.closed_at is None:
        yield Field(t("Key valid until"), ends(t, account, uow.now) or t.when(account.expires_at, brand.zone))
    yield Field(t("Last heard from"), t("{time} ago", time=t.ago(spent)) if account.polled_at else t("not yet"))
    yield Field(t("Can"), ", ".join(t(words_of(ability)) for ability in can if ability.can) or "—")


def _more_fields(uow: UnitOfWork, t: Words, account: Account, brand: Brand) -> Iterable[Field]:
    if (quota := quotas.of(account, uow.now)) is not None:
        yield Field(t("Left to do"), left(t, quota, brand.zone))
    if who := doctor.connector_of(uow, account):
        yield Field(t("Connected by"), who)
    if pushes := hooks.address(uow, account):
        yield Field(t("Address for webhooks"), pushes)


def words_of(ability: Ability) -> str:
    """Return what an ability is called, in words of the catalogue."""
    return _BY_HAND if ability.by_hand else CAN[ability.what]


def left(t: Words, quota: Quota, zone: str) -> str:
    """Return what is left of a quota, for people."""
    facts = {"left": quota.left, "limit": quota.limit, "unit": t(quota.unit) if quota.unit else t("calls")}
    if quota.resets_at is None:
        return t("{left} of {limit} {unit}", **facts)
    return t("{left} of {limit} {unit}, anew {when}", when=t.when(quota.resets_at, zone), **facts)


def handle(account: Account) -> str:
    """Return an account's handle as people write it."""
    return f"@{account.handle.removeprefix('@')}" if account.handle else ""


def state(t: Words, account: Account) -> str:
    """Return how an account is, for people."""
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


def ends(t: Words, account: Account, now: datetime) -> str:
    """Return how long an account's key is still good for, where that is not long; empty otherwise."""
    if account.expires_at is None or account.health == "auth_expired" or not _ending(account, now):
        return ""
    left = (account.expires_at - now).total_seconds()
    return t("its key ends in {time}", time=t.ago(left)) if left > 0 else t("its key has ended")


def _ending(account: Account, now: datetime) -> bool:
    return account.expires_at is not None and (account.expires_at - now).days < SOON


def _version_ends(account: Account, now: datetime) -> bool:
    found = declared.find(account.network)
    return found is not None and declared.ends_soon(found.until, now.date())


def _deeds(t: Words, account: Account) -> tuple[tuple[Button, ...], ...]:
    if account.closed_at is not None:
        return (row(Button(t("Connect again"), "accounts.ask", args={"network": account.network}), all_button(t)),)
    gone = t("Disconnect {name}? Nothing is fetched or published any more; what there is stays.", name=account.name)
    return (
        row(
            Button(t("Check now"), "accounts.check", account.id) if account.health != "auth_expired" else None,
            _reconnect(t, account),
            Button(t("Disconnect"), "accounts.close", account.id, look="bad", confirm=gone),
        ),
        row(links_button(t, account), _hands(t, account), all_button(t)),
    )


def links_button(t: Words, account: Account) -> Button | None:
    """Return the way to the links by which people join, where the network has such."""
    if not declared.can(account.network, Can.INVITE):
        return None
    return Button(t("Join links"), "join_link.list", account.id)


def _hands(t: Words, account: Account) -> Button | None:
    if not (declared.allows(account, Can.ASSIST) and declared.allows(account, Can.PUBLISH)):
        return None
    label = t("Let the desk publish") if account.by_hand else t("Publish by hand")
    return Button(label, "accounts.by_hand", account.id, args={"on": "" if account.by_hand else "1"})


def _reconnect(t: Words, account: Account) -> Button:
    return Button(t("Reconnect"), "accounts.ask", account.id, args={"network": account.network})


def all_button(t: Words) -> Button:
    """Return the way back to the list."""
    return Button(t("All accounts"), "accounts.list")


def _attempt(t: Words, account: Account, instead: int) -> Card:
    title = t("Connecting to {network}", network=declared.title(account.network))
    trouble = troubles.of(account)
    if account.health == "connecting" or trouble is None:
        return Card(title=title, body=(para(t("The key is being checked by a real call…")),))
    retry = Button(t("Try again"), "accounts.ask", instead, args={"network": account.network})
    said = t("Nothing was kept of what you gave.")
    return Card(
        title=title,
        body=(para(t(trouble.words, **trouble.facts)), para(said)),
        buttons=(row(retry, all_button(t)),),
        tone="bad",
    )


@view(accounts.NOTICE)
def notice_card(scene: Scene) -> Card | None:
    """Draw for one person that a key needs them, and what is at stake; once it is mended, that it is."""
    account = accounts.find(scene.uow, scene.object_id)
    brand = showing.brand(scene.uow, account.brand_id) if account else None
    if account is None or brand is None or scene.audience == "client" or account.closed_at is not None:
        return None
    t, name = scene.t, declared.title(account.network)
    told, human = ends(t, account, scene.uow.now), troubles.needs_human(account)
    if account.health != "auth_expired" and not told and not human:
        return Card(title=t("{name} on {network} is connected again", name=account.name, network=name), tone="good")
    posts = doctor.at_risk(scene.uow, account)
    check = Button(t("Check now"), "accounts.check", account.id) if human else None
    return Card(
        title=_notice_title(t, account, told, human=human),
        body=(
            *(_troubles(t, account) if human else ()),
            *_at_risk(t, posts, brand.zone),
            para(t("What came in and went out stays; nothing is asked for twice.")),
        ),
        fields=(Field(t("Brand"), brand.name),),
        buttons=(row(check, _reconnect(t, account), Button(t("Open"), "accounts.open", account.id)),),
        tone="bad" if account.health == "auth_expired" else "warn",
    )


def _notice_title(t: Words, account: Account, told: str, *, human: bool) -> str:
    name = declared.title(account.network)
    if account.health == "auth_expired":
        return t("{network} no longer accepts the key of {name}", network=name, name=account.name)
    if human:
        return t("{name} on {network} needs you", name=account.name, network=name)
    return f"{account.name} · {name}: {told}"


def _at_risk(t: Words, posts: list[Post], zone: str) -> Iterable[Block]:
    if not posts:
        yield para(t("No post is planned there for the next days. Comments may not be heard until this is done."))
        return
    yield para(bold(t.n("{count} post is at risk:", "{count} posts are at risk:", len(posts))))
    for post in posts[:_POSTS]:
        slot = t.when(post.slot_at, zone) if post.slot_at else t("no time yet")
        yield para(t("Post {number} · {when} · {state}", number=post.id, when=slot, state=t(STATES[post.state])))
