"""Keeping files that people send, for every chat platform: checked, stripped of private facts, named by their content.

A file's type is what its bytes say, never its name or a header. Pictures are measured before they are decoded: an 11 KiB
PNG can ask for 421 MiB. What the files are used for is not known here.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import re
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from smm import text
from smm.errors import N_, Invalid
from storage import media
from storage.engine import Database
from storage.media import Media
from storage.unit_of_work import UnitOfWork

MOST_BYTES = 25 * 1024 * 1024
MOST_SOUND = 20 * 1024 * 1024  # what Telegram hands out, https://core.telegram.org/bots/api#getfile
MOST_PIXELS = 40_000_000
MOST_SIDE = 12_000
MOST_FRAMES = 300
MOST_ALT = 1_000  # characters of a description
THUMBNAIL = (640, 640)
CROP = 1600  # pixels of width that no preview needs more of
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
_DIGEST = re.compile(r"[0-9a-f]{64}")
_EXIF_ORIENTATION = 0x0112
# Markers of a JPEG that carry words about the picture: APP1 (Exif, XMP), APP13 (IPTC), COM. ISO/IEC 10918-1, table B.1.
_TALKATIVE = frozenset({0xE1, 0xED, 0xFE})
_SCAN, _END = 0xDA, 0xD9


@dataclass(frozen=True, slots=True)
class _Checked:
    data: bytes
    mime: str
    width: int = 0
    height: int = 0
    seconds: int | None = None


async def keep(
    database: Database, folder: Path, data: bytes, *, brand_id: int | None, name: str = "", alt: str = ""
) -> Media:
    """Check a file, keep it under the digest of its bytes, and remember it; raise Invalid with what to send instead.

    `alt` is what its sender said of this file alone.
    """
    checked = await asyncio.to_thread(_check, data)
    digest = hashlib.sha256(checked.data).hexdigest()
    await asyncio.to_thread(_write, folder / digest, checked.data)

    def remember(uow: UnitOfWork) -> Media:
        media.keep(
            uow,
            digest,
            brand_id=brand_id,
            mime=checked.mime,
            size=len(checked.data),
            width=checked.width,
            height=checked.height,
            name=_plain(name),
            alt=text.line(alt, MOST_ALT),
            seconds=checked.seconds,
        )
        return media.of(uow, [digest])[digest]

    return await database.write(remember)


def is_digest(text: str) -> bool:
    """Say whether a text can be the name of a kept file."""
    return _DIGEST.fullmatch(text) is not None


def sniff(data: bytes) -> str:
    """Return the type that the first bytes tell, empty if it is none that we take."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "audio/wav"
    if data[4:8] == b"ftyp" and data[8:11] == b"M4A":
        return "audio/mp4"
    if data[4:8] == b"ftyp" and data[8:11] in {b"iso", b"mp4", b"avc", b"M4V", b"das", b"MSN"}:
        return "video/mp4"
    return "application/pdf" if data.startswith(b"%PDF-") else _sound(data)


