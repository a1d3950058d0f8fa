"""The worlds that the networks' journeys are run in, by network, and what can be provoked in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final

from app_store_world import app_store_world
from bluesky_world import bluesky_world
from clocks import Clock
from demo_world import demo_world
from google_play_world import google_play_world
from graph_world import TROUBLES, graph_world
from mastodon_world import mastodon_world
from network_desk import Trouble, World
from reddit_world import reddit_world
from telegram_channel_world import telegram_channel_world
from vk_world import vk_world
from x_world import x_world
from youtube_world import youtube_world


@dataclass(frozen=True, slots=True)
class Place:
    """How a world is opened, which troubles its network knows, and what it tells besides."""

    open: Callable[[Clock], AbstractAsyncContextManager[World]]
    troubles: tuple[Trouble, ...] = ()
    asks: tuple[Trouble, ...] = ()  # those after which nobody but a person can look whether it is there
    pushes: bool = False  # tells by itself that something was said
    counts: bool = False  # tells how many liked a publication
    films: bool = False  # takes a video from the desk
    pictures: bool = True  # takes pictures from the desk
    every: int = 2  # minutes between two looks
    publishes: bool = True  # the desk itself
    by_hand: bool = False  # people publish there what the desk prepares


_ALL: Final[tuple[Trouble, ...]] = ("slower", "down", "refused", "human", "garbage", "lost")
WORLDS: Mapping[str, Place] = {
    "app_store": Place(app_store_world, _ALL, every=30, publishes=False),
    "google_play": Place(google_play_world, _ALL, every=30, publishes=False),
    "reddit": Place(reddit_world, ("slower", "down", "refused", "garbage", "lost"), publishes=False, by_hand=True),
    "bluesky": Place(bluesky_world, ("slower", "down", "refused", "garbage", "lost"), counts=True, films=True),
    "demo": Place(demo_world, ("down", "lost"), pushes=True, counts=True),
    "mastodon": Place(mastodon_world, ("slower", "down", "refused", "human"), counts=True, films=True),
    "facebook": Place(graph_world("facebook"), tuple(TROUBLES), pushes=True, counts=True, films=True),
    "instagram": Place(graph_world("instagram"), tuple(TROUBLES), pushes=True, counts=True, films=True),
    "instagram without a Page": Place(
        graph_world("instagram", own=True), ("refused", "lost"), pushes=True, counts=True
    ),
    "telegram_channel": Place(
        telegram_channel_world, ("slower", "refused", "human"), ("down", "garbage", "lost"), counts=True
    ),
    "vk": Place(vk_world, _ALL, pushes=True, counts=True),
    "x": Place(x_world, _ALL, counts=True, films=True),
    "youtube": Place(
        youtube_world,
        _ALL,
        counts=True,
        films=True,
        pictures=False,
        every=5,
    ),
}
