"""Voice notes as reasons: the file is the reason, a transcript is a help to read it.

The decision stands at once, whatever becomes of the transcript; cards follow when there is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from smm import posts
from smm.alerts import NOW, refresh
from smm.desk import Desk
from smm.errors import N_, Invalid, WriterError
from smm.posts import Whole
from smm.text import clean
from storage import approvals, brands, jobs, media, voices
from storage.media import Media
from storage.unit_of_work import UnitOfWork
from storage.voices import Voice

LONGEST = 4_000  # characters of a transcript that are kept
_SILENCE = N_("No words were heard in it.")


def among(uow: UnitOfWork, brand_id: int, digests: Sequence[str]) -> Media | None:
    """Return the one voice note among files that came with a reason; refuse files that are none, and more than one."""
    if not digests:
        return None
    known = media.of(uow, digests)
    found = [known[digest] for digest in dict.fromkeys(digests) if digest in known]
    if len(found) != 1 or not is_voice(found[0]) or found[0].brand_id not in {None, brand_id}:
        raise Invalid(N_("Send words or one voice note, an audio file or a short video."), field="reason")
    return found[0]


def is_voice(file: Media) -> bool:
    """Say whether somebody may be heard in a file."""
    return file.mime.startswith("audio/") or file.mime == "video/mp4"


def keep(uow: UnitOfWork, whole: Whole, approval_id: int, member_id: int, note: Media) -> None:
    """Keep the voice note of a decision, and ask for it to be written down where a model is set."""
    voice_id = voices.add(uow, whole.brand.id, approval_id, member_id, note.digest, note.mime)
    jobs.queue(uow, "hear", f"voice:{voice_id}", {"voice": voice_id})


def of(uow: UnitOfWork, approval_id: int) -> Voice | None:
    """Return the voice note of a decision."""
    return voices.of_approval(uow, approval_id)


async def hear(desk: Desk, args: Mapping[str, Any]) -> None:
    """Have a voice note written down: the job of the kind "hear"."""
    if not desk.transcriber.model:
        return
    found = await desk.database.write(_take_up, int(args["voice"]))
    if found is None:
        return
    voice, language = found
    try:
        text = clean(await desk.transcriber.transcribe(desk.media / voice.digest, voice.mime, language), LONGEST)
    except WriterError as error:
        await desk.database.write(_finish, voice, state="failed", error=error.words)
    else:
        heard = {"state": "heard", "text": text} if text.strip() else {"state": "failed", "error": _SILENCE}
        await desk.database.write(_finish, voice, model=desk.transcriber.model, **heard)


def _take_up(uow: UnitOfWork, voice_id: int) -> tuple[Voice, str] | None:
    voice = voices.get(uow, voice_id)
    if voice is None or not voices.move(uow, voice_id, "kept", "hearing", state="hearing"):
        return None
    _redraw(uow, voice)
    brand = brands.get(uow, voice.brand_id)
    return voice, brand.language if brand else ""


def _finish(uow: UnitOfWork, /, voice: Voice, **values: Any) -> None:
    if voices.move(uow, voice.id, "hearing", heard_at=uow.now, **values):
        _redraw(uow, voice)


def _redraw(uow: UnitOfWork, voice: Voice) -> None:
    approval = approvals.get(uow, voice.approval_id)
    if approval is not None:
        refresh(uow, "decision", approval.id, NOW)
        for view in posts.VIEWS:
            refresh(uow, view, approval.post_id, NOW)
