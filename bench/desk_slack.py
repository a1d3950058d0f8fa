"""The real desk on Slack, with the people and the command of desk_bot.py. Usage: desk_slack.py URL FOLDER"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from desk_bot import furnish, keep_open
from slack_api import PEOPLE

from bot.slack import Slack
from bot.transport import Pace


async def main(url: str, folder: Path) -> None:
    """Prepare the folder, then open the desk and keep it open."""
    await furnish(folder, "slack", [f"T1:U{person}" for person in range(1001, 1001 + PEOPLE)])
    Slack.pace = Pace(overall=1_000_000, per_chat=0.0)
    tokens = {"slack_bot_token": "xoxb-bench", "slack_app_token": "xapp-bench"}
    await keep_open(folder, slack_api=f"{url}/api/", **tokens)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
