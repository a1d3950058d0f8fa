"""Questions to one person: a form where the chat shows forms, one after another where it does not."""

from __future__ import annotations

from typing import Any

import pytest
from dialog import Person, PlainWords, TestDesk, open_desk
from spoken import words

from bot.delivery import Delivery
from bot.router import Router
from handlers import route
from handlers.card import Answer, Ask, Card, Notice, Question, para
from handlers.route import Context
from smm.errors import Invalid
from smm.roles import Right
from storage.engine import Database

DIGEST = "a" * 64
QUESTIONS = (
    Question("title", "What is it called?", "line", limit=20),
    Question("text", "What does it say?", "text"),
    Question("tone", "Which tone?", "choice", options=(("warm", "Warm"), ("cool", "Cool"))),
    Question("when", "When?", "moment"),
    Question("pictures", "Pictures?", "files", required=False),
)


@pytest.fixture(autouse=True)
def trial_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that asks, and an action that tells what it was answered."""
    route.load()
    monkeypatch.setattr(route, "_routes", dict(route.routes()))
    route.command("ask", needs=Right.SEE, help="Ask everything")(_ask)
    route.action("trial.answered", needs=Right.WRITE, help="Keep the answers")(_answered)


def _ask(context: Context) -> Answer:
    wanted = context.text.split()
    questions = tuple(one for one in QUESTIONS if not wanted or one.name in wanted)
    return Card(title="Tell me", ask=Ask("trial.answered", questions, "Done", 7, 2, {"given": "before"}))


def _answered(context: Context) -> Answer:
    if context.args.get("title") == "taken":
        raise Invalid("That name is taken.", field="title")
    said = " ".join(f"{name}={value}" for name, value in sorted(context.args.items()))
    return Card(
        title="Answered", body=(para(f"{context.object_id}.{context.version} {said} files={len(context.files)}"),)
    )


GOOD = {"title": "Beans", "text": "Two\nlines", "tone": "warm", "when": "tomorrow 10:00", "pictures": DIGEST}


async def test_a_form_brings_all_answers_at_once(desk: TestDesk) -> None:
    await desk.anna.says("/ask")
    said = words(await desk.anna.answers(**GOOD))
    assert "7.2 given=before pictures=" in said
    assert "when=2026-03-03T10:00:00+01:00" in said
    assert "files=1" in said
    assert [card.title for card in desk.room("team").cards] == ["Answered"]
    assert desk.room("team").cards[0].ask is None, "the answered form still stands there"


async def test_a_form_says_what_is_wrong_beside_each_question_and_stays_open(desk: TestDesk) -> None:
    await desk.anna.says("/ask")
    wrong = await desk.anna.answers(
        title="x" * 21, text=" ", tone="hot", when="yesterday 10:00", pictures="../etc/passwd"
    )
    assert isinstance(wrong, dict)
    assert set(wrong) == {"title", "text", "tone", "when", "pictures"}
    assert "at most 20" in wrong["title"]
    assert "Warm, Cool" in wrong["tone"]
    assert await desk.anna.answers(**{**GOOD, "title": "taken"}) == {"title": "That name is taken."}
    assert "Answered" in words(await desk.anna.answers(**GOOD))


async def test_a_form_is_answered_once_by_the_person_asked_in_their_room(desk: TestDesk, clock: Any) -> None:
    await desk.anna.says("/ask title")
    ask = desk.room("team").cards[-1].ask
    assert ask is not None
    parts = {"kind": "answer", "ref": ask.ref, "values": {"title": "Beans"}}
    assert "somebody else" in words((await desk.vera.receives(**parts)).notice)
    assert "another chat" in words((await desk.anna.at("client").receives(**parts)).notice)
    assert (await desk.anna.receives(**parts)).notice is None
    assert "not open any more" in words((await desk.anna.receives(**parts)).notice)
    assert [card.title for card in desk.room("team").cards].count("Answered") == 1


async def test_the_right_is_asked_for_when_the_answer_comes(desk: TestDesk) -> None:
    """Boris may look and was asked, but what the answers do is not his to do."""
    await desk.boris.says("/ask title")
    notice = await desk.boris.answers(title="Beans")
    assert isinstance(notice, Notice)
    assert "role does not allow" in notice.text


async def test_a_form_is_not_open_for_ever(desk: TestDesk, clock: Any) -> None:
    await desk.anna.says("/ask title")
    clock.advance(days=2)
    assert "not open any more" in words(await desk.anna.answers(title="Beans"))


@pytest.fixture
async def chat(database: Database) -> TestDesk:
    """A desk on a platform without forms, with Anna alone in a private chat."""
    desk = await open_desk(database, forms=())
    desk.anna = desk.anna.at("member-1", private=True)
    return desk


async def test_without_forms_one_question_follows_another(chat: TestDesk) -> None:
    anna = chat.anna
    first = await anna.says("/ask")
    assert isinstance(first, Card)
    assert first.ask is not None
    assert [one.label for one in first.ask.questions] == ["What is it called?"]
    await anna.says("Beans")
    await anna.says("Two\nlines")
    await anna.presses("Warm")
    wrong = await anna.says("25:99")
    assert "not a date and a time" in words(wrong)
    await anna.says("завтра 10:00")
    said = words(await anna.presses("Skip"))
    assert "pictures= " in said
    assert "text=Two\nlines" in said
    assert "tone=warm" in said


async def test_a_file_answers_a_question_for_files(chat: TestDesk) -> None:
    await chat.anna.says("/ask pictures")
    assert "files=2" in words(await chat.anna.says("", files=[DIGEST, "b" * 64]))


async def test_a_restart_loses_no_question(chat: TestDesk) -> None:
    await chat.anna.says("/ask title text")
    await chat.anna.says("Beans")
    chat.router = Router(chat.database, PlainWords, ())
    chat.delivery = Delivery(chat.database, [chat.transport], PlainWords)
    assert "text=Body title=Beans" in words(await chat.anna.says("Body"))


async def test_a_refused_answer_is_asked_for_again_and_the_others_are_kept(chat: TestDesk) -> None:
    await chat.anna.says("/ask title text")
    await chat.anna.says("taken")
    again = await chat.anna.says("Body")
    assert "That name is taken." in words(again)
    assert "text=Body title=Beans" in words(await chat.anna.says("Beans"))


@pytest.mark.parametrize("how", ["button", "command"])
async def test_questions_can_be_stopped(chat: TestDesk, how: str) -> None:
    await chat.anna.says("/ask title")
    stopped = await (chat.anna.presses("Cancel") if how == "button" else chat.anna.says("/cancel"))
    assert "Stopped" in words(stopped)
    assert "did not understand" in words(await chat.anna.says("Beans"))
    assert "nothing to stop" in words(await chat.anna.says("/cancel"))


async def test_a_button_of_a_question_that_was_answered_is_dead(chat: TestDesk) -> None:
    await chat.anna.says("/ask tone title")
    await chat.anna.says("Beans")
    stale = chat.anna.ref("Cool")
    await chat.anna.presses("Warm")
    outcome = await chat.anna.receives(kind="press", ref=stale)
    assert "not open any more" in words(outcome.notice)


async def test_in_a_group_only_a_reply_to_the_prompt_answers(chat: TestDesk) -> None:
    anna = chat.anna.at("team")
    await anna.says("/ask title")
    prompt, _card = chat.room("team").messages[-1]
    await anna.says("by the way")
    assert await chat.boris.says("Mine", reply_to=prompt) is None, "somebody else's answer was taken"
    assert "Answered" in words(await anna.says("Beans", reply_to=prompt))


async def test_who_speaks_beside_an_open_question_in_a_group_is_told_that_nothing_was_sent(
    chat: TestDesk, clock: Any
) -> None:
    anna = chat.anna.at("team")
    await anna.says("/ask title")
    said = "Only this room has read that: it was not taken as the answer. “Tell me” is still open, write it there."
    assert said in words(await anna.says("Beans"))
    assert await anna.says("I mean the new ones") is None, "a talk about the question is not commented line by line"
    assert await chat.boris.says("Beans") is None, "nothing is asked of Boris"
    assert await Person(chat, anna.user_id, anna.name, chat.room("other")).says("Beans") is None
    clock.advance(minutes=11)
    assert said in words(await anna.says("Beans"))
    assert [card.title for card in chat.room("team").cards] == ["Tell me", "", ""], "the question is not open any more"


async def test_in_a_group_no_answered_question_stays(chat: TestDesk) -> None:
    anna = chat.anna.at("team")
    await anna.says("/ask title tone")
    prompt, _card = chat.room("team").messages[-1]
    await anna.says("x" * 21, reply_to=prompt)
    prompt, again = chat.room("team").messages[-1]
    assert "too long" in words(again)
    await anna.says("Beans", reply_to=prompt)
    await anna.presses("Warm")
    assert [card.title for card in chat.room("team").cards] == ["Answered"]


async def test_in_private_answered_questions_stay_as_lines_that_cannot_be_pressed(chat: TestDesk) -> None:
    await chat.anna.says("/ask title tone")
    await chat.anna.says("Beans")
    await chat.anna.presses("Warm")
    *lines, answered = chat.anna.room.cards
    assert [words(line).strip() for line in lines] == ["What is it called?", "Which tone? Warm"]
    assert all(not line.buttons for line in lines)
    assert answered.title == "Answered"


async def test_a_secret_does_not_stay_in_the_talk(chat: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "QUESTIONS", (Question("key", "Key?", "secret"),))
    await chat.anna.says("/ask")
    written = await chat.transport.send(chat.anna.room.chat, Card(title="my-key, as Anna wrote it"))
    await chat.anna.receives(kind="words", text="my-key", message_id=written.message_id)
    assert "my-key, as" not in str(chat.anna.room.cards)


async def test_a_form_can_be_closed_unanswered(desk: TestDesk) -> None:
    await desk.anna.says("/ask title")
    ask = desk.room("team").cards[-1].ask
    assert ask is not None
    stopped = await desk.anna.receives(kind="answer", ref=ask.ref, cancelled=True)
    assert "Nothing was changed" in words(stopped.notice)
    assert desk.room("team").cards == []


@pytest.mark.parametrize(("said", "why"), [("2020-01-01 10:00", "has passed"), ("2031-01-01 10:00", "two years")])
async def test_a_moment_is_ahead_and_not_too_far(desk: TestDesk, said: str, why: str) -> None:
    await desk.anna.says("/ask when")
    wrong = await desk.anna.answers(when=said)
    assert isinstance(wrong, dict)
    assert why in wrong["when"]
