"""The port to the social networks: what a connector can, its limits, and the shapes that travel.

Connectors implement this; use cases and the jobs of bot/ call it. No network's own word appears here. `can` holds what a
network and a login can, `shapes` what goes in and out, `port` the calls.
"""

from smm.networks.can import Can, Credential, Limits, Looks, OAuth, Profile, Quota
from smm.networks.port import Connector, Networks
from smm.networks.shapes import (
    Answer,
    Crowd,
    Deed,
    Grant,
    Hooked,
    Item,
    Join,
    Kind,
    MediaFile,
    Metrics,
    Offer,
    Options,
    Outgoing,
    Page,
    Person,
    Poll,
    PostKind,
    Published,
    Pushed,
    Visibility,
)

__all__ = [
    "Answer",
    "Can",
    "Connector",
    "Credential",
    "Crowd",
    "Deed",
    "Grant",
    "Hooked",
    "Item",
    "Join",
    "Kind",
    "Limits",
    "Looks",
    "MediaFile",
    "Metrics",
    "Networks",
    "OAuth",
    "Offer",
    "Options",
    "Outgoing",
    "Page",
    "Person",
    "Poll",
    "PostKind",
    "Profile",
    "Published",
    "Pushed",
    "Quota",
    "Visibility",
]
