"""Reports: gathered from what is stored, looked at by the team, shared as they were seen."""

from __future__ import annotations

from post_world import PostDesk, labels_of, words_of

from handlers.card import Card, Notice
from storage import metrics
from storage.unit_of_work import UnitOfWork


def _team(posting: PostDesk) -> Card:
    return next(card for card in reversed(posting.desk.room("team").cards) if "report, " in card.title)


def _client(posting: PostDesk) -> list[Card]:
    return [card for card in posting.desk.room("client").cards if "report, " in card.title]


async def _published(posting: PostDesk, text: str) -> None:
    await posting.desk.vera.says(f"/post {text}")
    await posting.desk.vera.presses("Send for approval")
    posting.clock.advance(hours=2)
    await posting.desk.clara.presses("Approve")
    card = next(card for card in reversed(posting.desk.room("team").cards) if "Publish now" in labels_of(card))
    await posting.desk.vera.presses(card, "Publish now")
    await posting.tick()


async def test_without_facts_there_is_no_data_and_no_zero(posting: PostDesk) -> None:
    await posting.desk.anna.says("/report 2026-02-01 2026-02-28")
    said = words_of(_team(posting))
    assert "The client will see this when you share it:" in said
    assert [line.partition(": ")[2] for line in said.splitlines()[-4:]] == ["no data"] * 4
    assert _client(posting) == []


async def test_the_client_gets_exactly_what_the_team_looked_at(posting: PostDesk) -> None:
    desk = posting.desk
    await _published(posting, "Autumn menu")
    await desk.anna.says("/report")
    await desk.anna.presses("This month")
    assert "What was published:\n• Autumn menu · Demo" in words_of(_team(posting))
    assert "Time to your approval: 120 min, one case" in words_of(_team(posting))
    await desk.anna.presses(_team(posting), "Comment")
    await desk.anna.answers(text="A good start")
    assert _client(posting) == []
    await _published(posting, "Winter menu")
    told = await desk.anna.presses(_team(posting), "Share with the client")
    assert told == Notice("Shared. The client has it now; it does not change any more.")
    (shared,) = _client(posting)
    assert "Anna: A good start" in words_of(shared)
    assert "Winter menu" not in words_of(shared), "shared is what was looked at"
    links = [span.href for block in shared.body if hasattr(block, "spans") for span in block.spans if span.href]
    assert links == ["https://demo.example/publish-1"]
    assert "Shared with the client." in words_of(_team(posting))


async def test_a_report_that_changed_meanwhile_is_not_shared(posting: PostDesk) -> None:
    desk = posting.desk
    await desk.anna.says("/report 2026-02-01 2026-02-28")
    ref = desk.anna.ref("Share with the client")
    await desk.anna.presses("Gather anew")
    told = await desk.anna.receives(kind="press", ref=ref, message_id="1")
    assert told.notice is not None
    assert told.notice.text == "The report has just changed. Look at it again, then press once more."
    await desk.anna.presses("Drop")
    assert "Thrown away." in words_of(_team(posting))
    assert _client(posting) == []


async def test_what_people_reacted_to_most_comes_first(posting: PostDesk) -> None:
    for text in ("Autumn menu", "Winter menu"):
        await _published(posting, text)

    def react(uow: UnitOfWork) -> None:
        metrics.keep(uow, 1, 24, likes=3, comments=1)
        metrics.keep(uow, 2, 24, likes=5, comments=1)

    await posting.database.write(react)
    await posting.desk.anna.says("/report 2026-03-01 2026-03-02")
    assert "People reacted most to:\nWinter menu · 6 reactions\nAutumn menu · 4 reactions" in words_of(_team(posting))


async def test_days_that_make_no_sense_are_refused_with_the_next_step(posting: PostDesk) -> None:
    for said, told in {
        "/report yesterday": "Write a day like this: 2026-03-01",
        "/report 2026-03-02 2026-03-01": "A report covers a day to a year.",
        "/report 2026-04-01": "These days have not begun yet.",
    }.items():
        assert told in words_of(await posting.desk.anna.says(said))
