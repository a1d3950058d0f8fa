"""Who may do what: roles, and the rights that each role has.

A right is what a route needs. Rights are looked up when a button is pressed, never when it was shown.
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a member is for a brand."""

    OWNER = "owner"
    MANAGER = "manager"
    CONTENT = "content"
    COMMUNITY = "community"
    DESIGNER = "designer"
    TARGETING = "targeting"
    CLIENT = "client"


class Right(StrEnum):
    """What a route can need."""

    ANYONE = "anyone"  # even a stranger: /start, /help
    MEMBER = "member"  # anybody with a role, clients too
    SEE = "see"  # the team's view
    REPLY = "reply"  # answer in public, claim, hide
    WRITE = "write"  # make and change posts
    PROMOTE = "promote"  # bring people in: links by which they join
    APPROVE = "approve"  # decide in an internal step
    SIGN_OFF = "sign_off"  # decide in a client step
    HOLD = "hold"  # stop everything that is not out yet
    MANAGE = "manage"  # members, channels, accounts, policy


_TEAM = frozenset({Role.OWNER, Role.MANAGER, Role.CONTENT, Role.COMMUNITY, Role.DESIGNER, Role.TARGETING})

ROLES: dict[Right, frozenset[Role]] = {
    Right.ANYONE: frozenset(Role),
    Right.MEMBER: frozenset(Role),
    Right.SEE: _TEAM,
    Right.REPLY: frozenset({Role.OWNER, Role.MANAGER, Role.COMMUNITY, Role.CONTENT}),
    Right.WRITE: frozenset({Role.OWNER, Role.MANAGER, Role.CONTENT, Role.DESIGNER}),
    Right.PROMOTE: frozenset({Role.OWNER, Role.MANAGER, Role.CONTENT, Role.TARGETING}),
    Right.APPROVE: frozenset({Role.OWNER, Role.MANAGER}),
    Right.SIGN_OFF: frozenset({Role.CLIENT}),
    Right.HOLD: frozenset({Role.OWNER, Role.MANAGER, Role.CLIENT}),
    Right.MANAGE: frozenset({Role.OWNER, Role.MANAGER}),
}


def allows(roles: frozenset[Role], right: Right) -> bool:
    """Say whether any of a member's roles carries the right."""
    return right is Right.ANYONE or bool(ROLES[right] & roles)


_CLIENT_ROOM = frozenset({Right.ANYONE, Right.MEMBER, Right.SIGN_OFF, Right.HOLD})


def in_client_room(right: Right) -> bool:
    """Say whether what needs the right may be done where the client reads: the team's work may not."""
    return right in _CLIENT_ROOM
