"""A bare echo bot by slack-bolt, as its documentation shows it. Usage: echo_slack.py URL"""

import asyncio
import sys

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def main(url: str) -> None:
    app = AsyncApp(client=AsyncWebClient(token="xoxb-bench", base_url=f"{url}/api/"))

    @app.event("message")
    async def echo(message, say):
        await say(message["text"])

    await AsyncSocketModeHandler(app, "xapp-bench").start_async()


asyncio.run(main(sys.argv[1]))
