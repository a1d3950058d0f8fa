"""Writing, pressing and answering in a room, from a browser with and without script."""

from __future__ import annotations

import io
import re
from typing import Any

import httpx
from PIL import Image
from web_desk import ORIGIN, Browser, WebDesk

from handlers.card import Button, Card
from handlers.route import Context


def picture(colour: str = "red") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(data, "PNG")
    return data.getvalue()


async def button(desk: WebDesk, label: str, chat_id: str = "team") -> dict[str, str]:
    for message in reversed(await desk.messages(chat_id)):
        for row in (message.card or {}).get("buttons", ()):
            for one in row:
                if one["label"] == label:
                    return {"ref": one["ref"], "message": str(message.id)}
    raise AssertionError(f"no button {label}")


async def open_form(anna: Browser) -> dict[str, str]:
    await anna.sends("/chat/team/words", text="/tryout", key="say-tryout")
    await anna.sends("/press", **await button(anna.desk, "Ask"), key="press-ask-1")
    message = (await anna.desk.messages("team"))[-1]
    assert message.card is not None
    return {"ref": message.card["ask"]["ref"], "message": str(message.id)}


async def test_words_are_shown_and_answered(open_desk: WebDesk, handed: list[Context]) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    sent = await anna.sends("/chat/team/words", text="/tryout")
    assert sent.headers["location"] == "/s/me/chat/team"
    said, card = await open_desk.messages("team")
    assert (said.member_id, said.text) == (open_desk.world.anna.id, "/tryout")
    assert card.card is not None
    assert card.card["title"] == "Try me"
    assert handed[0].who.name == "Anna"
    assert "Try me" in (await anna.opens()).text


async def test_words_sent_twice_are_said_once(open_desk: WebDesk, handed: list[Context]) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    for _ in range(3):
        await anna.sends("/chat/team/words", text="/tryout", key="the-same-key")
    assert len(await open_desk.messages("team")) == 2
    assert len(handed) == 1


