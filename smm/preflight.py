"""Preflight: what each network will say about a post, told while it is being written and not at the hour it should be live.

A limit is the network's own (`Limits.source` says where it stands), read at run time where the network tells it. What blocks
stops the sending for approval; the rest warns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from smm import declared, extras, versions
from smm.accounts import connected_ones
from smm.errors import N_, Invalid
from smm.lengths import URL, measure, used
from smm.networks import Can, Limits, Options, Poll, PostKind
from smm.posts import Whole
from smm.versions import Content
from storage import media, targets
from storage.accounts import Account
from storage.media import Media
from storage.unit_of_work import UnitOfWork

RECENTLY = timedelta(days=30)
_ROUNDING = 0.01  # of a shape: pictures have whole pixels
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a network will not take (`blocks`) or that a person should know. The words are of the catalogue.

    `part` is what of the post it is about: text, media, accounts or extras.
    """

    account_id: int
    words: str
    facts: Mapping[str, str] = field(default_factory=dict)
    blocks: bool = True
    part: str = "text"

    def error(self) -> Invalid:
        """Return the problem as something to tell a person."""
        return Invalid(self.words, **self.facts)


def problems(uow: UnitOfWork, whole: Whole) -> list[Problem]:
    """Return everything that stands against the current version, account by account."""
    found: list[Problem] = []
    files = media.of(uow, [each.digest for each in whole.content.media])
    for account in connected_ones(uow, whole.brand.id):
        if account.id in whole.content.accounts:
            found += check(account, whole.content, files) + _repeats(uow, whole, account)
    closed = set(whole.content.accounts) - {each.id for each in connected_ones(uow, whole.brand.id)}
    found += [
        Problem(gone, N_("An account is not connected any more. Edit the post, or: /accounts"), part="accounts")
        for gone in closed
    ]
    return found


def check(account: Account, content: Content, files: Mapping[str, Media]) -> list[Problem]:
    """Return what an account's network will say about a content."""
    name = declared.title(account.network)
    limits = declared.limits(account)
    found = []
    if not declared.publishes(account):
        words = declared.why_not(account, Can.PUBLISH) or N_("{network} is read only: nothing can be published there.")
        found.append(Problem(account.id, words, {"network": name}, part="accounts"))
    if account.health == "auth_expired":
        words = N_("{network} has to be reconnected first: /accounts")
        found.append(Problem(account.id, words, {"network": name}, blocks=False, part="accounts"))
    text = outgoing_text(content, account.id)
    found += _empty(account, name, text, content, limits)
    if limits is not None:
        found += _length(account, name, text, content, limits) + _files(account, name, content, files, limits)
        found += _choices(account, name, content, limits) + _heading(account, name, text, content.options, limits)
        found += _kind(account, name, content, files) if content.options.kind in limits.kinds else []
    return found


def outgoing_text(content: Content, account_id: int) -> str:
    """Return the text as the network will count it: with the link, where the text does not have it already."""
    text = versions.words_for(content, account_id)
    return text if not content.link or content.link in text else f"{text}\n\n{content.link}".strip()


def room_for(content: Content, limits: Limits) -> int:
    """Return how long the text may be, which can be less beside a picture."""
    return limits.text_with_media if content.media and limits.text_with_media is not None else limits.text


def _empty(account: Account, name: str, text: str, content: Content, limits: Limits | None) -> list[Problem]:
    if not text.strip() and not content.media:
        return [Problem(account.id, N_("There is nothing to publish on {network}: write a text."), {"network": name})]
    if limits is not None and limits.text_required and not text.strip():
        return [Problem(account.id, N_("{network} wants a text beside the pictures."), {"network": name})]
    return []


def _length(account: Account, name: str, text: str, content: Content, limits: Limits) -> list[Problem]:
    length, room = used(text, content.options, limits), room_for(content, limits)
    size = len(text.encode())
    if length <= room and limits.text_bytes is not None and size > limits.text_bytes:
        words = N_("Too long for {network}: {length} of {limit} bytes. Letters other than Latin ones take two or more.")
        return [Problem(account.id, words, {"network": name, "length": str(size), "limit": str(limits.text_bytes)})]
    if length <= room:
        return []
    facts = {"network": name, "length": str(length), "limit": str(room), "over": str(length - room)}
    words = N_("Too long for {network}: {length} of {limit} characters. Take away {over}.")
    if content.media and room < limits.text:
        words = N_(
            "Too long for {network} with a picture: {length} of {limit} characters. Take away {over}, or the picture."
        )
    elif limits.warning_counts and content.options.warning:
        words = N_("Too long for {network} with its content warning: {length} of {limit} characters. Take away {over}.")
    return [Problem(account.id, words, facts)]


