"""The language model over real sockets: three variants, in every mood of a server, and never more than a draft."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator

import pytest
from injections import OBEDIENT, corpus
from loopback_model import LoopbackModel, loopback_model, variants

from connectors.writer import LanguageModel
from smm.errors import WriterError
from smm.writing import Brief

KEY = "sk-not-a-real-key"
FOREIGN = re.compile(r"evil[.\w-]*\.example|https?://|www\.|зло\.рф|@\w|\d{3}-\d{3}|555 35|tg:/", re.IGNORECASE)


def brief(**changed: object) -> Brief:
    given: dict[str, object] = {
        "purpose": "reply",
        "language": "en",
        "brand": "Northwind Coffee",
        "tone": "Warm, short, no jargon.",
        "topic": "",
        "limits": {"demo": 500, "mastodon": 300},
        "stranger": "Do you have oat milk?",
        "examples": ("Yes, see https://northwind.example/menu",),
    }
    return Brief(**{**given, **changed})  # type: ignore[arg-type]


@pytest.fixture
async def model() -> AsyncIterator[LoopbackModel]:
    async with loopback_model() as running:
        yield running


@pytest.fixture
async def writer(model: LoopbackModel) -> AsyncIterator[LanguageModel]:
    opened = LanguageModel(model.url, KEY, "loopback-1", patience=30)
    yield opened
    await opened.close()


async def failure(writer: LanguageModel, *, streamed: bool = False) -> str:
    async def ignore(text: str) -> None: ...

    with pytest.raises(WriterError) as caught:
        await writer.suggest(brief(), ignore if streamed else None)
    return caught.value.words


async def test_three_variants_say_which_model_wrote_them(model: LoopbackModel, writer: LanguageModel) -> None:
    found = await writer.suggest(brief())
    assert [(one.text, one.source) for one in found] == [
        ("First.", "loopback-1"),
        ("Second.", "loopback-1"),
        ("Third.", "loopback-1"),
    ]


async def test_the_model_is_told_tone_limits_and_examples_and_asked_for_structure(
    model: LoopbackModel, writer: LanguageModel
) -> None:
    await writer.suggest(brief(topic="Oat milk week"))
    system = model.asked[0]["messages"][0]["content"]
    assert "Warm, short, no jargon." in system
    assert "On mastodon a text may have 300 characters" in system
    assert "northwind.example/menu" in model.prompt
    assert model.asked[0]["response_format"]["json_schema"]["strict"] is True
    assert not {"tools", "functions"} & model.asked[0].keys()
    assert KEY not in model.prompt
    assert model.keys == [f"Bearer {KEY}"]


async def test_a_streamed_text_is_told_while_it_grows(model: LoopbackModel, writer: LanguageModel) -> None:
    seen: list[str] = []

    async def tell(text: str) -> None:
        seen.append(text)

    found = await writer.suggest(brief(), tell)
    assert [one.text for one in found] == ["First.", "Second.", "Third."]
    assert len(seen) > 3
    assert seen[-1] == "First.\n\nSecond.\n\nThird."
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(seen))


async def test_a_server_without_structured_output_is_asked_once_more_in_plain_words(
    model: LoopbackModel, writer: LanguageModel
) -> None:
    model.structured = False
    model.answer = f"Here you are:\n```json\n{model.answer}\n```"
    assert len(await writer.suggest(brief())) == 3
    assert len(await writer.suggest(brief())) == 3
    assert ["response_format" in asked for asked in model.asked] == [True, False, False]


STATUSES = {
    401: "COPYDESK_WRITER_KEY",
    403: "COPYDESK_WRITER_KEY",
    404: "address",
    429: "busy",
    500: "does not answer",
    503: "does not answer",
}


@pytest.mark.parametrize("streamed", [False, True])
async def test_each_failure_of_the_server_names_the_next_step(
    model: LoopbackModel, writer: LanguageModel, streamed: bool
) -> None:
    for number, (status, hint) in enumerate(STATUSES.items(), 1):
        model.status = status
        assert hint in await failure(writer, streamed=streamed)
        assert len(model.asked) == number, "nothing is tried twice behind a person's back"


GARBAGE = (
    "",
    "no JSON at all",
    "{",
    '{"variants": 7}',
    '{"variants": [1, null]}',
    '{"variants": []}',
    "[]",
    '{"variants": ["  "]}',
    "{" * 5_000,
    "x" * 50_000,
)


@pytest.mark.parametrize("streamed", [False, True])
async def test_garbage_is_no_draft(model: LoopbackModel, writer: LanguageModel, streamed: bool) -> None:
    model.piece = 10_000
    for model.answer in GARBAGE:
        assert "cannot be used" in await failure(writer, streamed=streamed)


NO_MODEL = ("null", "[]", '"text"', "{}", '{"choices": []}', '{"choices": [{"message": null}]}', "<html>502</html>")


async def test_a_server_that_is_no_model_is_no_crash(model: LoopbackModel, writer: LanguageModel) -> None:
    for model.body in NO_MODEL:
        assert "language model" in await failure(writer)
        assert "language model" in await failure(writer, streamed=True)


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_refusal_is_said_as_one(model: LoopbackModel, writer: LanguageModel, streamed: bool) -> None:
    model.refusal = "I cannot help with that."
    assert "refused" in await failure(writer, streamed=streamed)


async def test_a_stream_that_breaks_off_is_no_draft(model: LoopbackModel, writer: LanguageModel) -> None:
    model.cut = 2
    assert "does not answer" in await failure(writer, streamed=True)


async def test_slow_and_silent_servers_are_not_waited_for(model: LoopbackModel) -> None:
    model.delay = 30
    assert "does not answer" in await failure(LanguageModel(model.url, KEY, "m", patience=0.1))
    assert "does not answer" in await failure(LanguageModel("http://127.0.0.1:9/v1", KEY, "m", patience=30))


async def test_variants_are_cut_to_the_shortest_limit(model: LoopbackModel, writer: LanguageModel) -> None:
    model.answer = variants("A sentence of some length. " * 40, "word" * 200, "😀" * 400)
    found = await writer.suggest(brief())
    assert [len(one.text.encode("utf-16-le")) // 2 <= 300 for one in found] == [True] * 3
    assert found[0].text.endswith("length.")


async def test_only_links_that_the_brand_wrote_stay(model: LoopbackModel, writer: LanguageModel) -> None:
    model.answer = variants(
        *OBEDIENT[:2], "See https://northwind.example/menu. Open 8.30-18.00 on 2026-03-02 at 09:00 today.We hope so"
    )
    found = await writer.suggest(brief(stranger="https://evil.example/login www.evil.example/x evil.example/free"))
    assert (
        found[-1].text == "See https://northwind.example/menu. Open 8.30-18.00 on 2026-03-02 at 09:00 today. We hope so"
    )
    assert not any(FOREIGN.search(one.text) for one in found[:2])


async def test_a_stranger_cannot_leave_the_fence(model: LoopbackModel, writer: LanguageModel) -> None:
    """A model that obeys every injection still writes nothing but text, without a foreign link and without our rules."""
    fences = set()
    for number, stranger in enumerate(corpus()):
        obedient = f"Fine. {OBEDIENT[number % len(OBEDIENT)]}"
        model.reply = lambda asked, obedient=obedient: variants(
            obedient, asked["messages"][0]["content"], asked["messages"][1]["content"]
        )
        found = await writer.suggest(brief(stranger=stranger, examples=()))
        task = model.asked[-1]["messages"][1]["content"]
        fence = task[-35:-3]
        fences.add(fence)
        assert task.startswith(f"Write a public answer to the stranger's text.\n<<<{fence}\n")
        assert task.endswith(f"\n{fence}>>>")
        assert task.count(fence) == 2
        assert len(task) <= 2_150
        assert model.asked[-1]["messages"][0]["content"] == model.asked[0]["messages"][0]["content"]
        assert len(found) == 1, "what repeats the rules or the marks is dropped"
        assert not FOREIGN.search(found[0].text), found[0].text
        assert not re.search("[\u200b\u202e\U000e0000-\U000e007f]", found[0].text + task)
    assert len(fences) == len(corpus()) > 150
