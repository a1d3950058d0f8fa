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
from post_world import NoWriter
from web_desk import ORIGIN, WebDesk

from bot.media import as_jpeg, keep
from bot.networks import OpenNetworks
from bot.web.network_hooks import take_pushes
from connectors.base import Outside
from connectors.demo_audience import SIGNATURE
from connectors.demo_network import NORTHWIND, DemoNetwork
from smm import accounts
from smm.desk import Desk
from smm.networks import Profile
from storage import accounts as kept

PROFILE = Profile("northwind", "Northwind Coffee", "northwind", "")


def browser(desk: WebDesk) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(desk.app), base_url=ORIGIN)


async def test_a_network_pushes_what_it_signed_and_nobody_else_does(open_desk: WebDesk) -> None:
    desk = open_desk
    given = {"token": NORTHWIND.token}
    account_id = await desk.database.write(accounts.connected, desk.world.brand.id, "demo", PROFILE, given)
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


@pytest.mark.parametrize("mode", ["RGBA", "P", "RGB"])
async def test_a_picture_comes_as_jpeg_with_white_where_it_is_see_through(open_desk: WebDesk, mode: str) -> None:
    drawn = BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).convert(mode).save(drawn, "PNG")
    file = await keep(open_desk.database, open_desk.media, drawn.getvalue(), brand_id=None)
    with Image.open(await as_jpeg(open_desk.media, file.digest)) as made:
        assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (8, 8))
        if mode == "RGBA":
            assert made.getpixel((4, 4)) == (255, 255, 255)