def _heading(account: Account, name: str, text: str, options: Options, limits: Limits) -> list[Problem]:
    """Return what stands against a title, keywords, characters that the network does not take, or who may see it."""
    facts, found = {"network": name}, []
    title = extras.titled(options.title, text, limits)
    if barred := [each for each in limits.barred if each in f"{title}{text}{''.join(options.keywords)}"]:
        words = N_("{network} takes no {barred} in texts: take them out.")
        found.append(Problem(account.id, words, {**facts, "barred": " ".join(barred)}))
    if limits.title and not title:
        found.append(Problem(account.id, N_("{network} wants a title: write one under Extras."), facts, part="extras"))
    if len(title) > limits.title > 0:
        words = N_("The title is too long for {network}: {length} of {limit} characters.")
        sizes = {"length": str(len(title)), "limit": str(limits.title)}
        found.append(Problem(account.id, words, {**facts, **sizes}, part="extras"))
    if limits.keywords and (length := _joined(options.keywords)) > limits.keywords:
        words = N_("Too many tags for {network}: {length} of {limit} characters together.")
        sizes = {"length": str(length), "limit": str(limits.keywords)}
        found.append(Problem(account.id, words, {**facts, **sizes}, part="extras"))
    if options.visibility not in limits.visibilities:
        words = N_("{network} shows everything to everybody: it is public there.")
        found.append(Problem(account.id, words, facts, blocks=False, part="extras"))
    return found


def _joined(keywords: Sequence[str]) -> int:
    """Return how long keywords are together, as networks count them: commas between, quotes around those with spaces."""
    return sum(len(each) + 2 * (" " in each) for each in keywords) + max(0, len(keywords) - 1)


def _choices(account: Account, name: str, content: Content, limits: Limits) -> list[Problem]:
    """Return what a network does not have of a story, a reel, a warning, a poll, a first comment."""
    options, facts, found = content.options, {"network": name}, []
    if options.kind not in limits.kinds:
        found.append(Problem(account.id, _KINDS[options.kind], facts, part="extras"))
    if options.warning and not limits.warning:
        words = N_("{network} has no content warnings: it goes out there without one.")
        found.append(Problem(account.id, words, facts, blocks=False, part="extras"))
    if options.poll is not None:
        found += _poll(account, facts, content, options.poll, limits)
    if options.first_comment:
        found += _comment(account, facts, options.first_comment, limits)
    if limits.media_required and not content.media:
        found.append(Problem(account.id, N_("{network} wants a picture or a video."), facts, part="media"))
    return found


def _kind(account: Account, name: str, content: Content, files: Mapping[str, Media]) -> list[Problem]:
    """Return what a story or a reel is not: it is one file, a reel is a video, and a story has neither text nor comments."""
    kind, facts, found = content.options.kind, {"network": name}, list[Problem]()
    if kind is PostKind.POST:
        return found
    if len(content.media) > 1:
        words = N_("A story or reel on {network} is one picture or video. Leave one.")
        found.append(Problem(account.id, words, facts, part="media"))
    known = [file for each in content.media if (file := files.get(each.digest)) is not None]
    if kind is PostKind.REEL and not any(file.mime.startswith("video/") for file in known):
        words = N_("A reel on {network} is a video. Attach one, or choose another kind.")
        found.append(Problem(account.id, words, facts, part="media"))
    if kind is PostKind.STORY and (outgoing_text(content, account.id) or content.options.first_comment):
        words = N_("A story on {network} shows the file alone: text and first comment are missing there.")
        found.append(Problem(account.id, words, facts, blocks=False))
    return found


def _poll(account: Account, facts: Mapping[str, str], content: Content, poll: Poll, limits: Limits) -> list[Problem]:
    """Return what stands against a poll. It is not left out by itself: a question without its answers says nothing."""
    if limits.poll_choices == 0:
        words = N_("{network} has no polls that programs can make: take away the poll, or the account.")
        return [Problem(account.id, words, facts, part="extras")]
    if len(poll.choices) > limits.poll_choices:
        words = N_("A poll on {network} has at most {limit} answers.")
        return [Problem(account.id, words, {**facts, "limit": str(limits.poll_choices)}, part="extras")]
    if limits.poll_choice and (long := [each for each in poll.choices if len(each) > limits.poll_choice]):
        words = N_("An answer of a poll on {network} has at most {limit} characters: “{answer}” is longer.")
        told = {"limit": str(limits.poll_choice), "answer": long[0]}
        return [Problem(account.id, words, {**facts, **told}, part="extras")]
    if limits.poll_alone and content.media:
        words = N_("{network} shows nothing beside a poll: take away the poll, or what is attached.")
        return [Problem(account.id, words, facts, part="extras")]
    return []


