"""The audit page: what it lists, whether the chain holds, and a copy that runs nothing where it is opened."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
from sqlalchemy import text, update
from web_desk import Browser, WebDesk

from bot.web.pages.audit_copy import FORMS, Copied
from smm import members
from smm.trail import Entry
from storage import audit
from storage.unit_of_work import UnitOfWork

PAGE = "/b/northwind-coffee/audit"


def _write(uow: UnitOfWork, brand_id: int | None, **changes: Any) -> None:
    given = {"actor": "member:2", "action": "mention.claim", "object": "mention:5", "facts": {"from": "new"}}
    audit.append(uow, brand_id=brand_id, identity="telegram:7", **given | changes)


@pytest.fixture
async def anna(open_desk: WebDesk) -> Browser:
    """The owner, with a little that was done."""
    for changes in ({}, {"action": "post.create", "object": "post:9"}, {"actor": "desk", "object": "mention:6"}):
        await open_desk.database.write(_write, open_desk.world.brand.id, **changes)
    await open_desk.database.write(_write, None, action="inbox.ingest", object="account:1", actor="desk")
    return await open_desk.browser(open_desk.world.anna)


def rows(page: str) -> list[str]:
    """Return the lines of the list."""
    return page.split("<tbody>")[1].split("<tr>")[1:] if "<tbody>" in page else []


async def test_the_trail_is_told_in_words_and_narrowed_by_the_address(anna: Browser) -> None:
    page = (await anna.opens(PAGE)).text
    assert "The whole trail is unbroken: 4 entries." in page
    assert len(rows(page)) == 4
    assert "Boris" in rows(page)[3]
    assert "Claimed" in rows(page)[3]
    assert "Comment 5" in rows(page)[3]
    for query, count in {
        "who=desk": 2,
        "who=member:2": 2,
        "what=post.": 1,
        "object=post:9": 1,
        "object=Comment+6": 1,
        "since=2020-01-01&until=2020-01-02": 0,
        "what=mention_": 0,
        "before=3": 2,
    }.items():
        assert len(rows((await anna.opens(f"{PAGE}?{query}")).text)) == count, query
    await anna.desk.database.write(members.speak, anna.desk.world.anna, "ru")
    assert len(rows((await anna.opens(f"{PAGE}?object=Пост+9")).text)) == 1


async def test_a_changed_entry_is_named(anna: Browser, open_desk: WebDesk) -> None:
    def change(uow: UnitOfWork) -> None:
        uow.connection.execute(text("DROP TRIGGER audit_no_update"))
        uow.change(update(audit.audit).where(audit.audit.c.seq == 2).values(actor="member:4"))

    await open_desk.database.write(change)
    assert "broken at entry 2" in (await anna.opens(PAGE)).text


async def test_a_long_trail_is_looked_at_from_its_end_and_wholly_if_asked(
    anna: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smm.trail.RECENT", 2)
    assert "Unbroken from entry 3 to 4." in (await anna.opens(PAGE)).text
    assert "The whole trail is unbroken" in (await anna.opens(f"{PAGE}?check=all")).text


async def test_a_copy_is_what_is_listed_and_is_itself_written_down(
    anna: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smm.trail.BATCH", 1)
    copied = await anna.presses(f"{PAGE}?what=mention.", "JSON lines")
    assert copied.headers["content-disposition"].startswith('attachment; filename="audit-northwind-coffee-')
    told = [json.loads(each) for each in copied.text.splitlines()]
    assert [each["object"] for each in told] == ["mention:5", "mention:6"]
    assert told[0]["actor_name"] == "Boris"
    assert told[0]["facts"] == {"from": "new"}
    assert told[0]["at_utc"].endswith("+00:00")
    assert told[0]["zone"] == "Europe/Berlin"
    page = (await anna.opens(PAGE)).text
    assert "Copied the trail" in rows(page)[0]
    assert "JSON lines" in rows(page)[0]
    assert "mention." not in re.sub("<[^>]+>", "", rows(page)[0])


async def test_only_owners_and_managers_open_it(anna: Browser, open_desk: WebDesk) -> None:
    for member in (open_desk.world.boris, open_desk.world.clara):
        browser = await open_desk.browser(member)
        refused = await browser.opens(PAGE)
        assert refused.status_code == 403
        assert "Your role does not open this page" in refused.text
        room = "team" if member.name == "Boris" else "client"
        assert (await browser.sends(f"{PAGE}/copy", room, form="csv")).status_code == 403
    assert (await anna.sends(f"{PAGE}/copy", form="exe")).status_code == 422
    assert (await anna.http.post(f"/s/me{PAGE}/copy", data={"form": "csv"})).status_code == 403


@pytest.mark.parametrize("hostile", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_a_table_is_a_formula(hostile: str, clock: Any) -> None:
    entry = Entry(
        1, clock.now, 1, "member:1", hostile, "mention.note", "mention:1", {"said": hostile}, "", "h", hostile
    )
    copied = Copied(FORMS["csv"], "Asia/Kolkata", {"member:1": hostile})
    written = list(csv.reader(io.StringIO(copied.head().lstrip("\ufeff") + copied.row(entry), newline="")))
    row = dict(zip(written[0], written[1], strict=True))
    assert row["identity"] == row["actor_name"] == row["note"] == f"'{hostile}"
    assert json.loads(row["facts"]) == {"said": hostile}
    assert row["at_local"].endswith("+05:30")
