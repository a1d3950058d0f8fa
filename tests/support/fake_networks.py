"""Networks in memory for tests of use cases: every call's outcome can be scripted, every public effect is recorded.

The list of effects is the only witness a test trusts: what our own tables say is what is being tested.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, Literal

from smm.errors import (
    N_,
    AuthExpired,
    ConnectorError,
    NeedsHuman,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
    Unsupported,
)
from smm.networks import (
    Answer,
    Can,
    Connector,
    Credential,
    Crowd,
    Deed,
    Grant,
    Hooked,
    Item,
    Kind,
    Limits,
    Metrics,
    OAuth,
    Offer,
    Outgoing,
    Page,
    Profile,
    Published,
    Pushed,
    Quota,
)

Outcome = Literal[
    "ok",
    "refuse",  # Rejected: certainly not done
    "unknown_done",  # it happened, the answer was lost
    "unknown_lost",  # it did not happen, and nobody can tell
    "rate_limited",
    "auth_expired",
    "unavailable",
    "needs_human",
    "unsupported",
    "crash",  # it happened, then our own process fell over: not a ConnectorError
]
Call = Literal[
    "check",
    "fetch",
    "search",
    "publish",
    "assist",
    "find",
    "reply",
    "message",
    "find_reply",
    "hide",
    "remove",
    "edit",
    "delete",
    "metrics",
    "insights",
    "participants",
    "followers",
    "invite",
    "close_invite",
    "accept",
    "decline",
    "file",
]

LIMITS = Limits(text=500, media=4, media_bytes=8_000_000, source="https://example.org/limits", reply=500)


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that the public can see. Two with one key: it was done twice."""

    call: str
    account_id: int
    key: str
    text: str
    remote_id: str
    answers: str
    at: datetime


class Crash(Exception):
    """Stands for a process that fell over in the middle of a call."""


