"""One person in several chats: adding a chat by a one-time code, joining two members who are one person, leaving a chat.

Whoever says the code is the one who has it and the account that it is said from. A code never gives anybody a manager's
rights that they have not got: otherwise a colleague could be talked into giving them away.
"""

from __future__ import annotations

from dataclasses import dataclass

from smm import addresses, members, readers, tokens
from smm.errors import N_, Conflict, Forbidden, NotFound
from smm.roles import ROLES, Right, Role
from storage import audit, brands, invites, joins, web
from storage import members as kept
from storage.channels import ChatRef
from storage.invites import Invite
from storage.members import Identity, Member, Membership
from storage.unit_of_work import UnitOfWork

KIND = "link"
_TEAM = ROLES[Right.SEE]
_MANAGES = ROLES[Right.MANAGE]
_USED = N_(
    "This code does not work: it may be used up, older than a quarter of an hour or mistyped. Get a new one: /link"
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A code that somebody has: `member` made it, `other` is who they are on the desk already, if anybody."""

    invite_id: int
    member: Member
    other: Member | None = None


def is_code(uow: UnitOfWork, token: str) -> bool:
    """Say whether a token adds a chat to a member, used up or not."""
    found = invites.by_digest(uow, tokens.digest(token))
    return found is not None and found.kind == KIND


def give_up(uow: UnitOfWork, token: str) -> None:
    """Make a code useless that others have seen."""
    found = invites.by_digest(uow, tokens.digest(token))
    if found is not None and found.kind == KIND:
        invites.take_back(uow, found.id)


def look(uow: UnitOfWork, token: str, platform: str, user_id: str) -> Offer:
    """Return what a code would do for whoever says it here, without using it; raise where it can do nothing."""
    found = invites.by_digest(uow, tokens.digest(token))
    return _offer(uow, found, platform, user_id)


def _offer(uow: UnitOfWork, found: Invite | None, platform: str, user_id: str) -> Offer:
    if found is None or found.kind != KIND or found.used_at is not None or found.expires_at <= uow.now:
        raise NotFound(_USED)
    member = members.get(uow, found.member_id or 0)
    if member.revoked_at is not None:
        raise NotFound(_USED)
    known = kept.by_identity(uow, platform, user_id)
    other = known[0] if known is not None else None
    if other is not None:
        _check_join(uow, member, other)
    return Offer(found.id, member, other)


def _check_join(uow: UnitOfWork, member: Member, other: Member) -> None:
    if other.id == member.id:
        raise Conflict(N_("This account is yours already: /me shows all of them."))
    if other.revoked_at is not None or other.workspace_id != member.workspace_id:
        raise Forbidden(N_("This account was taken off the desk. Ask an owner for a new invitation."))
    mine, theirs = kept.roles_of(uow, member.id), kept.roles_of(uow, other.id)
    if any(one.role in _MANAGES and not _covered(one, mine) for one in theirs):
        raise Forbidden(
            N_("{other} may do more than {name}. Do it the other way round: say /link here, and the code there."),
            other=other.name,
            name=member.name,
        )
    if _is_client(mine) != _is_client(theirs) and mine and theirs:
        raise Forbidden(
            N_(
                "One of these accounts is a client's and the other is the team's: they stay apart. An owner can change that."
            )
        )


def _covered(one: Membership, mine: list[Membership]) -> bool:
    return any(each.role in {one.role, Role.OWNER} and each.brand_id in {None, one.brand_id} for each in mine)


def _is_client(held: list[Membership]) -> bool:
    return not any(one.role in _TEAM for one in held)


def add(uow: UnitOfWork, token: str, platform: str, user_id: str, name: str) -> Member:
    """Use a code up: the account that it is said from is the member's from now on."""
    member = tokens.redeem(uow, token, platform=platform, user_id=user_id, name=name)
    _log(uow, member, "member.linked", {"platform": platform, "account": user_id})
    return member


def join(uow: UnitOfWork, invite_id: int, platform: str, user_id: str) -> Member:
    """Make two members one, as the code's offer said: chats, roles, and everything that the one did or holds."""
    offer = _offer(uow, invites.get(uow, invite_id), platform, user_id)
    member, other = offer.member, offer.other
    if other is None or not invites.use(uow, invite_id):
        raise NotFound(_USED)
    for one in kept.roles_of(uow, other.id):
        kept.grant(uow, member.id, one.brand_id, one.role)
    kept.withdraw_all(uow, other.id)
    joins.join(uow, other.id, member.id)
    kept.change(uow, other.id, revoked_at=uow.now)
    if member.brand_id is None and other.brand_id is not None:
        kept.change(uow, member.id, brand_id=other.brand_id)
    _log(uow, member, "member.joined_with", {"member": other.id, "name": other.name, "platform": platform})
    return members.get(uow, member.id)


def roles_by_brand(uow: UnitOfWork, member: Member) -> list[tuple[str, Role]]:
    """Return a member's roles with the brand's name, empty for every brand."""
    return [(_brand(uow, one.brand_id), Role(one.role)) for one in kept.roles_of(uow, member.id)]


def _brand(uow: UnitOfWork, brand_id: int | None) -> str:
    brand = brands.get(uow, brand_id) if brand_id is not None else None
    return brand.name if brand is not None else ""


def leave(uow: UnitOfWork, member: Member, identity_id: int) -> Identity:
    """Take one of several accounts off a member; at once nothing can be done from it. The last that can be reached stays."""
    known = {one.id: one for one in kept.identities_of(uow, member.id)}
    gone = known.get(identity_id)
    if gone is None:
        raise NotFound(N_("This account is not yours any more: /me shows all of them."))
    if not any(one.gone_at is None for one in known.values() if one.id != identity_id):
        raise Conflict(N_("This is the only account that I can reach you at. Add another one first: /link"))
    kept.drop_identity(uow, identity_id)
    readers.leave(uow, chat_of(gone))
    if gone.platform == addresses.WEB:
        web.close_sessions(uow, member.id)
    _log(uow, member, "member.unlinked", {"platform": gone.platform, "account": gone.user_id})
    return gone


def chat_of(known: Identity) -> ChatRef:
    """Return the private chat of an account."""
    return members.private_chat(known.platform, known.user_id)


def _log(uow: UnitOfWork, member: Member, action: str, facts: dict[str, object]) -> None:
    about = f"member:{member.id}"
    audit.append(uow, actor=about, action=action, object=about, brand_id=member.brand_id, facts=facts)
