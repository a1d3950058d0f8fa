"""The people of the demo network: a seeded, endless, unhurried stream of what brands really hear.

Questions, praise, a complaint, spam, a mention in the other language; authors who mend or take back what they said, and who
thank for an answer. Nobody talks on while too much waits for an answer.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from connectors.demo_lines import COMMENTS, FIXES, PEOPLE, POSTS, THANKS
from connectors.demo_network import BrandAccount, DemoNetwork, Entry, Person, Shown
from connectors.demo_pictures import draw

FIRST: Final = 1.5  # seconds until somebody speaks
PAUSE: Final = (10.0, 25.0)
BACKLOG: Final = 6  # open questions at which people wait for answers
PATIENCE: Final = timedelta(minutes=15)  # after which a person no longer waits
GRATEFUL: Final = 0.5  # of those who got an answer say thanks at once
FRESH: Final = 0.6  # of the comments go under the newest post
MENDABLE: Final = timedelta(seconds=6)

# What a newcomer sees first shows every kind once; after that it is chance.
OPENING: Final = ("question", "praise", "foreign", "complaint", "spam", "mention", "question", "mend")
CHANCES: Final = {
    "question": 36,
    "praise": 22,
    "complaint": 12,
    "spam": 7,
    "mention": 10,
    "foreign": 7,
    "mend": 4,
    "regret": 2,
}


def furnish(network: DemoNetwork, language: str = "en") -> None:
    """Put the first posts on an empty network."""
    if network.entries:
        return
    brand = network.brands[0]
    for hours, (scene, alt, text) in zip((52, 27, 3), POSTS[language], strict=True):
        shown = Shown(network.pictures.keep(draw(scene)), alt)
        network.publish(brand, text, (shown,), key=f"opening-{scene}", at=network.clock() - timedelta(hours=hours))


@dataclass(slots=True)
class People:
    """Everybody who talks on one network. The same seed says the same things in the same order."""

    network: DemoNetwork
    language: str = "en"
    seed: int = 2011
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    _dice: random.Random = field(init=False)
    _opening: list[str] = field(init=False)
    _waiting: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _crowd: list[Person] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)  # noqa: S311 - chatter, protects nothing
        spoken = any(entry.mood for entry in self.network.entries.values())
        self._opening = [] if spoken else list(reversed(OPENING))

    async def run(self) -> None:
        """Talk until cancelled."""
        furnish(self.network, self.language)
        await self.sleep(FIRST)
        while True:
            if not self.network.paused:
                self.step()
            await self.sleep(self._dice.uniform(*PAUSE))

    def step(self) -> Entry | None:
        """Let one person do one thing; None when everybody waits for answers."""
        grateful = self._grateful()
        if grateful is not None and self._dice.random() < GRATEFUL:
            return self._thank(grateful)
        if len(self.backlog()) >= BACKLOG:
            return None
        mood = self._opening.pop() if self._opening else self._chance()
        if mood in {"mend", "regret"}:
            return self._change_mind(mood) or self._speak("question")
        return self._speak(mood)

    def backlog(self) -> list[Entry]:
        """Return what people wait to hear about."""
        answered = {entry.parent_id for entry in self.network.entries.values() if entry.brand}
        return [entry for entry in self._said() if entry.mood != "thanks" and entry.id not in answered]

    def _said(self) -> Iterable[Entry]:
        since = self.network.clock() - PATIENCE
        for entry in self.network.entries.values():
            if entry.mood and entry.at >= since and not (entry.deleted or entry.hidden):
                yield entry

    def _chance(self) -> str:
        return self._dice.choices(list(CHANCES), list(CHANCES.values()))[0]

    def _speak(self, mood: str) -> Entry:
        language = self.language if mood != "foreign" else ("ru" if self.language == "en" else "en")
        text = self._next(language, mood)
        person = self._person(language)
        if mood in {"mention", "foreign"}:
            return self.network.say(person, text, language=language, mood=mood)
        return self.network.say(person, text, self._post().id, language=language, mood=mood)

    def _next(self, language: str, mood: str) -> str:
        pool = self._waiting.setdefault((language, mood), [])
        if not pool:
            pool.extend(COMMENTS[language][mood])
            self._dice.shuffle(pool)
        return pool.pop()

    def _person(self, language: str) -> Person:
        if not self._crowd:
            self._crowd = [Person(handle, name) for handle, name in PEOPLE["en"] + PEOPLE["ru"]]
            self._dice.shuffle(self._crowd)
        own = {handle for handle, _ in PEOPLE[language]}
        chosen = next((person for person in self._crowd if person.handle in own), self._crowd[-1])
        self._crowd.remove(chosen)
        return chosen

    def _post(self) -> Entry:
        posts = [entry for entry in self.network.entries.values() if entry.kind == "post" and not entry.deleted]
        if not posts:
            return self._reopen(self.network.brands[0])
        newest = max(posts, key=lambda entry: entry.at)
        return newest if self._dice.random() < FRESH else self._dice.choice(posts)

    def _reopen(self, brand: BrandAccount) -> Entry:
        return self.network.publish(brand, POSTS[self.language][-1][2])

    def _change_mind(self, mood: str) -> Entry | None:
        ripe = [
            entry for entry in self.backlog() if entry.at <= self.network.clock() - MENDABLE and not entry.edited_at
        ]
        if not ripe:
            return None
        entry = self._dice.choice(ripe)
        if mood == "regret":
            return self.network.delete(entry.id)
        return self.network.edit(entry.id, f"{entry.text} {self._dice.choice(FIXES[entry.language])}")

    def _grateful(self) -> Entry | None:
        entries = self.network.entries
        thanked = {entry.parent_id for entry in entries.values() if entry.mood == "thanks"}
        for answer in reversed(entries.values()):
            asked = entries.get(answer.parent_id)
            if answer.brand and asked and asked.mood in {"question", "complaint", "mention", "foreign"}:
                return None if answer.id in thanked or answer.deleted else answer
        return None

    def _thank(self, answer: Entry) -> Entry:
        asked = self.network.entries[answer.parent_id]
        text = self._dice.choice(THANKS[asked.language])
        person = Person(asked.handle, asked.name)
        return self.network.say(person, text, answer.id, language=asked.language, mood="thanks")
