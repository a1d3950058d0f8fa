"""The transcription model: what is said in a voice note, from any server that speaks OpenAI's audio transcriptions.

Live against a loopback server of the same shape; format: https://platform.openai.com/docs/api-reference/audio/createTranscription
(files up to 25 MB; 2026-11-25). What it returns is a stranger's text, with whatever it made up: it passes through
connectors/safe_text.py before anybody sees it.
"""

from __future__ import annotations

import asyncio
import importlib
import io
import wave
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.model_check import Outcome, outcome_of
from connectors.safe_text import clean, disarm
from smm.errors import N_, WriterError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

PATIENCE = 300.0  # seconds for a whole note
_RATE = 16_000  # samples a second
ANSWER = 40_000  # characters after which an answer is nonsense
# The server tells the format by the file's name.
_ENDINGS = {
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "audio/webm": "webm",
    "video/mp4": "mp4",
}
_USELESS = N_("The transcription model made nothing of it. Listen to the voice note.")
_SILENT = N_("The transcription model does not answer. Listen to the voice note.")
_KEY = N_("The transcription model does not accept its key. Ask the owner to set COPYDESK_TRANSCRIBER_KEY anew.")
_UNKNOWN = N_("The server does not know the transcription model. Ask the owner to check its address and name.")
_GONE = N_("The voice note's file is not here any more.")


class TranscriptionModel:
    """Hears through one model of one server. The client library is loaded with the first note, not at the start."""

    def __init__(self, url: str, key: str, model: str, *, patience: float = PATIENCE) -> None:
        self.model = model
        self._url = url
        self._key = key
        self._patience = patience
        self._client: AsyncOpenAI | None = None

    async def transcribe(self, file: Path, mime: str, language: str) -> str:
        """Return what is said in a file, without links, handles and numbers that nobody can check."""
        try:
            content = await asyncio.to_thread(file.read_bytes)
        except OSError as error:
            raise WriterError(_GONE) from error
        try:
            async with asyncio.timeout(self._patience):
                said = await self._ask((f"note.{_ENDINGS.get(mime, 'bin')}", content, mime), language)
        except TimeoutError as error:
            raise WriterError(_SILENT) from error
        return disarm(clean(said[:ANSWER]), ())

    async def check(self) -> Outcome:
        """Let it hear half a second of silence, and say how that went."""
        return await outcome_of(self._hear_nothing())

    async def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            await self._client.close()

    async def _ask(self, file: tuple[str, bytes, str], language: str) -> str:
        openai = await asyncio.to_thread(importlib.import_module, "openai")
        client = await self._opened()
        try:
            answer = await client.audio.transcriptions.create(
                file=file, model=self.model, language=language or openai.omit
            )
        except openai.OpenAIError as error:
            raise WriterError(_words(error)) from error
        except (ValueError, TypeError) as error:
            # A server that is not what it says: the client builds its answers without checking them.
            raise WriterError(_USELESS) from error
        text = getattr(answer, "text", None)
        if not isinstance(text, str):
            raise WriterError(_USELESS)
        return text

    async def _opened(self) -> AsyncOpenAI:
        openai = await asyncio.to_thread(importlib.import_module, "openai")
        self._client = self._client or openai.AsyncOpenAI(
            base_url=self._url, api_key=self._key, max_retries=1, timeout=self._patience
        )
        return self._client

    async def _hear_nothing(self) -> str:
        client = await self._opened()
        answer = await client.audio.transcriptions.create(file=("note.wav", _silence(), "audio/wav"), model=self.model)
        return answer.text


def _silence() -> bytes:
    """Return half a second of nothing as a WAV file, mono in 16 bits."""
    written = io.BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE)
        sound.writeframes(bytes(_RATE))
    return written.getvalue()


def _words(error: Exception) -> str:
    status = getattr(error, "status_code", 0)
    known = {401: _KEY, 403: _KEY, 404: _UNKNOWN, 429: _SILENT}
    return known.get(status, _USELESS if status and status < 500 else _SILENT)  # noqa: PLR2004 - an HTTP class
