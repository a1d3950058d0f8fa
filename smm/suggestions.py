"""Suggestions: posts that people offer an account for publication, decided by the team, and by the client where they must be asked.

What is accepted is public in the brand's name, so it is looked at first, needs the right that publishing needs, and is no way
round the policy: with a step inside the team an owner or a manager accepts; with a client's step the client is asked, by its
quorum, before the network is. A change of the offer undoes all that. The calls are smm/suggestion_calls.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from smm import accounts, alerts, declared, policy
from smm.actors import Actor
from smm.approvals import lacking, must_suffice
from smm.errors import N_, Conflict, Forbidden, Invalid, NotFound
from smm.mention_moves import get, keep_line
from smm.networks import Can
from smm.networks import Suggestion as Offer
from smm.policy import Policy, Step
from smm.roles import ROLES, Right
from smm.text import clean
from storage import approvals, brands, jobs, mentions, suggestions
from storage.accounts import Account
from storage.brands import Brand
from storage.mentions import Mention
from storage.suggestions import Suggestion
from storage.unit_of_work import UnitOfWork

VIEW, CLIENT = "suggestion", "suggestion_client"
KIND, FILES = "suggestion", "suggestion_files"
REASON: Final = (
    128  # characters: the least that a network takes (https://core.telegram.org/bots/api#declinesuggestedpost)
)
AHEAD: Final = timedelta(days=30)  # https://core.telegram.org/bots/api#approvesuggestedpost
CHANGED = N_("This has just changed. Look at the suggestion again, then press once more.")


def begin(uow: UnitOfWork, mention_id: int, offer: Offer) -> None:
    """Keep what is offered with a mention that has just come, and bring its pictures."""
    if suggestions.add(uow, mention_id, **_offered(offer)) and offer.files:
        _bring(uow, mention_id, offer)


def renew(uow: UnitOfWork, mention_id: int, offer: Offer) -> None:
    """Take over a changed offer; whoever agreed to what it was before has not agreed to this."""
    found = suggestions.of_mention(uow, mention_id)
    if found is None or not suggestions.change(
        uow, found, "open", "asked", state="open", signed=[], error=None, slot_at=None, pictures=[], **_offered(offer)
    ):
        return
    if offer.files:
        _bring(uow, mention_id, offer)
    redraw(uow, found)


def _offered(offer: Offer) -> dict[str, Any]:
    files = {"files": list(offer.files), "whole": offer.whole}
    return {"publish_at": offer.publish_at, "price": clean(offer.price, 60), **files}


def _bring(uow: UnitOfWork, mention_id: int, offer: Offer) -> None:
    names = {"mention_id": mention_id, "files": list(offer.files)}
    jobs.queue(uow, FILES, f"{FILES}:{mention_id}:{uow.now.isoformat()}", names)


def keep_pictures(uow: UnitOfWork, mention_id: int, files: list[str], digests: list[str]) -> None:
    """Keep the pictures of an offer that came; those of an offer that has changed meanwhile are not its."""
    found = suggestions.of_mention(uow, mention_id)
    if found is not None and found.files == files and found.pictures != digests:
        suggestions.change(uow, found, found.state, pictures=digests)
        redraw(uow, found)


def redraw(uow: UnitOfWork, found: Suggestion) -> None:
    """Draw every card of a suggestion anew."""
    alerts.refresh(uow, "mention", found.mention_id)
    for view in (VIEW, CLIENT):
        alerts.refresh(uow, view, found.id)


def of_mention(uow: UnitOfWork, mention_id: int) -> Suggestion | None:
    """Return the suggestion that a mention is."""
    return suggestions.of_mention(uow, mention_id)


def find(uow: UnitOfWork, suggestion_id: int) -> Suggestion | None:
    """Return a suggestion, for its card."""
    return suggestions.get(uow, suggestion_id)


def asked(uow: UnitOfWork, brand_id: int) -> list[Suggestion]:
    """Return what the client is asked about."""
    return suggestions.asked(uow, brand_id)


def take(uow: UnitOfWork, actor: Actor, suggestion_id: int, seen: int = 0) -> tuple[Suggestion, Mention]:
    """Return a brand's suggestion as it was seen, with its mention; Conflict where it has changed since."""
    found = suggestions.get(uow, suggestion_id)
    mention = mentions.get(uow, found.mention_id) if found else None
    if found is None or mention is None or mention.brand_id != actor.brand_id:
        raise NotFound(N_("This is not in your inbox. See what is: /inbox"))
    if seen and found.revision != seen:
        raise Conflict(CHANGED)
    return found, mention


def can_accept(account: Account) -> bool:
    """Say whether the network and the account's key let the desk accept suggestions."""
    return declared.allows(account, Can.ACCEPT)


def why_not(account: Account) -> str:
    """Return why the desk cannot accept suggestions there, in words of the catalogue."""
    return declared.why_not(account, Can.ACCEPT) or N_(
        "{network} does not let programs do that. Do it on {network} itself."
    )


def asks_client(rules: Policy) -> Step | None:
    """Return the client's step of a policy, if it has one."""
    return next((step for step in rules.steps if step.audience == "client"), None)


def right_to_accept(rules: Policy) -> Right:
    """Return what it takes to accept, or to put it to the client: what it takes for a post."""
    return Right.APPROVE if any(step.audience == "internal" for step in rules.steps) else Right.WRITE


