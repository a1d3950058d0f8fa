"""Whether the place where the desk is set up lets it work: its folder, its port, the address that leads to it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from smm.errors import ConfigError

LITTLE = 500_000_000  # bytes free below which pictures and videos will soon not fit
PATIENCE = 5.0
_DOORS = frozenset({"/s/me/", "/demo"})  # where the web chat's first page leads


def room_in(folder: Path) -> int:
    """Return how many bytes fit into a folder, or where it will be made; raise ConfigError where nothing can be written there."""
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=there) as tried:
            tried.write(b"tried")
        return shutil.disk_usage(there).free
    except OSError as error:
        raise ConfigError(
            f"Nothing can be written to the data folder {folder} ({error.strerror}). Give the user that runs the desk "
            "the right to write there, or name another folder in COPYDESK_DATA."
        ) from error


def is_open_to_others(file: Path) -> bool:
    """Say whether others on this machine may read a file."""
    return bool(file.stat().st_mode & 0o077)


def fault_of_address(url: str) -> str:
    """Return what is wrong with a public address, in words with the next step; empty where nothing is."""
    if not url.startswith("https://"):
        return "COPYDESK_PUBLIC_URL must begin with https://: sign-in cookies travel over it."
    parts = urlsplit(url)
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        return "COPYDESK_PUBLIC_URL is an address and nothing behind it, such as https://desk.example.com: take the rest away."
    return ""


async def leads_to_a_desk(url: str) -> bool:
    """Say whether a desk answers at an address."""
    try:
        async with httpx.AsyncClient(timeout=PATIENCE) as http:
            answer = await http.get(f"{url}/")
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return answer.status_code == 303 and answer.headers.get("location", "") in _DOORS  # noqa: PLR2004 - See Other