def _sound(data: bytes) -> str:
    """Return the kind of a sound: Opus or Vorbis in Ogg (RFC 7845), MPEG layer III, or what a browser records."""
    if data.startswith(b"OggS") and (b"OpusHead" in data[:64] or b"\x01vorbis" in data[:64]):
        return "audio/ogg"
    if data.startswith(b"ID3") or data[:2] in {b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"}:
        return "audio/mpeg"
    return "audio/webm" if data.startswith(b"\x1aE\xdf\xa3") and b"webm" in data[:64] else ""


async def thumbnail(folder: Path, digest: str) -> Path:
    """Return a small WebP of a kept picture, made when it is first asked for."""
    small = folder / "thumbnails" / f"{digest}.webp"
    if not small.exists():
        await asyncio.to_thread(_shrink, folder / digest, small)
    return small


async def shown(folder: Path, digest: str, ratio: int = 0) -> Path:
    """Return a kept picture as a card shows it: all of it, or the middle that is `ratio` wide by a thousand high."""
    if not ratio:
        return folder / digest
    cropped = folder / "crops" / f"{digest}-{ratio}.jpg"
    if not cropped.exists():
        await asyncio.to_thread(_crop, folder / digest, cropped, ratio / 1000)
    return cropped


async def as_jpeg(folder: Path, digest: str) -> Path:
    """Return a kept picture as a JPEG, made when it is first asked for; what is see-through becomes white."""
    made = folder / "jpegs" / f"{digest}.jpg"
    if not made.exists():
        await asyncio.to_thread(_flatten, folder / digest, made)
    return made


def _flatten(picture: Path, made: Path) -> None:
    data = picture.read_bytes()
    if sniff(data) != "image/jpeg":
        with Image.open(io.BytesIO(data), formats=list(_FORMATS.values())) as opened:
            seen = opened.convert("RGBA")
            flat = Image.new("RGB", seen.size, "white")
            flat.paste(seen, mask=seen.getchannel("A"))
        out = io.BytesIO()
        flat.save(out, "JPEG", quality=92)
        data = out.getvalue()
    _write(made, data)


def _check(data: bytes) -> _Checked:
    if len(data) > MOST_BYTES:
        raise Invalid(N_("This file is larger than {most} MB. Send a smaller one."), most=MOST_BYTES // 1024 // 1024)
    mime = sniff(data)
    if not mime:
        raise Invalid(
            N_(
                "Files of this type cannot be kept. Send a JPEG, PNG, GIF or WebP picture, an MP4 video, a PDF, or a voice"
                " note as OGG, MP3, M4A, WAV or WebM."
            )
        )
    if mime.startswith("audio/") and len(data) > MOST_SOUND:
        raise Invalid(
            N_("This recording is larger than {most} MB. Send a shorter one."), most=MOST_SOUND // 1024 // 1024
        )
    if mime == "video/mp4":
        return _Checked(data, mime, seconds=_seconds(data))
    return _check_picture(data, mime) if mime in _FORMATS else _Checked(data, mime)


def _seconds(data: bytes) -> int | None:
    """Return how long an MP4 is, rounded up, by its movie header (ISO/IEC 14496-12, 8.2.2); None where there is none."""
    at = data.find(b"mvhd")
    if at < 0 or len(data) < at + 36:
        return None
    long = data[at + 4] == 1
    scale_at, width = (at + 24, 8) if long else (at + 16, 4)
    scale = int.from_bytes(data[scale_at : scale_at + 4], "big")
    length = int.from_bytes(data[scale_at + 4 : scale_at + 4 + width], "big")
    return min(-(-length // scale), 2**31 - 1) if scale else None


def _check_picture(data: bytes, mime: str) -> _Checked:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            width, height, turned = _measure(data, mime)
            if mime == "image/jpeg":
                data = _turn(data) if turned else _hush(data)
                width, height = (height, width) if turned and turned >= 5 else (width, height)  # noqa: PLR2004
    except Invalid:
        raise
    except Exception as error:
        raise Invalid(
            N_("This picture is damaged and cannot be opened. Save it again and send the new file.")
        ) from error
    return _Checked(data, mime, width, height)


def _measure(data: bytes, mime: str) -> tuple[int, int, int]:
    """Return width, height and the Exif orientation other than upright, having decoded everything once."""
    with Image.open(io.BytesIO(data), formats=[_FORMATS[mime]]) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
            raise Invalid(
                N_("This picture is {width} × {height} pixels. Send one of at most {most} megapixels."),
                width=width,
                height=height,
                most=MOST_PIXELS // 1_000_000,
            )
        if getattr(picture, "n_frames", 1) > MOST_FRAMES:
            raise Invalid(N_("This animation has more than {most} frames. Send a shorter one."), most=MOST_FRAMES)
        turned = picture.getexif().get(_EXIF_ORIENTATION, 1) if mime == "image/jpeg" else 1
        picture.load()
    return width, height, int(turned) if turned in range(2, 9) else 0


def _turn(data: bytes) -> bytes:
    """Return a JPEG turned upright, for without its Exif nobody could tell any more."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as picture:
        upright = ImageOps.exif_transpose(picture)
        turned = io.BytesIO()
        upright.save(turned, "JPEG", quality=92, icc_profile=picture.info.get("icc_profile"), exif=b"")
    return turned.getvalue()


def _hush(data: bytes) -> bytes:
    """Return a JPEG without Exif, XMP, IPTC and comments, its picture untouched: where it was taken is nobody's business."""
    kept, at = bytearray(data[:2]), 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in {_SCAN, _END}:  # noqa: PLR2004
        length = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] not in _TALKATIVE:
            kept += data[at : at + length]
        at += length
    return bytes(kept) + data[at:]


def _shrink(picture: Path, small: Path) -> None:
    with Image.open(picture, formats=list(_FORMATS.values())) as opened:
        opened.draft("RGB", THUMBNAIL)
        shrunk = opened.convert("RGBA" if opened.mode in {"P", "LA", "PA", "RGBA"} else "RGB")
        shrunk.thumbnail(THUMBNAIL)
        made = io.BytesIO()
        shrunk.save(made, "WEBP", quality=82)
    _write(small, made.getvalue())


def _crop(picture: Path, cropped: Path, ratio: float) -> None:
    with Image.open(picture, formats=list(_FORMATS.values())) as opened:
        width = min(opened.width, round(opened.height * ratio), CROP)
        size = (max(1, width), max(1, round(width / ratio)))
        on_white = Image.new("RGB", size, "white")
        fitted = ImageOps.fit(opened.convert("RGBA"), size)
        on_white.paste(fitted, mask=fitted)
        made = io.BytesIO()
        on_white.save(made, "JPEG", quality=88)
    _write(cropped, made.getvalue())


def _write(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as draft:
        draft.write(data)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).replace(path)


def _plain(name: str) -> str:
    """Return a name for showing only, of one line and bounded."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f/\\]", " ", name).split())[:120]
