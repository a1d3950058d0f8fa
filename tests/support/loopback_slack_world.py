"""What stands on the loopback Slack: people, channels, messages, files, modals; and what a person does there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loopback_slack import LoopbackSlack
    from loopback_slack_line import Delivery

Raw = dict[str, Any]


def texts(part: Any) -> Iterator[str]:
    """Return every text of blocks, in order."""
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        for value in part.values():
            yield from texts(value)
    elif isinstance(part, list):
        for each in part:
            yield from texts(each)


def said(blocks: list[Raw]) -> str:
    """Return blocks as a reader reads them, without buttons."""
    shown = [block for block in blocks if block["type"] != "actions"]
    return "\n".join("".join(texts(block)) for block in shown)


@dataclass(slots=True)
class Standing:
    """A message as it stands now."""

    raw: Raw
    channel: Channel
    edits: int = 0

    @property
    def ts(self) -> str:
        return str(self.raw["ts"])

    @property
    def thread(self) -> str:
        return str(self.raw.get("thread_ts", ""))

    @property
    def blocks(self) -> list[Raw]:
        found: list[Raw] = self.raw.get("blocks", [])
        return found

    @property
    def text(self) -> str:
        return said(self.blocks) or str(self.raw.get("text", ""))

    @property
    def buttons(self) -> list[Raw]:
        return [key for block in self.blocks if block["type"] == "actions" for key in block["elements"]]

    @property
    def labels(self) -> list[str]:
        return [key["text"]["text"] for key in self.buttons]

    @property
    def pictures(self) -> list[str]:
        return [block["slack_file"]["id"] for block in self.blocks if block["type"] == "image"]

    @property
    def by_bot(self) -> bool:
        return "bot_id" in self.raw


@dataclass(slots=True, eq=False)
class Channel:
    """A channel and what stands in it. `kind`: channel, group (closed), im. `bot`: we are in. `whispers`: (person, words)."""

    id: str
    name: str
    kind: str
    server: LoopbackSlack
    people: list[User] = field(default_factory=list)
    messages: list[Standing] = field(default_factory=list)
    whispers: list[tuple[str, str]] = field(default_factory=list)
    bot: bool = True
    archived: bool = False

    @property
    def cards(self) -> list[Standing]:
        """What the bot has said and still stands."""
        return [message for message in self.messages if message.by_bot]

    def put(self, **parts: Any) -> Standing:
        """Let a message stand in the channel."""
        standing = Standing({"type": "message", "ts": self.server.stamp(), **parts}, self)
        self.messages.append(standing)
        return standing

    def find(self, ts: str) -> Standing | None:
        return next((message for message in self.messages if message.ts == ts), None)


@dataclass(slots=True, eq=False)
class User:
    """A person of a workspace, perhaps of another company's. What they do becomes updates for the app."""

    id: str
    name: str
    team: str
    server: LoopbackSlack
    locale: str = "en-US"
    modals: list[Modal] = field(default_factory=list)
    home: Raw = field(default_factory=dict)

    def _event(self, kind: str, channel: Channel, **parts: Any) -> Raw:
        foreign = {"user_team": self.team, "source_team": self.team} if self.team != self.server.team else {}
        event = {"type": kind, "user": self.id, "channel": channel.id, "team": self.team, **foreign, **parts}
        return event if kind == "app_mention" else event | {"channel_type": channel.kind}

    def says(
        self, channel: Channel, text: str, *, thread: Standing | None = None, files: Sequence[Raw] = ()
    ) -> Standing:
        """Write a text, with files; one that names the bot in a channel comes as a mention too."""
        parts: Raw = {"text": text} | ({"thread_ts": thread.ts} if thread else {})
        parts |= {"files": list(files), "subtype": "file_share"} if files else {}
        standing = channel.put(user=self.id, **parts)
        parts["ts"] = standing.ts
        self.server.event(self._event("message", channel, **parts))
        if f"<@{self.server.bot_user}>" in text and channel.kind != "im":
            self.server.event(self._event("app_mention", channel, **{**parts, "subtype": ""}))
        return standing

    def mentions(self, channel: Channel, text: str, *, thread: Standing | None = None) -> Standing:
        """Write something to the bot in a channel."""
        return self.says(channel, f"<@{self.server.bot_user}> {text}", thread=thread)

    def shows(self, channel: Channel, *contents: bytes, text: str = "", thread: Standing | None = None) -> Standing:
        """Show pictures."""
        files = [self.server.files.add(content, "beans.jpg").raw for content in contents]
        return self.says(channel, text, thread=thread, files=files)

    def commands(self, channel: Channel, text: str) -> Delivery:
        """Give the slash command."""
        body = {
            "command": "/desk",
            "text": text,
            "team_id": self.team,
            "user_id": self.id,
            "user_name": self.name.lower(),
            "channel_id": channel.id,
            "channel_name": {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name),
            "response_url": self.server.answer_address(self, channel),
            "trigger_id": self.server.trigger(self),
            "api_app_id": "A0DESK",
        }
        return self.server.deliver("slash_commands", body)

    def press(self, message: Standing, label: str) -> Delivery:
        """Press a button."""
        key = next(key for key in message.buttons if key["text"]["text"] == label)
        return self.act(message, key)

    def act(self, message: Standing, key: Raw) -> Delivery:
        """Press a button as a client sends it, or as a forged one could."""
        act = {name: key[name] for name in ("action_id", "value", "text", "type") if name in key}
        return self._interact(message, type="block_actions", actions=[act | {"action_ts": self.server.stamp()}])

    def choose(self, message: Standing, callback_id: str = "answer") -> Delivery:
        """Choose a message shortcut."""
        return self._interact(message, type="message_action", callback_id=callback_id)

    def _interact(self, message: Standing, **parts: Any) -> Delivery:
        channel = message.channel
        name = {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)
        body = {
            **self.raw_parts(),
            "channel": {"id": channel.id, "name": name},
            "message": message.raw,
            "container": {"type": "message", "message_ts": message.ts, "channel_id": channel.id},
            "response_url": self.server.answer_address(self, channel),
            "trigger_id": self.server.trigger(self),
        }
        return self.server.deliver("interactive", body | parts)

    def raw_parts(self) -> Raw:
        """Return what every interaction says of who acts where."""
        return {
            "user": {"id": self.id, "username": self.name.lower(), "name": self.name.lower(), "team_id": self.team},
            "team": {"id": self.server.team, "domain": "northwind"},
            "api_app_id": "A0DESK",
            "token": "verification-token-canary",
        }

    def opens_home(self) -> None:
        """Look at the app's Home tab."""
        channel = self.server.private(self)
        event = {"type": "app_home_opened", "user": self.id, "channel": channel.id, "tab": "home", "event_ts": "1.0"}
        self.server.event(event)

    async def modal(self) -> Modal:
        """Wait for a modal to be open before this person."""
        await self.server.until(lambda: self.modals)
        return self.modals[-1]

    async def whispered(self, channel: Channel, words: str = "") -> str:
        """Wait for something that was said to this person alone; return the newest that contains the words."""

        def heard() -> list[str]:
            return [text for user_id, text in channel.whispers if user_id == self.id and words in text]

        await self.server.until(heard)
        return heard()[-1]


