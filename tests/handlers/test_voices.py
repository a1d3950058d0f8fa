"""Voice notes as reasons: the decision stands at once with the recording, the transcript follows, and its failure is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from clocks import Clock
from dialog import TestDesk, open_desk
from fake_networks import FakeNetworks
from post_world import NoWriter, PostDesk, labels_of, words_of
from recordings import OGG

from bot import media
from bot.jobs import run_job
from handlers.card import Card, Notice
from smm.desk import Desk
from smm.errors import WriterError
from storage import jobs
from storage.engine import Database


class Ear:
    """A transcription model in memory."""

    def __init__(self, heard: str = "", error: str = "") -> None:
        self.model, self._heard, self._error = "ear-1", heard, error

    async def transcribe(self, file: Path, mime: str, language: str) -> str:
        assert len(file.name) == 64, "it is handed the kept file"
        if self._error:
            raise WriterError(self._error)
        return self._heard


@pytest.fixture
async def posting(database: Database, clock: Clock) -> PostDesk:
    """A desk whose platform asks one question after another, as Telegram does."""
    made = PostDesk(await open_desk(database, forms=()), clock, FakeNetworks(clock))
    await made.add_account()
    await made.desk.vera.says("/post Autumn menu")
    await made.desk.vera.presses("Send for approval")
    return made


async def keep(posting: PostDesk, folder: Path, data: bytes = OGG) -> str:
    kept = await media.keep(posting.database, folder, data, brand_id=posting.brand_id)
    return kept.digest


async def hears(posting: PostDesk, folder: Path, ear: Ear | None) -> None:
    """Run the jobs that were asked for."""
    ports = Desk(posting.database, posting.networks, NoWriter(), folder, *([ear] if ear else []))
    for job in await posting.database.read(jobs.due, posting.clock.now):
        await run_job(ports, job.id)
    await posting.desk.settle()


def decision(desk: TestDesk) -> Card:
    return next(card for card in reversed(desk.room("team").cards) if card.pictures)


async def ask(posting: PostDesk) -> str:
    """Press "Request changes" as the client; return the prompt's message."""
    await posting.desk.clara.presses("Request changes")
    return posting.desk.room("client").messages[-1][0]


async def test_a_voice_note_says_what_should_change_and_is_written_down(posting: PostDesk, tmp_path: Path) -> None:
    digest = await keep(posting, tmp_path)
    prompt = await ask(posting)
    told = await posting.desk.clara.says("", [digest], reply_to=prompt)
    assert isinstance(told, Card)
    assert "The team has been told" in words_of(told)
    card = decision(posting.desk)
    assert [(picture.digest, picture.mime, picture.alt) for picture in card.pictures] == [
        (digest, "audio/ogg", "Voice note by Clara")
    ]
    assert "Voice note" in words_of(card)
    await hears(posting, tmp_path, Ear("Make it <b>shorter</b>."))
    told_now = words_of(decision(posting.desk))
    assert "Clara, as heard by a machine: Make it <b>shorter</b>." in told_now
    assert "Voice note\n" not in told_now
    assert "as heard by a machine" in words_of(posting.desk.room("client").cards[0])
    await hears(posting, tmp_path, Ear("Something else"))
    assert words_of(decision(posting.desk)) == told_now, "it is heard once"


async def test_words_and_a_voice_note_go_together(posting: PostDesk, tmp_path: Path) -> None:
    prompt = await ask(posting)
    await posting.desk.clara.says("The price is wrong", [await keep(posting, tmp_path)], reply_to=prompt)
    assert "Clara: The price is wrong" in words_of(decision(posting.desk))
    assert decision(posting.desk).pictures


@pytest.mark.parametrize(
    ("ear", "told"),
    [
        (None, "Voice note"),
        (Ear(error="The transcription model does not answer."), "Voice note. The transcription model does not answer."),
        (Ear("  "), "Voice note. No words were heard in it."),
    ],
)
async def test_without_a_transcript_there_is_the_recording(
    posting: PostDesk, tmp_path: Path, ear: Ear | None, told: str
) -> None:
    prompt = await ask(posting)
    await posting.desk.clara.says("", [await keep(posting, tmp_path)], reply_to=prompt)
    await hears(posting, tmp_path, ear)
    assert told in words_of(decision(posting.desk)).splitlines()
    assert decision(posting.desk).pictures


async def test_a_voice_note_in_reply_to_the_card_is_a_request_for_changes(posting: PostDesk, tmp_path: Path) -> None:
    desk, digest = posting.desk, await keep(posting, tmp_path)
    card = desk.room("client").messages[0][0]
    assert await desk.clara.says("looks nice", reply_to=card) is None, "words in reply to a card are talk"
    await desk.clara.says("", [digest], reply_to=card)
    assert decision(desk).pictures
    assert "Changes requested" in words_of(desk.room("team").cards[0])
    again = await desk.clara.says("", [digest], reply_to=card)
    assert isinstance(again, Card)
    assert "Clara has already asked for changes" in words_of(again)


async def test_a_voice_note_of_the_team_needs_the_right_to_approve(posting: PostDesk, tmp_path: Path) -> None:
    await posting.policy(mode="internal")
    desk, digest = posting.desk, await keep(posting, tmp_path)
    await desk.vera.says("/post Winter menu")
    await desk.vera.presses("Send for approval")
    card = next(number for number, one in desk.room("team").messages if "Winter" in words_of(one))
    refused = await desk.boris.says("", [digest], reply_to=card)
    assert isinstance(refused, Card)
    assert "Your role does not allow that" in words_of(refused)
    await desk.anna.says("", [digest], reply_to=card)
    assert "Anna asked for changes" in words_of(decision(desk))


async def test_a_picture_or_two_notes_are_no_reason(posting: PostDesk, tmp_path: Path) -> None:
    pdf = await keep(posting, tmp_path, b"%PDF-1.7 a contract")
    prompt = await ask(posting)
    asked = await posting.desk.clara.says("See this", [pdf], reply_to=prompt)
    assert isinstance(asked, Card)
    assert "Send words or one voice note" in words_of(asked)
    again = posting.desk.room("client").messages[-1][0]
    answered = await posting.desk.clara.says("Shorter, please", reply_to=again)
    assert isinstance(answered, Card)
    assert "The team has been told" in words_of(answered)


async def test_a_recording_is_never_part_of_a_post(posting: PostDesk, tmp_path: Path) -> None:
    refused = await posting.desk.vera.says("/post Listen", [await keep(posting, tmp_path)])
    assert isinstance(refused, Card)
    assert "a recording cannot go out" in words_of(refused)


async def test_a_form_takes_either(database: Database, clock: Clock, tmp_path: Path) -> None:
    made = PostDesk(await open_desk(database), clock, FakeNetworks(clock))
    await made.add_account()
    await made.desk.vera.says("/post Autumn menu")
    await made.desk.vera.presses("Send for approval")
    await made.desk.clara.presses("Reject")
    assert await made.desk.clara.answers(reason="") == {"reason": "This needs an answer."}
    assert await made.desk.clara.answers(reason="", voice=await keep(made, tmp_path)) == Notice(
        "Rejected. The team has been told."
    )
    assert decision(made.desk).pictures
    assert "Approve" not in labels_of(decision(made.desk))