async def test_a_press_tells_the_presser_at_once(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    await anna.sends("/chat/team/words", text="/tryout", key="say-tryout")
    count = await button(open_desk, "Count")
    pressed = await anna.sends("/press", **count, key="press-one-1", script=True)
    assert pressed.json() == {"notice": {"text": "Pressed 1", "alarm": False}, "errors": {}}
    assert (await anna.sends("/press", **count, key="press-one-1", script=True)).json()["notice"] is None
    plain = await anna.sends("/press", **count, key="press-two-2")
    assert plain.status_code == 303
    assert "Pressed 2" in (await anna.opens()).text
    assert "Pressed 2" not in (await anna.opens()).text


async def test_without_script_a_press_is_confirmed_on_a_page(open_desk: WebDesk, handed: list[Context]) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    await anna.sends("/chat/team/words", text="/tryout", key="say-tryout")
    ref = (await button(open_desk, "Count"))["ref"]
    card = Card(title="Sure?", buttons=((Button("Do", "tryout.count", ref=ref, confirm="Really <do> it?"),),))
    message = await open_desk.shows("team", card)
    asked = await anna.sends("/press", ref=ref, message=message, key="press-one-1")
    assert "Really &lt;do&gt; it?" in asked.text
    assert len(handed) == 1
    await anna.sends("/press", ref=ref, message=message, key="press-one-1", confirmed="yes")
    assert len(handed) == 2


async def test_questions_are_answered_in_one_form(open_desk: WebDesk, handed: list[Context]) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    form = await open_form(anna)
    page = (await anna.opens()).text
    assert 'type="datetime-local"' in page
    assert "Europe/Berlin" in page
    answers = {"q.title": "Menu", "q.where": "one", "q.at": "2026-03-05T09:00", "q.body": "a\r\nb"}
    files = [("q.pictures", ("../../cup.png", picture(), "text/html"))]
    sent = await anna.sends("/answer", **form, **answers, files=files, script=True)
    assert sent.json()["errors"] == {}
    told = handed[-1].args
    assert told["title"] == "Menu"
    assert told["at"] == "2026-03-05T09:00:00+01:00"
    assert told["body"] == "a\nb"
    assert re.fullmatch("[0-9a-f]{64}", told["pictures"])
    assert (open_desk.media / told["pictures"]).read_bytes() == picture()
    assert "Told: Menu" in (await anna.opens()).text
    assert 'name="q.title"' not in (await anna.opens()).text


async def test_what_cannot_be_used_comes_back_beside_its_field(open_desk: WebDesk, handed: list[Context]) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    form = await open_form(anna)
    answers = {"q.title": "<Menu>", "q.where": "one", "q.body": "x" * 70, "q.at": "2026-03-29T02:30"}
    told = await anna.sends("/answer", **form, **answers, script=True)
    assert told.status_code == 422
    assert set(told.json()["errors"]) == {"body", "at"}
    files = [("q.pictures", ("cup.png", picture(), "image/png"))]
    page = (await anna.sends("/answer", **form, **answers, files=files, key="key-again-1")).text
    assert 'value="&lt;Menu&gt;"' in page
    assert "70 characters, at most 60" in page
    assert 'value="2026-03-29T02:30"' in page
    kept = re.search(r'type="checkbox" name="kept.pictures" value="([0-9a-f]{64})" checked', page)
    assert kept, "what was kept can be left out again"
    mended = {**answers, "q.body": "short", "q.at": "", "kept.pictures": kept[1]}
    await anna.sends("/answer", **form, **mended, key="key-again-2")
    assert handed[-1].args["pictures"] == kept[1]


async def test_a_question_is_for_the_person_who_was_asked(open_desk: WebDesk, handed: list[Context]) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    form = await open_form(anna)
    boris = await open_desk.browser(open_desk.world.boris)
    assert "Anna is answering this." in (await boris.opens()).text
    before = len(handed)
    told = await boris.sends("/answer", **form, **{"q.title": "Mine", "q.where": "all"}, script=True)
    assert told.json()["notice"]["text"]
    assert len(handed) == before


async def test_files_that_stand_elsewhere_cannot_be_claimed(open_desk: WebDesk, handed: list[Context]) -> None:
    clara = await open_desk.browser(open_desk.world.clara)
    private = f"/chat/member-{open_desk.world.clara.id}/words"
    await clara.sends(private, "client", files=[("files", ("a.png", picture("blue"), "image/png"))])
    theirs = (await open_desk.messages(f"member-{open_desk.world.clara.id}"))[0].files[0]
    anna = await open_desk.browser(open_desk.world.anna)
    form = await open_form(anna)
    answers = {"q.title": "Menu", "q.where": "one", "kept.pictures": theirs}
    await anna.sends("/answer", **form, **answers, script=True)
    assert handed[-1].args["pictures"] == ""


async def test_a_picture_is_kept_and_shown(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    await anna.sends("/chat/team/words", text="Look", files=[("files", ("cup.png", picture(), "image/png"))])
    digest = (await open_desk.messages("team"))[0].files[0]
    page = (await anna.opens()).text
    assert f'src="/s/me/media/{digest}/small"' in page
    whole = await anna.opens(f"/media/{digest}")
    assert whole.content == picture()
    assert whole.headers["content-type"] == "image/png"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in whole.headers["content-security-policy"]
    small = await anna.opens(f"/media/{digest}/small")
    assert small.headers["content-type"] == "image/webp"


async def test_a_file_that_is_not_what_it_says_is_refused_in_words(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    files = [("files", ("cup.png", b"<html><script>alert(1)</script>", "image/png"))]
    refused = await anna.sends("/chat/team/words", text="Look", files=files, script=True)
    assert refused.status_code == 422
    assert "Send a JPEG, PNG" in refused.json()["notice"]["text"]
    assert await open_desk.messages("team") == []


async def test_nothing_and_too_much_are_refused(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    assert (await anna.sends("/chat/team/words", text="  ")).status_code == 422
    assert (await anna.sends("/chat/team/words", text="x" * 20_001)).status_code == 422
    assert (await anna.sends("/chat/team/words", text="x", key="short")).status_code == 422
    assert await open_desk.messages("team") == []


async def test_a_closed_desk_says_so_and_loses_nothing(open_desk: WebDesk, handed: list[Context]) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    await open_desk.web.stop()
    refused: httpx.Response = await anna.sends("/chat/team/words", text="/tryout", script=True)
    assert refused.status_code == 503
    await open_desk.web.start(open_desk.router.receive)
    await anna.sends("/chat/team/words", text="/tryout", script=True)
    assert len(handed) == 1
    assert len(await open_desk.messages("team")) == 2


async def test_earlier_messages_are_a_page_away(open_desk: WebDesk) -> None:
    for number in range(50):
        await open_desk.shows("team", Card(title=f"Card number {number}."))
    anna = await open_desk.browser(open_desk.world.anna)
    newest = (await anna.opens()).text
    assert "Card number 49." in newest
    assert "Card number 9." not in newest
    earlier = re.search(r'href="(\?before=\d+)"', newest)
    assert earlier
    assert "Card number 9." in (await anna.opens(f"/chat/team{earlier[1]}")).text


async def test_what_is_new_is_counted_until_it_is_seen(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    await open_desk.shows("client", Card(title="One"))
    badge = r'data-room="client"><span aria-hidden="true">(\d+)'
    found = re.search(badge, (await anna.opens()).text)
    assert found
    assert found[1] == "1"
    await anna.opens("/chat/client")
    assert not re.search(badge, (await anna.opens()).text)
    message = await open_desk.shows("client", Card(title="Two"))
    await anna.sends("/chat/client/seen", message=message)
    assert not re.search(badge, (await anna.opens()).text)


async def test_the_menu_offers_what_a_person_may_say_here(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    clara = await open_desk.browser(open_desk.world.clara)
    assert 'data-command="/tryout"' in (await anna.opens()).text
    assert 'data-command="/tryout"' not in (await anna.opens("/chat/client")).text
    assert 'data-command="/tryout"' not in (await clara.opens("/chat/client")).text


async def test_what_is_written_into_the_rooms_field_while_a_form_is_open_answers_nothing_and_says_so(
    open_desk: WebDesk, handed: list[Context]
) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    await open_form(anna)
    handed.clear()
    told = await anna.sends("/chat/team/words", text="An answer, as I thought", key="beside-01", script=True)
    assert told.json()["notice"]["alarm"] is True
    assert "it was not taken as the answer. “Tell me” is still open" in told.json()["notice"]["text"]
    assert (await open_desk.messages("team"))[-1].text == "An answer, as I thought", "the others see no more than that"
    assert (await anna.sends("/chat/team/words", text="Just talk", key="beside-02", script=True)).json()[
        "notice"
    ] is None
    open_desk.database.clock.advance(minutes=11)  # type: ignore[attr-defined]
    await anna.sends("/chat/team/words", text="An answer, once more", key="beside-03")
    assert "it was not taken as the answer" in (await anna.opens()).text
    assert handed == []


async def test_a_page_that_is_closed_while_it_sends_is_no_failure_of_ours(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    request = anna.http.build_request(
        "POST", "/s/me/chat/team/words", data={"text": "half of"}, headers={"Origin": ORIGIN}
    )
    headers = [(name.lower(), value) for name, value in request.headers.raw]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": request.url.path, "raw_path": request.url.raw_path, "query_string": b"", "root_path": "",
        "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    coming = iter([{"type": "http.request", "body": b"text=ha", "more_body": True}, {"type": "http.disconnect"}])
    answered: list[Any] = []

    async def receive() -> Any:
        return next(coming)

    async def send(message: Any) -> None:
        answered.append(message)

    await open_desk.app(scope, receive, send)
    assert answered[0]["status"] == 400
    assert await open_desk.messages("team") == []