def _comment(account: Account, facts: Mapping[str, str], comment: str, limits: Limits) -> list[Problem]:
    if not extras.takes_comment(account):
        words = N_("{network} takes no first comment from programs: it will be missing there.")
        return [Problem(account.id, words, facts, blocks=False, part="extras")]
    length = measure(comment, limits)
    if limits.reply is not None and length > limits.reply:
        words = N_("The first comment is too long for {network}: {length} of {limit} characters.")
        sizes = {"length": str(length), "limit": str(limits.reply)}
        return [Problem(account.id, words, {**facts, **sizes}, part="extras")]
    return []


_KINDS = {
    PostKind.POST: N_("{network} has no ordinary posts: choose a story or a reel."),
    PostKind.STORY: N_("{network} takes no stories from programs."),
    PostKind.REEL: N_("{network} takes no reels from programs."),
}


def _files(account: Account, name: str, content: Content, files: Mapping[str, Media], limits: Limits) -> list[Problem]:
    found = []
    if limits.media == 0 and content.media:
        found.append(Problem(account.id, N_("{network} takes no pictures."), {"network": name}, part="media"))
    elif len(content.media) > limits.media:
        facts = {"network": name, "count": str(len(content.media)), "limit": str(limits.media)}
        words = N_("{network} takes at most {limit} pictures; there are {count}.")
        found.append(Problem(account.id, words, facts, part="media"))
    known = [files.get(each.digest) for each in content.media]
    if limits.video_alone and len(known) > 1 and any(each and each.mime.startswith("video/") for each in known):
        words = N_("{network} shows a video alone: take away the video, or what is beside it.")
        found.append(Problem(account.id, words, {"network": name}, part="media"))
    for each in known:
        found += _file(account, name, each, limits)
        found += _shape(account, name, each, limits) if each and content.options.kind is PostKind.POST else []
    return found


def _shape(account: Account, name: str, file: Media, limits: Limits) -> list[Problem]:
    """Return what stands against the shape of a picture in a post: some networks refuse what others crop."""
    if limits.ratios is None or not (file.mime.startswith("image/") and file.width and file.height):
        return []
    (least, most), ratio = limits.ratios, file.width / file.height
    if least - _ROUNDING <= ratio <= most + _ROUNDING:
        return []
    facts = {"network": name, "file": file.name or file.mime, "least": f"{least:g}", "most": f"{most:g}"}
    words = (
        N_(
            "{network} refuses {file}: it is too narrow. A picture there is at least {least} times as wide as high; crop it."
        )
        if ratio < least
        else N_(
            "{network} refuses {file}: it is too wide. A picture there is at most {most} times as wide as high; crop it."
        )
    )
    return [Problem(account.id, words, facts, part="media")]


def _file(account: Account, name: str, file: Media | None, limits: Limits) -> list[Problem]:
    if file is None:
        return [Problem(account.id, N_("A picture is not here any more. Attach it again."), part="media")]
    facts = {"network": name, "file": file.name or file.mime.rpartition("/")[2].upper(), "type": file.mime}
    if limits.media and file.mime not in limits.media_types:
        return [Problem(account.id, N_("{network} does not take {file}: it is {type}."), facts, part="media")]
    is_video = file.mime.startswith("video/")
    most = limits.video_bytes if is_video and limits.video_bytes else limits.media_bytes
    if file.size > most > 0:
        sizes = {"size": _megabytes(file.size), "limit": _megabytes(most)}
        words = N_("{file} is too big for {network}: {size} MB of {limit} MB. Attach a smaller one.")
        return [Problem(account.id, words, facts | sizes, part="media")]
    if is_video and limits.video_seconds and (file.seconds or 0) > limits.video_seconds:
        times = {"seconds": str(file.seconds), "limit": str(limits.video_seconds)}
        words = N_("{file} is too long for {network}: {seconds} seconds of {limit}. Attach a shorter one.")
        return [Problem(account.id, words, facts | times, part="media")]
    return []


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}"


def _repeats(uow: UnitOfWork, whole: Whole, account: Account) -> list[Problem]:
    plain = _plain(versions.words_for(whole.content, account.id))
    earlier = targets.recent(uow, account.id, uow.now - RECENTLY, whole.post.id)
    if plain and any(_plain(versions.words_for(versions.unpack(old), account.id)) == plain for old in earlier):
        facts = {"network": declared.title(account.network)}
        words = N_("The same text went out on {network} within the last 30 days.")
        return [Problem(account.id, words, facts, blocks=False)]
    return []


def _plain(text: str) -> str:
    return _SPACE.sub(" ", URL.sub("", text)).strip().casefold()
