"""The pictures of README and guide: taken by the browser tests on their way where COPYDESK_SCREENSHOTS names a folder."""

from __future__ import annotations

import io
import os
from pathlib import Path

from PIL import Image
from playwright.async_api import Locator, Page

SCREENSHOTS = os.environ.get("COPYDESK_SCREENSHOTS", "")
WIDEST = 1200  # pixels


async def save(part: Locator | Page, name: str) -> None:
    """Save a picture in few bytes."""
    taken = Image.open(io.BytesIO(await part.screenshot(animations="disabled"))).convert("RGB")
    taken.thumbnail((WIDEST, taken.height))
    path = Path(SCREENSHOTS) / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    taken.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