class FakeConnector:
    """One account of the networks in memory."""

    name: ClassVar[str] = "demo"
    title: ClassVar[str] = "Demo network"
    can: ClassVar[frozenset[Can]] = frozenset(Can)
    credentials: ClassVar[tuple[Credential, ...]] = ()
    oauth: ClassVar[OAuth | None] = None

    def __init__(self, world: FakeNetworks, account_id: int) -> None:
        self._world = world
        self._account_id = account_id
        self.limits = LIMITS
        self.quota: Quota | None = None

    async def check(self) -> Profile:
        """Say who this is, as the test laid it out."""
        await self._world.play("check")
        link = "https://demo.example/northwind"
        known = Profile(f"account-{self._account_id}", "Northwind Coffee", "northwind", link)
        return self._world.profiles.get(self._account_id, known)

    def consent(self, state: str, challenge: str, redirect: str) -> str:
        """Return an address that says what was asked."""
        return f"https://demo.example/consent?state={state}&challenge={challenge}"

    async def exchange(self, grant: Grant) -> tuple[Offer, ...]:
        """Return what the test laid out: by itself, credentials that say whose consent it was."""
        self._world.grants.append(grant)
        return self._world.offers or (Offer("", {"token": grant.code}),)

    async def fetch(self, cursor: str) -> Page:
        """Bring the next of the pages that the test laid out."""
        await self._world.play("fetch")
        pages = self._world.pages[self._account_id]
        return pages.popleft() if pages else Page((), cursor)

    async def stream(self) -> AsyncIterator[None]:
        """Tell nothing, ever."""
        for _ in ():
            yield None

    async def webhook(self, pushed: Pushed) -> Hooked:
        """Say what the test laid out: by itself, that there is something to fetch."""
        if pushed.headers.get("x-secret") == "forged":
            raise Rejected(N_("That does not come from {network}."), network="Demo network")
        return self._world.pushed_to.get(self._account_id, self._world.pushed)

    async def search(self, query: str, cursor: str) -> Page:
        """Find nothing."""
        await self._world.play("search")
        return Page((), cursor)

    async def publish(self, post: Outgoing) -> Published:
        """Publish, or fail as scripted."""
        return await self._world.act("publish", self._account_id, post.key, post.text)

    async def assist(self, post: Outgoing) -> str:
        """Lead to a page."""
        await self._world.play("assist")
        return "https://demo.example/new"

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Look among the effects."""
        await self._world.play("find")
        return self._world.seen("publish", self._account_id, post.text, since)

    async def reply(self, answer: Answer) -> Published:
        """Answer, or fail as scripted."""
        return await self._world.act("reply", self._account_id, answer.key, answer.text, answer.remote_id)

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look among the effects."""
        await self._world.play("find_reply")
        return self._world.seen("reply", self._account_id, answer.text, since)

    async def message(self, answer: Answer) -> Published:
        """Answer in private, or fail as scripted."""
        return await self._world.act("message", self._account_id, answer.key, answer.text, answer.remote_id)

    async def hide(self, remote_id: str, *, hidden: bool = True) -> None:
        """Hide or show again, or fail as scripted."""
        await self._world.act("hide", self._account_id, remote_id, "hidden" if hidden else "shown")

    async def remove(self, remote_id: str) -> None:
        """Take somebody's down, or fail as scripted."""
        await self._world.act("remove", self._account_id, remote_id, "")

    async def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Metrics]:
        """Return what the test laid out."""
        await self._world.play("metrics")
        return {each: self._world.figures[each] for each in remote_ids if each in self._world.figures}

    async def insights(self, since: date, until: date) -> Metrics:
        """Tell nothing."""
        await self._world.play("insights")
        return Metrics()

    async def participants(self, remote_id: str, deed: Deed, cursor: str) -> Crowd:
        """Find nobody."""
        await self._world.play("participants")
        return Crowd(())

    async def followers(self, user_ids: Sequence[str]) -> frozenset[str]:
        """Find nobody."""
        await self._world.play("followers")
        return frozenset()

    async def edit(self, remote_id: str, post: Outgoing) -> None:
        """Put other words in, or fail as scripted."""
        await self._world.act("edit", self._account_id, post.key, post.text, remote_id)

    async def invite(self, name: str, until: datetime | None) -> str:
        """Make an address, or fail as scripted."""
        return (await self._world.act("invite", self._account_id, name, name)).link

    async def close_invite(self, address: str) -> None:
        """Close an address, or fail as scripted."""
        await self._world.act("close_invite", self._account_id, address, "")

    async def accept(self, remote_id: str) -> None:
        """Accept a suggestion, or fail as scripted."""
        await self._world.act("accept", self._account_id, remote_id, "")

    async def decline(self, remote_id: str, reason: str) -> None:
        """Decline a suggestion, or fail as scripted."""
        await self._world.act("decline", self._account_id, remote_id, reason)

    async def file(self, name: str) -> bytes:
        """Bring what the test laid out."""
        await self._world.play("file")
        return self._world.files[name]

    async def delete(self, remote_id: str) -> None:
        """Delete, or fail as scripted."""
        await self._world.act("delete", self._account_id, remote_id, "")

    async def close(self) -> None:
        """Nothing to let go of."""


