"""Public media: a signed address, good for an hour, at which a network fetches a file of the publication that is going out.

The token names target, file and end, and is signed with the desk's own key. It opens nothing once the target is no longer
being published, whatever its hour says. Between two tries it stays open: a network that is slow with a long video fetches it then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from smm import versions
from storage import posts as kept
from storage import targets
from storage.unit_of_work import UnitOfWork

LASTS = timedelta(hours=1)
GOING_OUT = frozenset({"publishing", "outcome_unknown", "retry_wait"})
_SCOPE = "public-media:"


@dataclass(frozen=True, slots=True)
class Shown:
    """A file that may be fetched now. A picture is to be shown as JPEG."""

    digest: str
    is_picture: bool


def token(uow: UnitOfWork, target_id: int, digest: str, mime: str) -> str:
    """Return the last part of an address for a target's file; its ending says what comes from there."""
    ends = int((uow.now + LASTS).timestamp())
    named = f"{target_id}-{digest}-{ends}"
    ending = "jpg" if mime.startswith("image/") else mime.rpartition("/")[2]
    return f"{named}-{uow.vault.sign(_SCOPE + named)}.{ending}"


def find(uow: UnitOfWork, given: str) -> Shown | None:
    """Return the file that a token opens at this moment, None for none."""
    stem, _, ending = given.partition(".")
    parts = stem.split("-", 3)
    if len(parts) != 4 or not uow.vault.signed(_SCOPE + "-".join(parts[:3]), parts[3]):  # noqa: PLR2004 - as made above
        return None
    target_id, digest, ends = int(parts[0]), parts[1], datetime.fromtimestamp(int(parts[2]), UTC)
    return Shown(digest, ending == "jpg") if uow.now < ends and _goes_out(uow, target_id, digest) else None


def _goes_out(uow: UnitOfWork, target_id: int, digest: str) -> bool:
    target = targets.get(uow, target_id)
    post = kept.get(uow, target.post_id) if target and target.state in GOING_OUT else None
    version = kept.version(uow, post.id, post.version) if post else None
    return version is not None and any(each.digest == digest for each in versions.unpack(version.content).media)
