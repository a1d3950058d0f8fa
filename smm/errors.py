"""Errors, named by what to do next.

Whoever catches one knows from its class alone whether to tell a person, wait, retry, probe or stop. The words of a
`DeskError` are written for people; they are looked up in the catalogue by whoever shows them (`DeskError.say`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta


def N_(message: str) -> str:
    """Mark words for the catalogue without translating them yet."""
    return message


class DeskError(Exception):
    """Something to tell a person, with the next step.

    `words` is a message of the catalogue with `{named}` places; `facts` fills them after translation.
    """

    def __init__(self, words: str, **facts: object) -> None:
        self.words = words
        self.facts = facts
        super().__init__(words.format(**facts) if facts else words)

    def say(self, translate: Callable[[str], str]) -> str:
        """Return the words in the reader's language."""
        words = translate(self.words)
        return (
            words.format(**{name: _said(translate, fact) for name, fact in self.facts.items()}) if self.facts else words
        )


def _said(translate: Callable[[str], str], fact: object) -> object:
    """Return a fact for people: a day as the reader writes days, where their words can do that."""
    return translate.day(fact) if isinstance(fact, date) and hasattr(translate, "day") else fact


class NotFound(DeskError):
    """The thing named is not there, or not for this person."""


class Forbidden(DeskError):
    """This person may not do that."""


class Invalid(DeskError):
    """What was given cannot be used; `field` names the question it answered, if it was one."""

    def __init__(self, words: str, *, field: str = "", **facts: object) -> None:
        self.field = field
        super().__init__(words, **facts)


class Conflict(DeskError):
    """Somebody else was first, or the thing has changed since it was shown."""


class ConnectorError(DeskError):
    """A network did not do what was asked. `network` and `account` are for the log and the card."""

    def __init__(self, words: str, *, network: str = "", account: str = "", **facts: object) -> None:
        self.network = network
        self.account = account
        super().__init__(words, network=network, account=account, **facts)


class Unsupported(ConnectorError):
    """The network cannot do that: say so and hide the button."""


class AuthExpired(ConnectorError):
    """The credentials no longer work: stop polling and ask a person to reconnect."""


class RateLimited(ConnectorError):
    """The network asks to wait; certainly not done."""

    def __init__(self, words: str, *, retry_after: timedelta, **facts: object) -> None:
        self.retry_after = retry_after
        network, account = str(facts.pop("network", "")), str(facts.pop("account", ""))
        super().__init__(words, network=network, account=account, **facts)


class Unavailable(ConnectorError):
    """The network could not be reached or answered with its own failure *before* doing anything: later, with backoff."""


class Rejected(ConnectorError):
    """The network refuses this content: do not retry; `reason` is shown in people's words, `field` says what to mend."""

    def __init__(self, words: str, *, reason: str = "", field: str = "", **facts: object) -> None:
        self.reason = reason
        self.field = field
        network, account = str(facts.pop("network", "")), str(facts.pop("account", ""))
        super().__init__(words, network=network, account=account, reason=reason, **facts)


class NeedsHuman(ConnectorError):
    """Captcha, second factor, a right that only a person can grant: `url` is where."""

    def __init__(self, words: str, *, url: str = "", **facts: object) -> None:
        self.url = url
        network, account = str(facts.pop("network", "")), str(facts.pop("account", ""))
        super().__init__(words, network=network, account=account, url=url, **facts)


class Unreadable(ConnectorError):
    """The answer makes no sense: our bug or their change. `path` says where reading stopped."""

    def __init__(self, words: str, *, path: str = "", **facts: object) -> None:
        self.path = path
        network, account = str(facts.pop("network", "")), str(facts.pop("account", ""))
        super().__init__(words, network=network, account=account, path=path, **facts)


class OutcomeUnknown(ConnectorError):
    """It may have happened: probe for it, else ask a person; never retry blindly."""


class WriterError(DeskError):
    """No suggestion this time; everything else goes on."""


class ChatError(DeskError):
    """A chat platform did not take a message."""


class ChatGone(ChatError):
    """The chat is lost for good: kicked, blocked, archived, deleted."""


class ChatBusy(ChatError):
    """The platform asks to wait."""

    def __init__(self, words: str, *, retry_after: timedelta, **facts: object) -> None:
        self.retry_after = retry_after
        super().__init__(words, **facts)


class ConfigError(Exception):
    """The settings do not allow a start. Outside DeskError on purpose: nothing that handles those may swallow it."""
