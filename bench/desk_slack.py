"""The real desk on Slack, with the people and the command of desk_bot.py. Usage: desk_slack.py URL FOLDER"""

from __future__ import annotations

import asyncio
import gc
import sys
from pathlib import Path

from desk_bot import furnish
from slack_api import PEOPLE

from bot.app import App
from bot.slack import Slack
from bot.transport import Pace
from config.settings import Settings


async def main(url: str, folder: Path) -> None:
    """Prepare the folder, then open the desk and keep it open."""
    await furnish(folder, "slack", [f"T1:U{person}" for person in range(1001, 1001 + PEOPLE)])
    Slack.pace = Pace(overall=1_000_000, per_chat=0.0)
    settings = Settings(
        data=folder,
        slack_bot_token="xoxb-bench",
        slack_app_token="xapp-bench",
        slack_api=f"{url}/api/",
        web_port=0,
        log_level="WARNING",
        demo_network_url="",
    )
    desk = App(settings)
    await desk.start()
    gc.collect()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
