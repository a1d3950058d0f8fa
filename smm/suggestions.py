"""Suggestions: posts that people offer an account for publication, decided by the team, and by the client where they must be asked.

What is accepted is public in the brand's name, so it is looked at first, needs the right that publishing needs, and is no way
round the policy: with a step inside the team an owner or a manager accepts; with a client's step the client is asked, by its
quorum, before the network is. A change of the offer undoes all that. A time that the team chooses is kept by the desk, so that
a hold stops it; one that the offer names is the network's to keep. The calls are smm/suggestion_calls.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from smm import accounts, alerts, declared, policy
from smm.actors import Actor
from smm.approvals import lacking, must_suffice
from smm.errors import N_, Conflict, Forbidden, Invalid, NotFound
from smm.mention_moves import ANSWERED, DESK, UNHELD, get, keep_line, move, name_of
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
UNDOABLE: Final = ("asked", "planned")
CHANGED = N_("This has just changed. Look at the suggestion again, then press once more.")


def begin(uow: UnitOfWork, mention_id: int, offer: Offer) -> None:
    """Keep what is offered with a mention that has just come, and bring its pictures."""
    if suggestions.add(uow, mention_id, **_offered(offer)) and offer.files:
        _bring(uow, mention_id, offer)


def renew(uow: UnitOfWork, mention_id: int, offer: Offer) -> None:
    """Take over a changed offer; whoever agreed to what it was before has not agreed to this."""
    found = suggestions.of_mention(uow, mention_id)
    new = {"signed": [], "slot_at": None, "pictures": [], **_offered(offer)}
    if found is None or not suggestions.change(uow, found, "open", *UNDOABLE, state="open", error=None, **new):
        return
    if offer.files:
        _bring(uow, mention_id, offer)
    if found.state in UNDOABLE:
        tell_again(uow, mention_id, N_("Who offers this has changed it. Look at it again."))
    redraw(uow, found)


def tell_again(uow: UnitOfWork, mention_id: int, words: str, **facts: str) -> None:
    """Bring a suggestion back to the team, with what stood in its way."""
    found = suggestions.of_mention(uow, mention_id)
    assert found is not None
    suggestions.change(uow, found, "open", error={"words": words, "facts": facts})
    mention = reopen(uow, mention_id)
    alerts.tell(uow, mention.brand_id, "team", "mention", mention.id)


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
    decided = {"decided_by": actor.member_id, "error": None, "reason": ""}
    if step is None:
        _go(uow, found, actor, mention, "open", slot_at, **decided)
        return
    must_suffice(step, len(deciders(uow, brand)))
    _move(uow, found, "open", state="asked", signed=[], slot_at=slot_at, **decided)
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
    if slot_at <= uow.now:
        raise Invalid(N_("That time has passed. Choose a later one."), field="slot")


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
    _go(uow, found, actor, mention, "asked", found.slot_at, signed=signed, decided_by=found.decided_by)
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
    _move(uow, found, "asked", state="open", signed=[])
    tell_again(uow, found.mention_id, words, **facts)


def take_back(uow: UnitOfWork, actor: Actor, suggestion_id: int) -> None:
    """Ask the client no longer, or stop what waits for its time."""
    actor.must(Right.WRITE)
    found, mention = take(uow, actor, suggestion_id)
    _move(uow, found, *UNDOABLE, state="open", signed=[])
    reopen(uow, mention.id)
    keep_line(uow, mention, "suggestion_back", actor, {})


def decline(uow: UnitOfWork, actor: Actor, suggestion_id: int, seen: int, reason: str) -> None:
    """Tell who offers it that it is not published; they alone read the reason."""
    actor.must(Right.REPLY)
    found, mention = take(uow, actor, suggestion_id, seen)
    _outside_open(uow, mention)
    said = clean(" ".join(reason.split()), REASON)
    _move(uow, found, "open", "asked", state="declining", reason=said, decided_by=actor.member_id, error=None)
    _ask(uow, found, actor)


def _go(
    uow: UnitOfWork,
    found: Suggestion,
    actor: Actor,
    mention: Mention,
    before: str,
    slot_at: datetime | None,
    **values: Any,
) -> None:
    state = "planned" if slot_at else "accepting"
    _move(uow, found, before, state=state, slot_at=slot_at, money="", **values)
    keep_line(uow, mention, "suggestion_accepted", actor, {"slot": slot_at.isoformat() if slot_at else ""})
    if slot_at:
        settle(uow, mention.id, name_of(uow, values["decided_by"]), "", actor)
    _ask(uow, found, actor, slot_at)


def _ask(uow: UnitOfWork, found: Suggestion, actor: Actor, due_at: datetime | None = None) -> None:
    who = {"member_id": actor.member_id, "identity": actor.identity}
    jobs.queue(uow, KIND, f"{KIND}:{found.id}:{found.revision}", {"suggestion_id": found.id} | who, due_at)


def settle(uow: UnitOfWork, mention_id: int, who: str, reason: str, by: Actor) -> None:
    """Close the mention of a decided suggestion, unless it is: it is answered, by whoever decided."""
    mention = get(uow, mention_id)
    if mention.state in ANSWERED:
        return
    answer: dict[str, Any] = {"answered_by": who, "answered_at": uow.now, "answer": reason, "snoozed_until": None}
    move(uow, mention, "replied", by, **answer, **UNHELD)


def reopen(uow: UnitOfWork, mention_id: int) -> Mention:
    """Bring the mention of a suggestion back that is decided no more."""
    mention = get(uow, mention_id)
    return move(uow, mention, "reopen", DESK) if mention.state in ANSWERED else mention


def _move(uow: UnitOfWork, found: Suggestion, *before: str, **values: Any) -> None:
    if not suggestions.change(uow, found, *before, **values):
        raise Conflict(CHANGED)
    redraw(uow, found)
