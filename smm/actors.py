"""Who acts: a member with the roles they have at this moment, in one brand."""

from __future__ import annotations

from dataclasses import dataclass

from smm.errors import N_, Forbidden
from smm.roles import Right, Role, allows


@dataclass(frozen=True, slots=True)
class Actor:
    """A member acting in a brand. `identity` is the chat identity that was used, for the audit trail."""

    brand_id: int
    member_id: int
    name: str
    roles: frozenset[Role]
    identity: str = ""

    @property
    def is_client(self) -> bool:
        """Whether this person sees only what is shared with the client."""
        return self.roles <= {Role.CLIENT}

    def may(self, right: Right) -> bool:
        """Say whether the person has a right here."""
        return allows(self.roles, right)

    def must(self, right: Right) -> None:
        """Refuse what the person has no right to."""
        if not self.may(right):
            raise Forbidden(N_("You have no right to do that in this brand. Ask an owner or a manager: /members"))