def accept(uow: UnitOfWork, actor: Actor, suggestion_id: int, seen: int, slot_at: datetime | None) -> None:
    """Let it be published as it is: at once, when it is wanted, or at `slot_at`; where the policy has a client's step, ask them."""
    found, mention = take(uow, actor, suggestion_id, seen)
    account, brand = _outside_open(uow, mention)
    rules = policy.read(brand.policy)
    if not actor.may(right_to_accept(rules)):
        raise Forbidden(N_("Only an owner or a manager approves inside the team."))
    _must_be_in_time(uow, found, slot_at)
    if not can_accept(account):
        raise Conflict(why_not(account), network=declared.title(account.network))
    step = asks_client(rules)
    decided = {"slot_at": slot_at, "decided_by": actor.member_id, "error": None, "reason": ""}
    if step is None:
        _go(uow, found, actor, mention, "open", **decided)
        return
    must_suffice(step, len(deciders(uow, brand)))
    _move(uow, found, "open", state="asked", signed=[], **decided)
    keep_line(uow, mention, "suggestion_asked", actor, {"slot": slot_at.isoformat() if slot_at else ""})
    if not alerts.tell(uow, brand.id, "client", CLIENT, found.id):
        raise Invalid(N_("There is no room with the client yet. Make one: /channels"))


def _outside_open(uow: UnitOfWork, mention: Mention) -> tuple[Account, Brand]:
    account, brand = accounts.find(uow, mention.account_id), brands.get(uow, mention.brand_id)
    assert account is not None
    assert brand is not None
    if account.closed_at is not None or account.health == "auth_expired":
        raise Conflict(N_("The account that this came to is no longer connected. Connect it again: /accounts"))
    if brand.on_hold:
        raise Conflict(N_("Everything of {brand} is on hold. Lift it with /resume, then send."), brand=brand.name)
    return account, brand


def _must_be_in_time(uow: UnitOfWork, found: Suggestion, slot_at: datetime | None) -> None:
    if slot_at is None:
        return
    if found.publish_at is not None:
        raise Conflict(
            N_("Who offers this has named its time. Approve it for that time, or reply and ask for another.")
        )
    if not uow.now < slot_at <= uow.now + AHEAD:
        raise Invalid(N_("Choose a time within the next {days} days."), field="slot", days=AHEAD.days)


def deciders(uow: UnitOfWork, brand: Brand) -> set[int]:
    """Return who may decide for the client today."""
    roles = [role.value for role in ROLES[Right.SIGN_OFF]]
    return {member.id for member in approvals.with_roles(uow, brand.id, roles)}


def sign(uow: UnitOfWork, actor: Actor, suggestion_id: int, seen: int) -> int:
    """Agree for the client; return how many more people must. When enough have, it goes out."""
    actor.must(Right.SIGN_OFF)
    found, mention = take(uow, actor, suggestion_id, seen)
    _, brand = _outside_open(uow, mention)
    signed = sorted({*found.signed, actor.member_id})
    if needs := missing(uow, brand, signed):
        _move(uow, found, "asked", signed=signed)
        return needs
    if found.slot_at is not None and found.slot_at <= uow.now:
        _give_back(uow, found, N_("The client has approved it, but its time has passed. Approve it for another time."))
        return 0
    _go(uow, found, actor, mention, "asked", signed=signed)
    return 0


def missing(uow: UnitOfWork, brand: Brand, signed: Iterable[int]) -> int:
    """Return how many more of the client's people must agree; of those who did, only who may today count."""
    people, step = deciders(uow, brand), asks_client(policy.read(brand.policy))
    return lacking(step.quorum if step else "any", people, people & set(signed))


def refuse(uow: UnitOfWork, actor: Actor, suggestion_id: int, seen: int, reason: str) -> None:
    """Say for the client that it is not wanted; the team hears it, and answers who offered it."""
    actor.must(Right.SIGN_OFF)
    found, mention = take(uow, actor, suggestion_id, seen)
    words = clean(reason.strip(), 1000)
    _give_back(uow, found, N_("{name} of the client does not want this. {reason}"), name=actor.name, reason=words)
    keep_line(uow, mention, "suggestion_refused", actor, {}, words)


def _give_back(uow: UnitOfWork, found: Suggestion, words: str, **facts: str) -> None:
    _move(uow, found, "asked", state="open", signed=[], error={"words": words, "facts": facts})
    mention = get(uow, found.mention_id)
    alerts.tell(uow, mention.brand_id, "team", "mention", mention.id)


def take_back(uow: UnitOfWork, actor: Actor, suggestion_id: int) -> None:
    """Ask the client no longer."""
    actor.must(Right.WRITE)
    found, mention = take(uow, actor, suggestion_id)
    _move(uow, found, "asked", state="open", signed=[])
    keep_line(uow, mention, "suggestion_back", actor, {})


def decline(uow: UnitOfWork, actor: Actor, suggestion_id: int, seen: int, reason: str) -> None:
    """Tell who offers it that it is not published; they alone read the reason."""
    actor.must(Right.REPLY)
    found, mention = take(uow, actor, suggestion_id, seen)
    _outside_open(uow, mention)
    said = clean(" ".join(reason.split()), REASON)
    _move(uow, found, "open", "asked", state="declining", reason=said, decided_by=actor.member_id, error=None)
    _ask(uow, found, actor)


def _go(uow: UnitOfWork, found: Suggestion, actor: Actor, mention: Mention, before: str, **values: Any) -> None:
    _move(uow, found, before, state="accepting", money="", **values)
    keep_line(uow, mention, "suggestion_accepted", actor, {})
    _ask(uow, found, actor)


def _ask(uow: UnitOfWork, found: Suggestion, actor: Actor) -> None:
    who = {"member_id": actor.member_id, "identity": actor.identity}
    jobs.queue(uow, KIND, f"{KIND}:{found.id}:{found.revision}", {"suggestion_id": found.id} | who)


def _move(uow: UnitOfWork, found: Suggestion, *before: str, **values: Any) -> None:
    if not suggestions.change(uow, found, *before, **values):
        raise Conflict(CHANGED)
    redraw(uow, found)