class FakeNetworks:
    """The port `Networks` in memory. `script` says what the next calls do; `effects` is what the public saw."""

    def __init__(self, clock: Callable[[], datetime], can: frozenset[Can] = frozenset(Can)) -> None:
        self.clock = clock
        self.capabilities = can
        self.effects: list[Effect] = []
        self.calls: list[str] = []
        self.pages: dict[int, deque[Page]] = defaultdict(deque)
        self.profiles: dict[int, Profile] = {}
        self.figures: dict[str, Metrics] = {}
        self.files: dict[str, bytes] = {}
        self.pushed = Hooked()
        self.pushed_to: dict[int, Hooked] = {}  # what an account makes of it, where that is something else
        self.offers: tuple[Offer, ...] = ()
        self.grants: list[Grant] = []
        self.during: Callable[[str], Awaitable[None]] | None = None  # awaited in the middle of each call
        self.idempotent = False  # whether the same key is the same effect
        self._scripts: dict[str, deque[Outcome]] = defaultdict(deque)
        self._open: dict[int, FakeConnector] = {}

    def script(self, call: Call, *outcomes: Outcome) -> None:
        """Say what the next calls of a kind do; after that they succeed."""
        self._scripts[call].extend(outcomes)

    def of(self, call: Call) -> list[Effect]:
        """Return the effects of one kind of call."""
        return [effect for effect in self.effects if effect.call == call]

    async def connector(self, account_id: int) -> Connector:
        """Return the account's connector."""
        return self._open.setdefault(account_id, FakeConnector(self, account_id))

    def visitor(self, network: str) -> Connector:
        """Return a connector of nobody's account."""
        return FakeConnector(self, 0)

    def limits(self, network: str) -> Limits | None:
        """Return the limits of every network that a test may name."""
        return LIMITS

    def can(self, network: str, what: Can) -> bool:
        """Say whether the networks were opened with a capability."""
        return what in self.capabilities

    def title(self, network: str) -> str:
        """Return a name for people."""
        return FakeConnector.title if network == FakeConnector.name else network.capitalize()

    async def play(self, call: Call) -> Outcome:
        """Take the next outcome of a call and raise what it raises before anything is done."""
        self.calls.append(call)
        if self.during is not None:
            await self.during(call)
        script = self._scripts[call]
        outcome: Outcome = script.popleft() if script else "ok"
        refusal = _CERTAIN.get(outcome)
        if refusal is not None:
            raise refusal()
        return outcome

    async def act(self, call: Call, account_id: int, key: str, text: str, answers: str = "") -> Published:
        """Do something in public as scripted."""
        outcome = await self.play(call)
        if outcome == "unknown_lost":
            raise _unknown()
        effect = self._do(call, account_id, key, text, answers)
        if outcome == "unknown_done":
            raise _unknown()
        if outcome == "crash":
            raise Crash
        return Published(effect.remote_id, f"https://demo.example/{effect.remote_id}")

    def seen(self, call: Call, account_id: int, text: str, since: datetime) -> Published | None:
        """Return the newest effect with this text, as a read-back would."""
        for effect in reversed(self.effects):
            if (effect.call, effect.account_id, effect.text) == (call, account_id, text) and effect.at >= since:
                return Published(effect.remote_id, f"https://demo.example/{effect.remote_id}")
        return None

    def _do(self, call: Call, account_id: int, key: str, text: str, answers: str) -> Effect:
        if self.idempotent:
            for known in self.effects:
                if (known.call, known.key) == (call, key):
                    return known
        remote_id = f"{call}-{len(self.effects) + 1}"
        effect = Effect(call, account_id, key, text, remote_id, answers, self.clock())
        self.effects.append(effect)
        return effect


def item(remote_id: str, text: str = "Do you have oat milk?", **changes: Any) -> Item:
    """Return something said by somebody outside, changed as the test wants it."""
    parts: dict[str, Any] = {
        "kind": Kind.COMMENT,
        "remote_id": remote_id,
        "author_id": "u-1",
        "author_name": "Mia",
        "author_handle": "mia",
        "text": text,
        "said_at": datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        "link": f"https://demo.example/{remote_id}",
        "thread_id": "post-1",
    }
    return Item(**(parts | changes))


def _unknown() -> ConnectorError:
    return OutcomeUnknown(N_("{network} did not answer in time."), network="Demo network")


_CERTAIN: dict[str, Callable[[], ConnectorError]] = {
    "refuse": lambda: Rejected(
        N_("{network} refuses it: {reason}."), network="Demo network", reason="the text is not allowed"
    ),
    "rate_limited": lambda: RateLimited(
        N_("{network} asks to wait."), network="Demo network", retry_after=timedelta(seconds=30)
    ),
    "auth_expired": lambda: AuthExpired(
        N_("{network} no longer accepts the key of {account}. Reconnect it: /accounts"),
        network="Demo network",
        account="Northwind Coffee",
    ),
    "unavailable": lambda: Unavailable(N_("{network} cannot be reached."), network="Demo network"),
    "needs_human": lambda: NeedsHuman(
        N_("{network} wants a person: {url}"), network="Demo network", url="https://demo.example/captcha"
    ),
    "unsupported": lambda: Unsupported(N_("{network} cannot do that."), network="Demo network"),
}
