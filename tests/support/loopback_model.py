"""A language model on loopback: chat completions over real sockets, answering what the test says, remembering what it was asked.

Format: https://platform.openai.com/docs/api-reference/chat (streams are server-sent events ending in `[DONE]`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


def variants(*texts: str) -> str:
    """Return the JSON that a model is asked for."""
    return json.dumps({"variants": list(texts)}, ensure_ascii=False)


@dataclass
class LoopbackModel:
    """What the model will answer. `status` other than 200 answers that error; `piece` is the length of a streamed piece."""

    answer: str = field(default_factory=lambda: variants("First.", "Second.", "Third."))
    status: int = 200
    body: str = ""  # sent instead of an answer, as it is
    refusal: str = ""
    structured: bool = True  # whether response_format is known
    piece: int = 8
    delay: float = 0.0  # seconds before each answer or piece
    cut: int = 0  # close the connection after so many pieces
    reply: Callable[[dict[str, Any]], str] | None = None
    url: str = ""
    spoken: str = "Make it shorter."  # what a voice note says
    heard: list[tuple[str, bytes, dict[str, str]]] = field(
        default_factory=list
    )  # a note's name, bytes, and what was asked
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def prompt(self) -> str:
        """Everything that the model was last told."""
        return "\n".join(message["content"] for message in self.asked[-1]["messages"])

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """Answer a chat completion."""
        asked = await request.json()
        self.asked.append(asked)
        self.keys.append(request.headers.get("Authorization", ""))
        await asyncio.sleep(self.delay)
        if self.status != 200:
            return web.json_response({"error": {"message": "no", "type": "made_up"}}, status=self.status)
        if "response_format" in asked and not self.structured:
            return web.json_response({"error": {"message": "response_format is unknown"}}, status=400)
        if self.body:
            return web.Response(text=self.body, content_type="application/json")
        text = self.reply(asked) if self.reply else self.answer
        return await self._stream(request, text) if asked.get("stream") else web.json_response(self._whole(text))

    async def transcribe(self, request: web.Request) -> web.StreamResponse:
        """Answer an audio transcription: https://platform.openai.com/docs/api-reference/audio/createTranscription."""
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        told = {name: part for name, part in form.items() if isinstance(part, str)}
        self.heard.append((file.filename, file.file.read(), told))
        self.keys.append(request.headers.get("Authorization", ""))
        await asyncio.sleep(self.delay)
        if self.status != 200:
            return web.json_response({"error": {"message": "no", "type": "made_up"}}, status=self.status)
        if self.body:
            return web.Response(text=self.body, content_type="application/json")
        return web.json_response({"text": self.spoken})

    def _whole(self, text: str) -> dict[str, Any]:
        message = {"role": "assistant", "content": text, "refusal": self.refusal or None}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return {"id": "c", "object": "chat.completion", "created": 1, "model": "loopback", "choices": [choice]}

    async def _stream(self, request: web.Request, text: str) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        pieces = [{"refusal": self.refusal}] if self.refusal else self._pieces(text)
        for number, delta in enumerate(pieces):
            if self.cut and number == self.cut:
                assert request.transport is not None
                request.transport.abort()
                return response
            choice = {"index": 0, "delta": delta, "finish_reason": None}
            chunk = {
                "id": "c",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "loopback",
                "choices": [choice],
            }
            await response.write(f"data: {json.dumps(chunk)}\n\n".encode())
            await asyncio.sleep(self.delay)
        await response.write(b"data: [DONE]\n\n")
        return response

    def _pieces(self, text: str) -> list[dict[str, str]]:
        return [{"content": text[at : at + self.piece]} for at in range(0, len(text), self.piece)]


@asynccontextmanager
async def loopback_model(**given: Any) -> AsyncIterator[LoopbackModel]:
    """Run a model on a free port of loopback."""
    model = LoopbackModel(**given)
    application = web.Application()
    application.router.add_post("/v1/chat/completions", model.complete)
    application.router.add_post("/v1/audio/transcriptions", model.transcribe)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server = site._server
    assert isinstance(server, asyncio.Server)
    model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    yield model
    await runner.cleanup()
