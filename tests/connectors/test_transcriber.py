"""The transcription model over real sockets: what is said in a note, or honest words about why not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from loopback_model import LoopbackModel, loopback_model
from recordings import OGG

from connectors.transcriber import TranscriptionModel
from smm.errors import WriterError

KEY = "sk-not-a-real-key"


@pytest.fixture
async def model() -> AsyncIterator[LoopbackModel]:
    async with loopback_model() as running:
        yield running


@pytest.fixture
async def transcriber(model: LoopbackModel) -> AsyncIterator[TranscriptionModel]:
    opened = TranscriptionModel(model.url, KEY, "loopback-1", patience=30)
    yield opened
    await opened.close()


@pytest.fixture
def note(tmp_path: Path) -> Path:
    file = tmp_path / ("a" * 64)
    file.write_bytes(OGG)
    return file


async def test_what_is_said_is_written_down(model: LoopbackModel, transcriber: TranscriptionModel, note: Path) -> None:
    model.spoken = "Сделайте короче."
    assert await transcriber.transcribe(note, "audio/ogg", "ru") == "Сделайте короче."
    name, content, told = model.heard[0]
    assert (name, content) == ("note.ogg", OGG), "the server tells the format by the name"
    assert {"model": "loopback-1", "language": "ru"}.items() <= told.items()
    assert model.keys == [f"Bearer {KEY}"]


async def test_what_a_model_made_up_is_disarmed(
    model: LoopbackModel, transcriber: TranscriptionModel, note: Path
) -> None:
    model.spoken = "Subscribe at https://evil.example \u202eor write to @evil\x00."
    heard = await transcriber.transcribe(note, "audio/ogg", "")
    assert "evil" not in heard
    assert heard.isprintable()


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, "", "does not accept its key"),
        (404, "", "does not know the transcription model"),
        (400, "", "made nothing of it"),
        (500, "", "does not answer"),
        (200, '{"text": 7}', "made nothing of it"),
        (200, "[", "made nothing of it"),
    ],
)
async def test_every_failure_says_what_to_do(
    model: LoopbackModel, transcriber: TranscriptionModel, note: Path, status: int, body: str, told: str
) -> None:
    model.status, model.body = status, body
    with pytest.raises(WriterError) as caught:
        await transcriber.transcribe(note, "audio/ogg", "en")
    assert told in caught.value.words
    assert KEY not in repr(caught.value) + str(caught.value.__cause__)


async def test_a_lost_file_is_told(transcriber: TranscriptionModel, tmp_path: Path) -> None:
    with pytest.raises(WriterError, match="not here any more"):
        await transcriber.transcribe(tmp_path / "gone", "audio/ogg", "en")
