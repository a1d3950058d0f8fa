"""What networks reach without signing in: pushes over real HTTP, and files of what is going out."""

from __future__ import annotations

import hashlib
import hmac
import json
from io import BytesIO

import httpx
import pytest
from demo_server import served
from PIL import Image
from post_world import NoWriter, actor_of, content_of, set_policy
from web_desk import ORIGIN, WebDesk

from bot.media import as_jpeg, keep
from bot.networks import OpenNetworks
from bot.web.network_hooks import take_pushes
from connectors.base import Outside
from connectors.demo_audience import SIGNATURE
from connectors.demo_network import NORTHWIND, DemoNetwork
from smm import logins, posts, publishing
from smm.desk import Desk
from smm.networks import Profile
from smm.publishing import Publication
from smm.versions import Media as Picture
from storage import accounts as kept
from storage import targets
from storage.unit_of_work import UnitOfWork

PROFILE = Profile("northwind", "Northwind Coffee", "northwind", "")


def browser(desk: WebDesk) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(desk.app), base_url=ORIGIN)


async def test_a_network_pushes_what_it_signed_and_nobody_else_does(open_desk: WebDesk) -> None:
    desk = open_desk
    given = {"token": NORTHWIND.token}
    account_id = await desk.database.write(logins.connected, desk.world.brand.id, "demo", PROFILE, given)
    account = await desk.database.read(kept.get, account_id)
    assert account is not None
    path, body = f"/hooks/demo/{account.hook}", json.dumps({"event": "e-1", "items": []}).encode()
    signed = {SIGNATURE: hmac.new(NORTHWIND.token.encode(), body, hashlib.sha256).hexdigest()}
    async with browser(desk) as http, served(DemoNetwork()) as url:
        assert (await http.post(path, content=body, headers=signed)).status_code == 503
        networks = OpenNetworks(desk.database, Outside({"demo": url}))
        take_pushes(desk.app, Desk(desk.database, networks, NoWriter(), desk.media))
        assert (await http.post(path, content=body, headers=signed)).status_code == 200
        assert (await http.post(path, content=body + b" ", headers=signed)).status_code == 403
        assert (await http.post("/hooks/demo/guessed", content=body, headers=signed)).status_code == 404
        asked = await http.get(path, params={"verify": NORTHWIND.token, "challenge": "42"})
        assert (asked.status_code, asked.text) == (200, "42")
        assert (await http.post(path, content=b"x" * (1024 * 1024 + 1))).status_code == 413
        await networks.close()


async def test_no_file_is_public_by_its_name_alone(open_desk: WebDesk) -> None:
    async with browser(open_desk) as http:
        assert (await http.get(f"/public-media/{'a' * 64}.jpg")).status_code == 404


async def going_out(desk: WebDesk, data: bytes) -> Publication:
    """Begin to publish a post with a file."""
    file = await keep(desk.database, desk.media, data, brand_id=desk.world.brand.id)

    def work(uow: UnitOfWork) -> Publication | None:
        set_policy(uow, desk.world.brand.id, {"mode": "none"})
        account_id = logins.connected(uow, desk.world.brand.id, "demo", PROFILE, {"token": "t"})
        writer = actor_of(uow, desk.world.anna, desk.world.brand.id)
        post = posts.create(uow, writer, content_of("Hello", account_id, media=(Picture(file.digest),)))
        posts.publish_now(uow, writer, post.id, 1)
        (target,) = targets.of_post(uow, post.id)
        return publishing.begin(uow, target.id)

    found = await desk.database.write(work)
    assert found is not None
    return found


async def test_a_network_fetches_what_goes_out_in_whole_and_in_parts(open_desk: WebDesk) -> None:
    """https://developers.facebook.com/docs/sharing/webmasters/web-crawlers: Meta asks for parts, too."""
    film = b"\0\0\0\x18ftypmp42" + b"tkhd" + bytes(76) + (1920 << 16).to_bytes(4) + (1080 << 16).to_bytes(4)
    publication = await going_out(open_desk, film)
    address = f"/public-media/{publication.pictures[0].token}"
    async with browser(open_desk) as http:
        whole, head = await http.get(address), await http.head(address)
        part = await http.get(address, headers={"range": "bytes=4-11", "user-agent": "facebookexternalhit/1.1"})
        assert (whole.status_code, whole.headers["content-type"], whole.content) == (200, "video/mp4", film)
        assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(film)), b"")
        assert (part.status_code, part.content) == (206, b"ftypmp42")
        assert part.headers["content-range"] == f"bytes 4-11/{len(film)}"
        assert (await http.get(address, headers={"range": "bytes=9000-"})).status_code == 416
        await open_desk.database.write(publishing.finish_ok, publication, "r-1", "https://demo.example/r-1")
        assert (await http.get(address)).status_code == (await http.head(address)).status_code == 404


@pytest.mark.parametrize("mode", ["RGBA", "P", "RGB"])
async def test_a_picture_comes_as_jpeg_with_white_where_it_is_see_through(open_desk: WebDesk, mode: str) -> None:
    drawn = BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).convert(mode).save(drawn, "PNG")
    file = await keep(open_desk.database, open_desk.media, drawn.getvalue(), brand_id=None)
    with Image.open(await as_jpeg(open_desk.media, file.digest)) as made:
        assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (8, 8))
        if mode == "RGBA":
            assert made.getpixel((4, 4)) == (255, 255, 255)
