"""What a post may be made of at all, whatever the network: the brand's own accounts, files that are here, a whole link.

The limits of each network are another question: smm/preflight.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from smm import declared
from smm.accounts import connected_ones
from smm.errors import N_, Invalid
from smm.networks import Options, Poll
from smm.text import clean, line
from smm.versions import Content, Media
from storage import media
from storage.accounts import Account
from storage.brands import Brand
from storage.unit_of_work import UnitOfWork

MOST_TEXT, MOST_MEDIA, MOST_LINK = 20_000, 20, 2_000
MOST_WARNING, MOST_CHOICE, MOST_CHOICES, FEWEST_CHOICES = 200, 100, 20, 2
MOST_TITLE, MOST_KEYWORD, MOST_KEYWORDS = 300, 100, 60
LONGEST_POLL = 60 * 24 * 30  # minutes


def check(uow: UnitOfWork, brand: Brand, content: Content) -> Content:
    """Return the content, cleaned; refuse what cannot be published anywhere."""
    known = {account.id for account in open_accounts(uow, brand.id)}
    if not known:
        raise Invalid(N_("No account is connected yet. Connect one first: /accounts"), field="accounts")
    if not content.accounts or not set(content.accounts) <= known:
        raise Invalid(N_("Choose at least one of the brand's accounts."), field="accounts")
    _check_link(content.link)
    _check_media(uow, brand, content)
    _must_say_something(content)
    return replace(
        content,
        text=clean(content.text.strip(), MOST_TEXT),
        overrides={account: clean(text, MOST_TEXT) for account, text in content.overrides.items() if account in known},
        options=_options(content.options),
    )


def _must_say_something(content: Content) -> None:
    said = (content.text, content.link, *content.overrides.values())
    if not content.media and not any(clean(words).strip() for words in said):
        raise Invalid(N_("The post is empty. Write a text, or attach a picture or a video."), field="text")


def _options(options: Options) -> Options:
    return replace(
        options,
        warning=line(options.warning, MOST_WARNING),
        language=line(options.language, 8),
        first_comment=clean(options.first_comment.strip(), MOST_TEXT),
        poll=_poll(options.poll) if options.poll else None,
        title=line(options.title, MOST_TITLE),
        keywords=_keywords(options.keywords),
    )


def _keywords(words: Sequence[str]) -> tuple[str, ...]:
    cleaned = (line(word.replace(",", " "), MOST_KEYWORD).strip("# ") for word in words)
    return tuple(dict.fromkeys(filter(None, cleaned)))[:MOST_KEYWORDS]


def _poll(poll: Poll) -> Poll:
    choices = tuple(dict.fromkeys(filter(None, (line(choice, MOST_CHOICE) for choice in poll.choices))))
    if not FEWEST_CHOICES <= len(choices) <= MOST_CHOICES:
        raise Invalid(N_("A poll needs at least two different answers to choose from."), field="poll")
    return replace(poll, choices=choices, minutes=min(max(poll.minutes, 5), LONGEST_POLL))


def _check_link(link: str) -> None:
    if not link:
        return
    try:
        parts = urlsplit(link)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in link
    except ValueError:
        fits = False
    if not fits or len(link) > MOST_LINK:
        raise Invalid(N_("The link must be a whole address that begins with https://"), field="link")


def _check_media(uow: UnitOfWork, brand: Brand, content: Content) -> None:
    digests = [each.digest for each in content.media]
    if len(digests) > MOST_MEDIA:
        raise Invalid(N_("A post takes at most {most} pictures."), field="files", most=MOST_MEDIA)
    known = media.of(uow, digests)
    if any(file.mime.startswith("audio/") for file in known.values()):
        raise Invalid(N_("A post shows pictures and videos; a recording cannot go out with it."), field="files")
    if any(digest not in known or known[digest].brand_id not in {None, brand.id} for digest in digests):
        raise Invalid(N_("A picture is not here any more. Attach it again."), field="files")


def attached(uow: UnitOfWork, digests: Sequence[str]) -> tuple[Media, ...]:
    """Return files as a post takes them, each with what its sender said of it."""
    known = media.of(uow, digests)
    return tuple(Media(digest, known[digest].alt if digest in known else "") for digest in digests)


def open_accounts(uow: UnitOfWork, brand_id: int) -> list[Account]:
    """Return the brand's connected accounts that something can be published on."""
    return [each for each in connected_ones(uow, brand_id) if declared.publishes(each)]
