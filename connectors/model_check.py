"""What one small real call says about a model's server, its key and its model: for whoever sets the desk up.

Statuses: https://platform.openai.com/docs/guides/error-codes (2026-11-25); 429 is also the answer where the money has run out.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Coroutine
from typing import Any, Literal

PATIENCE = 30.0  # seconds: a model that thinks first answers late

Outcome = Literal["works", "key", "model", "spent", "silent", "strange"]
_BY_STATUS: dict[int, Outcome] = {401: "key", 403: "key", 404: "model", 429: "spent"}


async def outcome_of(call: Coroutine[Any, Any, object]) -> Outcome:
    """Make a call and return what it says: of the server's own words nothing is handed on, they may repeat the key."""
    openai = await asyncio.to_thread(importlib.import_module, "openai")
    try:
        async with asyncio.timeout(PATIENCE):
            await call
    except (TimeoutError, openai.APIConnectionError):
        return "silent"
    except openai.APIStatusError as error:
        return _BY_STATUS.get(error.status_code, "silent" if error.status_code >= 500 else "strange")  # noqa: PLR2004
    except UnicodeError:
        return "key"  # it does not fit into a header: no key has such letters
    except (openai.OpenAIError, ValueError, TypeError, AttributeError, IndexError, KeyError):
        return "strange"  # a server that is not what it says: the client builds its answers without checking them
    return "works"
