"""Files that people send: taken as what they are, bounded before they are decoded, stripped of what they tell."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image
from recordings import M4A, MP3, OGG, WAV, WEBM

from bot import media
from smm.errors import Invalid
from storage import media as rows
from storage.engine import Database

SOUNDS = {"audio/ogg": OGG, "audio/mpeg": MP3, "audio/mp4": M4A, "audio/wav": WAV, "audio/webm": WEBM}
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"


def picture(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, "orange").save(data, kind)
    return data.getvalue()


def striped(width: int, height: int) -> bytes:
    """A picture whose outer thirds are red, the longer way, and whose middle is see-through."""
    drawn = Image.new("RGBA", (width, height), "red")
    middle = (width // 3, 0, 2 * width // 3, height) if width > height else (0, height // 3, width, 2 * height // 3)
    drawn.paste((0, 0, 0, 0), middle)
    data = io.BytesIO()
    drawn.save(data, "PNG")
    return data.getvalue()


def photo(orientation: int) -> bytes:
    """A photo as a phone makes it: with the place it was taken at, and perhaps lying on its side."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(0x8825)[1] = "N"
    left_red = Image.new("RGB", (40, 20), "blue")
    left_red.paste("red", (0, 0, 20, 20))
    data = io.BytesIO()
    left_red.save(data, "JPEG", exif=exif, comment=b"SecretComment", quality=95)
    return data.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A few hundred bytes that ask for gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


def animation(frames: int) -> bytes:
    pages = [Image.new("P", (2, 2), number % 7) for number in range(frames)]
    for number, page in enumerate(pages):
        page.putpixel((0, 0), number % 5)
    data = io.BytesIO()
    pages[0].save(data, "GIF", save_all=True, append_images=pages[1:], optimize=False)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("GIF"), "image/gif"),
        (picture("WEBP"), "image/webp"),
        (MP4, "video/mp4"),
        (b"%PDF-1.7\n", "application/pdf"),
    ],
)
async def test_a_file_is_kept_under_its_digest(database: Database, tmp_path: Path, data: bytes, mime: str) -> None:
    kept = await media.keep(database, tmp_path / "media", data, brand_id=None, name="../../x\x00\n/etc/passwd")
    assert kept.mime == mime
    assert kept.digest == hashlib.sha256((tmp_path / "media" / kept.digest).read_bytes()).hexdigest()
    assert kept.name == ".. .. x etc passwd"
    assert (await database.read(rows.of, [kept.digest]))[kept.digest] == kept
    assert (kept.width, kept.height) == ((40, 30) if mime.startswith("image/") else (0, 0))


async def test_the_same_file_again_is_the_same_file(database: Database, tmp_path: Path) -> None:
    first = await media.keep(database, tmp_path, picture("PNG"), brand_id=None, name="a.png")
    assert await media.keep(database, tmp_path, picture("PNG"), brand_id=None, name="b.png") == first


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ\x90",
        b"PK\x03\x04",
        b"\x89PNG\r\n\x1a\n",
        picture("PNG")[:60],
        picture("JPEG")[:200],
        b"GIF89a" + b"\xff" * 40,
        b"\xff\xd8\xff" + b"\xff" * 60,
        bomb(30_000, 30_000),
        bomb(12_001, 1),
        bomb(9_000, 5_000),
        animation(301),
    ],
    ids=lambda data: repr(data[:12]),
)
async def test_what_cannot_be_shown_is_refused_and_not_kept(database: Database, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Invalid):
        await media.keep(database, tmp_path / "media", data, brand_id=None)
    assert not (tmp_path / "media").exists()


async def test_a_file_that_is_too_large_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="larger than 25 MB"):
        await media.keep(database, tmp_path, b"%PDF-" + b"x" * media.MOST_BYTES, brand_id=None)


async def test_a_photo_tells_nothing_about_where_it_was_taken(database: Database, tmp_path: Path) -> None:
    kept = await media.keep(database, tmp_path, photo(1), brand_id=None)
    data = (tmp_path / kept.digest).read_bytes()
    assert b"Secret" not in data
    assert not Image.open(io.BytesIO(data)).getexif()
    before, after = Image.open(io.BytesIO(photo(1))), Image.open(io.BytesIO(data))
    assert before.tobytes() == after.tobytes()


async def test_a_photo_that_lies_on_its_side_is_turned_upright(database: Database, tmp_path: Path) -> None:
    kept = await media.keep(database, tmp_path, photo(6), brand_id=None)
    upright = Image.open(tmp_path / kept.digest).convert("RGB")
    assert (kept.width, kept.height) == upright.size == (20, 40)
    red = upright.getpixel((10, 5))
    assert isinstance(red, tuple)
    assert red[0] > 200
    assert red[2] < 60


async def test_a_thumbnail_is_small_and_made_once(database: Database, tmp_path: Path) -> None:
    kept = await media.keep(database, tmp_path, picture("JPEG", (2000, 1000)), brand_id=None)
    small = await media.thumbnail(tmp_path, kept.digest)
    assert Image.open(small).size == (640, 320)
    made = small.stat().st_mtime_ns
    assert (await media.thumbnail(tmp_path, kept.digest)).stat().st_mtime_ns == made


@pytest.mark.parametrize(("mime", "data"), SOUNDS.items())
async def test_a_recording_is_kept_as_what_it_is(database: Database, tmp_path: Path, mime: str, data: bytes) -> None:
    assert (await media.keep(database, tmp_path, data, brand_id=None)).mime == mime


async def test_a_recording_is_no_larger_than_telegram_hands_out(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="larger than 20 MB"):
        await media.keep(database, tmp_path, OGG + bytes(20 * 1024 * 1024), brand_id=None)


@pytest.mark.parametrize(("width", "height"), [(300, 100), (100, 300)])
async def test_a_picture_is_cropped_around_its_middle(
    database: Database, tmp_path: Path, width: int, height: int
) -> None:
    kept = await media.keep(database, tmp_path, striped(width, height), brand_id=None)
    path = await media.shown(tmp_path, kept.digest, 1000)
    with Image.open(path) as cropped:
        assert cropped.format == "JPEG"
        assert cropped.size == (100, 100)
        colours = {cropped.convert("RGB").resize((1, 1)).getpixel((0, 0))}
    assert colours == {(255, 255, 255)}, "only the see-through middle, on white"
    assert await media.shown(tmp_path, kept.digest) == tmp_path / kept.digest, "the original stays as it was"


async def test_a_crop_of_a_large_picture_is_as_small_as_a_preview_needs(database: Database, tmp_path: Path) -> None:
    kept = await media.keep(database, tmp_path, picture("JPEG", (4000, 1000)), brand_id=None)
    with Image.open(await media.shown(tmp_path, kept.digest, 3000)) as cropped:
        assert cropped.size == (media.CROP, round(media.CROP / 3))
