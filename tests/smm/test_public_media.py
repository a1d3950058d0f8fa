"""Public media: an address opens one file of one publication while it goes out, and nothing else, ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from post_world import PostDesk, content_of

from smm import posts, public_media, publishing
from smm.publishing import Publication
from smm.versions import Media as Picture
from storage import accounts, media, targets
from storage.unit_of_work import UnitOfWork

DIGEST = "a" * 64


@pytest.fixture
async def going(posting: PostDesk) -> Publication:
    """A post with a picture that is being published."""
    await posting.policy(mode="none")
    writer = await posting.actor(posting.desk.world.vera)

    def work(uow: UnitOfWork) -> Publication | None:
        media.keep(uow, DIGEST, brand_id=None, mime="image/png", size=1, width=1, height=1, name="pie.png")
        account = accounts.of_brand(uow, posting.brand_id)[0]
        post = posts.create(uow, writer, content_of("Hello", account.id, media=(Picture(DIGEST),)))
        posts.publish_now(uow, writer, post.id, 1)
        (target,) = targets.of_post(uow, post.id)
        return publishing.begin(uow, target.id)

    found = await posting.database.write(work)
    assert found is not None
    return found


async def test_it_opens_while_the_publication_goes_out_and_for_an_hour_at_most(
    posting: PostDesk, going: Publication
) -> None:
    token = going.pictures[0].token
    shown = await posting.database.read(public_media.find, token)
    assert shown == public_media.Shown(DIGEST, is_picture=True)
    posting.clock.now += timedelta(minutes=61)
    assert await posting.database.read(public_media.find, token) is None


async def test_it_stays_open_for_a_network_that_fetches_between_two_tries(
    posting: PostDesk, going: Publication
) -> None:
    await posting.database.write(
        publishing.finish_later, going, publishing.note("The video is still being worked on."), timedelta(minutes=1)
    )
    assert await posting.database.read(public_media.find, going.pictures[0].token) is not None


async def test_it_stays_open_for_a_network_that_takes_long(posting: PostDesk, going: Publication) -> None:
    await posting.database.write(publishing.finish_later, going, publishing.note("still at it"))
    assert await posting.database.read(public_media.find, going.pictures[0].token) is not None


async def test_it_closes_when_the_publication_is_out(posting: PostDesk, going: Publication) -> None:
    await posting.database.write(publishing.finish_ok, going, "r-1", "https://demo.example/r-1")
    assert await posting.database.read(public_media.find, going.pictures[0].token) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token.replace("a" * 64, "b" * 64),
        lambda token: f"9{token}",
        lambda token: token[:-5] + ("1" if token[-5] == "0" else "0") + ".jpg",
        lambda token: token.partition("-")[0],
        lambda token: "",
        lambda token: "1-2-3-é.jpg",
    ],
)
async def test_a_changed_address_opens_nothing(posting: PostDesk, going: Publication, change: object) -> None:
    assert callable(change)
    changed = change(going.pictures[0].token)
    assert changed != going.pictures[0].token
    assert await posting.database.read(public_media.find, changed) is None