@dataclass(slots=True, eq=False)
class Modal:
    """A modal that is open before somebody."""

    view: Raw
    user: User
    filled: Raw = field(default_factory=dict)

    @property
    def text(self) -> str:
        return f"{self.view['title']['text']}\n{said(self.view['blocks'])}"

    @property
    def names(self) -> list[str]:
        return [block["block_id"] for block in self.view["blocks"] if block["type"] == "input"]

    def submit(self, **values: Any) -> Delivery:
        """Send what is filled in: what is not named keeps what stood there."""
        self.filled |= values
        self.view["state"] = {"values": {block["block_id"]: self._state(block) for block in self._inputs()}}
        body = {
            **self.user.raw_parts(),
            "type": "view_submission",
            "view": self.view,
            "trigger_id": self.user.server.trigger(self.user),
            "response_urls": [],
        }
        return self.user.server.deliver("interactive", body)

    async def submits(self, **values: Any) -> dict[str, str]:
        """Send it and return what is wrong, by question; where nothing is, the modal closes."""
        said = await asyncio.wait_for(self.submit(**values).acked, 10)
        if said.get("response_action") == "errors":
            errors: dict[str, str] = said["errors"]
            assert errors.keys() <= set(self.names), "Slack shows no error for a field that is not there"
            return errors
        self.user.modals.remove(self)
        return {}

    def close(self) -> Delivery:
        """Close it."""
        self.user.modals.remove(self)
        body = {**self.user.raw_parts(), "type": "view_closed", "view": self.view, "is_cleared": False}
        return self.user.server.deliver("interactive", body)

    def _inputs(self) -> list[Raw]:
        return [block for block in self.view["blocks"] if block["type"] == "input"]

    def _state(self, block: Raw) -> Raw:
        element, name = block["element"], block["block_id"]
        given = self.filled.get(name.replace(":time", "_time"))
        return {element["action_id"]: {"type": element["type"]} | _filled(element, given, self.user.server)}


def _filled(element: Raw, given: Any, server: LoopbackSlack) -> Raw:
    kind = element["type"]
    if kind == "file_input":
        return {"files": [server.files.add(content, "cup.png").raw for content in given or ()]}
    if kind == "static_select":
        options = [*element.get("options", ()), *(o for g in element.get("option_groups", ()) for o in g["options"])]
        chosen = next((one for one in options if given in {one["value"], one["text"]["text"]}), None)
        return {"selected_option": chosen or element.get("initial_option")}
    field = {"datepicker": ("selected_date", "initial_date"), "timepicker": ("selected_time", "initial_time")}
    now, before = field.get(kind, ("value", "initial_value"))
    value = element.get(before) if given is None else given
    if kind == "plain_text_input" and value is not None:
        assert len(value) <= element.get("max_length", 3000), "Slack would not let it be typed"
    return {now: value or None}
