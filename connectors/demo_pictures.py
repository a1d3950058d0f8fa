"""Pictures on the demo network: kept by content, and three drawn ones for the posts that stand there from the start."""

from __future__ import annotations

import hashlib
import math
import random
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

LARGEST: Final = 8 * 1024 * 1024
_SIGNS: Final = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}
_SIZE: Final = (960, 600)
_CREAM, _COFFEE, _DARK, _MILK = (246, 236, 222), (122, 78, 48), (58, 36, 24), (236, 214, 184)


def kind(content: bytes) -> str:
    """Return a picture's type by its first bytes, empty for anything else."""
    return next((mime for sign, mime in _SIGNS.items() if content.startswith(sign)), "")


class Pictures:
    """The network's pictures, by the SHA-256 of their bytes; in a folder if there is one."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._kept: dict[str, bytes] = {}

    def keep(self, content: bytes) -> str:
        """Keep a picture and return its digest."""
        digest = hashlib.sha256(content).hexdigest()
        if self._folder is None:
            self._kept[digest] = content
        elif not (self._folder / digest).exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{digest}.new").write_bytes(content)
            (self._folder / f"{digest}.new").replace(self._folder / digest)
        return digest

    def find(self, digest: str) -> bytes | None:
        """Return a picture, None for an unknown one."""
        if not (digest.isalnum() and digest.isascii()):
            return None
        if self._folder is None:
            return self._kept.get(digest)
        path = self._folder / digest
        return path.read_bytes() if path.is_file() else None


@cache
def draw(scene: str) -> bytes:
    """Draw a cup, beans or a street as JPEG."""
    from PIL import Image
    from PIL.ImageDraw import Draw

    image = Image.new("RGB", (_SIZE[0] * 2, _SIZE[1] * 2), _CREAM)
    {"cup": _cup, "beans": _beans, "street": _street}[scene](Draw(image))
    small = image.resize(_SIZE, Image.Resampling.LANCZOS)
    written = BytesIO()
    small.save(written, "JPEG", quality=88)
    return written.getvalue()


def _disc(draw: ImageDraw, x: float, y: float, r: float, colour: tuple[int, int, int]) -> None:
    draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)


def _cup(draw: ImageDraw) -> None:
    draw.rectangle((0, 0, 1920, 1200), fill=(203, 170, 135))
    for plank in range(0, 1200, 150):
        draw.rectangle((0, plank, 1920, plank + 4), fill=(184, 150, 116))
    _disc(draw, 985, 625, 470, (176, 142, 108))
    _disc(draw, 960, 600, 470, (250, 247, 242))
    _disc(draw, 960, 600, 330, (232, 226, 218))
    draw.rounded_rectangle((1240, 550, 1480, 650), 50, fill=(250, 247, 242))
    _disc(draw, 960, 600, 300, (255, 253, 250))
    _disc(draw, 960, 600, 268, _COFFEE)
    for ring, shade in ((190, _MILK), (150, _COFFEE), (112, _MILK), (74, _COFFEE), (40, _MILK)):
        _heart(draw, 960, 590, ring, shade)


def _heart(draw: ImageDraw, x: float, y: float, size: float, colour: tuple[int, int, int]) -> None:
    turns = (step * math.tau / 90 for step in range(90))
    draw.polygon(
        [
            (
                x + size * math.sin(t) ** 3,
                y - size * (13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)) / 16,
            )
            for t in turns
        ],
        fill=colour,
    )


def _beans(draw: ImageDraw) -> None:
    draw.rectangle((0, 0, 1920, 1200), fill=_DARK)
    dice = random.Random(7)  # noqa: S311 - scatters beans
    for number in range(420):
        x, y, shade = dice.randrange(-40, 1960), dice.randrange(-40, 1240), dice.randrange(46)
        _bean(draw, x, y, number * 0.7, (92 + shade, 58 + shade // 2, 36 + shade // 3))


def _bean(draw: ImageDraw, x: float, y: float, turn: float, colour: tuple[int, int, int]) -> None:
    def ring(wide: float, high: float) -> list[tuple[float, float]]:
        points = ((wide * math.cos(a), high * math.sin(a)) for a in (step * math.tau / 40 for step in range(40)))
        return [
            (x + px * math.cos(turn) - py * math.sin(turn), y + px * math.sin(turn) + py * math.cos(turn))
            for px, py in points
        ]

    draw.polygon(ring(78, 54), fill=(30, 18, 12))
    draw.polygon(ring(72, 48), fill=colour)
    draw.polygon(ring(64, 7), fill=(42, 26, 17))


def _street(draw: ImageDraw) -> None:
    for line in range(1200):
        warm = line / 1200
        draw.line((0, line, 1920, line), fill=(int(255 - 40 * warm), int(196 + 10 * warm), int(150 + 70 * warm)))
    _disc(draw, 1430, 330, 130, (255, 236, 200))
    for number in range(9):
        top = 330 + (number * 131) % 260
        shade = 96 + (number * 23) % 50
        draw.rectangle((number * 220 - 30, top, number * 220 + 185, 900), fill=(shade, shade - 22, shade - 30))
        for window in range(12):
            wx, wy = number * 220 + (window % 3) * 62, top + 50 + (window // 3) * 95
            lit = (number + window) % 3 == 0
            draw.rectangle((wx, wy, wx + 34, wy + 52), fill=(255, 224, 160) if lit else (70, 60, 66))
    draw.rectangle((0, 880, 1920, 1200), fill=(88, 74, 78))
    draw.rectangle((620, 640, 1300, 1000), fill=_DARK)
    draw.polygon([(580, 640), (1340, 640), (1290, 520), (630, 520)], fill=(196, 84, 62))
    for stripe in range(5):
        left = 640 + stripe * 140
        draw.polygon([(left, 640), (left + 70, 640), (left + 66, 520), (left + 4, 520)], fill=_CREAM)
    draw.rectangle((670, 690, 1000, 960), fill=(255, 220, 150))
    draw.rectangle((1050, 690, 1240, 1000), fill=(120, 76, 52))
